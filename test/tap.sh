# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
#
# The Test Anything Protocol, for the tests that are scripts; they source it.

tap_count=0
tap_failed=0

# tap_case NAME COMMAND...: a case. It is a skip if the command's status is 77, with the
# last line that it printed as the reason; what a failed command printed is shown.
tap_case() {
	local name=$1 output status
	shift
	tap_count=$((tap_count + 1))
	# not "if output=...": a condition would switch off set -e within the command
	set +e
	output=$(set -e; "$@" 2>&1 </dev/null)
	status=$?
	set -e
	case $status in
	0) echo "ok $tap_count - $name" ;;
	77) echo "ok $tap_count - $name # SKIP ${output##*$'\n'}" ;;
	*)
		echo "not ok $tap_count - $name"
		printf '# %s\n' "${output//$'\n'/$'\n'# }" "exit code $status"
		tap_failed=$((tap_failed + 1))
		;;
	esac
}

# tap_skip_all REASON: nothing can run here
tap_skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

tap_end() {
	echo "1..$tap_count"
	[ $tap_failed -eq 0 ]
}
