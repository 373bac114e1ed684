#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# vdev.sh PLUGIN: the worker engine as a dmadev, in an application that knows nothing of the library
# but that it has loaded it: DPDK's own dpdk-test.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tap.sh
. "$here/../tap.sh"
# by its name: EAL takes no path through a folder that everyone may write to
plugin=${1##*/}
LD_LIBRARY_PATH=$(cd "$(dirname "$1")" && pwd):${LD_LIBRARY_PATH:-}
export LD_LIBRARY_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cores=0,1
last=1
[ "$(nproc)" -gt 1 ] || { cores=0; last=0; }
command -v dpdk-test >/dev/null || tap_skip_all "no dpdk-test (Debian: package dpdk-dev)"

# dpdk_test TEST DEVICE
dpdk_test() {
	DPDK_TEST=$1 timeout 120 dpdk-test -d "$plugin" --no-huge -m 256 --no-shconf --no-pci \
		-l "$cores" "--vdev=$2" >"$work/output" 2>&1 </dev/null
}

passes() {
	local n
	dpdk_test dmadev_autotest "dma_netdma0,lcore=$last" ||
		{ tail -n 40 "$work/output" | cut -c1-300; return 1; }
	n=$(sed -n "s/^### Test dmadev instance \([0-9]*\) \[dma_netdma0\].*/\1/p" "$work/output")
	[ -n "$n" ] || { echo "dpdk-test has not seen dma_netdma0"; return 1; }
	for part in "copy" "burst capacity"; do
		grep -aq "^DMA Dev $n: Running $part Tests" "$work/output" ||
			{ echo "no $part tests of dma_netdma0"; return 1; }
	done
}

# is_told ARGUMENTS MESSAGE
is_told() {
	dpdk_test version_autotest "dma_netdma0,$1" || true
	grep -aqF -- "$2" "$work/output" && grep -aq "dma_netdma0: no dmadev could be made" "$work/output" ||
		{ cut -c1-300 "$work/output"; return 1; }
}

tap_case "dmadev_autotest passes on dma_netdma0" passes
tap_case "a key that is not known is told" is_told lcor=1 "it must be lcore=N, cpu=N or workers=N"
tap_case "an lcore that EAL has not is told" is_told lcore=77 "lcore=77: it must be an lcore of EAL's"
tap_case "an lcore that is no number is told" is_told lcore=x "lcore=x: it must be a number"
tap_case "instructions that the CPU has not are told" is_told simd=mmx "simd=mmx: it must be plain"
tap_end
