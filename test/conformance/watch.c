/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What may be seen of a channel from outside: the completion word, counters, states; and a
 * second thread that looks at them, or stops the provider, while the program goes on.
 */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conformance.h"

/* ------------------------------------------------------------ completion word */

static uint64_t
word_get(const struct chan *c)
{
	return __atomic_load_n(&c->word, __ATOMIC_ACQUIRE);
}

void
nc_word_controlled(struct run *r, struct chan *c, uint32_t state, const struct netdma_desc *desc)
{
	uint64_t word = word_get(c);
	uint32_t i;

	if (c->conf.completion_word == NULL)
		return;
	if (NETDMA_WORD_STATE(word) != state)
		nc_fail(r, ACCOUNTED_FOR, "the completion word says %s, not %s",
				netdma_state_name((int)NETDMA_WORD_STATE(word)),
				netdma_state_name((int)state));
	if (desc != NULL && NETDMA_WORD_DESC(word) != desc)
		nc_fail(r, ACCOUNTED_FOR, "the completion word names %p; %p was processed last",
				(void *)NETDMA_WORD_DESC(word), (const void *)desc);
	for (i = c->head; i < c->accepted; i++)
		c->q.e[i].counts = false;
	c->word_control = word;
	c->word_serial = 0;
	c->word_uncertain = false;
}

static bool
asks_word(const struct entry *e)
{
	return e->counts && (e->flags & NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION) != 0;
}

/* It stands at the last descriptor that was delivered, copied and asked for it, or at one that
 * has completed since.
 */
static void
word_names(struct run *r, const struct chan *c, const struct netdma_desc *desc, bool idle)
{
	bool known = c->word_serial != 0 && desc == c->word_desc, last = known && c->word_last;
	uint32_t i;

	for (i = c->head; i < c->accepted; i++)
		if (asks_word(&c->q.e[i]) && c->q.e[i].desc == desc) {
			known = true;
			last |= c->q.e[i].last;
		}
	if (!known)
		nc_fail(r, COMPLETES_ONCE, "the completion word names %p; %p was delivered last of "
				"those that asked for it", (const void *)desc,
				c->word_serial != 0 ? (const void *)c->word_desc : NULL);
	if (idle && !last)
		nc_fail(r, COMPLETES_ONCE, "the completion word says idle at a descriptor that "
				"others stand behind");
}

void
nc_word_check(struct run *r, struct chan *c)
{
	uint64_t word = word_get(c);
	uint32_t state = NETDMA_WORD_STATE(word);
	bool idle = state == NETDMA_WORD_IDLE;

	/* What is detached may have halted. */
	if (c->conf.completion_word == NULL || r->job == JOB_STOP ||
			(c->detached && c->conf.error_policy == NETDMA_ON_ERROR_HALT) ||
			(word == c->word_control && c->word_serial == 0))
		return;
	if (c->state != STATE_NORMAL ? word == c->word_control : c->word_uncertain)
		return;
	if (c->state != STATE_NORMAL || (!idle && state != NETDMA_WORD_ACTIVE))
		nc_fail(r, COMPLETES_ONCE, "the completion word says %s%s",
				netdma_state_name((int)state), c->state != STATE_NORMAL ?
				", and was to stay as it was when the channel stopped" : "");
	/* Slots of the ring have no names. */
	if (c->feed == FEED_LIST && (c->word_serial == 0 || c->word_desc != NULL))
		word_names(r, c, NETDMA_WORD_DESC(word), idle);
	if (!idle && c->word_serial != 0 && c->word_serial == c->tail_serial)
		nc_fail(r, COMPLETES_ONCE, "the completion word says active, and all has "
				"completed");
}

/* ------------------------------------------------------------ counts and states */

/* What was delivered of an entry that is several slots is not outstanding any more. */
void
nc_counts_check(struct run *r, struct chan *c)
{
	int out = netdma_channel_outstanding(c->ch), room = netdma_channel_room(c->ch);
	uint32_t part = nc_outstanding(c) != 0 ? c->q.e[c->head].slots - 1 : 0;
	int used = (int)(c->slots_filled + (c->feed == FEED_RING ? c->slots_out : 0));

	if (out > (int)c->slots_out || out < (int)(c->slots_out - part))
		nc_fail(r, ACCOUNTED_FOR, "netdma_channel_outstanding() is %d, not %u", out,
				c->slots_out);
	if (room < (int)c->conf.nb_desc - used ||
			room > (int)c->conf.nb_desc - used + (int)part)
		nc_fail(r, ACCOUNTED_FOR, "netdma_channel_room() is %d of %u, and %d are used",
				room, c->conf.nb_desc, used);
}

#define CHECK_COUNTER(r, stats, count, name) do { \
	if ((stats)->name != (count)->name) \
		nc_fail(r, ACCOUNTED_FOR, "the counter " #name " is %" PRIu64 ", not %" PRIu64, \
				(stats)->name, (count)->name); \
} while (0)

void
nc_stats_check(struct run *r, struct chan *c)
{
	struct netdma_channel_stats s = { .size = sizeof(s) };
	struct netdma_latency l = { .size = sizeof(l) };
	uint64_t total, out;
	int ret;

	if (netdma_channel_stats_get(c->ch, &s) != 0)
		nc_fail(r, ACCOUNTED_FOR, "netdma_channel_stats_get() failed");
	out = (uint64_t)netdma_channel_outstanding(c->ch);
	total = s.copied + s.not_copied + s.failed + s.unknown + out;
	if (s.accepted != total + c->withdrawn)
		nc_fail(r, ACCOUNTED_FOR, "of %" PRIu64 " accepted %" PRIu64 " were copied, %"
				PRIu64 " not, %" PRIu64 " failed, %" PRIu64 " are unknown, %" PRIu64
				" outstanding, %" PRIu64 " were given back", s.accepted, s.copied,
				s.not_copied, s.failed, s.unknown, out, c->withdrawn);
	if (s.by_engine + s.by_recovery + s.by_failover != s.copied)
		nc_fail(r, ACCOUNTED_FOR, "%" PRIu64 " were copied: %" PRIu64 " by the engine, %"
				PRIu64 " again, %" PRIu64 " elsewhere", s.copied, s.by_engine,
				s.by_recovery, s.by_failover);
	if (!c->moved && r->job != JOB_STOP && s.by_failover + s.failovers != 0)
		nc_fail(r, ACCOUNTED_FOR, "%" PRIu64 " were copied elsewhere, and the channel has "
				"not moved", s.by_failover);
	CHECK_COUNTER(r, &s, &c->count, polls);
	CHECK_COUNTER(r, &s, &c->count, lists);
	if (nc_outstanding(c) == 0 && !c->uncertain) {
		CHECK_COUNTER(r, &s, &c->count, copied);
		CHECK_COUNTER(r, &s, &c->count, not_copied);
		CHECK_COUNTER(r, &s, &c->count, failed);
		CHECK_COUNTER(r, &s, &c->count, unknown);
		CHECK_COUNTER(r, &s, &c->count, bytes);
	}
	if (!c->no_room_uncertain)
		CHECK_COUNTER(r, &s, &c->count, no_room);
	if (s.refused < c->count.refused)
		CHECK_COUNTER(r, &s, &c->count, refused);
	ret = netdma_channel_latency_get(c->ch, &l);
	if (ret != (c->latency_ever ? 0 : -ENOENT) || (ret == 0 && l.count > c->latency_most))
		nc_fail(r, ACCOUNTED_FOR, "netdma_channel_latency_get(): %s, %" PRIu64
				" measured of %" PRIu64, nc_ret_name(ret), l.count,
				c->latency_most);
}

void
nc_stats_sum(struct run *r, const struct chan *c)
{
	struct netdma_channel_stats s = { .size = sizeof(s) };

	netdma_channel_stats_get(c->ch, &s);
	r->result.not_copied += s.not_copied;
	r->result.failed += s.failed;
	r->result.unknown += s.unknown;
	r->result.by_recovery += s.by_recovery;
	r->result.by_failover += s.by_failover;
}

void
nc_info_check(struct run *r, struct chan *c)
{
	struct netdma_channel_info info = { .size = sizeof(info) };
	int wanted, or;

	nc_channel_look(r, c);
	if (netdma_channel_info_get(c->ch, &info) != 0)
		nc_fail(r, ACCOUNTED_FOR, "netdma_channel_info_get() failed");
	or = wanted = c->detached ? NETDMA_CHANNEL_DETACHED :
			c->state == STATE_SUSPENDED ? NETDMA_CHANNEL_SUSPENDED :
			c->state == STATE_HALTED ? NETDMA_CHANNEL_HALTED :
			nc_outstanding(c) != 0 && !c->pollable ? NETDMA_CHANNEL_ACTIVE :
			c->started ? NETDMA_CHANNEL_IDLE : NETDMA_CHANNEL_ARMED;
	if (wanted == NETDMA_CHANNEL_ACTIVE)
		or = NETDMA_CHANNEL_IDLE; /* completed is enough */
	if (r->job != JOB_STOP && (int)info.state != wanted && (int)info.state != or)
		nc_fail(r, ACCOUNTED_FOR, "the channel is %s; it must be %s",
				netdma_state_name((int)info.state), netdma_state_name(wanted));
	if (nc_outstanding(c) == 0 && !c->context_uncertain && info.dca_context != c->context)
		nc_fail(r, ACCOUNTED_FOR, "the channel's target processor is %u, not %u",
				info.dca_context, c->context);
	if (r->job != JOB_STOP && !c->detached && info.provider != (c->away ? r->conf.other :
			r->provider.id))
		nc_fail(r, ACCOUNTED_FOR, "the channel is with provider %d", info.provider);
	if (info.nb_desc != c->conf.nb_desc || info.max_transfer != c->max_transfer)
		nc_fail(r, ACCOUNTED_FOR, "what is known of the channel changed");
}

/* --------------------------------------------------------------- second thread */

struct helper {
	struct run *run;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	enum job job;       /* what it is to do; under the lock */
	bool end;
	bool quit;          /* an observer stops looking */
	bool done;
	int ret;
	uint64_t took_us;
	struct netdma_channel_stats seen[MAX_CHANNELS];
};

#define LOOKS 300

/* Whoever looks sees no counter go backwards. */
static void
look(struct helper *h, const struct chan *c, struct netdma_channel_stats *seen)
{
	struct netdma_channel_stats s = { .size = sizeof(s) };
	struct netdma_channel_info info = { .size = sizeof(info) };
	struct netdma_latency latency = { .size = sizeof(latency) };

	if (c->ch == NULL)
		return;
	netdma_channel_stats_get(c->ch, &s);
	netdma_channel_info_get(c->ch, &info);
	netdma_channel_latency_get(c->ch, &latency);
	if (s.accepted < seen->accepted || s.copied < seen->copied || s.not_copied < seen->not_copied ||
			s.failed < seen->failed || s.unknown < seen->unknown ||
			s.bytes < seen->bytes || s.polls < seen->polls)
		nc_note(h->run, ACCOUNTED_FOR, "another thread saw a counter go backwards");
	if (netdma_channel_outstanding(c->ch) < 0)
		nc_note(h->run, ACCOUNTED_FOR, "another thread saw %d outstanding",
				netdma_channel_outstanding(c->ch));
	if (c->conf.completion_word != NULL && NETDMA_WORD_STATE(word_get(c)) > NETDMA_WORD_ARMED)
		nc_note(h->run, COMPLETES_ONCE, "another thread saw a wrong completion word");
	*seen = s;
}

static void
observe(struct helper *h)
{
	unsigned int i, k;

	memset(h->seen, 0, sizeof(h->seen));
	for (i = 0; i < LOOKS && !__atomic_load_n(&h->quit, __ATOMIC_ACQUIRE); i++) {
		for (k = 0; k < h->run->nb_chans; k++)
			look(h, &h->run->chan[k], &h->seen[k]);
		sched_yield();
	}
}

static void *
helper_main(void *arg)
{
	struct helper *h = arg;
	uint64_t start;

	pthread_mutex_lock(&h->lock);
	for (;;) {
		enum job job = h->job;

		if (h->end)
			break;
		if (job == JOB_NONE) {
			pthread_cond_wait(&h->cond, &h->lock);
			continue;
		}
		pthread_mutex_unlock(&h->lock);
		start = nc_now_us();
		if (job == JOB_STOP)
			h->ret = netdma_provider_stop(h->run->provider.id);
		else
			observe(h);
		h->took_us = nc_now_us() - start;
		pthread_mutex_lock(&h->lock);
		h->job = JOB_NONE;
		__atomic_store_n(&h->done, true, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

int
nc_helper_begin(struct run *r)
{
	struct helper *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return -ENOMEM;
	h->run = r;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->cond, NULL);
	if (pthread_create(&h->thread, NULL, helper_main, h) != 0) {
		free(h);
		return -ENOMEM;
	}
	r->helper = h;
	return 0;
}

void
nc_helper_end(struct run *r)
{
	struct helper *h = r->helper;

	if (!nc_helper_quiet(r))
		return; /* it is stuck, and what it has stays */
	pthread_mutex_lock(&h->lock);
	h->end = true;
	pthread_cond_signal(&h->cond);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->cond);
	free(h);
}

void
nc_helper_start(struct run *r, enum job job)
{
	struct helper *h = r->helper;

	pthread_mutex_lock(&h->lock);
	h->quit = false;
	h->done = false;
	h->job = job;
	r->job = job;
	r->job_since = nc_now_us();
	pthread_cond_signal(&h->cond);
	pthread_mutex_unlock(&h->lock);
}

/* What it has done. */
static void
finish(struct run *r)
{
	struct helper *h = r->helper;
	struct answers a = { .ok = true, .invariant = ACCOUNTED_FOR };
	enum job job = r->job;

	r->job = JOB_NONE;
	if (job != JOB_STOP)
		return;
	/* Whoever was kept from running for long looks as if he were in a call. */
	if (h->took_us > 100000)
		may_refuse(&a, -ETIMEDOUT);
	if (nc_has(r, NETDMA_CONFORMANCE_MAY_HANG))
		may_refuse(&a, -EIO);
	nc_say(r, "(the other thread has stopped the provider");
	if (!nc_refused(r, &a, h->ret, 0, "netdma_provider_stop() in another thread"))
		nc_provider_left(r, h->took_us);
	nc_provider_look(r);
	nc_say(r, ")\n          ");
}

void
nc_helper_look(struct run *r)
{
	if (r->job != JOB_NONE && __atomic_load_n(&r->helper->done, __ATOMIC_ACQUIRE))
		finish(r);
}

bool
nc_helper_quiet(struct run *r)
{
	struct deadline d = nc_deadline(r);

	__atomic_store_n(&r->helper->quit, true, __ATOMIC_RELEASE);
	while (r->job != JOB_NONE && !__atomic_load_n(&r->helper->done, __ATOMIC_ACQUIRE))
		if (!nc_patient(r, &d))
			return false;
	return true;
}

bool
nc_helper_forces(const struct run *r, const struct chan *c)
{
	return r->job == JOB_STOP && !c->away && !c->detached &&
			nc_has_passed(r->job_since, nc_bound(c));
}

void
nc_helper_settle(struct run *r)
{
	if (r->job == JOB_NONE)
		return;
	if (!nc_helper_quiet(r))
		nc_fail(r, RETURNS, "a call in another thread never returned");
	finish(r);
}
