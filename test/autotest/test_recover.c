/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Copies that fail, and what the three error policies make of them. */

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "model.h"
#include "survive.h"

/* ---------------------------------------------------------- what the engine says */

/* The verdicts of a fake engine: one of so many copies is not done. */
static struct {
	uint64_t seed;
	uint32_t one_in;   /* 0: only those at these places, counted from 0 */
	uint64_t at[4];
	enum netdma_status status; /* COPIED: one of the others */
	enum netdma_error error;   /* NONE: one that goes with it */
	uint32_t n;        /* not done so far */
} plan;

static enum netdma_status
verdict(const struct netdma_desc *d __rte_unused, uint64_t n, enum netdma_error *error)
{
	static const enum netdma_error errors[] = { [NETDMA_NOT_COPIED] = NETDMA_ERROR_NOT_ATTEMPTED,
		[NETDMA_FAILED] = NETDMA_ERROR_BUS_READ, [NETDMA_UNKNOWN] = NETDMA_ERROR_ENGINE };
	uint64_t x = (plan.seed + n + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
	enum netdma_status status = plan.status;
	unsigned int i;
	bool hit = plan.one_in != 0 && x % plan.one_in == 0;

	for (i = 0; i < RTE_DIM(plan.at) && plan.one_in == 0; i++)
		hit = hit || plan.at[i] == n;
	if (!hit)
		return NETDMA_COPIED;
	plan.n++;
	if (status == NETDMA_COPIED)
		status = (enum netdma_status)(1 + x / 64 % 3);
	*error = plan.error != NETDMA_ERROR_NONE ? plan.error : errors[status];
	return status;
}

/* A fake engine that fails so: one of so many. */
static struct fake *
failing(struct t *t, const char *args, uint32_t one_in)
{
	struct fake *f = fake_new(args, &t->provider);

	memset(&plan, 0, sizeof(plan));
	memset(plan.at, 0xff, sizeof(plan.at));
	plan.seed = t_rand(t);
	plan.one_in = one_in;
	f->verdict = verdict;
	return f;
}

static struct netdma_channel *
channel(struct t *t, enum netdma_error_policy policy)
{
	return s_channel(t, NETDMA_FAILOVER_NONE, policy);
}

static struct netdma_channel *
trusted(struct t *t, enum netdma_error_policy policy)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){ .provider = t->provider,
			.nb_desc = 64, .flags = NETDMA_CHANNEL_TRUSTED, .error_policy = policy,
			.failover = NETDMA_FAILOVER_NONE });
}

/* ----------------------------------------------------------------- recovery */

static const char *const fakes[] = { "fake0,desc=16,burst=5", "fake0,addr=iova",
	"fake0,desc=1,burst=1", "fake0,addr=iova,desc=7,burst=3,max_transfer=4096" };

T_CASE(recover, lists_are_redone_and_counted, T_ONCE)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(fakes); i++) {
		struct fake *f = failing(t, fakes[i], t_range(t, 1, 10));
		struct netdma_channel *ch = channel(t, NETDMA_ON_ERROR_RECOVER);
		struct s_list *a = s_list(t, ch, 600, true), *b = s_list(t, ch, 100, true);
		struct s_tally sum = { .entries = 0 };
		uint64_t bytes = 0;
		uint32_t k;

		ASSERT_INT(t_start(ch, a->l), ==, 0);
		ASSERT_INT(t_append(ch, b->l), ==, 0);
		s_list_collect(ch, a, UINT32_MAX, &sum);
		s_list_collect(ch, b, UINT32_MAX, &sum);
		t_quiet(ch);
		s_stats_check(ch, &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, 700);
		ASSERT_INT(t_stats(ch).copied, ==, 700);
		ASSERT(plan.n != 0);
		ASSERT_INT(t_stats(ch).by_recovery, ==, plan.n);
		for (k = 0; k < 700; k++) {
			const struct netdma_desc *d = k < 600 ? a->l->at[k] : b->l->at[k - 600];

			if ((d->flags & (NETDMA_DESC_NULL_TRANSFER |
					NETDMA_DESC_OP_TYPE_MASK)) == 0)
				bytes += d->length;
		}
		ASSERT_INT(t_stats(ch).bytes, ==, bytes);
		ASSERT_INT(f->quiesces, ==, 0);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
	}
}

T_CASE(recover, everyday_copies_are_redone_and_counted, T_ONCE)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(fakes); i++) {
		struct netdma_channel *ch;
		struct s_tally sum = { .entries = 0 };

		failing(t, fakes[i], t_range(t, 1, 10));
		ch = channel(t, NETDMA_ON_ERROR_RECOVER);
		s_ring_run(ch, s_ring(t, 300), &sum);
		s_stats_check(ch, &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, 300);
		ASSERT_INT(t_stats(ch).by_recovery, ==, plan.n);
		ASSERT_INT(t_stats(ch).failed + t_stats(ch).not_copied, ==, 0);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
	}
}

static void
mempool_undo(void *arg)
{
	rte_mempool_free(arg);
}

T_CASE(recover, packet_with_a_segment_that_fails_is_copied, T_ONCE)
{
	enum { SEGS = 4, ROOM = 256 };
	struct rte_mempool *mp = rte_pktmbuf_pool_create("recover", 63, 0, 0,
			ROOM + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	struct rte_mbuf *m = NULL, *seg;
	struct netdma_completion done;
	struct netdma_channel *ch;
	struct t_buf *b;
	unsigned int i;

	ASSERT(mp != NULL);
	t_defer(mempool_undo, mp);
	failing(t, "fake0,burst=1", 0);
	ch = channel(t, NETDMA_ON_ERROR_RECOVER);
	b = t_bufs(t, 1, SEGS * 100, SEGS * 100);
	for (i = 0; i < SEGS; i++) {
		seg = rte_pktmbuf_alloc(mp);
		ASSERT(seg != NULL);
		memcpy(rte_pktmbuf_append(seg, 100), b->src + i * 100, 100);
		if (m == NULL)
			m = seg;
		else
			ASSERT_INT(rte_pktmbuf_chain(m, seg), ==, 0);
	}
	for (i = 0; i < SEGS; i++) {
		t_buf_fill(b);
		/* Each segment once, of the packet that is copied now. */
		plan.at[0] = i * SEGS + i;
		ASSERT_INT(netdma_copy_mbuf(ch, m, 0, b->dst, b), ==, 0);
		ASSERT_INT(netdma_submit(ch), ==, SEGS);
		t_collect(ch, &done, 1);
		ASSERT(done.user == b);
		ASSERT_INT(done.status, ==, NETDMA_COPIED);
		ASSERT_INT(done.error, ==, NETDMA_ERROR_NONE);
		ASSERT_INT(done.nb_segs, ==, SEGS);
		t_buf_check(b, T_COPIED, i);
		ASSERT_INT(plan.n, ==, i + 1);
		ASSERT_INT(t_stats(ch).by_recovery, ==, i + 1);
	}
	rte_pktmbuf_free(m);
}

T_CASE(recover, chain_has_the_right_bytes_at_its_end, T_ONCE)
{
	static const uint32_t rates[] = { 1, 2, 5, 20 };
	unsigned int i, k;

	for (i = 0; i < RTE_DIM(fakes); i++)
		for (k = 0; k < RTE_DIM(rates); k++) {
			struct netdma_channel *ch;
			struct s_chain *c;

			failing(t, fakes[i], rates[k]);
			ch = channel(t, NETDMA_ON_ERROR_RECOVER);
			c = s_chain(t, ch, 25);
			ASSERT_INT(t_start(ch, c->l), ==, 0);
			t_expect(ch, c->l, NETDMA_COPIED);
			s_chain_check(c);
			ASSERT(plan.n != 0);
			ASSERT_INT(t_stats(ch).by_recovery, ==, plan.n);
			t_channel_free(ch);
			ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
		}
}

T_CASE(recover, chain_on_a_device_has_the_right_bytes_at_its_end, T_ONCE)
{
	struct netdma_channel *ch;
	struct model *m;
	struct s_chain *c;
	unsigned int round, i;
	uint32_t failed;

	t_need_driver("dmadev");
	if (model_prepare() != NULL)
		t_skip("%s", model_reason());
	ASSERT_INT(netdma_rescan(), >=, 0);
	m = model_get(MODEL_NAME);
	t->provider = netdma_provider_find(MODEL_NAME);
	ASSERT_INT(t->provider, >, 0);
	ch = channel(t, NETDMA_ON_ERROR_RECOVER);
	for (round = 0; round < 20; round++) {
		c = s_chain(t, ch, 25);
		for (i = 0; i < MODEL_FAILS; i++)
			m->fail[i] = m->jobs + t_range(t, 1, c->l->n);
		m->code = round & 1 ? RTE_DMA_STATUS_NOT_ATTEMPTED : RTE_DMA_STATUS_PAGE_FAULT;
		failed = (uint32_t)(m->statuses + t_stats(ch).by_recovery);
		ASSERT_INT(t_start(ch, c->l), ==, 0);
		t_expect(ch, c->l, NETDMA_COPIED);
		s_chain_check(c);
		ASSERT_INT(m->statuses, ==, t_stats(ch).by_recovery);
		ASSERT_INT(m->statuses + t_stats(ch).by_recovery, >, failed);
	}
}

T_CASE(recover, copies_that_fail_on_a_device_are_redone, T_ONCE)
{
	struct netdma_channel *ch;
	struct model *m;
	unsigned int round, i;

	t_need_driver("dmadev");
	if (model_prepare() != NULL)
		t_skip("%s", model_reason());
	ASSERT_INT(netdma_rescan(), >=, 0);
	m = model_get(MODEL_NAME);
	t->provider = netdma_provider_find(MODEL_NAME);
	ch = channel(t, NETDMA_ON_ERROR_RECOVER);
	for (round = 0; round < 10; round++) {
		struct s_list *s = s_list(t, ch, 300, true);
		struct s_tally sum = { .entries = 0 };

		for (i = 0; i < MODEL_FAILS; i++)
			m->fail[i] = m->jobs + t_range(t, 1, 250);
		ASSERT_INT(t_start(ch, s->l), ==, 0);
		s_list_collect(ch, s, UINT32_MAX, &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, 300);
		for (i = 0; i < MODEL_FAILS; i++)
			m->fail[i] = m->jobs + t_range(t, 1, 40);
		memset(&sum, 0, sizeof(sum));
		s_ring_run(ch, s_ring(t, 60), &sum);
		ASSERT_INT(sum.status[NETDMA_COPIED], ==, 60);
		/* A descriptor of several operations may have failed more than once. */
		ASSERT_INT(t_stats(ch).by_recovery, <=, m->statuses);
		ASSERT_INT(t_stats(ch).by_recovery, >, round);
		memset(m->fail, 0, sizeof(m->fail));
	}
}

static void
pages_undo(void *arg)
{
	netdma_mem_unregister(arg, 256 * NETDMA_PAGE_SIZE);
	munmap(arg, 256 * NETDMA_PAGE_SIZE);
}

/* With IOVA as PA, what is one piece for an engine may be several in this process. */
T_CASE(recover, pages_that_only_an_engine_sees_as_one_are_redone, T_ONCE)
{
	enum { PAGES = 256, PAGE = NETDMA_PAGE_SIZE };
	struct netdma_completion done;
	struct netdma_channel *ch;
	struct t_list *l;
	uint8_t *m, *low = NULL, *high = NULL, *other;
	uint64_t iova[PAGES];
	uint32_t i, k, round;

	if (rte_eal_iova_mode() == RTE_IOVA_VA)
		t_skip("IOVAs are virtual addresses");
	m = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
			MAP_POPULATE, -1, 0);
	ASSERT(m != MAP_FAILED);
	ASSERT_INT(mlock(m, PAGES * PAGE), ==, 0);
	ASSERT_INT(netdma_mem_register(m, PAGES * PAGE), ==, 0);
	t_defer(pages_undo, m);
	for (i = 0; i < PAGES; i++)
		iova[i] = t_iova(m + i * PAGE);
	for (i = 0; i < PAGES; i++)
		for (k = 0; k < PAGES; k++)
			if (iova[k] == iova[i] + PAGE && k != i + 1) {
				low = m + i * PAGE;
				high = m + k * PAGE;
			}
	if (low == NULL)
		t_skip("the kernel has given no such pages");
	failing(t, "fake0,addr=iova", 0);
	ch = channel(t, NETDMA_ON_ERROR_RECOVER);
	l = t_list_bare(t, t_pool(1), 1);
	other = t_memory(t, 2000, 64);
	for (round = 0; round < 2; round++) {
		/* From them, and to them. */
		plan.at[0] = round;
		for (i = 0; i < 2000; i++) {
			other[i] = (uint8_t)(round == 0 ? 0 : i * 3);
			*(i < 1000 ? low + PAGE - 1000 + i : high + i - 1000) =
					(uint8_t)(round == 0 ? i * 7 : 0);
		}
		l->first->src = round == 0 ? t_iova(low) + PAGE - 1000 : t_iova(other);
		l->first->dst = round == 1 ? t_iova(low) + PAGE - 1000 : t_iova(other);
		l->first->length = 2000;
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_collect(ch, &done, 1);
		t_entry_check(&done, l->first, NETDMA_COPIED, round);
		ASSERT_INT(t_stats(ch).by_recovery, ==, round + 1);
		for (i = 0; i < 2000; i++) {
			ASSERT_INT(other[i], ==, (uint8_t)(round == 0 ? i * 7 : i * 3));
			ASSERT_INT(*(i < 1000 ? low + PAGE - 1000 + i : high + i - 1000), ==,
					other[i]);
		}
	}
}

/* What may not be done by the CPU. The engine has touched nothing, or half of it. */
T_CASE(recover, poisoned_data_is_reported_and_not_touched, T_ONCE)
{
	struct netdma_completion done[10];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i, left;

	failing(t, "fake0", 0);
	plan.at[0] = 3;
	plan.at[1] = 8;
	plan.status = NETDMA_FAILED;
	plan.error = NETDMA_ERROR_POISON;
	ch = channel(t, NETDMA_ON_ERROR_RECOVER);
	l = t_list_new(t, ch, t_pool(10), 10, 100, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 10);
	for (i = 0; i < 10; i++) {
		bool bad = i == 3 || i == 8;

		t_entry_check(&done[i], l->at[i], bad ? NETDMA_FAILED : NETDMA_COPIED, i);
		ASSERT_INT(done[i].error, ==, bad ? NETDMA_ERROR_POISON : NETDMA_ERROR_NONE);
		t_buf_check(&l->buf[i], bad ? T_UNDEFINED : T_COPIED, i);
		/* The half that the engine has not written. */
		left = l->buf[i].length - l->buf[i].length / 2;
		if (bad)
			ASSERT_INT(t_pattern_diff(l->buf[i].dst, l->buf[i].length,
					l->buf[i].key, T_UNTOUCHED, NULL), <=,
					l->buf[i].length - left);
	}
	ASSERT_INT(t_stats(ch).failed, ==, 2);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 0);
}

/* Memory that is not DPDK's: the copy of that descriptor goes wrong, and the CPU keeps off. */
static void
keeps_off(struct t *t, const char *args, unsigned int side)
{
	struct netdma_completion done[3];
	struct netdma_channel *ch;
	struct t_list *l;
	struct netdma_desc *d;
	uint8_t *foreign = t_zalloc(2 * NETDMA_PAGE_SIZE + 600), *pages;
	uint32_t i;

	failing(t, args, 0);
	plan.at[0] = 1;
	plan.status = NETDMA_NOT_COPIED;
	plan.error = NETDMA_ERROR_ADDR;
	ch = trusted(t, NETDMA_ON_ERROR_RECOVER);
	l = t_list_new(t, ch, t_pool(3), 3, 200, 300);
	d = l->at[1];
	memset(foreign, 0x5a, 2 * NETDMA_PAGE_SIZE + 600);
	pages = t_memory(t, 2 * NETDMA_PAGE_SIZE, NETDMA_PAGE_SIZE);
	switch (side) {
	case 0:
		d->src = (uintptr_t)foreign;
		break;
	case 1:
		d->dst = (uintptr_t)foreign;
		break;
	case 2:
		d->flags = NETDMA_DESC_SOURCE_PAGE_BREAK;
		d->src = t_addr(ch, pages + NETDMA_PAGE_SIZE - 100);
		d->next_src = (uintptr_t)foreign;
		break;
	default:
		d->flags = NETDMA_DESC_DESTINATION_PAGE_BREAK;
		d->dst = t_addr(ch, pages + NETDMA_PAGE_SIZE - 100);
		d->next_dst = (uintptr_t)foreign;
		break;
	}
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 3);
	for (i = 0; i < 3; i++) {
		t_entry_check(&done[i], l->at[i], i == 1 ? NETDMA_FAILED : NETDMA_COPIED, i);
		ASSERT_INT(done[i].error, ==, i == 1 ? NETDMA_ERROR_ADDR : NETDMA_ERROR_NONE);
		if (i != 1)
			t_buf_check(&l->buf[i], T_COPIED, i);
	}
	if (side < 2)
		t_buf_check(&l->buf[1], T_NOT_COPIED, 1);
	for (i = 0; i < 2 * NETDMA_PAGE_SIZE + 600; i++)
		ASSERT_INT(foreign[i], ==, 0x5a);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 0);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
}

T_CASE(recover, addresses_out_of_reach_are_reported_and_not_touched, T_ONCE)
{
	unsigned int side;

	for (side = 0; side < 4; side++) {
		keeps_off(t, "fake0", side);
		keeps_off(t, "fake0,addr=iova", side);
	}
}

/* The engine finds out by itself. */
T_CASE(recover, unreachable_addresses_of_a_trusted_channel_do_not_stop_it, T_EACH)
{
	uint8_t *foreign = t_zalloc(300);
	struct netdma_completion done[100];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i;

	if (strstr(t->kind->label, "iova") == NULL)
		t_skip("such an address would crash it");
	ch = trusted(t, NETDMA_ON_ERROR_RECOVER);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	for (i = 0; i < 100; i += 7)
		*(i & 1 ? &l->at[i]->src : &l->at[i]->dst) = (uintptr_t)foreign;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 100);
	for (i = 0; i < 100; i++) {
		t_entry_check(&done[i], l->at[i], i % 7 == 0 ? NETDMA_FAILED : NETDMA_COPIED, i);
		t_buf_check(&l->buf[i], i % 7 == 0 ? T_NOT_COPIED : T_COPIED, i);
	}
	for (i = 0; i < 300; i++)
		ASSERT_INT(foreign[i], ==, 0);
}

T_CASE(recover, what_an_abort_finds_failed_is_not_redone, T_ONCE)
{
	struct netdma_completion done[100];
	struct netdma_channel *ch;
	struct t_list *l;
	uint32_t i, failed = 0;

	failing(t, "fake0,desc=50,burst=4", 3);
	plan.status = NETDMA_FAILED;
	ch = channel(t, NETDMA_ON_ERROR_RECOVER);
	l = t_list_new(t, ch, t_pool(100), 100, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, done, 100);
	for (i = 0; i < 100; i++) {
		failed += done[i].status == NETDMA_FAILED;
		ASSERT_INT(done[i].status == NETDMA_NOT_COPIED, ==, i >= 50);
		if (i >= 50)
			ASSERT_INT(done[i].error, ==, NETDMA_ERROR_CANCELED);
		t_buf_check(&l->buf[i], done[i].status == NETDMA_COPIED ? T_COPIED :
				done[i].status == NETDMA_NOT_COPIED ? T_NOT_COPIED : T_UNDEFINED,
				i);
	}
	ASSERT_INT(failed, ==, plan.n);
	ASSERT(failed != 0);
	ASSERT_INT(t_stats(ch).by_recovery, ==, 0);
	/* The next list is. */
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	ASSERT(t_stats(ch).by_recovery != 0);
}

T_CASE(recover, driver_that_counts_too_many_failures_is_not_believed, T_ONCE)
{
	struct fake *f = fake_new("fake0,burst=3", &t->provider);
	struct netdma_channel *ch = channel(t, NETDMA_ON_ERROR_RECOVER);
	unsigned int round;

	for (round = 1; round < 5; round++) {
		f->lie = round;
		t_run_list(ch, t_list_new(t, ch, t_pool(20), 20, 1, 100));
		ASSERT_INT(f->lie, ==, 0);
	}
	ASSERT_INT(t_stats(ch).by_engine, ==, 80);
	ASSERT_HAS(t_log(), "more failures than there are");
	/* Real ones are still seen to. */
	memset(&plan, 0, sizeof(plan));
	plan.one_in = 4;
	f->verdict = verdict;
	t_run_list(ch, t_list_new(t, ch, t_pool(200), 200, 1, 100));
	ASSERT_INT(t_stats(ch).by_recovery, ==, plan.n);
}

/* ------------------------------------------------------------------- report */

T_CASE(recover, report_tells_what_the_engine_said, T_ONCE)
{
	static const enum netdma_status statuses[] = { NETDMA_NOT_COPIED, NETDMA_FAILED,
		NETDMA_UNKNOWN };
	struct netdma_completion done[5];
	struct netdma_channel *ch;
	struct t_list *l;
	unsigned int i, k, error;

	failing(t, "fake0", 0);
	ch = channel(t, NETDMA_ON_ERROR_REPORT);
	l = t_list_new(t, ch, t_pool(5), 5, 1, 300);
	for (i = 0; i < RTE_DIM(statuses); i++)
		for (error = NETDMA_ERROR_CANCELED; error <= NETDMA_ERROR_HALTED; error++) {
			plan.status = statuses[i];
			plan.error = (enum netdma_error)error;
			plan.at[0] = t_stats(ch).accepted + 2;
			for (k = 0; k < 5; k++)
				t_buf_fill(&l->buf[k]);
			ASSERT_INT(t_start(ch, l), ==, 0);
			t_collect(ch, done, 5);
			for (k = 0; k < 5; k++) {
				t_entry_check(&done[k], l->at[k], k == 2 ? statuses[i] :
						NETDMA_COPIED, k);
				ASSERT_INT(done[k].error, ==, k == 2 ? error :
						NETDMA_ERROR_NONE);
				t_buf_check(&l->buf[k], k != 2 ? T_COPIED : statuses[i] ==
						NETDMA_FAILED ? T_UNDEFINED : T_NOT_COPIED, k);
			}
		}
	ASSERT_INT(t_stats(ch).by_recovery, ==, 0);
	ASSERT_INT(t_stats(ch).not_copied, ==, NETDMA_ERROR_HALTED);
	ASSERT_INT(t_stats(ch).failed, ==, NETDMA_ERROR_HALTED);
	ASSERT_INT(t_stats(ch).unknown, ==, NETDMA_ERROR_HALTED);
}

T_CASE(recover, report_goes_on_behind_a_failure, T_ONCE)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(fakes); i++) {
		struct netdma_channel *ch;
		struct s_tally sum = { .entries = 0 };
		struct s_list *s;

		failing(t, fakes[i], 5);
		ch = channel(t, NETDMA_ON_ERROR_REPORT);
		s = s_list(t, ch, 400, true);
		ASSERT_INT(t_start(ch, s->l), ==, 0);
		s_list_collect(ch, s, UINT32_MAX, &sum);
		s_stats_check(ch, &sum);
		ASSERT_INT(sum.entries - sum.status[NETDMA_COPIED], ==, plan.n);
		ASSERT_INT(sum.may_write, ==, 0);
		ASSERT_INT(t_stats(ch).by_recovery, ==, 0);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_destroy(t->provider), ==, 0);
	}
}
