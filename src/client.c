/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The registry of clients. */

#include <stdlib.h>
#include <string.h>

#include <rte_string_fns.h>

#include "private.h"
#include "trace.h"

struct netdma_client_list netdma_clients = TAILQ_HEAD_INITIALIZER(netdma_clients);

struct netdma_client *
netdma_client_register(const struct netdma_client_conf *user)
{
	struct netdma_client_conf conf = { 0 };
	struct netdma_client *client;

	if (user == NULL || netdma_conf_read(&conf, sizeof(conf), sizeof(conf), user,
			"netdma_client_conf") != 0) {
		rte_errno = EINVAL;
		return NULL;
	}
	if (conf.name == NULL || conf.name[0] == '\0' || strlen(conf.name) >= NETDMA_NAME_LEN) {
		NETDMA_LOG(ERR, "a client needs a name of 1 to %d characters",
				NETDMA_NAME_LEN - 1);
		rte_errno = EINVAL;
		return NULL;
	}
	client = calloc(1, sizeof(*client));
	if (client == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	rte_strscpy(client->name, conf.name, sizeof(client->name));
	client->event = conf.event;
	client->arg = conf.arg;
	if (!netdma_lock_initialised()) {
		free(client);
		rte_errno = EINVAL;
		return NULL;
	}
	client->driver = netdma_lock_nested();
	TAILQ_INSERT_TAIL(&netdma_clients, client, next);
	netdma_event_replay(client);
	netdma_trace_client_register(client, client->name);
	netdma_unlock();
	return client;
}

int
netdma_client_deregister(struct netdma_client *client)
{
	if (client == NULL)
		return -EINVAL;
	if (netdma_in_callback())
		return -EBUSY;
	if (!netdma_lock_initialised())
		return -EINVAL;
	if (client->nb_channels != 0) {
		NETDMA_LOG(ERR, "client %s still has %u channels", client->name,
				client->nb_channels);
		netdma_unlock();
		return -EBUSY;
	}
	TAILQ_REMOVE(&netdma_clients, client, next);
	netdma_trace_client_deregister(client, client->name);
	netdma_unlock();
	/* Without the lock: its callback, which is waited for, may need it. */
	netdma_event_forget(client);
	free(client);
	return 0;
}
