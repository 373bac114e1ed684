/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Intel DSA, driver dma_idxd: work queues of the kernel's (wq0.0), on the dsa bus, or a device
 * that was bound to vfio-pci (0000:6a:01.0-q0).
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "dmadev.h"

static const struct rte_pci_id pci_ids[] = {
	DMADEV_INTEL(0x0b25), /* Sapphire Rapids */
	{ .vendor_id = 0 },
};
DMADEV_PMD_INFO(netdma_dmadev_idxd, pci_ids,
	"copies with DSA through dmadev: wraps these devices, which the kernel or dma_idxd binds, and binds none")

/* Only by its name: the bus cannot be iterated. */
static bool
is_queue(const char *name)
{
	unsigned int dev, queue;

	return sscanf(name, "wq%u.%u", &dev, &queue) == 2;
}

/* Register VERSION of DSA 1.0. */
static uint32_t
hw_version(uint16_t device_id)
{
	RTE_SET_USED(device_id);
	return 0x100;
}

/* What the administrator has set for the queue; the path as the bus finds it. */
static uint32_t
max_transfer(const char *name)
{
	const char *root = getenv("DSA_SYSFS_PATH");
	char path[PATH_MAX];
	uint64_t bytes = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/max_transfer_size",
			root != NULL ? root : "/sys/bus/dsa/devices", name);
	f = is_queue(name) ? fopen(path, "r") : NULL;
	if (f == NULL)
		return 0;
	if (fscanf(f, "%" SCNu64, &bytes) != 1)
		bytes = 0;
	fclose(f);
	return (uint32_t)RTE_MIN(bytes, (uint64_t)UINT32_MAX);
}

const struct dmadev_engine dmadev_idxd = {
	.pci_ids = pci_ids,
	.is_name = is_queue,
	.vendor_id = DMADEV_VENDOR_INTEL,
	.hw_version = hw_version,
	.max_transfer = 1u << 21, /* as the kernel sets it for a new queue */
	.queue_max_transfer = max_transfer,
	/* The driver writes to the cache with the hint and without it. */
	.cache_target = true,
	/* Not .stops: rte_dma_stop() does nothing to a queue of the kernel's. With vfio-pci it
	 * disables the queue, which was never tried.
	 */
	/* rte_dma_completed() looks for a descriptor that failed, and takes those for copied
	 * which were never attempted, as when the batch itself fails.
	 */
	.statuses_only = true,
	/* The statuses of a batch that crosses the end of the ring are looked for where old ones
	 * may stand.
	 */
	.no_wrap = true,
	/* Where the first batch begins is only known after one has ended well: a queue that was
	 * set up for the second time has the old place.
	 */
	.primed = true,
};
