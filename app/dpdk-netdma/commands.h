/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef COMMANDS_H
#define COMMANDS_H

#include <cmdline_parse.h>

/** The commands of the prompt, ended by NULL. */
extern cmdline_parse_ctx_t commands[];

#endif /* COMMANDS_H */
