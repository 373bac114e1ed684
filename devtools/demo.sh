#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# See it work: install what is missing, build, and copy a capture of real TCP and UDP
# traffic out of the packet buffers with two engines, every byte compared. It needs no
# hugepages, no NIC and no DMA hardware.

set -euo pipefail
# shellcheck source=devtools/common.sh
. "$(dirname "$0")/common.sh"

install_packages "${build_packages[@]}"
private_runtime_dir

say "Building into $root/build"
CC=${CC:-gcc} build "$root/build" || die "the build failed"

capture=$root/test/data/traffic.pcap

# copy_with WHAT EAL-ARGUMENTS... -- ARGUMENTS...
copy_with() {
	say "$1"
	shift
	local eal=()
	while [ "$1" != -- ]; do
		eal+=("$1")
		shift
	done
	shift
	set -- "$root/build/app/dpdk-netdma/dpdk-netdma" "${eal_args[@]}" \
		--vdev "net_pcap0,rx_pcap=$capture" "${eal[@]}" -- "$@" --verify --idle 1
	printf '$ %s\n\n' "${*//"$root/"/}"
	timeout 60 "$@" </dev/null || die "this run failed (exit code $?)"
}

copy_with 'Engine 1: a worker thread copies (the "cpu" driver)' -- \
	--provider cpu0,mode=lcore
copy_with 'Engine 2: a DMA device (DPDK'"'"'s dma_skeleton, which is software, by the "dmadev" driver)' \
	--vdev dma_skeleton0 -- --use dma_skeleton0

cat <<END

Done. Twice, the payload of every packet in test/data/traffic.pcap went from the driver's
packet buffers into the application's, by an engine and not by the thread that receives,
and every byte that arrived was compared with the packet's.

Next: devtools/test.sh runs all tests.
END
