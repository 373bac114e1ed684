/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef SURVIVE_H
#define SURVIVE_H

/* What the cases share that take something away from a channel: work whose every end can be
 * told, the states that a channel can be in, events, and engines whose thread stands still.
 */

#include "fake.h"
#include "util.h"

/* How entries ended, and how many descriptors they stood for. */
struct s_tally {
	uint32_t status[4];  /* entries, by enum netdma_status */
	uint32_t error[32];  /* entries, by enum netdma_error */
	uint32_t may_write;  /* entries with NETDMA_COMPLETION_ENGINE_MAY_WRITE */
	uint32_t torn;       /* entries of which some segments were copied, others dropped */
	uint32_t entries;
	uint32_t descs;
};

/* A list, and how the client has filled it. */
struct s_list {
	struct t_list *l;
	struct netdma_desc *was;
	struct s_broken *broken; /* destinations in two pages */
	uint32_t nb_broken;
	uint32_t seen;           /* collected */
};

/* Plain copies; or mixed with all else that a list may have: page breaks, null transfers,
 * context changes, long copies, descriptors that serialize.
 */
struct s_list *s_list(struct t *t, struct netdma_channel *ch, uint32_t n, bool mixed);
/* The client has changed it since, or filled it anew. */
void s_list_keep(struct s_list *s);
/* Bytes as before the copies, and to be handed over anew. */
void s_list_refill(struct s_list *s);
/* One poll, for at most @p max: in order, once each, as the client filled it, and the bytes
 * bear the status out. @return how many came.
 */
uint32_t s_list_poll(struct netdma_channel *ch, struct s_list *s, uint32_t max,
		struct s_tally *sum);
/* The same until @p n more have come; UINT32_MAX: all. */
void s_list_collect(struct netdma_channel *ch, struct s_list *s, uint32_t n,
		struct s_tally *sum);
/* Descriptors that are the client's again without a word, from the kth on. */
void s_list_check_untouched(struct s_list *s, uint32_t k);

/* Everyday copies: short, long, and markers. */
struct s_ring {
	struct t_buf *b;
	uint32_t n;
	uint32_t filled;
	uint32_t submitted;
	uint32_t seen;
};

struct s_ring *s_ring(struct t *t, uint32_t n);
void s_ring_refill(struct s_ring *r);
/* Fill as many as there is room for, at most @p n. @return how many. */
uint32_t s_ring_fill(struct netdma_channel *ch, struct s_ring *r, uint32_t n);
/* Submit all that is filled; while another thread has the channel, again. @return what the
 * last one returned, or 0 if there was nothing to submit.
 */
int s_ring_submit(struct netdma_channel *ch, struct s_ring *r);
uint32_t s_ring_poll(struct netdma_channel *ch, struct s_ring *r, struct s_tally *sum);
/* Until so many have come that were filled. */
void s_ring_collect(struct netdma_channel *ch, struct s_ring *r, uint32_t n,
		struct s_tally *sum);
/* Fill, submit and collect what is left of it. */
void s_ring_run(struct netdma_channel *ch, struct s_ring *r, struct s_tally *sum);

/* Copies there and back between two areas, each in its turn and each source written over as
 * soon as it was read: the bytes at the end are right only if nothing ran too early or late.
 */
struct s_chain {
	struct t_list *l;
	uint8_t *area;
	uint64_t key;
	uint32_t lane;  /* bytes of each copy */
};

struct s_chain *s_chain(struct t *t, struct netdma_channel *ch, uint32_t rounds);
/* The bytes are where they were in the beginning. */
void s_chain_check(const struct s_chain *c);

/* The counters of a channel on which nothing is outstanding say the same, and add up. */
void s_stats_check(const struct netdma_channel *ch, const struct s_tally *sum);

/* ------------------------------------------------------------------ states */

/* What a channel is doing when its engine is taken away. */
enum s_state {
	S_ARMED,          /* nothing yet */
	S_RING,           /* ring-fed, at work */
	S_LIST,           /* list-fed, with more than its engine takes at once */
	S_FILLED,         /* filled and not submitted */
	S_SUSPENDED_RING,
	S_SUSPENDED_LIST,
	S_ABORTED,
	S_UNDELIVERED,    /* all done, nothing polled */
	S_BRIDGED,        /* started again while it was busy */
	S_STATES
};

struct s_work {
	struct t *t;
	enum s_state state;
	struct s_list *list[3];
	struct s_ring *ring;
	bool gone;        /* the channel was detached for a while */
	struct s_tally sum;
};

const char *s_state_name(enum s_state state);
/* Put a fresh channel into it. */
struct s_work *s_work(struct t *t, struct netdma_channel *ch, enum s_state state);
/* Its provider is gone, or another one, or about to be: go on, and collect all there is. */
void s_work_collect(struct netdma_channel *ch, struct s_work *w);
/* Nothing of it has failed, and nothing but what the case itself has dropped was not copied,
 * unless the channel is detached: that was dropped with NETDMA_ERROR_GONE. If it is not, it
 * works.
 */
void s_work_check(struct netdma_channel *ch, struct s_work *w);

/* A channel of the case's provider, and what becomes of it when that leaves. */
struct netdma_channel *s_channel(struct t *t, int failover, enum netdma_error_policy policy);

/* Providers for channels to go to: one of several kinds. */
extern const unsigned int s_nb_targets;
/* Of that kind, if it can be had; otherwise the first. @return its id. */
int s_target(unsigned int kind);

struct netdma_provider_info s_provider_info(int id);

/* Stop, by and by: an owner whom the machine lets wait is inside his call for long. */
void s_stop(int id);
/* The same in a thread. */
struct t_thread *s_stop_in_thread(int id);

/* ------------------------------------------------------------------ owners */

/* A thread that copies without end, over lists or a ring, and compares every byte. */
struct s_owner {
	struct netdma_channel *ch;
	struct t_thread *thread;
	bool list_fed;
	struct s_list *list[2];
	struct s_ring *ring;
	struct s_tally sum;
	uint32_t interrupts;  /* callbacks, and entries that asked for them */
	uint32_t asked;

	bool over;            /* the owner ends when it has nothing outstanding */
	uint32_t laps;        /* lists, or rings, that came back */
	int move_to;          /* an id: the owner goes there, and writes 0 */
	uint32_t moves;
};

/* On the case's provider. */
struct s_owner *s_owner(struct t *t, bool list_fed, int failover);
/* Until the owner has got on so far. */
void s_owner_laps(const struct s_owner *o, uint32_t n);
/* Let him move the channel, if that provider can be had. */
void s_owner_move(struct s_owner *o, int provider);
/* All that was handed over has come back, copied. */
void s_owner_end(struct s_owner *o);

/* ------------------------------------------------------------------ events */

#define S_EVENTS 2048

struct s_events {
	uint32_t n;
	struct {
		enum netdma_event_type type;
		int provider;
		char name[32];
	} event[S_EVENTS];
};

/* A client that takes note. */
struct s_events *s_events(void);
/* Those of a provider are these: @p types, ended by 0. */
void s_events_expect(const struct s_events *e, int provider, const int *types);
#define S_EVENTS_EXPECT(e, provider, ...) \
	s_events_expect(e, provider, (const int[]){ __VA_ARGS__, 0 })
/* How many of a type there were for providers of a name. Any thread. */
uint32_t s_events_count(const struct s_events *e, const char *name, enum netdma_event_type type);

/* ----------------------------------------------------- engines that stand still */

/* Let the threads whose name begins so stand still, wherever they are. @return how many. */
unsigned int s_freeze(const char *name);
/* And go on. Done at the end of the case, too. Any thread. */
void s_thaw(void);

#endif /* SURVIVE_H */
