/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The ethdev ports: configured to receive, with a pool of mbufs each. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "app.h"

#define MBUF_CACHE   256
#define TX_DESC      128
#define LONGEST_RX   9216 /* what is expected to come as one packet, at most */
#define LEAST_MBUFS  8191

struct port ports[RTE_MAX_ETHPORTS];
unsigned int nb_ports;

/* How many mbufs a port needs so that its queues never wait for one: those in the
 * receive ring, those whose payloads are being copied, and the burst in hand. Some
 * drivers, net_pcap among them, lose packets when there is none.
 */
static uint32_t
mbufs_needed(const struct port *p, uint16_t nb_rxd)
{
	uint32_t longest = RTE_MAX(config.buffer_size, (uint32_t)LONGEST_RX);
	uint32_t segs = longest / config.mbuf_size + 1;
	/* A receive descriptor takes one mbuf, a packet in hand as many as it needs. */
	uint64_t queue = nb_rxd + MBUF_CACHE +
			(uint64_t)segs * (config.nb_buffers + 2 * MAX_BURST);
	uint64_t all = p->nb_rxq * queue;

	/* 2^n - 1 is what a mempool's ring holds without waste. */
	all = RTE_MAX(all, (uint64_t)LEAST_MBUFS);
	return (uint32_t)(rte_align64pow2(RTE_MIN(all, UINT64_C(1) << 25) + 1) - 1);
}

static int
port_pool(struct port *p, uint16_t nb_rxd)
{
	uint32_t n = config.nb_mbufs != 0 ? config.nb_mbufs : mbufs_needed(p, nb_rxd);
	uint32_t cache = RTE_MIN((uint32_t)MBUF_CACHE, n / 2);
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "rx_port_%u", p->id);
	p->pool = rte_pktmbuf_pool_create(name, n, cache, 0,
			(uint16_t)(config.mbuf_size + RTE_PKTMBUF_HEADROOM), p->socket);
	if (p->pool == NULL) {
		complain("port %u: no memory for %u mbufs of %u bytes: %s. Give the EAL more "
			"(--no-huge -m 512), or ask for less with --mbufs, --mbuf-size or "
			"--buffers",
			p->id, n, config.mbuf_size, rte_strerror(rte_errno));
		return -ENOMEM;
	}
	return 0;
}

static int
port_configure(struct port *p, const struct rte_eth_dev_info *info)
{
	struct rte_eth_conf conf = { .rxmode = { .mtu = config.mtu } };
	uint32_t mtu = config.mtu != 0 ? config.mtu : RTE_ETHER_MTU;
	uint16_t nb_txq;
	int rc;

	if (p->nb_rxq > info->max_rx_queues) {
		complain("--rxq %u: port %u (%s) has at most %u", config.nb_rxq, p->id, p->name,
				info->max_rx_queues);
		return -EINVAL;
	}
	if (p->nb_rxq > 1 && info->flow_type_rss_offloads != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads &
				(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
	}
	/* Drivers that chain mbufs without being asked do not name the offload. */
	if (mtu + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN > config.mbuf_size &&
			(info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0)
		conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;

	/* Nothing is sent, but some drivers (net_tap) insist on pairs of queues. */
	nb_txq = RTE_MIN(p->nb_rxq, info->max_tx_queues);
	rc = rte_eth_dev_configure(p->id, p->nb_rxq, nb_txq, &conf);
	if (rc != 0) {
		complain("port %u (%s): cannot be configured with %u receive queues%s: %s", p->id,
				p->name, p->nb_rxq, config.mtu != 0 ? " and that MTU" : "",
				rte_strerror(-rc));
		return rc;
	}
	return nb_txq;
}

static int
port_queues(struct port *p, uint16_t nb_txq)
{
	uint16_t nb_rxd = (uint16_t)config.nb_rxd, nb_txd = TX_DESC, q;
	int rc;

	rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &nb_rxd, &nb_txd);
	if (rc != 0) {
		complain("port %u (%s): --rxd %u: %s", p->id, p->name, config.nb_rxd,
				rte_strerror(-rc));
		return rc;
	}
	rc = port_pool(p, nb_rxd);
	for (q = 0; rc == 0 && q < p->nb_rxq; q++) {
		rc = rte_eth_rx_queue_setup(p->id, q, nb_rxd, p->socket, NULL, p->pool);
		if (rc != 0)
			complain("port %u (%s): receive queue %u cannot be set up: %s. The log "
				"above says why; --mbufs (now %u) gives it more mbufs, --mbuf-size "
				"(now %u) larger ones", p->id, p->name, q, rte_strerror(-rc),
				p->pool->size, config.mbuf_size);
	}
	for (q = 0; rc == 0 && q < nb_txq; q++) {
		rc = rte_eth_tx_queue_setup(p->id, q, nb_txd, p->socket, NULL);
		if (rc != 0)
			complain("port %u (%s): transmit queue %u cannot be set up: %s", p->id,
					p->name, q, rte_strerror(-rc));
	}
	return rc;
}

static int
port_setup(struct port *p)
{
	struct rte_eth_dev_info info;
	int rc;

	rc = rte_eth_dev_info_get(p->id, &info);
	if (rc != 0) {
		complain("port %u: %s", p->id, rte_strerror(-rc));
		return rc;
	}
	p->nb_rxq = (uint16_t)config.nb_rxq;
	p->socket = rte_eth_dev_socket_id(p->id);
	rte_eth_dev_get_name_by_port(p->id, p->name);
	snprintf(p->driver, sizeof(p->driver), "%s", info.driver_name);

	rc = port_configure(p, &info);
	if (rc >= 0)
		rc = port_queues(p, (uint16_t)rc);
	if (rc != 0)
		return rc;

	rc = rte_eth_promiscuous_enable(p->id);
	if (rc != 0 && rc != -ENOTSUP)
		complain("port %u (%s): not promiscuous: %s", p->id, p->name, rte_strerror(-rc));
	rc = rte_eth_dev_start(p->id);
	if (rc != 0) {
		complain("port %u (%s): does not start: %s", p->id, p->name, rte_strerror(-rc));
		return rc;
	}
	p->started = true;
	return 0;
}

int
ports_setup(void)
{
	uint16_t id;
	int rc;

	for (id = 0; id < RTE_MAX_ETHPORTS; id++)
		if (config.port_wanted[id] && !rte_eth_dev_is_valid_port(id)) {
			complain("--ports: there is no port %u; there are %u, numbered from 0", id,
					rte_eth_dev_count_avail());
			return -ENODEV;
		}
	RTE_ETH_FOREACH_DEV(id) {
		struct port *p = &ports[nb_ports];

		if (config.ports_given && !config.port_wanted[id])
			continue;
		p->id = id;
		nb_ports++;
		rc = port_setup(p);
		if (rc != 0)
			return rc;
	}
	if (nb_ports == 0) {
		complain("there is no port to receive from: give the EAL one before the --, such "
			"as --vdev net_pcap0,rx_pcap=FILE, --vdev net_af_packet0,iface=NAME, or "
			"-a and a PCI address");
		return -ENODEV;
	}
	return 0;
}

void
ports_teardown(void)
{
	unsigned int i;

	for (i = 0; i < nb_ports; i++) {
		if (ports[i].started)
			rte_eth_dev_stop(ports[i].id);
		rte_eth_dev_close(ports[i].id);
		rte_mempool_free(ports[i].pool);
	}
	nb_ports = 0;
}
