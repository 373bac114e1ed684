/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_MEMORY_H
#define HWMODEL_MEMORY_H

/* A device's way to the program's memory. */

#include <stddef.h>
#include <stdint.h>

#define MEMORY_PAGE 4096

/* As far as the memory is there. @return bytes that were done: whole pages, up to the fault. */
size_t memory_read(void *to, uint64_t from, size_t n);
size_t memory_write(uint64_t to, const void *from, size_t n);

#endif /* HWMODEL_MEMORY_H */
