/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* For every machine: libc knows how to copy on it. */

#include <string.h>

#define ISA
#define NAME "plain"
#define COPIER cpu_copier_plain

static inline void
copy(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
}

#include "copy_body.h"
