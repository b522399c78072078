// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Requests to the endpoint: the fields, then their generation; and then wait for
 * the endpoint to acknowledge that.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>

#include "virtio-epf.h"

#define CONTROL(_epf, _field)						\
	((_epf)->control + offsetof(struct epf_virtio_control, _field))

/* How often to look whether a request was done. */
#define LOOK_US		20

/* How often in a row the configuration may have changed. */
#define MAX_CHANGES	1000

/* What is read where there is nothing any more; never a generation. */
#define GONE		(~0U)

/**
 * virtio_epf_ring_doorbell() - interrupt the endpoint
 * @epf: the device
 *
 * What was written before is there when the endpoint looks. Where it has no
 * doorbell, it looks by itself.
 *
 * Context: any.
 */
void virtio_epf_ring_doorbell(struct virtio_epf *epf)
{
	if (epf->doorbell)
		writel(epf->doorbell_data, epf->doorbell);
}

/**
 * virtio_epf_meet() - begin to request things of the endpoint
 * @epf: the device, which was found just now, or was reset
 *
 * Context: may sleep.
 */
void virtio_epf_meet(struct virtio_epf *epf)
{
	guard(mutex)(&epf->control_lock);
	epf->generation = readl(CONTROL(epf, acknowledge));
	WRITE_ONCE(epf->dead, false);
}

/**
 * virtio_epf_give_up() - the endpoint does not do what it should
 * @epf: the device; nothing is requested of it any more
 *
 * What is ours may be freed soon: it may not write there any longer.
 *
 * Context: may sleep; control_lock is held.
 */
void virtio_epf_give_up(struct virtio_epf *epf)
{
	lockdep_assert_held(&epf->control_lock);
	if (epf->dead)
		return;

	WRITE_ONCE(epf->dead, true);
	pci_clear_master(epf->pdev);
	virtio_epf_lose(epf);
}

static void write_request(struct virtio_epf *epf,
			  const struct virtio_epf_request *request)
{
	unsigned int i;

	writew(request->command, CONTROL(epf, command));
	writew(request->queue, CONTROL(epf, queue));
	writew(request->size, CONTROL(epf, size));
	writew(request->vector, CONTROL(epf, vector));
	for (i = 0; i < ARRAY_SIZE(request->args); i++)
		writeq(request->args[i], CONTROL(epf, args[i]));
	/* In order: it is all there when the endpoint sees this. */
	writel(epf->generation, CONTROL(epf, request));
	virtio_epf_ring_doorbell(epf);
}

static int result_to_errno(u32 result)
{
	switch (result) {
	case EPF_VIRTIO_OK:
		return 0;
	case EPF_VIRTIO_UNKNOWN:
		return -EOPNOTSUPP;
	case EPF_VIRTIO_INVALID:
		return -EINVAL;
	case EPF_VIRTIO_REFUSED:
		return -EPERM;
	default:
		return -EIO;
	}
}

/* Does it let the endpoint access memory? */
static bool is_go(const struct virtio_epf_request *request)
{
	return request->command == EPF_VIRTIO_ENABLE_QUEUE ||
	       (request->command == EPF_VIRTIO_SET_STATUS && request->args[0]);
}

/**
 * virtio_epf_request() - have the endpoint do something
 * @epf: the device
 * @request: what
 *
 * An endpoint that does not answer in time is given up.
 *
 * Context: may sleep.
 * Return: 0, -ENODEV where it is gone or given up, -ETIMEDOUT; or what it says:
 *	-EOPNOTSUPP, -EINVAL, -EPERM or -EIO.
 */
int virtio_epf_request(struct virtio_epf *epf,
		       const struct virtio_epf_request *request)
{
	u32 seen;
	int ret;

	guard(mutex)(&epf->control_lock);
	/* What came before the reset that ended it is undone by that. */
	if (epf->dead || (READ_ONCE(epf->over) && is_go(request)))
		return -ENODEV;

	if (++epf->generation == GONE)
		epf->generation = 1;
	write_request(epf, request);
	ret = read_poll_timeout(readl, seen,
				seen == epf->generation || seen == GONE,
				LOOK_US, epf->timeout_ms * USEC_PER_MSEC, false,
				CONTROL(epf, acknowledge));
	if (!ret && seen == GONE)
		ret = -ENODEV;
	if (ret) {
		pci_err(epf->pdev, "request %u: %s\n", request->command,
			ret == -ENODEV ? "the endpoint is gone" :
					 "the endpoint does not answer");
		virtio_epf_give_up(epf);
		return ret;
	}

	return result_to_errno(readl(CONTROL(epf, result)));
}

/**
 * virtio_epf_config_generation() - which configuration there is
 * @epf: the device
 *
 * A driver reads until this stays the same: an endpoint that never lets it is
 * given up, and then it does.
 *
 * Context: may sleep.
 * Return: the generation.
 */
u32 virtio_epf_config_generation(struct virtio_epf *epf)
{
	u32 value;
	int ret;

	guard(mutex)(&epf->control_lock);
	if (epf->dead)
		return epf->config_generation;

	/* Even: it does not change just now. */
	ret = read_poll_timeout(readl, value, !(value & 1) || value == GONE,
				LOOK_US, epf->timeout_ms * USEC_PER_MSEC, false,
				CONTROL(epf, config_generation));
	if (value == epf->config_generation)
		epf->config_changes = 0;
	else
		epf->config_changes++;
	if (ret || value == GONE || epf->config_changes > MAX_CHANGES) {
		pci_err(epf->pdev, "the configuration never stays the same\n");
		virtio_epf_give_up(epf);
	}

	epf->config_generation = value;
	return value;
}
