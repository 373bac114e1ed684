/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* For callgrind, which counts the instructions inside of the two functions here: what this core does
 * for a burst, without waiting.
 */

#include <unistd.h>

#include <rte_common.h>

#include "app.h"
#include "result.h"
#include "sample.h"

#define WARM_UP 64

void __attribute__((noinline))
perf_counted_submit(struct job *job)
{
	job->ops->submit(job, job->next);
}

uint32_t __attribute__((noinline))
perf_counted_poll(struct job *job)
{
	return job->ops->poll(job);
}

/* The last bytes are there, and the engine has had time to say so. */
static void
wait_for(const struct op *op, uint32_t size)
{
	const uint8_t *from = (const uint8_t *)op->src + size - 1;
	const uint8_t *to = (const uint8_t *)op->dst + size - 1;

	while (__atomic_load_n(to, __ATOMIC_ACQUIRE) != *from)
		usleep(100);
	usleep(2000);
}

/* One poll brings all of a burst. */
static bool
whole(struct job *job, bool counted)
{
	const struct setting *s = job->setting;
	const struct op *last = &job->op[(job->next + 1) * s->burst - 1];
	uint32_t n;

	((uint8_t *)last->dst)[s->size - 1] = (uint8_t)~((uint8_t *)last->src)[s->size - 1];
	if (counted)
		perf_counted_submit(job);
	else
		job->ops->submit(job, job->next);
	wait_for(last, s->size);
	n = counted ? perf_counted_poll(job) : job->ops->poll(job);
	if (n != s->burst && counted)
		return false;
	while (n != s->burst)
		n += job->ops->poll(job);
	if (++job->next == job->nb_bursts)
		job->next = 0;
	return true;
}

void
instructions_run(const struct contestant *who, const struct setting *s, uint32_t bursts)
{
	struct job *job = job_new(who, s);
	uint32_t i;

	buffers_fill(s);
	for (i = 0; i < job->nb_bursts; i++) {
		buffers_choose(job, i);
		job->ops->prepare(job, i);
	}
	for (i = 0; i < WARM_UP; i++)
		whole(job, false);
	for (i = 0; i < bursts; i++)
		if (!whole(job, true))
			fatal("a burst was not done when it was polled: too busy a machine");
	if (!buffers_check(job))
		fatal("wrong bytes");
	job_free(job);
	printf("%u\n", bursts * s->burst);
}
