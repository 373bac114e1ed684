/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Included with ISA, VEC, LOAD, STORE and STREAM: copy(), stream() and stream_lines() with vectors of that size.
 * The ends of a copy are done with accesses that overlap, instead of loops over what is left.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>

#define CAN_STREAM

/* From here on libc's way, which depends on the CPU, is as fast or faster, twice as fast in the end. */
#define LIBC_FROM 3072

#define BOTH_ENDS(type) do { \
	type first_, last_; \
	memcpy(&first_, from, sizeof(type)); \
	memcpy(&last_, from + n - sizeof(type), sizeof(type)); \
	memcpy(to, &first_, sizeof(type)); \
	memcpy(to + n - sizeof(type), &last_, sizeof(type)); \
} while (0)

ISA static inline void
copy_few(uint8_t *to, const uint8_t *from, size_t n)
{
	if (n > 16)
		BOTH_ENDS(__m128i);
	else if (n >= 8)
		BOTH_ENDS(uint64_t);
	else if (n >= 4)
		BOTH_ENDS(uint32_t);
	else if (n >= 2)
		BOTH_ENDS(uint16_t);
	else if (n == 1)
		*to = *from;
}

/* One vector or two. */
ISA static inline void
copy_two(uint8_t *to, const uint8_t *from, size_t n)
{
	size_t v = sizeof(VEC);
	VEC a = LOAD(from), b = LOAD(from + n - v);

	STORE(to, a);
	STORE(to + n - v, b);
}

/* Three vectors or four. */
ISA static inline void
copy_four(uint8_t *to, const uint8_t *from, size_t n)
{
	size_t v = sizeof(VEC);
	VEC a = LOAD(from), b = LOAD(from + v);
	VEC c = LOAD(from + n - 2 * v), d = LOAD(from + n - v);

	STORE(to, a);
	STORE(to + v, b);
	STORE(to + n - 2 * v, c);
	STORE(to + n - v, d);
}

/* More than four. */
ISA static inline void
copy_many(uint8_t *to, const uint8_t *from, size_t n)
{
	size_t v = sizeof(VEC), at = v - ((uintptr_t)to & (v - 1));
	const uint8_t *end = from + n;
	VEC head = LOAD(from), a, b, c, d, e, f, g, h;
	uint8_t *to_end = to + n;

	a = LOAD(end - 4 * v);
	b = LOAD(end - 3 * v);
	c = LOAD(end - 2 * v);
	d = LOAD(end - v);
	STORE(to, head);
	for (; n - at > 4 * v; at += 4 * v) {
		e = LOAD(from + at);
		f = LOAD(from + at + v);
		g = LOAD(from + at + 2 * v);
		h = LOAD(from + at + 3 * v);
		STORE(to + at, e);
		STORE(to + at + v, f);
		STORE(to + at + 2 * v, g);
		STORE(to + at + 3 * v, h);
	}
	STORE(to_end - 4 * v, a);
	STORE(to_end - 3 * v, b);
	STORE(to_end - 2 * v, c);
	STORE(to_end - v, d);
}

ISA static inline void
copy(void *dst, const void *src, size_t n)
{
	uint8_t *to = dst;
	const uint8_t *from = src;

	if (likely(n - sizeof(VEC) <= sizeof(VEC)))
		copy_two(to, from, n);
	else if (n >= LIBC_FROM)
		memcpy(to, from, n);
	else if (n > 4 * sizeof(VEC))
		copy_many(to, from, n);
	else if (n > 2 * sizeof(VEC))
		copy_four(to, from, n);
	else if (sizeof(VEC) == 64 && n > 32)
		BOTH_ENDS(__m256i);
	else
		copy_few(to, from, n);
}

/* Around the cache: a few whole lines, or none. */
ISA static inline void
stream_lines(void *dst, const void *src, size_t n)
{
	size_t at;

	for (at = 0; at != n; at += sizeof(VEC))
		STREAM((uint8_t *)dst + at, LOAD((const uint8_t *)src + at));
}

/* Around the cache, of a line at least: whole lines, and what is at the ends through it. */
ISA static void __rte_noinline
stream(void *dst, const void *src, size_t n)
{
	size_t v = sizeof(VEC), at = -(uintptr_t)dst & 63, lines;
	const uint8_t *from = src;
	uint8_t *to = dst;
	VEC a, b, c, d;

	if (at != 0)
		copy(to, from, 64);
	for (; n - at >= 4 * v; at += 4 * v) {
		a = LOAD(from + at);
		b = LOAD(from + at + v);
		c = LOAD(from + at + 2 * v);
		d = LOAD(from + at + 3 * v);
		STREAM(to + at, a);
		STREAM(to + at + v, b);
		STREAM(to + at + 2 * v, c);
		STREAM(to + at + 3 * v, d);
	}
	lines = (n - at) & ~(size_t)63;
	stream_lines(to + at, from + at, lines);
	at += lines;
	if (at != n)
		copy(to + at, from + at, n - at);
}
