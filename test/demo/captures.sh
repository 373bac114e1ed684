#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The demo application on the captures of test/data, with each kind of provider.
#
#   captures.sh SOURCE-DIRECTORY APPLICATION [EAL-ARGUMENT...]

set -euo pipefail
src=$1 app=$2
shift 2
# shellcheck source=test/tap.sh
. "$src/test/tap.sh"
# shellcheck source=devtools/common.sh
. "$src/devtools/common.sh"
eal_args+=("$@")
private_runtime_dir
[ -x "$app" ] || tap_skip_all "the application was not built"

# frames FILE: how many frames a capture has
frames() {
	python3 - "$1" <<'END'
import struct, sys
with open(sys.argv[1], "rb") as file:
    order = "<" if file.read(24)[:1] in (b"\xd4", b"\x4d") else ">"
    count = 0
    while head := file.read(16):
        file.seek(struct.unpack(order + "4I", head)[2], 1)
        count += 1
print(count)
END
}

# copies CAPTURE EAL-ARGUMENTS... -- ARGUMENTS...: every frame of it, verified
copies() {
	local capture=$src/test/data/$1 eal=() output n
	shift
	while [ "$1" != -- ]; do
		eal+=("$1")
		shift
	done
	shift
	n=$(frames "$capture")
	output=$(timeout 60 "$app" "${eal_args[@]}" --vdev "net_pcap0,rx_pcap=$capture" "${eal[@]}" \
		-- --buffer-size 9216 --period 0 --verify --packets "$n" --idle 5 "$@" 2>&1) ||
		{ echo "$output"; return 1; }
	echo "$output"
	# and its own words: so many packets, and nothing amiss with any of them
	grep -q "^OK: $n packets received, $n delivered, $n verified, 0 mismatches, 0 lost$" \
		<<<"$output"
}

for capture in traffic jumbo; do
	for mode in inline lcore; do
		tap_case "$capture.pcap by cpu, $mode" \
			copies $capture.pcap -- --provider cpu0,mode=$mode
	done
	tap_case "$capture.pcap by dma_skeleton" \
		copies $capture.pcap --vdev dma_skeleton0 -- --use dma_skeleton0
done
tap_case "packets of chained mbufs" \
	copies traffic.pcap -- --provider cpu0,mode=lcore --mbuf-size 256
tap_case "buffers that the C library allocated" \
	copies traffic.pcap -- --provider cpu0,mode=lcore --app-memory malloc
tap_end
