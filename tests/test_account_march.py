"""The account of every country closes to round-off for marches, wherever borders are drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given, settings
from hypothesis import strategies as st
from river_cases import Row, case, model_of, reach

from spillsim import simulate
from spillsim.model import Model
from spillsim.results.account import account_variables
from spillsim.simulation import Run

TOLERANCE = 1e-12
"""Share of what was released and made that an account may leave open."""
YIELD = 0.7


def slurry(reaches: list[Row], inflows: dict[str, float], places: dict[str, Row]) -> Row:
    """Grains that settle everywhere, zinc in the water and on them, copper made of zinc."""
    releases = [
        {"at": {"node": "n0"}, "substance": "silt", "kind": "constant", "mass": "10 t",
         "duration": "3 h"},
        {"at": {"node": "n0"}, "substance": "zinc", "kind": "slug", "mass": "50 kg"},
        {"at": {"reach": "r1", "distance": "7 km"}, "substance": "zinc", "kind": "slug",
         "mass": "20 kg", "time": "4 h"},
    ]  # fmt: skip
    return case(
        reaches, inflows, releases, places, duration=61_000.0,
        solids=[{"name": "silt", "settling_velocity": "0.02 mm/s", "deposition": "always",
                 "resuspension_rate": "0 1/d"}],
        substance=[
            {"name": "zinc", "decay_rate": "0.1 1/d",
             "sorption": [{"to": "silt", "distribution_coefficient": "20000 L/kg", "rate": "5 1/d"},
                          {"to": "bed", "distribution_coefficient": "70 L/kg",
                           "sediment": "40 kg/m3", "rate": "1e-5 1/s"}]},
            {"name": "copper"},
        ],
        reaction=[{"from": "zinc", "to": "copper", "rate": "0.5 1/d", "yield": YIELD},
                  {"from": "zinc", "to": "silt", "rate": "0.1 1/d"}],
        numerics={"error": 0.05, "error_check": "none"},
    )  # fmt: skip


def tree(abstraction: float = 0.0) -> Row:
    """Three reaches with a dead zone in the middle, a tributary, and maybe an intake below."""
    dead = {"storage_area_ratio": 0.2, "exchange_coefficient [1/s]": 1e-4}
    rows = [
        reach("r0", "n0", "n1"), reach("t", "m", "n1"),
        reach("r1", "n1", "n2", 15_000.0, **dead), reach("r2", "n2", "n3", 20_000.0),
    ]  # fmt: skip
    places = {
        f"{name} {x / 1e3:g}": {"reach": name, "distance": f"{x!r} m"}
        for name, xs in (("r0", (300.0, 4321.0)), ("r1", (0.0, 5e3, 9876.5, 14_990.0)),
                         ("r2", (10.0, 8e3, 19_000.0)))
        for x in xs
    }  # fmt: skip
    inflows = {"n0": 12.0, "m": 8.0}
    return slurry(rows, inflows | ({"n2": -abstraction} if abstraction else {}), places)


def island() -> Row:
    """The middle divides in two arms, which the other march computes."""
    rows = [
        reach("r0", "n0", "n1"), reach("r1", "n1", "n2", 15_000.0),
        reach("arm", "n1", "n2", 18_000.0, share=0.3), reach("r2", "n2", "n3", 20_000.0),
    ]  # fmt: skip
    places = {
        f"{name} {x / 1e3:g}": {"reach": name, "distance": f"{x!r} m"}
        for name, xs in (("r0", (4321.0,)), ("r1", (5e3, 14_000.0)), ("arm", (6e3, 17_000.0)),
                         ("r2", (500.0, 8e3, 19_000.0)))
        for x in xs
    }  # fmt: skip
    return slurry(rows, {"n0": 20.0}, places)


def plain() -> Row:
    """The island without grains: one substance that decays, where the other march tells all."""
    data = island()
    for section in ("solids", "reaction"):
        del data[section]
    data["substance"] = [{"name": "zinc", "decay_rate": "0.3 1/d"}]
    data["release"] = data["release"][1:]
    data["numerics"] |= {"engine": "march"}
    return data


CASES = {"tree": tree, "intake": lambda: tree(3.0), "island": island, "plain": plain}


@cache
def run_of(name: str) -> tuple[Model, Run]:
    model = model_of(CASES[name]())
    return model, simulate(model)


@pytest.fixture(params=["tree", "intake", "island"])
def marched(request: pytest.FixtureRequest) -> tuple[Model, Run]:
    return run_of(request.param)


def with_borders(model: Model, chosen: set[int]) -> Model:
    """Make borders of some stations: countries are numbered by the borders above on the way."""
    places: list[Any] = []
    count = 0
    for number, place in enumerate(model.stations):
        if number in chosen:
            ends = {"from_country": f"C{count}", "to_country": f"C{count + 1}"}
            places.append(replace(place, kind="border", **ends))
            count += 1
        else:
            places.append(place)
    return replace(model, stations=tuple(places))


def parts_of(found: xr.Dataset, names: tuple[str, ...]) -> np.ndarray:
    """(countries, constituents) sum of parts of the account, those left out being zero [kg]."""
    zero = np.zeros((found.sizes["country"], found.sizes["substance"]))
    keys = (f"country_mass_{name}" for name in names)
    return zero + sum(found[key].values for key in keys if key in found)


def account(model: Model, run: Run, chosen: set[int]) -> xr.Dataset:
    return account_variables(with_borders(model, chosen), run)[0]


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=8, deadline=None)
@given(chosen=st.sets(st.integers(0, 8)))
@example(chosen=set(range(9)))
@example(chosen=set())
def test_every_account_closes(name: str, chosen: set[int]) -> None:
    model, run = run_of(name)
    found = account(model, run, {n for n in chosen if n < len(model.stations)})
    put_in = (run.ledger.released + run.ledger.gained)[:, -1]
    came = parts_of(found, ("released", "gained", "entered"))
    gone = parts_of(found, ("abstracted", "past_outlet", "passed_on"))
    left = found["mass_left"].sum("compartment").values
    assert (np.abs(came - gone - left) <= TOLERANCE * put_in).all()
    # the countries together are the ledger
    for part in ("released", "gained", "abstracted", "past_outlet"):
        total = parts_of(found, (part,)).sum(axis=0)
        np.testing.assert_allclose(
            total, getattr(run.ledger, part)[:, -1], rtol=1e-11, atol=1e-12 * put_in.max()
        )
    held = {"bed": "on_bed", "storage": "in_storage"}
    for kind in found["compartment"].values:
        total = found["mass_left"].sel(compartment=kind).sum("country").values
        ledger = getattr(run.ledger, held.get(str(kind), str(kind)))[:, -1]
        np.testing.assert_allclose(total, ledger, rtol=1e-11, atol=1e-12 * put_in.max())


def test_borders_see_the_mass_that_passed_them(marched: tuple[Model, Run]) -> None:
    """What the account has over a border is the curve's, but for the cells at the border.

    The one on it, which is shared by volume, and its neighbours: within a step the curve follows
    the water, whatever reacts in it on the way.
    """
    model, run = marched
    main = [n for n, place in enumerate(model.stations) if place.name[:2] in ("r0", "r2")]
    found = account(model, run, set(main))
    passed = found["country_mass_passed_on"].values
    every = sum(run.left.values())  # with what was gained in the cell
    above = {"r0": 0.0, "r1": 10e3, "r2": 25e3}  # from the head of the main river
    begin = np.array([above.get(name, np.nan) for name in model.network.reach_id])
    head, foot = (begin[run.cell_reach] + end for end in (run.cell_head, run.cell_foot))
    for order, number in enumerate(main):
        place = model.stations[number].position
        at = begin[place.reach] + place.distance
        own = (head <= at) & (foot >= at)
        assert own.any()
        near = (foot - head)[own].max()
        on = (head <= at + near) & (foot >= at - near)
        change = np.abs(passed[order] - run.cumulative_mass[:, number, -1])
        assert (change <= every[:, on].sum(axis=1) + 1e-12 * passed.max(axis=0)).all()
        assert (passed[order] > 0.0).all()


def test_a_border_moved_by_a_cell_would_show(marched: tuple[Model, Run]) -> None:
    """What is left above a border grows with every cell that the border is moved down by."""
    model, run = marched
    bed = []
    for number in range(len(model.stations)):
        found = account(model, run, {number})
        left = found["mass_left"].sel(compartment="bed").values
        bed.append(left[0] if found.sizes["country"] > 1 else left.sum(axis=0))
    names = [place.name for place in model.stations]
    order = [n for n, name in enumerate(names) if name[:2] in ("r0", "r2")]
    assert (np.diff([bed[n][2] for n in order]) > 0.0).all()
