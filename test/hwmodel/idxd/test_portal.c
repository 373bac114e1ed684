/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The instructions, signals and threads; queues that are full; devices that fail or do not answer. */

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "idxd.h"
#include "test.h"

/* Registers have numbers that tell which was taken. */
CASE(plain, all_forms_of_addresses_are_understood)
{
	static const struct {
		const char *code;
		unsigned int length;
		bool enqueue;
		unsigned int to;   /* register */
		uint64_t from;     /* 1 << 32: relative to the next instruction */
	} form[] = {
		{ "\x66\x0f\x38\xf8\x02", 5, false, 0, 2000 },                     /* (rdx) */
		{ "\xf2\x0f\x38\xf8\x0b", 5, true, 1, 3000 },                      /* (rbx) */
		{ "\x66\x0f\x38\xf8\x57\x10", 6, false, 2, 7016 },                 /* 16(rdi) */
		{ "\x66\x0f\x38\xf8\x56\xf0", 6, false, 2, 5984 },                 /* -16(rsi) */
		{ "\x66\x0f\x38\xf8\xb1\x00\x01\x00\x00", 9, false, 6, 1256 },     /* 256(rcx) */
		{ "\x66\x0f\x38\xf8\x04\x24", 6, false, 0, 4000 },                 /* (rsp) */
		{ "\x66\x0f\x38\xf8\x44\x24\x08", 7, false, 0, 4008 },             /* 8(rsp) */
		{ "\x66\x0f\x38\xf8\x04\xd3", 6, false, 0, 19000 },                /* (rbx,rdx,8) */
		{ "\x66\x0f\x38\xf8\x44\x8d\x04", 7, false, 0, 9004 },             /* 4(rbp,rcx,4) */
		{ "\x66\x0f\x38\xf8\x04\x4d\x10\x00\x00\x00", 10, false, 0, 2016 }, /* 16(,rcx,2) */
		{ "\x66\x0f\x38\xf8\x05\x10\x00\x00\x00", 9, false, 0, (UINT64_C(1) << 32) + 16 },
		{ "\x66\x0f\x38\xf8\x05\xf0\xff\xff\xff", 9, false, 0, (UINT64_C(1) << 32) - 16 },
		{ "\x66\x41\x0f\x38\xf8\x01", 6, false, 0, 9000 },                 /* (r9) */
		{ "\x66\x44\x0f\x38\xf8\x02", 6, false, 8, 2000 },                 /* to r8 */
		{ "\xf2\x45\x0f\x38\xf8\x7d\x00", 7, true, 15, 13000 },            /* 0(r13), r15 */
		{ "\x66\x43\x0f\x38\xf8\x04\x8c", 7, false, 0, 48000 },            /* (r12,r9,4) */
	};
	uint64_t registers[16];
	struct store64 s;
	unsigned int i;
	uint8_t code[32];

	for (i = 0; i < 16; i++)
		registers[i] = i * 1000;
	for (i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		memset(code, 0x90, sizeof(code));
		memcpy(code, form[i].code, form[i].length);
		ASSERT(decode_store64(code, registers, &s));
		ASSERT_INT(s.enqueue, ==, form[i].enqueue);
		ASSERT_INT(s.length, ==, form[i].length);
		ASSERT_INT(s.to, ==, form[i].to * 1000);
		if (form[i].from >> 30 != 0)
			s.from += (UINT64_C(1) << 32) - (uintptr_t)(code + s.length);
		ASSERT_INT(s.from, ==, form[i].from);
	}
	ASSERT(!decode_store64((const uint8_t *)"\x66\x0f\x38\xf9\x02", registers, &s));
	ASSERT(!decode_store64((const uint8_t *)"\x0f\x38\xf8\x02\x90", registers, &s));
	ASSERT(!decode_store64((const uint8_t *)"\x66\x0f\x38\xf8\xc2", registers, &s));
}

static void
copy_works(struct t_portal *p)
{
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area a = t_area(100, 1), b = t_area(100, 2);
	struct dsa_hw_desc d = t_copy((uintptr_t)b.at, (uintptr_t)a.at, 100, r);

	t_run(p, &d, r);
	CHECK(&b, &a, 100);
}

static sigjmp_buf program_goes_on;
static volatile sig_atomic_t program_heard;

static void
program_hears(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	program_heard = sig;
	siglongjmp(program_goes_on, 1);
}

CASE(plain, program_may_use_the_same_signals)
{
	static const int sig[] = { SIGILL, SIGBUS, SIGSEGV };
	struct t_portal *p = t_open("wq0.0");
	struct sigaction mine = { .sa_sigaction = program_hears, .sa_flags = SA_SIGINFO }, was, now;
	sigset_t all, old;
	unsigned int i;

	sigemptyset(&mine.sa_mask);
	sigfillset(&all);
	for (i = 0; i < 3; i++) {
		ASSERT(sigaction(sig[i], &mine, &was) == 0);
		ASSERT(sigaction(sig[i], NULL, &now) == 0);
		ASSERT(now.sa_sigaction == program_hears);
		copy_works(p);
		ASSERT(pthread_sigmask(SIG_BLOCK, &all, &old) == 0);
		copy_works(p);
		ASSERT(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
		/* Its own come to it. */
		program_heard = 0;
		if (sigsetjmp(program_goes_on, 1) == 0) {
			if (sig[i] == SIGILL)
				__asm__ volatile ("ud2");
			raise(sig[i]);
		}
		ASSERT_INT(program_heard, ==, sig[i]);
		copy_works(p);
		ASSERT(sigaction(sig[i], &was, NULL) == 0);
		ASSERT(signal(sig[i], SIG_IGN) == was.sa_handler);
		copy_works(p);
		ASSERT(signal(sig[i], SIG_DFL) == SIG_IGN);
	}
	t_close(p);
}

static void *
copy_a_lot(void *arg)
{
	struct t_portal *p = t_open(arg);
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	uint8_t *a = t_alloc(64), *b = t_alloc(64);
	struct dsa_hw_desc d;
	uint32_t i;

	for (i = 0; i < 500; i++) {
		memset(a, (int)i, 64);
		memset(r, 0, sizeof(*r));
		d = t_copy((uintptr_t)b, (uintptr_t)a, 64, r);
		t_movdir64b(p, &d);
		while (__atomic_load_n((const uint8_t *)&r->status, __ATOMIC_ACQUIRE) == 0)
			;
		if (memcmp(a, b, 64) != 0)
			return arg;
	}
	t_close(p);
	return NULL;
}

CASE(plain, threads_may_use_a_queue_each_and_one_together)
{
	static char name[][8] = { "wq0.0", "wq1.0", "wq1.0" };
	pthread_t thread[3];
	unsigned int i;
	void *bad;

	for (i = 0; i < 3; i++)
		ASSERT(pthread_create(&thread[i], NULL, copy_a_lot, name[i]) == 0);
	for (i = 0; i < 3; i++) {
		ASSERT(pthread_join(thread[i], &bad) == 0);
		ASSERT(bad == NULL);
	}
}

CASE(plain, shared_store_to_a_dedicated_queue_is_refused)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_hw_desc d = { .opcode = DSA_OPCODE_NOOP };

	ASSERT(!t_enqcmd(p, &d));
	t_close(p);
}

/* The engine has one at most and stands still; the queue has room for four. */
CASE(stuck, full_queue_takes_no_more_and_nothing_is_answered)
{
	struct t_portal *p = t_open("wq0.0"), *other = t_open("wq1.0");
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area a = t_area(100, 1), b = t_area(100, 2);
	struct dsa_hw_desc d = t_copy((uintptr_t)b.at, (uintptr_t)a.at, 100, r);
	struct tap_deadline deadline = tap_deadline(20000000);
	unsigned int taken = 0, i;

	while ((taken += t_enqcmd(p, &d)) < 5)
		ASSERT(tap_wait(&deadline));
	for (i = 0; i < 20; i++) {
		ASSERT(!t_enqcmd(p, &d));
		usleep(1000);
	}
	ASSERT_INT(r->status, ==, 0);
	CHECK(&b, &a, 0);
	/* The other one is not stuck. */
	ASSERT(t_enqcmd(other, &d));
	t_done(r);
	CHECK(&b, &a, 100);
	t_close(p);
	t_close(other);
}

/* Every third fails, and its first half was copied. */
CASE(errors, every_third_fails_in_the_middle)
{
	struct t_portal *p = t_open("wq0.0");
	struct dsa_completion_record *r = t_alloc(sizeof(*r));
	struct tap_area a = t_area(100, 1), b = t_area(100, 2);
	struct dsa_hw_desc d;
	unsigned int i;

	b.length = 100;
	for (i = 1; i < 30; i++) {
		tap_fill(&b);
		memset(r, 0, sizeof(*r));
		d = t_copy((uintptr_t)b.at, (uintptr_t)a.at, 100, r);
		t_run(p, &d, r);
		ASSERT_INT(r->status, ==, i % 3 == 0 ? DSA_COMP_HW_ERR1 : DSA_COMP_SUCCESS);
		CHECK(&b, &a, i % 3 == 0 ? 50 : 100);
	}
	t_close(p);
}
