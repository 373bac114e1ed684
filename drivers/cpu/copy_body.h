/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Included with ISA, NAME, COPIER and copy(); stream() with CAN_STREAM: the two loops. */

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "copy.h"

/* How many copies ahead the bytes of short and of long ones are fetched, how many of each, and from
 * where on it is a long one.
 */
#define AHEAD_SHORT 8
#define AHEAD_LONG 2
#define LONG 512
#define AHEAD_BYTES 512

/* Stores go around the cache in copies that are this long: with the hint, and without it. */
#define STREAM_HINTED 256
#define STREAM_ALWAYS (UINT32_C(1) << 18)

ISA static inline void
fetch(uint64_t src, uint64_t dst, uint32_t length)
{
	uint32_t at;

	for (at = 0; at < RTE_MIN(length, (uint32_t)AHEAD_BYTES); at += 64)
		rte_prefetch0((const void *)(uintptr_t)(src + at));
	rte_prefetch0_write((const void *)(uintptr_t)dst);
}

/* @return whether stores went around the cache. */
ISA static inline bool
copy_hinted(uint64_t dst, uint64_t src, uint32_t length, bool hinted, bool cache)
{
	void *to = (void *)(uintptr_t)dst;
	const void *from = (const void *)(uintptr_t)src;

#ifdef CAN_STREAM
	if (unlikely((hinted && length >= STREAM_HINTED) ||
			(length >= STREAM_ALWAYS && !cache))) {
		stream(to, from, length);
		return true;
	}
#else
	RTE_SET_USED(hinted);
	RTE_SET_USED(cache);
#endif
	copy(to, from, length);
	return false;
}

static inline void
streamed(bool any)
{
#ifdef CAN_STREAM
	if (any)
		_mm_sfence();
#else
	RTE_SET_USED(any);
#endif
}

ISA static uint64_t
slots(const struct cpu_slot *ring, uint64_t mask, uint64_t at, uint64_t end, uint64_t *bytes)
{
	uint64_t most = *bytes, sum = 0, ahead = at;
	bool around = false;

	while (at != end && sum < most) {
		const struct cpu_slot *s = &ring[at & mask];
		uint32_t length = cpu_slot_length(s);
		uint64_t to = at + (length < LONG ? AHEAD_SHORT : AHEAD_LONG);

		if (unlikely(s->dst & SLOT_POINTER))
			break;
		for (; ahead != end && (int64_t)(to - ahead) >= 0; ahead++) {
			const struct cpu_slot *a = &ring[ahead & mask];

			fetch(a->src & SLOT_ADDR_MASK, a->dst & SLOT_ADDR_MASK,
					cpu_slot_length(a));
		}
		around |= copy_hinted(s->dst & SLOT_ADDR_MASK, s->src & SLOT_ADDR_MASK, length,
				s->dst & SLOT_STREAM, s->dst & SLOT_CACHE);
		sum += length;
		at++;
	}
	streamed(around);
	*bytes = sum;
	return at;
}

ISA static uint64_t
list(struct netdma_desc *d, uint64_t n, struct netdma_desc **next)
{
	const struct netdma_desc *a = d;
	uint64_t i, ahead = 0, to;
	bool around = false;

	for (i = 0; i != n; i++, d = d->next) {
		if (unlikely(d->flags & NETDMA_DESC_NOT_PLAIN))
			break;
		to = RTE_MIN(n, i + 1 + (d->length < LONG ? AHEAD_SHORT : AHEAD_LONG));
		for (; ahead < to; ahead++, a = a->next)
			fetch(a->src, a->dst, a->length);
		around |= copy_hinted(d->dst, d->src, d->length,
				d->flags & NETDMA_DESC_DESTINATION_NO_SNOOP,
				d->flags & NETDMA_DESC_DESTINATION_DCA_ENABLE);
	}
	streamed(around);
	*next = d;
	return i;
}

const struct cpu_copier COPIER = { .name = NAME, .slots = slots, .list = list };
