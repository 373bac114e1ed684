/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* A dmadev as it is: rte_dma_copy(), rte_dma_submit(), rte_dma_completed(), on the virtual channel that
 * the library has set up for a channel of its own, which is not used. So both can be compared on one
 * device, set up alike.
 */

#include <errno.h>
#include <stdlib.h>

#include <rte_dmadev.h>
#include <rte_memory.h>

#include "app.h"
#include "perf.h"

struct raw {
	int16_t id;
	bool iova;
	int provider;
	struct netdma_channel *channel;
	struct op op[]; /* as the device addresses them */
};

static int
raw_open(struct job *job)
{
	struct raw *r = calloc(1, sizeof(*r) +
			job->nb_bursts * job->setting->burst * sizeof(r->op[0]));
	struct rte_dma_info info;
	int id = rte_dma_get_dev_id_by_name(job->who.engine);

	if (r == NULL)
		return -ENOMEM;
	job->state = r;
	if (id < 0 || rte_dma_info_get((int16_t)id, &info) != 0) {
		complain("there is no dmadev %s", job->who.engine);
		return -ENODEV;
	}
	r->id = (int16_t)id;
	r->iova = !(info.dev_capa & RTE_DMA_CAPA_SVA);
	r->provider = provider_open(job->who.engine);
	/* Nobody waits here until there is room: some devices leave a descriptor of the ring free. */
	if (r->provider >= 0)
		r->channel = channel_open(job, r->provider, job->setting->depth + 1);
	return r->channel != NULL ? 0 : -ENODEV;
}

static void
raw_prepare(struct job *job, uint32_t burst)
{
	struct raw *r = job->state;
	uint32_t i = burst * job->setting->burst, end = i + job->setting->burst;

	for (; i < end; i++) {
		r->op[i] = job->op[i];
		if (r->iova)
			r->op[i] = (struct op){
				(void *)(uintptr_t)rte_mem_virt2iova(job->op[i].src),
				(void *)(uintptr_t)rte_mem_virt2iova(job->op[i].dst) };
	}
}

static void
raw_submit(struct job *job, uint32_t burst)
{
	const struct raw *r = job->state;
	const struct setting *s = job->setting;
	const struct op *op = &r->op[burst * s->burst];
	uint32_t i;

	for (i = 0; i < s->burst; i++)
		if (rte_dma_copy(r->id, 0, (uintptr_t)op[i].src, (uintptr_t)op[i].dst, s->size,
				0) < 0)
			fatal("rte_dma_copy() has refused a copy");
	rte_dma_submit(r->id, 0);
}

static uint32_t
raw_poll(struct job *job)
{
	const struct raw *r = job->state;
	bool error = false;
	uint16_t n = rte_dma_completed(r->id, 0, UINT16_MAX, NULL, &error);

	if (error)
		fatal("a copy of %s has failed", job->who.engine);
	return n;
}

static void
raw_close(struct job *job)
{
	struct raw *r = job->state;

	netdma_channel_free(r->channel);
	netdma_provider_stop(r->provider);
	free(r);
}

const struct contestant_ops raw_ops = {
	.open = raw_open,
	.prepare = raw_prepare,
	.submit = raw_submit,
	.poll = raw_poll,
	.close = raw_close,
};
