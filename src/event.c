/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Events on their way to clients.
 *
 * They are queued under the control lock, so their order is that in which things
 * happened, and delivered without it, by one thread at a time.
 */

#include <stdlib.h>

#include <rte_string_fns.h>

#include "private.h"
#include "trace.h"

struct pending {
	STAILQ_ENTRY(pending) next;
	struct netdma_client *client;
	struct netdma_event event;
	char name[NETDMA_NAME_LEN];
};

static STAILQ_HEAD(, pending) queue = STAILQ_HEAD_INITIALIZER(queue);
static struct netdma_client *delivering; /* whose callback is running */
static pthread_cond_t delivered = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
enqueue(struct netdma_client *client, enum netdma_event_type type, const struct netdma_provider *p)
{
	struct pending *e;

	if (client->event == NULL)
		return;
	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		NETDMA_LOG(ERR, "no memory to tell client %s of %s", client->name,
				netdma_event_name(type));
		return;
	}
	e->client = client;
	e->event.type = type;
	e->event.provider = p->id;
	rte_strscpy(e->name, p->name, sizeof(e->name));
	e->event.name = e->name;
	pthread_mutex_lock(&lock);
	STAILQ_INSERT_TAIL(&queue, e, next);
	pthread_mutex_unlock(&lock);
}

void
netdma_event_raise(enum netdma_event_type type, const struct netdma_provider *p)
{
	struct netdma_client *client;

	NETDMA_LOG(INFO, "%s: %s", p->name, netdma_event_name(type));
	netdma_trace_event(type, p->id, p->name);
	TAILQ_FOREACH(client, &netdma_clients, next)
		enqueue(client, type, p);
}

/* What a client missed that registers late. */
void
netdma_event_replay(struct netdma_client *client)
{
	struct netdma_provider *p;

	TAILQ_FOREACH(p, &netdma_providers, next) {
		enqueue(client, NETDMA_EVENT_PROVIDER_REGISTERED, p);
		if (p->state == NETDMA_PROVIDER_STARTED || p->state == NETDMA_PROVIDER_ASLEEP)
			enqueue(client, NETDMA_EVENT_PROVIDER_ARRIVAL, p);
		if (p->state == NETDMA_PROVIDER_ASLEEP)
			enqueue(client, NETDMA_EVENT_PROVIDER_POWER_DOWN, p);
	}
}

/* A client goes: drop what it was not told, and wait for the callback that is running. */
void
netdma_event_forget(struct netdma_client *client)
{
	struct pending *e, *following;

	pthread_mutex_lock(&lock);
	while (delivering == client)
		pthread_cond_wait(&delivered, &lock);
	for (e = STAILQ_FIRST(&queue); e != NULL; e = following) {
		following = STAILQ_NEXT(e, next);
		if (e->client == client) {
			STAILQ_REMOVE(&queue, e, pending, next);
			free(e);
		}
	}
	pthread_mutex_unlock(&lock);
}

void
netdma_event_wait(void)
{
	pthread_mutex_lock(&lock);
	while (delivering != NULL || !STAILQ_EMPTY(&queue)) {
		if (delivering != NULL) {
			pthread_cond_wait(&delivered, &lock);
			continue;
		}
		/* Whoever was to deliver them may be waiting here, too. */
		pthread_mutex_unlock(&lock);
		netdma_event_deliver();
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
}

/* Deliver the oldest event. @return whether there was one that was this thread's to deliver. */
static bool
deliver_one(void)
{
	const struct netdma_channel *outer;
	struct pending *e;

	pthread_mutex_lock(&lock);
	/* Whoever is delivering goes on until the queue is empty. */
	e = delivering == NULL ? STAILQ_FIRST(&queue) : NULL;
	if (e != NULL) {
		STAILQ_REMOVE_HEAD(&queue, next);
		delivering = e->client;
	}
	pthread_mutex_unlock(&lock);
	if (e == NULL)
		return false;
	outer = netdma_callback_enter(NULL);
	e->client->event(e->client, &e->event, e->client->arg);
	netdma_callback_leave(outer);
	free(e);
	pthread_mutex_lock(&lock);
	delivering = NULL;
	pthread_cond_broadcast(&delivered);
	pthread_mutex_unlock(&lock);
	return true;
}

void
netdma_event_deliver(void)
{
	while (deliver_one())
		;
}
