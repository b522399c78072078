/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/* Names in configfs are bytes; terminals and JSON want characters. */

/* Bytes of the character that text begins with; 0 if it begins with none. The
 * end of the text is a character of one byte. */
size_t utf8_length(const char *text);

#endif
