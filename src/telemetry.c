/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* rte_telemetry: /netdma/providers, /netdma/provider,ID, /netdma/channels,
 * /netdma/channel,ID. The commands stay registered for good; after netdma_fini() they find
 * nothing.
 */

#include <ctype.h>
#include <stdlib.h>

#include <rte_telemetry.h>

#include "private.h"

/* @return the id, or -1. */
static int
parse_id(const char *params)
{
	char *end;
	long id;

	if (params == NULL || !isdigit((unsigned char)*params))
		return -1;
	id = strtol(params, &end, 10);
	return *end == '\0' && id <= INT32_MAX ? (int)id : -1;
}

static int
handle_providers(const char *cmd, const char *params, struct rte_tel_data *d)
{
	struct netdma_provider *p;

	RTE_SET_USED(cmd);
	RTE_SET_USED(params);
	rte_tel_data_start_array(d, RTE_TEL_INT_VAL);
	netdma_lock();
	TAILQ_FOREACH(p, &netdma_providers, next)
		rte_tel_data_add_array_int(d, p->id);
	netdma_unlock();
	return 0;
}

static int
handle_provider(const char *cmd, const char *params, struct rte_tel_data *d)
{
	struct netdma_provider_info info;
	struct netdma_provider *p;

	RTE_SET_USED(cmd);
	netdma_lock();
	p = netdma_provider_by_id(parse_id(params));
	if (p != NULL)
		netdma_provider_info_fill(p, &info);
	netdma_unlock();
	if (p == NULL)
		return -EINVAL;
	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_int(d, "id", info.id);
	rte_tel_data_add_dict_string(d, "name", info.name);
	rte_tel_data_add_dict_string(d, "driver", info.driver);
	rte_tel_data_add_dict_string(d, "friendly_name", info.friendly_name);
	rte_tel_data_add_dict_string(d, "state", netdma_provider_state_name(info.state));
	rte_tel_data_add_dict_string(d, "engine",
			info.flags & NETDMA_PROVIDER_SOFTWARE ? "software" : "hardware");
	rte_tel_data_add_dict_string(d, "addresses",
			info.addr_space == NETDMA_ADDR_VA ? "virtual" : "iova");
	rte_tel_data_add_dict_int(d, "cache_target",
			(info.flags & NETDMA_PROVIDER_CACHE_TARGET) != 0);
	rte_tel_data_add_dict_int(d, "numa_node", info.numa_node);
	rte_tel_data_add_dict_u64(d, "vendor_id", info.vendor_id);
	rte_tel_data_add_dict_u64(d, "hw_version", info.hw_version);
	rte_tel_data_add_dict_u64(d, "channels", info.nb_channels);
	rte_tel_data_add_dict_u64(d, "max_channels", info.max_channels);
	rte_tel_data_add_dict_u64(d, "max_transfer", info.max_transfer);
	rte_tel_data_add_dict_u64(d, "min_desc", info.min_desc);
	rte_tel_data_add_dict_u64(d, "max_desc", info.max_desc);
	rte_tel_data_add_dict_u64(d, "max_addr", info.max_addr);
	return 0;
}

static int
handle_channels(const char *cmd, const char *params, struct rte_tel_data *d)
{
	struct netdma_channel *ch;

	RTE_SET_USED(cmd);
	RTE_SET_USED(params);
	rte_tel_data_start_array(d, RTE_TEL_INT_VAL);
	netdma_lock();
	TAILQ_FOREACH(ch, &netdma_channels, next)
		rte_tel_data_add_array_int(d, ch->id);
	netdma_unlock();
	return 0;
}

/* Who copied and why. */
static void
add_copies(struct rte_tel_data *d, const struct netdma_channel_stats *s)
{
	rte_tel_data_add_dict_u64(d, "accepted", s->accepted);
	rte_tel_data_add_dict_u64(d, "copied", s->copied);
	rte_tel_data_add_dict_u64(d, "bytes", s->bytes);
	rte_tel_data_add_dict_u64(d, "by_engine", s->by_engine);
	rte_tel_data_add_dict_u64(d, "by_recovery", s->by_recovery);
	rte_tel_data_add_dict_u64(d, "by_failover", s->by_failover);
	rte_tel_data_add_dict_u64(d, "not_copied", s->not_copied);
	rte_tel_data_add_dict_u64(d, "failed", s->failed);
	rte_tel_data_add_dict_u64(d, "unknown", s->unknown);
	rte_tel_data_add_dict_u64(d, "lists", s->lists);
	rte_tel_data_add_dict_u64(d, "refused", s->refused);
	rte_tel_data_add_dict_u64(d, "no_room", s->no_room);
	rte_tel_data_add_dict_u64(d, "polls", s->polls);
	rte_tel_data_add_dict_u64(d, "failovers", s->failovers);
	rte_tel_data_add_dict_u64(d, "watchdogs", s->watchdogs);
}

/* Quantiles, and the buckets that are not empty: "from_ns" -> count. */
static void
add_latency(struct rte_tel_data *d, const struct netdma_latency *l)
{
	struct rte_tel_data *buckets = rte_tel_data_alloc();
	char name[32];
	unsigned int i;

	rte_tel_data_add_dict_u64(d, "latency_count", l->count);
	rte_tel_data_add_dict_u64(d, "latency_p50_ns", netdma_latency_quantile_ns(l, 0.5));
	rte_tel_data_add_dict_u64(d, "latency_p99_ns", netdma_latency_quantile_ns(l, 0.99));
	rte_tel_data_add_dict_u64(d, "latency_max_ns", l->max_ns);
	if (buckets == NULL)
		return;
	rte_tel_data_start_dict(buckets);
	for (i = 0; i < NETDMA_LATENCY_BUCKETS; i++) {
		if (l->bucket[i] == 0)
			continue;
		snprintf(name, sizeof(name), "%" PRIu64, netdma_latency_bucket_ns(i));
		rte_tel_data_add_dict_u64(buckets, name, l->bucket[i]);
	}
	rte_tel_data_add_dict_container(d, "latency_from_ns", buckets, 0);
}

static int
handle_channel(const char *cmd, const char *params, struct rte_tel_data *d)
{
	struct netdma_latency latency = { .size = sizeof(latency) };
	struct netdma_channel_stats stats = { .size = sizeof(stats) };
	struct netdma_channel *ch;
	int id = parse_id(params);

	RTE_SET_USED(cmd);
	netdma_lock();
	TAILQ_FOREACH(ch, &netdma_channels, next)
		if (ch->id == id)
			break;
	if (ch == NULL) {
		netdma_unlock();
		return -EINVAL;
	}
	netdma_channel_stats_get(ch, &stats);
	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_int(d, "id", ch->id);
	rte_tel_data_add_dict_string(d, "client", ch->client->name);
	rte_tel_data_add_dict_int(d, "provider", ch->provider_id);
	rte_tel_data_add_dict_string(d, "provider_name",
			ch->provider != NULL ? ch->provider->name : "");
	rte_tel_data_add_dict_string(d, "state", netdma_state_name(netdma_channel_state_get(ch)));
	rte_tel_data_add_dict_int(d, "trusted", ch->trusted);
	rte_tel_data_add_dict_int(d, "software_fallback",
			(ch->flags & NETDMA_CHANNEL_FALLBACK) != 0);
	rte_tel_data_add_dict_u64(d, "nb_desc", ch->ring_mask + 1);
	rte_tel_data_add_dict_u64(d, "engine_desc", ch->engine_desc);
	rte_tel_data_add_dict_u64(d, "priority", ch->priority);
	rte_tel_data_add_dict_int(d, "cpu", ch->cpu);
	rte_tel_data_add_dict_int(d, "depth", netdma_channel_outstanding(ch));
	add_copies(d, &stats);
	if (netdma_channel_latency_get(ch, &latency) == 0)
		add_latency(d, &latency);
	netdma_unlock();
	return 0;
}

void
netdma_telemetry_init(void)
{
	static bool registered;

	if (registered)
		return;
	registered = true;
	rte_telemetry_register_cmd("/netdma/providers", handle_providers,
			"Ids of the DMA providers. No parameters.");
	rte_telemetry_register_cmd("/netdma/provider", handle_provider,
			"What is known of a provider. Parameter: its id.");
	rte_telemetry_register_cmd("/netdma/channels", handle_channels,
			"Ids of the DMA channels. No parameters.");
	rte_telemetry_register_cmd("/netdma/channel", handle_channel,
			"State and counters of a channel. Parameter: its id.");
}
