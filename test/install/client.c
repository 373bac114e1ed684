/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* One copy, by a program that knows the installed library only. */

#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_malloc.h>

#include <netdma.h>

int
main(int argc, char **argv)
{
	struct netdma_channel_conf conf = { .nb_desc = 64 };
	struct netdma_client *client;
	struct netdma_channel *ch;
	struct netdma_completion done = { 0 };
	char *src, *dst;
	int n = 0;

	if (rte_eal_init(argc, argv) < 0 || netdma_init(NULL) != 0 ||
			netdma_provider_create("cpu0,mode=inline", &conf.provider) != 0)
		return 1;
	client = netdma_client_register(&(struct netdma_client_conf){ .name = "client" });
	ch = netdma_channel_alloc(client, &conf);
	src = rte_zmalloc(NULL, 2 * 32, 0);
	if (ch == NULL || src == NULL)
		return 1;
	dst = strcpy(src, "hello") + 32;
	if (netdma_copy(ch, src, dst, 32, 0, &conf) < 0 || netdma_submit(ch) != 1)
		return 1;
	while (n == 0)
		n = netdma_poll(ch, &done, 1);
	printf("%s: %s\n", netdma_status_name(done.status), dst);
	return n != 1 || done.user != &conf || strcmp(dst, "hello") != 0 ||
			netdma_channel_free(ch) != 0 || netdma_client_deregister(client) != 0 ||
			netdma_fini() != 0 || rte_eal_cleanup() != 0;
}
