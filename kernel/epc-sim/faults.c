// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Faults on demand. Each kind is a directory in debugfs, with the kernel's own
 * fault-injection attributes for when it happens, and files here for what and
 * to whom:
 *
 *	pci_epc_sim/NAME/faults/KIND/
 *		probability, interval, times, space, ...
 *		function	which function it happens to, or -1 for any
 *		requests	which requests it happens to
 *		delay_ns, duration_ms, errno
 *
 * The size that "space" counts is bytes of requests, maps and transfers.
 */

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/random.h>
#include <linux/ratelimit.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/uaccess.h>

#include "../compat/hrtimer.h"
#include "epc-sim.h"
#include "trace.h"

/* What the file "requests" calls them. */
static const char * const request_names[] = {
	[EPC_SIM_CONFIG_READ] = "config_read",
	[EPC_SIM_CONFIG_WRITE] = "config_write",
	[EPC_SIM_HOST_READ] = "host_read",
	[EPC_SIM_HOST_WRITE] = "host_write",
	[EPC_SIM_ENDPOINT_READ] = "endpoint_read",
	[EPC_SIM_ENDPOINT_WRITE] = "endpoint_write",
	[EPC_SIM_DMA_READ] = "dma_read",
	[EPC_SIM_DMA_WRITE] = "dma_write",
	[EPC_SIM_MESSAGE] = "message",
};

#define CONFIG_REQUESTS	(BIT(EPC_SIM_CONFIG_READ) | BIT(EPC_SIM_CONFIG_WRITE))
#define HOST_REQUESTS	(BIT(EPC_SIM_HOST_READ) | BIT(EPC_SIM_HOST_WRITE))
#define DATA_REQUESTS	(HOST_REQUESTS | BIT(EPC_SIM_ENDPOINT_READ) |	\
			 BIT(EPC_SIM_ENDPOINT_WRITE) |			\
			 BIT(EPC_SIM_DMA_READ) | BIT(EPC_SIM_DMA_WRITE))
#define ALL_REQUESTS	(CONFIG_REQUESTS | DATA_REQUESTS | BIT(EPC_SIM_MESSAGE))

/* A kind of fault has at most one number of its own, in a file of this name. */
static const struct kind {
	const char *name;
	unsigned long allowed;		/* requests it can happen to; 0: none */
	unsigned long requests;		/* and does, unless told otherwise */
	const char *number;
	u32 preset;
	u32 max;
} kinds[EPC_SIM_NUM_FAULTS] = {
	[EPC_SIM_FAULT_LINK_DOWN] = {
		.name = "link_down",
		.allowed = ALL_REQUESTS,
		.requests = ALL_REQUESTS,
		.number = "duration_ms",
		.preset = 100,
		.max = 60 * MSEC_PER_SEC,
	},
	[EPC_SIM_FAULT_REMOVAL] = {
		.name = "removal",
		.allowed = ALL_REQUESTS,
		.requests = ALL_REQUESTS,
		.number = "duration_ms",
		.max = 60 * MSEC_PER_SEC,
	},
	[EPC_SIM_FAULT_READ_ONES] = {
		.name = "read_ones",
		.allowed = BIT(EPC_SIM_CONFIG_READ) | BIT(EPC_SIM_HOST_READ) |
			   BIT(EPC_SIM_ENDPOINT_READ),
		.requests = BIT(EPC_SIM_CONFIG_READ) | BIT(EPC_SIM_HOST_READ) |
			    BIT(EPC_SIM_ENDPOINT_READ),
	},
	[EPC_SIM_FAULT_CORRUPT] = {
		.name = "corrupt",
		.allowed = DATA_REQUESTS,
		.requests = DATA_REQUESTS,
	},
	[EPC_SIM_FAULT_SLOW] = {
		.name = "slow",
		.allowed = ALL_REQUESTS,
		.requests = CONFIG_REQUESTS | HOST_REQUESTS,
		.number = "delay_ns",
		.preset = 10 * NSEC_PER_USEC,
		.max = NSEC_PER_SEC,
	},
	[EPC_SIM_FAULT_INTERRUPT_LOST] = {
		.name = "interrupt_lost",
	},
	[EPC_SIM_FAULT_INTERRUPT_LATE] = {
		.name = "interrupt_late",
		.number = "delay_ns",
		.preset = NSEC_PER_MSEC,
		.max = 4U * NSEC_PER_SEC,
	},
	[EPC_SIM_FAULT_MAP_ERROR] = {
		.name = "map_error",
		.number = "errno",
		.preset = ENOMEM,
		.max = MAX_ERRNO,
	},
	[EPC_SIM_FAULT_MAPS_EXHAUSTED] = {
		.name = "maps_exhausted",
	},
	[EPC_SIM_FAULT_DMA_ERROR] = {
		.name = "dma_error",
	},
};

/* A fault of an instance, as its files have set it. */
struct fault {
	const struct kind *kind;
	struct fault_attr attr;
	int function;
	unsigned long requests;
	u32 number;
};

/* An interrupt that is delivered later. */
struct late {
	struct list_head node;
	ktime_t due;
	unsigned int number;
};

struct epc_sim_faults {
	struct epc_sim *sim;
	struct fault faults[EPC_SIM_NUM_FAULTS];
	/* Protects what follows; taken from any context. */
	raw_spinlock_t lock;
	bool ended;
	struct list_head late;		/* by when they are due */
	struct hrtimer timer;
};

/* --- Whether one happens ------------------------------------------------ */

static bool happens(struct epc_sim *sim, enum epc_sim_fault number,
		    struct epc_sim_function *function, size_t size)
{
	struct fault *fault = &sim->faults->faults[number];
	int wanted = READ_ONCE(fault->function);

	/* Not with fail-nth of a process, which is about allocations. */
	if (!READ_ONCE(fault->attr.probability))
		return false;
	if (wanted >= 0 && (!function || function->func_no != wanted))
		return false;
	if (!should_fail(&fault->attr, size))
		return false;

	epc_sim_count(sim, function, EPC_SIM_FAULTS + number, 1);
	trace_epc_sim_fault(sim, function, fault->kind->name);
	return true;
}

static bool happens_to(struct epc_sim *sim, enum epc_sim_fault number,
		       const struct epc_sim_request *request)
{
	struct fault *fault = &sim->faults->faults[number];

	return READ_ONCE(fault->requests) & BIT(request->kind) &&
	       happens(sim, number, request->function, request->len);
}

static u32 number_of(struct epc_sim *sim, enum epc_sim_fault number)
{
	return READ_ONCE(sim->faults->faults[number].number);
}

/**
 * epc_sim_fault_request() - let a request meet a fault
 * @sim: the instance
 * @request: one that would get through; its outcome, its delay and what becomes
 *	of its data may change
 *
 * Context: any, without sim->lock.
 */
void epc_sim_fault_request(struct epc_sim *sim, struct epc_sim_request *request)
{
	if (happens_to(sim, EPC_SIM_FAULT_LINK_DOWN, request)) {
		epc_sim_link_lose(sim, EPC_SIM_HOLD_FAULT,
				  number_of(sim, EPC_SIM_FAULT_LINK_DOWN));
		request->outcome = EPC_SIM_LINK_DOWN;
	} else if (happens_to(sim, EPC_SIM_FAULT_REMOVAL, request)) {
		epc_sim_link_lose(sim, EPC_SIM_HOLD_REMOVED,
				  number_of(sim, EPC_SIM_FAULT_REMOVAL));
		request->outcome = EPC_SIM_LINK_DOWN;
	} else if (happens_to(sim, EPC_SIM_FAULT_READ_ONES, request)) {
		request->outcome = EPC_SIM_FAULT_INJECTED;
	}
	if (request->outcome != EPC_SIM_OK)
		return;

	if (happens_to(sim, EPC_SIM_FAULT_SLOW, request))
		request->delay_ns = epc_sim_accesses(request->len) *
				    number_of(sim, EPC_SIM_FAULT_SLOW);
	if (happens_to(sim, EPC_SIM_FAULT_CORRUPT, request)) {
		request->corrupt = true;
		request->corrupt_bit =
			get_random_u32_below(request->len * BITS_PER_BYTE);
	}
}

/**
 * epc_sim_fault_interrupt_lost() - whether an interrupt is to be lost
 * @sim: the instance
 * @function: function that it is from
 *
 * Context: any.
 * Return: true if so.
 */
bool epc_sim_fault_interrupt_lost(struct epc_sim *sim,
				  struct epc_sim_function *function)
{
	return happens(sim, EPC_SIM_FAULT_INTERRUPT_LOST, function, 1);
}

/**
 * epc_sim_fault_map() - whether a map is to fail
 * @sim: the instance
 * @function: function that maps
 * @size: bytes
 *
 * Context: any.
 * Return: 0 or the error.
 */
int epc_sim_fault_map(struct epc_sim *sim, struct epc_sim_function *function,
		      size_t size)
{
	int error;

	if (!happens(sim, EPC_SIM_FAULT_MAP_ERROR, function, size))
		return 0;

	/* 0 is what the controller has when there are no maps left. */
	error = number_of(sim, EPC_SIM_FAULT_MAP_ERROR);
	return error ? -error : sim->profile.no_map_error;
}

/**
 * epc_sim_fault_maps_exhausted() - whether all maps are to be in use
 * @sim: the instance
 * @function: function that maps, or sends a message through a map
 *
 * Context: any.
 * Return: true if so.
 */
bool epc_sim_fault_maps_exhausted(struct epc_sim *sim,
				  struct epc_sim_function *function)
{
	return happens(sim, EPC_SIM_FAULT_MAPS_EXHAUSTED, function, 1);
}

/**
 * epc_sim_fault_dma() - whether a DMA descriptor is to fail
 * @sim: the instance
 * @function: function in whose name the channel works
 * @size: bytes
 *
 * Context: any.
 * Return: true if so.
 */
bool epc_sim_fault_dma(struct epc_sim *sim, struct epc_sim_function *function,
		       size_t size)
{
	return happens(sim, EPC_SIM_FAULT_DMA_ERROR, function, size);
}

/* --- Late interrupts ---------------------------------------------------- */

/* With the lock held: wake up for the first one. */
static void arm(struct epc_sim_faults *faults)
{
	struct late *first = list_first_entry_or_null(&faults->late,
						      struct late, node);

	if (first)
		hrtimer_start(&faults->timer, first->due,
			      HRTIMER_MODE_ABS_SOFT);
}

static struct late *take_due(struct epc_sim_faults *faults)
{
	struct late *first;

	guard(raw_spinlock_irqsave)(&faults->lock);
	first = list_first_entry_or_null(&faults->late, struct late, node);
	if (!first)
		return NULL;

	if (ktime_after(first->due, ktime_get())) {
		arm(faults);
		return NULL;
	}

	list_del(&first->node);
	return first;
}

static enum hrtimer_restart deliver_late(struct hrtimer *timer)
{
	struct epc_sim_faults *faults =
		container_of(timer, struct epc_sim_faults, timer);
	struct late *late;

	while ((late = take_due(faults))) {
		epc_sim_interrupt_deliver(faults->sim, late->number);
		kfree(late);
	}

	return HRTIMER_NORESTART;
}

/**
 * epc_sim_fault_interrupt_late() - whether an interrupt is to come later
 * @sim: the instance
 * @function: function that it is from
 * @number: what to give to epc_sim_interrupt_deliver() then
 *
 * Context: any.
 * Return: true if so, and it will be delivered.
 */
bool epc_sim_fault_interrupt_late(struct epc_sim *sim,
				  struct epc_sim_function *function,
				  unsigned int number)
{
	struct epc_sim_faults *faults = sim->faults;
	struct late *late, *before;

	if (!happens(sim, EPC_SIM_FAULT_INTERRUPT_LATE, function, 1))
		return false;

	late = kmalloc(sizeof(*late), GFP_ATOMIC);
	if (!late)
		return false;

	late->number = number;
	late->due = ktime_add_ns(ktime_get(),
				 number_of(sim, EPC_SIM_FAULT_INTERRUPT_LATE));

	guard(raw_spinlock_irqsave)(&faults->lock);
	if (faults->ended) {
		kfree(late);
		return true;
	}

	/* Mostly the last one, but the delay may have been set to less. */
	list_for_each_entry_reverse(before, &faults->late, node)
		if (!ktime_after(before->due, late->due))
			break;
	list_add(&late->node, &before->node);
	arm(faults);
	return true;
}

/* --- Files -------------------------------------------------------------- */

static int number_get(void *data, u64 *value)
{
	const struct fault *fault = data;

	*value = fault->number;
	return 0;
}

static int number_set(void *data, u64 value)
{
	struct fault *fault = data;

	if (value > fault->kind->max)
		return -ERANGE;

	WRITE_ONCE(fault->number, value);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(number_fops, number_get, number_set, "%llu\n");

static int function_get(void *data, u64 *value)
{
	const struct fault *fault = data;

	*value = fault->function;
	return 0;
}

static int function_set(void *data, u64 value)
{
	struct fault *fault = data;
	s64 function = value;

	if (function < -1 || function >= EPC_SIM_MAX_FUNCTIONS)
		return -ERANGE;

	WRITE_ONCE(fault->function, function);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(function_fops, function_get, function_set,
				"%lld\n");

static int requests_show(struct seq_file *file, void *unused)
{
	const struct fault *fault = file->private;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(request_names); i++)
		if (READ_ONCE(fault->requests) & BIT(i))
			seq_printf(file, "%s\n", request_names[i]);

	return 0;
}

static int requests_open(struct inode *inode, struct file *file)
{
	return single_open(file, requests_show, inode->i_private);
}

static int set_requests(struct fault *fault, char *text)
{
	unsigned long requests = 0;
	char *word;
	int i;

	text = strim(text);
	while ((word = strsep(&text, "\n "))) {
		i = match_string(request_names, ARRAY_SIZE(request_names),
				 word);
		if (i < 0 || !(fault->kind->allowed & BIT(i)))
			return -EINVAL;
		requests |= BIT(i);
	}

	WRITE_ONCE(fault->requests, requests);
	return 0;
}

static ssize_t requests_write(struct file *file, const char __user *from,
			      size_t count, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	char *text;
	int ret;

	if (count > PAGE_SIZE)
		return -EINVAL;

	text = memdup_user_nul(from, count);
	if (IS_ERR(text))
		return PTR_ERR(text);

	ret = set_requests(seq->private, text);
	kfree(text);
	return ret ? ret : count;
}

static const struct file_operations requests_fops = {
	.owner = THIS_MODULE,
	.open = requests_open,
	.read = seq_read,
	.write = requests_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * epc_sim_faults_debugfs() - make the files
 * @sim: the instance
 * @parent: its directory; who removes it removes them
 */
void epc_sim_faults_debugfs(struct epc_sim *sim, struct dentry *parent)
{
	struct dentry *all = debugfs_create_dir("faults", parent);
	unsigned int i;

	for (i = 0; i < EPC_SIM_NUM_FAULTS; i++) {
		struct fault *fault = &sim->faults->faults[i];
		const struct kind *kind = fault->kind;
		struct dentry *dir;

		dir = fault_create_debugfs_attr(kind->name, all, &fault->attr);
		debugfs_create_file("function", 0600, dir, fault,
				    &function_fops);
		if (kind->allowed)
			debugfs_create_file("requests", 0600, dir, fault,
					    &requests_fops);
		if (kind->number)
			debugfs_create_file(kind->number, 0600, dir, fault,
					    &number_fops);
	}
}

/**
 * epc_sim_faults_init() - get ready for faults; none happens yet
 * @sim: the instance
 *
 * Return: 0 or -ENOMEM.
 */
int epc_sim_faults_init(struct epc_sim *sim)
{
	struct epc_sim_faults *faults;
	unsigned int i;

	faults = kzalloc(sizeof(*faults), GFP_KERNEL);
	if (!faults)
		return -ENOMEM;

	faults->sim = sim;
	raw_spin_lock_init(&faults->lock);
	INIT_LIST_HEAD(&faults->late);
	hrtimer_setup(&faults->timer, deliver_late, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);

	for (i = 0; i < EPC_SIM_NUM_FAULTS; i++) {
		struct fault *fault = &faults->faults[i];

		fault->kind = &kinds[i];
		fault->attr = (struct fault_attr)FAULT_ATTR_INITIALIZER;
		fault->attr.verbose = 0;
		ratelimit_state_init(&fault->attr.ratelimit_state, 0,
				     DEFAULT_RATELIMIT_BURST);
		fault->function = -1;
		fault->requests = kinds[i].requests;
		fault->number = kinds[i].preset;
	}

	sim->faults = faults;
	return 0;
}

/**
 * epc_sim_faults_exit() - no fault happens any more
 * @sim: the instance, whose files are gone
 *
 * Context: may sleep.
 */
void epc_sim_faults_exit(struct epc_sim *sim)
{
	struct epc_sim_faults *faults = sim->faults;
	struct late *late, *next;
	LIST_HEAD(dropped);
	unsigned int i;

	for (i = 0; i < EPC_SIM_NUM_FAULTS; i++)
		WRITE_ONCE(faults->faults[i].attr.probability, 0);

	scoped_guard(raw_spinlock_irqsave, &faults->lock) {
		faults->ended = true;
		list_splice_init(&faults->late, &dropped);
	}
	hrtimer_cancel(&faults->timer);
	list_for_each_entry_safe(late, next, &dropped, node)
		kfree(late);
}

/**
 * epc_sim_faults_free() - free what epc_sim_faults_init() made
 * @sim: the instance, which nobody refers to any more
 */
void epc_sim_faults_free(struct epc_sim *sim)
{
	kfree(sim->faults);
}
