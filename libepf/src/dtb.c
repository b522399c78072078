// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "binding-limits.h"
#include "config.h"
#include "dtb.h"
#include "internal.h"

/* A controller is a node with functions among its children; all else in the
 * tree belongs to others. Every offset into the blob is valid:
 * fdt_check_full() walked all of it. */

/* Of nodes below each other. */
#define MAX_DEPTH 64

struct node {
	struct epf_config *config;
	const void *fdt;
	int offset;
	struct config_mark mark; /* its path */
};

static int __attribute__((format(printf, 3, 4)))
fail(const struct node *node, const char *property, const char *format, ...)
{
	_cleanup_free_ char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	if (!message)
		return -ENOMEM;
	return config_fail(node->config, -EILSEQ, node->mark, property, NULL,
			   NULL, "%s", message);
}

static int enter(const struct node *parent, int offset, struct node *child)
{
	_cleanup_free_ char *path = NULL;

	*child = *parent;
	child->offset = offset;
	path = string_format("%s/%s", parent->mark.node,
			     fdt_get_name(parent->fdt, offset, NULL));
	if (!path)
		return -ENOMEM;
	return config_mark_node(parent->config, path, &child->mark);
}

static const void *get(const struct node *node, const char *property,
		       int *length)
{
	return fdt_getprop(node->fdt, node->offset, property, length);
}

static bool has(const struct node *node, const char *property)
{
	return get(node, property, NULL) != NULL;
}

/* One text. */
static int get_text(const struct node *node, const char *property,
		    const char *expected, const char **text)
{
	const char *data;
	int length = 0;

	data = get(node, property, &length);
	if (!data)
		return fail(node, property, "found nothing, expected %s",
			    expected);
	if (length < 1 || memchr(data, '\0', length) != data + length - 1)
		return fail(node, property, "found no single text, expected %s",
			    expected);
	*text = data;
	return 0;
}

/* A name of a directory or file in configfs. */
static bool is_name(const char *text)
{
	if (!*text || strlen(text) > NAME_MAX || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0)
		return false;
	for (; *text; text++)
		if (*text == '/' || iscntrl((unsigned char)*text))
			return false;
	return true;
}

static int read_name(const struct node *node, const char *property,
		     struct config_string *string)
{
	const char *expected =
		"a name (1 to 255 characters, no / and no control character)";
	const char *text;
	int ret;

	ret = get_text(node, property, expected, &text);
	if (ret)
		return ret;
	if (!is_name(text))
		return fail(node, property, "found \"%.60s\", expected %s",
			    text, expected);
	string->mark = node->mark;
	string->text = strdup(text);
	return string->text ? 0 : -ENOMEM;
}

/* One cell from min to max. */
static int get_number(const struct node *node, const char *property,
		      uint32_t min, uint32_t max, uint32_t *number)
{
	const fdt32_t *cell;
	int length = 0;

	cell = get(node, property, &length);
	if (!cell)
		return fail(node, property,
			    "found nothing, expected a number from %u to %#x",
			    min, max);
	if (length != sizeof(*cell))
		return fail(node, property,
			    "found %d bytes, expected one cell: a number from %u to %#x",
			    length, min, max);
	*number = fdt32_ld(cell);
	if (*number >= min && *number <= max)
		return 0;
	return fail(node, property,
		    "found %#x, expected a number from %u to %#x", *number,
		    min, max);
}

static int add_attribute(const struct node *node,
			 struct config_function *function, const char *property,
			 const char *name, const char *value)
{
	int ret = config_add_attribute(function, name, value, node->mark);

	if (ret == -EEXIST)
		return fail(node, property, "attribute %s is given twice",
			    name);
	return ret;
}

static int add_number(const struct node *node, struct config_function *function,
		      const char *property, const char *name, bool hex,
		      uint64_t number)
{
	char value[32];

	snprintf(value, sizeof(value), hex ? "0x%04" PRIx64 : "%" PRIu64,
		 number);
	return add_attribute(node, function, property, name, value);
}

/* A property that an attribute is made of, if it is there. */
struct number {
	const char *property;
	const char *attribute;
	uint32_t max;
	bool hex;
};

static int read_numbers(const struct node *node,
			struct config_function *function,
			const struct number *numbers)
{
	uint32_t value;
	int ret = 0;

	for (; numbers->property && !ret; numbers++) {
		if (!has(node, numbers->property))
			continue;
		ret = get_number(node, numbers->property, 0, numbers->max,
				 &value);
		if (!ret)
			ret = add_number(node, function, numbers->property,
					 numbers->attribute, numbers->hex,
					 value);
	}
	return ret;
}

static int read_header(const struct node *node,
		       struct config_function *function)
{
	static const struct number fields[] = {
		{ "vendor-id", "vendorid", 0xffff, true },
		{ "device-id", "deviceid", 0xffff, true },
		{ "subsystem-vendor-id", "subsys_vendor_id", 0xffff, true },
		{ "subsystem-id", "subsys_id", 0xffff, true },
		{ "revision-id", "revid", 0xff, true },
		{ "cache-line-size", "cache_line_size", 0xff, true },
		{ 0 },
	};
	static const char *const codes[] = {
		"baseclass_code", "subclass_code", "progif_code",
	};
	uint32_t code;
	int ret;

	ret = read_numbers(node, function, fields);
	if (ret || !has(node, "class-code"))
		return ret;
	ret = get_number(node, "class-code", 0, 0xffffff, &code);
	for (int i = 0; i < 3 && !ret; i++)
		ret = add_number(node, function, "class-code", codes[i], true,
				 code >> (16 - 8 * i) & 0xff);
	return ret;
}

static int read_pin(const struct node *node, struct config_function *function)
{
	static const char *const pins[] = { "none", "A", "B", "C", "D" };
	const char *expected = "\"A\", \"B\", \"C\", \"D\" or \"none\"";
	const char *text;
	int ret;

	if (!has(node, "pin"))
		return 0;
	ret = get_text(node, "pin", expected, &text);
	if (ret)
		return ret;
	for (int i = 0; i < 5; i++)
		if (strcmp(text, pins[i]) == 0)
			return add_number(node, function, "pin",
					  "interrupt_pin", true, i);
	return fail(node, "pin", "found \"%.60s\", expected %s", text,
		    expected);
}

static int read_interrupts(const struct node *node,
			   struct config_function *function)
{
	static const struct number counts[] = {
		{ "msi", "msi_interrupts", 32 },
		{ "msix", "msix_interrupts", 2048 },
		{ 0 },
	};
	struct node interrupts;
	int offset, ret;

	offset = fdt_subnode_offset(node->fdt, node->offset, "interrupts");
	if (offset < 0)
		return 0;
	ret = enter(node, offset, &interrupts);
	if (!ret)
		ret = read_pin(&interrupts, function);
	if (!ret)
		ret = read_numbers(&interrupts, function, counts);
	return ret;
}

/* Three cells a BAR: its number, and its size in two. */
static int read_bar_regions(const struct node *node,
			    struct config_function *function)
{
	static const char property[] = "bar-regions";
	const fdt32_t *cells;
	int length = 0, ret = 0;
	uint64_t size;
	char name[16];
	uint32_t bar;

	cells = get(node, property, &length);
	if (!cells)
		return 0;
	if (length == 0 || length % (3 * sizeof(*cells)) != 0)
		return fail(node, property,
			    "found %d bytes, expected three cells a BAR: number, size in two",
			    length);
	for (; length > 0 && !ret; length -= 3 * sizeof(*cells), cells += 3) {
		bar = fdt32_ld(cells);
		size = (uint64_t)fdt32_ld(cells + 1) << 32 |
		       fdt32_ld(cells + 2);
		if (bar >= BINDING_NUM_BARS)
			return fail(node, property,
				    "found BAR %u, expected 0 to %d", bar,
				    BINDING_NUM_BARS - 1);
		if (size < BINDING_MIN_BAR_SIZE || size & (size - 1))
			return fail(node, property,
				    "BAR %u: found %" PRIu64 " bytes, expected a power of two, %d or more",
				    bar, size, BINDING_MIN_BAR_SIZE);
		snprintf(name, sizeof(name), "bar%u_size", bar);
		ret = add_number(node, function, property, name, false, size);
	}
	return ret;
}

static int read_attribute(const struct node *node,
			  struct config_function *function, const char *prefix,
			  const char *property)
{
	_cleanup_free_ char *name = NULL;
	const char *text, *key;
	int ret;

	name = string_format("%s%s", prefix, property);
	if (!name)
		return -ENOMEM;
	key = binding_key_of(name);
	if (key)
		return fail(node, NULL,
			    "%s is a standard field: write it as the property '%s' of the function",
			    property, key);
	if (!is_name(property))
		return fail(node, property, "expected the name of an attribute");
	ret = get_text(node, property, "a text", &text);
	if (ret)
		return ret;
	if (strlen(text) > BINDING_MAX_VALUE || strchr(text, '\n'))
		return fail(node, property,
			    "found %s, expected one line of at most %d bytes",
			    strchr(text, '\n') ? "a line break" : "a longer text",
			    BINDING_MAX_VALUE);
	if (function->num_attributes == BINDING_MAX_ATTRIBUTES)
		return fail(node, property, "more than %d attributes",
			    BINDING_MAX_ATTRIBUTES);
	return add_attribute(node, function, property, name, text);
}

/* A node of attributes is the driver's directory, or one in it. */
static int read_attributes(const struct node *node,
			   struct config_function *function, const char *prefix,
			   unsigned int depth)
{
	int offset, ret = 0;
	const char *name;

	if (depth == MAX_DEPTH)
		return fail(node, NULL, "nodes are nested too deeply");
	fdt_for_each_property_offset(offset, node->fdt, node->offset) {
		/* dtc adds it to what has a label. */
		if (!fdt_getprop_by_offset(node->fdt, offset, &name, NULL) ||
		    strcmp(name, "phandle") == 0)
			continue;
		ret = read_attribute(node, function, prefix, name);
		if (ret)
			return ret;
	}
	fdt_for_each_subnode(offset, node->fdt, node->offset) {
		_cleanup_free_ char *longer = NULL;
		struct node directory;

		name = fdt_get_name(node->fdt, offset, NULL);
		ret = enter(node, offset, &directory);
		if (!ret && !is_name(name))
			ret = fail(&directory, NULL,
				   "expected the name of a directory");
		longer = string_format("%s%s/", prefix, name);
		if (!ret && !longer)
			ret = -ENOMEM;
		if (!ret)
			ret = read_attributes(&directory, function, longer,
					      depth + 1);
		if (ret)
			return ret;
	}
	return 0;
}

/* The other controller's phandle, and the function number there. */
static int read_secondary(const struct node *node,
			  struct config_function *function)
{
	static const char property[] = "secondary";
	const fdt32_t *cells;
	int length = 0, offset;

	cells = get(node, property, &length);
	if (!cells)
		return 0;
	if (length != 2 * sizeof(*cells))
		return fail(node, property,
			    "found %d bytes, expected two cells: a controller and a function number",
			    length);
	offset = fdt_node_offset_by_phandle(node->fdt, fdt32_ld(cells));
	if (offset <= 0)
		return fail(node, property,
			    "no node has the phandle %#x, expected a controller",
			    fdt32_ld(cells));
	if (fdt32_ld(cells + 1) >= BINDING_MAX_FUNCTIONS)
		return fail(node, property,
			    "found function %u, expected 0 to %d",
			    fdt32_ld(cells + 1), BINDING_MAX_FUNCTIONS - 1);
	function->secondary.mark = node->mark;
	function->secondary.text = dtb_device_name(node->fdt, offset);
	function->secondary_number.mark = node->mark;
	function->secondary_number.value = fdt32_ld(cells + 1);
	return function->secondary.text ? 0 : -ENOMEM;
}

static int read_functions(const struct node *parent,
			  struct config_functions *functions, bool are_vfs);

static int read_function(const struct node *node,
			 struct config_function *function, bool is_vf)
{
	struct node attributes;
	uint32_t number;
	int offset, ret;

	function->mark = node->mark;
	ret = get_number(node, "reg", is_vf ? 1 : 0,
			 is_vf ? BINDING_MAX_VFS : BINDING_MAX_FUNCTIONS - 1,
			 &number);
	if (ret)
		return ret;
	function->number.value = number;
	function->number.mark = node->mark;
	ret = read_name(node, "function-name", &function->driver);
	if (!ret && has(node, "label"))
		ret = read_name(node, "label", &function->name);
	if (!ret)
		ret = read_header(node, function);
	if (!ret)
		ret = read_interrupts(node, function);
	if (!ret)
		ret = read_bar_regions(node, function);
	if (ret)
		return ret;
	offset = fdt_subnode_offset(node->fdt, node->offset, "attributes");
	if (offset >= 0) {
		ret = enter(node, offset, &attributes);
		if (!ret)
			ret = read_attributes(&attributes, function, "", 0);
	}
	if (ret)
		return ret;
	if (is_vf)
		return has(node, "secondary")
			       ? fail(node, "secondary",
				      "a virtual function has the controllers of its physical one")
			       : 0;
	ret = read_secondary(node, function);
	return ret ? ret : read_functions(node, &function->vfs, true);
}

static bool is_function(const void *fdt, int offset)
{
	return strncmp(fdt_get_name(fdt, offset, NULL), "function@", 9) == 0 ||
	       fdt_getprop(fdt, offset, "function-name", NULL);
}

/* As the kernel's of_device_is_available(). */
static bool is_available(const void *fdt, int offset)
{
	int length = 0;
	const char *status = fdt_getprop(fdt, offset, "status", &length);

	return !status || (length == 5 && memcmp(status, "okay", 5) == 0) ||
	       (length == 3 && memcmp(status, "ok", 3) == 0);
}

static int read_functions(const struct node *parent,
			  struct config_functions *functions, bool are_vfs)
{
	size_t max = are_vfs ? BINDING_MAX_VFS : BINDING_MAX_FUNCTIONS;
	struct config_function *function;
	struct node node;
	int offset, ret;

	fdt_for_each_subnode(offset, parent->fdt, parent->offset) {
		if (!is_function(parent->fdt, offset) ||
		    !is_available(parent->fdt, offset))
			continue;
		if (functions->count == max)
			return fail(parent, NULL, "more than %zu functions",
				    max);
		ret = enter(parent, offset, &node);
		if (ret)
			return ret;
		function = config_add_function(functions);
		if (!function)
			return -ENOMEM;
		ret = read_function(&node, function, are_vfs);
		if (ret)
			return ret;
	}
	return 0;
}

static struct config_controller *add_controller(const struct node *node,
						char *name)
{
	struct config_controller *controller = NULL;

	if (name)
		controller = config_add_controller(node->config);
	if (!controller) {
		free(name);
		return NULL;
	}
	controller->mark = node->mark;
	controller->name.mark = node->mark;
	controller->name.text = name;
	controller->start = true;
	return controller;
}

static int read_controller(const struct node *node)
{
	struct config_controller *controller;
	uint32_t start = 1, wait;
	int ret = 0;

	if (node->config->num_controllers == BINDING_MAX_CONTROLLERS)
		return fail(node, NULL, "more than %d controllers",
			    BINDING_MAX_CONTROLLERS);
	controller = add_controller(node,
				    dtb_device_name(node->fdt, node->offset));
	if (!controller)
		return -ENOMEM;
	if (has(node, "epf-start"))
		ret = get_number(node, "epf-start", 0, 1, &start);
	if (ret)
		return ret;
	controller->start = start;
	if (has(node, "epf-wait-link")) {
		ret = get_number(node, "epf-wait-link", 1, BINDING_MAX_WAIT,
				 &wait);
		if (ret)
			return ret;
		controller->wait.value = wait;
		controller->wait.mark = node->mark;
	}
	return read_functions(node, &controller->functions, false);
}

static bool is_controller(const struct node *node)
{
	int child;

	if (has(node, "epf-start"))
		return true;
	fdt_for_each_subnode(child, node->fdt, node->offset)
		if (is_function(node->fdt, child))
			return true;
	return false;
}

static int read_tree(const struct node *node, unsigned int depth)
{
	bool has_functions = depth > 0 && is_controller(node);
	struct node child;
	int offset, ret;

	if (has_functions) {
		ret = read_controller(node);
		if (ret)
			return ret;
	}
	if (depth == MAX_DEPTH)
		return fail(node, NULL, "nodes are nested too deeply");
	fdt_for_each_subnode(offset, node->fdt, node->offset) {
		if (!is_available(node->fdt, offset) ||
		    (has_functions && is_function(node->fdt, offset)))
			continue;
		ret = enter(node, offset, &child);
		if (!ret)
			ret = read_tree(&child, depth + 1);
		if (ret)
			return ret;
	}
	return 0;
}

/* A controller may be there for others' secondary sides alone. */
static int add_secondary(const struct node *root,
			 const struct config_function *function)
{
	struct epf_config *config = root->config;
	struct node node = *root;
	char *name;

	if (!function->secondary.text)
		return 0;
	for (size_t i = 0; i < config->num_controllers; i++)
		if (strcmp(config->controllers[i].name.text,
			   function->secondary.text) == 0)
			return 0;
	node.mark = function->secondary.mark;
	if (config->num_controllers == BINDING_MAX_CONTROLLERS)
		return fail(&node, "secondary", "more than %d controllers",
			    BINDING_MAX_CONTROLLERS);
	name = strdup(function->secondary.text);
	return add_controller(&node, name) ? 0 : -ENOMEM;
}

static int add_secondaries(const struct node *root)
{
	const struct config_controller *controller;
	int ret;

	for (size_t i = 0; i < root->config->num_controllers; i++)
		for (size_t j = 0;; j++) {
			/* The array may have moved. */
			controller = &root->config->controllers[i];
			if (j == controller->functions.count)
				break;
			ret = add_secondary(root,
					    &controller->functions.items[j]);
			if (ret)
				return ret;
		}
	return 0;
}

bool dtb_is_blob(const char *name, const void *data, size_t size)
{
	size_t length = strlen(name);

	return (size >= sizeof(fdt32_t) && fdt32_ld(data) == FDT_MAGIC) ||
	       (length > 4 && strcmp(name + length - 4, ".dtb") == 0);
}

/* libfdt 1.6 never comes back from a property that is 2 GiB long, and crashes
 * on names of versions before 16, which were whole paths. So only version 17,
 * of 2007, with a structure whose parts are all inside of it, gets there. */
#define MIN_VERSION 17

static size_t align_tag(size_t offset)
{
	return (offset + FDT_TAGSIZE - 1) & ~((size_t)FDT_TAGSIZE - 1);
}

static bool has_valid_tags(const char *structure, size_t size)
{
	const char *end;
	size_t offset = 0;
	uint32_t tag, length;

	while (offset < size && size - offset >= FDT_TAGSIZE) {
		tag = fdt32_ld((const fdt32_t *)(structure + offset));
		offset += FDT_TAGSIZE;
		switch (tag) {
		case FDT_BEGIN_NODE:
			end = memchr(structure + offset, '\0', size - offset);
			if (!end)
				return false;
			offset = align_tag(end + 1 - structure);
			break;
		case FDT_PROP:
			/* length, offset of the name, value */
			if (size - offset < 2 * sizeof(fdt32_t))
				return false;
			length = fdt32_ld(
				(const fdt32_t *)(structure + offset));
			offset += 2 * sizeof(fdt32_t);
			if (length > size - offset)
				return false;
			offset = align_tag(offset + length);
			break;
		case FDT_END:
			return true;
		case FDT_END_NODE:
		case FDT_NOP:
			break;
		default:
			return false;
		}
	}
	return false;
}

static int check(const char *fdt, size_t size)
{
	if (size < sizeof(struct fdt_header))
		return -FDT_ERR_TRUNCATED;
	if (fdt_magic(fdt) != FDT_MAGIC)
		return -FDT_ERR_BADMAGIC;
	if (fdt_version(fdt) < MIN_VERSION)
		return -FDT_ERR_BADVERSION;
	if (fdt_off_dt_struct(fdt) > size ||
	    fdt_size_dt_struct(fdt) > size - fdt_off_dt_struct(fdt))
		return -FDT_ERR_TRUNCATED;
	if (!has_valid_tags(fdt + fdt_off_dt_struct(fdt),
			    fdt_size_dt_struct(fdt)))
		return -FDT_ERR_BADSTRUCTURE;
	return fdt_check_full(fdt, size);
}

int dtb_read(struct epf_config *config, const void *data, size_t size)
{
	/* libfdt wants it aligned. */
	_cleanup_free_ void *fdt = malloc(size ? size : 1);
	struct node root = { .config = config, .fdt = fdt };
	int ret;

	if (!fdt)
		return -ENOMEM;
	memcpy(fdt, data, size);
	ret = check(fdt, size);
	if (ret)
		return config_fail(config, -EILSEQ, (struct config_mark){ 0 },
				   NULL, NULL,
				   "dtc(1) makes one from source",
				   "not a devicetree blob: %s",
				   fdt_strerror(ret));
	ret = config_mark_node(config, "", &root.mark);
	if (!ret)
		ret = read_tree(&root, 0);
	return ret ? ret : add_secondaries(&root);
}
