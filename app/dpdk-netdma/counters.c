/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/*
 * Reading the counters that workers write. Nothing is ever reset, so that the worker
 * stays the only one that writes and the summary is of the whole run: what is shown at
 * the prompt is the difference to what was there at the last clear.
 */

#include "app.h"

#define NB_COUNTERS (sizeof(struct counters) / sizeof(uint64_t))

static void
subtract(uint64_t *from, const uint64_t *what, size_t n)
{
	while (n-- != 0)
		from[n] -= RTE_MIN(what[n], from[n]);
}

void
counters_total(const struct queue *q, struct counters *c)
{
	const uint64_t *from = (const uint64_t *)&q->counters;
	uint64_t *to = (uint64_t *)c;
	size_t i;

	RTE_BUILD_BUG_ON(sizeof(struct counters) % sizeof(uint64_t) != 0);
	for (i = 0; i < NB_COUNTERS; i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

static void
channel_total(const struct queue *q, struct netdma_channel_stats *stats)
{
	*stats = (struct netdma_channel_stats){ .size = sizeof(*stats) };
	netdma_channel_stats_get(q->channel, stats);
}

static void
channel_since(const struct queue *q, const struct netdma_channel_stats *base,
		struct netdma_channel_stats *stats)
{
	channel_total(q, stats);
	/* All that follows the size is 64-bit counters. */
	subtract(&stats->accepted, &base->accepted,
			(sizeof(*stats) - offsetof(struct netdma_channel_stats, accepted)) /
			sizeof(uint64_t));
}

void
counters_copy(const struct queue *q, struct counters *c, struct netdma_channel_stats *stats)
{
	if (c != NULL) {
		counters_total(q, c);
		subtract((uint64_t *)c, (const uint64_t *)&q->copy_base, NB_COUNTERS);
	}
	if (stats != NULL)
		channel_since(q, &q->copy_channel_base, stats);
}

void
counters_channel(const struct queue *q, struct netdma_channel_stats *stats)
{
	channel_since(q, &q->channel_base, stats);
}

void
counters_clear_copy(struct queue *q)
{
	counters_total(q, &q->copy_base);
	channel_total(q, &q->copy_channel_base);
}

void
counters_clear_channel(struct queue *q)
{
	channel_total(q, &q->channel_base);
}

uint64_t
counters_failed(const struct counters *c)
{
	uint64_t sum = 0;
	unsigned int s, e;

	for (s = 0; s < MAX_STATUSES; s++)
		for (e = 0; e < MAX_ERRORS; e++)
			sum += c->failed[s][e];
	return sum;
}

uint64_t
counters_dropped(const struct counters *c)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < NB_DROPS; i++)
		sum += c->dropped[i];
	return sum;
}

void
counters_add(struct counters *sum, const struct counters *c)
{
	uint64_t first = sum->first_tsc, last = RTE_MAX(sum->last_tsc, c->last_tsc);
	const uint64_t *from = (const uint64_t *)c;
	uint64_t *to = (uint64_t *)sum;
	size_t i;

	for (i = 0; i < NB_COUNTERS; i++)
		to[i] += from[i];
	/* Two of them are not counts. */
	if (first == 0 || (c->first_tsc != 0 && c->first_tsc < first))
		first = c->first_tsc;
	sum->first_tsc = first;
	sum->last_tsc = last;
}
