/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Descriptors that were filled for one engine and are handed to another.
 *
 * With IOVA as PA an engine takes virtual addresses or IOVAs, and one may be followed by the
 * other; and the new one may reach less far, or take shorter copies. What does not fit, the
 * CPU copies when its turn has come: to the engine it is void. A client finds its descriptors
 * as it has filled them when they come back.
 */

#include "private.h"

void
netdma_adapt_core(struct netdma_desc *d, bool iova)
{
	d->flags |= NETDMA_DESC_DROPPED;
	netdma_desc_set_status(d, NETDMA_NOT_COPIED, NETDMA_ERROR_NOT_ATTEMPTED);
	d->user_context1 |= CTX_CORE | (iova ? CTX_CORE_IOVA : 0);
}

void
netdma_adapt_undo(struct netdma_desc *d)
{
	if (d->user_context1 & CTX_TRANSLATED) {
		d->src = d->reserved1;
		d->dst = d->reserved2;
	}
	if (d->user_context1 & CTX_CORE)
		d->flags &= ~NETDMA_DESC_DROPPED;
	d->user_context1 &= ~(CTX_TRANSLATED | CTX_CORE | CTX_CORE_IOVA);
}

/* One side in the engine's address space. @return whether it is contiguous there. */
static bool
translate(struct netdma_channel *ch, uint64_t *addr, uint32_t length)
{
	struct region_hit hit = { 0 };
	uint32_t room = length;
	uint64_t iova, iova_room;
	const void *va;

	if (ch->iova) {
		if (!netdma_region_translate(ch, &hit, *addr, &iova, &iova_room) ||
				iova_room < length)
			return false;
		*addr = iova;
		return true;
	}
	va = netdma_iova_to_va(*addr, &room);
	*addr = (uintptr_t)va;
	return va != NULL && room == length;
}

static bool
fits(const struct netdma_channel *ch, const struct netdma_desc *d)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES];
	unsigned int i, n = netdma_desc_pieces(d, piece);

	for (i = 0; i < n; i++)
		if (piece[i].src + piece[i].length - 1 > ch->max_addr ||
				piece[i].dst + piece[i].length - 1 > ch->max_addr)
			return false;
	return d->length <= ch->max_transfer;
}

static void
adapt(struct netdma_channel *ch, struct netdma_desc *d, bool iova)
{
	struct netdma_desc to = *d;

	if (iova != ch->iova && ((d->flags & (NETDMA_DESC_SOURCE_PAGE_BREAK |
			NETDMA_DESC_DESTINATION_PAGE_BREAK)) ||
			!translate(ch, &to.src, d->length) || !translate(ch, &to.dst, d->length))) {
		netdma_adapt_core(d, iova);
		return;
	}
	if (!fits(ch, &to)) {
		netdma_adapt_core(d, iova);
		return;
	}
	if (iova == ch->iova)
		return;
	if (ch->feed == FEED_LIST) {
		d->reserved1 = d->src;
		d->reserved2 = d->dst;
		d->user_context1 |= CTX_TRANSLATED;
	}
	d->src = to.src;
	d->dst = to.dst;
}

void
netdma_adapt(struct netdma_channel *ch, struct netdma_desc *d, uint64_t n, bool iova)
{
	for (; n > 0; n--, d = d->next) {
		bool space = iova;

		/* The CPU's it was before. */
		if (d->user_context1 & CTX_CORE)
			continue;
		if (d->user_context1 & CTX_TRANSLATED) {
			netdma_adapt_undo(d);
			space = ch->list_iova;
		}
		if (!netdma_desc_is_void(d))
			adapt(ch, d, space);
	}
}
