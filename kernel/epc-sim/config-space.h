/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPC_SIM_CONFIG_SPACE_H
#define EPC_SIM_CONFIG_SPACE_H

#include <linux/pci.h>
#include <linux/pci_regs.h>
#include <linux/types.h>

/*
 * A configuration space: bytes, which bits of them the host may change, and
 * what these become with a reset.
 */
struct epc_sim_config {
	u8 data[PCI_CFG_SPACE_EXP_SIZE];
	u8 writable[PCI_CFG_SPACE_EXP_SIZE];
	u8 clear[PCI_CFG_SPACE_EXP_SIZE];	/* write 1 to clear */
	u8 preset[PCI_CFG_SPACE_EXP_SIZE];
};

/* Where the capabilities are, in a function as in a port. */
#define EPC_SIM_CAP_PM		0x40
#define EPC_SIM_CAP_MSI		0x50
#define EPC_SIM_CAP_EXP		0x70
#define EPC_SIM_CAP_MSIX	0xb0
#define EPC_SIM_ECAP_AER	0x100
#define EPC_SIM_ECAP_ACS	0x148
#define EPC_SIM_ECAP_DPC	0x150
#define EPC_SIM_ECAP_REBAR	0x200
#define EPC_SIM_ECAP_ARI	0x300
#define EPC_SIM_ECAP_SRIOV	0x310

u32 epc_sim_config_read(const struct epc_sim_config *config, int where,
			int size);
void epc_sim_config_write(struct epc_sim_config *config, int where, int size,
			  u32 value);
void epc_sim_config_set(struct epc_sim_config *config, int where, int size,
			u32 value);
void epc_sim_config_set_bits(struct epc_sim_config *config, int where, int size,
			     u32 bits);
void epc_sim_config_preset(struct epc_sim_config *config, int where, int size,
			   u32 value);
void epc_sim_config_allow(struct epc_sim_config *config, int where, int size,
			  u32 mask);
void epc_sim_config_allow_clear(struct epc_sim_config *config, int where,
				int size, u32 mask);
void epc_sim_config_reset(struct epc_sim_config *config);
void epc_sim_config_add_pm(struct epc_sim_config *config, bool pme);
void epc_sim_config_add_exp(struct epc_sim_config *config, u16 type);
void epc_sim_config_set_link(struct epc_sim_config *config,
			     unsigned int max_generation, unsigned int width,
			     unsigned int generation);
void epc_sim_config_add_msi(struct epc_sim_config *config, u8 order);
void epc_sim_config_set_bar(struct epc_sim_config *config, int where, u64 size,
			    u32 flags);
void epc_sim_config_clear_bar(struct epc_sim_config *config, int where);
u64 epc_sim_config_bar_address(const struct epc_sim_config *config, int where);
void epc_sim_config_link_caps(struct epc_sim_config *config, bool msi,
			      bool msix);
void epc_sim_config_add_ext(struct epc_sim_config *config, int where, u16 id,
			    u8 version);
bool epc_sim_config_in_d0(const struct epc_sim_config *config);

#endif
