// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Commands of pcitest as a whole where the machine, or the function, cannot do
 * what they need. The linker brings the calls here (--wrap). */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <cmocka.h>

#include "array.h"
#include "command.h"
#include "endpoint.h"
#include "exit.h"
#include "extended.h"
#include "promise.h"
#include "worker.h"

/* What each call fails with; 0: it does not. */
static struct {
	int find, random, start;
} model;

int __wrap_endpoints_find(struct endpoint **endpoints, size_t *count);
int __wrap_endpoints_find(struct endpoint **endpoints, size_t *count)
{
	if (model.find)
		return model.find;
	*endpoints = calloc(1, sizeof(**endpoints));
	assert_non_null(*endpoints);
	**endpoints = (struct endpoint){
		.node = strdup("/dev/null"),
		.address = "0000:01:00.0",
		.driver = strdup("pci-endpoint-xtest"),
	};
	*count = 1;
	return 0;
}

ssize_t __real_getrandom(void *buffer, size_t size, unsigned int flags);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned int flags);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned int flags)
{
	if (!model.random)
		return __real_getrandom(buffer, size, flags);
	errno = -model.random;
	return -1;
}

int __real_worker_start(struct worker *worker, int fd, worker_issue *issue,
			const volatile sig_atomic_t *interrupted);
int __wrap_worker_start(struct worker *worker, int fd, worker_issue *issue,
			const volatile sig_atomic_t *interrupted);
int __wrap_worker_start(struct worker *worker, int fd, worker_issue *issue,
			const volatile sig_atomic_t *interrupted)
{
	return model.start ? model.start
			   : __real_worker_start(worker, fd, issue,
						 interrupted);
}

/* A function that takes little. */
int __wrap_extended_open(struct extended *extended, const char *node);
int __wrap_extended_open(struct extended *extended, const char *node)
{
	extended->fd = open(node, O_RDWR | O_CLOEXEC);
	assert_true(extended->fd >= 0);
	extended->info = (struct pci_endpoint_xtest_info){
		.version = PCI_ENDPOINT_XTEST_VERSION,
		.depth = 2,
		.max_segments = 3,
	};
	return 0;
}

static int redirect(int fd, FILE *file)
{
	int saved = dup(fd);

	assert_true(saved >= 0);
	assert_true(dup2(fileno(file), fd) >= 0);
	return saved;
}

static void restore(int fd, int saved, FILE *file, char *text, size_t size)
{
	dup2(saved, fd);
	close(saved);
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static char out[32768], messages[1024];

/* Run a command with these arguments, one blank between them, and expect this
 * exit code; what it prints is in out and messages. No file stays open. */
static void run(const struct command *command, const char *arguments,
		enum exit_code expected)
{
	FILE *files[] = { tmpfile(), tmpfile() };
	int saved_out, saved_messages, status, argc = 1, before, after;
	char line[128], name[32], *rest = line, *word;
	char *argv[16] = { name };

	assert_non_null(files[0]);
	assert_non_null(files[1]);
	snprintf(line, sizeof(line), "%s", arguments);
	snprintf(name, sizeof(name), "pcitest %s", command->name);
	while (argc < 15 && (word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;

	fflush(NULL);
	saved_out = redirect(STDOUT_FILENO, files[0]);
	saved_messages = redirect(STDERR_FILENO, files[1]);
	before = dup(STDIN_FILENO);
	close(before);
	status = command->run(argc, argv);
	promise_print_document();
	after = dup(STDIN_FILENO);
	close(after);
	fflush(NULL);
	restore(STDERR_FILENO, saved_messages, files[1], messages,
		sizeof(messages));
	restore(STDOUT_FILENO, saved_out, files[0], out, sizeof(out));

	if (status != (int)expected)
		fail_msg("%s %s: status %d: %s%s", name, arguments, status,
			 messages, out);
	assert_int_equal(after, before);
}

/* One message, and nothing else on standard error. */
static void expect_message(const char *text)
{
	const char *message = strstr(messages, ": ");

	assert_non_null(message);
	assert_string_equal(message + 2, text);
}

static void expect_output(const char *text)
{
	if (!strstr(out, text))
		fail_msg("no \"%s\": %s", text, out);
}

static void no_devices_can_be_looked_for(void **state)
{
	static const struct {
		const struct command *command;
		const char *arguments, *json;
	} cases[] = {
		{ &command_list, "", "--json" },
		{ &command_run, "--suite bar", "--suite bar --json" },
		{ &command_run, "-D 01:00.0", "-D 01:00.0 --json" },
		{ &command_bench, "sg", "sg --json" },
		{ &command_bench, "virtio", "virtio --json" },
	};
	const char *text = "cannot find the PCI devices: Input/output error";
	char message[64];

	model.find = -EIO;
	snprintf(message, sizeof(message), "%s\n", text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		run(cases[i].command, cases[i].arguments, EXIT_CODE_FAILED);
		expect_message(message);
		assert_string_equal(out, "");
		run(cases[i].command, cases[i].json, EXIT_CODE_FAILED);
		expect_message(message);
		expect_output(text);
	}
}

static void no_process_can_be_started(void **state)
{
	static const char message[] =
		"/dev/null: Resource temporarily unavailable\n";

	model.start = -EAGAIN;
	run(&command_run, "--suite bar", EXIT_CODE_FAILED);
	expect_message(message);
	run(&command_bench, "xfer --stock", EXIT_CODE_FAILED);
	expect_message(message);
	/* What it is can be listed all the same. */
	run(&command_list, "", EXIT_CODE_OK);
	expect_output("driver: pci-endpoint-xtest, convention unknown: Resource temporarily unavailable\n");
	assert_string_equal(messages, "");
	run(&command_list, "--json", EXIT_CODE_OK);
	expect_output("\"abi\":null");
}

static void there_is_no_chance(void **state)
{
	model.random = -ENOSYS;
	run(&command_run, "--list-tests", EXIT_CODE_FAILED);
	expect_message("seed: Function not implemented\n");
	assert_string_equal(out, "");
	run(&command_run, "--json", EXIT_CODE_FAILED);
	expect_message("seed: Function not implemented\n");
	expect_output("\"schema\":\"pcitest-error\"");
	expect_output("\"message\":\"seed: Function not implemented\"");
	run(&command_run, "--list-tests --seed 1", EXIT_CODE_OK);
	expect_output("irq.msi\n");
	assert_string_equal(messages, "");
}

static void a_function_takes_less_than_is_asked_for(void **state)
{
	static const struct {
		const char *arguments, *error;
	} cases[] = {
		{ "sg --segments 4 --depth 1",
		  "the function takes 3 segments" },
		{ "sg --segments 3 --depth 3",
		  "the function takes 2 commands at once" },
	};
	char arguments[64], json[64];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		run(&command_bench, cases[i].arguments, EXIT_CODE_FAILED);
		expect_output(cases[i].error);
		snprintf(arguments, sizeof(arguments), "%s --json",
			 cases[i].arguments);
		snprintf(json, sizeof(json), "\"error\":\"%s\"",
			 cases[i].error);
		run(&command_bench, arguments, EXIT_CODE_FAILED);
		expect_output(json);
		expect_output("\"repetitions\":0");
		/* Of the points, not of the benchmark */
		assert_string_equal(messages, "");
	}
}

static int set_up(void **state)
{
	memset(&model, 0, sizeof(model));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_devices_can_be_looked_for, set_up),
		cmocka_unit_test_setup(no_process_can_be_started, set_up),
		cmocka_unit_test_setup(there_is_no_chance, set_up),
		cmocka_unit_test_setup(a_function_takes_less_than_is_asked_for,
				       set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
