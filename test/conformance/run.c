/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Running programs, and reporting what failed. */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_memory.h>

#include "conformance.h"

#define DEFAULT_OPERATIONS 100000
#define DEFAULT_PATIENCE_MS 60000
#define DEFAULT_SHRINK_MS 20000
#define MAX_PROGRAM 120
#define MIN_TRIES 1000
#define POOL_SIZE 4096

static const char *const invariants[NB_INVARIANTS + 1] = {
	"", "each accepted descriptor completes exactly once, in list order, with a status",
	"what was copied is there, and nothing else has changed",
	"a list is accepted whole or refused whole, and a refused one changes nothing",
	"buffers, packets and descriptors are not touched after their completion was delivered",
	"every outstanding descriptor is accounted for",
	"every call returns, and every channel drains",
};

/* For netdma_conformance_dump(). */
static struct run *running;

/* -------------------------------------------------------------- small things */

static uint64_t
clock_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t
nc_now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

bool
nc_has_passed(uint64_t since, uint64_t us)
{
	return nc_now_us() - since + 1 >= us - us / 64;
}

uint64_t
nc_mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t
nc_draw64(struct run *r)
{
	return nc_mix(r->rng += UINT64_C(0x9e3779b97f4a7c15));
}

uint32_t
nc_draw(struct run *r, uint32_t low, uint32_t high)
{
	return low + (uint32_t)(nc_draw64(r) % ((uint64_t)high - low + 1));
}

bool
nc_has(const struct run *r, uint32_t flags)
{
	return (r->conf.flags & flags) != 0;
}

bool
nc_chance(struct run *r, uint32_t percent)
{
	return nc_draw(r, 0, 99) < percent;
}

static void
beat(struct run *r)
{
	__atomic_store_n(&r->beat, nc_now_us(), __ATOMIC_RELAXED);
}

struct deadline
nc_deadline(const struct run *r)
{
	return (struct deadline){ nc_now_us() + r->patience_us, 0 };
}

bool
nc_patient(struct run *r, struct deadline *d)
{
	beat(r);
	sched_yield();
	return ++d->tries < MIN_TRIES || nc_now_us() < d->end;
}

void
nc_say(struct run *r, const char *fmt, ...)
{
	size_t room = sizeof(r->log) - r->log_length;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(r->log + r->log_length, room, fmt, ap);
	va_end(ap);
	r->log_length += RTE_MIN((size_t)n, room - 1);
}

const char *
nc_ret_name(int ret)
{
	static const struct { int code; const char *name; } names[] = {
		{ EINVAL, "-EINVAL" }, { EBUSY, "-EBUSY" }, { ENODEV, "-ENODEV" },
		{ EAGAIN, "-EAGAIN" }, { ENOSPC, "-ENOSPC" }, { EFAULT, "-EFAULT" },
		{ ERANGE, "-ERANGE" }, { E2BIG, "-E2BIG" }, { ECANCELED, "-ECANCELED" },
		{ ETIMEDOUT, "-ETIMEDOUT" }, { ENOTSUP, "-ENOTSUP" }, { EIO, "-EIO" },
		{ ENOENT, "-ENOENT" }, { EEXIST, "-EEXIST" }, { ENOMEM, "-ENOMEM" },
	};
	static __thread char number[4][16];
	static __thread unsigned int which;
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++)
		if (ret == -names[i].code)
			return names[i].name;
	which = (which + 1) % RTE_DIM(number);
	snprintf(number[which], sizeof(number[which]), "%d", ret);
	return number[which];
}

void
nc_say_ret(struct run *r, int ret)
{
	nc_say(r, " -> %s", nc_ret_name(ret));
}

/* -------------------------------------------------------------------- failing */

static pthread_mutex_t failing = PTHREAD_MUTEX_INITIALIZER;

static void
vnote(struct run *r, enum invariant invariant, const char *fmt, va_list ap)
{
	pthread_mutex_lock(&failing);
	if (r->failure.invariant == 0) {
		vsnprintf(r->failure.text, sizeof(r->failure.text), fmt, ap);
		__atomic_store_n(&r->failure.invariant, (int)invariant, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&failing);
}

void
nc_note(struct run *r, enum invariant invariant, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vnote(r, invariant, fmt, ap);
	va_end(ap);
}

void
nc_fail(struct run *r, enum invariant invariant, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vnote(r, invariant, fmt, ap);
	va_end(ap);
	longjmp(r->escape, 1);
}

void
nc_fail_if_noted(struct run *r)
{
	if (__atomic_load_n(&r->failure.invariant, __ATOMIC_ACQUIRE) != 0)
		longjmp(r->escape, 1);
}

/* ---------------------------------------------------------------- a program */

/* What a step does is drawn by its number in the program as it was drawn. */
static const struct op *
op_of(const struct program *p, uint32_t number)
{
	uint32_t sum = 0, dice, i;

	for (i = 0; i < nc_nb_ops; i++)
		sum += nc_ops[i].weight;
	dice = (uint32_t)(nc_mix(p->seed + number) % sum);
	for (i = 0; dice >= nc_ops[i].weight; i++)
		dice -= nc_ops[i].weight;
	return &nc_ops[i];
}

int
nc_program_draw(uint64_t seed, uint32_t n, struct program *p)
{
	uint32_t i;

	*p = (struct program){ .seed = seed, .n = n };
	p->step = malloc((n + 1) * sizeof(p->step[0]));
	if (p->step == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		p->step[i] = (struct step){ i, UINT32_MAX, UINT32_MAX };
	return 0;
}

static void
steps_run(struct run *r, const struct program *p)
{
	uint32_t i;

	for (i = 0; i < p->n; i++) {
		const struct op *op = op_of(p, p->step[i].number);

		r->rng = nc_mix(p->seed ^ nc_mix(p->step[i].number + 1));
		r->most_count = p->step[i].count;
		r->most_length = p->step[i].length;
		r->result.operations++;
		beat(r);
		nc_say(r, "%6u %s: ", p->step[i].number, op->name);
		nc_helper_look(r);
		op->fn(r);
		nc_fail_if_noted(r);
		nc_say(r, "\n");
	}
	r->rng = nc_mix(p->seed);
	nc_say(r, "       end: ");
	for (i = 0; i < r->nb_chans; i++)
		nc_channel_end(r, &r->chan[i]);
	/* Whoever writes late has time to. */
	nc_memory_reuse(r);
	if (nc_chance(r, 5))
		usleep(nc_draw(r, 1, 300));
	for (i = 0; i < r->nb_chans; i++)
		nc_channel_finish(r, &r->chan[i]);
	r->over = !nc_provider_restore(r) && !nc_provider_renew(r);
	nc_memory_check_all(r);
	nc_fail_if_noted(r);
	nc_say(r, "\n");
}

/* ------------------------------------------------------ after one that failed */

static void
entries_forget(struct run *r, struct list *l)
{
	for (; l->n > 0; l->n--) {
		struct entry *e = &l->e[l->n - 1];

		free(e->mbuf);
		if (e->desc != NULL)
			netdma_desc_free(r->pool[e->pool], e->desc, 1);
	}
}

/* Take a channel from the library, whatever the program has left on it. */
static void
channel_salvage(struct run *r, struct chan *c)
{
	uint64_t end = nc_now_us() + RTE_MIN(r->patience_us, 2000000u);

	if (c->ch != NULL) {
		netdma_channel_reset(c->ch);
		while (netdma_channel_outstanding(c->ch) > 0 && nc_now_us() < end)
			netdma_poll(c->ch, NULL, UINT16_MAX);
		r->lost |= netdma_channel_free(c->ch) != 0;
		c->ch = NULL;
	}
	/* Descriptors from the first on that was not taken off the list by the model. */
	while (c->head > 0 && c->q.n > 0)
		c->q.e[--c->head].desc = NULL;
	entries_forget(r, &c->q);
	entries_forget(r, &c->next);
	entries_forget(r, &c->rest);
}

static int
pools_make(struct run *r)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(r->pool); i++) {
		r->pool[i] = netdma_desc_pool_create("conformance", POOL_SIZE, SOCKET_ID_ANY);
		if (r->pool[i] == NULL)
			return -ENOMEM;
	}
	return 0;
}

static void
salvage(struct run *r)
{
	unsigned int i;

	beat(r);
	r->lost |= !nc_helper_quiet(r);
	r->job = JOB_NONE;
	for (i = 0; i < r->nb_chans; i++)
		channel_salvage(r, &r->chan[i]);
	entries_forget(r, &r->scratch);
	entries_forget(r, &r->deleted);
	/* Pools that are not whole again stay where they are. */
	for (i = 0; i < RTE_DIM(r->pool); i++)
		netdma_desc_pool_free(r->pool[i]);
	r->lost |= pools_make(r) != 0 || netdma_provider_start(r->provider.id) != 0;
	r->started = true;
	if (!r->lost)
		nc_memory_refill(r);
}

bool
nc_program_run(struct run *r, const struct program *p)
{
	unsigned int i;

	r->failure.invariant = 0;
	r->log_length = 0;
	r->program_seed = p->seed;
	for (i = 0; i < r->nb_chans; i++)
		r->chan[i].made = 0;
	nc_memory_clear(r);
	if (setjmp(r->escape) == 0) {
		steps_run(r, p);
		return false;
	}
	nc_say(r, "\n");
	salvage(r);
	return true;
}

/* --------------------------------------------------------------------- report */

static void
report(struct run *r, const struct program *p, uint32_t from, unsigned int runs)
{
	FILE *f = r->conf.report;

	fprintf(f, "provider %s: invariant %d does not hold: %s\n", r->provider.name,
			r->failure.invariant, invariants[r->failure.invariant]);
	fprintf(f, "seen: %s\n", r->failure.text);
	fprintf(f, "seed: 0x%" PRIx64 "; after %" PRIu64 " operations in %" PRIu64 " programs\n",
			r->result.seed, r->result.operations, r->result.programs);
	fprintf(f, "again: program \"");
	nc_program_print(p, f);
	if (r->result.stuck)
		fprintf(f, "\"\nup to the call that does not return:\n");
	else if (runs == 0)
		fprintf(f, "\"\n%u operations; it does not fail every time, or cannot be run again:"
				"\n", from);
	else
		fprintf(f, "\"\nshrunk from %u operations to %u in %u runs:\n", from, p->n, runs);
	fprintf(f, "%.*s", (int)r->log_length, r->log);
	fflush(f);
}

/* The program failed. */
static void
failed(struct run *r, struct program *p)
{
	uint32_t from = p->n;
	unsigned int runs;

	r->result.invariant = r->failure.invariant;
	runs = nc_program_shrink(r, p);
	report(r, p, from, runs);
}

/* Short programs are most of them: they are cheap, and tell more when they fail. */
static uint32_t
draw_size(uint64_t seed)
{
	uint64_t dice = nc_mix(seed ^ UINT64_C(0x5157e));

	return 1 + (uint32_t)((dice >> 8) % (dice % 4 == 0 ? 4 * MAX_PROGRAM : MAX_PROGRAM));
}

static int
programs_run(struct run *r)
{
	uint64_t seed = r->result.seed;
	struct program p;
	bool bad = false;
	int ret;

	while (!bad && r->result.operations < r->conf.operations && !r->lost && !r->over) {
		seed = nc_mix(seed);
		ret = r->conf.program != NULL ? nc_program_parse(r->conf.program, &p) :
				nc_program_draw(seed, draw_size(seed), &p);
		if (ret != 0)
			return ret;
		__atomic_store_n(&r->program, &p, __ATOMIC_RELEASE);
		r->result.programs++;
		bad = nc_program_run(r, &p);
		if (bad)
			failed(r, &p);
		free(p.step);
		if (r->conf.program != NULL)
			break;
	}
	return bad;
}

/* ------------------------------------------------------------ begin and end */

static int
set_up(struct run *r)
{
	struct netdma_client_conf client = { .size = sizeof(client), .name = "conformance" };
	unsigned int i;
	int ret;

	r->provider.size = sizeof(r->provider);
	ret = netdma_provider_info_get(r->conf.provider, &r->provider);
	if (ret == 0 && r->provider.state != NETDMA_PROVIDER_STARTED)
		ret = -ENODEV;
	if (ret != 0)
		return ret;
	r->started = true;
	r->nb_chans = RTE_MIN(r->provider.max_channels, (uint32_t)MAX_CHANNELS);
	for (i = 0; i < r->nb_chans; i++)
		r->chan[i].index = i;
	r->client = netdma_client_register(&client);
	if (r->client == NULL || pools_make(r) != 0)
		return -ENOMEM;
	ret = nc_memory_make(r);
	return ret != 0 ? ret : nc_helper_begin(r);
}

/* @return whether all was given back. */
static bool
tear_down(struct run *r)
{
	unsigned int i;
	bool all = !r->lost;

	if (r->helper != NULL)
		nc_helper_end(r);
	for (i = 0; i < r->nb_chans; i++) {
		free(r->chan[i].q.e);
		free(r->chan[i].next.e);
		free(r->chan[i].rest.e);
	}
	free(r->scratch.e);
	free(r->deleted.e);
	for (i = 0; i < RTE_DIM(r->pool) && all; i++)
		all = r->pool[i] == NULL || netdma_desc_pool_free(r->pool[i]) == 0;
	if (all && r->memory.real != NULL)
		all = nc_memory_free(r) == 0;
	if (r->client != NULL)
		all = netdma_client_deregister(r->client) == 0 && all;
	return all;
}

/* The thread that runs programs: a call that never returns must not keep the caller. */
struct runner {
	struct run run;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool over;
	int ret;
};

static void *
runner_main(void *arg)
{
	struct runner *k = arg;
	struct run *r = &k->run;

	k->ret = set_up(r);
	if (k->ret == 0)
		k->ret = programs_run(r);
	if (!tear_down(r) && k->ret == 0) {
		fprintf(r->conf.report, "provider %s: invariant %d does not hold: something of "
				"what was given back is still in use\nseed: 0x%" PRIx64 "\n",
				r->provider.name, ACCOUNTED_FOR, r->result.seed);
		r->result.invariant = ACCOUNTED_FOR;
		k->ret = 1;
	}
	pthread_mutex_lock(&k->lock);
	k->over = true;
	pthread_cond_signal(&k->cond);
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

/* What spins has used the CPU, and what sleeps has had all the time that there is: nobody is
 * stuck only because others keep it from running.
 *
 * @return whether it has ended; otherwise it is stuck in a call.
 */
static bool
runner_wait(struct runner *k, pthread_t thread)
{
	uint64_t most = (uint64_t)k->run.conf.patience_ms * 1250 + 1000000;
	uint64_t beat, last = 0, cpu = 0, waited;
	bool over, stuck = false;
	struct timespec t;
	clockid_t clock;

	pthread_getcpuclockid(thread, &clock);
	pthread_mutex_lock(&k->lock);
	while (!k->over && !stuck) {
		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_sec++;
		pthread_cond_timedwait(&k->cond, &k->lock, &t);
		beat = __atomic_load_n(&k->run.beat, __ATOMIC_RELAXED);
		if (beat != last)
			cpu = clock_us(clock);
		last = beat;
		waited = nc_now_us() - beat;
		stuck = (waited > most && clock_us(clock) - cpu > 1000000) || waited > 3 * most;
	}
	over = k->over;
	pthread_mutex_unlock(&k->lock);
	return over;
}

static void
stuck(struct run *r)
{
	const struct program *p = __atomic_load_n(&r->program, __ATOMIC_ACQUIRE);

	r->result.stuck = 1;
	r->result.invariant = RETURNS;
	nc_note(r, RETURNS, "a call of the library has not returned for %u ms",
			r->conf.patience_ms);
	if (p != NULL)
		report(r, p, p->n, 0);
}

static int
conf_read(struct netdma_conformance_conf *conf, const struct netdma_conformance_conf *user)
{
	struct program p = { 0 };
	size_t size;
	int ret = 0;

	if (user == NULL)
		return -EINVAL;
	size = user->size != 0 ? user->size : sizeof(*conf);
	memcpy(conf, user, RTE_MIN(size, sizeof(*conf)));
	if (conf->program != NULL) {
		ret = nc_program_parse(conf->program, &p);
		free(p.step);
	}
	while (conf->seed == 0)
		if (getentropy(&conf->seed, sizeof(conf->seed)) != 0)
			conf->seed = nc_mix(nc_now_us());
	if (conf->operations == 0)
		conf->operations = DEFAULT_OPERATIONS;
	if (conf->patience_ms == 0)
		conf->patience_ms = DEFAULT_PATIENCE_MS;
	if (conf->shrink_ms == 0)
		conf->shrink_ms = DEFAULT_SHRINK_MS;
	if (conf->report == NULL)
		conf->report = stderr;
	return ret;
}

int
netdma_conformance_run(const struct netdma_conformance_conf *user,
		struct netdma_conformance_result *result)
{
	struct runner *k = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_ROUNDUP(sizeof(*k)));
	struct run *r = &k->run;
	pthread_t thread;
	size_t size;
	int ret;

	if (k == NULL)
		return -ENOMEM;
	memset(k, 0, sizeof(*k));
	ret = conf_read(&r->conf, user);
	if (ret == 0) {
		r->result.seed = r->conf.seed;
		r->patience_us = (uint64_t)r->conf.patience_ms * 1000;
		beat(r);
		pthread_mutex_init(&k->lock, NULL);
		pthread_cond_init(&k->cond, NULL);
		__atomic_store_n(&running, r, __ATOMIC_RELEASE);
		ret = -pthread_create(&thread, NULL, runner_main, k);
	}
	if (ret == 0) {
		if (runner_wait(k, thread)) {
			pthread_join(thread, NULL);
			ret = k->ret;
		} else {
			stuck(r);
			ret = 1;
		}
	}
	__atomic_store_n(&running, NULL, __ATOMIC_RELEASE);
	if (result != NULL) {
		size = result->size != 0 ? result->size : sizeof(*result);
		memcpy((char *)result + sizeof(size), (char *)&r->result + sizeof(size),
				RTE_MIN(size, sizeof(*result)) - sizeof(size));
	}
	/* Whoever is stuck, in the library or here, goes on using it. */
	if (!r->result.stuck && !r->lost)
		free(k);
	return ret;
}

void
netdma_conformance_dump(int fd)
{
	const struct run *r = __atomic_load_n(&running, __ATOMIC_ACQUIRE);
	ssize_t n;

	if (r == NULL)
		return;
	n = write(fd, r->log, r->log_length);
	n = write(fd, "\n", 1);
	RTE_SET_USED(n);
}
