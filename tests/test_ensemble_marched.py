"""Members marched side by side give what runs of their own give, within the error asked for."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from river_cases import case, constant, reach, slug

from spillsim.analysis.curves import crossings, peaks, time_above
from spillsim.analysis.passage import SHARE_OF_PEAK
from spillsim.ensembles import Asked
from spillsim.ensembles.ensemble import _prepare, run_ensemble, swept
from spillsim.ensembles.marched import Marched
from spillsim.ensembles.passing import FIRST, LAST, PEAK, PEAK_TIME, look_at
from spillsim.model import assemble
from spillsim.sampling import draw
from spillsim.scenario import parse

LOGNORMAL = {"distribution": "lognormal", "median": 1, "factor": 1.3}
ERROR = 0.01
"""Asked for in the cases, as a share of the area under a curve: of peaks it is about as much."""


def river(members: int = 10, **more: Any) -> dict[str, Any]:
    """A tributary and a stem with dead zones; two substances; all factors the march takes."""
    rows = [
        reach("up", "a", "j", 15_000.0), reach("side", "b", "j", 8_000.0, river="Side"),
        reach("down", "j", "sea", 20_000.0),
    ]  # fmt: skip
    for row in rows:
        row |= {"storage_area_ratio": 0.2, "exchange_coefficient [1/s]": 1e-4}
    salt = slug({"node": "a"}) | {"name": "tank"}
    dye = constant({"node": "b"}, 7200.0) | {"name": "leak", "substance": "dye", "start": "3600 s"}
    stations = {"mid": {"reach": "down", "distance": "2 km"}, "end": {"node": "sea"}}
    found = case(rows, {"a": 10.0, "b": 4.0}, [salt, dye], stations)
    found["substance"] = [
        {"name": "tracer", "decay_rate": "0.2 1/d",
         "limits": [{"name": "low", "value": "0.5 mg/L"}, {"name": "high", "value": "2 mg/L"}]},
        {"name": "dye"},
    ]  # fmt: skip
    found["numerics"] = {"engine": "march", "error": ERROR}
    found["output"] = {"interval": "120 s"}
    found["ensemble"] = {"members": members, "seed": 3}
    found["uncertain"] = [
        {"name": "speed", "factor_of": "velocity", **LOGNORMAL},
        {"name": "spread", "factor_of": "dispersion_coefficient", **LOGNORMAL},
        {"name": "exchange", "factor_of": "exchange_coefficient", **LOGNORMAL},
        {"name": "decay", "factor_of": "decay_rate", **LOGNORMAL},
        {"name": "mass", "key": "release.tank.mass", "distribution": "lognormal",
         "median": "100 kg", "factor": 2},
        {"name": "begin", "key": "release.leak.start", "distribution": "uniform",
         "low": "0.2 h", "high": "5 h"},
        {"name": "length", "key": "release.leak.duration", "distribution": "uniform",
         "low": "1 h", "high": "4 h"},
    ]  # fmt: skip
    return found | more


def prepared(data: dict[str, Any]) -> tuple[Any, str]:
    """What computes the members, and the way in words."""
    draws = draw(parse(data))
    bases = [assemble(one) for one in swept(draws)]
    work, _, way = _prepare(draws, bases, Asked(curves=True))
    return work, way


@pytest.mark.slow
def test_they_are_the_same() -> None:
    work, way = prepared(river())
    assert isinstance(work, Marched), way
    assert way == "marched side by side"
    block, own = work(0), work.wholes(0)
    assert block.failed == {}
    assert own.failed == {}
    assert len(set(work.cases[0].rung.tolist())) > 1  # not all on one grid
    for name, found in block.values.items():
        wanted = own.values[name]
        if name == "concentration":
            # both may be wrong by the error asked for, as a share of the area, so about of the peak
            scale = wanted.max(axis=-1, keepdims=True)
            assert (np.abs(found - wanted) <= 3.0 * ERROR * scale).all()
        elif name in ("peak_concentration", "mass_passed"):
            # of some curves the front alone comes before the end
            np.testing.assert_allclose(found, wanted, rtol=2.0 * ERROR)
        else:
            # a tenth of an hour is less than a tenth of what these curves last
            np.testing.assert_allclose(found, wanted, atol=0.1)


def test_what_members_give_depends_neither_on_workers_nor_on_the_order_of_blocks() -> None:
    work, _ = prepared(river(40))
    assert work.block == 32
    second, first = work(1), work(0)
    again = pickle.loads(pickle.dumps(work))  # as another process has it
    for name, values in again(0).values.items():
        assert np.array_equal(values, first.values[name], equal_nan=True)
    for name, values in again(1).values.items():
        assert np.array_equal(values, second.values[name], equal_nan=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "x", "factor_of": "velocity", "reaches": ["up"], **LOGNORMAL},
         'input "x" changes the velocity of some reaches only'),
        ({"name": "x", "factor_of": "storage_area_ratio", **LOGNORMAL},
         'input "x" changes the storage ratio'),
        ({"name": "x", "factor_of": "discharge", **LOGNORMAL}, 'input "x" needs more than factors'),
    ],
)  # fmt: skip
def test_what_the_march_cannot_share_is_run_as_a_whole_and_told(
    change: dict[str, Any], words: str
) -> None:
    data = river(2)
    data["uncertain"] = [change]
    _, way = prepared(data)
    assert way.startswith("whole runs, because the case is of the march engine (asked for), and")
    assert words in way


def test_a_station_that_no_release_reaches_sees_nothing() -> None:
    data = river(4)
    data["release"] = data["release"][:1]
    data["uncertain"] = data["uncertain"][:2]
    data["station"].insert(0, {"name": "dry", "at": {"reach": "side", "distance": "1 km"}})
    work, way = prepared(data)
    assert isinstance(work, Marched), way
    found = work(0)
    assert found.failed == {}
    peak = found.values["peak_concentration"]
    assert (peak[:, 0] == 0.0).all()
    assert (peak[:, 1:, 0] > 0.0).all()
    assert (peak[:, :, 1] == 0.0).all()  # of the dye nothing is released
    assert np.isnan(found.values["arrival_time"][:, 0]).all()
    assert (found.values["time_above_limit"][:, 0] == 0.0).all()


def test_a_time_step_that_is_given_is_the_longest_of_any_member() -> None:
    data = river(12, numerics={"time_step": "300 s"})
    work, _ = prepared(data)
    case_ = work.cases[0]
    step = np.array([work.grids.of(0, case_, k).time_step for k in case_.rung.tolist()])
    pace = work.draws.value[:, 0]
    assert (step / pace <= 300.0 * (1.0 + 1e-6)).all()
    assert (step / pace > 300.0 / 1.2).all()


def test_a_member_whose_mass_does_not_close_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    from spillsim.transport import members

    true = members.march_block

    def leaking(ensemble: Any, own: Any) -> Any:
        curves, ledger, steps = true(ensemble, own)
        ledger[own.mass > np.median(own.mass), 3] *= 1.001
        return curves, ledger, steps

    monkeypatch.setattr(members, "march_block", leaking)
    outcome = run_ensemble(parse(river(12)), Asked(workers=1))
    assert 0 < len(outcome.failures) < 12
    assert all("mass of tracer does not close" in why for why in outcome.failures.values())


def test_one_pass_finds_what_the_analysis_finds() -> None:
    random = np.random.default_rng(5)
    time = np.cumsum(random.uniform(50.0, 100.0, 400))
    centre = random.uniform(0.1, 1.1, (6, 3, 1)) * time[-1]
    width = random.uniform(40.0, 4000.0, (6, 3, 1))
    curves = random.uniform(0.1, 3.0, (6, 3, 1)) * np.exp(-(((time - centre) / width) ** 2))
    curves[curves < 1e-9] = 0.0
    curves[0, 0] = 0.0
    curves[1, 1] += 0.3 * np.sin(time / 700.0) ** 2
    level = np.array([0.5, 0.01])
    found = look_at(time, curves, level, 1, 0.01)
    height, moment = peaks(time, curves)
    np.testing.assert_allclose(found[..., PEAK], height, rtol=1e-14)
    np.testing.assert_allclose(found[..., PEAK_TIME], moment, rtol=1e-14)
    passed = crossings(time, curves, np.full(height.shape, 0.01))
    np.testing.assert_allclose(found[..., FIRST], passed.first, rtol=1e-14)
    np.testing.assert_allclose(found[..., LAST], passed.last, rtol=1e-14)
    for k, one in enumerate(level.tolist()):
        above = time_above(time, curves, np.full(height.shape, one))
        np.testing.assert_allclose(found[..., LAST + 1 + k], above, rtol=1e-12, atol=1e-9)
    of_peak = crossings(time, curves, SHARE_OF_PEAK * height)
    found = look_at(time, curves, level, -1, 0.01)
    np.testing.assert_allclose(found[..., FIRST], of_peak.first, rtol=1e-13)
