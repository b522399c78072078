// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/sysfs.h>

#include "epc-sim.h"

static const char * const counter_names[EPC_SIM_NUM_COUNTERS] = {
	[EPC_SIM_CONFIG_READS] = "config_reads",
	[EPC_SIM_CONFIG_WRITES] = "config_writes",
	[EPC_SIM_HOST_READS] = "host_reads",
	[EPC_SIM_HOST_WRITES] = "host_writes",
	[EPC_SIM_HOST_READ_BYTES] = "host_read_bytes",
	[EPC_SIM_HOST_WRITE_BYTES] = "host_write_bytes",
	[EPC_SIM_ENDPOINT_READS] = "endpoint_reads",
	[EPC_SIM_ENDPOINT_WRITES] = "endpoint_writes",
	[EPC_SIM_ENDPOINT_READ_BYTES] = "endpoint_read_bytes",
	[EPC_SIM_ENDPOINT_WRITE_BYTES] = "endpoint_write_bytes",
	[EPC_SIM_DMA_READS] = "dma_reads",
	[EPC_SIM_DMA_WRITES] = "dma_writes",
	[EPC_SIM_DMA_READ_BYTES] = "dma_read_bytes",
	[EPC_SIM_DMA_WRITE_BYTES] = "dma_write_bytes",
	[EPC_SIM_MAPS] = "maps",
	[EPC_SIM_UNMAPS] = "unmaps",
	[EPC_SIM_MAPS_LIVE] = "maps_live",
	[EPC_SIM_MAPS_PEAK] = "maps_peak",
	[EPC_SIM_INTX] = "intx",
	[EPC_SIM_MSI] = "msi",
	[EPC_SIM_MSIX] = "msix",
	[EPC_SIM_ABORTED_LINK_DOWN] = "aborted_link_down",
	[EPC_SIM_ABORTED_NO_FUNCTION] = "aborted_no_function",
	[EPC_SIM_ABORTED_NO_BAR] = "aborted_no_bar",
	[EPC_SIM_ABORTED_NO_MAP] = "aborted_no_map",
	[EPC_SIM_ABORTED_NO_BUS_MASTER] = "aborted_no_bus_master",
	[EPC_SIM_ABORTED_POWER_STATE] = "aborted_power_state",
	[EPC_SIM_ABORTED_NO_MEMORY] = "aborted_no_memory",
	[EPC_SIM_ABORTED_FAULT] = "aborted_fault",
	[EPC_SIM_MASKED_INTERRUPTS] = "masked_interrupts",
	[EPC_SIM_GUARDED_READS] = "guarded_reads",
	[EPC_SIM_GUARDED_WRITES] = "guarded_writes",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_LINK_DOWN] = "fault_link_down",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_REMOVAL] = "fault_removal",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_READ_ONES] = "fault_read_ones",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_CORRUPT] = "fault_corrupt",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_SLOW] = "fault_slow",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_INTERRUPT_LOST] = "fault_interrupt_lost",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_INTERRUPT_LATE] = "fault_interrupt_late",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_MAP_ERROR] = "fault_map_error",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_MAPS_EXHAUSTED] = "fault_maps_exhausted",
	[EPC_SIM_FAULTS + EPC_SIM_FAULT_DMA_ERROR] = "fault_dma_error",
};

/**
 * epc_sim_count() - count for a function and for all
 * @sim: the instance
 * @function: function, or NULL for none in particular
 * @counter: what
 * @n: how many
 *
 * Context: any.
 */
void epc_sim_count(struct epc_sim *sim, struct epc_sim_function *function,
		   enum epc_sim_counter counter, s64 n)
{
	if (function)
		atomic64_add(n, &function->counters[counter]);
	atomic64_add(n, &sim->counters[counter]);
}

static void raise_peak(atomic64_t *counters)
{
	s64 live = atomic64_read(&counters[EPC_SIM_MAPS_LIVE]);

	if (live > atomic64_read(&counters[EPC_SIM_MAPS_PEAK]))
		atomic64_set(&counters[EPC_SIM_MAPS_PEAK], live);
}

/* With sim->lock held: the peak follows what is live. */
void epc_sim_count_map(struct epc_sim *sim, struct epc_sim_function *function)
{
	lockdep_assert_held(&sim->lock);
	epc_sim_count(sim, function, EPC_SIM_MAPS, 1);
	epc_sim_count(sim, function, EPC_SIM_MAPS_LIVE, 1);
	raise_peak(function->counters);
	raise_peak(sim->counters);
}

void epc_sim_count_unmap(struct epc_sim *sim,
			 struct epc_sim_function *function)
{
	lockdep_assert_held(&sim->lock);
	epc_sim_count(sim, function, EPC_SIM_UNMAPS, 1);
	epc_sim_count(sim, function, EPC_SIM_MAPS_LIVE, -1);
}

/**
 * epc_sim_stats_print() - print the counters, one a line
 * @counters: those of an instance or of a function, or NULL for zeroes
 * @page: a page to print to
 *
 * Return: number of characters printed.
 */
int epc_sim_stats_print(const atomic64_t *counters, char *page)
{
	unsigned int i;
	int len = 0;
	s64 value;

	for (i = 0; i < EPC_SIM_NUM_COUNTERS; i++) {
		value = counters ? atomic64_read(&counters[i]) : 0;
		len += sysfs_emit_at(page, len, "%s %lld\n", counter_names[i],
				     value);
	}

	return len;
}

/**
 * epc_sim_stats_reset() - clear the counters
 * @sim: the instance
 * @counters: its own or those of a function of it; one does not reset the
 *	other
 *
 * What is live stays so, and the peak starts from there.
 */
void epc_sim_stats_reset(struct epc_sim *sim, atomic64_t *counters)
{
	unsigned int i;

	guard(raw_spinlock_irqsave)(&sim->lock);
	for (i = 0; i < EPC_SIM_NUM_COUNTERS; i++)
		if (i != EPC_SIM_MAPS_LIVE)
			atomic64_set(&counters[i], 0);
	raise_peak(counters);
}
