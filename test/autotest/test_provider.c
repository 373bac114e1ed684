/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers as a client sees them: made from strings, found, started, stopped; and the
 * channels that are allocated on them.
 */

#include <errno.h>
#include <stdlib.h>

#include <rte_lcore.h>
#include <rte_launch.h>
#include <rte_memory.h>

#include "fake.h"
#include "util.h"

static struct netdma_provider_info
info_of(int id)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	ASSERT_INT(netdma_provider_info_get(id, &info), ==, 0);
	return info;
}

static int
count_providers(void)
{
	int id, n = 0;

	for (id = netdma_provider_next(0); id != 0; id = netdma_provider_next(id)) {
		ASSERT_INT(id, >, 0);
		n++;
	}
	return n;
}

struct wrong {
	const char *args;
	int error;
	const char *said; /* in the log */
};

static void
create_again(void *arg)
{
	ASSERT_INT(netdma_provider_create(arg, NULL), <, 0);
}

static void
all_refused(const struct wrong *rows, unsigned int n)
{
	int before = count_providers(), id;
	unsigned int i;

	for (i = 0; i < n; i++) {
		char *args = NULL;

		if (rows[i].args != NULL)
			args = strcpy(t_zalloc(strlen(rows[i].args) + 1), rows[i].args);
		t_log_clear();
		id = -77;
		ASSERT_MSG(netdma_provider_create(args, &id) == -rows[i].error,
				"\"%s\" did not give %d", args, -rows[i].error);
		if (rows[i].said != NULL)
			t_log_expect(rows[i].said, create_again, args);
		ASSERT_INT(count_providers(), ==, before);
	}
}

T_CASE(provider, wrong_strings_are_refused_and_the_log_says_why, T_ONCE)
{
	static const struct wrong rows[] = {
		{ NULL, EINVAL, NULL },
		{ "", EINVAL, NULL },
		{ ",desc=16", EINVAL, NULL },
		{ "nosuch0", ENOENT, "nosuch" },
		{ "nosuch0,desc=16", ENOENT, "nosuch" },
		{ "fake0,nosuch=16", EINVAL, NULL },
		{ "fake0,desc", EINVAL, NULL },
		{ "fake0,=16", EINVAL, NULL },
		{ "fake_with_a_name_of_more_than_sixty_three_characters_is_far_too_long", EINVAL,
			NULL },
	};

	all_refused(rows, RTE_DIM(rows));
}

T_CASE(provider, wrong_strings_for_the_cpu_driver_are_refused, T_ONCE)
{
	static const struct wrong rows[] = {
		{ "cpu0,nosuch=1", EINVAL, "nosuch" },
		/* What would have been right is said as well. */
		{ "cpu0,nosuch=1", EINVAL, "mode=" },
		{ "cpu0,mode=fast", EINVAL, "fast" },
		{ "cpu0,mode", EINVAL, NULL },
		{ "cpu0,mode=", EINVAL, NULL },
		{ "cpu0,mode=inline,addr=phys", EINVAL, "phys" },
		{ "cpu0,mode=lcore,lcore=banana", EINVAL, "banana" },
		{ "cpu0,mode=lcore,lcore=1x", EINVAL, NULL },
		{ "cpu0,mode=lcore,lcore=100000", EINVAL, NULL },
		{ "cpu0,mode=lcore,lcore=-1", EINVAL, NULL },
		{ "cpu0,mode=lcore,lcore=127", EINVAL, NULL },
		{ "cpu0,mode=lcore,lcore=1,lcore=1", EINVAL, "twice" },
		{ "cpu0,mode=lcore,lcore=1,cpu=0", EINVAL, "together" },
		{ "cpu0,mode=lcore,cpu=0,workers=2", EINVAL, "together" },
		{ "cpu0,mode=lcore,workers=0", EINVAL, "1 to 64" },
		{ "cpu0,mode=lcore,workers=65", EINVAL, "1 to 64" },
		{ "cpu0,mode=lcore,workers=1,workers=1", EINVAL, "more than once" },
		{ "cpu0,mode=inline,workers=2", EINVAL, "mode=lcore" },
		{ "cpu0,mode=lcore,spin=-1", EINVAL, "spin" },
		{ "cpu0,mode=lcore,spin=never", EINVAL, "never" },
		{ "cpu0,mode=inline,spin=1", EINVAL, "mode=lcore" },
		{ "cpu0,mode=inline,simd=mmx", EINVAL, "avx2" },
	};
	char args[64];

	t_need_driver("cpu");
	all_refused(rows, RTE_DIM(rows));
	/* The main lcore is the application's. */
	snprintf(args, sizeof(args), "cpu0,mode=lcore,lcore=%u", rte_get_main_lcore());
	ASSERT_INT(netdma_provider_create(args, NULL), <, 0);
}

static bool launched_stop;

static int
wait_for_stop(void *arg __rte_unused)
{
	while (!__atomic_load_n(&launched_stop, __ATOMIC_ACQUIRE))
		rte_pause();
	return 0;
}

T_CASE(provider, lcore_in_use_is_ebusy, T_LCORE)
{
	unsigned int lcore = rte_get_next_lcore(-1, 1, 0);
	char args[64];
	int id, ret;

	t_need_driver("cpu");
	snprintf(args, sizeof(args), "cpu0,mode=lcore,lcore=%u", lcore);
	ASSERT_INT(netdma_provider_create(args, &id), ==, 0);
	args[3] = '1';
	ASSERT_INT(netdma_provider_create(args, NULL), ==, -EBUSY);
	ASSERT_INT(netdma_provider_destroy(id), ==, 0);
	/* And by the application. */
	launched_stop = false;
	ASSERT_INT(rte_eal_remote_launch(wait_for_stop, NULL, lcore), ==, 0);
	ret = netdma_provider_create(args, NULL);
	__atomic_store_n(&launched_stop, true, __ATOMIC_RELEASE);
	rte_eal_wait_lcore(lcore);
	ASSERT_INT(ret, ==, -EBUSY);
	/* Free again. */
	ASSERT_INT(netdma_provider_create(args, &id), ==, 0);
	ASSERT_INT(netdma_provider_destroy(id), ==, 0);
	ASSERT_INT(rte_eal_remote_launch(wait_for_stop, NULL, lcore), ==, 0);
	rte_eal_wait_lcore(lcore);
}

T_CASE(provider, names_are_unique_and_ids_never_come_again, T_ONCE)
{
	int a = t_provider("fake0,desc=16"), b = t_provider("fake1"), c, i, ids[50];

	ASSERT(a != b);
	ASSERT_INT(netdma_provider_create("fake0", NULL), ==, -EEXIST);
	ASSERT_INT(netdma_provider_find("fake0"), ==, a);
	ASSERT_INT(netdma_provider_find("fake1"), ==, b);
	ASSERT_INT(netdma_provider_find("fake"), ==, -ENODEV);
	ASSERT_INT(netdma_provider_find("fake00"), ==, -ENODEV);
	for (i = 0; i < 50; i++) {
		ASSERT_INT(netdma_provider_create("fake2", &ids[i]), ==, 0);
		ASSERT_INT(netdma_provider_destroy(ids[i]), ==, 0);
		ASSERT_INT(ids[i], >, i == 0 ? RTE_MAX(a, b) : ids[i - 1]);
		ASSERT_INT(netdma_provider_find("fake2"), ==, -ENODEV);
		ASSERT_INT(netdma_provider_destroy(ids[i]), ==, -ENODEV);
		ASSERT_INT(netdma_provider_start(ids[i]), ==, -ENODEV);
		ASSERT_INT(netdma_provider_stop(ids[i]), ==, -ENODEV);
	}
	/* The id is not wanted: no crash. */
	ASSERT_INT(netdma_provider_create("fake3", NULL), ==, 0);
	c = netdma_provider_find("fake3");
	ASSERT_INT(netdma_provider_destroy(c), ==, 0);
}

T_CASE(provider, next_names_each_once, T_ONCE)
{
	int ids[5], n = count_providers(), id, i, seen[5] = { 0 };
	char args[16];

	for (i = 0; i < 5; i++) {
		snprintf(args, sizeof(args), "fake%d", i);
		ids[i] = t_provider(args);
	}
	ASSERT_INT(count_providers(), ==, n + 5);
	for (id = netdma_provider_next(0); id != 0; id = netdma_provider_next(id))
		for (i = 0; i < 5; i++)
			seen[i] += ids[i] == id;
	for (i = 0; i < 5; i++)
		ASSERT_INT(seen[i], ==, 1);
	/* One that has gone in between does not end the walk. */
	ASSERT_INT(netdma_provider_destroy(ids[2]), ==, 0);
	ASSERT_INT(netdma_provider_next(ids[1]), ==, ids[3]);
	ASSERT_INT(netdma_provider_next(ids[2]), ==, ids[3]);
	ASSERT_INT(netdma_provider_next(ids[4]), ==, 0);
}

T_CASE(provider, info_tells_what_there_is, T_EACH)
{
	struct netdma_provider_info info = info_of(t->provider);
	struct netdma_channel *ch;

	ASSERT_INT(info.id, ==, t->provider);
	ASSERT_INT(netdma_provider_find(info.name), ==, t->provider);
	ASSERT(info.driver[0] != '\0' && info.friendly_name[0] != '\0');
	if (t->kind->args != NULL)
		ASSERT_INT(strncmp(info.name, info.driver, strlen(info.driver)), ==, 0);
	ASSERT_INT(info.state, ==, NETDMA_PROVIDER_STARTED);
	ASSERT(info.version >= 0x10000 && info.version <= NETDMA_INTERFACE_VERSION);
	ASSERT(info.addr_space == NETDMA_ADDR_VA || info.addr_space == NETDMA_ADDR_IOVA);
	ASSERT_INT(info.max_channels, >=, 1);
	ASSERT_INT(info.nb_channels, ==, 0);
	ASSERT_INT(info.max_transfer, >=, 4096);
	ASSERT(info.min_desc >= 1 && info.min_desc <= info.max_desc);
	ASSERT(info.max_addr > 0);
	ch = t_channel(t, 64, 0);
	ASSERT_INT(info_of(t->provider).nb_channels, ==, 1);
	ASSERT_INT(t_info(ch).provider, ==, t->provider);
	ASSERT_INT(t_info(ch).addr_space, ==, info.addr_space);
	ASSERT_INT(t_info(ch).max_transfer, ==, info.max_transfer);
	ASSERT(t_info(ch).engine_desc >= 1 && t_info(ch).engine_desc <= info.max_desc);
	t_channel_free(ch);
	ASSERT_INT(info_of(t->provider).nb_channels, ==, 0);
}

T_CASE(provider, stop_and_start_any_number_of_times, T_EACH)
{
	struct netdma_channel *ch;
	int i;

	for (i = 0; i < 5; i++) {
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ch = t_channel(t, 64, 0);
		t_copy_works(t, ch);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
		ASSERT_INT(info_of(t->provider).state, ==, NETDMA_PROVIDER_REGISTERED);
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
		ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
		ASSERT_INT(info_of(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
	}
}

T_CASE(provider, stop_detaches_its_channels, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0), *other;
	struct t_list *l = t_list_new(t, ch, t_pool(8), 8, 1, 100);
	struct t_buf *b = t_bufs(t, 1, 1, 100);
	struct netdma_completion done;
	int provider;

	t_run_list(ch, l);
	/* What was filled and not handed over does not hold the stop up. */
	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, NULL), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, NULL), ==, -ENODEV);
	ASSERT_INT(netdma_marker(ch, 0, NULL), ==, -ENODEV);
	ASSERT_INT(netdma_submit(ch), ==, -ENODEV);
	ASSERT_INT(t_start(ch, l), ==, -ENODEV);
	ASSERT_INT(t_append(ch, l), ==, -ENODEV);
	ASSERT_INT(netdma_channel_drain(ch, 0), ==, -ENODEV);
	ASSERT_INT(netdma_poll(ch, &done, 1), ==, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 0);
	t_buf_check(b, T_NOT_COPIED, 0);
	ASSERT_INT(t_stats(ch).copied, ==, 8);
	/* The provider goes on; the channel that was detached does not. */
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, NULL), ==, -ENODEV);
	other = t_channel(t, 64, 0);
	t_copy_works(t, other);
	t_channel_free(ch);
	t_copy_works(t, other);
	t_channel_free(other);
	provider = t->provider;
	ASSERT_INT(info_of(provider).nb_channels, ==, 0);
}

T_CASE(provider, stop_finishes_what_the_engine_has_and_drops_the_rest, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=16", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(100), 100, 1, 100);
	struct netdma_completion done[100];
	uint32_t i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(f->stops, ==, 1);
	t_collect(ch, done, 100);
	for (i = 0; i < 100; i++) {
		t_entry_check(&done[i], l->at[i], i < 16 ? NETDMA_COPIED : NETDMA_NOT_COPIED, i);
		ASSERT_INT(done[i].error, ==, i < 16 ? NETDMA_ERROR_NONE : NETDMA_ERROR_GONE);
		t_buf_check(&l->buf[i], i < 16 ? T_COPIED : T_NOT_COPIED, i);
	}
}

T_CASE(provider, poll_delivers_what_was_finished_before_the_stop, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(500), 500, 1, 100);

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 500);
	ASSERT_INT(netdma_channel_free(ch), ==, -EBUSY);
	t_expect(ch, l, NETDMA_COPIED);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

T_CASE(provider, device_is_not_destroyed_by_clients, T_EACH)
{
	struct netdma_channel *ch;

	if (t->kind->args != NULL)
		t_skip("no device stands behind it");
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, -ENOTSUP);
	ASSERT_INT(info_of(t->provider).state, ==, NETDMA_PROVIDER_STARTED);
	ch = t_channel(t, 64, 0);
	t_copy_works(t, ch);
}

T_CASE(provider, has_no_more_channels_than_it_says, T_EACH)
{
	uint32_t max = RTE_MIN(info_of(t->provider).max_channels, 64u), i;
	struct netdma_channel *ch[64];

	for (i = 0; i < max; i++) {
		ch[i] = t_channel(t, 32, 0);
		ASSERT(i == 0 || t_info(ch[i]).id > t_info(ch[i - 1]).id);
	}
	if (info_of(t->provider).max_channels == max)
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, EBUSY);
	for (i = 0; i < max; i++)
		t_copy_works(t, ch[i]);
	t_channel_free(ch[max / 2]);
	ch[max / 2] = t_channel(t, 32, 0);
	t_copy_works(t, ch[max / 2]);
}

T_CASE(provider, any_is_chosen_by_what_there_is, T_RAW)
{
	struct netdma_channel_conf conf = { .size = sizeof(conf), .socket = SOCKET_ID_ANY };
	/* Hardware comes first even where nobody asks for it. */
	static const uint32_t flags[] = { 0, NETDMA_CHANNEL_WANT_HARDWARE,
		NETDMA_CHANNEL_NEED_HARDWARE };
	struct netdma_channel *a, *b;
	unsigned int i;
	int software, hw;

	t_init_without_devices(t);
	ASSERT_INT(count_providers(), ==, 0);
	t_no_channel(t, &conf, ENODEV);
	conf.flags = NETDMA_CHANNEL_NEED_HARDWARE;
	software = t_provider("fake0");
	t_no_channel(t, &conf, ENODEV);
	/* Wanted and not there: told. */
	conf.flags = NETDMA_CHANNEL_WANT_HARDWARE;
	t_log_clear();
	a = t_channel_conf(t, &conf);
	ASSERT(t_info(a).flags & NETDMA_CHANNEL_FALLBACK);
	ASSERT(info_of(t_info(a).provider).flags & NETDMA_PROVIDER_SOFTWARE);
	ASSERT_HAS(t_log(), "software");
	t_channel_free(a);
	conf.flags = 0;
	a = t_channel_conf(t, &conf);
	ASSERT(!(t_info(a).flags & NETDMA_CHANNEL_FALLBACK));
	t_channel_free(a);
	/* There, and chosen. */
	hw = t_provider("fake1,hw=1,channels=2");
	for (i = 0; i < RTE_DIM(flags); i++) {
		conf.flags = flags[i];
		a = t_channel_conf(t, &conf);
		b = t_channel_conf(t, &conf);
		ASSERT_INT(t_info(a).provider, ==, hw);
		ASSERT_INT(t_info(b).provider, ==, hw);
		ASSERT(!(t_info(a).flags & NETDMA_CHANNEL_FALLBACK));
		/* Full. */
		if (conf.flags == NETDMA_CHANNEL_NEED_HARDWARE)
			t_no_channel(t, &conf, 0);
		t_channel_free(a);
		t_channel_free(b);
	}
	/* Stopped is not there. */
	conf.flags = NETDMA_CHANNEL_NEED_HARDWARE;
	ASSERT_INT(netdma_provider_stop(hw), ==, 0);
	t_no_channel(t, &conf, ENODEV);
	/* A provider that is named must be what is needed. */
	conf.provider = software;
	t_no_channel(t, &conf, 0);
}

T_CASE(provider, any_spreads_channels_by_load, T_RAW)
{
	struct netdma_channel_conf conf = { .size = sizeof(conf), .socket = SOCKET_ID_ANY,
		.flags = NETDMA_CHANNEL_NEED_HARDWARE };
	struct netdma_provider_info info;
	unsigned int i;
	int a, b;

	t_init_without_devices(t);
	a = t_provider("fake0,hw=1,channels=3");
	b = t_provider("fake1,hw=1,channels=3");
	for (i = 0; i < 6; i++) {
		t_channel_conf(t, &conf);
		info = info_of(a);
		ASSERT_INT(info.nb_channels + info_of(b).nb_channels, ==, i + 1);
		ASSERT(info.nb_channels == (i + 1) / 2 || info.nb_channels == (i + 2) / 2);
	}
}

T_CASE(provider, wrong_channel_confs_are_refused, T_ONCE)
{
	uint64_t word[2] = { 0 };
	const struct {
		struct netdma_channel_conf conf;
		int error;
	} rows[] = {
		{ { .provider = -1 }, ENODEV },
		{ { .provider = 1 << 30 }, ENODEV },
		{ { .flags = 0x10 }, EINVAL },
		{ { .flags = 0x40000000 }, EINVAL },
		{ { .flags = NETDMA_CHANNEL_FALLBACK }, EINVAL },
		{ { .nb_desc = UINT32_MAX }, EINVAL },
		{ { .failover = -2 }, EINVAL },
		{ { .error_policy = (enum netdma_error_policy)77 }, EINVAL },
		{ { .completion_word = (void *)((uintptr_t)word + 4) }, EINVAL },
		{ { .completion_word = (void *)((uintptr_t)word + 1) }, EINVAL },
		{ { .size = 1 }, EINVAL },
		{ { .size = 8 }, EINVAL },
	};
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel_conf conf;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		conf = rows[i].conf;
		if (conf.provider == 0)
			conf.provider = t->provider;
		t_no_channel(t, &conf, rows[i].error);
	}
	ASSERT_NULL(netdma_channel_alloc(NULL, &(struct netdma_channel_conf){ .size = 0 }), EINVAL);
	ASSERT_NULL(netdma_channel_alloc(t->client, NULL), EINVAL);
	ASSERT_INT(f->channels, ==, 0);
	ASSERT_INT(info_of(t->provider).nb_channels, ==, 0);
}

T_CASE(provider, node_is_a_preference, T_EACH)
{
	struct netdma_channel_conf conf = { .size = sizeof(conf), .provider = t->provider,
		.nb_desc = 32, .socket = RTE_MAX_NUMA_NODES - 1 };

	/* There is hardly memory on the last of all possible nodes. */
	t_copy_works(t, t_channel_conf(t, &conf));
}

T_CASE(provider, channel_tells_what_it_was_granted, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=48", &t->provider);
	struct netdma_channel_conf conf = { .size = sizeof(conf), .provider = t->provider,
		.nb_desc = 500, .priority = 9, .socket = SOCKET_ID_ANY };
	struct netdma_channel_info info;

	netdma_cpu_mask_set(&conf.cpu_mask, 3);
	netdma_cpu_mask_set(&conf.cpu_mask, 200);
	netdma_cpu_mask_set(&conf.cpu_mask, 5000); /* beyond the set: nothing */
	info = t_info(t_channel_conf(t, &conf));
	ASSERT_INT(info.priority, ==, 2);
	ASSERT_INT(info.engine_desc, ==, 48);
	ASSERT_INT(info.nb_desc, ==, 512);
	ASSERT_INT(info.cpu, ==, -1);
	ASSERT_INT(f->params.priority, ==, 9);
	ASSERT_INT(f->params.nb_desc, ==, 512);
	ASSERT_INT(f->params.id, ==, info.id);
	ASSERT(memcmp(&info.cpu_mask, &conf.cpu_mask, sizeof(info.cpu_mask)) == 0);
	ASSERT(netdma_cpu_mask_isset(&info.cpu_mask, 3) &&
			netdma_cpu_mask_isset(&info.cpu_mask, 200) &&
			!netdma_cpu_mask_isset(&info.cpu_mask, 4) &&
			!netdma_cpu_mask_isset(&info.cpu_mask, 5000));
}
