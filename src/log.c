/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <inttypes.h>
#include <pthread.h>

#include <rte_cycles.h>

#include "log.h"

RTE_LOG_REGISTER(netdma_logtype, lib.netdma, NOTICE);

/* A burst of lines is let through whole, then so many a second. */
#define LOG_BURST 100
#define LOG_PER_SECOND 10

bool
netdma_log_allowed(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint64_t tokens = LOG_BURST, last, left_out;
	uint64_t now = rte_get_timer_cycles(), step = rte_get_timer_hz() / LOG_PER_SECOND;
	uint64_t told = 0;
	bool allowed;

	pthread_mutex_lock(&lock);
	if (step != 0 && now - last >= step) { /* 0: EAL is not there yet */
		tokens += (now - last) / step;
		if (tokens > LOG_BURST)
			tokens = LOG_BURST;
		last = now;
	}
	allowed = tokens > 0;
	if (allowed) {
		tokens--;
		told = left_out;
		left_out = 0;
	} else {
		left_out++;
	}
	pthread_mutex_unlock(&lock);
	if (told != 0)
		NETDMA_LOG(ERR, "%" PRIu64 " lines like the next were left out", told);
	return allowed;
}
