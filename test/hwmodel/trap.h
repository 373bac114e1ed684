/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_TRAP_H
#define HWMODEL_TRAP_H

/* Accesses to a model's device raise a signal; this sees to it that the model gets it, whatever
 * the program does with its signals. Compiled into each model's shared object.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

/* Whether the signal was the model's; otherwise it is the program's. */
typedef bool (*trap_handler_t)(siginfo_t *info, ucontext_t *context);

/* Handle a signal before the program does: in all threads, blocked by none. */
void trap_install(int sig, trap_handler_t handler);

/* General registers, as instructions number them: where each is in the context, and what they have. */
extern const int trap_order[16];
void trap_registers(const ucontext_t *context, uint64_t registers[16]);

#endif /* HWMODEL_TRAP_H */
