/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef TEST_FAULT_H
#define TEST_FAULT_H

/* What the cases of the fault driver share. */

#include "util.h"

/* "fault0,lower=...,ARGS" over a provider that is made from a string. @return its id, which is
 * t->provider from then on.
 */
int fault_over(struct t *t, const char *below, const char *args);
/* A channel of it that reports what it hears and goes nowhere else. */
struct netdma_channel *fault_channel(struct t *t, uint32_t nb_desc, uint32_t bound_us);
/* Hand a list over, whether or not that is the first one. */
int fault_give(struct netdma_channel *ch, const struct t_list *l);
/* Run a list, and check that what is said of it is so. @return what came back. */
struct netdma_completion *fault_run(struct netdma_channel *ch, const struct t_list *l);
/* How much of a buffer was copied: the rest of it must be untouched. */
uint32_t fault_part(const struct t_buf *b, uint32_t index);
/* What is said of the ith of a list is so. @return how much of it was copied. */
uint32_t fault_entry(const struct netdma_completion *done, const struct t_list *l, uint32_t i);

/* Destroy it, and the one below. */
void fault_tear_down(struct t *t);
enum netdma_provider_state fault_state_of(int provider);

#endif /* TEST_FAULT_H */
