/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Memory that engines may reach: registering it, forgetting it, and DPDK's own. */

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#include <netdma_provider.h>

#include "fake.h"
#include "util.h"

struct mapping {
	void *addr;
	size_t size;
};

static void
mapping_undo(void *arg)
{
	struct mapping *m = arg;

	munmap(m->addr, m->size);
	free(m);
}

/* Pages that are there and stay where they are: nothing else has a physical address. */
static uint8_t *
pages(size_t n)
{
	struct mapping *m = malloc(sizeof(*m));

	ASSERT(m != NULL);
	if (sysconf(_SC_PAGESIZE) != 4096) {
		free(m);
		t_skip("pages of another size than 4096");
	}
	m->size = n * 4096;
	m->addr = mmap(NULL, m->size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT(m->addr != MAP_FAILED);
	t_defer(mapping_undo, m);
	if (mlock(m->addr, m->size) != 0 && rte_eal_iova_mode() == RTE_IOVA_PA)
		t_skip("memory cannot be locked");
	return m->addr;
}

static void
unregister(void *arg)
{
	struct mapping *m = arg;

	ASSERT_INT(netdma_mem_unregister(m->addr, m->size), ==, 0);
	free(m);
}

/* Until the end of the case. */
static void
registered(void *addr, size_t size)
{
	struct mapping *m = malloc(sizeof(*m));

	ASSERT(m != NULL);
	ASSERT_INT(netdma_mem_register(addr, size), ==, 0);
	m->addr = addr;
	m->size = size;
	t_defer(unregister, m);
}

static void
copy_works(struct netdma_channel *ch, struct t_buf *b)
{
	struct netdma_completion done;

	t_buf_fill(b);
	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, b), ==, 0);
	ASSERT_INT(netdma_submit(ch), >=, 1);
	t_collect(ch, &done, 1);
	ASSERT(done.user == b);
	ASSERT_INT(done.status, ==, NETDMA_COPIED);
	t_buf_check(b, T_COPIED, 0);
}

T_CASE(memory, registered_memory_is_copied_from_and_to, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 128, 0);
	const size_t size = 32 * 4096;
	uint8_t *m = pages(64);
	struct t_buf b, *own = t_bufs(t, 1, 1000, 2000);
	unsigned int i;

	t_buf_place(t, &b, m, m + size, (uint32_t)size, 10);
	ASSERT_INT(netdma_copy(ch, b.src, b.dst, 10, 0, NULL), ==, -EFAULT);
	registered(m, 2 * size);
	/* Across pages that lie anywhere in memory. */
	for (i = 0; i < 50; i++) {
		t_buf_place(t, &b, m, m + size, (uint32_t)size, t_range(t, 1, (uint32_t)size));
		copy_works(ch, &b);
	}
	/* Between it and DPDK's own. */
	own->dst_area = m;
	own->dst = m + 500;
	own->dst_size = 4096;
	copy_works(ch, own);
	/* Up to its end and not one byte farther. */
	ASSERT_INT(netdma_copy(ch, m + 2 * size - 10, m, 10, 0, NULL), ==, 0);
	ASSERT_INT(netdma_copy(ch, m + 2 * size - 10, m, 11, 0, NULL), ==, -EFAULT);
	ASSERT_INT(netdma_copy(ch, m, m + 2 * size - 10, 11, 0, NULL), ==, -EFAULT);
	ASSERT_INT(netdma_copy(ch, m - 1, m + 100, 10, 0, NULL), ==, -EFAULT);
	netdma_submit(ch);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 1), ==, 1);
}

T_CASE(memory, copy_across_scattered_pages_is_one_entry, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 128, 0);
	const uint32_t size = 32 * 4096;
	uint8_t *m = pages(64);
	struct netdma_completion done;
	struct t_buf b;

	registered(m, 2 * size);
	t_buf_place(t, &b, m, m + size, size, size - 100);
	ASSERT_INT(netdma_copy(ch, b.src, b.dst, b.length, 0, &b), ==, 0);
	ASSERT_INT(netdma_submit(ch), >=, 1);
	t_collect(ch, &done, 1);
	ASSERT(done.user == &b);
	ASSERT_INT(done.status, ==, NETDMA_COPIED);
	t_buf_check(&b, T_COPIED, 0);
	t_quiet(ch);
	/* Each place where the addresses jump begins another segment. */
	if (t_info(ch).addr_space == NETDMA_ADDR_IOVA && (!t_contiguous(b.src, b.length) ||
			!t_contiguous(b.dst, b.length)))
		ASSERT_INT(done.nb_segs, >=, 2);
	else if (t_info(ch).max_transfer >= size)
		ASSERT_INT(done.nb_segs, ==, 1);
}

T_CASE(memory, registered_memory_works_in_lists, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 128, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(32), 32, 1, 4096);
	uint8_t *m = pages(64);
	uint32_t i;

	registered(m, 64 * 4096);
	for (i = 0; i < l->n; i++) {
		/* In one page each, so contiguous in any address space. */
		uint8_t *src = m + 2 * (size_t)i * 4096;

		t_buf_place(t, &l->buf[i], src, src + 4096, 4096, l->buf[i].length);
	}
	t_list_restore(ch, l);
	t_run_list(ch, l);
}

T_CASE(memory, unregistered_memory_is_refused_at_once, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 128, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(4), 4, 1, 100);
	uint8_t *m = pages(2);
	unsigned int round;
	struct t_buf b;

	t_buf_place(t, &b, m, m + 4096, 4096, 100);
	for (round = 0; round < 3; round++) {
		/* The channel remembers the range that it hit last. */
		ASSERT_INT(netdma_mem_register(m, 8192), ==, 0);
		copy_works(ch, &b);
		copy_works(ch, &b);
		ASSERT_INT(netdma_mem_unregister(m, 8192), ==, 0);
		t_buf_fill(&b);
		ASSERT_INT(netdma_copy(ch, b.src, l->buf[0].dst, 1, 0, NULL), ==, -EFAULT);
		ASSERT_INT(netdma_copy(ch, l->buf[0].src, b.dst, 1, 0, NULL), ==, -EFAULT);
		l->at[2]->src = t_info(ch).addr_space == NETDMA_ADDR_VA ? (uintptr_t)b.src :
				rte_mem_virt2iova(b.src);
		ASSERT_INT(t_start(ch, l), ==, -EFAULT);
		t_buf_check(&b, T_NOT_COPIED, 0);
	}
	t_list_restore(ch, l);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(memory, memory_in_use_stays_registered, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=8", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	uint8_t *m = pages(2);
	struct t_buf *own = t_bufs(t, 20, 1, 100), b;
	struct netdma_completion done[21];
	unsigned int i;

	ASSERT_INT(netdma_mem_register(m, 8192), ==, 0);
	t_buf_place(t, &b, m, m + 4096, 4096, 1000);
	f->hold = true;
	ASSERT_INT(netdma_copy(ch, b.src, b.dst, b.length, 0, NULL), ==, 0);
	/* Filled is as good as handed over. */
	ASSERT_INT(netdma_mem_unregister(m, 8192), ==, -EBUSY);
	netdma_submit(ch);
	ASSERT_INT(netdma_mem_unregister(m, 8192), ==, -EBUSY);
	/* Also when the channel has turned to other memory. */
	for (i = 0; i < 20; i++)
		ASSERT_INT(netdma_copy(ch, own[i].src, own[i].dst, own[i].length, 0, NULL), ==, 0);
	netdma_submit(ch);
	ASSERT_INT(netdma_mem_unregister(m, 8192), ==, -EBUSY);
	f->hold = false;
	t_collect(ch, done, 21);
	t_buf_check(&b, T_COPIED, 0);
	t_bufs_check(own, 20, T_COPIED);
	ASSERT_INT(netdma_mem_unregister(m, 8192), ==, 0);
	t_channel_free(ch);
}

T_CASE(memory, wrong_ranges_are_refused, T_ONCE)
{
	uint8_t *m = pages(8), *dpdk = t_memory(t, 3 * 4096, 4096), *hole = pages(3);

	ASSERT_INT(netdma_mem_register(m + 1, 4096), ==, -EINVAL);
	ASSERT_INT(netdma_mem_register(m, 4095), ==, -EINVAL);
	ASSERT_INT(netdma_mem_register(m, 0), ==, -EINVAL);
	ASSERT_INT(netdma_mem_register(NULL, 4096), <, 0);
	ASSERT_INT(netdma_mem_register((void *)(UINTPTR_MAX - 4095), 8192), <, 0);
	ASSERT_INT(netdma_mem_register(dpdk, 4096), ==, -EEXIST);
	ASSERT_INT(munmap(hole + 4096, 4096), ==, 0);
	ASSERT_INT(netdma_mem_register(hole, 3 * 4096), ==, -EFAULT);
	/* Nothing of that stayed. */
	ASSERT_INT(netdma_mem_unregister(hole, 3 * 4096), ==, -ENOENT);
	ASSERT_INT(netdma_mem_register(hole, 4096), ==, 0);
	ASSERT_INT(netdma_mem_unregister(hole, 4096), ==, 0);

	ASSERT_INT(netdma_mem_register(m + 2 * 4096, 4 * 4096), ==, 0);
	ASSERT_INT(netdma_mem_register(m + 2 * 4096, 4 * 4096), ==, -EEXIST);
	ASSERT_INT(netdma_mem_register(m, 8 * 4096), ==, -EEXIST);
	ASSERT_INT(netdma_mem_register(m + 3 * 4096, 4096), ==, -EEXIST);
	ASSERT_INT(netdma_mem_register(m, 3 * 4096), ==, -EEXIST);
	ASSERT_INT(netdma_mem_register(m + 5 * 4096, 3 * 4096), ==, -EEXIST);
	/* Next to it there is room. */
	ASSERT_INT(netdma_mem_register(m, 2 * 4096), ==, 0);
	ASSERT_INT(netdma_mem_register(m + 6 * 4096, 2 * 4096), ==, 0);
	/* Only the same range is undone. */
	ASSERT_INT(netdma_mem_unregister(m + 2 * 4096, 4096), ==, -ENOENT);
	ASSERT_INT(netdma_mem_unregister(m, 8 * 4096), ==, -ENOENT);
	ASSERT_INT(netdma_mem_unregister(m + 4096, 4096), ==, -ENOENT);
	ASSERT_INT(netdma_mem_unregister(dpdk, 4096), ==, -ENOENT);
	ASSERT_INT(netdma_mem_unregister(m + 2 * 4096, 4 * 4096), ==, 0);
	ASSERT_INT(netdma_mem_unregister(m + 2 * 4096, 4 * 4096), ==, -ENOENT);
	ASSERT_INT(netdma_mem_unregister(m, 2 * 4096), ==, 0);
	ASSERT_INT(netdma_mem_unregister(m + 6 * 4096, 2 * 4096), ==, 0);
}

T_CASE(memory, copies_across_neighbouring_areas_work_or_are_refused_whole, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	uint8_t *m = pages(8);
	struct t_buf b;
	int ret;

	registered(m, 4 * 4096);
	registered(m + 4 * 4096, 4 * 4096);
	t_buf_place(t, &b, m + 2 * 4096, t_memory(t, 4 * 4096, 64), 4 * 4096, 4 * 4096);
	ret = netdma_copy(ch, b.src, b.dst, b.length, 0, NULL);
	ASSERT(ret == 0 || ret == -EFAULT);
	if (ret == -EFAULT) {
		ASSERT_INT(netdma_channel_room(ch), ==, 64);
		return;
	}
	netdma_submit(ch);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 64), ==, 1);
	t_buf_check(&b, T_COPIED, 0);
}

T_CASE(memory, many_areas_fit_and_one_too_many_is_enospc, T_ONCE)
{
	enum { MAX = 300 };
	uint8_t *m = pages(2 * MAX);
	unsigned int i, n;
	int ret = 0;

	for (n = 0; n < MAX; n++) {
		ret = netdma_mem_register(m + 2 * n * 4096, 4096);
		if (ret != 0)
			break;
	}
	ASSERT_INT(n, >=, 8);
	ASSERT(n == MAX || ret == -ENOSPC);
	for (i = 0; i < n; i++)
		ASSERT_INT(netdma_mem_unregister(m + 2 * i * 4096, 4096), ==, 0);
	ASSERT_INT(netdma_mem_register(m, 4096), ==, 0);
	ASSERT_INT(netdma_mem_unregister(m, 4096), ==, 0);
}

T_CASE(memory, fini_forgets_what_is_registered, T_RAW)
{
	uint8_t *m;

	ASSERT_INT(netdma_init(NULL), ==, 0);
	m = pages(2);
	ASSERT_INT(netdma_mem_register(m, 8192), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
	ASSERT_INT(netdma_init(NULL), ==, 0);
	ASSERT_INT(netdma_mem_unregister(m, 8192), ==, -ENOENT);
	ASSERT_INT(netdma_mem_register(m, 8192), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
}

T_CASE(memory, memory_that_dpdk_gets_later_is_reachable, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	/* More than EAL took at the beginning, where it can take more. */
	const uint32_t size = rte_eal_has_hugepages() ? 128 << 20 : 24 << 20;
	uint8_t *m = rte_malloc("autotest", size, 4096);
	bool gone;
	struct t_buf b;

	if (m == NULL)
		t_skip("not so much memory");
	t_buf_place(t, &b, m, m + size / 2, 1 << 20, 100000);
	copy_works(ch, &b);
	t_buf_place(t, &b, m + size / 2 - 4096, m + size - 4096, 4096, 4000);
	copy_works(ch, &b);
	rte_free(m);
	/* Where freeing gives pages back, they are out of reach. */
	gone = !t_mapped(m + size / 2);
	ASSERT_INT(netdma_copy(ch, m + size / 2, m + size / 2 + 64, 64, 0, NULL), ==,
			gone ? -EFAULT : 0);
	if (!gone) {
		netdma_submit(ch);
		ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 1), ==, 1);
	}
	t_copy_works(t, ch);
}

T_CASE(memory, iova_to_va_finds_what_engines_may_reach, T_ONCE)
{
	uint8_t *dpdk = t_memory(t, 8192, 4096), *m = pages(2), *heap = t_zalloc(4096);
	uint32_t length;

	length = 8192;
	ASSERT(netdma_iova_to_va(t_iova(dpdk), &length) == dpdk);
	ASSERT_INT(length, ==, 8192);
	length = 100;
	ASSERT(netdma_iova_to_va(t_iova(dpdk + 777), &length) == dpdk + 777);
	ASSERT_INT(length, ==, 100);
	length = 64;
	ASSERT(netdma_iova_to_va((rte_iova_t)(uintptr_t)heap, &length) == NULL);
	length = 64;
	ASSERT(netdma_iova_to_va(0, &length) == NULL);
	length = 64;
	ASSERT(netdma_iova_to_va(UINT64_MAX - 5, &length) == NULL);

	ASSERT_INT(netdma_mem_register(m, 4096), ==, 0);
	length = 8192; /* more than there is */
	ASSERT(netdma_iova_to_va(t_iova(m + 96), &length) == m + 96);
	ASSERT_INT(length, ==, 4000);
	ASSERT_INT(netdma_mem_unregister(m, 4096), ==, 0);
	if (rte_eal_iova_mode() == RTE_IOVA_VA) {
		length = 64;
		ASSERT(netdma_iova_to_va((uintptr_t)m, &length) == NULL);
	}
}
