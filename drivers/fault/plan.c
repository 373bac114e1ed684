/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What goes wrong, and when. Every decision is a hash of the seed and of what is decided on: it
 * depends neither on time nor on the decisions before, so a run can be replayed.
 */

#include <errno.h>

#include "fault.h"

/* What is decided: decisions on the same copy do not depend on each other. */
enum what {
	ERROR,
	PARTIAL,
	HALT,
	STUCK,
	FULL,
	REFUSE,
	KIND,
	CODE,
	LENGTH,
};

/* splitmix64 */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t
draw(const struct fault_plan *p, uint32_t channel, uint64_t n, enum what what)
{
	return mix(mix(mix(p->seed) ^ ((uint64_t)channel << 8 | what)) ^ n);
}

/* Whether something happens to the nth. */
static bool
happens(const struct fault_plan *p, const struct fault_event *e, uint32_t channel, uint64_t n,
		enum what what)
{
	unsigned int i;

	for (i = 0; i < e->nb_at; i++)
		if (e->at[i] == n)
			return true;
	/* 53 bits: as many as a double has. */
	return e->chance > 0 && (double)(draw(p, channel, n, what) >> 11) * 0x1p-53 < e->chance;
}

/* Errors as engines report them; the first of them also in the middle of a copy. Poisoned data is
 * not among them: nobody recovers from that.
 */
static const enum netdma_error codes[] = {
	NETDMA_ERROR_BUS_READ, NETDMA_ERROR_BUS_WRITE, NETDMA_ERROR_BUS, NETDMA_ERROR_LINK,
	NETDMA_ERROR_PAGE_FAULT, NETDMA_ERROR_ENGINE,
	NETDMA_ERROR_SRC_ADDR, NETDMA_ERROR_DST_ADDR, NETDMA_ERROR_ADDR, NETDMA_ERROR_LENGTH,
	NETDMA_ERROR_OPCODE, NETDMA_ERROR_DESC_READ,
};
#define CODES_IN_A_COPY 6

struct fault_verdict
fault_plan_copy(const struct fault_plan *p, uint32_t channel, uint64_t n, uint32_t length)
{
	enum { PARTLY, NOTHING, SKIPPED } kind;
	struct fault_verdict v = { .status = NETDMA_COPIED, .length = length };
	bool partial = happens(p, &p->partial, channel, n, PARTIAL);
	uint64_t code;

	v.sticks = happens(p, &p->stuck, channel, n, STUCK);
	v.halts = happens(p, &p->halt, channel, n, HALT);
	if (!partial && !v.halts && !happens(p, &p->error, channel, n, ERROR))
		return v;
	/* An engine halts at what it has attempted. */
	kind = partial ? PARTLY : draw(p, channel, n, KIND) % (v.halts ? SKIPPED : SKIPPED + 1);
	if (kind == SKIPPED) {
		v.status = NETDMA_NOT_COPIED;
		v.error = NETDMA_ERROR_NOT_ATTEMPTED;
		v.length = 0;
		return v;
	}
	code = draw(p, channel, n, CODE);
	v.status = NETDMA_FAILED;
	v.error = codes[code % (kind == PARTLY ? CODES_IN_A_COPY : RTE_DIM(codes))];
	/* A part is neither nothing nor all. */
	v.length = kind == PARTLY && length > 1 ?
			1 + (uint32_t)(draw(p, channel, n, LENGTH) % (length - 1)) : 0;
	return v;
}

bool
fault_plan_full(const struct fault_plan *p, uint32_t channel, uint64_t poll)
{
	return happens(p, &p->full, channel, poll, FULL);
}

int
fault_plan_refuse(const struct fault_plan *p, uint32_t channel)
{
	if (!happens(p, &p->refuse, channel, channel, REFUSE))
		return 0;
	return draw(p, channel, channel, CODE) & 1 ? ENOMEM : EBUSY;
}
