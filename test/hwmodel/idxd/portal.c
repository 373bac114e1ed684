/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Portals: mappings of a queue's file, which is empty. A CPU that has MOVDIR64B raises SIGBUS at
 * a store behind the end of the file, one that has not raises SIGILL, wherever it stores. ENQCMD
 * on a CPU that has it is a general protection fault, SIGSEGV: the process has no PASID.
 */

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../range.h"
#include "../trap.h"
#include "idxd.h"

#define EXPORT __attribute__((visibility("default")))
static void *
map(const char *name, void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
	void *(*next)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, name);
	struct queue *q = fd >= 0 ? queue_of_file(fd) : NULL;
	void *got = next(at, length, prot, flags, fd, offset);

	if (got != MAP_FAILED) {
		range_set((uintptr_t)got, length, q);
		if (q != NULL)
			queue_start(q);
	}
	return got;
}

EXPORT void *
mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
	return map("mmap", at, length, prot, flags, fd, offset);
}

EXPORT void *
mmap64(void *at, size_t length, int prot, int flags, int fd, off64_t offset)
{
	return map("mmap64", at, length, prot, flags, fd, offset);
}

EXPORT int
munmap(void *at, size_t length)
{
	int (*next)(void *, size_t) = dlsym(RTLD_NEXT, "munmap");

	range_set((uintptr_t)at, length, NULL);
	return next(at, length);
}

/* ---------------------------------------------------------- the instructions */

#define ZF 0x40
#define OTHER_FLAGS (0x1 | 0x4 | 0x10 | 0x80 | 0x800) /* CF, PF, AF, SF, OF */

static bool
on_trap(siginfo_t *info, ucontext_t *context)
{
	greg_t *gregs = context->uc_mcontext.gregs;
	struct dsa_hw_desc desc;
	uint64_t registers[16];
	struct store64 store;
	struct queue *q;
	bool taken;

	if (info->si_code <= 0)
		return false; /* somebody has sent it */
	trap_registers(context, registers);
	if (!decode_store64((const uint8_t *)(uintptr_t)gregs[REG_RIP], registers, &store))
		return false;
	q = range_at(store.to).owner;
	if (q == NULL || store.to % 64 != 0)
		return false;
	memcpy(&desc, (const void *)(uintptr_t)store.from, sizeof(desc));
	/* A store of the wrong kind is lost, as is one to a full dedicated queue. */
	taken = store.enqueue == q->shared && queue_put(q, &desc);
	if (store.enqueue) {
		gregs[REG_EFL] &= ~(greg_t)(ZF | OTHER_FLAGS);
		gregs[REG_EFL] |= taken ? 0 : ZF;
	}
	gregs[REG_RIP] += store.length;
	return true;
}

static bool
on_protection_fault(siginfo_t *info, ucontext_t *context)
{
	return info->si_code == SI_KERNEL && on_trap(info, context);
}

__attribute__((constructor))
static void
install(void)
{
	trap_install(SIGILL, on_trap);
	trap_install(SIGBUS, on_trap);
	trap_install(SIGSEGV, on_protection_fault);
}
