/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The worker engine for applications that know DPDK's dmadev only: --vdev=dma_netdma0,lcore=1. */

#include "dpdk_driver.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_devargs.h>
#include <rte_eal.h>
#include <rte_kvargs.h>
#include <rte_lcore.h>
#include <rte_memory.h>

#include "vchan.h"

/* Its number is all that an application has of a copy: 16 bits. */
#define MAX_DESC 32768
#define MIN_DESC 32

static struct vchans *
vchans_of(const struct rte_dma_dev *dev)
{
	return dev->fp_obj->dev_private;
}

static int
info_get(const struct rte_dma_dev *dev, struct rte_dma_info *info, uint32_t size)
{
	RTE_SET_USED(dev);
	RTE_SET_USED(size);
	info->dev_capa = RTE_DMA_CAPA_MEM_TO_MEM | RTE_DMA_CAPA_SVA | RTE_DMA_CAPA_OPS_COPY;
	info->max_vchans = VCHANS;
	info->max_desc = MAX_DESC;
	info->min_desc = MIN_DESC;
	return 0;
}

static void
free_from(struct vchans *all, uint16_t first)
{
	uint16_t i;

	for (i = first; i < VCHANS && all->vchan[i] != NULL; i++) {
		vchan_free(all->vchan[i]);
		free(all->vchan[i]);
		all->vchan[i] = NULL;
	}
}

static int
configure(struct rte_dma_dev *dev, const struct rte_dma_conf *conf, uint32_t size)
{
	struct vchans *all = vchans_of(dev);
	uint16_t i;

	RTE_SET_USED(size);
	for (i = 0; i < conf->nb_vchans; i++) {
		if (all->vchan[i] == NULL)
			all->vchan[i] = worker_zmalloc(sizeof(struct vchan));
		if (all->vchan[i] == NULL)
			return -ENOMEM;
		vchan_free(all->vchan[i]);
	}
	free_from(all, conf->nb_vchans);
	return 0;
}

static int
setup(struct rte_dma_dev *dev, uint16_t id, const struct rte_dma_vchan_conf *conf, uint32_t size)
{
	RTE_SET_USED(size);
	return vchan_setup(vchans_of(dev)->vchan[id], conf->nb_desc);
}

/* The next one that is set up; NULL: there is none. */
static struct vchan *
next_vchan(const struct vchans *all, uint16_t *i)
{
	while (*i < VCHANS && all->vchan[*i] != NULL) {
		struct vchan *v = all->vchan[(*i)++];

		if (v->wire.ring != NULL)
			return v;
	}
	return NULL;
}

static int
start(struct rte_dma_dev *dev)
{
	static const struct netdma_cpu_mask anywhere;
	const struct vchans *all = vchans_of(dev);
	struct netdma_provider_attr attr;
	struct vchan *v;
	uint16_t i = 0;
	int ret = workers_start(all->cpu, &attr);

	while (ret == 0 && (v = next_vchan(all, &i)) != NULL) {
		vchan_reset(v);
		workers_add(all->cpu, &v->wire, &anywhere);
	}
	return ret;
}

static int
stop(struct rte_dma_dev *dev)
{
	const struct vchans *all = vchans_of(dev);
	struct vchan *v;
	uint16_t i = 0;

	while ((v = next_vchan(all, &i)) != NULL) {
		workers_remove(&v->wire);
		vchan_forget(v);
	}
	return workers_stop(all->cpu);
}

static int
close_device(struct rte_dma_dev *dev)
{
	struct vchans *all = vchans_of(dev);

	free_from(all, 0);
	free(all->cpu);
	free(all);
	return 0;
}

static void
add_stats(const struct vchan *v, struct rte_dma_stats *stats)
{
	stats->submitted += v->submitted - v->submitted_base;
	stats->completed += v->reported - v->reported_base;
}

static int
stats_get(const struct rte_dma_dev *dev, uint16_t id, struct rte_dma_stats *stats, uint32_t size)
{
	const struct vchans *all = vchans_of(dev);
	const struct vchan *v;
	uint16_t i = 0;

	RTE_SET_USED(size);
	*stats = (struct rte_dma_stats){ 0 };
	if (id != RTE_DMA_ALL_VCHAN)
		add_stats(all->vchan[id], stats);
	else
		while ((v = next_vchan(all, &i)) != NULL)
			add_stats(v, stats);
	return 0;
}

static void
reset_stats(struct vchan *v)
{
	v->submitted_base = v->submitted;
	v->reported_base = v->reported;
}

static int
stats_reset(struct rte_dma_dev *dev, uint16_t id)
{
	const struct vchans *all = vchans_of(dev);
	struct vchan *v;
	uint16_t i = 0;

	if (id != RTE_DMA_ALL_VCHAN)
		reset_stats(all->vchan[id]);
	else
		while ((v = next_vchan(all, &i)) != NULL)
			reset_stats(v);
	return 0;
}

static int
vchan_status(const struct rte_dma_dev *dev, uint16_t id, enum rte_dma_vchan_status *status)
{
	*status = vchan_is_idle(vchans_of(dev)->vchan[id]) ? RTE_DMA_VCHAN_IDLE :
			RTE_DMA_VCHAN_ACTIVE;
	return 0;
}

static int
dump(const struct rte_dma_dev *dev, FILE *f)
{
	const struct vchans *all = vchans_of(dev);
	const struct vchan *v;
	uint16_t i = 0;

	fprintf(f, "    workers: %u\n", all->cpu->nb_workers);
	while ((v = next_vchan(all, &i)) != NULL)
		fprintf(f, "    vchan %u: %" PRIu64 " descriptors, %" PRIu64 " filled, %" PRIu64
				" submitted, %" PRIu64 " finished, %" PRIu64 " reported\n", i - 1,
				v->wire.depth, v->wire.filled, v->submitted, v->wire.emptied,
				v->reported);
	return 0;
}

static const struct rte_dma_dev_ops ops = {
	.dev_info_get = info_get,
	.dev_configure = configure,
	.dev_start = start,
	.dev_stop = stop,
	.dev_close = close_device,
	.vchan_setup = setup,
	.stats_get = stats_get,
	.stats_reset = stats_reset,
	.vchan_status = vchan_status,
	.dev_dump = dump,
};

/* ------------------------------------------------------------------ the device */

/* An application that knows nothing of this runs something of its own on its lcores: a worker is a
 * thread on the CPU of one.
 */
static int
use_cpus_of_lcores(struct cpu *cpu)
{
	struct cpu_place *place;
	unsigned int i;

	for (i = 0; i < cpu->nb_workers; i++) {
		place = &cpu->place[i];
		if (place->lcore < 0)
			continue;
		place->cpu = cpu_of_lcore((unsigned int)place->lcore);
		if (place->cpu < 0) {
			CPU_LOG(ERR, "%s: lcore=%d: it must be an lcore of EAL's (-l)", cpu->name,
					place->lcore);
			return -EINVAL;
		}
		place->lcore = -1;
	}
	return 0;
}

static struct cpu *
cpu_made_of(const char *name, const struct rte_devargs *devargs)
{
	static const char *const keys[] = { "lcore", "cpu", "workers", "spin", "simd", NULL };
	struct rte_kvargs *args = rte_kvargs_parse(devargs != NULL && devargs->args != NULL ?
			devargs->args : "", keys);
	struct cpu *cpu = NULL;

	if (args == NULL)
		CPU_LOG(ERR, "%s: \"%s\": it must be lcore=N, cpu=N or workers=N, spin=US|always, "
				"simd=plain|avx2|avx512", name, devargs->args);
	else
		cpu = cpu_new(name, args);
	rte_kvargs_free(args);
	if (cpu != NULL && use_cpus_of_lcores(cpu) != 0) {
		free(cpu);
		return NULL;
	}
	return cpu;
}

static int
probe(struct rte_vdev_device *vdev)
{
	const char *name = vdev->device.name;
	struct vchans *all;
	struct rte_dma_dev *dev;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		CPU_LOG(ERR, "%s: it is the primary process's only", name);
		return -ENOTSUP;
	}
	all = calloc(1, sizeof(*all));
	if (all == NULL)
		return -ENOMEM;
	all->cpu = cpu_made_of(name, vdev->device.devargs);
	/* DPDK wants some memory of it: workers look at this even when EAL's is gone. */
	dev = all->cpu != NULL ? rte_dma_pmd_allocate(name, SOCKET_ID_ANY, 1) : NULL;
	if (dev == NULL) {
		CPU_LOG(ERR, "%s: no dmadev could be made", name);
		free(all->cpu);
		free(all);
		return -EINVAL;
	}
	dev->device = &vdev->device;
	dev->dev_ops = &ops;
	vchan_functions(dev->fp_obj, all);
	dev->state = RTE_DMA_DEV_READY;
	return 0;
}

static int
remove_device(struct rte_vdev_device *vdev)
{
	return rte_dma_pmd_release(vdev->device.name);
}

static struct rte_vdev_driver driver = {
	.driver = { .name = "dma_netdma" },
	.probe = probe,
	.remove = remove_device,
	.drv_flags = RTE_VDEV_DRV_NEED_IOVA_AS_VA,
};

RTE_INIT(driver_register)
{
	rte_vdev_register(&driver);
}

RTE_FINI(driver_unregister)
{
	rte_vdev_unregister(&driver);
}
