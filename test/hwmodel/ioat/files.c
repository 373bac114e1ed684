/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The calls with which a program reaches a device of VFIO, taken from it before libc sees them. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../range.h"
#include "ioat.h"

#define EXPORT __attribute__((visibility("default")))
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Optional argument of open(). */
#define MODE(mode, flags) do { \
	va_list args; \
	va_start(args, flags); \
	mode = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0; \
	va_end(args); \
} while (0)

EXPORT int
open(const char *path, int flags, ...)
{
	mode_t mode;
	int fd = vfio_open(path);

	MODE(mode, flags);
	return fd >= 0 || errno != 0 ? fd : NEXT(open)(path, flags, mode);
}

EXPORT int
open64(const char *path, int flags, ...)
{
	mode_t mode;
	int fd = vfio_open(path);

	MODE(mode, flags);
	return fd >= 0 || errno != 0 ? fd : NEXT(open64)(path, flags, mode);
}

EXPORT int
close(int fd)
{
	vfio_closed(fd);
	return NEXT(close)(fd);
}

void
file_close(int fd)
{
	NEXT(close)(fd);
}

EXPORT int
ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (vfio_kind(fd, NULL) != KIND_NONE)
		return vfio_ioctl(fd, request, arg);
	return NEXT(ioctl)(fd, request, arg);
}

/* ----------------------------------------------------- configuration space */

static bool
is_device(int fd, struct function **f)
{
	return vfio_kind(fd, f) == KIND_DEVICE;
}

EXPORT ssize_t
pread(int fd, void *data, size_t n, off_t offset)
{
	struct function *f;

	return is_device(fd, &f) ? vfio_config(f, false, data, n, (uint64_t)offset) :
			NEXT(pread)(fd, data, n, offset);
}

EXPORT ssize_t
pread64(int fd, void *data, size_t n, off64_t offset)
{
	struct function *f;

	return is_device(fd, &f) ? vfio_config(f, false, data, n, (uint64_t)offset) :
			NEXT(pread64)(fd, data, n, offset);
}

EXPORT ssize_t
pwrite(int fd, const void *data, size_t n, off_t offset)
{
	struct function *f;

	return is_device(fd, &f) ? vfio_config(f, true, (void *)(uintptr_t)data, n,
			(uint64_t)offset) : NEXT(pwrite)(fd, data, n, offset);
}

EXPORT ssize_t
pwrite64(int fd, const void *data, size_t n, off64_t offset)
{
	struct function *f;

	return is_device(fd, &f) ? vfio_config(f, true, (void *)(uintptr_t)data, n,
			(uint64_t)offset) : NEXT(pwrite64)(fd, data, n, offset);
}

/* ---------------------------------------------------------------- mappings */

/* Region 0 of a device: a range that faults. */
static bool
map_bar(void **got, void *at, size_t length, int flags, int fd, uint64_t offset)
{
	struct function *f;

	if (fd < 0 || !is_device(fd, &f))
		return false;
	if (offset != 0 || length > IOAT_BAR_SIZE) {
		errno = EINVAL;
		*got = MAP_FAILED;
		return true;
	}
	*got = NEXT(mmap64)(at, length, PROT_NONE, (flags & MAP_FIXED) | MAP_PRIVATE |
			MAP_ANONYMOUS, -1, 0);
	if (*got != MAP_FAILED)
		range_set((uintptr_t)*got, length, f);
	return true;
}

EXPORT void *
mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
	void *got;

	if (map_bar(&got, at, length, flags, fd, (uint64_t)offset))
		return got;
	got = NEXT(mmap)(at, length, prot, flags, fd, offset);
	if (got != MAP_FAILED)
		range_set((uintptr_t)got, length, NULL);
	return got;
}

EXPORT void *
mmap64(void *at, size_t length, int prot, int flags, int fd, off64_t offset)
{
	void *got;

	if (map_bar(&got, at, length, flags, fd, (uint64_t)offset))
		return got;
	got = NEXT(mmap64)(at, length, prot, flags, fd, offset);
	if (got != MAP_FAILED)
		range_set((uintptr_t)got, length, NULL);
	return got;
}

EXPORT int
munmap(void *at, size_t length)
{
	range_set((uintptr_t)at, length, NULL);
	return NEXT(munmap)(at, length);
}

/* --------------------------------------------------- the modules of the kernel */

static bool
is_module(const char *path)
{
	return nb_functions != 0 && (strcmp(path, "/sys/module/vfio") == 0 ||
			strcmp(path, "/sys/module/vfio_pci") == 0);
}

EXPORT int
stat(const char *path, struct stat *st)
{
	return NEXT(stat)(is_module(path) ? "/" : path, st);
}

EXPORT int
stat64(const char *path, struct stat64 *st)
{
	return NEXT(stat64)(is_module(path) ? "/" : path, st);
}
