#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The demo application on live traffic, with each kind of provider.
#
#   live.sh SOURCE-DIRECTORY APPLICATION [EAL-ARGUMENT...]

set -euo pipefail
src=$1 app=$2
shift 2
# shellcheck source=test/tap.sh
. "$src/test/tap.sh"
# shellcheck source=devtools/common.sh
. "$src/devtools/common.sh"
eal_args+=("$@")
# shellcheck source=test/live/pair.sh
. "$src/test/live/pair.sh"

talk_a_while() { talk 3; }
exec 8</dev/null # nothing is typed

for mode in inline lcore; do
	tap_case "live traffic by cpu, $mode" \
		watched $mode Receiving talk_a_while -- --provider cpu0,mode=$mode
done
tap_case "live traffic by dma_skeleton" \
	watched skeleton Receiving talk_a_while --vdev dma_skeleton0 -- --use dma_skeleton0
tap_end
