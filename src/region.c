/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_memory.h>

#include "guard.h"
#include "private.h"

struct range {
	uint64_t start;  /* virtual address; IOVA in by_iova */
	uint64_t length;
	uint64_t delta;  /* IOVA minus virtual address, in both */
	uint8_t slot;
};

/* Both arrays are sorted, and what is contiguous on both sides is one range. */
struct table {
	struct table *retired; /* next in the list of those that may still be read */
	uint64_t gen;
	uint32_t n;
	struct range *by_va;
	struct range *by_iova; /* the same as by_va where IOVAs are virtual addresses */
	struct range range[];
};

struct slot {
	uint64_t start;
	uint64_t length; /* 0: free */
};

uint64_t netdma_region_gen = 1;

/* Replaced under the lock; channels read it inside their calls without. */
static struct table *current;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct table *retired;
static struct slot slots[REGION_SLOTS];

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static TAILQ_HEAD(, netdma_channel) users = TAILQ_HEAD_INITIALIZER(users);

static bool events; /* EAL tells when memory of its own comes and goes */

/* ------------------------------------------------------------ the table */

struct build {
	struct table *t;
	uint32_t room;
};

/* Make two ranges one, if they follow each other on both sides. */
static bool
range_merge(struct range *r, const struct range *next)
{
	if (r->start + r->length != next->start || r->delta != next->delta ||
			r->slot != next->slot)
		return false;
	r->length += next->length;
	return true;
}

static int
build_add(struct build *b, uint64_t va, uint64_t iova, uint64_t length, uint8_t slot)
{
	const struct range r = { va, length, iova - va, slot };
	struct table *t;

	if (b->t->n > 0 && range_merge(&b->t->range[b->t->n - 1], &r))
		return 0;
	if (b->t->n == b->room) {
		b->room *= 2;
		t = realloc(b->t, sizeof(*t) + b->room * sizeof(t->range[0]));
		if (t == NULL)
			return -1;
		b->t = t;
	}
	b->t->range[b->t->n++] = r;
	return 0;
}

static uint8_t
slot_of(uint64_t start, uint64_t length)
{
	uint8_t i;

	for (i = 0; i < REGION_SLOTS; i++)
		if (slots[i].length != 0 && start - slots[i].start < slots[i].length &&
				length <= slots[i].length - (start - slots[i].start))
			return i;
	return REGION_NO_SLOT;
}

static int
build_walk(const struct rte_memseg_list *msl, const struct rte_memseg *ms, size_t length,
		void *arg)
{
	struct build *b = arg;
	uint64_t va = ms->addr_64, end = va + length;
	uint8_t slot = REGION_NO_SLOT;

	if (msl->external) {
		slot = slot_of(va, length);
		/* What is being unregistered is still EAL's, and not reachable any more;
		 * what an application gave to EAL by itself has no slot and is.
		 */
		if (slot == REGION_NO_SLOT && !msl->heap && netdma_mem_is_leaving(va))
			return 0;
	}
	if (rte_eal_iova_mode() == RTE_IOVA_VA)
		return build_add(b, va, va, length, slot);
	for (; va < end; va += msl->page_sz, ms++)
		if (ms->iova != RTE_BAD_IOVA &&
				build_add(b, va, ms->iova, msl->page_sz, slot) != 0)
			return -1;
	return 0;
}

static int
range_compare(const void *a, const void *b)
{
	const struct range *ra = a, *rb = b;

	return ra->start < rb->start ? -1 : ra->start > rb->start;
}

/* Sort, and merge neighbours that the walk did not meet one after the other. */
static uint32_t
ranges_sort(struct range *r, uint32_t n)
{
	uint32_t i, last = 0;

	if (n == 0)
		return 0;
	qsort(r, n, sizeof(*r), range_compare);
	for (i = 1; i < n; i++)
		if (!range_merge(&r[last], &r[i]))
			r[++last] = r[i];
	return last + 1;
}

/* A reader is inside a call, or has taken the channel away from its owner. */
static bool
may_be_reading(const struct netdma_channel *ch)
{
	return netdma_guard_in_call(ch) ||
			__atomic_load_n(&ch->stopping, __ATOMIC_ACQUIRE) == CHANNEL_STOPS;
}

/* Free the tables that no channel can be reading. The caller, if it is one, is done with the
 * old table.
 */
static void
retired_free(const struct netdma_channel *self)
{
	struct netdma_channel *ch;
	struct table *t;

	/* Whoever holds it may be waiting for this very call to end. */
	if (retired == NULL || pthread_mutex_trylock(&users_lock) != 0)
		return;
	netdma_guard_barrier();
	TAILQ_FOREACH(ch, &users, next_user)
		if (ch != self && may_be_reading(ch))
			break;
	pthread_mutex_unlock(&users_lock);
	if (ch != NULL)
		return;
	while ((t = retired) != NULL) {
		retired = t->retired;
		free(t);
	}
}

static int
table_rebuild(const struct netdma_channel *self)
{
	struct build b = { .room = 64 };
	struct table *t;
	uint32_t i, n;
	bool pa = rte_eal_iova_mode() != RTE_IOVA_VA;

	b.t = malloc(sizeof(*b.t) + b.room * sizeof(b.t->range[0]));
	if (b.t == NULL)
		return -ENOMEM;
	b.t->n = 0;
	b.t->gen = __atomic_load_n(&netdma_region_gen, __ATOMIC_ACQUIRE);
	if (rte_memseg_contig_walk(build_walk, &b) != 0) {
		free(b.t);
		return -ENOMEM;
	}
	n = ranges_sort(b.t->range, b.t->n);
	t = realloc(b.t, sizeof(*t) + (pa ? 2 : 1) * n * sizeof(t->range[0]));
	if (t == NULL) {
		free(b.t);
		return -ENOMEM;
	}
	t->n = n;
	t->by_va = t->range;
	t->by_iova = t->range;
	if (pa) {
		t->by_iova = t->range + n;
		for (i = 0; i < n; i++) {
			t->by_iova[i] = t->by_va[i];
			t->by_iova[i].start += t->by_va[i].delta;
		}
		qsort(t->by_iova, n, sizeof(t->range[0]), range_compare);
	}
	if (current != NULL) {
		current->retired = retired;
		retired = current;
	}
	__atomic_store_n(&current, t, __ATOMIC_RELEASE);
	retired_free(self);
	return 0;
}

/* The range that holds an address, or NULL. */
static const struct range *
ranges_find(const struct range *r, uint32_t n, uint64_t addr)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (addr - r[mid].start < r[mid].length)
			return &r[mid];
		if (r[mid].start > addr)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* The table for a look-up, rebuilt if memory has changed. It is not older than the
 * channel's gen, so what it tells may be kept.
 */
static const struct table *
table_get(struct netdma_channel *ch, bool again)
{
	const struct table *t = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
	int ret = 0;

	if (likely(!again && t->gen == __atomic_load_n(&netdma_region_gen, __ATOMIC_ACQUIRE)))
		return t;
	pthread_mutex_lock(&lock);
	if (again || current->gen != __atomic_load_n(&netdma_region_gen, __ATOMIC_ACQUIRE))
		ret = table_rebuild(ch);
	t = ret == 0 ? current : NULL; /* the old one may no longer be true */
	pthread_mutex_unlock(&lock);
	return t;
}

/* Whether ranges that follow each other cover [addr, addr + length). They may be two because
 * they are not contiguous on the other side.
 */
static bool
covered(struct netdma_channel *ch, const struct range *r, const struct range *end, uint64_t addr,
		uint64_t length)
{
	uint64_t used = ch->regions.used;

	for (;; r++) {
		if (r->slot != REGION_NO_SLOT)
			used |= UINT64_C(1) << r->slot;
		if (r->start + r->length >= addr + length)
			break;
		if (r + 1 == end || r[1].start != r->start + r->length)
			return false;
	}
	__atomic_store_n(&ch->regions.used, used, __ATOMIC_RELAXED);
	return true;
}

bool
netdma_region_miss(struct netdma_channel *ch, struct region_hit *hit, bool iova, uint64_t addr,
		uint64_t length)
{
	const struct range *r, *ranges;
	const struct table *t;
	bool again;

	if (length > UINT64_MAX - addr)
		return false;
	/* What is not found may have been given to EAL by the application, which EAL does not
	 * tell of.
	 */
	for (again = false;; again = true) {
		t = table_get(ch, again);
		if (t == NULL)
			return false;
		ranges = iova ? t->by_iova : t->by_va;
		r = ranges_find(ranges, t->n, addr);
		if (r != NULL && covered(ch, r, ranges + t->n, addr, length))
			break;
		if (again)
			return false;
	}
	*hit = (struct region_hit){ r->start, r->length, r->delta };
	return true;
}

void
netdma_region_flush(struct netdma_channel *ch)
{
	struct region_cache *c = &ch->regions;
	uint64_t position = netdma_ring_count(ch, ch->ring_filled), used;
	unsigned int i;

	/* Others read `used` first: what they do not see there they see here. */
	for (i = 0, used = c->used; used != 0; i++, used >>= 1)
		if (used & 1)
			__atomic_store_n(&c->used_until[i], position, __ATOMIC_RELAXED);
	__atomic_store_n(&c->used, 0, __ATOMIC_RELEASE);
	c->src = (struct region_hit){ 0 };
	c->dst = (struct region_hit){ 0 };
	c->gen = __atomic_load_n(&netdma_region_gen, __ATOMIC_ACQUIRE);
}

void
netdma_region_withdrawn(struct netdma_channel *ch)
{
	struct region_cache *c = &ch->regions;
	unsigned int i;

	for (i = 0; i < REGION_SLOTS; i++)
		if (c->used_until[i] > ch->list.accepted)
			__atomic_store_n(&c->used_until[i], ch->list.accepted, __ATOMIC_RELAXED);
}

void *
netdma_iova_to_va(rte_iova_t iova, uint32_t *length)
{
	const struct range *r;
	void *va = NULL;

	pthread_mutex_lock(&lock);
	if (current != NULL) {
		if (current->gen != __atomic_load_n(&netdma_region_gen, __ATOMIC_ACQUIRE))
			table_rebuild(NULL);
		r = ranges_find(current->by_iova, current->n, iova);
		if (r != NULL) {
			uint64_t left = r->length - (iova - r->start);

			if (left < *length)
				*length = (uint32_t)left;
			va = (void *)(uintptr_t)(iova - r->delta);
		}
	}
	pthread_mutex_unlock(&lock);
	return va;
}

/* ------------------------------------------------------------ who reads it */

void
netdma_region_user_add(struct netdma_channel *ch)
{
	pthread_mutex_lock(&users_lock);
	TAILQ_INSERT_TAIL(&users, ch, next_user);
	pthread_mutex_unlock(&users_lock);
}

void
netdma_region_user_remove(struct netdma_channel *ch)
{
	pthread_mutex_lock(&users_lock);
	TAILQ_REMOVE(&users, ch, next_user);
	pthread_mutex_unlock(&users_lock);
}

static bool
channel_uses(const struct netdma_channel *ch, int slot)
{
	uint64_t used = __atomic_load_n(&ch->regions.used, __ATOMIC_ACQUIRE);
	uint64_t delivered = __atomic_load_n(&ch->list.delivered, __ATOMIC_ACQUIRE);
	uint64_t filled = __atomic_load_n(&ch->ring_filled, __ATOMIC_ACQUIRE);
	uint64_t until = __atomic_load_n(&ch->regions.used_until[slot], __ATOMIC_ACQUIRE);

	return delivered < until || ((used >> slot & 1) != 0 && delivered !=
			__atomic_load_n(&ch->list.accepted, __ATOMIC_ACQUIRE) + filled -
			__atomic_load_n(&ch->ring_submitted, __ATOMIC_ACQUIRE));
}

bool
netdma_region_in_use(int slot, bool wait)
{
	const struct netdma_channel *ch;
	bool used = false;

	netdma_guard_barrier();
	pthread_mutex_lock(&users_lock);
	TAILQ_FOREACH(ch, &users, next_user) {
		/* Who is inside a call may have looked the area up before it was taken out;
		 * the caller itself, in its callback, has not.
		 */
		if (wait && !netdma_in_callback_of(ch) && !netdma_guard_wait(ch))
			used = true;
		used = used || channel_uses(ch, slot);
	}
	pthread_mutex_unlock(&users_lock);
	return used;
}

/* ------------------------------------------------------- registered areas */

void
netdma_region_changed(void)
{
	__atomic_add_fetch(&netdma_region_gen, 1, __ATOMIC_ACQ_REL);
}

int
netdma_region_slot_add(uint64_t start, uint64_t length)
{
	int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < REGION_SLOTS; i++)
		if (slots[i].length == 0)
			break;
	if (i < REGION_SLOTS)
		slots[i] = (struct slot){ start, length };
	pthread_mutex_unlock(&lock);
	if (i == REGION_SLOTS)
		return -ENOSPC;
	netdma_region_changed();
	return i;
}

void
netdma_region_slot_remove(int slot)
{
	pthread_mutex_lock(&lock);
	slots[slot].length = 0;
	pthread_mutex_unlock(&lock);
	netdma_region_changed();
}

void
netdma_region_slot_restore(int slot, uint64_t start, uint64_t length)
{
	pthread_mutex_lock(&lock);
	slots[slot] = (struct slot){ start, length };
	pthread_mutex_unlock(&lock);
	netdma_region_changed();
}

int
netdma_region_slot_find(uint64_t start, uint64_t length)
{
	int i;

	for (i = 0; i < REGION_SLOTS; i++)
		if (slots[i].length == length && slots[i].start == start && length != 0)
			return i;
	return -ENOENT;
}

bool
netdma_region_overlaps(uint64_t start, uint64_t length)
{
	bool found = false;
	uint32_t i;

	pthread_mutex_lock(&lock);
	table_rebuild(NULL);
	for (i = 0; i < current->n && !found; i++)
		found = current->by_va[i].start < start + length &&
				start < current->by_va[i].start + current->by_va[i].length;
	pthread_mutex_unlock(&lock);
	return found;
}

/* ------------------------------------------------------------- life cycle */

static void
memory_event(enum rte_mem_event type, const void *addr, size_t length, void *arg)
{
	RTE_SET_USED(type);
	RTE_SET_USED(addr);
	RTE_SET_USED(length);
	RTE_SET_USED(arg);
	/* EAL holds its memory lock here: only take note. */
	netdma_region_changed();
}

int
netdma_region_init(void)
{
	int ret;

	/* Not there where memory cannot change: --no-huge, --legacy-mem. */
	events = rte_mem_event_callback_register("netdma", memory_event, NULL) == 0;
	pthread_mutex_lock(&lock);
	ret = table_rebuild(NULL);
	pthread_mutex_unlock(&lock);
	if (ret != 0)
		netdma_region_fini();
	return ret;
}

void
netdma_region_fini(void)
{
	if (events)
		rte_mem_event_callback_unregister("netdma", NULL);
	events = false;
	pthread_mutex_lock(&lock);
	retired_free(NULL);
	free(current);
	current = NULL;
	pthread_mutex_unlock(&lock);
}

void
netdma_region_dump(FILE *f)
{
	uint32_t i;

	pthread_mutex_lock(&lock);
	fprintf(f, "memory: %u ranges\n", current->n);
	for (i = 0; i < current->n; i++) {
		const struct range *r = &current->by_va[i];

		fprintf(f, "  0x%" PRIx64 " + %" PRIu64 " iova 0x%" PRIx64 "%s\n", r->start,
				r->length, r->start + r->delta,
				r->slot != REGION_NO_SLOT ? " registered" : "");
	}
	pthread_mutex_unlock(&lock);
}
