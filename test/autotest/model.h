/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef MODEL_H
#define MODEL_H

/* A dmadev of the test program's own, as hard to live with as the hardware ones.
 *
 * It takes IOVAs, runs nothing before a doorbell, and runs what it was given in the order
 * that surprises most: the last doorbell's copies first, within one doorbell the last
 * copy first, except behind a fence. After an error it waits until somebody calls
 * rte_dma_completed_status(). More in one doorbell than its batch limit it accepts,
 * reports as done and does not do. A rule of dmadev that its user breaks it counts.
 */

#include <rte_dmadev.h>

#include "harness.h"

#define MODEL_MIN_DESC 8
#define MODEL_MAX_DESC 48
#define MODEL_BATCH 12
#define MODEL_MAX_TRANSFER 65536 /* which dmadev has no way to tell */
#define MODEL_FAILS 8

struct model {
	/* What it does. */
	uint32_t max_batch;
	bool sva;
	bool hold;                 /* finishes nothing */
	uint32_t lie;              /* completions too many, once, with the next ones */
	uint64_t fail[MODEL_FAILS]; /* which jobs fail: counted from 1 since the reset */
	enum rte_dma_status_code code; /* with what */
	int copy_error;            /* what copy() returns; 0: it works */

	/* What it saw. */
	uint64_t jobs;
	uint64_t doorbells;
	uint64_t statuses;         /* errors that were read */
	uint64_t overruns;         /* copies that the burst capacity did not allow */
	uint64_t misuses;          /* anything else that dmadev forbids */
	uint64_t configures;
	uint64_t starts;
	uint64_t stops;
	uint32_t nb_desc;
	bool started;
};

/* The dmadev of that name, made if there is none, reset. NULL: see model_reason(). */
struct model *model_get(const char *name);
const char *model_reason(void);
/* Take it away, as if it were unplugged. It must be stopped. */
void model_remove(const char *name);
/* For the matrix. */
#define MODEL_NAME "test_dma0"
const char *model_prepare(void);

#endif /* MODEL_H */
