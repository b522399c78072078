// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Devicetrees: each good binding file comes back from one; and the sources of
 * tests/data/dtb (the current directory): each good one gives the plan next to
 * it, each bad one the message next to it. */

#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "binding-fixture.h"

struct blob {
	char *data;
	size_t size;
};

/* What dtc makes of a source, errors in it or not. */
static struct blob compile(const char *source)
{
	_cleanup_free_ char *command = NULL;
	struct blob blob = { 0 };
	FILE *dtc, *out;
	int c;

	command = string_format("'%s' -q -f -I dts -O dtb -o - '%s'",
				getenv("DTC"), source);
	dtc = popen(command, "r");
	out = open_memstream(&blob.data, &blob.size);
	assert_non_null(dtc);
	assert_non_null(out);
	while ((c = getc(dtc)) != EOF)
		putc(c, out);
	fclose(out);
	assert_int_equal(pclose(dtc), 0);
	return blob;
}

static struct blob compile_text(const char *text)
{
	char path[] = "/tmp/test-binding-dtb.XXXXXX";
	int fd = mkstemp(path);
	struct blob blob;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	blob = compile(path);
	unlink(path);
	return blob;
}

static struct fixture *new_fixture(void)
{
	struct fixture *fixture = fixture_new();

	/* As Linux calls the controllers of good/board.dts. */
	model_add_controller(fixture->model, "102900000.pcie-ep", 8, 4);
	model_add_controller(fixture->model, "soc:pcie-ep@1", 8, 4);
	model_add_controller(fixture->model, "3000.pcie-ep", 8, 4);
	return fixture;
}

static char *plan_of(struct fixture *fixture, const struct epf_config *config)
{
	struct epf_plan *plan;
	char *text;

	if (fixture_plan(fixture, config, &plan))
		fail_msg("%s", error_text(fixture));
	text = plan_text(plan);
	epf_plan_free(plan);
	return text;
}

static char *golden(const char *path, const char *extension)
{
	_cleanup_free_ char *name = NULL;

	name = string_format("%.*s.%s", (int)(strrchr(path, '.') - path), path,
			     extension);
	return read_text(name);
}

static void for_each(const char *pattern, void (*test)(const char *path))
{
	glob_t files;

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		print_message("%s\n", files.gl_pathv[i]);
		test(files.gl_pathv[i]);
	}
	globfree(&files);
}

/* Apply one, then there is nothing to do for the other. */
static void check_same(struct fixture *fixture, const struct epf_config *one,
		       const struct epf_config *other)
{
	struct epf_plan *plan;

	if (fixture_plan(fixture, one, &plan) || epf_plan_execute(plan))
		fail_msg("%s", error_text(fixture));
	epf_plan_free(plan);
	if (fixture_plan(fixture, other, &plan))
		fail_msg("%s", error_text(fixture));
	assert_int_equal(epf_plan_get_num_steps(plan), 0);
	epf_plan_free(plan);
}

static struct epf_config *through_dtb(struct fixture *fixture,
				      const struct epf_config *config)
{
	_cleanup_free_ char *source = NULL;
	struct epf_config *back;
	struct blob blob;

	if (epf_config_print_dts(config, &source))
		fail_msg("%s", error_text(fixture));
	blob = compile_text(source);
	if (epf_config_parse(fixture->ctx, "test.dtb", blob.data, blob.size,
			     &back))
		fail_msg("%s\n%s", error_text(fixture), source);
	free(blob.data);
	return back;
}

static void check_round_trip(const char *path, bool back_first)
{
	struct fixture *fixture = new_fixture();
	struct epf_config *config, *back;

	assert_int_equal(epf_config_read(fixture->ctx, path, &config), 0);
	back = through_dtb(fixture, config);
	check_same(fixture, back_first ? back : config,
		   back_first ? config : back);
	epf_config_free(back);
	epf_config_free(config);
	fixture_free(fixture);
}

static void check_file(const char *path)
{
	_cleanup_free_ char *text = read_text(path);

	if (strstr(text, "\nmodules:") || strstr(text, "pattern:") ||
	    strstr(text, "only:"))
		return;
	check_round_trip(path, false);
	check_round_trip(path, true);
}

static void binding_files_come_back_from_a_devicetree(void **state)
{
	for_each("../binding/good/*.yaml", check_file);
}

static void check_plan(const char *path)
{
	_cleanup_free_ char *expected = golden(path, "plan"), *steps = NULL;
	struct fixture *fixture = new_fixture();
	struct blob blob = compile(path);
	struct epf_config *config;

	/* It is known by its content, too. */
	if (epf_config_parse(fixture->ctx, "fdt", blob.data, blob.size,
			     &config))
		fail_msg("%s", error_text(fixture));
	steps = plan_of(fixture, config);
	assert_string_equal(steps, expected);
	epf_config_free(config);
	free(blob.data);
	fixture_free(fixture);
}

/* What names of nodes and properties are made of. */
static void check_refused(const char *yaml, const char *why)
{
	struct fixture *fixture = new_fixture();
	_cleanup_free_ char *message = NULL;
	struct epf_config *config;
	char *untouched = (void *)fixture, *text = untouched;

	assert_int_equal(epf_config_parse(fixture->ctx, "test.yaml", yaml,
					  strlen(yaml), &config),
			 0);
	assert_int_equal(epf_config_print_dts(config, &text), -EILSEQ);
	assert_ptr_equal(text, untouched);
	message = error_text(fixture);
	if (!strstr(message, why))
		fail_msg("%s", message);
	epf_config_free(config);
	fixture_free(fixture);
}

/* All that a configuration can say, as YAML says it. */
static void nothing_is_lost_on_the_way(void **state)
{
	const char *yaml =
		"{ version: 1, controllers: [{ name: epc-b, wait-link: 30 },"
		"  { name: epc-sim.0, start: false, functions: ["
		"    { reg: 0, function-name: pci_epf_vntb, name: 'a \"b\\\\',"
		"      vendor-id: 1, class-code: 0x010203, revision-id: 4,"
		"      interrupts: { pin: C, msix: 2 },"
		"      bar-regions: [{ bar: 1, size: 8 GiB }],"
		"      ntb-windows: [{ size: 4096, bar: 2 }],"
		"      outbound-windows: [{ name: w, size: 65536 }],"
		"      attributes: { text: 'a \"b\\\\', deep/er/level: -3 },"
		"      secondary: { controller: epc-b, reg: 0 },"
		"      virtual-functions: ["
		"        { reg: 1, function-name: pci_epf_test }] }] }] }";
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct fixture *fixture = new_fixture();
	struct epf_config *config, *back;

	if (epf_config_parse(fixture->ctx, "test.yaml", yaml, strlen(yaml),
			     &config))
		fail_msg("%s", error_text(fixture));
	back = through_dtb(fixture, config);
	if (epf_config_print(config, &before))
		fail_msg("%s", error_text(fixture));
	if (epf_config_print(back, &after))
		fail_msg("%s", error_text(fixture));
	assert_string_equal(after, before);
	epf_config_free(back);
	epf_config_free(config);
	fixture_free(fixture);
}

static void what_a_devicetree_cannot_say_is_refused(void **state)
{
	const char *name = "'my name' cannot be a name in a devicetree";

	check_refused("{ version: 1, controllers: [{ name: my name }] }", name);
	check_refused("{ version: 1, controllers: [{ name: a, functions: ["
		      "  { reg: 0, function-name: pci_epf_test,"
		      "    attributes: { my name: 1 } }] }] }",
		      name);
	check_refused("{ version: 1, controllers: [{ only: true }] }",
		      "a devicetree has controllers by name");
	check_refused("{ version: 1, controllers: [{ pattern: '*' }] }",
		      "a devicetree has controllers by name");
	check_refused("{ version: 1, modules: [m], controllers: [] }",
		      "no place for modules");
}

static void good_trees_give_the_expected_plan(void **state)
{
	for_each("good/*.dts", check_plan);
}

static void check_message(const char *path)
{
	_cleanup_free_ char *expected = golden(path, "err"), *message = NULL;
	struct fixture *fixture = new_fixture();
	struct epf_config *untouched = (void *)fixture, *config = untouched;
	struct blob blob = compile(path);

	assert_int_equal(epf_config_parse(fixture->ctx, "bad.dtb", blob.data,
					  blob.size, &config),
			 -EILSEQ);
	assert_ptr_equal(config, untouched);
	message = error_text(fixture);
	assert_string_equal(message, expected);
	free(blob.data);
	fixture_free(fixture);
}

static void bad_trees_are_refused_with_node_and_property(void **state)
{
	for_each("bad/*.dts", check_message);
}

/* A source that is written for a test. */
struct source {
	char *text;
	size_t size;
	FILE *stream;
};

static void begin_source(struct source *source)
{
	source->stream = open_memstream(&source->text, &source->size);
	assert_non_null(source->stream);
	fputs("/dts-v1/;\n/ {\n", source->stream);
}

static void put_times(struct source *source, const char *text,
		      unsigned int times)
{
	while (times--)
		fputs(text, source->stream);
}

/* Controllers of one function each, the last of which may have a second side. */
static void put_controllers(struct source *source, unsigned int count,
			    const char *of_last)
{
	for (unsigned int i = 0; i < count; i++)
		fprintf(source->stream,
			"c%u: c%u { function@0 { reg = <0>; function-name = \"pci_epf_vntb\"; %s }; };\n",
			i, i, i == count - 1 ? of_last : "");
}

static void put_functions(struct source *source, unsigned int first,
			  unsigned int count)
{
	for (unsigned int i = first; i < first + count; i++)
		fprintf(source->stream,
			"function@%x { reg = <%u>; function-name = \"pci_epf_test\"; };\n",
			i, i);
}

/* It is read, or refused in these words; message NULL: read. */
static void end_source(struct source *source, const char *message)
{
	struct fixture *fixture = new_fixture();
	_cleanup_free_ char *refusal = NULL;
	struct epf_config *config = NULL;
	struct blob blob;
	int err;

	fputs("};\n", source->stream);
	fclose(source->stream);
	blob = compile_text(source->text);
	err = epf_config_parse(fixture->ctx, "many.dtb", blob.data, blob.size,
			       &config);
	if (err)
		refusal = error_text(fixture);
	if (message) {
		assert_int_equal(err, -EILSEQ);
		assert_null(config);
		assert_string_equal(refusal, message);
	} else if (err) {
		fail_msg("%s", refusal);
	}
	epf_config_free(config);
	free(blob.data);
	free(source->text);
	fixture_free(fixture);
}

static void there_are_only_so_many_controllers(void **state)
{
	const char *message = "many.dtb:/c64: more than 64 controllers\n";
	struct source source;

	begin_source(&source);
	put_controllers(&source, 64, "");
	end_source(&source, NULL);
	begin_source(&source);
	put_controllers(&source, 65, "");
	end_source(&source, message);

	/* One that is only a second side counts, too. */
	begin_source(&source);
	put_controllers(&source, 63, "secondary = <&other 0>;");
	fputs("other: other { };\n", source.stream);
	end_source(&source, NULL);
	begin_source(&source);
	put_controllers(&source, 64, "secondary = <&other 0>;");
	fputs("other: other { };\n", source.stream);
	end_source(&source, "many.dtb:/c63/function@0: secondary: more than 64 controllers\n");
}

static void there_are_only_so_many_functions(void **state)
{
	for (unsigned int more = 0; more < 2; more++) {
		struct source source;

		begin_source(&source);
		fputs("c0 {\n", source.stream);
		put_functions(&source, 0, 64 + more);
		fputs("};\n", source.stream);
		end_source(&source, more ? "many.dtb:/c0: more than 64 functions\n"
					 : NULL);

		begin_source(&source);
		fputs("c0 { function@0 { reg = <0>; function-name = \"pci_epf_test\";\n",
		      source.stream);
		put_functions(&source, 1, 63 + more);
		fputs("}; };\n", source.stream);
		end_source(&source, more ? "many.dtb:/c0/function@0: more than 63 functions\n"
					 : NULL);
	}
}

static void there_are_only_so_many_attributes(void **state)
{
	for (unsigned int more = 0; more < 2; more++) {
		struct source source;

		begin_source(&source);
		fputs("c0 { function@0 { reg = <0>; function-name = \"pci_epf_test\"; attributes {\n",
		      source.stream);
		for (unsigned int i = 0; i < 256 + more; i++)
			fprintf(source.stream, "a%u = \"1\";\n", i);
		fputs("}; }; };\n", source.stream);
		end_source(&source, more ? "many.dtb:/c0/function@0/attributes: a256: more than 256 attributes\n"
					 : NULL);
	}
}

/* Without an end, of the tree and of a node of attributes. */
static void nodes_are_only_so_deep(void **state)
{
	static const char *const heads[] = {
		"", "c0 { function@0 { reg = <0>; function-name = \"pci_epf_test\"; attributes { ",
	};
	static const char *const tails[] = { "", "}; }; };\n" };
	static const char *const paths[] = { "", "/c0/function@0/attributes" };

	for (unsigned int more = 0; more < 2; more++)
		for (unsigned int i = 0; i < 2; i++) {
			struct source source, message;

			begin_source(&source);
			fputs(heads[i], source.stream);
			put_times(&source, "n { ", 63 + more);
			put_times(&source, "}; ", 63 + more);
			fputs(tails[i], source.stream);
			message.stream = open_memstream(&message.text,
							&message.size);
			assert_non_null(message.stream);
			fprintf(message.stream, "many.dtb:%s", paths[i]);
			put_times(&message, "/n", 64);
			fputs(": nodes are nested too deeply\n",
			      message.stream);
			fclose(message.stream);
			end_source(&source, more ? message.text : NULL);
			free(message.text);
		}
}

static void a_refusal_of_the_kernel_names_the_node(void **state)
{
	struct fixture *fixture = new_fixture();
	struct blob blob = compile("good/board.dts");
	const struct epf_error *error;
	struct epf_config *config;
	struct epf_plan *plan;

	model_fail_bind(fixture->model, "pci_epf_test", -EIO);
	assert_int_equal(epf_config_parse(fixture->ctx, "board.dtb", blob.data,
					  blob.size, &config),
			 0);
	assert_int_equal(fixture_plan(fixture, config, &plan), 0);
	assert_int_equal(epf_plan_execute(plan), -EIO);
	error = epf_ctx_get_error(fixture->ctx);
	assert_string_equal(epf_error_get_file(error),
			    "board.dtb:/soc/bus@100000000/pcie-ep@2900000/function@0");
	assert_int_equal(epf_error_get_line(error), 0);
	assert_int_equal(epf_error_get_column(error), 0);
	epf_plan_free(plan);
	epf_config_free(config);
	free(blob.data);
	fixture_free(fixture);
}

static void a_blob_that_was_cut_is_refused(void **state)
{
	struct blob blob = compile("good/board.dts");
	struct fixture *fixture = new_fixture();
	struct epf_config *config;

	for (size_t size = 0; size < blob.size; size++)
		assert_int_equal(epf_config_parse(fixture->ctx, "cut.dtb",
						  blob.data, size, &config),
				 -EILSEQ);
	free(blob.data);
	fixture_free(fixture);
}

/* Change one big-endian word of a good blob: it must be refused then. */
static void check_word(size_t offset, const char *value)
{
	struct blob blob = compile("good/board.dts");
	struct fixture *fixture = new_fixture();
	struct epf_config *config;

	memcpy(blob.data + offset, value, 4);
	assert_int_equal(epf_config_parse(fixture->ctx, "lies.dtb", blob.data,
					  blob.size, &config),
			 -EILSEQ);
	free(blob.data);
	fixture_free(fixture);
}

static void a_blob_that_lies_about_itself_is_refused(void **state)
{
	const size_t off_dt_struct = 8, version = 20, size_dt_struct = 36;
	struct blob blob = compile("good/board.dts");
	/* BEGIN_NODE and the root's name, then PROP with its length */
	const size_t length = 0x38 + 12;

	assert_memory_equal(blob.data + off_dt_struct, "\0\0\0\x38", 4);
	assert_memory_equal(blob.data + length - 4, "\0\0\0\3\0\0\0\4", 8);
	free(blob.data);
	check_word(off_dt_struct, "\xff\xff\xff\xf0");
	check_word(size_dt_struct, "\x7f\xff\xff\xf0");
	check_word(version, "\0\0\0\x9");
	check_word(length, "\x7f\xff\xff\xf0");
	check_word(length, "\xff\xff\xff\xf0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binding_files_come_back_from_a_devicetree),
		cmocka_unit_test(nothing_is_lost_on_the_way),
		cmocka_unit_test(what_a_devicetree_cannot_say_is_refused),
		cmocka_unit_test(good_trees_give_the_expected_plan),
		cmocka_unit_test(bad_trees_are_refused_with_node_and_property),
		cmocka_unit_test(there_are_only_so_many_controllers),
		cmocka_unit_test(there_are_only_so_many_functions),
		cmocka_unit_test(there_are_only_so_many_attributes),
		cmocka_unit_test(nodes_are_only_so_deep),
		cmocka_unit_test(a_refusal_of_the_kernel_names_the_node),
		cmocka_unit_test(a_blob_that_was_cut_is_refused),
		cmocka_unit_test(a_blob_that_lies_about_itself_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
