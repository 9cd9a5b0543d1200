"""The lines of the table of a release: labels, three numbers in one unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..tailings.release import ReleaseEstimate
from ..tailings.run_out import covered_area
from ..tailings.spread import Array
from . import words

_VOLUMES = ((1e6, "million m³"), (0.0, "m³"))
_MASSES = ((1e3, "t"), (1.0, "kg"), (0.0, "g"))
_TIMES = ((2 * 86_400.0, "d"), (2 * 3600.0, "h"), (0.0, "min"))
_SIZE = {"million m³": 1e6, "m³": 1.0, "t": 1e3, "kg": 1.0, "g": 1e-3, "d": 86_400.0, "h": 3600.0,
         "min": 60.0, "km": 1e3, "km²": 1e6, "m³/s": 1.0, "%": 0.01}  # fmt: skip


class Row(NamedTuple):
    """One line: what, 5 %, median and 95 %, and their unit."""

    label: str
    cells: tuple[str, str, str]
    unit: str


def rows(estimate: ReleaseEstimate) -> list[Row]:
    """Every line of the table."""
    outcome = estimate.outcome
    breach = bool(estimate.case)
    found = [_heading("flows out of the facility")]
    found += [
        _row(estimate, "  in all", outcome.released, _VOLUMES),
        _row(estimate, "  water of the pond", outcome.parts.pond_water, _VOLUMES),
    ]
    if breach:
        found += [
            _row(estimate, "  tailings", outcome.released - outcome.parts.pond_water, _VOLUMES),
            _row(estimate, "    of these carried off by pond water", outcome.eroded, _VOLUMES),
            _row(estimate, "    water between their grains", outcome.parts.pore_water, _VOLUMES),
        ]
    if outcome.parts.solids.max() > 0.0:
        found.append(_row(estimate, "  solids", outcome.parts.solids, _MASSES))
        found.append(
            _one(estimate, "  share of solids by mass", outcome.parts.solids_fraction, "%")
        )
    found.append(_one(estimate, "  peak", outcome.peak_outflow, "m³/s"))
    if breach:
        covered = covered_area(outcome.released - outcome.parts.pond_water)
        found.append(_one(estimate, "run-out of the tailings", outcome.run_out, "km"))
        found.append(_one(estimate, "area they cover (recalled coefficient)", covered, "km²"))
    found.append(_heading("comes to the river"))
    if outcome.parts.solids.max() > 0.0:
        found.append(_one(estimate, "  of the solids", outcome.share_to_river, "%"))
    found += [
        _row(estimate, "  in all", outcome.at_river.volume, _VOLUMES),
        _row(estimate, "  water", outcome.at_river.water, _VOLUMES),
        _one(estimate, "  peak", outcome.peak_at_river, "m³/s"),
    ]
    if outcome.formation_time.max() > 0.0:
        found.append(_row(estimate, "  peak after", outcome.formation_time, _TIMES))
    found.append(_row(estimate, "  lasts", outcome.duration, _TIMES))
    if outcome.parts.solids.max() > 0.0:
        found += _group(estimate, "solids that come to the river", outcome.solids)
    found += _group(estimate, "dissolved, comes to the river", outcome.dissolved)
    names = dict.fromkeys(name for name, _ in outcome.bound)
    if outcome.parts.solids.max() > 0.0:
        bound = {name: outcome.bound_in_all(name) for name in names}
        found += _group(estimate, "bound to solids, comes to the river", bound)
    return found


def _heading(label: str) -> Row:
    return Row(label, ("", "", ""), "")


def _group(estimate: ReleaseEstimate, label: str, group: Mapping[str, Array]) -> list[Row]:
    lines = [_row(estimate, f"  {name}", values, _MASSES) for name, values in group.items()]
    return [_heading(label), *lines] if lines else []


def _row(
    estimate: ReleaseEstimate, label: str, values: Array, units: tuple[tuple[float, str], ...]
) -> Row:
    """A line in the unit that suits its median."""
    middle = estimate.quantiles(values)[1]
    unit = next(name for least, name in units if middle >= least)
    return _one(estimate, label, values, unit)


def _one(estimate: ReleaseEstimate, label: str, values: Array, unit: str) -> Row:
    low, middle, high = (words.number(value / _SIZE[unit]) for value in estimate.quantiles(values))
    return Row(label, (low, middle, high), unit)
