/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Which lcore serves which queue; starting, stopping, and when to stop. */

#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>

#include "app.h"

#define TURNS_AT_ONCE 256 /* of the main lcore, between two looks at its other work */
#define HINT_SECONDS  5.0 /* of silence, before it is said how to end */

struct worker {
	unsigned int lcore;
	unsigned int nb_queues;
	struct queue *queues[MAX_QUEUES];
} __rte_cache_aligned;

static struct worker workers[MAX_QUEUES];
static unsigned int nb_workers;

/* Read by every worker in every round, so alone in its cache line. */
static struct {
	bool running __rte_cache_aligned;
} flag __rte_cache_aligned;

/* The main lcore's. */
static bool running;
static double seconds_before;    /* of earlier starts */
static uint64_t started;         /* these are cycles of the timer */
static uint64_t next_table, table_cycles;
static double table_period;
static uint64_t last_arrival;    /* 0: nothing has come yet */
static uint64_t packets_at_start, packets_seen;
static bool hinted;

/* Workers are lcores with nothing to do: not main, and not the engine of a provider. */
int
traffic_setup(void)
{
	unsigned int lcore, i;

	RTE_LCORE_FOREACH_WORKER(lcore)
		if (rte_eal_get_lcore_state(lcore) == WAIT && nb_workers < nb_queues)
			workers[nb_workers++].lcore = lcore;
	if (nb_workers == 0)
		workers[nb_workers++].lcore = rte_get_main_lcore();

	for (i = 0; i < nb_queues; i++) {
		struct worker *w = &workers[i % nb_workers];

		w->queues[w->nb_queues++] = queues[i];
		queues[i]->lcore = w->lcore;
	}
	return 0;
}

bool
traffic_on_main(void)
{
	return workers[0].lcore == rte_get_main_lcore();
}

static void
worker_drain(struct worker *w)
{
	unsigned int i;

	for (i = 0; i < w->nb_queues; i++)
		queue_drain(w->queues[i]);
}

static int
worker_main(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	while (__atomic_load_n(&flag.running, __ATOMIC_RELAXED))
		for (i = 0; i < w->nb_queues; i++)
			queue_turn(w->queues[i], true);
	worker_drain(w);
	return 0;
}

void
traffic_turns(void)
{
	struct worker *w = &workers[0];
	unsigned int n, i;

	for (n = 0; n < TURNS_AT_ONCE; n++)
		for (i = 0; i < w->nb_queues; i++)
			queue_turn(w->queues[i], true);
}

static uint64_t
packets_received(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < nb_queues; i++)
		sum += __atomic_load_n(&queues[i]->counters.packets, __ATOMIC_RELAXED);
	return sum;
}

static double
seconds_since(uint64_t then, uint64_t now)
{
	return (double)(now - then) / (double)rte_get_timer_hz();
}

static void
table_restart(uint64_t now)
{
	table_period = tunables.period;
	table_cycles = (uint64_t)(table_period * (double)rte_get_timer_hz());
	next_table = now + table_cycles;
	report_table_restart();
}

int
traffic_start(void)
{
	unsigned int i;
	int rc;

	budget_set(config.packets);
	packets_at_start = packets_seen = packets_received();
	last_arrival = 0;
	started = rte_get_timer_cycles();
	table_restart(started);
	__atomic_store_n(&flag.running, true, __ATOMIC_RELAXED);
	running = true;

	for (i = 0; i < nb_workers && !traffic_on_main(); i++) {
		rc = rte_eal_remote_launch(worker_main, &workers[i], workers[i].lcore);
		if (rc != 0) {
			complain("lcore %u does not take its work: %s", workers[i].lcore,
					rte_strerror(-rc));
			traffic_stop();
			return rc;
		}
	}
	return 0;
}

void
traffic_stop(void)
{
	unsigned int i;

	if (!running)
		return;
	__atomic_store_n(&flag.running, false, __ATOMIC_RELAXED);
	if (traffic_on_main()) {
		worker_drain(&workers[0]);
	} else {
		for (i = 0; i < nb_workers; i++)
			rte_eal_wait_lcore(workers[i].lcore);
	}
	seconds_before = traffic_seconds();
	running = false;

	for (i = 0; i < nb_queues; i++) {
		const struct queue *q = queues[i];
		uint32_t n = q->submitted - q->tail;

		if (n != 0)
			complain("port %u queue %u: %u copies did not come back from %s; their "
				"packets and buffers are left alone", q->port, q->id, n,
				q->provider.name);
	}
}

bool
traffic_running(void)
{
	return running;
}

double
traffic_seconds(void)
{
	if (!running)
		return seconds_before;
	return seconds_before + seconds_since(started, rte_get_timer_cycles());
}

/* Say once that a queue does without an engine, and once that it has one again. */
static void
tell_detached(struct queue *q)
{
	bool detached = __atomic_load_n(&q->detached, __ATOMIC_RELAXED);

	if (detached == q->detached_told)
		return;
	q->detached_told = detached;
	queue_look(q);
	printf("Port %u queue %u: %s%s copies from here on.\n", q->port, q->id,
			detached ? "its channel has no provider; " : "",
			detached ? "the CPU" : q->provider.name);
}

/* A queue whose channel is dead takes nothing more: say so, once. @return whether there
 * is one that lives.
 */
static bool
tell_dead(void)
{
	bool alive = false;
	unsigned int i;

	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];
		int dead = __atomic_load_n(&q->dead, __ATOMIC_RELAXED);

		tell_detached(q);
		if (dead == 0) {
			alive = true;
		} else if (!q->dead_told) {
			q->dead_told = true;
			complain("port %u queue %u: receives no longer, as channel %d of provider "
				"%s is of no use any more: %s", q->port, q->id, q->info.id,
				q->provider.name, rte_strerror(-dead));
		}
	}
	return alive;
}

/* Whether the packets have come to an end. */
static const char *
ended_by_packets(uint64_t now)
{
	uint64_t packets = packets_received();

	if (packets != packets_seen) {
		packets_seen = packets;
		last_arrival = now;
	}
	if (config.packets != 0 && packets - packets_at_start >= config.packets)
		return "--packets reached";
	if (config.idle > 0 && last_arrival != 0 && seconds_since(last_arrival, now) >= config.idle)
		return "nothing more came, --idle";
	if (!hinted && config.idle <= 0 && config.duration <= 0 && !config.interactive &&
			seconds_since(RTE_MAX(last_arrival, started), now) > HINT_SECONDS) {
		hinted = true;
		printf("Nothing has come for %.0f s: Ctrl-C ends; so would --idle SECONDS or "
			"--duration SECONDS.\n", HINT_SECONDS);
	}
	return NULL;
}

static void
table_when_due(uint64_t now)
{
	if (tunables.period != table_period) /* it was changed at the prompt */
		table_restart(now);
	if (table_cycles == 0 || now < next_table)
		return;
	report_table();
	next_table = RTE_MAX(next_table + table_cycles, now);
}

const char *
traffic_tick(void)
{
	uint64_t now = rte_get_timer_cycles();
	const char *end;

	if (!running)
		return NULL;
	end = ended_by_packets(now);
	if (end == NULL && config.duration > 0 && seconds_since(started, now) >= config.duration)
		end = "--duration is over";
	if (!tell_dead())
		end = "no channel is left";

	if (end == NULL)
		table_when_due(now);
	return end;
}
