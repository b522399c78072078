// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>

#include <json-c/json.h>

#include "document.h"
#include "exit.h"
#include "input.h"
#include "report.h"

static const char *severity_name(const struct epf_finding *finding)
{
	switch (epf_finding_get_severity(finding)) {
	case EPF_SEVERITY_NOTE:
		return "note";
	case EPF_SEVERITY_WARNING:
		return "warning";
	case EPF_SEVERITY_ERROR:
		return "error";
	}
	return NULL;
}

static void print_finding(const struct epfctl *ctl,
			  const struct epf_finding *finding)
{
	const char *hint = epf_finding_get_hint(finding);

	put_escaped(ctl->args[0], stdout);
	printf(":%u:%u: %s: ", epf_finding_get_line(finding),
	       epf_finding_get_column(finding), severity_name(finding));
	put_escaped(epf_finding_get_message(finding), stdout);
	if (hint) {
		fputs("; ", stdout);
		put_escaped(hint, stdout);
	}
	putchar('\n');
}

static struct json_object *finding_json(const struct epf_finding *finding)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "severity",
			       document_string(severity_name(finding)));
	json_object_object_add(
		json, "message",
		document_string(epf_finding_get_message(finding)));
	json_object_object_add(json, "hint",
			       document_string(epf_finding_get_hint(finding)));
	json_object_object_add(
		json, "line",
		json_object_new_int64(epf_finding_get_line(finding)));
	json_object_object_add(
		json, "column",
		json_object_new_int64(epf_finding_get_column(finding)));
	return json;
}

static void print_json(const struct epf_findings *findings,
		       const struct failure *failure)
{
	struct json_object *document = document_new("epfctl-check", 1);
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; findings && i < epf_findings_get_num(findings); i++)
		json_object_array_add(
			list, finding_json(epf_findings_get(findings, i)));
	json_object_object_add(document, "findings", list);
	json_object_object_add(document, "error", failure_json(failure));
	document_print(document);
}

static void print_text(const struct epfctl *ctl,
		       const struct epf_findings *findings)
{
	size_t count = epf_findings_get_num(findings);

	for (size_t i = 0; i < count; i++)
		print_finding(ctl, epf_findings_get(findings, i));
	if (count == 0 && !ctl->quiet)
		puts("no findings");
}

static int status_of(int ret, const struct epf_findings *findings)
{
	if (ret == -EILSEQ)
		return EXIT_CODE_USAGE;
	if (ret)
		return EXIT_CODE_FAILED;
	for (size_t i = 0; i < epf_findings_get_num(findings); i++)
		if (epf_finding_get_severity(epf_findings_get(findings, i)) ==
		    EPF_SEVERITY_ERROR)
			return EXIT_CODE_FAILED;
	return EXIT_CODE_OK;
}

static int run(struct epfctl *ctl)
{
	struct epf_findings *findings = NULL;
	struct epf_topology *topology = NULL;
	struct epf_config *config = NULL;
	struct failure failure = { 0 };
	int ret, status;

	ret = input_read(ctl, ctl->args[0], &config);
	if (!ret)
		ret = epf_topology_new(ctl->ctx, &topology);
	if (!ret)
		ret = epf_findings_new(config, topology, &findings);
	if (ret)
		failure = get_failure(ctl);
	if (ctl->json)
		print_json(findings, &failure);
	else if (!ret)
		print_text(ctl, findings);
	if (ret)
		report_failure(&failure);
	status = status_of(ret, findings);
	epf_findings_free(findings);
	epf_topology_free(topology);
	epf_config_free(config);
	return status;
}

static const struct argp argp = {
	.parser = parse_command,
	.args_doc = "FILE",
	.doc = "Tell what of FILE, epf-binding(5), this kernel and these "
	       "controllers cannot do, or do otherwise than it looks. Nothing is "
	       "changed. FILE can be - for standard input.",
	.children = common_options,
};

const struct command command_check = {
	.name = "check",
	.summary = "tell what of a file this system cannot do",
	.argp = &argp,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
