/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_PRIVATE_H
#define NETDMA_PRIVATE_H

/* What the files of the core share: the objects, and the functions that cross files. */

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_errno.h>

#include <netdma.h>
#include <netdma_provider.h>

#include "log.h"
#include "region.h"

struct latency;

#define NETDMA_NAME_LEN 64

struct netdma_provider {
	TAILQ_ENTRY(netdma_provider) next;
	int id;
	char name[NETDMA_NAME_LEN];
	char friendly_name[NETDMA_NAME_LEN];
	const struct netdma_driver *driver;
	const struct netdma_provider_ops *ops;
	void *priv;
	uint32_t version;
	uint32_t max_channels;
	uint32_t nb_channels;
	enum netdma_provider_state state;
	bool refused; /* during an allocation */
	bool created; /* by netdma_provider_create(): may be destroyed */
	bool quarantined; /* set without the lock */
	struct netdma_provider_attr attr;
};

struct netdma_client {
	TAILQ_ENTRY(netdma_client) next;
	char name[NETDMA_NAME_LEN];
	netdma_event_cb_t event;
	void *arg;
	uint32_t nb_channels;
};

/* How a channel is fed. */
enum channel_feed {
	FEED_NONE,
	FEED_RING,
	FEED_LIST,
};

/* What the client has made of a channel. */
enum channel_run {
	RUN_NORMAL,
	RUN_SUSPENDED,
	RUN_HALTED, /* aborted: only start is legal */
};

/* netdma_channel::stopping */
enum channel_stopping {
	CHANNEL_RUNS,     /* the owner may go on */
	CHANNEL_STOPS,    /* another thread has taken the channel over */
	CHANNEL_DETACHED, /* there is no provider any more */
};

/* user_context1 beyond what netdma_provider.h says: bits 0 to 7 here, a TSC stamp above. */
#define CTX_ON_LIST UINT64_C(0x01) /* handed over on a checked channel */
#define CTX_MORE    UINT64_C(0x02) /* the entry goes on in the next slot of the ring */
#define CTX_FREE    UINT64_C(0x04) /* in its pool */
#define CTX_MAY_WRITE UINT64_C(0x08) /* the engine may still write its destination */
#define CTX_STAMP_SHIFT 24
#define CTX_STAMP_MASK (UINT64_MAX >> CTX_STAMP_SHIFT)

/* The pool of the last list. */
struct pool_cache {
	uint64_t start;
	uint64_t length;
	uint64_t gen;
};

/* A descriptor whose `next` leads to a list that replaced what the client had put there. */
struct bridge {
	struct netdma_desc *desc;
	struct netdma_desc *next; /* the client's */
};
#define CHANNEL_BRIDGES 8

/* Counters that the owner alone writes and anyone may read. */
struct channel_counters {
	uint64_t copied;
	uint64_t not_copied;
	uint64_t failed;
	uint64_t unknown;
	uint64_t bytes;
	uint64_t lists;
	uint64_t refused;
	uint64_t no_room;
	uint64_t polls;
};

static inline void
counter_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

struct netdma_channel {
	/* What every call needs. */
	struct netdma_list list;
	int (*append)(void *engine);
	int (*poll)(void *engine);
	void *engine;
	uint64_t calls;    /* guard.h: odd while the owner is inside a call */
	uint32_t stopping; /* enum channel_stopping; written by others */
	struct netdma_desc *ring;
	uint64_t ring_filled;    /* slots, counted from the beginning */
	uint64_t ring_submitted;
	uint64_t ring_freed;

	uint32_t ring_mask;
	uint32_t nb_bridges;
	uint32_t max_transfer;
	uint64_t max_addr;
	uint8_t feed;            /* enum channel_feed */
	uint8_t run;             /* enum channel_run */
	bool started;
	bool restart;            /* the engine is to be told a start, not an append */
	bool trusted;
	bool iova;               /* the engine takes IOVAs that are not virtual addresses */
	bool in_callback;
	bool latency_on;
	struct region_cache regions;

	struct netdma_desc *tail;     /* last accepted */
	struct netdma_desc *last;     /* last delivered */
	struct netdma_desc *expected; /* what the next append must begin with; NULL: anything */
	uint64_t *word;
	struct netdma_desc *word_last; /* last descriptor looked at for the word */
	uint64_t word_count;           /* and its count */
	bool word_part_failed;         /* a segment of its entry was not copied */
	struct pool_cache pool;

	/* The entry whose first segments were delivered. */
	uint32_t part_segs;
	uint8_t part_flags;
	struct netdma_outcome part;
	struct channel_counters count;
	struct channel_counters base; /* what was counted at the last reset */
	uint64_t accepted_base;
	struct latency *latency;

	/* The control path's. */
	TAILQ_ENTRY(netdma_channel) next;
	TAILQ_ENTRY(netdma_channel) next_user; /* region.c's */
	int id;
	int provider_id;
	struct netdma_provider *provider; /* NULL: detached */
	struct netdma_client *client;
	netdma_completion_cb_t completion;
	void *completion_arg;
	uint32_t flags;
	enum netdma_addr_space addr_space;
	uint32_t engine_desc;
	uint32_t priority;
	int cpu;
	int socket;
	uint32_t dca_context;
	struct netdma_cpu_mask cpu_mask;
	uint64_t bound;     /* TSC cycles that an engine may take to finish what it has */
	bool lost;          /* the engine did not answer: not to be called again */
	struct bridge bridge[CHANNEL_BRIDGES];
} __rte_cache_aligned;

TAILQ_HEAD(netdma_provider_list, netdma_provider);
TAILQ_HEAD(netdma_client_list, netdma_client);
TAILQ_HEAD(netdma_channel_list, netdma_channel);

/* Everything that the control lock protects. */
extern struct netdma_provider_list netdma_providers;
extern struct netdma_client_list netdma_clients;
extern struct netdma_channel_list netdma_channels;

/* init.c */
void netdma_lock(void);
/* Lock, unless the library is not initialised: that is logged. */
bool netdma_lock_initialised(void);
/* Also delivers the events that were raised under the lock. @return whether it was the
 * outermost, so that the lock is free now.
 */
bool netdma_unlock(void);
/* True in a thread that is inside a client's callback. */
bool netdma_in_callback(void);
/* The channel is NULL for an event. @return what netdma_callback_leave() takes. */
const struct netdma_channel *netdma_callback_enter(const struct netdma_channel *ch);
void netdma_callback_leave(const struct netdma_channel *outer);
/* Whether it is this channel's callback that this thread is inside. */
bool netdma_in_callback_of(const struct netdma_channel *ch);
/* Zeroed and cache-aligned, on the node that is preferred; on any, if there is no memory: the
 * preference is changed then.
 */
void *netdma_zmalloc(size_t size, int *socket);
/* Copy a caller's struct that begins with its size over one that holds the defaults. */
int netdma_conf_read(void *to, size_t to_size, size_t first_size, const void *from,
		const char *what);
/* Copy to a caller's struct as much as it knows of ours. */
int netdma_info_write(void *to, const void *from, size_t from_size, size_t first_size);

/* event.c */
void netdma_event_raise(enum netdma_event_type type, const struct netdma_provider *p);
void netdma_event_replay(struct netdma_client *client);
void netdma_event_forget(struct netdma_client *client);
/* Wait until all that was raised has been delivered. Not under the lock, not in a callback. */
void netdma_event_wait(void);
bool netdma_event_deliver_one(void);

/* driver.c */
int netdma_driver_configure(const char *args);
void netdma_driver_configure_defaults(void);
int netdma_driver_scan(void);

/* provider.c */
struct netdma_provider *netdma_provider_by_id(int id);
struct netdma_provider *netdma_provider_by_name(const char *name);
void netdma_provider_info_fill(const struct netdma_provider *p, struct netdma_provider_info *info);
int netdma_providers_destroy(void);

/* channel.c */
int netdma_channel_detach_all(struct netdma_provider *p);
enum netdma_channel_state netdma_channel_state_get(const struct netdma_channel *ch);
int netdma_channel_feed_other(struct netdma_channel *ch);
void netdma_channel_feed_switch(struct netdma_channel *ch, enum channel_feed feed, bool refused);

/* Before memory is looked up: what was hit in an older table may be gone. */
static inline void
netdma_channel_regions_refresh(struct netdma_channel *ch)
{
	if (unlikely(ch->regions.gen != __atomic_load_n(&netdma_region_gen, __ATOMIC_ACQUIRE)))
		netdma_region_flush(ch);
}

/* Before a channel is fed in one of the two ways. */
static inline int
netdma_channel_feed_begin(struct netdma_channel *ch, enum channel_feed feed)
{
	if (unlikely(ch->feed != feed))
		return netdma_channel_feed_other(ch);
	netdma_channel_regions_refresh(ch);
	return 0;
}

/* And after it. */
static inline void
netdma_channel_feed_end(struct netdma_channel *ch, enum channel_feed feed, bool refused)
{
	if (unlikely(ch->feed != feed))
		netdma_channel_feed_switch(ch, feed, refused);
}

/* list.c */
int netdma_list_check(struct netdma_channel *ch, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n, const char *what);
void netdma_list_bridge(struct netdma_channel *ch, struct netdma_desc *first);
void netdma_list_drop(struct netdma_channel *ch);

/* engine.c */
void netdma_engine_give(struct netdma_channel *ch);
void netdma_engine_poll(struct netdma_channel *ch);
int netdma_engine_settle(struct netdma_channel *ch);
int netdma_engine_stop(struct netdma_channel *ch);
void netdma_engine_sweep(struct netdma_channel *ch);
struct netdma_desc *netdma_engine_last(struct netdma_channel *ch);
void netdma_list_link(struct netdma_channel *ch, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n);

/* poll.c */
void netdma_word_update(struct netdma_channel *ch);
void netdma_word_write(struct netdma_channel *ch, const struct netdma_desc *d, uint32_t state);

/* pool.c */
/* Find the pool that a list's first descriptor is from. */
bool netdma_pool_find(struct pool_cache *cache, const struct netdma_desc *first);

static inline bool
netdma_pool_has(const struct pool_cache *cache, const struct netdma_desc *d)
{
	uint64_t at = (uintptr_t)d - cache->start;

	return at < cache->length && at % sizeof(*d) == 0;
}

void netdma_pool_dump(FILE *f);

/* stats.c */
/* The time, as it fits into a descriptor. */
uint64_t netdma_stamp(void);
void netdma_latency_add(struct latency *l, uint64_t stamp, uint64_t now);

/* memory.c */
void netdma_mem_unregister_all(void);
void netdma_mem_map_for_device(void);
/* An area that is on its way out. EAL's memory lock is held. */
bool netdma_mem_is_leaving(uint64_t start);

/* telemetry.c */
void netdma_telemetry_init(void);

#endif /* NETDMA_PRIVATE_H */
