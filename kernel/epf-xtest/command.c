// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Commands that move data. The data of a command is held in pieces that end
 * where a segment of either side ends, so that both sides can be transferred
 * from and to the same memory.
 */

#include <linux/crc32c.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "xtest.h"

static const enum epf_engine engines[XTEST_NUM_ENGINES] = {
	[XTEST_ENGINE_AUTO] = EPF_ENGINE_AUTO,
	[XTEST_ENGINE_CPU] = EPF_ENGINE_CPU,
	[XTEST_ENGINE_DMA] = EPF_ENGINE_DMA,
};

/* No piece of memory is larger. */
#define MAX_PIECE	SZ_1M

/**
 * struct xtest_job - a command under way
 * @transfer: what is being moved
 * @xtest: the function
 * @bytes: of data
 * @seen_ns: when the command was found
 * @completion: what the host is told
 * @num_pieces: of memory
 * @destinations: the second half of a copy
 * @pieces: where the data is, and where in host memory
 */
struct xtest_job {
	struct epf_transfer transfer;
	struct xtest *xtest;
	size_t bytes;
	u64 seen_ns;
	struct xtest_completion completion;
	unsigned int num_pieces;
	struct epf_segment *destinations;
	struct epf_segment pieces[];
};

static void job_free(struct xtest_job *job)
{
	while (job->num_pieces--)
		kfree(job->pieces[job->num_pieces].buf);
	kvfree(job);
}

static u32 job_crc(const struct xtest_job *job)
{
	u32 crc = ~0;
	unsigned int i;

	for (i = 0; i < job->num_pieces; i++)
		crc = crc32c(crc, job->pieces[i].buf, job->pieces[i].len);

	return ~crc;
}

static void job_end(struct xtest_job *job, int error)
{
	struct xtest_completion *completion = &job->completion;

	completion->error = cpu_to_le32(-error);
	completion->engine = cpu_to_le32(job->transfer.engine);
	if (!error) {
		completion->bytes = cpu_to_le64(job->bytes);
		completion->crc = cpu_to_le32(job_crc(job));
	}
	completion->time_ns = cpu_to_le64(ktime_get_ns() - job->seen_ns);

	xtest_ring_complete(job->xtest, completion, job->bytes);
	job_free(job);
}

static void job_moved(struct epf_transfer *transfer, int error)
{
	struct xtest_job *job = container_of(transfer, struct xtest_job,
					     transfer);

	job_end(job, error);
}

/* The first half of a copy has arrived; send it on. */
static void job_copied(struct epf_transfer *transfer, int error)
{
	struct xtest_job *job = container_of(transfer, struct xtest_job,
					     transfer);

	if (!error) {
		transfer->segments = job->destinations;
		transfer->direction = EPF_TO_HOST;
		transfer->complete = job_moved;
		error = epf_transfer_submit(job->xtest->outbound.transfers, transfer);
	}
	if (error)
		job_end(job, error);
}

/* Where in a list of segments we are. */
struct cursor {
	const struct xtest_segment *segment;
	const struct xtest_segment *end;
	u32 done;		/* of the segment */
};

static struct cursor cursor_at(const struct xtest_segment *segments,
			       unsigned int num)
{
	return (struct cursor) {
		.segment = segments,
		.end = segments + num,
	};
}

/* Bytes to the end of the segment; any number where there is no list. */
static size_t cursor_left(const struct cursor *cursor)
{
	if (cursor->segment == cursor->end)
		return SIZE_MAX;

	return le32_to_cpu(cursor->segment->len) - cursor->done;
}

static u64 cursor_addr(const struct cursor *cursor)
{
	if (cursor->segment == cursor->end)
		return 0;

	return le64_to_cpu(cursor->segment->addr) + cursor->done;
}

static void cursor_advance(struct cursor *cursor, size_t len)
{
	if (cursor->segment == cursor->end)
		return;

	cursor->done += len;
	if (cursor->done == le32_to_cpu(cursor->segment->len)) {
		cursor->segment++;
		cursor->done = 0;
	}
}

/*
 * Cut the data of a command where a segment of either side ends. Where @job is
 * NULL, only count.
 */
static unsigned int cut(const struct xtest_command *command, size_t bytes,
			struct xtest_job *job)
{
	unsigned int num_sources = le16_to_cpu(command->num_sources);
	struct cursor source = cursor_at(command->segments, num_sources);
	struct cursor destination =
		cursor_at(command->segments + num_sources,
			  le16_to_cpu(command->num_destinations));
	unsigned int n;

	for (n = 0; bytes; n++) {
		size_t len = min3(cursor_left(&source),
				  cursor_left(&destination),
				  (size_t)MAX_PIECE);

		if (job) {
			job->pieces[n].pci_addr = cursor_addr(&source);
			job->pieces[n].len = len;
			job->destinations[n].pci_addr =
				cursor_addr(&destination);
			job->destinations[n].len = len;
		}
		cursor_advance(&source, len);
		cursor_advance(&destination, len);
		bytes -= len;
	}

	return n;
}

static struct xtest_job *job_create(struct xtest *xtest,
				    const struct xtest_command *command,
				    size_t bytes)
{
	unsigned int n = cut(command, bytes, NULL);
	struct xtest_job *job;

	job = kvzalloc(struct_size(job, pieces, 2 * n), GFP_KERNEL);
	if (!job)
		return NULL;

	job->xtest = xtest;
	job->bytes = bytes;
	job->completion.id = command->id;
	job->destinations = job->pieces + n;
	cut(command, bytes, job);

	for (; job->num_pieces < n; job->num_pieces++) {
		struct epf_segment *piece = &job->pieces[job->num_pieces];

		piece->buf = kmalloc(piece->len, GFP_KERNEL | __GFP_NOWARN);
		if (!piece->buf) {
			job_free(job);
			return NULL;
		}
		job->destinations[job->num_pieces].buf = piece->buf;
	}

	return job;
}

/* What XTEST_WRITE writes; the host knows it by its checksum. */
static void job_fill(struct xtest_job *job, u32 seed)
{
	struct rnd_state random;
	unsigned int i;

	prandom_seed_state(&random, seed);
	for (i = 0; i < job->num_pieces; i++)
		prandom_bytes_state(&random, job->pieces[i].buf,
				    job->pieces[i].len);
}

/**
 * xtest_command_start() - start a command that moves data
 * @xtest: the function
 * @command: the command; checked, and no longer needed on return
 * @bytes: of data
 * @seen_ns: when it was found, ns of the monotonic clock
 *
 * Context: may sleep.
 * Return: 0 where it will be completed; else it will not: -ENOMEM, or an error
 *	of epf_transfer_submit().
 */
int xtest_command_start(struct xtest *xtest,
			const struct xtest_command *command, size_t bytes,
			u64 seen_ns)
{
	struct xtest_job *job;
	int ret;

	job = job_create(xtest, command, bytes);
	if (!job)
		return -ENOMEM;

	job->seen_ns = seen_ns;
	job->transfer = (struct epf_transfer) {
		.segments = job->pieces,
		.num_segments = job->num_pieces,
		.direction = EPF_FROM_HOST,
		.engine = engines[command->engine],
		.complete = job_moved,
	};
	if (command->opcode == XTEST_WRITE) {
		job_fill(job, le32_to_cpu(command->seed));
		job->transfer.segments = job->destinations;
		job->transfer.direction = EPF_TO_HOST;
	} else if (command->opcode == XTEST_COPY) {
		job->transfer.complete = job_copied;
	}

	ret = epf_transfer_submit(xtest->outbound.transfers, &job->transfer);
	if (ret)
		job_free(job);
	return ret;
}
