// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A port: bytes between the two queues that the host has for it and a terminal.
 */

#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/tty_flip.h>

#include "console.h"

/* Bytes on their way to the host, and moved at once; a power of two. */
#define FIFO_SIZE	16384
#define PIECE		4096

/**
 * console_port_wake() - there may be something to do
 * @port: the port
 * @which: in this queue
 *
 * Context: any.
 */
void console_port_wake(struct console_port *port, enum console_queue which)
{
	guard(spinlock_irqsave)(&port->lock);
	if (port->queues)
		epf_virtio_queue_wake(&port->queues[which]);
}

static unsigned int take_written(struct console_port *port, size_t room)
{
	guard(spinlock_irqsave)(&port->lock);
	return kfifo_out(&port->fifo, port->buf, min(room, PIECE));
}

static bool has_written(struct console_port *port)
{
	guard(spinlock_irqsave)(&port->lock);
	return !port->closed && !kfifo_is_empty(&port->fifo);
}

/**
 * console_port_host_reads() - bytes from the terminal to the host
 * @port: the port
 * @queue: for them
 *
 * Context: the function's worker.
 */
void console_port_host_reads(struct console_port *port,
			     struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain;
	unsigned int len;

	while (has_written(port)) {
		chain = epf_virtio_get(queue);
		if (!chain)
			break;
		/* Bytes stay in order: one piece after the other. */
		len = take_written(port, chain->vring.writable);
		if (len && epf_virtio_write(chain, 0, port->buf, len))
			len = 0;
		epf_virtio_complete(chain, len);
	}
	tty_port_tty_wakeup(&port->tty);
}

/* Room of the terminal; where it has none, look again. */
static size_t room_of(struct console_port *port)
{
	size_t room = tty_buffer_space_avail(&port->tty);
	bool throttled;

	scoped_guard(spinlock_irqsave, &port->lock)
		throttled = port->throttled;
	if (throttled)
		return 0;
	if (!room)
		schedule_delayed_work(&port->retry, msecs_to_jiffies(1));
	return min(room, PIECE);
}

static void retry_work(struct work_struct *work)
{
	struct console_port *port = container_of(to_delayed_work(work),
						 struct console_port, retry);

	console_port_wake(port, CONSOLE_HOST_WRITES);
}

/* Bytes moved of the chain's rest, 0 where there is no room, or an error. */
static int move_piece(struct console_port *port, struct epf_virtio_chain *chain)
{
	size_t room = room_of(port);
	size_t len = min(chain->vring.readable - port->done, room);
	int ret;

	if (!len)
		return 0;

	ret = epf_virtio_read(chain, port->done, port->buf, len);
	if (ret)
		return ret;

	tty_insert_flip_string(&port->tty, port->buf, len);
	tty_flip_buffer_push(&port->tty);
	return len;
}

/**
 * console_port_host_writes() - bytes from the host to the terminal
 * @port: the port
 * @queue: with them
 *
 * If nobody has the terminal open they get lost.
 *
 * Context: the function's worker.
 */
void console_port_host_writes(struct console_port *port,
			      struct epf_virtio_queue *queue)
{
	for (;;) {
		struct epf_virtio_chain *chain = port->pending;
		int moved;

		if (!chain) {
			chain = epf_virtio_get(queue);
			if (!chain)
				return;
			port->pending = chain;
			port->done = 0;
		}

		while (port->done < chain->vring.readable &&
		       tty_port_initialized(&port->tty)) {
			moved = move_piece(port, chain);
			if (!moved)
				return;
			if (moved < 0)
				break;
			port->done += moved;
		}
		console_port_drop(port);
	}
}

/**
 * console_port_drop() - give what the host has written back to it
 * @port: the port, with or without something
 *
 * Context: the function's worker.
 */
void console_port_drop(struct console_port *port)
{
	if (port->pending)
		epf_virtio_complete(port->pending, 0);
	port->pending = NULL;
}

/**
 * console_port_start() - a driver of the host uses a port
 * @port: the port
 * @queues: those of the port
 * @closed: the host says when it reads
 *
 * Context: the function's worker.
 */
void console_port_start(struct console_port *port,
			struct epf_virtio_queue *queues, bool closed)
{
	scoped_guard(spinlock_irqsave, &port->lock) {
		port->queues = queues;
		port->closed = closed;
	}
	console_port_wake(port, CONSOLE_HOST_READS);
}

/**
 * console_port_stop() - undo console_port_start()
 * @port: the port, started or not
 *
 * Context: the function's worker, or in its place.
 */
void console_port_stop(struct console_port *port)
{
	scoped_guard(spinlock_irqsave, &port->lock) {
		port->queues = NULL;
		port->control = NULL;
		port->news = 0;
	}
	cancel_delayed_work_sync(&port->retry);
	console_port_drop(port);
}

static void destruct(struct tty_port *tty)
{
	struct console_port *port = container_of(tty, struct console_port, tty);

	kfifo_free(&port->fifo);
	kfree(port->buf);
	kfree(port);
}

static const struct tty_port_operations port_ops = {
	.destruct = destruct,
};

/**
 * console_port_create() - make a port
 * @id: its number
 *
 * Context: may sleep.
 * Return: the port, to be put with tty_port_put(); or NULL for want of memory.
 */
struct console_port *console_port_create(unsigned int id)
{
	struct console_port *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return NULL;

	tty_port_init(&port->tty);
	port->tty.ops = &port_ops;
	/* What was written goes to the host later, too. */
	port->tty.closing_wait = ASYNC_CLOSING_WAIT_NONE;
	port->id = id;
	spin_lock_init(&port->lock);
	INIT_DELAYED_WORK(&port->retry, retry_work);
	port->buf = kmalloc(PIECE, GFP_KERNEL);
	if (!port->buf || kfifo_alloc(&port->fifo, FIFO_SIZE, GFP_KERNEL)) {
		tty_port_put(&port->tty);
		return NULL;
	}
	return port;
}
