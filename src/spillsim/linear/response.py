"""One run for every mass, time and duration: what a kilogram released at one instant does."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from ..constituents import reasons_for_pools
from ..errors import Notice, ScenarioError, SpillsimError
from ..marching import tree_march
from ..model import Model, assemble
from ..network.faults import nearest
from ..network.network import Position
from ..places import StationPlace, station_places
from ..results.conventions import KG_M3_TO_MG_L, attributes
from ..results.instants import instants, utc
from ..scenario.sections import At
from ..simulation import simulate
from ..sources import CompiledRelease, SlugSchedule, decay_rates
from ..stepping import MOST_STEPS
from ..transport.paths import build_route
from ..transport.resolution import step_for_error, step_for_splitting, temporal_deviations
from ..units import UnitError, parse
from .curve import SmoothCurve, smooth_curve
from .level import substance_called

if TYPE_CHECKING:
    from ..scenario import Scenario

Array = NDArray[np.float64]
Moment = str | dt.datetime

ENGINES = ("march", "transfer")


@dataclass(frozen=True)
class UnitResponse:
    """What stations see of a kilogram of one substance released at one place at one instant."""

    scenario: Scenario
    substance: str
    place: str
    """Where it is released, in words."""
    stations: tuple[StationPlace, ...]
    concentration: SmoothCurve
    """Per kilogram, over the time since the release [1/m3]."""
    passed: SmoothCurve
    """Share of the mass that has passed, likewise [-]."""
    engine: str
    notices: tuple[Notice, ...]

    def dataset(self) -> xr.Dataset:
        """Return the response at the times it was computed for, per tonne released."""
        step = self.concentration.interval
        time = step * np.arange(self.concentration.pieces.shape[2] + 1)
        found = xr.Dataset(
            {
                "concentration_per_tonne": (("station", "time_since_release"),
                    1e6 * self.concentration.at(time),
                    {"long_name": "concentration per tonne released", "units": "mg L-1 t-1"}),
                "share_passed": (("station", "time_since_release"), self.passed.at(time),
                    {"long_name": "share of the mass that has passed", "units": "1"}),
            },
            coords={
                "station": ("station", [s.name for s in self.stations]),
                "time_since_release": ("time_since_release", time / 3600.0,
                    {"long_name": "time since the release", "units": "h"}),
            },
        )  # fmt: skip
        found.attrs = {"title": self.scenario.case.title, "substance": self.substance,
                       "release": self.place, "engine": self.engine}  # fmt: skip
        return found

    def release(
        self, mass: str, start: Moment = "0 s", duration: str | None = None,
        interval: str | None = None,
    ) -> xr.Dataset:  # fmt: skip
        """Return the curves of a mass released at once, or evenly over a duration.

        Parameters
        ----------
        mass : e.g. ``"10 t"``
        start : time since the start of the case (``"2 h"``), or a date-time with its offset
        duration : e.g. ``"6 h"``; without it all at once
        interval : between the times of the result; default: that of the scenario, else the step
        """
        kilograms = _quantity("mass", mass, "mass")
        begin = self._moment(start)
        if duration is None:
            return self._curves([begin], [kilograms], 0, interval)
        lasts = _quantity("duration", duration, "time")
        if not lasts > 0.0:
            raise SpillsimError(f'duration "{duration}": must be more than zero.')
        rate = kilograms / lasts
        return self._curves([begin, begin + lasts], [rate, -rate], 1, interval)

    def schedule(
        self, times: Sequence[str], rates: Sequence[str], start: Moment = "0 s",
        interval: str | None = None,
    ) -> xr.Dataset:  # fmt: skip
        """Return the curves of a mass rate that is linear between times and zero outside them.

        Parameters
        ----------
        times : since ``start``, increasing, e.g. ``["0 h", "2 h", "6 h"]``
        rates : e.g. ``["0 kg/s", "0.5 kg/s", "0 kg/s"]``
        """
        begin = self._moment(start)
        at = np.array([begin + _quantity("time", t, "time") for t in times])
        rate = np.array([_quantity("rate", r, "mass_rate") for r in rates])
        if at.size != rate.size or at.size < 2 or bool(np.any(np.diff(at) <= 0.0)):
            raise SpillsimError("a schedule needs two or more rising times and a rate for each.")
        slope = np.concatenate([[0.0], np.diff(rate) / np.diff(at), [0.0]])
        ramps = self._curves(at.tolist(), np.diff(slope).tolist(), 2, interval)
        # the rate jumps to its first value and from its last
        jumps = self._curves([at[0], at[-1]], [rate[0], -rate[-1]], 1, interval)
        return superpose([ramps, jumps])

    def _moment(self, start: Moment) -> float:
        """Return seconds since the start of the case."""
        if isinstance(start, dt.datetime):
            if start.tzinfo is None:
                raise SpillsimError(f"start {start}: a date-time needs its offset from UTC.")
            begin: dt.datetime = self.scenario.case.start
            return (start - begin).total_seconds()
        return _quantity("start", start, "time")

    def _times(self, interval: str | None) -> Array:
        """Return the times of a result since the start of the case [s]."""
        step = self.scenario.output.interval or self.concentration.interval
        if interval is not None:
            step = _quantity("interval", interval, "time")
            if not step > 0.0:
                raise SpillsimError(f'interval "{interval}": must be more than zero.')
        count = math.floor(self.scenario.case.duration / step + 1e-9) + 1
        return np.asarray(step * np.arange(count), dtype=np.float64)

    def _curves(
        self, begin: Sequence[float], weight: Sequence[float], integrals: int, interval: str | None
    ) -> xr.Dataset:
        """Return the sum of the response, or its integrals, begun at instants, times weights."""
        time = self._times(interval)
        if min(begin) < 0.0:
            raise SpillsimError("the release begins before the start of the case.")
        late = float(time[-1]) - min(begin)
        if late > self.concentration.end * (1.0 + 1e-9):
            raise SpillsimError(
                f"the response is known for {self.concentration.end / 3600.0:.4g} h only."
            )
        values, mass = (
            sum(w * curve.at(np.minimum(time - b, curve.end), integrals)
                for b, w in zip(begin, weight, strict=True))
            for curve in (self.concentration, self.passed)
        )  # fmt: skip
        start = utc(self.scenario.case.start)
        names = ("station", "substance", "time")
        return xr.Dataset(
            {
                "concentration": (names, KG_M3_TO_MG_L * np.asarray(values)[:, None],
                                  attributes("concentration")),
                "cumulative_mass": (names, np.asarray(mass)[:, None],
                                    attributes("cumulative_mass")),
            },
            coords={
                "station": ("station", [s.name for s in self.stations], attributes("station")),
                "substance": ("substance", [self.substance], attributes("substance")),
                "time": ("time", instants(start, time), attributes("time")),
            },
            attrs={"title": self.scenario.case.title},
        )  # fmt: skip


def unit_response(
    scenario: Scenario,
    release: str | Mapping[str, str] | None = None,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    engine: str = "march",
    progress: Callable[[float], None] | None = None,
) -> UnitResponse:
    """Find what stations see of a kilogram released at once.

    As ``spillsim.unit_response``, which says more.
    """
    if engine not in ENGINES:
        raise SpillsimError(f'there is no engine "{engine}". {nearest(engine, ENGINES)}')
    _refuse_what_is_not_linear(scenario)
    model = assemble(scenario)
    position, place, named = _released_at(model, release)
    own = substance_called(scenario, substance or named)
    unit, chosen = _unit_model(model, position, own.name, stations)
    if engine == "transfer":
        values, share = _by_transfer(unit, chosen)
    else:
        run = simulate(unit, progress)
        values, share = run.concentration[0, chosen], run.cumulative_mass[0, chosen]
    interval = float(unit.output_time[1])
    places = tuple(unit.stations[int(s)] for s in chosen)
    return UnitResponse(
        scenario, own.name, place, places, smooth_curve(interval, values),
        smooth_curve(interval, share), engine, unit.notices,
    )  # fmt: skip


def _by_transfer(unit: Model, chosen: NDArray[np.int64]) -> tuple[Array, Array]:
    """Concentration per mass and share of the mass passed at stations, by the transfer engine."""
    from ..transfer import NotSmoothError, build_course, prepare, source_of
    from ..transfer.response import CONCENTRATION, FLUX, ask, questions_at

    scenario, release, time = unit.scenario, unit.releases[0], unit.output_time
    tank = np.array([reach.kind == "tank" for reach in scenario.reaches], dtype=np.bool_)
    river = prepare(unit.network, unit.flow, *decay_rates(scenario.substances[0], unit.flow), tank)
    places = [unit.stations[int(s)].position for s in chosen]
    found = np.zeros((2, chosen.size, time.size))
    try:
        course = build_course(river, release.position, places)
        source = source_of([release.schedule], scenario.case.duration)
        for kind, values in zip((CONCENTRATION, FLUX), found, strict=True):
            for answers in ask(course, source, questions_at(course, places, kind)):
                for number, row in enumerate(answers.rows.tolist()):
                    values[row] = answers.series(number).at(time)
    except NotSmoothError:
        raise SpillsimError(
            'a curve is too sharp for the transfer engine; use engine "march".'
        ) from None
    return found[0], smooth_curve(float(time[1]), found[1]).at(time, 1)


def _refuse_what_is_not_linear(scenario: Scenario) -> None:
    """Refuse a case in which twice the mass is not twice the curve, or later is not the same."""
    faults = []
    if scenario.numerics.limiter == "monotone":
        message = "with this limiter twice the mass is not twice the curve"
        hint = 'Leave it out: a unit response is computed with limiter = "none".'
        faults.append(scenario.fault("numerics.limiter", message, hint))
    if scenario.flow_varies:
        message = "the flow changes: a later release then has another curve"
        faults.append(scenario.fault("flow.kind", message, "Give a steady flow."))
    hint = "It follows one dissolved part with one loss. Simulate the release instead."
    faults += [
        scenario.fault(key, f"{words}: a unit response knows no such parts", hint)
        for key, words in reasons_for_pools(scenario)
    ]
    if faults:
        raise ScenarioError(faults, scenario.name)


def _released_at(
    model: Model, wanted: str | Mapping[str, str] | None
) -> tuple[Position, str, str | None]:
    """Position of a release of the scenario or of a place, its name, and its substance."""
    if isinstance(wanted, Mapping):
        scenario, network = model.scenario, model.network
        try:
            at: Any = TypeAdapter(At).validate_python(dict(wanted))
            position = scenario.locate(network, at)
        except ValidationError as fault:
            words = "; ".join(error["msg"] for error in fault.errors())
            raise SpillsimError(f"release {dict(wanted)}: {words}") from None
        except LookupError as fault:
            raise SpillsimError(f"release {dict(wanted)}: {fault}") from None
        return position, ", ".join(f"{key} {value}" for key, value in wanted.items()), None
    names = [release.name for release in model.releases]
    if wanted is None:
        if len(names) > 1:
            raise SpillsimError(f"say which release is meant; there is {', '.join(names)}.")
        wanted = names[0]
    if wanted not in names:
        hint = nearest(wanted, names) or f"There is {', '.join(names)}."
        raise SpillsimError(f'there is no release "{wanted}". {hint}')
    release = model.releases[names.index(wanted)]
    return release.position, release.name, model.scenario.substances[release.substance].name


def _unit_model(
    model: Model, position: Position, substance: str, stations: Sequence[str] | None
) -> tuple[Model, NDArray[np.int64]]:
    """The same river with a kilogram at one place and without a limiter; stations asked for."""
    scenario, network, flow = model.scenario, model.network, model.flow
    own = next(s for s in scenario.substances if s.name == substance)
    numerics = scenario.numerics.model_copy(update={"limiter": "none"})
    output = scenario.output.model_copy(update={"field": False})
    bare = scenario.model_copy(
        update={"substances": (own,), "numerics": numerics, "output": output}
    )
    releases = (CompiledRelease("unit", 0, position, SlugSchedule(0.0, 1.0)),)
    route = build_route(network, flow, [position])
    places = station_places(scenario, network, route, [position])
    chosen = _chosen(places, stations)
    step, notices = _step(model, position, [places[int(s)] for s in chosen])
    step = min(step, step_for_splitting(flow, route.active, step))
    count = math.ceil(scenario.case.duration / step - 1e-9)
    output_time = np.asarray(step * np.arange(count + 1), dtype=np.float64)
    march = tree_march(bare, route, releases, places, output_time, step)
    # the last step may end after the case
    march = replace(march, plan=replace(march.plan, steps=count))
    unit = replace(
        model, scenario=bare, releases=releases, stations=places, route=route,
        output_time=output_time, march=march, notices=tuple(notices),
    )  # fmt: skip
    return unit, chosen


def _step(
    model: Model, position: Position, places: Sequence[StationPlace]
) -> tuple[float, list[Notice]]:
    """Time step for the narrowest curve, and the stations too close for it [s]."""
    numerics, duration = model.scenario.numerics, model.scenario.case.duration
    spread = temporal_deviations(
        model.network, model.flow, [(position, 0.0)], [place.position for place in places]
    )
    shortest = duration / MOST_STEPS
    wanted = np.array([step_for_error(width, numerics.error) for width in spread.deviation])
    near = wanted < shortest
    notices = [
        Notice(f"{places[p].kind} {places[p].name}", "is too close to the release to be resolved")
        for p in spread.place[near].tolist()
    ]
    step = numerics.time_step or float(wanted[~near].min(initial=duration))
    return min(step, duration), notices


def _chosen(places: Sequence[StationPlace], wanted: Sequence[str] | None) -> NDArray[np.int64]:
    """Stations asked for, all that lie downstream by default."""
    names = [place.name for place in places]
    below = [s for s, place in enumerate(places) if math.isfinite(place.travel_time)]
    if wanted is None:
        if not below:
            raise SpillsimError("no station or border lies downstream of the release.")
        return np.array(below, dtype=np.int64)
    for name in wanted:
        if name not in names:
            hint = nearest(name, names) or f"There is {', '.join(names)}."
            raise SpillsimError(f'there is no border or station "{name}". {hint}')
        if names.index(name) not in below:
            raise SpillsimError(f"{name} does not lie downstream of the release.")
    return np.array([names.index(name) for name in wanted], dtype=np.int64)


def superpose(curves: Sequence[xr.Dataset]) -> xr.Dataset:
    """Add the curves of several releases; every substance is added by itself.

    Raises
    ------
    SpillsimError
        Stations or times differ.
    """
    if not curves:
        raise SpillsimError("there is nothing to add.")
    first = curves[0]
    for other in curves[1:]:
        for name in ("station", "time"):
            if not np.array_equal(first[name].values, other[name].values):
                raise SpillsimError(
                    f"curves to add differ in {name}; ask for the same stations and interval."
                )
    names = list(dict.fromkeys(str(n) for c in curves for n in c["substance"].values))
    filled = [c.reindex(substance=names, fill_value=0.0) for c in curves]
    found = filled[0].copy()
    for name in ("concentration", "cumulative_mass"):
        total = sum(c[name].values for c in filled)
        found[name] = (filled[0][name].dims, total, dict(first[name].attrs))
    return found


def _quantity(what: str, text: str, dimension: str) -> float:
    """Return a text with its unit in SI."""
    if not isinstance(text, str):
        raise SpillsimError(f"{what} {text!r}: a text with a unit is needed.")
    try:
        return float(parse(text, dimension))
    except UnitError as fault:
        raise SpillsimError(f'{what} "{text}": {fault}') from None
