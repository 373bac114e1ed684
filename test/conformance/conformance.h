/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef CONFORMANCE_H
#define CONFORMANCE_H

/* What the files of the suite share.
 *
 * A program is a list of operations that are drawn from a seed, each from a seed of its own, so
 * that deleting one leaves the others as they are. run.c runs programs, shrink.c makes one that
 * fails short. ops.c has the table of operations; ring.c, lists.c, defects.c, control.c, calls.c
 * and provider.c have the operations. Each works out what may happen from the model (channel.c),
 * calls the library, and tells the model what did.
 *
 * The model of memory (memory.c) is a second copy of all of it, in which a copy is done when the
 * entry that tells of it is delivered. The two must always be equal, except where a copy is in
 * flight. The model of a channel is the queue of entries that it owes.
 *
 * In a program of somebody else's the names that cross files begin with nc_.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include <netdma.h>
#include <netdma_conformance.h>

enum invariant {
	COMPLETES_ONCE = 1, BYTES_ARE_RIGHT, WHOLE_OR_NOT, NOT_TOUCHED_AFTER, ACCOUNTED_FOR,
	RETURNS,
};
#define NB_INVARIANTS 6

#define MAX_CHANNELS 3
#define MAX_SPANS 6
#define MAX_LIST 600
#define MAX_RING 1024
#define MAX_POLL 1024
#define MAX_LOG (96 * 1024)

struct run;

/* ------------------------------------------------------------------- memory */

/* A place in memory, counted from the beginning of it. */
typedef uint32_t place_t;
#define NOWHERE UINT32_MAX

/* Bytes tell what they were made for. */
enum kind { KIND_SRC, KIND_DST };

/* One block: what channels copy in; an area that comes and goes; behind each an unreachable
 * page.
 */
struct memory {
	uint8_t *real;
	uint8_t *want;   /* what it must be */
	uint8_t *mask;   /* of each byte: copies in flight to it, and MASK_* */
	uint64_t *iova;  /* of each page; NULL: the same as virtual addresses */
	place_t used;
	place_t extra_used;
	bool registered;
	bool extra_registered;
	bool unclear;    /* some bytes are MASK_UNCLEAR */
	bool lost;       /* an engine may still write to them */
};

#define MASK_UNCLEAR 0x80u /* nobody can say what it is */
#define MASK_FLIGHTS 0x7fu
#define MAIN_SIZE (2u << 20)
#define HOLE_SIZE (64u << 10)
#define EXTRA_AT (MAIN_SIZE + HOLE_SIZE)
#define EXTRA_SIZE (64u << 10)
#define BLOCK_SIZE (EXTRA_AT + EXTRA_SIZE + HOLE_SIZE)

/* A stretch of bytes that is copied. */
struct span {
	place_t src;
	place_t dst;
	uint32_t length;
};

int nc_memory_make(struct run *r);
/* @return 0, or the negative errno with which the library refuses to let go of it. */
int nc_memory_free(struct run *r);
/* Before a program: nothing is taken. */
void nc_memory_clear(struct run *r);
/* After a program that failed: it may be anything. */
void nc_memory_refill(struct run *r);
/* Between guards, engines seeing it as one piece; so that it ends where a page does, if that is
 * wanted. @return NOWHERE when there is no room.
 */
place_t nc_memory_take(struct run *r, uint32_t length, bool to_page_end, bool extra);
void nc_memory_fill(struct run *r, place_t at, uint32_t length, enum kind kind);
void nc_memory_in_flight(struct memory *m, const struct span *s, int change);
/* The copy is done. @return how many bytes are not what they must be; *first is the first. */
uint32_t nc_memory_copied(struct memory *m, const struct span *s, uint32_t *first,
		uint32_t *before);
/* What is there now stays, whatever it is; or nobody knows what will be. */
void nc_memory_adopt(struct memory *m, const struct span *s, bool unclear);
/* No copy to it is in flight, and it is known. */
bool nc_memory_settled(const struct memory *m, const struct span *s);
/* How many of these bytes are not what they must be. */
uint32_t nc_memory_wrong(const struct memory *m, place_t at, uint32_t length, place_t *first);
/* Write to all that was taken. */
void nc_memory_rewrite(struct run *r);
/* Nothing has changed but by copies. */
void nc_memory_check_all(struct run *r);

/* -------------------------------------------------------------------- model */

/* What the channel owes for a call or a descriptor. */
struct entry {
	uint64_t serial;          /* its cookie */
	struct netdma_desc *desc; /* of a list */
	struct netdma_desc was;   /* as it was handed over */
	struct rte_mbuf *mbuf;    /* the packet, and behind it what it was then */
	uint32_t nb_mbufs;
	uint32_t nb_spans;        /* 0: moves nothing */
	struct span span[MAX_SPANS];
	uint32_t flags;
	uint32_t length;
	uint32_t slots;
	uint32_t drop;            /* the first time that what was not given was dropped; 0: never */
	uint8_t pool;
	bool extra;               /* in the area that comes and goes */
	bool last;                /* of what was handed over with it */
	bool aborted;             /* what became of it then is not put right */
	bool forced;              /* the engine may have been stopped under it */
	bool gone;                /* its provider has left */
	uint32_t halted;          /* the first time that the channel stopped at an error; 0 */
	bool counts;              /* the completion word may still be written for it */
	bool powerless;           /* it was handed over to an engine without power */
};

struct list {
	struct entry *e;
	uint32_t n;
	uint32_t room;
};

enum feed { FEED_NONE, FEED_RING, FEED_LIST };
enum state { STATE_NORMAL, STATE_SUSPENDED, STATE_HALTED };

/* Copies that later ones may depend on. */
#define MAX_DEPS 8
struct deps {
	struct span span[MAX_DEPS];
	bool read[MAX_DEPS]; /* by copies that nothing keeps behind */
	uint32_t n;
};

struct chan {
	struct netdma_channel *ch; /* NULL: there is none */
	struct run *run;
	unsigned int index;
	unsigned int made;         /* how often in this program */
	struct netdma_channel_conf conf;
	uint64_t word __rte_aligned(8);
	uint32_t max_transfer;
	uint32_t engine_desc;
	bool translated;           /* addresses in lists are IOVAs that are not virtual ones */
	bool trusted;

	enum state state;
	enum feed feed;
	bool started;
	bool detached;
	bool away;                 /* with the other provider... */
	bool moved;                /* ...now or before */
	bool pollable;             /* all that was handed over has completed */
	uint32_t halts;            /* at errors */
	uint32_t reason;           /* the last one whose error was told... */
	bool reason_is_last;       /* ...and is of the last one for sure... */
	uint32_t behind;           /* ...and slots that were copied since then */

	/* Entries [head, accepted) are outstanding, [accepted, q.n) are filled. */
	struct list q;
	uint32_t head;
	uint32_t accepted;
	uint32_t called;           /* the callback was called up to here */
	uint32_t slots_out;
	uint32_t slots_filled;
	uint8_t said_status;       /* of the last entry */
	uint8_t said_error;
	const struct netdma_desc *last_desc; /* of the last entry that was delivered */
	uint64_t last_serial;
	uint64_t tail_serial;      /* of the last that was handed over */
	uint32_t drops;
	uint32_t dropping;         /* what was dropped then must all be */

	const struct netdma_desc *expected; /* named by the last list; NULL: none */
	struct list next;          /* the list that begins with it */
	struct list rest;          /* what a suspend gave back */
	uint32_t busy_starts;
	struct deps deps;          /* before the last copy that serializes */
	struct deps recent;        /* and behind it */

	/* The completion word. */
	uint64_t word_control;     /* as it was written when the channel was stopped last */
	const struct netdma_desc *word_desc; /* the last delivered that it was written for... */
	uint64_t word_serial;      /* ...and its entry; 0: none since then */
	bool word_last;            /* ...and whether that was the last of its list */
	bool word_uncertain;

	/* Counters. */
	struct netdma_channel_stats count;
	uint64_t withdrawn;        /* by suspends */
	bool uncertain;            /* not all statuses were told */
	bool no_room_uncertain;
	uint32_t context;          /* of the last context change that came back */
	bool context_uncertain;
	uint64_t latency_most;     /* descriptors that the histogram may have at most */
	bool latency_ever;
};

/* What a call may answer: success if ok, or one of these. */
struct answers {
	int code[12];
	unsigned int n;
	bool ok;
	enum invariant invariant; /* that does not hold otherwise */
};

static inline void
may_refuse(struct answers *a, int code)
{
	a->code[a->n++] = code;
}

static inline void
must_refuse(struct answers *a, int code)
{
	a->ok = false;
	may_refuse(a, code);
}

/* Whether a call was refused. Anything that it must not answer ends the program. */
bool nc_refused(struct run *r, const struct answers *a, int ret, int success, const char *call);
/* What goes for every call on a channel. */
struct answers nc_channel_answers(const struct chan *c);
/* What start and append may answer to a list that is in order. */
struct answers nc_start_answers(const struct chan *c);
struct answers nc_append_answers(const struct chan *c, const struct netdma_desc *first);

/* Make it, if there is none. @return false when it cannot be had now. */
bool nc_channel_make(struct run *r, struct chan *c);
/* Collect all that it owes, and look at it; and free it. */
void nc_channel_end(struct run *r, struct chan *c);
void nc_channel_finish(struct run *r, struct chan *c);
/* A place as lists of the channel want it. */
uint64_t nc_channel_address(const struct chan *c, place_t at);
/* One more entry is filled into the ring; what was filled, or a list, is handed over. */
void nc_channel_filled(struct chan *c, const struct entry *e);
void nc_no_room(struct chan *c, int ret);
void nc_channel_submitted(struct chan *c);
void nc_channel_accepted(struct chan *c, struct list *l);
/* What was not given is dropped. */
void nc_channel_dropped(struct chan *c);
/* Its provider has left, or is about to. */
void nc_channel_gone(struct chan *c);
/* What was given may have been stopped. */
void nc_channel_forced(struct chan *c);
/* What is outstanding was aborted. */
void nc_channel_aborted(struct chan *c);
/* Engines fail, and channels halt or leave them, by themselves: look what has become of it. */
void nc_channel_look(struct run *r, struct chan *c);
void nc_channel_poll(struct run *r, struct chan *c, uint16_t max, bool count_only);
/* Poll until nothing is outstanding. */
void nc_channel_collect(struct run *r, struct chan *c);
uint32_t nc_outstanding(const struct chan *c);
void nc_flights(struct chan *c, const struct entry *e, int change);

struct entry *nc_list_add(struct list *l);
void nc_desc_free(struct run *r, const struct entry *e);
/* Give descriptors that are the client's back to their pool. */
void nc_list_free(struct run *r, struct list *l);
/* Copies that were not handed over have not moved. */
void nc_list_untouched(struct run *r, const struct list *l, enum invariant invariant,
		const char *why);

/* delivery.c */
void nc_deliver(struct run *r, struct chan *c, const struct netdma_completion *d);
bool nc_asks(const struct entry *e);
void nc_check_mbuf(struct run *r, struct entry *e);

/* watch.c */
/* The channel was stopped: the word says so, and names that descriptor if it is known. */
void nc_word_controlled(struct run *r, struct chan *c, uint32_t state,
		const struct netdma_desc *desc);
void nc_word_check(struct run *r, struct chan *c);
void nc_stats_check(struct run *r, struct chan *c);
/* Before its counters are lost. */
void nc_stats_sum(struct run *r, const struct chan *c);
void nc_info_check(struct run *r, struct chan *c);
void nc_counts_check(struct run *r, struct chan *c);

/* ---------------------------------------------------------------- operations */

struct op {
	const char *name;
	unsigned int weight;
	void (*fn)(struct run *r);
};

extern const struct op nc_ops[];
extern const unsigned int nc_nb_ops;

/* A channel; NULL: none can be had. */
struct chan *nc_pick(struct run *r);

void nc_op_copy(struct run *r);
void nc_op_copy_mbuf(struct run *r);
void nc_op_marker(struct run *r);
void nc_op_submit(struct run *r);
void nc_op_restart(struct run *r);
void nc_op_list(struct run *r);
void nc_op_check(struct run *r);
void nc_op_defect(struct run *r);
void nc_op_poll(struct run *r);
void nc_op_drain(struct run *r);
void nc_op_wait(struct run *r);
void nc_op_suspend(struct run *r);
void nc_op_resume(struct run *r);
void nc_op_abort(struct run *r);
void nc_op_reset(struct run *r);
void nc_op_channel(struct run *r);
void nc_op_illegal(struct run *r);
void nc_op_stats(struct run *r);
void nc_op_memory(struct run *r);
void nc_op_pause(struct run *r);
void nc_op_provider(struct run *r);
void nc_op_provider_thread(struct run *r);
void nc_op_renew(struct run *r);
void nc_op_move(struct run *r);
void nc_op_power(struct run *r);
void nc_op_observe(struct run *r);
void nc_op_reuse(struct run *r);

/* Fill and hand over: the ring's way, and the list's. */
void nc_ring_burst(struct run *r, struct chan *c);
void nc_list_hand_over(struct run *r, struct chan *c);
void nc_list_forget(struct run *r, struct chan *c, struct list *l);
void nc_list_give(struct run *r, struct chan *c, struct list *l, bool start);
bool nc_ring_stays(struct run *r, const struct chan *c);
bool nc_draw_start(struct run *r, const struct chan *c);
void nc_ring_restart(struct run *r, struct chan *c);
void nc_channel_resume(struct run *r, struct chan *c);
/* Descriptors and what they copy, linked. @return false when there is no room for any. */
bool nc_list_make(struct run *r, struct chan *c, struct list *l, uint32_t n, bool depend);
void nc_list_link(struct list *l, struct netdma_desc *tail_next);
void nc_list_say(struct run *r, const struct list *l);
/* A list that was refused is as it was. */
void nc_list_same(struct run *r, const struct list *l, const char *call);
/* Give back what a suspend has given, unchanged. */
void nc_rest_free(struct run *r, struct chan *c);

/* A list that must be refused, and how it is handed over. */
struct victim {
	struct run *run;
	struct chan *c;
	struct list *l;
	uint32_t at;             /* which of its descriptors has the defect */
	struct netdma_desc *d;
	struct netdma_desc saved;
	struct entry other;      /* a descriptor that is made for it, if there is one */
	struct netdma_desc *first;
	struct netdma_desc *last;
	uint32_t n;
	struct answers *a;
};

/* Damage a list, and say in what way. @return false: it stays in order. */
bool nc_defect_make(struct victim *v);
void nc_defect_mend(struct victim *v);

void nc_entry_say(struct run *r, const struct entry *e);
uint32_t nc_draw_length(struct run *r, uint32_t most);
uint32_t nc_draw_count(struct run *r, uint32_t most);
uint32_t nc_draw_hints(struct run *r);
/* Bytes that a copy before this one brings, at most so many, to read them or to overwrite them.
 * NOWHERE: there are none.
 */
place_t nc_dep_take(struct run *r, struct deps *deps, uint32_t *length, bool overwrite);
void nc_dep_note(struct chan *c, const struct entry *e);
void nc_deps_forget(struct chan *c);

/* If nothing is outstanding: the client writes to everything. */
void nc_memory_reuse(struct run *r);

/* provider.c */
/* It was stopped, and that took so long: its channels have left it. */
void nc_provider_left(struct run *r, uint64_t took_us);
/* Start it, if it is stopped, and give it power. @return false: it is quarantined. */
bool nc_provider_restore(struct run *r);
/* Make it anew. @return false: there is no way to. */
bool nc_provider_renew(struct run *r);
/* Whatever its engine does: it may have been quarantined. */
void nc_provider_look(struct run *r);
/* Microseconds that the engine may take to become quiet. */
uint64_t nc_bound(const struct chan *c);

/* ------------------------------------------------------------------- threads */

enum job { JOB_NONE, JOB_STOP, JOB_OBSERVE };

int nc_helper_begin(struct run *r);
void nc_helper_end(struct run *r);
void nc_helper_start(struct run *r, enum job job);
/* Take note of what it has done, if it is done. */
void nc_helper_look(struct run *r);
/* Wait until it is; an observer is told to end. */
void nc_helper_settle(struct run *r);
/* The same, and no note is taken. @return false: it does not end. */
bool nc_helper_quiet(struct run *r);
/* Whether it may have stopped a channel's engine by force, and no note was taken yet. */
bool nc_helper_forces(const struct run *r, const struct chan *c);

/* ---------------------------------------------------------------------- run */

/* One operation of a program, and how much it may do at most when it is shrunk. */
struct step {
	uint32_t number; /* in the program as it was drawn */
	uint32_t count;
	uint32_t length;
};

struct program {
	uint64_t seed;
	struct step *step;
	uint32_t n;
};

struct failure {
	int invariant; /* 0: none */
	char text[1024];
};

struct run {
	struct netdma_conformance_conf conf;
	struct netdma_conformance_result result;
	struct netdma_client *client;
	struct netdma_desc_pool *pool[2];
	struct netdma_provider_info provider;
	struct memory memory;
	struct chan chan[MAX_CHANNELS];
	unsigned int nb_chans;
	uint64_t serial;
	uint64_t patience_us;
	bool started;        /* the provider */
	bool asleep;         /* it has no power */
	bool dead;           /* it is quarantined */
	bool over;           /* and cannot be made anew: that is the end */
	bool lost;           /* something is left in the library that cannot be taken back */

	/* The operation that runs. */
	uint64_t program_seed;
	uint64_t rng;
	uint32_t most_count;
	uint32_t most_length;
	jmp_buf escape;
	struct failure failure;
	char log[MAX_LOG];   /* what the program has done */
	size_t log_length;
	const struct program *program;
	uint64_t beat;       /* when something was heard of it last */

	struct list scratch;
	struct list deleted;
	struct helper *helper;
	enum job job;        /* that the helper has */
	uint64_t job_since;  /* microseconds: nc_now_us() */
};

uint64_t nc_now_us(void);
/* Whether the library may say that so many microseconds are over. It looks at another clock. */
bool nc_has_passed(uint64_t since, uint64_t us);
uint64_t nc_mix(uint64_t x);
uint64_t nc_draw64(struct run *r);
/* low to high, both included. */
uint32_t nc_draw(struct run *r, uint32_t low, uint32_t high);
bool nc_chance(struct run *r, uint32_t percent);
bool nc_has(const struct run *r, uint32_t flags);

/* Say what the program does. */
__attribute__((format(printf, 2, 3)))
void nc_say(struct run *r, const char *fmt, ...);
/* What a call answered. */
void nc_say_ret(struct run *r, int ret);
const char *nc_ret_name(int ret);

/* An invariant does not hold: the program ends. Not in a callback, nor in the helper. */
__attribute__((noreturn, format(printf, 3, 4)))
void nc_fail(struct run *r, enum invariant invariant, const char *fmt, ...);
/* The same, at the next opportunity. */
__attribute__((format(printf, 3, 4)))
void nc_note(struct run *r, enum invariant invariant, const char *fmt, ...);
void nc_fail_if_noted(struct run *r);

/* Waiting for what must happen. @return false when patience is over. */
struct deadline {
	uint64_t end;
	uint32_t tries; /* who is kept from running for long has not tried for long */
};
struct deadline nc_deadline(const struct run *r);
bool nc_patient(struct run *r, struct deadline *d);

/* Run a program. @return whether it failed: r->failure says how. */
bool nc_program_run(struct run *r, const struct program *p);
/* Make a program that failed shorter. @return how often it was run for that. */
unsigned int nc_program_shrink(struct run *r, struct program *p);
/* As a report names it. @return 0 or -EINVAL. */
int nc_program_parse(const char *text, struct program *p);
void nc_program_print(const struct program *p, FILE *f);
int nc_program_draw(uint64_t seed, uint32_t n, struct program *p);

#endif /* CONFORMANCE_H */
