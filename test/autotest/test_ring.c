/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The everyday calls: copy, marker, submit, poll on the channel's own ring. */

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "fake.h"
#include "util.h"

#define COOKIE(i) ((void *)(uintptr_t)(0x100 + (i)))

static int
copy(struct netdma_channel *ch, const struct t_buf *b, void *user)
{
	return netdma_copy(ch, b->src, b->dst, b->length, 0, user);
}

/* Entries of single copies: in order, each once. */
static void
expect_cookies(struct netdma_channel *ch, uint32_t from, uint32_t n)
{
	struct netdma_completion done;
	uint32_t i;

	for (i = from; i < from + n; i++) {
		t_collect(ch, &done, 1);
		ASSERT_INT((uintptr_t)done.user, ==, (uintptr_t)COOKIE(i));
		ASSERT(done.desc == NULL);
		ASSERT_INT(done.status, ==, NETDMA_COPIED);
		ASSERT_INT(done.error, ==, NETDMA_ERROR_NONE);
		ASSERT_INT(done.interrupt + done.flags, ==, 0);
		ASSERT_INT(done.nb_segs, >=, 1);
	}
}

T_CASE(ring, copies_move_exactly_their_bytes, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	unsigned int round;
	uint32_t i;

	for (round = 0; round < 20; round++) {
		uint32_t n = t_range(t, 1, 20);
		struct t_buf *b = t_bufs(t, n, 1, round % 4 == 0 ? 9000 : 300);

		for (i = 0; i < n; i++)
			ASSERT_INT(copy(ch, &b[i], COOKIE(i)), ==, 0);
		t_bufs_check(b, n, T_NOT_COPIED);
		ASSERT_INT(netdma_submit(ch), >=, (int)n);
		expect_cookies(ch, 0, n);
		t_bufs_check(b, n, T_COPIED);
	}
	t_quiet(ch);
}

T_CASE(ring, wraps_many_times_and_room_adds_up, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 32, 0);
	int size = netdma_channel_room(ch);
	struct t_buf *b = t_bufs(t, 32, 1, 100);
	uint32_t filled = 0, submitted = 0, collected = 0;
	struct netdma_completion done[8];
	struct t_deadline d;

	ASSERT_INT(size, ==, t_info(ch).nb_desc);
	ASSERT_INT(size, ==, 32);
	t_deadline_set(&d);
	while (collected < 2000) {
		uint32_t k = t_range(t, 0, 8);
		int i, n;

		while (k-- > 0) {
			int room = netdma_channel_room(ch);

			ASSERT_INT(room, ==, size - (int)(filled - collected));
			n = copy(ch, &b[filled % 32], COOKIE(filled));
			ASSERT_INT(n, ==, room > 0 ? 0 : -ENOSPC);
			filled += n == 0;
		}
		if (t_range(t, 0, 3) > 0) {
			ASSERT_INT(netdma_submit(ch), ==, filled - submitted);
			submitted = filled;
			ASSERT_INT(netdma_submit(ch), ==, 0);
		}
		ASSERT_INT(netdma_channel_outstanding(ch), ==, submitted - collected);
		n = netdma_poll(ch, done, (uint16_t)t_range(t, 0, RTE_DIM(done)));
		ASSERT_INT(n, >=, 0);
		for (i = 0; i < n; i++, collected++) {
			ASSERT_INT((uintptr_t)done[i].user, ==, (uintptr_t)COOKIE(collected));
			ASSERT_INT(done[i].status, ==, NETDMA_COPIED);
			ASSERT_INT(done[i].nb_segs, ==, 1);
			t_buf_check(&b[collected % 32], T_COPIED, collected);
			t_buf_fill(&b[collected % 32]);
		}
		ASSERT_MSG(t_wait(&d), "%u of %u copies came", collected, submitted);
	}
	netdma_submit(ch);
	expect_cookies(ch, collected, filled - collected);
	ASSERT_INT(netdma_channel_room(ch), ==, size);
}

T_CASE(ring, full_ring_says_enospc_and_fills_nothing, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 16, 0);
	uint32_t n = (uint32_t)netdma_channel_room(ch), i;
	struct t_buf *b = t_bufs(t, n + 1, 1, 300);

	for (i = 0; i < n; i++)
		ASSERT_INT(copy(ch, &b[i], COOKIE(i)), ==, 0);
	ASSERT_INT(netdma_channel_room(ch), ==, 0);
	ASSERT_INT(copy(ch, &b[n], COOKIE(n)), ==, -ENOSPC);
	ASSERT_INT(netdma_marker(ch, 0, NULL), ==, -ENOSPC);
	ASSERT_INT(netdma_copy(ch, b[n].src, b[n].dst, 0, 0, NULL), ==, -ENOSPC);
	ASSERT_INT(t_stats(ch).no_room, ==, 3);
	ASSERT_INT(netdma_submit(ch), ==, n);
	ASSERT_INT(copy(ch, &b[n], COOKIE(n)), ==, -ENOSPC);
	expect_cookies(ch, 0, n);
	t_quiet(ch);
	t_bufs_check(b, n, T_COPIED);
	t_buf_check(&b[n], T_NOT_COPIED, n);
	ASSERT_INT(copy(ch, &b[n], COOKIE(n)), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	expect_cookies(ch, n, 1);
	t_buf_check(&b[n], T_COPIED, n);
}

T_CASE(ring, one_slot_short_fills_nothing_of_a_split_copy, T_ONCE)
{
	uint32_t n, i;
	struct netdma_channel *ch;
	struct netdma_completion done;
	struct t_buf *b, *small;

	t->provider = t_provider("fake0,max_transfer=4096");
	ch = t_channel(t, 16, 0);
	n = (uint32_t)netdma_channel_room(ch);
	b = t_bufs(t, 1, 3 * 4096 + 1, 4 * 4096);
	small = t_bufs(t, n, 1, 100);
	for (i = 0; i < n - 3; i++)
		ASSERT_INT(copy(ch, &small[i], COOKIE(i)), ==, 0);
	ASSERT_INT(copy(ch, b, COOKIE(i)), ==, -ENOSPC);
	ASSERT_INT(netdma_channel_room(ch), ==, 3);
	ASSERT_INT(netdma_submit(ch), ==, n - 3);
	expect_cookies(ch, 0, n - 3);
	t_buf_check(b, T_NOT_COPIED, 0);
	ASSERT_INT(copy(ch, b, COOKIE(7)), ==, 0);
	ASSERT_INT(netdma_channel_room(ch), ==, n - 4);
	ASSERT_INT(netdma_submit(ch), ==, 4);
	t_collect(ch, &done, 1);
	ASSERT_INT((uintptr_t)done.user, ==, (uintptr_t)COOKIE(7));
	ASSERT_INT(done.nb_segs, ==, 4);
	t_buf_check(b, T_COPIED, 0);
	t_quiet(ch);
}

/* Entries of several segments are one, also when few are asked for at a time. */
T_CASE(ring, split_copies_are_one_entry_each, T_ONCE)
{
	static const char *const engines[] = { "fake0,max_transfer=4096,burst=1,desc=2",
		"fake1,max_transfer=4096,burst=1,desc=2,addr=iova" };
	struct netdma_completion done;
	struct netdma_channel *ch;
	struct t_buf *b;
	uint32_t i, k;

	for (k = 0; k < RTE_DIM(engines); k++) {
		fake_new(engines[k], &t->provider);
		ch = t_channel(t, 64, 0);
		b = t_bufs(t, 8, 1, 6 * 4096);
		b[2] = *t_bufs(t, 1, 2 * 4096, 2 * 4096); /* not one segment more */
		for (i = 0; i < 8; i++)
			ASSERT_INT(copy(ch, &b[i], COOKIE(i)), ==, 0);
		netdma_submit(ch);
		for (i = 0; i < 8; i++) {
			t_collect(ch, &done, 1);
			ASSERT_INT((uintptr_t)done.user, ==, (uintptr_t)COOKIE(i));
			ASSERT_INT(done.nb_segs, ==, (b[i].length + 4095) / 4096);
			ASSERT_INT(done.status, ==, NETDMA_COPIED);
			t_buf_check(&b[i], T_COPIED, i);
		}
		t_quiet(ch);
	}
}

static int verdicts[16];

static enum netdma_status
told(const struct netdma_desc *d __rte_unused, uint64_t n, enum netdma_error *error)
{
	*error = verdicts[n % 16] == NETDMA_FAILED ? NETDMA_ERROR_BUS_READ : NETDMA_ERROR_ENGINE;
	return (enum netdma_status)verdicts[n % 16];
}

T_CASE(ring, entry_has_the_worst_of_its_segments, T_ONCE)
{
	enum { COPIED = NETDMA_COPIED, NOT = NETDMA_NOT_COPIED, FAILED = NETDMA_FAILED,
		UNKNOWN = NETDMA_UNKNOWN };
	static const struct {
		int seg[4], whole;
	} rows[] = {
		{ { COPIED, COPIED, COPIED, COPIED }, COPIED },
		{ { NOT, NOT, NOT, NOT }, NOT },
		{ { COPIED, NOT, COPIED, COPIED }, FAILED },
		{ { COPIED, COPIED, COPIED, FAILED }, FAILED },
		{ { FAILED, COPIED, COPIED, COPIED }, FAILED },
		{ { NOT, FAILED, NOT, NOT }, FAILED },
		{ { FAILED, UNKNOWN, COPIED, FAILED }, UNKNOWN },
		{ { UNKNOWN, COPIED, COPIED, COPIED }, UNKNOWN },
	};
	struct fake *f = fake_new("fake0,max_transfer=4096,burst=3,desc=8", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_completion done;
	unsigned int i;

	f->verdict = told;
	for (i = 0; i < RTE_DIM(rows); i++) {
		struct t_buf *b = t_bufs(t, 1, 4 * 4096, 4 * 4096);

		memcpy(&verdicts[i % 4 * 4], rows[i].seg, sizeof(rows[i].seg));
		ASSERT_INT(copy(ch, b, COOKIE(i)), ==, 0);
		ASSERT_INT(netdma_submit(ch), ==, 4);
		t_collect(ch, &done, 1);
		ASSERT_MSG(done.status == rows[i].whole, "row %u: %s, not %s", i,
				netdma_status_name(done.status), netdma_status_name(rows[i].whole));
		ASSERT_INT(done.nb_segs, ==, 4);
		ASSERT_INT(done.error == NETDMA_ERROR_NONE, ==, done.status == NETDMA_COPIED);
		t_buf_check(b, done.status == NETDMA_COPIED ? T_COPIED :
				done.status == NETDMA_NOT_COPIED ? T_NOT_COPIED : T_UNDEFINED, 0);
	}
}

T_CASE(ring, copy_larger_than_the_ring_is_e2big, T_ONCE)
{
	struct netdma_channel *ch;
	uint8_t *memory;
	int room;

	t->provider = t_provider("fake0,max_transfer=4096");
	ch = t_channel(t, 8, 0);
	room = netdma_channel_room(ch);
	memory = t_memory(t, 2 * (size_t)(room + 1) * 4096, 4096);
	memset(memory, 1, 2 * (size_t)(room + 1) * 4096);
	ASSERT_INT(netdma_copy(ch, memory, memory + (room + 1) * 4096, (size_t)room * 4096 + 1, 0,
			NULL), ==, -E2BIG);
	ASSERT_INT(netdma_channel_room(ch), ==, room);
	ASSERT_INT(netdma_copy(ch, memory, memory + (room + 1) * 4096, (size_t)room * 4096, 0,
			NULL), ==, 0);
	ASSERT_INT(netdma_channel_room(ch), ==, 0);
	/* Not now, and never. */
	ASSERT_INT(netdma_copy(ch, memory, memory, (size_t)room * 4096 + 1, 0, NULL), ==, -E2BIG);
	ASSERT_INT(netdma_copy(ch, memory, memory, 1, 0, NULL), ==, -ENOSPC);
	ASSERT_INT(netdma_submit(ch), ==, room);
}

T_CASE(ring, unreachable_memory_is_efault_and_fills_nothing, T_EACH)
{
	static uint8_t in_data[256];
	struct netdma_channel *ch = t_channel(t, 32, 0);
	uint8_t on_stack[256] = { 0 }, *heap = t_zalloc(256);
	void *bad[] = { in_data, on_stack, heap, NULL, (void *)(uintptr_t)(UINT64_MAX - 20),
		(void *)(uintptr_t)64 };
	struct t_buf *b = t_bufs(t, 2, 100, 200);
	unsigned int i;

	ASSERT_INT(copy(ch, &b[0], COOKIE(0)), ==, 0);
	for (i = 0; i < RTE_DIM(bad); i++) {
		ASSERT_INT(netdma_copy(ch, bad[i], b[1].dst, b[1].length, 0, NULL), ==, -EFAULT);
		ASSERT_INT(netdma_copy(ch, b[1].src, bad[i], b[1].length, 0, NULL), ==, -EFAULT);
		ASSERT_INT(netdma_channel_room(ch), ==, 31);
	}
	ASSERT_INT(netdma_copy(ch, b[1].src, b[1].dst, SIZE_MAX, 0, NULL), <, 0);
	ASSERT_INT(t_stats(ch).refused, >=, 2 * RTE_DIM(bad));
	ASSERT_INT(netdma_submit(ch), ==, 1);
	expect_cookies(ch, 0, 1);
	t_buf_check(&b[0], T_COPIED, 0);
	t_buf_check(&b[1], T_NOT_COPIED, 1);
	t_quiet(ch);
}

T_CASE(ring, flags_that_are_not_for_everyday_calls_are_refused, T_EACH)
{
	const uint32_t good = NETDMA_DESC_INTERRUPT_ON_COMPLETION | NETDMA_DESC_SERIALIZE_TRANSFER |
			NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION | NETDMA_DESC_SOURCE_NO_SNOOP |
			NETDMA_DESC_DESTINATION_NO_SNOOP | NETDMA_DESC_DESTINATION_DCA_ENABLE;
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_buf *b = t_bufs(t, 32, 1, 100);
	uint32_t bit, n = 0;

	for (bit = 0; bit < 32; bit++) {
		uint32_t flag = UINT32_C(1) << bit;
		int ret = netdma_copy(ch, b[bit].src, b[bit].dst, b[bit].length, flag, COOKIE(n));

		ASSERT_MSG(ret == (flag & good ? 0 : -EINVAL), "flag 0x%x: %d", flag, ret);
		n += ret == 0;
		if (!(flag & good))
			ASSERT_INT(netdma_marker(ch, flag, NULL), ==, -EINVAL);
	}
	ASSERT_INT(netdma_channel_room(ch), ==, 64 - n);
	ASSERT_INT(netdma_submit(ch), ==, n);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 64), ==, n);
	for (bit = 0; bit < 32; bit++)
		t_buf_check(&b[bit], (good >> bit & 1) ? T_COPIED : T_NOT_COPIED, bit);
}

T_CASE(ring, zero_length_copy_and_marker_come_back_in_their_places, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_buf *b = t_bufs(t, 60, 1, 200);
	uint32_t i;

	for (i = 0; i < 60; i++) {
		int ret = i % 3 == 0 ? copy(ch, &b[i], COOKIE(i)) : i % 3 == 1 ?
				netdma_copy(ch, b[i].src, b[i].dst, 0, 0, COOKIE(i)) :
				netdma_marker(ch, 0, COOKIE(i));

		ASSERT_INT(ret, ==, 0);
	}
	ASSERT_INT(netdma_submit(ch), ==, 60);
	expect_cookies(ch, 0, 60);
	for (i = 0; i < 60; i++)
		t_buf_check(&b[i], i % 3 == 0 ? T_COPIED : T_NOT_COPIED, i);
	t_quiet(ch);
	ASSERT_INT(netdma_copy(ch, NULL, NULL, 0, 0, COOKIE(0)), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	expect_cookies(ch, 0, 1);
}

T_CASE(ring, nothing_runs_before_submit, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_buf *b = t_bufs(t, 10, 1, 200);
	struct netdma_completion done;
	uint32_t i;

	ASSERT_INT(netdma_submit(ch), ==, 0);
	for (i = 0; i < 10; i++)
		ASSERT_INT(copy(ch, &b[i], COOKIE(i)), ==, 0);
	for (i = 0; i < 20; i++)
		ASSERT_INT(netdma_poll(ch, &done, 1), ==, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 0);
	t_bufs_check(b, 10, T_NOT_COPIED);
	ASSERT_INT(t_stats(ch).accepted, ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 10);
	expect_cookies(ch, 0, 10);
}

T_CASE(ring, filled_and_not_submitted_is_dropped_by_free, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_buf *b = t_bufs(t, 2, 1, 200);

	ASSERT_INT(copy(ch, &b[0], COOKIE(0)), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	expect_cookies(ch, 0, 1);
	ASSERT_INT(copy(ch, &b[1], NULL), ==, 0);
	t_channel_free(ch);
	t_buf_check(&b[1], T_NOT_COPIED, 1);
}

T_CASE(ring, feeding_changes_only_when_nothing_is_outstanding, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(64);
	struct t_list *l = t_list_new(t, ch, pool, 20, 1, 100), *m;
	struct t_buf *b = t_bufs(t, 4, 1, 100);
	unsigned int round;
	int i;

	m = t_list_new(t, ch, pool, 20, 1, 100);
	for (round = 0; round < 4; round++) {
		t_bufs_check(b, 4, round == 0 ? T_NOT_COPIED : T_COPIED);
		t_buf_fill(&b[0]);
		ASSERT_INT(t_start(ch, l), ==, 0);
		ASSERT_INT(copy(ch, &b[0], COOKIE(0)), ==, -EBUSY);
		ASSERT_INT(netdma_marker(ch, 0, NULL), ==, -EBUSY);
		ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
		/* Finished and not polled is outstanding. */
		ASSERT_INT(copy(ch, &b[0], COOKIE(0)), ==, -EBUSY);
		t_expect(ch, l, NETDMA_COPIED);
		t_buf_check(&b[0], T_NOT_COPIED, 0);

		for (i = 0; i < 4; i++)
			ASSERT_INT(copy(ch, &b[i], COOKIE(i)), ==, 0);
		ASSERT_INT(netdma_submit(ch), ==, 4);
		ASSERT_INT(t_start(ch, m), ==, -EBUSY);
		/* Busy, or not started as a list: one is as true as the other. */
		i = t_append(ch, m);
		ASSERT(i == -EBUSY || i == -EINVAL);
		expect_cookies(ch, 0, 4);
		t_bufs_check(m->buf, m->n, T_NOT_COPIED);
	}
}

T_CASE(ring, restart_drops_what_was_not_given, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 1024, 0);
	struct netdma_completion done;
	struct t_buf *b = t_bufs(t, 1000, 1, 300);
	uint32_t i, round;

	for (round = 0; round < 3; round++) {
		bool dropped = false;

		for (i = 0; i < 900; i++) {
			t_buf_fill(&b[i]);
			ASSERT_INT(copy(ch, &b[i], COOKIE(i)), ==, 0);
			if (i % 50 == 49)
				ASSERT_INT(netdma_submit(ch), ==, 50);
		}
		ASSERT_INT(netdma_channel_start(ch, NULL, NULL, 0), ==, 0);
		for (i = 900; i < 910; i++) {
			t_buf_fill(&b[i]);
			ASSERT_INT(copy(ch, &b[i], COOKIE(i)), ==, 0);
		}
		ASSERT_INT(netdma_submit(ch), ==, 10);
		for (i = 0; i < 900; i++) {
			t_collect(ch, &done, 1);
			ASSERT_INT((uintptr_t)done.user, ==, (uintptr_t)COOKIE(i));
			ASSERT(done.status == NETDMA_COPIED || done.status == NETDMA_NOT_COPIED);
			ASSERT(!dropped || done.status == NETDMA_NOT_COPIED);
			dropped = done.status == NETDMA_NOT_COPIED;
			t_buf_check(&b[i], dropped ? T_NOT_COPIED : T_COPIED, i);
		}
		expect_cookies(ch, 900, 10);
		ASSERT_INT(netdma_channel_room(ch), ==, 1024);
	}
}

T_CASE(ring, small_and_odd_rings_work, T_EACH)
{
	static const uint32_t sizes[] = { 1, 2, 3, 7, 100, 4097 };
	struct t_buf *b = t_bufs(t, 50, 1, 200);
	uint32_t i, k;

	for (i = 0; i < RTE_DIM(sizes); i++) {
		struct netdma_channel *ch = t_channel(t, sizes[i], 0);
		struct netdma_channel_info info = t_info(ch);

		ASSERT_INT(info.nb_desc, >=, sizes[i]);
		ASSERT_INT(info.nb_desc & (info.nb_desc - 1), ==, 0);
		ASSERT_INT(netdma_channel_room(ch), ==, info.nb_desc);
		for (k = 0; k < 50; k++) {
			t_buf_fill(&b[k]);
			ASSERT_INT(copy(ch, &b[k], COOKIE(k)), ==, 0);
			ASSERT_INT(netdma_submit(ch), ==, 1);
			expect_cookies(ch, k, 1);
			t_buf_check(&b[k], T_COPIED, k);
		}
		t_channel_free(ch);
	}
}

T_CASE(ring, default_ring_has_1024_slots, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 0, 0);

	ASSERT_INT(t_info(ch).nb_desc, ==, 1024);
	ASSERT_INT(netdma_channel_room(ch), ==, 1024);
}
