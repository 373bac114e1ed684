#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Show that the conformance suite notices bugs: put them in, one at a time.

    mutants.py [-o OPERATIONS] [-k] [PATTERN...]

The source tree is copied to a temporary folder and built there. Each mutant of mutants.txt (those
whose name contains a PATTERN, if there are any) is a piece of text that is replaced by another: a
bug. What it is in is built again, and the conformance suite (or those of its cases) runs on those
lines of the provider matrix that have the code, until one fails. A mutant that survives, whose text is not there any
more or that does not build is a failure of this script; so is a suite that fails without one.

mutants.txt has a block for each, and they are separated by lines of "=":

    NAME: what the bug is
    FILE [PROVIDER,... [CASES]]
    <<<<
    the text, exactly as it is in the file, where it stands once
    ----
    what it becomes
    >>>>
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = "test/autotest/dpdk-netdma-test"
EVERYWHERE = "cpu-inline,cpu-thread,skeleton,model,fake"
CASES = "conformance.invariants_hold"
TRIES = 3
SECONDS = 120  # for a run of the suite on one provider
BLOCK = re.compile(r"([\w-]+): ([^\n]+)\n(\S+)(?: (\S+))?(?: (\S+))?\n"
                   r"<<<<\n(.*?)\n?----\n(.*?)\n?>>>>\s*", re.S)


class Mutant:
    def __init__(self, text):
        match = BLOCK.fullmatch(text)
        if not match:
            sys.exit("mutants.txt: this is no mutant:\n" + text)
        self.name, self.what, self.file, providers, cases, self.old, self.new = match.groups()
        self.providers = (providers or EVERYWHERE).split(",")
        self.cases = cases or CASES


def read_mutants():
    with open(os.path.join(HERE, "mutants.txt")) as file:
        text = "".join(line for line in file if not line.startswith("#"))
    return [Mutant(block.strip() + "\n") for block in re.split(r"^=+$", text, flags=re.M)]


class Tree:
    """A copy of the sources, and a build of them."""

    def __init__(self, folder, operations):
        self.source = os.path.join(folder, "source")
        self.build = os.path.join(folder, "build")
        self.operations = operations
        shutil.copytree(ROOT, self.source, ignore=shutil.ignore_patterns(".git", "build*"))
        self.command(["meson", "setup", self.build, self.source, "-Dapps=false", "-Dwerror=false",
                      "-Dbuildtype=debugoptimized", "-Ddefault_library=shared"])

    @staticmethod
    def command(args):
        run = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False)
        if run.returncode != 0:
            raise RuntimeError(run.stdout)

    def make(self):
        self.command(["ninja", "-C", self.build, PROGRAM])

    def replace(self, mutant):
        """@return the text of the file as it was; None: it has not what is to be replaced."""
        path = os.path.join(self.source, mutant.file)
        with open(path) as file:
            text = file.read()
        if text.count(mutant.old) != 1:
            return None
        with open(path, "w") as file:
            file.write(text.replace(mutant.old, mutant.new))
        return text

    def restore(self, mutant, text):
        with open(os.path.join(self.source, mutant.file), "w") as file:
            file.write(text)

    def suite(self, cases, provider):
        """Run cases on a provider. @return how they failed (None: they did not), the output."""
        env = dict(os.environ, NETDMA_TEST=cases, NETDMA_TEST_PROVIDERS=provider + ",once",
                   NETDMA_CONFORMANCE_OPS=str(self.operations),
                   NETDMA_CONFORMANCE_PATIENCE="5000", NETDMA_CONFORMANCE_SHRINK="3000")
        args = [os.path.join(self.source, "test/autotest/run.sh"),
                os.path.join(self.build, PROGRAM), "--no-huge", "-m", "256", "--no-shconf", "-l",
                "0,1", "--no-pci", "--vdev=dma_skeleton0"]
        # A group of its own, all of which ends: the program runs below a shell.
        with subprocess.Popen(args, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, start_new_session=True) as run:
            try:
                output, late = run.communicate(timeout=SECONDS)[0], False
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
                output, late = run.communicate()[0], True
        text = output.decode(errors="replace")
        if late:
            return "no end", text
        invariant = re.search(r"invariant (\d) does not hold", text)
        if invariant:
            return "invariant " + invariant[1], text
        if "crashed in" in text or run.returncode < 0:
            return "a crash", text
        if run.returncode != 0:
            return "another failure", text
        if re.search(r"^ok .*# SKIP", text, re.M):
            return "skipped", text
        return None, text


def steps(text):
    """How short the program became."""
    match = re.search(r"shrunk from (\d+) operations to (\d+)", text)
    return "%s to %s" % match.groups() if match else ""


def try_mutant(tree, mutant):
    """@return whether it was caught, how, on which provider, and how short the program became."""
    before = tree.replace(mutant)
    if before is None:
        return False, "its text is not there, or more than once", "", ""
    try:
        tree.make()
        # Programs are random, and some bugs seldom show.
        for provider in mutant.providers * TRIES:
            how, text = tree.suite(mutant.cases, provider)
            if how == "skipped":
                continue
            if how is not None:
                return True, how, provider, steps(text)
        return False, "SURVIVED", ",".join(mutant.providers), ""
    except RuntimeError as failed:
        print(failed)
        return False, "it does not build", "", ""
    finally:
        tree.restore(mutant, before)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--operations", type=int, default=100000,
                        help="operations on each provider (100000)")
    parser.add_argument("-k", "--keep", action="store_true", help="keep the temporary folder")
    parser.add_argument("pattern", nargs="*", help="only mutants with this in their names")
    args = parser.parse_args()
    mutants = [mutant for mutant in read_mutants()
               if not args.pattern or any(p in mutant.name for p in args.pattern)]
    folder = tempfile.mkdtemp(prefix="netdma-mutants-")
    bad = 0
    try:
        tree = Tree(folder, args.operations)
        tree.make()
        for cases, provider in sorted({(m.cases, p) for m in mutants for p in m.providers}):
            how, text = tree.suite(cases, provider)
            if how not in (None, "skipped"):
                print(text.split("# log:")[0][-8000:])
                print("without a mutant, %s on %s: %s" % (cases, provider, how))
                bad += 1
        for mutant in mutants:
            start = time.time()
            caught, how, provider, shrunk = try_mutant(tree, mutant)
            bad += not caught
            print("%-26s %-15s %-16s %-10s %4.0f s  %s" % (
                mutant.name, how, provider, shrunk, time.time() - start, mutant.what), flush=True)
        print("%d mutants, %d not caught" % (len(mutants), bad))
    finally:
        if args.keep:
            print(folder)
        else:
            shutil.rmtree(folder)
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
