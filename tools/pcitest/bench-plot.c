// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* A plot, drawn by gnuplot: points that differ in x alone are one curve. */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "message.h"

#define LABEL_SIZE 128

/* A string of gnuplot's in which nothing is special but the quote. */
static void print_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

/* Whether the label is that of no point before. */
static bool is_first(const struct bench_report *report, size_t index,
		     const char *label)
{
	char other[LABEL_SIZE];

	for (size_t i = 0; i < index; i++) {
		point_label(&report->points[i], report->bench, other,
			    sizeof(other));
		if (strcmp(other, label) == 0)
			return false;
	}
	return true;
}

/* The points of a curve, from one on: x, y, and where y lies. */
static void print_data(FILE *out, const struct bench_report *report,
		       size_t first, const char *label)
{
	const struct bench *bench = report->bench;
	char other[LABEL_SIZE];

	fprintf(out, "$curve%zu << END\n", first);
	for (size_t i = first; i < report->count; i++) {
		const struct point *point = &report->points[i];

		point_label(point, bench, other, sizeof(other));
		if (strcmp(other, label) != 0 || point->error[0] ||
		    !point->repetitions)
			continue;
		fprintf(out, "%g %g %g %g\n", bench->x(point),
			bench->y(point, point->rate.median),
			bench->y(point, bench->in_ns ? point->rate.high
						     : point->rate.low),
			bench->y(point, bench->in_ns ? point->rate.low
						     : point->rate.high));
	}
	fprintf(out, "END\n");
}

static void print_script(FILE *out, const struct bench_report *report,
			 const char *file)
{
	const struct bench *bench = report->bench;
	char label[LABEL_SIZE];
	bool first = true;

	fprintf(out, "set terminal svg size 960,600 background 'white'\nset output ");
	print_quoted(out, file);
	fprintf(out, "\nset title 'pcitest bench %s' noenhanced\nset xlabel ",
		bench->name);
	print_quoted(out, bench->x_title);
	fprintf(out, "\nset ylabel ");
	print_quoted(out, bench->y_title);
	fprintf(out, "\nset logscale x 2\nset yrange [0:*]\nset grid\nset key outside bottom center horizontal noenhanced\n");

	for (size_t i = 0; i < report->count; i++) {
		point_label(&report->points[i], bench, label, sizeof(label));
		if (is_first(report, i, label))
			print_data(out, report, i, label);
	}
	fprintf(out, "plot ");
	for (size_t i = 0; i < report->count; i++) {
		point_label(&report->points[i], bench, label, sizeof(label));
		if (!is_first(report, i, label))
			continue;
		fprintf(out, "%s$curve%zu using 1:2:3:4 with yerrorlines title ",
			first ? "" : ", ", i);
		print_quoted(out, label);
		first = false;
	}
	fprintf(out, "\n");
}

int bench_plot(const struct bench_report *report, const char *file)
{
	void (*on_broken_pipe)(int number);
	FILE *gnuplot;
	int err, status;

	if (!report->count)
		return 0;
	fflush(stdout);
	gnuplot = popen("gnuplot", "we");
	if (!gnuplot) {
		err = errno;
		message("--plot %s: %s", file, strerror(err));
		return -err;
	}
	/* It may be gone before it has read all. */
	on_broken_pipe = signal(SIGPIPE, SIG_IGN);
	print_script(gnuplot, report, file);
	status = pclose(gnuplot);
	signal(SIGPIPE, on_broken_pipe);
	if (status == 0)
		return 0;
	message("--plot %s: gnuplot failed; is it installed?", file);
	return -EIO;
}
