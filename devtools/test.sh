#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# Install what is missing, build in two ways, and run all tests in both builds; then the
# conformance suite in two more, under sanitizers. The last line is "N passed, N failed",
# ", N skipped" appended where something cannot run here.

set -euo pipefail
# shellcheck source=devtools/common.sh
. "$(dirname "$0")/common.sh"

# tests MESON-OPTION...: build in $dir, and test what was built. A directory that is left
# without a log is a failure to count-tests.py.
tests() {
	rm -f "$dir/meson-logs/testlog.json"
	build "$dir" "$@" || return 0
	"${wrapper[@]}" meson test -C "$dir" --no-rebuild --print-errorlogs "${suites[@]}" </dev/null || true
}

# libsystemd-dev: libdpdk.pc asks for it with --static, and no package brings it along
install_packages "${build_packages[@]}" binutils clang dpdk dpdk-dev ethtool g++ iproute2 \
	libsystemd-dev valgrind
private_runtime_dir

say "gcc, drivers in the library: $root/build"
dir=$root/build suites=() wrapper=()
CC=gcc tests

# The models of devices need no rights: as an ordinary user, and on one CPU.
logs=("$root/build")
ordinary=(setpriv --reuid 65534 --regid 65534 --clear-groups)
say "the models as an ordinary user, on one CPU"
rm -f "$root/build/meson-logs/ordinary-taskset.json" # meson adds the name of the wrapper
if [ "$(id -u)" -ne 0 ]; then
	echo "Left out: this is one already."
elif ! "${ordinary[@]}" test -r "$root/build/build.ninja"; then
	echo "Left out: others may not read $root."
else
	runtime=$(mktemp -d)
	chown 65534:65534 "$runtime"
	XDG_RUNTIME_DIR=$runtime meson test -C "$root/build" --no-rebuild --print-errorlogs \
		--logbase ordinary --suite hwmodel --no-suite mutants \
		--wrapper "taskset -c $(taskset -cp $$ | sed 's/.*: //; s/[-,].*//') ${ordinary[*]}" \
		</dev/null || true
	rm -rf "$runtime"
	logs+=("$root/build:ordinary-taskset")
fi

# not again: what tests the source tree and not what was built, what takes long, and the count of
# instructions, which is gcc's
say "clang, drivers as plugins of EAL: $root/build-clang"
dir=$root/build-clang
suites=(--no-suite tree --no-suite conformance --no-suite mutants --no-suite instructions --no-suite perf)
CC=clang tests -Ddriver_plugins=true

sanitized=(-Dapps=false -Dbuildtype=debugoptimized -Ddefault_library=shared -Db_lundef=false)
suites=(--suite conformance)
say "gcc, AddressSanitizer and UndefinedBehaviorSanitizer: $root/build-asan"
dir=$root/build-asan
CC=gcc tests "${sanitized[@]}" -Db_sanitize=address,undefined

# ThreadSanitizer does not know every way in which a kernel lays memory out at random
! setarch -R true 2>/dev/null || wrapper=(setarch -R)
say "gcc, ThreadSanitizer: $root/build-tsan"
dir=$root/build-tsan
CC=gcc tests "${sanitized[@]}" -Db_sanitize=thread

say "Result"
"$root/devtools/count-tests.py" "${logs[@]}" "$root/build-clang" "$root/build-asan" \
	"$root/build-tsan"
