/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The program's calls about signals come here first. What it asks for a signal that a model needs
 * is remembered, told back, and called when the signal was not the model's; that it blocks one
 * is forgotten, because a blocked fault ends the process.
 *
 * Several models may be loaded, each with its own copy of this: they hand on to each other.
 */

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "trap.h"

#define MAX_TRAPS 4

static struct trap {
	int sig;
	trap_handler_t handler;
	struct sigaction asked; /* by the program */
} traps[MAX_TRAPS];
static unsigned int nb_traps;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of `asked` */

static void *
next_of(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol == NULL) {
		fprintf(stderr, "hwmodel: there is no %s() to hand on to\n", name);
		abort();
	}
	return symbol;
}

static int
next_sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	static int (*next)(int, const struct sigaction *, struct sigaction *);

	if (next == NULL)
		next = next_of("sigaction");
	return next(sig, act, old);
}

static struct trap *
trap_of(int sig)
{
	unsigned int i;

	for (i = 0; i < nb_traps; i++)
		if (traps[i].sig == sig)
			return &traps[i];
	return NULL;
}

static void
on_signal(int sig, siginfo_t *info, void *context)
{
	int saved = errno;
	struct trap *t = trap_of(sig);
	struct sigaction to;

	if (t->handler(info, context)) {
		errno = saved;
		return;
	}
	pthread_mutex_lock(&lock);
	to = t->asked;
	pthread_mutex_unlock(&lock);
	errno = saved;
	if (to.sa_flags & SA_SIGINFO) {
		to.sa_sigaction(sig, info, context);
	} else if (to.sa_handler != SIG_DFL && to.sa_handler != SIG_IGN) {
		to.sa_handler(sig);
	} else {
		/* The instruction is run again, and ends the process; a signal that was sent
		 * is sent again.
		 */
		next_sigaction(sig, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
		if (info->si_code <= 0)
			raise(sig);
	}
}

void
trap_install(int sig, trap_handler_t handler)
{
	struct sigaction mine = { .sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK };
	struct trap *t = &traps[nb_traps];
	sigset_t set;

	if (nb_traps == MAX_TRAPS) {
		fprintf(stderr, "hwmodel: more than %d trapped signals\n", MAX_TRAPS);
		abort();
	}
	sigemptyset(&mine.sa_mask);
	t->sig = sig;
	t->handler = handler;
	next_sigaction(sig, NULL, &t->asked);
	nb_traps++;
	next_sigaction(sig, &mine, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

const int trap_order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };

void
trap_registers(const ucontext_t *context, uint64_t registers[16])
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		registers[i] = (uint64_t)context->uc_mcontext.gregs[trap_order[i]];
}

/* ---------------------------------------------------- what the program calls */

#define EXPORT __attribute__((visibility("default")))

EXPORT int
sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct trap *t = trap_of(sig);
	struct sigaction before;

	if (t == NULL)
		return next_sigaction(sig, act, old);
	pthread_mutex_lock(&lock);
	before = t->asked;
	if (act != NULL)
		t->asked = *act;
	pthread_mutex_unlock(&lock);
	if (old != NULL)
		*old = before;
	return 0;
}

EXPORT sighandler_t
signal(int sig, sighandler_t handler)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	sigemptyset(&act.sa_mask);
	if (sigaction(sig, &act, &old) != 0)
		return SIG_ERR;
	return old.sa_handler;
}

/* The mask without the trapped signals, if something is added to what is blocked. */
static const sigset_t *
permitted(int how, const sigset_t *set, sigset_t *copy)
{
	unsigned int i;

	if (set == NULL || how == SIG_UNBLOCK)
		return set;
	*copy = *set;
	for (i = 0; i < nb_traps; i++)
		sigdelset(copy, traps[i].sig);
	return copy;
}

EXPORT int
pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	static int (*next)(int, const sigset_t *, sigset_t *);
	sigset_t copy;

	if (next == NULL)
		next = next_of("pthread_sigmask");
	return next(how, permitted(how, set, &copy), old);
}

EXPORT int
sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	static int (*next)(int, const sigset_t *, sigset_t *);
	sigset_t copy;

	if (next == NULL)
		next = next_of("sigprocmask");
	return next(how, permitted(how, set, &copy), old);
}
