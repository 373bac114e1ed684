#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The demo application over DPDK's drivers on the models: every byte compared, with errors, with an
# engine that falls silent, and from DSA to I/OAT to the CPU while packets come in.
#
#   demo.sh BUILD SOURCE-DIRECTORY APPLICATION [EAL-ARGUMENT...]

set -euo pipefail
build=$1 src=$2 app=$3
shift 3
# shellcheck source=test/tap.sh
. "$src/test/tap.sh"
# shellcheck source=devtools/common.sh
. "$src/devtools/common.sh"
private_runtime_dir
[ -x "$app" ] || tap_skip_all "the application was not built"
eal=(--no-huge -m 512 --no-shconf --iova-mode=va -a 0000:00:04.0 "$@")
work=$(mktemp -d)
trap 'rm -rf "$work" "${runtime_dir:-}"' EXIT

# run ARGUMENTS...: with traffic that comes in over and over. The commands are those of the
# standard input, if there are any.
run() {
	rm -f "$work/totals"
	HWMODEL_TOTALS=$work/totals timeout 60 "$src/test/hwmodel/with-hw" --build "$build" \
		--idxd 1 --ioat 1 -- "$app" "${eal[@]}" \
		--vdev "net_pcap0,rx_pcap=$src/test/data/traffic.pcap,infinite_rx=1" \
		-- --verify "$@" 2>&1 | tee "$work/output"
}

# said PATTERN: in the output
said() {
	grep -q -E -e "$1" "$work/output" || { echo "this was not printed: $1"; return 1; }
}

# total DEVICE KEY AT-LEAST: what the model says
total() {
	local n
	n=$(sed -n "s/^name=$1 .*\<$2=\([0-9]*\).*/\1/p" "$work/totals")
	[ "${n:-0}" -ge "$3" ] || { echo "$1 says $2=${n:-nothing}"; return 1; }
}

# verifies DEVICE: copies by it and nobody else
verifies() {
	run --use "$1" --want-hardware --packets 20000
	said '^OK: 20000 packets received, 20000 delivered, 20000 verified, 0 mismatches, 0 lost$'
	said "Copied by +$1 \(dmadev, hardware\)"
	said 'recovered 0, failed over 0, moved 0 times, stuck 0 times'
	total "$1" copies 16000 # some have no payload
}

# recovers DEVICE MODEL
recovers() {
	export "HWMODEL_$2_ERROR_EVERY=50" "HWMODEL_$2_PARTIAL=1"
	run --use "$1" --packets 20000
	said '^OK: 20000 packets received, 20000 delivered, 20000 verified, 0 mismatches, 0 lost$'
	said 'recovered [1-9][0-9]+, failed over 0, moved 0 times, stuck 0 times'
	total "$1" errors 300
}

goes_on_elsewhere() {
	run --use wq0.0 --failover 0000:00:04.0 -i <<-END
		start
		wait 1
		provider stop wq0.0
		wait 1
		show channel
		provider detach 0000:00:04.0
		wait 1
		show channel
		quit
	END
	said 'provider 0000:00:04.0'
	said 'the CPU copies from here on'
	said '^OK: .* 0 mismatches, 0 lost$'
	total wq0.0 copies 1000
	total 0000:00:04.0 copies 1000
}

# What a silent engine had is not known, and told as lost; nothing is taken for copied that was not.
survives_silence() {
	export HWMODEL_IDXD_STUCK_AFTER=20000
	run --use wq0.0 --provider cpu0,mode=inline --failover cpu0 --duration 4 --watchdog-us 50000 || true
	said ' 0 mismatches, '
	said 'stuck 1 times'
	said 'engines, now cpu0'
}

tap_case "I/OAT copies, and every byte is right" verifies 0000:00:04.0
tap_case "DSA copies, and every byte is right" verifies wq0.0
tap_case "I/OAT fails now and then, and nothing is lost" recovers 0000:00:04.0 IOAT
tap_case "DSA fails now and then, and nothing is lost" recovers wq0.0 IDXD
tap_case "from DSA to I/OAT to the CPU under traffic" goes_on_elsewhere
tap_case "DSA falls silent, and the CPU goes on" survives_silence
tap_end
