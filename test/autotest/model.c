/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>

#include <rte_eal.h>
#include <rte_memory.h>

#include "model.h"

/* DPDK's driver-side header is not installed everywhere. Without it this is the part of
 * it that a driver cannot do without; model_get() looks whether it fits the library.
 */
#if __has_include(<rte_dmadev_pmd.h>)
#include <rte_dmadev_pmd.h>
#define DEVICE struct rte_dma_dev
#define DEVICE_OPS struct rte_dma_dev_ops
#define DEVICE_READY RTE_DMA_DEV_READY
#else
struct driver_ops;
struct driver_device {
	void *device;
	void *data;
	struct rte_dma_fp_object *fp_obj;
	const struct driver_ops *dev_ops;
	int state;
};
struct driver_ops {
	int (*dev_info_get)(const struct driver_device *, struct rte_dma_info *, uint32_t);
	int (*dev_configure)(struct driver_device *, const struct rte_dma_conf *, uint32_t);
	int (*dev_start)(struct driver_device *);
	int (*dev_stop)(struct driver_device *);
	int (*dev_close)(struct driver_device *);
	int (*vchan_setup)(struct driver_device *, uint16_t, const struct rte_dma_vchan_conf *,
			uint32_t);
	void *rest[9];
};
#define DEVICE struct driver_device
#define DEVICE_OPS struct driver_ops
#define DEVICE_READY 2
DEVICE *rte_dma_pmd_allocate(const char *name, int numa_node, size_t private_data_size);
int rte_dma_pmd_release(const char *name);
#endif

struct job {
	uint64_t number;
	rte_iova_t src;
	rte_iova_t dst;
	uint32_t length;
	uint32_t doorbell;
	bool fence;
	bool lost;   /* beyond the batch limit */
	bool ran;
};

#define RING 64

struct engine {
	struct model m; /* first: a test's handle */
	char name[32];
	DEVICE *dev;
	struct job ring[RING];
	uint16_t head;   /* first job that was not reported */
	uint16_t tail;   /* next job */
	uint16_t rung;   /* jobs that a doorbell covered */
	bool configured;
	bool set_up;
};

static struct engine engines[4];

/* The library asks a device for its NUMA node: a zeroed one has node 0. */
static uint64_t no_device[64];

static struct engine *
by_device(const DEVICE *dev)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(engines); i++)
		if (engines[i].dev == dev)
			return &engines[i];
	return NULL;
}

/* ------------------------------------------------------------ control path */

static int
info_get(const DEVICE *dev, struct rte_dma_info *info, uint32_t size __rte_unused)
{
	const struct engine *e = by_device(dev);

	info->dev_capa = RTE_DMA_CAPA_MEM_TO_MEM | RTE_DMA_CAPA_OPS_COPY |
			(e->m.sva ? RTE_DMA_CAPA_SVA : 0);
	info->max_vchans = 4;
	info->max_desc = MODEL_MAX_DESC;
	info->min_desc = MODEL_MIN_DESC;
	return 0;
}

static int
configure(DEVICE *dev, const struct rte_dma_conf *conf __rte_unused, uint32_t size __rte_unused)
{
	struct engine *e = by_device(dev);

	e->m.misuses += e->m.started || e->head != e->tail;
	e->m.configures++;
	e->configured = true;
	return 0;
}

static int
vchan_setup(DEVICE *dev, uint16_t vchan, const struct rte_dma_vchan_conf *conf,
		uint32_t size __rte_unused)
{
	struct engine *e = by_device(dev);

	e->m.misuses += e->m.started || !e->configured || vchan != 0 ||
			conf->direction != RTE_DMA_DIR_MEM_TO_MEM;
	e->m.nb_desc = conf->nb_desc;
	e->set_up = true;
	return 0;
}

static int
start(DEVICE *dev)
{
	struct engine *e = by_device(dev);

	if (!e->set_up)
		return -EINVAL;
	e->head = e->tail = e->rung = 0;
	e->m.started = true;
	e->m.starts++;
	return 0;
}

static int
stop(DEVICE *dev)
{
	struct engine *e = by_device(dev);

	e->m.started = false;
	e->m.stops++;
	return 0;
}

static int
close_device(DEVICE *dev)
{
	by_device(dev)->dev = NULL;
	return 0;
}

static const DEVICE_OPS ops = {
	.dev_info_get = info_get,
	.dev_configure = configure,
	.dev_start = start,
	.dev_stop = stop,
	.dev_close = close_device,
	.vchan_setup = vchan_setup,
};

/* --------------------------------------------------------------- data path */

static uint16_t
capacity(const void *private, uint16_t vchan __rte_unused)
{
	const struct engine *e = private;
	uint16_t room = (uint16_t)(e->m.nb_desc - 1 - (uint16_t)(e->tail - e->head));
	uint16_t pending = (uint16_t)(e->tail - e->rung);

	return pending >= e->m.max_batch ? 0 : RTE_MIN(room, (uint16_t)(e->m.max_batch - pending));
}

static int
ring_doorbell(void *private, uint16_t vchan __rte_unused)
{
	struct engine *e = private;

	if (e->rung != e->tail) {
		e->m.doorbells++;
		e->rung = e->tail;
	}
	return 0;
}

static int
enqueue(void *private, uint16_t vchan, rte_iova_t src, rte_iova_t dst, uint32_t length,
		uint64_t flags)
{
	struct engine *e = private;
	struct job *j = &e->ring[e->tail % RING];
	uint16_t room = capacity(e, vchan);

	if (e->m.copy_error != 0)
		return e->m.copy_error;
	e->m.misuses += !e->m.started || vchan != 0 || length == 0 ||
			length > MODEL_MAX_TRANSFER;
	e->m.overruns += room == 0;
	if ((uint16_t)(e->tail - e->head) >= e->m.nb_desc - 1)
		return -ENOSPC;
	*j = (struct job){
		.number = ++e->m.jobs, .src = src, .dst = dst, .length = length,
		.doorbell = (uint32_t)e->m.doorbells,
		.fence = (flags & RTE_DMA_OP_FLAG_FENCE) != 0, .lost = room == 0,
	};
	e->tail++;
	if (flags & RTE_DMA_OP_FLAG_SUBMIT)
		ring_doorbell(e, vchan);
	return (uint16_t)(e->tail - 1);
}

static bool
fails(const struct engine *e, const struct job *j)
{
	unsigned int i;

	for (i = 0; i < MODEL_FAILS; i++)
		if (e->m.fail[i] == j->number)
			return true;
	return false;
}

static void *
to_va(const struct engine *e, rte_iova_t addr)
{
	return e->m.sva || rte_eal_iova_mode() == RTE_IOVA_VA ? (void *)(uintptr_t)addr :
			rte_mem_iova2virt(addr);
}

static void
execute(const struct engine *e, struct job *j)
{
	uint32_t done = 0, i;

	j->ran = true;
	while (!j->lost && done < j->length) {
		/* No farther than both pages reach: the next ones may lie elsewhere. */
		uint32_t src_room = 4096 - (uint32_t)((j->src + done) & 4095);
		uint32_t dst_room = 4096 - (uint32_t)((j->dst + done) & 4095);
		uint32_t step = RTE_MIN(j->length - done, RTE_MIN(src_room, dst_room));
		const uint8_t *src = to_va(e, j->src + done);
		uint8_t *dst = to_va(e, j->dst + done);

		if (src == NULL || dst == NULL)
			return;
		for (i = 0; i < step; i++)
			dst[i] = src[i];
		done += step;
	}
}

/* Run what the doorbells cover, up to the first job that fails. */
static void
advance(struct engine *e)
{
	uint16_t end, first, at, k;

	for (end = e->head; end != e->rung && !fails(e, &e->ring[end % RING]); end++)
		;
	/* Stretches that a fence begins or a doorbell ends, the last one first; fences hold
	 * only among the copies of one doorbell, so those stretches are run in order.
	 */
	while (end != e->head) {
		uint32_t doorbell = e->ring[(uint16_t)(end - 1) % RING].doorbell;

		for (first = end; first != e->head &&
				e->ring[(uint16_t)(first - 1) % RING].doorbell == doorbell; first--)
			;
		for (at = first; at != end; at = k) {
			for (k = at + 1; k != end && !e->ring[k % RING].fence; k++)
				;
			for (uint16_t i = k; i != at; i--)
				if (!e->ring[(uint16_t)(i - 1) % RING].ran)
					execute(e, &e->ring[(uint16_t)(i - 1) % RING]);
		}
		end = first;
	}
}

static uint16_t
completed(void *private, uint16_t vchan __rte_unused, const uint16_t max, uint16_t *last,
		bool *has_error)
{
	struct engine *e = private;
	uint16_t n = 0;

	if (!e->m.hold) {
		advance(e);
		while (n < max && e->head != e->rung && e->ring[e->head % RING].ran) {
			e->head++;
			n++;
		}
		*has_error = n < max && e->head != e->rung && fails(e, &e->ring[e->head % RING]);
	}
	*last = (uint16_t)(e->head - 1);
	if (n > 0 && e->m.lie > 0) {
		n += (uint16_t)e->m.lie;
		e->m.lie = 0;
	}
	return n;
}

static uint16_t
completed_status(void *private, uint16_t vchan __rte_unused, const uint16_t max, uint16_t *last,
		enum rte_dma_status_code *status)
{
	struct engine *e = private;
	uint16_t n = 0;

	if (!e->m.hold)
		advance(e);
	while (!e->m.hold && n < max && e->head != e->rung) {
		struct job *j = &e->ring[e->head % RING];

		if (j->ran) {
			status[n] = RTE_DMA_STATUS_SUCCESSFUL;
		} else if (fails(e, j)) {
			status[n] = e->m.code;
			e->m.statuses++;
		} else {
			break;
		}
		n++;
		e->head++;
		if (status[n - 1] != RTE_DMA_STATUS_SUCCESSFUL)
			break; /* the next call goes on behind it */
	}
	*last = (uint16_t)(e->head - 1);
	return n;
}

/* ------------------------------------------------------------------- tests */

static const char *reason;

const char *
model_reason(void)
{
	return reason;
}

struct model *
model_get(const char *name)
{
	struct engine *e = NULL, *empty = NULL;
	unsigned int i;

	for (i = 0; i < RTE_DIM(engines); i++) {
		if (engines[i].dev != NULL && strcmp(engines[i].name, name) == 0)
			e = &engines[i];
		else if (engines[i].dev == NULL && empty == NULL)
			empty = &engines[i];
	}
	if (e == NULL && reason == NULL) {
		RTE_VERIFY(empty != NULL);
		e = empty;
		memset(e, 0, sizeof(*e));
		snprintf(e->name, sizeof(e->name), "%s", name);
		e->dev = rte_dma_pmd_allocate(name, 0, 64);
		if (e->dev == NULL || e->dev->fp_obj !=
				&rte_dma_fp_objs[rte_dma_get_dev_id_by_name(name)]) {
			e->dev = NULL;
			reason = "this DPDK's dmadev drivers look different";
			return NULL;
		}
		e->dev->device = (void *)no_device;
		e->dev->dev_ops = &ops;
		*e->dev->fp_obj = (struct rte_dma_fp_object){
			.dev_private = e, .copy = enqueue, .submit = ring_doorbell,
			.completed = completed, .completed_status = completed_status,
			.burst_capacity = capacity,
		};
		e->dev->state = DEVICE_READY;
	}
	if (e == NULL)
		return NULL;
	e->m = (struct model){
		.max_batch = MODEL_BATCH, .code = RTE_DMA_STATUS_BUS_READ_ERROR,
		.started = e->m.started, .nb_desc = e->m.nb_desc,
	};
	return &e->m;
}

void
model_remove(const char *name)
{
	ASSERT_INT(rte_dma_pmd_release(name), ==, 0);
}

static void
model_release(void *arg)
{
	struct model *m = arg;

	m->hold = false;
	m->copy_error = 0;
}

/* No case may break the rules of dmadev. */
static void
model_verdict(void *arg)
{
	const struct model *m = arg;

	ASSERT_INT(m->overruns, ==, 0);
	ASSERT_INT(m->misuses, ==, 0);
}

const char *
model_prepare(void)
{
	struct model *m = model_get(MODEL_NAME);

	if (m != NULL) {
		t_defer(model_verdict, m);
		t_defer_to(T_RELEASE, model_release, m);
	}
	return reason;
}
