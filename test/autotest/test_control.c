/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Suspend, resume, abort, reset. */

#include <errno.h>
#include <sys/mman.h>

#include "fake.h"
#include "util.h"

/* Collect whatever was processed of a list, from its kth descriptor on: in order, and each
 * with a status that its bytes bear out. @return how many.
 */
static uint32_t
collect_processed(struct netdma_channel *ch, const struct t_list *l, uint32_t k, bool all)
{
	struct netdma_completion done;
	uint32_t n = 0;

	while (netdma_poll(ch, &done, 1) == 1) {
		ASSERT(k + n < l->n);
		ASSERT(done.desc == l->at[k + n]);
		ASSERT(all || done.status == NETDMA_COPIED);
		t_buf_check(&l->buf[k + n], done.status == NETDMA_COPIED ? T_COPIED :
				done.status == NETDMA_NOT_COPIED ? T_NOT_COPIED : T_UNDEFINED,
				k + n);
		n++;
	}
	return n;
}

T_CASE(control, suspended_list_is_edited_and_goes_on, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct netdma_desc *last, *rest[500], *d;
	struct t_list *l;
	uint32_t k, n, i, round;

	for (round = 0; round < 20; round++) {
		l = t_list_new(t, ch, t_pool(500), t_range(t, 1, 500), 1, 300);
		ASSERT_INT(t_start(ch, l), ==, 0);
		for (i = t_range(t, 0, 3); i > 0; i--)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
		ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_SUSPENDED);
		k = collect_processed(ch, l, 0, false);
		ASSERT_INT(netdma_channel_outstanding(ch), ==, 0);
		if (k != 0)
			ASSERT(last == l->at[k - 1]);
		/* Delete two of three. */
		for (n = 0, i = k; i < l->n; i++)
			if (i % 3 == 0)
				rest[n++] = l->at[i];
		for (i = 0; i < n; i++)
			rest[i]->next = i + 1 < n ? rest[i + 1] : NULL;
		ASSERT_INT(netdma_channel_resume(ch, n > 0 ? rest[0] : NULL,
				n > 0 ? rest[n - 1] : NULL, n), ==, 0);
		for (i = 0; i < n; i++) {
			struct netdma_completion done;

			t_collect(ch, &done, 1);
			t_entry_check(&done, rest[i], NETDMA_COPIED, i);
		}
		t_quiet(ch);
		for (i = k; i < l->n; i++) {
			d = l->at[i];
			ASSERT_INT(d->user_context1, ==, 0);
			t_buf_check(&l->buf[i], i % 3 == 0 ? T_COPIED : T_NOT_COPIED, i);
		}
		t_list_restore(ch, l);
	}
}

T_CASE(control, suspended_channel_goes_on_with_nothing_left, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(300), 300, 1, 300);
	struct netdma_desc *last;
	uint32_t k;

	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, -EINVAL);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, -EINVAL);
	ASSERT_INT(t_append(ch, l), ==, -EBUSY);
	k = collect_processed(ch, l, 0, false);
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, -EINVAL);
	t_quiet(ch);
	for (; k < l->n; k++)
		t_buf_check(&l->buf[k], T_NOT_COPIED, k);
	t_run_list(ch, t_list_new(t, ch, t_pool(10), 10, 1, 300));
}

T_CASE(control, counters_do_not_go_backwards_when_a_suspend_gives_back, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(300), 300, 1, 300);
	struct netdma_desc *last;
	uint32_t k;

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(t_stats(ch).accepted, ==, 300);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT_INT(t_stats(ch).accepted, ==, 300);
	k = collect_processed(ch, l, 0, false);
	ASSERT_INT(t_stats(ch).copied, ==, k);
	if (k < l->n)
		ASSERT_INT(netdma_channel_resume(ch, l->at[k], l->last, l->n - k), ==, 0);
	else
		ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
	/* What was given back was handed over twice. */
	ASSERT_INT(t_stats(ch).accepted, ==, 300 + l->n - k);
	ASSERT_INT(netdma_channel_stats_reset(ch), ==, 0);
	ASSERT_INT(t_stats(ch).accepted, ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT_INT(t_stats(ch).accepted, ==, 0);
	collect_processed(ch, l, k, false);
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
}

static void
unmap_undo(void *arg)
{
	munmap(arg, 2 * 4096);
}

T_CASE(control, memory_that_a_suspend_gives_back_is_not_in_use, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=1", &t->provider);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	struct netdma_desc *last;
	uint8_t *m[2];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		m[i] = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
				MAP_POPULATE, -1, 0);
		ASSERT(m[i] != MAP_FAILED);
		t_defer(unmap_undo, m[i]);
		ASSERT_INT(mlock(m[i], 2 * 4096), ==, 0);
	}
	ASSERT_INT(netdma_mem_register(m[0], 2 * 4096), ==, 0);
	l->last->src = (uintptr_t)m[0];
	ASSERT_INT(t_start(ch, l), ==, 0);
	/* The table has changed, and the channel takes note. */
	ASSERT_INT(netdma_mem_register(m[1], 2 * 4096), ==, 0);
	ASSERT_INT(netdma_channel_check(ch, l->first, l->last, l->n, NULL), ==, -EBUSY);
	ASSERT_INT(netdma_mem_unregister(m[0], 2 * 4096), ==, -EBUSY);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	while (netdma_channel_outstanding(ch) > 0)
		ASSERT_INT(netdma_poll(ch, NULL, 10), >=, 0);
	ASSERT_INT(f->quiesces, ==, 0);
	ASSERT_INT(netdma_mem_unregister(m[0], 2 * 4096), ==, 0);
	ASSERT_INT(netdma_mem_unregister(m[1], 2 * 4096), ==, 0);
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
}

/* An engine that stops between two descriptors gives back some that were given to it before a
 * start: they are not the client's to edit, they were replaced.
 */
T_CASE(control, suspend_behind_a_start_reports_all_that_was_replaced, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=8", &t->provider);
	struct netdma_desc *last;
	struct netdma_channel *ch;
	struct t_list *l, *more;
	struct netdma_completion done[10];
	uint32_t i;

	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	f->attr.flags |= NETDMA_PROVIDER_STOPS;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	f->last = 3;
	f->hold = true;
	ASSERT_INT(netdma_provider_start(t->provider), ==, 0);
	ch = t_channel(t, 64, 0);
	l = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	more = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	/* It must begin with another one than this names. */
	l->last->next = l->first;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(t_start(ch, more), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT(last == l->last);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 10);
	t_collect(ch, done, 10);
	for (i = 0; i < 10; i++) {
		t_entry_check(&done[i], l->at[i], i < 3 ? NETDMA_COPIED : NETDMA_NOT_COPIED, i);
		t_buf_check(&l->buf[i], i < 3 ? T_COPIED : T_NOT_COPIED, i);
	}
	ASSERT(l->last->next == l->first);
	l->last->next = NULL;
	f->hold = false;
	ASSERT_INT(netdma_channel_resume(ch, more->first, more->last, more->n), ==, 0);
	t_expect(ch, more, NETDMA_COPIED);
}

/* What the last processed one leads to is the client's again: nothing of it runs. */
T_CASE(control, append_behind_a_resume_with_nothing_finds_its_place, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(500), 500, 1, 300);
	struct t_list *more = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	struct netdma_desc *last;
	struct netdma_completion done;
	uint32_t k, i;

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	/* What was processed stays to be polled meanwhile. */
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
	ASSERT_INT(t_append(ch, more), ==, 0);
	for (k = 0; last != NULL && l->at[k] != last; k++)
		;
	k = last != NULL ? k + 1 : 0;
	for (i = 0; i < k; i++) {
		t_collect(ch, &done, 1);
		t_entry_check(&done, l->at[i], NETDMA_COPIED, i);
		t_buf_check(&l->buf[i], T_COPIED, i);
		/* And leads again where the client had it lead. */
		if (i + 1 < l->n)
			ASSERT(l->at[i]->next == l->at[i + 1]);
	}
	t_expect(ch, more, NETDMA_COPIED);
	t_quiet(ch);
	for (; i < l->n; i++)
		t_buf_check(&l->buf[i], T_NOT_COPIED, i);
}

T_CASE(control, refused_resume_stays_suspended, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	struct t_list *more = t_list_new(t, ch, t_pool(10), 10, 1, 300);
	struct netdma_desc *last;

	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	ASSERT(last == l->last);
	more->at[5]->flags = 0x100;
	ASSERT_INT(netdma_channel_resume(ch, more->first, more->last, more->n), ==, -EINVAL);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_SUSPENDED);
	t_quiet(ch);
	t_bufs_check(more->buf, more->n, T_NOT_COPIED);
	more->at[5]->flags = 0;
	ASSERT_INT(netdma_channel_resume(ch, more->first, more->last, more->n), ==, 0);
	t_expect(ch, more, NETDMA_COPIED);
}

T_CASE(control, suspended_ring_waits_and_goes_on, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_buf *b = t_bufs(t, 40, 1, 300);
	struct netdma_completion done[40];
	struct netdma_desc *last;
	uint32_t i;

	t_copy_works(t, ch);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
	for (i = 0; i < 40; i++)
		ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, 0, &b[i]), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 40);
	for (i = 0; i < 100; i++)
		ASSERT_INT(netdma_poll(ch, done, 40), ==, 0);
	t_bufs_check(b, 40, T_NOT_COPIED);
	ASSERT_INT(netdma_channel_resume(ch, NULL, NULL, 0), ==, 0);
	t_collect(ch, done, 40);
	for (i = 0; i < 40; i++) {
		ASSERT(done[i].user == &b[i]);
		ASSERT_INT(done[i].status, ==, NETDMA_COPIED);
	}
	t_bufs_check(b, 40, T_COPIED);
}

T_CASE(control, abort_tells_of_each_descriptor_what_became_of_it, T_EACH)
{
	uint64_t word __rte_aligned(8);
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .completion_word = &word });
	uint32_t round, i;

	for (round = 0; round < 20; round++) {
		struct t_list *l = t_list_new(t, ch, t_pool(1000), t_range(t, 1, 1000), 1, 300);

		ASSERT_INT(t_start(ch, l), ==, 0);
		for (i = t_range(t, 0, 3); i > 0; i--)
			ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT_INT(netdma_channel_abort(ch), ==, 0);
		ASSERT_INT(netdma_channel_abort(ch), ==, 0);
		ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_HALTED);
		ASSERT_INT(NETDMA_WORD_STATE(word), ==, NETDMA_WORD_HALTED);
		ASSERT_INT(t_append(ch, l), ==, -ECANCELED);
		ASSERT_INT(collect_processed(ch, l, 0, true), ==, l->n);
		ASSERT_INT(netdma_channel_outstanding(ch), ==, 0);
		ASSERT_INT(NETDMA_WORD_STATE(word), ==, NETDMA_WORD_HALTED);
		l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
	}
	/* What failed on the way out is not redone. */
	ASSERT_INT(t_stats(ch).unknown, ==, 0);
	ASSERT(t_stats(ch).failed == 0 || t->kind->recover);
}

T_CASE(control, aborted_ring_starts_again, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_buf *b = t_bufs(t, 20, 1, 300);
	struct netdma_completion done[20];
	uint32_t i;

	t_copy_works(t, ch);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	for (i = 0; i < 20; i++)
		ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, 0, &b[i]), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, -ECANCELED);
	ASSERT_INT(netdma_channel_start(ch, NULL, NULL, 0), ==, 0);
	/* They stayed filled. */
	ASSERT_INT(netdma_submit(ch), ==, 20);
	t_collect(ch, done, 20);
	t_bufs_check(b, 20, T_COPIED);
}

T_CASE(control, reset_channel_is_as_freshly_allocated, T_EACH)
{
	uint64_t word __rte_aligned(8);
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .completion_word = &word });
	struct t_list *l = t_list_new(t, ch, t_pool(500), 500, 1, 300);

	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_reset(ch), ==, 0);
	ASSERT_INT(NETDMA_WORD_STATE(word), ==, NETDMA_WORD_ARMED);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ARMED);
	ASSERT_INT(collect_processed(ch, l, 0, true), ==, l->n);
	ASSERT_INT(NETDMA_WORD_STATE(word), ==, NETDMA_WORD_ARMED);
	ASSERT_INT(t_append(ch, l), ==, -EINVAL);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(netdma_channel_reset(ch), ==, 0);
	t_copy_works(t, ch);
}

T_CASE(control, engine_that_does_not_finish_in_time_is_not_suspended, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=10", &t->provider);
	struct netdma_channel *ch;
	struct netdma_desc *last;
	struct t_list *l;

	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .bound_us = 1000 });
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_suspend(ch, &last), ==, -ETIMEDOUT);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_ACTIVE);
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(control, device_that_does_not_finish_in_time_is_stopped_and_starts_again, T_ONCE)
{
	struct netdma_channel *ch;
	struct t_list *l;
	struct t_buf *b;
	uint32_t round, i;

	t->provider = netdma_provider_find("dma_skeleton0");
	if (t->provider < 0)
		t_skip("no dma_skeleton0: give EAL --vdev dma_skeleton0");
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 1024, .bound_us = 1 });
	for (round = 0; round < 10; round++) {
		l = t_list_new(t, ch, t_pool(1000), 1000, 5000, 9000);
		ASSERT_INT(t_start(ch, l), ==, 0);
		ASSERT_INT(netdma_channel_abort(ch), ==, 0);
		ASSERT_INT(collect_processed(ch, l, 0, true), ==, l->n);
		/* What follows is copied by a device that was started again. */
		l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_expect(ch, l, NETDMA_COPIED);
	}
	/* So it is behind a submit, which is an append as long as nothing was stopped. */
	b = t_bufs(t, 1000, 5000, 9000);
	for (i = 0; i < 1000; i++)
		ASSERT_INT(netdma_copy(ch, b[i].src, b[i].dst, b[i].length, 0, &b[i]), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1000);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 1000), ==, 1000);
	ASSERT_INT(netdma_channel_start(ch, NULL, NULL, 0), ==, 0);
	t_copy_works(t, ch);
	ASSERT(t_stats(ch).not_copied > 0);
	ASSERT_INT(t_stats(ch).unknown, ==, 0);
}

T_CASE(control, engine_that_cannot_be_stopped_is_quarantined, T_ONCE)
{
	/* A name that is not used again: it stays. */
	struct fake *f = fake_new("fake7777,desc=10", &t->provider);
	struct netdma_completion done[100];
	struct netdma_provider_info info = { .size = sizeof(info) };
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .bound_us = 1000, .failover = NETDMA_FAILOVER_NONE });
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	f->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, -ETIMEDOUT);
	t_collect(ch, done, 100);
	for (i = 0; i < 100; i++) {
		bool given = i < 10;

		ASSERT(done[i].desc == l->at[i]);
		ASSERT_INT(done[i].status, ==, given ? NETDMA_UNKNOWN : NETDMA_NOT_COPIED);
		ASSERT_INT(done[i].flags, ==, given ? NETDMA_COMPLETION_ENGINE_MAY_WRITE : 0);
		ASSERT_INT(done[i].error, ==, given ? NETDMA_ERROR_TIMEOUT :
				NETDMA_ERROR_CANCELED);
	}
	ASSERT_INT(netdma_provider_info_get(t->provider, &info), ==, 0);
	ASSERT_INT(info.state, ==, NETDMA_PROVIDER_QUARANTINED);
	ASSERT_INT(t_info(ch).state, ==, NETDMA_CHANNEL_DETACHED);
	ASSERT_INT(t_start(ch, l), ==, -ENODEV);
	t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, ENODEV);
	/* Nothing of it is ever taken from under its engine. */
	ASSERT_INT(netdma_provider_stop(t->provider), ==, -EIO);
	ASSERT_INT(f->stops, ==, 0);
	ASSERT_INT(f->channels, ==, 1);
}

/* It had finished by itself all that it was stopped with: it is started all the same. */
T_CASE(control, engine_that_was_stopped_with_nothing_left_is_started, T_ONCE)
{
	struct fake *f = fake_new("fake0,desc=64", &t->provider);
	struct netdma_channel *ch = t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .bound_us = 1000,
			.watchdog_us = 1000, .failover = NETDMA_FAILOVER_NONE });
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	struct t_deadline d;
	uint32_t starts;

	f->hold = true;
	f->quiesce = NETDMA_QUIET_UNTOUCHED;
	f->last = UINT32_MAX;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_deadline_set(&d);
	while (f->quiesces == 0) {
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
		ASSERT(t_wait(&d));
	}
	f->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
	starts = f->channel_starts;
	t_list_restore(ch, l);
	ASSERT_INT(t_append(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(f->channel_starts, ==, starts + 1);
}
