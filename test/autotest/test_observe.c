/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Counters, latencies, telemetry, dumps, names. */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_memory.h>

#include "fake.h"
#include "util.h"

T_CASE(observe, stats_count_what_happened, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 16, 0);
	struct netdma_desc_pool *pool = t_pool(200);
	struct t_list *l = t_list_new(t, ch, pool, 100, 1, 200);
	struct t_buf *b = t_bufs(t, 16, 1, 200);
	struct netdma_channel_stats s = t_stats(ch), zero = { .size = s.size };
	uint64_t bytes = 0, polls;
	uint32_t i;

	ASSERT(memcmp(&s, &zero, sizeof(s)) == 0);
	l->at[50]->flags = NETDMA_DESC_NULL_TRANSFER;
	for (i = 0; i < 100; i++)
		bytes += i == 50 ? 0 : l->at[i]->length;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(t_stats(ch).accepted, ==, 100);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 100), ==, 100);
	s = t_stats(ch);
	ASSERT_INT(s.accepted, ==, 100);
	ASSERT_INT(s.copied, ==, 100);
	ASSERT_INT(s.by_engine, ==, 100 - s.by_recovery);
	ASSERT_INT(s.by_recovery != 0, ==, t->kind->recover);
	ASSERT_INT(s.bytes, ==, bytes);
	ASSERT_INT(s.lists, ==, 1);
	ASSERT_INT(s.not_copied + s.failed + s.unknown + s.by_failover + s.refused + s.no_room, ==,
			0);

	for (i = 0; i < 16; i++) {
		ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, 0, NULL), ==, 0);
		bytes += b[i].length;
	}
	ASSERT_INT(netdma_copy(ch, b[0].src, b[0].dst, 1, 0, NULL), ==, -ENOSPC);
	ASSERT_INT(netdma_copy(ch, b[0].src, b[0].dst, 1, 0x800, NULL), ==, -EINVAL);
	netdma_submit(ch);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	polls = t_stats(ch).polls;
	ASSERT_INT(netdma_poll(ch, NULL, 10), ==, 10);
	ASSERT_INT(netdma_poll(ch, NULL, 10), ==, 6);
	ASSERT_INT(netdma_poll(ch, NULL, 10), ==, 0);
	s = t_stats(ch);
	ASSERT_INT(s.polls, ==, polls + 3);
	ASSERT_INT(s.accepted, ==, 116);
	ASSERT_INT(s.copied, ==, 116);
	ASSERT_INT(s.bytes, ==, bytes);
	ASSERT_INT(s.lists, ==, 2);
	ASSERT_INT(s.refused, ==, 1);
	ASSERT_INT(s.no_room, ==, 1);

	ASSERT_INT(netdma_channel_stats_reset(ch), ==, 0);
	s = t_stats(ch);
	ASSERT(memcmp(&s, &zero, sizeof(s)) == 0);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 100), ==, 100);
	ASSERT_INT(t_stats(ch).copied, ==, 100);
	ASSERT_INT(t_stats(ch).lists, ==, 1);
}

T_CASE(observe, reset_counts_from_there_with_work_outstanding, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=8", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 100);

	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_stats_reset(ch), ==, 0);
	ASSERT_INT(t_stats(ch).accepted, ==, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 50);
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(t_stats(ch).accepted, ==, 0);
	ASSERT_INT(t_stats(ch).copied, ==, 50);
}

/* --------------------------------------------------------------- latencies */

static struct netdma_latency
latency_of(struct netdma_channel *ch)
{
	struct netdma_latency l = { .size = sizeof(l) };

	ASSERT_INT(netdma_channel_latency_get(ch, &l), ==, 0);
	return l;
}

static void
latency_check(const struct netdma_latency *l, uint64_t count)
{
	uint64_t sum = 0;
	unsigned int i, last = 0;

	ASSERT_INT(l->count, ==, count);
	for (i = 0; i < NETDMA_LATENCY_BUCKETS; i++) {
		sum += l->bucket[i];
		if (l->bucket[i] != 0)
			last = i;
	}
	ASSERT_INT(sum, ==, count);
	if (count == 0)
		return;
	/* The longest lies in the last bucket that is not empty. */
	ASSERT_INT(l->max_ns, >=, netdma_latency_bucket_ns(last));
	ASSERT_INT(l->max_ns, <, netdma_latency_bucket_ns(last + 1));
}

T_CASE(observe, latency_of_every_descriptor_is_counted, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, NETDMA_CHANNEL_LATENCY);
	struct t_list *l = t_list_new(t, ch, t_pool(500), 500, 1, 100);
	struct netdma_latency lat;

	lat = latency_of(ch);
	latency_check(&lat, 0);
	t_run_list(ch, l);
	lat = latency_of(ch);
	latency_check(&lat, 500);
	t_copy_works(t, ch);
	lat = latency_of(ch);
	latency_check(&lat, 501);
	/* Off: what was measured stays. On: from the beginning. */
	ASSERT_INT(netdma_channel_latency_enable(ch, false), ==, 0);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	lat = latency_of(ch);
	latency_check(&lat, 501);
	ASSERT_INT(netdma_channel_latency_enable(ch, true), ==, 0);
	lat = latency_of(ch);
	latency_check(&lat, 0);
	t_run_list(ch, l);
	lat = latency_of(ch);
	latency_check(&lat, 500);
}

/* What began to be measured must not be measured as part of what it is handed over for next. */
T_CASE(observe, latency_that_is_switched_off_meanwhile_leaves_nothing_behind, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, NETDMA_CHANNEL_TRUSTED);
	struct t_list *none = t_list_new(t, ch, t_pool(1), 1, 1, 100);
	struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 100);

	ASSERT_INT(t_start(ch, none), ==, 0);
	t_expect(ch, none, NETDMA_COPIED);
	ASSERT_INT(netdma_channel_latency_enable(ch, true), ==, 0);
	ASSERT_INT(t_append(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_latency_enable(ch, false), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(observe, latency_that_was_never_on_is_enoent, T_EACH)
{
	struct netdma_latency l = { .size = sizeof(l) };
	struct netdma_channel *ch = t_channel(t, 64, 0);

	t_copy_works(t, ch);
	ASSERT_INT(netdma_channel_latency_get(ch, &l), ==, -ENOENT);
	ASSERT_INT(netdma_channel_latency_enable(ch, true), ==, 0);
	t_copy_works(t, ch);
	l = latency_of(ch);
	latency_check(&l, 1);
}

T_CASE(observe, time_passes_before_a_slow_engine_is_done, T_ONCE)
{
	struct fake *f = fake_new("fake0", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, NETDMA_CHANNEL_LATENCY);
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 100);
	struct netdma_latency lat;

	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	usleep(2000);
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
	lat = latency_of(ch);
	latency_check(&lat, 5);
	/* Never shorter than it was; how much longer is the machine's affair. */
	ASSERT_INT(lat.max_ns, >=, 1000000);
	ASSERT_INT(netdma_latency_quantile_ns(&lat, 0.01), >=, 1000000);
}

T_CASE(observe, buckets_are_four_for_each_power_of_two, T_RAW)
{
	unsigned int i;

	for (i = 0; i + 4 < NETDMA_LATENCY_BUCKETS; i++) {
		uint64_t ns = netdma_latency_bucket_ns(i);

		ASSERT_INT(netdma_latency_bucket_ns(i + 1), >, ns);
		if (ns >= 4)
			ASSERT_INT(netdma_latency_bucket_ns(i + 4), ==, 2 * ns);
	}
	/* The last one takes whatever is longer. */
	ASSERT(netdma_latency_bucket_ns(NETDMA_LATENCY_BUCKETS) == UINT64_MAX);
	/* From the shortest to longer than anyone waits. */
	ASSERT_INT(netdma_latency_bucket_ns(0), ==, 0);
	ASSERT_INT(netdma_latency_bucket_ns(NETDMA_LATENCY_BUCKETS - 1), >, 100000000000);
}

T_CASE(observe, quantile_is_the_upper_bound_of_its_bucket, T_RAW)
{
	struct netdma_latency l;
	unsigned int round, i;
	uint64_t sum, k;

	memset(&l, 0, sizeof(l));
	l.size = sizeof(l);
	l.max_ns = UINT64_MAX;
	ASSERT_INT(netdma_latency_quantile_ns(&l, 0.5), ==, 0);
	for (round = 0; round < 300; round++) {
		memset(l.bucket, 0, sizeof(l.bucket));
		l.count = 0;
		for (i = 0; i < 6; i++) {
			k = t_range(t, 1, 1000);
			l.bucket[t_range(t, 0, NETDMA_LATENCY_BUCKETS - 2)] += k;
			l.count += k;
		}
		/* Between the kth and the one behind it, so that no rounding matters; often
		 * where one bucket ends and the next one begins.
		 */
		k = t_range(t, 0, (uint32_t)l.count - 1);
		for (i = 0, sum = 0; round & 1 && sum + l.bucket[i] < l.count; i++)
			sum += l.bucket[i];
		if (sum != 0)
			k = sum;
		for (i = 0, sum = l.bucket[0]; sum <= k; sum += l.bucket[++i])
			;
		ASSERT_INT(netdma_latency_quantile_ns(&l, ((double)k + 0.5) / (double)l.count), ==,
				netdma_latency_bucket_ns(i + 1));
		for (i = NETDMA_LATENCY_BUCKETS - 1; l.bucket[i] == 0; i--)
			;
		ASSERT_INT(netdma_latency_quantile_ns(&l, 1.0), ==,
				netdma_latency_bucket_ns(i + 1));
	}
}

/* --------------------------------------------------------------- telemetry */

T_CASE(observe, telemetry_shows_providers_and_channels, T_EACH)
{
	struct netdma_provider_info info = { .size = sizeof(info) };
	struct netdma_channel *ch = t_channel(t, 64, NETDMA_CHANNEL_LATENCY);
	int fd = t_telemetry_open(), id = t_info(ch).id;
	const char *answer;
	char part[128];

	t_run_list(ch, t_list_new(t, ch, t_pool(77), 77, 1, 100));
	ASSERT_INT(netdma_provider_info_get(t->provider, &info), ==, 0);
	answer = t_telemetry_ask(fd, "/netdma/providers");
	snprintf(part, sizeof(part), "%d", t->provider);
	ASSERT_HAS(answer, part);
	answer = t_telemetry_ask(fd, "/netdma/provider,%d", t->provider);
	snprintf(part, sizeof(part), "\"name\":\"%s\"", info.name);
	ASSERT_HAS(answer, part);
	ASSERT_HAS(answer, info.driver);
	answer = t_telemetry_ask(fd, "/netdma/channels");
	snprintf(part, sizeof(part), "%d", id);
	ASSERT_HAS(answer, part);
	answer = t_telemetry_ask(fd, "/netdma/channel,%d", id);
	ASSERT_HAS(answer, "\"copied\":77");
	snprintf(part, sizeof(part), "\"by_engine\":%" PRIu64, t_stats(ch).by_engine);
	ASSERT_HAS(answer, part);
	snprintf(part, sizeof(part), "\"by_recovery\":%" PRIu64, 77 - t_stats(ch).by_engine);
	ASSERT_HAS(answer, part);
	ASSERT_HAS(answer, "\"latency_count\":77");
	ASSERT_HAS(answer, "autotest");
	t_channel_free(ch);
	answer = t_telemetry_ask(fd, "/netdma/channel,%d", id);
	ASSERT(strstr(answer, "copied") == NULL);
}

T_CASE(observe, telemetry_survives_wrong_parameters, T_ONCE)
{
	static const char *const commands[] = { "/netdma/provider", "/netdma/provider,",
		"/netdma/provider,abc", "/netdma/provider,-1", "/netdma/provider,0",
		"/netdma/provider,99999999999999999999", "/netdma/provider,1x", "/netdma/channel",
		"/netdma/channel,", "/netdma/channel,abc", "/netdma/channel,-1",
		"/netdma/channel,123456789", "/netdma/providers,1", "/netdma/channels,x" };
	int fd = t_telemetry_open();
	unsigned int i;

	for (i = 0; i < RTE_DIM(commands); i++)
		ASSERT(strstr(t_telemetry_ask(fd, "%s", commands[i]), "name\":") == NULL);
}

T_CASE(observe, telemetry_finds_nothing_after_fini, T_RAW)
{
	int fd = t_telemetry_open();

	ASSERT_INT(netdma_init(NULL), ==, 0);
	ASSERT_INT(netdma_provider_create("fake0", NULL), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
	ASSERT_HAS(t_telemetry_ask(fd, "/netdma/providers"), "[]");
	ASSERT_HAS(t_telemetry_ask(fd, "/netdma/channels"), "[]");
	ASSERT(strstr(t_telemetry_ask(fd, "/netdma/provider,1"), "name\":") == NULL);
}

/* ---------------------------------------------------------- dump and names */

T_CASE(observe, dump_shows_everything, T_EACH)
{
	struct netdma_provider_info info = { .size = sizeof(info) };
	struct netdma_channel *ch = t_channel(t, 64, 0);
	char *text = NULL, part[64];
	size_t size;
	FILE *f = open_memstream(&text, &size);

	t_run_list(ch, t_list_new(t, ch, t_pool(123), 123, 1, 100));
	ASSERT_INT(netdma_provider_info_get(t->provider, &info), ==, 0);
	ASSERT_INT(netdma_dump(f), ==, 0);
	fclose(f);
	t_defer(free, text);
	ASSERT_HAS(text, info.name);
	ASSERT_HAS(text, info.driver);
	ASSERT_HAS(text, "autotest");
	ASSERT_HAS(text, "123");
	snprintf(part, sizeof(part), "channel %d", t_info(ch).id);
	ASSERT_HAS(text, part);
}

static void
names_check(const char *(*name)(int), int from, int to)
{
	int i, k;

	for (i = from; i <= to; i++) {
		ASSERT_MSG(strcmp(name(i), "?") != 0 && name(i)[0] != '\0', "value %d", i);
		for (k = from; k < i; k++)
			ASSERT_MSG(strcmp(name(i), name(k)) != 0, "values %d and %d", i, k);
	}
	ASSERT_STR(name(from - 1), "?");
	ASSERT_STR(name(to + 1), "?");
	ASSERT_STR(name(-12345), "?");
	ASSERT_STR(name(INT32_MAX), "?");
}

T_CASE(observe, every_value_has_a_name_of_its_own, T_RAW)
{
	names_check(netdma_status_name, NETDMA_COPIED, NETDMA_UNKNOWN);
	names_check(netdma_error_name, NETDMA_ERROR_NONE, NETDMA_ERROR_HALTED);
	names_check(netdma_event_name, NETDMA_EVENT_PROVIDER_REGISTERED,
			NETDMA_EVENT_PROVIDER_POWER_UP);
	names_check(netdma_provider_state_name, NETDMA_PROVIDER_REGISTERED,
			NETDMA_PROVIDER_QUARANTINED);
	names_check(netdma_state_name, NETDMA_CHANNEL_ACTIVE, NETDMA_CHANNEL_DETACHED);
	ASSERT_STR(netdma_status_name(NETDMA_COPIED), "copied");
	ASSERT_STR(netdma_error_name(NETDMA_ERROR_PAGE_FAULT), "page fault");
	ASSERT_STR(netdma_event_name(NETDMA_EVENT_PROVIDER_ARRIVAL), "provider arrival");
	ASSERT_STR(netdma_state_name(NETDMA_WORD_IDLE), "idle");
	ASSERT(netdma_version()[0] >= '0' && netdma_version()[0] <= '9');
}
