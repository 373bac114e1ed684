/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The everyday calls: filling the channel's own ring, and handing it over. */

#include <rte_mbuf.h>

#include "guard.h"
#include "private.h"
#include "trace.h"

#define HINT_FLAGS (NETDMA_DESC_SOURCE_NO_SNOOP | NETDMA_DESC_DESTINATION_NO_SNOOP | \
	NETDMA_DESC_DESTINATION_DCA_ENABLE)
/* Of an entry of several slots, the last one carries these. */
#define ENTRY_FLAGS (NETDMA_DESC_INTERRUPT_ON_COMPLETION | NETDMA_DESC_SERIALIZE_TRANSFER | \
	NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION)

/* An entry that is being filled. It counts on without writing when there is no room, to
 * tell what would never fit from what does not fit now.
 */
struct entry {
	struct netdma_channel *ch;
	uint64_t slot; /* the next one */
	uint64_t end;  /* the first that is not free */
	uint32_t flags;
};

static inline struct netdma_desc *
ring_slot(const struct netdma_channel *ch, uint64_t slot)
{
	return &ch->ring[slot & ch->ring_mask];
}

static int
entry_begin(struct entry *e, struct netdma_channel *ch, uint32_t flags)
{
	int ret;

	if (unlikely((flags & ~(HINT_FLAGS | ENTRY_FLAGS)) != 0)) {
		NETDMA_LOG_LIMITED(ERR, "channel %d: flags 0x%08x: bits 0x%08x do not go with a "
				"copy", ch->id, flags, flags & ~(HINT_FLAGS | ENTRY_FLAGS));
		return -EINVAL;
	}
	ret = netdma_channel_feed_begin(ch, FEED_RING);
	if (unlikely(ret != 0))
		return ret;
	*e = (struct entry){ ch, ch->ring_filled, ch->ring_freed + ch->ring_mask + 1,
			flags & HINT_FLAGS };
	return 0;
}

static inline void
entry_slot(struct entry *e, uint64_t src, uint64_t dst, uint32_t length)
{
	struct netdma_desc *d;

	if (likely(e->slot < e->end)) {
		d = ring_slot(e->ch, e->slot);
		d->length = length;
		d->flags = e->flags;
		d->src = src;
		d->dst = dst;
	}
	e->slot++;
}

static int
out_of_reach(const struct netdma_channel *ch, const char *what, uint64_t addr, uint64_t length)
{
	NETDMA_LOG_LIMITED(ERR, "channel %d: copy refused: %s 0x%" PRIx64 " + %" PRIu64 " is "
			"outside the memory that the engine may reach: DPDK's, or registered with "
			"netdma_mem_register()", ch->id, what, addr, length);
	return -EFAULT;
}

/* Where IOVAs are not virtual addresses: as many slots as there are contiguous pieces. */
static int
entry_translated(struct entry *e, uint64_t src, uint64_t dst, uint64_t length)
{
	struct netdma_channel *ch = e->ch;
	uint64_t src_iova, dst_iova, src_room, dst_room, piece;

	for (; length > 0; length -= piece, src += piece, dst += piece) {
		if (!netdma_region_translate(ch, &ch->regions.src, src, &src_iova, &src_room))
			return out_of_reach(ch, "source", src, length);
		if (!netdma_region_translate(ch, &ch->regions.dst, dst, &dst_iova, &dst_room))
			return out_of_reach(ch, "destination", dst, length);
		piece = RTE_MIN(RTE_MIN(src_room, dst_room),
				RTE_MIN(length, (uint64_t)ch->max_transfer));
		if (src_iova + piece - 1 > ch->max_addr)
			return out_of_reach(ch, "source IOVA", src_iova, piece);
		if (dst_iova + piece - 1 > ch->max_addr)
			return out_of_reach(ch, "destination IOVA", dst_iova, piece);
		entry_slot(e, src_iova, dst_iova, (uint32_t)piece);
	}
	return 0;
}

/* Add a contiguous piece of at least one byte. */
static int
entry_add(struct entry *e, const void *from, void *to, uint64_t length)
{
	struct netdma_channel *ch = e->ch;
	uint64_t src = (uintptr_t)from, dst = (uintptr_t)to, piece;

	if (unlikely(ch->iova))
		return entry_translated(e, src, dst, length);
	if (!ch->trusted) {
		if (unlikely(src + length - 1 > ch->max_addr ||
				!netdma_region_check(ch, &ch->regions.src, false, src, length)))
			return out_of_reach(ch, "source", src, length);
		if (unlikely(dst + length - 1 > ch->max_addr ||
				!netdma_region_check(ch, &ch->regions.dst, false, dst, length)))
			return out_of_reach(ch, "destination", dst, length);
	}
	/* What never fits need only be counted, and not to its end. */
	if (unlikely(length > ch->max_transfer && length / ch->max_transfer > ch->ring_mask + 1))
		length = (ch->ring_mask + 2) * (uint64_t)ch->max_transfer;
	for (; unlikely(length > ch->max_transfer); length -= piece, src += piece, dst += piece) {
		piece = ch->max_transfer;
		entry_slot(e, src, dst, (uint32_t)piece);
	}
	entry_slot(e, src, dst, (uint32_t)length);
	return 0;
}

/* The entry is complete: it counts as filled from here on. */
static int
entry_commit(struct entry *e, uint32_t flags, void *user)
{
	struct netdma_channel *ch = e->ch;
	struct netdma_desc *last;
	uint64_t i;

	if (unlikely(e->slot > e->end)) {
		if (e->slot - ch->ring_filled <= ch->ring_mask + 1) {
			counter_add(&ch->count.no_room, 1);
			return -ENOSPC;
		}
		NETDMA_LOG_LIMITED(ERR, "channel %d: a copy of %" PRIu64 " slots never fits into "
				"a ring of %u", ch->id, e->slot - ch->ring_filled,
				ch->ring_mask + 1);
		return -E2BIG;
	}
	last = ring_slot(ch, e->slot - 1);
	last->flags |= flags & ENTRY_FLAGS;
	last->user = user;
	if (e->slot - ch->ring_filled > 1)
		ch->list.special = RTE_MAX(ch->list.special, netdma_ring_count(ch, e->slot));
	for (i = ch->ring_filled; i + 1 < e->slot; i++)
		ring_slot(ch, i)->user_context1 = CTX_MORE;
	__atomic_store_n(&ch->ring_filled, e->slot, __ATOMIC_RELEASE);
	return 0;
}

static int
entry_void(struct entry *e, uint32_t flags, void *user)
{
	e->flags |= NETDMA_DESC_NULL_TRANSFER;
	entry_slot(e, 0, 0, 0);
	return entry_commit(e, flags, user);
}

/* What fits into a slot as it is, in memory that was hit before: most do. @return whether it was filled. */
static inline bool
fill_simple(struct netdma_channel *ch, uint64_t src, uint64_t dst, uint64_t length, uint32_t flags,
		void *user)
{
	uint64_t at = ch->ring_filled;
	struct netdma_desc *d;

	if (unlikely((flags & ~(HINT_FLAGS | ENTRY_FLAGS)) != 0 || ch->feed != FEED_RING ||
			ch->iova || length - 1 >= ch->max_transfer ||
			at - ch->ring_freed > ch->ring_mask ||
			ch->regions.gen != __atomic_load_n(&netdma_region_gen, __ATOMIC_ACQUIRE)))
		return false;
	if (!ch->trusted && unlikely(!region_covers_copy(&ch->regions, src, dst, length,
			ch->max_addr)))
		return false;
	d = ring_slot(ch, at);
	d->length = (uint32_t)length;
	d->flags = flags;
	d->src = src;
	d->dst = dst;
	d->user = user;
	__atomic_store_n(&ch->ring_filled, at + 1, __ATOMIC_RELEASE);
	return true;
}

static inline int
leave(struct netdma_channel *ch, int ret)
{
	netdma_channel_feed_end(ch, FEED_RING, ret != 0);
	if (unlikely(ret != 0) && ret != -ENOSPC)
		counter_add(&ch->count.refused, 1);
	netdma_channel_leave(ch);
	return ret;
}

/* Another thread has the channel for a moment: as good as no room. */
static inline int
not_entered(int ret)
{
	return ret == -EAGAIN ? -ENOSPC : ret;
}

/* Any copy, inside a call that ends here. */
static int __rte_noinline
copy_other(struct netdma_channel *ch, const void *src, void *dst, size_t length, uint32_t flags,
		void *user)
{
	struct entry e;
	int ret;

	ret = entry_begin(&e, ch, flags);
	if (likely(ret == 0)) {
		if (unlikely(length == 0)) {
			ret = entry_void(&e, flags, user);
		} else {
			ret = entry_add(&e, src, dst, length);
			if (likely(ret == 0))
				ret = entry_commit(&e, flags, user);
		}
		netdma_trace_fp_copy(ch->id, src, dst, length);
	}
	return leave(ch, ret);
}

static int __rte_noinline
copy_contended(struct netdma_channel *ch, const void *src, void *dst, size_t length,
		uint32_t flags, void *user)
{
	int ret = netdma_channel_enter_contended(ch);

	return ret == 0 ? copy_other(ch, src, dst, length, flags, user) : not_entered(ret);
}

/* What is not simple is apart, and goes on from here: so nothing is saved for it. */
int
netdma_copy(struct netdma_channel *ch, const void *src, void *dst, size_t length, uint32_t flags,
		void *user)
{
	if (unlikely(ch == NULL))
		return -EINVAL;
	if (unlikely(!netdma_channel_enter_short(ch)))
		return copy_contended(ch, src, dst, length, flags, user);
	if (unlikely(!fill_simple(ch, (uintptr_t)src, (uintptr_t)dst, length, flags, user)))
		return copy_other(ch, src, dst, length, flags, user);
	netdma_trace_fp_copy(ch->id, src, dst, length);
	netdma_channel_leave(ch);
	return 0;
}

int
netdma_marker(struct netdma_channel *ch, uint32_t flags, void *user)
{
	return netdma_copy(ch, NULL, NULL, 0, flags, user);
}

/* The bytes of a packet from an offset on, segment by segment. */
static int
entry_mbuf(struct entry *e, const struct rte_mbuf *m, uint32_t offset, void *dst, void *user)
{
	uint64_t slot = e->slot;
	char *to = dst;
	int ret;

	for (; m != NULL && offset >= rte_pktmbuf_data_len(m); m = m->next)
		offset -= rte_pktmbuf_data_len(m);
	for (; m != NULL; m = m->next, offset = 0) {
		uint32_t length = rte_pktmbuf_data_len(m) - offset;

		if (unlikely(length == 0))
			continue;
		ret = entry_add(e, rte_pktmbuf_mtod_offset(m, const char *, offset), to, length);
		if (unlikely(ret != 0))
			return ret;
		to += length;
	}
	return slot == e->slot ? entry_void(e, 0, user) : entry_commit(e, 0, user);
}

int
netdma_copy_mbuf(struct netdma_channel *ch, const struct rte_mbuf *m, uint32_t offset, void *dst,
		void *user)
{
	struct entry e;
	int ret;

	if (unlikely(ch == NULL || m == NULL))
		return -EINVAL;
	ret = netdma_channel_enter(ch);
	if (unlikely(ret != 0))
		return not_entered(ret);
	if (unlikely(offset > rte_pktmbuf_pkt_len(m))) {
		NETDMA_LOG_LIMITED(ERR, "channel %d: offset %u lies behind the packet's %u bytes",
				ch->id, offset, rte_pktmbuf_pkt_len(m));
		return leave(ch, -EINVAL);
	}
	ret = entry_begin(&e, ch, 0);
	if (likely(ret == 0)) {
		ret = entry_mbuf(&e, m, offset, dst, user);
		netdma_trace_fp_copy(ch->id, m, dst, rte_pktmbuf_pkt_len(m) - offset);
	}
	return leave(ch, ret);
}

/* Any submission of n slots, inside a call. */
static int __rte_noinline
submit_other(struct netdma_channel *ch, uint32_t n)
{
	struct netdma_desc *first = ring_slot(ch, ch->ring_submitted);

	if (unlikely(ch->run == RUN_HALTED))
		return -ECANCELED;
	if (n == 0)
		return 0;
	netdma_list_link(ch, first, ring_slot(ch, ch->ring_filled - 1), n);
	__atomic_store_n(&ch->ring_submitted, ch->ring_filled, __ATOMIC_RELEASE);
	netdma_trace_fp_append(ch->id, first, n);
	if (unlikely(!ch->started)) {
		__atomic_store_n(&ch->started, true, __ATOMIC_RELAXED);
		ch->hurdle |= HURDLE_RESTART;
	}
	if (likely(ch->run == RUN_NORMAL))
		netdma_engine_give(ch);
	return (int)n;
}

int
netdma_submit(struct netdma_channel *ch)
{
	struct netdma_desc *first;
	uint32_t n;
	int ret;

	if (unlikely(ch == NULL))
		return -EINVAL;
	ret = netdma_channel_enter(ch);
	if (unlikely(ret != 0))
		return ret == -EAGAIN ? 0 : ret;
	n = (uint32_t)(ch->ring_filled - ch->ring_submitted);
	if (likely(n != 0 && channel_is_plain_fed(ch, FEED_RING))) {
		first = ring_slot(ch, ch->ring_submitted);
		ch->list.allowed = netdma_list_put(ch, first,
				ring_slot(ch, ch->ring_filled - 1), n);
		__atomic_store_n(&ch->ring_submitted, ch->ring_filled, __ATOMIC_RELEASE);
		netdma_trace_fp_append(ch->id, first, n);
		netdma_engine_serve(ch, ch->append);
		ret = (int)n;
	} else {
		ret = submit_other(ch, n);
	}
	netdma_channel_leave(ch);
	return ret;
}
