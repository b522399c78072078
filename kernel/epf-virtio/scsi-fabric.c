// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The target core's side: a fabric whose ports are made in
 *
 *	/sys/kernel/config/target/epf_virtio_scsi/naa.XXXXXXXXXXXXXXXX/tpgt_N
 *
 * and have logical units there, which host adapters serve.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/hex.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <scsi/scsi_proto.h>
#include <target/target_core_fabric.h>

#include "scsi.h"

/* The host, in demo mode: of the locally assigned names. */
#define INITIATOR	"naa.3000000000000000"

struct port_name {
	struct se_wwn se_wwn;
	char name[SCSI_NAME_LEN + 1];
};

/*
 * All ports. The target core has one tree of them for a fabric, and calls with
 * nothing that leads from there to an adapter.
 */
static LIST_HEAD(ports);
static DEFINE_MUTEX(ports_lock); /* protects ports, and who serves which */

static struct scsi_port *to_port(struct se_portal_group *se_tpg)
{
	return container_of(se_tpg, struct scsi_port, se_tpg);
}

static struct port_name *to_name(struct se_wwn *se_wwn)
{
	return container_of(se_wwn, struct port_name, se_wwn);
}

static struct scsi_port *find_port(const char *name, unsigned int tag)
{
	struct scsi_port *port;

	list_for_each_entry(port, &ports, node)
		if (port->tag == tag && !strcmp(to_name(port->wwn)->name, name))
			return port;
	return NULL;
}

/**
 * scsi_port_attach() - begin to serve a port
 * @scsi: the adapter, whose wwn and tag are set
 *
 * Context: may sleep.
 * Return: 0, -ENODEV where there is no such port, -EBUSY where another adapter
 *	serves it, or an error of target_setup_session().
 */
int scsi_port_attach(struct scsi *scsi)
{
	struct se_session *session;
	struct scsi_port *port;

	guard(mutex)(&ports_lock);
	port = find_port(scsi->wwn, scsi->tag);
	if (!port)
		return -ENODEV;
	if (port->scsi)
		return -EBUSY;

	session = target_setup_session(&port->se_tpg, 0, 0, TARGET_PROT_NORMAL,
				       INITIATOR, scsi, NULL);
	if (IS_ERR(session))
		return PTR_ERR(session);

	scsi->session = session;
	scsi->port = port;
	port->scsi = scsi;
	return 0;
}

/* Under ports_lock; what is under way is waited for, nothing new begins. */
static void detach(struct scsi *scsi)
{
	struct se_session *session = scsi->session;

	scoped_guard(rwsem_write, &scsi->session_lock)
		scsi->session = NULL;
	target_stop_session(session);
	target_wait_for_sess_cmds(session);
	target_remove_session(session);
	scsi->port->scsi = NULL;
	scsi->port = NULL;
}

/**
 * scsi_port_detach() - undo scsi_port_attach()
 * @scsi: the adapter, whether its port is still there or not
 *
 * Context: may sleep.
 */
void scsi_port_detach(struct scsi *scsi)
{
	guard(mutex)(&ports_lock);
	if (scsi->port)
		detach(scsi);
}

static char *get_wwn(struct se_portal_group *se_tpg)
{
	return to_name(to_port(se_tpg)->wwn)->name;
}

static u16 get_tag(struct se_portal_group *se_tpg)
{
	return to_port(se_tpg)->tag;
}

static int yes(struct se_portal_group *se_tpg)
{
	return 1;
}

static int check_stop_free(struct se_cmd *se_cmd)
{
	return target_put_sess_cmd(se_cmd);
}

static void release_cmd(struct se_cmd *se_cmd)
{
	struct scsi_request *request = container_of(se_cmd, struct scsi_request,
						    se_cmd);

	if (se_cmd->se_cmd_flags & SCF_SCSI_TMR_CDB)
		scsi_control_tmf_release(request);
	else
		scsi_command_release(request);
}

/* The host is told when the command is released. */
static void aborted_task(struct se_cmd *se_cmd)
{
}

static struct se_wwn *make_wwn(struct target_fabric_configfs *fabric,
			       struct config_group *group, const char *name)
{
	struct port_name *port_name;
	u8 number[8];

	if (strlen(name) != SCSI_NAME_LEN || strncmp(name, "naa.", 4) ||
	    hex2bin(number, name + 4, sizeof(number)))
		return ERR_PTR(-EINVAL);

	port_name = kzalloc(sizeof(*port_name), GFP_KERNEL);
	if (!port_name)
		return ERR_PTR(-ENOMEM);

	strscpy(port_name->name, name);
	return &port_name->se_wwn;
}

static void drop_wwn(struct se_wwn *se_wwn)
{
	kfree(to_name(se_wwn));
}

static struct se_portal_group *make_tpg(struct se_wwn *se_wwn,
					const char *name)
{
	struct scsi_port *port;
	u16 tag;
	int ret;

	if (strncmp(name, "tpgt_", 5) || kstrtou16(name + 5, 10, &tag))
		return ERR_PTR(-EINVAL);

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);

	port->wwn = se_wwn;
	port->tag = tag;
	ret = core_tpg_register(se_wwn, &port->se_tpg, SCSI_PROTOCOL_SAS);
	if (ret) {
		kfree(port);
		return ERR_PTR(ret);
	}

	guard(mutex)(&ports_lock);
	list_add(&port->node, &ports);
	return &port->se_tpg;
}

static void drop_tpg(struct se_portal_group *se_tpg)
{
	struct scsi_port *port = to_port(se_tpg);

	scoped_guard(mutex, &ports_lock) {
		list_del(&port->node);
		if (port->scsi)
			detach(port->scsi);
	}
	core_tpg_deregister(se_tpg);
	kfree(port);
}

static void tell(struct se_portal_group *se_tpg, struct se_lun *lun, u32 reason)
{
	struct scsi_port *port = to_port(se_tpg);

	guard(mutex)(&ports_lock);
	if (port->scsi)
		scsi_event_add(port->scsi, lun->unpacked_lun, reason);
}

static int post_link(struct se_portal_group *se_tpg, struct se_lun *lun)
{
	tell(se_tpg, lun, VIRTIO_SCSI_EVT_RESET_RESCAN);
	return 0;
}

static void pre_unlink(struct se_portal_group *se_tpg, struct se_lun *lun)
{
	tell(se_tpg, lun, VIRTIO_SCSI_EVT_RESET_REMOVED);
}

static const struct target_core_fabric_ops fabric_ops = {
	.module = THIS_MODULE,
	.fabric_name = "epf_virtio_scsi",
	.max_data_sg_nents = SCSI_MAX_DATA / PAGE_SIZE,
	.tpg_get_wwn = get_wwn,
	.tpg_get_tag = get_tag,
	.tpg_check_demo_mode = yes,
	.tpg_check_demo_mode_cache = yes,
	.check_stop_free = check_stop_free,
	.release_cmd = release_cmd,
	.write_pending = scsi_command_write_pending,
	.queue_data_in = scsi_command_queue_data_in,
	.queue_status = scsi_command_queue_status,
	.queue_tm_rsp = scsi_control_tmf_done,
	.aborted_task = aborted_task,
	.fabric_make_wwn = make_wwn,
	.fabric_drop_wwn = drop_wwn,
	.fabric_make_tpg = make_tpg,
	.fabric_drop_tpg = drop_tpg,
	.fabric_post_link = post_link,
	.fabric_pre_unlink = pre_unlink,
	.default_submit_type = TARGET_QUEUE_SUBMIT,
	.direct_submit_supp = 1,
};

/**
 * scsi_fabric_register() - ports can be made
 *
 * Context: may sleep.
 * Return: 0, or an error of target_register_template().
 */
int scsi_fabric_register(void)
{
	return target_register_template(&fabric_ops);
}

/**
 * scsi_fabric_unregister() - undo scsi_fabric_register()
 *
 * Context: may sleep.
 */
void scsi_fabric_unregister(void)
{
	target_unregister_template(&fabric_ops);
}
