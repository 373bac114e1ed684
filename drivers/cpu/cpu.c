/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Providers of the cpu driver: "cpu0,mode=lcore,lcore=1". */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_kvargs.h>
#include <rte_lcore.h>
#include <rte_memory.h>
#include <rte_string_fns.h>

#include "copy.h"
#include "cpu.h"

#define DEFAULT_CHANNELS 256
#define MAX_CHANNELS 65536
#define MAX_TRANSFER (1u << 30)
#define DEFAULT_SPIN_US 10000
#define MAX_SPIN_US 1000000000

RTE_LOG_REGISTER(netdma_cpu_logtype, lib.netdma.cpu, NOTICE);

struct key {
	const char *name;
	int (*parse)(const char *key, const char *value, void *cpu);
	bool repeated; /* may be given more than once */
};

static int
parse_number(const char *key, const char *value, long min, long max, long *number)
{
	char *end;

	errno = 0;
	*number = strtol(value, &end, 0);
	if (errno == 0 && end != value && *end == '\0' && *number >= min && *number <= max)
		return 0;
	CPU_LOG(ERR, "%s=%s: it must be a number from %ld to %ld", key, value, min, max);
	return -EINVAL;
}

static int
parse_choice(const char *key, const char *value, const char *no, const char *yes, bool *chosen)
{
	*chosen = strcmp(value, yes) == 0;
	if (*chosen || strcmp(value, no) == 0)
		return 0;
	CPU_LOG(ERR, "%s=%s: it must be %s or %s", key, value, no, yes);
	return -EINVAL;
}

static int
parse_mode(const char *key, const char *value, void *arg)
{
	struct cpu *cpu = arg;

	return parse_choice(key, value, "inline", "lcore", &cpu->worker_mode);
}

static int
parse_addr(const char *key, const char *value, void *arg)
{
	struct cpu *cpu = arg;

	return parse_choice(key, value, "va", "iova", &cpu->iova);
}

/* Each one named is a worker. */
static struct cpu_place *
place_add(struct cpu *cpu)
{
	if (cpu->nb_workers == CPU_MAX_WORKERS) {
		CPU_LOG(ERR, "more than %d workers", CPU_MAX_WORKERS);
		return NULL;
	}
	cpu->place[cpu->nb_workers] = (struct cpu_place){ -1, -1 };
	return &cpu->place[cpu->nb_workers++];
}

static int
parse_lcore(const char *key, const char *value, void *arg)
{
	struct cpu *cpu = arg;
	struct cpu_place *place;
	unsigned int i;
	long n;

	if (parse_number(key, value, 0, RTE_MAX_LCORE - 1, &n) != 0)
		return -EINVAL;
	for (i = 0; i < cpu->nb_workers; i++)
		if (cpu->place[i].lcore == n) {
			CPU_LOG(ERR, "lcore=%ld is given twice: an lcore is one worker", n);
			return -EINVAL;
		}
	place = place_add(cpu);
	if (place == NULL)
		return -EINVAL;
	place->lcore = (int)n;
	return 0;
}

static int
parse_cpu(const char *key, const char *value, void *arg)
{
	struct cpu_place *place;
	long n;

	if (parse_number(key, value, 0, CPU_SETSIZE - 1, &n) != 0)
		return -EINVAL;
	place = place_add(arg);
	if (place == NULL)
		return -EINVAL;
	place->cpu = (int)n;
	return 0;
}

static int
parse_workers(const char *key, const char *value, void *arg)
{
	long n;

	if (parse_number(key, value, 1, CPU_MAX_WORKERS, &n) != 0)
		return -EINVAL;
	while (n-- > 0)
		if (place_add(arg) == NULL)
			return -EINVAL;
	return 0;
}

static int
parse_spin(const char *key, const char *value, void *arg)
{
	struct cpu *cpu = arg;
	long n;

	if (strcmp(value, "always") == 0) {
		cpu->spin_us = UINT32_MAX;
		return 0;
	}
	if (parse_number(key, value, 0, MAX_SPIN_US, &n) != 0)
		return -EINVAL;
	cpu->spin_us = (uint32_t)n;
	return 0;
}

static int
parse_simd(const char *key, const char *value, void *arg)
{
	struct cpu *cpu = arg;

	cpu->copier = cpu_copier_find(value);
	if (cpu->copier != NULL)
		return 0;
	CPU_LOG(ERR, "%s=%s: it must be plain, or avx2 or avx512 where the CPU has that", key,
			value);
	return -EINVAL;
}

static int
parse_channels(const char *key, const char *value, void *arg)
{
	struct cpu *cpu = arg;
	long n;

	if (parse_number(key, value, 1, MAX_CHANNELS, &n) != 0)
		return -EINVAL;
	cpu->max_channels = (uint32_t)n;
	return 0;
}

static int
parse_max_transfer(const char *key, const char *value, void *arg)
{
	struct cpu *cpu = arg;
	long n;

	if (parse_number(key, value, NETDMA_PAGE_SIZE, MAX_TRANSFER, &n) != 0)
		return -EINVAL;
	cpu->max_transfer = (uint32_t)n;
	return 0;
}

static const struct key keys[] = {
	{ "mode", parse_mode, false },
	{ "lcore", parse_lcore, true },
	{ "cpu", parse_cpu, true },
	{ "workers", parse_workers, false },
	{ "spin", parse_spin, false },
	{ "simd", parse_simd, false },
	{ "addr", parse_addr, false },
	{ "channels", parse_channels, false },
	{ "max_transfer", parse_max_transfer, false },
};

static const char *const key_names[RTE_DIM(keys) + 1] = {
	"mode", "lcore", "cpu", "workers", "spin", "simd", "addr", "channels", "max_transfer", NULL,
};

/* In how many ways it says where workers are. */
static unsigned int
kinds(const struct rte_kvargs *args)
{
	return (rte_kvargs_count(args, "lcore") != 0) + (rte_kvargs_count(args, "cpu") != 0) +
			(rte_kvargs_count(args, "workers") != 0);
}

static bool
is_one_kind(const struct rte_kvargs *args)
{
	if (kinds(args) <= 1)
		return true;
	CPU_LOG(ERR, "lcore, cpu and workers do not go together: an lcore has its CPUs from EAL, and "
			"each lcore or cpu that is named is a worker");
	return false;
}

/* A provider's workers. */
static int
check(const struct cpu *cpu, const struct rte_kvargs *args)
{
	unsigned int i;

	if (!cpu->worker_mode && (kinds(args) != 0 || rte_kvargs_count(args, "spin") != 0)) {
		CPU_LOG(ERR, "lcore, cpu, workers and spin go with mode=lcore: the inline engine "
				"copies on the core that calls");
		return -EINVAL;
	}
	for (i = 0; i < cpu->nb_workers; i++)
		if (cpu->place[i].lcore >= 0 && ((unsigned int)cpu->place[i].lcore ==
				rte_get_main_lcore() || !rte_lcore_has_role(
				(unsigned int)cpu->place[i].lcore, ROLE_RTE))) {
			CPU_LOG(ERR, "lcore=%d: it must be a worker lcore of EAL's (-l), not the "
					"main one, %u", cpu->place[i].lcore, rte_get_main_lcore());
			return -EINVAL;
		}
	return 0;
}

struct cpu *
cpu_new(const char *name, struct rte_kvargs *args)
{
	struct cpu *cpu = calloc(1, sizeof(*cpu));
	unsigned int i;
	int ret = 0;

	if (cpu == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	rte_strscpy(cpu->name, name, sizeof(cpu->name));
	cpu->max_channels = DEFAULT_CHANNELS;
	cpu->max_transfer = MAX_TRANSFER;
	cpu->spin_us = DEFAULT_SPIN_US;
	cpu->copier = cpu_copier_find(NULL);
	for (i = 0; i < RTE_DIM(keys) && ret == 0; i++) {
		if (!keys[i].repeated && rte_kvargs_count(args, keys[i].name) > 1) {
			CPU_LOG(ERR, "%s is given more than once", keys[i].name);
			ret = -EINVAL;
		} else if (rte_kvargs_process(args, keys[i].name, keys[i].parse, cpu) != 0) {
			ret = -EINVAL;
		}
	}
	if (ret == 0 && !is_one_kind(args))
		ret = -EINVAL;
	if (ret == 0 && cpu->nb_workers == 0)
		place_add(cpu);
	if (ret == 0)
		return cpu;
	free(cpu);
	rte_errno = -ret;
	return NULL;
}

static int
create(const struct netdma_driver *driver, const char *name, struct rte_kvargs *args)
{
	struct netdma_provider_conf conf = { .version = NETDMA_INTERFACE_VERSION, .name = name };
	struct cpu *cpu = cpu_new(name, args);
	char friendly_name[64];
	int ret;

	if (cpu == NULL)
		return -rte_errno;
	ret = check(cpu, args);
	if (ret == 0) {
		snprintf(friendly_name, sizeof(friendly_name), "software engine, %s",
				cpu->worker_mode ? "a worker copies" : "the caller copies");
		conf.friendly_name = friendly_name;
		conf.max_channels = cpu->max_channels;
		conf.ops = cpu->worker_mode ? &cpu_worker_ops : &cpu_inline_ops;
		conf.priv = cpu;
		if (netdma_provider_register(driver, &conf) != NULL)
			return 0;
		ret = -rte_errno;
	}
	free(cpu);
	return ret;
}

void
cpu_destroy(void *provider)
{
	free(provider);
}

void
cpu_attr(const struct cpu *cpu, struct netdma_provider_attr *attr)
{
	*attr = (struct netdma_provider_attr){
		.flags = NETDMA_PROVIDER_SOFTWARE,
		.numa_node = SOCKET_ID_ANY,
		.addr_space = cpu->iova ? NETDMA_ADDR_IOVA : NETDMA_ADDR_VA,
		.nb_channels = cpu->max_channels,
		.max_transfer = cpu->max_transfer,
		.min_desc = 2,
		.max_desc = CPU_MAX_DESC,
	};
}

static const struct netdma_driver cpu_driver = {
	.name = "cpu",
	.usage = "mode=inline|lcore,lcore=N,cpu=N,workers=N,spin=US|always,simd=plain|avx2|avx512,"
		"addr=va|iova,channels=N,max_transfer=BYTES",
	.keys = key_names,
	.create = create,
};

NETDMA_DRIVER_REGISTER(cpu_driver)
