/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers whose engine did not answer: nobody uses them any more, and nobody is sent away from
 * the next one.
 */

#include <errno.h>

#include "survive.h"

/* A channel of the case's provider, which has five copies and is to be lost, and its client's
 * other channels.
 */
struct loss {
	struct fake *f;
	struct netdma_channel_conf conf;
	struct netdma_channel *lost;
};

static struct loss
loss_new(struct t *t, const char *args)
{
	struct loss s = { .f = fake_new(args, &t->provider) };
	struct t_list *l;

	s.conf = (struct netdma_channel_conf){ .provider = t->provider, .nb_desc = 64,
		.bound_us = 1000, .failover = t_provider("fake1") };
	s.lost = t_channel_conf(t, &s.conf);
	l = t_list_new(t, s.lost, t_pool(5), 5, 1, 300);
	s.f->hold = true;
	s.f->quiesce = -ENOTSUP;
	ASSERT_INT(t_start(s.lost, l), ==, 0);
	return s;
}

static void
lose(struct netdma_channel *ch)
{
	ASSERT_INT(netdma_channel_abort(ch), ==, -ETIMEDOUT);
}

static void
leave(struct netdma_channel *ch)
{
	struct netdma_completion done[8];

	netdma_poll(ch, done, RTE_DIM(done));
	netdma_poll(ch, done, RTE_DIM(done));
}

/* Also while the owner of the lost one does nothing more. */
T_CASE(quarantine, other_channels_hear_of_it_at_once, T_ONCE)
{
	struct loss s = loss_new(t, "fake7500,desc=10");
	struct netdma_channel *other = t_channel_conf(t, &s.conf);
	struct netdma_completion done[5];
	uint32_t polls;

	lose(s.lost);
	polls = s.f->polls;
	ASSERT_INT(netdma_poll(other, NULL, 0), ==, 0);
	ASSERT_INT(s.f->polls, ==, polls);
	ASSERT_INT(t_info(other).provider, ==, s.conf.failover);
	t_collect(s.lost, done, 5);
}

T_CASE(quarantine, channel_that_is_to_leave_does_not_move_to_where_it_is, T_ONCE)
{
	struct loss s = loss_new(t, "fake7501,desc=10");
	struct netdma_channel *other = t_channel_conf(t, &s.conf);
	struct netdma_completion done[5];

	lose(s.lost);
	ASSERT_INT(t_move(other, t->provider), ==, -ENODEV);
	t_collect(s.lost, done, 5);
}

/* Told to leave in the very call in which it leaves by itself: that has nothing to do with the
 * next engine.
 */
static struct netdma_channel *to_be_lost;

static void
lose_meanwhile(struct fake *f)
{
	struct netdma_channel *ch = to_be_lost;

	if (ch == NULL)
		return;
	to_be_lost = NULL;
	lose(ch);
	leave(ch);
	f->gone = -ENODEV;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
}

T_CASE(quarantine, channel_that_has_left_already_stays_where_it_is, T_ONCE)
{
	struct loss s = loss_new(t, "fake7502,desc=10");
	struct fake *next = fake_new("fake7503", NULL);
	struct netdma_channel *ch;
	struct netdma_desc *last;
	struct t_list *l;

	s.conf.failover = netdma_provider_id(next->provider);
	s.conf.bound_us = 1000000;
	ch = t_channel_conf(t, &s.conf);
	l = t_list_new(t, ch, t_pool(30), 30, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	to_be_lost = s.lost;
	s.f->on_poll = lose_meanwhile;
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	s.f->on_poll = NULL;
	ASSERT(to_be_lost == NULL);
	ASSERT_INT(t_info(ch).provider, ==, s.conf.failover);
	/* It cannot be stopped by force, and is busy for a moment. */
	next->hold = true;
	ASSERT_INT(netdma_channel_resume(ch, l->first, l->last, l->n), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	next->hold = false;
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	ASSERT_INT(s_provider_info(s.conf.failover).state, ==, NETDMA_PROVIDER_STARTED);
	t_expect(ch, l, NETDMA_COPIED);
}

/* It did not answer when the channel moved off what stands on it. */
T_CASE(quarantine, channel_does_not_stay_where_it_moves_to, T_ONCE)
{
	struct fake *f = fake_new("fake7504,desc=10", NULL);
	int below = netdma_provider_id(f->provider), above;
	struct netdma_channel_conf conf = { .nb_desc = 64, .bound_us = 1000,
		.failover = t_provider("fake1") };
	struct netdma_channel *ch;
	struct netdma_completion done[8];
	struct t_list *l;
	uint32_t n;

	t_need_driver("fault");
	ASSERT_INT(netdma_provider_create("fault7504,lower=fake7504", &above), ==, 0);
	conf.provider = above;
	ch = t_channel_conf(t, &conf);
	l = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(t_move(ch, below), ==, -ETIMEDOUT);
	f->hold = false;
	for (n = 0; n < 5;)
		n += (uint32_t)netdma_poll(ch, done, RTE_DIM(done));
	ASSERT_INT(s_provider_info(below).state, ==, NETDMA_PROVIDER_QUARANTINED);
	ASSERT_INT(netdma_poll(ch, done, RTE_DIM(done)), ==, 0);
	ASSERT_INT(t_info(ch).provider, ==, conf.failover);
}

/* Lost while a client hears of the power-down. */
static struct netdma_channel *lost_in_the_dark;

static void
lose_in_the_dark(struct netdma_client *client __rte_unused, const struct netdma_event *e, void *arg)
{
	struct fake *f = arg;

	if (e->type != NETDMA_EVENT_PROVIDER_POWER_DOWN ||
			e->provider != netdma_provider_id(f->provider))
		return;
	lose(lost_in_the_dark);
	leave(lost_in_the_dark);
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
}

T_CASE(quarantine, power_down_of_one_that_is_lost_meanwhile_leaves_its_engine_alone, T_ONCE)
{
	struct loss s = loss_new(t, "fake7505,desc=10");
	struct netdma_channel *other = t_channel_conf(t, &s.conf);
	struct t_list *l = t_list_new(t, other, t_pool(30), 30, 1, 300);
	uint32_t quiesces, polls;

	lost_in_the_dark = s.lost;
	t_client(&(struct netdma_client_conf){ .name = "dark", .event = lose_in_the_dark,
			.arg = s.f });
	ASSERT_INT(t_start(other, l), ==, 0);
	ASSERT_INT(netdma_provider_notify(s.f->provider, NETDMA_EVENT_PROVIDER_POWER_DOWN), ==,
			-ETIMEDOUT);
	quiesces = s.f->quiesces;
	polls = s.f->polls;
	t_expect(other, l, NETDMA_COPIED);
	ASSERT_INT(s.f->quiesces, ==, quiesces);
	ASSERT_INT(s.f->polls, ==, polls);
}
