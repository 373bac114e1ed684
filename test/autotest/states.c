/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The states that a channel can be in when its engine goes; and engines that stand still. */

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "survive.h"

enum { LONG = 700, SHORT = 150, SLOTS = 120 };

static const char *const state_names[S_STATES] = {
	[S_ARMED] = "armed", [S_RING] = "ring-fed", [S_LIST] = "list-fed",
	[S_FILLED] = "filled", [S_SUSPENDED_RING] = "suspended, ring-fed",
	[S_SUSPENDED_LIST] = "suspended, list-fed", [S_ABORTED] = "aborted",
	[S_UNDELIVERED] = "undelivered", [S_BRIDGED] = "started again",
};

const char *
s_state_name(enum s_state state)
{
	return state_names[state];
}

static void
start(struct netdma_channel *ch, const struct s_list *s)
{
	ASSERT_INT(t_start(ch, s->l), ==, 0);
}

/* An engine gets on, or does not. */
static void
some_polls(struct t *t, struct netdma_channel *ch)
{
	uint32_t i;

	for (i = t_range(t, 0, 4); i > 0; i--)
		ASSERT_INT(netdma_poll(ch, NULL, 0), ==, 0);
}

static void
work_ring(struct s_work *w, struct netdma_channel *ch)
{
	w->ring = s_ring(w->t, SLOTS);
	s_ring_fill(ch, w->ring, w->state == S_FILLED ? 20 : UINT32_MAX);
	if (w->state == S_FILLED)
		return;
	ASSERT_INT(s_ring_submit(ch, w->ring), >=, 0);
	some_polls(w->t, ch);
	/* Some were polled, more are filled. */
	s_ring_poll(ch, w->ring, &w->sum);
	s_ring_fill(ch, w->ring, 5);
	if (w->state != S_SUSPENDED_RING)
		return;
	ASSERT_INT(netdma_channel_suspend(ch, &(struct netdma_desc *){ NULL }), ==, 0);
	ASSERT_INT(s_ring_submit(ch, w->ring), >=, 0);
	s_ring_poll(ch, w->ring, &w->sum);
	s_ring_fill(ch, w->ring, 5);
}

static void
work_list(struct s_work *w, struct netdma_channel *ch)
{
	struct netdma_desc *last;

	w->list[0] = s_list(w->t, ch, LONG, true);
	if (w->state == S_BRIDGED) {
		w->list[1] = s_list(w->t, ch, SHORT, true);
		w->list[2] = s_list(w->t, ch, SHORT, true);
		/* Names of the client's that lead elsewhere, and come back. */
		w->list[0]->l->last->next = w->list[2]->l->first;
		w->list[1]->l->last->next = w->list[1]->l->first;
		s_list_keep(w->list[0]);
		s_list_keep(w->list[1]);
	}
	start(ch, w->list[0]);
	some_polls(w->t, ch);
	switch (w->state) {
	case S_LIST:
		w->list[1] = s_list(w->t, ch, SHORT, true);
		ASSERT_INT(t_append(ch, w->list[1]->l), ==, 0);
		s_list_poll(ch, w->list[0], UINT32_MAX, &w->sum);
		break;
	case S_SUSPENDED_LIST:
		ASSERT_INT(netdma_channel_suspend(ch, &last), ==, 0);
		break;
	case S_ABORTED:
		ASSERT_INT(netdma_channel_abort(ch), ==, 0);
		break;
	case S_UNDELIVERED:
		ASSERT_INT(netdma_channel_drain(ch, T_PATIENCE_S * 1000000), ==, 0);
		break;
	case S_BRIDGED:
		start(ch, w->list[1]);
		some_polls(w->t, ch);
		start(ch, w->list[2]);
		break;
	default:
		break;
	}
}

struct s_work *
s_work(struct t *t, struct netdma_channel *ch, enum s_state state)
{
	struct s_work *w = t_zalloc(sizeof(*w));

	w->t = t;
	w->state = state;
	if (state == S_RING || state == S_FILLED || state == S_SUSPENDED_RING)
		work_ring(w, ch);
	else if (state != S_ARMED)
		work_list(w, ch);
	return w;
}

/* -------------------------------------------------------------- and after it */

static bool
detached(const struct netdma_channel *ch)
{
	return t_info(ch).state == NETDMA_CHANNEL_DETACHED;
}

/* A control call, which another thread may be in the way of. */
static int
patiently(struct netdma_channel *ch, int (*call)(struct netdma_channel *ch, struct netdma_desc *a,
		struct netdma_desc *b, uint32_t n), struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n)
{
	struct t_deadline d;
	int ret;

	t_deadline_set(&d);
	while ((ret = call(ch, first, last, n)) == -EAGAIN)
		ASSERT(t_wait(&d));
	return ret;
}

/* All that was handed over comes back, wherever the channel is by then. */
static void
collect_outstanding(struct netdma_channel *ch, struct s_work *w)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (netdma_channel_outstanding(ch) > 0)
		if (s_ring_poll(ch, w->ring, &w->sum) != 0)
			t_deadline_set(&d);
		else
			ASSERT_MSG(t_wait(&d), "%s: %d never came", s_state_name(w->state),
					netdma_channel_outstanding(ch));
}

static void
finish_ring(struct netdma_channel *ch, struct s_work *w)
{
	struct s_ring *r = w->ring;
	int ret;

	if (w->state == S_SUSPENDED_RING) {
		ret = patiently(ch, netdma_channel_resume, NULL, NULL, 0);
		ASSERT(ret == 0 || ret == -ENODEV);
	}
	/* What is filled now was so when the engine went. */
	ret = s_ring_submit(ch, r);
	ASSERT(ret >= 0 || ret == -ENODEV);
	collect_outstanding(ch, w);
	if (ret >= 0 && !detached(ch)) {
		ASSERT_INT(r->seen, ==, r->filled);
		s_ring_run(ch, r, &w->sum);
		return;
	}
	/* What was not submitted has not moved. */
	for (; r->seen < r->filled; r->seen++)
		if (r->b[r->seen].length != 0)
			t_buf_check(&r->b[r->seen], T_NOT_COPIED, r->seen);
}

/* Delete every third descriptor of the rest, and go on. */
static void
finish_suspended(struct netdma_channel *ch, struct s_work *w)
{
	struct s_list *s = w->list[0];
	struct netdma_desc *first = NULL, *last = NULL;
	struct s_tally *sum = &w->sum;
	uint32_t i, k, n = 0;
	int ret;

	s_list_collect(ch, s, (uint32_t)netdma_channel_outstanding(ch), sum);
	k = s->seen;
	s_list_check_untouched(s, k);
	for (i = k; i < s->l->n; i++) {
		if (i % 3 == 0)
			continue;
		if (first == NULL)
			first = s->l->at[i];
		else
			last->next = s->l->at[i];
		last = s->l->at[i];
		n++;
	}
	if (last != NULL)
		last->next = NULL;
	s_list_keep(s);
	ret = patiently(ch, netdma_channel_resume, first, last, n);
	ASSERT(ret == 0 || ret == -ENODEV);
	for (i = k; i < s->l->n; i++) {
		s->seen = i;
		if (i % 3 != 0 && ret == 0)
			s_list_collect(ch, s, 1, sum);
	}
	s->seen = s->l->n;
	for (i = k; i < s->l->n; i++)
		if (i % 3 == 0 && s->was[i].flags == 0)
			t_buf_check(&s->l->buf[i], T_NOT_COPIED, i);
}

void
s_work_collect(struct netdma_channel *ch, struct s_work *w)
{
	uint32_t i;

	if (w->ring != NULL)
		finish_ring(ch, w);
	else if (w->state == S_SUSPENDED_LIST)
		finish_suspended(ch, w);
	else
		for (i = 0; i < RTE_DIM(w->list) && w->list[i] != NULL; i++)
			s_list_collect(ch, w->list[i], UINT32_MAX, &w->sum);
}

void
s_work_check(struct netdma_channel *ch, struct s_work *w)
{
	uint32_t canceled;
	struct t_list *l;

	t_quiet(ch);
	s_stats_check(ch, &w->sum);
	canceled = w->sum.error[NETDMA_ERROR_CANCELED];
	ASSERT_INT(w->sum.status[NETDMA_FAILED], ==, w->sum.torn);
	ASSERT_INT(w->sum.status[NETDMA_UNKNOWN], ==, 0);
	ASSERT_INT(w->sum.status[NETDMA_NOT_COPIED] + w->sum.torn, ==,
			canceled + w->sum.error[NETDMA_ERROR_GONE]);
	ASSERT(canceled == 0 || w->state == S_ABORTED || w->state == S_BRIDGED);
	if (detached(ch))
		return;
	ASSERT(w->gone || w->sum.error[NETDMA_ERROR_GONE] == 0);
	if (w->state == S_ABORTED)
		ASSERT_INT(t_append(ch, w->list[0]->l), ==, -ECANCELED);
	/* It works, in both ways. */
	l = t_list_new(w->t, ch, t_pool(SHORT), SHORT, 1, 300);
	ASSERT_INT(t_start(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
	t_copy_works(w->t, ch);
}

/* ----------------------------------------------------- engines that stand still */

static unsigned int standing;
static bool frozen;

static void
stand_still(int sig __rte_unused)
{
	static const struct timespec nap = { .tv_nsec = 1000000 };
	int saved = errno;

	__atomic_add_fetch(&standing, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&frozen, __ATOMIC_ACQUIRE))
		nanosleep(&nap, NULL);
	__atomic_sub_fetch(&standing, 1, __ATOMIC_ACQ_REL);
	errno = saved;
}

static bool
has_name(pid_t tid, const char *name)
{
	char path[64], comm[32] = "";
	bool has;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", (int)tid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	has = fgets(comm, sizeof(comm), f) != NULL && strncmp(comm, name, strlen(name)) == 0;
	fclose(f);
	return has;
}

static void
thaw_undo(void *arg __rte_unused)
{
	s_thaw();
}

unsigned int
s_freeze(const char *name)
{
	const struct sigaction action = { .sa_handler = stand_still, .sa_flags = SA_RESTART };
	struct t_deadline d;
	struct dirent *entry;
	unsigned int n = 0;
	DIR *dir;

	t_defer_to(T_RELEASE, thaw_undo, NULL);
	__atomic_store_n(&frozen, true, __ATOMIC_RELEASE);
	ASSERT_INT(sigaction(SIGUSR2, &action, NULL), ==, 0);
	dir = opendir("/proc/self/task");
	ASSERT(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		pid_t tid = (pid_t)atoi(entry->d_name);

		if (tid != 0 && has_name(tid, name) &&
				syscall(SYS_tgkill, getpid(), tid, SIGUSR2) == 0)
			n++;
	}
	closedir(dir);
	t_deadline_set(&d);
	while (__atomic_load_n(&standing, __ATOMIC_ACQUIRE) < n)
		ASSERT(t_wait(&d));
	return n;
}

void
s_thaw(void)
{
	struct t_deadline d;

	__atomic_store_n(&frozen, false, __ATOMIC_RELEASE);
	t_deadline_set(&d);
	while (__atomic_load_n(&standing, __ATOMIC_ACQUIRE) != 0)
		ASSERT(t_wait(&d));
}
