/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The queues that the environment names, and the thread of each that takes descriptors. A real
 * device has several engines a queue, perhaps, and then descriptors of one queue pass each other;
 * here there is one, and only what is inside a batch does.
 */

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../knob.h"
#include "../thread.h"
#include "idxd.h"

#define MAX_QUEUES 16

struct knobs knobs;

static struct queue queues[MAX_QUEUES];
static unsigned int nb_queues;
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

/* A number from sysfs. */
static uint64_t
attribute(const char *queue, const char *name, uint64_t none)
{
	char path[PATH_MAX];
	uint64_t value = none;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", getenv("DSA_SYSFS_PATH"), queue, name);
	f = fopen(path, "re");
	if (f != NULL && fscanf(f, "%" SCNu64, &value) != 1)
		value = none;
	if (f != NULL)
		fclose(f);
	return value;
}

static bool
is_shared(const char *queue)
{
	char path[PATH_MAX], mode[16] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/mode", getenv("DSA_SYSFS_PATH"), queue);
	f = fopen(path, "re");
	if (f != NULL && fscanf(f, "%15s", mode) != 1)
		mode[0] = '\0';
	if (f != NULL)
		fclose(f);
	return strcmp(mode, "shared") == 0;
}

static void
queue_add(const char *path, const char *name)
{
	struct queue *q = &queues[nb_queues];
	char file[PATH_MAX];
	struct stat st;

	snprintf(file, sizeof(file), "%s/%s", path, name);
	if (stat(file, &st) != 0 || nb_queues == MAX_QUEUES)
		return;
	snprintf(q->name, sizeof(q->name), "%.31s", name);
	q->dev = st.st_dev;
	q->ino = st.st_ino;
	q->shared = is_shared(name);
	q->size = (uint32_t)attribute(name, "size", 16);
	if (q->size == 0 || q->size > QUEUE_MAX_SIZE)
		q->size = QUEUE_MAX_SIZE;
	q->max_batch = (uint32_t)attribute(name, "max_batch_size", 64);
	q->max_transfer = attribute(name, "max_transfer_size", 1u << 21);
	q->random = knobs.reorder;
	pthread_mutex_init(&q->lock, NULL);
	sem_init(&q->arrived, 0, 0);
	nb_queues++;
}

__attribute__((constructor))
static void
find_queues(void)
{
	const char *path = getenv("DSA_DEV_PATH");
	struct dirent *entry;
	DIR *dir;

	knobs = (struct knobs){
		.error_every = knob("HWMODEL_IDXD_ERROR_EVERY", 0, 1, UINT64_MAX),
		.batch_error_every = knob("HWMODEL_IDXD_BATCH_ERROR_EVERY", UINT64_MAX, 1,
				UINT64_MAX),
		.partial = knob("HWMODEL_IDXD_PARTIAL", 0, 0, 1),
		.delay_us = knob("HWMODEL_IDXD_DELAY_US", 0, 0, 10000000),
		.start_us = knob("HWMODEL_IDXD_START_US", 0, 0, 10000000),
		.reorder = knob("HWMODEL_IDXD_REORDER", 0, 1, UINT64_MAX),
		.stuck_after = knob("HWMODEL_IDXD_STUCK_AFTER", UINT64_MAX, 0, UINT64_MAX),
		.stuck_on = knob("HWMODEL_IDXD_STUCK_ON", UINT64_MAX, 0, MAX_QUEUES - 1),
		.stuck_file = getenv("HWMODEL_IDXD_STUCK_FILE"),
	};
	dir = path != NULL ? opendir(path) : NULL;
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, "wq", 2) == 0)
			queue_add(path, entry->d_name);
	closedir(dir);
}

struct queue *
queue_of_file(int fd)
{
	struct stat st;
	unsigned int i;

	if (nb_queues == 0 || fstat(fd, &st) != 0)
		return NULL;
	for (i = 0; i < nb_queues; i++)
		if (queues[i].dev == st.st_dev && queues[i].ino == st.st_ino)
			return &queues[i];
	return NULL;
}

/* ---------------------------------------------------------------- descriptors */

bool
queue_put(struct queue *q, const struct dsa_hw_desc *desc)
{
	bool room;

	pthread_mutex_lock(&q->lock);
	q->totals.doorbells++;
	room = q->n < q->size;
	if (room)
		q->waiting[(q->first + q->n++) % q->size] = *desc;
	else
		q->totals.overflow++;
	pthread_mutex_unlock(&q->lock);
	if (room)
		sem_post(&q->arrived);
	return room;
}

static void *
engine_thread(void *arg)
{
	struct queue *q = arg;
	struct dsa_hw_desc desc;

	for (;;) {
		while (sem_wait(&q->arrived) != 0)
			;
		if (knobs.start_us != 0)
			usleep((useconds_t)knobs.start_us);
		pthread_mutex_lock(&q->lock);
		desc = q->waiting[q->first];
		q->first = (q->first + 1) % q->size;
		q->n--;
		pthread_mutex_unlock(&q->lock);
		engine_run(q, &desc);
	}
	return NULL;
}

void
queue_start(struct queue *q)
{
	pthread_mutex_lock(&starting);
	if (!q->started)
		engine_thread_start(engine_thread, q);
	q->started = true;
	pthread_mutex_unlock(&starting);
}

__attribute__((destructor))
static void
tell(void)
{
	unsigned int i;

	for (i = 0; i < nb_queues; i++) {
		const struct totals *t = &queues[i].totals;

		if (queues[i].started)
			totals_tell("name=%s doorbells=%" PRIu64 " descriptors=%" PRIu64
					" batches=%" PRIu64 " copies=%" PRIu64 " fills=%" PRIu64
					" nops=%" PRIu64 " bytes=%" PRIu64 " errors=%" PRIu64
					" faults=%" PRIu64 " abandoned=%" PRIu64 " overflow=%"
					PRIu64 " lost_records=%" PRIu64, queues[i].name,
					t->doorbells, t->descriptors, t->batches, t->copies,
					t->fills, t->nops, t->bytes, t->errors, t->faults,
					t->abandoned, t->overflow, t->lost_records);
	}
}
