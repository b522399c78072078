/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_OF_H
#define EPF_OF_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/of.h>
#include <linux/pci-epf.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct device;
struct pci_epc;

/*
 * A function as its node says. Physical ones are in the list of their
 * controller, virtual ones in that of their physical one, by number.
 */
struct epf_of_function {
	struct list_head list;
	struct list_head vfs;
	struct device_node *node;
	const char *driver;	/* in the node */
	u32 number;		/* of a virtual function: from 1 */

	struct pci_epf *epf;	/* NULL: not made */
	struct pci_epf_header header;
	struct pci_epf_header *driver_header;
	bool is_added;
};

/* A controller that has functions in its node. */
struct epf_of_controller {
	struct list_head list;
	struct device *dev;	/* of its driver; there from bound to unbound */

	/*
	 * What follows belongs to the work items, which run one at a time and
	 * in the order that they were queued.
	 */
	struct work_struct up;
	struct work_struct down;
	struct completion is_down;
	struct list_head functions;
	struct pci_epc *epc;	/* NULL: not set up */
	bool is_started;
};

struct epf_of_controller *epf_of_controller_new(struct device *dev);
void epf_of_controller_free(struct epf_of_controller *controller);

int epf_of_functions_read(const struct device_node *parent, bool are_vfs,
			  struct list_head *functions);
void epf_of_functions_free(struct list_head *functions);
int epf_of_function_make(struct epf_of_function *function, const char *prefix);
int epf_of_function_link(struct epf_of_function *function, struct pci_epc *epc);
void epf_of_function_remove(struct epf_of_function *function);

bool epf_of_node_is_function(const struct device_node *node);
bool epf_of_node_has_functions(const struct device_node *node);
int epf_of_node_fail(const struct device_node *node, const char *property,
		     int err, const char *format, ...) __printf(4, 5);
int epf_of_node_number(const struct device_node *node, const char *property,
		       u32 max, bool required, u32 *value);
int epf_of_node_driver(const struct device_node *node, const char **driver);
int epf_of_node_header(const struct device_node *node,
		       struct pci_epf_header *header);
int epf_of_node_interrupts(const struct device_node *node, u8 *num_msi,
			   u16 *num_msix);
int epf_of_node_check_bars(const struct device_node *node,
			   const struct pci_epf *epf);

#endif
