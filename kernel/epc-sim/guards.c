// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Memory of the host that the endpoint has no business with, as a test says: in
 * the debugfs directory of an instance, while it is live,
 *
 *	guards		ranges of PCI addresses, START-END in hexadecimal, the end
 *			included, with spaces between; each write sets all
 *
 * What touches one is counted, whether a processor or the DMA engine does it; a
 * read leaves no other trace. It goes on, as on a host without an IOMMU.
 */

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "epc-sim.h"

/**
 * epc_sim_guards_touched() - count a request that touches what is guarded
 * @sim: the instance
 * @request: one of the endpoint's, to memory that is there
 *
 * Context: any, without sim->lock.
 */
void epc_sim_guards_touched(struct epc_sim *sim,
			    const struct epc_sim_request *request)
{
	u64 last = request->addr + request->len - 1;
	bool read = request->kind == EPC_SIM_ENDPOINT_READ ||
		    request->kind == EPC_SIM_DMA_READ;
	unsigned int i;

	guard(raw_spinlock_irqsave)(&sim->lock);
	for (i = 0; i < sim->num_guards; i++) {
		if (request->addr > sim->guards[i].last ||
		    last < sim->guards[i].first)
			continue;
		epc_sim_count(sim, request->function,
			      read ? EPC_SIM_GUARDED_READS :
				     EPC_SIM_GUARDED_WRITES, 1);
		return;
	}
}

static int parse(char *text, struct epc_sim_guard *guards, unsigned int *num)
{
	char *word, end;

	while ((word = strsep(&text, "\n "))) {
		struct epc_sim_guard range;

		if (!*word)
			continue;
		if (*num == EPC_SIM_MAX_GUARDS)
			return -E2BIG;
		if (sscanf(word, "%llx-%llx%c", &range.first, &range.last,
			   &end) != 2 || range.first > range.last)
			return -EINVAL;
		guards[(*num)++] = range;
	}
	return 0;
}

static ssize_t guards_write(struct file *file, const char __user *text,
			    size_t count, loff_t *pos)
{
	struct epc_sim *sim = file_inode(file)->i_private;
	struct epc_sim_guard guards[EPC_SIM_MAX_GUARDS] = {};
	unsigned int num = 0;
	char *words;
	int ret;

	if (count > PAGE_SIZE)
		return -E2BIG;

	words = memdup_user_nul(text, count);
	if (IS_ERR(words))
		return PTR_ERR(words);

	ret = parse(words, guards, &num);
	kfree(words);
	if (ret)
		return ret;

	guard(raw_spinlock_irqsave)(&sim->lock);
	memcpy(sim->guards, guards, sizeof(sim->guards));
	sim->num_guards = num;
	return count;
}

static int guards_show(struct seq_file *file, void *data)
{
	struct epc_sim *sim = file->private;
	unsigned int i;

	guard(raw_spinlock_irqsave)(&sim->lock);
	for (i = 0; i < sim->num_guards; i++)
		seq_printf(file, "%s%llx-%llx", i ? " " : "",
			   sim->guards[i].first, sim->guards[i].last);
	seq_putc(file, '\n');
	return 0;
}

static int guards_open(struct inode *inode, struct file *file)
{
	return single_open(file, guards_show, inode->i_private);
}

static const struct file_operations guards_fops = {
	.owner = THIS_MODULE,
	.open = guards_open,
	.read = seq_read,
	.write = guards_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * epc_sim_guards_debugfs() - make the file
 * @sim: the instance, with its directory
 *
 * Context: may sleep.
 */
void epc_sim_guards_debugfs(struct epc_sim *sim)
{
	debugfs_create_file("guards", 0600, sim->debugfs, sim, &guards_fops);
}
