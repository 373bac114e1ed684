/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_THREAD_H
#define HWMODEL_THREAD_H

/* The thread of an engine. Whoever starts it may be an lcore, which is pinned: the engine has a
 * mind of its own, runs on any CPU, and hears no signals. Without it the program ends.
 */
void engine_thread_start(void *(*run)(void *), void *arg);

#endif /* HWMODEL_THREAD_H */
