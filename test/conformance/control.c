/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Suspend, resume, abort, reset, drain, wait. */

#include <errno.h>

#include "conformance.h"

#define DEFAULT_BOUND_US 100000

uint64_t
nc_bound(const struct chan *c)
{
	return c->conf.bound_us != 0 ? c->conf.bound_us : DEFAULT_BOUND_US;
}

/* ------------------------------------------------------------- suspend and resume */

/* The library has processed so many of what is outstanding; the rest is the client's again. */
static void
withdraw(struct run *r, struct chan *c, uint32_t processed, const struct netdma_desc *last)
{
	const struct netdma_desc *wanted = c->last_desc;
	uint32_t i, keep = c->head + processed;

	if (processed > nc_outstanding(c))
		nc_fail(r, ACCOUNTED_FOR, "%u are outstanding behind a suspend, and were %u before",
				processed, nc_outstanding(c));
	if (processed != 0)
		wanted = c->q.e[keep - 1].desc;
	/* Slots of the ring have no names. */
	if (last != wanted && (processed != 0 || c->last_desc != NULL || c->last_serial == 0))
		nc_fail(r, ACCOUNTED_FOR, "a suspend names %p as processed last; %u of %u have "
				"been, so it is %p", (const void *)last, processed,
				nc_outstanding(c), (const void *)wanted);
	for (i = keep; i < c->accepted; i++) {
		struct entry *e = nc_list_add(&c->rest);

		*e = c->q.e[i];
		if (e->drop != 0)
			nc_fail(r, ACCOUNTED_FOR, "entry %" PRIu64 " was replaced by a start, and "
					"then given back by a suspend", e->serial);
		nc_flights(c, e, -1);
		c->slots_out -= e->slots;
		c->withdrawn += e->slots;
		if (e->desc->user_context1 != 0 || e->desc->flags != e->was.flags)
			nc_fail(r, ACCOUNTED_FOR, "entry %" PRIu64 " was given back by a suspend "
					"with flags 0x%x and user_context1 0x%" PRIx64, e->serial,
					e->desc->flags, e->desc->user_context1);
		/* The library may have linked what was appended behind it. */
		if (e->last && e->was.next == NULL)
			e->was.next = e->desc->next;
		if (e->desc->next != e->was.next)
			nc_fail(r, ACCOUNTED_FOR, "entry %" PRIu64 " was given back by a suspend "
					"with another next than it was handed over with",
					e->serial);
	}
	c->accepted = c->q.n = keep;
	nc_list_untouched(r, &c->rest, ACCOUNTED_FOR, "a suspend gave it back");
	c->pollable = true;
}

static void
suspend(struct run *r, struct chan *c)
{
	struct netdma_desc *last = NULL;
	struct answers a;
	uint64_t start;
	int ret, out;

	a = nc_channel_answers(c);
	if (c->state == STATE_HALTED)
		must_refuse(&a, -ECANCELED);
	else if (c->state == STATE_SUSPENDED || !c->started)
		must_refuse(&a, -EINVAL);
	nc_say(r, "suspend");
	start = nc_now_us();
	ret = netdma_channel_suspend(c->ch, &last);
	if (nc_has_passed(start, nc_bound(c)))
		may_refuse(&a, -ETIMEDOUT);
	if (nc_refused(r, &a, ret, 0, "netdma_channel_suspend()"))
		return;
	if (nc_helper_forces(r, c))
		nc_channel_forced(c);
	out = netdma_channel_outstanding(c->ch);
	if (c->feed == FEED_LIST) {
		nc_say(r, ", %d processed", out);
		withdraw(r, c, (uint32_t)out, last);
	}
	nc_deps_forget(c);
	c->expected = NULL;
	c->state = STATE_SUSPENDED;
	nc_word_controlled(r, c, NETDMA_WORD_SUSPENDED, c->feed == FEED_LIST ? last : NULL);
	/* Who knows which slots of a ring were processed. */
	c->word_uncertain = !c->pollable && nc_outstanding(c) != 0;
	nc_info_check(r, c);
}

void
nc_op_suspend(struct run *r)
{
	struct chan *c = nc_pick(r);

	if (c != NULL)
		suspend(r, c);
}

/* One of the rest, as the client hands it over again: shorter, perhaps. */
static void
edit(struct run *r, struct entry *e)
{
	uint32_t flags = NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;

	e->drop = 0;
	e->halted = 0;
	e->forced = e->aborted = e->gone = e->last = false;
	if (e->extra && !r->memory.extra_registered) {
		e->flags |= NETDMA_DESC_NULL_TRANSFER;
		e->flags &= ~(NETDMA_DESC_SOURCE_PAGE_BREAK | NETDMA_DESC_DESTINATION_PAGE_BREAK);
		e->desc->flags = e->flags;
		e->nb_spans = 0;
		e->length = 0;
		e->extra = false;
	}
	if (e->nb_spans == 1 && nc_chance(r, 15)) {
		e->length = nc_draw(r, 1, e->length);
		e->span[0].length = e->length;
		e->desc->length = e->length;
	}
	if (nc_chance(r, 10)) {
		e->flags ^= flags;
		e->desc->flags ^= flags;
	}
}

/* What the client makes of the rest: some go, some change, new ones come. What others wait for
 * stays. Lists of different pools may have been appended, but what is handed over now is one
 * list: it ends where another pool begins.
 */
static void
rest_edit(struct run *r, struct chan *c, struct list *l, struct list *deleted)
{
	uint32_t i, insert = nc_draw(r, 1, c->rest.n + 1), percent = nc_chance(r, 50) ? 0 : 30;

	for (i = 0; i < c->rest.n && c->rest.e[i].pool == c->rest.e[0].pool; i++) {
		struct entry *e = &c->rest.e[i];

		if (l->n == insert && nc_chance(r, 50))
			nc_list_make(r, c, l, nc_draw_count(r, 20), false);
		if (!(e->flags & NETDMA_DESC_SERIALIZE_TRANSFER) && nc_chance(r, percent)) {
			*nc_list_add(deleted) = *e;
			continue;
		}
		edit(r, e);
		*nc_list_add(l) = *e;
	}
	for (; i < c->rest.n; i++)
		*nc_list_add(deleted) = c->rest.e[i];
	c->rest.n = 0;
	if (nc_chance(r, 20) || (l->n == 0 && nc_chance(r, 50)))
		nc_list_make(r, c, l, nc_draw_count(r, 20), false);
	nc_list_link(l, NULL);
	nc_say(r, ", %u of the rest deleted, ", deleted->n);
}

void
nc_channel_resume(struct run *r, struct chan *c)
{
	struct list *l = &r->scratch, *deleted = &r->deleted;
	bool nothing = nc_chance(r, 25), list = !nothing;
	struct answers a = nc_channel_answers(c);
	struct victim v = { .run = r, .c = c, .l = l, .a = &a };
	int ret;

	nc_say(r, "resume");
	if (list && c->feed == FEED_LIST && c->state == STATE_SUSPENDED)
		rest_edit(r, c, l, deleted);
	else if (list && nc_chance(r, 30)) /* although nobody waits for one */
		nc_list_make(r, c, l, nc_draw_count(r, 20), false);
	if (c->state != STATE_SUSPENDED || (c->feed == FEED_RING && l->n != 0))
		must_refuse(&a, -EINVAL);
	if (l->n != 0 && c->busy_starts >= 4)
		may_refuse(&a, -EBUSY);
	if (l->n != 0)
		nc_list_say(r, l);
	if (l->n != 0 && a.ok && !c->trusted && nc_chance(r, 15) && nc_defect_make(&v)) {
		ret = netdma_channel_resume(c->ch, v.first, v.last, v.n);
		nc_refused(r, &a, ret, 0, "netdma_channel_resume() of a list with a defect");
		nc_list_same(r, l, "netdma_channel_resume()");
		nc_defect_mend(&v);
		nc_info_check(r, c);
		a = nc_channel_answers(c);
	}
	ret = l->n == 0 ? netdma_channel_resume(c->ch, NULL, NULL, 0) :
			netdma_channel_resume(c->ch, l->e[0].desc, l->e[l->n - 1].desc, l->n);
	if (!nc_refused(r, &a, ret, 0, "netdma_channel_resume()")) {
		c->state = STATE_NORMAL;
		if (l->n != 0) {
			c->busy_starts += nc_outstanding(c) != 0;
			c->expected = l->e[l->n - 1].was.next;
			nc_channel_accepted(c, l);
		}
		nc_rest_free(r, c);
	} else if (l->n != 0) {
		nc_list_same(r, l, "netdma_channel_resume()");
		nc_list_free(r, l);
	}
	nc_list_untouched(r, deleted, ACCOUNTED_FOR, "it was deleted from a suspended list");
	nc_list_free(r, deleted);
}

void
nc_op_resume(struct run *r)
{
	struct chan *c = nc_pick(r);

	if (c == NULL)
		return;
	if (c->state == STATE_NORMAL && c->started && nc_chance(r, 70)) {
		suspend(r, c);
		nc_say(r, ", ");
	}
	nc_channel_resume(r, c);
}

/* -------------------------------------------------------------- abort and reset */

static void
stop(struct run *r, bool fresh)
{
	const char *call = fresh ? "netdma_channel_reset()" : "netdma_channel_abort()";
	struct chan *c = nc_pick(r);
	struct answers a;
	bool late, lost;
	uint64_t start;
	int ret;

	if (c == NULL)
		return;
	a = nc_channel_answers(c);
	a.invariant = ACCOUNTED_FOR;
	nc_say(r, fresh ? "reset" : "abort");
	start = nc_now_us();
	ret = fresh ? netdma_channel_reset(c->ch) : netdma_channel_abort(c->ch);
	late = nc_has_passed(start, nc_bound(c));
	/* Then it leaves its provider, but aborted it is. */
	lost = ret == -ETIMEDOUT && nc_has(r, NETDMA_CONFORMANCE_MAY_HANG);
	if (lost)
		nc_say_ret(r, ret);
	else if (nc_refused(r, &a, ret, 0, call))
		return;
	if (!c->pollable)
		nc_channel_dropped(c);
	if (late || nc_helper_forces(r, c))
		nc_channel_forced(c);
	nc_channel_aborted(c);
	c->pollable = true;
	c->state = fresh ? STATE_NORMAL : STATE_HALTED;
	c->started = c->started && !fresh;
	nc_word_controlled(r, c, fresh ? NETDMA_WORD_ARMED : NETDMA_WORD_HALTED, NULL);
	nc_rest_free(r, c);
	nc_info_check(r, c);
	nc_counts_check(r, c);
}

void
nc_op_abort(struct run *r)
{
	stop(r, false);
}

void
nc_op_reset(struct run *r)
{
	stop(r, true);
}

/* ------------------------------------------------------------------- drain and wait */

/* All of it finishes by and by: on a channel that is suspended it does not. */
static bool
ends(const struct run *r, const struct chan *c)
{
	return (c->state == STATE_NORMAL || c->pollable) && (!r->asleep || c->away);
}

void
nc_op_drain(struct run *r)
{
	struct chan *c = nc_pick(r);
	uint64_t timeout = nc_chance(r, 30) ? 0 : nc_draw(r, 1, 200), start;
	struct deadline d = nc_deadline(r);
	struct answers a;
	int ret;

	if (c == NULL)
		return;
	if (ends(r, c) && nc_chance(r, 70))
		timeout = r->patience_us;
	a = nc_channel_answers(c);
	nc_say(r, "drain");
	start = nc_now_us();
	ret = netdma_channel_drain(c->ch, timeout);
	while (ret == -ETIMEDOUT && timeout == r->patience_us && nc_patient(r, &d))
		ret = netdma_channel_drain(c->ch, 100);
	nc_channel_look(r, c);
	if (ret == -ETIMEDOUT && timeout == r->patience_us)
		nc_fail(r, RETURNS, "netdma_channel_drain() found %u outstanding after %" PRIu64
				" ms", nc_outstanding(c), timeout / 1000);
	if (nc_has_passed(start, timeout) && !c->pollable && nc_outstanding(c) != 0)
		may_refuse(&a, -ETIMEDOUT);
	if (!nc_refused(r, &a, ret, 0, "netdma_channel_drain()"))
		c->pollable = true;
	nc_info_check(r, c);
	nc_word_check(r, c);
}

void
nc_op_wait(struct run *r)
{
	struct chan *c = nc_pick(r);
	uint32_t flags = nc_chance(r, 70) ? NETDMA_WAIT_HELP : 0;
	uint32_t until = nc_chance(r, 60) ? 0 : nc_draw(r, 0, 20);
	struct deadline d = nc_deadline(r);
	struct answers a;
	uint64_t start;
	bool patient;
	int ret;

	if (c == NULL)
		return;
	patient = ends(r, c);
	/* So long a wait in vain is not worth it. */
	if (!patient && nc_bound(c) > 50000)
		return;
	a = nc_channel_answers(c);
	nc_say(r, "wait");
	start = nc_now_us();
	do {
		ret = netdma_channel_wait(c->ch, until, flags);
	} while (ret == -ETIMEDOUT && patient && nc_patient(r, &d));
	nc_channel_look(r, c);
	if (ret == -ETIMEDOUT && patient)
		nc_fail(r, RETURNS, "netdma_channel_wait() found %u outstanding after %" PRIu64
				" ms", nc_outstanding(c), (nc_now_us() - start) / 1000);
	if (nc_has_passed(start, nc_bound(c)) && !c->pollable && nc_outstanding(c) != 0)
		may_refuse(&a, -ETIMEDOUT);
	if (!nc_refused(r, &a, ret, 0, "netdma_channel_wait()") && until == 0)
		c->pollable = true;
	nc_info_check(r, c);
	nc_word_check(r, c);
}
