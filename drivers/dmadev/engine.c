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

/* Engines that nothing is known of: transfers that every engine takes, and no stop that is to be
 * relied on.
 */
static const struct dmadev_engine generic = { .max_transfer = 65536 };

static const struct dmadev_engine *const engines[] = {
	&dmadev_ioat,
	&dmadev_idxd,
	&dmadev_software,
};

/* PCI devices are named by their address, with a queue's number behind it where a device
 * has several ("0000:00:04.0-q1"); kernel queues of DSA "wq0.1"; all others are virtual.
 */
const char *
dmadev_device(const char *name, char *device, size_t size)
{
	if (strchr(name, ':') != NULL) {
		snprintf(device, size, "%.*s", (int)strcspn(name, "-"), name);
		return "pci";
	}
	if (dmadev_idxd.is_name(name))
		return NULL;
	rte_strscpy(device, name, size);
	return "vdev";
}

bool
dmadev_is_of(const char *name, const char *device)
{
	size_t n = strlen(device);

	return strncmp(name, device, n) == 0 && (name[n] == '\0' ||
			(name[n] == '-' && strchr(device, ':') != NULL));
}

/* A number of what a bus tells of a device ("vendor_id=8086, device_id=b00"). */
static uint16_t
bus_number(const char *info, const char *key)
{
	const char *at = info != NULL ? strstr(info, key) : NULL;

	return at != NULL ? (uint16_t)strtoul(at + strlen(key), NULL, 16) : 0;
}

/* The bus knows what is in its slots. */
static void
pci_id(const char *name, uint16_t *vendor, uint16_t *id)
{
	struct rte_dev_iterator it;
	struct rte_device *dev = NULL;
	const char *info;
	char device[64], filter[96];

	dmadev_device(name, device, sizeof(device));
	snprintf(filter, sizeof(filter), "bus=pci,addr=%s", device);
	rte_errno = 0; /* otherwise an old one is returned */
	if (rte_dev_iterator_init(&it, filter) == 0)
		dev = rte_dev_iterator_next(&it);
	info = dev != NULL ? rte_dev_bus_info(dev) : NULL;
	*vendor = bus_number(info, "vendor_id=");
	*id = bus_number(info, "device_id=");
}

static bool
has_pci_id(const struct dmadev_engine *e, uint16_t vendor, uint16_t id)
{
	const struct rte_pci_id *p;

	for (p = e->pci_ids; p != NULL && p->vendor_id != 0; p++)
		if (p->vendor_id == vendor && p->device_id == id)
			return true;
	return false;
}

void
dmadev_identify(struct dmadev *dev)
{
	const struct dmadev_engine *e = NULL;
	uint16_t device_id = 0;
	unsigned int i;
	uint32_t own;
	bool pci = strchr(dev->name, ':') != NULL;

	if (pci)
		pci_id(dev->name, &dev->vendor_id, &device_id);
	for (i = 0; i < RTE_DIM(engines) && e == NULL; i++)
		if (pci ? has_pci_id(engines[i], dev->vendor_id, device_id) :
				engines[i]->is_name != NULL && engines[i]->is_name(dev->name))
			e = engines[i];
	dev->engine = e != NULL ? e : &generic;
	if (!pci)
		dev->vendor_id = dev->engine->vendor_id;
	dev->hw_version = dev->engine->hw_version != NULL ?
			dev->engine->hw_version(device_id) : 0;
	own = dev->engine->queue_max_transfer != NULL ?
			dev->engine->queue_max_transfer(dev->name) : 0;
	dev->max_op = own != 0 ? own : dev->engine->max_transfer;
}
