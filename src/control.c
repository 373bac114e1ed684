/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Suspend, resume, abort and reset: movements of marks, once the engine is quiet. */

#include "guard.h"
#include "private.h"

/* Enter a control call of the channel's owner. */
static int
control_enter(struct netdma_channel *ch)
{
	int ret = netdma_channel_enter(ch);

	if (ret == 0 && ch->in_callback) {
		netdma_channel_leave(ch);
		return -EBUSY;
	}
	return ret;
}

static int
control_leave(struct netdma_channel *ch, int ret)
{
	netdma_channel_leave(ch);
	return ret;
}

/* What was not given is the client's again, as he has filled it, and is not reported: it will
 * be handed over anew, as he has edited it. No `next` of it is borrowed: what a start has
 * replaced was swept.
 */
static void
withdraw(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d = l->give, *next;
	uint64_t i;

	for (i = l->given; i != l->accepted; i++, d = next) {
		next = d->next;
		netdma_adapt_undo(d);
		d->flags &= ~NETDMA_DESC_DROPPED;
		d->user_context1 = 0;
	}
	__atomic_store_n(&l->accepted, l->given, __ATOMIC_RELEASE);
	netdma_region_withdrawn(ch);
	ch->tail = netdma_engine_last(ch);
	ch->expected = NULL;
}

/* An engine that it leaves is not waited for. */
static int
leave_engine(struct netdma_channel *ch)
{
	netdma_channel_leave_engine(ch);
	if (ch->provider == NULL)
		return -ENODEV;
	if (ch->hurdle & HURDLE_LEAVE)
		return -EAGAIN;
	ch->list.allowed = ch->list.given;
	return 0;
}

static int
suspend(struct netdma_channel *ch, struct netdma_desc **last_processed)
{
	int ret;

	if (ch->run == RUN_HALTED)
		return -ECANCELED;
	if (ch->run == RUN_SUSPENDED || !ch->started)
		return -EINVAL;
	ret = netdma_engine_settle(ch);
	if (ret != 0 && (ch->hurdle & HURDLE_LEAVE))
		ret = leave_engine(ch);
	if (ret == -ENODEV)
		return ret;
	if (ret != 0 || ch->run == RUN_HALTED) {
		/* As if nothing had been asked. */
		netdma_list_allow(ch);
		netdma_engine_give(ch);
		return ch->run == RUN_HALTED ? -ECANCELED : ret;
	}
	/* What a start has replaced is reported, also if the engine has given it back just now. */
	if (ch->feed == FEED_LIST)
		netdma_list_drop(ch, ch->replaced, NETDMA_ERROR_CANCELED);
	netdma_engine_sweep(ch, UINT64_MAX);
	if (ch->run == RUN_HALTED)
		return -ECANCELED;
	netdma_word_stop(ch, NETDMA_WORD_SUSPENDED);
	if (ch->feed == FEED_LIST)
		withdraw(ch);
	*last_processed = netdma_engine_last(ch);
	__atomic_store_n(&ch->run, RUN_SUSPENDED, __ATOMIC_RELAXED);
	return 0;
}

int
netdma_channel_suspend(struct netdma_channel *ch, struct netdma_desc **last_processed)
{
	int ret;

	if (ch == NULL || last_processed == NULL)
		return -EINVAL;
	ret = control_enter(ch);
	return ret != 0 ? ret : control_leave(ch, suspend(ch, last_processed));
}

static int
resume(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last, uint32_t n)
{
	bool nothing = first == NULL && last == NULL && n == 0;
	int ret;

	if (ch->run != RUN_SUSPENDED || (ch->feed == FEED_RING && !nothing))
		return -EINVAL;
	if (ch->nb_bridges == CHANNEL_BRIDGES)
		return -EBUSY;
	if (!nothing) {
		ret = netdma_list_check(ch, first, last, n, "resume");
		if (ret != 0)
			return ret;
	}
	/* The tail may lead to what was given back, or anywhere that the client has it lead to. */
	if (ch->feed == FEED_LIST)
		netdma_list_bridge(ch, first);
	if (!nothing)
		netdma_list_link(ch, first, last, n);
	__atomic_store_n(&ch->run, RUN_NORMAL, __ATOMIC_RELAXED);
	ch->watch_since = 0;
	netdma_list_allow(ch);
	netdma_engine_give(ch);
	return 0;
}

int
netdma_channel_resume(struct netdma_channel *ch, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n)
{
	int ret;

	if (ch == NULL)
		return -EINVAL;
	ret = control_enter(ch);
	return ret != 0 ? ret : control_leave(ch, resume(ch, first, last, n));
}

/* Take everything off the engine. @return 0; -ETIMEDOUT: it was lost in it. */
static int
halt(struct netdma_channel *ch)
{
	int ret;

	/* What fails from here on is not redone. */
	__atomic_store_n(&ch->run, RUN_HALTED, __ATOMIC_RELAXED);
	ret = netdma_engine_quiet(ch);
	netdma_word_stop(ch, NETDMA_WORD_HALTED);
	netdma_list_drop(ch, ch->list.accepted, NETDMA_ERROR_CANCELED);
	netdma_engine_sweep(ch, UINT64_MAX);
	return ret;
}

/* Abort; and if it is to be as freshly allocated, reset. */
static int
stop(struct netdma_channel *ch, bool fresh)
{
	int ret;

	if (ch == NULL)
		return -EINVAL;
	ret = control_enter(ch);
	if (ret != 0)
		return ret;
	/* At an error it stopped without waiting for what its engine had. */
	if (ch->run != RUN_HALTED || ch->list.completed != ch->list.accepted)
		ret = halt(ch);
	if (fresh) {
		/* What has completed since it halted is not written for any more. */
		if (ch->word != NULL)
			netdma_word_update(ch);
		__atomic_store_n(&ch->run, RUN_NORMAL, __ATOMIC_RELAXED);
		__atomic_store_n(&ch->started, false, __ATOMIC_RELAXED);
		ch->hurdle |= HURDLE_RESTART;
		netdma_word_write(ch, NULL, NETDMA_WORD_ARMED);
	}
	return control_leave(ch, ret);
}

int
netdma_channel_abort(struct netdma_channel *ch)
{
	return stop(ch, false);
}

int
netdma_channel_reset(struct netdma_channel *ch)
{
	return stop(ch, true);
}
