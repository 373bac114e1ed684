/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers of the command line, and a channel for each queue; where channels go. */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_string_fns.h>

#include "app.h"

#define MOVE_MS 5000 /* longer than the library takes for it */

static struct netdma_client *client;
static int use[MAX_STRINGS]; /* ids of the providers that serve the queues, in turn */
static unsigned int nb_use;
static int failover; /* as a channel is told */
static pthread_mutex_t home_lock = PTHREAD_MUTEX_INITIALIZER;

const char *
providers_list(void)
{
	static char list[1024];
	size_t at = 0;
	int id = 0;

	list[0] = '\0';
	while ((id = netdma_provider_next(id)) > 0 && at < sizeof(list)) {
		struct netdma_provider_info info = { .size = sizeof(info) };

		if (netdma_provider_info_get(id, &info) == 0)
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s",
					at != 0 ? ", " : "", info.name);
	}
	return at != 0 ? list : "none";
}

/* Make the providers. @return the id of the last one, or a negative errno. */
static int
providers_create(void)
{
	int id = NETDMA_PROVIDER_ANY, rc;
	unsigned int i;

	for (i = 0; i < config.providers.n; i++) {
		const char *args = config.providers.str[i];

		rc = netdma_provider_create(args, &id);
		if (rc == 0)
			continue;
		if (rc == -ENOENT)
			complain("--provider %s: the name has to begin with that of a driver that "
				"makes providers, as in cpu0,mode=inline", args);
		else if (rc == -EEXIST)
			complain("--provider %s: there is a provider of that name; there are: %s",
					args, providers_list());
		else
			complain("--provider %s: %s (the log above says more)", args,
					rte_strerror(-rc));
		return rc;
	}
	return id;
}

/* What --failover says. */
static int
failover_setup(void)
{
	if (strcmp(config.failover, "any") == 0)
		failover = NETDMA_FAILOVER_ANY;
	else if (strcmp(config.failover, "none") == 0)
		failover = NETDMA_FAILOVER_NONE;
	else
		failover = netdma_provider_find(config.failover);
	if (failover >= NETDMA_FAILOVER_NONE)
		return 0;
	complain("--failover %s: it is any, none or the name of a provider; there are: %s",
			config.failover, providers_list());
	return failover;
}

int
providers_setup(void)
{
	unsigned int i;
	int id;

	id = providers_create();
	if (id < 0)
		return id;

	if (config.use.n == 0) {
		use[nb_use++] = config.providers.n == 1 ? id : NETDMA_PROVIDER_ANY;
	} else {
		for (i = 0; i < config.use.n; i++) {
			id = netdma_provider_find(config.use.str[i]);
			if (id < 0) {
				complain("--use %s: there is no provider of that name; there are: "
						"%s", config.use.str[i], providers_list());
				return id;
			}
			use[nb_use++] = id;
		}
	}
	return failover_setup();
}

/* In whatever thread: a provider can be used, perhaps again. That goes by its name, as the id
 * is never the same. Workers do the rest, since channels are theirs.
 */
static void
on_event(struct netdma_client *from, const struct netdma_event *event, void *arg)
{
	unsigned int i;

	RTE_SET_USED(from);
	RTE_SET_USED(arg);
	if (event->type != NETDMA_EVENT_PROVIDER_ARRIVAL &&
			event->type != NETDMA_EVENT_PROVIDER_POWER_UP)
		return;
	pthread_mutex_lock(&home_lock);
	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];

		if (strcmp(q->home, event->name) == 0)
			__atomic_store_n(&q->move_to, event->provider, __ATOMIC_RELEASE);
		else if (failover == NETDMA_FAILOVER_ANY ||
				strcmp(config.failover, event->name) == 0)
			__atomic_store_n(&q->refuge, event->provider, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&home_lock);
}

static void
home_set(struct queue *q, const char *name)
{
	pthread_mutex_lock(&home_lock);
	rte_strscpy(q->home, name, sizeof(q->home));
	pthread_mutex_unlock(&home_lock);
}

void
queue_look(struct queue *q)
{
	q->info.size = sizeof(q->info);
	q->provider.size = sizeof(q->provider);
	netdma_channel_info_get(q->channel, &q->info);
	if (q->info.state != NETDMA_CHANNEL_DETACHED &&
			netdma_provider_info_get(q->info.provider, &q->provider) == 0)
		return;
	q->info.provider = 0;
	q->provider = (struct netdma_provider_info){
		.name = "none", .driver = "the CPU copies", .flags = NETDMA_PROVIDER_SOFTWARE };
}

int
channel_move(struct queue *q, int id)
{
	bool idle = !traffic_running() || traffic_on_main();
	unsigned int ms;
	int to = id;

	__atomic_store_n(&q->move_to, id, __ATOMIC_RELEASE);
	for (ms = 0; ms < MOVE_MS; ms++) {
		if (idle)
			queue_move(q, &q->move_to);
		if (__atomic_load_n(&q->move_to, __ATOMIC_ACQUIRE) != id)
			break;
		rte_delay_us_sleep(1000);
	}
	if (__atomic_compare_exchange_n(&q->move_to, &to, 0, false, __ATOMIC_ACQ_REL,
			__ATOMIC_ACQUIRE))
		return -ETIMEDOUT;
	queue_look(q);
	if (q->info.provider != id)
		return q->move_rc != 0 ? q->move_rc : -EAGAIN;
	home_set(q, q->provider.name);
	return 0;
}

static void
complain_channel(const struct queue *q, int wanted, int error)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	if (wanted == NETDMA_PROVIDER_ANY) {
		complain("port %u queue %u: no provider has a channel for it: %s. There are: %s. "
			"Make one with --provider cpu0,mode=inline, or give the EAL a dmadev",
			q->port, q->id, rte_strerror(error), providers_list());
		return;
	}
	netdma_provider_info_get(wanted, &info);
	if (error == EBUSY && info.nb_channels == info.max_channels)
		complain("port %u queue %u: provider %s has no channel left (it has %u): name more "
			"providers, as in --use %s,OTHER; there are: %s", q->port, q->id,
			info.name, info.max_channels, info.name, providers_list());
	else
		complain("port %u queue %u: no channel of provider %s with --desc %u: %s (the log "
			"above says more)", q->port, q->id, info.name, config.nb_desc,
			rte_strerror(error));
}

int
channels_setup(void)
{
	unsigned int i;

	client = netdma_client_register(&(struct netdma_client_conf){
		.size = sizeof(struct netdma_client_conf), .name = APP_NAME, .event = on_event });
	if (client == NULL) {
		complain("cannot register with netdma: %s", rte_strerror(rte_errno));
		return -rte_errno;
	}
	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];
		struct netdma_channel_conf conf = {
			.size = sizeof(conf),
			.provider = use[i % nb_use],
			.nb_desc = config.nb_desc,
			.socket = q->socket,
			.flags = (config.want_hardware ? NETDMA_CHANNEL_WANT_HARDWARE : 0) |
					(config.trusted ? NETDMA_CHANNEL_TRUSTED : 0),
			.error_policy = config.error_policy,
			.watchdog_us = config.watchdog_us != 0 ? config.watchdog_us :
					NETDMA_WATCHDOG_OFF,
			.failover = failover,
		};

		q->channel = netdma_channel_alloc(client, &conf);
		if (q->channel == NULL) {
			int error = rte_errno;

			complain_channel(q, conf.provider, error);
			return -error;
		}
		queue_look(q);
		home_set(q, q->provider.name);
	}
	return 0;
}

int
channels_teardown(void)
{
	unsigned int i;
	int abandoned = 0, rc;

	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];

		if (q->channel == NULL)
			continue;
		rc = netdma_channel_free(q->channel);
		if (rc != 0) {
			complain("port %u queue %u: channel %d of %s cannot be freed: %s", q->port,
					q->id, q->info.id, q->provider.name, rte_strerror(-rc));
			return rc;
		}
		q->channel = NULL;
		if (q->abandoned != 0) {
			complain("port %u queue %u: memory is not freed: an engine that does not "
				"answer may still be writing to the buffer of %s", q->port, q->id,
				packets(q->abandoned));
			abandoned = 1;
		}
	}
	rc = client != NULL ? netdma_client_deregister(client) : 0;
	if (rc != 0)
		complain("cannot deregister from netdma: %s", rte_strerror(-rc));
	else
		client = NULL;
	return rc != 0 ? rc : abandoned;
}
