/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "guard.h"

bool netdma_guard_fence = true;

static int
membarrier(int cmd)
{
	return (int)syscall(SYS_membarrier, cmd, 0, 0);
}

void
netdma_guard_init(void)
{
#ifndef UNDER_TSAN
	if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0) {
		netdma_guard_fence = false;
		return;
	}
	NETDMA_LOG(INFO, "no membarrier(): every data-path call has a fence");
#endif
	netdma_guard_fence = true;
}

void
netdma_guard_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!netdma_guard_fence)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

int
netdma_channel_enter_contended(struct netdma_channel *ch)
{
	uint32_t stopping = __atomic_load_n(&ch->stopping, __ATOMIC_ACQUIRE);

	if (stopping == CHANNEL_RUNS)
		return 0;
	if (stopping == CHANNEL_LOSES && __atomic_compare_exchange_n(&ch->stopping, &stopping,
			CHANNEL_RUNS, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		ch->hurdle |= HURDLE_LEAVE;
		return 0;
	}
	netdma_channel_leave(ch);
	return stopping == CHANNEL_DETACHED ? -ENODEV : -EAGAIN;
}

bool
netdma_guard_wait(const struct netdma_channel *ch)
{
	uint64_t end = rte_get_timer_cycles() + rte_get_timer_hz() / 1000000 * NETDMA_GUARD_US;
	uint64_t calls = __atomic_load_n(&ch->calls, __ATOMIC_ACQUIRE);

	while ((calls & 1) != 0 && __atomic_load_n(&ch->calls, __ATOMIC_ACQUIRE) == calls) {
		if (rte_get_timer_cycles() > end)
			return false;
		/* The owner may be waiting for this CPU. */
		rte_delay_us_sleep(10);
	}
	return true;
}
