/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The model of a channel: what it owes, and whether what comes back is that. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_memory.h>

#include "conformance.h"

/* ------------------------------------------------------------------- answers */

bool
nc_refused(struct run *r, const struct answers *a, int ret, int success, const char *call)
{
	char wanted[256];
	size_t length = 0;
	unsigned int i;

	nc_say_ret(r, ret);
	nc_fail_if_noted(r);
	if (a->ok && ret == success)
		return false;
	for (i = 0; i < a->n; i++)
		if (ret == a->code[i]) {
			r->result.refused++;
			return true;
		}
	if (a->ok)
		length = (size_t)snprintf(wanted, sizeof(wanted), " %d", success);
	for (i = 0; i < a->n && length < sizeof(wanted); i++)
		length += (size_t)snprintf(wanted + length, sizeof(wanted) - length, "%s %s",
				length != 0 ? " or" : "", nc_ret_name(a->code[i]));
	nc_fail(r, a->invariant, "%s returned %s; expected%s", call, nc_ret_name(ret), wanted);
}

/* Copies fail: the engine's, or one that has to be stopped under them. */
static bool
may_fail(const struct chan *c)
{
	return nc_has(c->run, NETDMA_CONFORMANCE_MAY_FAIL | NETDMA_CONFORMANCE_MAY_HANG) ||
			c->conf.bound_us != 0;
}

struct answers
nc_channel_answers(const struct chan *c)
{
	struct answers a = { .ok = true, .invariant = WHOLE_OR_NOT };

	if (c->detached)
		must_refuse(&a, -ENODEV);
	/* What it does by itself it may do at any time. */
	if (c->conf.error_policy == NETDMA_ON_ERROR_HALT && may_fail(c))
		may_refuse(&a, -ECANCELED);
	if (nc_has(c->run, NETDMA_CONFORMANCE_MAY_HANG))
		may_refuse(&a, -ENODEV);
	if (c->run->job == JOB_STOP) {
		may_refuse(&a, -ENODEV);
		may_refuse(&a, -EAGAIN);
	}
	return a;
}

/* --------------------------------------------------------------------- lists */

struct entry *
nc_list_add(struct list *l)
{
	if (l->n == l->room) {
		l->room = RTE_MAX(64u, 2 * l->room);
		l->e = realloc(l->e, l->room * sizeof(l->e[0]));
		RTE_VERIFY(l->e != NULL);
	}
	l->e[l->n] = (struct entry){ 0 };
	return &l->e[l->n++];
}

void
nc_desc_free(struct run *r, const struct entry *e)
{
	int ret;

	if (e->desc == NULL)
		return;
	ret = netdma_desc_free(r->pool[e->pool], e->desc, 1);
	if (ret != 0)
		nc_fail(r, NOT_TOUCHED_AFTER, "netdma_desc_free() of a descriptor of the client's, "
				"entry %" PRIu64 ", returned %s", e->serial, nc_ret_name(ret));
}

void
nc_list_free(struct run *r, struct list *l)
{
	/* From its end, so that a failure leaves the rest. */
	while (l->n > 0)
		nc_desc_free(r, &l->e[--l->n]);
}

void
nc_list_untouched(struct run *r, const struct list *l, enum invariant invariant, const char *why)
{
	uint32_t i, k, wrong;
	place_t first = 0;

	for (i = 0; i < l->n; i++) {
		const struct entry *e = &l->e[i];

		for (k = 0; k < e->nb_spans; k++) {
			const struct span *s = &e->span[k];

			wrong = nc_memory_wrong(&r->memory, s->dst, s->length, &first);
			if (wrong != 0)
				nc_fail(r, invariant, "%s, and %u bytes of descriptor %u (entry %"
						PRIu64 ") changed, the first at %u of %u", why,
						wrong, i, e->serial, first - s->dst, s->length);
		}
	}
}

uint32_t
nc_outstanding(const struct chan *c)
{
	return c->accepted - c->head;
}

void
nc_flights(struct chan *c, const struct entry *e, int change)
{
	uint32_t i;

	for (i = 0; i < e->nb_spans; i++)
		nc_memory_in_flight(&c->run->memory, &e->span[i], change);
}

static void
accept_entry(struct chan *c, struct entry *e)
{
	nc_flights(c, e, 1);
	e->counts = true;
	e->gone = c->run->job == JOB_STOP;
	e->powerless = c->run->asleep && !c->away && !c->detached;
	c->accepted++;
	c->slots_out += e->slots;
	c->count.accepted += e->slots;
	c->latency_most += e->slots;
	c->run->result.descriptors += e->slots;
	c->pollable = false;
}

/* While another thread has the channel an everyday call finds no room, and does not count it. */
void
nc_no_room(struct chan *c, int ret)
{
	c->count.no_room += ret == -ENOSPC;
	c->no_room_uncertain |= ret == -ENOSPC && c->run->job == JOB_STOP;
}

static void
accepted_all(struct chan *c)
{
	struct entry *tail = &c->q.e[c->accepted - 1];

	tail->last = true;
	c->tail_serial = tail->serial;
	c->count.lists++;
}

void
nc_channel_filled(struct chan *c, const struct entry *e)
{
	*nc_list_add(&c->q) = *e;
	c->slots_filled += e->slots;
}

void
nc_channel_submitted(struct chan *c)
{
	if (c->slots_filled == 0)
		return;
	while (c->accepted < c->q.n)
		accept_entry(c, &c->q.e[c->accepted]);
	accepted_all(c);
	c->slots_filled = 0;
	c->started = true;
}

void
nc_channel_accepted(struct chan *c, struct list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		*nc_list_add(&c->q) = l->e[i];
		accept_entry(c, &c->q.e[c->q.n - 1]);
	}
	accepted_all(c);
	l->n = 0;
	c->feed = FEED_LIST;
	c->started = true;
}

void
nc_channel_dropped(struct chan *c)
{
	uint32_t i;

	c->drops++;
	nc_deps_forget(c);
	for (i = c->head; i < c->accepted && !c->pollable; i++)
		if (c->q.e[i].drop == 0)
			c->q.e[i].drop = c->drops;
}

/* Of what has not completed for sure. */
#define MARK_OUTSTANDING(c, mark, value) do { \
	uint32_t i_; \
	for (i_ = (c)->head; i_ < (c)->accepted && !(c)->pollable; i_++) \
		if ((c)->q.e[i_].mark == 0) \
			(c)->q.e[i_].mark = (value); \
} while (0)

void
nc_channel_gone(struct chan *c)
{
	MARK_OUTSTANDING(c, gone, true);
}

void
nc_channel_forced(struct chan *c)
{
	MARK_OUTSTANDING(c, forced, true);
}

void
nc_channel_aborted(struct chan *c)
{
	MARK_OUTSTANDING(c, aborted, true);
}

/* It has stopped at an error. What its engine has ends by itself. */
static void
halted(struct run *r, struct chan *c)
{
	nc_say(r, " (it has halted)");
	if (c->conf.error_policy != NETDMA_ON_ERROR_HALT)
		nc_fail(r, ACCOUNTED_FOR, "the channel has halted, and was told not to");
	c->halts++;
	c->reason_is_last = false;
	MARK_OUTSTANDING(c, halted, c->halts);
	c->state = STATE_HALTED;
	nc_deps_forget(c);
	nc_word_controlled(r, c, NETDMA_WORD_HALTED, NULL);
	/* What its engine has may be written when it is started again. */
	c->word_uncertain = true;
}

void
nc_channel_look(struct run *r, struct chan *c)
{
	struct netdma_channel_info info = { .size = sizeof(info) };

	if (c->ch != NULL && nc_helper_forces(r, c))
		nc_channel_forced(c);
	if (c->ch == NULL || !may_fail(c))
		return;
	if (netdma_channel_info_get(c->ch, &info) != 0)
		nc_fail(r, ACCOUNTED_FOR, "netdma_channel_info_get() failed");
	if (info.state == NETDMA_CHANNEL_HALTED && c->state != STATE_HALTED)
		halted(r, c);
	/* What is detached does not say whether it has halted. */
	if (info.state == NETDMA_CHANNEL_DETACHED &&
			c->conf.error_policy == NETDMA_ON_ERROR_HALT) {
		c->reason = ++c->halts;
		MARK_OUTSTANDING(c, halted, c->halts);
	}
	if (!nc_has(r, NETDMA_CONFORMANCE_MAY_HANG) || r->job == JOB_STOP)
		return;
	if (info.state == NETDMA_CHANNEL_DETACHED && !c->detached) {
		nc_say(r, " (it has left its engine)");
		nc_channel_gone(c);
		c->detached = true;
	}
	c->away = !c->detached && info.provider != r->provider.id;
	c->moved |= c->away;
}

/* ----------------------------------------------------------------- collecting */

void
nc_channel_poll(struct run *r, struct chan *c, uint16_t max, bool count_only)
{
	static __thread struct netdma_completion done[MAX_POLL + 1];
	uint32_t owed = nc_outstanding(c), least, i;
	int n;

	nc_channel_look(r, c);
	least = c->pollable ? RTE_MIN(owed, max) : 0;
	c->called = RTE_MAX(c->called, c->head);
	if (!count_only)
		memset(&done[max], 0xee, sizeof(done[max]));
	n = netdma_poll(c->ch, count_only ? NULL : done, max);
	c->count.polls++;
	nc_say_ret(r, n);
	nc_fail_if_noted(r);
	if (n < 0 || n > max)
		nc_fail(r, COMPLETES_ONCE, "netdma_poll() of at most %u returned %s", max,
				nc_ret_name(n));
	if ((uint32_t)n > nc_outstanding(c))
		nc_fail(r, COMPLETES_ONCE, "netdma_poll() returned %d entries, and %u are "
				"outstanding", n, nc_outstanding(c));
	if (!count_only && done[max].status != 0xee)
		nc_fail(r, BYTES_ARE_RIGHT, "netdma_poll() wrote behind the end of its array");
	if ((uint32_t)n < least && r->job != JOB_STOP)
		nc_fail(r, ACCOUNTED_FOR, "netdma_poll() returned %d entries; %u have completed "
				"and up to %u were asked for", n, owed, max);
	nc_channel_look(r, c);
	if (count_only) /* any of them may be what an engine has kept */
		nc_provider_look(r);
	for (i = 0; i < (uint32_t)n; i++)
		nc_deliver(r, c, count_only ? NULL : &done[i]);
	nc_word_check(r, c);
}

void
nc_channel_collect(struct run *r, struct chan *c)
{
	struct deadline d = nc_deadline(r);

	/* A channel that waits for power, waits. */
	if (r->asleep)
		nc_provider_restore(r);
	nc_say(r, "\n          collect");
	while (nc_outstanding(c) != 0) {
		size_t length = r->log_length;

		nc_helper_look(r);
		nc_channel_poll(r, c, (uint16_t)nc_draw(r, 1, 64), nc_chance(r, 5));
		if (nc_outstanding(c) != 0) /* how often is nobody's concern */
			r->log_length = length;
		if (!nc_patient(r, &d))
			nc_fail(r, RETURNS, "%u entries never came back, the first is %" PRIu64,
					nc_outstanding(c), c->q.e[c->head].serial);
	}
}

/* ------------------------------------------------------------------ callback */

/* Calls that a callback must not make, one of them. */
static int
forbidden(struct netdma_channel *ch, unsigned int which, const char **name)
{
	struct netdma_desc *last;
	static const char *const names[] = { "netdma_poll", "netdma_channel_drain",
		"netdma_channel_free", "netdma_channel_suspend", "netdma_channel_abort",
		"netdma_channel_reset", "netdma_channel_start", };

	*name = names[which % RTE_DIM(names)];
	switch (which % RTE_DIM(names)) {
	case 0: return netdma_poll(ch, NULL, 1);
	case 1: return netdma_channel_drain(ch, 0);
	case 2: return netdma_channel_free(ch);
	case 3: return netdma_channel_suspend(ch, &last);
	case 4: return netdma_channel_abort(ch);
	case 5: return netdma_channel_reset(ch);
	default: return netdma_channel_start(ch, NULL, NULL, 0);
	}
}

/* Callbacks may add to what is outstanding. */
static void
add_marker(struct chan *c)
{
	struct run *r = c->run;
	struct entry e = { .serial = ++r->serial, .slots = 1 };
	int ret;

	ret = netdma_marker(c->ch, 0, (void *)(uintptr_t)e.serial);
	nc_no_room(c, ret);
	if (ret == -ENOSPC)
		return;
	if (ret == 0) {
		nc_channel_filled(c, &e);
		ret = netdma_submit(c->ch);
	}
	if (ret == (int)c->slots_filled)
		nc_channel_submitted(c);
	else if (!(ret == -ECANCELED && c->conf.error_policy == NETDMA_ON_ERROR_HALT) &&
			!(ret == -ENODEV && nc_has(r, NETDMA_CONFORMANCE_MAY_HANG)))
		nc_note(r, WHOLE_OR_NOT, "a marker from a callback: %s", nc_ret_name(ret));
}

static void
completion(struct netdma_channel *ch, const struct netdma_completion *d, void *arg)
{
	struct chan *c = arg;
	struct run *r = c->run;
	uint64_t dice = nc_mix((uintptr_t)d->user);
	const char *name;
	uint32_t i;
	int ret;

	for (i = c->called; i < c->accepted && !nc_asks(&c->q.e[i]); i++)
		;
	if (ch != c->ch || i == c->accepted || c->q.e[i].serial != (uintptr_t)d->user) {
		nc_note(r, COMPLETES_ONCE, "the callback was called for entry %" PRIu64 "; its "
				"turn has %" PRIu64, (uint64_t)(uintptr_t)d->user,
				i < c->accepted ? c->q.e[i].serial : 0);
		return;
	}
	c->called = i + 1;
	if (dice % 4 == 0) {
		ret = forbidden(ch, (unsigned int)(dice >> 8), &name);
		if (ret != -EBUSY && !((c->detached || r->job == JOB_STOP ||
				nc_has(r, NETDMA_CONFORMANCE_MAY_HANG)) &&
				(ret == -ENODEV || ret == -EAGAIN)))
			nc_note(r, WHOLE_OR_NOT, "%s() in a callback returned %s", name,
					nc_ret_name(ret));
	} else if (dice % 4 == 1 && c->feed == FEED_RING && c->state == STATE_NORMAL &&
			!c->detached && r->job != JOB_STOP) {
		add_marker(c);
	}
}

/* ---------------------------------------------------------------- life cycle */

/* A conf that depends on nothing but which channel of the program it is. */
static void
draw_conf(struct run *r, struct chan *c)
{
	static const uint32_t sizes[] = { 2, 4, 8, 16, 16, 64, 64, 256, MAX_RING };
	bool hangs = nc_has(r, NETDMA_CONFORMANCE_MAY_HANG);
	struct netdma_channel_conf *conf = &c->conf;
	uint64_t rng = r->rng;

	r->rng = nc_mix(r->program_seed + 1000 * c->index + c->made);
	*conf = (struct netdma_channel_conf){
		.size = sizeof(*conf),
		.provider = r->provider.id,
		.nb_desc = sizes[nc_draw(r, 0, RTE_DIM(sizes) - 1)],
		.socket = SOCKET_ID_ANY,
		.flags = (nc_chance(r, 15) ? NETDMA_CHANNEL_TRUSTED : 0) |
				(nc_chance(r, 25) ? NETDMA_CHANNEL_LATENCY : 0),
		.priority = nc_draw(r, 0, 3),
		.error_policy = nc_chance(r, 50) ? NETDMA_ON_ERROR_RECOVER : nc_chance(r, 50) ?
				NETDMA_ON_ERROR_HALT : NETDMA_ON_ERROR_REPORT,
		.completion_word = nc_chance(r, 60) ? &c->word : NULL,
		.completion = nc_chance(r, 60) ? completion : NULL,
		.arg = c,
		.watchdog_us = hangs ? nc_draw(r, 500, 5000) : nc_chance(r, 20) ?
				NETDMA_WATCHDOG_OFF : 0,
		.failover = r->conf.other != 0 && nc_chance(r, 50) ? r->conf.other :
				NETDMA_FAILOVER_NONE,
	};
	if (hangs)
		conf->bound_us = nc_draw(r, 500, 5000);
	else if (nc_has(r, NETDMA_CONFORMANCE_STOPPABLE) && nc_chance(r, 15))
		conf->bound_us = nc_draw(r, 1, 100);
	r->rng = rng;
}

bool
nc_channel_make(struct run *r, struct chan *c)
{
	struct netdma_channel_info info = { .size = sizeof(info) };
	struct list q = c->q, next = c->next, rest = c->rest;
	unsigned int index = c->index, made = c->made;

	if (c->ch != NULL)
		return true;
	nc_helper_settle(r);
	*c = (struct chan){ .run = r, .index = index, .made = made + 1, .q = q, .next = next,
		.rest = rest };
	c->q.n = c->next.n = c->rest.n = 0;
	draw_conf(r, c);
	nc_say(r, "channel %u: alloc ring=%u%s%s%s%s%s", index, c->conf.nb_desc,
			c->conf.flags & NETDMA_CHANNEL_TRUSTED ? " trusted" : "",
			c->conf.flags & NETDMA_CHANNEL_LATENCY ? " latency" : "",
			c->conf.completion_word != NULL ? " word" : "",
			c->conf.completion != NULL ? " callback" : "",
			c->conf.error_policy == NETDMA_ON_ERROR_RECOVER ? "" :
			c->conf.error_policy == NETDMA_ON_ERROR_REPORT ? " report" : " halt");
	if (c->conf.bound_us != 0)
		nc_say(r, " bound=%u us", c->conf.bound_us);
	if (c->conf.failover > 0)
		nc_say(r, " failover");
	rte_errno = 0;
	c->ch = netdma_channel_alloc(r->client, &c->conf);
	if (c->ch == NULL) {
		nc_say_ret(r, -rte_errno);
		nc_provider_look(r);
		if ((r->started && !r->asleep && !r->dead) || rte_errno != ENODEV)
			nc_fail(r, WHOLE_OR_NOT, "netdma_channel_alloc() failed: %s",
					nc_ret_name(-rte_errno));
		r->result.refused++;
		c->made--;
		return false;
	}
	nc_say(r, "\n          ");
	if (!r->started || r->asleep)
		nc_fail(r, WHOLE_OR_NOT, "a channel of a provider that is not started");
	c->trusted = (c->conf.flags & NETDMA_CHANNEL_TRUSTED) != 0;
	c->latency_ever = (c->conf.flags & NETDMA_CHANNEL_LATENCY) != 0;
	if (netdma_channel_info_get(c->ch, &info) != 0 || info.nb_desc < c->conf.nb_desc ||
			info.state != NETDMA_CHANNEL_ARMED || info.max_transfer == 0)
		nc_fail(r, WHOLE_OR_NOT, "netdma_channel_info_get() of a new channel");
	c->conf.nb_desc = info.nb_desc;
	c->max_transfer = info.max_transfer;
	c->engine_desc = info.engine_desc;
	c->translated = info.addr_space == NETDMA_ADDR_IOVA && rte_eal_iova_mode() != RTE_IOVA_VA;
	nc_word_controlled(r, c, NETDMA_WORD_ARMED, NULL);
	return true;
}

uint64_t
nc_channel_address(const struct chan *c, place_t at)
{
	const struct memory *m = &c->run->memory;

	if (c->translated)
		return m->iova[at / NETDMA_PAGE_SIZE] + at % NETDMA_PAGE_SIZE;
	return (uintptr_t)(m->real + at);
}

/* Slots that were filled will be dropped with the channel. */
static void
drop_filled(struct run *r, struct chan *c)
{
	while (c->q.n > c->accepted)
		nc_check_mbuf(r, &c->q.e[--c->q.n]);
}

/* All that it owes comes back, and nothing else does. */
void
nc_channel_end(struct run *r, struct chan *c)
{
	int ret;

	if (c->ch == NULL)
		return;
	nc_helper_settle(r);
	nc_say(r, "channel %u: end", c->index);
	nc_channel_look(r, c);
	if (c->state == STATE_SUSPENDED && !c->detached) {
		struct answers a = nc_channel_answers(c);

		ret = netdma_channel_resume(c->ch, NULL, NULL, 0);
		if (!nc_refused(r, &a, ret, 0, "netdma_channel_resume() with nothing"))
			c->state = STATE_NORMAL;
	}
	nc_channel_collect(r, c);
	nc_channel_poll(r, c, 8, false);
	drop_filled(r, c);
	nc_counts_check(r, c);
	nc_stats_check(r, c);
	nc_info_check(r, c);
	nc_say(r, "\n          ");
}

void
nc_channel_finish(struct run *r, struct chan *c)
{
	int ret;

	if (c->ch == NULL)
		return;
	nc_channel_end(r, c);
	nc_stats_sum(r, c);
	ret = netdma_channel_free(c->ch);
	if (ret != 0)
		nc_fail(r, ACCOUNTED_FOR, "netdma_channel_free() with nothing outstanding "
				"returned %s", nc_ret_name(ret));
	c->ch = NULL;
	nc_rest_free(r, c);
	nc_list_free(r, &c->next);
}
