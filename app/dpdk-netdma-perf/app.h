/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef APP_H
#define APP_H

/* What all parts of the program use. */

#include <stdio.h>

#include <netdma.h>

extern struct netdma_client *client;

/* To standard error, with the program's name. */
__attribute__((format(printf, 1, 2)))
void complain(const char *format, ...);
/* What cannot be gone on from: the measurement would not be true. */
__attribute__((noreturn, format(printf, 1, 2)))
void fatal(const char *format, ...);

#endif /* APP_H */
