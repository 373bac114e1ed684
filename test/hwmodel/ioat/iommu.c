/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What the program has mapped for DMA in a container: the functions of its groups reach that, and
 * write where they may, and nothing else.
 */

#include <errno.h>

#include "ioat.h"

#define MAX_MAPPINGS 4096

static struct mapping {
	uint64_t iova, address, size;
	int container;
	bool writable;
} mappings[MAX_MAPPINGS];
static unsigned int nb_mappings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int
iommu_map(int container, uint64_t iova, uint64_t address, uint64_t size, bool writable)
{
	unsigned int i;
	int ret = 0;

	if (size == 0 || (iova | address | size) % MEMORY_PAGE != 0 || iova + size < iova)
		return EINVAL;
	pthread_mutex_lock(&lock);
	for (i = 0; i < nb_mappings; i++)
		if (mappings[i].container == container &&
				iova < mappings[i].iova + mappings[i].size &&
				mappings[i].iova < iova + size)
			ret = EEXIST;
	if (ret == 0 && nb_mappings == MAX_MAPPINGS)
		ret = ENOSPC;
	if (ret == 0)
		mappings[nb_mappings++] = (struct mapping){ iova, address, size,
			container, writable };
	pthread_mutex_unlock(&lock);
	return ret;
}

/* Whole mappings only, as type 1 version 1 has it: those that begin in the range. */
int
iommu_unmap(int container, uint64_t iova, uint64_t size, uint64_t *unmapped)
{
	unsigned int i;

	*unmapped = 0;
	pthread_mutex_lock(&lock);
	for (i = 0; i < nb_mappings;)
		if (mappings[i].container == container && mappings[i].iova >= iova &&
				mappings[i].iova - iova < size) {
			*unmapped += mappings[i].size;
			mappings[i] = mappings[--nb_mappings];
		} else {
			i++;
		}
	pthread_mutex_unlock(&lock);
	return 0;
}

/* @return the address of an IOVA, and how much follows it in that page; 0: it is not mapped, or not
 * for that.
 */
static uint64_t
translate(const struct function *f, uint64_t iova, bool write, size_t *n)
{
	uint64_t address = 0;
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < nb_mappings && address == 0; i++)
		if (mappings[i].container == f->container && (!write || mappings[i].writable) &&
				iova >= mappings[i].iova &&
				iova - mappings[i].iova < mappings[i].size)
			address = mappings[i].address + (iova - mappings[i].iova);
	pthread_mutex_unlock(&lock);
	*n = MEMORY_PAGE - iova % MEMORY_PAGE;
	return address;
}

size_t
dma_read(const struct function *f, void *to, uint64_t iova, size_t n)
{
	size_t done = 0, now;
	uint64_t address;

	while (done != n && (address = translate(f, iova + done, false, &now)) != 0) {
		now = now < n - done ? now : n - done;
		if (memory_read((uint8_t *)to + done, address, now) != now)
			break;
		done += now;
	}
	return done;
}

size_t
dma_write(const struct function *f, uint64_t iova, const void *from, size_t n)
{
	size_t done = 0, now;
	uint64_t address;

	while (done != n && (address = translate(f, iova + done, true, &now)) != 0) {
		now = now < n - done ? now : n - done;
		if (memory_write(address, (const uint8_t *)from + done, now) != now)
			break;
		done += now;
	}
	return done;
}

/* At once, so that nobody sees half of it. */
bool
dma_write64(const struct function *f, uint64_t iova, uint64_t value)
{
	uint64_t address, probe;
	size_t n;

	address = iova % sizeof(value) == 0 ? translate(f, iova, true, &n) : 0;
	if (address == 0 || memory_read(&probe, address, sizeof(probe)) != sizeof(probe))
		return false;
	__atomic_store_n((uint64_t *)(uintptr_t)address, value, __ATOMIC_RELEASE);
	return true;
}
