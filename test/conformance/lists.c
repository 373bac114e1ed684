/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Lists that the client links: making them, and handing them over. */

#include <errno.h>
#include <string.h>

#include "conformance.h"

#define SAID 8 /* descriptors of a list that are told one by one */

/* One side of a copy: a place, or two, where its page ends after the first. */
struct side {
	place_t at;
	place_t next;
	uint32_t break_at; /* bytes before it; all of them: there is none */
};

static bool
side_make(struct run *r, struct side *s, uint32_t length, bool broken, bool extra, enum kind kind)
{
	s->break_at = broken && length > 1 ? nc_draw(r, 1, RTE_MIN(length - 1, 300u)) : length;
	s->at = nc_memory_take(r, s->break_at, s->break_at != length, extra);
	s->next = s->break_at != length ? nc_memory_take(r, length - s->break_at, false, extra) : 0;
	if (s->at == NOWHERE || s->next == NOWHERE)
		return false;
	nc_memory_fill(r, s->at, s->break_at, kind);
	if (s->break_at != length)
		nc_memory_fill(r, s->next, length - s->break_at, kind);
	return true;
}

static place_t
side_at(const struct side *s, uint32_t i)
{
	return i < s->break_at ? s->at + i : s->next + (i - s->break_at);
}

/* Stretches that are contiguous on both sides. */
static void
spans_make(struct entry *e, const struct side *src, const struct side *dst, uint32_t length)
{
	uint32_t i, end;

	for (i = 0; i < length; i = end) {
		end = length;
		if (i < src->break_at)
			end = RTE_MIN(end, src->break_at);
		if (i < dst->break_at)
			end = RTE_MIN(end, dst->break_at);
		e->span[e->nb_spans++] = (struct span){ side_at(src, i), side_at(dst, i), end - i };
	}
}

/* A copy. What it reads, or overwrites, may be what one before it brings. */
static bool
copy_make(struct run *r, struct chan *c, struct entry *e, bool depend)
{
	/* It may be gone when what is made in advance is handed over. */
	bool extra = r->memory.extra_registered && !c->trusted && depend && nc_chance(r, 15);
	bool src_broken = nc_chance(r, 7), dst_broken = nc_chance(r, 7);
	uint32_t length = nc_draw_length(r, c->max_transfer);
	struct netdma_desc *d = e->desc;
	struct side src, dst;

	src.at = depend && nc_chance(r, 40) ? nc_dep_take(r, &c->deps, &length, false) : NOWHERE;
	dst.at = src.at == NOWHERE && depend && nc_chance(r, 10) ?
			nc_dep_take(r, &c->deps, &length, true) : NOWHERE;
	src.break_at = dst.break_at = length;
	if (src.at == NOWHERE && !side_make(r, &src, length, src_broken, extra, KIND_SRC))
		return false;
	if (dst.at == NOWHERE && !side_make(r, &dst, length, dst_broken, extra, KIND_DST))
		return false;
	spans_make(e, &src, &dst, length);
	e->extra = extra;
	e->length = length;
	d->length = length;
	d->src = nc_channel_address(c, src.at);
	d->dst = nc_channel_address(c, dst.at);
	if (src.break_at != length) {
		e->flags |= NETDMA_DESC_SOURCE_PAGE_BREAK;
		d->next_src = nc_channel_address(c, src.next);
	} else if (nc_chance(r, 5) && src.at % NETDMA_PAGE_SIZE + length <= NETDMA_PAGE_SIZE) {
		e->flags |= NETDMA_DESC_SOURCE_PAGE_BREAK; /* and its page does not end */
	}
	if (dst.break_at != length) {
		e->flags |= NETDMA_DESC_DESTINATION_PAGE_BREAK;
		d->next_dst = nc_channel_address(c, dst.next);
	} else if (nc_chance(r, 5) && dst.at % NETDMA_PAGE_SIZE + length <= NETDMA_PAGE_SIZE) {
		e->flags |= NETDMA_DESC_DESTINATION_PAGE_BREAK;
	}
	return true;
}

static bool
desc_make(struct run *r, struct chan *c, struct entry *e, bool depend)
{
	uint32_t dice = nc_draw(r, 0, 99);

	e->serial = ++r->serial;
	e->slots = 1;
	e->flags = (nc_chance(r, 12) ? NETDMA_DESC_SERIALIZE_TRANSFER : 0) |
			(nc_chance(r, 20) ? NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION : 0);
	if (dice < 3) {
		e->flags |= NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE;
		e->desc->dca_context = nc_draw(r, 0, UINT32_MAX);
	} else {
		e->flags |= nc_draw_hints(r) |
				(nc_chance(r, 8) ? NETDMA_DESC_INTERRUPT_ON_COMPLETION : 0);
		if (dice < 10) {
			e->flags |= NETDMA_DESC_NULL_TRANSFER;
			e->desc->length = nc_draw(r, 0, 100); /* nobody looks at it */
		} else if (!copy_make(r, c, e, depend)) {
			return false;
		}
	}
	e->desc->flags = e->flags;
	e->desc->user_context2 = e->serial;
	if (depend)
		nc_dep_note(c, e);
	return true;
}

void
nc_list_link(struct list *l, struct netdma_desc *tail_next)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		l->e[i].desc->next = i + 1 < l->n ? l->e[i + 1].desc : tail_next;
		l->e[i].was = *l->e[i].desc;
	}
}

bool
nc_list_make(struct run *r, struct chan *c, struct list *l, uint32_t n, bool depend)
{
	/* All of a list are of one pool. */
	uint8_t pool = l->n != 0 ? l->e[0].pool : nc_chance(r, 50);
	struct netdma_desc *d = netdma_desc_alloc(r->pool[pool], n), *next;
	bool full = false;

	for (; d != NULL; d = next) {
		struct entry *e = nc_list_add(l);

		next = d->next;
		e->desc = d;
		e->pool = pool;
		full = full || !desc_make(r, c, e, depend);
		if (!full)
			continue;
		/* No memory is left: those before it are all. */
		nc_desc_free(r, e);
		l->n--;
	}
	nc_list_link(l, NULL);
	return l->n != 0;
}

void
nc_list_say(struct run *r, const struct list *l)
{
	uint32_t i;

	nc_say(r, "list of %u", l->n);
	for (i = 0; i < RTE_MIN(l->n, (uint32_t)SAID); i++) {
		nc_say(r, "\n          ");
		nc_entry_say(r, &l->e[i]);
	}
	if (l->n > SAID)
		nc_say(r, "\n          ...");
	if (l->n != 0 && l->e[l->n - 1].was.next != NULL)
		nc_say(r, "\n          and its next names the following one");
}

void
nc_list_same(struct run *r, const struct list *l, const char *call)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (memcmp(l->e[i].desc, &l->e[i].was, sizeof(l->e[i].was)) != 0)
			nc_fail(r, WHOLE_OR_NOT, "%s has changed descriptor %u, entry %" PRIu64
					", of a list that it refused", call, i, l->e[i].serial);
	nc_list_untouched(r, l, WHOLE_OR_NOT, "its list was refused");
}

void
nc_rest_free(struct run *r, struct chan *c)
{
	nc_list_untouched(r, &c->rest, ACCOUNTED_FOR, "a suspend gave it back");
	nc_list_free(r, &c->rest);
}

struct answers
nc_append_answers(const struct chan *c, const struct netdma_desc *first)
{
	struct answers a = nc_channel_answers(c);

	if (c->state == STATE_SUSPENDED)
		must_refuse(&a, -EBUSY);
	if (c->state == STATE_HALTED)
		must_refuse(&a, -ECANCELED);
	if (c->feed != FEED_LIST || !c->started) {
		must_refuse(&a, -EINVAL);
		may_refuse(&a, -EBUSY);
	}
	if (c->expected != NULL && first != c->expected)
		must_refuse(&a, -EINVAL);
	return a;
}

struct answers
nc_start_answers(const struct chan *c)
{
	struct answers a = nc_channel_answers(c);

	if (c->feed == FEED_RING && (nc_outstanding(c) != 0 || c->slots_filled != 0))
		must_refuse(&a, -EBUSY);
	if (c->busy_starts >= 4)
		may_refuse(&a, -EBUSY);
	return a;
}

static void
list_started(struct run *r, struct chan *c, struct list *l)
{
	if (nc_outstanding(c) != 0)
		c->busy_starts++;
	else
		c->busy_starts = 0;
	if (!c->pollable)
		nc_channel_dropped(c);
	c->state = STATE_NORMAL;
	nc_channel_accepted(c, l);
	nc_rest_free(r, c);
}

/* A dry run: what it finds, append would. */
static void
dry_run(struct run *r, struct chan *c, const struct list *l)
{
	struct netdma_desc *first = l->e[0].desc;
	struct answers a = nc_channel_answers(c);
	struct netdma_check check;
	int ret;

	if (c->feed == FEED_LIST && c->started && c->expected != NULL && first != c->expected)
		must_refuse(&a, -EINVAL);
	if (c->state == STATE_SUSPENDED || c->feed == FEED_RING)
		may_refuse(&a, -EBUSY);
	if (c->state == STATE_HALTED)
		may_refuse(&a, -ECANCELED);
	nc_say(r, ", check");
	ret = netdma_channel_check(c->ch, first, l->e[l->n - 1].desc, l->n, &check);
	nc_refused(r, &a, ret, 0, "netdma_channel_check()");
	nc_list_same(r, l, "netdma_channel_check()");
}

void
nc_op_check(struct run *r)
{
	struct chan *c = nc_pick(r);

	if (c == NULL || !nc_list_make(r, c, &r->scratch, nc_draw_count(r, MAX_LIST), false))
		return;
	nc_list_say(r, &r->scratch);
	dry_run(r, c, &r->scratch);
	nc_list_free(r, &r->scratch);
}

/* The list that the last one has named, if there is one; most times. */
static bool
draw_list(struct run *r, struct chan *c, struct list *l, bool start)
{
	struct list swap = *l;

	if (c->next.n != 0 && nc_chance(r, 90)) {
		*l = c->next;
		c->next = swap;
		return true;
	}
	if (start)
		nc_deps_forget(c);
	return nc_list_make(r, c, l, nc_draw_count(r, MAX_LIST), true);
}

/* It is not handed over: nothing that it says is so. */
void
nc_list_forget(struct run *r, struct chan *c, struct list *l)
{
	nc_deps_forget(c);
	nc_list_free(r, l);
}

/* Start or append a list that is in order. */
void
nc_list_give(struct run *r, struct chan *c, struct list *l, bool start)
{
	struct netdma_desc *first = l->e[0].desc, *last = l->e[l->n - 1].desc;
	const char *call = start ? "netdma_channel_start()" : "netdma_channel_append()";
	struct answers a = start ? nc_start_answers(c) : nc_append_answers(c, first);
	int ret;

	nc_say(r, start ? ", start" : ", append");
	ret = start ? netdma_channel_start(c->ch, first, last, l->n) :
			netdma_channel_append(c->ch, first, last, l->n);
	if (nc_refused(r, &a, ret, 0, call)) {
		nc_list_same(r, l, call);
		nc_list_forget(r, c, l);
		return;
	}
	c->expected = l->e[l->n - 1].was.next;
	if (start)
		list_started(r, c, l);
	else
		nc_channel_accepted(c, l);
}

/* Which of the two is more likely to be taken. */
bool
nc_draw_start(struct run *r, const struct chan *c)
{
	return c->state == STATE_NORMAL && c->started && c->feed == FEED_LIST ? nc_chance(r, 20) :
			nc_chance(r, 85);
}

void
nc_list_hand_over(struct run *r, struct chan *c)
{
	bool start = nc_draw_start(r, c);
	struct list *l = &r->scratch;

	if (!draw_list(r, c, l, start))
		return;
	if (c->next.n == 0 && nc_chance(r, 15))
		nc_list_make(r, c, &c->next, nc_draw_count(r, 20), false);
	nc_list_link(l, c->next.n != 0 ? c->next.e[0].desc : NULL);
	nc_list_say(r, l);
	if (nc_chance(r, 10))
		dry_run(r, c, l);
	nc_list_give(r, c, l, start);
}

/* What is fed in one way with work outstanding is fed in the other only to be refused: seldom. */
bool
nc_ring_stays(struct run *r, const struct chan *c)
{
	return c->feed == FEED_RING && (nc_outstanding(c) != 0 || c->slots_filled != 0) &&
			nc_chance(r, 90);
}

void
nc_op_list(struct run *r)
{
	struct chan *c = nc_pick(r);

	if (c == NULL)
		return;
	if (nc_ring_stays(r, c))
		nc_ring_burst(r, c);
	else if (c->state == STATE_SUSPENDED && nc_chance(r, 60))
		nc_channel_resume(r, c);
	else
		nc_list_hand_over(r, c);
}
