/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What the device does with a descriptor: nop, drain, memory move, fill, batch. Of the rest of the
 * instruction set it says that it does not know it.
 *
 * Not modelled: interrupts, PASIDs and privilege, traffic classes, the caches (hints are accepted
 * and nothing follows), page requests (a fault is final, also with "block on fault").
 */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "idxd.h"

/* Flags that a descriptor may have; others are an error. */
#define FLAGS_ANY (IDXD_OP_FLAG_FENCE | IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR | \
	IDXD_OP_FLAG_RCI | IDXD_OP_FLAG_CR_TCS)
#define FLAGS_DATA (FLAGS_ANY | IDXD_OP_FLAG_BOF | IDXD_OP_FLAG_CC | IDXD_OP_FLAG_ADDR1_TCS | \
	IDXD_OP_FLAG_ADDR2_TCS | IDXD_OP_FLAG_STORD | IDXD_OP_FLAG_DRDBK)
#define FLAGS_BATCH (FLAGS_ANY & ~IDXD_OP_FLAG_FENCE)

#define CHUNK MEMORY_PAGE

struct result {
	uint8_t status;
	uint8_t backwards;   /* a move that began at the end */
	uint32_t completed;  /* bytes, or descriptors of a batch */
	uint64_t fault;
	uint32_t flags;      /* those that may not be */
};

/* A device that does not answer never does again. */
static void
stand_still_if_asked(struct queue *q)
{
	uint64_t number = strtoull(q->name + strlen("wq"), NULL, 10);

	if (knobs.stuck_on != UINT64_MAX && knobs.stuck_on != number)
		return;
	if (q->started_ops >= knobs.stuck_after ||
			(knobs.stuck_file != NULL && access(knobs.stuck_file, F_OK) == 0))
		q->stuck = true;
	while (q->stuck)
		pause();
}

static uint64_t
random_next(struct queue *q)
{
	q->random = q->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return q->random >> 33;
}

/* ------------------------------------------------------------------- the data */

static struct result
fault(struct queue *q, bool write, uint32_t completed, uint64_t address)
{
	q->totals.faults++;
	return (struct result){
		.status = DSA_COMP_PAGE_FAULT_NOBOF | (write ? DSA_COMP_STATUS_WRITE : 0),
		.completed = completed,
		.fault = address,
	};
}

/* A piece that crosses no page on either side, so that it is moved whole or not at all. */
static uint32_t
piece(uint64_t src, uint64_t dst, uint32_t left, bool backwards)
{
	uint64_t a, b, n;

	if (backwards) {
		a = (src + left - 1) % CHUNK + 1;
		b = (dst + left - 1) % CHUNK + 1;
	} else {
		a = CHUNK - src % CHUNK;
		b = CHUNK - dst % CHUNK;
	}
	n = a < b ? a : b;
	return n < left ? (uint32_t)n : left;
}

static struct result
move(struct queue *q, const struct dsa_hw_desc *d, uint32_t length)
{
	uint8_t buffer[CHUNK];
	bool backwards = d->dst_addr > d->src_addr && d->dst_addr < d->src_addr + length;
	uint32_t done = 0, n;
	uint64_t at;
	struct result r;
	size_t got;

	for (; done != length; done += n) {
		n = piece(d->src_addr + (backwards ? 0 : done), d->dst_addr +
				(backwards ? 0 : done), length - done, backwards);
		at = backwards ? length - done - n : done;
		got = memory_read(buffer, d->src_addr + at, n);
		if (got != n || memory_write(d->dst_addr + at, buffer, n) != n) {
			r = fault(q, got == n, done, got == n ? d->dst_addr + at :
					d->src_addr + at);
			r.backwards = backwards;
			return r;
		}
		q->totals.bytes += n;
	}
	return (struct result){ .status = DSA_COMP_SUCCESS, .backwards = backwards,
		.completed = length };
}

static struct result
fill(struct queue *q, const struct dsa_hw_desc *d, uint32_t length)
{
	uint8_t buffer[CHUNK];
	uint32_t done = 0, n, i;

	for (; done != length; done += n) {
		n = piece(d->dst_addr + done, d->dst_addr + done, length - done, false);
		for (i = 0; i < n; i++)
			buffer[i] = (uint8_t)(d->pattern >> (done + i) % 8 * 8);
		if (memory_write(d->dst_addr + done, buffer, n) != n)
			return fault(q, true, done, d->dst_addr + done);
		q->totals.bytes += n;
	}
	return (struct result){ .status = DSA_COMP_SUCCESS, .completed = length };
}

static struct result
data(struct queue *q, const struct dsa_hw_desc *d)
{
	bool copy = d->opcode == DSA_OPCODE_MEMMOVE;
	uint32_t length = d->xfer_size;
	bool fails;

	if (length == 0 || length > q->max_transfer)
		return (struct result){ .status = DSA_COMP_XFER_ERANGE };
	*(copy ? &q->totals.copies : &q->totals.fills) += 1;
	fails = knobs.error_every != 0 && ++q->started_ops % knobs.error_every == 0;
	if (knobs.error_every == 0)
		q->started_ops++;
	if (fails) {
		struct result r = { .status = DSA_COMP_SUCCESS };

		if (knobs.partial && length > 1)
			r = copy ? move(q, d, length / 2) : fill(q, d, length / 2);
		if (r.status == DSA_COMP_SUCCESS)
			r.status = DSA_COMP_HW_ERR1;
		return r;
	}
	return copy ? move(q, d, length) : fill(q, d, length);
}

/* ------------------------------------------------------------- one descriptor */

static struct result
perform(struct queue *q, const struct dsa_hw_desc *d)
{
	uint32_t allowed = d->opcode == DSA_OPCODE_MEMMOVE || d->opcode == DSA_OPCODE_MEMFILL ?
			FLAGS_DATA : FLAGS_ANY;

	stand_still_if_asked(q);
	if (knobs.delay_us != 0)
		usleep((useconds_t)knobs.delay_us);
	q->totals.descriptors++;
	switch (d->opcode) {
	case DSA_OPCODE_NOOP:
	case DSA_OPCODE_DRAIN: /* all before it has ended: there is one engine */
	case DSA_OPCODE_MEMMOVE:
	case DSA_OPCODE_MEMFILL:
		break;
	default:
		return (struct result){ .status = DSA_COMP_BAD_OPCODE };
	}
	if (d->flags & ~allowed)
		return (struct result){ .status = DSA_COMP_INVALID_FLAGS,
			.flags = d->flags & ~allowed };
	if (allowed == FLAGS_DATA)
		return data(q, d);
	q->totals.nops++;
	return (struct result){ .status = DSA_COMP_SUCCESS };
}

/* The record is written where it is asked for, and after a failure wherever it can be; its status
 * comes last. @return whether it went well.
 */
static bool
complete(struct queue *q, const struct dsa_hw_desc *d, const struct result *r)
{
	bool ok = r->status == DSA_COMP_SUCCESS;
	struct dsa_completion_record record = {
		.result = r->backwards,
		.bytes_completed = r->completed,
		.fault_addr = r->fault,
		.invalid_flags = r->flags,
	};
	uint8_t status = r->status;

	q->totals.errors += !ok;
	if (ok && !(d->flags & IDXD_OP_FLAG_RCR))
		return true;
	if (!(d->flags & IDXD_OP_FLAG_CRAV) || d->completion_addr % sizeof(record) != 0 ||
			memory_write(d->completion_addr + 1, (uint8_t *)&record + 1,
				sizeof(record) - 1) != sizeof(record) - 1 ||
			memory_write(d->completion_addr, &status, 1) != 1)
		q->totals.lost_records++;
	return ok;
}

/* --------------------------------------------------------------------- batches */

/* From one fence to the next they run in any order. @return how many went wrong. */
static uint32_t
run_group(struct queue *q, const struct dsa_hw_desc *member, uint32_t n)
{
	uint32_t order[n], i, k, failed = 0;
	struct result r;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n; knobs.reorder != 0 && i > 1; i--) {
		uint32_t other = (uint32_t)(random_next(q) % i), swap = order[other];

		order[other] = order[i - 1];
		order[i - 1] = swap;
	}
	for (k = 0; k < n; k++) {
		const struct dsa_hw_desc *d = &member[order[k]];

		r = perform(q, d);
		failed += !complete(q, d, &r);
	}
	return failed;
}

/* It is fetched whole before any of it runs: a record may be laid over a descriptor. */
static struct result
batch(struct queue *q, const struct dsa_hw_desc *d)
{
	struct result r = { .status = DSA_COMP_SUCCESS };
	uint32_t n = d->desc_count, from, to, failed = 0;
	struct dsa_hw_desc *member;
	bool fails;

	if (d->flags & ~FLAGS_BATCH)
		return (struct result){ .status = DSA_COMP_INVALID_FLAGS,
			.flags = d->flags & ~FLAGS_BATCH };
	if (n < 2 || n > q->max_batch)
		return (struct result){ .status = DSA_COMP_DESC_CNT_ERANGE };
	if (d->desc_list_addr % sizeof(*member) != 0)
		return (struct result){ .status = DSA_COMP_DESCLIST_ALIGN };
	member = calloc(n, sizeof(*member));
	if (member == NULL)
		abort();
	fails = ++q->totals.batches % knobs.batch_error_every == 0;
	if (fails)
		n = knobs.partial ? n / 2 : 0;
	n = (uint32_t)(memory_read(member, d->desc_list_addr, n * sizeof(*member)) /
			sizeof(*member));
	for (from = 0; from < n; from = to) {
		if (failed != 0 && (member[from].flags & IDXD_OP_FLAG_FENCE)) {
			q->totals.abandoned += d->desc_count - from;
			break;
		}
		for (to = from + 1; to < n && !(member[to].flags & IDXD_OP_FLAG_FENCE); to++)
			;
		failed += run_group(q, member + from, to - from);
	}
	free(member);
	r.completed = from;
	if (fails) {
		r.status = DSA_COMP_HW_ERR1;
	} else if (failed != 0) {
		r.status = DSA_COMP_BATCH_FAIL;
	} else if (n != d->desc_count) {
		q->totals.faults++;
		r.status = DSA_COMP_BATCH_PAGE_FAULT;
		r.fault = d->desc_list_addr + n * sizeof(*member);
	}
	return r;
}

void
engine_run(struct queue *q, const struct dsa_hw_desc *d)
{
	struct result r;

	stand_still_if_asked(q);
	if (d->opcode == DSA_OPCODE_BATCH)
		r = batch(q, d);
	else
		r = perform(q, d);
	complete(q, d, &r);
}
