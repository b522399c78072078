/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef CFS_H
#define CFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The configfs tree of the endpoint framework, one operation at a time. All
 * paths are relative to pci_ep ("functions/pci_epf_test/f0"). Functions return
 * 0 or -errno, -ENODEV where there is no tree. */

enum cfs_kind {
	CFS_DIRECTORY = 1,
	CFS_FILE = 2,
	CFS_LINK = 3,
};

/* When an entry was made: the kernel numbers functions in that order, and
 * tells the numbers nobody. Time goes by ticks; what of one tick is in one
 * directory goes by rank, the rest by inode. */
struct cfs_age {
	uint64_t ns;
	uint64_t inode;
	size_t rank; /* in the directory */
};

struct cfs_entry {
	char *name;
	enum cfs_kind kind;
	bool writable; /* CFS_FILE */
	struct cfs_age age;
};

struct cfs_list {
	struct cfs_entry *entries;
	size_t count;
};

struct cfs_ops {
	/* An enum cfs_kind; links are not followed. */
	int (*stat)(void *data, const char *path);
	/* Add what is in a directory to list, in any order; with directories, no
	 * more than these is wanted. */
	int (*list)(void *data, const char *path, bool directories,
		    struct cfs_list *list);
	/* A file's text, and the raw text of a link; free() them. */
	int (*read)(void *data, const char *path, char **text);
	int (*readlink)(void *data, const char *path, char **text);
	int (*write)(void *data, const char *path, const char *text);
	int (*mkdir)(void *data, const char *path);
	int (*rmdir)(void *data, const char *path);
	/* target is relative to pci_ep, like path. */
	int (*symlink)(void *data, const char *target, const char *path);
	int (*unlink)(void *data, const char *path);
	/* Load the module of an EPF driver: its directory appears. */
	int (*load)(void *data, const char *driver);
	/* Where pci_ep is, for messages. Never NULL. */
	const char *(*base)(void *data);
	/* What to do about a missing tree. Never NULL. */
	const char *(*missing)(void *data);
	void (*release)(void *data);
};

struct cfs {
	const struct cfs_ops *ops;
	void *data;
	void (*log)(void *data, const char *line);
	void *log_data;
};

/* Questions. */
int cfs_stat(const struct cfs *cfs, const char *path);
/* Sorted by name; release with cfs_list_clear(), also after a failure. */
int cfs_list(const struct cfs *cfs, const char *path, struct cfs_list *list);
/* The same for the directories there alone, which is much cheaper. */
int cfs_list_directories(const struct cfs *cfs, const char *path,
			 struct cfs_list *list);
/* Add a file that can be written, at rank 0; the caller changes the last entry
 * to what it knows better. */
int cfs_list_add(struct cfs_list *list, const char *name, enum cfs_kind kind);
/* Below 0: a is older; same: both are in one directory. */
int cfs_compare_ages(const struct cfs_age *a, const struct cfs_age *b,
		     bool same);
void cfs_list_clear(struct cfs_list *list);
/* Without the final newline. */
int cfs_read(const struct cfs *cfs, const char *path, char **text);
int cfs_readlink(const struct cfs *cfs, const char *path, char **text);
/* The path in the file system. Free it; NULL without memory. */
char *cfs_full_path(const struct cfs *cfs, const char *path);

/* Changes: each is one line of the log. */
int cfs_write(const struct cfs *cfs, const char *path, const char *value);
int cfs_mkdir(const struct cfs *cfs, const char *path);
int cfs_rmdir(const struct cfs *cfs, const char *path);
int cfs_symlink(const struct cfs *cfs, const char *target, const char *path);
int cfs_unlink(const struct cfs *cfs, const char *path);
int cfs_load(const struct cfs *cfs, const char *driver);

/* The most that one write(2) brings to a driver, with the final newline. */
#define CFS_WRITE_MAX 4095

/* The running kernel, under root (NULL: "/"). Free with the ops' release. */
extern const struct cfs_ops cfs_kernel_ops;
void *cfs_kernel_new(const char *root);

#endif
