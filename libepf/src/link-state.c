// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <string.h>
#include <time.h>

#include "resolve.h"
#include "tree.h"

#define POLL_MS 10

/* The framework tells functions of the link, but nobody else: what there is are
 * the simulated controller's attribute and the DesignWare drivers' debugfs. */
int tree_read_link_state(const struct cfs *cfs, const char *name,
			 enum epf_link_state *state)
{
	_cleanup_free_ char *sim = NULL, *dwc = NULL, *text = NULL;
	int err;

	/* From /sys/kernel/config/pci_ep */
	sim = string_format("../pci_epc_sim/%s/link_up", name);
	dwc = string_format("../../debug/dwc_pcie_%s/ltssm_status", name);
	if (!sim || !dwc)
		return -ENOMEM;
	*state = EPF_LINK_STATE_UNKNOWN;
	err = cfs_read(cfs, sim, &text);
	if (!err) {
		*state = strcmp(text, "1") == 0 ? EPF_LINK_STATE_UP
						: EPF_LINK_STATE_DOWN;
		return 0;
	}
	if (err != -ENOMEM)
		err = cfs_read(cfs, dwc, &text);
	if (!err)
		/* L0, L0S, L1_1, L2_IDLE: the link is up, awake or asleep. */
		*state = text[0] == 'L' ? EPF_LINK_STATE_UP
					: EPF_LINK_STATE_DOWN;
	return err == -ENOMEM ? err : 0;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int fail(struct epf_ctx *ctx, int err, const char *controller,
		const char *message, const char *hint)
{
	return error_set(ctx, err, &(struct epf_error){
		.operation = "wait",
		.path = controller,
		.message = message,
		.hint = hint,
	});
}

EPF_EXPORT int epf_ctx_wait_link(struct epf_ctx *ctx, const char *controller,
				 unsigned int timeout_ms)
{
	static const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	long long deadline = now_ms() + timeout_ms;
	_cleanup_free_ char *path = NULL;
	enum epf_link_state state;

	path = string_format("controllers/%s", controller);
	if (!path)
		return error_set_nomem(ctx);
	for (;;) {
		if (cfs_stat(&ctx->cfs, path) != CFS_DIRECTORY)
			return fail(ctx, -ESRCH, controller,
				    "no such controller", NULL);
		if (tree_read_link_state(&ctx->cfs, controller, &state))
			return error_set_nomem(ctx);
		if (state == EPF_LINK_STATE_UP)
			return 0;
		if (state == EPF_LINK_STATE_UNKNOWN)
			return fail(ctx, -EOPNOTSUPP, controller,
				    "its driver does not tell whether the link is up",
				    "do not wait for it");
		if (now_ms() >= deadline)
			return fail(ctx, -ETIMEDOUT, controller,
				    "the link did not come up in time",
				    "what was done stands: the host may be off, or not have looked");
		nanosleep(&pause, NULL);
	}
}

/* How long to wait for a controller's link; 0: not at all. */
static unsigned int wait_ms(const struct config_controller *wanted,
			    unsigned int timeout_ms)
{
	if (!wanted->start)
		return 0;
	return timeout_ms ? timeout_ms : wanted->wait.value * 1000;
}

static bool waits(const struct epf_config *config, unsigned int timeout_ms)
{
	for (size_t i = 0; i < config->num_controllers; i++)
		if (wait_ms(&config->controllers[i], timeout_ms))
			return true;
	return false;
}

EPF_EXPORT int epf_config_wait_link(const struct epf_config *config,
				    unsigned int timeout_ms)
{
	const struct epf_controller **controllers;
	struct epf_topology *topology;
	unsigned int ms;
	int ret;

	if (!waits(config, timeout_ms))
		return 0;
	ret = epf_topology_new(config->ctx, &topology);
	if (ret)
		return ret;
	ret = resolve_controllers(config, topology, &controllers);
	if (ret) {
		epf_topology_free(topology);
		return ret == -ENOMEM ? error_set_nomem(config->ctx) : ret;
	}
	for (size_t i = 0; i < config->num_controllers && !ret; i++) {
		ms = wait_ms(&config->controllers[i], timeout_ms);
		if (ms)
			ret = epf_ctx_wait_link(config->ctx,
						epf_controller_get_name(
							controllers[i]),
						ms);
	}
	free(controllers);
	epf_topology_free(topology);
	return ret;
}
