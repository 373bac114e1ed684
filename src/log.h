/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_LOG_H
#define NETDMA_LOG_H

#include <stdbool.h>

#include <rte_log.h>

extern int netdma_logtype;

/* One line; the format is a string literal. */
#define NETDMA_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, netdma_logtype, "netdma: " fmt "\n", ## __VA_ARGS__)

/* True as long as lines that a caller's bad input causes come at a bearable rate. Says, when
 * it turns true again, how many were left out.
 */
bool netdma_log_allowed(void);

/* For what a bad caller could repeat at the rate of the data path. */
#define NETDMA_LOG_LIMITED(level, ...) \
	do { \
		if (netdma_log_allowed()) \
			NETDMA_LOG(level, __VA_ARGS__); \
	} while (0)

#endif /* NETDMA_LOG_H */
