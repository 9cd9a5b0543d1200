"""Members that differ in masses alone are sums of scaled runs, whatever the flow does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from river_cases import case, constant, reach, slug

from spillsim.ensembles import Asked
from spillsim.ensembles.ensemble import _prepare, run_ensemble, swept
from spillsim.ensembles.scaled import Scaled
from spillsim.ensembles.ways import BLOCK
from spillsim.ensembles.wholes import WholeRuns
from spillsim.model import assemble
from spillsim.sampling import draw
from spillsim.scenario import parse

ROUND_OFF = 1e-9
"""Sums of curves are taken in another order; windows are trimmed at 1e-14 of the mass released."""
UNSTEADY = {
    "kind": "table", "table": [
        {"time [h]": hours, "reach": name, "discharge [m3/s]": discharge}
        for hours, discharge in ((0.0, 10.0), (12.0, 25.0), (40.0, 12.0))
        for name in ("up", "down")
    ],
}  # fmt: skip


def river(members: int = 6, **more: Any) -> dict[str, Any]:
    """One way to the sea, three releases of two substances."""
    rows = [reach("up", "a", "m", 15_000.0), reach("down", "m", "sea", 20_000.0)]
    for row in rows:
        row |= {"storage_area_ratio": 0.2, "exchange_coefficient [1/s]": 1e-4}
    first = slug({"node": "a"}) | {"name": "first"}
    second = constant({"node": "m"}, 7200.0, 50.0, 9000.0) | {"name": "second"}
    leak = constant({"node": "a"}, 7200.0) | {"name": "leak", "substance": "dye"}
    stations = {"mid": {"reach": "down", "distance": "2 km"}, "end": {"node": "sea"}}
    found = case(rows, {"a": 10.0}, [first, second, leak], stations)
    found["substance"] = [
        {"name": "tracer", "decay_rate": "0.2 1/d",
         "limits": [{"name": "low", "value": "0.5 mg/L"}, {"name": "high", "value": "2 mg/L"}]},
        {"name": "dye"},
    ]  # fmt: skip
    found["numerics"] = {"engine": "march"}
    found["output"] = {"interval": "300 s"}
    found["ensemble"] = {"members": members, "seed": 3}
    found["uncertain"] = [all_masses()]
    return found | more


def all_masses() -> dict[str, Any]:
    """A factor on everything that is released."""
    return {"name": "mass", "factor_of": "mass", "distribution": "lognormal", "median": 1,
            "factor": 2}  # fmt: skip


def of_release(name: str) -> dict[str, Any]:
    """The mass of one release."""
    return {"name": name, "key": f"release.{name}.mass", "distribution": "lognormal",
            "median": "80 kg", "factor": 2}  # fmt: skip


def both(data: dict[str, Any]) -> tuple[Scaled, Any, Any]:
    """What scales, its block, and the same by runs of their own."""
    draws = draw(parse(data))
    bases = [assemble(one) for one in swept(draws)]
    work, _, way = _prepare(draws, bases, Asked(curves=True))
    assert isinstance(work, Scaled), way
    interval = float(bases[0].output_time[1])
    own = WholeRuns(draws, work.shape, BLOCK, interval)(0)
    assert own.failed == {}
    return work, work(0), own


def check(found: Any, own: Any) -> None:
    """Hold every metric and curve against those of runs of their own."""
    for name, value in found.values.items():
        wanted = own.values[name]
        scale = np.nanmax(np.abs(wanted))
        bound = 1e-6 if value.dtype == np.float32 else ROUND_OFF
        np.testing.assert_allclose(value, wanted, rtol=1e-7, atol=bound * scale)


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["steady", "unsteady"])
def test_all_masses_together_take_one_run(flow: str) -> None:
    data = river(**({"flow": UNSTEADY} if flow == "unsteady" else {}))
    work, found, own = both(data)
    assert work.runs == 1
    assert work.told == "scaled from 1 run"
    check(found, own)


@pytest.mark.slow
def test_releases_that_vary_on_their_own_take_a_run_each() -> None:
    data = river(uncertain=[of_release("second"), of_release("leak")])
    work, found, own = both(data)
    assert work.runs == 2
    assert work.told == "scaled from 2 runs"
    check(found, own)


def test_one_of_several_releases_is_scaled_from_the_transfer_engine_too() -> None:
    data = river(8, uncertain=[of_release("second")], numerics={})
    outcome = run_ensemble(parse(data), Asked(workers=1))
    assert outcome.way == "scaled from 2 runs"


def test_what_is_swept_has_runs_of_its_own() -> None:
    data = river(3, sweep=[{"name": "slow", "key": "reaches.up.velocity",
                            "values": ["0.4 m/s", "0.6 m/s"]}])  # fmt: skip
    work, found, own = both(data)
    assert work.runs == 2
    check(found, own)


def test_few_members_are_run_as_they_are() -> None:
    data = river(2, uncertain=[of_release("first"), of_release("second")])
    outcome = run_ensemble(parse(data), Asked(workers=1))
    assert not outcome.way.startswith("scaled")
