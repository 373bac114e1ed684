/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* DPDK's reference in software, driver dma_skeleton: a thread that copies. */

#include <string.h>

#include "dmadev.h"

static bool
is_skeleton(const char *name)
{
	return strncmp(name, "dma_skeleton", strlen("dma_skeleton")) == 0;
}

const struct dmadev_engine dmadev_skeleton = {
	.is_name = is_skeleton,
	.software = true,
	.max_transfer = 1u << 30,
	.stops = true, /* rte_dma_stop() ends the thread, between two copies */
};
