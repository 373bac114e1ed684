#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# goals.sh BUILD [ROUNDS [EAL-ARGUMENT...]]: what the library promises, and what it reaches here: what
# dpdk-netdma-perf measures, and the instructions that callgrind counts.

set -euo pipefail
# shellcheck source=devtools/common.sh
. "$(dirname "$0")/common.sh"
[ $# -gt 0 ] || die "which build? goals.sh BUILD [ROUNDS [EAL-ARGUMENT...]]"
app=$1/app/dpdk-netdma-perf/dpdk-netdma-perf
rounds=${2:-31}
[ -x "$app" ] || die "there is no $app: build it, with the applications"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$app" --no-huge -m 1024 --no-shconf --no-telemetry --no-pci -l 0,1 "${@:3}" \
	--vdev=dma_skeleton0,lcore=1 --vdev=dma_netdma0,lcore=1 --log-level=lib.eal:4 \
	-- --suite goals --rounds "$rounds" >"$work/suite" ||
	{ cat "$work/suite"; die "the suite could not be run"; }
grep -v "counted by" "$work/suite"

command -v valgrind >/dev/null || die "no valgrind (Debian: package valgrind): goals 9 and 12 are not counted"
"$root/test/instructions/instructions.sh" "$app" "${@:3}" >"$work/counted" ||
	{ cat "$work/counted"; die "instructions could not be counted, or are more than before"; }
# count NAME
count() { sed -n "s/^# counted: $1 //p" "$work/counted"; }
# tell NUMBER GOAL INSTRUCTIONS MOST
tell() {
	awk -v n="$1" -v g="$2" -v a="$3" -v b="$4" 'BEGIN { printf "%-4s %-7s %-9s %-58s %.1f\n", n,
		b == "" ? "-" : a <= b ? "reached" : "MISSED", "-", g, a }'
}
tell 9 "worker, lists of 32: <= 20 instructions a copy" "$(count worker-list)" 20
tell 9 "worker, the same on a channel that is not TRUSTED" "$(count worker-checked-list)" ""
over=$(awk -v a="$(count dmadev-list)" -v b="$(count raw)" 'BEGIN { print a - b }')
tell 12 "dmadev, lists of 32: <= 16 instructions over rte_dma_copy()" "$over" 16
