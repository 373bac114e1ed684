/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Lists that are refused: for the right reason, whole, and with nothing left behind. */

#include <errno.h>
#include <stdlib.h>

#include "defects.h"

static void
victim_make(struct t *t, struct victim *v, uint32_t max)
{
	struct netdma_desc_pool *pool = t_pool(max + 1);

	v->ch = t_channel(t, 64, 0);
	v->l = t_list_new(t, v->ch, pool, max, 1, 200);
	v->freed = netdma_desc_alloc(pool, 1);
	ASSERT_INT(netdma_desc_free(pool, v->freed, 1), ==, 0);
	v->other = t_list_bare(t, t_pool(1), 1)->first;
	v->pages = t_memory(t, 8192, 4096);
	v->max_transfer = t_info(v->ch).max_transfer;
	defects_make(v);
}

/* A list of n in order again, with what comes behind it cut off. */
static void
victim_heal(struct victim *v, uint32_t n)
{
	t_list_restore(v->ch, v->l);
	v->l->at[n - 1]->next = NULL;
	v->first = v->l->first;
	v->last = v->l->at[n - 1];
	v->n = n;
}

/* Put it in, try, and look that nothing came of it. @return where it was put. */
static uint32_t
refuse(struct t *t, struct victim *v, const struct defect *d, bool start)
{
	uint32_t n = t_range(t, d->min, v->l->n), at = 0, i;
	struct netdma_check check = { .index = UINT32_MAX };
	struct netdma_channel_stats before = t_stats(v->ch), after;
	struct netdma_desc *copy = aligned_alloc(64, n * sizeof(*copy));
	enum netdma_channel_state state = t_info(v->ch).state;
	int ret, checked;

	ASSERT(copy != NULL);
	victim_heal(v, n);
	switch (t_range(t, 0, 3)) {
	case 0:
		break;
	case 1:
		at = n - d->min;
		break;
	default:
		at = t_range(t, 0, n - d->min);
	}
	d->apply(v, at, d->arg);
	for (i = 0; i < n; i++)
		copy[i] = *v->l->at[i];

	checked = netdma_channel_check(v->ch, v->first, v->last, v->n, &check);
	ret = start ? netdma_channel_start(v->ch, v->first, v->last, v->n) :
			netdma_channel_append(v->ch, v->first, v->last, v->n);

	ASSERT_MSG(ret == -d->error, "%s, at %u of %u: %d, not %d", d->name, at, n, ret, -d->error);
	ASSERT_MSG(checked == ret, "%s, at %u of %u: the dry run said %d", d->name, at, n, checked);
	ASSERT_MSG(check.reason[0] != '\0' &&
			memchr(check.reason, '\0', sizeof(check.reason)) != NULL,
			"%s: the dry run gave no reason", d->name);
	if (!d->whole) {
		bool named = check.index == at || (d->between && check.index == at + 1);

		ASSERT_MSG(named, "%s, at %u of %u: descriptor %u was named", d->name, at, n,
				check.index);
		if (check.index == at)
			ASSERT_MSG(check.desc == v->l->at[at], "%s: not that descriptor", d->name);
	}
	ASSERT_INT(t_info(v->ch).state, ==, state);
	t_quiet(v->ch);
	after = t_stats(v->ch);
	ASSERT_INT(after.refused, ==, before.refused + 1);
	ASSERT_INT(after.accepted, ==, before.accepted);
	ASSERT_INT(after.lists, ==, before.lists);
	for (i = 0; i < n; i++)
		ASSERT_MSG(memcmp(v->l->at[i], &copy[i], sizeof(copy[i])) == 0,
				"%s, at %u of %u: descriptor %u was changed", d->name, at, n, i);
	free(copy);
	t_bufs_check(v->l->buf, n, T_NOT_COPIED);
	return at;
}

static void
run_good(struct victim *v)
{
	struct t_list part = *v->l;
	uint32_t i;

	for (i = 0; i < v->l->n; i++)
		t_buf_fill(&v->l->buf[i]);
	victim_heal(v, v->l->n);
	t_run_list(v->ch, &part);
	for (i = 0; i < v->l->n; i++)
		t_buf_fill(&v->l->buf[i]);
}

T_CASE(checks, wrong_list_is_refused_whole_by_start, T_EACH)
{
	struct victim v;
	unsigned int i;

	victim_make(t, &v, 20);
	for (i = 0; i < nb_defects; i++)
		refuse(t, &v, &defects[i], true);
	run_good(&v);
}

T_CASE(checks, wrong_list_is_refused_whole_by_append, T_EACH)
{
	struct victim v;
	unsigned int i;

	victim_make(t, &v, 20);
	run_good(&v);
	for (i = 0; i < nb_defects; i++)
		refuse(t, &v, &defects[i], false);
	run_good(&v);
}

T_CASE(checks, one_random_defect_in_a_random_list_is_found, T_EACH)
{
	struct victim v;
	unsigned int i;

	victim_make(t, &v, 120);
	run_good(&v);
	for (i = 0; i < 150; i++) {
		refuse(t, &v, &defects[t_range(t, 0, nb_defects - 1)], t_range(t, 0, 1));
		if (i % 50 == 49)
			run_good(&v);
	}
}

/* A refused list does not touch what is outstanding. */
T_CASE(checks, refused_append_leaves_the_list_before_it_alone, T_EACH)
{
	struct netdma_channel_stats stats;
	struct t_list *busy, *again;
	struct victim v;
	uint32_t i;

	victim_make(t, &v, 8);
	busy = t_list_new(t, v.ch, t_pool(3000), 3000, 1, 50);
	again = t_list_new(t, v.ch, t_pool(20), 20, 1, 50);
	ASSERT_INT(t_start(v.ch, busy), ==, 0);
	for (i = 0; i < nb_defects; i++) {
		victim_heal(&v, v.l->n);
		defects[i].apply(&v, v.l->n - defects[i].min, defects[i].arg);
		ASSERT_INT(netdma_channel_append(v.ch, v.first, v.last, v.n), ==,
				-defects[i].error);
	}
	victim_heal(&v, v.l->n);
	ASSERT_INT(t_append(v.ch, again), ==, 0);
	t_expect(v.ch, busy, NETDMA_COPIED);
	t_expect(v.ch, again, NETDMA_COPIED);
	t_bufs_check(v.l->buf, v.l->n, T_NOT_COPIED);
	stats = t_stats(v.ch);
	ASSERT_INT(stats.accepted, ==, 3020);
	ASSERT_INT(stats.refused, ==, nb_defects);
	ASSERT_INT(stats.lists, ==, 2);
}

T_CASE(checks, append_before_start_is_refused, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(8), 8, 1, 100);

	ASSERT_INT(t_append(ch, l), ==, -EINVAL);
	t_quiet(ch);
	t_bufs_check(l->buf, l->n, T_NOT_COPIED);
	/* The dry run does not mind. */
	ASSERT_INT(netdma_channel_check(ch, l->first, l->last, l->n, NULL), ==, 0);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ARMED);
	t_run_list(ch, l);
}

T_CASE(checks, descriptor_on_a_list_is_refused_until_polled, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(64);
	struct t_list *a = t_list_new(t, ch, pool, 10, 1, 100);
	struct t_list *b = t_list_new(t, ch, pool, 10, 1, 100);
	struct netdma_check check;

	ASSERT_INT(t_start(ch, a), ==, 0);
	/* As it is, and as the end of another list. */
	ASSERT_INT(t_append(ch, a), ==, -EBUSY);
	b->at[4]->next = a->at[9];
	ASSERT_INT(netdma_channel_append(ch, b->first, a->at[9], 6), ==, -EBUSY);
	ASSERT_INT(netdma_channel_check(ch, b->first, a->at[9], 6, &check), ==, -EBUSY);
	ASSERT_INT(check.index, ==, 5);
	ASSERT(check.desc == a->at[9]);
	ASSERT_INT(netdma_channel_start(ch, b->first, a->at[9], 6), ==, -EBUSY);
	b->at[4]->next = b->at[5];
	t_expect(ch, a, NETDMA_COPIED);
	t_bufs_check(b->buf, b->n, T_NOT_COPIED);
	/* Now they are the client's again. */
	b->at[4]->next = a->at[9];
	ASSERT_INT(netdma_channel_append(ch, b->first, a->at[9], 6), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 6), ==, 6);
	t_bufs_check(b->buf, 5, T_COPIED);
	t_quiet(ch);
}

T_CASE(checks, descriptor_on_another_channels_list_is_refused, T_ONCE)
{
	struct netdma_channel *ch[2];
	struct t_list *l;

	t->provider = t_provider("fake0");
	ch[0] = t_channel(t, 64, 0);
	ch[1] = t_channel(t, 64, 0);
	l = t_list_new(t, ch[0], t_pool(8), 8, 1, 100);
	ASSERT_INT(t_start(ch[0], l), ==, 0);
	ASSERT_INT(t_start(ch[1], l), ==, -EBUSY);
	t_expect(ch[0], l, NETDMA_COPIED);
	ASSERT_INT(t_start(ch[1], l), ==, 0);
	t_expect(ch[1], l, NETDMA_COPIED);
}

T_CASE(checks, append_must_begin_with_what_the_old_list_named, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc_pool *pool = t_pool(64);
	struct t_list *a = t_list_new(t, ch, pool, 4, 1, 100);
	struct t_list *b = t_list_new(t, ch, pool, 4, 1, 100);
	struct t_list *c = t_list_new(t, ch, pool, 4, 1, 100);

	a->last->next = b->first;
	ASSERT_INT(t_start(ch, a), ==, 0);
	ASSERT_INT(t_append(ch, c), ==, -EINVAL);
	ASSERT_INT(netdma_channel_check(ch, c->first, c->last, c->n, NULL), ==, -EINVAL);
	t_expect(ch, a, NETDMA_COPIED);
	/* It still holds when all is done. */
	ASSERT_INT(t_append(ch, c), ==, -EINVAL);
	t_bufs_check(c->buf, c->n, T_NOT_COPIED);
	ASSERT_INT(t_append(ch, b), ==, 0);
	ASSERT_INT(t_append(ch, c), ==, 0);
	t_expect(ch, b, NETDMA_COPIED);
	t_expect(ch, c, NETDMA_COPIED);
	/* A start may begin anywhere. */
	c->last->next = b->first;
	ASSERT_INT(t_append(ch, a), ==, 0);
	t_expect(ch, a, NETDMA_COPIED);
}

/* Each kind of reason is logged with the descriptor's number. */
static void
log_again(void *arg)
{
	struct victim *v = arg;

	ASSERT_INT(netdma_channel_start(v->ch, v->first, v->last, v->n), <, 0);
}

T_CASE(checks, log_names_the_descriptor_and_why, T_ONCE)
{
	static const char *const kinds[] = { "reserved bit 8", "reserved bit 23", "operation 0x01",
		"context change with 0x20", "length 0", "source address: heap",
		"destination address: wraps", "2nd source address: stack",
		"2nd destination address: data", "next is NULL", "next in no pool" };
	struct netdma_check check;
	struct victim v;
	unsigned int i, k;
	char number[16];

	t->provider = t_provider("fake0,max_transfer=4096");
	victim_make(t, &v, 200);
	for (i = 0; i < RTE_DIM(kinds); i++) {
		for (k = 0; k < nb_defects && strcmp(defects[k].name, kinds[i]) != 0; k++)
			;
		ASSERT_MSG(k < nb_defects, "%s is not in the table", kinds[i]);
		victim_heal(&v, 200);
		defects[k].apply(&v, 150 + i, defects[k].arg);
		ASSERT_INT(netdma_channel_check(v.ch, v.first, v.last, v.n, &check), ==,
				-defects[k].error);
		t_log_clear();
		log_again(&v);
		t_log_expect(check.reason, log_again, &v);
		snprintf(number, sizeof(number), " %u", check.index);
		ASSERT_HAS(t_log(), number);
	}
}

/* The CPU, which redoes what has failed, does not. */
T_CASE(checks, trusted_channel_takes_the_callers_word, T_EACH | T_SOUND)
{
	struct netdma_channel *ch = t_channel(t, 64, NETDMA_CHANNEL_TRUSTED);
	struct t_list *l = t_list_new(t, ch, t_pool(8), 8, 1, 100);
	uint8_t *memory = t_zalloc(4 * 4096);
	struct netdma_provider_info below = { .size = sizeof(below) };
	struct netdma_completion done;
	struct t_buf b;

	netdma_provider_info_get(t->below, &below);
	if (t_info(ch).addr_space == NETDMA_ADDR_IOVA || below.addr_space == NETDMA_ADDR_IOVA)
		t_skip("such memory has no IOVA");
	/* Memory that nobody registered. */
	t_buf_place(t, &b, memory, memory + 2 * 4096, 2 * 4096, 3000);
	l->at[3]->src = (uint64_t)(uintptr_t)b.src;
	l->at[3]->dst = (uint64_t)(uintptr_t)b.dst;
	l->at[3]->length = b.length;
	l->buf[3] = b;
	/* The dry run looks nevertheless. */
	ASSERT_INT(netdma_channel_check(ch, l->first, l->last, l->n, NULL), ==, -EFAULT);
	t_run_list(ch, l);
	t_buf_fill(&b);
	ASSERT_INT(netdma_copy(ch, b.src, b.dst, b.length, 0, NULL), ==, 0);
	ASSERT_INT(netdma_submit(ch), >=, 1);
	t_collect(ch, &done, 1);
	ASSERT_INT(done.status, ==, NETDMA_COPIED);
	t_buf_check(&b, T_COPIED, 0);
}

T_CASE(checks, dry_run_of_a_good_list_leaves_nothing_behind, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(50), 50, 1, 100);
	struct netdma_desc copy[50];
	struct netdma_channel_stats stats;
	uint32_t i;

	for (i = 0; i < 50; i++)
		copy[i] = *l->at[i];
	ASSERT_INT(netdma_channel_check(ch, l->first, l->last, l->n, NULL), ==, 0);
	for (i = 0; i < 50; i++)
		ASSERT(memcmp(&copy[i], l->at[i], sizeof(copy[i])) == 0);
	t_quiet(ch);
	t_bufs_check(l->buf, l->n, T_NOT_COPIED);
	stats = t_stats(ch);
	ASSERT_INT(stats.accepted + stats.lists + stats.refused, ==, 0);
	t_run_list(ch, l);
	ASSERT_INT(netdma_channel_check(ch, NULL, l->last, l->n, NULL), ==, -EINVAL);
}
