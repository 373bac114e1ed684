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

/* Bytes until it looks whether the owner wants to help. */
#define LOOK_BYTES 8192
/* Then it takes a part of what there is. */
#define HELP_SHARE 2

/* With fewer it looks for more before it begins; also with more if they have the hint, as those come from
 * the memory, and each run waits for its first one.
 */
#define FEW 32
#define FEW_HINTED 64

/* Forget what was filled; what has finished was told before. */
static void
obey(struct wire *w, uint32_t stop)
{
	w->taken = w->known = w->doorbell;
	__atomic_store_n(&w->stopped, stop, __ATOMIC_RELEASE);
}

/* How many are announced in the slot at so many; 0: none. */
static inline uint64_t
announced(const struct wire *w, uint64_t count)
{
	uint64_t dst = __atomic_load_n(&w->ring[count & w->mask].dst, __ATOMIC_ACQUIRE);

	if ((dst & SLOT_PHASE_MASK) != wire_phase(w, count))
		return 0;
	return dst & SLOT_COUNT ? dst >> SLOT_COUNT_SHIFT : 1;
}

/* How many slots are filled, as far as it is worth to look. */
static inline uint64_t
ready(const struct wire *w, bool helped)
{
	uint64_t n = __atomic_load_n(&w->doorbell, __ATOMIC_ACQUIRE) - w->taken, more, few;

	if (unlikely((int64_t)n > 0))
		return n;
	if (unlikely(helped))
		return 0;
	few = __atomic_load_n(&w->ring[w->taken & w->mask].dst, __ATOMIC_RELAXED) & SLOT_STREAM ?
			FEW_HINTED : FEW;
	for (n = w->known - w->taken; n < few; n += more) {
		more = announced(w, w->taken + n);
		if (more == 0)
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

uint64_t
worker_copy(const struct wire *w, const struct cpu_copier *copier, uint64_t at, uint64_t end,
		uint64_t most, uint64_t *bytes, uint64_t *failed)
{
	uint64_t copied;

	while (at != end && *bytes < most) {
		copied = most - *bytes;
		at = copier->slots(w->ring, w->mask, at, end, &copied);
		*bytes += copied;
		if (unlikely(at != end && *bytes < most)) {
			struct netdma_desc *d = (struct netdma_desc *)(uintptr_t)
					w->ring[at++ & w->mask].src;

			/* It may have to follow those before it (vchan.c). */
			__atomic_thread_fence(__ATOMIC_RELEASE);
			*failed += !cpu_run(d, w->takes_iova);
			*bytes += netdma_desc_is_void(d) ? 0 : d->length;
		}
	}
	return at;
}

/* The owner begins to help, or ends it. Nothing is begun with now. */
static void
acknowledge(struct wire *w, uint32_t help)
{
	w->begun = w->known = w->taken;
	__atomic_store_n(&w->helped, help, __ATOMIC_RELEASE);
}

/* The owner may take from the end what was not begun with: say how far that is, and then look what
 * he has left. It is a part of it, so that he can. @return the count up to which it is the worker's.
 */
static uint64_t
begin(struct wire *w, uint64_t n)
{
	uint64_t end = w->taken + (n + HELP_SHARE - 1) / HELP_SHARE, left;

	__atomic_store_n(&w->begun, end, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	left = __atomic_load_n(&w->doorbell, __ATOMIC_RELAXED);
	if (unlikely((int64_t)(end - left) > 0)) {
		end = (int64_t)(left - w->taken) > 0 ? left : w->taken;
		__atomic_store_n(&w->begun, end, __ATOMIC_RELAXED);
	}
	return end;
}

/* Spend a quantum on a channel. @return whether there was anything to do. */
static bool
serve(struct wire *w, const struct cpu_copier *copier)
{
	uint32_t stop = __atomic_load_n(&w->stop, __ATOMIC_ACQUIRE);
	uint32_t help = __atomic_load_n(&w->help, __ATOMIC_ACQUIRE);
	uint64_t most = (uint64_t)QUANTUM_BYTES << w->priority, done = 0, failed = 0;
	uint64_t at = w->taken, end, n;

	if (unlikely(stop != w->stopped)) {
		obey(w, stop);
		return true;
	}
	if (unlikely(help != w->helped))
		acknowledge(w, help);
	n = ready(w, help & 1);
	if (n == 0)
		return false;
	cpu_prefetch_write(&w->ring[at & w->mask]);
	fetch(w, n);
	w->known = at + n;
	n = RTE_MIN(n, (uint64_t)QUANTUM_DESC << w->priority);
	end = likely((help & 1) == 0) ? at + n : begin(w, n);
	/* Not behind the last one: the owner may have the line, and what has finished comes first. */
	do {
		at = worker_copy(w, copier, at, end, RTE_MIN(most, done + LOOK_BYTES), &done,
				&failed);
	} while (at != end && done < most &&
			likely(__atomic_load_n(&w->help, __ATOMIC_RELAXED) == help));
	if (likely(at != w->taken))
		__atomic_store_n(&w->ring[w->taken & w->mask].dst,
				wire_finished(at - w->taken, failed), __ATOMIC_RELEASE);
	w->taken = at;
	return true;
}

bool
worker_has_work(const struct worker_table *t)
{
	unsigned int i;

	for (i = 0; i < t->n; i++) {
		struct wire *w = t->wire[i];

		if (ready(w, w->helped & 1) != 0 ||
				w->stopped != __atomic_load_n(&w->stop, __ATOMIC_ACQUIRE) ||
				w->helped != __atomic_load_n(&w->help, __ATOMIC_ACQUIRE))
			return true;
	}
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
