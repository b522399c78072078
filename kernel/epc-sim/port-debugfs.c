// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * In the debugfs directory of an instance, written to while it is live:
 *
 *	aer		an error happens: its name, or correctable, nonfatal or
 *			fatal; and where, "port" or "function" with its number
 *	surprise	1: the card is out of the slot, though the endpoint runs
 *			on; 0: it is back
 *	perst		1: the slot asserts fundamental reset (PERST#); 0: ends
 *			it
 */

#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "epc-sim.h"

static const struct {
	const char *name;
	enum epc_sim_error error;
} error_names[] = {
	{ "correctable", EPC_SIM_ERROR_RECEIVER },
	{ "nonfatal", EPC_SIM_ERROR_COMPLETION_TIMEOUT },
	{ "fatal", EPC_SIM_ERROR_MALFORMED },
	{ "receiver", EPC_SIM_ERROR_RECEIVER },
	{ "bad-tlp", EPC_SIM_ERROR_BAD_TLP },
	{ "bad-dllp", EPC_SIM_ERROR_BAD_DLLP },
	{ "replay-rollover", EPC_SIM_ERROR_REPLAY_ROLLOVER },
	{ "replay-timeout", EPC_SIM_ERROR_REPLAY_TIMEOUT },
	{ "data-link", EPC_SIM_ERROR_DATA_LINK },
	{ "surprise-down", EPC_SIM_ERROR_SURPRISE_DOWN },
	{ "poisoned", EPC_SIM_ERROR_POISONED },
	{ "flow-control", EPC_SIM_ERROR_FLOW_CONTROL },
	{ "completion-timeout", EPC_SIM_ERROR_COMPLETION_TIMEOUT },
	{ "completer-abort", EPC_SIM_ERROR_COMPLETER_ABORT },
	{ "unexpected-completion", EPC_SIM_ERROR_UNEXPECTED_COMPLETION },
	{ "overflow", EPC_SIM_ERROR_OVERFLOW },
	{ "malformed", EPC_SIM_ERROR_MALFORMED },
	{ "ecrc", EPC_SIM_ERROR_ECRC },
	{ "unsupported", EPC_SIM_ERROR_UNSUPPORTED },
	{ "acs", EPC_SIM_ERROR_ACS },
};

static int find_error(const char *name, enum epc_sim_error *error)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(error_names); i++)
		if (!strcmp(name, error_names[i].name)) {
			*error = error_names[i].error;
			return 0;
		}

	return -EINVAL;
}

static ssize_t aer_write(struct file *file, const char __user *text,
			 size_t count, loff_t *pos)
{
	struct epc_sim *sim = file->private_data;
	struct epc_sim_function *function = NULL;
	char buf[64], name[32], where[32] = "port";
	enum epc_sim_error error;
	unsigned int func_no;
	ssize_t len;
	int words;
	char end;

	len = simple_write_to_buffer(buf, sizeof(buf) - 1, pos, text, count);
	if (len < 0)
		return len;
	buf[len] = '\0';

	words = sscanf(buf, "%31s %31s %c", name, where, &end);
	if (len != count || words < 1 || words > 2 || find_error(name, &error))
		return -EINVAL;

	if (sscanf(where, "function%u%c", &func_no, &end) == 1 &&
	    func_no < sim->profile.max_functions)
		function = epc_sim_function(sim, func_no, 0);
	else if (strcmp(where, "port"))
		return -EINVAL;

	epc_sim_report_error(sim, function, error, NULL);
	return count;
}

static const struct file_operations aer_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = aer_write,
};

static int surprise_get(void *data, u64 *value)
{
	struct epc_sim *sim = data;

	guard(raw_spinlock_irqsave)(&sim->lock);
	*value = test_bit(EPC_SIM_HOLD_REMOVED, &epc_sim_slot(sim)->held);
	return 0;
}

static int surprise_set(void *data, u64 value)
{
	struct epc_sim *sim = data;

	if (value > 1)
		return -EINVAL;

	guard(raw_spinlock_irqsave)(&sim->lock);
	epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_REMOVED, value);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(surprise_fops, surprise_get, surprise_set, "%llu\n");

static int perst_get(void *data, u64 *value)
{
	struct epc_sim *sim = data;

	guard(raw_spinlock_irqsave)(&sim->lock);
	*value = sim->perst;
	return 0;
}

static int perst_set(void *data, u64 value)
{
	if (value > 1)
		return -EINVAL;

	epc_sim_link_perst(data, value);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(perst_fops, perst_get, perst_set, "%llu\n");

/**
 * epc_sim_port_debugfs_init() - make the files
 * @sim: the instance, with its directory
 *
 * Context: may sleep.
 */
void epc_sim_port_debugfs_init(struct epc_sim *sim)
{
	debugfs_create_file("aer", 0200, sim->debugfs, sim, &aer_fops);
	debugfs_create_file_unsafe("surprise", 0600, sim->debugfs, sim,
				   &surprise_fops);
	debugfs_create_file_unsafe("perst", 0600, sim->debugfs, sim,
				   &perst_fops);
}
