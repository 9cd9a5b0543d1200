"""Random rivers: trees of reaches with everything on them that a case can say."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from river_cases import Row, case, reach

KINDS = ("slug", "constant", "rate", "hydrograph", "concentration")


def decades(low: float, high: float) -> st.SearchStrategy[float]:
    """Values evenly spread over the decades between two powers of ten, of three digits."""
    return st.floats(low, high, allow_nan=False).map(lambda power: float(f"{10.0**power:.3g}"))


@st.composite
def hydraulics(draw: st.DrawFn, plain: bool) -> Row:
    """Columns of a reach for one of the hydraulic methods."""
    method = "velocity" if plain else draw(st.sampled_from(
        ["velocity", "velocity", "travel_time", "manning", "downstream_geometry",
         "jobson_most_probable"]))  # fmt: skip
    row: Row = {"hydraulics": method, "velocity [m/s]": None}
    if method == "velocity":
        row["velocity [m/s]"] = draw(decades(-1.5, 0.5))
    elif method == "travel_time":
        row["travel_time [h]"] = draw(decades(-0.5, 1.5))
    elif method == "manning":
        row |= {"manning_n": draw(st.floats(0.02, 0.08)), "slope": draw(decades(-4.0, -2.0)),
                "depth [m]": None}  # fmt: skip
    elif method == "jobson_most_probable":
        row |= {"drainage_area [km2]": draw(decades(2.0, 5.0)),
                "mean_annual_discharge [m3/s]": draw(decades(0.0, 2.0))}  # fmt: skip
    if not plain and draw(st.booleans()):
        row["dispersion_coefficient [m2/s]"] = None
    else:
        row["dispersion_coefficient [m2/s]"] = draw(decades(-0.5, 2.5))
    if draw(st.booleans()):
        row["storage_area_ratio"] = draw(decades(-2.0, 0.3))
        row["exchange_coefficient [1/s]"] = draw(decades(-6.0, -3.0))
    return row


@st.composite
def releases(draw: st.DrawFn, at: Row, headwater: bool, duration: float, substance: str) -> Row:
    """A release of any kind that begins within the run."""
    kind = draw(st.sampled_from(KINDS if headwater else KINDS[:-1]))
    start = f"{draw(st.integers(0, 800)) * duration / 1000.0!r} s"
    lasts = draw(decades(0.0, 5.5))
    row: Row = {"at": at, "substance": substance, "kind": kind, "start": start}
    if kind == "slug":
        row["time"] = row.pop("start")
        row["mass"] = f"{draw(decades(-3.0, 6.0))!r} kg"
    elif kind in {"constant", "rate"}:
        row["duration"] = f"{lasts!r} s"
        amount = draw(decades(-3.0, 3.0))
        row |= {"mass": f"{amount!r} kg"} if kind == "constant" else {"rate": f"{amount!r} kg/s"}
    else:
        column = "mass_rate [kg/s]" if kind == "hydrograph" else "concentration [mg/L]"
        values = draw(st.lists(decades(-3.0, 2.0), min_size=1, max_size=4))
        hours = [lasts / 3600.0 * i for i in range(len(values) + 2)]
        row["table"] = [{"time [h]": t, column: v}
                        for t, v in zip(hours, [0.0, *values, 0.0], strict=True)]  # fmt: skip
    return row


@st.composite
def trees(draw: st.DrawFn, limiter: str = "positive", plain: bool = False) -> Row:
    """A whole case.

    ``plain`` leaves out what makes the sum of water, bounds or exact comparisons depend on more
    than the tree: losses along the way, abstractions, decay and estimated hydraulics.
    """
    count = draw(st.integers(1, 12))
    below = [-1, *(draw(st.integers(0, i - 1)) for i in range(1, count))]
    duration = draw(decades(4.0, 6.0))
    rows, inflows = [], {}
    for i, parent in enumerate(below):
        row = reach(f"r{i}", f"n{i}", "sea" if parent < 0 else f"n{parent}",
                    draw(decades(2.0, 4.9)), **draw(hydraulics(plain)))  # fmt: skip
        if i not in below or draw(st.booleans()):
            inflows[f"n{i}"] = draw(decades(-1.0, 3.0))
        rows.append(row)
    total = [inflows.get(f"n{i}", 0.0) for i in range(count)]
    for i in range(count - 1, 0, -1):
        total[below[i]] += total[i]
    if not plain:
        for i, row in enumerate(rows):
            share = draw(st.sampled_from([0.0, 0.0, 0.5, 0.02, -0.02]))
            row["lateral_inflow [m3/s/km]"] = share * total[i] / (row["length [m]"] / 1000.0)
            if i in below and draw(st.integers(0, 3)) == 0:
                inflows[f"n{i}"] = inflows.get(f"n{i}", 0.0) - 0.3 * total[i]
    names = ["tracer", "phenol"][: draw(st.integers(1, 2))]
    given: list[Row] = []
    for name in names:
        for _ in range(draw(st.integers(1, 2))):
            i = draw(st.integers(0, count - 1))
            inside = draw(st.floats(0.0, 1.0)) * rows[i]["length [m]"]
            headwater = i not in below and draw(st.booleans())
            at = {"node": f"n{i}"} if headwater else {"reach": f"r{i}", "distance": f"{inside!r} m"}
            given.append(draw(releases(at, headwater, duration, name)))
    stations: dict[str, Row] = {f"s{i}": {"node": f"n{i}"} for i in range(0, count, 2)}
    stations["outlet"] = {"node": "sea"}
    numerics: dict[str, Any] = {
        "limiter": limiter, "time_step": f"{duration / draw(st.integers(20, 600))!r} s"
    }  # fmt: skip
    decay = st.sampled_from([0.0, 0.3, 9.0])
    substances = [
        {"name": name, "decay_rate": f"{0.0 if plain else draw(decay)} 1/d"} for name in names
    ]
    return case(rows, inflows, given, stations, duration, substance=substances, numerics=numerics,
                output={"interval": f"{duration / 100!r} s"})  # fmt: skip


def share(draw: st.DrawFn, low: float, high: float, unit: str) -> str:
    """A value with its unit, evenly spread over decades."""
    return f"{draw(decades(low, high))!r} {unit}"


@st.composite
def grains(draw: st.DrawFn, name: str, linear: bool) -> Row:
    """A size class with any way of going down and coming back."""
    row: Row = {"name": name, "settling_velocity": share(draw, -3.0, 0.5, "mm/s"),
                "deposition": draw(st.sampled_from(["krone", "always"])),
                "critical_deposition_stress": share(draw, -1.5, 1.0, "Pa"),
                "critical_erosion_stress": share(draw, -1.0, 1.5, "Pa")}  # fmt: skip
    if linear or draw(st.booleans()):
        row["resuspension_rate"] = share(draw, -2.0, 2.0, "1/d")
    else:
        row["erosion_rate"] = share(draw, -6.0, -2.0, "kg/m2/s")
    if not linear and draw(st.booleans()):
        row["hindered_settling"] = {"gelling_concentration": "200 kg/m3", "exponent": 4.65}
    return row


@st.composite
def pooled(draw: st.DrawFn, limiter: str = "positive", linear: bool = False) -> Row:
    """A case of ``trees`` whose substances have parts: on grains, on the bed, turned, lost.

    ``linear`` leaves out what depends on how much there is.
    """
    data = draw(trees(limiter, plain=linear))
    for row in data["network"]["reaches"]:
        row.update({"width [m]": 20.0, "slope": row.get("slope") or 5e-4})
    classes = [draw(grains(name, linear)) for name in ("silt", "clay")[: draw(st.integers(1, 2))]]
    for number, substance in enumerate(data["substance"]):
        rate = draw(st.sampled_from([{}, {"rate": share(draw, -6.0, -3.5, "1/s")}]))
        kd = {"distribution_coefficient": share(draw, 0.0, 5.0, "L/kg")}
        sorbs: list[Row] = [{"to": "bed", "sediment": "10 kg/m3"} | kd | rate,
                            {"to": "suspended_matter"} | kd | rate]  # fmt: skip
        if not linear:
            sorbs += [{"to": one["name"]} | kd | rate for one in classes]
        substance["sorption"] = draw(st.lists(st.sampled_from(sorbs), unique_by=lambda s: s["to"]))
        if number:
            substance["volatilisation"] = {"compound": "hydrogen_cyanide"}
    for release in data["release"]:
        if release["kind"] != "concentration" and draw(st.booleans()):
            release["substance"] = draw(st.sampled_from(classes))["name"]
    known = {release["substance"] for release in data["release"]}
    data["substance"] = [s for s in data["substance"] if s["name"] in known] or data["substance"]
    if len(data["substance"]) == 2 and draw(st.booleans()):
        data["reaction"] = [{"from": "tracer", "to": "phenol", "yield": 0.5,
                             "rate": share(draw, -1.0, 1.0, "1/d")}]  # fmt: skip
    matter = draw(st.sampled_from(["0 mg/L", "30 mg/L"]))
    return data | {"solids": classes, "water": {"suspended_matter": matter}}


def few(count: int) -> Any:
    """Settings of a property over random rivers; the profile's number of examples scales theirs."""
    return settings(
        deadline=None, max_examples=count * settings.default.max_examples // 100, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )  # fmt: skip
