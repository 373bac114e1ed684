/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HARNESS_H
#define HARNESS_H

/* How a test is written.
 *
 *     T_CASE(ring, marker_comes_back_in_its_place, T_EACH)
 *     {
 *             struct netdma_channel *ch = t_channel(t, 64, 0);
 *
 *             ASSERT_INT(netdma_marker(ch, 0, NULL), ==, 0);
 *             ...
 *     }
 *
 * A case is one behaviour and is named for it. Each runs in a library that was just
 * initialised, with one client (t->client) and, when it is T_EACH, once for each provider
 * of the matrix (t->provider). What it takes with the t_*() helpers is given back for it,
 * also when it fails, and giving back is itself checked: a case that leaves something
 * behind in the library fails.
 *
 * An assertion leaves the case. So it must not be used inside a callback of the library,
 * which it would jump out of: EXPECT*() note the failure and go on.
 */

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>

#include <netdma.h>

/* Flags of a case. */
#define T_ONCE  0x0u
#define T_EACH  0x1u /* once for each provider */
#define T_RAW   0x2u /* the library is not initialised for it */
#define T_LCORE 0x4u /* needs a worker lcore */
#define T_SOUND 0x8u /* not on providers whose copies fail */

struct t_kind;

/* The case that runs. */
struct t {
	const struct t_kind *kind;    /* T_EACH: which line of the matrix */
	int provider;                 /* T_EACH: its id */
	int below;                    /* and that of the one below it, if it has one */
	struct netdma_client *client;
	uint64_t rng;
};

struct t_case {
	const char *suite;
	const char *name;
	void (*fn)(struct t *t);
	unsigned int flags;
	struct t_case *next;
};

void t_case_register(struct t_case *c);

#define T_CASE(suite_, name_, flags_) \
	static void suite_ ## _ ## name_(struct t *t); \
	static struct t_case suite_ ## _ ## name_ ## _case = { \
		.suite = #suite_, .name = #name_, .fn = suite_ ## _ ## name_, .flags = flags_, \
	}; \
	RTE_INIT(suite_ ## _ ## name_ ## _register) \
	{ \
		t_case_register(&suite_ ## _ ## name_ ## _case); \
	} \
	static void suite_ ## _ ## name_(struct t *t __rte_unused)

/* A line of the provider matrix: matrix.c. */
struct t_kind {
	const char *label;
	/* The driver of the library's that it needs; NULL: one of this program's. */
	const char *driver;
	/* For netdma_provider_create(); "%u" becomes a worker lcore, which it then needs. */
	const char *args;
	/* Or the dmadev that it stands for. */
	const char *device;
	/* What args is put over, if that is no device: it is made first. */
	const char *below;
	/* Its copies fail, and its channels redo them. */
	bool recover;
	/* Only for runs that name it: it needs a device that hardly any machine has. */
	bool named;
	/* Called at the beginning of a case that runs on it; NULL or a reason to skip it. */
	const char *(*prepare)(void);
};

extern const struct t_kind t_matrix[];
extern const unsigned int t_matrix_size;

/* Make the provider of a line that has a string. Not in a thread of the case. */
int t_kind_create(const struct t_kind *kind, int *id);

/* ------------------------------------------------------------- assertions */

__attribute__((noreturn, format(printf, 3, 4)))
void t_fail(const char *file, int line, const char *fmt, ...);
__attribute__((format(printf, 3, 4)))
void t_note(const char *file, int line, const char *fmt, ...);
__attribute__((noreturn, format(printf, 1, 2)))
void t_skip(const char *fmt, ...);

#define T_INT_FAIL(how, a, op, b) do { \
	long long a_ = (long long)(a), b_ = (long long)(b); \
	if (!(a_ op b_)) \
		how(__FILE__, __LINE__, "%s %s %s: %lld, %lld", #a, #op, #b, a_, b_); \
} while (0)

#define ASSERT(cond) do { \
	if (!(cond)) \
		t_fail(__FILE__, __LINE__, "%s", #cond); \
} while (0)
#define ASSERT_MSG(cond, ...) do { \
	if (!(cond)) \
		t_fail(__FILE__, __LINE__, __VA_ARGS__); \
} while (0)
#define ASSERT_INT(a, op, b) T_INT_FAIL(t_fail, a, op, b)
#define ASSERT_STR(a, b) do { \
	const char *a_ = (a), *b_ = (b); \
	if (strcmp(a_, b_) != 0) \
		t_fail(__FILE__, __LINE__, "%s: \"%s\", not \"%s\"", #a, a_, b_); \
} while (0)
#define ASSERT_HAS(text, part) do { \
	const char *a_ = (text), *b_ = (part); \
	if (strstr(a_, b_) == NULL) \
		t_fail(__FILE__, __LINE__, "%s: no \"%s\" in \"%s\"", #text, b_, a_); \
} while (0)
/* NULL, and why. */
#define ASSERT_NULL(expr, errno_) do { \
	rte_errno = 0; \
	ASSERT((expr) == NULL); \
	ASSERT_INT(rte_errno, ==, errno_); \
} while (0)

#define EXPECT(cond) do { \
	if (!(cond)) \
		t_note(__FILE__, __LINE__, "%s", #cond); \
} while (0)
#define EXPECT_INT(a, op, b) T_INT_FAIL(t_note, a, op, b)

/* -------------------------------------------------------------- resources */

typedef void (*t_undo_t)(void *arg);

/* When something is undone: first what holds others up is let go, then threads end, then
 * channels finish, then all the rest. Within a phase the last comes first.
 */
enum t_phase { T_RELEASE, T_THREADS, T_DRAIN, T_REST, T_PHASES };

void t_defer_to(enum t_phase phase, t_undo_t fn, void *arg);
/* To the last one. */
void t_defer(t_undo_t fn, void *arg);
/* The case has undone it itself. */
void t_forget(const void *arg);
/* Zeroed memory until the end of the case. */
void *t_zalloc(size_t size);

/* --------------------------------------------------------------- threads */

struct t_thread;

/* An assertion in the thread ends the thread and fails the case. */
struct t_thread *t_thread_start(void (*fn)(void *arg), void *arg);
void t_thread_join(struct t_thread *thread);
/* The case is over: loops of threads end. */
bool t_stopping(void);

/* ---------------------------------------------------------------- random */

uint64_t t_rand(struct t *t);
/* low to high, both included. */
uint32_t t_range(struct t *t, uint32_t low, uint32_t high);

/* ------------------------------------------------------------------- log */

/* What was logged since the case began or t_log_clear(). */
const char *t_log(void);
void t_log_clear(void);

/* ---------------------------------------------------------------- running */

/* Waiting for something that must happen: a deadline that only a hang meets. */
#define T_PATIENCE_S 60
struct t_deadline {
	uint64_t end;
};
void t_deadline_set(struct t_deadline *d);
/* Give way to other threads. @return false when patience is over; in a thread of the case
 * also when the case is.
 */
bool t_wait(const struct t_deadline *d);

/* What netdma_init() said before the EAL was there: main.c calls it then. */
extern int t_init_before_eal;

unsigned int t_plan(const char *patterns, const char *providers);
void t_list(FILE *f);
/* Run what was planned. @return how many failed. */
unsigned int t_run(uint64_t seed);
void t_log_open(void);
void t_prompt(uint64_t seed);

#endif /* HARNESS_H */
