// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "node.h"

struct node *node_add(struct node *parent, enum node_kind kind,
		      const char *name)
{
	struct node *node;

	node = calloc(1, sizeof(*node));
	if (!node)
		abort();
	node->kind = kind;
	node->name = strdup(name);
	if (!node->name)
		abort();
	if (!parent)
		return node;
	node->parent = parent;
	node->function = parent->function;
	node->next = parent->children;
	parent->children = node;
	return node;
}

static void free_node(struct node *node)
{
	struct node *child;

	while ((child = node->children)) {
		node->children = child->next;
		free_node(child);
	}
	free(node->name);
	free(node);
}

void node_remove(struct node *node)
{
	struct node **link = &node->parent->children;

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	free_node(node);
}

struct node *node_find(struct node *parent, const char *name)
{
	struct node *node;

	for (node = parent->children; node; node = node->next) {
		if (!strcmp(node->name, name))
			return node;
	}
	return NULL;
}

struct model *model_new(void)
{
	struct model *model;

	model = calloc(1, sizeof(*model));
	if (!model)
		abort();
	endpoint_init(model);
	return model;
}

void model_remove_tree(struct model *model)
{
	struct node *controllers = node_find(model->root, "controllers");
	struct node *node;
	size_t i;

	for (node = controllers->children; node; node = node->next) {
		free(node->controller->name);
		free(node->controller);
	}
	for (i = 0; i < MODEL_FUNCTIONS; i++) {
		free(model->functions[i]);
		model->functions[i] = NULL;
	}
	free_node(model->root);
	model->root = NULL;
}

void model_free(struct model *model)
{
	if (model->root)
		model_remove_tree(model);
	free(model);
}

struct epf_ctx *model_ctx(struct model *model, unsigned int flags)
{
	struct epf_ctx_options options = {
		.size = sizeof(options),
		.flags = flags,
		.timeout_ms = 100,
	};
	struct epf_ctx *ctx;

	if (ctx_new(&options, &model_ops, model, &ctx))
		abort();
	return ctx;
}

void model_add_controller(struct model *model, const char *name,
			  unsigned int max_functions, unsigned int max_vfs)
{
	struct controller *controller;

	controller = calloc(1, sizeof(*controller));
	if (!controller)
		abort();
	controller->name = strdup(name);
	if (!controller->name)
		abort();
	controller->max_functions = max_functions;
	controller->max_vfs = max_vfs;
	endpoint_add_controller(model, controller);
}

static struct driver *find_driver(struct model *model, const char *name)
{
	size_t i;

	for (i = 0; i < MODEL_DRIVERS; i++) {
		if (!strcmp(model->drivers[i].name, name))
			return &model->drivers[i];
	}
	return NULL;
}

/* For a test, which must know the name. */
static struct driver *the_driver(struct model *model, const char *name)
{
	struct driver *driver;

	driver = find_driver(model, name);
	if (!driver)
		abort();
	return driver;
}

void model_set_late(struct model *model, unsigned int operations)
{
	model->late = operations;
}

void model_fail_bind(struct model *model, const char *driver, int err)
{
	the_driver(model, driver)->bind_error = err;
}

void model_fail_probe(struct model *model, const char *driver)
{
	the_driver(model, driver)->fail_probe = true;
}

void model_fail_start(struct model *model, const char *controller, bool fail)
{
	struct node *controllers = node_find(model->root, "controllers");

	node_find(controllers, controller)->controller->fail_start = fail;
}

void model_fail_two(struct model *model, unsigned int first,
		    unsigned int second, int err)
{
	model->fail_at = first ? model->count + first : 0;
	model->fail_again_at = second ? model->count + second : 0;
	model->fail_rest = false;
	model->fail_error = err;
}

void model_fail_nth(struct model *model, unsigned int nth, int err)
{
	model_fail_two(model, nth, 0, err);
}

void model_fail_from(struct model *model, unsigned int nth, int err)
{
	model_fail_nth(model, nth, err);
	model->fail_rest = nth != 0;
}

unsigned int model_count(const struct model *model)
{
	return model->count;
}

unsigned int model_warnings(const struct model *model)
{
	return model->warnings;
}

/* Count an operation: 0, or the error it is to fail with. */
static int begin(struct model *model)
{
	model->count++;
	if (model->count == model->fail_at ||
	    model->count == model->fail_again_at ||
	    (model->fail_rest && model->count > model->fail_at))
		return -model->fail_error;
	return model->root ? 0 : -ENODEV;
}

/* The node of a path; or, for what is to be made, its directory and name. */
static int look_up(struct model *model, const char *path, struct node **node,
		   const char **name)
{
	struct node *current = model->root;
	const char *end;
	char part[256];

	for (;; path = end + 1) {
		end = strchrnul(path, '/');
		if (!*end && name) {
			*node = current;
			*name = path;
			return current->kind == NODE_FILE ||
			       current->kind == NODE_LINK ? -ENOTDIR : 0;
		}
		if ((size_t)(end - path) >= sizeof(part))
			return -ENAMETOOLONG;
		memcpy(part, path, end - path);
		part[end - path] = '\0';
		current = node_find(current, part);
		if (!current || current->visible > model->count)
			return -ENOENT;
		if (!*end) {
			*node = current;
			return 0;
		}
	}
}

static int find(struct model *model, const char *path, struct node **node)
{
	int err;

	err = begin(model);
	return err ? err : look_up(model, path, node, NULL);
}

static int find_place(struct model *model, const char *path, struct node **node,
		      const char **name)
{
	int err;

	err = begin(model);
	if (!err)
		err = look_up(model, path, node, name);
	if (!err && node_find(*node, *name))
		err = -EEXIST;
	if (!err && strlen(*name) > 255)
		err = -ENAMETOOLONG;
	return err;
}

static enum cfs_kind kind_of(const struct node *node)
{
	if (node->kind == NODE_FILE)
		return CFS_FILE;
	return node->kind == NODE_LINK ? CFS_LINK : CFS_DIRECTORY;
}

static int model_stat(void *model, const char *path)
{
	struct node *node;
	int err;

	err = find(model, path, &node);
	return err ? err : (int)kind_of(node);
}

static int model_list(void *data, const char *path, bool directories,
		      struct cfs_list *list)
{
	struct model *model = data;
	struct cfs_entry *entry;
	struct node *node;
	int err;

	err = find(model, path, &node);
	if (!err && kind_of(node) != CFS_DIRECTORY)
		err = -ENOTDIR;
	if (err)
		return err;
	for (node = node->children; node; node = node->next) {
		if (node->visible > model->count)
			continue;
		if (directories && kind_of(node) != CFS_DIRECTORY)
			continue;
		err = cfs_list_add(list, node->name, kind_of(node));
		if (err)
			return err;
		entry = &list->entries[list->count - 1];
		entry->age.ns = node->made;
		if (node->kind == NODE_FILE)
			entry->writable = node->file->store;
	}
	return err;
}

static int model_read(void *model, const char *path, char **text)
{
	char buffer[4096];
	struct node *node;
	int err;

	err = find(model, path, &node);
	if (!err && node->kind != NODE_FILE)
		err = -EISDIR;
	if (!err && !node->file->show)
		err = -EACCES;
	if (!err)
		err = node->file->show(node, buffer, sizeof(buffer));
	if (err)
		return err;
	*text = strdup(buffer);
	return *text ? 0 : -ENOMEM;
}

static int model_write(void *model, const char *path, const char *text)
{
	struct node *node;
	int err;

	err = find(model, path, &node);
	if (!err && node->kind != NODE_FILE)
		err = -EISDIR;
	if (!err && !node->file->store)
		err = -EACCES;
	if (!err && !*text)
		err = -EFAULT;
	return err ? err : node->file->store(node, text);
}

/* "functions/pci_epf_test/f0" */
static char *path_of(const struct node *node)
{
	char *parent, *path;

	if (!node->parent->parent)
		return strdup(node->name);
	parent = path_of(node->parent);
	path = string_format("%s/%s", parent, node->name);
	free(parent);
	if (!path)
		abort();
	return path;
}

/* configfs makes "../" for each directory above the link, whatever path
 * symlink(2) got. */
static int model_readlink(void *model, const char *path, char **text)
{
	struct node *node, *up;
	char *target, *longer;
	int err;

	err = find(model, path, &node);
	if (!err && node->kind != NODE_LINK)
		err = -EINVAL;
	if (err)
		return err;
	target = path_of(node->target);
	longer = string_format("pci_ep/%s", target);
	free(target);
	for (up = node->parent; up && longer; up = up->parent) {
		target = longer;
		longer = string_format("../%s", target);
		free(target);
	}
	*text = longer;
	return longer ? 0 : -ENOMEM;
}

static int model_mkdir(void *model, const char *path)
{
	struct node *node;
	const char *name;
	int err;

	err = find_place(model, path, &node, &name);
	if (err)
		return err;
	if (node->kind != NODE_DRIVER)
		return -EPERM;
	return endpoint_make(model, node, name);
}

/* configfs_detach_prep() */
static int check_drop(const struct node *node)
{
	const struct node *child;
	int err;

	if (node->links)
		return -EBUSY;
	for (child = node->children; child; child = child->next) {
		if (child->kind == NODE_LINK)
			return -ENOTEMPTY;
		err = check_drop(child);
		if (err)
			return err;
	}
	return 0;
}

static int model_rmdir(void *model, const char *path)
{
	struct node *node;
	int err;

	err = find(model, path, &node);
	if (err)
		return err;
	if (kind_of(node) != CFS_DIRECTORY)
		return -ENOTDIR;
	if (node->kind != NODE_FUNCTION)
		return -EPERM;
	err = check_drop(node);
	if (!err)
		endpoint_drop(model, node);
	return err;
}

static int model_symlink(void *model, const char *target_path, const char *path)
{
	struct node *directory, *target, *link;
	const char *name;
	int err;

	err = find_place(model, path, &directory, &name);
	if (err)
		return err;
	if (directory->kind != NODE_CONTROLLER &&
	    directory->kind != NODE_INTERFACE &&
	    directory->kind != NODE_FUNCTION)
		return -EPERM;
	err = look_up(model, target_path, &target, NULL);
	if (err)
		return err;
	if (kind_of(target) != CFS_DIRECTORY)
		return -ENOTDIR;
	err = endpoint_allow_link(model, directory, target);
	if (err)
		return err;
	link = node_add(directory, NODE_LINK, name);
	link->target = target;
	link->made = ((struct model *)model)->count;
	target->links++;
	return 0;
}

static int model_unlink(void *model, const char *path)
{
	struct node *node;
	int err;

	err = find(model, path, &node);
	if (err)
		return err;
	if (node->kind != NODE_LINK)
		return -EPERM;
	endpoint_drop_link(model, node);
	node->target->links--;
	node_remove(node);
	return 0;
}

static int model_load(void *data, const char *name)
{
	struct model *model = data;
	struct driver *driver;
	int err;

	err = begin(model);
	if (err)
		return err;
	driver = find_driver(model, name);
	if (!driver)
		return -ESRCH;
	if (!driver->loaded)
		endpoint_add_driver(model, driver);
	return 0;
}

static const char *model_base(void *model)
{
	return "/sys/kernel/config/pci_ep";
}

static const char *model_missing(void *model)
{
	return "add a tree to the model";
}

const struct cfs_ops model_ops = {
	.stat = model_stat,
	.list = model_list,
	.read = model_read,
	.readlink = model_readlink,
	.write = model_write,
	.mkdir = model_mkdir,
	.rmdir = model_rmdir,
	.symlink = model_symlink,
	.unlink = model_unlink,
	.load = model_load,
	.base = model_base,
	.missing = model_missing,
};

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(struct node *const *)a)->name,
		      (*(struct node *const *)b)->name);
}

static void print_node(FILE *out, struct node *node, const char *above)
{
	struct node *sorted[256], *child;
	char text[4096], path[4096];
	size_t count = 0, i;
	char *target;

	snprintf(path, sizeof(path), "%s%s%s", above, *above ? "/" : "",
		 node->kind == NODE_OWN ? "*" : node->name);
	switch (node->kind) {
	case NODE_FILE:
		if (!node->file->show || node->file->show(node, text, 4096))
			snprintf(text, sizeof(text), "(not readable)\n");
		fprintf(out, "%s = %s", path, text);
		return;
	case NODE_LINK:
		target = path_of(node->target);
		fprintf(out, "%s -> %s #%u\n", path, target,
			endpoint_number(node));
		free(target);
		return;
	default:
		break;
	}
	if (node->parent)
		fprintf(out, "%s/\n", path);
	for (child = node->children; child && count < 256; child = child->next)
		sorted[count++] = child;
	if (count)
		qsort(sorted, count, sizeof(sorted[0]), compare_names);
	for (i = 0; i < count; i++)
		print_node(out, sorted[i], path);
}

char *model_print(struct model *model)
{
	char *text;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out)
		abort();
	if (model->root)
		print_node(out, model->root, "");
	fclose(out);
	return text;
}
