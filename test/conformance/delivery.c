/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* An entry that comes back: whether it is the one that is owed, and tells the truth. */

#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "conformance.h"

#define GUARD 16u

bool
nc_asks(const struct entry *e)
{
	return (e->flags & NETDMA_DESC_OP_TYPE_MASK) == NETDMA_DESC_OP_TRANSFER &&
			(e->flags & NETDMA_DESC_INTERRUPT_ON_COMPLETION) != 0;
}

/* It is the one that is owed next. */
static void
match(struct run *r, struct chan *c, const struct entry *e, const struct netdma_completion *d)
{
	uint64_t serial = (uintptr_t)d->user;
	uint32_t i;

	if (serial != e->serial) {
		for (i = c->head; i < c->q.n && c->q.e[i].serial != serial; i++)
			;
		nc_fail(r, COMPLETES_ONCE, "entry %" PRIu64 " came back, and %" PRIu64 " is "
				"owed: %s", serial, e->serial, i < c->accepted ?
				"wrong order, or one is lost" : i < c->q.n ? "it was not submitted" : serial < e->serial ?
				"a second time, or another channel's" : "nobody knows it");
	}
	if (d->desc != e->desc)
		nc_fail(r, COMPLETES_ONCE, "entry %" PRIu64 " names descriptor %p, not %p", serial,
				(void *)d->desc, (void *)e->desc);
	if (d->interrupt != nc_asks(e))
		nc_fail(r, COMPLETES_ONCE, "entry %" PRIu64 ": interrupt is %u", serial,
				d->interrupt);
	if (d->nb_segs != e->slots)
		nc_fail(r, COMPLETES_ONCE, "entry %" PRIu64 ": nb_segs is %u, not %u", serial,
				d->nb_segs, e->slots);
}

/* Whether an entry may have ended so. */
static bool
may_end(const struct run *r, const struct chan *c, const struct entry *e, int status, int error,
		uint32_t flags)
{
	bool fails = nc_has(r, NETDMA_CONFORMANCE_MAY_FAIL);
	bool hangs = nc_has(r, NETDMA_CONFORMANCE_MAY_HANG);
	bool recovers = c->conf.error_policy == NETDMA_ON_ERROR_RECOVER;
	/* An entry of several slots, or an engine's last, may have been copied in part. */
	bool dropped = status == NETDMA_NOT_COPIED || e->slots > 1 || e->forced || hangs;

	if (flags != 0)
		return hangs && flags == NETDMA_COMPLETION_ENGINE_MAY_WRITE &&
				status == NETDMA_UNKNOWN && error == NETDMA_ERROR_TIMEOUT;
	if (status == NETDMA_COPIED)
		return error == NETDMA_ERROR_NONE && (c->dropping == 0 || e->drop != c->dropping);
	if (status == NETDMA_UNKNOWN)
		return error == NETDMA_ERROR_TIMEOUT && e->nb_spans != 0 && (e->forced || hangs) &&
				(!recovers || e->aborted);
	if (status != NETDMA_NOT_COPIED && status != NETDMA_FAILED)
		return false;
	switch (error) {
	case NETDMA_ERROR_NONE:
		return false;
	case NETDMA_ERROR_CANCELED:
		/* An engine that was stopped may say so of one that it had begun. */
		return dropped && (e->drop != 0 || ((e->forced || hangs) && e->nb_spans != 0));
	case NETDMA_ERROR_GONE:
		return dropped && e->gone && (c->conf.failover == NETDMA_FAILOVER_NONE ||
				(hangs && !recovers));
	case NETDMA_ERROR_HALTED:
		return dropped && e->halted != 0 && e->halted <= c->reason;
	case NETDMA_ERROR_TIMEOUT:
		return e->nb_spans != 0 && (e->forced || hangs || fails) && (!recovers ||
				e->aborted);
	case NETDMA_ERROR_POISON:
		return fails && e->nb_spans != 0;
	case NETDMA_ERROR_NOT_ATTEMPTED:
		/* Or it was the CPU's, since it was filled for an engine of another kind. */
		if (c->moved && (e->aborted || e->halted != 0))
			return true;
		/* fall through */
	default:
		return fails && e->nb_spans != 0 && (!recovers || e->aborted);
	}
}

static bool
may_fail(const struct run *r)
{
	return nc_has(r, NETDMA_CONFORMANCE_MAY_FAIL | NETDMA_CONFORMANCE_MAY_HANG);
}

/* Whether it may have ended as anything but copied. */
static bool
may_differ(const struct run *r, const struct entry *e)
{
	return e->drop != 0 || e->gone || e->forced || e->halted != 0 || may_fail(r);
}

/* It was only counted: what its bytes say. If another copy to them is in flight that is nothing,
 * and they may be anything; and one that failed may look like any other.
 */
static int
guess(const struct run *r, const struct chan *c, const struct entry *e, bool *sure)
{
	const struct memory *m = &r->memory;
	const struct span *s = e->span;
	bool untouched = true, copied = true;

	*sure = !may_differ(r, e);
	if (*sure)
		return NETDMA_COPIED;
	if (e->nb_spans == 0)
		return c->dropping != 0 && e->drop == c->dropping ? NETDMA_NOT_COPIED :
				NETDMA_COPIED;
	for (; s < e->span + e->nb_spans; s++) {
		if (m->unclear || m->lost || !nc_memory_settled(m, s))
			return NETDMA_FAILED;
		untouched &= nc_memory_wrong(m, s->dst, s->length, NULL) == 0;
		copied &= memcmp(m->real + s->dst, m->want + s->src, s->length) == 0;
	}
	*sure = untouched != copied && !may_fail(r);
	return copied ? NETDMA_COPIED : untouched ? NETDMA_NOT_COPIED : NETDMA_FAILED;
}

/* Its bytes are what its status says. */
static void
check_bytes(struct run *r, const struct entry *e, int status, bool unclear)
{
	struct memory *m = &r->memory;
	uint32_t i, wrong = 0, before = 0;
	place_t first = 0;

	for (i = 0; i < e->nb_spans; i++) {
		const struct span *s = &e->span[i];

		if (status == NETDMA_COPIED)
			wrong = nc_memory_copied(m, s, &first, &before);
		else if (status == NETDMA_NOT_COPIED)
			wrong = nc_memory_wrong(m, s->dst, s->length, &first);
		else
			nc_memory_adopt(m, s, unclear);
		if (wrong != 0 && status == NETDMA_COPIED)
			nc_fail(r, BYTES_ARE_RIGHT, "entry %" PRIu64 " was copied, and %u of %u "
					"bytes are not there, the first at %u; %u of them are as "
					"before", e->serial, wrong, s->length, first, before);
		if (wrong != 0)
			nc_fail(r, BYTES_ARE_RIGHT, "entry %" PRIu64 " was not copied, and %u of "
					"%u bytes have changed, the first at %u", e->serial, wrong,
					s->length, first - s->dst);
	}
	for (i = 0; i < e->nb_spans; i++) {
		const struct span *s = &e->span[i];

		wrong = nc_memory_wrong(m, s->dst - GUARD, s->length + 2 * GUARD, &first);
		if (wrong != 0)
			nc_fail(r, BYTES_ARE_RIGHT, "entry %" PRIu64 ": %u bytes around its %u "
					"have changed, the first at %d", e->serial, wrong,
					s->length, (int)(first - s->dst));
	}
}

/* The descriptor is the client's again, as it was. */
static void
check_desc(struct run *r, const struct entry *e)
{
	const struct netdma_desc *d = e->desc, *was = &e->was;
	const char *what = NULL;

	if (d == NULL)
		return;
	if (d->flags != was->flags || d->length != was->length)
		what = "flags or length";
	else if (d->src != was->src || d->dst != was->dst)
		what = "addresses";
	else if (((d->flags & NETDMA_DESC_SOURCE_PAGE_BREAK) && d->next_src != was->next_src) ||
			((d->flags & NETDMA_DESC_DESTINATION_PAGE_BREAK) &&
			d->next_dst != was->next_dst))
		what = "addresses behind a page break";
	else if (was->next != NULL && d->next != was->next)
		what = "next"; /* if it is NULL the library may link what follows */
	else if (d->user_context2 != was->user_context2)
		what = "the cookie";
	else if (d->user_context1 != 0)
		what = "the library's own field, which must be 0 again,";
	if (what != NULL)
		nc_fail(r, NOT_TOUCHED_AFTER, "entry %" PRIu64 ": %s of its descriptor changed",
				e->serial, what);
}

void
nc_check_mbuf(struct run *r, struct entry *e)
{
	bool changed;

	if (e->mbuf == NULL)
		return;
	changed = memcmp(e->mbuf, e->mbuf + e->nb_mbufs, e->nb_mbufs * sizeof(*e->mbuf)) != 0;
	free(e->mbuf);
	e->mbuf = NULL;
	if (changed)
		nc_fail(r, NOT_TOUCHED_AFTER, "entry %" PRIu64 ": its packet was written to",
				e->serial);
}

static void
account(struct chan *c, const struct entry *e, int status, bool sure)
{
	c->uncertain |= !sure || (status != NETDMA_COPIED && e->slots != 1);
	switch (status) {
	case NETDMA_COPIED:
		c->count.copied += e->slots;
		c->count.bytes += e->length;
		break;
	case NETDMA_NOT_COPIED:
		c->count.not_copied += e->slots;
		break;
	case NETDMA_FAILED:
		c->count.failed += e->slots;
		break;
	default:
		c->count.unknown += e->slots;
	}
	if ((e->flags & NETDMA_DESC_OP_TYPE_MASK) != NETDMA_DESC_OP_TRANSFER) {
		c->context_uncertain = !sure || (c->context_uncertain && status != NETDMA_COPIED);
		if (status == NETDMA_COPIED)
			c->context = e->was.dca_context;
	}
	if (e->counts && (e->flags & NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION)) {
		c->word_uncertain |= !sure;
		if (status == NETDMA_COPIED) {
			c->word_uncertain = !sure;
			c->word_desc = e->desc;
			c->word_serial = e->serial;
			c->word_last = e->last;
		}
	}
	c->last_serial = e->serial;
	c->last_desc = e->desc;
}

/* A policy that halts has halted at an error, before it was told; and then the engine has nothing
 * more but what it had.
 */
static void
check_halt(struct run *r, struct chan *c, const struct entry *e, const struct netdma_completion *d)
{
	/* What was only counted may have been the one. */
	bool error = d == NULL || (d->status != NETDMA_COPIED &&
			d->error != NETDMA_ERROR_CANCELED && d->error != NETDMA_ERROR_GONE &&
			d->error != NETDMA_ERROR_HALTED);

	if (c->conf.error_policy != NETDMA_ON_ERROR_HALT)
		return;
	if (d != NULL && error && e->halted == 0 && !e->aborted && e->drop == 0)
		nc_fail(r, ACCOUNTED_FOR, "entry %" PRIu64 " failed (%s), and the channel did not "
				"halt", e->serial, netdma_error_name(d->error));
	if (error && e->halted != 0) {
		c->reason = c->halts;
		/* What was aborted may have failed before that; what was replaced may be none. */
		c->reason_is_last = d != NULL && !e->aborted && e->drop == 0 &&
				e->halted == c->halts;
		c->behind = 0;
	} else if (c->reason_is_last && e->halted == c->halts && d->status == NETDMA_COPIED) {
		c->behind += e->slots;
		if (c->behind > 2 * c->engine_desc)
			nc_fail(r, ACCOUNTED_FOR, "%u slots were copied behind an error that "
					"halts; the engine takes %u", c->behind, c->engine_desc);
	}
}

/* An entry has come back; d is NULL when it was only counted. */
void
nc_deliver(struct run *r, struct chan *c, const struct netdma_completion *d)
{
	struct entry *e = &c->q.e[c->head];
	bool sure = true;
	int status;

	if (nc_outstanding(c) == 0)
		nc_fail(r, COMPLETES_ONCE, "entry %" PRIu64 " came back, and nothing is "
				"outstanding", d != NULL ? (uint64_t)(uintptr_t)d->user : 0);
	if (d != NULL)
		match(r, c, e, d);
	if (c->conf.completion != NULL && nc_asks(e) && c->called <= c->head)
		nc_fail(r, COMPLETES_ONCE, "entry %" PRIu64 " came back without its callback",
				e->serial);
	/* What is as the one before goes without saying. */
	if (d != NULL && (d->status != c->said_status || d->error != c->said_error))
		nc_say(r, " #%" PRIu64 " %s", e->serial, d->error != NETDMA_ERROR_NONE ?
				netdma_error_name(d->error) : netdma_status_name(d->status));
	c->said_status = d != NULL ? d->status : NETDMA_COPIED;
	c->said_error = d != NULL ? d->error : NETDMA_ERROR_NONE;
	nc_flights(c, e, -1);
	status = d != NULL ? d->status : guess(r, c, e, &sure);
	if (d != NULL && !may_end(r, c, e, status, d->error, d->flags))
		nc_fail(r, c->dropping != 0 || e->drop != 0 ? ACCOUNTED_FOR : COMPLETES_ONCE,
				"entry %" PRIu64 " cannot have ended as %s (%s, flags %u)%s",
				e->serial, netdma_status_name(status), netdma_error_name(d->error),
				d->flags, c->dropping != 0 && e->drop == c->dropping ?
				": one before it was dropped" : "");
	check_bytes(r, e, status, d != NULL ? d->flags != 0 : r->memory.lost);
	if (e->drop != 0 && (d != NULL ? d->error == NETDMA_ERROR_CANCELED &&
			(status == NETDMA_NOT_COPIED || e->slots > 1) :
			sure && status == NETDMA_NOT_COPIED && !e->gone && !may_fail(r)))
		c->dropping = e->drop;
	check_halt(r, c, e, d);
	if (e->powerless && r->asleep && !c->away && !c->detached && e->nb_spans != 0 &&
			status == NETDMA_COPIED)
		nc_fail(r, ACCOUNTED_FOR, "entry %" PRIu64 " was copied by an engine without power",
				e->serial);
	r->result.may_write += d != NULL && d->flags != 0;
	r->memory.lost |= d != NULL && d->flags != 0;
	check_desc(r, e);
	nc_check_mbuf(r, e);
	account(c, e, status, sure);
	c->slots_out -= e->slots;
	c->head++;
	nc_desc_free(r, e);
	if (c->head == c->q.n)
		c->head = c->accepted = c->called = c->q.n = 0;
}
