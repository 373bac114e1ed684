/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Where copies come from and go to. Two areas; hot copies go round in the beginning of both, cold
 * ones are spread over all of them, as packets are that a NIC has just written.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_common.h>

#include "app.h"
#include "perf.h"

#define AREA ((uint64_t)MAX_OUTSTANDING)
/* Of both sides: what the cache of a core keeps. */
#define HOT (UINT64_C(256) << 10)

static uint8_t *area;

int
buffers_setup(void)
{
	int ret;

	area = mmap(NULL, 2 * AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED) {
		complain("no memory for buffers: %s", strerror(errno));
		return -ENOMEM;
	}
	/* A miss of the TLB at each copy would hide what is measured. */
	madvise(area, 2 * AREA, MADV_HUGEPAGE);
	memset(area, 0, 2 * AREA);
	ret = netdma_mem_register(area, 2 * AREA);
	if (ret != 0)
		complain("buffers cannot be registered: %s", strerror(-ret));
	return ret;
}

void
buffers_free(void)
{
	netdma_mem_unregister(area, 2 * AREA);
	munmap(area, 2 * AREA);
}

/* Places of copies of that size: no two overlap, nor share a line. */
static uint64_t
stride(const struct setting *s)
{
	return RTE_ALIGN_CEIL((uint64_t)s->size + s->align, 64);
}

static uint64_t
places(const struct setting *s)
{
	uint64_t n = (s->cold ? AREA : HOT / 2) / stride(s);

	return RTE_MAX(n, UINT64_C(1));
}

/* A step from each place to the next: far, and to all others before one comes again. So two copies
 * that are on their way at once have different places.
 */
static uint64_t
far_step(uint64_t n, double part)
{
	uint64_t by = (uint64_t)((double)n * part), a, b, rest;

	do {
		by++;
		for (a = n, b = by; b != 0; a = b, b = rest)
			rest = a % b;
	} while (a != 1);
	return by % n;
}

static inline void
go_to_next(uint64_t *at, uint64_t by, uint64_t n)
{
	*at += by;
	if (*at >= n)
		*at -= n;
}

void
buffers_plan(struct job *job)
{
	const struct setting *s = job->setting;

	job->places.n = places(s);
	job->places.bytes = stride(s);
	job->places.src_by = s->cold ? far_step(job->places.n, 0.6180339) : 1 % job->places.n;
	job->places.dst_by = s->cold ? far_step(job->places.n, 0.3819661) : 1 % job->places.n;
}

/* While cold copies are measured, this is a part of it: it is to cost little. */
void
buffers_choose(struct job *job, uint32_t burst)
{
	static uint64_t src, dst;
	const struct setting *s = job->setting;
	struct op *op = &job->op[burst * s->burst];
	uint64_t n = job->places.n, bytes = job->places.bytes;
	uint32_t i;

	src %= n;
	dst = s->cold ? dst % n : src;
	for (i = 0; i < s->burst; i++) {
		go_to_next(&src, job->places.src_by, n);
		go_to_next(&dst, job->places.dst_by, n);
		op[i].src = area + src * bytes + s->align;
		op[i].dst = area + AREA + dst * bytes + s->align;
	}
}

/* A source tells its place. */
static void
pattern(uint8_t *to, uint32_t size, uint64_t at)
{
	uint64_t tag = (at + 1) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t i;

	for (i = 0; i + 8 <= size; i += 8, tag += UINT64_C(0x0101010101010101))
		memcpy(to + i, &tag, 8);
	memset(to + i, (int)(at % 251 + 1), size - i);
}

void
buffers_fill(const struct setting *s)
{
	uint64_t i, n = places(s);

	for (i = 0; i < n; i++)
		pattern(area + i * stride(s) + s->align, s->size, i);
}

void
buffers_spoil(const struct job *job, uint32_t burst)
{
	const struct setting *s = job->setting;
	const struct op *op = &job->op[burst * s->burst];
	uint32_t i, k;

	for (i = 0; i < s->burst; i++)
		for (k = 0; k < s->size; k++)
			((uint8_t *)op[i].dst)[k] = (uint8_t)~((const uint8_t *)op[i].src)[k];
}

bool
buffers_check(const struct job *job)
{
	const struct setting *s = job->setting;
	uint32_t i;

	for (i = 0; i < job->nb_bursts * s->burst; i++)
		if (memcmp(job->op[i].dst, job->op[i].src, s->size) != 0)
			return false;
	return true;
}
