/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_H
#define NETDMA_CPU_H

/* Engines in software. cpu.c makes providers; inline.c and worker.c are the two engines;
 * run.c runs a descriptor, for both.
 */

#include <stdbool.h>

#include <rte_log.h>

#include <netdma_provider.h>

extern int netdma_cpu_logtype;
#define CPU_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, netdma_cpu_logtype, "netdma cpu: " fmt "\n", ## __VA_ARGS__)

struct cpu_worker;

/* A provider. */
struct cpu {
	char name[64];
	bool worker_mode;      /* mode=lcore; otherwise inline */
	bool iova;             /* addr=iova: the engine takes IOVAs */
	int lcore;             /* lcore=N; -1: a thread of its own */
	int cpu;               /* cpu=N: where that thread is pinned; -1: where there is room */
	uint32_t max_channels;
	uint32_t max_transfer;
	struct cpu_worker *worker;
};

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
