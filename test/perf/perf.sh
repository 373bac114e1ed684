#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The benchmark application: what it says of wrong arguments, what it writes, and that copies which
# failed or are wrong are not measured. How fast anything was is not looked at.
#
#   perf.sh BUILD SOURCE-DIRECTORY APPLICATION WRONG-MEMCPY [EAL-ARGUMENT...]

set -euo pipefail
build=$1 src=$2 app=$3 wrong=$4
shift 4
# shellcheck source=test/tap.sh
. "$src/test/tap.sh"
# shellcheck source=devtools/common.sh
. "$src/devtools/common.sh"
private_runtime_dir
[ -x "$app" ] || tap_skip_all "the application was not built"
[ "$(nproc)" -gt 1 ] || tap_skip_all "one CPU"
work=$(mktemp -d)
trap 'rm -rf "$work" "${runtime_dir:-}"' EXIT

eal=(--no-huge -m 256 --no-shconf --no-telemetry "$@")
devices=(-l "0,1" --no-pci "--vdev=dma_skeleton0,lcore=1")
# as little as there can be
few=(--rounds 1 --ms 1 --latencies 50)
worker=cpu0,mode=lcore,lcore=1
inline=cpu1,mode=inline

# perf ARGUMENT...: run it; $work/out and $work/err are what it prints
perf() {
	timeout 60 "${with[@]}" "$app" "${eal[@]}" "${devices[@]}" -- "$@" \
		>"$work/out" 2>"$work/err" || { local status=$?; cat "$work/err"; return $status; }
	cat "$work/err"
}
with=()

# check COMMAND JSON...
check() { python3 "$src/test/perf/check.py" "$@"; }

# no_rows: nothing was told as measured
no_rows() {
	! grep -E ' (hot|cold) +(same-core|near|far) ' "$work/out" ||
		{ echo "and yet there are numbers"; return 1; }
}

# -------------------------------------------------------------------- arguments

# fails SAYING ARGUMENT...: status 1, one of its own lines says so, and nothing is measured
fails() {
	local saying=$1 status=0
	shift
	perf "$@" || status=$?
	[ $status -eq 1 ] || { echo "status $status"; return 1; }
	grep -q -E -e "^dpdk-netdma-perf: $saying" "$work/err" ||
		{ echo "this was not said: $saying"; return 1; }
	no_rows
}

# wrong OPTION VALUE HINT: the line names both, and says what would be right
wrong() {
	# if it is not refused, it does not take long
	tap_case "refused: $1 $2" fails "$1 $2: .*$3" "${few[@]}" --size 64 "$1" "$2"
}

# number OPTION LEAST MOST
number() {
	local value
	for value in $(($2 - 1)) $(($3 + 1)); do
		wrong "$1" "$value" "a number from $2 to $3"
	done
}

number --size 1 16777216
number --burst 1 4096
number --depth 1 65536
number --align 0 4095
number --channels 1 64
number --rounds 1 201
number --ms 1 60000
number --latencies 0 20000
number --instructions 1 1000000
wrong --size abc "a number from"
wrong --size 64k "a number from"
tap_case "refused: the second of a list" fails "--size 0: .* from 1 to" --size 64,0
wrong --size 1844674407370955162500 "a number from"
wrong --size , "nothing in this list"
wrong --api "" "nothing in this list"
wrong --api nonsense "list, array, calls or wait"
wrong --cache nonsense "hot or cold"
wrong --suite nonsense "goals"
tap_case "refused: a burst that is more than the depth" \
	fails "--burst 64 is more than --depth 32" "${few[@]}" --burst 64 --depth 32

unknown_option() {
	fails "--help tells what there is" "$@"
	local name=${1#--}
	grep -q -e "${name%=*}" "$work/err"
}
tap_case "refused: an option that there is not" unknown_option --nonsense
tap_case "refused: no value" unknown_option --size
tap_case "refused: a value too many" unknown_option --stream=3
tap_case "refused: a word" fails "word: .*--help" word

# The library tells of the string, in a line of its own.
no_provider() {
	fails "no provider \"$1\": " --engine "$1"
	grep -q -E -e "$2" "$work/err" || { echo "this was not said: $2"; return 1; }
}
tap_case "refused: an engine that no driver has" no_provider nix0 'Drivers.*: .*cpu'
tap_case "refused: an engine with a wrong key" \
	no_provider cpu0,mode=nonsense 'mode=nonsense: it must be inline or lcore'
tap_case "refused: a dmadev that there is not" \
	fails "there is no dmadev nix0" --engine raw:nix0
too_many() {
	local n engines=()
	for ((n = 0; n < 33; n++)); do
		engines+=(--engine memcpy)
	done
	fails "--engine: more than 32" "${engines[@]}"
}
tap_case "refused: too many engines" too_many

not_written() {
	local status=0
	perf "${few[@]}" --size 64 --engine "$inline" "$1" "$2" || status=$?
	[ $status -eq 1 ] || { echo "status $status"; return 1; }
	grep -q -E -e "^dpdk-netdma-perf: .*$2: $3" "$work/err"
}
tap_case "refused: --json into no folder" \
	not_written --json "$work/nix/file" "No such file or directory"
tap_case "refused: --csv on a full disk" not_written --csv /dev/full "not all could be written"

one_lcore() {
	devices=(-l 0 --no-pci)
	fails "two lcores are needed.*-l 0,1"
}
tap_case "refused: one lcore" one_lcore
no_eal() {
	devices=(--nonsense)
	fails "EAL cannot be initialised; its options come first, ours behind --"
}
tap_case "refused: an option that EAL does not know" no_eal
no_skeleton() {
	devices=(-l "0,1" --no-pci)
	fails "the goals compare with .*--vdev=dma_skeleton0,lcore=1" --suite goals
}
tap_case "refused: the goals without what they compare with" no_skeleton

# All that getopt knows.
helps() {
	local names name
	perf --help
	names=$(sed -n 's/^\t{ "\([a-z]*\)", [a-z]*_argument,.*/\1/p' \
		"$src/app/dpdk-netdma-perf/args.c")
	[ "$(wc -w <<<"$names")" -ge 18 ] || { echo "args.c has only $names"; return 1; }
	for name in $names; do
		grep -q -E -e "^  --$name( |$)" "$work/out" || { echo "no --$name"; return 1; }
	done
}
tap_case "--help tells of all options" helps

# Neither alone nor behind "--" does it need an EAL.
helps_alone() {
	"$app" --help >"$work/out" 2>&1 && grep -q "^usage" "$work/out" &&
		"$app" -- --help >"$work/behind" 2>&1 && cmp "$work/out" "$work/behind"
}
tap_case "--help needs nothing of the EAL's" helps_alone

# ---------------------------------------------------------------- what it writes

# measure ROUNDS ENGINE,API ARGUMENT...: and what is written is sound. That one comes first.
measure() {
	rm -f "$work"/perf.*
	perf --rounds "$1" --ms 1 --latencies 50 --json "$work/perf.json" \
		--csv "$work/perf.csv" "${@:3}"
	check sound "$work/perf.json" "$1" "$2" "$work/perf.csv" "$work/out"
}

# Without a terminal there is nobody to look at a bar.
no_bar() {
	! grep -q -e $'\r' -e '\[[#.]' -e ' %' "$work/err" || { cat -v "$work/err"; return 1; }
}

tap_case "all kinds of contestants, and what is written of them" measure 3 dma_skeleton0,raw \
	--engine raw:dma_skeleton0 --engine "$worker" --engine "$inline" --engine memcpy \
	--engine rte_memcpy --api list,array,calls,wait --size 64,1500 --cache hot,cold
tap_case "no bar where there is no terminal" no_bar
contestants=("dma_skeleton0,raw" "memcpy,loop" "rte_memcpy,loop")
for api in list array calls wait; do
	contestants+=("$worker,$api" "$inline,$api")
done
tap_case "all of them at all settings" \
	check measured "$work/perf.json" 3 64,1500 hot,cold "${contestants[@]}"
tap_case "latencies of engines" check latencies "$work/perf.json" dma_skeleton0 "$worker" "$inline"

# One after the other on one device, both ways: each leaves it as the other wants it.
raw_and_library() {
	local first=$1
	shift
	measure 3 "$first" "$@" --size 64,1500
	check measured "$work/perf.json" 3 64,1500 hot dma_skeleton0,raw dma_skeleton0,list
}
tap_case "a dmadev as it is, then with the library" raw_and_library dma_skeleton0,raw \
	--engine raw:dma_skeleton0 --engine dma_skeleton0
tap_case "a dmadev with the library, then as it is" raw_and_library dma_skeleton0,list \
	--engine dma_skeleton0 --engine raw:dma_skeleton0

defaults() {
	measure 3 dma_skeleton0,raw --latencies 0
	! grep '"latency_ns": {' "$work/perf.json" || return 1
	check measured "$work/perf.json" 3 64,256,1500,4096,65536 hot dma_skeleton0,raw \
		"$worker,list"
}
tap_case "what is measured when nothing was asked for" defaults

# The records come below the table, which is for people.
other_settings() {
	perf "${few[@]}" --engine "$inline" --engine memcpy --size 1,333 --burst 1,7 --depth 32 \
		--align 4095 --stream --checked --json -
	sed -n '/^\[/,$p' "$work/out" >"$work/stdout.json"
	check sound "$work/stdout.json" 1 "$inline,list"
	grep -q '"burst": 7, "depth": 32, "align": 4095, .*"stream": true, "checked": true' \
		"$work/stdout.json"
}
tap_case "the other settings, on standard output" other_settings

instructions() {
	perf --engine "$inline" --size 64 --burst 4 --instructions 3
	[ "$(cat "$work/out")" = 12 ] || { cat "$work/out"; return 1; }
}
tap_case "--instructions tells the number of copies and nothing else" instructions

goals() {
	local reached missed
	perf --suite goals --rounds 1 --ms 1
	cat "$work/out"
	reached=$(grep -c -E '^[0-9,]+ +reached ' "$work/out" || true)
	missed=$(grep -c -E '^[0-9,]+ +MISSED ' "$work/out" || true)
	grep -q -x "$reached of $((reached + missed)) goals were reached" "$work/out"
	[ $((reached + missed)) -gt 0 ] && ! grep -q -i -E '\<(nan|inf)\>' "$work/out"
}
tap_case "the goals are counted" goals

bar() {
	local command
	command -v script >/dev/null || { echo "no script"; return 77; }
	printf -v command '%q ' "$app" "${eal[@]}" "${devices[@]}" -- "${few[@]}" --size 64 \
		--engine "$inline" --engine memcpy
	timeout 60 script -qec "$command" /dev/null </dev/null >"$work/terminal"
	cat -v "$work/terminal"
	grep -q $'\r''\[#*\.*\] \+50 %  memcpy loop, 64 bytes' "$work/terminal"
	# and it does not stay there
	grep -q $'\r''  \+'$'\r' "$work/terminal"
}
tap_case "a bar where there is a terminal" bar

# ------------------------------------------------------------ copies that are not

# A copy that fails is none, whoever counts them. Nothing of it is written.
not_measured() {
	rm -f "$work/perf.json"
	fails "$1" "${few[@]}" --json "$work/perf.json" "${@:2}" || return
	[ ! -s "$work/perf.json" ] || { cat "$work/perf.json"; return 1; }
}

# faulty SAYING KEYS ARGUMENT...: the driver fault, on an engine that works
faulty() {
	not_measured "$1" --size 64 --engine memcpy --engine "fault0,lower=dma_skeleton0,$2" \
		"${@:3}" && return
	! grep -q 'no driver makes a provider' "$work/err" || { echo "no driver fault"; return 77; }
	return 1
}
tap_case "a copy fails, copies are counted" faulty "not all was copied by fault0" error_at=100
tap_case "a copy fails, with its status" \
	faulty "(a copy of|not all was copied by) fault0" error_at=100 --api array
tap_case "the engine goes away" faulty "(a list was refused|not all was copied)" remove_at=100
tap_case "a list never finishes, and is waited for" \
	faulty "fault0.*: a list does not finish" stuck_at=100 --api wait
tap_case "no channel" faulty "no channel of fault0" refuse=1

# The library recovers what fails; a dmadev as it is has only this to tell of it.
raw_fails() {
	local name=0000:00:04.0
	[ -e "$build/test/hwmodel/ioat/libhwmodel-ioat.so" ] ||
		{ echo "there is no model of a device that fails"; return 77; }
	with=(env HWMODEL_IOAT_ERROR_EVERY=50
		"$src/test/hwmodel/with-hw" --build "$build" --ioat 1 --)
	devices=(-l "0,1" --iova-mode=va -a "$name")
	not_measured "a copy of $name has failed" --size 64 --engine raw:$name
}
tap_case "a copy of a dmadev as it is fails" raw_fails

# What was not copied as it should be, though nobody says so: libc's memcpy() is wrong, for one
# size. The driver cpu copies with it, too, when it is told so.
wrong_bytes() {
	with=(env "LD_PRELOAD=$wrong" "WRONG=$1" WRONG_SIZE=3001)
	not_measured "$2, (loop|list): a copy of 3001 bytes has the wrong bytes" --size 3001 \
		--engine rte_memcpy --engine "$2" "${@:3}"
}
tap_case "bytes are wrong: memcpy, cold" wrong_bytes flipped memcpy --cache cold
tap_case "bytes are wrong: $inline" wrong_bytes flipped "$inline,simd=plain"
tap_case "bytes are not there: memcpy" wrong_bytes none memcpy
tap_case "bytes are not there: $worker" wrong_bytes none "$worker,simd=plain"

# ---------------------------------------------------------- what was wrong once

bar_of_all() {
	local command
	printf -v command '%q ' "$app" "${eal[@]}" "${devices[@]}" -- "${few[@]}" --size 64,128 \
		--engine "$inline"
	timeout 60 script -qec "$command" /dev/null </dev/null >"$work/terminal"
	cat -v "$work/terminal"
	grep -q $'\r''\[#*\.*\] \+50 %  cpu1,mode=inline list, 128 bytes' "$work/terminal"
}
tap_case "the bar goes on to the last setting" bar_of_all
tap_case "two engines of one name are not taken for each other" \
	fails ".*cpu1" "${few[@]}" --size 64 --engine "$inline" --engine cpu1,mode=lcore,lcore=1
tap_case "a burst of more than memory has is refused" fails "--(size|burst) .*" "${few[@]}" \
	--engine memcpy --size 16777216 --burst 256 --depth 256
channels_in_turns() {
	perf "${few[@]}" --size 64 --engine "$1" --channels 3 --burst 7 --checked
}
tap_case "channels in turns, $worker" channels_in_turns "$worker"
tap_case "channels in turns, $inline" channels_in_turns "$inline"
quick_latencies() {
	measure 3 memcpy,loop --engine memcpy --engine rte_memcpy --size 64
	check latencies "$work/perf.json" memcpy rte_memcpy
}
tap_case "a latency of no time is one" quick_latencies
not_there_cold() {
	with=(env "LD_PRELOAD=$wrong" WRONG=none WRONG_SIZE=3000001)
	not_measured "memcpy, loop: a copy of 3000001 bytes has the wrong bytes" --size 3000001 \
		--engine rte_memcpy --engine memcpy --cache cold --burst 16 --depth 16
}
tap_case "cold bytes that are not there, where another has copied" not_there_cold
tap_case "--json into no folder is refused before anything is measured" \
	fails "--json $work/nix/file: .*" "${few[@]}" --size 64 --engine "$inline" \
	--json "$work/nix/file"
tap_case "an engine that was stuck is not measured" faulty ".*fault0" stuck_at=100
tap_case "more contestants than can be measured are refused by what --help calls them" \
	fails ".*--engine.*16" "${few[@]}" --size 64 $(printf -- '--engine cpu%d ' {1..17})
tap_end
