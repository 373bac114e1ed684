#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-netdma authors
"""Make the strings that dpdk-pmdinfo.py looks for, from compiled drivers.

    pmdinfo.py OUTPUT.c OBJECT...

An object tells what it knows of by DPDK's own macros: RTE_PMD_EXPORT_NAME, and for each name
RTE_PMD_REGISTER_PCI_TABLE, and a description beside it (DMADEV_PMD_INFO in drivers/dmadev/dmadev.h).
They name symbols; this finds the tables behind them, and writes one JSON text a name.
"""

import json
import struct
import sys

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

PCI_ID = "IHHHH"  # struct rte_pci_id: class, vendor, device, and the subsystem's


class Object:
    def __init__(self, file):
        self.elf = ELFFile(file)
        self.symbols = {}
        for section in self.elf.iter_sections():
            if isinstance(section, SymbolTableSection):
                for symbol in section.iter_symbols():
                    if isinstance(symbol["st_shndx"], int):
                        self.symbols[symbol.name] = symbol

    def data(self, name):
        """The bytes from a symbol on, to the end of its section."""
        symbol = self.symbols[name]
        return self.elf.get_section(symbol["st_shndx"]).data()[symbol["st_value"]:]

    def text(self, name):
        return self.data(name).split(b"\0", 1)[0].decode("ascii")

    def pci_ids(self, name):
        """A table that ends with a device of no vendor."""
        layout = struct.Struct(("<" if self.elf.little_endian else ">") + PCI_ID)
        data = self.data(name)
        ids = []
        for at in range(0, len(data) - layout.size + 1, layout.size):
            _, *fields = layout.unpack_from(data, at)
            if fields[0] == 0:
                return ids
            ids.append(fields)
        raise ValueError(name + " has no end")

    def infos(self):
        for symbol in sorted(self.symbols):
            if not symbol.startswith("this_pmd_name"):
                continue
            name = self.text(symbol)
            table = self.text("__" + name + "_pci_tbl_export")
            yield {"name": name, "description": self.text("__" + name + "_description"),
                   "pci_ids": self.pci_ids(table)}


def main():
    with open(sys.argv[1], "w", encoding="ascii") as output:
        for path in sys.argv[2:]:
            with open(path, "rb") as file:
                for info in Object(file).infos():
                    text = json.dumps("PMD_INFO_STRING= " + json.dumps(info))
                    output.write("static const char %s[] __attribute__((used)) =\n\t%s;\n"
                                 % (info["name"], text))


main()
