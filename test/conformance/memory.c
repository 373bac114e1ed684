/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Memory to copy in, and a second one that says what it must be. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#include "conformance.h"

/* Guards around everything that is taken: at least so many bytes, at most twice. */
#define GUARD 16u

/* What the suite itself does to every byte, many times, sanitizers need not see. */
#define NOT_WATCHED __attribute__((no_sanitize("address"), no_sanitize("thread")))
#define NOT_GUARDED __attribute__((no_sanitize("address")))

/* AddressSanitizer sees whoever only reads a guard. */
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, length)
#define ASAN_UNPOISON_MEMORY_REGION(at, length)
#endif

#if defined(__SANITIZE_ADDRESS__)
#define GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARDED 1
#endif
#endif

/* As memcmp() and memcpy(), which AddressSanitizer would see. */
NOT_WATCHED static bool
equal(const uint8_t *a, const uint8_t *b, uint32_t n)
{
#ifdef GUARDED
	while (n > 0 && *a == *b) {
		n--;
		a++;
		b++;
	}
	return n == 0;
#else
	return memcmp(a, b, n) == 0;
#endif
}

/* Bytes of a kind, eight at a time; both copies. */
void
nc_memory_fill(struct run *r, place_t at, uint32_t length, enum kind kind)
{
	struct memory *m = &r->memory;
	uint64_t x = nc_draw64(r);
	uint32_t i, n;

	for (i = 0; i < length; i += n) {
		uint64_t bytes;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bytes = (x & UINT64_C(0x3f3f3f3f3f3f3f3f)) |
				UINT64_C(0x4040404040404040) * (uint64_t)kind;
		n = RTE_MIN(length - i, 8u);
		memcpy(m->real + at + i, &bytes, n);
	}
	memcpy(m->want + at, m->real + at, length);
}

void
nc_memory_refill(struct run *r)
{
	struct memory *m = &r->memory;

	ASAN_UNPOISON_MEMORY_REGION(m->real, BLOCK_SIZE);
	nc_memory_fill(r, 0, BLOCK_SIZE, KIND_DST);
	memset(m->mask, 0, BLOCK_SIZE);
	m->unclear = false;
	nc_memory_clear(r);
}

void
nc_memory_clear(struct run *r)
{
	struct memory *m = &r->memory;

	m->used = 0;
	m->extra_used = 0;
	if (m->lost) {
		nc_memory_free(r);
		r->lost |= nc_memory_make(r) != 0;
		return;
	}
	if (m->unclear)
		nc_memory_refill(r);
	else
		ASAN_POISON_MEMORY_REGION(m->real, BLOCK_SIZE);
}

/* Where IOVAs are physical addresses the kernel may move pages that are not huge, even locked
 * ones, which an engine would not notice: then, too, it is DPDK's memory.
 */
static bool
make_registered(struct run *r)
{
	struct memory *m = &r->memory;

	if ((r->conf.flags & NETDMA_CONFORMANCE_DPDK_MEMORY) ||
			rte_eal_iova_mode() != RTE_IOVA_VA)
		return false;
	m->real = aligned_alloc((size_t)sysconf(_SC_PAGESIZE), BLOCK_SIZE);
	if (m->real == NULL)
		return false;
	memset(m->real, 0, BLOCK_SIZE);
	m->registered = netdma_mem_register(m->real, MAIN_SIZE) == 0;
	if (!m->registered)
		free(m->real);
	return m->registered;
}

int
nc_memory_make(struct run *r)
{
	struct memory *m = &r->memory;
	uint32_t i;

	if (!make_registered(r))
		m->real = rte_malloc("netdma conformance", BLOCK_SIZE, NETDMA_PAGE_SIZE);
	m->want = malloc(BLOCK_SIZE);
	m->mask = malloc(BLOCK_SIZE);
	if (rte_eal_iova_mode() != RTE_IOVA_VA)
		m->iova = malloc(BLOCK_SIZE / NETDMA_PAGE_SIZE * sizeof(m->iova[0]));
	if (m->real == NULL || m->want == NULL || m->mask == NULL ||
			(m->iova == NULL && rte_eal_iova_mode() != RTE_IOVA_VA)) {
		nc_memory_free(r);
		return -ENOMEM;
	}
	for (i = 0; m->iova != NULL && i < BLOCK_SIZE / NETDMA_PAGE_SIZE; i++)
		m->iova[i] = rte_mem_virt2iova(m->real + i * NETDMA_PAGE_SIZE);
	nc_memory_refill(r);
	return 0;
}

/* What an engine may still write to stays where it is, for ever; leak checkers find it here. */
static void
keep(void *memory)
{
	static struct kept {
		struct kept *next;
		void *memory;
	} *all;
	struct kept *k = malloc(sizeof(*k));

	RTE_VERIFY(k != NULL);
	*k = (struct kept){ all, memory };
	all = k;
}

int
nc_memory_free(struct run *r)
{
	struct memory *m = &r->memory;
	int ret = 0;

	if (m->lost) {
		keep(m->real);
		m->real = NULL;
		m->registered = m->extra_registered = false;
	}
	if (m->extra_registered)
		ret = netdma_mem_unregister(m->real + EXTRA_AT, EXTRA_SIZE);
	if (ret == 0 && m->registered)
		ret = netdma_mem_unregister(m->real, MAIN_SIZE);
	/* What may still be used stays where it is. */
	if (ret != 0)
		return ret;
	if (m->real != NULL)
		ASAN_UNPOISON_MEMORY_REGION(m->real, BLOCK_SIZE);
	if (m->registered)
		free(m->real);
	else
		rte_free(m->real);
	free(m->want);
	free(m->mask);
	free(m->iova);
	*m = (struct memory){ 0 };
	return 0;
}

static bool
contiguous(const struct memory *m, place_t at, uint32_t length)
{
	uint32_t i, first = at / NETDMA_PAGE_SIZE, last = (at + length - 1) / NETDMA_PAGE_SIZE;

	for (i = first; m->iova != NULL && i < last; i++)
		if (m->iova[i + 1] != m->iova[i] + NETDMA_PAGE_SIZE)
			return false;
	return true;
}

place_t
nc_memory_take(struct run *r, uint32_t length, bool to_page_end, bool extra)
{
	struct memory *m = &r->memory;
	place_t *used = extra ? &m->extra_used : &m->used;
	place_t begin = extra ? EXTRA_AT : 0, end = extra ? EXTRA_AT + EXTRA_SIZE : MAIN_SIZE;
	place_t at = begin + *used + nc_draw(r, GUARD, 2 * GUARD);

	if (length > end - begin)
		return NOWHERE;
	if (to_page_end)
		at = RTE_ALIGN_CEIL(at + length, NETDMA_PAGE_SIZE) - length;
	while (at + length + GUARD <= end && !contiguous(m, at, length))
		at = to_page_end ? at + NETDMA_PAGE_SIZE :
				RTE_ALIGN_CEIL(at + 1, NETDMA_PAGE_SIZE);
	if (at + length + GUARD > end)
		return NOWHERE;
	*used = at + length - begin;
	/* rte_memcpy() reads whole words of 16 bytes. */
	ASAN_UNPOISON_MEMORY_REGION(m->real + RTE_ALIGN_FLOOR(at, 16u),
			RTE_ALIGN_CEIL(at + length, 16u) - RTE_ALIGN_FLOOR(at, 16u));
	return at;
}

/* What another thread may be writing is not even looked at: that would be a race. */
static bool
settled(const struct memory *m, place_t at, uint32_t length)
{
	static const uint8_t zeroes[256];
	uint32_t n;

	for (; length > 0; length -= n, at += n) {
		n = RTE_MIN(length, (uint32_t)sizeof(zeroes));
		if (!equal(m->mask + at, zeroes, n))
			return false;
	}
	return true;
}

NOT_WATCHED void
nc_memory_in_flight(struct memory *m, const struct span *s, int change)
{
	uint32_t i;

	for (i = 0; i < s->length; i++)
		m->mask[s->dst + i] = (uint8_t)(m->mask[s->dst + i] + change);
}

uint32_t
nc_memory_copied(struct memory *m, const struct span *s, uint32_t *first, uint32_t *before)
{
	uint8_t *real = m->real + s->dst, *want = m->want + s->dst, *mask = m->mask + s->dst;
	uint32_t i, wrong = 0;

	*before = 0;
	if (!m->unclear && settled(m, s->dst, s->length) &&
			equal(real, m->want + s->src, s->length)) {
		memcpy(want, m->want + s->src, s->length);
		return 0;
	}
	for (i = 0; i < s->length; i++) {
		bool flight = (mask[i] & MASK_FLIGHTS) != 0;
		bool unclear = (m->mask[s->src + i] & MASK_UNCLEAR) != 0;
		uint8_t was = want[i];

		mask[i] &= (uint8_t)~MASK_UNCLEAR;
		want[i] = m->want[s->src + i];
		if (flight) {
			mask[i] |= unclear ? MASK_UNCLEAR : 0;
		} else if (unclear) {
			want[i] = real[i];
		} else if (real[i] != want[i]) {
			if (wrong++ == 0)
				*first = i;
			*before += real[i] == was;
		}
	}
	return wrong;
}

void
nc_memory_adopt(struct memory *m, const struct span *s, bool unclear)
{
	uint32_t i;

	for (i = s->dst; i < s->dst + s->length; i++) {
		m->mask[i] &= (uint8_t)~MASK_UNCLEAR;
		if (!unclear && m->mask[i] == 0) {
			m->want[i] = m->real[i];
		} else {
			m->mask[i] |= MASK_UNCLEAR;
			m->unclear = true;
		}
	}
}

NOT_GUARDED uint32_t
nc_memory_wrong(const struct memory *m, place_t at, uint32_t length, place_t *first)
{
	uint32_t wrong = 0;
	place_t i;

	if (settled(m, at, length) && equal(m->real + at, m->want + at, length))
		return 0;
	for (i = at; i < at + length; i++)
		if (m->mask[i] == 0 && m->real[i] != m->want[i] && wrong++ == 0 && first != NULL)
			*first = i;
	return wrong;
}

bool
nc_memory_settled(const struct memory *m, const struct span *s)
{
	return settled(m, s->dst, s->length);
}

NOT_GUARDED void
nc_memory_check_all(struct run *r)
{
	struct memory *m = &r->memory;
	place_t first = 0;
	uint32_t wrong;

	wrong = nc_memory_wrong(m, 0, RTE_MIN(m->used + HOLE_SIZE, MAIN_SIZE), &first);
	if (wrong == 0 && m->extra_used != 0)
		wrong = nc_memory_wrong(m, EXTRA_AT, m->extra_used, &first);
	if (wrong != 0)
		nc_fail(r, NOT_TOUCHED_AFTER, "%u bytes changed and are nobody's, the first at "
				" %u: it is 0x%02x and was 0x%02x", wrong, first,
				m->real[first], m->want[first]);
}

void
nc_memory_rewrite(struct run *r)
{
	struct memory *m = &r->memory;

	/* What an engine may still write to is nobody's to use. */
	if (m->lost)
		return;
	ASAN_UNPOISON_MEMORY_REGION(m->real, m->used);
	nc_memory_fill(r, 0, m->used, KIND_DST);
	ASAN_UNPOISON_MEMORY_REGION(m->real + EXTRA_AT, m->extra_used);
	nc_memory_fill(r, EXTRA_AT, m->extra_used, KIND_DST);
}
