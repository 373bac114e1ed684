/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What happens to the provider. */

#include <errno.h>

#include "conformance.h"

void
nc_provider_look(struct run *r)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	if (!nc_has(r, NETDMA_CONFORMANCE_MAY_HANG) || r->dead)
		return;
	if (netdma_provider_info_get(r->provider.id, &info) != 0)
		nc_fail(r, ACCOUNTED_FOR, "the provider is not there any more");
	r->dead = info.state == NETDMA_PROVIDER_QUARANTINED;
	if (r->dead) {
		nc_say(r, "(the provider is quarantined) ");
		r->memory.lost = true;
	}
}

/* Its channels have left it; as long as its engine may have taken, it may have been stopped. */
static void
left(struct run *r, uint64_t took_us)
{
	unsigned int i;

	for (i = 0; i < r->nb_chans; i++) {
		struct chan *c = &r->chan[i];

		if (c->ch == NULL || c->detached || c->away)
			continue;
		if (took_us >= nc_bound(c))
			nc_channel_forced(c);
		if (c->conf.failover != NETDMA_FAILOVER_NONE) {
			c->away = c->moved = true;
		} else if (!r->asleep) {
			nc_channel_gone(c);
			c->detached = true;
		}
	}
}

void
nc_provider_left(struct run *r, uint64_t took_us)
{
	r->started = false;
	r->asleep = false;
	left(r, took_us);
}

static bool
may_stop(const struct run *r)
{
	return !nc_has(r, NETDMA_CONFORMANCE_SHARED);
}

static void
stop(struct run *r)
{
	struct answers a = { .ok = true, .invariant = ACCOUNTED_FOR };
	uint64_t begin = nc_now_us();
	int ret;

	if (nc_has(r, NETDMA_CONFORMANCE_MAY_HANG))
		may_refuse(&a, -EIO);
	nc_say(r, "stop");
	ret = netdma_provider_stop(r->provider.id);
	if (!nc_refused(r, &a, ret, 0, "netdma_provider_stop()") || ret == -EIO)
		nc_provider_left(r, nc_now_us() - begin);
	nc_provider_look(r);
}

static void
start(struct run *r)
{
	struct answers a = { .ok = true, .invariant = WHOLE_OR_NOT };
	int ret;

	if (r->dead)
		must_refuse(&a, -EIO);
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
	unsigned int i;

	nc_helper_settle(r);
	if (!r->started)
		start(r);
	if (!may_stop(r))
		return;
	nc_say(r, ", another thread begins to stop it");
	/* It may have ended long before that is noticed. */
	for (i = 0; i < r->nb_chans; i++)
		nc_channel_gone(&r->chan[i]);
	nc_helper_start(r, JOB_STOP);
}

/* ------------------------------------------------------------------------- power */

/* What waited for power may have been copied since, when power is lost again. */
static void
powered(struct run *r)
{
	unsigned int i;
	uint32_t k;

	for (i = 0; i < r->nb_chans; i++)
		for (k = r->chan[i].head; k < r->chan[i].accepted; k++)
			r->chan[i].q.e[k].powerless = false;
}

static void
power(struct run *r, bool on)
{
	struct answers a = { .ok = true, .invariant = ACCOUNTED_FOR };
	uint64_t begin = nc_now_us();
	int ret;

	nc_say(r, on ? "power is back" : "power is lost");
	ret = r->conf.notify(r->conf.arg, r->provider.id, on ? NETDMA_EVENT_PROVIDER_POWER_UP :
			NETDMA_EVENT_PROVIDER_POWER_DOWN);
	if (nc_refused(r, &a, ret, 0, "netdma_provider_notify()"))
		return;
	r->asleep = !on;
	if (on)
		powered(r);
	else
		left(r, nc_now_us() - begin);
	nc_say(r, "\n          ");
}

void
nc_op_power(struct run *r)
{
	if (r->conf.notify == NULL || !may_stop(r))
		return;
	nc_helper_settle(r);
	if (r->started)
		power(r, r->asleep);
}

bool
nc_provider_restore(struct run *r)
{
	nc_helper_settle(r);
	if (r->asleep)
		power(r, true);
	if (!r->started)
		start(r);
	return !r->dead;
}

/* ----------------------------------------------------------------- going and coming */

bool
nc_provider_renew(struct run *r)
{
	int ret, id = r->provider.id;

	if (r->conf.renew == NULL || !may_stop(r))
		return false;
	nc_helper_settle(r);
	nc_provider_look(r);
	nc_say(r, "destroy and create");
	ret = r->conf.renew(r->conf.arg, &id);
	nc_say_ret(r, ret);
	if (ret != 0)
		nc_fail(r, ACCOUNTED_FOR, "the provider could not be made anew: %s",
				nc_ret_name(ret));
	nc_provider_left(r, UINT64_MAX);
	if (netdma_provider_info_get(id, &r->provider) != 0)
		nc_fail(r, ACCOUNTED_FOR, "the new provider is not there");
	r->started = true;
	r->dead = false;
	return true;
}

void
nc_op_renew(struct run *r)
{
	nc_provider_renew(r);
}

void
nc_op_move(struct run *r)
{
	struct chan *c = nc_pick(r);
	struct answers a = { .ok = true, .invariant = ACCOUNTED_FOR };
	uint64_t begin = nc_now_us();
	bool there, lost;
	int ret;

	if (c == NULL || r->conf.other == 0)
		return;
	there = nc_chance(r, 50);
	/* Where it is already it may stay, whatever becomes of that. */
	if (!there && (!r->started || r->asleep || r->dead) && (c->detached || c->away))
		must_refuse(&a, -ENODEV);
	if (!there && nc_has(r, NETDMA_CONFORMANCE_MAY_HANG))
		may_refuse(&a, -ENODEV);
	/* Whoever only looks at the channel may have the registry. */
	if (r->job != JOB_NONE)
		may_refuse(&a, -EAGAIN);
	if (r->job == JOB_STOP)
		may_refuse(&a, -ENODEV);
	nc_say(r, "move to the %s", there ? "other provider" : "provider");
	ret = netdma_channel_move(c->ch, there ? r->conf.other : r->provider.id);
	lost = ret == -ETIMEDOUT && nc_has(r, NETDMA_CONFORMANCE_MAY_HANG);
	if (lost)
		nc_say_ret(r, ret);
	else if (nc_refused(r, &a, ret, 0, "netdma_channel_move()"))
		return;
	if (nc_has_passed(begin, nc_bound(c)) || nc_helper_forces(r, c))
		nc_channel_forced(c);
	c->detached = false;
	c->away = there;
	c->moved = true;
	nc_info_check(r, c);
}
