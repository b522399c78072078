// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "binding-limits.h"
#include "config.h"
#include "internal.h"

/* A configuration as devicetree source: what dtb.c reads once dtc(1) made a
 * blob of it. */

struct writer {
	const struct epf_config *config;
	FILE *out;
	unsigned int depth;
	int ret;
};

static void put_indent(const struct writer *writer)
{
	for (unsigned int i = 0; i < writer->depth; i++)
		fputc('\t', writer->out);
}

static void __attribute__((format(printf, 2, 3)))
put_line(struct writer *writer, const char *format, ...)
{
	va_list args;

	put_indent(writer);
	va_start(args, format);
	vfprintf(writer->out, format, args);
	va_end(args);
	fputc('\n', writer->out);
}

static void __attribute__((format(printf, 2, 3)))
begin(struct writer *writer, const char *format, ...)
{
	_cleanup_free_ char *name = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&name, format, args) < 0)
		name = NULL;
	va_end(args);
	if (!name)
		writer->ret = -ENOMEM;
	put_line(writer, "%s {", name ? name : "");
	writer->depth++;
}

static void end(struct writer *writer)
{
	writer->depth--;
	put_line(writer, "};");
}

/* Names of nodes and properties have few characters. */
static bool is_name(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    !strchr(",._+-", text[i]))
			return false;
	return length > 0;
}

static void check_name(struct writer *writer, const char *object,
		       const char *text, size_t length)
{
	if (is_name(text, length) || writer->ret)
		return;
	writer->ret = config_fail(writer->config, -EILSEQ,
				  (struct config_mark){ 0 }, object, text,
				  "write a YAML file",
				  "'%s' cannot be a name in a devicetree: letters, digits and ,._+- can",
				  text);
}

static void put_text(struct writer *writer, const char *property,
		     const char *text)
{
	_cleanup_free_ char *quoted = NULL;
	size_t size;
	FILE *stream = open_memstream(&quoted, &size);

	if (!stream) {
		writer->ret = -ENOMEM;
		return;
	}
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text))
			fprintf(stream, "\\x%02x", (unsigned char)*text);
		else
			fprintf(stream, "%s%c",
				*text == '"' || *text == '\\' ? "\\" : "",
				*text);
	}
	if (fclose(stream) != 0)
		writer->ret = -ENOMEM;
	else
		put_line(writer, "%s = \"%s\";", property, quoted);
}

/* The number of an attribute; false where it has none. */
static bool get_number(const struct config_function *function,
		       const char *name, uint64_t *number)
{
	const struct config_attribute *attribute =
		config_find_attribute(function, name);

	return attribute && attr_parse(attribute->value, number) == 0;
}

static void put_header(struct writer *writer,
		       const struct config_function *function)
{
	static const struct {
		const char *property, *attribute;
		int digits;
	} fields[] = {
		{ "vendor-id", "vendorid", 4 },
		{ "device-id", "deviceid", 4 },
		{ "subsystem-vendor-id", "subsys_vendor_id", 4 },
		{ "subsystem-id", "subsys_id", 4 },
		{ "revision-id", "revid", 2 },
		{ "cache-line-size", "cache_line_size", 2 },
	};
	uint64_t base, subclass, progif, number;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (get_number(function, fields[i].attribute, &number))
			put_line(writer, "%s = <0x%0*" PRIx64 ">;",
				 fields[i].property, fields[i].digits, number);
	if (get_number(function, "baseclass_code", &base) &&
	    get_number(function, "subclass_code", &subclass) &&
	    get_number(function, "progif_code", &progif))
		put_line(writer, "class-code = <0x%06" PRIx64 ">;",
			 base << 16 | subclass << 8 | progif);
}

static void put_interrupts(struct writer *writer,
			   const struct config_function *function)
{
	static const char *const pins[] = { "none", "A", "B", "C", "D" };
	uint64_t pin, msi, msix;
	bool has_pin = get_number(function, "interrupt_pin", &pin) && pin < 5;
	bool has_msi = get_number(function, "msi_interrupts", &msi);
	bool has_msix = get_number(function, "msix_interrupts", &msix);

	if (!has_pin && !has_msi && !has_msix)
		return;
	fputc('\n', writer->out);
	begin(writer, "interrupts");
	if (has_pin)
		put_line(writer, "pin = \"%s\";", pins[pin]);
	if (has_msi)
		put_line(writer, "msi = <%" PRIu64 ">;", msi);
	if (has_msix)
		put_line(writer, "msix = <%" PRIu64 ">;", msix);
	end(writer);
}

/* "bar0_size" with what a region can be: the BAR, else -1. */
static int bar_of(const struct config_attribute *attribute, uint64_t *size)
{
	const char *name = attribute->name;

	if (strncmp(name, "bar", 3) != 0 || name[3] < '0' ||
	    name[3] >= '0' + BINDING_NUM_BARS ||
	    strcmp(name + 4, "_size") != 0 ||
	    attr_parse(attribute->value, size) ||
	    *size < BINDING_MIN_BAR_SIZE || *size & (*size - 1))
		return -1;
	return name[3] - '0';
}

static void put_bar_regions(struct writer *writer,
			    const struct config_function *function)
{
	const char *separator = "bar-regions = ";
	uint64_t size;
	int bar;

	for (size_t i = 0; i < function->num_attributes; i++) {
		bar = bar_of(&function->attributes[i], &size);
		if (bar < 0)
			continue;
		if (separator[0] != ',')
			put_indent(writer);
		fprintf(writer->out, "%s<%d 0x%" PRIx32 " 0x%" PRIx32 ">",
			separator, bar, (uint32_t)(size >> 32),
			(uint32_t)size);
		separator = ", ";
	}
	if (separator[0] == ',')
		fputs(";\n", writer->out);
}

/* The rest of the name of an attribute of the driver's own in a directory of
 * it, which is "" or ends with a slash; else NULL. */
static const char *name_in(const struct config_attribute *attribute,
			   const char *directory)
{
	size_t length = strlen(directory);
	uint64_t size;

	if (attr_find_field(attribute->name) || bar_of(attribute, &size) >= 0 ||
	    strncmp(attribute->name, directory, length) != 0)
		return NULL;
	return attribute->name + length;
}

static void put_attributes(struct writer *writer,
			   const struct config_function *function,
			   const char *node, const char *directory);

/* The directories in one, each when the first attribute in it comes. */
static void put_directories(struct writer *writer,
			    const struct config_function *function,
			    const char *directory)
{
	for (size_t i = 0; i < function->num_attributes; i++) {
		const char *name = name_in(&function->attributes[i],
					   directory), *other;
		size_t length = name ? strcspn(name, "/") : 0;
		_cleanup_free_ char *node = NULL, *longer = NULL;
		size_t j;

		if (!name || !name[length])
			continue;
		for (j = 0; j < i; j++) {
			other = name_in(&function->attributes[j], directory);
			if (other && strncmp(other, name, length + 1) == 0)
				break;
		}
		if (j < i)
			continue;
		check_name(writer, function->name.text, name, length);
		node = strndup(name, length);
		longer = string_format("%s%.*s/", directory, (int)length, name);
		if (!node || !longer)
			writer->ret = -ENOMEM;
		else
			put_attributes(writer, function, node, longer);
	}
}

static void put_attributes(struct writer *writer,
			   const struct config_function *function,
			   const char *node, const char *directory)
{
	const struct config_attribute *count;
	const char *name;

	fputc('\n', writer->out);
	begin(writer, "%s", node);
	/* NTB drivers want the number of windows before their sizes. */
	count = !*directory ? config_find_attribute(function, "num_mws") : NULL;
	if (count)
		put_text(writer, count->name, count->value);
	for (size_t i = 0; i < function->num_attributes; i++) {
		name = name_in(&function->attributes[i], directory);
		if (!name || strchr(name, '/') ||
		    &function->attributes[i] == count)
			continue;
		check_name(writer, function->name.text, name, strlen(name));
		put_text(writer, name, function->attributes[i].value);
	}
	put_directories(writer, function, directory);
	end(writer);
}

static bool has_attributes(const struct config_function *function)
{
	for (size_t i = 0; i < function->num_attributes; i++)
		if (name_in(&function->attributes[i], ""))
			return true;
	return false;
}

static void put_cells(struct writer *writer)
{
	put_line(writer, "#address-cells = <1>;");
	put_line(writer, "#size-cells = <0>;");
}

/* The node of a controller: its name with slashes for colons, as Linux makes
 * names of devices from nodes. */
static void put_reference(struct writer *writer,
			  const struct config_function *function)
{
	_cleanup_free_ char *path = strdup(function->secondary.text);

	if (!path) {
		writer->ret = -ENOMEM;
		return;
	}
	for (char *c = path; (c = strchr(c, ':'));)
		*c = '/';
	put_line(writer, "secondary = <&{/%s} %u>;", path,
		 function->secondary_number.value);
}

static void put_function(struct writer *writer,
			 const struct config_function *function)
{
	fputc('\n', writer->out);
	begin(writer, "function@%x", function->number.value);
	if (function->vfs.count)
		put_cells(writer);
	put_line(writer, "reg = <%u>;", function->number.value);
	put_text(writer, "function-name", function->driver.text);
	put_text(writer, "label", function->name.text);
	put_header(writer, function);
	put_bar_regions(writer, function);
	if (function->secondary.text)
		put_reference(writer, function);
	put_interrupts(writer, function);
	if (has_attributes(function))
		put_attributes(writer, function, "attributes", "");
	for (size_t i = 0; i < function->vfs.count; i++)
		put_function(writer, &function->vfs.items[i]);
	end(writer);
}

static void put_controller(struct writer *writer,
			   const struct config_controller *controller)
{
	const char *name = controller->name.text;
	unsigned int depth = writer->depth;
	size_t length;

	fputc('\n', writer->out);
	for (;;) {
		length = strcspn(name, ":");
		check_name(writer, controller->name.text, name, length);
		begin(writer, "%.*s", (int)length, name);
		if (!name[length])
			break;
		name += length + 1;
	}
	if (controller->functions.count)
		put_cells(writer);
	put_line(writer, "epf-start = <%d>;", controller->start);
	if (controller->wait.value)
		put_line(writer, "epf-wait-link = <%u>;",
			 controller->wait.value);
	for (size_t i = 0; i < controller->functions.count; i++)
		put_function(writer, &controller->functions.items[i]);
	while (writer->depth > depth)
		end(writer);
}

/* A devicetree says what there is, by name, and not how to get there. */
static int check_expressible(const struct epf_config *config)
{
	const struct config_controller *controller;

	if (config->num_modules)
		return config_fail(config, -EILSEQ, config->modules[0].mark,
				   "modules", NULL, NULL,
				   "a devicetree has no place for modules");
	for (size_t i = 0; i < config->num_controllers; i++) {
		controller = &config->controllers[i];
		if (controller->match != CONFIG_BY_NAME)
			return config_fail(config, -EILSEQ,
					   controller->name.mark, NULL, NULL,
					   NULL,
					   "a devicetree has controllers by name");
	}
	return 0;
}

EPF_EXPORT int epf_config_print_dts(const struct epf_config *config,
				    char **text)
{
	struct writer writer = { .config = config };
	char *new = NULL;
	size_t size;
	int ret;

	ret = check_expressible(config);
	if (ret)
		return ret;
	writer.out = open_memstream(&new, &size);
	if (!writer.out)
		return error_set_nomem(config->ctx);
	fputs("/dts-v1/;\n\n", writer.out);
	begin(&writer, "/");
	for (size_t i = 0; i < config->num_controllers; i++)
		put_controller(&writer, &config->controllers[i]);
	end(&writer);
	if (fclose(writer.out) != 0)
		writer.ret = -ENOMEM;
	if (writer.ret) {
		free(new);
		return writer.ret == -ENOMEM ? error_set_nomem(config->ctx)
					     : writer.ret;
	}
	*text = new;
	return 0;
}
