/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CPU_VCHAN_H
#define NETDMA_CPU_VCHAN_H

/* The worker engine as a dmadev: vdev.c makes the device, vchan.c is what rte_dma_copy() and the others
 * of its kind come to. A virtual channel is an owner of a ring, in the place of owner.c: it knows no
 * lists.
 */

#include <rte_dmadev.h>

#include "worker.h"

struct vchan {
	struct wire wire;
	uint64_t submitted;  /* slots: the worker was told of these */
	uint64_t reported;   /* slots: the application was told of these */
	struct cpu_slot first; /* of those to be submitted: it is put into its slot last */
	struct netdma_desc *odd; /* for each slot: copies that do not fit into one */
	uint64_t submitted_base, reported_base; /* when counting began */
};

#define VCHANS 64

/* dev_private */
struct vchans {
	struct cpu *cpu;
	struct vchan *vchan[VCHANS]; /* those that are configured; without a ring: not set up */
};

/* @return 0 or -ENOMEM. */
int vchan_setup(struct vchan *v, uint32_t nb_desc);
/* As if nothing had ever been copied. */
void vchan_reset(struct vchan *v);
/* The worker has left it: what has finished can still be reported, the rest is no more. */
void vchan_forget(struct vchan *v);
void vchan_free(struct vchan *v);
/* Whether all that was submitted has been copied. */
bool vchan_is_idle(const struct vchan *v);
void vchan_functions(struct rte_dma_fp_object *fp, struct vchans *all);

#endif /* NETDMA_CPU_VCHAN_H */
