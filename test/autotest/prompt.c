/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <stdlib.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_string.h>
#include <cmdline_socket.h>

#include "harness.h"

static uint64_t prompt_seed;

struct words {
	cmdline_fixed_string_t verb;
	cmdline_fixed_string_t name;
};

static void
list_parsed(void *parsed __rte_unused, struct cmdline *cl __rte_unused, void *data __rte_unused)
{
	t_list(stdout);
	fflush(stdout);
}

static void
run_parsed(void *parsed, struct cmdline *cl, void *data __rte_unused)
{
	struct words *w = parsed;

	if (t_plan(w->name, getenv("NETDMA_TEST_PROVIDERS")) == 0)
		cmdline_printf(cl, "no case fits %s: try list\n", w->name);
	else
		t_run(prompt_seed);
	fflush(stdout);
}

static void
quit_parsed(void *parsed __rte_unused, struct cmdline *cl, void *data __rte_unused)
{
	cmdline_quit(cl);
}

typedef cmdline_parse_token_string_t token;

static token list_token = TOKEN_STRING_INITIALIZER(struct words, verb, "list");
static token run_token = TOKEN_STRING_INITIALIZER(struct words, verb, "run");
static token name_token = TOKEN_STRING_INITIALIZER(struct words, name, NULL);
static token quit_token = TOKEN_STRING_INITIALIZER(struct words, verb, "quit");

static cmdline_parse_inst_t list_command = {
	.f = list_parsed,
	.help_str = "list: the cases",
	.tokens = { (void *)&list_token, NULL },
};

static cmdline_parse_inst_t run_command = {
	.f = run_parsed,
	.help_str = "run NAME: a suite, suite.case, wildcards, several separated by commas",
	.tokens = { (void *)&run_token, (void *)&name_token, NULL },
};

static cmdline_parse_inst_t quit_command = {
	.f = quit_parsed,
	.help_str = "quit",
	.tokens = { (void *)&quit_token, NULL },
};

static cmdline_parse_ctx_t commands[] = {
	&list_command, &run_command, &quit_command, NULL,
};

void
t_prompt(uint64_t seed)
{
	struct cmdline *cl = cmdline_stdin_new(commands, "netdma-test> ");

	if (cl == NULL)
		return;
	prompt_seed = seed;
	cmdline_interact(cl);
	cmdline_stdin_exit(cl);
}
