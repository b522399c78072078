// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A configuration space as memory with rules: which bits the host can write,
 * and which it clears by writing 1 (PCIe 6.0, 7.5). Little-endian bytes, so
 * that any size at any offset is the same operation.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>

#include "epc-sim.h"

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
 * epc_sim_config_reset() - forget what the host wrote to a register
 * @config: configuration space
 * @where: offset; with @size within the space
 * @size: bytes
 */
void epc_sim_config_reset(struct epc_sim_config *config, int where, int size)
{
	int i;

	for (i = where; i < where + size; i++)
		config->data[i] &= ~(config->writable[i] | config->clear[i]);
}

/**
 * epc_sim_config_add_pm() - add the power management capability
 * @config: configuration space
 *
 * D0 and D3hot, and no reset between them.
 */
void epc_sim_config_add_pm(struct epc_sim_config *config)
{
	const int pm = EPC_SIM_CAP_PM;

	epc_sim_config_set(config, pm, 1, PCI_CAP_ID_PM);
	epc_sim_config_set(config, pm + PCI_PM_PMC, 2, 3);
	epc_sim_config_set(config, pm + PCI_PM_CTRL, 2,
			   PCI_PM_CTRL_NO_SOFT_RESET);
	epc_sim_config_allow(config, pm + PCI_PM_CTRL, 2,
			     PCI_PM_CTRL_STATE_MASK);
}

/**
 * epc_sim_config_add_exp() - add the PCI Express capability
 * @config: configuration space
 * @type: PCI_EXP_TYPE_*
 *
 * A Gen3 x4 link with payloads up to 256 bytes.
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
	epc_sim_config_set(config, exp + PCI_EXP_DEVCTL, 2,
			   FIELD_PREP(PCI_EXP_DEVCTL_READRQ, 2));
	epc_sim_config_allow(config, exp + PCI_EXP_DEVCTL, 2, control);
	epc_sim_config_allow_clear(config, exp + PCI_EXP_DEVSTA, 2,
				   PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED |
				   PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD);
	epc_sim_config_set(config, exp + PCI_EXP_LNKCAP, 4,
			   PCI_EXP_LNKCAP_SLS_8_0GB |
			   FIELD_PREP(PCI_EXP_LNKCAP_MLW, 4));
	epc_sim_config_allow(config, exp + PCI_EXP_LNKCTL, 2,
			     PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_RCB |
			     PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES);
	epc_sim_config_set(config, exp + PCI_EXP_LNKSTA, 2,
			   PCI_EXP_LNKSTA_CLS_8_0GB | PCI_EXP_LNKSTA_NLW_X4);
	epc_sim_config_set(config, exp + PCI_EXP_LNKCAP2, 4,
			   PCI_EXP_LNKCAP2_SLS_2_5GB |
			   PCI_EXP_LNKCAP2_SLS_5_0GB |
			   PCI_EXP_LNKCAP2_SLS_8_0GB);
	epc_sim_config_set(config, exp + PCI_EXP_LNKCTL2, 2,
			   PCI_EXP_LNKCTL2_TLS_8_0GT);
	epc_sim_config_allow(config, exp + PCI_EXP_LNKCTL2, 2,
			     PCI_EXP_LNKCTL2_TLS);
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
