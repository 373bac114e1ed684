#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The demo application on live traffic, while commands at its prompt take its dmadev away
# and bring it back once a second. With the fault driver, 1 % of the copies fail as well.
#
#   churn.sh SOURCE-DIRECTORY APPLICATION DRIVER,... [EAL-ARGUMENT...]
#
# For NETDMA_CHURN_SECONDS; 10 if that is not set.

set -euo pipefail
src=$1 app=$2 drivers=,$3,
shift 3
# shellcheck source=test/tap.sh
. "$src/test/tap.sh"
# shellcheck source=devtools/common.sh
. "$src/devtools/common.sh"
eal_args+=("$@")
# shellcheck source=test/live/pair.sh
. "$src/test/live/pair.sh"

rounds=${NETDMA_CHURN_SECONDS:-10}

# commands: what is typed. A provider that stands on the dmadev goes with it, and is started
# again by hand.
commands() {
	local n
	for ((n = 0; n < rounds; n++)); do
		printf '%s\n' 'wait 0.5' 'provider detach dma_skeleton0' 'wait 0.5' \
			'provider attach dma_skeleton0'
		[ "$engine" = dma_skeleton0 ] || echo "provider start $engine"
	done
	printf '%s\n' 'wait 0.5' 'show provider'
}

# churn OUTPUT: while there is traffic
churn() {
	local talking
	talk "$rounds" &
	talking=$!
	commands >&8
	wait_for "$1" '> show provider$' $((2 * rounds + 20)) || return
	wait $talking
}

# survives ENGINE EAL-ARGUMENTS... -- ARGUMENTS...
survives() {
	local what recovered moved stuck
	engine=$1
	shift
	echo start >&8
	watched "$engine" Started. churn "$@" --provider cpu0,mode=inline --use "$engine" -i

	if grep '^dpdk-netdma: ' "$tmp/$engine"; then
		echo "a command has failed"
		return 1
	fi
	for what in 'Detached: dma_skeleton0' 'Attached: dma_skeleton0' "Started: $engine"; do
		[ "$what" != 'Started: dma_skeleton0' ] || continue
		[ "$(grep -c "^$what\.$" "$tmp/$engine")" -eq "$rounds" ] ||
			{ echo "not $rounds times: $what"; return 1; }
	done
	read -r _ recovered _ _ _ _ moved _ _ stuck _ < <(tr -d , <"$tmp/$engine" |
		grep '^ *recovered .* times$')
	echo "# ${engine}: gone and back $rounds times; recovered $recovered, moved $moved" >&3
	# Away and back again; once it may have taken longer than there was time for.
	((moved >= 2 * rounds - 2)) || { echo "not gone and back each time"; return 1; }
	# The ring is full after some tenths of a second.
	((dropped <= given / 20)) || { echo "it has stood still"; return 1; }
	((stuck == 0)) || { echo "an engine was stuck"; return 1; }
	[ "$engine" = dma_skeleton0 ] || ((recovered > 0)) || { echo "no copy failed"; return 1; }
	grep -q "Copied by *engines, now $engine " "$tmp/$engine" ||
		{ echo "$engine is not in use at the end"; return 1; }
}

mkfifo "$tmp/input"
exec 8<>"$tmp/input"
tap_case "a dmadev that comes and goes" \
	survives dma_skeleton0 --vdev dma_skeleton0 --
case $drivers in
*,fault,*)
	tap_case "a dmadev that comes and goes, and errors" \
		survives fault0 --vdev dma_skeleton0 -- \
		--provider fault0,lower=dma_skeleton0,seed=7,error=0.01
	;;
*)
	tap_case "a dmadev that comes and goes, and errors" \
		eval 'echo "the fault driver was not built"; exit 77'
	;;
esac
tap_end
