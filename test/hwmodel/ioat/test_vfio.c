/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The way to the device: files, ioctls, configuration space, and accesses of every kind. */

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

CASE(plain, vfio_answers_as_the_kernel_does)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct vfio_group_status status = { .argsz = sizeof(status) };
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info region = { .argsz = sizeof(region), .index = 0 };
	struct vfio_irq_info irq = { .argsz = sizeof(irq), .index = VFIO_PCI_REQ_IRQ_INDEX };
	struct stat st;

	ASSERT(stat("/sys/module/vfio", &st) == 0 && stat("/sys/module/vfio_pci", &st) == 0);
	ASSERT_INT(ioctl(t->container, VFIO_GET_API_VERSION), ==, VFIO_API_VERSION);
	ASSERT_INT(ioctl(t->container, VFIO_CHECK_EXTENSION, VFIO_TYPE1_IOMMU), ==, 1);
	ASSERT_INT(ioctl(t->container, VFIO_CHECK_EXTENSION, VFIO_NOIOMMU_IOMMU), ==, 0);
	ASSERT(ioctl(t->group, VFIO_GROUP_GET_STATUS, &status) == 0);
	ASSERT_INT(status.flags, ==, VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
	ASSERT(ioctl(t->fd, VFIO_DEVICE_GET_INFO, &info) == 0);
	ASSERT(info.flags & VFIO_DEVICE_FLAGS_PCI);
	ASSERT(ioctl(t->fd, VFIO_DEVICE_GET_REGION_INFO, &region) == 0);
	ASSERT_INT(region.size, ==, 4096);
	ASSERT(region.flags & VFIO_REGION_INFO_FLAG_MMAP);
	region.index = VFIO_PCI_CONFIG_REGION_INDEX;
	ASSERT(ioctl(t->fd, VFIO_DEVICE_GET_REGION_INFO, &region) == 0);
	ASSERT_INT(region.offset, ==, UINT64_C(7) << 40);
	ASSERT(ioctl(t->fd, VFIO_DEVICE_GET_IRQ_INFO, &irq) == 0);
	ASSERT(irq.flags & VFIO_IRQ_INFO_EVENTFD);
	ASSERT(ioctl(t->fd, 12345) == -1 && errno == ENOTTY);
	t_close(t);
}

CASE(plain, configuration_space_is_that_of_the_device)
{
	struct t_dev *t = t_open("0000:00:04.0");
	uint16_t id[2], command = 6;

	ASSERT_INT(pread(t->fd, id, 4, (off_t)7 << 40), ==, 4);
	ASSERT(id[0] == 0x8086 && id[1] == 0x0b00);
	ASSERT_INT(pwrite(t->fd, &command, 2, ((off_t)7 << 40) + 4), ==, 2);
	command = 0;
	ASSERT_INT(pread(t->fd, &command, 2, ((off_t)7 << 40) + 4), ==, 2);
	ASSERT_INT(command, ==, 6);
	ASSERT_INT(pread(t->fd, id, 4, ((off_t)7 << 40) + 254), ==, -1);
	t_close(t);
}

CASE(plain, mappings_for_dma_do_not_overlap)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)t->memory, .iova = T_IOVA + T_MEMORY - 4096, .size = 8192 };

	ASSERT(ioctl(t->container, VFIO_IOMMU_MAP_DMA, &map) == -1 && errno == EEXIST);
	map.iova = 100;
	ASSERT(ioctl(t->container, VFIO_IOMMU_MAP_DMA, &map) == -1 && errno == EINVAL);
	t_close(t);
}

/* Two functions, each in a container of its own, with other memory at the same addresses. */
CASE(plain, containers_have_their_own_memory)
{
	struct t_dev *t[] = { t_open("0000:00:04.0"), t_open("0000:00:04.1") };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct tap_area src = t_area(t[i], 16384, 4096, (uint8_t)(1 + i));
		struct tap_area dst = t_area(t[i], 32768, 4096, 9);

		src.length = dst.length = 100;
		t_arm(t[i], 0);
		t_copy(t[i], 0, &dst, &src);
		t_write16(t[i], REG_DMACOUNT, 1);
		t_done(t[i], 0, STATE_IDLE);
		CHECK(&dst, &src, 100);
	}
	t_close(t[0]);
	t_close(t[1]);
}

/* What was mapped goes with the group that leaves its container. */
CASE(plain, memory_is_unmapped_with_the_last_group)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap), .iova = T_IOVA,
		.size = T_MEMORY };

	ASSERT(ioctl(t->group, VFIO_GROUP_UNSET_CONTAINER) == 0);
	ASSERT(ioctl(t->container, VFIO_IOMMU_UNMAP_DMA, &unmap) == 0);
	ASSERT_INT(unmap.size, ==, 0);
	t_close(t);
}

CASE(plain, memory_that_is_to_be_read_is_not_written)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ, .vaddr = (uintptr_t)t->memory,
		.iova = T_IOVA + (1 << 30), .size = T_MEMORY };
	struct tap_area src = t_area(t, 16384, 4096, 1), dst = t_area(t, 32768, 4096, 2);

	ASSERT(ioctl(t->container, VFIO_IOMMU_MAP_DMA, &map) == 0);
	src.length = dst.length = 100;
	t_arm(t, 0);
	t_copy(t, 0, &dst, &src);
	t_desc(t, 0)->src += 1 << 30;
	t_copy(t, 1, &dst, &src);
	t_desc(t, 1)->dst += 1 << 30;
	t_write16(t, REG_DMACOUNT, 2);
	t_done(t, 0, STATE_HALTED);
	ASSERT_INT(t_read32(t, REG_CHANERR), ==, ERR_WRITE_DATA);
	CHECK(&dst, &src, 100);
	t_close(t);
}

CASE(plain, each_width_reads_and_writes_its_own_bytes)
{
	struct t_dev *t = t_open("0000:00:04.0");

	ASSERT_INT(t_read8(t, REG_CBVER), ==, 0x34);
	ASSERT_INT(t_read8(t, REG_CHANCNT), ==, 1);
	ASSERT_INT(t_read8(t, REG_XFERCAP), ==, 20);
	ASSERT_INT(t_read16(t, REG_CHANCNT), ==, 20 << 8 | 1);
	t_write64(t, REG_CHANCMP, UINT64_C(0x1122334455667788));
	ASSERT(t_read64(t, REG_CHANCMP) == UINT64_C(0x1122334455667788));
	ASSERT_INT(t_read32(t, REG_CHANCMP), ==, 0x55667788);
	ASSERT_INT(t_read32(t, REG_CHANCMP + 4), ==, 0x11223344);
	ASSERT_INT(t_read16(t, REG_CHANCMP + 2), ==, 0x5566);
	ASSERT_INT(t_read8(t, REG_CHANCMP + 7), ==, 0x11);
	t_write32(t, REG_CHANCMP + 4, 0xaabbccdd);
	ASSERT(t_read64(t, REG_CHANCMP) == UINT64_C(0xaabbccdd55667788));
	t_write16(t, REG_CHANCTRL, 0xc);
	ASSERT_INT(t_read16(t, REG_CHANCTRL), ==, 0xc);
	ASSERT_INT(t_read32(t, REG_CHANCTRL), ==, 0xc);
	t_close(t);
}

/* Whatever a compiler makes of a load or a store. */
CASE(plain, all_forms_of_accesses_are_understood)
{
	struct t_dev *t = t_open("0000:00:04.0");
	volatile uint64_t *cmp = (volatile uint64_t *)(t->bar + REG_CHANCMP);
	uint64_t r;

	*cmp = UINT64_C(0x8091a2b3c4d5e6f7);
#define LOADS(code, want) do { \
	r = UINT64_C(0x1111111111111111); \
	__asm__ volatile (code : "+&a"(r) : "D"(cmp) : "rcx", "memory"); \
	ASSERT(r == UINT64_C(want)); \
} while (0)
	LOADS("movq (%%rdi), %%rax", 0x8091a2b3c4d5e6f7);
	LOADS("movl (%%rdi), %%eax", 0x00000000c4d5e6f7);
	LOADS("movw (%%rdi), %%ax", 0x111111111111e6f7);
	LOADS("movb (%%rdi), %%al", 0x11111111111111f7);
	LOADS("movb (%%rdi), %%ah", 0x111111111111f711);
	LOADS("movzbl (%%rdi), %%eax", 0xf7);
	LOADS("movzwl (%%rdi), %%eax", 0xe6f7);
	LOADS("movsbl (%%rdi), %%eax", 0xfffffff7);
	LOADS("movsbq (%%rdi), %%rax", 0xfffffffffffffff7);
	LOADS("movswq (%%rdi), %%rax", 0xffffffffffffe6f7);
	LOADS("movzbw (%%rdi), %%ax", 0x11111111111100f7);
	LOADS("xorl %%ecx, %%ecx\n\tmovl 4(%%rdi,%%rcx,8), %%eax", 0x8091a2b3);
	LOADS("movq %%rdi, %%rcx\n\tmovl 0x100-0x100(%%rcx), %%eax", 0xc4d5e6f7);
#define STORES(code, want) do { \
	*cmp = UINT64_C(0x1111111111111111); \
	__asm__ volatile (code : : "a"(UINT64_C(0x2233445566778899)), "D"(cmp) : "r9", "memory"); \
	ASSERT(*cmp == UINT64_C(want)); \
} while (0)
	STORES("movq %%rax, (%%rdi)", 0x2233445566778899);
	STORES("movl %%eax, (%%rdi)", 0x1111111166778899);
	STORES("movl $0x01020304, (%%rdi)", 0x1111111101020304);
	STORES("movq $-2, (%%rdi)", 0xfffffffffffffffe);
	STORES("movq %%rax, %%r9\n\tmovq %%r9, (%%rdi)", 0x2233445566778899);
	__asm__ volatile ("movw $0x4, (%0)" : : "r"(t->bar + REG_CHANCTRL) : "memory");
	ASSERT_INT(t_read16(t, REG_CHANCTRL), ==, 4);
	__asm__ volatile ("movb $0x20, (%0)" : : "r"(t->bar + REG_CHANCMD) : "memory");
	ASSERT_INT(t_read8(t, REG_CHANCMD), ==, 0); /* it clears itself */
	t_close(t);
}

static sigjmp_buf goes_on;

static void
hears(int sig)
{
	(void)sig;
	siglongjmp(goes_on, 1);
}

CASE(plain, program_has_its_own_faults)
{
	struct t_dev *t = t_open("0000:00:04.0");
	volatile uint8_t *bar = t->bar;
	volatile bool heard = false;
	sighandler_t was = signal(SIGSEGV, hears);

	ASSERT_INT(t_read8(t, REG_CBVER), ==, 0x34);
	ASSERT(munmap(t->bar, 4096) == 0);
	/* What was a register is nothing any more. */
	if (sigsetjmp(goes_on, 1) == 0)
		(void)bar[REG_CBVER];
	else
		heard = true;
	ASSERT(heard);
	ASSERT(signal(SIGSEGV, was) == hears);
	t->bar = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
	ASSERT_INT(t_read8(t, REG_CBVER), ==, 0x34);
	t_close(t);
}

CASE(plain, opening_it_again_resets_it)
{
	struct t_dev *t = t_open("0000:00:04.0");

	t_arm(t, 0);
	ASSERT_INT(t_read64(t, REG_CHANSTS), ==, STATE_ARMED);
	t_close(t);
	t = t_open("0000:00:04.0");
	ASSERT_INT(t_read64(t, REG_CHANSTS), ==, STATE_HALTED);
	ASSERT_INT(t_read64(t, REG_CHAINADDR), ==, 0);
	t_close(t);
}

/* Whether it was asked for, and how often, since the last time. */
static uint64_t
asked(int event)
{
	uint64_t n = 0;

	return read(event, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static void
ask(const struct t_dev *t, int event)
{
	uint32_t room[(sizeof(struct vfio_irq_set) + sizeof(event)) / sizeof(uint32_t)];
	struct vfio_irq_set *set = (struct vfio_irq_set *)room;

	*set = (struct vfio_irq_set){ .argsz = sizeof(room), .index = VFIO_PCI_REQ_IRQ_INDEX,
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER | (event >= 0 ? VFIO_IRQ_SET_DATA_EVENTFD :
			VFIO_IRQ_SET_DATA_NONE), .count = event >= 0 };
	memcpy(set->data, &event, sizeof(event));
	ASSERT(ioctl(t->fd, VFIO_DEVICE_SET_IRQS, set) == 0);
}

static void
copies(struct t_dev *t, unsigned int *n, unsigned int more)
{
	struct tap_area src = t_area(t, 16384, 4096, 1), dst = t_area(t, 32768, 4096, 2);
	unsigned int i;

	src.length = dst.length = 100;
	t_arm(t, *n);
	for (i = 0; i < more; i++)
		t_copy(t, *n + i, &dst, &src);
	*n += more;
	t_write16(t, REG_DMACOUNT, (uint16_t)more);
	t_done(t, *n - 1, STATE_IDLE);
}

/* Whoever has the event still gets it when the program has closed its own descriptor of it. */
CASE(wanted, who_asked_to_be_told_is_told)
{
	struct t_dev *t = t_open("0000:00:04.0"), *other = t_open("0000:00:04.1");
	int event = eventfd(0, EFD_NONBLOCK), shared = dup(event), quiet = eventfd(0, EFD_NONBLOCK);
	unsigned int n = 0;

	ASSERT(event >= 0 && shared >= 0 && quiet >= 0);
	copies(t, &n, 3);
	ASSERT_INT(asked(event), ==, 0);
	ask(t, shared);
	ask(other, quiet);
	close(shared);
	copies(t, &n, 2);
	ASSERT_INT(asked(event), ==, 0);
	copies(t, &n, 1);
	ASSERT_INT(asked(event), ==, 1);
	copies(t, &n, 6);
	ASSERT_INT(asked(event), ==, 2);
	ask(t, -1);
	copies(t, &n, 3);
	ASSERT_INT(asked(event), ==, 0);
	ASSERT_INT(asked(quiet), ==, 0);
	close(event);
	close(quiet);
	t_close(t);
	t_close(other);
}
