/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Devices that are attached and detached while the application runs; removals that a driver or
 * a bus asks for.
 */

#include <errno.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_dmadev.h>
#include <rte_eal.h>

#include "model.h"
#include "survive.h"

#define DEVICE "dma_skeleton7"

#define REGISTERED NETDMA_EVENT_PROVIDER_REGISTERED
#define ARRIVAL NETDMA_EVENT_PROVIDER_ARRIVAL
#define REMOVAL NETDMA_EVENT_PROVIDER_REMOVAL

static void
device_undo(void *arg)
{
	const char *name = arg;
	int id = netdma_provider_find(name);

	if (id > 0) {
		netdma_provider_stop(id);
		netdma_provider_detach(id);
	}
	if (rte_dma_get_dev_id_by_name(name) >= 0)
		rte_eal_hotplug_remove("vdev", name);
}

/* Devices of these tests are gone at its end. Skips it where they cannot be had. */
static void
need_devices(void)
{
	static const char *const names[] = { DEVICE, "dma_skeleton8", "dma_skeleton77" };
	unsigned int i;

	t_need_driver("dmadev");
	if (rte_eal_iova_mode() != RTE_IOVA_VA)
		t_skip("the skeleton takes virtual addresses only");
	for (i = 0; i < RTE_DIM(names); i++)
		t_defer(device_undo, (void *)(uintptr_t)names[i]);
}

static int
attach(const char *devargs)
{
	int id = 0;

	ASSERT_INT(netdma_provider_attach(devargs, &id), ==, 0);
	ASSERT_INT(id, >, 0);
	return id;
}

static int
dev_id(const char *name)
{
	return rte_dma_get_dev_id_by_name(name);
}

/* Detach, by and by: an owner whom the machine lets wait is inside his call for long. */
static void
detach(int id)
{
	struct t_deadline d;
	int ret;

	t_deadline_set(&d);
	while ((ret = netdma_provider_detach(id)) != 0) {
		ASSERT_INT(ret, ==, -ETIMEDOUT);
		ASSERT(t_wait(&d));
	}
}

/* ----------------------------------------------------------------------- attach, detach */

T_CASE(hotplug, attached_device_is_a_provider_until_it_is_detached, T_ONCE)
{
	static const char *const forms[] = { DEVICE, "vdev:" DEVICE, DEVICE ",lcore=0" };
	struct s_events *e = s_events();
	struct netdma_channel *ch;
	int id, last = 0;
	unsigned int i;

	need_devices();
	for (i = 0; i < RTE_DIM(forms); i++) {
		id = attach(forms[i]);
		ASSERT_INT(id, >, last);
		ASSERT_INT(netdma_provider_find(DEVICE), ==, id);
		ASSERT_INT(s_provider_info(id).state, ==, NETDMA_PROVIDER_STARTED);
		ASSERT_STR(s_provider_info(id).driver, "dmadev");
		t->provider = id;
		ch = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
		t_copy_works(t, ch);
		ASSERT_INT(netdma_provider_detach(id), ==, 0);
		ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
		ASSERT_INT(netdma_provider_find(DEVICE), ==, -ENODEV);
		ASSERT_INT(dev_id(DEVICE), <, 0);
		ASSERT_INT(netdma_provider_detach(id), ==, -ENODEV);
		ASSERT_INT(netdma_provider_start(id), ==, -ENODEV);
		ASSERT_INT(netdma_rescan(), ==, 0);
		S_EVENTS_EXPECT(e, id, REGISTERED, ARRIVAL, REMOVAL);
		t_channel_free(ch);
		last = id;
	}
	/* The id is not wanted. */
	ASSERT_INT(netdma_provider_attach(DEVICE, NULL), ==, 0);
	ASSERT_INT(netdma_provider_detach(netdma_provider_find(DEVICE)), ==, 0);
}

/* dmadev gives an id to the next device at once: a provider is known by its name. */
T_CASE(hotplug, devices_that_swap_their_ids_are_told_apart, T_ONCE)
{
	struct netdma_channel *a, *b;
	int seven, eight, old, i, swapped = 0;

	need_devices();
	seven = attach(DEVICE);
	eight = attach("dma_skeleton8");
	t->provider = eight;
	b = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
	for (i = 0; i < 3; i++) {
		t->provider = seven;
		a = s_channel(t, NETDMA_FAILOVER_NONE, NETDMA_ON_ERROR_REPORT);
		t_copy_works(t, a);
		old = dev_id(DEVICE);
		ASSERT_INT(netdma_provider_detach(seven), ==, 0);
		t_copy_works(t, b);
		/* Another one comes in between, and takes its id. */
		t->provider = attach("dma_skeleton77");
		seven = attach(DEVICE);
		swapped += dev_id("dma_skeleton77") == old && dev_id(DEVICE) != old;
		ASSERT_INT(t_move(a, seven), ==, 0);
		t_copy_works(t, a);
		t_copy_works(t, b);
		ASSERT_INT(netdma_provider_detach(t->provider), ==, 0);
		t_copy_works(t, a);
		t_copy_works(t, b);
		t_channel_free(a);
	}
	ASSERT(swapped != 0);
	ASSERT_INT(t_info(b).provider, ==, eight);
	ASSERT_INT(t_stats(b).failovers, ==, 0);
}

T_CASE(hotplug, device_of_which_others_came_before_is_named, T_ONCE)
{
	int id;

	need_devices();
	/* It is there, and nobody has looked yet. */
	ASSERT_INT(rte_eal_hotplug_add("vdev", "dma_skeleton8", ""), ==, 0);
	id = attach(DEVICE);
	ASSERT_STR(s_provider_info(id).name, DEVICE);
	ASSERT_INT(netdma_provider_find("dma_skeleton8"), >, 0);
}

T_CASE(hotplug, wrong_devargs_are_refused, T_ONCE)
{
	static const char *const wrong[] = { "", ",", "nosuch0", "vdev:nosuch0", "vdev:", "nobus:x",
		"0000:ff:1f.7", "pci:0000:ff:1f.7", NULL };
	int id, i, n = 0, ret;
	unsigned int round;

	need_devices();
	for (id = netdma_provider_next(0); id != 0; id = netdma_provider_next(id))
		n++;
	for (round = 0; round < 2; round++)
		for (i = 0; i < (int)RTE_DIM(wrong); i++) {
			id = -77;
			ret = netdma_provider_attach(wrong[i], &id);
			ASSERT_MSG(ret < 0, "\"%s\" was attached", wrong[i]);
			ASSERT_INT(id, ==, -77);
		}
	for (id = netdma_provider_next(0); id != 0; id = netdma_provider_next(id))
		n--;
	ASSERT_INT(n, ==, 0);
	/* What is there already brings nothing. */
	attach(DEVICE);
	ASSERT_INT(netdma_provider_attach(DEVICE, &id), <, 0);
	ASSERT_INT(s_provider_info(netdma_provider_find(DEVICE)).state, ==,
			NETDMA_PROVIDER_STARTED);
}

T_CASE(hotplug, device_that_is_not_wanted_brings_no_provider, T_RAW)
{
	int id = -77;

	need_devices();
	t_init_without_devices(t);
	ASSERT_INT(netdma_provider_attach(DEVICE, &id), ==, -ENODEV);
	ASSERT_INT(id, ==, -77);
	ASSERT_INT(netdma_provider_next(0), ==, 0);
	ASSERT_INT(dev_id(DEVICE), >=, 0);
	ASSERT_INT(rte_eal_hotplug_remove("vdev", DEVICE), ==, 0);
}

static void
misbehave(struct netdma_channel *ch, const struct netdma_completion *done, void *arg)
{
	int *id = arg;

	RTE_SET_USED(done);
	EXPECT_INT(netdma_provider_detach(*id), ==, -EBUSY);
	EXPECT_INT(netdma_provider_attach("dma_skeleton8", NULL), ==, -EBUSY);
	EXPECT_INT(t_info(ch).provider, ==, *id);
	*id = 0;
}

static void
misbehave_on_arrival(struct netdma_client *client __rte_unused, const struct netdma_event *event,
		void *arg)
{
	int *n = arg;

	if (strcmp(event->name, DEVICE) != 0 || event->type != NETDMA_EVENT_PROVIDER_ARRIVAL)
		return;
	EXPECT_INT(netdma_provider_detach(event->provider), ==, -EBUSY);
	EXPECT_INT(netdma_provider_attach("dma_skeleton8", NULL), ==, -EBUSY);
	++*n;
}

T_CASE(hotplug, callbacks_cannot_attach_or_detach, T_ONCE)
{
	struct netdma_completion done;
	struct netdma_channel *ch;
	int id, n = 0;

	need_devices();
	t_client(&(struct netdma_client_conf){ .name = "watcher", .event = misbehave_on_arrival,
			.arg = &n });
	id = t->provider = attach(DEVICE);
	ASSERT_INT(n, ==, 1);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = id,
			.completion = misbehave, .arg = &id });
	ASSERT_INT(netdma_marker(ch, NETDMA_DESC_INTERRUPT_ON_COMPLETION, NULL), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	t_collect(ch, &done, 1);
	ASSERT_INT(id, ==, 0);
	ASSERT_INT(dev_id("dma_skeleton8"), <, 0);
	t_copy_works(t, ch);
}

T_CASE(hotplug, only_devices_are_detached, T_ONCE)
{
	int id = t_provider("fake0");

	ASSERT_INT(netdma_provider_detach(id), ==, -ENOTSUP);
	ASSERT_INT(s_provider_info(id).state, ==, NETDMA_PROVIDER_STARTED);
	ASSERT_INT(netdma_provider_detach(1 << 30), ==, -ENODEV);
	ASSERT_INT(netdma_provider_detach(0), ==, -ENODEV);
	ASSERT_INT(netdma_provider_detach(-1), ==, -ENODEV);
	need_devices();
	id = attach(DEVICE);
	ASSERT_INT(netdma_provider_destroy(id), ==, -ENOTSUP);
	ASSERT_INT(s_provider_info(id).state, ==, NETDMA_PROVIDER_STARTED);
}

/* A device that no bus can remove: it is stopped, and can be used again. */
T_CASE(hotplug, device_that_cannot_be_removed_is_stopped, T_ONCE)
{
	struct netdma_channel *ch;
	struct s_work *w;
	struct model *m;
	int target = t_provider("fake1");

	t_need_driver("dmadev");
	if (model_prepare() != NULL)
		t_skip("%s", model_reason());
	m = model_get(MODEL_NAME);
	ASSERT_INT(netdma_rescan(), >=, 0);
	t->provider = netdma_provider_find(MODEL_NAME);
	ch = s_channel(t, target, NETDMA_ON_ERROR_REPORT);
	w = s_work(t, ch, S_LIST);
	ASSERT_INT(netdma_provider_detach(t->provider), <, 0);
	ASSERT_INT(s_provider_info(t->provider).state, ==, NETDMA_PROVIDER_REGISTERED);
	ASSERT_INT(t_info(ch).provider, ==, target);
	ASSERT(!m->started);
	s_work_collect(ch, w);
	s_work_check(ch, w);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	ASSERT_INT(t_move(ch, t->provider), ==, 0);
	t_copy_works(t, ch);
	ASSERT(m->started);
}

T_CASE(hotplug, device_of_somebody_elses_is_not_removed, T_ONCE)
{
	struct rte_dma_vchan_conf vchan = { .direction = RTE_DMA_DIR_MEM_TO_MEM, .nb_desc = 128 };
	int id, dev;

	need_devices();
	id = attach(DEVICE);
	dev = dev_id(DEVICE);
	ASSERT_INT(rte_dma_configure((int16_t)dev, &(struct rte_dma_conf){ .nb_vchans = 1 }), ==,
			0);
	ASSERT_INT(rte_dma_vchan_setup((int16_t)dev, 0, &vchan), ==, 0);
	ASSERT_INT(netdma_provider_detach(id), ==, -EBUSY);
	ASSERT_INT(dev_id(DEVICE), ==, dev);
	ASSERT_INT(netdma_provider_find(DEVICE), ==, id);
	ASSERT_INT(rte_eal_hotplug_remove("vdev", DEVICE), ==, 0);
	ASSERT_INT(netdma_rescan(), ==, 0);
	ASSERT_INT(netdma_provider_find(DEVICE), ==, -ENODEV);
	/* The next one of that name is nobody's. */
	id = attach(DEVICE);
	ASSERT_INT(netdma_provider_detach(id), ==, 0);
}

/* --------------------------------------------------------------------- under traffic */

T_CASE(hotplug, device_is_detached_in_every_state, T_ONCE)
{
	unsigned int state;

	need_devices();
	for (state = 0; state < S_STATES; state++) {
		int target = s_target(state), id;
		struct netdma_channel *ch;
		struct s_work *w;

		id = t->provider = attach(DEVICE);
		ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
		w = s_work(t, ch, (enum s_state)state);
		ASSERT_INT(netdma_provider_detach(id), ==, 0);
		ASSERT_INT(dev_id(DEVICE), <, 0);
		ASSERT_INT(t_info(ch).provider, ==, target);
		s_work_collect(ch, w);
		s_work_check(ch, w);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
}

/* Away and back, under an owner who does nothing but move back. */
static void
many_rounds(struct t *t, bool list_fed)
{
	struct s_events *e = s_events();
	struct s_owner *o;
	unsigned int round;
	int id, target;

	need_devices();
	target = t_provider("fake1,burst=5");
	id = t->provider = attach(DEVICE);
	o = s_owner(t, list_fed, target);
	for (round = 0; round < 50; round++) {
		s_owner_laps(o, 1);
		detach(id);
		ASSERT_INT(t_info(o->ch).provider, ==, target);
		ASSERT_INT(dev_id(DEVICE), <, 0);
		id = attach(DEVICE);
		ASSERT_INT(s_provider_info(id).nb_channels, ==, 0);
		s_owner_move(o, id);
		ASSERT_INT(t_info(o->ch).provider, ==, id);
	}
	s_owner_end(o);
	ASSERT_INT(t_stats(o->ch).failovers, ==, 100);
	ASSERT_INT(s_events_count(e, DEVICE, REGISTERED), ==, 51);
	ASSERT_INT(s_events_count(e, DEVICE, ARRIVAL), >=, 51);
	ASSERT_INT(s_events_count(e, DEVICE, REMOVAL), >=, 50);
	t_channel_free(o->ch);
	ASSERT_INT(netdma_provider_detach(id), ==, 0);
}

T_CASE(hotplug, fifty_times_away_and_back_under_a_ring, T_ONCE)
{
	many_rounds(t, false);
}

T_CASE(hotplug, fifty_times_away_and_back_under_lists, T_ONCE)
{
	many_rounds(t, true);
}

/* ---------------------------------------------------------------- removal by request */

static void
until_gone(const char *name)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (netdma_provider_find(name) > 0)
		ASSERT_MSG(t_wait(&d), "%s is still there", name);
}

static void
until_stopped(int id)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (s_provider_info(id).state != NETDMA_PROVIDER_REGISTERED)
		ASSERT_MSG(t_wait(&d), "provider %d is still %s", id,
				netdma_provider_state_name(s_provider_info(id).state));
}

T_CASE(hotplug, bus_gets_back_the_device_that_it_wants, T_ONCE)
{
	struct s_events *e = s_events();
	struct netdma_channel *ch;
	struct s_work *w;
	unsigned int state;
	int id, longer, target;

	need_devices();
	/* Names that begin so are others'. */
	longer = attach("dma_skeleton77");
	for (state = 0; state < S_STATES; state++) {
		target = s_target(state);
		id = t->provider = attach(DEVICE);
		ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
		w = s_work(t, ch, (enum s_state)state);
		rte_dev_event_callback_process(DEVICE, RTE_DEV_EVENT_ADD);
		rte_dev_event_callback_process("dma_skeleton", RTE_DEV_EVENT_REMOVE);
		rte_dev_event_callback_process("nosuch", RTE_DEV_EVENT_REMOVE);
		ASSERT_INT(netdma_provider_find(DEVICE), ==, id);
		rte_dev_event_callback_process(DEVICE, RTE_DEV_EVENT_REMOVE);
		until_gone(DEVICE);
		ASSERT_INT(dev_id(DEVICE), <, 0);
		S_EVENTS_EXPECT(e, id, REGISTERED, ARRIVAL, REMOVAL);
		ASSERT_INT(t_info(ch).provider, ==, target);
		s_work_collect(ch, w);
		s_work_check(ch, w);
		/* And gives it again. */
		id = attach(DEVICE);
		ASSERT_INT(t_move(ch, id), ==, 0);
		t_copy_works(t, ch);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_detach(id), ==, 0);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
	}
	ASSERT_INT(netdma_provider_find("dma_skeleton77"), ==, longer);
	ASSERT_INT(s_provider_info(longer).state, ==, NETDMA_PROVIDER_STARTED);
}

T_CASE(hotplug, bus_gets_back_a_device_under_traffic, T_ONCE)
{
	struct s_owner *o;
	unsigned int round;
	int id, target;

	need_devices();
	target = t_provider("fake1,burst=5");
	id = t->provider = attach(DEVICE);
	o = s_owner(t, t_range(t, 0, 1), target);
	for (round = 0; round < 20; round++) {
		s_owner_laps(o, 1);
		rte_dev_event_callback_process(DEVICE, RTE_DEV_EVENT_REMOVE);
		if (round & 1) /* it insists */
			rte_dev_event_callback_process(DEVICE, RTE_DEV_EVENT_REMOVE);
		until_gone(DEVICE);
		id = attach(DEVICE);
		s_owner_move(o, id);
		ASSERT_INT(t_info(o->ch).provider, ==, id);
	}
	s_owner_end(o);
}

/* The request waits until the owner has left his callback, however long that takes. */
static bool inside, leave;

static void
stay_inside(struct netdma_channel *ch __rte_unused, const struct netdma_completion *done,
		void *arg __rte_unused)
{
	struct t_deadline d;

	RTE_SET_USED(done);
	__atomic_store_n(&inside, true, __ATOMIC_RELEASE);
	t_deadline_set(&d);
	while (!__atomic_load_n(&leave, __ATOMIC_ACQUIRE) && t_wait(&d))
		usleep(1000);
}

static void
poll_in_thread(void *arg)
{
	struct netdma_completion done;

	t_collect(arg, &done, 1);
}

static void
leave_undo(void *arg __rte_unused)
{
	__atomic_store_n(&leave, true, __ATOMIC_RELEASE);
}

T_CASE(hotplug, request_waits_for_an_owner_who_stays_in_his_callback, T_ONCE)
{
	struct s_events *e = s_events();
	struct netdma_channel *ch;
	struct t_thread *thread;
	struct t_deadline d;
	struct fake *f = fake_new("fake0", &t->provider);

	inside = leave = false;
	t_defer_to(T_RELEASE, leave_undo, NULL);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.completion = stay_inside, .failover = NETDMA_FAILOVER_NONE });
	ASSERT_INT(netdma_marker(ch, NETDMA_DESC_INTERRUPT_ON_COMPLETION, NULL), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	thread = t_thread_start(poll_in_thread, ch);
	t_deadline_set(&d);
	while (!__atomic_load_n(&inside, __ATOMIC_ACQUIRE))
		ASSERT(t_wait(&d));
	ASSERT_INT(netdma_provider_notify(f->provider, REMOVAL), ==, 0);
	/* It was tried, in vain, and everybody has heard that it stays for now. */
	t_deadline_set(&d);
	while (s_events_count(e, "fake0", ARRIVAL) < 2)
		ASSERT(t_wait(&d));
	__atomic_store_n(&leave, true, __ATOMIC_RELEASE);
	t_thread_join(thread);
	until_stopped(t->provider);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
}

/* ------------------------------------------------- removal that a driver asks for */

static void
notify_removal(struct fake *f)
{
	f->on_poll = NULL;
	EXPECT_INT(netdma_provider_notify(f->provider, REMOVAL), ==, 0);
}

T_CASE(hotplug, driver_lets_its_provider_go_from_inside_a_poll, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=16,burst=3", &t->provider);
	struct s_events *e = s_events();
	unsigned int state, i;
	uint32_t rounds = 0;

	for (state = S_RING; state < S_STATES; state++) {
		int target = s_target(state);
		struct netdma_channel *ch = s_channel(t, target, NETDMA_ON_ERROR_RECOVER);
		struct s_work *w = s_work(t, ch, (enum s_state)state);

		/* Some of them poll no more. */
		f->on_poll = notify_removal;
		for (i = 0; i < 3; i++)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		if (f->on_poll != NULL)
			notify_removal(f);
		s_work_collect(ch, w);
		until_stopped(t->provider);
		s_work_check(ch, w);
		ASSERT_INT(t_info(ch).provider, ==, target);
		ASSERT_INT(s_events_count(e, "fake0", REMOVAL), ==, ++rounds);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(target), ==, 0);
		/* It was created: it is stopped, not destroyed, and may come back. */
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	}
}

T_CASE(hotplug, several_providers_go_at_once, T_ONCE)
{
	enum { N = 5 };
	struct netdma_channel *ch[N];
	struct fake *f[N];
	int id[N], target = t_provider("fake9,channels=8"), ret;
	char name[16];
	unsigned int i, round;

	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "fake%u", i);
		f[i] = fake_new(name, &id[i]);
		t->provider = id[i];
		ch[i] = s_channel(t, target, NETDMA_ON_ERROR_REPORT);
	}
	for (round = 0; round < 10; round++) {
		for (i = 0; i < N; i++)
			ASSERT_INT(netdma_provider_notify(f[i]->provider, REMOVAL), ==, 0);
		for (i = 0; i < N; i++)
			until_stopped(id[i]);
		for (i = 0; i < N; i++) {
			ASSERT_INT(t_info(ch[i]).provider, ==, target);
			t_copy_works(t, ch[i]);
			/* What is stopped need not go again. */
			ASSERT_INT(netdma_provider_notify(f[i]->provider, REMOVAL), ==, 0);
		}
		for (i = 0; i < N; i++) {
			struct t_deadline d;

			/* That request may still be under way: it stops what was started. */
			t_deadline_set(&d);
			do {
				ASSERT(t_wait(&d));
				ret = netdma_provider_start(id[i]);
				ASSERT(ret == 0 || ret == -EBUSY);
			} while (ret != 0 || t_move(ch[i], id[i]) != 0);
		}
		for (i = 0; i < N; i++)
			f[i]->on_poll = NULL;
	}
}

/* Requests that nobody has seen to when the library ends bother nobody later. */
T_CASE(hotplug, request_at_the_end_does_not_outlive_the_library, T_RAW)
{
	static const char *const wrong[] = { "nosuchdriver", NULL };
	struct netdma_conf conf = { .size = sizeof(conf), .driver_args = wrong };
	unsigned int round, i;

	for (round = 0; round < 30; round++) {
		ASSERT_INT(netdma_init(NULL), ==, 0);
		ASSERT_INT(netdma_provider_create("fake0", NULL), ==, 0);
		for (i = t_range(t, 1, 5); i > 0; i--)
			ASSERT_INT(netdma_provider_notify(fake_get("fake0")->provider, REMOVAL),
					==, 0);
		ASSERT_INT(netdma_fini(), ==, 0);
		ASSERT_INT(netdma_init(&conf), ==, -EINVAL);
	}
}
