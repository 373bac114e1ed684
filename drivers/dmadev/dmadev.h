/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_DMADEV_H
#define NETDMA_DMADEV_H

/* Any dmadev as a provider. dmadev.c finds devices and makes providers; channel.c is the
 * data path; engine.c knows what dmadev does not tell of its engines.
 */

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

#include <rte_dmadev.h>
#include <rte_log.h>

#include <netdma_provider.h>

extern int netdma_dmadev_logtype;
#define DMADEV_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, netdma_dmadev_logtype, "netdma dmadev: " fmt "\n", \
		## __VA_ARGS__)

/* What dmadev does not tell. */
struct dmadev_engine {
	const char *name;      /* how names of its devices begin; NULL: all others */
	bool software;         /* a CPU moves the bytes */
	/* rte_dma_stop() returns when no copy is running any more, and none begins. */
	bool stops;
	uint32_t max_transfer; /* longest copy that it takes */
};

struct dmadev {
	TAILQ_ENTRY(dmadev) next;
	char name[64];
	const struct dmadev_engine *engine;
	struct netdma_provider *provider; /* NULL: the device is gone, or not wanted */
	bool configured; /* by us */
};

const struct dmadev_engine *dmadev_engine_find(const char *name);
uint16_t dmadev_vendor_id(const char *name);
/* The device that a dmadev is of, and its bus; NULL: one that removes nothing. */
const char *dmadev_device(const char *name, char *device, size_t size);
/* Whether a dmadev is one of a device's. */
bool dmadev_is_of(const char *name, const char *device);

/* The services of a channel. */
void *dmadev_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant);
void dmadev_channel_free(void *channel);
int dmadev_channel_start(void *channel);
int dmadev_channel_poll(void *channel);
int dmadev_channel_quiesce(void *channel);

#endif /* NETDMA_DMADEV_H */
