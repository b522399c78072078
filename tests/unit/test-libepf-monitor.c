// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The monitor over a directory with the look of a machine, which gives no
 * uevents: the timer alone wakes it. The linker brings the calls here that are
 * to fail (--wrap). */

#include <libudev.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "files-fixture.h"

#define LINK PCI_EP "/controllers/sim.0/any"
#define SECOND PCI_EP "/functions/pci_epf_test/f1"

/* What each call fails with; 0: it does not. */
static struct {
	int epoll_create, epoll_ctl, timer, period;
} model;

static bool fails(int err)
{
	errno = -err;
	return err;
}

int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __wrap_epoll_create1(int flags)
{
	return fails(model.epoll_create) ? -1 : __real_epoll_create1(flags);
}

int __real_epoll_ctl(int epoll, int operation, int fd,
		     struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int operation, int fd,
		     struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int operation, int fd,
		     struct epoll_event *event)
{
	return fails(model.epoll_ctl) ? -1 : __real_epoll_ctl(epoll, operation,
							      fd, event);
}

int __real_timerfd_create(int clock, int flags);
int __wrap_timerfd_create(int clock, int flags);
int __wrap_timerfd_create(int clock, int flags)
{
	return fails(model.timer) ? -1 : __real_timerfd_create(clock, flags);
}

int __real_timerfd_settime(int fd, int flags, const struct itimerspec *new,
			   struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *new,
			   struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *new,
			   struct itimerspec *old)
{
	return fails(model.period) ? -1 : __real_timerfd_settime(fd, flags, new,
								 old);
}

struct udev_monitor *__wrap_udev_monitor_new_from_netlink(struct udev *udev,
							  const char *name);
struct udev_monitor *__wrap_udev_monitor_new_from_netlink(struct udev *udev,
							  const char *name)
{
	assert_string_equal(name, "kernel");
	return NULL;
}

static int next_file(void)
{
	int fd = dup(STDIN_FILENO);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void what_cannot_be_watched_is_said(void **state)
{
	static const struct {
		int *fails, err;
	} cases[] = {
		{ &model.epoll_create, -EMFILE },
		{ &model.timer, -ENFILE },
		{ &model.period, -EINVAL },
		{ &model.epoll_ctl, -ENOSPC },
	};
	struct epf_monitor *untouched, *monitor;
	const struct epf_error *error;
	struct fixture *f = *state;
	int next;

	untouched = monitor = (void *)f;
	make_tree(f);
	make_ctx(f, f->root, 0);
	next = next_file();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&model, 0, sizeof(model));
		*cases[i].fails = cases[i].err;
		assert_int_equal(epf_monitor_new(f->ctx, &monitor),
				 cases[i].err);
		assert_ptr_equal(monitor, untouched);
		error = epf_ctx_get_error(f->ctx);
		assert_int_equal(epf_error_get_errno(error), -cases[i].err);
		assert_string_equal(epf_error_get_operation(error), "watch");
		assert_string_equal(epf_error_get_message(error),
				    strerror(-cases[i].err));
		assert_int_equal(next_file(), next);
	}
	memset(&model, 0, sizeof(model));
}

static char *full(struct fixture *f, const char *path)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s/%s", f->root, path);
	return text;
}

/* Wait for these events, a line each, and no more. */
static void expect(struct epf_monitor *monitor, const char *expected)
{
	struct pollfd fd = {
		.fd = epf_monitor_get_fd(monitor),
		.events = POLLIN,
	};
	const struct epf_event *event;
	char *text = NULL;
	FILE *stream;
	size_t size;
	int ret;

	stream = open_memstream(&text, &size);
	assert_non_null(stream);
	assert_int_equal(poll(&fd, 1, -1), 1);
	while ((ret = epf_monitor_read(monitor, &event)) == 0) {
		const char *peer = epf_event_get_peer(event);

		fprintf(stream, "%s %s%s%s\n", epf_event_get_type_name(event),
			epf_event_get_object(event), peer ? " " : "",
			peer ? peer : "");
	}
	fclose(stream);
	assert_int_equal(ret, -EAGAIN);
	assert_string_equal(text, expected);
	free(text);
}

static void the_timer_is_enough(void **state)
{
	struct epf_monitor *monitor;
	struct fixture *f = *state;
	char target[256];

	make_tree(f);
	make_function(f);
	make_ctx(f, f->root, 0);
	assert_int_equal(epf_monitor_new(f->ctx, &monitor), 0);
	expect(monitor, "");

	make_directory(f, SECOND);
	strcpy(target, full(f, F0));
	assert_int_equal(symlink(target, full(f, LINK)), 0);
	expect(monitor, "function-linked pci_epf_test/f0 sim.0\n"
			"function-added pci_epf_test/f1\n");
	make_file(f, PCI_EP "/controllers/sim.0/start", "1\n");
	expect(monitor, "controller-started sim.0\n");
	make_directory(f, PCI_EP "/controllers/sim.1");
	make_file(f, PCI_EP "/controllers/sim.1/start", "1\n");
	assert_int_equal(rmdir(full(f, SECOND)), 0);
	expect(monitor, "function-removed pci_epf_test/f1\n"
			"controller-added sim.1\n"
			"controller-started sim.1\n");
	assert_int_equal(unlink(full(f, PCI_EP "/controllers/sim.1/start")), 0);
	assert_int_equal(rmdir(full(f, PCI_EP "/controllers/sim.1")), 0);
	assert_int_equal(unlink(full(f, LINK)), 0);
	make_file(f, PCI_EP "/controllers/sim.0/start", "0\n");
	expect(monitor, "function-unlinked pci_epf_test/f0 sim.0\n"
			"controller-stopped sim.0\n"
			"controller-stopped sim.1\n"
			"controller-removed sim.1\n");
	epf_monitor_free(monitor);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_cannot_be_watched_is_said),
		TEST(the_timer_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
