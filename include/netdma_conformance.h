/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CONFORMANCE_H
#define NETDMA_CONFORMANCE_H

/**
 * @file netdma_conformance.h
 *
 * Asynchronous copies for DPDK applications: a test of providers, for those who write one.
 *
 * It runs random programs of operations on channels of a provider, next to a simple model of
 * what the headers promise, and looks whether these hold:
 *
 * 1. Each accepted descriptor completes exactly once, in list order, with a status.
 * 2. Copied: the bytes are there, and nothing outside [dst, dst + length) changed. Not copied:
 *    nothing changed. Failed or unknown: nothing outside [dst, dst + length) changed.
 * 3. A list is accepted whole or refused whole, and a refused one changes nothing.
 * 4. Buffers, packets and descriptors are never touched after their completion was delivered
 *    (#NETDMA_COMPLETION_ENGINE_MAY_WRITE excepted).
 * 5. After an error, removal, abort, reset or failover every outstanding descriptor is
 *    accounted for.
 * 6. Nothing waits for ever: every call returns, and every channel drains.
 *
 * A program that fails is made as short as it goes and printed, one operation a line, with what
 * was expected, what was seen, and how to run it again.
 *
 *     rte_eal_init(argc, argv);
 *     netdma_init(NULL);
 *     netdma_provider_create("mine0,key=value", &conf.provider);
 *     failed = netdma_conformance_run(&conf, NULL);
 *
 * It is an archive of its own, linked with `pkg-config --libs libnetdma-conformance`. What it has
 * refused is logged, and that is a lot: see `--log-level=lib.netdma:critical`.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <netdma.h>

#ifdef __cplusplus
extern "C" {
#endif

/**@{@name What the provider may do: netdma_conformance_conf::flags */
/** Copies may fail by themselves: the engine fails, or faults are injected. */
#define NETDMA_CONFORMANCE_MAY_FAIL    0x1u
/** The engine may stop answering. When it has, and is quarantined, the run goes on with what
 * netdma_conformance_conf::renew makes, or ends.
 */
#define NETDMA_CONFORMANCE_MAY_HANG    0x2u
/** The engine can be stopped by force: it is tried, with bounds that are too short. */
#define NETDMA_CONFORMANCE_STOPPABLE   0x4u
/** Never stop the provider: others use it, too. */
#define NETDMA_CONFORMANCE_SHARED      0x8u
/** Buffers are DPDK's memory. Otherwise they are malloc'ed and registered, so that sanitizers
 * see who touches them, if IOVAs are virtual addresses and they can be registered.
 */
#define NETDMA_CONFORMANCE_DPDK_MEMORY 0x10u
/**@}*/

/** How the suite is run. */
struct netdma_conformance_conf {
	size_t size;          /**< sizeof(struct netdma_conformance_conf), or 0. */
	int provider;         /**< Id of the provider: started, without channels. */
	/** Id of another one, to which channels move and fail over; 0: none. */
	int other;
	uint64_t seed;        /**< The same seed makes the same programs. 0: a random one. */
	uint64_t operations;  /**< How many operations to run, at least. 0: 100,000. */
	uint32_t flags;       /**< NETDMA_CONFORMANCE_*. */
	/** Run this program, as a report names it, and no other. NULL: random ones. */
	const char *program;
	FILE *report;         /**< For what failed, and how. NULL: stderr. */
	uint32_t patience_ms; /**< What takes longer hangs. 0: 60,000. */
	uint32_t shrink_ms;   /**< How long to shrink a program that failed. 0: 20,000. */
	/** Destroy the provider and make it anew; *id is the old one's, then the new one's.
	 * NULL: it cannot be. @return 0 or a negative errno.
	 */
	int (*renew)(void *arg, int *id);
	/** Call netdma_provider_notify() for the provider. NULL: its power is never lost.
	 * @return what that returned.
	 */
	int (*notify)(void *arg, int id, enum netdma_event_type event);
	void *arg;            /**< For the two. */
};

/** What came of it. */
struct netdma_conformance_result {
	size_t size;          /**< Set by the caller: sizeof, or 0. */
	uint64_t seed;        /**< The seed. */
	uint64_t operations;  /**< Operations that were run. */
	uint64_t programs;    /**< In so many programs. */
	uint64_t descriptors; /**< Descriptors that were accepted. */
	uint64_t not_copied;  /**< Of these ended as #NETDMA_NOT_COPIED, */
	uint64_t failed;      /**< as #NETDMA_FAILED, */
	uint64_t unknown;     /**< as #NETDMA_UNKNOWN, */
	uint64_t may_write;   /**< with #NETDMA_COMPLETION_ENGINE_MAY_WRITE so many entries; */
	uint64_t by_recovery; /**< were copied on the CPU because the engine had failed, */
	uint64_t by_failover; /**< and by another provider because the first had gone. */
	uint64_t refused;     /**< Calls that had to be refused, and were. */
	int invariant;        /**< Which one did not hold; 0: all did. */
	/** 1: a call of the library never returned. The thread that made it is still in it. */
	int stuck;
};

/**
 * Run the suite: after netdma_init(), in any thread. It makes threads of its own, which run
 * where the caller may run; nobody else may use the provider meanwhile.
 *
 * @param conf
 *   How.
 * @param[out] result
 *   What came of it; may be NULL.
 * @return
 *   0: all invariants held. 1: one did not, and the report says which and how. -EINVAL (wrong
 *   conf, or a program that cannot be read), -ENODEV (no such provider, or not started),
 *   -ENOMEM, or another negative errno: it could not be run.
 */
int netdma_conformance_run(const struct netdma_conformance_conf *conf,
		struct netdma_conformance_result *result);

/**
 * Write what the program that is running has done so far to a file descriptor. For signal
 * handlers of a program that crashes: it only writes.
 */
void netdma_conformance_dump(int fd);

#ifdef __cplusplus
}
#endif

#endif /* NETDMA_CONFORMANCE_H */
