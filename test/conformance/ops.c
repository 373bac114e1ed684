/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The operations that programs consist of, and what they draw. */

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "conformance.h"

const struct op nc_ops[] = {
	{ "copy", 220, nc_op_copy },
	{ "packet", 60, nc_op_copy_mbuf },
	{ "marker", 20, nc_op_marker },
	{ "submit", 130, nc_op_submit },
	{ "restart", 12, nc_op_restart },
	{ "list", 160, nc_op_list },
	{ "check", 15, nc_op_check },
	{ "defect", 40, nc_op_defect },
	{ "poll", 180, nc_op_poll },
	{ "drain", 25, nc_op_drain },
	{ "wait", 40, nc_op_wait },
	{ "suspend", 25, nc_op_suspend },
	{ "resume", 35, nc_op_resume },
	{ "abort", 15, nc_op_abort },
	{ "reset", 20, nc_op_reset },
	{ "channel", 15, nc_op_channel },
	{ "illegal", 30, nc_op_illegal },
	{ "stats", 25, nc_op_stats },
	{ "memory", 15, nc_op_memory },
	{ "pause", 25, nc_op_pause },
	{ "provider", 6, nc_op_provider },
	{ "thread", 5, nc_op_provider_thread },
	{ "renew", 2, nc_op_renew },
	{ "move", 12, nc_op_move },
	{ "power", 6, nc_op_power },
	{ "observe", 4, nc_op_observe },
	{ "reuse", 15, nc_op_reuse },
};
const unsigned int nc_nb_ops = RTE_DIM(nc_ops);

/* One without a provider is exchanged for a new one, most times, and the provider is there. */
struct chan *
nc_pick(struct run *r)
{
	uint32_t i = nc_chance(r, 60) ? 0 : nc_draw(r, 0, r->nb_chans - 1);
	struct chan *c = &r->chan[i];

	nc_provider_look(r);
	if ((!r->started || r->asleep) && nc_chance(r, 40))
		nc_provider_restore(r);
	if (c->ch != NULL && c->detached && nc_chance(r, 70))
		nc_channel_finish(r, c);
	if (!nc_channel_make(r, c))
		return NULL;
	nc_say(r, "channel %u: ", i);
	nc_channel_look(r, c);
	return c;
}

/* Small ones, most times: programs are to be many. */
uint32_t
nc_draw_length(struct run *r, uint32_t most)
{
	uint32_t dice = nc_draw(r, 0, 999), n;

	n = dice < 650 ? nc_draw(r, 1, 64) : dice < 860 ? nc_draw(r, 1, 600) :
			dice < 975 ? nc_draw(r, 1, 5000) : dice < 997 ? nc_draw(r, 1, 20000) :
			nc_draw(r, 60000, 140000);
	return RTE_MIN(n, RTE_MIN(most, r->most_length));
}

uint32_t
nc_draw_count(struct run *r, uint32_t most)
{
	uint32_t dice = nc_draw(r, 0, 99), n;

	n = dice < 50 ? nc_draw(r, 1, 4) : dice < 90 ? nc_draw(r, 1, 12) : dice < 98 ?
			nc_draw(r, 1, 60) : nc_draw(r, 60, MAX_LIST);
	return RTE_MIN(n, RTE_MIN(most, r->most_count));
}

uint32_t
nc_draw_hints(struct run *r)
{
	return (nc_chance(r, 6) ? NETDMA_DESC_SOURCE_NO_SNOOP : 0) |
			(nc_chance(r, 6) ? NETDMA_DESC_DESTINATION_NO_SNOOP : 0) |
			(nc_chance(r, 6) ? NETDMA_DESC_DESTINATION_DCA_ENABLE : 0);
}

/* -------------------------------------------------------------- dependences */

/* What waits behind a copy that an engine keeps for ever reads what that engine may write: programs
 * that ask for it have a race of their own.
 */
#if defined(__SANITIZE_THREAD__)
#define RACES_ARE_SEEN true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RACES_ARE_SEEN true
#endif
#endif
#ifndef RACES_ARE_SEEN
#define RACES_ARE_SEEN false
#endif

/* Some of the bytes of a copy that stands before one that serializes. */
place_t
nc_dep_take(struct run *r, struct deps *deps, uint32_t *length, bool overwrite)
{
	struct span s;
	uint32_t i;

	if (deps->n == 0 || (RACES_ARE_SEEN && nc_has(r, NETDMA_CONFORMANCE_MAY_HANG)))
		return NOWHERE;
	i = nc_draw(r, 0, deps->n - 1);
	s = deps->span[i];
	if (overwrite && (deps->read[i] || r->memory.mask[s.dst] >= MASK_FLIGHTS / 2))
		return NOWHERE;
	deps->read[i] = true;
	if (overwrite) { /* who reads it from now on reads what this one brings */
		deps->span[i] = deps->span[--deps->n];
		deps->read[i] = deps->read[deps->n];
	}
	*length = RTE_MIN(*length, s.length);
	return s.dst + nc_draw(r, 0, s.length - *length);
}

static void
deps_add(struct deps *deps, const struct span *s)
{
	uint32_t i;

	if (s->dst >= EXTRA_AT)
		return; /* it may be gone by then */
	i = deps->n < MAX_DEPS ? deps->n++ : s->dst % MAX_DEPS;
	deps->span[i] = *s;
	deps->read[i] = false;
}

void
nc_dep_note(struct chan *c, const struct entry *e)
{
	uint32_t i;

	for (i = 0; i < e->nb_spans; i++)
		deps_add(&c->recent, &e->span[i]);
	if (!(e->flags & NETDMA_DESC_SERIALIZE_TRANSFER))
		return;
	memset(c->deps.read, 0, sizeof(c->deps.read));
	for (i = 0; i < c->recent.n; i++)
		deps_add(&c->deps, &c->recent.span[i]);
	c->recent.n = 0;
}

void
nc_deps_forget(struct chan *c)
{
	c->deps.n = 0;
	c->recent.n = 0;
}

void
nc_entry_say(struct run *r, const struct entry *e)
{
	static const struct { uint32_t flag; const char *name; } names[] = {
		{ NETDMA_DESC_NULL_TRANSFER, " null" },
		{ NETDMA_DESC_SERIALIZE_TRANSFER, " serialize" },
		{ NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION, " status" },
		{ NETDMA_DESC_SOURCE_PAGE_BREAK, " source-break" },
		{ NETDMA_DESC_DESTINATION_PAGE_BREAK, " destination-break" },
	};
	uint32_t i;

	nc_say(r, "#%" PRIu64, e->serial);
	for (i = 0; i < e->nb_spans; i++)
		nc_say(r, "%s%u..%u>%u", i != 0 ? "+" : " ", e->span[i].src,
				e->span[i].src + e->span[i].length, e->span[i].dst);
	if ((e->flags & NETDMA_DESC_OP_TYPE_MASK) != NETDMA_DESC_OP_TRANSFER)
		nc_say(r, " context");
	else if (e->flags & NETDMA_DESC_INTERRUPT_ON_COMPLETION)
		nc_say(r, " interrupt");
	for (i = 0; i < RTE_DIM(names); i++)
		if (e->flags & names[i].flag)
			nc_say(r, "%s", names[i].name);
}

/* ------------------------------------------------------------- small operations */

void
nc_op_poll(struct run *r)
{
	struct chan *c = nc_pick(r);
	uint32_t dice = nc_draw(r, 0, 99);
	uint32_t max = dice < 10 ? 0 : dice < 30 ? 1 : dice < 60 ? nc_draw(r, 2, 8) :
			dice < 90 ? 64 : MAX_POLL;

	if (c == NULL)
		return;
	max = RTE_MIN(max, r->most_count);
	if (nc_chance(r, 6)) {
		nc_say(r, "poll, count only");
		nc_channel_poll(r, c, UINT16_MAX, true);
	} else {
		nc_say(r, "poll %u", max);
		nc_channel_poll(r, c, (uint16_t)max, false);
	}
}

void
nc_op_stats(struct run *r)
{
	struct chan *c = nc_pick(r);
	bool on = nc_chance(r, 50);
	int ret;

	if (c == NULL)
		return;
	nc_say(r, "look");
	nc_helper_look(r);
	nc_counts_check(r, c);
	nc_stats_check(r, c);
	nc_info_check(r, c);
	nc_word_check(r, c);
	if (nc_chance(r, 15)) {
		nc_say(r, ", latency %s", on ? "on" : "off");
		ret = netdma_channel_latency_enable(c->ch, on);
		if (ret != 0)
			nc_fail(r, WHOLE_OR_NOT, "netdma_channel_latency_enable() returned %s",
					nc_ret_name(ret));
		c->latency_ever |= on;
	} else if (nc_chance(r, 15) && nc_outstanding(c) == 0) {
		nc_helper_settle(r);
		nc_say(r, ", reset counters");
		nc_stats_sum(r, c);
		ret = netdma_channel_stats_reset(c->ch);
		if (ret != 0)
			nc_fail(r, WHOLE_OR_NOT, "netdma_channel_stats_reset() returned %s",
					nc_ret_name(ret));
		c->count = (struct netdma_channel_stats){ 0 };
		c->uncertain = false;
		c->withdrawn = 0;
		nc_stats_check(r, c);
	}
}

void
nc_op_pause(struct run *r)
{
	uint32_t us = nc_draw(r, 0, 200);

	nc_say(r, "%u us", us);
	if (us < 100)
		sched_yield();
	else
		usleep(us);
}

void
nc_op_observe(struct run *r)
{
	nc_helper_settle(r);
	nc_helper_start(r, JOB_OBSERVE);
}

void
nc_op_channel(struct run *r)
{
	struct chan *c = &r->chan[nc_draw(r, 0, r->nb_chans - 1)];

	nc_channel_finish(r, c);
	nc_channel_make(r, c);
}

/* When nothing is outstanding all memory is the client's, and it writes to it: whoever copies late
 * is seen by that.
 */
void
nc_memory_reuse(struct run *r)
{
	unsigned int i;

	for (i = 0; i < r->nb_chans; i++)
		if (r->chan[i].ch != NULL && r->chan[i].q.n != 0)
			return;
	nc_say(r, "write to all memory");
	nc_memory_check_all(r);
	nc_memory_rewrite(r);
}

void
nc_op_reuse(struct run *r)
{
	unsigned int i;

	for (i = 0; i < r->nb_chans; i++) {
		struct chan *c = &r->chan[i];

		if (c->ch != NULL && (c->state == STATE_NORMAL || c->pollable))
			nc_channel_collect(r, c);
	}
	nc_say(r, ", ");
	nc_memory_reuse(r);
}
