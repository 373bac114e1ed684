/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef UTIL_H
#define UTIL_H

/* What nearly every case does: channels, lists, running them and looking what became of
 * them. Everything is given back at the end of the case.
 */

#include "data.h"

/* A channel; nothing handed over may be left on it at the end but what poll delivers. Its engine may
 * take as long as it wants, unless the conf says otherwise.
 */
struct netdma_channel *t_channel_conf(struct t *t, const struct netdma_channel_conf *conf);
/* None can be had, and why; 0: whatever the reason. */
void t_no_channel(struct t *t, const struct netdma_channel_conf *conf, int error);
/* On the case's provider, with which it stays and of which it tells the errors; its engine may
 * take as long as it wants.
 */
struct netdma_channel *t_channel(struct t *t, uint32_t nb_desc, uint32_t flags);
/* Before the end of the case. */
void t_channel_free(struct netdma_channel *ch);
/* Of a provider that netdma_provider_create() makes from a string. */
int t_provider(const char *args);
struct netdma_client *t_client(const struct netdma_client_conf *conf);
struct netdma_desc_pool *t_pool(uint32_t n);
/* T_RAW: the library with a client, and no provider but those that the case makes. */
void t_init_without_devices(struct t *t);

/* Move it, whoever may be busy with the registry. */
int t_move(struct netdma_channel *ch, int provider);

struct netdma_channel_info t_info(const struct netdma_channel *ch);
struct netdma_channel_stats t_stats(const struct netdma_channel *ch);
/* An address as the lists of the channel want it. */
uint64_t t_addr(const struct netdma_channel *ch, const void *p);

/* A list of a caller's. */
struct t_list {
	struct netdma_desc_pool *pool;
	struct netdma_desc *first;
	struct netdma_desc *last;
	struct netdma_desc **at; /* all of them */
	uint32_t n;
	struct t_buf *buf;       /* what each one copies */
};

/* Descriptors of a pool, each with a buffer of its own and a cookie of its own. */
struct t_list *t_list_new(struct t *t, struct netdma_channel *ch, struct netdma_desc_pool *pool,
		uint32_t n, uint32_t min, uint32_t max);
/* Descriptors as above, without buffers: nothing but @c next and the cookie is set. */
struct t_list *t_list_bare(struct t *t, struct netdma_desc_pool *pool, uint32_t n);
/* Links, lengths, flags and addresses as t_list_new() set them. */
void t_list_restore(struct netdma_channel *ch, struct t_list *l);
/* And the buffers have new bytes to copy. */
void t_list_renew(struct netdma_channel *ch, struct t_list *l);
int t_start(struct netdma_channel *ch, const struct t_list *l);
int t_append(struct netdma_channel *ch, const struct t_list *l);

/* Collect exactly @p n entries; more than that, or none for long, fails the case. */
void t_collect(struct netdma_channel *ch, struct netdma_completion *done, uint32_t n);
/* One entry is what it should be: for @p desc of a list. */
void t_entry_check(const struct netdma_completion *done, const struct netdma_desc *desc,
		enum netdma_status status, uint32_t index);
/* Collect a list: in order, once each, with that status, the data as that says. */
void t_expect(struct netdma_channel *ch, const struct t_list *l, enum netdma_status status);
/* Start or append it, and collect it as copied. */
void t_run_list(struct netdma_channel *ch, const struct t_list *l);
/* Nothing is outstanding and nothing comes. */
void t_quiet(struct netdma_channel *ch);
/* An everyday copy of a buffer, collected: the channel works. */
void t_copy_works(struct t *t, struct netdma_channel *ch);

/* A part of a line is logged. Lines that bad input causes come at a limited rate, so the
 * input is tried again with @p redo until one is let through.
 */
void t_log_expect(const char *part, void (*redo)(void *arg), void *arg);

/* EAL's telemetry socket; skips the case if there is none. */
int t_telemetry_open(void);
/* The answer to a command, valid until the next one: one thread at a time. */
__attribute__((format(printf, 2, 3)))
const char *t_telemetry_ask(int fd, const char *fmt, ...);

/* The library's drivers that were built; the library must not be initialised. */
void t_drivers_probe(void);
bool t_has_driver(const char *name);
/* Skip the case unless that one was. */
void t_need_driver(const char *name);

/* The case that needs a second process. */
#define T_SECONDARY_ENV "NETDMA_TEST_SECONDARY"
int t_secondary_main(int argc, char **argv);
void t_eal_args_keep(int argc, char **argv);

#endif /* UTIL_H */
