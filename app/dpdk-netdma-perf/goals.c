/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What the library promises, and what it reaches here: doc/performance.md. The goals compare with
 * DPDK's reference, dma_skeleton, or with a loop on one core.
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_dmadev.h>

#include "app.h"
#include "result.h"
#include "sample.h"

#define DEPTH 128
#define SKELETON "dma_skeleton0"
#define VDEV "dma_netdma0"
#define IDLE_US 1000

static char lcore_engine[64];
static unsigned int nb_goals, nb_missed;

static const struct contestant reference = { SKELETON, API_RAW };
static const struct contestant loop = { "rte_memcpy", API_NONE };
static const struct contestant libc = { "memcpy", API_NONE };
static const struct contestant in_call = { "cpu1,mode=inline", API_LIST };
static struct contestant worker = { lcore_engine, API_LIST };
static const struct contestant vdev = { VDEV, API_RAW };
static struct contestant helped = { lcore_engine, API_WAIT };

/* One line; a goal is reached by the median. Of two threads of one core nothing is promised: what was seen
 * is told all the same.
 */
static void __rte_format_printf(5, 6)
tell(const char *number, bool reached, enum placement placement, const char *goal,
		const char *format, ...)
{
	char got[160];
	va_list ap;

	va_start(ap, format);
	vsnprintf(got, sizeof(got), format, ap);
	va_end(ap);
	nb_goals += placement != SAME_CORE;
	nb_missed += placement != SAME_CORE && !reached;
	printf("%-4s %-7s %-9s %-58s %s\n", number, placement == SAME_CORE ? "-" :
			reached ? "reached" : "MISSED", placement_name(placement), goal, got);
	fflush(stdout);
}

/* It cannot be seen here. */
static void
tell_not(const char *number, const char *goal, const char *why)
{
	printf("%-4s %-7s %-9s %-58s %s\n", number, "-", "-", goal, why);
	fflush(stdout);
}

/* Beside a goal for a channel that is TRUSTED: what one costs that is not. Nothing is promised of it. */
static void
tell_checked(const char *number, const struct contestant *who, const char *what,
		const struct setting *trusted, const struct effort *effort,
		struct records *records)
{
	struct setting s = *trusted;
	const struct record *r;
	enum placement p;

	s.checked = true;
	measure(who, 1, &s, effort, records);
	progress_end();
	for (p = 0; p < NB_PLACEMENTS; p++) {
		r = record_find(records, who, &s, p);
		if (r != NULL)
			printf("%-4s %-7s %-9s %-58s %.1f (%.1f-%.1f)\n", number, "-",
					placement_name(p), what, r->cycles.median, r->cycles.min,
					r->cycles.max);
	}
	fflush(stdout);
}

static struct setting
setting(uint32_t size, uint32_t burst, bool cold)
{
	struct setting s;

	/* Settings are compared byte by byte. */
	memset(&s, 0, sizeof(s));
	s.size = size;
	s.burst = burst;
	s.depth = DEPTH;
	s.channels = 1;
	s.cold = cold;
	s.stream = cold;
	return s;
}

/* The throughput of a contestant against another, at each placement that was seen. */
static void
ratio_goal(const char *number, const struct contestant *who, const struct contestant *against,
		const struct setting *s, double near, double far, const struct effort *effort,
		struct records *records)
{
	struct contestant both[2] = { *against, *who };
	uint32_t i, from = records->n;
	char goal[96], depth[32] = "";

	measure(both, 2, s, effort, records);
	progress_end();
	for (i = from; i < records->n; i++) {
		const struct record *r = &records->record[i];
		double least = r->placement == FAR ? far : near;

		if (r->ratio.n == 0)
			continue;
		if (s->depth != DEPTH && who != &helped)
			snprintf(depth, sizeof(depth), " of %u", s->depth);
		snprintf(goal, sizeof(goal), "%s, %u bytes, burst %u%s, %s: >= %.2f x %s",
				who == &helped ? "helped" : who == &worker ? "worker" :
				who == &vdev ? "as a dmadev" : "inline",
				s->size, s->burst, depth, s->cold ? "cold" : "hot", least, against->engine);
		tell(number, r->ratio.median >= least, r->placement, goal, "%.2f (%.2f-%.2f, n=%u)",
				r->ratio.median, r->ratio.min, r->ratio.max, r->ratio.n);
	}
}

static void
throughput_goals(const struct effort *effort, struct records *records)
{
	static const struct {
		const char *number;
		uint32_t size, burst;
		bool cold;
		double near, far;
		uint32_t depth; /* 0: DEPTH */
	} goal[] = {
		{ "1,2", 64, 32, false, 10, 20 },
		{ "1,2", 64, 32, false, 10, 20, 256 },
		{ "4", 64, 1, false, 10, 10 },
		{ "5", 256, 32, false, 6, 6 },
		{ "5", 1500, 32, false, 2.5, 2.5 },
		{ "5", 4096, 32, false, 1.7, 1.7 },
		{ "5", 65536, 32, false, 1.25, 1.25 },
		{ "6", 64, 32, true, 4, 4 },
		{ "6", 256, 32, true, 2.6, 2.6 },
		{ "6", 1024, 32, true, 2, 2 },
		{ "6", 4096, 32, true, 1.35, 1.35 },
		{ "6", 65536, 32, true, 1.35, 1.35 },
		{ "7", 1 << 20, 8, false, 1, 1 },
		{ "7", 1 << 20, 8, true, 1, 1 },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(goal); i++) {
		struct setting s = setting(goal[i].size, goal[i].burst, goal[i].cold);

		if (goal[i].depth != 0)
			s.depth = goal[i].depth;
		ratio_goal(goal[i].number, &worker, &reference, &s, goal[i].near, goal[i].far,
				effort, records);
	}
}

/* The worker for those who know no library. */
static void
vdev_goal(const struct effort *effort, struct records *records)
{
	struct setting s = setting(64, 32, false);

	if (rte_dma_get_dev_id_by_name(VDEV) < 0) {
		char why[64];

		snprintf(why, sizeof(why), "needs --vdev=" VDEV ",lcore=%u", worker_lcore);
		tell_not("3", "worker behind rte_dma_copy(): >= 6 x " SKELETON, why);
		return;
	}
	ratio_goal("3", &vdev, &reference, &s, 6, 4.5, effort, records);
}

/* What the submitting core spends, against the best that it could do itself. */
static void
saved(enum placement placement, const struct contestant *all, unsigned int n,
		const struct setting *cold, const struct records *records)
{
	double best = 1e18, mine;
	const struct record *r;
	unsigned int i;

	for (i = 0; i < n; i++) {
		r = record_find(records, &all[i], cold, placement);
		if (r == NULL)
			return;
		mine = r->cycles.median;
		if (i + 1 < n)
			best = RTE_MIN(best, mine);
	}
	tell("14", mine <= 0.015 * best, placement, "worker, 1500 bytes, cold: >= 98.5 % of a copy's "
			"time saved", "%.2f %% (%.1f of %.1f cycles)", 100 - 100 * mine / best, mine,
			best);
}

static void
producer_goals(const struct effort *effort, struct records *records)
{
	const struct contestant all[] = { libc, loop, in_call, worker };
	struct setting hot = setting(64, 32, false), cold = setting(1500, 32, true);
	const struct record *r;
	enum placement p;

	for (p = 0; p < NB_PLACEMENTS; p++) {
		r = record_find(records, &worker, &hot, p);
		if (r != NULL)
			tell("8", r->cycles.median <= 6, p, "worker, 64 bytes, burst 32, hot: <= 6 "
					"cycles a copy", "%.1f (%.1f-%.1f)", r->cycles.median,
					r->cycles.min, r->cycles.max);
	}
	tell_checked("8", &worker, "worker, the same on a channel that is not TRUSTED", &hot, effort,
			records);
	measure(all, RTE_DIM(all), &cold, effort, records);
	progress_end();
	for (p = 0; p < NB_PLACEMENTS; p++)
		saved(p, all, RTE_DIM(all), &cold, records);
}

static void
latency_goals(void)
{
	static const char single[] = "worker, one copy of 64 bytes: <= 1.25 round trips of a line";
	static const char later[] = "worker, the same 1 ms after the last: >= 50 times shorter";
	static struct latencies mine, other;
	struct setting s = setting(64, 1, false);
	double ns, ns_other;

	latency_take(&worker, &s, 5000, 0, &mine);
	ns = mine.ns[mine.n / 2];
	if (mine.steady)
		tell("10", ns <= 1.25 * mine.round_ns, mine.placement, single,
				"%.2f (%.0f ns, round trip %.0f ns)", ns / mine.round_ns, ns,
				mine.round_ns);
	else
		tell_not("10", single, "the CPUs moved each time");
	latency_take(&worker, &s, 200, IDLE_US, &mine);
	latency_take(&reference, &s, 200, IDLE_US, &other);
	ns = mine.ns[mine.n / 2];
	ns_other = other.ns[other.n / 2];
	if (mine.steady && other.steady && mine.placement == other.placement)
		tell("11", ns_other >= 50 * ns, mine.placement, later,
				"%.1f (%.0f ns, %s %.0f ns)", ns_other / ns, ns, SKELETON, ns_other);
	else
		tell_not("11", later, "the CPUs moved meanwhile");
}

static void
library_goals(const struct effort *effort, struct records *records)
{
	struct contestant both[] = { reference, { SKELETON, API_LIST } };
	struct setting s = setting(64, 32, false);
	const struct record *raw, *list;
	enum placement p;

	measure(both, 2, &s, effort, records);
	progress_end();
	for (p = 0; p < NB_PLACEMENTS; p++) {
		raw = record_find(records, &both[0], &s, p);
		list = record_find(records, &both[1], &s, p);
		if (raw != NULL && list != NULL)
			tell("12", list->cycles.median - raw->cycles.median <= 4, p,
					"dmadev, lists of 32: <= 4 cycles a copy over rte_dma_copy()",
					"%.1f (%.1f, raw %.1f)",
					list->cycles.median - raw->cycles.median, list->cycles.median,
					raw->cycles.median);
	}
	tell_checked("12", &both[1], "dmadev, all of it on a channel that is not TRUSTED", &s, effort,
			records);
}

static void
inline_goals(const struct effort *effort, struct records *records)
{
	static const struct { uint32_t size; double least; } goal[] = {
		{ 64, 1.2 }, { 256, 1.3 }, { 1500, 1.3 }, { 4096, 1.3 },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(goal); i++) {
		struct setting s = setting(goal[i].size, 32, true);

		ratio_goal("13", &in_call, &loop, &s, goal[i].least, goal[i].least, effort, records);
	}
}

/* Against one core alone: list by list, since it is waited for. */
static void
help_goals(const struct effort *effort, struct records *records)
{
	static const uint32_t size[] = { 1500, 4096, 65536 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(size); i++) {
		struct setting s = setting(size[i], 32, true);

		s.depth = s.burst;
		ratio_goal("15", &helped, &libc, &s, 1.4, 1.4, effort, records);
	}
}

bool
goals_run(const struct effort *effort, struct records *records)
{
	if (rte_dma_get_dev_id_by_name(SKELETON) < 0) {
		complain("the goals compare with DPDK's reference: --vdev=%s,lcore=%u", SKELETON,
				worker_lcore);
		return false;
	}
	snprintf(lcore_engine, sizeof(lcore_engine), "cpu0,mode=lcore,lcore=%u", worker_lcore);
	throughput_goals(effort, records);
	vdev_goal(effort, records);
	producer_goals(effort, records);
	latency_goals();
	library_goals(effort, records);
	inline_goals(effort, records);
	help_goals(effort, records);
	tell_not("9", "worker, lists of 32: <= 20 instructions a copy",
			"counted by devtools/goals.sh");
	printf("%u of %u goals were reached\n", nb_goals - nb_missed, nb_goals);
	return true;
}
