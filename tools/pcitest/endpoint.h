/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct json_object;

#define ENDPOINT_BARS 6
#define ENDPOINT_ADDRESS_SIZE 20

struct endpoint_bar {
	uint64_t address;
	uint64_t size;        /* 0: there is no such BAR */
	bool io;              /* port I/O, else memory */
	bool wide;            /* 64-bit */
	bool prefetchable;
	bool upper_half;      /* taken by the 64-bit BAR before */
};

/* What can be tested. */
enum endpoint_kind {
	ENDPOINT_TEST,        /* by pci_endpoint_test or pci_endpoint_xtest */
	ENDPOINT_VIRTIO,      /* by virtio_xtest */
};

/* A PCI function that a test driver is bound to, or could be. */
struct endpoint {
	enum endpoint_kind kind;
	char *node;           /* "/dev/pci-endpoint-test.0"; NULL: not bound */
	dev_t number;         /* of the node */
	char address[ENDPOINT_ADDRESS_SIZE]; /* "0000:01:00.0" */
	uint16_t vendor, device;
	char vendor_name[80], device_name[80]; /* empty: not known */
	char *driver;         /* bound to it, or NULL */
	const char *module;   /* would bind to it, where nothing is */
	struct endpoint_bar bars[ENDPOINT_BARS];
	bool config_readable; /* capabilities can be read; else these are 0: */
	unsigned int intx_pin;     /* 1 is INTA; 0: none */
	unsigned int msi_vectors;  /* that the function asks for */
	unsigned int msix_vectors;
};

/* The endpoint test devices of this machine, and PCI functions without a driver
 * that the modules of the kernel say they would take; in order of their PCI
 * address. The caller frees them with endpoints_free().
 * Return 0 or -errno: -ENOMEM, or what libudev or libkmod met. */
int endpoints_find(struct endpoint **endpoints, size_t *count);
void endpoints_free(struct endpoint *endpoints, size_t count);

/* Look one up, by node (any path to it) or PCI address ("0000:01:00.0", or
 * "01:00.0" in domain 0). Return 0; -EINVAL where the text is neither a path
 * nor an address; -ENODEV where it is no endpoint of these; or what stat() on
 * the path met. */
int endpoint_lookup(const struct endpoint *endpoints, size_t count,
		    const char *text, const struct endpoint **found);

/* Whether the text is a PCI address; address is set to it in full if so. */
bool endpoint_parse_address(const char *text,
			    char address[ENDPOINT_ADDRESS_SIZE]);

/* The vectors that the host gave to the function at this address, INTx not
 * counted; or -errno. */
int endpoint_granted_vectors(const char *address);

#endif
