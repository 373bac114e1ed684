/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_KNOB_H
#define HWMODEL_KNOB_H

/* What a model is told by the environment, and what it tells at the end. */

#include <stdint.h>

/* A number, or what it is without one. A value that is none, or out of range, ends the program. */
uint64_t knob(const char *name, uint64_t none, uint64_t least, uint64_t most);

/* A line for whoever looks at what the device did: to the end of the file HWMODEL_TOTALS, or to
 * standard error.
 */
void totals_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* HWMODEL_KNOB_H */
