/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What the core makes of copies that did not succeed, before their completion counts.
 *
 * Nothing behind a descriptor that serializes was given as long as this has not seen to what
 * failed before it. So a copy can be redone at once: whatever has run since may run in any
 * order with it.
 */

#include <string.h>

#include "private.h"

/* Copy on this CPU, what an engine was told in its address space. */
static bool
copy_iova(const struct netdma_piece *piece)
{
	uint32_t at, n;
	void *src, *dst;

	for (at = 0; at < piece->length; at += n) {
		n = piece->length - at;
		src = netdma_iova_to_va(piece->src + at, &n);
		dst = netdma_iova_to_va(piece->dst + at, &n);
		if (src == NULL || dst == NULL)
			return false;
		memcpy(dst, src, n);
	}
	return true;
}

/* It may be an address that made the engine fail: also on a trusted channel they are looked
 * at first. Not with the channel's last hits, which may be in another address space.
 */
static bool
copy_va(struct netdma_channel *ch, const struct netdma_piece *piece)
{
	struct region_hit src = { 0 }, dst = { 0 };

	if (!netdma_region_check(ch, &src, false, piece->src, piece->length) ||
			!netdma_region_check(ch, &dst, false, piece->dst, piece->length))
		return false;
	memcpy((void *)(uintptr_t)piece->dst, (const void *)(uintptr_t)piece->src, piece->length);
	return true;
}

/* @return whether it was copied; it has its status then. */
static bool
redo(struct netdma_channel *ch, struct netdma_desc *d, bool iova)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES];
	unsigned int i, n = netdma_desc_pieces(d, piece);

	for (i = 0; i < n; i++)
		if (!(iova ? copy_iova(&piece[i]) : copy_va(ch, &piece[i])))
			return false;
	netdma_desc_set_status(d, NETDMA_COPIED, NETDMA_ERROR_NONE);
	d->user_context1 |= CTX_RECOVERED;
	return true;
}

/* It was the CPU's from the beginning. */
static void
run(struct netdma_channel *ch, struct netdma_desc *d)
{
	d->flags &= ~NETDMA_DESC_DROPPED;
	if (!redo(ch, d, (d->user_context1 & CTX_CORE_IOVA) != 0))
		netdma_desc_set_status(d, NETDMA_FAILED, NETDMA_ERROR_ADDR);
}

static void
recover(struct netdma_channel *ch, struct netdma_desc *d)
{
	enum netdma_error error = netdma_desc_error(d);

	/* The engine may write after the CPU; and the CPU does not survive poisoned data. */
	if ((d->user_context1 & CTX_MAY_WRITE) || error == NETDMA_ERROR_POISON)
		return;
	/* A part of it may have been copied on the way to finding out. */
	if (!redo(ch, d, ch->iova))
		netdma_desc_set_status(d, netdma_desc_status(d) == NETDMA_UNKNOWN ?
				NETDMA_UNKNOWN : NETDMA_FAILED, error);
}

/* Halt: what the engine has goes on, the rest completes in its place without it. */
static void
halt(struct netdma_channel *ch)
{
	__atomic_store_n(&ch->run, RUN_HALTED, __ATOMIC_RELAXED);
	netdma_list_drop(ch, ch->list.accepted, NETDMA_ERROR_HALTED);
	netdma_list_allow(ch);
	netdma_word_stop(ch, NETDMA_WORD_HALTED);
}

static void
see_to(struct netdma_channel *ch, struct netdma_desc *d)
{
	if (ch->run == RUN_HALTED)
		return;
	if (d->user_context1 & CTX_CORE)
		run(ch, d);
	else if (d->flags & NETDMA_DESC_DROPPED)
		return;
	else if (ch->policy == NETDMA_ON_ERROR_RECOVER)
		recover(ch, d);
	/* What a start has replaced has nothing to do with the new list. */
	if (ch->policy == NETDMA_ON_ERROR_HALT && netdma_desc_status(d) != NETDMA_COPIED &&
			ch->settled.count > ch->replaced)
		halt(ch);
}

/* See to what has completed and failed since the last time. */
void
netdma_settle(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d;

	l->special = RTE_MAX(l->special, l->completed);
	ch->bytes_at = UINT64_MAX;
	memset(ch->end, 0, sizeof(ch->end));
	while (l->settled != l->failed) {
		if (unlikely(RTE_MAX(ch->settled.count, l->delivered) == l->completed)) {
			NETDMA_LOG_LIMITED(ERR, "channel %d: the driver of %s counts more failures "
					"than there are", ch->id, ch->provider->name);
			l->settled = l->failed;
			break;
		}
		d = list_cursor_next(l, &ch->settled);
		if (netdma_desc_status(d) == NETDMA_COPIED)
			continue;
		l->settled++;
		see_to(ch, d);
	}
}
