/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef RESULT_H
#define RESULT_H

/* What comes out: a record for each contestant, setting and placement. */

#include <stdio.h>

#include "perf.h"

struct spread {
	double min, median, max;
	uint32_t n; /* values; 0: there are none */
};
struct spread spread_of(double *value, uint32_t n); /* sorts them */

#define NB_QUANTILES 9
struct quantile {
	const char *name;
	double share;
};
extern const struct quantile quantiles[NB_QUANTILES];
enum { P50 = 3, P99 = 6, P999 = 7 }; /* of these, those that a table has */

struct record {
	struct contestant who;
	struct setting setting;
	enum placement placement;
	uint32_t n;           /* samples */
	double round_ns;
	struct spread mops;
	struct spread cycles; /* of the submitting core, a copy */
	struct contestant against; /* engine NULL: nothing */
	struct spread ratio;  /* of the throughput: in each round, to the one it goes against */
	struct spread cycles_ratio;
	/* Of single copies: that share of them took no longer. */
	bool has_latency;
	double latency_ns[NB_QUANTILES];
};

#define MAX_CONTESTANTS 16 /* in turns */

struct records {
	uint32_t n;
	struct record *record;
};

/* How much is sampled. */
struct effort {
	uint32_t rounds;
	double seconds;      /* of each sample */
	uint32_t latencies;  /* single copies; 0: none */
};

/* Contestants of one setting, in turns; the first is who the others go against. */
void measure(const struct contestant *who, uint32_t n, const struct setting *s,
		const struct effort *effort, struct records *records);
/* The record of a contestant, or NULL. */
const struct record *record_find(const struct records *records, const struct contestant *who,
		const struct setting *s, enum placement placement);

/* report.c */
void report_heading(FILE *f);
void report_row(FILE *f, const struct record *r);
/* Files for all records: a path that cannot be written shows before anything is measured. NULL: none. @return
 * 0 or a negative errno, with a message.
 */
int report_open(const char *json, const char *csv);
int report_write(const struct records *records);

/* A bar, if there is a terminal. */
void progress_begin(uint32_t steps);
void progress_step(const char *what);
void progress_clear(void); /* there is something to print */
void progress_end(void);

/* instructions.c: copy so many bursts, and print how many copies that were. */
void instructions_run(const struct contestant *who, const struct setting *s, uint32_t bursts);

/* goals.c: what doc/performance.md promises. @return whether it could be looked at. */
bool goals_run(const struct effort *effort, struct records *records);

struct job;
void perf_counted_submit(struct job *job);
uint32_t perf_counted_poll(struct job *job);

#endif /* RESULT_H */
