/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_TAP_H
#define HWMODEL_TAP_H

/* Tests of the models, which know nothing of DPDK: cases that print TAP. */

#include <stdbool.h>
#include <stdint.h>

struct tap_case {
	const char *suite; /* what the environment must be like: meson.build */
	const char *name;
	void (*run)(void);
	struct tap_case *next;
};
void tap_register(struct tap_case *c);

/* CASE(suite, name) { ... } */
#define CASE(suite_, name_) \
	static void name_(void); \
	__attribute__((constructor)) static void name_ ## _register(void) \
	{ \
		static struct tap_case c = { #suite_, #name_, name_, 0 }; \
		tap_register(&c); \
	} \
	static void name_(void)

__attribute__((noreturn, format(printf, 3, 4)))
void tap_fail(const char *file, int line, const char *format, ...);

#define ASSERT(condition) do { \
	if (!(condition)) \
		tap_fail(__FILE__, __LINE__, "%s", #condition); \
} while (0)

#define ASSERT_INT(a, op, b) do { \
	long long a_ = (long long)(a), b_ = (long long)(b); \
	if (!(a_ op b_)) \
		tap_fail(__FILE__, __LINE__, "%s %s %s: %lld, %lld", #a, #op, #b, a_, b_); \
} while (0)

/* Of the run: NETDMA_SEED repeats it. */
uint32_t tap_random(uint32_t below);

/* Whether to go on waiting; gives the CPU away. */
struct tap_deadline {
	uint64_t end_us;
};
struct tap_deadline tap_deadline(uint64_t us);
bool tap_wait(const struct tap_deadline *d);

/* A place in memory to copy from or to, with guards around it, and what it should look like. */
struct tap_area {
	uint8_t *at;
	uint32_t size;
	uint32_t offset, length; /* of what may change */
	uint8_t tag;
};
/* Each byte tells where it belongs. */
uint8_t tap_byte(uint8_t tag, uint32_t i);
void tap_fill(const struct tap_area *a);
/* The first `n` bytes of the part are as those of `from`, and all else is as it was. */
void tap_check(const struct tap_area *a, const struct tap_area *from, uint32_t n,
		const char *file, int line);
#define CHECK(a, from, n) tap_check(a, from, n, __FILE__, __LINE__)

#endif /* HWMODEL_TAP_H */
