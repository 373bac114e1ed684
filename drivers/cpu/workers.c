/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The workers of a provider: threads, and which channel is whose. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "worker.h"

void *
worker_zmalloc(size_t size)
{
	void *memory = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_ROUNDUP(size));

	return memory != NULL ? memset(memory, 0, size) : NULL;
}

/* ------------------------------------------------------------------- threads */

static int
pin(pthread_t thread, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return -pthread_setaffinity_np(thread, sizeof(set), &set);
}

/* @return the nth of a set, which has as many; -1: it has none. */
static int
nth_cpu(const cpu_set_t *set, unsigned int n)
{
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set) && n-- == 0)
			return cpu;
	return -1;
}

/* One of the CPUs on which a thread may run, the nth of them: EAL leaves its control threads those
 * that have no lcore, if there are any.
 */
static int
some_cpu_of(pthread_t thread, unsigned int n)
{
	cpu_set_t set;

	if (pthread_getaffinity_np(thread, sizeof(set), &set) != 0 || CPU_COUNT(&set) == 0)
		return 0;
	return nth_cpu(&set, n % (unsigned int)CPU_COUNT(&set));
}

static void *
thread_main(void *worker)
{
	worker_main(worker);
	return NULL;
}

int
cpu_of_lcore(unsigned int lcore)
{
	rte_cpuset_t set;

	if (lcore >= RTE_MAX_LCORE || !rte_lcore_has_role(lcore, ROLE_RTE))
		return -1;
	set = rte_lcore_cpuset(lcore);
	return nth_cpu(&set, 0);
}

static int
launch_lcore(struct worker *w, unsigned int lcore)
{
	int ret;

	w->lcore = lcore;
	w->cpu = cpu_of_lcore(lcore);
	ret = rte_eal_get_lcore_state(lcore) == WAIT ?
			rte_eal_remote_launch(worker_main, w, lcore) : -EBUSY;
	if (ret != 0)
		CPU_LOG(ERR, "lcore %u is running something else", lcore);
	return ret;
}

static void
end(struct worker *w)
{
	__atomic_store_n(&w->stop, true, __ATOMIC_RELEASE);
	worker_wake(w);
	if (w->lcore != LCORE_ID_ANY)
		rte_eal_wait_lcore(w->lcore);
	else
		pthread_join(w->thread, NULL);
	RTE_VERIFY(__atomic_load_n(&w->over, __ATOMIC_ACQUIRE));
}

static int
launch_thread(struct worker *w, int cpu, unsigned int number)
{
	int ret;

	w->lcore = LCORE_ID_ANY;
	w->pinned = cpu >= 0;
	ret = rte_ctrl_thread_create(&w->thread, "netdma-cpu", NULL, thread_main, w);
	if (ret != 0)
		return ret;
	w->cpu = w->pinned ? cpu : some_cpu_of(w->thread, number);
	if (pin(w->thread, w->cpu) == 0 || !w->pinned)
		return 0;
	CPU_LOG(ERR, "cpu=%d: the worker cannot be pinned there", cpu);
	end(w);
	return -EINVAL;
}

static void
worker_free(struct worker *w)
{
	if (w != NULL) {
		free(w->tables[0]);
		free(w->tables[1]);
	}
	free(w);
}

static struct worker *
worker_new(const struct cpu *cpu, unsigned int number)
{
	struct worker *w = worker_zmalloc(sizeof(*w));
	size_t size = sizeof(*w->table) + cpu->max_channels * sizeof(w->table->wire[0]);
	const struct cpu_place *place = &cpu->place[number];
	int ret = -ENOMEM;

	if (w != NULL) {
		w->tables[0] = worker_zmalloc(size);
		w->tables[1] = worker_zmalloc(size);
		w->table = w->tables[0];
		w->copier = cpu->copier;
		w->spin = cpu->spin_us == UINT32_MAX ? UINT64_MAX :
				(uint64_t)((double)cpu->spin_us * 1e-6 * (double)rte_get_tsc_hz());
	}
	if (w != NULL && w->tables[0] != NULL && w->tables[1] != NULL)
		ret = place->lcore >= 0 ? launch_lcore(w, (unsigned int)place->lcore) :
				launch_thread(w, place->cpu, number);
	if (ret == 0)
		return w;
	worker_free(w);
	rte_errno = -ret;
	return NULL;
}

int
workers_stop(void *provider)
{
	struct cpu *cpu = provider;
	unsigned int i;

	for (i = 0; i < cpu->nb_workers && cpu->worker[i] != NULL; i++) {
		end(cpu->worker[i]);
		worker_free(cpu->worker[i]);
		cpu->worker[i] = NULL;
	}
	return 0;
}

int
workers_start(void *provider, struct netdma_provider_attr *attr)
{
	struct cpu *cpu = provider;
	unsigned int i;
	int ret;

	worker_idle_setup();
	for (i = 0; i < cpu->nb_workers; i++) {
		cpu->worker[i] = worker_new(cpu, i);
		if (cpu->worker[i] == NULL) {
			ret = -rte_errno;
			workers_stop(cpu);
			return ret;
		}
	}
	cpu_attr(cpu, attr);
	attr->flags |= NETDMA_PROVIDER_STOPS;
	if (cpu->place[0].lcore >= 0)
		attr->numa_node = (int)rte_lcore_to_socket_id((unsigned int)cpu->place[0].lcore);
	return 0;
}

/* ------------------------------------------------------------------ channels */

/* Take a channel out of the table, or add one: in the other table, which the worker is then
 * told to use. It has left the old one after a round at most, which is a quantum of each
 * channel.
 */
static void
table_change(struct worker *worker, const struct wire *without, struct wire *with)
{
	const struct worker_table *old = worker->table;
	struct worker_table *t = old == worker->tables[0] ? worker->tables[1] : worker->tables[0];
	uint64_t gen = worker->table_gen + 1;
	unsigned int i;

	t->n = 0;
	for (i = 0; i < old->n; i++)
		if (old->wire[i] != without)
			t->wire[t->n++] = old->wire[i];
	if (with != NULL)
		t->wire[t->n++] = with;
	__atomic_store_n(&worker->table, t, __ATOMIC_RELEASE);
	__atomic_store_n(&worker->table_gen, gen, __ATOMIC_RELEASE);
	worker_wake(worker);
	while (__atomic_load_n(&worker->seen_gen, __ATOMIC_ACQUIRE) < gen)
		rte_delay_us_sleep(10);
}

/* One on a CPU that is wanted, or where all may be; of those, the one with the fewest channels. */
static struct worker *
choose(const struct cpu *cpu, const struct netdma_cpu_mask *mask)
{
	struct worker *best = cpu->worker[0];
	bool best_wanted = netdma_cpu_mask_isset(mask, (unsigned int)best->cpu), wanted;
	unsigned int i;

	for (i = 1; i < cpu->nb_workers; i++) {
		wanted = netdma_cpu_mask_isset(mask, (unsigned int)cpu->worker[i]->cpu);
		if (wanted == best_wanted ? cpu->worker[i]->table->n < best->table->n : wanted) {
			best = cpu->worker[i];
			best_wanted = wanted;
		}
	}
	return best;
}

/* A worker that nobody has pinned goes where its first client wants it. */
static void
follow_mask(struct worker *worker, const struct netdma_cpu_mask *mask)
{
	unsigned int cpu;

	if (worker->pinned || worker->lcore != LCORE_ID_ANY || worker->table->n != 0)
		return;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (netdma_cpu_mask_isset(mask, cpu) && pin(worker->thread, (int)cpu) == 0) {
			__atomic_store_n(&worker->cpu, (int)cpu, __ATOMIC_RELAXED);
			return;
		}
}

int
workers_add(struct cpu *cpu, struct wire *w, const struct netdma_cpu_mask *mask)
{
	w->worker = choose(cpu, mask);
	follow_mask(w->worker, mask);
	table_change(w->worker, NULL, w);
	return w->worker->cpu;
}

void
workers_remove(struct wire *w)
{
	table_change(w->worker, w, NULL);
}
