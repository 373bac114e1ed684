/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Lists that callers link: the check, and handing them over. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "guard.h"
#include "private.h"
#include "trace.h"

#define CONTEXT_CHANGE (NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE)
#define CONTEXT_CHANGE_FLAGS (CONTEXT_CHANGE | NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION | \
	NETDMA_DESC_SERIALIZE_TRANSFER)
#define TRANSFER_FLAGS (NETDMA_DESC_INTERRUPT_ON_COMPLETION | NETDMA_DESC_SOURCE_NO_SNOOP | \
	NETDMA_DESC_DESTINATION_NO_SNOOP | NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION | \
	NETDMA_DESC_SERIALIZE_TRANSFER | NETDMA_DESC_NULL_TRANSFER | \
	NETDMA_DESC_SOURCE_PAGE_BREAK | NETDMA_DESC_DESTINATION_PAGE_BREAK | \
	NETDMA_DESC_DESTINATION_DCA_ENABLE)

/* With nothing else there is one piece on either side. */
#define SIMPLE_FLAGS (TRANSFER_FLAGS & ~(NETDMA_DESC_NULL_TRANSFER | NETDMA_DESC_SOURCE_PAGE_BREAK | \
	NETDMA_DESC_DESTINATION_PAGE_BREAK))

/* A walk over a list that is being checked. */
struct walk {
	struct netdma_channel *ch;
	struct region_hit *src; /* last hits */
	struct region_hit *dst;
	uint32_t index;
	struct netdma_desc *desc;
	struct netdma_check *check;
};

/* Say what is wrong with the walk's descriptor. @return ret. */
static int __rte_format_printf(3, 4)
refuse(struct walk *w, int ret, const char *format, ...)
{
	va_list ap;

	w->check->index = w->index;
	w->check->desc = w->desc;
	va_start(ap, format);
	vsnprintf(w->check->reason, sizeof(w->check->reason), format, ap);
	va_end(ap);
	return ret;
}

/* One side of a copy: up to its page break, and behind it. */
static int
check_side(struct walk *w, struct region_hit *hit, const char *what, uint64_t addr, uint64_t next,
		bool broken)
{
	struct netdma_channel *ch = w->ch;
	uint64_t length = netdma_page_break(addr, w->desc->length, broken), left;

	for (left = w->desc->length; left > 0; left -= length, addr = next, length = left)
		if (unlikely(addr + length - 1 > ch->list_max_addr ||
				!netdma_region_check(ch, hit, ch->list_iova, addr, length)))
			return refuse(w, -EFAULT, "%s 0x%" PRIx64 " + %" PRIu64 " is outside the "
					"memory that the engine may reach: DPDK's, or registered "
					"with netdma_mem_register()",
					what, addr, length);
	return 0;
}

static int
check_flags(struct walk *w)
{
	const struct netdma_desc *d = w->desc;
	uint32_t known = TRANSFER_FLAGS;

	if ((d->flags & NETDMA_DESC_OP_TYPE_MASK) == NETDMA_DESC_OP_CONTEXT_CHANGE) {
		if ((d->flags & CONTEXT_CHANGE) != CONTEXT_CHANGE)
			return refuse(w, -EINVAL, "flags 0x%08x: a context change goes with "
					"DCA_CONTEXT_CHANGE (0x1)", d->flags);
		known = CONTEXT_CHANGE_FLAGS;
	}
	if ((d->flags & ~known) != 0)
		return refuse(w, -EINVAL, "flags 0x%08x: bits 0x%08x are reserved or do not go "
				"with this operation", d->flags, d->flags & ~known);
	return 0;
}

/* A simple one between the ranges that were hit last: most are. */
static inline bool
is_right(const struct walk *w)
{
	const struct netdma_channel *ch = w->ch;
	const struct netdma_desc *d = w->desc;

	return (d->flags & ~SIMPLE_FLAGS) == 0 && d->length - 1 < ch->list_max_transfer &&
			region_covers_copy(&ch->regions, d->src, d->dst, d->length,
					ch->list_max_addr);
}

static int __rte_noinline
check_desc(struct walk *w)
{
	struct netdma_channel *ch = w->ch;
	const struct netdma_desc *d = w->desc;
	int ret;

	if (unlikely((d->flags & ~TRANSFER_FLAGS) != 0)) {
		ret = check_flags(w);
		if (ret != 0)
			return ret;
	}
	if (netdma_desc_is_void(d))
		return 0;
	if (unlikely(d->length - 1 >= ch->list_max_transfer))
		return refuse(w, -ERANGE, "length %u: it must be 1 to %u", d->length,
				ch->list_max_transfer);
	ret = check_side(w, w->src, "source", d->src, d->next_src,
			d->flags & NETDMA_DESC_SOURCE_PAGE_BREAK);
	if (ret != 0)
		return ret;
	return check_side(w, w->dst, "destination", d->dst, d->next_dst,
			d->flags & NETDMA_DESC_DESTINATION_PAGE_BREAK);
}

/* A descriptor on a list: this very list, if the walk came by it before. */
static int
refuse_taken(struct walk *w, const struct netdma_desc *first)
{
	uint32_t i;

	if (w->desc->user_context1 == CTX_FREE)
		return refuse(w, -EINVAL, "it is free: it must come from netdma_desc_alloc()");
	for (i = 0; i < w->index; i++, first = first->next)
		if (first == w->desc)
			return refuse(w, -EINVAL, "the list runs in a cycle: it was descriptor %u "
					"already", i);
	if ((w->desc->user_context1 & CTX_ON_LIST) == 0)
		return refuse(w, -EINVAL, "user_context1 is 0x%" PRIx64 ": it is the library's, "
				"and 0 in a descriptor that is handed over",
				w->desc->user_context1);
	return refuse(w, -EBUSY, "it is on a list already");
}

/* Check a list, and mark its descriptors as being on one. What was marked when the check
 * fails is in check->index: to be unmarked.
 */
static int
walk_list(struct walk *w, struct netdma_desc *first, struct netdma_desc *last, uint32_t n)
{
	struct netdma_channel *ch = w->ch;
	int ret;

	w->index = 0;
	w->desc = first;
	if (first == NULL || last == NULL || n == 0)
		return refuse(w, -EINVAL, "a list needs a first, a last and a count");
	if (!netdma_pool_find(&ch->pool, first))
		return refuse(w, -EINVAL, "%p is no descriptor of a pool", (void *)first);
	for (;; w->index++, w->desc = w->desc->next) {
		if (unlikely(!netdma_pool_has(&ch->pool, w->desc)))
			return refuse(w, -EINVAL, "%p, to which the one before leads, is no "
					"descriptor of the list's pool", (void *)w->desc);
		if (unlikely(w->desc->user_context1 != 0))
			return refuse_taken(w, first);
		if (unlikely(!is_right(w))) {
			ret = check_desc(w);
			if (ret != 0)
				return ret;
		}
		if (unlikely(w->desc == last || w->index == n - 1))
			break;
		w->desc->user_context1 = CTX_ON_LIST;
	}
	if (w->desc != last)
		return refuse(w, -EINVAL, "it is the last of %u by count, but not the last that "
				"was named", n);
	if (w->index != n - 1)
		return refuse(w, -EINVAL, "it is the last, after %u: the count says %u",
				w->index + 1, n);
	w->desc->user_context1 = CTX_ON_LIST;
	return 0;
}

static void
unmark(struct netdma_desc *d, uint32_t n)
{
	for (; n > 0; n--, d = d->next)
		d->user_context1 = 0;
}

static int
check_list(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last,
		uint32_t n, struct netdma_check *check)
{
	struct walk w = { ch, &ch->regions.src, &ch->regions.dst, 0, NULL, check };
	int ret;

	ret = walk_list(&w, first, last, n);
	if (ret != 0)
		unmark(first, check->index);
	return ret;
}

/* The list before may have named the descriptor with which this one begins. */
static int
check_expected(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_check *check)
{
	struct walk w = { .ch = ch, .desc = first, .check = check };

	if (likely(ch->expected == NULL || ch->expected == first))
		return 0;
	return refuse(&w, -EINVAL, "the last list said that this one begins with %p",
			(void *)ch->expected);
}

static int
check_started(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_check *check)
{
	struct walk w = { .ch = ch, .desc = first, .check = check };

	if (likely(ch->feed == FEED_LIST && ch->started))
		return 0;
	if (ch->feed == FEED_RING && ch->list.delivered != ch->list.accepted)
		return refuse(&w, -EBUSY, "the channel is ring-fed with work outstanding: poll it "
				"first");
	return refuse(&w, -EINVAL, "append before start: the first list goes to "
			"netdma_channel_start()");
}

static void
stamp(struct netdma_desc *d, uint32_t n)
{
	uint64_t now = netdma_stamp() << CTX_STAMP_SHIFT;

	for (; n > 0; n--, d = d->next)
		d->user_context1 |= now;
}

/* Link a chain behind the channel's last descriptor. */
void
netdma_list_link(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last,
		uint32_t n)
{
	netdma_list_put(ch, first, last, n);
	if (unlikely(ch->latency_on)) {
		stamp(first, n);
		/* Each must be looked at, even if the histogram is off by then. */
		ch->list.special = RTE_MAX(ch->list.special, ch->list.accepted);
	}
	if (unlikely(ch->adapt) && ch->feed == FEED_LIST)
		netdma_adapt(ch, first, n, ch->list_iova);
	netdma_list_allow(ch);
}

/* Take what was not given, up to a count, out of the engine's way: it completes in its place, not
 * copied.
 */
void
netdma_list_drop(struct netdma_channel *ch, uint64_t end, enum netdma_error error)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d = l->give;
	uint64_t i;

	for (i = l->given; i < end; i++, d = d->next) {
		if ((d->flags & NETDMA_DESC_DROPPED) && !(d->user_context1 & CTX_CORE))
			continue;
		d->flags |= NETDMA_DESC_DROPPED;
		d->user_context1 &= ~CTX_CORE;
		netdma_desc_set_status(d, NETDMA_NOT_COPIED, error);
	}
}

/* Lead from the tail of the old list to the new one, or to nothing, whatever the client put
 * there. An engine may have the tail: nothing else of it may be touched.
 */
void
netdma_list_bridge(struct netdma_channel *ch, struct netdma_desc *first)
{
	if (ch->list.delivered == ch->list.accepted || ch->tail->next == NULL ||
			ch->tail->next == first)
		return;
	/* It may be led elsewhere for the second time. */
	if (ch->nb_bridges == 0 || ch->bridge[ch->nb_bridges - 1].desc != ch->tail)
		ch->bridge[ch->nb_bridges++] = (struct bridge){ ch->tail, ch->tail->next };
	ch->bytes_at = UINT64_MAX; /* not plain, until they are delivered */
	ch->tail->next = first;
}

/* Give the client back the `next` of a descriptor, if it was borrowed. */
void
netdma_list_unbridge(struct netdma_channel *ch, struct netdma_desc *d)
{
	uint32_t i;

	for (i = 0; i < ch->nb_bridges && ch->bridge[i].desc != d; i++)
		;
	if (i == ch->nb_bridges)
		return;
	d->next = ch->bridge[i].next;
	for (ch->nb_bridges--; i < ch->nb_bridges; i++)
		ch->bridge[i] = ch->bridge[i + 1];
}

static int
refused(struct netdma_channel *ch, const char *what, const struct netdma_check *check, int ret)
{
	counter_add(&ch->count.refused, 1);
	NETDMA_LOG_LIMITED(ERR, "channel %d: %s refused: descriptor %u: %s", ch->id, what,
			check->index, check->reason);
	return ret;
}

/* Check a list that is to be handed over, if it is to be checked. What is wrong is logged. */
int
netdma_list_check(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last,
		uint32_t n, const char *what)
{
	struct netdma_check check;
	int ret;

	if (ch->trusted && first != NULL && last != NULL && n != 0)
		return 0;
	netdma_channel_regions_refresh(ch);
	ret = check_list(ch, first, last, n, &check);
	return likely(ret == 0) ? 0 : refused(ch, what, &check, ret);
}

/* A start drops what was not given, and ends a halt or a suspension. */
static void
start_over(struct netdma_channel *ch)
{
	ch->replaced = ch->list.accepted;
	netdma_list_drop(ch, ch->replaced, NETDMA_ERROR_CANCELED);
	__atomic_store_n(&ch->run, RUN_NORMAL, __ATOMIC_RELAXED);
	netdma_list_allow(ch);
}

static int
start_ring(struct netdma_channel *ch)
{
	int ret = netdma_channel_feed_begin(ch, FEED_RING);

	if (ret != 0)
		return ret;
	netdma_channel_feed_end(ch, FEED_RING, false);
	start_over(ch);
	if (ch->started)
		netdma_engine_give(ch);
	return 0;
}

static int
start_list(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last,
		uint32_t n)
{
	int ret;

	ret = netdma_channel_feed_begin(ch, FEED_LIST);
	if (ret != 0)
		return ret;
	if (ch->nb_bridges == CHANNEL_BRIDGES) {
		NETDMA_LOG_LIMITED(ERR, "channel %d was started %d times without a poll", ch->id,
				CHANNEL_BRIDGES);
		return -EBUSY;
	}
	ret = netdma_list_check(ch, first, last, n, "start");
	netdma_channel_feed_end(ch, FEED_LIST, ret != 0);
	if (ret != 0)
		return ret;
	start_over(ch);
	netdma_list_bridge(ch, first);
	netdma_list_link(ch, first, last, n);
	__atomic_store_n(&ch->started, true, __ATOMIC_RELAXED);
	ch->hurdle |= HURDLE_RESTART;
	netdma_trace_channel_start(ch->id, first, n);
	netdma_engine_give(ch);
	return 0;
}

int
netdma_channel_start(struct netdma_channel *ch, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n)
{
	int ret;

	if (ch == NULL)
		return -EINVAL;
	ret = netdma_channel_enter(ch);
	if (ret != 0)
		return ret;
	if (ch->in_callback) {
		ret = -EBUSY;
	} else if (first == NULL && last == NULL && n == 0 && ch->feed != FEED_LIST) {
		ret = start_ring(ch);
	} else {
		ret = start_list(ch, first, last, n);
	}
	netdma_channel_leave(ch);
	return ret;
}

static int
append(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last, uint32_t n)
{
	struct netdma_check check;
	int ret;

	if (unlikely(ch->run != RUN_NORMAL))
		return ch->run == RUN_HALTED ? -ECANCELED : -EBUSY;
	ret = check_started(ch, first, &check);
	if (likely(ret == 0))
		ret = check_expected(ch, first, &check);
	if (unlikely(ret != 0))
		return refused(ch, "append", &check, ret);
	ret = netdma_list_check(ch, first, last, n, "append");
	if (unlikely(ret != 0))
		return ret;
	netdma_list_link(ch, first, last, n);
	netdma_trace_fp_append(ch->id, first, n);
	netdma_engine_give(ch);
	return 0;
}

/* Any append, inside a call that ends here. */
static int __rte_noinline
append_other(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last,
		uint32_t n)
{
	int ret = append(ch, first, last, n);

	netdma_channel_leave(ch);
	return ret;
}

static int __rte_noinline
append_contended(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last,
		uint32_t n)
{
	int ret = netdma_channel_enter_contended(ch);

	return ret == 0 ? append_other(ch, first, last, n) : ret;
}

int
netdma_channel_append(struct netdma_channel *ch, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n)
{
	if (unlikely(ch == NULL))
		return -EINVAL;
	if (unlikely(!netdma_channel_enter_short(ch)))
		return append_contended(ch, first, last, n);
	if (unlikely(!channel_is_plain(ch) || first == NULL || last == NULL || n == 0 ||
			(ch->expected != NULL && ch->expected != first)))
		return append_other(ch, first, last, n);
	ch->list.allowed = netdma_list_put(ch, first, last, n);
	netdma_trace_fp_append(ch->id, first, n);
	netdma_engine_serve(ch, ch->append);
	if (n >= LIST_ENDS_FROM && likely(ch->list.given == ch->list.accepted)) {
		struct list_end *e = &ch->end[ch->nb_ends++ % LIST_ENDS];

		e->count = ch->list.given;
		e->bytes = ch->list.bytes;
		e->last = last;
	}
	netdma_channel_leave_outer(ch);
	return 0;
}

int
netdma_channel_check(struct netdma_channel *ch, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n, struct netdma_check *user)
{
	struct netdma_check check;
	int ret;

	if (ch == NULL)
		return -EINVAL;
	ret = netdma_channel_enter(ch);
	if (ret != 0)
		return ret;
	/* Hits of its own: a ring-fed channel's may be in another address space. */
	netdma_region_flush(ch);
	ret = ch->feed == FEED_LIST && ch->started ? check_expected(ch, first, &check) : 0;
	if (ret == 0) {
		ret = check_list(ch, first, last, n, &check);
		if (ret == 0)
			unmark(first, n);
	}
	if (ret != 0 && user != NULL)
		*user = check;
	netdma_region_flush(ch);
	netdma_channel_leave(ch);
	return ret;
}
