/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_H
#define NETDMA_H

/**
 * @file netdma.h
 *
 * Asynchronous copies for DPDK applications: the client's side.
 *
 * A *provider* stands for one DMA engine: a dmadev, or an engine in software. A
 * *client* is whoever uses them. It allocates *channels* from providers; a channel is
 * one queue of copies, used by one thread at a time. Copies are handed over as linked
 * lists of descriptors (netdma_desc.h), run while the CPU does other work, and come back
 * from netdma_poll() in list order, exactly once each, with a status that is true.
 *
 * The order of calls:
 *
 *     rte_eal_init(argc, argv);
 *     netdma_init(NULL);                                  // every dmadev is a provider now
 *     netdma_provider_create("cpu0,mode=lcore", NULL);    // and so is an engine in software
 *
 *     client = netdma_client_register(&(struct netdma_client_conf){ .name = "app" });
 *     ch = netdma_channel_alloc(client, &(struct netdma_channel_conf){
 *             .provider = NETDMA_PROVIDER_ANY, .nb_desc = 1024, .socket = rte_socket_id() });
 *
 *     netdma_copy_mbuf(ch, pkt, hdr_len, buffer, pkt);    // fill, as often as there is room
 *     netdma_submit(ch);                                  // hand over: one list, one doorbell
 *     n = netdma_poll(ch, done, RTE_DIM(done));           // and collect
 *
 *     netdma_channel_free(ch);
 *     netdma_client_deregister(client);
 *     netdma_fini();
 *     rte_eal_cleanup();
 *
 * There are two ways to feed a channel. *Ring-fed*: netdma_copy(), netdma_copy_mbuf()
 * and netdma_marker() fill the next slots of the channel's own descriptor ring, and
 * netdma_submit() hands over what was filled. *List-fed*: the caller links descriptors
 * from a pool (netdma_desc_pool_create()) and hands them over with
 * netdma_channel_start() and netdma_channel_append(). A channel with work outstanding
 * stays with the way it began; when everything was polled it may change.
 *
 * Threads: the data path of a channel (everything that takes a channel, unless its
 * description says otherwise) belongs to one thread at a time. Different channels are
 * independent. Everything else may be called from any thread at any time. Functions
 * that take a pointer tolerate NULL with -EINVAL.
 *
 * Functions return 0 or a count, or a negative errno; those that return a pointer
 * return NULL and set rte_errno. Structs that a caller fills begin with @c size: the
 * size of the struct the caller was built with, or 0 for the first version of it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netdma_desc.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The NetDMA interface version that this library speaks: 2.0. */
#define NETDMA_INTERFACE_VERSION 0x00020000u

/** The library's version, e.g. "0.1.0". Any thread, also before netdma_init(). */
const char *netdma_version(void);

/* -------------------------------------------------------------- life cycle */

/** How the library is initialised. */
struct netdma_conf {
	size_t size;                    /**< sizeof(struct netdma_conf), or 0. */
	/** Arguments for provider drivers, each "DRIVER,key=value,...", ended by NULL; e.g.
	 * "dmadev,block=0000:00:04.1". NULL: none.
	 */
	const char *const *driver_args;
};

/**
 * Initialise the library: after rte_eal_init(), once. All dmadevs of the process become
 * providers; none of them is configured or started before a channel is allocated on it.
 *
 * @param conf
 *   NULL for the defaults.
 * @return
 *   0; -EALREADY when it is initialised; -ENOTSUP in a secondary process; -ENODEV when
 *   the EAL is not initialised; -EINVAL for a conf that is wrong (the log says how);
 *   -ENOMEM.
 */
int netdma_init(const struct netdma_conf *conf);

/**
 * Undo netdma_init(): before rte_eal_cleanup(). Providers are stopped and destroyed,
 * registered memory is unregistered.
 *
 * @return
 *   0; -EINVAL when it is not initialised; -EBUSY while a client is registered, and from
 *   a callback; otherwise what netdma_provider_stop() returned for a provider that could
 *   not be stopped.
 */
int netdma_fini(void);

/* --------------------------------------------------------------- providers */

/** Any provider: the library chooses. */
#define NETDMA_PROVIDER_ANY 0

/**@{@name Provider flags: netdma_provider_info::flags */
/** The engine is software: some CPU moves the bytes. */
#define NETDMA_PROVIDER_SOFTWARE     0x1u
/** The engine obeys #NETDMA_DESC_DESTINATION_DCA_ENABLE. */
#define NETDMA_PROVIDER_CACHE_TARGET 0x2u
/** The engine stops between two descriptors when it is told to, so that a suspend or an abort
 * does not wait for all that it was given.
 */
#define NETDMA_PROVIDER_STOPS        0x4u
/**@}*/

/** Where a provider is in its life cycle. */
enum netdma_provider_state {
	NETDMA_PROVIDER_REGISTERED, /**< Known, not started: no channels. */
	NETDMA_PROVIDER_STARTED,    /**< Usable. */
	NETDMA_PROVIDER_STOPPING,   /**< About to go: no new channels. */
	NETDMA_PROVIDER_ASLEEP,     /**< Its engine has no power: no new channels, others wait. */
	/** Its engine did not answer and may still write: never used, stopped or freed again. Its
	 * other channels leave it when their owners call next.
	 */
	NETDMA_PROVIDER_QUARANTINED,
};

/** What is known of a provider. */
struct netdma_provider_info {
	size_t size;                 /**< Set by the caller: sizeof, or 0. */
	int id;                      /**< Never used again for another provider. */
	char name[64];               /**< E.g. "cpu0", "dma_skeleton0", "0000:00:04.0". */
	char driver[32];             /**< E.g. "cpu", "dmadev". */
	char friendly_name[64];      /**< For people. */
	enum netdma_provider_state state; /**< Where it is in its life. */
	uint32_t flags;              /**< NETDMA_PROVIDER_*. */
	uint32_t version;            /**< Interface version that its driver speaks. */
	uint32_t hw_version;         /**< 0: not known. */
	uint16_t vendor_id;          /**< PCI vendor; 0: not known or none. */
	int numa_node;               /**< SOCKET_ID_ANY (-1): none or not known. */
	enum netdma_addr_space addr_space; /**< What the engine's addresses are. */
	uint32_t max_channels;       /**< Channels that it can have at once. */
	uint32_t nb_channels;        /**< Channels that are allocated on it. */
	uint32_t max_transfer;       /**< Longest copy of one descriptor, in bytes. */
	uint32_t min_desc;           /**< Smallest engine ring, in descriptors. */
	uint32_t max_desc;           /**< Largest engine ring, in descriptors. */
	uint64_t max_addr;           /**< Highest address that it reaches. */
};

/**
 * Make a provider from a string, "NAME,key=value,...", and start it. The name begins
 * with the name of its driver: "cpu0,mode=lcore,lcore=1". A driver's keys are in its
 * guide, and in the log when one is wrong.
 *
 * @param args
 *   The string.
 * @param[out] id
 *   The new provider's id; may be NULL.
 * @return
 *   0; -EINVAL for a wrong key, value or form (the log says what is wrong and what is
 *   known); -ENOENT when no driver has that name; -EEXIST when the name is taken; -EBUSY
 *   when what it asks for is in use; -ENOMEM; or the error of the driver.
 */
int netdma_provider_create(const char *args, int *id);

/**
 * Destroy a provider that netdma_provider_create() made, stopping it first.
 *
 * @return
 *   0; -ENODEV for an unknown id; -ENOTSUP when it stands for a device, which goes with
 *   its device; or what netdma_provider_stop() returned.
 */
int netdma_provider_destroy(int id);

/**
 * Start a provider that was stopped. Clients are told (#NETDMA_EVENT_PROVIDER_ARRIVAL).
 *
 * @return
 *   0, also when it is started; -ENODEV for an unknown id; -EBUSY while it is being stopped;
 *   -EIO when it is quarantined; or the error of the driver.
 */
int netdma_provider_start(int id);

/**
 * Stop a provider, under traffic or not. Clients are told (#NETDMA_EVENT_PROVIDER_REMOVAL),
 * then its channels leave it: each finishes what its engine has, or stops it, and goes with
 * the rest to where its client chose (netdma_channel_conf::failover). One that goes nowhere is
 * detached: submissions return -ENODEV, netdma_poll() still delivers, netdma_channel_free()
 * releases it.
 *
 * Any thread, except in a callback. It does not need the owners of the channels to do
 * anything, and takes at most netdma_channel_conf::bound_us a channel, and a second where an
 * engine has to be stopped by force.
 *
 * @return
 *   0, also when it is stopped; -ENODEV for an unknown id; -EBUSY from a callback;
 *   -ETIMEDOUT when the owner of a channel did not leave its data-path call in time (nothing
 *   was changed); -EIO when an engine of it could not be made quiet: it is
 *   quarantined, now or since before; or the error of the driver.
 */
int netdma_provider_stop(int id);

/** The id after @p id (0 to begin) of a registered provider; 0 at the end. */
int netdma_provider_next(int id);

/** The id of the provider with that name, or -ENODEV. */
int netdma_provider_find(const char *name);

/**
 * What is known of a provider.
 *
 * @return
 *   0; -ENODEV for an unknown id; -EINVAL.
 */
int netdma_provider_info_get(int id, struct netdma_provider_info *info);

/**
 * Attach a device while the application runs, and make providers of what it brings.
 *
 * @param devargs
 *   As rte_dev_probe() takes it: "0000:00:04.0", "vdev:dma_skeleton1", ...
 * @param[out] id
 *   The provider's id, the first of several; may be NULL.
 * @return
 *   0; -ENODEV when the device came, but no provider of it; or the error of rte_dev_probe();
 *   -EBUSY from a callback; -EINVAL.
 */
int netdma_provider_attach(const char *devargs, int *id);

/**
 * Take away the device that a provider stands for: the provider is stopped, then the device,
 * which then is removed from DPDK; the provider is deregistered. Other providers that stand for
 * the same device go with it.
 *
 * @return
 *   0; -ENODEV for an unknown id; -ENOTSUP when it stands for no device (use
 *   netdma_provider_destroy()), or its bus has no way to remove one; -EBUSY when somebody has
 *   started it again meanwhile, or has configured the device for himself; what
 *   netdma_provider_stop() returned; or the error of rte_eal_hotplug_remove(): the provider is
 *   stopped then.
 */
int netdma_provider_detach(int id);

/**
 * Let every driver look for engines that have come or gone since netdma_init().
 *
 * @return
 *   The number of providers that are new, or a negative errno.
 */
int netdma_rescan(void);

/* ----------------------------------------------------------------- clients */

/** NetDMA's notifications, with its numbers. */
enum netdma_event_type {
	NETDMA_EVENT_PROVIDER_REGISTERED = 1, /**< A provider exists. */
	NETDMA_EVENT_PROVIDER_ARRIVAL = 2,    /**< It was started: usable. */
	NETDMA_EVENT_PROVIDER_REMOVAL = 3,    /**< It is about to go. */
	NETDMA_EVENT_CHANNEL_ARRIVAL = 4,     /**< It had no free channel and has one now. */
	NETDMA_EVENT_PROVIDER_POWER_DOWN = 5, /**< Its engine lost power. */
	NETDMA_EVENT_PROVIDER_POWER_UP = 6,   /**< Its engine has power again. */
};

/** An event. */
struct netdma_event {
	enum netdma_event_type type; /**< What happened. */
	int provider;                /**< To whom: an id. */
	const char *name;            /**< Its name; valid during the callback. */
};

struct netdma_client;
struct netdma_channel;

/**
 * Called for each event, in the order in which they happened, never two at a time for
 * one client. It runs in a thread that called a control function, or in one of the library's or
 * of EAL's own, with no lock held and outside of all calls on channels: it may call everything but
 * netdma_client_deregister(), netdma_provider_stop(), netdma_provider_destroy() and netdma_fini(),
 * which return -EBUSY from it.
 */
typedef void (*netdma_event_cb_t)(struct netdma_client *client,
		const struct netdma_event *event, void *arg);

/** How a client registers. */
struct netdma_client_conf {
	size_t size;             /**< sizeof(struct netdma_client_conf), or 0. */
	const char *name;        /**< For logs and tables; at most 63 characters. */
	netdma_event_cb_t event; /**< May be NULL. */
	void *arg;               /**< For @c event. */
};

/**
 * Register a client. It is told of every provider that is already there (registered,
 * and arrived if it is started) before this returns, unless a callback is calling: then soon
 * after that has returned.
 *
 * @return
 *   The client; NULL with rte_errno EINVAL (not initialised, no name, name too long) or
 *   ENOMEM.
 */
struct netdma_client *netdma_client_register(const struct netdma_client_conf *conf);

/**
 * Deregister a client. After this returned its callback is not called again.
 *
 * @return
 *   0; -EBUSY while it has channels, and from a callback; -EINVAL.
 */
int netdma_client_deregister(struct netdma_client *client);

#ifdef __cplusplus
}
#endif

/* The rest of the client's side. */
#include <netdma_channel.h>
#include <netdma_stats.h>

#endif /* NETDMA_H */
