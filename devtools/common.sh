# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# What the scripts of this folder share; they source it.

# ip and ethtool are there on Debian, where an ordinary user's PATH does not look
PATH=$PATH:/usr/sbin:/sbin
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# shellcheck disable=SC2034 # used where this is sourced
build_packages=(gcc libc6-dev meson ninja-build pkgconf libdpdk-dev python3 python3-pyelftools)

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# quietly COMMAND...: show what it printed only if it fails
quietly() {
	local log status=0
	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ $status -eq 0 ] || cat "$log" >&2
	rm -f "$log"
	return $status
}

# install_packages PACKAGE...: those that are not there, with apt-get
install_packages() {
	local package missing=() as_root=()

	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "This is not Debian: nothing is installed. On Debian it would be: $*"
		return
	fi
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | sort -u)" \
			= installed ] || missing+=("$package")
	done
	[ ${#missing[@]} -ne 0 ] || return 0

	if [ "$(id -u)" -ne 0 ]; then
		as_root=(sudo)
		# with nobody there to ask, no password can be had
		[ -t 0 ] || as_root=(sudo -n)
		if ! command -v sudo >/dev/null || ! "${as_root[@]}" true; then
			die "these Debian packages are missing, and only root can install them:" \
				"apt-get install ${missing[*]}"
		fi
	fi
	say "Installing ${missing[*]}"
	# one repository of several that does not answer need not matter: try the rest
	quietly "${as_root[@]}" apt-get -qq update || true
	quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y -o DPkg::Lock::Timeout=120 --no-install-recommends \
		install "${missing[@]}" ||
		die "installing failed; needed: apt-get install ${missing[*]}"
}

# build DIRECTORY MESON-OPTION...: set up unless it is, and compile
build() {
	local dir=$1
	shift
	if [ ! -f "$dir/build.ninja" ]; then
		quietly meson setup "$dir" "$root" "$@" || return
	fi
	quietly ninja -C "$dir"
}

# Arguments for EAL that need no privilege: no hugepages, no file shared with other
# processes, no PCI device. The memory is reserved, and used as far as it is needed.
# shellcheck disable=SC2034 # used where this is sourced
eal_args=(--no-huge -m 512 --no-shconf --no-pci)

# private_runtime_dir: EAL's sockets go to XDG_RUNTIME_DIR. An ordinary user without a
# session has none, and /tmp/dpdk, EAL's next choice, may belong to another user.
private_runtime_dir() {
	[ "$(id -u)" -ne 0 ] || return 0
	[ ! -w "${XDG_RUNTIME_DIR:-/nonexistent}" ] || return 0
	runtime_dir=$(mktemp -d)
	export XDG_RUNTIME_DIR=$runtime_dir
	trap 'rm -rf "$runtime_dir"' EXIT
}
