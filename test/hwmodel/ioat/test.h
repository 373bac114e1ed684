/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_TEST_IOAT_H
#define HWMODEL_TEST_IOAT_H

#include "../tap.h"
#include "ioat.h"

/* A function as a driver has it: open through VFIO, with memory mapped for DMA at other addresses
 * than the program's.
 */
struct t_dev {
	int container, group, fd;
	uint8_t *bar;
	uint8_t *memory;       /* T_MEMORY bytes, and a hole behind them */
	struct ioat_desc *ring; /* in it: T_RING descriptors, chained in a shuffled order */
	uint64_t *status;      /* where completions are written to */
	unsigned int order[64]; /* place in the ring of the n-th descriptor */
};
enum { T_MEMORY = 256 * 1024, T_RING = 64 };
#define T_IOVA UINT64_C(0x7000000000)

struct t_dev *t_open(const char *name);
void t_close(struct t_dev *t);
uint64_t t_iova(const struct t_dev *t, const void *p);

/* One access of the width. */
uint8_t t_read8(const struct t_dev *t, uint32_t reg);
uint16_t t_read16(const struct t_dev *t, uint32_t reg);
uint32_t t_read32(const struct t_dev *t, uint32_t reg);
uint64_t t_read64(const struct t_dev *t, uint32_t reg);
void t_write8(const struct t_dev *t, uint32_t reg, uint8_t value);
void t_write16(const struct t_dev *t, uint32_t reg, uint16_t value);
void t_write32(const struct t_dev *t, uint32_t reg, uint32_t value);
void t_write64(const struct t_dev *t, uint32_t reg, uint64_t value);

/* Reset, and ready to begin with the n-th descriptor. */
void t_arm(struct t_dev *t, unsigned int n);
/* The n-th descriptor. */
struct ioat_desc *t_desc(const struct t_dev *t, unsigned int n);
void t_copy(struct t_dev *t, unsigned int n, const struct tap_area *dst,
		const struct tap_area *src);
/* Until the status word says that the n-th has completed, in that state. */
void t_done(const struct t_dev *t, unsigned int n, enum state state);
/* Until the register is in that state. */
void t_state(const struct t_dev *t, enum state state);
/* A part of the memory. */
struct tap_area t_area(const struct t_dev *t, uint32_t at, uint32_t size, uint8_t tag);

#endif /* HWMODEL_TEST_IOAT_H */
