/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_WIRE_H
#define NETDMA_CPU_WIRE_H

/* What lies between a channel's owner and its worker: a ring of slots, written by the owner
 * (owner.c) and read by the worker (worker.c).
 *
 * Lists are announced with one doorbell behind the last slot. A single copy is announced by its
 * slot alone, which has the phase of this lap of the ring: one line less to cross. While the owner
 * helps (help.c) all are announced with the doorbell.
 *
 * Lines that are written by one side and read by the other are what everything costs. So each side
 * has one of them, and what only one side uses lies apart.
 */

#include "copy.h"
#include "cpu.h"

struct worker;

struct wire {
	/* Read by both. */
	struct netdma_list *list;
	struct worker *worker;
	struct cpu_slot *ring;
	uint64_t mask;
	unsigned int lap_shift;
	uint32_t priority;

	/* The owner's. */
	uint64_t filled __rte_cache_aligned; /* slots, counted from the beginning */
	uint64_t told;    /* what the marks have moved over, as `finished` counts it */
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
	uint64_t doorbell __rte_cache_aligned; /* slots: what `filled` was behind the last list */
	uint32_t stop;    /* counts requests to forget what was filled */
	uint32_t help;    /* counts beginnings and ends: odd while the owner helps */

	/* Written by the worker, read by the owner. */
	uint64_t finished __rte_cache_aligned; /* descriptors, and how many failed: see below */
	uint32_t stopped; /* the last request that was obeyed */
	uint32_t helped;  /* `help`, as it was seen; while that is odd... */
	uint64_t begun;   /* ...slots that it has begun with, or is to look again */

	/* The worker's. */
	uint64_t taken __rte_cache_aligned; /* slots */
	bool takes_iova;
} __rte_cache_aligned;

/* Both counts are one word, so that they are of the same moment. */
#define FINISHED_BITS 40
#define FINISHED_ONE UINT64_C(1)
#define FAILED_ONE (FINISHED_ONE << FINISHED_BITS)
#define FINISHED_MASK (FAILED_ONE - 1)

/* The phase of a single copy in a slot. */
static inline uint64_t
wire_phase(const struct wire *w, uint64_t count)
{
	return (1 + (count >> w->lap_shift & 1)) << SLOT_PHASE_SHIFT;
}
#define SLOT_PHASE_MASK (UINT64_C(3) << SLOT_PHASE_SHIFT)

#endif /* NETDMA_CPU_WIRE_H */
