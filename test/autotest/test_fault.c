/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The fault driver: what each of its keys does to a channel that reports all it hears. */

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <rte_memory.h>

#include "fake.h"
#include "test_fault.h"

int
fault_over(struct t *t, const char *below, const char *args)
{
	char all[512];

	t_need_driver("fault");
	if (strncmp(below, "cpu", 3) == 0)
		t_need_driver("cpu");
	t->below = strncmp(below, "fake", 4) == 0 ? 0 : t_provider(below);
	if (t->below == 0)
		fake_new(below, &t->below);
	snprintf(all, sizeof(all), "fault0,lower=%.*s%s%s", (int)strcspn(below, ","), below,
			args[0] != '\0' ? "," : "", args);
	t->provider = t_provider(all);
	return t->provider;
}

struct netdma_channel *
fault_channel(struct t *t, uint32_t nb_desc, uint32_t bound_us)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){
			.size = sizeof(struct netdma_channel_conf), .provider = t->provider,
			.nb_desc = nb_desc, .socket = SOCKET_ID_ANY, .bound_us = bound_us,
			.error_policy = NETDMA_ON_ERROR_REPORT,
			.watchdog_us = NETDMA_WATCHDOG_OFF, .failover = NETDMA_FAILOVER_NONE });
}

uint32_t
fault_part(const struct t_buf *b, uint32_t index)
{
	uint32_t i, n = 0;

	t_buf_check(b, T_UNDEFINED, index);
	while (n < b->length && b->dst[n] == t_pattern(b->key, n, T_SRC))
		n++;
	/* Nothing behind the first byte that is missing. */
	for (i = n; i < b->length; i++)
		ASSERT_MSG(b->dst[i] == t_pattern(b->key, i, T_UNTOUCHED),
				"buffer %u: byte %u of %u, behind a part of %u", index, i,
				b->length, n);
	return n;
}

uint32_t
fault_entry(const struct netdma_completion *done, const struct t_list *l, uint32_t i)
{
	t_entry_check(done, l->at[i], (enum netdma_status)done->status, i);
	if (done->status == NETDMA_COPIED)
		t_buf_check(&l->buf[i], T_COPIED, i);
	else if (done->status == NETDMA_NOT_COPIED)
		t_buf_check(&l->buf[i], T_NOT_COPIED, i);
	return fault_part(&l->buf[i], i);
}

int
fault_give(struct netdma_channel *ch, const struct t_list *l)
{
	return t_info(ch).state == NETDMA_CHANNEL_ARMED ? t_start(ch, l) : t_append(ch, l);
}

struct netdma_completion *
fault_run(struct netdma_channel *ch, const struct t_list *l)
{
	struct netdma_completion *done = t_zalloc(l->n * sizeof(*done));
	uint32_t i;

	ASSERT_INT(fault_give(ch, l), ==, 0);
	t_collect(ch, done, l->n);
	for (i = 0; i < l->n; i++)
		fault_entry(&done[i], l, i);
	t_quiet(ch);
	return done;
}

void
fault_tear_down(struct t *t)
{
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
	ASSERT_INT(netdma_provider_destroy(t->below), ==, 0);
}

enum netdma_provider_state
fault_state_of(int provider)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	ASSERT_INT(netdma_provider_info_get(provider, &info), ==, 0);
	return info.state;
}

/* -------------------------------------------------------------------- keys */

struct wrong {
	const char *args;
	const char *said; /* in the log */
};

static void
create_again(void *arg)
{
	ASSERT_INT(netdma_provider_create(arg, NULL), ==, -EINVAL);
}

T_CASE(fault, wrong_keys_are_refused_and_the_log_says_why, T_ONCE)
{
	static const struct wrong rows[] = {
		{ "fault1", "lower=NAME is missing" },
		{ "fault1,seed=7", "lower=NAME is missing" },
		{ "fault1,lower=cpu0,lower=cpu0", "lower is given more than once" },
		{ "fault1,lower=a_name_of_more_than_sixty_three_characters_is_far_too_long_for_us",
			"at most 63" },
		{ "fault1,lower=cpu0,nosuch=1", "nosuch" },
		{ "fault1,lower=cpu0,nosuch=1", "remove_at" },
		{ "fault1,lower=cpu0,error=2", "error=2: it must be a probability" },
		{ "fault1,lower=cpu0,error=-0.1", "probability" },
		{ "fault1,lower=cpu0,partial=nan", "probability" },
		{ "fault1,lower=cpu0,full=0.1x", "probability" },
		{ "fault1,lower=cpu0,halt=often", "halt=often" },
		{ "fault1,lower=cpu0,refuse=1.01", "refuse=1.01" },
		{ "fault1,lower=cpu0,error=0.1,error=0.2", "error is given more than once" },
		{ "fault1,lower=cpu0,seed=-1", "seed=-1: it must be a number from 0 to" },
		{ "fault1,lower=cpu0,seed=99999999999999999999", "seed=999" },
		{ "fault1,lower=cpu0,error_at=0", "error_at=0: it must be a number from 1 to" },
		{ "fault1,lower=cpu0,halt_at=5x", "halt_at=5x" },
		{ "fault1,lower=cpu0,delay=0", "delay=0: it must be a number from 1 to 1048576" },
		{ "fault1,lower=cpu0,burst=1048577", "burst=1048577" },
		{ "fault1,lower=cpu0,stuck_at=3,stuck=firm", "soft, mute or hard" },
		{ "fault1,lower=cpu0,stuck=hard", "stuck_at=N" },
		{ "fault1,lower=cpu0,remove_at=0", "remove_at=0" },
		{ "fault1,lower=cpu0,remove_at=1,remove_at=2", "remove_at is given more" },
		{ "fault1,lower=cpu0,error_at=1,error_at=2,error_at=3,error_at=4,error_at=5,"
			"error_at=6,error_at=7,error_at=8,error_at=9,error_at=10,error_at=11,"
			"error_at=12,error_at=13,error_at=14,error_at=15,error_at=16,error_at=17",
			"error_at=17: it may be given 16 times" },
		/* All that is right is said as well. */
		{ "fault1,lower=cpu0,burst=x", "fault takes lower=NAME,seed=N" },
	};
	unsigned int i;

	fault_over(t, "cpu0", "");
	for (i = 0; i < RTE_DIM(rows); i++) {
		t_log_clear();
		ASSERT_MSG(netdma_provider_create(rows[i].args, NULL) == -EINVAL, "\"%s\"",
				rows[i].args);
		t_log_expect(rows[i].said, create_again, (void *)(uintptr_t)rows[i].args);
		ASSERT_INT(netdma_provider_find("fault1"), ==, -ENODEV);
	}
	/* What is just not wrong. */
	t_provider("fault1,lower=cpu0,seed=0xffffffffffffffff,error=0,partial=1,halt=1e-3,delay=1,"
			"burst=1048576,stuck_at=18446744073709551615,stuck=mute,error_at=1,"
			"error_at=1,remove_at=18446744073709551615,refuse_at=2,full=0.5");
}

T_CASE(fault, provider_below_must_be_there_and_started, T_ONCE)
{
	int below;

	t_need_driver("fault");
	ASSERT_INT(netdma_provider_create("fault0,lower=fake0", NULL), ==, -ENODEV);
	ASSERT_HAS(t_log(), "lower=fake0: there is no provider of that name");
	ASSERT_INT(netdma_provider_create("fault0,lower=fault0", NULL), ==, -ENODEV);
	fake_new("fake0", &below);
	ASSERT_INT(netdma_provider_stop(below), ==, 0);
	ASSERT_INT(netdma_provider_create("fault0,lower=fake0", NULL), ==, -ENODEV);
	ASSERT_HAS(t_log(), "lower=fake0: it is registered, and must be started");
	ASSERT_INT(netdma_provider_find("fault0"), ==, -ENODEV);
	ASSERT_INT(netdma_provider_start(below), ==, 0);
	t->provider = t_provider("fault0,lower=fake0");
	t_copy_works(t, t_channel(t, 64, 0));
}

T_CASE(fault, tells_what_the_provider_below_tells, T_ONCE)
{
	struct netdma_provider_info info = { .size = sizeof(info) };
	struct netdma_channel_info channel;
	struct fake *f;

	t_need_driver("fault");
	f = fake_new("fake0,channels=3,max_transfer=8192,desc=10,hw=1", &t->below);
	f->attr.flags = NETDMA_PROVIDER_CACHE_TARGET | NETDMA_PROVIDER_STOPS;
	f->attr.hw_version = 0x34;
	f->attr.vendor_id = 0x8086;
	f->attr.numa_node = 1;
	f->attr.max_desc = 4096;
	f->attr.addr_space = NETDMA_ADDR_IOVA;
	ASSERT_INT(netdma_provider_stop(t->below), ==, 0);
	ASSERT_INT(netdma_provider_start(t->below), ==, 0);
	t->provider = t_provider("fault0,lower=fake0");
	ASSERT_INT(netdma_provider_info_get(t->provider, &info), ==, 0);
	ASSERT_INT(info.flags, ==, NETDMA_PROVIDER_CACHE_TARGET);
	ASSERT_INT(info.hw_version, ==, 0x34);
	ASSERT_INT(info.vendor_id, ==, 0x8086);
	ASSERT_INT(info.numa_node, ==, 1);
	ASSERT_INT(info.max_channels, ==, 3);
	ASSERT_INT(info.max_transfer, ==, 8192);
	ASSERT_INT(info.max_desc, ==, 4096);
	/* But for this. */
	ASSERT_INT(info.addr_space, ==, NETDMA_ADDR_VA);
	channel = t_info(t_channel_conf(t, &(struct netdma_channel_conf){
			.provider = t->provider, .nb_desc = 64, .priority = 9 }));
	ASSERT_INT(channel.engine_desc, ==, 10);
	ASSERT_INT(channel.priority, ==, 2);
	ASSERT_INT(f->params.nb_desc, ==, 64);
	ASSERT_INT(f->params.priority, ==, 9);
}

/* ----------------------------------------------------------------- failures */

T_CASE(fault, chosen_copies_fail, T_ONCE)
{
	static const uint32_t chosen[] = { 3, 4, 9, 40 };
	struct netdma_channel *ch[2];
	unsigned int c, i, k;

	fault_over(t, "cpu0", "seed=5,error_at=3,error_at=9,error_at=4,error_at=40");
	for (c = 0; c < 2; c++) {
		struct netdma_completion *done;
		struct t_list *l;

		/* Each channel counts by itself. */
		ch[c] = fault_channel(t, 16, 0);
		l = t_list_new(t, ch[c], t_pool(60), 60, 1, 300);
		done = fault_run(ch[c], l);
		for (i = 0, k = 0; i < l->n; i++) {
			bool fails = k < RTE_DIM(chosen) && chosen[k] == i + 1;

			ASSERT_INT(done[i].status != NETDMA_COPIED, ==, fails);
			k += fails;
		}
		ASSERT_INT(t_stats(ch[c]).copied, ==, 56);
		/* They were counted: the next ones are other ones. */
		t_run_list(ch[c], t_list_new(t, ch[c], t_pool(60), 60, 1, 300));
	}
}

T_CASE(fault, random_copies_fail_in_every_way, T_ONCE)
{
	enum { N = 20000 };
	uint32_t whole = 0, part = 0, nothing = 0, skipped = 0, errors = 0, i, n;
	struct netdma_completion *done;
	struct netdma_channel *ch;
	struct t_list *l;

	fault_over(t, "cpu0", "seed=5,error=0.3");
	ch = fault_channel(t, 64, 0);
	l = t_list_new(t, ch, t_pool(N), N, 2, 100);
	done = fault_run(ch, l);
	for (i = 0; i < N; i++) {
		n = fault_part(&l->buf[i], i);
		whole += done[i].status == NETDMA_COPIED;
		skipped += done[i].status == NETDMA_NOT_COPIED;
		if (done[i].status == NETDMA_NOT_COPIED)
			ASSERT_INT(done[i].error, ==, NETDMA_ERROR_NOT_ATTEMPTED);
		if (done[i].status != NETDMA_FAILED)
			continue;
		ASSERT_INT(n, <, l->buf[i].length);
		part += n > 0;
		nothing += n == 0;
		ASSERT(done[i].error >= NETDMA_ERROR_SRC_ADDR &&
				done[i].error <= NETDMA_ERROR_ENGINE &&
				done[i].error != NETDMA_ERROR_POISON &&
				done[i].error != NETDMA_ERROR_REFUSED);
		errors |= 1u << done[i].error;
	}
	ASSERT_INT(__builtin_popcount(errors), ==, 12);
	/* 14,000 and three times 2,000: four standard deviations. */
	ASSERT(whole > 13740 && whole < 14260);
	ASSERT(part > 1830 && part < 2170);
	ASSERT(nothing > 1830 && nothing < 2170);
	ASSERT(skipped > 1830 && skipped < 2170);
}

T_CASE(fault, part_of_a_copy_is_copied, T_ONCE)
{
	struct netdma_completion *done;
	uint32_t i, n, sum = 0, length = 0;
	struct netdma_channel *ch;
	struct t_list *l;

	fault_over(t, "cpu0", "partial=1");
	ch = fault_channel(t, 64, 0);
	l = t_list_new(t, ch, t_pool(1000), 1000, 1, 300);
	done = fault_run(ch, l);
	for (i = 0; i < l->n; i++) {
		n = fault_part(&l->buf[i], i);
		ASSERT_INT(done[i].status, ==, NETDMA_FAILED);
		ASSERT(n < l->buf[i].length && (n > 0 || l->buf[i].length == 1));
		sum += n;
		length += l->buf[i].length;
	}
	/* As long as chance will have it. */
	ASSERT(sum > length * 0.45 && sum < length * 0.55);
}

enum { BROKEN_SIDE = 4 * 4096 };

/* A descriptor with both page breaks: into [dst, dst + 4 pages) from [src, src + 4 pages). */
struct broken {
	uint8_t *src;
	uint8_t *dst;
	uint32_t from;
	uint32_t to;
};

static void
break_pages(struct t *t, struct broken *b, struct netdma_desc *d)
{
	b->from = t_range(t, 3000, 4095);
	b->to = t_range(t, 3000, 4095);
	d->flags = NETDMA_DESC_SOURCE_PAGE_BREAK | NETDMA_DESC_DESTINATION_PAGE_BREAK;
	d->length = t_range(t, 2000, 4096);
	d->src = (uintptr_t)b->src + b->from;
	d->dst = (uintptr_t)b->dst + b->to;
	d->next_src = (uintptr_t)b->src + 8192;
	d->next_dst = (uintptr_t)b->dst + 8192;
	t_pattern_fill(b->dst, BROKEN_SIDE, 2, T_UNTOUCHED);
}

/* The longest beginning that is there is all that is there. @return how long it is. */
static uint32_t
broken_part(const struct broken *b, uint32_t length)
{
	static uint8_t expected[BROKEN_SIDE];
	uint32_t k;

	t_pattern_fill(expected, BROKEN_SIDE, 2, T_UNTOUCHED);
	for (k = 0; k < length; k++) {
		uint32_t from = b->from + k < 4096 ? b->from + k : b->from + k + 4096;
		uint32_t to = b->to + k < 4096 ? b->to + k : b->to + k + 4096;

		if (b->dst[to] != b->src[from])
			break;
		expected[to] = b->src[from];
	}
	ASSERT(memcmp(b->dst, expected, BROKEN_SIDE) == 0);
	return k;
}

T_CASE(fault, part_of_a_copy_may_end_anywhere_between_its_page_breaks, T_ONCE)
{
	enum { N = 5 };
	struct netdma_completion done[N];
	uint32_t round, i, part, seen = 0;
	struct netdma_channel *ch;
	struct broken b[N];
	struct t_list *l;
	int got;

	/* Some descriptors, of three pieces each; and no room for all of them below. */
	fault_over(t, "fake0", "seed=11,partial=0.7");
	ch = fault_channel(t, 8, 0);
	l = t_list_bare(t, t_pool(N), N);
	for (i = 0; i < N; i++) {
		b[i].src = t_memory(t, BROKEN_SIDE, 4096);
		b[i].dst = t_memory(t, BROKEN_SIDE, 4096);
		t_pattern_fill(b[i].src, BROKEN_SIDE, i, T_SRC);
	}
	for (round = 0; round < 50; round++) {
		for (i = 0; i < N; i++)
			break_pages(t, &b[i], l->at[i]);
		ASSERT_INT(fault_give(ch, l), ==, 0);
		/* Each is looked at as soon as it comes. */
		for (i = 0, got = 0; i < N; i++) {
			uint32_t length = l->at[i]->length;

			while (got == (int)i)
				got += netdma_poll(ch, done + got, N);

			part = broken_part(&b[i], length);
			ASSERT_INT(done[i].status, ==, part == length ? NETDMA_COPIED :
					NETDMA_FAILED);
			ASSERT_INT(part, >, 0);
			seen |= part == length ? 1 :
					b[i].from + part < 4096 && b[i].to + part < 4096 ? 2 :
					b[i].from + part > 4096 && b[i].to + part > 4096 ? 4 : 8;
		}
	}
	/* Whole, and with an end in each of the three pieces. */
	ASSERT_INT(seen, ==, 15);
}

T_CASE(fault, what_finds_no_room_below_is_not_given, T_ONCE)
{
	struct netdma_completion done[4];
	struct netdma_channel *ch;
	struct t_list *old, *new;
	struct broken b[2];
	struct fake *f;
	uint32_t i;

	fault_over(t, "fake0", "");
	f = fake_get("fake0");
	ch = fault_channel(t, 4, 0);
	old = t_list_bare(t, t_pool(4), 4);
	new = t_list_new(t, ch, t_pool(4), 4, 1, 100);
	for (i = 0; i < 2; i++) {
		b[i].src = t_memory(t, BROKEN_SIDE, 4096);
		b[i].dst = t_memory(t, BROKEN_SIDE, 4096);
		t_pattern_fill(b[i].src, BROKEN_SIDE, i, T_SRC);
	}
	/* Two copies in each; only the first two descriptors fit. */
	for (i = 0; i < 4; i++) {
		break_pages(t, &b[i & 1], old->at[i]);
		old->at[i]->flags = NETDMA_DESC_SOURCE_PAGE_BREAK;
		old->at[i]->dst = (uintptr_t)b[i & 1].dst;
	}
	f->hold = true;
	ASSERT_INT(t_start(ch, old), ==, 0);
	ASSERT_INT(t_start(ch, new), ==, 0);
	f->hold = false;
	t_collect(ch, done, 4);
	for (i = 0; i < 4; i++)
		ASSERT_INT(done[i].status, ==, i < 2 ? NETDMA_COPIED : NETDMA_NOT_COPIED);
	t_expect(ch, new, NETDMA_COPIED);
}

T_CASE(fault, halt_takes_along_what_was_given_behind_it, T_ONCE)
{
	struct netdma_channel *ch;
	struct netdma_completion *done;
	struct t_list *l;
	uint32_t i;

	fault_over(t, "cpu0", "seed=2,halt_at=6,halt_at=52");
	ch = fault_channel(t, 16, 0);
	l = t_list_new(t, ch, t_pool(70), 70, 1, 300);
	l->at[9]->flags = NETDMA_DESC_NULL_TRANSFER;
	ASSERT_INT(t_start(ch, l), ==, 0);
	done = t_zalloc(70 * sizeof(*done));
	t_collect(ch, done, 70);
	for (i = 0; i < 70; i++) {
		/* The engine has 16; the null transfer is not one of the copies. */
		bool along = (i > 5 && i < 16) || (i > 52 && i < 64);

		if (i == 9) {
			t_entry_check(&done[i], l->at[i], NETDMA_COPIED, i);
			t_buf_check(&l->buf[i], T_NOT_COPIED, i);
			continue;
		}
		fault_entry(&done[i], l, i);
		ASSERT_INT(done[i].status, ==, i == 5 || i == 52 ? NETDMA_FAILED :
				along ? NETDMA_NOT_COPIED : NETDMA_COPIED);
		if (along)
			ASSERT_INT(done[i].error, ==, NETDMA_ERROR_NOT_ATTEMPTED);
	}
	l->at[9]->flags = 0;
}

T_CASE(fault, halt_ends_when_the_copy_that_failed_is_told, T_ONCE)
{
	struct netdma_completion done[3];
	struct netdma_channel *ch;
	struct t_list *l[3];
	uint32_t i;

	/* The second one would halt it again, if it were attempted. */
	fault_over(t, "cpu0", "delay=4,halt_at=1,halt_at=2");
	ch = fault_channel(t, 16, 0);
	for (i = 0; i < 3; i++)
		l[i] = t_list_new(t, ch, t_pool(1), 1, 1, 100);
	ASSERT_INT(t_start(ch, l[0]), ==, 0);
	ASSERT_INT(netdma_poll(ch, done, 3), ==, 0);
	ASSERT_INT(netdma_poll(ch, done, 3), ==, 0);
	ASSERT_INT(netdma_poll(ch, done, 3), ==, 0);
	ASSERT_INT(t_append(ch, l[1]), ==, 0);
	t_collect(ch, done, 1);
	ASSERT_INT(done[0].status, ==, NETDMA_FAILED);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 1);
	ASSERT_INT(t_append(ch, l[2]), ==, 0);
	t_collect(ch, done + 1, 2);
	ASSERT_INT(done[1].status, ==, NETDMA_NOT_COPIED);
	ASSERT_INT(done[1].error, ==, NETDMA_ERROR_NOT_ATTEMPTED);
	for (i = 0; i < 2; i++)
		fault_entry(&done[i], l[i], 0);
	t_entry_check(&done[2], l[2]->first, NETDMA_COPIED, 0);
}

T_CASE(fault, null_transfers_and_context_changes_do_not_fail, T_ONCE)
{
	struct netdma_completion *done = t_zalloc(200 * sizeof(*done));
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	fault_over(t, "cpu0", "error=1");
	ch = fault_channel(t, 16, 0);
	l = t_list_new(t, ch, t_pool(200), 200, 1, 300);
	for (i = 0; i < 200; i += 2) {
		l->at[i]->flags = i % 4 == 0 ? NETDMA_DESC_NULL_TRANSFER :
				NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE;
		l->at[i]->dca_context = i;
	}
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 200);
	for (i = 0; i < 200; i++)
		if (i % 2 == 0)
			t_entry_check(&done[i], l->at[i], NETDMA_COPIED, i);
		else
			ASSERT_INT(done[i].status, !=, NETDMA_COPIED);
	ASSERT_INT(t_info(ch).dca_context, ==, 198);
}

static enum netdma_status
mostly_unknown(const struct netdma_desc *d __rte_unused, uint64_t n, enum netdma_error *error)
{
	*error = n % 3 == 0 ? NETDMA_ERROR_POISON : NETDMA_ERROR_TIMEOUT;
	return n % 3 == 0 ? NETDMA_FAILED : n % 3 == 1 ? NETDMA_UNKNOWN : NETDMA_COPIED;
}

T_CASE(fault, what_the_engine_below_says_is_passed_on, T_ONCE)
{
	struct netdma_completion done[60];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	fault_over(t, "fake0,desc=8,burst=3", "");
	fake_get("fake0")->verdict = mostly_unknown;
	ch = fault_channel(t, 16, 0);
	l = t_list_new(t, ch, t_pool(60), 60, 2, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 60);
	for (i = 0; i < 60; i++) {
		enum netdma_error error = NETDMA_ERROR_NONE;

		t_entry_check(&done[i], l->at[i], mostly_unknown(l->at[i], i, &error), i);
		ASSERT_INT(done[i].error, ==, i % 3 == 2 ? NETDMA_ERROR_NONE : error);
	}
}

static uint32_t seen_flags[4];

static enum netdma_status
see_flags(const struct netdma_desc *d, uint64_t n, enum netdma_error *error __rte_unused)
{
	seen_flags[n % RTE_DIM(seen_flags)] = d->flags;
	return NETDMA_COPIED;
}

T_CASE(fault, hints_reach_the_engine_below, T_ONCE)
{
	const uint32_t all = NETDMA_DESC_SOURCE_NO_SNOOP | NETDMA_DESC_DESTINATION_NO_SNOOP |
			NETDMA_DESC_DESTINATION_DCA_ENABLE;
	struct netdma_channel *ch;
	struct t_list *l;

	fault_over(t, "fake0", "");
	fake_get("fake0")->verdict = see_flags;
	ch = fault_channel(t, 16, 0);
	l = t_list_new(t, ch, t_pool(2), 2, 1, 100);
	l->at[0]->flags = all | NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT_INT(seen_flags[0], ==, all);
	ASSERT_INT(seen_flags[1], ==, 0);
}

enum { SCATTERED = 32 * 4096 };

static void
unmap(void *arg)
{
	munmap(arg, 2 * SCATTERED);
}

static void
unregister(void *arg)
{
	ASSERT_INT(netdma_mem_unregister(arg, 2 * SCATTERED), ==, 0);
}

/* Where IOVAs are physical, one copy is as many below as it has pages. */
T_CASE(fault, copy_of_more_pages_than_the_ring_below_has_slots_works, T_ONCE)
{
	struct netdma_completion done;
	struct netdma_channel *ch;
	uint8_t *m;

	fault_over(t, "cpu0,addr=iova", "");
	m = mmap(NULL, 2 * SCATTERED, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT(m != MAP_FAILED);
	t_defer(unmap, m);
	if (mlock(m, 2 * SCATTERED) != 0)
		t_skip("memory cannot be locked");
	ASSERT_INT(netdma_mem_register(m, 2 * SCATTERED), ==, 0);
	t_defer(unregister, m);
	ch = fault_channel(t, 2, 0);
	t_pattern_fill(m, SCATTERED, 1, T_SRC);
	ASSERT_INT(netdma_copy(ch, m + 50, m + SCATTERED + 77, SCATTERED - 100, 0, NULL), ==, 0);
	netdma_submit(ch);
	t_collect(ch, &done, 1);
	ASSERT_INT(done.status, ==, NETDMA_COPIED);
	ASSERT(memcmp(m + 50, m + SCATTERED + 77, SCATTERED - 100) == 0);
	t_channel_free(ch);
}
