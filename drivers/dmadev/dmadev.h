/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_DMADEV_H
#define NETDMA_DMADEV_H

/* Any dmadev as a provider. dmadev.c finds devices and makes providers; channel.c is the
 * data path; engine.c finds out which engine a device is, and ioat.c, idxd.c and software.c tell
 * what dmadev does not of theirs.
 */

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

#include <rte_dev.h>
#include <rte_dmadev.h>
#include <rte_log.h>
#include <rte_pci.h>

#include <netdma_provider.h>

extern int netdma_dmadev_logtype;
#define DMADEV_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, netdma_dmadev_logtype, "netdma dmadev: " fmt "\n", \
		## __VA_ARGS__)

/* What dmadev does not tell of an engine. */
struct dmadev_engine {
	/* Devices on the PCI bus, up to one of no vendor; NULL: none. */
	const struct rte_pci_id *pci_ids;
	/* Whether a device that is not on it is one, by its name. Optional. */
	bool (*is_name)(const char *name);
	uint16_t vendor_id;          /* of those */
	uint32_t (*hw_version)(uint16_t device_id); /* Optional. */
	bool software;               /* a CPU moves the bytes */
	bool cache_target;           /* RTE_DMA_OP_FLAG_LLC is obeyed */
	uint32_t max_transfer;       /* bytes of the longest copy that it takes */
	/* What counts for a device before that, or 0. Optional. */
	uint32_t (*queue_max_transfer)(const char *name);
	/* rte_dma_stop() returns 0 when no copy is running any more, and none begins. */
	bool stops;
	bool partly;                 /* it may have begun with what it had then */
	/* How its driver is to be used, where it is wrong. */
	bool statuses_only;          /* rte_dma_completed() is not called */
	bool no_wrap;                /* doorbell at the end of the ring */
	bool primed;                 /* the first copy after it is set up does not fail */
	bool forgets;                /* completions get lost; its burst capacity shows it */
};

extern const struct dmadev_engine dmadev_ioat, dmadev_idxd, dmadev_software;

#define DMADEV_VENDOR_INTEL 0x8086
#define DMADEV_INTEL(id) { RTE_CLASS_ANY_ID, DMADEV_VENDOR_INTEL, id, RTE_PCI_ANY_ID, \
	RTE_PCI_ANY_ID }

/* For dpdk-pmdinfo.py. */
#define DMADEV_PMD_INFO(name, table, text) \
	RTE_PMD_EXPORT_NAME(name, __COUNTER__); \
	RTE_PMD_REGISTER_PCI_TABLE(name, table); \
	static const char DRV_EXP_TAG(name, description)[] __rte_used = text;

struct dmadev {
	TAILQ_ENTRY(dmadev) next;
	char name[64];
	struct netdma_provider *provider; /* NULL: the device is gone, or not wanted */
	bool configured; /* by us */
	bool dead;       /* it did not answer when it was set up */
	/* Since the provider was started: */
	const struct dmadev_engine *engine;
	uint16_t vendor_id;
	uint32_t hw_version;
	uint32_t max_op; /* bytes of an operation */
};

/* Find out which engine it is. */
void dmadev_identify(struct dmadev *dev);
/* The device that a dmadev is of, and its bus; NULL: one that removes nothing. */
const char *dmadev_device(const char *name, char *device, size_t size);
/* Whether a dmadev is one of a device's. */
bool dmadev_is_of(const char *name, const char *device);

/* What became of an operation. */
enum netdma_status dmadev_status_of(enum rte_dma_status_code code);
enum netdma_error dmadev_error_of(enum rte_dma_status_code code);

/* The services of a channel. */
void *dmadev_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant);
void dmadev_channel_free(void *channel);
int dmadev_channel_start(void *channel);
int dmadev_channel_poll(void *channel);
int dmadev_channel_append(void *channel);
int dmadev_channel_quiesce(void *channel);

#endif /* NETDMA_DMADEV_H */
