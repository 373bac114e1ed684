#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Count the test cases of what `meson test` logged in build directories.

    count-tests.py BUILD-DIRECTORY[:LOGBASE]...

A test that speaks TAP counts with each of its cases; one that ended otherwise than it should
(killed by a signal, out of time, fewer cases than planned) has one failure more. Any other test
counts as one. A directory without a log (it did not build) is one failure. Failures and skips are
listed with their reasons; the last line is "N passed, N failed", ", N skipped" appended if so.
The exit code is 0 if something passed and nothing failed.
"""

import json
import os
import re
import sys

CASE = re.compile(r"(ok|not ok)\b\s*(\d+)?\s*-?\s*(.*?)\s*(?:#\s*(skip\S*|todo)\b:?\s*(.*))?", re.I)
PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*skip\S*\s*(.*))?", re.I)
LINES = 25  # that are shown of what a failed case said


class Counter:
    def __init__(self):
        self.passed = 0
        self.failed = []   # [test, what it said]
        self.skipped = {}  # (test, reason): cases

    def fail(self, test, *said):
        self.failed.append([test, list(said)])

    def skip(self, test, case, reason):
        self.skipped.setdefault((test, reason or "no reason given"), []).append(case)

    def tap(self, test, run):
        """The cases of one test that speaks TAP."""
        seen, plan, before, broken = 0, None, len(self.failed), False
        for line in run.get("stdout", "").splitlines():
            if line.startswith("Bail out!"):
                self.fail(test, line)
                return
            match = PLAN.fullmatch(line)
            if match:
                plan = int(match[1])
                if plan == 0:
                    self.skip(test, "all", match[2])
                continue
            match = CASE.fullmatch(line)
            if not match:
                if broken and line.startswith("#"):  # what a case says after it failed
                    self.failed[-1][1].append(line[1:].strip())
                continue
            seen += 1
            case = match[3] or match[2] or str(seen)
            broken = False
            if match[4]:  # a TODO may fail; it is no success, either
                self.skip(test, case, match[5])
            elif match[1].lower() == "ok":
                self.passed += 1
            else:
                self.fail("%s: %s" % (test, case))
                broken = True

        killed = run["result"] == "TIMEOUT" or (run.get("returncode") or 0) < 0
        wrong = run["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")
        if plan is None:
            self.fail(test, "it told no plan", ending(run))
        elif plan and seen != plan:
            self.fail(test, "%d cases planned, %d seen" % (plan, seen), ending(run))
        elif killed or (wrong and len(self.failed) == before):
            self.fail(test, ending(run))

    def other(self, test, run):
        """A test that tells by its exit code only."""
        said = (run.get("stdout", "") + "\n" + run.get("stderr", "")).strip().splitlines()
        if run["result"] in ("OK", "EXPECTEDFAIL"):
            self.passed += 1
        elif run["result"] == "SKIP":
            self.skip(test, "all", said[-1] if said else None)
        else:
            self.fail(test, *said, ending(run))

    def directory(self, path):
        path, _, base = path.partition(":")
        log = os.path.join(path, "meson-logs", (base or "testlog") + ".json")
        if not os.path.exists(log):
            self.fail(path, "it was not built or not tested")
            return
        with open(os.path.join(path, "meson-info", "intro-tests.json")) as file:
            protocols = {test["name"]: test["protocol"] for test in json.load(file)}
        with open(log) as file:
            for line in file:
                run = json.loads(line)
                name = run["name"].split(" / ")[-1]
                test = "%s: %s" % (base or os.path.basename(os.path.normpath(path)), name)
                if protocols.get(name) == "tap":
                    self.tap(test, run)
                else:
                    self.other(test, run)

    def report(self):
        if self.skipped:
            print("\nSkipped:")
        for (test, reason), cases in self.skipped.items():
            what = cases[0] if len(cases) == 1 else "%d cases" % len(cases)
            print("  %s: %s: %s" % (test, what, reason))
        if self.failed:
            print("\nFailed:")
        for test, said in self.failed:
            print("  %s" % test)
            for line in said[-LINES:]:
                print("      %s" % line)
        line = "\n%d passed, %d failed" % (self.passed, len(self.failed))
        if self.skipped:
            line += ", %d skipped" % sum(len(cases) for cases in self.skipped.values())
        print(line, flush=True)


def ending(run):
    code = run.get("returncode")
    if code is not None and code < 0:
        return "%s, killed by signal %d" % (run["result"], -code)
    return "%s, exit code %s" % (run["result"], code)


def main():
    counter = Counter()
    for path in sys.argv[1:]:
        counter.directory(path)
    counter.report()
    sys.exit(1 if counter.failed or not counter.passed else 0)


if __name__ == "__main__":
    main()
