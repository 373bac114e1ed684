/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The workers of the cpu driver: several of one provider, and what they do without work. */

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
			for (i = 0; i < 10; i++)
				t_buf_fill(&l->buf[i]);
			t_list_restore(ch[0], l);
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
	enum { SIZE = 16 << 20, ROUNDS = 20 };
	struct netdma_channel *slow, *quick;
	struct netdma_completion done;
	unsigned int round, told = 0;
	uint8_t *m;

	t_need_driver("cpu");
	t->provider = t_provider("cpu0,mode=lcore,workers=2");
	slow = t_channel(t, 64, 0);
	quick = t_channel(t, 64, 0);
	m = t_memory(t, 2 * (size_t)SIZE, 64);
	for (round = 0; round < ROUNDS && told < 3; round++) {
		ASSERT_INT(netdma_copy(slow, m, m + SIZE, SIZE, 0, NULL), ==, 0);
		ASSERT_INT(netdma_submit(slow), ==, 1);
		t_copy_works(t, quick);
		told += netdma_poll(slow, &done, 1) == 0;
		while (netdma_channel_outstanding(slow) != 0)
			ASSERT_INT(netdma_poll(slow, &done, 1), >=, 0);
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
