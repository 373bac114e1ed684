/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_CHANNEL_H
#define NETDMA_CHANNEL_H

/**
 * @file netdma_channel.h
 *
 * Asynchronous copies for DPDK applications: channels, and what is copied on them.
 * Included by netdma.h, which begins with the whole picture.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netdma_desc.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rte_mbuf;
struct netdma_client;
struct netdma_channel;

/**@{@name Channel flags: netdma_channel_conf::flags */
/** Take the caller's word for lists and addresses: nothing is checked. What is wrong
 * then crashes, or worse.
 */
#define NETDMA_CHANNEL_TRUSTED       0x1u
/** With #NETDMA_PROVIDER_ANY: hardware if there is any. Software, when there is none,
 * shows in #NETDMA_CHANNEL_FALLBACK and in the log.
 */
#define NETDMA_CHANNEL_WANT_HARDWARE 0x2u
/** Hardware or nothing: -ENODEV instead of software. */
#define NETDMA_CHANNEL_NEED_HARDWARE 0x4u
/** Keep a latency histogram from the start (netdma_channel_latency_enable()). */
#define NETDMA_CHANNEL_LATENCY       0x8u
/** Only in netdma_channel_info: hardware was wanted, and this is software. */
#define NETDMA_CHANNEL_FALLBACK      0x80000000u
/**@}*/

/** What a channel does about a copy that failed. */
enum netdma_error_policy {
	/** Redo it on the CPU, report a success and count it. What the CPU cannot do either
	 * (memory that is not DPDK's or registered, poisoned data) is reported.
	 */
	NETDMA_ON_ERROR_RECOVER = 0,
	/** Report it, and go on. */
	NETDMA_ON_ERROR_REPORT,
	/** Report it and stop, as NetDMA does: what the engine has ends with its own status,
	 * the rest as #NETDMA_NOT_COPIED, and only netdma_channel_start() is legal.
	 */
	NETDMA_ON_ERROR_HALT,
};

/**@{@name Where a channel goes when its provider leaves: netdma_channel_conf::failover */
/** To the provider that is best for it: hardware first, then by node, then by load; to none
 * that a channel has left because its engine did not work, since it was started.
 */
#define NETDMA_FAILOVER_ANY  0
/** Nowhere: it is detached. What was unfinished comes back as #NETDMA_NOT_COPIED. */
#define NETDMA_FAILOVER_NONE (-1)
/**@}*/

/** netdma_channel_conf::watchdog_us: no watchdog. */
#define NETDMA_WATCHDOG_OFF UINT32_MAX

/**@{@name Completion flags: netdma_completion::flags */
/** With #NETDMA_UNKNOWN: the engine did not answer, and may still write to the destination and
 * read the source. The provider is quarantined.
 */
#define NETDMA_COMPLETION_ENGINE_MAY_WRITE 0x1u
/**@}*/

/** An entry that netdma_poll() returns: one for each netdma_copy(), netdma_copy_mbuf()
 * and netdma_marker(), and for each descriptor of a caller's list.
 */
struct netdma_completion {
	void *user;               /**< The cookie: @c user of the call or of the descriptor. */
	struct netdma_desc *desc; /**< The caller's descriptor; NULL on a ring-fed channel. */
	uint8_t status;           /**< enum netdma_status: the worst of the segments'. */
	uint8_t error;            /**< enum netdma_error: of that segment. */
	uint8_t interrupt;        /**< 1: asked for with INTERRUPT_ON_COMPLETION. */
	uint8_t flags;            /**< NETDMA_COMPLETION_*. */
	uint32_t nb_segs;         /**< Descriptors that the entry stands for. */
};

/**
 * Called by netdma_poll() for each entry whose descriptor has
 * #NETDMA_DESC_INTERRUPT_ON_COMPLETION, in list order, after the entries were taken off
 * the channel. It may copy, submit and append; netdma_poll(), netdma_channel_drain(),
 * netdma_channel_free() and the control calls of the channel return -EBUSY from it.
 */
typedef void (*netdma_completion_cb_t)(struct netdma_channel *channel,
		const struct netdma_completion *completion, void *arg);

/** A set of CPUs, numbered as the operating system does. */
struct netdma_cpu_mask {
	uint64_t bits[16]; /**< CPU n is bit n % 64 of bits[n / 64]. */
};

/** Put a CPU into a set. */
static inline void
netdma_cpu_mask_set(struct netdma_cpu_mask *mask, unsigned int cpu)
{
	if (cpu < 16 * 64)
		mask->bits[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

/** Whether a CPU is in a set. */
static inline bool
netdma_cpu_mask_isset(const struct netdma_cpu_mask *mask, unsigned int cpu)
{
	return cpu < 16 * 64 && (mask->bits[cpu / 64] >> (cpu % 64) & 1) != 0;
}

/** How a channel is allocated. A zero-initialised one asks for any provider on node 0,
 * with the default ring.
 */
struct netdma_channel_conf {
	size_t size;              /**< sizeof(struct netdma_channel_conf), or 0. */
	/** An id, or #NETDMA_PROVIDER_ANY: hardware first, then by node, then by load. */
	int provider;
	/** Slots of the channel's descriptor ring and, as far as the engine goes along, of
	 * the engine's; rounded up to a power of two. 0: 1024. Lists may be longer.
	 */
	uint32_t nb_desc;
	int socket;               /**< Preferred NUMA node, or SOCKET_ID_ANY. */
	uint32_t flags;           /**< NETDMA_CHANNEL_*. */
	struct netdma_cpu_mask cpu_mask; /**< CPUs wanted for the engine's work; none: any. */
	uint32_t priority;        /**< 0 is the lowest; capped to what the engine has. */
	enum netdma_error_policy error_policy; /**< What to do about a copy that failed. */
	uint64_t *completion_word; /**< 8-byte aligned, or NULL. See #NETDMA_WORD_STATE. */
	netdma_completion_cb_t completion; /**< May be NULL. */
	void *arg;                /**< For @c completion. */
	/** Microseconds that the engine may take to finish what it was given, when the channel
	 * is suspended, aborted, reset or moved. 0: 100,000.
	 */
	uint32_t bound_us;
	/** Microseconds without any progress after which netdma_poll() takes the engine for
	 * stuck. It is stopped and started again; if that does not help, the channel leaves it.
	 * 0: 5,000,000. #NETDMA_WATCHDOG_OFF: never.
	 */
	uint32_t watchdog_us;
	/** Where the channel goes with all that is unfinished when its provider is stopped,
	 * removed or does not answer: the id of a provider, #NETDMA_FAILOVER_ANY or
	 * #NETDMA_FAILOVER_NONE. If nobody takes it, it is detached; with #NETDMA_ON_ERROR_RECOVER
	 * netdma_poll() then copies the rest on the CPU.
	 */
	int failover;
};

/** What a channel is doing. The first five have the values of NETDMA_WORD_*. */
enum netdma_channel_state {
	NETDMA_CHANNEL_ACTIVE = NETDMA_WORD_ACTIVE,       /**< Not everything has completed. */
	NETDMA_CHANNEL_IDLE = NETDMA_WORD_IDLE,           /**< Everything has completed. */
	NETDMA_CHANNEL_SUSPENDED = NETDMA_WORD_SUSPENDED, /**< Suspended. */
	NETDMA_CHANNEL_HALTED = NETDMA_WORD_HALTED,       /**< Only start is legal. */
	NETDMA_CHANNEL_ARMED = NETDMA_WORD_ARMED,         /**< Allocated, not started. */
	NETDMA_CHANNEL_DETACHED,                          /**< It has no provider any more. */
};

/** What is known of a channel. */
struct netdma_channel_info {
	size_t size;              /**< Set by the caller: sizeof, or 0. */
	int id;                   /**< For telemetry and logs; not used again. */
	int provider;             /**< Id of its provider. */
	enum netdma_channel_state state; /**< What it is doing. */
	uint32_t flags;           /**< NETDMA_CHANNEL_*, also #NETDMA_CHANNEL_FALLBACK. */
	uint32_t nb_desc;         /**< Slots of the channel's ring. */
	uint32_t engine_desc;     /**< Descriptors that the engine takes at once. */
	/** Of addresses in a caller's lists. It stays, wherever the channel moves. */
	enum netdma_addr_space addr_space;
	/** Longest copy of one descriptor of a caller's list. It stays, too. */
	uint32_t max_transfer;
	int cpu;                  /**< CPU that does the engine's work; -1: none in particular. */
	uint32_t priority;        /**< As granted. */
	struct netdma_cpu_mask cpu_mask; /**< As wanted. */
	uint32_t dca_context;     /**< Target processor of the last context change. */
};

/**
 * Allocate a channel.
 *
 * @return
 *   The channel; NULL with rte_errno: EINVAL (wrong conf: the log says how), ENODEV (no
 *   such provider, or none that fits), EBUSY (it has no channel free, or its device is
 *   in someone else's hands), ENOTSUP (what it does not do yet), ENOMEM, or the error of
 *   the driver.
 */
struct netdma_channel *netdma_channel_alloc(struct netdma_client *client,
		const struct netdma_channel_conf *conf);

/**
 * Free a channel on which nothing is outstanding: all that was handed over has been
 * polled. Slots that were filled and not submitted are dropped.
 *
 * @return
 *   0; -EBUSY with anything outstanding or not polled, and from a callback; -EINVAL.
 */
int netdma_channel_free(struct netdma_channel *channel);

/** What is known of a channel. Any thread. @return 0 or -EINVAL. */
int netdma_channel_info_get(const struct netdma_channel *channel,
		struct netdma_channel_info *info);

/**
 * Load a list onto a channel: the first submission after the channel was allocated, or
 * to replace what is on it. On a busy channel what the engine was given finishes with
 * its own status, what it was not given completes as #NETDMA_NOT_COPIED, and the new
 * list follows. A ring-fed channel starts by itself: (channel, NULL, NULL, 0) drops what
 * it has not given.
 *
 * Every descriptor is checked first, unless the channel is #NETDMA_CHANNEL_TRUSTED. A
 * list that fails the check is refused whole: nothing moves, and the log says which
 * descriptor and why.
 *
 * NetDMA's StartDma.
 *
 * @param channel
 *   The channel.
 * @param first, last
 *   The list, linked through @c next. @c next of the last is NULL, or the descriptor
 *   with which the following append will begin.
 * @param n
 *   How many descriptors the list has.
 * @return
 *   0; -EINVAL (a descriptor not 64-byte aligned, a reserved or wrong flag, a @c next that
 *   leaves the pool or is NULL, a cycle, a count that does not match, no pool); -ERANGE (a
 *   length of 0 or beyond netdma_channel_info::max_transfer); -EFAULT (an address outside
 *   the memory that the engine may reach); -EBUSY (a descriptor is already on a list; the
 *   channel is ring-fed and has work outstanding; too many starts on a busy channel; from a
 *   callback); -EAGAIN (another thread has the channel); -ENODEV (its provider is gone).
 */
int netdma_channel_start(struct netdma_channel *channel, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n);

/**
 * Link a list behind a channel's last descriptor and hand it over. Lists of any length
 * are taken, whatever the engine's ring holds. NetDMA's AppendDma.
 *
 * @return
 *   As netdma_channel_start(); also -EINVAL before a start, and when the old list's last
 *   @c next named another descriptor to begin with; -ECANCELED after an abort or halt; -EBUSY
 *   while it is suspended.
 */
int netdma_channel_append(struct netdma_channel *channel, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n);

/** What netdma_channel_check() found. */
struct netdma_check {
	uint32_t index;          /**< Which descriptor, counted from 0. */
	struct netdma_desc *desc; /**< That descriptor; NULL if it cannot be named. */
	char reason[192];        /**< What is wrong and what would be right. */
};

/**
 * Check a list as netdma_channel_append() would, and hand over nothing: a dry run, on
 * trusted channels too. Whether the channel is started does not matter.
 *
 * @param channel, first, last, n
 *   As for netdma_channel_append().
 * @param[out] check
 *   What was found, when the list is refused; may be NULL.
 * @return
 *   As netdma_channel_append().
 */
int netdma_channel_check(struct netdma_channel *channel, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n, struct netdma_check *check);

/**
 * Pause: the engine finishes what it has, or the current descriptor if it can stop there
 * (#NETDMA_PROVIDER_STOPS), and gets nothing more. What it has processed can be polled.
 *
 * On a list-fed channel the rest is the client's again: it may be changed, and descriptors
 * inserted and deleted, behind the one that was processed last. What is not handed over
 * again with netdma_channel_resume() is not reported. What an earlier start has replaced is not
 * part of it: that comes back as #NETDMA_NOT_COPIED. On a ring-fed channel the rest waits;
 * it may be added to.
 *
 * NetDMA's SuspendDma.
 *
 * @param channel
 *   The channel.
 * @param[out] last_processed
 *   The last descriptor that was processed; NULL if none was.
 * @return
 *   0, also when the channel had to leave its engine for that; -ETIMEDOUT when the engine did not
 *   finish within netdma_channel_conf::bound_us: the channel goes on as if nothing had been asked;
 *   -EINVAL when it is suspended or not started; -ECANCELED after an abort; -EBUSY from a
 *   callback; -EAGAIN; -ENODEV.
 */
int netdma_channel_suspend(struct netdma_channel *channel, struct netdma_desc **last_processed);

/**
 * Go on after a suspend, with what the client has made of the rest of the list.
 * NetDMA's ResumeDma.
 *
 * @param channel
 *   The channel.
 * @param first, last, n
 *   The rest, from the first descriptor that was not processed on; it is checked as by
 *   netdma_channel_append(). NULL, NULL, 0: nothing is left of it, or the channel is ring-fed.
 * @return
 *   0; -EINVAL when the channel is not suspended, or a list comes to a ring-fed one; as
 *   netdma_channel_append() for a list that is refused, and -EBUSY after too many starts and
 *   resumes with nothing delivered in between: the channel stays suspended.
 */
int netdma_channel_resume(struct netdma_channel *channel, struct netdma_desc *first,
		struct netdma_desc *last, uint32_t n);

/**
 * Stop: what the engine was given ends with its own status, or as #NETDMA_UNKNOWN if it does
 * not say within netdma_channel_conf::bound_us and has to be stopped; what it was not given
 * as #NETDMA_NOT_COPIED. All of it can be polled. What a suspend has given back stays the
 * client's. Then only netdma_channel_start() is legal: netdma_channel_append() and
 * netdma_submit() return -ECANCELED. NetDMA's AbortDma.
 *
 * @return
 *   0, also when it is aborted already; -ETIMEDOUT when the engine did not answer and could
 *   not be stopped: what it has comes back with #NETDMA_COMPLETION_ENGINE_MAY_WRITE, its
 *   provider is quarantined, and the channel leaves it (netdma_channel_conf::failover);
 *   -EBUSY from a callback; -EAGAIN; -ENODEV; -EINVAL.
 */
int netdma_channel_abort(struct netdma_channel *channel);

/**
 * Abort, and be as freshly allocated: the next call is a start, or a submit on a ring-fed
 * channel. Completions stay to be polled. NetDMA's ResetChannel.
 *
 * @return
 *   As netdma_channel_abort().
 */
int netdma_channel_reset(struct netdma_channel *channel);

/**
 * Move a channel to another provider, with all that is unfinished on it: for instance back to
 * a device that has arrived. Its engine finishes what it has, or is stopped. The channel's
 * owner calls it, in any state of the channel; also on one that was detached.
 *
 * @param channel
 *   The channel.
 * @param provider
 *   Id of a provider that is started.
 * @return
 *   0, also when it is there already; -ENODEV for a provider that is not there, not started,
 *   or software for a channel that needs hardware; -EBUSY when the provider has no channel
 *   free, and from a callback; -EAGAIN while another thread has the channel or changes the
 *   registry; -ETIMEDOUT when its engine did not answer and could not be stopped: as for
 *   netdma_channel_abort(), but it moved all the same; -EINVAL; or the error of the driver. On
 *   others than 0 and -ETIMEDOUT it stays where it was and goes on.
 */
int netdma_channel_move(struct netdma_channel *channel, int provider);

/* ------------------------------------------------------ the everyday calls */

/**
 * Fill the next slot of the channel's ring with a copy. It runs after netdma_submit().
 *
 * @param channel
 *   The channel.
 * @param src, dst
 *   Virtual addresses, whatever the engine's address space: in memory of DPDK's, or
 *   registered with netdma_mem_register().
 * @param length
 *   Bytes; a copy of more than the engine's longest transfer is split into several slots
 *   and reported as one. 0 moves nothing and is reported in its place.
 * @param flags
 *   Of the descriptor flags: INTERRUPT_ON_COMPLETION, SERIALIZE_TRANSFER,
 *   STATUS_UPDATE_ON_COMPLETION, the NO_SNOOP hints, DESTINATION_DCA_ENABLE.
 * @param user
 *   Comes back in netdma_completion::user.
 * @return
 *   0; -ENOSPC without room, or while another thread has the channel (keep it, poll, then
 *   try again); -E2BIG for a copy that needs more
 *   slots than the whole ring has; -EFAULT for memory that the engine may not reach;
 *   -EINVAL for a wrong flag; -EBUSY on a list-fed channel with work outstanding;
 *   -ENODEV when its provider is gone. Nothing was filled when it is not 0.
 */
int netdma_copy(struct netdma_channel *channel, const void *src, void *dst, size_t length,
		uint32_t flags, void *user);

/**
 * Fill slots with the copy of a packet's bytes, segment by segment, into one buffer.
 *
 * @param channel
 *   The channel.
 * @param m
 *   The packet: any chain of segments. It stays the caller's and must stay until the
 *   entry comes back.
 * @param offset
 *   Bytes to skip at its beginning, e.g. its headers. An offset of the whole length
 *   moves nothing and is reported in its place.
 * @param dst
 *   Where the rest goes: rte_pktmbuf_pkt_len(m) - offset bytes.
 * @param user
 *   Comes back in netdma_completion::user.
 * @return
 *   As netdma_copy(); also -EINVAL for an offset behind the packet's end.
 */
int netdma_copy_mbuf(struct netdma_channel *channel, const struct rte_mbuf *m, uint32_t offset,
		void *dst, void *user);

/**
 * Fill a slot with a null transfer: an entry that comes back when all before it have.
 *
 * @return
 *   As netdma_copy().
 */
int netdma_marker(struct netdma_channel *channel, uint32_t flags, void *user);

/**
 * Hand over what was filled: one list, one doorbell. Nothing filled: nothing to do.
 *
 * @return
 *   The number of slots that were handed over: all that were filled, or 0 while another
 *   thread has the channel (submit again after a poll); or a negative errno: -ENODEV when the
 *   provider is gone, -ECANCELED after an abort or halt. They stay filled then, and if the
 *   channel is freed so, nothing of them has moved or will.
 */
int netdma_submit(struct netdma_channel *channel);

/**
 * Drive the channel and collect completions, in list order, exactly once each.
 *
 * @param channel
 *   The channel.
 * @param[out] done
 *   The entries; NULL to have them counted only.
 * @param max
 *   How many to return at most; 0 only drives the engine.
 * @return
 *   The number of entries; -EBUSY from a completion callback; -EINVAL.
 */
int netdma_poll(struct netdma_channel *channel, struct netdma_completion *done, uint16_t max);

/** Free slots of the channel's ring: for so many more copies of one segment is there
 * room. @return a count, or -EINVAL.
 */
int netdma_channel_room(const struct netdma_channel *channel);

/** Descriptors that were handed over and not yet returned by netdma_poll(). Any thread.
 * @return a count (at most INT_MAX), or -EINVAL.
 */
int netdma_channel_outstanding(const struct netdma_channel *channel);

/**
 * Drive the channel until the engine has finished all that was handed over. What
 * completed stays to be polled.
 *
 * @param channel
 *   The channel.
 * @param timeout_us
 *   Microseconds; 0 tries once.
 * @return
 *   0; -ETIMEDOUT; -EAGAIN while another thread has the channel; -ENODEV when its provider is
 *   gone; -EBUSY from a callback; -EINVAL.
 */
int netdma_channel_drain(struct netdma_channel *channel, uint64_t timeout_us);

/** For netdma_channel_wait(): copy meanwhile what an engine in software has not begun with. */
#define NETDMA_WAIT_HELP 0x1u

/**
 * Drive the channel until at most @p until descriptors of all that was handed over are not
 * finished. What completed stays to be polled.
 *
 * With #NETDMA_WAIT_HELP, and 0 for @p until, this core works, too: on a worker of the "cpu" driver
 * it copies from the end what the worker has not begun with, so that a list takes little more than
 * half the time that one core needs. Other engines are just waited for. For who has nothing else
 * to do, and for copies of a few hundred bytes and more.
 *
 * @param channel
 *   The channel.
 * @param until
 *   Descriptors; 0 waits for all. Slots that were filled and not submitted do not count.
 * @param flags
 *   #NETDMA_WAIT_HELP, or 0.
 * @return
 *   0; -ETIMEDOUT when for netdma_channel_conf::bound_us nothing has finished, which is so on a
 *   channel that is suspended: it may be called again; -EAGAIN while another thread has the
 *   channel; -ENODEV when its provider is gone; -EBUSY from a callback; -EINVAL, also for an
 *   unknown flag.
 */
int netdma_channel_wait(struct netdma_channel *channel, uint32_t until, uint32_t flags);

/* -------------------------------------------------------- descriptor pools */

struct netdma_desc_pool;

/**
 * Create a pool of descriptors for lists that callers link themselves. All descriptors
 * of one list come from one pool. A pool may be used by several threads.
 *
 * @param name
 *   For logs; at most 31 characters.
 * @param n
 *   How many descriptors.
 * @param socket
 *   NUMA node, or SOCKET_ID_ANY.
 * @return
 *   The pool; NULL with rte_errno EINVAL or ENOMEM.
 */
struct netdma_desc_pool *netdma_desc_pool_create(const char *name, uint32_t n, int socket);

/** Free a pool. @return 0; -EBUSY when not all its descriptors were freed; -EINVAL. */
int netdma_desc_pool_free(struct netdma_desc_pool *pool);

/**
 * Take @p n descriptors from a pool: linked, zeroed, @c next of the last NULL.
 *
 * @return
 *   The first; NULL with rte_errno ENOSPC when the pool has fewer (none is taken) or EINVAL.
 */
struct netdma_desc *netdma_desc_alloc(struct netdma_desc_pool *pool, uint32_t n);

/**
 * Give @p n descriptors, linked from @p first through @c next, back to their pool.
 *
 * @return
 *   0; -EINVAL when the chain leaves the pool, ends early or has a free descriptor; -EBUSY
 *   when a descriptor is on a list. Nothing was freed then.
 */
int netdma_desc_free(struct netdma_desc_pool *pool, struct netdma_desc *first, uint32_t n);

/* ------------------------------------------------------------------ memory */

/**
 * Let engines reach application memory that did not come from DPDK. The pages stay the
 * caller's: they must be mapped, and with IOVA as PA locked, until they are unregistered.
 *
 * @param addr, length
 *   The range; both multiples of the system's page size.
 * @return
 *   0; -EINVAL when it is not page-aligned or empty; -EEXIST when it overlaps what is
 *   registered or DPDK's own; -ENOSPC when there is no room for another; -EFAULT when a
 *   page is not mapped or, with IOVA as PA, its physical address cannot be had; or the
 *   error of rte_extmem_register(). VFIO, where it is used, maps the range now or, if it has
 *   no device yet, when a channel is allocated on one.
 */
int netdma_mem_register(void *addr, size_t length);

/**
 * Undo netdma_mem_register() for the same range.
 *
 * @return
 *   0; -ENOENT when that range is not registered; -EBUSY while a channel that is not
 *   trusted may be using it; or the error of rte_extmem_unregister().
 */
int netdma_mem_unregister(void *addr, size_t length);

#ifdef __cplusplus
}
#endif

#endif /* NETDMA_CHANNEL_H */
