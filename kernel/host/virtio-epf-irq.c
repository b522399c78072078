// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Interrupts: the first vector is for changes of the configuration, then each
 * queue has one. Where there are not as many, queues share the second; where
 * there is but one, it is for all, as is INTx. An endpoint raises that for a
 * moment, and has nothing to acknowledge.
 */

#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <uapi/linux/virtio_ids.h>

#include "virtio-epf.h"

/* What has changed is read over the link: not in the handler. */
static void config_work(struct work_struct *work)
{
	struct virtio_epf *epf = container_of(work, struct virtio_epf,
					      config_work);

	virtio_epf_check_reset(epf);
	virtio_config_changed(&epf->vdev);
}

static irqreturn_t config_irq(int irq, void *data)
{
	struct virtio_epf *epf = data;

	schedule_work(&epf->config_work);
	return IRQ_HANDLED;
}

static void call_driver(struct virtio_epf_queue *queue, int irq)
{
	do {
		virtio_epf_account_interrupt(queue);
		vring_interrupt(irq, queue->vq);
	} while (virtio_epf_is_behind(queue));
}

/* The driver may have seen by itself what this is for. */
static irqreturn_t queue_irq(int irq, void *data)
{
	struct virtio_epf_queue *queue = data;

	if (READ_ONCE(queue->enabled))
		call_driver(queue, irq);
	return IRQ_HANDLED;
}

static irqreturn_t shared_irq(int irq, void *data)
{
	struct virtio_epf *epf = data;
	unsigned int i;

	for (i = 0; i < epf->num_queues; i++) {
		struct virtio_epf_queue *queue = &epf->queues[i];

		if (READ_ONCE(queue->enabled) && queue->vq->callback)
			call_driver(queue, irq);
	}
	return IRQ_HANDLED;
}

/* With one vector for all, it may have been for this as well. */
static irqreturn_t only_irq(int irq, void *data)
{
	config_irq(irq, data);
	return shared_irq(irq, data);
}

static irqreturn_t wake_thread(int irq, void *data)
{
	return IRQ_WAKE_THREAD;
}

/*
 * Callbacks may not sleep. Those of messaging do, as if it were remoteproc that
 * calls them: it has a thread.
 */
static int request_handler(struct virtio_epf *epf, unsigned int vector,
			   irq_handler_t handler, unsigned long flags,
			   const char *name, void *data)
{
	int irq = pci_irq_vector(epf->pdev, vector);

	if (epf->vdev.id.device == VIRTIO_ID_RPMSG)
		return request_threaded_irq(irq, wake_thread, handler, flags,
					    name, data);
	return request_irq(irq, handler, flags, name, data);
}

static int request_irq_for(struct virtio_epf *epf, irq_handler_t handler,
			   const char *name)
{
	unsigned int vector = epf->requested_vectors;
	unsigned long flags = pci_dev_msi_enabled(epf->pdev) ? 0 : IRQF_SHARED;
	int ret;

	ret = request_handler(epf, vector, handler, flags, name, epf);
	if (!ret)
		epf->requested_vectors++;
	return ret;
}

/**
 * virtio_epf_init_irqs() - before all else
 * @epf: the device
 */
void virtio_epf_init_irqs(struct virtio_epf *epf)
{
	INIT_WORK(&epf->config_work, config_work);
}

/*
 * Only all of them can be spread: with fewer, those that a driver does not want
 * spread are more than there are.
 */
static int alloc_vectors(struct pci_dev *pdev, unsigned int wanted,
			 struct irq_affinity *desc)
{
	int ret = -ENOSPC;

	if (desc) {
		desc->pre_vectors++;
		ret = pci_alloc_irq_vectors_affinity(pdev, wanted, wanted,
						     PCI_IRQ_MSIX |
						     PCI_IRQ_MSI |
						     PCI_IRQ_AFFINITY, desc);
	}
	return ret > 0 ? ret : pci_alloc_irq_vectors(pdev, 1, wanted,
						     PCI_IRQ_ALL_TYPES);
}

/**
 * virtio_epf_alloc_irqs() - have interrupts
 * @epf: the device
 * @wanted: vectors for queues
 * @desc: how those are spread over processors, or NULL
 *
 * num_vectors says how many there are: where it is more than @wanted, the queues
 * have those from 1 on for themselves; otherwise they share the last.
 *
 * Context: may sleep.
 * Return: 0, or an error of the PCI core, of request_irq(), or of the endpoint.
 */
int virtio_epf_alloc_irqs(struct virtio_epf *epf, unsigned int wanted,
			  struct irq_affinity *desc)
{
	struct virtio_epf_request request = {
		.command = EPF_VIRTIO_SET_CONFIG_VECTOR,
	};
	int ret;

	ret = alloc_vectors(epf->pdev, 1 + wanted, desc);
	if (ret < 0)
		return ret;

	epf->num_vectors = ret;
	snprintf(epf->config_name, sizeof(epf->config_name), "%s-config",
		 dev_name(&epf->vdev.dev));
	snprintf(epf->shared_name, sizeof(epf->shared_name), "%s-queues",
		 dev_name(&epf->vdev.dev));
	ret = request_irq_for(epf, epf->num_vectors == 1 ? only_irq : config_irq,
			      epf->config_name);
	if (!ret && epf->num_vectors > 1 && epf->num_vectors <= wanted)
		ret = request_irq_for(epf, shared_irq, epf->shared_name);
	if (!ret)
		ret = virtio_epf_request(epf, &request);
	if (ret)
		virtio_epf_free_irqs(epf);
	return ret;
}

/**
 * virtio_epf_free_irqs() - have no interrupts
 * @epf: the device; no queue has one of its own any more
 *
 * Context: may sleep.
 */
void virtio_epf_free_irqs(struct virtio_epf *epf)
{
	while (epf->requested_vectors) {
		epf->requested_vectors--;
		free_irq(pci_irq_vector(epf->pdev, epf->requested_vectors),
			 epf);
	}
	cancel_work_sync(&epf->config_work);
	if (epf->num_vectors)
		pci_free_irq_vectors(epf->pdev);
	epf->num_vectors = 0;
}

/**
 * virtio_epf_request_queue_irq() - give a queue an interrupt of its own
 * @queue: the queue
 * @vector: number of the vector
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or an error of request_irq().
 */
int virtio_epf_request_queue_irq(struct virtio_epf_queue *queue,
				 unsigned int vector)
{
	struct virtio_epf *epf = to_virtio_epf(queue->vq->vdev);
	int ret;

	if (!zalloc_cpumask_var(&queue->affinity, GFP_KERNEL))
		return -ENOMEM;

	snprintf(queue->name, sizeof(queue->name), "%s-%s",
		 dev_name(&epf->vdev.dev), queue->vq->name);
	ret = request_handler(epf, vector, queue_irq, 0, queue->name, queue);
	if (ret) {
		free_cpumask_var(queue->affinity);
		return ret;
	}

	queue->vector = vector;
	queue->has_irq = true;
	return 0;
}

/**
 * virtio_epf_free_queue_irq() - undo virtio_epf_request_queue_irq()
 * @queue: the queue, with or without an interrupt
 *
 * Context: may sleep.
 */
void virtio_epf_free_queue_irq(struct virtio_epf_queue *queue)
{
	struct virtio_epf *epf = to_virtio_epf(queue->vq->vdev);
	int irq = pci_irq_vector(epf->pdev, queue->vector);

	if (!queue->has_irq)
		return;

	irq_update_affinity_hint(irq, NULL);
	free_irq(irq, queue);
	free_cpumask_var(queue->affinity);
	queue->has_irq = false;
}

/**
 * virtio_epf_synchronize_irqs() - wait for handlers that are running
 * @vdev: the device
 *
 * Context: may sleep.
 */
void virtio_epf_synchronize_irqs(struct virtio_device *vdev)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	unsigned int i;

	for (i = 0; i < epf->num_vectors; i++)
		synchronize_irq(pci_irq_vector(epf->pdev, i));
}

/**
 * virtio_epf_set_affinity() - say which processors a queue's interrupt is for
 * @vq: the queue
 * @mask: the processors, or NULL: it does not matter any more
 *
 * One that queues share stays where it is. What the interrupt controller does with
 * it is its affair.
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL where the driver has nothing to be called.
 */
int virtio_epf_set_affinity(struct virtqueue *vq, const struct cpumask *mask)
{
	struct virtio_epf_queue *queue = vq->priv;
	int irq;

	if (!vq->callback)
		return -EINVAL;
	if (!queue->has_irq)
		return 0;

	irq = pci_irq_vector(to_virtio_epf(vq->vdev)->pdev, queue->vector);
	if (!mask) {
		irq_update_affinity_hint(irq, NULL);
		return 0;
	}

	/* The hint is kept; the driver's mask is not. */
	cpumask_copy(queue->affinity, mask);
	irq_set_affinity_and_hint(irq, queue->affinity);
	return 0;
}

/**
 * virtio_epf_get_affinity() - which processors a queue's interrupt is for
 * @vdev: the device
 * @index: of the queue
 *
 * Context: any.
 * Return: the processors that it was spread to, as find_vqs() was asked; NULL where
 *	it was not, or is not the queue's own.
 */
const struct cpumask *virtio_epf_get_affinity(struct virtio_device *vdev, int index)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	struct virtio_epf_queue *queue;

	if (index < 0 || index >= epf->num_queues)
		return NULL;

	queue = &epf->queues[index];
	return queue->has_irq ? pci_irq_get_affinity(epf->pdev, queue->vector) : NULL;
}
