// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

char *string_format(const char *format, ...)
{
	va_list args;
	char *string;
	int length;

	va_start(args, format);
	length = vasprintf(&string, format, args);
	va_end(args);
	return length < 0 ? NULL : string;
}
