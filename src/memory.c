/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Application memory that clients register. */

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_memory.h>
#include <rte_vfio.h>

#include "private.h"

/* By slot of the region table; under the control lock. */
static struct area {
	uint64_t start;
	uint64_t length;
	rte_iova_t *iova;   /* of each page */
	bool mapped;        /* in VFIO's container */
} areas[REGION_SLOTS];

/* The one that is on its way out. Asked for by others, under EAL's lock. */
static struct {
	pthread_mutex_t lock;
	uint64_t start;
	uint64_t length; /* 0: none is */
} leaving = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
leaving_set(uint64_t start, uint64_t length)
{
	pthread_mutex_lock(&leaving.lock);
	leaving.start = start;
	leaving.length = length;
	pthread_mutex_unlock(&leaving.lock);
}

bool
netdma_mem_is_leaving(uint64_t start)
{
	bool is;

	pthread_mutex_lock(&leaving.lock);
	is = start - leaving.start < leaving.length;
	pthread_mutex_unlock(&leaving.lock);
	return is;
}

/* Pages whose IOVAs follow each other, from page i of an area on. */
static uint64_t
contiguous(const struct area *a, uint64_t i)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), n;

	for (n = 1; i + n < a->length / page; n++)
		if (a->iova[i + n] != a->iova[i] + n * page)
			break;
	return n;
}

/* Undo the mappings of an area up to a page. */
static void
area_unmap(struct area *a, uint64_t end)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), i, n;

	for (i = 0; i < end; i += n) {
		n = contiguous(a, i);
		rte_vfio_container_dma_unmap(RTE_VFIO_DEFAULT_CONTAINER_FD, a->start + i * page,
				a->iova[i], n * page);
	}
	a->mapped = false;
}

/* Let VFIO's IOMMU know the pages. It takes user mappings only while it has a device, so a
 * refusal now is not an error: it is tried again when a channel on a device is allocated.
 */
static void
area_map(struct area *a)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), i, n;

	if (a->mapped || !rte_vfio_is_enabled("vfio"))
		return;
	for (i = 0; i < a->length / page; i += n) {
		n = contiguous(a, i);
		if (rte_vfio_container_dma_map(RTE_VFIO_DEFAULT_CONTAINER_FD,
				a->start + i * page, a->iova[i], n * page) != 0) {
			NETDMA_LOG(INFO, "VFIO does not map 0x%" PRIx64 ": %s", a->start,
					rte_strerror(rte_errno));
			area_unmap(a, i);
			return;
		}
	}
	a->mapped = true;
}

/* The IOVA of each page. */
static int
area_translate(struct area *a)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), i, n = a->length / page;
	unsigned char resident;

	a->iova = malloc(n * sizeof(a->iova[0]));
	if (a->iova == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		char *addr = (char *)(uintptr_t)(a->start + i * page);

		if (mincore(addr, page, &resident) != 0) {
			NETDMA_LOG(ERR, "page %p is not mapped: map all of a range before it is "
					"registered", addr);
			goto bad;
		}
		if (rte_eal_iova_mode() == RTE_IOVA_VA) {
			a->iova[i] = (uintptr_t)addr;
			continue;
		}
		a->iova[i] = rte_mem_virt2phy(addr);
		if (a->iova[i] == RTE_BAD_IOVA || a->iova[i] == 0) {
			NETDMA_LOG(ERR, "page %p has no physical address: touch and mlock() "
					"memory before it is registered with IOVA as PA, and run "
					"with CAP_SYS_ADMIN", addr);
			goto bad;
		}
	}
	return 0;
bad:
	free(a->iova);
	a->iova = NULL;
	return -EFAULT;
}

int
netdma_mem_register(void *addr, size_t length)
{
	struct area a = { .start = (uintptr_t)addr, .length = length };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int ret, slot;

	if (addr == NULL || length == 0 || (a.start | length) % page != 0 ||
			a.start + length < a.start) {
		NETDMA_LOG(ERR, "cannot register %p + %zu: both must be multiples of the page "
				"size, %zu", addr, length, page);
		return -EINVAL;
	}
	if (!netdma_lock_initialised())
		return -EINVAL;
	if (netdma_region_overlaps(a.start, a.length)) {
		NETDMA_LOG(ERR, "cannot register %p + %zu: it overlaps memory that is DPDK's or "
				"registered", addr, length);
		ret = -EEXIST;
		goto out;
	}
	ret = area_translate(&a);
	if (ret != 0)
		goto out;
	if (rte_extmem_register(addr, length, a.iova, (unsigned int)(length / page), page) != 0) {
		ret = -rte_errno;
		NETDMA_LOG(ERR, "EAL does not take %p + %zu: %s", addr, length,
				rte_strerror(rte_errno));
		free(a.iova);
		goto out;
	}
	slot = netdma_region_slot_add(a.start, a.length);
	if (slot < 0) {
		NETDMA_LOG(ERR, "cannot register %p + %zu: %d areas are registered, that is all "
				"there is room for", addr, length, REGION_SLOTS);
		rte_extmem_unregister(addr, length);
		free(a.iova);
		ret = slot;
		goto out;
	}
	areas[slot] = a;
	area_map(&areas[slot]);
	ret = 0;
out:
	netdma_unlock();
	return ret;
}

static void
area_restore(int slot)
{
	netdma_region_slot_restore(slot, areas[slot].start, areas[slot].length);
	leaving_set(0, 0);
}

static int
area_unregister(int slot)
{
	struct area *a = &areas[slot];
	void *addr = (void *)(uintptr_t)a->start;

	/* What is refused anyway need not disturb those who use it. */
	if (netdma_region_in_use(slot, false))
		return -EBUSY;
	/* Out of the table, so that no new copy can take it; then ask again who has it. */
	leaving_set(a->start, a->length);
	netdma_region_slot_remove(slot);
	if (netdma_region_in_use(slot, true)) {
		area_restore(slot);
		return -EBUSY;
	}
	if (rte_extmem_unregister(addr, a->length) != 0) {
		NETDMA_LOG(ERR, "EAL does not let go of %p: %s", addr, rte_strerror(rte_errno));
		area_restore(slot);
		return -rte_errno;
	}
	if (a->mapped)
		area_unmap(a, a->length / (uint64_t)sysconf(_SC_PAGESIZE));
	netdma_region_changed();
	leaving_set(0, 0);
	free(a->iova);
	*a = (struct area){ 0 };
	return 0;
}

int
netdma_mem_unregister(void *addr, size_t length)
{
	int slot, ret;

	if (!netdma_lock_initialised())
		return -EINVAL;
	slot = netdma_region_slot_find((uintptr_t)addr, length);
	if (slot < 0) {
		NETDMA_LOG(ERR, "%p + %zu is not registered", addr, length);
		ret = slot;
	} else {
		ret = area_unregister(slot);
	}
	netdma_unlock();
	return ret;
}

void
netdma_mem_unregister_all(void)
{
	int i;

	for (i = 0; i < REGION_SLOTS; i++)
		if (areas[i].length != 0)
			area_unregister(i);
}

void
netdma_mem_map_for_device(void)
{
	int i;

	for (i = 0; i < REGION_SLOTS; i++)
		if (areas[i].length != 0)
			area_map(&areas[i]);
}
