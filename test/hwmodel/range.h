/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_RANGE_H
#define HWMODEL_RANGE_H

/* Ranges of addresses behind which a device is: what the program has mapped. */

#include <stdint.h>

struct range {
	uint64_t start, end;
	void *owner; /* NULL: nobody's */
};

/* A range is the owner's from now on, or nobody's any more. */
void range_set(uint64_t start, uint64_t length, void *owner);
struct range range_at(uint64_t address);

#endif /* HWMODEL_RANGE_H */
