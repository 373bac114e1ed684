/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <pthread.h>

#include "range.h"

#define MAX_RANGES 64

static struct range ranges[MAX_RANGES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
range_set(uint64_t start, uint64_t length, void *owner)
{
	uint64_t end = start + length;
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < MAX_RANGES; i++)
		if (ranges[i].start < end && start < ranges[i].end)
			ranges[i] = (struct range){ 0 };
	for (i = 0; owner != NULL && i < MAX_RANGES; i++)
		if (ranges[i].owner == NULL) {
			ranges[i] = (struct range){ start, end, owner };
			break;
		}
	pthread_mutex_unlock(&lock);
}

struct range
range_at(uint64_t address)
{
	struct range range = { 0 };
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < MAX_RANGES; i++)
		if (address >= ranges[i].start && address < ranges[i].end)
			range = ranges[i];
	pthread_mutex_unlock(&lock);
	return range;
}
