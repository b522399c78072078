/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef INPUT_H
#define INPUT_H

#include "epfctl.h"

/* Read the configuration in a file; "-" is standard input. 0, or -errno with the
 * failure. */
int input_read(struct epfctl *ctl, const char *path,
	       struct epf_config **config);

#endif
