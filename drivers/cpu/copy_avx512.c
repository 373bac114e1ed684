/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <rte_common.h>

#ifdef RTE_ARCH_X86_64

#include <immintrin.h>

#define ISA __attribute__((target("avx512f,avx512vl")))
#define NAME "avx512"
#define COPIER cpu_copier_avx512

#define VEC __m512i
#define LOAD(from) _mm512_loadu_si512((const void *)(from))
#define STORE(to, v) _mm512_storeu_si512((void *)(to), v)
#define STREAM(to, v) _mm512_stream_si512((__m512i *)(to), v)

#include "copy_vector.h"
#include "copy_body.h"

#endif
