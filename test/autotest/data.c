/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#include "data.h"

#define GUARD_MIN 16
#define GUARD_MAX 80
#define CHUNK (512 * 1024)

void
t_pattern_fill(uint8_t *p, uint32_t n, uint64_t key, enum t_pattern kind)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		p[i] = t_pattern(key, i, kind);
}

uint32_t
t_pattern_diff(const uint8_t *p, uint32_t n, uint64_t key, enum t_pattern kind, uint32_t *first)
{
	uint32_t i, wrong = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == t_pattern(key, i, kind))
			continue;
		if (wrong++ == 0 && first != NULL)
			*first = i;
	}
	return wrong;
}

/* EAL has room for more segments than there are, and finds those too. */
static const struct rte_memseg *
segment(const void *p)
{
	const struct rte_memseg *ms = rte_mem_virt2memseg(p, NULL);

	return ms != NULL && ms->addr != NULL && ms->len != 0 ? ms : NULL;
}

bool
t_mapped(const void *p)
{
	return segment(p) != NULL;
}

uint64_t
t_iova(const void *p)
{
	const struct rte_memseg *ms;

	if (rte_eal_iova_mode() == RTE_IOVA_VA)
		return (uint64_t)(uintptr_t)p;
	ms = segment(p);
	return ms == NULL ? RTE_BAD_IOVA : ms->iova + ((uintptr_t)p - ms->addr_64);
}

bool
t_contiguous(const void *p, size_t size)
{
	const uint8_t *at = p;
	size_t i;

	if (rte_eal_iova_mode() == RTE_IOVA_VA)
		return true;
	/* Pages begin where the low bits are zero, whatever their size. */
	for (i = 4096 - ((uintptr_t)at & 4095); i < size; i += 4096)
		if (t_iova(at + i) != t_iova(at) + i)
			return false;
	return true;
}

/* Where to take from: chunks of DPDK's heap, each used from its beginning. */
struct place {
	uint8_t *at;
	uint8_t *end;
};

static void *
take(struct place *pl, size_t size, size_t align)
{
	for (;;) {
		pl->at = RTE_PTR_ALIGN_CEIL(pl->at, align);
		if (pl->at == NULL || (size_t)(pl->end - pl->at) < size || pl->at > pl->end) {
			size_t chunk = RTE_MAX((size_t)CHUNK, 4 * (size + align));

			pl->at = rte_malloc("autotest", chunk, 64);
			ASSERT(pl->at != NULL);
			pl->end = pl->at + chunk;
			t_defer(rte_free, pl->at);
			continue;
		}
		if (t_contiguous(pl->at, size)) {
			pl->at += size;
			return pl->at - size;
		}
		pl->at = RTE_PTR_ALIGN_CEIL(pl->at + 1, 4096);
	}
}

void *
t_memory(struct t *t __rte_unused, size_t size, size_t align)
{
	struct place pl = { NULL, NULL };

	return take(&pl, size, align);
}

void
t_buf_fill(struct t_buf *b)
{
	t_pattern_fill(b->src_area, b->src_size, b->key, T_SRC_GUARD);
	t_pattern_fill(b->src, b->length, b->key, T_SRC);
	t_pattern_fill(b->dst_area, b->dst_size, b->key, T_DST_GUARD);
	t_pattern_fill(b->dst, b->length, b->key, T_UNTOUCHED);
}

struct t_buf *
t_bufs(struct t *t, uint32_t n, uint32_t min, uint32_t max)
{
	struct t_buf *bufs = t_zalloc(n * sizeof(*bufs));
	struct place pl = { NULL, NULL };
	uint32_t i, before;

	for (i = 0; i < n; i++) {
		struct t_buf *b = &bufs[i];

		b->key = t_rand(t);
		b->length = t_range(t, min, max);
		before = t_range(t, GUARD_MIN, GUARD_MAX);
		b->src_size = before + b->length + t_range(t, GUARD_MIN, GUARD_MAX);
		b->src_area = take(&pl, b->src_size, 1);
		b->src = b->src_area + before;
		before = t_range(t, GUARD_MIN, GUARD_MAX);
		b->dst_size = before + b->length + t_range(t, GUARD_MIN, GUARD_MAX);
		b->dst_area = take(&pl, b->dst_size, 1);
		b->dst = b->dst_area + before;
		t_buf_fill(b);
	}
	return bufs;
}

void
t_buf_place(struct t *t, struct t_buf *b, void *src_area, void *dst_area, uint32_t size,
		uint32_t length)
{
	b->key = t_rand(t);
	b->length = length;
	b->src_area = src_area;
	b->dst_area = dst_area;
	b->src_size = b->dst_size = size;
	b->src = b->src_area + t_range(t, 0, size - length);
	b->dst = b->dst_area + t_range(t, 0, size - length);
	t_buf_fill(b);
}

struct verdict {
	char text[512];
	size_t length;
};

__attribute__((format(printf, 2, 3)))
static void
say(struct verdict *v, const char *fmt, ...)
{
	size_t room = sizeof(v->text) - v->length;
	va_list ap;

	va_start(ap, fmt);
	v->length += RTE_MIN((size_t)vsnprintf(v->text + v->length, room, fmt, ap), room - 1);
	va_end(ap);
}

/* An area around [body, body + length) that nobody may have written to. */
static void
check_guards(struct verdict *v, const char *what, const uint8_t *area, uint32_t size,
		const uint8_t *body, uint32_t length, uint64_t key, enum t_pattern kind)
{
	uint32_t i, before = (uint32_t)(body - area), wrong = 0, first = 0;

	for (i = 0; i < size; i++) {
		if (i == before)
			i += length;
		if (i < size && area[i] != t_pattern(key, i, kind) && wrong++ == 0)
			first = i;
	}
	if (wrong > 0)
		say(v, " %s: %u bytes, the first at %d;", what, wrong, (int)first - (int)before);
}

void
t_buf_check_at(const char *file, int line, const struct t_buf *b, enum t_outcome outcome,
		uint32_t index)
{
	uint32_t i, left = 0, wrong = 0, first_left = 0, first_wrong = 0, first = 0;
	struct verdict v = { .length = 0 };

	i = t_pattern_diff(b->src, b->length, b->key, T_SRC, &first);
	if (i > 0)
		say(&v, " source damaged: %u bytes, the first at %u;", i, first);
	check_guards(&v, "source's surroundings damaged", b->src_area, b->src_size, b->src,
			b->length, b->key, T_SRC_GUARD);
	check_guards(&v, "copied too far", b->dst_area, b->dst_size, b->dst, b->length, b->key,
			T_DST_GUARD);
	if (outcome == T_NOT_COPIED) {
		i = t_pattern_diff(b->dst, b->length, b->key, T_UNTOUCHED, &first);
		if (i > 0)
			say(&v, " copied, and should not: %u bytes, the first at %u;", i, first);
	} else if (outcome == T_COPIED) {
		for (i = 0; i < b->length; i++) {
			if (b->dst[i] == t_pattern(b->key, i, T_SRC))
				continue;
			if (b->dst[i] == t_pattern(b->key, i, T_UNTOUCHED)) {
				if (left++ == 0)
					first_left = i;
			} else if (wrong++ == 0) {
				first_wrong = i;
			}
		}
		if (left > 0)
			say(&v, " not copied: %u bytes, the first at %u;", left, first_left);
		if (wrong > 0)
			say(&v, " wrong content: %u bytes, the first at %u;", wrong, first_wrong);
	}
	if (v.length > 0)
		t_fail(file, line, "buffer %u, %u bytes:%s", index, b->length, v.text);
}
