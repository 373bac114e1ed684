/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What happens to the provider. */

#include <errno.h>

#include "conformance.h"

void
nc_provider_left(struct run *r)
{
	unsigned int i;

	r->started = false;
	for (i = 0; i < r->nb_chans; i++) {
		struct chan *c = &r->chan[i];

		if (c->ch == NULL || c->detached)
			continue;
		nc_channel_gone(c);
		c->detached = !HAVE_FAILOVER || c->conf.failover == NETDMA_FAILOVER_NONE;
	}
}

static bool
may_stop(const struct run *r)
{
	return !(r->conf.flags & NETDMA_CONFORMANCE_SHARED);
}

static void
stop(struct run *r)
{
	struct answers a = { .ok = true, .invariant = ACCOUNTED_FOR };
	unsigned int i;
	int ret;

	for (i = 0; i < r->nb_chans && !HAVE_STOP; i++)
		if (r->chan[i].ch != NULL && nc_outstanding(&r->chan[i]) != 0)
			may_refuse(&a, -ENOTSUP);
	nc_say(r, "stop");
	ret = netdma_provider_stop(r->provider.id);
	if (!nc_refused(r, &a, ret, 0, "netdma_provider_stop()"))
		nc_provider_left(r);
}

static void
start(struct run *r)
{
	struct answers a = { .ok = true, .invariant = WHOLE_OR_NOT };
	int ret;

	nc_say(r, "the provider starts");
	ret = netdma_provider_start(r->provider.id);
	if (!nc_refused(r, &a, ret, 0, "netdma_provider_start()"))
		r->started = true;
	nc_say(r, "\n          ");
}

void
nc_op_provider(struct run *r)
{
	nc_helper_settle(r);
	if (!r->started)
		start(r);
	else if (may_stop(r))
		stop(r);
}

void
nc_op_provider_thread(struct run *r)
{
	nc_helper_settle(r);
	if (!r->started)
		start(r);
	if (!may_stop(r))
		return;
	nc_say(r, ", another thread begins to stop it");
	nc_helper_start(r, JOB_STOP);
}

void
nc_provider_restore(struct run *r)
{
	nc_helper_settle(r);
	if (!r->started)
		start(r);
}

/* Destroy it and make it anew. */
void
nc_op_renew(struct run *r)
{
	unsigned int i;
	int ret, id = r->provider.id;

	if (r->conf.renew == NULL)
		return;
	nc_helper_settle(r);
	for (i = 0; i < r->nb_chans; i++)
		if (!HAVE_STOP)
			nc_channel_finish(r, &r->chan[i]);
	nc_say(r, "destroy and create");
	ret = r->conf.renew(r->conf.arg, &id);
	nc_say_ret(r, ret);
	if (ret != 0)
		nc_fail(r, ACCOUNTED_FOR, "the provider could not be made anew: %s",
				nc_ret_name(ret));
	nc_provider_left(r);
	r->started = true;
	if (netdma_provider_info_get(id, &r->provider) != 0)
		nc_fail(r, ACCOUNTED_FOR, "the new provider is not there");
}

void
nc_op_move(struct run *r)
{
#if HAVE_MOVE
	struct chan *c = nc_pick(r);
	struct answers a;
	int ret, to;

	if (c == NULL || r->conf.other == 0)
		return;
	to = nc_chance(r, 50) ? r->conf.other : r->provider.id;
	a = (struct answers){ .ok = true, .invariant = ACCOUNTED_FOR };
	if (to == r->provider.id && !r->started)
		must_refuse(&a, -ENODEV);
	if (r->job == JOB_STOP) {
		may_refuse(&a, -ENODEV);
		may_refuse(&a, -EAGAIN);
	}
	nc_say(r, "move to %s", to == r->conf.other ? "the other provider" : "the provider");
	ret = netdma_channel_move(c->ch, to);
	if (!nc_refused(r, &a, ret, 0, "netdma_channel_move()")) {
		c->detached = false;
		c->away = to == r->conf.other;
	}
	nc_info_check(r, c);
#else
	RTE_SET_USED(r);
#endif
}

void
nc_op_power(struct run *r)
{
	int ret;

	if (r->conf.notify == NULL || !may_stop(r) || !r->started)
		return;
	nc_helper_settle(r);
	nc_say(r, r->asleep ? "power is back" : "power is lost");
	ret = r->conf.notify(r->conf.arg, r->provider.id, r->asleep ?
			NETDMA_EVENT_PROVIDER_POWER_UP : NETDMA_EVENT_PROVIDER_POWER_DOWN);
	nc_say_ret(r, ret);
	if (ret != 0)
		nc_fail(r, ACCOUNTED_FOR, "netdma_provider_notify() returned %s", nc_ret_name(ret));
	r->asleep = !r->asleep;
}
