/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The library: lists and everyday calls, on one channel or in turns on several. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_errno.h>
#include <rte_memory.h>

#include "app.h"
#include "perf.h"

#define MAX_CHANNELS 64

struct list {
	struct netdma_desc *first, *last;
	struct netdma_channel *channel;
	bool *started;
};

struct channels {
	int provider;
	uint32_t n;
	/* Several channels: of the oldest burst so many have not come back. */
	uint32_t oldest, left;
	struct netdma_channel *channel[MAX_CHANNELS];
	bool started[MAX_CHANNELS];
	bool iova;
	struct netdma_desc_pool *pool;
	struct list list[]; /* of each burst */
};

int
provider_open(const char *engine)
{
	char name[64];
	int id, ret = 0;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(engine, ","), engine);
	id = netdma_provider_find(name);
	if (id < 0)
		ret = netdma_provider_create(engine, &id);
	if (ret != 0) {
		complain("no provider \"%s\": %s", engine, strerror(-ret));
		return ret;
	}
	ret = netdma_provider_start(id);
	if (ret != 0 && ret != -EALREADY) {
		complain("provider %s cannot be started: %s", name, strerror(-ret));
		return ret;
	}
	return id;
}

struct netdma_channel *
channel_open(const struct job *job, int provider, uint32_t nb_desc)
{
	struct netdma_channel_conf conf = {
		.provider = provider,
		.nb_desc = RTE_MAX(rte_align32pow2(nb_desc), UINT32_C(128)),
		.flags = job->setting->checked ? 0 : NETDMA_CHANNEL_TRUSTED,
		.failover = NETDMA_FAILOVER_NONE,
	};
	struct netdma_channel *ch = netdma_channel_alloc(client, &conf);

	if (ch == NULL)
		complain("no channel of %s: %s", job->who.engine, rte_strerror(rte_errno));
	return ch;
}

static int
lists_open(struct job *job)
{
	const struct setting *s = job->setting;
	struct channels *c = job->state;
	uint32_t i, k;

	c->pool = netdma_desc_pool_create("perf", job->nb_bursts * s->burst, SOCKET_ID_ANY);
	if (c->pool == NULL)
		return -ENOMEM;
	for (i = 0; i < job->nb_bursts; i++) {
		struct list *l = &c->list[i];
		struct netdma_desc *d;

		l->channel = c->channel[i % c->n];
		l->started = &c->started[i % c->n];
		d = l->first = netdma_desc_alloc(c->pool, s->burst);
		for (k = 0; k < s->burst; k++, d = d->next) {
			d->length = s->size;
			d->flags = s->stream ? NETDMA_DESC_DESTINATION_NO_SNOOP : 0;
			l->last = d;
		}
	}
	return 0;
}

static int
netdma_open(struct job *job)
{
	struct channels *c = calloc(1, sizeof(*c) + job->nb_bursts * sizeof(c->list[0]));
	struct netdma_channel_info info;

	job->state = c;
	if (c == NULL)
		return -ENOMEM;
	c->left = job->setting->burst;
	c->provider = provider_open(job->who.engine);
	if (c->provider < 0)
		return c->provider;
	for (; c->n < job->setting->channels; c->n++) {
		c->channel[c->n] = channel_open(job, c->provider, job->setting->depth);
		if (c->channel[c->n] == NULL)
			return -rte_errno;
	}
	netdma_channel_info_get(c->channel[0], &info);
	c->iova = info.addr_space == NETDMA_ADDR_IOVA;
	return lists_open(job);
}

static uint64_t
address(const struct channels *c, void *p)
{
	return c->iova ? rte_mem_virt2iova(p) : (uintptr_t)p;
}

static void
netdma_prepare(struct job *job, uint32_t burst)
{
	const struct setting *s = job->setting;
	const struct op *op = &job->op[burst * s->burst];
	struct channels *c = job->state;
	struct netdma_desc *d = c->list[burst].first;
	uint32_t i;

	for (i = 0; i < s->burst; i++, d = d->next) {
		d->src = address(c, op[i].src);
		d->dst = address(c, op[i].dst);
	}
}

static void
submit_list(struct job *job, uint32_t burst)
{
	struct channels *c = job->state;
	struct list *l = &c->list[burst];
	int ret;

	if (likely(*l->started)) {
		ret = netdma_channel_append(l->channel, l->first, l->last, job->setting->burst);
	} else {
		ret = netdma_channel_start(l->channel, l->first, l->last, job->setting->burst);
		*l->started = true;
	}
	if (unlikely(ret != 0))
		fatal("a list was refused: %s", strerror(-ret));
}

static void
submit_calls(struct job *job, uint32_t burst)
{
	const struct setting *s = job->setting;
	const struct op *op = &job->op[burst * s->burst];
	struct channels *c = job->state;
	struct netdma_channel *ch = c->list[burst].channel;
	uint32_t i;

	for (i = 0; i < s->burst; i++)
		if (unlikely(netdma_copy(ch, op[i].src, op[i].dst, s->size,
				s->stream ? NETDMA_DESC_DESTINATION_NO_SNOOP : 0, NULL) != 0))
			fatal("a copy was refused");
	netdma_submit(ch);
}

static void
netdma_submit_burst(struct job *job, uint32_t burst)
{
	if (job->who.api == API_CALLS)
		submit_calls(job, burst);
	else
		submit_list(job, burst);
}

/* Bursts come back in the order in which they were handed over, whichever channel has them. */
static void
come_back(struct job *job, uint32_t n)
{
	struct channels *c = job->state;

	c->left -= n;
	if (c->left != 0)
		return;
	c->left = job->setting->burst;
	if (++c->oldest == job->nb_bursts)
		c->oldest = 0;
}

static uint32_t
poll_one(struct job *job, struct netdma_channel *ch, uint16_t most)
{
	struct netdma_completion done[256];
	int n, i;

	if (job->who.api == API_WAIT && netdma_channel_wait(ch, 0, NETDMA_WAIT_HELP) != 0)
		fatal("%s: a list does not finish", job->who.engine);
	if (job->who.api == API_LIST || job->who.api == API_WAIT)
		return (uint32_t)netdma_poll(ch, NULL, most);
	n = netdma_poll(ch, done, (uint16_t)RTE_MIN(most, RTE_DIM(done)));
	for (i = 0; i < n; i++)
		if (unlikely(done[i].status != NETDMA_COPIED))
			fatal("a copy of %s has failed", job->who.engine);
	return (uint32_t)n;
}

static uint32_t
netdma_poll_burst(struct job *job)
{
	struct channels *c = job->state;
	uint32_t n;

	if (likely(c->n == 1))
		return poll_one(job, c->channel[0], UINT16_MAX);
	n = poll_one(job, c->list[c->oldest].channel, (uint16_t)c->left);
	come_back(job, n);
	return n;
}

static void
netdma_close(struct job *job)
{
	struct channels *c = job->state;
	struct netdma_channel_stats stats = { .size = sizeof(stats) };
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		/* Those that were only counted. */
		if (netdma_channel_stats_get(c->channel[i], &stats) != 0 ||
				stats.by_engine != stats.copied)
			fatal("not all was copied by %s", job->who.engine);
		if (stats.watchdogs != 0)
			fatal("%s was stuck meanwhile", job->who.engine);
		netdma_channel_free(c->channel[i]);
	}
	for (i = 0; i < job->nb_bursts; i++)
		netdma_desc_free(c->pool, c->list[i].first, job->setting->burst);
	netdma_desc_pool_free(c->pool);
	netdma_provider_stop(c->provider);
	free(c);
}

const struct contestant_ops netdma_ops = {
	.open = netdma_open,
	.prepare = netdma_prepare,
	.submit = netdma_submit_burst,
	.poll = netdma_poll_burst,
	.close = netdma_close,
};
