/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Channels that stop at the first error, as NetDMA's do; errors while a channel is stopped. */

#include <errno.h>
#include <stdlib.h>

#include "survive.h"

/* The copies of a fake engine that fail: counted from 0 as it runs them. */
static uint64_t fails[4];

static enum netdma_status
verdict(const struct netdma_desc *d __rte_unused, uint64_t n, enum netdma_error *error)
{
	unsigned int i;

	*error = NETDMA_ERROR_BUS_WRITE;
	for (i = 0; i < RTE_DIM(fails); i++)
		if (fails[i] == n)
			return NETDMA_FAILED;
	return NETDMA_COPIED;
}

static struct fake *
failing(struct t *t, const char *args, uint64_t a, uint64_t b)
{
	struct fake *f = fake_new(args, &t->provider);

	fails[0] = a;
	fails[1] = b;
	fails[2] = fails[3] = UINT64_MAX;
	f->verdict = verdict;
	return f;
}

struct calls {
	struct netdma_channel *ch;
	struct t_list *more;
	uint32_t n;
	uint8_t status[1024];
};

static void
called(struct netdma_channel *ch, const struct netdma_completion *done, void *arg)
{
	struct calls *c = arg;

	EXPECT(c->n < RTE_DIM(c->status));
	if (c->n < RTE_DIM(c->status))
		c->status[c->n++] = done->status;
	if (done->status == NETDMA_COPIED || c->more == NULL)
		return;
	/* It is halted when a callback hears of the failure. */
	EXPECT_INT(t_append(ch, c->more), ==, -ECANCELED);
	EXPECT_INT(t_start(ch, c->more), ==, -EBUSY);
	EXPECT_INT(netdma_channel_abort(ch), ==, -EBUSY);
	EXPECT_INT(netdma_channel_reset(ch), ==, -EBUSY);
}

static struct netdma_channel *
channel(struct t *t, uint64_t *word, struct calls *calls, uint32_t bound_us)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .error_policy = NETDMA_ON_ERROR_HALT,
			.completion_word = word, .completion = calls != NULL ? called : NULL,
			.arg = calls, .bound_us = bound_us, .failover = NETDMA_FAILOVER_NONE });
}

/* What a list comes to of which the kth fails: all before it copied, some behind it, which the
 * engine had, and of the rest nothing. @return how many were copied behind it.
 */
static uint32_t
expect_halt(const struct t_list *l, const struct netdma_completion *done, uint32_t k)
{
	uint32_t i, had = 0;

	for (i = 0; i < l->n; i++) {
		enum netdma_status status = i == k ? NETDMA_FAILED : i > k &&
				done[i].status == NETDMA_NOT_COPIED ? NETDMA_NOT_COPIED :
				NETDMA_COPIED;

		t_entry_check(&done[i], l->at[i], status, i);
		t_buf_check(&l->buf[i], i == k ? T_UNDEFINED : status == NETDMA_COPIED ?
				T_COPIED : T_NOT_COPIED, i);
		if (status == NETDMA_NOT_COPIED)
			ASSERT_INT(done[i].error, ==, NETDMA_ERROR_HALTED);
		if (i <= k || status == NETDMA_NOT_COPIED)
			continue;
		ASSERT_MSG(done[i - 1].status != NETDMA_NOT_COPIED, "%u was run after the halt", i);
		had++;
	}
	return had;
}

T_CASE(halt, list_ends_at_the_first_failure_and_start_goes_on, T_ONCE)
{
	static const struct {
		const char *args;
		uint32_t had; /* by the engine, at most */
	} rows[] = {
		{ "fake0,desc=1,burst=1", 1 },
		{ "fake0,desc=10,burst=1", 11 },
		{ "fake0,desc=16,burst=16", 32 },
		{ "fake0,addr=iova,desc=8,burst=3", 11 },
	};
	struct netdma_completion done[200];
	unsigned int i, round;

	for (i = 0; i < RTE_DIM(rows); i++) {
		struct fake *f = failing(t, rows[i].args, UINT64_MAX, UINT64_MAX);
		uint64_t *word = t_zalloc(sizeof(*word));
		struct netdma_channel *ch = channel(t, word, NULL, 0);
		struct t_list *l = t_list_new(t, ch, t_pool(200), 200, 1, 300);
		uint64_t ran = 0;

		for (round = 0; round < 10; round++) {
			uint32_t k = round == 0 ? 0 : round == 1 ? 199 : t_range(t, 0, 199), had;

			for (had = 0; had < l->n; had++)
				t_buf_fill(&l->buf[had]);
			fails[0] = ran + k;
			ASSERT_INT(t_start(ch, l), ==, 0);
			t_collect(ch, done, 200);
			had = expect_halt(l, done, k);
			ASSERT_INT(had, <=, rows[i].had);
			ran += 200;
			ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
			ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_HALTED);
			ASSERT_INT(t_append(ch, l), ==, -ECANCELED);
			ASSERT_INT(netdma_channel_suspend(ch, &(struct netdma_desc *){ NULL }), ==,
					-ECANCELED);
			ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, -EINVAL);
			ASSERT_INT(netdma_channel_abort(ch), ==, 0);
			t_quiet(ch);
			ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
		}
		ASSERT_INT(t_stats(ch).failed, ==, 10);
		ASSERT_INT(t_stats(ch).by_recovery, ==, 0);
		ASSERT_INT(f->quiesces, ==, 0);
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_IDLE);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
	}
}

T_CASE(halt, several_lists_end_together, T_ONCE)
{
	struct netdma_completion done[150];
	struct netdma_channel *ch;
	struct t_list *l[3];
	uint32_t i;

	failing(t, "fake0,desc=4,burst=2", 20, UINT64_MAX);
	ch = channel(t, NULL, NULL, 0);
	for (i = 0; i < 3; i++) {
		l[i] = t_list_new(t, ch, t_pool(50), 50, 1, 300);
		ASSERT_INT(i == 0 ? t_start(ch, l[i]) : t_append(ch, l[i]), ==, 0);
	}
	t_collect(ch, done, 150);
	expect_halt(l[0], done, 20);
	for (i = 50; i < 150; i++) {
		t_entry_check(&done[i], l[i / 50]->at[i % 50], NETDMA_NOT_COPIED, i);
		ASSERT_INT(done[i].error, ==, NETDMA_ERROR_HALTED);
	}
	t_bufs_check(l[1]->buf, 50, T_NOT_COPIED);
	t_bufs_check(l[2]->buf, 50, T_NOT_COPIED);
}

/* With more than one failure in what the engine has by then. */
T_CASE(halt, what_the_engine_has_ends_with_its_own_status, T_ONCE)
{
	struct netdma_completion done[40];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	failing(t, "fake0,desc=12,burst=1", 3, 7);
	ch = channel(t, NULL, NULL, 0);
	l = t_list_new(t, ch, t_pool(40), 40, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 40);
	for (i = 0; i < 40; i++) {
		enum netdma_status status = i == 3 || i == 7 ? NETDMA_FAILED : i < 12 ?
				NETDMA_COPIED : i < 17 ? (enum netdma_status)done[i].status :
				NETDMA_NOT_COPIED;

		t_entry_check(&done[i], l->at[i], status, i);
	}
	ASSERT_INT(t_stats(ch).failed, ==, 2);
}

T_CASE(halt, ring_ends_at_the_first_failure_and_start_goes_on, T_ONCE)
{
	struct netdma_completion done[64];
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_channel *ch;
	struct t_buf *b;
	uint32_t i, more;

	failing(t, "fake0,desc=8,burst=2", 30, UINT64_MAX);
	ch = channel(t, word, NULL, 0);
	b = t_bufs(t, 64, 1, 300);
	for (i = 0; i < 60; i++) {
		ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, 0, &b[i]), ==, 0);
		if (i % 20 == 19)
			ASSERT_INT(netdma_submit(ch), ==, 20);
	}
	for (; i < 64; i++)
		ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, 0, &b[i]), ==, 0);
	t_collect(ch, done, 60);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_HALTED);
	for (i = 0; i < 60; i++) {
		ASSERT(done[i].user == &b[i]);
		if (i < 30)
			ASSERT_INT(done[i].status, ==, NETDMA_COPIED);
		else if (i == 30)
			ASSERT_INT(done[i].status, ==, NETDMA_FAILED);
		else if (i >= 30 + 12)
			ASSERT_INT(done[i].error, ==, NETDMA_ERROR_HALTED);
		t_buf_check(&b[i], done[i].status == NETDMA_COPIED ? T_COPIED :
				done[i].status == NETDMA_NOT_COPIED ? T_NOT_COPIED : T_UNDEFINED,
				i);
	}
	/* More may be filled, but not submitted. */
	ASSERT_INT(netdma_marker(ch, 0, NULL), ==, 0);
	for (more = 0; more < 3; more++)
		ASSERT_INT(netdma_submit(ch), ==, -ECANCELED);
	t_quiet(ch);
	ASSERT_INT(netdma_channel_start(ch, NULL, NULL, 0), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 5);
	t_collect(ch, done, 5);
	for (i = 0; i < 5; i++)
		ASSERT_INT(done[i].status, ==, NETDMA_COPIED);
	t_bufs_check(&b[60], 4, T_COPIED);
	t_copy_works(t, ch);
}

T_CASE(halt, callbacks_hear_of_every_descriptor, T_ONCE)
{
	struct netdma_completion done[100];
	struct calls calls = { .n = 0 };
	struct t_list *l;
	uint32_t i;

	failing(t, "fake0,desc=8,burst=4", 17, UINT64_MAX);
	calls.ch = channel(t, NULL, &calls, 0);
	l = t_list_new(t, calls.ch, t_pool(100), 100, 1, 300);
	calls.more = t_list_new(t, calls.ch, t_pool(3), 3, 1, 300);
	for (i = 0; i < 100; i++)
		l->at[i]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	ASSERT_INT(t_start(calls.ch, l), ==, 0);
	t_collect(calls.ch, done, 100);
	expect_halt(l, done, 17);
	ASSERT_INT(calls.n, ==, 100);
	for (i = 0; i < 100; i++) {
		ASSERT_INT(done[i].interrupt, ==, 1);
		ASSERT_INT(calls.status[i], ==, done[i].status);
	}
	ASSERT_INT(t_start(calls.ch, calls.more), ==, 0);
	t_expect(calls.ch, calls.more, NETDMA_COPIED);
}

/* A reset ends what an error has left with the engine: nothing of it comes later. */
T_CASE(halt, reset_after_a_failure_leaves_nothing_with_the_engine, T_ONCE)
{
	struct netdma_completion done[40];
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_channel *ch;
	struct t_list *l, *next;
	struct fake *f;
	uint32_t i;

	/* The second one fails when the first has halted the channel. */
	f = failing(t, "fake0,desc=12,burst=1", 3, 9);
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ch = channel(t, word, NULL, 1000);
	l = t_list_new(t, ch, t_pool(40), 40, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; t_info(ch).state != NETDMA_CHANNEL_HALTED; i++) {
		ASSERT_INT(i, <, 100);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	}
	f->hold = true;
	ASSERT_INT(netdma_channel_reset(ch), ==, 0);
	ASSERT_INT(f->quiesces, ==, 1);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ARMED);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_ARMED);
	t_collect(ch, done, 40);
	f->hold = false;
	for (i = 0; i < 40; i++)
		t_entry_check(&done[i], l->at[i], i < 3 ? NETDMA_COPIED : i == 3 ? NETDMA_FAILED :
				NETDMA_NOT_COPIED, i);
	for (i = 4; i < 40; i++)
		t_buf_check(&l->buf[i], T_NOT_COPIED, i);
	next = t_list_new(t, ch, t_pool(30), 30, 1, 300);
	f->verdict = NULL;
	ASSERT_INT(t_start(ch, next), ==, 0);
	t_expect(ch, next, NETDMA_COPIED);
}

T_CASE(halt, abort_after_a_failure_leaves_nothing_with_the_engine, T_ONCE)
{
	struct netdma_completion done[40];
	struct netdma_channel *ch;
	struct t_list *l;
	struct fake *f;
	uint32_t i;

	f = failing(t, "fake0,desc=12,burst=1", 3, 9);
	ch = channel(t, NULL, NULL, 0);
	l = t_list_new(t, ch, t_pool(40), 40, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; t_info(ch).state != NETDMA_CHANNEL_HALTED; i++)
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	/* All of it is there, whatever the engine does now. */
	f->hold = true;
	ASSERT_INT(netdma_poll(ch, done, 40), ==, 40);
	ASSERT_INT(done[3].status, ==, NETDMA_FAILED);
	ASSERT_INT(done[9].status, ==, NETDMA_FAILED);
	ASSERT_INT(done[39].status, ==, NETDMA_NOT_COPIED);
	f->hold = false;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 40);
}

/* ---------------------------------------------------------- while it is stopped */

T_CASE(halt, error_during_a_suspend_is_redone, T_ONCE)
{
	struct netdma_completion done[8];
	struct netdma_desc *last;
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	failing(t, "fake0,desc=8,burst=1", 2, 7);
	ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_RECOVER);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT(last == l->at[7]);
	t_collect(ch, done, 8);
	for (i = 0; i < 8; i++) {
		t_entry_check(&done[i], l->at[i], NETDMA_COPIED, i);
		t_buf_check(&l->buf[i], T_COPIED, i);
	}
	ASSERT_INT(t_stats(ch).by_recovery, ==, 2);
	ASSERT_INT(netdma_channel_resume(ch, l->at[8], l->last, 92), ==, 0);
	for (i = 8; i < 100; i++) {
		t_collect(ch, done, 1);
		t_entry_check(done, l->at[i], NETDMA_COPIED, i);
	}
}

T_CASE(halt, error_during_a_suspend_is_reported, T_ONCE)
{
	struct netdma_completion done[8];
	struct netdma_desc *last;
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	failing(t, "fake0,desc=8,burst=1", 2, 7);
	ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_SUSPENDED);
	t_collect(ch, done, 8);
	for (i = 0; i < 8; i++)
		t_entry_check(&done[i], l->at[i], i == 2 || i == 7 ? NETDMA_FAILED :
				NETDMA_COPIED, i);
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
	t_quiet(ch);
}

T_CASE(halt, error_during_a_suspend_halts, T_ONCE)
{
	struct netdma_completion done[100];
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_desc *last;
	struct netdma_channel *ch;
	struct t_list *l;

	failing(t, "fake0,desc=8,burst=1", 5, UINT64_MAX);
	ch = channel(t, word, NULL, 0);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, -ECANCELED);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_HALTED);
	t_collect(ch, done, 100);
	ASSERT_INT(expect_halt(l, done, 5), <=, 8);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 100);
}

/* What another engine cannot take is the CPU's, which fails: inside the very suspend. */
T_CASE(halt, error_of_the_cpu_during_a_suspend_halts, T_ONCE)
{
	struct fake *from = fake_new("fake0", &t->provider), *to;
	struct netdma_completion done[10];
	struct netdma_desc *last;
	struct netdma_channel *ch;
	struct t_list *l;
	int target;
	uint32_t i;

	to = fake_new("fake1,max_transfer=4096", &target);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .error_policy = NETDMA_ON_ERROR_HALT, .bound_us = 1000,
			.flags = NETDMA_CHANNEL_TRUSTED, .failover = NETDMA_FAILOVER_NONE });
	l = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	l->at[0]->length = 5000;
	l->at[0]->src = (uintptr_t)t_zalloc(5000);
	from->hold = true;
	from->quiesce = NETDMA_QUIET_UNTOUCHED;
	to->desc = 0;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(t_move(ch, target), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, -ECANCELED);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
	to->desc = 8;
	t_collect(ch, done, 10);
	for (i = 0; i < 10; i++) {
		ASSERT(done[i].desc == l->at[i]);
		ASSERT_INT(done[i].status, ==, i == 0 ? NETDMA_FAILED : NETDMA_NOT_COPIED);
		ASSERT_INT(done[i].error, ==, i == 0 ? NETDMA_ERROR_ADDR : NETDMA_ERROR_HALTED);
		ASSERT_INT(l->at[i]->flags, ==, 0);
		t_buf_check(&l->buf[i], T_NOT_COPIED, i);
	}
	from->hold = false;
}

static enum netdma_status
first_and_third_fail(const struct netdma_desc *d __rte_unused, uint64_t n,
		enum netdma_error *error)
{
	*error = NETDMA_ERROR_BUS;
	return n == 0 || n == 2 ? NETDMA_FAILED : NETDMA_COPIED;
}

/* The engine has more of the old list, which ends with its own status. */
T_CASE(halt, failure_of_what_a_start_has_replaced_does_not_halt_again, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10,burst=2", &t->provider);
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64,
			.error_policy = NETDMA_ON_ERROR_HALT });
	struct t_list *old = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	struct t_list *new = t_list_new(t, ch, t_pool(30), 30, 1, 300);
	struct netdma_completion done[5];
	uint32_t i;

	f->verdict = first_and_third_fail;
	ASSERT_INT(t_start(ch, old), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
	ASSERT_INT(t_start(ch, new), ==, 0);
	t_collect(ch, done, 5);
	for (i = 0; i < 5; i++)
		ASSERT_INT(done[i].status, ==, i == 0 || i == 2 ? NETDMA_FAILED : NETDMA_COPIED);
	t_expect(ch, new, NETDMA_COPIED);
}
