/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_PROVIDER_H
#define NETDMA_PROVIDER_H

/**
 * @file netdma_provider.h
 *
 * Asynchronous copies for DPDK applications: the provider driver's side.
 *
 * A driver manages any number of providers, one for each engine. It is a constructor
 * away from the library, built in or loaded with EAL's -d:
 *
 *     static const struct netdma_driver mine = {
 *             .name = "mine",                    // "mine0,key=value" makes a provider
 *             .create = mine_create,             // calls netdma_provider_register()
 *     };
 *     NETDMA_DRIVER_REGISTER(mine)
 *
 * The life of a provider: netdma_provider_register(); ops->start(), which tells the
 * attributes; any number of channels; ops->stop(), with no channel left; ops->start()
 * again, any number of times; netdma_provider_deregister(), or ops->destroy() when the
 * library lets go of it first.
 *
 * **The list is the queue.** A channel owns a linked list with three marks, in struct
 * netdma_list: *accepted* (the core's), *given* and *completed* (the provider's). How far
 * the provider may go the core says, too, with *allowed*: to all that is accepted, unless
 * it is suspending, aborting or moving the channel. The core calls ops->append() once a
 * list, and ops->poll() once a poll. In both the
 * provider first moves *completed* forward over what its engine has finished, then
 * *given* as far as its engine has room:
 *
 *     static int
 *     mine_poll(void *channel)
 *     {
 *             struct mine *c = channel;
 *             struct netdma_list *l = c->list;
 *
 *             netdma_list_complete(l, engine_finished(c)); // all of them copied
 *             while (l->given != l->allowed && engine_has_room(c)) {
 *                     engine_enqueue(c, l->give);
 *                     netdma_list_give(l);
 *             }
 *             engine_doorbell(c);
 *             return 0;
 *     }
 *
 * So a full ring is back-pressure and not an error, a driver keeps no queue of its own,
 * and what a descriptor costs is inside the driver's own loop. A descriptor is given, and
 * *given* moves over it, with the first of what the engine has to do for it: until then
 * the core may take it back.
 *
 * **Errors are the core's to decide on.** A descriptor that did not succeed is told with
 * netdma_desc_set_status() and counted in *failed* before *completed* moves over it, see
 * netdma_list_complete_checked(); so is one that the core has given a status before
 * (#NETDMA_DESC_DROPPED). The driver gets its engine going again by itself; the core redoes,
 * reports or halts when the call into the driver returns, and says so in *settled*. Behind a descriptor with #NETDMA_DESC_SERIALIZE_TRANSFER a driver
 * gives nothing before netdma_list_is_settled(): so nothing ever runs on what a failed copy
 * did not bring.
 *
 * Threads: the core calls the ops of one channel one at a time, from the thread that
 * drives the channel; ops of providers and channel_alloc and channel_free under its
 * control lock, which is recursive: a driver may be a client of other providers. An
 * engine thread of the driver's own must not follow @c next of the last descriptor that
 * it was given, and must not touch struct netdma_list.
 */

#include <stdint.h>

#include <rte_common.h>

#include <netdma.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rte_kvargs;

/* -------------------------------------------------------------------- lists */

/** The marks on a channel's list. Counts run freely from 0; descriptors between two
 * counts are reached through @c next, beginning at the pointer that goes with the first.
 */
struct netdma_list {
	struct netdma_desc *head;  /**< First not delivered; valid while delivered != accepted. */
	struct netdma_desc *give;  /**< First not given; valid while given != accepted. */
	uint64_t delivered;        /**< Returned to the client. The core's. */
	uint64_t completed;        /**< Finished by the engine. The provider's. */
	uint64_t given;            /**< Handed to the engine. The provider's. */
	uint64_t allowed;          /**< May be given up to here. The core's: *accepted*, or less. */
	uint64_t accepted;         /**< Handed to the channel. The core's. */
	uint64_t failed;           /**< Completed, and not copied: a count. The provider's. */
	uint64_t settled;          /**< Of these the core has seen to. The core's. */
	struct netdma_desc *seek;  /**< Bookmark of netdma_list_first_given(). */
	uint64_t seek_count;       /**< Its count. */
	/** What stands at or behind this count and was given is one plain copy each, to be told
	 * to nobody in particular: no #NETDMA_DESC_NOT_PLAIN, no #NETDMA_DESC_INTERRUPT_ON_COMPLETION.
	 * The core and the provider raise it to the count behind one that is not, if the provider
	 * has said netdma_channel_grant::vouches; otherwise, and if each descriptor must be looked at
	 * for the client's sake, it is UINT64_MAX. It may be more than *accepted*.
	 */
	uint64_t special;
	uint64_t bytes;            /**< The lengths of all that was given, whatever it was, in all. A
				    * provider's that vouches. */
};

/** Flag of a descriptor that the engine must not run: the core dropped it, or will run it
 * itself when its turn has come. It has a status already. Never set by a client; the core takes
 * it off again.
 */
#define NETDMA_DESC_DROPPED 0x00800000u

/** Flags of a descriptor that is more, or less, than one plain copy. */
#define NETDMA_DESC_NOT_PLAIN (NETDMA_DESC_OP_TYPE_MASK | NETDMA_DESC_DROPPED | \
	NETDMA_DESC_NULL_TRANSFER | NETDMA_DESC_SERIALIZE_TRANSFER | \
	NETDMA_DESC_SOURCE_PAGE_BREAK | NETDMA_DESC_DESTINATION_PAGE_BREAK)

/** Move the given mark over one descriptor. */
static inline void
netdma_list_give(struct netdma_list *l)
{
	if (++l->given != l->accepted)
		l->give = l->give->next;
}

/** Move the completed mark over @p n descriptors. Others may be reading it. */
static inline void
netdma_list_complete(struct netdma_list *l, uint64_t n)
{
	__atomic_store_n(&l->completed, l->completed + n, __ATOMIC_RELAXED);
}

/** The first descriptor that was given and is not completed. The caller knows that there
 * is one. Cheap when called as completions come in: it goes on from where it was.
 */
static inline struct netdma_desc *
netdma_list_first_given(struct netdma_list *l)
{
	if (l->seek_count < l->delivered || l->seek == NULL || l->seek_count > l->completed) {
		l->seek = l->head;
		l->seek_count = l->delivered;
	}
	while (l->seek_count != l->completed) {
		l->seek = l->seek->next;
		l->seek_count++;
	}
	return l->seek;
}

/** Whether all that was given has completed and the core has seen to what failed of it: what
 * stands behind a descriptor with #NETDMA_DESC_SERIALIZE_TRANSFER may be given.
 */
static inline bool
netdma_list_is_settled(const struct netdma_list *l)
{
	return l->completed == l->given && l->failed == l->settled;
}

/** True for a descriptor for which the engine moves nothing: it completes, in its place,
 * without one.
 */
static inline bool
netdma_desc_is_void(const struct netdma_desc *d)
{
	return (d->flags & (NETDMA_DESC_OP_TYPE_MASK | NETDMA_DESC_DROPPED |
			NETDMA_DESC_NULL_TRANSFER)) != 0;
}

/** A contiguous piece of a copy. */
struct netdma_piece {
	uint64_t src;    /**< In the channel's address space. */
	uint64_t dst;    /**< In the channel's address space. */
	uint32_t length; /**< Bytes. */
};

/** A descriptor with both page breaks has three pieces. */
#define NETDMA_MAX_PIECES 3

/** Bytes of a side that come before its page break; all of them where it has none. */
static inline uint32_t
netdma_page_break(uint64_t addr, uint32_t length, bool broken)
{
	uint32_t room = NETDMA_PAGE_SIZE - (uint32_t)(addr & (NETDMA_PAGE_SIZE - 1));

	return broken && room < length ? room : length;
}

/** Take a descriptor apart at its page breaks. @return the number of pieces: 1 to 3 for
 * a copy, 0 for a void descriptor.
 */
static inline unsigned int
netdma_desc_pieces(const struct netdma_desc *d, struct netdma_piece piece[NETDMA_MAX_PIECES])
{
	uint32_t src_break, dst_break, at = 0;
	unsigned int n = 0;

	if (netdma_desc_is_void(d))
		return 0;
	src_break = netdma_page_break(d->src, d->length,
			d->flags & NETDMA_DESC_SOURCE_PAGE_BREAK);
	dst_break = netdma_page_break(d->dst, d->length,
			d->flags & NETDMA_DESC_DESTINATION_PAGE_BREAK);
	while (at < d->length) {
		uint32_t end = d->length;

		if (at < src_break)
			end = RTE_MIN(end, src_break);
		if (at < dst_break)
			end = RTE_MIN(end, dst_break);
		piece[n].src = at < src_break ? d->src + at : d->next_src + (at - src_break);
		piece[n].dst = at < dst_break ? d->dst + at : d->next_dst + (at - dst_break);
		piece[n++].length = end - at;
		at = end;
	}
	return n;
}

/**@{@name Where the outcome stands in user_context1 */
#define NETDMA_CTX_STATUS_SHIFT 8                    /**< Of enum netdma_status. */
#define NETDMA_CTX_STATUS_MASK  UINT64_C(0x0f00)     /**< Of enum netdma_status. */
#define NETDMA_CTX_ERROR_SHIFT  16                   /**< Of enum netdma_error. */
#define NETDMA_CTX_ERROR_MASK   UINT64_C(0xff0000)   /**< Of enum netdma_error. */
/**@}*/

/**
 * Say that a descriptor did not succeed, before *completed* moves over it. An engine's
 * own thread may call it, for a descriptor that it was given.
 */
static inline void
netdma_desc_set_status(struct netdma_desc *d, enum netdma_status status, enum netdma_error error)
{
	d->user_context1 = (d->user_context1 &
			~(NETDMA_CTX_STATUS_MASK | NETDMA_CTX_ERROR_MASK)) |
			(uint64_t)status << NETDMA_CTX_STATUS_SHIFT |
			(uint64_t)error << NETDMA_CTX_ERROR_SHIFT;
}

/** The status that stands in a descriptor. */
static inline enum netdma_status
netdma_desc_status(const struct netdma_desc *d)
{
	return (enum netdma_status)((d->user_context1 & NETDMA_CTX_STATUS_MASK) >>
			NETDMA_CTX_STATUS_SHIFT);
}

/** The error that stands in a descriptor. */
static inline enum netdma_error
netdma_desc_error(const struct netdma_desc *d)
{
	return (enum netdma_error)((d->user_context1 & NETDMA_CTX_ERROR_MASK) >>
			NETDMA_CTX_ERROR_SHIFT);
}

/** Move the completed mark over one descriptor, which may have a status of its own. */
static inline void
netdma_list_complete_checked(struct netdma_list *l, const struct netdma_desc *d)
{
	l->failed += netdma_desc_status(d) != NETDMA_COPIED;
	netdma_list_complete(l, 1);
}

/** The status of a whole, of which @p a and @p b are parts: the worse of the two, except
 * that what was copied in part was attempted, so its destination is undefined.
 */
static inline enum netdma_status
netdma_status_join(enum netdma_status a, enum netdma_status b)
{
	if (a != b && RTE_MAX(a, b) == NETDMA_NOT_COPIED)
		return NETDMA_FAILED;
	return RTE_MAX(a, b);
}

/** The outcome of a whole while that of its parts comes in. Zeroed: no part yet. */
struct netdma_outcome {
	uint8_t parts;  /**< 0: none; counts no further than 1. */
	uint8_t status; /**< enum netdma_status of the whole. */
	uint8_t worst;  /**< enum netdma_status of the worst part... */
	uint8_t error;  /**< ...and its enum netdma_error. */
};

/** Take a part into account. */
static inline void
netdma_outcome_add(struct netdma_outcome *o, enum netdma_status status, enum netdma_error error)
{
	if (o->parts == 0 || status > o->worst) {
		o->worst = (uint8_t)status;
		o->error = (uint8_t)error;
	}
	o->status = o->parts == 0 ? (uint8_t)status : (uint8_t)netdma_status_join(
			(enum netdma_status)o->status, status);
	o->parts = 1;
}

/* ---------------------------------------------------------------- providers */

/** What a provider tells when it is started. It may differ at every start. */
struct netdma_provider_attr {
	uint32_t flags;        /**< NETDMA_PROVIDER_*. */
	uint32_t hw_version;   /**< 0: not known. */
	uint16_t vendor_id;    /**< PCI vendor; 0: none. */
	int numa_node;         /**< SOCKET_ID_ANY: none. */
	enum netdma_addr_space addr_space; /**< What its engine takes. */
	uint32_t nb_channels;  /**< Actual channel count, at most the maximum. */
	uint32_t max_transfer; /**< Longest copy of one descriptor; at least 4096. */
	uint32_t min_desc;     /**< Smallest engine ring. */
	uint32_t max_desc;     /**< Largest engine ring. */
	uint64_t max_addr;     /**< Highest address that it reaches; 0 stands for all. */
};

/** What a client asked for. */
struct netdma_channel_params {
	int id;                       /**< The channel's, for logs. */
	uint32_t nb_desc;             /**< Engine ring wanted: a power of two. */
	int socket;                   /**< Node for the channel's own memory. */
	uint32_t flags;               /**< NETDMA_CHANNEL_*. */
	const struct netdma_cpu_mask *cpu_mask; /**< CPUs wanted; none set: any. */
	uint32_t priority;            /**< As wanted. */
	struct netdma_list *list;     /**< The channel's list. */
};

/** What the provider granted. */
struct netdma_channel_grant {
	uint32_t engine_desc; /**< Descriptors that the engine takes at once. */
	uint32_t priority;    /**< Capped to what the engine has. */
	int cpu;              /**< CPU that does the engine's work; -1: none in particular. */
	/** It keeps netdma_list::special and netdma_list::bytes, so that the core need not look at
	 * each descriptor when all of them come back.
	 */
	bool vouches;
};

/** SetDmaChannelCpuAffinity: whose CPU a channel's work is done for. */
struct netdma_cpu_affinity {
	uint32_t channel; /**< Index of the channel: 0 to the maximum count - 1. */
	int cpu;          /**< CPU. */
};

/**@{@name What an engine that was stopped has left of what it had not finished */
#define NETDMA_QUIET_UNTOUCHED 0 /**< It had not begun with it. */
#define NETDMA_QUIET_UNKNOWN   1 /**< It may have copied any of it, in whole or in part. */
/**@}*/

/** The services of a provider. */
struct netdma_provider_ops {
	/** Tell the attributes and make ready. Mandatory. */
	int (*start)(void *provider, struct netdma_provider_attr *attr);
	/** Undo start; no channel is left. Optional. */
	int (*stop)(void *provider);
	/** Free the provider: it is stopped and deregistered. Mandatory. */
	void (*destroy)(void *provider);
	/** SetDmaChannelCpuAffinity: called inside register with a pair for each channel, up
	 * to the number of the EAL's lcores. Optional.
	 */
	int (*set_cpu_affinity)(void *provider, const struct netdma_cpu_affinity *pair,
			uint32_t n);

	/** AllocateDmaChannel. @return the channel for the calls below; NULL with rte_errno.
	 * Mandatory.
	 */
	void *(*channel_alloc)(void *provider, const struct netdma_channel_params *params,
			struct netdma_channel_grant *grant);
	/** FreeDmaChannel: nothing is outstanding. Mandatory. */
	void (*channel_free)(void *channel);
	/** StartDma: the list's marks stand at a chain that does not continue the old one.
	 * What was given before still finishes. Otherwise as append. Mandatory.
	 */
	int (*channel_start)(void *channel);
	/** AppendDma: *accepted* moved. Move the marks. Mandatory.
	 * @return 0; or a negative errno when the engine is gone: the core makes sure that it is
	 * quiet, and finds another provider for the channel.
	 */
	int (*append)(void *channel);
	/** Move the marks. Mandatory. @return as append. */
	int (*poll)(void *channel);
	/** The owner waits until all has finished: do a piece of the engine's work that it has not
	 * begun with, in this very call, for a moment. The marks move as ever. Optional. @return
	 * as append.
	 */
	int (*help)(void *channel);
	/** Stop the engine where it is, for this channel: what SuspendDma, AbortDma and
	 * ResetChannel need of an engine; the rest is movements of marks, and the core's. When
	 * it has succeeded the engine touches no memory of the channel's any more, *completed*
	 * stands behind all that it has finished, and the provider has forgotten what it was
	 * given beyond: the core moves *given* back. It goes on with channel_start.
	 *
	 * The core has waited for the engine to finish by itself before, unless the provider
	 * says #NETDMA_PROVIDER_STOPS, or the engine is gone. Optional: without it an engine that
	 * does not finish is never trusted again.
	 *
	 * @return #NETDMA_QUIET_UNTOUCHED, #NETDMA_QUIET_UNKNOWN, or a negative errno when the
	 * engine cannot be known to be quiet.
	 */
	int (*quiesce)(void *channel);
};

/** The characteristics with which a provider registers. */
struct netdma_provider_conf {
	size_t size;               /**< sizeof(struct netdma_provider_conf), or 0. */
	uint32_t version;          /**< #NETDMA_INTERFACE_VERSION of the driver. */
	const char *name;          /**< Unique; at most 63 characters. */
	const char *friendly_name; /**< For people; NULL: the name. */
	uint32_t max_channels;     /**< Maximum channel count. */
	const struct netdma_provider_ops *ops; /**< Its services. */
	void *priv;                /**< First argument of ops. */
};

struct netdma_provider;
struct netdma_driver;

/**
 * Register a provider: NetDmaRegisterProvider. Clients are told; it is not started.
 * Called from a driver's create or scan.
 *
 * @return
 *   The provider; NULL with rte_errno EINVAL (incomplete conf; a version newer than the
 *   library's; not initialised), EEXIST (the name is taken) or ENOMEM.
 */
struct netdma_provider *netdma_provider_register(const struct netdma_driver *driver,
		const struct netdma_provider_conf *conf);

/**
 * Deregister a provider that is stopped: NetDmaDeregisterProvider. ops->destroy() is
 * called before this returns.
 *
 * @return
 *   0; -EBUSY when it is not stopped; -EINVAL.
 */
int netdma_provider_deregister(struct netdma_provider *provider);

/**
 * Say what happens to a provider's engine: NetDmaProviderNotify.
 *
 * #NETDMA_EVENT_PROVIDER_POWER_DOWN, before the engine loses power: its channels move to
 * other providers, as their clients chose, or wait; the engine has finished, or was stopped,
 * and is not called again before #NETDMA_EVENT_PROVIDER_POWER_UP. Any thread, but not from
 * the services above and not from a callback.
 *
 * #NETDMA_EVENT_PROVIDER_REMOVAL: the engine is to go, or has gone. The library stops the
 * provider in a thread of its own, soon, and takes its device away if it stands for one that
 * can be taken away. Any thread, also from the data path: nothing is waited for.
 *
 * @return
 *   0, always for REMOVAL; -EINVAL for another event, POWER_DOWN of a provider that is not
 *   started, POWER_UP of one that was not powered down; -EBUSY from a callback; -ETIMEDOUT when
 *   the owner of a channel did not leave its data-path call in time (nothing was changed, and it
 *   may be tried again), or, for POWER_DOWN, when a channel's engine could not be made quiet: the
 *   provider is quarantined, and its channels leave it.
 */
int netdma_provider_notify(struct netdma_provider *provider, enum netdma_event_type event);

/** The provider's id. */
int netdma_provider_id(const struct netdma_provider *provider);

/* ------------------------------------------------------------------ drivers */

/** A provider driver. */
struct netdma_driver {
	const char *name;  /**< "cpu": makes "cpu0", "cpu1", ... Letters and underscores. */
	const char *usage; /**< Its keys, for error messages: "mode=inline|lcore,...". */
	/** The keys that create takes, ended by NULL; others are refused before it is called.
	 * NULL: create checks.
	 */
	const char *const *keys;
	const char *const *conf_keys; /**< The same for configure. */
	/** Make a provider from a string: check, then netdma_provider_register(). NULL when
	 * its providers stand for devices. @return 0 or a negative errno, and says why in the
	 * log.
	 */
	int (*create)(const struct netdma_driver *driver, const char *name,
			struct rte_kvargs *args);
	/** Register a provider for every device that has none, deregister those whose device
	 * is gone. Called by netdma_init() and netdma_rescan(). Optional.
	 * @return the number of new providers, or a negative errno.
	 */
	int (*scan)(const struct netdma_driver *driver);
	/** Whether detach could take away a device, asked before the provider is stopped. Optional.
	 * @return 0 or a negative errno, and says why in the log.
	 */
	int (*detach_check)(const struct netdma_driver *driver, void *provider);
	/** Take away the device that a provider of this driver's stands for. The provider was
	 * stopped; others that stand for the same device are the driver's to stop. Then it is
	 * deregistered. NULL: devices cannot be taken away. @return 0 or a negative errno.
	 */
	int (*detach)(const struct netdma_driver *driver, void *provider);
	/** Take the driver's own arguments, from netdma_conf::driver_args; NULL puts the
	 * defaults back (netdma_fini()). Optional.
	 */
	int (*configure)(const struct netdma_driver *driver, struct rte_kvargs *args);
};

/** Make a driver known. The first of a name stays. Called from a constructor. */
void netdma_driver_register(const struct netdma_driver *driver);

/** Register a driver when the object it is in is loaded. */
#define NETDMA_DRIVER_REGISTER(driver) \
	RTE_INIT(netdma_driver_init_##driver) { netdma_driver_register(&driver); }

/* ------------------------------------------------------------------- memory */

/**
 * Where an IOVA lies in this process, for engines in software that take IOVAs. Any
 * thread; with IOVA as VA it is the same number.
 *
 * @param iova
 *   The address.
 * @param[in,out] length
 *   Bytes wanted; on return the bytes that are contiguous from there, at most as many.
 * @return
 *   The virtual address, or NULL outside DPDK's and registered memory.
 */
void *netdma_iova_to_va(rte_iova_t iova, uint32_t *length);

#ifdef __cplusplus
}
#endif

#endif /* NETDMA_PROVIDER_H */
