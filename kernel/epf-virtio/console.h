/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VIRTIO_CONSOLE_H
#define EPF_VIRTIO_CONSOLE_H

#include <linux/kfifo.h>
#include <linux/spinlock.h>
#include <linux/tty.h>
#include <linux/workqueue.h>

#include "epf-virtio.h"

/*
 *   console.c          consoles: made, bound, started, taken away
 *   console-port.c     data between the queues of a port and its terminal
 *   console-tty.c      the terminals
 *   console-control.c  what either side tells of the ports
 */

#define CONSOLE_MAX_PORTS	32

/* The queues of a port, by what the host does */
enum console_queue {
	CONSOLE_HOST_READS,
	CONSOLE_HOST_WRITES,
	CONSOLE_QUEUES_OF_A_PORT,
};

/* Behind those of port 0, where there are several ports */
#define CONSOLE_CONTROL		2

/**
 * struct console_port - one port; lives as long as its terminal
 * @tty: the terminal
 * @index: of the terminal
 * @id: of the port; port 0 is a console of the host's
 * @buf: what is on its way between ring and terminal; of the worker
 * @pending: what the host has written, and is not read to its end; the same
 * @done: bytes of that which are read; the same
 * @retry: looks whether the terminal has room again
 * @lock: protects all below
 * @queues: its queues while a driver of the host uses it, or NULL
 * @control: queue of messages to the host, once it listens, or NULL
 * @news: messages that the host is to get: a bit for each event
 * @closed: the host says that nobody there reads it
 * @fifo: what was written to the terminal
 * @throttled: nobody reads from the terminal fast enough
 */
struct console_port {
	struct tty_port tty;
	u32 index;
	unsigned int id;
	u8 *buf;
	struct epf_virtio_chain *pending;
	u32 done;
	struct delayed_work retry;
	spinlock_t lock; /* see above */
	struct epf_virtio_queue *queues;
	struct epf_virtio_queue *control;
	unsigned long news;
	bool closed;
	DECLARE_KFIFO_PTR(fifo, u8);
	bool throttled;
};

/**
 * struct console - a function's
 * @num_ports: that it has, or will have when it is bound
 * @ports: while it is bound; under settings_lock where the worker is not
 */
struct console {
	unsigned int num_ports;
	struct console_port *ports[CONSOLE_MAX_PORTS];
};

/* console-port.c */
struct console_port *console_port_create(unsigned int id);
void console_port_start(struct console_port *port,
			struct epf_virtio_queue *queues, bool closed);
void console_port_stop(struct console_port *port);
void console_port_wake(struct console_port *port, enum console_queue which);
void console_port_drop(struct console_port *port);
void console_port_host_reads(struct console_port *port,
			     struct epf_virtio_queue *queue);
void console_port_host_writes(struct console_port *port,
			      struct epf_virtio_queue *queue);

/* console-tty.c */
int console_tty_register(struct console_port *port, struct device *parent);
void console_tty_unregister(struct console_port *port);
const char *console_tty_name(void);
int console_tty_init(void);
void console_tty_exit(void);

/* console-control.c */
void console_control_tell(struct console_port *port, unsigned long news);
void console_control_host_reads(struct console *console,
				struct epf_virtio_queue *queue);
void console_control_host_writes(struct console *console,
				 struct epf_virtio_queue *queue);

#endif
