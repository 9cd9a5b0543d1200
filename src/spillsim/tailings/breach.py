"""The breach of a tailings dam: volume, parts, outflow over time, and what comes to the river."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import Notice
from . import peak_outflow, released_volume, run_out
from .breach_report import breach_notices, breach_of, method_results
from .cda import breach_case
from .chemistry import bound_masses, dissolved_masses, solids_by_class, uncertain_names
from .composition import Parts, split_tailings, tailings_share
from .facility import Facility
from .hydrographs import LATEST_PEAK, lasting, outflow
from .release import Outcome, ReleaseEstimate
from .spread import Array, LogMixture, latin_hypercube

_NAMES = (
    "volume method", "volume", "erosion ratio", "dry density", "solids density",
    "solids fraction", "peak method", "peak", "time method", "time", "run-out method", "run-out",
)  # fmt: skip
_RISE_OF_GIVEN = 0.2
"""Time to peak over V / Q where peak or duration are given, and for shapes without one."""


@dataclass(frozen=True)
class _Setting:
    """The methods that are used, and what they are used on."""

    facility: Facility
    case: str
    volumes: tuple[str, ...]
    peaks: tuple[str, ...]
    times: tuple[str, ...]
    run_outs: tuple[str, ...]


def estimate_breach(facility: Facility) -> ReleaseEstimate:
    """What the breach of a tailings dam releases.

    Raises ValueError where nothing can flow out or more is asked for than is stored.
    """
    setting = _setting(facility)
    names = [*_NAMES, *uncertain_names(facility)]
    draws = latin_hypercube(facility.samples, names, facility.seed)
    volumes = _sampled_volumes(setting, draws)
    outcome, doubts = _outcome(setting, volumes, draws, drawn=True)

    def member(probability: float) -> Outcome:
        middle = {name: np.full(1, 0.5) for name in names}
        volume = np.array([_volume_at(setting, volumes, probability)])
        return _outcome(setting, volume, middle, drawn=False)[0]

    def shape(one: Outcome, case: int) -> tuple[Array, Array]:
        return _shaped(facility, one, case)

    return ReleaseEstimate(
        facility,
        setting.case,
        outcome,
        method_results(facility, setting.volumes, setting.peaks, setting.times, setting.run_outs,
                       float(member(0.5).released[0])),
        (*_assumptions(facility), *_volume_notices(setting), *breach_notices(
            facility, setting.volumes, setting.peaks, outcome), *doubts),
        member,
        shape,
    )  # fmt: skip


def _setting(facility: Facility) -> _Setting:
    """Choose methods and refuse what cannot be."""
    failure = facility.failure
    case = breach_case(has_pond=facility.pond_volume > 0.0, liquefiable=failure.liquefiable)
    if not facility.stored_volume > 0.0 or not facility.dam_height > 0.0:
        raise ValueError("a stored volume and a dam height above zero are needed")
    given = failure.released_volume
    if given is not None and given > facility.impounded:
        raise ValueError(
            f"released_volume {given:.4g} m3 is more than is stored, {facility.impounded:.4g} m3 "
            "of tailings and water"
        )
    volumes = failure.volume_methods
    if not volumes:
        flows = failure.liquefiable
        volumes = released_volume.DEFAULT_METHODS if flows else (released_volume.EROSION,)
    erodes_only = given is None and set(volumes) == {released_volume.EROSION}
    if erodes_only and facility.pond_volume == 0.0:
        raise ValueError(
            "there is no pond and the tailings do not liquefy (case 2B of CDA 2021): nothing flows "
            "out but a slump that stays near the dam; give released_volume or volume_methods"
        )
    dry, grains = facility.dry_density.most, facility.solids_density
    if not dry < float(grains.quantile(1e-9)):
        raise ValueError("dry_density must be below solids_density")
    return _Setting(
        facility,
        case,
        volumes,
        failure.peak_methods or peak_outflow.DEFAULT_PEAK_METHODS,
        failure.time_methods or peak_outflow.DEFAULT_TIME_METHODS,
        failure.run_out_methods or run_out.DEFAULT_METHODS,
    )


def _regressions(setting: _Setting) -> LogMixture:
    facility = setting.facility
    names = [name for name in setting.volumes if name != released_volume.EROSION]
    return released_volume.distribution(
        names, facility.impounded, facility.dam_height, facility.failure.volume_deviation
    )


def _sampled_volumes(setting: _Setting, draws: Mapping[str, Array]) -> Array:
    """(S,) volume that flows out [m3]."""
    facility = setting.facility
    given = facility.failure.released_volume
    if given is not None:
        return np.full(facility.samples, given)
    which, within = draws["volume method"], draws["volume"]
    count = len(setting.volumes)
    number = np.minimum((which * count).astype(np.int64), count - 1)
    erodes = np.array([name == released_volume.EROSION for name in setting.volumes])[number]
    found = _pond_and_eroded(facility, draws["erosion ratio"])
    if not erodes.all():
        # within its own share of the interval `which` is uniform again
        others = [n for n, name in enumerate(setting.volumes) if name != released_volume.EROSION]
        place = np.searchsorted(others, number[~erodes])
        chosen = (place + 0.5) / len(others)
        mixture = _regressions(setting)
        cases = LogMixture(
            np.repeat(mixture.centre, chosen.size, axis=1), mixture.deviation, mixture.limit
        )
        found[~erodes] = cases.draw(chosen, within[~erodes])
    return found


def _pond_and_eroded(facility: Facility, probability: Array) -> Array:
    """(S,) process I of CDA (2021): the pond and what it erodes, of what there is [m3]."""
    eroded = facility.pond_volume * facility.failure.erosion_ratio.quantile(probability)
    return np.asarray(facility.pond_volume + np.minimum(eroded, facility.stored_volume))


def _volume_at(setting: _Setting, volumes: Array, probability: float) -> float:
    """Released volume of a rank: of the mixture itself where all of it is regressions [m3]."""
    if setting.facility.failure.released_volume is not None:
        return float(volumes[0])
    if released_volume.EROSION in setting.volumes:
        return float(np.quantile(volumes, probability))
    return float(_regressions(setting).quantile(probability)[0])


def _outcome(
    setting: _Setting, volume: Array, draws: Mapping[str, Array], *, drawn: bool
) -> tuple[Outcome, list[Notice]]:
    """Everything that follows from the released volume.

    drawn : True draws peak, formation time and run-out, False takes the median of their mixtures
    """
    facility, failure = setting.facility, setting.facility.failure
    dry = facility.dry_density.quantile(draws["dry density"])
    grains = facility.solids_density.quantile(draws["solids density"])
    pond, eroded, doubts = _pond_share(setting, volume, dry, grains, draws)
    parts = split_tailings(volume - pond, pond, dry, grains, facility.saturation)
    peak, rise_time, lasts, late = _outflow_times(setting, volume, draws, drawn=drawn)
    if late:
        doubts.append(_late_notice(late, volume.size))
    runs = _value(
        run_out.distribution(setting.run_outs, volume, facility.impounded, facility.dam_height),
        draws, "run-out", drawn=drawn,
    )  # fmt: skip
    share = np.full(
        volume.size, failure.reaches_river if failure.reaches_river is not None else 1.0
    )
    if failure.reaches_river is None and facility.distance_to_river is not None:
        share = run_out.share_beyond(runs, facility.distance_to_river)
    arrived = Parts(parts.pond_water, parts.pore_water * share, parts.solids * share, grains)
    found = Outcome(
        volume, parts, arrived, peak, rise_time, lasts, runs, share,
        solids_by_class(facility, arrived.solids),
        dissolved_masses(facility, arrived, draws),
        bound_masses(facility, arrived.solids, draws),
        eroded,
    )  # fmt: skip
    return found, doubts


def _pond_share(
    setting: _Setting, volume: Array, dry: Array, grains: Array, draws: Mapping[str, Array]
) -> tuple[Array, Array, list[Notice]]:
    """(S,) pond water and eroded tailings in what flows out [m3], and what is to be told.

    Pond water erodes at least its share of tailings; where a solids fraction is given, the pond
    water is what thins the tailings to it. Neither the pond nor the tailings give more than they
    hold.
    """
    facility, asked = setting.facility, setting.facility.failure.solids_fraction
    ratio = facility.failure.erosion_ratio.quantile(draws["erosion ratio"])
    doubts = []
    if asked is None:
        wanted = volume / (1.0 + ratio)
    else:
        densest = settled_fraction(facility)
        if not asked.median < densest:
            raise ValueError(
                f"solids_fraction {asked.median:.3g} is not below that of the settled tailings, "
                f"{densest:.2g}: what flows out cannot be denser than what lies there"
            )
        fraction = asked.quantile(draws["solids fraction"])
        share = tailings_share(fraction, dry, grains, facility.saturation)
        share = np.where((share < 0.0) | (share > 1.0), 1.0, share)  # denser than these lie
        wanted = volume * (1.0 - share)
        short = int(np.sum(wanted > facility.pond_volume * (1.0 + 1e-9)))
        if short and volume.size > 1:
            message = (
                f"the pond does not thin the tailings to the solids_fraction in "
                f"{short / volume.size:.0%} of the samples: they flow out denser"
            )
            doubts.append(Notice("solids fraction", message))
    pond = np.maximum(np.minimum(wanted, facility.pond_volume), volume - facility.stored_volume)
    eroded = np.minimum(pond * ratio, volume - pond)
    return np.asarray(pond), np.asarray(eroded), doubts


def settled_fraction(facility: Facility) -> float:
    """Mass share of solids in the settled tailings with the water between their grains [-]."""
    dry, grains = facility.dry_density.median, facility.solids_density.median
    water = 1000.0 * (1.0 - dry / grains) * facility.saturation
    return dry / (dry + water)


def _outflow_times(
    setting: _Setting, volume: Array, draws: Mapping[str, Array], *, drawn: bool
) -> tuple[Array, Array, Array, int]:
    """(S,) peak [m3/s], time to peak and duration [s]; how often the peak had to come earlier."""
    facility, failure = setting.facility, setting.facility.failure
    base = lasting(failure.hydrograph, _RISE_OF_GIVEN)
    if failure.duration is not None:
        lasts = np.full(volume.size, failure.duration)
        return base * volume / lasts, _RISE_OF_GIVEN * lasts / base, lasts, 0
    breach = breach_of(facility, volume)
    if failure.peak_outflow is not None:
        peak = np.full(volume.size, failure.peak_outflow)
    else:
        peak = _value(peak_outflow.peak_distribution(setting.peaks, breach), draws, "peak",
                      drawn=drawn)  # fmt: skip
    if failure.hydrograph not in ("triangle", "exponential"):
        return peak, _RISE_OF_GIVEN * volume / peak, base * volume / peak, 0
    forming = _value(peak_outflow.time_distribution(setting.times, breach), draws, "time",
                     drawn=drawn)  # fmt: skip
    latest = LATEST_PEAK * volume / peak
    rises = np.minimum(forming, latest)
    scaled = np.minimum(rises * peak / volume, LATEST_PEAK)  # at most that but for rounding
    lasts = np.array(
        [lasting(failure.hydrograph, rise) for rise in scaled.tolist()]
        if failure.hydrograph == "exponential"
        else np.full(volume.size, base)
    )
    return peak, rises, lasts * volume / peak, int(np.sum(forming > latest))


def _value(mixture: LogMixture, draws: Mapping[str, Array], name: str, *, drawn: bool) -> Array:
    return mixture.draw(draws[f"{name} method"], draws[name]) if drawn else mixture.quantile(0.5)


def _shaped(facility: Facility, one: Outcome, case: int = 0) -> tuple[Array, Array]:
    """Outflow of a case that comes to the river."""
    volume, peak = float(one.at_river.volume[case]), float(one.peak_at_river[case])
    if volume <= 0.0:
        return np.array([0.0, float(one.duration[case])]), np.zeros(2)
    rise = one.formation_time[case] * one.peak_outflow[case] / one.released[case]
    return outflow(facility.failure.hydrograph, volume, peak, min(float(rise), LATEST_PEAK))


def _late_notice(late: int, samples: int) -> Notice:
    return Notice(
        "formation time",
        f"is longer than the outflow at its peak would last in {late / samples:.0%} of the "
        "samples; the peak comes after half of the time then",
    )


def _assumptions(facility: Facility) -> list[Notice]:
    return [Notice("assumed", text) for text in facility.assumed]


def _volume_notices(setting: _Setting) -> list[Notice]:
    """What is taken away from regressions that reach beyond what is stored."""
    if setting.facility.failure.released_volume is not None:
        return []
    names = [name for name in setting.volumes if name != released_volume.EROSION]
    if not names:
        return []
    above = 1.0 - _regressions(setting).below_limit[:, 0]
    return [
        Notice(
            f"method {name}",
            f"{share:.1%} of its range lay above what is stored; the rest of the range stands for "
            "all of it (conditional on not exceeding it)",
        )
        for name, share in zip(names, above.tolist(), strict=True)
        if share >= 0.001
    ]
