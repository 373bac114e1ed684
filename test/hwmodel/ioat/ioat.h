/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_IOAT_H
#define HWMODEL_IOAT_H

/* A model of I/OAT functions (CBDMA, version 3) behind VFIO: one channel each.
 *
 * files.c has the program open what is not there; vfio.c answers its ioctls; iommu.c keeps what it
 * maps for DMA; regs.c is BAR 0, whose accesses decode.c takes apart; engine.c walks the
 * descriptors.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../memory.h"

#define IOAT_MAX_FUNCTIONS 8
#define IOAT_BAR_SIZE      4096

/* Registers, by their offsets. */
enum {
	REG_CHANCNT = 0x00, REG_XFERCAP = 0x01, REG_CBVER = 0x08, REG_CHANCTRL = 0x80,
	REG_CHANCMD = 0x84, REG_DMACOUNT = 0x86, REG_CHANSTS = 0x88, REG_CHAINADDR = 0x90,
	REG_CHANCMP = 0x98, REG_CHANERR = 0xa8, REG_CHANERRMASK = 0xac,
};

/* CHANCTRL */
#define CTRL_ERR_COMPLETION 0x0004 /* a halt is written to the completion address */
#define CTRL_ANY_ERR_ABORT  0x0008
/* CHANCMD */
#define CMD_SUSPEND 0x04
#define CMD_RESET   0x20
/* CHANSTS, beside the address of the last descriptor that has completed */
enum state {
	STATE_ACTIVE, STATE_IDLE, STATE_SUSPENDED, STATE_HALTED, STATE_ARMED,
};
#define STATE_MASK 0x7u
/* CHANERR */
#define ERR_SRC_ADDR   (1u << 0)
#define ERR_DST_ADDR   (1u << 1)
#define ERR_NEXT_ADDR  (1u << 2)
#define ERR_DESC       (1u << 3)
#define ERR_READ_DATA  (1u << 8)
#define ERR_WRITE_DATA (1u << 9)
#define ERR_LENGTH     (1u << 10)
#define ERR_COMPLETION (1u << 12)

/* Descriptor */
#define DESC_COMPLETION_UPDATE (1u << 3)
#define DESC_NULL              (1u << 5)
#define DESC_OP_SHIFT          24
enum { OP_COPY = 0, OP_FILL = 1 };

struct ioat_desc {
	uint32_t size;
	uint32_t control;
	uint64_t src; /* or the pattern of a fill */
	uint64_t dst;
	uint64_t next;
	uint64_t rest[4];
};

struct function {
	char name[16];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool started;
	int container;      /* that its group is in, or 0 */

	/* Registers. */
	uint16_t chanctrl, dmacount;
	uint8_t chancmd;
	uint64_t chainaddr, chancmp, last; /* completed */
	uint32_t chanerr, chanerrmask;
	enum state state;
	bool suspending, resetting, chaining; /* waits for a descriptor to end */

	/* The engine's. */
	uint16_t done;      /* descriptors since CHAINADDR was written */
	uint64_t next;      /* the one to be fetched */
	bool busy;          /* with one, without the lock */
	bool stuck;
	uint64_t started_ops;
	struct {
		uint64_t doorbells, descriptors, copies, fills, nulls, bytes, errors, faults,
			resets, suspends, accesses;
	} totals;
};
extern struct function functions[IOAT_MAX_FUNCTIONS];
extern unsigned int nb_functions;

/* What the environment asks for: README.md. */
struct ioat_knobs {
	uint64_t error_every, partial, delay_us, start_us, stuck_after, stuck_on, deaf_after,
		request_every, version, xfercap;
	const char *stuck_file;
};
extern struct ioat_knobs knobs;

/* engine.c */
void engine_start(struct function *f);
/* Under the lock: CHAINADDR was written; a command waits, to be obeyed between two descriptors. */
void engine_chain(struct function *f);
void engine_obey(struct function *f);
void function_reset(struct function *f); /* as the kernel does it when the device is opened */

/* iommu.c. @return 0 or an errno. */
int iommu_map(int container, uint64_t iova, uint64_t address, uint64_t size, bool writable);
int iommu_unmap(int container, uint64_t iova, uint64_t size, uint64_t *unmapped);
/* DMA. @return bytes that were done, up to the first page that cannot be reached. */
size_t dma_read(const struct function *f, void *to, uint64_t iova, size_t n);
size_t dma_write(const struct function *f, uint64_t iova, const void *from, size_t n);
bool dma_write64(const struct function *f, uint64_t iova, uint64_t value);

/* regs.c */
uint64_t bar_read(struct function *f, uint32_t offset, unsigned int size);
void bar_write(struct function *f, uint32_t offset, unsigned int size, uint64_t value);

/* files.c: as libc has it. */
void file_close(int fd);

/* vfio.c: files of the model, by their descriptors. */
enum kind { KIND_NONE, KIND_CONTAINER, KIND_GROUP, KIND_DEVICE };
enum kind vfio_kind(int fd, struct function **f);
int vfio_open(const char *path); /* -1, errno 0: not one of the model's */
void vfio_closed(int fd);
/* Have the program asked to give the function back. */
void vfio_request(const struct function *f);
int vfio_ioctl(int fd, unsigned long request, void *arg);
ssize_t vfio_config(struct function *f, bool write, void *data, size_t n, uint64_t offset);

/* decode.c: a mov between memory and a register or a constant. */
struct access {
	bool store;
	unsigned int size;        /* bytes of the memory operand */
	unsigned int length;      /* of the instruction */
	uint64_t value;           /* to be stored */
	/* Of a load: the register, and how the value is put into it. */
	unsigned int reg;
	unsigned int reg_size;    /* 4 and 8: all of it; 1 and 2: the rest stays */
	bool sign;
	bool high;                /* AH, CH, DH, BH */
};
bool decode_access(const uint8_t *code, const uint64_t registers[16], struct access *a);

#endif /* HWMODEL_IOAT_H */
