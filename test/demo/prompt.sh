#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The prompt of the demo application, from a script: commands that take engines away and
# bring them back, while a capture of test/data comes in over and over, as fast as it goes.
#
#   prompt.sh SOURCE-DIRECTORY APPLICATION [EAL-ARGUMENT...]

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

# prompt ARGUMENTS... -- EXPECTED...: run the script of the standard input. Each of the
# expected, a pattern, must be in a line of what is printed behind the one before it; and
# nothing may be lost.
prompt() {
	local arguments=() output line
	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	shift
	output=$(timeout 60 "$app" "${eal_args[@]}" --vdev dma_skeleton0 \
		--vdev "net_pcap0,rx_pcap=$src/test/data/traffic.pcap,infinite_rx=1" \
		-- --verify -i "${arguments[@]}" 2>&1) || { echo "$output"; return 1; }
	echo "$output"
	while IFS= read -r line; do
		# shellcheck disable=SC2053 # a pattern
		[ $# -eq 0 ] || [[ $line != *$1* ]] || shift
	done <<<"$output"
	[ $# -eq 0 ] || { echo "this was not printed, or not there: $1"; return 1; }
	grep -q '^OK: .* 0 mismatches, 0 lost$' <<<"$output"
}

comes_and_goes() {
	prompt --provider cpu0,mode=inline --use dma_skeleton0 -- \
		'Detached: dma_skeleton0.' 'provider cpu0,' \
		'Attached: dma_skeleton0.' 'provider dma_skeleton0,' \
		'Stopped: dma_skeleton0.' 'provider cpu0,' '0 new; there are: cpu0,' \
		'Started: dma_skeleton0.' 'provider dma_skeleton0,' \
		'engines, now dma_skeleton0' 'moved 4 times, stuck 0 times' <<-END
		start
		wait 1
		provider detach dma_skeleton0
		wait 1
		show channel
		provider attach dma_skeleton0
		wait 1
		show channel
		provider stop dma_skeleton0
		show channel
		rescan
		provider start dma_skeleton0
		wait 1
		show channel
	END
}

moves() {
	prompt --provider cpu0,mode=inline --use dma_skeleton0 -- \
		'Moved: port 0 queue 0 to cpu0.' 'Created: cpu1.' \
		'Moved: port 0 queue 0 to cpu1.' 'provider cpu1,' 'goes back to cpu1' \
		'Destroyed: cpu1.' 'goes back to cpu1' \
		'Created: cpu1.' 'provider cpu1,' <<-END
		move 0 cpu0
		start
		wait 1
		provider create cpu1,mode=lcore
		move all cpu1
		show channel
		provider destroy cpu1
		wait 1
		show channel
		stop
		start
		provider create cpu1,mode=lcore
		wait 1
		show channel
	END
}

# What the channel cannot have copied we copy; twice, the second time from a stop to a start.
alone() {
	prompt --use dma_skeleton0 --failover none -- \
		'its channel has no provider; the CPU copies' 'provider none,' ' Alone ' \
		'dma_skeleton0 copies from here on' 'provider dma_skeleton0,' \
		'now none' ' Alone ' <<-END
		start
		wait 1
		provider detach dma_skeleton0
		wait 1
		show channel
		show copy
		stop
		start
		provider attach dma_skeleton0
		wait 1
		show channel
		provider stop dma_skeleton0
	END
}

# So often that it also happens between filling the channel and handing over; and what the
# worker has not come to by then, the channel gives back.
alone_again_and_again() {
	local n
	{
		echo start
		for ((n = 0; n < 100; n++)); do
			printf '%s\n' 'provider stop cpu0' 'wait 0.002' 'provider start cpu0' \
				'wait 0.005'
		done
	} | prompt --provider cpu0,mode=lcore --use cpu0 --failover none -- \
		'Started: cpu0.' ' Alone ' ' Redone '
}

# The name is that of another provider, later on.
by_name() {
	prompt --provider cpu0,mode=inline --provider cpu1,mode=inline --use dma_skeleton0 \
		--failover cpu1 -- \
		'Detached: dma_skeleton0.' 'provider cpu1,' 'Attached: ' 'provider dma_skeleton0,' \
		'Created: cpu1.' 'Detached: dma_skeleton0.' 'provider cpu1,' <<-END
		start
		wait 1
		provider detach dma_skeleton0
		show channel
		provider attach dma_skeleton0
		wait 1
		show channel
		provider destroy cpu1
		provider create cpu1,mode=inline
		provider detach dma_skeleton0
		wait 1
		show channel
	END
}

nothing_is_changed() {
	prompt --provider cpu0,mode=inline --use cpu0 -- \
		'provider detach cpu0: Operation not supported' 'there is no provider cpu9' \
		'there is no provider cpu9' 'it does not move to dma_skeleton0: No such device' \
		'a number from 0 to 0' 'provider destroy dma_skeleton0: Operation not supported' \
		'provider create nix0: No such file' 'provider attach nix: ' 'should be provider' \
		'provider cpu0,' 'Copied by *cpu0 (' 'moved 0 times' <<-END
		start
		provider stop dma_skeleton0
		provider detach cpu0
		provider stop cpu9
		move 0 cpu9
		move 0 dma_skeleton0
		move 1 cpu0
		provider destroy dma_skeleton0
		provider create nix0
		provider attach nix
		provider lose cpu0
		show channel
		wait 1
	END
}

tap_case "a dmadev comes and goes" comes_and_goes
tap_case "a channel moves where it is told to" moves
tap_case "without a provider the application copies" alone
tap_case "without a provider, again and again" alone_again_and_again
tap_case "a provider to fail over to is known by its name" by_name
tap_case "commands that are wrong change nothing" nothing_is_changed
tap_end
