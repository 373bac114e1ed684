/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Descriptors, their pools, and the pure functions of the headers against models that go
 * byte by byte.
 */

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <rte_memory.h>

#include <netdma_provider.h>

#include "util.h"

T_CASE(desc, layout_and_values_are_those_of_netdma, T_RAW)
{
	static const struct {
		uint32_t value, expected;
	} flags[] = {
		{ NETDMA_DESC_INTERRUPT_ON_COMPLETION, 0x001 },
		{ NETDMA_DESC_SOURCE_NO_SNOOP, 0x002 },
		{ NETDMA_DESC_DESTINATION_NO_SNOOP, 0x004 },
		{ NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION, 0x008 },
		{ NETDMA_DESC_SERIALIZE_TRANSFER, 0x010 },
		{ NETDMA_DESC_NULL_TRANSFER, 0x020 },
		{ NETDMA_DESC_SOURCE_PAGE_BREAK, 0x040 },
		{ NETDMA_DESC_DESTINATION_PAGE_BREAK, 0x080 },
		{ NETDMA_DESC_DESTINATION_DCA_ENABLE, 0x200 },
		{ NETDMA_DESC_OP_TYPE_MASK, 0xff000000 },
		{ NETDMA_DESC_OP_TRANSFER, 0 },
		{ NETDMA_DESC_OP_CONTEXT_CHANGE, 0xff000000 },
		{ NETDMA_DESC_DCA_CONTEXT_CHANGE, 0x001 },
		{ NETDMA_WORD_ACTIVE, 0 },
		{ NETDMA_WORD_IDLE, 1 },
		{ NETDMA_WORD_SUSPENDED, 2 },
		{ NETDMA_WORD_HALTED, 3 },
		{ NETDMA_WORD_ARMED, 4 },
	};
	struct netdma_desc *d = (struct netdma_desc *)(uintptr_t)0x7f0012345640;
	unsigned int i;

	ASSERT_INT(sizeof(struct netdma_desc), ==, 64);
	ASSERT_INT(__alignof__(struct netdma_desc), ==, 64);
	ASSERT_INT(offsetof(struct netdma_desc, length), ==, 0);
	ASSERT_INT(offsetof(struct netdma_desc, dca_context), ==, 0);
	ASSERT_INT(offsetof(struct netdma_desc, flags), ==, 4);
	ASSERT_INT(offsetof(struct netdma_desc, src), ==, 8);
	ASSERT_INT(offsetof(struct netdma_desc, dst), ==, 16);
	ASSERT_INT(offsetof(struct netdma_desc, next), ==, 24);
	ASSERT_INT(offsetof(struct netdma_desc, next_src), ==, 32);
	ASSERT_INT(offsetof(struct netdma_desc, next_dst), ==, 40);
	ASSERT_INT(offsetof(struct netdma_desc, user_context1), ==, 48);
	ASSERT_INT(offsetof(struct netdma_desc, user_context2), ==, 56);
	for (i = 0; i < RTE_DIM(flags); i++)
		ASSERT_INT(flags[i].value, ==, flags[i].expected);
	for (i = 0; i <= NETDMA_WORD_ARMED; i++) {
		uint64_t word = (uint64_t)(uintptr_t)d | i;

		ASSERT_INT(NETDMA_WORD_STATE(word), ==, i);
		ASSERT(NETDMA_WORD_DESC(word) == d);
	}
}

/* Where byte i of one side of a descriptor lies. */
static uint64_t
byte_at(uint64_t addr, uint64_t next, bool broken, uint32_t i)
{
	uint64_t to_page_end = 4096 - addr % 4096;

	return broken && i >= to_page_end ? next + (i - to_page_end) : addr + i;
}

T_CASE(desc, pieces_are_the_bytes_of_the_descriptor, T_RAW)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES + 1];
	struct netdma_desc d;
	unsigned int round, n, k;
	uint32_t i, at;

	for (round = 0; round < 20000; round++) {
		memset(&d, 0, sizeof(d));
		memset(piece, 0, sizeof(piece));
		/* Often right at, before and behind the ends of pages. */
		d.src = (t_rand(t) >> 20 & ~UINT64_C(0xfff)) + t_range(t, 0, 8191);
		d.dst = (t_rand(t) >> 20 & ~UINT64_C(0xfff)) + t_range(t, 4090, 4100);
		d.length = round % 3 == 0 ? t_range(t, 1, 8) : t_range(t, 1, 8192);
		d.next_src = t_rand(t) >> 16;
		d.next_dst = t_rand(t) >> 16;
		d.flags = t_range(t, 0, 3) * NETDMA_DESC_SOURCE_PAGE_BREAK;
		n = netdma_desc_pieces(&d, piece);
		ASSERT(n >= 1 && n <= NETDMA_MAX_PIECES);
		for (k = 0, at = 0; k < n; k++) {
			ASSERT_INT(piece[k].length, >, 0);
			ASSERT_INT(piece[k].length, <=, d.length - at);
			for (i = 0; i < piece[k].length; i++, at++) {
				ASSERT_INT(piece[k].src + i, ==, byte_at(d.src, d.next_src,
						d.flags & NETDMA_DESC_SOURCE_PAGE_BREAK, at));
				ASSERT_INT(piece[k].dst + i, ==, byte_at(d.dst, d.next_dst,
						d.flags & NETDMA_DESC_DESTINATION_PAGE_BREAK, at));
			}
		}
		ASSERT_INT(at, ==, d.length);
	}
}

T_CASE(desc, void_descriptors_have_no_pieces, T_RAW)
{
	static const uint32_t flags[] = {
		NETDMA_DESC_NULL_TRANSFER,
		NETDMA_DESC_NULL_TRANSFER | NETDMA_DESC_SOURCE_PAGE_BREAK,
		NETDMA_DESC_OP_CONTEXT_CHANGE | NETDMA_DESC_DCA_CONTEXT_CHANGE,
		NETDMA_DESC_DROPPED,
	};
	struct netdma_piece piece[NETDMA_MAX_PIECES];
	struct netdma_desc d = { .length = 100, .src = 4000, .dst = 4000 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(flags); i++) {
		d.flags = flags[i];
		ASSERT(netdma_desc_is_void(&d));
		ASSERT_INT(netdma_desc_pieces(&d, piece), ==, 0);
		ASSERT((NETDMA_DESC_NOT_PLAIN & flags[i]) != 0);
	}
	d.flags = NETDMA_DESC_SERIALIZE_TRANSFER | NETDMA_DESC_DESTINATION_DCA_ENABLE |
			NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	ASSERT(!netdma_desc_is_void(&d));
	ASSERT_INT(netdma_desc_pieces(&d, piece), ==, 1);
}

/* What the status of a whole means, said the other way round. */
static enum netdma_status
join_model(const enum netdma_status *s, unsigned int n)
{
	bool all_same = true, unknown = false;
	unsigned int i;

	for (i = 0; i < n; i++) {
		all_same &= s[i] == s[0];
		unknown |= s[i] == NETDMA_UNKNOWN;
	}
	return unknown ? NETDMA_UNKNOWN : all_same ? s[0] : NETDMA_FAILED;
}

T_CASE(desc, joined_status_is_that_of_the_whole_in_any_order, T_RAW)
{
	enum netdma_status s[4], joined;
	unsigned int i, k, n;

	for (n = 1; n <= RTE_DIM(s); n++) {
		for (i = 0; i < 1u << (2 * n); i++) {
			for (k = 0; k < n; k++)
				s[k] = (enum netdma_status)(i >> (2 * k) & 3);
			joined = s[0];
			for (k = 1; k < n; k++)
				joined = netdma_status_join(joined, s[k]);
			ASSERT_INT(joined, ==, join_model(s, n));
		}
	}
}

T_CASE(desc, status_is_kept_beside_the_other_marks, T_RAW)
{
	struct netdma_desc d = { .user_context1 = 0 };
	int status, error;

	for (status = NETDMA_COPIED; status <= NETDMA_UNKNOWN; status++) {
		for (error = NETDMA_ERROR_NONE; error <= NETDMA_ERROR_ENGINE; error++) {
			uint64_t others = t_rand(t) &
					~(NETDMA_CTX_STATUS_MASK | NETDMA_CTX_ERROR_MASK);

			/* What stood there before does not shine through. */
			d.user_context1 = others | (t_rand(t) &
					(NETDMA_CTX_STATUS_MASK | NETDMA_CTX_ERROR_MASK));
			netdma_desc_set_status(&d, (enum netdma_status)status,
					(enum netdma_error)error);
			ASSERT_INT(netdma_desc_status(&d), ==, status);
			ASSERT_INT((d.user_context1 & NETDMA_CTX_ERROR_MASK) >>
					NETDMA_CTX_ERROR_SHIFT, ==, error);
			ASSERT_INT(d.user_context1 & ~(NETDMA_CTX_STATUS_MASK |
					NETDMA_CTX_ERROR_MASK), ==, others);
		}
	}
}

/* The marks of a list against counts into an array. */
T_CASE(desc, list_marks_reach_the_descriptors_of_their_counts, T_RAW)
{
	enum { N = 64 };
	struct netdma_desc *d;
	struct netdma_list l;
	unsigned int round, step, k;

	ASSERT(posix_memalign((void **)&d, 64, N * sizeof(*d)) == 0);
	t_defer(free, d);
	for (round = 0; round < 200; round++) {
		memset(&l, 0, sizeof(l));
		memset(d, 0, N * sizeof(*d));
		for (step = 0; step < 2000 && l.delivered < N; step++) {
			switch (t_range(t, 0, 3)) {
			case 0: /* the core accepts a few */
				k = t_range(t, 1, 5);
				if (l.accepted + k > N)
					break;
				if (l.accepted == l.given)
					l.give = &d[l.accepted];
				if (l.accepted == l.delivered)
					l.head = &d[l.accepted];
				if (l.accepted > 0)
					d[l.accepted - 1].next = &d[l.accepted];
				while (k-- > 0) {
					if (k > 0)
						d[l.accepted].next = &d[l.accepted + 1];
					l.accepted++;
				}
				break;
			case 1: /* the provider gives a few */
				for (k = t_range(t, 1, 5); k > 0 && l.given != l.accepted; k--) {
					ASSERT(l.give == &d[l.given]);
					netdma_list_give(&l);
				}
				break;
			case 2: /* the engine finishes a few, seen one at a time or many */
				k = t_range(t, 1, 5);
				while (k-- > 0 && l.completed != l.given) {
					if (t_range(t, 0, 1))
						ASSERT(netdma_list_first_given(&l) ==
								&d[l.completed]);
					l.completed++;
				}
				break;
			case 3: /* the core delivers a few */
				k = t_range(t, 1, 5);
				while (k-- > 0 && l.delivered != l.completed) {
					l.head = l.head->next;
					l.delivered++;
				}
				break;
			}
			if (l.given != l.completed && t_range(t, 0, 1))
				ASSERT(netdma_list_first_given(&l) == &d[l.completed]);
		}
	}
}

/* ------------------------------------------------------------------- pools */

T_CASE(desc, pool_gives_linked_zeroed_aligned_descriptors, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(100);
	static const struct netdma_desc zero;
	struct netdma_desc *first, *d, copy;
	unsigned int round, n;

	for (round = 0; round < 20; round++) {
		uint32_t want = t_range(t, 1, 100);

		first = netdma_desc_alloc(pool, want);
		ASSERT(first != NULL);
		for (d = first, n = 0; d != NULL; d = d->next, n++) {
			ASSERT_INT((uintptr_t)d % 64, ==, 0);
			copy = *d;
			copy.next = NULL;
			ASSERT(memcmp(&copy, &zero, sizeof(zero)) == 0);
			/* The next one who gets it must not see this. */
			d->src = d->dst = d->next_src = d->user_context2 = UINT64_MAX;
			d->flags = d->length = UINT32_MAX;
		}
		ASSERT_INT(n, ==, want);
		ASSERT_INT(netdma_desc_free(pool, first, want), ==, 0);
	}
}

T_CASE(desc, pool_has_what_it_was_made_with_and_takes_nothing_when_short, T_ONCE)
{
	uint32_t n = t_range(t, 2, 300), i;
	struct netdma_desc_pool *pool = t_pool(n);
	struct netdma_desc **d = t_zalloc((n + 1) * sizeof(*d));

	ASSERT_NULL(netdma_desc_alloc(pool, n + 1), ENOSPC);
	for (i = 0; i + 1 < n; i++) {
		d[i] = netdma_desc_alloc(pool, 1);
		ASSERT(d[i] != NULL && d[i]->next == NULL);
	}
	ASSERT_NULL(netdma_desc_alloc(pool, 2), ENOSPC);
	d[n - 1] = netdma_desc_alloc(pool, 1);
	ASSERT(d[n - 1] != NULL);
	ASSERT_NULL(netdma_desc_alloc(pool, 1), ENOSPC);
	for (i = 0; i < n; i++)
		ASSERT_INT(netdma_desc_free(pool, d[i], 1), ==, 0);
	/* All are there again, each once. */
	d[0] = netdma_desc_alloc(pool, n);
	ASSERT(d[0] != NULL);
	ASSERT_INT(netdma_desc_free(pool, d[0], n), ==, 0);
}

T_CASE(desc, pool_refuses_wrong_arguments, T_ONCE)
{
	static const char too_long[] = "a name of thirty-two characters!";
	struct netdma_desc_pool *pool = t_pool(8), *other;

	ASSERT_INT(strlen(too_long), ==, 32);
	ASSERT_NULL(netdma_desc_pool_create(NULL, 8, SOCKET_ID_ANY), EINVAL);
	ASSERT_NULL(netdma_desc_pool_create("none", 0, SOCKET_ID_ANY), EINVAL);
	ASSERT_NULL(netdma_desc_pool_create(too_long, 8, SOCKET_ID_ANY), EINVAL);
	other = netdma_desc_pool_create(too_long + 1, 8, SOCKET_ID_ANY);
	ASSERT(other != NULL);
	ASSERT_INT(netdma_desc_pool_free(other), ==, 0);
	ASSERT_INT(netdma_desc_pool_free(NULL), ==, -EINVAL);
	ASSERT_NULL(netdma_desc_alloc(NULL, 1), EINVAL);
	ASSERT_NULL(netdma_desc_alloc(pool, 0), EINVAL);
	ASSERT_INT(netdma_desc_free(NULL, NULL, 1), ==, -EINVAL);
	ASSERT_INT(netdma_desc_free(pool, NULL, 1), ==, -EINVAL);
}

T_CASE(desc, wrong_free_is_refused_and_frees_nothing, T_ONCE)
{
	struct netdma_desc_pool *pool = t_pool(8), *other = t_pool(8);
	struct netdma_desc *d = netdma_desc_alloc(pool, 3), *o = netdma_desc_alloc(other, 1);
	struct netdma_desc *second = d->next, *third = second->next;

	/* Too many: the chain ends early. */
	ASSERT_INT(netdma_desc_free(pool, d, 4), ==, -EINVAL);
	/* Somebody else's, alone and in the middle. */
	ASSERT_INT(netdma_desc_free(pool, o, 1), ==, -EINVAL);
	second->next = o;
	ASSERT_INT(netdma_desc_free(pool, d, 3), ==, -EINVAL);
	/* The same one twice in a chain. */
	second->next = d;
	ASSERT_INT(netdma_desc_free(pool, d, 3), ==, -EINVAL);
	/* Not at the beginning of a descriptor. */
	second->next = (struct netdma_desc *)((uintptr_t)third + 8);
	ASSERT_INT(netdma_desc_free(pool, d, 3), ==, -EINVAL);
	/* With a free one in it. */
	ASSERT_INT(netdma_desc_free(pool, third, 1), ==, 0);
	second->next = third;
	ASSERT_INT(netdma_desc_free(pool, d, 3), ==, -EINVAL);
	ASSERT_INT(netdma_desc_free(pool, third, 1), ==, -EINVAL);
	/* Nothing of that freed anything: 2 of 8 are out. */
	ASSERT_NULL(netdma_desc_alloc(pool, 7), ENOSPC);
	ASSERT_INT(netdma_desc_pool_free(pool), ==, -EBUSY);
	/* Part of a chain may be freed. */
	ASSERT_INT(netdma_desc_free(pool, d, 2), ==, 0);
	ASSERT_INT(netdma_desc_free(other, o, 1), ==, 0);
	d = netdma_desc_alloc(pool, 8);
	ASSERT(d != NULL);
	ASSERT_INT(netdma_desc_free(pool, d, 8), ==, 0);
}
