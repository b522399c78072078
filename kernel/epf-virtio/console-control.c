// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Messages about the ports of a console that has several (virtio 1.2, 5.3.6.2).
 * What the host is to be told is a bit for each port and event, and a message
 * once the host has a buffer for it, of what is true then.
 */

#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <uapi/linux/virtio_console.h>

#include "console.h"

/* What the host is told of a port that it has got ready. */
#define NEWS_OF_CONSOLE	(BIT(VIRTIO_CONSOLE_CONSOLE_PORT) | \
			 BIT(VIRTIO_CONSOLE_RESIZE) | \
			 BIT(VIRTIO_CONSOLE_PORT_OPEN))
#define NEWS_OF_OTHERS	(BIT(VIRTIO_CONSOLE_PORT_OPEN) | \
			 BIT(VIRTIO_CONSOLE_PORT_NAME))

/**
 * struct message - what either side says
 * @id: of a port
 * @event: VIRTIO_CONSOLE_*
 * @value: of the event
 * @more: columns and rows, or a name without an end
 */
struct message {
	__le32 id;
	__le16 event;
	__le16 value;
	union {
		struct {
			__le16 cols;
			__le16 rows;
		} size;
		char name[16];
	} more;
};

static_assert(offsetof(struct message, more) ==
	      sizeof(struct virtio_console_control));

/**
 * console_control_tell() - have the host told of something
 * @port: the port
 * @news: events of it, a bit for each; the host is told where it listens
 *
 * Context: any.
 */
void console_control_tell(struct console_port *port, unsigned long news)
{
	guard(spinlock_irqsave)(&port->lock);
	if (!port->control)
		return;

	port->news |= news;
	epf_virtio_queue_wake(port->control);
}

static size_t add_size(struct console_port *port, struct message *message)
{
	struct tty_struct *tty = tty_port_tty_get(&port->tty);

	if (tty) {
		message->more.size.cols = cpu_to_le16(tty->winsize.ws_col);
		message->more.size.rows = cpu_to_le16(tty->winsize.ws_row);
		tty_kref_put(tty);
	}
	return sizeof(message->more.size);
}

/* Bytes of a message. */
static size_t write_message(struct console_port *port, unsigned int event,
			    struct message *message)
{
	size_t more = 0;

	*message = (struct message) {
		.id = cpu_to_le32(port->id),
		.event = cpu_to_le16(event),
		.value = cpu_to_le16(1),
	};
	switch (event) {
	case VIRTIO_CONSOLE_PORT_OPEN:
		message->value = cpu_to_le16(tty_port_initialized(&port->tty));
		break;
	case VIRTIO_CONSOLE_RESIZE:
		more = add_size(port, message);
		break;
	case VIRTIO_CONSOLE_PORT_NAME:
		more = scnprintf(message->more.name, sizeof(message->more.name),
				 "%s%u", console_tty_name(), port->index);
		break;
	}
	return offsetof(struct message, more) + more;
}

/* The next event that the host is to be told of, or BITS_PER_LONG. */
static unsigned int next_event(struct console_port *port)
{
	guard(spinlock_irqsave)(&port->lock);
	return find_first_bit(&port->news, BITS_PER_LONG);
}

/* What changes from here on is told again. */
static void begin_event(struct console_port *port, unsigned int event)
{
	guard(spinlock_irqsave)(&port->lock);
	__clear_bit(event, &port->news);
}

/* Whether the host has a buffer. */
static bool send(struct console_port *port, unsigned int event,
		 struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain = epf_virtio_get(queue);
	struct message message;
	size_t len;

	if (!chain)
		return false;

	begin_event(port, event);
	len = write_message(port, event, &message);
	/* One that is too short is the driver's own fault. */
	len = min(len, chain->vring.writable);
	if (len && epf_virtio_write(chain, 0, &message, len))
		len = 0;
	epf_virtio_complete(chain, len);
	return true;
}

/**
 * console_control_host_reads() - send the messages that there are
 * @console: the console
 * @queue: for them
 *
 * Context: the function's worker.
 */
void console_control_host_reads(struct console *console,
				struct epf_virtio_queue *queue)
{
	unsigned int i, event;

	for (i = 0; i < console->num_ports; i++)
		while ((event = next_event(console->ports[i])) < BITS_PER_LONG)
			if (!send(console->ports[i], event, queue))
				return;
}

static void set_closed(struct console_port *port, bool closed)
{
	scoped_guard(spinlock_irqsave, &port->lock)
		port->closed = closed;
	console_port_wake(port, CONSOLE_HOST_READS);
}

/* The driver has come, and wants to hear of its ports. */
static void announce(struct console_port *port,
		     struct epf_virtio_queue *control)
{
	scoped_guard(spinlock_irqsave, &port->lock)
		port->control = control;
	console_control_tell(port, BIT(VIRTIO_CONSOLE_PORT_ADD));
}

static void hear(struct console *console, const struct message *message,
		 struct epf_virtio_queue *control)
{
	unsigned int id = le32_to_cpu(message->id);
	bool value = message->value;
	struct console_port *port;
	unsigned int i;

	if (message->event == cpu_to_le16(VIRTIO_CONSOLE_DEVICE_READY)) {
		for (i = 0; value && i < console->num_ports; i++)
			announce(console->ports[i], control);
		return;
	}
	if (id >= console->num_ports)
		return;

	port = console->ports[id];
	switch (le16_to_cpu(message->event)) {
	case VIRTIO_CONSOLE_PORT_READY:
		if (value)
			console_control_tell(port, id ? NEWS_OF_OTHERS :
							NEWS_OF_CONSOLE);
		break;
	case VIRTIO_CONSOLE_PORT_OPEN:
		set_closed(port, !value);
		break;
	}
}

/**
 * console_control_host_writes() - hear the messages of the host
 * @console: the console
 * @queue: for them
 *
 * Context: the function's worker.
 */
void console_control_host_writes(struct console *console,
				 struct epf_virtio_queue *queue)
{
	const size_t len = offsetof(struct message, more);
	struct epf_virtio_chain *chain;
	struct message message;

	while ((chain = epf_virtio_get(queue))) {
		if (chain->vring.readable >= len &&
		    !epf_virtio_read(chain, 0, &message, len))
			hear(console, &message,
			     &queue->device->queues[CONSOLE_CONTROL]);
		epf_virtio_complete(chain, 0);
	}
}
