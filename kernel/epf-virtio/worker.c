// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The worker of a function looks for what the host has written. As long as it
 * finds something it looks again at once; then less and less often, up to what
 * the user says, or until the host rings.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "virtio.h"

/* The first pause, and how many pauses it is so short. */
#define FIRST_PAUSE_US	2
#define SHORT_PAUSES	64

/* Until the worker is woken */
#define FOR_EVER	UINT_MAX

static bool poll_all(struct epf_virtio_device *device)
{
	bool found = device->settings.transport->poll(device);
	unsigned int i;

	for (i = 0; i < device->num_queues; i++)
		found |= epf_virtio_poll_queue(&device->queues[i]);

	return found;
}

static void pause_for(struct epf_virtio_device *device, unsigned int us)
{
	ktime_t time = ns_to_ktime((u64)us * NSEC_PER_USEC);
	DEFINE_WAIT(wait);

	prepare_to_wait(&device->wait, &wait, TASK_IDLE);
	if (!READ_ONCE(device->woken) && !kthread_should_stop())
		schedule_hrtimeout_range(us == FOR_EVER ? NULL : &time,
					 us * (NSEC_PER_USEC / 4),
					 HRTIMER_MODE_REL);
	finish_wait(&device->wait, &wait);
}

static int worker(void *data)
{
	struct epf_virtio_device *device = data;
	unsigned int pauses = 0, us = FIRST_PAUSE_US, pause;

	while (!kthread_should_stop()) {
		WRITE_ONCE(device->woken, false);
		/* What woke it is seen below. */
		smp_mb();
		atomic64_inc(&device->num_looks);
		if (poll_all(device)) {
			pauses = 0;
			us = FIRST_PAUSE_US;
			cond_resched();
			continue;
		}

		if (++pauses > SHORT_PAUSES)
			us = min(2 * us, device->settings.poll_us);
		/* Where there was something just now, there may soon be more. */
		pause = device->doorbell.irq && pauses > SHORT_PAUSES ?
			FOR_EVER : us;
		pause_for(device, epf_virtio_pause(device, pause));
	}

	return 0;
}

/**
 * epf_virtio_wake() - have the worker look at once
 * @device: the device
 *
 * Context: any.
 */
void epf_virtio_wake(struct epf_virtio_device *device)
{
	WRITE_ONCE(device->woken, true);
	wake_up(&device->wait);
}

/**
 * epf_virtio_start_worker() - the host can be reached
 * @device: the device
 *
 * Context: may sleep.
 * Return: 0, or an error of kthread_run().
 */
int epf_virtio_start_worker(struct epf_virtio_device *device)
{
	struct task_struct *task;

	if (device->worker)
		return 0;

	epf_maps_link_up(device->outbound.maps);
	device->settings.transport->fill(device);
	task = kthread_run(worker, device, "%s", dev_name(&device->epf->dev));
	if (IS_ERR(task)) {
		epf_maps_link_down(device->outbound.maps);
		return PTR_ERR(task);
	}

	device->worker = task;
	return 0;
}

/**
 * epf_virtio_stop_worker() - the host cannot be reached any longer
 * @device: the device, with or without a worker
 *
 * Context: may sleep.
 */
void epf_virtio_stop_worker(struct epf_virtio_device *device)
{
	if (!device->worker)
		return;

	/* What the worker waits for fails from now on. */
	epf_maps_link_down(device->outbound.maps);
	kthread_stop(device->worker);
	device->worker = NULL;
	epf_virtio_reset(device);
}
