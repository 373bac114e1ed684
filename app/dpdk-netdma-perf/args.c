/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The arguments behind "--". */

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "app.h"
#include "args.h"

struct config config = {
	.depth = 128,
	.channels = 1,
	.effort = { .rounds = 11, .seconds = 0.02, .latencies = 2000 },
};

static bool apis[NB_APIS];

static const char usage[] =
"usage: " APP_NAME " [EAL options] -- [options]\n"
"\n"
"Copies, by several contestants in turns, on the main lcore and with the first other lcore\n"
"for the engine. The first contestant is who the others are compared with.\n"
"\n"
"  --engine STRING   who copies; may be repeated:\n"
"                      raw:NAME           a dmadev, through rte_dma_copy()\n"
"                      NAME,key=value...  a provider of the library's, made from that\n"
"                                         string; or the NAME of one that is there\n"
"                      memcpy, rte_memcpy a loop on this core\n"
"                    (default: raw:dma_skeleton0 if there is such, and\n"
"                    cpu0,mode=lcore,lcore=N)\n"
"  --api LIST        how the library is used: list, array, calls, wait (default: list)\n"
"  --size LIST       bytes of a copy (default: 64,256,1500,4096,65536)\n"
"  --burst LIST      copies handed over at once (default: 32)\n"
"  --depth N         copies outstanding, at most (default: 128)\n"
"  --cache LIST      hot, cold (default: hot)\n"
"  --align N         addresses are N bytes behind a cache line (default: 0)\n"
"  --channels N      of the library's, used in turns (default: 1)\n"
"  --stream          with the hint that destinations are not read soon\n"
"  --checked         channels that are not TRUSTED\n"
"  --rounds N        samples of each contestant (default: 11)\n"
"  --ms N            milliseconds of a sample (default: 20)\n"
"  --latencies N     single copies whose latency is taken; 0: none (default: 2000)\n"
"  --json FILE       also all records, as a list; - is standard output\n"
"  --csv FILE        the same as a table\n"
"  --suite goals     instead: what the library promises, and what was reached\n"
"  --instructions N  instead: N bursts of the first size and contestant, for callgrind to\n"
"                    count (test/instructions)\n"
"  --help\n";

static int
parse_number(const char *option, const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 0);
	if (errno != 0 || !isdigit((unsigned char)text[0]) || *end != '\0' || n < min || n > max) {
		complain("--%s %s: it must be a number from %u to %u", option, text, min, max);
		return -EINVAL;
	}
	*value = (uint32_t)n;
	return 0;
}

/* Words between commas, each given to a function. */
static int
parse_words(const char *option, char *text, int (*word)(const char *option, const char *text))
{
	char *save, *part = strtok_r(text, ",", &save);
	int ret = 0;

	if (part == NULL) {
		complain("--%s %s: there is nothing in this list", option, text);
		return -EINVAL;
	}
	for (; part != NULL && ret == 0; part = strtok_r(NULL, ",", &save))
		ret = word(option, part);
	return ret;
}

static int
number_add(const char *option, const char *text, uint32_t max, struct numbers *numbers)
{
	if (numbers->n == MAX_LIST) {
		complain("--%s: more than %d numbers", option, MAX_LIST);
		return -EINVAL;
	}
	return parse_number(option, text, 1, max, &numbers->value[numbers->n++]);
}

static int
size_add(const char *option, const char *text)
{
	return number_add(option, text, 16u << 20, &config.sizes);
}

static int
burst_add(const char *option, const char *text)
{
	return number_add(option, text, 4096, &config.bursts);
}

static int
api_add(const char *option, const char *text)
{
	enum api api;

	for (api = 0; api <= API_WAIT; api++)
		if (strcmp(text, api_name(api)) == 0) {
			apis[api] = true;
			return 0;
		}
	complain("--%s %s: it must be list, array, calls or wait", option, text);
	return -EINVAL;
}

static int
cache_add(const char *option, const char *text)
{
	if (strcmp(text, "hot") == 0)
		config.hot = true;
	else if (strcmp(text, "cold") == 0)
		config.cold = true;
	else {
		complain("--%s %s: it must be hot or cold", option, text);
		return -EINVAL;
	}
	return 0;
}

static const char *engines[MAX_LIST];
static uint32_t nb_engines;

static int
engine_add(const char *option, const char *text)
{
	if (nb_engines == MAX_LIST) {
		complain("--%s: more than %d", option, MAX_LIST);
		return -EINVAL;
	}
	engines[nb_engines++] = text;
	return 0;
}

/* A provider is found by its name. @return whether no two that are different have the same. */
static bool
names_are_clear(void)
{
	size_t n;
	uint32_t i, k;

	for (i = 0; i < nb_engines; i++)
		for (k = 0; k < i; k++) {
			n = strcspn(engines[i], ",");
			if (strcspn(engines[k], ",") != n || strncmp(engines[i], engines[k], n) != 0 ||
					strcmp(engines[i], engines[k]) == 0)
				continue;
			complain("--engine %s: %.*s is %s already; give it another number",
					engines[i], (int)n, engines[i], engines[k]);
			return false;
		}
	return true;
}

/* Bursts are in the areas as a whole, and cold ones do not meet in them. */
static int
check_bytes(void)
{
	uint32_t i, k;

	for (i = 0; i < config.sizes.n; i++)
		for (k = 0; k < config.bursts.n; k++)
			if ((uint64_t)config.sizes.value[i] * (config.cold ? config.depth :
					config.bursts.value[k]) > MAX_OUTSTANDING) {
				complain("--size %u --burst %u --depth %u: more than %u MiB at once",
						config.sizes.value[i], config.bursts.value[k],
						config.depth, MAX_OUTSTANDING >> 20);
				return -EINVAL;
			}
	return 0;
}

/* Each engine in each of the ways in which it can be used. */
static int
contestants(void)
{
	uint32_t i;
	enum api api;

	for (i = 0; i < nb_engines; i++) {
		bool raw = strncmp(engines[i], "raw:", 4) == 0;
		bool loop = strcmp(engines[i], "memcpy") == 0 ||
				strcmp(engines[i], "rte_memcpy") == 0;

		for (api = 0; api < NB_APIS; api++) {
			if (raw || loop ? api != (raw ? API_RAW : API_NONE) : !apis[api])
				continue;
			if (config.nb_who == MAX_CONTESTANTS) {
				complain("--engine, --api: more than %d contestants",
						MAX_CONTESTANTS);
				return -EINVAL;
			}
			config.who[config.nb_who++] = (struct contestant){
				engines[i] + (raw ? 4 : 0), api };
		}
	}
	return 0;
}

enum { OPT_ENGINE = 256, OPT_API, OPT_SIZE, OPT_BURST, OPT_DEPTH, OPT_CACHE, OPT_ALIGN, OPT_CHANNELS,
	OPT_STREAM, OPT_CHECKED, OPT_ROUNDS, OPT_MS, OPT_LATENCIES, OPT_JSON, OPT_CSV, OPT_SUITE,
	OPT_INSTRUCTIONS, OPT_HELP };

static const struct option options[] = {
	{ "engine", required_argument, NULL, OPT_ENGINE },
	{ "api", required_argument, NULL, OPT_API },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "depth", required_argument, NULL, OPT_DEPTH },
	{ "cache", required_argument, NULL, OPT_CACHE },
	{ "align", required_argument, NULL, OPT_ALIGN },
	{ "channels", required_argument, NULL, OPT_CHANNELS },
	{ "stream", no_argument, NULL, OPT_STREAM },
	{ "checked", no_argument, NULL, OPT_CHECKED },
	{ "rounds", required_argument, NULL, OPT_ROUNDS },
	{ "ms", required_argument, NULL, OPT_MS },
	{ "latencies", required_argument, NULL, OPT_LATENCIES },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "csv", required_argument, NULL, OPT_CSV },
	{ "suite", required_argument, NULL, OPT_SUITE },
	{ "instructions", required_argument, NULL, OPT_INSTRUCTIONS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
take(int option, const char *name)
{
	uint32_t ms;

	switch (option) {
	case OPT_ENGINE: return engine_add(name, optarg);
	case OPT_API: return parse_words(name, optarg, api_add);
	case OPT_SIZE: return parse_words(name, optarg, size_add);
	case OPT_BURST: return parse_words(name, optarg, burst_add);
	case OPT_DEPTH: return parse_number(name, optarg, 1, 65536, &config.depth);
	case OPT_CACHE: return parse_words(name, optarg, cache_add);
	case OPT_ALIGN: return parse_number(name, optarg, 0, 4095, &config.align);
	case OPT_CHANNELS: return parse_number(name, optarg, 1, 64, &config.channels);
	case OPT_STREAM: config.stream = true; return 0;
	case OPT_CHECKED: config.checked = true; return 0;
	case OPT_ROUNDS: return parse_number(name, optarg, 1, 201, &config.effort.rounds);
	case OPT_MS:
		if (parse_number(name, optarg, 1, 60000, &ms) != 0)
			return -EINVAL;
		config.effort.seconds = ms / 1e3;
		return 0;
	case OPT_LATENCIES:
		return parse_number(name, optarg, 0, MAX_LATENCIES, &config.effort.latencies);
	case OPT_JSON: config.json = optarg; return 0;
	case OPT_CSV: config.csv = optarg; return 0;
	case OPT_SUITE:
		if (strcmp(optarg, "goals") != 0) {
			complain("--suite %s: there is only one, goals", optarg);
			return -EINVAL;
		}
		config.goals = true;
		return 0;
	case OPT_INSTRUCTIONS:
		return parse_number(name, optarg, 1, 1000000, &config.instructions);
	case OPT_HELP: fputs(usage, stdout); return 1;
	}
	complain("--help tells what there is");
	return -EINVAL;
}

int
args_parse(int argc, char **argv)
{
	static const uint32_t sizes[] = { 64, 256, 1500, 4096, 65536 };
	int option, index = 0, ret;
	uint32_t i;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		ret = take(option, option == '?' ? "" : options[index].name);
		if (ret != 0)
			return ret;
	}
	if (optind != argc) {
		complain("%s: options begin with --; --help tells what there is", argv[optind]);
		return -EINVAL;
	}
	for (i = 0; config.sizes.n == 0 && i < RTE_DIM(sizes); i++)
		config.sizes.value[i] = sizes[i];
	if (config.sizes.n == 0)
		config.sizes.n = RTE_DIM(sizes);
	if (config.bursts.n == 0)
		config.bursts = (struct numbers){ 1, { 32 } };
	for (i = 0; i < config.bursts.n; i++)
		if (config.bursts.value[i] > config.depth) {
			complain("--burst %u is more than --depth %u", config.bursts.value[i],
					config.depth);
			return -EINVAL;
		}
	if (!config.hot && !config.cold)
		config.hot = true;
	for (i = 0; i < NB_APIS && !apis[i]; i++)
		;
	apis[API_LIST] |= i == NB_APIS;
	if (!names_are_clear() || check_bytes() != 0)
		return -EINVAL;
	return contestants();
}
