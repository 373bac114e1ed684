/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Life cycle, and the control lock. */

#include <string.h>

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#include "guard.h"
#include "private.h"
#include "trace.h"

/* Recursive: a driver that is a client of other providers comes back into the core. */
static pthread_mutex_t control = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static unsigned int depth; /* under the lock */
static bool initialised; /* under the lock */
static __thread unsigned int callbacks; /* an event's may lead to a completion's, by polling */
static __thread const struct netdma_channel *callback_channel;

void
netdma_lock(void)
{
	pthread_mutex_lock(&control);
	depth++;
}

bool
netdma_trylock(void)
{
	if (pthread_mutex_trylock(&control) != 0)
		return false;
	depth++;
	return true;
}

void
netdma_unlock_quietly(void)
{
	depth--;
	pthread_mutex_unlock(&control);
}

bool
netdma_unlock(void)
{
	bool outermost = depth == 1;

	netdma_unlock_quietly();
	/* Clients are called without the lock, by whoever leaves it last, but not inside a call of a
	 * channel's.
	 */
	if (outermost && callback_channel != NULL)
		netdma_request_delivery();
	else if (outermost)
		netdma_event_deliver();
	return outermost;
}

bool
netdma_lock_nested(void)
{
	return depth > 1;
}

bool
netdma_lock_initialised(void)
{
	netdma_lock();
	if (initialised)
		return true;
	netdma_unlock();
	NETDMA_LOG_LIMITED(ERR, "netdma_init() was not called");
	return false;
}

bool
netdma_in_callback(void)
{
	return callbacks != 0;
}

const struct netdma_channel *
netdma_callback_enter(const struct netdma_channel *ch)
{
	const struct netdma_channel *outer = callback_channel;

	callbacks++;
	callback_channel = ch;
	return outer;
}

void
netdma_callback_leave(const struct netdma_channel *outer)
{
	callbacks--;
	callback_channel = outer;
}

bool
netdma_in_callback_of(const struct netdma_channel *ch)
{
	return callback_channel == ch;
}

void *
netdma_zmalloc(size_t size, int *socket)
{
	void *memory = rte_zmalloc_socket("netdma", size, RTE_CACHE_LINE_SIZE, *socket);

	if (memory == NULL && *socket != SOCKET_ID_ANY) {
		*socket = SOCKET_ID_ANY;
		memory = rte_zmalloc("netdma", size, RTE_CACHE_LINE_SIZE);
	}
	return memory;
}

int
netdma_conf_read(void *to, size_t to_size, size_t first_size, const void *from, const char *what)
{
	const char *tail = from;
	size_t size, i;

	memcpy(&size, from, sizeof(size));
	if (size == 0)
		size = first_size;
	if (size < first_size) {
		NETDMA_LOG(ERR, "%s: size is %zu; the first version has %zu", what, size,
				first_size);
		return -EINVAL;
	}
	/* A newer caller may leave alone what this library does not know. */
	for (i = to_size; i < size; i++)
		if (tail[i] != 0) {
			NETDMA_LOG(ERR, "%s: byte %zu is set, which this library does not know: it "
					"has %zu bytes", what, i, to_size);
			return -EINVAL;
		}
	memcpy(to, from, RTE_MIN(size, to_size));
	return 0;
}

int
netdma_info_write(void *to, const void *from, size_t from_size, size_t first_size)
{
	size_t size, known;

	memcpy(&size, to, sizeof(size));
	known = size == 0 ? first_size : RTE_MIN(size, from_size);
	if (known < sizeof(size))
		return -EINVAL;
	/* What the caller says of its size stays as it is. */
	memcpy((char *)to + sizeof(size), (const char *)from + sizeof(size), known - sizeof(size));
	return 0;
}

/* An application's client; drivers' own go with their providers. */
static bool
has_client(void)
{
	struct netdma_client *client;

	TAILQ_FOREACH(client, &netdma_clients, next)
		if (!client->driver) {
			NETDMA_LOG(ERR, "client %s is still registered", client->name);
			return true;
		}
	return false;
}

/* What is left is of drivers whose providers are quarantined. It stays where it is, for their
 * engines may be using it, but nobody comes across it any more.
 */
static void
forget_the_rest(void)
{
	struct netdma_channel *ch;

	while ((ch = TAILQ_FIRST(&netdma_channels)) != NULL) {
		netdma_region_user_remove(ch);
		TAILQ_REMOVE(&netdma_channels, ch, next);
	}
	while (!TAILQ_EMPTY(&netdma_clients))
		TAILQ_REMOVE(&netdma_clients, TAILQ_FIRST(&netdma_clients), next);
}

static int
fini(void)
{
	int ret;

	if (has_client())
		return -EBUSY;
	ret = netdma_providers_destroy();
	if (ret != 0)
		return ret;
	forget_the_rest();
	netdma_driver_configure_defaults();
	netdma_mem_unregister_all();
	netdma_region_fini();
	initialised = false;
	return 0;
}

int
netdma_init(const struct netdma_conf *user)
{
	struct netdma_conf conf = { 0 };
	int ret;

	if (rte_eal_process_type() == RTE_PROC_SECONDARY) {
		NETDMA_LOG(ERR, "secondary processes are not supported");
		return -ENOTSUP;
	}
	if (rte_eal_process_type() != RTE_PROC_PRIMARY || rte_lcore_count() == 0) {
		NETDMA_LOG(ERR, "rte_eal_init() comes first");
		return -ENODEV;
	}
	if (user != NULL && netdma_conf_read(&conf, sizeof(conf), sizeof(conf), user,
			"netdma_conf") != 0)
		return -EINVAL;
	netdma_lock();
	if (initialised) {
		ret = -EALREADY;
		goto out;
	}
	netdma_guard_init();
	ret = netdma_region_init();
	if (ret != 0)
		goto out;
	initialised = true;
	while (ret == 0 && conf.driver_args != NULL && *conf.driver_args != NULL)
		ret = netdma_driver_configure(*conf.driver_args++);
	if (ret == 0)
		ret = netdma_driver_scan();
	/* Last: its thread must not be waited for under the lock, which it may want. */
	if (ret >= 0)
		ret = netdma_requests_start();
	if (ret < 0) {
		fini();
		goto out;
	}
	netdma_telemetry_init();
	ret = 0;
out:
	netdma_unlock();
	netdma_trace_init(ret);
	return ret;
}

static int
end(void)
{
	bool busy;
	int ret;

	if (!netdma_lock_initialised())
		return -EINVAL;
	busy = has_client();
	netdma_unlock();
	if (busy)
		return -EBUSY;
	/* It may be waiting for the lock. */
	netdma_requests_stop();
	netdma_lock();
	ret = initialised ? fini() : -EINVAL;
	if (ret != 0 && initialised)
		netdma_requests_start();
	netdma_unlock();
	return ret;
}

int
netdma_fini(void)
{
	/* One at a time: the thread that answers requests can be ended once. */
	static pthread_mutex_t ending = PTHREAD_MUTEX_INITIALIZER;
	int ret;

	if (netdma_in_callback())
		return -EBUSY;
	pthread_mutex_lock(&ending);
	ret = end();
	pthread_mutex_unlock(&ending);
	netdma_trace_fini(ret);
	return ret;
}
