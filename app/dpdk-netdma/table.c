/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What is said at the start, and the table. */

#include <inttypes.h>
#include <stdio.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mempool.h>
#include <rte_version.h>

#include "app.h"

#define LINES_PER_HEADING 20u

/* What was there at the last table. */
static struct {
	uint64_t packets;
	uint64_t bytes;
} last[MAX_QUEUES];
static uint64_t last_table;
static unsigned int tables;

/* The numbers of a queue, or of all. */
struct row {
	double packets; /* a second; so are the bits */
	double bits;
	uint64_t in_flight;
	uint64_t errors;
	uint64_t drops;
	uint64_t nic;
};

void
report_start(void)
{
	unsigned int i;

	printf(APP_NAME " %s on %s, IOVA as %s\n", netdma_version(), rte_version(),
			rte_eal_iova_mode() == RTE_IOVA_PA ? "PA" : "VA");
	for (i = 0; i < nb_ports; i++)
		printf("Port %u: %s (%s), %u receive queue%s, %u mbufs of %u bytes\n", ports[i].id,
				ports[i].name, ports[i].driver, ports[i].nb_rxq,
				ports[i].nb_rxq == 1 ? "" : "s", ports[i].pool->size,
				config.mbuf_size);
	for (i = 0; i < nb_queues; i++) {
		const struct queue *q = queues[i];

		printf("Port %u queue %u: lcore %u, channel %d of provider %s (%s, %s), "
			"%u buffers of %u bytes\n", q->port, q->id, q->lcore, q->info.id,
			q->provider.name, q->provider.driver, engine_kind(&q->provider),
			q->mask + 1, q->buffer_size);
		if (is_fallback(q))
			printf("Port %u queue %u: NOTE hardware was wanted; %s is software, so a "
				"CPU does the copying\n", q->port, q->id, q->provider.name);
	}
	if (!config.interactive)
		printf("Receiving; Ctrl-C ends.\n");
}

static uint64_t
nic_drops(const struct port *p)
{
	struct rte_eth_stats stats;

	port_stats(p, &stats, false);
	return stats.imissed + stats.rx_nombuf + stats.ierrors;
}

static void
table_heading(void)
{
	if (tables++ % (LINES_PER_HEADING / RTE_MIN(nb_queues, LINES_PER_HEADING)) == 0)
		printf("%8s %4s %5s %5s  %-16s %9s %8s %9s %6s %7s %7s\n", "time", "port", "queue",
				"lcore", "provider:channel", "packets/s", "bits/s", "in flight",
				"errors", "dropped", "NIC");
}

void
report_table_restart(void)
{
	unsigned int i;

	for (i = 0; i < nb_queues; i++) {
		struct counters c;

		counters_total(queues[i], &c);
		last[i].packets = c.packets;
		last[i].bytes = c.delivered_bytes;
	}
	last_table = rte_get_timer_cycles();
	tables = 0;
}

/* The columns from the rates on. */
static void
table_numbers(const struct row *r, bool with_nic)
{
	printf(" %9s %8s %9" PRIu64, human(r->packets, ""), human(r->bits, ""), r->in_flight);
	printf(" %6s %7s %7s\n", human((double)r->errors, ""), human((double)r->drops, ""),
			with_nic ? human((double)r->nic, "") : "");
}

static void
row_add(struct row *sum, const struct row *r)
{
	sum->packets += r->packets;
	sum->bits += r->bits;
	sum->in_flight += r->in_flight;
	sum->errors += r->errors;
	sum->drops += r->drops;
	sum->nic += r->nic;
}

/* Of queue i, since the last table. */
static struct row
row_read(unsigned int i, double seconds)
{
	const struct queue *q = queues[i];
	struct row r = { .nic = 0 };
	struct counters c;
	unsigned int p;

	counters_total(q, &c);
	r.packets = (double)(c.packets - last[i].packets) / seconds;
	r.bits = 8 * (double)(c.delivered_bytes - last[i].bytes) / seconds;
	r.in_flight = (uint64_t)RTE_MAX(netdma_channel_outstanding(q->channel), 0);
	r.errors = counters_failed(&c) + c.mismatched + c.strays + c.misordered;
	r.drops = counters_dropped(&c);
	/* What a NIC drops it does not tell by queue. */
	for (p = 0; p < nb_ports; p++)
		if (ports[p].id == q->port && q->id == 0)
			r.nic = nic_drops(&ports[p]);
	last[i].packets = c.packets;
	last[i].bytes = c.delivered_bytes;
	return r;
}

void
report_table(void)
{
	uint64_t now = rte_get_timer_cycles();
	double seconds = (double)(now - last_table) / (double)rte_get_timer_hz();
	struct row sum = { .nic = 0 };
	char time[16], name[32];
	unsigned int i;

	table_heading();
	snprintf(time, sizeof(time), "%.1f s", traffic_seconds());
	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];
		struct row r = row_read(i, seconds);

		queue_look(q);
		snprintf(name, sizeof(name), "%.13s:%d", q->provider.name, q->info.id);
		printf("%8s %4u %5u %5u  %-16s", time, q->port, q->id, q->lcore, name);
		table_numbers(&r, q->id == 0);
		row_add(&sum, &r);
	}
	if (nb_queues > 1) {
		printf("%8s %4s %5s %5s  %-16s", time, "all", "", "", "");
		table_numbers(&sum, true);
	}
	last_table = now;
}
