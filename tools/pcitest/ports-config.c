// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "ports-config.h"

#define CLASS_BRIDGE 0x060400
#define CLASS_BRIDGE_SUBTRACTIVE 0x060401
#define CLASS_EVENT_COLLECTOR 0x080700

/* Younger than some headers of the kernel (PCIe 6.2). */
#define EXT_CAP_NPEM 0x29
#define EXT_CAP_DOE 0x2e
#define EXT_CAP_MRBL 0x36
#define DOE_CAP 0x04
#define DOE_CAP_INTERRUPT 0x00000001
#define DOE_CAP_MESSAGE 0x00000ffe

/* CXL 3.1, 8.1.9 */
#define CXL_VENDOR 0x1e98
#define CXL_REGISTER_LOCATOR 8
#define CXL_LOCATOR_BLOCKS 0x0c
#define CXL_BLOCK_PMU 4

/* Error messages that the root port interrupts for, enabled by the same bits of
 * Root Error Command: correctable; fatal and non-fatal. */
#define ROOT_STATUS_ENABLED(status, command)                                   \
	(((status) & PCI_ERR_ROOT_COR_RCV &&                                   \
	  (command) & PCI_ERR_ROOT_CMD_COR_EN) ||                              \
	 ((status) & PCI_ERR_ROOT_NONFATAL_RCV &&                              \
	  (command) & PCI_ERR_ROOT_CMD_NONFATAL_EN) ||                         \
	 ((status) & PCI_ERR_ROOT_FATAL_RCV &&                                 \
	  (command) & PCI_ERR_ROOT_CMD_FATAL_EN))

/* Events of a slot have the same bits as their enables. */
#define SLOT_EVENTS                                                            \
	(PCI_EXP_SLTSTA_ABP | PCI_EXP_SLTSTA_PFD | PCI_EXP_SLTSTA_MRLSC |      \
	 PCI_EXP_SLTSTA_PDC | PCI_EXP_SLTSTA_CC)

struct parser {
	const struct config_space *space;
	struct port_hardware *hardware;
};

uint32_t config_read(const struct config_space *space, size_t where,
		     size_t length)
{
	uint32_t value = 0;

	if (where + length > space->size)
		return UINT32_MAX >> (32 - 8 * length);
	for (size_t i = length; i-- > 0;)
		value = value << 8 | space->bytes[where + i];
	return value;
}

const char *port_type_name(enum port_type type)
{
	static const char *const names[] = {
		[PORT_NONE] = "unknown",
		[PORT_ROOT] = "root port",
		[PORT_UPSTREAM] = "upstream port",
		[PORT_DOWNSTREAM] = "downstream port",
		[PORT_EVENT_COLLECTOR] = "event collector",
	};

	return names[type];
}

const char *port_service_name(enum port_service service)
{
	static const char *const names[] = {
		[SERVICE_PME] = "pme",
		[SERVICE_AER] = "aer",
		[SERVICE_HOTPLUG] = "hotplug",
		[SERVICE_DPC] = "dpc",
		[SERVICE_BANDWIDTH] = "bandwidth",
	};

	return names[service];
}

const char *feature_kind_name(enum feature_kind kind)
{
	static const char *const names[] = {
		[FEATURE_VSEC] = "vsec",       [FEATURE_DVSEC] = "dvsec",
		[FEATURE_CXL_PMU] = "cxl-pmu", [FEATURE_DOE] = "doe",
		[FEATURE_NPEM] = "npem",       [FEATURE_MRBL] = "mrbl",
	};

	return names[kind];
}

static uint32_t read(const struct parser *parser, size_t where, size_t length)
{
	return config_read(parser->space, where, length);
}

static void __attribute__((format(printf, 2, 3)))
fault(struct parser *parser, const char *format, ...)
{
	struct port_hardware *hardware = parser->hardware;
	va_list args;

	if (hardware->num_faults == MAX_FAULTS)
		return;
	va_start(args, format);
	vsnprintf(hardware->faults[hardware->num_faults++],
		  sizeof(hardware->faults[0]), format, args);
	va_end(args);
}

static struct port_feature *add_feature(struct parser *parser,
					enum feature_kind kind,
					unsigned int position)
{
	struct port_hardware *hardware = parser->hardware;
	struct port_feature *feature;

	if (hardware->num_features == MAX_FEATURES) {
		fault(parser, "more than %d features", MAX_FEATURES);
		return NULL;
	}
	feature = &hardware->features[hardware->num_features++];
	*feature = (struct port_feature) {
		.kind = kind,
		.vendor = hardware->vendor,
		.position = position,
		.message = -1,
	};
	return feature;
}

static void parse_header(struct parser *parser)
{
	struct port_hardware *hardware = parser->hardware;
	uint16_t command = read(parser, PCI_COMMAND, 2);

	hardware->vendor = read(parser, PCI_VENDOR_ID, 2);
	hardware->device = read(parser, PCI_DEVICE_ID, 2);
	hardware->class = read(parser, PCI_CLASS_REVISION, 4) >> 8;
	hardware->answers = hardware->vendor != UINT16_MAX;
	hardware->memory = command & PCI_COMMAND_MEMORY;
	hardware->bus_master = command & PCI_COMMAND_MASTER;
	hardware->intx_disabled = command & PCI_COMMAND_INTX_DISABLE;
	hardware->pin = read(parser, PCI_INTERRUPT_PIN, 1);
	hardware->bridge = (read(parser, PCI_HEADER_TYPE, 1) & 0x7f) ==
			   PCI_HEADER_TYPE_BRIDGE;
	if (hardware->bridge) {
		hardware->primary = read(parser, PCI_PRIMARY_BUS, 1);
		hardware->secondary = read(parser, PCI_SECONDARY_BUS, 1);
		hardware->subordinate = read(parser, PCI_SUBORDINATE_BUS, 1);
	}
}

static enum port_type find_type(uint16_t flags)
{
	switch ((flags & PCI_EXP_FLAGS_TYPE) >> 4) {
	case PCI_EXP_TYPE_ROOT_PORT:
		return PORT_ROOT;
	case PCI_EXP_TYPE_UPSTREAM:
		return PORT_UPSTREAM;
	case PCI_EXP_TYPE_DOWNSTREAM:
		return PORT_DOWNSTREAM;
	case PCI_EXP_TYPE_RC_EC:
		return PORT_EVENT_COLLECTOR;
	default:
		return PORT_NONE;
	}
}

static void parse_hotplug(struct parser *parser, size_t exp,
			  unsigned int message)
{
	struct service_hardware *service =
		&parser->hardware->services[SERVICE_HOTPLUG];
	uint16_t control = read(parser, exp + PCI_EXP_SLTCTL, 2);
	uint16_t status = read(parser, exp + PCI_EXP_SLTSTA, 2);

	service->capable = read(parser, exp + PCI_EXP_SLTCAP, 4) &
			   PCI_EXP_SLTCAP_HPC;
	service->message = message;
	service->enabled = control & PCI_EXP_SLTCTL_HPIE;
	service->pending = service->enabled &&
			   (control & status & SLOT_EVENTS ||
			    (control & PCI_EXP_SLTCTL_DLLSCE &&
			     status & PCI_EXP_SLTSTA_DLLSC));
}

static void parse_pme(struct parser *parser, size_t exp, unsigned int message)
{
	struct service_hardware *service =
		&parser->hardware->services[SERVICE_PME];

	service->capable = true;
	service->message = message;
	service->enabled = read(parser, exp + PCI_EXP_RTCTL, 2) &
			   PCI_EXP_RTCTL_PMEIE;
	service->pending = service->enabled &&
			   read(parser, exp + PCI_EXP_RTSTA, 4) &
				   PCI_EXP_RTSTA_PME;
}

/* Speeds that the link can have, as the kernel counts them. */
static unsigned int count_speeds(const struct parser *parser, size_t exp)
{
	unsigned int max = read(parser, exp + PCI_EXP_LNKCAP, 4) &
			   PCI_EXP_LNKCAP_SLS;
	uint32_t speeds = 0;

	if ((read(parser, exp + PCI_EXP_FLAGS, 2) & PCI_EXP_FLAGS_VERS) > 1)
		speeds = read(parser, exp + PCI_EXP_LNKCAP2, 4) & 0xfe &
			 (UINT32_MAX >> (31 - max));
	return speeds ? __builtin_popcount(speeds) : max > 2 ? 0 : max;
}

static void parse_link(struct parser *parser, size_t exp, unsigned int message)
{
	struct service_hardware *service =
		&parser->hardware->services[SERVICE_BANDWIDTH];
	uint16_t control = read(parser, exp + PCI_EXP_LNKCTL, 2);
	uint16_t status = read(parser, exp + PCI_EXP_LNKSTA, 2);

	service->capable = read(parser, exp + PCI_EXP_LNKCAP, 4) &
			   PCI_EXP_LNKCAP_LBNC;
	service->message = message;
	service->enabled = control &
			   (PCI_EXP_LNKCTL_LBMIE | PCI_EXP_LNKCTL_LABIE);
	service->pending = (control & PCI_EXP_LNKCTL_LBMIE &&
			    status & PCI_EXP_LNKSTA_LBMS) ||
			   (control & PCI_EXP_LNKCTL_LABIE &&
			    status & PCI_EXP_LNKSTA_LABS);
	parser->hardware->speeds = count_speeds(parser, exp);
}

static void parse_exp(struct parser *parser, size_t exp)
{
	uint16_t flags = read(parser, exp + PCI_EXP_FLAGS, 2);
	unsigned int message = (flags & PCI_EXP_FLAGS_IRQ) >> 9;
	enum port_type type = find_type(flags);

	parser->hardware->type = type;
	if (type == PORT_ROOT || type == PORT_EVENT_COLLECTOR)
		parse_pme(parser, exp, message);
	if (type == PORT_ROOT || type == PORT_DOWNSTREAM) {
		parse_link(parser, exp, message);
		if (flags & PCI_EXP_FLAGS_SLOT)
			parse_hotplug(parser, exp, message);
	}
}

static void parse_msi(struct parser *parser, size_t where)
{
	struct port_messages *msi = &parser->hardware->msi;
	uint16_t control = read(parser, where + PCI_MSI_FLAGS, 2);
	unsigned int offered = (control & PCI_MSI_FLAGS_QMASK) >> 1;
	unsigned int granted = (control & PCI_MSI_FLAGS_QSIZE) >> 4;

	if (offered > 5)
		fault(parser, "MSI offers 2^%u vectors at 0x%02zx", offered,
		      where);
	else if (granted > offered)
		fault(parser, "MSI grants 2^%u of 2^%u vectors at 0x%02zx",
		      granted, offered, where);
	msi->position = where;
	msi->offered = 1 << (offered > 5 ? 5 : offered);
	msi->granted = 1 << (granted > 5 ? 5 : granted);
	msi->enabled = control & PCI_MSI_FLAGS_ENABLE;
}

static void parse_msix(struct parser *parser, size_t where)
{
	struct port_messages *msix = &parser->hardware->msix;
	uint16_t control = read(parser, where + PCI_MSIX_FLAGS, 2);

	msix->position = where;
	msix->offered = (control & PCI_MSIX_FLAGS_QSIZE) + 1;
	msix->granted = msix->offered;
	msix->enabled = control & PCI_MSIX_FLAGS_ENABLE;
	msix->masked = control & PCI_MSIX_FLAGS_MASKALL;
}

static void parse_standard(struct parser *parser)
{
	bool seen[256] = { false };
	size_t where;

	if (!(read(parser, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST))
		return;

	for (where = read(parser, PCI_CAPABILITY_LIST, 1) & ~3u; where;
	     where = read(parser, where + PCI_CAP_LIST_NEXT, 1) & ~3u) {
		uint8_t id = read(parser, where, 1);

		if (where < PCI_STD_HEADER_SIZEOF) {
			fault(parser,
			      "capability list points into the header, to 0x%02zx",
			      where);
			return;
		}
		if (seen[where]) {
			fault(parser, "capability list loops at 0x%02zx",
			      where);
			return;
		}
		if (id == UINT8_MAX) {
			fault(parser, "no capability at 0x%02zx", where);
			return;
		}
		seen[where] = true;
		if (id == PCI_CAP_ID_PM)
			parser->hardware->asleep =
				read(parser, where + PCI_PM_CTRL, 2) &
				PCI_PM_CTRL_STATE_MASK;
		if (id == PCI_CAP_ID_MSI && !parser->hardware->msi.position)
			parse_msi(parser, where);
		if (id == PCI_CAP_ID_MSIX && !parser->hardware->msix.position)
			parse_msix(parser, where);
		if (id == PCI_CAP_ID_EXP && !parser->hardware->type)
			parse_exp(parser, where);
	}
}

static void parse_aer(struct parser *parser, size_t where)
{
	struct port_hardware *hardware = parser->hardware;
	struct service_hardware *service = &hardware->services[SERVICE_AER];
	uint32_t command = read(parser, where + PCI_ERR_ROOT_COMMAND, 4);
	uint32_t status = read(parser, where + PCI_ERR_ROOT_STATUS, 4);

	/* The others report to these. */
	if (hardware->type != PORT_ROOT &&
	    hardware->type != PORT_EVENT_COLLECTOR)
		return;
	service->capable = true;
	service->message = status >> 27;
	service->enabled = command & (PCI_ERR_ROOT_CMD_COR_EN |
				      PCI_ERR_ROOT_CMD_NONFATAL_EN |
				      PCI_ERR_ROOT_CMD_FATAL_EN);
	service->pending = ROOT_STATUS_ENABLED(status, command);
}

static void parse_dpc(struct parser *parser, size_t where)
{
	struct service_hardware *service =
		&parser->hardware->services[SERVICE_DPC];
	uint16_t control = read(parser, where + PCI_EXP_DPC_CTL, 2);

	service->capable = true;
	service->message = read(parser, where + PCI_EXP_DPC_CAP, 2) &
			   PCI_EXP_DPC_IRQ;
	service->enabled = control & PCI_EXP_DPC_CTL_INT_EN;
	service->pending = service->enabled &&
			   read(parser, where + PCI_EXP_DPC_STATUS, 2) &
				   PCI_EXP_DPC_STATUS_INTERRUPT;
}

static void parse_vsec(struct parser *parser, size_t where)
{
	struct port_feature *feature = add_feature(parser, FEATURE_VSEC, where);

	if (feature)
		feature->id = read(parser, where + PCI_VNDR_HEADER, 4);
}

/* The monitors are among the register blocks that a CXL port lists. */
static void parse_cxl_locator(struct parser *parser, size_t where,
			      size_t length)
{
	size_t end = where + length;

	if (end > parser->space->size) {
		fault(parser, "register locator at 0x%03zx is cut off", where);
		end = parser->space->size;
	}
	for (size_t block = where + CXL_LOCATOR_BLOCKS; block + 8 <= end;
	     block += 8) {
		uint32_t low = read(parser, block, 4);
		struct port_feature *feature;

		if ((low >> 8 & 0xff) != CXL_BLOCK_PMU)
			continue;
		feature = add_feature(parser, FEATURE_CXL_PMU, where);
		if (!feature)
			return;
		feature->vendor = CXL_VENDOR;
		feature->bar = low & 7;
		feature->offset = (uint64_t)read(parser, block + 4, 4) << 32 |
				  (low & 0xffff0000);
		if (feature->bar > 5)
			fault(parser, "register block at 0x%03zx in BAR %u",
			      block, feature->bar);
	}
}

static void parse_dvsec(struct parser *parser, size_t where)
{
	struct port_feature *feature = add_feature(parser, FEATURE_DVSEC,
						   where);
	uint32_t header = read(parser, where + 4, 4);

	if (!feature)
		return;
	feature->vendor = header;
	feature->id = read(parser, where + 8, 2);
	if (feature->vendor == CXL_VENDOR &&
	    feature->id == CXL_REGISTER_LOCATOR)
		parse_cxl_locator(parser, where, header >> 20);
}

static void parse_doe(struct parser *parser, size_t where)
{
	struct port_feature *feature = add_feature(parser, FEATURE_DOE, where);
	uint32_t capability = read(parser, where + DOE_CAP, 4);

	if (feature && capability & DOE_CAP_INTERRUPT)
		feature->message = (capability & DOE_CAP_MESSAGE) >> 1;
}

static void parse_extended_one(struct parser *parser, uint16_t id, size_t where)
{
	switch (id) {
	case PCI_EXT_CAP_ID_ERR:
		parse_aer(parser, where);
		break;
	case PCI_EXT_CAP_ID_DPC:
		parse_dpc(parser, where);
		break;
	case PCI_EXT_CAP_ID_VNDR:
		parse_vsec(parser, where);
		break;
	case PCI_EXT_CAP_ID_DVSEC:
		parse_dvsec(parser, where);
		break;
	case EXT_CAP_DOE:
		parse_doe(parser, where);
		break;
	case EXT_CAP_NPEM:
		add_feature(parser, FEATURE_NPEM, where);
		break;
	case EXT_CAP_MRBL:
		add_feature(parser, FEATURE_MRBL, where);
		break;
	}
}

static void parse_extended(struct parser *parser)
{
	bool seen[CONFIG_SPACE_SIZE] = { false };
	size_t where = PCI_CFG_SPACE_SIZE;
	uint32_t header;

	while (where) {
		if (where < PCI_CFG_SPACE_SIZE) {
			fault(parser,
			      "extended capability list points to 0x%03zx",
			      where);
			return;
		}
		if (seen[where]) {
			fault(parser,
			      "extended capability list loops at 0x%03zx",
			      where);
			return;
		}
		seen[where] = true;
		header = read(parser, where, 4);
		/* There may be none at the beginning, but not on the way. */
		if (header == 0 || header == UINT32_MAX) {
			if (where != PCI_CFG_SPACE_SIZE)
				fault(parser,
				      "no extended capability at 0x%03zx",
				      where);
			return;
		}
		parse_extended_one(parser, PCI_EXT_CAP_ID(header), where);
		where = PCI_EXT_CAP_NEXT(header);
	}
}

void port_hardware_parse(const struct config_space *space,
			 struct port_hardware *hardware)
{
	struct parser parser = { .space = space, .hardware = hardware };

	memset(hardware, 0, sizeof(*hardware));
	if (space->size < PCI_STD_HEADER_SIZEOF)
		return;
	parse_header(&parser);
	if (!hardware->answers || space->size < PCI_CFG_SPACE_SIZE)
		return;

	hardware->standard_known = true;
	parse_standard(&parser);
	if (space->size < CONFIG_SPACE_SIZE)
		return;
	hardware->extended_known = true;
	if (hardware->type)
		parse_extended(&parser);
}

bool port_hardware_is_port(const struct port_hardware *hardware)
{
	/* With a broken list it may be one whose type is behind the break. */
	if (hardware->standard_known && (hardware->type || !hardware->num_faults))
		return hardware->type != PORT_NONE;
	return hardware->class == CLASS_BRIDGE ||
	       hardware->class == CLASS_BRIDGE_SUBTRACTIVE ||
	       hardware->class == CLASS_EVENT_COLLECTOR;
}
