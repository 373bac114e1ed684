/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The workers of the cpu driver: several of one provider, and what they do without work. */

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "fake.h"
#include "util.h"

static bool
read_line(const char *task, const char *file, char *line, size_t size)
{
	char path[300];
	FILE *f;
	bool good;

	snprintf(path, sizeof(path), "/proc/self/task/%s/%s", task, file);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	good = fgets(line, (int)size, f) != NULL;
	fclose(f);
	return good;
}

/* How many workers that are threads of their own there are, and how many of them sleep. */
static unsigned int
workers(unsigned int *nb_asleep)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *e;
	unsigned int n = 0;
	char line[512];

	*nb_asleep = 0;
	ASSERT(dir != NULL);
	while ((e = readdir(dir)) != NULL)
		if (read_line(e->d_name, "comm", line, sizeof(line)) &&
				strncmp(line, "netdma-cpu", 10) == 0) {
			n++;
			if (read_line(e->d_name, "stat", line, sizeof(line)) &&
					strstr(line, ") S ") != NULL)
				++*nb_asleep;
		}
	closedir(dir);
	return n;
}

/* Until all of them sleep: they do, by and by. */
static void
wait_for_sleep(unsigned int n)
{
	struct t_deadline d;
	unsigned int asleep;

	t_deadline_set(&d);
	while (workers(&asleep) != n || asleep != n)
		ASSERT_MSG(t_wait(&d), "%u of %u workers sleep", asleep, n);
}

T_CASE(workers, idle_ones_sleep_and_wake_up, T_ONCE)
{
	unsigned int asleep, before = workers(&asleep), round, i;
	struct netdma_channel *ch[3];
	struct netdma_completion done;
	struct t_list *l;

	t_need_driver("cpu");
	t->provider = t_provider("cpu0,mode=lcore,workers=3,spin=100");
	ASSERT_INT(workers(&asleep), ==, before + 3);
	for (i = 0; i < 3; i++)
		ch[i] = t_channel(t, 64, 0);
	l = t_list_new(t, ch[0], t_pool(10), 10, 1, 300);
	for (round = 0; round < 30; round++) {
		wait_for_sleep(before + 3);
		/* By a single copy, by a list, and by what stops an engine. */
		if (round % 3 == 0) {
			t_copy_works(t, ch[1 + round % 2]);
		} else if (round % 3 == 1) {
			t_list_renew(ch[0], l);
			t_run_list(ch[0], l);
		} else {
			ASSERT_INT(netdma_channel_reset(ch[0]), ==, 0);
		}
		ASSERT_INT(netdma_poll(ch[0], &done, 1), ==, 0);
	}
	/* Those that are asked to stay awake do not sleep, and those that go end. */
	t_provider("cpu1,mode=lcore,spin=always");
	ASSERT_INT(workers(&asleep), ==, before + 4);
	usleep(20000);
	workers(&asleep);
	ASSERT_INT(asleep, <=, before + 3);
}

/* One of them copies for long, and the other has a channel that was made after it. */
T_CASE(workers, channels_are_spread_over_several, T_ONCE)
{
	/* Longer than a time slice: all of them may be on one CPU. */
	enum { SIZE = 16 << 20, COPIES = 8, ROUNDS = 20 };
	struct netdma_channel *slow, *quick;
	struct netdma_completion done[COPIES];
	unsigned int round, i, told = 0;
	uint8_t *m;

	t_need_driver("cpu");
	t->provider = t_provider("cpu0,mode=lcore,workers=2");
	slow = t_channel(t, 64, 0);
	quick = t_channel(t, 64, 0);
	m = t_memory(t, 2 * (size_t)SIZE, 64);
	for (round = 0; round < ROUNDS && told < 3; round++) {
		for (i = 0; i < COPIES; i++)
			ASSERT_INT(netdma_copy(slow, m, m + SIZE, SIZE, 0, NULL), ==, 0);
		ASSERT_INT(netdma_submit(slow), ==, COPIES);
		t_copy_works(t, quick);
		told += netdma_poll(slow, done, COPIES) < COPIES;
		while (netdma_channel_outstanding(slow) != 0)
			ASSERT_INT(netdma_poll(slow, done, COPIES), >=, 0);
	}
	ASSERT_INT(told, >, 0);
}

T_CASE(workers, channel_goes_to_the_one_on_a_cpu_that_is_wanted, T_ONCE)
{
	struct netdma_channel_conf conf = { .size = sizeof(conf), .nb_desc = 64 };
	char args[64];
	unsigned int lcore = rte_get_next_lcore(-1, 1, 0);
	int cpu[2], i, k;

	t_need_driver("cpu");
	if (lcore == RTE_MAX_LCORE)
		t_skip("one lcore");
	cpu[0] = rte_lcore_to_cpu_id((int)rte_get_main_lcore());
	cpu[1] = rte_lcore_to_cpu_id((int)lcore);
	snprintf(args, sizeof(args), "cpu0,mode=lcore,cpu=%d,cpu=%d", cpu[0], cpu[1]);
	conf.provider = t_provider(args);
	for (i = 0; i < 6; i++) {
		conf.cpu_mask = (struct netdma_cpu_mask){ { 0 } };
		netdma_cpu_mask_set(&conf.cpu_mask, (unsigned int)cpu[i / 3]);
		ASSERT_INT(t_info(t_channel_conf(t, &conf)).cpu, ==, cpu[i / 3]);
	}
	/* Anywhere: by load. */
	conf.cpu_mask = (struct netdma_cpu_mask){ { 0 } };
	k = t_info(t_channel_conf(t, &conf)).cpu;
	ASSERT_INT(t_info(t_channel_conf(t, &conf)).cpu, !=, k);
}

/* Each set of instructions copies, in both engines. */
T_CASE(workers, instructions_may_be_chosen, T_ONCE)
{
	static const char *const simd[] = { "plain", "avx2", "avx512" };
	static const char *const mode[] = { "inline", "lcore" };
	unsigned int i, k, tried = 0;
	char args[64];
	int id;

	t_need_driver("cpu");
	for (i = 0; i < RTE_DIM(simd); i++)
		for (k = 0; k < 2; k++) {
			snprintf(args, sizeof(args), "cpu%u,mode=%s,simd=%s", 2 * i + k, mode[k],
					simd[i]);
			if (netdma_provider_create(args, &id) != 0)
				continue; /* this CPU has no such */
			t->provider = id;
			t_run_list(t_channel(t, 64, 0), t_list_new(t, t_channel(t, 64, 0),
					t_pool(500), 500, 1, 5000));
			tried++;
		}
	ASSERT_INT(tried, >=, 2);
}

/* Lengths on either side of what a slot can hold, and what crosses as a pointer. */
T_CASE(workers, lengths_of_any_size_cross_whole, T_ONCE)
{
	static const uint32_t length[] = { 1, 131071, 131072, 131073, 262144, 3000001, 16777215,
		16777216, 16777217 };
	enum { N = RTE_DIM(length), MOST = 16777217 };
	struct netdma_completion done[N];
	struct netdma_channel *ch;
	struct t_list *l;
	uint8_t *m;
	uint32_t i;

	t_need_driver("cpu");
	t->provider = t_provider("cpu0,mode=lcore");
	ch = t_channel(t, 64, NETDMA_CHANNEL_TRUSTED);
	m = t_memory(t, 2 * (size_t)MOST + 1, 64);
	for (i = 0; i < MOST; i++)
		m[i] = (uint8_t)(i * 7 + (i >> 8));
	l = t_list_bare(t, t_pool(N), N);
	for (i = 0; i < N; i++) {
		/* One after the other, to the same place: each shows by its last byte. */
		l->at[i]->src = t_addr(ch, m);
		l->at[i]->dst = t_addr(ch, m + MOST);
		l->at[i]->length = length[i];
	}
	memset(m + MOST, 0xff, MOST + 1);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, N);
	ASSERT(memcmp(m, m + MOST, MOST) == 0 && m[2 * (size_t)MOST] == 0xff);
	for (i = 0; i < N; i++) {
		struct netdma_desc *d = l->at[i];

		memset(m + MOST, 0xff, length[i] + 1);
		d->next = NULL;
		ASSERT_INT(netdma_channel_start(ch, d, d, 1), ==, 0);
		t_collect(ch, done, 1);
		ASSERT(memcmp(m, m + MOST, length[i]) == 0 && m[MOST + length[i]] == 0xff);
	}
	ASSERT_INT(t_stats(ch).bytes, ==, 2 * (1 + 131071 + 131072 + 131073 + 262144 + 3000001 +
			UINT64_C(16777215) + 16777216 + 16777217));
}

/* What does not matter in a descriptor may be anything: also what a worker takes for a single copy. */
T_CASE(workers, rest_of_a_descriptor_is_never_taken_for_a_copy, T_ONCE)
{
	enum { N = 12 };
	struct netdma_completion done[N];
	struct netdma_channel *ch;
	uint32_t i, round, first;
	struct t_list *l;

	t_need_driver("cpu");
	t->provider = t_provider("cpu0,mode=lcore");
	ch = t_channel(t, 16, NETDMA_CHANNEL_TRUSTED);
	l = t_list_new(t, ch, t_pool(N), N, 100, 100);
	for (round = 0; round < 200; round++) {
		t_list_restore(ch, l);
		first = round % 3;
		l->at[first]->flags = NETDMA_DESC_SERIALIZE_TRANSFER;
		for (i = first + 1; i < N - 1; i++) {
			l->at[i]->flags = NETDMA_DESC_NULL_TRANSFER;
			/* In the copy's addresses, of both laps. */
			l->at[i]->src = UINT64_C(64) << 47 | 16;
			l->at[i]->dst = UINT64_C(1) << (49 + i % 2) | 16;
		}
		ASSERT_INT(round == 0 ? t_start(ch, l) : t_append(ch, l), ==, 0);
		t_collect(ch, done, N);
	}
}

/* What is taken back is given again, and its bytes count once. */
T_CASE(workers, bytes_of_what_was_suspended_count_once, T_ONCE)
{
	enum { N = 60, LISTS = 5, ROUNDS = 100 };
	struct netdma_desc_pool *pool;
	struct netdma_channel *ch;
	struct netdma_desc *last;
	struct t_list *l[LISTS];
	uint64_t bytes = 0, copied = 0;
	uint32_t i, k, left, n, cut = 0;
	unsigned int round, lcore = rte_get_next_lcore(-1, 1, 0);
	char args[64];

	t_need_driver("cpu");
	snprintf(args, sizeof(args), lcore == RTE_MAX_LCORE ? "cpu0,mode=lcore" :
			"cpu0,mode=lcore,lcore=%u", lcore);
	t->provider = t_provider(args);
	ch = t_channel(t, 256, NETDMA_CHANNEL_TRUSTED);
	pool = t_pool(LISTS * N);
	for (i = 0; i < LISTS; i++)
		l[i] = t_list_new(t, ch, pool, N, 1000, 9000);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < LISTS; i++)
			t_list_restore(ch, l[i]);
		ASSERT_INT(t_start(ch, l[0]), ==, 0);
		rte_delay_us_block(t_range(t, 0, 40));
		ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
		for (n = 0; n < N && last != NULL && l[0]->at[n] != last; n++)
			;
		n = n == N ? 0 : n + (last != NULL);
		left = N - n;
		cut += n != 0 && left != 0;
		if (left != 0)
			ASSERT_INT(netdma_channel_resume(ch, l[0]->at[n], l[0]->last, left), ==, 0);
		else
			ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
		for (i = 1; i < LISTS; i++) {
			l[i - 1]->last->next = l[i]->first;
			ASSERT_INT(t_append(ch, l[i]), ==, 0);
		}
		while (netdma_channel_outstanding(ch) != 0)
			ASSERT_INT(netdma_poll(ch, NULL, UINT16_MAX), >=, 0);
		copied += LISTS * N;
		for (i = 0; i < LISTS; i++)
			for (k = 0; k < N; k++)
				bytes += l[i]->at[k]->length;
		ASSERT_INT(t_stats(ch).copied, ==, copied);
		ASSERT_INT(t_stats(ch).bytes, ==, bytes);
	}
	if (cut == 0)
		t_skip("the worker had always done all of it, or nothing");
}
