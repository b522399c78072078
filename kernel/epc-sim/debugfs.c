// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * pci_epc_sim/NAME/ in debugfs: what can happen to a live instance, made to
 * happen. Whoever has files there makes them with his own function, called
 * from epc_sim_debugfs_init() with the directory made.
 */

#include <linux/debugfs.h>

#include "epc-sim.h"

/* Made once: the module cannot be unloaded. */
static struct dentry *debugfs_root __ro_after_init;

/**
 * epc_sim_debugfs_register() - make the directory of all instances
 *
 * As with all of debugfs, failing is no error: the files are not there then.
 */
void __init epc_sim_debugfs_register(void)
{
	debugfs_root = debugfs_create_dir("pci_epc_sim", NULL);
}

/**
 * epc_sim_debugfs_init() - make the files of an instance
 * @sim: the instance, otherwise complete
 *
 * Context: may sleep.
 */
void epc_sim_debugfs_init(struct epc_sim *sim)
{
	sim->debugfs = debugfs_create_dir(epc_sim_name(sim), debugfs_root);
	epc_sim_faults_debugfs(sim, sim->debugfs);
	epc_sim_port_debugfs_init(sim);
	epc_sim_guards_debugfs(sim);
}

/**
 * epc_sim_debugfs_exit() - remove the files of an instance
 * @sim: the instance
 *
 * Context: may sleep; waits for those who use a file.
 */
void epc_sim_debugfs_exit(struct epc_sim *sim)
{
	debugfs_remove(sim->debugfs);
}
