/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Batches: fetched whole, in order between fences, and what becomes of what stands behind a failure. */

#include <string.h>

#include "test.h"

enum { N = 32 };

struct work {
	struct t_portal *p;
	struct dsa_completion_record *r; /* the batch's */
	struct dsa_hw_desc *list;
	struct tap_area src[N], dst[N];
};

static struct work
work_new(void)
{
	struct work w = { .p = t_open("wq0.0"), .r = t_alloc(64),
		.list = t_alloc(N * sizeof(struct dsa_hw_desc)) };
	uint32_t i;

	for (i = 0; i < N; i++) {
		w.src[i] = t_area(600, (uint8_t)(3 * i));
		w.dst[i] = t_area(600, (uint8_t)(3 * i + 1));
	}
	return w;
}

/* As DPDK's driver has it: each record lies over its own descriptor. */
static void
work_prepare(struct work *w)
{
	uint32_t i;

	memset(w->r, 0, sizeof(*w->r));
	for (i = 0; i < N; i++) {
		tap_fill(&w->dst[i]);
		w->dst[i].length = w->src[i].length = 1 + tap_random(400);
		w->dst[i].offset = tap_random(200);
		w->src[i].offset = tap_random(200);
		w->list[i] = t_copy((uintptr_t)w->dst[i].at + w->dst[i].offset,
				(uintptr_t)w->src[i].at + w->src[i].offset, w->dst[i].length,
				(struct dsa_completion_record *)&w->list[i]);
		w->list[i].flags = IDXD_OP_FLAG_CRAV;
	}
}

static void
work_run(struct work *w, uint32_t n)
{
	struct dsa_hw_desc d = t_batch(w->list, n, w->r);

	t_run(w->p, &d, w->r);
}

static void
work_check(const struct work *w, uint32_t from, uint32_t to, bool copied)
{
	uint32_t i;

	for (i = from; i < to; i++)
		CHECK(&w->dst[i], &w->src[i], copied ? w->dst[i].length : 0);
}

static uint8_t
status_of(const struct work *w, uint32_t i)
{
	return ((const struct dsa_completion_record *)&w->list[i])->status;
}

CASE(plain, batch_does_all_and_tells_how_many)
{
	struct work w = work_new();
	uint32_t n, i;

	for (n = 2; n <= N; n++) {
		work_prepare(&w);
		work_run(&w, n);
		ASSERT_INT(w.r->status, ==, DSA_COMP_SUCCESS);
		ASSERT_INT(w.r->bytes_completed, ==, n);
		work_check(&w, 0, n, true);
		work_check(&w, n, N, false);
		for (i = 0; i < n; i++)
			ASSERT_INT(status_of(&w, i), ==, 0); /* not asked for */
	}
	t_close(w.p);
}

CASE(plain, batch_goes_on_behind_a_failure)
{
	struct work w = work_new();
	uint32_t bad;

	for (bad = 0; bad < N; bad += 5) {
		work_prepare(&w);
		w.list[bad].xfer_size = 0;
		work_run(&w, N);
		ASSERT_INT(w.r->status, ==, DSA_COMP_BATCH_FAIL);
		ASSERT_INT(w.r->bytes_completed, ==, N);
		ASSERT_INT(status_of(&w, bad), ==, DSA_COMP_XFER_ERANGE);
		work_check(&w, 0, bad, true);
		work_check(&w, bad, bad + 1, false);
		work_check(&w, bad + 1, N, true);
	}
	t_close(w.p);
}

CASE(plain, batch_abandons_what_is_behind_a_fence_behind_a_failure)
{
	struct work w = work_new();
	uint32_t bad, fence;

	for (bad = 0; bad < N - 2; bad += 3) {
		work_prepare(&w);
		fence = bad + 1 + tap_random(N - bad - 1);
		/* An earlier one changes nothing, nor does one on the failed descriptor. */
		w.list[bad].flags |= IDXD_OP_FLAG_FENCE;
		w.list[bad].xfer_size = 0;
		w.list[fence].flags |= IDXD_OP_FLAG_FENCE;
		work_run(&w, N);
		ASSERT_INT(w.r->status, ==, DSA_COMP_BATCH_FAIL);
		ASSERT_INT(w.r->bytes_completed, ==, fence);
		work_check(&w, 0, bad, true);
		work_check(&w, bad + 1, fence, true);
		work_check(&w, fence, N, false);
	}
	t_close(w.p);
}

CASE(plain, batch_of_a_wrong_size_or_place_does_nothing)
{
	struct work w = work_new();
	struct dsa_hw_desc d;

	work_prepare(&w);
	work_run(&w, 1);
	ASSERT_INT(w.r->status, ==, DSA_COMP_DESC_CNT_ERANGE);
	w.r->status = 0;
	work_run(&w, 33); /* more than max_batch_size */
	ASSERT_INT(w.r->status, ==, DSA_COMP_DESC_CNT_ERANGE);
	w.r->status = 0;
	d = t_batch((struct dsa_hw_desc *)((uint8_t *)w.list + 32), 2, w.r);
	t_run(w.p, &d, w.r);
	ASSERT_INT(w.r->status, ==, DSA_COMP_DESCLIST_ALIGN);
	work_check(&w, 0, N, false);
	t_close(w.p);
}

CASE(plain, batch_that_is_not_all_there_is_run_as_far_as_it_is)
{
	struct work w = work_new();
	uint8_t *pages = t_pages_before_a_hole(1);
	struct dsa_hw_desc *list = (struct dsa_hw_desc *)(pages + 4096) - 5, d;
	uint32_t i;

	work_prepare(&w);
	memcpy(list, w.list, 5 * sizeof(*list));
	for (i = 0; i < 5; i++)
		list[i].completion_addr = (uintptr_t)&list[i];
	d = t_batch(list, 9, w.r);
	t_run(w.p, &d, w.r);
	ASSERT_INT(w.r->status, ==, DSA_COMP_BATCH_PAGE_FAULT);
	ASSERT_INT(w.r->bytes_completed, ==, 5);
	ASSERT_INT(w.r->fault_addr, ==, (uintptr_t)pages + 4096);
	work_check(&w, 0, 5, true);
	work_check(&w, 5, N, false);
	t_close(w.p);
}

CASE(plain, batch_inside_a_batch_is_refused)
{
	struct work w = work_new();

	work_prepare(&w);
	w.list[1].opcode = DSA_OPCODE_BATCH;
	work_run(&w, 3);
	ASSERT_INT(w.r->status, ==, DSA_COMP_BATCH_FAIL);
	ASSERT_INT(status_of(&w, 1), ==, DSA_COMP_BAD_OPCODE);
	work_check(&w, 1, 2, false);
	work_check(&w, 2, 3, true);
	t_close(w.p);
}

/* A chain of copies, each from where the one before has put it. */
static bool
chain_is_whole(struct work *w, uint32_t fences)
{
	uint32_t i;

	memset(w->r, 0, sizeof(*w->r));
	for (i = 0; i < N; i++) {
		tap_fill(&w->dst[i]);
		w->list[i] = t_copy((uintptr_t)w->dst[i].at, (uintptr_t)(i == 0 ? w->src[0].at :
				w->dst[i - 1].at), 600, NULL);
		w->list[i].flags = fences;
	}
	work_run(w, N);
	ASSERT_INT(w->r->status, ==, DSA_COMP_SUCCESS);
	return memcmp(w->dst[N - 1].at, w->src[0].at, 600) == 0;
}

CASE(plain, batch_runs_in_order)
{
	struct work w = work_new();

	ASSERT(chain_is_whole(&w, 0));
	t_close(w.p);
}

CASE(reorder, batch_is_reordered_between_fences_only)
{
	struct work w = work_new();
	unsigned int i, whole = 0;

	for (i = 0; i < 10; i++)
		whole += chain_is_whole(&w, 0);
	ASSERT_INT(whole, <, 5);
	for (i = 0; i < 10; i++)
		ASSERT(chain_is_whole(&w, IDXD_OP_FLAG_FENCE));
	t_close(w.p);
}

CASE(batches, every_second_batch_does_nothing)
{
	struct work w = work_new();
	unsigned int i;

	for (i = 1; i < 10; i++) {
		work_prepare(&w);
		work_run(&w, 2);
		if (i % 2 == 0) {
			ASSERT_INT(w.r->status, ==, DSA_COMP_HW_ERR1);
			ASSERT_INT(w.r->bytes_completed, ==, 0);
			work_check(&w, 0, 2, false);
		} else {
			ASSERT_INT(w.r->bytes_completed, ==, 2);
		}
	}
	t_close(w.p);
}

CASE(parts, every_second_batch_ends_in_the_middle)
{
	struct work w = work_new();
	unsigned int i;

	for (i = 1; i < 10; i++) {
		work_prepare(&w);
		work_run(&w, 7);
		ASSERT_INT(w.r->status, ==, i % 2 == 0 ? DSA_COMP_HW_ERR1 : DSA_COMP_SUCCESS);
		ASSERT_INT(w.r->bytes_completed, ==, i % 2 == 0 ? 3 : 7);
		work_check(&w, 0, i % 2 == 0 ? 3 : 7, true);
		work_check(&w, i % 2 == 0 ? 3 : 7, N, false);
	}
	t_close(w.p);
}
