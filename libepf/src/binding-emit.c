// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "binding-keys.h"
#include "binding-limits.h"
#include "config.h"
#include "internal.h"

/* A configuration as YAML: the keys of binding.c, the other way round. */

struct emitter {
	FILE *out;
	int indent;
};

static void __attribute__((format(printf, 2, 3)))
put_line(const struct emitter *e, const char *format, ...)
{
	va_list args;

	fprintf(e->out, "%*s", e->indent, "");
	va_start(args, format);
	vfprintf(e->out, format, args);
	va_end(args);
	fputc('\n', e->out);
}

/* Words that YAML 1.1 or 1.2 take for something else than a text. */
static bool is_word(const char *text)
{
	static const char *const others[] = {
		"true", "false", "yes", "no", "on", "off", "y", "n", "null",
	};

	if (!isalpha((unsigned char)text[0]) && text[0] != '_')
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(text, others[i]) == 0)
			return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("_-./", *text))
			return false;
	return true;
}

/* The character of two or three bytes of UTF-8 here, if it is one that YAML takes
 * for the end of a line (NEL, LS, PS) or does not allow as it is. */
static bool is_unprintable(const char *text, unsigned int *c, size_t *size)
{
	const unsigned char *u = (const unsigned char *)text;

	if ((u[0] & 0xe0) == 0xc0 && (u[1] & 0xc0) == 0x80) {
		*c = (u[0] & 0x1f) << 6 | (u[1] & 0x3f);
		*size = 2;
		return *c >= 0x80 && *c < 0xa0;
	}
	if ((u[0] & 0xf0) == 0xe0 && (u[1] & 0xc0) == 0x80 &&
	    (u[2] & 0xc0) == 0x80) {
		*c = (u[0] & 0xf) << 12 | (u[1] & 0x3f) << 6 | (u[2] & 0x3f);
		*size = 3;
		return *c == 0x2028 || *c == 0x2029 || *c == 0xfeff ||
		       *c == 0xfffe || *c == 0xffff;
	}
	return false;
}

/* A text, with quotes where it needs them. */
static void put_text(FILE *out, const char *text)
{
	unsigned int c;
	size_t size;

	if (is_word(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (is_unprintable(text, &c, &size)) {
			fprintf(out, "\\u%04x", c);
			text += size - 1;
			continue;
		}
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if (iscntrl((unsigned char)*text))
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static bool is_plain_number(const char *text)
{
	uint64_t number;

	return attr_parse(text, &number) == 0 &&
	       (text[0] != '0' || !text[1] || text[1] == 'x');
}

static void put_pair(const struct emitter *e, const char *key,
		     const char *value)
{
	fprintf(e->out, "%*s", e->indent, "");
	put_text(e->out, key);
	fputs(": ", e->out);
	if (is_plain_number(value))
		fputs(value, e->out);
	else
		put_text(e->out, value);
	fputc('\n', e->out);
}

/* The number of an attribute; false where it has none. */
static bool get_number(const struct config_function *function,
		       const char *name, uint64_t *number)
{
	const struct config_attribute *attribute =
		config_find_attribute(function, name);

	return attribute && attr_parse(attribute->value, number) == 0;
}

static void put_fields(const struct emitter *e,
		       const struct config_function *function)
{
	static const struct {
		const char *key, *attribute;
		int digits;
	} fields[] = {
		{ "vendor-id", "vendorid", 4 },
		{ "device-id", "deviceid", 4 },
		{ "subsystem-vendor-id", "subsys_vendor_id", 4 },
		{ "subsystem-id", "subsys_id", 4 },
		{ "revision-id", "revid", 2 },
		{ "cache-line-size", "cache_line_size", 2 },
	};
	uint64_t base, sub, prog, number;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (get_number(function, fields[i].attribute, &number))
			put_line(e, "%s: 0x%0*" PRIx64, fields[i].key,
				 fields[i].digits, number);
	if (get_number(function, "baseclass_code", &base) &&
	    get_number(function, "subclass_code", &sub) &&
	    get_number(function, "progif_code", &prog))
		put_line(e, "class-code: 0x%06" PRIx64,
			 base << 16 | sub << 8 | prog);
}

static void put_interrupts(const struct emitter *e,
			   const struct config_function *function)
{
	static const char *const pins[] = { "none", "A", "B", "C", "D" };
	const char *separator = "";
	uint64_t number;

	if (!config_find_attribute(function, "interrupt_pin") &&
	    !config_find_attribute(function, "msi_interrupts") &&
	    !config_find_attribute(function, "msix_interrupts"))
		return;
	fprintf(e->out, "%*sinterrupts: { ", e->indent, "");
	if (get_number(function, "interrupt_pin", &number) && number < 5) {
		fprintf(e->out, "pin: %s", pins[number]);
		separator = ", ";
	}
	if (get_number(function, "msi_interrupts", &number)) {
		fprintf(e->out, "%smsi: %" PRIu64, separator, number);
		separator = ", ";
	}
	if (get_number(function, "msix_interrupts", &number))
		fprintf(e->out, "%smsix: %" PRIu64, separator, number);
	fputs(" }\n", e->out);
}

/* "bar0_size" with what a file may say of it: the BAR, else -1. */
static int bar_of(const struct config_attribute *attribute, uint64_t *size)
{
	const char *name = attribute->name;

	if (strncmp(name, "bar", 3) != 0 || name[3] < '0' || name[3] > '5' ||
	    strcmp(name + 4, "_size") != 0 ||
	    attr_parse(attribute->value, size) || *size < BINDING_MIN_BAR_SIZE ||
	    *size & (*size - 1))
		return -1;
	return name[3] - '0';
}

static void put_bars(const struct emitter *e,
		     const struct config_function *function)
{
	bool first = true;
	uint64_t size;
	int bar;

	for (size_t i = 0; i < function->num_attributes; i++) {
		bar = bar_of(&function->attributes[i], &size);
		if (bar < 0)
			continue;
		if (first)
			put_line(e, "bar-regions:");
		first = false;
		put_line(e, "  - { bar: %d, size: %" PRIu64 " }", bar, size);
	}
}

/* Number of the windows that can be written as ntb-windows: all have a size. */
static unsigned int count_ntb_windows(const struct config_function *function)
{
	uint64_t count, size;
	char name[32];

	if (!get_number(function, "num_mws", &count) || !count ||
	    count > BINDING_MAX_NTB_WINDOWS)
		return 0;
	for (unsigned int i = 1; i <= count; i++) {
		snprintf(name, sizeof(name), "mw%u", i);
		if (!get_number(function, name, &size) || !size)
			return 0;
	}
	return count;
}

static void put_ntb_windows(const struct emitter *e,
			    const struct config_function *function)
{
	unsigned int count = count_ntb_windows(function);
	uint64_t size, bar;
	char name[32];

	if (count)
		put_line(e, "ntb-windows:");
	for (unsigned int i = 1; i <= count; i++) {
		snprintf(name, sizeof(name), "mw%u", i);
		get_number(function, name, &size);
		snprintf(name, sizeof(name), "mw%u_bar", i);
		if (get_number(function, name, &bar) && bar < 6)
			put_line(e, "  - { size: %" PRIu64 ", bar: %" PRIu64
				 " }", size, bar);
		else
			put_line(e, "  - { size: %" PRIu64 " }", size);
	}
}

static bool is_ntb_window(const struct config_function *function,
			  const struct config_attribute *attribute)
{
	unsigned int count = count_ntb_windows(function), i;
	uint64_t bar;
	char end[8];

	if (!count)
		return false;
	if (strcmp(attribute->name, "num_mws") == 0)
		return true;
	if (sscanf(attribute->name, "mw%u%7s", &i, end) == 1)
		return i <= count;
	return sscanf(attribute->name, "mw%u%7s", &i, end) == 2 &&
	       strcmp(end, "_bar") == 0 && i <= count &&
	       attr_parse(attribute->value, &bar) == 0 && bar < 6;
}

static void put_windows(const struct emitter *e,
			const struct config_function *function)
{
	const struct config_attribute *attribute;
	_cleanup_free_ char *name = NULL;
	bool first = true;

	for (size_t i = 0; i < function->num_attributes; i++) {
		attribute = &function->attributes[i];
		free(name);
		name = binding_window_name(attribute->name);
		if (!name)
			continue;
		if (first)
			put_line(e, "outbound-windows:");
		first = false;
		fprintf(e->out, "%*s- { name: ", e->indent + 2, "");
		put_text(e->out, name);
		fprintf(e->out, ", size: %s }\n", attribute->value);
	}
}

static void put_attributes(struct emitter *e,
			   const struct config_function *function)
{
	const struct config_attribute *attribute;
	bool first = true;
	uint64_t size;

	for (size_t i = 0; i < function->num_attributes; i++) {
		_cleanup_free_ char *window = NULL;

		attribute = &function->attributes[i];
		window = binding_window_name(attribute->name);
		if (attr_find_field(attribute->name) || window ||
		    bar_of(attribute, &size) >= 0 ||
		    is_ntb_window(function, attribute))
			continue;
		if (first)
			put_line(e, "attributes:");
		first = false;
		e->indent += 2;
		put_pair(e, attribute->name, attribute->value);
		e->indent -= 2;
	}
}

static void put_function(struct emitter *e,
			 const struct config_function *function)
{
	put_line(e, "- reg: %u", function->number.value);
	e->indent += 2;
	put_pair(e, "function-name", function->driver.text);
	fprintf(e->out, "%*sname: ", e->indent, "");
	put_text(e->out, function->name.text);
	fputc('\n', e->out);
	put_fields(e, function);
	put_interrupts(e, function);
	put_bars(e, function);
	put_ntb_windows(e, function);
	put_windows(e, function);
	put_attributes(e, function);
	if (function->secondary.text) {
		fprintf(e->out, "%*ssecondary: { controller: ", e->indent, "");
		put_text(e->out, function->secondary.text);
		fprintf(e->out, ", reg: %u }\n",
			function->secondary_number.value);
	}
	if (function->vfs.count)
		put_line(e, "virtual-functions:");
	e->indent += 2;
	for (size_t i = 0; i < function->vfs.count; i++)
		put_function(e, &function->vfs.items[i]);
	e->indent -= 4;
}

static void put_controller(struct emitter *e,
			   const struct config_controller *controller)
{
	fprintf(e->out, "  - %s: ", binding_controller_key(controller));
	if (controller->match == CONFIG_ONLY)
		fputs("true", e->out);
	else
		put_text(e->out, controller->name.text);
	fputc('\n', e->out);
	e->indent = 4;
	if (!controller->start)
		put_line(e, "start: false");
	if (controller->wait.value)
		put_line(e, "wait-link: %u", controller->wait.value);
	if (controller->functions.count)
		put_line(e, "functions:");
	e->indent = 6;
	for (size_t i = 0; i < controller->functions.count; i++)
		put_function(e, &controller->functions.items[i]);
}

static int emit(const struct epf_config *config, char **text)
{
	struct emitter e = { 0 };
	size_t size;

	e.out = open_memstream(text, &size);
	if (!e.out)
		return -ENOMEM;
	put_line(&e, "version: 1");
	if (config->num_modules)
		put_line(&e, "modules:");
	for (size_t i = 0; i < config->num_modules; i++) {
		fputs("  - ", e.out);
		put_text(e.out, config->modules[i].text);
		fputc('\n', e.out);
	}
	put_line(&e, config->num_controllers ? "controllers:"
					     : "controllers: []");
	for (size_t i = 0; i < config->num_controllers; i++)
		put_controller(&e, &config->controllers[i]);
	if (fclose(e.out) == 0)
		return 0;
	free(*text);
	return -ENOMEM;
}

EPF_EXPORT int epf_config_print(const struct epf_config *config, char **text)
{
	struct epf_config *back;
	char *new;
	int ret;

	if (emit(config, &new))
		return error_set_nomem(config->ctx);
	/* A name in configfs is any bytes, in a file it is text: what could not
	 * be read back is not given out. */
	ret = epf_config_parse(config->ctx, "<yaml>", new, strlen(new),
			       &back);
	if (ret) {
		free(new);
		return ret;
	}
	epf_config_free(back);
	*text = new;
	return 0;
}
