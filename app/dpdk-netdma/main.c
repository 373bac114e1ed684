/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* From the command line to the exit code. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "../arguments.h"
#include "app.h"

#define TICK_MS 10

volatile sig_atomic_t quit_signal;
bool quit_command;

static void
on_signal(int signum)
{
	quit_signal = signum;
}

/* Wherever it was called from: nothing of what a signal may interrupt minds. */
static void
signals_setup(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int
library_setup(void)
{
	struct netdma_conf conf = {
		.size = sizeof(conf),
		.driver_args = config.drivers.n != 0 ? config.drivers.str : NULL,
	};
	int rc = netdma_init(&conf);

	if (rc == -EINVAL)
		complain("--driver: the log above says what is wrong with the arguments of a "
			"provider driver; they are \"DRIVER,key=value,...\"");
	else if (rc != 0)
		complain("netdma cannot be initialised: %s", rte_strerror(-rc));
	return rc;
}

/* What needs what: cpu providers take lcores, so workers are found after them. */
static int
setup(void)
{
	int rc = providers_setup();

	if (rc == 0)
		rc = ports_setup();
	if (rc == 0)
		rc = queues_setup();
	if (rc == 0)
		rc = traffic_setup();
	if (rc == 0)
		rc = channels_setup();
	return rc;
}

/* The main lcore: the prompt, the tables, and the queues when there is nobody else. */
static const char *
run(void)
{
	const char *end = NULL;

	if ((config.interactive ? prompt_open() : traffic_start()) != 0)
		return NULL;
	while (quit_signal == 0 && !quit_command) {
		bool busy = traffic_running() && traffic_on_main();

		if (config.interactive)
			prompt_poll(busy ? 0 : TICK_MS);
		else if (!busy)
			rte_delay_us_sleep(TICK_MS * 1000);
		if (busy)
			traffic_turns();

		end = traffic_tick();
		if (end == NULL)
			continue;
		if (!config.interactive)
			break;
		traffic_stop();
		printf("Stopped: %s.\n", end);
	}
	if (quit_signal != 0)
		end = quit_signal == SIGINT ? "Ctrl-C" : "a signal";
	else if (quit_command)
		end = "quit, or the end of the input";
	return end;
}

/* Where an engine may still be writing, memory is not taken from under it: then nothing
 * is freed that it might know of.
 */
static bool
teardown(void)
{
	int rc = channels_teardown();

	if (rc != 0)
		return rc > 0;
	queues_teardown();
	ports_teardown();
	rc = netdma_fini();
	if (rc != 0) {
		complain("netdma cannot be shut down: %s", rte_strerror(-rc));
		return false;
	}
	rte_eal_cleanup();
	return true;
}

int
main(int argc, char **argv)
{
	static const char *const alone[] = { "--help", "--version", NULL };
	int eal_argc = arguments_of_eal(argc, argv, alone), rc;
	const char *end;
	bool good;

	/* Whole lines, also into a pipe. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	rc = args_parse(RTE_MAX(argc - eal_argc, 1), argv + eal_argc);
	if (rc != 0)
		return rc > 0 ? EXIT_SUCCESS : EXIT_FAILURE;

	rte_set_application_usage_hook(args_usage);
	if (rte_eal_init(eal_argc, argv) < 0) {
		complain("the EAL does not start: %s", rte_strerror(rte_errno));
		return EXIT_FAILURE;
	}
	if (library_setup() != 0) {
		rte_eal_cleanup();
		return EXIT_FAILURE;
	}
	signals_setup();

	rc = setup();
	if (rc == 0) {
		report_start();
		end = run();
		traffic_stop();
		prompt_close();
		good = end != NULL && report_summary(end);
	} else {
		good = false;
	}
	if (!teardown())
		good = false;
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
