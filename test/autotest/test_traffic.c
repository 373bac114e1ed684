/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Owners at work in threads of their own, every byte compared, while others take providers
 * away and bring them back.
 */

#include <errno.h>
#include <sched.h>

#include <rte_memory.h>

#include "survive.h"

#define MAX_OWNERS 3

struct owner {
	struct t t;
	struct netdma_channel *ch;
	bool list_fed;
	struct s_list *list[2];
	struct s_ring *ring;
	struct s_tally sum;
	uint32_t interrupts;  /* callbacks, and entries that asked for them */
	uint32_t asked;

	bool over;            /* the owner ends when it has nothing outstanding */
	uint32_t laps;        /* lists, or rings, that came back */
	int move_to;          /* an id: the owner goes there, and writes 0 */
	uint32_t moves;
};

static void
called(struct netdma_channel *ch, const struct netdma_completion *done, void *arg)
{
	struct owner *o = arg;

	EXPECT(ch == o->ch);
	EXPECT_INT(done->interrupt, ==, 1);
	o->interrupts++;
}

/* Another thread may have the channel for a moment. */
static void
append(struct owner *o, struct s_list *s, bool first)
{
	struct t_deadline d;
	int ret;

	t_deadline_set(&d);
	do {
		ret = first ? t_start(o->ch, s->l) : t_append(o->ch, s->l);
		ASSERT(ret == 0 || ret == -EAGAIN);
	} while (ret != 0 && t_wait(&d));
	ASSERT_INT(ret, ==, 0);
	o->asked += s->l->n / 10;
}

/* Two lists by turns: one is with the engine when the other is looked at. */
static void
work_lists(struct owner *o)
{
	uint32_t lap;

	append(o, o->list[0], true);
	for (lap = 1; !__atomic_load_n(&o->over, __ATOMIC_ACQUIRE); lap++) {
		append(o, o->list[lap & 1], false);
		s_list_collect(o->ch, o->list[~lap & 1], UINT32_MAX, &o->sum);
		s_list_refill(o->list[~lap & 1]);
		__atomic_add_fetch(&o->laps, 1, __ATOMIC_RELEASE);
		if (__atomic_load_n(&o->move_to, __ATOMIC_ACQUIRE) != 0) {
			int ret = netdma_channel_move(o->ch, o->move_to);

			/* It may have gone since. */
			ASSERT(ret == 0 || ret == -ENODEV || ret == -EBUSY);
			o->moves += ret == 0;
			__atomic_store_n(&o->move_to, 0, __ATOMIC_RELEASE);
		}
	}
	s_list_collect(o->ch, o->list[~lap & 1], UINT32_MAX, &o->sum);
}

static void
work_ring(struct owner *o)
{
	while (!__atomic_load_n(&o->over, __ATOMIC_ACQUIRE)) {
		s_ring_refill(o->ring);
		s_ring_run(o->ch, o->ring, &o->sum);
		__atomic_add_fetch(&o->laps, 1, __ATOMIC_RELEASE);
		if (__atomic_load_n(&o->move_to, __ATOMIC_ACQUIRE) != 0) {
			int ret;

			/* With some of it filled, and some outstanding. */
			s_ring_refill(o->ring);
			s_ring_fill(o->ch, o->ring, 20);
			ASSERT_INT(s_ring_submit(o->ch, o->ring), >=, 0);
			s_ring_fill(o->ch, o->ring, 10);
			ret = netdma_channel_move(o->ch, o->move_to);
			ASSERT(ret == 0 || ret == -ENODEV || ret == -EBUSY);
			o->moves += ret == 0;
			s_ring_run(o->ch, o->ring, &o->sum);
			__atomic_store_n(&o->move_to, 0, __ATOMIC_RELEASE);
		}
	}
}

static void
work(void *arg)
{
	struct owner *o = arg;

	if (o->list_fed)
		work_lists(o);
	else
		work_ring(o);
}

static struct owner *
owner(struct t *t, bool list_fed)
{
	struct owner *o = t_zalloc(sizeof(*o));
	uint32_t i, k;

	o->t = *t;
	o->list_fed = list_fed;
	o->ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .socket = SOCKET_ID_ANY, .completion = called, .arg = o });
	for (i = 0; i < 2 && list_fed; i++) {
		o->list[i] = s_list(t, o->ch, 300, true);
		for (k = 0; k < 300; k += 10)
			if ((o->list[i]->l->at[k]->flags & NETDMA_DESC_OP_TYPE_MASK) != 0)
				o->list[i]->l->at[k]->flags = NETDMA_DESC_NULL_TRANSFER;
		for (k = 0; k < 300; k += 10)
			o->list[i]->l->at[k]->flags |= NETDMA_DESC_INTERRUPT_ON_COMPLETION;
		s_list_keep(o->list[i]);
	}
	if (!list_fed)
		o->ring = s_ring(t, 100);
	return o;
}

static void
owner_end(struct owner *o, struct t_thread *thread)
{
	__atomic_store_n(&o->over, true, __ATOMIC_RELEASE);
	t_thread_join(thread);
	t_quiet(o->ch);
	ASSERT_INT(o->sum.status[NETDMA_COPIED], ==, o->sum.entries);
	s_stats_check(o->ch, &o->sum);
	ASSERT_INT(o->interrupts, ==, o->asked);
}

/* Until the owner has got on so far. */
static void
laps(const struct owner *o, uint32_t n)
{
	uint32_t end = __atomic_load_n(&o->laps, __ATOMIC_ACQUIRE) + n;
	struct t_deadline d;

	t_deadline_set(&d);
	while ((int32_t)(__atomic_load_n(&o->laps, __ATOMIC_ACQUIRE) - end) < 0)
		ASSERT_MSG(t_wait(&d), "the owner does not get on");
}

/* Whatever provider the channel is on is stopped, and started again. */
static void
stop_and_start(struct t *t, bool list_fed, unsigned int rounds)
{
	struct owner *o = owner(t, list_fed);
	struct t_thread *thread;
	unsigned int round;
	int id;

	s_target(t_range(t, 0, s_nb_targets - 1));
	thread = t_thread_start(work, o);
	for (round = 0; round < rounds; round++) {
		laps(o, 1);
		id = t_info(o->ch).provider;
		s_stop(id);
		ASSERT(t_info(o->ch).provider != id);
		ASSERT_INT(s_provider_info(id).nb_channels, ==, 0);
		ASSERT_INT(netdma_provider_start(id), ==, 0);
		if (round % 3 == 2)
			__atomic_store_n(&o->move_to, t->provider, __ATOMIC_RELEASE);
	}
	laps(o, 2);
	owner_end(o, thread);
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
	struct owner *o;
	struct t_thread *thread;
	unsigned int round, mode;
	int id[2] = { t->provider, 0 };
	struct t_deadline d;

	for (mode = 0; mode < 2; mode++) {
		o = owner(t, mode == 0);
		id[1] = s_target(t_range(t, 0, s_nb_targets - 1));
		thread = t_thread_start(work, o);
		for (round = 0; round < 30; round++) {
			__atomic_store_n(&o->move_to, id[~round & 1], __ATOMIC_RELEASE);
			t_deadline_set(&d);
			while (__atomic_load_n(&o->move_to, __ATOMIC_ACQUIRE) != 0)
				ASSERT(t_wait(&d));
		}
		owner_end(o, thread);
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
	struct t_thread *thread[MAX_OWNERS];
	struct owner *o[MAX_OWNERS];
	unsigned int round;
	int target;

	target = t_provider("fake9,burst=7");
	for (i = 0; i < n; i++) {
		o[i] = owner(t, i & 1);
		thread[i] = t_thread_start(work, o[i]);
	}
	for (round = 0; round < 6; round++) {
		int id = round & 1 ? target : t->provider;

		for (i = 0; i < n; i++)
			laps(o[i], 1);
		s_stop(id);
		for (i = 0; i < n; i++)
			ASSERT(t_info(o[i]->ch).provider != id);
		ASSERT_INT(s_provider_info(id).nb_channels, ==, 0);
		ASSERT_INT(netdma_provider_start(id), ==, 0);
	}
	for (i = 0; i < n; i++)
		owner_end(o[i], thread[i]);
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
		sched_yield();
	}
}

T_CASE(traffic, several_threads_may_stop_and_start_a_provider, T_EACH)
{
	struct stopper *s[2];
	struct t_thread *thread[2], *worker;
	struct owner *o = owner(t, t_range(t, 0, 1));
	uint32_t i;

	t_provider("fake9,burst=7");
	worker = t_thread_start(work, o);
	for (i = 0; i < 2; i++) {
		s[i] = t_zalloc(sizeof(*s[i]));
		s[i]->id = t->provider;
		thread[i] = t_thread_start(stop_and_start_forever, s[i]);
	}
	for (i = 0; i < 20; i++) {
		__atomic_store_n(&o->move_to, t->provider, __ATOMIC_RELEASE);
		laps(o, 1);
	}
	for (i = 0; i < 2; i++) {
		__atomic_store_n(&s[i]->over, true, __ATOMIC_RELEASE);
		t_thread_join(thread[i]);
	}
	owner_end(o, worker);
	ASSERT(s[0]->stops + s[1]->stops != 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

/* ------------------------------------------------- chains, whose every copy counts */

T_CASE(traffic, chain_has_the_right_bytes_wherever_it_ran, T_EACH)
{
	unsigned int round;

	for (round = 0; round < 12; round++) {
		int target = s_target(round);
		struct netdma_channel *ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
		struct s_chain *c = s_chain(t, ch, 30);
		struct t_thread *thread = NULL;
		uint32_t i;

		ASSERT_INT(t_start(ch, c->l), ==, 0);
		for (i = t_range(t, 0, 60); i > 0; i--)
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
		struct s_chain *c = s_chain(t, ch, 30);

		ASSERT_INT(t_start(ch, c->l), ==, 0);
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		t_expect(ch, c->l, NETDMA_COPIED);
		s_chain_check(c);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
}
