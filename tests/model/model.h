/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef MODEL_H
#define MODEL_H

#include "internal.h"

/* The pci_ep tree of configfs in memory, with the rules of Linux 6.12
 * (fs/configfs, drivers/pci/endpoint/pci-ep-cfs.c, pci-epf-core.c and
 * pci-epc-core.c), so that every error path of the library can be walked.
 *
 * It begins with the drivers pci_epf_test, pci_epf_vntb, nvmet_pci_epf and,
 * not loaded yet, pci_epf_late; and with no controller. A test that ran out of
 * memory has no more to say: the model aborts then. */

struct model;

struct model *model_new(void);
void model_free(struct model *model);

/* A context over the model; free it first. flags: EPF_CTX_*. */
struct epf_ctx *model_ctx(struct model *model, unsigned int flags);

/* No pci_ep at all. */
void model_remove_tree(struct model *model);
/* max_vfs: of each function. */
void model_add_controller(struct model *model, const char *name,
			  unsigned int max_functions, unsigned int max_vfs);

/* Make primary/, secondary/ and the driver's directory appear this many
 * operations after the function, as kernels before 6.12.72 and 7.0 do. */
void model_set_late(struct model *model, unsigned int operations);
/* What binding a function of this driver returns from now on. */
void model_fail_bind(struct model *model, const char *driver, int err);
/* What starting a controller does: the kernel makes -EINVAL of any error. */
void model_fail_start(struct model *model, const char *controller, bool fail);
/* Functions made from now on are not probed: no header, no directory. */
void model_fail_probe(struct model *model, const char *driver);

/* Faults: the nth operation from now on (from 1) fails with err and has no
 * effect; of two; or all operations from the nth on do. 0: none. Each call
 * ends what the one before asked for. */
void model_fail_nth(struct model *model, unsigned int nth, int err);
void model_fail_two(struct model *model, unsigned int first,
		    unsigned int second, int err);
void model_fail_from(struct model *model, unsigned int nth, int err);
/* Operations so far. */
unsigned int model_count(const struct model *model);

/* How often the kernel would have printed a WARNING, or would have gone wrong
 * without one: unlinking under a started controller, taking a virtual function
 * from a physical one in use, a link between the wrong kinds of objects. */
unsigned int model_warnings(const struct model *model);

/* All of the tree as text, one line a file or a link, sorted; links with the
 * number of the function. The directory of a driver, which is named by a count
 * of the kernel's, is "*". Free it. */
char *model_print(struct model *model);

extern const struct cfs_ops model_ops;

#endif
