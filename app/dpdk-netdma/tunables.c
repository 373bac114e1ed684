/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What can be changed while traffic is running, from the command line and the prompt. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app.h"

#define HEADER_LEN_MAX 65535
#define PERIOD_MAX     86400.0

struct tunables tunables = {
	.burst = 32,
	.header_len = HEADER_PARSED,
	.period = 1.0,
};

static int
set_burst(const char *text)
{
	uint64_t n;

	if (parse_number(text, 1, MAX_BURST, &n) != 0) {
		complain("burst %s: a burst is a number of packets from 1 to %u", text, MAX_BURST);
		return -EINVAL;
	}
	tunable_put(burst, (uint32_t)n);
	return 0;
}

static int
set_verify(const char *text)
{
	if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0) {
		complain("verify %s: it is either on or off", text);
		return -EINVAL;
	}
	tunable_put(verify, strcmp(text, "on") == 0 ? 1u : 0u);
	return 0;
}

static int
set_header_len(const char *text)
{
	uint64_t n;

	if (strcmp(text, "parse") == 0) {
		tunable_put(header_len, HEADER_PARSED);
		return 0;
	}
	if (parse_number(text, 0, HEADER_LEN_MAX, &n) != 0) {
		complain("header-len %s: a number of bytes from 0 to %u, or \"parse\" to find out "
			"from the headers", text, HEADER_LEN_MAX);
		return -EINVAL;
	}
	tunable_put(header_len, (int32_t)n);
	return 0;
}

static int
set_period(const char *text)
{
	double seconds;

	if (parse_seconds(text, &seconds) != 0 || seconds > PERIOD_MAX) {
		complain("period %s: a number of seconds from 0 (no table) to %.0f", text,
				PERIOD_MAX);
		return -EINVAL;
	}
	tunables.period = seconds;
	return 0;
}

static const struct {
	const char *name;
	int (*set)(const char *text);
} table[] = {
	{ "burst", set_burst },
	{ "verify", set_verify },
	{ "header-len", set_header_len },
	{ "period", set_period },
};

int
tunable_set(const char *name, const char *value)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return table[i].set(value);
	return -ENOENT;
}

void
tunables_show(void)
{
	int32_t header_len = tunable_get(header_len);

	printf("burst        %u packets\n", tunable_get(burst));
	printf("verify       %s\n", tunable_get(verify) ? "on" : "off");
	if (header_len == HEADER_PARSED)
		printf("header-len   parse\n");
	else
		printf("header-len   %d bytes\n", header_len);
	printf("period       %g s%s\n", tunables.period,
			tunables.period > 0 ? "" : " (no table)");
}
