"""What ``spillsim reach-map`` is told."""

from __future__ import annotations

import argparse

SUMMARY = "find how soon and how strong a release anywhere upstream comes to a border"
EPILOG = """\
One run answers for every place in the network above the border; the releases of the
scenario are not used. Without --mass peaks are given per tonne released, and what
arrives is 1 % of each peak.

Written are a netCDF file (a UGRID mesh where all nodes have coordinates) and a figure."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to the parser of the command; ``case`` is there already."""
    parser.add_argument(
        "--border", metavar="NAME",
        help="the border or station that looks upstream, or a part of its name that no other has "
        "(default: the only border)",
    )  # fmt: skip
    parser.add_argument("--mass", metavar="MASS", help='mass released, e.g. "10 t"')
    parser.add_argument(
        "--threshold", metavar="LEVEL",
        help='what counts as arrival: a concentration such as "0.1 mg/L" (with --mass) or a share '
        'of each peak such as "1 %%" (default: the scenario\'s with --mass, else 1 %%)',
    )  # fmt: skip
    parser.add_argument(
        "--substance", metavar="NAME", help="whose decay counts (default: the first)"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE",
        help="netCDF file (default: <name of the case folder>_reach_map.nc in the current folder)",
    )  # fmt: skip
    parser.add_argument(
        "--figure", metavar="FIGURE",
        help="figure: .png, .svg or .pdf (default: beside the netCDF file, as .png)",
    )  # fmt: skip
    parser.add_argument("--csv", metavar="FILE", help="write the table to this file as well")
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")
