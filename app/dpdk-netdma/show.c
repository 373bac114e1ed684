/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What "show" prints. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"

static struct rte_eth_stats port_base[RTE_MAX_ETHPORTS]; /* at the last clear */

void
port_stats(const struct port *p, struct rte_eth_stats *stats, bool total)
{
	const struct rte_eth_stats *base = &port_base[p->id];

	memset(stats, 0, sizeof(*stats));
	if (rte_eth_stats_get(p->id, stats) != 0 || total)
		return;
	stats->ipackets -= base->ipackets;
	stats->ibytes -= base->ibytes;
	stats->imissed -= base->imissed;
	stats->ierrors -= base->ierrors;
	stats->rx_nombuf -= base->rx_nombuf;
}

void
clear_port(void)
{
	unsigned int i;

	for (i = 0; i < nb_ports; i++)
		port_stats(&ports[i], &port_base[ports[i].id], true);
}

void
show_port(void)
{
	struct rte_eth_stats stats;
	struct rte_eth_link link;
	unsigned int i;

	for (i = 0; i < nb_ports; i++) {
		const struct port *p = &ports[i];

		memset(&link, 0, sizeof(link));
		rte_eth_link_get_nowait(p->id, &link);
		port_stats(p, &stats, false);
		printf("Port %u: %s (%s), link %s, %u receive queue%s\n", p->id, p->name, p->driver,
				link.link_status ? "up" : "down", p->nb_rxq,
				p->nb_rxq == 1 ? "" : "s");
		printf("  received  %s packets, %s bytes\n", whole(stats.ipackets),
				whole(stats.ibytes));
		printf("  dropped   %s missed, %s without an mbuf, %s bad\n", whole(stats.imissed),
				whole(stats.rx_nombuf), whole(stats.ierrors));
	}
}

void
show_provider(void)
{
	int id = 0;

	while ((id = netdma_provider_next(id)) > 0) {
		struct netdma_provider_info info = { .size = sizeof(info) };
		struct netdma_channel_stats sum = { .size = 0 };
		unsigned int i;

		if (netdma_provider_info_get(id, &info) != 0)
			continue;
		for (i = 0; i < nb_queues; i++) {
			struct netdma_channel_stats s;

			queue_look(queues[i]);
			if (queues[i]->info.provider != id)
				continue;
			counters_channel(queues[i], &s);
			sum.by_engine += s.by_engine;
			sum.bytes += s.bytes;
		}
		printf("Provider %s (%s): %s, %s, takes %s\n", info.name, info.driver,
				engine_kind(&info), netdma_provider_state_name((int)info.state),
				info.addr_space == NETDMA_ADDR_VA ? "virtual addresses" : "IOVAs");
		printf("  channels  %u of %u in use, rings of %u to %u, copies up to %s bytes\n",
				info.nb_channels, info.max_channels, info.min_desc, info.max_desc,
				whole(info.max_transfer));
		printf("  copied    %s copies by engines, %s bytes, on channels of ours that are "
			"here now\n", whole(sum.by_engine), whole(sum.bytes));
	}
}

void
show_channel(void)
{
	unsigned int i;

	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];
		struct netdma_channel_stats s;
		int flight = netdma_channel_outstanding(q->channel);

		queue_look(q);
		counters_channel(q, &s);
		printf("Channel %d: provider %s, port %u queue %u, %s%s, ring %u (engine %u)\n",
				q->info.id, q->provider.name, q->port, q->id,
				netdma_state_name((int)q->info.state),
				(q->info.flags & NETDMA_CHANNEL_FALLBACK) ?
				", fallback to software" : "", q->info.nb_desc,
				q->info.engine_desc);
		printf("  copies    %s handed over in %s lists, %d in flight\n", whole(s.accepted),
				whole(s.lists), RTE_MAX(flight, 0));
		printf("  ended     %s copied, %s not copied, %s failed, %s unknown; %s bytes\n",
				whole(s.copied), whole(s.not_copied), whole(s.failed),
				whole(s.unknown), whole(s.bytes));
		printf("  by        engine %s, recovery on the CPU %s, failover %s\n",
				whole(s.by_engine), whole(s.by_recovery), whole(s.by_failover));
		printf("  engine    moved %s times, stuck %s times; goes back to %s\n",
				whole(s.failovers), whole(s.watchdogs), q->home);
		printf("  calls     %s polls, %s without room, %s refused\n", whole(s.polls),
				whole(s.no_room), whole(s.refused));
	}
}

void
show_copy(void)
{
	struct counters sum = { .packets = 0 };
	unsigned int i;

	printf("%s, %.1f s of traffic\n", traffic_running() ? "Running" : "Stopped",
			traffic_seconds());
	for (i = 0; i < nb_queues; i++) {
		struct counters c;

		counters_copy(queues[i], &c, NULL);
		counters_add(&sum, &c);
		printf("Port %u queue %u: %s received, %s delivered, %s verified\n",
				queues[i]->port, queues[i]->id, packets(c.packets),
				whole(c.delivered), whole(c.verified));
		printf("  %-14s %s mismatches, %s failed copies, %s dropped\n", "Errors",
				whole(c.mismatched), whole(counters_failed(&c)),
				whole(counters_dropped(&c)));
	}
	printf("All: %s, %s bytes received; %s bytes of payload delivered\n",
			packets(sum.packets), whole(sum.bytes), whole(sum.delivered_bytes));
	if (sum.packets != 0)
		printf("  %-14s %s cycles per packet\n", "Cost",
				whole(sum.busy_cycles / sum.packets));
	report_engines(false);
	report_troubles(&sum);
}
