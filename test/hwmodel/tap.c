/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

static struct tap_case *cases, **cases_end = &cases;
static jmp_buf out;
static uint64_t state;

void
tap_register(struct tap_case *c)
{
	*cases_end = c;
	cases_end = &c->next;
}

void
tap_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("# %s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	longjmp(out, 1);
}

uint32_t
tap_random(uint32_t below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((state >> 33) % below);
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

struct tap_deadline
tap_deadline(uint64_t us)
{
	return (struct tap_deadline){ now_us() + us };
}

bool
tap_wait(const struct tap_deadline *d)
{
	sched_yield();
	return now_us() < d->end_us;
}

uint8_t
tap_byte(uint8_t tag, uint32_t i)
{
	return (uint8_t)(tag ^ (i * 167 >> 3) ^ i);
}

void
tap_fill(const struct tap_area *a)
{
	uint32_t i;

	for (i = 0; i < a->size; i++)
		a->at[i] = tap_byte(a->tag, i);
}

void
tap_check(const struct tap_area *a, const struct tap_area *from, uint32_t n, const char *file,
		int line)
{
	uint32_t i;

	for (i = 0; i < a->size; i++) {
		bool copied = i >= a->offset && i < a->offset + n;
		uint8_t want = copied ? tap_byte(from->tag, from->offset + i - a->offset) :
				tap_byte(a->tag, i);

		if (a->at[i] != want)
			tap_fail(file, line, "byte %" PRIu32 " of the %" PRIu32 " at %" PRIu32
					" %s", i, a->length, a->offset, copied ?
					"was not copied" : i >= a->offset &&
					i < a->offset + a->length ? "has changed" :
					"is outside, and has changed");
	}
}

static bool
holds(const struct tap_case *c)
{
	if (setjmp(out) != 0)
		return false;
	c->run();
	return true;
}

int
main(int argc, char **argv)
{
	const char *seed = getenv("NETDMA_SEED");
	struct tap_case *c;
	unsigned int n = 0, failed = 0, before = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 2) {
		fprintf(stderr, "usage: %s SUITE\n", argv[0]);
		return 2;
	}
	state = seed != NULL ? strtoull(seed, NULL, 0) : (uint64_t)getpid() * 7919 + now_us();
	printf("# NETDMA_SEED=0x%" PRIx64 "\n", state);
	for (c = cases; c != NULL; c = c->next) {
		if (strcmp(c->suite, argv[1]) != 0)
			continue;
		n++;
		failed += !holds(c);
		printf("%sok %u - %s.%s\n", failed > before ? "not " : "", n, c->suite, c->name);
		before = failed;
	}
	printf("1..%u\n", n);
	return n == 0 || failed != 0;
}
