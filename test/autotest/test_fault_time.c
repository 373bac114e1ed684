/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The fault driver: when completions come, and runs that are replayed. */

#include <errno.h>
#include <stdio.h>

#include "test_fault.h"

T_CASE(fault, completions_come_some_polls_late, T_ONCE)
{
	struct netdma_completion done[10];
	struct netdma_channel *ch;
	struct t_list *l;
	int i;

	fault_over(t, "cpu0", "delay=7,error_at=4");
	ch = fault_channel(t, 16, 0);
	l = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	/* The engine has finished by the first one. */
	for (i = 0; i < 7; i++)
		ASSERT_INT(netdma_poll(ch, done, 10), ==, 0);
	ASSERT_INT(netdma_poll(ch, done, 10), ==, 10);
	for (i = 0; i < 10; i++) {
		fault_entry(&done[i], l, (uint32_t)i);
		ASSERT_INT(done[i].status != NETDMA_COPIED, ==, i == 3);
	}
}

T_CASE(fault, completions_come_in_bursts, T_ONCE)
{
	struct netdma_completion done[50];
	struct netdma_channel *ch;
	struct t_deadline d;
	struct t_list *l;
	int n, got = 0;

	/* One at a time from below. */
	fault_over(t, "fake0,burst=1", "burst=4");
	ch = fault_channel(t, 64, 0);
	l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_deadline_set(&d);
	while (got < 50) {
		n = netdma_poll(ch, done + got, 50);
		ASSERT(n == 0 || n == (got < 48 ? 4 : 2));
		got += n;
		ASSERT(t_wait(&d));
	}
	for (n = 0; n < 50; n++)
		t_entry_check(&done[n], l->at[n], NETDMA_COPIED, (uint32_t)n);
	t_bufs_check(l->buf, 50, T_COPIED);
}

T_CASE(fault, engine_that_is_often_full_is_back_pressure, T_ONCE)
{
	uint32_t polls[2], k;
	struct netdma_channel *ch;

	for (k = 0; k < 2; k++) {
		fault_over(t, "cpu0", k == 0 ? "" : "seed=4,full=0.75");
		ch = fault_channel(t, 16, 0);
		fault_run(ch, t_list_new(t, ch, t_pool(3200), 3200, 1, 100));
		polls[k] = (uint32_t)t_stats(ch).polls;
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_destroy(t->below), ==, 0);
	}
	/* Four times as many. */
	ASSERT(polls[1] > 3 * polls[0] && polls[1] < 5 * polls[0]);
}

T_CASE(fault, engine_that_is_always_full_takes_nothing, T_ONCE)
{
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	fault_over(t, "cpu0", "full=1");
	ch = fault_channel(t, 16, 0);
	l = t_list_new(t, ch, t_pool(40), 40, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; i < 100; i++)
		ASSERT_INT(netdma_poll(ch, NULL, 1), ==, 0);
	t_bufs_check(l->buf, l->n, T_NOT_COPIED);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_expect(ch, l, NETDMA_NOT_COPIED);
}

T_CASE(fault, nothing_runs_behind_a_fence_before_it_is_told, T_ONCE)
{
	struct netdma_completion done[3];
	struct netdma_channel *ch;
	struct t_list *l;
	int i;

	fault_over(t, "cpu0", "delay=5");
	ch = fault_channel(t, 16, 0);
	l = t_list_new(t, ch, t_pool(3), 3, 1, 100);
	l->at[1]->flags = NETDMA_DESC_SERIALIZE_TRANSFER;
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; i < 5; i++) {
		ASSERT_INT(netdma_poll(ch, done, 3), ==, 0);
		t_buf_check(&l->buf[0], T_COPIED, 0);
		t_buf_check(&l->buf[1], T_COPIED, 1);
		t_buf_check(&l->buf[2], T_NOT_COPIED, 2);
	}
	t_collect(ch, done, 3);
	t_bufs_check(l->buf, 3, T_COPIED);
}

/* ------------------------------------------------------------------ replays */

/* What happened, as numbers. */
struct story {
	uint32_t n;
	uint32_t at[40000];
};

static void
note(struct story *s, uint32_t number)
{
	ASSERT(s->n < RTE_DIM(s->at));
	s->at[s->n++] = number;
}

static void
note_entry(struct story *s, const struct netdma_completion *done, const struct t_list *l,
		uint32_t i)
{
	note(s, done->status);
	note(s, done->error);
	note(s, fault_entry(done, l, i));
}

static bool
same(const struct story *a, const struct story *b)
{
	return a->n == b->n && memcmp(a->at, b->at, a->n * sizeof(a->at[0])) == 0;
}

/* The same calls every time, whatever comes of them. */
static struct story *
tell_all(struct t *t, const char *args)
{
	struct story *s = t_zalloc(sizeof(*s));
	struct netdma_completion done[64];
	struct netdma_channel *ch[4];
	struct netdma_desc_pool *pool = t_pool(8192);
	uint32_t c, k, i;

	fault_over(t, "cpu0", args);
	t->rng = 12345;
	for (c = 0; c < RTE_DIM(ch); c++) {
		struct netdma_channel_conf conf = { .provider = t->provider, .nb_desc = 16,
			.error_policy = NETDMA_ON_ERROR_REPORT };

		ch[c] = netdma_channel_alloc(t->client, &conf);
		note(s, ch[c] != NULL ? 0 : (uint32_t)rte_errno);
		for (k = 0; k < 20 && ch[c] != NULL; k++) {
			struct t_list *l = t_list_new(t, ch[c], pool, t_range(t, 1, 64), 1, 100);
			uint32_t got = 0;

			ASSERT_INT(fault_give(ch[c], l), ==, 0);
			while (got < l->n) {
				int n = netdma_poll(ch[c], done, (uint16_t)t_range(t, 0, 20));

				/* When it came is a part of the story. */
				note(s, (uint32_t)n);
				for (i = 0; i < (uint32_t)n; i++, got++)
					note_entry(s, &done[i], l, got);
			}
		}
		if (ch[c] != NULL)
			ASSERT_INT(netdma_channel_free(ch[c]), ==, 0);
	}
	fault_tear_down(t);
	return s;
}

T_CASE(fault, same_string_and_same_calls_are_the_same_run, T_ONCE)
{
	static const char all[] = "seed=%u,error=0.05,partial=0.05,halt=0.02,delay=3,burst=5,"
			"full=0.3,refuse=0.2,error_at=17,halt_at=100";
	struct story *first, *again, *other;
	char args[256];

	snprintf(args, sizeof(args), all, 7);
	first = tell_all(t, args);
	again = tell_all(t, args);
	ASSERT(same(first, again));
	snprintf(args, sizeof(args), all, 8);
	other = tell_all(t, args);
	ASSERT(!same(first, other));
}

/* What becomes of so many copies, the first of a channel, given and polled in bits. */
static struct story *
fates(struct t *t, struct netdma_channel *ch, uint32_t n, uint32_t at_once, uint16_t polled)
{
	struct story *s = t_zalloc(sizeof(*s));
	struct netdma_completion done[64];
	struct netdma_desc_pool *pool = t_pool(n);
	struct t_deadline d;
	uint32_t i, k;

	t_deadline_set(&d);
	/* The nth copy has the same length always. */
	t->rng = 12345;
	for (i = 0; i < n; i += at_once) {
		struct t_list *l = t_list_new(t, ch, pool, at_once, 1, 300);
		uint32_t got = 0;

		ASSERT_INT(fault_give(ch, l), ==, 0);
		while (got < at_once) {
			int ret = netdma_poll(ch, done, polled);

			ASSERT_INT(ret, >=, 0);
			for (k = 0; k < (uint32_t)ret; k++, got++)
				note_entry(s, &done[k], l, got);
			ASSERT(t_wait(&d));
		}
	}
	t_channel_free(ch);
	return s;
}

T_CASE(fault, what_becomes_of_a_copy_depends_on_its_number_alone, T_ONCE)
{
	static const char args[] = "seed=99,error=0.1,partial=0.1";
	struct story *first, *second, *s;
	struct netdma_channel *ch[2];
	int direct;

	fault_over(t, "cpu0", args);
	first = fates(t, fault_channel(t, 64, 0), 840, 840, 64);
	second = fates(t, fault_channel(t, 64, 0), 840, 840, 64);
	/* Channels are not alike. */
	ASSERT(!same(first, second));
	fault_tear_down(t);
	/* Another engine, other lists, other polls; and other channels beside it. */
	fault_over(t, "cpu0,mode=lcore", args);
	ch[0] = fault_channel(t, 16, 0);
	ch[1] = fault_channel(t, 4, 0);
	ASSERT(same(second, fates(t, ch[1], 840, 21, 5)));
	ASSERT(same(first, fates(t, ch[0], 840, 84, 64)));
	/* A start begins anew. */
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	ASSERT(same(first, fates(t, fault_channel(t, 64, 0), 840, 840, 64)));
	fault_tear_down(t);
	/* Through another one of its kind. */
	direct = fault_over(t, "cpu0", args);
	t->provider = t_provider("fault1,lower=fault0");
	s = fates(t, fault_channel(t, 64, 0), 840, 840, 64);
	ASSERT(same(first, s));
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
	t->provider = direct;
}

T_CASE(fault, everything_at_once_is_in_order_and_true, T_ONCE)
{
	enum { N = 20000 };
	static const char *const below[] = { "cpu0", "cpu0,mode=lcore", "fake0,desc=5,burst=2" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(below); i++) {
		struct netdma_desc_pool *pool = t_pool(N);
		struct netdma_channel *ch;
		struct t_list *l;

		fault_over(t, below[i], "seed=1,error=0.1,partial=0.1,halt=0.02,delay=2,burst=3,"
				"full=0.2");
		ch = fault_channel(t, 16, 0);
		l = t_list_new(t, ch, pool, N, 1, 60);
		fault_run(ch, l);
		t_channel_free(ch);
		fault_tear_down(t);
	}
}
