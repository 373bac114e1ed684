# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# What the live tests share; they source it, with $src, $app and eal_args set: two network
# namespaces with a veth pair between them. A server in one and a client in the other talk
# TCP and UDP through their kernels' stacks, and on the server's end the application
# receives the same frames, in both directions, with DPDK's af_packet driver.
#
# What the application received must be what the kernel put into its ring, what the
# interface counted must be accounted for, and nothing may be lost or damaged from there.
# What the kernel dropped because the ring was full is shown, and is not our loss.

server=nc_server_$$ client=nc_client_$$
# not "ip netns exec" nor "ip -n", which want to mount things; and this becomes the program
# that it starts, which has its process id
in_server=(nsenter "--net=/run/netns/$server")
in_client=(nsenter "--net=/run/netns/$client")
tmp=
pids=()

# end_all: nothing but what this script started
end_all() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	ip netns del $server 2>/dev/null || true
	ip netns del $client 2>/dev/null || true
	rm -rf "$tmp"
}

[ -x "$app" ] || tap_skip_all "the application was not built"
[ "$(id -u)" -eq 0 ] || tap_skip_all "network namespaces need root"
for tool in ip ethtool nsenter python3; do
	command -v $tool >/dev/null || tap_skip_all "there is no $tool here"
done
trap end_all EXIT
tmp=$(mktemp -d)

# network: the pair, with frames as on a wire, and no talk of the kernels' own on it: they know each
# other's addresses for good, and do not probe them while the last frames are counted
network() {
	local number other
	ip netns add $server && ip netns add $client &&
		"${in_server[@]}" ip link add nc0 type veth peer name nc0 netns $client || return
	for number in 1 2; do
		local enter=("${in_server[@]}")
		[ $number -eq 1 ] || enter=("${in_client[@]}")
		"${enter[@]}" ip link set nc0 addrgenmode none &&
			"${enter[@]}" ethtool -K nc0 rx off tx off sg off tso off gso off gro off &&
			"${enter[@]}" ip addr add 192.0.2.$number/24 dev nc0 &&
			"${enter[@]}" ip addr add 2001:db8::$number/64 dev nc0 nodad &&
			"${enter[@]}" ip link set nc0 address 02:00:00:00:00:0$number &&
			"${enter[@]}" ip link set nc0 up || return
		for other in 192.0.2.$((3 - number)) 2001:db8::$((3 - number)); do
			"${enter[@]}" ip neigh replace $other dev nc0 nud permanent \
				lladdr 02:00:00:00:00:0$((3 - number)) || return
		done
	done
}
network >"$tmp/network" 2>&1 ||
	tap_skip_all "no network namespaces with a veth pair here: $(tail -n 1 "$tmp/network")"

# wait_for FILE TEXT [SECONDS]: until a program that writes to FILE said TEXT
wait_for() {
	local n seconds=${3:-20}
	for ((n = 0; n < 10 * seconds; n++)); do
		grep -qs "$2" "$1" && return
		sleep 0.1
	done
	echo "no '$2' within $seconds s:"
	cat "$1"
	return 1
}

"${in_server[@]}" python3 "$src/devtools/traffic.py" serve 192.0.2.1 2001:db8::1 \
	>"$tmp/serve" 2>&1 &
pids+=($!)
wait_for "$tmp/serve" ready >&2 || tap_skip_all "the server does not start"

# frames: what the interface has received and sent
frames() {
	"${in_server[@]}" ip -s -j link show nc0 | python3 -c '
import json, sys
stats = json.load(sys.stdin)[0]["stats64"]
print(stats["rx"]["packets"] + stats["tx"]["packets"])'
}

# talk SECONDS. The driver asks the kernel to put the fragments of IPv4 datagrams together,
# and cuts what is then longer than a slot of its ring: so there are none in this traffic.
talk() {
	"${in_client[@]}" timeout $(($1 + 60)) python3 "$src/devtools/traffic.py" talk \
		192.0.2.1 2001:db8::1 --seconds "$1" --get /noise/300000,/text/100000 \
		--put /noise/300000 --lines 30 --datagrams 1,17,64,256,1000,1452,1472 --burst 64
}

# watched NAME READY WHILE EAL-ARGUMENTS... -- ARGUMENTS...: the application, which reads its
# standard input from descriptor 8 and writes to $tmp/NAME. When it has said READY, the
# function WHILE runs; then the application is ended, and all frames must be accounted for:
# $given that the kernel had for it, $dropped of them because the ring was full.
watched() {
	local name=$1 word=$2 during=$3 eal=()
	local pid status=0 before ready quiet after received
	shift 3
	while [ "$1" != -- ]; do
		eal+=("$1")
		shift
	done
	shift

	before=$(frames)
	"${in_server[@]}" "$app" "${eal_args[@]}" \
		--vdev net_af_packet0,iface=nc0,framecnt=8192 "${eal[@]}" \
		-- --period 0 --verify --duration 1000 "$@" >"$tmp/$name" 2>&1 <&8 &
	pid=$!
	# shellcheck disable=SC2064 # to be expanded now
	trap "kill -KILL $pid 2>/dev/null || true" EXIT
	wait_for "$tmp/$name" "$word" || return
	ready=$(frames)
	"$during" "$tmp/$name" || { cat "$tmp/$name"; return 1; }
	sleep 2 # for it to empty the ring
	quiet=$(frames)
	read -r given dropped < <("$src/test/live/ring-drops.py" $pid)
	kill -INT $pid
	timeout 30 tail --pid=$pid -f /dev/null || { echo "it does not end"; return 1; }
	wait $pid || status=$?
	trap - EXIT
	after=$(frames)
	received=$(sed -n 's/^OK: \([0-9]*\) packets received, \1 delivered, \1 verified, .*/\1/p' \
		"$tmp/$name")
	echo "# ${name}: interface $((quiet - ready)) frames, ring $given, of them $dropped" \
		"dropped because it was full; received and verified ${received:-not all}" >&3

	cat "$tmp/$name"
	[ $status -eq 0 ] || { echo "exit code $status"; return 1; }
	[ -n "$received" ] || { echo "not all that was received was verified"; return 1; }
	# The ring was made between $before and $ready, and frames may come after $quiet.
	((given >= quiet - ready && given <= after - before)) ||
		{ echo "the interface counted $before $ready $quiet $after"; return 1; }
	((received >= given - dropped && received <= given - dropped + after - quiet)) ||
		{ echo "$given - $dropped frames were there"; return 1; }
}

exec 3>&1 # for what is to be shown even if all is well
