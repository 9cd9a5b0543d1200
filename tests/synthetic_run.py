"""A synthetic model and run for tests of results and analysis: Gaussian curves, nothing computed.

A main river of three reaches with a tributary. The "run" is a travelling Gaussian written down
directly, so that its metrics are known in closed form.
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np

from spillsim.errors import Notice
from spillsim.hydraulics.flow import SteadyFlow
from spillsim.network.network import Network, Position

HOUR = 3600.0
START = dt.datetime(2000, 1, 30, 22, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def gaussian(time: np.ndarray, peak: float, centre: float, width: float) -> np.ndarray:
    return peak * np.exp(-0.5 * ((time - centre) / width) ** 2)


def cumulative(time: np.ndarray, total: float, centre: float, width: float) -> np.ndarray:
    from scipy.special import erf

    z = (time - centre) / (width * np.sqrt(2))
    z0 = -centre / (width * np.sqrt(2))
    return 0.5 * total * (erf(z) - erf(z0))


def network() -> Network:
    """Return source -> mid -> low -> sea with a tributary side -> mid."""
    return Network(
        node_id=("source", "mid", "low", "sea", "side"),
        reach_id=("upper", "middle", "lower", "tributary"),
        reach_length=np.array([40e3, 60e3, 50e3, 20e3]),
        reach_from=np.array([0, 1, 2, 4]),
        reach_to=np.array([1, 2, 3, 1]),
        order=np.array([0, 3, 1, 2]),
        reach_below=np.array([0, 1, 2, -1, 3]),
        upstream_pointer=np.array([0, 0, 2, 3, 4, 4]),
        upstream_reach=np.array([0, 3, 1, 2]),
        outlet=3,
        downstream_pointer=np.array([0, 1, 2, 3, 3, 4]),
        downstream_reach=np.array([0, 1, 2, 3]),
        reach_share=np.ones(4),
    )


def flow() -> SteadyFlow:
    ones = np.ones(4)
    quantities = [
        "discharge_head",
        "discharge_foot",
        "lateral_inflow",
        "cross_section_area",
        "velocity",
        "travel_time",
        "width",
        "depth",
        "hydraulic_radius",
        "bed_slope",
        "shear_velocity",
        "dispersion_coefficient",
        "storage_area_ratio",
        "exchange_coefficient",
        "temperature",
    ]
    values: dict[str, Any] = {name: ones * (i + 1) for i, name in enumerate(quantities)}
    return SteadyFlow(
        **values,
        node_inflow=np.ones(5),
        node_abstraction=np.zeros(5),
        method={"velocity": ("manning", "given", "given", "manning")},
        estimated={"velocity": np.array([True, False, False, True])},
    )


def scenario(substances: int = 2, coordinates: bool = True, solids: bool = False) -> Any:
    def limit(name: str, value: float) -> Any:
        return SimpleNamespace(name=name, value=value, source="made up")

    rows = [
        SimpleNamespace(name="cyanide", decay_rate=1e-6, arrival_threshold=None,
                        limits=(limit("drinking", 5e-5), limit("fish", 2e-3))),
        SimpleNamespace(name="copper", decay_rate=0.0, arrival_threshold=None, limits=()),
        SimpleNamespace(name="zinc", decay_rate=0.0, arrival_threshold=1e-5, limits=()),
    ]  # fmt: skip
    names = ("source", "mid", "low", "sea", "side")
    km = (150e3, 110e3, 50e3, 0.0, None)
    lon = (23.0, 22.5, 21.5, 20.5, 22.6)
    lat = (47.6, 47.7, 48.0, 46.2, 47.9)
    grains = (
        SimpleNamespace(name="fine", kind="solids", arrival_threshold=None,
                        limits=(limit("turbid", 1e-6),)),
    )  # fmt: skip
    countries = ("RO", "RO", "RO", "HU", "RO")
    nodes = [
        SimpleNamespace(id=name, river="Szamos" if k is not None else "Side", river_km=k,
                        country=land,
                        longitude=x if coordinates else None, latitude=y if coordinates else None)
        for name, k, x, y, land in zip(names, km, lon, lat, countries, strict=True)
    ]  # fmt: skip
    text = 'spillsim = 1\n[case]\ntitle = "Synthetic – two Gaussians"\n'
    return SimpleNamespace(
        case=SimpleNamespace(title="Synthetic – two Gaussians", start=START, duration=200 * HOUR,
                             summary="", references=("none; made up",)),
        nodes=nodes,
        reaches=[SimpleNamespace(id=i, river=r) for i, r in
                 zip(("upper", "middle", "lower", "tributary"),
                     ("Szamos", "Szamos", "Szamos", "Side"), strict=True)],
        substances=tuple(rows[:substances]),
        solids=grains if solids else (),
        constituents=(*rows[:substances], *(grains if solids else ())),
        releases=(SimpleNamespace(at=SimpleNamespace(node="source"), substance="cyanide",
                                  start=2 * HOUR, name=""),),
        numerics=SimpleNamespace(error=0.01, limiter="positive"),
        files=(SimpleNamespace(name="scenario.toml", sha256="0" * 64, text=text),),
    )  # fmt: skip


def place(name: str, kind: str, distance: float, reach: int, **more: Any) -> Any:
    basic: dict[str, Any] = {
        "name": name, "kind": kind, "position": Position(reach, 1e3), "river": "Szamos",
        "river_km": 150e3 - distance, "latitude": 47.5, "longitude": 22.0, "from_country": "",
        "to_country": "", "discharge": 120.0, "velocity": 0.8, "travel_time": distance / 0.8,
        "distance": distance, "spread": 9e3,
    }  # fmt: skip
    return SimpleNamespace(**{**basic, **more})


def model(substances: int = 2, coordinates: bool = True, solids: bool = False) -> Any:
    nan = {} if coordinates else {"latitude": np.nan, "longitude": np.nan}
    return SimpleNamespace(
        scenario=scenario(substances, coordinates, solids),
        network=network(),
        flow=flow(),
        stations=(
            place("Mid", "station", 40e3, 1, **nan),
            place("RO–HU Csenger", "border", 100e3, 2, from_country="RO", to_country="HU", **nan),
            place("Nowhere", "station", 130e3, 2, latitude=np.nan, longitude=np.nan),
        ),
        notices=(Notice("gauge mid", "discharge 12 % above the sum of inflows"),),
        time_step=900.0,
    )


CENTRE = np.array([30.0, 60.0, 90.0]) * HOUR
WIDTH = np.array([3.0, 5.0, 7.0]) * HOUR
PEAK = np.array([[30e-3, 12e-3, 8e-3], [4e-3, 1e-3, 0.5e-3], [2e-5, 9e-6, 5e-6]])
"""(substance, station) [kg/m3]"""


def water(time: np.ndarray) -> Any:
    """Return a wave of water on 50 m3/s, its ledger closed."""
    entered = 50.0 * time + cumulative(time, 1e6, 30.0 * HOUR, 8.0 * HOUR)
    left = 50.0 * time + cumulative(time, 1e6, 60.0 * HOUR, 8.0 * HOUR)
    return SimpleNamespace(
        entered=entered, left=left, abstracted=0.0 * time, stored=1e7 + entered - left,
        error=0.0 * time,
    )  # fmt: skip


def run(
    substances: int = 2, times: int = 401, cells: int = 60, fields: int = 0,
    varying: bool = False, solids: bool = False,
) -> Any:  # fmt: skip
    """Return Gaussians at three stations and cells of 2.5 km along the main river.

    With solids ``substances`` counts them too, and there is a bed.
    """
    time = np.linspace(0.0, 200 * HOUR, times)
    shape = (substances, 3, times)
    concentration, mass = np.empty(shape), np.empty(shape)
    for n in range(substances):
        for s in range(3):
            curve = (CENTRE[s], WIDTH[s])
            concentration[n, s] = gaussian(time, PEAK[n, s], *curve)
            total = 120.0 * PEAK[n, s] * WIDTH[s] * np.sqrt(2 * np.pi)
            mass[n, s] = cumulative(time, total, *curve)
    edges = np.linspace(0.0, 150e3, cells + 1)
    foot_of_reach = np.array([40e3, 100e3, 150e3])
    centre = 0.5 * (edges[1:] + edges[:-1])
    reach = np.searchsorted(foot_of_reach, centre)
    head_of_reach = np.array([0.0, 40e3, 100e3])[reach]
    field_time = np.linspace(0.0, 200 * HOUR, fields) if fields else None
    peak_time = np.tile(centre / 0.8, (substances, 1))
    peak = np.outer(PEAK[:substances, 0], np.exp(-centre / 80e3))
    field = None
    if field_time is not None:
        bell = gaussian(field_time[:, None], 1.0, centre[None, :] / 0.8, 5 * HOUR)
        field = peak[:, None, :] * bell
    released = 2.0 * mass[:, 0, -1:] * np.ones(times)
    ledger = ledger_of(time, released, mass[:, 2], solids)
    return SimpleNamespace(
        output_time=time,
        concentration=concentration,
        cumulative_mass=mass,
        ledger=ledger,
        water=water(time) if varying else None,
        discharge=50.0 + np.outer([1.0, 1.1, 0.2], time / time[-1]) if varying else None,
        cell_reach=reach,
        cell_head=edges[:-1] - head_of_reach,
        cell_foot=edges[1:] - head_of_reach,
        peak_concentration=peak,
        peak_time=peak_time,
        field_time=field_time,
        field=field,
        profile={"assemble": 0.01, "march": 0.02},
        cell_steps=60_000,
        achieved_error=np.full((substances, 3), 0.004),
        achieved_by="made up",
        notices=(),
        parts={
            "dissolved": concentration * shares(substances, solids)[:, None, None],
            "suspended": concentration * (1.0 - shares(substances, solids))[:, None, None],
        } if solids else {},
        species=None,
        left=left_of(ledger, cells) if solids else {},
        bed_field=None if field is None or not solids else 1e3 * field,
    )  # fmt: skip


def shares(constituents: int, solids: bool) -> np.ndarray:
    """Return the dissolved share of each constituent; the last one is of grains, if there are."""
    found = np.full(constituents, 0.6 if solids else 1.0)
    if solids:
        found[-1] = 0.0
    return found


def ledger_of(time: np.ndarray, released: np.ndarray, past: np.ndarray, solids: bool) -> Any:
    """Return a ledger that closes: fixed shares of what has neither decayed nor left."""
    decayed = released * -0.3 * np.expm1(-1e-6 * time)
    error = 1e-12 * np.random.default_rng(7).standard_normal(released.shape)
    there = released - decayed - past
    part = {"on_bed": 0.25, "volatilised": 0.04, "stranded": 0.01} if solids else {}
    in_river = there * (1.0 - sum(part.values()))
    dissolved = in_river * shares(released.shape[0], solids)[:, None]
    none = np.zeros(released.shape)
    fates = {name: there * part.get(name, 0.0) for name in ("on_bed", "volatilised", "stranded")}
    return SimpleNamespace(
        time=time, released=released, in_river=in_river, in_storage=none, decayed=decayed,
        abstracted=none, past_outlet=past, gained=none, transformed=none, dissolved=dissolved,
        suspended=in_river - dissolved, error=error, **fates,
    )  # fmt: skip


def left_of(ledger: Any, cells: int) -> dict[str, np.ndarray]:
    """Return what is left in each cell of the main river: ever less on the way down."""
    weight = np.exp(-np.arange(cells) / 20.0)
    weight /= weight.sum()
    source = {"storage": "in_storage", "bed": "on_bed"}
    names = ("dissolved", "suspended", "storage", "bed", "decayed", "volatilised", "transformed",
             "stranded")  # fmt: skip
    return {n: np.outer(getattr(ledger, source.get(n, n))[:, -1], weight) for n in names}
