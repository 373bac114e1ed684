/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Several threads: channels of their own, readers, and control calls during traffic. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <rte_cycles.h>
#include <rte_memory.h>

#include "fake.h"
#include "util.h"

#define MAX_THREADS 4

struct worker {
	struct t t;              /* random numbers of its own */
	struct netdma_channel *ch;
	struct t_list *l;
	struct t_buf *b;
	uint32_t nb_bufs;
	uint32_t rounds;
	bool until_gone;         /* its provider is stopped while it works */
	uint64_t copied;
};

/* Lists and everyday copies in turn, every one of them checked. */
static void
work(void *arg)
{
	struct worker *w = arg;
	struct netdma_completion done[64];
	uint32_t round, i;
	int ret;

	for (round = 0; (w->until_gone || round < w->rounds) && !t_stopping(); round++) {
		uint32_t n = t_range(&w->t, 1, w->nb_bufs);

		if (!w->until_gone) {
			for (i = 0; i < w->l->n; i++)
				t_buf_fill(&w->l->buf[i]);
			ASSERT_INT(t_start(w->ch, w->l), ==, 0);
			t_expect(w->ch, w->l, NETDMA_COPIED);
			w->copied += w->l->n;
		}
		for (i = 0; i < n; i++) {
			t_buf_fill(&w->b[i]);
			do /* whoever stops the provider may have the channel for a moment */
				ret = netdma_copy(w->ch, w->b[i].src, w->b[i].dst,
						w->b[i].length, 0, &w->b[i]);
			while (w->until_gone && ret == -ENOSPC);
			if (w->until_gone && ret == -ENODEV)
				return;
			ASSERT_INT(ret, ==, 0);
		}
		do
			ret = netdma_submit(w->ch);
		while (w->until_gone && ret == 0);
		if (w->until_gone && ret == -ENODEV) {
			/* Nothing of it was handed over. */
			for (i = 0; i < n; i++)
				t_buf_check(&w->b[i], T_NOT_COPIED, i);
			return;
		}
		ASSERT_INT(ret, ==, n);
		t_collect(w->ch, done, n);
		for (i = 0; i < n; i++) {
			ASSERT(done[i].user == &w->b[i]);
			if (w->until_gone && done[i].error == NETDMA_ERROR_GONE) {
				ASSERT_INT(done[i].status, ==, NETDMA_NOT_COPIED);
				t_buf_check(&w->b[i], T_NOT_COPIED, i);
				continue;
			}
			ASSERT_INT(done[i].status, ==, NETDMA_COPIED);
			t_buf_check(&w->b[i], T_COPIED, i);
			w->copied++;
		}
		sched_yield();
	}
}

static struct worker *
worker(struct t *t, uint32_t rounds)
{
	struct worker *w = t_zalloc(sizeof(*w));

	w->t = *t;
	w->t.rng = t_rand(t);
	w->ch = t_channel(t, 64, 0);
	w->l = t_list_new(t, w->ch, t_pool(200), 200, 1, 100);
	w->nb_bufs = 40;
	w->b = t_bufs(t, w->nb_bufs, 1, 300);
	w->rounds = rounds;
	return w;
}

static uint32_t
channels_of(int provider)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	ASSERT_INT(netdma_provider_info_get(provider, &info), ==, 0);
	return info.max_channels;
}

struct reader {
	struct worker *w[MAX_THREADS];
	uint32_t n;
	int provider;
	FILE *null;
	int telemetry;
};

/* Everything that any thread may read at any time. */
static void
look_on(void *arg)
{
	struct reader *r = arg;
	uint64_t accepted[MAX_THREADS] = { 0 };
	uint32_t i;

	while (!t_stopping()) {
		struct netdma_provider_info info = { .size = sizeof(info) };

		for (i = 0; i < r->n; i++) {
			struct netdma_channel_stats s = t_stats(r->w[i]->ch);

			ASSERT_INT(s.accepted, >=, accepted[i]);
			ASSERT_INT(s.failed + s.not_copied + s.unknown, ==, 0);
			accepted[i] = s.accepted;
			t_info(r->w[i]->ch);
			ASSERT_INT(netdma_channel_outstanding(r->w[i]->ch), >=, 0);
			ASSERT_INT(netdma_channel_outstanding(r->w[i]->ch), <=, 240);
		}
		ASSERT_INT(netdma_provider_info_get(r->provider, &info), ==, 0);
		ASSERT_INT(netdma_dump(r->null), ==, 0);
		for (i = 0; i < r->n; i++)
			ASSERT_HAS(t_telemetry_ask(r->telemetry, "/netdma/channel,%d",
					t_info(r->w[i]->ch).id), "\"failed\":0");
		sched_yield();
	}
}

static void
file_undo(void *arg)
{
	fclose(arg);
}

T_CASE(threads, channels_of_several_threads_do_not_disturb_each_other, T_EACH)
{
	uint32_t n = RTE_MIN(channels_of(t->provider), (uint32_t)MAX_THREADS), i;
	struct t_thread *thread[MAX_THREADS];
	struct reader *r = t_zalloc(sizeof(*r));

	r->n = n;
	r->provider = t->provider;
	r->null = fopen("/dev/null", "w");
	ASSERT(r->null != NULL);
	t_defer(file_undo, r->null);
	r->telemetry = t_telemetry_open();
	for (i = 0; i < n; i++)
		r->w[i] = worker(t, 40);
	t_thread_start(look_on, r);
	for (i = 0; i < n; i++)
		thread[i] = t_thread_start(work, r->w[i]);
	for (i = 0; i < n; i++)
		t_thread_join(thread[i]);
	for (i = 0; i < n; i++)
		ASSERT_INT(t_stats(r->w[i]->ch).copied, ==, r->w[i]->copied);
}

/* One that is always busy does not keep the engine from the other. */
T_CASE(threads, busy_channel_does_not_starve_its_neighbour, T_EACH)
{
	enum { LONG = 30000 };
	struct netdma_channel *busy, *quiet;
	struct t_list *l, *one;
	struct netdma_completion done;
	uint8_t *m;
	struct t_deadline d;
	uint32_t i, out = 0;
	unsigned int round;
	int ret;

	if (channels_of(t->provider) < 2)
		t_skip("it has one channel");
	busy = t_channel(t, 64, 0);
	quiet = t_channel(t, 64, 0);
	l = t_list_bare(t, t_pool(LONG), LONG);
	one = t_list_new(t, quiet, t_pool(1), 1, 1, 100);
	m = t_memory(t, 2 * 4096, 4096);
	memset(m, 1, 2 * 4096);
	for (i = 0; i < LONG; i++) {
		l->at[i]->src = t_addr(busy, m);
		l->at[i]->dst = t_addr(busy, m + 4096);
		l->at[i]->length = 4096;
	}
	ASSERT_INT(t_start(busy, l), ==, 0);
	for (round = 0; round < 5; round++) {
		t_buf_fill(one->buf);
		ASSERT_INT(round == 0 ? t_start(quiet, one) : t_append(quiet, one), ==, 0);
		t_deadline_set(&d);
		/* The busy one gets more from its list only here. */
		while ((ret = netdma_poll(quiet, &done, 1)) == 0) {
			ret = netdma_poll(busy, NULL, 64);
			ASSERT_INT(ret, >=, 0);
			out += (uint32_t)ret;
			ASSERT(t_wait(&d));
		}
		ASSERT_INT(ret, ==, 1);
		t_entry_check(&done, one->first, NETDMA_COPIED, 0);
		t_buf_check(one->buf, T_COPIED, 0);
		ASSERT_MSG(out < LONG, "it waited until the other list was done");
	}
}

/* How much of one channel's list a worker runs before it turns to another is its affair, as
 * long as it is far less than all. The copy of the quiet channel reads what the last one of
 * the busy channel writes; the same thread runs both, so what it finds tells their order.
 */
T_CASE(threads, worker_turns_to_a_neighbour_long_before_a_list_is_done, T_EACH)
{
	enum { LONG = 2048, SIZE = 16384, ROUNDS = 50 };
	struct netdma_channel *busy, *quiet;
	struct netdma_completion done;
	struct t_list *l, *one;
	uint8_t *m, *last, *seen;
	unsigned int round, told = 0;
	uint32_t i, left;

	if (strncmp(t->kind->label, "cpu-thread", 10) != 0 &&
			strncmp(t->kind->label, "cpu-lcore", 9) != 0)
		t_skip("no worker of the library's");
	busy = t_channel(t, LONG, 0);
	quiet = t_channel(t, 64, 0);
	l = t_list_bare(t, t_pool(LONG), LONG);
	one = t_list_bare(t, t_pool(1), 1);
	m = t_memory(t, 2 * SIZE + 128, 64);
	last = m + 2 * SIZE;
	seen = last + 64;
	memset(m, 'n', SIZE);
	for (round = 0; round < ROUNDS && told < 5; round++) {
		memset(last, 'o', 64);
		for (i = 0; i < LONG; i++) {
			l->at[i]->src = t_addr(busy, m);
			l->at[i]->dst = t_addr(busy, i + 1 < LONG ? m + SIZE : last);
			l->at[i]->length = i + 1 < LONG ? SIZE : 64;
		}
		one->first->src = t_addr(quiet, last);
		one->first->dst = t_addr(quiet, seen);
		one->first->length = 64;
		ASSERT_INT(t_start(busy, l), ==, 0);
		ASSERT_INT(t_start(quiet, one), ==, 0);
		/* Says something only if a good part of the list was not done then. */
		i = (uint32_t)netdma_poll(busy, NULL, LONG);
		left = LONG - i;
		t_collect(quiet, &done, 1);
		if (left >= LONG / 2) {
			told++;
			ASSERT_MSG(seen[0] == 'o', "%u descriptors ran before it", left);
		}
		while (netdma_channel_outstanding(busy) > 0)
			ASSERT_INT(netdma_poll(busy, NULL, LONG), >=, 0);
	}
	if (told == 0)
		t_skip("the worker was always faster");
}

/* What waits for its turn is neither lost nor run twice. */
T_CASE(threads, single_copies_queue_up_behind_a_busy_neighbour, T_EACH)
{
	enum { LONG = 300, SIZE = 65536, SINGLES = 60 };
	struct netdma_channel *busy, *quiet;
	struct netdma_desc_pool *pool = t_pool(SINGLES);
	struct t_list *l, *one[SINGLES];
	uint8_t *m;
	uint32_t i, size;

	if (channels_of(t->provider) < 2)
		t_skip("it has one channel");
	busy = t_channel(t, LONG, 0);
	size = RTE_MIN(t_info(busy).max_transfer, (uint32_t)SIZE);
	m = t_memory(t, 2 * SIZE, 64);
	memset(m, 1, SIZE);
	l = t_list_bare(t, t_pool(LONG), LONG);
	for (i = 0; i < LONG; i++) {
		l->at[i]->src = t_addr(busy, m);
		l->at[i]->dst = t_addr(busy, m + SIZE);
		l->at[i]->length = size;
	}
	/* The smallest ring there is. */
	quiet = t_channel(t, 1, 0);
	for (i = 0; i < SINGLES; i++)
		one[i] = t_list_new(t, quiet, pool, 1, 1, 100);
	ASSERT_INT(t_start(busy, l), ==, 0);
	for (i = 0; i < SINGLES; i++)
		ASSERT_INT(i == 0 ? t_start(quiet, one[i]) : t_append(quiet, one[i]), ==, 0);
	for (i = 0; i < SINGLES; i++)
		t_expect(quiet, one[i], NETDMA_COPIED);
	t_expect(busy, l, NETDMA_COPIED);
}

/* Control calls that have nothing to do with the channel. */
static void
control(void *arg)
{
	const int *provider = arg;
	struct t_deadline d;
	unsigned int i = 0;
	char name[32];

	while (!t_stopping()) {
		struct netdma_client *client;
		void *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1, 0);
		int id, ret;

		snprintf(name, sizeof(name), "fake%u", 90 + i++ % 3);
		ASSERT_INT(netdma_provider_create(name, &id), ==, 0);
		client = netdma_client_register(&(struct netdma_client_conf){ .name = name });
		ASSERT(client != NULL);
		ASSERT(netdma_provider_next(*provider) > 0);
		if (m != MAP_FAILED) {
			ret = netdma_mem_register(m, 8192);
			ASSERT_INT(ret, ==, 0);
			t_deadline_set(&d);
			/* An owner whom the machine lets wait may be looking at it for long. */
			while ((ret = netdma_mem_unregister(m, 8192)) == -EBUSY &&
					rte_get_timer_cycles() < d.end)
				sched_yield();
			ASSERT_INT(ret, ==, 0);
			munmap(m, 8192);
		}
		ASSERT_INT(netdma_client_deregister(client), ==, 0);
		ASSERT_INT(netdma_provider_destroy(id), ==, 0);
		ASSERT_INT(netdma_rescan(), ==, 0);
		sched_yield();
	}
}

T_CASE(threads, control_calls_do_not_disturb_traffic, T_EACH)
{
	struct worker *w = worker(t, 150);
	struct t_thread *traffic;

	t_thread_start(control, &t->provider);
	traffic = t_thread_start(work, w);
	t_thread_join(traffic);
	ASSERT_INT(t_stats(w->ch).copied, ==, w->copied);
}

T_CASE(threads, provider_is_stopped_between_the_owners_calls, T_EACH)
{
	unsigned int round;

	for (round = 0; round < 4; round++) {
		struct worker *w = worker(t, 0);
		struct t_thread *thread;
		struct t_deadline d;
		int ret;

		w->until_gone = true;
		thread = t_thread_start(work, w);
		t_deadline_set(&d);
		/* An owner whom the machine lets wait is inside his call for long. */
		while ((ret = netdma_provider_stop(t->provider)) != 0) {
			ASSERT_INT(ret, ==, -ETIMEDOUT);
			ASSERT(t_wait(&d));
		}
		t_thread_join(thread);
		ASSERT_INT(t_info(w->ch).state, ==, NETDMA_CHANNEL_DETACHED);
		ASSERT_INT(netdma_channel_outstanding(w->ch), ==, 0);
		ASSERT_INT(t_stats(w->ch).copied, ==, w->copied);
		t_channel_free(w->ch);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
}

struct pool_user {
	struct netdma_desc_pool *pool;
	struct t t;
};

static void
use_pool(void *arg)
{
	struct pool_user *u = arg;
	struct netdma_desc *d, *first;
	uint32_t n, i, round;

	for (round = 0; round < 3000; round++) {
		n = t_range(&u->t, 1, 30);
		first = netdma_desc_alloc(u->pool, n);
		if (first == NULL) {
			ASSERT_INT(rte_errno, ==, ENOSPC);
			continue;
		}
		for (d = first, i = 0; d != NULL; d = d->next, i++) {
			ASSERT_INT(d->user_context2, ==, 0);
			d->user = u;
		}
		ASSERT_INT(i, ==, n);
		sched_yield();
		/* Nobody else has them. */
		for (d = first; d != NULL; d = d->next)
			ASSERT(d->user == u);
		ASSERT_INT(netdma_desc_free(u->pool, first, n), ==, 0);
	}
}

T_CASE(threads, pool_serves_several_threads, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(80);
	struct t_thread *thread[MAX_THREADS];
	struct netdma_desc *all;
	unsigned int i;

	for (i = 0; i < MAX_THREADS; i++) {
		struct pool_user *u = t_zalloc(sizeof(*u));

		u->pool = pool;
		u->t.rng = t_rand(t);
		thread[i] = t_thread_start(use_pool, u);
	}
	for (i = 0; i < MAX_THREADS; i++)
		t_thread_join(thread[i]);
	all = netdma_desc_alloc(pool, 80);
	ASSERT(all != NULL);
	ASSERT_INT(netdma_desc_free(pool, all, 80), ==, 0);
}

/* A channel may change hands when the one has stopped and the other begins. */
static void
hand_over(void *arg)
{
	struct worker *w = arg;

	w->rounds = 10;
	work(w);
}

T_CASE(threads, channel_may_change_hands, T_EACH)
{
	struct worker *w = worker(t, 10);
	unsigned int i;

	for (i = 0; i < 4; i++) {
		t_thread_join(t_thread_start(hand_over, w));
		work(w);
	}
	ASSERT_INT(t_stats(w->ch).copied, ==, w->copied);
}

T_CASE(threads, several_providers_work_at_once, T_ONCE)
{
	static const char *const all[] = { "cpu0,mode=inline", "cpu1,mode=lcore", "fake0,burst=2",
		"cpu2,mode=lcore,addr=iova" };
	struct t_thread *thread[RTE_DIM(all)];
	struct worker *w[RTE_DIM(all)];
	unsigned int i;

	t_need_driver("cpu");
	for (i = 0; i < RTE_DIM(all); i++) {
		t->provider = t_provider(all[i]);
		w[i] = worker(t, 40);
	}
	for (i = 0; i < RTE_DIM(all); i++)
		thread[i] = t_thread_start(work, w[i]);
	for (i = 0; i < RTE_DIM(all); i++)
		t_thread_join(thread[i]);
	for (i = 0; i < RTE_DIM(all); i++)
		ASSERT_INT(t_stats(w[i]->ch).copied, ==, w[i]->copied);
}

/* Two stop a provider at once, and its owner does not leave his call: both are told so. */
struct two_stops {
	int provider;
	int ret[2];
	uint32_t stage;
};

static void
stop_first(void *arg)
{
	struct two_stops *s = arg;

	s->ret[0] = netdma_provider_stop(s->provider);
}

static void
stop_second(void *arg)
{
	struct two_stops *s = arg;

	__atomic_store_n(&s->stage, 2, __ATOMIC_RELEASE);
	s->ret[1] = netdma_provider_stop(s->provider);
}

/* The first one waits here until the second one is inside. */
static void
hold_first(struct netdma_client *client __rte_unused, const struct netdma_event *e, void *arg)
{
	struct two_stops *s = arg;

	if (e->type != NETDMA_EVENT_PROVIDER_REMOVAL || e->provider != s->provider)
		return;
	__atomic_store_n(&s->stage, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&s->stage, __ATOMIC_ACQUIRE) != 2)
		sched_yield();
	rte_delay_us_sleep(20000);
}

static void
stop_twice(struct netdma_channel *ch __rte_unused,
		const struct netdma_completion *done __rte_unused, void *arg)
{
	struct two_stops *s = arg;
	struct t_thread *first = t_thread_start(stop_first, s), *second;

	while (__atomic_load_n(&s->stage, __ATOMIC_ACQUIRE) != 1)
		sched_yield();
	second = t_thread_start(stop_second, s);
	t_thread_join(first);
	t_thread_join(second);
}

T_CASE(threads, two_that_stop_a_provider_in_vain_are_both_told, T_ONCE)
{
	struct two_stops s = { .ret = { 1, 1 } };
	struct netdma_channel *ch;
	struct t_list *l;

	fake_new("fake0,desc=16", &t->provider);
	s.provider = t->provider;
	t_client(&(struct netdma_client_conf){ .name = "holder", .event = hold_first, .arg = &s });
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .completion = stop_twice, .arg = &s });
	l = t_list_new(t, ch, t_pool(1), 1, 1, 100);
	l->at[0]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(s.ret[0], ==, -ETIMEDOUT);
	ASSERT_INT(s.ret[1], ==, -ETIMEDOUT);
}

/* ---------------------------------------------------------------- the end, twice */

static void
finish(void *arg)
{
	int *ret = arg;

	*ret = netdma_fini();
}

T_CASE(threads, two_may_finish_the_library_at_once, T_RAW)
{
	int ret[2], i;

	for (i = 0; i < 100; i++) {
		struct t_thread *other;

		ASSERT_INT(netdma_init(NULL), ==, 0);
		other = t_thread_start(finish, &ret[1]);
		finish(&ret[0]);
		t_thread_join(other);
		ASSERT_INT(ret[0] + ret[1], ==, -EINVAL);
	}
}
