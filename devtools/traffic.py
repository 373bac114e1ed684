#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Real TCP, UDP and ICMP traffic between two kernels' stacks, for captures and live tests.

    traffic.py serve ADDRESS...     answers until it is ended; says "ready" when it listens
    traffic.py talk ADDRESS...      one round of conversation with each, or --seconds of them

What is said is generated: numbered lines of text, and bytes from a seeded generator. Both
sides know what the other must say, and check it.
"""

import argparse
import functools
import http.client
import http.server
import os
import random
import socket
import socketserver
import struct
import sys
import threading
import time

HTTP, ECHO, DISCARD, CLOSED = 8080, 10007, 10009, 10099


@functools.lru_cache(maxsize=64)
def payload(kind, size):
    """size bytes: lines of text, or noise; always the same ones."""
    if kind == "text":
        line = b"line %06d of a text that was made to be copied\n"
        return b"".join(line % n for n in range(size // len(line % 0) + 1))[:size]
    return random.Random(size).randbytes(size)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


# ---------------------------------------------------------------- the server's side

class Files(http.server.BaseHTTPRequestHandler):
    """GET and PUT of /KIND/SIZE, without headers that tell of the machine or the day."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = 65536

    def reply(self, code, body):
        self.send_response_only(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def wanted(self):
        kind, size = self.path.strip("/").split("/")
        return payload(kind, int(size))

    def do_GET(self):
        self.reply(200, self.wanted())

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = body == self.wanted()
        self.reply(200 if good else 400, b"received\n" if good else b"damaged\n")

    def log_message(self, *args):
        pass


class Lines(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(data, self.client_address)


class Silent(socketserver.BaseRequestHandler):
    def handle(self):
        pass


def listen(base, address, port, handler):
    class Server(base):
        address_family = family(address)
        allow_reuse_address = True
        daemon_threads = True
        max_packet_size = 65535
    server = Server((address, port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def serve(addresses):
    for address in addresses:
        listen(socketserver.ThreadingTCPServer, address, HTTP, Files)
        listen(socketserver.ThreadingTCPServer, address, ECHO, Lines)
        listen(socketserver.UDPServer, address, ECHO, Datagram)
        listen(socketserver.UDPServer, address, DISCARD, Silent)
    print("ready", flush=True)
    while True:
        time.sleep(60)


# ---------------------------------------------------------------- the client's side

def expect(got, wanted, what):
    if got != wanted:
        sys.exit("traffic.py: %s: the answer is not what was expected" % what)


def ping(address, count, size):
    """ICMP echo; the kernel sums up ICMPv6 by itself, but not ICMP."""
    six = family(address) == socket.AF_INET6
    proto = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    with socket.socket(family(address), socket.SOCK_RAW, proto) as sock:
        sock.settimeout(2)
        for seq in range(count):
            def packet(checksum):
                return struct.pack("!BBHHH", 128 if six else 8, 0, checksum, os.getpid() & 0xffff,
                                   seq) + payload("text", size)
            words = packet(0) + b"\0" * (size % 2)
            total = sum(struct.unpack("!%dH" % (len(words) // 2), words))
            total = (total >> 16) + (total & 0xffff)
            total += total >> 16
            sock.sendto(packet(0 if six else ~total & 0xffff), (address, 0))
            while True:
                answer = sock.recv(65535)[0 if six else 20:]
                if answer[0] == (129 if six else 0):
                    break
            expect(answer[8:], payload("text", size), "ping")


def files(address, get, put):
    link = http.client.HTTPConnection(address, HTTP, timeout=20)
    for path in get:
        link.request("GET", path)
        expect(link.getresponse().read(), payload(*split(path)), "GET " + path)
    for path in put:
        link.request("PUT", path, body=payload(*split(path)))
        expect(link.getresponse().read(), b"received\n", "PUT " + path)
    link.close()


def split(path):
    kind, size = path.strip("/").split("/")
    return kind, int(size)


def lines(address, count):
    with socket.create_connection((address, ECHO), timeout=20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = sock.makefile("rb")
        for n in range(count):
            line = b"a line of %04d\n" % n * (1 + n % 7)
            sock.sendall(line)
            expect(reader.read(len(line)), line, "echo")


def datagrams(address, sizes):
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        sock.connect((address, ECHO))
        sock.settimeout(5)
        for size in sizes:
            data = payload("text" if size % 2 else "noise", size)
            sock.send(data)
            expect(sock.recv(65535), data, "datagram of %d" % size)


def burst(address, count):
    """One way, as fast as it goes."""
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        for n in range(count):
            sock.sendto(payload("noise", 1 + n * 97 % 1400), (address, DISCARD))


def refused(address):
    """Nobody listens there: the answer is an ICMP error."""
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        sock.connect((address, CLOSED))
        sock.settimeout(2)
        sock.send(b"is anybody there?")
        try:
            sock.recv(1)
        except ConnectionRefusedError:
            return
        sys.exit("traffic.py: a closed port answered")


def talk(addresses, args):
    end = time.monotonic() + args.seconds
    for address in addresses:  # once: the kernel limits the rate of ICMP errors
        refused(address)
    while True:
        for address in addresses:
            ping(address, 3, 56)
            files(address, args.get, args.put)
            lines(address, args.lines)
            datagrams(address, args.datagrams)
            burst(address, args.burst)
        if time.monotonic() >= end:
            return


def main():
    def words(text):
        return [word for word in text.split(",") if word]

    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("serve", "talk"))
    parser.add_argument("address", nargs="+")
    parser.add_argument("--seconds", type=float, default=0, help="rounds for so long")
    parser.add_argument("--get", type=words, default=["/noise/100000"], help="/KIND/SIZE,...")
    parser.add_argument("--put", type=words, default=["/text/60000"], help="/KIND/SIZE,...")
    parser.add_argument("--lines", type=int, default=50, help="lines to have echoed")
    parser.add_argument("--datagrams", type=lambda text: [int(n) for n in words(text)],
                        default=[1, 64, 512, 1472, 4000], help="sizes to have echoed")
    parser.add_argument("--burst", type=int, default=0, help="datagrams without an answer")
    args = parser.parse_args()
    if args.what == "serve":
        serve(args.address)
    else:
        talk(args.address, args)


if __name__ == "__main__":
    main()
