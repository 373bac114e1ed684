/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef FAKE_H
#define FAKE_H

/* A provider driver of the test program's own: "fake0,max_transfer=4096,desc=16,burst=3".
 *
 * Its engine copies in poll, a few descriptors at a time, so that everything about the
 * marks of a list is deterministic; and it does what a test tells it to.
 *
 *     max_transfer=N  longest copy of a descriptor (1 MiB)
 *     desc=N          descriptors that the engine takes at once (64)
 *     burst=N         descriptors that it finishes in a poll (all)
 *     channels=N      (4)
 *     addr=va|iova    (va)
 *     hw=1            claims to be hardware
 *     start_error=N   what its start returns
 */

#include <netdma_provider.h>

#include "harness.h"

struct fake {
	/* What it does; a test may change it at any time. */
	struct netdma_provider_attr attr; /* told at the next start */
	uint32_t desc;
	uint32_t burst;
	bool hold;          /* finishes nothing */
	int gone;           /* what append and poll return; 0: they work */
	/* What quiesce returns (-ENOTSUP). If that is not an error it has forgotten all it was
	 * given; if it is NETDMA_QUIET_UNKNOWN, half of the first one's bytes have moved.
	 */
	int quiesce;
	uint32_t last;      /* descriptors that it finishes when it is told to stop */
	int start_error;    /* what start returns */
	int stop_error;     /* what stop returns */
	int alloc_error;    /* why it has no channel: an errno; 0: it has */
	uint32_t lie;       /* failures that it counts too many, once, with the next completion */
	/* Called in poll, before anything is done. */
	void (*on_poll)(struct fake *f);
	/* What became of a descriptor, the nth that the channel ran; NULL: copied. */
	enum netdma_status (*verdict)(const struct netdma_desc *d, uint64_t n,
			enum netdma_error *error);

	/* What it saw. */
	uint32_t starts;
	uint32_t stops;
	uint32_t channel_starts;
	uint32_t quiesces;
	uint32_t appends;
	uint32_t polls;
	uint32_t channels;
	struct netdma_channel_params params; /* of the last channel */
	uint32_t affinity_calls;
	uint32_t affinity_pairs;
	bool affinity_in_register; /* every call came from inside netdma_provider_register() */
	bool affinity_in_order;    /* each channel once, each with a CPU */

	char name[64];
	struct netdma_provider *provider;
	uint32_t max_channels;
	bool registering;
	struct fake *next;
};

extern const struct netdma_driver fake_driver;
/* The services, complete. */
extern const struct netdma_provider_ops fake_ops;
/* How many were destroyed since the program began. */
extern unsigned int fake_destroyed;

/* One that netdma_provider_create() made. */
struct fake *fake_get(const char *name);
/* Makes one and has it destroyed at the end of the case. */
struct fake *fake_new(const char *args, int *id);

#endif /* FAKE_H */
