/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPC_SIM_FAULTS_H
#define EPC_SIM_FAULTS_H

#include <linux/types.h>

struct dentry;
struct epc_sim;
struct epc_sim_function;
struct epc_sim_request;

/* What can be made to go wrong; faults.c says how, the callers say where. */
enum epc_sim_fault {
	/* a request that would otherwise get through */
	EPC_SIM_FAULT_LINK_DOWN,
	EPC_SIM_FAULT_REMOVAL,
	EPC_SIM_FAULT_READ_ONES,
	EPC_SIM_FAULT_CORRUPT,
	EPC_SIM_FAULT_SLOW,
	/* an interrupt on its way to the host */
	EPC_SIM_FAULT_INTERRUPT_LOST,
	EPC_SIM_FAULT_INTERRUPT_LATE,
	/* an outbound map */
	EPC_SIM_FAULT_MAP_ERROR,
	EPC_SIM_FAULT_MAPS_EXHAUSTED,
	/* a descriptor of a DMA channel */
	EPC_SIM_FAULT_DMA_ERROR,
	EPC_SIM_NUM_FAULTS,
};

#ifdef CONFIG_FAULT_INJECTION_DEBUG_FS
int epc_sim_faults_init(struct epc_sim *sim);
void epc_sim_faults_exit(struct epc_sim *sim);
void epc_sim_faults_free(struct epc_sim *sim);
void epc_sim_faults_debugfs(struct epc_sim *sim, struct dentry *parent);
void epc_sim_fault_request(struct epc_sim *sim,
			   struct epc_sim_request *request);
bool epc_sim_fault_interrupt_lost(struct epc_sim *sim,
				  struct epc_sim_function *function);
bool epc_sim_fault_interrupt_late(struct epc_sim *sim,
				  struct epc_sim_function *function,
				  unsigned int number);
int epc_sim_fault_map(struct epc_sim *sim, struct epc_sim_function *function,
		      size_t size);
bool epc_sim_fault_maps_exhausted(struct epc_sim *sim,
				  struct epc_sim_function *function);
bool epc_sim_fault_dma(struct epc_sim *sim, struct epc_sim_function *function,
		       size_t size);
#else
static inline int epc_sim_faults_init(struct epc_sim *sim)
{
	return 0;
}

static inline void epc_sim_faults_exit(struct epc_sim *sim)
{
}

static inline void epc_sim_faults_free(struct epc_sim *sim)
{
}

static inline void epc_sim_faults_debugfs(struct epc_sim *sim,
					  struct dentry *parent)
{
}

static inline void epc_sim_fault_request(struct epc_sim *sim,
					 struct epc_sim_request *request)
{
}

static inline bool
epc_sim_fault_interrupt_lost(struct epc_sim *sim,
			     struct epc_sim_function *function)
{
	return false;
}

static inline bool
epc_sim_fault_interrupt_late(struct epc_sim *sim,
			     struct epc_sim_function *function,
			     unsigned int number)
{
	return false;
}

static inline int epc_sim_fault_map(struct epc_sim *sim,
				    struct epc_sim_function *function,
				    size_t size)
{
	return 0;
}

static inline bool
epc_sim_fault_maps_exhausted(struct epc_sim *sim,
			     struct epc_sim_function *function)
{
	return false;
}

static inline bool epc_sim_fault_dma(struct epc_sim *sim,
				     struct epc_sim_function *function,
				     size_t size)
{
	return false;
}
#endif

#endif
