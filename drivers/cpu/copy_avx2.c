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
/* Whole vectors: for the CPUs that DPDK is built for, gcc takes those in halves that may not be aligned. */
#define LOAD(from) _mm256_lddqu_si256((const void *)(from))
#define STORE(to, v) \
	__asm__ ("vmovdqu %1, %0" : "=m" (*(__m256i_u *)(to)) : "x" (v))
#define STREAM(to, v) _mm256_stream_si256((__m256i *)(to), v)

#include "copy_vector.h"
#include "copy_body.h"

#endif
