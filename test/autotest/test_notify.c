/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* How completions are told besides netdma_poll(): the callback and the completion word. */

#include <errno.h>
#include <stdlib.h>

#include <rte_memory.h>

#include "fake.h"
#include "util.h"

/* ---------------------------------------------------------------- callback */

struct calls {
	struct netdma_channel *ch;
	struct netdma_client *client;
	int provider;
	uint32_t n;
	void *user[512];
	struct t_list *more;    /* to append when called for the first time */
	struct t_buf *copies;   /* to copy, one a call */
	uint32_t nb_copies;
	uint32_t copied;
	bool misbehave;
};

static void
called(struct netdma_channel *ch, const struct netdma_completion *done, void *arg)
{
	struct calls *c = arg;
	struct netdma_completion none;

	EXPECT(ch == c->ch);
	EXPECT_INT(done->interrupt, ==, 1);
	EXPECT_INT(done->status, ==, NETDMA_COPIED);
	EXPECT(c->n < RTE_DIM(c->user));
	if (c->n < RTE_DIM(c->user))
		c->user[c->n++] = done->user;
	if (c->misbehave) {
		EXPECT_INT(netdma_poll(ch, &none, 1), ==, -EBUSY);
		EXPECT_INT(netdma_poll(ch, NULL, 0), ==, -EBUSY);
		EXPECT_INT(netdma_channel_drain(ch, 0), ==, -EBUSY);
		EXPECT_INT(netdma_channel_wait(ch, UINT32_MAX, NETDMA_WAIT_HELP), ==, -EBUSY);
		EXPECT_INT(netdma_channel_free(ch), ==, -EBUSY);
		EXPECT_INT(netdma_provider_stop(c->provider), ==, -EBUSY);
		EXPECT_INT(netdma_client_deregister(c->client), ==, -EBUSY);
		EXPECT_INT(netdma_fini(), ==, -EBUSY);
	}
	if (c->more != NULL) {
		EXPECT_INT(t_append(ch, c->more), ==, 0);
		c->more = NULL;
	}
	if (c->copied < c->nb_copies) {
		struct t_buf *b = &c->copies[c->copied++];

		EXPECT_INT(netdma_copy(ch, b->src, b->dst, b->length,
				NETDMA_DESC_INTERRUPT_ON_COMPLETION, b), ==, 0);
		EXPECT_INT(netdma_submit(ch), ==, 1);
	}
}

static struct netdma_channel *
channel_with_callback(struct t *t, struct calls *c)
{
	c->ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.size = sizeof(struct netdma_channel_conf), .provider = t->provider,
			.nb_desc = 64, .socket = SOCKET_ID_ANY, .completion = called, .arg = c });
	c->client = t->client;
	c->provider = t->provider;
	return c->ch;
}

T_CASE(notify, callback_is_called_for_each_that_asked_in_order, T_EACH)
{
	struct calls c = { .n = 0 };
	struct netdma_channel *ch = channel_with_callback(t, &c);
	struct t_list *l = t_list_new(t, ch, t_pool(400), 400, 1, 100);
	uint32_t i, n = 0;

	for (i = 0; i < l->n; i++)
		if (t_range(t, 0, 2) == 0)
			l->at[i]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION |
					(i & 1 ? NETDMA_DESC_NULL_TRANSFER : 0);
	ASSERT_INT(t_start(ch, l), ==, 0);
	/* Counted only, half of the time: called nevertheless. */
	if (t_range(t, 0, 1)) {
		while (netdma_channel_outstanding(ch) > 0)
			ASSERT_INT(netdma_poll(ch, NULL, 16), >=, 0);
	} else {
		struct netdma_completion *done = t_zalloc(l->n * sizeof(*done));

		t_collect(ch, done, l->n);
		for (i = 0; i < l->n; i++)
			ASSERT_INT(done[i].interrupt, ==, (l->at[i]->flags &
					NETDMA_DESC_INTERRUPT_ON_COMPLETION) != 0);
	}
	for (i = 0; i < l->n; i++)
		if (l->at[i]->flags & NETDMA_DESC_INTERRUPT_ON_COMPLETION)
			ASSERT(c.user[n++] == l->at[i]->user);
	ASSERT_INT(c.n, ==, n);
	for (i = 0; i < l->n; i++)
		t_buf_check(&l->buf[i], l->at[i]->flags & NETDMA_DESC_NULL_TRANSFER ?
				T_NOT_COPIED : T_COPIED, i);
}

T_CASE(notify, poll_free_and_stop_are_busy_from_the_callback, T_EACH)
{
	struct calls c = { .misbehave = true };
	struct netdma_channel *ch = channel_with_callback(t, &c);
	struct t_list *l = t_list_new(t, ch, t_pool(8), 8, 1, 100);

	l->at[3]->flags = l->at[5]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	t_run_list(ch, l);
	ASSERT_INT(c.n, ==, 2);
	t_quiet(ch);
}

struct stop {
	int provider;
	int ret;
};

static void
stop_provider(void *arg)
{
	struct stop *s = arg;

	s->ret = netdma_provider_stop(s->provider);
}

static void
called_for_long(struct netdma_channel *ch __rte_unused, const struct netdma_completion *done,
		void *arg)
{
	RTE_SET_USED(done);
	t_thread_join(t_thread_start(stop_provider, arg));
}

T_CASE(notify, owner_that_does_not_leave_its_call_is_not_stopped, T_EACH)
{
	struct stop s = { .provider = t->provider, .ret = 1 };
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.size = sizeof(struct netdma_channel_conf), .provider = t->provider,
			.nb_desc = 64, .socket = SOCKET_ID_ANY, .completion = called_for_long,
			.arg = &s });
	struct t_list *l = t_list_new(t, ch, t_pool(3), 3, 1, 100);

	/* It waits in the callback for the thread that waits for it. */
	l->last->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	t_run_list(ch, l);
	ASSERT_INT(s.ret, ==, -ETIMEDOUT);
	/* Nothing was changed. */
	l->last->flags = 0;
	t_run_list(ch, l);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

T_CASE(notify, callback_may_append, T_EACH)
{
	struct calls c = { .n = 0 };
	struct netdma_channel *ch = channel_with_callback(t, &c);
	struct netdma_desc_pool *pool = t_pool(64);
	struct t_list *l = t_list_new(t, ch, pool, 20, 1, 100);
	struct t_list *more = t_list_new(t, ch, pool, 20, 1, 100);

	c.more = more;
	l->at[4]->flags = NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	t_run_list(ch, l);
	t_expect(ch, more, NETDMA_COPIED);
	ASSERT_INT(c.n, ==, 1);
}

T_CASE(notify, callback_may_copy_and_submit, T_EACH)
{
	struct calls c = { .nb_copies = 100 };
	struct netdma_channel *ch = channel_with_callback(t, &c);
	struct netdma_completion done;
	uint32_t i;

	c.copies = t_bufs(t, 101, 1, 100);
	/* Each one that completes submits the next. */
	ASSERT_INT(netdma_copy(ch, c.copies[100].src, c.copies[100].dst, c.copies[100].length,
			NETDMA_DESC_INTERRUPT_ON_COMPLETION, &c.copies[100]), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	for (i = 0; i <= 100; i++) {
		t_collect(ch, &done, 1);
		ASSERT(done.user == &c.copies[i == 0 ? 100 : i - 1]);
		ASSERT(c.user[i] == done.user);
		ASSERT_INT(done.interrupt, ==, 1);
	}
	ASSERT_INT(c.n, ==, 101);
	t_bufs_check(c.copies, 101, T_COPIED);
	t_quiet(ch);
}

/* -------------------------------------------------------------------- word */

static struct netdma_channel *
channel_with_word(struct t *t, uint64_t *word)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){
			.size = sizeof(struct netdma_channel_conf), .provider = t->provider,
			.nb_desc = 64, .socket = SOCKET_ID_ANY, .completion_word = word });
}

T_CASE(notify, word_names_the_last_that_asked, T_EACH)
{
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_desc_pool *pool = t_pool(1000);
	struct netdma_channel *ch;
	unsigned int round;
	uint32_t i, last;

	*word = 0x123456789abcdef0;
	ch = channel_with_word(t, word);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_ARMED);
	/* Nobody asked: still armed. */
	t_run_list(ch, t_list_new(t, ch, pool, 10, 1, 100));
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_ARMED);
	for (round = 0; round < 10; round++) {
		struct t_list *l = t_list_new(t, ch, pool, t_range(t, 1, 60), 1, 100);

		last = round & 1 ? l->n - 1 : t_range(t, 0, l->n - 1);
		for (i = 0; i <= last; i++)
			if (i == last || t_range(t, 0, 3) == 0)
				l->at[i]->flags = NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;
		t_run_list(ch, l);
		ASSERT(NETDMA_WORD_DESC(*word) == l->at[last]);
		/* Idle means that it was the last. */
		ASSERT_INT(NETDMA_WORD_STATE(*word), ==, last == l->n - 1 ? NETDMA_WORD_IDLE :
				NETDMA_WORD_ACTIVE);
	}
}

T_CASE(notify, word_goes_from_armed_over_active_to_idle, T_ONCE)
{
	struct fake *f = fake_new("fake0,burst=4,desc=16", &t->provider);
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_channel *ch = channel_with_word(t, word);
	struct t_list *l = t_list_new(t, ch, t_pool(32), 32, 1, 100);
	uint32_t i, step;

	for (i = 0; i < l->n; i++)
		l->at[i]->flags = NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_ARMED);
	f->hold = false;
	for (step = 1; step <= 8; step++) {
		ASSERT_INT(netdma_poll(ch, NULL, 4), ==, 4);
		ASSERT(NETDMA_WORD_DESC(*word) == l->at[4 * step - 1]);
		ASSERT_INT(NETDMA_WORD_STATE(*word), ==, step == 8 ? NETDMA_WORD_IDLE :
				NETDMA_WORD_ACTIVE);
	}
	t_bufs_check(l->buf, l->n, T_COPIED);
}

struct watcher {
	const uint64_t *word;
	struct t_list *l;
	bool ready;
	bool over;
};

/* Whatever the word names has been copied, for a thread that only reads the word. */
static void
watch_word(void *arg)
{
	struct watcher *w = arg;
	uint32_t at = 0, i;
	bool any = false, over = false;

	while (!over && !t_stopping()) {
		uint64_t word;
		uint32_t state;

		over = __atomic_load_n(&w->over, __ATOMIC_ACQUIRE);
		word = __atomic_load_n(w->word, __ATOMIC_ACQUIRE);
		state = NETDMA_WORD_STATE(word);
		__atomic_store_n(&w->ready, true, __ATOMIC_RELEASE);
		if (state == NETDMA_WORD_ARMED) {
			ASSERT(!any);
			continue;
		}
		ASSERT(state == NETDMA_WORD_ACTIVE || state == NETDMA_WORD_IDLE);
		for (i = at; i < w->l->n && w->l->at[i] != NETDMA_WORD_DESC(word); i++)
			;
		ASSERT_MSG(i < w->l->n, "the word went back, or names something else");
		for (; at < i; at++)
			t_buf_check(&w->l->buf[at], T_COPIED, at);
		t_buf_check(&w->l->buf[i], T_COPIED, i);
		any = true;
		ASSERT_INT(state == NETDMA_WORD_IDLE, ==, i == w->l->n - 1);
	}
}

T_CASE(notify, another_thread_may_read_the_word, T_EACH)
{
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_channel *ch = channel_with_word(t, word);
	struct watcher w = { .word = word };
	struct netdma_completion *done = t_zalloc(3000 * sizeof(*done));
	struct t_thread *thread;
	struct t_deadline d;
	uint32_t i;

	w.l = t_list_new(t, ch, t_pool(3000), 3000, 1, 50);
	for (i = 0; i < w.l->n; i++)
		w.l->at[i]->flags = NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;
	thread = t_thread_start(watch_word, &w);
	t_deadline_set(&d);
	while (!__atomic_load_n(&w.ready, __ATOMIC_ACQUIRE))
		ASSERT(t_wait(&d));
	ASSERT_INT(t_start(ch, w.l), ==, 0);
	t_collect(ch, done, w.l->n);
	__atomic_store_n(&w.over, true, __ATOMIC_RELEASE);
	t_thread_join(thread);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_IDLE);
}

T_CASE(notify, word_is_written_for_what_a_stop_left_to_poll, T_EACH)
{
	uint64_t *word = t_zalloc(sizeof(*word));
	struct netdma_channel *ch = channel_with_word(t, word);
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 100);

	l->last->flags = NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT(NETDMA_WORD_DESC(*word) == l->last);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_IDLE);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
}

T_CASE(notify, everyday_copies_write_the_word_too, T_EACH)
{
	uint64_t *word = t_zalloc(sizeof(*word)), seen;
	struct netdma_channel *ch = channel_with_word(t, word);
	struct t_buf *b = t_bufs(t, 3, 1, 100);
	struct netdma_completion done[3];
	uint32_t i;

	for (i = 0; i < 3; i++)
		ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, i == 2 ?
				NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION : 0, NULL), ==, 0);
	netdma_submit(ch);
	t_collect(ch, done, 3);
	seen = *word;
	ASSERT_INT(NETDMA_WORD_STATE(seen), ==, NETDMA_WORD_IDLE);
	ASSERT(NETDMA_WORD_DESC(seen) != NULL);
	ASSERT_INT(netdma_copy(ch, b[0].src, b[0].dst, b[0].length, 0, NULL), ==, 0);
	ASSERT_INT(netdma_marker(ch, NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION, NULL), ==, 0);
	netdma_submit(ch);
	t_collect(ch, done, 2);
	ASSERT(*word != seen);
	ASSERT_INT(NETDMA_WORD_STATE(*word), ==, NETDMA_WORD_IDLE);
}
