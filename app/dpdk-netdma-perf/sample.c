/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* One contestant at work, for a moment. */

#include <stdlib.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_pause.h>
#include <rte_vect.h>

#include "app.h"
#include "perf.h"
#include "sample.h"

/* So much of a sample is not counted. */
#define WARM_UP 8
/* Probes of a steady placement differ by less. */
#define STEADY 1.3
/* Latencies during which the CPUs have moved are taken again. */
#define MOST_TRIES 4

struct job *
job_new(const struct contestant *who, const struct setting *s)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		fatal("no memory");
	job->who = *who;
	job->setting = s;
	job->ops = who->api == API_RAW ? &raw_ops : who->api == API_NONE ? &loop_ops : &netdma_ops;
	job->nb_bursts = RTE_MAX(s->depth / s->burst, 1u);
	buffers_plan(job);
	job->op = calloc(job->nb_bursts * s->burst, sizeof(job->op[0]));
	if (job->op == NULL)
		fatal("no memory");
	if (job->ops->open(job) != 0)
		exit(EXIT_FAILURE);
	return job;
}

void
job_free(struct job *job)
{
	job->ops->close(job);
	free(job->op);
	free(job);
}

/* All bursts have addresses; cold ones get others each time. */
static void
choose_all(struct job *job)
{
	uint32_t i;

	for (i = 0; i < job->nb_bursts; i++) {
		buffers_choose(job, i);
		job->ops->prepare(job, i);
	}
}

static inline void
choose_next(struct job *job)
{
	if (++job->next == job->nb_bursts)
		job->next = 0;
	if (job->setting->cold) {
		buffers_choose(job, job->next);
		job->ops->prepare(job, job->next);
	}
}

/* A burst is only used again when it has come back. Nothing finishes out of order. */
static void
drain(struct job *job, uint64_t outstanding)
{
	while (outstanding != 0)
		outstanding -= job->ops->poll(job);
}

/* As fast as it goes: copies a second. */
static double
throughput(struct job *job, double seconds)
{
	const struct setting *s = job->setting;
	uint64_t hz = rte_get_tsc_hz(), now = rte_rdtsc();
	uint64_t begin = now + (uint64_t)(seconds * (double)hz / WARM_UP);
	uint64_t end = begin + (uint64_t)(seconds * (double)hz), done = 0, before = 0, from = 0;
	uint64_t outstanding = 0, n;
	uint32_t depth = job->nb_bursts * s->burst, i;
	uint64_t turns = RTE_MIN(UINT64_C(16), 1 + (UINT64_C(1) << 16) / ((uint64_t)s->size * s->burst));

	for (;;) {
		now = rte_rdtsc();
		if (from == 0 && now >= begin) {
			from = now;
			before = done;
		}
		/* Something is to have been done, however large it is. */
		if (now >= end && from != 0 && done - before >= 4 * s->burst)
			break;
		for (i = 0; i < turns; i++) {
			for (; outstanding + s->burst <= depth; outstanding += s->burst) {
				job->ops->submit(job, job->next);
				choose_next(job);
			}
			n = job->ops->poll(job);
			outstanding -= n;
			done += n;
		}
	}
	drain(job, outstanding);
	return (double)(done - before) / ((double)(now - from) / (double)hz);
}

/* Behind all that came before, but for stores on their way: those cost this core nothing. */
static inline uint64_t
now_cycles(void)
{
#ifdef RTE_ARCH_X86
	_mm_lfence();
#endif
	return rte_rdtsc();
}

/* What it costs to look at the clock twice. */
static uint64_t
clock_cycles(void)
{
	static uint64_t cost;
	uint64_t best = UINT64_MAX, begin;
	unsigned int i;

	if (cost == 0) {
		for (i = 0; i < 1000; i++) {
			begin = now_cycles();
			best = RTE_MIN(best, now_cycles() - begin);
		}
		cost = best;
	}
	return cost;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* As long as an engine takes for a burst, in most cases. */
static void
let_finish(const struct setting *s)
{
	uint64_t end = rte_rdtsc() + s->burst * (200 + (uint64_t)s->size / 2);

	while (rte_rdtsc() < end)
		rte_pause();
}

/* What this core spends on a copy. A round hands a burst over and takes the one before it back, or
 * that one itself where the depth allows no more: with one poll, if it has finished by then, as it
 * should. What this core waits in between is not counted, nor are more polls in vain. The median
 * round.
 */
static double
producer_cycles(struct job *job, double seconds)
{
	static double cost[4096];
	const struct setting *s = job->setting;
	uint64_t hz = rte_get_tsc_hz(), end = rte_rdtsc() + (uint64_t)(seconds * (double)hz);
	uint64_t begin, spent, outstanding = 0;
	/* Each channel may have one when the next is handed over. */
	uint32_t ahead = job->nb_bursts > s->channels ? s->burst : 0, got, n = 0, round;

	for (round = 0; rte_rdtsc() < end || round < 32; round++) {
		let_finish(s);
		begin = now_cycles();
		job->ops->submit(job, job->next);
		got = ahead != 0 ? job->ops->poll(job) : 0;
		spent = now_cycles() - begin - clock_cycles();
		for (outstanding += s->burst - (uint64_t)got; outstanding > ahead;
				outstanding -= got) {
			let_finish(s);
			begin = now_cycles();
			got = job->ops->poll(job);
			if (got > 0)
				spent += now_cycles() - begin - clock_cycles();
		}
		choose_next(job);
		if (round >= 16) /* warm by then */
			cost[n++ % RTE_DIM(cost)] = (double)spent / s->burst;
	}
	drain(job, outstanding);
	n = RTE_MIN(n, (uint32_t)RTE_DIM(cost));
	qsort(cost, n, sizeof(cost[0]), compare);
	return cost[n / 2];
}

/* Every byte of all bursts, once: what was copied while it was measured cannot be told from what
 * others have copied before.
 */
static void
verify(struct job *job)
{
	uint32_t i;

	choose_all(job);
	for (i = 0; i < job->nb_bursts; i++)
		buffers_spoil(job, i);
	for (i = 0; i < job->nb_bursts; i++) {
		job->ops->submit(job, job->next);
		if (++job->next == job->nb_bursts)
			job->next = 0;
	}
	drain(job, (uint64_t)job->nb_bursts * job->setting->burst);
	if (!buffers_check(job))
		fatal("%s, %s: a copy of %u bytes has the wrong bytes", job->who.engine,
				api_name(job->who.api), job->setting->size);
}

/* Whether the CPUs are where they were. */
static bool
stayed(const struct distance *before, const struct distance *after)
{
	return before->placement == after->placement &&
			RTE_MAX(before->ns, after->ns) < STEADY * RTE_MIN(before->ns, after->ns);
}

void
sample_take(const struct contestant *who, const struct setting *s, double seconds,
		struct sample *sample)
{
	struct distance before = placement_probe(), after;
	struct job *job = job_new(who, s);

	if (!s->cold)
		buffers_fill(s);
	choose_all(job);
	sample->mops = throughput(job, seconds) / 1e6;
	verify(job);
	sample->cycles = producer_cycles(job, seconds / 2);
	job_free(job);
	after = placement_probe();
	sample->round_ns = RTE_MIN(before.ns, after.ns);
	sample->placement = before.placement;
	sample->steady = stayed(&before, &after);
}

/* ------------------------------------------------------------------- latency */

static void
latency_try(const struct contestant *who, const struct setting *s, uint32_t n, double idle_us,
		struct latencies *l)
{
	struct setting one = *s;
	struct distance before = placement_probe(), after;
	double ns_a_cycle = 1e9 / (double)rte_get_tsc_hz();
	uint64_t begin, wait;
	struct job *job;
	uint32_t i;

	one.burst = one.depth = one.channels = 1;
	job = job_new(who, &one);
	buffers_fill(&one);
	choose_all(job);
	l->n = RTE_MIN(n, (uint32_t)MAX_LATENCIES);
	for (i = 0; i < l->n + 16; i++) {
		if (one.cold)
			choose_all(job);
		wait = rte_rdtsc() + (uint64_t)(idle_us * 1000 / ns_a_cycle);
		while (rte_rdtsc() < wait)
			rte_pause();
		begin = now_cycles();
		job->ops->submit(job, 0);
		while (job->ops->poll(job) == 0)
			;
		wait = now_cycles();
		if (i >= 16)
			l->ns[i - 16] = (double)(wait - begin - clock_cycles()) * ns_a_cycle;
	}
	job_free(job);
	after = placement_probe();
	l->round_ns = RTE_MIN(before.ns, after.ns);
	l->placement = before.placement;
	l->steady = stayed(&before, &after);
	qsort(l->ns, l->n, sizeof(l->ns[0]), compare);
}

void
latency_take(const struct contestant *who, const struct setting *s, uint32_t n, double idle_us,
		struct latencies *l)
{
	uint32_t i = 0;

	do
		latency_try(who, s, n, idle_us, l);
	while (!l->steady && ++i < MOST_TRIES);
}
