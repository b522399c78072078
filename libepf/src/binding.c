// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binding-keys.h"
#include "binding-limits.h"
#include "binding-scalar.h"
#include "config.h"
#include "dtb.h"
#include "internal.h"

/* The keys of a binding file, from the leaves up: epf-binding(5). */

#define MAX_MODULES 64
#define MAX_WINDOWS 64

static const char *const class_attributes[] = {
	"baseclass_code", "subclass_code", "progif_code",
};

static int read_class_code(struct binding_reader *reader,
			   const struct binding_key *key, void *object)
{
	struct config_mark mark = binding_mark(reader);
	uint64_t value;
	int ret;

	ret = binding_get_number(reader, key, true, &value);
	for (int i = 0; i < 3 && !ret; i++)
		ret = binding_add_number(reader, object, class_attributes[i],
					 true, value >> (16 - 8 * i) & 0xff,
					 mark);
	return ret;
}

static const struct binding_key interrupts_keys[] = {
	{ "pin", binding_read_pin, .attribute = "interrupt_pin" },
	{ "msi", binding_read_count, .attribute = "msi_interrupts", .max = 32 },
	{ "msix", binding_read_count, .attribute = "msix_interrupts",
	  .max = 2048 },
	{ 0 },
};

static int read_interrupts(struct binding_reader *reader,
			   const struct binding_key *key, void *object)
{
	return binding_read_mapping(reader, interrupts_keys, object);
}

struct bar_region {
	struct config_number bar;
	uint64_t size;
	struct config_mark size_mark;
};

static int read_size(struct binding_reader *reader,
		     const struct binding_key *key, void *object)
{
	const char *expected =
		"a power of two, 16 or more, with or without KiB, MiB or GiB";
	struct bar_region *region = object;
	const char *text;
	uint64_t size;
	int ret;

	ret = binding_scalar(reader, expected, &text);
	if (ret)
		return ret;
	if (!binding_parse_size(text, &size) || size < BINDING_MIN_BAR_SIZE ||
	    size & (size - 1))
		return binding_mismatch(reader, expected);
	region->size = size;
	region->size_mark = binding_mark(reader);
	return 0;
}

static const struct binding_key bar_region_keys[] = {
	{ "bar", binding_read_number,
	  .offset = offsetof(struct bar_region, bar),
	  .max = BINDING_NUM_BARS - 1, .required = true },
	{ "size", read_size, .required = true },
	{ 0 },
};

static int read_bar_region(struct binding_reader *reader, void *object)
{
	struct bar_region region;
	char name[32];
	int ret;

	ret = binding_read_mapping(reader, bar_region_keys, &region);
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "bar%u_size", region.bar.value);
	return binding_add_number(reader, object, name, false, region.size,
				  region.size_mark);
}

static int read_bar_regions(struct binding_reader *reader,
			    const struct binding_key *key, void *object)
{
	return binding_read_list(reader, BINDING_NUM_BARS, read_bar_region,
				 object);
}

char *binding_window_name(const char *attribute)
{
	const char *name = attribute + strlen(BINDING_WINDOWS), *end;

	if (strncmp(attribute, BINDING_WINDOWS, strlen(BINDING_WINDOWS)) != 0)
		return NULL;
	end = strchr(name, '/');
	if (!end || end == name || strcmp(end, "/size") != 0)
		return NULL;
	return strndup(name, end - name);
}

struct window {
	struct config_string name;
	struct config_number bar;
	uint64_t size;
};

static int read_window_size(struct binding_reader *reader,
			    const struct binding_key *key, void *object)
{
	const char *expected =
		"a size above 0, with or without KiB, MiB or GiB";
	struct window *window = object;
	const char *text;
	int ret;

	ret = binding_scalar(reader, expected, &text);
	if (ret)
		return ret;
	if (!binding_parse_size(text, &window->size) || !window->size)
		return binding_mismatch(reader, expected);
	return 0;
}

static const struct binding_key outbound_window_keys[] = {
	{ "name", binding_read_name, .required = true,
	  .offset = offsetof(struct window, name) },
	{ "size", read_window_size, .required = true },
	{ 0 },
};

static int read_outbound_window(struct binding_reader *reader, void *object)
{
	struct config_mark mark = binding_mark(reader);
	_cleanup_free_ char *attribute = NULL;
	struct window window = { 0 };
	int ret;

	ret = binding_read_mapping(reader, outbound_window_keys, &window);
	if (!ret) {
		attribute = string_format(BINDING_WINDOWS "%s/size",
					  window.name.text);
		ret = -ENOMEM;
		if (attribute)
			ret = binding_add_number(reader, object, attribute,
						 false, window.size, mark);
	}
	free(window.name.text);
	return ret;
}

static int read_outbound_windows(struct binding_reader *reader,
				 const struct binding_key *key, void *object)
{
	return binding_read_list(reader, MAX_WINDOWS, read_outbound_window,
				 object);
}

static const struct binding_key ntb_window_keys[] = {
	{ "size", read_window_size, .required = true },
	{ "bar", binding_read_number, .offset = offsetof(struct window, bar),
	  .max = BINDING_NUM_BARS - 1 },
	{ 0 },
};

struct ntb_windows {
	struct window items[BINDING_MAX_NTB_WINDOWS];
	struct config_mark marks[BINDING_MAX_NTB_WINDOWS];
	unsigned int count;
};

static int read_ntb_window(struct binding_reader *reader, void *object)
{
	struct ntb_windows *windows = object;

	windows->marks[windows->count] = binding_mark(reader);
	return binding_read_mapping(reader, ntb_window_keys,
				    &windows->items[windows->count++]);
}

/* The driver wants their number before their sizes. */
static int read_ntb_windows(struct binding_reader *reader,
			    const struct binding_key *key, void *object)
{
	struct config_mark mark = binding_mark(reader);
	struct ntb_windows windows = { 0 };
	const struct window *window;
	char name[32];
	int ret;

	ret = binding_read_list(reader, BINDING_MAX_NTB_WINDOWS,
				read_ntb_window, &windows);
	if (!ret)
		ret = binding_add_number(reader, object, "num_mws", false,
					 windows.count, mark);
	for (unsigned int i = 0; i < windows.count && !ret; i++) {
		window = &windows.items[i];
		snprintf(name, sizeof(name), "mw%u", i + 1);
		ret = binding_add_number(reader, object, name, false,
					 window->size, windows.marks[i]);
		if (ret || !window->bar.mark.line)
			continue;
		snprintf(name, sizeof(name), "mw%u_bar", i + 1);
		ret = binding_add_number(reader, object, name, false,
					 window->bar.value, window->bar.mark);
	}
	return ret;
}

/* Any scalar, written as it stands: only the driver knows its type. */
static int read_value(struct binding_reader *reader,
		      struct config_function *function, const char *name)
{
	const char *parent = reader->key;
	const char *text;
	int ret;

	reader->key = name;
	ret = binding_scalar(reader, "a text, number or boolean", &text);
	if (!ret && (strlen(text) > BINDING_MAX_VALUE || strchr(text, '\n')))
		ret = config_fail(reader->config, -EILSEQ,
				  binding_mark(reader), name, NULL, NULL,
				  "found %s, expected one line of at most %d bytes",
				  strchr(text, '\n') ? "a line break"
						     : "a longer text",
				  BINDING_MAX_VALUE);
	if (!ret)
		ret = binding_add_attribute(reader, function, name, text,
					    binding_mark(reader));
	reader->key = parent;
	return ret;
}

/* One pair of the mapping under "attributes". */
static int read_attribute(struct binding_reader *reader,
			  struct config_function *function)
{
	struct config_mark mark = binding_mark(reader);
	struct config_string name = { 0 };
	const char *text, *key;
	int ret;

	ret = binding_scalar(reader, "a name", &text);
	if (!ret)
		ret = binding_check_attribute_name(reader, text);
	if (ret)
		return ret;
	key = binding_key_of(text);
	if (key)
		return config_fail(reader->config, -EILSEQ, mark, reader->key,
				   text, NULL,
				   "%s is a standard field: write it as the key '%s'",
				   text, key);
	ret = binding_copy_scalar(reader, text, &name);
	if (!ret)
		ret = binding_next(reader);
	if (!ret)
		ret = read_value(reader, function, name.text);
	free(name.text);
	return ret;
}

static int read_attributes(struct binding_reader *reader,
			   const struct binding_key *key, void *object)
{
	struct config_function *function = object;
	int ret;

	if (reader->event.type != YAML_MAPPING_START_EVENT)
		return binding_mismatch(reader, "a mapping (name: value)");
	for (;;) {
		ret = binding_next(reader);
		if (ret)
			return ret;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (function->num_attributes == BINDING_MAX_ATTRIBUTES)
			return config_fail(reader->config, -EILSEQ,
					   binding_mark(reader), reader->key,
					   NULL, NULL, "more than %d attributes",
					   BINDING_MAX_ATTRIBUTES);
		ret = read_attribute(reader, function);
		if (ret)
			return ret;
	}
}

static const struct binding_key secondary_keys[] = {
	{ "controller", binding_read_name, .required = true,
	  .offset = offsetof(struct config_function, secondary) },
	{ "reg", binding_read_number, .required = true,
	  .max = BINDING_MAX_FUNCTIONS - 1,
	  .offset = offsetof(struct config_function, secondary_number) },
	{ 0 },
};

static int read_secondary(struct binding_reader *reader,
			  const struct binding_key *key, void *object)
{
	return binding_read_mapping(reader, secondary_keys, object);
}

/* What physical and virtual functions have in common. */
#define FUNCTION_KEYS(min_number, max_number) \
	{ "reg", binding_read_number, .required = true, \
	  .min = (min_number), .max = (max_number), \
	  .offset = offsetof(struct config_function, number) }, \
	{ "function-name", binding_read_name, .required = true, \
	  .offset = offsetof(struct config_function, driver) }, \
	{ "name", binding_read_name, \
	  .offset = offsetof(struct config_function, name) }, \
	{ "vendor-id", binding_read_field, .attribute = "vendorid", \
	  .max = 0xffff }, \
	{ "device-id", binding_read_field, .attribute = "deviceid", \
	  .max = 0xffff }, \
	{ "subsystem-vendor-id", binding_read_field, \
	  .attribute = "subsys_vendor_id", .max = 0xffff }, \
	{ "subsystem-id", binding_read_field, .attribute = "subsys_id", \
	  .max = 0xffff }, \
	{ "revision-id", binding_read_field, .attribute = "revid", \
	  .max = 0xff }, \
	{ "class-code", read_class_code, .max = 0xffffff }, \
	{ "cache-line-size", binding_read_field, \
	  .attribute = "cache_line_size", .max = 0xff }, \
	{ "interrupts", read_interrupts }, \
	{ "bar-regions", read_bar_regions }, \
	{ "ntb-windows", read_ntb_windows }, \
	{ "outbound-windows", read_outbound_windows }, \
	{ "attributes", read_attributes }

static const struct binding_key vf_keys[] = {
	FUNCTION_KEYS(1, BINDING_MAX_VFS),
	{ 0 },
};

const char *binding_key_of(const char *attribute)
{
	static const struct binding_key *const tables[] = {
		vf_keys, interrupts_keys,
	};
	const struct binding_key *key;

	for (int i = 0; i < 2; i++)
		for (key = tables[i]; key->name; key++)
			if (key->attribute &&
			    strcmp(key->attribute, attribute) == 0)
				return key->name;
	for (int i = 0; i < 3; i++)
		if (strcmp(class_attributes[i], attribute) == 0)
			return "class-code";
	return NULL;
}

static int read_vf(struct binding_reader *reader, void *object)
{
	struct config_function *vf = config_add_function(object);

	if (!vf)
		return -ENOMEM;
	vf->mark = binding_mark(reader);
	return binding_read_mapping(reader, vf_keys, vf);
}

static int read_vfs(struct binding_reader *reader,
		    const struct binding_key *key, void *object)
{
	struct config_function *function = object;

	return binding_read_list(reader, BINDING_MAX_VFS, read_vf,
				 &function->vfs);
}

static const struct binding_key function_keys[] = {
	FUNCTION_KEYS(0, BINDING_MAX_FUNCTIONS - 1),
	{ "secondary", read_secondary },
	{ "virtual-functions", read_vfs },
	{ 0 },
};

static_assert(sizeof(function_keys) / sizeof(function_keys[0]) <=
	      BINDING_MAX_KEYS, "BINDING_MAX_KEYS is too small");

static int read_function(struct binding_reader *reader, void *object)
{
	struct config_function *function = config_add_function(object);

	if (!function)
		return -ENOMEM;
	function->mark = binding_mark(reader);
	return binding_read_mapping(reader, function_keys, function);
}

static int read_functions(struct binding_reader *reader,
			  const struct binding_key *key, void *object)
{
	struct config_controller *controller = object;

	return binding_read_list(reader, BINDING_MAX_FUNCTIONS, read_function,
				 &controller->functions);
}

const char *binding_controller_key(const struct config_controller *controller)
{
	static const char *const keys[] = {
		[CONFIG_BY_NAME] = "name",
		[CONFIG_BY_PATTERN] = "pattern",
		[CONFIG_ONLY] = "only",
	};

	return keys[controller->match];
}

/* Which controller is meant: one of the three keys. */
static int read_match(struct binding_reader *reader,
		      const struct binding_key *key, void *object)
{
	struct config_controller *controller = object;
	const char *text;
	int ret;

	if (controller->name.text)
		return config_fail(reader->config, -EILSEQ,
				   binding_mark(reader), key->name, NULL, NULL,
				   "the controller is given twice, first by '%s'",
				   binding_controller_key(controller));
	controller->match = key->min;
	if (controller->match != CONFIG_ONLY)
		return binding_read_name(reader, key, object);
	ret = binding_scalar(reader, "true", &text);
	if (ret)
		return ret;
	if (strcmp(text, "true") != 0)
		return binding_mismatch(reader, "true");
	return binding_copy_scalar(reader, text, &controller->name);
}

static const struct binding_key controller_keys[] = {
	{ "name", read_match, .min = CONFIG_BY_NAME,
	  .offset = offsetof(struct config_controller, name) },
	{ "pattern", read_match, .min = CONFIG_BY_PATTERN,
	  .offset = offsetof(struct config_controller, name) },
	{ "only", read_match, .min = CONFIG_ONLY },
	{ "start", binding_read_bool,
	  .offset = offsetof(struct config_controller, start) },
	{ "wait-link", binding_read_number, .min = 1, .max = BINDING_MAX_WAIT,
	  .offset = offsetof(struct config_controller, wait) },
	{ "functions", read_functions },
	{ 0 },
};

static int read_controller(struct binding_reader *reader, void *object)
{
	struct config_controller *controller = config_add_controller(object);
	struct config_mark mark = binding_mark(reader);
	int ret;

	if (!controller)
		return -ENOMEM;
	controller->mark = mark;
	controller->start = true;
	ret = binding_read_mapping(reader, controller_keys, controller);
	if (ret || controller->name.text)
		return ret;
	return config_fail(reader->config, -EILSEQ, mark, reader->key, NULL,
			   "one of 'pattern' and 'only' may stand for it",
			   "'name' is missing");
}

static int read_module(struct binding_reader *reader, void *object)
{
	struct config_string *module = config_add_module(object);
	const char *text;
	int ret;

	if (!module)
		return -ENOMEM;
	ret = binding_scalar(reader, "a name", &text);
	if (!ret)
		ret = binding_check_name(reader, text);
	return ret ? ret : binding_copy_scalar(reader, text, module);
}

static int read_modules(struct binding_reader *reader,
			const struct binding_key *key, void *object)
{
	return binding_read_list(reader, MAX_MODULES, read_module, object);
}

static int read_controllers(struct binding_reader *reader,
			    const struct binding_key *key, void *object)
{
	return binding_read_list(reader, BINDING_MAX_CONTROLLERS,
				 read_controller, object);
}

static int read_version(struct binding_reader *reader,
			const struct binding_key *key, void *object)
{
	uint64_t version;

	if (binding_number(reader, &version) && version == 1)
		return 0;
	return binding_mismatch(reader, "1");
}

static const struct binding_key file_keys[] = {
	{ "version", read_version, .required = true },
	{ "modules", read_modules },
	{ "controllers", read_controllers, .required = true },
	{ 0 },
};


/* The whole stream: one document, which is a mapping. */
static int read_stream(struct binding_reader *reader)
{
	int ret;

	ret = binding_next(reader); /* start of the stream */
	if (!ret)
		ret = binding_next(reader);
	if (ret)
		return ret;
	if (reader->event.type == YAML_STREAM_END_EVENT)
		return config_fail(reader->config, -EILSEQ,
				   binding_mark(reader), NULL, NULL,
				   "epf-binding(5) has examples",
				   "the file is empty");
	ret = binding_next(reader);
	if (!ret)
		ret = binding_read_mapping(reader, file_keys, reader->config);
	if (!ret)
		ret = binding_next(reader); /* end of the document */
	if (!ret)
		ret = binding_next(reader);
	if (ret || reader->event.type == YAML_STREAM_END_EVENT)
		return ret;
	return config_fail(reader->config, -EILSEQ, binding_mark(reader), NULL,
			   NULL, "put all controllers into one document",
			   "found a second document, expected the end of the file");
}

static int read_yaml(struct epf_config *config, const char *data, size_t size)
{
	struct binding_reader reader;
	int ret;

	ret = binding_reader_init(&reader, config, data, size);
	if (ret)
		return ret;
	ret = read_stream(&reader);
	binding_reader_destroy(&reader);
	return ret;
}

EPF_EXPORT int epf_config_parse(struct epf_ctx *ctx, const char *name,
				const char *data, size_t size,
				struct epf_config **config)
{
	struct epf_config *new;
	int ret;

	if (size > BINDING_MAX_FILE_SIZE)
		return error_set(ctx, -EFBIG, &(struct epf_error){
			.operation = "parse",
			.path = name,
			.message = "longer than 1 MiB, the most that a binding file may be",
		});
	new = config_new(ctx, name);
	if (!new)
		return error_set_nomem(ctx);
	if (dtb_is_blob(name, data, size))
		ret = dtb_read(new, data, size);
	else
		ret = read_yaml(new, data, size);
	if (!ret)
		ret = config_finish(new);
	if (ret) {
		epf_config_free(new);
		return ret == -ENOMEM ? error_set_nomem(ctx) : ret;
	}
	*config = new;
	return 0;
}

/* Up to one byte more than a binding file may have. */
static int read_all(int fd, char *data, size_t *size)
{
	ssize_t n;

	*size = 0;
	do {
		n = read(fd, data + *size, BINDING_MAX_FILE_SIZE + 1 - *size);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			*size += n;
	} while (n != 0 && *size <= BINDING_MAX_FILE_SIZE);
	return 0;
}

static int fail_file(struct epf_ctx *ctx, int err, const char *operation,
		     const char *path)
{
	return error_set(ctx, err, &(struct epf_error){
		.operation = operation,
		.path = path,
	});
}

EPF_EXPORT int epf_config_read(struct epf_ctx *ctx, const char *path,
			       struct epf_config **config)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int fd, ret;

	data = malloc(BINDING_MAX_FILE_SIZE + 1);
	if (!data)
		return error_set_nomem(ctx);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_file(ctx, -errno, "open", path);
	ret = read_all(fd, data, &size);
	close(fd);
	if (ret)
		return fail_file(ctx, ret, "read", path);
	return epf_config_parse(ctx, path, data, size, config);
}
