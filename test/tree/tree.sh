#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# What must be so of the files of the source tree.
#
#   tree.sh SOURCE-DIRECTORY

set -euo pipefail
# shellcheck source=test/tap.sh
. "$(dirname "$0")/../tap.sh"
cd "$1"

# files [PATTERN...]: what belongs to the tree, be it committed yet or not
files() {
	if [ -e .git ] && command -v git >/dev/null; then
		git -c safe.directory="$PWD" ls-files -co --exclude-standard -- "$@" |
			while read -r file; do [ ! -f "$file" ] || echo "$file"; done
	else
		echo "no git checkout"
		exit 77
	fi
}

spdx() {
	local list file bad=0
	list=$(files ':!LICENSE*' ':!*.gitignore' ':!*.pcap' ':!*.png' ':!doc/measured') || { echo "$list"; exit 77; }
	for file in $list; do
		head -n 4 "$file" | grep -q 'SPDX-License-Identifier: BSD-3-Clause' ||
			{ echo "no SPDX line: $file"; bad=1; }
	done
	return $bad
}

size() {
	local list file lines bad=0
	list=$(files '*.[ch]' '*.cc' '*.py' '*.sh' '*meson.build') || { echo "$list"; exit 77; }
	for file in $list; do
		lines=$(wc -l <"$file")
		[ "$lines" -le 700 ] || { echo "$file has $lines lines"; bad=1; }
	done
	return $bad
}

syntax() {
	local list file bad=0
	list=$(files '*.sh' .ci/run) || { echo "$list"; exit 77; }
	for file in $list; do
		bash -n "$file" || bad=1
	done
	return $bad
}

tap_case "every file tells its licence" spdx
tap_case "no source file has more than 700 lines" size
tap_case "the scripts are well-formed" syntax
tap_end
