// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* pcitest ports */

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "exit.h"
#include "message.h"
#include "ports.h"
#include "ports-dump.h"
#include "ports-save.h"
#include "promise.h"

enum { KEY_JSON = 256, KEY_DUMP, KEY_ROOT, KEY_SAVE };

struct arguments {
	const char *function;  /* PCI address as given, or NULL */
	char address[ENDPOINT_ADDRESS_SIZE];
	const char *dump, *root, *save;
	bool json;
};

static const struct argp_option options[] = {
	{ "dump", KEY_DUMP, "FILE", 0,
	  "Look at a saved `lspci -xxxx' instead of this machine; - is standard input", 0 },
	{ "root", KEY_ROOT, "DIR", 0,
	  "Look at DIR/sys and DIR/proc, which --save wrote, instead of this machine's", 0 },
	{ "save", KEY_SAVE, "DIR", 0,
	  "Write what is looked at to DIR, a new folder, for --root", 0 },
	{ "json", KEY_JSON, NULL, 0, "Print a JSON document", 0 },
	{ 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_JSON:
		arguments->json = true;
		return 0;
	case KEY_DUMP:
		arguments->dump = text;
		return 0;
	case KEY_ROOT:
		arguments->root = text;
		return 0;
	case KEY_SAVE:
		arguments->save = text;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->function)
			argp_error(state, "%s: one function at a time", text);
		if (!endpoint_parse_address(text, arguments->address))
			argp_error(state,
				   "%s: not a PCI address (DDDD:BB:DD.F)",
				   text);
		arguments->function = text;
		return 0;
	case ARGP_KEY_END:
		if (arguments->dump && (arguments->root || arguments->save))
			argp_error(state, "--dump goes without --root and --save");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[ADDRESS]",
	.doc = "Which services PCI Express ports have, which interrupt each of them uses, and what is missing: of the port at ADDRESS, of the ports on the way to the function at ADDRESS, or of all.",
};

/* Leave the port at an address, or those that lead to the function there. */
static void select_ports(struct ports *ports,
			 const struct pci_function *function)
{
	bool is_port = false;
	size_t kept = 0;

	for (size_t i = 0; i < ports->count; i++)
		is_port |= strcmp(ports->items[i].address,
				  function->address) == 0;
	for (size_t i = 0; i < ports->count; i++) {
		const struct port *port = &ports->items[i];
		bool wanted = is_port ? strcmp(port->address,
					       function->address) == 0
				      : port_leads_to(port, function->domain,
						      function->bus);

		if (wanted && kept++ != i)
			ports->items[kept - 1] = *port;
	}
	ports->count = kept;
}

static int look(const struct arguments *arguments, struct machine *machine,
		struct ports *ports, struct ports_error *error)
{
	const char *root = arguments->root ? arguments->root : "";
	struct pci_functions functions = { 0 };
	const struct pci_function *function = NULL;
	int err;

	err = arguments->dump
		      ? ports_dump_read(arguments->dump, &functions, error)
		      : pci_functions_read(root, &functions, error);
	if (err)
		return err;

	if (arguments->function) {
		function = pci_functions_find(&functions, arguments->address);
		if (!function) {
			ports_error_set(error, "%s: no such PCI function",
					arguments->address);
			err = -ENODEV;
		}
	}
	if (!err && arguments->save)
		err = ports_save(arguments->save, root, &functions, error);
	if (!err) {
		err = arguments->dump ? 0 : machine_read(machine, root);
		if (!err)
			err = ports_join(&functions, machine, ports);
		if (err)
			ports_error_set(error, "%s", strerror(-err));
	}
	if (!err && function) {
		select_ports(ports, function);
		if (ports->count == 0)
			message("%s: no PCI Express port, and none leads there",
				arguments->address);
	}
	pci_functions_free(&functions);
	return err;
}

static bool has_findings(const struct ports *ports)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->items[i].num_findings)
			return true;
	return false;
}

static int run(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct machine machine = { 0 };
	struct ports ports = { 0 };
	struct ports_error error;
	int err, status;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	promise_settle(arguments.json);

	err = look(&arguments, &machine, &ports, &error);
	if (err)
		message("%s", error.text);
	promise_keep();
	if (arguments.json)
		ports_print_json(&ports, &machine, err ? error.text : NULL,
				 stdout);
	else
		ports_print_text(&ports, &machine, stdout);
	status = err == -EILSEQ ? EXIT_CODE_USAGE
	       : err ? EXIT_CODE_FAILED
	       : has_findings(&ports) ? EXIT_CODE_DIFFERS
				      : EXIT_CODE_OK;
	ports_free(&ports);
	machine_release(&machine);
	return status;
}

const struct command command_ports = {
	.name = "ports",
	.summary = "services and interrupts of PCI Express ports, and what is missing",
	.run = run,
};
