#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Draw what dpdk-netdma-perf --json has written: pictures (SVG), and index.html with all of them.

  throughput-hot, -cold   Gbit/s, with bars from the least to the most of all samples
  cost-hot, cost-cold     cycles of the submitting core for a copy, with such bars
  latency                 how long single copies took, of the smallest size where that was measured
  break-even              cycles of an inline copy (the cheapest of memcpy, rte_memcpy and a cpu
                          provider with mode=inline) divided by those of a hand-over (all others;
                          but not the api "wait", where the submitting core helps)

A picture without data is left out, and removed if it is there from an earlier report. Only what
can be compared is drawn: one placement of the cores, and one setting (burst, depth, align,
channels, checked; for hot and cold each, stream), by default those with the most samples; of two
records that are the same in all this, that with more. The report tells what was left out.
"""

import argparse
import collections
import html
import json
import math
import os
import pathlib
import re
import subprocess
import sys

SHARES = {"p1": 1, "p10": 10, "p25": 25, "p50": 50, "p75": 75, "p90": 90, "p99": 99, "p999": 99.9,
          "p9999": 99.99}  # quantiles, in percent

# What a record must have: a tuple is all there may be, a number the least.
SPREAD = {"median": 0.0, "min": 0.0, "max": 0.0}
RECORD = {"engine": "", "api": ("list", "array", "calls", "wait", "raw", "loop"), "size": 1,
          "cache": ("hot", "cold"), "gbps": 0.0, "mops_spread": SPREAD,
          "producer_cycles_spread": SPREAD, "latency_ns": dict.fromkeys(SHARES, 0.0),
          "ratio": SPREAD, "ratio_to": "", "round_trip_ns": 0.0, "samples": 1, "stream": False,
          "placement": ("same-core", "near", "far"), "burst": 1, "depth": 1, "align": 0,
          "channels": 1, "checked": False}
MAY_BE_NULL = ("latency_ns", None), ("ratio_to", None), ("ratio", None)
# What is the same for all that is drawn, and a value that goes without saying.
SETTING = {"burst": None, "depth": None, "align": 0, "channels": 1, "checked": False}

# A contestant's place in this list tells how it looks, so that it looks the same in all reports.
KNOWN = ["worker (list)", "inline (list)", "memcpy", "rte_memcpy", "dma_skeleton raw",
         "dma_skeleton (list)"]
# Those of Okabe and Ito that are seen on white: everybody can tell them apart.
COLOURS = "#0072b2", "#009e73", "#000000", "#cc79a7", "#d55e00", "#e69f00", "#56b4e9"
POINTS = 7, 5, 9, 11, 13, 15  # gnuplot's; the one before each is the same, not filled

Contestant = collections.namedtuple("Contestant", "place name kind")


def die(text, *args):
    sys.exit("perf-report.py: " + " ".join((text % args).split()))


def fits(value, model):
    if isinstance(model, tuple):
        return value in model
    if isinstance(model, dict):
        return isinstance(value, dict) and all(fits(value.get(k), model[k]) for k in model)
    same = type(value) is type(model) or (type(value) is int and type(model) is float)
    return same and (type(model) is str or model <= value < 1e18)  # which NaN is not, either


def load(path):
    right = "right is what dpdk-netdma-perf --json writes"
    try:
        records = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        die("%s is no JSON file: %s; %s", path, getattr(error, "strerror", error), right)
    if not isinstance(records, list) or not records or {type(r) for r in records} != {dict}:
        die("%s is not a list of records; %s", path, right)
    for number, record in enumerate(records, 1):
        for key, model in RECORD.items():
            if not fits(record.get(key), model) and (key, record.get(key, 0)) not in MAY_BE_NULL:
                how = {tuple: "one of", int: "at least", float: "at least"}.get(type(model), "like")
                die('%s, record %d: "%s" is %s; %s: %s %s', path, number, key,
                    "wrong" if key in record else "missing", right, how, json.dumps(model))
    return records


def setting(record):
    return ", ".join("%s %s" % (k, record[k]) for k, usual in SETTING.items() if record[k] != usual)


def stream(record):
    return record["cache"] + (" with --stream" if record["stream"] else "")


def keep(records, text, wanted, left_out):
    """Those with one text(): wanted, or that with the most samples."""
    count = collections.Counter()
    for record in records:
        count[text(record)] += record["samples"]
    if wanted is None:
        wanted = max(count, key=count.get, default=None)
    elif wanted not in count:
        die("there are no records with %s; there are some with %s", wanted, " or ".join(count))
    left_out.update(text(r) for r in records if text(r) != wanted)
    return [r for r in records if text(r) == wanted]


def choose(records, args):
    """The records that are drawn, and how many were left out for what."""
    left_out, best = collections.Counter(), {}
    records = keep(records, lambda r: "placement %(placement)s" % r, args.placement, left_out)
    if args.burst:
        records = keep(records, lambda r: "burst %(burst)d" % r, args.burst, left_out)
    records = keep(records, setting, None, left_out)
    for cache in "hot", "cold":
        for r in keep([r for r in records if r["cache"] == cache], stream, None, left_out):
            key = r["engine"], r["api"], r["size"], cache
            left_out["the same again, fewer samples"] += key in best
            if key not in best or best[key]["samples"] < r["samples"]:
                best[key] = r
    return list(best.values()), +left_out


def describe(engine, api):
    """A short name, and of what kind it is."""
    name, *keys = engine.split(",")
    if api == "loop":
        return engine, "inline"
    if re.fullmatch(r"cpu\d+", name):  # copies in the call unless it is told to have a worker
        name = "worker" if "mode=lcore" in keys else "inline"
    else:
        name = re.sub(r"(?<=[a-z])\d+$", "", name)  # dma_skeleton0, but not wq0.1
    kind = "helped" if api == "wait" else "inline" if name == "inline" else "hand-over"
    return name + (" raw" if api == "raw" else " (%s)" % api), kind


def prepare(records):
    """Give each record what pictures need: who it is of, and lists of median, min and max."""
    keys = {(r["engine"], r["api"]): describe(r["engine"], r["api"]) for r in records}
    count = collections.Counter(name for name, _ in keys.values())
    names = {key: name if count[name] == 1 else "%s (%s)" % key for key, (name, _) in keys.items()}
    places = KNOWN + sorted(set(names.values()) - set(KNOWN))
    for r in records:
        key = r["engine"], r["api"]
        r["who"] = Contestant(places.index(names[key]), names[key], keys[key][1])
        r["throughput"] = [r["mops_spread"][k] * r["size"] * 8 / 1e3 for k in SPREAD]
        r["cost"] = [max(r["producer_cycles_spread"][k], 0.1) for k in SPREAD]  # 0 has no logarithm


def each(records, cache):
    """Contestants, each with its records by size."""
    records = [r for r in records if r["cache"] == cache]
    for who in sorted({r["who"] for r in records}):
        yield who, sorted((r for r in records if r["who"] == who), key=lambda r: r["size"])


# ------------------------------------------- pictures: SVG, notes; or None if there is no data

def look(who, cold=False):
    """Where hot and cold are in one picture, cold is dashed, and its points are not filled."""
    return "lw 2 lc rgb '%s' pt %d dt %d" % (COLOURS[who.place % len(COLOURS)],
                                             POINTS[who.place % len(POINTS)] - cold, 1 + cold)


def quote(text):
    return json.dumps(text.replace("`", "'"), ensure_ascii=False)


def plot(title, x, y, more, curves):
    """The picture, as SVG. A curve: title, style, rows of numbers."""
    script = "set terminal svg noenhanced size 900,600 fixed font 'sans-serif,14' background " \
             "'#ffffff'\nset encoding utf8\nset border 3\nset tics nomirror\nset rmargin 5\n" \
             "set key below Left reverse\nset bars 0.5\nset grid lc rgb '#cccccc' dt 1\n" \
             "set format '%%.10g'\nset title %s\nset xlabel %s offset 0, 0.5\nset ylabel %s\n%s"
    script %= (*map(quote, (title, x + "\n ", y)), more)
    for n, (_, _, rows) in enumerate(curves):
        rows = "\n".join(" ".join(map(repr, row)) for row in rows)
        script += "$c%d << END\n%s\nEND\n" % (n, rows)
    script += "plot " + ", ".join("$c%d with %s title %s" % (n, style, quote(name))
                                  for n, (name, style, _) in enumerate(curves)) + "\n"
    try:
        done = subprocess.run(["gnuplot", "-d"], input=script, capture_output=True, check=False,
                              encoding="utf-8", errors="replace")
    except OSError as error:
        die("gnuplot cannot be run: %s; on Debian, it is in gnuplot-nox", error.strerror)
    if done.returncode != 0 or not done.stdout.rstrip().endswith("</svg>"):
        die("gnuplot has failed, exit code %d: %s; gnuplot 5.4 is right", done.returncode,
            done.stderr[-300:] or "it said nothing")
    return done.stdout.replace("<title>Gnuplot</title>\n", "")


def by_size(records, heading, unit, key, more, cache):
    """A curve a contestant, with bars."""
    curves = [(who.name, "yerrorlines " + look(who), [(r["size"], *r[key]) for r in mine])
              for who, mine in each(records, cache)]
    if not curves:
        return None
    one = next(r for r in records if r["cache"] == cache)
    title = "%s, %s\nplacement %s, %s" % (heading, stream(one), one["placement"], setting(one))
    return plot(title, "bytes of a copy", unit, "set logscale x 2\n" + more, curves), []


def latency(records):
    """The interesting ones are the slowest: the axis of shares is stretched towards its ends."""
    some = [r for r in records if r["latency_ns"]]
    if not some:
        return None
    one = min(some, key=lambda r: (r["size"], r["cache"] != "hot"))
    height = {key: math.log10(share / (100 - share)) for key, share in SHARES.items()}
    curves = [(who.name, "linespoints " + look(who),
               [(max(mine[0]["latency_ns"][key], 1), y) for key, y in height.items()])
              for who, mine in each([r for r in some if r["size"] == one["size"]], one["cache"])]
    tics = ", ".join('"%g" %r' % (SHARES[key], y) for key, y in height.items())
    title = "Time of a copy of %(size)d bytes, %(cache)s\nplacement %(placement)s, one at a time"
    svg = plot(title % one, "ns until it is complete", "% of copies that took no longer",
               "set logscale x\nset yrange [-2.2:4.2]\nset ytics (%s)\n" % tics, curves)
    return svg, ["Of fewer than 10,000 copies the uppermost point is the slowest one."]


def hand_overs(records, cache):
    """Contestants that are handed over to, and [(size, how much cheaper that is)]."""
    inline = {}
    for r in records:
        if r["cache"] == cache and r["who"].kind == "inline":
            inline[r["size"]] = min(r["cost"][0], inline.get(r["size"], math.inf))
    for who, mine in each(records, cache):
        rows = [(r["size"], inline[r["size"]] / r["cost"][0]) for r in mine if r["size"] in inline]
        if rows and who.kind == "hand-over":
            yield who, rows


def crossing(rows):
    """From which size on it pays, or None, and in words; on the line that is drawn."""
    below = [i for i, (_, ratio) in enumerate(rows) if ratio < 1]
    if not below:
        return None, "at every size"
    if below[-1] == len(rows) - 1:
        return None, "at no size" if len(below) == len(rows) else "not at %d bytes" % rows[-1][0]
    (x0, y0), (x1, y1) = rows[below[-1]:below[-1] + 2]
    size = x0 * (x1 / x0) ** (math.log(y0) / math.log(y0 / y1))
    return size, "from about %.0f bytes on" % size


def break_even(records):
    curves, notes = [], []
    for cache in "hot", "cold":
        for who, rows in hand_overs(records, cache):
            size, text = crossing(rows)
            text = "%s, %s: pays %s" % (who.name, cache, text)
            notes.append("%s (measured: %d to %d bytes)" % (text, rows[0][0], rows[-1][0]))
            curves.append((text, "linespoints " + look(who, cache == "cold"), rows))
            if size:
                ring = "points pt 6 ps 2 lw 2 lc rgb '%s'" % COLOURS[who.place % len(COLOURS)]
                curves.append(("", ring, [(size, 1)]))
    if not curves:
        return None
    title = "Break-even: above 1 handing over pays\nplacement %(placement)s, " % records[0]
    more = "set logscale x 2\nset logscale y\nset key maxcols 2\nset yrange [*<1:1<*]\n" \
           "set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 lc rgb '#666666'\n"
    y = "cycles: cheapest inline copy / hand-over"
    return plot(title + setting(records[0]), "bytes of a copy", y, more, curves), notes


THROUGHPUT = by_size, "Throughput", "Gbit/s", "throughput", "set yrange [0:*]\n"
COST = by_size, "Cost for the submitting core", "cycles a copy", "cost", "set logscale y\n"
PICTURES = {
    "throughput-hot.svg": (*THROUGHPUT, "hot"), "throughput-cold.svg": (*THROUGHPUT, "cold"),
    "cost-hot.svg": (*COST, "hot"), "cost-cold.svg": (*COST, "cold"),
    "latency.svg": (latency,), "break-even.svg": (break_even,)}

PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>%s</title>
<style>:root { color-scheme: light dark }
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
svg { max-width: 100%%; height: auto } div { overflow-x: auto }
td { border-bottom: 1px solid #8888; padding: 0 .6em }
td:nth-child(n+3) { white-space: nowrap } h2 + div tr:first-child { font-weight: bold }</style>
%s</html>
"""


def table(rows):
    return "<div><table>\n%s</table></div>\n" % "".join("<tr>%s</tr>\n" % "".join(
        "<td>%s</td>" % html.escape(cell(value)) for value in row) for row in rows)


def cell(value):
    if isinstance(value, dict):
        return "%g (%g–%g)" % tuple(value[k] for k in SPREAD) if "median" in value else \
            " ".join("%g" % value[k] for k in SHARES)
    return "" if value is None else str(value)


def page(records, left_out, pictures, args):
    trips = [r["round_trip_ns"] for r in records]
    head = {"Program": args.program, "Machine": args.machine, "Placement": records[0]["placement"],
            "Round trip": "%g to %g ns, a cache line there and back" % (min(trips), max(trips)),
            "Setting": setting(records[0]), "Buffers": "; ".join(sorted(set(map(stream, records)))),
            "Records left out": "; ".join("%d: %s" % (n, what) for what, n in left_out.items()),
            "No data for": ", ".join(name for name in PICTURES if name not in pictures)}
    body = "<h1>%s</h1>\n" % html.escape(args.title) + table(p for p in head.items() if p[1])
    for n, (svg, notes) in enumerate(pictures.values()):
        # Of several in one document, each needs ids of its own.
        body += re.sub("(\\bid=['\"]|href='#|url\\(#)", r"\g<1>p%d-" % n, svg[svg.index("<svg"):])
        body += "".join("<p>%s</p>\n" % html.escape(note) for note in notes)
    columns = [key for key in RECORD if key not in SETTING and key != "placement"]
    records.sort(key=lambda r: (r["cache"] != "hot", r["size"], r["who"]))
    body += "<h2>Records: median (min–max); latencies %s</h2>\n" % " ".join(SHARES)
    body += table([columns] + [[r[k] for k in columns] for r in records])
    return PAGE % (html.escape(args.title), body)


def machine():
    info = pathlib.Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.*)", info.read_text() if info.exists() else "")
    return "%s, %s CPUs, kernel %s" % (model[1] if model else os.uname().machine, os.cpu_count(),
                                       os.uname().release)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: die("%s; --help tells what is right", message)
    parser.add_argument("file", metavar="FILE", nargs="+", help="what --json has written")
    parser.add_argument("-o", metavar="FOLDER", required=True, help="where to; made if need be")
    parser.add_argument("--placement", metavar="{same-core,near,far}", type="placement {}".format)
    parser.add_argument("--burst", metavar="N", type="burst {}".format, help="copies at once")
    parser.add_argument("--title", metavar="TEXT", default="dpdk-netdma-perf")
    parser.add_argument("--program", metavar="TEXT", help="versions: the first line of its output")
    parser.add_argument("--machine", metavar="TEXT", default=machine(), help="default: this one")
    args = parser.parse_args()
    records, left_out = choose([r for path in args.file for r in load(path)], args)
    prepare(records)
    pictures = {name: draw(records, *more) for name, (draw, *more) in PICTURES.items()}
    pictures = {name: picture for name, picture in pictures.items() if picture}
    folder = pathlib.Path(args.o)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in PICTURES:
            (folder / name).unlink(missing_ok=True)
        for name, (svg, _) in pictures.items():
            (folder / name).write_text(svg, encoding="utf-8")
        text = page(records, left_out, pictures, args)
        (folder / "index.html").write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        die("%s: %s; -o needs a writable folder", error.filename or args.o, error.strerror)
    print("%s: %d pictures of %d records" % (folder / "index.html", len(pictures), len(records)))


if __name__ == "__main__":
    main()
