/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The conformance suite, as the author of a provider runs it. */

#include <rte_eal.h>
#include <rte_log.h>

#include <netdma_conformance.h>

int
main(int argc, char **argv)
{
	struct netdma_conformance_conf conf = { .operations = 2000, .report = stdout };
	struct netdma_conformance_result result = { .size = sizeof(result) };

	if (rte_eal_init(argc, argv) < 0 || netdma_init(NULL) != 0 ||
			netdma_provider_create("cpu0,mode=lcore", &conf.provider) != 0)
		return 1;
	rte_log_set_level_pattern("lib.netdma*", RTE_LOG_CRIT);
	return netdma_conformance_run(&conf, &result) != 0 || result.operations < 2000 ||
			netdma_fini() != 0 || rte_eal_cleanup() != 0;
}
