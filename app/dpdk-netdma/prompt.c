/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/*
 * The prompt: a line editor on a terminal, plain lines from a pipe or a file. Input is
 * polled, so that the main lcore can do other work meanwhile.
 */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_socket.h>

#include "app.h"
#include "commands.h"

#define PROMPT "netdma> "
#define CTRL_C 3

static struct cmdline *cl;
static bool terminal;
static char input[1024];   /* read, and not taken yet */
static size_t nb_input;
static bool input_ended;
static uint64_t wait_until; /* cycles of the timer */

int
prompt_open(void)
{
	terminal = isatty(STDIN_FILENO);
	cl = terminal ? cmdline_stdin_new(commands, PROMPT) :
			cmdline_new(commands, "", STDIN_FILENO, STDOUT_FILENO);
	if (cl == NULL) {
		complain("no prompt: standard input cannot be used");
		return -EIO;
	}
	return 0;
}

void
prompt_close(void)
{
	if (cl == NULL)
		return;
	if (terminal)
		cmdline_stdin_exit(cl); /* restores the terminal, and frees */
	else
		cmdline_free(cl);
	cl = NULL;
}

void
prompt_wait(double seconds)
{
	wait_until = rte_get_timer_cycles() + (uint64_t)(seconds * (double)rte_get_timer_hz());
}

static bool
waiting(void)
{
	return wait_until > rte_get_timer_cycles();
}

static void
input_take(size_t n)
{
	nb_input -= n;
	memmove(input, input + n, nb_input);
}

/* The line editor reads keys. On a terminal it has taken over, Ctrl-C is one of them. */
static void
take_keys(void)
{
	while (nb_input != 0 && !quit_command && !waiting()) {
		char c = input[0];

		input_take(1);
		if (c == CTRL_C) {
			quit_signal = SIGINT;
			return;
		}
		if (cmdline_in(cl, &c, 1) < 0)
			quit_command = true; /* Ctrl-D */
	}
}

/* What is wrong with a line that is no command. */
static void
complain_line(const char *line)
{
	size_t n = strcspn(line, " \t"), i;

	/* Help begins with the command's name. */
	for (i = 0; commands[i] != NULL; i++)
		if (strncmp(commands[i]->help_str, line, n) == 0 &&
				strcspn(commands[i]->help_str, " :") == n) {
			complain("\"%s\": should be %s", line, commands[i]->help_str);
			return;
		}
	complain("\"%s\" is no command; help lists them", line);
}

static void
take_line(size_t n)
{
	char line[sizeof(input) + 2];
	int rc;

	memcpy(line, input, n);
	input_take(n);
	if (n != 0 && line[n - 1] == '\n')
		n--;
	line[n] = '\0';
	printf(PROMPT "%s\n", line);

	/* The parser wants the end of the line; messages do not. */
	line[n] = '\n';
	line[n + 1] = '\0';
	rc = cmdline_parse(cl, line);
	line[n] = '\0';
	if (rc < 0)
		complain_line(line);
}

static void
take_lines(void)
{
	while (nb_input != 0 && !quit_command && !waiting()) {
		const char *end = memchr(input, '\n', nb_input);

		if (end != NULL)
			take_line((size_t)(end - input) + 1);
		else if (input_ended || nb_input == sizeof(input))
			take_line(nb_input);
		else
			return;
	}
	if (nb_input == 0 && input_ended && !waiting())
		quit_command = true;
}

static void
read_input(int timeout_ms)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n;

	if (nb_input == sizeof(input) || input_ended || waiting()) {
		poll(NULL, 0, timeout_ms);
		return;
	}
	if (poll(&fd, 1, timeout_ms) <= 0)
		return;
	n = read(STDIN_FILENO, input + nb_input, sizeof(input) - nb_input);
	if (n > 0)
		nb_input += (size_t)n;
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		input_ended = true;
}

void
prompt_poll(int timeout_ms)
{
	read_input(timeout_ms);
	if (terminal) {
		take_keys();
		quit_command |= input_ended;
	} else {
		take_lines();
	}
}
