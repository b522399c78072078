// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Commands of the host. The target core has the memory for their data; what is
 * written comes over the link when it asks for it, what is read goes there with
 * the response.
 *
 *	queue_work -> have_command -> target core -> write_pending -> have_data
 *	                                  |                              |
 *	                                  | <----- target_execute_cmd ---+
 *	                                  v
 *	              release <- have_answered <- queue_data_in, queue_status
 *
 * A command that the target core gives up is released without an answer; then
 * the host is told there.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/unaligned.h>
#include <scsi/scsi_common.h>
#include <target/target_core_fabric.h>

#include "scsi.h"

static struct scsi_request *to_request(struct se_cmd *se_cmd)
{
	return container_of(se_cmd, struct scsi_request, se_cmd);
}

/**
 * scsi_lun_of() - which logical unit does the host mean?
 * @lun: 8 bytes, from the host
 * @unpacked: the target core's number of it
 *
 * Return: 0, or -ENODEV: another target.
 */
int scsi_lun_of(const u8 *lun, u64 *unpacked)
{
	/* "virtio-scsi", target 0, flat or simple addressing of the unit */
	if (lun[0] != 1 || lun[1])
		return -ENODEV;

	*unpacked = get_unaligned_be16(lun + 2) & 0x3fff;
	return 0;
}

/**
 * scsi_request_alloc() - make a request of a chain
 * @chain: the chain; given back to the host where there is no memory
 *
 * Context: may sleep.
 * Return: the request, or NULL.
 */
struct scsi_request *scsi_request_alloc(struct epf_virtio_chain *chain)
{
	struct scsi_request *request = kzalloc(sizeof(*request), GFP_KERNEL);

	if (!request) {
		epf_virtio_complete(chain, 0);
		return NULL;
	}

	request->scsi = chain->queue->device->priv;
	request->chain = chain;
	chain->priv = request;
	return request;
}

/**
 * scsi_request_end() - give a request back to the host
 * @request: the request; it is freed
 *
 * Context: any.
 */
void scsi_request_end(struct scsi_request *request)
{
	struct epf_virtio_chain *chain = request->chain;
	struct epf_virtio_device *device = chain->queue->device;
	struct scsi *scsi = request->scsi;
	u32 written = request->written;
	u32 bytes = request->bytes;
	unsigned int i;

	kfree(request);
	/* Who waits for memory looks again. */
	if (atomic_sub_return(bytes, &scsi->held) + bytes >
	    SCSI_MAX_HELD - SCSI_MAX_DATA)
		for (i = SCSI_FIRST_QUEUE; i < device->num_queues; i++)
			epf_virtio_queue_wake(&device->queues[i]);
	epf_virtio_complete(chain, written);
}

static void have_refused(struct epf_virtio_chain *chain, int error)
{
	struct scsi_request *request = chain->priv;

	request->written = error ? 0 : sizeof(request->response);
	scsi_request_end(request);
}

/* What the target core does not get to see. */
static void refuse(struct scsi_request *request, u8 response)
{
	struct kvec memory = {
		.iov_base = &request->response,
		.iov_len = sizeof(request->response),
	};

	request->response = (struct virtio_scsi_cmd_resp) {
		.response = response,
	};
	if (epf_virtio_transfer(request->chain, EPF_TO_HOST, 0, &memory, 1,
				have_refused))
		scsi_request_end(request);
}

static void have_answered(struct epf_virtio_chain *chain, int error)
{
	struct scsi_request *request = chain->priv;

	request->answered = true;
	if (error)
		request->written = 0;
	transport_generic_free_cmd(&request->se_cmd, 0);
}

static void fill_response(struct scsi_request *request)
{
	struct virtio_scsi_cmd_resp *response = &request->response;
	struct se_cmd *se_cmd = &request->se_cmd;
	u32 sense_len = min(se_cmd->scsi_sense_length, sizeof(response->sense));

	*response = (struct virtio_scsi_cmd_resp) {
		.sense_len = to_virtio32(sense_len),
		.status = se_cmd->scsi_status,
		.response = VIRTIO_SCSI_S_OK,
	};
	if (se_cmd->se_cmd_flags & SCF_UNDERFLOW_BIT)
		response->resid = to_virtio32(se_cmd->residual_count);
	memcpy(response->sense, request->sense, sense_len);
}

/* Add the target core's memory to @memory: @bytes at most. Return: its pieces. */
static unsigned int add_data(const struct se_cmd *se_cmd, u32 bytes,
			     struct kvec *memory)
{
	struct scatterlist *sg;
	unsigned int count = 0;
	unsigned int i;

	for_each_sg(se_cmd->t_data_sg, sg, se_cmd->t_data_nents, i) {
		u32 len = min(sg->length, bytes);

		if (!len)
			break;
		memory[count].iov_base = sg_virt(sg);
		memory[count++].iov_len = len;
		bytes -= len;
	}
	return count;
}

/*
 * Return: 0, or -ENOMEM: the target core tries again. Where the host cannot be
 * reached there is nothing to be tried.
 */
static int answer(struct scsi_request *request, u32 bytes)
{
	struct se_cmd *se_cmd = &request->se_cmd;
	struct kvec *memory;
	unsigned int count;
	int ret;

	memory = kmalloc_array(1 + (bytes ? se_cmd->t_data_nents : 0),
			       sizeof(*memory), GFP_KERNEL);
	if (!memory)
		return -ENOMEM;

	fill_response(request);
	memory[0].iov_base = &request->response;
	memory[0].iov_len = sizeof(request->response);
	count = 1 + add_data(se_cmd, bytes, memory + 1);
	request->written = sizeof(request->response) + bytes;
	ret = epf_virtio_transfer(request->chain, EPF_TO_HOST, 0, memory, count,
				  have_answered);
	kfree(memory);
	if (ret == -ENOMEM)
		return ret;
	if (ret)
		have_answered(request->chain, ret);
	return 0;
}

/**
 * scsi_command_queue_data_in() - have read
 * @se_cmd: the command
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM: try again.
 */
int scsi_command_queue_data_in(struct se_cmd *se_cmd)
{
	struct scsi_request *request = to_request(se_cmd);

	return answer(request, min(se_cmd->data_length, request->bytes));
}

/**
 * scsi_command_queue_status() - a command without data for the host is done
 * @se_cmd: the command
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM: try again.
 */
int scsi_command_queue_status(struct se_cmd *se_cmd)
{
	return answer(to_request(se_cmd), 0);
}

static void execute_work(struct work_struct *work)
{
	struct scsi_request *request = container_of(work, struct scsi_request,
						    work);

	target_execute_cmd(&request->se_cmd);
}

static void have_data(struct epf_virtio_chain *chain, int error)
{
	struct scsi_request *request = chain->priv;

	if (error) {
		transport_generic_request_failure(&request->se_cmd,
						  TCM_CHECK_CONDITION_ABORT_CMD);
		return;
	}

	/* It may take as long as the I/O. */
	INIT_WORK(&request->work, execute_work);
	queue_work(request->scsi->workqueue, &request->work);
}

/**
 * scsi_command_write_pending() - get the data that the host wants written
 * @se_cmd: the command
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM: try again.
 */
int scsi_command_write_pending(struct se_cmd *se_cmd)
{
	struct scsi_request *request = to_request(se_cmd);
	struct kvec *memory;
	unsigned int count;
	int ret;

	memory = kmalloc_array(se_cmd->t_data_nents, sizeof(*memory),
			       GFP_KERNEL);
	if (!memory)
		return -ENOMEM;

	count = add_data(se_cmd, se_cmd->data_length, memory);
	ret = epf_virtio_transfer(request->chain, EPF_FROM_HOST,
				  sizeof(request->command), memory, count,
				  have_data);
	kfree(memory);
	if (ret == -ENOMEM)
		return ret;
	if (ret)
		have_data(request->chain, ret);
	return 0;
}

/**
 * scsi_command_release() - the target core is done with a command
 * @request: the command; it is given back to the host
 *
 * Context: may sleep.
 */
void scsi_command_release(struct scsi_request *request)
{
	if (!request->answered) {
		request->response = (struct virtio_scsi_cmd_resp) {
			.response = VIRTIO_SCSI_S_ABORTED,
		};
		/* Now: who has it aborted is told next. */
		request->written = 0;
		if (!epf_virtio_write(request->chain, 0, &request->response,
				      sizeof(request->response)))
			request->written = sizeof(request->response);
	}
	scsi_request_end(request);
}

static int attribute_of(const struct virtio_scsi_cmd_req *command)
{
	switch (command->task_attr) {
	case VIRTIO_SCSI_S_ORDERED:
		return TCM_ORDERED_TAG;
	case VIRTIO_SCSI_S_HEAD:
		return TCM_HEAD_TAG;
	case VIRTIO_SCSI_S_ACA:
		return TCM_ACA_TAG;
	default:
		return TCM_SIMPLE_TAG;
	}
}

/* From then on the session waits for the command. */
static int init_command(struct scsi_request *request, u64 lun)
{
	const struct virtio_scsi_cmd_req *command = &request->command;
	struct scsi *scsi = request->scsi;

	guard(rwsem_read)(&scsi->session_lock);
	if (!scsi->session)
		return -ENODEV;

	request->se_cmd.tag = from_virtio64(command->tag);
	return target_init_cmd(&request->se_cmd, scsi->session, request->sense,
			       lun, request->bytes, attribute_of(command),
			       request->direction, TARGET_SCF_ACK_KREF);
}

static void have_command(struct epf_virtio_chain *chain, int error)
{
	struct scsi_request *request = chain->priv;
	struct virtio_scsi_cmd_req *command = &request->command;
	struct se_cmd *se_cmd = &request->se_cmd;
	u64 lun;

	if (error) {
		scsi_request_end(request);
		return;
	}
	if (scsi_lun_of(command->lun, &lun)) {
		refuse(request, VIRTIO_SCSI_S_BAD_TARGET);
		return;
	}
	/* A length that is in the command itself must not lead out of it. */
	if (scsi_command_size(command->cdb) > sizeof(command->cdb)) {
		refuse(request, VIRTIO_SCSI_S_FAILURE);
		return;
	}

	if (init_command(request, lun)) {
		refuse(request, VIRTIO_SCSI_S_BAD_TARGET);
		return;
	}

	/* Where that fails the target core has told the host. */
	if (!target_submit_prep(se_cmd, command->cdb, NULL, 0, NULL, 0, NULL,
				0, GFP_KERNEL))
		target_submit(se_cmd);
}

/* How much data there is, and where it goes. Return: whether that can be. */
static bool measure(struct scsi_request *request)
{
	const struct epf_vring_chain *vring = &request->chain->vring;
	u32 out = vring->readable - sizeof(request->command);
	u32 in = vring->writable - sizeof(request->response);

	request->direction = out ? DMA_TO_DEVICE :
			     in ? DMA_FROM_DEVICE : DMA_NONE;
	if ((out && in) || out > SCSI_MAX_DATA || in > SCSI_MAX_DATA)
		return false;

	request->bytes = out + in;
	atomic_add(request->bytes, &request->scsi->held);
	return true;
}

static void begin(struct epf_virtio_chain *chain)
{
	const struct epf_vring_chain *vring = &chain->vring;
	struct scsi_request *request;
	struct kvec memory;

	/* No place for a response */
	if (vring->readable < sizeof(request->command) ||
	    vring->writable < sizeof(request->response)) {
		epf_virtio_complete(chain, 0);
		return;
	}

	request = scsi_request_alloc(chain);
	if (!request)
		return;
	if (!measure(request)) {
		refuse(request, VIRTIO_SCSI_S_FAILURE);
		return;
	}

	memory.iov_base = &request->command;
	memory.iov_len = sizeof(request->command);
	if (epf_virtio_transfer(chain, EPF_FROM_HOST, 0, &memory, 1,
				have_command))
		scsi_request_end(request);
}

/**
 * scsi_command_queue_work() - take what the host wants
 * @queue: in which queue
 *
 * Context: the function's worker.
 */
void scsi_command_queue_work(struct epf_virtio_queue *queue)
{
	struct scsi *scsi = queue->device->priv;
	struct epf_virtio_chain *chain;

	while (atomic_read(&scsi->held) <= SCSI_MAX_HELD - SCSI_MAX_DATA) {
		chain = epf_virtio_get(queue);
		if (!chain)
			return;
		begin(chain);
	}
}
