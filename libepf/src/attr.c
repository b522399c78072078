// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"

static const struct attr_field fields[] = {
	{ "vendorid", UINT16_MAX, true },
	{ "deviceid", UINT16_MAX, true },
	{ "subsys_vendor_id", UINT16_MAX, true },
	{ "subsys_id", UINT16_MAX, true },
	{ "revid", UINT8_MAX, true },
	{ "progif_code", UINT8_MAX, true },
	{ "subclass_code", UINT8_MAX, true },
	{ "baseclass_code", UINT8_MAX, true },
	{ "cache_line_size", UINT8_MAX, true },
	{ "interrupt_pin", 4, true }, /* 0: none, 1..4: INTA..INTD */
	{ "msi_interrupts", 32, false },
	{ "msix_interrupts", 2048, false },
};

const struct attr_field *attr_find_field(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

int attr_parse(const char *text, uint64_t *number)
{
	const char *digits = text;
	unsigned long long value;
	int base = 10;
	char *end;

	/* Not base 0: newer C libraries take 0b... there, the kernel does
	 * not. Nor does it take what else strtoull() does, signs and spaces. */
	if (text[0] == '0' && tolower(text[1]) == 'x') {
		base = 16;
		digits += 2;
	} else if (text[0] == '0') {
		base = 8;
	}
	if (!isxdigit((unsigned char)*digits))
		return -EINVAL;
	errno = 0;
	value = strtoull(digits, &end, base);
	if (end == digits || *end)
		return -EINVAL;
	if (errno)
		return -errno;
	*number = value;
	return 0;
}
