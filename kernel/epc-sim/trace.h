/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#undef TRACE_SYSTEM
#define TRACE_SYSTEM epc_sim

#if !defined(EPC_SIM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define EPC_SIM_TRACE_H

#include <linux/tracepoint.h>

#include "epc-sim.h"

#define epc_sim_show_kind(kind)						\
	__print_symbolic(kind,						\
			 { EPC_SIM_CONFIG_READ, "config read" },	\
			 { EPC_SIM_CONFIG_WRITE, "config write" },	\
			 { EPC_SIM_HOST_READ, "host read" },		\
			 { EPC_SIM_HOST_WRITE, "host write" },		\
			 { EPC_SIM_ENDPOINT_READ, "endpoint read" },	\
			 { EPC_SIM_ENDPOINT_WRITE, "endpoint write" },	\
			 { EPC_SIM_DMA_READ, "DMA read" },		\
			 { EPC_SIM_DMA_WRITE, "DMA write" },		\
			 { EPC_SIM_MESSAGE, "message" })

#define epc_sim_show_outcome(outcome)					\
	__print_symbolic(outcome,					\
			 { EPC_SIM_OK, "ok" },				\
			 { EPC_SIM_LINK_DOWN, "link down" },		\
			 { EPC_SIM_NO_FUNCTION, "no function" },	\
			 { EPC_SIM_NO_BAR, "no BAR" },			\
			 { EPC_SIM_NO_MAP, "no map" },			\
			 { EPC_SIM_NO_BUS_MASTER, "no bus master" },	\
			 { EPC_SIM_NOT_POWERED, "not powered" },	\
			 { EPC_SIM_NO_MEMORY, "no memory" },		\
			 { EPC_SIM_FAULT_INJECTED, "fault" })

TRACE_EVENT(epc_sim_request,
	TP_PROTO(const struct epc_sim *sim,
		 const struct epc_sim_request *request, u64 cost_ns),
	TP_ARGS(sim, request, cost_ns),
	TP_STRUCT__entry(
		__string(name, epc_sim_name(sim))
		__field(int, kind)
		__field(int, func_no)
		__field(int, vfunc_no)
		__field(u64, addr)
		__field(size_t, len)
		__field(int, outcome)
		__field(u64, cost_ns)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->kind = request->kind;
		__entry->func_no = request->function ?
				   request->function->func_no : -1;
		__entry->vfunc_no = request->function ?
				    request->function->vfunc_no : -1;
		__entry->addr = request->addr;
		__entry->len = request->len;
		__entry->outcome = request->outcome;
		__entry->cost_ns = cost_ns;
	),
	TP_printk("%s: %s function=%d vf=%d addr=%#llx len=%zu %s cost_ns=%llu",
		  __get_str(name), epc_sim_show_kind(__entry->kind),
		  __entry->func_no, __entry->vfunc_no, __entry->addr,
		  __entry->len, epc_sim_show_outcome(__entry->outcome),
		  __entry->cost_ns)
);

TRACE_EVENT(epc_sim_map,
	TP_PROTO(const struct epc_sim *sim,
		 const struct epc_sim_function *function, phys_addr_t phys,
		 u64 pci_addr, size_t size, int ret),
	TP_ARGS(sim, function, phys, pci_addr, size, ret),
	TP_STRUCT__entry(
		__string(name, epc_sim_name(sim))
		__field(u8, func_no)
		__field(u8, vfunc_no)
		__field(u64, phys)
		__field(u64, pci_addr)
		__field(size_t, size)
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->func_no = function->func_no;
		__entry->vfunc_no = function->vfunc_no;
		__entry->phys = phys;
		__entry->pci_addr = pci_addr;
		__entry->size = size;
		__entry->ret = ret;
	),
	TP_printk("%s: %s function=%u vf=%u phys=%#llx addr=%#llx size=%zu ret=%d",
		  __get_str(name), __entry->size ? "map" : "unmap",
		  __entry->func_no, __entry->vfunc_no, __entry->phys,
		  __entry->pci_addr, __entry->size, __entry->ret)
);

TRACE_EVENT(epc_sim_fault,
	TP_PROTO(const struct epc_sim *sim,
		 const struct epc_sim_function *function, const char *kind),
	TP_ARGS(sim, function, kind),
	TP_STRUCT__entry(
		__string(name, epc_sim_name(sim))
		__field(int, func_no)
		__field(int, vfunc_no)
		__string(kind, kind)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->func_no = function ? function->func_no : -1;
		__entry->vfunc_no = function ? function->vfunc_no : -1;
		__assign_str(kind);
	),
	TP_printk("%s: %s function=%d vf=%d", __get_str(name), __get_str(kind),
		  __entry->func_no, __entry->vfunc_no)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
