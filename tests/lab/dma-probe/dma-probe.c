// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Puts a DMA channel of epc-sim.0 through what no stock function does: more than
 * one transfer at once, termination, pausing, errors. Writing the name of a
 * check to the parameter "check" runs it on the channel of the parameter
 * "channel"; the write fails where it does. (A module that is loaded again runs
 * into what KASAN remembers of it in User-Mode Linux; this one stays.)
 *
 * It stands on what the lab has: host and endpoint are one machine, so that the
 * physical address of memory is also its PCI address. Where time matters, the
 * script has made the link so slow that nothing completes by itself meanwhile.
 */

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dmaengine.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

static char channel[8] = "read";
module_param_string(channel, channel, sizeof(channel), 0644);
MODULE_PARM_DESC(channel, "channel to use: read, write, memcpy");

#define PROBE_TRANSFERS	4
#define PROBE_SIZE	SZ_64K

struct probe;

struct probe_transfer {
	struct probe *probe;
	dma_cookie_t cookie;
	struct dmaengine_result result;
};

struct probe {
	struct dma_chan *chan;
	enum dma_transfer_direction direction;
	u8 *from;
	u8 *to;
	struct probe_transfer transfers[PROBE_TRANSFERS];
	atomic_t completed;
	struct completion done;
};

static void probe_callback(void *param, const struct dmaengine_result *result)
{
	struct probe_transfer *transfer = param;
	struct probe *probe = transfer->probe;

	transfer->result = *result;
	if (atomic_inc_return(&probe->completed) == PROBE_TRANSFERS)
		complete(&probe->done);
}

/* Submit a quarter of the memory with each transfer; nothing is issued. */
static int probe_submit(struct probe *probe)
{
	const size_t len = PROBE_SIZE / PROBE_TRANSFERS;
	struct dma_async_tx_descriptor *tx;
	unsigned int i;

	memset(probe->to, 0, PROBE_SIZE);
	atomic_set(&probe->completed, 0);
	reinit_completion(&probe->done);

	for (i = 0; i < PROBE_TRANSFERS; i++) {
		phys_addr_t from = virt_to_phys(probe->from) + i * len;
		phys_addr_t to = virt_to_phys(probe->to) + i * len;
		struct dma_slave_config config = {
			.src_addr = from,
			.dst_addr = to,
		};
		phys_addr_t local = probe->direction == DMA_MEM_TO_DEV ?
				    from : to;

		if (probe->direction == DMA_MEM_TO_MEM) {
			tx = dmaengine_prep_dma_memcpy(probe->chan, to, from,
						       len, DMA_CTRL_ACK);
		} else {
			if (dmaengine_slave_config(probe->chan, &config))
				return -EIO;
			tx = dmaengine_prep_slave_single(probe->chan, local,
							 len, probe->direction,
							 DMA_CTRL_ACK);
		}
		if (!tx)
			return -ENOMEM;

		tx->callback_result = probe_callback;
		tx->callback_param = &probe->transfers[i];
		probe->transfers[i].cookie = dmaengine_submit(tx);
		if (dma_submit_error(probe->transfers[i].cookie))
			return -EIO;
	}

	return 0;
}

static bool probe_wait(struct probe *probe)
{
	return wait_for_completion_timeout(&probe->done, 10 * HZ);
}

static enum dma_status probe_status(struct probe *probe, unsigned int i,
				    u32 *residue)
{
	struct dma_tx_state state = {};
	enum dma_status status;

	status = dmaengine_tx_status(probe->chan, probe->transfers[i].cookie,
				     &state);
	*residue = state.residue;
	return status;
}

/* Whether all transfers are in that state, with so much to go. */
static bool probe_all(struct probe *probe, enum dma_status status, u32 residue)
{
	unsigned int i;
	u32 left;

	for (i = 0; i < PROBE_TRANSFERS; i++)
		if (probe_status(probe, i, &left) != status || left != residue)
			return false;

	return true;
}

/* Several at once, in order, without an error. */
static int check_queue(struct probe *probe)
{
	unsigned int i;
	int ret;

	ret = probe_submit(probe);
	if (ret)
		return ret;

	dma_async_issue_pending(probe->chan);
	if (!probe_wait(probe) || !probe_all(probe, DMA_COMPLETE, 0) ||
	    memcmp(probe->from, probe->to, PROBE_SIZE))
		return -EIO;

	for (i = 0; i < PROBE_TRANSFERS; i++)
		if (probe->transfers[i].result.result != DMA_TRANS_NOERROR ||
		    probe->transfers[i].result.residue)
			return -EIO;

	return 0;
}

/* What is terminated never completes; the channel then works as before. */
static int terminate(struct probe *probe, bool issue)
{
	int ret;

	ret = probe_submit(probe);
	if (ret)
		return ret;
	if (issue)
		dma_async_issue_pending(probe->chan);
	if (!probe_all(probe, DMA_IN_PROGRESS, PROBE_SIZE / PROBE_TRANSFERS))
		return -EIO;

	ret = dmaengine_terminate_sync(probe->chan);
	if (ret)
		return ret;

	/* Longer than the transfers would have taken. */
	msleep(100);
	return atomic_read(&probe->completed) ? -EIO : 0;
}

static int check_terminate(struct probe *probe)
{
	return terminate(probe, false) ?: terminate(probe, true) ?:
	       check_queue(probe);
}

/* Terminated while one after the other completes. */
static int check_terminate_busy(struct probe *probe)
{
	unsigned int i;
	int before, ret;

	for (i = 0; i < 200; i++) {
		ret = probe_submit(probe);
		if (ret)
			return ret;
		dma_async_issue_pending(probe->chan);
		usleep_range(i * 10, i * 10 + 1);
		dmaengine_terminate_sync(probe->chan);

		before = atomic_read(&probe->completed);
		usleep_range(100, 200);
		if (atomic_read(&probe->completed) != before)
			return -EIO;
	}

	return check_queue(probe);
}

/* Prepared, but never submitted: gone with the channel's next termination. */
static int check_unsubmitted(struct probe *probe)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		if (!dmaengine_prep_dma_memcpy(probe->chan,
					       virt_to_phys(probe->to),
					       virt_to_phys(probe->from),
					       PROBE_SIZE, DMA_CTRL_ACK))
			return -EIO;

	return dmaengine_terminate_sync(probe->chan) ?: check_queue(probe);
}

static int check_pause(struct probe *probe)
{
	int ret;

	ret = probe_submit(probe);
	if (ret)
		return ret;

	ret = dmaengine_pause(probe->chan);
	if (ret)
		return ret;

	dma_async_issue_pending(probe->chan);
	msleep(100);
	if (atomic_read(&probe->completed) ||
	    !probe_all(probe, DMA_PAUSED, PROBE_SIZE / PROBE_TRANSFERS))
		return -EIO;

	ret = dmaengine_resume(probe->chan);
	if (ret)
		return ret;
	if (!probe_wait(probe) || memcmp(probe->from, probe->to, PROBE_SIZE))
		return -EIO;

	/* A terminated channel is not paused. */
	ret = dmaengine_pause(probe->chan);
	if (ret)
		return ret;
	return dmaengine_terminate_sync(probe->chan) ?: check_queue(probe);
}

/* All of them fail; each is told of its own. */
static int check_failing(struct probe *probe)
{
	unsigned int i;
	int ret;

	ret = probe_submit(probe);
	if (ret)
		return ret;

	dma_async_issue_pending(probe->chan);
	if (!probe_wait(probe) || !probe_all(probe, DMA_ERROR, 0))
		return -EIO;

	for (i = 0; i < PROBE_TRANSFERS; i++) {
		pr_info("dma-probe: result %d, residue %u\n",
			probe->transfers[i].result.result,
			probe->transfers[i].result.residue);
		if (probe->transfers[i].result.result == DMA_TRANS_NOERROR ||
		    probe->transfers[i].result.residue !=
		    PROBE_SIZE / PROBE_TRANSFERS)
			return -EIO;
	}

	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct probe *probe);
} checks[] = {
	{ "queue", check_queue },
	{ "terminate", check_terminate },
	{ "terminate-busy", check_terminate_busy },
	{ "unsubmitted", check_unsubmitted },
	{ "pause", check_pause },
	{ "failing", check_failing },
};

static bool probe_filter(struct dma_chan *chan, void *param)
{
	struct probe *probe = param;
	struct dma_slave_caps caps = {};

	if (strcmp(dev_name(chan->device->dev), "epc-sim.0"))
		return false;
	if (probe->direction == DMA_MEM_TO_MEM)
		return true;

	dma_get_slave_caps(chan, &caps);
	return caps.directions == BIT(probe->direction);
}

static enum dma_transfer_direction probe_direction(void)
{
	if (sysfs_streq(channel, "read"))
		return DMA_DEV_TO_MEM;
	if (sysfs_streq(channel, "write"))
		return DMA_MEM_TO_DEV;
	return DMA_MEM_TO_MEM;
}

static int probe_run(int (*run)(struct probe *probe))
{
	struct probe *probe __free(kfree) = NULL;
	u8 *memory __free(kfree) = NULL;
	dma_cap_mask_t mask;
	unsigned int i;
	int ret;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL);
	memory = kmalloc(2 * PROBE_SIZE, GFP_KERNEL);
	if (!probe || !memory)
		return -ENOMEM;

	probe->from = memory;
	probe->to = memory + PROBE_SIZE;
	for (i = 0; i < PROBE_SIZE; i++)
		probe->from[i] = i * 7 + i / 256;
	for (i = 0; i < PROBE_TRANSFERS; i++)
		probe->transfers[i].probe = probe;
	init_completion(&probe->done);

	probe->direction = probe_direction();
	dma_cap_zero(mask);
	dma_cap_set(probe->direction == DMA_MEM_TO_MEM ? DMA_MEMCPY : DMA_SLAVE,
		    mask);
	probe->chan = dma_request_channel(mask, probe_filter, probe);
	if (!probe->chan)
		return -ENODEV;

	ret = run(probe);
	dmaengine_terminate_sync(probe->chan);
	dma_release_channel(probe->chan);
	return ret;
}

static int probe_set_check(const char *value, const struct kernel_param *param)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (sysfs_streq(value, checks[i].name))
			return probe_run(checks[i].run);

	return -EINVAL;
}

static const struct kernel_param_ops probe_check_ops = {
	.set = probe_set_check,
};

module_param_cb(check, &probe_check_ops, NULL, 0200);
MODULE_PARM_DESC(check, "check to run");

MODULE_DESCRIPTION("Checks of a DMA channel");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
