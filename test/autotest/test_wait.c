/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* netdma_channel_wait(), and helping a worker. */

#include <errno.h>
#include <stdio.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "fake.h"
#include "util.h"

static const uint32_t ways[] = { 0, NETDMA_WAIT_HELP };

/* It may say more often than once that nothing has finished for long. */
static void
wait_patiently(struct netdma_channel *ch, uint32_t until, uint32_t flags)
{
	struct t_deadline d;
	int ret;

	t_deadline_set(&d);
	do {
		ret = netdma_channel_wait(ch, until, flags);
	} while (ret == -ETIMEDOUT && t_wait(&d));
	ASSERT_INT(ret, ==, 0);
}

/* Lists of every kind, longer than what an engine takes and shorter, single ones and everyday copies,
 * waited for and not.
 */
T_CASE(wait, what_was_waited_for_is_copied, T_EACH)
{
	enum { LISTS = 5 };
	static const uint32_t n[LISTS] = { 1, 2, 33, 200, 5 };
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(1000);
	struct t_list *l[LISTS];
	unsigned int i, k, round;

	for (i = 0; i < LISTS; i++)
		l[i] = t_list_new(t, ch, pool, n[i], 1, 4096);
	for (round = 0; round < 30; round++) {
		i = round % LISTS;
		t_list_renew(ch, l[i]);
		ASSERT_INT(t_start(ch, l[i]), ==, 0);
		wait_patiently(ch, 0, ways[round % 2]);
		/* Finished, and not polled. */
		t_bufs_check(l[i]->buf, l[i]->n, T_COPIED);
		ASSERT_INT(netdma_channel_outstanding(ch), ==, (int)n[i]);
		t_expect(ch, l[i], NETDMA_COPIED);
		/* Several, of which the first ones are waited for. */
		for (k = 0; k < LISTS; k++) {
			t_list_renew(ch, l[k]);
			ASSERT_INT(k == 0 ? t_start(ch, l[k]) : t_append(ch, l[k]), ==, 0);
		}
		wait_patiently(ch, n[3] + n[4], ways[round / 2 % 2]);
		for (k = 0; k < 3; k++)
			t_bufs_check(l[k]->buf, l[k]->n, T_COPIED);
		for (k = 0; k < LISTS; k++)
			t_expect(ch, l[k], NETDMA_COPIED);
		t_copy_works(t, ch);
	}
}

T_CASE(wait, until_says_how_many_may_be_unfinished, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=4,burst=2", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(16), 16, 1, 300);

	/* Nothing is there. */
	ASSERT_INT(netdma_channel_wait(ch, 0, 0), ==, 0);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_wait(ch, 16, 0), ==, 0);
	ASSERT_INT(netdma_channel_wait(ch, UINT32_MAX, NETDMA_WAIT_HELP), ==, 0);
	t_bufs_check(l->buf, 16, T_NOT_COPIED);
	f->hold = false;
	/* Two at a time. */
	ASSERT_INT(netdma_channel_wait(ch, 9, 0), ==, 0);
	t_bufs_check(l->buf, 8, T_COPIED);
	t_bufs_check(l->buf + 8, 8, T_NOT_COPIED);
	t_collect(ch, (struct netdma_completion[16]){ 0 }, 8);
	ASSERT_INT(netdma_channel_wait(ch, 0, NETDMA_WAIT_HELP), ==, 0);
	t_bufs_check(l->buf, 16, T_COPIED);
	t_collect(ch, (struct netdma_completion[16]){ 0 }, 8);
}

T_CASE(wait, without_progress_it_ends, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=16", &t->provider);
	struct netdma_channel_conf conf = { .size = sizeof(conf), .provider = t->provider,
		.nb_desc = 64, .bound_us = 2000 };
	struct netdma_channel *ch = t_channel_conf(t, &conf);
	struct t_list *l = t_list_new(t, ch, t_pool(16), 16, 1, 300);
	struct netdma_desc *last;
	uint64_t begin;
	unsigned int i;

	for (i = 0; i < RTE_DIM(ways); i++) {
		t_list_renew(ch, l);
		f->hold = true;
		ASSERT_INT(t_start(ch, l), ==, 0);
		begin = rte_get_timer_cycles();
		ASSERT_INT(netdma_channel_wait(ch, 15, ways[i]), ==, -ETIMEDOUT);
		ASSERT_INT(rte_get_timer_cycles() - begin, >=, rte_get_timer_hz() / 1000 * 2);
		f->hold = false;
		ASSERT_INT(netdma_channel_wait(ch, 0, ways[i]), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
	}
	/* Suspended: what is on it stays. */
	t_list_renew(ch, l);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT_INT(netdma_channel_wait(ch, 0, NETDMA_WAIT_HELP), ==, 0);
	ASSERT_INT(netdma_channel_resume(ch, l->first, l->last, l->n), ==, 0);
	wait_patiently(ch, 0, NETDMA_WAIT_HELP);
	t_expect(ch, l, NETDMA_COPIED);
}

static void
wait_wrongly(void *arg)
{
	ASSERT_INT(netdma_channel_wait(arg, 0, 6), ==, -EINVAL);
}

T_CASE(wait, refuses_what_it_does_not_know, T_ONCE)
{
	struct netdma_channel *ch;

	t->provider = t_provider("fake0");
	ch = t_channel(t, 64, 0);
	t_log_expect("unknown flags 0x6", wait_wrongly, ch);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_channel_wait(ch, 0, 0), ==, -ENODEV);
	ASSERT_INT(netdma_channel_wait(ch, UINT32_MAX, NETDMA_WAIT_HELP), ==, -ENODEV);
}

/* A provider with one worker, which has a CPU of its own. */
static int
worker_elsewhere(void)
{
	char args[64];

	t_need_driver("cpu");
	snprintf(args, sizeof(args), "cpu0,mode=lcore,lcore=%u", rte_get_next_lcore(-1, 1, 0));
	return t_provider(args);
}

/* The one worker copies something long for another channel, and the list is finished before. */
T_CASE(wait, helping_does_the_work_of_a_worker_that_is_busy, T_LCORE)
{
	enum { SIZE = 16 << 20, ROUNDS = 30, N = 50 };
	struct netdma_channel *slow, *ch;
	struct netdma_completion done;
	unsigned int round, helped = 0;
	struct t_list *l;
	uint8_t *m;

	t->provider = worker_elsewhere();
	slow = t_channel(t, 64, 0);
	ch = t_channel(t, 64, 0);
	l = t_list_new(t, ch, t_pool(N), N, 1, 3000);
	m = t_memory(t, 2 * (size_t)SIZE, 64);
	for (round = 0; round < ROUNDS && helped < 3; round++) {
		/* The worker is told that the owner helps. */
		t_start(ch, l);
		wait_patiently(ch, 0, NETDMA_WAIT_HELP);
		t_expect(ch, l, NETDMA_COPIED);
		t_list_renew(ch, l);
		ASSERT_INT(netdma_copy(slow, m, m + SIZE, SIZE, 0, NULL), ==, 0);
		ASSERT_INT(netdma_submit(slow), ==, 1);
		rte_delay_us_sleep(200);
		ASSERT_INT(t_start(ch, l), ==, 0);
		wait_patiently(ch, 0, NETDMA_WAIT_HELP);
		t_bufs_check(l->buf, N, T_COPIED);
		helped += netdma_poll(slow, &done, 1) == 0;
		t_expect(ch, l, NETDMA_COPIED);
		t_list_renew(ch, l);
		while (netdma_channel_outstanding(slow) != 0)
			ASSERT_INT(netdma_poll(slow, &done, 1), >=, 0);
	}
	ASSERT_INT(helped, ==, 3);
}

/* Short copies, so that they meet often: nothing is copied by neither or by both. */
T_CASE(wait, both_share_what_there_is, T_LCORE)
{
	enum { ROUNDS = 20000, N = 100 };
	struct netdma_channel *ch;
	struct t_list *l;
	unsigned int round;

	t->provider = worker_elsewhere();
	ch = t_channel(t, 256, 0);
	l = t_list_new(t, ch, t_pool(N), N, 1, 64);
	for (round = 0; round < ROUNDS; round++) {
		if (round % 1000 == 0)
			t_list_renew(ch, l);
		ASSERT_INT(t_start(ch, l), ==, 0);
		wait_patiently(ch, 0, NETDMA_WAIT_HELP);
		if (round % 1000 == 0)
			t_bufs_check(l->buf, N, T_COPIED);
		ASSERT_INT(netdma_poll(ch, NULL, UINT16_MAX), ==, N);
	}
}

/* Single copies are announced in another way than lists. Those that the owner has copied are nothing
 * any more when the worker looks for single copies again.
 */
T_CASE(wait, single_copies_that_the_owner_has_done_are_not_done_again, T_LCORE)
{
	enum { SIZE = 16 << 20, ROUNDS = 10, N = 200, SINGLES = 20 };
	struct netdma_completion done[N];
	struct netdma_channel *slow, *ch;
	unsigned int round, i;
	struct t_buf *b;
	uint8_t *m;

	t->provider = worker_elsewhere();
	slow = t_channel(t, 64, 0);
	ch = t_channel(t, 256, 0);
	b = t_bufs(t, N, 1, 3000);
	m = t_memory(t, 2 * (size_t)SIZE, 64);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < N; i++)
			t_buf_fill(&b[i]);
		/* The worker comes late. */
		ASSERT_INT(netdma_copy(slow, m, m + SIZE, SIZE, 0, NULL), ==, 0);
		ASSERT_INT(netdma_submit(slow), ==, 1);
		for (i = 0; i < N; i++) {
			ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, 0, NULL), ==, 0);
			ASSERT_INT(netdma_submit(ch), ==, 1);
		}
		wait_patiently(ch, 0, NETDMA_WAIT_HELP);
		t_bufs_check(b, N, T_COPIED);
		t_collect(ch, done, N);
		/* By these it sees that nobody helps any more. */
		for (i = 0; i < N; i++)
			t_buf_fill(&b[i]);
		for (i = 0; i < SINGLES; i++) {
			t_copy_works(t, ch);
			t_quiet(ch);
		}
		t_bufs_check(b, N, T_NOT_COPIED);
		while (netdma_channel_outstanding(slow) != 0)
			ASSERT_INT(netdma_poll(slow, done, 1), >=, 0);
	}
}

/* What lies before what the owner has copied is finished, or said to be not known. */
T_CASE(wait, stop_in_the_middle_of_helping_tells_the_truth, T_LCORE)
{
	enum { SIZE = 16 << 20, ROUNDS = 40, N = 50 };
	struct netdma_channel_conf conf = { .size = sizeof(conf), .nb_desc = 64, .bound_us = 1,
		.error_policy = NETDMA_ON_ERROR_REPORT };
	struct netdma_channel *slow, *ch;
	struct netdma_completion done[N];
	unsigned int round, i;
	struct t_list *l;
	uint8_t *m;

	t->provider = conf.provider = worker_elsewhere();
	slow = t_channel(t, 64, 0);
	ch = t_channel_conf(t, &conf);
	l = t_list_new(t, ch, t_pool(N), N, 20000, 60000);
	m = t_memory(t, 2 * (size_t)SIZE, 64);
	for (round = 0; round < ROUNDS; round++) {
		ASSERT_INT(t_start(ch, l), ==, 0);
		/* With such a bound it often ends in the middle. */
		netdma_channel_wait(ch, round % 3 * 10, NETDMA_WAIT_HELP);
		if (round % 2 == 0) {
			ASSERT_INT(netdma_copy(slow, m, m + SIZE, SIZE, 0, NULL), ==, 0);
			netdma_submit(slow);
		}
		netdma_channel_wait(ch, 0, NETDMA_WAIT_HELP);
		ASSERT_INT(netdma_channel_abort(ch), ==, 0);
		t_collect(ch, done, N);
		for (i = 0; i < N; i++) {
			ASSERT(done[i].desc == l->at[i]);
			if (done[i].status == NETDMA_COPIED)
				t_bufs_check(&l->buf[i], 1, T_COPIED);
			else if (done[i].status == NETDMA_NOT_COPIED)
				t_bufs_check(&l->buf[i], 1, T_NOT_COPIED);
			else
				ASSERT_INT(done[i].status, ==, NETDMA_UNKNOWN);
		}
		t_list_renew(ch, l);
		while (netdma_channel_outstanding(slow) != 0)
			ASSERT_INT(netdma_poll(slow, done, 1), >=, 0);
	}
}
