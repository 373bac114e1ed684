/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Virtual CPUs move about on their host, and with them how far a cache line has to go. That changes
 * results several times over, so it is looked at before and after each sample: the two cores
 * pass a line to and fro; and they count, first one alone and then both at once, since two threads of one
 * core are as near as two cores of one complex, but have to share what they count with.
 */

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "perf.h"

#define ROUNDS 400
#define PARTS 5

/* Nanoseconds there and back, below which it is taken for one complex. */
#define NEAR_NS 300
/* So many times as long takes who has a part of a core. */
#define SHARES 1.3

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

/* In time stamp cycles. */
static uint64_t
there_and_back(void)
{
	uint64_t begin, best = UINT64_MAX;
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
	return best;
}

/* As many additions at once as a core can do. @return time stamp cycles. */
static uint64_t
count(void)
{
	uint64_t begin = rte_rdtsc(), a = 0, b = 0, c = 0, d = 0, e = 0, f = 0;
	uint32_t i;

	for (i = 0; i < 2000; i++) {
		a++, b++, c++, d++, e++, f++;
		__asm__ volatile ("" : "+r" (a), "+r" (b), "+r" (c), "+r" (d), "+r" (e), "+r" (f));
	}
	return rte_rdtsc() - begin;
}

static int
other_counter(void *arg)
{
	RTE_SET_USED(arg);
	__atomic_store_n(&table.ball, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&table.over, __ATOMIC_RELAXED))
		count();
	return 0;
}

static uint64_t
best_count(void)
{
	uint64_t best = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < 4 * PARTS; i++)
		best = RTE_MIN(best, count());
	return best;
}

static bool
share_a_core(void)
{
	uint64_t alone = best_count(), both;

	table.ball = 0;
	__atomic_store_n(&table.over, 0, __ATOMIC_RELAXED);
	rte_eal_remote_launch(other_counter, NULL, worker_lcore);
	while (!__atomic_load_n(&table.ball, __ATOMIC_ACQUIRE))
		rte_pause();
	both = best_count();
	__atomic_store_n(&table.over, 1, __ATOMIC_RELAXED);
	rte_eal_wait_lcore(worker_lcore);
	return (double)both > SHARES * (double)alone;
}

struct distance
placement_probe(void)
{
	struct distance d;

	d.ns = (double)there_and_back() / ROUNDS * 1e9 / (double)rte_get_tsc_hz();
	d.placement = share_a_core() ? SAME_CORE : d.ns < NEAR_NS ? NEAR : FAR;
	return d;
}

const char *
placement_name(enum placement p)
{
	static const char *const name[] = { "same-core", "near", "far" };

	return name[p];
}
