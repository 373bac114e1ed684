/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Which provider a channel gets its engine from, and getting it. Under the lock. */

#include <string.h>

#include <rte_eal.h>
#include <rte_memory.h>

#include "private.h"

/* Providers, one upon the other. */
#define MAX_DEPTH 31

static bool
is_software(const struct netdma_provider *p)
{
	return (p->attr.flags & NETDMA_PROVIDER_SOFTWARE) != 0;
}

/* Whether a suits better than b: who works, then hardware, then the node, then the load. */
static bool
suits_better(const struct netdma_provider *a, const struct netdma_provider *b, int socket)
{
	bool a_near = socket == SOCKET_ID_ANY || a->attr.numa_node == socket;
	bool b_near = socket == SOCKET_ID_ANY || b->attr.numa_node == socket;

	if (a->failing != b->failing)
		return b->failing;
	if (is_software(a) != is_software(b))
		return is_software(b);
	if (a_near != b_near)
		return a_near;
	return a->nb_channels < b->nb_channels;
}

static bool
is_candidate(const struct netdma_provider *p, int id, const struct netdma_provider *but)
{
	if (p == but || netdma_provider_state_get(p) != NETDMA_PROVIDER_STARTED)
		return false;
	/* Otherwise a channel would go round among engines that all do not work. */
	if (id == NETDMA_PROVIDER_ANY)
		return but == NULL || !p->failing;
	return p->id == id;
}

/* @return 0 or an errno. */
static int
attach(struct netdma_channel *ch, struct netdma_provider *p, struct attachment *a)
{
	struct netdma_channel_params params = {
		.id = ch->id,
		.nb_desc = ch->ring_mask + 1,
		.socket = ch->socket,
		.flags = ch->flags & ~NETDMA_CHANNEL_FALLBACK,
		.cpu_mask = &ch->cpu_mask,
		.priority = ch->priority_wanted,
		.list = &ch->list,
	};

	if ((ch->flags & NETDMA_CHANNEL_NEED_HARDWARE) && is_software(p)) {
		NETDMA_LOG(ERR, "channel %d needs hardware: %s is software", ch->id, p->name);
		return ENODEV;
	}
	if (p->nb_channels >= p->attr.nb_channels) {
		NETDMA_LOG(NOTICE, "%s has no channel free: %u of %u are allocated", p->name,
				p->nb_channels, p->attr.nb_channels);
		return EBUSY;
	}
	if (p->attr.addr_space == NETDMA_ADDR_IOVA)
		netdma_mem_map_for_device();
	a->provider = p;
	a->grant = (struct netdma_channel_grant){ .engine_desc = params.nb_desc, .cpu = -1 };
	rte_errno = 0;
	a->engine = p->ops->channel_alloc(p->priv, &params, &a->grant);
	if (a->engine == NULL)
		return rte_errno != 0 ? rte_errno : EIO;
	p->nb_channels++;
	return 0;
}

int
netdma_attach(struct netdma_channel *ch, int id, const struct netdma_provider *but,
		struct attachment *a)
{
	struct netdma_provider *p, *best;
	static unsigned int depth; /* a driver that stands on another provider comes back here */
	uint32_t mine = UINT32_C(1) << depth;
	int ret, first = 0;

	if (depth == MAX_DEPTH)
		return ELOOP;
	depth++;
	TAILQ_FOREACH(p, &netdma_providers, next)
		p->refused &= ~mine;
	for (;;) {
		best = NULL;
		TAILQ_FOREACH(p, &netdma_providers, next)
			if (!(p->refused & mine) && is_candidate(p, id, but) && (best == NULL ||
					suits_better(p, best, ch->socket_wanted)))
				best = p;
		if (best == NULL)
			break;
		ret = attach(ch, best, a);
		if (ret == 0)
			break;
		best->refused |= mine;
		if (first == 0)
			first = ret;
	}
	depth--;
	if (best != NULL)
		return 0;
	return first != 0 ? first : ENODEV;
}

void
netdma_attach_commit(struct netdma_channel *ch, const struct attachment *a)
{
	struct netdma_provider *p = a->provider;

	ch->engine = a->engine;
	ch->append = p->ops->append;
	ch->poll = p->ops->poll;
	ch->provider = p;
	ch->provider_id = p->id;
	ch->engine_desc = a->grant.engine_desc;
	ch->priority = a->grant.priority;
	ch->cpu = a->grant.cpu;
	ch->bytes_at = ch->list.delivered == ch->list.given ? ch->list.given : UINT64_MAX;
	ch->bytes_then = ch->list.bytes;
	memset(ch->end, 0, sizeof(ch->end));
	ch->list.special = a->grant.vouches && ch->word == NULL ?
			netdma_ring_count(ch, ch->ring_filled) : UINT64_MAX;
	ch->max_transfer = p->attr.max_transfer;
	ch->max_addr = p->attr.max_addr;
	ch->iova = p->attr.addr_space == NETDMA_ADDR_IOVA &&
			rte_eal_iova_mode() != RTE_IOVA_VA;
	ch->flags &= ~NETDMA_CHANNEL_FALLBACK;
	if ((ch->flags & NETDMA_CHANNEL_WANT_HARDWARE) && is_software(p)) {
		ch->flags |= NETDMA_CHANNEL_FALLBACK;
		NETDMA_LOG(WARNING, "channel %d wants hardware and gets software: %s", ch->id,
				p->name);
	}
}

void
netdma_tell_others_to_leave(const struct netdma_channel *but)
{
	uint32_t runs;
	struct netdma_channel *ch;

	TAILQ_FOREACH(ch, &netdma_channels, next) {
		runs = CHANNEL_RUNS;
		if (ch != but && ch->provider == but->provider)
			__atomic_compare_exchange_n(&ch->stopping, &runs, CHANNEL_LOSES, false,
					__ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	}
}

void
netdma_detach(struct netdma_channel *ch)
{
	struct netdma_provider *p = ch->provider;

	if (netdma_provider_state_get(p) == NETDMA_PROVIDER_QUARANTINED) {
		/* Its engine may be using what it has: that is never freed. */
		p->state = NETDMA_PROVIDER_QUARANTINED;
		netdma_tell_others_to_leave(ch);
	} else {
		p->ops->channel_free(ch->engine);
		if (p->nb_channels-- == p->attr.nb_channels && p->state == NETDMA_PROVIDER_STARTED)
			netdma_event_raise(NETDMA_EVENT_CHANNEL_ARRIVAL, p);
	}
	ch->engine = NULL;
	ch->provider = NULL;
}
