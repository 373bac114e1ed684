/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/*
 * Whether a delivered buffer has what its packet has, and nothing else was written.
 *
 * Before the copy the buffer is filled with a pattern, and a guard area behind it too.
 * A byte that was not copied then shows, also when an earlier packet with the same
 * payload had been in that buffer; unless the packet has the pattern's value there, and
 * then the byte is right.
 */

#include <string.h>

#include <rte_mbuf.h>

#include "app.h"

#define PATTERN 0xd5

void
verify_prepare_front(uint8_t *data)
{
	memset(data - VERIFY_GUARD, PATTERN, VERIFY_GUARD);
}

void
verify_prepare(const struct slot *s)
{
	memset(s->data, PATTERN, s->len + VERIFY_GUARD);
}

/* Find the first of n bytes that differs. @return false when there is none. */
static bool
find_difference(const uint8_t *found, const uint8_t *expected, uint32_t n, int64_t offset,
		struct mismatch *where)
{
	uint32_t i;

	if (likely(memcmp(found, expected, n) == 0))
		return false;
	for (i = 0; i < n - 1 && found[i] == expected[i]; i++)
		;
	where->at = offset + i;
	where->expected = expected[i];
	where->found = found[i];
	return true;
}

static bool
find_difference_in_guards(const struct slot *s, struct mismatch *where)
{
	uint8_t pattern[VERIFY_GUARD];

	memset(pattern, PATTERN, sizeof(pattern));
	return find_difference(s->data - VERIFY_GUARD, pattern, VERIFY_GUARD, -VERIFY_GUARD,
				where) ||
			find_difference(s->data + s->len, pattern, VERIFY_GUARD, s->len, where);
}

bool
verify_check(const struct slot *s, const struct rte_mbuf *pkt, struct mismatch *where)
{
	const struct rte_mbuf *m;
	uint32_t skip = s->hdr_len, done = 0;
	struct mismatch here = { .len = s->len };
	bool differs = false;

	for (m = pkt; m != NULL && !differs; m = m->next) {
		uint32_t n = rte_pktmbuf_data_len(m);

		if (skip >= n) {
			skip -= n;
			continue;
		}
		n -= skip;
		differs = find_difference(s->data + done,
				rte_pktmbuf_mtod_offset(m, const uint8_t *, skip), n, done,
				&here);
		done += n;
		skip = 0;
	}
	/* What was not compared was not verified. */
	if (!differs && done == s->len && !find_difference_in_guards(s, &here))
		return true;
	*where = here;
	return false;
}
