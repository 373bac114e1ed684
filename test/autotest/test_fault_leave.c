/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The fault driver: engines that are removed, and a provider below that leaves. */

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <rte_cycles.h>

#include "fake.h"
#include "test_fault.h"

/* The library stops it, in its own time. */
static void
wait_stopped(int provider)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (fault_state_of(provider) != NETDMA_PROVIDER_REGISTERED)
		ASSERT_MSG(t_wait(&d), "provider %d is not stopped", provider);
}

/* Collect all of a list, the first so many of which were copied. */
static void
all_back(struct netdma_channel *ch, const struct t_list *l, uint32_t copied)
{
	struct netdma_completion *done = t_zalloc(l->n * sizeof(*done));
	uint32_t i;

	t_collect(ch, done, l->n);
	for (i = 0; i < l->n; i++) {
		fault_entry(&done[i], l, i);
		ASSERT_INT(done[i].status, ==, i < copied ? NETDMA_COPIED : NETDMA_NOT_COPIED);
		if (i >= copied)
			ASSERT_INT(done[i].error, ==, NETDMA_ERROR_GONE);
	}
}

T_CASE(fault, engine_is_removed_at_a_copy_and_comes_back_with_a_start, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(500);
	struct netdma_channel *ch[2];
	struct t_list *l[2];
	unsigned int life, i;
	const char *said;

	fault_over(t, "cpu0", "remove_at=50");
	for (life = 0; life < 3; life++) {
		t_log_clear();
		for (i = 0; i < 2; i++) {
			ch[i] = fault_channel(t, i == 0 ? 16 : 64, 1000);
			l[i] = t_list_new(t, ch[i], pool, 40, 1, 100);
		}
		for (i = 0; i < 2; i++)
			ASSERT_INT(t_start(ch[i], l[i]), ==, 0);
		said = strstr(t_log(), "is removed at copy 50");
		ASSERT(said != NULL && strstr(said + 1, "is removed") == NULL);
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
		/* The 50th was the last that it took. */
		all_back(ch[0], l[0], 16);
		all_back(ch[1], l[1], 34);
		wait_stopped(t->provider);
		for (i = 0; i < 2; i++)
			t_channel_free(ch[i]);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
	ch[0] = t_channel(t, 64, 0);
	t_run_list(ch[0], t_list_new(t, ch[0], pool, 49, 1, 100));
}

T_CASE(fault, channel_of_a_removed_engine_goes_on_elsewhere, T_ONCE)
{
	static const char *const below[] = { "cpu0", "cpu0,mode=lcore", "fake0,desc=5,burst=2" };
	struct netdma_channel_conf conf = { .nb_desc = 32,
		.error_policy = NETDMA_ON_ERROR_REPORT };
	struct netdma_channel *ch;
	struct t_list *l;
	unsigned int i;

	for (i = 0; i < RTE_DIM(below); i++) {
		fault_over(t, below[i], "remove_at=50,delay=2");
		conf.provider = t->provider;
		conf.failover = t_provider("cpu1");
		ch = t_channel_conf(t, &conf);
		l = t_list_new(t, ch, t_pool(200), 200, 1, 100);
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(t_info(ch).provider, ==, conf.failover);
		ASSERT_INT(t_stats(ch).failovers, ==, 1);
		ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
		ASSERT(t_stats(ch).by_engine <= 50 && t_stats(ch).by_failover >= 150);
		t_channel_free(ch);
		wait_stopped(t->provider);
		ASSERT_INT(netdma_provider_destroy(conf.failover), ==, 0);
		fault_tear_down(t);
	}
}

T_CASE(fault, channel_goes_on_elsewhere_when_the_one_below_has_no_engine_any_more, T_ONCE)
{
	struct netdma_channel_conf conf = { .nb_desc = 32,
		.error_policy = NETDMA_ON_ERROR_REPORT };
	struct netdma_channel *ch;
	struct fake *f;
	struct t_list *l;

	fault_over(t, "fake0,desc=5,burst=2", "delay=2");
	f = fake_get("fake0");
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	conf.provider = t->provider;
	conf.failover = t_provider("fake1");
	ch = t_channel_conf(t, &conf);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 100);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	f->gone = -ENODEV;
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_info(ch).provider, ==, conf.failover);
	ASSERT_INT(t_stats(ch).watchdogs, ==, 0);
	/* What had finished is not done again. */
	ASSERT_INT(t_stats(ch).by_engine, ==, 4);
	ASSERT_INT(t_stats(ch).by_failover, ==, 96);
	t_channel_free(ch);
}

T_CASE(fault, provider_below_may_leave_and_come_back, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(500);
	struct netdma_channel *ch;

	fault_over(t, "cpu0", "");
	ch = fault_channel(t, 64, 1000);
	t_run_list(ch, t_list_new(t, ch, pool, 100, 1, 100));
	ASSERT_INT(netdma_provider_stop(t->below), ==, 0);
	/* Its own goes with it. */
	wait_stopped(t->provider);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(netdma_provider_start(t->provider), ==, -ENODEV);
	ASSERT_INT(netdma_provider_start(t->below), ==, 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	t_channel_free(ch);
	t_copy_works(t, t_channel(t, 64, 0));
}

struct disturber {
	int provider;
	struct netdma_provider *fake;
	bool over;
};

static void
stop_below(void *arg)
{
	struct disturber *s = arg;

	rte_delay_us_sleep(2000);
	ASSERT_INT(netdma_provider_stop(s->provider), ==, 0);
	__atomic_store_n(&s->over, true, __ATOMIC_RELEASE);
}

/* Whoever stops a provider has the channel for a moment. */
static void
run_list_meanwhile(struct netdma_channel *ch, const struct t_list *l)
{
	struct t_deadline d;
	int ret;

	t_deadline_set(&d);
	while ((ret = t_info(ch).state == NETDMA_CHANNEL_ARMED ? t_start(ch, l) :
			t_append(ch, l)) == -EAGAIN)
		ASSERT(t_wait(&d));
	ASSERT_INT(ret, ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(fault, provider_below_may_leave_under_traffic, T_ONCE)
{
	struct netdma_channel_conf conf = { .nb_desc = 32,
		.error_policy = NETDMA_ON_ERROR_REPORT };
	struct disturber s = { .over = false };
	struct t_thread *thread;
	unsigned int round, i;

	for (round = 0; round < 20; round++) {
		struct netdma_desc_pool *pool = t_pool(200);
		struct netdma_channel *ch;
		struct t_deadline d;
		struct t_list *l;

		s.over = false;
		s.provider = fault_over(t, "cpu0,mode=lcore", "") != 0 ? t->below : 0;
		conf.provider = t->provider;
		conf.failover = t_provider("cpu1");
		ch = t_channel_conf(t, &conf);
		l = t_list_new(t, ch, pool, 200, 1, 2000);
		thread = t_thread_start(stop_below, &s);
		t_deadline_set(&d);
		/* Nothing of it is noticed, but that it goes on elsewhere. */
		do {
			for (i = 0; i < l->n; i++)
				t_buf_fill(&l->buf[i]);
			run_list_meanwhile(ch, l);
			ASSERT(t_wait(&d));
		} while (!__atomic_load_n(&s.over, __ATOMIC_ACQUIRE));
		t_thread_join(thread);
		wait_stopped(t->provider);
		ASSERT_INT(t_info(ch).provider, ==, conf.failover);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(conf.failover), ==, 0);
		fault_tear_down(t);
	}
}

static void
switch_power(void *arg)
{
	struct disturber *s = arg;
	unsigned int i;

	for (i = 0; i < 200 && !t_stopping(); i++) {
		ASSERT_INT(netdma_provider_notify(s->fake, NETDMA_EVENT_PROVIDER_POWER_DOWN), ==,
				0);
		rte_delay_us_sleep(100);
		ASSERT_INT(netdma_provider_notify(s->fake, NETDMA_EVENT_PROVIDER_POWER_UP), ==,
				0);
		rte_delay_us_sleep(100);
	}
	__atomic_store_n(&s->over, true, __ATOMIC_RELEASE);
}

/* Another thread has the channel below, now and then. */
T_CASE(fault, power_of_the_provider_below_may_come_and_go, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(100);
	struct disturber s = { .over = false };
	struct netdma_completion done[100];
	struct netdma_channel *ch;
	struct t_deadline d;
	struct t_list *l;
	uint32_t i;

	fault_over(t, "fake0,desc=8,burst=3", "seed=3,error=0.1");
	s.fake = fake_get("fake0")->provider;
	ch = fault_channel(t, 32, 200);
	l = t_list_new(t, ch, pool, 100, 1, 100);
	t_thread_start(switch_power, &s);
	t_deadline_set(&d);
	do {
		for (i = 0; i < l->n; i++)
			t_buf_fill(&l->buf[i]);
		ASSERT_INT(t_start(ch, l), ==, 0);
		for (i = t_range(t, 0, 8); i > 0; i--)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		if (t_range(t, 0, 1) == 0)
			ASSERT_INT(netdma_channel_abort(ch), ==, 0);
		t_collect(ch, done, l->n);
		for (i = 0; i < l->n; i++)
			fault_entry(&done[i], l, i);
		ASSERT(t_wait(&d));
	} while (!__atomic_load_n(&s.over, __ATOMIC_ACQUIRE));
	ASSERT(t_stats(ch).copied > 0 && t_stats(ch).failed > 0 && t_stats(ch).not_copied > 0);
	ASSERT_INT(t_stats(ch).unknown, ==, 0);
}

/* Who hears that the provider below has a channel again. */
struct hearer {
	sem_t looked;
	pthread_t owner;  /* of the channel above */
	pthread_t looker;
	bool armed;
	bool heard;
	bool inside;      /* in one of the owner's calls */
	bool locked;      /* with the registry locked */
};

static void *
look(void *arg)
{
	struct hearer *h = arg;

	netdma_provider_find("none");
	sem_post(&h->looked);
	return NULL;
}

static void
hear(struct netdma_client *client __rte_unused, const struct netdma_event *e, void *arg)
{
	struct hearer *h = arg;
	struct timespec end;

	if (e->type != NETDMA_EVENT_CHANNEL_ARRIVAL || !__atomic_load_n(&h->armed, __ATOMIC_ACQUIRE))
		return;
	h->inside = pthread_equal(pthread_self(), h->owner);
	RTE_VERIFY(pthread_create(&h->looker, NULL, look, h) == 0);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	h->locked = sem_timedwait(&h->looked, &end) != 0;
	__atomic_store_n(&h->armed, false, __ATOMIC_RELAXED);
	__atomic_store_n(&h->heard, true, __ATOMIC_RELEASE);
}

/* The channel below leaves its engine inside a call of the one above, and its event comes neither
 * in there nor under the lock of whoever stops the provider above.
 */
static void
hears_outside(struct t *t, bool stop)
{
	struct hearer *h = t_zalloc(sizeof(*h));
	struct netdma_channel *ch;
	struct t_deadline d;
	struct fake *f;
	struct t_list *l;

	sem_init(&h->looked, 0, 0);
	h->owner = pthread_self();
	fault_over(t, "fake0,desc=10,channels=1", "");
	f = fake_get("fake0");
	t_client(&(struct netdma_client_conf){ .name = "hearer", .event = hear, .arg = h });
	ch = fault_channel(t, 64, 1000);
	l = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	f->hold = true;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	f->gone = -ENODEV;
	__atomic_store_n(&h->armed, true, __ATOMIC_RELEASE);
	if (stop)
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	t_deadline_set(&d);
	while (!__atomic_load_n(&h->heard, __ATOMIC_ACQUIRE)) {
		ASSERT_INT(netdma_poll(ch, NULL, 0), >=, 0);
		ASSERT(t_wait(&d));
	}
	pthread_join(h->looker, NULL);
	ASSERT(!h->locked);
	ASSERT(stop || !h->inside);
	t_expect(ch, l, NETDMA_NOT_COPIED);
}

T_CASE(fault, events_of_the_channel_below_come_outside_of_the_owners_calls, T_ONCE)
{
	hears_outside(t, false);
}

T_CASE(fault, events_of_the_channel_below_come_without_the_lock, T_ONCE)
{
	hears_outside(t, true);
}
