/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "counters.h"
#include "device.h"
#include "exit.h"
#include "extended.h"
#include "spread.h"
#include "virtio.h"

#define BENCH_MAX_VALUES 64

/* Numbers that an option lists. */
struct values {
	uint64_t list[BENCH_MAX_VALUES];
	size_t count;
};

/* What a benchmark was asked for. */
struct bench_options {
	struct values operations; /* enum operation */
	struct values engines;    /* enum xtest_engine */
	struct values sizes, segments, depths, queues;
	struct values policies;   /* enum xtest_policy */
	struct values patterns;   /* enum xtest_pattern */
	struct values alignments, strides;
	uint64_t range;           /* of maps, bytes */
	unsigned int budget;      /* of maps; 0: the function's own */
	unsigned int commands;    /* of a repetition; 0: by the depth */
	unsigned int warm_up, repetitions;
	unsigned int duration;    /* seconds for a point; 0: by repetitions */
	unsigned int timeout;     /* seconds for a repetition */
	uint32_t seed;
	bool poll, stock, verify;
};

/* One point: what is done, and what came of it. */
struct point {
	/* What does not apply is 0. */
	bool map;                 /* else a transfer, */
	bool virtio;              /* by a virtio device */
	bool stock;               /* by the kernel's ioctls */
	uint32_t operation, engine, policy, pattern;
	uint64_t size;            /* of a segment, or an access */
	uint64_t segments, depth, queues, alignment, stride, range;

	uint64_t commands;        /* or accesses, of a repetition */
	uint64_t bytes;           /* of a repetition */
	uint64_t repetitions;
	struct spread rate;       /* bytes a second, of the repetitions */
	struct spread latency;    /* ns, of the commands; of maps an access */
	/* Of the last repetition */
	uint64_t interrupts, reads, writes, maps, hits;
	char uncounted[128];      /* why there are no reads, writes and maps of
				     a virtio device; else empty */
	bool verified;
	char error[200];          /* empty: none */
};

/* What the points of a benchmark share. */
struct bench_session {
	const struct bench_options *options;
	bool has_extended;
	struct extended extended;
	bool has_stock;
	struct device device;
	bool has_virtio;
	struct virtio virtio;
	const struct endpoint *endpoint;
	const volatile sig_atomic_t *interrupted;
};

/* Samples of one point. */
struct samples {
	uint64_t *values;
	size_t count, size;
};
void samples_add(struct samples *samples, uint64_t value);
/* Nothing where there is none. */
struct spread samples_spread(struct samples *samples);

/* Whether a point needs another repetition, given when it was begun. */
bool bench_goes_on(const struct bench_session *session, uint64_t done,
		   uint64_t started_ns);

/* A family of points. */
struct bench {
	const char *name;
	const char *summary;
	enum endpoint_kind kind;  /* that it measures */
	/* What the options are where they are not given. */
	void (*set_defaults)(struct bench_options *options);
	/* The how many-th point; false where there is none any more. */
	bool (*plan)(const struct bench_options *options, size_t index,
		     struct point *point);
	void (*measure)(struct bench_session *session, struct point *point);
	/* What a plot has for x, and for y */
	const char *x_title, *y_title;
	double (*x)(const struct point *point);
	double (*y)(const struct point *point, uint64_t rate);
	bool in_ns;               /* y is a time: the higher the rate the less */
};

extern const struct bench bench_xfer, bench_sg, bench_map, bench_virtio;

/* bench-transfer.c */
void transfer_measure(struct bench_session *session, struct point *point);
/* bench-map.c */
void map_measure(struct bench_session *session, struct point *point);
/* bench-virtio.c */
void virtio_measure(struct bench_session *session, struct point *point);
/* bench-stock.c */
void stock_measure(struct bench_session *session, struct point *point);

/* What a point is, but for x: "read dma, depth 32". */
void point_label(const struct point *point, const struct bench *bench,
		 char *label, size_t size);

/* The report of a benchmark. */
struct bench_report {
	const struct bench *bench;
	const struct bench_options *options;
	const char *kernel;
	const struct endpoint *endpoint; /* NULL: no device was found */
	const struct point *points;
	size_t count;
	bool interrupted;
	const char *error;        /* why nothing was measured, or NULL */
};

void bench_print_header(const struct bench_report *report, FILE *out);
void bench_print_point(const struct point *point, FILE *out);
void bench_print_csv(const struct bench_report *report, FILE *out);
void bench_print_json(const struct bench_report *report, FILE *out);
/* Return 0 or -errno; a message says what is wrong. */
int bench_plot(const struct bench_report *report, const char *file);

#endif
