/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef FILES_FIXTURE_H
#define FILES_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"

/* A directory with the look of a machine. */

#define PCI_EP "sys/kernel/config/pci_ep"
#define F0 PCI_EP "/functions/pci_epf_test/f0"

struct fixture {
	char root[64];
	struct epf_ctx *ctx;
	struct epf_plan *plan;
};

int set_up(void **state);
int tear_down(void **state);

/* Paths are relative to the root. */
void make_directory(struct fixture *f, const char *path);
void make_file(struct fixture *f, const char *path, const char *text);

/* pci_ep with a controller and a driver; and a function of that driver. */
void make_tree(struct fixture *f);
void make_function(struct fixture *f);

/* The context, and an empty plan. */
void make_ctx(struct fixture *f, const char *root, unsigned int flags);

#endif
