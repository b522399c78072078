// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tree.h"

#define POLL_MS 1

int tree_exists(const struct cfs *cfs, const char *path)
{
	int kind;

	kind = cfs_stat(cfs, path);
	if (kind == -ENOENT)
		return 0;
	return kind < 0 ? kind : 1;
}

bool tree_is_loaded(const struct cfs *cfs, const char *module)
{
	_cleanup_free_ char *path = NULL;

	/* From /sys/kernel/config/pci_ep */
	path = string_format("../../../module/%s", module);
	if (!path)
		return false;
	for (char *c = path; *c; c++)
		if (*c == '-')
			*c = '_';
	return cfs_stat(cfs, path) == CFS_DIRECTORY;
}

static bool is_driver_directory(const struct cfs_entry *entry)
{
	return entry->kind == CFS_DIRECTORY && strcmp(entry->name, "primary") &&
	       strcmp(entry->name, "secondary");
}

void attribute_list_clear(struct attribute_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		free(list->items[i].name);
		free(list->items[i].text);
	}
	free(list->items);
	*list = (struct attribute_list){ 0 };
}

static int add_attribute(struct attribute_list *list, const struct cfs *cfs,
			 const char *directory, const char *name, bool writable)
{
	_cleanup_free_ char *path = NULL;
	struct attribute *items;
	char *text = NULL;
	int err;

	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	path = string_format("%s/%s", directory, name);
	if (!path)
		return -ENOMEM;
	items += list->count;
	items->writable = writable;
	items->name = strdup(name);
	if (!items->name)
		return -ENOMEM;
	/* Some refuse to be read for now, as vntb's mwN without num_mws. */
	err = cfs_read(cfs, path, &text);
	items->text = err ? NULL : text;
	list->count++;
	return err == -ENOMEM ? err : 0;
}

/* "sub/name", or name without sub. NULL for no memory. */
static char *join(const char *sub, const char *name)
{
	return sub ? string_format("%s/%s", sub, name) : strdup(name);
}

/* The files of directory/sub, and of all below. */
static int add_attributes(struct attribute_list *list, const struct cfs *cfs,
			  const char *directory, const char *sub)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	_cleanup_free_ char *path = NULL;
	size_t i;
	int err;

	path = string_format(sub ? "%s/%s" : "%s", directory, sub);
	if (!path)
		return -ENOMEM;
	err = cfs_list(cfs, path, &entries);
	for (i = 0; !err && i < entries.count; i++) {
		const struct cfs_entry *entry = &entries.entries[i];
		_cleanup_free_ char *name = join(sub, entry->name);

		if (!name)
			return -ENOMEM;
		if (entry->kind == CFS_FILE)
			err = add_attribute(list, cfs, directory, name,
					    entry->writable);
		else if (entry->kind == CFS_DIRECTORY)
			err = add_attributes(list, cfs, directory, name);
	}
	return err;
}

int tree_read_directory(const struct cfs *cfs, const char *directory,
			struct attribute_list *list)
{
	return add_attributes(list, cfs, directory, NULL);
}

int tree_read_attributes(const struct cfs *cfs, const char *function,
			 struct attribute_list *list)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	size_t i;
	int err;

	err = cfs_list(cfs, function, &entries);
	for (i = 0; !err && i < entries.count; i++) {
		if (entries.entries[i].kind == CFS_FILE)
			err = add_attribute(list, cfs, function,
					    entries.entries[i].name,
					    entries.entries[i].writable);
	}
	for (i = 0; !err && i < entries.count; i++) {
		const struct cfs_entry *entry = &entries.entries[i];
		_cleanup_free_ char *path = NULL;

		if (!is_driver_directory(entry))
			continue;
		path = string_format("%s/%s", function, entry->name);
		if (!path)
			return -ENOMEM;
		err = add_attributes(list, cfs, path, NULL);
	}
	return err;
}

const char *attribute_list_get(const struct attribute_list *list,
			       const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!strcmp(list->items[i].name, name))
			return list->items[i].text;
	}
	return NULL;
}

/* Files of the directory, or of one in it, as "sub/file"; those of more than one
 * line are counters. */
static int add_settings(struct attribute_list *list, const struct cfs *cfs,
			const char *directory, const char *sub)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	_cleanup_free_ char *path = NULL;
	size_t i;
	int err;

	path = string_format(sub ? "%s/%s" : "%s", directory, sub);
	if (!path)
		return -ENOMEM;
	err = cfs_list(cfs, path, &entries);
	for (i = 0; !err && i < entries.count; i++) {
		const struct cfs_entry *entry = &entries.entries[i];
		_cleanup_free_ char *name = NULL;
		struct attribute *last;

		if (entry->kind == CFS_DIRECTORY && !sub)
			err = add_settings(list, cfs, directory, entry->name);
		if (entry->kind != CFS_FILE)
			continue;
		name = join(sub, entry->name);
		if (!name)
			return -ENOMEM;
		err = add_attribute(list, cfs, directory, name,
				    entry->writable);
		if (err)
			return err;
		last = &list->items[list->count - 1];
		if (last->text && strchr(last->text, '\n')) {
			free(last->name);
			free(last->text);
			list->count--;
		}
	}
	return err == -ENOMEM ? err : 0;
}

int tree_read_controller(const struct cfs *cfs, const char *name,
			 struct attribute_list *list)
{
	_cleanup_free_ char *path = NULL;

	path = string_format("../pci_epc_sim/%s", name);
	return path ? add_settings(list, cfs, path, NULL) : -ENOMEM;
}

int tree_read_controller_driver(const struct cfs *cfs, const char *name,
				char **driver)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	const char *slash;
	int err;

	/* From /sys/kernel/config/pci_ep */
	path = string_format("../../../class/pci_epc/%s/device/driver", name);
	if (!path)
		return -ENOMEM;
	err = cfs_readlink(cfs, path, &text);
	if (err)
		return err == -ENOMEM ? err : 0;
	slash = strrchr(text, '/');
	*driver = strdup(slash ? slash + 1 : text);
	return *driver ? 0 : -ENOMEM;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
	struct timespec pause = { .tv_nsec = ms * 1000000 };

	nanosleep(&pause, NULL);
}

int tree_wait(const struct epf_ctx *ctx, const char *directory)
{
	long long deadline = now_ms() + ctx->timeout_ms;
	int found;

	for (;;) {
		found = tree_exists(&ctx->cfs, directory);
		if (found < 0)
			return found;
		if (found)
			return 0;
		if (now_ms() >= deadline)
			return -ETIMEDOUT;
		pause_ms(POLL_MS);
	}
}

int tree_find_directory(const struct cfs *cfs, const char *function,
			const char *name, char **path)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	size_t i;
	int err;

	err = cfs_list_directories(cfs, function, &entries);
	for (i = 0; !err && i < entries.count; i++) {
		const struct cfs_entry *entry = &entries.entries[i];
		_cleanup_free_ char *there = NULL;

		if (!is_driver_directory(entry))
			continue;
		there = string_format("%s/%s/%s", function, entry->name, name);
		if (!there)
			return -ENOMEM;
		if (cfs_stat(cfs, there) == CFS_DIRECTORY) {
			*path = there;
			there = NULL;
			return 0;
		}
	}
	return err ? err : -ENOENT;
}

/* Look for an attribute of the driver once. */
static int look_for(const struct cfs *cfs, const char *function,
		    const char *name, char **path)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	size_t i;
	int err;

	err = cfs_list_directories(cfs, function, &entries);
	if (err)
		return err;
	for (i = 0; i < entries.count; i++) {
		const struct cfs_entry *entry = &entries.entries[i];
		_cleanup_free_ char *there = NULL;
		int kind;

		if (!is_driver_directory(entry))
			continue;
		there = string_format("%s/%s/%s", function, entry->name, name);
		if (!there)
			return -ENOMEM;
		kind = cfs_stat(cfs, there);
		if (kind < 0 && kind != -ENOENT)
			return kind;
		if (kind == CFS_FILE) {
			*path = there;
			there = NULL;
			return 0;
		}
	}
	return -ENOENT;
}

/* Look for an attribute of the driver until the function is complete. */
static int await_attribute(const struct epf_ctx *ctx, const char *function,
			   const char *name, char **path)
{
	_cleanup_free_ char *secondary = NULL;
	int complete = 0, was_complete, err;
	long long deadline;

	deadline = now_ms() + ctx->timeout_ms;
	secondary = string_format("%s/secondary", function);
	if (!secondary)
		return -ENOMEM;
	/* Kernels before 6.12.72 and 7.0 make primary/, secondary/ and the
	 * driver's directory a moment after the function, in this order: what
	 * is not there well after secondary/ does not exist. */
	for (;;) {
		was_complete = complete;
		complete = tree_exists(&ctx->cfs, secondary);
		if (complete < 0)
			return complete;
		err = look_for(&ctx->cfs, function, name, path);
		if (err != -ENOENT || was_complete)
			return err;
		if (now_ms() >= deadline)
			return complete ? -ENOENT : -ETIMEDOUT;
		pause_ms(POLL_MS);
	}
}

int tree_read_attribute(const struct epf_ctx *ctx, const char *function,
			const char *name, char **path, char **text)
{
	_cleanup_free_ char *own = NULL;
	int err;

	*text = NULL;
	/* Most are the function's own, there as soon as the function is. */
	own = string_format("%s/%s", function, name);
	if (!own)
		return -ENOMEM;
	if (cfs_read(&ctx->cfs, own, text) == 0 ||
	    cfs_stat(&ctx->cfs, own) == CFS_FILE) {
		*path = own;
		own = NULL;
		return 0;
	}
	err = await_attribute(ctx, function, name, path);
	if (!err && cfs_read(&ctx->cfs, *path, text))
		*text = NULL;
	return err;
}

bool tree_leads_to(const char *text, const char *target)
{
	size_t length = strlen(text), tail = strlen(target);

	/* The kernel gives a relative path back, whatever was asked for. */
	return length > tail && text[length - tail - 1] == '/' &&
	       !strcmp(text + length - tail, target);
}

int tree_find_link(const struct cfs *cfs, const char *directory,
		   const char *target, char **path)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	size_t i;
	int err;

	err = cfs_list(cfs, directory, &entries);
	if (err)
		return err;
	for (i = 0; i < entries.count; i++) {
		const struct cfs_entry *entry = &entries.entries[i];
		_cleanup_free_ char *text = NULL, *link = NULL;

		if (entry->kind != CFS_LINK)
			continue;
		link = string_format("%s/%s", directory, entry->name);
		if (!link)
			return -ENOMEM;
		err = cfs_readlink(cfs, link, &text);
		if (err)
			return err;
		if (tree_leads_to(text, target)) {
			*path = link;
			link = NULL;
			return 0;
		}
	}
	return -ENOENT;
}

int tree_is_started(const struct cfs *cfs, const char *controller)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int err;

	path = string_format("%s/start", controller);
	if (!path)
		return -ENOMEM;
	err = cfs_read(cfs, path, &text);
	return err ? err : !strcmp(text, "1");
}

/* 1 if the directory holds a link; 0 also where there is no directory. */
static int has_link(const struct cfs *cfs, const char *directory)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	size_t i;
	int err;

	err = cfs_list(cfs, directory, &entries);
	if (err)
		return err == -ENOENT ? 0 : err;
	for (i = 0; i < entries.count; i++) {
		if (entries.entries[i].kind == CFS_LINK)
			return 1;
	}
	return 0;
}

int tree_is_linked(const struct cfs *cfs, const char *function)
{
	_cleanup_(cfs_list_clear) struct cfs_list controllers = { 0 };
	_cleanup_free_ char *primary = NULL, *secondary = NULL;
	int linked, err;
	size_t i;

	primary = string_format("%s/primary", function);
	secondary = string_format("%s/secondary", function);
	if (!primary || !secondary)
		return -ENOMEM;
	linked = has_link(cfs, primary);
	if (!linked)
		linked = has_link(cfs, secondary);
	if (linked)
		return linked;

	err = cfs_list(cfs, "controllers", &controllers);
	if (err)
		return err;
	for (i = 0; i < controllers.count; i++) {
		_cleanup_free_ char *path = NULL, *link = NULL;

		path = string_format("controllers/%s",
				     controllers.entries[i].name);
		if (!path)
			return -ENOMEM;
		err = tree_find_link(cfs, path, function, &link);
		if (err != -ENOENT)
			return err ? err : 1;
	}
	return 0;
}
