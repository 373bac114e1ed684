/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Clients: registering, and what they are told of. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "fake.h"
#include "util.h"

#define MAX_SEEN 128

struct seen {
	struct netdma_client *client;
	unsigned int n;
	struct {
		enum netdma_event_type type;
		int provider;
		char name[64];
	} event[MAX_SEEN];
	bool inside;
	/* What to do when the first event of that type comes. */
	enum netdma_event_type when;
	void (*act)(struct seen *s);
};

static void
record(struct netdma_client *client, const struct netdma_event *event, void *arg)
{
	struct seen *s = arg;
	void (*act)(struct seen *) = s->act;

	/* Never two at a time. */
	EXPECT(!s->inside);
	s->inside = true;
	EXPECT(s->client == NULL || client == s->client);
	EXPECT(event->name != NULL);
	EXPECT(s->n < MAX_SEEN);
	if (s->n < MAX_SEEN) {
		s->event[s->n].type = event->type;
		s->event[s->n].provider = event->provider;
		snprintf(s->event[s->n].name, sizeof(s->event[s->n].name), "%s", event->name);
		s->n++;
	}
	if (act != NULL && event->type == s->when) {
		s->act = NULL;
		s->client = client;
		act(s);
	}
	s->inside = false;
}

static struct seen *
watch(const char *name)
{
	struct seen *s = t_zalloc(sizeof(*s));

	s->client = t_client(&(struct netdma_client_conf){
			.size = sizeof(struct netdma_client_conf), .name = name, .event = record,
			.arg = s });
	return s;
}

/* The events of one provider, of which there are these and no others. */
#define expect_events(s, provider, ...) do { \
	const int types_[] = { __VA_ARGS__ }; \
	expect_these(s, provider, types_, RTE_DIM(types_)); \
} while (0)

static void
expect_these(const struct seen *s, int provider, const int *types, unsigned int n)
{
	unsigned int i, k = 0;

	for (i = 0; i < s->n; i++) {
		if (s->event[i].provider != provider)
			continue;
		ASSERT_MSG(k < n && (int)s->event[i].type == types[k],
				"event %u of provider %d: %s", k, provider,
				netdma_event_name(s->event[i].type));
		k++;
	}
	ASSERT_INT(k, ==, n);
}

enum {
	REGISTERED = NETDMA_EVENT_PROVIDER_REGISTERED,
	ARRIVAL = NETDMA_EVENT_PROVIDER_ARRIVAL,
	REMOVAL = NETDMA_EVENT_PROVIDER_REMOVAL,
	CHANNEL = NETDMA_EVENT_CHANNEL_ARRIVAL,
	DOWN = NETDMA_EVENT_PROVIDER_POWER_DOWN,
	UP = NETDMA_EVENT_PROVIDER_POWER_UP,
};

T_CASE(client, is_told_of_a_providers_life_in_order, T_ONCE)
{
	struct seen *s = watch("watcher");
	unsigned int i;
	int id;

	ASSERT_INT(netdma_provider_create("fake0", &id), ==, 0);
	expect_events(s, id, REGISTERED, ARRIVAL);
	ASSERT_INT(netdma_provider_stop(id), ==, 0);
	expect_events(s, id, REGISTERED, ARRIVAL, REMOVAL);
	ASSERT_INT(netdma_provider_stop(id), ==, 0);
	ASSERT_INT(netdma_provider_start(id), ==, 0);
	ASSERT_INT(netdma_provider_start(id), ==, 0);
	expect_events(s, id, REGISTERED, ARRIVAL, REMOVAL, ARRIVAL);
	ASSERT_INT(netdma_provider_notify(fake_get("fake0")->provider,
			NETDMA_EVENT_PROVIDER_POWER_DOWN), ==, 0);
	ASSERT_INT(netdma_provider_notify(fake_get("fake0")->provider,
			NETDMA_EVENT_PROVIDER_POWER_UP), ==, 0);
	ASSERT_INT(netdma_provider_destroy(id), ==, 0);
	expect_events(s, id, REGISTERED, ARRIVAL, REMOVAL, ARRIVAL, DOWN, UP, REMOVAL);
	for (i = 0; i < s->n; i++)
		if (s->event[i].provider == id)
			ASSERT_STR(s->event[i].name, "fake0");
}

T_CASE(client, late_one_is_told_what_is_there, T_ONCE)
{
	int started = t_provider("fake0"), stopped = t_provider("fake1"), id;
	struct seen *s;
	unsigned int i;

	ASSERT_INT(netdma_provider_stop(stopped), ==, 0);
	s = watch("late");
	expect_events(s, started, REGISTERED, ARRIVAL);
	expect_events(s, stopped, REGISTERED);
	for (id = netdma_provider_next(0); id != 0; id = netdma_provider_next(id)) {
		bool found = false;

		for (i = 0; i < s->n; i++)
			found |= s->event[i].provider == id;
		ASSERT_MSG(found, "nothing about provider %d", id);
	}
	/* Started later, it arrives. */
	ASSERT_INT(netdma_provider_start(stopped), ==, 0);
	expect_events(s, stopped, REGISTERED, ARRIVAL);
	expect_events(s, started, REGISTERED, ARRIVAL);
}

T_CASE(client, all_are_told_the_same_and_only_while_registered, T_ONCE)
{
	struct seen *a = watch("a"), *b = watch("b");
	int id = t_provider("fake0");
	unsigned int n;

	expect_events(a, id, REGISTERED, ARRIVAL);
	expect_events(b, id, REGISTERED, ARRIVAL);
	t_forget(b->client);
	ASSERT_INT(netdma_client_deregister(b->client), ==, 0);
	n = b->n;
	ASSERT_INT(netdma_provider_stop(id), ==, 0);
	ASSERT_INT(netdma_provider_start(id), ==, 0);
	ASSERT_INT(b->n, ==, n);
	expect_events(a, id, REGISTERED, ARRIVAL, REMOVAL, ARRIVAL);
}

T_CASE(client, is_told_when_a_channel_becomes_free, T_ONCE)
{
	struct seen *s = watch("watcher");
	struct netdma_channel *ch[2];
	int id = t->provider = t_provider("fake0,channels=2");

	ch[0] = t_channel(t, 32, 0);
	/* One was free all the time: nothing to tell. */
	t_channel_free(ch[0]);
	expect_events(s, id, REGISTERED, ARRIVAL);
	ch[0] = t_channel(t, 32, 0);
	ch[1] = t_channel(t, 32, 0);
	t_channel_free(ch[0]);
	expect_events(s, id, REGISTERED, ARRIVAL, CHANNEL);
	t_channel_free(ch[1]);
	expect_events(s, id, REGISTERED, ARRIVAL, CHANNEL);
}

static void
create_another(struct seen *s __rte_unused)
{
	EXPECT_INT(netdma_provider_create("fake1", NULL), ==, 0);
}

T_CASE(client, control_calls_from_a_callback_work_and_events_stay_in_order, T_ONCE)
{
	struct seen *a = watch("a"), *b = watch("b");
	unsigned int i, from_a = a->n, from_b = b->n;
	int first, second;

	a->when = NETDMA_EVENT_PROVIDER_REGISTERED;
	a->act = create_another;
	first = t_provider("fake0");
	second = netdma_provider_find("fake1");
	ASSERT_INT(second, >, 0);
	expect_events(a, first, REGISTERED, ARRIVAL);
	expect_events(a, second, REGISTERED, ARRIVAL);
	expect_events(b, second, REGISTERED, ARRIVAL);
	/* Everybody sees one order. */
	ASSERT_INT(a->n - from_a, ==, 4);
	ASSERT_INT(b->n - from_b, ==, 4);
	for (i = 0; i < 4; i++) {
		ASSERT_INT(a->event[from_a + i].type, ==, b->event[from_b + i].type);
		ASSERT_INT(a->event[from_a + i].provider, ==, b->event[from_b + i].provider);
	}
	ASSERT_INT(netdma_provider_destroy(second), ==, 0);
}

static void
misbehave(struct seen *s)
{
	int id = s->event[s->n - 1].provider;

	EXPECT_INT(netdma_client_deregister(s->client), ==, -EBUSY);
	EXPECT_INT(netdma_provider_stop(id), ==, -EBUSY);
	EXPECT_INT(netdma_provider_destroy(id), ==, -EBUSY);
	EXPECT_INT(netdma_fini(), ==, -EBUSY);
}

T_CASE(client, calls_that_would_wait_for_the_callback_are_busy_from_it, T_ONCE)
{
	struct seen *s = watch("watcher");

	s->when = NETDMA_EVENT_PROVIDER_ARRIVAL;
	s->act = misbehave;
	t_provider("fake0");
	ASSERT(s->act == NULL);
}

static void
allocate(struct seen *s)
{
	struct netdma_channel *ch = netdma_channel_alloc(s->client, &(struct netdma_channel_conf){
			.provider = s->event[s->n - 1].provider });

	EXPECT(ch != NULL);
	if (ch != NULL)
		EXPECT_INT(netdma_channel_free(ch), ==, 0);
}

T_CASE(client, channel_may_be_allocated_on_arrival, T_ONCE)
{
	struct seen *s = watch("watcher");

	s->when = NETDMA_EVENT_PROVIDER_ARRIVAL;
	s->act = allocate;
	t_provider("fake0");
	ASSERT(s->act == NULL);
}

static struct seen inner;

static void
register_another(struct seen *s __rte_unused)
{
	inner.client = netdma_client_register(&(struct netdma_client_conf){ .name = "inner",
			.event = record, .arg = &inner });
	EXPECT(inner.client != NULL);
	/* Told when this has returned, not inside it. */
	EXPECT_INT(inner.n, ==, 0);
}

T_CASE(client, one_that_registers_in_a_callback_is_told_after_it, T_ONCE)
{
	struct seen *s = watch("watcher");
	int id;

	memset(&inner, 0, sizeof(inner));
	s->when = NETDMA_EVENT_PROVIDER_REGISTERED;
	s->act = register_another;
	id = t_provider("fake0");
	ASSERT(inner.client != NULL);
	expect_events(s, id, REGISTERED, ARRIVAL);
	expect_events(&inner, id, REGISTERED, ARRIVAL);
	ASSERT_INT(netdma_client_deregister(inner.client), ==, 0);
}

struct slow {
	struct netdma_client *client;
	bool inside;      /* the callback */
	bool leaving;     /* the thread that deregisters is about to */
	bool over;        /* it has */
};

static void
wait_inside(struct netdma_client *client __rte_unused, const struct netdma_event *event, void *arg)
{
	struct slow *s = arg;
	unsigned int i;

	if (event->type != NETDMA_EVENT_PROVIDER_REMOVAL)
		return;
	EXPECT(!__atomic_load_n(&s->over, __ATOMIC_ACQUIRE));
	__atomic_store_n(&s->inside, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&s->leaving, __ATOMIC_ACQUIRE) && !t_stopping())
		sched_yield();
	/* Time enough to come back too early. */
	for (i = 0; i < 1000; i++)
		sched_yield();
	__atomic_store_n(&s->inside, false, __ATOMIC_RELEASE);
}

static void
leave(void *arg)
{
	struct slow *s = arg;

	while (!__atomic_load_n(&s->inside, __ATOMIC_ACQUIRE) && !t_stopping())
		sched_yield();
	__atomic_store_n(&s->leaving, true, __ATOMIC_RELEASE);
	ASSERT_INT(netdma_client_deregister(s->client), ==, 0);
	__atomic_store_n(&s->over, true, __ATOMIC_RELEASE);
	ASSERT(!__atomic_load_n(&s->inside, __ATOMIC_ACQUIRE));
}

T_CASE(client, deregister_waits_for_the_callback_that_is_running, T_ONCE)
{
	struct slow s = { .inside = false };
	struct t_thread *thread;
	int id = t_provider("fake0");

	s.client = netdma_client_register(&(struct netdma_client_conf){ .name = "slow",
			.event = wait_inside, .arg = &s });
	ASSERT(s.client != NULL);
	thread = t_thread_start(leave, &s);
	ASSERT_INT(netdma_provider_stop(id), ==, 0);
	t_thread_join(thread);
	ASSERT_INT(netdma_provider_start(id), ==, 0);
	ASSERT_INT(netdma_provider_stop(id), ==, 0);
}

T_CASE(client, wrong_confs_are_refused, T_ONCE)
{
	static const char too_long[] =
		"a_name_of_sixty_four_characters_is_one_character_too_long_for_us";
	struct netdma_client *client;

	ASSERT_NULL(netdma_client_register(NULL), EINVAL);
	ASSERT_NULL(netdma_client_register(&(struct netdma_client_conf){ .name = NULL }), EINVAL);
	ASSERT_NULL(netdma_client_register(&(struct netdma_client_conf){ .name = "" }), EINVAL);
	ASSERT_NULL(netdma_client_register(&(struct netdma_client_conf){ .name = too_long }),
			EINVAL);
	client = netdma_client_register(&(struct netdma_client_conf){ .name = too_long + 1 });
	ASSERT(client != NULL);
	ASSERT_INT(netdma_client_deregister(client), ==, 0);
	ASSERT_INT(netdma_client_deregister(NULL), ==, -EINVAL);
}

T_CASE(client, deregister_is_busy_with_channels, T_ONCE)
{
	struct netdma_client *client = t_client(&(struct netdma_client_conf){ .name = "other" });
	int id = t->provider = t_provider("fake0");
	struct netdma_channel *mine = t_channel(t, 32, 0), *theirs;

	theirs = netdma_channel_alloc(client, &(struct netdma_channel_conf){ .provider = id });
	ASSERT(theirs != NULL);
	ASSERT_INT(netdma_client_deregister(client), ==, -EBUSY);
	ASSERT_INT(netdma_client_deregister(t->client), ==, -EBUSY);
	ASSERT_INT(netdma_channel_free(theirs), ==, 0);
	t_forget(client);
	ASSERT_INT(netdma_client_deregister(client), ==, 0);
	/* The other one's go on. */
	t_copy_works(t, mine);
}
