/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPC_SIM_H
#define EPC_SIM_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/ioport.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/pci-epc.h>
#include <linux/pci.h>
#include <linux/pci_regs.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>

#include "../compat/pci-epc.h"

#include "config-space.h"
#include "errors.h"
#include "faults.h"
#include "port.h"

/*
 * The path of an access, and the file that holds each part:
 *
 *   host CPU                                              endpoint CPU
 *   config  pci_ops ---> host.c ---> port.c               (see port.h)
 *                              \---> function.c, sriov.c  (header, BARs, MSI)
 *   BAR     ioremap ---> space.c ---> inbound.c ---> BAR memory of the function
 *   memory  <----------- outbound.c <--- space.c <--- ioremap of a window
 *   IRQ     <----------- interrupt.c <-- epc.c <----- pci_epc_raise_irq()
 *
 * request.c accounts for each of them, faults.c lets some go wrong.
 * epc.c holds what the endpoint asks of its controller, link.c what happens
 * when the link comes and goes, sim.c puts one together.
 */

/* Limits of the simulation; what a controller allows is in its profile. */
#define EPC_SIM_MAX_SIMS		8
#define EPC_SIM_MAX_FUNCTIONS		8
#define EPC_SIM_MAX_VFS			8 /* of each of these */
#define EPC_SIM_MAX_MAPS		256
#define EPC_SIM_MAX_WINDOWS		32
#define EPC_SIM_MAX_INBOUND		256
#define EPC_SIM_MAX_GUARDS		8

/* ioremap() of emulated memory covers at most this (lib/logic_iomem.c). */
#define EPC_SIM_MAX_IOREMAP		SZ_16M

/* Outbound address space of one instance. */
#define EPC_SIM_OUTBOUND_SIZE		SZ_4G

/* Addresses of one instance's registers; no BAR is larger. */
#define EPC_SIM_REGISTERS_SIZE		SZ_16M

/* Buses of one simulated hierarchy: the root bus and those below it. */
#define EPC_SIM_BUSES			16

/* Interrupt messages of one hierarchy: as many as the data of MSI can name. */
#define EPC_SIM_VECTORS			SZ_64K
#define EPC_SIM_INTERRUPTS		(EPC_SIM_VECTORS + PCI_NUM_INTX)

struct dentry;
struct device;
struct epc_sim;
struct epc_sim_dma;
struct epc_sim_faults;
struct irq_domain;
struct platform_device;

/* DMA engines of a controller; see dma.c. */
enum epc_sim_dma_engines {
	EPC_SIM_DMA_NONE = 0,
	EPC_SIM_DMA_PRIVATE = BIT(0),
	EPC_SIM_DMA_MEMCPY = BIT(1),
	EPC_SIM_DMA_BOTH = EPC_SIM_DMA_PRIVATE | EPC_SIM_DMA_MEMCPY,
};

/* What the hardware lets a BAR be. */
enum epc_sim_bar_type {
	EPC_SIM_BAR_PROGRAMMABLE,
	EPC_SIM_BAR_FIXED,	/* in size */
	EPC_SIM_BAR_RESIZABLE,	/* by the host, too */
	EPC_SIM_BAR_RESERVED,	/* used by the controller */
	EPC_SIM_BAR_DISABLED,
};

struct epc_sim_bar_limits {
	enum epc_sim_bar_type type;
	unsigned int fixed_size;	/* bytes, if fixed */
	bool only_64bit;
	/* what the host sees in a reserved one, in this order; bytes, or 0 */
	unsigned int dma_registers;
	unsigned int msix_table;
	unsigned int msix_pba;
};

/*
 * What a simulated controller can do. Read-only while an instance is live; each
 * member is a knob: see configfs.c.
 */
struct epc_sim_profile {
	const char *name;
	unsigned int max_functions;
	/* all functions have the vendor ids of function 0 */
	bool one_vendor;
	/* virtual functions of each physical one */
	unsigned int max_vfs;
	/* memory behind their BARs is aligned to this; a power of two, or 0 */
	unsigned int vf_bar_align;
	/* the first one says how large their BARs are; else all must agree */
	bool first_vf_has_bars;
	/* they are told of events, which the EPC core does not do */
	bool vf_events;
	/* outbound maps that can be live at once, and what the next one gets */
	unsigned int max_maps;
	int no_map_error;
	/* both addresses of a map must be multiples of this; a power of two */
	unsigned int region_align;
	/*
	 * A map passes so many low bits of an address, by its size but within
	 * these bounds, and takes the others from the PCI address; 0: all
	 */
	unsigned int min_pass_bits;
	unsigned int max_pass_bits;
	/* what a map gets while the link is down; 0: it is made */
	int no_link_error;
	/* the controller tells functions how to align maps */
	bool align_addr;
	/* a message takes a map of its own, for a moment */
	bool map_for_message;
	/* raising a masked MSI-X is -EPERM; else it stays pending */
	bool refuse_masked_msix;
	/* raising INTx is -EINVAL: always, or while the host uses MSI */
	bool no_intx;
	bool no_intx_with_msi;
	/* INTA only; others are -EINVAL */
	bool only_inta;
	/* a 64-bit BAR has an even number, and a live one keeps its form */
	bool rigid_bars;
	/* inbound maps: one for each range of memory behind a BAR; 0: enough */
	unsigned int max_inbound_maps;
	/* functions are told that a BAR can be set again, and with ranges */
	bool dynamic_inbound_mapping;
	bool subrange_mapping;
	/* memory behind a BAR is aligned to this; a power of two, or 0 */
	unsigned int bar_align;
	struct epc_sim_bar_limits bars[PCI_STD_NUM_BARS];
	/* outbound address space: windows of one size and granularity */
	unsigned int num_windows;
	unsigned int window_size;
	unsigned int window_page_size;
	enum epc_sim_dma_engines dma;
	/* a register that interrupts the endpoint when it is written to */
	bool doorbell;
	/* capabilities that a function can have, and that it is told of */
	bool intx_capable;
	bool msi_capable;
	bool msix_capable;
	/* functions are told when the link comes up or goes down */
	bool linkup_notifier;
	/* a function is reset when it returns from D3hot */
	bool soft_reset;
};

/* profile.c */
const struct epc_sim_profile *epc_sim_profile_find(const char *name);
int epc_sim_profile_check(const struct epc_sim_profile *profile,
			  const char *name);
void epc_sim_profile_features(struct epc_sim *sim);

/*
 * What crossed the link. A CPU moves a buffer to or from the other side eight
 * bytes at a time, and is counted so.
 */
enum epc_sim_counter {
	/* the host reads and writes configuration space */
	EPC_SIM_CONFIG_READS,
	EPC_SIM_CONFIG_WRITES,
	/* the host reads (non-posted) and writes (posted) BARs */
	EPC_SIM_HOST_READS,
	EPC_SIM_HOST_WRITES,
	EPC_SIM_HOST_READ_BYTES,
	EPC_SIM_HOST_WRITE_BYTES,
	/* the endpoint reads and writes the host's memory */
	EPC_SIM_ENDPOINT_READS,
	EPC_SIM_ENDPOINT_WRITES,
	EPC_SIM_ENDPOINT_READ_BYTES,
	EPC_SIM_ENDPOINT_WRITE_BYTES,
	/* the endpoint's DMA engine reads and writes the host's memory */
	EPC_SIM_DMA_READS,
	EPC_SIM_DMA_WRITES,
	EPC_SIM_DMA_READ_BYTES,
	EPC_SIM_DMA_WRITE_BYTES,
	/* outbound maps */
	EPC_SIM_MAPS,
	EPC_SIM_UNMAPS,
	EPC_SIM_MAPS_LIVE,
	EPC_SIM_MAPS_PEAK,
	/* interrupts delivered to the host */
	EPC_SIM_INTX,
	EPC_SIM_MSI,
	EPC_SIM_MSIX,
	/* accesses that could not complete, by reason */
	EPC_SIM_ABORTED_LINK_DOWN,
	EPC_SIM_ABORTED_NO_FUNCTION,
	EPC_SIM_ABORTED_NO_BAR,
	EPC_SIM_ABORTED_NO_MAP,
	EPC_SIM_ABORTED_NO_BUS_MASTER,
	EPC_SIM_ABORTED_POWER_STATE,
	EPC_SIM_ABORTED_NO_MEMORY,
	EPC_SIM_ABORTED_FAULT,
	/* interrupts that the host had disabled or masked */
	EPC_SIM_MASKED_INTERRUPTS,
	/* accesses of the endpoint to memory that is guarded */
	EPC_SIM_GUARDED_READS,
	EPC_SIM_GUARDED_WRITES,
	/* injected faults, by kind */
	EPC_SIM_FAULTS,
	EPC_SIM_NUM_COUNTERS = EPC_SIM_FAULTS + EPC_SIM_NUM_FAULTS,
};

#define epc_sim_accesses(len)	DIV_ROUND_UP(len, sizeof(u64))

/* What crosses the link, or tries to. */
enum epc_sim_kind {
	EPC_SIM_CONFIG_READ,
	EPC_SIM_CONFIG_WRITE,
	EPC_SIM_HOST_READ,
	EPC_SIM_HOST_WRITE,
	EPC_SIM_ENDPOINT_READ,
	EPC_SIM_ENDPOINT_WRITE,
	EPC_SIM_DMA_READ,
	EPC_SIM_DMA_WRITE,
	EPC_SIM_MESSAGE,	/* an interrupt */
};

/* What became of it. */
enum epc_sim_outcome {
	EPC_SIM_OK,
	EPC_SIM_LINK_DOWN,
	EPC_SIM_NO_FUNCTION,
	EPC_SIM_NO_BAR,
	EPC_SIM_NO_MAP,
	EPC_SIM_NO_BUS_MASTER,
	EPC_SIM_NOT_POWERED,
	EPC_SIM_NO_MEMORY,
	EPC_SIM_FAULT_INJECTED,
};

struct epc_sim_request {
	enum epc_sim_kind kind;
	enum epc_sim_outcome outcome;
	struct epc_sim_function *function;	/* NULL where it is not known */
	u64 addr;		/* PCI address, or offset in configuration space */
	size_t len;		/* bytes */
	u64 delay_ns;		/* that it takes more than others */
	bool corrupt;		/* one bit flips on the way: */
	size_t corrupt_bit;	/* this one */
};

enum epc_sim_direction {
	EPC_SIM_DOWN,		/* to the endpoint */
	EPC_SIM_UP,
};

/* How fast the link is; generation 0: accesses take no time. */
struct epc_sim_link_model {
	unsigned int generation;	/* 1 to 5 */
	unsigned int width;		/* lanes */
	unsigned int latency_ns;	/* one way */
};

/* What an instance is made to be. */
struct epc_sim_options {
	struct epc_sim_profile profile;
	struct epc_sim_link_model link_model;
	struct epc_sim_port_knobs port;
};

/* Ranges of memory that one BAR can be made of. */
#define EPC_SIM_MAX_RANGES	16

struct epc_sim_range {
	phys_addr_t phys;
	size_t size;
};

struct epc_sim_bar {
	phys_addr_t phys;	/* the endpoint's memory behind it; 0: none yet */
	size_t size;		/* bytes; 0: no BAR */
	u32 flags;		/* PCI_BASE_ADDRESS_MEM_* */
	bool reserved;		/* it is the controller's own */
	unsigned int num_ranges;	/* 0: all of it is at @phys */
	struct epc_sim_range ranges[EPC_SIM_MAX_RANGES];
};

/* A function of the endpoint, physical or virtual. */
struct epc_sim_function {
	u8 func_no;		/* the physical function's */
	u8 vfunc_no;		/* its virtual function, from 1; 0: itself */
	atomic64_t counters[EPC_SIM_NUM_COUNTERS];
	/* what follows is as its driver and the host have set it */
	bool present;
	struct epc_sim_config config;
	struct epc_sim_bar bars[PCI_STD_NUM_BARS];
	u8 msi_order;		/* log2 of the MSI messages asked for */
	bool has_msi;
	u16 msix_count;		/* MSI-X vectors; 0: no capability */
	u8 msix_bar;
	u32 msix_offset;	/* of the table; the PBA follows it */
	/* of a physical function */
	u8 num_vfs;		/* virtual functions that it shows the host */
	u16 vf_device_id;
	bool vfs_told;		/* that the controller is there */
};

/* A live outbound map: CPU addresses of the endpoint to PCI addresses. */
struct epc_sim_map {
	phys_addr_t phys;
	u64 pci_addr;
	size_t size;		/* bytes; 0: free */
	struct epc_sim_function *function;	/* that accesses are made as */
};

/* PCI addresses that the endpoint should not access; see guards.c. */
struct epc_sim_guard {
	u64 first;
	u64 last;
};

/* How the running kernel's EPC core encodes counts; see irq-count.c. */
struct epc_sim_irq_count {
	bool set_msi_log2;
	bool get_msi_log2;
	bool set_msix_minus_one;
	bool get_msix_minus_one;
};

/**
 * struct epc_sim - one live simulated controller, with its root port
 * @ref: held by the instance and by every ioremap() of its address space
 * @profile: what the controller can do; fixed while live
 * @counters: what crossed the link, of all functions together
 * @link_model: what it costs at its best; fixed while live
 * @port_knobs: what the ports are like; fixed while live
 * @num_ports: how many there are; fixed while live
 * @slot: which part of the address space and of the bus numbers is its own
 * @pdev: parent of the host bridge and of the controller; named as both
 * @probed: 0, or what went wrong when the driver was bound to it
 * @lock: protects all below up to @srcu: configuration spaces, BARs, maps and
 *	the state of the link. Taken from any context, never held while an
 *	interrupt is delivered or a function called back, nor while more than a
 *	few KiB of memory are copied.
 * @ports: from the root port down to the one that the endpoint is below
 * @functions: the endpoint's functions; see epc_sim_function()
 * @num_functions: how many these are, present or not; fixed while live
 * @maps: outbound maps
 * @guards: what the endpoint should not access
 * @num_guards: how many of them there are
 * @link_up: accesses cross the link to the endpoint, and all above it
 * @link_lost: the link went down, which the functions have not been told
 * @perst: the slot asserts fundamental reset
 * @perst_told: the functions have been told so
 * @link_now: what it costs now, at the speed that the link runs at
 * @wire_busy_ps: until when each direction of the link is taken
 * @srcu: held while BAR memory is accessed, so that clear_bar() can wait for
 *	accesses under way before the memory is freed
 * @worker: brings the link up, and tells functions of what happens to it
 * @link_work: the link may come up, or has gone down
 * @link_back_work: a link that a fault took down is no longer held
 * @bus_master_work: tell the functions of bus mastering
 * @bridge: the host's view: its bridge and all below
 * @windows: address space of the bridge: 32-bit, and 64-bit prefetchable
 * @buses: bus numbers of the bridge
 * @dma_private: the controller's own DMA engine, or NULL
 * @dma_memcpy: the DMA engine for anyone, or NULL
 * @epc: the endpoint's view: its controller
 * @epc_ops: its operations, less those that the profile does not have
 * @features: what of the profile the kernel's functions are told
 * @regions: what is in reserved BARs, as @features has it
 * @doorbell_domain: holds the doorbell's interrupt
 * @doorbell_irq: interrupt of the endpoint's CPU
 * @doorbell_timer: delivers it in hard interrupt context
 * @vf_features: the same for virtual functions
 * @max_vfs: virtual functions that each function can have
 * @irq_count: encoding of interrupt counts
 * @irq_observed: argument of the last op while @irq_count is found out; or NULL
 * @faults: faults on demand
 * @debugfs: directory of its files in debugfs
 * @msi_domain: interrupt messages by number, for the host's devices
 * @intx_domain: INTA to INTD of the root port
 * @irq_fwnode: identity of the domains
 * @vectors_lock: protects @vectors; a mutex, as domains allocate in process
 *	context
 * @vectors: messages handed out
 * @pending: messages on their way to the host, and INTx pins from
 *	EPC_SIM_VECTORS on
 * @irq_timer: delivers @pending in hard interrupt context
 */
struct epc_sim {
	struct kref ref;
	struct epc_sim_profile profile;
	atomic64_t counters[EPC_SIM_NUM_COUNTERS];
	struct epc_sim_link_model link_model;
	struct epc_sim_port_knobs port_knobs;
	unsigned int num_ports;
	unsigned int slot;
	struct platform_device *pdev;
	int probed;

	raw_spinlock_t lock;
	struct epc_sim_port ports[EPC_SIM_MAX_PORTS];
	struct epc_sim_function *functions;
	unsigned int num_functions;
	struct epc_sim_map maps[EPC_SIM_MAX_MAPS];
	struct epc_sim_guard guards[EPC_SIM_MAX_GUARDS];
	unsigned int num_guards;
	bool link_up;
	bool link_lost;
	bool perst;
	bool perst_told;
	struct epc_sim_link_model link_now;
	u64 wire_busy_ps[2];

	struct srcu_struct srcu;

	struct kthread_worker *worker;
	struct kthread_work link_work;
	struct kthread_delayed_work link_back_work;
	struct kthread_work bus_master_work;

	struct pci_host_bridge *bridge;
	struct resource windows[2];
	struct resource buses;

	struct epc_sim_dma *dma_private;
	struct epc_sim_dma *dma_memcpy;
	struct pci_epc *epc;
	struct pci_epc_ops epc_ops;
	struct pci_epc_features features;
	struct pci_epc_bar_rsvd_region regions[PCI_STD_NUM_BARS][3];
	struct irq_domain *doorbell_domain;
	unsigned int doorbell_irq;
	struct hrtimer doorbell_timer;
	struct pci_epc_features vf_features;
	u8 max_vfs[EPC_SIM_MAX_FUNCTIONS];
	struct epc_sim_irq_count irq_count;
	int *irq_observed;

	struct epc_sim_faults *faults;
	struct dentry *debugfs;

	struct irq_domain *msi_domain;
	struct irq_domain *intx_domain;
	struct fwnode_handle *irq_fwnode;
	struct mutex vectors_lock; /* see above */
	DECLARE_BITMAP(vectors, EPC_SIM_VECTORS);
	DECLARE_BITMAP(pending, EPC_SIM_INTERRUPTS);
	struct hrtimer irq_timer;
};

/* configfs.c */
int epc_sim_configfs_register(void);

/* debugfs.c */
void epc_sim_debugfs_register(void);
void epc_sim_debugfs_init(struct epc_sim *sim);
void epc_sim_debugfs_exit(struct epc_sim *sim);

/* sim.c */
int epc_sim_register_driver(void);
struct epc_sim *epc_sim_create(const char *name,
			       const struct epc_sim_options *options);
int epc_sim_destroy(struct epc_sim *sim);
const char *epc_sim_name(const struct epc_sim *sim);
struct epc_sim *epc_sim_get(struct epc_sim *sim);
void epc_sim_put(struct epc_sim *sim);

/* space.c */
int epc_sim_space_init(void);
int epc_sim_space_claim(struct epc_sim *sim);
void epc_sim_space_release(struct epc_sim *sim);
int epc_sim_space_request_windows(struct epc_sim *sim);
void epc_sim_space_release_windows(struct epc_sim *sim);
phys_addr_t epc_sim_space_outbound(struct epc_sim *sim);
bool epc_sim_space_is_outbound(phys_addr_t phys, size_t len);
void epc_sim_space_forward(phys_addr_t phys, void *buf, size_t len, bool write);
phys_addr_t epc_sim_space_registers(struct epc_sim *sim);
u64 epc_sim_space_msi_address(struct epc_sim *sim);
unsigned int epc_sim_space_first_bus(struct epc_sim *sim);

/* stats.c */
void epc_sim_count(struct epc_sim *sim, struct epc_sim_function *function,
		   enum epc_sim_counter counter, s64 n);
void epc_sim_count_map(struct epc_sim *sim, struct epc_sim_function *function);
void epc_sim_count_unmap(struct epc_sim *sim,
			 struct epc_sim_function *function);
int epc_sim_stats_print(const atomic64_t *counters, char *page);
void epc_sim_stats_reset(struct epc_sim *sim, atomic64_t *counters);

/* request.c */
u64 epc_sim_request_begin(struct epc_sim *sim,
			  const struct epc_sim_request *request);
void epc_sim_request(struct epc_sim *sim,
		     const struct epc_sim_request *request);
bool epc_sim_request_passes(struct epc_sim *sim,
			    struct epc_sim_request *request);
void epc_sim_request_copy(const struct epc_sim_request *request, void *to,
			  const void *from, size_t offset, size_t len);

/* link-model.c */
int epc_sim_link_model_parse(const char *text,
			     struct epc_sim_link_model *model);
u64 epc_sim_link_cost(struct epc_sim *sim, enum epc_sim_kind kind, size_t len);
void epc_sim_link_delay(u64 ns);

/* link.c */
int epc_sim_link_init(struct epc_sim *sim);
void epc_sim_link_exit(struct epc_sim *sim);
void epc_sim_link_start(struct epc_sim *sim);
void epc_sim_link_stop(struct epc_sim *sim);
void epc_sim_link_set(struct epc_sim_port *port, enum epc_sim_hold reason,
		      bool hold);
void epc_sim_link_lose(struct epc_sim *sim, enum epc_sim_hold reason,
		       unsigned int duration_ms);
void epc_sim_link_perst(struct epc_sim *sim, bool assert);
void epc_sim_link_bus_master(struct epc_sim *sim);

/* notify.c */
void epc_sim_notify_init(struct epc_sim *sim);
void epc_sim_notify_deinit(struct epc_sim *sim);
void epc_sim_notify_link_up(struct epc_sim *sim);
void epc_sim_notify_link_down(struct epc_sim *sim);
void epc_sim_notify_bus_master(struct epc_sim *sim);

/* host.c */
int epc_sim_host_init(struct epc_sim *sim);
void epc_sim_host_exit(struct epc_sim *sim);

/* function.c; all but these three with sim->lock held */
int epc_sim_functions_alloc(struct epc_sim *sim);
struct epc_sim_function *epc_sim_function(struct epc_sim *sim, u8 func_no,
					  u8 vfunc_no);
struct epc_sim_function *epc_sim_function_at(struct epc_sim *sim,
					     unsigned int devfn);
void epc_sim_function_init(struct epc_sim_function *function);
void epc_sim_function_set_header(struct epc_sim_function *function,
				 const struct pci_epf_header *header);
void epc_sim_function_set_bar(struct epc_sim_function *function,
			      const struct pci_epf_bar *bar);
void epc_sim_function_clear_bar(struct epc_sim_function *function,
				const struct pci_epf_bar *bar);
void epc_sim_function_set_msi(struct epc_sim_function *function, u8 order);
void epc_sim_function_set_msix(struct epc_sim_function *function, u16 count,
			       u8 bar, u32 offset);
void epc_sim_function_reset(struct epc_sim_function *function);
void epc_sim_function_write(struct epc_sim *sim,
			    struct epc_sim_function *function, int where,
			    int size, u32 value);
void epc_sim_functions_reset(struct epc_sim *sim);
void epc_sim_functions_show(struct epc_sim *sim);
int epc_sim_function_find_bar(const struct epc_sim_function *function, u64 addr,
			      size_t len, u64 *offset);
bool epc_sim_function_in_d0(struct epc_sim *sim,
			    const struct epc_sim_function *function);

/* sriov.c; all with sim->lock held */
struct epc_sim_function *
epc_sim_sriov_physical(struct epc_sim *sim,
		       const struct epc_sim_function *function);
unsigned int epc_sim_sriov_enabled(const struct epc_sim_function *function);
bool epc_sim_sriov_answers(struct epc_sim *sim,
			   const struct epc_sim_function *function);
const struct epc_sim_bar *epc_sim_sriov_bar(struct epc_sim *sim, u8 func_no,
					    enum pci_barno barno);
void epc_sim_sriov_update_bars(struct epc_sim *sim,
			       const struct epc_sim_function *function);
void epc_sim_sriov_show(struct epc_sim *sim);
void epc_sim_sriov_reset(struct epc_sim *sim,
			 struct epc_sim_function *physical);
struct epc_sim_function *
epc_sim_sriov_find_bar(struct epc_sim *sim, struct epc_sim_function *physical,
		       u64 addr, size_t len, int *barno, u64 *offset);

/* epc.c */
int epc_sim_epc_init(struct epc_sim *sim);
void epc_sim_epc_exit(struct epc_sim *sim);

/* bar.c */
int epc_sim_bar_check(struct epc_sim *sim,
		      const struct epc_sim_function *function,
		      const struct pci_epf_bar *bar);
void epc_sim_bar_map(struct epc_sim_bar *bar,
		     const struct pci_epf_bar *epf_bar);
void epc_sim_bar_unmap(struct epc_sim_bar *bar);
phys_addr_t epc_sim_bar_find(const struct epc_sim_bar *bar, u64 offset,
			     size_t *len);
void *epc_sim_bar_memory(const struct epc_sim_bar *bar, u64 offset, size_t len);
void epc_sim_rebar_update(struct epc_sim *sim,
			  struct epc_sim_function *function);
void epc_sim_bars_init(struct epc_sim *sim, struct epc_sim_function *function);

/* doorbell.c */
int epc_sim_doorbell_init(struct epc_sim *sim);
void epc_sim_doorbell_exit(struct epc_sim *sim);
int epc_sim_doorbell_count(struct pci_epc *epc, u8 func_no, u8 vfunc_no);
int epc_sim_doorbell_get(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			 struct pci_epc_aux_resource *resources, int count);
bool epc_sim_registers_hold(struct epc_sim *sim, phys_addr_t phys, size_t len);
void epc_sim_registers_written(struct epc_sim *sim, phys_addr_t phys,
			       size_t len);

/* inbound.c */
void epc_sim_inbound_read(struct epc_sim *sim, u64 addr, void *buf, size_t len);
void epc_sim_inbound_write(struct epc_sim *sim, u64 addr, const void *buf,
			   size_t len);
void *epc_sim_ram(phys_addr_t phys, size_t len);

/* outbound.c */
void epc_sim_outbound_read(struct epc_sim *sim, phys_addr_t phys, void *buf,
			   size_t len);
void epc_sim_outbound_write(struct epc_sim *sim, phys_addr_t phys,
			    const void *buf, size_t len);
bool epc_sim_outbound_post(struct epc_sim *sim,
			   struct epc_sim_function *function, u64 pci_addr,
			   __le32 message);
bool epc_sim_outbound_dma(struct epc_sim *sim,
			  struct epc_sim_function *function, u64 pci_addr,
			  void *buf, size_t len, bool write, u64 *cost_ns);
bool epc_sim_outbound_dma_window(struct epc_sim *sim, phys_addr_t phys,
				 void *buf, size_t len, bool write,
				 u64 *cost_ns);
int epc_sim_outbound_map(struct epc_sim *sim, struct epc_sim_function *function,
			 phys_addr_t phys, u64 pci_addr, size_t size);
u64 epc_sim_outbound_align(struct epc_sim *sim, u64 pci_addr, size_t *size,
			   size_t *offset);
bool epc_sim_outbound_can_map(struct epc_sim *sim,
			      struct epc_sim_function *function);
void epc_sim_outbound_unmap(struct epc_sim *sim,
			    struct epc_sim_function *function,
			    phys_addr_t phys);

/* guards.c */
void epc_sim_guards_touched(struct epc_sim *sim,
			    const struct epc_sim_request *request);
void epc_sim_guards_debugfs(struct epc_sim *sim);

/* interrupt.c */
int epc_sim_interrupt_init(struct epc_sim *sim);
void epc_sim_interrupt_exit(struct epc_sim *sim);
int epc_sim_interrupt_map(struct epc_sim *sim, u8 pin);
void epc_sim_interrupt_deliver(struct epc_sim *sim, unsigned int number);
void epc_sim_interrupt_pin(struct epc_sim *sim, u8 pin);
void epc_sim_interrupt_message(struct epc_sim *sim, u32 data);
bool epc_sim_interrupt_send(struct epc_sim *sim,
			    struct epc_sim_function *function, u32 data);
int epc_sim_interrupt_raise_intx(struct epc_sim *sim,
				 struct epc_sim_function *function);
int epc_sim_interrupt_raise_msi(struct epc_sim *sim,
				struct epc_sim_function *function, u16 vector);
int epc_sim_interrupt_raise_msix(struct epc_sim *sim,
				 struct epc_sim_function *function, u16 vector);
void epc_sim_interrupt_unmasked(struct epc_sim *sim,
				struct epc_sim_function *function);

/* dma.c */
#ifdef CONFIG_DMA_ENGINE
int epc_sim_dma_init(struct epc_sim *sim);
void epc_sim_dma_exit(struct epc_sim *sim);
#else
static inline int epc_sim_dma_init(struct epc_sim *sim)
{
	return 0;
}

static inline void epc_sim_dma_exit(struct epc_sim *sim)
{
}
#endif

/* irq-count.c */
void epc_sim_irq_count_calibrate(struct epc_sim *sim);

#endif
