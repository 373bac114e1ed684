/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The state machine of a channel, transition by transition: what each call says in each state,
 * and in which state it leaves the channel.
 */

#include <errno.h>

#include "util.h"

enum at {
	ARMED,
	IDLE,      /* list-fed, started, nothing on it */
	BUSY,      /* list-fed, a long list on it */
	SUSPENDED, /* list-fed */
	HALTED,    /* list-fed */
	DETACHED,
	RING,      /* ring-fed, nothing on it */
	RING_SUSPENDED,
	RING_HALTED,
	NB_STATES,
};

enum call { START, START_RING, APPEND, SUBMIT, SUSPEND, RESUME, RESUME_NOTHING, ABORT, RESET,
	MOVE, NB_CALLS };

static const char *const at_names[] = { "armed", "idle", "busy", "suspended", "halted", "detached",
	"ring", "ring suspended", "ring halted" };
static const char *const call_names[] = { "start", "start of the ring", "append", "submit",
	"suspend", "resume", "resume with nothing", "abort", "reset", "move" };

#define OK_IDLE    { 0, NETDMA_CHANNEL_IDLE }
#define OK_SUSP    { 0, NETDMA_CHANNEL_SUSPENDED }
#define OK_HALTED  { 0, NETDMA_CHANNEL_HALTED }
#define OK_ARMED   { 0, NETDMA_CHANNEL_ARMED }
#define NO(error, state) { -(error), NETDMA_CHANNEL_ ## state }
#define GONE NO(ENODEV, DETACHED)

/* What it returns, and the state when all that is left has been polled. A submit of one slot
 * returns 1.
 */
static const struct expected {
	int ret;
	enum netdma_channel_state state;
} table[NB_STATES][NB_CALLS] = {
	[ARMED] = { OK_IDLE, OK_ARMED, NO(EINVAL, ARMED), { 1, NETDMA_CHANNEL_IDLE },
		NO(EINVAL, ARMED), NO(EINVAL, ARMED), NO(EINVAL, ARMED), OK_HALTED, OK_ARMED,
		OK_ARMED },
	[IDLE] = { OK_IDLE, NO(EINVAL, IDLE), OK_IDLE, { 1, NETDMA_CHANNEL_IDLE }, OK_SUSP,
		NO(EINVAL, IDLE), NO(EINVAL, IDLE), OK_HALTED, OK_ARMED, OK_IDLE },
	[BUSY] = { OK_IDLE, NO(EINVAL, IDLE), OK_IDLE, NO(EBUSY, IDLE), OK_SUSP,
		NO(EINVAL, IDLE), NO(EINVAL, IDLE), OK_HALTED, OK_ARMED, OK_IDLE },
	[SUSPENDED] = { OK_IDLE, NO(EINVAL, SUSPENDED), NO(EBUSY, SUSPENDED),
		{ 1, NETDMA_CHANNEL_SUSPENDED }, NO(EINVAL, SUSPENDED), OK_IDLE, OK_IDLE,
		OK_HALTED, OK_ARMED, OK_SUSP },
	[HALTED] = { OK_IDLE, NO(EINVAL, HALTED), NO(ECANCELED, HALTED), NO(ECANCELED, HALTED),
		NO(ECANCELED, HALTED), NO(EINVAL, HALTED), NO(EINVAL, HALTED), OK_HALTED,
		OK_ARMED, OK_HALTED },
	[DETACHED] = { GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, OK_IDLE },
	[RING] = { OK_IDLE, OK_IDLE, NO(EINVAL, IDLE), { 1, NETDMA_CHANNEL_IDLE }, OK_SUSP,
		NO(EINVAL, IDLE), NO(EINVAL, IDLE), OK_HALTED, OK_ARMED, OK_IDLE },
	[RING_SUSPENDED] = { OK_IDLE, OK_IDLE, NO(EBUSY, SUSPENDED),
		{ 1, NETDMA_CHANNEL_SUSPENDED }, NO(EINVAL, SUSPENDED), NO(EINVAL, SUSPENDED),
		OK_IDLE, OK_HALTED, OK_ARMED, OK_SUSP },
	[RING_HALTED] = { OK_IDLE, OK_IDLE, NO(ECANCELED, HALTED), NO(ECANCELED, HALTED),
		NO(ECANCELED, HALTED), NO(EINVAL, HALTED), NO(EINVAL, HALTED), OK_HALTED,
		OK_ARMED, OK_HALTED },
};

struct machine {
	struct t *t;
	struct netdma_channel *ch;
	struct t_list *l;    /* on the channel, or used up */
	struct t_list *more; /* for the call */
	struct t_buf *b;
	bool ring;
};

static void
feed_ring(struct machine *m)
{
	ASSERT_INT(netdma_copy(m->ch, m->b->src, m->b->dst, m->b->length, 0, NULL), ==, 0);
	ASSERT_INT(netdma_submit(m->ch), ==, 1);
	ASSERT_INT(netdma_channel_drain(m->ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(m->ch, NULL, 1), ==, 1);
}

static void
bring_to(struct machine *m, enum at at)
{
	struct netdma_desc *last;

	if (at == ARMED)
		return;
	if (at >= RING)
		feed_ring(m);
	else
		ASSERT_INT(t_start(m->ch, m->l), ==, 0);
	if (at == BUSY)
		return;
	ASSERT_INT(netdma_channel_drain(m->ch, 60000000), ==, 0);
	while (netdma_channel_outstanding(m->ch) > 0)
		netdma_poll(m->ch, NULL, 1000);
	if (at == SUSPENDED || at == RING_SUSPENDED)
		ASSERT_INT(netdma_channel_suspend(m->ch, &last), ==, 0);
	if (at == HALTED || at == RING_HALTED)
		ASSERT_INT(netdma_channel_abort(m->ch), ==, 0);
	if (at == DETACHED) {
		ASSERT_INT(netdma_provider_stop(m->t->provider), ==, 0);
		ASSERT_INT(netdma_provider_start(m->t->provider), ==, 0);
	}
}

static int
submit(struct machine *m)
{
	int ret = netdma_copy(m->ch, m->b->src, m->b->dst, m->b->length, 0, NULL);

	return ret != 0 ? ret : netdma_submit(m->ch);
}

static int
make(struct machine *m, enum call call)
{
	struct netdma_desc *last;

	switch (call) {
	case START: return t_start(m->ch, m->more);
	case START_RING: return netdma_channel_start(m->ch, NULL, NULL, 0);
	case APPEND: return t_append(m->ch, m->more);
	case SUBMIT: return submit(m);
	case SUSPEND: return netdma_channel_suspend(m->ch, &last);
	case RESUME: return netdma_channel_resume(m->ch, m->more->first, m->more->last, m->more->n);
	case RESUME_NOTHING: return netdma_channel_resume(m->ch, NULL, NULL, 0);
	case ABORT: return netdma_channel_abort(m->ch);
	case RESET: return netdma_channel_reset(m->ch);
	case MOVE: return netdma_channel_move(m->ch, m->t->provider);
	case NB_CALLS: break;
	}
	return 0;
}

/* What is left comes back, if it does not wait for a resume. */
static void
collect(struct netdma_channel *ch)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (netdma_channel_outstanding(ch) > 0 &&
			t_info(ch).state != NETDMA_CHANNEL_SUSPENDED) {
		ASSERT_INT(netdma_poll(ch, NULL, 1000), >=, 0);
		ASSERT_MSG(t_wait(&d), "%d never came back", netdma_channel_outstanding(ch));
	}
}

T_CASE(states, every_call_in_every_state, T_EACH)
{
	struct machine m = { .t = t };
	struct netdma_desc_pool *pool = t_pool(410);
	struct netdma_channel *scale = t_channel(t, 64, 0);
	enum at at;
	enum call call;

	m.l = t_list_new(t, scale, pool, 400, 1, 300);
	m.more = t_list_new(t, scale, pool, 10, 1, 300);
	m.b = t_bufs(t, 1, 1, 300);
	t_channel_free(scale);
	for (at = 0; at < NB_STATES; at++)
		for (call = 0; call < NB_CALLS; call++) {
			const struct expected *e = &table[at][call];
			int ret;

			m.ch = t_channel(t, 64, 0);
			bring_to(&m, at);
			ret = make(&m, call);
			ASSERT_MSG(ret == e->ret, "%s, %s: %d, not %d", at_names[at],
					call_names[call], ret, e->ret);
			collect(m.ch);
			ASSERT_MSG(t_info(m.ch).state == e->state, "%s, %s: then %s, not %s",
					at_names[at], call_names[call],
					netdma_state_name((int)t_info(m.ch).state),
					netdma_state_name((int)e->state));
			/* Whatever was refused, a start brings it back to life. */
			if (e->state != NETDMA_CHANNEL_DETACHED)
				ASSERT_INT(netdma_channel_abort(m.ch), ==, 0);
			collect(m.ch);
			if (call == SUBMIT && e->state == NETDMA_CHANNEL_HALTED) {
				/* The slot is still filled. */
				ASSERT_INT(netdma_channel_start(m.ch, NULL, NULL, 0), ==, 0);
				ASSERT_INT(netdma_submit(m.ch), ==, 1);
			} else if (e->state != NETDMA_CHANNEL_DETACHED) {
				ASSERT_INT(t_start(m.ch, m.l), ==, 0);
			}
			collect(m.ch);
			t_list_restore(m.ch, m.l);
			t_list_restore(m.ch, m.more);
			t_channel_free(m.ch);
		}
}
