/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Numbers and names as people read them. */

#include <stdio.h>
#include <string.h>

#include "app.h"

/* Strings that are used before the next few are made. */
static char *
scratch(size_t *size)
{
	static char buffer[16][40];
	static unsigned int next;

	*size = sizeof(buffer[0]);
	return buffer[next++ % RTE_DIM(buffer)];
}

const char *
human(double value, const char *what)
{
	static const char *const unit[] = { "", "k", "M", "G", "T" };
	unsigned int i = 0;
	size_t size;
	char *s = scratch(&size);

	while (value >= 999.5 && i + 1 < RTE_DIM(unit)) {
		value /= 1000;
		i++;
	}
	snprintf(s, size, "%.*f%s%s%s", i == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2,
			value, i != 0 || what[0] != '\0' ? " " : "", unit[i], what);
	return s;
}

/* 1234567 as 1,234,567, and what it is a number of. Written from its end. */
static const char *
number(uint64_t value, const char *what)
{
	size_t size, at;
	char *s = scratch(&size);
	unsigned int digits = 0;

	at = size - 1 - strlen(what);
	memcpy(s + at, what, size - at);
	do {
		if (digits != 0 && digits % 3 == 0)
			s[--at] = ',';
		s[--at] = (char)('0' + value % 10);
		value /= 10;
		digits++;
	} while (value != 0);
	return s + at;
}

const char *
whole(uint64_t value)
{
	return number(value, "");
}

const char *
packets(uint64_t n)
{
	return number(n, n == 1 ? " packet" : " packets");
}

const char *
engine_kind(const struct netdma_provider_info *info)
{
	return (info->flags & NETDMA_PROVIDER_SOFTWARE) != 0 ? "software" : "hardware";
}

static const char *const drop_names[NB_DROPS] = {
	[DROP_TOO_LONG] = "payload longer than a buffer (--buffer-size)",
	[DROP_TOO_MANY] = "more segments than the channel has slots (--desc)",
	[DROP_MEMORY] = "in memory that the engine may not reach",
	[DROP_REFUSED] = "refused by the channel",
};

const char *
drop_name(unsigned int why)
{
	return why < NB_DROPS ? drop_names[why] : "?";
}

bool
is_fallback(const struct queue *q)
{
	return (q->info.flags & NETDMA_CHANNEL_FALLBACK) != 0 || (config.want_hardware &&
			(q->provider.flags & NETDMA_PROVIDER_SOFTWARE) != 0);
}
