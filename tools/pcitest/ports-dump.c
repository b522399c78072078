// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "ports-dump.h"

#define MAX_DUMP (64u << 20)
#define LINE_BYTES 16

struct dump {
	const char *name;
	struct pci_functions *functions;
	struct ports_error *error;
	unsigned int line;
	unsigned int begin;     /* line of the address of the current function */
	bool repeats;           /* the last line was a "*" */
};

static struct config_space *current(struct dump *dump)
{
	struct pci_functions *functions = dump->functions;

	return functions->count ? &functions->items[functions->count - 1].space
				: NULL;
}

#define fail(dump, number, format, ...)                                        \
	(ports_error_set((dump)->error, "%s:%u: " format, (dump)->name,        \
			 number, ##__VA_ARGS__), -EILSEQ)

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0'
	     : c >= 'a' && c <= 'f' ? c - 'a' + 10
	     : c >= 'A' && c <= 'F' ? c - 'A' + 10
				    : -1;
}

/* A number of min to max hex digits; moves on behind it. */
static bool take_hex(const char **text, int min, int max, unsigned int *value)
{
	const char *at = *text;
	unsigned int number = 0;
	int length = 0;

	for (; length < max && digit(*at) >= 0; length++)
		number = number << 4 | digit(*at++);
	if (length < min || digit(*at) >= 0)
		return false;
	*text = at;
	*value = number;
	return true;
}

static bool take(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

/* "0000:01:00.0 " or "01:00.0 " */
static bool take_address(const char *text, unsigned int *domain,
			 unsigned int *bus, unsigned int *slot,
			 unsigned int *number)
{
	const char *at = text;

	*domain = 0;
	if (!(take_hex(&at, 4, 8, domain) && take(&at, ':') &&
	      take_hex(&at, 2, 2, bus) && take(&at, ':'))) {
		at = text;
		*domain = 0;
		if (!take_hex(&at, 2, 2, bus) || !take(&at, ':'))
			return false;
	}
	return take_hex(&at, 2, 2, slot) && take(&at, '.') &&
	       take_hex(&at, 1, 1, number) && *slot < 0x20 && *number < 8 &&
	       (*at == ' ' || *at == '\0');
}

/* Where the bytes of one function end. */
static int end_function(struct dump *dump)
{
	struct config_space *space = current(dump);

	if (!space)
		return 0;
	if (dump->repeats)
		return fail(dump, dump->line,
			    "\"*\" without a line where it ends");
	if (space->size == 0)
		return fail(dump, dump->begin,
			    "function without bytes; `lspci -xxxx' prints them");
	if (space->size < PCI_STD_HEADER_SIZEOF)
		return fail(dump, dump->begin,
			    "function of %zu bytes, its header has 64",
			    space->size);
	return 0;
}

static int begin_function(struct dump *dump, unsigned int domain,
			  unsigned int bus, unsigned int slot,
			  unsigned int number)
{
	struct pci_functions *functions = dump->functions;
	struct pci_function *function;
	int err;

	err = end_function(dump);
	if (err)
		return err;
	function = pci_functions_add(functions, domain, bus, slot, number);
	if (!function) {
		ports_error_set(dump->error, "out of memory");
		return -ENOMEM;
	}
	if (pci_functions_find(functions, function->address) != function)
		return fail(dump, dump->line, "%s is there twice",
			    function->address);
	dump->begin = dump->line;
	return 0;
}

/* Fill in what a "*" stands for, up to an offset. */
static void repeat(struct config_space *space, size_t end)
{
	size_t last = space->size - LINE_BYTES;

	for (; space->size < end; space->size++)
		space->bytes[space->size] =
			space->bytes[last + space->size % LINE_BYTES];
}

static int add_bytes(struct dump *dump, size_t where, const char *text)
{
	struct config_space *space = current(dump);
	unsigned int count, value;

	if (!space)
		return fail(dump, dump->line,
			    "bytes before the address of a function");
	if (where % LINE_BYTES || where >= CONFIG_SPACE_SIZE)
		return fail(dump, dump->line,
			    "offset 0x%zx, should be a multiple of 16 below 0x1000",
			    where);
	if (dump->repeats && where > space->size)
		repeat(space, where);
	dump->repeats = false;
	if (where != space->size)
		return fail(dump, dump->line,
			    "offset 0x%02zx, should be 0x%02zx; lines are missing or out of order",
			    where, space->size);

	for (count = 0; take(&text, ' '); count++) {
		if (*text == '\0')
			break;
		if (count == LINE_BYTES)
			return fail(dump, dump->line,
				    "more than 16 bytes in a line");
		if (!take_hex(&text, 2, 2, &value))
			return fail(dump, dump->line,
				    "not a byte of two hex digits at \"%.8s\"",
				    text);
		space->bytes[where + count] = value;
	}
	if (*text)
		return fail(dump, dump->line,
			    "not a byte of two hex digits at \"%.8s\"", text);
	if (count != LINE_BYTES)
		return fail(dump, dump->line, "%u bytes, should be 16", count);
	space->size += count;
	return 0;
}

static int parse_line(struct dump *dump, const char *line)
{
	unsigned int domain, bus, slot, number, where;
	struct config_space *space = current(dump);
	const char *at = line;

	if (take_address(line, &domain, &bus, &slot, &number))
		return begin_function(dump, domain, bus, slot, number);
	if (take_hex(&at, 2, 3, &where) && take(&at, ':') &&
	    (*at == ' ' || *at == '\0'))
		return add_bytes(dump, where, at);
	if (strcmp(line, "*") == 0) {
		if (!space || space->size < LINE_BYTES || dump->repeats)
			return fail(dump, dump->line,
				    "\"*\" repeats a line, and there is none");
		dump->repeats = true;
	}
	return 0;
}

static int parse_lines(struct dump *dump, char *text, char *end)
{
	for (char *line = text; line < end; dump->line++) {
		char *next = memchr(line, '\n', end - line);
		size_t length = next ? next - line : end - line;
		int err;

		if (memchr(line, '\0', length))
			return fail(dump, dump->line,
				    "a zero byte; not a text file");
		if (length && line[length - 1] == '\r')
			length--;
		line[length] = '\0';
		err = parse_line(dump, line);
		if (err)
			return err;
		line = next ? next + 1 : end;
	}
	return end_function(dump);
}

int ports_dump_parse(const char *text, size_t length, const char *name,
		     struct pci_functions *functions,
		     struct ports_error *error)
{
	struct dump dump = {
		.name = name,
		.functions = functions,
		.error = error,
		.line = 1,
	};
	char *copy = malloc(length + 1);
	int err;

	if (!copy) {
		ports_error_set(error, "out of memory");
		return -ENOMEM;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	err = parse_lines(&dump, copy, copy + length);
	free(copy);
	if (!err && functions->count == 0) {
		ports_error_set(error,
				"%s: no PCI function in it; a dump is what `lspci -xxxx' prints for root",
				name);
		err = -EILSEQ;
	}
	if (err)
		pci_functions_free(functions);
	else
		pci_functions_sort(functions);
	return err;
}

static int read_all(FILE *file, char **text, size_t *length)
{
	size_t room = 0;

	while (!feof(file)) {
		if (*length == room) {
			char *grown;

			if (room > MAX_DUMP)
				return -EFBIG;
			room = room ? 2 * room : 65536;
			grown = realloc(*text, room);
			if (!grown)
				return -ENOMEM;
			*text = grown;
		}
		*length += fread(*text + *length, 1, room - *length, file);
		if (ferror(file))
			return -errno;
	}
	return 0;
}

int ports_dump_read(const char *path, struct pci_functions *functions,
		    struct ports_error *error)
{
	bool standard_input = strcmp(path, "-") == 0;
	const char *name = standard_input ? "standard input" : path;
	FILE *file = standard_input ? stdin : fopen(path, "re");
	char *text = NULL;
	size_t length = 0;
	int err;

	if (!file) {
		err = -errno;
		ports_error_set(error, "%s: %s", name, strerror(-err));
		return err;
	}
	err = read_all(file, &text, &length);
	if (err)
		ports_error_set(error, "%s: %s", name, strerror(-err));
	else
		err = ports_dump_parse(text, length, name, functions, error);
	free(text);
	if (!standard_input)
		fclose(file);
	return err;
}
