/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The registry of providers and their life cycle. */

#include <stdlib.h>
#include <string.h>

#include <rte_lcore.h>
#include <rte_memory.h>
#include <rte_string_fns.h>

#include "private.h"
#include "trace.h"

struct netdma_provider_list netdma_providers = TAILQ_HEAD_INITIALIZER(netdma_providers);
/* What netdma_fini() could not free: nobody looks here but leak checkers. */
static struct netdma_provider_list lost_providers = TAILQ_HEAD_INITIALIZER(lost_providers);

struct netdma_provider *
netdma_provider_by_id(int id)
{
	struct netdma_provider *p;

	TAILQ_FOREACH(p, &netdma_providers, next)
		if (p->id == id)
			return p;
	return NULL;
}

struct netdma_provider *
netdma_provider_by_name(const char *name)
{
	struct netdma_provider *p;

	TAILQ_FOREACH(p, &netdma_providers, next)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

/* SetDmaChannelCpuAffinity: channels are for the lcores, one after the other. */
static int
set_cpu_affinity(struct netdma_provider *p)
{
	uint32_t i, n = RTE_MIN(p->max_channels, rte_lcore_count());
	struct netdma_cpu_affinity pair[RTE_MAX_LCORE];
	unsigned int lcore = rte_get_next_lcore(-1, 0, 1);

	if (p->ops->set_cpu_affinity == NULL)
		return 0;
	for (i = 0; i < n; i++) {
		pair[i].channel = i;
		pair[i].cpu = rte_lcore_to_cpu_id((int)lcore);
		lcore = rte_get_next_lcore(lcore, 0, 1);
	}
	return p->ops->set_cpu_affinity(p->priv, pair, n);
}

static const char *
conf_wrong(const struct netdma_provider_conf *conf)
{
	const struct netdma_provider_ops *ops = conf->ops;

	if (conf->name == NULL || conf->name[0] == '\0' || strlen(conf->name) >= NETDMA_NAME_LEN)
		return "it needs a name of 1 to 63 characters";
	if (conf->version > NETDMA_INTERFACE_VERSION)
		return "it is made for a newer version of the interface than this library's 2.0";
	if (conf->max_channels == 0)
		return "it needs at least one channel";
	if (ops == NULL || ops->start == NULL || ops->destroy == NULL ||
			ops->channel_alloc == NULL || ops->channel_free == NULL ||
			ops->channel_start == NULL || ops->append == NULL || ops->poll == NULL)
		return "a mandatory service is missing: start, destroy, channel_alloc, "
				"channel_free, channel_start, append, poll";
	return NULL;
}

struct netdma_provider *
netdma_provider_register(const struct netdma_driver *driver,
		const struct netdma_provider_conf *user)
{
	struct netdma_provider_conf conf = { 0 };
	struct netdma_provider *p = NULL;
	static int last_id;
	const char *wrong;
	int ret = EINVAL;

	if (driver == NULL || user == NULL || netdma_conf_read(&conf, sizeof(conf), sizeof(conf),
			user, "netdma_provider_conf") != 0 || !netdma_lock_initialised()) {
		rte_errno = EINVAL;
		return NULL;
	}
	wrong = conf_wrong(&conf);
	if (wrong != NULL) {
		NETDMA_LOG(ERR, "provider %s of driver %s: %s",
				conf.name != NULL ? conf.name : "?", driver->name, wrong);
		goto out;
	}
	if (netdma_provider_by_name(conf.name) != NULL) {
		NETDMA_LOG(ERR, "there is a provider %s already", conf.name);
		ret = EEXIST;
		goto out;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		ret = ENOMEM;
		goto out;
	}
	rte_strscpy(p->name, conf.name, sizeof(p->name));
	rte_strscpy(p->friendly_name, conf.friendly_name != NULL ? conf.friendly_name : conf.name,
			sizeof(p->friendly_name));
	p->driver = driver;
	p->ops = conf.ops;
	p->priv = conf.priv;
	p->version = conf.version;
	p->max_channels = conf.max_channels;
	p->state = NETDMA_PROVIDER_REGISTERED;
	p->attr.numa_node = SOCKET_ID_ANY;
	ret = -set_cpu_affinity(p);
	if (ret != 0) {
		free(p);
		p = NULL;
		goto out;
	}
	p->id = ++last_id;
	TAILQ_INSERT_TAIL(&netdma_providers, p, next);
	netdma_event_raise(NETDMA_EVENT_PROVIDER_REGISTERED, p);
	netdma_trace_provider_register(p->id, p->name, driver->name);
out:
	netdma_unlock();
	if (p == NULL)
		rte_errno = ret;
	return p;
}

int
netdma_provider_deregister(struct netdma_provider *p)
{
	int ret = 0;

	if (p == NULL || !netdma_lock_initialised())
		return -EINVAL;
	if (p->state != NETDMA_PROVIDER_REGISTERED) {
		NETDMA_LOG(ERR, "provider %s: stop it before it is deregistered", p->name);
		ret = -EBUSY;
	} else {
		TAILQ_REMOVE(&netdma_providers, p, next);
		netdma_trace_provider_deregister(p->id, p->name);
		p->ops->destroy(p->priv);
		free(p);
	}
	netdma_unlock();
	return ret;
}

int
netdma_provider_id(const struct netdma_provider *p)
{
	return p != NULL ? p->id : -EINVAL;
}

static int
start(struct netdma_provider *p)
{
	struct netdma_provider_attr attr = { .numa_node = SOCKET_ID_ANY };
	int ret;

	if (netdma_provider_state_get(p) == NETDMA_PROVIDER_QUARANTINED)
		return -EIO;
	if (p->state == NETDMA_PROVIDER_STARTED)
		return 0;
	if (p->state == NETDMA_PROVIDER_STOPPING || p->state == NETDMA_PROVIDER_ASLEEP)
		return -EBUSY;
	ret = p->ops->start(p->priv, &attr);
	if (ret != 0) {
		NETDMA_LOG(ERR, "provider %s does not start: %s", p->name, rte_strerror(-ret));
		return ret;
	}
	if (attr.max_addr == 0)
		attr.max_addr = UINT64_MAX;
	if (attr.max_transfer < NETDMA_PAGE_SIZE || attr.nb_channels == 0 ||
			attr.nb_channels > p->max_channels) {
		NETDMA_LOG(ERR, "provider %s: a maximum transfer of %u bytes (at least %u) and %u "
				"channels (1 to %u) cannot be", p->name, attr.max_transfer,
				NETDMA_PAGE_SIZE, attr.nb_channels, p->max_channels);
		if (p->ops->stop != NULL)
			p->ops->stop(p->priv);
		return -EINVAL;
	}
	p->attr = attr;
	p->failing = false;
	p->state = NETDMA_PROVIDER_STARTED;
	netdma_event_raise(NETDMA_EVENT_PROVIDER_ARRIVAL, p);
	netdma_trace_provider_start(p->id, p->name);
	return 0;
}

int
netdma_provider_start(int id)
{
	struct netdma_provider *p;
	int ret = -ENODEV;

	if (!netdma_lock_initialised())
		return -EINVAL;
	p = netdma_provider_by_id(id);
	if (p != NULL)
		ret = start(p);
	netdma_unlock();
	return ret;
}

/* The second half of a stop: clients were told. */
static int
stop(struct netdma_provider *p)
{
	int ret;

	ret = netdma_channels_leave(p);
	if (netdma_provider_state_get(p) == NETDMA_PROVIDER_QUARANTINED) {
		p->state = NETDMA_PROVIDER_QUARANTINED;
		return ret == -ETIMEDOUT ? ret : -EIO;
	}
	if (ret != 0) {
		/* It stays, and clients hear that too. */
		p->state = p->asleep ? NETDMA_PROVIDER_ASLEEP : NETDMA_PROVIDER_STARTED;
		netdma_event_raise(NETDMA_EVENT_PROVIDER_ARRIVAL, p);
		if (p->asleep)
			netdma_event_raise(NETDMA_EVENT_PROVIDER_POWER_DOWN, p);
		return ret;
	}
	ret = p->ops->stop != NULL ? p->ops->stop(p->priv) : 0;
	netdma_trace_provider_stop(p->id, p->name, ret);
	if (ret != 0) {
		/* Nobody may use it, and it may be stopped again. */
		NETDMA_LOG(ERR, "provider %s does not stop: %s", p->name, rte_strerror(-ret));
		return ret;
	}
	p->state = NETDMA_PROVIDER_REGISTERED;
	return 0;
}

int
netdma_provider_stop(int id)
{
	struct netdma_provider *p;
	int ret = -ENODEV;
	bool begun;

	if (netdma_in_callback())
		return -EBUSY;
	if (!netdma_lock_initialised())
		return -EINVAL;
	p = netdma_provider_by_id(id);
	begun = p != NULL && p->state != NETDMA_PROVIDER_REGISTERED;
	if (p != NULL && (p->state == NETDMA_PROVIDER_STARTED ||
			p->state == NETDMA_PROVIDER_ASLEEP)) {
		p->asleep = p->state == NETDMA_PROVIDER_ASLEEP;
		p->state = NETDMA_PROVIDER_STOPPING;
		netdma_event_raise(NETDMA_EVENT_PROVIDER_REMOVAL, p);
	}
	/* Clients hear of it before their channels are touched; but under a lock that is not
	 * this function's (a driver's scan) nobody can be waited for.
	 */
	if (netdma_unlock())
		netdma_event_wait();
	netdma_lock();
	p = netdma_provider_by_id(id);
	/* From a quarantined one its channels go, too. */
	if (p != NULL) {
		/* If somebody else has ended what was begun here: as he was told. */
		if (p->state == NETDMA_PROVIDER_STOPPING ||
				p->state == NETDMA_PROVIDER_QUARANTINED)
			p->stop_ret = stop(p);
		ret = begun ? p->stop_ret : 0;
	}
	netdma_unlock();
	return ret;
}

/* The engine loses power, or has it again. Clients hear of it before their channels are
 * touched, and after.
 */
static int
power(struct netdma_provider *p, bool up)
{
	enum netdma_provider_state from = up ? NETDMA_PROVIDER_ASLEEP : NETDMA_PROVIDER_STARTED;
	int ret, id = p->id;

	if (p->state != from) {
		NETDMA_LOG(ERR, "provider %s: power-%s while it is %s", p->name,
				up ? "up" : "down", netdma_provider_state_name(p->state));
		netdma_unlock();
		return -EINVAL;
	}
	if (!up) {
		p->state = NETDMA_PROVIDER_ASLEEP;
		netdma_event_raise(NETDMA_EVENT_PROVIDER_POWER_DOWN, p);
	}
	if (netdma_unlock())
		netdma_event_wait();
	netdma_lock();
	/* Somebody may have stopped it meanwhile: then there is nothing left to do. */
	p = netdma_provider_by_id(id);
	if (p != NULL && !up && p->state == NETDMA_PROVIDER_QUARANTINED) {
		/* Its channels were told to leave it, and may not have done so yet. */
		ret = netdma_channels_leave(p);
		ret = ret == 0 || ret == -EIO ? -ETIMEDOUT : ret;
	} else {
		ret = p == NULL || p->state != NETDMA_PROVIDER_ASLEEP ? 0 :
				up ? netdma_channels_wake(p) : netdma_channels_sleep(p);
	}
	if (p != NULL && p->state == NETDMA_PROVIDER_ASLEEP && up == (ret == 0)) {
		p->failing = p->failing && !up;
		p->state = NETDMA_PROVIDER_STARTED;
		netdma_event_raise(NETDMA_EVENT_PROVIDER_POWER_UP, p);
	}
	netdma_unlock();
	return ret;
}

int
netdma_provider_notify(struct netdma_provider *p, enum netdma_event_type event)
{
	if (p == NULL)
		return -EINVAL;
	switch (event) {
	case NETDMA_EVENT_PROVIDER_REMOVAL:
		netdma_request_removal(p);
		return 0;
	case NETDMA_EVENT_PROVIDER_POWER_DOWN:
	case NETDMA_EVENT_PROVIDER_POWER_UP:
		if (netdma_in_callback())
			return -EBUSY;
		return netdma_lock_initialised() ?
				power(p, event == NETDMA_EVENT_PROVIDER_POWER_UP) : -EINVAL;
	default:
		return -EINVAL;
	}
}

/* netdma_fini(): no client is left. Those made last go first: they may stand on others. */
int
netdma_providers_destroy(void)
{
	struct netdma_provider *p;
	int ret;

	while ((p = TAILQ_LAST(&netdma_providers, netdma_provider_list)) != NULL) {
		ret = netdma_provider_stop(p->id);
		if (p->state == NETDMA_PROVIDER_QUARANTINED) {
			/* Its engine may be using what it has: that is never freed. */
			TAILQ_REMOVE(&netdma_providers, p, next);
			TAILQ_INSERT_TAIL(&lost_providers, p, next);
			continue;
		}
		if (ret == 0)
			ret = netdma_provider_deregister(p);
		if (ret != 0)
			return ret;
	}
	return 0;
}

int
netdma_provider_next(int id)
{
	struct netdma_provider *p;
	int next = 0;

	if (!netdma_lock_initialised())
		return 0;
	TAILQ_FOREACH(p, &netdma_providers, next)
		if (p->id > id) {
			next = p->id;
			break;
		}
	netdma_unlock();
	return next;
}

int
netdma_provider_find(const char *name)
{
	struct netdma_provider *p;
	int id;

	if (name == NULL || !netdma_lock_initialised())
		return -EINVAL;
	p = netdma_provider_by_name(name);
	id = p != NULL ? p->id : -ENODEV;
	netdma_unlock();
	return id;
}

void
netdma_provider_info_fill(const struct netdma_provider *p, struct netdma_provider_info *info)
{
	*info = (struct netdma_provider_info){
		.id = p->id,
		.state = netdma_provider_state_get(p),
		.flags = p->attr.flags,
		.version = p->version,
		.hw_version = p->attr.hw_version,
		.vendor_id = p->attr.vendor_id,
		.numa_node = p->attr.numa_node,
		.addr_space = p->attr.addr_space,
		.max_channels = p->attr.nb_channels != 0 ? p->attr.nb_channels : p->max_channels,
		.nb_channels = p->nb_channels,
		.max_transfer = p->attr.max_transfer,
		.min_desc = p->attr.min_desc,
		.max_desc = p->attr.max_desc,
		.max_addr = p->attr.max_addr,
	};
	rte_strscpy(info->name, p->name, sizeof(info->name));
	rte_strscpy(info->driver, p->driver->name, sizeof(info->driver));
	rte_strscpy(info->friendly_name, p->friendly_name, sizeof(info->friendly_name));
}

int
netdma_provider_info_get(int id, struct netdma_provider_info *user)
{
	struct netdma_provider_info info;
	struct netdma_provider *p;
	int ret = -ENODEV;

	if (user == NULL || !netdma_lock_initialised())
		return -EINVAL;
	p = netdma_provider_by_id(id);
	if (p != NULL) {
		netdma_provider_info_fill(p, &info);
		ret = netdma_info_write(user, &info, sizeof(info), sizeof(info));
	}
	netdma_unlock();
	return ret;
}
