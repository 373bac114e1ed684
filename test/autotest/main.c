/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* dpdk-netdma-test EAL-OPTIONS [-- -i | -l]
 *
 * Prints TAP. NETDMA_TEST chooses what runs: suites or suite.case, with wildcards,
 * separated by commas. NETDMA_TEST_PROVIDERS does so for the lines of the provider matrix, with
 * "once" for the cases that are not run on each. NETDMA_SEED repeats a run. Without NETDMA_TEST, -i or a terminal gives a prompt.
 */

#include <stdlib.h>
#include <unistd.h>

#include <rte_eal.h>

#include "harness.h"
#include "util.h"

int t_init_before_eal;

static uint64_t
seed_get(void)
{
	const char *text = getenv("NETDMA_SEED");
	uint64_t seed;

	if (text != NULL && text[0] != '\0')
		return strtoull(text, NULL, 0);
	if (getentropy(&seed, sizeof(seed)) != 0)
		seed = (uint64_t)getpid();
	return seed;
}

static int
run_all(const char *patterns)
{
	const char *providers = getenv("NETDMA_TEST_PROVIDERS");
	unsigned int failed;

	if (t_plan(patterns, providers) == 0) {
		printf("Bail out! no case fits NETDMA_TEST and NETDMA_TEST_PROVIDERS\n");
		return 1;
	}
	failed = t_run(seed_get());
	if (failed > 0)
		printf("# %u failed\n", failed);
	return failed > 0;
}

int
main(int argc, char **argv)
{
	const char *patterns = getenv("NETDMA_TEST");
	bool prompt = false;
	int n, opt, ret = 0;

	if (getenv(T_SECONDARY_ENV) != NULL)
		return t_secondary_main(argc, argv);

	/* For the case that starts a secondary process: EAL writes into argv. */
	t_eal_args_keep(argc, argv);
	t_init_before_eal = netdma_init(NULL);
	n = rte_eal_init(argc, argv);
	if (n < 0) {
		printf("Bail out! no EAL: %s\n", rte_strerror(rte_errno));
		return 1;
	}
	argc -= n;
	argv += n;
	optind = 1;
	while ((opt = getopt(argc, argv, "il")) != -1) {
		if (opt == 'l') {
			t_list(stdout);
			goto out;
		}
		prompt = opt == 'i';
		if (!prompt) {
			fprintf(stderr, "usage: %s EAL-OPTIONS [-- -i | -l]\n", argv[0]);
			ret = 1;
			goto out;
		}
	}
	if (patterns == NULL && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		prompt = true;
	t_log_open();
	t_drivers_probe();
	if (patterns == NULL && prompt)
		t_prompt(seed_get());
	else
		ret = run_all(patterns);
out:
	rte_eal_cleanup();
	return ret;
}
