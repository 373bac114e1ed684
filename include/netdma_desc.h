/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_DESC_H
#define NETDMA_DESC_H

/**
 * @file netdma_desc.h
 *
 * The copy descriptor: what clients, the library and provider drivers share.
 *
 * A descriptor is 64 bytes, one cache line, and asks for one copy. Descriptors
 * are linked through @c next into lists; a list is what a channel runs. The
 * layout, the flags and their values are those of NetDMA.
 *
 *     struct netdma_desc *d = netdma_desc_alloc(pool, 2);   // linked: d -> d->next
 *
 *     d->src = rte_mem_virt2iova(a);                        // or the pointer itself: see
 *     d->dst = rte_mem_virt2iova(b);                        // netdma_channel_info::addr_space
 *     d->length = 1500;
 *     d->next->flags = NETDMA_DESC_NULL_TRANSFER;           // a marker behind the copy
 *
 *     netdma_channel_start(channel, d, d->next, 2);
 *
 * From the call that hands a descriptor over until netdma_poll() returns it,
 * the descriptor and both buffers belong to the library.
 */

#include <stdint.h>

#include <rte_common.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The page that a page break ends at, in bytes, on every machine (NetDMA's PAGE_SIZE). */
#define NETDMA_PAGE_SIZE 4096u

/**@{@name Descriptor flags (NetDMA ControlFlags)
 * Every bit that is not named here is reserved; a list with a reserved bit set is refused.
 */
/** Call the channel's completion callback for this descriptor. */
#define NETDMA_DESC_INTERRUPT_ON_COMPLETION     0x00000001u
/** Hint: the engine need not snoop caches when it reads the source. */
#define NETDMA_DESC_SOURCE_NO_SNOOP             0x00000002u
/** Hint: the engine need not snoop caches when it writes the destination. */
#define NETDMA_DESC_DESTINATION_NO_SNOOP        0x00000004u
/** Write the channel's completion word when this descriptor completes. */
#define NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION 0x00000008u
/** Fence: everything this descriptor and those before it wrote is visible before
 * any later descriptor reads.
 */
#define NETDMA_DESC_SERIALIZE_TRANSFER          0x00000010u
/** Move nothing; complete in the descriptor's place in the list. */
#define NETDMA_DESC_NULL_TRANSFER               0x00000020u
/** Read from @c src to the end of its page, then go on at @c next_src. */
#define NETDMA_DESC_SOURCE_PAGE_BREAK           0x00000040u
/** Write from @c dst to the end of its page, then go on at @c next_dst. */
#define NETDMA_DESC_DESTINATION_PAGE_BREAK      0x00000080u
/** Hint: place the destination in the target processor's cache. */
#define NETDMA_DESC_DESTINATION_DCA_ENABLE      0x00000200u

/** The operation, in the top byte: #NETDMA_DESC_OP_TRANSFER or
 * #NETDMA_DESC_OP_CONTEXT_CHANGE.
 */
#define NETDMA_DESC_OP_TYPE_MASK                0xFF000000u
/** A transfer. */
#define NETDMA_DESC_OP_TRANSFER                 0x00000000u
/** Not a transfer: @c dca_context is the channel's target processor from here on.
 * Goes with #NETDMA_DESC_DCA_CONTEXT_CHANGE; of the flags above only
 * #NETDMA_DESC_STATUS_UPDATE_ON_COMPLETION and #NETDMA_DESC_SERIALIZE_TRANSFER may be set.
 */
#define NETDMA_DESC_OP_CONTEXT_CHANGE           0xFF000000u
/** In a context change: the context is a DCA context. It shares its value with
 * #NETDMA_DESC_INTERRUPT_ON_COMPLETION, which a context change cannot ask for.
 */
#define NETDMA_DESC_DCA_CONTEXT_CHANGE          0x00000001u
/**@}*/

/** A copy descriptor. Descriptors lie on 64-byte boundaries. */
struct netdma_desc {
	union {
		uint32_t length;      /**< Bytes to copy; NetDMA's TransferSize. */
		uint32_t dca_context; /**< The DCA context of a context change. */
	};
	uint32_t flags;               /**< NETDMA_DESC_*; NetDMA's ControlFlags. */
	uint64_t src;                 /**< Source, in the channel's address space. */
	uint64_t dst;                 /**< Destination, in the channel's address space. */
	/** The next descriptor, a virtual address in every mode. In the last
	 * descriptor of a list: NULL, or the descriptor with which the following
	 * append must begin.
	 */
	struct netdma_desc *next;
	union {
		uint64_t next_src;    /**< Where the source goes on behind its page break. */
		uint64_t reserved1;   /**< The library's, without a source page break. */
	};
	union {
		uint64_t next_dst;    /**< Where the destination goes on behind its page break. */
		uint64_t reserved2;   /**< The library's, without a destination page break. */
	};
	/** The library's. Zero in a descriptor that is the client's: as
	 * netdma_desc_alloc() and netdma_poll() hand it over.
	 */
	uint64_t user_context1;
	union {
		uint64_t user_context2; /**< The client's own. */
		void *user;             /**< The same as a pointer: netdma_completion::user. */
	};
} __rte_aligned(64);

/** The addresses that an engine takes. */
enum netdma_addr_space {
	NETDMA_ADDR_VA,   /**< Virtual addresses of this process. */
	NETDMA_ADDR_IOVA, /**< IO addresses; the same numbers where rte_eal_iova_mode() is VA. */
};

/** What became of a descriptor, or of an entry of several descriptors. */
enum netdma_status {
	/** The bytes are at the destination. */
	NETDMA_COPIED = 0,
	/** Not attempted: the destination is untouched. */
	NETDMA_NOT_COPIED,
	/** Attempted and failed: the content of the destination is undefined. An
	 * entry of which some segments were copied and others were not is reported so too.
	 */
	NETDMA_FAILED,
	/** The engine had it and never said: the content of the destination is undefined, and
	 * neither buffer may be used again before that engine is known to be quiet.
	 */
	NETDMA_UNKNOWN,
};

/** Why a descriptor was not copied, as far as its engine told. */
enum netdma_error {
	NETDMA_ERROR_NONE = 0,         /**< No error. */
	NETDMA_ERROR_CANCELED,         /**< Dropped: a start on a busy channel, abort or reset. */
	NETDMA_ERROR_TIMEOUT,          /**< The engine did not answer. */
	NETDMA_ERROR_NOT_ATTEMPTED,    /**< The engine gave up before it. */
	NETDMA_ERROR_SRC_ADDR,         /**< The engine could not use the source address. */
	NETDMA_ERROR_DST_ADDR,         /**< The engine could not use the destination address. */
	NETDMA_ERROR_ADDR,             /**< One of the two addresses. */
	NETDMA_ERROR_LENGTH,           /**< The engine refused the length. */
	NETDMA_ERROR_OPCODE,           /**< The engine refused the operation. */
	NETDMA_ERROR_BUS_READ,         /**< Bus error while reading. */
	NETDMA_ERROR_BUS_WRITE,        /**< Bus error while writing. */
	NETDMA_ERROR_BUS,              /**< Bus error. */
	NETDMA_ERROR_POISON,           /**< Poisoned data. */
	NETDMA_ERROR_DESC_READ,        /**< The engine could not read its descriptor. */
	NETDMA_ERROR_LINK,             /**< Device link error. */
	NETDMA_ERROR_PAGE_FAULT,       /**< Page fault. */
	NETDMA_ERROR_REFUSED,          /**< The engine's driver did not take the copy. */
	NETDMA_ERROR_ENGINE,           /**< The engine failed and did not say why. */
	NETDMA_ERROR_GONE,             /**< Its provider left, and no other one took it. */
	NETDMA_ERROR_HALTED,           /**< Dropped: a copy before it failed, and that halts. */
};

/**@{@name The completion word
 * 64 bits of the client's memory, named in netdma_channel_conf::completion_word: the
 * address of the descriptor that completed last, with the channel's state in the low
 * three bits. Any thread may read it (64-bit load, acquire order), at any time.
 */
/** The named descriptor succeeded, more are pending. */
#define NETDMA_WORD_ACTIVE    0u
/** The named descriptor succeeded and was the last. */
#define NETDMA_WORD_IDLE      1u
/** The channel is suspended. */
#define NETDMA_WORD_SUSPENDED 2u
/** The channel stopped at an error, or was aborted. */
#define NETDMA_WORD_HALTED    3u
/** Nothing has completed yet: the address is not valid. */
#define NETDMA_WORD_ARMED     4u
/** The state in a completion word. */
#define NETDMA_WORD_STATE(word) ((uint32_t)((word) & 7u))
/** The descriptor in a completion word. */
#define NETDMA_WORD_DESC(word) ((struct netdma_desc *)(uintptr_t)((word) & ~UINT64_C(7)))
/**@}*/

#ifdef __cplusplus
}
#endif

#endif /* NETDMA_DESC_H */
