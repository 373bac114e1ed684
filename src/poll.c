/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Driving a channel, and giving back what has completed. */

#include <rte_cycles.h>

#include "guard.h"
#include "private.h"
#include "trace.h"

/* Flags with which a descriptor is more work to deliver than to count. */
#define NOT_SIMPLE (NETDMA_DESC_OP_TYPE_MASK | NETDMA_DESC_DROPPED | NETDMA_DESC_NULL_TRANSFER | \
	NETDMA_DESC_INTERRUPT_ON_COMPLETION)

void
netdma_word_write(struct netdma_channel *ch, const struct netdma_desc *d, uint32_t state)
{
	if (ch->word != NULL)
		__atomic_store_n(ch->word, (uintptr_t)d | state, __ATOMIC_RELEASE);
}

/* Look at what has completed since the last time, for the last descriptor that wants the
 * word written and was copied.
 */
void
netdma_word_update(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d, *found = NULL;
	uint32_t state = NETDMA_WORD_ACTIVE;

	while (ch->word_seen.count != l->completed) {
		d = list_cursor_next(l, &ch->word_seen);
		ch->word_part_failed |= netdma_desc_status(d) != NETDMA_COPIED;
		if (d->user_context1 & CTX_MORE)
			continue;
		if ((d->flags & NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION) &&
				!ch->word_part_failed) {
			found = d;
			state = ch->word_seen.count == l->accepted ? NETDMA_WORD_IDLE :
					NETDMA_WORD_ACTIVE;
		}
		ch->word_part_failed = false;
	}
	/* What a suspend or an abort has written stays. */
	if (found != NULL && ch->run == RUN_NORMAL)
		netdma_word_write(ch, found, state);
}

void
netdma_word_stop(struct netdma_channel *ch, uint32_t state)
{
	if (ch->word == NULL)
		return;
	netdma_word_update(ch);
	netdma_word_write(ch, netdma_engine_last(ch), state);
}

static void
count_status(struct netdma_channel *ch, const struct netdma_desc *d, enum netdma_status status)
{
	switch (status) {
	case NETDMA_COPIED:
		counter_add(&ch->count.copied, 1);
		if (d->user_context1 & CTX_RECOVERED)
			counter_add(&ch->count.recovered, 1);
		else if (d->user_context1 & CTX_MOVED)
			counter_add(&ch->count.moved, 1);
		if (!netdma_desc_is_void(d))
			counter_add(&ch->count.bytes, d->length);
		break;
	case NETDMA_NOT_COPIED:
		counter_add(&ch->count.not_copied, 1);
		break;
	case NETDMA_FAILED:
		counter_add(&ch->count.failed, 1);
		break;
	case NETDMA_UNKNOWN:
		counter_add(&ch->count.unknown, 1);
		break;
	}
}

/* Deliver a descriptor that is not simply copied. @return whether an entry is complete. */
static bool
deliver_other(struct netdma_channel *ch, struct netdma_desc *d, struct netdma_completion *e,
		uint64_t now)
{
	uint64_t ctx = d->user_context1;
	enum netdma_status status = netdma_desc_status(d);
	bool transfer = (d->flags & NETDMA_DESC_OP_TYPE_MASK) == NETDMA_DESC_OP_TRANSFER;

	count_status(ch, d, status);
	if (ch->latency_on && ctx >> CTX_STAMP_SHIFT != 0)
		netdma_latency_add(ch->latency, ctx >> CTX_STAMP_SHIFT, now);
	if (!transfer && status == NETDMA_COPIED)
		__atomic_store_n(&ch->dca_context, d->dca_context, __ATOMIC_RELAXED);
	netdma_list_unbridge(ch, d);
	netdma_adapt_undo(d);
	d->flags &= ~NETDMA_DESC_DROPPED;
	d->user_context1 = 0;

	netdma_outcome_add(&ch->part, status, (enum netdma_error)
			((ctx & NETDMA_CTX_ERROR_MASK) >> NETDMA_CTX_ERROR_SHIFT));
	ch->part_segs++;
	if (ctx & CTX_MAY_WRITE)
		ch->part_flags |= NETDMA_COMPLETION_ENGINE_MAY_WRITE;
	if (ctx & CTX_MORE)
		return false;
	*e = (struct netdma_completion){
		.user = d->user,
		.desc = ch->feed == FEED_LIST ? d : NULL,
		.status = ch->part.status,
		.error = ch->part.error,
		.interrupt = transfer && (d->flags & NETDMA_DESC_INTERRUPT_ON_COMPLETION) != 0,
		.flags = ch->part_flags,
		.nb_segs = ch->part_segs,
	};
	ch->part = (struct netdma_outcome){ 0 };
	ch->part_segs = 0;
	ch->part_flags = 0;
	return true;
}

/* It was not known how many bytes were given up to here: it may be where a list has ended. */
static void
list_end_find(struct netdma_channel *ch, uint64_t delivered)
{
	unsigned int i;

	for (i = 0; i < LIST_ENDS; i++)
		if (ch->end[i].count == delivered && delivered != 0) {
			ch->bytes_at = delivered;
			ch->bytes_then = ch->end[i].bytes;
		}
}

/* Keep track of the bytes, from one count that was delivered to another. */
static inline void
bytes_follow(struct netdma_channel *ch, uint64_t from, uint64_t delivered, uint64_t lengths)
{
	const struct netdma_list *l = &ch->list;

	if ((ch->nb_bridges | ch->part_segs) != 0) {
		ch->bytes_at = UINT64_MAX;
	} else if (delivered == l->given) {
		ch->bytes_at = delivered;
		ch->bytes_then = l->bytes;
	} else if (ch->bytes_at == from) {
		ch->bytes_at = delivered;
		ch->bytes_then += lengths;
	} else {
		list_end_find(ch, delivered);
	}
}

/* Take completed descriptors off the list; done: NULL to count them. @return the number of entries. */
static inline unsigned int
deliver(struct netdma_channel *ch, struct netdma_completion *done, unsigned int max,
		unsigned int *nb_interrupts)
{
	struct netdma_list *l = &ch->list;
	uint64_t delivered = l->delivered, from = delivered, copied = 0, bytes = 0, lengths = 0;
	uint64_t now = ch->latency_on ? netdma_stamp() : 0;
	bool ring = ch->feed == FEED_RING;
	struct netdma_desc *d = l->head, *next, *last = NULL;
	struct netdma_completion counted;
	unsigned int n = 0;

	for (; n < max && delivered != l->completed; delivered++, last = d, d = next) {
		struct netdma_completion *e = done != NULL ? &done[n] : &counted;

		next = d->next;
		lengths += d->length;
		if (likely(((d->user_context1 & ~CTX_ON_LIST) | (d->flags & NOT_SIMPLE)) == 0 &&
				(ch->part_segs | ch->nb_bridges) == 0)) {
			if (done != NULL)
				*e = (struct netdma_completion){ .user = d->user,
						.desc = ring ? NULL : d, .nb_segs = 1 };
			d->user_context1 = 0;
			bytes += d->length;
			copied++;
			n++;
		} else if (deliver_other(ch, d, e, now)) {
			*nb_interrupts += e->interrupt;
			n++;
		}
	}
	if (delivered != from)
		ch->last = last;
	l->head = d;
	counter_add(&ch->count.copied, copied);
	counter_add(&ch->count.bytes, bytes);
	if (ring)
		ch->ring_freed += delivered - from;
	bytes_follow(ch, from, delivered, lengths);
	__atomic_store_n(&l->delivered, delivered, __ATOMIC_RELEASE);
	return n;
}

/* Descriptors of which none need be looked at: the ring's, or those of lists, which are marked on a
 * channel that is not trusted. Their bytes are told the caller. @return how many.
 */
static __rte_always_inline unsigned int
deliver_plain(struct netdma_channel *ch, struct netdma_completion *done, unsigned int max, bool ring,
		bool marked, uint64_t *sum)
{
	struct netdma_list *l = &ch->list;
	uint64_t n = RTE_MIN(l->completed - l->delivered, (uint64_t)max), i, bytes = 0;
	struct netdma_desc *d = l->head, *last = d;

	for (i = 0; i < n; i++, d = d->next) {
		if (marked)
			d->user_context1 = 0;
		if (done != NULL)
			done[i] = (struct netdma_completion){ .user = d->user,
				.desc = ring ? NULL : d, .nb_segs = 1 };
		bytes += d->length;
		last = d;
	}
	counter_add(&ch->count.copied, n);
	counter_add(&ch->count.bytes, bytes);
	*sum = bytes;
	if (ring)
		ch->ring_freed += n;
	ch->last = last;
	l->head = d;
	__atomic_store_n(&l->delivered, l->delivered + n, __ATOMIC_RELEASE);
	return (unsigned int)n;
}

static unsigned int __rte_noinline
deliver_trusted(struct netdma_channel *ch, struct netdma_completion *done, unsigned int max)
{
	uint64_t bytes;
	unsigned int n = deliver_plain(ch, done, max, false, false, &bytes);

	ch->bytes_then += bytes;
	ch->bytes_at = ch->list.delivered;
	return n;
}

/* All that was given from the next one to be delivered on is one plain copy each. */
static inline bool
is_plain(const struct netdma_channel *ch)
{
	return ch->list.special <= ch->list.delivered;
}

/* Whole lists, as many as have completed, counted. @return how many descriptors. */
static inline unsigned int
deliver_lists(struct netdma_channel *ch, unsigned int max)
{
	struct netdma_list *l = &ch->list;
	static const struct list_end none;
	const struct list_end *e, *last = &none;
	uint64_t n;

	if (unlikely(ch->nb_ends - ch->ends_passed > LIST_ENDS))
		ch->ends_passed = ch->nb_ends - LIST_ENDS;
	for (; ch->ends_passed != ch->nb_ends; ch->ends_passed++) {
		e = &ch->end[ch->ends_passed % LIST_ENDS];
		if (e->count > l->completed || (int64_t)(e->count - l->delivered) > (int64_t)max)
			break;
		last = e;
	}
	if (unlikely(last->count <= l->delivered))
		return 0;
	n = last->count - l->delivered;
	counter_add(&ch->count.copied, n);
	counter_add(&ch->count.bytes, last->bytes - ch->bytes_then);
	ch->bytes_then = last->bytes;
	ch->bytes_at = last->count;
	ch->last = last->last;
	l->head = last->last->next;
	__atomic_store_n(&l->delivered, last->count, __ATOMIC_RELEASE);
	return (unsigned int)n;
}

static inline unsigned int
take_plain(struct netdma_channel *ch, struct netdma_completion *done, unsigned int max)
{
	unsigned int n = done == NULL ? deliver_lists(ch, max) : 0;

	if (ch->list.delivered != ch->list.completed && n != max)
		n += deliver_trusted(ch, done, max - n);
	return n;
}

static void
call_back(struct netdma_channel *ch, const struct netdma_completion *done, unsigned int n)
{
	const struct netdma_channel *outer = netdma_callback_enter(ch);
	unsigned int i;

	ch->in_callback = true;
	for (i = 0; i < n; i++)
		if (done[i].interrupt)
			ch->completion(ch, &done[i], ch->completion_arg);
	ch->in_callback = false;
	netdma_callback_leave(outer);
}

static unsigned int __rte_noinline
collect(struct netdma_channel *ch, struct netdma_completion *done, unsigned int max)
{
	struct netdma_completion local[32];
	unsigned int n = 0, k, got, interrupts = 0;

	if (done == NULL && ch->word == NULL && ch->completion == NULL)
		return deliver(ch, NULL, max, &interrupts);
	do {
		k = done != NULL ? max : RTE_MIN(max - n, RTE_DIM(local));
		interrupts = 0;
		/* Before any of it is the client's again, and callbacks may add to it. */
		if (ch->word != NULL)
			netdma_word_update(ch);
		got = deliver(ch, done != NULL ? done : local, k, &interrupts);
		if (interrupts != 0 && ch->completion != NULL)
			call_back(ch, done != NULL ? done : local, got);
		n += got;
	} while (done == NULL && got == k && n < max);
	return n;
}

/* What is not a trusted channel's, or cannot be counted without being looked at. */
static unsigned int __rte_noinline
take_other(struct netdma_channel *ch, struct netdma_completion *done, unsigned int max)
{
	uint64_t from = ch->list.delivered, bytes;
	unsigned int n;

	if (max == 0 || !is_plain(ch) || (ch->part_segs | ch->nb_bridges) != 0)
		return collect(ch, done, max);
	if (channel_is_plain_fed(ch, FEED_RING))
		n = deliver_plain(ch, done, max, true, false, &bytes);
	else if (channel_is_plain_fed(ch, FEED_LIST))
		n = deliver_plain(ch, done, max, false, !ch->trusted, &bytes);
	else
		return collect(ch, done, max);
	bytes_follow(ch, from, from + n, bytes);
	return n;
}

/* Whether the engine gets anywhere. The time is only looked at when it does not. */
static inline void
watch(struct netdma_channel *ch)
{
	const struct netdma_list *l = &ch->list;
	uint64_t now;

	if (l->completed == l->allowed || (ch->hurdle & HURDLE_LEAVE)) {
		ch->watch_since = 0;
		return;
	}
	if (likely(l->completed + l->given != ch->watch_marks)) {
		ch->watch_marks = l->completed + l->given;
		ch->watch_since = 0;
		return;
	}
	now = rte_rdtsc();
	if (ch->watch_since == 0) {
		ch->watch_since = now;
	} else if (now - ch->watch_since > ch->watchdog) {
		ch->watch_since = 0;
		netdma_engine_stuck(ch);
	}
}

static inline void
drive(struct netdma_channel *ch)
{
	if (likely(ch->hurdle == 0)) {
		netdma_engine_serve(ch, ch->poll);
	} else {
		if (ch->hurdle & HURDLE_LEAVE)
			netdma_channel_leave_engine(ch);
		netdma_engine_poll(ch);
	}
	watch(ch);
}

int
netdma_poll(struct netdma_channel *ch, struct netdma_completion *done, uint16_t max)
{
	unsigned int n = 0, most = max;

	if (unlikely(ch == NULL))
		return -EINVAL;
	if (unlikely(ch->in_callback))
		return -EBUSY;
	counter_add(&ch->count.polls, 1);
	if (likely(netdma_channel_enter_outer(ch) == 0)) {
		drive(ch);
		if (ch->list.delivered != ch->list.completed)
			n = is_plain(ch) && ch->bytes_at == ch->list.delivered &&
					channel_is_plain(ch) ? take_plain(ch, done, most) :
					take_other(ch, done, most);
		netdma_trace_fp_poll(ch->id, n, ch->list.delivered, ch->list.completed);
		netdma_channel_leave_outer(ch);
	} else if (__atomic_load_n(&ch->stopping, __ATOMIC_ACQUIRE) == CHANNEL_DETACHED) {
		netdma_channel_enter_any(ch);
		netdma_channel_poll_stranded(ch);
		n = collect(ch, done, most);
		netdma_channel_leave_outer(ch);
	}
	return (int)n;
}

/* Drive a channel for one that waits. @return how many descriptors are not finished, or a negative
 * errno.
 */
static int64_t
drive_waiting(struct netdma_channel *ch, bool help)
{
	int64_t left;
	int ret = netdma_channel_enter_outer(ch);

	if (unlikely(ret != 0))
		return ret;
	drive(ch);
	if (help && ch->hurdle == 0 && ch->list.completed != ch->list.given &&
			ch->provider->ops->help != NULL)
		netdma_engine_serve(ch, ch->provider->ops->help);
	if (ch->word != NULL)
		netdma_word_update(ch);
	left = (int64_t)(ch->list.accepted - ch->list.completed);
	netdma_channel_leave_outer(ch);
	return left;
}

int
netdma_channel_drain(struct netdma_channel *ch, uint64_t timeout_us)
{
	uint64_t start = rte_get_timer_cycles(), hz = rte_get_timer_hz();
	uint64_t seconds = RTE_MIN(timeout_us / 1000000, UINT64_MAX / hz - 1);
	uint64_t timeout = seconds * hz + timeout_us % 1000000 * hz / 1000000;
	unsigned int i;
	int64_t left;

	if (ch == NULL)
		return -EINVAL;
	if (ch->in_callback)
		return -EBUSY;
	for (i = 0;; i++) {
		left = drive_waiting(ch, false);
		if (left <= 0)
			return (int)left;
		if (timeout == 0 || rte_get_timer_cycles() - start > timeout)
			return -ETIMEDOUT;
		netdma_relax(i);
	}
}

int
netdma_channel_wait(struct netdma_channel *ch, uint32_t until, uint32_t flags)
{
	int64_t left, before = INT64_MAX;
	uint64_t since = 0;
	unsigned int i;

	if (ch == NULL)
		return -EINVAL;
	if ((flags & ~NETDMA_WAIT_HELP) != 0) {
		NETDMA_LOG_LIMITED(ERR, "channel %d: a wait has unknown flags 0x%x", ch->id,
				flags & ~NETDMA_WAIT_HELP);
		return -EINVAL;
	}
	if (ch->in_callback)
		return -EBUSY;
	/* Help is from the end. Only who waits for the end has any of it. */
	for (i = 0;; i++) {
		left = drive_waiting(ch, until == 0 && (flags & NETDMA_WAIT_HELP));
		if (left <= (int64_t)until)
			return (int)RTE_MIN(left, 0);
		if (left != before) {
			before = left;
			since = i = 0;
		} else if (since == 0) {
			since = rte_rdtsc();
		} else {
			if (rte_rdtsc() - since > ch->bound)
				return -ETIMEDOUT;
			netdma_relax(i);
		}
	}
}
