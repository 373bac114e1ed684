/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* With the addresses of the process, and with a fault where there is nothing: the kernel does it,
 * and says how far it came.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memory.h"

/* Within one page it is all or nothing; the kernel may stop earlier than at the fault otherwise. */
static size_t
transfer(bool write, uint8_t *mine, uint64_t theirs, size_t n)
{
	size_t done = 0;

	while (done != n) {
		size_t now = MEMORY_PAGE - (theirs + done) % MEMORY_PAGE;
		struct iovec local, remote;

		if (now > n - done)
			now = n - done;
		local = (struct iovec){ mine + done, now };
		remote = (struct iovec){ (void *)(uintptr_t)(theirs + done), now };
		if ((write ? process_vm_writev(getpid(), &local, 1, &remote, 1, 0) :
				process_vm_readv(getpid(), &local, 1, &remote, 1, 0)) !=
				(ssize_t)now)
			break;
		done += now;
	}
	return done;
}

size_t
memory_read(void *to, uint64_t from, size_t n)
{
	return transfer(false, to, from, n);
}

size_t
memory_write(uint64_t to, const void *from, size_t n)
{
	return transfer(true, (uint8_t *)(uintptr_t)from, to, n);
}

/* Some sandboxes forbid it. */
__attribute__((constructor))
static void
check(void)
{
	uint32_t from = 1, to = 0;

	if (memory_read(&to, (uintptr_t)&from, sizeof(from)) != sizeof(from)) {
		perror("hwmodel: the models need process_vm_readv() on their own process");
		_exit(2);
	}
}
