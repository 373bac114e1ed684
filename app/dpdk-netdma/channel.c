/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers of the command line, and a channel for each queue. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>

#include "app.h"

static struct netdma_client *client;
static int use[MAX_STRINGS]; /* ids of the providers that serve the queues, in turn */
static unsigned int nb_use;

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

	client = netdma_client_register(&(struct netdma_client_conf){
		.size = sizeof(struct netdma_client_conf), .name = APP_NAME });
	if (client == NULL) {
		complain("cannot register with netdma: %s", rte_strerror(rte_errno));
		return -rte_errno;
	}
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

	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];
		struct netdma_channel_conf conf = {
			.size = sizeof(conf),
			.provider = use[i % nb_use],
			.nb_desc = config.nb_desc,
			.socket = q->socket,
			.flags = (config.want_hardware ? NETDMA_CHANNEL_WANT_HARDWARE : 0) |
					(config.trusted ? NETDMA_CHANNEL_TRUSTED : 0),
		};

		q->channel = netdma_channel_alloc(client, &conf);
		if (q->channel == NULL) {
			int error = rte_errno;

			complain_channel(q, conf.provider, error);
			return -error;
		}
		q->info = (struct netdma_channel_info){ .size = sizeof(q->info) };
		q->provider = (struct netdma_provider_info){ .size = sizeof(q->provider) };
		netdma_channel_info_get(q->channel, &q->info);
		netdma_provider_info_get(q->info.provider, &q->provider);
	}
	return 0;
}

int
channels_teardown(void)
{
	unsigned int i;
	int rc;

	for (i = 0; i < nb_queues; i++) {
		struct queue *q = queues[i];

		if (q->channel == NULL)
			continue;
		if (q->abandoned != 0) {
			complain("port %u queue %u: nothing is freed: %s may still be writing to "
				"the buffer of %s", q->port, q->id, q->provider.name,
				packets(q->abandoned));
			return -EBUSY;
		}
		rc = netdma_channel_free(q->channel);
		if (rc != 0) {
			complain("port %u queue %u: channel %d of %s cannot be freed: %s", q->port,
					q->id, q->info.id, q->provider.name, rte_strerror(-rc));
			return rc;
		}
		q->channel = NULL;
	}
	rc = client != NULL ? netdma_client_deregister(client) : 0;
	if (rc != 0)
		complain("cannot deregister from netdma: %s", rte_strerror(-rc));
	else
		client = NULL;
	return rc;
}
