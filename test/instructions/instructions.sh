#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# instructions.sh PROGRAM [--update] [EAL ARGUMENT...]: count the instructions that the submitting core
# spends on a copy, with callgrind, and compare with expected.txt. The same program on the same
# libraries spends the same; what is counted depends on the compiler, so the numbers are upper bounds
# with some room. --update writes what was counted.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tap.sh
. "$here/../tap.sh"
program=$1
shift
update=
[ "${1:-}" != --update ] || { update=y; shift; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bursts=100
expected=$here/expected.txt

# counted ENGINE API OPTION...: instructions a copy
counted() {
	local copies total harness api=(--api "$2")
	[ "$2" != raw ] || api=()
	valgrind --tool=callgrind --callgrind-out-file="$work/out" --fair-sched=yes \
		--toggle-collect=perf_counted_submit --toggle-collect=perf_counted_poll \
		"$program" --no-huge -m 64 --no-shconf --no-telemetry -l 0,1 --no-pci \
		--vdev=dma_skeleton0,lcore=1 "${eal[@]}" -- --engine "$1" "${api[@]}" --size 64 \
		--burst 32 --instructions $bursts "${@:3}" >"$work/log" 2>&1 ||
		{ tail -n 20 "$work/log" >&2; return 1; }
	copies=$(grep -x '[0-9]*' "$work/log")
	total=$(sed -n 's/.*Collected : //p' "$work/log")
	# The benchmark's own, around the library's calls; raw has it in the loop that it measures.
	harness=0
	[ "$2" = raw ] || harness=$(callgrind_annotate --threshold=100 "$work/out" |
		awk '/dpdk-netdma-perf\]/ { gsub(",", "", $1); n += $1 } END { print n + 0 }')
	awk -v t="$total" -v h="$harness" -v n="$copies" 'BEGIN { printf "%.2f\n", (t - h) / n }'
}

# is_as_expected NAME ENGINE API OPTION...
is_as_expected() {
	local name=$1 now most
	command -v valgrind >/dev/null || { echo "no valgrind"; return 77; }
	[ "$(nproc)" -gt 1 ] || { echo "one CPU"; return 77; }
	now=$(counted "${@:2}")
	echo "$name $now" >>"$work/counted"
	[ -z "$update" ] || return 0
	most=$(awk -v n="$name" '$1 == n { print $2 }' "$expected")
	[ -n "$most" ] || { echo "$now; $expected has no $name"; return 1; }
	awk -v a="$now" -v b="$most" 'BEGIN { exit a <= b ? 0 : 1 }' ||
		{ echo "$now, and it may be $most"; return 1; }
	echo "# $name: $now instructions a copy, at most $most"
}

eal=("$@")
try() { tap_case "$1 takes no more instructions than before" is_as_expected "$@"; }
try worker-list cpu0,mode=lcore,lcore=1,spin=always list
try worker-array cpu0,mode=lcore,lcore=1,spin=always array
try worker-calls cpu0,mode=lcore,lcore=1,spin=always calls
try worker-checked-list cpu0,mode=lcore,lcore=1,spin=always list --checked
try raw raw:dma_skeleton0 raw
try dmadev-list dma_skeleton0 list
try dmadev-array dma_skeleton0 array
if [ -n "$update" ]; then
	{ grep '^#' "$expected"; cat "$work/counted"; } >"$work/new"
	cat "$work/new" >"$expected"
fi
[ ! -e "$work/counted" ] || sed 's/^/# counted: /' "$work/counted"
tap_end
