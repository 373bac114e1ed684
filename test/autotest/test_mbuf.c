/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* netdma_copy_mbuf() against a packet's bytes read segment by segment. */

#include <errno.h>
#include <stdlib.h>

#include <rte_mbuf.h>

#include "util.h"

#define MAX_SEGS 8
#define GUARD 64

static void
mempool_undo(void *arg)
{
	ASSERT_INT(rte_mempool_in_use_count(arg), ==, 0);
	rte_mempool_free(arg);
}

static struct rte_mempool *
mempool(void)
{
	static unsigned int count;
	struct rte_mempool *mp;
	char name[32];

	snprintf(name, sizeof(name), "autotest_%u", count++);
	mp = rte_pktmbuf_pool_create(name, 255, 0, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	ASSERT(mp != NULL);
	t_defer(mempool_undo, mp);
	return mp;
}

static void
mbuf_undo(void *arg)
{
	rte_pktmbuf_free(arg);
}

/* A packet with segments of random lengths, at random places in their buffers. */
static struct rte_mbuf *
packet(struct t *t, struct rte_mempool *mp, unsigned int segs, uint32_t max)
{
	struct rte_mbuf *head = NULL, *m;
	uint64_t key = t_rand(t);
	unsigned int i;

	for (i = 0; i < segs; i++) {
		/* An empty segment is legal behind the first. */
		uint16_t length = i > 0 && t_range(t, 0, 4) == 0 ? 0 : (uint16_t)t_range(t, 1, max);

		m = rte_pktmbuf_alloc(mp);
		ASSERT(m != NULL);
		m->data_off = (uint16_t)t_range(t, 0, m->buf_len - length);
		t_pattern_fill(m->buf_addr, m->buf_len, key + i * 100000, T_SRC_GUARD);
		m->data_len = length;
		m->pkt_len = length;
		t_pattern_fill(rte_pktmbuf_mtod(m, uint8_t *), length, key + i * 100000, T_SRC);
		if (head == NULL)
			head = m;
		else
			ASSERT_INT(rte_pktmbuf_chain(head, m), ==, 0);
	}
	t_defer(mbuf_undo, head);
	return head;
}

/* Bytes from offset on, which is how many there are. */
static uint32_t
flatten(const struct rte_mbuf *m, uint32_t offset, uint8_t *to)
{
	uint32_t at = 0, n = 0, i;

	for (; m != NULL; m = m->next)
		for (i = 0; i < m->data_len; i++, at++)
			if (at >= offset)
				to[n++] = rte_pktmbuf_mtod(m, const uint8_t *)[i];
	return n;
}

/* One packet from one offset: the whole story. */
static void
copy_and_compare(struct t *t, struct netdma_channel *ch, const struct rte_mbuf *m, uint32_t offset)
{
	uint32_t total = rte_pktmbuf_pkt_len(m), before, length, size;
	uint8_t *expected = malloc(total + 1), *area, *dst;
	struct netdma_completion done;
	uint64_t key = t_rand(t);
	bool same;

	before = t_range(t, 1, GUARD);
	size = before + total + GUARD;
	area = t_memory(t, size, 64);
	dst = area + before;
	t_pattern_fill(area, size, key, T_DST_GUARD);
	length = flatten(m, offset, expected);
	ASSERT_INT(length, ==, total - offset);
	ASSERT_INT(netdma_copy_mbuf(ch, m, offset, dst, expected), ==, 0);
	ASSERT_INT(netdma_submit(ch), >=, 1);
	t_collect(ch, &done, 1);
	ASSERT(done.user == expected);
	ASSERT_INT(done.status, ==, NETDMA_COPIED);
	same = memcmp(dst, expected, length) == 0;
	free(expected);
	ASSERT_MSG(same, "%u segments, offset %u of %u: wrong bytes", m->nb_segs, offset, total);
	ASSERT_INT(t_pattern_diff(area, before, key, T_DST_GUARD, NULL), ==, 0);
	ASSERT_INT(t_pattern_diff(dst + length, size - before - length,
			key + before + length, T_DST_GUARD, NULL), ==, 0);
	ASSERT_INT(netdma_channel_outstanding(ch), ==, 0);
}

T_CASE(mbuf, chains_are_copied_from_every_kind_of_offset, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct rte_mempool *mp = mempool();
	unsigned int segs, round;

	for (segs = 1; segs <= MAX_SEGS; segs++) {
		for (round = 0; round < 2; round++) {
			struct rte_mbuf *m = packet(t, mp, segs, round == 0 ? 2048 : 40), *s;
			uint32_t total = rte_pktmbuf_pkt_len(m), at = 0;

			copy_and_compare(t, ch, m, 0);
			copy_and_compare(t, ch, m, total - 1);
			copy_and_compare(t, ch, m, total);
			copy_and_compare(t, ch, m, t_range(t, 0, total));
			/* At, before and behind every boundary. */
			for (s = m; s != NULL; s = s->next) {
				at += s->data_len;
				copy_and_compare(t, ch, m, at);
				copy_and_compare(t, ch, m, at > 0 ? at - 1 : 0);
				copy_and_compare(t, ch, m, RTE_MIN(at + 1, total));
			}
			ASSERT_INT(netdma_copy_mbuf(ch, m, total + 1, mp, NULL), ==, -EINVAL);
			ASSERT_INT(netdma_copy_mbuf(ch, m, UINT32_MAX, mp, NULL), ==, -EINVAL);
			ASSERT_INT(netdma_channel_room(ch), ==, 64);
		}
	}
	t_quiet(ch);
}

T_CASE(mbuf, packets_of_a_burst_come_back_in_order, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 256, 0);
	struct rte_mempool *mp = mempool();
	struct rte_mbuf *m[24];
	struct netdma_completion done;
	uint8_t *expected = t_zalloc(MAX_SEGS * 300), *dst[24];
	uint32_t i, length;

	for (i = 0; i < RTE_DIM(m); i++) {
		m[i] = packet(t, mp, t_range(t, 1, MAX_SEGS), 300);
		dst[i] = t_memory(t, MAX_SEGS * 300, 1);
		ASSERT_INT(netdma_copy_mbuf(ch, m[i], i % 14 % m[i]->pkt_len, dst[i], m[i]), ==, 0);
	}
	ASSERT_INT(netdma_submit(ch), >=, (int)RTE_DIM(m));
	for (i = 0; i < RTE_DIM(m); i++) {
		t_collect(ch, &done, 1);
		ASSERT(done.user == m[i]);
		ASSERT(done.desc == NULL);
		ASSERT_INT(done.status, ==, NETDMA_COPIED);
		length = flatten(m[i], i % 14 % m[i]->pkt_len, expected);
		ASSERT_INT(memcmp(dst[i], expected, length), ==, 0);
	}
	t_quiet(ch);
}

T_CASE(mbuf, all_segments_or_none_are_filled, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 8, 0);
	struct rte_mempool *mp = mempool();
	struct rte_mbuf *five = packet(t, mp, 5, 30), *nine = packet(t, mp, 9, 30), *s;
	uint8_t *dst = t_memory(t, 512, 64);
	uint32_t i, five_segs = 0, nine_segs = 0;

	/* Empty segments take no slot. */
	for (s = five; s != NULL; s = s->next)
		five_segs += s->data_len > 0;
	for (s = nine; s != NULL; s = s->next)
		nine_segs += s->data_len > 0;
	if (nine_segs > 8) {
		ASSERT_INT(netdma_copy_mbuf(ch, nine, 0, dst, NULL), ==, -E2BIG);
		ASSERT_INT(netdma_channel_room(ch), ==, 8);
	}
	for (i = 0; i < 9 - five_segs; i++)
		ASSERT_INT(netdma_marker(ch, 0, NULL), ==, 0);
	memset(dst, 0x5a, 512);
	ASSERT_INT(netdma_copy_mbuf(ch, five, 0, dst, NULL), ==, -ENOSPC);
	ASSERT_INT(netdma_channel_room(ch), ==, five_segs - 1);
	ASSERT_INT(netdma_submit(ch), ==, 9 - five_segs);
	ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 64), ==, 9 - five_segs);
	for (i = 0; i < 512; i++)
		ASSERT_INT(dst[i], ==, 0x5a);
	copy_and_compare(t, ch, five, 0);
}

static void
ext_freed(void *addr __rte_unused, void *arg __rte_unused)
{
}

T_CASE(mbuf, indirect_and_external_buffers_are_read_where_they_lie, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct rte_mempool *mp = mempool();
	struct rte_mbuf *m = packet(t, mp, 3, 500), *clone, *ext;
	static struct rte_mbuf_ext_shared_info shared;
	uint8_t *inside = t_memory(t, 1000, 64), *outside = t_zalloc(1000), *dst;

	clone = rte_pktmbuf_clone(m, mp);
	ASSERT(clone != NULL);
	copy_and_compare(t, ch, clone, 7 % clone->pkt_len);
	rte_pktmbuf_free(clone);

	ext = rte_pktmbuf_alloc(mp);
	ASSERT(ext != NULL);
	t_defer(mbuf_undo, ext);
	shared.free_cb = ext_freed;
	rte_mbuf_ext_refcnt_set(&shared, 1);
	t_pattern_fill(inside, 1000, t_rand(t), T_SRC);
	rte_pktmbuf_attach_extbuf(ext, inside, t_iova(inside), 1000, &shared);
	ext->data_off = 10;
	ext->data_len = 900;
	ext->pkt_len = 900;
	copy_and_compare(t, ch, ext, 33);

	/* Memory that is nobody's: refused, with the segments before it. */
	ext->buf_addr = outside;
	dst = t_memory(t, 4096, 64);
	ASSERT_INT(netdma_copy_mbuf(ch, ext, 0, dst, NULL), ==, -EFAULT);
	m->next->next->next = ext;
	m->nb_segs = 4;
	m->pkt_len += 900;
	ASSERT_INT(netdma_copy_mbuf(ch, m, 0, dst, NULL), ==, -EFAULT);
	ASSERT_INT(netdma_channel_room(ch), ==, 64);
	m->next->next->next = NULL;
	m->nb_segs = 3;
	m->pkt_len -= 900;
	ext->buf_addr = inside;
	t_quiet(ch);
}

T_CASE(mbuf, unreachable_destination_and_null_are_refused, T_EACH)
{
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct rte_mbuf *m = packet(t, mempool(), 3, 500);
	uint8_t *outside = t_zalloc(2000);

	ASSERT_INT(netdma_copy_mbuf(ch, m, 0, outside, NULL), ==, -EFAULT);
	ASSERT_INT(netdma_copy_mbuf(ch, m, 0, NULL, NULL), <, 0);
	ASSERT_INT(netdma_copy_mbuf(ch, NULL, 0, outside, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_copy_mbuf(NULL, m, 0, outside, NULL), ==, -EINVAL);
	ASSERT_INT(netdma_channel_room(ch), ==, 64);
	copy_and_compare(t, ch, m, 0);
}
