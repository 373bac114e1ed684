/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Included with ISA, NAME, COPIER and copy(); stream() and stream_lines() with CAN_STREAM: the two loops. */

#include <rte_branch_prediction.h>

#include "copy.h"

/* How many copies ahead the bytes of one are fetched, by its length; of short ones, in a worker's runs,
 * which are long, and in lists. Twice as far up to some length where only sources are fetched, as stores go
 * around the cache...
 */
#define AHEAD(length, shorts) ((length) >= 8192 ? 2u : (length) >= 2048 ? 3u : (length) >= 768 ? 4u : \
	(length) >= 512 ? 6u : (length) >= 256 ? 12u : (shorts))
#define AHEAD_SLOTS(around) ((around) ? 32u : 24u)
#define AHEAD_LIST 16u
#define TWICE_SLOTS 4096
#define TWICE_LIST 1023
/* ...and how many bytes: of any; and all of one that is no longer than a frame of Ethernet's, or a few
 * pages that are in no cache.
 */
#define AHEAD_ANY 1024
#define AHEAD_FRAME 1536
#define AHEAD_PAGES 8192

/* Stores go around the cache in copies that are this long: with the hint, less if they begin with a line and
 * are not few, as the fence behind them is waited for, and whole lines do then in any case; and without it.
 */
#define STREAM_HINTED 512
#define STREAM_ALIGNED 256
#define STREAM_FEW 8
#define STREAM_ALWAYS (UINT32_C(4) << 20)

/* The shortest of so many that may go around it. */
static inline uint32_t
shortest_around(uint64_t n)
{
	return n < STREAM_FEW ? STREAM_HINTED : 64;
}

/* Whether stores of a copy go around the cache. */
ISA static inline bool
goes_around(uint64_t dst, uint32_t length, bool hinted, bool cache, uint32_t shortest)
{
#ifdef CAN_STREAM
	if (length < shortest)
		return false;
	if (hinted)
		return length >= STREAM_HINTED || ((dst & 63) == 0 &&
				(length >= STREAM_ALIGNED || length % 64 == 0));
	return length >= STREAM_ALWAYS && !cache;
#else
	RTE_SET_USED(dst);
	RTE_SET_USED(shortest);
	RTE_SET_USED(length);
	RTE_SET_USED(hinted);
	RTE_SET_USED(cache);
	return false;
#endif
}

ISA static inline bool
slot_goes_around(uint64_t dst, uint32_t length, uint32_t shortest)
{
	return goes_around(dst, length, dst & SLOT_STREAM, dst & SLOT_CACHE, shortest);
}

ISA static inline bool
desc_goes_around(const struct netdma_desc *d, uint32_t shortest)
{
	return goes_around(d->dst, d->length, d->flags & NETDMA_DESC_DESTINATION_NO_SNOOP,
			d->flags & NETDMA_DESC_DESTINATION_DCA_ENABLE, shortest);
}

ISA static void __rte_noinline
fetch_more(uint64_t src, uint32_t length, bool around)
{
	uint32_t at;

	if (length <= (around ? AHEAD_PAGES : AHEAD_FRAME))
		for (at = AHEAD_ANY; at < length; at += 64)
			cpu_prefetch((const void *)(uintptr_t)(src + at));
}

/* One that does not begin with a line has one more at its end. Of the destination's lines, those come that are
 * written in part, or through the cache.
 */
ISA static inline void
fetch_ends(uint64_t src, uint64_t dst, uint32_t length, bool around)
{
	cpu_prefetch((const void *)(uintptr_t)(src + length - 1));
	if (around && (dst & 63) != 0)
		cpu_prefetch_write((const void *)(uintptr_t)dst);
	if (!around || ((dst + length) & 63) != 0)
		cpu_prefetch_write((const void *)(uintptr_t)(dst + length - 1));
}

ISA static inline void
fetch(uint64_t src, uint64_t dst, uint32_t length, bool around, bool ends)
{
	uint32_t at;

	cpu_prefetch((const void *)(uintptr_t)src);
	if (likely(!around))
		cpu_prefetch_write((const void *)(uintptr_t)dst);
	for (at = 64; unlikely(at < length) && at < AHEAD_ANY; at += 64)
		cpu_prefetch((const void *)(uintptr_t)(src + at));
	if (unlikely(length > AHEAD_ANY))
		fetch_more(src, length, around);
	if (ends && ((src | dst) & 63) != 0)
		fetch_ends(src, dst, length, around);
}

/* Nothing but two addresses and a length. */
static __rte_always_inline bool
is_bare(uint64_t dst)
{
	return likely(dst >> SLOT_ADDR_BITS == 0);
}

ISA static inline void
fetch_slot(const struct cpu_slot *s, bool ends, uint32_t shortest)
{
	uint64_t src = s->src, dst = s->dst;
	uint32_t length;

	if (is_bare(dst)) {
		fetch(src & SLOT_ADDR_MASK, dst, (uint32_t)(src >> SLOT_ADDR_BITS), false, ends);
		return;
	}
	length = cpu_slot_length(s);
	fetch(src & SLOT_ADDR_MASK, dst & SLOT_ADDR_MASK, length,
			slot_goes_around(dst, length, shortest), ends);
}

ISA static inline void
fetch_desc(const struct netdma_desc *d, bool ends, uint32_t shortest)
{
	fetch(d->src, d->dst, d->length, desc_goes_around(d, shortest), ends);
}

/* @return whether stores are on their way around the cache. */
ISA static inline bool
copy_hinted(uint64_t dst, uint64_t src, uint32_t length, bool hinted, bool cache, uint32_t shortest)
{
	void *to = (void *)(uintptr_t)dst;
	const void *from = (const void *)(uintptr_t)src;

#ifdef CAN_STREAM
	if (goes_around(dst, length, hinted, cache, shortest)) {
		if (length < STREAM_ALIGNED)
			stream_lines(to, from, length);
		else
			stream(to, from, length);
		/* Nobody has asked for it: what follows is not to be seen before it. */
		if (!hinted)
			_mm_sfence();
		return hinted;
	}
#else
	RTE_SET_USED(hinted);
	RTE_SET_USED(cache);
	RTE_SET_USED(shortest);
#endif
	copy(to, from, length);
	return false;
}

ISA static inline void
streamed(bool any)
{
#ifdef CAN_STREAM
	if (any)
		_mm_sfence();
#else
	RTE_SET_USED(any);
#endif
}

ISA static inline uint64_t
ahead_of_slots(const struct cpu_slot *s, uint32_t shortest)
{
	uint32_t length = cpu_slot_length(s);
	bool around = slot_goes_around(s->dst, length, shortest);

	return AHEAD(length, AHEAD_SLOTS(around)) << (around && length <= TWICE_SLOTS);
}

ISA static inline uint64_t
ahead_of_list(const struct netdma_desc *d, uint32_t shortest)
{
	bool around = desc_goes_around(d, shortest);

	return AHEAD(d->length, AHEAD_LIST) << (around && d->length <= TWICE_LIST);
}

ISA static __rte_always_inline uint64_t
slots_run(const struct cpu_slot *ring, uint64_t mask, uint64_t at, uint64_t end, uint64_t *bytes, bool ends)
{
	uint64_t most = *bytes, sum = 0, next = at + 1, ahead;
	uint32_t shortest = shortest_around(end - at);
	bool around = false;

	for (ahead = ahead_of_slots(&ring[at & mask], shortest); next != end && ahead > 1; ahead--)
		fetch_slot(&ring[next++ & mask], ends, shortest);
	for (; at != end && sum < most; at++) {
		const struct cpu_slot *s = &ring[at & mask];
		uint64_t src = s->src, dst = s->dst;
		uint32_t length;

		/* The lines of the slots come from the owner's cache. */
		if (at % SLOTS_A_LINE == 0 && at + CPU_FETCH_SLOTS < end)
			cpu_prefetch(&ring[(at + CPU_FETCH_SLOTS) & mask]);
		if (next != end)
			fetch_slot(&ring[next++ & mask], ends, shortest);
		if (is_bare(dst)) {
			length = (uint32_t)(src >> SLOT_ADDR_BITS);
			copy((void *)(uintptr_t)dst, (const void *)(uintptr_t)(src & SLOT_ADDR_MASK),
					length);
		} else {
			if (unlikely(dst & SLOT_POINTER))
				break;
			length = cpu_slot_length(s);
			around |= copy_hinted(dst & SLOT_ADDR_MASK, src & SLOT_ADDR_MASK, length,
					dst & SLOT_STREAM, dst & SLOT_CACHE, shortest);
		}
		sum += length;
	}
	streamed(around);
	*bytes = sum;
	return at;
}

/* Runs and lists begin as they go on, mostly: whether the ends of copies are fetched, too, depends on the first. */
ISA static uint64_t
slots(const struct cpu_slot *ring, uint64_t mask, uint64_t at, uint64_t end, uint64_t *bytes)
{
	const struct cpu_slot *s = &ring[at & mask];

	return ((s->src | s->dst) & 63) != 0 ? slots_run(ring, mask, at, end, bytes, true) :
			slots_run(ring, mask, at, end, bytes, false);
}

ISA static __rte_always_inline uint64_t
list_run(struct cpu_walk *walk, uint64_t n, bool ends)
{
	struct netdma_desc *d = walk->desc;
	const struct netdma_desc *a = d;
	uint32_t all = 0, flags, shortest = shortest_around(n);
	uint64_t i, ahead = ahead_of_list(d, shortest), bytes = 0;
	bool around = false;

	for (i = 0; i != n && i != ahead; i++, a = a->next)
		fetch_desc(a, ends, shortest);
	for (i = 0; i != n; i++, d = d->next) {
		flags = d->flags;
		if (unlikely(flags & NETDMA_DESC_NOT_PLAIN))
			break;
		if (i + ahead < n) {
			fetch_desc(a, ends, shortest);
			a = a->next;
		}
		around |= copy_hinted(d->dst, d->src, d->length,
				flags & NETDMA_DESC_DESTINATION_NO_SNOOP,
				flags & NETDMA_DESC_DESTINATION_DCA_ENABLE, shortest);
		all |= flags;
		bytes += d->length;
	}
	streamed(around);
	*walk = (struct cpu_walk){ d, bytes, all };
	return i;
}

ISA static uint64_t
list(struct cpu_walk *walk, uint64_t n)
{
	const struct netdma_desc *d = walk->desc;

	return ((d->src | d->dst) & 63) != 0 ? list_run(walk, n, true) : list_run(walk, n, false);
}

const struct cpu_copier COPIER = { .name = NAME, .slots = slots, .list = list };
