// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The controller's doorbell: a register that interrupts the endpoint's CPU when
 * it is written to, as the DesignWare core's DMA engine has one. A function puts
 * it behind a BAR for the host to write to, or the host sees it in a BAR of the
 * controller's own. Other registers read as zero here, and ignore writes.
 */

#include <linux/bits.h>
#include <linux/err.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/overflow.h>

#include "../compat/hrtimer.h"
#include "../compat/pci-epc.h"
#include "epc-sim.h"

/* Where it is among the registers of the DMA engine. */
#define DOORBELL_OFFSET	0xa0

/**
 * epc_sim_registers_hold() - whether a range is in the controller's registers
 * @sim: the instance
 * @phys: physical address
 * @len: bytes
 *
 * Return: true if all of it is.
 */
bool epc_sim_registers_hold(struct epc_sim *sim, phys_addr_t phys, size_t len)
{
	phys_addr_t base = epc_sim_space_registers(sim);

	return phys >= base && phys - base < EPC_SIM_REGISTERS_SIZE &&
	       len <= EPC_SIM_REGISTERS_SIZE - (phys - base);
}

/**
 * epc_sim_registers_written() - registers of the controller were written to
 * @sim: the instance
 * @phys: physical address
 * @len: bytes; all of them in the registers
 *
 * Context: any.
 */
void epc_sim_registers_written(struct epc_sim *sim, phys_addr_t phys,
			       size_t len)
{
	phys_addr_t doorbell = epc_sim_space_registers(sim) + DOORBELL_OFFSET;

	if (sim->profile.doorbell && phys < doorbell + sizeof(u32) &&
	    phys + len > doorbell)
		hrtimer_start(&sim->doorbell_timer, 0, HRTIMER_MODE_REL_HARD);
}

static enum hrtimer_restart ring(struct hrtimer *timer)
{
	struct epc_sim *sim = container_of(timer, struct epc_sim,
					   doorbell_timer);

	generic_handle_irq(sim->doorbell_irq);
	return HRTIMER_NORESTART;
}

static int doorbell_map(struct irq_domain *domain, unsigned int virq,
			irq_hw_number_t hwirq)
{
	irq_set_chip_and_handler(virq, &dummy_irq_chip, handle_simple_irq);
	return 0;
}

static const struct irq_domain_ops doorbell_ops = {
	.map = doorbell_map,
};

/**
 * epc_sim_doorbell_init() - make the doorbell's interrupt
 * @sim: the instance
 *
 * Return: 0, or -ENOMEM.
 */
int epc_sim_doorbell_init(struct epc_sim *sim)
{
	hrtimer_setup(&sim->doorbell_timer, ring, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_HARD);

	sim->doorbell_domain = irq_domain_create_linear(NULL, 1, &doorbell_ops,
							sim);
	if (!sim->doorbell_domain)
		return -ENOMEM;

	sim->doorbell_irq = irq_create_mapping(sim->doorbell_domain, 0);
	if (!sim->doorbell_irq) {
		irq_domain_remove(sim->doorbell_domain);
		return -ENOMEM;
	}

	return 0;
}

/**
 * epc_sim_doorbell_exit() - undo epc_sim_doorbell_init()
 * @sim: the instance; nothing crosses its link any more
 */
void epc_sim_doorbell_exit(struct epc_sim *sim)
{
	hrtimer_cancel(&sim->doorbell_timer);
	irq_dispose_mapping(sim->doorbell_irq);
	irq_domain_remove(sim->doorbell_domain);
}

/**
 * epc_sim_doorbell_count() - how many doorbells the controller has
 * @epc: the controller
 * @func_no: function that asks
 * @vfunc_no: virtual function that asks
 *
 * Return: 1 or 0.
 */
int epc_sim_doorbell_count(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	struct epc_sim *sim = epc_get_drvdata(epc);

	return sim->profile.doorbell;
}

/**
 * epc_sim_doorbell_get() - where the doorbell is
 * @epc: the controller
 * @func_no: function that asks
 * @vfunc_no: virtual function that asks
 * @resources: filled in with it, if there is one
 * @count: how many fit
 *
 * Return: 0, -ENOSPC where there is no room for it, -EINVAL where the BAR that
 *	shows the DMA engine ends before it.
 */
int epc_sim_doorbell_get(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			 struct pci_epc_aux_resource *resources, int count)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	enum pci_barno barno;

	if (!sim->profile.doorbell)
		return 0;
	if (count < 1)
		return -ENOSPC;

	resources[0] = (struct pci_epc_aux_resource) {
		.type = PCI_EPC_AUX_DOORBELL_MMIO,
		.phys_addr = epc_sim_space_registers(sim) + DOORBELL_OFFSET,
		.size = sizeof(u32),
		.bar = NO_BAR,
		.u.db_mmio = {
			.irq = sim->doorbell_irq,
			.data = 0,
		},
	};

	for (barno = BAR_0; barno <= BAR_5; barno++) {
		unsigned int shown = sim->profile.bars[barno].dma_registers;

		if (!shown)
			continue;
		if (range_end_overflows_t(unsigned int, DOORBELL_OFFSET,
					  sizeof(u32), shown))
			return -EINVAL;
		resources[0].bar = barno;
		resources[0].bar_offset = DOORBELL_OFFSET;
		break;
	}

	return 0;
}
