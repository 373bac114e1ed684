/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "knob.h"

uint64_t
knob(const char *name, uint64_t none, uint64_t least, uint64_t most)
{
	const char *text = getenv(name);
	uint64_t value;
	char *end;

	if (text == NULL || text[0] == '\0')
		return none;
	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno != 0 || *end != '\0' || text[0] == '-' || value < least || value > most) {
		fprintf(stderr, "hwmodel: %s=%s: it must be a number from %" PRIu64 " to %" PRIu64
				"\n", name, text, least, most);
		_exit(2);
	}
	return value;
}

void
totals_tell(const char *format, ...)
{
	const char *path = getenv("HWMODEL_TOTALS");
	char line[512];
	int fd = STDERR_FILENO, n;
	va_list args;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	line[n++] = '\n';
	if (path != NULL && path[0] != '\0')
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		fprintf(stderr, "hwmodel: HWMODEL_TOTALS=%s cannot be written\n",
				path != NULL ? path : "");
	if (fd > STDERR_FILENO)
		close(fd);
}
