/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The commands of the prompt: a table of what they are made of and what they do. */

#include <stdio.h>
#include <string.h>

#include <rte_errno.h>

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

/* -------------------------------------------------------- providers and channels */

static const struct {
	const char *what;
	const char *done;
	int (*by_string)(const char *string, int *id);
	int (*by_id)(int id);
} provider_commands[] = {
	{ "attach", "Attached", netdma_provider_attach, NULL },
	{ "detach", "Detached", NULL, netdma_provider_detach },
	{ "create", "Created", netdma_provider_create, NULL },
	{ "destroy", "Destroyed", NULL, netdma_provider_destroy },
	{ "start", "Started", NULL, netdma_provider_start },
	{ "stop", "Stopped", NULL, netdma_provider_stop },
};

WORD(provider_verb, verb, "provider");
WORD(provider_what, what, "attach#detach#create#destroy#start#stop");
WORD(provider_value, value, NULL);
WORD(rescan_verb, verb, "rescan");
WORD(move_verb, verb, "move");
WORD(move_what, what, NULL);
WORD(move_value, value, NULL);

/* @return the id of a provider, or 0 after having said that there is none. */
static int
find_provider(const char *name)
{
	int id = netdma_provider_find(name);

	if (id > 0)
		return id;
	complain("there is no provider %s; there are: %s", name, providers_list());
	return 0;
}

static void
do_provider(void *parsed, struct cmdline *cl, void *data)
{
	const struct words *w = parsed;
	struct netdma_provider_info info = { .size = sizeof(info) };
	int rc, id = 0;
	unsigned int i;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	for (i = 0; strcmp(w->what, provider_commands[i].what) != 0; i++)
		;
	if (provider_commands[i].by_id != NULL) {
		id = find_provider(w->value);
		if (id == 0)
			return;
		rc = provider_commands[i].by_id(id);
	} else {
		rc = provider_commands[i].by_string(w->value, &id);
	}
	if (rc != 0) {
		complain("provider %s %s: %s (the log above may say more)", w->what, w->value,
				rte_strerror(-rc));
		return;
	}
	/* What came has a name; what is gone had that one. */
	printf("%s: %s.\n", provider_commands[i].done,
			netdma_provider_info_get(id, &info) == 0 ? info.name : w->value);
}

static void
do_rescan(void *parsed, struct cmdline *cl, void *data)
{
	int rc = netdma_rescan();

	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (rc < 0)
		complain("rescan: %s", rte_strerror(-rc));
	else
		printf("%d new; there are: %s.\n", rc, providers_list());
}

static void
move_queue(struct queue *q, int id, const char *name)
{
	int rc = channel_move(q, id);

	if (rc != 0)
		complain("port %u queue %u: it does not move to %s: %s (the log above may say "
			"more)", q->port, q->id, name, rte_strerror(-rc));
	else
		printf("Moved: port %u queue %u to %s.\n", q->port, q->id, name);
}

static void
do_move(void *parsed, struct cmdline *cl, void *data)
{
	const struct words *w = parsed;
	bool all = strcmp(w->what, "all") == 0;
	uint64_t n;
	unsigned int i;
	int id;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (!all && parse_number(w->what, 0, nb_queues - 1, &n) != 0) {
		complain("move %s: a queue is a number from 0 to %u, counted over all ports, or "
			"all", w->what, nb_queues - 1);
		return;
	}
	id = find_provider(w->value);
	for (i = 0; i < nb_queues && id != 0; i++)
		if (all || i == n)
			move_queue(queues[i], id, w->value);
}

static cmdline_parse_inst_t cmd_provider = {
	.f = do_provider,
	.help_str = "provider attach DEVARGS | create STRING | detach|destroy|start|stop NAME: "
		"under traffic or not",
	.tokens = { (void *)&provider_verb, (void *)&provider_what, (void *)&provider_value,
		NULL },
};

static cmdline_parse_inst_t cmd_rescan = {
	.f = do_rescan,
	.help_str = "rescan: look for devices that have come or gone",
	.tokens = { (void *)&rescan_verb, NULL },
};

static cmdline_parse_inst_t cmd_move = {
	.f = do_move,
	.help_str = "move QUEUE|all NAME: let another provider copy, from now on",
	.tokens = { (void *)&move_verb, (void *)&move_what, (void *)&move_value, NULL },
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
	&cmd_provider,
	&cmd_move,
	&cmd_rescan,
	&cmd_set,
	&cmd_wait,
	&cmd_quit,
	NULL,
};
