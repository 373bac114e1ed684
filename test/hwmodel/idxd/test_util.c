/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

struct t_portal {
	uint8_t *at;
};

struct t_portal *
t_open(const char *name)
{
	struct t_portal *p = malloc(sizeof(*p));
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", getenv("DSA_DEV_PATH"), name);
	fd = open(path, O_RDWR);
	ASSERT(fd >= 0);
	p->at = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT(p->at != MAP_FAILED);
	close(fd);
	return p;
}

void
t_close(struct t_portal *p)
{
	munmap(p->at, 4096);
	free(p);
}

void
t_movdir64b(struct t_portal *p, const struct dsa_hw_desc *d)
{
	/* movdir64b (%rdx), %rax */
	__asm__ volatile (".byte 0x66, 0x0f, 0x38, 0xf8, 0x02" : : "a"(p->at), "d"(d) : "memory");
}

bool
t_enqcmd(struct t_portal *p, const struct dsa_hw_desc *d)
{
	uint8_t full;

	/* enqcmd (%rdx), %rax */
	__asm__ volatile (".byte 0xf2, 0x0f, 0x38, 0xf8, 0x02\n\tsetz %0" : "=r"(full) :
			"a"(p->at), "d"(d) : "memory", "cc");
	return !full;
}

void *
t_alloc(size_t size)
{
	void *m = aligned_alloc(64, (size + 63) / 64 * 64);

	ASSERT(m != NULL);
	memset(m, 0, size);
	return m;
}

uint8_t *
t_pages_before_a_hole(unsigned int n)
{
	uint8_t *m = mmap(NULL, (n + 1) * 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT(m != MAP_FAILED);
	ASSERT(munmap(m + n * 4096, 4096) == 0);
	return m;
}

struct tap_area
t_area(uint32_t size, uint8_t tag)
{
	struct tap_area a = { .at = t_alloc(size), .size = size, .tag = tag };

	tap_fill(&a);
	return a;
}

struct dsa_hw_desc
t_copy(uint64_t dst, uint64_t src, uint32_t n, struct dsa_completion_record *r)
{
	return (struct dsa_hw_desc){
		.opcode = DSA_OPCODE_MEMMOVE,
		.flags = r != NULL ? IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR : 0,
		.completion_addr = (uintptr_t)r,
		.src_addr = src,
		.dst_addr = dst,
		.xfer_size = n,
	};
}

struct dsa_hw_desc
t_batch(const struct dsa_hw_desc *list, uint32_t n, struct dsa_completion_record *r)
{
	return (struct dsa_hw_desc){
		.opcode = DSA_OPCODE_BATCH,
		.flags = IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR,
		.completion_addr = (uintptr_t)r,
		.desc_list_addr = (uintptr_t)list,
		.desc_count = n,
	};
}

void
t_done(const struct dsa_completion_record *r)
{
	struct tap_deadline d = tap_deadline(20000000);

	while (__atomic_load_n((const uint8_t *)&r->status, __ATOMIC_ACQUIRE) == 0)
		ASSERT(tap_wait(&d));
}

void
t_run(struct t_portal *p, const struct dsa_hw_desc *d, const struct dsa_completion_record *r)
{
	t_movdir64b(p, d);
	t_done(r);
}
