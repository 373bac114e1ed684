/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Lists that callers link themselves: start, append, and what comes back. */

#include <errno.h>
#include <stdlib.h>

#include "fake.h"
#include "util.h"

T_CASE(lists, list_longer_than_engine_ring_completes_in_order, T_EACH)
{
	enum { N = 100000 };
	struct netdma_channel *ch = t_channel(t, 256, 0);
	struct netdma_desc_pool *pool = t_pool(N);
	struct t_list *l = t_list_new(t, ch, pool, N, 1, 64);

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, N);
	t_expect(ch, l, NETDMA_COPIED);
	t_quiet(ch);
}

T_CASE(lists, lists_of_random_lengths_are_copied_byte_for_byte, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(4096);
	uint32_t longest = RTE_MIN(t_info(ch).max_transfer, 20000u);
	unsigned int round;

	for (round = 0; round < 12; round++)
		t_run_list(ch, t_list_new(t, ch, pool, t_range(t, 1, 300), 1,
				round % 4 == 0 ? longest : 200));
	t_quiet(ch);
}

T_CASE(lists, appends_behind_unfinished_lists_come_back_in_order, T_EACH)
{
	enum { LISTS = 40 };
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pools[2] = { t_pool(4096), t_pool(4096) };
	struct netdma_completion done[16];
	struct t_list *l[LISTS];
	uint32_t in = 0, out = 0, at = 0;
	struct t_deadline d;

	/* Lists may come from different pools. */
	for (in = 0; in < LISTS; in++)
		l[in] = t_list_new(t, ch, pools[in & 1], t_range(t, 1, 100), 1, 500);
	t_deadline_set(&d);
	for (in = 0; out < LISTS;) {
		int i, n;

		if (in < LISTS && t_range(t, 0, 2) > 0) {
			ASSERT_INT(in == 0 ? t_start(ch, l[in]) : t_append(ch, l[in]), ==, 0);
			in++;
		}
		n = netdma_poll(ch, done, (uint16_t)t_range(t, 0, RTE_DIM(done)));
		ASSERT_INT(n, >=, 0);
		for (i = 0; i < n; i++) {
			ASSERT_INT(out, <, in);
			t_entry_check(&done[i], l[out]->at[at], NETDMA_COPIED, at);
			t_buf_check(&l[out]->buf[at], T_COPIED, at);
			if (++at == l[out]->n) {
				at = 0;
				out++;
			}
		}
		ASSERT_MSG(t_wait(&d), "only %u of %u lists came", out, LISTS);
	}
	t_quiet(ch);
}

T_CASE(lists, descriptors_are_the_clients_again_when_polled, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 32, 0);
	struct netdma_desc_pool *pool = t_pool(64);
	struct t_list *l = t_list_new(t, ch, pool, 5, 1, 300);
	unsigned int round;

	for (round = 0; round < 200; round++) {
		t_list_renew(ch, l);
		t_run_list(ch, l);
	}
}

T_CASE(lists, ring_of_descriptors_linked_once_runs_round_and_round, T_EACH)
{
	enum { N = 24, ROUNDS = 30 };
	struct netdma_channel *ch = t_channel(t, 32, 0);
	struct netdma_desc_pool *pool = t_pool(N);
	struct t_list *l = t_list_new(t, ch, pool, N, 1, 300);
	struct netdma_completion done[N];
	uint32_t at = 0, seen = 0, filled = 0, round;

	/* The next of the last names what the following append begins with. */
	l->last->next = l->first;
	for (round = 0; round < ROUNDS * N / 4; round++) {
		uint32_t n = t_range(t, 1, N - filled), i, got;

		for (i = 0; i < n; i++)
			t_buf_fill(&l->buf[(at + i) % N]);
		ASSERT_INT(round == 0 ?
				netdma_channel_start(ch, l->at[at], l->at[at + n - 1], n) :
				netdma_channel_append(ch, l->at[at], l->at[(at + n - 1) % N], n),
				==, 0);
		at = (at + n) % N;
		filled += n;
		/* Leave some of it for later, most times. */
		got = filled == N || round % 5 == 0 ? filled : t_range(t, 0, filled);
		t_collect(ch, done, got);
		for (i = 0; i < got; i++, seen = (seen + 1) % N) {
			t_entry_check(&done[i], l->at[seen], NETDMA_COPIED, seen);
			t_buf_check(&l->buf[seen], T_COPIED, seen);
			ASSERT(l->at[seen]->next == l->at[(seen + 1) % N]);
		}
		filled -= got;
	}
	t_collect(ch, done, filled);
	t_quiet(ch);
}

T_CASE(lists, poll_returns_at_most_max_and_counts_without_an_array, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(64), 50, 1, 100);
	struct netdma_completion done[2];
	struct t_deadline d;
	uint32_t n = 0;

	memset(done, 0xee, sizeof(done));
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, done, 0), ==, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 50);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 50);
	t_collect(ch, done, 1);
	ASSERT_INT(done[1].status, ==, 0xee);
	t_entry_check(&done[0], l->at[0], NETDMA_COPIED, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 49);
	/* What is only counted is gone as well. */
	ASSERT_INT(netdma_poll(ch, NULL, 10), ==, 10);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 39);
	t_collect(ch, done, 1);
	t_entry_check(&done[0], l->at[11], NETDMA_COPIED, 11);
	t_deadline_set(&d);
	while (n < 38) {
		int ret = netdma_poll(ch, NULL, UINT16_MAX);

		ASSERT_INT(ret, >=, 0);
		n += (uint32_t)ret;
		ASSERT(t_wait(&d));
	}
	ASSERT_INT(n, ==, 38);
	t_bufs_check(l->buf, l->n, T_COPIED);
	t_quiet(ch);
}

/* Collect old lists that a start was put behind, and the new one. @return how many of the
 * old descriptors were copied.
 */
static uint32_t
expect_replaced(struct netdma_channel *ch, struct t_list **old, uint32_t nb_old, struct t_list *new)
{
	struct netdma_completion done;
	bool dropped = false;
	uint32_t i, k, copied = 0;

	for (k = 0; k < nb_old; k++) {
		for (i = 0; i < old[k]->n; i++) {
			t_collect(ch, &done, 1);
			ASSERT(done.status == NETDMA_COPIED || done.status == NETDMA_NOT_COPIED);
			/* What was given is the beginning of the list. */
			ASSERT(!dropped || done.status == NETDMA_NOT_COPIED);
			dropped = done.status == NETDMA_NOT_COPIED;
			copied += !dropped;
			t_entry_check(&done, old[k]->at[i], done.status, i);
			if (dropped)
				ASSERT_INT(done.error, ==, NETDMA_ERROR_CANCELED);
			t_buf_check(&old[k]->buf[i], dropped ? T_NOT_COPIED : T_COPIED, i);
			ASSERT_INT(old[k]->at[i]->flags, ==, 0);
		}
	}
	t_expect(ch, new, NETDMA_COPIED);
	return copied;
}

T_CASE(lists, start_on_busy_channel_drops_what_was_not_given, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(5000);
	struct t_list *old[3], *new;
	unsigned int round;

	for (round = 0; round < 4; round++) {
		old[0] = t_list_new(t, ch, pool, t_range(t, 1, 600), 1, 300);
		old[1] = t_list_new(t, ch, pool, t_range(t, 1, 300), 1, 300);
		new = t_list_new(t, ch, pool, t_range(t, 1, 300), 1, 300);
		/* Where the old list said how it goes on, it says so afterwards. */
		old[1]->last->next = round & 1 ? old[0]->first : NULL;
		ASSERT_INT(t_start(ch, old[0]), ==, 0);
		ASSERT_INT(t_append(ch, old[1]), ==, 0);
		ASSERT_INT(t_start(ch, new), ==, 0);
		expect_replaced(ch, old, 2, new);
		if (round & 1)
			ASSERT(old[1]->last->next == old[0]->first);
		t_quiet(ch);
	}
	/* And it goes on with appends. */
	t_run_list(ch, t_list_new(t, ch, pool, 10, 1, 300));
}

T_CASE(lists, start_on_busy_channel_keeps_exactly_what_was_given, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(500);
	struct netdma_channel *ch;
	struct t_list *old, *new, *behind;
	struct fake *f = fake_new("fake0,desc=10,burst=3", &t->provider);
	uint32_t given;

	ch = t_channel(t, 64, 0);
	old = t_list_new(t, ch, pool, 100, 1, 300);
	new = t_list_new(t, ch, pool, 20, 1, 300);
	behind = t_list_new(t, ch, pool, 20, 1, 300);
	ASSERT_INT(t_start(ch, old), ==, 0);
	/* Some finish and others take their places; what is given then, stays. */
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	f->hold = true;
	given = (uint32_t)f->params.list->given;
	ASSERT(given >= 10 && given < 100);
	ASSERT_INT(t_start(ch, new), ==, 0);
	ASSERT_INT(t_append(ch, behind), ==, 0);
	f->hold = false;
	ASSERT_INT(expect_replaced(ch, &old, 1, new), ==, given);
	t_expect(ch, behind, NETDMA_COPIED);
	ASSERT_INT(f->channel_starts, ==, 2);
	ASSERT_INT(t_stats(ch).not_copied, ==, 100 - given);
	ASSERT_INT(t_stats(ch).copied, ==, given + 40);
}

T_CASE(lists, starts_on_a_stuck_engine_are_bounded_and_all_come_back, T_ONCE)
{
	enum { MAX = 200 };
	struct netdma_desc_pool *pool = t_pool(4 * MAX);
	struct t_list *l[MAX];
	struct netdma_channel *ch;
	struct netdma_completion done;
	struct fake *f = fake_new("fake0,desc=2", &t->provider);
	uint32_t n, i, k;
	int ret = 0;

	ch = t_channel(t, 64, 0);
	f->hold = true;
	for (n = 0; n < MAX; n++) {
		l[n] = t_list_new(t, ch, pool, 3, 1, 100);
		/* A tail that names a descriptor: its place has to be kept for it. */
		l[n]->last->next = l[n]->first;
		ret = t_start(ch, l[n]);
		if (ret != 0)
			break;
	}
	ASSERT(n > 1);
	if (n < MAX)
		ASSERT_INT(ret, ==, -EBUSY);
	f->hold = false;
	for (i = 0; i < n; i++) {
		for (k = 0; k < 3; k++) {
			t_collect(ch, &done, 1);
			t_entry_check(&done, l[i]->at[k], done.status, k);
			t_buf_check(&l[i]->buf[k], done.status == NETDMA_COPIED ? T_COPIED :
					T_NOT_COPIED, k);
			/* The first that was given, and the list that nothing replaced. */
			ASSERT_INT(done.status, ==, i == n - 1 || (i == 0 && k < 2) ?
					NETDMA_COPIED : NETDMA_NOT_COPIED);
		}
		ASSERT(l[i]->last->next == l[i]->first);
	}
	t_quiet(ch);
	if (n < MAX) {
		/* The one that was refused is as it was. */
		t_list_restore(ch, l[n]);
		ASSERT_INT(t_start(ch, l[n]), ==, 0);
		t_expect(ch, l[n], NETDMA_COPIED);
	}
}

T_CASE(lists, start_on_an_idle_channel_is_a_list_like_any, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(500);
	struct t_list *l;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		l = t_list_new(t, ch, pool, t_range(t, 1, 40), 1, 300);
		/* A start need not begin where the old list said that it goes on. */
		l->last->next = l->first;
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
	}
}

T_CASE(lists, state_follows_the_list, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=8", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(16), 16, 1, 300);

	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ARMED);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	f->hold = false;
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	/* Completed is enough, polled or not. */
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_IDLE);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_IDLE);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
}

T_CASE(lists, freeing_is_refused_with_anything_outstanding, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(16);
	struct t_list *l = t_list_new(t, ch, pool, 16, 1, 300);
	struct netdma_completion done[16];

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_free(ch), ==, -EBUSY);
	ASSERT_INT(netdma_client_deregister(t->client), ==, -EBUSY);
	ASSERT_INT(netdma_desc_free(pool, l->first, l->n), ==, -EBUSY);
	ASSERT_INT(netdma_desc_pool_free(pool), ==, -EBUSY);
	/* Finished and not polled is still outstanding. */
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_channel_free(ch), ==, -EBUSY);
	ASSERT_INT(netdma_desc_free(pool, l->first, l->n), ==, -EBUSY);
	t_collect(ch, done, 15);
	ASSERT_INT(netdma_channel_free(ch), ==, -EBUSY);
	ASSERT_INT(netdma_desc_free(pool, l->last, 1), ==, -EBUSY);
	t_collect(ch, done, 1);
	t_entry_check(done, l->last, NETDMA_COPIED, 15);
	t_channel_free(ch);
}

T_CASE(lists, drain_times_out_on_a_stuck_engine_and_succeeds_after, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=4,burst=2", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(16), 16, 1, 300);

	ASSERT_INT(netdma_channel_drain(ch, 0), ==, 0);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, 0), ==, -ETIMEDOUT);
	ASSERT_INT(netdma_channel_drain(ch, 1000), ==, -ETIMEDOUT);
	t_bufs_check(l->buf, l->n, T_NOT_COPIED);
	f->hold = false;
	/* One try drives the engine once: 2 of 16. */
	ASSERT_INT(netdma_channel_drain(ch, 0), ==, -ETIMEDOUT);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	t_bufs_check(l->buf, l->n, T_COPIED);
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(lists, trusted_channel_runs_the_same_lists, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, NETDMA_CHANNEL_TRUSTED);
	struct netdma_desc_pool *pool = t_pool(4096);
	unsigned int round;

	ASSERT(t_info(ch).flags & NETDMA_CHANNEL_TRUSTED);
	for (round = 0; round < 6; round++)
		t_run_list(ch, t_list_new(t, ch, pool, t_range(t, 1, 300), 1, 200));
	t_quiet(ch);
}

/* Entries of a list that are counted: what a channel that trusts its client need not look at, and
 * what it must. The counters and callbacks are right, however they are taken.
 */
struct counted {
	uint32_t interrupts;
};

static void
count_interrupt(struct netdma_channel *ch, const struct netdma_completion *done, void *arg)
{
	RTE_SET_USED(ch);
	((struct counted *)arg)->interrupts += done->status == NETDMA_COPIED;
}

T_CASE(lists, counting_misses_nothing_of_a_trusted_channel, T_EACH)
{
	enum { LISTS = 200, N = 40 };
	struct counted counted = { 0 };
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .flags = NETDMA_CHANNEL_TRUSTED,
			.completion = count_interrupt, .arg = &counted });
	struct netdma_desc_pool *pool = t_pool(LISTS * N);
	uint32_t in = 0, out = 0, expected = 0, asked = 0, contexts = 0, i, k;
	uint64_t bytes = 0;
	struct t_list *l[LISTS];
	struct t_deadline d;

	for (i = 0; i < LISTS; i++) {
		l[i] = t_list_new(t, ch, pool, t_range(t, 1, N), 1, 300);
		expected += l[i]->n;
		for (k = 0; k < l[i]->n; k++) {
			struct netdma_desc *desc = l[i]->at[k];

			/* Whole stretches of lists are plain. */
			if (i / 20 % 2 == 1 && t_range(t, 0, 15) == 0)
				switch (t_range(t, 0, 4)) {
				case 0: desc->flags |= NETDMA_DESC_INTERRUPT_ON_COMPLETION; break;
				case 1: desc->flags |= NETDMA_DESC_SERIALIZE_TRANSFER; break;
				case 2: desc->flags |= NETDMA_DESC_DESTINATION_NO_SNOOP; break;
				case 3: desc->flags = NETDMA_DESC_NULL_TRANSFER; break;
				case 4:
					desc->flags = NETDMA_DESC_OP_CONTEXT_CHANGE |
						NETDMA_DESC_DCA_CONTEXT_CHANGE;
					desc->dca_context = ++contexts;
				}
			bytes += netdma_desc_is_void(desc) ? 0 : desc->length;
			asked += (desc->flags & NETDMA_DESC_OP_TYPE_MASK) == 0 &&
				(desc->flags & NETDMA_DESC_INTERRUPT_ON_COMPLETION) != 0;
		}
	}
	t_deadline_set(&d);
	while (out != expected) {
		int n;

		if (in < LISTS && t_range(t, 0, 1) == 0) {
			ASSERT_INT(in == 0 ? t_start(ch, l[in]) : t_append(ch, l[in]), ==, 0);
			in++;
		}
		n = netdma_poll(ch, NULL, (uint16_t)(t_range(t, 0, 3) == 0 ?
				t_range(t, 0, 20) : UINT16_MAX));
		ASSERT_INT(n, >=, 0);
		out += (uint32_t)n;
		ASSERT_MSG(n > 0 || t_wait(&d), "only %u of %u entries came", out, expected);
	}
	t_quiet(ch);
	ASSERT_INT(t_stats(ch).copied, ==, expected);
	ASSERT_INT(t_stats(ch).bytes, ==, bytes);
	ASSERT_INT(counted.interrupts, ==, asked);
	ASSERT_INT(t_info(ch).dca_context, ==, contexts);
	for (i = 0; i < LISTS; i++)
		for (k = 0; k < l[i]->n; k++) {
			struct netdma_desc *desc = l[i]->at[k];

			ASSERT_INT(desc->user_context1, ==, 0);
			t_buf_check(&l[i]->buf[k], netdma_desc_is_void(desc) ? T_NOT_COPIED :
					T_COPIED, k);
		}
}
