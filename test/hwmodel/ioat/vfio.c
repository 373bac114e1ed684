/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* VFIO as a user-space driver sees it: a container with an IOMMU of type 1, a group for each
 * function, and its device: region 0 to be mapped, configuration space, and interrupts that
 * never come, but for the request to give the device back.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ioat.h"

#define MAX_FILES 64
#define CONFIG_SIZE 256
#define FIRST_GROUP 7000

static struct file {
	int fd;
	enum kind kind;
	int container;             /* its number, from 1 on */
	struct function *function;
} files[MAX_FILES];
static unsigned int nb_files;
static int nb_containers;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int request_fd[IOAT_MAX_FUNCTIONS]; /* an eventfd and 1, or 0 */

/* ---------------------------------------------------------------------- files */

static struct file
file_find(int fd)
{
	struct file file = { .kind = KIND_NONE };
	unsigned int i;

	if (nb_functions == 0 || fd < 0)
		return file;
	pthread_mutex_lock(&lock);
	for (i = 0; i < nb_files; i++)
		if (files[i].fd == fd)
			file = files[i];
	pthread_mutex_unlock(&lock);
	return file;
}

enum kind
vfio_kind(int fd, struct function **f)
{
	struct file file = file_find(fd);

	if (f != NULL)
		*f = file.function;
	return file.kind;
}

/* A descriptor of a file that is nothing but that. */
static int
file_new(enum kind kind, struct function *f)
{
	int fd = memfd_create("hwmodel", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	pthread_mutex_lock(&lock);
	if (nb_files == MAX_FILES) {
		fprintf(stderr, "hwmodel: more than %d files of VFIO are open\n", MAX_FILES);
		abort();
	}
	files[nb_files++] = (struct file){ fd, kind, kind == KIND_CONTAINER ? ++nb_containers : 0,
		f };
	pthread_mutex_unlock(&lock);
	return fd;
}

/* What was mapped goes with the last group of the container. */
static void
group_leave(struct function *f)
{
	int container = f->container;
	uint64_t unmapped;
	unsigned int i;

	f->container = 0;
	for (i = 0; i < nb_functions; i++)
		if (functions[i].container == container)
			return;
	iommu_unmap(container, 0, UINT64_MAX, &unmapped);
}

static void
request_clear(const struct function *f)
{
	int *fd = &request_fd[f - functions];

	if (*fd != 0)
		file_close(*fd - 1);
	*fd = 0;
}

void
vfio_closed(int fd)
{
	unsigned int i;

	if (nb_functions == 0)
		return;
	pthread_mutex_lock(&lock);
	for (i = 0; i < nb_files; i++)
		if (files[i].fd == fd) {
			if (files[i].kind == KIND_GROUP)
				group_leave(files[i].function);
			if (files[i].kind == KIND_DEVICE)
				request_clear(files[i].function);
			files[i] = files[--nb_files];
			break;
		}
	pthread_mutex_unlock(&lock);
}

int
vfio_open(const char *path)
{
	unsigned int group;
	char rest;

	errno = 0;
	if (nb_functions == 0)
		return -1;
	if (strcmp(path, "/dev/vfio/vfio") == 0)
		return file_new(KIND_CONTAINER, NULL);
	if (sscanf(path, "/dev/vfio/%u%c", &group, &rest) == 1 && group >= FIRST_GROUP &&
			group < FIRST_GROUP + nb_functions)
		return file_new(KIND_GROUP, &functions[group - FIRST_GROUP]);
	errno = 0;
	return -1;
}

/* --------------------------------------------------------------------- ioctls */

static int
container_ioctl(int container, unsigned long request, void *arg)
{
	struct vfio_iommu_type1_dma_map *map = arg;
	struct vfio_iommu_type1_dma_unmap *unmap = arg;
	struct vfio_iommu_type1_info *info = arg;

	switch (request) {
	case VFIO_GET_API_VERSION:
		return VFIO_API_VERSION;
	case VFIO_CHECK_EXTENSION:
		return (uintptr_t)arg == VFIO_TYPE1_IOMMU;
	case VFIO_SET_IOMMU:
		errno = EINVAL;
		return (uintptr_t)arg == VFIO_TYPE1_IOMMU ? 0 : -1;
	case VFIO_IOMMU_GET_INFO:
		info->flags = VFIO_IOMMU_INFO_PGSIZES;
		info->iova_pgsizes = MEMORY_PAGE;
		return 0;
	case VFIO_IOMMU_MAP_DMA:
		errno = iommu_map(container, map->iova, map->vaddr, map->size,
				map->flags & VFIO_DMA_MAP_FLAG_WRITE);
		return errno == 0 ? 0 : -1;
	case VFIO_IOMMU_UNMAP_DMA:
		errno = iommu_unmap(container, unmap->iova, unmap->size,
				(uint64_t *)&unmap->size);
		return errno == 0 ? 0 : -1;
	}
	errno = ENOTTY;
	return -1;
}

static int
group_ioctl(struct function *f, unsigned long request, void *arg)
{
	struct vfio_group_status *status = arg;
	int container;

	switch (request) {
	case VFIO_GROUP_GET_STATUS:
		status->flags = VFIO_GROUP_FLAGS_VIABLE |
				(f->container != 0 ? VFIO_GROUP_FLAGS_CONTAINER_SET : 0);
		return 0;
	case VFIO_GROUP_SET_CONTAINER:
		errno = EINVAL;
		container = file_find(*(int *)arg).container;
		if (container == 0 || f->container != 0)
			return -1;
		f->container = container;
		return 0;
	case VFIO_GROUP_UNSET_CONTAINER:
		errno = EINVAL;
		if (f->container == 0)
			return -1;
		pthread_mutex_lock(&lock);
		group_leave(f);
		pthread_mutex_unlock(&lock);
		return 0;
	case VFIO_GROUP_GET_DEVICE_FD:
		errno = ENODEV;
		if (strcmp(arg, f->name) != 0)
			return -1;
		errno = EINVAL;
		if (f->container == 0)
			return -1;
		engine_start(f);
		function_reset(f);
		return file_new(KIND_DEVICE, f);
	}
	errno = ENOTTY;
	return -1;
}

/* Interrupts are taken note of and never raised, but for the request. As in the kernel, the event
 * is held whatever becomes of the program's descriptor.
 */
static int
set_irqs(struct function *f, const struct vfio_irq_set *set)
{
	int fd = -1;

	if (set->index >= VFIO_PCI_NUM_IRQS) {
		errno = EINVAL;
		return -1;
	}
	if (set->index != VFIO_PCI_REQ_IRQ_INDEX)
		return 0;
	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD && set->count == 1)
		memcpy(&fd, set->data, sizeof(fd));
	if (fd >= 0 && (fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return -1;
	pthread_mutex_lock(&lock);
	request_clear(f);
	request_fd[f - functions] = fd + 1;
	pthread_mutex_unlock(&lock);
	return 0;
}

void
vfio_request(const struct function *f)
{
	uint64_t one = 1;
	int fd;

	pthread_mutex_lock(&lock);
	fd = request_fd[f - functions] - 1;
	if (fd >= 0 && write(fd, &one, sizeof(one)) != sizeof(one))
		fprintf(stderr, "hwmodel: %s: nobody can be asked for it\n", f->name);
	pthread_mutex_unlock(&lock);
}

static int
device_ioctl(struct function *f, unsigned long request, void *arg)
{
	struct vfio_device_info *info = arg;
	struct vfio_region_info *region = arg;
	struct vfio_irq_info *irq = arg;

	switch (request) {
	case VFIO_DEVICE_GET_INFO:
		info->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
		info->num_regions = VFIO_PCI_NUM_REGIONS;
		info->num_irqs = VFIO_PCI_NUM_IRQS;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		errno = EINVAL;
		if (region->index >= VFIO_PCI_NUM_REGIONS)
			return -1;
		region->offset = (uint64_t)region->index << 40;
		region->size = 0;
		region->flags = 0;
		region->argsz = sizeof(*region);
		if (region->index == VFIO_PCI_BAR0_REGION_INDEX) {
			region->size = IOAT_BAR_SIZE;
			region->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
					VFIO_REGION_INFO_FLAG_MMAP;
		} else if (region->index == VFIO_PCI_CONFIG_REGION_INDEX) {
			region->size = CONFIG_SIZE;
			region->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
		}
		return 0;
	case VFIO_DEVICE_GET_IRQ_INFO:
		errno = EINVAL;
		if (irq->index >= VFIO_PCI_NUM_IRQS)
			return -1;
		irq->flags = VFIO_IRQ_INFO_EVENTFD;
		irq->count = irq->index == VFIO_PCI_INTX_IRQ_INDEX ||
				irq->index == VFIO_PCI_MSI_IRQ_INDEX ||
				irq->index == VFIO_PCI_REQ_IRQ_INDEX;
		return 0;
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(f, arg);
	case VFIO_DEVICE_RESET:
		function_reset(f);
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

int
vfio_ioctl(int fd, unsigned long request, void *arg)
{
	struct file file = file_find(fd);

	switch (file.kind) {
	case KIND_CONTAINER: return container_ioctl(file.container, request, arg);
	case KIND_GROUP: return group_ioctl(file.function, request, arg);
	case KIND_DEVICE: return device_ioctl(file.function, request, arg);
	default:
		errno = ENOTTY;
		return -1;
	}
}

/* -------------------------------------------------------- configuration space */

/* No capabilities; BAR 0 is memory of 64 bits; the command register keeps what is written. */
ssize_t
vfio_config(struct function *f, bool write, void *data, size_t n, uint64_t offset)
{
	static uint8_t config[IOAT_MAX_FUNCTIONS][CONFIG_SIZE];
	uint8_t *space = config[f - functions];

	if (offset >> 40 != VFIO_PCI_CONFIG_REGION_INDEX) {
		errno = EINVAL;
		return -1;
	}
	offset &= (UINT64_C(1) << 40) - 1;
	if (offset >= CONFIG_SIZE || n > CONFIG_SIZE - offset) {
		errno = EINVAL;
		return -1;
	}
	pthread_mutex_lock(&lock);
	memcpy(space, "\x86\x80\x00\x0b", 4);
	space[0x10] = 4;
	if (!write)
		memcpy(data, space + offset, n);
	else if (offset >= 4 && offset + n <= 6)
		memcpy(space + offset, data, n);
	pthread_mutex_unlock(&lock);
	return (ssize_t)n;
}
