"""What floats: as the dissolved but faster, lost to the banks and the air, and its mass."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from constituent_cases import DAY, DISPERSION, VELOCITY, river, slug

from spillsim.errors import ScenarioError
from spillsim.model import assemble, with_time_step
from spillsim.outcome import Run
from spillsim.scenario import Scenario
from spillsim.simulation import simulate

RATIO = 1.25
PLACE = 30e3
START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
REACH = {
    "velocity [m/s]": VELOCITY, "width [m]": 40, "depth [m]": 2, "slope": 1e-4,
    "dispersion_coefficient [m2/s]": DISPERSION,
}  # fmt: skip
WITH_TANK = {
    "nodes": [{"id": "a", "kind": "headwater"}, {"id": "m"}, {"id": "b", "kind": "outlet"}],
    "reaches": [
        {"id": "r1", "from": "a", "to": "m", "length [km]": 60, **REACH},
        {"id": "r2", "from": "m", "to": "b", "length [km]": 1, "kind": "tank", **REACH},
    ],
}
DEAD_ZONES = {"storage": {"area_ratio": 0.25, "exchange_coefficient": "1e-4 1/s"}}


def oil(name: str = "oil", **keys: Any) -> dict[str, Any]:
    return {"name": name, "form": "floating", "surface_velocity_ratio": RATIO} | keys


def spilt(*substances: dict[str, Any], **sections: Any) -> Scenario:
    """A slug of a tonne of each substance at the head of a uniform river."""
    releases = [slug(one["name"]) for one in substances]
    output = {"interval": "10 min"} | sections.pop("output", {})
    return river(substance=list(substances), release=releases, output=output, **sections)


def ran(*substances: dict[str, Any], **sections: Any) -> Run:
    return simulate(assemble(spilt(*substances, **sections)))


def test_it_is_the_plume_of_the_dissolved_only_faster() -> None:
    # C(x, t) of a floating substance is C(x, r t) of a dissolved one: at 40 min it is where the
    # other is at 50 min. Both are computed, on the same cells.
    run = ran({"name": "tracer"}, oil())
    tracer, floating = run.concentration[:, 0]
    later = np.interp(RATIO * run.output_time, run.output_time, tracer)
    shown = RATIO * run.output_time <= run.output_time[-1]
    same = shown & (np.arange(run.output_time.size) % 4 == 0)  # times that both have
    np.testing.assert_allclose(floating[same], later[same], rtol=1e-9, atol=1e-12 * tracer.max())
    np.testing.assert_allclose(run.peak_concentration[1], run.peak_concentration[0], rtol=1e-9)
    seen = run.peak_concentration[0] > 0.0
    np.testing.assert_allclose(
        run.peak_time[1, seen] * RATIO, run.peak_time[0, seen], rtol=1e-9, atol=1e-6
    )


def test_moments_are_those_of_the_faster_river() -> None:
    run = ran(oil(), case={"title": "moments", "start": START, "duration": "1.5 days"})
    time, curve = run.output_time, run.concentration[0, 0]
    area = np.trapezoid(curve, time)
    mean = np.trapezoid(curve * time, time) / area
    variance = np.trapezoid(curve * (time - mean) ** 2, time) / area
    u, d = RATIO * VELOCITY, RATIO * DISPERSION
    assert mean == pytest.approx(PLACE / u + d / u**2, rel=2e-3)
    assert variance == pytest.approx(2 * d * PLACE / u**3 + 3 * d**2 / u**4, rel=0.02)
    # Mass passing is the concentration of the river's water times r times the discharge.
    assert RATIO * 40.0 * area == pytest.approx(1000.0, rel=1e-4)
    assert run.cumulative_mass[0, 0, -1] == pytest.approx(1000.0, rel=1e-6)


def test_banks_and_air_take_their_shares() -> None:
    run = ran(
        {"name": "tracer"}, oil(stranding_rate="0.3 1/d", gas_exchange_rate="0.2 1/d"), oil("tar")
    )
    ledger, time = run.ledger, run.ledger.time
    whole = time < 0.8 * 60e3 / (RATIO * VELOCITY)  # nothing has left the river
    left = 1000.0 * np.exp(-0.5 * time[whole] / DAY)
    np.testing.assert_allclose(ledger.in_river[1, whole], left, rtol=1e-4)
    np.testing.assert_allclose(ledger.stranded[1, whole], 0.6 * (1000.0 - left), rtol=1e-3)
    np.testing.assert_allclose(ledger.volatilised[1, whole], 0.4 * (1000.0 - left), rtol=1e-3)
    for kept in (0, 2):
        assert not ledger.stranded[kept].any()
        assert not ledger.volatilised[kept].any()
    assert run.mass_error < 1e-12
    np.testing.assert_allclose(run.left["stranded"].sum(axis=1), ledger.stranded[:, -1], rtol=1e-12)
    through = 1000.0 * np.exp(-0.5 * PLACE / (RATIO * VELOCITY) / DAY)
    assert run.cumulative_mass[1, 0, -1] == pytest.approx(through, rel=1e-3)


def test_nothing_evaporates_under_ice() -> None:
    run = ran(oil(stranding_rate="0.3 1/d", gas_exchange_rate="0.2 1/d"),
              ice={"manning_n": 0.03})  # fmt: skip
    assert not run.ledger.volatilised.any()
    assert run.ledger.stranded[0, -1] > 0.0


def test_what_goes_with_the_water_does_not_know_of_it() -> None:
    tracer = {"name": "tracer", "photolysis_rate": "0.5 1/d"}
    alone, beside = ran(tracer, **DEAD_ZONES), ran(oil(), tracer, **DEAD_ZONES)
    np.testing.assert_allclose(beside.concentration[1], alone.concentration[0], rtol=1e-9)
    np.testing.assert_allclose(beside.ledger.decayed[1], alone.ledger.decayed[0], rtol=1e-9)
    assert beside.ledger.in_storage[0].max() > 0.0


def test_every_velocity_has_its_own_arrival() -> None:
    run = ran(oil("film", surface_velocity_ratio=1.5), {"name": "tracer"}, oil())
    peaks = run.output_time[np.argmax(run.concentration[:, 0], axis=1)]
    assert peaks[1] / peaks == pytest.approx([1.5, 1.0, 1.25], rel=0.02)


def test_fields_and_ledgers_are_at_the_times_of_the_water() -> None:
    scenario = spilt({"name": "tracer"}, oil(), output={"field": True, "field_interval": "5 h"})
    model = assemble(scenario)
    run = simulate(model)
    np.testing.assert_array_equal(run.field_time, model.march.time_at(model.march.plan.field_step))
    area, length = 80.0, run.cell_foot - run.cell_head
    at = np.searchsorted(run.ledger.time, run.field_time[0])
    for row in range(2):
        held = area * (run.field[row, 0] * length).sum()
        assert held == pytest.approx(run.ledger.in_river[row, at], rel=1e-9)
    middle = 0.5 * (run.cell_head + run.cell_foot)
    centre = [np.average(middle, weights=f * length) for f in run.field[:, 0]]
    assert centre[1] / centre[0] == pytest.approx(RATIO, rel=0.01)


def test_a_finer_step_changes_little() -> None:
    model = assemble(spilt({"name": "tracer"}, oil()))
    coarse, fine = simulate(model), simulate(with_time_step(model, 0.5 * model.time_step))
    apart = np.abs(coarse.concentration - fine.concentration).sum(axis=2)
    assert np.all(apart < 0.01 * fine.concentration.sum(axis=2))


def test_in_a_tank_it_is_mixed_as_everything_is() -> None:
    # A reach of 60 km and a tank of 1 km: the tank's water is the river's, so that what leaves it
    # is Q C.
    run = ran({"name": "tracer"}, oil(), network=WITH_TANK,
              case={"title": "tank", "start": START, "duration": "4 days"},
              station=[{"name": "tank", "at": {"reach": "r2", "distance": "1 km"}}])  # fmt: skip
    passed = 40.0 * np.trapezoid(run.concentration[:, 0], run.output_time, axis=-1)
    assert passed == pytest.approx([1000.0, 1000.0], rel=2e-3)


@pytest.mark.parametrize(
    ("sections", "where", "says"),
    [
        ({"routing": {}}, "substance[1].form", "the flow changes: [routing]"),
        ({"reaction": [{"from": "oil", "to": "tracer", "rate": "1 1/d"}]},
         "reaction[0].from", "decay_rate"),
        ({"release": [{"at": {"node": "a"}, "kind": "concentration", "substance": "oil",
                       "table": [{"time [h]": 0.0, "concentration [mg/L]": 1.0},
                                 {"time [h]": 1.0, "concentration [mg/L]": 0.0}]}]},
         "release[0].kind", "mass_rate"),
    ],
    ids=["routed", "reaction", "inlet"],
)  # fmt: skip
def test_what_cannot_be_is_refused(sections: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        river(**{"substance": [{"name": "tracer"}, oil()], "release": [slug("oil")]} | sections)
    found = {fault.where: f"{fault.message} {fault.hint}" for fault in caught.value.faults}
    assert says in found[where]
