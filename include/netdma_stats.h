/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_STATS_H
#define NETDMA_STATS_H

/**
 * @file netdma_stats.h
 *
 * Asynchronous copies for DPDK applications: watching them. Included by netdma.h.
 *
 * The owner of a channel writes its counters plainly; whoever reads them in another
 * thread may be a few descriptors behind, and sees no counter go backwards.
 *
 *     struct netdma_channel_stats stats = { .size = sizeof(stats) };
 *
 *     netdma_channel_stats_get(channel, &stats);
 *     printf("%" PRIu64 " copied, %" PRIu64 " failed\n", stats.copied, stats.failed);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netdma_channel;

/** Counters of a channel since it was allocated or they were reset. */
struct netdma_channel_stats {
	size_t size;           /**< Set by the caller: sizeof, or 0. */
	/** Descriptors handed over; what a suspend gave back and was handed over again is
	 * counted twice.
	 */
	uint64_t accepted;
	uint64_t copied;       /**< Descriptors that ended as #NETDMA_COPIED. */
	uint64_t not_copied;   /**< As #NETDMA_NOT_COPIED. */
	uint64_t failed;       /**< As #NETDMA_FAILED. */
	uint64_t unknown;      /**< As #NETDMA_UNKNOWN. */
	uint64_t bytes;        /**< Bytes of those that were copied. */
	uint64_t by_engine;    /**< Copied by the provider's engine; null transfers count. */
	uint64_t by_recovery;  /**< Copied on the CPU because the engine had failed. */
	uint64_t by_failover;  /**< Copied by another provider because the first had gone. */
	uint64_t lists;        /**< Lists handed over: starts, appends, submits. */
	uint64_t refused;      /**< Lists and everyday calls refused because they were wrong. */
	uint64_t no_room;      /**< Everyday calls that found no room. */
	uint64_t polls;        /**< Calls of netdma_poll(). */
	uint64_t failovers;    /**< Times that it moved to another provider. */
	uint64_t watchdogs;    /**< Times that its engine was found stuck. */
};

/** Counters of a channel. Any thread. @return 0 or -EINVAL. */
int netdma_channel_stats_get(const struct netdma_channel *channel,
		struct netdma_channel_stats *stats);

/** Count from zero again. Any thread. @return 0 or -EINVAL. */
int netdma_channel_stats_reset(struct netdma_channel *channel);

/** Buckets of a latency histogram: four for each power of two nanoseconds. */
#define NETDMA_LATENCY_BUCKETS 160

/** Time from hand-over to completion as netdma_poll() saw it. */
struct netdma_latency {
	size_t size;         /**< Set by the caller: sizeof, or 0. */
	uint64_t count;      /**< Descriptors measured. */
	uint64_t max_ns;     /**< The longest. */
	/** How many fell into each bucket; its bounds: netdma_latency_bucket_ns(). */
	uint64_t bucket[NETDMA_LATENCY_BUCKETS];
};

/** Switch a channel's latency histogram on or off; on clears it. Its owner. @return 0,
 * -EINVAL or -ENOMEM.
 */
int netdma_channel_latency_enable(struct netdma_channel *channel, bool on);

/** The latency histogram. Any thread. @return 0; -ENOENT when it was never on; -EINVAL. */
int netdma_channel_latency_get(const struct netdma_channel *channel,
		struct netdma_latency *latency);

/** Where a bucket begins, in nanoseconds; where the one before it ends. */
uint64_t netdma_latency_bucket_ns(unsigned int bucket);

/** The latency that a share (0.0 to 1.0) of the measured descriptors stayed below, in
 * nanoseconds: the upper bound of its bucket, or the longest if that is less.
 */
uint64_t netdma_latency_quantile_ns(const struct netdma_latency *latency, double share);

/** Print providers, clients, channels, pools and memory. @return 0 or -EINVAL. */
int netdma_dump(FILE *f);

/**@{@name Strings
 * For logs and tables. Never NULL: "?" for a value that is not known.
 */
/** The name of an enum netdma_status, e.g. "copied". */
const char *netdma_status_name(int status);
/** The name of an enum netdma_error, e.g. "page fault". */
const char *netdma_error_name(int error);
/** The name of an enum netdma_event_type, e.g. "provider arrival". */
const char *netdma_event_name(int type);
/** The name of an enum netdma_provider_state, e.g. "started". */
const char *netdma_provider_state_name(int state);
/** The name of a NETDMA_WORD_* or enum netdma_channel_state, e.g. "idle". */
const char *netdma_state_name(int state);
/**@}*/

#ifdef __cplusplus
}
#endif

#endif /* NETDMA_STATS_H */
