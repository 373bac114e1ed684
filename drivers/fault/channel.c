/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The data path: copies through a channel of the provider below.
 *
 * Each descriptor that is given has a slot until it is completed. It is copied below piece by
 * piece, in whole or in part, or not at all, as the plan says; the slot collects what comes
 * back. Descriptors are told of in list order, sooner or later, as the plan says.
 *
 * Nothing is told that is not so: what the plan does not touch has the status that the channel
 * below gave it. What that channel gives back as not begun with, because it was reset or its
 * provider left, is not told at all: the core gives it to another engine.
 */

#include <errno.h>
#include <inttypes.h>
#include <sched.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_malloc.h>

#include "fault.h"

#define HINTS (NETDMA_DESC_SOURCE_NO_SNOOP | NETDMA_DESC_DESTINATION_NO_SNOOP | \
	NETDMA_DESC_DESTINATION_DCA_ENABLE)

/* The channel below stops within its bound, unless another thread has it. */
#define QUIESCE_MS 1000

/* A descriptor that was given. */
struct slot {
	struct netdma_desc *desc;
	uint64_t finished;  /* the poll in which that was known */
	uint32_t parts;     /* copies below that have not come back */
	struct netdma_outcome outcome;
	bool touched;       /* some of it was copied, or may have been */
	bool unrun;         /* some of it came back as not begun with */
};

struct channel {
	struct netdma_list *list;
	struct fault *fault;
	struct netdma_channel *lower;
	uint32_t number;    /* of the provider's channels, from 1 */
	uint32_t depth;     /* descriptors given at once */
	uint32_t mask;      /* of slots */
	uint32_t max_copy;  /* bytes of a copy below */
	uint64_t copies;    /* given */
	uint64_t polls;
	uint64_t ready;     /* to be told, from completed on */

	/* The last descriptor given, if not all of it is copied yet that is to be. */
	struct slot *begun;
	uint32_t done;      /* bytes */
	uint32_t wanted;    /* bytes */

	bool filled;        /* the ring below has copies that were not submitted */
	bool hold;          /* give nothing before all that was given is settled */
	bool gone;          /* the provider below has left */
	bool lost;          /* ...and something in it may still be written to */
	bool halted;        /* until completed has moved over... */
	uint64_t halted_at; /* ...this one */
	bool stuck;         /* nothing finishes... */
	uint64_t stuck_at;  /* ...from this one on */
	struct slot slot[];
};

static struct slot *
slot_at(struct channel *c, uint64_t count)
{
	return &c->slot[count & c->mask];
}

/* By this channel or by another one. */
static bool
is_removed(const struct channel *c)
{
	return __atomic_load_n(&c->fault->removed, __ATOMIC_RELAXED);
}

/* ------------------------------------------------------------------ finishing */

static void
finish_part(struct channel *c, const struct netdma_completion *e)
{
	struct slot *s = e->user;

	if (e->flags & NETDMA_COMPLETION_ENGINE_MAY_WRITE) {
		c->lost = true; /* it is never finished */
		return;
	}
	s->parts--;
	s->finished = c->polls;
	s->touched |= e->status != NETDMA_NOT_COPIED;
	if (e->error == NETDMA_ERROR_CANCELED || e->error == NETDMA_ERROR_GONE)
		s->unrun = true;
	else
		netdma_outcome_add(&s->outcome, (enum netdma_status)e->status,
				(enum netdma_error)e->error);
}

static void
reap(struct channel *c)
{
	struct netdma_completion done[32];
	int i, n;

	do {
		n = netdma_poll(c->lower, done, RTE_DIM(done));
		for (i = 0; i < n; i++)
			finish_part(c, &done[i]);
	} while (n == RTE_DIM(done));
}

static bool
is_finished(const struct channel *c, const struct slot *s)
{
	return s->parts == 0 && s != c->begun && !s->unrun;
}

/* Tell of the first descriptor in flight. */
static void
tell_one(struct channel *c)
{
	const struct slot *s = slot_at(c, c->list->completed);

	if (s->outcome.status != NETDMA_COPIED)
		netdma_desc_set_status(s->desc, (enum netdma_status)s->outcome.status,
				(enum netdma_error)s->outcome.error);
	netdma_list_complete_checked(c->list, s->desc);
}

/* What is told before is stuck, if anything is. */
static uint64_t
last_to_tell(const struct channel *c)
{
	return c->stuck ? c->stuck_at : c->list->given;
}

static void
tell(struct channel *c)
{
	const struct fault_plan *p = &c->fault->plan;
	struct netdma_list *l = c->list;
	uint64_t end = last_to_tell(c);
	const struct slot *s;

	for (; l->completed + c->ready != end; c->ready++) {
		s = slot_at(c, l->completed + c->ready);
		if (!is_finished(c, s) || c->polls - s->finished < p->delay)
			break;
	}
	/* So many, or all there are. */
	if (c->ready < p->burst && l->completed + c->ready != l->given)
		return;
	for (; c->ready != 0; c->ready--)
		tell_one(c);
}

/* --------------------------------------------------------------------- giving */

/* What is left of the piece in which a byte of a descriptor is. */
static struct netdma_piece
piece_at(const struct netdma_desc *d, uint32_t at)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES];
	unsigned int i;

	netdma_desc_pieces(d, piece);
	for (i = 0; at >= piece[i].length; i++)
		at -= piece[i].length;
	piece[i].src += at;
	piece[i].dst += at;
	piece[i].length -= at;
	return piece[i];
}

/* Copy what is missing of the descriptor that was begun. @return whether that is all. */
static bool
go_on(struct channel *c)
{
	struct slot *s = c->begun;
	struct netdma_piece piece;
	int ret;

	while (c->done < c->wanted) {
		piece = piece_at(s->desc, c->done);
		piece.length = RTE_MIN(RTE_MIN(piece.length, c->wanted - c->done), c->max_copy);
		ret = netdma_copy(c->lower, (const void *)(uintptr_t)piece.src,
				(void *)(uintptr_t)piece.dst, piece.length,
				s->desc->flags & HINTS, s);
		if (likely(ret == 0)) {
			c->filled = true;
			c->done += piece.length;
			s->parts++;
		} else if (ret == -E2BIG && piece.length > 1) {
			c->max_copy = piece.length / 2; /* too many pages for the ring below */
		} else if (ret == -ENOSPC) {
			return false;
		} else if (ret == -ENODEV) {
			c->gone = true;
			return false;
		} else {
			netdma_outcome_add(&s->outcome, NETDMA_NOT_COPIED, ret == -EFAULT ?
					NETDMA_ERROR_ADDR : NETDMA_ERROR_REFUSED);
			break;
		}
	}
	c->begun = NULL;
	return true;
}

/* The copy was given: what it means for the engine. */
static void
count_copy(struct channel *c, const struct fault_verdict *v)
{
	struct fault *f = c->fault;
	uint64_t count = c->list->given - 1;

	c->copies++;
	if (unlikely(v->status != NETDMA_COPIED))
		FAULT_LOG(DEBUG, "%s: channel %u: copy %" PRIu64 ": %s (%s), %u bytes copied%s",
				f->name, c->number, c->copies, netdma_status_name(v->status),
				netdma_error_name(v->error), v->length, v->halts ? "; halts" : "");
	if (unlikely(v->halts) && !c->halted) {
		c->halted = true;
		c->halted_at = count;
	}
	if (unlikely(v->sticks) && !c->stuck) {
		c->stuck = true;
		c->stuck_at = count;
		FAULT_LOG(NOTICE, "%s: channel %u is stuck at copy %" PRIu64, f->name, c->number,
				c->copies);
	}
	if (unlikely(f->plan.remove_at != 0) && __atomic_add_fetch(&f->nb_copies, 1,
			__ATOMIC_RELAXED) == f->plan.remove_at) {
		__atomic_store_n(&f->removed, true, __ATOMIC_RELAXED);
		FAULT_LOG(NOTICE, "%s is removed at copy %" PRIu64, f->name, f->plan.remove_at);
		netdma_provider_notify(f->provider, NETDMA_EVENT_PROVIDER_REMOVAL);
	}
}

/* The descriptor of the next slot is given. */
static void
give_one(struct channel *c, const struct slot *s)
{
	c->hold = (s->desc->flags & NETDMA_DESC_SERIALIZE_TRANSFER) != 0;
	netdma_list_give(c->list);
}

/* Give a copy: something of it, if there is to be anything. @return whether to go on. */
static bool
give_copy(struct channel *c, struct slot *s)
{
	const struct fault_plan *p = &c->fault->plan;
	struct fault_verdict v = fault_plan_copy(p, c->number, c->copies + 1, s->desc->length);
	bool whole;

	if (unlikely(c->halted)) {
		v.status = NETDMA_NOT_COPIED;
		v.error = NETDMA_ERROR_NOT_ATTEMPTED;
		v.length = 0;
	}
	if (unlikely(v.status != NETDMA_COPIED))
		netdma_outcome_add(&s->outcome, v.status, v.error);
	if ((c->stuck || v.sticks) && p->how_stuck == FAULT_STUCK_SOFT)
		v.length = 0;
	c->begun = s;
	c->done = 0;
	c->wanted = v.length;
	whole = go_on(c);
	if (!whole && c->done == 0) {
		c->begun = NULL; /* there was no room after all */
		return false;
	}
	give_one(c, s);
	count_copy(c, &v);
	return whole && !is_removed(c);
}

static void
give(struct channel *c)
{
	struct netdma_list *l = c->list;
	struct slot *s;
	bool more = !fault_plan_full(&c->fault->plan, c->number, c->polls);

	if (unlikely(c->halted))
		c->halted = l->completed <= c->halted_at;
	if (more && c->begun != NULL)
		more = go_on(c);
	while (more && l->given != l->allowed && l->given - l->completed < c->depth) {
		if (unlikely(c->hold)) {
			c->hold = !netdma_list_is_settled(l);
			if (c->hold)
				break;
		}
		s = slot_at(c, l->given);
		*s = (struct slot){ .desc = l->give, .finished = c->polls };
		if (unlikely(netdma_desc_is_void(s->desc)))
			give_one(c, s); /* completes in its place */
		else
			more = give_copy(c, s);
	}
}

/* @return 0: nothing is filled any more; -EAGAIN: another thread has the channel below; -ENODEV. */
static int
submit(struct channel *c)
{
	int ret = netdma_submit(c->lower);

	if (ret > 0)
		c->filled = false;
	return ret < 0 ? ret : c->filled ? -EAGAIN : 0;
}

int
fault_channel_append(void *channel)
{
	struct channel *c = channel;
	int ret;

	if (is_removed(c) || c->lost)
		return -ENODEV;
	reap(c);
	tell(c);
	if (!c->gone) {
		give(c);
		ret = submit(c);
		c->gone |= ret != 0 && ret != -EAGAIN;
	}
	return c->gone || c->lost || is_removed(c) ? -ENODEV : 0;
}

int
fault_channel_poll(void *channel)
{
	struct channel *c = channel;

	c->polls++;
	return fault_channel_append(c);
}

/* ----------------------------------------------------------------------- stop */

/* Get back everything that the channel below has. @return 0, or -ETIMEDOUT. */
static int
empty_lower(struct channel *c)
{
	uint64_t end = rte_get_timer_cycles() + rte_get_timer_hz() / 1000 * QUIESCE_MS;
	int ret;

	for (;;) {
		/* What is filled would run at a later submit. */
		ret = submit(c);
		if (ret == 0)
			ret = netdma_channel_reset(c->lower);
		reap(c);
		if (ret != -EAGAIN && netdma_channel_outstanding(c->lower) == 0)
			break;
		if (rte_get_timer_cycles() > end)
			return -ETIMEDOUT;
		sched_yield();
	}
	/* A provider that has left never comes back to this channel. */
	c->gone |= ret != 0;
	return 0;
}

/* Tell all that has finished, and look what the rest is like. */
static int
forget(struct channel *c)
{
	struct netdma_list *l = c->list;
	uint64_t end = last_to_tell(c), i;
	struct slot *s;

	for (; l->completed != end; tell_one(c)) {
		s = slot_at(c, l->completed);
		if (is_finished(c, s))
			continue;
		if (!s->touched)
			break;
		/* Some of it was copied, and the rest will not be. */
		netdma_outcome_add(&s->outcome, NETDMA_FAILED, NETDMA_ERROR_TIMEOUT);
	}
	c->ready = 0;
	c->begun = NULL;
	c->halted = false;
	c->stuck = false;
	for (i = l->completed; i != l->given; i++)
		if (slot_at(c, i)->touched)
			return NETDMA_QUIET_UNKNOWN;
	return NETDMA_QUIET_UNTOUCHED;
}

int
fault_channel_quiesce(void *channel)
{
	struct channel *c = channel;
	int ret;

	if (c->lost || (c->stuck && c->fault->plan.how_stuck == FAULT_STUCK_HARD))
		return -EIO;
	ret = empty_lower(c);
	if (ret != 0)
		return ret;
	return c->lost ? -EIO : forget(c);
}

/* ----------------------------------------------------------- the control path */

void *
fault_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant)
{
	struct fault *f = provider;
	struct netdma_channel_info info = { .size = sizeof(info) };
	struct netdma_channel_conf conf = {
		.provider = f->lower,
		.nb_desc = params->nb_desc,
		.socket = params->socket,
		/* The core has checked it all. */
		.flags = NETDMA_CHANNEL_TRUSTED,
		.cpu_mask = *params->cpu_mask,
		.priority = params->priority,
		/* What goes wrong is the business of the channel above. */
		.error_policy = NETDMA_ON_ERROR_REPORT,
		.watchdog_us = NETDMA_WATCHDOG_OFF,
		.failover = NETDMA_FAILOVER_NONE,
	};
	struct channel *c;
	int ret;

	if (__atomic_load_n(&f->removed, __ATOMIC_RELAXED)) {
		rte_errno = ENODEV;
		return NULL;
	}
	ret = fault_plan_refuse(&f->plan, ++f->nb_channels);
	if (ret != 0) {
		FAULT_LOG(NOTICE, "%s: channel %u is refused: %s", f->name, f->nb_channels,
				rte_strerror(ret));
		rte_errno = ret;
		return NULL;
	}
	c = rte_zmalloc_socket("netdma fault", sizeof(*c) + params->nb_desc * sizeof(c->slot[0]),
			RTE_CACHE_LINE_SIZE, params->socket);
	if (c == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	c->lower = netdma_channel_alloc(f->client, &conf);
	if (c->lower == NULL) {
		rte_free(c); /* rte_errno says why */
		return NULL;
	}
	netdma_channel_info_get(c->lower, &info);
	c->list = params->list;
	c->fault = f;
	c->number = f->nb_channels;
	c->mask = params->nb_desc - 1;
	c->depth = RTE_MIN(info.engine_desc, params->nb_desc);
	c->max_copy = UINT32_MAX;
	grant->engine_desc = c->depth;
	grant->priority = info.priority;
	grant->cpu = info.cpu;
	return c;
}

void
fault_channel_free(void *channel)
{
	struct channel *c = channel;
	int ret = netdma_channel_free(c->lower);

	/* Nothing is outstanding here, so nothing is there. */
	if (ret != 0)
		FAULT_LOG(ERR, "%s: the channel below cannot be freed: %s", c->fault->name,
				rte_strerror(-ret));
	rte_free(c);
}
