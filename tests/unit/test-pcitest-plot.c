// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Plots, with a gnuplot of ours, or none. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench.h"

#define MANY 8192 /* points: more than a pipe holds */

static char folder[32];

static int set_up(void **state)
{
	strcpy(folder, "/tmp/pcitest-plot-XXXXXX");
	assert_non_null(mkdtemp(folder));
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *where)
{
	return remove(path);
}

static int tear_down(void **state)
{
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static char *path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void make_gnuplot(const char *does)
{
	FILE *file = fopen(path_of("gnuplot"), "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", does);
	fclose(file);
	assert_int_equal(chmod(path_of("gnuplot"), 0755), 0);
}

/* What is in a file of the folder; the caller frees it. */
static char *text_of(const char *name)
{
	FILE *file = fopen(path_of(name), "r");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(file);
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(file);
	return text;
}

/* Plot in a process of its own, which the folder's gnuplot is all there is for,
 * and no file beyond the standard ones where there may be none; its messages go
 * to a file. */
static int plot(size_t count, bool no_files)
{
	struct point *points = calloc(count, sizeof(*points));
	struct bench_report report = {
		.bench = &bench_sg,
		.points = points,
		.count = count,
	};
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid;

	for (size_t i = 0; i < count; i++)
		points[i] = (struct point){
			.size = 64,
			.segments = i + 1,
			.depth = 1,
			.repetitions = 1,
			.rate.median = 2000000,
		};
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("PATH", folder, 1);
		if (!freopen(path_of("messages"), "w", stderr))
			_exit(99);
		if (no_files)
			setrlimit(RLIMIT_NOFILE, &none);
		status = bench_plot(&report, "it's.svg");
		fflush(stderr);
		_exit(-status);
	}
	free(points);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("it died of signal %d", WTERMSIG(status));
	return -WEXITSTATUS(status);
}

static void expect_message(const char *message)
{
	char *text = text_of("messages");

	if (!strstr(text, message))
		fail_msg("%s", text);
	free(text);
}

static void gnuplot_gets_curves(void **state)
{
	char does[128], *script;

	snprintf(does, sizeof(does), "while read -r line; do echo \"$line\"; done >%s",
		 path_of("script"));
	make_gnuplot(does);
	assert_int_equal(plot(3, false), 0);
	script = text_of("script");
	assert_non_null(strstr(script, "set output 'it''s.svg'\n"));
	assert_non_null(strstr(script, "$curve0 << END\n1 2 0 0\n2 2 0 0\n3 2 0 0\nEND\n"));
	assert_non_null(strstr(script, "title 'read auto, size 64, depth 1'\n"));
	free(script);
	script = text_of("messages");
	assert_string_equal(script, "");
	free(script);
}

static void nothing_is_not_plotted(void **state)
{
	assert_int_equal(plot(0, false), 0);
}

static void there_is_no_gnuplot(void **state)
{
	assert_int_equal(plot(1, false), -EIO);
	expect_message("--plot it's.svg: gnuplot failed; is it installed?\n");
}

static void gnuplot_fails(void **state)
{
	make_gnuplot("while read -r line; do :; done; exit 3");
	assert_int_equal(plot(1, false), -EIO);
	expect_message("--plot it's.svg: gnuplot failed; is it installed?\n");
}

/* It goes before it has read all. */
static void gnuplot_is_gone(void **state)
{
	make_gnuplot("exit 1");
	assert_int_equal(plot(MANY, false), -EIO);
	expect_message("--plot it's.svg: gnuplot failed; is it installed?\n");
}

static void gnuplot_cannot_be_run(void **state)
{
	assert_int_equal(plot(1, true), -EMFILE);
	expect_message("--plot it's.svg: Too many open files\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(gnuplot_gets_curves),
		TEST(nothing_is_not_plotted),
		TEST(there_is_no_gnuplot),
		TEST(gnuplot_fails),
		TEST(gnuplot_is_gone),
		TEST(gnuplot_cannot_be_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
