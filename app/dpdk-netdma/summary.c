/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What is said at the end: of the whole run, whatever was cleared meanwhile. */

#include <inttypes.h>
#include <stdio.h>

#include <rte_cycles.h>

#include "app.h"

#define LINE "  %-14s "

/* Who copied: each provider once, for all queues that it serves now. */
void
report_engines(bool total)
{
	unsigned int i, k;

	for (i = 0; i < nb_queues; i++)
		queue_look(queues[i]);
	for (i = 0; i < nb_queues; i++) {
		struct netdma_channel_stats sum = { .size = 0 };
		const struct queue *q = queues[i];

		for (k = 0; k < i && queues[k]->info.provider != q->info.provider; k++)
			;
		if (k < i)
			continue;
		for (; k < nb_queues; k++) {
			struct netdma_channel_stats s = { .size = sizeof(s) };

			if (queues[k]->info.provider != q->info.provider)
				continue;
			if (total)
				netdma_channel_stats_get(queues[k]->channel, &s);
			else
				counters_copy(queues[k], NULL, &s);
			sum.by_engine += s.by_engine;
			sum.by_recovery += s.by_recovery;
			sum.by_failover += s.by_failover;
			sum.failovers += s.failovers;
			sum.watchdogs += s.watchdogs;
		}
		/* A copy is a descriptor here: a packet has one for each of its segments. */
		printf(LINE "%s%s (%s, %s): %s\n", "Copied by",
				sum.failovers != 0 || q->info.provider == 0 ?
				"engines, now " : "", q->provider.name,
				q->provider.driver, engine_kind(&q->provider),
				whole(sum.by_engine));
		printf(LINE "recovered %s, failed over %s, moved %s times, stuck %s times\n", "",
				whole(sum.by_recovery), whole(sum.by_failover),
				whole(sum.failovers), whole(sum.watchdogs));
		if (is_fallback(q))
			printf(LINE "hardware was wanted; %s is software\n", "NOTE",
					q->provider.name);
	}
}

void
report_troubles(const struct counters *c)
{
	unsigned int s, e, i;

	for (s = 0; s < MAX_STATUSES; s++)
		for (e = 0; e < MAX_ERRORS; e++)
			if (c->failed[s][e] != 0)
				printf(LINE "%s: %s, %s\n", "Copy failed",
						packets(c->failed[s][e]),
						netdma_status_name((int)s),
						netdma_error_name((int)e));
	for (i = 0; i < NB_DROPS; i++)
		if (c->dropped[i] != 0)
			printf(LINE "%s: %s\n", "Dropped", packets(c->dropped[i]),
					drop_name(i));
	if (c->alone != 0)
		printf(LINE "%s copied here while the channel had no provider\n", "Alone",
				packets(c->alone));
	if (c->redone != 0)
		printf(LINE "%s copied here as the channel had not (--error-policy, --failover)\n",
				"Redone", packets(c->redone));
	if (c->halted != 0)
		printf(LINE "%s times at an error, and started again\n", "Halted",
				whole(c->halted));
	if (c->strays != 0)
		printf(LINE "%s completions came twice, or of nothing\n", "Strays",
				whole(c->strays));
	if (c->misordered != 0)
		printf(LINE "%s completions overtook another one\n", "Misordered",
				whole(c->misordered));
	if (c->truncated != 0)
		printf(LINE "%s, shorter than the IP header says: cut before they came here\n"
			LINE "(net_af_packet: framesz, offloads; a capture: snaplen)\n",
				"Truncated", packets(c->truncated), "");
	if (c->full != 0)
		printf(LINE "no room in %s turns of the worker; packets waited at the port\n",
				"Back-pressure", whole(c->full));
}

static void
report_mismatches(void)
{
	unsigned int i;

	for (i = 0; i < nb_queues; i++) {
		const struct queue *q = queues[i];
		const struct mismatch *m = &q->mismatch;

		if (q->counters.mismatched == 0)
			continue;
		printf(LINE "port %u queue %u: the first was packet %s, of %u bytes of payload: at "
			"%" PRId64 "\n" LINE "is 0x%02x and should be 0x%02x%s\n", "Mismatch",
				q->port, q->id, whole(m->packet), m->len, m->at, "", m->found,
				m->expected, m->at < 0 ? " (in front of the buffer)" :
				m->at >= m->len ? " (behind the payload)" : "");
	}
}

static void
report_rates(const struct counters *c)
{
	double seconds;

	if (c->packets == 0)
		return;
	seconds = (double)(c->last_tsc - c->first_tsc) / (double)rte_get_tsc_hz();
	/* A single burst has no rate. */
	if (c->bursts > 1 && c->last_tsc > c->first_tsc)
		printf(LINE "%s, %s of payload, in the %.3f s from first to last\n", "Rates",
				human((double)c->packets / seconds, "packets/s"),
				human(8 * (double)c->delivered_bytes / seconds, "bit/s"),
				seconds);
	printf(LINE "%s cycles per packet, of the worker when busy; %.1f packets per list\n",
			"Cost", whole(c->busy_cycles / c->packets),
			(double)c->packets / (double)RTE_MAX(c->lists, UINT64_C(1)));
}

bool
report_summary(const char *why_stopped)
{
	struct counters sum = { .packets = 0 };
	bool good, died = false;
	uint64_t lost, nic_drops = 0;
	unsigned int i;

	for (i = 0; i < nb_queues; i++) {
		struct counters c;

		counters_total(queues[i], &c);
		counters_add(&sum, &c);
		died |= queues[i]->dead != 0;
	}
	lost = sum.packets - RTE_MIN(sum.packets, sum.delivered + sum.mismatched);

	printf("\nSummary of %.1f s, ended by: %s\n", traffic_seconds(), why_stopped);
	printf(LINE "%s, %s bytes\n", "Received", packets(sum.packets), whole(sum.bytes));
	printf(LINE "%s, %s bytes of payload\n", "Delivered", packets(sum.delivered),
			whole(sum.delivered_bytes));
	if (sum.verified + sum.mismatched != 0 || tunable_get(verify) != 0)
		printf(LINE "%s equal, %s different\n", "Verified", packets(sum.verified),
				whole(sum.mismatched));
	else
		printf(LINE "not asked for (--verify)\n", "Verified");
	printf(LINE "%s\n", "Lost", packets(lost));
	report_rates(&sum);
	report_engines(true);
	for (i = 0; i < nb_ports; i++) {
		struct rte_eth_stats stats;

		port_stats(&ports[i], &stats, true);
		nic_drops += stats.imissed + stats.rx_nombuf + stats.ierrors;
		printf(LINE "port %u (%s): the driver tells of %s missed, %s without an mbuf, "
			"%s bad\n", "NIC drops", ports[i].id, ports[i].name, whole(stats.imissed),
				whole(stats.rx_nombuf), whole(stats.ierrors));
	}
	report_troubles(&sum);
	report_mismatches();
	if (sum.packets == 0)
		printf(LINE "no packet came\n", "NOTE");

	good = lost == 0 && sum.delivered <= sum.packets && sum.mismatched == 0 &&
			sum.strays == 0 && sum.misordered == 0 && !died;
	printf("%s: %" PRIu64 " packets received, %" PRIu64 " delivered, %" PRIu64 " verified, %"
		PRIu64 " mismatches, %" PRIu64 " lost", good ? "OK" : "FAILED", sum.packets,
		sum.delivered, sum.verified, sum.mismatched, lost);
	/* Not ours, but who only reads this line has to know. */
	if (nic_drops != 0)
		printf(", %" PRIu64 " dropped by the ports before", nic_drops);
	printf("\n");
	return good;
}
