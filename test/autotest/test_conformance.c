/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The conformance suite, on each provider. NETDMA_CONFORMANCE_OPS is how many operations a case runs,
 * NETDMA_CONFORMANCE_PROGRAM is what it runs instead, as a report names it;
 * NETDMA_CONFORMANCE_PATIENCE is after how many milliseconds it gives up waiting.
 */

#include <errno.h>
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
	return strncmp(label, "cpu", 3) == 0 || strncmp(label, "fault", 5) == 0 ||
			strcmp(label, "skeleton") == 0 || strcmp(label, "vdev") == 0;
}

/* Where channels move and fail over to: as little alike as can be. */
static int
other(bool worker)
{
	int id = 0;

	netdma_provider_create(worker ? "cpu90,mode=lcore,max_transfer=4096" :
			"cpu90,mode=inline,max_transfer=4096", &id);
	return id;
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

/* Of a program that was not made short its beginning and its end have to do. */
static void
shorten(char *report)
{
	enum { HEAD = 2500, TAIL = 5000 };
	size_t length = strlen(report);

	if (length <= HEAD + TAIL)
		return;
	memcpy(report + HEAD, "\n...\n", 5);
	memmove(report + HEAD + 5, report + length - TAIL, TAIL + 1);
}

/* Run the suite, with what is left open in the conf, and expect that all invariants hold. */
static struct netdma_conformance_result
run(struct t *t, int provider, const char *label, struct netdma_conformance_conf *conf)
{
	struct netdma_conformance_result result = { .size = sizeof(result) };
	char *report = NULL;
	size_t size = 0;
	int ret;

	conf->size = sizeof(*conf);
	conf->provider = provider;
	conf->seed = t_rand(t);
	if (conf->operations == 0)
		conf->operations = number("NETDMA_CONFORMANCE_OPS");
	conf->patience_ms = (uint32_t)number("NETDMA_CONFORMANCE_PATIENCE");
	conf->shrink_ms = (uint32_t)number("NETDMA_CONFORMANCE_SHRINK");
	conf->program = getenv("NETDMA_CONFORMANCE_PROGRAM");
	if (conf->arg == NULL)
		conf->arg = t;
	conf->report = open_memstream(&report, &size);
	ASSERT(conf->report != NULL);
	ret = netdma_conformance_run(conf, &result);
	fclose(conf->report);
	t_defer(free, report);
	printf("# %s: %" PRIu64 " operations in %" PRIu64 " programs, %" PRIu64 " refusals; %" PRIu64
			" descriptors: %" PRIu64 " not copied, %" PRIu64 " failed, %" PRIu64
			" unknown, %" PRIu64 " recovered, %" PRIu64 " moved; seed 0x%" PRIx64 "\n",
			label, result.operations, result.programs, result.refused,
			result.descriptors, result.not_copied, result.failed, result.unknown,
			result.by_recovery, result.by_failover, result.seed);
	if (result.stuck) { /* and so would be whoever comes after */
		printf("Bail out! %s\n", report);
		fflush(stdout);
		_exit(1);
	}
	shorten(report);
	t_log_clear(); /* of what was refused, there are thousands of lines */
	ASSERT_MSG(ret == 0, "%d: %s", ret, report);
	return result;
}

T_CASE(conformance, invariants_hold, T_EACH)
{
	run(t, t->provider, t->kind->label, &(struct netdma_conformance_conf){
			.flags = (is_stoppable(t->kind->label) ? NETDMA_CONFORMANCE_STOPPABLE : 0) |
				(t->kind->recover ? NETDMA_CONFORMANCE_MAY_FAIL : 0),
			.other = other(strstr(t->kind->label, "inline") != NULL),
			.renew = t->kind->args != NULL ? renew : NULL });
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
	run(t, t->provider, "fake that fails", &(struct netdma_conformance_conf){
			.other = other(true), .flags = NETDMA_CONFORMANCE_MAY_FAIL });
}

static int
notify(void *arg, int id, enum netdma_event_type event)
{
	struct netdma_provider_info info = { .size = sizeof(info) };

	RTE_SET_USED(arg);
	return netdma_provider_info_get(id, &info) != 0 ? -ENODEV :
			netdma_provider_notify(fake_get(info.name)->provider, event);
}

T_CASE(conformance, invariants_hold_when_power_comes_and_goes, T_ONCE)
{
	fake_new("fake0,max_transfer=4096,desc=16,burst=3", &t->provider);
	run(t, t->provider, "fake without power", &(struct netdma_conformance_conf){
			.other = other(true), .notify = notify });
}

/* A provider of the fault driver's over that of the case, and how it is made. A quarantined one
 * keeps its name.
 */
struct faulty {
	struct t *t;
	const char *keys;
	unsigned int number;
};

static int
faulty_make(struct faulty *f, int *id)
{
	struct netdma_provider_info info = { .size = sizeof(info) };
	char args[256];

	netdma_provider_info_get(f->t->provider, &info);
	snprintf(args, sizeof(args), "fault%u,lower=%s,%s", ++f->number, info.name, f->keys);
	return netdma_provider_create(args, id);
}

static int
faulty_renew(void *arg, int *id)
{
	int ret = netdma_provider_destroy(*id);

	return ret == 0 || ret == -EIO ? faulty_make(arg, id) : ret;
}

static struct netdma_conformance_result
run_faulty(struct t *t, const char *label, const char *keys, uint32_t flags, uint64_t operations)
{
	struct netdma_conformance_result result;
	struct faulty f = { t, keys, 100 };
	int id, ret;

	ret = faulty_make(&f, &id);
	if (ret == -ENOENT)
		t_skip("the fault driver is not built");
	ASSERT_INT(ret, ==, 0);
	result = run(t, id, label, &(struct netdma_conformance_conf){
			.operations = operations, .flags = flags | (is_stoppable(label) ?
			NETDMA_CONFORMANCE_STOPPABLE : 0), .renew = faulty_renew, .arg = &f,
			.other = other(strstr(label, "inline") != NULL) });
	netdma_provider_destroy(id);
	return result;
}

T_CASE(conformance, invariants_hold_under_faults, T_EACH)
{
	run_faulty(t, t->kind->label, "error=0.02,partial=0.02,halt=0.01,full=0.1",
			NETDMA_CONFORMANCE_MAY_FAIL, 0);
}

#define MAY_HANG (NETDMA_CONFORMANCE_MAY_FAIL | NETDMA_CONFORMANCE_MAY_HANG)

T_CASE(conformance, invariants_hold_when_engines_stand_still, T_EACH)
{
	run_faulty(t, t->kind->label, "stuck_at=20,stuck_at=70,stuck_at=71,error=0.01", MAY_HANG,
			0);
}

T_CASE(conformance, invariants_hold_when_engines_fall_silent, T_EACH)
{
	run_faulty(t, t->kind->label, "stuck_at=20,stuck_at=70,stuck=mute", MAY_HANG, 0);
}

/* What is quarantined is never freed, and what it may still write to: not often, and only where
 * there are many channels.
 */
T_CASE(conformance, invariants_hold_when_engines_do_not_stop, T_ONCE)
{
	struct netdma_conformance_result result;

	t_need_driver("cpu");
	t->provider = t_provider("cpu91,mode=lcore");
	result = run_faulty(t, "cpu that does not stop", "stuck_at=20,stuck=hard", MAY_HANG, 3000);
	ASSERT_INT(result.may_write, >, 0);
}
