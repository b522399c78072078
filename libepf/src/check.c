// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "binding-keys.h"
#include "internal.h"
#include "resolve.h"

/* What a configuration asks for that the running kernel cannot do, or does
 * otherwise than it looks. What a controller can do is known of simulated ones
 * alone: the framework has no words for it. */

struct epf_finding {
	enum epf_severity severity;
	char *message;
	char *hint;
	struct config_mark mark;
};

struct epf_findings {
	struct epf_finding *items;
	size_t count;
};

struct check {
	struct epf_findings *findings;
	const struct epf_config *config;
	const struct epf_topology *topology;
	const struct epf_controller *controller; /* of what is checked */
	int ret;
};

static void __attribute__((format(printf, 5, 6)))
find(struct check *c, enum epf_severity severity, struct config_mark mark,
     const char *hint, const char *format, ...)
{
	struct epf_findings *findings = c->findings;
	struct epf_finding *items;
	char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	items = reallocarray(findings->items, findings->count + 1,
			     sizeof(*items));
	if (items)
		findings->items = items;
	if (!items || !message) {
		free(message);
		c->ret = -ENOMEM;
		return;
	}
	items[findings->count++] = (struct epf_finding){
		.severity = severity,
		.message = message,
		.hint = hint ? strdup(hint) : NULL,
		.mark = mark,
	};
}

/* What the controller says of itself. */
static bool get_limit(const struct check *c, const char *name, uint64_t *value)
{
	const char *text = epf_controller_get_attribute(c->controller, name);

	return text && attr_parse(text, value) == 0;
}

static bool get_wanted(const struct config_function *function,
		       const char *name, uint64_t *value,
		       struct config_mark *mark)
{
	const struct config_attribute *attribute =
		config_find_attribute(function, name);

	if (!attribute || attr_parse(attribute->value, value))
		return false;
	*mark = attribute->mark;
	return true;
}

static void check_interrupts(struct check *c,
			     const struct config_function *function)
{
	static const struct {
		const char *attribute, *capability, *what;
	} kinds[] = {
		{ "interrupt_pin", "intx_capable", "INTx" },
		{ "msi_interrupts", "msi_capable", "MSI" },
		{ "msix_interrupts", "msix_capable", "MSI-X" },
	};
	struct config_mark mark;
	uint64_t wanted, can;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!get_limit(c, kinds[i].capability, &can))
			continue;
		if (!get_wanted(function, kinds[i].attribute, &wanted, &mark)) {
			wanted = 0;
			mark = function->mark;
		}
		if (wanted && !can)
			find(c, EPF_SEVERITY_ERROR, mark,
			     "take another kind of interrupt",
			     "controller %s cannot raise %s",
			     epf_controller_get_name(c->controller),
			     kinds[i].what);
		/* pci_epf_test_epc_init() takes a refusal of 0 for the end. */
		if (!wanted && can && i > 0 &&
		    strcmp(function->driver.text, "pci_epf_test") == 0)
			find(c, EPF_SEVERITY_ERROR, mark,
			     "give it one vector at least",
			     "pci_epf_test does not work without %s on a controller that has it",
			     kinds[i].what);
	}
	if (get_wanted(function, "msi_interrupts", &wanted, &mark) &&
	    wanted & (wanted - 1))
		find(c, EPF_SEVERITY_WARNING, mark,
		     "MSI vectors come in powers of two",
		     "the host sees more than %" PRIu64 " MSI vectors, and the rest is never raised",
		     wanted);
}

static void check_bars(struct check *c, const struct config_function *function)
{
	uint64_t size, limit, other;
	struct config_mark mark;
	char name[32];
	const char *type;

	for (unsigned int bar = 0; bar < 6; bar++) {
		snprintf(name, sizeof(name), "bar%u_size", bar);
		if (!get_wanted(function, name, &size, &mark))
			continue;
		snprintf(name, sizeof(name), "bar%u/type", bar);
		type = epf_controller_get_attribute(c->controller, name);
		if (type && (strcmp(type, "reserved") == 0 ||
			     strcmp(type, "disabled") == 0))
			find(c, EPF_SEVERITY_ERROR, mark, "take another BAR",
			     "BAR %u of controller %s is %s", bar,
			     epf_controller_get_name(c->controller), type);
		snprintf(name, sizeof(name), "bar%u/fixed_size", bar);
		if (type && strcmp(type, "fixed") == 0 &&
		    get_limit(c, name, &other) && other && size > other)
			find(c, EPF_SEVERITY_ERROR, mark,
			     "take a size up to that, or another BAR",
			     "BAR %u of controller %s has %" PRIu64
			     " bytes, fixed, and %" PRIu64 " are asked for",
			     bar, epf_controller_get_name(c->controller), other,
			     size);
		if (get_limit(c, "bar_align", &limit) && limit > size)
			find(c, EPF_SEVERITY_WARNING, mark, NULL,
			     "BAR %u is rounded up to the alignment of the controller, %" PRIu64
			     " bytes", bar, limit);
	}
}

static void check_windows(struct check *c,
			  const struct config_function *function)
{
	uint64_t number, bytes, page, size, sum = 0;
	const struct config_attribute *attribute;

	if (!get_limit(c, "num_windows", &number) ||
	    !get_limit(c, "window_size", &bytes) ||
	    !get_limit(c, "window_page_size", &page) || !page)
		return;
	for (size_t i = 0; i < function->num_attributes; i++) {
		_cleanup_free_ char *window = NULL;

		attribute = &function->attributes[i];
		window = binding_window_name(attribute->name);
		if (!window || attr_parse(attribute->value, &size))
			continue;
		sum += size;
		if (size > bytes)
			find(c, EPF_SEVERITY_ERROR, attribute->mark,
			     "make it smaller, or two of it",
			     "window %s takes %" PRIu64 " bytes, and an outbound window of %s has %" PRIu64,
			     window, size,
			     epf_controller_get_name(c->controller), bytes);
		else if (size % page)
			find(c, EPF_SEVERITY_WARNING, attribute->mark, NULL,
			     "window %s is rounded up to pages of %" PRIu64
			     " bytes", window, page);
	}
	if (sum > number * bytes)
		find(c, EPF_SEVERITY_ERROR, function->mark, NULL,
		     "the windows take %" PRIu64 " bytes, and all outbound windows of %s are %" PRIu64,
		     sum, epf_controller_get_name(c->controller),
		     number * bytes);
}

static const struct epf_driver *find_driver(const struct check *c,
					    const char *name)
{
	const struct epf_driver *driver;

	for (size_t i = 0; i < epf_topology_get_num_drivers(c->topology);
	     i++) {
		driver = epf_topology_get_driver(c->topology, i);
		if (strcmp(epf_driver_get_name(driver), name) == 0)
			return driver;
	}
	return NULL;
}

/* Attributes are known from any function of the driver that is there. */
static const struct epf_function *find_sample(const struct check *c,
					      const char *driver)
{
	const struct epf_function *function;

	for (size_t i = 0; i < epf_topology_get_num_functions(c->topology);
	     i++) {
		function = epf_topology_get_function(c->topology, i);
		if (strcmp(epf_driver_get_name(
				   epf_function_get_driver(function)),
			   driver) == 0)
			return function;
	}
	return NULL;
}

static bool has_attribute(const struct epf_function *function,
			  const char *name)
{
	for (size_t i = 0; i < epf_function_get_num_attributes(function); i++)
		if (strcmp(epf_function_get_attribute_name(function, i),
			   name) == 0)
			return true;
	return false;
}

static void check_driver(struct check *c,
			 const struct config_function *function)
{
	const struct epf_function *sample =
		find_sample(c, function->driver.text);
	const struct epf_function *there =
		resolve_function(c->topology, function);
	const struct config_attribute *attribute;

	if (!find_driver(c, function->driver.text))
		find(c, EPF_SEVERITY_NOTE, function->driver.mark,
		     "apply loads its module; check again then",
		     "driver %s is not there, so that its attributes are not known",
		     function->driver.text);
	for (size_t i = 0; sample && i < function->num_attributes; i++) {
		attribute = &function->attributes[i];
		if (strncmp(attribute->name, BINDING_WINDOWS,
			    strlen(BINDING_WINDOWS)) == 0 ?
			    !has_attribute(sample, "outbound/policy") :
			    !has_attribute(sample, attribute->name))
			find(c, EPF_SEVERITY_ERROR, attribute->mark,
			     "epfctl show FUNCTION lists those that there are",
			     "driver %s of this kernel has no attribute %s",
			     function->driver.text, attribute->name);
		else if (there && attr_find_field(attribute->name) &&
			 epf_function_get_num_links(there))
			find(c, EPF_SEVERITY_NOTE, attribute->mark,
			     "apply --replace makes the function anew",
			     "function %s is linked: the kernel would take another %s, and not pass it on",
			     function->name.text, attribute->name);
	}
}

/* Functions of these drivers share their header: the last write counts. */
static bool shares_header(const char *driver)
{
	static const char *const drivers[] = {
		"nvmet_pci_epf", "pci_epf_mhi_sa8775p", "pci_epf_mhi_sdx55",
		"pci_epf_mhi_sm8450", "pci_epf_ntb", "pci_epf_test",
		"pci_epf_vntb",
	};

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(driver, drivers[i]) == 0)
			return true;
	return false;
}

static void check_shared(struct check *c,
			 const struct config_function *function)
{
	const struct config_functions *functions;
	const struct config_attribute *mine, *other;
	const struct attr_field *field;

	if (!shares_header(function->driver.text))
		return;
	for (size_t i = 0; i < c->config->num_controllers; i++) {
		functions = &c->config->controllers[i].functions;
		for (size_t j = 0; j < functions->count; j++) {
			if (&functions->items[j] == function)
				return; /* of each pair the later one */
			if (strcmp(functions->items[j].driver.text,
				   function->driver.text) != 0)
				continue;
			for (size_t k = 0; k < function->num_attributes; k++) {
				mine = &function->attributes[k];
				field = attr_find_field(mine->name);
				other = config_find_attribute(
					&functions->items[j], mine->name);
				if (field && field->in_header && other &&
				    strcmp(mine->value, other->value) != 0)
					find(c, EPF_SEVERITY_WARNING,
					     mine->mark,
					     "give both the same value",
					     "all functions of %s share one header: %s is %s for all of them then, not %s as at line %u",
					     function->driver.text, mine->name,
					     mine->value, other->value,
					     other->mark.line);
			}
		}
	}
}

/* What nvmet_pci_epf_epc_init() writes over. */
static void check_overwritten(struct check *c,
			      const struct config_function *function)
{
	static const char *const fields[] = { "vendorid", "subsys_vendor_id" };
	const struct config_attribute *attribute;

	if (strcmp(function->driver.text, "nvmet_pci_epf") != 0)
		return;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		attribute = config_find_attribute(function, fields[i]);
		if (attribute)
			find(c, EPF_SEVERITY_WARNING, attribute->mark,
			     "leave it out, and write attr_vendor_id and attr_subsys_vendor_id of the subsystem",
			     "nvmet_pci_epf takes %s from its NVMe subsystem when the controller is started",
			     attribute->name);
	}
}

static void check_function(struct check *c,
			   const struct config_function *function)
{
	uint64_t limit;

	check_driver(c, function);
	check_interrupts(c, function);
	check_bars(c, function);
	check_windows(c, function);
	check_shared(c, function);
	check_overwritten(c, function);
	if (function->secondary.text)
		find(c, EPF_SEVERITY_NOTE, function->secondary.mark,
		     "keep to controllers whose drivers tell functions nothing",
		     "the kernel takes a wrong pointer when it tells the functions of a secondary controller of the link");
	if (function->vfs.count && get_limit(c, "max_vfs", &limit) &&
	    function->vfs.count > limit)
		find(c, EPF_SEVERITY_ERROR, function->vfs.items[limit].mark,
		     NULL, "a function of %s has %" PRIu64 " virtual functions at most",
		     epf_controller_get_name(c->controller), limit);
	for (size_t i = 0; i < function->vfs.count; i++)
		check_function(c, &function->vfs.items[i]);
}

static void check_controller(struct check *c,
			     const struct config_controller *controller)
{
	const char *dma;
	uint64_t limit;

	c->ret = epf_controller_read_attributes(c->controller);
	if (c->ret)
		return;
	dma = epf_controller_get_attribute(c->controller, "dma");
	if (get_limit(c, "max_functions", &limit) &&
	    controller->num_links > limit)
		find(c, EPF_SEVERITY_ERROR,
		     controller->links[limit].number.mark, NULL,
		     "%s has %" PRIu64 " functions at most",
		     epf_controller_get_name(c->controller), limit);
	if (dma && strcmp(dma, "none") == 0 && controller->functions.count)
		find(c, EPF_SEVERITY_NOTE, controller->name.mark, NULL,
		     "%s has no DMA: data goes by CPU, through outbound windows",
		     epf_controller_get_name(c->controller));
	if (controller->wait.value &&
	    epf_controller_get_link_state(c->controller) ==
		    EPF_LINK_STATE_UNKNOWN)
		find(c, EPF_SEVERITY_ERROR, controller->wait.mark,
		     "leave it out",
		     "%s does not tell whether its link is up",
		     epf_controller_get_name(c->controller));
	for (size_t i = 0; i < controller->functions.count; i++)
		check_function(c, &controller->functions.items[i]);
}

static int compare_places(const void *a, const void *b)
{
	const struct config_mark *x = &((const struct epf_finding *)a)->mark;
	const struct config_mark *y = &((const struct epf_finding *)b)->mark;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

EPF_EXPORT int epf_findings_new(const struct epf_config *config,
				const struct epf_topology *topology,
				struct epf_findings **findings)
{
	const struct epf_controller **controllers;
	struct check c = { .config = config, .topology = topology };

	c.ret = resolve_controllers(config, topology, &controllers);
	if (c.ret)
		return c.ret == -ENOMEM ? error_set_nomem(config->ctx) : c.ret;
	c.findings = calloc(1, sizeof(*c.findings));
	if (!c.findings)
		c.ret = -ENOMEM;
	for (size_t i = 0; i < config->num_controllers && !c.ret; i++) {
		c.controller = controllers[i];
		check_controller(&c, &config->controllers[i]);
	}
	free(controllers);
	if (c.ret) {
		epf_findings_free(c.findings);
		return error_set_nomem(config->ctx);
	}
	if (c.findings->count)
		qsort(c.findings->items, c.findings->count,
		      sizeof(*c.findings->items), compare_places);
	*findings = c.findings;
	return 0;
}

EPF_EXPORT void epf_findings_free(struct epf_findings *findings)
{
	if (!findings)
		return;
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->items[i].message);
		free(findings->items[i].hint);
	}
	free(findings->items);
	free(findings);
}

EPF_EXPORT size_t epf_findings_get_num(const struct epf_findings *findings)
{
	return findings->count;
}

EPF_EXPORT const struct epf_finding *
epf_findings_get(const struct epf_findings *findings, size_t index)
{
	return &findings->items[index];
}

EPF_EXPORT enum epf_severity
epf_finding_get_severity(const struct epf_finding *finding)
{
	return finding->severity;
}

EPF_EXPORT const char *
epf_finding_get_message(const struct epf_finding *finding)
{
	return finding->message;
}

EPF_EXPORT const char *epf_finding_get_hint(const struct epf_finding *finding)
{
	return finding->hint;
}

EPF_EXPORT unsigned int
epf_finding_get_line(const struct epf_finding *finding)
{
	return finding->mark.line;
}

EPF_EXPORT unsigned int
epf_finding_get_column(const struct epf_finding *finding)
{
	return finding->mark.column;
}
