"""Members solved together give what runs of their own give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from river_cases import case, constant, reach, slug

from spillsim.ensembles import Asked
from spillsim.ensembles.ensemble import _prepare, run_ensemble, swept
from spillsim.ensembles.together import Together
from spillsim.model import assemble
from spillsim.sampling import draw
from spillsim.scenario import parse

LOGNORMAL = {"distribution": "lognormal", "median": 1, "factor": 1.3}


def river(members: int = 12, **more: Any) -> dict[str, Any]:
    """A tributary and a stem with dead zones; two substances; factors of all kinds."""
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
    found["output"] = {"interval": "120 s"}
    found["ensemble"] = {"members": members, "seed": 3}
    found["uncertain"] = [
        {"name": "speed", "factor_of": "velocity", **LOGNORMAL},
        {"name": "spread", "factor_of": "dispersion_coefficient", "reaches": ["down"], **LOGNORMAL},
        {"name": "dead zones", "factor_of": "storage_area_ratio", **LOGNORMAL},
        {"name": "exchange", "factor_of": "exchange_coefficient", **LOGNORMAL},
        {"name": "decay", "factor_of": "decay_rate", **LOGNORMAL},
        {"name": "mass", "key": "release.tank.mass", "distribution": "lognormal",
         "median": "100 kg", "factor": 2},
        {"name": "begin", "key": "release.leak.start", "distribution": "uniform",
         "low": "1 h", "high": "5 h"},
    ]  # fmt: skip
    return found | more


def both(data: dict[str, Any]) -> tuple[Together, Any, Any]:
    """What computes the members together, its block, and that of runs of their own."""
    draws = draw(parse(data))
    bases = [assemble(one) for one in swept(draws)]
    work, _, way = _prepare(draws, bases, Asked(curves=True))
    assert isinstance(work, Together), way
    wholes = work.wholes
    own = [wholes(number) for number in range(-(-draws.members // wholes.block))]
    values = {
        name: np.concatenate([block.values[name] for block in own]) for name in own[0].values
    }  # fmt: skip
    return work, work(0), values


@pytest.mark.slow
def test_they_are_the_same() -> None:
    _, block, own = both(river())
    assert block.failed == {}
    for name, value in block.values.items():
        if name == "concentration":
            np.testing.assert_allclose(value, own[name], atol=2e-5 * np.nanmax(own[name]))
        elif "time" in name or "duration" in name:
            # runs look at their curves every two minutes
            np.testing.assert_allclose(value, own[name], atol=0.03)
        else:
            np.testing.assert_allclose(value, own[name], rtol=2e-3)


@pytest.mark.slow
def test_what_is_swept_has_a_river_of_its_own() -> None:
    data = river(4, sweep=[{"name": "low", "key": "reaches.up.velocity",
                            "values": ["0.4 m/s", "0.6 m/s"]}])  # fmt: skip
    work, block, own = both(data)
    assert work.draws.members == 8
    np.testing.assert_allclose(
        block.values["peak_concentration"], own["peak_concentration"], rtol=2e-3
    )
    assert not np.allclose(own["peak_time"][:4], own["peak_time"][4:], atol=0.5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "x", "key": "substance.dye.arrival_threshold", "distribution": "uniform",
          "low": "1 mg/L", "high": "2 mg/L"}, 'input "x" is no factor'),
        ({"name": "x", "key": "reaches.up.length", "distribution": "uniform", "low": "1 km",
          "high": "20 km"}, 'input "x" needs more than factors'),
    ],
)  # fmt: skip
def test_what_is_no_factor_is_run_as_a_whole_and_told(change: dict[str, Any], words: str) -> None:
    data = river(2)
    data["uncertain"] = [change]
    outcome = run_ensemble(parse(data), Asked(workers=1))
    assert outcome.way.startswith("whole runs, because")
    assert words in outcome.way


@pytest.mark.parametrize("engine", ["transfer", "march"])
def test_a_member_with_a_factor_no_river_has_fails_with_its_reason(engine: str) -> None:
    data = river(8, numerics={"engine": engine})
    data["uncertain"] = [{"name": "speed", "factor_of": "velocity", **LOGNORMAL}]
    draws = draw(parse(data))
    value = draws.value.copy()
    value[3] = -1.0  # the far tail of a distribution that is not cut
    draws = replace(draws, value=value)
    work, _, way = _prepare(draws, [assemble(one) for one in swept(draws)], Asked())
    assert not way.startswith("whole runs")
    block = work(0)
    assert list(block.failed) == [3]
    assert "velocity" in block.failed[3]
    good = np.arange(8) != 3
    assert np.isfinite(block.values["peak_concentration"][good]).all()
    assert np.isnan(block.values["peak_concentration"][3]).all()
