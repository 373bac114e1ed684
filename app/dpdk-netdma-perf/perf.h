/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef PERF_H
#define PERF_H

/* The benchmark. A *setting* is what is copied (sizes, bursts, cache); a *contestant* is who copies
 * it: an engine through an interface. Contestants of one setting are sampled in turns (sample.c),
 * each sample between two looks at how far the two cores are apart (placement.c), and only
 * samples of one placement are compared (stats.c).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netdma.h>

#define APP_NAME "dpdk-netdma-perf"

/* ------------------------------------------------------------------ settings */

struct setting {
	uint32_t size;      /* bytes of a copy */
	uint32_t burst;     /* copies that are handed over at once */
	uint32_t depth;     /* copies outstanding at most */
	uint32_t align;     /* of both addresses: they are that far behind a line */
	uint32_t channels;
	bool cold;          /* buffers at random places, in no cache */
	bool stream;        /* the hint that the destination is not read soon */
	bool checked;       /* channels that are not TRUSTED */
};

/* --------------------------------------------------------------- contestants */

enum api {
	API_LIST,  /* linked lists of descriptors, completions counted */
	API_ARRAY, /* the same, completions as an array */
	API_CALLS, /* netdma_copy() and netdma_submit() */
	API_WAIT,  /* lists, and netdma_channel_wait() with help: one core more */
	API_RAW,   /* rte_dma_copy() and rte_dma_submit() */
	API_NONE,  /* a loop on this core */
	NB_APIS,
};

struct contestant {
	const char *engine; /* a string for netdma_provider_create(), a dmadev, or a function */
	enum api api;
};

const char *api_name(enum api api);

/* One copy of a burst. */
struct op {
	void *src;
	void *dst;
};

/* A contestant at work. Bursts are numbered from 0 to nb_bursts - 1. */
struct job {
	struct contestant who;
	const struct setting *setting;
	const struct contestant_ops *ops;
	uint32_t nb_bursts;  /* depth / burst */
	uint32_t next;       /* to be handed over: they go round */
	struct op *op;       /* nb_bursts * burst of them */
	struct {
		uint64_t n, bytes;       /* places in each area, and from one to the next */
		uint64_t src_by, dst_by; /* so many further each time */
	} places;
	void *state;
};

struct contestant_ops {
	/* Start the engine. @return 0 or a negative errno, with a message. */
	int (*open)(struct job *job);
	/* The addresses of a burst have changed. */
	void (*prepare)(struct job *job, uint32_t burst);
	void (*submit)(struct job *job, uint32_t burst);
	/* @return copies that have finished; exits when one failed. */
	uint32_t (*poll)(struct job *job);
	void (*close)(struct job *job);
};
extern const struct contestant_ops netdma_ops, raw_ops, loop_ops;

/* Find or make a provider, and start it. @return its id or a negative errno, with a message. */
int provider_open(const char *engine);
/* A channel of it, as the setting wants it; or NULL, with a message. */
struct netdma_channel *channel_open(const struct job *job, int provider, uint32_t nb_desc);

/* The CPU of the engine, and of who looks at the placement. */
extern unsigned int worker_lcore;

/* -------------------------------------------------------------------- buffers */

/* Bytes of copies that are on their way at once. */
#define MAX_OUTSTANDING (128u << 20)

int buffers_setup(void);
void buffers_free(void);
/* How addresses for a job are chosen. */
void buffers_plan(struct job *job);
/* Addresses for a burst. */
void buffers_choose(struct job *job, uint32_t burst);
/* All sources are filled anew. */
void buffers_fill(const struct setting *s);
/* The destinations of a burst have none of the bytes of its sources. */
void buffers_spoil(const struct job *job, uint32_t burst);
/* Whether all copies of all bursts have brought their bytes. */
bool buffers_check(const struct job *job);

/* ------------------------------------------------------------------ placement */

enum placement {
	SAME_CORE,    /* SMT siblings */
	NEAR,
	FAR,
	NB_PLACEMENTS,
};
const char *placement_name(enum placement p);

struct distance {
	enum placement placement;
	double ns; /* a cache line there and back */
};
/* How far the engine's CPU is. It must not be busy. */
struct distance placement_probe(void);

/* -------------------------------------------------------------------- samples */

struct sample {
	double mops;
	double cycles;   /* of the submitting core, a copy; without waiting */
	double round_ns; /* of the probes */
	enum placement placement;
	bool steady;     /* the probes before and after agree */
};

#define MAX_LATENCIES 20000
struct latencies {
	uint32_t n;
	double ns[MAX_LATENCIES]; /* sorted */
	double round_ns;
	enum placement placement;
	bool steady;
};

#endif /* PERF_H */
