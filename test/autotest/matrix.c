/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include "harness.h"
#include "model.h"

/* The providers that every T_EACH case runs on; I/OAT and DSA under test/hwmodel/with-hw. */
const struct t_kind t_matrix[] = {
	{ "cpu-inline", "cpu", "cpu0,mode=inline" },
	{ "cpu-thread", "cpu", "cpu1,mode=lcore" },
	{ "cpu-lcore", "cpu", "cpu2,mode=lcore,lcore=%u" },
	{ "cpu-inline-iova", "cpu", "cpu3,mode=inline,addr=iova" },
	{ "cpu-thread-iova", "cpu", "cpu4,mode=lcore,addr=iova" },
	{ "skeleton", "dmadev", .device = "dma_skeleton0" },
	{ "vdev", "dmadev", .device = "dma_netdma0" },
	{ "ioat", "dmadev", .device = "0000:00:04.0", .named = true },
	{ "idxd", "dmadev", .device = "wq0.0", .named = true },
	{ "ioat-failing", "dmadev", .device = "0000:00:04.0", .named = true, .recover = true },
	{ "idxd-failing", "dmadev", .device = "wq0.0", .named = true, .recover = true },
	{ "model", "dmadev", .device = MODEL_NAME, .prepare = model_prepare },
	{ "fault-cpu", "fault", "fault0,lower=cpu5", .below = "cpu5,mode=inline" },
	{ "fault-worker", "fault", "fault1,lower=cpu6", .below = "cpu6,mode=lcore" },
	{ "fault-iova", "fault", "fault2,lower=cpu7", .below = "cpu7,mode=lcore,addr=iova" },
	{ "fault-slow", "fault", "fault4,lower=cpu8,seed=3,delay=2,burst=5,full=0.2",
		.below = "cpu8,mode=inline" },
	{ "fault-failing", "fault", "fault5,lower=cpu9,seed=3,error=0.1,partial=0.1,halt=0.03,"
		"delay=1", .below = "cpu9,mode=inline", .recover = true },
	{ "fault-skeleton", "fault", "fault3,lower=dma_skeleton0", .device = "dma_skeleton0" },
	{ "fake", NULL, "fake0,max_transfer=4096,desc=16,burst=3" },
};
const unsigned int t_matrix_size = RTE_DIM(t_matrix);
