/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef ARGS_H
#define ARGS_H

#include "result.h"

#define MAX_LIST 32

struct numbers {
	uint32_t n;
	uint32_t value[MAX_LIST];
};

/* From the arguments behind "--". */
struct config {
	struct contestant who[MAX_CONTESTANTS];
	uint32_t nb_who;
	struct numbers sizes;
	struct numbers bursts;
	uint32_t depth;
	uint32_t align;
	uint32_t channels;
	bool hot, cold;
	bool stream;
	bool checked;
	struct effort effort;
	const char *json;
	const char *csv;
	bool goals;
	uint32_t instructions; /* bursts, for callgrind; 0: none */
};
extern struct config config;

/* @return 0; 1 when there is nothing left to do; -EINVAL, with a message. */
int args_parse(int argc, char **argv);

#endif /* ARGS_H */
