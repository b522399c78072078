/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef MODEL_NODE_H
#define MODEL_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Inside of the model: directories, files and links, what they stand for. */

enum node_kind {
	NODE_ROOT = 1,    /* pci_ep */
	NODE_GROUP,       /* functions, controllers */
	NODE_DRIVER,
	NODE_FUNCTION,
	NODE_INTERFACE,   /* primary, secondary */
	NODE_OWN,         /* the driver's directory in a function */
	NODE_CONTROLLER,
	NODE_FILE,
	NODE_LINK,
};

struct node {
	enum node_kind kind;
	char *name;
	struct node *parent;
	struct node *children; /* the newest first, as configfs has them */
	struct node *next;
	unsigned int visible;  /* from this operation on */
	unsigned int made;     /* at this operation */
	unsigned int links;    /* that lead here */
	struct node *target;   /* NODE_LINK */
	const struct file *file;
	union {
		struct driver *driver;
		struct function *function;
		struct controller *controller;
	};
};

/* A file: print or parse one value. Functions return 0 or -errno. */
struct file {
	const char *name;
	int (*show)(struct node *node, char *text, size_t size);
	int (*store)(struct node *node, const char *text);
	unsigned int index;
	uint64_t max;
};

struct header {
	uint16_t fields[10];
};

#define MODEL_OWN_NUMBERS 8
#define MODEL_NQN_SIZE 256

struct driver {
	const char *name;
	uint8_t class;            /* baseclass_code */
	const char *directory;    /* of its files; NULL: the device's name */
	const struct file *files; /* ends without a name; NULL: none */
	struct header header;     /* one for all functions, as in the kernel */
	bool loaded;
	bool fail_probe;
	int bind_error;
};

struct function {
	struct driver *driver;
	struct header *header; /* NULL: not probed */
	unsigned int index;    /* of the device */
	uint8_t msi;
	uint16_t msix;
	uint64_t numbers[MODEL_OWN_NUMBERS];
	char nqn[MODEL_NQN_SIZE];
	struct controller *epc[2];  /* primary, secondary */
	unsigned int func_no[2];
	struct function *pf;
	bool is_vf;
	unsigned int vfunc_no;
	uint64_t vf_map;
	struct function *vfs[64];   /* by number */
};

struct controller {
	char *name;
	unsigned int max_functions;
	unsigned int max_vfs;
	uint64_t function_map;
	bool started;
	bool fail_start;
};

#define MODEL_DRIVERS 4
#define MODEL_FUNCTIONS 32

struct model {
	struct node *root; /* NULL: no tree */
	struct driver drivers[MODEL_DRIVERS];
	struct function *functions[MODEL_FUNCTIONS]; /* by index */
	unsigned int count;
	unsigned int warnings;
	unsigned int late;
	unsigned int fail_at;
	unsigned int fail_again_at;
	bool fail_rest;
	int fail_error;
};

/* model.c */
struct node *node_add(struct node *parent, enum node_kind kind,
		      const char *name);
void node_remove(struct node *node);
struct node *node_find(struct node *parent, const char *name);

/* endpoint.c: what pci-ep-cfs.c does for configfs. */
void endpoint_init(struct model *model);
void endpoint_add_driver(struct model *model, struct driver *driver);
void endpoint_add_controller(struct model *model, struct controller *epc);
int endpoint_make(struct model *model, struct node *driver, const char *name);
void endpoint_drop(struct model *model, struct node *function);
int endpoint_allow_link(struct model *model, struct node *directory,
			struct node *target);
void endpoint_drop_link(struct model *model, struct node *link);
/* Number that a link gave to its function. */
unsigned int endpoint_number(const struct node *link);

#endif
