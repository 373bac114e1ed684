/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* A channel and its engine: giving, watching, and getting it quiet.
 *
 * Whoever owns the channel calls these. When an engine is quiet, which is when all that it
 * was given has completed, the core may move the provider's marks itself.
 */

#include <rte_cycles.h>

#include "private.h"

void
netdma_engine_failed(struct netdma_channel *ch, int error)
{
	NETDMA_LOG_LIMITED(ERR, "channel %d: its engine says: %s", ch->id, rte_strerror(-error));
	ch->hurdle |= HURDLE_LEAVE;
}

/* The engine is not simply called. */
static void
serve_hurdle(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;

	if (ch->hurdle & HURDLE_LEAVE)
		return;
	if (ch->hurdle & HURDLE_ASLEEP) {
		netdma_engine_sweep(ch, UINT64_MAX);
	} else if (l->given != l->allowed) {
		ch->hurdle &= (uint8_t)~HURDLE_RESTART;
		netdma_engine_serve(ch, ch->provider->ops->channel_start);
	} else if (l->given != l->completed) {
		netdma_engine_serve(ch, ch->poll);
	}
}

/* Hand over what is allowed and not given. */
void
netdma_engine_give(struct netdma_channel *ch)
{
	if (likely(ch->hurdle == 0))
		netdma_engine_serve(ch, ch->append);
	else
		serve_hurdle(ch);
}

void
netdma_engine_poll(struct netdma_channel *ch)
{
	if (likely(ch->hurdle == 0))
		netdma_engine_serve(ch, ch->poll);
	else
		serve_hurdle(ch);
}

static struct netdma_desc *
list_at(struct netdma_channel *ch, uint64_t count)
{
	struct netdma_desc *d = ch->list.head;
	uint64_t i;

	for (i = ch->list.delivered; i != count; i++)
		d = d->next;
	return d;
}

/* The last descriptor that the engine has processed; NULL: none since the channel was made. */
struct netdma_desc *
netdma_engine_last(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;

	return l->completed == l->delivered ? ch->last : list_at(ch, l->completed - 1);
}

/* The engine was stopped: what it had not finished is not given any more. */
static void
take_back(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;
	uint64_t i, end = l->given;
	struct netdma_desc *d;

	l->given = l->completed;
	l->allowed = l->given;
	l->seek = NULL; /* the bookmark may stand at what is edited now */
	ch->watch_since = 0;
	ch->hurdle |= HURDLE_RESTART; /* it was stopped, also if it had finished everything */
	if (l->given == l->accepted)
		return;
	l->give = list_at(ch, l->given);
	/* What a driver has noted of it already is not so any more. */
	for (i = l->given, d = l->give; i != end; i++, d = d->next)
		if (!(d->flags & NETDMA_DESC_DROPPED))
			netdma_desc_set_status(d, NETDMA_COPIED, NETDMA_ERROR_NONE);
}

/* What was given and not finished ends as unknown. */
static void
abandon(struct netdma_channel *ch, uint64_t flag)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d = l->completed != l->given ? list_at(ch, l->completed) : NULL;

	for (; l->completed != l->given; d = d->next) {
		if (!netdma_desc_is_void(d)) {
			netdma_desc_set_status(d, NETDMA_UNKNOWN, NETDMA_ERROR_TIMEOUT);
			d->user_context1 |= flag;
		}
		netdma_list_complete_checked(l, d);
	}
	netdma_settle(ch);
}

/* Tell the engine to stop. @return 0: it is quiet; or a negative errno. */
static int
quiesce(struct netdma_channel *ch)
{
	const struct netdma_provider *p = ch->provider;
	int ret = p->ops->quiesce != NULL ? p->ops->quiesce(ch->engine) : -ENOTSUP;

	netdma_settle(ch);
	if (ret < 0)
		return ret;
	if (ret != NETDMA_QUIET_UNTOUCHED)
		abandon(ch, 0);
	take_back(ch);
	return 0;
}

/* Stop the engine by force. If that cannot be done it is never called again, and what it has
 * is unknown. @return 0: it is quiet; -ETIMEDOUT: it is lost.
 */
int
netdma_engine_stop(struct netdma_channel *ch)
{
	struct netdma_provider *p = ch->provider;

	if (quiesce(ch) == 0 || ch->list.completed == ch->list.given)
		return 0;
	NETDMA_LOG(ERR, "channel %d: the engine of %s does not answer and cannot be stopped: %"
			PRIu64 " descriptors are unknown, and it is not used again", ch->id,
			p->name, ch->list.given - ch->list.completed);
	abandon(ch, CTX_MAY_WRITE);
	ch->list.allowed = ch->list.given;
	__atomic_store_n(&p->quarantined, true, __ATOMIC_RELEASE);
	ch->lost = true;
	ch->hurdle |= HURDLE_LEAVE;
	/* At once, if the registry can be locked; otherwise when this channel leaves. */
	if (netdma_trylock()) {
		netdma_tell_others_to_leave(ch);
		netdma_unlock_quietly();
	}
	return -ETIMEDOUT;
}

/* Let it have nothing more, and wait until it has finished what it has, or stop it between
 * two descriptors if it can do that. @return 0: it is quiet; -ETIMEDOUT.
 */
int
netdma_engine_settle(struct netdma_channel *ch)
{
	const struct netdma_provider *p = ch->provider;
	struct netdma_list *l = &ch->list;
	uint64_t start = rte_rdtsc();
	unsigned int i;

	l->allowed = l->given;
	if (l->completed != l->given && (p->attr.flags & NETDMA_PROVIDER_STOPS) &&
			quiesce(ch) == 0)
		return 0;
	for (i = 0; l->completed != l->given; i++) {
		if ((i != 0 && rte_rdtsc() - start > ch->bound) || (ch->hurdle & HURDLE_LEAVE))
			return -ETIMEDOUT;
		netdma_engine_poll(ch);
		l->allowed = l->given; /* a halt has allowed more */
		netdma_relax(i);
	}
	return 0;
}

/* Get it quiet, in whatever way. @return 0; -ETIMEDOUT: it is lost. */
int
netdma_engine_quiet(struct netdma_channel *ch)
{
	if (ch->lost)
		return -ETIMEDOUT;
	return netdma_engine_settle(ch) == 0 ? 0 : netdma_engine_stop(ch);
}

/* The engine is quiet: complete at most n of what it was not given and must not run. */
void
netdma_engine_sweep(struct netdma_channel *ch, uint64_t n)
{
	struct netdma_list *l = &ch->list;
	const struct netdma_desc *d;

	for (; n > 0 && l->given != l->accepted && (l->give->flags & NETDMA_DESC_DROPPED); n--) {
		d = l->give;
		netdma_list_give(l);
		netdma_list_complete_checked(l, d);
		/* What the CPU copies, it copies before what follows. */
		netdma_settle(ch);
	}
	l->allowed = l->given;
}

/* No progress for too long. The first time the engine may go on; if it does not, it is left. */
void
netdma_engine_stuck(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;
	bool again = ch->rescued && ch->rescued_at == l->completed;

	NETDMA_LOG(ERR, "channel %d: the engine of %s is stuck%s: it has %" PRIu64 " descriptors, %"
			PRIu64 " wait", ch->id, ch->provider->name, again ? " again" : "",
			l->given - l->completed, l->accepted - l->given);
	counter_add(&ch->count.watchdogs, 1);
	if (netdma_engine_stop(ch) == 0 && again)
		ch->hurdle |= HURDLE_LEAVE;
	netdma_list_allow(ch);
	ch->rescued = true;
	ch->rescued_at = l->completed;
}
