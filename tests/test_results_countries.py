"""What every country keeps and passes on: regions, shared cells, accounts that close."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import synthetic_run as synthetic
import xarray as xr

from spillsim import network as river_network
from spillsim import results
from spillsim.network.network import Position
from spillsim.results.countries import cut_at_borders, cut_cells

ENTERED = ("released", "gained", "entered")
GONE = ("abstracted", "past_outlet", "passed_on")


def account(dataset: xr.Dataset, part: str) -> np.ndarray:
    """(countries, constituents) [kg], zero where the file leaves the part out."""
    name = f"country_mass_{part}"
    if name in dataset:
        return np.asarray(dataset[name].values)
    return np.zeros((dataset.sizes["country"], dataset.sizes["substance"]))


def open_share(dataset: xr.Dataset) -> np.ndarray:
    """(countries, constituents) what the accounts leave open, as a share of what was put in."""
    left = dataset["mass_left"].sum("compartment").values
    came = sum(account(dataset, part) for part in ENTERED)
    gone = sum(account(dataset, part) for part in GONE)
    put_in = account(dataset, "released").sum(axis=0) + account(dataset, "gained").sum(axis=0)
    return np.abs(came - gone - left) / put_in


def with_solids(**changes: Any) -> xr.Dataset:
    run = synthetic.run(3, solids=True)
    for name, value in changes.items():
        setattr(run, name, value)
    return results.to_dataset(synthetic.model(2, solids=True), run)


def test_borders_cut_the_network_where_they_lie() -> None:
    # reaches 0 (upper) and 3 (tributary) meet in 1 (middle), then 2 (lower)
    regions = cut_at_borders(synthetic.network(), [Position(2, 1e3), Position(1, 20e3)])
    assert regions.count == 3
    lowest, middle, top = (regions.at(Position(2, x)) for x in (2e3, 0.5e3, 0.0))
    assert (lowest, middle) == (0, top)
    upper = regions.at(Position(1, 1e3))
    assert {regions.at(Position(0, 5.0)), regions.at(Position(3, 5.0))} == {upper}
    assert regions.above.tolist() == [middle, upper]
    assert regions.below.tolist() == [lowest, middle]
    assert regions.at(Position(1, 20e3)) == upper  # on the border: still above it
    assert regions.outlet == lowest


def test_a_border_at_a_node_cuts_just_below_it() -> None:
    network = synthetic.network()
    regions = cut_at_borders(network, [Position(1, 0.0)])
    assert regions.node.tolist() == [1, 1, 0, 0, 1]  # the node itself lies above
    assert regions.segment[1] == (1, 0)


def test_a_border_on_one_arm_of_an_island_cuts_nothing_off() -> None:
    network = river_network.build(
        ["a", "b", "c", "d"], ["r1", "left", "right", "r2"], ["a", "b", "b", "c"],
        ["b", "c", "c", "d"], [10.0, 10.0, 10.0, 10.0], [1.0, 0.6, 0.4, 1.0],
    )  # fmt: skip
    one = cut_at_borders(network, [Position(1, 5.0)])
    assert (one.count, one.above.tolist(), one.below.tolist()) == (1, [0], [0])
    both = cut_at_borders(network, [Position(1, 5.0), Position(2, 3.0)])
    assert both.count == 2
    assert both.above.tolist() == [1, 1]


def test_cells_are_shared_by_volume() -> None:
    network = synthetic.network()
    regions = cut_at_borders(network, [Position(1, 10e3)])
    # two cells: one over the border, one over the end of reach 1 into reach 2
    run = SimpleNamespace(
        cell_reach=np.array([1, 1]), cell_head=np.array([5e3, 55e3]),
        cell_foot=np.array([15e3, 65e3]),
    )  # fmt: skip
    area = np.array([1.0, 1.0, 3.0, 1.0])
    pieces = cut_cells(network, area, regions, run)
    held = pieces.by_region(np.array([[8.0, 4.0]]), regions.count)
    np.testing.assert_allclose(held, [[4.0 + 4.0, 4.0]])  # half of the first lies above
    shares = dict(zip(zip(pieces.cell, pieces.reach, strict=True), pieces.share, strict=True))
    assert shares[1, 2] == pytest.approx(15.0 / 20.0)  # 5 km of 3 m2 against 5 km of 1 m2
    np.testing.assert_allclose(np.bincount(pieces.cell, pieces.share), 1.0, rtol=1e-15)
    np.testing.assert_allclose(pieces.over_cells(area, 2), [10e3, 20e3])


def test_the_account_of_every_country_closes() -> None:
    dataset = with_solids()
    assert dataset["country"].values.tolist() == ["RO", "HU"]
    assert open_share(dataset).max() < 1e-15
    assert np.abs(dataset["country_mass_error"].values).max() < 1e-9
    assert account(dataset, "released")[:, 0].tolist() == [
        dataset["mass_released"].values[0, -1],
        0,
    ]
    np.testing.assert_array_equal(account(dataset, "entered")[1], account(dataset, "passed_on")[0])
    np.testing.assert_allclose(
        dataset["mass_left"].sel(compartment="bed").sum("country"),
        dataset["mass_on_bed"].isel(ledger_time=-1), rtol=1e-14,
    )  # fmt: skip
    # nothing is stored nor turns into anything here
    assert set(dataset["compartment"].values) == {
        "dissolved", "suspended", "bed", "decayed", "volatilised", "stranded"
    }  # fmt: skip


def test_a_cell_lost_from_the_account_would_show() -> None:
    run = synthetic.run(3, solids=True)
    run.left["bed"][:, 0] = 0.0
    dataset = results.to_dataset(synthetic.model(2, solids=True), run)
    assert np.abs(dataset["country_mass_error"].values).max() > 1.0


def test_what_was_abstracted_is_the_balance_of_where_water_is_taken() -> None:
    model, run = synthetic.model(2, solids=True), synthetic.run(3, solids=True)
    taken = 0.1 * run.ledger.released
    run.ledger.abstracted, run.ledger.past_outlet = taken, run.ledger.past_outlet - taken
    model.flow.node_abstraction[2] = 1.0  # "low", above the border: in RO
    dataset = results.to_dataset(model, run)
    np.testing.assert_allclose(account(dataset, "abstracted")[0], taken[:, -1], rtol=1e-12)
    assert account(dataset, "abstracted")[1].tolist() == [0.0, 0.0, 0.0]
    assert open_share(dataset).max() < 1e-12


def test_an_engine_without_cells_tells_left_and_lost_together() -> None:
    dataset = results.to_dataset(synthetic.model(), synthetic.run())
    assert "mass_left" not in dataset
    assert "country_mass_error" not in dataset  # nothing to check against
    passed = dataset["cumulative_mass"].sel(station="RO–HU Csenger").isel(time=-1).values
    np.testing.assert_array_equal(account(dataset, "passed_on")[0], passed)
    left = account(dataset, "left_or_lost")
    np.testing.assert_allclose(left[0], dataset["mass_released"].values[:, -1] - passed, rtol=1e-15)
    assert "curves at the borders" in dataset["country_mass_left_or_lost"].attrs["comment"]


def test_without_borders_there_is_one_country() -> None:
    model = synthetic.model(2, solids=True)
    model.stations[1].kind = "station"
    dataset = results.to_dataset(model, synthetic.run(3, solids=True))
    assert dataset["country"].values.tolist() == ["RO"]  # what most nodes say
    assert open_share(dataset).max() < 1e-15
    for node in model.scenario.nodes:
        node.country = None
    dataset = results.to_dataset(model, synthetic.run(3, solids=True))
    assert dataset["country"].values.tolist() == ["unnamed"]


def test_a_node_that_says_otherwise_is_told() -> None:
    model = synthetic.model()
    model.scenario.nodes[1].country = "UA"
    dataset = results.to_dataset(model, synthetic.run())
    told = [
        n["message"] for n in json.loads(dataset.attrs["notices"]) if n["subject"] == "countries"
    ]
    assert len(told) == 1
    assert told[0].startswith("mid: by the column country in UA, but no border lies between")


def test_parts_that_cannot_be_are_left_out() -> None:
    plain = results.to_dataset(synthetic.model(), synthetic.run())
    assert not {"mass_on_bed", "mass_gained", "mass_dissolved", "dissolved_concentration",
                "bed_mass_profile"} & set(plain.variables)  # fmt: skip
    whole = with_solids()
    assert {"mass_on_bed", "mass_dissolved", "suspended_concentration"} <= set(whole.variables)
    assert "mass_gained" not in whole
    # the error says which parts it is of; the dissolved part is one of what is in the river
    terms = whole["mass_error"].attrs["comment"]
    came, gone = terms.split(" - ")
    total = sum(whole[name].values for name in came.split(" + "))
    total = total - sum(whole[name].values for name in gone.strip("()").split(" + "))
    assert np.abs(total).max() < 1e-12 * whole["mass_released"].values.max()
    np.testing.assert_allclose(
        whole["mass_dissolved"] + whole["mass_suspended"], whole["mass_in_river"], rtol=1e-15
    )


def test_deposit_is_per_area_where_the_width_is_known() -> None:
    dataset = with_solids()
    bed = dataset["bed_mass_profile"]
    assert bed.attrs["units"] == "kg m-2"
    width = synthetic.flow().width[0]
    under = 1e3 * dataset["mesh_edge_length"] * width
    np.testing.assert_allclose(
        (bed * under).sum("mesh_edge"), dataset["mass_on_bed"].isel(ledger_time=-1), rtol=1e-12
    )
    model = synthetic.model(2, solids=True)
    model.flow.width[1] = np.nan
    bed = results.to_dataset(model, synthetic.run(3, solids=True))["bed_mass_profile"]
    assert bed.attrs["units"] == "kg m-1"
