// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Interrupts of the endpoint and of the root port. MSI and MSI-X are what they
 * are in hardware, writes of the message that the host programmed to the
 * address that it programmed. On the host's side a timer delivers them in hard
 * interrupt context, never in the context of the function that raised them.
 */

#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/fwnode.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/msi.h>
#include <linux/platform_device.h>

#include "../compat/hrtimer.h"
#include "epc-sim.h"

/* --- The host's interrupt controller ------------------------------------ */

static void msi_compose(struct irq_data *data, struct msi_msg *msg)
{
	struct epc_sim *sim = irq_data_get_irq_chip_data(data);
	u64 address = epc_sim_space_msi_address(sim);

	msg->address_hi = upper_32_bits(address);
	msg->address_lo = lower_32_bits(address);
	msg->data = data->hwirq;
}

static void msi_ack(struct irq_data *data)
{
	/* An edge, gone when it was seen. */
}

/* Messages are delivered where the timer runs, wherever they should go. */
static int msi_set_affinity(struct irq_data *data, const struct cpumask *mask,
			    bool force)
{
	irq_data_update_effective_affinity(data, mask);
	return IRQ_SET_MASK_OK_DONE;
}

static struct irq_chip msi_chip = {
	.name = "epc-sim",
	.irq_compose_msi_msg = msi_compose,
	.irq_ack = msi_ack,
	.irq_set_affinity = msi_set_affinity,
};

static int msi_alloc(struct irq_domain *domain, unsigned int virq,
		     unsigned int nr_irqs, void *args)
{
	struct epc_sim *sim = domain->host_data;
	int first, i;

	if (nr_irqs > sim->port_knobs.host_vectors)
		return -ENOSPC;

	/* Multi-message MSI puts the number into the low bits of the data. */
	scoped_guard(mutex, &sim->vectors_lock)
		first = bitmap_find_free_region(sim->vectors, EPC_SIM_VECTORS,
						order_base_2(nr_irqs));
	if (first < 0)
		return -ENOSPC;

	for (i = 0; i < nr_irqs; i++)
		irq_domain_set_info(domain, virq + i, first + i,
				    &msi_chip, sim, handle_edge_irq,
				    NULL, NULL);

	return 0;
}

static void msi_free(struct irq_domain *domain, unsigned int virq,
		     unsigned int nr_irqs)
{
	struct epc_sim *sim = domain->host_data;
	struct irq_data *data = irq_domain_get_irq_data(domain, virq);

	guard(mutex)(&sim->vectors_lock);
	bitmap_release_region(sim->vectors, data->hwirq, order_base_2(nr_irqs));
}

static const struct irq_domain_ops msi_domain_ops = {
	.alloc = msi_alloc,
	.free = msi_free,
};

#define MSI_SUPPORTED	(MSI_GENERIC_FLAGS_MASK | MSI_FLAG_MULTI_PCI_MSI | \
			 MSI_FLAG_PCI_MSIX)

/* A device of the host gets its own domain for MSI or MSI-X. */
static bool msi_init_device(struct device *dev, struct irq_domain *domain,
			    struct irq_domain *parent,
			    struct msi_domain_info *info)
{
	if (info->bus_token != DOMAIN_BUS_PCI_DEVICE_MSI &&
	    info->bus_token != DOMAIN_BUS_PCI_DEVICE_MSIX)
		return false;

	info->flags &= MSI_SUPPORTED;
	info->flags |= MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS;
	info->chip->irq_ack = irq_chip_ack_parent;
	return true;
}

static const struct msi_parent_ops msi_parent_ops = {
	.supported_flags = MSI_SUPPORTED,
	.prefix = "epc-sim-",
	.init_dev_msi_info = msi_init_device,
};

static int intx_map(struct irq_domain *domain, unsigned int virq,
		    irq_hw_number_t hwirq)
{
	irq_set_chip_and_handler(virq, &dummy_irq_chip, handle_simple_irq);
	irq_set_chip_data(virq, domain->host_data);
	return 0;
}

static const struct irq_domain_ops intx_ops = {
	.map = intx_map,
};

/* Hard interrupt context: what is pending reaches the host now. */
static enum hrtimer_restart deliver(struct hrtimer *timer)
{
	struct epc_sim *sim = container_of(timer, struct epc_sim, irq_timer);
	unsigned int i;

	for_each_set_bit(i, sim->pending, EPC_SIM_INTERRUPTS) {
		if (!test_and_clear_bit(i, sim->pending))
			continue;
		if (i < EPC_SIM_VECTORS)
			generic_handle_domain_irq(sim->msi_domain, i);
		else
			generic_handle_domain_irq(sim->intx_domain,
						  i - EPC_SIM_VECTORS);
	}

	return HRTIMER_NORESTART;
}

/**
 * epc_sim_interrupt_deliver() - interrupt the host
 * @sim: the instance
 * @number: message, or EPC_SIM_VECTORS + pin
 *
 * Context: any.
 */
void epc_sim_interrupt_deliver(struct epc_sim *sim, unsigned int number)
{
	set_bit(number, sim->pending);
	hrtimer_start(&sim->irq_timer, 0, HRTIMER_MODE_REL_HARD);
}

/**
 * epc_sim_interrupt_init() - make the host's interrupt domains
 * @sim: the instance
 *
 * Return: 0, or -errno of the interrupt core.
 */
int epc_sim_interrupt_init(struct epc_sim *sim)
{
	struct irq_domain_info info = {
		.size = EPC_SIM_VECTORS,
		.hwirq_max = EPC_SIM_VECTORS,
		.domain_flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
		.ops = &msi_domain_ops,
		.host_data = sim,
	};
	int ret;

	hrtimer_setup(&sim->irq_timer, deliver, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_HARD);

	sim->irq_fwnode =
		irq_domain_alloc_named_fwnode(dev_name(&sim->pdev->dev));
	if (!sim->irq_fwnode)
		return -ENOMEM;

	info.fwnode = sim->irq_fwnode;
	sim->msi_domain = irq_domain_instantiate(&info);
	if (IS_ERR(sim->msi_domain)) {
		ret = PTR_ERR(sim->msi_domain);
		goto free_fwnode;
	}
	sim->msi_domain->msi_parent_ops = &msi_parent_ops;

	sim->intx_domain = irq_domain_create_linear(NULL, PCI_NUM_INTX,
						    &intx_ops, sim);
	if (!sim->intx_domain) {
		ret = -ENOMEM;
		goto remove_msi;
	}

	return 0;

remove_msi:
	irq_domain_remove(sim->msi_domain);
free_fwnode:
	irq_domain_free_fwnode(sim->irq_fwnode);
	return ret;
}

/**
 * epc_sim_interrupt_exit() - undo epc_sim_interrupt_init()
 * @sim: the instance; no device of the host has an interrupt any more
 */
void epc_sim_interrupt_exit(struct epc_sim *sim)
{
	unsigned int i;

	hrtimer_cancel(&sim->irq_timer);
	for (i = 0; i < PCI_NUM_INTX; i++)
		irq_dispose_mapping(irq_find_mapping(sim->intx_domain, i));
	irq_domain_remove(sim->intx_domain);
	irq_domain_remove(sim->msi_domain);
	irq_domain_free_fwnode(sim->irq_fwnode);
}

/**
 * epc_sim_interrupt_map() - interrupt number of an INTx pin
 * @sim: the instance
 * @pin: 1 for INTA to 4 for INTD
 *
 * Return: Linux interrupt number, 0 where there is none.
 */
int epc_sim_interrupt_map(struct epc_sim *sim, u8 pin)
{
	return irq_create_mapping(sim->intx_domain, pin - 1);
}

/**
 * epc_sim_interrupt_pin() - pulse an INTx pin of the root port
 * @sim: the instance
 * @pin: 1 for INTA to 4 for INTD
 *
 * Context: any.
 */
void epc_sim_interrupt_pin(struct epc_sim *sim, u8 pin)
{
	epc_sim_interrupt_deliver(sim, EPC_SIM_VECTORS + pin - 1);
}

/**
 * epc_sim_interrupt_message() - a message reaches the host
 * @sim: the instance
 * @data: what was written
 *
 * Context: any.
 */
void epc_sim_interrupt_message(struct epc_sim *sim, u32 data)
{
	if (data < EPC_SIM_VECTORS)
		epc_sim_interrupt_deliver(sim, data);
}

/* --- The endpoint's side ------------------------------------------------ */

/* Unless a fault has it that it gets lost or comes later. */
static bool interrupt_host(struct epc_sim *sim,
			   struct epc_sim_function *function,
			   unsigned int number)
{
	if (epc_sim_fault_interrupt_lost(sim, function))
		return false;

	if (!epc_sim_fault_interrupt_late(sim, function, number))
		epc_sim_interrupt_deliver(sim, number);
	return true;
}

/**
 * epc_sim_interrupt_send() - a message is on its way to the host
 * @sim: the instance
 * @function: function that it is from
 * @data: what was written
 *
 * Context: any.
 * Return: false where it gets lost.
 */
bool epc_sim_interrupt_send(struct epc_sim *sim,
			    struct epc_sim_function *function, u32 data)
{
	return data >= EPC_SIM_VECTORS || interrupt_host(sim, function, data);
}

/**
 * epc_sim_interrupt_raise_intx() - pulse a function's INTx pin
 * @sim: the instance
 * @function: function
 *
 * Return: 0, -EINVAL where the function has no pin or the controller cannot. An
 *	interrupt that the host has disabled is counted and lost.
 */
int epc_sim_interrupt_raise_intx(struct epc_sim *sim,
				 struct epc_sim_function *function)
{
	struct epc_sim_config *config = &function->config;
	u8 pin;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		pin = epc_sim_config_read(config, PCI_INTERRUPT_PIN, 1);
		if (pin < 1 || pin > PCI_NUM_INTX || sim->profile.no_intx)
			return -EINVAL;
		if (sim->profile.no_intx_with_msi &&
		    epc_sim_config_read(config, EPC_SIM_CAP_MSI + PCI_MSI_FLAGS,
					2) & PCI_MSI_FLAGS_ENABLE)
			return -EINVAL;
		if (!sim->link_up) {
			epc_sim_count(sim, function, EPC_SIM_ABORTED_LINK_DOWN,
				      1);
			return 0;
		}
		if (epc_sim_config_read(config, PCI_COMMAND, 2) &
		    PCI_COMMAND_INTX_DISABLE) {
			epc_sim_count(sim, function, EPC_SIM_MASKED_INTERRUPTS, 1);
			return 0;
		}
	}

	if (interrupt_host(sim, function, EPC_SIM_VECTORS + pin - 1))
		epc_sim_count(sim, function, EPC_SIM_INTX, 1);
	return 0;
}

/* Send a message, or leave it pending while the host masks it. */
static int raise_msi(struct epc_sim *sim, struct epc_sim_function *function,
		     unsigned int index)
{
	struct epc_sim_config *config = &function->config;
	const int msi = EPC_SIM_CAP_MSI;
	u32 pending, data;
	u64 address;
	u16 flags;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		flags = epc_sim_config_read(config, msi + PCI_MSI_FLAGS, 2);
		if (!(flags & PCI_MSI_FLAGS_ENABLE) ||
		    index >> FIELD_GET(PCI_MSI_FLAGS_QSIZE, flags))
			return -EINVAL;

		pending = epc_sim_config_read(config, msi + PCI_MSI_PENDING_64,
					      4);
		if (epc_sim_config_read(config, msi + PCI_MSI_MASK_64, 4) &
		    BIT(index)) {
			epc_sim_config_set(config, msi + PCI_MSI_PENDING_64, 4,
					   pending | BIT(index));
			epc_sim_count(sim, function, EPC_SIM_MASKED_INTERRUPTS, 1);
			return 0;
		}

		epc_sim_config_set(config, msi + PCI_MSI_PENDING_64, 4,
				   pending & ~BIT(index));
		address = (u64)epc_sim_config_read(config,
						   msi + PCI_MSI_ADDRESS_HI, 4)
			  << 32 |
			  epc_sim_config_read(config, msi + PCI_MSI_ADDRESS_LO,
					      4);
		data = epc_sim_config_read(config, msi + PCI_MSI_DATA_64, 2);
	}

	if (epc_sim_outbound_post(sim, function, address,
				  cpu_to_le32(data | index)))
		epc_sim_count(sim, function, EPC_SIM_MSI, 1);
	return 0;
}

/* Whether a message has a map to go through, where it needs one. */
static bool can_send(struct epc_sim *sim, struct epc_sim_function *function)
{
	return !sim->profile.map_for_message ||
	       epc_sim_outbound_can_map(sim, function);
}

/**
 * epc_sim_interrupt_raise_msi() - send an MSI
 * @sim: the instance
 * @function: function
 * @vector: message, from 1
 *
 * Return: 0, -EINVAL where the host has not enabled that message, or it needs a
 *	map and there is none.
 */
int epc_sim_interrupt_raise_msi(struct epc_sim *sim,
				struct epc_sim_function *function, u16 vector)
{
	if (!function->has_msi || vector < 1 || vector > 32 ||
	    !can_send(sim, function))
		return -EINVAL;

	return raise_msi(sim, function, vector - 1);
}

/* A function's vector table and pending bits, in the memory of its BAR. */
struct msix_table {
	u8 *entries;
	void *pending;
	u16 count;
	bool enabled;
	bool masked;
};

static bool msix_get_table(struct epc_sim *sim,
			   const struct epc_sim_function *function,
			   struct msix_table *table)
{
	const struct epc_sim_bar *bar;
	size_t entries, pending;
	u16 flags;

	guard(raw_spinlock_irqsave)(&sim->lock);

	if (!function->msix_count)
		return false;

	flags = epc_sim_config_read(&function->config,
				    EPC_SIM_CAP_MSIX + PCI_MSIX_FLAGS, 2);
	table->count = function->msix_count;
	table->enabled = flags & PCI_MSIX_FLAGS_ENABLE;
	table->masked = flags & PCI_MSIX_FLAGS_MASKALL;

	bar = &function->bars[function->msix_bar];
	entries = table->count * PCI_MSIX_ENTRY_SIZE;
	pending = ALIGN(DIV_ROUND_UP(table->count, 8), 8);
	if (function->msix_offset + entries + pending > bar->size)
		return false;

	table->entries = epc_sim_bar_memory(bar, function->msix_offset,
					    entries + pending);
	if (!table->entries)
		return false;

	table->pending = table->entries + entries;
	return true;
}

/* Called with sim->srcu held. */
static bool msix_is_masked(const struct msix_table *table, unsigned int index)
{
	const __le32 *entry = (const __le32 *)
		(table->entries + index * PCI_MSIX_ENTRY_SIZE);

	return table->masked ||
	       le32_to_cpu(READ_ONCE(entry[3])) & PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

/* Called with sim->srcu held. */
static void raise_msix(struct epc_sim *sim, struct epc_sim_function *function,
		       const struct msix_table *table, unsigned int index)
{
	const __le32 *entry = (const __le32 *)
		(table->entries + index * PCI_MSIX_ENTRY_SIZE);
	u64 address;

	if (msix_is_masked(table, index)) {
		set_bit_le(index, table->pending);
		epc_sim_count(sim, function, EPC_SIM_MASKED_INTERRUPTS, 1);
		return;
	}

	clear_bit_le(index, table->pending);
	address = (u64)le32_to_cpu(READ_ONCE(entry[1])) << 32 |
		  le32_to_cpu(READ_ONCE(entry[0]));
	if (epc_sim_outbound_post(sim, function, address, READ_ONCE(entry[2])))
		epc_sim_count(sim, function, EPC_SIM_MSIX, 1);
}

/**
 * epc_sim_interrupt_raise_msix() - send an MSI-X
 * @sim: the instance
 * @function: function
 * @vector: vector, from 1
 *
 * Return: 0; -EINVAL where the function has no such vector, the host has not
 *	enabled MSI-X, or the message needs a map and there is none; -EPERM
 *	where the profile refuses a masked vector.
 */
int epc_sim_interrupt_raise_msix(struct epc_sim *sim,
				 struct epc_sim_function *function, u16 vector)
{
	struct msix_table table;

	guard(srcu)(&sim->srcu);
	if (!msix_get_table(sim, function, &table) || !table.enabled ||
	    vector < 1 || vector > table.count)
		return -EINVAL;
	if (sim->profile.refuse_masked_msix &&
	    msix_is_masked(&table, vector - 1)) {
		epc_sim_count(sim, function, EPC_SIM_MASKED_INTERRUPTS, 1);
		return -EPERM;
	}
	if (!can_send(sim, function))
		return -EINVAL;

	raise_msix(sim, function, &table, vector - 1);
	return 0;
}

/**
 * epc_sim_interrupt_unmasked() - send what was pending and no longer is masked
 * @sim: the instance
 * @function: function whose masks the host may have changed
 *
 * Context: any.
 */
void epc_sim_interrupt_unmasked(struct epc_sim *sim,
				struct epc_sim_function *function)
{
	const struct epc_sim_config *config = &function->config;
	const int msi = EPC_SIM_CAP_MSI;
	unsigned long pending = 0;
	struct msix_table table;
	unsigned int i;

	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		if (function->has_msi)
			pending = epc_sim_config_read(config,
						      msi + PCI_MSI_PENDING_64,
						      4) &
				  ~epc_sim_config_read(config,
						       msi + PCI_MSI_MASK_64,
						       4);
	for_each_set_bit(i, &pending, 32)
		raise_msi(sim, function, i);

	guard(srcu)(&sim->srcu);
	if (!msix_get_table(sim, function, &table) || !table.enabled ||
	    table.masked)
		return;

	for (i = 0; i < table.count; i++)
		if (test_bit_le(i, table.pending))
			raise_msix(sim, function, &table, i);
}
