"""What every method says by itself, and what is to be told of a breach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..errors import Notice
from . import peak_outflow, released_volume, run_out
from .facility import Facility
from .methods import Method, outside_range
from .peak_outflow import Breach
from .release import QUANTILES, MethodResult, Outcome
from .spread import Array, LogMixture


def method_results(
    facility: Facility,
    volumes: Sequence[str],
    peaks: Sequence[str],
    times: Sequence[str],
    run_outs: Sequence[str],
    volume: float,
) -> tuple[MethodResult, ...]:
    """5, 50 and 95 % of each method alone; peak, time and run-out for one released volume.

    volume : median of what flows out [m3]
    """
    failure = facility.failure
    found: list[MethodResult] = []
    if failure.released_volume is None:
        regressions = [name for name in volumes if name != released_volume.EROSION]
        for name in regressions:
            mixture = released_volume.distribution(
                [name], facility.impounded, facility.dam_height, failure.volume_deviation
            )
            found.append(_result("released volume", released_volume.METHODS[name], mixture))
        if released_volume.EROSION in volumes:
            found.append(_erosion(facility))
    breach = breach_of(facility, np.array([volume]))
    if failure.duration is None:
        if failure.peak_outflow is None:
            for name in peaks:
                mixture = peak_outflow.peak_distribution([name], breach)
                found.append(_result("peak outflow", peak_outflow.PEAK_METHODS[name], mixture))
        if failure.hydrograph in ("triangle", "exponential"):
            for name in times:
                mixture = peak_outflow.time_distribution([name], breach)
                found.append(_result("formation time", peak_outflow.TIME_METHODS[name], mixture))
    for name in run_outs:
        mixture = run_out.distribution(
            [name], np.array([volume]), facility.impounded, facility.dam_height
        )
        found.append(_result("run-out", run_out.METHODS[name], mixture))
    return tuple(found)


def _result(quantity: str, method: Method, mixture: LogMixture) -> MethodResult:
    low, middle, high = (float(mixture.quantile(share)[0]) for share in QUANTILES)
    return MethodResult(
        quantity, method.name, low, middle, high, method.equation, method.source,
        method.deviation_from, method.quality,
    )  # fmt: skip


def _erosion(facility: Facility) -> MethodResult:
    ratio = facility.failure.erosion_ratio
    low, middle, high = (
        facility.pond_volume
        + min(facility.pond_volume * float(ratio.quantile(share)), facility.stored_volume)
        for share in QUANTILES
    )
    return MethodResult(
        "released volume", released_volume.EROSION, low, middle, high,
        "V_F = pond + eroded tailings", "process I of CDA (2021)",
        f"the erosion ratio ({ratio.quality})", ratio.quality,
    )  # fmt: skip


def breach_of(facility: Facility, volume: Array) -> Breach:
    """The breach that the regressions of peak and time are asked about.

    volume : (S,) all that flows out [m3]
    """
    failure = facility.failure
    height = failure.breach_height or facility.dam_height
    width = float("nan") if failure.dam_width is None else failure.dam_width
    return Breach(
        volume, height, height, facility.dam_height, failure.cause == "overtopping",
        failure.erodibility, width,
    )  # fmt: skip


def breach_notices(
    facility: Facility, volumes: Sequence[str], peaks: Sequence[str], outcome: Outcome
) -> list[Notice]:
    """Inputs outside of ranges, recalled coefficients, and own rules that were used."""
    failure = facility.failure
    found: list[Notice] = []
    if failure.released_volume is None:
        for method in _known(released_volume.METHODS, volumes):
            found += outside_range(
                method, stored_volume=facility.impounded, dam_height=facility.dam_height
            )
    middle = float(np.median(outcome.released))
    height = failure.breach_height or facility.dam_height
    if failure.duration is None and failure.peak_outflow is None:
        for method in _known(peak_outflow.PEAK_METHODS, peaks):
            found += outside_range(method, water_volume=middle, breach_height=height)
        found.append(
            Notice(
                "peak outflow",
                "by regressions on water dams, asked with all that flows out as the volume of "
                "water (own judgement; they suit the pond with what it erodes)",
            )
        )
    if failure.reaches_river is None:
        found.append(_reaching(facility, outcome))
    return found


def _known(methods: Mapping[str, Method], names: Iterable[str]) -> list[Method]:
    """Methods of names, without the one that is no regression."""
    return [methods[name] for name in names if name in methods]


def _reaching(facility: Facility, outcome: Outcome) -> Notice:
    if facility.distance_to_river is None:
        text = "all solids are taken to reach the river: distance_to_river is not given"
    elif facility.distance_to_river == 0.0:
        text = "all solids reach the river, which lies at the dam"
    else:
        low, middle, high = np.quantile(outcome.share_to_river, QUANTILES)
        text = (
            f"{middle:.0%} of the solids ({low:.0%} to {high:.0%}) run to the river "
            f"{facility.distance_to_river / 1000.0:.3g} km away: (1 - L / D)^2 of the run-out D, "
            "whose coefficients are recalled (own rule); pond water reaches it whole"
        )
    return Notice("solids", text)
