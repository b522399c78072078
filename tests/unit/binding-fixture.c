// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "binding-fixture.h"

struct fixture *fixture_new(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->model = model_new();
	model_add_controller(fixture->model, "epc-sim.0", 8, 4);
	model_add_controller(fixture->model, "epc-b", 8, 4);
	fixture->ctx = model_ctx(fixture->model, 0);
	return fixture;
}

void fixture_free(struct fixture *fixture)
{
	epf_ctx_free(fixture->ctx);
	assert_int_equal(model_warnings(fixture->model), 0);
	model_free(fixture->model);
	free(fixture);
}

int fixture_plan(struct fixture *fixture, const struct epf_config *config,
		 struct epf_plan **plan)
{
	struct epf_topology *topology;
	int ret;

	ret = epf_topology_new(fixture->ctx, &topology);
	if (ret)
		return ret;
	assert_int_equal(epf_plan_new(fixture->ctx, plan), 0);
	ret = epf_plan_configure(*plan, config, topology);
	if (ret) {
		assert_int_equal(epf_plan_get_num_steps(*plan), 0);
		epf_plan_free(*plan);
	}
	epf_topology_free(topology);
	return ret;
}

int fixture_plan_file(struct fixture *fixture, const char *path,
		      struct epf_plan **plan)
{
	struct epf_config *config;
	int ret;

	ret = epf_config_read(fixture->ctx, path, &config);
	if (ret)
		return ret;
	ret = fixture_plan(fixture, config, plan);
	epf_config_free(config);
	return ret;
}

int fixture_plan_text(struct fixture *fixture, const char *text,
		      struct epf_plan **plan)
{
	struct epf_config *config;
	int ret;

	ret = epf_config_parse(fixture->ctx, "test.yaml", text, strlen(text),
			       &config);
	if (ret)
		return ret;
	ret = fixture_plan(fixture, config, plan);
	epf_config_free(config);
	return ret;
}

size_t fixture_apply_text(struct fixture *fixture, const char *text)
{
	struct epf_plan *plan;
	size_t num_steps;

	if (fixture_plan_text(fixture, text, &plan) || epf_plan_execute(plan))
		fail_msg("%s", error_text(fixture));
	num_steps = epf_plan_get_num_steps(plan);
	epf_plan_free(plan);
	return num_steps;
}

static FILE *open_text(char **text)
{
	static size_t size;
	FILE *stream = open_memstream(text, &size);

	assert_non_null(stream);
	return stream;
}

char *plan_text(const struct epf_plan *plan)
{
	const struct epf_step *step;
	const char *value;
	char *text = NULL;
	FILE *stream = open_text(&text);

	for (size_t i = 0; i < epf_plan_get_num_steps(plan); i++) {
		step = epf_plan_get_step(plan, i);
		value = epf_step_get_value(step);
		fprintf(stream, "%s %s%s%s\n",
			epf_step_get_operation_name(step),
			epf_step_get_path(step), value ? " " : "",
			value ? value : "");
	}
	fclose(stream);
	return text;
}

char *error_text(const struct fixture *fixture)
{
	const struct epf_error *error = epf_ctx_get_error(fixture->ctx);
	const char *message = epf_error_get_message(error);
	const char *path = epf_error_get_path(error);
	const char *hint = epf_error_get_hint(error);
	char *text = NULL;
	FILE *stream = open_text(&text);

	fputs(epf_error_get_file(error), stream);
	if (epf_error_get_line(error))
		fprintf(stream, ":%u:%u", epf_error_get_line(error),
			epf_error_get_column(error));
	fprintf(stream, ": %s%s", path ? path : "", path ? ": " : "");
	for (; *message; message++)
		fprintf(stream, iscntrl((unsigned char)*message) ? "\\x%02x"
								 : "%c",
			*message);
	fprintf(stream, "%s%s\n", hint ? "; " : "", hint ? hint : "");
	fclose(stream);
	return text;
}

char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	FILE *stream = open_text(&text);
	int c;

	if (!file)
		fail_msg("%s: cannot be opened", path);
	while ((c = getc(file)) != EOF)
		putc(c, stream);
	fclose(file);
	fclose(stream);
	return text;
}
