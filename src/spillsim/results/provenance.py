"""Where a result comes from: inputs, versions, settings, run profile, notices."""

from __future__ import annotations

import datetime as dt
import json
import platform
from importlib import metadata
from typing import Any

from .contracts import ModelLike, RunLike
from .conventions import CONVENTIONS, FORMAT_VERSION

_LIBRARIES = ("numpy", "numba", "xarray", "netCDF4")


def version() -> str:
    """Return the version of the installed package, ``"unknown"`` when it is not installed."""
    return _version_of("spillsim")


def _version_of(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"


def first_release_time(scenario: Any) -> float:
    """Return the start of the earliest release in seconds since the start of the case."""
    times = [release_start(release) for release in scenario.releases]
    return min(times, default=0.0)


def release_start(release: Any) -> float:
    """Return when a release begins, in seconds since the start of the case."""
    for name in ("start", "time"):
        value = getattr(release, name, None)
        if value is not None:
            return float(value)
    return 0.0


def global_attributes(model: ModelLike, run: RunLike) -> dict[str, Any]:
    """Return the global attributes: CF's own, then the origin of the numbers as JSON text."""
    scenario = model.scenario
    case = scenario.case
    start: dt.datetime = case.start
    first = start + dt.timedelta(seconds=first_release_time(scenario))
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    source = f"spillsim {version()}"
    files = tuple(scenario.files)
    found: dict[str, Any] = {
        "Conventions": CONVENTIONS,
        "featureType": "timeSeries",
        "title": case.title,
        "summary": case.summary or case.title,
        "references": "\n".join(case.references) or "none given",
        "history": f"{now} computed by {source}",
        "source": source,
        "spillsim_format": FORMAT_VERSION,
        "case_start": start.isoformat(),
        "first_release": first.isoformat(),
        "engine": str(getattr(run, "engine", "march")),
        "scenario_text": _scenario_text(files),
        "input_sha256": _json({file.name: file.sha256 for file in files}),
        "settings": _json(settings(model)),
        "versions": _json(_versions()),
        "run_profile": _json({**run.profile, "cell_steps": run.cell_steps}),
        "notices": notices_text(model.notices),
    }
    trigger = getattr(model, "trigger", None)
    return found | _variant(scenario) | ({"trigger": _json(dict(trigger))} if trigger else {})


def _variant(scenario: Any) -> dict[str, str]:
    """Return name and title of the regime and measure that were merged into the scenario."""
    found = {}
    for kind in ("regime", "measure"):
        if name := getattr(scenario, kind, ""):
            found[kind] = str(name)
            found[f"{kind}_title"] = str(getattr(scenario.variant(kind), "title", ""))
    return {key: text for key, text in found.items() if text}


def settings(model: ModelLike) -> dict[str, Any]:
    """Return what the computation was told: numerics, output and the time step it chose."""
    chosen: dict[str, Any] = {"engine_basis": getattr(model, "engine_basis", "")}
    if getattr(model, "engine", "march") == "march":
        chosen["time_step"] = model.time_step
    for section in ("numerics", "output", "dispersion", "storage", "ice", "hydraulics"):
        part = getattr(model.scenario, section, None)
        if part is None:
            continue
        dump = getattr(part, "model_dump", None)
        chosen[section] = dump(mode="json") if dump is not None else vars(part)
    return chosen


def notices_text(notices: Any) -> str:
    """Return notices as a JSON list of objects with ``subject`` and ``message``."""
    return _json([{"subject": n.subject, "message": n.message} for n in notices])


def _scenario_text(files: tuple[Any, ...]) -> str:
    """Return the scenario itself: a TOML file, or JSON when it was given as a mapping."""
    for file in files:
        if file.name.endswith((".toml", ".json")):
            return str(file.text)
    return ""


def _versions() -> dict[str, str]:
    found = {"spillsim": version(), "python": platform.python_version()}
    found.update({name: _version_of(name) for name in _LIBRARIES})
    return found


def _json(value: Any) -> str:
    # str for what JSON does not know (paths, dates): provenance must never stop a result
    return json.dumps(value, ensure_ascii=False, default=str)
