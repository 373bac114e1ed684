/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Helping: an owner who waits copies from the end what the worker has not begun with.
 *
 * He takes slots away by setting the doorbell back, and then looks how far the worker has begun. The
 * worker says how far it begins, and then looks at the doorbell. Each must see the other's store, so
 * both have a fence: the worker only while it is helped, which it has to acknowledge first, and
 * while it is, single copies have no phase either. What the worker may have begun with is given
 * back to it.
 *
 * What was taken away the ring can be filled with again. But in the list it comes last, and the
 * marks move over it when the worker has finished what is before it. Until then nothing else is
 * given.
 */

#include "worker.h"

/* Bytes that the owner copies before he looks around again. */
#define HELP_BYTES 262144
/* So many bytes are soon copied. */
#define FINISH_BYTES (UINT64_C(64) << 20)
/* Lists that were not waited for, until it ends. */
#define UNHELPED 16

/* The worker may write there that it has finished it. */
static uint32_t
slot_bytes(const struct cpu_slot *slot)
{
	const struct cpu_slot s = { slot->src, __atomic_load_n(&slot->dst, __ATOMIC_RELAXED) };

	return s.dst & SLOT_POINTER ? ((const struct netdma_desc *)(uintptr_t)s.src)->length :
			cpu_slot_length(&s);
}

/* Half of what is not known to have finished, but not too many bytes. @return the count from which
 * on it is.
 */
static uint64_t
choose(const struct wire *w)
{
	uint64_t left = w->list->given - w->list->completed - w->lent;
	uint64_t at = w->filled, bytes = 0, end = at - (left + 1) / 2;

	while (at != end && bytes < HELP_BYTES)
		bytes += slot_bytes(&w->ring[--at & w->mask]);
	return at;
}

/* @return the count from which on the slots are the owner's. */
static uint64_t
take_away(struct wire *w)
{
	uint64_t from = choose(w), begun;

	__atomic_store_n(&w->doorbell, from, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	begun = __atomic_load_n(&w->begun, __ATOMIC_RELAXED);
	/* It may be behind all, from before something was taken away. */
	if ((int64_t)(begun - from) > 0) {
		from = (int64_t)(w->filled - begun) > 0 ? begun : w->filled;
		__atomic_store_n(&w->doorbell, from, __ATOMIC_RELEASE);
		/* It may have seen nothing to do meanwhile. */
		worker_alert(w->worker);
	}
	return from;
}

/* The owner is going to help. What was given as single copies is behind the doorbell, too. */
static void
begin(struct wire *w)
{
	__atomic_store_n(&w->doorbell, w->filled, __ATOMIC_RELEASE);
	__atomic_store_n(&w->help, w->help + 1, __ATOMIC_RELEASE);
	w->helping = true;
}

int
owner_help(void *channel)
{
	struct wire *w = channel;
	const struct netdma_list *l = w->list;
	uint64_t from, i, bytes = 0;

	w->unhelped = 0;
	if (w->late || l->given == l->completed || w->filled == w->all_begun)
		return 0;
	if (!w->helping)
		begin(w);
	if (__atomic_load_n(&w->helped, __ATOMIC_ACQUIRE) != w->help)
		return 0;
	from = take_away(w);
	if (from == w->filled) {
		w->all_begun = from;
		return 0;
	}
	worker_copy(w, w->worker->copier, from, w->filled, UINT64_MAX, &bytes, &w->lent_failed);
	/* Behind the doorbell, nothing must look like a single copy. */
	for (i = from; i != w->filled; i++)
		__atomic_store_n(&w->ring[i & w->mask].dst, 0, __ATOMIC_RELAXED);
	w->lent += w->filled - from;
	w->filled = from;
	return 0;
}

bool
owner_help_settle(struct wire *w)
{
	struct netdma_list *l = w->list;

	if (l->given - l->completed != w->lent)
		return w->lent == 0;
	l->failed += w->lent_failed;
	netdma_list_complete(l, w->lent);
	w->lent = w->lent_failed = 0;
	return true;
}

bool
owner_help_finish(struct wire *w)
{
	struct netdma_list *l = w->list;
	uint64_t at, bytes = 0, failed = 0;

	if (w->lent == 0)
		return true;
	at = worker_copy(w, w->worker->copier, w->emptied, w->filled, FINISH_BYTES, &bytes, &failed);
	l->failed += failed;
	netdma_list_complete(l, at - w->emptied);
	if (owner_help_settle(w))
		return true;
	w->lent = w->lent_failed = 0;
	return false;
}

void
owner_help_given(struct wire *w)
{
	if (++w->unhelped <= UNHELPED)
		return;
	__atomic_store_n(&w->help, w->help + 1, __ATOMIC_RELEASE);
	w->helping = false;
}
