/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The worker engine, as a channel's owner sees it: what he fills, and what has finished. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

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
/* ...and those of them that the short way takes. */
#define FLAGS_SHORT (FLAGS_PACKED & ~(SLOT_HINTS | NETDMA_DESC_SERIALIZE_TRANSFER))
/* Those with which the core wants to look at a descriptor. */
#define FLAGS_SPECIAL (NETDMA_DESC_NOT_PLAIN | NETDMA_DESC_INTERRUPT_ON_COMPLETION)

/* On the short way their bytes fit 32 bits. */
#define SHORT_MOST (UINT32_C(1) << (32 - SLOT_LENGTH_LOW_BITS))

/* ------------------------------------------------------------------- filling */

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

/* Two words at once. Nothing ever tears a word: the worker may be looking for a single copy. */
typedef uint64_t pair __attribute__((vector_size(16)));

/* Sums over several descriptors are not to be put together in another way, which takes copies. */
#ifdef RTE_ARCH_X86_64
#define as_it_stands(pair) __asm__ ("" : "+x"(pair))
#else
#define as_it_stands(pair) RTE_SET_USED(pair)
#endif

static __rte_always_inline void
slot_store(struct cpu_slot *s, pair words)
{
#ifdef __SANITIZE_THREAD__
	slot_set(s, words[0], words[1]);
#else
	*(pair *)s = words;
#endif
}

/* What was seen on the short way. */
struct seen {
	pair addr;         /* all addresses */
	pair length_flags; /* all lengths; above them, all flags; nothing */
	pair sum;          /* of the lengths, in the lower half of a word */
};

/* What a descriptor becomes the short way: as if it were short and plain. */
static __rte_always_inline pair
pack_short(const struct netdma_desc *d, bool hinted, struct seen *seen)
{
	pair length_flags = { (uint64_t)d->flags << 32 | d->length, 0 }, addr;

	memcpy(&addr, &d->src, sizeof(addr));
	seen->addr |= addr;
	seen->length_flags |= length_flags;
	seen->sum += length_flags;
	as_it_stands(seen->addr);
	as_it_stands(seen->length_flags);
	as_it_stands(seen->sum);
	if (hinted)
		addr |= (pair){ 0, (uint64_t)(d->flags & SLOT_HINTS) << SLOT_FLAG_SHIFT };
	/* The flags leave at the top. */
	return (length_flags << SLOT_ADDR_BITS) | addr;
}

static __rte_always_inline struct netdma_desc *
put_one_short(struct cpu_slot *s, struct netdma_desc *d, bool hinted, struct seen *seen)
{
	slot_store(s, pack_short(d, hinted, seen));
	return d->next;
}

static __rte_always_inline struct netdma_desc *
put_four_short(struct cpu_slot *s, struct netdma_desc *d, bool hinted, struct seen *seen)
{
	d = put_one_short(&s[0], d, hinted, seen);
	d = put_one_short(&s[1], d, hinted, seen);
	d = put_one_short(&s[2], d, hinted, seen);
	return put_one_short(&s[3], d, hinted, seen);
}

/* To slots that lie beside each other. @return the descriptor behind them. */
static __rte_always_inline struct netdma_desc *
put_short(struct cpu_slot *s, struct netdma_desc *d, uint64_t n, bool hinted, struct seen *seen)
{
	const struct cpu_slot *end = s + n;

	switch (n % 4) {
	case 3:
		d = put_one_short(s++, d, hinted, seen);
		/* fallthrough */
	case 2:
		d = put_one_short(s++, d, hinted, seen);
		/* fallthrough */
	case 1:
		d = put_one_short(s++, d, hinted, seen);
	}
	if (n % 8 >= 4) {
		d = put_four_short(s, d, hinted, seen);
		s += 4;
	}
	for (; s != end; s += 8) {
		d = put_four_short(&s[0], d, hinted, seen);
		d = put_four_short(&s[4], d, hinted, seen);
	}
	return d;
}

/* What was put there is nothing: it might look like single copies. */
static void __rte_noinline
scrub(struct wire *w, uint64_t n)
{
	while (n-- > 0)
		slot_set(slot_at(w, w->filled + n), 0, 0);
}

/* Give so many the short way, and announce them: at least 2, and at most SLOT_COUNT_MOST, or SHORT_MOST
 * where they may have hints. Whether they were all short and plain shows at the end; until then the
 * first slot, for which the worker may be looking, stays as it was. @return whether they were;
 * otherwise nothing was given, and as many are to be scrubbed.
 */
static __rte_always_inline bool
give_short(struct wire *w, uint64_t n, bool hinted)
{
	const uint64_t allowed = (uint64_t)(FLAGS_SHORT | (hinted ? SLOT_HINTS : 0)) << 32;
	struct netdma_list *l = w->list;
	struct seen seen = { { 0 }, { 0 }, { 0 } };
	struct cpu_slot *s = slot_at(w, w->filled);
	uint64_t straight = w->mask + 1 - (w->filled & w->mask), flags;
	pair first = pack_short(l->give, hinted, &seen);
	struct netdma_desc *d = l->give->next;

	if (likely(n <= straight)) {
		d = put_short(s + 1, d, n - 1, hinted, &seen);
	} else {
		d = put_short(s + 1, d, straight - 1, hinted, &seen);
		d = put_short(w->ring, d, n - straight, hinted, &seen);
	}
	flags = seen.length_flags[0] >> 32;
	if (unlikely((seen.addr[0] | seen.addr[1]) >> SLOT_ADDR_BITS != 0 ||
			(seen.length_flags[0] & ~allowed) >> SLOT_LENGTH_LOW_BITS != 0))
		return false;
	if (hinted && (n > SLOT_COUNT_MOST || w->helping)) {
		slot_store(s, first);
		__atomic_store_n(&w->doorbell, w->filled + n, __ATOMIC_RELEASE);
	} else {
		s->src = first[0];
		__atomic_store_n(&s->dst, first[1] | wire_phase(w, w->filled) | SLOT_COUNT |
				n << SLOT_COUNT_SHIFT, __ATOMIC_RELEASE);
	}
	if (hinted)
		w->hinted = (flags & SLOT_HINTS) != 0;
	if (unlikely((flags & FLAGS_SPECIAL) != 0))
		l->special = RTE_MAX(l->special, l->given + n);
	w->filled += n;
	wire_fetch_ahead(w);
	l->bytes += (uint32_t)seen.sum[0];
	l->give = d;
	l->given += n;
	worker_alert(w->worker);
	return true;
}

/* Tell the worker of the last n, which do not announce themselves. */
static inline void
announce(struct wire *w, uint64_t n)
{
	struct cpu_slot *s = slot_at(w, w->filled - 1);

	if (n == 1 && !w->helping)
		__atomic_store_n(&s->dst, s->dst | wire_phase(w, w->filled - 1),
				__ATOMIC_RELEASE);
	else
		__atomic_store_n(&w->doorbell, w->filled, __ATOMIC_RELEASE);
	worker_alert(w->worker);
}

/* Give at most so many, nothing behind one that serializes, and announce them. */
static void __rte_noinline
give_any(struct wire *w, uint64_t most)
{
	struct netdma_list *l = w->list;
	uint64_t given = l->given;
	const struct netdma_desc *d;

	w->hinted = false;
	while (l->given - given < most && !w->hold) {
		d = l->give;
		w->hold = (d->flags & NETDMA_DESC_SERIALIZE_TRANSFER) != 0;
		w->hinted |= (d->flags & SLOT_HINTS) != 0;
		put(w, d);
		netdma_list_give(l);
		if (d->flags & FLAGS_SPECIAL)
			l->special = RTE_MAX(l->special, l->given);
		l->bytes += d->length;
	}
	announce(w, l->given - given);
}

/* Give one, and announce it. @return whether it went the short way; otherwise nothing was given. */
static inline bool
give_single(struct wire *w)
{
	struct netdma_list *l = w->list;
	struct netdma_desc *d = l->give;
	struct cpu_slot *s = slot_at(w, w->filled);

	if (unlikely((d->flags & ~FLAGS_SHORT) != 0 || d->length >> SLOT_LENGTH_LOW_BITS != 0 ||
			(d->src | d->dst) >> SLOT_ADDR_BITS != 0))
		return false;
	/* The worker looks for the next one, and its CPU may fetch what is behind: back with them. */
	cpu_prefetch_write(s + SLOTS_A_LINE);
	cpu_prefetch_write(s + WIRE_AHEAD / 2);
	s->src = d->src | (uint64_t)d->length << SLOT_ADDR_BITS;
	__atomic_store_n(&s->dst, d->dst | wire_phase(w, w->filled), __ATOMIC_RELEASE);
	w->filled++;
	l->bytes += d->length;
	l->give = d->next;
	l->given++;
	if (unlikely((d->flags & FLAGS_SPECIAL) != 0))
		l->special = RTE_MAX(l->special, l->given);
	worker_alert(w->worker);
	return true;
}

/* ------------------------------------------------------------------- polling */

/* A few have finished, or some have failed. More may have finished behind them; but another line may
 * not be there yet, and would have to come.
 */
static void __rte_noinline
reap_few(struct wire *w, uint64_t dst)
{
	uint64_t n, any = 0;

	do {
		n = dst & FINISHED_MASK;
		w->list->failed += dst >> FAILED_SHIFT & FAILED_MASK;
		w->emptied += n;
		any += n;
		if (w->emptied == w->filled || w->emptied % SLOTS_A_LINE == 0)
			break;
		dst = __atomic_load_n(&slot_at(w, w->emptied)->dst, __ATOMIC_ACQUIRE);
	} while ((dst & SLOT_FINISHED) != 0);
	netdma_list_complete(w->list, any);
}

/* Move the marks over what has finished. @return whether anything had. */
static inline bool
reap(struct wire *w)
{
	struct netdma_list *l = w->list;
	uint64_t dst, n;

	if (w->emptied == w->filled)
		return false;
	dst = __atomic_load_n(&slot_at(w, w->emptied)->dst, __ATOMIC_ACQUIRE);
	if (unlikely(dst >> SLOT_FINISHED_SHIFT != 1)) {
		if ((dst & SLOT_FINISHED) == 0)
			return false;
		reap_few(w, dst);
	} else {
		n = (uint32_t)dst;
		w->emptied += n;
		netdma_list_complete(l, n);
	}
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
	w->lent = w->lent_failed = 0;
	while (reap(w))
		;
	w->emptied = w->filled;
	n = l->given - l->completed;
	if (n == 0)
		return true;
	d = netdma_list_first_given(w->list);
	for (i = 0; i < n; i++, d = d->next)
		put(w, d);
	announce(w, n);
	return true;
}

void
owner_in_vain(struct wire *w)
{
	if (++w->idle_polls % VAIN_POLLS == 0 && sched_getcpu() ==
			__atomic_load_n(&w->worker->cpu, __ATOMIC_RELAXED))
		sched_yield();
}

static inline uint64_t
room(const struct wire *w)
{
	return w->depth + w->list->completed - w->list->given;
}

/* The long way; from the short one, which has filled so many slots in vain. */
static int __rte_noinline
go_on_odd(struct wire *w, uint64_t filled)
{
	struct netdma_list *l = w->list;
	uint64_t n;

	scrub(w, filled);
	if (w->late && !make_up(w))
		return 0;
	if (w->helping && !owner_help_settle(w))
		return 0;
	if (w->hold)
		w->hold = !netdma_list_is_settled(l);
	n = RTE_MIN(l->allowed - l->given, room(w));
	if (n == 0 || w->hold)
		return 0;
	if (w->helping)
		owner_help_given(w);
	if ((w->hinted || w->helping || n > SLOT_COUNT_MOST) && !w->iova && n >= 2 &&
			n <= SHORT_MOST) {
		if (give_short(w, n, true))
			return 0;
		scrub(w, n);
	}
	give_any(w, n);
	return 0;
}

/* Give n, for which there is room: any but a single plain one, or nothing but what is to be seen to. */
static int __rte_noinline
go_on_list(struct wire *w, uint64_t n)
{
	if (unlikely(w->odd != 0 || n - 2 > SLOT_COUNT_MOST - 2))
		return go_on_odd(w, 0);
	return likely(give_short(w, n, false)) ? 0 : go_on_odd(w, n);
}

/* Give n, for which there is room. */
static inline int
go_on(struct wire *w, uint64_t n)
{
	return n == 1 && likely(w->odd == 0) && give_single(w) ? 0 : go_on_list(w, n);
}

/* There is no room for all, unless something has finished. */
static int __rte_noinline
owner_append_full(struct wire *w)
{
	struct netdma_list *l = w->list;
	uint64_t n;

	reap(w);
	n = RTE_MIN(l->allowed - l->given, room(w));
	return n != 0 ? go_on(w, n) : 0;
}

/* What has finished is looked at if there is no room without: the worker has the line. It may be on its
 * way meanwhile, for the poll that follows.
 */
static int
owner_append(void *channel)
{
	struct wire *w = channel;
	const struct netdma_list *l = w->list;
	uint64_t n = l->allowed - l->given;

	rte_prefetch0(slot_at(w, w->emptied));
	if (unlikely(n > room(w)))
		return owner_append_full(w);
	return likely(n != 0) ? go_on(w, n) : 0;
}

/* There may be something to give, or nothing has finished. */
static int __rte_noinline
owner_poll_more(struct wire *w, bool vain)
{
	struct netdma_list *l = w->list;
	uint64_t n;

	if (vain && l->given != l->completed)
		owner_in_vain(w);
	n = RTE_MIN(l->allowed - l->given, room(w));
	return n != 0 || w->odd != 0 ? go_on(w, n) : 0;
}

static int
owner_poll(void *channel)
{
	struct wire *w = channel;
	const struct netdma_list *l = w->list;
	bool vain = !reap(w);

	if (unlikely(vain) || l->given != l->allowed || unlikely(w->odd != 0))
		return owner_poll_more(w, vain);
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
	bool finished;

	__atomic_store_n(&w->doorbell, w->filled, __ATOMIC_RELEASE);
	__atomic_store_n(&w->stop, stop, __ATOMIC_RELEASE);
	worker_alert(w->worker);
	w->late = true;
	while (__atomic_load_n(&w->stopped, __ATOMIC_ACQUIRE) != stop) {
		if (rte_get_timer_cycles() > end)
			return -ETIMEDOUT;
		/* It may be waiting for this CPU. */
		sched_yield();
	}
	while (reap(w))
		;
	w->late = false;
	w->hold = false;
	finished = owner_help_finish(w);
	w->emptied = w->filled;
	return finished ? NETDMA_QUIET_UNTOUCHED : NETDMA_QUIET_UNKNOWN;
}

static void *
owner_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant)
{
	struct cpu *cpu = provider;
	struct wire *w = worker_zmalloc(sizeof(*w));
	/* The slots ahead are not those that the worker is still to read. */
	uint32_t nb_slots = 2 * params->nb_desc;

	if (w != NULL)
		w->ring = worker_zmalloc((nb_slots + WIRE_AHEAD) * sizeof(w->ring[0]));
	if (w == NULL || w->ring == NULL) {
		free(w);
		rte_errno = ENOMEM;
		return NULL;
	}
	w->list = params->list;
	w->depth = params->nb_desc;
	w->mask = nb_slots - 1;
	w->lap_shift = (unsigned int)__builtin_ctz(nb_slots);
	w->iova = w->takes_iova = cpu->iova;
	w->priority = RTE_MIN(params->priority, (uint32_t)CPU_MAX_PRIORITY);
	grant->cpu = workers_add(cpu, w, params->cpu_mask);
	grant->engine_desc = params->nb_desc;
	grant->priority = w->priority;
	grant->vouches = true;
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
	.append = owner_append,
	.poll = owner_poll,
	.help = owner_help,
	.quiesce = owner_quiesce,
};
