/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* A channel and its engine: giving, and getting it quiet.
 *
 * Whoever owns the channel calls these. When an engine is quiet, which is when all that it
 * was given has completed, the core may move the provider's marks itself.
 */

#include <sched.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "private.h"

/* What an engine that has gone means for the channel is decided where it is waited for; a
 * list was accepted whatever it says.
 */
static inline void
result(const struct netdma_channel *ch, int ret)
{
	if (unlikely(ret < 0))
		NETDMA_LOG_LIMITED(ERR, "channel %d: its engine says: %s", ch->id,
				rte_strerror(-ret));
}

/* Hand over what is allowed and not given. */
void
netdma_engine_give(struct netdma_channel *ch)
{
	if (unlikely(ch->restart)) {
		ch->restart = false;
		result(ch, ch->provider->ops->channel_start(ch->engine));
	} else {
		result(ch, ch->append(ch->engine));
	}
}

void
netdma_engine_poll(struct netdma_channel *ch)
{
	result(ch, ch->poll(ch->engine));
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

	l->given = l->completed;
	l->allowed = l->given;
	l->seek = NULL; /* the bookmark may stand at what is edited now */
	if (l->given != l->accepted)
		l->give = list_at(ch, l->given);
	ch->restart = true;
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
			p->ops->quiesce != NULL &&
			p->ops->quiesce(ch->engine) == NETDMA_QUIET_UNTOUCHED)
		take_back(ch);
	for (i = 0; l->completed != l->given; i++) {
		if (i != 0 && rte_rdtsc() - start > ch->bound)
			return -ETIMEDOUT;
		netdma_engine_poll(ch);
		if (i % 64 == 63)
			sched_yield();
		else
			rte_pause();
	}
	return 0;
}

/* What was given and not finished ends as unknown. */
static void
abandon(struct netdma_channel *ch, uint64_t flag)
{
	struct netdma_list *l = &ch->list;
	struct netdma_desc *d = l->completed != l->given ? list_at(ch, l->completed) : NULL;
	uint64_t i;

	for (i = l->completed; i != l->given; i++, d = d->next) {
		if (netdma_desc_is_void(d))
			continue;
		netdma_desc_set_status(d, NETDMA_UNKNOWN, NETDMA_ERROR_TIMEOUT);
		d->user_context1 |= flag;
	}
	netdma_list_complete(l, l->given - l->completed);
}

/* The engine did not settle: stop it by force. If that cannot be done either it is never
 * called again, and what it has is unknown. @return 0: it is quiet; -ETIMEDOUT: it is lost.
 */
int
netdma_engine_stop(struct netdma_channel *ch)
{
	struct netdma_provider *p = ch->provider;
	int ret = p->ops->quiesce != NULL ? p->ops->quiesce(ch->engine) : -ENOTSUP;

	if (ret == NETDMA_QUIET_UNTOUCHED) {
		take_back(ch);
		return 0;
	}
	if (ret == NETDMA_QUIET_UNKNOWN) {
		abandon(ch, 0);
		ch->restart = true;
		return 0;
	}
	NETDMA_LOG(ERR, "channel %d: the engine of %s does not answer and cannot be stopped: %"
			PRIu64 " descriptors are unknown, and it is not used again", ch->id,
			p->name, ch->list.given - ch->list.completed);
	abandon(ch, CTX_MAY_WRITE);
	__atomic_store_n(&p->quarantined, true, __ATOMIC_RELEASE);
	ch->lost = true;
	return -ETIMEDOUT;
}

/* The engine is quiet: complete what it was not given and must not run. */
void
netdma_engine_sweep(struct netdma_channel *ch)
{
	struct netdma_list *l = &ch->list;

	while (l->given != l->accepted && (l->give->flags & NETDMA_DESC_DROPPED)) {
		netdma_list_give(l);
		netdma_list_complete(l, 1);
	}
	l->allowed = l->given;
}
