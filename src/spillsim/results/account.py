"""The account of every country: what came in, what is left there and what went on.

For each constituent and country, at the end of the run::

    released + gained + entered = left or lost + abstracted + past the outlet + passed on + error

What is left or lost is counted cell by cell. What crosses the borders then follows: masses that
close the account of every country, as near as possible to those that passed by the curves. They
differ from the curves by what the cells at the borders hold, have lost and have made, at most: a
cell is shared by volume, and a curve knows the profile within it, but none of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ..errors import Notice
from ..outcome import COMPARTMENTS
from .contracts import Array, ModelLike, RunLike
from .conventions import ACCOUNT, attributes
from .countries import (
    UNNAMED,
    Regions,
    countries_of,
    cut_at_borders,
    cut_cells,
    in_order_of_flow,
)
from .mesh import first_release_position

_NO_BALANCE = "By the curves at the borders: what is left, lost and abstracted is not told apart."


@dataclass(frozen=True)
class _Account:
    """N constituents, G regions, M compartments, B borders [kg]."""

    compartments: tuple[str, ...]
    left: Array
    """(M, N, G); M = 0 where only curves are known."""
    parts: dict[str, Array]
    """Name -> (N, G), the names of ``ACCOUNT`` but what passes borders."""
    crossed: Array
    """(N, B) net mass that went down over each border."""


def account_variables(model: ModelLike, run: RunLike) -> tuple[xr.Dataset, list[Notice]]:
    """Return ``mass_left`` and the account of every country; nothing where nothing is known.

    An engine without cells tells of countries only where borders part them.
    """
    borders = [place for place in model.stations if place.kind == "border"]
    left = run.left
    if not left and not borders:
        return xr.Dataset(), []
    regions = cut_at_borders(model.network, [place.position for place in borders])
    names, notices = countries_of(model, regions, borders, _seen(model, run))
    found = _account(model, run, regions, borders)
    release = first_release_position(model)
    order = in_order_of_flow(model.network, regions, release)
    countries = list(dict.fromkeys(names[region] for region in order))
    if UNNAMED in countries and len(countries) > 1:
        countries.remove(UNNAMED)
        countries.append(UNNAMED)
    return _dataset(found, regions, [countries.index(name) for name in names], countries), notices


def _seen(model: ModelLike, run: RunLike) -> Any:
    """(N,) true for nodes at the ends of reaches that hold cells."""
    seen = np.zeros(len(model.network.node_id), dtype=np.bool_)
    reaches = np.unique(run.cell_reach)
    seen[model.network.reach_from[reaches]] = True
    seen[model.network.reach_to[reaches]] = True
    return seen


def _account(model: ModelLike, run: RunLike, regions: Regions, borders: Sequence[Any]) -> _Account:
    count = regions.count
    left = _occupied(run)
    shape = (run.ledger.released.shape[0], count)
    area = model.flow.cross_section_area
    pieces = cut_cells(model.network, area, regions, run) if count > 1 else None

    def by_region(values: Array | None) -> Array:
        if values is None:
            return np.zeros(shape)
        if pieces is None:
            return np.asarray(values.sum(axis=1, keepdims=True), dtype=np.float64)
        return pieces.by_region(values, count)

    shares = [by_region(values) for values in left.values()]
    ledger = run.ledger
    parts = {
        "released": _released(model, run, regions, shape),
        "gained": by_region(run.left.get("gained")),
        "past_outlet": np.zeros(shape),
        "abstracted": np.zeros(shape),
        "left_or_lost": np.zeros(shape),
    }
    parts["past_outlet"][:, regions.outlet] = ledger.past_outlet[:, -1]
    seen = _passed_by_curves(model, run)
    takes = _takes(model, run, regions)
    if left:
        parts["left_or_lost"] = np.sum(shares, axis=0)
        crossed, parts["abstracted"] = _close(regions, parts, seen, takes, ledger.abstracted[:, -1])
    else:
        crossed = seen
        parts["left_or_lost"] = _excess(regions, parts, crossed)
    return _Account(tuple(left), np.array(shares).reshape(-1, *shape), parts, crossed)


def _occupied(run: RunLike) -> dict[str, Array]:
    """Return what is left by compartment, without compartments where nothing at all is.

    At least one, because netCDF makes a dimension of length zero an unlimited one.
    """
    every = run.left
    found = {name: every[name] for name in COMPARTMENTS if name in every and np.any(every[name])}
    return found or dict(list(every.items())[:1])


def _passed_by_curves(model: ModelLike, run: RunLike) -> Array:
    """(N, B) mass that has passed every border by the end, as the curves tell it [kg]."""
    places = [s for s, place in enumerate(model.stations) if place.kind == "border"]
    return np.array(run.cumulative_mass[:, places, -1], dtype=np.float64)


def _released(model: ModelLike, run: RunLike, regions: Regions, shape: tuple[int, int]) -> Array:
    """(N, G) mass released; where several regions get some, in the shares of their schedules."""
    total, end = run.ledger.released[:, -1], run.ledger.time[-1:]
    own = np.zeros(shape)
    for release in getattr(model, "releases", ()):
        where = regions.at(release.position)
        own[release.substance, where] += float(release.schedule.cumulative(end)[0])
    sums = own.sum(axis=1)
    known = sums > 0.0
    if not known.all():  # nothing is told of where: the place of the first release
        first = first_release_position(model)
        own[~known, regions.outlet if first is None else regions.at(first)] = 1.0
        sums = np.where(known, sums, 1.0)
    alone = np.count_nonzero(own, axis=1, keepdims=True) == 1
    share = np.where(alone, own > 0.0, own / sums[:, None])
    return np.asarray(total[:, None] * share, dtype=np.float64)


def _takes(model: ModelLike, run: RunLike, regions: Regions) -> Any:
    """(G,) true for regions that may have lost mass with abstracted water."""
    flow, network = model.flow, model.network
    found = np.zeros(regions.count, dtype=np.bool_)
    found[regions.node[flow.node_abstraction > 0.0]] = True
    for reach in np.flatnonzero(flow.lateral_inflow < 0.0).tolist():
        found[list(regions.segment[reach])] = True
    varies = run.discharge is not None
    if varies or not found.any() or len(network.node_id) == 0:
        found[:] = True
    return found


def _incidence(regions: Regions) -> Array:
    """(G, B) what a unit over each border adds to each region."""
    found = np.zeros((regions.count, regions.above.size))
    number = np.arange(regions.above.size)
    np.add.at(found, (regions.below, number), 1.0)
    np.add.at(found, (regions.above, number), -1.0)
    return found


def _excess(regions: Regions, parts: dict[str, Array], crossed: Array) -> Array:
    """(N, G) what came into each region less what is counted there."""
    came = parts["released"] + parts["gained"] + crossed @ _incidence(regions).T
    return np.asarray(
        came - (parts["left_or_lost"] + parts["abstracted"] + parts["past_outlet"]),
        dtype=np.float64,
    )


def _close(
    regions: Regions, parts: dict[str, Array], seen: Array, takes: Any, abstracted: Array
) -> tuple[Array, Array]:
    """Masses over borders (N, B) and abstracted (N, G) that close every account.

    The change of the curves' masses is the smallest (least squares) that closes the accounts of
    all regions where nothing is abstracted, and of all others together with what was abstracted.
    """
    ends = _incidence(regions)
    none = np.zeros(parts["released"].shape)
    if not np.any(abstracted):
        change = np.linalg.lstsq(ends, -_excess(regions, parts, seen).T, rcond=None)[0].T
        return seen + change, none
    rows = np.concatenate([ends[~takes], ends[takes].sum(axis=0, keepdims=True)])
    excess = _excess(regions, parts, seen)
    wanted = np.concatenate(
        [-excess[:, ~takes], (abstracted - excess[:, takes].sum(axis=1))[:, None]], axis=1
    )
    crossed = seen + np.linalg.lstsq(rows, wanted.T, rcond=None)[0].T
    return crossed, np.where(takes, _excess(regions, parts, crossed), none)


def _dataset(
    found: _Account, regions: Regions, country: Sequence[int], names: Sequence[str]
) -> xr.Dataset:
    """Sum regions to countries and name everything."""
    member = np.zeros((len(country), len(names)))
    member[np.arange(len(country)), country] = 1.0
    parts = {name: values @ member for name, values in found.parts.items()}
    own = np.asarray(country)
    source, target = own[regions.above], own[regions.below]
    parts["entered"], parts["passed_on"] = (np.zeros_like(parts["released"]) for _ in range(2))
    for border in np.flatnonzero(source != target).tolist():
        parts["entered"][:, target[border]] += found.crossed[:, border]
        parts["passed_on"][:, source[border]] += found.crossed[:, border]
    came = parts["released"] + parts["gained"] + parts["entered"]
    gone = parts["left_or_lost"] + parts["abstracted"] + parts["past_outlet"] + parts["passed_on"]
    parts["error"] = came - gone
    closed = bool(found.compartments)
    dataset = xr.Dataset()
    labels = np.array(names, dtype=np.str_)
    dataset["country"] = xr.Variable(("country",), labels, attributes("country"))
    for name in ACCOUNT:
        crosses = name in ("entered", "passed_on") and source.size > 0
        always = crosses or name in ("released", "left_or_lost", "past_outlet", "error")
        if (name == "error" and not closed) or not (always or np.any(parts[name])):
            continue
        key = f"country_mass_{name}"
        dataset[key] = xr.Variable(("country", "substance"), parts[name].T, attributes(key))
        if not closed and name != "released":
            dataset[key].attrs["comment"] = _NO_BALANCE
    if closed:
        kept = np.array(found.compartments, dtype=np.str_)
        dataset["compartment"] = xr.Variable(("compartment",), kept, attributes("compartment"))
        values = (found.left @ member).transpose(2, 0, 1)
        dims = ("country", "compartment", "substance")
        dataset["mass_left"] = xr.Variable(dims, values, attributes("mass_left"))
    return dataset
