/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_WORKER_H
#define NETDMA_CPU_WORKER_H

/* Workers: workers.c starts and stops them, and gives them channels; worker.c is what they do, and
 * idle.c what they do when there is nothing to do. owner.c is the other side.
 */

#include <pthread.h>

#include <rte_branch_prediction.h>

#include "wire.h"

struct worker_table {
	unsigned int n;
	struct wire *wire[];
};

struct worker {
	/* Written seldom, and read by owners. */
	uint32_t asleep;
	int cpu;

	/* Written by the control path, read by the worker. */
	struct worker_table *table __rte_cache_aligned; /* one of the two */
	uint64_t table_gen;
	const struct cpu_copier *copier;
	uint64_t spin;       /* TSC cycles before it sleeps; UINT64_MAX: it never does */
	bool stop;

	/* Written by the worker. */
	uint64_t seen_gen __rte_cache_aligned;
	bool monitors;       /* it can wait for a store to a line */
	bool over;           /* it looks at nothing any more */

	/* The control path's. */
	struct worker_table *tables[2] __rte_cache_aligned;
	bool pinned;         /* the user named the CPU */
	unsigned int lcore;  /* LCORE_ID_ANY: a thread of its own */
	pthread_t thread;
} __rte_cache_aligned;

/* workers.c */
int workers_start(void *provider, struct netdma_provider_attr *attr);
int workers_stop(void *provider);
/* The first of an lcore's; -1: it is not one of EAL's. */
int cpu_of_lcore(unsigned int lcore);
/* A place among the channels of one. @return the CPU that it works on. */
int workers_add(struct cpu *cpu, struct wire *w, const struct netdma_cpu_mask *mask);
void workers_remove(struct wire *w);
/* Zeroed and cache-aligned, to be given to free(). Not EAL's memory: a worker looks at it even
 * while it has nothing to do, and an application that takes a short way out may leave EAL before it
 * has stopped the worker.
 */
void *worker_zmalloc(size_t size);

/* worker.c */
int worker_main(void *worker);
/* Whether anything of a channel's waits for it. */
bool worker_has_work(const struct worker_table *t);
/* Copy slots, from one count to another or until so many bytes are reached. What failed, and bytes,
 * are added. @return the count behind the last.
 */
uint64_t worker_copy(const struct wire *w, const struct cpu_copier *copier, uint64_t at,
		uint64_t end, uint64_t most, uint64_t *bytes, uint64_t *failed);

/* owner.c: nothing has finished. The worker may wait for this very CPU: polling does not help then. */
void owner_in_vain(struct wire *w);

/* help.c: the owner's */
int owner_help(void *channel);
/* Move the marks over what the owner has copied, if all before it has finished. @return whether none
 * of it is left.
 */
bool owner_help_settle(struct wire *w);
/* The worker was stopped: finish what is before what the owner has copied, unless it takes too long.
 * @return whether nothing of that is left.
 */
bool owner_help_finish(struct wire *w);
/* A list is to be given, or several slots of one: whoever does not help any more ends it. */
void owner_help_given(struct wire *w);

/* idle.c */
struct worker_idle {
	uint64_t since;      /* TSC; 0: it is not idle */
	unsigned int rounds;
};
void worker_idle_setup(void); /* before any worker has nothing to do */
void worker_idle(struct worker *worker, struct worker_idle *idle, const struct worker_table *t);
void worker_wake(struct worker *worker);
/* Whether this thread, on this CPU, can wait for a store. */
bool worker_monitors(void);

/* There is something to do. */
static inline void
worker_alert(struct worker *worker)
{
	if (unlikely(__atomic_load_n(&worker->asleep, __ATOMIC_RELAXED)))
		worker_wake(worker);
}

#endif /* NETDMA_CPU_WORKER_H */
