/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Engines in software, threads that copy: DPDK's reference, driver dma_skeleton, and the worker of
 * drivers/cpu as a dmadev, dma_netdma.
 */

#include <string.h>

#include "dmadev.h"

static bool
is_thread(const char *name)
{
	return strncmp(name, "dma_skeleton", strlen("dma_skeleton")) == 0 ||
			strncmp(name, "dma_netdma", strlen("dma_netdma")) == 0;
}

const struct dmadev_engine dmadev_software = {
	.is_name = is_thread,
	.software = true,
	.max_transfer = 1u << 30,
	.stops = true, /* rte_dma_stop() ends the thread, between two copies */
};
