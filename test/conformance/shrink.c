/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Making a program that fails short: it is run again and again in this very process, on fresh
 * channels, with operations left out as long as the same invariant does not hold. (A process
 * for each run would be safer, but the threads of EAL and of engines do not survive a fork.)
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

/* A run that has to wait for something that never comes; and how often one that fails now and
 * then is tried.
 */
#define SHORT_PATIENCE_US 300000
#define MAX_TRIES 10

struct shrink {
	struct run *r;
	struct program *p;     /* the shortest yet */
	struct failure failure;/* and how it failed */
	char *log;
	size_t log_length;
	uint64_t end;
	unsigned int tries;
	unsigned int runs;
};

/* The run that has just failed is the one to report. */
static void
keep(struct shrink *s)
{
	s->failure = s->r->failure;
	memcpy(s->log, s->r->log, s->r->log_length);
	s->log_length = s->r->log_length;
}

static bool
fails(struct shrink *s, const struct program *p, unsigned int tries)
{
	unsigned int i;

	for (i = 0; i < tries && !s->r->lost && nc_now_us() < s->end; i++) {
		s->runs++;
		if (!nc_program_run(s->r, p))
			continue;
		if (s->r->failure.invariant == s->failure.invariant) {
			keep(s);
			return true;
		}
	}
	return false;
}

/* Leave out chunks of so many operations, wherever that goes. @return whether it did. */
static bool
leave_out(struct shrink *s, uint32_t chunk)
{
	struct program *p = s->p, shorter = { .seed = p->seed };
	uint32_t at = 0;
	bool any = false;

	shorter.step = malloc(p->n * sizeof(p->step[0]));
	while (shorter.step != NULL && at < p->n && p->n > chunk) {
		uint32_t end = RTE_MIN(at + chunk, p->n);

		memcpy(shorter.step, p->step, at * sizeof(p->step[0]));
		memcpy(shorter.step + at, p->step + end, (p->n - end) * sizeof(p->step[0]));
		shorter.n = p->n - (end - at);
		if (fails(s, &shorter, s->tries)) {
			memcpy(p->step, shorter.step, shorter.n * sizeof(p->step[0]));
			p->n = shorter.n;
			any = true;
		} else {
			at += chunk;
		}
	}
	free(shorter.step);
	return any;
}

/* Let each operation do less. */
static void
do_less(struct shrink *s)
{
	static const uint32_t most[] = { 1, 2, 3, 5, 8, 16, 40, 100, 300 };
	struct program *p = s->p;
	uint32_t i, k;

	for (i = 0; i < p->n; i++) {
		struct step *step = &p->step[i], was;

		for (k = 0; k < RTE_DIM(most); k++) {
			was = *step;
			step->count = most[k];
			if (fails(s, p, s->tries))
				break;
			*step = was;
		}
		for (k = 0; k < RTE_DIM(most); k++) {
			was = *step;
			step->length = most[k] * 8;
			if (fails(s, p, s->tries))
				break;
			*step = was;
		}
	}
}

unsigned int
nc_program_shrink(struct run *r, struct program *p)
{
	struct shrink s = { .r = r, .p = p, .failure = r->failure, .tries = 1 };
	struct netdma_conformance_result result = r->result;
	uint64_t patience = r->patience_us;
	unsigned int i, failed = 0;
	uint32_t chunk;

	s.log = malloc(sizeof(r->log));
	if (s.log == NULL)
		return 0;
	s.log_length = r->log_length;
	memcpy(s.log, r->log, r->log_length);
	s.end = nc_now_us() + (uint64_t)r->conf.shrink_ms * 1000;
	r->patience_us = RTE_MIN(patience, (uint64_t)SHORT_PATIENCE_US);
	for (i = 0; i < 3; i++)
		failed += fails(&s, p, 1);
	if (failed < 3)
		s.tries = MAX_TRIES;
	if (failed != 0 || fails(&s, p, MAX_TRIES)) {
		for (chunk = (p->n + 1) / 2; chunk > 1; chunk = (chunk + 1) / 2)
			leave_out(&s, chunk);
		while (leave_out(&s, 1))
			;
		do_less(&s);
		while (leave_out(&s, 1))
			;
		failed = 1;
	}
	r->patience_us = patience;
	r->result = result;
	r->failure = s.failure;
	memcpy(r->log, s.log, s.log_length);
	r->log_length = s.log_length;
	free(s.log);
	return failed != 0 ? s.runs : 0;
}

/* ------------------------------------------------------------ as a report has it */

/* "0xSEED:0,3-5,7c2l64": steps by number; c and l say how much one of them does at most. */
void
nc_program_print(const struct program *p, FILE *f)
{
	uint32_t i, k;

	fprintf(f, "0x%" PRIx64 ":", p->seed);
	for (i = 0; i < p->n; i = k) {
		const struct step *s = &p->step[i];

		fprintf(f, "%s%u", i != 0 ? "," : "", s->number);
		if (s->count != UINT32_MAX)
			fprintf(f, "c%u", s->count);
		if (s->length != UINT32_MAX)
			fprintf(f, "l%u", s->length);
		for (k = i + 1; k < p->n && p->step[k].number == s->number + (k - i) &&
				(s->count & s->length & p->step[k].count & p->step[k].length) ==
				UINT32_MAX; k++)
			;
		if (k > i + 1)
			fprintf(f, "-%u", p->step[k - 1].number);
	}
}

static uint32_t
read_number(const char **at, bool *bad)
{
	char *end;
	unsigned long n = strtoul(*at, &end, 10);

	*bad |= end == *at || **at < '0' || **at > '9' || n >= 1000000;
	*at = end;
	return (uint32_t)n;
}

int
nc_program_parse(const char *text, struct program *p)
{
	const char *at;
	char *end;
	bool bad = false;

	*p = (struct program){ .seed = strtoull(text, &end, 0) };
	bad = end == text || *end != ':';
	for (at = end + !bad; !bad && *at != '\0'; at += *at == ',') {
		struct step s = { read_number(&at, &bad), UINT32_MAX, UINT32_MAX };
		uint32_t last = s.number;

		for (; !bad && (*at == 'c' || *at == 'l' || *at == '-');) {
			char what = *at++;
			uint32_t n = read_number(&at, &bad);

			if (what == '-')
				last = n;
			else if (what == 'c')
				s.count = n;
			else
				s.length = n;
		}
		bad |= (*at != ',' && *at != '\0') || last < s.number;
		for (; !bad && s.number <= last; s.number++) {
			struct step *step = realloc(p->step, (p->n + 1) * sizeof(*step));

			if (step == NULL)
				return -ENOMEM;
			p->step = step;
			p->step[p->n++] = s;
		}
	}
	if (!bad)
		return 0;
	free(p->step);
	*p = (struct program){ 0 };
	return -EINVAL;
}
