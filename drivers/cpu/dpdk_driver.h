/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_DPDK_DRIVER_H
#define NETDMA_CPU_DPDK_DRIVER_H

/* What a driver of DPDK's includes. Distributions do not install these headers; this is the part of them
 * that a virtual dmadev cannot do without, as DPDK 22.11 has it, whose releases do not change it.
 * HAVE_DPDK_DRIVER says whether there is either.
 */

/* Those that DPDK itself has want this. */
#define ALLOW_INTERNAL_API

#include <sys/queue.h>

#include <rte_dev.h>
#include <rte_dmadev.h>
#include <rte_version.h>

#if __has_include(<rte_dmadev_pmd.h>) && __has_include(<bus_vdev_driver.h>)

#define HAVE_DPDK_DRIVER
#include <bus_vdev_driver.h>
#include <rte_dmadev_pmd.h>

#elif RTE_VERSION >= RTE_VERSION_NUM(22, 11, 0, 0) && RTE_VERSION < RTE_VERSION_NUM(23, 3, 0, 0)

#define HAVE_DPDK_DRIVER

struct rte_dma_dev_data;
struct rte_dma_dev;

struct rte_dma_dev_ops {
	int (*dev_info_get)(const struct rte_dma_dev *dev, struct rte_dma_info *info,
			uint32_t size);
	int (*dev_configure)(struct rte_dma_dev *dev, const struct rte_dma_conf *conf,
			uint32_t size);
	int (*dev_start)(struct rte_dma_dev *dev);
	int (*dev_stop)(struct rte_dma_dev *dev);
	int (*dev_close)(struct rte_dma_dev *dev);
	int (*vchan_setup)(struct rte_dma_dev *dev, uint16_t vchan,
			const struct rte_dma_vchan_conf *conf, uint32_t size);
	int (*stats_get)(const struct rte_dma_dev *dev, uint16_t vchan,
			struct rte_dma_stats *stats, uint32_t size);
	int (*stats_reset)(struct rte_dma_dev *dev, uint16_t vchan);
	int (*vchan_status)(const struct rte_dma_dev *dev, uint16_t vchan,
			enum rte_dma_vchan_status *status);
	int (*dev_dump)(const struct rte_dma_dev *dev, FILE *f);
};

enum { RTE_DMA_DEV_READY = 2 };

struct rte_dma_dev {
	struct rte_device *device;
	struct rte_dma_dev_data *data;
	struct rte_dma_fp_object *fp_obj;
	const struct rte_dma_dev_ops *dev_ops;
	int state;
	uint64_t reserved[2];
} __rte_cache_aligned;

struct rte_dma_dev *rte_dma_pmd_allocate(const char *name, int numa_node, size_t private_size);
int rte_dma_pmd_release(const char *name);

struct rte_driver {
	TAILQ_ENTRY(rte_driver) next;
	const char *name;
	const char *alias;
};

struct rte_device {
	TAILQ_ENTRY(rte_device) next;
	const char *name;
	const char *bus_info;
	const struct rte_driver *driver;
	const struct rte_bus *bus;
	int numa_node;
	struct rte_devargs *devargs;
};

struct rte_vdev_device {
	TAILQ_ENTRY(rte_vdev_device) next;
	struct rte_device device;
};

struct rte_vdev_driver {
	TAILQ_ENTRY(rte_vdev_driver) next;
	struct rte_driver driver;
	int (*probe)(struct rte_vdev_device *device);
	int (*remove)(struct rte_vdev_device *device);
	void *dma_map;
	void *dma_unmap;
	uint32_t drv_flags;
};

#define RTE_VDEV_DRV_NEED_IOVA_AS_VA 0x0001

void rte_vdev_register(struct rte_vdev_driver *driver);
void rte_vdev_unregister(struct rte_vdev_driver *driver);

#endif

#endif /* NETDMA_CPU_DPDK_DRIVER_H */
