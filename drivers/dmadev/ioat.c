/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Intel I/OAT (CBDMA), driver dma_ioat. */

#include "dmadev.h"

#define ICE_LAKE 0x0b00

/* Those that dma_ioat binds. */
static const struct rte_pci_id pci_ids[] = {
	DMADEV_INTEL(0x2021), /* Skylake */
	DMADEV_INTEL(0x6f20), DMADEV_INTEL(0x6f21), DMADEV_INTEL(0x6f22), DMADEV_INTEL(0x6f23),
	DMADEV_INTEL(0x6f24), DMADEV_INTEL(0x6f25), DMADEV_INTEL(0x6f26), DMADEV_INTEL(0x6f27),
	DMADEV_INTEL(0x6f2e), DMADEV_INTEL(0x6f2f), /* Broadwell */
	DMADEV_INTEL(ICE_LAKE),
	{ .vendor_id = 0 },
};
DMADEV_PMD_INFO(netdma_dmadev_ioat, pci_ids,
	"copies with I/OAT through dmadev: wraps these devices, which dma_ioat binds, and binds none")

/* As register CBVER tells it, which dmadev does not pass on. */
static uint32_t
hw_version(uint16_t device_id)
{
	return device_id == ICE_LAKE ? 0x34 : 0x32;
}

/* It takes IOVAs, and its driver ignores the cache hint. */
const struct dmadev_engine dmadev_ioat = {
	.pci_ids = pci_ids,
	.hw_version = hw_version,
	/* Register XFERCAP of the Xeons; the driver does not look. */
	.max_transfer = 1u << 20,
	/* rte_dma_stop() suspends the channel, waits until its status register says so, and
	 * fails if it does not.
	 */
	.stops = true,
	.partly = true,
	/* When rte_dma_completed() has met an error the engine goes on; if it meets another
	 * before the statuses are read, the driver tells the first in the place of one that has
	 * ended well, and that as the last.
	 */
	.statuses_only = true,
	/* When the driver cannot get the engine to go on after an error, it tells of nothing more,
	 * but goes on forgetting what it has.
	 */
	.forgets = true,
};
