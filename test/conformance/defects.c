/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What can be wrong with a list. */

#include <errno.h>
#include <stdlib.h>

#include "conformance.h"

static bool
is_copy(const struct victim *v)
{
	return v->l->e[v->at].nb_spans != 0;
}

/* ------------------------------------------------------------- flags and lengths */

static bool
reserved_flag(struct victim *v)
{
	static const uint32_t flags[] = { 0x100, 0x400, 0x8000, 0x10000, 0x800000 };

	v->d->flags |= flags[nc_draw(v->run, 0, RTE_DIM(flags) - 1)];
	must_refuse(v->a, -EINVAL);
	return true;
}

static bool
unknown_operation(struct victim *v)
{
	v->d->flags = nc_draw(v->run, 1, 254) << 24 | NETDMA_DESC_DCA_CONTEXT_CHANGE;
	must_refuse(v->a, -EINVAL);
	return true;
}

static bool
context_change_with_more(struct victim *v)
{
	v->d->flags = NETDMA_DESC_OP_CONTEXT_CHANGE | (nc_chance(v->run, 50) ? 0 :
			NETDMA_DESC_DCA_CONTEXT_CHANGE | NETDMA_DESC_NULL_TRANSFER);
	must_refuse(v->a, -EINVAL);
	return true;
}

static bool
no_length(struct victim *v)
{
	v->d->length = 0;
	must_refuse(v->a, -ERANGE);
	return is_copy(v);
}

static bool
too_long(struct victim *v)
{
	v->d->length = v->c->max_transfer + 1;
	must_refuse(v->a, -ERANGE);
	may_refuse(v->a, -EFAULT);
	return is_copy(v) && v->c->max_transfer != UINT32_MAX;
}

/* --------------------------------------------------------------------- addresses */

static bool
unreachable(struct victim *v)
{
	const struct memory *m = &v->run->memory;
	uint64_t bad[] = { 0, UINT64_MAX - 15, (uintptr_t)m->real + MAIN_SIZE - 8,
		(uintptr_t)m->real + MAIN_SIZE + NETDMA_PAGE_SIZE, (uintptr_t)m->real + EXTRA_AT };
	/* Where it is DPDK's memory, all of it can be reached. */
	uint32_t n = !m->registered ? 2 : m->extra_registered ? 4 : 5;
	uint64_t addr = bad[nc_draw(v->run, 0, n - 1)];

	if (!is_copy(v))
		return false;
	v->d->length = RTE_MAX(v->d->length, 16u);
	switch (nc_draw(v->run, 0, 3)) {
	case 0:
		v->d->flags &= ~NETDMA_DESC_SOURCE_PAGE_BREAK;
		v->d->src = addr;
		break;
	case 1:
		v->d->flags &= ~NETDMA_DESC_DESTINATION_PAGE_BREAK;
		v->d->dst = addr;
		break;
	case 2:
		v->d->flags |= NETDMA_DESC_SOURCE_PAGE_BREAK;
		v->d->src = nc_channel_address(v->c, NETDMA_PAGE_SIZE - 4);
		v->d->next_src = addr;
		break;
	default:
		v->d->flags |= NETDMA_DESC_DESTINATION_PAGE_BREAK;
		v->d->dst = nc_channel_address(v->c, NETDMA_PAGE_SIZE - 4);
		v->d->next_dst = addr;
	}
	must_refuse(v->a, -EFAULT);
	return true;
}

/* ------------------------------------------------------------------------- links */

static bool
ends_early(struct victim *v)
{
	v->d->next = NULL;
	must_refuse(v->a, -EINVAL);
	return v->at + 1 < v->n;
}

static bool
runs_in_a_cycle(struct victim *v)
{
	v->d->next = v->l->e[nc_draw(v->run, 0, v->at)].desc;
	must_refuse(v->a, -EINVAL);
	return v->at + 1 < v->n;
}

/* A descriptor of the other pool, or one that is free. */
static bool
leaves_the_pool(struct victim *v)
{
	uint8_t pool = v->l->e[v->at].pool;
	struct netdma_desc *other;
	bool is_free = nc_chance(v->run, 50);

	if (v->at + 1 >= v->n)
		return false;
	other = netdma_desc_alloc(v->run->pool[is_free ? pool : !pool], 1);
	if (other == NULL)
		return false;
	other->next = v->d->next;
	other->flags = NETDMA_DESC_NULL_TRANSFER;
	v->d->next = other;
	v->other = (struct entry){ .desc = other, .pool = is_free ? pool : !pool };
	must_refuse(v->a, -EINVAL);
	if (is_free) {
		nc_desc_free(v->run, &v->other);
		v->other.desc = NULL;
	}
	return true;
}

/* One that the library has already. */
static bool
on_a_list(struct victim *v)
{
	struct chan *c = &v->run->chan[nc_draw(v->run, 0, v->run->nb_chans - 1)];
	const struct entry *e;

	if (c->ch == NULL || c->trusted || c->feed != FEED_LIST || nc_outstanding(c) == 0 ||
			v->at + 1 >= v->n)
		return false;
	e = &c->q.e[nc_draw(v->run, c->head, c->accepted - 1)];
	v->d->next = e->desc;
	must_refuse(v->a, e->pool == v->l->e[v->at].pool ? -EBUSY : -EINVAL);
	return true;
}

static bool
not_its_own_to_write(struct victim *v)
{
	v->d->user_context1 = UINT64_C(1) << nc_draw(v->run, 0, 63);
	must_refuse(v->a, -EINVAL);
	may_refuse(v->a, -EBUSY);
	return true;
}

/* --------------------------------------------------------------- how it is named */

static bool
wrong_count(struct victim *v)
{
	v->n = nc_chance(v->run, 50) ? v->n + 1 : v->n - 1;
	must_refuse(v->a, -EINVAL);
	return true;
}

static bool
wrong_last(struct victim *v)
{
	v->last = v->d;
	must_refuse(v->a, -EINVAL);
	return v->at + 1 < v->n;
}

static bool
wrong_first(struct victim *v)
{
	v->first = (struct netdma_desc *)RTE_PTR_ADD(v->first, 8);
	must_refuse(v->a, -EINVAL);
	return true;
}

static bool
no_first(struct victim *v)
{
	v->first = NULL;
	must_refuse(v->a, -EINVAL);
	return true;
}

static const struct {
	const char *name;
	bool (*make)(struct victim *v);
} defects[] = {
	{ "a reserved flag", reserved_flag },
	{ "an unknown operation", unknown_operation },
	{ "a context change with other flags", context_change_with_more },
	{ "no length", no_length },
	{ "a length that is too long", too_long },
	{ "an address out of reach", unreachable },
	{ "an address out of reach", unreachable },
	{ "an address out of reach", unreachable },
	{ "an early end", ends_early },
	{ "a cycle", runs_in_a_cycle },
	{ "a next that is free or of another pool", leaves_the_pool },
	{ "a next that is on a list", on_a_list },
	{ "a user_context1", not_its_own_to_write },
	{ "a wrong count", wrong_count },
	{ "a wrong last", wrong_last },
	{ "a first that is not aligned", wrong_first },
	{ "no first", no_first },
};

bool
nc_defect_make(struct victim *v)
{
	uint32_t i = nc_draw(v->run, 0, RTE_DIM(defects) - 1);
	struct answers a = *v->a;

	v->n = v->l->n;
	v->at = nc_draw(v->run, 0, v->n - 1);
	v->first = v->l->e[0].desc;
	v->last = v->l->e[v->n - 1].desc;
	v->d = v->l->e[v->at].desc;
	v->saved = *v->d;
	v->other.desc = NULL;
	if (!defects[i].make(v)) {
		*v->d = v->saved;
		*v->a = a;
		return false;
	}
	v->l->e[v->at].was = *v->d;
	nc_say(v->run, ", and %s at %u", defects[i].name, v->at);
	return true;
}

void
nc_defect_mend(struct victim *v)
{
	*v->d = v->saved;
	v->l->e[v->at].was = v->saved;
	nc_desc_free(v->run, &v->other);
}

/* A list that is refused whole; then, mended, it may be handed over. */
void
nc_op_defect(struct run *r)
{
	struct chan *c = nc_pick(r);
	struct list *l = &r->scratch;
	struct victim v = { .run = r, .c = c, .l = l };
	struct answers a, dry;
	bool start, right;
	int ret;

	if (c == NULL || nc_ring_stays(r, c))
		return;
	start = nc_draw_start(r, c);
	if (start)
		nc_deps_forget(c);
	if (!nc_list_make(r, c, l, nc_draw_count(r, MAX_LIST), true))
		return;
	nc_list_say(r, l);
	a = start ? nc_start_answers(c) : nc_append_answers(c, l->e[0].desc);
	right = a.ok;
	v.a = &a;
	if (!nc_defect_make(&v)) {
		nc_list_give(r, c, l, start);
		return;
	}
	if (c->trusted || nc_chance(r, 30)) {
		nc_say(r, ", check");
		ret = netdma_channel_check(c->ch, v.first, v.last, v.n, NULL);
		dry = a;
		if (c->expected != NULL)
			may_refuse(&dry, -EINVAL);
		nc_refused(r, &dry, ret, 0, "netdma_channel_check()");
		nc_list_same(r, l, "netdma_channel_check()");
	}
	if (!c->trusted) {
		nc_say(r, start ? ", start" : ", append");
		ret = start ? netdma_channel_start(c->ch, v.first, v.last, v.n) :
				netdma_channel_append(c->ch, v.first, v.last, v.n);
		nc_refused(r, &a, ret, 0, "a list with a defect");
		nc_list_same(r, l, "start or append");
		c->count.refused += right && ret != -EAGAIN && ret != -ENODEV;
	}
	nc_defect_mend(&v);
	if (nc_chance(r, 50))
		nc_list_give(r, c, l, start);
	else
		nc_list_forget(r, c, l);
}
