// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "plan.h"

/* Drivers like pci_epf_test have one header for all of their functions. */
static bool is_shared(const struct epf_step *step)
{
	const struct attr_field *field;

	field = attr_find_field(strrchr(step->path, '/') + 1);
	return field && field->in_header;
}

/* What was set on a function went with the function, as far as it was its. */
static void release_settings(struct epf_plan *plan, size_t create, size_t count)
{
	size_t i;

	for (i = create + 1; i < count; i++) {
		struct epf_step *step = plan->steps[i];

		if (step->operation == EPF_OPERATION_SET &&
		    step->state == EPF_STEP_STUCK &&
		    !strcmp(step->directory, plan->steps[create]->path) &&
		    !is_shared(step))
			step->state = EPF_STEP_UNDONE;
	}
}

static bool is_link(const struct epf_step *step)
{
	return step->operation == EPF_OPERATION_LINK ||
	       step->operation == EPF_OPERATION_UNLINK;
}

/* Numbers are given in the order of linking: past a link that is stuck, linking
 * again would give the function another one than it had. */
static bool would_renumber(const struct epf_plan *plan, size_t unlink,
			   size_t count)
{
	const char *by;
	size_t i;

	if (plan->steps[unlink]->operation != EPF_OPERATION_UNLINK)
		return false;
	by = step_numbered_by(plan->steps[unlink]);
	for (i = unlink + 1; i < count; i++) {
		const struct epf_step *step = plan->steps[i];

		if (step->state == EPF_STEP_STUCK && is_link(step) &&
		    !strcmp(step_numbered_by(step), by))
			return true;
	}
	return false;
}

/* Undo the steps before count, the last one first. What is stuck does not keep
 * the others from being undone. */
static void undo_steps(struct epf_plan *plan, size_t count)
{
	struct epf_step *step;
	bool stuck;
	size_t i;

	for (i = count; i-- > 0;) {
		step = plan->steps[i];
		if (step->operation == EPF_OPERATION_LOAD_MODULE)
			continue; /* others may use it by now */
		stuck = would_renumber(plan, i, count) ||
			step_undo(plan->ctx, step);
		step->state = stuck ? EPF_STEP_STUCK : EPF_STEP_UNDONE;
		if (step->operation == EPF_OPERATION_CREATE &&
		    step->state == EPF_STEP_UNDONE)
			release_settings(plan, i, count);
	}
}

/* Say in the record of the failure what is stuck. */
static void record_stuck(struct epf_plan *plan)
{
	_cleanup_free_ char *stuck = NULL, *hint = NULL;
	struct epf_error error = plan->ctx->error;
	const struct epf_step *step;
	char *longer;
	size_t i;

	for (i = 0; i < plan->num_steps; i++) {
		step = plan->steps[i];
		if (step->state != EPF_STEP_STUCK)
			continue;
		longer = string_format("%s%s%s %s", stuck ? stuck : "",
				       stuck ? ", " : "could not undo: ",
				       epf_step_get_operation_name(step),
				       step->path);
		if (!longer)
			break;
		free(stuck);
		stuck = longer;
	}
	if (!stuck)
		return;
	if (error.hint)
		hint = string_format("%s; %s", error.hint, stuck);
	error.hint = hint ? hint : stuck;
	error_set(plan->ctx, -error.err, &error);
}

/* Say in the record of the failure which line of a file asked for the step. */
static void record_origin(struct epf_ctx *ctx, const struct epf_step *step)
{
	struct epf_error error = ctx->error;

	error.file = step->file;
	error.line = step->line;
	error.column = step->column;
	error_set(ctx, -error.err, &error);
}

EPF_EXPORT int epf_plan_execute(struct epf_plan *plan)
{
	struct epf_ctx *ctx = plan->ctx;
	size_t i;
	int err = 0;

	if (plan->executed)
		return error_set(ctx, -EINVAL, &(struct epf_error){
			.operation = "execute",
			.message = "this plan was executed before",
		});
	plan->executed = true;
	if (plan->num_steps && cfs_stat(&ctx->cfs, "controllers") == -ENODEV) {
		plan->steps[0]->state = EPF_STEP_FAILED;
		return error_set(ctx, -ENODEV, &(struct epf_error){
			.operation = "open",
			.path = ctx->cfs.ops->base(ctx->cfs.data),
			.message = "no PCI endpoint configuration here",
			.hint = ctx->cfs.ops->missing(ctx->cfs.data),
		});
	}

	for (i = 0; i < plan->num_steps; i++) {
		err = step_run(ctx, plan->steps[i],
			       i ? plan->steps[i - 1] : NULL);
		plan->steps[i]->state = err ? EPF_STEP_FAILED : EPF_STEP_DONE;
		if (err)
			break;
	}
	if (err) {
		record_origin(ctx, plan->steps[i]);
		undo_steps(plan, i);
		record_stuck(plan);
	}
	return err;
}

EPF_EXPORT bool epf_plan_is_incomplete(const struct epf_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->num_steps; i++) {
		if (plan->steps[i]->state == EPF_STEP_STUCK)
			return true;
	}
	return false;
}
