#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors

# run.sh PROGRAM EAL-OPTION...
#
# Runs a test program, unless the machine lacks what the EAL options need: then says what,
# in TAP, and succeeds. On a machine with one CPU, -l 0,1 becomes -l 0. The files that EAL
# makes at run time are this run's own, and are removed.

skip()
{
	echo "1..0 # SKIP $*"
	exit 0
}

has()
{
	case " $all " in
	*" $1"*) return 0 ;;
	esac
	return 1
}

all="$*"
if ! has --no-huge; then
	# More than the -m of the options, in pages of 2 MB: memory grows during the run.
	need=128
	free=$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages 2>/dev/null || echo 0)
	[ "$(id -u)" = 0 ] || skip "hugepages need root"
	[ "$free" -ge "$need" ] || skip "$free hugepages of 2 MB are free, $need are needed"
	has --in-memory || grep -q ' hugetlbfs ' /proc/mounts || skip "no hugetlbfs mount"
fi
if [ "$(nproc)" -lt 2 ]; then
	program=$1
	shift
	for option; do
		shift
		[ "$option" = 0,1 ] && option=0
		set -- "$@" "$option"
	done
	set -- "$program" "$@"
fi
prefix=netdma_test_$$
if [ "$(id -u)" = 0 ]; then
	dir=/var/run/dpdk
else
	dir=${XDG_RUNTIME_DIR:-/tmp}/dpdk
fi
"$@" --file-prefix=$prefix
status=$?
rm -rf "${dir:?}/$prefix"
# and the pages that EAL keeps for a next run of the same name
while read -r _ mount type _; do
	[ "$type" != hugetlbfs ] || rm -f "$mount/${prefix}map_"*
done </proc/mounts
exit $status
