/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_memory.h>

#include "defects.h"

static void
set_flag(struct victim *v, uint32_t i, uint64_t arg)
{
	v->l->at[i]->flags |= (uint32_t)arg;
}

static void
set_length(struct victim *v, uint32_t i, uint64_t arg)
{
	v->l->at[i]->length = arg != 0 ? v->max_transfer + 1 : 0;
}

/* What engines must not be sent to; where an address space ends is found at run time. */
static uint8_t data_page[4096] = { 1 };
static uint64_t memory_end, memory_begin;

enum bad {
	BAD_NULL, BAD_STACK, BAD_DATA, BAD_HEAP, BAD_WRAP, BAD_RUNS_OUT, BAD_RUNS_IN, NB_BAD
};

static uint64_t
bad_address(enum bad bad)
{
	static uint8_t *heap;
	uint8_t on_stack;

	if (heap == NULL)
		heap = malloc(4096);
	switch (bad) {
	case BAD_NULL:
		return 0;
	case BAD_STACK:
		return (uint64_t)(uintptr_t)&on_stack - 4096;
	case BAD_DATA:
		return (uint64_t)(uintptr_t)data_page;
	case BAD_HEAP:
		return (uint64_t)(uintptr_t)heap;
	case BAD_WRAP:
		return UINT64_MAX - 15;
	case BAD_RUNS_OUT:
		return memory_end - 16;
	default:
		return memory_begin - 16;
	}
}

enum side { SRC, DST, NEXT_SRC, NEXT_DST, NB_SIDES };

static void
set_address(struct victim *v, uint32_t i, uint64_t arg)
{
	uint64_t bad = bad_address((enum bad)(arg / NB_SIDES));
	struct netdma_desc *d = v->l->at[i];

	d->length = 64;
	switch ((enum side)(arg % NB_SIDES)) {
	case SRC:
		d->src = bad;
		break;
	case DST:
		d->dst = bad;
		break;
	case NEXT_SRC:
		d->flags |= NETDMA_DESC_SOURCE_PAGE_BREAK;
		d->src = t_addr(v->ch, v->pages + 4096 - 8);
		d->next_src = bad;
		break;
	default:
		d->flags |= NETDMA_DESC_DESTINATION_PAGE_BREAK;
		d->dst = t_addr(v->ch, v->pages + 4096 - 8);
		d->next_dst = bad;
		break;
	}
}

static void
next_null(struct victim *v, uint32_t i, uint64_t arg __rte_unused)
{
	v->l->at[i]->next = NULL;
}

static void
next_other_pool(struct victim *v, uint32_t i, uint64_t arg __rte_unused)
{
	v->other->next = v->l->at[i]->next;
	v->l->at[i]->next = v->other;
}

static void
next_freed(struct victim *v, uint32_t i, uint64_t arg __rte_unused)
{
	v->l->at[i]->next = v->freed;
}

static void
next_no_pool(struct victim *v, uint32_t i, uint64_t arg __rte_unused)
{
	static struct netdma_desc stray;

	stray = *v->l->at[i];
	v->l->at[i]->next = &stray;
}

static void
next_nowhere(struct victim *v, uint32_t i, uint64_t arg)
{
	v->l->at[i]->next = (struct netdma_desc *)(uintptr_t)arg;
}

static void
next_misaligned(struct victim *v, uint32_t i, uint64_t arg)
{
	v->l->at[i]->next = (struct netdma_desc *)((uintptr_t)v->l->at[i]->next + arg);
}

static void
next_backwards(struct victim *v, uint32_t i, uint64_t arg)
{
	v->l->at[i]->next = v->l->at[arg != 0 ? i : 0];
}

static void
next_skips(struct victim *v, uint32_t i, uint64_t arg __rte_unused)
{
	/* One short, and the count is the longer one's. */
	v->l->at[i]->next = v->l->at[i + 1]->next;
}

static void
whole_count(struct victim *v, uint32_t i __rte_unused, uint64_t arg)
{
	v->n = arg == 0 ? 0 : v->n + (uint32_t)arg;
}

/* A circle that ends at the last one when it has gone round twice. */
static void
whole_circle(struct victim *v, uint32_t i __rte_unused, uint64_t arg __rte_unused)
{
	v->last->next = v->first;
	v->n *= 2;
}

static void
whole_first(struct victim *v, uint32_t i __rte_unused, uint64_t arg)
{
	v->first = arg == 0 ? NULL : (struct netdma_desc *)((uintptr_t)v->first + arg);
}

static void
whole_last(struct victim *v, uint32_t i __rte_unused, uint64_t arg)
{
	v->last = arg == 0 ? NULL : arg == 1 ? v->other :
			(struct netdma_desc *)((uintptr_t)v->last + arg);
}

static void
whole_stray(struct victim *v, uint32_t i __rte_unused, uint64_t arg __rte_unused)
{
	static struct netdma_desc stray;

	stray = *v->l->at[0];
	stray.next = NULL;
	v->first = v->last = &stray;
	v->n = 1;
}

struct defect defects[160];
unsigned int nb_defects;

__attribute__((format(printf, 5, 6)))
static struct defect *
add(int error, uint32_t min, void (*apply)(struct victim *, uint32_t, uint64_t), uint64_t arg,
		const char *fmt, ...)
{
	struct defect *d = &defects[nb_defects++];
	va_list ap;

	RTE_VERIFY(nb_defects <= RTE_DIM(defects));
	*d = (struct defect){ .error = error, .min = min, .apply = apply, .arg = arg };
	va_start(ap, fmt);
	vsnprintf(d->name, sizeof(d->name), fmt, ap);
	va_end(ap);
	return d;
}

/* The address space of the channel ends differently in each mode. */
static int
find_end(const struct rte_memseg_list *msl __rte_unused, const struct rte_memseg *ms, void *arg)
{
	bool iova = *(bool *)arg && rte_eal_iova_mode() == RTE_IOVA_PA;
	uint64_t begin = iova ? ms->iova : ms->addr_64, end = begin + ms->len;

	if (iova ? rte_mem_iova2virt(end) == NULL :
			!t_mapped((void *)(uintptr_t)end))
		memory_end = end;
	if (iova ? rte_mem_iova2virt(begin - 1) == NULL :
			!t_mapped((void *)(uintptr_t)(begin - 1)))
		memory_begin = begin;
	return 0;
}

void
defects_make(const struct victim *v)
{
	static const char *const sides[] = { "source", "destination", "2nd source",
		"2nd destination" };
	static const char *const bads[] = { "NULL", "stack", "data", "heap", "wraps", "runs out",
		"runs in" };
	static const uint32_t ops[] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7f,
		0xfe };
	static const uint32_t not_with_context[] = {
		NETDMA_DESC_SOURCE_NO_SNOOP, NETDMA_DESC_DESTINATION_NO_SNOOP,
		NETDMA_DESC_NULL_TRANSFER, NETDMA_DESC_SOURCE_PAGE_BREAK,
		NETDMA_DESC_DESTINATION_PAGE_BREAK, NETDMA_DESC_DESTINATION_DCA_ENABLE,
		0x100, 0x400, 0x00800000,
	};
	const uint32_t context = NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE;
	bool iova = t_info(v->ch).addr_space == NETDMA_ADDR_IOVA;
	unsigned int i, k;

	nb_defects = 0;
	memory_end = memory_begin = 0;
	/* The lock is held during a walk, and what the walker calls takes it. */
	rte_memseg_walk_thread_unsafe(find_end, &iova);
	ASSERT(memory_end != 0 && memory_begin != 0);

	for (i = 8; i < 24; i++)
		if (i != 9)
			add(EINVAL, 1, set_flag, UINT64_C(1) << i, "reserved bit %u", i);
	for (i = 0; i < RTE_DIM(ops); i++)
		add(EINVAL, 1, set_flag, (uint64_t)ops[i] << 24, "operation 0x%02x", ops[i]);
	for (i = 0; i < RTE_DIM(not_with_context); i++)
		add(EINVAL, 1, set_flag, context | not_with_context[i],
				"context change with 0x%x", not_with_context[i]);
	add(EINVAL, 1, set_flag, NETDMA_DESC_OP_CONTEXT_CHANGE, "context change of nothing");
	add(ERANGE, 1, set_length, 0, "length 0");
	if (v->max_transfer < UINT32_MAX)
		add(ERANGE, 1, set_length, 1, "length beyond the longest transfer");
	for (i = 0; i < NB_BAD; i++)
		for (k = 0; k < NB_SIDES; k++)
			add(EFAULT, 1, set_address, i * NB_SIDES + k, "%s address: %s", sides[k],
					bads[i]);
	add(EINVAL, 2, next_null, 0, "next is NULL")->between = true;
	add(EINVAL, 2, next_other_pool, 0, "next in another pool")->between = true;
	add(EINVAL, 2, next_no_pool, 0, "next in no pool")->between = true;
	add(EINVAL, 2, next_freed, 0, "next is free")->between = true;
	add(EINVAL, 2, next_nowhere, 64, "next near 0")->between = true;
	add(EINVAL, 2, next_nowhere, ~UINT64_C(63), "next at the end of memory")->between = true;
	add(EINVAL, 2, next_misaligned, 8, "next misaligned")->between = true;
	add(EINVAL, 2, next_misaligned, 32, "next half a descriptor off")->between = true;
	add(EINVAL, 2, next_misaligned, 1, "next odd")->between = true;
	add(EINVAL, 2, next_backwards, 0, "cycle to the first")->whole = true;
	add(EINVAL, 2, next_backwards, 1, "cycle to itself")->whole = true;
	add(EINVAL, 3, next_skips, 0, "a descriptor short")->whole = true;
	add(EINVAL, 1, whole_count, 0, "count 0")->whole = true;
	add(EINVAL, 2, whole_count, UINT32_MAX, "count one too small")->whole = true;
	add(EINVAL, 1, whole_count, 1, "count one too large")->whole = true;
	add(EINVAL, 1, whole_count, UINT32_MAX / 2, "count far too large")->whole = true;
	add(EINVAL, 1, whole_circle, 0, "circle gone round twice")->whole = true;
	add(EINVAL, 1, whole_first, 0, "no first")->whole = true;
	add(EINVAL, 1, whole_first, 16, "first misaligned")->whole = true;
	add(EINVAL, 1, whole_last, 0, "no last")->whole = true;
	add(EINVAL, 1, whole_last, 1, "last is another list's")->whole = true;
	add(EINVAL, 1, whole_last, 16, "last misaligned")->whole = true;
	add(EINVAL, 1, whole_stray, 0, "descriptor of no pool")->whole = true;
}
