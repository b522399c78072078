// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Virtio console: terminals on the endpoint, /dev/ttyEPF*, that are connected
 * with the ports that the host has. Port 0 is a console there, /dev/hvc*, and as
 * large as the endpoint's; others are devices, /dev/vport*p*. What is written to
 * one is read from the other.
 *
 *	backend/num_ports	ports; while not bound
 *	backend/tty		names of their terminals; empty while not bound
 */

#include <linux/cleanup.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <uapi/linux/virtio_console.h>
#include <uapi/linux/virtio_ids.h>

#include "console.h"

static void follow_size(struct epf_virtio_device *device,
			struct console_port *port)
{
	struct virtio_console_config *config = device->config;
	struct tty_struct *tty = tty_port_tty_get(&port->tty);
	__virtio16 cols, rows;

	if (!tty)
		return;

	cols = (__force __virtio16)cpu_to_le16(tty->winsize.ws_col);
	rows = (__force __virtio16)cpu_to_le16(tty->winsize.ws_row);
	tty_kref_put(tty);
	if (cols == config->cols && rows == config->rows)
		return;

	epf_virtio_config_begin(device);
	config->cols = cols;
	config->rows = rows;
	epf_virtio_config_end(device);
}

static bool has_several_ports(const struct epf_virtio_device *device)
{
	return epf_virtio_has_feature(device, VIRTIO_CONSOLE_F_MULTIPORT);
}

/* The port of a queue that is not for messages. */
static struct console_port *port_of(const struct epf_virtio_queue *queue)
{
	struct console *console = queue->device->priv;
	unsigned int pair = queue->index / CONSOLE_QUEUES_OF_A_PORT;

	return console->ports[pair ? pair - 1 : 0];
}

static bool is_control(const struct epf_virtio_queue *queue)
{
	return queue->index / CONSOLE_QUEUES_OF_A_PORT ==
	       CONSOLE_CONTROL / CONSOLE_QUEUES_OF_A_PORT;
}

static void console_queue_work(struct epf_virtio_queue *queue)
{
	bool host_writes = queue->index % CONSOLE_QUEUES_OF_A_PORT ==
			   CONSOLE_HOST_WRITES;
	struct console *console = queue->device->priv;

	/* The driver knows of no others. */
	if (queue->index >= CONSOLE_CONTROL &&
	    !has_several_ports(queue->device))
		return;

	if (is_control(queue)) {
		if (host_writes)
			console_control_host_writes(console, queue);
		else
			console_control_host_reads(console, queue);
		return;
	}

	if (host_writes) {
		console_port_host_writes(port_of(queue), queue);
		return;
	}

	if (!queue->index)
		follow_size(queue->device, port_of(queue));
	console_port_host_reads(port_of(queue), queue);
}

static int console_start(struct epf_virtio_device *device)
{
	struct console *console = device->priv;
	bool several = has_several_ports(device);
	unsigned int i;

	console_port_start(console->ports[0], device->queues, several);
	for (i = 1; several && i < console->num_ports; i++)
		console_port_start(console->ports[i],
				   &device->queues[CONSOLE_CONTROL +
						   i * CONSOLE_QUEUES_OF_A_PORT],
				   true);
	return 0;
}

static void console_stop(struct epf_virtio_device *device)
{
	struct console *console = device->priv;
	unsigned int i;

	for (i = 0; i < console->num_ports; i++)
		console_port_stop(console->ports[i]);
}

static void console_queue_stop(struct epf_virtio_queue *queue)
{
	if (!is_control(queue) &&
	    queue->index % CONSOLE_QUEUES_OF_A_PORT == CONSOLE_HOST_WRITES)
		console_port_drop(port_of(queue));
}

static void set_port(struct epf_virtio_device *device, unsigned int i,
		     struct console_port *port)
{
	struct console *console = device->priv;

	guard(mutex)(&device->settings_lock);
	console->ports[i] = port;
}

static int add_port(struct epf_virtio_device *device, unsigned int i)
{
	struct console_port *port = console_port_create(i);
	int ret;

	if (!port)
		return -ENOMEM;

	ret = console_tty_register(port, &device->epf->dev);
	if (ret)
		tty_port_put(&port->tty);
	else
		set_port(device, i, port);
	return ret;
}

static void remove_port(struct epf_virtio_device *device, unsigned int i)
{
	struct console *console = device->priv;
	struct console_port *port = console->ports[i];

	console_tty_unregister(port);
	set_port(device, i, NULL);
	tty_port_put(&port->tty);
}

static int console_bind(struct epf_virtio_device *device)
{
	struct virtio_console_config *config = device->config;
	struct console *console = device->priv;
	unsigned int i;
	int ret;

	for (i = 0; i < console->num_ports; i++) {
		ret = add_port(device, i);
		if (ret)
			goto remove;
	}

	if (console->num_ports > 1) {
		device->device_features |= BIT_ULL(VIRTIO_CONSOLE_F_MULTIPORT);
		device->num_queues = CONSOLE_CONTROL + CONSOLE_QUEUES_OF_A_PORT *
				     console->num_ports;
	}
	config->max_nr_ports =
		(__force __virtio32)cpu_to_le32(console->num_ports);
	return 0;

remove:
	while (i--)
		remove_port(device, i);
	return ret;
}

static void console_unbind(struct epf_virtio_device *device)
{
	struct console *console = device->priv;
	unsigned int i;

	for (i = 0; i < console->num_ports; i++)
		remove_port(device, i);
}

static int console_probe(struct epf_virtio_device *device)
{
	struct console *console;

	console = devm_kzalloc(&device->epf->dev, sizeof(*console), GFP_KERNEL);
	if (!console)
		return -ENOMEM;

	console->num_ports = 1;
	device->priv = console;
	return 0;
}

static ssize_t console_num_ports_show(struct config_item *item, char *page)
{
	struct console *console = epf_virtio_from_item(item)->priv;

	return sysfs_emit(page, "%u\n", console->num_ports);
}

static ssize_t console_num_ports_store(struct config_item *item,
				       const char *page, size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct console *console = device->priv;

	return epf_virtio_store_uint(device, page, count, &console->num_ports,
				     1, CONSOLE_MAX_PORTS);
}

CONFIGFS_ATTR(console_, num_ports);

static ssize_t console_tty_show(struct config_item *item, char *page)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct console *console = device->priv;
	unsigned int i;
	ssize_t len = 0;

	guard(mutex)(&device->settings_lock);
	for (i = 0; i < console->num_ports && console->ports[i]; i++)
		len += sysfs_emit_at(page, len, "%s%u\n", console_tty_name(),
				     console->ports[i]->index);
	return len;
}

CONFIGFS_ATTR_RO(console_, tty);

static struct configfs_attribute *console_attrs[] = {
	&console_attr_num_ports,
	&console_attr_tty,
	NULL,
};

static const struct config_item_type console_type = {
	.ct_attrs = console_attrs,
	.ct_owner = THIS_MODULE,
};

static struct epf_virtio_backend console_backend = {
	.name = "console",
	.owner = THIS_MODULE,
	.device_id = VIRTIO_ID_CONSOLE,
	.class = 0x0780, /* communication controller, other */
	.features = BIT_ULL(VIRTIO_CONSOLE_F_SIZE),
	.num_queues = CONSOLE_QUEUES_OF_A_PORT,
	.max_queues = CONSOLE_CONTROL +
		      CONSOLE_QUEUES_OF_A_PORT * CONSOLE_MAX_PORTS,
	.config_size = sizeof(struct virtio_console_config),
	.group_type = &console_type,
	.probe = console_probe,
	.bind = console_bind,
	.unbind = console_unbind,
	.start = console_start,
	.stop = console_stop,
	.queue_work = console_queue_work,
	.queue_stop = console_queue_stop,
};

static int __init console_init(void)
{
	int ret = console_tty_init();

	if (ret)
		return ret;

	ret = epf_virtio_register_backend(&console_backend);
	if (ret)
		console_tty_exit();
	return ret;
}
module_init(console_init);

static void __exit console_exit(void)
{
	epf_virtio_unregister_backend(&console_backend);
	console_tty_exit();
}
module_exit(console_exit);

MODULE_DESCRIPTION("PCI endpoint function: virtio console");
MODULE_LICENSE("GPL");
