#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# Record the captures of test/data anew: a server and a client, each with a Linux kernel's
# stack of its own (a network namespace), over a veth pair, and tcpdump on the client's end.
# Nothing leaves the machine. Run as root.
#
#   devtools/record-capture.sh [DIRECTORY]        default: test/data

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../test/data}
server=nc_server_$$ client=nc_client_$$
tmp=

die() { echo "${0##*/}: $*" >&2; exit 1; }

missing=()
for pair in ip:iproute2 ethtool:ethtool tcpdump:tcpdump python3:python3; do
	command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[ ${#missing[@]} -eq 0 ] || die "these Debian packages are missing: ${missing[*]}"
[ "$(id -u)" -eq 0 ] || die "network namespaces need root"

pids=()
stop() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	pids=()
	ip netns del $server 2>/dev/null || true
	ip netns del $client 2>/dev/null || true
}
trap 'stop; rm -rf "$tmp"' EXIT
tmp=$(mktemp -d)

# wait_for FILE TEXT: until a program that writes to FILE said TEXT
wait_for() {
	local n
	for ((n = 0; n < 100; n++)); do
		grep -qs "$2" "$1" && return
		sleep 0.1
	done
	cat "$1" >&2
	die "no '$2' within 10 s"
}

# in_namespace NAME COMMAND...: not "ip netns exec", which wants to mount things
in_namespace() { nsenter --net="/run/netns/$1" "${@:2}"; }

# end NAMESPACE NUMBER MTU: set up one end of the veth pair. Frames are to be what a wire
# would carry: no segment larger than the MTU, and checksums that are really there.
end() {
	in_namespace "$1" ip link set nc0 mtu "$3" address "02:00:00:00:00:0$2"
	in_namespace "$1" ethtool -K nc0 rx off tx off sg off tso off gso off gro off \
		>/dev/null 2>&1 || die "ethtool -K failed in $1"
	in_namespace "$1" ip addr add "192.0.2.$2/24" dev nc0
	in_namespace "$1" ip addr add "2001:db8::$2/64" dev nc0 nodad
	in_namespace "$1" ip link set nc0 up
}

# record FILE MTU ARGUMENTS...: one capture; the arguments are traffic.py's
record() {
	local file=$1 mtu=$2
	shift 2
	ip netns add $server
	ip netns add $client
	in_namespace $server ip link add nc0 type veth peer name nc0 netns $client
	end $server 1 "$mtu"
	end $client 2 "$mtu"

	nsenter --net=/run/netns/$server python3 "$here/traffic.py" serve 192.0.2.1 2001:db8::1 \
		>"$tmp/serve" 2>&1 &
	pids+=($!)
	wait_for "$tmp/serve" ready

	# -Z root: do not change the user, who could not write here; -B: KiB of buffer
	nsenter --net=/run/netns/$client tcpdump -i nc0 -n -U -s 0 -B 8192 -Z root -w "$file" \
		2>"$tmp/tcpdump" &
	pids+=($!)
	wait_for "$tmp/tcpdump" 'listening on'

	in_namespace $client python3 "$here/traffic.py" talk 192.0.2.1 2001:db8::1 "$@"
	sleep 1
	kill -INT "${pids[1]}"
	wait "${pids[1]}" || die "tcpdump failed: $(cat "$tmp/tcpdump")"
	grep -q '^0 packets dropped by kernel' "$tmp/tcpdump" ||
		die "the capture has holes: $(cat "$tmp/tcpdump")"
	unset 'pids[1]'
	stop
}

# count FILE NAME FILTER: one row of the table that README.md has
count() {
	printf '| %-34s | %5d |\n' "$2" "$(tcpdump -n -r "$1" "$3" 2>/dev/null | wc -l)"
}

describe() {
	printf '\n%s: %d bytes\n\n' "${1##*/}" "$(stat -c %s "$1")"
	printf '| %-34s | %5s |\n| --- | ---: |\n' "what" "count"
	count "$1" 'frames' ''
	count "$1" 'IPv4' ip
	count "$1" 'IPv6' ip6
	count "$1" 'ARP' arp
	count "$1" 'TCP' 'tcp or (ip6 and ip6[6] == 6)'
	count "$1" 'UDP' 'udp or (ip6 and ip6[6] == 17)'
	count "$1" 'ICMP, ICMPv6' 'icmp or icmp6'
	count "$1" 'fragments of IP datagrams' \
		'(ip and ip[6:2] & 0x3fff != 0) or (ip6 and ip6[6] == 44)'
	count "$1" 'frames up to 128 bytes' 'less 128'
	count "$1" 'frames of 1514 bytes' 'len == 1514'
	count "$1" 'frames of more than 1514 bytes' 'greater 1515'
	# tcpdump says "incorrect" (TCP), "bad udp cksum" and "wrong icmp cksum"
	printf '| %-34s | %5d |\n' 'checksums that are wrong' \
		"$(tcpdump -n -vv -r "$1" 2>/dev/null | grep -cE 'incorrect|bad .*cksum|wrong .*cksum' || true)"
}

mkdir -p "$out"
some_sizes=1,2,17,18,63,64,65,100,128,200,255,256,512,600,1000,1024,1200,1452,1471,1472,4000
record "$out/traffic.pcap" 1500 \
	--get /text/60000,/noise/130000 --put /noise/90000 --lines 60 --datagrams $some_sizes,$some_sizes
record "$out/jumbo.pcap" 9000 \
	--get /noise/40000 --put /text/20000 --lines 4 --datagrams 1,1473,4000,8000
describe "$out/traffic.pcap"
describe "$out/jumbo.pcap"
