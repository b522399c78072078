// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The EPC core has passed numbers of interrupts to its controllers in three
 * ways: as log2 (MSI) and minus one (MSI-X); with set_msix alone changed to the
 * plain number, in stable releases; and all as plain numbers. The prototypes
 * did not change, so ask the core that is running.
 */

#include "epc-sim.h"

#define PROBE	4

/**
 * epc_sim_irq_count_calibrate() - find out how the core encodes counts
 * @sim: the instance, with its controller just made
 *
 * Sets sim->irq_count.
 */
void epc_sim_irq_count_calibrate(struct epc_sim *sim)
{
	struct epc_sim_irq_count *count = &sim->irq_count;
	int observed = 0;

	/* The ops note their argument here, and get_* answer PROBE. */
	sim->irq_observed = &observed;

	pci_epc_set_msi(sim->epc, 0, 0, PROBE);
	count->set_msi_log2 = observed != PROBE;

	pci_epc_set_msix(sim->epc, 0, 0, PROBE, BAR_0, 0);
	count->set_msix_minus_one = observed != PROBE;

	observed = PROBE;
	count->get_msi_log2 = pci_epc_get_msi(sim->epc, 0, 0) != PROBE;
	count->get_msix_minus_one = pci_epc_get_msix(sim->epc, 0, 0) != PROBE;

	sim->irq_observed = NULL;
}
