/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The provider driver's side of the library, with a driver of this program's own. */

#include <errno.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "fake.h"
#include "util.h"

T_CASE(driver, newer_interface_version_is_refused, T_ONCE)
{
	static const struct {
		uint32_t version;
		bool good;
	} rows[] = {
		{ 0x00010000, true }, { 0x00010002, true }, { NETDMA_INTERFACE_VERSION, true },
		{ NETDMA_INTERFACE_VERSION + 1, false }, { 0x00030000, false },
		{ UINT32_MAX, false },
	};
	struct netdma_provider_conf conf = { .name = "fake0", .max_channels = 1, .ops = &fake_ops };
	struct netdma_provider_info info = { .size = sizeof(info) };
	unsigned int i, destroyed;

	for (i = 0; i < RTE_DIM(rows); i++) {
		struct netdma_provider *p;

		conf.version = rows[i].version;
		conf.priv = calloc(1, sizeof(struct fake));
		if (!rows[i].good) {
			ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
			free(conf.priv);
			continue;
		}
		p = netdma_provider_register(&fake_driver, &conf);
		ASSERT(p != NULL);
		ASSERT_INT(netdma_provider_info_get(netdma_provider_id(p), &info), ==, 0);
		ASSERT_INT(info.version, ==, rows[i].version);
		ASSERT_STR(info.name, "fake0");
		ASSERT_STR(info.driver, "fake");
		/* For people: the name, when there is no other. */
		ASSERT_STR(info.friendly_name, "fake0");
		ASSERT_INT(info.state, ==, NETDMA_PROVIDER_REGISTERED);
		destroyed = fake_destroyed;
		ASSERT_INT(netdma_provider_deregister(p), ==, 0);
		ASSERT_INT(fake_destroyed, ==, destroyed + 1);
		ASSERT_INT(netdma_provider_find("fake0"), ==, -ENODEV);
	}
}

T_CASE(driver, incomplete_services_are_refused, T_ONCE)
{
	enum { COMPLETE = 8, OPTIONAL = 10 };
	struct netdma_provider_conf conf = { .version = NETDMA_INTERFACE_VERSION, .name = "fake0",
		.max_channels = 1 };
	struct netdma_provider *p;
	unsigned int i;

	for (i = 0; i <= OPTIONAL; i++) {
		struct netdma_provider_ops ops = fake_ops;

		conf.ops = &ops;
		conf.priv = calloc(1, sizeof(struct fake));
		switch (i) {
		case 0: ops.start = NULL; break;
		case 1: ops.destroy = NULL; break;
		case 2: ops.channel_alloc = NULL; break;
		case 3: ops.channel_free = NULL; break;
		case 4: ops.channel_start = NULL; break;
		case 5: ops.append = NULL; break;
		case 6: ops.poll = NULL; break;
		case 7: conf.ops = NULL; break;
		case 9: ops.stop = NULL; break;
		case 10: ops.set_cpu_affinity = NULL; break;
		}
		if (i < COMPLETE) {
			ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
			free(conf.priv);
			continue;
		}
		p = netdma_provider_register(&fake_driver, &conf);
		ASSERT_MSG(p != NULL, "row %u", i);
		ASSERT_INT(netdma_provider_deregister(p), ==, 0);
	}
}

T_CASE(driver, wrong_characteristics_are_refused, T_ONCE)
{
	static const char too_long[] =
		"a_name_of_sixty_four_characters_is_one_character_too_long_for_us";
	struct netdma_provider_conf conf = { .version = NETDMA_INTERFACE_VERSION, .max_channels = 1,
		.ops = &fake_ops };
	struct netdma_provider *p;

	ASSERT_INT(strlen(too_long), ==, 64);
	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
	conf.name = "";
	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
	conf.name = too_long;
	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
	conf.name = too_long + 1;
	ASSERT_NULL(netdma_provider_register(NULL, &conf), EINVAL);
	ASSERT_NULL(netdma_provider_register(&fake_driver, NULL), EINVAL);
	conf.max_channels = 0;
	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
	conf.max_channels = 1;
	conf.size = 4;
	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
	conf.size = sizeof(conf);
	conf.priv = calloc(1, sizeof(struct fake));
	p = netdma_provider_register(&fake_driver, &conf);
	ASSERT(p != NULL);
	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EEXIST);
	ASSERT_INT(netdma_provider_deregister(p), ==, 0);
	ASSERT_INT(netdma_provider_deregister(NULL), ==, -EINVAL);
	/* A name that is taken, through create. */
	t_provider("fake0");
	conf.name = "fake0";
	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EEXIST);
}

T_CASE(driver, register_before_init_is_refused, T_RAW)
{
	struct netdma_provider_conf conf = { .version = NETDMA_INTERFACE_VERSION, .name = "fake0",
		.max_channels = 1, .ops = &fake_ops };

	ASSERT_NULL(netdma_provider_register(&fake_driver, &conf), EINVAL);
}

T_CASE(driver, cpu_affinity_is_told_inside_register, T_ONCE)
{
	struct fake *few = fake_new("fake0,channels=1", NULL);
	struct fake *many = fake_new("fake1,channels=1000", NULL);

	ASSERT(few->affinity_in_register && few->affinity_in_order);
	ASSERT_INT(few->affinity_pairs, ==, 1);
	ASSERT(many->affinity_in_register && many->affinity_in_order);
	ASSERT_INT(many->affinity_pairs, ==, rte_lcore_count());
	ASSERT_INT(many->affinity_calls, ==, 1);
}

T_CASE(driver, attributes_are_read_again_at_every_start, T_ONCE)
{
	struct fake *f = fake_new("fake0,channels=3", &t->provider);
	struct netdma_provider_info info = { .size = sizeof(info) };
	struct netdma_channel *ch;
	int id = t->provider;

	ASSERT_INT(f->starts, ==, 1);
	ASSERT_INT(netdma_provider_start(id), ==, 0);
	ASSERT_INT(f->starts, ==, 1);
	ASSERT_INT(netdma_provider_stop(id), ==, 0);
	ASSERT_INT(netdma_provider_stop(id), ==, 0);
	ASSERT_INT(f->stops, ==, 1);
	f->attr = (struct netdma_provider_attr){
		.flags = NETDMA_PROVIDER_CACHE_TARGET, .hw_version = 0x34, .vendor_id = 0x8086,
		.numa_node = 1, .addr_space = NETDMA_ADDR_VA, .nb_channels = 2,
		.max_transfer = 8192, .min_desc = 4, .max_desc = 4096, .max_addr = UINT64_MAX / 2,
	};
	ASSERT_INT(netdma_provider_start(id), ==, 0);
	ASSERT_INT(f->starts, ==, 2);
	ASSERT_INT(netdma_provider_info_get(id, &info), ==, 0);
	ASSERT_INT(info.flags, ==, NETDMA_PROVIDER_CACHE_TARGET);
	ASSERT_INT(info.hw_version, ==, 0x34);
	ASSERT_INT(info.vendor_id, ==, 0x8086);
	ASSERT_INT(info.numa_node, ==, 1);
	ASSERT_INT(info.max_transfer, ==, 8192);
	ASSERT_INT(info.min_desc, ==, 4);
	ASSERT_INT(info.max_desc, ==, 4096);
	ASSERT_INT(info.max_addr, ==, UINT64_MAX / 2);
	ASSERT_STR(info.friendly_name, "a fake engine");
	/* Two channels now, not three. */
	ch = t_channel(t, 64, 0);
	ASSERT_INT(t_info(ch).max_transfer, ==, 8192);
	t_channel(t, 64, 0);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = id }, EBUSY);
}

T_CASE(driver, highest_address_of_an_engine_is_kept, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	uint8_t *m[2] = { t_memory(t, 100, 64), t_memory(t, 100, 64) };
	struct t_list *l = t_list_bare(t, t_pool(1), 1);
	struct netdma_channel *ch;
	struct t_buf b;
	unsigned int i;
	uint64_t top;

	/* Each side in turn ends one byte too high, in both kinds of addresses. */
	for (i = 0; i < 4; i++) {
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		f->attr.addr_space = i & 2 ? NETDMA_ADDR_IOVA : NETDMA_ADDR_VA;
		f->attr.max_addr = 0;
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ch = t_channel(t, 64, 0);
		if (t_addr(ch, m[0]) > t_addr(ch, m[1]))
			RTE_SWAP(m[0], m[1]);
		top = t_addr(ch, m[1]) + 98;
		t_channel_free(ch);

		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		f->attr.max_addr = top;
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ch = t_channel(t, 64, 0);
		t_buf_place(t, &b, m[i & 1], m[~i & 1], 100, 100);
		l->first->src = t_addr(ch, b.src);
		l->first->dst = t_addr(ch, b.dst);
		l->first->length = 100;
		ASSERT_INT(t_start(ch, l), ==, -EFAULT);
		ASSERT_INT(netdma_copy(ch, b.src, b.dst, 100, 0, NULL), ==, -EFAULT);
		t_buf_check(&b, T_NOT_COPIED, 0);
		l->first->length = 99;
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
		ASSERT_INT(netdma_copy(ch, b.src, b.dst, 99, 0, NULL), ==, 0);
		t_channel_free(ch);
	}
}

T_CASE(driver, wrong_attributes_are_refused, T_ONCE)
{
	struct fake *f = fake_new("fake0,channels=2", &t->provider);
	const struct netdma_provider_attr good = f->attr;
	int id = t->provider, i;

	ASSERT_INT(netdma_provider_stop(id), ==, 0);
	for (i = 0; i < 3; i++) {
		f->attr = good;
		switch (i) {
		case 0: f->attr.max_transfer = 4095; break;
		case 1: f->attr.nb_channels = 3; break;
		case 2: f->start_error = -EIO; break;
		}
		ASSERT_MSG(netdma_provider_start(id) < 0, "row %d", i);
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = id }, ENODEV);
	}
	ASSERT_INT(netdma_provider_start(id), ==, -EIO);
	f->attr = good;
	f->start_error = 0;
	ASSERT_INT(netdma_provider_start(id), ==, 0);
	t_copy_works(t, t_channel(t, 64, 0));
}

T_CASE(driver, failed_start_leaves_no_provider, T_ONCE)
{
	unsigned int destroyed = fake_destroyed;
	int id = -5;

	ASSERT_INT(netdma_provider_create("fake0,start_error=5", &id), ==, -EIO);
	ASSERT_INT(netdma_provider_find("fake0"), ==, -ENODEV);
	ASSERT_INT(fake_destroyed, ==, destroyed + 1);
	t_provider("fake0");
}

T_CASE(driver, deregister_is_busy_until_stopped, T_ONCE)
{
	unsigned int destroyed = fake_destroyed;
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_provider *p = f->provider;
	struct netdma_channel *ch = t_channel(t, 64, 0);

	ASSERT_INT(netdma_provider_id(p), ==, t->provider);
	ASSERT_INT(netdma_provider_deregister(p), ==, -EBUSY);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(f->channels, ==, 0);
	ASSERT_INT(fake_destroyed, ==, destroyed);
	ASSERT_INT(netdma_provider_deregister(p), ==, 0);
	ASSERT_INT(fake_destroyed, ==, destroyed + 1);
	ASSERT_INT(netdma_provider_find("fake0"), ==, -ENODEV);
	/* The handle of its channel is the client's still. */
	ASSERT_INT(netdma_poll(ch, NULL, 1), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, -ENODEV);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	t_channel_free(ch);
}

static int
create_other(const struct netdma_driver *driver __rte_unused, const char *name __rte_unused,
		struct rte_kvargs *args __rte_unused)
{
	return -EXDEV;
}

T_CASE(driver, first_driver_of_a_name_stays, T_ONCE)
{
	static const struct netdma_driver other = { .name = "fake", .create = create_other };

	netdma_driver_register(&other);
	t_provider("fake0");
}

T_CASE(driver, one_call_a_list_and_one_a_poll, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=1000", &t->provider);
	struct netdma_channel *ch = t_channel(t, 1024, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(300), 300, 1, 100);
	struct t_buf *b = t_bufs(t, 1, 1, 100);
	uint32_t polls;
	int i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(f->channel_starts + f->appends, ==, 1);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_append(ch, l), ==, 0);
	ASSERT_INT(f->channel_starts, ==, 1);
	ASSERT_INT(f->appends, ==, 1);
	t_expect(ch, l, NETDMA_COPIED);
	for (i = 0; i < 200; i++)
		ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, NULL), ==, 0);
	ASSERT_INT(f->channel_starts + f->appends, ==, 2);
	ASSERT_INT(netdma_submit(ch), ==, 200);
	ASSERT_INT(f->channel_starts + f->appends, ==, 3);
	polls = f->polls;
	ASSERT_INT(netdma_poll(ch, NULL, 200), ==, 200);
	ASSERT_INT(f->polls, ==, polls + 1);
}

/* What a test told the fake engine to say, by the cookie's low bits. */
static enum netdma_status
by_cookie(const struct netdma_desc *d, uint64_t n __rte_unused, enum netdma_error *error)
{
	uint64_t code = d->user_context2 >> 16;

	*error = (enum netdma_error)(code >> 4);
	return (enum netdma_status)(code & 15);
}

T_CASE(driver, statuses_and_errors_reach_the_client_as_they_are, T_ONCE)
{
	enum { N = 600 };
	struct fake *f = fake_new("fake0,desc=16,burst=5", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(N), N, 2, 100);
	struct netdma_completion *done = t_zalloc(N * sizeof(*done));
	uint64_t count[4] = { 0 }, bytes = 0;
	struct netdma_channel_stats stats;
	uint32_t i, status, error;

	f->verdict = by_cookie;
	for (i = 0; i < N; i++) {
		status = t_range(t, NETDMA_COPIED, NETDMA_UNKNOWN);
		error = status == NETDMA_COPIED ? NETDMA_ERROR_NONE :
				t_range(t, NETDMA_ERROR_NOT_ATTEMPTED, NETDMA_ERROR_ENGINE);
		l->at[i]->user_context2 = (uint64_t)(error << 4 | status) << 16 | i;
		count[status]++;
		bytes += status == NETDMA_COPIED ? l->at[i]->length : 0;
	}
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, N);
	for (i = 0; i < N; i++) {
		status = l->at[i]->user_context2 >> 16 & 15;
		error = (uint32_t)(l->at[i]->user_context2 >> 20);
		t_entry_check(&done[i], l->at[i], (enum netdma_status)status, i);
		ASSERT_INT(done[i].error, ==, error);
		t_buf_check(&l->buf[i], status == NETDMA_COPIED ? T_COPIED :
				status == NETDMA_FAILED ? T_UNDEFINED : T_NOT_COPIED, i);
	}
	stats = t_stats(ch);
	ASSERT_INT(stats.copied, ==, count[NETDMA_COPIED]);
	ASSERT_INT(stats.not_copied, ==, count[NETDMA_NOT_COPIED]);
	ASSERT_INT(stats.failed, ==, count[NETDMA_FAILED]);
	ASSERT_INT(stats.unknown, ==, count[NETDMA_UNKNOWN]);
	ASSERT_INT(stats.bytes, ==, bytes);
	ASSERT_INT(stats.by_engine, ==, count[NETDMA_COPIED]);
	/* Old marks do not come again. */
	f->verdict = NULL;
	for (i = 0; i < N; i++)
		t_buf_fill(&l->buf[i]);
	t_run_list(ch, l);
}

T_CASE(driver, engine_with_little_room_is_back_pressure, T_ONCE)
{
	static const char *const engines[] = { "fake0,desc=1,burst=1", "fake1,desc=2,burst=1",
		"fake2,desc=7,burst=3", "fake3,desc=64,burst=1" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(engines); i++) {
		struct netdma_channel *ch;
		struct t_list *l;

		fake_new(engines[i], &t->provider);
		ch = t_channel(t, 16, 0);
		l = t_list_new(t, ch, t_pool(500), 500, 1, 100);
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
		t_run_list(ch, l);
	}
}

T_CASE(driver, only_power_and_removal_are_notified, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	struct t_deadline d;
	int type;

	for (type = 0; type < 9; type++)
		if (type != NETDMA_EVENT_PROVIDER_REMOVAL)
			ASSERT_INT(netdma_provider_notify(f->provider,
					(enum netdma_event_type)type), ==,
					type == NETDMA_EVENT_PROVIDER_POWER_DOWN ||
					type == NETDMA_EVENT_PROVIDER_POWER_UP ? 0 : -EINVAL);
	ASSERT_INT(netdma_provider_notify(f->provider, NETDMA_EVENT_PROVIDER_REMOVAL), ==, 0);
	t_deadline_set(&d);
	while (__atomic_load_n(&f->stops, __ATOMIC_ACQUIRE) == 0)
		ASSERT(t_wait(&d));
	ASSERT_INT(netdma_provider_notify(NULL, NETDMA_EVENT_PROVIDER_POWER_UP), ==, -EINVAL);
}

static bool starting, may_start;

/* It takes its time, with the registry locked. */
static int
start_slowly(void *provider __rte_unused, struct netdma_provider_attr *attr __rte_unused)
{
	unsigned int ms;

	__atomic_store_n(&starting, true, __ATOMIC_RELEASE);
	for (ms = 0; ms < 2000 && !__atomic_load_n(&may_start, __ATOMIC_ACQUIRE); ms++)
		rte_delay_us_sleep(1000);
	return -EIO;
}

static void
start_provider(void *arg)
{
	ASSERT_INT(netdma_provider_start(netdma_provider_id(arg)), ==, -EIO);
}

T_CASE(driver, owner_that_moves_does_not_wait_for_a_driver, T_ONCE)
{
	struct netdma_provider_ops ops = fake_ops;
	struct netdma_provider_conf conf = { .version = NETDMA_INTERFACE_VERSION, .name = "fake9",
		.max_channels = 1, .ops = &ops, .priv = calloc(1, sizeof(struct fake)) };
	int other = t_provider("fake1");
	struct netdma_provider *slow;
	struct netdma_channel *ch;
	struct t_thread *thread;
	struct t_deadline d;

	fake_new("fake0", &t->provider);
	ch = t_channel(t, 64, 0);
	ops.start = start_slowly;
	starting = may_start = false;
	slow = netdma_provider_register(&fake_driver, &conf);
	ASSERT(slow != NULL);
	thread = t_thread_start(start_provider, slow);
	t_deadline_set(&d);
	while (!__atomic_load_n(&starting, __ATOMIC_ACQUIRE))
		ASSERT(t_wait(&d));
	EXPECT_INT(netdma_channel_move(ch, other), ==, -EAGAIN);
	t_copy_works(t, ch);
	__atomic_store_n(&may_start, true, __ATOMIC_RELEASE);
	t_thread_join(thread);
	ASSERT_INT(netdma_provider_deregister(slow), ==, 0);
	ASSERT_INT(netdma_channel_move(ch, other), ==, 0);
	ASSERT_INT(t_info(ch).provider, ==, other);
	t_copy_works(t, ch);
}

T_CASE(driver, search_is_not_confused_by_drivers_that_search, T_ONCE)
{
	int id = 0;

	t_need_driver("fault");
	/* Devices of the machine, and of other cases. */
	while ((id = netdma_provider_next(id)) != 0)
		ASSERT_INT(netdma_provider_stop(id), ==, 0);
	fake_new("fake0,channels=1", &t->provider);
	t_channel(t, 64, 0);
	t_provider("fault0,lower=fake0");
	t_provider("fault1,lower=fake0");
	/* Each of them asks the one below, which is full. */
	t_no_channel(t, &(struct netdma_channel_conf){ .nb_desc = 64 }, EBUSY);
}
