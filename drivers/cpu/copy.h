/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_COPY_H
#define NETDMA_CPU_COPY_H

/* The inner loops of both engines, once for each set of instructions: copy_plain.c, copy_avx2.c and
 * copy_avx512.c, of which copy.c chooses. They know what comes next, and fetch it ahead.
 */

#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include <netdma_provider.h>

/* A copy on its way to a worker. What does not fit crosses as a pointer to its descriptor. */
struct cpu_slot {
	uint64_t src; /* 47 bits; above them the lower 17 of the length */
	uint64_t dst; /* 47 bits; above them what follows */
} __rte_aligned(16);

#define SLOTS_A_LINE (RTE_CACHE_LINE_SIZE / sizeof(struct cpu_slot))

#define SLOT_ADDR_BITS 47
#define SLOT_ADDR_MASK ((UINT64_C(1) << SLOT_ADDR_BITS) - 1)
#define SLOT_LENGTH_LOW_BITS 17 /* in src */
#define SLOT_LENGTH_BITS 24
/* In dst: a flag of the descriptor's, as far up as it takes to clear the address. */
#define SLOT_FLAG_SHIFT 46
#define SLOT_STREAM ((uint64_t)NETDMA_DESC_DESTINATION_NO_SNOOP << SLOT_FLAG_SHIFT)   /* bit 48 */
#define SLOT_CACHE ((uint64_t)NETDMA_DESC_DESTINATION_DCA_ENABLE << SLOT_FLAG_SHIFT)  /* bit 55 */
#define SLOT_HINTS (NETDMA_DESC_DESTINATION_NO_SNOOP | NETDMA_DESC_DESTINATION_DCA_ENABLE)
#define SLOT_PHASE_SHIFT 49     /* two bits: 1 or 2, by the lap, in the first of those announced */
#define SLOT_POINTER (UINT64_C(1) << 51) /* src is the address of a descriptor */
#define SLOT_COUNT (UINT64_C(1) << 52)   /* what follows is how many are announced here */
#define SLOT_LENGTH_HIGH_SHIFT 56

static inline uint32_t
cpu_slot_length(const struct cpu_slot *s)
{
	uint32_t low = (uint32_t)(s->src >> SLOT_ADDR_BITS);
	uint32_t high = (uint32_t)(s->dst >> SLOT_LENGTH_HIGH_SHIFT);

	return likely(high == 0) || (s->dst & SLOT_COUNT) ? low :
			high << SLOT_LENGTH_LOW_BITS | low;
}

/* Slots that are fetched ahead: who calls slots() has fetched as many. */
#define CPU_FETCH_SLOTS 64

/* rte_prefetch0() would be a call in functions for another CPU than the rest. */
static __rte_always_inline void
cpu_prefetch(const void *p)
{
	__builtin_prefetch(p);
}

/* For a store that comes soon: no other CPU keeps the line. rte_prefetch0_write() is compiled for CPUs
 * on which that cannot be said, and leaves it with them; but those take this for nothing.
 */
static __rte_always_inline void
cpu_prefetch_write(const void *p)
{
#ifdef RTE_ARCH_X86_64
	__asm__ volatile ("prefetchw %0" : : "m" (*(const char *)p));
#else
	rte_prefetch0_write(p);
#endif
}

/* Where a loop over descriptors begins, and then where it has ended; and what those that it has copied
 * have together.
 */
struct cpu_walk {
	struct netdma_desc *desc;
	uint64_t bytes;
	uint32_t flags;
};

struct cpu_copier {
	const char *name;
	/* Copy slots of a ring, from one count to another; up to the first that is a pointer, or
	 * that brings it to so many bytes. @return the count behind the last one that was copied.
	 */
	uint64_t (*slots)(const struct cpu_slot *ring, uint64_t mask, uint64_t at, uint64_t end,
			uint64_t *bytes);
	/* Copy n descriptors, up to one that is not plain. @return how many. */
	uint64_t (*list)(struct cpu_walk *walk, uint64_t n);
};

/* By name; NULL: the best of this CPU within what EAL allows (--force-max-simd-bitwidth). @return
 * NULL when this CPU or this build has no such.
 */
const struct cpu_copier *cpu_copier_find(const char *name);

extern const struct cpu_copier cpu_copier_plain;
#ifdef RTE_ARCH_X86_64
extern const struct cpu_copier cpu_copier_avx2, cpu_copier_avx512;
#endif

#endif /* NETDMA_CPU_COPY_H */
