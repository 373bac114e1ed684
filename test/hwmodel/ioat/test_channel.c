/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The channel: descriptors, completions, halts, and what a driver does then. */

#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

enum { SRC = 16384, DST = 131072, ROOM = 65536 };

CASE(plain, copies_of_any_length_and_place_are_exact)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src = t_area(t, SRC, ROOM, 0x11), dst = t_area(t, DST, ROOM, 0x84);
	unsigned int i;

	t_arm(t, 0);
	for (i = 0; i < 300; i++) {
		src.length = dst.length = 1 + tap_random(i % 3 == 0 ? 30000 : 200);
		src.offset = tap_random(ROOM - src.length + 1);
		dst.offset = tap_random(ROOM - src.length + 1);
		tap_fill(&dst);
		t_copy(t, i, &dst, &src);
		t_write16(t, REG_DMACOUNT, (uint16_t)(i + 1));
		t_done(t, i, STATE_IDLE);
		ASSERT(t_read64(t, REG_CHANSTS) == (t_iova(t, t_desc(t, i)) | STATE_IDLE));
		CHECK(&dst, &src, dst.length);
		CHECK(&src, &src, 0);
	}
	t_close(t);
}

CASE(plain, fill_repeats_its_pattern_from_the_beginning)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area dst = t_area(t, DST, 20000, 0x31);
	uint64_t pattern = UINT64_C(0x8877665544332211);
	struct ioat_desc *d;
	uint32_t i, k;

	t_arm(t, 0);
	for (i = 0; i < 60; i++) {
		dst.length = 1 + tap_random(9000);
		dst.offset = tap_random(20000 - dst.length + 1);
		tap_fill(&dst);
		d = t_desc(t, i);
		d->size = dst.length;
		d->control = OP_FILL << DESC_OP_SHIFT | DESC_COMPLETION_UPDATE;
		d->src = pattern;
		d->dst = t_iova(t, dst.at + dst.offset);
		t_write16(t, REG_DMACOUNT, (uint16_t)(i + 1));
		t_done(t, i, STATE_IDLE);
		for (k = 0; k < dst.size; k++)
			ASSERT_INT(dst.at[k], ==, k >= dst.offset && k < dst.offset + dst.length ?
					(uint8_t)(pattern >> (k - dst.offset) % 8 * 8) :
					tap_byte(dst.tag, k));
	}
	t_close(t);
}

/* Descriptor k copies block k; only what the doorbell has counted is done. */
static void
blocks(struct t_dev *t, struct tap_area *src, struct tap_area *dst, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		src[i] = t_area(t, SRC + i * 512, 512, (uint8_t)(2 * i));
		dst[i] = t_area(t, DST + i * 512, 512, (uint8_t)(2 * i + 1));
		src[i].length = dst[i].length = 400;
		dst[i].offset = i;
		t_copy(t, i, &dst[i], &src[i]);
	}
}

CASE(plain, doorbell_says_how_many_and_next_says_which)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[T_RING], dst[T_RING];
	unsigned int i;

	t_arm(t, 0);
	blocks(t, src, dst, T_RING);
	t_write16(t, REG_DMACOUNT, 5);
	t_done(t, 4, STATE_IDLE);
	for (i = 0; i < T_RING; i++)
		CHECK(&dst[i], &src[i], i < 5 ? 400 : 0);
	/* The same number again is nothing new. */
	t_write16(t, REG_DMACOUNT, 5);
	t_write16(t, REG_DMACOUNT, 40);
	t_done(t, 39, STATE_IDLE);
	for (i = 0; i < T_RING; i++)
		CHECK(&dst[i], &src[i], i < 40 ? 400 : 0);
	t_close(t);
}

CASE(plain, completion_is_written_where_a_descriptor_asks_for_it)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[4], dst[4];

	t_arm(t, 0);
	blocks(t, src, dst, 4);
	t_desc(t, 1)->control &= ~DESC_COMPLETION_UPDATE;
	t_write16(t, REG_DMACOUNT, 1);
	t_done(t, 0, STATE_IDLE);
	t_write16(t, REG_DMACOUNT, 2);
	while (t_read64(t, REG_CHANSTS) != (t_iova(t, t_desc(t, 1)) | STATE_IDLE))
		usleep(10);
	ASSERT(*t->status == (t_iova(t, t_desc(t, 0)) | STATE_IDLE));
	t_desc(t, 2)->control |= DESC_NULL;
	t_write16(t, REG_DMACOUNT, 4);
	t_done(t, 3, STATE_IDLE);
	CHECK(&dst[1], &src[1], 400);
	CHECK(&dst[2], &src[2], 0);
	CHECK(&dst[3], &src[3], 400);
	t_close(t);
}

CASE(plain, count_of_16_bits_goes_round)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[T_RING], dst[T_RING];
	unsigned int n;

	t_arm(t, 0);
	blocks(t, src, dst, T_RING);
	for (n = 1; n < 66000; n += 60) {
		t_write16(t, REG_DMACOUNT, (uint16_t)n);
		t_done(t, n - 1, STATE_IDLE);
	}
	t_close(t);
}

/* What is wrong with a descriptor, and the bit that tells. */
static const struct wrong {
	uint32_t size, control;
	uint64_t src, dst, next;
	uint32_t error;
} wrong[] = {
	{ .size = 0, .error = ERR_LENGTH },
	{ .size = (1u << 20) + 1, .error = ERR_LENGTH },
	{ .size = 400, .control = 0x7fu << DESC_OP_SHIFT, .error = ERR_DESC },
	{ .size = 400, .src = UINT64_MAX, .error = ERR_SRC_ADDR },
	{ .size = 400, .dst = UINT64_MAX, .error = ERR_DST_ADDR },
	{ .size = 400, .src = T_IOVA - 4096, .error = ERR_READ_DATA },
	{ .size = 400, .dst = T_IOVA + T_MEMORY, .error = ERR_WRITE_DATA },
	{ .size = 400, .next = T_IOVA + 32, .error = ERR_NEXT_ADDR },
	{ .size = 400, .next = T_IOVA + T_MEMORY, .error = ERR_NEXT_ADDR },
};

CASE(plain, error_halts_and_a_driver_goes_on_behind_it)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[10], dst[10];
	unsigned int i, k, bad, last;
	uint64_t kept;

	for (i = 0; i < 2 * sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct wrong *w = &wrong[i / 2];
		/* A wrong link halts at the descriptor that it does not lead to. */
		bad = w->next != 0 ? 4 : 3;
		last = bad - 1;
		t_arm(t, 0);
		if (i & 1) /* without being told in memory */
			t_write16(t, REG_CHANCTRL, CTRL_ANY_ERR_ABORT);
		blocks(t, src, dst, 10);
		kept = t_desc(t, 3)->next;
		t_desc(t, 3)->size = w->size;
		t_desc(t, 3)->control |= w->control;
		if (w->src != 0)
			t_desc(t, 3)->src = w->src;
		if (w->dst != 0)
			t_desc(t, 3)->dst = w->dst;
		if (w->next != 0)
			t_desc(t, 3)->next = w->next;
		t_write16(t, REG_DMACOUNT, 10);
		t_state(t, STATE_HALTED);
		t_desc(t, 3)->next = kept;
		ASSERT(t_read64(t, REG_CHANSTS) == (t_iova(t, t_desc(t, last)) | STATE_HALTED));
		ASSERT(*t->status == (t_iova(t, t_desc(t, last)) | (i & 1 ? STATE_ACTIVE :
				STATE_HALTED)));
		ASSERT_INT(t_read32(t, REG_CHANERR), ==, w->error);
		for (k = 0; k < 10; k++)
			CHECK(&dst[k], &src[k], k < bad ? 400 : 0);
		/* A halted channel does not hear the doorbell. */
		t_write16(t, REG_DMACOUNT, 10);
		/* Bits are cleared by writing them, and only those. */
		t_write32(t, REG_CHANERR, ~w->error);
		ASSERT_INT(t_read32(t, REG_CHANERR), ==, w->error);
		t_write32(t, REG_CHANERR, w->error);
		ASSERT_INT(t_read32(t, REG_CHANERR), ==, 0);
		t_write8(t, REG_CHANCMD, CMD_RESET);
		t_write64(t, REG_CHAINADDR, t_iova(t, t_desc(t, bad + 1)));
		ASSERT_INT(t_read64(t, REG_CHANSTS), ==, STATE_ARMED);
		ASSERT_INT(t_read16(t, REG_DMACOUNT), ==, 0);
		t_write16(t, REG_DMACOUNT, (uint16_t)(9 - bad));
		t_done(t, 9, STATE_IDLE);
		for (k = 0; k < 10; k++)
			CHECK(&dst[k], &src[k], k != bad ? 400 : 0);
	}
	t_close(t);
}

CASE(plain, copy_comes_as_far_as_what_is_mapped)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src = t_area(t, SRC, 20000, 0x51), dst = t_area(t, T_MEMORY - 16384, 16384,
			0x52);
	unsigned int i;

	for (i = 0; i < 20; i++) {
		uint32_t before = 1 + tap_random(12000);

		t_arm(t, 0);
		tap_fill(&dst);
		dst.offset = 16384 - before;
		dst.length = before;
		src.length = before + 100;
		src.offset = dst.offset % 4096;
		t_copy(t, 0, &dst, &src);
		t_write16(t, REG_DMACOUNT, 1);
		t_state(t, STATE_HALTED);
		ASSERT_INT(t_read32(t, REG_CHANERR), ==, ERR_WRITE_DATA);
		t_write32(t, REG_CHANERR, ERR_WRITE_DATA);
		CHECK(&dst, &src, before);
	}
	t_close(t);
}

CASE(plain, completion_that_cannot_be_written_halts)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[2], dst[2];

	t_arm(t, 0);
	blocks(t, src, dst, 2);
	t_write64(t, REG_CHANCMP, T_IOVA + T_MEMORY);
	t_write16(t, REG_DMACOUNT, 2);
	t_state(t, STATE_HALTED);
	ASSERT_INT(t_read32(t, REG_CHANERR), ==, ERR_COMPLETION);
	t_close(t);
}

/* Each takes 20 ms. */
CASE(slow, suspend_and_reset_are_obeyed_between_two_descriptors)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[T_RING], dst[T_RING];
	unsigned int round, i, n;

	for (round = 0; round < 4; round++) {
		t_arm(t, 0);
		blocks(t, src, dst, T_RING);
		t_write16(t, REG_DMACOUNT, T_RING);
		t_done(t, 0, STATE_ACTIVE);
		ASSERT_INT(t_read64(t, REG_CHANSTS) & STATE_MASK, ==, STATE_ACTIVE);
		t_write8(t, REG_CHANCMD, round & 1 ? CMD_RESET : CMD_SUSPEND);
		if (round & 1)
			ASSERT_INT(t_read8(t, REG_CHANCMD), ==, CMD_RESET);
		t_state(t, round & 1 ? STATE_HALTED : STATE_SUSPENDED);
		ASSERT_INT(t_read8(t, REG_CHANCMD), ==, 0);
		for (n = 0; n < T_RING && dst[n].at[n] == tap_byte(src[n].tag, 0); n++)
			;
		ASSERT_INT(n, >=, 1);
		ASSERT_INT(n, <, T_RING);
		usleep(100000);
		for (i = 0; i < T_RING; i++)
			CHECK(&dst[i], &src[i], i < n ? 400 : 0);
		/* The first again, from the beginning. */
		tap_fill(&dst[0]);
		t_write64(t, REG_CHAINADDR, t_iova(t, t_desc(t, 0)));
		ASSERT_INT(t_read64(t, REG_CHANSTS), ==, STATE_ARMED);
		t_write16(t, REG_DMACOUNT, 1);
		t_done(t, 0, STATE_IDLE);
		CHECK(&dst[0], &src[0], 400);
	}
	t_close(t);
}

CASE(errors, every_third_fails_in_the_middle)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[T_RING], dst[T_RING];
	unsigned int i;

	blocks(t, src, dst, T_RING);
	for (i = 1; i < 30; i++) {
		t_arm(t, i);
		t_write16(t, REG_DMACOUNT, 1);
		if (i % 3 != 0) {
			t_done(t, i, STATE_IDLE);
		} else {
			t_state(t, STATE_HALTED);
			ASSERT_INT(t_read32(t, REG_CHANERR), ==, ERR_READ_DATA);
			t_write32(t, REG_CHANERR, ERR_READ_DATA);
		}
		CHECK(&dst[i], &src[i], i % 3 == 0 ? 200 : 400);
	}
	t_close(t);
}

CASE(deaf, channel_that_does_not_hear_is_not_armed_again)
{
	struct t_dev *t = t_open("0000:00:04.0");
	struct tap_area src[T_RING], dst[T_RING];
	unsigned int i;

	blocks(t, src, dst, T_RING);
	for (i = 0; i < 3; i++) {
		t_arm(t, i);
		t_desc(t, i)->size = 0;
		ASSERT_INT(t_read64(t, REG_CHANSTS), ==, i < 2 ? STATE_ARMED : STATE_HALTED);
		t_write16(t, REG_DMACOUNT, 1);
		t_state(t, STATE_HALTED);
		t_write32(t, REG_CHANERR, ERR_LENGTH);
	}
	t_close(t);
}

CASE(stuck, one_that_is_stuck_answers_nothing_and_the_other_one_works)
{
	struct t_dev *t = t_open("0000:00:04.1"), *other;
	struct tap_area src[2], dst[2];

	t_write16(t, REG_CHANCTRL, CTRL_ANY_ERR_ABORT | CTRL_ERR_COMPLETION);
	t_write64(t, REG_CHANCMP, t_iova(t, t->status));
	blocks(t, src, dst, 2);
	t_write64(t, REG_CHAINADDR, t_iova(t, t_desc(t, 0)));
	t_write16(t, REG_DMACOUNT, 2);
	usleep(50000);
	t_write8(t, REG_CHANCMD, CMD_SUSPEND);
	t_write8(t, REG_CHANCMD, CMD_RESET);
	usleep(50000);
	ASSERT_INT(t_read8(t, REG_CHANCMD), ==, CMD_RESET);
	CHECK(&dst[0], &src[0], 0);
	ASSERT_INT(*t->status, ==, 0);
	t_close(t);
	other = t_open("0000:00:04.0");
	t_arm(other, 0);
	blocks(other, src, dst, 2);
	t_write16(other, REG_DMACOUNT, 2);
	t_done(other, 1, STATE_IDLE);
	CHECK(&dst[1], &src[1], 400);
	t_close(other);
}
