/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>
#include <stdlib.h>

#include <rte_kvargs.h>
#include <rte_memory.h>

#include "fake.h"
#include "util.h"

struct fake_channel {
	struct fake *f;
	struct netdma_list *list;
	uint64_t ran;
	bool serialized; /* the last one given serializes */
};

static struct fake *fakes;
unsigned int fake_destroyed;

static int
fake_start(void *provider, struct netdma_provider_attr *attr)
{
	struct fake *f = provider;

	f->starts++;
	*attr = f->attr;
	return f->start_error;
}

static int
fake_stop(void *provider)
{
	struct fake *f = provider;
	int error = __atomic_load_n(&f->stop_error, __ATOMIC_RELAXED);

	/* It may be the library's own thread that stops it, and the case looks on. */
	EXPECT_INT(f->channels, ==, 0);
	if (error == 0)
		__atomic_add_fetch(&f->stops, 1, __ATOMIC_RELEASE);
	return error;
}

static void
fake_destroy(void *provider)
{
	struct fake *f = provider, **at;

	for (at = &fakes; *at != NULL && *at != f; at = &(*at)->next)
		;
	if (*at != NULL)
		*at = f->next;
	fake_destroyed++;
	free(f);
}

static int
fake_set_cpu_affinity(void *provider, const struct netdma_cpu_affinity *pair, uint32_t n)
{
	struct fake *f = provider;
	uint32_t i;

	f->affinity_in_register = f->registering && (f->affinity_calls == 0 ||
			f->affinity_in_register);
	f->affinity_calls++;
	f->affinity_pairs = n;
	f->affinity_in_order = true;
	for (i = 0; i < n; i++)
		if (pair[i].channel != i || pair[i].cpu < 0)
			f->affinity_in_order = false;
	return 0;
}

static void *
fake_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant)
{
	struct fake *f = provider;
	struct fake_channel *c = f->alloc_error == 0 ? calloc(1, sizeof(*c)) : NULL;

	if (c == NULL) {
		rte_errno = f->alloc_error != 0 ? f->alloc_error : ENOMEM;
		return NULL;
	}
	EXPECT(f->starts > f->stops);
	c->f = f;
	c->list = params->list;
	f->channels++;
	f->params = *params;
	grant->engine_desc = f->desc;
	grant->priority = RTE_MIN(params->priority, 2u);
	grant->cpu = -1;
	return c;
}

static void
fake_channel_free(void *channel)
{
	struct fake_channel *c = channel;

	EXPECT(c->list->completed == c->list->given);
	c->f->channels--;
	free(c);
}

static void *
to_va(const struct fake *f, uint64_t addr, uint32_t *length)
{
	if (f->attr.addr_space == NETDMA_ADDR_IOVA)
		return netdma_iova_to_va(addr, length);
	return (void *)(uintptr_t)addr;
}

/* Copy the first @p limit bytes. */
static enum netdma_status
copy(const struct fake *f, const struct netdma_desc *d, uint32_t limit)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES];
	unsigned int i, n = netdma_desc_pieces(d, piece);

	for (i = 0; i < n; i++) {
		while (piece[i].length > 0 && limit > 0) {
			uint32_t step = RTE_MIN(piece[i].length, limit);
			void *src = to_va(f, piece[i].src, &step);
			void *dst = to_va(f, piece[i].dst, &step);

			if (src == NULL || dst == NULL || step == 0)
				return NETDMA_FAILED;
			memcpy(dst, src, step);
			piece[i].src += step;
			piece[i].dst += step;
			piece[i].length -= step;
			limit -= step;
		}
	}
	return NETDMA_COPIED;
}

static void
run(struct fake_channel *c, struct netdma_desc *d)
{
	enum netdma_error error = NETDMA_ERROR_ENGINE;
	enum netdma_status status = NETDMA_COPIED;

	if (c->f->verdict != NULL && !netdma_desc_is_void(d))
		status = c->f->verdict(d, c->ran, &error);
	c->ran++;
	if (status == NETDMA_COPIED)
		status = copy(c->f, d, UINT32_MAX);
	else if (status == NETDMA_FAILED)
		copy(c->f, d, d->length / 2);
	if (status != NETDMA_COPIED)
		netdma_desc_set_status(d, status, error);
}

static void
give(struct fake_channel *c)
{
	struct netdma_list *l = c->list;

	while (l->given != l->allowed && l->given - l->completed < c->f->desc) {
		if (c->serialized && !netdma_list_is_settled(l))
			break;
		c->serialized = (l->give->flags & NETDMA_DESC_SERIALIZE_TRANSFER) != 0;
		netdma_list_give(l);
	}
}

static int
fake_channel_start(void *channel)
{
	struct fake_channel *c = channel;

	__atomic_fetch_add(&c->f->channel_starts, 1, __ATOMIC_RELAXED);
	give(c);
	return c->f->gone;
}

static int
fake_append(void *channel)
{
	struct fake_channel *c = channel;

	__atomic_fetch_add(&c->f->appends, 1, __ATOMIC_RELAXED);
	give(c);
	return c->f->gone;
}

static void
finish(struct fake_channel *c, uint32_t n)
{
	struct netdma_list *l = c->list;

	for (; n > 0 && l->completed != l->given; n--) {
		struct netdma_desc *d = netdma_list_first_given(l);

		run(c, d);
		netdma_list_complete_checked(l, d);
		l->failed += __atomic_exchange_n(&c->f->lie, 0, __ATOMIC_RELAXED);
	}
}

static int
fake_poll(void *channel)
{
	struct fake_channel *c = channel;

	__atomic_fetch_add(&c->f->polls, 1, __ATOMIC_RELAXED);
	if (c->f->on_poll != NULL)
		c->f->on_poll(c->f);
	if (c->f->gone != 0)
		return c->f->gone;
	if (!c->f->hold)
		finish(c, c->f->burst);
	give(c);
	return 0;
}

static int
fake_quiesce(void *channel)
{
	struct fake_channel *c = channel;
	struct netdma_list *l = c->list;

	__atomic_fetch_add(&c->f->quiesces, 1, __ATOMIC_RELAXED);
	finish(c, c->f->last);
	if (c->f->quiesce == NETDMA_QUIET_UNKNOWN && l->completed != l->given) {
		struct netdma_desc *d = netdma_list_first_given(l);

		if (!netdma_desc_is_void(d))
			copy(c->f, d, d->length / 2);
	}
	c->serialized = false;
	return c->f->quiesce;
}

const struct netdma_provider_ops fake_ops = {
	.start = fake_start,
	.stop = fake_stop,
	.destroy = fake_destroy,
	.set_cpu_affinity = fake_set_cpu_affinity,
	.channel_alloc = fake_channel_alloc,
	.channel_free = fake_channel_free,
	.channel_start = fake_channel_start,
	.append = fake_append,
	.poll = fake_poll,
	.quiesce = fake_quiesce,
};

static int
key_parse(const char *key, const char *value, void *arg)
{
	struct fake *f = arg;
	uint32_t number;

	if (value == NULL)
		return -1;
	number = (uint32_t)strtoul(value, NULL, 0);
	if (strcmp(key, "max_transfer") == 0)
		f->attr.max_transfer = number;
	else if (strcmp(key, "desc") == 0)
		f->desc = number;
	else if (strcmp(key, "burst") == 0)
		f->burst = number;
	else if (strcmp(key, "channels") == 0)
		f->max_channels = number;
	else if (strcmp(key, "addr") == 0)
		f->attr.addr_space = strcmp(value, "iova") == 0 ? NETDMA_ADDR_IOVA : NETDMA_ADDR_VA;
	else if (strcmp(key, "start_error") == 0)
		f->start_error = -(int)number;
	else if (strcmp(key, "hw") == 0)
		f->attr.flags = number != 0 ? 0 : NETDMA_PROVIDER_SOFTWARE;
	else
		return -1;
	return 0;
}

static int
fake_create(const struct netdma_driver *driver, const char *name, struct rte_kvargs *args)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -ENOMEM;
	f->attr = (struct netdma_provider_attr){
		.flags = NETDMA_PROVIDER_SOFTWARE, .numa_node = SOCKET_ID_ANY,
		.addr_space = NETDMA_ADDR_VA, .max_transfer = 1 << 20, .min_desc = 1,
		.max_desc = 1 << 16,
	};
	f->desc = 64;
	f->burst = UINT32_MAX;
	f->quiesce = -ENOTSUP;
	f->max_channels = 4;
	snprintf(f->name, sizeof(f->name), "%s", name);
	if (args != NULL && rte_kvargs_process(args, NULL, key_parse, f) != 0) {
		free(f);
		return -EINVAL;
	}
	f->attr.nb_channels = f->max_channels;
	f->registering = true;
	f->provider = netdma_provider_register(driver, &(struct netdma_provider_conf){
			.size = sizeof(struct netdma_provider_conf),
			.version = NETDMA_INTERFACE_VERSION, .name = name,
			.friendly_name = "a fake engine", .max_channels = f->max_channels,
			.ops = &fake_ops, .priv = f });
	f->registering = false;
	if (f->provider == NULL) {
		free(f);
		return -rte_errno;
	}
	f->next = fakes;
	fakes = f;
	return 0;
}

static const char *const fake_keys[] = { "max_transfer", "desc", "burst", "channels", "addr", "hw",
	"start_error", NULL };

const struct netdma_driver fake_driver = {
	.name = "fake",
	.usage = "max_transfer=N,desc=N,burst=N,channels=N,addr=va|iova,hw=0|1",
	.keys = fake_keys,
	.create = fake_create,
};
NETDMA_DRIVER_REGISTER(fake_driver)

struct fake *
fake_get(const char *name)
{
	struct fake *f;

	for (f = fakes; f != NULL; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static void
fake_release(void *arg)
{
	char *name = arg, *comma = strchr(name, ',');
	struct fake *f;

	if (comma != NULL)
		*comma = '\0';
	f = fake_get(name);
	if (f != NULL) {
		f->hold = false;
		f->gone = 0;
		__atomic_store_n(&f->stop_error, 0, __ATOMIC_RELAXED);
		f->desc = RTE_MAX(f->desc, 1u);
	}
}

struct fake *
fake_new(const char *args, int *id)
{
	int made = t_provider(args);
	struct netdma_provider_info info = { .size = sizeof(info) };
	char *copy_of_args = strcpy(t_zalloc(strlen(args) + 1), args);

	/* What it holds back at the end, channels of the case wait for. */
	t_defer_to(T_RELEASE, fake_release, copy_of_args);
	ASSERT_INT(netdma_provider_info_get(made, &info), ==, 0);
	if (id != NULL)
		*id = made;
	return fake_get(info.name);
}
