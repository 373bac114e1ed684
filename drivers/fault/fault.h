/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_FAULT_H
#define NETDMA_FAULT_H

/* Faults on purpose, over any provider. fault.c makes providers; plan.c says what goes wrong
 * and when, from a seed; channel.c copies through a channel of the provider below and lets it
 * go wrong.
 */

#include <stdbool.h>

#include <rte_log.h>

#include <netdma_provider.h>

extern int netdma_fault_logtype;
#define FAULT_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, netdma_fault_logtype, "netdma fault: " fmt "\n", \
		## __VA_ARGS__)

/* How an engine is stuck. */
enum fault_stuck {
	FAULT_STUCK_SOFT, /* it stands still */
	FAULT_STUCK_MUTE, /* it goes on copying and does not say so */
	FAULT_STUCK_HARD, /* the same, and it cannot be stopped */
};

/* Something that happens by chance, or to chosen ones, counted from 1. */
#define FAULT_MAX_CHOSEN 16
struct fault_event {
	double chance; /* 0 to 1 */
	uint64_t at[FAULT_MAX_CHOSEN];
	unsigned int nb_at;
};

/* What goes wrong. */
struct fault_plan {
	uint64_t seed;
	struct fault_event error;  /* these count the copies of a channel... */
	struct fault_event partial;
	struct fault_event halt;
	struct fault_event stuck;
	struct fault_event full;   /* ...its polls... */
	struct fault_event refuse; /* ...and channels of the provider */
	enum fault_stuck how_stuck;
	uint64_t remove_at; /* copies of the provider; 0: never */
	uint64_t delay;     /* polls */
	uint64_t burst;     /* completions */
};

/* What becomes of a copy. */
struct fault_verdict {
	enum netdma_status status; /* NETDMA_COPIED: nothing happens to it */
	enum netdma_error error;
	uint32_t length;           /* bytes that are copied all the same */
	bool halts;                /* and takes what was given behind it along */
	bool sticks;               /* the engine is stuck from here on */
};

/* All of these depend on nothing but their arguments. */
struct fault_verdict fault_plan_copy(const struct fault_plan *p, uint32_t channel, uint64_t n,
		uint32_t length);
bool fault_plan_full(const struct fault_plan *p, uint32_t channel, uint64_t poll);
/* @return 0, or the errno with which the nth channel is refused. */
int fault_plan_refuse(const struct fault_plan *p, uint32_t channel);

/* A provider. */
struct fault {
	char name[64];
	char lower_name[64];
	struct fault_plan plan;
	struct netdma_provider *provider;
	struct netdma_client *client; /* of the provider below */
	int lower;                    /* its id */
	/* Since the start, which begins everything anew. */
	uint32_t nb_channels; /* asked for, granted or not */
	uint64_t nb_copies;   /* counted only for a removal */
	bool removed;
};

/* The services of a channel. */
void *fault_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant);
void fault_channel_free(void *channel);
int fault_channel_append(void *channel);
int fault_channel_poll(void *channel);
int fault_channel_quiesce(void *channel);

#endif /* NETDMA_FAULT_H */
