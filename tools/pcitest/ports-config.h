/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PORTS_CONFIG_H
#define PORTS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the configuration space of a PCI Express port says of its services and
 * interrupts (PCIe 6.0, 7.5 to 7.9). Nothing here touches the system, and any
 * bytes may be given: what does not make sense is a fault, never a crash. */

#define CONFIG_SPACE_SIZE 4096

/* The first size bytes of a configuration space: 64 without privilege, 256
 * without extended capabilities; 0: nothing. */
struct config_space {
	size_t size;
	uint8_t bytes[CONFIG_SPACE_SIZE];
};

/* 1, 2 or 4 bytes at an offset, as the processor has them; all ones, as from a
 * device that is not there, where they are not known. */
uint32_t config_read(const struct config_space *space, size_t where,
		     size_t length);

enum port_type {
	PORT_NONE,              /* no port, or only its header is known */
	PORT_ROOT,
	PORT_UPSTREAM,
	PORT_DOWNSTREAM,
	PORT_EVENT_COLLECTOR,
};

/* "root port"; "unknown" for PORT_NONE. */
const char *port_type_name(enum port_type type);

/* In the order of the bits in the names of the port driver's devices. */
enum port_service {
	SERVICE_PME,
	SERVICE_AER,
	SERVICE_HOTPLUG,
	SERVICE_DPC,
	SERVICE_BANDWIDTH,
	NUM_SERVICES,
};

/* "pme", "aer", "hotplug", "dpc", "bandwidth". */
const char *port_service_name(enum port_service service);

/* A service as the hardware has it. */
struct service_hardware {
	bool capable;           /* what else is here is of use only if so */
	unsigned int message;   /* interrupt message number, 0 to 31 */
	bool enabled;           /* may interrupt */
	bool pending;           /* has an event that it interrupts for */
};

enum feature_kind {
	FEATURE_VSEC,           /* vendor-specific extended capability */
	FEATURE_DVSEC,          /* designated vendor-specific */
	FEATURE_CXL_PMU,        /* CXL performance monitor, of a BAR */
	FEATURE_DOE,            /* data object exchange */
	FEATURE_NPEM,           /* enclosure management */
	FEATURE_MRBL,           /* locator of register blocks (MCAP), of a BAR */
};

/* "vsec", "dvsec", "cxl-pmu", "doe", "npem", "mrbl". */
const char *feature_kind_name(enum feature_kind kind);

/* Something that is not a service of the port driver. */
struct port_feature {
	enum feature_kind kind;
	uint16_t vendor;        /* who defines it; vsec: the port's vendor */
	uint16_t id;            /* vsec and dvsec: its number there */
	unsigned int position;  /* of the capability */
	int message;            /* interrupt message number; -1: none known */
	unsigned int bar;       /* cxl-pmu: where its registers are */
	uint64_t offset;
};

#define MAX_FEATURES 48
#define MAX_FAULTS 8

/* Message-signalled interrupts of a kind. */
struct port_messages {
	unsigned int position;  /* of the capability; 0: there is none */
	unsigned int offered;   /* vectors that the port has */
	unsigned int granted;   /* MSI: that were given to it */
	bool enabled;
	bool masked;            /* MSI-X: all of them */
};

struct port_hardware {
	uint16_t vendor, device;
	uint32_t class;         /* of three bytes */
	bool bridge;            /* the next three are valid */
	uint8_t primary, secondary, subordinate;
	bool answers;           /* not all ones */
	bool standard_known;    /* capabilities below 256 could be read */
	bool extended_known;    /* the others, or there can be none */

	bool asleep;            /* not in D0 */
	bool memory;            /* it answers to memory accesses */
	bool bus_master;
	bool intx_disabled;
	unsigned int pin;       /* 1 is INTA; 0: none */
	struct port_messages msi, msix;

	enum port_type type;
	unsigned int speeds;    /* link speeds supported */
	struct service_hardware services[NUM_SERVICES];
	struct port_feature features[MAX_FEATURES];
	size_t num_features;
	char faults[MAX_FAULTS][96]; /* "capability list loops at 0x40" */
	size_t num_faults;
};

/* Read all of that. */
void port_hardware_parse(const struct config_space *space,
			 struct port_hardware *hardware);

/* The function may be a port that the port driver takes: it is one of the types
 * above, or, where its capabilities cannot be read, a bridge or event
 * collector. */
bool port_hardware_is_port(const struct port_hardware *hardware);

#endif
