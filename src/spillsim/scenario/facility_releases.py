"""From a release of a tailings facility to the releases of single constituents it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from ..errors import Notice
from ..tailings.estimate import estimate_release
from ..tailings.facility import Facility
from ..tailings.release import FacilityRelease as Released
from ..tailings.release import ReleaseEstimate
from ..tailings.spread import Array
from .draft import Draft
from .facility_file import read_facility
from .faults import any_of, quoted
from .files import SourceFile
from .reading import Reading, read_file
from .releases import FacilityRelease, Hydrograph, Release

_NOTHING = 1e-12
"""Masses below this are those of parts that are not there [kg]."""


def facility_releases(
    reading: Reading, draft: Draft, section: FacilityRelease
) -> Sequence[Release | None]:
    """Make the release of a facility into hydrographs of what the scenario carries.

    One for every dissolved substance, every size class of solids, and every substance bound to
    one; the first brings the water. What the scenario does not carry is left out with a notice.
    """
    facility = _facility(reading, section)
    if facility is None or any(one is None for one in (*draft.substances, *draft.solids)):
        return [None]
    if facility.failure.mode != section.kind:
        reading.faults.add(
            f"{section._where}.kind",
            f"{quoted(section.kind)} is not how the facility fails: failure.mode in "
            f"{section.facility} is {quoted(facility.failure.mode)}",
            f'Write kind = "{facility.failure.mode}".',
        )
        return [None]
    estimate = estimate_release(facility)
    released = estimate.at(section.estimate)
    substances = [one.name for one in draft.substances if one is not None]
    solids = [one.name for one in draft.solids if one is not None]
    parts = [one for one in _parts(released) if one[0] in (*substances, *solids)]
    carriers = {
        one.name: [sorbed.to for sorbed in one.sorption]
        for one in draft.substances
        if one is not None
    }
    parts = [one for one in parts if not one[1] or one[1] in carriers[one[0]]]
    label = section.name or facility.name
    if not parts:
        reading.faults.add(
            section._where,
            "releases nothing that the scenario has: it holds "
            f"{any_of(dict.fromkeys(name for name, _, _ in _parts(released)), 30)}",
            "Name a [[substance]] or a [[solids]] like one of them.",
        )
        return [None]
    _tell_estimate(reading, section, estimate, label)
    _tell_left_out(reading, released, label, carriers, solids)
    share = released.share()
    water = share * released.water if section.water else None
    return [
        _hydrograph(section, f"{label}: {name}{carrier and f' on {carrier}'}", (name, carrier),
                    (released.time, share * mass), water if number == 0 else None)
        for number, (name, carrier, mass) in enumerate(parts)
    ]  # fmt: skip


def _facility(reading: Reading, section: FacilityRelease) -> Facility | None:
    """The facility of the file; None and its faults where it has any."""
    source = read_file(reading, section.facility, f"{section._where}.facility")
    if source is None or reading.folder is None:
        return None
    place = PurePosixPath(section.facility).parent
    files: dict[str, SourceFile | None] = {}
    facility, found = read_facility(source, reading.folder / place, files)
    for name, file in files.items():
        reading.files.setdefault(str(place / name), file)
    reading.faults.found += found
    return facility


def _parts(released: Released) -> Iterator[tuple[str, str, float]]:
    """Constituent, its carrier (empty where dissolved), and mass."""
    for name, mass in released.dissolved.items():
        if mass > _NOTHING:
            yield name, "", mass
    for name, mass in released.solids.items():
        if mass > _NOTHING:
            yield name, "", mass
    for (name, carrier), mass in released.bound.items():
        if mass > _NOTHING:
            yield name, carrier, mass


def _tell_left_out(
    reading: Reading, released: Released, label: str, carriers: Mapping[str, Sequence[str]],
    solids: Sequence[str],
) -> None:  # fmt: skip
    """What of the release the scenario does not carry.

    carriers : substance of the scenario -> what it sorbs to
    """
    subject = f"release {label}"
    grains = {name: mass for name, mass in released.solids.items() if name not in solids}
    bound: dict[str, dict[str, float]] = {}
    for name, carrier, mass in _parts(released):
        if carrier and name in carriers and carrier not in carriers[name]:
            bound.setdefault(carrier, {})[name] = mass
    if sum(grains.values()) > _NOTHING:
        text = f"the scenario has no such [[solids]]: {_masses(grains)} are left out"
        reading.notices.append(Notice(subject, text))
    for carrier, masses in bound.items():
        text = f"left out is what is bound to {carrier}: {_masses(masses)}"
        if carrier in solids:
            text += f"; `sorption` of these substances does not name {carrier}"
        reading.notices.append(Notice(subject, text))
    known = (*carriers, *solids, *released.solids)
    others = dict.fromkeys(name for name, _, _ in _parts(released) if name not in known)
    if others:
        text = f"the scenario has no such [[substance]]: {any_of(others, 30)} are left out"
        reading.notices.append(Notice(subject, text))


def _tell_estimate(
    reading: Reading, section: FacilityRelease, estimate: ReleaseEstimate, label: str
) -> None:
    """What was taken, from which range, and what that rests on."""
    facility, outcome = estimate.facility, estimate.outcome
    taken = estimate.member(section.estimate)
    low, _, high = estimate.quantiles(outcome.released)
    text = f"{taken.released[0]:.3g} m3 flow out"
    if high > low:
        text += f" ({section.estimate}; 5 to 95 %: {low:.3g} to {high:.3g} m3)"
    text += (
        f", {taken.at_river.volume[0]:.3g} m3 of it come to the river with up to "
        f"{taken.peak_at_river[0]:.3g} m3/s; `spillsim source {section.facility}` tells what this "
        "rests on"
    )
    reading.notices.append(Notice(f"release {label}", text))
    if facility.assumed:
        text = f"assumed: {'; '.join(facility.assumed)}"
        reading.notices.append(Notice(f"facility {facility.name}", text))
    flow = reading.data.get("flow")
    steady = not (isinstance(flow, Mapping) and flow.get("kind") == "table")
    if section.water and steady and not reading.data.keys() & {"routing", "hydrograph", "trigger"}:
        text = (
            "its water raises the river during the whole run, because the flow is steady; write "
            "[routing] to let it pass as a wave, or water = false to leave it out"
        )
        reading.notices.append(Notice(f"release {label}", text))


def _masses(group: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {mass / 1000.0:.3g} t" for name, mass in group.items())


def _hydrograph(
    section: FacilityRelease, label: str, pool: tuple[str, str], rate: tuple[Array, Array],
    water: Array | None,
) -> Hydrograph:  # fmt: skip
    """One constituent over time."""
    made = Hydrograph.model_construct(
        None,
        name=label,
        at=section.at,
        substance=pool[0],
        carrier=pool[1],
        kind="hydrograph",
        start=section.start,
        table="",
        times=tuple(rate[0].tolist()),
        mass_rate=tuple(rate[1].tolist()),
        discharge=None if water is None else tuple(water.tolist()),
        concentration=None,
    )
    made._file, made._line, made._where = section._file, section._line, section._where
    return made
