/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Contestants in turns, and what can be said of them: only samples of one placement are put together,
 * and ratios are between two that followed each other.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "app.h"
#include "result.h"
#include "sample.h"

#define MAX_ROUNDS 201

const struct quantile quantiles[NB_QUANTILES] = {
	{ "p1", 0.01 }, { "p10", 0.1 }, { "p25", 0.25 }, { "p50", 0.5 }, { "p75", 0.75 },
	{ "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 }, { "p9999", 0.9999 },
};

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread
spread_of(double *value, uint32_t n)
{
	if (n == 0)
		return (struct spread){ 0 };
	qsort(value, n, sizeof(value[0]), compare);
	return (struct spread){ value[0], (value[(n - 1) / 2] + value[n / 2]) / 2, value[n - 1], n };
}

static bool
same(const struct contestant *a, const struct contestant *b)
{
	return a->api == b->api && a->engine != NULL && b->engine != NULL &&
			strcmp(a->engine, b->engine) == 0;
}

const struct record *
record_find(const struct records *records, const struct contestant *who, const struct setting *s,
		enum placement placement)
{
	uint32_t i;

	for (i = 0; i < records->n; i++) {
		const struct record *r = &records->record[i];

		if (same(&r->who, who) && r->placement == placement &&
				memcmp(&r->setting, s, sizeof(*s)) == 0)
			return r;
	}
	return NULL;
}

static struct record *
record_add(struct records *records)
{
	records->record = realloc(records->record, (records->n + 1) * sizeof(struct record));
	if (records->record == NULL)
		fatal("no memory");
	memset(&records->record[records->n], 0, sizeof(struct record));
	return &records->record[records->n++];
}

/* Those of one contestant at one placement. */
static void
conclude(const struct contestant *who, const struct contestant *against, const struct setting *s,
		enum placement placement, const struct sample *mine, const struct sample *other,
		uint32_t rounds, uint32_t step, const struct latencies *latencies,
		struct records *records)
{
	double mops[MAX_ROUNDS], cycles[MAX_ROUNDS], round[MAX_ROUNDS];
	double ratio[MAX_ROUNDS], cycles_ratio[MAX_ROUNDS];
	uint32_t i, n = 0, nb_ratios = 0;
	struct record *r;

	for (i = 0; i < rounds; i++) {
		const struct sample *a = &mine[i * step], *b = &other[i * step];

		if (!a->steady || a->placement != placement)
			continue;
		mops[n] = a->mops;
		cycles[n] = a->cycles;
		round[n++] = a->round_ns;
		if (mine != other && b->steady && b->placement == placement) {
			ratio[nb_ratios] = a->mops / b->mops;
			cycles_ratio[nb_ratios++] = b->cycles / a->cycles;
		}
	}
	if (n == 0)
		return;
	r = record_add(records);
	r->who = *who;
	r->setting = *s;
	r->placement = placement;
	r->n = n;
	r->round_ns = spread_of(round, n).median;
	r->mops = spread_of(mops, n);
	r->cycles = spread_of(cycles, n);
	r->ratio = spread_of(ratio, nb_ratios);
	r->cycles_ratio = spread_of(cycles_ratio, nb_ratios);
	if (nb_ratios != 0)
		r->against = *against;
	if (latencies->n != 0 && latencies->steady && latencies->placement == placement) {
		for (i = 0; i < NB_QUANTILES; i++)
			r->latency_ns[i] = latencies->ns[(uint32_t)(quantiles[i].share *
					latencies->n)];
		r->has_latency = true;
	}
}

void
measure(const struct contestant *who, uint32_t n, const struct setting *s,
		const struct effort *effort, struct records *records)
{
	static struct sample sample[MAX_ROUNDS * MAX_CONTESTANTS];
	static struct latencies latencies[MAX_CONTESTANTS];
	uint32_t round, rounds = RTE_MIN(effort->rounds, (uint32_t)MAX_ROUNDS), i;
	enum placement p;
	char text[128];

	buffers_fill(s);
	for (round = 0; round < rounds; round++)
		for (i = 0; i < n; i++) {
			snprintf(text, sizeof(text), "%s %s, %u bytes", who[i].engine,
					api_name(who[i].api), s->size);
			progress_step(text);
			sample_take(&who[i], s, effort->seconds, &sample[round * n + i]);
		}
	for (i = 0; i < n; i++) {
		latencies[i].n = 0;
		if (effort->latencies != 0)
			latency_take(&who[i], s, effort->latencies, 0, &latencies[i]);
		for (p = 0; p < NB_PLACEMENTS; p++)
			conclude(&who[i], &who[0], s, p, &sample[i], &sample[0], rounds, n,
					&latencies[i], records);
	}
}
