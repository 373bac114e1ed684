/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_REGION_H
#define NETDMA_REGION_H

/* The memory that engines may reach, and its IOVAs: DPDK's own, and what was registered.
 *
 * All of it is in one table, which is replaced whole when memory comes or goes. A
 * channel keeps the range that it hit last on either side, so a copy that stays in its
 * buffers' ranges costs a comparison.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_branch_prediction.h>

struct netdma_channel;

/* Areas that can be registered at once; half of what EAL has room for. */
#define REGION_SLOTS 64
#define REGION_NO_SLOT 255

struct region_hit {
	uint64_t start;
	uint64_t length;
	uint64_t delta; /* IOVA minus virtual address */
};

/* A channel's last hits. The owner writes, others read when it is in no call. */
struct region_cache {
	uint64_t gen;
	struct region_hit src;
	struct region_hit dst;
	/* Which registered areas were hit in this table; and for those of older tables, how
	 * many descriptors had been filled or accepted then: one of these may use it.
	 */
	uint64_t used;
	uint64_t used_until[REGION_SLOTS];
};

/* Counts every change of memory. */
extern uint64_t netdma_region_gen;

int netdma_region_init(void);
void netdma_region_fini(void);

/* Forget the hits, and remember what they stand for in descriptors. */
void netdma_region_flush(struct netdma_channel *ch);
/* Descriptors went back to the client that had been accepted. */
void netdma_region_withdrawn(struct netdma_channel *ch);

static inline bool
region_covers(const struct region_hit *hit, uint64_t addr, uint64_t length)
{
	return addr - hit->start < hit->length && length <= hit->length - (addr - hit->start);
}

/* Whether both sides of a copy lie in what was hit last, and no higher than an engine reaches. */
static inline bool
region_covers_copy(const struct region_cache *c, uint64_t src, uint64_t dst, uint64_t length,
		uint64_t max_addr)
{
	return region_covers(&c->src, src, length) && region_covers(&c->dst, dst, length) &&
			src + length - 1 <= max_addr && dst + length - 1 <= max_addr;
}

/* The slow path of the two functions below. */
bool netdma_region_miss(struct netdma_channel *ch, struct region_hit *hit, bool iova,
		uint64_t addr, uint64_t length);

/* Whether an engine may reach all of [addr, addr + length): IOVAs or virtual addresses. */
static inline bool
netdma_region_check(struct netdma_channel *ch, struct region_hit *hit, bool iova, uint64_t addr,
		uint64_t length)
{
	return likely(region_covers(hit, addr, length)) ||
			netdma_region_miss(ch, hit, iova, addr, length);
}

/* The IOVA of a virtual address, and how far it is contiguous. @return false: not there. */
static inline bool
netdma_region_translate(struct netdma_channel *ch, struct region_hit *hit, uint64_t va,
		uint64_t *iova, uint64_t *length)
{
	if (!netdma_region_check(ch, hit, false, va, 1))
		return false;
	*iova = va + hit->delta;
	*length = hit->length - (va - hit->start);
	return true;
}

/* The areas that clients registered; memory.c keeps them, under the control lock. */
int netdma_region_slot_add(uint64_t start, uint64_t length);
void netdma_region_slot_remove(int slot);
void netdma_region_slot_restore(int slot, uint64_t start, uint64_t length);
void netdma_region_changed(void);
int netdma_region_slot_find(uint64_t start, uint64_t length);
bool netdma_region_overlaps(uint64_t start, uint64_t length);

/* Whether a channel may use a registered area; if it was taken out of the table, after
 * waiting for those who may be looking at the old one.
 */
bool netdma_region_in_use(int slot, bool wait);

/* The channels that hold hits. */
void netdma_region_user_add(struct netdma_channel *ch);
void netdma_region_user_remove(struct netdma_channel *ch);

void netdma_region_dump(FILE *f);

#endif /* NETDMA_REGION_H */
