// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "change.h"
#include "document.h"
#include "exit.h"
#include "report.h"
#include "table.h"

int change_add_settings(struct epfctl *ctl, struct epf_plan *plan,
			const char *driver, const char *name, int first)
{
	const char *value;
	char *attribute;
	int ret = 0;

	for (int i = first; i < ctl->num_args && !ret; i++) {
		value = strchr(ctl->args[i], '=');
		if (!value || value == ctl->args[i])
			return fail(ctl, (struct failure){
				.err = EINVAL,
				.operation = "check",
				.path = ctl->args[i],
				.message = "not of the form ATTRIBUTE=VALUE",
			});
		attribute = strndup(ctl->args[i], value - ctl->args[i]);
		if (!attribute)
			return fail(ctl, (struct failure){
				.err = ENOMEM,
				.message = strerror(ENOMEM),
			});
		ret = epf_plan_set(plan, driver, name, attribute, value + 1);
		free(attribute);
	}
	return ret;
}

/* All or nothing: a signal has to wait until the plan has ended. */
static int execute(struct epf_plan *plan)
{
	sigset_t signals, before;
	int ret;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	ret = epf_plan_execute(plan);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static const char *state_name(const struct epf_step *step)
{
	switch (epf_step_get_state(step)) {
	case EPF_STEP_PENDING:
		return "pending";
	case EPF_STEP_DONE:
		return "done";
	case EPF_STEP_FAILED:
		return "failed";
	case EPF_STEP_UNDONE:
		return "undone";
	case EPF_STEP_STUCK:
		return "stuck";
	}
	return NULL;
}

static struct json_object *steps_json(const struct epf_plan *plan)
{
	struct json_object *steps = json_object_new_array();
	const struct epf_step *step;
	struct json_object *json;

	for (size_t i = 0; i < epf_plan_get_num_steps(plan); i++) {
		step = epf_plan_get_step(plan, i);
		json = json_object_new_object();
		json_object_object_add(
			json, "operation",
			document_string(epf_step_get_operation_name(step)));
		json_object_object_add(
			json, "path", document_string(epf_step_get_path(step)));
		json_object_object_add(
			json, "value",
			document_string(epf_step_get_value(step)));
		json_object_object_add(json, "state",
				       document_string(state_name(step)));
		json_object_array_add(steps, json);
	}
	return steps;
}

static void print_json(const struct epfctl *ctl, const struct epf_plan *plan,
		       const struct failure *failure)
{
	struct json_object *document = document_new("epfctl-plan", 1);

	json_object_object_add(document, "command",
			       document_string(ctl->command->name));
	json_object_object_add(document, "dry_run",
			       json_object_new_boolean(ctl->dry_run));
	json_object_object_add(document, "steps", steps_json(plan));
	json_object_object_add(
		document, "incomplete",
		json_object_new_boolean(epf_plan_is_incomplete(plan)));
	json_object_object_add(document, "error", failure_json(failure));
	document_print(document);
}

static void print_steps(const struct epf_plan *plan)
{
	struct table *table = table_new(3);
	const struct epf_step *step;
	const char *value;

	for (size_t i = 0; i < epf_plan_get_num_steps(plan); i++) {
		step = epf_plan_get_step(plan, i);
		value = epf_step_get_value(step);
		table_add(table, epf_step_get_operation_name(step));
		table_add(table, epf_step_get_path(step));
		table_add(table, value ? value : "");
	}
	table_print(table);
}

/* Only of apply one cannot know beforehand what it does. */
static void print_summary(const struct epfctl *ctl, const struct epf_plan *plan)
{
	size_t count = epf_plan_get_num_steps(plan);

	if (ctl->quiet)
		return;
	if (count == 0)
		puts("nothing to do: the system is as it should be");
	else if (ctl->dry_run)
		print_steps(plan);
	else if (ctl->command == &command_apply)
		printf("%zu step%s done\n", count, count == 1 ? "" : "s");
}

/* The exit code of a command whose plan could not be made. */
static int refused(int err)
{
	/* The command line or the file says what cannot be. */
	if (err == -EINVAL || err == -EILSEQ)
		return EXIT_CODE_USAGE;
	return EXIT_CODE_FAILED;
}

/* Plan and run; the exit code. */
static int run_plan(struct epfctl *ctl, struct epf_plan *plan, change_fn *add)
{
	struct epf_topology *topology;
	int ret;

	ret = epf_topology_new(ctl->ctx, &topology);
	if (ret)
		return EXIT_CODE_FAILED;
	ret = add(ctl, topology, plan);
	epf_topology_free(topology);
	if (ret)
		return refused(ret);
	if (ctl->dry_run)
		return EXIT_CODE_OK;
	if (execute(plan) == 0)
		return ctl->after && ctl->after(ctl) ? EXIT_CODE_FAILED
						     : EXIT_CODE_OK;
	return epf_plan_is_incomplete(plan) ? EXIT_CODE_INCOMPLETE
					    : EXIT_CODE_FAILED;
}

int change_run(struct epfctl *ctl, change_fn *add)
{
	struct failure failure = { 0 };
	struct epf_plan *plan;
	int status;

	if (epf_plan_new(ctl->ctx, &plan)) {
		failure = get_failure(ctl);
		report_failure(&failure);
		return EXIT_CODE_FAILED;
	}
	status = run_plan(ctl, plan, add);
	if (status != EXIT_CODE_OK)
		failure = get_failure(ctl);
	if (ctl->json)
		print_json(ctl, plan, &failure);
	else if (status == EXIT_CODE_OK)
		print_summary(ctl, plan);
	if (status != EXIT_CODE_OK)
		report_failure(&failure);
	epf_plan_free(plan);
	return status;
}
