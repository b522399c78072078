/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VIRTIO_SCSI_H
#define EPF_VIRTIO_SCSI_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/rwsem.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <target/target_core_base.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_scsi.h>

#include "epf-virtio.h"
#include "virtio-types.h"

/*
 *   scsi.c          the device: configuration, life, what the user says of it
 *   scsi-fabric.c   the target core's side: ports, in configfs
 *   scsi-command.c  commands of the host
 *   scsi-control.c  task management, and events for the host
 */

/* Queues before those for commands */
#define SCSI_CONTROL_QUEUE	0
#define SCSI_EVENT_QUEUE	1
#define SCSI_FIRST_QUEUE	2
#define SCSI_MAX_QUEUES		64

/* Data of one command, as the host and the target core are told */
#define SCSI_MAX_DATA		SZ_4M
/* Of all commands together */
#define SCSI_MAX_HELD		(16 * SCSI_MAX_DATA)

/* That wait for a buffer; from the next on the host has to look itself. */
#define SCSI_MAX_EVENTS		64

/* "naa." and 16 digits */
#define SCSI_NAME_LEN		20

struct scsi;

/**
 * struct scsi_port - a target portal group of the target core
 * @se_tpg: the target core's
 * @wwn: of which port name
 * @tag: its number there
 * @node: in the list of all
 * @scsi: who serves it; NULL: nobody
 */
struct scsi_port {
	struct se_portal_group se_tpg;
	struct se_wwn *wwn;
	u16 tag;
	struct list_head node;
	struct scsi *scsi;
};

/**
 * struct scsi_event - what the host is to know
 * @lun: number of a logical unit
 * @reason: VIRTIO_SCSI_EVT_RESET_*
 */
struct scsi_event {
	u16 lun;
	u8 reason;
};

/**
 * struct scsi - a virtio SCSI host adapter
 * @device: the function
 * @wwn: name of the port that it serves; the user's, like the next two, under
 *	settings_lock of the device
 * @tag: number of the portal group
 * @num_queues: for commands
 * @port: what it serves; between bind and unbind, like all that follow. NULL: the
 *	user has removed it
 * @session_lock: protects @session, as long as a command begins with it
 * @session: with the target core; NULL: there is no port
 * @workqueue: for what blocks
 * @held: bytes of data of all commands
 * @lock: protects all below
 * @running: between start and stop
 * @managed: task management that is done
 * @events: that wait for a buffer of the host, the oldest first
 * @num_events: their number
 * @missed: there were more
 * @event: what is written there; of the worker
 */
struct scsi {
	struct epf_virtio_device *device;
	char wwn[SCSI_NAME_LEN + 1];
	unsigned int tag;
	unsigned int num_queues;
	struct scsi_port *port;
	struct rw_semaphore session_lock; /* see above */
	struct se_session *session;
	struct workqueue_struct *workqueue;
	atomic_t held;
	spinlock_t lock; /* see above */
	bool running;
	struct list_head managed;
	struct scsi_event events[SCSI_MAX_EVENTS];
	unsigned int num_events;
	bool missed;
	/* DMA goes there: nothing else is in its cache lines. */
	struct virtio_scsi_event event __aligned(ARCH_DMA_MINALIGN);
};

/**
 * struct scsi_request - a command, or task management
 * @se_cmd: the target core's
 * @scsi: the adapter
 * @chain: its buffers
 * @work: what is to be done in process context
 * @node: in scsi.managed
 * @bytes: of data
 * @direction: where to
 * @answered: the host has got its response
 * @written: bytes that were written to the chain
 * @sense: what the target core tells of errors
 * @command: what the host wants, of a command
 * @tmf: the same, of task management; its first member is the type of any
 *	control request
 * @an: the same, of asynchronous notifications
 * @response: to a command
 * @tmf_response: to task management
 * @an_response: to asynchronous notifications
 */
struct scsi_request {
	struct se_cmd se_cmd;
	struct scsi *scsi;
	struct epf_virtio_chain *chain;
	struct work_struct work;
	struct list_head node;
	u32 bytes;
	enum dma_data_direction direction;
	bool answered;
	u32 written;
	u8 sense[TRANSPORT_SENSE_BUFFER];
	/* DMA goes to these two: nothing else is in their cache lines. */
	union {
		struct virtio_scsi_cmd_req command;
		struct virtio_scsi_ctrl_tmf_req tmf;
		struct virtio_scsi_ctrl_an_req an;
	} __aligned(ARCH_DMA_MINALIGN);
	union {
		struct virtio_scsi_cmd_resp response;
		struct virtio_scsi_ctrl_tmf_resp tmf_response;
		struct virtio_scsi_ctrl_an_resp an_response;
	} __aligned(ARCH_DMA_MINALIGN);
};

/* scsi-fabric.c */
int scsi_fabric_register(void);
void scsi_fabric_unregister(void);
int scsi_port_attach(struct scsi *scsi);
void scsi_port_detach(struct scsi *scsi);

/* scsi-command.c */
int scsi_lun_of(const u8 *lun, u64 *unpacked);
struct scsi_request *scsi_request_alloc(struct epf_virtio_chain *chain);
void scsi_request_end(struct scsi_request *request);
void scsi_command_queue_work(struct epf_virtio_queue *queue);
int scsi_command_write_pending(struct se_cmd *se_cmd);
int scsi_command_queue_data_in(struct se_cmd *se_cmd);
int scsi_command_queue_status(struct se_cmd *se_cmd);
void scsi_command_release(struct scsi_request *request);

/* scsi-control.c */
void scsi_control_queue_work(struct epf_virtio_queue *queue);
void scsi_control_tmf_done(struct se_cmd *se_cmd);
void scsi_control_tmf_release(struct scsi_request *request);
void scsi_event_queue_work(struct epf_virtio_queue *queue);
void scsi_event_add(struct scsi *scsi, u16 lun, u8 reason);

#endif
