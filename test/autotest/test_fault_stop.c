/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The fault driver: engines that get stuck, what is told of what they had when they were stopped,
 * and channels that are refused.
 */

#include <errno.h>

#include "fake.h"
#include "test_fault.h"

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

	fault_over(t, "cpu0", "stuck_at=5,stuck_at=7,stuck_at=30");
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
	/* Before the channel has left it. */
	ASSERT_INT(fault_state_of(t->provider), ==, NETDMA_PROVIDER_QUARANTINED);
	ASSERT_INT(netdma_provider_start(t->provider), ==, -EIO);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
	rest(ch, l, 4, NETDMA_UNKNOWN, NETDMA_COMPLETION_ENGINE_MAY_WRITE);
	ASSERT_INT(fault_state_of(t->provider), ==, NETDMA_PROVIDER_QUARANTINED);
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

T_CASE(fault, burst_that_is_not_complete_is_told_when_it_is_stopped, T_ONCE)
{
	struct netdma_completion done[2];
	struct netdma_channel *ch;
	struct t_list *l;

	fault_over(t, "cpu0", "burst=4,stuck_at=7");
	ch = fault_channel(t, 16, 1000);
	l = t_list_new(t, ch, t_pool(20), 20, 1, 100);
	/* The engine finishes two behind these four. */
	ASSERT_INT(netdma_channel_start(ch, l->first, l->at[3], 4), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(netdma_channel_append(ch, l->at[4], l->last, 16), ==, 0);
	only_these(ch, l, 4);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, done, 2);
	t_entry_check(&done[0], l->at[4], NETDMA_COPIED, 4);
	t_entry_check(&done[1], l->at[5], NETDMA_COPIED, 5);
	rest(ch, l, 6, NETDMA_NOT_COPIED, 0);
	l = t_list_new(t, ch, t_pool(50), 50, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

/* Five descriptors, of two pieces each but for the first, over an engine that gets stuck behind
 * the first piece of the second one, and is stopped.
 */
T_CASE(fault, what_was_copied_in_part_when_it_was_stopped_has_failed, T_ONCE)
{
	uint8_t *src, *dst = t_memory(t, 4096, 64);
	struct netdma_completion done[4];
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
	t_collect(ch, done, 1);
	ASSERT_INT(done[0].status, ==, NETDMA_COPIED);
	ASSERT_INT(netdma_poll(ch, done, 4), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, done, 4);
	ASSERT_INT(done[0].status, ==, NETDMA_FAILED);
	ASSERT_INT(done[0].error, ==, NETDMA_ERROR_TIMEOUT);
	ASSERT(memcmp(dst + 500, src + 4096 - 100, 100) == 0);
	ASSERT_INT(t_pattern_diff(dst + 600, 200, 1 + 600, T_UNTOUCHED, NULL), ==, 0);
	for (i = 1; i < 4; i++)
		ASSERT_INT(done[i].status, ==, NETDMA_NOT_COPIED);
	ASSERT_INT(t_pattern_diff(dst + 1000, 3096, 1 + 1000, T_UNTOUCHED, NULL), ==, 0);
	/* It goes on, and the one below with it. */
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(fault, what_was_given_in_part_when_it_was_stopped_is_forgotten, T_ONCE)
{
	uint8_t *src, *dst = t_memory(t, 4 * 4096, 4096);
	struct netdma_completion done;
	struct netdma_channel *ch;
	struct netdma_desc *d;
	struct t_list *l;

	fault_over(t, "cpu0", "stuck_at=1");
	src = t_memory(t, 4 * 4096, 4096);
	t_pattern_fill(src, 4 * 4096, 1, T_SRC);
	t_pattern_fill(dst, 4 * 4096, 1, T_UNTOUCHED);
	t->below = t->provider;
	t->provider = t_provider("fault1,lower=fault0");
	ch = fault_channel(t, 2, 1000);
	l = t_list_bare(t, t_pool(1), 1);
	/* Three pieces, for two of which there is room below. */
	d = l->first;
	d->flags = NETDMA_DESC_SOURCE_PAGE_BREAK | NETDMA_DESC_DESTINATION_PAGE_BREAK;
	d->src = (uintptr_t)src + 4000;
	d->dst = (uintptr_t)dst + 3900;
	d->length = 1000;
	d->next_src = (uintptr_t)src + 8192;
	d->next_dst = (uintptr_t)dst + 8192;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, &done, 1);
	ASSERT_INT(done.status, ==, NETDMA_NOT_COPIED);
	l = t_list_new(t, ch, t_pool(20), 20, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_pattern_diff(dst, 4 * 4096, 1, T_UNTOUCHED, NULL), ==, 0);
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
	ASSERT_INT(fault_state_of(t->provider), ==, NETDMA_PROVIDER_QUARANTINED);
	ASSERT_INT(fault_state_of(t->below), ==, NETDMA_PROVIDER_QUARANTINED);
}

T_CASE(fault, aborts_at_any_time_tell_the_truth, T_ONCE)
{
	struct netdma_channel *ch;
	struct netdma_completion *done;
	uint32_t round, i;
	struct t_list *l;

	fault_over(t, "cpu0,mode=lcore", "seed=6,error=0.05,partial=0.05,halt=0.02,delay=2,"
			"burst=4,full=0.2,stuck_at=40,stuck_at=100,stuck_at=190,stuck_at=400,"
			"stuck_at=1000");
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

/* A channel with a watchdog. */
static struct netdma_channel *
watched(struct t *t, enum netdma_error_policy policy, int failover)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 16, .bound_us = 1000, .watchdog_us = 5000,
			.error_policy = policy, .failover = failover });
}

T_CASE(fault, stuck_engine_is_got_going_by_the_watchdog, T_ONCE)
{
	struct netdma_channel *ch;
	struct t_list *l;

	/* The halt is taken back as well. */
	fault_over(t, "cpu0", "stuck_at=5,halt_at=8,stuck_at=100");
	ch = watched(t, NETDMA_ON_ERROR_REPORT, NETDMA_FAILOVER_NONE);
	l = t_list_new(t, ch, t_pool(200), 200, 1, 100);
	t_run_list(ch, l);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 2);
	ASSERT_INT(t_stats(ch).by_engine, ==, 200);
	/* So it is when it is the one below that is stuck. */
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	t->provider = t_provider("fault1,lower=fault0");
	ch = watched(t, NETDMA_ON_ERROR_REPORT, NETDMA_FAILOVER_NONE);
	t_list_restore(ch, l);
	t_run_list(ch, l);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 2);
	ASSERT_INT(t_stats(ch).by_engine, ==, 200);
}

T_CASE(fault, what_a_mute_engine_had_is_redone, T_ONCE)
{
	struct netdma_channel *ch;

	fault_over(t, "cpu0", "stuck_at=50,stuck=mute");
	ch = watched(t, NETDMA_ON_ERROR_RECOVER, NETDMA_FAILOVER_NONE);
	t_run_list(ch, t_list_new(t, ch, t_pool(200), 200, 1, 100));
	ASSERT_INT(t_stats(ch).watchdogs, ==, 1);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 16);
}

T_CASE(fault, engine_that_is_stuck_hard_keeps_only_what_it_had, T_ONCE)
{
	struct netdma_completion done[100];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;
	int other;

	t_need_driver("fault");
	fake_new("fake0", &t->below);
	other = t_provider("fake1");
	/* A name that is not used again: it stays. */
	t->provider = t_provider("fault7779,lower=fake0,stuck_at=50,stuck=hard");
	ch = watched(t, NETDMA_ON_ERROR_RECOVER, other);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 100);
	for (i = 0; i < 100; i++) {
		bool lost = i >= 49 && i < 65;

		ASSERT(done[i].desc == l->at[i]);
		ASSERT_INT(done[i].status, ==, lost ? NETDMA_UNKNOWN : NETDMA_COPIED);
		ASSERT_INT(done[i].flags, ==, lost ? NETDMA_COMPLETION_ENGINE_MAY_WRITE : 0);
	}
	ASSERT_INT(t_info(ch).provider, ==, other);
	ASSERT_INT(fault_state_of(t->provider), ==, NETDMA_PROVIDER_QUARANTINED);
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
