/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_memory.h>

#include "util.h"

/* --------------------------------------------------------------- channels */

static void
channel_drain(void *arg)
{
	struct netdma_channel *ch = arg;
	struct t_deadline d;

	t_deadline_set(&d);
	while (netdma_channel_outstanding(ch) > 0) {
		ASSERT_INT(netdma_poll(ch, NULL, UINT16_MAX), >=, 0);
		ASSERT_MSG(t_wait(&d), "a channel never finished");
	}
}

static void
channel_undo(void *arg)
{
	ASSERT_INT(netdma_channel_free(arg), ==, 0);
}

struct netdma_channel *
t_channel_conf(struct t *t, const struct netdma_channel_conf *conf)
{
	struct netdma_channel_conf patient = *conf;
	struct netdma_channel *ch;

	if (patient.bound_us == 0)
		patient.bound_us = T_PATIENCE_S * 1000000;
	ch = netdma_channel_alloc(t->client, &patient);
	ASSERT_MSG(ch != NULL, "no channel: %s", rte_strerror(rte_errno));
	t_defer_to(T_DRAIN, channel_drain, ch);
	t_defer(channel_undo, ch);
	return ch;
}

void
t_no_channel(struct t *t, const struct netdma_channel_conf *conf, int error)
{
	struct netdma_channel *ch;

	rte_errno = 0;
	ch = netdma_channel_alloc(t->client, conf);
	if (ch != NULL) {
		netdma_channel_free(ch);
		t_fail(__FILE__, __LINE__, "a channel of provider %d, flags 0x%x", conf->provider,
				conf->flags);
	}
	ASSERT_MSG(error == 0 || rte_errno == error, "provider %d, flags 0x%x: %d, not %d",
			conf->provider, conf->flags, rte_errno, error);
}

struct netdma_channel *
t_channel(struct t *t, uint32_t nb_desc, uint32_t flags)
{
	return t_channel_conf(t, &(struct netdma_channel_conf){
			.size = sizeof(struct netdma_channel_conf), .provider = t->provider,
			.nb_desc = nb_desc, .socket = SOCKET_ID_ANY, .flags = flags,
			.error_policy = t->kind != NULL && t->kind->recover ?
				NETDMA_ON_ERROR_RECOVER : NETDMA_ON_ERROR_REPORT,
			.bound_us = T_PATIENCE_S * 1000000,
			.failover = NETDMA_FAILOVER_NONE });
}

void
t_channel_free(struct netdma_channel *ch)
{
	ASSERT_INT(netdma_channel_free(ch), ==, 0);
	t_forget(ch);
}

static void
provider_undo(void *arg)
{
	/* A case may have destroyed it. */
	int ret = netdma_provider_destroy((int)(intptr_t)arg);

	ASSERT(ret == 0 || ret == -ENODEV || ret == -EIO);
}

int
t_provider(const char *args)
{
	int id = 0;

	ASSERT_INT(netdma_provider_create(args, &id), ==, 0);
	ASSERT_INT(id, >, 0);
	t_defer(provider_undo, (void *)(intptr_t)id);
	return id;
}

static void
client_undo(void *arg)
{
	ASSERT_INT(netdma_client_deregister(arg), ==, 0);
}

struct netdma_client *
t_client(const struct netdma_client_conf *conf)
{
	struct netdma_client *client = netdma_client_register(conf);

	ASSERT(client != NULL);
	t_defer(client_undo, client);
	return client;
}

static void
fini_undo(void *arg __rte_unused)
{
	ASSERT_INT(netdma_fini(), ==, 0);
}

void
t_init_without_devices(struct t *t)
{
	const char *const args[] = { "dmadev,allow=none", NULL };
	struct netdma_conf conf = { .size = sizeof(conf), .driver_args = args };

	/* Without the dmadev driver there is no device either. */
	if (netdma_init(&conf) != 0)
		ASSERT_INT(netdma_init(NULL), ==, 0);
	t_defer(fini_undo, NULL);
	t->client = t_client(&(struct netdma_client_conf){ .name = "autotest" });
}

int
t_move(struct netdma_channel *ch, int provider)
{
	struct t_deadline d;
	int ret;

	t_deadline_set(&d);
	do
		ret = netdma_channel_move(ch, provider);
	while (ret == -EAGAIN && t_wait(&d));
	return ret;
}

struct netdma_channel_info
t_info(const struct netdma_channel *ch)
{
	struct netdma_channel_info info = { .size = sizeof(info) };

	ASSERT_INT(netdma_channel_info_get(ch, &info), ==, 0);
	return info;
}

struct netdma_channel_stats
t_stats(const struct netdma_channel *ch)
{
	struct netdma_channel_stats stats = { .size = sizeof(stats) };

	ASSERT_INT(netdma_channel_stats_get(ch, &stats), ==, 0);
	return stats;
}

uint64_t
t_addr(const struct netdma_channel *ch, const void *p)
{
	return t_info(ch).addr_space == NETDMA_ADDR_IOVA ? t_iova(p) : (uint64_t)(uintptr_t)p;
}

/* ------------------------------------------------------------------- lists */

static void
pool_undo(void *arg)
{
	ASSERT_INT(netdma_desc_pool_free(arg), ==, 0);
}

struct netdma_desc_pool *
t_pool(uint32_t n)
{
	struct netdma_desc_pool *pool = netdma_desc_pool_create("autotest", n, SOCKET_ID_ANY);

	ASSERT(pool != NULL);
	t_defer(pool_undo, pool);
	return pool;
}

static void
list_link(struct t_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		l->at[i]->next = i + 1 < l->n ? l->at[i + 1] : NULL;
}

static void
list_undo(void *arg)
{
	struct t_list *l = arg;

	list_link(l);
	ASSERT_INT(netdma_desc_free(l->pool, l->first, l->n), ==, 0);
}

struct t_list *
t_list_bare(struct t *t __rte_unused, struct netdma_desc_pool *pool, uint32_t n)
{
	static uintptr_t cookies = 0x1000;
	struct t_list *l = t_zalloc(sizeof(*l));
	struct netdma_desc *d;
	uint32_t i;

	l->pool = pool;
	l->n = n;
	l->at = t_zalloc(n * sizeof(*l->at));
	l->first = netdma_desc_alloc(pool, n);
	ASSERT(l->first != NULL);
	for (i = 0, d = l->first; i < n; i++, d = d->next) {
		ASSERT(d != NULL);
		l->at[i] = d;
		d->user = (void *)__atomic_add_fetch(&cookies, 8, __ATOMIC_RELAXED);
	}
	ASSERT(d == NULL);
	l->last = l->at[n - 1];
	t_defer(list_undo, l);
	return l;
}

void
t_list_restore(struct netdma_channel *ch, struct t_list *l)
{
	bool iova = t_info(ch).addr_space == NETDMA_ADDR_IOVA;
	uint32_t i;

	list_link(l);
	for (i = 0; i < l->n; i++) {
		struct netdma_desc *d = l->at[i];

		d->flags = 0;
		d->length = l->buf[i].length;
		d->src = iova ? t_iova(l->buf[i].src) : (uintptr_t)l->buf[i].src;
		d->dst = iova ? t_iova(l->buf[i].dst) : (uintptr_t)l->buf[i].dst;
		d->next_src = d->next_dst = 0;
	}
}

void
t_list_renew(struct netdma_channel *ch, struct t_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		t_buf_fill(&l->buf[i]);
	t_list_restore(ch, l);
}

struct t_list *
t_list_new(struct t *t, struct netdma_channel *ch, struct netdma_desc_pool *pool, uint32_t n,
		uint32_t min, uint32_t max)
{
	struct t_list *l = t_list_bare(t, pool, n);

	l->buf = t_bufs(t, n, min, max);
	t_list_restore(ch, l);
	return l;
}

int
t_start(struct netdma_channel *ch, const struct t_list *l)
{
	return netdma_channel_start(ch, l->first, l->last, l->n);
}

int
t_append(struct netdma_channel *ch, const struct t_list *l)
{
	return netdma_channel_append(ch, l->first, l->last, l->n);
}

/* ------------------------------------------------------------- completions */

void
t_collect(struct netdma_channel *ch, struct netdma_completion *done, uint32_t n)
{
	struct t_deadline d;
	uint32_t got = 0;
	int ret;

	t_deadline_set(&d);
	while (got < n) {
		ret = netdma_poll(ch, done + got, (uint16_t)RTE_MIN(n - got, (uint32_t)UINT16_MAX));
		ASSERT_INT(ret, >=, 0);
		ASSERT_INT(ret, <=, (int)(n - got));
		if (ret > 0)
			t_deadline_set(&d);
		else
			ASSERT_MSG(t_wait(&d), "only %u of %u entries came", got, n);
		got += (uint32_t)ret;
	}
}

void
t_entry_check(const struct netdma_completion *done, const struct netdma_desc *desc,
		enum netdma_status status, uint32_t index)
{
	ASSERT_MSG(done->desc == desc, "entry %u: another descriptor came back", index);
	ASSERT_MSG(done->user == desc->user, "entry %u: not its cookie", index);
	ASSERT_MSG(done->status == status, "entry %u: %s, not %s (error: %s)", index,
			netdma_status_name(done->status), netdma_status_name(status),
			netdma_error_name(done->error));
	ASSERT_MSG((done->error == NETDMA_ERROR_NONE) == (status == NETDMA_COPIED),
			"entry %u: %s, with error \"%s\"", index, netdma_status_name(status),
			netdma_error_name(done->error));
	ASSERT_MSG(done->nb_segs == 1 && done->flags == 0, "entry %u: %u segments", index,
			done->nb_segs);
	ASSERT_MSG(desc->user_context1 == 0, "entry %u: the library's mark is still on it", index);
}

void
t_expect(struct netdma_channel *ch, const struct t_list *l, enum netdma_status status)
{
	struct netdma_completion *done = t_zalloc(l->n * sizeof(*done));
	uint32_t i;

	t_collect(ch, done, l->n);
	for (i = 0; i < l->n; i++) {
		t_entry_check(&done[i], l->at[i], status, i);
		ASSERT_INT(done[i].interrupt, ==,
				(l->at[i]->flags & NETDMA_DESC_OP_TYPE_MASK) == 0 &&
				(l->at[i]->flags & NETDMA_DESC_INTERRUPT_ON_COMPLETION) != 0);
	}
	if (l->buf != NULL)
		t_bufs_check(l->buf, l->n, status == NETDMA_COPIED ? T_COPIED :
				status == NETDMA_NOT_COPIED ? T_NOT_COPIED : T_UNDEFINED);
}

void
t_run_list(struct netdma_channel *ch, const struct t_list *l)
{
	if (t_info(ch).state == NETDMA_CHANNEL_ARMED)
		ASSERT_INT(t_start(ch, l), ==, 0);
	else
		ASSERT_INT(t_append(ch, l), ==, 0);
	t_expect(ch, l, NETDMA_COPIED);
}

void
t_quiet(struct netdma_channel *ch)
{
	struct netdma_completion done;
	int i;

	ASSERT_INT(netdma_channel_outstanding(ch), ==, 0);
	for (i = 0; i < 4; i++)
		ASSERT_INT(netdma_poll(ch, &done, 1), ==, 0);
}

void
t_copy_works(struct t *t, struct netdma_channel *ch)
{
	struct t_buf *b = t_bufs(t, 1, 1, 300);
	struct netdma_completion done;

	ASSERT_INT(netdma_copy(ch, b->src, b->dst, b->length, 0, b), ==, 0);
	ASSERT_INT(netdma_submit(ch), ==, 1);
	t_collect(ch, &done, 1);
	ASSERT(done.user == b);
	ASSERT_INT(done.status, ==, NETDMA_COPIED);
	t_buf_check(b, T_COPIED, 0);
}

/* ------------------------------------------------------------------- others */

void
t_log_expect(const char *part, void (*redo)(void *arg), void *arg)
{
	struct t_deadline d;

	t_deadline_set(&d);
	while (strstr(t_log(), part) == NULL) {
		ASSERT_MSG(redo != NULL && t_wait(&d), "\"%s\" was never logged", part);
		usleep(20000);
		redo(arg);
	}
}

/* --------------------------------------------------------------- telemetry */

static void
socket_undo(void *arg)
{
	close((int)(intptr_t)arg - 1);
}

int
t_telemetry_open(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char hello[1024];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	ASSERT(fd >= 0);
	t_defer(socket_undo, (void *)(intptr_t)(fd + 1));
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/dpdk_telemetry.v2",
			rte_eal_get_runtime_dir());
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0)
		t_skip("no telemetry socket");
	ASSERT(read(fd, hello, sizeof(hello)) > 0);
	return fd;
}

const char *
t_telemetry_ask(int fd, const char *fmt, ...)
{
	static char answer[64 * 1024];
	char command[128];
	ssize_t n;
	va_list ap;

	va_start(ap, fmt);
	n = vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	ASSERT(write(fd, command, (size_t)n) == n);
	n = read(fd, answer, sizeof(answer) - 1);
	ASSERT(n > 0);
	answer[n] = '\0';
	/* Whole, at the least. */
	ASSERT(answer[0] == '{' && answer[n - 1] == '}');
	return answer;
}

/* ----------------------------------------------------------------- drivers */

static bool cpu_built, dmadev_built, fault_built;

void
t_drivers_probe(void)
{
	const char *const args[] = { "dmadev", NULL };
	struct netdma_conf conf = { .size = sizeof(conf), .driver_args = args };

	if (netdma_init(&conf) == 0) {
		dmadev_built = true;
		netdma_fini();
	}
	if (netdma_init(NULL) == 0) {
		cpu_built = netdma_provider_create("cpu", NULL) != -ENOENT;
		fault_built = netdma_provider_create("fault", NULL) != -ENOENT;
		netdma_fini();
	}
}

bool
t_has_driver(const char *name)
{
	return strcmp(name, "cpu") == 0 ? cpu_built :
			strcmp(name, "fault") == 0 ? fault_built : dmadev_built;
}

void
t_need_driver(const char *name)
{
	if (!t_has_driver(name))
		t_skip("the %s driver is not built", name);
}
