/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What each descriptor flag does. */

#include <errno.h>
#include <stdlib.h>

#include <rte_memory.h>

#include "fake.h"
#include "util.h"

T_CASE(flags, page_breaks_read_and_write_where_they_say, T_EACH)
{
	enum { N = 12, SIDE = 4 * 4096 };
	struct netdma_channel *ch = t_channel(t, 32, 0);
	struct netdma_desc_pool *pool = t_pool(N);
	struct t_list *l = t_list_bare(t, pool, N);
	uint8_t *src[N], *dst[N], *expected[N];
	uint64_t key = t_rand(t);
	unsigned int round;
	uint32_t i, k;

	for (i = 0; i < N; i++) {
		src[i] = t_memory(t, SIDE, 4096);
		dst[i] = t_memory(t, SIDE, 4096);
		expected[i] = t_zalloc(SIDE);
		t_pattern_fill(src[i], SIDE, key + i * SIDE, T_SRC);
	}
	for (round = 0; round < 20; round++) {
		for (i = 0; i < N; i++) {
			struct netdma_desc *d = l->at[i];
			/* Pages 0 and 1 for the first part, 2 and 3 for the rest. */
			uint32_t s = t_range(t, 3000, 4095), to = t_range(t, 3000, 4095);
			uint32_t s2 = 8192 + t_range(t, 0, 4095), to2 = 8192 + t_range(t, 0, 4095);

			d->length = t_range(t, 0, 3) == 0 ? t_range(t, 1, 20) : t_range(t, 1, 4096);
			if (t_range(t, 0, 3) == 0)
				to = s; /* both breaks at the same byte */
			d->flags = t_range(t, 0, 3) * NETDMA_DESC_SOURCE_PAGE_BREAK;
			d->src = t_addr(ch, src[i] + s);
			d->dst = t_addr(ch, dst[i] + to);
			d->next_src = t_addr(ch, src[i] + s2);
			d->next_dst = t_addr(ch, dst[i] + to2);
			t_pattern_fill(dst[i], SIDE, key, T_DST_GUARD);
			memcpy(expected[i], dst[i], SIDE);
			for (k = 0; k < d->length; k++) {
				uint32_t from = s + k, into = to + k;

				if (d->flags & NETDMA_DESC_SOURCE_PAGE_BREAK && from >= 4096)
					from = s2 + (from - 4096);
				if (d->flags & NETDMA_DESC_DESTINATION_PAGE_BREAK && into >= 4096)
					into = to2 + (into - 4096);
				expected[i][into] = src[i][from];
			}
		}
		t_run_list(ch, l);
		for (i = 0; i < N; i++) {
			const struct netdma_desc *d = l->at[i];

			ASSERT_MSG(memcmp(dst[i], expected[i], SIDE) == 0,
					"descriptor %u, flags 0x%x, %u bytes, from 0x%x to 0x%x of "
					"pages", i, d->flags, d->length,
					(unsigned int)(d->src & 4095),
					(unsigned int)(d->dst & 4095));
			ASSERT_INT(t_pattern_diff(src[i], SIDE, key + i * SIDE, T_SRC, NULL), ==,
					0);
		}
	}
}

T_CASE(flags, null_transfers_move_nothing_and_keep_their_place, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(300), 300, 1, 100);
	struct netdma_completion done;
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		if (t_range(t, 0, 1) == 0)
			continue;
		l->at[i]->flags = NETDMA_DESC_NULL_TRANSFER;
		if (i & 1) /* addresses and length of one do not matter */
			l->at[i]->src = l->at[i]->dst = l->at[i]->length = 0;
	}
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; i < l->n; i++) {
		t_collect(ch, &done, 1);
		t_entry_check(&done, l->at[i], NETDMA_COPIED, i);
		t_buf_check(&l->buf[i], l->at[i]->flags == 0 ? T_COPIED : T_NOT_COPIED, i);
	}
}

static uint32_t seen_flags[64];

static enum netdma_status
see_flags(const struct netdma_desc *d, uint64_t n, enum netdma_error *error __rte_unused)
{
	seen_flags[n % 64] = d->flags;
	return NETDMA_COPIED;
}

T_CASE(flags, hints_reach_the_engine, T_ONCE)
{
	const uint32_t all = NETDMA_DESC_SOURCE_NO_SNOOP | NETDMA_DESC_DESTINATION_NO_SNOOP |
			NETDMA_DESC_DESTINATION_DCA_ENABLE;
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(1), 1, 1, 100);
	struct t_buf *b = t_bufs(t, 1, 1, 100);
	struct netdma_completion done;

	f->verdict = see_flags;
	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, all, NULL), ==, 0);
	netdma_submit(ch);
	t_collect(ch, &done, 1);
	ASSERT_INT(seen_flags[0], ==, all);
	/* Slots are used again, and remember nothing. */
	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, NULL), ==, 0);
	netdma_submit(ch);
	t_collect(ch, &done, 1);
	ASSERT_INT(seen_flags[1], ==, 0);
	l->first->flags = all;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(seen_flags[2], ==, all);
}

T_CASE(flags, hints_change_nothing_about_the_bytes, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(64), 64, 1, 3000);
	uint32_t i;

	for (i = 0; i < l->n; i++)
		l->at[i]->flags = (i & 3) * NETDMA_DESC_SOURCE_NO_SNOOP |
				(i & 4 ? NETDMA_DESC_DESTINATION_DCA_ENABLE : 0);
	t_run_list(ch, l);
}

/* Stages of buffers, each copied from the stage before: right only when no copy of a
 * stage begins before all of the one before have ended.
 */
enum { STAGES = 24, WIDTH = 7, BYTES = 200 };

static uint8_t *
stages_make(struct t *t, uint64_t *key)
{
	uint8_t *m = t_memory(t, (STAGES + 1) * WIDTH * BYTES, 64);

	*key = t_rand(t);
	memset(m, 0, (STAGES + 1) * WIDTH * BYTES);
	t_pattern_fill(m, WIDTH * BYTES, *key, T_SRC);
	return m;
}

static uint8_t *
stage_at(uint8_t *m, uint32_t stage, uint32_t i)
{
	return m + (stage * WIDTH + i) * BYTES;
}

static void
stages_check(uint8_t *m, uint64_t key)
{
	uint32_t stage, i, k;

	/* Copy i of a stage reads i + 1 of the one before. */
	for (stage = 1; stage <= STAGES; stage++)
		for (i = 0; i < WIDTH; i++)
			for (k = 0; k < BYTES; k++)
				ASSERT_MSG(stage_at(m, stage, i)[k] == t_pattern(key,
						(i + stage) % WIDTH * BYTES + k, T_SRC),
						"stage %u, copy %u began before stage %u had ended",
						stage, i, stage - 1);
}

T_CASE(flags, serialize_ends_all_before_it_begins_what_follows, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_bare(t, t_pool(STAGES * WIDTH), STAGES * WIDTH);
	uint64_t key;
	uint8_t *m = stages_make(t, &key);
	uint32_t stage, i;

	for (stage = 0; stage < STAGES; stage++) {
		for (i = 0; i < WIDTH; i++) {
			struct netdma_desc *d = l->at[stage * WIDTH + i];

			d->length = BYTES;
			d->src = t_addr(ch, stage_at(m, stage, (i + 1) % WIDTH));
			d->dst = t_addr(ch, stage_at(m, stage + 1, i));
			d->flags = i == WIDTH - 1 ? NETDMA_DESC_SERIALIZE_TRANSFER : 0;
		}
	}
	t_run_list(ch, l);
	stages_check(m, key);
}

T_CASE(flags, serialize_holds_across_appends_and_null_transfers, T_EACH)
{
	enum { EACH = WIDTH + 1 };
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(STAGES * EACH);
	uint64_t key;
	uint8_t *m = stages_make(t, &key);
	struct t_list *l[STAGES];
	uint32_t stage, i;

	for (stage = 0; stage < STAGES; stage++) {
		l[stage] = t_list_bare(t, pool, EACH);
		for (i = 0; i < WIDTH; i++) {
			struct netdma_desc *d = l[stage]->at[i];

			d->length = BYTES;
			d->src = t_addr(ch, stage_at(m, stage, (i + 1) % WIDTH));
			d->dst = t_addr(ch, stage_at(m, stage + 1, i));
		}
		l[stage]->last->flags = NETDMA_DESC_SERIALIZE_TRANSFER | (stage & 1 ?
				NETDMA_DESC_NULL_TRANSFER :
				NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE);
	}
	for (stage = 0; stage < STAGES; stage++)
		ASSERT_INT(stage == 0 ? t_start(ch, l[0]) : t_append(ch, l[stage]), ==, 0);
	for (stage = 0; stage < STAGES; stage++)
		t_expect(ch, l[stage], NETDMA_COPIED);
	stages_check(m, key);
}

T_CASE(flags, serialize_holds_for_everyday_copies, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 256, 0);
	struct netdma_completion done;
	uint64_t key;
	uint8_t *m = stages_make(t, &key);
	uint32_t stage, i;

	for (stage = 0; stage < STAGES; stage++) {
		for (i = 0; i < WIDTH; i++)
			ASSERT_INT(netdma_copy(ch, stage_at(m, stage, (i + 1) % WIDTH),
					stage_at(m, stage + 1, i), BYTES, i == WIDTH - 1 ?
					NETDMA_DESC_SERIALIZE_TRANSFER : 0, NULL), ==, 0);
		if (stage % 3 == 2)
			netdma_submit(ch);
	}
	netdma_submit(ch);
	for (i = 0; i < STAGES * WIDTH; i++) {
		t_collect(ch, &done, 1);
		ASSERT_INT(done.status, ==, NETDMA_COPIED);
	}
	stages_check(m, key);
}

T_CASE(flags, context_change_sets_the_channels_target_processor, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(64);
	static const uint32_t contexts[] = { 0x7f, 0xabcd, 0xfedcba98, 0, 3 };
	unsigned int i;

	ASSERT_INT(t_info(ch).dca_context, ==, 0);
	for (i = 0; i < RTE_DIM(contexts); i++) {
		struct t_list *l = t_list_new(t, ch, pool, 5, 1, 200);
		struct t_buf *b = &l->buf[2];
		struct netdma_completion done[5];
		uint32_t k;

		l->at[2]->flags = NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE |
				(i & 1 ? NETDMA_DESC_SERIALIZE_TRANSFER : 0) |
				(i & 2 ? NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION : 0);
		l->at[2]->dca_context = contexts[i];
		if (i & 1)
			l->at[2]->src = l->at[2]->dst = 0;
		l->at[4]->flags = NETDMA_DESC_DESTINATION_DCA_ENABLE;
		ASSERT_INT(i == 0 ? t_start(ch, l) : t_append(ch, l), ==, 0);
		t_collect(ch, done, 5);
		for (k = 0; k < 5; k++) {
			t_entry_check(&done[k], l->at[k], NETDMA_COPIED, k);
			ASSERT_INT(done[k].interrupt, ==, 0);
			if (k != 2)
				t_buf_check(&l->buf[k], T_COPIED, k);
		}
		t_buf_check(b, T_NOT_COPIED, 2);
		ASSERT_INT(t_info(ch).dca_context, ==, contexts[i]);
	}
}
