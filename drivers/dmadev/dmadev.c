/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Finding dmadevs. Each that can copy memory becomes a provider of one channel, since the
 * vchans of a dmadev must not be used in parallel. A device is known by its name, never by
 * its dev_id, which dmadev gives to the next one at once.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_kvargs.h>
#include <rte_string_fns.h>

#include "dmadev.h"

#define CAPA_NEEDED (RTE_DMA_CAPA_MEM_TO_MEM | RTE_DMA_CAPA_OPS_COPY)

RTE_LOG_REGISTER(netdma_dmadev_logtype, lib.netdma.dmadev, NOTICE);

/* All that ever had a provider: a device stays configured when its provider goes, and it is
 * still ours to configure again.
 */
static TAILQ_HEAD(, dmadev) devices = TAILQ_HEAD_INITIALIZER(devices);
/* For bus_event(), which cannot wait for the control lock. */
static pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER;
static bool watching;

/* Names that were given with allow= and block=. */
#define MAX_NAMES 64
static struct names {
	char *name[MAX_NAMES];
	unsigned int n;
} allowed, blocked;

static int
names_add(const char *key, const char *value, void *arg)
{
	struct names *names = arg;

	if (names->n == MAX_NAMES || value[0] == '\0') {
		DMADEV_LOG(ERR, "%s=%s: it must be the name of a dmadev, and there may be %d",
				key, value, MAX_NAMES);
		return -EINVAL;
	}
	names->name[names->n] = strdup(value);
	if (names->name[names->n] == NULL)
		return -ENOMEM;
	names->n++;
	return 0;
}

static bool
names_have(const struct names *names, const char *name)
{
	unsigned int i;

	for (i = 0; i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

static void
names_clear(struct names *names)
{
	while (names->n > 0)
		free(names->name[--names->n]);
}

/* A bus wants a device back, as VFIO does, which waits until it has it. This is EAL's
 * interrupt thread: it takes note and leaves.
 */
static void
bus_event(const char *name, enum rte_dev_event_type type, void *arg)
{
	struct dmadev *dev;

	RTE_SET_USED(arg);
	if (type != RTE_DEV_EVENT_REMOVE)
		return;
	pthread_mutex_lock(&devices_lock);
	TAILQ_FOREACH(dev, &devices, next)
		if (dev->provider != NULL && dmadev_is_of(dev->name, name)) {
			DMADEV_LOG(NOTICE, "%s is wanted back", name);
			netdma_provider_notify(dev->provider, NETDMA_EVENT_PROVIDER_REMOVAL);
		}
	pthread_mutex_unlock(&devices_lock);
}

static int
configure(const struct netdma_driver *driver, struct rte_kvargs *args)
{
	RTE_SET_USED(driver);
	if (args == NULL) {
		names_clear(&allowed);
		names_clear(&blocked);
		if (watching)
			rte_dev_event_callback_unregister(NULL, bus_event, NULL);
		watching = false;
		return 0;
	}
	if (rte_kvargs_process(args, "allow", names_add, &allowed) != 0 ||
			rte_kvargs_process(args, "block", names_add, &blocked) != 0)
		return -EINVAL;
	return 0;
}

/* ---------------------------------------------------------------- providers */

static int
start(void *provider, struct netdma_provider_attr *attr)
{
	struct dmadev *dev = provider;
	struct rte_dma_info info;

	if (rte_dma_info_get((int16_t)rte_dma_get_dev_id_by_name(dev->name), &info) != 0)
		return -ENODEV;
	dmadev_identify(dev);
	*attr = (struct netdma_provider_attr){
		.flags = (dev->engine->software ? NETDMA_PROVIDER_SOFTWARE : 0) |
			(dev->engine->cache_target ? NETDMA_PROVIDER_CACHE_TARGET : 0),
		.hw_version = dev->hw_version,
		.vendor_id = dev->vendor_id,
		.numa_node = info.numa_node,
		.addr_space = info.dev_capa & RTE_DMA_CAPA_SVA ? NETDMA_ADDR_VA : NETDMA_ADDR_IOVA,
		.nb_channels = 1,
		/* Longer ones than the engine takes are split. */
		.max_transfer = 1u << 30,
		.min_desc = info.min_desc,
		.max_desc = info.max_desc,
	};
	return 0;
}

static void
provider_set(struct dmadev *dev, struct netdma_provider *provider)
{
	pthread_mutex_lock(&devices_lock);
	dev->provider = provider;
	pthread_mutex_unlock(&devices_lock);
}

static void
destroy(void *provider)
{
	provider_set(provider, NULL);
}

static const struct netdma_provider_ops ops = {
	.start = start,
	.destroy = destroy,
	.channel_alloc = dmadev_channel_alloc,
	.channel_free = dmadev_channel_free,
	.channel_start = dmadev_channel_start,
	.append = dmadev_channel_append,
	.poll = dmadev_channel_poll,
	.quiesce = dmadev_channel_quiesce,
};

static struct dmadev *
device_find(const char *name)
{
	struct dmadev *dev;

	TAILQ_FOREACH(dev, &devices, next)
		if (strcmp(dev->name, name) == 0)
			return dev;
	return NULL;
}

static struct dmadev *
device_new(const char *name)
{
	struct dmadev *dev = calloc(1, sizeof(*dev));

	if (dev == NULL)
		return NULL;
	rte_strscpy(dev->name, name, sizeof(dev->name));
	pthread_mutex_lock(&devices_lock);
	TAILQ_INSERT_TAIL(&devices, dev, next);
	pthread_mutex_unlock(&devices_lock);
	return dev;
}

static int
add(const struct netdma_driver *driver, const char *name)
{
	struct dmadev *dev = device_find(name);
	char friendly_name[64];
	struct netdma_provider_conf conf = {
		.version = NETDMA_INTERFACE_VERSION,
		.name = name,
		.friendly_name = friendly_name,
		.max_channels = 1,
		.ops = &ops,
	};
	int ret;

	if (dev == NULL)
		dev = device_new(name);
	if (dev == NULL)
		return -ENOMEM;
	snprintf(friendly_name, sizeof(friendly_name), "dmadev %s", name);
	conf.priv = dev;
	provider_set(dev, netdma_provider_register(driver, &conf));
	if (dev->provider == NULL)
		return -rte_errno;
	ret = netdma_provider_start(netdma_provider_id(dev->provider));
	if (ret != 0)
		netdma_provider_deregister(dev->provider);
	return ret;
}

static bool
wanted(const struct rte_dma_info *info)
{
	const struct dmadev *dev = device_find(info->dev_name);

	if (dev != NULL && dev->provider != NULL)
		return false;
	if (names_have(&blocked, info->dev_name) ||
			(allowed.n != 0 && !names_have(&allowed, info->dev_name))) {
		DMADEV_LOG(INFO, "%s is not wanted", info->dev_name);
		return false;
	}
	if ((info->dev_capa & CAPA_NEEDED) != CAPA_NEEDED) {
		DMADEV_LOG(INFO, "%s cannot copy memory to memory: capabilities 0x%" PRIx64,
				info->dev_name, info->dev_capa);
		return false;
	}
	return true;
}

/* The next one of that name is another device. */
static void
device_replaced(struct dmadev *dev)
{
	dev->configured = false;
	dev->dead = false;
}

/* Let go of providers whose device is gone. */
static void
scan_gone(void)
{
	struct dmadev *dev;

	TAILQ_FOREACH(dev, &devices, next) {
		if (rte_dma_get_dev_id_by_name(dev->name) >= 0)
			continue;
		device_replaced(dev);
		if (dev->provider != NULL &&
				netdma_provider_stop(netdma_provider_id(dev->provider)) == 0)
			netdma_provider_deregister(dev->provider);
	}
}

static int
scan(const struct netdma_driver *driver)
{
	struct rte_dma_info info;
	int found = 0;
	int16_t id;

	if (!watching)
		watching = rte_dev_event_callback_register(NULL, bus_event, NULL) == 0;
	scan_gone();
	RTE_DMA_FOREACH_DEV(id) {
		if (rte_dma_info_get(id, &info) != 0 || !wanted(&info))
			continue;
		if (add(driver, info.dev_name) == 0)
			found++;
		else
			DMADEV_LOG(ERR, "%s: no provider could be made of it", info.dev_name);
	}
	return found;
}

/* Whether a dmadev was configured by someone else: it may be in use. */
static bool
is_foreign(const struct dmadev *dev)
{
	struct rte_dma_info info;
	int id = rte_dma_get_dev_id_by_name(dev->name);

	return id >= 0 && rte_dma_info_get((int16_t)id, &info) == 0 && info.nb_vchans != 0 &&
			!dev->configured;
}

static int
detach_check(const struct netdma_driver *driver, void *provider)
{
	const struct dmadev *dev, *wanted = provider;
	char device[sizeof(wanted->name)];

	RTE_SET_USED(driver);
	if (dmadev_device(wanted->name, device, sizeof(device)) == NULL) {
		DMADEV_LOG(ERR, "%s: its bus cannot remove a device", wanted->name);
		return -ENOTSUP;
	}
	TAILQ_FOREACH(dev, &devices, next)
		if (dmadev_is_of(dev->name, device) && is_foreign(dev)) {
			DMADEV_LOG(ERR, "%s is in someone else's hands: %s is not removed",
					dev->name, device);
			return -EBUSY;
		}
	return 0;
}

/* All dmadevs of the device, as providers: stopped first, then gone. Their channels have stopped
 * them; rte_dma_close() would be in the way of the removal.
 */
static int
detach(const struct netdma_driver *driver, void *provider)
{
	struct dmadev *dev, *wanted = provider;
	char device[sizeof(wanted->name)];
	const char *bus = dmadev_device(wanted->name, device, sizeof(device));
	int ret = detach_check(driver, provider); /* the lock was given up meanwhile */

	if (ret != 0)
		return ret;
	TAILQ_FOREACH(dev, &devices, next) {
		if (dev == wanted || dev->provider == NULL || !dmadev_is_of(dev->name, device))
			continue;
		ret = netdma_provider_stop(netdma_provider_id(dev->provider));
		if (ret != 0)
			return ret;
	}
	ret = rte_eal_hotplug_remove(bus, device);
	if (ret != 0) {
		DMADEV_LOG(ERR, "%s cannot be removed: %s", device, rte_strerror(-ret));
		return ret;
	}
	TAILQ_FOREACH(dev, &devices, next) {
		if (!dmadev_is_of(dev->name, device))
			continue;
		device_replaced(dev);
		if (dev != wanted && dev->provider != NULL)
			netdma_provider_deregister(dev->provider);
	}
	return 0;
}

static const char *const conf_keys[] = { "allow", "block", NULL };

static const struct netdma_driver dmadev_driver = {
	.name = "dmadev",
	.conf_keys = conf_keys,
	.scan = scan,
	.detach_check = detach_check,
	.detach = detach,
	.configure = configure,
};

NETDMA_DRIVER_REGISTER(dmadev_driver)
