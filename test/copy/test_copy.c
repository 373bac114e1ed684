/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Copies against memcpy(): each length from 0 to 4 KiB at each alignment of both sides, through both
 * loops, with and without the hint; longer ones at random. Nothing around them changes.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cpuflags.h>

#include "copy.h"

#define LONGEST 4096
#define MOST 150 /* copies in a run: more than are fetched ahead */
#define RING 256
#define GUARD 64
#define LINE 64
#define LONG (9 << 20)
#define AREA (LONG + 2 * GUARD + LINE)

static uint8_t *src, *dst, *ref; /* cache-aligned */
static uint64_t seed = 1;
static unsigned int nb_tests, nb_failed;

static uint32_t
random_below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % n;
}

struct copier {
	const struct cpu_copier *c;
	bool list;      /* the loop over descriptors, or the one over slots */
	uint32_t flags;
};

static struct cpu_slot
slot(const struct netdma_desc *d)
{
	return (struct cpu_slot){
		.src = d->src | (uint64_t)d->length << SLOT_ADDR_BITS,
		.dst = d->dst | (uint64_t)(d->flags & SLOT_HINTS) << SLOT_FLAG_SHIFT |
			(uint64_t)(d->length >> SLOT_LENGTH_LOW_BITS) << SLOT_LENGTH_HIGH_SHIFT,
	};
}

/* @return whether all of them were run. */
static bool
run(const struct copier *how, struct netdma_desc *d, uint32_t n)
{
	struct cpu_slot ring[RING] __rte_cache_aligned;
	uint64_t i, bytes = UINT64_MAX, from = RING - 56, sum = 0;
	struct cpu_walk walk = { .desc = d };
	uint32_t flags = 0;

	/* Around the end of the ring. */
	for (i = 0; i < n; i++) {
		ring[(from + i) % RING] = slot(&d[i]);
		sum += d[i].length;
		flags |= d[i].flags;
	}
	if (how->list)
		return how->c->list(&walk, n) == n && walk.desc == d[n - 1].next &&
				walk.bytes == sum && walk.flags == flags;
	return how->c->slots(ring, RING - 1, from, from + n, &bytes) == from + n && bytes == sum;
}

static bool
copy(const struct copier *how, uint32_t from, uint32_t to, uint32_t length)
{
	/* Short ones are done in another way if there are few. */
	enum { MANY = 8 };
	static struct netdma_desc d[MANY] __rte_aligned(64);
	uint32_t i;

	for (i = 0; i < MANY; i++)
		d[i] = (struct netdma_desc){ .flags = how->flags, .next = &d[i + 1],
			.src = (uintptr_t)(src + from), .dst = (uintptr_t)(dst + to) };
	d[0].length = length;
	return run(how, d, MANY);
}

/* The bytes of a copy are those of the source, and a guard on either side is as it was; then it is
 * as before.
 */
static bool
check(uint32_t from, uint32_t to, uint32_t length)
{
	bool good = memcmp(dst + to, src + from, length) == 0 &&
			memcmp(dst + to - GUARD, ref + to - GUARD, GUARD) == 0 &&
			memcmp(dst + to + length, ref + to + length, GUARD) == 0;

	if (!good)
		printf("# %u bytes from +%u to +%u\n", length, from - GUARD, to - GUARD);
	memcpy(dst + to - GUARD, ref + to - GUARD, length + 2 * GUARD);
	return good;
}

static bool
every_length_and_alignment(const struct copier *how)
{
	/* Both loops copy in the same way: all of them in one, some in the other. */
	uint32_t length, a, b, step = how->list ? 1 : 7;

	for (length = 0; length <= LONGEST; length++)
		for (a = 0; a < LINE; a += step)
			for (b = 0; b < LINE; b += step)
				if (!copy(how, GUARD + a, GUARD + b, length) ||
						!check(GUARD + a, GUARD + b, length))
					return false;
	return true;
}

static bool
long_ones(const struct copier *how)
{
	unsigned int i;

	for (i = 0; i < 60; i++) {
		uint32_t length = LONGEST + random_below(i % 4 == 0 ? LONG - LONGEST : 200000);
		uint32_t a = GUARD + random_below(LINE), b = GUARD + random_below(LINE);

		if (!copy(how, a, b, length) || !check(a, b, length))
			return false;
	}
	return true;
}

/* What is fetched ahead does not go beyond what there is, and what is not plain is left to others. */
static bool
many(const struct copier *how)
{
	static struct netdma_desc d[MOST] __rte_aligned(64);
	uint32_t i, n, at, round;

	for (round = 0; round < 2000; round++) {
		n = 1 + random_below(MOST);
		for (i = 0, at = GUARD; i < n; i++) {
			d[i] = (struct netdma_desc){ .length = round % 4 == 0 ? LINE * random_below(8) :
					random_below(round % 2 ? 100 : 3000),
				.flags = how->flags, .next = i + 1 < n ? &d[i + 1] : NULL };
			d[i].src = (uintptr_t)(src + GUARD + random_below(100000));
			d[i].dst = (uintptr_t)(dst + at);
			at += d[i].length + (round % 8 != 0 ? random_below(3) : 0);
		}
		if (!run(how, d, n))
			return false;
		for (i = 0; i < n; i++)
			if (memcmp((void *)(uintptr_t)d[i].dst, (void *)(uintptr_t)d[i].src,
					d[i].length) != 0)
				return false;
		for (i = 0; i < n; i++) /* and nothing but that */
			memcpy((void *)(uintptr_t)d[i].dst, ref + (d[i].dst - (uintptr_t)dst),
					d[i].length);
		if (memcmp(dst, ref, at + GUARD) != 0)
			return false;
	}
	return true;
}

static bool
stops_where_it_must(const struct copier *how)
{
	static struct netdma_desc d[8] __rte_aligned(64);
	struct cpu_slot ring[8] __rte_cache_aligned;
	uint64_t bytes = 1000;
	struct cpu_walk walk = { .desc = d };
	uint32_t i;

	for (i = 0; i < 8; i++) {
		d[i] = (struct netdma_desc){ .length = 300, .flags = how->flags,
			.src = (uintptr_t)(src + GUARD),
			.dst = (uintptr_t)(dst + GUARD), .next = &d[(i + 1) % 8] };
		ring[i] = slot(&d[i]);
	}
	/* Behind the one that makes it so many bytes. */
	if (how->c->slots(ring, 7, 0, 8, &bytes) != 4 || bytes != 1200)
		return false;
	bytes = UINT64_MAX;
	ring[5].dst = SLOT_POINTER;
	if (how->c->slots(ring, 7, 0, 8, &bytes) != 5 || bytes != 1500)
		return false;
	d[2].flags |= NETDMA_DESC_INTERRUPT_ON_COMPLETION;
	d[5].flags |= NETDMA_DESC_SERIALIZE_TRANSFER;
	if (how->c->list(&walk, 8) != 5 || walk.desc != &d[5] || walk.bytes != 1500 ||
			walk.flags != (how->flags | NETDMA_DESC_INTERRUPT_ON_COMPLETION))
		return false;
	memcpy(dst, ref, 2000);
	return true;
}

static void
tell(const struct copier *how, const char *what, bool good)
{
	nb_failed += !good;
	printf("%sok %u - copy.%s_%s%s_%s\n", good ? "" : "not ", ++nb_tests, how->c->name,
			how->list ? "list" : "slots", how->flags != 0 ? "_hinted" : "", what);
	fflush(stdout);
}

static void
test(const struct copier *how)
{
	tell(how, "every_length_and_alignment_is_exact", every_length_and_alignment(how));
	tell(how, "long_copies_are_exact", long_ones(how));
	tell(how, "lists_are_exact", many(how));
	tell(how, "stops_where_it_must", stops_where_it_must(how));
}

int
main(void)
{
	static const char *const name[] = { "plain", "avx2", "avx512" };
	uint32_t i, k;

	src = aligned_alloc(4096, RTE_ALIGN_CEIL(AREA, 4096));
	dst = aligned_alloc(4096, RTE_ALIGN_CEIL(AREA, 4096));
	ref = aligned_alloc(4096, RTE_ALIGN_CEIL(AREA, 4096));
	if (src == NULL || dst == NULL || ref == NULL)
		return EXIT_FAILURE;
	for (i = 0; i < AREA; i++) {
		src[i] = (uint8_t)(random_below(128));
		ref[i] = dst[i] = (uint8_t)(128 + i % 127);
	}
	for (i = 0; i < RTE_DIM(name); i++) {
		struct copier how = { .c = cpu_copier_find(name[i]) };

		if (how.c == NULL) {
			printf("ok %u - copy.%s # SKIP this CPU, or this build, has no such\n",
					++nb_tests, name[i]);
			continue;
		}
		for (k = 0; k < 4; k++) {
			how.list = k % 2 == 0;
			how.flags = k < 2 ? 0 : NETDMA_DESC_DESTINATION_NO_SNOOP;
			test(&how);
		}
	}
	printf("1..%u\n", nb_tests);
	return nb_failed != 0;
}
