"""What ``spillsim batch`` is told."""

from __future__ import annotations

import argparse

SUMMARY = "compute many cases side by side and tell them in one table"
EPILOG = """\
All cases are checked before any is computed. Results that are there already and are of the
same inputs and version are kept, so the same command goes on where it was broken off. Ends
with code 1 where a case failed; the others are computed all the same."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to the parser of the command."""
    parser.add_argument(
        "cases", metavar="CASES", nargs="+",
        help="case folders, scenario files, folders that hold such at any depth, patterns such as "
        "'cases/*'",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", default="batch",
        help="folder for the results, NAME.nc for each case (default: batch)",
    )  # fmt: skip
    for kind, what in (("regime", "flow regimes"), ("measure", "countermeasures")):
        parser.add_argument(
            f"--{kind}", metavar="NAMES", action="append",
            help=f"{what}, with commas between: [{kind}.NAME], all that a case has, or none for "
            "the file as written",
        )  # fmt: skip
    parser.add_argument("--stations", action="store_true", help="stations as well as borders")
    parser.add_argument("--csv", metavar="FILE", help="write the table to this file as well")
    parser.add_argument("--again", action="store_true", help="compute also what is there already")
    parser.add_argument(
        "--keep-going", action="store_true",
        help="compute the good cases although others have faults",
    )  # fmt: skip
    parser.add_argument(
        "--workers", metavar="N", type=int, help="processes (default: one for every processor)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://10.0.0.1:8786"
    )
    parser.add_argument(
        "--strict", action="store_true",
        help="end with code 1 when a station of any case misses numerics.error",
    )  # fmt: skip
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")
