/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_IDXD_H
#define HWMODEL_IDXD_H

/* A model of DSA work queues as a user of the kernel's driver sees them: a portal each, to which
 * descriptors of 64 bytes are written.
 *
 * queue.c finds the queues and has a thread for each that takes descriptors; engine.c runs
 * them; portal.c and decode.c catch the instructions.
 */

#include <linux/idxd.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../memory.h"

#define QUEUE_MAX_SIZE 256

struct totals {
	uint64_t doorbells, descriptors, copies, fills, nops, batches, bytes, errors, faults,
		abandoned, overflow, lost_records;
};

struct queue {
	char name[32];
	dev_t dev;                /* the file that is its portal */
	ino_t ino;
	bool shared;              /* ENQCMD, not MOVDIR64B */
	uint32_t size;            /* descriptors that wait */
	uint32_t max_batch;
	uint64_t max_transfer;

	pthread_mutex_t lock;     /* of the waiting ones */
	struct dsa_hw_desc waiting[QUEUE_MAX_SIZE];
	uint32_t first, n;
	sem_t arrived;
	bool started;

	/* The engine's. */
	uint64_t started_ops;     /* data operations that have begun, for the knobs */
	uint64_t random;
	bool stuck;
	struct totals totals;
};

/* What the environment asks for: README.md. */
struct knobs {
	uint64_t error_every, batch_error_every, partial, delay_us, start_us, reorder,
		stuck_after, stuck_on;
	const char *stuck_file;
};
extern struct knobs knobs;

/* queue.c */
struct queue *queue_of_file(int fd);
void queue_start(struct queue *q);
/* @return whether there was room. */
bool queue_put(struct queue *q, const struct dsa_hw_desc *desc);

/* engine.c */
void engine_run(struct queue *q, const struct dsa_hw_desc *desc);

/* decode.c: MOVDIR64B and ENQCMD. */
struct store64 {
	bool enqueue;          /* ENQCMD: tells in ZF whether it was taken */
	uint64_t to;
	uint64_t from;
	unsigned int length;   /* of the instruction */
};
/* registers: in the order in which instructions number them. @return whether it is one. */
bool decode_store64(const uint8_t *code, const uint64_t registers[16], struct store64 *store);

#endif /* HWMODEL_IDXD_H */
