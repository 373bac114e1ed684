/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vchan.h"

/* ------------------------------------------------------------------- filling */

/* A copy that is nothing but two addresses and a length. Where CPUs do not keep stores in order, one
 * behind a fence is more: the worker is careful with those.
 */
static inline bool
is_bare(uint64_t src, uint64_t dst, uint32_t length, uint64_t flags)
{
	uint64_t nothing = RTE_DMA_OP_FLAG_SUBMIT;

#ifdef RTE_ARCH_X86
	nothing |= RTE_DMA_OP_FLAG_FENCE;
#endif
	return ((src | dst) >> SLOT_ADDR_BITS | length >> SLOT_LENGTH_LOW_BITS |
			(flags & ~nothing)) == 0;
}

/* Tell the worker: where the first one is, which is put there last. */
static inline void
submit_all(struct vchan *v)
{
	struct wire *w = &v->wire;
	uint64_t n = w->filled - v->submitted, dst = v->first.dst;
	struct cpu_slot *s = slot_at(w, v->submitted);

	if (n == 0)
		return;
	s->src = v->first.src;
	if (n == 1) {
		__atomic_store_n(&s->dst, dst | wire_phase(w, v->submitted), __ATOMIC_RELEASE);
	} else if (n <= SLOT_COUNT_MOST && dst >> SLOT_LENGTH_HIGH_SHIFT == 0) {
		__atomic_store_n(&s->dst, dst | wire_phase(w, v->submitted) | SLOT_COUNT |
				n << SLOT_COUNT_SHIFT, __ATOMIC_RELEASE);
	} else {
		__atomic_store_n(&s->dst, dst, __ATOMIC_RELAXED);
		__atomic_store_n(&w->doorbell, w->filled, __ATOMIC_RELEASE);
	}
	v->submitted = w->filled;
	wire_fetch_ahead(w);
	worker_alert(w->worker);
}

/* Apart from copy(), which needs no registers of its caller's without. @return the last one's index. */
static int __rte_noinline
copy_submit(struct vchan *v)
{
	submit_all(v);
	return (uint16_t)(v->submitted - 1);
}

static int __rte_noinline
copy_other(struct vchan *v, struct cpu_slot *s, uint64_t src, uint64_t dst, uint32_t length,
		uint64_t flags)
{
	struct netdma_desc *d = &v->odd[v->wire.filled & (v->wire.depth - 1)];

	if ((src | dst) >> SLOT_ADDR_BITS == 0 && length >> SLOT_LENGTH_BITS == 0 &&
			is_bare(0, 0, 0, flags & ~RTE_DMA_OP_FLAG_LLC)) {
		slot_set(s, src | (uint64_t)length << SLOT_ADDR_BITS,
				dst | (uint64_t)(length >> SLOT_LENGTH_LOW_BITS)
					<< SLOT_LENGTH_HIGH_SHIFT |
				(flags & RTE_DMA_OP_FLAG_LLC ? SLOT_CACHE : 0));
	} else {
		*d = (struct netdma_desc){ .src = src, .dst = dst, .length = length };
		slot_set(s, (uintptr_t)d, SLOT_POINTER);
	}
	v->wire.filled++;
	return flags & RTE_DMA_OP_FLAG_SUBMIT ? copy_submit(v) : (uint16_t)(v->wire.filled - 1);
}

static int
copy(void *private, uint16_t id, rte_iova_t src, rte_iova_t dst, uint32_t length, uint64_t flags)
{
	const struct vchans *all = private;
	struct vchan *v = all->vchan[id];
	struct wire *w = &v->wire;
	uint64_t at = w->filled;
	struct cpu_slot *s;

	if (unlikely(at - v->reported == w->depth))
		return -ENOSPC;
	s = at == v->submitted ? &v->first : slot_at(w, at);
	if (unlikely(!is_bare(src, dst, length, flags)))
		return copy_other(v, s, src, dst, length, flags);
	slot_set(s, src | (uint64_t)length << SLOT_ADDR_BITS, dst);
	w->filled = at + 1;
	return flags & RTE_DMA_OP_FLAG_SUBMIT ? copy_submit(v) : (uint16_t)at;
}

static int
submit(void *private, uint16_t id)
{
	const struct vchans *all = private;

	submit_all(all->vchan[id]);
	return 0;
}

/* ------------------------------------------------------------------- polling */

/* Where the next ones are that have finished. @return how many; 0: none. */
static inline uint64_t
finished_at(const struct vchan *v, uint64_t emptied)
{
	uint64_t dst;

	if (emptied == v->submitted)
		return 0;
	dst = __atomic_load_n(&slot_at(&v->wire, emptied)->dst, __ATOMIC_ACQUIRE);
	return dst & SLOT_FINISHED ? dst & FINISHED_MASK : 0;
}

/* So many have finished that the application was not told of. */
static inline uint64_t
finished(struct vchan *v, uint64_t wanted)
{
	struct wire *w = &v->wire;
	uint64_t n;

	while (w->emptied - v->reported < wanted && (n = finished_at(v, w->emptied)) != 0)
		w->emptied += n;
	if (unlikely(w->emptied == v->reported && w->emptied != v->submitted))
		owner_in_vain(w);
	return RTE_MIN(w->emptied - v->reported, wanted);
}

/* None ever fails: all addresses are this process's. */
static uint16_t
completed(void *private, uint16_t id, const uint16_t wanted, uint16_t *last, bool *error)
{
	const struct vchans *all = private;
	struct vchan *v = all->vchan[id];
	uint64_t n = finished(v, wanted);

	v->reported += n;
	*last = (uint16_t)(v->reported - 1);
	*error = false;
	return (uint16_t)n;
}

static uint16_t
completed_status(void *private, uint16_t id, const uint16_t wanted, uint16_t *last,
		enum rte_dma_status_code *status)
{
	bool error;
	uint16_t n = completed(private, id, wanted, last, &error), i;

	for (i = 0; i < n; i++)
		status[i] = RTE_DMA_STATUS_SUCCESSFUL;
	return n;
}

static uint16_t
burst_capacity(const void *private, uint16_t id)
{
	const struct vchans *all = private;
	const struct vchan *v = all->vchan[id];

	return (uint16_t)(v->wire.depth - (v->wire.filled - v->reported));
}

bool
vchan_is_idle(const struct vchan *v)
{
	uint64_t emptied = v->wire.emptied, n;

	while ((n = finished_at(v, emptied)) != 0)
		emptied += n;
	return emptied == v->submitted;
}

void
vchan_functions(struct rte_dma_fp_object *fp, struct vchans *all)
{
	fp->dev_private = all;
	fp->copy = copy;
	fp->submit = submit;
	fp->completed = completed;
	fp->completed_status = completed_status;
	fp->burst_capacity = burst_capacity;
}

/* ------------------------------------------------------------ the control path */

void
vchan_forget(struct vchan *v)
{
	struct wire *w = &v->wire;

	finished(v, UINT64_MAX);
	v->submitted = w->filled = w->emptied;
}

void
vchan_free(struct vchan *v)
{
	free(v->wire.ring);
	free(v->odd);
	*v = (struct vchan){ 0 };
}

int
vchan_setup(struct vchan *v, uint32_t nb_desc)
{
	struct wire *w = &v->wire;
	uint32_t depth = rte_align32pow2(nb_desc), nb_slots = 2 * depth;

	vchan_free(v);
	w->ring = worker_zmalloc((nb_slots + WIRE_AHEAD) * sizeof(w->ring[0]));
	v->odd = calloc(depth, sizeof(v->odd[0])); /* seldom used: it stays untouched */
	if (w->ring == NULL || v->odd == NULL) {
		vchan_free(v);
		return -ENOMEM;
	}
	w->depth = depth;
	w->mask = nb_slots - 1;
	w->lap_shift = (unsigned int)__builtin_ctz(nb_slots);
	return 0;
}

void
vchan_reset(struct vchan *v)
{
	struct wire *w = &v->wire, fresh = {
		.ring = w->ring, .mask = w->mask, .depth = w->depth, .lap_shift = w->lap_shift,
	};

	*w = fresh;
	memset(w->ring, 0, (w->mask + 1) * sizeof(w->ring[0]));
	v->submitted = v->reported = v->submitted_base = v->reported_base = 0;
}
