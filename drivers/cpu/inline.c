/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The inline engine: the core that hands a list over copies it, there and then. */

#include <rte_errno.h>
#include <rte_malloc.h>

#include "copy.h"
#include "cpu.h"

struct inline_channel {
	struct netdma_list *list;
	const struct cpu_copier *copier;
	bool iova;
};

static int
inline_start(void *provider, struct netdma_provider_attr *attr)
{
	cpu_attr(provider, attr);
	return 0;
}

static void *
inline_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant)
{
	const struct cpu *cpu = provider;
	struct inline_channel *c;

	c = rte_zmalloc_socket("netdma cpu inline", sizeof(*c), 0, params->socket);
	if (c == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	c->list = params->list;
	c->copier = cpu->copier;
	c->iova = cpu->iova;
	grant->engine_desc = params->nb_desc;
	grant->vouches = true;
	return c;
}

static void
inline_channel_free(void *channel)
{
	rte_free(channel);
}

/* Plain copies, as many as follow each other. */
static void
copy_plain(struct inline_channel *c)
{
	struct netdma_list *l = c->list;
	struct cpu_walk walk = { .desc = l->give };

	l->given += c->copier->list(&walk, l->allowed - l->given);
	l->give = walk.desc;
	l->bytes += walk.bytes;
	if (unlikely(walk.flags & NETDMA_DESC_INTERRUPT_ON_COMPLETION))
		l->special = RTE_MAX(l->special, l->given);
}

static void
copy_other(struct inline_channel *c)
{
	struct netdma_list *l = c->list;

	l->failed += !cpu_run(l->give, c->iova);
	l->bytes += l->give->length;
	netdma_list_give(l);
	l->special = RTE_MAX(l->special, l->given);
}

static int
inline_append(void *channel)
{
	struct inline_channel *c = channel;
	struct netdma_list *l = c->list;
	uint64_t given = l->given;
	uint32_t flags = 0;

	while (l->given != l->allowed) {
		if (unlikely((flags & NETDMA_DESC_SERIALIZE_TRANSFER) && l->failed != l->settled))
			break;
		if (likely(!c->iova && !(l->give->flags & NETDMA_DESC_NOT_PLAIN)))
			copy_plain(c);
		if (likely(l->given == l->allowed))
			break;
		flags = l->give->flags;
		copy_other(c);
	}
	netdma_list_complete(l, l->given - given);
	return 0;
}

const struct netdma_provider_ops cpu_inline_ops = {
	.start = inline_start,
	.destroy = cpu_destroy,
	.channel_alloc = inline_channel_alloc,
	.channel_free = inline_channel_free,
	.channel_start = inline_append,
	.append = inline_append,
	.poll = inline_append,
};
