/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef DATA_H
#define DATA_H

/* Buffers that tell what was done to them.
 *
 * Every byte has a value that depends on its place and on what it is: source, source
 * guard, destination not yet written, destination guard. So what is wrong with a copy
 * can be named: not copied, copied from the wrong place, copied too far, source damaged.
 */

#include "harness.h"

enum t_pattern {
	T_SRC = 0x00,
	T_UNTOUCHED = 0x40,
	T_SRC_GUARD = 0x80,
	T_DST_GUARD = 0xc0,
};

/* The byte at a place of a pattern; another one for each key. */
static inline uint8_t
t_pattern(uint64_t key, uint32_t at, enum t_pattern kind)
{
	uint64_t x = (key + at + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	return (uint8_t)kind | (uint8_t)(x >> 58);
}

void t_pattern_fill(uint8_t *p, uint32_t n, uint64_t key, enum t_pattern kind);
/* How many bytes are not what the pattern says; *first is the first of them. */
uint32_t t_pattern_diff(const uint8_t *p, uint32_t n, uint64_t key, enum t_pattern kind,
		uint32_t *first);

struct t_buf {
	uint8_t *src; /* the bytes to copy */
	uint8_t *dst; /* where they go */
	uint32_t length;
	uint32_t src_size; /* of the areas, with their guards */
	uint32_t dst_size;
	uint8_t *src_area;
	uint8_t *dst_area;
	uint64_t key;
};

enum t_outcome {
	T_COPIED,     /* all of it is at the destination */
	T_NOT_COPIED, /* the destination is untouched */
	T_UNDEFINED,  /* the destination may hold anything; guards and source are whole */
};

/* Memory of DPDK's, contiguous for engines, until the end of the case. */
void *t_memory(struct t *t, size_t size, size_t align);

/* Buffers of random lengths at random offsets. */
struct t_buf *t_bufs(struct t *t, uint32_t n, uint32_t min, uint32_t max);
/* One buffer in areas of the caller's: at random offsets, of that length. */
void t_buf_place(struct t *t, struct t_buf *b, void *src_area, void *dst_area, uint32_t size,
		uint32_t length);
/* All patterns anew. */
void t_buf_fill(struct t_buf *b);
/* Fails the case, and says how the bytes differ. */
void t_buf_check_at(const char *file, int line, const struct t_buf *b, enum t_outcome outcome,
		uint32_t index);
#define t_buf_check(b, outcome, index) t_buf_check_at(__FILE__, __LINE__, b, outcome, index)
#define t_bufs_check(bufs, n, outcome) do { \
	uint32_t i_, n_ = (n); \
	for (i_ = 0; i_ < n_; i_++) \
		t_buf_check(&(bufs)[i_], outcome, i_); \
} while (0)

/* Whether there is memory of DPDK's, or registered, at an address. */
bool t_mapped(const void *p);
/* The IOVA of an address of DPDK's or registered memory. */
uint64_t t_iova(const void *p);
/* Whether engines see [p, p + size) as one piece. */
bool t_contiguous(const void *p, size_t size);

#endif /* DATA_H */
