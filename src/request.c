/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers that have to go, as their driver says from where nobody can wait: a data path, an
 * interrupt. A thread of the library's sees to them.
 */

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "private.h"

/* An owner who did not leave his call in time may do so in this. */
#define RETRY_US 20000

static pthread_t thread;
static sem_t requests;
static unsigned int removals; /* of them, not yet taken up */
static bool running;
static bool quit;

/* There from the beginning to the end: a request may come at any time. */
RTE_INIT(netdma_requests_init)
{
	sem_init(&requests, 0, 0);
}

/* Take up a request. @return the id of the provider that is to go, or 0. */
static int
request_take(bool *device)
{
	struct netdma_provider *p;
	int id;

	/* Not for nothing: a channel that is to leave its engine meanwhile finds the registry free. */
	if (__atomic_load_n(&removals, __ATOMIC_ACQUIRE) == 0)
		return 0;
	__atomic_fetch_sub(&removals, 1, __ATOMIC_RELAXED);
	if (!netdma_lock_initialised())
		return 0;
	TAILQ_FOREACH(p, &netdma_providers, next)
		if (__atomic_exchange_n(&p->unwanted, false, __ATOMIC_ACQ_REL))
			break;
	*device = p != NULL && !p->created && p->driver->detach != NULL;
	id = p != NULL ? p->id : 0;
	netdma_unlock();
	return id;
}

/* Whoever wants it gone waits for it: it is not forgotten because an owner is in the way. */
static void
request_again(int id)
{
	struct netdma_provider *p;

	rte_delay_us_sleep(RETRY_US);
	if (!netdma_lock_initialised())
		return;
	p = netdma_provider_by_id(id);
	if (p != NULL)
		netdma_request_removal(p);
	netdma_unlock();
}

static void *
thread_main(void *arg)
{
	bool device;
	int id, ret;

	RTE_SET_USED(arg);
	for (;;) {
		while (sem_wait(&requests) != 0)
			;
		if (__atomic_load_n(&quit, __ATOMIC_ACQUIRE))
			return NULL;
		netdma_event_deliver();
		id = request_take(&device);
		if (id == 0)
			continue;
		ret = device ? netdma_provider_detach(id) : netdma_provider_stop(id);
		if (ret == -ETIMEDOUT)
			request_again(id);
		else if (ret != 0)
			NETDMA_LOG(ERR, "provider %d was to go: %s", id, rte_strerror(-ret));
	}
}

void
netdma_request_removal(struct netdma_provider *p)
{
	if (!__atomic_exchange_n(&p->unwanted, true, __ATOMIC_ACQ_REL))
		__atomic_fetch_add(&removals, 1, __ATOMIC_RELEASE);
	sem_post(&requests);
}

void
netdma_request_delivery(void)
{
	sem_post(&requests);
}

int
netdma_requests_start(void)
{
	int ret;

	quit = false;
	ret = rte_ctrl_thread_create(&thread, "netdma-requests", NULL, thread_main, NULL);
	running = ret == 0;
	if (!running)
		NETDMA_LOG(ERR, "no thread for requests: %s", rte_strerror(-ret));
	return ret;
}

/* Not under the lock. */
void
netdma_requests_stop(void)
{
	if (!running)
		return;
	__atomic_store_n(&quit, true, __ATOMIC_RELEASE);
	sem_post(&requests);
	pthread_join(thread, NULL);
	running = false;
}
