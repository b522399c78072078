// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A configuration space as memory with rules: which bits the host can write,
 * which it clears by writing 1, and what a reset makes of them (PCIe 6.0, 7.5).
 * Little-endian bytes, so that any size at any offset is the same operation.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>

#include "config-space.h"

/**
 * epc_sim_config_read() - read a register
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 *
 * Return: the value.
 */
u32 epc_sim_config_read(const struct epc_sim_config *config, int where,
			int size)
{
	u32 value = 0;
	int i;

	for (i = 0; i < size; i++)
		value |= (u32)config->data[where + i] << (8 * i);

	return value;
}

/**
 * epc_sim_config_write() - write a register as the host does
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @value: bits that are read-only are ignored
 */
void epc_sim_config_write(struct epc_sim_config *config, int where, int size,
			  u32 value)
{
	int i;

	for (i = 0; i < size; i++) {
		u8 byte = value >> (8 * i);
		u8 *data = &config->data[where + i];
		u8 writable = config->writable[where + i];

		*data = (*data & ~writable) | (byte & writable);
		*data &= ~(byte & config->clear[where + i]);
	}
}

/**
 * epc_sim_config_set() - set a register as the hardware does
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @value: all bits are set so
 */
void epc_sim_config_set(struct epc_sim_config *config, int where, int size,
			u32 value)
{
	int i;

	for (i = 0; i < size; i++)
		config->data[where + i] = value >> (8 * i);
}

/**
 * epc_sim_config_allow() - say which bits of a register the host can write
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @mask: the bits
 */
void epc_sim_config_allow(struct epc_sim_config *config, int where, int size,
			  u32 mask)
{
	int i;

	for (i = 0; i < size; i++)
		config->writable[where + i] = mask >> (8 * i);
}

/**
 * epc_sim_config_allow_clear() - say which bits the host clears by writing 1
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @mask: the bits
 */
void epc_sim_config_allow_clear(struct epc_sim_config *config, int where,
				int size, u32 mask)
{
	int i;

	for (i = 0; i < size; i++)
		config->clear[where + i] = mask >> (8 * i);
}

/**
 * epc_sim_config_set_bits() - set bits of a register as the hardware does
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @bits: the bits; others stay
 */
void epc_sim_config_set_bits(struct epc_sim_config *config, int where, int size,
			     u32 bits)
{
	epc_sim_config_set(config, where, size,
			   epc_sim_config_read(config, where, size) | bits);
}

/**
 * epc_sim_config_preset() - say what a register is after a reset
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @value: what it is now, and what its writable bits are after each reset
 */
void epc_sim_config_preset(struct epc_sim_config *config, int where, int size,
			   u32 value)
{
	int i;

	epc_sim_config_set(config, where, size, value);
	for (i = 0; i < size; i++)
		config->preset[where + i] = value >> (8 * i);
}

/* Error registers are sticky: they tell of what led to the reset. */
static bool is_sticky(const struct epc_sim_config *config, int where)
{
	return where >= EPC_SIM_ECAP_AER && where < EPC_SIM_ECAP_ACS &&
	       epc_sim_config_read(config, EPC_SIM_ECAP_AER, 2) ==
		       PCI_EXT_CAP_ID_ERR;
}

/**
 * epc_sim_config_reset() - forget what the host wrote
 * @config: configuration space
 *
 * As any reset but that of a power cycle: error registers stay.
 */
void epc_sim_config_reset(struct epc_sim_config *config)
{
	int i;

	for (i = 0; i < PCI_CFG_SPACE_EXP_SIZE; i++) {
		u8 changes = config->writable[i] | config->clear[i];

		if (changes && !is_sticky(config, i))
			config->data[i] = (config->data[i] & ~changes) |
					  (config->preset[i] & changes);
	}
}

/**
 * epc_sim_config_add_pm() - add the power management capability
 * @config: configuration space
 * @pme: wake-up events are signalled, from D0 and D3hot
 *
 * D0 and D3hot, and no reset between them.
 */
void epc_sim_config_add_pm(struct epc_sim_config *config, bool pme)
{
	const int pm = EPC_SIM_CAP_PM;
	u16 control = PCI_PM_CTRL_STATE_MASK;
	u16 caps = 3;

	if (pme) {
		caps |= PCI_PM_CAP_PME_D0 | PCI_PM_CAP_PME_D3hot;
		control |= PCI_PM_CTRL_PME_ENABLE;
		epc_sim_config_allow_clear(config, pm + PCI_PM_CTRL, 2,
					   PCI_PM_CTRL_PME_STATUS);
	}

	epc_sim_config_set(config, pm, 1, PCI_CAP_ID_PM);
	epc_sim_config_set(config, pm + PCI_PM_PMC, 2, caps);
	epc_sim_config_set(config, pm + PCI_PM_CTRL, 2,
			   PCI_PM_CTRL_NO_SOFT_RESET);
	epc_sim_config_allow(config, pm + PCI_PM_CTRL, 2, control);
}

/**
 * epc_sim_config_add_exp() - add the PCI Express capability
 * @config: configuration space
 * @type: PCI_EXP_TYPE_*
 *
 * Payloads up to 256 bytes; the link is set by epc_sim_config_set_link().
 */
void epc_sim_config_add_exp(struct epc_sim_config *config, u16 type)
{
	const int exp = EPC_SIM_CAP_EXP;
	u32 device = PCI_EXP_DEVCAP_EXT_TAG | PCI_EXP_DEVCAP_RBER | 1;
	u16 control = 0x7fff;

	if (type == PCI_EXP_TYPE_ENDPOINT) {
		device |= PCI_EXP_DEVCAP_FLR;
		control |= PCI_EXP_DEVCTL_BCR_FLR;
	}

	epc_sim_config_set(config, exp, 1, PCI_CAP_ID_EXP);
	epc_sim_config_set(config, exp + PCI_EXP_FLAGS, 2,
			   2 | FIELD_PREP(PCI_EXP_FLAGS_TYPE, type));
	epc_sim_config_set(config, exp + PCI_EXP_DEVCAP, 4, device);
	epc_sim_config_preset(config, exp + PCI_EXP_DEVCTL, 2,
			      FIELD_PREP(PCI_EXP_DEVCTL_READRQ, 2));
	epc_sim_config_allow(config, exp + PCI_EXP_DEVCTL, 2, control);
	epc_sim_config_allow_clear(config, exp + PCI_EXP_DEVSTA, 2,
				   PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED |
				   PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD);
	epc_sim_config_allow(config, exp + PCI_EXP_LNKCTL, 2,
			     PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_RCB |
			     PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES);
	epc_sim_config_allow(config, exp + PCI_EXP_LNKCTL2, 2,
			     PCI_EXP_LNKCTL2_TLS);
}

/**
 * epc_sim_config_set_link() - say what link there is, and how fast it runs
 * @config: configuration space with a PCI Express capability
 * @max_generation: fastest speed, 1 to 5
 * @width: lanes
 * @generation: speed that it runs at; 0: the link is down
 */
void epc_sim_config_set_link(struct epc_sim_config *config,
			     unsigned int max_generation, unsigned int width,
			     unsigned int generation)
{
	const int exp = EPC_SIM_CAP_EXP;
	u32 caps = epc_sim_config_read(config, exp + PCI_EXP_LNKCAP, 4);
	u16 status = epc_sim_config_read(config, exp + PCI_EXP_LNKSTA, 2);

	caps &= ~(u32)(PCI_EXP_LNKCAP_SLS | PCI_EXP_LNKCAP_MLW);
	caps |= FIELD_PREP(PCI_EXP_LNKCAP_SLS, max_generation) |
		FIELD_PREP(PCI_EXP_LNKCAP_MLW, width);
	epc_sim_config_set(config, exp + PCI_EXP_LNKCAP, 4, caps);
	/* Bit 1 is the first generation. */
	epc_sim_config_set(config, exp + PCI_EXP_LNKCAP2, 4,
			   GENMASK(max_generation, 1));

	/* Until the host has another target, and after each reset. */
	if (!epc_sim_config_read(config, exp + PCI_EXP_LNKCTL2, 2))
		epc_sim_config_preset(config, exp + PCI_EXP_LNKCTL2, 2,
				      max_generation);

	/* A link that is down shows the speed that it would begin with. */
	status &= ~(u16)(PCI_EXP_LNKSTA_CLS | PCI_EXP_LNKSTA_NLW);
	status |= FIELD_PREP(PCI_EXP_LNKSTA_CLS, generation ?: 1) |
		  FIELD_PREP(PCI_EXP_LNKSTA_NLW, generation ? width : 0);
	epc_sim_config_set(config, exp + PCI_EXP_LNKSTA, 2, status);
}

/**
 * epc_sim_config_add_msi() - add the MSI capability
 * @config: configuration space
 * @order: log2 of the number of messages asked for, 0 to 5
 *
 * 64-bit addresses and a mask bit for each message.
 */
void epc_sim_config_add_msi(struct epc_sim_config *config, u8 order)
{
	const int msi = EPC_SIM_CAP_MSI;
	u32 messages = GENMASK((1 << order) - 1, 0);

	epc_sim_config_set(config, msi, 1, PCI_CAP_ID_MSI);
	epc_sim_config_set(config, msi + PCI_MSI_FLAGS, 2,
			   PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_MASKBIT |
			   FIELD_PREP(PCI_MSI_FLAGS_QMASK, order));
	epc_sim_config_allow(config, msi + PCI_MSI_FLAGS, 2,
			     PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	epc_sim_config_allow(config, msi + PCI_MSI_ADDRESS_LO, 4, ~3U);
	epc_sim_config_allow(config, msi + PCI_MSI_ADDRESS_HI, 4, ~0U);
	epc_sim_config_allow(config, msi + PCI_MSI_DATA_64, 2, 0xffff);
	epc_sim_config_allow(config, msi + PCI_MSI_MASK_64, 4, messages);
	epc_sim_config_set(config, msi + PCI_MSI_PENDING_64, 4, 0);
}

/**
 * epc_sim_config_link_caps() - put the capabilities into a list
 * @config: configuration space
 * @msi: MSI is one of them
 * @msix: MSI-X is one of them
 */
void epc_sim_config_link_caps(struct epc_sim_config *config, bool msi,
			      bool msix)
{
	epc_sim_config_set(config, PCI_CAPABILITY_LIST, 1, EPC_SIM_CAP_PM);
	epc_sim_config_set(config, EPC_SIM_CAP_PM + PCI_CAP_LIST_NEXT, 1,
			   msi ? EPC_SIM_CAP_MSI : EPC_SIM_CAP_EXP);
	epc_sim_config_set(config, EPC_SIM_CAP_MSI + PCI_CAP_LIST_NEXT, 1,
			   EPC_SIM_CAP_EXP);
	epc_sim_config_set(config, EPC_SIM_CAP_EXP + PCI_CAP_LIST_NEXT, 1,
			   msix ? EPC_SIM_CAP_MSIX : 0);
	epc_sim_config_set(config, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
}

/**
 * epc_sim_config_set_bar() - let the host place a memory BAR
 * @config: configuration space
 * @where: offset of its register
 * @size: bytes, a power of two
 * @flags: PCI_BASE_ADDRESS_MEM_*; a 64-bit BAR takes the next register, too
 *
 * Where the host has placed it already, it stays as far as it is aligned.
 */
void epc_sim_config_set_bar(struct epc_sim_config *config, int where, u64 size,
			    u32 flags)
{
	u64 mask = ~(size - 1) & PCI_BASE_ADDRESS_MEM_MASK;

	epc_sim_config_allow(config, where, 4, lower_32_bits(mask));
	epc_sim_config_set(config, where, 4,
			   (epc_sim_config_read(config, where, 4) &
			    lower_32_bits(mask)) |
			   (flags & ~PCI_BASE_ADDRESS_MEM_MASK));
	if (flags & PCI_BASE_ADDRESS_MEM_TYPE_64)
		epc_sim_config_allow(config, where + 4, 4, upper_32_bits(mask));
}

/**
 * epc_sim_config_clear_bar() - take a BAR away
 * @config: configuration space
 * @where: offset of its register
 */
void epc_sim_config_clear_bar(struct epc_sim_config *config, int where)
{
	bool wide = epc_sim_config_read(config, where, 4) &
		    PCI_BASE_ADDRESS_MEM_TYPE_64;
	int i;

	for (i = 0; i < (wide ? 2 : 1); i++) {
		epc_sim_config_allow(config, where + 4 * i, 4, 0);
		epc_sim_config_set(config, where + 4 * i, 4, 0);
	}
}

/**
 * epc_sim_config_bar_address() - where the host has placed a BAR
 * @config: configuration space
 * @where: offset of its register
 *
 * Return: PCI address.
 */
u64 epc_sim_config_bar_address(const struct epc_sim_config *config, int where)
{
	u32 low = epc_sim_config_read(config, where, 4);
	u64 address = low & (u32)PCI_BASE_ADDRESS_MEM_MASK;

	if (low & PCI_BASE_ADDRESS_MEM_TYPE_64)
		address |= (u64)epc_sim_config_read(config, where + 4, 4) << 32;

	return address;
}

/**
 * epc_sim_config_add_ext() - begin an extended capability
 * @config: configuration space
 * @where: offset; after all that are there
 * @id: PCI_EXT_CAP_ID_*
 * @version: version of its layout
 *
 * The list begins at PCI_CFG_SPACE_SIZE; where there is nothing, a null
 * capability leads on (PCIe 6.0, 7.9.28).
 */
void epc_sim_config_add_ext(struct epc_sim_config *config, int where, u16 id,
			    u8 version)
{
	int last = PCI_CFG_SPACE_SIZE;
	u32 header;

	for (;;) {
		header = epc_sim_config_read(config, last, 4);
		if (!PCI_EXT_CAP_NEXT(header) ||
		    PCI_EXT_CAP_NEXT(header) == where)
			break;
		last = PCI_EXT_CAP_NEXT(header);
	}
	if (where != last && where != PCI_CFG_SPACE_SIZE)
		epc_sim_config_set(config, last, 4,
				   (header & 0x000fffff) | where << 20);

	header = epc_sim_config_read(config, where, 4) & 0xfff00000;
	epc_sim_config_set(config, where, 4, header | version << 16 | id);
}

/**
 * epc_sim_config_in_d0() - whether a function is powered
 * @config: its configuration space
 *
 * Return: false in D3hot, where only configuration accesses are answered.
 */
bool epc_sim_config_in_d0(const struct epc_sim_config *config)
{
	return !(epc_sim_config_read(config, EPC_SIM_CAP_PM + PCI_PM_CTRL, 2) &
		 PCI_PM_CTRL_STATE_MASK);
}
