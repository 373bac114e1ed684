/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The worker engine: a core of its own copies, for any number of channels.
 *
 * An owner publishes runs of its list, (first, count), in a ring of its channel's; the
 * worker follows `next` within a run and never beyond, so it touches no descriptor that
 * may already be the client's again. It tells how many descriptors it has finished.
 *
 * The worker goes round its channels and spends a quantum on each. Which channels there
 * are is a table that the control path replaces; the worker tells which one it has seen.
 */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "cpu.h"

/* What a channel of priority 0 may use up before the next one has its turn. */
#define QUANTUM_DESC 32
#define QUANTUM_BYTES 65536

/* Idle rounds before the worker yields, and before it sleeps. */
#define IDLE_SPIN 2000
#define IDLE_YIELD 4000
#define IDLE_SLEEP_NS 50000

/* A worker that is told to stop finishes its descriptor first: at most 1 GiB. */
#define QUIESCE_MS 1000

struct run {
	struct netdma_desc *first;
	uint64_t n;
};

struct worker_channel {
	/* The owner's. */
	struct netdma_list *list;
	struct cpu_worker *worker;
	uint32_t depth; /* descriptors given at once; also runs: a run has one at least */
	bool iova;
	uint32_t priority;
	struct run *run;
	uint64_t told; /* what the marks have moved over, as `finished` counts it */
	bool hold;     /* the last run ended with a descriptor that serializes */
	bool late;     /* a stop was given up that the worker will still obey */

	/* Written by the owner, read by the worker. */
	uint64_t published __rte_cache_aligned; /* runs */
	uint32_t stop; /* counts requests to forget what was published */

	/* Written by the worker, read by the owner. */
	uint64_t finished __rte_cache_aligned; /* descriptors, and how many failed: see below */
	uint32_t stopped; /* the last request that was obeyed */

	/* The worker's. */
	uint64_t taken __rte_cache_aligned; /* runs */
	struct netdma_desc *next;
	uint64_t left; /* of the run */
} __rte_cache_aligned;

struct table {
	unsigned int n;
	struct worker_channel *channel[];
};

struct cpu_worker {
	struct table *table; /* one of the two; changed by the control path */
	struct table *tables[2];
	uint64_t table_gen;
	uint64_t seen_gen;   /* written by the worker */
	bool stop;
	bool over;           /* written by the worker, when it looks at nothing any more */
	bool pinned;         /* the user named the CPU */
	int cpu;
	unsigned int lcore;  /* LCORE_ID_ANY: a thread of its own */
	pthread_t thread;
};

/* Both counts are one word, so that they are of the same moment. */
#define FINISHED_BITS 40
#define FINISHED_ONE UINT64_C(1)
#define FAILED_ONE (FINISHED_ONE << FINISHED_BITS)
#define FINISHED_MASK (FAILED_ONE - 1)

/* -------------------------------------------------------------- the worker */

/* Forget what was published; what has finished was told before. */
static void
obey(struct worker_channel *c, uint32_t stop)
{
	c->left = 0;
	c->taken = __atomic_load_n(&c->published, __ATOMIC_ACQUIRE);
	__atomic_store_n(&c->stopped, stop, __ATOMIC_RELEASE);
}

/* Spend a quantum on a channel. @return whether there was anything to do. */
static bool
serve(struct worker_channel *c)
{
	uint32_t stop = __atomic_load_n(&c->stop, __ATOMIC_ACQUIRE);
	uint64_t desc = 0, bytes = 0, failed = 0;

	if (unlikely(stop != c->stopped)) {
		obey(c, stop);
		return true;
	}
	while (desc < (uint64_t)QUANTUM_DESC << c->priority &&
			bytes < (uint64_t)QUANTUM_BYTES << c->priority) {
		struct netdma_desc *d;

		if (unlikely(__atomic_load_n(&c->stop, __ATOMIC_RELAXED) != stop))
			break;
		if (c->left == 0) {
			const struct run *run = &c->run[c->taken & (c->depth - 1)];

			if (c->taken == __atomic_load_n(&c->published, __ATOMIC_ACQUIRE))
				break;
			c->next = run->first;
			c->left = run->n;
			c->taken++;
		}
		d = c->next;
		if (--c->left != 0)
			c->next = d->next;
		failed += !cpu_run(d, c->iova);
		bytes += netdma_desc_is_void(d) ? 0 : d->length;
		desc++;
	}
	if (desc != 0)
		__atomic_store_n(&c->finished, ((c->finished + desc) & FINISHED_MASK) |
				((c->finished & ~FINISHED_MASK) + failed * FAILED_ONE),
				__ATOMIC_RELEASE);
	return desc != 0;
}

/* Nothing to do: give the CPU away sooner or later. */
static void
idle(unsigned int rounds)
{
	static const struct timespec nap = { .tv_nsec = IDLE_SLEEP_NS };

	if (rounds < IDLE_SPIN)
		rte_pause();
	else if (rounds < IDLE_YIELD)
		sched_yield();
	else
		nanosleep(&nap, NULL);
}

static int
worker_main(void *arg)
{
	struct cpu_worker *w = arg;
	unsigned int i, rounds = 0;

	while (!__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE)) {
		uint64_t gen = __atomic_load_n(&w->table_gen, __ATOMIC_ACQUIRE);
		const struct table *t = __atomic_load_n(&w->table, __ATOMIC_ACQUIRE);
		bool busy = false;

		/* No older table is looked at from here on. */
		__atomic_store_n(&w->seen_gen, gen, __ATOMIC_RELEASE);
		for (i = 0; i < t->n; i++)
			busy |= serve(t->channel[i]);
		rounds = busy ? 0 : rounds + (rounds < IDLE_YIELD);
		if (!busy)
			idle(rounds);
	}
	__atomic_store_n(&w->over, true, __ATOMIC_RELEASE);
	return 0;
}

static int
pin(pthread_t thread, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return -pthread_setaffinity_np(thread, sizeof(set), &set);
}

/* One of the CPUs on which a thread may run: EAL leaves its control threads those that have
 * no lcore, if there are any.
 */
static int
some_cpu_of(pthread_t thread)
{
	cpu_set_t set;
	int cpu;

	if (pthread_getaffinity_np(thread, sizeof(set), &set) == 0)
		for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &set))
				return cpu;
	return 0;
}

static void *
thread_main(void *arg)
{
	worker_main(arg);
	return NULL;
}

/* -------------------------------------------------------- the control path */

/* Take a channel out of the table, or add one: in the other table, which the worker is then
 * told to use. It has left the old one after a round at most, which is a quantum of each
 * channel.
 */
static void
table_change(struct cpu_worker *w, const struct worker_channel *without,
		struct worker_channel *with)
{
	const struct table *old = w->table;
	struct table *t = old == w->tables[0] ? w->tables[1] : w->tables[0];
	uint64_t gen = w->table_gen + 1;
	unsigned int i;

	t->n = 0;
	for (i = 0; i < old->n; i++)
		if (old->channel[i] != without)
			t->channel[t->n++] = old->channel[i];
	if (with != NULL)
		t->channel[t->n++] = with;
	__atomic_store_n(&w->table, t, __ATOMIC_RELEASE);
	__atomic_store_n(&w->table_gen, gen, __ATOMIC_RELEASE);
	while (__atomic_load_n(&w->seen_gen, __ATOMIC_ACQUIRE) < gen)
		rte_delay_us_sleep(10);
}

static int
launch(struct cpu *cpu, struct cpu_worker *w)
{
	int ret;

	/* With release order, here and at the end: an lcore is no thread that we start or join. */
	__atomic_store_n(&w->stop, false, __ATOMIC_RELEASE);
	if (cpu->lcore >= 0) {
		w->lcore = (unsigned int)cpu->lcore;
		w->cpu = rte_lcore_to_cpu_id(cpu->lcore);
		ret = rte_eal_get_lcore_state(w->lcore) == WAIT ?
				rte_eal_remote_launch(worker_main, w, w->lcore) : -EBUSY;
		if (ret != 0)
			CPU_LOG(ERR, "lcore %u is running something else", w->lcore);
		return ret;
	}
	w->lcore = LCORE_ID_ANY;
	w->pinned = cpu->cpu >= 0;
	ret = rte_ctrl_thread_create(&w->thread, "netdma-cpu", NULL, thread_main, w);
	if (ret != 0)
		return ret;
	w->cpu = w->pinned ? cpu->cpu : some_cpu_of(w->thread);
	if (pin(w->thread, w->cpu) == 0 || !w->pinned)
		return 0;
	CPU_LOG(ERR, "cpu=%d: the worker cannot be pinned there", cpu->cpu);
	__atomic_store_n(&w->stop, true, __ATOMIC_RELEASE);
	pthread_join(w->thread, NULL);
	return -EINVAL;
}

static void
worker_free(struct cpu_worker *w)
{
	free(w->tables[0]);
	free(w->tables[1]);
	free(w);
}

static int
worker_start(void *provider, struct netdma_provider_attr *attr)
{
	struct cpu *cpu = provider;
	struct cpu_worker *w = calloc(1, sizeof(*w));
	size_t size = sizeof(struct table) + cpu->max_channels * sizeof(w->table->channel[0]);
	int ret = -ENOMEM;

	if (w == NULL)
		return -ENOMEM;
	w->tables[0] = calloc(1, size);
	w->tables[1] = calloc(1, size);
	w->table = w->tables[0];
	if (w->tables[0] != NULL && w->tables[1] != NULL)
		ret = launch(cpu, w);
	if (ret != 0) {
		worker_free(w);
		return ret;
	}
	cpu->worker = w;
	cpu_attr(cpu, attr);
	attr->flags |= NETDMA_PROVIDER_STOPS;
	if (cpu->lcore >= 0)
		attr->numa_node = (int)rte_lcore_to_socket_id(w->lcore);
	return 0;
}

static int
worker_stop(void *provider)
{
	struct cpu *cpu = provider;
	struct cpu_worker *w = cpu->worker;

	__atomic_store_n(&w->stop, true, __ATOMIC_RELEASE);
	if (w->lcore != LCORE_ID_ANY)
		rte_eal_wait_lcore(w->lcore);
	else
		pthread_join(w->thread, NULL);
	RTE_VERIFY(__atomic_load_n(&w->over, __ATOMIC_ACQUIRE));
	worker_free(w);
	cpu->worker = NULL;
	return 0;
}

/* A worker that nobody has pinned goes where its first client wants it. */
static void
follow_mask(struct cpu_worker *w, const struct netdma_cpu_mask *mask)
{
	unsigned int cpu;

	if (w->pinned || w->lcore != LCORE_ID_ANY || w->table->n != 0)
		return;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (netdma_cpu_mask_isset(mask, cpu) && pin(w->thread, (int)cpu) == 0) {
			__atomic_store_n(&w->cpu, (int)cpu, __ATOMIC_RELAXED);
			return;
		}
}

/* Not EAL's memory: the worker looks at it even while it has nothing to do, and an
 * application that takes a short way out may leave EAL before it has stopped the worker.
 */
static void *
zmalloc(size_t size)
{
	void *memory = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_ROUNDUP(size));

	return memory != NULL ? memset(memory, 0, size) : NULL;
}

static void *
worker_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant)
{
	struct cpu *cpu = provider;
	struct cpu_worker *w = cpu->worker;
	struct worker_channel *c;

	c = zmalloc(sizeof(*c));
	if (c != NULL) {
		c->depth = params->nb_desc;
		c->run = zmalloc(c->depth * sizeof(c->run[0]));
	}
	if (c == NULL || c->run == NULL) {
		free(c);
		rte_errno = ENOMEM;
		return NULL;
	}
	c->list = params->list;
	c->worker = w;
	c->iova = cpu->iova;
	c->priority = RTE_MIN(params->priority, (uint32_t)CPU_MAX_PRIORITY);
	follow_mask(w, params->cpu_mask);
	table_change(w, NULL, c);
	grant->engine_desc = c->depth;
	grant->priority = c->priority;
	grant->cpu = w->cpu;
	return c;
}

static void
worker_channel_free(void *channel)
{
	struct worker_channel *c = channel;

	table_change(c->worker, c, NULL);
	free(c->run);
	free(c);
}

/* ----------------------------------------------------------- the data path */

/* Move the marks over what has finished. @return whether anything had. */
static bool
worker_reap(struct worker_channel *c)
{
	uint64_t now = __atomic_load_n(&c->finished, __ATOMIC_ACQUIRE);

	if (now == c->told)
		return false;
	c->list->failed += ((now >> FINISHED_BITS) - (c->told >> FINISHED_BITS)) &
			(UINT64_MAX >> FINISHED_BITS);
	netdma_list_complete(c->list, (now - c->told) & FINISHED_MASK);
	c->told = now;
	return true;
}

/* Give at most so many, and nothing behind one that serializes. @return how many. */
static uint64_t
give(struct worker_channel *c, uint64_t most)
{
	struct netdma_list *l = c->list;
	uint64_t given = l->given;

	while (l->given - given < most && !c->hold) {
		c->hold = (l->give->flags & NETDMA_DESC_SERIALIZE_TRANSFER) != 0;
		netdma_list_give(l);
	}
	return l->given - given;
}

static void
publish(struct worker_channel *c, struct netdma_desc *first, uint64_t n)
{
	c->run[c->published & (c->depth - 1)] = (struct run){ first, n };
	__atomic_store_n(&c->published, c->published + 1, __ATOMIC_RELEASE);
}

/* Once the worker has obeyed a stop that nobody wants any more, it gets back what it has
 * forgotten. @return whether it has.
 */
static bool
make_up(struct worker_channel *c)
{
	struct netdma_list *l = c->list;

	if (__atomic_load_n(&c->stopped, __ATOMIC_ACQUIRE) != c->stop)
		return false;
	c->late = false;
	worker_reap(c);
	if (l->given != l->completed)
		publish(c, netdma_list_first_given(l), l->given - l->completed);
	return true;
}

static int
worker_poll(void *channel)
{
	struct worker_channel *c = channel;
	struct netdma_list *l = c->list;
	struct netdma_desc *first;
	uint64_t n;

	if (!worker_reap(c) && l->given != l->completed &&
			sched_getcpu() == __atomic_load_n(&c->worker->cpu, __ATOMIC_RELAXED))
		sched_yield(); /* the worker waits for this very CPU: polling does not help */
	if (unlikely(c->late) && !make_up(c))
		return 0;
	if (unlikely(c->hold))
		c->hold = !netdma_list_is_settled(l);
	first = l->give;
	n = give(c, RTE_MIN(l->allowed - l->given, c->depth - (l->given - l->completed)));
	if (n != 0)
		publish(c, first, n);
	return 0;
}

/* The worker stops between two descriptors: what it has not finished is untouched. */
static int
worker_quiesce(void *channel)
{
	struct worker_channel *c = channel;
	uint64_t end = rte_get_timer_cycles() + rte_get_timer_hz() / 1000 * QUIESCE_MS;
	uint32_t stop = c->stop + 1;

	__atomic_store_n(&c->stop, stop, __ATOMIC_RELEASE);
	c->late = true;
	while (__atomic_load_n(&c->stopped, __ATOMIC_ACQUIRE) != stop) {
		if (rte_get_timer_cycles() > end)
			return -ETIMEDOUT;
		/* It may be waiting for this CPU. */
		sched_yield();
	}
	worker_reap(c);
	c->late = false;
	c->hold = false;
	return NETDMA_QUIET_UNTOUCHED;
}

const struct netdma_provider_ops cpu_worker_ops = {
	.start = worker_start,
	.stop = worker_stop,
	.destroy = cpu_destroy,
	.channel_alloc = worker_channel_alloc,
	.channel_free = worker_channel_free,
	.channel_start = worker_poll,
	.append = worker_poll,
	.poll = worker_poll,
	.quiesce = worker_quiesce,
};
