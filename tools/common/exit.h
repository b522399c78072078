/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EXIT_H
#define EXIT_H

/* Exit codes of every program here; EXIT STATUS in its manual page. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILED = 1,
	EXIT_CODE_USAGE = 2,      /* command line, or syntax of a file */
	EXIT_CODE_DIFFERS = 3,
	EXIT_CODE_INCOMPLETE = 4, /* failed, and the rollback left something */
	EXIT_CODE_NOTHING = 77,   /* nothing to test */
};

#endif
