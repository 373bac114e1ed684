/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef HWMODEL_TEST_IDXD_H
#define HWMODEL_TEST_IDXD_H

#include <linux/idxd.h>

#include "../tap.h"

enum { T_ALL = 1 << 20 };

/* A queue's portal. */
struct t_portal;
struct t_portal *t_open(const char *name);
void t_close(struct t_portal *p);
void t_movdir64b(struct t_portal *p, const struct dsa_hw_desc *d);
/* @return whether it was taken. */
bool t_enqcmd(struct t_portal *p, const struct dsa_hw_desc *d);

/* Memory that a record or descriptors may be in, zeroed, aligned to 64; never freed. */
void *t_alloc(size_t size);
/* Pages, of which the last one is not there. */
uint8_t *t_pages_before_a_hole(unsigned int n);
struct tap_area t_area(uint32_t size, uint8_t tag);

struct dsa_hw_desc t_copy(uint64_t dst, uint64_t src, uint32_t n, struct dsa_completion_record *r);
struct dsa_hw_desc t_batch(const struct dsa_hw_desc *list, uint32_t n,
		struct dsa_completion_record *r);
/* Until the record has a status. */
void t_done(const struct dsa_completion_record *r);
void t_run(struct t_portal *p, const struct dsa_hw_desc *d, const struct dsa_completion_record *r);

#endif /* HWMODEL_TEST_IDXD_H */
