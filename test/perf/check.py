#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Check what dpdk-netdma-perf has written; for perf.sh.

    check.py sound JSON ROUNDS ENGINE,API [CSV TABLE]
                        what it has makes sense, and the others have the same; that
                        contestant was the first
    check.py measured JSON ROUNDS SIZES CACHES ENGINE,API...
                        each of them was measured at each setting
    check.py latencies JSON ENGINE...
                        those have latencies

The exit code is 77, and the last line tells why, if something was not measured only because the
CPUs moved: such samples are dropped.
"""

import csv
import itertools
import json
import math
import sys

SETTING = ("size", "burst", "depth", "align", "channels", "cache", "stream", "checked")
PLACEMENTS = ("same-core", "near", "far")
APIS = ("list", "array", "calls", "wait", "raw", "loop")
QUANTILES = ("p1", "p10", "p25", "p50", "p75", "p90", "p99", "p999", "p9999")
DIGITS = 1e-3  # numbers have four: so far may two be apart that were rounded
MANY = 6  # so many samples are not all dropped
LONG_NS = 60e9  # longer than the program ran: a counter that wrapped


def fail(record, *what):
    sys.exit("%s: in %s" % (" ".join(map(str, what)), json.dumps(record)))


def unique(pairs):
    record = dict(pairs)
    if len(record) != len(pairs):
        fail(record, "a key comes twice")
    return record


def not_a_number(text):
    sys.exit("%s is no number" % text)


def load(path):
    with open(path) as file:
        records = json.load(file, object_pairs_hook=unique, parse_constant=not_a_number)
    if not isinstance(records, list) or not records:
        sys.exit("%s: no records" % path)
    return records


def contestant(record):
    return record["engine"], record["api"]


def setting(record):
    return tuple(record[key] for key in SETTING)


def near(a, b, by=DIGITS):
    return math.isclose(a, b, rel_tol=by)


def positive(record, key, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        fail(record, key, "is no number")
    if not math.isfinite(value) or value <= 0:
        fail(record, key, "is", value)


def spread(record, key, median=None):
    values = [record[key][name] for name in ("min", "median", "max")]
    for value in values:
        positive(record, key, value)
    if values != sorted(values):
        fail(record, key, "falls")
    if median is not None and values[1] != median:
        fail(record, key, "has another median than", median)
    return values


def latency(record):
    quantiles = record["latency_ns"]
    if quantiles is None:
        return
    if tuple(quantiles) != QUANTILES:
        fail(record, "not all quantiles, or not in order")
    values = list(quantiles.values())
    if values != sorted(values) or values[0] < 0 or not 0 < values[-1] < LONG_NS:
        fail(record, "latencies fall or cannot be")


def ratio(record, first, records, rounds):
    """What it is compared with: the first contestant, at the same setting and placement."""
    same = [r for r in records if contestant(r) == first and setting(r) == setting(record)
            and r["placement"] == record["placement"]]
    if record["ratio"] is None or contestant(record) == first:
        if any(record[key] is not None for key in ("ratio", "ratio_to", "ratio_to_api")):
            fail(record, "it is compared, and was first; or with nothing")
        if same and rounds == 1 and contestant(record) != first:
            fail(record, "it is not compared")
        return
    if (record["ratio_to"], record["ratio_to_api"]) != first:
        fail(record, "it is compared with another than", *first)
    values = spread(record, "ratio")
    if not same:
        fail(record, "it is compared with what was not measured")
    if rounds == 1 and not all(near(v, record["mops"] / same[0]["mops"], 2 * DIGITS)
                               for v in values):
        fail(record, "the ratio is not that to", same[0]["mops"])


def parse_contestant(text):
    return tuple(text.rsplit(",", 1))


def sound(path, rounds, who, *others):
    records, rounds, samples = load(path), int(rounds), {}
    first = parse_contestant(who)
    for record in records:
        for key in SETTING + ("engine", "samples", "latency_ns", "ratio_to", "ratio_to_api",
                    "ratio"):
            if key not in record:
                fail(record, "no", key)
        if record["placement"] not in PLACEMENTS or record["api"] not in APIS:
            fail(record, "no such placement, or api")
        for key in ("size", "burst", "depth", "channels", "samples", "mops", "gbps",
                    "producer_cycles_per_op", "round_trip_ns"):
            positive(record, key, record[key])
        if not near(record["gbps"], record["mops"] * record["size"] * 8 / 1e3, 2 * DIGITS):
            fail(record, "gbps is not mops of that size")
        if record["producer_cycles_per_op"] > 1e12:
            fail(record, "these cycles cannot be")
        spread(record, "mops_spread", record["mops"])
        spread(record, "producer_cycles_spread", record["producer_cycles_per_op"])
        latency(record)
        ratio(record, first, records, rounds)
        key = contestant(record) + setting(record)
        samples[key] = samples.get(key, 0) + record["samples"]
        if samples[key] > rounds:
            fail(record, "more samples than rounds")
    if others:
        same(records, *others)


def row_of(record):
    """What the CSV has of a record: a key for each column."""
    row = {key: record[key] for key in SETTING + (
        "engine", "api", "placement", "samples", "round_trip_ns", "mops", "gbps",
        "producer_cycles_per_op", "ratio_to", "ratio_to_api")}
    row.update(mops_min=record["mops_spread"]["min"], mops_max=record["mops_spread"]["max"])
    values = record["ratio"] or {}
    row.update(ratio=values.get("median"), ratio_min=values.get("min"),
               ratio_max=values.get("max"))
    for name in QUANTILES:
        row[name + "_ns"] = (record["latency_ns"] or {}).get(name)
    return row


def equal(value, text):
    if value is None or isinstance(value, str):
        return (value or "") == text
    return text != "" and float(value) == float(text)


def same(records, csv_path, table_path):
    with open(csv_path, newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    with open(table_path) as file:
        lines = [line.split() for line in file if not line.startswith("#")]
    if len(lines) != len(records) + 1 or lines[0][:2] != ["engine", "api"]:
        sys.exit("%d records, and %d lines of a table" % (len(records), len(lines)))
    if len(rows) != len(records):
        sys.exit("%d records, and %d rows of the CSV" % (len(records), len(rows)))
    for record, row, line in zip(records, rows, lines[1:]):
        if None in row or None in row.values():
            fail(record, "columns without a name, or too few:", row)
        for key, value in row_of(record).items():
            if not equal(value, row[key]):
                fail(record, "the CSV has", key, row[key])
        if line[:6] != [str(record[key]) for key in
                        ("engine", "api", "size", "burst", "cache", "placement")]:
            fail(record, "the table has", line)
        if abs(float(line[7]) - record["mops"]) > 0.006 + DIGITS * record["mops"]:
            fail(record, "the table has", line)


def measured(path, rounds, sizes, caches, *contestants):
    have, missing = {}, []
    for record in load(path):
        have.setdefault(contestant(record), set()).add((record["size"], record["cache"]))
    want = set(itertools.product(map(int, sizes.split(",")), caches.split(",")))
    if set(have) != set(map(parse_contestant, contestants)):
        sys.exit("measured were %s" % sorted(have))
    for who, settings in have.items():
        if settings - want:
            sys.exit("%s: it was measured at %s" % (who, sorted(settings)))
        missing += ["%s,%s, %d bytes %s" % (who + place) for place in sorted(want - settings)]
    for place in want.difference(*have.values()):
        if int(rounds) * len(have) >= MANY:
            sys.exit("nobody was measured with %d bytes, %s" % place)
    if missing:
        print("no steady sample of", "; ".join(missing))
        sys.exit(77)


def latencies(path, *engines):
    have, want = set(), set()
    for record in load(path):
        if record["latency_ns"] is not None:
            have.add(contestant(record) + setting(record))
        if record["engine"] in engines:
            want.add(contestant(record) + setting(record))
    if len(want & have) * 2 <= len(want):
        sys.exit("no latencies of %s" % sorted(want - have))
    if want - have:
        print("the CPUs moved before the latencies of %s" % ", ".join(
            "%s %s, %d bytes %s" % (w[0], w[1], w[2], w[7]) for w in sorted(want - have)))
        sys.exit(77)


if __name__ == "__main__":
    {"sound": sound, "measured": measured, "latencies": latencies}[sys.argv[1]](*sys.argv[2:])
