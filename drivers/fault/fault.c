/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers of the fault driver: "fault0,lower=cpu0,seed=7,error=0.01". */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_kvargs.h>
#include <rte_string_fns.h>

#include "fault.h"

#define MAX_CHANNELS 65536
#define MAX_COUNT (1u << 20) /* polls of a delay, completions of a burst */

RTE_LOG_REGISTER(netdma_fault_logtype, lib.netdma.fault, NOTICE);

/* --------------------------------------------------------------------- keys */

struct key {
	const char *name;
	int (*parse)(const char *key, const char *value, void *to);
	size_t offset; /* in struct fault: where it goes */
	bool repeated;
};

static int
parse_number(const char *key, const char *value, uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(value, &end, 0);
	if (isdigit((unsigned char)*value) && errno == 0 && *end == '\0' && *number >= min &&
			*number <= max)
		return 0;
	FAULT_LOG(ERR, "%s=%s: it must be a number from %" PRIu64 " to %" PRIu64, key, value, min,
			max);
	return -EINVAL;
}

static int
parse_name(const char *key, const char *value, void *to)
{
	if (rte_strscpy(to, value, sizeof(((struct fault *)NULL)->lower_name)) > 0)
		return 0;
	FAULT_LOG(ERR, "%s=%s: it must be the name of a provider, of at most 63 characters", key,
			value);
	return -EINVAL;
}

static int
parse_seed(const char *key, const char *value, void *to)
{
	return parse_number(key, value, 0, UINT64_MAX, to);
}

static int
parse_chance(const char *key, const char *value, void *to)
{
	struct fault_event *e = to;
	char *end;

	e->chance = strtod(value, &end);
	if (end != value && *end == '\0' && e->chance >= 0 && e->chance <= 1)
		return 0;
	FAULT_LOG(ERR, "%s=%s: it must be a probability, 0 to 1, e.g. 0.01", key, value);
	return -EINVAL;
}

static int
parse_at(const char *key, const char *value, void *to)
{
	struct fault_event *e = to;

	if (e->nb_at == FAULT_MAX_CHOSEN) {
		FAULT_LOG(ERR, "%s=%s: it may be given %d times", key, value, FAULT_MAX_CHOSEN);
		return -EINVAL;
	}
	return parse_number(key, value, 1, UINT64_MAX, &e->at[e->nb_at++]);
}

static int
parse_remove_at(const char *key, const char *value, void *to)
{
	return parse_number(key, value, 1, UINT64_MAX, to);
}

static int
parse_count(const char *key, const char *value, void *to)
{
	return parse_number(key, value, 1, MAX_COUNT, to);
}

static int
parse_stuck(const char *key, const char *value, void *to)
{
	static const char *const names[] = {
		[FAULT_STUCK_SOFT] = "soft", [FAULT_STUCK_MUTE] = "mute",
		[FAULT_STUCK_HARD] = "hard",
	};
	enum fault_stuck *stuck = to;
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++)
		if (strcmp(value, names[i]) == 0) {
			*stuck = (enum fault_stuck)i;
			return 0;
		}
	FAULT_LOG(ERR, "%s=%s: it must be soft, mute or hard", key, value);
	return -EINVAL;
}

#define IN_PLAN(field) offsetof(struct fault, plan.field)

static const struct key keys[] = {
	{ "lower", parse_name, offsetof(struct fault, lower_name) },
	{ "seed", parse_seed, IN_PLAN(seed) },
	{ "error", parse_chance, IN_PLAN(error) },
	{ "error_at", parse_at, IN_PLAN(error), true },
	{ "partial", parse_chance, IN_PLAN(partial) },
	{ "partial_at", parse_at, IN_PLAN(partial), true },
	{ "halt", parse_chance, IN_PLAN(halt) },
	{ "halt_at", parse_at, IN_PLAN(halt), true },
	{ "stuck_at", parse_at, IN_PLAN(stuck), true },
	{ "stuck", parse_stuck, IN_PLAN(how_stuck) },
	{ "delay", parse_count, IN_PLAN(delay) },
	{ "burst", parse_count, IN_PLAN(burst) },
	{ "full", parse_chance, IN_PLAN(full) },
	{ "refuse", parse_chance, IN_PLAN(refuse) },
	{ "refuse_at", parse_at, IN_PLAN(refuse), true },
	{ "remove_at", parse_remove_at, IN_PLAN(remove_at) },
};

static const char *const key_names[RTE_DIM(keys) + 1] = {
	"lower", "seed", "error", "error_at", "partial", "partial_at", "halt", "halt_at",
	"stuck_at", "stuck", "delay", "burst", "full", "refuse", "refuse_at", "remove_at", NULL,
};

static int
parse(struct fault *f, struct rte_kvargs *args)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(keys); i++) {
		if (!keys[i].repeated && rte_kvargs_count(args, keys[i].name) > 1) {
			FAULT_LOG(ERR, "%s is given more than once", keys[i].name);
			return -EINVAL;
		}
		if (rte_kvargs_process(args, keys[i].name, keys[i].parse,
				(char *)f + keys[i].offset) != 0)
			return -EINVAL;
	}
	if (f->lower_name[0] == '\0') {
		FAULT_LOG(ERR, "lower=NAME is missing: the provider that %s is put over",
				f->name);
		return -EINVAL;
	}
	if (rte_kvargs_count(args, "stuck") != 0 && f->plan.stuck.nb_at == 0) {
		FAULT_LOG(ERR, "stuck says how an engine is stuck: stuck_at=N, when, goes with it");
		return -EINVAL;
	}
	return 0;
}

/* ---------------------------------------------------------------- providers */

/* Called by whoever happens to deliver events: nothing may be waited for here. */
static void
event(struct netdma_client *client, const struct netdma_event *e, void *arg)
{
	struct fault *f = arg;

	RTE_SET_USED(client);
	if (e->type == NETDMA_EVENT_PROVIDER_REMOVAL && e->provider == f->lower)
		netdma_provider_notify(f->provider, NETDMA_EVENT_PROVIDER_REMOVAL);
}

static int
start(void *provider, struct netdma_provider_attr *attr)
{
	struct netdma_provider_info info = { .size = sizeof(info) };
	struct fault *f = provider;
	struct netdma_client_conf conf = { .name = f->name, .event = event, .arg = f };

	f->lower = netdma_provider_find(f->lower_name);
	if (f->lower < 0 || netdma_provider_info_get(f->lower, &info) != 0) {
		FAULT_LOG(ERR, "lower=%s: there is no provider of that name; it comes first",
				f->lower_name);
		return -ENODEV;
	}
	if (info.state != NETDMA_PROVIDER_STARTED) {
		FAULT_LOG(ERR, "lower=%s: it is %s, and must be started", f->lower_name,
				netdma_provider_state_name(info.state));
		return -ENODEV;
	}
	*attr = (struct netdma_provider_attr){
		/* Not NETDMA_PROVIDER_STOPS: what is on its way here has no end of its own. */
		.flags = info.flags & (NETDMA_PROVIDER_SOFTWARE | NETDMA_PROVIDER_CACHE_TARGET),
		.hw_version = info.hw_version,
		.vendor_id = info.vendor_id,
		.numa_node = info.numa_node,
		/* Everyday copies take these, whatever the engine below takes. */
		.addr_space = NETDMA_ADDR_VA,
		.nb_channels = RTE_MIN(info.max_channels, (uint32_t)MAX_CHANNELS),
		.max_transfer = info.max_transfer,
		.min_desc = info.min_desc,
		.max_desc = info.max_desc,
		.max_addr = info.addr_space == NETDMA_ADDR_VA ||
				rte_eal_iova_mode() == RTE_IOVA_VA ? info.max_addr : 0,
	};
	f->nb_channels = 0;
	f->nb_copies = 0;
	f->removed = false;
	f->client = netdma_client_register(&conf);
	return f->client != NULL ? 0 : -rte_errno;
}

static int
stop(void *provider)
{
	struct fault *f = provider;

	return netdma_client_deregister(f->client);
}

static void
destroy(void *provider)
{
	free(provider);
}

static const struct netdma_provider_ops ops = {
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.channel_alloc = fault_channel_alloc,
	.channel_free = fault_channel_free,
	.channel_start = fault_channel_append,
	.append = fault_channel_append,
	.poll = fault_channel_poll,
	.quiesce = fault_channel_quiesce,
};

static int
create(const struct netdma_driver *driver, const char *name, struct rte_kvargs *args)
{
	struct fault *f = calloc(1, sizeof(*f));
	char friendly_name[96];
	struct netdma_provider_conf conf = {
		.version = NETDMA_INTERFACE_VERSION,
		.name = name,
		.friendly_name = friendly_name,
		.max_channels = MAX_CHANNELS,
		.ops = &ops,
		.priv = f,
	};
	int ret;

	if (f == NULL)
		return -ENOMEM;
	rte_strscpy(f->name, name, sizeof(f->name));
	ret = parse(f, args);
	if (ret == 0) {
		snprintf(friendly_name, sizeof(friendly_name), "faults over %s", f->lower_name);
		f->provider = netdma_provider_register(driver, &conf);
		if (f->provider != NULL)
			return 0;
		ret = -rte_errno;
	}
	free(f);
	return ret;
}

static const struct netdma_driver fault_driver = {
	.name = "fault",
	.usage = "lower=NAME,seed=N,error|partial|halt|full|refuse=P,"
			"error_at|partial_at|halt_at|stuck_at|refuse_at|remove_at=N,"
			"stuck=soft|mute|hard,delay=N,burst=N",
	.keys = key_names,
	.create = create,
};

NETDMA_DRIVER_REGISTER(fault_driver)
