"""How far measured dye lies from the relations of Jobson (1996): the envelope of the check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .case import Bound, Case, Curve, Panel, Report, Score, Source, Table
from .tracer_data import DYE, HOUR, all_curves, usable

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Dye:
    """K usable curves; the unit peak is peak over area, which needs no mass and no discharge."""

    name: tuple[str, ...]
    travel: Array
    """(K,) of the peak [s]"""
    unit: Array
    """(K,) [1e-6/s]"""
    share: Array
    """(K,) leading edge over peak time [-]"""
    ratio: Array
    """(K,) unit peak over eq. 19 [-]"""
    fall: Array
    """(K,) from 10 to 10 % of the peak over 2e6 / Cup, nan where the fall was not sampled [-]"""
    inside: NDArray[np.bool_]
    """(K,) within the envelope"""


def _measure() -> _Dye:
    from ..analysis.jobson import ENVELOPE
    from ..formulas import LEADING_EDGE_SHARE, falling_limb_duration, unit_peak_concentration

    curves = usable()
    marks = [curve.marks for curve in curves]
    travel = np.array([mark.peak_time for mark in marks])
    unit = 1e6 * np.array([mark.peak / mark.area for mark in marks])
    share = np.array([mark.arrival / mark.peak_time for mark in marks])
    ratio = unit / unit_peak_concentration(travel)
    gap = (1.0 - share) / (1.0 - LEADING_EDGE_SHARE)
    fall = np.array([mark.duration for mark in marks]) / falling_limb_duration(unit)
    off = np.maximum(np.abs(np.log(ratio)), np.abs(np.log(gap)))
    names = tuple(curve.name for curve in curves)
    return _Dye(names, travel, unit, share, ratio, fall, off <= np.log(ENVELOPE))


def _answer() -> Report:
    from ..analysis.jobson import LONGEST, SHORTEST

    dye = _measure()
    outside = [
        (dye.name[k], float(dye.travel[k] / HOUR), float(dye.ratio[k]), float(dye.share[k]))
        for k in np.flatnonzero(~dye.inside)
    ]
    table = Table(
        "Measured curves outside the envelope",
        ("curve", "peak after [h]", "over eq. 19", "leading edge / peak time"),
        outside,
    )
    seen = f"The curves see {dye.travel.min() / HOUR:.2g} to {dye.travel.max() / HOUR:.3g} h"
    compared = f"{SHORTEST / HOUR:g} to {LONGEST / HOUR:g} h"
    remarks = (
        f"{seen} of travel; the check compares peaks from {compared} only.",
        "Many of them are among those that Jobson fitted: what is measured here is the scatter.",
        "A warning says that a curve is unlike most, not that it is wrong: see the table.",
    )
    return Report(_scores(dye), (_panel(dye),), (table,), remarks)


def _scores(dye: _Dye) -> tuple[Score, ...]:
    from ..analysis.jobson import ENVELOPE

    scatter = float(np.sqrt(np.mean(np.log10(dye.ratio) ** 2)))
    allowed = Bound(
        high=ENVELOPE,
        reason="the check allows this factor, and was to allow three times the scatter",
    )
    seldom = Bound(
        95.0, 100.0, "a check that warns of more than one measured curve in twenty is not read"
    )
    told = (
        f"from {np.nanmin(dye.fall):.2f} to {np.nanmax(dye.fall):.2f}: height and mass of one hump "
        "leave it no choice, so the check does not ask"
    )
    return (
        Score("curves", float(len(dye.name)), note=f"of {len(all_curves())} that are shipped"),
        Score("unit peak over eq. 19, median", float(np.median(dye.ratio))),
        Score("unit peak over eq. 19, scatter (rms log10)", scatter),
        Score("three times that scatter, as a factor", 10.0 ** (3.0 * scatter), bound=allowed),
        Score("curves within the envelope", 100.0 * float(np.mean(dye.inside)), "%", seldom),
        Score(
            "leading edge over peak time, median", float(np.median(dye.share)), note="eq. 18: 0.89"
        ),
        Score(
            "10 % to 10 % of the peak over 2e6 / Cup, median",
            float(np.nanmedian(dye.fall)),
            note=told,
        ),
    )


def _panel(dye: _Dye) -> Panel:
    from ..analysis.jobson import ENVELOPE, LONGEST, SHORTEST
    from ..formulas import unit_peak_concentration

    line = np.geomspace(SHORTEST, LONGEST, 50)
    relation = unit_peak_concentration(line)
    hours = line / HOUR
    return Panel(
        "Unit peak concentration of measured dye",
        "time of travel of the peak [h]",
        "unit peak C Q / M [1e-6/s]",
        (
            Curve("dye", dye.travel / HOUR, dye.unit, "observed"),
            Curve("Jobson (1996), eq. 19", hours, relation),
            Curve(f"times {ENVELOPE:g}", hours, ENVELOPE * relation, "reference"),
            Curve(f"over {ENVELOPE:g}", hours, relation / ENVELOPE, "reference"),
        ),
        x_log=True,
        y_log=True,
    )


CASES = (
    Case(
        "jobson_envelope",
        "tracer",
        "Measured dye against the relations of Jobson (1996)",
        "How far do measured curves lie from the relations that every run is checked with, and how "
        "often would the check warn of a measured one?",
        _answer,
        sources=(
            Source(
                "Jobson, H. E. (1996), Prediction of traveltime and longitudinal dispersion in "
                "rivers and streams, USGS WRIR 96-4013, https://pubs.usgs.gov/wri/1996/4013",
                "public domain (work of the USGS); coefficients as facts",
            ),
            DYE,
        ),
        used_for=("envelope and range of the check by Jobson (1996), analysis/jobson.py",),
    ),
)
