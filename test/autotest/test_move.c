/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* netdma_channel_move(), and what lists come to that were made for another engine. */

#include <errno.h>
#include <sys/mman.h>

#include <rte_eal.h>
#include <rte_memory.h>

#include "survive.h"

static struct netdma_channel *
channel(struct t *t)
{
	return s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
}

/* ------------------------------------------------------------------ in every state */

T_CASE(move, channel_goes_to_and_fro_in_every_state, T_EACH | T_SOUND)
{
	unsigned int state, moves, i;

	for (state = 0; state < S_STATES; state++) {
		int target = s_target(state);
		struct netdma_channel *ch = channel(t);
		struct s_work *w = s_work(t, ch, (enum s_state)state);

		moves = t_range(t, 1, 4);
		for (i = 0; i < moves; i++) {
			int id = i & 1 ? t->provider : target;
			enum netdma_channel_state was = t_info(ch).state, is;

			ASSERT_INT(t_move(ch, id), ==, 0);
			ASSERT_INT(t_info(ch).provider, ==, id);
			is = t_info(ch).state;
			/* What it is doing does not change, but that its engine may finish. */
			ASSERT(is == was || (was == NETDMA_CHANNEL_ACTIVE &&
					is == NETDMA_CHANNEL_IDLE));
			if (state == S_RING || state == S_LIST)
				ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		}
		ASSERT_INT(t_stats(ch).failovers, ==, moves);
		ASSERT_INT(s_provider_info(t->provider).nb_channels, ==, (moves & 1) == 0);
		ASSERT_INT(s_provider_info(target).nb_channels, ==, moves & 1);
		s_work_collect(ch, w);
		s_work_check(ch, w);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

T_CASE(move, detached_channel_comes_back_to_life, T_EACH | T_SOUND)
{
	unsigned int state;

	for (state = 0; state < S_STATES; state++) {
		struct netdma_channel *ch = channel(t);
		struct s_work *w = s_work(t, ch, (enum s_state)state);

		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
		ASSERT_INT(t_move(ch, t->provider), ==, -ENODEV);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		/* To where it was, which is not where it is. */
		ASSERT_INT(t_move(ch, t->provider), ==, 0);
		ASSERT(t_info(ch).state != NETDMA_CHANNEL_DETACHED);
		/* What was unfinished is gone all the same. */
		w->gone = true;
		s_work_collect(ch, w);
		s_work_check(ch, w);
		t_channel_free(ch);
	}
}

/* What was left to the CPU stays with it, in its place before what comes now. */
T_CASE(move, channel_that_the_cpu_works_for_comes_back, T_EACH | T_SOUND)
{
	enum { NOBODY = 1 << 30 };
	unsigned int state;

	for (state = 0; state < S_STATES; state++) {
		struct netdma_channel *ch = s_channel(t, NOBODY, NETDMA_ON_ERROR_RECOVER);
		struct s_work *w = s_work(t, ch, (enum s_state)state);
		int target = s_target(state);

		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		if (t_range(t, 0, 1) == 0)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(t_move(ch, target), ==, 0);
		s_work_collect(ch, w);
		s_work_check(ch, w);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

/* ----------------------------------------------------------------------- refused */

T_CASE(move, to_where_it_is_changes_nothing, T_EACH | T_SOUND)
{
	struct netdma_channel *ch = channel(t);
	struct s_work *w = s_work(t, ch, S_LIST);

	ASSERT_INT(t_move(ch, t->provider), ==, 0);
	ASSERT_INT(t_stats(ch).failovers, ==, 0);
	ASSERT_INT(s_provider_info(t->provider).nb_channels, ==, 1);
	s_work_collect(ch, w);
	s_work_check(ch, w);
	ASSERT_INT(t_stats(ch).by_failover, ==, 0);
}

T_CASE(move, to_nowhere_is_refused_and_it_goes_on, T_EACH | T_SOUND)
{
	struct netdma_channel *ch = channel(t), *full;
	struct s_work *w = s_work(t, ch, S_RING);
	int stopped = t_provider("fake91"), gone = t_provider("fake92"), one;
	struct fake *refuses = fake_new("fake93", NULL);

	one = t_provider("fake94,channels=1");
	ASSERT_INT(netdma_provider_stop(stopped), ==, 0);
	ASSERT_INT(netdma_provider_destroy(gone), ==, 0);
	full = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = one });
	refuses->alloc_error = ENOMEM;
	ASSERT_INT(t_move(NULL, t->provider), ==, -EINVAL);
	ASSERT_INT(t_move(ch, NETDMA_PROVIDER_ANY), ==, -ENODEV);
	ASSERT_INT(t_move(ch, -1), ==, -ENODEV);
	ASSERT_INT(t_move(ch, 1 << 30), ==, -ENODEV);
	ASSERT_INT(t_move(ch, stopped), ==, -ENODEV);
	ASSERT_INT(t_move(ch, gone), ==, -ENODEV);
	ASSERT_INT(t_move(ch, one), ==, -EBUSY);
	ASSERT_INT(t_move(ch, netdma_provider_id(refuses->provider)), ==, -ENOMEM);
	ASSERT_INT(t_info(ch).provider, ==, t->provider);
	ASSERT_INT(t_stats(ch).failovers, ==, 0);
	s_work_collect(ch, w);
	s_work_check(ch, w);
	t_copy_works(t, full);
}

static void
move_from_callback(struct netdma_channel *ch, const struct netdma_completion *done, void *arg)
{
	int *to = arg;

	RTE_SET_USED(done);
	EXPECT_INT(netdma_channel_move(ch, *to), ==, -EBUSY);
	*to = 0;
}

T_CASE(move, from_a_completion_callback_is_busy, T_EACH)
{
	int target = t_provider("fake90"), to = target;
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .completion = move_from_callback,
			.arg = &to });
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 100);

	l->at[2]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	t_run_list(ch, l);
	ASSERT_INT(to, ==, 0);
	ASSERT_INT(t_info(ch).provider, ==, t->provider);
	/* Nor is one of a channel without a provider. */
	ASSERT_INT(t_move(ch, target), ==, 0);
	to = t->provider;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, T_PATIENCE_S * UINT64_C(1000000)), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_stop(target), ==, 0);
	t_collect(ch, (struct netdma_completion[5]){ { NULL } }, 5);
	ASSERT_INT(to, ==, 0);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

struct mover {
	struct netdma_channel *ch;
	int gone, to;
	int ret;
};

static void
move_on_removal(struct netdma_client *client __rte_unused, const struct netdma_event *event,
		void *arg)
{
	struct mover *m = arg;

	if (event->type == NETDMA_EVENT_PROVIDER_REMOVAL && event->provider == m->gone)
		m->ret = netdma_channel_move(m->ch, m->to);
	else if (event->type == NETDMA_EVENT_PROVIDER_ARRIVAL && event->provider == m->gone &&
			m->ch != NULL)
		m->ret = netdma_channel_move(m->ch, m->gone);
}

/* Who hears of a removal in time may choose for himself. */
T_CASE(move, client_moves_its_channel_when_it_hears_of_events, T_EACH | T_SOUND)
{
	struct mover *m = t_zalloc(sizeof(*m));
	struct s_work *w;
	int other = t_provider("fake90");

	m->gone = t->provider;
	m->to = other;
	t_client(&(struct netdma_client_conf){ .name = "mover", .event = move_on_removal,
			.arg = m });
	m->ch = channel(t);
	w = s_work(t, m->ch, S_LIST);
	m->ret = 1;
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(m->ret, ==, 0);
	ASSERT_INT(t_info(m->ch).provider, ==, other);
	s_work_collect(m->ch, w);
	s_work_check(m->ch, w);
	m->ret = 1;
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	ASSERT_INT(m->ret, ==, 0);
	ASSERT_INT(t_info(m->ch).provider, ==, t->provider);
	t_copy_works(t, m->ch);
}

/* ------------------------------------------------------------ engines that do not let go */

T_CASE(move, away_from_an_engine_that_does_not_answer_says_so, T_ONCE)
{
	struct fake *f = fake_new("fake7200,desc=10", &t->provider);
	struct netdma_completion done[50];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;
	int target = t_provider("fake1");

	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .bound_us = 1000, .failover = NETDMA_FAILOVER_NONE });
	l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(t_move(ch, target), ==, -ETIMEDOUT);
	ASSERT_INT(t_info(ch).provider, ==, target);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_QUARANTINED);
	t_collect(ch, done, 50);
	for (i = 0; i < 50; i++) {
		ASSERT(done[i].desc == l->at[i]);
		ASSERT_INT(done[i].status, ==, i < 10 ? NETDMA_UNKNOWN : NETDMA_COPIED);
		ASSERT_INT(done[i].flags, ==, i < 10 ? NETDMA_COMPLETION_ENGINE_MAY_WRITE : 0);
	}
	t_copy_works(t, ch);
}

/* It was lost before, and nobody has polled since: that is still to be told. */
T_CASE(move, away_from_an_engine_that_is_lost_says_so, T_ONCE)
{
	struct fake *f = fake_new("fake7201,desc=10", &t->provider);
	struct netdma_channel *ch;
	struct t_list *l;
	int target = t_provider("fake1");

	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .bound_us = 1000, .failover = NETDMA_FAILOVER_NONE });
	l = t_list_new(t, ch, t_pool(50), 50, 1, 300);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, -ETIMEDOUT);
	ASSERT_INT(netdma_channel_move(ch, target), ==, -ETIMEDOUT);
	ASSERT_INT(t_info(ch).provider, ==, target);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
	ASSERT_INT(netdma_poll(ch, NULL, 50), ==, 50);
	t_list_restore(ch, l);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_move(ch, target), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, T_PATIENCE_S * UINT64_C(1000000)), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 50), ==, 50);
	ASSERT_INT(t_stats(ch).copied, ==, 50);
}

T_CASE(move, away_from_an_engine_that_can_be_stopped_loses_nothing, T_ONCE)
{
	static const int stops[] = { NETDMA_QUIET_UNTOUCHED, NETDMA_QUIET_UNKNOWN };
	unsigned int i;

	for (i = 0; i < RTE_DIM(stops); i++) {
		struct fake *f = fake_new("fake0,desc=10", &t->provider);
		int target = t_provider("fake1");
		struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
				.provider = t->provider, .nb_desc = 64, .bound_us = 1000 });
		struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 300);

		f->hold = true;
		f->quiesce = stops[i];
		ASSERT_INT(t_start(ch, l), ==, 0);
		ASSERT_INT(t_move(ch, target), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(f->quiesces, ==, 1);
		ASSERT_INT(t_stats(ch).by_recovery, ==, i == 0 ? 0 : 10);
		ASSERT_INT(t_stats(ch).by_failover, ==, i == 0 ? 50 : 40);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

/* -------------------------------------------------------------- another kind of engine */

/* Lists keep their address space and their longest transfer, wherever the channel is. */
T_CASE(move, lists_stay_as_they_were_agreed_upon, T_EACH)
{
	unsigned int round;

	for (round = 0; round < s_nb_targets; round++) {
		struct netdma_channel *ch = channel(t);
		struct netdma_channel_info was = t_info(ch);
		struct s_tally sum = { .entries = 0 };
		struct s_list *s;
		int target = s_target(round);

		ASSERT_INT(t_move(ch, target), ==, 0);
		ASSERT_INT(t_info(ch).addr_space, ==, was.addr_space);
		ASSERT_INT(t_info(ch).max_transfer, ==, was.max_transfer);
		ASSERT_INT(t_info(ch).nb_desc, ==, was.nb_desc);
		/* Handed over now, in the old one's terms. */
		s = s_list(t, ch, 300, true);
		ASSERT_INT(t_start(ch, s->l), ==, 0);
		s_list_collect(ch, s, UINT32_MAX, &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, 300);
		s->l->at[7]->flags = 0;
		s->l->at[7]->length = was.max_transfer + 1;
		s_list_refill(s);
		ASSERT_INT(t_append(ch, s->l), ==, -ERANGE);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

/* There and back, and there again, while nothing of it was given. */
T_CASE(move, list_that_changes_its_address_space_often_comes_back_as_it_was, T_ONCE)
{
	static const char *const kinds[] = { "fake0,addr=va", "fake1,addr=iova",
		"fake2,addr=va,max_transfer=4096", "fake3,addr=iova,max_transfer=5000" };
	struct fake *f[RTE_DIM(kinds)];
	int id[RTE_DIM(kinds)];
	unsigned int first, i, k, mode;

	for (i = 0; i < RTE_DIM(kinds); i++)
		f[i] = fake_new(kinds[i], &id[i]);
	for (first = 0; first < 2 * RTE_DIM(kinds); first++) {
		struct s_tally sum = { .entries = 0 };
		struct netdma_channel *ch;
		struct s_ring *r = NULL;
		struct s_list *s = NULL;

		for (i = 0; i < RTE_DIM(kinds); i++)
			f[i]->desc = 0;
		mode = first / RTE_DIM(kinds);
		t->provider = id[first % RTE_DIM(kinds)];
		ch = channel(t);
		if (mode == 0) {
			s = s_list(t, ch, 200, true);
			ASSERT_INT(t_start(ch, s->l), ==, 0);
		} else {
			r = s_ring(t, 40);
			s_ring_fill(ch, r, 30);
			ASSERT_INT(s_ring_submit(ch, r), >, 0);
			s_ring_fill(ch, r, 10);
		}
		for (i = 0; i < 12; i++) {
			k = t_range(t, 0, RTE_DIM(kinds) - 1);
			ASSERT_INT(t_move(ch, id[k]), ==, 0);
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
			/* Sometimes a little of it is done. */
			f[k]->desc = t_range(t, 0, 3) == 0 ? 2 : 0;
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
			f[k]->desc = 0;
		}
		for (i = 0; i < RTE_DIM(kinds); i++)
			f[i]->desc = 16;
		if (mode == 0)
			s_list_collect(ch, s, UINT32_MAX, &sum);
		else
			s_ring_run(ch, r, &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, sum.entries);
		s_stats_check(ch, &sum);
		t_channel_free(ch);
	}
}

/* A suspension gives them back so, too. */
T_CASE(move, list_that_a_suspend_gives_back_is_as_it_was, T_ONCE)
{
	static const char *const kinds[] = { "fake0,addr=va", "fake1,addr=iova",
		"fake2,addr=va,max_transfer=4096" };
	struct fake *f[RTE_DIM(kinds)];
	int id[RTE_DIM(kinds)];
	unsigned int from, to, i;

	for (i = 0; i < RTE_DIM(kinds); i++)
		f[i] = fake_new(kinds[i], &id[i]);
	for (from = 0; from < RTE_DIM(kinds); from++)
		for (to = 0; to < RTE_DIM(kinds); to++) {
			struct s_tally sum = { .entries = 0 };
			struct netdma_channel *ch;
			struct netdma_desc *last;
			struct s_list *s;
			uint32_t k;

			t->provider = id[from];
			f[from]->desc = f[to]->desc = 0;
			ch = channel(t);
			s = s_list(t, ch, 100, true);
			ASSERT_INT(t_start(ch, s->l), ==, 0);
			ASSERT_INT(t_move(ch, id[to]), ==, 0);
			/* The CPU may have done some of the first. */
			ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
			k = (uint32_t)netdma_channel_outstanding(ch);
			s_list_collect(ch, s, k, &sum);
			s_list_check_untouched(s, k);
			f[from]->desc = f[to]->desc = 16;
			ASSERT_INT(netdma_channel_resume(ch, k < 100 ? s->l->at[k] : NULL,
					k < 100 ? s->l->last : NULL, 100 - k), ==, 0);
			s_list_collect(ch, s, UINT32_MAX, &sum);
			ASSERT_INT(sum.status[NETDMA_COPIED], ==, 100);
			t_channel_free(ch);
		}
}

T_CASE(move, what_the_new_engine_does_not_reach_the_cpu_copies, T_ONCE)
{
	struct netdma_channel *ch;
	struct s_tally sum = { .entries = 0 };
	struct netdma_desc *d;
	struct s_list *s;
	struct fake *f;
	uint64_t highest = 0;
	uint32_t i, far = 0;
	int near;

	t->provider = t_provider("fake0");
	f = fake_new("fake1", &near);
	ch = channel(t);
	s = s_list(t, ch, 100, false);
	/* It reaches all but the last bytes of the highest ones. */
	for (i = 0; i < 100; i++) {
		d = s->l->at[i];
		highest = RTE_MAX(highest, RTE_MAX(d->src, d->dst) + d->length - 1);
	}
	ASSERT_INT(netdma_provider_stop(near), ==, 0);
	f->attr.max_addr = highest - 1;
	ASSERT_INT(netdma_provider_start(near), ==, 0);
	for (i = 0; i < 100; i++) {
		d = s->l->at[i];
		far += d->src + d->length - 1 > f->attr.max_addr ||
				d->dst + d->length - 1 > f->attr.max_addr;
	}
	ASSERT_INT(far, ==, 1);
	ASSERT_INT(t_move(ch, near), ==, 0);
	ASSERT_INT(t_start(ch, s->l), ==, 0);
	s_list_collect(ch, s, UINT32_MAX, &sum);
	ASSERT_INT(sum.status[NETDMA_COPIED], ==, 100);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 1);
	ASSERT_INT(t_stats(ch).by_engine, ==, 99);
	/* On its way. */
	ASSERT_INT(t_move(ch, t->provider), ==, 0);
	fake_get("fake0")->desc = 0;
	s_list_refill(s);
	ASSERT_INT(t_append(ch, s->l), ==, 0);
	ASSERT_INT(t_move(ch, near), ==, 0);
	memset(&sum, 0, sizeof(sum));
	s_list_collect(ch, s, UINT32_MAX, &sum);
	ASSERT_INT(sum.status[NETDMA_COPIED], ==, 100);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 2);
	ASSERT_INT(t_stats(ch).by_failover, ==, 99);
}

static void
memory_undo(void *arg)
{
	netdma_mem_unregister(arg, 8 * NETDMA_PAGE_SIZE);
	munmap(arg, 8 * NETDMA_PAGE_SIZE);
}

/* With IOVA as PA, pages that follow each other need not do so for an engine. */
T_CASE(move, what_is_not_contiguous_for_the_new_engine_the_cpu_copies, T_ONCE)
{
	enum { PAGES = 8 };
	struct netdma_completion done;
	struct netdma_channel *ch;
	struct t_list *l;
	uint8_t *m, *dst;
	uint32_t i, pieces = 0;
	int iova;

	if (rte_eal_iova_mode() == RTE_IOVA_VA)
		t_skip("IOVAs are virtual addresses");
	m = mmap(NULL, PAGES * NETDMA_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT(m != MAP_FAILED);
	ASSERT_INT(mlock(m, PAGES * NETDMA_PAGE_SIZE), ==, 0);
	for (i = 0; i < PAGES * NETDMA_PAGE_SIZE; i++)
		m[i] = (uint8_t)(i * 7 + i / 4096);
	ASSERT_INT(netdma_mem_register(m, PAGES * NETDMA_PAGE_SIZE), ==, 0);
	t_defer(memory_undo, m);
	for (i = 1; i < PAGES; i++)
		pieces += t_iova(m + i * NETDMA_PAGE_SIZE) !=
				t_iova(m + (i - 1) * NETDMA_PAGE_SIZE) + NETDMA_PAGE_SIZE;
	if (pieces == 0)
		t_skip("the kernel has given contiguous pages");
	dst = t_memory(t, PAGES * NETDMA_PAGE_SIZE, 64);
	memset(dst, 0, PAGES * NETDMA_PAGE_SIZE);
	t->provider = t_provider("fake0");
	iova = t_provider("fake1,addr=iova");
	ch = channel(t);
	l = t_list_bare(t, t_pool(1), 1);
	l->first->src = (uintptr_t)m;
	l->first->dst = (uintptr_t)dst;
	l->first->length = PAGES * NETDMA_PAGE_SIZE;
	ASSERT_INT(t_move(ch, iova), ==, 0);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, &done, 1);
	t_entry_check(&done, l->first, NETDMA_COPIED, 0);
	ASSERT(memcmp(m, dst, PAGES * NETDMA_PAGE_SIZE) == 0);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 1);
	/* A page by itself it does. */
	l->first->length = NETDMA_PAGE_SIZE;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, &done, 1);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 1);
	ASSERT_INT(t_stats(ch).by_engine, ==, 1);
}
