// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "document.h"
#include "exit.h"
#include "report.h"

static volatile sig_atomic_t ended;

static void end(int signal)
{
	ended = 1;
}

static void print_json(const struct epf_event *event)
{
	struct json_object *document = document_new("epfctl-event", 1);

	json_object_object_add(document, "event",
			       document_string(epf_event_get_type_name(event)));
	json_object_object_add(document, "object",
			       document_string(epf_event_get_object(event)));
	json_object_object_add(document, "peer",
			       document_string(epf_event_get_peer(event)));
	puts(json_object_to_json_string_ext(document,
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
}

static void print_text(const struct epf_event *event)
{
	const char *peer = epf_event_get_peer(event);

	fputs(epf_event_get_type_name(event), stdout);
	putchar(' ');
	put_escaped(epf_event_get_object(event), stdout);
	if (peer) {
		putchar(' ');
		put_escaped(peer, stdout);
	}
	putchar('\n');
}

/* Print what has happened. 0 or -errno. */
static int print_events(struct epfctl *ctl, struct epf_monitor *monitor)
{
	const struct epf_event *event;
	int ret;

	while ((ret = epf_monitor_read(monitor, &event)) == 0) {
		if (ctl->json)
			print_json(event);
		else
			print_text(event);
	}
	errno = EIO; /* of an earlier write: why is not known any more */
	if (fflush(stdout) || ferror(stdout)) {
		/* Not again when it is closed. */
		clearerr(stdout);
		return fail(ctl, (struct failure){
			.err = errno,
			.operation = "write",
			.path = "standard output",
			.message = strerror(errno),
		});
	}
	return ret == -EAGAIN ? 0 : ret;
}

static int watch(struct epfctl *ctl, struct epf_monitor *monitor)
{
	struct pollfd fd = {
		.fd = epf_monitor_get_fd(monitor),
		.events = POLLIN,
	};
	int ret = 0;

	while (!ended && !ret) {
		if (poll(&fd, 1, -1) > 0)
			ret = print_events(ctl, monitor);
		else if (errno != EINTR)
			ret = fail(ctl, (struct failure){
				.err = errno,
				.operation = "poll",
				.path = "events",
				.message = strerror(errno),
			});
	}
	return ret;
}

static int run(struct epfctl *ctl)
{
	const struct sigaction action = { .sa_handler = end };
	struct failure failure;
	struct epf_monitor *monitor = NULL;
	int ret;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	ret = epf_monitor_new(ctl->ctx, &monitor);
	if (!ret)
		ret = watch(ctl, monitor);
	if (ret) {
		failure = get_failure(ctl);
		report_failure(&failure);
	}
	epf_monitor_free(monitor);
	return ret ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static const struct argp argp = {
	.parser = parse_command,
	.doc = "Print a line for each controller and function that comes, goes, is "
	       "started, stopped, linked or unlinked, and for each link that comes "
	       "up or goes down, until interrupted.",
	.children = common_options,
};

const struct command command_monitor = {
	.name = "monitor",
	.summary = "tell what changes, as it changes",
	.argp = &argp,
	.run = run,
};
