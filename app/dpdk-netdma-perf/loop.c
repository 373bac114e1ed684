/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* No engine: a loop over a burst on this core, "memcpy" or "rte_memcpy". */

#include <string.h>

#include <rte_memcpy.h>

#include "perf.h"

static int
loop_open(struct job *job)
{
	job->state = strcmp(job->who.engine, "memcpy") == 0 ? job : NULL;
	return 0;
}

static void
loop_prepare(struct job *job, uint32_t burst)
{
	RTE_SET_USED(job);
	RTE_SET_USED(burst);
}

static uint32_t pending;

static void
loop_submit(struct job *job, uint32_t burst)
{
	const struct setting *s = job->setting;
	const struct op *op = &job->op[burst * s->burst];
	uint32_t i;

	if (job->state != NULL)
		for (i = 0; i < s->burst; i++)
			memcpy(op[i].dst, op[i].src, s->size);
	else
		for (i = 0; i < s->burst; i++)
			rte_memcpy(op[i].dst, op[i].src, s->size);
	pending += s->burst;
}

static uint32_t
loop_poll(struct job *job)
{
	uint32_t n = pending;

	RTE_SET_USED(job);
	pending = 0;
	return n;
}

static void
loop_close(struct job *job)
{
	RTE_SET_USED(job);
}

const struct contestant_ops loop_ops = {
	.open = loop_open,
	.prepare = loop_prepare,
	.submit = loop_submit,
	.poll = loop_poll,
	.close = loop_close,
};
