/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/*
 * The receive path: what an application does that lets an engine copy its payloads.
 *
 * A queue's worker takes turns. In each it receives a burst, fills one slot of the
 * channel for each segment, hands all of them over as one list, and delivers what has
 * come back, which may be packets of this turn or of earlier ones:
 *
 *     rte_eth_rx_burst() -> netdma_copy_mbuf() ... -> netdma_submit()
 *     netdma_poll() -> deliver() -> rte_pktmbuf_free_bulk()
 *
 * Between the two lines a packet belongs to the engine: neither its mbuf nor its buffer
 * is touched. Buffers are a ring, as completions come back in the order of the copies.
 *
 * Nothing is dropped for lack of room. A packet that finds none waits in pkts[], and
 * while one waits nothing more is received: the packets behind it wait in the NIC.
 *
 * Engines come and go. The library takes the channel to another one by itself; meanwhile
 * there is no room, and nothing comes back, for a moment. Only a channel that finds no other
 * has to be seen to: packets are then copied here, until it may go somewhere.
 */

#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "app.h"

#define COLLECT_MAX   64
#define DRAIN_SECONDS 2

/* Packets that may still be received. Shared, so that --packets is exact over several
 * queues; without a limit nobody touches it.
 */
static bool budget_limited;
static int64_t budget_left;

void
budget_set(uint64_t nb_packets)
{
	budget_limited = nb_packets != 0;
	__atomic_store_n(&budget_left, (int64_t)RTE_MIN(nb_packets, (uint64_t)INT64_MAX),
			__ATOMIC_RELAXED);
}

static uint16_t
budget_take(uint16_t want)
{
	int64_t left;

	if (!budget_limited)
		return want;
	left = __atomic_fetch_sub(&budget_left, want, __ATOMIC_RELAXED);
	if (left >= want)
		return want;
	left = RTE_MAX(left, 0);
	__atomic_fetch_add(&budget_left, want - left, __ATOMIC_RELAXED);
	return (uint16_t)left;
}

static void
budget_return(uint16_t n)
{
	if (budget_limited && n != 0)
		__atomic_fetch_add(&budget_left, n, __ATOMIC_RELAXED);
}

/*
 * Where an application goes on: the payload is in its own memory, whole and in order,
 * and stays there until this returns. A real one would hand the buffer to a socket, a
 * log or a disk, and give the queue another one; this one counts.
 */
static inline void
deliver(struct queue *q, const uint8_t *payload, uint32_t len)
{
	RTE_SET_USED(payload);
	count(q->counters.delivered, 1);
	count(q->counters.delivered_bytes, len);
}

/* The channel takes nothing more. The main lcore says so. */
static void
queue_die(struct queue *q, int rc)
{
	__atomic_store_n(&q->dead, rc, __ATOMIC_RELAXED);
}

static void
drop(struct queue *q, struct rte_mbuf *m, enum drop why)
{
	count(q->counters.dropped[why], 1);
	rte_pktmbuf_free(m);
}

/* Where the payload of each packet of the burst begins. */
static void
find_payloads(struct queue *q)
{
	int32_t header_len = tunable_get(header_len);
	uint16_t i;

	for (i = 0; i < q->nb_pkts; i++) {
		struct rte_mbuf *m = q->pkts[i];
		bool truncated = false;
		uint32_t len;

		/* The headers were written by the NIC: fetch those of the next packet
		 * while these are looked at.
		 */
		if (i + 1 < q->nb_pkts)
			rte_prefetch0(rte_pktmbuf_mtod(q->pkts[i + 1], void *));

		count(q->counters.bytes, rte_pktmbuf_pkt_len(m));
		len = header_len == HEADER_PARSED ? headers_parse(m, &truncated) :
				(uint32_t)header_len;
		q->hdr_len[i] = RTE_MIN(len, rte_pktmbuf_pkt_len(m));
		if (unlikely(truncated))
			count(q->counters.truncated, 1);
	}
}

/* Receive no more than there are buffers and slots for. */
static void
queue_receive(struct queue *q)
{
	uint32_t room = q->mask + 1 - (q->head - q->tail);
	int slots = netdma_channel_room(q->channel);
	uint16_t want, n;

	if (slots >= 0)
		room = RTE_MIN(room, (uint32_t)slots);
	if (unlikely(q->detached))
		room = MAX_BURST; /* it goes through the spare buffer */
	want = (uint16_t)RTE_MIN(room, tunable_get(burst));
	if (want == 0) {
		count(q->counters.full, 1);
		return;
	}
	want = budget_take(want);
	if (want == 0)
		return;

	n = rte_eth_rx_burst(q->port, q->id, q->pkts, want);
	budget_return(want - n);
	if (n == 0)
		return;

	q->nb_pkts = n;
	q->next_pkt = 0;
	count(q->counters.packets, n);
	count(q->counters.bursts, 1);
	if (unlikely(q->counters.first_tsc == 0))
		count(q->counters.first_tsc, rte_rdtsc());
	find_payloads(q);
}

/* Why a packet that netdma_copy_mbuf() refused is dropped. */
static enum drop
drop_reason(int rc)
{
	switch (rc) {
	case -E2BIG:
		return DROP_TOO_MANY;
	case -EFAULT:
		return DROP_MEMORY;
	default:
		return DROP_REFUSED;
	}
}

/* Take the next packet of the burst into a slot. @return it, or NULL if it had to be dropped. */
static struct rte_mbuf *
slot_take(struct queue *q, struct slot *s)
{
	struct rte_mbuf *m = q->pkts[q->next_pkt];

	s->hdr_len = q->hdr_len[q->next_pkt];
	s->len = rte_pktmbuf_pkt_len(m) - s->hdr_len;
	s->check = tunable_get(verify) != 0;
	if (unlikely(s->len > q->buffer_size)) {
		drop(q, m, DROP_TOO_LONG);
		return NULL;
	}
	if (s->check)
		verify_prepare(s);
	return m;
}

static void
queue_detached(struct queue *q, bool detached)
{
	__atomic_store_n(&q->detached, detached, __ATOMIC_RELAXED);
}

/* Fill slots: packet by packet, as far as there is room. */
static void
queue_fill(struct queue *q)
{
	for (; q->next_pkt != q->nb_pkts && q->head - q->tail <= q->mask; q->next_pkt++) {
		struct slot *s = &q->slots[q->head & q->mask];
		struct rte_mbuf *m = slot_take(q, s);
		int rc;

		if (unlikely(m == NULL))
			continue;
		rc = netdma_copy_mbuf(q->channel, m, s->hdr_len, s->data, s);
		if (likely(rc == 0)) {
			s->pkt = m;
			q->head++;
		} else if (rc == -ENOSPC) {
			return; /* it waits for the next turn, and everything behind it */
		} else if (rc == -ENODEV) {
			queue_detached(q, true);
			return;
		} else {
			drop(q, m, drop_reason(rc));
		}
	}
}

/* Hand over what was filled: one list, one call, one doorbell. */
static void
queue_submit(struct queue *q)
{
	int rc = netdma_submit(q->channel);

	if (likely(rc > 0)) {
		q->submitted = q->head;
		count(q->counters.lists, 1);
		return;
	}
	if (rc == -ECANCELED) {
		/* It has halted at an error, as --error-policy asks for: go on. */
		rc = netdma_channel_start(q->channel, NULL, NULL, 0);
		if (rc == 0)
			count(q->counters.halted, 1);
	}
	/* 0, -EAGAIN: the library is moving the channel; in the next turn. */
	if (rc == -ENODEV)
		queue_detached(q, true);
	else if (rc != 0 && rc != -EAGAIN)
		queue_die(q, rc);
}

void
queue_move(struct queue *q, int *id)
{
	int to = __atomic_load_n(id, __ATOMIC_ACQUIRE);
	int rc;

	if (to == 0)
		return;
	rc = netdma_channel_move(q->channel, to);
	if (rc == -EAGAIN)
		return;
	/* Also when it had to leave an engine that does not answer. */
	if (rc == 0 || rc == -ETIMEDOUT)
		queue_detached(q, false);
	q->move_rc = rc;
	/* Unless it is another one by now. */
	__atomic_compare_exchange_n(id, &to, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* Compare, if the buffer was prepared for it. @return false for a mismatch. */
static bool
queue_verify(struct queue *q, const struct slot *s, const struct rte_mbuf *m)
{
	struct mismatch here;

	if (!s->check)
		return true;
	if (likely(verify_check(s, m, &here))) {
		count(q->counters.verified, 1);
		return true;
	}
	if (q->counters.mismatched == 0) {
		/* The first is kept for the summary. */
		here.packet = q->counters.delivered + 1;
		q->mismatch = here;
	}
	count(q->counters.mismatched, 1);
	return false;
}

/* Copy a payload here: what no engine has done. */
static void
copy_here(const struct slot *s, const struct rte_mbuf *m)
{
	const void *payload = s->len == 0 ? s->data :
			rte_pktmbuf_read(m, s->hdr_len, s->len, s->data);

	/* Of a chain it has been copied by that; anything else was only found. */
	if (payload != s->data)
		memcpy(s->data, payload, s->len);
}

static void
queue_deliver(struct queue *q, const struct slot *s, const struct rte_mbuf *m)
{
	if (likely(queue_verify(q, s, m)))
		deliver(q, s->data, s->len);
}

/* An engine that does not answer may still write to the buffer of a slot, and read the packet:
 * neither is used again. @return whether there is another buffer.
 */
static bool
slot_abandon(struct queue *q, struct slot *s)
{
	uint8_t *data = rte_malloc("buffer", q->buffer_size + 2 * VERIFY_GUARD, 0);

	count(q->abandoned, 1);
	if (data == NULL)
		return false;
	s->data = data + VERIFY_GUARD;
	verify_prepare_front(s->data);
	if (s->check)
		verify_prepare(s);
	return true;
}

/* The channel says that it has not copied it: --error-policy, --failover. Then we do. @return
 * whether the payload is there.
 */
static bool
queue_redo(struct queue *q, struct slot *s, const struct rte_mbuf *m,
		const struct netdma_completion *done)
{
	count(q->counters.failed[done->status % MAX_STATUSES][done->error % MAX_ERRORS], 1);
	if ((done->flags & NETDMA_COMPLETION_ENGINE_MAY_WRITE) && !slot_abandon(q, s)) {
		queue_die(q, -ENOMEM);
		return false;
	}
	if (done->error == NETDMA_ERROR_POISON)
		return false; /* reading it ends the program */
	if (s->delivered)
		return true;
	copy_here(s, m);
	count(q->counters.redone, 1);
	return true;
}

/* One packet is back. @return its mbuf, or NULL when it must be left alone. */
static struct rte_mbuf *
queue_complete(struct queue *q, const struct netdma_completion *done)
{
	struct slot *s = done->user;
	struct rte_mbuf *m;
	bool good = true;

	/* The library promises order, and each entry once. It is cheap to see that it
	 * keeps its word, and expensive to find out later that it did not.
	 */
	if (unlikely(s < q->slots || s > &q->slots[q->mask] || s->pkt == NULL)) {
		count(q->counters.strays, 1);
		return NULL;
	}
	if (unlikely(s != &q->slots[q->tail & q->mask]))
		count(q->counters.misordered, 1);

	m = s->pkt;
	s->pkt = NULL;
	while (q->tail != q->submitted && q->slots[q->tail & q->mask].pkt == NULL)
		q->tail++;

	if (unlikely(done->status != NETDMA_COPIED))
		good = queue_redo(q, s, m, done);
	if (likely(good && !s->delivered))
		queue_deliver(q, s, m);
	s->delivered = false;
	return done->flags & NETDMA_COMPLETION_ENGINE_MAY_WRITE ? NULL : m;
}

/* Copy a packet aside, and deliver it from there. */
static void
copy_aside(struct queue *q, const struct slot *s, const struct rte_mbuf *m)
{
	copy_here(s, m);
	count(q->counters.alone, 1);
	queue_deliver(q, s, m);
}

/* Deliver all packets that wait, without an engine, in their order. What was filled into the
 * channel's ring stays there until it has a provider again, and is copied then once more: so
 * its packets and its buffers stay as they are.
 */
static void
queue_deliver_waiting(struct queue *q)
{
	struct slot *spare = &q->slots[q->mask + 1];
	struct rte_mbuf *m;
	uint32_t i;

	for (i = q->submitted; i != q->head; i++) {
		struct slot *s = &q->slots[i & q->mask];

		if (s->delivered)
			continue;
		s->delivered = true;
		spare->hdr_len = s->hdr_len;
		spare->len = s->len;
		spare->check = s->check;
		if (spare->check)
			verify_prepare(spare);
		copy_aside(q, spare, s->pkt);
	}
	for (; q->next_pkt != q->nb_pkts; q->next_pkt++) {
		m = slot_take(q, spare);
		if (m != NULL) {
			copy_aside(q, spare, m);
			rte_pktmbuf_free(m);
		}
	}
}

/* Collect and deliver what has come back. */
static int
queue_collect(struct queue *q)
{
	struct netdma_completion done[COLLECT_MAX];
	struct rte_mbuf *back[COLLECT_MAX];
	unsigned int nb_back = 0;
	int i, n;

	n = netdma_poll(q->channel, done, COLLECT_MAX);
	if (unlikely(n < 0)) {
		queue_die(q, n);
		return 0;
	}
	for (i = 0; i < n; i++) {
		struct rte_mbuf *m = queue_complete(q, &done[i]);

		if (likely(m != NULL))
			back[nb_back++] = m;
	}
	if (nb_back != 0)
		rte_pktmbuf_free_bulk(back, nb_back);
	return n;
}

/* Whether there are packets that were not handed over. */
static bool
queue_waits(const struct queue *q)
{
	return q->next_pkt != q->nb_pkts ||
			(q->head != q->submitted && !q->slots[(q->head - 1) & q->mask].delivered);
}

/* Give the channel what waits; or, if it has no provider, do without it. */
static bool
queue_feed(struct queue *q)
{
	if (unlikely(q->detached)) {
		queue_move(q, &q->refuge);
		/* First comes what it had. */
		if (!q->detached || q->tail != q->submitted || !queue_waits(q))
			return false;
		queue_deliver_waiting(q);
		return true;
	}
	if (q->next_pkt != q->nb_pkts)
		queue_fill(q);
	if (q->submitted == q->head)
		return false;
	queue_submit(q);
	return q->submitted == q->head;
}

bool
queue_turn(struct queue *q, bool receive)
{
	uint64_t begin = rte_rdtsc(), end;
	bool busy = false;

	queue_move(q, &q->move_to);
	if (likely(q->dead == 0)) {
		if (receive && q->next_pkt == q->nb_pkts)
			queue_receive(q);
		busy = queue_feed(q);
	}
	if (q->tail != q->submitted && queue_collect(q) != 0)
		busy = true;

	/* Turns that found nothing to do are not what a packet costs. */
	if (busy) {
		end = rte_rdtsc();
		count(q->counters.busy_cycles, end - begin);
		__atomic_store_n(&q->counters.last_tsc, end, __ATOMIC_RELAXED);
	}
	return busy;
}

uint32_t
queue_drain(struct queue *q)
{
	uint64_t bound = DRAIN_SECONDS * rte_get_tsc_hz();
	uint64_t since = rte_rdtsc();

	/* As long as something still comes back, it goes on; when nothing did for so
	 * long, it gives up.
	 */
	while (q->tail != q->submitted || (q->dead == 0 && queue_waits(q))) {
		if (queue_turn(q, false))
			since = rte_rdtsc();
		else if (rte_rdtsc() - since > bound)
			break;
	}
	/* What the channel did not take is ours; what it took and did not give back is not. */
	queue_deliver_waiting(q);
	return q->submitted - q->tail;
}
