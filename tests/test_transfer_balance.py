"""Whole runs of the transfer engine: the ledger's parts, peaks, fields, islands, tanks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from engine_cases import Row, at, inlet, pulse, reach, river, slug
from test_transfer_core import HOUR

from spillsim import analytic, hydraulics, scenario, transfer
from spillsim.errors import ScenarioError
from spillsim.model import assemble
from spillsim.network import Position
from spillsim.simulation import simulate
from spillsim.sources import compile_releases, decay_rates
from spillsim.transfer.cells import build_cells
from spillsim.transfer.response import FLUX
from spillsim.transfer.solve import Solved, Wanted, solve
from spillsim.verification import simulate_to_target

LOSS = {"name": "tracer", "decay_rate": "2e-6 1/s", "storage_decay_rate": "5e-6 1/s"}


def run(
    rows: list[Row], inflows: dict[str, float], releases: list[Row], stations: Sequence[Row] = (),
    *, hours: float = 100.0, tanks: str = "", decay: bool = True, fields: int = 0,
) -> tuple[Solved, Wanted, transfer.River]:  # fmt: skip
    more = {"substances": [LOSS]} if decay else {}
    data = river(rows, inflows, releases, stations, hours * HOUR, 600.0, **more)
    case = scenario.parse(data, None)
    network = case.build_network()
    flow = hydraulics.solve(case, network, None)
    tank = np.array([row["id"] in tanks for row in rows])
    own = transfer.prepare(network, flow, *decay_rates(case.substances[0], flow), tank)
    positions = [case.locate(network, release.at) for release in case.releases]
    compiled = compile_releases(case, flow, positions)
    until = hours * HOUR
    wanted = Wanted(
        [case.locate(network, station.at) for station in case.stations],
        np.arange(0.0, until + 1.0, 600.0), np.linspace(0.0, until, 61)[1:],
        np.linspace(0.0, until, fields + 1)[1:], build_cells(own, positions), until,
    )  # fmt: skip
    return solve(own, [(r.position, r.schedule) for r in compiled], wanted), wanted, own


def open_by(ledger: np.ndarray) -> float:
    """Largest error of a ledger over the mass released."""
    return float(np.abs(ledger[0] - ledger[1:].sum(axis=0)).max() / np.abs(ledger[0]).max())


CASES: dict[str, tuple[list[Row], dict[str, float], list[Row], str]] = {
    "storage, gain, loss, abstraction": (
        [reach("a", "h", "m", 9e3, 100.0, 30.0, storage=(0.2, 2e-4)),
         reach("b", "m", "n", 12e3, 110.0, 20.0, lateral=1e-3, temperature=14.0),
         reach("c", "n", "o", 8e3, 90.0, 30.0, lateral=-1e-3, storage=(0.5, 1e-3)),
         reach("d", "o", "f", 7e3, 90.0, 30.0)],
        {"h": 70.0, "n": -6.0}, [pulse("h", 900.0, HOUR, 2 * HOUR)], ""),
    "a tributary, released inside a reach": (
        [reach("a", "h", "m", 9e3, 100.0, 30.0),
         reach("t", "s", "m", 6e3, 60.0, 20.0, lateral=-5e-4),
         reach("b", "m", "f", 20e3, 110.0, 20.0, storage=(0.3, 1e-4))],
        {"h": 70.0, "s": 30.0, "m": -5.0},
        [slug("s", 500.0, at=at("t", 2e3)), slug("h", 300.0, 2 * HOUR)], ""),
    "tank": (
        [reach("a", "h", "m", 9e3, 100.0, 30.0), reach("b", "m", "n", 2e3, 900.0, 30.0),
         reach("c", "n", "f", 20e3, 110.0, 20.0)],
        {"h": 70.0}, [slug("h", 500.0)], "b"),
    "held above a long and a short reach": (
        [reach("a", "h", "m", 9e3, 100.0, 30.0, storage=(0.2, 2e-4)),
         reach("t", "s", "m", 300.0, 60.0, 20.0), reach("b", "m", "f", 20e3, 110.0, 20.0)],
        {"h": 70.0, "s": 30.0},
        [inlet("h", [0.0, 3e3, 9e3], [0.0, 2.0, 0.0]), inlet("s", [0.0, 9e3], [1.0, 1.0])], ""),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_the_ledger_closes(name: str) -> None:
    rows, inflows, releases, tanks = CASES[name]
    found, _, _ = run(rows, inflows, releases, tanks=tanks, hours=200.0)
    assert open_by(found.ledger) <= 1e-12
    released = found.ledger[0, -1]
    # how what is near the release divides into kept and decayed comes from a cut-off series
    assert (found.ledger > -1e-7 * released).all()
    # later the river is empty
    assert found.ledger[1, -1] <= 1e-6 * released
    assert found.ledger[3, -1] > 0.0


def test_peaks_and_fields_follow_the_closed_form() -> None:
    rows = [reach("a", "h", "f", 60e3, 100.0, 30.0)]
    releases = [slug("h", 500.0, at=at("a", 5e3)), slug("h", 200.0, 3 * HOUR)]
    found, wanted, _ = run(rows, {"h": 70.0}, releases, [at("a", 30e3)], decay=False, fields=10)
    uniform = analytic.UniformReach(0.7, 30.0)
    centre = wanted.cells.centre

    def exact(x: float, time: np.ndarray) -> np.ndarray:
        own = analytic.infinite_slug(x - 5e3, time, 500.0, 100.0, uniform)
        return own + analytic.third_type_slug(x, time - 3 * HOUR, 200.0, 100.0, uniform)

    curve = exact(30e3, wanted.output_time)
    assert np.abs(found.concentration[0] - curve).max() <= 1e-10 * curve.max()
    for cell in range(40, centre.size, 37):
        time = np.linspace(0.0, 100 * HOUR, 400_001)
        value = exact(centre[cell], time)
        assert found.peak[cell] == pytest.approx(value.max(), rel=1e-5)
        assert found.peak_time[cell] == pytest.approx(time[np.argmax(value)], abs=10.0)
        shown = exact(centre[cell], wanted.field_time)
        assert np.abs(found.field[:, cell] - shown).max() <= 1e-10 * value.max()


ISLAND = [
    reach("a", "h", "m", 20e3, 100.0, 30.0), {**reach("b", "m", "n", 15e3, 80.0, 30.0)},
    {**reach("c", "m", "n", 9e3, 40.0, 20.0, storage=(0.2, 2e-4)), "share": 0.3},
    reach("d", "n", "f", 40e3, 100.0, 30.0),
]  # fmt: skip


GALLERY = sorted((Path(__file__).parent / "gallery").glob("*/scenario.toml"))
# a place at the head of a slow reach, where cells are as long as the river changes over: 2.4 % at
# the step chosen, so that a run takes a shorter one
REFINED = {"ice"}


def steady(case: scenario.Scenario) -> bool:
    """Flow that changes, layers, and parts that exchange are for the march alone."""
    return not (case.flow_varies or case.is_layered or case.has_pools)


STEADY = [
    pytest.param(file, id=file.parent.name) for file in GALLERY if steady(scenario.load(file))
]


@pytest.mark.parametrize("file", STEADY)
def test_march_and_transfer_agree_to_the_error_asked_for(file: Path) -> None:
    case = scenario.load(file)
    curves = []
    for engine in ("march", "transfer"):
        numerics = case.numerics.model_copy(update={"engine": engine, "error": 0.01})
        model = assemble(case.model_copy(update={"numerics": numerics}))
        if engine == "march" and file.parent.name in REFINED:
            model, done = simulate_to_target(model)
        else:
            done = simulate(model)
        assert (model.engine, done.engine) == (engine, engine)
        assert done.mass_error <= 1e-12
        curves.append((done.concentration, done.cumulative_mass, done.ledger))
    (marched, passed, kept), (exact, through, ledger) = curves
    released = ledger.released.max()
    # at the end: what passes a place inside a mixed tank before that is a matter of definition
    assert np.abs(passed - through)[..., -1].max() <= 0.01 * released
    for part in ("in_river", "in_storage", "decayed", "abstracted", "past_outlet"):
        assert getattr(kept, part)[:, -1] == pytest.approx(
            getattr(ledger, part)[:, -1], abs=0.01 * released
        )
    area = np.abs(exact).sum(axis=2)
    seen = through.max(axis=2) > 1e-9 * released
    assert seen.any()
    assert (np.abs(marched - exact).sum(axis=2)[seen] <= 0.01 * area[seen]).all()


def test_a_forced_engine_that_cannot_is_told() -> None:
    rows, inflows, releases, _ = CASES["storage, gain, loss, abstraction"]
    data = river(rows, inflows, releases, [], HOUR * 9, 600.0, time_step=60.0, engine="transfer")
    with pytest.raises(ScenarioError, match=r"engine cannot compute.*time_step is given"):
        assemble(scenario.parse(data, None))
    data = river(rows, inflows, [slug("h")], [at("a", 0.01)], HOUR * 9, 600.0, engine="transfer")
    with pytest.raises(ScenarioError, match="station 0 is too sharp"):
        assemble(scenario.parse(data, None))
    data["numerics"]["engine"] = "auto"
    model = assemble(scenario.parse(data, None))
    assert model.engine == "march"
    assert any("too sharp" in notice.message for notice in model.notices)


def test_an_island_passes_what_enters_it() -> None:
    rows = [dict(row) for row in ISLAND]
    found, _, own = run(rows, {"h": 70.0}, [slug("h", 500.0)], decay=False)
    assert open_by(found.ledger) <= 1e-12
    assert found.ledger[5, -1] == pytest.approx(500.0, rel=1e-12)
    # each arm carries its share of the water, and so of the mass
    s = np.zeros(1) + 0j
    arms = [
        transfer.transfer_function(own, Position(0, 0.0), Position(r, 5e3), s, FLUX) for r in (1, 2)
    ]
    np.testing.assert_allclose([arm[0].real for arm in arms], [0.7, 0.3], rtol=1e-12)


def dense_island(s: complex, length: float) -> np.ndarray:
    """(4, 2) amplitudes of C = a exp(f x) + b exp(-g (L - x)) in the reaches of the island.

    One dense system: C and flux continuous along the main arm but for the water of the side arm,
    which takes C where the river divides with it and gives Q C back with dC/dx = 0.
    """
    data = [
        (20e3, 70.0, 100.0, 30.0, 0.0, 0.0), (length, 49.0, 80.0, 30.0, 0.0, 0.0),
        (0.6 * length, 21.0, 40.0, 20.0, 0.2, 2e-4), (40e3, 70.0, 100.0, 30.0, 0.0, 0.0),
    ]  # fmt: skip
    value = np.zeros((4, 2, 2), dtype=complex)
    flux, slope = value.copy(), value.copy()
    for i, (size, q, area, d, ratio, rate) in enumerate(data):
        psi = s + (rate * s / (s + rate / ratio) if ratio > 0.0 else 0.0)
        w = np.sqrt((q / area) ** 2 + 4.0 * d * psi)
        f, g = -2.0 * psi / (q / area + w), (q / area + w) / (2.0 * d)
        for end, x in enumerate((0.0, size)):
            value[i, end] = np.exp(f * x), np.exp(-g * (size - x))
            slope[i, end] = value[i, end] * np.array([f, g])
            flux[i, end] = q * value[i, end] - area * d * slope[i, end]
    matrix = np.zeros((8, 8), dtype=complex)
    a, b, c, d4 = (slice(2 * i, 2 * i + 2) for i in range(4))
    matrix[0, a] = flux[0, 0]
    matrix[1, a], matrix[1, b] = value[0, 1], -value[1, 0]
    matrix[2, a], matrix[2, b] = flux[0, 1], -flux[1, 0] - 21.0 * value[1, 0]
    matrix[3, c], matrix[3, b] = flux[2, 0], -21.0 * value[1, 0]
    matrix[4, b], matrix[4, d4] = value[1, 1], -value[3, 0]
    matrix[5, c] = slope[2, 1]
    matrix[6, b], matrix[6, c], matrix[6, d4] = flux[1, 1], 21.0 * value[2, 1], -flux[3, 0]
    matrix[7, 7] = 1.0
    right = np.zeros(8, dtype=complex)
    right[0] = 1.0
    return np.asarray(np.linalg.solve(matrix, right).reshape(4, 2))


def test_an_island_against_a_dense_system() -> None:
    length = 15e3
    rows = [dict(row) for row in ISLAND]
    _, _, own = run(rows, {"h": 70.0}, [slug("h", 500.0)], decay=False)
    points = 1j * np.linspace(1e-5, 1e-3, 20)
    at_head, near_foot, below = (
        transfer.transfer_function(own, Position(0, 0.0), place, points)
        for place in (Position(1, 0.0), Position(1, length - 40.0), Position(3, 0.0))
    )
    for k, s in enumerate(points):
        a = dense_island(s, length)
        rise = _rise(s, 49.0, 80.0, 30.0)
        assert at_head[k] == pytest.approx(a[1, 0] + a[1, 1] * np.exp(-rise * length), rel=1e-11)
        fall = 49.0 / 80.0 / 30.0 - rise
        inside = a[1, 0] * np.exp(fall * (length - 40.0)) + a[1, 1] * np.exp(-rise * 40.0)
        assert near_foot[k] == pytest.approx(inside, rel=1e-11)
        assert below[k] == pytest.approx(a[3, 0], rel=1e-11)


def test_an_island_too_short_to_keep_its_ends_apart_is_told() -> None:
    rows = [dict(row) for row in ISLAND]
    rows[1]["length"] = rows[2]["length"] = "900 m"
    _, _, own = run(rows, {"h": 70.0}, [slug("h", 500.0)], decay=False)
    assert not transfer.build_course(own, Position(0, 0.0), []).islands_are_long
    rows[1]["length"] = "9 km"
    _, _, own = run(rows, {"h": 70.0}, [slug("h", 500.0)], decay=False)
    assert transfer.build_course(own, Position(0, 0.0), []).islands_are_long


def _rise(s: complex, q: float, area: float, d: float) -> complex:
    u = q / area
    return complex((u + np.sqrt(u * u + 4.0 * d * s)) / (2.0 * d))


def test_a_substance_released_like_another_has_its_curves_to_scale() -> None:
    case = scenario.load(Path(__file__).parent / "gallery" / "confluence")
    first, release = case.substances[0], case.releases[0]
    names = ("first", "threefold", "lasting")
    substances = [first.model_copy(update={"name": name}) for name in names]
    substances[2] = substances[2].model_copy(update={"decay_rate": 0.0})
    releases = [
        release.model_copy(update={"substance": name, "mass": factor * release.mass})
        for name, factor in zip(names, (1.0, 3.0, 1.0), strict=True)
    ]
    together = case.model_copy(
        update={"substances": tuple(substances), "releases": tuple(releases)}
    )
    run = simulate(assemble(together))
    assert run.engine == "transfer"
    np.testing.assert_allclose(run.concentration[1], 3.0 * run.concentration[0], rtol=1e-14)
    for number in range(3):
        alone = case.model_copy(
            update={"substances": (substances[number],), "releases": (releases[number],)}
        )
        own = simulate(assemble(alone))
        peak = own.concentration.max()
        np.testing.assert_allclose(
            run.concentration[number], own.concentration[0], rtol=0.0, atol=1e-11 * peak
        )
        np.testing.assert_allclose(run.peak_concentration[number], own.peak_concentration[0],
                                   rtol=1e-9)  # fmt: skip
