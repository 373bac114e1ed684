/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* From the command line to the exit code. */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_dmadev.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_version.h>

#include "../arguments.h"
#include "app.h"
#include "args.h"

struct netdma_client *client;
unsigned int worker_lcore;

static void
vcomplain(const char *format, va_list ap)
{
	fflush(stdout);
	fputs(APP_NAME ": ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
}

void
complain(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vcomplain(format, ap);
	va_end(ap);
}

void
fatal(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vcomplain(format, ap);
	va_end(ap);
	exit(EXIT_FAILURE);
}

/* Who is compared when nobody was named. */
static void
default_contestants(void)
{
	static char engine[64];

	if (config.nb_who != 0)
		return;
	if (rte_dma_get_dev_id_by_name("dma_skeleton0") >= 0)
		config.who[config.nb_who++] = (struct contestant){ "dma_skeleton0", API_RAW };
	snprintf(engine, sizeof(engine), "cpu0,mode=lcore,lcore=%u", worker_lcore);
	config.who[config.nb_who++] = (struct contestant){ engine, API_LIST };
}

static void
compare_all(struct records *records)
{
	uint32_t i, k, cold, nb_caches = (uint32_t)config.hot + (uint32_t)config.cold, from;

	progress_begin(config.sizes.n * config.bursts.n * nb_caches * config.nb_who *
			config.effort.rounds);
	report_heading(stdout);
	for (cold = config.hot ? 0 : 1; cold < (config.cold ? 2u : 1u); cold++)
		for (k = 0; k < config.bursts.n; k++)
			for (i = 0; i < config.sizes.n; i++) {
				struct setting s = {
					.size = config.sizes.value[i],
					.burst = config.bursts.value[k],
					.depth = config.depth,
					.align = config.align,
					.channels = config.channels,
					.cold = cold != 0,
					.stream = config.stream,
					.checked = config.checked,
				};

				from = records->n;
				measure(config.who, config.nb_who, &s, &config.effort, records);
				progress_clear();
				for (; from < records->n; from++)
					report_row(stdout, &records->record[from]);
			}
	progress_end();
}

static int
setup(void)
{
	int ret;

	worker_lcore = rte_get_next_lcore(-1, 1, 0);
	if (worker_lcore == RTE_MAX_LCORE) {
		complain("two lcores are needed, one of them for the engine: -l 0,1");
		return -EINVAL;
	}
	ret = netdma_init(NULL);
	if (ret != 0) {
		complain("netdma cannot be initialised: %s", strerror(-ret));
		return ret;
	}
	client = netdma_client_register(&(struct netdma_client_conf){ .name = APP_NAME });
	return client != NULL ? buffers_setup() : -ENOMEM;
}

int
main(int argc, char **argv)
{
	static const char *const alone[] = { "--help", NULL };
	int eal_argc = arguments_of_eal(argc, argv, alone);
	int ret = args_parse(RTE_MAX(argc - eal_argc, 1), argv + eal_argc);
	struct records records = { 0 };
	bool good = true;

	if (ret != 0)
		return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (rte_eal_init(eal_argc, argv) < 0) {
		complain("EAL cannot be initialised; its options come first, ours behind --");
		return EXIT_FAILURE;
	}
	ret = report_open(config.json, config.csv);
	if (ret == 0)
		ret = setup();
	if (ret == 0) {
		default_contestants();
		if (config.instructions == 0)
			printf("# " APP_NAME " %s on %s\n", netdma_version(), rte_version());
		if (config.instructions != 0)
			instructions_run(&config.who[0], &(struct setting){
					.size = config.sizes.value[0],
					.burst = config.bursts.value[0], .depth = config.depth,
					.channels = config.channels, .checked = config.checked },
					config.instructions);
		else if (config.goals)
			good = goals_run(&config.effort, &records);
		else
			compare_all(&records);
		ret = report_write(&records);
		buffers_free();
		netdma_client_deregister(client);
		netdma_fini();
	}
	free(records.record);
	rte_eal_cleanup();
	return ret < 0 || !good ? EXIT_FAILURE : EXIT_SUCCESS;
}
