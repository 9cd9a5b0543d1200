"""Where the answers of an ensemble come from, and of what places and inputs they are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from .. import units
from ..results import provenance
from ..results.conventions import CONVENTIONS, FORMAT_VERSION, attributes
from ..results.files import ENSEMBLE
from ..results.instants import METRES_PER_KM, SECONDS_PER_HOUR, instants, utc

if TYPE_CHECKING:
    from ..model import Model
    from ..sampling import Draws

_SHARES = (0.05, 0.5, 0.95)


def described(
    summary: xr.Dataset, base: Model, draws: Draws, said: Mapping[str, Any]
) -> xr.Dataset:
    """Answers with their places, inputs and origin.

    Parameters
    ----------
    summary : of ``summarize``
    base : the case of the first combination of what is swept
    draws : all members
    said : further attributes: members, failed members, the way in words
    """
    found = summary.merge(_places(base)).merge(_inputs(draws), compat="no_conflicts")
    labels = ("station_kind", "river", "from_country", "to_country", "group_kind")
    found = found.set_coords([name for name in labels if name in found])
    if "time" in found.coords:
        moments = instants(utc(base.scenario.case.start), found["time"].values * SECONDS_PER_HOUR)
        found = found.assign_coords(time=("time", moments, attributes("time")))
    found.attrs = origin(base, draws) | dict(said)
    return found


def _places(base: Model) -> xr.Dataset:
    """What is known of every station whatever the member."""
    places = base.stations
    texts = {
        "station_kind": [place.kind for place in places],
        "river": [place.river for place in places],
        "from_country": [place.from_country or "" for place in places],
        "to_country": [place.to_country or "" for place in places],
    }
    columns: dict[str, Any] = {name: np.array(v, dtype=np.str_) for name, v in texts.items()}
    for name, scale in (("river_km", METRES_PER_KM), ("distance", METRES_PER_KM)):
        columns[name] = np.array([float(getattr(place, name)) for place in places]) / scale
    for name in ("longitude", "latitude"):
        values = np.array([float(getattr(place, name)) for place in places])
        if np.isfinite(values).any():
            columns[name] = values
    found = xr.Dataset({
        name: (("station",), values, attributes(name)) for name, values in columns.items()
    })  # fmt: skip
    return found.set_coords([name for name in ("longitude", "latitude") if name in found])


def _inputs(draws: Draws) -> xr.Dataset:
    """What is varied, in the units of the file, with the quantiles of what was drawn."""
    from ..sampling import percentiles

    every = draws.scenario.uncertain
    if not every:
        return xr.Dataset()
    quantile = np.full((len(every), len(_SHARES)), np.nan)
    for i, one in enumerate(every):
        if draws.kind[i] != "choice":
            quantile[i] = [shown(one, value) for value in percentiles(one, _SHARES).tolist()]
    told = {
        "input_kind": (list(draws.kind), "whether the input is a number, a factor or a choice"),
        "input_varies": ([one.aim.told for one in every], "what the input varies"),
        "input_unit": ([one.unit for one in every], "unit of the input in the scenario"),
        "input_distribution": ([one.distribution for one in every], "distribution of the input"),
    }
    found = xr.Dataset({
        name: (("input",), np.array(values, dtype=np.str_), {"long_name": words})
        for name, (values, words) in told.items()
    })  # fmt: skip
    found["input_quantile"] = (("input", "input_share"), quantile, {
        "long_name": "values that so many of the draws lie below, in the unit input_unit",
        "units": "1"})  # fmt: skip
    return found.assign_coords(
        input=("input", list(draws.names), {"long_name": "uncertain input"}),
        input_share=("input_share", list(_SHARES), {
            "long_name": "share of the draws that lie below", "units": "1"}),
    )  # fmt: skip


def shown(one: Any, value: float) -> float:
    """A value of an uncertain input in the unit it was written in."""
    if not one.unit:
        return value
    found = units.conversion(one.unit, one.aim.content.dimension)
    return (value - found.offset) * found.denominator / found.numerator


def origin(base: Model, draws: Draws) -> dict[str, Any]:
    """Global attributes as those of other results; nothing that differs from run to run."""
    scenario = draws.scenario
    case = scenario.case
    source = f"spillsim {provenance.version()}"
    first = case.start + dt.timedelta(seconds=provenance.first_release_time(base.scenario))
    texts: Sequence[Any] = tuple(scenario.files)
    text = next((f.text for f in texts if f.name.endswith((".toml", ".json"))), "")
    return {
        "Conventions": CONVENTIONS,
        "title": case.title,
        "summary": case.summary or case.title,
        "references": "\n".join(case.references) or "none given",
        "history": f"answers of an ensemble by {source}",
        "source": source,
        "spillsim_format": FORMAT_VERSION,
        "spillsim_kind": ENSEMBLE,
        "case_start": case.start.isoformat(),
        "first_release": first.isoformat(),
        "case_duration_hours": case.duration / SECONDS_PER_HOUR,
        "scenario_text": text,
        "input_sha256": json.dumps({f.name: f.sha256 for f in texts}, ensure_ascii=False),
        "sampling": draws.sampling,
        "seed": draws.seed,
        "standard_errors": "of independent draws; upper limits for latin_hypercube and sobol"
        + ("" if len(draws.combinations) == 1 else
           ", and for all members, where each draw counts once"),
    }  # fmt: skip
