/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* DSA and I/OAT through DPDK's drivers: what only they do. On the models, as test/hwmodel sets them
 * up for each case; without them all of this is skipped.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_dmadev.h>
#include <rte_malloc.h>

#include "survive.h"

#define DSA  "wq0.0"
#define IOAT "0000:00:04.0"

static int
need_engine(const char *name)
{
	int id;

	t_need_driver("dmadev");
	ASSERT_INT(netdma_rescan(), >=, 0);
	id = netdma_provider_find(name);
	if (id < 0)
		t_skip("no device %s: run it with test/hwmodel/with-hw", name);
	return id;
}

/* What the model is told. */
static const char *
need_knob(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL)
		t_skip("%s is not set", name);
	return value;
}

T_CASE(engines, dsa_tells_what_it_is, T_ONCE)
{
	struct netdma_provider_info info = s_provider_info(need_engine(DSA));

	ASSERT_INT(info.vendor_id, ==, 0x8086);
	ASSERT_INT(info.hw_version, ==, 0x100);
	ASSERT_INT(info.flags, ==, NETDMA_PROVIDER_CACHE_TARGET);
	ASSERT_INT(info.addr_space, ==, NETDMA_ADDR_VA);
	ASSERT_STR(info.driver, "dmadev");
}

T_CASE(engines, ioat_tells_what_it_is, T_ONCE)
{
	struct netdma_provider_info info = s_provider_info(need_engine(IOAT));

	ASSERT_INT(info.vendor_id, ==, 0x8086);
	ASSERT_INT(info.hw_version, ==, 0x34);
	ASSERT_INT(info.flags, ==, 0);
	ASSERT_INT(info.addr_space, ==, NETDMA_ADDR_IOVA);
}

static uint64_t
submitted(const char *name)
{
	struct rte_dma_stats stats;

	ASSERT_INT(rte_dma_stats_get((int16_t)rte_dma_get_dev_id_by_name(name), 0, &stats), ==, 0);
	return stats.submitted;
}

/* One copy, by the engine, in so many operations. */
static void
copy_in(struct t *t, const char *name, uint32_t length, uint64_t ops)
{
	struct netdma_channel *ch;
	struct netdma_completion done;
	uint8_t *m = rte_malloc(NULL, 2 * (size_t)length, 64);
	uint64_t before;
	uint32_t i;

	ASSERT(m != NULL);
	t_defer(rte_free, m);
	for (i = 0; i < length; i++) {
		m[i] = (uint8_t)(i * 7 + (i >> 8));
		m[length + i] = 0;
	}
	t->provider = need_engine(name);
	ch = t_channel(t, 64, 0);
	before = submitted(name);
	ASSERT_INT(netdma_copy(ch, m, m + length, length, 0, NULL), ==, 0);
	ASSERT_INT(netdma_submit(ch), >=, 0);
	t_collect(ch, &done, 1);
	ASSERT_INT(done.status, ==, NETDMA_COPIED);
	ASSERT(memcmp(m, m + length, length) == 0);
	ASSERT_INT(t_stats(ch).by_engine, ==, 1);
	ASSERT_INT(submitted(name) - before, ==, ops);
}

/* What the administrator has set for the queue counts. */
T_CASE(engines, long_copies_are_split_as_the_queue_of_dsa_says, T_ONCE)
{
	uint32_t most = (uint32_t)atoi(need_knob("HWMODEL_IDXD_MAX_TRANSFER"));

	copy_in(t, DSA, 10 * most + 1, 11);
}

T_CASE(engines, long_copies_are_split_as_ioat_takes_them, T_ONCE)
{
	copy_in(t, IOAT, (5 << 20) - 1, 5);
}

T_CASE(engines, ioat_comes_and_goes_under_traffic, T_ONCE)
{
	int id = need_engine(IOAT), cpu = t_provider("cpu0,mode=inline"), round;
	struct s_owner *o;

	t->provider = id;
	o = s_owner(t, true, cpu);
	for (round = 0; round < 5; round++) {
		s_owner_laps(o, 20);
		ASSERT_INT(netdma_provider_detach(id), ==, 0);
		ASSERT_INT(netdma_provider_find(IOAT), ==, -ENODEV);
		s_owner_laps(o, 20);
		ASSERT_INT(netdma_provider_attach(IOAT, &id), ==, 0);
		s_owner_move(o, id);
	}
	s_owner_end(o);
	ASSERT_INT(t_stats(o->ch).failovers, >=, 5);
}

/* VFIO asks for it; it is left, and goes. The administrator may give it again. */
T_CASE(engines, ioat_that_is_wanted_back_goes, T_ONCE)
{
	int id, cpu = t_provider("cpu0,mode=inline"), round;
	struct s_events *e = s_events();
	struct s_owner *o;

	need_knob("HWMODEL_IOAT_REQUEST_EVERY");
	t->provider = id = need_engine(IOAT);
	o = s_owner(t, true, cpu);
	for (round = 1; round <= 5; round++) {
		while (rte_dma_get_dev_id_by_name(IOAT) >= 0)
			usleep(100);
		s_owner_laps(o, 2);
		ASSERT_INT(s_events_count(e, IOAT, NETDMA_EVENT_PROVIDER_REMOVAL), ==, round);
		ASSERT_INT(netdma_provider_attach(IOAT, &id), ==, 0);
		s_owner_move(o, id);
	}
	s_owner_end(o);
}

/* Its bus cannot remove a device: nothing changes. */
T_CASE(engines, queue_of_dsa_is_not_detached, T_ONCE)
{
	struct netdma_channel *ch;

	t->provider = need_engine(DSA);
	ch = t_channel(t, 64, 0);
	t_copy_works(t, ch);
	ASSERT_INT(netdma_provider_detach(t->provider), ==, -ENOTSUP);
	t_copy_works(t, ch);
	ASSERT_INT(t_stats(ch).by_engine, ==, 2);
}

/* The driver cannot get the engine to go on after an error, and loses what it had. */
T_CASE(engines, channel_leaves_a_function_of_ioat_that_does_not_recover, T_ONCE)
{
	struct netdma_channel_conf conf = { .nb_desc = 64, .watchdog_us = UINT32_MAX };
	struct netdma_channel *ch;
	struct t_list *l;

	need_knob("HWMODEL_IOAT_DEAF_AFTER");
	conf.provider = need_engine(IOAT);
	conf.failover = t_provider("cpu0,mode=inline");
	ch = t_channel_conf(t, &conf);
	l = t_list_new(t, ch, t_pool(1000), 1000, 1, 3000);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_info(ch).provider, ==, conf.failover);
	ASSERT(t_stats(ch).by_engine > 0 && t_stats(ch).by_failover > 0);
}

/* It is in a copy when it is to stop, and that fails. Reading the error sets it going again: what it
 * has then comes back when it has ended.
 */
T_CASE(engines, ioat_that_fails_as_it_is_to_stop_is_stopped, T_ONCE)
{
	uint32_t every = (uint32_t)atoi(need_knob("HWMODEL_IOAT_ERROR_EVERY")), i;
	struct netdma_channel_conf conf = { .nb_desc = 64, .bound_us = 1,
		.error_policy = NETDMA_ON_ERROR_REPORT };
	struct netdma_completion done[10];
	struct netdma_channel *ch;
	struct t_list *one, *l;
	useconds_t delay = (useconds_t)atoi(need_knob("HWMODEL_IOAT_DELAY_US"));

	conf.provider = need_engine(IOAT);
	ch = t_channel_conf(t, &conf);
	one = t_list_new(t, ch, t_pool(1), 1, 1000, 1000);
	/* The first of the list will fail. */
	for (i = 0; i < every; i += done[0].status == NETDMA_COPIED) {
		t_list_restore(ch, one);
		ASSERT_INT(t_start(ch, one), ==, 0);
		t_collect(ch, done, 1);
		if (done[0].status != NETDMA_COPIED)
			i = 0;
		else if (i == every - 2)
			break;
	}
	l = t_list_new(t, ch, t_pool(10), 10, 1000, 1000);
	ASSERT_INT(t_start(ch, l), ==, 0);
	usleep(delay / 2);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, done, 10);
	ASSERT_INT(done[0].status, ==, NETDMA_FAILED);
	for (i = 0; i < 10; i++) {
		ASSERT_INT(done[i].flags, ==, 0);
		t_buf_fill(&l->buf[i]);
	}
	usleep(20 * delay);
	t_bufs_check(l->buf, 10, T_NOT_COPIED);
}

T_CASE(engines, queue_of_dsa_that_does_not_answer_is_not_set_up, T_ONCE)
{
	struct netdma_channel_conf conf = { .provider = need_engine(DSA) };
	unsigned int i;

	need_knob("HWMODEL_IDXD_STUCK_AFTER");
	for (i = 0; i < 3; i++)
		t_no_channel(t, &conf, EIO);
}

/* From now on the device says nothing any more. */
static void
silence(const char *knob)
{
	int fd = open(getenv(knob), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	ASSERT(fd >= 0);
	close(fd);
}

/* Entries in order and once each: what the silent engine had is unknown, the rest was copied. */
static uint32_t
collect_silenced(struct netdma_channel *ch, const struct t_list *l)
{
	struct netdma_completion *done = t_zalloc(l->n * sizeof(*done));
	uint32_t i, unknown = 0;

	t_collect(ch, done, l->n);
	for (i = 0; i < l->n; i++) {
		ASSERT(done[i].desc == l->at[i]);
		if (done[i].status == NETDMA_UNKNOWN) {
			ASSERT_INT(done[i].flags, ==, NETDMA_COMPLETION_ENGINE_MAY_WRITE);
			unknown++;
			continue;
		}
		ASSERT_INT(done[i].status, ==, NETDMA_COPIED);
		t_buf_check(&l->buf[i], T_COPIED, i);
	}
	return unknown;
}

T_CASE(engines, channel_goes_from_dsa_to_ioat_to_the_cpu_as_they_fall_silent, T_ONCE)
{
	static const char *const knob[] = { "HWMODEL_IDXD_STUCK_FILE", "HWMODEL_IOAT_STUCK_FILE" };
	struct netdma_channel_conf conf = { .nb_desc = 64, .watchdog_us = 50000,
		.bound_us = 50000 };
	int engine[] = { need_engine(DSA), need_engine(IOAT) };
	struct netdma_channel *ch;
	unsigned int i;

	need_knob(knob[0]);
	need_knob(knob[1]);
	t_provider("cpu0,mode=inline");
	conf.provider = engine[0];
	ch = t_channel_conf(t, &conf);
	for (i = 0; i < 2; i++) {
		struct t_list *l = t_list_new(t, ch, t_pool(2000), 2000, 1, 3000);

		t_run_list(ch, t_list_new(t, ch, t_pool(200), 200, 1, 3000));
		ASSERT_INT(t_info(ch).provider, ==, engine[i]);
		silence(knob[i]);
		ASSERT_INT(t_append(ch, l), ==, 0);
		ASSERT_INT(collect_silenced(ch, l), <=, 64);
		ASSERT_INT(s_provider_info(engine[i]).state, ==, NETDMA_PROVIDER_QUARANTINED);
		ASSERT_INT(t_info(ch).provider, !=, engine[i]);
		ASSERT_INT(t_stats(ch).watchdogs, ==, i + 1);
	}
	ASSERT_STR(s_provider_info(t_info(ch).provider).name, "cpu0");
	t_run_list(ch, t_list_new(t, ch, t_pool(200), 200, 1, 3000));
}

/* Each failure is one of the engine's, and all of those are told: none twice, none of another. */
static void
count_failures(struct t *t, const char *name, const char *knob)
{
	uint32_t every = (uint32_t)atoi(need_knob(knob)), n = 200 * every, i, failed = 0, k;
	struct netdma_completion *done = t_zalloc(n * sizeof(*done));
	struct netdma_channel *ch;
	struct t_list *l;

	t->provider = need_engine(name);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .error_policy = NETDMA_ON_ERROR_REPORT });
	l = t_list_new(t, ch, t_pool(n), n, 2, 300);
	for (k = 0; k < 3; k++) {
		t_list_renew(ch, l);
		ASSERT_INT(k == 0 ? t_start(ch, l) : t_append(ch, l), ==, 0);
		t_collect(ch, done, n);
		for (i = 0; i < n; i++) {
			failed += done[i].status == NETDMA_FAILED;
			ASSERT(done[i].desc == l->at[i]);
			if (done[i].status == NETDMA_COPIED)
				t_buf_check(&l->buf[i], T_COPIED, i);
		}
		ASSERT_INT(failed, ==, (k + 1) * n / every);
	}
}

T_CASE(engines, failures_of_dsa_are_told_as_they_happen, T_ONCE)
{
	count_failures(t, DSA, "HWMODEL_IDXD_ERROR_EVERY");
}

T_CASE(engines, failures_of_ioat_are_told_as_they_happen, T_ONCE)
{
	count_failures(t, IOAT, "HWMODEL_IOAT_ERROR_EVERY");
}

/* None of a batch that fails by itself has run. */
T_CASE(engines, batch_of_dsa_that_fails_was_not_copied, T_ONCE)
{
	struct netdma_completion *done = t_zalloc(1000 * sizeof(*done));
	struct netdma_channel *ch;
	uint32_t i, not_copied = 0;
	struct t_list *l;

	need_knob("HWMODEL_IDXD_BATCH_ERROR_EVERY");
	t->provider = need_engine(DSA);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .error_policy = NETDMA_ON_ERROR_REPORT });
	l = t_list_new(t, ch, t_pool(1000), 1000, 2, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 1000);
	for (i = 0; i < 1000; i++) {
		not_copied += done[i].status == NETDMA_NOT_COPIED;
		if (done[i].status != NETDMA_FAILED)
			t_buf_check(&l->buf[i], done[i].status == NETDMA_COPIED ? T_COPIED :
					T_NOT_COPIED, i);
	}
	ASSERT_INT(not_copied, >, 0);
	ASSERT_INT(not_copied, <, 1000);
}
