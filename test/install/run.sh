#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The library as others find it: install it into a directory of its own, and build
# programs that know nothing but what pkg-config says.
#
#   run.sh SOURCE-DIRECTORY        CC: the C compiler

set -euo pipefail
src=$(cd "$1" && pwd)
here=$src/test/install
# shellcheck source=test/tap.sh
. "$src/test/tap.sh"
# shellcheck source=devtools/common.sh
. "$src/devtools/common.sh"

CC=${CC:-cc}
private_runtime_dir
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${runtime_dir:-}"' EXIT
prefix=$tmp/prefix
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig

installs() {
	meson setup "$tmp/build" "$src" --prefix="$prefix" --libdir=lib -Dtests=false
	meson install -C "$tmp/build"
}

listing() {
	(cd "$prefix" && find . ! -type d -printf '%P\n' | LC_ALL=C sort) >"$tmp/listing"
	grep -v '^#' "$here/installed.txt" | diff -u - "$tmp/listing"
}

headers() {
	local header name
	for header in "$prefix"/include/*.h; do
		name=${header##*/}
		# shellcheck disable=SC2046 # words are meant to be split
		echo "#include <$name>" | "$CC" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only \
			$(pkg-config --cflags libnetdma) -x c - || { echo "in C: $name"; return 1; }
	done
}

cplusplus() {
	local header cxx=${CXX:-g++}
	command -v "$cxx" >/dev/null || { echo "there is no $cxx"; exit 77; }
	for header in "$prefix"/include/*.h; do
		echo "#include <${header##*/}>"
	done >"$tmp/client.cc"
	echo 'int main() { return netdma_version()[0] == 0; }' >>"$tmp/client.cc"
	# shellcheck disable=SC2046
	"$cxx" -std=c++11 -Wall -Wextra -Werror -o "$tmp/cplusplus" "$tmp/client.cc" \
		$(pkg-config --cflags --libs libnetdma)
	LD_LIBRARY_PATH=$prefix/lib "$tmp/cplusplus"
}

shared() {
	# shellcheck disable=SC2046
	"$CC" -Wall -Wextra -Werror -o "$tmp/shared" "$here/client.c" \
		$(pkg-config --cflags --libs libnetdma)
	export LD_LIBRARY_PATH=$prefix/lib
	ldd "$tmp/shared" | grep "libnetdma.*$prefix"
	timeout 60 "$tmp/shared" "${eal_args[@]}"
}

static() {
	# shellcheck disable=SC2046
	echo 'int main() { return 0; }' | "$CC" -o "$tmp/empty" -x c - -x none \
		$(pkg-config --static --libs libdpdk) ||
		{ echo "DPDK itself does not link statically here: see the packages of test.sh"; exit 77; }
	# shellcheck disable=SC2046
	"$CC" -Wall -Wextra -Werror -o "$tmp/static" "$here/client.c" \
		$(pkg-config --cflags libnetdma) $(pkg-config --static --libs libnetdma)
	if ldd "$tmp/static" | grep -E 'libnetdma|librte_'; then
		echo "it is not static"
		return 1
	fi
	timeout 60 "$tmp/static" "${eal_args[@]}"
}

conformance() {
	# shellcheck disable=SC2046
	"$CC" -Wall -Wextra -Werror -o "$tmp/conformance" "$here/conformance.c" \
		$(pkg-config --cflags --libs libnetdma-conformance)
	LD_LIBRARY_PATH=$prefix/lib timeout 60 "$tmp/conformance" "${eal_args[@]}"
}

# What is exported is what the version map names, and every name of the map is there.
symbols() {
	local map=$src/src/netdma.map
	nm -D --defined-only "$prefix/lib/libnetdma.so" |
		awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u >"$tmp/exported"
	sed -n '/local:/q; s/^[[:space:]]*\([a-z_0-9]*\);.*/\1/p' "$map" |
		LC_ALL=C sort -u >"$tmp/map"
	diff -u "$tmp/map" "$tmp/exported"
}

# The devices that the drivers say they know, as those of DPDK that bind them say it.
devices() {
	local tool plugins
	tool=$(command -v dpdk-pmdinfo.py) || { echo "no dpdk-pmdinfo.py (Debian: package dpdk)"; return 77; }
	plugins=$(find /usr/lib /usr/local/lib -name 'librte_dma_i*.so' 2>/dev/null)
	[ -n "$plugins" ] || { echo "no drivers of DPDK's to compare with"; return 77; }
	"$tool" "$prefix/lib/libnetdma.so" >"$tmp/ours"
	# shellcheck disable=SC2086
	"$tool" $plugins >"$tmp/theirs"
	python3 - "$tmp/ours" "$tmp/theirs" <<-'END'
		import json, sys
		ours, theirs = ({d["name"]: d for d in json.load(open(f))} for f in sys.argv[1:])
		for name, other in ("ioat", "dmadev_ioat"), ("idxd", "dmadev_idxd_pci"):
		    d = ours["netdma_dmadev_" + name]
		    assert "binds none" in d["description"], d
		    assert d["pci_ids"] == theirs[other]["pci_ids"], (d, theirs[other])
		    assert "kmod" not in d, d
	END
}

tap_case "it installs" installs
[ "$tap_failed" -eq 0 ] || { echo "Bail out! it does not build or install"; exit 1; }
tap_case "the installed files are those of installed.txt" listing
tap_case "each header compiles alone, in C" headers
tap_case "all headers compile and link in C++" cplusplus
tap_case "a program builds against the shared library, and copies" shared
tap_case "a program builds against the static library, and has its drivers" static
tap_case "a program runs the conformance suite" conformance
tap_case "dpdk-pmdinfo.py tells which devices the drivers wrap" devices
tap_case "the exported symbols are those of the version map" symbols
tap_end
