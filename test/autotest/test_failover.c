/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers that are stopped under traffic, and what becomes of their channels. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "survive.h"

/* Who stops the provider, and what the owner of the channel does meanwhile. */
enum how { BY_OWNER, BY_ANOTHER, WHILE_OWNER_POLLS, NB_HOW };

/* Stop, and collect all there is. */
static void
stop_and_finish(struct t *t, struct netdma_channel *ch, struct s_work *w, enum how how)
{
	struct t_thread *thread = NULL;

	if (how == BY_OWNER)
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	else
		thread = s_stop_in_thread(t->provider);
	if (how == BY_ANOTHER)
		t_thread_join(thread);
	s_work_collect(ch, w);
	if (how == WHILE_OWNER_POLLS)
		t_thread_join(thread);
	s_work_check(ch, w);
}

/* A channel in that state goes to another provider, and nobody notices but who asks. */
static void
goes_along(struct t *t, enum s_state state)
{
	struct netdma_channel_stats before, after;
	struct netdma_channel *ch;
	struct s_work *w;
	unsigned int round;
	int target;

	for (round = 0; round < s_nb_targets; round++) {
		target = s_target(round);
		ch = s_channel(t, round & 1 ? NETDMA_FAILOVER_ANY : target,
				NETDMA_ON_ERROR_RECOVER);
		w = s_work(t, ch, state);
		before = t_stats(ch);
		stop_and_finish(t, ch, w, (enum how)t_range(t, 0, NB_HOW - 1));
		after = t_stats(ch);
		ASSERT_INT(before.failovers, ==, 0);
		ASSERT_INT(after.failovers, ==, 1);
		ASSERT_INT(after.not_copied, ==, w->sum.error[NETDMA_ERROR_CANCELED]);
		ASSERT(t_info(ch).provider != t->provider);
		if (!(round & 1))
			ASSERT_INT(t_info(ch).provider, ==, target);
		ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_REGISTERED);
		ASSERT_INT(s_provider_info(t->provider).nb_channels, ==, 0);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

T_CASE(failover, armed_channel_goes_along, T_EACH) { goes_along(t, S_ARMED); }
T_CASE(failover, ring_fed_channel_goes_along, T_EACH) { goes_along(t, S_RING); }
T_CASE(failover, list_fed_channel_goes_along, T_EACH) { goes_along(t, S_LIST); }
T_CASE(failover, what_is_filled_goes_along, T_EACH) { goes_along(t, S_FILLED); }
T_CASE(failover, suspended_ring_goes_along, T_EACH) { goes_along(t, S_SUSPENDED_RING); }
T_CASE(failover, suspended_list_goes_along, T_EACH) { goes_along(t, S_SUSPENDED_LIST); }
T_CASE(failover, aborted_channel_goes_along, T_EACH | T_SOUND) { goes_along(t, S_ABORTED); }
T_CASE(failover, undelivered_completions_go_along, T_EACH) { goes_along(t, S_UNDELIVERED); }
T_CASE(failover, replaced_lists_go_along, T_EACH) { goes_along(t, S_BRIDGED); }

/* A channel in that state that nobody takes. */
static struct s_work *
is_left_alone(struct t *t, enum s_state state, int failover, enum netdma_error_policy policy)
{
	struct netdma_channel *ch = s_channel(t, failover, policy);
	struct s_work *w = s_work(t, ch, state);
	uint32_t gone;

	stop_and_finish(t, ch, w, (enum how)t_range(t, BY_OWNER, BY_ANOTHER));
	gone = w->sum.error[NETDMA_ERROR_GONE];
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(t_stats(ch).failovers, ==, 0);
	if (failover != NETDMA_FAILOVER_NONE && policy == NETDMA_ON_ERROR_RECOVER)
		ASSERT_INT(gone, ==, 0);
	else
		ASSERT_INT(t_stats(ch).by_recovery, ==, 0);
	/* Control calls say so as well. */
	ASSERT_INT(netdma_channel_abort(ch), ==, -ENODEV);
	ASSERT_INT(netdma_channel_reset(ch), ==, -ENODEV);
	ASSERT_INT(netdma_channel_start(ch, NULL, NULL, 0), ==, -ENODEV);
	ASSERT_INT(netdma_marker(ch, 0, NULL), ==, -ENODEV);
	ASSERT_INT(netdma_channel_drain(ch, 0), ==, -ENODEV);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	return w;
}

T_CASE(failover, channel_that_wants_none_drops_what_is_unfinished, T_EACH | T_SOUND)
{
	static const enum netdma_error_policy policies[] = { NETDMA_ON_ERROR_RECOVER,
		NETDMA_ON_ERROR_REPORT, NETDMA_ON_ERROR_HALT };
	unsigned int state;

	for (state = 0; state < S_STATES; state++)
		is_left_alone(t, (enum s_state)state, NETDMA_FAILOVER_NONE,
				policies[state % RTE_DIM(policies)]);
}

/* An id that no provider has. */
enum { NOBODY = 1 << 30 };

T_CASE(failover, cpu_copies_the_rest_where_nobody_is_there, T_EACH | T_SOUND)
{
	unsigned int state;

	for (state = 0; state < S_STATES; state++)
		is_left_alone(t, (enum s_state)state, NOBODY, NETDMA_ON_ERROR_RECOVER);
}

/* A poll gives the CPU back, however much is left to copy. */
T_CASE(failover, poll_of_a_stranded_channel_copies_a_little_at_a_time, T_ONCE)
{
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t left = 1000, i;
	int n;

	fake_new("fake0,desc=1", &t->provider);
	ch = s_channel(t, NOBODY, NETDMA_ON_ERROR_RECOVER);
	l = t_list_new(t, ch, t_pool(left), left, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	for (i = 0; left > 0; i++) {
		n = netdma_poll(ch, NULL, UINT16_MAX);
		ASSERT_INT(n, >, 0);
		ASSERT_INT(n, <, 1000 / 2);
		left -= (uint32_t)n;
	}
	t_bufs_check(l->buf, 1000, T_COPIED);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 999);
}

T_CASE(failover, who_wants_to_know_is_told_where_nobody_is_there, T_EACH | T_SOUND)
{
	unsigned int state;

	for (state = 0; state < S_STATES; state++)
		is_left_alone(t, (enum s_state)state, NOBODY, state & 1 ? NETDMA_ON_ERROR_REPORT :
				NETDMA_ON_ERROR_HALT);
}

T_CASE(failover, device_that_takes_too_long_is_stopped_and_nothing_is_lost, T_ONCE)
{
	struct netdma_channel *ch;
	struct t_list *l;
	unsigned int round;
	int target = t_provider("fake90");

	t->provider = netdma_provider_find("dma_skeleton0");
	if (t->provider < 0)
		t_skip("no dma_skeleton0: give EAL --vdev dma_skeleton0");
	for (round = 0; round < 10; round++) {
		ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
				.nb_desc = 1024, .bound_us = 1, .failover = target,
				.error_policy = NETDMA_ON_ERROR_REPORT });
		l = t_list_new(t, ch, t_pool(1000), 1000, 5000, 9000);
		ASSERT_INT(t_start(ch, l), ==, 0);
		if (round & 1)
			ASSERT_INT(t_move(ch, target), ==, 0);
		else
			ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(t_info(ch).provider, ==, target);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
}
