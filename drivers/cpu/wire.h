/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_WIRE_H
#define NETDMA_CPU_WIRE_H

/* What lies between a channel's owner and its worker: a ring of slots, written by the owner
 * (owner.c) and read by the worker (worker.c).
 *
 * Lines that are written by one side and read by the other are what everything costs, and a line
 * that comes and goes costs less than two that go one way each. So all that is said is said in the
 * slots: the first slot of a list is filled last, and has the phase of this lap of the ring and how
 * many there are; and what the worker has finished, in the first of the slots that it has emptied,
 * which is the one that the owner looks at. Lists for which that is not enough, and all while the
 * owner helps (help.c), are announced with a doorbell.
 *
 * What only one side uses lies apart.
 */

#include "copy.h"
#include "cpu.h"

struct worker;

struct wire {
	/* Read by both. */
	struct netdma_list *list;
	struct worker *worker;
	struct cpu_slot *ring;
	uint64_t mask;    /* slots, less one... */
	uint64_t depth;   /* ...of which so many have something in them, at most */
	unsigned int lap_shift;
	uint32_t priority;

	/* The owner's. */
	uint64_t filled __rte_cache_aligned; /* slots, counted from the beginning */
	uint64_t emptied; /* slots: up to here the worker has said that it has finished */
	uint64_t lent;    /* the last of those given, which the owner has copied itself... */
	uint64_t lent_failed; /* ...and how many of them have failed */
	uint64_t all_begun; /* slots: when so many were filled, the worker had begun with all */
	unsigned int idle_polls;
	unsigned int unhelped; /* lists since the owner has helped */
	union {
		struct {
			bool hold;   /* the last one given serializes */
			bool late;   /* a stop was given up that the worker will still obey */
			bool hinted; /* the last lists had hints */
			bool iova;   /* the engine takes IOVAs */
			bool helping; /* the last lists were waited for, with help */
			bool unused[3];
		};
		uint64_t odd; /* any of these: not the short way */
	};

	/* Written by the owner, read by the worker. */
	/* Slots: what `filled` was behind the last list that was not announced in its slot. */
	uint64_t doorbell __rte_cache_aligned;
	uint32_t stop;    /* counts requests to forget what was filled */
	uint32_t help;    /* counts beginnings and ends: odd while the owner helps */

	/* Written by the worker, read by the owner. */
	uint32_t stopped __rte_cache_aligned; /* the last request that was obeyed */
	uint32_t helped;  /* `help`, as it was seen; while that is odd... */
	uint64_t begun;   /* ...slots that it has begun with, or is to look again */

	/* The worker's. */
	uint64_t taken __rte_cache_aligned; /* slots */
	uint64_t known;   /* slots: up to here they were announced, in one of them */
	bool takes_iova;
} __rte_cache_aligned;

/* The phase in a slot that announces itself, and others behind it. */
static inline uint64_t
wire_phase(const struct wire *w, uint64_t count)
{
	return (1 + (count >> w->lap_shift & 1)) << SLOT_PHASE_SHIFT;
}
#define SLOT_PHASE_MASK (UINT64_C(3) << SLOT_PHASE_SHIFT)

/* The owner fetches the lines of so many slots before he fills them: that much is behind the ring, too. */
#define WIRE_AHEAD 32

/* So many slots are announced in one of them, at most. Their lengths need no upper bits. */
#define SLOT_COUNT_MOST 255
#define SLOT_COUNT_SHIFT SLOT_LENGTH_HIGH_SHIFT

/* What the worker writes over `dst` when it has finished some: how many; how many of them failed; and
 * whether it is worth a closer look: some have failed, or more may be found in the same line.
 */
#define SLOT_FINISHED_SHIFT 53
#define SLOT_FINISHED (UINT64_C(1) << SLOT_FINISHED_SHIFT)
#define SLOT_LOOK_CLOSER (SLOT_FINISHED << 1)
#define FAILED_SHIFT 24
#define FINISHED_MASK ((UINT64_C(1) << FAILED_SHIFT) - 1)
#define FAILED_MASK FINISHED_MASK

static inline uint64_t
wire_finished(uint64_t n, uint64_t failed)
{
	return SLOT_FINISHED | failed << FAILED_SHIFT | n |
			(n < SLOTS_A_LINE || failed != 0 ? SLOT_LOOK_CLOSER : 0);
}

static inline void
slot_set(struct cpu_slot *s, uint64_t src, uint64_t dst)
{
	s->src = src;
	/* The worker may be looking for a single copy here. */
	__atomic_store_n(&s->dst, dst, __ATOMIC_RELAXED);
}

static inline struct cpu_slot *
slot_at(const struct wire *w, uint64_t count)
{
	return &w->ring[count & w->mask];
}

/* The lines of the slots that are filled next. There are as many behind the ring. */
static __rte_always_inline void
wire_fetch_ahead(const struct wire *w)
{
	const struct cpu_slot *s = slot_at(w, w->filled);
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < WIRE_AHEAD; i += SLOTS_A_LINE)
		cpu_prefetch_write(s + i);
}

#endif /* NETDMA_CPU_WIRE_H */
