// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Virtio console: a terminal on the endpoint, /dev/ttyEPF*, that is connected
 * with the console that the host has, /dev/hvc*. What is written to one is read
 * from the other, and the host's is as large as the endpoint's.
 *
 *	backend/tty	name of the terminal; empty while it is not bound
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/kfifo.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_flip.h>
#include <linux/workqueue.h>
#include <uapi/linux/virtio_console.h>
#include <uapi/linux/virtio_ids.h>

#include "epf-virtio.h"

#define MAX_CONSOLES	32

/* Bytes on their way to the host, and moved at once; a power of two. */
#define FIFO_SIZE	16384
#define PIECE		4096

/* The queues of port 0, by what the host does. */
#define HOST_READS	0
#define HOST_WRITES	1

/**
 * struct console - one console; lives as long as its port
 * @port: the terminal
 * @index: of the terminal
 * @buf: what is on its way between ring and terminal; of the worker
 * @pending: what the host has written, and is not read to its end; the same
 * @done: bytes of that which are read; the same
 * @retry: looks whether the terminal has room again
 * @lock: protects all below
 * @device: while a driver of the host uses it, or NULL
 * @fifo: what was written to the terminal
 * @throttled: nobody reads from the terminal fast enough
 */
struct console {
	struct tty_port port;
	int index;
	u8 *buf;
	struct epf_virtio_chain *pending;
	u32 done;
	struct delayed_work retry;
	spinlock_t lock; /* see above */
	struct epf_virtio_device *device;
	DECLARE_KFIFO_PTR(fifo, u8);
	bool throttled;
};

/*
 * The terminal layer opens by number: it has one driver for all of a kind.
 */
static struct tty_driver *tty_driver;
static DEFINE_MUTEX(consoles_lock); /* protects @consoles */
static DEFINE_IDR(consoles);

static void wake(struct console *console, unsigned int queue)
{
	guard(spinlock_irqsave)(&console->lock);
	if (console->device)
		epf_virtio_queue_wake(&console->device->queues[queue]);
}

static int console_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct console *console;
	int ret;

	scoped_guard(mutex, &consoles_lock) {
		console = idr_find(&consoles, tty->index);
		if (!console)
			return -ENODEV;
		tty_port_get(&console->port);
	}

	ret = tty_port_install(&console->port, driver, tty);
	if (ret)
		tty_port_put(&console->port);
	else
		tty->driver_data = console;
	return ret;
}

static void console_cleanup(struct tty_struct *tty)
{
	struct console *console = tty->driver_data;

	tty_port_put(&console->port);
}

static int console_open(struct tty_struct *tty, struct file *file)
{
	struct console *console = tty->driver_data;

	return tty_port_open(&console->port, tty, file);
}

static void console_close(struct tty_struct *tty, struct file *file)
{
	struct console *console = tty->driver_data;

	tty_port_close(&console->port, tty, file);
	/* What nobody reads any more does not hold up the host. */
	wake(console, HOST_WRITES);
}

static void console_hangup(struct tty_struct *tty)
{
	struct console *console = tty->driver_data;

	tty_port_hangup(&console->port);
}

static ssize_t console_write(struct tty_struct *tty, const u8 *buf,
			     size_t count)
{
	struct console *console = tty->driver_data;
	unsigned int taken;

	scoped_guard(spinlock_irqsave, &console->lock)
		taken = kfifo_in(&console->fifo, buf, count);
	wake(console, HOST_READS);
	return taken;
}

static unsigned int console_write_room(struct tty_struct *tty)
{
	struct console *console = tty->driver_data;

	guard(spinlock_irqsave)(&console->lock);
	return kfifo_avail(&console->fifo);
}

static unsigned int console_chars_in_buffer(struct tty_struct *tty)
{
	struct console *console = tty->driver_data;

	guard(spinlock_irqsave)(&console->lock);
	return kfifo_len(&console->fifo);
}

static void console_flush_buffer(struct tty_struct *tty)
{
	struct console *console = tty->driver_data;

	scoped_guard(spinlock_irqsave, &console->lock)
		kfifo_reset(&console->fifo);
	tty_wakeup(tty);
}

static void console_throttle(struct tty_struct *tty)
{
	struct console *console = tty->driver_data;

	guard(spinlock_irqsave)(&console->lock);
	console->throttled = true;
}

static void console_unthrottle(struct tty_struct *tty)
{
	struct console *console = tty->driver_data;

	scoped_guard(spinlock_irqsave, &console->lock)
		console->throttled = false;
	wake(console, HOST_WRITES);
}

/* The worker tells the host: it is not held up by what that takes. */
static int console_resize(struct tty_struct *tty, struct winsize *size)
{
	int ret = tty_do_resize(tty, size);

	if (!ret)
		wake(tty->driver_data, HOST_READS);
	return ret;
}

static const struct tty_operations console_tty_ops = {
	.install = console_install,
	.cleanup = console_cleanup,
	.open = console_open,
	.close = console_close,
	.hangup = console_hangup,
	.write = console_write,
	.write_room = console_write_room,
	.chars_in_buffer = console_chars_in_buffer,
	.flush_buffer = console_flush_buffer,
	.throttle = console_throttle,
	.unthrottle = console_unthrottle,
	.resize = console_resize,
};

static void console_destruct(struct tty_port *port)
{
	struct console *console = container_of(port, struct console, port);

	kfifo_free(&console->fifo);
	kfree(console->buf);
	kfree(console);
}

static const struct tty_port_operations console_port_ops = {
	.destruct = console_destruct,
};

static void follow_size(struct epf_virtio_device *device)
{
	struct virtio_console_config *config = device->config;
	struct console *console = device->priv;
	struct tty_struct *tty = tty_port_tty_get(&console->port);
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

static unsigned int take_written(struct console *console, size_t room)
{
	guard(spinlock_irqsave)(&console->lock);
	return kfifo_out(&console->fifo, console->buf, min(room, PIECE));
}

static bool has_written(struct console *console)
{
	guard(spinlock_irqsave)(&console->lock);
	return !kfifo_is_empty(&console->fifo);
}

/* From the terminal to the host */
static void host_reads(struct epf_virtio_queue *queue)
{
	struct console *console = queue->device->priv;
	struct epf_virtio_chain *chain;
	unsigned int len;

	while (has_written(console)) {
		chain = epf_virtio_get(queue);
		if (!chain)
			break;
		/* Bytes stay in order: one piece after the other. */
		len = take_written(console, chain->vring.writable);
		if (len && epf_virtio_write(chain, 0, console->buf, len))
			len = 0;
		epf_virtio_complete(chain, len);
	}
	tty_port_tty_wakeup(&console->port);
}

/* Room of the terminal; where it has none, look again. */
static size_t room_of(struct console *console)
{
	size_t room = tty_buffer_space_avail(&console->port);
	bool throttled;

	scoped_guard(spinlock_irqsave, &console->lock)
		throttled = console->throttled;
	if (throttled)
		return 0;
	if (!room)
		schedule_delayed_work(&console->retry, msecs_to_jiffies(1));
	return min(room, PIECE);
}

static void retry_work(struct work_struct *work)
{
	struct console *console = container_of(to_delayed_work(work),
					       struct console, retry);

	wake(console, HOST_WRITES);
}

/* Bytes moved of the chain's rest, 0 where there is no room, or an error. */
static int move_piece(struct console *console, struct epf_virtio_chain *chain)
{
	size_t room = room_of(console);
	size_t len = min(chain->vring.readable - console->done, room);
	int ret;

	if (!len)
		return 0;

	ret = epf_virtio_read(chain, console->done, console->buf, len);
	if (ret)
		return ret;

	tty_insert_flip_string(&console->port, console->buf, len);
	tty_flip_buffer_push(&console->port);
	return len;
}

/* From the host to the terminal; into nothing, if nobody has it open. */
static void host_writes(struct epf_virtio_queue *queue)
{
	struct console *console = queue->device->priv;

	for (;;) {
		struct epf_virtio_chain *chain = console->pending;
		int moved;

		if (!chain) {
			chain = epf_virtio_get(queue);
			if (!chain)
				return;
			console->pending = chain;
			console->done = 0;
		}

		while (console->done < chain->vring.readable &&
		       tty_port_initialized(&console->port)) {
			moved = move_piece(console, chain);
			if (!moved)
				return;
			if (moved < 0)
				break;
			console->done += moved;
		}
		console->pending = NULL;
		epf_virtio_complete(chain, 0);
	}
}

static void console_queue_work(struct epf_virtio_queue *queue)
{
	if (queue->index == HOST_WRITES) {
		host_writes(queue);
		return;
	}

	follow_size(queue->device);
	host_reads(queue);
}

static int console_start(struct epf_virtio_device *device)
{
	struct console *console = device->priv;

	scoped_guard(spinlock_irqsave, &console->lock)
		console->device = device;
	wake(console, HOST_READS);
	return 0;
}

static void drop_pending(struct console *console)
{
	if (console->pending)
		epf_virtio_complete(console->pending, 0);
	console->pending = NULL;
}

static void console_stop(struct epf_virtio_device *device)
{
	struct console *console = device->priv;

	scoped_guard(spinlock_irqsave, &console->lock)
		console->device = NULL;
	cancel_delayed_work_sync(&console->retry);
	drop_pending(console);
}

static void console_queue_stop(struct epf_virtio_queue *queue)
{
	if (queue->index == HOST_WRITES)
		drop_pending(queue->device->priv);
}

static struct console *console_create(void)
{
	struct console *console = kzalloc(sizeof(*console), GFP_KERNEL);

	if (!console)
		return NULL;

	tty_port_init(&console->port);
	console->port.ops = &console_port_ops;
	spin_lock_init(&console->lock);
	INIT_DELAYED_WORK(&console->retry, retry_work);
	console->buf = kmalloc(PIECE, GFP_KERNEL);
	if (!console->buf ||
	    kfifo_alloc(&console->fifo, FIFO_SIZE, GFP_KERNEL)) {
		tty_port_put(&console->port);
		return NULL;
	}
	return console;
}

static void forget(struct console *console)
{
	guard(mutex)(&consoles_lock);
	idr_remove(&consoles, console->index);
}

static int console_bind(struct epf_virtio_device *device)
{
	struct console *console = console_create();
	struct device *tty;
	int ret;

	if (!console)
		return -ENOMEM;

	scoped_guard(mutex, &consoles_lock)
		ret = idr_alloc(&consoles, console, 0, MAX_CONSOLES,
				GFP_KERNEL);
	if (ret < 0)
		goto put;

	console->index = ret;
	tty = tty_port_register_device(&console->port, tty_driver,
				       console->index, &device->epf->dev);
	if (IS_ERR(tty)) {
		ret = PTR_ERR(tty);
		goto forget;
	}

	scoped_guard(mutex, &device->settings_lock)
		device->priv = console;
	return 0;

forget:
	forget(console);
put:
	tty_port_put(&console->port);
	return ret;
}

static void console_unbind(struct epf_virtio_device *device)
{
	struct console *console = device->priv;

	forget(console);
	tty_port_unregister_device(&console->port, tty_driver, console->index);
	tty_port_tty_hangup(&console->port, false);
	scoped_guard(mutex, &device->settings_lock)
		device->priv = NULL;
	tty_port_put(&console->port);
}

static ssize_t console_tty_show(struct config_item *item, char *page)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct console *console;

	guard(mutex)(&device->settings_lock);
	console = device->priv;
	return console ? sysfs_emit(page, "%s%d\n", tty_driver->name,
				    console->index) : 0;
}

CONFIGFS_ATTR_RO(console_, tty);

static struct configfs_attribute *console_attrs[] = {
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
	.legacy_features = BIT_ULL(VIRTIO_CONSOLE_F_SIZE),
	.legacy_device = VIRTIO_TRANS_ID_CONSOLE,
	.num_queues = 2,
	.config_size = sizeof(struct virtio_console_config),
	.group_type = &console_type,
	.bind = console_bind,
	.unbind = console_unbind,
	.start = console_start,
	.stop = console_stop,
	.queue_work = console_queue_work,
	.queue_stop = console_queue_stop,
};

static int make_tty_driver(void)
{
	struct tty_driver *driver;
	int ret;

	driver = tty_alloc_driver(MAX_CONSOLES, TTY_DRIVER_REAL_RAW |
				  TTY_DRIVER_DYNAMIC_DEV);
	if (IS_ERR(driver))
		return PTR_ERR(driver);

	driver->driver_name = "epf-virtio-console";
	driver->name = "ttyEPF";
	driver->type = TTY_DRIVER_TYPE_CONSOLE;
	driver->init_termios = tty_std_termios;
	tty_set_operations(driver, &console_tty_ops);
	ret = tty_register_driver(driver);
	if (ret)
		tty_driver_kref_put(driver);
	else
		tty_driver = driver;
	return ret;
}

static void free_tty_driver(void)
{
	tty_unregister_driver(tty_driver);
	tty_driver_kref_put(tty_driver);
	idr_destroy(&consoles);
}

static int __init console_init(void)
{
	int ret = make_tty_driver();

	if (ret)
		return ret;

	ret = epf_virtio_register_backend(&console_backend);
	if (ret)
		free_tty_driver();
	return ret;
}
module_init(console_init);

static void __exit console_exit(void)
{
	epf_virtio_unregister_backend(&console_backend);
	free_tty_driver();
}
module_exit(console_exit);

MODULE_DESCRIPTION("PCI endpoint function: virtio console");
MODULE_LICENSE("GPL");
