/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Owners of channels, at work in threads of their own. */

#include <errno.h>

#include <rte_memory.h>

#include "survive.h"

static void
called(struct netdma_channel *ch, const struct netdma_completion *done, void *arg)
{
	struct s_owner *o = arg;

	EXPECT(ch == o->ch);
	EXPECT_INT(done->interrupt, ==, 1);
	o->interrupts++;
}

/* Another thread may have the channel for a moment. */
static void
append(struct s_owner *o, struct s_list *s, bool first)
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

static void
move(struct s_owner *o)
{
	int ret = t_move(o->ch, __atomic_load_n(&o->move_to, __ATOMIC_ACQUIRE));

	/* It may have gone since. */
	ASSERT(ret == 0 || ret == -ENODEV || ret == -EBUSY);
	o->moves += ret == 0;
}

/* Two lists by turns: one is with the engine when the other is looked at. */
static void
work_lists(struct s_owner *o)
{
	uint32_t lap;

	append(o, o->list[0], true);
	for (lap = 1; !__atomic_load_n(&o->over, __ATOMIC_ACQUIRE); lap++) {
		append(o, o->list[lap & 1], false);
		s_list_collect(o->ch, o->list[~lap & 1], UINT32_MAX, &o->sum);
		s_list_refill(o->list[~lap & 1]);
		__atomic_add_fetch(&o->laps, 1, __ATOMIC_RELEASE);
		if (__atomic_load_n(&o->move_to, __ATOMIC_ACQUIRE) != 0) {
			move(o);
			__atomic_store_n(&o->move_to, 0, __ATOMIC_RELEASE);
		}
	}
	s_list_collect(o->ch, o->list[~lap & 1], UINT32_MAX, &o->sum);
}

static void
work_ring(struct s_owner *o)
{
	while (!__atomic_load_n(&o->over, __ATOMIC_ACQUIRE)) {
		s_ring_refill(o->ring);
		s_ring_run(o->ch, o->ring, &o->sum);
		__atomic_add_fetch(&o->laps, 1, __ATOMIC_RELEASE);
		if (__atomic_load_n(&o->move_to, __ATOMIC_ACQUIRE) != 0) {
			/* With some of it filled, and some outstanding. */
			s_ring_refill(o->ring);
			s_ring_fill(o->ch, o->ring, 20);
			ASSERT_INT(s_ring_submit(o->ch, o->ring), >=, 0);
			s_ring_fill(o->ch, o->ring, 10);
			move(o);
			s_ring_run(o->ch, o->ring, &o->sum);
			__atomic_store_n(&o->move_to, 0, __ATOMIC_RELEASE);
		}
	}
}

static void
work(void *arg)
{
	struct s_owner *o = arg;

	if (o->list_fed)
		work_lists(o);
	else
		work_ring(o);
}

struct s_owner *
s_owner(struct t *t, bool list_fed, int failover)
{
	struct s_owner *o = t_zalloc(sizeof(*o));
	uint32_t i, k;

	o->list_fed = list_fed;
	o->ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .socket = SOCKET_ID_ANY, .completion = called, .arg = o,
			.failover = failover });
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
	o->thread = t_thread_start(work, o);
	return o;
}

void
s_owner_end(struct s_owner *o)
{
	__atomic_store_n(&o->over, true, __ATOMIC_RELEASE);
	t_thread_join(o->thread);
	t_quiet(o->ch);
	ASSERT_INT(o->sum.status[NETDMA_COPIED], ==, o->sum.entries);
	s_stats_check(o->ch, &o->sum);
	ASSERT_INT(o->interrupts, ==, o->asked);
}

void
s_owner_laps(const struct s_owner *o, uint32_t n)
{
	uint32_t end = __atomic_load_n(&o->laps, __ATOMIC_ACQUIRE) + n;
	struct t_deadline d;

	t_deadline_set(&d);
	while ((int32_t)(__atomic_load_n(&o->laps, __ATOMIC_ACQUIRE) - end) < 0)
		ASSERT_MSG(t_wait(&d), "the owner does not get on");
}

void
s_owner_move(struct s_owner *o, int provider)
{
	struct t_deadline d;

	__atomic_store_n(&o->move_to, provider, __ATOMIC_RELEASE);
	t_deadline_set(&d);
	while (__atomic_load_n(&o->move_to, __ATOMIC_ACQUIRE) != 0)
		ASSERT_MSG(t_wait(&d), "the owner does not get on");
}
