/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_PRIVATE_H
#define NETDMA_PRIVATE_H

/* What the files of the core share: the objects, and the functions that cross files. */

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_errno.h>
#include <rte_pause.h>

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
	uint32_t refused; /* by the nth netdma_attach() that is going on: bit n */
	bool created; /* by netdma_provider_create(): may be destroyed */
	bool quarantined; /* set without the lock */
	bool failing;     /* a channel has left it because of its engine, since it was started */
	bool unwanted;    /* to be stopped by request.c; set without the lock */
	bool asleep;      /* it was, when it began to stop */
	int stop_ret;     /* how the last stop of it ended */
	struct netdma_provider_attr attr;
};

/* Whoever finds that its engine does not answer does not wait for the lock. */
static inline enum netdma_provider_state
netdma_provider_state_get(const struct netdma_provider *p)
{
	return __atomic_load_n(&p->quarantined, __ATOMIC_ACQUIRE) ?
			NETDMA_PROVIDER_QUARANTINED : p->state;
}

struct netdma_client {
	TAILQ_ENTRY(netdma_client) next;
	char name[NETDMA_NAME_LEN];
	netdma_event_cb_t event;
	void *arg;
	uint32_t nb_channels;
	bool driver; /* a provider driver's own: it goes with the provider */
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
	RUN_HALTED, /* aborted, or stopped at an error: only start is legal */
};

/* netdma_channel::hurdle: why the engine is not simply called. */
#define HURDLE_RESTART 0x1u /* it is to be told a start, not an append */
#define HURDLE_ASLEEP  0x2u /* it has no power */
#define HURDLE_LEAVE   0x4u /* the channel leaves it, as soon as the registry can be locked */

/* netdma_channel::stopping */
enum channel_stopping {
	CHANNEL_RUNS,     /* the owner may go on */
	CHANNEL_STOPS,    /* another thread takes the channel over */
	CHANNEL_LOSES,    /* its engine is not to be trusted: the owner leaves it */
	CHANNEL_DETACHED, /* there is no provider any more */
};

/* user_context1 beyond what netdma_provider.h says: bits 0 to 7 here, a TSC stamp above. */
#define CTX_ON_LIST UINT64_C(0x01) /* handed over on a checked channel */
#define CTX_MORE    UINT64_C(0x02) /* the entry goes on in the next slot of the ring */
#define CTX_FREE    UINT64_C(0x04) /* in its pool */
#define CTX_MAY_WRITE UINT64_C(0x08) /* the engine may still write its destination */
#define CTX_RECOVERED UINT64_C(0x10) /* the CPU has copied it */
#define CTX_MOVED   UINT64_C(0x20) /* it was handed over to another provider */
#define CTX_CORE    UINT64_C(0x40) /* dropped for the engine: the CPU copies it in its turn */
#define CTX_CORE_IOVA UINT64_C(0x80) /* and its addresses are IOVAs */
#define CTX_TRANSLATED UINT64_C(0x1000) /* the client's addresses are in reserved1 and 2 */
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

/* A place in a list: the last descriptor that was looked at, and the count behind it. */
struct list_cursor {
	struct netdma_desc *last;
	uint64_t count;
};

/* The end of a list that was given. */
struct list_end {
	uint64_t count;
	uint64_t bytes; /* netdma_list::bytes, then */
	struct netdma_desc *last;
} __rte_aligned(32);
#define LIST_ENDS 8
#define LIST_ENDS_FROM 8 /* shorter ones are not worth it */

/* Look at the next descriptor, or at the first that was not delivered, if that is further. */
static inline struct netdma_desc *
list_cursor_next(const struct netdma_list *l, struct list_cursor *c)
{
	if (c->count <= l->delivered) {
		c->count = l->delivered;
		c->last = l->head;
	} else {
		c->last = c->last->next;
	}
	c->count++;
	return c->last;
}

/* Counters that the owner alone writes and anyone may read. */
struct channel_counters {
	/* Of those copied; before them, since a reader takes one from the other. */
	uint64_t recovered;
	uint64_t moved;
	uint64_t copied;
	uint64_t not_copied;
	uint64_t failed;
	uint64_t unknown;
	uint64_t bytes;
	uint64_t lists;
	uint64_t refused;
	uint64_t no_room;
	uint64_t polls;
	uint64_t failovers;
	uint64_t watchdogs;
	/* Behind those that count how they ended: a reader never sees more of these. */
	uint64_t accepted;
};

/* ThreadSanitizer knows neither assembly nor membarrier(2). */
#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif

/* Only this thread writes it; others read it. Compilers make three instructions of that. */
static inline void
counter_add(uint64_t *counter, uint64_t n)
{
#if defined(RTE_ARCH_X86_64) && !defined(UNDER_TSAN)
	__asm__ ("addq %1, %0" : "+m" (*counter) : "er" (n));
#else
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
#endif
}

/* Whoever sees it sees all that was written before. */
static inline void
counter_add_release(uint64_t *counter, uint64_t n)
{
#if defined(RTE_ARCH_X86_64) && !defined(UNDER_TSAN)
	/* No store overtakes another one. */
	rte_compiler_barrier();
	counter_add(counter, n);
#else
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELEASE);
#endif
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
	/* What each call has to look at, as one word: see channel_is_plain(). */
	union {
		struct {
			uint8_t feed;    /* enum channel_feed */
			uint8_t run;     /* enum channel_run */
			uint8_t hurdle;  /* HURDLE_* */
			bool started;
			bool trusted;
			bool adapt;      /* lists must be made to fit the engine */
			bool in_callback;
			bool latency_on;
		};
		uint64_t mode;
	};
	bool iova;               /* the engine takes IOVAs that are not virtual addresses */
	struct region_cache regions;

	struct netdma_desc *tail;     /* last accepted */
	struct netdma_desc *last;     /* last delivered */
	struct netdma_desc *expected; /* what the next append must begin with; NULL: anything */
	uint64_t replaced;            /* by the last start: what was accepted before this count */
	uint64_t *word;
	struct list_cursor word_seen;  /* looked at for the word */
	bool word_part_failed;         /* a segment of its entry was not copied */
	struct list_cursor settled;    /* looked at for failures */
	struct pool_cache pool;
	/* Where the last lists end that were given whole. */
	struct list_end end[LIST_ENDS];
	uint64_t nb_ends, ends_passed;
	uint64_t bytes_at;            /* what netdma_list::bytes was when so many were delivered */
	uint64_t bytes_then;

	/* The watchdog. */
	uint64_t watchdog;       /* TSC cycles without progress; UINT64_MAX: none */
	uint64_t watch_marks;    /* the sum of the engine's marks when it was last looked at */
	uint64_t watch_since;    /* since when they stand; 0: they moved */
	uint64_t rescued_at;     /* completed, when the engine was found stuck the last time */
	bool rescued;

	/* The entry whose first segments were delivered. */
	uint32_t part_segs;
	uint8_t part_flags;
	struct netdma_outcome part;
	struct channel_counters count;
	struct channel_counters base; /* what was counted at the last reset */
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
	enum netdma_error_policy policy;
	int failover;
	uint32_t engine_desc;
	uint32_t priority_wanted;
	uint32_t priority;
	int cpu;
	int socket;
	int socket_wanted;
	uint32_t dca_context;
	struct netdma_cpu_mask cpu_mask;
	uint64_t bound;     /* TSC cycles that an engine may take to finish what it has */
	bool lost;          /* the engine did not answer: not to be called again */
	/* What lists may have, wherever the channel moves: as its first engine. */
	enum netdma_addr_space list_addr_space;
	bool list_iova;
	uint32_t list_max_transfer;
	uint64_t list_max_addr;
	struct bridge bridge[CHANNEL_BRIDGES];
} __rte_cache_aligned;

/* netdma_channel::mode of a channel of which nothing is special. */
static inline uint64_t
channel_plain_mode(enum channel_feed feed, bool trusted)
{
	const union {
		struct {
			uint8_t feed, run, hurdle;
			bool started, trusted, adapt, in_callback, latency_on;
		};
		uint64_t mode;
	} plain = { { .feed = (uint8_t)feed, .run = RUN_NORMAL, .started = true,
		.trusted = trusted } };

	return plain.mode;
}

/* A trusted one, fed with lists: the short way through a call. */
static inline bool
channel_is_plain(const struct netdma_channel *ch)
{
	return ch->mode == channel_plain_mode(FEED_LIST, true);
}

/* One that is fed so, trusted or not. */
static inline bool
channel_is_plain_fed(const struct netdma_channel *ch, enum channel_feed feed)
{
	return ch->mode == channel_plain_mode(feed, false) ||
			ch->mode == channel_plain_mode(feed, true);
}

/* What a slot of the ring counts, or will count, in the channel's list. */
static inline uint64_t
netdma_ring_count(const struct netdma_channel *ch, uint64_t slot)
{
	return ch->list.accepted + slot - ch->ring_submitted;
}

TAILQ_HEAD(netdma_provider_list, netdma_provider);
TAILQ_HEAD(netdma_client_list, netdma_client);
TAILQ_HEAD(netdma_channel_list, netdma_channel);

/* Everything that the control lock protects. */
extern struct netdma_provider_list netdma_providers;
extern struct netdma_client_list netdma_clients;
extern struct netdma_channel_list netdma_channels;

/* init.c */
void netdma_lock(void);
/* For the data path, which must not wait. @return whether it is locked. */
bool netdma_trylock(void);
/* Unlock, and leave the events to others. */
void netdma_unlock_quietly(void);
/* True inside a service of a driver's that the core called under the lock. */
bool netdma_lock_nested(void);
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
void netdma_event_deliver(void);

/* driver.c */
int netdma_driver_configure(const char *args);
void netdma_driver_configure_defaults(void);
int netdma_driver_scan(void);

/* provider.c */
struct netdma_provider *netdma_provider_by_id(int id);
struct netdma_provider *netdma_provider_by_name(const char *name);
void netdma_provider_info_fill(const struct netdma_provider *p, struct netdma_provider_info *info);
int netdma_providers_destroy(void);

/* request.c */
int netdma_requests_start(void);
void netdma_requests_stop(void);
/* Have the library's thread deliver events that were raised inside a data-path call. */
void netdma_request_delivery(void);
void netdma_request_removal(struct netdma_provider *p);

/* attach.c: under the lock */
struct attachment {
	struct netdma_provider *provider;
	void *engine;
	struct netdma_channel_grant grant;
};
/* Get an engine for the channel: from the provider of that id, or from the best one but that.
 * @return 0, or the errno of the best that refused.
 */
int netdma_attach(struct netdma_channel *ch, int id, const struct netdma_provider *but,
		struct attachment *a);
/* Use it from here on. */
void netdma_attach_commit(struct netdma_channel *ch, const struct attachment *a);
/* Give the channel's engine back. One that may not be quiet stays as it is for ever. */
void netdma_detach(struct netdma_channel *ch);
/* Its provider is quarantined: all its other channels leave it, in their owners' next calls. */
void netdma_tell_others_to_leave(const struct netdma_channel *but);

/* move.c */
int netdma_channels_leave(struct netdma_provider *p);
int netdma_channels_sleep(struct netdma_provider *p);
int netdma_channels_wake(struct netdma_provider *p);
void netdma_channel_leave_engine(struct netdma_channel *ch);
void netdma_channel_poll_stranded(struct netdma_channel *ch);

/* channel.c */
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
void netdma_list_unbridge(struct netdma_channel *ch, struct netdma_desc *d);
void netdma_list_drop(struct netdma_channel *ch, uint64_t end, enum netdma_error error);
void netdma_list_link(struct netdma_channel *ch, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n);

/* The plain part of netdma_list_link(): behind what is there already. @return what is accepted now. */
static inline uint64_t
netdma_list_put(struct netdma_channel *ch, struct netdma_desc *first, struct netdma_desc *last,
		uint32_t n)
{
	struct netdma_list *l = &ch->list;
	uint64_t accepted = l->accepted;

	if (l->delivered == accepted)
		l->head = first;
	else if (ch->tail->next == NULL)
		ch->tail->next = first;
	if (l->given == accepted)
		l->give = first;
	ch->tail = last;
	ch->expected = last->next;
	accepted += n;
	__atomic_store_n(&l->accepted, accepted, __ATOMIC_RELEASE);
	counter_add(&ch->count.accepted, n);
	counter_add(&ch->count.lists, 1);
	return accepted;
}

/* How far the engine may go. */
static inline void
netdma_list_allow(struct netdma_channel *ch)
{
	ch->list.allowed = likely(ch->run != RUN_SUSPENDED && !(ch->hurdle & HURDLE_ASLEEP)) ?
			ch->list.accepted : ch->list.given;
}

/* adapt.c */
/* Make descriptors fit the engine. Their addresses are IOVAs, or not. */
void netdma_adapt(struct netdma_channel *ch, struct netdma_desc *first, uint64_t n, bool iova);
/* Leave one to the CPU. */
void netdma_adapt_core(struct netdma_desc *d, bool iova);
/* As the client filled it. */
void netdma_adapt_undo(struct netdma_desc *d);

/* recover.c */
void netdma_settle(struct netdma_channel *ch);

/* Between two looks at an engine, which may be waiting for this very CPU. */
static inline void
netdma_relax(unsigned int round)
{
	if (round % 64 == 63)
		sched_yield();
	else
		rte_pause();
}

/* engine.c */
void netdma_engine_failed(struct netdma_channel *ch, int error);
void netdma_engine_give(struct netdma_channel *ch);
void netdma_engine_poll(struct netdma_channel *ch);
int netdma_engine_settle(struct netdma_channel *ch);
int netdma_engine_stop(struct netdma_channel *ch);
int netdma_engine_quiet(struct netdma_channel *ch);
void netdma_engine_sweep(struct netdma_channel *ch, uint64_t n);
void netdma_engine_stuck(struct netdma_channel *ch);
struct netdma_desc *netdma_engine_last(struct netdma_channel *ch);

/* Call one of the engine's services that move the marks. */
static inline void
netdma_engine_serve(struct netdma_channel *ch, int (*service)(void *engine))
{
	int ret = service(ch->engine);

	if (unlikely(ret < 0))
		netdma_engine_failed(ch, ret);
	if (unlikely(ch->list.failed != ch->list.settled))
		netdma_settle(ch);
}

/* poll.c */
void netdma_word_update(struct netdma_channel *ch);
void netdma_word_write(struct netdma_channel *ch, const struct netdma_desc *d, uint32_t state);
/* As it stands when the channel stops: behind all that has completed. */
void netdma_word_stop(struct netdma_channel *ch, uint32_t state);

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
