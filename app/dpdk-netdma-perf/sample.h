/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef SAMPLE_H
#define SAMPLE_H

#include "perf.h"

struct job *job_new(const struct contestant *who, const struct setting *s);
void job_free(struct job *job);

/* One sample, of about so many seconds. */
void sample_take(const struct contestant *who, const struct setting *s, double seconds,
		struct sample *sample);
/* n copies, one at a time; the engine has had nothing to do for so long before each. Not steady: the CPUs
 * have moved in each of several tries.
 */
void latency_take(const struct contestant *who, const struct setting *s, uint32_t n, double idle_us,
		struct latencies *l);

#endif /* SAMPLE_H */
