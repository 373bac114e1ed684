/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* A queue of ours for each receive queue of the ports, and its application buffers. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "app.h"

struct queue *queues[MAX_QUEUES];
unsigned int nb_queues;

/* Memory that is the application's alone: engines reach it once it is registered. It
 * has been written to, so it is mapped; with physical addresses it has to stay where it
 * is as well.
 */
static void *
malloc_memory(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *memory;
	int rc;

	memory = aligned_alloc(page, size);
	if (memory == NULL)
		return NULL;
	memset(memory, 0, size);
	if (rte_eal_iova_mode() == RTE_IOVA_PA && mlock(memory, size) != 0) {
		complain("--app-memory malloc: %zu bytes cannot be locked: %s (ulimit -l)", size,
				strerror(errno));
		free(memory);
		return NULL;
	}
	rc = netdma_mem_register(memory, size);
	if (rc != 0) {
		complain("--app-memory malloc: netdma does not take it: %s", rte_strerror(-rc));
		free(memory);
		return NULL;
	}
	return memory;
}

static void
memory_free(struct queue *q)
{
	if (q->memory == NULL)
		return;
	if (!config.malloc_memory) {
		rte_free(q->memory);
		return;
	}
	netdma_mem_unregister(q->memory, q->memory_size);
	free(q->memory);
}

/* Buffers stand one behind the other, each between two guard areas. The last one is not in the
 * ring.
 */
static int
queue_memory(struct queue *q)
{
	uint32_t n = rte_align32pow2(config.nb_buffers) + 1, i;
	size_t stride = RTE_ALIGN_CEIL((size_t)config.buffer_size + 2 * VERIFY_GUARD,
			(size_t)RTE_CACHE_LINE_SIZE);

	q->buffer_size = config.buffer_size;
	q->mask = n - 2;
	q->memory_size = RTE_ALIGN_CEIL(n * stride, (size_t)sysconf(_SC_PAGESIZE));
	q->slots = rte_zmalloc_socket("slots", n * sizeof(*q->slots), RTE_CACHE_LINE_SIZE,
			q->socket);
	q->memory = config.malloc_memory ? malloc_memory(q->memory_size) :
			rte_zmalloc_socket("buffers", q->memory_size, RTE_CACHE_LINE_SIZE,
				q->socket);
	if (q->slots == NULL || q->memory == NULL) {
		complain("no memory for %u buffers of %u bytes: ask for less with --buffers or "
			"--buffer-size, or give the EAL more", n, config.buffer_size);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		q->slots[i].data = RTE_PTR_ADD(q->memory, i * stride + VERIFY_GUARD);
		verify_prepare_front(q->slots[i].data);
	}
	return 0;
}

static int
queue_setup(const struct port *p, uint16_t id)
{
	struct queue *q;

	if (nb_queues == MAX_QUEUES) {
		complain("%u ports with %u receive queues each: at most %u queues in all", nb_ports,
				config.nb_rxq, MAX_QUEUES);
		return -E2BIG;
	}
	/* On the node of the port: that is where the packets are. */
	q = rte_zmalloc_socket("queue", sizeof(*q), RTE_CACHE_LINE_SIZE, p->socket);
	if (q == NULL) {
		complain("no memory for queue %u of port %u", id, p->id);
		return -ENOMEM;
	}
	queues[nb_queues++] = q;
	q->port = p->id;
	q->id = id;
	q->socket = p->socket;
	return queue_memory(q);
}

int
queues_setup(void)
{
	unsigned int p;
	uint16_t id;
	int rc;

	for (p = 0; p < nb_ports; p++)
		for (id = 0; id < ports[p].nb_rxq; id++) {
			rc = queue_setup(&ports[p], id);
			if (rc != 0)
				return rc;
		}
	return 0;
}

void
queues_teardown(void)
{
	unsigned int i;
	uint32_t k;

	for (i = 0; i < nb_queues; i++) {
		/* What was delivered without an engine, and never taken out of a channel. */
		for (k = 0; k <= queues[i]->mask && queues[i]->slots != NULL; k++)
			rte_pktmbuf_free(queues[i]->slots[k].pkt);
		memory_free(queues[i]);
		rte_free(queues[i]->slots);
		rte_free(queues[i]);
	}
	nb_queues = 0;
}
