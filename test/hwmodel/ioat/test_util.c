/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static int
group_of(const char *name)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s/iommu_group", getenv("SYSFS_PCI_DEVICES"), name);
	n = readlink(path, link, sizeof(link) - 1);
	ASSERT(n > 0);
	link[n] = '\0';
	return atoi(strrchr(link, '/') + 1);
}

struct t_dev *
t_open(const char *name)
{
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE, .iova = T_IOVA,
		.size = T_MEMORY };
	struct t_dev *t = calloc(1, sizeof(*t));
	char path[64];
	unsigned int i;

	t->container = open("/dev/vfio/vfio", O_RDWR);
	ASSERT(t->container >= 0);
	snprintf(path, sizeof(path), "/dev/vfio/%d", group_of(name));
	t->group = open(path, O_RDWR);
	ASSERT(t->group >= 0);
	ASSERT(ioctl(t->group, VFIO_GROUP_SET_CONTAINER, &t->container) == 0);
	ASSERT(ioctl(t->container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) == 0);
	t->memory = mmap(NULL, T_MEMORY + 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT(t->memory != MAP_FAILED);
	map.vaddr = (uintptr_t)t->memory;
	ASSERT(ioctl(t->container, VFIO_IOMMU_MAP_DMA, &map) == 0);
	t->fd = ioctl(t->group, VFIO_GROUP_GET_DEVICE_FD, name);
	ASSERT(t->fd >= 0);
	t->bar = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
	ASSERT(t->bar != MAP_FAILED);
	t->ring = (struct ioat_desc *)t->memory;
	t->status = (uint64_t *)(t->ring + T_RING);
	/* No two that follow each other lie beside each other. */
	for (i = 0; i < T_RING; i++)
		t->order[i] = i * 27 % T_RING;
	for (i = 0; i < T_RING; i++)
		t_desc(t, i)->next = t_iova(t, t_desc(t, i + 1));
	return t;
}

void
t_close(struct t_dev *t)
{
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap), .iova = T_IOVA,
		.size = T_MEMORY };

	munmap(t->bar, 4096);
	ASSERT(ioctl(t->container, VFIO_IOMMU_UNMAP_DMA, &unmap) == 0);
	close(t->fd);
	close(t->group);
	close(t->container);
	munmap(t->memory, T_MEMORY + 4096);
	free(t);
}

uint64_t
t_iova(const struct t_dev *t, const void *p)
{
	return T_IOVA + (uint64_t)((const uint8_t *)p - t->memory);
}

#define ACCESS(bits, letter) \
uint ## bits ## _t \
t_read ## bits(const struct t_dev *t, uint32_t reg) \
{ \
	uint ## bits ## _t value; \
	\
	__asm__ volatile ("mov %1, %0" : "=" letter(value) : \
			"m"(*(volatile uint ## bits ## _t *)(t->bar + reg))); \
	return value; \
} \
void \
t_write ## bits(const struct t_dev *t, uint32_t reg, uint ## bits ## _t value) \
{ \
	__asm__ volatile ("mov %1, %0" : "=m"(*(volatile uint ## bits ## _t *)(t->bar + reg)) : \
			letter(value) : "memory"); \
}
ACCESS(8, "q")
ACCESS(16, "r")
ACCESS(32, "r")
ACCESS(64, "r")

struct ioat_desc *
t_desc(const struct t_dev *t, unsigned int n)
{
	return &t->ring[t->order[n % T_RING]];
}

void
t_arm(struct t_dev *t, unsigned int n)
{
	t_write8(t, REG_CHANCMD, CMD_RESET);
	t_state(t, STATE_HALTED);
	*t->status = 0;
	t_write16(t, REG_CHANCTRL, CTRL_ANY_ERR_ABORT | CTRL_ERR_COMPLETION);
	t_write64(t, REG_CHANCMP, t_iova(t, t->status));
	t_write64(t, REG_CHAINADDR, t_iova(t, t_desc(t, n)));
}

void
t_copy(struct t_dev *t, unsigned int n, const struct tap_area *dst, const struct tap_area *src)
{
	struct ioat_desc *d = t_desc(t, n);

	d->size = src->length;
	d->control = OP_COPY << DESC_OP_SHIFT | DESC_COMPLETION_UPDATE;
	d->src = t_iova(t, src->at + src->offset);
	d->dst = t_iova(t, dst->at + dst->offset);
}

void
t_done(const struct t_dev *t, unsigned int n, enum state state)
{
	uint64_t want = t_iova(t, t_desc(t, n)) | state;
	struct tap_deadline d = tap_deadline(20000000);

	while (__atomic_load_n(t->status, __ATOMIC_ACQUIRE) != want)
		ASSERT(tap_wait(&d));
}

void
t_state(const struct t_dev *t, enum state state)
{
	struct tap_deadline d = tap_deadline(20000000);

	while ((t_read64(t, REG_CHANSTS) & STATE_MASK) != state)
		ASSERT(tap_wait(&d));
}

struct tap_area
t_area(const struct t_dev *t, uint32_t at, uint32_t size, uint8_t tag)
{
	struct tap_area a = { .at = t->memory + at, .size = size, .tag = tag };

	tap_fill(&a);
	return a;
}
