/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <rte_trace_point_register.h>

#include "trace.h"

RTE_TRACE_POINT_REGISTER(netdma_trace_init, lib.netdma.init)
RTE_TRACE_POINT_REGISTER(netdma_trace_fini, lib.netdma.fini)
RTE_TRACE_POINT_REGISTER(netdma_trace_event, lib.netdma.event)
RTE_TRACE_POINT_REGISTER(netdma_trace_provider_register, lib.netdma.provider.register)
RTE_TRACE_POINT_REGISTER(netdma_trace_provider_deregister, lib.netdma.provider.deregister)
RTE_TRACE_POINT_REGISTER(netdma_trace_provider_start, lib.netdma.provider.start)
RTE_TRACE_POINT_REGISTER(netdma_trace_provider_stop, lib.netdma.provider.stop)
RTE_TRACE_POINT_REGISTER(netdma_trace_client_register, lib.netdma.client.register)
RTE_TRACE_POINT_REGISTER(netdma_trace_client_deregister, lib.netdma.client.deregister)
RTE_TRACE_POINT_REGISTER(netdma_trace_channel_alloc, lib.netdma.channel.alloc)
RTE_TRACE_POINT_REGISTER(netdma_trace_channel_free, lib.netdma.channel.free)
RTE_TRACE_POINT_REGISTER(netdma_trace_channel_move, lib.netdma.channel.move)
RTE_TRACE_POINT_REGISTER(netdma_trace_channel_start, lib.netdma.channel.start)
RTE_TRACE_POINT_REGISTER(netdma_trace_fp_append, lib.netdma.fp.append)
RTE_TRACE_POINT_REGISTER(netdma_trace_fp_copy, lib.netdma.fp.copy)
RTE_TRACE_POINT_REGISTER(netdma_trace_fp_poll, lib.netdma.fp.poll)
