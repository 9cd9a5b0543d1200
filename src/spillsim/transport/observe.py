"""Watching places while the plume passes."""

from __future__ import annotations

from .arrays import Cells, FloatArray, Gauges, Outputs, Profile
from .compiler import jit
from .reconstruct import mass_between, sample


@jit
def observe_path(
    p: int, span: tuple[int, int, int], end: float, ends: tuple[int, int], gauges: Gauges,
    profile: Profile, record: Outputs, limiter: int,
) -> None:  # fmt: skip
    """Add what one end of a step gives to the outputs ``span[0]`` to ``span[1]`` in it.

    Between two steps the profile is carried with the flow: the value at share ``x`` of step
    ``span[2]`` is the old profile (``end`` 0) a way ``x`` upstream and the new one (``end`` 1) a
    way ``1 - x`` downstream, weighted with the share of the step's dispersion and exchange that
    each has seen.
    """
    first, last, step = span
    for s in range(gauges.pointer[p], gauges.pointer[p + 1]):
        cell = gauges.cell[s]
        for i in range(max(cell - 5, ends[0] - 2), min(cell + 6, ends[1] + 2)):
            profile.concentration[i] = profile.mass[i] * profile.cells.inverse_volume[i]
        for k in range(first, last):
            x = record.time[k] - step
            weight = x if end > 0.0 else 1.0 - x
            if gauges.below_junction[s]:
                # upstream of a confluence the old profile is another river's
                weight = end
            elif gauges.above_end[s]:
                # the new profile has left the path
                weight = 1.0 - end
            if weight > 0.0:
                place = (cell, gauges.offset[s], gauges.reach_back[s] * (end - x))
                value, passed = observe_place(
                    place, ends, profile.concentration, profile.cells, limiter
                )
                record.concentration[s, k] += weight * value
                record.cumulative_mass[s, k] += weight * (profile.through[s] + passed)


@jit
def observe_place(
    place: tuple[int, float, float], ends: tuple[int, int], c: FloatArray, cells: Cells,
    limiter: int,
) -> tuple[float, float]:  # fmt: skip
    """Concentration a way downstream of a place, and mass from there to the cell's lower face.

    ``place`` is (cell, share of its volume upstream, way in cells); the way is negative upstream.
    """
    cell, offset, way = place
    here = cell + offset
    passed = mass_between(here, cell + 1.0, ends, c, cells, limiter)
    if way > 0.0:
        passed -= mass_between(here, here + way, ends, c, cells, limiter)
    elif way < 0.0:
        passed += mass_between(here + way, here, ends, c, cells, limiter)
    return sample(here + way, ends, c, cells, limiter), passed
