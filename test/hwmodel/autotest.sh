#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# autotest.sh BUILD idxd|ioat: DPDK's own test of dmadevs, unmodified, on the models. It passes without
# any device, too, because it always tests its software one: so this asks whether the devices were
# there, whether their errors were tried, and whether they did the work.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tap.sh
. "$here/../tap.sh"
build=$1 kind=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $kind in
idxd) devices=(wq0.0 wq1.0) pci=(--no-pci) ;;
ioat) devices=(0000:00:04.0 0000:00:04.1) pci=(-a 0000:00:04.0 -a 0000:00:04.1) ;;
*) echo "autotest.sh BUILD idxd|ioat" >&2; exit 2 ;;
esac
cores=0,1
[ "$(nproc)" -gt 1 ] || cores=0

# dma_ioat loses a completion if what is behind a failed copy has finished before the failure is
# read; the test expects that it has not, and so the engine takes its time after an error.
export HWMODEL_IOAT_START_US=100000

passes() {
	local status=0
	command -v dpdk-test >/dev/null || { echo "no dpdk-test (Debian: package dpdk-dev)"; return 77; }
	HWMODEL_TOTALS=$work/totals DPDK_TEST=dmadev_autotest timeout 120 "$here/with-hw" \
		--build "$build" "--$kind" 2 -- dpdk-test -l "$cores" --no-huge -m 256 --no-shconf \
		--iova-mode=va "${pci[@]}" --file-prefix="hwmodel_$$" >"$work/output" 2>&1 || status=$?
	[ $status -eq 0 ] || { tail -n 40 "$work/output" | cut -c1-300; return 1; }
}

# was_tested DEVICE
was_tested() {
	local n total
	[ -r "$work/output" ] || { echo "no dpdk-test (Debian: package dpdk-dev)"; return 77; }
	n=$(sed -n "s/^### Test dmadev instance \([0-9]*\) \[$1\].*/\1/p" "$work/output")
	[ -n "$n" ] || { echo "dpdk-test has not seen $1"; return 1; }
	for part in "copy" "burst capacity" "error handling" "fill"; do
		grep -q "^DMA Dev $n: Running $part Tests" "$work/output" ||
			{ echo "no $part tests of $1"; return 1; }
	done
	total=$(grep "^name=$1 " "$work/totals") || { echo "$1 has done nothing"; return 1; }
	[[ $total =~ \ copies=([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -gt 10000 ] &&
		[[ $total =~ \ fills=([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -gt 0 ] &&
		[[ $total =~ \ errors=([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -gt 0 ] ||
		{ echo "too little: $total"; return 1; }
}

tap_case "dmadev_autotest passes on $kind" passes
for device in "${devices[@]}"; do
	tap_case "dmadev_autotest has tested $device, and it did the work" was_tested "$device"
done
tap_end
