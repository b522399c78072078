// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Attributes that are members of a structure: read at any time, written while
 * the instance is not live. What is refused is told in the kernel log, with what
 * would have been taken.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "knobs.h"

/* Longer than any word or number that is right. */
#define KNOB_TEXT_SIZE	32

/**
 * to_epc_sim_knob_group() - the directory of knobs that an item is
 * @item: the item
 *
 * Return: the directory.
 */
struct epc_sim_knob_group *to_epc_sim_knob_group(struct config_item *item)
{
	return container_of(to_config_group(item), struct epc_sim_knob_group,
			    group);
}

/**
 * epc_sim_knob_group_init() - make a directory of knobs
 * @group: the directory, zeroed
 * @name: its name
 * @type: its attributes
 * @gate: says whether its knobs can be set
 * @values: the structure that they are members of
 *
 * Context: may sleep.
 */
void epc_sim_knob_group_init(struct epc_sim_knob_group *group, const char *name,
			     const struct config_item_type *type,
			     struct epc_sim_knob_gate *gate, void *values)
{
	group->gate = gate;
	group->values = values;
	config_group_init_type_name(&group->group, name, type);
}

/* What a message calls an attribute. */
static void knob_path(struct config_item *item, const char *name, char *path,
		      size_t size)
{
	struct config_item *instance =
		to_epc_sim_knob_group(item)->gate->instance;

	if (item == instance)
		scnprintf(path, size, "%s: %s", config_item_name(item), name);
	else
		scnprintf(path, size, "%s: %s/%s", config_item_name(instance),
			  config_item_name(item), name);
}

/**
 * epc_sim_knob_busy() - whether an attribute must be left as it is
 * @item: the directory that it is in
 * @name: its name
 *
 * Context: with the gate's lock held.
 * Return: 0, or -EBUSY, as the log tells, while the instance is live.
 */
int epc_sim_knob_busy(struct config_item *item, const char *name)
{
	struct epc_sim_knob_group *group = to_epc_sim_knob_group(item);
	char path[128];

	lockdep_assert_held(&group->gate->lock);
	if (!group->gate->live)
		return 0;

	knob_path(item, name, path, sizeof(path));
	pr_err("pci-epc-sim: %s cannot be set while live\n", path);
	return -EBUSY;
}

static void refuse(const struct epc_sim_knob *knob, struct config_item *item,
		   const char *text)
{
	const struct epc_sim_choice *choice;
	char path[128], takes[128];
	size_t len = 0;

	switch (knob->kind) {
	case EPC_SIM_KNOB_NUMBER:
		scnprintf(takes, sizeof(takes), "%u to %u", knob->min,
			  knob->max);
		break;
	case EPC_SIM_KNOB_POWER_OF_TWO:
		scnprintf(takes, sizeof(takes), "%sa power of two up to %u",
			  knob->min ? "" : "0 or ", knob->max);
		break;
	case EPC_SIM_KNOB_FLAG:
		scnprintf(takes, sizeof(takes), "0 or 1");
		break;
	case EPC_SIM_KNOB_CHOICE:
		for (choice = knob->choices; choice->word; choice++)
			len += scnprintf(takes + len, sizeof(takes) - len,
					 "%s%s", len ? ", " : "one of ",
					 choice->word);
		break;
	}

	knob_path(item, knob->name, path, sizeof(path));
	pr_err("pci-epc-sim: %s is %s, not \"%s\"\n", path, takes, text);
}

static int store_number(const struct epc_sim_knob *knob, const char *text,
			unsigned int *number)
{
	unsigned int value;
	int ret;

	ret = kstrtouint(text, 0, &value);
	if (ret)
		return ret;

	if (value < knob->min || value > knob->max)
		return -ERANGE;

	if (knob->kind == EPC_SIM_KNOB_POWER_OF_TWO && value &&
	    !is_power_of_2(value))
		return -EINVAL;

	*number = value;
	return 0;
}

static int store_choice(const struct epc_sim_knob *knob, const char *text,
			int *value)
{
	const struct epc_sim_choice *choice;

	for (choice = knob->choices; choice->word; choice++) {
		if (strcmp(choice->word, text))
			continue;
		*value = choice->value;
		return 0;
	}

	return -EINVAL;
}

static int store(const struct epc_sim_knob *knob, const char *text,
		 void *value)
{
	switch (knob->kind) {
	case EPC_SIM_KNOB_FLAG:
		return kstrtobool(text, value);
	case EPC_SIM_KNOB_CHOICE:
		return store_choice(knob, text, value);
	default:
		return store_number(knob, text, value);
	}
}

/**
 * epc_sim_knob_store() - set a knob
 * @knob: the knob
 * @item: the directory that it is in
 * @page: the text written
 * @count: its length
 *
 * Return: @count, -EBUSY while the instance is live, -EINVAL for what is no
 *	number, no power of two or no word of the list, -ERANGE for a number out
 *	of range. The log tells which.
 */
ssize_t epc_sim_knob_store(const struct epc_sim_knob *knob,
			   struct config_item *item, const char *page,
			   size_t count)
{
	struct epc_sim_knob_group *group = to_epc_sim_knob_group(item);
	char text[KNOB_TEXT_SIZE];
	int ret;

	guard(mutex)(&group->gate->lock);
	ret = epc_sim_knob_busy(item, knob->name);
	if (ret)
		return ret;

	ret = strscpy(text, page, sizeof(text));
	if (ret < 0)
		ret = -EINVAL;
	else
		ret = store(knob, strim(text), group->values + knob->offset);
	if (ret) {
		refuse(knob, item, strim(text));
		return ret;
	}

	return count;
}

/**
 * epc_sim_knob_show() - print a knob
 * @knob: the knob
 * @item: the directory that it is in
 * @page: a page to print to
 *
 * Return: number of characters printed.
 */
ssize_t epc_sim_knob_show(const struct epc_sim_knob *knob,
			  struct config_item *item, char *page)
{
	struct epc_sim_knob_group *group = to_epc_sim_knob_group(item);
	const void *value = group->values + knob->offset;
	const struct epc_sim_choice *choice;

	guard(mutex)(&group->gate->lock);
	switch (knob->kind) {
	case EPC_SIM_KNOB_FLAG:
		return sysfs_emit(page, "%d\n", *(const bool *)value);
	case EPC_SIM_KNOB_CHOICE:
		for (choice = knob->choices; choice->word; choice++)
			if (choice->value == *(const int *)value)
				break;
		return sysfs_emit(page, "%s\n", choice->word);
	default:
		return sysfs_emit(page, "%u\n", *(const unsigned int *)value);
	}
}
