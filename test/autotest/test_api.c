/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What holds for the interface as a whole: NULL, and structs of other sizes. */

#include <errno.h>
#include <stdlib.h>

#include <rte_memory.h>

#include "fake.h"
#include "util.h"

T_CASE(api, null_is_tolerated_everywhere, T_ONCE)
{
	struct netdma_channel_info info = { .size = sizeof(info) };
	struct netdma_channel_stats stats = { .size = sizeof(stats) };
	struct netdma_latency latency = { .size = sizeof(latency) };
	struct netdma_channel *ch;
	struct netdma_completion done;
	struct netdma_check check;
	struct netdma_desc *d;
	struct t_list *l;
	struct t_buf *b = t_bufs(t, 1, 10, 10);
	struct netdma_channel *none = NULL;

	t->provider = t_provider("fake0");
	ch = t_channel(t, 64, 0);
	l = t_list_new(t, ch, t_pool(2), 2, 1, 100);

	ASSERT_INT(netdma_channel_free(none), ==, -EINVAL);
	ASSERT_INT(netdma_channel_info_get(none, &info), ==, -EINVAL);
	ASSERT_INT(netdma_channel_info_get(ch, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_channel_start(none, l->first, l->last, 2), ==, -EINVAL);
	ASSERT_INT(netdma_channel_start(none, NULL, NULL, 0), ==, -EINVAL);
	ASSERT_INT(netdma_channel_append(none, l->first, l->last, 2), ==, -EINVAL);
	ASSERT_INT(netdma_channel_append(ch, NULL, NULL, 0), ==, -EINVAL);
	ASSERT_INT(netdma_channel_check(none, l->first, l->last, 2, &check), ==, -EINVAL);
	ASSERT_INT(netdma_channel_check(ch, l->first, l->last, 2, NULL), ==, 0);
	ASSERT_INT(netdma_channel_suspend(none, &d), <, 0);
	ASSERT_INT(netdma_channel_suspend(ch, NULL), <, 0);
	ASSERT_INT(netdma_channel_resume(none, NULL, NULL, 0), <, 0);
	ASSERT_INT(netdma_channel_abort(none), <, 0);
	ASSERT_INT(netdma_channel_reset(none), <, 0);
	ASSERT_INT(netdma_copy(none, b->src, b->dst, 10, 0, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_marker(none, 0, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_submit(none), ==, -EINVAL);
	ASSERT_INT(netdma_poll(none, &done, 1), ==, -EINVAL);
	ASSERT_INT(netdma_channel_room(none), ==, -EINVAL);
	ASSERT_INT(netdma_channel_outstanding(none), ==, -EINVAL);
	ASSERT_INT(netdma_channel_drain(none, 0), ==, -EINVAL);
	ASSERT_INT(netdma_channel_wait(none, 0, 0), ==, -EINVAL);
	ASSERT_INT(netdma_channel_stats_get(none, &stats), ==, -EINVAL);
	ASSERT_INT(netdma_channel_stats_get(ch, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_channel_stats_reset(none), ==, -EINVAL);
	ASSERT_INT(netdma_channel_latency_enable(none, true), ==, -EINVAL);
	ASSERT_INT(netdma_channel_latency_get(none, &latency), ==, -EINVAL);
	ASSERT_INT(netdma_channel_latency_get(ch, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_latency_quantile_ns(NULL, 0.5), ==, 0);
	ASSERT_INT(netdma_provider_info_get(t->provider, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_provider_find(NULL), <, 0);
	ASSERT_INT(netdma_provider_create(NULL, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_client_deregister(NULL), ==, -EINVAL);
	ASSERT_INT(netdma_dump(NULL), ==, -EINVAL);
	ASSERT_INT(netdma_mem_unregister(NULL, 4096), <, 0);
	/* All of that left it as it was. */
	t_run_list(ch, l);
	t_copy_works(t, ch);
}

/* A struct with room behind it for what a later version may have. */
#define LONGER(type) union { struct type s; uint8_t bytes[sizeof(struct type) + 32]; }

T_CASE(api, structs_that_callers_fill_may_have_other_sizes, T_RAW)
{
	LONGER(netdma_conf) init = { .s.size = 0 };
	LONGER(netdma_client_conf) client = { .s.name = "x" };
	LONGER(netdma_channel_conf) channel = { .s.nb_desc = 32 };
	const struct {
		size_t more;   /* than the struct has; or */
		size_t size;   /* exactly */
		uint8_t tail;  /* its last byte */
		bool good;
	} rows[] = {
		{ 0, 0, 0, true },    /* the first version */
		{ 0, 1, 0, false },
		{ 0, 8, 0, false },
		{ 0, SIZE_MAX, 0, true }, /* exact */
		{ 32, 0, 0, true },   /* newer, and nothing of it is used */
		{ 32, 0, 7, false },  /* newer, and what is asked for is not known here */
	};
	struct netdma_client *c;
	struct netdma_channel *ch;
	unsigned int i;
	int id;

#define SIZE_OF(x, row) ((row).more != 0 ? sizeof(x) : (row).size == SIZE_MAX ? sizeof((x).s) : \
	(row).size)
	for (i = 0; i < RTE_DIM(rows); i++) {
		int expected = rows[i].good ? 0 : -EINVAL;

		init.s.size = SIZE_OF(init, rows[i]);
		init.bytes[sizeof(init) - 1] = rows[i].tail;
		ASSERT_MSG(netdma_init(&init.s) == expected, "netdma_conf, row %u", i);
		if (rows[i].good)
			ASSERT_INT(netdma_fini(), ==, 0);
	}
	ASSERT_INT(netdma_init(NULL), ==, 0);
	ASSERT_INT(netdma_provider_create("fake0", &id), ==, 0);
	for (i = 0; i < RTE_DIM(rows); i++) {
		client.s.size = SIZE_OF(client, rows[i]);
		client.bytes[sizeof(client) - 1] = rows[i].tail;
		c = netdma_client_register(&client.s);
		ASSERT_MSG((c != NULL) == rows[i].good, "netdma_client_conf, row %u", i);
		if (c != NULL)
			ASSERT_INT(netdma_client_deregister(c), ==, 0);
	}
	c = netdma_client_register(&(struct netdma_client_conf){ .name = "x" });
	channel.s.provider = id;
	for (i = 0; i < RTE_DIM(rows); i++) {
		channel.s.size = SIZE_OF(channel, rows[i]);
		channel.bytes[sizeof(channel) - 1] = rows[i].tail;
		ch = netdma_channel_alloc(c, &channel.s);
		ASSERT_MSG((ch != NULL) == rows[i].good, "netdma_channel_conf, row %u", i);
		if (ch != NULL)
			ASSERT_INT(netdma_channel_free(ch), ==, 0);
	}
	ASSERT_INT(netdma_client_deregister(c), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
}

static struct netdma_channel *subject;
static int subject_provider;

static int
get_provider(void *p)
{
	return netdma_provider_info_get(subject_provider, p);
}

static int
get_channel(void *p)
{
	return netdma_channel_info_get(subject, p);
}

static int
get_stats(void *p)
{
	return netdma_channel_stats_get(subject, p);
}

static int
get_latency(void *p)
{
	return netdma_channel_latency_get(subject, p);
}

T_CASE(api, structs_that_are_filled_are_never_written_behind_their_size, T_ONCE)
{
	static const struct {
		int (*get)(void *p);
		size_t size;
		const char *name;
	} rows[] = {
		{ get_provider, sizeof(struct netdma_provider_info), "provider_info" },
		{ get_channel, sizeof(struct netdma_channel_info), "channel_info" },
		{ get_stats, sizeof(struct netdma_channel_stats), "channel_stats" },
		{ get_latency, sizeof(struct netdma_latency), "latency" },
	};
	uint64_t area[1024], reference[1024];
	uint8_t *p = (uint8_t *)area;
	unsigned int i, k;
	size_t n;

	RTE_BUILD_BUG_ON(sizeof(struct netdma_latency) + 64 > sizeof(area));
	subject_provider = t->provider = t_provider("fake0");
	subject = t_channel(t, 64, NETDMA_CHANNEL_LATENCY);
	t_copy_works(t, subject);
	for (i = 0; i < RTE_DIM(rows); i++) {
		const size_t sizes[] = { 0, rows[i].size, rows[i].size + 64, 1, 7, 8, 16,
			rows[i].size - 1 };

		memset(reference, 0, sizeof(reference));
		reference[0] = rows[i].size;
		ASSERT_INT(rows[i].get(reference), ==, 0);
		for (k = 0; k < RTE_DIM(sizes); k++) {
			bool known = sizes[k] == 0 || sizes[k] >= rows[i].size;
			int ret;

			memset(area, 0xcc, sizeof(area));
			area[0] = sizes[k];
			ret = rows[i].get(area);
			ASSERT_MSG(known ? ret == 0 : ret == 0 || ret == -EINVAL,
					"%s of %zu bytes: %d", rows[i].name, sizes[k], ret);
			for (n = RTE_MAX(sizes[k], known ? rows[i].size : 8); n < sizeof(area); n++)
				ASSERT_MSG(p[n] == 0xcc, "%s of %zu bytes: byte %zu written",
						rows[i].name, sizes[k], n);
			/* And written up to it; behind our own end lies what a newer one has. */
			if (known)
				ASSERT_MSG(memcmp(p + 8, (uint8_t *)reference + 8,
						rows[i].size - 8) == 0, "%s of %zu bytes differs",
						rows[i].name, sizes[k]);
		}
	}
}

T_CASE(api, zero_initialised_confs_work, T_ONCE)
{
	struct netdma_channel_conf conf;
	struct netdma_channel *ch;

	t->provider = t_provider("fake0");
	memset(&conf, 0, sizeof(conf));
	ch = t_channel_conf(t, &conf);
	ASSERT_INT(t_info(ch).nb_desc, ==, 1024);
	t_copy_works(t, ch);
}
