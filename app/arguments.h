/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef APP_ARGUMENTS_H
#define APP_ARGUMENTS_H

/* An application's own arguments are those behind "--", and can be looked at before the EAL starts: a wrong
 * one is told at once.
 */

#include <stddef.h>
#include <string.h>

/* @param alone options that are the application's own if there is nothing else; NULL ends them.
 * @return how many of the arguments are the EAL's, with the program's name: what is behind them has a name
 * first, too, or is nothing.
 */
static inline int
arguments_of_eal(int argc, char **argv, const char *const *alone)
{
	int n = 1;

	for (; argc == 2 && *alone != NULL; alone++)
		if (strcmp(argv[1], *alone) == 0)
			return 0;
	while (n < argc && strcmp(argv[n], "--") != 0)
		n++;
	return n;
}

#endif /* APP_ARGUMENTS_H */
