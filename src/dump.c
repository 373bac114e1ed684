/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Everything that is known, for people. */

#include <inttypes.h>

#include "private.h"

static void
dump_channel(FILE *f, const struct netdma_channel *ch)
{
	struct netdma_channel_stats s = { .size = sizeof(s) };

	netdma_channel_stats_get(ch, &s);
	fprintf(f, "channel %d: client %s, provider %d (%s), %s%s%s\n", ch->id, ch->client->name,
			ch->provider_id, ch->provider != NULL ? ch->provider->name : "gone",
			netdma_state_name(netdma_channel_state_get(ch)),
			ch->trusted ? ", trusted" : "",
			ch->flags & NETDMA_CHANNEL_FALLBACK ? ", software fallback" : "");
	fprintf(f, "  accepted %" PRIu64 ", of these outstanding %d\n", s.accepted,
			netdma_channel_outstanding(ch));
	fprintf(f, "  ring: %u slots; engine: %u descriptors; cpu %d, priority %u\n",
			ch->ring_mask + 1, ch->engine_desc, ch->cpu, ch->priority);
	fprintf(f, "  copied %" PRIu64 " (%" PRIu64 " bytes), not copied %" PRIu64 ", failed %"
			PRIu64 ", unknown %" PRIu64 ", refused %" PRIu64 ", no room %" PRIu64 "\n",
			s.copied, s.bytes, s.not_copied, s.failed, s.unknown, s.refused,
			s.no_room);
	fprintf(f, "  by the engine %" PRIu64 ", recovered %" PRIu64 ", failed over %" PRIu64
			"; moved %" PRIu64 " times, found stuck %" PRIu64 " times\n", s.by_engine,
			s.by_recovery, s.by_failover, s.failovers, s.watchdogs);
}

int
netdma_dump(FILE *f)
{
	const struct netdma_provider *p;
	const struct netdma_client *client;
	const struct netdma_channel *ch;

	if (f == NULL || !netdma_lock_initialised())
		return -EINVAL;
	TAILQ_FOREACH(p, &netdma_providers, next)
		fprintf(f, "provider %d: %s (driver %s, %s, %s), %u of %u channels, node %d, "
				"transfers up to %u\n", p->id, p->name, p->driver->name,
				p->attr.flags & NETDMA_PROVIDER_SOFTWARE ? "software" : "hardware",
				netdma_provider_state_name(netdma_provider_state_get(p)),
				p->nb_channels, p->attr.nb_channels, p->attr.numa_node,
				p->attr.max_transfer);
	TAILQ_FOREACH(client, &netdma_clients, next)
		fprintf(f, "client %s: %u channels\n", client->name, client->nb_channels);
	TAILQ_FOREACH(ch, &netdma_channels, next)
		dump_channel(f, ch);
	netdma_pool_dump(f);
	netdma_region_dump(f);
	netdma_unlock();
	return 0;
}
