/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The conformance suite, on each provider. NETDMA_CONFORMANCE_OPS is how many operations it runs,
 * NETDMA_CONFORMANCE_PROGRAM is what it runs instead, as a report names it;
 * NETDMA_CONFORMANCE_PATIENCE is after how many milliseconds it gives up waiting.
 */

#include <stdlib.h>
#include <unistd.h>

#include <netdma_conformance.h>

#include "fake.h"
#include "util.h"

static uint64_t
number(const char *name)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 0) : 0;
}

/* Whether its engine can be stopped by force. */
static bool
is_stoppable(const char *label)
{
	return strncmp(label, "cpu", 3) == 0 || strcmp(label, "skeleton") == 0;
}

/* Destroy a provider that a string made, and make it anew. */
static int
renew(void *arg, int *id)
{
	struct t *t = arg;
	int ret = netdma_provider_destroy(*id);

	if (ret == 0)
		ret = t_kind_create(t->kind, id);
	if (ret == 0)
		t->provider = *id;
	return ret;
}

/* Run the suite, with what is left open in the conf, and expect that all invariants hold. */
static void
run(struct t *t, const char *label, struct netdma_conformance_conf *conf)
{
	struct netdma_conformance_result result = { .size = sizeof(result) };
	char *report = NULL;
	size_t size = 0;
	int ret;

	conf->size = sizeof(*conf);
	conf->provider = t->provider;
	conf->seed = t_rand(t);
	conf->operations = number("NETDMA_CONFORMANCE_OPS");
	conf->patience_ms = (uint32_t)number("NETDMA_CONFORMANCE_PATIENCE");
	conf->shrink_ms = (uint32_t)number("NETDMA_CONFORMANCE_SHRINK");
	conf->program = getenv("NETDMA_CONFORMANCE_PROGRAM");
	conf->arg = t;
	conf->report = open_memstream(&report, &size);
	ASSERT(conf->report != NULL);
	ret = netdma_conformance_run(conf, &result);
	fclose(conf->report);
	t_defer(free, report);
	printf("# %s: %" PRIu64 " operations in %" PRIu64 " programs, %" PRIu64 " descriptors, %"
			PRIu64 " refusals, seed 0x%" PRIx64 "\n", label, result.operations,
			result.programs, result.descriptors, result.refused, result.seed);
	if (result.stuck) { /* and so would be whoever comes after */
		printf("Bail out! %s\n", report);
		fflush(stdout);
		_exit(1);
	}
	t_log_clear(); /* of what was refused, there are thousands of lines */
	ASSERT_MSG(ret == 0, "%d: %s", ret, report);
}

T_CASE(conformance, invariants_hold, T_EACH)
{
	run(t, t->kind->label, &(struct netdma_conformance_conf){
			.flags = is_stoppable(t->kind->label) ? NETDMA_CONFORMANCE_STOPPABLE : 0,
			.renew = t->kind->device == NULL ? renew : NULL });
}

/* Every now and then: so often that a program has some, and so seldom that it has others. */
static enum netdma_status
fails_sometimes(const struct netdma_desc *d, uint64_t n, enum netdma_error *error)
{
	uint64_t dice = t_pattern(d->src + d->length, (uint32_t)n, T_SRC);

	*error = dice & 1 ? NETDMA_ERROR_BUS_READ : NETDMA_ERROR_NOT_ATTEMPTED;
	return dice >= 4 ? NETDMA_COPIED : dice & 1 ? NETDMA_FAILED : NETDMA_NOT_COPIED;
}

T_CASE(conformance, invariants_hold_when_copies_fail, T_ONCE)
{
	struct fake *f = fake_new("fake0,max_transfer=4096,desc=16,burst=3", &t->provider);

	f->verdict = fails_sometimes;
	run(t, "fake that fails", &(struct netdma_conformance_conf){
			.flags = NETDMA_CONFORMANCE_MAY_FAIL });
}
