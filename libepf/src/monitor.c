// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <libudev.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "topology.h"

/* Events are what two looks at the system differ in. Uevents only say that it is
 * time for the next look: one that is lost is made good a moment later. */

#define LOOK_MS 100

struct epf_event {
	enum epf_event_type type;
	char *object;
	char *peer;
};

struct epf_monitor {
	struct epf_ctx *ctx;
	struct epf_topology *topology;
	struct udev *udev;
	struct udev_monitor *uevents; /* NULL: none here */
	int timer;
	int epoll;
	struct epf_event *events;
	size_t num_events;
	size_t next;
};

static void clear(struct epf_monitor *monitor)
{
	for (size_t i = 0; i < monitor->num_events; i++) {
		free(monitor->events[i].object);
		free(monitor->events[i].peer);
	}
	monitor->num_events = 0;
	monitor->next = 0;
}

/* Takes the strings. */
static int add(struct epf_monitor *monitor, enum epf_event_type type,
	       char *object, char *peer)
{
	struct epf_event *events;

	events = reallocarray(monitor->events, monitor->num_events + 1,
			      sizeof(*events));
	if (events)
		monitor->events = events;
	if (!events || !object) {
		free(object);
		free(peer);
		return -ENOMEM;
	}
	events[monitor->num_events++] = (struct epf_event){
		.type = type,
		.object = object,
		.peer = peer,
	};
	return 0;
}

static char *name_of(const struct epf_function *function)
{
	return string_format("%s/%s", function->driver->name, function->name);
}

static const struct epf_function *
find_function(const struct epf_topology *topology,
	      const struct epf_function *function)
{
	for (size_t i = 0; i < topology->num_functions; i++)
		if (strcmp(topology->functions[i].path, function->path) == 0)
			return &topology->functions[i];
	return NULL;
}

static const struct epf_controller *
find_controller(const struct epf_topology *topology, const char *name)
{
	for (size_t i = 0; i < topology->num_controllers; i++)
		if (strcmp(topology->controllers[i].name, name) == 0)
			return &topology->controllers[i];
	return NULL;
}

static bool is_linked(const struct epf_function *function,
		      const struct epf_link *link)
{
	for (size_t i = 0; i < function->num_links; i++)
		if (function->links[i].interface == link->interface &&
		    strcmp(function->links[i].controller->name,
			   link->controller->name) == 0)
			return true;
	return false;
}

static bool has_pf(const struct epf_function *function,
		   const struct epf_function *pf)
{
	return function->pf && strcmp(function->pf->path, pf->path) == 0;
}

/* The links that one has and the other, which may be NULL, has not. */
static int add_links(struct epf_monitor *monitor, enum epf_event_type type,
		     const struct epf_function *one,
		     const struct epf_function *other)
{
	int ret = 0;

	for (size_t i = 0; i < one->num_links && !ret; i++)
		if (!other || !is_linked(other, &one->links[i]))
			ret = add(monitor, type, name_of(one),
				  strdup(one->links[i].controller->name));
	if (!ret && one->pf && (!other || !has_pf(other, one->pf)))
		ret = add(monitor, type, name_of(one), name_of(one->pf));
	return ret;
}

static int compare_functions(struct epf_monitor *monitor,
			     const struct epf_topology *old,
			     const struct epf_topology *new)
{
	const struct epf_function *function, *other;
	int ret = 0;

	for (size_t i = 0; i < old->num_functions && !ret; i++) {
		function = &old->functions[i];
		other = find_function(new, function);
		ret = add_links(monitor, EPF_EVENT_FUNCTION_UNLINKED, function,
				other);
		if (!ret && !other)
			ret = add(monitor, EPF_EVENT_FUNCTION_REMOVED,
				  name_of(function), NULL);
	}
	for (size_t i = 0; i < new->num_functions && !ret; i++) {
		function = &new->functions[i];
		other = find_function(old, function);
		if (!other)
			ret = add(monitor, EPF_EVENT_FUNCTION_ADDED,
				  name_of(function), NULL);
		if (!ret)
			ret = add_links(monitor, EPF_EVENT_FUNCTION_LINKED,
					function, other);
	}
	return ret;
}

/* What is gone was stopped, and its link down, before. */
static int compare_controller(struct epf_monitor *monitor, const char *name,
			      const struct epf_controller *old,
			      const struct epf_controller *new)
{
	bool was_up = old && old->link_state == EPF_LINK_STATE_UP;
	bool is_up = new && new->link_state == EPF_LINK_STATE_UP;
	bool was_started = old && old->started;
	bool is_started = new && new->started;
	int ret = 0;

	if (!old)
		ret = add(monitor, EPF_EVENT_CONTROLLER_ADDED, strdup(name),
			  NULL);
	if (!ret && !was_started && is_started)
		ret = add(monitor, EPF_EVENT_CONTROLLER_STARTED, strdup(name),
			  NULL);
	if (!ret && was_up != is_up)
		ret = add(monitor, is_up ? EPF_EVENT_LINK_UP
					 : EPF_EVENT_LINK_DOWN, strdup(name),
			  NULL);
	if (!ret && was_started && !is_started)
		ret = add(monitor, EPF_EVENT_CONTROLLER_STOPPED, strdup(name),
			  NULL);
	if (!ret && !new)
		ret = add(monitor, EPF_EVENT_CONTROLLER_REMOVED, strdup(name),
			  NULL);
	return ret;
}

static int compare(struct epf_monitor *monitor, const struct epf_topology *old,
		   const struct epf_topology *new)
{
	const char *name;
	int ret;

	ret = compare_functions(monitor, old, new);
	for (size_t i = 0; i < old->num_controllers && !ret; i++) {
		name = old->controllers[i].name;
		ret = compare_controller(monitor, name, &old->controllers[i],
					 find_controller(new, name));
	}
	for (size_t i = 0; i < new->num_controllers && !ret; i++) {
		name = new->controllers[i].name;
		if (!find_controller(old, name))
			ret = compare_controller(monitor, name, NULL,
						 &new->controllers[i]);
	}
	return ret;
}

/* Take what woke us up. */
static void drain(struct epf_monitor *monitor)
{
	struct udev_device *device;
	uint64_t ticks;

	while (read(monitor->timer, &ticks, sizeof(ticks)) > 0)
		;
	while (monitor->uevents &&
	       (device = udev_monitor_receive_device(monitor->uevents)))
		udev_device_unref(device);
}

static int look(struct epf_monitor *monitor)
{
	struct epf_topology *topology;
	int ret;

	drain(monitor);
	ret = topology_outline(monitor->ctx, &topology);
	if (ret)
		return ret;
	ret = compare(monitor, monitor->topology, topology);
	epf_topology_free(monitor->topology);
	monitor->topology = topology;
	return ret ? error_set_nomem(monitor->ctx) : 0;
}

static int watch(struct epf_monitor *monitor, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(monitor->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno
								    : 0;
}

/* Straight from the kernel: nothing here needs what udevd knows, and it may not
 * run. Without them there is still the timer. */
static int watch_uevents(struct epf_monitor *monitor)
{
	struct udev_monitor *uevents;

	monitor->udev = udev_new();
	uevents = monitor->udev ? udev_monitor_new_from_netlink(monitor->udev,
								"kernel")
				: NULL;
	if (!uevents)
		return 0;
	if (udev_monitor_filter_add_match_subsystem_devtype(uevents, "pci_epc",
							    NULL) < 0 ||
	    udev_monitor_filter_add_match_subsystem_devtype(uevents, "pci-epf",
							    NULL) < 0 ||
	    udev_monitor_enable_receiving(uevents) < 0) {
		udev_monitor_unref(uevents);
		return 0;
	}
	monitor->uevents = uevents;
	return watch(monitor, udev_monitor_get_fd(uevents));
}

static int watch_timer(struct epf_monitor *monitor)
{
	const struct itimerspec period = {
		.it_interval.tv_nsec = LOOK_MS * 1000000,
		.it_value.tv_nsec = LOOK_MS * 1000000,
	};

	monitor->timer = timerfd_create(CLOCK_MONOTONIC,
					TFD_NONBLOCK | TFD_CLOEXEC);
	if (monitor->timer < 0 ||
	    timerfd_settime(monitor->timer, 0, &period, NULL))
		return -errno;
	return watch(monitor, monitor->timer);
}

EPF_EXPORT int epf_monitor_new(struct epf_ctx *ctx,
			       struct epf_monitor **monitor)
{
	struct epf_monitor *new = calloc(1, sizeof(*new));
	int ret;

	if (!new)
		return error_set_nomem(ctx);
	new->ctx = ctx;
	new->timer = -1;
	new->epoll = epoll_create1(EPOLL_CLOEXEC);
	ret = new->epoll < 0 ? -errno : watch_timer(new);
	if (!ret)
		ret = watch_uevents(new);
	if (ret)
		error_set(ctx, ret, &(struct epf_error){
			.operation = "watch",
		});
	else
		ret = topology_outline(ctx, &new->topology);
	if (ret) {
		epf_monitor_free(new);
		return ret;
	}
	*monitor = new;
	return 0;
}

EPF_EXPORT void epf_monitor_free(struct epf_monitor *monitor)
{
	if (!monitor)
		return;
	clear(monitor);
	free(monitor->events);
	epf_topology_free(monitor->topology);
	if (monitor->uevents)
		udev_monitor_unref(monitor->uevents);
	if (monitor->udev)
		udev_unref(monitor->udev);
	if (monitor->timer >= 0)
		close(monitor->timer);
	if (monitor->epoll >= 0)
		close(monitor->epoll);
	free(monitor);
}

EPF_EXPORT int epf_monitor_get_fd(const struct epf_monitor *monitor)
{
	return monitor->epoll;
}

EPF_EXPORT int epf_monitor_read(struct epf_monitor *monitor,
				const struct epf_event **event)
{
	int ret;

	if (monitor->next == monitor->num_events) {
		clear(monitor);
		ret = look(monitor);
		if (ret)
			return ret;
		if (monitor->num_events == 0)
			return -EAGAIN;
	}
	*event = &monitor->events[monitor->next++];
	return 0;
}

EPF_EXPORT enum epf_event_type epf_event_get_type(const struct epf_event *event)
{
	return event->type;
}

EPF_EXPORT const char *epf_event_get_type_name(const struct epf_event *event)
{
	static const char *const names[] = {
		[EPF_EVENT_CONTROLLER_ADDED] = "controller-added",
		[EPF_EVENT_CONTROLLER_REMOVED] = "controller-removed",
		[EPF_EVENT_CONTROLLER_STARTED] = "controller-started",
		[EPF_EVENT_CONTROLLER_STOPPED] = "controller-stopped",
		[EPF_EVENT_LINK_UP] = "link-up",
		[EPF_EVENT_LINK_DOWN] = "link-down",
		[EPF_EVENT_FUNCTION_ADDED] = "function-added",
		[EPF_EVENT_FUNCTION_REMOVED] = "function-removed",
		[EPF_EVENT_FUNCTION_LINKED] = "function-linked",
		[EPF_EVENT_FUNCTION_UNLINKED] = "function-unlinked",
	};

	return names[event->type];
}

EPF_EXPORT const char *epf_event_get_object(const struct epf_event *event)
{
	return event->object;
}

EPF_EXPORT const char *epf_event_get_peer(const struct epf_event *event)
{
	return event->peer;
}
