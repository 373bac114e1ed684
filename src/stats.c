/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Counters and latency histograms. The owner writes them plainly; a reader may be a few
 * descriptors behind. A reset remembers where the counters stood.
 */

#include <stdlib.h>

#include <rte_cycles.h>

#include "private.h"

struct latency {
	uint64_t max;
	uint64_t bucket[NETDMA_LATENCY_BUCKETS];
};

/* Counters are an array of words to whoever reads them from another thread. */
static void
counters_read(struct channel_counters *to, const struct channel_counters *from)
{
	const uint64_t *word = (const uint64_t *)from;
	uint64_t *copy = (uint64_t *)to;
	size_t i;

	for (i = 0; i < sizeof(*to) / sizeof(*copy); i++)
		copy[i] = __atomic_load_n(&word[i], __ATOMIC_ACQUIRE);
}

int
netdma_channel_stats_get(const struct netdma_channel *ch, struct netdma_channel_stats *user)
{
	struct netdma_channel_stats stats;
	struct channel_counters now, base;

	if (ch == NULL || user == NULL)
		return -EINVAL;
	/* In this order: a base is never ahead of a counter that is read after it. */
	counters_read(&base, &ch->base);
	counters_read(&now, &ch->count);
	stats = (struct netdma_channel_stats){
		.accepted = now.accepted - base.accepted,
		.copied = now.copied - base.copied,
		.not_copied = now.not_copied - base.not_copied,
		.failed = now.failed - base.failed,
		.unknown = now.unknown - base.unknown,
		.bytes = now.bytes - base.bytes,
		.by_recovery = now.recovered - base.recovered,
		.by_failover = now.moved - base.moved,
		.lists = now.lists - base.lists,
		.refused = now.refused - base.refused,
		.no_room = now.no_room - base.no_room,
		.polls = now.polls - base.polls,
		.failovers = now.failovers - base.failovers,
		.watchdogs = now.watchdogs - base.watchdogs,
	};
	stats.by_engine = stats.copied - stats.by_recovery - stats.by_failover;
	return netdma_info_write(user, &stats, sizeof(stats), sizeof(stats));
}

int
netdma_channel_stats_reset(struct netdma_channel *ch)
{
	struct channel_counters now;
	uint64_t *word;
	size_t i;

	if (ch == NULL)
		return -EINVAL;
	word = (uint64_t *)&ch->base;
	counters_read(&now, &ch->count);
	for (i = 0; i < sizeof(now) / sizeof(*word); i++)
		__atomic_store_n(&word[i], ((const uint64_t *)&now)[i], __ATOMIC_RELEASE);
	return 0;
}

/* ------------------------------------------------------------------ latency */

uint64_t
netdma_stamp(void)
{
	uint64_t now = rte_rdtsc() & CTX_STAMP_MASK;

	return now != 0 ? now : 1; /* 0 stands for none */
}

/* Bucket b >= 4 begins at (4 + b % 4) << (b / 4 - 1); the first four hold 0 to 3. */
uint64_t
netdma_latency_bucket_ns(unsigned int bucket)
{
	if (bucket < 4)
		return bucket;
	if (bucket >= NETDMA_LATENCY_BUCKETS)
		return UINT64_MAX;
	return (uint64_t)(4 + bucket % 4) << (bucket / 4 - 1);
}

static unsigned int
bucket_of(uint64_t ns)
{
	unsigned int log, bucket;

	if (ns < 4)
		return (unsigned int)ns;
	log = 63 - (unsigned int)__builtin_clzll(ns);
	bucket = (log - 1) * 4 + (unsigned int)(ns >> (log - 2) & 3);
	return RTE_MIN(bucket, NETDMA_LATENCY_BUCKETS - 1u);
}

void
netdma_latency_add(struct latency *l, uint64_t stamp, uint64_t now)
{
	uint64_t cycles = (now - stamp) & CTX_STAMP_MASK, hz = rte_get_tsc_hz();
	uint64_t ns = cycles / hz * 1000000000 + cycles % hz * 1000000000 / hz;

	counter_add(&l->bucket[bucket_of(ns)], 1);
	if (ns > l->max)
		__atomic_store_n(&l->max, ns, __ATOMIC_RELAXED);
}

/* Others may be reading it. */
static void
latency_clear(struct latency *l)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(l->bucket); i++)
		__atomic_store_n(&l->bucket[i], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&l->max, 0, __ATOMIC_RELAXED);
}

int
netdma_channel_latency_enable(struct netdma_channel *ch, bool on)
{
	struct latency *l;

	if (ch == NULL)
		return -EINVAL;
	if (on && ch->latency != NULL) {
		latency_clear(ch->latency);
	} else if (on) {
		l = calloc(1, sizeof(*l));
		if (l == NULL)
			return -ENOMEM;
		/* Others may read it from now on. */
		__atomic_store_n(&ch->latency, l, __ATOMIC_RELEASE);
	}
	ch->latency_on = on;
	return 0;
}

int
netdma_channel_latency_get(const struct netdma_channel *ch, struct netdma_latency *user)
{
	struct netdma_latency latency = { 0 };
	const struct latency *l;
	unsigned int i;

	if (ch == NULL || user == NULL)
		return -EINVAL;
	l = __atomic_load_n(&ch->latency, __ATOMIC_ACQUIRE);
	if (l == NULL)
		return -ENOENT;
	latency.max_ns = __atomic_load_n(&l->max, __ATOMIC_RELAXED);
	/* The sum of what is read, so that shares of it add up. */
	for (i = 0; i < NETDMA_LATENCY_BUCKETS; i++) {
		latency.bucket[i] = __atomic_load_n(&l->bucket[i], __ATOMIC_RELAXED);
		latency.count += latency.bucket[i];
	}
	return netdma_info_write(user, &latency, sizeof(latency), sizeof(latency));
}

uint64_t
netdma_latency_quantile_ns(const struct netdma_latency *latency, double share)
{
	uint64_t below = 0, wanted;
	unsigned int i;
	double exact;

	if (latency == NULL || latency->count == 0)
		return 0;
	exact = RTE_MIN(RTE_MAX(share, 0.0), 1.0) * (double)latency->count;
	wanted = (uint64_t)exact;
	wanted += wanted == 0 || (double)wanted < exact;
	for (i = 0; i < NETDMA_LATENCY_BUCKETS; i++) {
		below += latency->bucket[i];
		if (below >= wanted)
			return RTE_MIN(netdma_latency_bucket_ns(i + 1), latency->max_ns);
	}
	return latency->max_ns;
}
