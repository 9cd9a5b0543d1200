"""The door from the shell: arguments in, exit code out.

Nothing heavy is imported here: ``spillsim --help`` must answer at once. Every command lives in a
module of its own that is imported when it is called.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from .. import __version__
from ..errors import SpillsimError
from ..network.faults import nearest
from . import batch_arguments, faults, reach_map_arguments
from .console import Console

DONE = 0
BOUND_MISSED = 1
UNUSABLE = 2
BROKEN = 70
INTERRUPTED = 130

_COMMANDS = (
    "new", "check", "run", "batch", "ensemble", "compare", "plot", "reach-map", "flood", "source",
    "validate", "schema",
)  # fmt: skip

_EPILOG = """\
examples:
  spillsim new my_case               write a small commented case
  spillsim check my_case             tell what would be computed
  spillsim run my_case               compute; writes my_case.nc
  spillsim run my_case --regime all  compute every [regime.NAME] and compare them
  spillsim batch cases               compute all cases in a folder; one table
  spillsim ensemble my_case          compute what is [[uncertain]]; probabilities instead of values
  spillsim plot my_case.nc           draw curves and profile
  spillsim reach-map my_case         what the border sees of releases anywhere upstream
  spillsim flood maxima.csv          floods of return periods from annual maxima
  spillsim source facility.toml      what the failure of a tailings facility releases
  spillsim validate                  what spillsim is worth: scores on open data, as a page

exit codes:
  0 done    1 ran, but a stated bound was missed    2 the input or the target cannot be used
  130 interrupted (143 by SIGTERM)    70 a fault in spillsim itself
"""

Command = Callable[[argparse.Namespace, Console], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # importing makes a million objects that stay; looking for garbage among them takes a tenth
    # of the time of a short command
    gc.set_threshold(50_000, 20, 20)
    console = Console()
    debug = bool(os.environ.get("SPILLSIM_DEBUG"))
    case = ""
    try:
        arguments = _parser().parse_args(argv)
        debug = debug or arguments.debug
        case = getattr(arguments, "case", "")
        console.quiet = getattr(arguments, "quiet", False)
        code = _command(arguments.command)(arguments, console)
        console.flush()
    except SystemExit as ending:  # argparse: help, version, wrong usage
        return ending.code if isinstance(ending.code, int) else UNUSABLE
    except SpillsimError as error:
        if debug:
            traceback.print_exc()
        faults.tell(console, error, UNUSABLE, case)
        return UNUSABLE
    except KeyboardInterrupt as ending:
        code = getattr(ending, "code", INTERRUPTED)
        _tell_interrupt(console, code)
        return code
    except Exception as error:  # noqa: BLE001 - the last line before the user
        _tell_broken(console, error, debug=debug)
        return BROKEN
    return code


def _command(name: str) -> Command:
    """Return the function of a command; each stands in the module of its name."""
    name = name.replace("-", "_")
    command: Command = getattr(import_module(f".{name}", __package__), name)
    return command


def _tell_interrupt(console: Console, code: int) -> None:
    console.complain("")
    faults.closing(console, f"interrupted; {faults.what_is_left(console)}", code)


def _tell_broken(console: Console, error: Exception, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    words = " ".join(str(error).split())
    console.complain(f"spillsim {__version__} has a fault: {type(error).__name__}: {words[:300]}")
    console.complain("This is not your mistake. Please report it with the case and the output of")
    console.complain("the same command with --debug added, which shows where it happened.")
    console.complain("")
    faults.closing(console, faults.what_is_left(console), BROKEN)


class _Parser(argparse.ArgumentParser):
    """Names the nearest command or option when one is misspelt."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        console = Console()
        console.complain(f"{self.prog}: {message}")
        wrong = re.search(r"invalid choice: '(.*)' \(choose", message)
        hint = nearest(wrong[1], _COMMANDS) if wrong else ""
        if hint:
            console.complain(hint)
        self.exit(UNUSABLE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="spillsim",
        description="Simulate accidental pollution of rivers: when it arrives, how high it peaks, "
        "how long it lasts.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"spillsim {__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an error happened")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in _ADDED:
        add(commands)
    return parser


def _add(
    commands: argparse._SubParsersAction[_Parser], name: str, summary: str, epilog: str = ""
) -> _Parser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    # also after the command; SUPPRESS keeps what stood before it
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    return parser


_CASE = "the case folder, or the scenario.toml in it"


def _add_new(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(commands, "new", "write a small commented case that runs as it is")
    parser.add_argument(
        "folder", metavar="FOLDER", help="a new or empty folder; with --facility a new .toml file"
    )
    parser.add_argument(
        "--facility", action="store_true",
        help="write the file of a tailings facility instead, for spillsim source",
    )  # fmt: skip


def _add_check(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(commands, "check", "check a case and tell what would be computed")
    parser.add_argument("case", metavar="CASE", help=_CASE)


def _add_run(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(commands, "run", "compute a case and write the result to a netCDF file")
    parser.add_argument("case", metavar="CASE", help=_CASE)
    parser.add_argument(
        "-o", "--output", metavar="FILE",
        help="result file (default: <name of the case folder>.nc in the current folder)",
    )  # fmt: skip
    for kind, what in (("regime", "flow regimes"), ("measure", "countermeasures")):
        parser.add_argument(
            f"--{kind}", metavar="NAMES", action="append",
            help=f"{what} of the case, with commas between: [{kind}.NAME], all, or none for the "
            "file as written; the name is added to that of the result file",
        )  # fmt: skip
    parser.add_argument(
        "--stations", action="store_true",
        help="compare several runs at stations as well as at borders",
    )  # fmt: skip
    parser.add_argument(
        "--csv", metavar="FILE", help="write the comparison of the runs to this file as well"
    )
    parser.add_argument(
        "--strict", action="store_true",
        help="end with code 1 when a station misses numerics.error; the file is written all the "
        "same",
    )  # fmt: skip
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")


def _add_batch(commands: argparse._SubParsersAction[_Parser]) -> None:
    batch_arguments.add(_add(commands, "batch", batch_arguments.SUMMARY, batch_arguments.EPILOG))


def _add_ensemble(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(
        commands, "ensemble",
        "run many members of a case with uncertain inputs; tell probabilities and ranges",
        "The inputs stand in the scenario as [[uncertain]] and [[sweep]]. With --store the\n"
        "members are kept, and the same command goes on where it was broken off or killed.\n"
        "Without it they are in memory; after Ctrl-C those that are finished are written to\n"
        "<answers>_members.zarr, to go on with.\n"
        "Ends with code 1 where members failed (the answers are those of the others) or the\n"
        "precision of --until was not reached.",
    )  # fmt: skip
    parser.add_argument("case", metavar="CASE", help=_CASE)
    parser.add_argument(
        "-o", "--output", metavar="FILE",
        help="answers (default: <name of the case folder>_ensemble.nc in the current folder)",
    )  # fmt: skip
    parser.add_argument(
        "--members", metavar="N", type=int, help="draws (default: those of [ensemble])"
    )
    parser.add_argument(
        "--until", metavar="ci=W",
        help="stop when the 95 %% intervals of all probabilities of exceedance are within +-W",
    )  # fmt: skip
    parser.add_argument(
        "--store", metavar="MEMBERS.zarr", help="keep what every member brings, and go on with it"
    )
    parser.add_argument(
        "--given", metavar="CONDITION", action="append",
        help='answers for the members of which this is true as well, such as "season = spring", '
        '"flow > 1.3" or "mass in 50 t..200 t and flow < 1"; may be repeated',
    )  # fmt: skip
    parser.add_argument(
        "--sensitivity",
        action="store_true",
        help="tell how far every input decides every answer, not only the first",
    )
    parser.add_argument("--curves", action="store_true", help="keep the curves of all members too")
    parser.add_argument(
        "--workers", metavar="N", type=int, help="processes (default: one for every processor)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://10.0.0.1:8786"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")


def _add_compare(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(commands, "compare", "tell what borders see of several runs, side by side")
    parser.add_argument("files", metavar="FILE", nargs="+", help="result files (.nc)")
    parser.add_argument("--stations", action="store_true", help="stations as well as borders")
    parser.add_argument("--csv", metavar="FILE", help="write the table to this file as well")
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")


def _add_plot(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(
        commands, "plot",
        "draw breakthrough curves, the profile along the river and where the mass is",
        "Without -o, <name>_curves.png and <name>_profile.png are written to the current folder,\n"
        "and <name>_ledger.png where there are solids, sorption or reactions;\n"
        "for several runs <what their names share>_compared.png; of an ensemble a figure of each\n"
        "kind that its answers hold.",
    )  # fmt: skip
    parser.add_argument(
        "files", metavar="FILE", nargs="+",
        help="a result file (.nc); several are drawn over each other at one border",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="FIGURE", help="one figure; its ending says the format: "
        ".png, .svg or .pdf",
    )  # fmt: skip
    parser.add_argument(
        "--station", metavar="NAME", action="append",
        help="curves of this station or border only; may be repeated",
    )  # fmt: skip
    parser.add_argument("--substance", metavar="NAME", help="this substance only")
    parser.add_argument(
        "--kind", metavar="KIND",
        choices=("curves", "profile", "ledger", "bands", "arrival", "exceedance", "tornado",
                 "sobol", "convergence"),
        help="this figure only: curves over time, profile (maxima and deposit along the river) or "
        "ledger (where the mass is over time and by country); of an ensemble bands, arrival, "
        "exceedance, tornado, sobol or convergence",
    )  # fmt: skip
    parser.add_argument(
        "--group", metavar="MEMBERS", help="of an ensemble: these members, such as a combination "
        "of what is swept or a condition (default: all members)",
    )  # fmt: skip
    parser.add_argument("--profile", action="store_true", help="as --kind profile")
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--log", action="store_true", help="logarithmic concentration in curves")
    scale.add_argument("--linear", action="store_true", help="linear concentration in curves")
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")


def _add_reach_map(commands: argparse._SubParsersAction[_Parser]) -> None:
    known = reach_map_arguments
    parser = _add(commands, "reach-map", known.SUMMARY, known.EPILOG)
    parser.add_argument("case", metavar="CASE", help=_CASE)
    known.add(parser)


def _add_flood(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(
        commands, "flood",
        "find floods of return periods from annual maxima, with bounds",
        "The table has the columns year and discharge, such as \"discharge [m3/s]\". The fit\n"
        "is by L-moments, the bounds hold 90 % of a parametric bootstrap.\n"
        'Needs SciPy: pip install "spillsim[floods]".',
    )  # fmt: skip
    parser.add_argument("maxima", metavar="ANNUAL_MAXIMA.csv", help="table of annual maxima")
    parser.add_argument(
        "--return-period", metavar="YEARS", action="append",
        help="such as 100; may be repeated, or a list such as 10,100 (default: 2,5,10,20,50,100)",
    )  # fmt: skip
    parser.add_argument(
        "--distribution", metavar="NAME",
        help="gumbel, gev, pearson3 or log_pearson3 (default: all four side by side)",
    )  # fmt: skip
    parser.add_argument(
        "--plot", metavar="FIGURE", help="return level plot with bounds: .png, .svg or .pdf"
    )


def _add_source(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(
        commands, "source", "estimate what the failure of a tailings facility releases",
        "Prints what every method says, what comes to the river with its range from 5 to 95 %,\n"
        "and what was assumed; draws it. A scenario takes the same file in a [[release]].\n"
        "spillsim new --facility FACILITY.toml writes one to begin from.",
    )  # fmt: skip
    parser.add_argument("facility", metavar="FACILITY.toml", help="file of the facility")
    parser.add_argument(
        "-o", "--output", metavar="FIGURE",
        help="figure: .png, .svg or .pdf (default: <name of the file>_source.png in the current "
        "folder; none with --json)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print plain numbers in SI instead")
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")


def _add_validate(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(
        commands, "validate",
        "run the validation pack: exact answers, tracer experiments and accidents, with scores",
        "Prints every score beside the bound it is held to and writes a page with figures.\n"
        "Ends with code 1 where a bound is broken or a case breaks off.",
    )  # fmt: skip
    parser.add_argument(
        "--only", metavar="NAME", nargs="+", action="append", help="these cases only"
    )
    parser.add_argument("--list", action="store_true", help="tell the cases; compute nothing")
    parser.add_argument(
        "--html", metavar="FILE", help="page (default: validation.html in the current folder)"
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write scores, bounds and sources to this file as well"
    )
    parser.add_argument(
        "--jobs", metavar="N", type=int,
        help="processes side by side (default: as many as cores, at most two)",
    )  # fmt: skip
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")


def _add_schema(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _add(commands, "schema", "give the JSON Schema of scenario.toml, for editors")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this .json file instead of the terminal"
    )


_ADDED = (
    _add_new, _add_check, _add_run, _add_batch, _add_ensemble, _add_compare, _add_plot,
    _add_reach_map, _add_flood, _add_source, _add_validate, _add_schema,
)  # fmt: skip
