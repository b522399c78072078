/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef VIRTIO_EPF_H
#define VIRTIO_EPF_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/workqueue.h>

#include "uapi/epf-virtio.h"

/*
 *   virtio-epf-main.c     the PCI device: found, made a virtio device, removed
 *   virtio-epf-config.c   status, features and configuration of the device
 *   virtio-epf-control.c  requests to the endpoint
 *   virtio-epf-queues.c   queues: made, pushed, reset
 *   virtio-epf-irq.c      interrupts
 *   virtio-epf-posted.c   output of consoles, which is copied
 *   virtio-epf-memory.c   what descriptors name
 *   virtio-epf-account.c  which requests are under way
 *   virtio-epf-loss.c     requests that an endpoint does not answer any more
 */

/**
 * struct virtio_epf_queue - one queue
 * @vq: the virtio core's; NULL while there is none
 * @notify: its word in the BAR
 * @shadow_desc: where descriptors are pushed to, in the BAR
 * @shadow_avail: where available entries are pushed to, in the BAR
 * @max_size: the most descriptors that it may have
 * @vector: its interrupt, or EPF_VIRTIO_NO_VECTOR
 * @has_irq: an interrupt of its own is requested
 * @affinity: where that goes, if the driver has said so
 * @enabled: the endpoint may use it, and interrupt us for it
 * @name: of its interrupt
 * @vring: the ring that the endpoint uses, if it is split: the driver's, or that of
 *	@posted
 * @posted: copies of what the driver sends; NULL: the endpoint gets it from the driver
 * @lock: protects all below, and the order of what is pushed
 * @pushed: the available index up to which descriptors are pushed
 * @kicks: notifications without pushed descriptors
 * @under_way: for each descriptor, how often a chain that begins there was made
 *	available and not used; NULL: a queue that the driver does not wait for
 * @device_used: the device area that the endpoint writes to; NULL: the driver's
 * @device_used_at: its PCI address
 * @seen_available: the available index up to which they are counted
 * @seen_used: the used index up to which they are counted, and given to the driver
 * @lost_count: there was more than the ring shows
 * @is_wrong: the endpoint used what it does not have
 * @is_ours: the endpoint is lost, and its requests are used in its place
 * @is_stuck: something cannot be given back to the driver
 * @was_waiting: at the last look, something was under way
 * @watched_used: what @seen_used was then, or how many answers there were
 */
struct virtio_epf_queue {
	struct virtqueue *vq;
	void __iomem *notify;
	void __iomem *shadow_desc;
	void __iomem *shadow_avail;
	unsigned int max_size;
	u16 vector;
	bool has_irq;
	cpumask_var_t affinity;
	bool enabled;
	char name[32];
	const struct vring *vring;
	struct virtio_epf_posted *posted;

	spinlock_t lock; /* see above */
	u16 pushed;
	u32 kicks;
	u16 *under_way;
	struct vring_used *device_used;
	dma_addr_t device_used_at;
	u16 seen_available;
	u16 seen_used;
	bool lost_count;
	bool is_wrong;
	bool is_ours;
	bool is_stuck;
	bool was_waiting;
	u16 watched_used;
};

/**
 * struct virtio_epf - a virtio device behind an endpoint
 * @vdev: what virtio drivers see
 * @pdev: the function
 * @bar: BAR of the registers
 * @bar_size: bytes of it
 * @control: the request, in the BAR
 * @config: the device's configuration, in the BAR
 * @config_size: bytes of it
 * @doorbell: what interrupts the endpoint, in a BAR; or NULL
 * @doorbell_bar: BAR that is mapped for @doorbell alone; or NULL
 * @doorbell_data: what is written there
 * @device_features: virtio features that the device offers
 * @push: descriptors are pushed
 * @timeout_ms: what the endpoint grants itself for a request
 * @num_queues: how many queues there are
 * @queues: the queues
 * @num_vectors: interrupt vectors that are allocated
 * @requested_vectors: those of them with a handler that is not a queue's
 * @config_name: of the interrupt for changes of the configuration
 * @shared_name: of the interrupt that queues share
 * @config_work: looks what has changed
 * @status: device status that the driver has set
 * @watch_work: sees that nothing comes back from the endpoint
 * @fail_work: gives requests back with an error
 * @answer_timer: sees that answers come for which a driver stands still
 * @unanswered: they do not
 * @over: it is or will be reset, and is not let do anything until the driver does that
 * @lost: the endpoint does nothing for queues any more; requests fail
 * @hurry: the driver comes or goes, and does not wait for ever
 * @silences: how often in a row nothing came back
 * @dropped: bytes of a console's output that the endpoint did not take
 * @control_lock: one request at a time; protects all below
 * @generation: of the last request
 * @config_generation: of the configuration, when it was read last
 * @config_changes: how often in a row that was another than before
 * @dead: the endpoint did not answer: nothing is requested any more
 */
struct virtio_epf {
	struct virtio_device vdev;
	struct pci_dev *pdev;
	void __iomem *bar;
	resource_size_t bar_size;
	void __iomem *control;
	void __iomem *config;
	unsigned int config_size;
	void __iomem *doorbell;
	void __iomem *doorbell_bar;
	u32 doorbell_data;
	u64 device_features;
	bool push;
	unsigned int timeout_ms;
	unsigned int num_queues;
	struct virtio_epf_queue *queues;
	unsigned int num_vectors;
	unsigned int requested_vectors;
	char config_name[32];
	char shared_name[32];
	struct work_struct config_work;
	u8 status;
	struct delayed_work watch_work;
	struct work_struct fail_work;
	bool over;
	bool lost;
	struct timer_list answer_timer;
	bool unanswered;
	bool hurry;
	unsigned int silences;
	atomic64_t dropped;

	struct mutex control_lock; /* see above */
	u32 generation;
	u32 config_generation;
	unsigned int config_changes;
	bool dead;
};

static inline struct virtio_epf *to_virtio_epf(struct virtio_device *vdev)
{
	return container_of(vdev, struct virtio_epf, vdev);
}

/* Rings of this transport are those of VERSION_1. */
static inline u16 virtio_epf_to_cpu(__virtio16 value)
{
	return __virtio16_to_cpu(true, value);
}

/* virtio-epf-control.c */

/**
 * struct virtio_epf_request - what is asked of the endpoint
 * @command: enum epf_virtio_command
 * @queue: index
 * @size: descriptors or bytes
 * @vector: number of an interrupt, or EPF_VIRTIO_NO_VECTOR
 * @args: of the command
 */
struct virtio_epf_request {
	enum epf_virtio_command command;
	u16 queue;
	u16 size;
	u16 vector;
	u64 args[3];
};

int virtio_epf_request(struct virtio_epf *epf,
		       const struct virtio_epf_request *request);
void virtio_epf_ring_doorbell(struct virtio_epf *epf);
void virtio_epf_meet(struct virtio_epf *epf);
void virtio_epf_give_up(struct virtio_epf *epf);
u32 virtio_epf_config_generation(struct virtio_epf *epf);

/* virtio-epf-config.c */
extern const struct virtio_config_ops virtio_epf_config_ops;
u32 virtio_epf_read_status(struct virtio_epf *epf);
u8 virtio_epf_get_status(struct virtio_device *vdev);
void virtio_epf_reset_device(struct virtio_epf *epf);

/* virtio-epf-queues.c */
int virtio_epf_find_vqs(struct virtio_device *vdev, unsigned int nvqs,
			struct virtqueue *vqs[],
			struct virtqueue_info infos[],
			struct irq_affinity *desc);
void virtio_epf_del_vqs(struct virtio_device *vdev);
int virtio_epf_reset_queue(struct virtqueue *vq);
int virtio_epf_enable_queue(struct virtqueue *vq);
void virtio_epf_tell(struct virtio_epf_queue *queue);

/* virtio-epf-irq.c */
void virtio_epf_init_irqs(struct virtio_epf *epf);
int virtio_epf_alloc_irqs(struct virtio_epf *epf, unsigned int wanted,
			  struct irq_affinity *desc);
void virtio_epf_free_irqs(struct virtio_epf *epf);
int virtio_epf_request_queue_irq(struct virtio_epf_queue *queue,
				 unsigned int vector);
void virtio_epf_free_queue_irq(struct virtio_epf_queue *queue);
void virtio_epf_synchronize_irqs(struct virtio_device *vdev);
int virtio_epf_set_affinity(struct virtqueue *vq, const struct cpumask *mask);
const struct cpumask *virtio_epf_get_affinity(struct virtio_device *vdev, int index);

/* virtio-epf-posted.c */
struct virtio_epf_posted;

bool virtio_epf_is_posted(struct virtio_epf *epf, unsigned int index);
int virtio_epf_posted_begin(struct virtio_epf_queue *queue);
void virtio_epf_posted_end(struct virtio_epf_queue *queue);
void virtio_epf_posted_addresses(const struct virtio_epf_queue *queue, u64 *args);
void virtio_epf_post(struct virtio_epf_queue *queue);
void virtio_epf_report_dropped(struct virtio_epf *epf);

/* virtio-epf-memory.c */
bool virtio_epf_read_memory(struct device *dev, dma_addr_t address, void *data,
			    unsigned int size);
bool virtio_epf_write_memory(struct device *dev, dma_addr_t address,
			     const void *data, unsigned int size);

/* virtio-epf-account.c */
bool virtio_epf_is_waited_for(const struct virtio_epf *epf);
unsigned int virtio_epf_max_segments(const struct virtio_epf *epf);
int virtio_epf_account_begin(struct virtio_epf_queue *queue);
void virtio_epf_account_end(struct virtio_epf_queue *queue);
u64 virtio_epf_used_address(const struct virtio_epf_queue *queue);
void virtio_epf_take_used(struct virtio_epf_queue *queue);
void virtio_epf_account_kick(struct virtio_epf_queue *queue);
void virtio_epf_account_interrupt(struct virtio_epf_queue *queue);
bool virtio_epf_is_behind(struct virtio_epf_queue *queue);

/* virtio-epf-loss.c */
/* A SCSI adapter's queue for what is not a command */
#define VIRTIO_EPF_SCSI_CONTROL	0

void virtio_epf_init_loss(struct virtio_epf *epf);
void virtio_epf_watch(struct virtio_epf *epf, bool at_once);
void virtio_epf_expect_answers(struct virtio_epf_queue *queue);
void virtio_epf_lose(struct virtio_epf *epf);
void virtio_epf_check_reset(struct virtio_epf *epf);
void virtio_epf_forget_loss(struct virtio_epf *epf);

#endif
