/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers that end; and devices that come and go while the application runs. */

#include <rte_dev.h>

#include "private.h"

int
netdma_provider_attach(const char *devargs, int *id)
{
	struct netdma_provider *p;
	int ret, last = 0;

	if (devargs == NULL)
		return -EINVAL;
	if (netdma_in_callback())
		return -EBUSY;
	if (!netdma_lock_initialised())
		return -EINVAL;
	/* What has come before is not of this device. */
	ret = netdma_driver_scan();
	if (ret < 0)
		goto out;
	TAILQ_FOREACH(p, &netdma_providers, next)
		last = p->id;
	ret = rte_dev_probe(devargs);
	if (ret < 0) {
		NETDMA_LOG(ERR, "\"%s\" cannot be attached: %s", devargs, rte_strerror(-ret));
		goto out;
	}
	ret = netdma_driver_scan();
	if (ret < 0)
		goto out;
	/* Those that are new are last, and their ids are higher. */
	TAILQ_FOREACH(p, &netdma_providers, next)
		if (p->id > last)
			break;
	ret = p != NULL ? 0 : -ENODEV;
	if (p == NULL)
		NETDMA_LOG(ERR, "\"%s\" is attached, and no provider came of it", devargs);
	else if (id != NULL)
		*id = p->id;
out:
	netdma_unlock();
	return ret;
}

/* Why a provider cannot be ended so. @return 0 or a negative errno. */
static int
end_check(int id, bool device)
{
	const struct netdma_provider *p = netdma_provider_by_id(id);

	if (p == NULL)
		return -ENODEV;
	if (device && !p->created && p->driver->detach != NULL)
		return p->driver->detach_check != NULL ?
				p->driver->detach_check(p->driver, p->priv) : 0;
	if (!device && p->created)
		return 0;
	if (p->created)
		NETDMA_LOG(ERR, "provider %s stands for no device: netdma_provider_destroy() ends it",
				p->name);
	else if (device)
		NETDMA_LOG(ERR, "provider %s: its driver cannot take devices away", p->name);
	else
		NETDMA_LOG(ERR, "provider %s goes with its device: netdma_provider_detach() takes "
				"that away", p->name);
	return -ENOTSUP;
}

/* Stop a provider, take its device away if it has one, and deregister it. */
static int
end(int id, bool device)
{
	struct netdma_provider *p;
	int ret;

	if (!netdma_lock_initialised())
		return -EINVAL;
	ret = end_check(id, device);
	netdma_unlock();
	if (ret == 0)
		ret = netdma_provider_stop(id);
	if (ret != 0)
		return ret;
	netdma_lock();
	/* It may have been started again, or be gone. */
	p = netdma_provider_by_id(id);
	if (p == NULL)
		ret = -ENODEV;
	else if (p->state != NETDMA_PROVIDER_REGISTERED)
		ret = -EBUSY;
	else
		ret = device ? p->driver->detach(p->driver, p->priv) : 0;
	if (ret == 0)
		ret = netdma_provider_deregister(p);
	netdma_unlock();
	return ret;
}

int
netdma_provider_destroy(int id)
{
	return end(id, false);
}

int
netdma_provider_detach(int id)
{
	return end(id, true);
}
