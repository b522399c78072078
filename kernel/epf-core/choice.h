/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_CHOICE_H
#define EPF_CHOICE_H

#include "epf-core.h"

/* Classes of segment sizes: powers of two, up to what is taken for all above. */
#define EPF_CHOICE_CLASSES	24

/**
 * struct epf_speed - how fast something was
 * @ps_per_byte: moving average, which falls at once and rises slowly
 * @samples: measurements in it
 */
struct epf_speed {
	u64 ps_per_byte;
	unsigned int samples;
};

/**
 * struct epf_choice - how fast CPU and DMA were
 * @engines: by size of the segments
 * @asked: how often the faster one was chosen since the slower one was
 */
struct epf_choice {
	struct epf_speed engines[EPF_CHOICE_CLASSES][EPF_NUM_ENGINES];
	unsigned int asked[EPF_CHOICE_CLASSES];
};

enum epf_engine epf_choice_engine(struct epf_choice *choice, size_t segment,
				  size_t len, bool measured);
void epf_choice_measured(struct epf_choice *choice, enum epf_engine engine,
			 size_t segment, size_t len, u64 ns);
size_t epf_choice_crossover(const struct epf_choice *choice);

#endif
