/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Channels that leave their engine: because it goes, does not answer, or the client says so.
 *
 * An engine is left when it is quiet: all that it was given has completed, or was taken back.
 * What was not given goes along, in the list that it is in. An engine that cannot be made
 * quiet has kept what it had; its provider is quarantined, and the rest goes along all the same.
 */

#include "guard.h"
#include "private.h"
#include "trace.h"

/* How many of a stranded channel's copies a poll does on the CPU. */
#define STRANDED_BURST 32

/* ------------------------------------------------- with the channel in hand */

/* What is unfinished was made for another engine. */
static void
carry_over(struct netdma_channel *ch, bool iova)
{
	struct netdma_list *l = &ch->list;
	uint64_t i, n = l->accepted - l->given;
	struct netdma_desc *d = l->give;

	ch->adapt = ch->iova != ch->list_iova || ch->max_transfer < ch->list_max_transfer ||
			ch->max_addr < ch->list_max_addr;
	if (n != 0 && (ch->adapt || iova != ch->iova || ch->feed == FEED_RING))
		netdma_adapt(ch, d, n, iova);
	for (i = 0; i < n; i++, d = d->next)
		d->user_context1 |= CTX_MOVED;
	n = ch->ring_filled - ch->ring_submitted;
	if (n != 0)
		netdma_adapt(ch, &ch->ring[ch->ring_submitted & ch->ring_mask], n, iova);
}

/* Go over to an engine. The old one is quiet or lost. */
static void
settle_in(struct netdma_channel *ch, const struct attachment *a)
{
	bool iova = ch->iova;

	NETDMA_LOG(NOTICE, "channel %d goes from provider %d to %s, with %" PRIu64 " unfinished "
			"descriptors", ch->id, ch->provider_id, a->provider->name,
			ch->list.accepted - ch->list.given);
	netdma_trace_channel_move(ch->id, ch->provider_id, a->provider->id);
	if (ch->provider != NULL)
		netdma_detach(ch);
	netdma_region_flush(ch);
	netdma_attach_commit(ch, a);
	ch->lost = false;
	ch->rescued = false;
	ch->watch_since = 0;
	ch->hurdle = HURDLE_RESTART;
	carry_over(ch, iova);
	netdma_list_allow(ch);
	counter_add(&ch->count.failovers, 1);
}

/* Nobody takes it. What was not given ends here: dropped, or in netdma_poll() on the CPU. */
static void
strand(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d = l->give;
	uint64_t i;

	NETDMA_LOG(ERR, "channel %d has no provider any more; %" PRIu64 " unfinished descriptors "
			"are %s", ch->id, l->accepted - l->given,
			ch->failover != NETDMA_FAILOVER_NONE &&
			ch->policy == NETDMA_ON_ERROR_RECOVER ? "the CPU's" : "dropped");
	netdma_trace_channel_move(ch->id, ch->provider_id, 0);
	netdma_detach(ch);
	if (ch->failover == NETDMA_FAILOVER_NONE || ch->policy != NETDMA_ON_ERROR_RECOVER)
		netdma_list_drop(ch, l->accepted, NETDMA_ERROR_GONE);
	else
		for (i = l->given; i != l->accepted; i++, d = d->next)
			if (!(d->flags & NETDMA_DESC_DROPPED))
				netdma_adapt_core(d, ch->iova);
	__atomic_store_n(&ch->stopping, CHANNEL_DETACHED, __ATOMIC_RELEASE);
}

/* The engine is quiet or lost: go where the client wants. @return whether there was such. */
static bool
fail_over(struct netdma_channel *ch)
{
	struct attachment a;

	if (ch->failover == NETDMA_FAILOVER_NONE ||
			netdma_attach(ch, ch->failover, ch->provider, &a) != 0)
		return false;
	settle_in(ch, &a);
	return true;
}

/* ------------------------------------------------------------- the owner's */

/* Leave the engine, inside a call of the owner's: he cannot wait for the registry. */
void
netdma_channel_leave_engine(struct netdma_channel *ch)
{
	if (!netdma_trylock())
		return;
	if (!ch->lost && ch->list.given != ch->list.completed)
		netdma_engine_stop(ch);
	ch->provider->failing = true;
	/* What it was told of the engine that it has left does not go for the next one. */
	if (fail_over(ch))
		__atomic_store_n(&ch->stopping, CHANNEL_RUNS, __ATOMIC_RELEASE);
	else
		strand(ch);
	netdma_unlock_quietly();
	/* Not here: this may be inside a call of a channel that stands on this one, or under the
	 * lock of whoever stops that.
	 */
	netdma_request_delivery();
}

/* A channel without a provider: what was left to the CPU. */
void
netdma_channel_poll_stranded(struct netdma_channel *ch)
{
	netdma_engine_sweep(ch, STRANDED_BURST);
}

static int
move(struct netdma_channel *ch, int id)
{
	struct attachment a;
	int ret;

	if (ch->provider != NULL && ch->provider_id == id && !(ch->hurdle & HURDLE_LEAVE) &&
			netdma_provider_state_get(ch->provider) != NETDMA_PROVIDER_QUARANTINED)
		return 0;
	if (id <= 0 || netdma_provider_by_id(id) == NULL)
		return -ENODEV;
	ret = -netdma_attach(ch, id, ch->provider, &a);
	if (ret != 0)
		return ret;
	if (ch->provider != NULL)
		ret = netdma_engine_quiet(ch);
	settle_in(ch, &a);
	/* It may have stood on the very one, which did not answer just now. */
	__atomic_store_n(&ch->stopping, netdma_provider_state_get(a.provider) ==
			NETDMA_PROVIDER_QUARANTINED ? CHANNEL_LOSES : CHANNEL_RUNS,
			__ATOMIC_RELEASE);
	return ret;
}

int
netdma_channel_move(struct netdma_channel *ch, int id)
{
	int ret = -EINVAL;

	if (ch == NULL)
		return -EINVAL;
	if (ch->in_callback)
		return -EBUSY;
	/* With the lock nobody else has the channel, or is about to. Whoever has it may be
	 * probing a device: the owner of a channel does not wait for that.
	 */
	if (!netdma_trylock())
		return -EAGAIN;
	if (netdma_lock_initialised()) {
		netdma_channel_enter_any(ch);
		ret = move(ch, id);
		netdma_channel_leave(ch);
		netdma_unlock();
	}
	netdma_unlock();
	return ret;
}

/* ------------------------------------------------------------ another thread's */

/* Take the channels of a provider away from their owners: all or none. */
static int
take_over(const struct netdma_provider *p)
{
	bool lost = netdma_provider_state_get(p) == NETDMA_PROVIDER_QUARANTINED;
	struct netdma_channel *ch;
	int ret = 0;

	TAILQ_FOREACH(ch, &netdma_channels, next)
		if (ch->provider == p)
			__atomic_store_n(&ch->stopping, CHANNEL_STOPS, __ATOMIC_RELAXED);
	netdma_guard_barrier();
	TAILQ_FOREACH(ch, &netdma_channels, next)
		if (ch->provider == p && ret == 0 && !netdma_guard_wait(ch)) {
			NETDMA_LOG(ERR, "provider %s: the owner of channel %d does not leave its "
					"call", p->name, ch->id);
			ret = -ETIMEDOUT;
		}
	if (ret != 0)
		TAILQ_FOREACH(ch, &netdma_channels, next)
			if (ch->provider == p)
				__atomic_store_n(&ch->stopping, lost ? CHANNEL_LOSES :
						CHANNEL_RUNS, __ATOMIC_RELEASE);
	return ret;
}

static void
hand_back(struct netdma_channel *ch)
{
	__atomic_store_n(&ch->stopping, CHANNEL_RUNS, __ATOMIC_RELEASE);
}

/* One of its channels that was not seen to yet: drivers that stand on others change the list
 * of channels meanwhile.
 */
static struct netdma_channel *
taken_channel(const struct netdma_provider *p)
{
	struct netdma_channel *ch;

	TAILQ_FOREACH(ch, &netdma_channels, next)
		if (ch->provider == p && ch->stopping == CHANNEL_STOPS)
			break;
	return ch;
}

/* The provider stops: its channels go. @return 0; -ETIMEDOUT: an owner does not let go, and
 * nothing has changed; -EIO: an engine may still be running.
 */
int
netdma_channels_leave(struct netdma_provider *p)
{
	struct netdma_channel *ch;
	int ret = take_over(p);

	if (ret != 0)
		return ret;
	while ((ch = taken_channel(p)) != NULL) {
		if (!(ch->hurdle & HURDLE_ASLEEP) && netdma_engine_quiet(ch) != 0)
			ret = -EIO;
		if (ch->word != NULL)
			netdma_word_update(ch);
		if (fail_over(ch))
			hand_back(ch);
		else
			strand(ch);
	}
	return ret;
}

/* The engine loses power: its channels go elsewhere, or wait. */
int
netdma_channels_sleep(struct netdma_provider *p)
{
	struct netdma_channel *ch;
	int ret = take_over(p);

	if (ret != 0)
		return ret;
	TAILQ_FOREACH(ch, &netdma_channels, next)
		if (ch->provider == p && netdma_engine_quiet(ch) != 0)
			ret = -ETIMEDOUT;
	while ((ch = taken_channel(p)) != NULL) {
		if (ch->word != NULL)
			netdma_word_update(ch);
		if (!fail_over(ch)) {
			/* A provider that has lost one is never woken. */
			if (ret != 0) {
				strand(ch);
				continue;
			}
			ch->hurdle |= HURDLE_ASLEEP | HURDLE_RESTART;
			netdma_list_allow(ch);
		}
		hand_back(ch);
	}
	return ret;
}

int
netdma_channels_wake(struct netdma_provider *p)
{
	struct netdma_channel *ch;
	int ret = take_over(p);

	if (ret != 0)
		return ret;
	while ((ch = taken_channel(p)) != NULL) {
		ch->hurdle &= (uint8_t)~HURDLE_ASLEEP;
		ch->watch_since = 0;
		netdma_list_allow(ch);
		hand_back(ch);
	}
	return 0;
}
