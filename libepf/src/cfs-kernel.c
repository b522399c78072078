// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cfs.h"
#include "internal.h"
#include "module.h"

/* fs/configfs/mount.c; not in <linux/magic.h>. */
#define CONFIGFS_MAGIC 0x62656570

/* configfs hands out at most a page of a file. */
#define READ_MAX 4096

struct kernel {
	char *root; /* "" for "/" */
	char *base; /* root/sys/kernel/config/pci_ep */
	int fd;     /* of base, or -1: not there (yet) */
};

void *cfs_kernel_new(const char *root)
{
	struct kernel *kernel;

	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return NULL;
	kernel->fd = -1;
	if (!root || !strcmp(root, "/"))
		root = "";
	/* Absolute: configfs looks a link's target up when the link is made,
	 * from the working directory of whoever makes it. */
	kernel->root = *root ? realpath(root, NULL) : strdup("");
	if (!kernel->root)
		kernel->root = strdup(root);
	if (kernel->root)
		kernel->base = string_format("%s/sys/kernel/config/pci_ep",
					     kernel->root);
	if (kernel->base)
		return kernel;
	free(kernel->root);
	free(kernel);
	return NULL;
}

static void kernel_release(void *data)
{
	struct kernel *kernel = data;

	if (kernel->fd >= 0)
		close(kernel->fd);
	free(kernel->base);
	free(kernel->root);
	free(kernel);
}

static const char *kernel_base(void *data)
{
	struct kernel *kernel = data;

	return kernel->base;
}

static const char *kernel_missing(void *data)
{
	_cleanup_free_ char *mount = NULL;
	struct kernel *kernel = data;
	struct statfs fs;

	mount = string_format("%s/sys/kernel/config", kernel->root);
	if (mount && !statfs(mount, &fs) && fs.f_type != CONFIGFS_MAGIC)
		return "mount -t configfs none /sys/kernel/config";
	return "this needs a kernel with CONFIG_PCI_ENDPOINT_CONFIGFS";
}

/* Opened late, so that a context may be older than the mount. */
static int kernel_fd(struct kernel *kernel)
{
	if (kernel->fd >= 0)
		return kernel->fd;
	kernel->fd = open(kernel->base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (kernel->fd >= 0)
		return kernel->fd;
	return errno == ENOENT || errno == ENOTDIR ? -ENODEV : -errno;
}

static int kernel_open(struct kernel *kernel, const char *path, int flags)
{
	int dir, fd;

	dir = kernel_fd(kernel);
	if (dir < 0)
		return dir;
	fd = openat(dir, path, flags | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static enum cfs_kind kind_of(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return CFS_DIRECTORY;
	return S_ISLNK(st->st_mode) ? CFS_LINK : CFS_FILE;
}

static int kernel_stat(void *data, const char *path)
{
	struct stat st;
	int dir;

	dir = kernel_fd(data);
	if (dir < 0)
		return dir;
	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	return kind_of(&st);
}

static int add_entry(struct cfs_list *list, const char *name,
		     const struct stat *st)
{
	struct cfs_entry *entry;
	int err;

	err = cfs_list_add(list, name, kind_of(st));
	if (err)
		return err;
	entry = &list->entries[list->count - 1];
	entry->writable = st->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH);
	entry->age = (struct cfs_age){
		.ns = st->st_mtim.tv_sec * UINT64_C(1000000000) +
		      st->st_mtim.tv_nsec,
		.inode = st->st_ino,
		.rank = list->count,
	};
	return 0;
}

/* Linux 7 lists links behind the files that were there before them, in the order
 * of making; older kernels list all that is in a directory the other way round
 * (configfs_new_dirent()). */
static void rank_entries(struct cfs_list *list)
{
	size_t i = 0;

	while (i < list->count && list->entries[i].kind == CFS_DIRECTORY)
		i++;
	if (i == list->count || list->entries[i].kind == CFS_FILE)
		return;
	for (i = 0; i < list->count; i++)
		list->entries[i].age.rank = list->count - i;
}

static int read_entries(DIR *dir, bool directories, struct cfs_list *list)
{
	/* Nobody asks for the age of a directory, nor whether it is writable. */
	static const struct stat directory = { .st_mode = S_IFDIR };
	struct dirent *entry;
	struct stat st;
	int err;

	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			break;
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (directories && entry->d_type != DT_DIR &&
		    entry->d_type != DT_UNKNOWN)
			continue;
		st = directory;
		err = entry->d_type != DT_DIR &&
		      fstatat(dirfd(dir), entry->d_name, &st,
			      AT_SYMLINK_NOFOLLOW) ? -errno : 0;
		if (err == -ENOENT)
			continue; /* gone meanwhile */
		if (!err)
			err = add_entry(list, entry->d_name, &st);
		if (err)
			return err;
	}
	err = -errno;
	if (!err)
		rank_entries(list);
	return err;
}

static int kernel_list(void *data, const char *path, bool directories,
		       struct cfs_list *list)
{
	DIR *dir;
	int fd, err;

	fd = kernel_open(data, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		err = -errno;
		close(fd);
		return err;
	}
	err = read_entries(dir, directories, list);
	closedir(dir);
	return err;
}

static int kernel_read(void *data, const char *path, char **text)
{
	char buffer[READ_MAX];
	ssize_t length;
	int fd, err;

	fd = kernel_open(data, path, O_RDONLY);
	if (fd < 0)
		return fd;
	/* One read(2) brings all of it. */
	length = read(fd, buffer, sizeof(buffer));
	err = length < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	*text = strndup(buffer, length);
	return *text ? 0 : -ENOMEM;
}

static int kernel_write(void *data, const char *path, const char *text)
{
	size_t size = strlen(text);
	ssize_t count;
	int fd, err;

	fd = kernel_open(data, path, O_WRONLY);
	if (fd < 0)
		return fd;
	/* A driver sees each write(2) as a whole value. */
	count = write(fd, text, size);
	err = count < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	return (size_t)count == size ? 0 : -EIO;
}

static int kernel_readlink(void *data, const char *path, char **text)
{
	char *buffer = NULL, *larger;
	size_t size = 128;
	ssize_t length;
	int dir, err;

	dir = kernel_fd(data);
	if (dir < 0)
		return dir;
	do {
		size *= 2;
		larger = realloc(buffer, size);
		if (!larger) {
			free(buffer);
			return -ENOMEM;
		}
		buffer = larger;
		length = readlinkat(dir, path, buffer, size);
		err = length < 0 ? -errno : 0;
	} while (!err && (size_t)length == size);
	if (err) {
		free(buffer);
		return err;
	}
	buffer[length] = '\0';
	*text = buffer;
	return 0;
}

static int kernel_mkdir(void *data, const char *path)
{
	int dir;

	dir = kernel_fd(data);
	if (dir < 0)
		return dir;
	return mkdirat(dir, path, 0755) ? -errno : 0;
}

static int kernel_rmdir(void *data, const char *path)
{
	int dir;

	dir = kernel_fd(data);
	if (dir < 0)
		return dir;
	return unlinkat(dir, path, AT_REMOVEDIR) ? -errno : 0;
}

static int kernel_symlink(void *data, const char *target, const char *path)
{
	_cleanup_free_ char *full = NULL;
	struct kernel *kernel = data;
	int dir;

	dir = kernel_fd(kernel);
	if (dir < 0)
		return dir;
	full = string_format("%s/%s", kernel->base, target);
	if (!full)
		return -ENOMEM;
	return symlinkat(full, dir, path) ? -errno : 0;
}

static int kernel_unlink(void *data, const char *path)
{
	int dir;

	dir = kernel_fd(data);
	if (dir < 0)
		return dir;
	return unlinkat(dir, path, 0) ? -errno : 0;
}

static int kernel_load(void *data, const char *driver)
{
	struct kernel *kernel = data;

	return module_load(kernel->root, driver);
}

const struct cfs_ops cfs_kernel_ops = {
	.stat = kernel_stat,
	.list = kernel_list,
	.read = kernel_read,
	.readlink = kernel_readlink,
	.write = kernel_write,
	.mkdir = kernel_mkdir,
	.rmdir = kernel_rmdir,
	.symlink = kernel_symlink,
	.unlink = kernel_unlink,
	.load = kernel_load,
	.base = kernel_base,
	.missing = kernel_missing,
	.release = kernel_release,
};
