/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What became of an operation, in the library's words. */

#include "dmadev.h"

enum netdma_error
dmadev_error_of(enum rte_dma_status_code code)
{
	switch (code) {
	case RTE_DMA_STATUS_SUCCESSFUL: return NETDMA_ERROR_NONE;
	case RTE_DMA_STATUS_NOT_ATTEMPTED: return NETDMA_ERROR_NOT_ATTEMPTED;
	case RTE_DMA_STATUS_INVALID_SRC_ADDR: return NETDMA_ERROR_SRC_ADDR;
	case RTE_DMA_STATUS_INVALID_DST_ADDR: return NETDMA_ERROR_DST_ADDR;
	case RTE_DMA_STATUS_INVALID_ADDR: return NETDMA_ERROR_ADDR;
	case RTE_DMA_STATUS_INVALID_LENGTH: return NETDMA_ERROR_LENGTH;
	case RTE_DMA_STATUS_INVALID_OPCODE: return NETDMA_ERROR_OPCODE;
	case RTE_DMA_STATUS_BUS_READ_ERROR: return NETDMA_ERROR_BUS_READ;
	case RTE_DMA_STATUS_BUS_WRITE_ERROR: return NETDMA_ERROR_BUS_WRITE;
	case RTE_DMA_STATUS_BUS_ERROR: return NETDMA_ERROR_BUS;
	case RTE_DMA_STATUS_DATA_POISION: return NETDMA_ERROR_POISON;
	case RTE_DMA_STATUS_DESCRIPTOR_READ_ERROR: return NETDMA_ERROR_DESC_READ;
	case RTE_DMA_STATUS_DEV_LINK_ERROR: return NETDMA_ERROR_LINK;
	case RTE_DMA_STATUS_PAGE_FAULT: return NETDMA_ERROR_PAGE_FAULT;
	default: return NETDMA_ERROR_ENGINE;
	}
}

enum netdma_status
dmadev_status_of(enum rte_dma_status_code code)
{
	switch (code) {
	case RTE_DMA_STATUS_SUCCESSFUL: return NETDMA_COPIED;
	case RTE_DMA_STATUS_NOT_ATTEMPTED: return NETDMA_NOT_COPIED;
	default: return NETDMA_FAILED;
	}
}
