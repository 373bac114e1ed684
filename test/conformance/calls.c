/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Calls that must be refused, and memory that comes and goes. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "conformance.h"

static void
must(struct run *r, int ret, int wanted, const char *call)
{
	struct answers a = { .invariant = WHOLE_OR_NOT };

	nc_say(r, "%s", call);
	must_refuse(&a, wanted);
	nc_refused(r, &a, ret, 0, call);
}

/* ------------------------------------------------------------------------ nothing */

static void
nothing(struct run *r, struct chan *c)
{
	struct netdma_channel_info info = { .size = sizeof(info) };
	struct netdma_desc *last;
	static struct rte_mbuf m;

	switch (nc_draw(r, 0, 17)) {
	case 0: must(r, netdma_copy(NULL, &m, &m, 1, 0, NULL), -EINVAL, "copy on NULL"); break;
	case 1: must(r, netdma_copy_mbuf(NULL, &m, 0, &m, NULL), -EINVAL, "packet on NULL"); break;
	case 2: must(r, netdma_copy_mbuf(c->ch, NULL, 0, &m, NULL), -EINVAL, "NULL packet"); break;
	case 3: must(r, netdma_marker(NULL, 0, NULL), -EINVAL, "marker on NULL"); break;
	case 4: must(r, netdma_submit(NULL), -EINVAL, "submit on NULL"); break;
	case 5: must(r, netdma_poll(NULL, NULL, 1), -EINVAL, "poll on NULL"); break;
	case 6: must(r, netdma_channel_drain(NULL, 0), -EINVAL, "drain on NULL"); break;
	case 7: must(r, netdma_channel_suspend(NULL, &last), -EINVAL, "suspend on NULL"); break;
	case 8: must(r, netdma_channel_suspend(c->ch, NULL), -EINVAL, "suspend to NULL"); break;
	case 9: must(r, netdma_channel_resume(NULL, NULL, NULL, 0), -EINVAL, "resume on NULL");
		break;
	case 10: must(r, netdma_channel_abort(NULL), -EINVAL, "abort on NULL"); break;
	case 11: must(r, netdma_channel_reset(NULL), -EINVAL, "reset on NULL"); break;
	case 12: must(r, netdma_channel_free(NULL), -EINVAL, "free on NULL"); break;
	case 13: must(r, netdma_channel_room(NULL), -EINVAL, "room on NULL"); break;
	case 14: must(r, netdma_channel_outstanding(NULL), -EINVAL, "outstanding on NULL"); break;
	case 15: must(r, netdma_channel_info_get(c->ch, NULL), -EINVAL, "info to NULL"); break;
	case 16: must(r, netdma_channel_info_get(NULL, &info), -EINVAL, "info of NULL"); break;
	default: must(r, netdma_channel_start(NULL, NULL, NULL, 0), -EINVAL, "start on NULL");
	}
}

/* -------------------------------------------------------------------- wrong copies */

static void
wrong_copy(struct run *r, struct chan *c)
{
	struct memory *m = &r->memory;
	struct answers a = nc_channel_answers(c);
	uint8_t *src = m->real, *dst = m->real + 64;
	uint32_t dice = nc_draw(r, 0, 4), flags = 0, n = 16;
	int ret, room = netdma_channel_room(c->ch), left;

	if (c->feed == FEED_LIST && nc_outstanding(c) != 0)
		must_refuse(&a, -EBUSY);
	if (room == 0 || r->job == JOB_STOP)
		may_refuse(&a, -ENOSPC);
	/* A trusted channel would take the word for it. */
	if (dice == 0 || c->trusted) {
		flags = NETDMA_DESC_NULL_TRANSFER << nc_draw(r, 0, 2);
		must_refuse(&a, -EINVAL);
		nc_say(r, "copy with flags 0x%x", flags);
	} else {
		uint8_t *bad = m->registered && dice < 3 ? m->real + MAIN_SIZE - 8 : NULL;

		if (dice & 1)
			src = bad;
		else
			dst = bad;
		must_refuse(&a, -EFAULT);
		nc_say(r, "copy %s out of reach", dice & 1 ? "from" : "to");
	}
	ret = netdma_copy(c->ch, src, dst, n, flags, NULL);
	nc_refused(r, &a, ret, 0, "a wrong copy");
	left = netdma_channel_room(c->ch);
	if (left != room)
		nc_fail(r, WHOLE_OR_NOT, "a copy that was refused took %d slots", room - left);
	/* The check may come behind others. */
	nc_no_room(c, ret);
	if (ret != -ENOSPC && ret != -ENODEV && ret != -EAGAIN)
		c->count.refused++;
}

/* ---------------------------------------------------------------------- wrong times */

static void
wrong_time(struct run *r, struct chan *c)
{
	const struct entry *e = &c->q.e[c->head];

	switch (nc_draw(r, 0, 3)) {
	case 0:
		if (nc_outstanding(c) != 0)
			must(r, netdma_channel_free(c->ch), -EBUSY, "free with work outstanding");
		break;
	case 1:
		must(r, netdma_client_deregister(r->client), -EBUSY, "deregister with channels");
		break;
	case 2:
		if (c->feed == FEED_LIST && !c->trusted && nc_outstanding(c) != 0)
			must(r, netdma_desc_free(r->pool[e->pool], e->desc, 1), -EBUSY,
					"free a descriptor in use");
		break;
	default:
		if (c->feed == FEED_LIST && nc_outstanding(c) != 0)
			must(r, netdma_desc_pool_free(r->pool[e->pool]), -EBUSY,
					"free a pool in use");
	}
}

static void
wrong_conf(struct run *r)
{
	struct netdma_channel_conf conf = { .size = sizeof(conf), .provider = r->provider.id,
		.nb_desc = 16, .socket = SOCKET_ID_ANY };
	struct netdma_channel *ch;
	int wanted = EINVAL;

	switch (nc_draw(r, 0, 4)) {
	case 0:
		conf.flags = 0x100;
		break;
	case 1:
		conf.nb_desc = UINT32_MAX;
		break;
	case 2:
		conf.completion_word = (uint64_t *)RTE_PTR_ADD(&r->chan[0].word, 4);
		break;
	case 3:
		conf.error_policy = (enum netdma_error_policy)7;
		break;
	default:
		conf.provider = 1000000000;
		wanted = ENODEV;
	}
	nc_say(r, "alloc with a wrong conf");
	rte_errno = 0;
	ch = netdma_channel_alloc(r->client, &conf);
	if (ch != NULL || rte_errno != wanted)
		nc_fail(r, WHOLE_OR_NOT, "netdma_channel_alloc() with a wrong conf: %s, not %s",
				ch != NULL ? "a channel" : nc_ret_name(-rte_errno),
				nc_ret_name(-wanted));
	r->result.refused++;
}

void
nc_op_illegal(struct run *r)
{
	struct chan *c = nc_pick(r);
	uint32_t dice = nc_draw(r, 0, 99);

	if (c == NULL)
		return;
	if (dice < 25)
		nothing(r, c);
	else if (dice < 65)
		wrong_copy(r, c);
	else if (dice < 90)
		wrong_time(r, c);
	else
		wrong_conf(r);
}

/* ------------------------------------------------------------------------- memory */

static bool
uses_extra(const struct chan *c)
{
	uint32_t i;

	for (i = c->head; i < c->q.n; i++)
		if (c->q.e[i].extra)
			return true;
	return false;
}

void
nc_op_memory(struct run *r)
{
	struct memory *m = &r->memory;
	struct answers a = { .ok = true, .invariant = WHOLE_OR_NOT };
	unsigned int i;
	int ret;

	if (!m->registered) {
		must(r, netdma_mem_register(m->real, NETDMA_PAGE_SIZE), -EEXIST, "register again");
		return;
	}
	if (!m->extra_registered) {
		nc_say(r, "register");
		ret = netdma_mem_register(m->real + EXTRA_AT, EXTRA_SIZE);
		m->extra_registered = !nc_refused(r, &a, ret, 0, "netdma_mem_register()");
		return;
	}
	if (nc_chance(r, 20)) {
		must(r, netdma_mem_register(m->real + EXTRA_AT, NETDMA_PAGE_SIZE), -EEXIST,
				"register again");
		must(r, netdma_mem_unregister(m->real + EXTRA_AT, NETDMA_PAGE_SIZE), -ENOENT,
				", unregister a part");
		return;
	}
	for (i = 0; i < r->nb_chans; i++) {
		const struct chan *c = &r->chan[i];

		if (c->ch == NULL || c->trusted)
			continue;
		/* Which of them it is for, the library need not know. */
		if (uses_extra(c))
			must_refuse(&a, -EBUSY);
		else if (nc_outstanding(c) != 0 || c->slots_filled != 0)
			may_refuse(&a, -EBUSY);
	}
	a.invariant = a.ok ? WHOLE_OR_NOT : NOT_TOUCHED_AFTER;
	nc_say(r, "unregister");
	ret = netdma_mem_unregister(m->real + EXTRA_AT, EXTRA_SIZE);
	m->extra_registered = nc_refused(r, &a, ret, 0, "netdma_mem_unregister()");
}
