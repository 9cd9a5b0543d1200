"""How far measured dye lies from the relations of Jobson (1996): the envelope of the check."""

from __future__ import annotations

import numpy as np

from .case import Bound, Case, Curve, Panel, Report, Score, Source, Table
from .tracer_data import DYE, HOUR, all_curves, usable


def _answer() -> Report:
    """Compare every usable curve with eqs 18 and 19; its unit peak is peak over area, which needs
    neither mass nor discharge."""
    from ..analysis.jobson import ENVELOPE, LONGEST, SHORTEST
    from ..formulas import LEADING_EDGE_SHARE, falling_limb_duration, unit_peak_concentration

    curves = usable()
    marks = [curve.marks for curve in curves]
    travel = np.array([mark.peak_time for mark in marks])
    unit = 1e6 * np.array([mark.peak / mark.area for mark in marks])
    share = np.array([mark.arrival / mark.peak_time for mark in marks])
    ratio = unit / unit_peak_concentration(travel)
    gap = (1.0 - share) / (1.0 - LEADING_EDGE_SHARE)
    fall = np.array([mark.duration for mark in marks]) / falling_limb_duration(unit)
    scatter = float(np.sqrt(np.mean(np.log10(ratio) ** 2)))
    low, high = 1.0 / ENVELOPE, ENVELOPE
    inside = (low <= ratio) & (ratio <= high) & (low <= gap) & (gap <= high)
    scores = (
        Score("curves", float(len(curves)), note=f"of {len(all_curves())} that are shipped"),
        Score("unit peak over eq. 19, median", float(np.median(ratio))),
        Score("unit peak over eq. 19, scatter (rms log10)", scatter),
        Score(
            "three times that scatter, as a factor",
            10.0 ** (3.0 * scatter),
            bound=Bound(high=ENVELOPE, reason="the check allows this factor, and was to allow "
                        "three times the scatter"),
        ),
        Score(
            "curves within the envelope",
            100.0 * float(np.mean(inside)),
            "%",
            Bound(95.0, 100.0, "a check that warns of more than one measured curve in twenty would "
                  "not be read"),
        ),
        Score("leading edge over peak time, median", float(np.median(share)), note="eq. 18: 0.89"),
        Score("10 % to 10 % of the peak over 2e6 / Cup, median", float(np.nanmedian(fall)),
              note=f"from {np.nanmin(fall):.2f} to {np.nanmax(fall):.2f}: height and mass of one "
              "hump leave it no choice, so the check does not ask"),
    )  # fmt: skip
    line = np.geomspace(SHORTEST, LONGEST, 50)
    relation = unit_peak_concentration(line)
    panel = Panel(
        "Unit peak concentration of measured dye", "time of travel of the peak [h]",
        "unit peak C Q / M [1e-6/s]",
        (Curve("dye", travel / HOUR, unit, "observed"),
         Curve("Jobson (1996), eq. 19", line / HOUR, relation),
         Curve(f"times {high:g}", line / HOUR, high * relation, "reference"),
         Curve(f"over {high:g}", line / HOUR, low * relation, "reference")),
        x_log=True, y_log=True,
    )  # fmt: skip
    outside = [
        (curves[k].name, float(travel[k] / HOUR), float(ratio[k]), float(share[k]))
        for k in np.flatnonzero(~inside)
    ]
    table = Table(
        "Measured curves outside the envelope",
        ("curve", "peak after [h]", "over eq. 19", "leading edge / peak time"),
        outside,
    )
    seen = f"The curves see {travel.min() / HOUR:.2g} to {travel.max() / HOUR:.3g} h of travel"
    compared = f"{SHORTEST / HOUR:g} to {LONGEST / HOUR:g} h"
    remarks = (
        f"{seen}; the check compares peaks from {compared} only.",
        "Many of them are among those that Jobson fitted: what is measured here is the scatter.",
        "A warning says that a curve is unlike most, not that it is wrong: see the table.",
    )
    return Report(scores, (panel,), (table,), remarks)


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
