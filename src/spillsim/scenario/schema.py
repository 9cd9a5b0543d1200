"""JSON Schema of scenario.toml, for editors that complete and check while one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from .base import Section
from .reservoirs import Diversion, ReservoirSection, SplitSection
from .routing import FlowHydrographSection, Routing
from .sections import (
    DISPERSION_SECTIONS,
    FLOW_SECTIONS,
    LISTED_SECTIONS,
    RELEASE_SECTIONS,
    SINGLE_SECTIONS,
)
from .trigger import TRIGGER_SECTIONS
from .uncertain import UNCERTAIN_SECTIONS, Correlation, Ensemble, Sweep
from .variants import RESERVED

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: tuple[type[Section], ...] = (
    *SINGLE_SECTIONS.values(),
    *LISTED_SECTIONS.values(),
    *FLOW_SECTIONS.values(),
    *DISPERSION_SECTIONS.values(),
    *dict.fromkeys(RELEASE_SECTIONS.values()),
    ReservoirSection,
    Diversion,
    SplitSection,
    Routing,
    FlowHydrographSection,
    *TRIGGER_SECTIONS.values(),
    Ensemble,
    *UNCERTAIN_SECTIONS.values(),
    Correlation,
    Sweep,
)


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of scenario.toml, with descriptions and examples.

    It checks keys, types and words; what needs the tables (names, network, places) is left to
    ``load``.
    """
    references, schema = models_json_schema(
        [(model, "validation") for model in _MODELS], by_alias=True
    )
    by_model = {model: reference for (model, _), reference in references.items()}

    def one(model: type[Section]) -> dict[str, Any]:
        return {**by_model[model], "description": _first_line(model)}

    def either(choices: Mapping[str, type[Section]]) -> dict[str, Any]:
        return {"oneOf": [one(model) for model in dict.fromkeys(choices.values())]}

    def several(items: dict[str, Any], least: int) -> dict[str, Any]:
        return {"type": "array", "items": items, "minItems": least}

    properties: dict[str, Any] = {
        "spillsim": {"const": 1, "description": "version of the file format"},
        "case": one(SINGLE_SECTIONS["case"]),
        "network": one(SINGLE_SECTIONS["network"]),
        "flow": either(FLOW_SECTIONS),
        "routing": one(Routing),
        "hydrograph": several(one(FlowHydrographSection), 0),
        "hydraulics": one(SINGLE_SECTIONS["hydraulics"]),
        "dispersion": either(DISPERSION_SECTIONS),
        "storage": one(SINGLE_SECTIONS["storage"]),
        "ice": one(SINGLE_SECTIONS["ice"]),
        "water": one(SINGLE_SECTIONS["water"]),
        "substance": several(one(LISTED_SECTIONS["substance"]), 1),
        "solids": several(one(LISTED_SECTIONS["solids"]), 1),
        "reaction": several(one(LISTED_SECTIONS["reaction"]), 0),
        "release": several(either(RELEASE_SECTIONS), 1),
        "station": several(one(LISTED_SECTIONS["station"]), 0),
        "border": several(one(LISTED_SECTIONS["border"]), 0),
        "reservoir": several(one(ReservoirSection), 0),
        "diversion": several(one(Diversion), 0),
        "split": several(one(SplitSection), 0),
        "output": one(SINGLE_SECTIONS["output"]),
        "numerics": one(SINGLE_SECTIONS["numerics"]),
        "trigger": either(TRIGGER_SECTIONS),
        "ensemble": one(Ensemble),
        "uncertain": several(either(UNCERTAIN_SECTIONS), 0),
        "correlation": several(one(Correlation), 0),
        "sweep": several(one(Sweep), 0),
    }
    properties |= {kind: _variants(kind, what) for kind, what in _VARIANTS.items()}
    return {
        "$schema": _DRAFT,
        "title": "spillsim scenario",
        "description": "A case of accidental river pollution: network, flow, substances, releases.",
        "type": "object",
        "properties": properties,
        "required": ["spillsim", "case", "network", "flow", "release"],
        "anyOf": [{"required": ["substance"]}, {"required": ["solids"]}],
        "additionalProperties": False,
        "$defs": _as_written(schema["$defs"]),
    }


_VARIANTS = {"regime": "flow regime", "measure": "countermeasure"}


def _variants(kind: str, what: str) -> dict[str, Any]:
    """Named sets of changes; which keys they may change is left to ``load``."""
    return {
        "type": "object",
        "description": f"a table [{kind}.NAME] for every {what}: a title, and what it changes",
        "propertyNames": {"pattern": r"^[\w-]+$", "not": {"enum": list(RESERVED)}},
        "additionalProperties": {
            "type": "object",
            "properties": {
                "title": {"type": "string", "description": "one line for tables and figures"},
                "add": {
                    "type": "object",
                    "description": f"new items of listed sections: [[{kind}.NAME.add.release]]",
                    "additionalProperties": {"type": "array", "items": {"type": "object"}},
                },
                "remove": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "sections, items and keys that fall away",
                    "examples": [["release.tank", "numerics.time_step"]],
                },
            },
        },
    }


def _as_written(part: Any) -> Any:
    """Drop defaults in SI from keys that are written as text with a unit."""
    if isinstance(part, list):
        return [_as_written(item) for item in part]
    if not isinstance(part, dict):
        return part
    dropped = part.get("type") == "string" and isinstance(part.get("default"), int | float)
    return {k: _as_written(v) for k, v in part.items() if not (dropped and k == "default")}


def _first_line(model: type[Section]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]
