/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef APP_H
#define APP_H

/**
 * @file
 *
 * dpdk-netdma: from the receive queues of ethdev ports into buffers of the application,
 * the copies done by whatever engine stands behind a netdma channel.
 *
 * One receive queue feeds one channel and is polled by one lcore. What happens on that
 * path is in worker.c, which is the file to read first.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

#include <netdma.h>

#define APP_NAME       "dpdk-netdma"
#define MAX_BURST      256 /* packets taken from a port at once */
#define MAX_QUEUES     64  /* receive queues, over all ports */
#define MAX_STRINGS    32  /* values of an option that may be repeated */
#define MAX_ERRORS     32  /* enum netdma_error, with room to grow */
#define MAX_STATUSES   4   /* enum netdma_status */
#define HEADER_PARSED  (-1)

/* ------------------------------------------------------------- arguments: args.c */

/** A list of strings as given on the command line. */
struct strings {
	const char *str[MAX_STRINGS + 1]; /* ended by NULL */
	unsigned int n;
};

/** What the command line said: written once, before anything starts. */
struct config {
	bool interactive;
	bool want_hardware;
	bool trusted;
	bool malloc_memory;             /* buffers from malloc, not from DPDK */
	bool ports_given;
	bool port_wanted[RTE_MAX_ETHPORTS];
	uint32_t nb_rxq;                /* queues a port */
	uint32_t nb_rxd;                /* descriptors a queue */
	uint32_t nb_mbufs;              /* a port; 0: worked out */
	uint32_t mbuf_size;
	uint32_t mtu;                   /* 0: as the port has it */
	uint32_t nb_buffers;            /* a queue */
	uint32_t buffer_size;
	uint32_t nb_desc;               /* of a channel's ring */
	uint64_t packets;               /* 0: no limit */
	double duration;                /* seconds; 0: no limit */
	double idle;                    /* seconds; 0: no limit */
	const char *failover;           /* "any", "none", or the name of a provider */
	enum netdma_error_policy error_policy;
	uint32_t watchdog_us;           /* 0: none */
	struct strings providers;
	struct strings drivers;
	struct strings use;
};

extern struct config config;

/** Parse the arguments behind "--". @return 0, 1 when there is nothing left to do
 * (--help), or a negative errno after having said what is wrong.
 */
int args_parse(int argc, char **argv);
/** The text of --help. */
void args_usage(const char *program);
/** Say what is wrong, on stderr. */
void complain(const char *format, ...) __rte_format_printf(1, 2);
/** A whole number within bounds. */
int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);
/** A number of seconds, perhaps with a fraction. */
int parse_seconds(const char *text, double *value);

/* --------------------------------------- what may change while running: tunables.c */

/** Written by the main lcore, read by workers once a burst. Access: tunable_get(). */
struct tunables {
	uint32_t burst;
	int32_t header_len; /* HEADER_PARSED, or a fixed number of bytes */
	uint32_t verify;
	double period;      /* seconds between two tables; 0: none. The main lcore's */
};

extern struct tunables tunables;

#define tunable_get(name) __atomic_load_n(&tunables.name, __ATOMIC_RELAXED)
#define tunable_put(name, value) __atomic_store_n(&tunables.name, value, __ATOMIC_RELAXED)

/** Set one by name: both "--burst 64" and "set burst 64" come here. @return 0, -ENOENT
 * for an unknown name, or -EINVAL; it has said what is wrong.
 */
int tunable_set(const char *name, const char *value);
/** Print them, a line each. */
void tunables_show(void);

/* --------------------------------------------------------------- ports: port.c */

struct port {
	uint16_t id;
	uint16_t nb_rxq;
	int socket;
	char name[RTE_ETH_NAME_MAX_LEN];
	char driver[32];
	struct rte_mempool *pool;
	bool started;
};

extern struct port ports[RTE_MAX_ETHPORTS];
extern unsigned int nb_ports;

/** Configure and start the ports that are wanted. */
int ports_setup(void);
/** Stop and close them, and free their pools: every mbuf has been given back. */
void ports_teardown(void);

/* ----------------------------------------------------------- counters: counters.c */

/** Why a packet was dropped by us, before its copy was handed over. */
enum drop {
	DROP_TOO_LONG,   /* payload longer than an application buffer */
	DROP_TOO_MANY,   /* more segments than the channel's ring has slots */
	DROP_MEMORY,     /* a segment in memory that the engine may not reach */
	DROP_REFUSED,    /* refused for another reason */
	NB_DROPS
};

/** Counters of a queue: written by its worker only, read by the main lcore at any time.
 * All are 64 bits, so that they can be read and subtracted as an array.
 */
struct counters {
	uint64_t packets;           /* received from the port */
	uint64_t bytes;             /* of whole packets */
	uint64_t bursts;            /* receive bursts that had packets */
	uint64_t lists;             /* lists handed over */
	uint64_t delivered;         /* packets */
	uint64_t delivered_bytes;   /* of payload */
	uint64_t verified;          /* packets compared and found equal */
	uint64_t mismatched;        /* packets compared and found different */
	uint64_t strays;            /* completions that came twice, or of nothing */
	uint64_t misordered;        /* completions that overtook another one */
	uint64_t truncated;         /* packets shorter than their IP header says */
	uint64_t full;              /* times that the queue had no room to receive */
	uint64_t alone;             /* packets that we copied, as the channel had no provider */
	uint64_t redone;            /* packets that we copied, as the channel had not */
	uint64_t halted;            /* times that the channel halted, and was started again */
	uint64_t busy_cycles;       /* of the worker, in turns that did something */
	uint64_t first_tsc;         /* when the first packet came */
	uint64_t last_tsc;          /* when the last turn ended that did something */
	uint64_t dropped[NB_DROPS];
	uint64_t failed[MAX_STATUSES][MAX_ERRORS]; /* copies that came back not copied */
};

/** Count: a plain load and a plain store, no read-modify-write, as one lcore writes. */
#define count(counter, n) \
	__atomic_store_n(&(counter), (counter) + (n), __ATOMIC_RELAXED)

struct queue;

/** What the worker has counted since the program began. */
void counters_total(const struct queue *q, struct counters *c);
/** What the worker, and the channel for it, have counted since they were cleared. */
void counters_copy(const struct queue *q, struct counters *c,
		struct netdma_channel_stats *stats);
/** What the channel has counted since it was cleared. */
void counters_channel(const struct queue *q, struct netdma_channel_stats *stats);
/** Let the one or the other count from zero; the totals go on. */
void counters_clear_copy(struct queue *q);
void counters_clear_channel(struct queue *q);
/** Sums. */
uint64_t counters_failed(const struct counters *c);
uint64_t counters_dropped(const struct counters *c);
void counters_add(struct counters *sum, const struct counters *c);

/* --------------------------------------------------- queues: queue.c, channel.c */

/** An application buffer and the packet whose payload is on its way into it. */
struct slot {
	struct rte_mbuf *pkt; /* NULL: the slot is free */
	uint8_t *data;        /* the buffer */
	uint32_t hdr_len;     /* bytes of the packet that are not copied */
	uint32_t len;         /* bytes that are */
	bool check;           /* prepared for verify_check() */
	bool delivered;       /* already; its copy is the channel's all the same */
};

/** What the first mismatch of a queue looked like. */
struct mismatch {
	uint64_t packet;     /* which delivered packet, counted from 1 */
	uint32_t len;        /* its payload */
	int64_t at;          /* offset in it: negative before the buffer, >= len behind it */
	uint8_t expected;
	uint8_t found;
};

/** A receive queue, its channel and its buffers. One lcore owns it. */
struct queue {
	/* What every turn of the worker needs. */
	struct netdma_channel *channel;
	uint16_t port;
	uint16_t id;
	uint16_t nb_pkts;    /* packets in pkts[] */
	uint16_t next_pkt;   /* the first of them that has no slot yet */
	uint32_t mask;       /* of the ring of slots */
	uint32_t head;       /* next slot to fill; these three run freely */
	uint32_t submitted;  /* slots before this one were handed over */
	uint32_t tail;       /* oldest slot that is not back */
	uint32_t buffer_size;
	uint32_t abandoned;  /* packets and buffers that the engine may still write to */
	int dead;            /* negative errno: the channel takes nothing more */
	bool detached;       /* it has no provider: we copy */
	/* Ids of providers, 0 for none, that others put here and the worker takes: where the
	 * channel is to go, and where it may go when it has no provider.
	 */
	int move_to;
	int refuge;
	int move_rc;         /* what came of the last move */
	struct slot *slots;  /* of the ring, and one to copy into without an engine */
	struct rte_mbuf *pkts[MAX_BURST];    /* received, not all of them in slots yet */
	uint32_t hdr_len[MAX_BURST];         /* and how long their headers are */

	struct counters counters __rte_cache_aligned;
	struct mismatch mismatch;

	/* The main lcore's. */
	struct counters copy_base __rte_cache_aligned;  /* at the last "clear copy" */
	struct netdma_channel_stats copy_channel_base;  /* the same */
	struct netdma_channel_stats channel_base;       /* at the last "clear channel" */
	unsigned int lcore;
	int socket;
	void *memory;        /* of all buffers */
	size_t memory_size;
	struct netdma_provider_info provider; /* these two: at the last queue_look() */
	struct netdma_channel_info info;
	char home[64];       /* the provider that it goes back to; under a lock */
	bool dead_told;
	bool detached_told;
} __rte_cache_aligned;

extern struct queue *queues[MAX_QUEUES];
extern unsigned int nb_queues;

/** Make a queue, with its buffers, for each receive queue of the ports. */
int queues_setup(void);
/** Free them: every buffer is back. */
void queues_teardown(void);

/** Make the providers of the command line, find those of --use. */
int providers_setup(void);
/** Register as a client; allocate a channel for each queue, from the providers in turn. */
int channels_setup(void);
/** Free them. @return 0; 1 when an engine may still be writing to our memory: then none of it
 * may be freed; or a negative errno.
 */
int channels_teardown(void);
/** See where the channel of a queue is now. */
void queue_look(struct queue *q);
/** Move the channel of a queue to a provider, which is where it belongs from then on. */
int channel_move(struct queue *q, int id);
/** "dma_skeleton0, cpu0": the providers there are. */
const char *providers_list(void);

/* ------------------------------------------------- the receive path: worker.c */

/** One turn: receive, copy, submit, poll, deliver. @return whether there was anything to do. */
bool queue_turn(struct queue *q, bool receive);
/** Move the channel to the provider of that id, unless it is 0; it is 0 afterwards. The
 * worker's; the main lcore's while it is idle.
 */
void queue_move(struct queue *q, int *id);
/** Bring everything home, within a bound. @return what did not come back. */
uint32_t queue_drain(struct queue *q);

/** Set how many packets may still be received, over all queues. 0: any number. */
void budget_set(uint64_t nb_packets);

/** How many bytes of a packet are headers; strips the padding behind an IP packet.
 * Sets @p truncated when there is less of it than its IP header says. headers.c
 */
uint32_t headers_parse(struct rte_mbuf *m, bool *truncated);

/** Bytes around a buffer that nobody may write to. verify.c */
#define VERIFY_GUARD 64
/** Fill a buffer so that every byte that is not copied, or is copied too much, shows. */
void verify_prepare(const struct slot *s);
/** Fill what lies in front of a buffer; once. */
void verify_prepare_front(uint8_t *data);
/** Compare a buffer with its packet, all of its payload. @return true, or false with where
 * it differs.
 */
bool verify_check(const struct slot *s, const struct rte_mbuf *pkt, struct mismatch *where);

/* ---------------------------------------------------------- traffic: traffic.c */

/** Find lcores for the queues. */
int traffic_setup(void);
/** Launch the workers. */
int traffic_start(void);
/** Stop receiving, drain, wait for the workers. */
void traffic_stop(void);
bool traffic_running(void);
/** True when the main lcore polls queues itself. */
bool traffic_on_main(void);
/** Turns of the main lcore's queues, if it has any. */
void traffic_turns(void);
/** Tables and the ends of traffic: --packets, --duration, --idle. @return why traffic
 * has to stop, or NULL.
 */
const char *traffic_tick(void);
/** Seconds that traffic has been running, over all starts. */
double traffic_seconds(void);

/** Set by a signal, by Ctrl-C at the prompt or by quit. */
extern volatile sig_atomic_t quit_signal;
extern bool quit_command;

/* ---------------------------- output: table.c, summary.c, show.c, text.c */

/** What is running where. */
void report_start(void);
/** One more set of lines of the table. */
void report_table(void);
/** Restart the table: a heading, and rates from here. */
void report_table_restart(void);
/** The summary. @return true when no packet was lost or delivered wrong. */
bool report_summary(const char *why_stopped);
/** Lines of who copied, provider by provider. */
void report_engines(bool total);
/** Lines of what went wrong, by name. */
void report_troubles(const struct counters *c);

void show_port(void);
void show_provider(void);
void show_channel(void);
void show_copy(void);
void clear_port(void);
/** Of a port, since clear_port(), or in all. */
void port_stats(const struct port *p, struct rte_eth_stats *stats, bool total);

/** "1.25 Mbit/s": a number in three digits, and of what. */
const char *human(double value, const char *what);
/** "1,250,000". */
const char *whole(uint64_t value);
/** "1,250,000 packets". */
const char *packets(uint64_t n);
/** "software" or "hardware". */
const char *engine_kind(const struct netdma_provider_info *info);
/** Why it was dropped: enum drop. */
const char *drop_name(unsigned int why);
/** Hardware was wanted, and this queue's engine is none. */
bool is_fallback(const struct queue *q);

/* ------------------------------------------------- prompt: prompt.c, commands.c */

/** Make the prompt. */
int prompt_open(void);
/** Take what was typed. @param timeout_ms how long to wait for it. */
void prompt_poll(int timeout_ms);
void prompt_close(void);
/** Do not take the next command for so long. */
void prompt_wait(double seconds);

#endif /* APP_H */
