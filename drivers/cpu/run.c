/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#include <rte_branch_prediction.h>
#include <rte_memcpy.h>

#include "cpu.h"

/* Copy between IOVAs: as far at a time as both sides are contiguous in this process. */
static enum netdma_error
copy_iova(uint64_t src, uint64_t dst, uint32_t length)
{
	void *from, *to;
	uint32_t piece;

	for (; length > 0; length -= piece, src += piece, dst += piece) {
		piece = length;
		from = netdma_iova_to_va(src, &piece);
		if (from == NULL)
			return NETDMA_ERROR_SRC_ADDR;
		to = netdma_iova_to_va(dst, &piece);
		if (to == NULL)
			return NETDMA_ERROR_DST_ADDR;
		rte_memcpy(to, from, piece);
	}
	return NETDMA_ERROR_NONE;
}

static enum netdma_error
copy(uint64_t src, uint64_t dst, uint32_t length, bool iova)
{
	if (unlikely(iova))
		return copy_iova(src, dst, length);
	rte_memcpy((void *)(uintptr_t)dst, (const void *)(uintptr_t)src, length);
	return NETDMA_ERROR_NONE;
}

bool
cpu_run(struct netdma_desc *d, bool iova)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES];
	enum netdma_error error = NETDMA_ERROR_NONE;
	unsigned int i, n;

	if (likely((d->flags & NETDMA_DESC_NOT_PLAIN) == 0)) {
		error = copy(d->src, d->dst, d->length, iova);
	} else {
		n = netdma_desc_pieces(d, piece);
		for (i = 0; i < n && error == NETDMA_ERROR_NONE; i++)
			error = copy(piece[i].src, piece[i].dst, piece[i].length, iova);
	}
	if (unlikely(error != NETDMA_ERROR_NONE))
		netdma_desc_set_status(d, NETDMA_FAILED, error);
	return netdma_desc_status(d) == NETDMA_COPIED;
}
