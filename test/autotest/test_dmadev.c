/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The dmadev driver: which devices it takes, and how it lives with what they do. */

#include <errno.h>
#include <stdlib.h>

#include <rte_dev.h>
#include <rte_dmadev.h>
#include <rte_malloc.h>

#include "model.h"
#include "util.h"

#define OTHER "test_dma1"

static void
other_undo(void *arg __rte_unused)
{
	int id = rte_dma_get_dev_id_by_name(OTHER);

	if (id < 0)
		return;
	netdma_provider_stop(netdma_provider_find(OTHER));
	rte_dma_stop((int16_t)id);
	model_remove(OTHER);
}

/* Another one, until the end of the case. */
static struct model *
other(void)
{
	struct model *m = model_get(OTHER);

	if (m == NULL)
		t_skip("%s", model_reason());
	t_defer(other_undo, NULL);
	return m;
}

/* The model, known to the library. */
static struct model *
model(struct t *t)
{
	struct model *m;

	if (model_prepare() != NULL)
		t_skip("%s", model_reason());
	m = model_get(MODEL_NAME);
	ASSERT_INT(netdma_rescan(), >=, 0);
	t->provider = netdma_provider_find(MODEL_NAME);
	t_need_driver("dmadev");
	ASSERT_INT(t->provider, >, 0);
	return m;
}

T_CASE(dmadev, device_is_not_touched_before_a_channel_is_allocated, T_ONCE)
{
	struct model *m = model(t);
	struct netdma_provider_info info = { .size = sizeof(info) };
	struct netdma_channel *ch;

	ASSERT_INT(netdma_provider_info_get(t->provider, &info), ==, 0);
	ASSERT_STR(info.driver, "dmadev");
	ASSERT_STR(info.name, MODEL_NAME);
	ASSERT_INT(info.addr_space, ==, NETDMA_ADDR_IOVA);
	/* Vchans of one device must not be used in parallel. */
	ASSERT_INT(info.max_channels, ==, 1);
	ASSERT_INT(m->configures + m->starts, ==, 0);
	ch = t_channel(t, 64, 0);
	ASSERT_INT(m->starts, ==, 1);
	ASSERT(m->started);
	t_copy_works(t, ch);
	ASSERT_INT(m->jobs, ==, 1);
	t_channel_free(ch);
}

T_CASE(dmadev, ring_size_is_clamped_to_the_device, T_ONCE)
{
	static const uint32_t sizes[] = { 1, 8, 9, 20, 48, 64, 1024, 32768 };
	struct model *m = model(t);
	unsigned int i;

	for (i = 0; i < RTE_DIM(sizes); i++) {
		struct netdma_channel *ch = t_channel(t, sizes[i], 0);

		ASSERT(m->nb_desc >= MODEL_MIN_DESC && m->nb_desc <= MODEL_MAX_DESC);
		ASSERT_INT(t_info(ch).engine_desc, <=, m->nb_desc);
		ASSERT_INT(t_info(ch).nb_desc, >=, sizes[i]);
		t_run_list(ch, t_list_new(t, ch, t_pool(200), 200, 1, 100));
		t_channel_free(ch);
	}
}

T_CASE(dmadev, burst_capacity_is_never_exceeded, T_ONCE)
{
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(1000), 1000, 1, 100);

	/* Without doorbells in between it would stop at 12. */
	t_run_list(ch, l);
	ASSERT_INT(m->jobs, ==, 1000);
	ASSERT_INT(m->doorbells, >=, 1000 / MODEL_BATCH);
	/* The limit may change, and be one. */
	m->max_batch = 1;
	t_run_list(ch, l);
	m->max_batch = 5;
	t_run_list(ch, l);
}

/* Copy a list of which these jobs fail. The rest must be copied, in order. */
static void
run_with_failures(struct t *t, struct model *m, struct netdma_channel *ch, uint32_t n,
		const uint32_t *at, unsigned int nb)
{
	struct t_list *l = t_list_new(t, ch, t_pool(n), n, 1, 100);
	struct netdma_completion done;
	uint64_t base = m->jobs, statuses = m->statuses;
	unsigned int k, expected = 0;
	uint32_t i;

	memset(m->fail, 0, sizeof(m->fail));
	for (k = 0; k < nb; k++)
		m->fail[k] = base + at[k] + 1;
	ASSERT_INT(t_info(ch).state == NETDMA_CHANNEL_ARMED ? t_start(ch, l) : t_append(ch, l), ==,
			0);
	for (i = 0; i < n; i++) {
		bool fails = false;

		for (k = 0; k < nb; k++)
			fails |= at[k] == i;
		expected += fails;
		t_collect(ch, &done, 1);
		t_entry_check(&done, l->at[i], fails ? NETDMA_FAILED : NETDMA_COPIED, i);
		ASSERT_INT(done.error, ==, fails ? NETDMA_ERROR_BUS_READ : NETDMA_ERROR_NONE);
		t_buf_check(&l->buf[i], fails ? T_UNDEFINED : T_COPIED, i);
	}
	t_quiet(ch);
	ASSERT_INT(m->statuses - statuses, ==, expected);
	memset(m->fail, 0, sizeof(m->fail));
}

T_CASE(dmadev, error_in_the_middle_is_read_and_the_rest_is_copied, T_ONCE)
{
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	unsigned int round, k;
	uint32_t at[MODEL_FAILS];

	/* First, last, alone, in a row. */
	run_with_failures(t, m, ch, 1, (uint32_t[]){ 0 }, 1);
	run_with_failures(t, m, ch, 20, (uint32_t[]){ 0 }, 1);
	run_with_failures(t, m, ch, 20, (uint32_t[]){ 19 }, 1);
	run_with_failures(t, m, ch, 20, (uint32_t[]){ 7 }, 1);
	run_with_failures(t, m, ch, 20, (uint32_t[]){ 3, 4, 5 }, 3);
	run_with_failures(t, m, ch, 8, (uint32_t[]){ 0, 1, 2, 3, 4, 5, 6, 7 }, 8);
	run_with_failures(t, m, ch, 200, (uint32_t[]){ 46, 47, 48, 94, 95, 96, 199 }, 7);
	for (round = 0; round < 30; round++) {
		for (k = 0; k < MODEL_FAILS; k++)
			at[k] = t_range(t, 0, 299);
		run_with_failures(t, m, ch, 300, at, t_range(t, 1, MODEL_FAILS));
	}
	t_run_list(ch, t_list_new(t, ch, t_pool(100), 100, 1, 100));
}

T_CASE(dmadev, failed_piece_fails_its_descriptor_and_no_other, T_ONCE)
{
	enum { N = 40 };
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_bare(t, t_pool(N), N);
	struct netdma_completion done[N];
	uint8_t *src = t_memory(t, 2 * 4096, 4096), *dst = t_memory(t, 2 * 4096, 4096);
	uint32_t i, pieces, job, victim, piece;
	unsigned int round;

	memset(src, 1, 2 * 4096);
	for (round = 0; round < 30; round++) {
		static const uint32_t flags[] = {
			NETDMA_DESC_NULL_TRANSFER, 0, NETDMA_DESC_SOURCE_PAGE_BREAK,
			NETDMA_DESC_SOURCE_PAGE_BREAK | NETDMA_DESC_DESTINATION_PAGE_BREAK,
		};

		victim = t_range(t, 0, N - 1);
		job = 0;
		memset(m->fail, 0, sizeof(m->fail));
		for (i = 0; i < N; i++) {
			struct netdma_desc *d = l->at[i];

			/* One, two or three pieces, or none. */
			pieces = i == victim ? t_range(t, 1, 3) : t_range(t, 0, 3);
			d->length = 100;
			d->src = t_iova(src + 4096 - 50);
			d->dst = t_iova(dst + 4096 - 60);
			d->next_src = t_iova(src);
			d->next_dst = t_iova(dst);
			d->flags = flags[pieces];
			if (i == victim) {
				piece = t_range(t, 0, pieces - 1);
				m->fail[0] = m->jobs + job + piece + 1;
			}
			job += pieces;
		}
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_collect(ch, done, N);
		for (i = 0; i < N; i++)
			t_entry_check(&done[i], l->at[i], i == victim ? NETDMA_FAILED :
					NETDMA_COPIED, i);
	}
}

T_CASE(dmadev, long_copies_are_split_for_the_device, T_ONCE)
{
	static const uint32_t lengths[] = { MODEL_MAX_TRANSFER - 1, MODEL_MAX_TRANSFER,
		MODEL_MAX_TRANSFER + 1, 2 * MODEL_MAX_TRANSFER, 200000 };
	enum { HUGE = 4 << 20 };
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 256, 0);
	struct netdma_completion done[RTE_DIM(lengths)];
	struct t_list *l = t_list_bare(t, t_pool(RTE_DIM(lengths)), RTE_DIM(lengths));
	struct t_buf *b[RTE_DIM(lengths)], huge;
	uint8_t *area = rte_malloc("autotest", 2 * HUGE, 64);
	unsigned int round, i, k;
	uint32_t jobs;

	for (round = 0; round < 10; round++) {
		for (i = 0, jobs = 0; i < RTE_DIM(lengths); i++) {
			if (round == 0)
				b[i] = t_bufs(t, 1, lengths[i], lengths[i]);
			t_buf_fill(b[i]);
			l->at[i]->src = t_iova(b[i]->src);
			l->at[i]->dst = t_iova(b[i]->dst);
			l->at[i]->length = lengths[i];
			jobs += (lengths[i] - 1) / MODEL_MAX_TRANSFER + 1;
		}
		/* One part of the last one fails, in every round but the first. */
		k = (lengths[i - 1] - 1) / MODEL_MAX_TRANSFER + 1;
		m->fail[0] = round == 0 ? 0 : m->jobs + jobs - k + t_range(t, 1, k);
		jobs += (uint32_t)m->jobs;
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_collect(ch, done, RTE_DIM(lengths));
		for (i = 0; i < RTE_DIM(lengths); i++) {
			bool fails = round != 0 && i == RTE_DIM(lengths) - 1;

			t_entry_check(&done[i], l->at[i], fails ? NETDMA_FAILED : NETDMA_COPIED, i);
			t_buf_check(b[i], fails ? T_UNDEFINED : T_COPIED, i);
		}
		ASSERT_INT(m->jobs, ==, jobs);
	}
	/* More parts than the device has room for. */
	ASSERT(area != NULL);
	t_defer(rte_free, area);
	t_buf_place(t, &huge, area, area + HUGE, HUGE, HUGE - 1000);
	ASSERT_INT(netdma_copy(ch, huge.src, huge.dst, huge.length, 0, NULL), ==, 0);
	ASSERT_INT(netdma_submit(ch), >=, 1);
	t_collect(ch, done, 1);
	ASSERT_INT(done[0].status, ==, NETDMA_COPIED);
	t_buf_check(&huge, T_COPIED, 0);
	t_quiet(ch);
}

T_CASE(dmadev, status_codes_are_told_as_they_are, T_ONCE)
{
	static const struct {
		enum rte_dma_status_code code;
		enum netdma_status status;
		enum netdma_error error;
	} rows[] = {
		{ RTE_DMA_STATUS_NOT_ATTEMPTED, NETDMA_NOT_COPIED, NETDMA_ERROR_NOT_ATTEMPTED },
		{ RTE_DMA_STATUS_INVALID_SRC_ADDR, NETDMA_FAILED, NETDMA_ERROR_SRC_ADDR },
		{ RTE_DMA_STATUS_INVALID_DST_ADDR, NETDMA_FAILED, NETDMA_ERROR_DST_ADDR },
		{ RTE_DMA_STATUS_INVALID_ADDR, NETDMA_FAILED, NETDMA_ERROR_ADDR },
		{ RTE_DMA_STATUS_INVALID_LENGTH, NETDMA_FAILED, NETDMA_ERROR_LENGTH },
		{ RTE_DMA_STATUS_INVALID_OPCODE, NETDMA_FAILED, NETDMA_ERROR_OPCODE },
		{ RTE_DMA_STATUS_BUS_READ_ERROR, NETDMA_FAILED, NETDMA_ERROR_BUS_READ },
		{ RTE_DMA_STATUS_BUS_WRITE_ERROR, NETDMA_FAILED, NETDMA_ERROR_BUS_WRITE },
		{ RTE_DMA_STATUS_BUS_ERROR, NETDMA_FAILED, NETDMA_ERROR_BUS },
		{ RTE_DMA_STATUS_DATA_POISION, NETDMA_FAILED, NETDMA_ERROR_POISON },
		{ RTE_DMA_STATUS_DESCRIPTOR_READ_ERROR, NETDMA_FAILED, NETDMA_ERROR_DESC_READ },
		{ RTE_DMA_STATUS_DEV_LINK_ERROR, NETDMA_FAILED, NETDMA_ERROR_LINK },
		{ RTE_DMA_STATUS_PAGE_FAULT, NETDMA_FAILED, NETDMA_ERROR_PAGE_FAULT },
		{ RTE_DMA_STATUS_ERROR_UNKNOWN, NETDMA_FAILED, NETDMA_ERROR_ENGINE },
	};
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(5), 5, 1, 100);
	struct netdma_completion done[5];
	unsigned int i, k;

	for (i = 0; i < RTE_DIM(rows); i++) {
		m->code = rows[i].code;
		m->fail[0] = m->jobs + 3;
		ASSERT_INT(t_start(ch, l), ==, 0);
		t_collect(ch, done, 5);
		for (k = 0; k < 5; k++) {
			ASSERT_MSG(done[k].status == (k == 2 ? rows[i].status : NETDMA_COPIED),
					"code %d, entry %u: %s", rows[i].code, k,
					netdma_status_name(done[k].status));
			ASSERT_MSG(done[k].error == (k == 2 ? rows[i].error : NETDMA_ERROR_NONE),
					"code %d, entry %u: %s", rows[i].code, k,
					netdma_error_name(done[k].error));
		}
	}
}

T_CASE(dmadev, more_completions_than_outstanding_are_not_believed, T_ONCE)
{
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(40), 40, 1, 100);
	struct t_list *few = t_list_new(t, ch, t_pool(5), 5, 1, 100);
	unsigned int round;

	for (round = 1; round < 20; round++) {
		m->lie = round;
		ASSERT_INT(t_start(ch, few), ==, 0);
		t_expect(ch, few, NETDMA_COPIED);
		ASSERT_INT(m->lie, ==, 0);
		t_quiet(ch);
		t_run_list(ch, l);
	}
	ASSERT_INT(t_stats(ch).copied, ==, 19 * 45);
}

T_CASE(dmadev, copy_that_the_device_does_not_take_is_told, T_ONCE)
{
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(30), 30, 1, 100);
	struct netdma_completion done[30];
	uint32_t i;

	m->copy_error = -EINVAL;
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_collect(ch, done, 30);
	for (i = 0; i < 30; i++) {
		t_entry_check(&done[i], l->at[i], NETDMA_NOT_COPIED, i);
		ASSERT_INT(done[i].error, ==, NETDMA_ERROR_REFUSED);
	}
	t_bufs_check(l->buf, 30, T_NOT_COPIED);
	m->copy_error = 0;
	t_run_list(ch, l);
}

T_CASE(dmadev, device_that_says_nothing_is_waited_for, T_ONCE)
{
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(100), 100, 1, 100);

	m->hold = true;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_channel_drain(ch, 1000), ==, -ETIMEDOUT);
	ASSERT_INT(netdma_poll(ch, NULL, 100), ==, 0);
	ASSERT_INT(netdma_channel_free(ch), ==, -EBUSY);
	ASSERT(m->started);
	m->hold = false;
	t_expect(ch, l, NETDMA_COPIED);
}

T_CASE(dmadev, device_that_says_full_is_tried_again, T_ONCE)
{
	struct model *m = model(t);
	struct netdma_channel *ch = t_channel(t, 64, 0);
	struct t_list *l = t_list_new(t, ch, t_pool(30), 30, 1, 100);

	m->copy_error = -ENOSPC;
	ASSERT_INT(t_start(ch, l), ==, 0);
	ASSERT_INT(netdma_poll(ch, NULL, 30), ==, 0);
	m->copy_error = 0;
	t_expect(ch, l, NETDMA_COPIED);
}

/* Somebody else configures a device and starts it. @return its id. */
static int16_t
foreign_start(const char *name)
{
	struct rte_dma_vchan_conf vchan = { .direction = RTE_DMA_DIR_MEM_TO_MEM, .nb_desc = 16 };
	int id = rte_dma_get_dev_id_by_name(name);

	ASSERT_INT(id, >=, 0);
	ASSERT_INT(rte_dma_configure((int16_t)id, &(struct rte_dma_conf){ .nb_vchans = 1 }), ==, 0);
	ASSERT_INT(rte_dma_vchan_setup((int16_t)id, 0, &vchan), ==, 0);
	ASSERT_INT(rte_dma_start((int16_t)id), ==, 0);
	return (int16_t)id;
}

static void
foreign_copy(struct t *t, int16_t id)
{
	struct t_buf *b = t_bufs(t, 1, 100, 100);
	uint16_t last;
	bool error;

	ASSERT_INT(rte_dma_copy(id, 0, t_iova(b->src), t_iova(b->dst), 100, RTE_DMA_OP_FLAG_SUBMIT),
			>=, 0);
	ASSERT_INT(rte_dma_completed(id, 0, 1, &last, &error), ==, 1);
	t_buf_check(b, T_COPIED, 0);
}

T_CASE(dmadev, what_another_configured_is_left_alone, T_ONCE)
{
	struct model *m = other();
	int16_t id = foreign_start(OTHER);

	t_need_driver("dmadev");
	ASSERT_INT(netdma_rescan(), >=, 0);
	t->provider = netdma_provider_find(OTHER);
	if (t->provider > 0)
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, EBUSY);
	foreign_copy(t, id);
	/* It still works for its owner when the library goes. */
	ASSERT_INT(netdma_client_deregister(t->client), ==, 0);
	t_forget(t->client);
	ASSERT_INT(netdma_fini(), ==, 0);
	foreign_copy(t, id);
	ASSERT_INT(m->configures, ==, 1);
	ASSERT_INT(m->starts, ==, 1);
	ASSERT_INT(m->stops, ==, 0);
	ASSERT_INT(netdma_init(NULL), ==, 0);
}

T_CASE(dmadev, what_another_configured_is_left_alone_under_a_known_name, T_ONCE)
{
	struct model *m = other();
	struct netdma_channel *ch;
	int16_t id;

	t_need_driver("dmadev");
	/* Ours, until it is unplugged; what is plugged in then has only its name. */
	ASSERT_INT(netdma_rescan(), ==, 1);
	t->provider = netdma_provider_find(OTHER);
	ch = t_channel(t, 64, 0);
	t_copy_works(t, ch);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	model_remove(OTHER);
	ASSERT_INT(netdma_rescan(), ==, 0);
	m = other();
	id = foreign_start(OTHER);
	ASSERT_INT(netdma_rescan(), >=, 0);
	t->provider = netdma_provider_find(OTHER);
	if (t->provider > 0) {
		netdma_provider_start(t->provider);
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, EBUSY);
	}
	foreign_copy(t, id);
	ASSERT_INT(m->configures, ==, 1);
	ASSERT_INT(m->stops, ==, 0);
	/* Stopped for a while it is still not ours. */
	ASSERT_INT(rte_dma_stop(id), ==, 0);
	if (t->provider > 0)
		t_no_channel(t, &(struct netdma_channel_conf){ .provider = t->provider }, EBUSY);
	ASSERT_INT(rte_dma_start(id), ==, 0);
	foreign_copy(t, id);
	ASSERT_INT(m->configures, ==, 1);
}

T_CASE(dmadev, device_that_comes_and_goes_is_found_by_rescan, T_ONCE)
{
	struct model *m;
	struct netdma_channel *ch;
	int old, new, i;

	model(t);
	ASSERT_INT(netdma_rescan(), ==, 0);
	ASSERT_INT(netdma_provider_find(OTHER), ==, -ENODEV);
	old = 0;
	for (i = 0; i < 3; i++) {
		m = other();
		ASSERT_INT(netdma_rescan(), ==, 1);
		ASSERT_INT(netdma_rescan(), ==, 0);
		new = netdma_provider_find(OTHER);
		ASSERT_INT(new, >, old);
		t->provider = new;
		ch = t_channel(t, 64, 0);
		t_copy_works(t, ch);
		t_channel_free(ch);
		ASSERT_INT(netdma_provider_stop(new), ==, 0);
		ASSERT(!m->started);
		model_remove(OTHER);
		ASSERT_INT(netdma_rescan(), ==, 0);
		ASSERT_INT(netdma_provider_find(OTHER), ==, -ENODEV);
		old = new;
	}
}

T_CASE(dmadev, hotplugged_skeleton_is_found_and_used, T_ONCE)
{
	struct netdma_channel *ch;

	t_need_driver("dmadev");
	if (rte_dma_get_dev_id_by_name("dma_skeleton0") < 0)
		t_skip("no dma_skeleton0: give EAL --vdev dma_skeleton0");
	ASSERT_INT(rte_eal_hotplug_add("vdev", "dma_skeleton9", ""), ==, 0);
	ASSERT_INT(netdma_rescan(), ==, 1);
	t->provider = netdma_provider_find("dma_skeleton9");
	ASSERT_INT(t->provider, >, 0);
	ch = t_channel(t, 64, 0);
	t_copy_works(t, ch);
	t_channel_free(ch);
	ASSERT_INT(netdma_provider_stop(t->provider), ==, 0);
	ASSERT_INT(rte_eal_hotplug_remove("vdev", "dma_skeleton9"), ==, 0);
	ASSERT_INT(netdma_rescan(), ==, 0);
	ASSERT_INT(netdma_provider_find("dma_skeleton9"), ==, -ENODEV);
}

static void
init_with(const char *args)
{
	const char *const all[] = { args, NULL };
	struct netdma_conf conf = { .size = sizeof(conf), .driver_args = all };

	ASSERT_INT(netdma_init(&conf), ==, 0);
}

static void
fini_undo(void *arg __rte_unused)
{
	netdma_fini();
}

T_CASE(dmadev, allow_and_block_choose_the_devices, T_RAW)
{
	static const struct {
		const char *args;
		bool first, second;
	} rows[] = {
		{ "dmadev,block=test_dma0", false, true },
		{ "dmadev,allow=test_dma0", true, false },
		{ "dmadev,block=test_dma0,block=test_dma1", false, false },
		{ "dmadev,allow=test_dma0,allow=test_dma1", true, true },
		{ "dmadev,allow=test_dma", false, false },
		{ "dmadev", true, true },
	};
	unsigned int i;

	t_need_driver("dmadev");
	if (model_get(MODEL_NAME) == NULL)
		t_skip("%s", model_reason());
	other();
	t_defer(fini_undo, NULL);
	for (i = 0; i < RTE_DIM(rows); i++) {
		init_with(rows[i].args);
		ASSERT_INT(netdma_rescan(), ==, 0);
		ASSERT_MSG((netdma_provider_find(MODEL_NAME) > 0) == rows[i].first &&
				(netdma_provider_find(OTHER) > 0) == rows[i].second,
				"%s: not those devices", rows[i].args);
		ASSERT_INT(netdma_fini(), ==, 0);
	}
	/* It is forgotten with the library. */
	ASSERT_INT(netdma_init(NULL), ==, 0);
	ASSERT_INT(netdma_provider_find(MODEL_NAME), >, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
}

T_CASE(dmadev, wrong_driver_arguments_are_refused, T_RAW)
{
	static const char *const rows[] = { "dmadev,nosuch=1", "dmadev,block", "nosuchdriver",
		"nosuchdriver,a=b", "", ",block=x" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		const char *const all[] = { rows[i], NULL };
		struct netdma_conf conf = { .size = sizeof(conf), .driver_args = all };
		int ret = netdma_init(&conf);

		if (ret == 0)
			netdma_fini();
		ASSERT_MSG(ret == -EINVAL, "\"%s\": %d", rows[i], ret);
		ASSERT(t_log()[0] != '\0');
	}
	ASSERT_INT(netdma_init(NULL), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
}

T_CASE(dmadev, channel_can_be_had_again_after_fini, T_RAW)
{
	struct model *m = model_get(MODEL_NAME);
	struct netdma_channel *ch;
	int i;

	if (m == NULL)
		t_skip("%s", model_reason());
	t_need_driver("dmadev");
	for (i = 0; i < 3; i++) {
		ASSERT_INT(netdma_init(NULL), ==, 0);
		t->client = netdma_client_register(&(struct netdma_client_conf){ .name = "again" });
		ASSERT(t->client != NULL);
		t->provider = netdma_provider_find(MODEL_NAME);
		ASSERT_INT(t->provider, >, 0);
		ch = t_channel(t, 64, 0);
		t_copy_works(t, ch);
		t_channel_free(ch);
		ASSERT_INT(netdma_client_deregister(t->client), ==, 0);
		ASSERT_INT(netdma_fini(), ==, 0);
		/* It is nobody's now. */
		ASSERT(!m->started);
	}
}

/* The stop waits for the copy that runs, and so all has finished. */
T_CASE(dmadev, device_goes_on_after_an_abort_that_found_all_finished, T_ONCE)
{
	const uint32_t size = 16 << 20;
	struct netdma_completion done;
	struct netdma_channel *ch;
	uint8_t *area;
	int id;

	t_need_driver("dmadev");
	id = netdma_provider_find("dma_skeleton0");
	area = rte_zmalloc("autotest", 2 * (size_t)size, 64);
	if (id < 0 || area == NULL)
		t_skip("no dma_skeleton0, or too little memory");
	t_defer(rte_free, area);
	ch = t_channel_conf(t, &(struct netdma_channel_conf){ .provider = id, .nb_desc = 64,
			.bound_us = 1000, .watchdog_us = NETDMA_WATCHDOG_OFF,
			.failover = NETDMA_FAILOVER_NONE });
	ASSERT_INT(netdma_copy(ch, area, area + size, size, 0, NULL), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	ASSERT_INT(netdma_channel_abort(ch), ==, 0);
	t_collect(ch, &done, 1);
	ASSERT_INT(netdma_channel_start(ch, NULL, NULL, 0), ==, 0);
	t_copy_works(t, ch);
}
