/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The worker engine, as a channel's owner sees it: what he fills, and what has finished. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_prefetch.h>

#include "worker.h"

/* A worker that is told to stop finishes its descriptor first: at most 1 GiB. */
#define QUIESCE_MS 1000

/* Polls in vain before the owner looks whether the worker waits for this very CPU. */
#define VAIN_POLLS 16

/* Flags that cross in a slot or do not matter to a worker. */
#define FLAGS_PACKED (SLOT_HINTS | NETDMA_DESC_INTERRUPT_ON_COMPLETION | \
	NETDMA_DESC_SOURCE_NO_SNOOP | NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION | \
	NETDMA_DESC_SERIALIZE_TRANSFER)
/* ...and those of them that the short way leaves out. */
#define FLAGS_SHORT (FLAGS_PACKED & ~(SLOT_HINTS | NETDMA_DESC_SERIALIZE_TRANSFER))

/* ------------------------------------------------------------------- filling */

static inline void
slot_set(struct cpu_slot *s, uint64_t src, uint64_t dst)
{
	s->src = src;
	/* The worker may be looking for a single copy here. */
	__atomic_store_n(&s->dst, dst, __ATOMIC_RELAXED);
}

static inline struct cpu_slot *
slot_at(const struct wire *w, uint64_t count)
{
	return &w->ring[count & w->mask];
}

/* Any descriptor. */
static void
put(struct wire *w, const struct netdma_desc *d)
{
	struct cpu_slot *s = slot_at(w, w->filled++);

	if (unlikely((d->flags & ~FLAGS_PACKED) != 0 || w->iova ||
			((d->src | d->dst) & ~SLOT_ADDR_MASK) != 0 ||
			d->length >> SLOT_LENGTH_BITS != 0))
		slot_set(s, (uintptr_t)d, SLOT_POINTER);
	else
		slot_set(s, d->src | (uint64_t)d->length << SLOT_ADDR_BITS,
				d->dst | (uint64_t)(d->flags & SLOT_HINTS) << SLOT_FLAG_SHIFT |
				(uint64_t)(d->length >> SLOT_LENGTH_LOW_BITS)
					<< SLOT_LENGTH_HIGH_SHIFT);
}

/* The short way, as if all of them were short and plain; whether they were shows at the end.
 * @return whether they were; *next is the descriptor behind them then. Otherwise nothing is filled.
 */
static inline bool
put_short(struct wire *w, struct netdma_desc *d, uint64_t n, struct netdma_desc **next)
{
	uint64_t addr = 0, flags_length = 0, left = n, filled = w->filled;

	while (left > 0) {
		struct cpu_slot *s = slot_at(w, filled);
		struct cpu_slot *end = s + RTE_MIN(left, w->mask + 1 - (filled & w->mask));

		left -= (uint64_t)(end - s);
		filled += (uint64_t)(end - s);
#pragma GCC unroll 4
		for (; s != end; s++, d = d->next) {
			uint64_t both = (uint64_t)d->flags << 32 | d->length;

			addr |= d->src | d->dst;
			flags_length |= both;
			/* The flags leave at the top. A worker must not see a phase. */
			slot_set(s, both << SLOT_ADDR_BITS | d->src, d->dst & SLOT_ADDR_MASK);
		}
	}
	if (unlikely(addr >> SLOT_ADDR_BITS != 0 || w->iova ||
			(flags_length & ~((uint64_t)FLAGS_SHORT << 32)) >>
				SLOT_LENGTH_LOW_BITS != 0))
		return false;
	w->filled = filled;
	*next = d;
	return true;
}

/* Give at most so many, and nothing behind one that serializes. @return how many. */
static uint64_t
give(struct wire *w, uint64_t most)
{
	struct netdma_list *l = w->list;
	uint64_t given = l->given;
	struct netdma_desc *d;

	if (likely(!w->hinted && put_short(w, l->give, most, &l->give))) {
		l->given += most;
		return most;
	}
	w->hinted = false;
	while (l->given - given < most && !w->hold) {
		d = l->give;
		w->hold = (d->flags & NETDMA_DESC_SERIALIZE_TRANSFER) != 0;
		w->hinted |= (d->flags & SLOT_HINTS) != 0;
		put(w, d);
		netdma_list_give(l);
	}
	return l->given - given;
}

/* Tell the worker of the last n that were filled. */
static void
announce(struct wire *w, uint64_t n)
{
	if (n == 1) {
		struct cpu_slot *s = slot_at(w, w->filled - 1);

		__atomic_store_n(&s->dst, s->dst | wire_phase(w, w->filled - 1),
				__ATOMIC_RELEASE);
	} else {
		__atomic_store_n(&w->doorbell, w->filled, __ATOMIC_RELEASE);
	}
	worker_alert(w->worker);
}

/* ------------------------------------------------------------------- polling */

/* Move the marks over what has finished. @return whether anything had. */
static bool
reap(struct wire *w)
{
	uint64_t now = __atomic_load_n(&w->finished, __ATOMIC_ACQUIRE), n;

	if (now == w->told)
		return false;
	n = (now - w->told) & FINISHED_MASK;
	w->list->failed += ((now >> FINISHED_BITS) - (w->told >> FINISHED_BITS)) &
			(UINT64_MAX >> FINISHED_BITS);
	w->told = now;
	netdma_list_complete(w->list, n);
	return true;
}

/* Once the worker has obeyed a stop that nobody wants any more, it gets back what it has
 * forgotten. @return whether it has.
 */
static bool
make_up(struct wire *w)
{
	const struct netdma_list *l = w->list;
	const struct netdma_desc *d;
	uint64_t i, n;

	if (__atomic_load_n(&w->stopped, __ATOMIC_ACQUIRE) != w->stop)
		return false;
	w->late = false;
	reap(w);
	n = l->given - l->completed;
	if (n == 0)
		return true;
	d = netdma_list_first_given(w->list);
	for (i = 0; i < n; i++, d = d->next)
		put(w, d);
	announce(w, n);
	return true;
}

/* Nothing has finished. The worker may wait for this very CPU: polling does not help then. */
static void
in_vain(struct wire *w)
{
	if (++w->idle_polls % VAIN_POLLS == 0 && sched_getcpu() ==
			__atomic_load_n(&w->worker->cpu, __ATOMIC_RELAXED))
		sched_yield();
}

static int
owner_poll(void *channel)
{
	struct wire *w = channel;
	struct netdma_list *l = w->list;
	uint64_t n;

	if (!reap(w) && l->given != l->completed)
		in_vain(w);
	if (unlikely(w->late) && !make_up(w))
		return 0;
	if (unlikely(w->hold))
		w->hold = !netdma_list_is_settled(l);
	n = RTE_MIN(l->allowed - l->given, w->mask + 1 - (l->given - l->completed));
	if (n != 0 && likely(!w->hold)) {
		n = give(w, n);
		announce(w, n);
	}
	return 0;
}

/* ------------------------------------------------------------ the control path */

/* The worker stops between two descriptors: what it has not finished is untouched. */
static int
owner_quiesce(void *channel)
{
	struct wire *w = channel;
	uint64_t end = rte_get_timer_cycles() + rte_get_timer_hz() / 1000 * QUIESCE_MS;
	uint32_t stop = w->stop + 1;

	__atomic_store_n(&w->doorbell, w->filled, __ATOMIC_RELAXED);
	__atomic_store_n(&w->stop, stop, __ATOMIC_RELEASE);
	worker_alert(w->worker);
	w->late = true;
	while (__atomic_load_n(&w->stopped, __ATOMIC_ACQUIRE) != stop) {
		if (rte_get_timer_cycles() > end)
			return -ETIMEDOUT;
		/* It may be waiting for this CPU. */
		sched_yield();
	}
	reap(w);
	w->late = false;
	w->hold = false;
	return NETDMA_QUIET_UNTOUCHED;
}

static void *
owner_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant)
{
	struct cpu *cpu = provider;
	struct wire *w = worker_zmalloc(sizeof(*w));

	if (w != NULL)
		w->ring = worker_zmalloc(params->nb_desc * sizeof(w->ring[0]));
	if (w == NULL || w->ring == NULL) {
		free(w);
		rte_errno = ENOMEM;
		return NULL;
	}
	w->list = params->list;
	w->mask = params->nb_desc - 1;
	w->lap_shift = (unsigned int)__builtin_ctz(params->nb_desc);
	w->iova = cpu->iova;
	w->priority = RTE_MIN(params->priority, (uint32_t)CPU_MAX_PRIORITY);
	grant->cpu = workers_add(cpu, w, params->cpu_mask);
	grant->engine_desc = params->nb_desc;
	grant->priority = w->priority;
	return w;
}

static void
owner_channel_free(void *channel)
{
	struct wire *w = channel;

	workers_remove(w);
	free(w->ring);
	free(w);
}

const struct netdma_provider_ops cpu_worker_ops = {
	.start = workers_start,
	.stop = workers_stop,
	.destroy = cpu_destroy,
	.channel_alloc = owner_channel_alloc,
	.channel_free = owner_channel_free,
	.channel_start = owner_poll,
	.append = owner_poll,
	.poll = owner_poll,
	.quiesce = owner_quiesce,
};
