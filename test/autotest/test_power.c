/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Engines that lose their power for a while. */

#include <errno.h>

#include "survive.h"

#define REGISTERED NETDMA_EVENT_PROVIDER_REGISTERED
#define ARRIVAL NETDMA_EVENT_PROVIDER_ARRIVAL
#define REMOVAL NETDMA_EVENT_PROVIDER_REMOVAL
#define DOWN NETDMA_EVENT_PROVIDER_POWER_DOWN
#define UP NETDMA_EVENT_PROVIDER_POWER_UP

static int
power(const struct fake *f, bool up)
{
	return netdma_provider_notify(f->provider, up ? UP : DOWN);
}

/* How often the engine was called so far. */
static uint32_t
calls(const struct fake *f)
{
	return f->channel_starts + f->appends + f->polls + f->quiesces;
}

/* ----------------------------------------------------------------- channels that wait */

static void
waits_and_goes_on(struct t *t, const char *args, enum netdma_error_policy policy)
{
	struct fake *f = fake_new(args, &t->provider);
	unsigned int state, i;
	uint32_t before;

	for (state = 0; state < S_STATES; state++) {
		struct netdma_channel *ch = s_channel(t, NETDMA_FAILOVER_NONE, policy);
		struct s_work *w = s_work(t, ch, (enum s_state)state);

		ASSERT_INT(power(f, false), ==, 0);
		ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_ASLEEP);
		ASSERT(t_info(ch).state != NETDMA_CHANNEL_DETACHED);
		ASSERT_INT(t_info(ch).provider, ==, t->provider);
		/* Without power it is left alone, and takes more. */
		before = calls(f);
		for (i = 0; i < 5; i++)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		if (w->ring != NULL)
			ASSERT_INT(s_ring_submit(ch, w->ring), >=, 0);
		for (i = 0; i < 5; i++)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(calls(f), ==, before);
		ASSERT_INT(power(f, true), ==, 0);
		ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
		s_work_collect(ch, w);
		s_work_check(ch, w);
		ASSERT_INT(t_stats(ch).failovers + t_stats(ch).by_recovery, ==, 0);
		t_channel_free(ch);
	}
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
}

T_CASE(power, channel_that_wants_no_other_waits_and_goes_on, T_ONCE)
{
	waits_and_goes_on(t, "fake0,desc=16,burst=3", NETDMA_ON_ERROR_REPORT);
	waits_and_goes_on(t, "fake0,addr=iova", NETDMA_ON_ERROR_RECOVER);
}

T_CASE(power, channel_that_finds_no_other_waits, T_RAW)
{
	struct netdma_channel *ch;
	struct fake *f;
	struct s_work *w;

	t_init_without_devices(t);
	f = fake_new("fake0,desc=16", &t->provider);
	ch = s_channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_RECOVER);
	w = s_work(t, ch, S_LIST);
	ASSERT_INT(power(f, false), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	ASSERT_INT(power(f, true), ==, 0);
	s_work_collect(ch, w);
	s_work_check(ch, w);
	ASSERT_INT(t_stats(ch).by_recovery + t_stats(ch).by_failover, ==, 0);
}

T_CASE(power, what_the_engine_has_is_finished_before_it_sleeps, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10,burst=1", &t->provider);
	struct netdma_channel *ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
	struct netdma_completion done[30];
	struct t_list *l = t_list_new(t, ch, t_pool(30), 30, 1, 300);
	uint32_t i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(power(f, false), ==, 0);
	ASSERT_INT(netdma_poll(ch, done, 30), ==, 10);
	ASSERT_INT(netdma_poll(ch, done, 30), ==, 0);
	for (i = 0; i < 30; i++)
		t_buf_check(&l->buf[i], i < 10 ? T_COPIED : T_NOT_COPIED, i);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	ASSERT_INT(netdma_channel_free(ch), ==, -EBUSY);
	ASSERT_INT(power(f, true), ==, 0);
	/* It is told a start, after what may have been a reset. */
	i = f->channel_starts;
	t_collect(ch, done, 20);
	ASSERT_INT(f->channel_starts, ==, i + 1);
	t_bufs_check(l->buf, 30, T_COPIED);
}

T_CASE(power, chain_over_naps_has_the_right_bytes, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=3,burst=1", &t->provider);
	struct netdma_channel *ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
	struct s_chain *c = s_chain(t, ch, 20);
	unsigned int i;

	ASSERT_INT(t_start(ch, c->l), ==, 0);
	while (t_info(ch).state == NETDMA_CHANNEL_ACTIVE) {
		for (i = t_range(t, 0, 9); i > 0; i--)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(power(f, false), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(power(f, true), ==, 0);
	}
	t_expect(ch, c->l, NETDMA_COPIED);
	s_chain_check(c);
}

/* A list takes the place of what waits; what it has dropped comes back at once. */
T_CASE(power, sleeping_channel_may_be_started, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10,burst=1", &t->provider);
	struct netdma_channel *ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
	struct netdma_completion done[30];
	struct t_list *l = t_list_new(t, ch, t_pool(30), 30, 1, 300);
	struct t_list *next = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	uint32_t i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(power(f, false), ==, 0);
	ASSERT_INT(t_start(ch, next), ==, 0);
	t_collect(ch, done, 30);
	for (i = 0; i < 30; i++) {
		t_entry_check(&done[i], l->at[i], i < 10 ? NETDMA_COPIED : NETDMA_NOT_COPIED, i);
		t_buf_check(&l->buf[i], i < 10 ? T_COPIED : T_NOT_COPIED, i);
	}
	ASSERT_INT(netdma_poll(ch, done, 30), ==, 0);
	t_bufs_check(next->buf, 20, T_NOT_COPIED);
	ASSERT_INT(power(f, true), ==, 0);
	t_expect(ch, next, NETDMA_COPIED);
}

T_CASE(power, sleeping_channel_may_be_suspended_aborted_reset_and_moved, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10,burst=1", &t->provider);
	struct netdma_desc *last;
	unsigned int what;
	uint32_t before;
	int target = t_provider("fake1");

	for (what = 0; what < 5; what++) {
		struct netdma_channel *ch = s_channel(t, NETDMA_FAILOVER_NONE,
				NETDMA_ON_ERROR_REPORT);
		struct s_tally sum = { .entries = 0 };
		struct s_list *s = s_list(t, ch, 100, false);

		ASSERT_INT(t_start(ch, s->l), ==, 0);
		ASSERT_INT(power(f, false), ==, 0);
		before = calls(f);
		switch (what) {
		case 0:
			ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
			ASSERT(last == s->l->at[9]);
			s_list_collect(ch, s, 10, &sum);
			s_list_check_untouched(s, 10);
			ASSERT_INT(netdma_channel_resume(ch, s->l->at[10], s->l->last, 90), ==, 0);
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
			break;
		case 1:
			ASSERT_INT(netdma_channel_abort(ch), ==, 0);
			break;
		case 2:
			ASSERT_INT(netdma_channel_reset(ch), ==, 0);
			break;
		case 3:
			ASSERT_INT(t_move(ch, target), ==, 0);
			s_list_collect(ch, s, UINT32_MAX, &sum);
			break;
		default:
			ASSERT_INT(netdma_channel_drain(ch, 1000), ==, -ETIMEDOUT);
			break;
		}
		ASSERT_INT(calls(f), ==, before);
		ASSERT_INT(power(f, true), ==, 0);
		s_list_collect(ch, s, UINT32_MAX, &sum);
		ASSERT_INT(sum.status[NETDMA_NOT_COPIED], ==, what == 1 || what == 2 ? 90 : 0);
		ASSERT_INT(sum.status[NETDMA_COPIED] + sum.status[NETDMA_NOT_COPIED], ==, 100);
		t_channel_free(ch);
	}
}

/* ------------------------------------------------------------------- channels that move */

T_CASE(power, channel_moves_where_it_may, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=16,burst=3", &t->provider);
	unsigned int state;

	for (state = 0; state < S_STATES; state++) {
		int target = s_target(state);
		struct netdma_channel *ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
		struct s_work *w = s_work(t, ch, (enum s_state)state);

		ASSERT_INT(power(f, false), ==, 0);
		ASSERT_INT(t_info(ch).provider, ==, target);
		s_work_collect(ch, w);
		s_work_check(ch, w);
		ASSERT_INT(t_move(ch, t->provider), ==, -ENODEV);
		ASSERT_INT(power(f, true), ==, 0);
		ASSERT_INT(t_move(ch, t->provider), ==, 0);
		t_copy_works(t, ch);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

/* ----------------------------------------------------------------- what is not possible */

T_CASE(power, nothing_new_begins_on_a_sleeping_provider, T_RAW)
{
	struct netdma_channel *ch;
	struct fake *f;
	int other;

	t_init_without_devices(t);
	f = fake_new("fake0", &t->provider);
	ASSERT_INT(power(f, false), ==, 0);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = NETDMA_PROVIDER_ANY }, ENODEV);
	ASSERT_INT(netdma_provider_start(t->provider), <, 0);
	/* Nor does anybody fail over to it. */
	other = t_provider("fake1");
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = other });
	ASSERT_INT(netdma_provider_stop(other), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(power(f, true), ==, 0);
	ASSERT_INT(t_move(ch, t->provider), ==, 0);
	t_copy_works(t, ch);
	ASSERT_INT(f->starts, ==, 1);
}

T_CASE(power, wrong_order_is_refused, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel *ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);

	ASSERT_INT(power(f, true), ==, -EINVAL);
	ASSERT_INT(power(f, false), ==, 0);
	ASSERT_INT(power(f, false), ==, -EINVAL);
	ASSERT_INT(power(f, true), ==, 0);
	ASSERT_INT(power(f, true), ==, -EINVAL);
	ASSERT_INT(netdma_provider_notify(NULL, UP), ==, -EINVAL);
	ASSERT_INT(netdma_provider_notify(f->provider, ARRIVAL), ==, -EINVAL);
	ASSERT_INT(netdma_provider_notify(f->provider, (enum netdma_event_type)77), ==, -EINVAL);
	t_copy_works(t, ch);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(power(f, false), ==, -EINVAL);
	ASSERT_INT(power(f, true), ==, -EINVAL);
}

struct caller {
	struct fake *f;
	int ret[2];
};

static void
notify_from_callback(struct netdma_channel *ch __rte_unused, const struct netdma_completion *done,
		void *arg)
{
	struct caller *c = arg;

	RTE_SET_USED(done);
	c->ret[0] = power(c->f, false);
	c->ret[1] = power(c->f, true);
}

T_CASE(power, notify_from_a_callback_is_busy, T_ONCE)
{
	struct caller c = { .ret = { 1, 1 } };
	struct netdma_completion done;
	struct netdma_channel *ch;

	c.f = fake_new("fake0", &t->provider);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.completion = notify_from_callback, .arg = &c });
	ASSERT_INT(netdma_marker(ch, NETDMA_DESC_INTERRUPT_ON_COMPLETION, NULL), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	t_collect(ch, &done, 1);
	ASSERT_INT(c.ret[0], ==, -EBUSY);
	ASSERT_INT(c.ret[1], ==, -EBUSY);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
}

/* ------------------------------------------------------------------------- stopped asleep */

T_CASE(power, sleeping_provider_may_be_stopped, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=16,burst=3", &t->provider);
	struct netdma_channel *goes, *stays;
	struct s_work *w[2];
	unsigned int round;
	uint32_t before;
	int target = t_provider("fake1");

	for (round = 0; round < 3; round++) {
		stays = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
		/* Named, but not there when the power goes. */
		ASSERT_INT(netdma_provider_stop(target), ==, 0);
		goes = s_channel(t, target, NETDMA_ON_ERROR_REPORT);
		w[0] = s_work(t, stays, S_LIST);
		w[1] = s_work(t, goes, S_RING);
		ASSERT_INT(power(f, false), ==, 0);
		ASSERT_INT(t_info(goes).provider, ==, t->provider);
		ASSERT_INT(netdma_provider_start(target), ==, 0);
		before = calls(f);
		if (round == 2)
			ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
		else
			ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		ASSERT_INT(t_info(stays).state, ==, NETDMA_CHANNEL_DETACHED);
		ASSERT_INT(t_info(goes).provider, ==, target);
		s_work_collect(stays, w[0]);
		s_work_check(stays, w[0]);
		s_work_collect(goes, w[1]);
		s_work_check(goes, w[1]);
		t_channel_free(stays);
		t_channel_free(goes);
		if (round == 2)
			break;
		ASSERT_INT(calls(f), ==, before);
		ASSERT_INT(power(f, true), ==, -EINVAL);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
	}
}

static void
stop_other_thread(void *arg)
{
	struct caller *c = arg;

	c->ret[0] = netdma_provider_stop(netdma_provider_id(c->f->provider));
	c->ret[1] = power(c->f, true);
}

static void
stuck_in_callback(struct netdma_channel *ch __rte_unused, const struct netdma_completion *done,
		void *arg)
{
	RTE_SET_USED(done);
	t_thread_join(t_thread_start(stop_other_thread, arg));
}

/* The owner does not let go: a stop changes nothing, and it sleeps as before. */
T_CASE(power, stop_that_fails_does_not_wake_it, T_ONCE)
{
	struct caller c = { .ret = { 1, 1 } };
	struct s_events *e = s_events();
	struct netdma_channel *ch;
	struct t_list *l;

	c.f = fake_new("fake0,desc=8", &t->provider);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .completion = stuck_in_callback, .arg = &c,
			.failover = NETDMA_FAILOVER_NONE });
	l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	l->at[3]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(power(c.f, false), ==, 0);
	ASSERT_INT(netdma_poll(ch, (struct netdma_completion[8]){ { NULL } }, 8), ==, 8);
	ASSERT_INT(c.ret[0], ==, -ETIMEDOUT);
	/* No more could it be woken just then. */
	ASSERT_INT(c.ret[1], ==, -ETIMEDOUT);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_ASLEEP);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
	ASSERT_INT(netdma_poll(ch, NULL, 20), ==, 0);
	ASSERT_INT(power(c.f, true), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, T_PATIENCE_S * UINT64_C(1000000)), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 20), ==, 12);
	t_bufs_check(l->buf, 20, T_COPIED);
	S_EVENTS_EXPECT(e, t->provider, REGISTERED, ARRIVAL, DOWN, REMOVAL, ARRIVAL, DOWN, UP);
}

static void
power_down_thread(void *arg)
{
	struct caller *c = arg;

	c->ret[0] = power(c->f, false);
}

static void
powered_down_in_callback(struct netdma_channel *ch __rte_unused,
		const struct netdma_completion *done, void *arg)
{
	RTE_SET_USED(done);
	t_thread_join(t_thread_start(power_down_thread, arg));
}

T_CASE(power, down_that_waits_in_vain_for_an_owner_changes_nothing, T_ONCE)
{
	struct caller c = { .ret = { 1, 1 } };
	struct s_events *e = s_events();
	struct netdma_channel *ch, *other;
	struct t_list *l;

	c.f = fake_new("fake0,desc=8", &t->provider);
	other = s_channel(t, NETDMA_FAILOVER_ANY, NETDMA_ON_ERROR_REPORT);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .completion = powered_down_in_callback, .arg = &c });
	l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	l->at[3]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(c.ret[0], ==, -ETIMEDOUT);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
	ASSERT_INT(t_info(ch).provider, ==, t->provider);
	ASSERT_INT(t_info(other).provider, ==, t->provider);
	S_EVENTS_EXPECT(e, t->provider, REGISTERED, ARRIVAL, DOWN, UP);
	ASSERT_INT(power(c.f, false), ==, 0);
	ASSERT_INT(power(c.f, true), ==, 0);
}

/* ---------------------------------------------------------- an engine that does not answer */

/* One engine of the provider's is lost: the others are not left asleep for ever. */
T_CASE(power, engine_that_cannot_be_stopped_is_told_and_all_channels_leave_it, T_ONCE)
{
	struct fake *f = fake_new("fake7300,desc=10", &t->provider);
	struct netdma_channel_conf conf = { .provider = t->provider, .nb_desc = 64,
		.bound_us = 1000, .failover = NETDMA_FAILOVER_NONE };
	struct netdma_completion done[20];
	struct netdma_channel *other[2], *ch;
	struct t_list *l, *more[2];
	unsigned int i;

	other[0] = t_channel_conf(t, &conf);
	ch = t_channel_conf(t, &conf);
	other[1] = t_channel_conf(t, &conf);
	l = t_list_new(t, ch, t_pool(20), 20, 1, 300);
	for (i = 0; i < 2; i++)
		more[i] = t_list_new(t, other[i], t_pool(20), 20, 1, 300);
	t_run_list(other[0], more[0]);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(power(f, false), ==, -ETIMEDOUT);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_QUARANTINED);
	t_collect(ch, done, 20);
	for (i = 0; i < 20; i++) {
		ASSERT_INT(done[i].status, ==, i < 10 ? NETDMA_UNKNOWN : NETDMA_NOT_COPIED);
		ASSERT_INT(done[i].error, ==, i < 10 ? NETDMA_ERROR_TIMEOUT : NETDMA_ERROR_GONE);
	}
	f->hold = false;
	for (i = 0; i < 2; i++) {
		ASSERT_INT(t_info(other[i]).state, ==, NETDMA_CHANNEL_DETACHED);
		t_list_restore(other[i], more[i]);
		ASSERT_INT(t_start(other[i], more[i]), ==, -ENODEV);
	}
	ASSERT_INT(power(f, true), ==, -EINVAL);
}

/* ------------------------------------------------------------------------------ events */

T_CASE(power, events_come_in_order_to_early_and_late_clients, T_ONCE)
{
	struct s_events *early = s_events(), *asleep, *awake;
	struct fake *f = fake_new("fake0", &t->provider);
	unsigned int i;

	S_EVENTS_EXPECT(early, t->provider, REGISTERED, ARRIVAL);
	ASSERT_INT(power(f, false), ==, 0);
	S_EVENTS_EXPECT(early, t->provider, REGISTERED, ARRIVAL, DOWN);
	asleep = s_events();
	S_EVENTS_EXPECT(asleep, t->provider, REGISTERED, ARRIVAL, DOWN);
	ASSERT_INT(power(f, true), ==, 0);
	S_EVENTS_EXPECT(early, t->provider, REGISTERED, ARRIVAL, DOWN, UP);
	S_EVENTS_EXPECT(asleep, t->provider, REGISTERED, ARRIVAL, DOWN, UP);
	awake = s_events();
	S_EVENTS_EXPECT(awake, t->provider, REGISTERED, ARRIVAL);
	ASSERT_INT(power(f, false), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	S_EVENTS_EXPECT(awake, t->provider, REGISTERED, ARRIVAL, DOWN, REMOVAL, ARRIVAL);
	for (i = 0; i < 50; i++) {
		ASSERT_INT(power(f, false), ==, 0);
		ASSERT_INT(power(f, true), ==, 0);
	}
	ASSERT_INT(s_events_count(early, "fake0", DOWN), ==, 52);
	ASSERT_INT(s_events_count(early, "fake0", UP), ==, 51);
}

struct watcher {
	struct netdma_channel *ch;
	int provider, target;
	int at_down, at_up;
};

static void
look(struct netdma_client *client __rte_unused, const struct netdma_event *event, void *arg)
{
	struct watcher *w = arg;

	if (w->ch == NULL || event->provider != w->provider)
		return;
	if (event->type == NETDMA_EVENT_PROVIDER_POWER_DOWN)
		w->at_down = t_info(w->ch).provider;
	if (event->type == NETDMA_EVENT_PROVIDER_POWER_UP)
		w->at_up = netdma_channel_move(w->ch, w->provider);
}

/* Of a power-down before channels are touched, of a power-up when it can be used. */
T_CASE(power, events_come_when_they_are_of_use, T_ONCE)
{
	struct watcher *w = t_zalloc(sizeof(*w));
	struct fake *f = fake_new("fake0", &w->provider);

	t->provider = w->provider;
	w->target = t_provider("fake1");
	t_client(&(struct netdma_client_conf){ .name = "look", .event = look, .arg = w });
	w->ch = s_channel(t, w->target, NETDMA_ON_ERROR_REPORT);
	w->at_up = 1;
	ASSERT_INT(power(f, false), ==, 0);
	ASSERT_INT(w->at_down, ==, w->provider);
	ASSERT_INT(t_info(w->ch).provider, ==, w->target);
	ASSERT_INT(power(f, true), ==, 0);
	ASSERT_INT(w->at_up, ==, 0);
	ASSERT_INT(t_info(w->ch).provider, ==, w->provider);
	t_copy_works(t, w->ch);
}

/* ------------------------------------------------------------------------------ traffic */

struct napper {
	struct fake *f;
	bool over;
	uint32_t naps;
};

static void
nap(void *arg)
{
	struct napper *n = arg;
	struct t_deadline d;
	int ret;

	while (!__atomic_load_n(&n->over, __ATOMIC_ACQUIRE) && !t_stopping()) {
		ret = power(n->f, false);
		ASSERT(ret == 0 || ret == -ETIMEDOUT);
		n->naps += ret == 0;
		t_deadline_set(&d);
		while (ret == 0 && (ret = power(n->f, true)) != 0) {
			ASSERT_INT(ret, ==, -ETIMEDOUT);
			ret = 0;
			ASSERT(t_wait(&d));
		}
	}
}

T_CASE(power, owner_at_work_does_not_mind_naps, T_ONCE)
{
	struct napper *n = t_zalloc(sizeof(*n));
	struct t_thread *thread;
	struct netdma_channel *ch;
	struct s_tally sum = { .entries = 0 };
	struct s_ring *r;
	unsigned int round;

	n->f = fake_new("fake0,desc=16,burst=3", &t->provider);
	ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
	r = s_ring(t, 60);
	thread = t_thread_start(nap, n);
	for (round = 0; round < 100; round++) {
		s_ring_refill(r);
		s_ring_run(ch, r, &sum);
	}
	__atomic_store_n(&n->over, true, __ATOMIC_RELEASE);
	t_thread_join(thread);
	ASSERT_INT(sum.status[NETDMA_COPIED], ==, 6000);
	ASSERT(n->naps != 0);
	s_stats_check(ch, &sum);
}
