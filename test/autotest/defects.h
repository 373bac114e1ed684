/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef DEFECTS_H
#define DEFECTS_H

/* Everything that can be wrong with a list, and the list to try it on. */

#include "util.h"

/* The list that a defect is put into. */
struct victim {
	struct netdma_channel *ch;
	struct t_list *l;
	struct netdma_desc *other; /* of another pool */
	struct netdma_desc *freed; /* of the list's pool, and nobody's */
	uint8_t *pages;            /* two pages that engines may reach */
	uint32_t max_transfer;
	/* What is handed over. */
	struct netdma_desc *first;
	struct netdma_desc *last;
	uint32_t n;
};

struct defect {
	char name[64];
	int error;
	uint32_t min;        /* shortest list that can have it */
	bool whole;          /* of the list; no descriptor has it */
	bool between;        /* between a descriptor and its next, either of which may be told */
	void (*apply)(struct victim *v, uint32_t i, uint64_t arg);
	uint64_t arg;
};

extern struct defect defects[];
extern unsigned int nb_defects;

/* Fill the table, for the kind of channel that the list goes to. */
void defects_make(const struct victim *v);

#endif /* DEFECTS_H */
