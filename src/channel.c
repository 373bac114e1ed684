/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Channels: allocation, how they are fed, and information. */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#include "guard.h"
#include "private.h"
#include "trace.h"

#define DEFAULT_DESC 1024u
#define MAX_DESC (1u << 20)
#define DEFAULT_BOUND_US 100000
#define DEFAULT_WATCHDOG_US 5000000

#define CONF_FLAGS (NETDMA_CHANNEL_TRUSTED | NETDMA_CHANNEL_WANT_HARDWARE | \
	NETDMA_CHANNEL_NEED_HARDWARE | NETDMA_CHANNEL_LATENCY)

struct netdma_channel_list netdma_channels = TAILQ_HEAD_INITIALIZER(netdma_channels);

/* @return 0, or the errno with which the conf is refused. */
static int
conf_check(struct netdma_channel_conf *conf)
{
	if (conf->nb_desc == 0)
		conf->nb_desc = DEFAULT_DESC;
	if (conf->nb_desc > MAX_DESC) {
		NETDMA_LOG(ERR, "channel: nb_desc is %u, at most %u are possible", conf->nb_desc,
				MAX_DESC);
		return EINVAL;
	}
	conf->nb_desc = RTE_MAX(rte_align32pow2(conf->nb_desc), 2u);
	if ((conf->flags & ~CONF_FLAGS) != 0) {
		NETDMA_LOG(ERR, "channel: flags has unknown bits 0x%x", conf->flags & ~CONF_FLAGS);
		return EINVAL;
	}
	if (((uintptr_t)conf->completion_word & 7) != 0) {
		NETDMA_LOG(ERR, "channel: the completion word is at %p, which is not 8-byte "
				"aligned", (void *)conf->completion_word);
		return EINVAL;
	}
	if (conf->error_policy != NETDMA_ON_ERROR_RECOVER &&
			conf->error_policy != NETDMA_ON_ERROR_REPORT &&
			conf->error_policy != NETDMA_ON_ERROR_HALT) {
		NETDMA_LOG(ERR, "channel: there is no error policy %d", (int)conf->error_policy);
		return EINVAL;
	}
	if (conf->failover < 0 && conf->failover != NETDMA_FAILOVER_NONE) {
		NETDMA_LOG(ERR, "channel: failover is %d; it is an id, NETDMA_FAILOVER_ANY or "
				"NETDMA_FAILOVER_NONE", conf->failover);
		return EINVAL;
	}
	if (conf->provider < 0) {
		NETDMA_LOG(ERR, "channel: provider is %d; it is an id or NETDMA_PROVIDER_ANY",
				conf->provider);
		return ENODEV;
	}
	return 0;
}

static uint64_t
us_to_tsc(uint32_t us)
{
	return (uint64_t)((double)us * 1e-6 * (double)rte_get_tsc_hz());
}

/* The channel and its ring, not attached to a provider. NULL: no memory. */
static struct netdma_channel *
channel_new(const struct netdma_channel_conf *conf)
{
	struct netdma_channel *ch;
	int socket = conf->socket;
	uint32_t i;

	ch = netdma_zmalloc(sizeof(*ch), &socket);
	if (ch == NULL)
		return NULL;
	ch->ring = netdma_zmalloc(conf->nb_desc * sizeof(ch->ring[0]), &socket);
	if (ch->ring == NULL) {
		rte_free(ch);
		return NULL;
	}
	/* Linked here, and never again. */
	for (i = 0; i < conf->nb_desc; i++)
		ch->ring[i].next = &ch->ring[(i + 1) & (conf->nb_desc - 1)];
	ch->ring_mask = conf->nb_desc - 1;
	ch->socket = socket;
	ch->socket_wanted = conf->socket;
	ch->flags = conf->flags;
	ch->policy = conf->error_policy;
	ch->failover = conf->failover;
	ch->priority_wanted = conf->priority;
	ch->trusted = (conf->flags & NETDMA_CHANNEL_TRUSTED) != 0;
	ch->cpu_mask = conf->cpu_mask;
	ch->word = conf->completion_word;
	ch->completion = conf->completion;
	ch->completion_arg = conf->arg;
	ch->bound = us_to_tsc(conf->bound_us != 0 ? conf->bound_us : DEFAULT_BOUND_US);
	ch->watchdog = conf->watchdog_us == NETDMA_WATCHDOG_OFF ? UINT64_MAX :
			us_to_tsc(conf->watchdog_us != 0 ? conf->watchdog_us : DEFAULT_WATCHDOG_US);
	netdma_region_flush(ch);
	return ch;
}

static void
channel_delete(struct netdma_channel *ch)
{
	free(ch->latency);
	rte_free(ch->ring);
	rte_free(ch);
}

/* The first engine, which says what lists may have from here on. @return 0 or an errno. */
static int
attach(struct netdma_channel *ch, int provider)
{
	struct attachment a;
	int ret = netdma_attach(ch, provider, NULL, &a);

	if (ret == ENODEV)
		NETDMA_LOG(ERR, "channel: there is no started provider%s that fits",
				provider != NETDMA_PROVIDER_ANY ? " of that id" :
				"; make one with netdma_provider_create(\"cpu0,mode=lcore\")");
	if (ret != 0)
		return ret;
	netdma_attach_commit(ch, &a);
	ch->list_addr_space = a.provider->attr.addr_space;
	ch->list_iova = ch->iova;
	ch->list_max_transfer = ch->max_transfer;
	ch->list_max_addr = ch->max_addr;
	return 0;
}

/* Under the lock. @return 0 or an errno. */
static int
channel_add(struct netdma_client *client, struct netdma_channel_conf *conf,
		struct netdma_channel **added)
{
	struct netdma_channel *ch;
	struct netdma_client *c;
	static int last_id;
	int ret;

	/* It may have been deregistered by another thread. */
	TAILQ_FOREACH(c, &netdma_clients, next)
		if (c == client)
			break;
	if (c == NULL)
		return EINVAL;
	ret = conf_check(conf);
	if (ret != 0)
		return ret;
	ch = channel_new(conf);
	if (ch == NULL)
		return ENOMEM;
	ch->id = ++last_id;
	ch->client = client;
	if ((conf->flags & NETDMA_CHANNEL_LATENCY) && netdma_channel_latency_enable(ch, true) != 0)
		ret = ENOMEM;
	if (ret == 0)
		ret = attach(ch, conf->provider);
	if (ret != 0) {
		channel_delete(ch);
		return ret;
	}
	netdma_word_write(ch, NULL, NETDMA_WORD_ARMED);
	netdma_region_user_add(ch);
	TAILQ_INSERT_TAIL(&netdma_channels, ch, next);
	client->nb_channels++;
	netdma_trace_channel_alloc(ch->id, ch->provider_id, conf->nb_desc, ch->flags);
	*added = ch;
	return 0;
}

struct netdma_channel *
netdma_channel_alloc(struct netdma_client *client, const struct netdma_channel_conf *user)
{
	struct netdma_channel_conf conf = { 0 };
	struct netdma_channel *ch = NULL;
	int ret;

	if (client == NULL || user == NULL || netdma_conf_read(&conf, sizeof(conf), sizeof(conf),
			user, "netdma_channel_conf") != 0 || !netdma_lock_initialised()) {
		rte_errno = EINVAL;
		return NULL;
	}
	ret = channel_add(client, &conf, &ch);
	netdma_unlock();
	if (ret != 0)
		rte_errno = ret;
	return ch;
}

int
netdma_channel_free(struct netdma_channel *ch)
{
	if (ch == NULL)
		return -EINVAL;
	if (ch->in_callback)
		return -EBUSY;
	if (!netdma_lock_initialised())
		return -EINVAL;
	if (ch->list.delivered != ch->list.accepted) {
		NETDMA_LOG(ERR, "channel %d: %" PRIu64 " descriptors were not polled yet", ch->id,
				ch->list.accepted - ch->list.delivered);
		netdma_unlock();
		return -EBUSY;
	}
	netdma_trace_channel_free(ch->id);
	netdma_region_user_remove(ch);
	TAILQ_REMOVE(&netdma_channels, ch, next);
	ch->client->nb_channels--;
	if (ch->provider != NULL)
		netdma_detach(ch);
	netdma_unlock();
	channel_delete(ch);
	return 0;
}

static bool
has_work(const struct netdma_channel *ch)
{
	return __atomic_load_n(&ch->list.completed, __ATOMIC_ACQUIRE) !=
			__atomic_load_n(&ch->list.accepted, __ATOMIC_ACQUIRE);
}

/* A channel may be fed in the other way than before when that has ended. */
int
netdma_channel_feed_other(struct netdma_channel *ch)
{
	if (ch->list.delivered != ch->list.accepted || ch->ring_filled != ch->ring_submitted) {
		NETDMA_LOG_LIMITED(ERR, "channel %d is %s with work outstanding: poll it first",
				ch->id, ch->feed == FEED_RING ? "ring-fed" : "list-fed");
		return -EBUSY;
	}
	/* What was looked up before may have been in the other address space. */
	netdma_region_flush(ch);
	return 0;
}

/* It was fed so, or that was refused. */
void
netdma_channel_feed_switch(struct netdma_channel *ch, enum channel_feed feed, bool refused)
{
	if (refused) {
		netdma_region_flush(ch);
		return;
	}
	ch->feed = feed;
	__atomic_store_n(&ch->started, false, __ATOMIC_RELAXED);
}

enum netdma_channel_state
netdma_channel_state_get(const struct netdma_channel *ch)
{
	if (__atomic_load_n(&ch->stopping, __ATOMIC_ACQUIRE) == CHANNEL_DETACHED)
		return NETDMA_CHANNEL_DETACHED;
	switch (__atomic_load_n(&ch->run, __ATOMIC_RELAXED)) {
	case RUN_SUSPENDED:
		return NETDMA_CHANNEL_SUSPENDED;
	case RUN_HALTED:
		return NETDMA_CHANNEL_HALTED;
	}
	if (has_work(ch))
		return NETDMA_CHANNEL_ACTIVE;
	return __atomic_load_n(&ch->started, __ATOMIC_RELAXED) ? NETDMA_CHANNEL_IDLE :
			NETDMA_CHANNEL_ARMED;
}

int
netdma_channel_info_get(const struct netdma_channel *ch, struct netdma_channel_info *user)
{
	struct netdma_channel_info info;

	/* The lock keeps it where it is. */
	if (ch == NULL || user == NULL || !netdma_lock_initialised())
		return -EINVAL;
	info = (struct netdma_channel_info){
		.id = ch->id,
		.provider = ch->provider_id,
		.state = netdma_channel_state_get(ch),
		.flags = ch->flags,
		.nb_desc = ch->ring_mask + 1,
		.engine_desc = ch->engine_desc,
		.addr_space = ch->list_addr_space,
		.max_transfer = ch->list_max_transfer,
		.cpu = ch->cpu,
		.priority = ch->priority,
		.cpu_mask = ch->cpu_mask,
		.dca_context = __atomic_load_n(&ch->dca_context, __ATOMIC_RELAXED),
	};
	netdma_unlock_quietly(); /* a data path may ask */
	return netdma_info_write(user, &info, sizeof(info), sizeof(info));
}

int
netdma_channel_room(const struct netdma_channel *ch)
{
	if (ch == NULL)
		return -EINVAL;
	return (int)(ch->ring_mask + 1 - (ch->ring_filled - ch->ring_freed));
}

int
netdma_channel_outstanding(const struct netdma_channel *ch)
{
	uint64_t delivered;

	if (ch == NULL)
		return -EINVAL;
	/* In this order, so that another thread never sees less than nothing. */
	delivered = __atomic_load_n(&ch->list.delivered, __ATOMIC_ACQUIRE);
	return (int)RTE_MIN(__atomic_load_n(&ch->list.accepted, __ATOMIC_ACQUIRE) - delivered,
			(uint64_t)INT_MAX);
}
