/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>

#include <rte_memory.h>

#include "survive.h"

/* ------------------------------------------------------------------- lists */

#define PAGE 4096u
/* Of what is expensive to have. */
#define FEW 8u

/* A destination in two pages, and where the bytes would be in one piece. */
struct s_broken {
	uint32_t index;
	uint32_t first; /* bytes in the first page */
	uint8_t *at[2];
};

void
s_list_keep(struct s_list *s)
{
	uint32_t i;

	for (i = 0; i < s->l->n; i++)
		s->was[i] = *s->l->at[i];
}

static void
broken_fill(struct s_list *s)
{
	uint32_t i;

	for (i = 0; i < s->nb_broken; i++) {
		const struct s_broken *k = &s->broken[i];
		const struct t_buf *b = &s->l->buf[k->index];

		memcpy(k->at[0], b->dst, k->first);
		memcpy(k->at[1], b->dst + k->first, b->length - k->first);
	}
}

void
s_list_refill(struct s_list *s)
{
	uint32_t i;

	for (i = 0; i < s->l->n; i++)
		t_buf_fill(&s->l->buf[i]);
	broken_fill(s);
	s->seen = 0;
	/* A following list may have been written over a NULL. */
	s->l->last->next = s->was[s->l->n - 1].next;
}

/* A source or a destination that goes on in another page: of three, the first and the last. */
static void
break_page(struct t *t, struct netdma_channel *ch, struct s_list *s, uint32_t i, uint8_t *page)
{
	struct netdma_desc *d = s->l->at[i];
	struct t_buf *b = &s->l->buf[i];
	uint32_t first = t_range(t, 1, b->length - 1);
	uint8_t *at[2] = { page + 3 * PAGE - first, page };

	if (t_range(t, 0, 1) == 0) {
		memcpy(at[0], b->src, first);
		memcpy(at[1], b->src + first, b->length - first);
		d->flags |= NETDMA_DESC_SOURCE_PAGE_BREAK;
		d->src = t_addr(ch, at[0]);
		d->next_src = t_addr(ch, at[1]);
		return;
	}
	s->broken[s->nb_broken++] = (struct s_broken){ i, first, { at[0], at[1] } };
	d->flags |= NETDMA_DESC_DESTINATION_PAGE_BREAK;
	d->dst = t_addr(ch, at[0]);
	d->next_dst = t_addr(ch, at[1]);
}

static void
mix(struct t *t, struct netdma_channel *ch, struct s_list *s)
{
	uint32_t i, max = RTE_MIN(t_info(ch).max_transfer, 6000u), nb_long = 0, nb_breaks = 0;
	struct t_buf *more = t_bufs(t, FEW, 4000, max);
	uint8_t *page = t_memory(t, FEW * 3 * PAGE, PAGE);

	for (i = 0; i < s->l->n; i++) {
		struct netdma_desc *d = s->l->at[i];
		struct t_buf *b = &s->l->buf[i];
		uint32_t kind = t_range(t, 0, 31);

		if (kind == 0) {
			d->flags = NETDMA_DESC_NULL_TRANSFER;
		} else if (kind == 1) {
			d->flags = NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE;
			d->dca_context = i;
		} else if (kind == 2 && b->length >= 2 && nb_breaks < FEW) {
			break_page(t, ch, s, i, page + 3 * PAGE * nb_breaks++);
		} else if (kind == 3 && nb_long < FEW) {
			/* Longer than some engines take. */
			*b = more[nb_long++];
			d->length = b->length;
			d->src = t_addr(ch, b->src);
			d->dst = t_addr(ch, b->dst);
		}
		if (t_range(t, 0, 19) == 0)
			d->flags |= NETDMA_DESC_SERIALIZE_TRANSFER;
		if (t_range(t, 0, 19) == 0)
			d->flags |= NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;
	}
	broken_fill(s);
}

struct s_list *
s_list(struct t *t, struct netdma_channel *ch, uint32_t n, bool mixed)
{
	struct s_list *s = t_zalloc(sizeof(*s));

	s->l = t_list_new(t, ch, t_pool(n), n, 1, 300);
	s->was = t_zalloc((n + 1) * sizeof(*s->was));
	s->was = RTE_PTR_ALIGN_CEIL(s->was, sizeof(*s->was));
	s->broken = t_zalloc(FEW * sizeof(*s->broken));
	if (mixed)
		mix(t, ch, s);
	s_list_keep(s);
	return s;
}

static void
gather(const struct s_list *s, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < s->nb_broken; i++) {
		const struct s_broken *k = &s->broken[i];
		const struct t_buf *b = &s->l->buf[index];

		if (k->index != index)
			continue;
		memcpy(b->dst, k->at[0], k->first);
		memcpy(b->dst + k->first, k->at[1], b->length - k->first);
	}
}

static void
check_bytes(const struct s_list *s, uint32_t i, enum netdma_status status)
{
	bool moves = (s->was[i].flags & (NETDMA_DESC_NULL_TRANSFER |
			NETDMA_DESC_OP_TYPE_MASK)) == 0;

	gather(s, i);
	t_buf_check(&s->l->buf[i], status == NETDMA_COPIED && moves ? T_COPIED :
			status == NETDMA_COPIED || status == NETDMA_NOT_COPIED ? T_NOT_COPIED :
			T_UNDEFINED, i);
}

/* A descriptor is as the client has filled it. */
static void
check_desc(const struct s_list *s, uint32_t i)
{
	const struct netdma_desc *d = s->l->at[i], *was = &s->was[i];

	ASSERT_MSG(d->flags == was->flags, "descriptor %u: flags 0x%x, not 0x%x", i, d->flags,
			was->flags);
	ASSERT_MSG(d->src == was->src && d->dst == was->dst && d->length == was->length,
			"descriptor %u: not the addresses or the length that it had", i);
	ASSERT_MSG(!(d->flags & NETDMA_DESC_SOURCE_PAGE_BREAK) || d->next_src == was->next_src,
			"descriptor %u: another next_src", i);
	ASSERT_MSG(!(d->flags & NETDMA_DESC_DESTINATION_PAGE_BREAK) ||
			d->next_dst == was->next_dst, "descriptor %u: another next_dst", i);
	/* Only a NULL is written over, with the list that follows. */
	ASSERT_MSG(was->next == NULL || d->next == was->next, "descriptor %u: another next", i);
	ASSERT_MSG(d->user == was->user && d->user_context1 == 0, "descriptor %u: context", i);
}

void
s_list_check_untouched(struct s_list *s, uint32_t k)
{
	for (; k < s->l->n; k++) {
		check_desc(s, k);
		check_bytes(s, k, NETDMA_NOT_COPIED);
	}
}

static void
tally(struct s_tally *sum, const struct netdma_completion *done)
{
	ASSERT_INT(done->status, <, RTE_DIM(sum->status));
	ASSERT_INT(done->error, <, RTE_DIM(sum->error));
	ASSERT_INT(done->error == NETDMA_ERROR_NONE, ==, done->status == NETDMA_COPIED);
	ASSERT_INT(done->flags & ~NETDMA_COMPLETION_ENGINE_MAY_WRITE, ==, 0);
	ASSERT(done->flags == 0 || done->status == NETDMA_UNKNOWN);
	ASSERT_INT(done->nb_segs, >=, 1);
	sum->entries++;
	sum->descs += done->nb_segs;
	sum->status[done->status]++;
	sum->error[done->error]++;
	sum->may_write += done->flags != 0;
	sum->torn += done->nb_segs > 1 && done->status == NETDMA_FAILED &&
			(done->error == NETDMA_ERROR_GONE || done->error == NETDMA_ERROR_CANCELED);
}

uint32_t
s_list_poll(struct netdma_channel *ch, struct s_list *s, uint32_t max, struct s_tally *sum)
{
	struct netdma_completion done[16];
	uint32_t left = RTE_MIN(s->l->n - s->seen, RTE_MIN(max, RTE_DIM(done)));
	int i, n = netdma_poll(ch, done, (uint16_t)left);

	ASSERT_INT(n, >=, 0);
	for (i = 0; i < n; i++, s->seen++) {
		ASSERT_MSG(done[i].desc == s->l->at[s->seen], "entry %u: another descriptor",
				s->seen);
		ASSERT(done[i].user == s->was[s->seen].user);
		ASSERT_INT(done[i].nb_segs, ==, 1);
		tally(sum, &done[i]);
		check_desc(s, s->seen);
		check_bytes(s, s->seen, (enum netdma_status)done[i].status);
	}
	return (uint32_t)n;
}

void
s_list_collect(struct netdma_channel *ch, struct s_list *s, uint32_t n, struct s_tally *sum)
{
	uint32_t end = RTE_MIN(n, s->l->n - s->seen) + s->seen;
	struct t_deadline d;

	t_deadline_set(&d);
	while (s->seen < end) {
		if (s_list_poll(ch, s, end - s->seen, sum) != 0)
			t_deadline_set(&d);
		else
			ASSERT_MSG(t_wait(&d), "only %u of %u descriptors came", s->seen, end);
	}
}

/* ------------------------------------------------------------------- rings */

struct s_ring *
s_ring(struct t *t, uint32_t n)
{
	struct s_ring *r = t_zalloc(sizeof(*r));
	struct t_buf *more = t_bufs(t, FEW, 4000, 10000);
	uint32_t i, nb_long = 0;

	r->n = n;
	r->b = t_bufs(t, n, 1, 300);
	for (i = 0; i < n; i++)
		if (t_range(t, 0, 15) == 0)
			r->b[i].length = 0;
		else if (t_range(t, 0, 15) == 0 && nb_long < FEW)
			r->b[i] = more[nb_long++];
	return r;
}

void
s_ring_refill(struct s_ring *r)
{
	uint32_t i;

	for (i = 0; i < r->n; i++)
		if (r->b[i].length != 0)
			t_buf_fill(&r->b[i]);
	r->filled = r->submitted = r->seen = 0;
}

uint32_t
s_ring_fill(struct netdma_channel *ch, struct s_ring *r, uint32_t n)
{
	uint32_t begin = r->filled;
	int ret;

	while (r->filled < r->n && r->filled - begin < n) {
		struct t_buf *b = &r->b[r->filled];

		ret = b->length == 0 ? netdma_marker(ch, 0, b) :
				netdma_copy(ch, b->src, b->dst, b->length, 0, b);
		if (ret == -ENOSPC)
			break;
		ASSERT_INT(ret, ==, 0);
		r->filled++;
	}
	return r->filled - begin;
}

int
s_ring_submit(struct netdma_channel *ch, struct s_ring *r)
{
	struct t_deadline d;
	int ret;

	if (r->submitted == r->filled)
		return 0;
	t_deadline_set(&d);
	while ((ret = netdma_submit(ch)) == 0)
		ASSERT(t_wait(&d));
	if (ret > 0)
		r->submitted = r->filled;
	return ret;
}

uint32_t
s_ring_poll(struct netdma_channel *ch, struct s_ring *r, struct s_tally *sum)
{
	struct netdma_completion done[16];
	uint32_t left = r->filled - r->seen;
	int i, n = netdma_poll(ch, done, (uint16_t)RTE_MIN(left, RTE_DIM(done)));

	ASSERT_INT(n, >=, 0);
	for (i = 0; i < n; i++, r->seen++) {
		const struct t_buf *b = &r->b[r->seen];

		ASSERT_MSG(done[i].user == b, "entry %u: another one came", r->seen);
		ASSERT(done[i].desc == NULL);
		tally(sum, &done[i]);
		if (b->length != 0)
			t_buf_check(b, done[i].status == NETDMA_COPIED ? T_COPIED :
					done[i].status == NETDMA_NOT_COPIED ? T_NOT_COPIED :
					T_UNDEFINED, r->seen);
	}
	return (uint32_t)n;
}

void
s_ring_collect(struct netdma_channel *ch, struct s_ring *r, uint32_t n, struct s_tally *sum)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (r->seen < n) {
		if (s_ring_poll(ch, r, sum) != 0)
			t_deadline_set(&d);
		else
			ASSERT_MSG(t_wait(&d), "only %u of %u entries came", r->seen, n);
	}
}

void
s_ring_run(struct netdma_channel *ch, struct s_ring *r, struct s_tally *sum)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (r->seen < r->n) {
		s_ring_fill(ch, r, UINT32_MAX);
		ASSERT_INT(s_ring_submit(ch, r), >=, 0);
		if (s_ring_poll(ch, r, sum) != 0)
			t_deadline_set(&d);
		else
			ASSERT_MSG(t_wait(&d), "only %u of %u entries came", r->seen, r->n);
	}
}

/* ------------------------------------------------------------------ chains */

/* Copies that may run in any order; the last of them serializes. */
#define LANES 3

enum { A, B, JUNK };

static uint8_t *
lane_at(const struct s_chain *c, int area, uint32_t lane)
{
	return c->area + ((uint32_t)area * LANES + lane) * c->lane;
}

struct s_chain *
s_chain(struct t *t, struct netdma_channel *ch, uint32_t rounds)
{
	static const int steps[][2] = { { A, B }, { JUNK, A }, { B, A }, { JUNK, B } };
	struct s_chain *c = t_zalloc(sizeof(*c));
	uint32_t i, k, lane;

	c->lane = t_range(t, 1, 200);
	c->key = t_rand(t);
	c->area = t_memory(t, 3 * LANES * c->lane, 1);
	t_pattern_fill(c->area, LANES * c->lane, c->key, T_SRC);
	t_pattern_fill(lane_at(c, B, 0), 2 * LANES * c->lane, c->key, T_SRC_GUARD);
	c->l = t_list_bare(t, t_pool(rounds * RTE_DIM(steps) * LANES),
			rounds * RTE_DIM(steps) * LANES);
	for (i = 0; i < c->l->n; i++) {
		k = i / LANES % RTE_DIM(steps);
		lane = i % LANES;
		c->l->at[i]->src = t_addr(ch, lane_at(c, steps[k][0], lane));
		c->l->at[i]->dst = t_addr(ch, lane_at(c, steps[k][1], lane));
		c->l->at[i]->length = c->lane;
		if (lane == LANES - 1)
			c->l->at[i]->flags = NETDMA_DESC_SERIALIZE_TRANSFER;
	}
	return c;
}

void
s_chain_check(const struct s_chain *c)
{
	uint32_t first = 0, wrong = t_pattern_diff(c->area, LANES * c->lane, c->key, T_SRC, &first);

	ASSERT_MSG(wrong == 0, "chain of %u: %u bytes of %u, the first at %u", c->l->n, wrong,
			LANES * c->lane, first);
}

/* ------------------------------------------------------------------ counters */

void
s_stats_check(const struct netdma_channel *ch, const struct s_tally *sum)
{
	struct netdma_channel_stats s = t_stats(ch);

	ASSERT_INT(netdma_channel_outstanding(ch), ==, 0);
	ASSERT_INT(s.copied + s.not_copied + s.failed + s.unknown, ==, sum->descs);
	ASSERT_INT(s.by_engine + s.by_recovery + s.by_failover, ==, s.copied);
	ASSERT_INT(s.accepted, >=, sum->descs);
	if (sum->descs != sum->entries)
		return;
	ASSERT_INT(s.copied, ==, sum->status[NETDMA_COPIED]);
	ASSERT_INT(s.not_copied, ==, sum->status[NETDMA_NOT_COPIED]);
	ASSERT_INT(s.failed, ==, sum->status[NETDMA_FAILED]);
	ASSERT_INT(s.unknown, ==, sum->status[NETDMA_UNKNOWN]);
}

/* --------------------------------------------------------------- providers */

struct netdma_channel *
s_channel(struct t *t, int failover, enum netdma_error_policy policy)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){
			.size = sizeof(struct netdma_channel_conf), .provider = t->provider,
			.nb_desc = 64, .socket = SOCKET_ID_ANY, .error_policy = policy,
			.bound_us = T_PATIENCE_S * 1000000, .failover = failover });
}

static const char *const targets[] = { "fake90", "fake91,addr=iova,desc=16,burst=3",
	"fake92,max_transfer=4096,desc=8,burst=2", "cpu90,mode=lcore",
	"cpu91,mode=inline,addr=iova,max_transfer=4096" };
const unsigned int s_nb_targets = RTE_DIM(targets);

int
s_target(unsigned int kind)
{
	const char *args = targets[kind % RTE_DIM(targets)];

	if (strncmp(args, "cpu", 3) == 0 && !t_has_driver("cpu"))
		args = targets[0];
	return t_provider(args);
}

struct netdma_provider_info
s_provider_info(int id)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	ASSERT_INT(netdma_provider_info_get(id, &info), ==, 0);
	return info;
}

void
s_stop(int id)
{
	struct t_deadline d;
	int ret;

	t_deadline_set(&d);
	while ((ret = netdma_provider_stop(id)) != 0) {
		ASSERT_INT(ret, ==, -ETIMEDOUT);
		ASSERT(t_wait(&d));
	}
}

static void
stop_main(void *arg)
{
	s_stop((int)(intptr_t)arg);
}

struct t_thread *
s_stop_in_thread(int id)
{
	return t_thread_start(stop_main, (void *)(intptr_t)id);
}

/* ------------------------------------------------------------------ events */

static void
take_note(struct netdma_client *client __rte_unused, const struct netdma_event *event, void *arg)
{
	struct s_events *e = arg;

	EXPECT(e->n < S_EVENTS);
	if (e->n >= S_EVENTS)
		return;
	e->event[e->n].type = event->type;
	e->event[e->n].provider = event->provider;
	snprintf(e->event[e->n].name, sizeof(e->event[e->n].name), "%s", event->name);
	__atomic_store_n(&e->n, e->n + 1, __ATOMIC_RELEASE);
}

struct s_events *
s_events(void)
{
	struct s_events *e = t_zalloc(sizeof(*e));

	t_client(&(struct netdma_client_conf){ .size = sizeof(struct netdma_client_conf),
			.name = "watcher", .event = take_note, .arg = e });
	return e;
}

void
s_events_expect(const struct s_events *e, int provider, const int *types)
{
	uint32_t i, n = __atomic_load_n(&e->n, __ATOMIC_ACQUIRE);

	for (i = 0; i < n; i++) {
		if (e->event[i].provider != provider)
			continue;
		ASSERT_MSG((int)e->event[i].type == *types, "provider %d: %s, and not %s", provider,
				netdma_event_name(e->event[i].type), netdma_event_name(*types));
		types++;
	}
	ASSERT_MSG(*types == 0, "provider %d: no %s", provider, netdma_event_name(*types));
}

uint32_t
s_events_count(const struct s_events *e, const char *name, enum netdma_event_type type)
{
	uint32_t i, n = __atomic_load_n(&e->n, __ATOMIC_ACQUIRE), count = 0;

	for (i = 0; i < n; i++)
		count += e->event[i].type == type && strcmp(e->event[i].name, name) == 0;
	return count;
}
