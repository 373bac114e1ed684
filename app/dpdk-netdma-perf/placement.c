/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Virtual CPUs move about on their host, and with them how far a cache line has to go. That changes
 * results several times over, so it is looked at before and after each sample: the two cores
 * pass a line to and fro.
 */

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "perf.h"

#define ROUNDS 400
#define PARTS 5

/* Nanoseconds there and back, below which it is taken for one core, and for one complex. */
#define SAME_CORE_NS 90
#define NEAR_NS 300

static struct {
	uint32_t ball __rte_cache_aligned;
	uint32_t over __rte_cache_aligned;
} table;

static int
other_player(void *arg)
{
	uint32_t ball = 1;

	RTE_SET_USED(arg);
	while (!__atomic_load_n(&table.over, __ATOMIC_RELAXED))
		if (__atomic_load_n(&table.ball, __ATOMIC_ACQUIRE) == ball) {
			__atomic_store_n(&table.ball, ball + 1, __ATOMIC_RELEASE);
			ball += 2;
		}
	return 0;
}

struct distance
placement_probe(void)
{
	uint64_t begin, best = UINT64_MAX;
	struct distance d;
	uint32_t i, ball = 0, part;

	table.ball = 0;
	__atomic_store_n(&table.over, 0, __ATOMIC_RELAXED);
	rte_eal_remote_launch(other_player, NULL, worker_lcore);
	for (part = 0; part < PARTS; part++) {
		begin = rte_rdtsc();
		for (i = 0; i < ROUNDS; i++) {
			__atomic_store_n(&table.ball, ball + 1, __ATOMIC_RELEASE);
			ball += 2;
			while (__atomic_load_n(&table.ball, __ATOMIC_ACQUIRE) != ball)
				;
		}
		if (part != 0) /* the first one wakes the other up */
			best = RTE_MIN(best, rte_rdtsc() - begin);
	}
	__atomic_store_n(&table.over, 1, __ATOMIC_RELAXED);
	rte_eal_wait_lcore(worker_lcore);
	d.ns = (double)best / ROUNDS * 1e9 / (double)rte_get_tsc_hz();
	d.placement = d.ns < SAME_CORE_NS ? SAME_CORE : d.ns < NEAR_NS ? NEAR : FAR;
	return d;
}

const char *
placement_name(enum placement p)
{
	static const char *const name[] = { "same-core", "near", "far" };

	return name[p];
}
