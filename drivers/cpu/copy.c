/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <string.h>

#include <rte_cpuflags.h>
#include <rte_vect.h>

#include "copy.h"

static bool
plain_runs(void)
{
	return true;
}

#ifdef RTE_ARCH_X86_64
static bool
avx2_runs(void)
{
	return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX2) > 0;
}

static bool
avx512_runs(void)
{
	return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512F) > 0 &&
			rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512VL) > 0;
}
#endif

/* The best first. */
static const struct {
	const struct cpu_copier *copier;
	uint16_t bits;
	bool (*runs)(void);
} copiers[] = {
#ifdef RTE_ARCH_X86_64
	{ &cpu_copier_avx512, RTE_VECT_SIMD_512, avx512_runs },
	{ &cpu_copier_avx2, RTE_VECT_SIMD_256, avx2_runs },
#endif
	{ &cpu_copier_plain, RTE_VECT_SIMD_DISABLED, plain_runs },
};

const struct cpu_copier *
cpu_copier_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(copiers); i++)
		if (copiers[i].runs() && (name != NULL ? strcmp(copiers[i].copier->name, name) == 0 :
				copiers[i].bits <= rte_vect_get_max_simd_bitwidth()))
			return copiers[i].copier;
	return NULL;
}
