/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/*
 * Where a packet's payload begins, and where it ends.
 *
 * What the parser does not know is payload: all of an ARP packet but its Ethernet
 * header, for instance, and all of a fragment but its IP header.
 */

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_net.h>

#include "app.h"

#define LAYERS (RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK)

/* How long the IP packet at an offset says it is; 0: it does not. */
static uint32_t
ip_length(const struct rte_mbuf *m, uint32_t offset, uint32_t ptype)
{
	if (RTE_ETH_IS_IPV4_HDR(ptype)) {
		struct rte_ipv4_hdr copy;
		const struct rte_ipv4_hdr *ip = rte_pktmbuf_read(m, offset, sizeof(copy), &copy);

		return ip == NULL ? 0 : rte_be_to_cpu_16(ip->total_length);
	}
	if (RTE_ETH_IS_IPV6_HDR(ptype)) {
		struct rte_ipv6_hdr copy;
		const struct rte_ipv6_hdr *ip = rte_pktmbuf_read(m, offset, sizeof(copy), &copy);

		/* 0 stands for a length that is elsewhere, as in a jumbogram. */
		return ip == NULL || ip->payload_len == 0 ? 0 :
				sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	}
	return 0;
}

uint32_t
headers_parse(struct rte_mbuf *m, bool *truncated)
{
	struct rte_net_hdr_lens lens = { .l2_len = 0 };
	uint32_t ptype = rte_net_get_ptype(m, &lens, LAYERS);
	uint32_t hdr_len, ip_len, end;

	/* A length is only valid when its layer was recognised. */
	hdr_len = lens.l2_len;
	if ((ptype & RTE_PTYPE_L3_MASK) == 0)
		return hdr_len;
	ip_len = ip_length(m, hdr_len, ptype);
	end = hdr_len + ip_len;
	hdr_len += lens.l3_len;
	if ((ptype & RTE_PTYPE_L4_MASK) != 0 &&
			(ptype & RTE_PTYPE_L4_MASK) != RTE_PTYPE_L4_FRAG)
		hdr_len += lens.l4_len;

	/* A driver that cuts packets does so in silence: net_af_packet at its frame size,
	 * net_pcap where the capture did.
	 */
	if (ip_len == 0)
		return hdr_len;
	if (rte_pktmbuf_pkt_len(m) < end)
		*truncated = true;
	else if (rte_pktmbuf_pkt_len(m) > end && end >= hdr_len)
		/* Ethernet pads short frames. If the padding is not all in the last
		 * segment it stays, and is delivered with the payload.
		 */
		rte_pktmbuf_trim(m, (uint16_t)RTE_MIN(rte_pktmbuf_pkt_len(m) - end,
				(uint32_t)UINT16_MAX));
	return hdr_len;
}
