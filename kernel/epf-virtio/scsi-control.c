// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Task management, which is the target core's, and events: logical units that
 * come and go.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/uio.h>
#include <target/target_core_fabric.h>

#include "scsi.h"

static int tmr_of(const struct virtio_scsi_ctrl_tmf_req *tmf)
{
	switch (from_virtio32(tmf->subtype)) {
	case VIRTIO_SCSI_T_TMF_ABORT_TASK:
		return TMR_ABORT_TASK;
	case VIRTIO_SCSI_T_TMF_ABORT_TASK_SET:
		return TMR_ABORT_TASK_SET;
	case VIRTIO_SCSI_T_TMF_CLEAR_ACA:
		return TMR_CLEAR_ACA;
	case VIRTIO_SCSI_T_TMF_CLEAR_TASK_SET:
		return TMR_CLEAR_TASK_SET;
	case VIRTIO_SCSI_T_TMF_LOGICAL_UNIT_RESET:
		return TMR_LUN_RESET;
	default:
		return -EOPNOTSUPP;
	}
}

static u8 response_of(u8 tmr_response)
{
	switch (tmr_response) {
	case TMR_FUNCTION_COMPLETE:
	/* A task that there is not has been aborted. */
	case TMR_TASK_DOES_NOT_EXIST:
		return VIRTIO_SCSI_S_OK;
	case TMR_LUN_DOES_NOT_EXIST:
		return VIRTIO_SCSI_S_INCORRECT_LUN;
	default:
		return VIRTIO_SCSI_S_FUNCTION_REJECTED;
	}
}

static void have_answered(struct epf_virtio_chain *chain, int error)
{
	struct scsi_request *request = chain->priv;

	if (error)
		request->written = 0;
	scsi_request_end(request);
}

static void answer(struct scsi_request *request, size_t len)
{
	struct kvec memory = {
		.iov_base = &request->tmf_response,
		.iov_len = len,
	};

	request->written = len;
	if (epf_virtio_transfer(request->chain, EPF_TO_HOST, 0, &memory, 1,
				have_answered)) {
		request->written = 0;
		scsi_request_end(request);
	}
}

static void answer_tmf(struct scsi_request *request, u8 response)
{
	request->tmf_response.response = response;
	answer(request, sizeof(request->tmf_response));
}

/**
 * scsi_control_tmf_done() - the target core has done task management
 * @se_cmd: of the request
 *
 * Context: may sleep.
 */
void scsi_control_tmf_done(struct se_cmd *se_cmd)
{
	struct scsi_request *request = container_of(se_cmd, struct scsi_request,
						    se_cmd);

	request->tmf_response.response =
		response_of(se_cmd->se_tmr_req->response);
	transport_generic_free_cmd(se_cmd, 0);
}

/**
 * scsi_control_tmf_release() - the target core needs a request no longer
 * @request: the request
 *
 * The worker answers it. Commands that were aborted for it have been completed
 * by now; it posts those before it comes to the control queue again.
 *
 * Context: any.
 */
void scsi_control_tmf_release(struct scsi_request *request)
{
	struct scsi *scsi = request->scsi;

	scoped_guard(spinlock_irqsave, &scsi->lock)
		list_add_tail(&request->node, &scsi->managed);
	epf_virtio_queue_wake(&scsi->device->queues[SCSI_CONTROL_QUEUE]);
}

static int submit(struct scsi_request *request, int tmr, u64 lun)
{
	struct scsi *scsi = request->scsi;

	guard(rwsem_read)(&scsi->session_lock);
	if (!scsi->session)
		return -ENODEV;

	return target_submit_tmr(&request->se_cmd, scsi->session, NULL, lun,
				 NULL, tmr, GFP_KERNEL,
				 from_virtio64(request->tmf.tag),
				 TARGET_SCF_ACK_KREF);
}

static void manage(struct scsi_request *request)
{
	int tmr = tmr_of(&request->tmf);
	u64 lun;

	if (tmr < 0) {
		answer_tmf(request, VIRTIO_SCSI_S_FUNCTION_REJECTED);
		return;
	}
	if (scsi_lun_of(request->tmf.lun, &lun)) {
		answer_tmf(request, VIRTIO_SCSI_S_BAD_TARGET);
		return;
	}

	if (submit(request, tmr, lun))
		answer_tmf(request, VIRTIO_SCSI_S_BAD_TARGET);
}

/* Nothing of what could be subscribed to happens. */
static void notify_of_nothing(struct scsi_request *request)
{
	request->an_response = (struct virtio_scsi_ctrl_an_resp) {
		.response = VIRTIO_SCSI_S_OK,
	};
	answer(request, sizeof(request->an_response));
}

static void have_control(struct epf_virtio_chain *chain, int error)
{
	const struct epf_vring_chain *vring = &chain->vring;
	struct scsi_request *request = chain->priv;
	u32 type = from_virtio32(request->tmf.type);

	if (error)
		goto end;

	switch (type) {
	case VIRTIO_SCSI_T_TMF:
		if (vring->readable < sizeof(request->tmf))
			goto end;
		manage(request);
		return;
	case VIRTIO_SCSI_T_AN_QUERY:
	case VIRTIO_SCSI_T_AN_SUBSCRIBE:
		if (vring->writable < sizeof(request->an_response))
			goto end;
		notify_of_nothing(request);
		return;
	}

end:
	scsi_request_end(request);
}

static void begin(struct epf_virtio_chain *chain)
{
	const struct epf_vring_chain *vring = &chain->vring;
	struct scsi_request *request;
	struct kvec memory;

	if (vring->readable < sizeof(request->an) || !vring->writable) {
		epf_virtio_complete(chain, 0);
		return;
	}

	request = scsi_request_alloc(chain);
	if (!request)
		return;

	memory.iov_base = &request->tmf;
	memory.iov_len = min(vring->readable, sizeof(request->tmf));
	if (epf_virtio_transfer(chain, EPF_FROM_HOST, 0, &memory, 1,
				have_control))
		scsi_request_end(request);
}

/**
 * scsi_control_queue_work() - take the host's control requests, and answer them
 * @queue: the control queue
 *
 * Context: the function's worker.
 */
void scsi_control_queue_work(struct epf_virtio_queue *queue)
{
	struct scsi *scsi = queue->device->priv;
	struct scsi_request *request, *next;
	struct epf_virtio_chain *chain;
	LIST_HEAD(managed);

	scoped_guard(spinlock_irqsave, &scsi->lock)
		list_splice_init(&scsi->managed, &managed);
	list_for_each_entry_safe(request, next, &managed, node)
		answer(request, sizeof(request->tmf_response));

	while ((chain = epf_virtio_get(queue)))
		begin(chain);
}

/* Return: whether there is something to tell; scsi->event is that. */
static bool next_event(struct scsi *scsi)
{
	struct virtio_scsi_event *event = &scsi->event;

	*event = (struct virtio_scsi_event) {};
	guard(spinlock_irqsave)(&scsi->lock);
	if (!scsi->num_events && !scsi->missed)
		return false;

	if (scsi->num_events) {
		u16 lun = scsi->events[0].lun;

		event->event = to_virtio32(VIRTIO_SCSI_T_TRANSPORT_RESET);
		event->reason = to_virtio32(scsi->events[0].reason);
		event->lun[0] = 1;
		/* Flat addressing from where that of peripherals ends */
		put_unaligned_be16(lun < 256 ? lun : lun | 0x4000,
				   event->lun + 2);
	}
	if (scsi->missed)
		event->event |= to_virtio32(VIRTIO_SCSI_T_EVENTS_MISSED);
	return true;
}

static void event_told(struct scsi *scsi)
{
	guard(spinlock_irqsave)(&scsi->lock);
	scsi->missed = false;
	if (scsi->num_events) {
		scsi->num_events--;
		memmove(scsi->events, scsi->events + 1,
			scsi->num_events * sizeof(scsi->events[0]));
	}
}

/**
 * scsi_event_queue_work() - tell the host of events
 * @queue: the event queue
 *
 * Context: the function's worker.
 */
void scsi_event_queue_work(struct epf_virtio_queue *queue)
{
	struct scsi *scsi = queue->device->priv;
	struct epf_virtio_chain *chain;

	/* Buffers are taken when there is something to tell. */
	while (next_event(scsi)) {
		chain = epf_virtio_get(queue);
		if (!chain)
			return;

		if (epf_virtio_write(chain, 0, &scsi->event,
				     sizeof(scsi->event))) {
			epf_virtio_complete(chain, 0);
		} else {
			epf_virtio_complete(chain, sizeof(scsi->event));
			event_told(scsi);
		}
	}
}

/**
 * scsi_event_add() - the host is to know of a logical unit
 * @scsi: the adapter
 * @lun: its number
 * @reason: VIRTIO_SCSI_EVT_RESET_*
 *
 * Context: any.
 */
void scsi_event_add(struct scsi *scsi, u16 lun, u8 reason)
{
	guard(spinlock_irqsave)(&scsi->lock);
	if (!scsi->running)
		return;

	if (scsi->num_events < SCSI_MAX_EVENTS)
		scsi->events[scsi->num_events++] = (struct scsi_event) {
			.lun = lun,
			.reason = reason,
		};
	else
		scsi->missed = true;
	epf_virtio_queue_wake(&scsi->device->queues[SCSI_EVENT_QUEUE]);
}
