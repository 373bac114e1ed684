/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* A worker that has nothing to do. First it looks as often as it can, then it lets others have the
 * CPU in between, and in the end it sleeps until an owner wakes it.
 *
 * An owner fills, and then looks whether the worker sleeps; the worker says that it sleeps, and
 * then looks whether something was filled. Each must see the other's store. That costs the owner
 * nothing, because the worker makes every CPU of the process pass a full barrier, once before it
 * sleeps: membarrier(2), for which the process is registered. Where that cannot be had it only
 * takes naps.
 */

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <rte_cpuflags.h>
#include <rte_cycles.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <rte_power_intrinsics.h>

#include "worker.h"

/* The CPU is let to others once in so many rounds, from so many on. */
#define ROUNDS_ALONE 1024
#define ROUNDS_YIELD 256

/* How long it sleeps if nobody wakes it. */
#define SLEEP_NS 100000000
#define NAP_NS 50000

/* How long a CPU waits for a store to a line, at most. */
#define MONITOR_US 20

void
worker_idle_setup(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}

static void
futex(uint32_t *word, int op, uint32_t value, const struct timespec *timeout)
{
	syscall(SYS_futex, word, op, value, timeout, NULL, 0);
}

void
worker_wake(struct worker *worker)
{
	__atomic_store_n(&worker->asleep, 0, __ATOMIC_RELAXED);
	futex(&worker->asleep, FUTEX_WAKE_PRIVATE, 1, NULL);
}

static void
nap(struct worker *worker, const struct worker_table *t)
{
	struct timespec ts = { .tv_nsec = SLEEP_NS };

	__atomic_store_n(&worker->asleep, 1, __ATOMIC_SEQ_CST);
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
		ts.tv_nsec = NAP_NS;
	if (!worker_has_work(t) && !__atomic_load_n(&worker->stop, __ATOMIC_ACQUIRE) &&
			__atomic_load_n(&worker->table, __ATOMIC_ACQUIRE) == t)
		futex(&worker->asleep, FUTEX_WAIT_PRIVATE, 1, &ts);
	__atomic_store_n(&worker->asleep, 0, __ATOMIC_RELAXED);
}

/* ------------------------------------------------------- waiting for a store */

/* Whatever is filled goes to the next slot first. */
static int
still_nothing(const uint64_t value, const uint64_t opaque[RTE_POWER_MONITOR_OPAQUE_SZ])
{
	RTE_SET_USED(value);
	return worker_has_work((const struct worker_table *)(uintptr_t)opaque[0]) ? -1 : 0;
}

bool
worker_monitors(void)
{
	struct rte_cpu_intrinsics can = { 0 };

	rte_cpu_get_intrinsics_support(&can);
	return can.power_monitor && rte_lcore_id() != LCORE_ID_ANY;
}

/* With one channel to wait for. @return whether it did. */
static bool
monitor(const struct worker *worker, const struct worker_table *t)
{
	struct rte_power_monitor_cond cond = { .fn = still_nothing, .size = sizeof(uint64_t) };

	if (!worker->monitors || t->n != 1)
		return false;
	cond.addr = &t->wire[0]->ring[t->wire[0]->taken & t->wire[0]->mask].dst;
	cond.opaque[0] = (uintptr_t)t;
	return rte_power_monitor(&cond, rte_rdtsc() + rte_get_tsc_hz() / 1000000 * MONITOR_US) == 0;
}

/* ---------------------------------------------------------------------- idle */

void
worker_idle(struct worker *worker, struct worker_idle *idle, const struct worker_table *t)
{
	if (++idle->rounds < ROUNDS_ALONE)
		return;
	if (idle->since == 0)
		idle->since = rte_rdtsc();
	if (idle->rounds % ROUNDS_YIELD != 0) {
		if (!monitor(worker, t))
			rte_pause();
	} else if (rte_rdtsc() - idle->since < worker->spin) {
		sched_yield();
	} else {
		nap(worker, t);
		idle->rounds = ROUNDS_ALONE; /* it looks a few times before it sleeps again */
	}
}
