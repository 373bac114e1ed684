/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <rte_common.h>

#ifdef RTE_ARCH_X86_64

#include <immintrin.h>

#define ISA __attribute__((target("avx2")))
#define NAME "avx2"
#define COPIER cpu_copier_avx2

#define VEC __m256i
#define LOAD(from) _mm256_loadu_si256((const __m256i_u *)(from))
#define STORE(to, v) _mm256_storeu_si256((__m256i_u *)(to), v)
#define STREAM(to, v) _mm256_stream_si256((__m256i *)(to), v)

#include "copy_vector.h"
#include "copy_body.h"

#endif
