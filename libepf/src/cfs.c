// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfs.h"
#include "internal.h"

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct cfs_entry *)a)->name,
		      ((const struct cfs_entry *)b)->name);
}

int cfs_list_add(struct cfs_list *list, const char *name, enum cfs_kind kind)
{
	struct cfs_entry *entries;

	entries = reallocarray(list->entries, list->count + 1,
			       sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	list->entries = entries;
	entries[list->count] = (struct cfs_entry){
		.kind = kind,
		.writable = true,
	};
	entries[list->count].name = strdup(name);
	if (!entries[list->count].name)
		return -ENOMEM;
	list->count++;
	return 0;
}

int cfs_compare_ages(const struct cfs_age *a, const struct cfs_age *b,
		     bool same)
{
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (same)
		return (a->rank > b->rank) - (a->rank < b->rank);
	return (a->inode > b->inode) - (a->inode < b->inode);
}

void cfs_list_clear(struct cfs_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->entries[i].name);
	free(list->entries);
	*list = (struct cfs_list){ 0 };
}

int cfs_stat(const struct cfs *cfs, const char *path)
{
	return cfs->ops->stat(cfs->data, path);
}

static int list_entries(const struct cfs *cfs, const char *path,
			bool directories, struct cfs_list *list)
{
	int err;

	err = cfs->ops->list(cfs->data, path, directories, list);
	if (err)
		return err;
	if (list->count)
		qsort(list->entries, list->count, sizeof(*list->entries),
		      compare_entries);
	return 0;
}

int cfs_list(const struct cfs *cfs, const char *path, struct cfs_list *list)
{
	return list_entries(cfs, path, false, list);
}

int cfs_list_directories(const struct cfs *cfs, const char *path,
			 struct cfs_list *list)
{
	return list_entries(cfs, path, true, list);
}

int cfs_read(const struct cfs *cfs, const char *path, char **text)
{
	size_t length;
	int err;

	err = cfs->ops->read(cfs->data, path, text);
	if (err)
		return err;
	length = strlen(*text);
	if (length && (*text)[length - 1] == '\n')
		(*text)[length - 1] = '\0';
	return 0;
}

int cfs_readlink(const struct cfs *cfs, const char *path, char **text)
{
	return cfs->ops->readlink(cfs->data, path, text);
}

char *cfs_full_path(const struct cfs *cfs, const char *path)
{
	char *full;

	full = string_format("%s/%s", cfs->ops->base(cfs->data), path);
	if (!full)
		return NULL;
	return full;
}

/* Log an operation and its outcome; returns err. */
static int __attribute__((format(printf, 3, 4)))
logged(const struct cfs *cfs, int err, const char *format, ...)
{
	_cleanup_free_ char *what = NULL, *line = NULL;
	va_list args;
	int length;

	if (!cfs->log)
		return err;
	va_start(args, format);
	length = vasprintf(&what, format, args);
	va_end(args);
	if (length < 0)
		return err;
	line = string_format("%s%s%s", what, err ? ": " : "",
			     err ? strerror(-err) : "");
	if (!line)
		return err;
	cfs->log(cfs->log_data, line);
	return err;
}

int cfs_write(const struct cfs *cfs, const char *path, const char *value)
{
	_cleanup_free_ char *text = NULL;
	int err;

	/* Like echo: nvmet's subsysnqn drops the last character, the parsers
	 * of the others allow for one newline. */
	text = string_format("%s\n", value);
	if (!text)
		return -ENOMEM;
	err = cfs->ops->write(cfs->data, path, text);
	return logged(cfs, err, "write %s %s", path, value);
}

int cfs_mkdir(const struct cfs *cfs, const char *path)
{
	return logged(cfs, cfs->ops->mkdir(cfs->data, path), "mkdir %s", path);
}

int cfs_rmdir(const struct cfs *cfs, const char *path)
{
	return logged(cfs, cfs->ops->rmdir(cfs->data, path), "rmdir %s", path);
}

int cfs_symlink(const struct cfs *cfs, const char *target, const char *path)
{
	return logged(cfs, cfs->ops->symlink(cfs->data, target, path),
		      "symlink %s %s", path, target);
}

int cfs_unlink(const struct cfs *cfs, const char *path)
{
	return logged(cfs, cfs->ops->unlink(cfs->data, path), "unlink %s",
		      path);
}

int cfs_load(const struct cfs *cfs, const char *driver)
{
	return logged(cfs, cfs->ops->load(cfs->data, driver), "load %s",
		      driver);
}
