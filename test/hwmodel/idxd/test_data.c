/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Single descriptors: what they do to memory, and what the record says. */

#include <string.h>

#include "test.h"

CASE(plain, copies_of_any_length_and_place_are_exact)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area src = t_area(20000, 0x11), dst = t_area(20000, 0x84);
	struct dsa_hw_desc d;
	unsigned int i;

	for (i = 0; i < 300; i++) {
		src.length = dst.length = 1 + tap_random(i % 3 == 0 ? 12000 : 200);
		src.offset = tap_random(20000 - src.length + 1);
		dst.offset = tap_random(20000 - src.length + 1);
		tap_fill(&dst);
		memset(r, 0, sizeof(*r));
		d = t_copy((uintptr_t)dst.at + dst.offset, (uintptr_t)src.at + src.offset,
				src.length, r);
		t_run(p, &d, r);
		ASSERT_INT(r->status, ==, DSA_COMP_SUCCESS);
		CHECK(&dst, &src, dst.length);
		CHECK(&src, &src, 0);
	}
	t_close(p);
}

CASE(plain, overlapping_moves_are_right)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area a = t_area(30000, 0x21);
	uint8_t want[30000];
	struct dsa_hw_desc d;
	uint32_t from, to, n, i;

	for (i = 0; i < 100; i++) {
		n = 1 + tap_random(15000);
		from = tap_random(30000 - n + 1);
		to = tap_random(30000 - n + 1);
		tap_fill(&a);
		memcpy(want, a.at, sizeof(want));
		memmove(want + to, want + from, n);
		memset(r, 0, sizeof(*r));
		d = t_copy((uintptr_t)a.at + to, (uintptr_t)a.at + from, n, r);
		t_run(p, &d, r);
		ASSERT_INT(r->status, ==, DSA_COMP_SUCCESS);
		ASSERT(memcmp(want, a.at, sizeof(want)) == 0);
	}
	t_close(p);
}

CASE(plain, fill_repeats_its_pattern_from_the_beginning)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area dst = t_area(20000, 0x31);
	uint64_t pattern = UINT64_C(0x8877665544332211);
	struct dsa_hw_desc d;
	uint32_t i, k;

	for (i = 0; i < 60; i++) {
		dst.length = 1 + tap_random(9000);
		dst.offset = tap_random(20000 - dst.length + 1);
		tap_fill(&dst);
		memset(r, 0, sizeof(*r));
		d = t_copy((uintptr_t)dst.at + dst.offset, pattern, dst.length, r);
		d.opcode = DSA_OPCODE_MEMFILL;
		t_run(p, &d, r);
		ASSERT_INT(r->status, ==, DSA_COMP_SUCCESS);
		for (k = 0; k < dst.size; k++)
			ASSERT_INT(dst.at[k], ==, k >= dst.offset && k < dst.offset + dst.length ?
					(uint8_t)(pattern >> (k - dst.offset) % 8 * 8) :
					tap_byte(dst.tag, k));
	}
	t_close(p);
}

CASE(plain, nop_and_drain_complete)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(2 * 64);
	struct dsa_hw_desc d = { .opcode = DSA_OPCODE_NOOP,
		.flags = IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR, .completion_addr = (uintptr_t)r };

	t_run(p, &d, r);
	ASSERT_INT(r->status, ==, DSA_COMP_SUCCESS);
	d.opcode = DSA_OPCODE_DRAIN;
	d.completion_addr = (uintptr_t)&r[1];
	t_run(p, &d, &r[1]);
	ASSERT_INT(r[1].status, ==, DSA_COMP_SUCCESS);
	t_close(p);
}

/* Successes are told where that is asked for, failures wherever they can be. */
CASE(plain, record_is_written_where_it_is_asked_for)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(4 * 64);
	struct tap_area a = t_area(100, 0x41), b = t_area(100, 0x42);
	struct dsa_hw_desc d;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		memset(r, 0, 4 * 64);
		d = t_copy((uintptr_t)b.at, (uintptr_t)a.at, i == 1 ? 0 : 100, r);
		d.flags = i < 2 ? IDXD_OP_FLAG_CRAV : IDXD_OP_FLAG_RCR;
		t_movdir64b(p, &d);
		/* One behind it, to know when. */
		d = t_copy((uintptr_t)b.at, (uintptr_t)a.at, 100, r + 3);
		t_run(p, &d, r + 3);
		ASSERT_INT(r->status, ==, i == 1 ? DSA_COMP_XFER_ERANGE : 0);
		ASSERT_INT(r[3].bytes_completed, ==, 100);
	}
	t_close(p);
}

CASE(plain, what_is_wrong_is_told_and_does_nothing)
{
	static const struct {
		uint8_t opcode, status;
		uint32_t flags, size;
	} wrong[] = {
		{ DSA_OPCODE_COMPARE, DSA_COMP_BAD_OPCODE, 0, 64 },
		{ 0x7f, DSA_COMP_BAD_OPCODE, 0, 64 },
		{ DSA_OPCODE_MEMMOVE, DSA_COMP_INVALID_FLAGS, 0x800000, 64 },
		{ DSA_OPCODE_MEMMOVE, DSA_COMP_XFER_ERANGE, 0, 0 },
		{ DSA_OPCODE_MEMMOVE, DSA_COMP_XFER_ERANGE, 0, 65537 },
		{ DSA_OPCODE_MEMFILL, DSA_COMP_XFER_ERANGE, 0, 65537 },
	};
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area a = t_area(70000, 0x51), b = t_area(70000, 0x52);
	struct dsa_hw_desc d;
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		memset(r, 0, sizeof(*r));
		d = t_copy((uintptr_t)b.at, (uintptr_t)a.at, wrong[i].size, r);
		d.opcode = wrong[i].opcode;
		d.flags |= wrong[i].flags;
		t_run(p, &d, r);
		ASSERT_INT(r->status, ==, wrong[i].status);
		CHECK(&b, &a, 0);
	}
	/* As long as it may be. */
	memset(r, 0, sizeof(*r));
	d = t_copy((uintptr_t)b.at, (uintptr_t)a.at, 65536, r);
	t_run(p, &d, r);
	ASSERT_INT(r->status, ==, DSA_COMP_SUCCESS);
	CHECK(&b, &a, 65536);
	t_close(p);
}

CASE(plain, fault_tells_where_and_how_far_it_came)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area hole = { .at = t_pages_before_a_hole(2), .size = 8192, .tag = 0x61 };
	struct tap_area other = t_area(16384, 0x62);
	uint64_t end = (uintptr_t)hole.at + 8192;
	struct dsa_hw_desc d;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		uint32_t before = tap_random(8193);
		bool write = i & 1;
		struct tap_area *src = write ? &other : &hole, *dst = write ? &hole : &other;

		tap_fill(&hole);
		tap_fill(&other);
		hole.offset = 8192 - before;
		hole.length = before;
		other.offset = tap_random(4096);
		other.length = before + 4000;
		memset(r, 0, sizeof(*r));
		d = t_copy((uintptr_t)dst->at + dst->offset, (uintptr_t)src->at + src->offset,
				before + 4000, r);
		t_run(p, &d, r);
		ASSERT_INT(r->status, ==, DSA_COMP_PAGE_FAULT_NOBOF |
				(write ? DSA_COMP_STATUS_WRITE : 0));
		ASSERT_INT(r->fault_addr, ==, end);
		ASSERT_INT(r->bytes_completed, ==, before);
		CHECK(dst, src, before);
		CHECK(src, src, 0);
	}
	t_close(p);
}
