/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Engines that do not answer. */

#include <errno.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "survive.h"

enum { WATCHDOG_US = 2000 };

static struct netdma_channel *
channel(struct t *t, int failover, enum netdma_error_policy policy, uint32_t watchdog_us)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .error_policy = policy, .bound_us = 1000,
			.watchdog_us = watchdog_us, .failover = failover });
}

/* Poll until the engine was found stuck so often in all. */
static void
until_stuck(struct netdma_channel *ch, uint64_t times)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (t_stats(ch).watchdogs < times) {
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT(t_wait(&d));
	}
	ASSERT_INT(t_stats(ch).watchdogs, ==, times);
}

T_CASE(watchdog, stuck_engine_is_stopped_and_goes_on, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	struct netdma_channel *ch = channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_RECOVER,
			WATCHDOG_US);
	struct t_list *l = t_list_new(t, ch, t_pool(100), 100, 1, 300);

	f->hold = true;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ASSERT_INT(t_start(ch, l), ==, 0);
	until_stuck(ch, 1);
	ASSERT_INT(f->quiesces, ==, 1);
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
	/* It was told a start, and has done everything itself. */
	ASSERT_INT(f->channel_starts, ==, 2);
	ASSERT_INT(t_stats(ch).by_engine, ==, 100);
	ASSERT_INT(t_stats(ch).failovers, ==, 0);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 1);
	ASSERT_HAS(t_log(), "stuck");
	t_copy_works(t, ch);
}

T_CASE(watchdog, engine_that_gets_stuck_again_is_left, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	struct netdma_channel *ch;
	struct t_list *l;
	int target = t_provider("fake1");

	ch = channel(t, target, NETDMA_ON_ERROR_REPORT, WATCHDOG_US);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	f->hold = true;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ASSERT_INT(t_start(ch, l), ==, 0);
	until_stuck(ch, 1);
	ASSERT_INT(t_info(ch).provider, ==, t->provider);
	until_stuck(ch, 2);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(f->quiesces, ==, 2);
	ASSERT_INT(t_info(ch).provider, ==, target);
	ASSERT_INT(t_stats(ch).by_failover, ==, 100);
	ASSERT_INT(t_stats(ch).failovers, ==, 1);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 2);
	/* The provider is none the worse for it. */
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
	ASSERT_INT(f->channels, ==, 0);
	f->hold = false;
	t_copy_works(t, s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT));
	t_copy_works(t, ch);
}

T_CASE(watchdog, engine_that_has_finished_something_since_may_stay, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10,burst=1", &t->provider);
	struct netdma_channel *ch = channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_REPORT,
			WATCHDOG_US);
	struct t_list *l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	uint32_t i;

	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 1; i <= 5; i++) {
		f->hold = true;
		until_stuck(ch, i);
		f->hold = false;
		/* Given again, and one of them done. */
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	}
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_stats(ch).failovers, ==, 0);
	ASSERT_INT(t_stats(ch).by_engine, ==, 20);
}

/* An engine that has left the first half done, and does not know of the others. */
static struct netdma_channel *
stops_unknown(struct t *t, enum netdma_error_policy policy, struct fake **f)
{
	struct netdma_channel *ch;

	*f = fake_new("fake0,desc=10", &t->provider);
	(*f)->hold = true;
	(*f)->quiesce = NETDMA_QUIET_UNKNOWN;
	ch = channel(t, NETDMA_FAILOVER_NONE, policy, WATCHDOG_US);
	return ch;
}

T_CASE(watchdog, what_a_stopped_engine_had_is_redone, T_ONCE)
{
	struct fake *f;
	struct netdma_channel *ch = stops_unknown(t, NETDMA_ON_ERROR_RECOVER, &f);
	struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 300);

	ASSERT_INT(t_start(ch, l), ==, 0);
	until_stuck(ch, 1);
	/* It is there at once, without the engine. */
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 10);
	ASSERT_INT(t_stats(ch).by_engine, ==, 40);
}

T_CASE(watchdog, chain_over_stuck_engines_has_the_right_bytes, T_ONCE)
{
	struct fake *f;
	struct netdma_channel *ch = stops_unknown(t, NETDMA_ON_ERROR_RECOVER, &f);
	struct s_chain *c = s_chain(t, ch, 10);
	struct t_deadline d;

	f->burst = 1;
	ASSERT_INT(t_start(ch, c->l), ==, 0);
	t_deadline_set(&d);
	while (t_info(ch).state == NETDMA_CHANNEL_ACTIVE) {
		/* Each time it gets on a little, and then stands still until it is stopped. */
		f->hold = t_range(t, 0, 3) == 0;
		f->quiesce = (int)t_range(t, NETDMA_QUIET_UNTOUCHED, NETDMA_QUIET_UNKNOWN);
		if (f->hold)
			until_stuck(ch, t_stats(ch).watchdogs + 1);
		f->hold = false;
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT(t_wait(&d));
	}
	t_expect(ch, c->l, NETDMA_COPIED);
	s_chain_check(c);
	ASSERT(t_stats(ch).watchdogs != 0);
}

T_CASE(watchdog, what_a_stopped_engine_had_is_reported, T_ONCE)
{
	struct fake *f;
	struct netdma_channel *ch = stops_unknown(t, NETDMA_ON_ERROR_REPORT, &f);
	struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
	struct netdma_completion done[50];
	uint32_t i;

	l->at[4]->flags = NETDMA_DESC_NULL_TRANSFER;
	ASSERT_INT(t_start(ch, l), ==, 0);
	until_stuck(ch, 1);
	f->hold = false;
	t_collect(ch, done, 50);
	for (i = 0; i < 50; i++) {
		bool unknown = i < 10 && i != 4;

		/* It was stopped: it does not write any more. */
		t_entry_check(&done[i], l->at[i], unknown ? NETDMA_UNKNOWN : NETDMA_COPIED, i);
		ASSERT_INT(done[i].error, ==, unknown ? NETDMA_ERROR_TIMEOUT : NETDMA_ERROR_NONE);
		t_buf_check(&l->buf[i], unknown ? T_UNDEFINED : i == 4 ? T_NOT_COPIED : T_COPIED,
				i);
	}
	ASSERT_INT(t_stats(ch).unknown, ==, 9);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
}

T_CASE(watchdog, stopped_engine_halts_a_channel_that_wants_it, T_ONCE)
{
	struct fake *f;
	struct netdma_channel *ch = stops_unknown(t, NETDMA_ON_ERROR_HALT, &f);
	struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
	struct netdma_completion done[50];
	uint32_t i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	until_stuck(ch, 1);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
	f->hold = false;
	t_collect(ch, done, 50);
	for (i = 0; i < 50; i++) {
		t_entry_check(&done[i], l->at[i], i < 10 ? NETDMA_UNKNOWN : NETDMA_NOT_COPIED, i);
		ASSERT_INT(done[i].error, ==, i < 10 ? NETDMA_ERROR_TIMEOUT : NETDMA_ERROR_HALTED);
		if (i >= 10)
			t_buf_check(&l->buf[i], T_NOT_COPIED, i);
	}
	ASSERT_INT(t_append(ch, l), ==, -ECANCELED);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

static enum netdma_status
all_fail(const struct netdma_desc *d __rte_unused, uint64_t n __rte_unused,
		enum netdma_error *error)
{
	*error = NETDMA_ERROR_BUS;
	return NETDMA_FAILED;
}

/* An engine may finish something on its way to standing still; and fail at it. */
T_CASE(watchdog, what_fails_while_an_engine_stops_is_redone, T_ONCE)
{
	static const int stops[] = { NETDMA_QUIET_UNTOUCHED, NETDMA_QUIET_UNKNOWN };
	unsigned int i, how;

	for (i = 0; i < RTE_DIM(stops); i++)
		for (how = 0; how < 3; how++) {
			struct fake *f = fake_new("fake0,desc=10", &t->provider);
			int target = t_provider("fake1");
			struct netdma_channel *ch = channel(t, how == 2 ? NETDMA_FAILOVER_NONE :
					target, NETDMA_ON_ERROR_RECOVER, WATCHDOG_US);
			struct t_list *l = t_list_new(t, ch, t_pool(10), 10, 1, 300);
			struct netdma_completion done[10];
			uint32_t k;

			f->hold = true;
			f->quiesce = stops[i];
			f->last = 4;
			f->verdict = all_fail;
			ASSERT_INT(t_start(ch, l), ==, 0);
			if (how == 0)
				until_stuck(ch, 1);
			else
				ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
			f->hold = false;
			t_collect(ch, done, 10);
			for (k = 0; k < 10; k++) {
				/* Of a channel that wants no other what was not begun is gone. */
				bool gone = how == 2 && i == 0 && k >= 4;

				t_entry_check(&done[k], l->at[k], gone ? NETDMA_NOT_COPIED :
						NETDMA_COPIED, k);
				t_buf_check(&l->buf[k], gone ? T_NOT_COPIED : T_COPIED, k);
			}
			ASSERT_INT(t_stats(ch).by_recovery, >=, 4);
			t_channel_free(ch);
			ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
			ASSERT_INT(netdma_provider_destroy(target), ==, 0);
		}
}

/* ------------------------------------------------------ engines that do not stop */

/* @return the number of descriptors that another one has copied. */
static uint32_t
cannot_be_stopped(struct t *t, const char *args, int failover, enum netdma_error_policy policy)
{
	struct fake *f = fake_new(args, &t->provider);
	struct netdma_completion done[100];
	struct netdma_channel *ch, *other;
	struct t_deadline d;
	struct t_list *l;
	uint32_t i, copied = 0;

	ch = channel(t, failover, policy, WATCHDOG_US);
	other = channel(t, failover, policy, WATCHDOG_US);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	until_stuck(ch, 1);
	t_collect(ch, done, 100);
	for (i = 0; i < 100; i++) {
		ASSERT(done[i].desc == l->at[i] && done[i].user == l->at[i]->user);
		if (i < 10) {
			ASSERT_INT(done[i].status, ==, NETDMA_UNKNOWN);
			ASSERT_INT(done[i].error, ==, NETDMA_ERROR_TIMEOUT);
			ASSERT_INT(done[i].flags, ==, NETDMA_COMPLETION_ENGINE_MAY_WRITE);
			continue;
		}
		ASSERT_INT(done[i].flags, ==, 0);
		ASSERT(done[i].status == NETDMA_COPIED || done[i].status == NETDMA_NOT_COPIED);
		t_buf_check(&l->buf[i], done[i].status == NETDMA_COPIED ? T_COPIED : T_NOT_COPIED,
				i);
		copied += done[i].status == NETDMA_COPIED;
		if (done[i].status == NETDMA_NOT_COPIED)
			ASSERT_INT(done[i].error, ==, policy == NETDMA_ON_ERROR_HALT ?
					NETDMA_ERROR_HALTED : NETDMA_ERROR_GONE);
	}
	ASSERT_INT(t_stats(ch).unknown, ==, 10);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_QUARANTINED);
	ASSERT(t_info(ch).provider != t->provider || failover != NETDMA_FAILOVER_ANY);
	ASSERT_HAS(t_log(), "cannot be stopped");
	/* Its own memory it keeps; and it is never started, stopped or chosen again. */
	ASSERT_INT(f->channels, ==, 2);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
	ASSERT_INT(t_move(ch, t->provider), ==, -ENODEV);
	ASSERT_INT(netdma_provider_start(t->provider), ==, -EIO);
	/* Another channel that it has leaves it in a call, as soon as nobody else has the registry. */
	f->hold = false;
	t_deadline_set(&d);
	do
		ASSERT_INT(netdma_poll(other, NULL, 0), ==, 0);
	while (t_info(other).provider == t->provider &&
			t_info(other).state != NETDMA_CHANNEL_DETACHED && t_wait(&d));
	ASSERT(t_info(other).provider != t->provider ||
			t_info(other).state == NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, -EIO);
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, -EIO);
	ASSERT_INT(f->stops, ==, 0);
	ASSERT_INT(f->channels, ==, 2);
	if (t_info(ch).state != NETDMA_CHANNEL_DETACHED && policy != NETDMA_ON_ERROR_HALT)
		t_copy_works(t, ch);
	if (t_info(other).state != NETDMA_CHANNEL_DETACHED)
		t_copy_works(t, other);
	t_channel_free(ch);
	t_channel_free(other);
	ASSERT_INT(f->channels, ==, 2);
	return copied;
}

/* Each under a name of its own: they stay. */
T_CASE(watchdog, engine_that_cannot_be_stopped_is_quarantined_and_the_rest_moves, T_ONCE)
{
	t_provider("fake1");
	ASSERT_INT(cannot_be_stopped(t, "fake7001,desc=10", NETDMA_FAILOVER_ANY,
			NETDMA_ON_ERROR_RECOVER), ==, 90);
	ASSERT_INT(cannot_be_stopped(t, "fake7002,desc=10", NETDMA_FAILOVER_ANY,
			NETDMA_ON_ERROR_REPORT), ==, 90);
	ASSERT_INT(cannot_be_stopped(t, "fake7003,desc=10", NETDMA_FAILOVER_ANY,
			NETDMA_ON_ERROR_HALT), ==, 0);
}

T_CASE(watchdog, engine_that_cannot_be_stopped_leaves_the_rest_to_the_cpu, T_ONCE)
{
	enum { NOBODY = 1 << 30 };

	ASSERT_INT(cannot_be_stopped(t, "fake7004,desc=10", NETDMA_FAILOVER_NONE,
			NETDMA_ON_ERROR_RECOVER), ==, 0);
	ASSERT_INT(cannot_be_stopped(t, "fake7005,desc=10", NOBODY, NETDMA_ON_ERROR_RECOVER), ==,
			90);
	ASSERT_INT(cannot_be_stopped(t, "fake7006,desc=10", NOBODY, NETDMA_ON_ERROR_REPORT), ==,
			0);
}

T_CASE(watchdog, entry_of_several_segments_tells_that_the_engine_may_write, T_ONCE)
{
	struct fake *f = fake_new("fake7007,desc=2,max_transfer=4096", &t->provider);
	struct t_buf *b = t_bufs(t, 1, 4 * 4096, 4 * 4096);
	struct netdma_completion done;
	struct netdma_channel *ch;

	t_provider("fake1");
	ch = channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_RECOVER, WATCHDOG_US);
	f->hold = true;
	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, b), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 4);
	/* Two of its segments are with the engine, two another one copies. */
	t_collect(ch, &done, 1);
	ASSERT(done.user == b);
	ASSERT_INT(done.nb_segs, ==, 4);
	ASSERT_INT(done.status, ==, NETDMA_UNKNOWN);
	ASSERT_INT(done.error, ==, NETDMA_ERROR_TIMEOUT);
	ASSERT_INT(done.flags, ==, NETDMA_COMPLETION_ENGINE_MAY_WRITE);
	ASSERT_INT(t_stats(ch).unknown, ==, 2);
	ASSERT_INT(t_stats(ch).by_failover, ==, 2);
	t_copy_works(t, ch);
}

/* ------------------------------------------------------ engines that take nothing */

T_CASE(watchdog, engine_that_takes_nothing_is_found, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	int target = t_provider("fake1");
	struct netdma_channel *ch = channel(t, target, NETDMA_ON_ERROR_REPORT, WATCHDOG_US);
	struct t_list *l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		f->quiesce = i == 0 ? -ENOTSUP : NETDMA_QUIET_UNTOUCHED;
		f->desc = 0;
		ASSERT_INT(t_start(ch, l), ==, 0);
		until_stuck(ch, t_stats(ch).watchdogs + 1);
		f->desc = 10;
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(t_info(ch).provider, ==, t->provider);
		t_list_restore(ch, l);
		f->desc = 0;
		ASSERT_INT(t_start(ch, l), ==, 0);
		until_stuck(ch, t_stats(ch).watchdogs + 2);
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(t_info(ch).provider, ==, target);
		ASSERT_INT(t_stats(ch).failovers, ==, 2 * i + 1);
		f->desc = 10;
		ASSERT_INT(t_move(ch, t->provider), ==, 0);
	}
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
}

/* ------------------------------------------------------------------ false alarms */

T_CASE(watchdog, is_off_if_that_is_wanted, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel *ch = channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_REPORT,
			NETDMA_WATCHDOG_OFF);
	struct t_list *l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	unsigned int i;

	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; i < 50; i++) {
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		usleep(1000);
	}
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(watchdog, does_not_mind_an_idle_channel, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel *ch = channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT,
			WATCHDOG_US);
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	unsigned int round, i;

	for (round = 0; round < 5; round++) {
		/* The last thing that the watchdog saw is an engine that did not get on. */
		f->hold = true;
		ASSERT_INT(t_start(ch, l), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		f->hold = false;
		t_expect(ch, l, NETDMA_COPIED);
		for (i = 0; i < 4; i++) {
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
			usleep(WATCHDOG_US);
		}
		t_list_restore(ch, l);
	}
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
}

/* As long as nothing is expected of an engine it has all the time. */
T_CASE(watchdog, does_not_count_the_time_of_a_suspension, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel *ch = channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT,
			WATCHDOG_US);
	struct netdma_completion done;
	struct netdma_desc *last;
	struct t_buf *b = t_bufs(t, 1, 1, 300);
	unsigned int round, i;

	t_copy_works(t, ch);
	for (round = 0; round < 5; round++) {
		t_buf_fill(b);
		/* Nothing moves, as one poll sees before it and another behind it. */
		f->desc = 0;
		ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, b), ==, 0);
		ASSERT_INT(netdma_submit(ch), ==, 1);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
		for (i = 0; i < 4; i++) {
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
			usleep(WATCHDOG_US);
		}
		ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
		f->desc = 16;
		t_collect(ch, &done, 1);
		t_buf_check(b, T_COPIED, round);
	}
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
}

/* What was given is taken back, and given again when it goes on; nobody polls in between. */
T_CASE(watchdog, does_not_count_the_time_of_a_suspension_with_something_given, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	struct netdma_channel *ch;
	struct netdma_desc *last;
	struct t_list *l;

	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	f->attr.flags |= NETDMA_PROVIDER_STOPS;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	f->hold = true;
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .watchdog_us = 300000 });
	l = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	rte_delay_us_sleep(400000);
	ASSERT_INT(netdma_channel_resume(ch, l->first, l->last, l->n), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
}

T_CASE(watchdog, does_not_count_the_time_without_power, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .watchdog_us = 300000,
			.bound_us = 1000, .failover = NETDMA_FAILOVER_NONE });
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	unsigned int i, k;

	f->hold = true;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; i < 2; i++) {
		for (k = 0; k < 2; k++)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(netdma_provider_notify(f->provider,
				NETDMA_EVENT_PROVIDER_POWER_DOWN), ==, 0);
		rte_delay_us_sleep(400000);
		ASSERT_INT(netdma_provider_notify(f->provider, NETDMA_EVENT_PROVIDER_POWER_UP),
				==, 0);
		for (k = 0; k < 2; k++)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	}
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
}

T_CASE(watchdog, does_not_hold_one_engine_to_the_time_of_another, T_ONCE)
{
	struct fake *a = fake_new("fake0", &t->provider), *b;
	struct netdma_channel *ch;
	struct t_list *l;
	int other;

	b = fake_new("fake1", &other);
	ch = channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT, WATCHDOG_US);
	l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	a->desc = b->desc = 0;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	usleep(2 * WATCHDOG_US);
	ASSERT_INT(t_move(ch, other), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
	b->desc = 10;
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(watchdog, does_not_mind_a_slow_engine, T_ONCE)
{
	struct fake *f = fake_new("fake0,burst=1", &t->provider);
	struct netdma_channel *ch = channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT,
			WATCHDOG_US);
	struct t_list *l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	struct netdma_completion done;
	uint32_t i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	for (i = 0; i < 20; i++) {
		f->hold = true;
		ASSERT_INT(netdma_poll(ch, &done, 1), ==, 0);
		usleep(WATCHDOG_US);
		/* In the very last moment. */
		f->hold = false;
		ASSERT_INT(netdma_poll(ch, &done, 1), ==, 1);
		t_entry_check(&done, l->at[i], NETDMA_COPIED, i);
	}
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
}

/* ------------------------------------------------------------------------ drain */

T_CASE(watchdog, drain_drives_it, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	int target = t_provider("fake1");
	struct netdma_channel *ch = channel(t, target, NETDMA_ON_ERROR_REPORT, WATCHDOG_US);
	struct t_list *l = t_list_new(t, ch, t_pool(100), 100, 1, 300);

	f->hold = true;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ASSERT_INT(t_start(ch, l), ==, 0);
	/* Stopped, started, left, and all of it done elsewhere: in one call. */
	ASSERT_INT(netdma_channel_drain(ch, T_PATIENCE_S * UINT64_C(1000000)), ==, 0);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 2);
	ASSERT_INT(t_info(ch).provider, ==, target);
	t_expect(ch, l, NETDMA_COPIED);
}

/* --------------------------------------------------- workers that stand still */

static const char *
worker_name(const struct t *t)
{
	if (strncmp(t->kind->label, "cpu-thread", 10) == 0)
		return "netdma-cpu";
	if (strcmp(t->kind->label, "cpu-lcore") == 0)
		return "rte-worker"; /* as EAL names it; older ones: lcore-worker */
	t_skip("no worker of the library's");
}

static void
thaw_when_found(void *arg)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (t_stats(arg).watchdogs == 0 && t_wait(&d))
		usleep(1000);
	s_thaw();
}

T_CASE(watchdog, worker_that_stood_still_is_stopped_and_goes_on, T_EACH)
{
	const char *name = worker_name(t);
	struct netdma_channel *ch = channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT, 20000);
	struct t_list *l = t_list_new(t, ch, t_pool(500), 500, 1, 300);
	struct t_thread *thread;

	t_copy_works(t, ch);
	if (s_freeze(name) == 0)
		t_skip("no thread of that name");
	ASSERT_INT(t_start(ch, l), ==, 0);
	thread = t_thread_start(thaw_when_found, ch);
	t_expect(ch, l, NETDMA_COPIED);
	t_thread_join(thread);
	ASSERT_INT(t_stats(ch).watchdogs, >=, 1);
	ASSERT_INT(t_stats(ch).by_engine, ==, 501);
	t_copy_works(t, ch);
}

/* It hears of a stop only when everybody has gone on. */
T_CASE(watchdog, worker_that_obeys_too_late_does_not_forget, T_ONCE)
{
	struct netdma_channel *ch;
	struct netdma_desc *last;
	struct t_list *l, *more;

	t_need_driver("cpu");
	t->provider = t_provider("cpu0,mode=lcore");
	ch = channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT, NETDMA_WATCHDOG_OFF);
	l = t_list_new(t, ch, t_pool(500), 500, 1, 300);
	more = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	if (s_freeze("netdma-cpu") == 0)
		t_skip("no thread of that name");
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, -ETIMEDOUT);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	/* As if nothing had been asked. */
	ASSERT_INT(t_append(ch, more), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	s_thaw();
	t_expect(ch, l, NETDMA_COPIED);
	t_expect(ch, more, NETDMA_COPIED);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT(last == more->last);
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
	t_copy_works(t, ch);
}
