// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The terminals of ports, /dev/ttyEPF*.
 */

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/tty_driver.h>
#include <linux/xarray.h>
#include <uapi/linux/virtio_console.h>

#include "console.h"

#define MAX_TERMINALS	256

/*
 * The terminal layer opens by number: it has one driver for all of a kind.
 */
static struct tty_driver *tty_driver;
static DEFINE_MUTEX(ports_lock); /* protects @ports */
static DEFINE_XARRAY_ALLOC(ports);

static int console_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct console_port *port;
	int ret;

	scoped_guard(mutex, &ports_lock) {
		port = xa_load(&ports, tty->index);
		if (!port)
			return -ENODEV;
		tty_port_get(&port->tty);
	}

	ret = tty_port_install(&port->tty, driver, tty);
	if (ret)
		tty_port_put(&port->tty);
	else
		tty->driver_data = port;
	return ret;
}

static void console_cleanup(struct tty_struct *tty)
{
	struct console_port *port = tty->driver_data;

	tty_port_put(&port->tty);
}

/* Whoever reads on the host sees the end while nobody has it open here. */
static void tell_open(struct console_port *port)
{
	console_control_tell(port, BIT(VIRTIO_CONSOLE_PORT_OPEN));
}

static int console_open(struct tty_struct *tty, struct file *file)
{
	struct console_port *port = tty->driver_data;
	int ret = tty_port_open(&port->tty, tty, file);

	if (!ret)
		tell_open(port);
	return ret;
}

static void console_close(struct tty_struct *tty, struct file *file)
{
	struct console_port *port = tty->driver_data;

	tty_port_close(&port->tty, tty, file);
	tell_open(port);
	/* What nobody reads any more does not hold up the host. */
	console_port_wake(port, CONSOLE_HOST_WRITES);
}

static void console_hangup(struct tty_struct *tty)
{
	struct console_port *port = tty->driver_data;

	tty_port_hangup(&port->tty);
	tell_open(port);
}

static ssize_t console_write(struct tty_struct *tty, const u8 *buf,
			     size_t count)
{
	struct console_port *port = tty->driver_data;
	unsigned int taken;

	scoped_guard(spinlock_irqsave, &port->lock)
		taken = kfifo_in(&port->fifo, buf, count);
	console_port_wake(port, CONSOLE_HOST_READS);
	return taken;
}

static unsigned int console_write_room(struct tty_struct *tty)
{
	struct console_port *port = tty->driver_data;

	guard(spinlock_irqsave)(&port->lock);
	return kfifo_avail(&port->fifo);
}

static unsigned int console_chars_in_buffer(struct tty_struct *tty)
{
	struct console_port *port = tty->driver_data;

	guard(spinlock_irqsave)(&port->lock);
	return kfifo_len(&port->fifo);
}

static void console_flush_buffer(struct tty_struct *tty)
{
	struct console_port *port = tty->driver_data;

	scoped_guard(spinlock_irqsave, &port->lock)
		kfifo_reset(&port->fifo);
	tty_wakeup(tty);
}

static void console_throttle(struct tty_struct *tty)
{
	struct console_port *port = tty->driver_data;

	guard(spinlock_irqsave)(&port->lock);
	port->throttled = true;
}

static void console_unthrottle(struct tty_struct *tty)
{
	struct console_port *port = tty->driver_data;

	scoped_guard(spinlock_irqsave, &port->lock)
		port->throttled = false;
	console_port_wake(port, CONSOLE_HOST_WRITES);
}

/* The worker tells the host: it is not held up by what that takes. */
static int console_resize(struct tty_struct *tty, struct winsize *size)
{
	struct console_port *port = tty->driver_data;
	int ret = tty_do_resize(tty, size);

	if (ret || port->id)
		return ret;

	console_control_tell(port, BIT(VIRTIO_CONSOLE_RESIZE));
	console_port_wake(port, CONSOLE_HOST_READS);
	return 0;
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

static void forget(struct console_port *port)
{
	guard(mutex)(&ports_lock);
	xa_erase(&ports, port->index);
}

/**
 * console_tty_register() - make the terminal of a port
 * @port: the port; its index is set
 * @parent: whose it is
 *
 * Context: may sleep.
 * Return: 0, -EBUSY where there are too many, or an error of
 *	tty_port_register_device().
 */
int console_tty_register(struct console_port *port, struct device *parent)
{
	struct device *tty;
	int ret;

	scoped_guard(mutex, &ports_lock)
		ret = xa_alloc(&ports, &port->index, port,
			       XA_LIMIT(0, MAX_TERMINALS - 1), GFP_KERNEL);
	if (ret)
		return ret;

	tty = tty_port_register_device(&port->tty, tty_driver, port->index,
				       parent);
	if (!IS_ERR(tty))
		return 0;

	forget(port);
	return PTR_ERR(tty);
}

/**
 * console_tty_unregister() - undo console_tty_register()
 * @port: the port; whoever has its terminal open finds it hung up
 *
 * Context: may sleep.
 */
void console_tty_unregister(struct console_port *port)
{
	forget(port);
	tty_port_unregister_device(&port->tty, tty_driver, port->index);
	tty_port_tty_hangup(&port->tty, false);
}

/**
 * console_tty_name() - what the names of all terminals begin with
 *
 * Return: that; the index follows.
 */
const char *console_tty_name(void)
{
	return tty_driver->name;
}

/**
 * console_tty_init() - before all else
 *
 * Context: may sleep.
 * Return: 0, or an error of the terminal layer.
 */
int console_tty_init(void)
{
	struct tty_driver *driver;
	int ret;

	driver = tty_alloc_driver(MAX_TERMINALS, TTY_DRIVER_REAL_RAW |
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

/**
 * console_tty_exit() - undo console_tty_init()
 */
void console_tty_exit(void)
{
	tty_unregister_driver(tty_driver);
	tty_driver_kref_put(tty_driver);
}
