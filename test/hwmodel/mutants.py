#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Show that tests notice broken models, and a driver without its work-arounds.

    mutants.py [-a] FILE [PATTERN...]

The source tree is copied to a temporary folder and built there. Each mutant of FILE (idxd/mutants.txt,
ioat/mutants.txt, dmadev/mutants.txt; those whose name contains a PATTERN, if there are any) is a
piece of text that is replaced by another. What it is in is built again, and the tests of that
folder's run, until one fails; -a: also DPDK's own dmadev_autotest, which need not notice. It
prints TAP: a mutant that is noticed is "ok", with the case that did. One that survives, whose
text is not there any more or that does not build is "not ok".

FILE has a block for each, separated by lines of "=":

    NAME: what is wrong
    SOURCE, below test/hwmodel or the top
    <<<<
    the text, exactly as it is there, where it stands once
    ----
    what it becomes
    >>>>
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BLOCK = re.compile(r"([\w-]+): ([^\n]+)\n(\S+)\n<<<<\n(.*?)\n?----\n(.*?)\n?>>>>\s*", re.S)
OPTIONS = ["-Dapps=false", "-Ddefault_library=shared", "-Dbuildtype=debugoptimized", "-Dwerror=false"]
# What is built of the tree; nothing: all.
TARGETS = {"idxd": ["test/hwmodel/idxd/libhwmodel-idxd.so", "test/hwmodel/idxd/test_idxd"],
           "ioat": ["test/hwmodel/ioat/libhwmodel-ioat.so", "test/hwmodel/ioat/test_ioat"]}


class Mutant:
    def __init__(self, text):
        match = BLOCK.fullmatch(text)
        if not match:
            sys.exit("this is no mutant:\n" + text)
        self.name, self.what, file, self.old, self.new = match.groups()
        local = os.path.join("test/hwmodel", file)
        self.file = local if os.path.exists(os.path.join(ROOT, local)) else file


def read_mutants(path):
    with open(path) as file:
        text = "".join(line for line in file if not line.startswith("#"))
    return [Mutant(block.strip() + "\n") for block in re.split(r"^=+$", text, flags=re.M)]


class Tree:
    """A copy of the source, and its build."""

    def __init__(self, folder, kind):
        self.source = os.path.join(folder, "source")
        self.build = os.path.join(folder, "build")
        self.kind = kind
        names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"],
                               stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
        for name in filter(None, names):
            path = os.path.join(self.source, name)
            if os.path.exists(os.path.join(ROOT, name)):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.copy(os.path.join(ROOT, name), path)
        self.run("meson", "setup", self.build, self.source, *OPTIONS, check=True)
        if not self.compiles():
            sys.exit("the tree does not build")

    def run(self, *command, check=False):
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=check)

    def compiles(self):
        return self.run("ninja", "-C", self.build,
                        *TARGETS.get(self.kind, [])).returncode == 0

    def noticed_by(self, suite):
        """@return the case that fails, or None."""
        log = os.path.join(self.build, "meson-logs/testlog.json")
        if os.path.exists(log):
            os.remove(log)
        if self.run("meson", "test", "-C", self.build, "--no-rebuild", "--maxfail", "1",
                    "--suite", suite).returncode == 0:
            return None
        with open(log) as file:
            for line in file:
                test = json.loads(line)
                if test["result"] not in ("OK", "SKIP"):
                    case = re.search(r"^not ok \d+ - (\S+)", test["stdout"] or "", re.M)
                    return case.group(1) if case else test["name"] + ", " + test["result"]
        return "a test that did not run"

    def try_mutant(self, mutant, autotest):
        path = os.path.join(self.source, mutant.file)
        with open(path) as file:
            text = file.read()
        if text.count(mutant.old) != 1:
            return None, "its text is not there, or more than once"
        try:
            with open(path, "w") as file:
                file.write(text.replace(mutant.old, mutant.new))
            if not self.compiles():
                return None, "it does not build"
            case = self.noticed_by(self.kind + "-model")
            said = "noticed by " + case if case else "NOT NOTICED"
            if autotest:
                other = self.noticed_by(self.kind + "-autotest")
                said += "; dmadev_autotest " + ("fails, too" if other else "passes")
            return case, said
        finally:
            with open(path, "w") as file:
                file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("-a", "--autotest", action="store_true")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    args = parser.parse_args()
    mutants = [m for m in read_mutants(args.file)
               if not args.patterns or any(p in m.name for p in args.patterns)]
    kind = os.path.basename(os.path.dirname(os.path.abspath(args.file)))
    missed = 0
    print("1..%d" % (len(mutants) + 1), flush=True)
    with tempfile.TemporaryDirectory(prefix="netdma-mutants.") as folder:
        tree = Tree(folder, kind)
        case = tree.noticed_by(kind + "-model")
        print("%sok 1 - without one all tests pass" % ("not " if case else ""), flush=True)
        for number, mutant in enumerate(mutants, 2):
            case, said = tree.try_mutant(mutant, args.autotest)
            missed += not case
            print("%sok %d - %s: %s" % ("" if case else "not ", number, mutant.name, mutant.what))
            print("# " + said, flush=True)
    return missed != 0


sys.exit(main())
