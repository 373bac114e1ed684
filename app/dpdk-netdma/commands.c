/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The commands of the prompt: a table of what they are made of and what they do. */

#include <stdio.h>
#include <string.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_string.h>

#include "app.h"
#include "commands.h"

/* All commands are up to three words. */
struct words {
	cmdline_fixed_string_t verb;
	cmdline_fixed_string_t what;
	cmdline_fixed_string_t value;
};

#define WORD(name, field, choice) \
	static cmdline_parse_token_string_t name = \
		TOKEN_STRING_INITIALIZER(struct words, field, choice)

/* ------------------------------------------------------------------- show, clear */

static void
config_show(void)
{
	tunables_show();
}

static void
dump(void)
{
	netdma_dump(stdout);
}

static void
clear_channel(void)
{
	unsigned int i;

	for (i = 0; i < nb_queues; i++)
		counters_clear_channel(queues[i]);
}

static void
clear_copy(void)
{
	unsigned int i;

	for (i = 0; i < nb_queues; i++)
		counters_clear_copy(queues[i]);
}

static void
clear_all(void)
{
	clear_port();
	clear_channel();
	clear_copy();
}

static const struct {
	const char *what;
	void (*show)(void);
	void (*clear)(void);
} things[] = {
	{ "port", show_port, clear_port },
	/* A provider's numbers are those of its channels. */
	{ "provider", show_provider, clear_channel },
	{ "channel", show_channel, clear_channel },
	{ "copy", show_copy, clear_copy },
	{ "config", config_show, NULL },
	{ "dump", dump, NULL },
	{ "all", NULL, clear_all },
};

WORD(show_verb, verb, "show");
WORD(show_what, what, "port#provider#channel#copy#config#dump");
WORD(clear_verb, verb, "clear");
WORD(clear_what, what, "port#provider#channel#copy#all");

static void
do_show(void *parsed, struct cmdline *cl, void *data)
{
	const struct words *w = parsed;
	unsigned int i;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	for (i = 0; i < RTE_DIM(things); i++)
		if (strcmp(w->what, things[i].what) == 0 && things[i].show != NULL)
			things[i].show();
}

static void
do_clear(void *parsed, struct cmdline *cl, void *data)
{
	const struct words *w = parsed;
	unsigned int i;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	for (i = 0; i < RTE_DIM(things); i++)
		if (strcmp(w->what, things[i].what) == 0 && things[i].clear != NULL)
			things[i].clear();
}

static cmdline_parse_inst_t cmd_show = {
	.f = do_show,
	.help_str = "show port|provider|channel|copy|config|dump: what there is, and its numbers",
	.tokens = { (void *)&show_verb, (void *)&show_what, NULL },
};

static cmdline_parse_inst_t cmd_clear = {
	.f = do_clear,
	.help_str = "clear port|provider|channel|copy|all: count from zero (the summary does not)",
	.tokens = { (void *)&clear_verb, (void *)&clear_what, NULL },
};

/* ------------------------------------------------------------------- start, stop */

WORD(start_verb, verb, "start");
WORD(stop_verb, verb, "stop");

static void
do_start(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (traffic_running())
		printf("Traffic is running.\n");
	else if (traffic_start() == 0)
		printf("Started.\n");
}

static void
do_stop(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (!traffic_running()) {
		printf("Traffic is not running.\n");
		return;
	}
	traffic_stop();
	printf("Stopped.\n");
}

static cmdline_parse_inst_t cmd_start = {
	.f = do_start,
	.help_str = "start: receive",
	.tokens = { (void *)&start_verb, NULL },
};

static cmdline_parse_inst_t cmd_stop = {
	.f = do_stop,
	.help_str = "stop: receive no more, and wait for the copies in flight",
	.tokens = { (void *)&stop_verb, NULL },
};

/* ---------------------------------------------------------------- set, wait, quit */

WORD(set_verb, verb, "set");
WORD(set_what, what, "burst#verify#header-len#period");
WORD(set_value, value, NULL);
WORD(wait_verb, verb, "wait");
WORD(wait_value, value, NULL);
WORD(quit_verb, verb, "quit");
WORD(help_verb, verb, "help");

static void
do_set(void *parsed, struct cmdline *cl, void *data)
{
	const struct words *w = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	tunable_set(w->what, w->value);
}

static void
do_wait(void *parsed, struct cmdline *cl, void *data)
{
	const struct words *w = parsed;
	double seconds;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (parse_seconds(w->value, &seconds) != 0)
		complain("wait %s: a number of seconds, as in 2 or 0.5", w->value);
	else
		prompt_wait(seconds);
}

static void
do_quit(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	quit_command = true;
}

static void
do_help(void *parsed, struct cmdline *cl, void *data)
{
	unsigned int i;

	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	for (i = 0; commands[i] != NULL; i++)
		printf("  %s\n", commands[i]->help_str);
}

static cmdline_parse_inst_t cmd_set = {
	.f = do_set,
	.help_str = "set burst N, set verify on|off, set header-len BYTES|parse, "
		"set period SECONDS",
	.tokens = { (void *)&set_verb, (void *)&set_what, (void *)&set_value, NULL },
};

static cmdline_parse_inst_t cmd_wait = {
	.f = do_wait,
	.help_str = "wait SECONDS: before the next command, in a script",
	.tokens = { (void *)&wait_verb, (void *)&wait_value, NULL },
};

static cmdline_parse_inst_t cmd_quit = {
	.f = do_quit,
	.help_str = "quit: stop, and print the summary; so do Ctrl-C and the end of the input",
	.tokens = { (void *)&quit_verb, NULL },
};

static cmdline_parse_inst_t cmd_help = {
	.f = do_help,
	.help_str = "help: this list; TAB completes, ? lists what may follow",
	.tokens = { (void *)&help_verb, NULL },
};

cmdline_parse_ctx_t commands[] = {
	&cmd_help,
	&cmd_start,
	&cmd_stop,
	&cmd_show,
	&cmd_clear,
	&cmd_set,
	&cmd_wait,
	&cmd_quit,
	NULL,
};
