/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPC_SIM_KNOBS_H
#define EPC_SIM_KNOBS_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/configfs.h>
#include <linux/mutex.h>
#include <linux/types.h>

/*
 * Knobs: configfs attributes, each a member of a structure. One row makes one,
 * and tells the member by its address in such a structure at 0:
 *
 *	#define PORT ((struct port *)0)
 *
 *	EPC_SIM_NUMBER(slots, &PORT->slots, 1, 4);
 *	EPC_SIM_FLAG(open, &PORT->open);
 *
 *	static struct configfs_attribute *port_attrs[] = {
 *		&epc_sim_knob_attr_slots,
 *		&epc_sim_knob_attr_open,
 *		NULL,
 *	};
 *
 * They are attributes of a struct epc_sim_knob_group, which knows where the
 * structure is; the directories of an instance share its epc_sim_knob_gate.
 */

/* The word for a value. */
struct epc_sim_choice {
	const char *word;	/* NULL ends a list */
	int value;
};

enum epc_sim_knob_kind {
	EPC_SIM_KNOB_NUMBER,		/* unsigned int */
	EPC_SIM_KNOB_POWER_OF_TWO,	/* unsigned int; 0 too, where in range */
	EPC_SIM_KNOB_FLAG,		/* bool */
	EPC_SIM_KNOB_CHOICE,		/* int or enum */
};

struct epc_sim_knob {
	const char *name;
	enum epc_sim_knob_kind kind;
	size_t offset;
	unsigned int min;
	unsigned int max;
	const struct epc_sim_choice *choices;
};

/* Whether the knobs of an instance can be set. */
struct epc_sim_knob_gate {
	struct config_item *instance;
	struct mutex lock; /* protects all values, and what follows */
	bool live;
};

/* A directory with knobs. */
struct epc_sim_knob_group {
	struct config_group group;
	struct epc_sim_knob_gate *gate;
	void *values;
};

ssize_t epc_sim_knob_show(const struct epc_sim_knob *knob,
			  struct config_item *item, char *page);
ssize_t epc_sim_knob_store(const struct epc_sim_knob *knob,
			   struct config_item *item, const char *page,
			   size_t count);
int epc_sim_knob_busy(struct config_item *item, const char *name);
void epc_sim_knob_group_init(struct epc_sim_knob_group *group, const char *name,
			     const struct config_item_type *type,
			     struct epc_sim_knob_gate *gate, void *values);
struct epc_sim_knob_group *to_epc_sim_knob_group(struct config_item *item);

#define EPC_SIM_KNOB(_name, _at, _type, _kind, _min, _max, _choices)	\
static_assert(__same_type(*(typeof(_at))0, _type));			\
static const struct epc_sim_knob epc_sim_knob_##_name = {		\
	.name = #_name,							\
	.kind = _kind,							\
	.offset = (size_t)(_at),					\
	.min = _min,							\
	.max = _max,							\
	.choices = _choices,						\
};									\
static ssize_t epc_sim_knob_##_name##_show(struct config_item *item,	\
					   char *page)			\
{									\
	return epc_sim_knob_show(&epc_sim_knob_##_name, item, page);	\
}									\
static ssize_t epc_sim_knob_##_name##_store(struct config_item *item,	\
					    const char *page,		\
					    size_t count)		\
{									\
	return epc_sim_knob_store(&epc_sim_knob_##_name, item, page,	\
				  count);				\
}									\
CONFIGFS_ATTR(epc_sim_knob_, _name)

#define EPC_SIM_NUMBER(_name, _at, _min, _max)				\
	EPC_SIM_KNOB(_name, _at, unsigned int, EPC_SIM_KNOB_NUMBER,	\
		     _min, _max, NULL)

#define EPC_SIM_POWER_OF_TWO(_name, _at, _min, _max)			\
	EPC_SIM_KNOB(_name, _at, unsigned int,				\
		     EPC_SIM_KNOB_POWER_OF_TWO, _min, _max, NULL)

#define EPC_SIM_FLAG(_name, _at)					\
	EPC_SIM_KNOB(_name, _at, bool, EPC_SIM_KNOB_FLAG, 0, 1, NULL)

#define EPC_SIM_CHOICE(_name, _at, _type, _choices)			\
	EPC_SIM_KNOB(_name, _at, _type, EPC_SIM_KNOB_CHOICE, 0, 0,	\
		     _choices)

#endif
