/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_TRACE_H
#define NETDMA_TRACE_H

/* Trace points: lib.netdma.*, with EAL's --trace. Those of the data path are compiled in
 * with the build option enable_trace_fp only.
 */

#include <rte_trace_point.h>

RTE_TRACE_POINT(
	netdma_trace_init,
	RTE_TRACE_POINT_ARGS(int ret),
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	netdma_trace_fini,
	RTE_TRACE_POINT_ARGS(int ret),
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	netdma_trace_event,
	RTE_TRACE_POINT_ARGS(int type, int provider, const char *name),
	rte_trace_point_emit_int(type);
	rte_trace_point_emit_int(provider);
	rte_trace_point_emit_string(name);
)

RTE_TRACE_POINT(
	netdma_trace_provider_register,
	RTE_TRACE_POINT_ARGS(int id, const char *name, const char *driver),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_string(name);
	rte_trace_point_emit_string(driver);
)

RTE_TRACE_POINT(
	netdma_trace_provider_deregister,
	RTE_TRACE_POINT_ARGS(int id, const char *name),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_string(name);
)

RTE_TRACE_POINT(
	netdma_trace_provider_start,
	RTE_TRACE_POINT_ARGS(int id, const char *name),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_string(name);
)

RTE_TRACE_POINT(
	netdma_trace_provider_stop,
	RTE_TRACE_POINT_ARGS(int id, const char *name, int ret),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_string(name);
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	netdma_trace_client_register,
	RTE_TRACE_POINT_ARGS(const void *client, const char *name),
	rte_trace_point_emit_ptr(client);
	rte_trace_point_emit_string(name);
)

RTE_TRACE_POINT(
	netdma_trace_client_deregister,
	RTE_TRACE_POINT_ARGS(const void *client, const char *name),
	rte_trace_point_emit_ptr(client);
	rte_trace_point_emit_string(name);
)

RTE_TRACE_POINT(
	netdma_trace_channel_alloc,
	RTE_TRACE_POINT_ARGS(int id, int provider, uint32_t nb_desc, uint32_t flags),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_int(provider);
	rte_trace_point_emit_u32(nb_desc);
	rte_trace_point_emit_u32(flags);
)

RTE_TRACE_POINT(
	netdma_trace_channel_free,
	RTE_TRACE_POINT_ARGS(int id),
	rte_trace_point_emit_int(id);
)

RTE_TRACE_POINT(
	netdma_trace_channel_start,
	RTE_TRACE_POINT_ARGS(int id, const void *first, uint32_t n),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_ptr(first);
	rte_trace_point_emit_u32(n);
)

RTE_TRACE_POINT(
	netdma_trace_channel_move,
	RTE_TRACE_POINT_ARGS(int id, int from, int to),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_int(from);
	rte_trace_point_emit_int(to);
)

RTE_TRACE_POINT_FP(
	netdma_trace_fp_append,
	RTE_TRACE_POINT_ARGS(int id, const void *first, uint32_t n),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_ptr(first);
	rte_trace_point_emit_u32(n);
)

RTE_TRACE_POINT_FP(
	netdma_trace_fp_copy,
	RTE_TRACE_POINT_ARGS(int id, const void *src, const void *dst, uint64_t length),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_ptr(src);
	rte_trace_point_emit_ptr(dst);
	rte_trace_point_emit_u64(length);
)

RTE_TRACE_POINT_FP(
	netdma_trace_fp_poll,
	RTE_TRACE_POINT_ARGS(int id, uint32_t n, uint64_t delivered, uint64_t completed),
	rte_trace_point_emit_int(id);
	rte_trace_point_emit_u32(n);
	rte_trace_point_emit_u64(delivered);
	rte_trace_point_emit_u64(completed);
)

#endif /* NETDMA_TRACE_H */
