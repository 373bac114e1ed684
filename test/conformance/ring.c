/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Everyday calls. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "conformance.h"

#define MAX_SEGS 5

static void *
cookie(const struct entry *e)
{
	return (void *)(uintptr_t)e->serial;
}

/* Slots that a piece takes. 0: nobody knows; where IOVAs are not virtual addresses it depends on
 * the pages, and another provider may take shorter copies.
 */
static uint32_t
slots_of(const struct chan *c, uint32_t length)
{
	bool leaves = c->run->job == JOB_STOP && c->conf.failover != NETDMA_FAILOVER_NONE;

	return c->translated || c->away || leaves ? 0 : (length + c->max_transfer - 1) / c->max_transfer;
}

/* What filling so many slots may answer; 0: nobody knows how many. */
static struct answers
fill_answers(const struct chan *c, uint32_t slots, uint32_t length, int room)
{
	struct answers a = nc_channel_answers(c);
	uint32_t most = length / NETDMA_PAGE_SIZE + 2 * MAX_SEGS;

	if (c->feed == FEED_LIST && nc_outstanding(c) != 0)
		must_refuse(&a, -EBUSY);
	if (slots > c->conf.nb_desc)
		must_refuse(&a, -E2BIG);
	else if (slots > (uint32_t)room)
		must_refuse(&a, -ENOSPC);
	if (slots == 0 && most > c->conf.nb_desc)
		may_refuse(&a, -E2BIG);
	if ((slots == 0 && most > (uint32_t)room) || c->run->job == JOB_STOP)
		may_refuse(&a, -ENOSPC);
	return a;
}

/* A call has answered: one more entry is filled, or nothing has changed. */
static void
filled(struct run *r, struct chan *c, struct entry *e, const struct answers *a, int ret, int room,
		uint32_t slots, const char *call)
{
	int left;

	if (nc_refused(r, a, ret, 0, call)) {
		nc_no_room(c, ret);
		nc_check_mbuf(r, e);
		return;
	}
	left = netdma_channel_room(c->ch);
	e->slots = (uint32_t)(room - left);
	if (left >= room || (slots != 0 && e->slots != slots))
		nc_fail(r, WHOLE_OR_NOT, "%s took %d slots, not %u", call, room - left, slots);
	if (c->feed != FEED_RING)
		c->started = false;
	c->feed = FEED_RING;
	nc_dep_note(c, e);
	nc_channel_filled(c, e);
}

/* Where a copy's bytes come from and go to. @return false when there is no memory left. */
static bool
place(struct run *r, struct chan *c, struct span *s)
{
	bool extra = r->memory.extra_registered && !c->trusted && nc_chance(r, 20);

	s->src = nc_chance(r, 30) ? nc_dep_take(r, &c->deps, &s->length, false) : NOWHERE;
	if (s->src == NOWHERE) {
		s->src = nc_memory_take(r, s->length, false, extra);
		if (s->src == NOWHERE)
			return false;
		nc_memory_fill(r, s->src, s->length, KIND_SRC);
	}
	s->dst = nc_memory_take(r, s->length, false, extra && nc_chance(r, 50));
	if (s->dst == NOWHERE)
		return false;
	nc_memory_fill(r, s->dst, s->length, KIND_DST);
	return true;
}

/* @return false when it is no use to go on. */
static bool
copy(struct run *r, struct chan *c)
{
	struct memory *m = &r->memory;
	struct entry e = { .serial = ++r->serial };
	struct span s;
	struct answers a;
	uint32_t slots, most = c->max_transfer;
	int ret, room;

	/* Longer than one slot, if there is memory for that. */
	if (most < 100000 && nc_chance(r, 10))
		most *= 6;
	s.length = nc_chance(r, 4) ? 0 : nc_draw_length(r, most);
	if (s.length == 0)
		s.src = s.dst = 0;
	else if (!place(r, c, &s))
		return false;
	e.flags = nc_draw_hints(r) | (nc_chance(r, 12) ? NETDMA_DESC_SERIALIZE_TRANSFER : 0) |
			(nc_chance(r, 10) ? NETDMA_DESC_INTERRUPT_ON_COMPLETION : 0) |
			(nc_chance(r, 20) ? NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION : 0);
	e.length = s.length;
	e.span[0] = s;
	e.nb_spans = s.length != 0;
	e.extra = s.length != 0 && RTE_MAX(s.src, s.dst) >= EXTRA_AT;
	slots = s.length != 0 ? slots_of(c, s.length) : 1;
	room = netdma_channel_room(c->ch);
	a = fill_answers(c, slots, s.length, room);
	nc_say(r, "\n          copy ");
	nc_entry_say(r, &e);
	ret = s.length != 0 || nc_chance(r, 50) ?
			netdma_copy(c->ch, m->real + s.src, m->real + s.dst, s.length, e.flags,
			cookie(&e)) : netdma_marker(c->ch, e.flags, cookie(&e));
	filled(r, c, &e, &a, ret, room, slots, "netdma_copy()");
	return ret == 0;
}

/* A packet of the suite's own making: its bytes are memory like all others, and who reads it
 * when it is gone, a sanitizer sees.
 */
static struct rte_mbuf *
packet(struct run *r, struct entry *e, uint32_t *length)
{
	uint32_t i, n = RTE_MIN(nc_draw(r, 1, MAX_SEGS), r->most_count);
	struct rte_mbuf *m;

	m = aligned_alloc(RTE_CACHE_LINE_SIZE, 2 * n * sizeof(*m));
	if (m == NULL)
		return NULL;
	memset(m, 0, 2 * n * sizeof(*m));
	*length = 0;
	for (i = 0; i < n; i++) {
		uint32_t size = nc_chance(r, 10) ? 0 : nc_draw_length(r, 9000);
		place_t at = nc_memory_take(r, size, false, false);

		if (at == NOWHERE) {
			free(m);
			return NULL;
		}
		nc_memory_fill(r, at, size, KIND_SRC);
		m[i].buf_addr = r->memory.real + at;
		m[i].buf_len = (uint16_t)size;
		m[i].data_len = (uint16_t)size;
		m[i].refcnt = 1;
		m[i].nb_segs = (uint16_t)n;
		m[i].next = i + 1 < n ? &m[i + 1] : NULL;
		e->span[i] = (struct span){ at, 0, size };
		*length += size;
	}
	m->pkt_len = *length;
	memcpy(m + n, m, n * sizeof(*m));
	e->mbuf = m;
	e->nb_mbufs = n;
	return m;
}

/* The spans of an entry are those of all segments: leave what lies before the offset. */
static void
skip(struct entry *e, uint32_t offset, place_t dst)
{
	uint32_t i, n = 0;

	for (i = 0; i < e->nb_mbufs; i++) {
		struct span s = e->span[i];
		uint32_t gone = RTE_MIN(offset, s.length);

		offset -= gone;
		s.src += gone;
		s.length -= gone;
		s.dst = dst;
		dst += s.length;
		if (s.length != 0)
			e->span[n++] = s;
	}
	e->nb_spans = n;
}

void
nc_op_copy_mbuf(struct run *r)
{
	struct chan *c = nc_pick(r);
	struct entry e = { .serial = ++r->serial };
	uint32_t length, offset, slots = 0, i;
	struct rte_mbuf *m;
	struct answers a;
	place_t dst = 0;
	int ret, room;

	if (c == NULL)
		return;
	m = packet(r, &e, &length);
	if (m == NULL)
		return;
	offset = nc_chance(r, 10) ? length : RTE_MIN(length, nc_draw_length(r, 100));
	e.length = length - offset;
	if (e.length != 0) {
		dst = nc_memory_take(r, e.length, false, false);
		if (dst == NOWHERE) {
			free(m);
			return;
		}
		nc_memory_fill(r, dst, e.length, KIND_DST);
	}
	skip(&e, offset, dst);
	for (i = 0; i < e.nb_spans; i++)
		slots += slots_of(c, e.span[i].length);
	if (e.nb_spans == 0)
		slots = 1;
	room = netdma_channel_room(c->ch);
	a = fill_answers(c, slots, e.length, room);
	if (nc_chance(r, 4)) {
		offset = length + nc_draw(r, 1, 10);
		must_refuse(&a, -EINVAL);
	}
	nc_say(r, "packet of %u segments, %u bytes, from %u on: ", e.nb_mbufs, length, offset);
	nc_entry_say(r, &e);
	ret = netdma_copy_mbuf(c->ch, m, offset, r->memory.real + dst, cookie(&e));
	filled(r, c, &e, &a, ret, room, slots, "netdma_copy_mbuf()");
}

void
nc_op_marker(struct run *r)
{
	struct chan *c = nc_pick(r);
	struct entry e = { .serial = ++r->serial };
	struct answers a;
	int ret, room;

	if (c == NULL)
		return;
	room = netdma_channel_room(c->ch);
	a = fill_answers(c, 1, 0, room);
	nc_say(r, "marker #%" PRIu64, e.serial);
	ret = netdma_marker(c->ch, 0, cookie(&e));
	filled(r, c, &e, &a, ret, room, 1, "netdma_marker()");
}

void
nc_ring_restart(struct run *r, struct chan *c)
{
	struct answers a = nc_channel_answers(c);
	int ret;

	/* It takes no list for nothing. */
	if (c->feed == FEED_LIST) {
		must_refuse(&a, -EINVAL);
		may_refuse(&a, -EBUSY);
	}
	nc_say(r, "restart");
	ret = netdma_channel_start(c->ch, NULL, NULL, 0);
	if (nc_refused(r, &a, ret, 0, "netdma_channel_start() without a list"))
		return;
	if (!c->pollable)
		nc_channel_dropped(c);
	c->feed = FEED_RING;
	c->state = STATE_NORMAL;
}

static void
submit(struct run *r, struct chan *c)
{
	struct answers a;
	int ret, slots;

	if (c->state == STATE_HALTED && c->feed != FEED_LIST && nc_chance(r, 60)) {
		nc_ring_restart(r, c);
		nc_say(r, ", ");
	}
	slots = (int)c->slots_filled;
	a = nc_channel_answers(c);
	if (c->state == STATE_HALTED && slots != 0)
		must_refuse(&a, -ECANCELED);
	else if (c->state == STATE_HALTED)
		may_refuse(&a, -ECANCELED);
	if (r->job == JOB_STOP)
		may_refuse(&a, 0);
	nc_say(r, "submit");
	ret = netdma_submit(c->ch);
	if (!nc_refused(r, &a, ret, slots, "netdma_submit()"))
		nc_channel_submitted(c);
}

void
nc_ring_burst(struct run *r, struct chan *c)
{
	uint32_t n = RTE_MIN(nc_draw(r, 1, nc_chance(r, 10) ? 30 : 5), r->most_count);

	/* A ring that is full stays full, but for what makes room. */
	if (netdma_channel_room(c->ch) == 0 && nc_chance(r, 80)) {
		submit(r, c);
		nc_say(r, ", poll");
		nc_channel_poll(r, c, MAX_POLL, false);
		return;
	}
	while (n-- > 0 && copy(r, c))
		;
}

void
nc_op_copy(struct run *r)
{
	struct chan *c = nc_pick(r);

	if (c == NULL)
		return;
	if (c->feed == FEED_LIST && nc_outstanding(c) != 0 && nc_chance(r, 90))
		nc_list_hand_over(r, c);
	else
		nc_ring_burst(r, c);
}

void
nc_op_restart(struct run *r)
{
	struct chan *c = nc_pick(r);

	if (c != NULL)
		nc_ring_restart(r, c);
}

void
nc_op_submit(struct run *r)
{
	struct chan *c = nc_pick(r);

	if (c != NULL)
		submit(r, c);
}
