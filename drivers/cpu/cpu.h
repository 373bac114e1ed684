/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_H
#define NETDMA_CPU_H

/* Engines in software. cpu.c makes providers; inline.c is the engine that copies where it is called,
 * worker.h tells of the other; both copy with copy.h, and with run.c what is not a plain copy.
 */

#include <stdbool.h>

#include <rte_log.h>

#include <netdma_provider.h>

extern int netdma_cpu_logtype;
#define CPU_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, netdma_cpu_logtype, "netdma cpu: " fmt "\n", ## __VA_ARGS__)

struct cpu_copier;
struct worker;

#define CPU_MAX_WORKERS 64

/* Where a worker works. */
struct cpu_place {
	int lcore; /* of EAL's; -1: a thread of its own... */
	int cpu;   /* ...that is pinned there; -1: where there is room */
};

/* A provider. */
struct cpu {
	char name[64];
	bool worker_mode;      /* mode=lcore; otherwise inline */
	bool iova;             /* addr=iova: the engine takes IOVAs */
	uint32_t max_channels;
	uint32_t max_transfer;
	uint32_t spin_us;      /* that a worker without work looks for some; UINT32_MAX: always */
	const struct cpu_copier *copier;
	unsigned int nb_workers;
	struct cpu_place place[CPU_MAX_WORKERS];
	struct worker *worker[CPU_MAX_WORKERS];
};

struct rte_kvargs;
/* What a provider's string says; where its workers work is still to be checked. NULL: rte_errno. */
struct cpu *cpu_new(const char *name, struct rte_kvargs *args);

#define CPU_MAX_DESC (1u << 20)
/* Priorities 0 to 3: each doubles a channel's share of a busy worker. */
#define CPU_MAX_PRIORITY 3

/* Run a descriptor and leave its status in it. @return whether it was copied. */
bool cpu_run(struct netdma_desc *d, bool iova);

extern const struct netdma_provider_ops cpu_inline_ops;
extern const struct netdma_provider_ops cpu_worker_ops;

/* What both engines tell. */
void cpu_attr(const struct cpu *cpu, struct netdma_provider_attr *attr);
void cpu_destroy(void *provider);

#endif /* NETDMA_CPU_H */
