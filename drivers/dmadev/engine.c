/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_string_fns.h>

#include "dmadev.h"

/* The last one is for engines that nothing is known of: transfers that every engine takes. */
static const struct dmadev_engine engines[] = {
	{ .name = "dma_skeleton", .software = true, .stops = true, .max_transfer = 1u << 30 },
	{ .max_transfer = 65536 },
};

const struct dmadev_engine *
dmadev_engine_find(const char *name)
{
	const struct dmadev_engine *e = engines;

	while (e->name != NULL && strncmp(name, e->name, strlen(e->name)) != 0)
		e++;
	return e;
}

/* PCI devices are named by their address, with a queue's number behind it where a device
 * has several ("0000:00:04.0-q1"); kernel queues of DSA "wq0.1"; all others are virtual.
 */
const char *
dmadev_device(const char *name, char *device, size_t size)
{
	unsigned int dev, queue;

	if (sscanf(name, "wq%u.%u", &dev, &queue) == 2)
		return NULL;
	if (strchr(name, ':') == NULL) {
		rte_strscpy(device, name, size);
		return "vdev";
	}
	snprintf(device, size, "%.*s", (int)strcspn(name, "-"), name);
	return "pci";
}

bool
dmadev_is_of(const char *name, const char *device)
{
	size_t n = strlen(device);

	return strncmp(name, device, n) == 0 && (name[n] == '\0' ||
			(name[n] == '-' && strchr(device, ':') != NULL));
}

/* The bus knows the vendor. */
uint16_t
dmadev_vendor_id(const char *name)
{
	static const char key[] = "vendor_id=";
	struct rte_dev_iterator it;
	struct rte_device *dev;
	const char *info;
	char device[64], filter[96];

	dmadev_device(name, device, sizeof(device));
	snprintf(filter, sizeof(filter), "bus=pci,addr=%s", device);
	rte_errno = 0; /* otherwise an old one is returned */
	if (strchr(name, ':') == NULL || rte_dev_iterator_init(&it, filter) != 0)
		return 0;
	dev = rte_dev_iterator_next(&it);
	info = dev != NULL ? rte_dev_bus_info(dev) : NULL;
	info = info != NULL ? strstr(info, key) : NULL;
	return info != NULL ? (uint16_t)strtoul(info + sizeof(key) - 1, NULL, 16) : 0;
}
