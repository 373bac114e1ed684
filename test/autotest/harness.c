/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>
#include <fnmatch.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_lcore.h>
#include <rte_log.h>

#include <netdma_conformance.h>

#include "harness.h"
#include "util.h"

/* Longer than any case takes; a case that hangs ends the program. */
#define CASE_SECONDS 300

struct undo {
	t_undo_t fn;
	void *arg;
};

#define MAX_UNDO 4096

struct t_thread {
	pthread_t id;
	void (*fn)(void *arg);
	void *arg;
};

struct instance {
	const struct t_case *c;
	const struct t_kind *kind;
};

static struct t_case *cases, **cases_end = &cases;
static struct instance *plan;
static unsigned int plan_size;

/* The state of the case that runs. */
static struct undo undo[T_PHASES][MAX_UNDO];
static unsigned int nb_undo[T_PHASES];
static char failure[8192];
static size_t failure_length;
static char skip_reason[256];
static bool skipped, stopping;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread jmp_buf *escape;
static __thread bool in_thread;

/* ------------------------------------------------------------- assertions */

__attribute__((format(printf, 3, 0)))
static void
note(const char *file, int line, const char *fmt, va_list ap)
{
	const char *slash = strrchr(file, '/');
	size_t room;

	pthread_mutex_lock(&lock);
	room = sizeof(failure) - failure_length;
	if (room > 256) {
		failure_length += snprintf(failure + failure_length, room, "%s:%d: ",
				slash != NULL ? slash + 1 : file, line);
		room = sizeof(failure) - failure_length;
		failure_length += RTE_MIN((size_t)vsnprintf(failure + failure_length, room, fmt,
				ap), room - 2);
		failure[failure_length++] = '\n';
		failure[failure_length] = '\0';
	}
	pthread_mutex_unlock(&lock);
}

void
t_note(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(file, line, fmt, ap);
	va_end(ap);
}

void
t_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(file, line, fmt, ap);
	va_end(ap);
	longjmp(*escape, 1);
}

void
t_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(skip_reason, sizeof(skip_reason), fmt, ap);
	va_end(ap);
	skipped = true;
	longjmp(*escape, 1);
}

/* -------------------------------------------------------------- resources */

void
t_defer_to(enum t_phase phase, t_undo_t fn, void *arg)
{
	pthread_mutex_lock(&lock);
	RTE_VERIFY(nb_undo[phase] < MAX_UNDO);
	undo[phase][nb_undo[phase]++] = (struct undo){ fn, arg };
	pthread_mutex_unlock(&lock);
}

void
t_defer(t_undo_t fn, void *arg)
{
	t_defer_to(T_REST, fn, arg);
}

void
t_forget(const void *arg)
{
	unsigned int phase, i;

	pthread_mutex_lock(&lock);
	for (phase = 0; phase < T_PHASES; phase++)
		for (i = 0; i < nb_undo[phase]; i++)
			if (undo[phase][i].arg == arg)
				undo[phase][i].fn = NULL;
	pthread_mutex_unlock(&lock);
}

static void
undo_one(const struct undo *u)
{
	jmp_buf here;

	escape = &here;
	if (u->fn != NULL && setjmp(here) == 0)
		u->fn(u->arg);
	escape = NULL;
}

static void
undo_all(void)
{
	unsigned int phase;

	for (phase = 0; phase < T_PHASES; phase++)
		while (nb_undo[phase] > 0)
			undo_one(&undo[phase][--nb_undo[phase]]);
}

void *
t_zalloc(size_t size)
{
	void *p = calloc(1, size);

	RTE_VERIFY(p != NULL);
	t_defer(free, p);
	return p;
}

/* --------------------------------------------------------------- threads */

static void *
thread_main(void *arg)
{
	struct t_thread *thread = arg;
	jmp_buf here;

	escape = &here;
	in_thread = true;
	if (setjmp(here) == 0)
		thread->fn(thread->arg);
	escape = NULL;
	return NULL;
}

static void
thread_undo(void *arg)
{
	struct t_thread *thread = arg;

	__atomic_store_n(&stopping, true, __ATOMIC_RELAXED);
	pthread_join(thread->id, NULL);
	free(thread);
}

struct t_thread *
t_thread_start(void (*fn)(void *arg), void *arg)
{
	struct t_thread *thread = calloc(1, sizeof(*thread));

	RTE_VERIFY(thread != NULL);
	thread->fn = fn;
	thread->arg = arg;
	RTE_VERIFY(pthread_create(&thread->id, NULL, thread_main, thread) == 0);
	t_defer_to(T_THREADS, thread_undo, thread);
	return thread;
}

void
t_thread_join(struct t_thread *thread)
{
	pthread_join(thread->id, NULL);
	t_forget(thread);
	free(thread);
}

bool
t_stopping(void)
{
	return __atomic_load_n(&stopping, __ATOMIC_RELAXED);
}

/* ---------------------------------------------------------------- random */

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

uint64_t
t_rand(struct t *t)
{
	return mix(t->rng += UINT64_C(0x9e3779b97f4a7c15));
}

uint32_t
t_range(struct t *t, uint32_t low, uint32_t high)
{
	return low + (uint32_t)(t_rand(t) % ((uint64_t)high - low + 1));
}

static uint64_t
case_seed(uint64_t seed, const struct instance *i)
{
	const char *p;

	for (p = i->c->name; *p != '\0'; p++)
		seed = mix(seed ^ (uint8_t)*p);
	for (p = i->kind != NULL ? i->kind->label : ""; *p != '\0'; p++)
		seed = mix(seed ^ (uint8_t)*p);
	return seed;
}

/* ------------------------------------------------------------------- log */

/* Everything that is logged while cases run ends here, and is shown for those that fail:
 * lists that are refused are logged as errors, and being refused is what they are for.
 */
static char log_text[128 * 1024], log_copy[sizeof(log_text)];
static size_t log_length;

static ssize_t
log_write(void *cookie __rte_unused, const char *text, size_t size)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = RTE_MIN(size, sizeof(log_text) - 1 - log_length);
	memcpy(log_text + log_length, text, n);
	log_length += n;
	pthread_mutex_unlock(&lock);
	return size;
}

void
t_log_open(void)
{
	FILE *f = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = log_write });

	RTE_VERIFY(f != NULL);
	setvbuf(f, NULL, _IOLBF, 0);
	rte_openlog_stream(f);
}

const char *
t_log(void)
{
	pthread_mutex_lock(&lock);
	memcpy(log_copy, log_text, log_length);
	log_copy[log_length] = '\0';
	pthread_mutex_unlock(&lock);
	return log_copy;
}

void
t_log_clear(void)
{
	pthread_mutex_lock(&lock);
	log_length = 0;
	pthread_mutex_unlock(&lock);
}

/* --------------------------------------------------------------- deadlines */

void
t_deadline_set(struct t_deadline *d)
{
	d->end = rte_get_timer_cycles() + T_PATIENCE_S * rte_get_timer_hz();
}

bool
t_wait(const struct t_deadline *d)
{
	sched_yield();
	return rte_get_timer_cycles() < d->end && !(in_thread && t_stopping());
}

/* ---------------------------------------------------------------- running */

void
t_case_register(struct t_case *c)
{
	*cases_end = c;
	cases_end = &c->next;
}

/* Whether one of the patterns of a list separated by commas fits one of the names. */
static bool
chosen(const char *patterns, const char *a, const char *b)
{
	char *copy, *p, *save;
	bool hit = false;

	if (patterns == NULL || patterns[0] == '\0')
		return true;
	copy = strdup(patterns);
	RTE_VERIFY(copy != NULL);
	for (p = strtok_r(copy, ",", &save); p != NULL; p = strtok_r(NULL, ",", &save))
		hit |= fnmatch(p, a, 0) == 0 || fnmatch(p, b, 0) == 0;
	free(copy);
	return hit;
}

static void
plan_add(const struct t_case *c, const struct t_kind *kind)
{
	plan = realloc(plan, (plan_size + 1) * sizeof(*plan));
	RTE_VERIFY(plan != NULL);
	plan[plan_size].c = c;
	plan[plan_size++].kind = kind;
}

unsigned int
t_plan(const char *patterns, const char *providers)
{
	const struct t_case *c;
	char name[256];
	unsigned int k;

	plan_size = 0;
	for (c = cases; c != NULL; c = c->next) {
		snprintf(name, sizeof(name), "%s.%s", c->suite, c->name);
		if (!chosen(patterns, c->suite, name))
			continue;
		if (!(c->flags & T_EACH)) {
			if (chosen(providers, "once", "once"))
				plan_add(c, NULL);
			continue;
		}
		for (k = 0; k < t_matrix_size; k++)
			if (chosen(providers, t_matrix[k].label, t_matrix[k].label) &&
					!(c->flags & T_SOUND && t_matrix[k].recover) &&
					!(t_matrix[k].named && providers == NULL))
				plan_add(c, &t_matrix[k]);
	}
	return plan_size;
}

void
t_list(FILE *f)
{
	const struct t_case *c;

	for (c = cases; c != NULL; c = c->next)
		fprintf(f, "%s.%s%s\n", c->suite, c->name,
				c->flags & T_EACH ? " (each provider)" : "");
}

static void
instance_name(const struct instance *i, char *name, size_t size)
{
	snprintf(name, size, "%s.%s%s%s%s", i->c->suite, i->c->name, i->kind != NULL ? " [" : "",
			i->kind != NULL ? i->kind->label : "", i->kind != NULL ? "]" : "");
}

static void
provider_undo(void *arg)
{
	ASSERT_INT(netdma_provider_destroy(*(int *)arg), ==, 0);
}

static void
below_set_up(struct t *t)
{
	int ret = netdma_provider_create(t->kind->below, &t->below);

	if (ret == -ENOENT)
		t_skip("no driver makes %s", t->kind->below);
	ASSERT_INT(ret, ==, 0);
	t_defer(provider_undo, &t->below);
}

int
t_kind_create(const struct t_kind *k, int *id)
{
	unsigned int lcore = rte_get_next_lcore(-1, 1, 0);
	const char *mark = strstr(k->args, "%u");
	char args[256];

	if (mark != NULL && lcore == RTE_MAX_LCORE)
		t_skip("no worker lcore");
	if (mark != NULL)
		snprintf(args, sizeof(args), "%.*s%u%s", (int)(mark - k->args), k->args, lcore,
				mark + 2);
	else
		snprintf(args, sizeof(args), "%s", k->args);
	return netdma_provider_create(args, id);
}

static void
provider_set_up(struct t *t)
{
	const struct t_kind *k = t->kind;
	const char *reason;

	reason = k->prepare != NULL ? k->prepare() : NULL;
	if (reason != NULL)
		t_skip("%s", reason);
	if (k->driver != NULL)
		t_need_driver(k->driver);
	if (k->device != NULL) {
		/* Prepared, or gone and come, since netdma_init(). */
		ASSERT_INT(netdma_rescan(), >=, 0);
		t->provider = netdma_provider_find(k->device);
		if (t->provider == -ENODEV && k->prepare == NULL)
			t_skip("no device %s", k->device);
		ASSERT_INT(t->provider, >, 0);
	}
	if (k->below != NULL)
		below_set_up(t);
	if (k->args == NULL)
		return;
	ASSERT_INT(t_kind_create(k, &t->provider), ==, 0);
	t_defer(provider_undo, &t->provider);
}

static void
client_undo(void *arg)
{
	ASSERT_INT(netdma_client_deregister(arg), ==, 0);
}

static void
library_undo(void *arg __rte_unused)
{
	ASSERT_INT(netdma_fini(), ==, 0);
}

static void
set_up(struct t *t, const struct t_case *c)
{
	if (c->flags & T_LCORE && rte_lcore_count() < 2)
		t_skip("no worker lcore");
	if (c->flags & T_RAW)
		return;
	/* Only the case after one that could not finish the library finds it initialised. */
	ASSERT_INT(netdma_init(NULL), ==, 0);
	t_defer(library_undo, NULL);
	t->client = netdma_client_register(&(struct netdma_client_conf){
			.size = sizeof(struct netdma_client_conf), .name = "autotest" });
	ASSERT(t->client != NULL);
	t_defer(client_undo, t->client);
	if (c->flags & T_EACH)
		provider_set_up(t);
}

static void
execute(struct t *t, const struct t_case *c)
{
	jmp_buf here;

	escape = &here;
	if (setjmp(here) == 0) {
		set_up(t, c);
		c->fn(t);
	}
	escape = NULL;
}

static void
print_diagnostics(const char *text)
{
	const char *end;

	for (; *text != '\0'; text = end + (*end == '\n')) {
		end = strchrnul(text, '\n');
		printf("# %.*s\n", (int)(end - text), text);
	}
}

/* Signal handlers may only write. */
static char current[320];

static void
bail_out(int sig)
{
	static const char crash[] = "Bail out! crashed in ", hang[] = "Bail out! hangs in ";
	ssize_t n;

	n = sig == SIGALRM ? write(STDOUT_FILENO, hang, sizeof(hang) - 1) :
			write(STDOUT_FILENO, crash, sizeof(crash) - 1);
	n = write(STDOUT_FILENO, current, strlen(current));
	netdma_conformance_dump(STDOUT_FILENO);
	n = write(STDERR_FILENO, log_text, log_length);
	RTE_SET_USED(n);
	if (sig == SIGALRM)
		_exit(1);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void
watch(void)
{
	static const int sigs[] = { SIGALRM, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
	unsigned int i;

	for (i = 0; i < RTE_DIM(sigs); i++) {
		struct sigaction old;

		/* A sanitizer's handler says more. */
		if (sigaction(sigs[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			signal(sigs[i], bail_out);
	}
}

unsigned int
t_run(uint64_t seed)
{
	unsigned int i, failed = 0;
	char name[300];

	watch();
	printf("# seed: NETDMA_SEED=0x%" PRIx64 "\n1..%u\n", seed, plan_size);
	for (i = 0; i < plan_size; i++) {
		struct t t = { .kind = plan[i].kind, .rng = case_seed(seed, &plan[i]) };

		instance_name(&plan[i], name, sizeof(name));
		snprintf(current, sizeof(current), "%s\n", name);
		fflush(stdout);
		failure_length = 0;
		skipped = false;
		stopping = false;
		t_log_clear();
		alarm(CASE_SECONDS);
		execute(&t, plan[i].c);
		undo_all();
		alarm(0);
		if (failure_length > 0) {
			failed++;
			printf("not ok %u - %s\n", i + 1, name);
			print_diagnostics(failure);
			printf("# again: NETDMA_SEED=0x%" PRIx64 " NETDMA_TEST=%s.%s\n", seed,
					plan[i].c->suite, plan[i].c->name);
			printf("# log:\n");
			print_diagnostics(t_log());
			/* What comes after would fail for no reason of its own. */
			if (netdma_fini() == -EBUSY) {
				printf("Bail out! it left the library so that it cannot be "
						"finished\n");
				break;
			}
		} else {
			printf("ok %u - %s%s%s\n", i + 1, name, skipped ? " # SKIP " : "",
					skipped ? skip_reason : "");
		}
	}
	fflush(stdout);
	return failed;
}
