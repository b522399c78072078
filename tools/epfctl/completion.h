/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COMPLETION_H
#define COMPLETION_H

#include "epfctl.h"

/* Print the completions for bash, zsh or fish. 0, or -1 for another shell. */
int completion_print(const char *shell, const struct command *const *commands,
		     size_t count);

#endif
