/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Initialising and finishing the library; what it does when it is not. */

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#include <netdma_provider.h>

#include "fake.h"
#include "util.h"

T_CASE(lifecycle, init_before_the_eal_is_enodev, T_RAW)
{
	ASSERT_INT(t_init_before_eal, ==, -ENODEV);
}

T_CASE(lifecycle, init_and_fini_count, T_RAW)
{
	int i;

	ASSERT_INT(netdma_fini(), ==, -EINVAL);
	for (i = 0; i < 5; i++) {
		ASSERT_INT(netdma_init(NULL), ==, 0);
		ASSERT_INT(netdma_init(NULL), ==, -EALREADY);
		ASSERT_INT(netdma_fini(), ==, 0);
		ASSERT_INT(netdma_fini(), ==, -EINVAL);
	}
}

T_CASE(lifecycle, nothing_works_before_init, T_RAW)
{
	uint8_t *memory = t_zalloc(3 * 4096), *page = RTE_PTR_ALIGN_CEIL(memory, 4096);
	struct netdma_provider_info info = { .size = sizeof(info) };
	uint32_t length = 64;

	ASSERT_INT(netdma_provider_create("fake0", NULL), ==, -EINVAL);
	ASSERT_INT(netdma_provider_next(0), ==, 0);
	ASSERT_INT(netdma_provider_find("fake0"), <, 0);
	ASSERT_INT(netdma_provider_info_get(1, &info), <, 0);
	ASSERT_INT(netdma_provider_start(1), <, 0);
	ASSERT_INT(netdma_provider_stop(1), <, 0);
	ASSERT_INT(netdma_provider_destroy(1), <, 0);
	ASSERT_INT(netdma_rescan(), <, 0);
	ASSERT_NULL(netdma_client_register(&(struct netdma_client_conf){ .name = "x" }), EINVAL);
	ASSERT_INT(netdma_mem_register(page, 4096), <, 0);
	ASSERT_INT(netdma_mem_unregister(page, 4096), <, 0);
	ASSERT(netdma_iova_to_va((rte_iova_t)(uintptr_t)page, &length) == NULL);
	ASSERT_INT(netdma_dump(stderr), ==, -EINVAL);
	ASSERT(netdma_version()[0] != '\0');
	ASSERT_STR(netdma_status_name(NETDMA_COPIED), "copied");
}

T_CASE(lifecycle, fini_is_busy_with_clients_and_ends_providers, T_RAW)
{
	unsigned int destroyed = fake_destroyed;
	struct netdma_client *client;

	ASSERT_INT(netdma_init(NULL), ==, 0);
	client = netdma_client_register(&(struct netdma_client_conf){ .name = "x" });
	ASSERT(client != NULL);
	ASSERT_INT(netdma_provider_create("fake0", NULL), ==, 0);
	ASSERT_INT(netdma_provider_create("fake1", NULL), ==, 0);
	ASSERT_INT(netdma_fini(), ==, -EBUSY);
	ASSERT_INT(netdma_provider_find("fake0"), >, 0);
	ASSERT_INT(netdma_client_deregister(client), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
	ASSERT_INT(fake_destroyed, ==, destroyed + 2);
	ASSERT(fake_get("fake0") == NULL);
	/* The names are free again. */
	ASSERT_INT(netdma_init(NULL), ==, 0);
	ASSERT_INT(netdma_provider_create("fake0", NULL), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
}

static size_t
allocations(void)
{
	struct rte_malloc_socket_stats s;
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < rte_socket_count(); i++)
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &s) == 0)
			n += s.alloc_count;
	return n;
}

/* All there is, once round. */
static void
live(struct t *t)
{
	static const char *const all[] = { "fake0", "cpu0,mode=inline", "cpu1,mode=lcore" };
	struct netdma_desc_pool *pool;
	struct netdma_desc *d;
	unsigned int i;

	ASSERT_INT(netdma_init(NULL), ==, 0);
	t->client = netdma_client_register(&(struct netdma_client_conf){ .name = "x" });
	ASSERT(t->client != NULL);
	pool = netdma_desc_pool_create("x", 100, SOCKET_ID_ANY);
	ASSERT(pool != NULL);
	d = netdma_desc_alloc(pool, 100);
	ASSERT_INT(netdma_desc_free(pool, d, 100), ==, 0);
	ASSERT_INT(netdma_desc_pool_free(pool), ==, 0);
	for (i = 0; i < RTE_DIM(all); i++) {
		struct netdma_channel *ch;
		int ret = netdma_provider_create(all[i], &t->provider);

		if (ret == -ENOENT) /* not built */
			continue;
		ASSERT_INT(ret, ==, 0);
		ch = t_channel(t, 128, NETDMA_CHANNEL_LATENCY);
		ASSERT_INT(netdma_marker(ch, 0, NULL), ==, 0);
		netdma_submit(ch);
		ASSERT_INT(netdma_channel_drain(ch, 60000000), ==, 0);
		ASSERT_INT(netdma_poll(ch, NULL, 1), ==, 1);
		t_channel_free(ch);
	}
	ASSERT_INT(netdma_client_deregister(t->client), ==, 0);
	ASSERT_INT(netdma_fini(), ==, 0);
}

T_CASE(lifecycle, memory_of_dpdks_is_given_back, T_RAW)
{
	size_t before;
	int i;

	/* What is made once and kept is there after the first time. */
	live(t);
	before = allocations();
	for (i = 0; i < 5; i++)
		live(t);
	ASSERT_INT(allocations(), ==, before);
}

/* -------------------------------------------------------- secondary process */

static char *eal_args[32];
static int nb_eal_args;

void
t_eal_args_keep(int argc, char **argv)
{
	nb_eal_args = RTE_MIN(argc, (int)RTE_DIM(eal_args));
	memcpy(eal_args, argv, (size_t)nb_eal_args * sizeof(*argv));
}

static const char *
eal_option(const char *option)
{
	int i;

	for (i = 0; i < nb_eal_args; i++)
		if (strncmp(eal_args[i], option, strlen(option)) == 0)
			return eal_args[i];
	return NULL;
}

/* The whole program, in the other process. The exit code tells. */
int
t_secondary_main(int argc, char **argv)
{
	int ret;

	if (rte_eal_init(argc, argv) < 0)
		return 2;
	ret = netdma_init(NULL);
	rte_eal_cleanup();
	return ret == -ENOTSUP ? 0 : 1;
}

extern char **environ;

T_CASE(lifecycle, secondary_process_is_enotsup, T_RAW)
{
	char *args[8] = { (char *)(uintptr_t)"dpdk-netdma-test", (char *)(uintptr_t)"-l",
		(char *)(uintptr_t)"0", (char *)(uintptr_t)"--proc-type=secondary",
		(char *)(uintptr_t)"--no-pci" };
	const char *prefix = eal_option("--file-prefix="), *dir = eal_option("--huge-dir=");
	posix_spawn_file_actions_t actions;
	int n = 5, status, ret;
	pid_t pid;

	if (eal_option("--no-huge") || eal_option("--in-memory") || eal_option("--no-shconf"))
		t_skip("this process shares no memory");
	if (prefix != NULL)
		args[n++] = (char *)(uintptr_t)prefix;
	if (dir != NULL)
		args[n++] = (char *)(uintptr_t)dir;
	ASSERT_INT(netdma_init(NULL), ==, 0);
	ASSERT_INT(setenv(T_SECONDARY_ENV, "1", 1), ==, 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
	ret = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, args, environ);
	posix_spawn_file_actions_destroy(&actions);
	unsetenv(T_SECONDARY_ENV);
	ASSERT_INT(netdma_fini(), ==, 0);
	ASSERT_INT(ret, ==, 0);
	ASSERT(waitpid(pid, &status, 0) == pid);
	ASSERT(WIFEXITED(status));
	ASSERT_MSG(WEXITSTATUS(status) == 0, "%s", WEXITSTATUS(status) == 2 ?
			"the secondary process has no EAL" : "it was initialised there");
}
