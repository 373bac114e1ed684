/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Preloaded: a memcpy() that is wrong for WRONG_SIZE bytes. WRONG=flipped: one bit of them is.
 * WRONG=none: nothing is copied.
 */

#include <stdlib.h>
#include <string.h>

static size_t size; /* 0: it is right */
static int none;

static void __attribute__((constructor))
wrong_init(void)
{
	const char *how = getenv("WRONG"), *bytes = getenv("WRONG_SIZE");

	none = how != NULL && strcmp(how, "none") == 0;
	size = bytes != NULL ? strtoul(bytes, NULL, 10) : 0;
}

void *
memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	if (n != size || n == 0)
		return memmove(dst, src, n);
	if (!none) {
		memmove(dst, src, n);
		((char *)dst)[n - 1] ^= 1;
	}
	return dst;
}
