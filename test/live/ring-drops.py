#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Print what the kernel counted at the AF_PACKET socket of a process: frames, and how many of
them it dropped because the ring was full. DPDK's af_packet driver does not tell. The kernel
resets these counters when they are read: ask once.

    ring-drops.py PID
"""

import ctypes
import os
import socket
import struct
import sys

SYS_PIDFD_GETFD = 438
SOL_PACKET, PACKET_STATISTICS = 263, 6

pid = int(sys.argv[1])
pidfd = os.pidfd_open(pid)
libc = ctypes.CDLL(None, use_errno=True)
frames = drops = sockets = 0
for name in os.listdir("/proc/%d/fd" % pid):
    if not os.readlink("/proc/%d/fd/%s" % (pid, name)).startswith("socket:"):
        continue
    fd = libc.syscall(SYS_PIDFD_GETFD, pidfd, int(name), 0)
    if fd < 0:
        sys.exit("pidfd_getfd: " + os.strerror(ctypes.get_errno()))
    with socket.socket(fileno=fd) as sock:
        if sock.family == socket.AF_PACKET:
            stats = sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
            frames, drops = (a + b for a, b in zip((frames, drops), struct.unpack("II", stats)))
            sockets += 1
if sockets == 0:
    sys.exit("process %d has no AF_PACKET socket" % pid)
print(frames, drops)
