/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Provider drivers, and the strings that name them: "cpu0,mode=lcore". */

#include <stdlib.h>
#include <string.h>

#include <rte_kvargs.h>

#include "private.h"

#define MAX_DRIVERS 32

/* Filled by constructors, before anybody runs. */
static const struct netdma_driver *drivers[MAX_DRIVERS];
static unsigned int nb_drivers;

void
netdma_driver_register(const struct netdma_driver *driver)
{
	unsigned int i;

	for (i = 0; i < nb_drivers; i++)
		if (strcmp(drivers[i]->name, driver->name) == 0) {
			NETDMA_LOG(NOTICE, "driver %s is there already: the second one is ignored",
					driver->name);
			return;
		}
	if (nb_drivers == MAX_DRIVERS) {
		NETDMA_LOG(ERR, "no room for driver %s: there are %u", driver->name, nb_drivers);
		return;
	}
	drivers[nb_drivers++] = driver;
}

/* "a, b, c" of those that can create, or that can be configured. */
static const char *
driver_names(bool create, char *buf, size_t size)
{
	unsigned int i;
	size_t at = 0;

	buf[0] = '\0';
	for (i = 0; i < nb_drivers && at < size; i++)
		if (create ? drivers[i]->create != NULL : drivers[i]->configure != NULL)
			at += (size_t)snprintf(buf + at, size - at, "%s%s", at > 0 ? ", " : "",
					drivers[i]->name);
	return buf[0] == '\0' ? "none" : buf;
}

/* The driver whose name is that, with or without a number behind it. */
static const struct netdma_driver *
driver_find(const char *name, bool numbered)
{
	unsigned int i;
	size_t n;

	for (i = 0; i < nb_drivers; i++) {
		n = strlen(drivers[i]->name);
		if (strncmp(drivers[i]->name, name, n) != 0)
			continue;
		if (name[n] == '\0' || (numbered && name[n + strspn(name + n, "0123456789")] ==
				'\0'))
			return drivers[i];
	}
	return NULL;
}

/* Split "NAME,key=value,...". @return 0 or a negative errno; the name is to be freed. */
static int
args_split(const char *args, char **name, struct rte_kvargs **kvargs)
{
	const char *comma = strchr(args, ',');

	*kvargs = NULL;
	*name = comma != NULL ? strndup(args, (size_t)(comma - args)) : strdup(args);
	if (*name == NULL)
		return -ENOMEM;
	if (**name == '\0' || strlen(*name) >= NETDMA_NAME_LEN) {
		NETDMA_LOG(ERR, "\"%s\": a name of 1 to %d characters comes first, then "
				",key=value", args, NETDMA_NAME_LEN - 1);
		free(*name);
		return -EINVAL;
	}
	*kvargs = rte_kvargs_parse(comma != NULL ? comma + 1 : "", NULL);
	if (*kvargs == NULL) {
		NETDMA_LOG(ERR, "\"%s\": what follows the name must be key=value,key=value", args);
		free(*name);
		return -EINVAL;
	}
	return 0;
}

/* Whether all keys are known and have values; says which is not. */
static bool
keys_known(const char *who, const struct rte_kvargs *args, const char *const *keys)
{
	char known[256] = "";
	unsigned int i, k;
	size_t at = 0;

	for (i = 0; i < args->count; i++)
		if (args->pairs[i].value == NULL || args->pairs[i].value[0] == '\0') {
			NETDMA_LOG(ERR, "\"%s\": the key \"%s\" has no value: key=value", who,
					args->pairs[i].key);
			return false;
		}
	if (keys == NULL)
		return true;
	for (i = 0; i < args->count; i++) {
		for (k = 0; keys[k] != NULL; k++)
			if (strcmp(args->pairs[i].key, keys[k]) == 0)
				break;
		if (keys[k] == NULL)
			break;
	}
	if (i == args->count)
		return true;
	for (k = 0; keys[k] != NULL && at < sizeof(known); k++)
		at += (size_t)snprintf(known + at, sizeof(known) - at, "%s%s", k > 0 ? ", " : "",
				keys[k]);
	NETDMA_LOG(ERR, "\"%s\": there is no key \"%s\". Known are: %s", who,
			args->pairs[i].key, known);
	return false;
}

int
netdma_provider_create(const char *args, int *id)
{
	const struct netdma_driver *driver;
	struct netdma_provider *p;
	struct rte_kvargs *kvargs;
	char *name, buf[256];
	int ret;

	if (args == NULL)
		return -EINVAL;
	ret = args_split(args, &name, &kvargs);
	if (ret != 0)
		return ret;
	if (!netdma_lock_initialised()) {
		ret = -EINVAL;
		goto out_free;
	}
	driver = driver_find(name, true);
	if (driver == NULL || driver->create == NULL) {
		NETDMA_LOG(ERR, "\"%s\": no driver makes a provider of that name; it is the "
				"driver's, with a number behind it: cpu0. Drivers, built in or "
				"loaded with EAL's -d: %s", name,
				driver_names(true, buf, sizeof(buf)));
		ret = -ENOENT;
		goto out;
	}
	if (netdma_provider_by_name(name) != NULL) {
		NETDMA_LOG(ERR, "\"%s\": there is a provider of that name", name);
		ret = -EEXIST;
		goto out;
	}
	ret = keys_known(args, kvargs, driver->keys) ? driver->create(driver, name, kvargs) :
			-EINVAL;
	if (ret != 0) {
		if (ret == -EINVAL && driver->usage != NULL)
			NETDMA_LOG(ERR, "\"%s\": %s takes %s", args, driver->name, driver->usage);
		goto out;
	}
	p = netdma_provider_by_name(name);
	p->created = true;
	ret = netdma_provider_start(p->id);
	if (ret != 0) {
		netdma_provider_deregister(p);
		goto out;
	}
	if (id != NULL)
		*id = p->id;
out:
	netdma_unlock();
out_free:
	rte_kvargs_free(kvargs);
	free(name);
	return ret;
}

int
netdma_driver_configure(const char *args)
{
	const struct netdma_driver *driver;
	struct rte_kvargs *kvargs;
	char *name, buf[256];
	int ret;

	ret = args_split(args, &name, &kvargs);
	if (ret != 0)
		return ret;
	driver = driver_find(name, false);
	if (driver == NULL || driver->configure == NULL) {
		NETDMA_LOG(ERR, "\"%s\": no driver of that name takes arguments. Those that do: %s",
				args, driver_names(false, buf, sizeof(buf)));
		ret = -EINVAL;
	} else {
		ret = keys_known(args, kvargs, driver->conf_keys) ?
				driver->configure(driver, kvargs) : -EINVAL;
	}
	rte_kvargs_free(kvargs);
	free(name);
	return ret;
}

void
netdma_driver_configure_defaults(void)
{
	unsigned int i;

	for (i = 0; i < nb_drivers; i++)
		if (drivers[i]->configure != NULL)
			drivers[i]->configure(drivers[i], NULL);
}

int
netdma_driver_scan(void)
{
	unsigned int i;
	int ret, found = 0;

	for (i = 0; i < nb_drivers; i++) {
		if (drivers[i]->scan == NULL)
			continue;
		ret = drivers[i]->scan(drivers[i]);
		if (ret < 0)
			return ret;
		found += ret;
	}
	return found;
}

int
netdma_rescan(void)
{
	int ret;

	if (!netdma_lock_initialised())
		return -EINVAL;
	ret = netdma_driver_scan();
	netdma_unlock();
	return ret;
}
