// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Linked to a program: the allocation that FAIL_ALLOCATION says fails. File
 * descriptor 3 is told where there were not as many. */

#include <stdlib.h>
#include <unistd.h>

#include "allocations.h"

#define TOLD 3

static void __attribute__((constructor)) set_up(void)
{
	const char *number = getenv("FAIL_ALLOCATION");

	allocations = 0;
	fail_at = number ? strtoul(number, NULL, 10) : 0;
}

static void __attribute__((destructor)) tell(void)
{
	if (allocations < fail_at && write(TOLD, "few\n", 4) < 0)
		_exit(99);
}
