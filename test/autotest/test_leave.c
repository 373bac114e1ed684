/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Where channels go that leave their engine, and what is told of it. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_memory.h>

#include "survive.h"

/* ------------------------------------------------------------------- where they go */

T_CASE(leave, any_is_hardware_first_then_who_has_least_to_do, T_RAW)
{
	struct netdma_channel_conf conf = { .size = sizeof(conf), .socket = SOCKET_ID_ANY };
	struct netdma_channel *ch;
	int first, soft, hard, busy;

	t_init_without_devices(t);
	soft = t_provider("fake1");
	first = t_provider("fake0");
	busy = t_provider("fake3,hw=1");
	hard = t_provider("fake2,hw=1");
	conf.provider = busy;
	t_channel_conf(t, &conf);
	conf.provider = first;
	conf.flags = NETDMA_CHANNEL_WANT_HARDWARE;
	ch = t_channel_conf(t, &conf);
	ASSERT(t_info(ch).flags & NETDMA_CHANNEL_FALLBACK);
	ASSERT_INT(netdma_provider_stop(first), ==, 0);
	ASSERT_INT(t_info(ch).provider, ==, hard);
	ASSERT(!(t_info(ch).flags & NETDMA_CHANNEL_FALLBACK));
	ASSERT_INT(netdma_provider_stop(hard), ==, 0);
	ASSERT_INT(t_info(ch).provider, ==, busy);
	ASSERT_INT(netdma_provider_stop(busy), ==, 0);
	ASSERT_INT(t_info(ch).provider, ==, soft);
	/* Software, which is told as at the allocation. */
	ASSERT(t_info(ch).flags & NETDMA_CHANNEL_FALLBACK);
	ASSERT_INT(t_stats(ch).failovers, ==, 3);
	t_copy_works(t, ch);
}

T_CASE(leave, who_needs_hardware_never_goes_to_software, T_RAW)
{
	struct netdma_channel_conf conf = { .size = sizeof(conf), .socket = SOCKET_ID_ANY,
		.flags = NETDMA_CHANNEL_NEED_HARDWARE };
	struct netdma_channel *ch, *named;
	struct s_work *w;
	int first, soft, hard;

	t_init_without_devices(t);
	soft = t_provider("fake1");
	first = conf.provider = t_provider("fake0,hw=1");
	hard = t_provider("fake2,hw=1");
	ch = t_channel_conf(t, &conf);
	conf.failover = soft;
	named = t_channel_conf(t, &conf);
	w = s_work(t, ch, S_LIST);
	ASSERT_INT(netdma_provider_stop(first), ==, 0);
	ASSERT_INT(t_info(ch).provider, ==, hard);
	ASSERT_INT(t_info(named).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(t_move(ch, soft), ==, -ENODEV);
	ASSERT_INT(t_info(ch).provider, ==, hard);
	ASSERT_INT(netdma_provider_stop(hard), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(t_move(ch, soft), ==, -ENODEV);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	s_work_collect(ch, w);
	s_work_check(ch, w);
	ASSERT_INT(fake_get("fake1")->channels, ==, 0);
	ASSERT_INT(s_provider_info(soft).nb_channels, ==, 0);
}

T_CASE(leave, who_has_no_channel_free_or_refuses_is_passed_over, T_RAW)
{
	struct netdma_channel *ch[3];
	struct fake *refuses;
	int first, small, last;

	t_init_without_devices(t);
	first = t->provider = t_provider("fake0,hw=1");
	small = t_provider("fake1,channels=1,hw=1");
	refuses = fake_new("fake2,hw=1", NULL);
	last = t_provider("fake3");
	refuses->alloc_error = EIO;
	ch[0] = s_channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_REPORT);
	ch[1] = s_channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_REPORT);
	ch[2] = s_channel(t, small, NETDMA_ON_ERROR_REPORT);
	ASSERT_INT(netdma_provider_stop(first), ==, 0);
	/* The first one has taken the only one. */
	ASSERT_INT(t_info(ch[0]).provider, ==, small);
	ASSERT_INT(t_info(ch[1]).provider, ==, last);
	ASSERT_INT(t_info(ch[2]).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(t_move(ch[2], small), ==, -EBUSY);
	t_copy_works(t, ch[0]);
	t_copy_works(t, ch[1]);
	t_channel_free(ch[0]);
	ASSERT_INT(t_move(ch[2], small), ==, 0);
	t_copy_works(t, ch[2]);
}

T_CASE(leave, stopping_one_after_the_other_ends_on_the_last, T_EACH)
{
	struct netdma_channel *ch;
	struct s_tally sum = { .entries = 0 };
	struct s_list *s;
	int second, third;
	unsigned int round;

	for (round = 0; round < s_nb_targets; round++) {
		second = s_target(round);
		third = s_target(round + 1);
		ch = s_channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_RECOVER);
		s = s_list(t, ch, 600, true);
		memset(&sum, 0, sizeof(sum));
		ASSERT_INT(t_start(ch, s->l), ==, 0);
		ASSERT_INT(t_move(ch, second), ==, 0);
		s_list_collect(ch, s, t_range(t, 0, 100), &sum);
		/* The one below goes first, then the one that the channel is on. */
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		ASSERT_INT(t_info(ch).provider, ==, second);
		s_list_collect(ch, s, t_range(t, 0, 100), &sum);
		ASSERT_INT(netdma_provider_destroy(second), ==, 0);
		ASSERT(t_info(ch).provider != t->provider && t_info(ch).provider != second);
		s_list_collect(ch, s, UINT32_MAX, &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, 600);
		s_stats_check(ch, &sum);
		t_copy_works(t, ch);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(third), ==, 0);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
}

/* --------------------------------------------------- engines that say that they are gone */

/* How they were stopped: as fake.h says. */
static const int stops[] = { NETDMA_QUIET_UNTOUCHED, NETDMA_QUIET_UNKNOWN };

T_CASE(leave, engine_that_says_it_is_gone_is_left, T_ONCE)
{
	unsigned int i, when;

	/* Says so in append, in poll, and when it is told to start. */
	for (when = 0; when < 3; when++)
		for (i = 0; i < RTE_DIM(stops); i++) {
			struct fake *f = fake_new("fake0,desc=16,burst=2", &t->provider);
			int target = t_provider("fake1,burst=3");
			struct netdma_channel *ch = s_channel(t, target,
					NETDMA_ON_ERROR_RECOVER);
			struct s_list *s = s_list(t, ch, 200, true), *more;
			struct s_tally sum = { .entries = 0 };

			more = s_list(t, ch, 10, true);
			f->quiesce = stops[i];
			if (when == 2)
				f->gone = -ENODEV;
			ASSERT_INT(t_start(ch, s->l), ==, 0);
			if (when == 1)
				s_list_poll(ch, s, UINT32_MAX, &sum);
			f->gone = -ENODEV;
			ASSERT_INT(t_append(ch, more->l), ==, 0);
			s_list_collect(ch, s, UINT32_MAX, &sum);
			s_list_collect(ch, more, UINT32_MAX, &sum);
			ASSERT_INT(sum.status[NETDMA_COPIED], ==, 210);
			s_stats_check(ch, &sum);
			ASSERT_INT(t_info(ch).provider, ==, target);
			ASSERT_INT(t_stats(ch).failovers, ==, 1);
			ASSERT_INT(f->quiesces, ==, 1);
			ASSERT_INT(f->channels, ==, 0);
			ASSERT(stops[i] == NETDMA_QUIET_UNKNOWN || t_stats(ch).by_recovery == 0);
			t_copy_works(t, ch);
			t_channel_free(ch);
			ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
			ASSERT_INT(netdma_provider_destroy(target), ==, 0);
		}
}

T_CASE(leave, engine_that_is_gone_and_cannot_be_stopped_may_write, T_ONCE)
{
	struct fake *f = fake_new("fake7100,desc=16", &t->provider);
	int target = t_provider("fake1");
	struct netdma_channel *ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
	struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
	struct netdma_completion done[50];
	uint32_t i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	f->gone = -EIO;
	t_collect(ch, done, 50);
	for (i = 0; i < 50; i++) {
		ASSERT(done[i].desc == l->at[i]);
		ASSERT_INT(done[i].status, ==, i < 16 ? NETDMA_UNKNOWN : NETDMA_COPIED);
		ASSERT_INT(done[i].flags, ==, i < 16 ? NETDMA_COMPLETION_ENGINE_MAY_WRITE : 0);
		if (i >= 16)
			t_buf_check(&l->buf[i], T_COPIED, i);
	}
	ASSERT_INT(t_info(ch).provider, ==, target);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_QUARANTINED);
}

/* Nobody waits for an engine that has said so; the bound is longer than any case. */
T_CASE(leave, engine_that_is_gone_is_not_waited_for, T_ONCE)
{
	unsigned int what;

	for (what = 0; what < 5; what++) {
		struct fake *f = fake_new("fake0,desc=16", &t->provider);
		int target = t_provider("fake1"), ret;
		struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
				.provider = t->provider, .nb_desc = 64, .bound_us = UINT32_MAX,
				.failover = target });
		struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
		struct netdma_desc *last;

		f->hold = true;
		f->quiesce = NETDMA_QUIET_UNTOUCHED;
		f->gone = -ENODEV;
		/* It takes them, and says so. */
		ASSERT_INT(t_start(ch, l), ==, 0);
		ret = what == 0 ? netdma_channel_suspend(ch, &last) :
				what == 1 ? netdma_channel_abort(ch) :
				what == 2 ? netdma_channel_reset(ch) :
				what == 3 ? netdma_channel_move(ch, target) :
				netdma_provider_stop(t->provider);
		ASSERT_INT(ret, ==, 0);
		if (what == 0)
			ASSERT_INT(netdma_channel_resume(ch, l->first, l->last, l->n), ==, 0);
		t_expect(ch, l, what == 1 || what == 2 ? NETDMA_NOT_COPIED : NETDMA_COPIED);
		ASSERT_INT(f->quiesces, ==, 1);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

/* With nothing in it, it need not be stopped at all. */
T_CASE(leave, engine_that_is_gone_with_nothing_in_it_is_not_quarantined, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel *ch = s_channel(t, t_provider("fake1"), NETDMA_ON_ERROR_REPORT);
	unsigned int i;

	t_copy_works(t, ch);
	f->gone = -ENODEV;
	for (i = 0; i < 3; i++)
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT(t_info(ch).provider != t->provider);
	t_copy_works(t, ch);
	ASSERT_INT(f->quiesces, ==, 0);
	ASSERT_INT(f->channels, ==, 0);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
	f->gone = 0;
	ASSERT_INT(t_move(ch, t->provider), ==, 0);
	t_copy_works(t, ch);
}

/* All engines are gone, which nobody knows before it has tried: in the end it is the CPU. */
T_CASE(leave, channel_does_not_go_round_among_engines_that_are_gone, T_RAW)
{
	static const char *const names[] = { "fake0,hw=1", "fake1,hw=1", "fake2,hw=1", "fake3" };
	struct s_tally sum = { .entries = 0 };
	struct netdma_channel *ch;
	struct fake *f[RTE_DIM(names)];
	struct s_list *s;
	unsigned int i, good;

	t_init_without_devices(t);
	for (i = 0; i < RTE_DIM(names); i++) {
		f[i] = fake_new(names[i], i == 0 ? &t->provider : NULL);
		f[i]->quiesce = NETDMA_QUIET_UNTOUCHED;
	}
	for (good = 0; good < 2; good++) {
		/* The last one works, or none does. */
		for (i = 0; i < RTE_DIM(f); i++)
			f[i]->gone = good == 1 && i == RTE_DIM(f) - 1 ? 0 : -ENODEV;
		ch = s_channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_RECOVER);
		s = s_list(t, ch, 100, true);
		memset(&sum, 0, sizeof(sum));
		ASSERT_INT(t_start(ch, s->l), ==, 0);
		s_list_collect(ch, s, UINT32_MAX, &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, 100);
		ASSERT_INT(t_stats(ch).failovers, <=, RTE_DIM(f) - 1);
		ASSERT_INT(t_info(ch).state == NETDMA_CHANNEL_DETACHED, ==, good == 0);
		t_channel_free(ch);
		/* Started again, they have another chance. */
		for (i = 0; i < RTE_DIM(f); i++) {
			int id = netdma_provider_id(f[i]->provider);

			ASSERT_INT(netdma_provider_stop(id), ==, 0);
			ASSERT_INT(netdma_provider_start(id), ==, 0);
		}
	}
}

/* ------------------------------------------------------------------ when it does not work */

struct stuck {
	int provider;
	int ret;
	struct netdma_channel *other;
	struct t *t;
};

static void
stop_other_thread(void *arg)
{
	struct stuck *s = arg;

	s->ret = netdma_provider_stop(s->provider);
}

static void
stuck_in_callback(struct netdma_channel *ch __rte_unused, const struct netdma_completion *done,
		void *arg)
{
	RTE_SET_USED(done);
	t_thread_join(t_thread_start(stop_other_thread, arg));
}

T_CASE(leave, stop_that_waits_in_vain_for_one_owner_leaves_all_channels, T_ONCE)
{
	enum { REGISTERED = 1, ARRIVAL, REMOVAL };
	struct fake *f = fake_new("fake0,desc=16,burst=1", &t->provider);
	struct stuck s = { .provider = t->provider, .ret = 1 };
	struct s_events *e = s_events();
	struct netdma_channel *ch[3];
	struct s_work *w[2];
	struct t_list *l;

	t_provider("fake1");
	ch[0] = s_channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_RECOVER);
	ch[1] = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .completion = stuck_in_callback, .arg = &s });
	ch[2] = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_RECOVER);
	w[0] = s_work(t, ch[0], S_RING);
	w[1] = s_work(t, ch[2], S_LIST);
	l = t_list_new(t, ch[1], t_pool(3), 3, 1, 100);
	l->at[1]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	ASSERT_INT(t_start(ch[1], l), ==, 0);
	t_expect(ch[1], l, NETDMA_COPIED);
	ASSERT_INT(s.ret, ==, -ETIMEDOUT);
	/* They are where they were and go on. */
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
	ASSERT_INT(s_provider_info(t->provider).nb_channels, ==, 3);
	ASSERT_INT(f->stops + f->quiesces, ==, 0);
	s_work_collect(ch[0], w[0]);
	s_work_check(ch[0], w[0]);
	s_work_collect(ch[2], w[1]);
	s_work_check(ch[2], w[1]);
	ASSERT_INT(t_info(ch[0]).provider, ==, t->provider);
	ASSERT_INT(t_info(ch[2]).provider, ==, t->provider);
	ASSERT_INT(t_stats(ch[0]).failovers + t_stats(ch[2]).failovers, ==, 0);
	S_EVENTS_EXPECT(e, t->provider, REGISTERED, ARRIVAL, REMOVAL, ARRIVAL);
	t_copy_works(t, s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT));
}

T_CASE(leave, provider_whose_driver_does_not_stop_it_can_be_stopped_again, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	int target = t_provider("fake1");
	struct netdma_channel *ch = s_channel(t, target, NETDMA_ON_ERROR_REPORT);

	f->stop_error = -EIO;
	ASSERT_INT(netdma_provider_stop(t->provider), ==, -EIO);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STOPPING);
	/* Nobody uses it. */
	ASSERT_INT(t_info(ch).provider, ==, target);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
	ASSERT_INT(t_move(ch, t->provider), ==, -ENODEV);
	ASSERT_INT(netdma_provider_start(t->provider), ==, -EBUSY);
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, -EIO);
	f->stop_error = 0;
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(f->stops, ==, 1);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	ASSERT_INT(t_move(ch, t->provider), ==, 0);
	t_copy_works(t, ch);
}

T_CASE(leave, destroyed_provider_is_left_like_a_stopped_one, T_ONCE)
{
	static const char *const all[] = { "fake0,desc=16,burst=3", "cpu0,mode=lcore",
		"cpu0,mode=inline" };
	int target = t_provider("fake9");
	struct netdma_channel *ch;
	struct s_work *w;
	unsigned int state, i;

	for (state = 0; state < S_STATES; state++) {
		i = t_has_driver("cpu") ? state % RTE_DIM(all) : 0;
		t->provider = t_provider(all[i]);
		ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
		w = s_work(t, ch, (enum s_state)state);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_find(i == 0 ? "fake0" : "cpu0"), ==, -ENODEV);
		ASSERT_INT(t_info(ch).provider, ==, target);
		s_work_collect(ch, w);
		s_work_check(ch, w);
		ASSERT_INT(t_move(ch, t->provider), ==, -ENODEV);
		t_channel_free(ch);
	}
}

/* ---------------------------------------------------------------- what is told of it */

T_CASE(leave, counters_tell_who_has_copied, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	struct netdma_channel *ch;
	struct t_list *l;
	uint64_t bytes = 0;
	uint32_t i;
	int target = t_provider("fake1,max_transfer=4096");

	ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
	l = t_list_new(t, ch, t_pool(100), 100, 4000, 4096);
	for (i = 0; i < 3; i++) {
		l->buf[50 + i] = *t_bufs(t, 1, 5000, 5000);
		l->at[50 + i]->length = 5000;
		l->at[50 + i]->src = (uintptr_t)l->buf[50 + i].src;
		l->at[50 + i]->dst = (uintptr_t)l->buf[50 + i].dst;
	}
	for (i = 0; i < 100; i++)
		bytes += l->at[i]->length;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(f->stops, ==, 1);
	t_expect(ch, l, NETDMA_COPIED);
	/* Ten were in the engine; three are too long for the other one. */
	ASSERT_INT(t_stats(ch).accepted, ==, 100);
	ASSERT_INT(t_stats(ch).copied, ==, 100);
	ASSERT_INT(t_stats(ch).by_engine, ==, 10);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 3);
	ASSERT_INT(t_stats(ch).by_failover, ==, 87);
	ASSERT_INT(t_stats(ch).bytes, ==, bytes);
	ASSERT_INT(t_stats(ch).failovers, ==, 1);
	ASSERT_INT(t_stats(ch).lists, ==, 1);
	/* What comes after it is the new one's own. */
	t_copy_works(t, ch);
	ASSERT_INT(t_stats(ch).by_engine, ==, 11);
}

T_CASE(leave, latency_is_measured_over_it, T_EACH)
{
	struct netdma_latency latency = { .size = sizeof(latency) };
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .flags = NETDMA_CHANNEL_LATENCY,
			.failover = t_provider("fake9,burst=5") });
	struct s_list *s = s_list(t, ch, 500, true);
	struct s_tally sum = { .entries = 0 };

	ASSERT_INT(t_start(ch, s->l), ==, 0);
	s_list_poll(ch, s, UINT32_MAX, &sum);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	usleep(1000);
	s_list_collect(ch, s, UINT32_MAX, &sum);
	ASSERT_INT(netdma_channel_latency_get(ch, &latency), ==, 0);
	ASSERT_INT(latency.count, ==, 500);
	/* From hand-over: the pause counts. */
	ASSERT_INT(latency.max_ns, >=, 1000000);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

T_CASE(leave, word_is_up_to_date_when_a_provider_has_stopped, T_ONCE)
{
	static const int failovers[] = { NETDMA_FAILOVER_NONE, NETDMA_FAILOVER_ANY };
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_channel *ch;
	struct t_list *l;
	unsigned int i;
	uint32_t k;

	fake_new("fake0,desc=10,burst=1", &t->provider);
	t_provider("fake1");
	for (i = 0; i < RTE_DIM(failovers); i++) {
		ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
				.nb_desc = 64, .completion_word = word, .failover = failovers[i],
				.error_policy = NETDMA_ON_ERROR_REPORT });
		l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
		for (k = 0; k < 50; k++)
			l->at[k]->flags = NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;
		ASSERT_INT(t_start(ch, l), ==, 0);
		ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_ARMED);
		/* What the engine had it has finished, and nobody polls. */
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		ASSERT(NETDMA_WORD_DESC(*word) == l->at[9]);
		ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_ACTIVE);
		while (netdma_channel_outstanding(ch) > 0)
			ASSERT_INT(netdma_poll(ch, NULL, 64), >=, 0);
		/* Only what was copied is told. */
		ASSERT(NETDMA_WORD_DESC(*word) == l->at[failovers[i] == NETDMA_FAILOVER_NONE ?
				9 : 49]);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
}

struct watcher {
	const uint64_t *word;
	struct t_list *l;
	bool over;
};

/* Whatever the word names was copied, and it never goes back. */
static void
watch_word(void *arg)
{
	struct watcher *w = arg;
	uint32_t at = 0, i;
	bool over = false;

	while (!over && !t_stopping()) {
		uint64_t word;

		over = __atomic_load_n(&w->over, __ATOMIC_ACQUIRE);
		word = __atomic_load_n(w->word, __ATOMIC_ACQUIRE);
		if (NETDMA_WORD_STATE(word) == NETDMA_WORD_ARMED)
			continue;
		for (i = at; i < w->l->n && w->l->at[i] != NETDMA_WORD_DESC(word); i++)
			;
		ASSERT_MSG(i < w->l->n, "the word went back, or names something else");
		for (; at <= i; at++)
			t_buf_check(&w->l->buf[at], T_COPIED, at);
		at = i;
		ASSERT_INT(NETDMA_WORD_STATE(word), ==, i == w->l->n - 1 ? NETDMA_WORD_IDLE :
				NETDMA_WORD_ACTIVE);
		sched_yield();
	}
}

T_CASE(leave, word_never_goes_back, T_EACH)
{
	uint64_t *word = t_zalloc(sizeof(*word));
	struct watcher w = { .word = word };
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .completion_word = word,
			.failover = t_provider("fake9,desc=8,burst=1") });
	struct netdma_completion *done;
	struct t_thread *thread, *stopper;
	uint32_t i;

	w.l = t_list_new(t, ch, t_pool(1500), 1500, 1, 50);
	for (i = 0; i < w.l->n; i++)
		w.l->at[i]->flags = NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;
	done = t_zalloc(w.l->n * sizeof(*done));
	thread = t_thread_start(watch_word, &w);
	ASSERT_INT(t_start(ch, w.l), ==, 0);
	stopper = s_stop_in_thread(t->provider);
	t_collect(ch, done, w.l->n);
	__atomic_store_n(&w.over, true, __ATOMIC_RELEASE);
	t_thread_join(stopper);
	t_thread_join(thread);
	ASSERT(NETDMA_WORD_DESC(*word) == w.l->last);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_IDLE);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

/* It is not used any more, by anyone. */
T_CASE(leave, other_channels_of_a_quarantined_provider_leave_it, T_ONCE)
{
	struct fake *f = fake_new("fake7400,desc=10", &t->provider);
	struct netdma_channel_conf conf = { .provider = t->provider, .nb_desc = 64,
		.bound_us = 1000, .failover = t_provider("fake1") };
	struct netdma_channel *lost = t_channel_conf(t, &conf), *other[2];
	struct netdma_completion done[5];
	struct t_list *l[2], *gone;
	uint32_t polls, i;

	for (i = 0; i < 2; i++) {
		other[i] = t_channel_conf(t, &conf);
		l[i] = t_list_new(t, other[i], t_pool(30), 30, 1, 300);
	}
	ASSERT_INT(t_start(other[1], l[1]), ==, 0);
	f->hold = true;
	f->quiesce = -ENOTSUP;
	gone = t_list_new(t, lost, t_pool(5), 5, 1, 300);
	ASSERT_INT(t_start(lost, gone), ==, 0);
	ASSERT_INT(netdma_channel_abort(lost), ==, -ETIMEDOUT);
	t_collect(lost, done, 5);
	ASSERT_INT(done[0].status, ==, NETDMA_UNKNOWN);
	f->hold = false;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	polls = f->polls;
	ASSERT_INT(t_start(other[0], l[0]), ==, 0);
	for (i = 0; i < 2; i++) {
		t_expect(other[i], l[i], NETDMA_COPIED);
		ASSERT_INT(t_info(other[i]).provider, ==, conf.failover);
		ASSERT_INT(t_stats(other[i]).by_engine, ==, 0);
		ASSERT_INT(t_stats(other[i]).by_failover, ==, 30);
	}
	ASSERT_INT(f->polls, ==, polls);
}

/* It does not wait for an engine that it leaves anyway. */
T_CASE(leave, suspend_on_a_quarantined_provider_goes_elsewhere_or_says_that_it_is_gone, T_ONCE)
{
	struct fake *f = fake_new("fake7401,desc=10", &t->provider);
	struct netdma_channel_conf conf = { .provider = t->provider, .nb_desc = 64,
		.bound_us = 1000, .failover = t_provider("fake1"),
		.error_policy = NETDMA_ON_ERROR_REPORT };
	int other = conf.failover;
	struct netdma_channel *lost = t_channel_conf(t, &conf), *moves, *ends;
	struct t_list *gone, *l;
	struct netdma_completion done[5];
	struct netdma_desc *last;

	moves = t_channel_conf(t, &conf);
	conf.failover = NETDMA_FAILOVER_NONE;
	ends = t_channel_conf(t, &conf);
	f->hold = true;
	f->quiesce = -ENOTSUP;
	l = t_list_new(t, moves, t_pool(30), 30, 1, 300);
	ASSERT_INT(t_start(moves, l), ==, 0);
	ASSERT_INT(t_start(ends, t_list_new(t, ends, t_pool(5), 5, 1, 300)), ==, 0);
	gone = t_list_new(t, lost, t_pool(5), 5, 1, 300);
	ASSERT_INT(t_start(lost, gone), ==, 0);
	ASSERT_INT(netdma_channel_abort(lost), ==, -ETIMEDOUT);
	t_collect(lost, done, 5);
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	/* What it took back waits to be edited. */
	ASSERT_INT(netdma_channel_suspend(moves, &last), ==, 0);
	ASSERT(last == NULL);
	ASSERT_INT(t_info(moves).provider, ==, other);
	ASSERT_INT(netdma_channel_resume(moves, l->first, l->last, l->n), ==, 0);
	t_expect(moves, l, NETDMA_COPIED);
	ASSERT_INT(netdma_channel_suspend(ends, &last), ==, -ENODEV);
	t_collect(ends, done, 5);
	ASSERT_INT(done[0].error, ==, NETDMA_ERROR_GONE);
}

/* A driver may have noted what becomes of a descriptor before those in front of it have ended. */
T_CASE(leave, what_a_driver_has_noted_of_what_it_gives_back_is_forgotten, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	int other = t_provider("fake1");
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .bound_us = 1000,
			.error_policy = NETDMA_ON_ERROR_REPORT });
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 300);

	f->hold = true;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ASSERT_INT(t_start(ch, l), ==, 0);
	netdma_desc_set_status(l->at[2], NETDMA_NOT_COPIED, NETDMA_ERROR_REFUSED);
	ASSERT_INT(netdma_channel_move(ch, other), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}
