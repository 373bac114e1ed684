/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Owners at work in threads of their own, every byte compared, while others take providers
 * away and bring them back.
 */

#include <errno.h>

#include <rte_cycles.h>

#include "survive.h"

#define MAX_OWNERS 3

/* Whatever provider the channel is on is stopped, and started again. */
static void
stop_and_start(struct t *t, bool list_fed, unsigned int rounds)
{
	struct s_owner *o = s_owner(t, list_fed, NETDMA_FAILOVER_ANY);
	unsigned int round;
	int id;

	s_target(t_range(t, 0, s_nb_targets - 1));
	for (round = 0; round < rounds; round++) {
		s_owner_laps(o, 1);
		id = t_info(o->ch).provider;
		s_stop(id);
		ASSERT(t_info(o->ch).provider != id);
		ASSERT_INT(s_provider_info(id).nb_channels, ==, 0);
		ASSERT_INT(netdma_provider_start(id), ==, 0);
		if (round % 3 == 2)
			__atomic_store_n(&o->move_to, t->provider, __ATOMIC_RELEASE);
	}
	s_owner_laps(o, 2);
	s_owner_end(o);
	ASSERT_INT(t_stats(o->ch).failovers, >=, rounds);
}

T_CASE(traffic, ring_fed_owner_does_not_notice_stops, T_EACH)
{
	stop_and_start(t, false, 20);
}

T_CASE(traffic, list_fed_owner_does_not_notice_stops, T_EACH)
{
	stop_and_start(t, true, 20);
}

/* The owner moves it, as fast as it can, to and fro. */
T_CASE(traffic, owner_moves_with_work_on_the_channel, T_EACH)
{
	struct s_owner *o;
	unsigned int round, mode;
	int id[2] = { t->provider, 0 };

	for (mode = 0; mode < 2; mode++) {
		o = s_owner(t, mode == 0, NETDMA_FAILOVER_ANY);
		id[1] = s_target(t_range(t, 0, s_nb_targets - 1));
		for (round = 0; round < 30; round++)
			s_owner_move(o, id[~round & 1]);
		s_owner_end(o);
		ASSERT_INT(o->moves, ==, 30);
		ASSERT_INT(t_stats(o->ch).failovers, ==, 30);
		ASSERT_INT(t_info(o->ch).provider, ==, t->provider);
		t_channel_free(o->ch);
		ASSERT_INT(netdma_provider_destroy(id[1]), ==, 0);
	}
}

/* Several owners on one provider, all of whose channels go at once. */
T_CASE(traffic, all_channels_of_a_provider_go, T_EACH)
{
	uint32_t n = RTE_MIN(s_provider_info(t->provider).max_channels, (uint32_t)MAX_OWNERS), i;
	struct s_owner *o[MAX_OWNERS];
	unsigned int round;
	int target;

	target = t_provider("fake9,burst=7");
	for (i = 0; i < n; i++)
		o[i] = s_owner(t, i & 1, NETDMA_FAILOVER_ANY);
	for (round = 0; round < 6; round++) {
		int id = round & 1 ? target : t->provider;

		for (i = 0; i < n; i++)
			s_owner_laps(o[i], 1);
		s_stop(id);
		for (i = 0; i < n; i++)
			ASSERT(t_info(o[i]->ch).provider != id);
		ASSERT_INT(s_provider_info(id).nb_channels, ==, 0);
		ASSERT_INT(netdma_provider_start(id), ==, 0);
	}
	for (i = 0; i < n; i++)
		s_owner_end(o[i]);
}

/* ------------------------------------------------------------- several who stop */

struct stopper {
	int id;
	bool over;
	uint32_t stops;
};

static void
stop_and_start_forever(void *arg)
{
	struct stopper *s = arg;
	int ret;

	while (!__atomic_load_n(&s->over, __ATOMIC_ACQUIRE) && !t_stopping()) {
		ret = netdma_provider_stop(s->id);
		ASSERT(ret == 0 || ret == -ETIMEDOUT);
		s->stops += ret == 0;
		ret = netdma_provider_start(s->id);
		/* The other one may be about to stop it. */
		ASSERT(ret == 0 || ret == -EBUSY);
		/* A move needs the registry, and only tries to lock it. */
		rte_delay_us_sleep(300);
	}
}

T_CASE(traffic, several_threads_may_stop_and_start_a_provider, T_EACH)
{
	struct stopper *s[2];
	struct t_thread *thread[2];
	struct s_owner *o = s_owner(t, t_range(t, 0, 1), NETDMA_FAILOVER_ANY);
	uint32_t i;

	t_provider("fake9,burst=7");
	for (i = 0; i < 2; i++) {
		s[i] = t_zalloc(sizeof(*s[i]));
		s[i]->id = t->provider;
		thread[i] = t_thread_start(stop_and_start_forever, s[i]);
	}
	for (i = 0; i < 20; i++) {
		__atomic_store_n(&o->move_to, t->provider, __ATOMIC_RELEASE);
		s_owner_laps(o, 1);
	}
	for (i = 0; i < 2; i++) {
		__atomic_store_n(&s[i]->over, true, __ATOMIC_RELEASE);
		t_thread_join(thread[i]);
	}
	s_owner_end(o);
	ASSERT(s[0]->stops + s[1]->stops != 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

/* ------------------------------------------------- chains, whose every copy counts */

T_CASE(traffic, chain_has_the_right_bytes_wherever_it_ran, T_EACH)
{
	unsigned int round;

	for (round = 0; round < 2 * s_nb_targets; round += t_range(t, 1, 3)) {
		int target = s_target(round);
		struct netdma_channel *ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
		struct s_chain *c = s_chain(t, ch, 8);
		struct t_thread *thread = NULL;
		uint32_t i;

		ASSERT_INT(t_start(ch, c->l), ==, 0);
		for (i = t_range(t, 0, 40); i > 0; i--)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		if (round & 1)
			thread = s_stop_in_thread(t->provider);
		else
			ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		t_expect(ch, c->l, NETDMA_COPIED);
		if (thread != NULL)
			t_thread_join(thread);
		s_chain_check(c);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

T_CASE(traffic, chain_has_the_right_bytes_on_the_cpu, T_EACH)
{
	enum { NOBODY = 1 << 30 };
	unsigned int round;

	for (round = 0; round < 4; round++) {
		struct netdma_channel *ch = s_channel(t, NOBODY, NETDMA_ON_ERROR_RECOVER);
		struct s_chain *c = s_chain(t, ch, 8);

		ASSERT_INT(t_start(ch, c->l), ==, 0);
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		t_expect(ch, c->l, NETDMA_COPIED);
		s_chain_check(c);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
}

/* -------------------------------------------------------------- the table of memory */

struct stranger {
	struct netdma_channel *ch;
	uint8_t *foreign;
	bool over;
	uint32_t n;
};

/* Copies to where no engine may: each time the library looks whether memory has changed. */
static void
copy_from_nowhere(void *arg)
{
	struct stranger *s = arg;

	for (; !__atomic_load_n(&s->over, __ATOMIC_ACQUIRE) && !t_stopping();
			__atomic_fetch_add(&s->n, 1, __ATOMIC_RELAXED))
		ASSERT_INT(netdma_copy(s->ch, s->foreign, s->foreign + 64, 64, 0, NULL), ==,
				-EFAULT);
}

static enum netdma_status
all_fail(const struct netdma_desc *d __rte_unused, uint64_t n __rte_unused,
		enum netdma_error *error)
{
	*error = NETDMA_ERROR_BUS;
	return NETDMA_FAILED;
}

/* Whoever stops a provider redoes what failed, and looks memory up without being the owner of
 * the channel; meanwhile others replace what he looks at.
 */
T_CASE(traffic, stop_redoes_copies_while_others_look_memory_up, T_ONCE)
{
	struct stranger *s = t_zalloc(sizeof(*s));
	struct fake *f = fake_new("fake1,desc=64", &t->provider);
	int target = t_provider("fake2");
	struct netdma_channel *ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
	struct t_list *l = t_list_new(t, ch, t_pool(64), 64, 1, 100);
	struct t_thread *thread;
	struct t_deadline d;
	unsigned int round, i;

	f->verdict = all_fail;
	s->foreign = t_zalloc(128);
	s->ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = target });
	thread = t_thread_start(copy_from_nowhere, s);
	for (round = 0; round < 100; round++) {
		for (i = 0; i < l->n; i++)
			t_buf_fill(&l->buf[i]);
		ASSERT_INT(t_start(ch, l), ==, 0);
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(t_stats(ch).by_recovery, ==, 64 * (round + 1));
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ASSERT_INT(t_move(ch, t->provider), ==, 0);
	}
	t_deadline_set(&d);
	while (__atomic_load_n(&s->n, __ATOMIC_RELAXED) == 0)
		ASSERT(t_wait(&d));
	__atomic_store_n(&s->over, true, __ATOMIC_RELEASE);
	t_thread_join(thread);
	ASSERT_INT(t_stats(s->ch).refused, ==, s->n);
}
