/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Pools of descriptors: one array each, so that membership is a comparison. */

#include <string.h>

#include <rte_malloc.h>
#include <rte_string_fns.h>

#include "private.h"

struct netdma_desc_pool {
	TAILQ_ENTRY(netdma_desc_pool) next;
	struct netdma_desc *desc;
	struct netdma_desc *free; /* linked through `next` */
	uint32_t n;
	uint32_t nb_free;
	pthread_mutex_t lock;
	char name[32];
};

static TAILQ_HEAD(, netdma_desc_pool) pools = TAILQ_HEAD_INITIALIZER(pools);
static uint64_t pools_gen = 1; /* counts pools that were freed */
static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;

struct netdma_desc_pool *
netdma_desc_pool_create(const char *name, uint32_t n, int socket)
{
	struct netdma_desc_pool *pool;
	uint32_t i;

	if (name == NULL || name[0] == '\0' ||
			strlen(name) >= sizeof(pool->name) || n == 0) {
		NETDMA_LOG(ERR, "a descriptor pool needs a name of 1 to %zu characters and at "
				"least one descriptor", sizeof(pool->name) - 1);
		rte_errno = EINVAL;
		return NULL;
	}
	if (!netdma_lock_initialised()) {
		rte_errno = EINVAL;
		return NULL;
	}
	netdma_unlock();
	pool = netdma_zmalloc(sizeof(*pool), &socket);
	if (pool != NULL)
		pool->desc = netdma_zmalloc((size_t)n * sizeof(pool->desc[0]), &socket);
	if (pool == NULL || pool->desc == NULL) {
		rte_free(pool);
		rte_errno = ENOMEM;
		return NULL;
	}
	rte_strscpy(pool->name, name, sizeof(pool->name));
	pthread_mutex_init(&pool->lock, NULL);
	pool->n = n;
	pool->nb_free = n;
	pool->free = pool->desc;
	for (i = 0; i < n; i++) {
		pool->desc[i].next = i + 1 < n ? &pool->desc[i + 1] : NULL;
		pool->desc[i].user_context1 = CTX_FREE;
	}
	pthread_mutex_lock(&pools_lock);
	TAILQ_INSERT_TAIL(&pools, pool, next);
	pthread_mutex_unlock(&pools_lock);
	return pool;
}

int
netdma_desc_pool_free(struct netdma_desc_pool *pool)
{
	if (pool == NULL)
		return -EINVAL;
	if (pool->nb_free != pool->n) {
		NETDMA_LOG(ERR, "descriptor pool %s: %u of %u were not freed", pool->name,
				pool->n - pool->nb_free, pool->n);
		return -EBUSY;
	}
	pthread_mutex_lock(&pools_lock);
	TAILQ_REMOVE(&pools, pool, next);
	__atomic_add_fetch(&pools_gen, 1, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&pools_lock);
	rte_free(pool->desc);
	rte_free(pool);
	return 0;
}

struct netdma_desc *
netdma_desc_alloc(struct netdma_desc_pool *pool, uint32_t n)
{
	struct netdma_desc *first, *d, *next;
	uint32_t i;

	if (pool == NULL || n == 0) {
		rte_errno = EINVAL;
		return NULL;
	}
	pthread_mutex_lock(&pool->lock);
	first = pool->nb_free >= n ? pool->free : NULL;
	for (i = 0, d = first; first != NULL && i < n; i++, d = next) {
		next = d->next;
		memset(d, 0, sizeof(*d));
		d->next = i + 1 < n ? next : NULL;
		pool->free = next;
	}
	if (first != NULL)
		pool->nb_free -= n;
	pthread_mutex_unlock(&pool->lock);
	if (first == NULL)
		rte_errno = ENOSPC;
	return first;
}

int
netdma_desc_free(struct netdma_desc_pool *pool, struct netdma_desc *first, uint32_t n)
{
	struct netdma_desc *d, *last = NULL;
	struct pool_cache range;
	uint32_t i;
	int ret = 0;

	if (pool == NULL || first == NULL || n == 0)
		return -EINVAL;
	range.start = (uintptr_t)pool->desc;
	range.length = (uint64_t)pool->n * sizeof(pool->desc[0]);
	pthread_mutex_lock(&pool->lock);
	for (i = 0, d = first; i < n && ret == 0; i++, d = d->next) {
		if (!netdma_pool_has(&range, d) || (d->user_context1 & CTX_FREE))
			ret = -EINVAL;
		else if (d->user_context1 != 0)
			ret = -EBUSY;
		if (ret != 0)
			break;
		d->user_context1 = CTX_FREE;
		last = d;
	}
	if (ret == 0) {
		last->next = pool->free;
		pool->free = first;
		pool->nb_free += n;
	} else {
		for (d = first; i > 0; i--, d = d->next)
			d->user_context1 = 0;
	}
	pthread_mutex_unlock(&pool->lock);
	if (ret != 0)
		NETDMA_LOG_LIMITED(ERR, "descriptor pool %s: the chain %s", pool->name,
				ret == -EBUSY ? "is on a list" :
				"leaves the pool, ends early, or has a free descriptor");
	return ret;
}

bool
netdma_pool_find(struct pool_cache *cache, const struct netdma_desc *first)
{
	uint64_t gen = __atomic_load_n(&pools_gen, __ATOMIC_ACQUIRE);
	struct netdma_desc_pool *pool;
	bool found = false;

	if (likely(cache->gen == gen && netdma_pool_has(cache, first)))
		return true;
	pthread_mutex_lock(&pools_lock);
	TAILQ_FOREACH(pool, &pools, next) {
		cache->start = (uintptr_t)pool->desc;
		cache->length = (uint64_t)pool->n * sizeof(pool->desc[0]);
		cache->gen = gen;
		found = netdma_pool_has(cache, first);
		if (found)
			break;
	}
	pthread_mutex_unlock(&pools_lock);
	if (!found)
		cache->length = 0;
	return found;
}

void
netdma_pool_dump(FILE *f)
{
	struct netdma_desc_pool *pool;
	uint32_t nb_free;

	pthread_mutex_lock(&pools_lock);
	TAILQ_FOREACH(pool, &pools, next) {
		pthread_mutex_lock(&pool->lock);
		nb_free = pool->nb_free;
		pthread_mutex_unlock(&pool->lock);
		fprintf(f, "pool %s: %u of %u descriptors free\n", pool->name, nb_free, pool->n);
	}
	pthread_mutex_unlock(&pools_lock);
}
