/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The guard that costs a channel's owner nothing (src/guard.h), on its own: the owner must not be
 * inside a call while another thread believes that it is not. Each stores and then loads what
 * the other stores; a CPU that lets a load overtake a store shows it to both as it was before.
 *
 * Where that never happens without a barrier, with the same code, nothing is shown: then this is
 * a skip. Tests that take channels away under traffic do not see it, it is too seldom.
 */

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"

#define SECONDS 5
#define ENOUGH 20 /* times that it was seen without a barrier */

/* What log.h and the library would have. */
int netdma_logtype;

static struct netdma_channel channel __rte_cache_aligned;
static uint64_t turn __rte_cache_aligned;  /* odd: go; the stopper's */
static uint64_t owner_is_done __rte_cache_aligned;
static uint64_t stopper_is_done __rte_cache_aligned;
static bool owner_is_in;
static bool over;

static void
wait_a_little(uint64_t n)
{
	volatile uint64_t i;

	for (i = 0; i < n; i++)
		;
}

/* Others may need the CPU, not least the one that is waited for. */
static void
spin(uint32_t *n)
{
	if (++*n % 4096 == 0)
		sched_yield();
}

static void *
owner(void *arg)
{
	uint64_t round, t;
	uint32_t n = 0;

	RTE_SET_USED(arg);
	for (round = 1;; round += 2) {
		while ((t = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) != round) {
			if (__atomic_load_n(&over, __ATOMIC_RELAXED))
				return NULL;
			spin(&n);
		}
		wait_a_little(t / 2 % 16);
		owner_is_in = netdma_channel_enter(&channel) == 0;
		__atomic_store_n(&owner_is_done, round, __ATOMIC_RELEASE);
		/* Stay until the other one has looked. */
		while (__atomic_load_n(&stopper_is_done, __ATOMIC_ACQUIRE) < round)
			spin(&n);
		if (owner_is_in)
			netdma_channel_leave(&channel);
	}
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* @return how often both believed that they have the channel; *rounds is in how many tries. */
static unsigned int
run(bool barrier, uint64_t *rounds)
{
	double end = now() + SECONDS;
	unsigned int seen = 0;
	uint32_t n = 0;
	pthread_t thread;
	uint64_t round;
	bool out;

	turn = owner_is_done = stopper_is_done = 0;
	over = false;
	if (pthread_create(&thread, NULL, owner, NULL) != 0)
		exit(1);
	for (round = 1; (barrier || seen < ENOUGH) && now() < end; round += 2) {
		__atomic_store_n(&channel.stopping, CHANNEL_RUNS, __ATOMIC_SEQ_CST);
		__atomic_store_n(&turn, round, __ATOMIC_SEQ_CST);
		wait_a_little(round / 32 % 16);
		__atomic_store_n(&channel.stopping, CHANNEL_STOPS, __ATOMIC_RELAXED);
		if (barrier)
			netdma_guard_barrier();
		out = !netdma_guard_in_call(&channel);
		__atomic_store_n(&stopper_is_done, round, __ATOMIC_RELEASE);
		while (__atomic_load_n(&owner_is_done, __ATOMIC_ACQUIRE) != round)
			spin(&n);
		seen += out && owner_is_in;
		/* Until it has left. */
		while (netdma_guard_in_call(&channel))
			spin(&n);
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	*rounds = round / 2;
	return seen;
}

int
main(void)
{
	static const char name[] = "owner and stopper never both have a channel";
	uint64_t with, without;
	unsigned int seen, shown;

	netdma_guard_init();
	printf("1..1\n");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		printf("ok 1 - %s # SKIP one CPU shows nothing\n", name);
		return 0;
	}
	if (netdma_guard_fence) {
		printf("ok 1 - %s # SKIP no membarrier(): owners have a fence\n", name);
		return 0;
	}
	seen = run(true, &with);
	shown = run(false, &without);
	printf("# %u of %" PRIu64 " times; without a barrier %u of %" PRIu64 " times\n", seen,
			with, shown, without);
	if (seen != 0)
		printf("not ok 1 - %s\n", name);
	else if (shown == 0)
		printf("ok 1 - %s # SKIP this machine does not show it without a barrier either\n",
				name);
	else
		printf("ok 1 - %s\n", name);
	return seen != 0;
}
