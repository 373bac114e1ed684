/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The arguments behind "--": one table that is parsed by, and that prints the help. */

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_version.h>

#include "app.h"

#define SECONDS_MAX 1e9

struct config config = {
	.nb_rxq = 1,
	.nb_rxd = 1024,
	.mbuf_size = 2048,
	.nb_buffers = 1024,
	.buffer_size = 2048,
	.nb_desc = 1024,
	.failover = "any",
	.watchdog_us = 5000000,
};

static bool period_given;

void
complain(const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fputs(APP_NAME ": ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int
parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	char *end;

	/* strtoull() takes "-1" and " 1" without a word. */
	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return errno != 0 || *end != '\0' || *value < min || *value > max ? -EINVAL : 0;
}

int
parse_seconds(const char *text, double *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) && text[0] != '.')
		return -EINVAL;
	*value = strtod(text, &end);
	return end == text || *end != '\0' || !isfinite(*value) || *value > SECONDS_MAX ?
			-EINVAL : 0;
}

enum kind {
	FLAG,     /* bool */
	NUMBER,   /* uint32_t */
	NUMBER64, /* uint64_t */
	SECONDS,  /* double */
	STRINGS,  /* struct strings */
	TUNABLE,  /* by the name of the option */
	SPECIAL,  /* a function */
};

static int set_ports(const char *text);
static int set_memory(const char *text);
static int set_verify(const char *text);
static int set_period(const char *text);
static int set_use(const char *text);
static int set_failover(const char *text);
static int set_error_policy(const char *text);
static int print_help(const char *text);
static int print_version(const char *text);

static const struct arg {
	const char *name;
	char letter;
	enum kind kind;
	void *value;
	uint64_t min, max;
	int (*set)(const char *text);
	const char *what;  /* the value, as the help calls it; NULL: has none */
	const char *help;
} table[] = {
	{ "interactive", 'i', FLAG, &config.interactive, 0, 0, NULL, NULL,
		"a prompt; without it traffic starts at once" },

	{ "ports", 0, SPECIAL, NULL, 0, 0, set_ports, "LIST",
		"ethdev ports to receive from, e.g. 0,2 (default: all)" },
	{ "rxq", 0, NUMBER, &config.nb_rxq, 1, MAX_QUEUES, NULL, "N",
		"receive queues of each port (1)" },
	{ "rxd", 0, NUMBER, &config.nb_rxd, 1, 32768, NULL, "N",
		"descriptors of each receive queue (1024)" },
	{ "mbufs", 0, NUMBER, &config.nb_mbufs, 1, 1u << 26, NULL, "N",
		"mbufs of each port (default: what the queues can hold)" },
	{ "mbuf-size", 0, NUMBER, &config.mbuf_size, 64, UINT16_MAX - RTE_PKTMBUF_HEADROOM, NULL,
		"BYTES", "data in an mbuf; longer packets are chained (2048)" },
	{ "mtu", 0, NUMBER, &config.mtu, RTE_ETHER_MIN_MTU, UINT16_MAX, NULL, "BYTES",
		"set the ports' MTU (default: leave it)" },

	{ "provider", 0, STRINGS, &config.providers, 0, 0, NULL, "STRING",
		"make a provider, e.g. cpu0,mode=inline; may be repeated" },
	{ "use", 0, SPECIAL, NULL, 0, 0, set_use, "NAME,...",
		"providers of the queues, in turn (default: the one\n"
		"that --provider made; with none or several, any)" },
	{ "driver", 0, STRINGS, &config.drivers, 0, 0, NULL, "STRING",
		"arguments for a provider driver; may be repeated" },
	{ "want-hardware", 0, FLAG, &config.want_hardware, 0, 0, NULL, NULL,
		"hardware if there is any; says so when there is none" },
	{ "trusted", 0, FLAG, &config.trusted, 0, 0, NULL, NULL,
		"channels that do not check addresses" },
	{ "failover", 0, SPECIAL, NULL, 0, 0, set_failover, "any|none|NAME",
		"where a queue's copies go when its provider leaves\n"
		"(any); when it is there again, they go back" },
	{ "error-policy", 0, SPECIAL, NULL, 0, 0, set_error_policy, "POLICY",
		"recover (the library copies again), report (we do)\n"
		"or halt (we do, and start the channel again)" },
	{ "watchdog-us", 0, NUMBER, &config.watchdog_us, 0, UINT32_MAX - 1, NULL, "N",
		"microseconds after which an engine is taken for\n"
		"stuck; 0: never (5000000)" },
	{ "desc", 0, NUMBER, &config.nb_desc, 2, 1u << 20, NULL, "N",
		"slots of each channel's ring (1024)" },

	{ "buffers", 0, NUMBER, &config.nb_buffers, 1, 1u << 20, NULL, "N",
		"application buffers of each queue (1024)" },
	{ "buffer-size", 0, NUMBER, &config.buffer_size, 1, 1u << 24, NULL, "BYTES",
		"longest payload that they take (2048)" },
	{ "app-memory", 0, SPECIAL, NULL, 0, 0, set_memory, "dpdk|malloc",
		"where they come from (dpdk)" },

	{ "burst", 0, TUNABLE, NULL, 0, 0, NULL, "N",
		"packets received at once, at most 256 (32)" },
	{ "header-len", 0, TUNABLE, NULL, 0, 0, NULL, "BYTES",
		"headers to skip; \"parse\" finds out from the packet\n"
		"(parse)" },
	{ "verify", 0, SPECIAL, NULL, 0, 0, set_verify, NULL,
		"compare every delivered buffer with its packet" },
	{ "period", 0, SPECIAL, NULL, 0, 0, set_period, "SECONDS",
		"between two tables; 0: none (1; at the prompt 0)" },

	{ "packets", 0, NUMBER64, &config.packets, 1, INT64_MAX, NULL, "N",
		"stop after so many packets" },
	{ "duration", 0, SECONDS, &config.duration, 0, 0, NULL, "SECONDS",
		"stop after so long" },
	{ "idle", 0, SECONDS, &config.idle, 0, 0, NULL, "SECONDS",
		"stop when, after the first packet, nothing came for\n"
		"so long: at the end of a capture" },

	{ "help", 'h', SPECIAL, NULL, 0, 0, print_help, NULL, "this text" },
	{ "version", 0, SPECIAL, NULL, 0, 0, print_version, NULL, "versions of this and DPDK" },
};

static int
add_string(struct strings *s, const struct arg *a, const char *text)
{
	if (s->n == MAX_STRINGS) {
		complain("--%s %s: it may be given %u times", a->name, text, MAX_STRINGS);
		return -E2BIG;
	}
	s->str[s->n++] = text;
	return 0;
}

static int
set_ports(const char *text)
{
	const char *at = text;

	config.ports_given = true;
	do {
		char number[8];
		size_t n = strcspn(at, ",");
		uint64_t id;

		snprintf(number, sizeof(number), "%.*s", (int)RTE_MIN(n, sizeof(number)), at);
		if (parse_number(number, 0, RTE_MAX_ETHPORTS - 1, &id) != 0) {
			complain("--ports %s: a list of port numbers from 0 to %u, as in 0,2",
					text, RTE_MAX_ETHPORTS - 1);
			return -EINVAL;
		}
		config.port_wanted[id] = true;
		at += n;
	} while (*at++ == ',');
	return 0;
}

static int
set_memory(const char *text)
{
	if (strcmp(text, "dpdk") != 0 && strcmp(text, "malloc") != 0) {
		complain("--app-memory %s: it is either dpdk (hugepages, if there are any) or "
			"malloc (the C library's, registered with netdma)", text);
		return -EINVAL;
	}
	config.malloc_memory = strcmp(text, "malloc") == 0;
	return 0;
}

static int
set_verify(const char *text)
{
	RTE_SET_USED(text);
	return tunable_set("verify", "on");
}

static int
set_period(const char *text)
{
	period_given = true;
	return tunable_set("period", text);
}

static int
set_use(const char *text)
{
	char *names = strdup(text), *name, *save = NULL;

	if (names == NULL)
		return -ENOMEM;
	/* The names stay in that copy, as long as the program runs. */
	for (name = strtok_r(names, ",", &save); name != NULL; name = strtok_r(NULL, ",", &save)) {
		if (config.use.n == MAX_STRINGS) {
			complain("--use %s: at most %u names", text, MAX_STRINGS);
			return -E2BIG;
		}
		config.use.str[config.use.n++] = name;
	}
	if (config.use.n == 0) {
		free(names);
		complain("--use needs the name of a provider, as in --use cpu0 or --use dma0,dma1");
		return -EINVAL;
	}
	return 0;
}

static int
set_failover(const char *text)
{
	config.failover = text;
	return 0;
}

static int
set_error_policy(const char *text)
{
	static const char *const names[] = {
		[NETDMA_ON_ERROR_RECOVER] = "recover", [NETDMA_ON_ERROR_REPORT] = "report",
		[NETDMA_ON_ERROR_HALT] = "halt",
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++)
		if (strcmp(text, names[i]) == 0) {
			config.error_policy = (enum netdma_error_policy)i;
			return 0;
		}
	complain("--error-policy %s: it is recover, report or halt", text);
	return -EINVAL;
}

void
args_usage(const char *program)
{
	const char *line;
	unsigned int i;
	char left[32];

	printf("\n%s [EAL options] -- [options]\n\n"
		"Receives from ethdev ports and lets netdma copy the payloads into buffers of\n"
		"the application.\n\n", program);
	for (i = 0; i < RTE_DIM(table); i++) {
		const struct arg *a = &table[i];

		snprintf(left, sizeof(left), "%s--%s%s%s",
				a->letter == 'i' ? "-i, " : a->letter == 'h' ? "-h, " : "", a->name,
				a->what != NULL ? " " : "", a->what != NULL ? a->what : "");
		printf("  %-24s ", left);
		for (line = a->help; *line != '\0'; ) {
			size_t n = strcspn(line, "\n");

			printf("%*s%.*s\n", line == a->help ? 0 : 27, "", (int)n, line);
			line += n + (line[n] == '\n');
		}
	}
	printf("\nA capture, its payloads copied by the CPU and compared, without hugepages:\n\n"
		"  %s -l 0 --no-huge -m 512 --no-pci \\\n"
		"          --vdev net_pcap0,rx_pcap=FILE -- \\\n"
		"          --provider cpu0,mode=inline --verify --idle 1\n\n", program);
}

static int
print_help(const char *text)
{
	RTE_SET_USED(text);
	args_usage(APP_NAME);
	return 1;
}

static int
print_version(const char *text)
{
	RTE_SET_USED(text);
	printf(APP_NAME " %s, %s\n", netdma_version(), rte_version());
	return 1;
}

static int
set_number(const struct arg *a, const char *text)
{
	uint64_t n;

	if (parse_number(text, a->min, a->max, &n) != 0) {
		complain("--%s %s: it is a whole number from %" PRIu64 " to %" PRIu64, a->name,
				text, a->min, a->max);
		return -EINVAL;
	}
	if (a->kind == NUMBER)
		*(uint32_t *)a->value = (uint32_t)n;
	else
		*(uint64_t *)a->value = n;
	return 0;
}

static int
set_seconds(const struct arg *a, const char *text)
{
	double seconds;

	if (parse_seconds(text, &seconds) != 0 || seconds <= 0) {
		complain("--%s %s: it is a number of seconds above 0, as in 10 or 0.5", a->name,
				text);
		return -EINVAL;
	}
	*(double *)a->value = seconds;
	return 0;
}

static int
set(const struct arg *a, const char *text)
{
	switch (a->kind) {
	case FLAG:
		*(bool *)a->value = true;
		return 0;
	case NUMBER:
	case NUMBER64:
		return set_number(a, text);
	case SECONDS:
		return set_seconds(a, text);
	case STRINGS:
		return add_string(a->value, a, text);
	case TUNABLE:
		return tunable_set(a->name, text);
	case SPECIAL:
		return a->set(text);
	}
	return -EINVAL;
}

/* getopt_long() found nothing that fits: say what it was. */
static void
complain_option(const char *given, int letter)
{
	unsigned int i;

	/* "--flag=value" for one that has no value comes here too. */
	for (i = 0; i < RTE_DIM(table); i++) {
		size_t n = strlen(table[i].name);

		if (strncmp(given, "--", 2) == 0 && strncmp(given + 2, table[i].name, n) == 0 &&
				given[2 + n] == '=') {
			complain("%s: --%s takes no value", given, table[i].name);
			return;
		}
	}
	if (letter != 0 && strncmp(given, "--", 2) != 0)
		complain("unknown option -%c; -h lists all of them", letter);
	else
		complain("unknown option %s; --help lists all of them. Options of the EAL come "
			"before the --", given);
}

int
args_parse(int argc, char **argv)
{
	struct option options[RTE_DIM(table) + 1] = { { .name = NULL } };
	unsigned int i;
	int opt, rc;

	for (i = 0; i < RTE_DIM(table); i++) {
		options[i].name = table[i].name;
		options[i].has_arg = table[i].what != NULL ? required_argument : no_argument;
		options[i].val = table[i].letter != 0 ? table[i].letter : 256 + (int)i;
	}

	opterr = 0;
	optind = 1;
	while ((opt = getopt_long(argc, argv, ":ih", options, NULL)) != -1) {
		if (opt == '?') {
			complain_option(argv[optind - 1], optopt);
			return -EINVAL;
		}
		for (i = 0; i < RTE_DIM(table); i++)
			if (options[i].val == (opt == ':' ? optopt : opt))
				break;
		if (opt == ':') {
			complain("--%s needs a value: --%s %s (--help says more)", table[i].name,
					table[i].name, table[i].what);
			return -EINVAL;
		}
		rc = set(&table[i], optarg);
		if (rc != 0)
			return rc;
	}
	if (optind < argc) {
		complain("unexpected argument \"%s\": everything is given by options; --help lists "
			"them", argv[optind]);
		return -EINVAL;
	}
	if (config.interactive && !period_given)
		tunables.period = 0;
	return 0;
}
