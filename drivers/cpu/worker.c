/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The worker engine, as the worker sees it: a core of its own copies, for any number of channels;
 * a provider has one or several.
 *
 * A worker goes round its channels and spends a quantum on each. Which channels there are is a
 * table that the control path (workers.c) replaces; the worker tells which one it has seen.
 */

#include <rte_prefetch.h>

#include "worker.h"

/* What a channel of priority 0 may use up before the next one has its turn. */
#define QUANTUM_DESC 128
#define QUANTUM_BYTES 65536

/* Single copies that are taken at once. */
#define SINGLES 32

/* Forget what was filled; what has finished was told before. */
static void
obey(struct wire *w, uint32_t stop)
{
	w->taken = w->doorbell;
	__atomic_store_n(&w->stopped, stop, __ATOMIC_RELEASE);
}

/* How many slots are filled. */
static inline uint64_t
ready(const struct wire *w)
{
	uint64_t n = __atomic_load_n(&w->doorbell, __ATOMIC_ACQUIRE) - w->taken;
	const struct cpu_slot *s;

	if (likely((int64_t)n > 0))
		return n;
	for (n = 0; n < SINGLES; n++) {
		s = &w->ring[(w->taken + n) & w->mask];
		if ((__atomic_load_n(&s->dst, __ATOMIC_ACQUIRE) & SLOT_PHASE_MASK) !=
				wire_phase(w, w->taken + n))
			break;
	}
	return n;
}

/* The lines of slots come from the owner's cache: let them all be on their way at once. */
static inline void
fetch(const struct wire *w, uint64_t n)
{
	uint64_t i;

	for (i = 0; i < RTE_MIN(n, (uint64_t)CPU_FETCH_SLOTS); i += 4)
		rte_prefetch0(&w->ring[(w->taken + i) & w->mask]);
}

/* Spend a quantum on a channel. @return whether there was anything to do. */
static bool
serve(struct wire *w, const struct cpu_copier *copier)
{
	uint32_t stop = __atomic_load_n(&w->stop, __ATOMIC_ACQUIRE);
	uint64_t most = (uint64_t)QUANTUM_BYTES << w->priority, bytes, done = 0, failed = 0;
	uint64_t at = w->taken, end, n;

	if (unlikely(stop != w->stopped)) {
		obey(w, stop);
		return true;
	}
	n = ready(w);
	if (n == 0)
		return false;
	fetch(w, n);
	end = at + RTE_MIN(n, (uint64_t)QUANTUM_DESC << w->priority);
	while (at != end && done < most) {
		bytes = most - done;
		at = copier->slots(w->ring, w->mask, at, end, &bytes);
		done += bytes;
		if (unlikely(at != end && done < most)) {
			struct netdma_desc *d = (struct netdma_desc *)(uintptr_t)
					w->ring[at++ & w->mask].src;

			failed += !cpu_run(d, w->takes_iova);
			done += netdma_desc_is_void(d) ? 0 : d->length;
		}
	}
	done = at - w->taken;
	w->taken = at;
	__atomic_store_n(&w->finished, ((w->finished + done) & FINISHED_MASK) |
			((w->finished & ~FINISHED_MASK) + failed * FAILED_ONE), __ATOMIC_RELEASE);
	return true;
}

bool
worker_has_work(const struct worker_table *t)
{
	unsigned int i;

	for (i = 0; i < t->n; i++)
		if (ready(t->wire[i]) != 0 || t->wire[i]->stopped !=
				__atomic_load_n(&t->wire[i]->stop, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

int
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct worker_idle idle = { 0 };
	unsigned int i;

	worker->monitors = worker_monitors();
	while (!__atomic_load_n(&worker->stop, __ATOMIC_ACQUIRE)) {
		uint64_t gen = __atomic_load_n(&worker->table_gen, __ATOMIC_ACQUIRE);
		const struct worker_table *t = __atomic_load_n(&worker->table, __ATOMIC_ACQUIRE);
		bool busy = false;

		/* No older table is looked at from here on. */
		if (unlikely(gen != worker->seen_gen))
			__atomic_store_n(&worker->seen_gen, gen, __ATOMIC_RELEASE);
		for (i = 0; i < t->n; i++)
			busy |= serve(t->wire[i], worker->copier);
		if (busy)
			idle = (struct worker_idle){ 0 };
		else
			worker_idle(worker, &idle, t);
	}
	__atomic_store_n(&worker->over, true, __ATOMIC_RELEASE);
	return 0;
}
