/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The fault driver: runs that are replayed, engines that get stuck or go, and what is told of what
 * they had.
 */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "fake.h"
#include "test_fault.h"

static void
tear_down(struct t *t)
{
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_destroy(t->below), ==, 0);
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
	tear_down(t);
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
	tear_down(t);
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
	tear_down(t);
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
		tear_down(t);
	}
}

/* -------------------------------------------------------------------- stuck */

/* Collect the first so many of a list, copied, and see that nothing follows. */
static void
only_these(struct netdma_channel *ch, const struct t_list *l, uint32_t n)
{
	struct netdma_completion done[64];
	uint32_t i;

	t_collect(ch, done, n);
	for (i = 0; i < n; i++)
		t_entry_check(&done[i], l->at[i], NETDMA_COPIED, i);
	t_bufs_check(l->buf, n, T_COPIED);
	for (i = 0; i < 100; i++)
		ASSERT_INT(netdma_poll(ch, done, 1), ==, 0);
}

/* And the rest, which has that status. */
static void
rest(struct netdma_channel *ch, const struct t_list *l, uint32_t from, enum netdma_status status,
		uint8_t flags)
{
	struct netdma_completion done;
	uint32_t i;

	for (i = from; i < l->n; i++) {
		t_collect(ch, &done, 1);
		ASSERT(done.desc == l->at[i]);
		ASSERT_INT(done.status, ==, status);
		ASSERT_INT(done.flags, ==, flags);
		t_buf_check(&l->buf[i], status == NETDMA_NOT_COPIED ? T_NOT_COPIED : T_UNDEFINED,
				i);
	}
}

T_CASE(fault, stuck_engine_has_not_begun_and_goes_on_when_it_was_stopped, T_ONCE)
{
	struct netdma_channel *ch;
	struct netdma_desc *last;
	struct t_list *l;

	fault_over(t, "cpu0", "stuck_at=5,stuck_at=30");
	ch = fault_channel(t, 16, 1000);
	l = t_list_new(t, ch, t_pool(40), 40, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	only_these(ch, l, 4);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, -ETIMEDOUT);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 36);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	rest(ch, l, 4, NETDMA_NOT_COPIED, 0);
	/* 20 were given: 9 more, and it is stuck again. */
	l = t_list_new(t, ch, t_pool(12), 12, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	only_these(ch, l, 9);
	ASSERT_INT(netdma_channel_reset(ch), ==, 0);
	rest(ch, l, 9, NETDMA_NOT_COPIED, 0);
	t_run_list(ch, t_list_new(t, ch, t_pool(100), 100, 1, 100));
}

T_CASE(fault, mute_engine_has_copied_and_nobody_knows, T_ONCE)
{
	struct netdma_channel *ch;
	struct t_list *l;

	fault_over(t, "cpu0", "stuck_at=5,stuck=mute");
	ch = fault_channel(t, 16, 1000);
	l = t_list_new(t, ch, t_pool(20), 20, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	only_these(ch, l, 4);
	t_bufs_check(l->buf, l->n, T_COPIED);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	rest(ch, l, 4, NETDMA_UNKNOWN, 0);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

static enum netdma_provider_state
state_of(int provider)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	ASSERT_INT(netdma_provider_info_get(provider, &info), ==, 0);
	return info.state;
}

T_CASE(fault, engine_that_is_stuck_hard_cannot_be_stopped, T_ONCE)
{
	struct netdma_channel *ch;
	struct t_list *l;

	t_need_driver("fault");
	fake_new("fake0", &t->below);
	/* A name that is not used again: it stays. */
	t->provider = t_provider("fault7777,lower=fake0,stuck_at=5,stuck=hard");
	ch = fault_channel(t, 16, 1000);
	l = t_list_new(t, ch, t_pool(20), 20, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	only_these(ch, l, 4);
	ASSERT_INT(netdma_channel_abort(ch), ==, -ETIMEDOUT);
	rest(ch, l, 4, NETDMA_UNKNOWN, NETDMA_COMPLETION_ENGINE_MAY_WRITE);
	ASSERT_INT(state_of(t->provider), ==, NETDMA_PROVIDER_QUARANTINED);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, -EIO);
	/* The one below has nothing to do with it. */
	t->provider = t->below;
	t_copy_works(t, t_channel(t, 64, 0));
}

T_CASE(fault, what_has_finished_late_is_told_when_it_is_stopped, T_ONCE)
{
	struct netdma_completion done[40];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	fault_over(t, "cpu0", "delay=1048576,error_at=3,stuck_at=9,partial_at=5");
	ch = fault_channel(t, 16, 1000);
	l = t_list_new(t, ch, t_pool(40), 40, 2, 100);
	l->at[6]->flags = NETDMA_DESC_NULL_TRANSFER;
	t_pattern_fill(l->buf[6].dst, l->buf[6].length, l->buf[6].key, T_SRC);
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; i < 10; i++)
		ASSERT_INT(netdma_poll(ch, done, 1), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, done, 40);
	for (i = 0; i < 40; i++) {
		fault_entry(&done[i], l, i);
		if (i == 4)
			ASSERT_INT(done[i].status, ==, NETDMA_FAILED);
		else if (i != 2)
			ASSERT_INT(done[i].status, ==, i < 9 ? NETDMA_COPIED : NETDMA_NOT_COPIED);
	}
	ASSERT(done[2].error != NETDMA_ERROR_CANCELED && done[9].error == NETDMA_ERROR_CANCELED);
}

/* A descriptor of which one piece was copied and the other one was not. */
T_CASE(fault, what_was_copied_in_part_when_it_was_stopped_has_failed, T_ONCE)
{
	uint8_t *src, *dst = t_memory(t, 4096, 64);
	struct netdma_completion done[5];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	fault_over(t, "cpu0", "stuck_at=3");
	src = t_memory(t, 2 * 4096, 4096);
	t_pattern_fill(src, 2 * 4096, 1, T_SRC);
	t_pattern_fill(dst, 4096, 1, T_UNTOUCHED);
	t->below = t->provider;
	t->provider = t_provider("fault1,lower=fault0");
	ch = fault_channel(t, 16, 1000);
	l = t_list_bare(t, t_pool(5), 5);
	for (i = 0; i < 5; i++) {
		struct netdma_desc *d = l->at[i];

		d->src = (uintptr_t)src + 4096 - 100 * i;
		d->dst = (uintptr_t)dst + 500 * i;
		d->length = 300;
		d->next_src = (uintptr_t)src + 4096;
		d->flags = i == 0 ? 0 : NETDMA_DESC_SOURCE_PAGE_BREAK;
	}
	ASSERT_INT(t_start(ch, l), ==, 0);
	/* The first one is one copy, the second one is two. */
	t_collect(ch, done, 1);
	ASSERT_INT(done[0].status, ==, NETDMA_COPIED);
	ASSERT_INT(netdma_poll(ch, done, 5), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, done, 4);
	ASSERT_INT(done[0].status, ==, NETDMA_FAILED);
	ASSERT_INT(done[0].error, ==, NETDMA_ERROR_CANCELED);
	ASSERT(memcmp(dst + 500, src + 4096 - 100, 100) == 0);
	ASSERT_INT(t_pattern_diff(dst + 600, 200, 1 + 600, T_UNTOUCHED, NULL), ==, 0);
	for (i = 1; i < 4; i++)
		ASSERT_INT(done[i].status, ==, NETDMA_NOT_COPIED);
	ASSERT_INT(t_pattern_diff(dst + 1000, 3096, 1 + 1000, T_UNTOUCHED, NULL), ==, 0);
	/* It goes on, and the one below with it. */
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(fault, engine_below_that_cannot_be_stopped_is_not_trusted_either, T_ONCE)
{
	struct netdma_completion done[20];
	struct netdma_channel *ch;
	struct fake *f;
	struct t_list *l;
	uint32_t i;

	t_need_driver("fault");
	/* Names that are not used again: they stay. */
	f = fake_new("fake7778,desc=10,burst=4", &t->below);
	t->provider = t_provider("fault7778,lower=fake7778");
	ch = fault_channel(t, 16, 1000);
	l = t_list_new(t, ch, t_pool(20), 20, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 4);
	f->hold = true;
	ASSERT_INT(netdma_channel_abort(ch), ==, -ETIMEDOUT);
	t_collect(ch, done + 4, 16);
	for (i = 0; i < 20; i++) {
		bool given = (done[i].flags & NETDMA_COMPLETION_ENGINE_MAY_WRITE) != 0;

		ASSERT(done[i].desc == l->at[i]);
		ASSERT_INT(done[i].status, ==, i < 4 ? NETDMA_COPIED :
				given ? NETDMA_UNKNOWN : NETDMA_NOT_COPIED);
		/* At the least what the fake engine has. */
		ASSERT(i < 4 || i >= 14 || given);
	}
	ASSERT_INT(state_of(t->provider), ==, NETDMA_PROVIDER_QUARANTINED);
	ASSERT_INT(state_of(t->below), ==, NETDMA_PROVIDER_QUARANTINED);
}

T_CASE(fault, aborts_at_any_time_tell_the_truth, T_ONCE)
{
	struct netdma_channel *ch;
	struct netdma_completion *done;
	uint32_t round, i;
	struct t_list *l;

	fault_over(t, "cpu0,mode=lcore", "seed=6,error=0.05,partial=0.05,halt=0.02,delay=2,burst=4,"
			"full=0.2,stuck_at=40,stuck_at=100,stuck_at=190,stuck_at=400,stuck_at=1000");
	ch = fault_channel(t, 32, 2000);
	for (round = 0; round < 60; round++) {
		l = t_list_new(t, ch, t_pool(200), t_range(t, 1, 200), 1, 3000);
		done = t_zalloc(l->n * sizeof(*done));
		ASSERT_INT(t_start(ch, l), ==, 0);
		for (i = t_range(t, 0, 12); i > 0; i--)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(round % 2 ? netdma_channel_abort(ch) : netdma_channel_reset(ch), ==, 0);
		t_collect(ch, done, l->n);
		for (i = 0; i < l->n; i++)
			fault_entry(&done[i], l, i);
	}
	ASSERT(t_stats(ch).copied > 0 && t_stats(ch).failed > 0 && t_stats(ch).not_copied > 0);
	ASSERT_INT(t_stats(ch).unknown, ==, 0);
}

/* ----------------------------------------------------------------- refusals */

T_CASE(fault, channels_are_refused, T_ONCE)
{
	struct netdma_provider_info info = { .size = sizeof(info) };
	uint32_t refused = 0, errors = 0, i;

	fault_over(t, "cpu0", "refuse_at=2,refuse_at=4");
	for (i = 1; i < 7; i++) {
		if (i == 2 || i == 4)
			t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider },
					0);
		else
			t_copy_works(t, t_channel(t, 64, 0));
	}
	t->provider = t_provider("fault1,lower=cpu0,seed=3,refuse=0.5");
	for (i = 0; i < 200; i++) {
		struct netdma_channel *ch = netdma_channel_alloc(t->client,
				&(struct netdma_channel_conf){ .provider = t->provider });

		if (ch != NULL) {
			ASSERT_INT(netdma_channel_free(ch), ==, 0);
			continue;
		}
		ASSERT(rte_errno == ENOMEM || rte_errno == EBUSY);
		errors |= rte_errno == ENOMEM ? 1 : 2;
		refused++;
	}
	ASSERT(refused > 70 && refused < 130);
	ASSERT_INT(errors, ==, 3);
	/* Nothing is left below. */
	ASSERT_INT(netdma_provider_info_get(t->below, &info), ==, 0);
	ASSERT_INT(info.nb_channels, ==, 4);
}

/* ------------------------------------------------------------------ leaving */

/* Whatever the library has made of the channel: collect all of a list, each as it says. @return how
 * many were copied.
 */
static uint32_t
all_back(struct netdma_channel *ch, const struct t_list *l)
{
	struct netdma_completion *done = t_zalloc(l->n * sizeof(*done));
	uint32_t i, copied = 0;
	int ret = netdma_channel_abort(ch);

	ASSERT(ret == 0 || ret == -ENODEV || ret == -EAGAIN);
	t_collect(ch, done, l->n);
	for (i = 0; i < l->n; i++) {
		fault_entry(&done[i], l, i);
		/* What was copied is the beginning. */
		ASSERT(done[i].status == NETDMA_NOT_COPIED ||
				(done[i].status == NETDMA_COPIED && copied == i));
		copied += done[i].status == NETDMA_COPIED;
	}
	return copied;
}

T_CASE(fault, engine_is_removed_at_a_copy_and_comes_back_with_a_start, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(500);
	struct netdma_channel *ch[2];
	struct t_list *l[2];
	unsigned int life, i;
	const char *said;

	fault_over(t, "cpu0", "remove_at=50");
	for (life = 0; life < 3; life++) {
		t_log_clear();
		for (i = 0; i < 2; i++) {
			ch[i] = fault_channel(t, 64, 1000);
			l[i] = t_list_new(t, ch[i], pool, 40, 1, 100);
			ASSERT_INT(t_start(ch[i], l[i]), ==, 0);
		}
		said = strstr(t_log(), "is removed at copy 50");
		ASSERT(said != NULL && strstr(said + 1, "is removed") == NULL);
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
		ASSERT_INT(netdma_poll(ch[0], NULL, 0), ==, 0);
		/* The 50th was the last that it took. */
		ASSERT_INT(all_back(ch[0], l[0]), ==, 40);
		ASSERT_INT(all_back(ch[1], l[1]), ==, 10);
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		for (i = 0; i < 2; i++)
			t_channel_free(ch[i]);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
	ch[0] = t_channel(t, 64, 0);
	t_run_list(ch[0], t_list_new(t, ch[0], pool, 49, 1, 100));
}

T_CASE(fault, provider_below_may_leave_and_come_back, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(500);
	struct netdma_channel *ch;
	struct t_list *l;
	int ret;

	fault_over(t, "cpu0", "");
	ch = fault_channel(t, 64, 1000);
	t_run_list(ch, t_list_new(t, ch, pool, 100, 1, 100));
	ASSERT_INT(netdma_provider_stop(t->below), ==, 0);
	l = t_list_new(t, ch, pool, 100, 1, 100);
	ret = t_start(ch, l);
	ASSERT(ret == 0 || ret == -ENODEV || ret == -EAGAIN);
	if (ret == 0)
		ASSERT_INT(all_back(ch, l), ==, 0);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, -ENODEV);
	ASSERT_INT(netdma_provider_start(t->below), ==, 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	t_channel_free(ch);
	t_copy_works(t, t_channel(t, 64, 0));
}

struct stopper {
	int provider;
	uint32_t lists; /* that were run */
	bool stopped;
};

static void
stop_below(void *arg)
{
	struct stopper *s = arg;
	struct t_deadline d;
	int ret = -EAGAIN;

	t_deadline_set(&d);
	while (__atomic_load_n(&s->lists, __ATOMIC_ACQUIRE) < 20 && t_wait(&d))
		;
	/* It may be refused while there is something in the engine. */
	while (ret != 0 && t_wait(&d))
		ret = netdma_provider_stop(s->provider);
	ASSERT_INT(ret, ==, 0);
	__atomic_store_n(&s->stopped, true, __ATOMIC_RELEASE);
}

T_CASE(fault, provider_below_may_leave_under_traffic, T_ONCE)
{
	struct stopper s = { .stopped = false };
	struct netdma_completion done[32];
	struct netdma_channel *ch;
	struct t_thread *thread;
	uint32_t got = 0, i;
	struct t_list *l;
	bool accepted, stopped = false;
	int ret;

	fault_over(t, "cpu0,mode=lcore", "");
	s.provider = t->below;
	ch = fault_channel(t, 16, 1000);
	l = t_list_new(t, ch, t_pool(32), 32, 1, 100);
	thread = t_thread_start(stop_below, &s);
	do {
		for (i = 0; i < l->n; i++)
			t_buf_fill(&l->buf[i]);
		ret = fault_give(ch, l);
		accepted = ret == 0;
		for (got = 0; accepted && got < l->n; got += (uint32_t)ret) {
			stopped = __atomic_load_n(&s.stopped, __ATOMIC_ACQUIRE);
			ret = netdma_poll(ch, done + got, (uint16_t)(l->n - got));
			ASSERT_INT(ret, >=, 0);
			if (ret == 0 && stopped)
				break;
			sched_yield();
		}
		__atomic_add_fetch(&s.lists, 1, __ATOMIC_RELEASE);
	} while (accepted && got == l->n);
	t_thread_join(thread);
	ASSERT(s.stopped);
	if (accepted) {
		netdma_channel_abort(ch);
		t_collect(ch, done + got, l->n - got);
		for (i = 0; i < l->n; i++) {
			ASSERT(done[i].status == NETDMA_COPIED ||
					done[i].status == NETDMA_NOT_COPIED);
			fault_entry(&done[i], l, i);
		}
	}
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_start(t->below), ==, 0);
}
