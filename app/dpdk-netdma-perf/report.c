/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* A table for people, records for programs, and a bar for those who wait. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "result.h"

const char *
api_name(enum api api)
{
	static const char *const name[] = { "list", "array", "calls", "wait", "raw", "loop" };

	return name[api];
}

static double
gbps(const struct record *r)
{
	return r->mops.median * r->setting.size * 8 / 1e3;
}

void
report_heading(FILE *f)
{
	fprintf(f, "%-28s %-5s %8s %5s %5s %-9s %6s %8s %9s %7s  %-20s %8s %8s %8s\n", "engine", "api",
			"bytes", "burst", "cache", "placement", "ns", "Mops/s", "Gbit/s", "cycles",
			"ratio (min-max)", "p50 ns", "p99 ns", "p999 ns");
}

void
report_row(FILE *f, const struct record *r)
{
	char ratio[64] = "";

	if (r->ratio.n != 0)
		snprintf(ratio, sizeof(ratio), "%.2f (%.2f-%.2f)", r->ratio.median, r->ratio.min,
				r->ratio.max);
	fprintf(f, "%-28s %-5s %8u %5u %5s %-9s %6.0f %8.2f %9.1f %7.1f  %-20s", r->who.engine,
			api_name(r->who.api), r->setting.size, r->setting.burst,
			r->setting.cold ? "cold" : "hot", placement_name(r->placement),
			r->round_ns, r->mops.median, gbps(r), r->cycles.median, ratio);
	if (r->has_latency)
		fprintf(f, " %8.0f %8.0f %8.0f", r->latency_ns[P50], r->latency_ns[P99],
				r->latency_ns[P999]);
	fputc('\n', f);
	fflush(f);
}

/* ------------------------------------------------------------------- records */

static struct file {
	const char *option;
	const char *path; /* NULL: none */
	FILE *f;
} json_file = { .option = "--json" }, csv_file = { .option = "--csv" };

static int
file_open(struct file *file, const char *path)
{
	file->path = path;
	if (path == NULL)
		return 0;
	file->f = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	if (file->f != NULL)
		return 0;
	complain("%s %s: %s", file->option, path, strerror(errno));
	return -EIO;
}

static int
file_close(struct file *file)
{
	bool bad = ferror(file->f) != 0;

	if (file->f != stdout)
		bad |= fclose(file->f) != 0;
	else
		bad |= fflush(file->f) != 0;
	if (bad)
		complain("%s %s: not all could be written", file->option, file->path);
	return bad ? -EIO : 0;
}

int
report_open(const char *json, const char *csv)
{
	int ret = file_open(&json_file, json);

	return ret == 0 ? file_open(&csv_file, csv) : ret;
}

static void
json_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
	}
	fputc('"', f);
}

static void
json_spread(FILE *f, const char *name, const struct spread *s)
{
	if (s->n == 0)
		fprintf(f, ", \"%s\": null", name);
	else
		fprintf(f, ", \"%s\": {\"min\": %.4g, \"median\": %.4g, \"max\": %.4g}", name,
				s->min, s->median, s->max);
}

static void
json_latency(FILE *f, const struct record *r)
{
	uint32_t i;

	fputs(", \"latency_ns\": ", f);
	if (!r->has_latency) {
		fputs("null", f);
		return;
	}
	for (i = 0; i < NB_QUANTILES; i++)
		fprintf(f, "%s\"%s\": %.4g", i == 0 ? "{" : ", ", quantiles[i].name,
				r->latency_ns[i]);
	fputc('}', f);
}

static void
json_write(FILE *f, const struct records *records)
{
	uint32_t i;

	fputs("[", f);
	for (i = 0; i < records->n; i++) {
		const struct record *r = &records->record[i];
		const struct setting *s = &r->setting;

		fprintf(f, "%s\n{\"engine\": ", i == 0 ? "" : ",");
		json_string(f, r->who.engine);
		fprintf(f, ", \"api\": \"%s\", \"size\": %u, \"burst\": %u, \"depth\": %u, "
				"\"align\": %u, \"channels\": %u, \"cache\": \"%s\", "
				"\"stream\": %s, \"checked\": %s, \"samples\": %u", api_name(r->who.api),
				s->size, s->burst, s->depth, s->align, s->channels,
				s->cold ? "cold" : "hot", s->stream ? "true" : "false",
				s->checked ? "true" : "false", r->n);
		fprintf(f, ", \"mops\": %.4g, \"gbps\": %.4g, \"producer_cycles_per_op\": %.4g",
				r->mops.median, gbps(r), r->cycles.median);
		json_spread(f, "mops_spread", &r->mops);
		json_spread(f, "producer_cycles_spread", &r->cycles);
		json_latency(f, r);
		fprintf(f, ", \"placement\": \"%s\", \"round_trip_ns\": %.4g, \"ratio_to\": ",
				placement_name(r->placement), r->round_ns);
		if (r->against.engine != NULL) {
			json_string(f, r->against.engine);
			fprintf(f, ", \"ratio_to_api\": \"%s\"", api_name(r->against.api));
		} else {
			fputs("null, \"ratio_to_api\": null", f);
		}
		json_spread(f, "ratio", &r->ratio);
		fputs("}", f);
	}
	fputs("\n]\n", f);
}

/* A string of a provider's has commas. */
static void
csv_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			fputc('"', f);
		fputc(*s, f);
	}
	fputc('"', f);
}

static void
csv_write(FILE *f, const struct records *records)
{
	uint32_t i, k;

	fputs("engine,api,size,burst,depth,align,channels,cache,stream,checked,placement,samples,"
			"round_trip_ns,mops_min,mops,mops_max,gbps,producer_cycles_per_op", f);
	for (k = 0; k < NB_QUANTILES; k++)
		fprintf(f, ",%s_ns", quantiles[k].name);
	fputs(",ratio_to,ratio_to_api,ratio_min,ratio,ratio_max\n", f);
	for (i = 0; i < records->n; i++) {
		const struct record *r = &records->record[i];
		const struct setting *s = &r->setting;

		csv_string(f, r->who.engine);
		fprintf(f, ",%s,%u,%u,%u,%u,%u,%s,%d,%d,%s,%u,%.4g,%.4g,%.4g,%.4g,%.4g,%.4g",
				api_name(r->who.api), s->size, s->burst, s->depth, s->align,
				s->channels, s->cold ? "cold" : "hot", s->stream, s->checked,
				placement_name(r->placement), r->n, r->round_ns, r->mops.min,
				r->mops.median, r->mops.max, gbps(r), r->cycles.median);
		for (k = 0; k < NB_QUANTILES; k++)
			if (r->has_latency)
				fprintf(f, ",%.4g", r->latency_ns[k]);
			else
				fputc(',', f);
		fputc(',', f);
		if (r->against.engine != NULL) {
			csv_string(f, r->against.engine);
			fprintf(f, ",%s,%.4g,%.4g,%.4g\n", api_name(r->against.api), r->ratio.min,
					r->ratio.median, r->ratio.max);
		} else {
			fputs(",,,,\n", f);
		}
	}
}

int
report_write(const struct records *records)
{
	int ret = 0;

	if (json_file.path != NULL) {
		json_write(json_file.f, records);
		ret = file_close(&json_file);
	}
	if (csv_file.path != NULL && ret == 0) {
		csv_write(csv_file.f, records);
		ret = file_close(&csv_file);
	}
	return ret;
}

/* ------------------------------------------------------------------ progress */

#define BAR 30

static struct {
	uint32_t steps;
	uint32_t done;
} progress;

void
progress_begin(uint32_t steps)
{
	progress.steps = steps;
	progress.done = 0;
}

void
progress_step(const char *what)
{
	uint32_t bar;

	if (!isatty(STDERR_FILENO) || progress.steps == 0)
		return;
	bar = progress.done * BAR / progress.steps;
	fprintf(stderr, "\r[%.*s%.*s] %3u %%  %-60.60s", (int)bar,
			"##############################", (int)(BAR - bar),
			"..............................", progress.done * 100 / progress.steps, what);
	progress.done += progress.done < progress.steps;
}

void
progress_clear(void)
{
	if (isatty(STDERR_FILENO) && progress.steps != 0)
		fprintf(stderr, "\r%*s\r", BAR + 70, "");
}

void
progress_end(void)
{
	progress_clear();
	progress.steps = 0;
}
