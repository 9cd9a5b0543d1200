"""``spillsim flood``: floods of return periods from annual maxima."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .. import floods
from ..errors import Fault, OutputError, ScenarioError
from ..network.faults import nearest
from ..results.whole import check_target
from ..scenario.maxima import AnnualMaxima, read_annual_maxima
from . import words
from .console import Console
from .table import Column, print_table

_PERIODS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_DRAWN = "gev"
"""What is drawn where all distributions are fitted."""
_PARAMETERS = {
    "gumbel": ("location", "scale"),
    "gev": ("shape", "location", "scale"),
    "pearson3": ("skewness", "mean", "standard deviation"),
    "log_pearson3": ("skewness", "mean", "standard deviation"),
}


def flood(arguments: argparse.Namespace, console: Console) -> int:
    """Fit distributions to annual maxima, print quantiles with bounds, draw them if wanted."""
    from ..plots.saving import figure_format

    periods = _periods(arguments.return_period)
    chosen = _distributions(arguments.distribution)
    figure = None
    if arguments.plot is not None:
        figure_format(arguments.plot)
        figure = check_target(arguments.plot)
    record = read_annual_maxima(arguments.maxima)
    try:
        fitted = [floods.analyse(record.discharge, name, periods) for name in chosen]
    except floods.UnfitError as error:
        raise ScenarioError([Fault(record.file, "", str(error))], arguments.maxima) from None
    _tell_record(console, record)
    for one in fitted:
        console.line()
        _tell_fit(console, one)
    console.line()
    if len(fitted) > 1:
        console.labelled(
            "fit",
            "where the distributions part, their difference is a doubt that no bounds hold",
        )
    _tell_doubts(console, record, fitted)
    if figure is not None:
        shown = next((one for one in fitted if one.distribution == _DRAWN), fitted[0])
        _draw(console, record, shown, figure)
    return 0


def _periods(given: Sequence[str] | None) -> tuple[float, ...]:
    """Return periods asked for, rising [years]."""
    if given is None:
        return _PERIODS
    found = []
    for text in ",".join(given).split(","):
        number = text.strip().removesuffix("years").removesuffix("a").strip()
        try:
            years = float(number)
        except ValueError:
            years = float("nan")
        if not 1.0 < years <= 1e6:
            raise OutputError(
                f'"{text.strip()}" is no return period: a number of years above 1 is needed, e.g. '
                "--return-period 100."
            )
        found.append(years)
    return tuple(sorted(set(found)))


def _distributions(given: str | None) -> tuple[str, ...]:
    if given is None:
        return floods.DISTRIBUTIONS
    if given not in floods.DISTRIBUTIONS:
        hint = nearest(given, floods.DISTRIBUTIONS)
        raise OutputError(
            f'there is no distribution "{given}"; possible: {", ".join(floods.DISTRIBUTIONS)}. '
            f"{hint}".rstrip()
        )
    return (given,)


def _tell_record(console: Console, record: AnnualMaxima) -> None:
    first, last = min(record.year), max(record.year)
    console.line(f"{words.count(len(record.year), 'annual maximum', 'annual maxima')}, "
                 f"{first} to {last}        {record.file}", bold=True)  # fmt: skip
    highest = int(np.argmax(record.discharge))
    console.labelled(
        "record",
        f"mean {words.trimmed(float(np.mean(record.discharge)))} m³/s · largest "
        f"{words.trimmed(record.discharge[highest])} m³/s in {record.year[highest]}",
    )


def _tell_fit(console: Console, fitted: floods.FloodFrequency) -> None:
    """Print parameters, agreement and quantiles of one distribution."""
    names = _PARAMETERS[fitted.distribution]
    told = " · ".join(
        f"{name} {words.number(value, 4)}"
        for name, value in zip(names, fitted.parameters, strict=True)
    )
    logs = " of decimal logarithms" if fitted.distribution == "log_pearson3" else ""
    console.labelled(fitted.distribution, f"{told}{logs}", label_width=14)
    console.labelled(
        "", f"correlation on probability paper {fitted.correlation:.4f}; "
        f"{100.0 * fitted.agreement:.0f} % of samples of the distribution fit no better",
        label_width=14,
    )  # fmt: skip
    print_table(
        console,
        [
            Column("return period", "years", tuple(f"{t:,g}" for t in fitted.return_period)),
            Column("flood", "m³/s", tuple(map(words.number, fitted.best))),
            Column("5 %", "m³/s", tuple(map(words.number, fitted.lower))),
            Column("95 %", "m³/s", tuple(map(words.number, fitted.upper))),
        ],
    )


def _tell_doubts(
    console: Console, record: AnnualMaxima, fitted: Sequence[floods.FloodFrequency]
) -> None:
    doubts = dict.fromkeys(doubt for one in fitted for doubt in one.doubts())
    for doubt in [*doubts, *filter(None, [record.gaps])]:
        console.labelled("note", doubt)
    console.labelled(
        "bounds", f"{100.0 * floods.CONFIDENCE:.0f} % range of a parametric bootstrap of "
        f"{floods.REPLICATES} records, seed {floods.SEED}"
    )  # fmt: skip


def _draw(
    console: Console, record: AnnualMaxima, fitted: floods.FloodFrequency, path: Path
) -> None:
    """Write the return level plot of one distribution."""
    from .. import __version__, plots
    from ..plots.return_level_figure import drawn_periods

    longest = max(2.0 * len(record.year), 1.2 * float(fitted.return_period[-1]))
    drawn = floods.analyse(record.discharge, fitted.distribution, drawn_periods(longest))
    levels = plots.ReturnLevels(
        drawn.return_period, drawn.best, drawn.lower, drawn.upper, fitted.maxima,
        floods.plotting_positions(fitted.years),
        tuple(zip(fitted.return_period.tolist(), fitted.best.tolist(), strict=True)),
        f"Floods by return period: {Path(record.file).stem}",
        f"{fitted.distribution} by L-moments on {fitted.years} annual maxima, "
        f"{min(record.year)} to {max(record.year)}; points at Cunnane's plotting positions",
        f"spillsim {__version__}; bounds by parametric bootstrap, seed {floods.SEED}",
    )  # fmt: skip
    console.wrote(plots.save(plots.return_levels(levels), path))
    console.labelled("wrote", f"{path} ({words.size(path.stat().st_size)})")
