"""Cases at the edge of what makes sense: they run sensibly or are refused in plain words."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from river_cases import Row, case, constant, line, model_of, reach, run_of, slug

import spillsim
from spillsim import scenario
from spillsim.errors import ScenarioError

TREE = [reach("r0", "n0", "sea"), reach("r1", "n1", "n0"), reach("r2", "n2", "n0")]
ODD = 'a "b" <b>x</b> [red]y[/] %s %d $x^2$ \\ {0} é Ω 河 {x!r} \''


def border(at: Row) -> Row:
    return {"border": [{"name": "line", "at": at, "from": "AA", "to": "BB"}]}


def odd_names() -> Row:
    data = line(2, stations={ODD: {"node": "n2"}, "=1+1": {"node": "n1"}})
    data["release"][0] |= {"name": ODD, "substance": ODD}
    data["case"]["title"] = ODD
    data["substance"] = [{"name": ODD, "limits": [{"name": ODD, "value": "1 mg/L"}]}]
    return data


def many_substances() -> Row:
    names = [f"x{i}" for i in range(20)]
    return line(2, substance=[{"name": name, "decay_rate": "0.1 1/d"} for name in names],
                releases=[slug({"node": "n0"}) | {"substance": n} for n in names])  # fmt: skip


RUNS: dict[str, Row] = {
    "release one metre above the outlet": line(
        2, releases=[slug({"reach": "r1", "distance": "9999 m"})], duration=3600.0
    ),
    "station at the release": line(2, stations={"s": {"node": "n0"}}),
    "station upstream of the release": line(
        2, releases=[slug({"node": "n1"})], stations={"s": {"node": "n0"}}
    ),
    "no station": line(2, stations={}),
    "border at the outlet": line(2, **border({"node": "n2"})),
    "two releases at one place": line(
        2, releases=[slug({"node": "n0"}), constant({"node": "n0"}, 3600.0)]
    ),
    "releases in both branches": case(
        TREE, {"n1": 10.0, "n2": 10.0}, [slug({"node": "n1"}), slug({"node": "n2"})],
        {"j": {"node": "n0"}, "e": {"node": "sea"}},
    ),
    "release at the last second": line(2, releases=[slug({"node": "n0"}, time=172_799.0)]),
    "run of a second": line(2, duration=1.0),
    "release of a second": line(2, releases=[constant({"node": "n0"}, 1.0)]),
    "reach of a metre": case(
        [reach("r0", "n0", "n1", 1.0), reach("r1", "n1", "n2")], {"n0": 20.0},
        [slug({"node": "n0"})], {"e": {"node": "n2"}},
    ),
    "reach of 5000 km": case(
        [reach("r0", "n0", "n1", 5e6)], {"n0": 20.0}, [slug({"node": "n0"})],
        {"e": {"node": "n1"}}, 2e7,
    ),
    "a trickle": line(2, 1e-4),
    "the Amazon": line(2, 2e5),
    "step longer than the run": line(2, numerics={"time_step": "1e7 s"}),
    "cells of 50 m": line(2, numerics={"cell_length": "50 m"}),
    "cells and step": line(2, numerics={"cell_length": "100 m", "time_step": "1 h"}),
    "output seldom": line(2, output={"interval": "100 d"}),
    "field": line(2, output={"field": True, "field_interval": "1 h"}),
    "field seldom": line(2, output={"field": True, "field_interval": "100 d"}),
    "odd names": odd_names(),
    "300 stations": line(
        2, stations={f"s{i}": {"reach": "r0", "distance": f"{30 * i} m"} for i in range(1, 300)}
    ),
    "20 substances": many_substances(),
    "a substance never released": line(2, substance=[{"name": "tracer"}, {"name": "other"}]),
    "hardly any mass": line(2, releases=[slug({"node": "n0"}, 1e-300)]),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_runs(name: str) -> None:
    model = model_of(RUNS[name])
    run = spillsim.simulate(model)
    assert model.steps < 100_000
    assert run.mass_error <= 1e-12
    assert np.isfinite(run.concentration).all()
    assert run.concentration.min(initial=0.0) >= 0.0
    dataset = spillsim.run(model)
    assert dataset.sizes["station"] == len(model.stations)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (line(2, releases=[slug({"node": "n2"})]), "lies at the outlet"),
        (line(2, releases=[slug({"reach": "r1", "distance": "10 km"})]), "lies at the outlet"),
        (line(2, releases=[slug({"node": "n1"})], **border({"node": "n0"})), "not downstream"),
        (line(2, releases=[constant({"node": "n0"}, 1e6)]), "would not be released whole"),
        (line(2, releases=[slug({"node": "n0"}, time=1e6)]), "the run ends after"),
        (line(2, releases=[slug({"node": "n0"}, time=-1.0)]), "before case.start"),
        (line(2, releases=[slug({"node": "n0"}, 0.0)]), "above zero"),
        (line(2, stations={"a\nb": {"node": "n2"}}), "control characters"),
        (line(2, stations={"\x1b[2J": {"node": "n2"}}), "control characters"),
        (line(2, stations={"": {"node": "n2"}}), "is empty"),
        (line(2, stations={"x" * 5000: {"node": "n2"}}), "characters long"),
    ],
)
def test_refused(data: Row, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        model_of(data)


def test_a_tree_of_ten_thousand_reaches() -> None:
    count = 10_001
    rows = [reach(f"r{i}", f"n{i}", f"n{(i - 1) // 2}" if i else "sea", 2000.0)
            for i in range(count)]  # fmt: skip
    data = case(rows, {f"n{i}": 1.0 for i in range(count // 2, count)},
                [slug({"node": f"n{count - 1}"}), slug({"node": f"n{count // 2 + 3}"})],
                {"end": {"node": "sea"}}, 400_000.0)  # fmt: skip
    run = run_of(data)
    assert run.mass_error <= 1e-12
    assert abs(run.cumulative_mass[0, 0, -1] / 200.0 - 1.0) < 1e-6


def test_ctrl_c_leaves_no_file(tmp_path: Path) -> None:
    def press(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spillsim.run(scenario.parse(line(2)), tmp_path / "run.nc", press)
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_number_of_steps() -> None:
    def peak(step: float) -> tuple[int, int]:
        data = line(2, numerics={"time_step": f"{step} s", "cell_length": "1 km"})
        data["output"] = {"interval": "1 h"}
        model = model_of(data)
        spillsim.simulate(model)
        tracemalloc.start()
        run = spillsim.simulate(model)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # what grows with cells and with the table of deposits: some words per cell and step
        return top - 400 * model.cells - 64 * model.steps, run.cell_steps

    few, work = peak(400.0)
    many, more = peak(100.0)
    assert more > 8 * work
    assert many - few < 100_000


def test_compiled_and_interpreted_agree(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np; from river_cases import line, run_of\n"
        "d = line(2, numerics={'time_step': '900 s'}, output={'interval': '1 h'})\n"
        "r = run_of(d); np.save(sys.argv[1], np.stack([r.concentration, r.cumulative_mass]))\n"
    )
    here = Path(__file__).parent
    root = Path(spillsim.__file__).parents[1]
    found: dict[str, Any] = {}
    for flag in ("0", "1"):
        file = tmp_path / f"{flag}.npy"
        paths = os.pathsep.join([str(here), str(root)])
        environment = os.environ | {"NUMBA_DISABLE_JIT": flag, "PYTHONPATH": paths}
        subprocess.run([sys.executable, "-c", code, str(file)], env=environment, check=True)
        found[flag] = np.load(file)
    scale = np.abs(found["0"]).max(axis=(1, 2, 3), keepdims=True)
    assert np.all(np.abs(found["0"] - found["1"]) <= 1e-12 * scale)
