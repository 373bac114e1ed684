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

/* Leave it. An engine that was lost in it leaves the channel without one. */
static int
control_leave(struct netdma_channel *ch, int ret)
{
	if (likely(!ch->lost)) {
		netdma_channel_leave(ch);
		return ret;
	}
	__atomic_store_n(&ch->stopping, CHANNEL_DETACHED, __ATOMIC_RELEASE);
	netdma_channel_leave(ch);
	/* Its engine's memory stays where it is: the engine may still use it. */
	netdma_lock();
	ch->provider->state = NETDMA_PROVIDER_QUARANTINED;
	ch->provider = NULL;
	ch->engine = NULL;
	netdma_unlock();
	return ret;
}

/* The word, as it stands when the channel stops: behind all that has completed. */
static void
word_stop(struct netdma_channel *ch, uint32_t state)
{
	if (ch->word == NULL)
		return;
	netdma_word_update(ch);
	netdma_word_write(ch, netdma_engine_last(ch), state);
}

/* What was not given is the client's again, and is not reported: it will be handed over
 * anew, as the client has edited it.
 */
static void
withdraw(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d = l->give;
	uint64_t i;

	for (i = l->given; i != l->accepted; i++, d = d->next)
		d->user_context1 = 0;
	__atomic_store_n(&l->accepted, l->given, __ATOMIC_RELEASE);
	ch->tail = netdma_engine_last(ch);
	ch->expected = NULL;
}

static int
suspend(struct netdma_channel *ch, struct netdma_desc **last_processed)
{
	if (ch->run == RUN_HALTED)
		return -ECANCELED;
	if (ch->run == RUN_SUSPENDED || !ch->started)
		return -EINVAL;
	if (netdma_engine_settle(ch) != 0) {
		/* As if nothing had been asked. */
		ch->list.allowed = ch->list.accepted;
		netdma_engine_give(ch);
		return -ETIMEDOUT;
	}
	netdma_engine_sweep(ch);
	word_stop(ch, NETDMA_WORD_SUSPENDED);
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
	if (!nothing) {
		if (ch->nb_bridges == CHANNEL_BRIDGES)
			return -EBUSY;
		ret = netdma_list_check(ch, first, last, n, "resume");
		if (ret != 0)
			return ret;
		netdma_list_bridge(ch, first);
		netdma_list_link(ch, first, last, n);
	}
	__atomic_store_n(&ch->run, RUN_NORMAL, __ATOMIC_RELAXED);
	ch->list.allowed = ch->list.accepted;
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
	int ret = 0;

	if (netdma_engine_settle(ch) != 0)
		ret = netdma_engine_stop(ch);
	word_stop(ch, NETDMA_WORD_HALTED);
	netdma_list_drop(ch);
	netdma_engine_sweep(ch);
	__atomic_store_n(&ch->run, RUN_HALTED, __ATOMIC_RELAXED);
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
	if (ch->run != RUN_HALTED)
		ret = halt(ch);
	if (fresh) {
		__atomic_store_n(&ch->run, RUN_NORMAL, __ATOMIC_RELAXED);
		__atomic_store_n(&ch->started, false, __ATOMIC_RELAXED);
		ch->restart = true;
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
