"""Write the reference parts of scenario.md, output.md and theory.md from the code they describe.

Run ``python docs/generate.py`` in the root of the repository; ``--check`` only tells whether the
pages are current.
"""

from __future__ import annotations

import csv
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from generated import FOLDER, differences, table, with_blocks
from pydantic.json_schema import models_json_schema

import spillsim
from spillsim import results, units
from spillsim.formulas import (
    DEFAULT_DISPERSION_FORMULA,
    DISPERSION_FORMULAS,
    RADIONUCLIDES,
    YEAR,
    distribution_coefficients,
)
from spillsim.results.files import encoding
from spillsim.scenario import (
    facility_sections,
    facility_template,
    file_sections,
    materials_file,
    releases,
    reservoirs,
    routing,
    rows,
    sections,
    solids,
    substances,
    trigger,
    uncertain,
)
from spillsim.scenario.names import HYDRAULIC_METHODS
from spillsim.tailings import materials

# --- scenario.md ---------------------------------------------------------------------------------

_SCHEMA = spillsim.scenario.json_schema()
_MODULES = (sections, routing, reservoirs, file_sections, trigger, substances, solids, releases,
            facility_sections, uncertain)  # fmt: skip
_OF_TRIGGERS = {
    "at": '`{ node = "id" }`',
    "time": 'date-time with offset, or time after `case.start`: `"6 h"`',
    "return_period": 'text, such as `"100 years"`',
}
_HEADINGS = {
    "case": "[case]",
    "network": "[network]",
    "flow": "[flow]",
    "routing": "[routing]",
    "hydrograph": "[[hydrograph]]",
    "hydraulics": "[hydraulics]",
    "dispersion": "[dispersion]",
    "storage": "[storage]",
    "ice": "[ice]",
    "water": "[water]",
    "substance": "[[substance]]",
    "solids": "[[solids]]",
    "reaction": "[[reaction]]",
    "release": "[[release]]",
    "reservoir": "[[reservoir]]",
    "diversion": "[[diversion]]",
    "split": "[[split]]",
    "station": "[[station]]",
    "border": "[[border]]",
    "trigger": "[trigger]",
    "ensemble": "[ensemble]",
    "uncertain": "[[uncertain]]",
    "correlation": "[[correlation]]",
    "sweep": "[[sweep]]",
    "output": "[output]",
    "numerics": "[numerics]",
}


_OF_KEY = "x-value-of-key"
"""Marks what is written as the key that an uncertain input varies."""


def _definitions(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the definitions that a section of the schema points to."""
    inner = section.get("items", section)
    found = inner.get("oneOf", [inner])
    return [_SCHEMA["$defs"][one["$ref"].rsplit("/", 1)[1]] for one in found]


def _plain(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return a field without its `or null`."""
    for choice in field.get("anyOf", []):
        if _OF_KEY in choice:
            return {_OF_KEY: True, **{k: v for k, v in field.items() if k != "anyOf"}}
        plain = _plain(choice)
        if plain.get("type") != "null" and "anyOf" not in plain:
            return {**plain, **{k: v for k, v in field.items() if k != "anyOf"}}
    return dict(field)


def _dimension(field: Mapping[str, Any]) -> str:
    """Return the key of the dimension that a field is written in, empty if it has none."""
    if not str(field.get("pattern", "")).startswith("^\\s*[+-]?("):
        return ""
    examples = [text.split(" ", 1)[1] for text in field["examples"]]
    for key, dimension in units.DIMENSIONS.items():
        if list(dimension.examples) == examples:
            return key
    return "?"


def _value_by_name(name: str, field: Mapping[str, Any]) -> str | None:
    if name == "outlet":
        return "`[[reservoir.outlet]]`, see below"
    if name in ("inflow_to", "outflow_from"):
        return '`"upper"`, `"lower"`, number between 0 and 1'
    if _OF_KEY in field.get("items", field):
        return "list of values" if "items" in field else "value, as the key is written"
    return "list of two names" if name == "between" else None


def _value(name: str, field: Mapping[str, Any]) -> str:
    """Say what may be written for a key."""
    if (told := _value_by_name(name, field)) is not None:
        return told
    if name == "at" and "$ref" in field and field["$ref"].endswith("/AtNode"):
        return '`{ node = "id" }`'
    if name == "at":
        return '`{ reach = "id" }`' if "$ref" in field else "a place"
    if "$ref" in field:
        return "inline table, see below"
    if "const" in field:
        return f'`"{field["const"]}"`'
    if "enum" in field:
        return ", ".join(f'`"{word}"`' for word in field["enum"])
    if field.get("format") == "date-time":
        return f"date-time with offset: `{field['examples'][0]}`"
    if _dimension(field) == "?":
        return f'text with unit: `"{field["examples"][0]}"`'
    if _dimension(field):
        names = [text.split(" ", 1)[1] for text in field["examples"]]
        return "text, a number with " + ", ".join(f"`{name}`" for name in names)
    moments = ("start", "stop", "time")
    if "examples" in field and field["examples"][0].__class__ is str and name in moments:
        return 'date-time with offset, time after `case.start`: `"6 h"`, or `"trigger + 6 h"`'
    tables = ("table", "nodes", "inflows", "rating", "rates", "stage_volume", "annual_maxima")
    if name in tables or (name == "reaches" and field.get("type") != "array"):
        return "file name, or rows given inline"
    if field.get("type") == "array":
        inside = field["items"]
        listed = {"string": "list of texts", "number": "list of numbers"}
        return listed.get(inside.get("type", ""), "list of tables")
    if field.get("type") == "number":
        low = "above " + f"{field['exclusiveMinimum']:g}" if "exclusiveMinimum" in field else ""
        low = low or (f"{field['minimum']:g} or more" if "minimum" in field else "")
        high = f"at most {field['maximum']:g}" if "maximum" in field else ""
        return ", ".join(filter(None, ["number", low, high]))
    return {"boolean": "`true` or `false`", "string": "text", "integer": "whole number"}[
        field["type"]
    ]


def _default(model: str, name: str, field: Mapping[str, Any], needed: bool) -> str:
    """Say what holds when a key is left out."""
    if needed:
        return "**needed**"
    home = next(m for m in _MODULES if hasattr(m, model))
    own = getattr(home, model).model_fields
    default = next(f.default for n, f in own.items() if (f.alias or n) == name)
    if default is None or default in ("", (), {}):
        return "–"
    if name in ("start", "time"):
        return "`case.start`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    key = _dimension(field)
    if key:
        return f'`"{default:g} {units.DIMENSIONS[key].si}"`'
    return f'`"{default}"`' if isinstance(default, str) else f"`{default:g}`"


def section_block(name: str) -> str:
    """Return the keys of a section of scenario.toml."""
    section = _SCHEMA["properties"][name]
    needed = "needed" if name in _SCHEMA["required"] else "may be left out"
    if name == "release":
        return "\n\n".join(_form(definition, "kind") for definition in _definitions(section))
    forms = _definitions(section)
    head = f"`{_HEADINGS[name]}` · {needed}."
    if name == "uncertain":
        return f"{head}\n\n" + _distributions(forms)
    if len(forms) == 1:
        return f"{head} {forms[0]['description']}\n\n{_keys(forms[0])}"
    return f"{head}\n\n" + "\n\n".join(_form(form, "kind") for form in forms)


def _distributions(forms: Sequence[Mapping[str, Any]]) -> str:
    """Return the keys that all distributions share, and then those of each."""
    common = {*forms[-1]["properties"]} - {"distribution", "table"}
    shared = {k: v for k, v in forms[0]["properties"].items() if k in common}
    cut = {k: v for k, v in forms[0]["properties"].items() if k in ("lowest", "highest")}
    head = {**forms[0], "properties": shared}
    parts = [f"Keys of every `[[uncertain]]`:\n\n{_keys(head)}"]
    for form in forms:
        own = {k: v for k, v in form["properties"].items() if k not in common and k not in cut}
        parts.append(_form({**form, "properties": own}, "distribution"))
    parts.append(
        "All but `discrete` and `table` may be cut:\n\n" + _keys({**forms[0], "properties": cut})
    )
    return "\n\n".join(parts)


def _form(definition: Mapping[str, Any], key: str) -> str:
    """Return one of several forms of a section, told apart by a key."""
    field = definition["properties"][key]
    words = [f'`{key} = "{word}"`' for word in field.get("enum", [field.get("const")])]
    return f"**{', '.join(words)}** {definition['description']}\n\n{_keys(definition)}"


def _keys(definition: Mapping[str, Any]) -> str:
    needed = set(definition.get("required", []))
    lines = []
    for name, raw in definition["properties"].items():
        field = _plain(raw)
        # what the key says goes before what the inline table it leads to says
        told = str(raw.get("description", field.get("description", "")))
        if told.startswith(("number and unit", "CSV file inside", "offset date-time")):
            told = ""  # the column before says it
        default = _default(definition["title"], name, field, name in needed)
        if field.get("type") == "object":
            inside = _plain(field["additionalProperties"])
            value = "table, `name = value`: " + _value(name, inside)
        else:
            value = _value(name, field)
        if definition["title"].endswith("Trigger"):
            value = _OF_TRIGGERS.get(name, value)
        lines.append([f"`{name}`", value, default, told])
    return table(["key", "value", "when left out", "meaning"], lines)


_TABLES: dict[str, tuple[str, Mapping[str, rows.Column]]] = {
    "nodes": ("nodes.csv", rows.NODES),
    "reaches": ("reaches.csv", rows.REACHES),
    "inflows": ("inflows.csv", rows.INFLOWS),
    "gauges": ("gauges.csv", rows.GAUGES),
    "discharges": ("discharges.csv", rows.DISCHARGES),
    "flow_hydrograph": ("tables of a `[[hydrograph]]`", rows.FLOW_HYDROGRAPH),
    "stage_rating": ("the rating of a `[[hydrograph]]`", rows.STAGE_RATING),
    "rating": ("rating tables", rows.RATING),
    "stage_volume": ("stage-volume tables", rows.STAGE_VOLUME),
    "outflow": ("tables of outlets", rows.OUTFLOW),
    "opening": ("tables of gate openings", rows.OPENING),
    "split": ("tables of splits", rows.SPLIT),
    "rates": ("tables of rates", rows.REACH_RATES),
    "hydrograph": ("hydrograph tables", rows.HYDROGRAPH),
    "concentration": ("concentration tables", rows.CONCENTRATION),
    "annual_maxima": ("annual_maxima.csv", rows.ANNUAL_MAXIMA),
    "trigger_flood": ("flood.csv", rows.TRIGGER_FLOOD),
    "weather": ("weather.csv", rows.WEATHER),
}
_MEANING = {
    "kind": "what the node is",
    "latitude": "degrees north",
    "longitude": "degrees east",
    "river": "name of the river",
    "length": "along the river",
    "hydraulics": "method of this reach, see below",
    "velocity": "mean velocity of the water",
    "travel_time": "time the water takes through the reach",
    "cross_section_area": "area of the flowing section",
    "width": "surface width; bottom width with `manning` and a `side_slope`",
    "depth": "mean depth, area / width",
    "manning_n": "Manning's roughness, s/m^(1/3)",
    "width_exponent": "b of width = a Q^b",
    "depth_exponent": "f of depth = c Q^f",
    "bankfull_discharge": "discharge at bankfull",
    "drainage_area": "catchment above the reach",
    "mean_annual_discharge": "long-term mean",
    "dispersion_coefficient": "goes before `[dispersion]`",
    "storage_area_ratio": "storage area / flowing area, goes before `[storage]`",
    "exchange_coefficient": "of transient storage, goes before `[storage]`",
    "lateral_inflow": "negative where water is lost",
    "temperature": "of the water, goes before `[flow]`",
    "source": "where the row comes from",
    "node": "id of the node",
    "reach": "id of the reach",
    "inflow": "water coming in at the node",
    "abstraction": "water taken out at the node",
    "discharge": "",
    "time": "since `start` of the release",
    "mass_rate": "mass per time; or give discharge and concentration",
    "concentration": "",
}


def table_block(name: str) -> str:
    """Return the columns of a table."""
    file, columns = _TABLES[name]
    lines = []
    for key, column in columns.items():
        plain = column.content in ("id", "name", "word", "file", "date", "angle", "dimensionless")
        shown = units.DIMENSIONS[column.content].examples if not plain else ()
        if column.words:
            content = ", ".join(f"`{word}`" for word in column.words)
        else:
            content = {"id": "id", "name": "text", "file": "file name", "angle": "degrees",
                       "dimensionless": "number", "date": "date with offset: "
                       "`2024-04-01T06:00+05:00`"}.get(column.content, "")  # fmt: skip
            content = content or "number, " + " ".join(f"`[{unit}]`" for unit in shown)
        bounds = _bounds(column)
        told = column.help or _MEANING.get(key, "")
        lines.append([f"`{key}`", content + bounds, "**needed**" if column.required else "–", told])
    told_file = file if "`" in file else f"`{file}`"
    return f"Columns of {told_file}:\n\n" + table(
        ["column", "content", "when left out", "meaning"], lines
    )


def _bounds(column: rows.Column) -> str:
    parts = []
    if column.above is not None:
        parts.append(f"above {column.above:g}")
    if column.minimum is not None:
        parts.append(f"{column.minimum:g} or more")
    if column.maximum is not None:
        parts.append(f"at most {column.maximum:g}")
    return f", {', '.join(parts)}" if parts else ""


def methods_block() -> str:
    """Return the columns that each hydraulic method needs."""
    lines = []
    for method, alternatives in HYDRAULIC_METHODS.items():
        each = [" + ".join(f"`{name}`" for name in one) for one in alternatives]
        lines.append([f"`{method}`", " or ".join(filter(None, each)) or "nothing"])
    return table(["method", "columns it needs"], lines)


def units_block() -> str:
    """Return the dimensions, their SI unit and the names of units."""
    lines = []
    for dimension in units.DIMENSIONS.values():
        examples = ", ".join(f"`{unit}`" for unit in dimension.examples)
        lines.append([dimension.name, examples, f"`{dimension.si}`"])
    names = ", ".join(f"`{name}`" for name in sorted(units.TABLE, key=str.casefold))
    return f"{table(['quantity', 'for example', 'inside'], lines)}\n\nNames: {names}."


_FILES = {
    "HydrographNetcdf": "netcdf = { file, variable, ... }",
    "FlowNetcdf": "netcdf = { file, discharge, ... }",
    "FlowHecras": "hecras = { file, ... }",
}
"""Inline tables that name a file of another program."""
_INLINE = {
    "Sorption": "sorption = [{ to, distribution_coefficient, ... }, ...]",
    "Species": "species = [{ name, share, ... }, ...]",
    "Volatilisation": "volatilisation = { compound, ... }",
    "HinderedSettling": "hindered_settling = { gelling_concentration, ... }",
    "Flocculation": "flocculation = { coefficient, ... }",
}
"""Inline tables of substances and solids."""


def scenario_blocks() -> dict[str, str]:
    """Return the generated parts of scenario.md."""
    found = {f"section {name}": section_block(name) for name in _HEADINGS}
    limit = _SCHEMA["$defs"]["Limit"]
    outlets = [_SCHEMA["$defs"][model.__name__] for model in reservoirs.OUTLET_SECTIONS.values()]
    found["outlets"] = "\n\n".join(_form(outlet, "kind") for outlet in outlets)
    for name, key in _FILES.items():
        found[f"file {name}"] = f"`{key}`:\n\n{_keys(_SCHEMA['$defs'][name])}"
    for name, key in _INLINE.items():
        model = _SCHEMA["$defs"][name]
        found[f"inline {name}"] = f"`{key}`: {model['description']}\n\n{_keys(model)}"
    found["limits"] = f"{limit['description']}\n\n{_keys(limit)}"
    found |= {f"table {name}": table_block(name) for name in _TABLES}
    return found | {
        "methods": methods_block(),
        "units": units_block(),
        "faults": faults_block(),
    }


def faults_block() -> str:
    """Return what a case with three mistakes is answered with."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "my_case"
        spillsim.scenario.write_template(folder)
        for file, old, new in (
            ("scenario.toml", '"2 t"', '"2 tons/day"'),
            ("reaches.csv", "meeting,town,20", "meeting,tawn,-20"),
        ):
            text = (folder / file).read_text(encoding="utf-8")
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        try:
            spillsim.load(folder)
        except spillsim.ScenarioError as error:
            return f"```text\n{error}\n```"
    raise AssertionError("the mistakes were not found")


# --- output.md -----------------------------------------------------------------------------------


def example_run() -> xr.Dataset:
    """Return a small run that holds everything a result can hold."""
    with tempfile.TemporaryDirectory() as folder:
        spillsim.scenario.write_template(folder)
        case = spillsim.load(folder)
    output = case.output.model_copy(update={"field": True, "field_interval": 6 * 3600.0})
    numerics = case.numerics.model_copy(update={"error": 0.1})
    return spillsim.run(case.model_copy(update={"output": output, "numerics": numerics}))


_KINDS = {"float32": "single", "float64": "double", "int8": "int8", "int32": "int32",
          "int64": "int64", "S1": "text"}  # fmt: skip


def variables_block(dataset: xr.Dataset, stored: Mapping[str, Mapping[str, Any]]) -> str:
    """Return name, dimensions, type, unit and meaning of every variable."""
    lines = []
    for key, variable in dataset.variables.items():
        name = str(key)
        if name.startswith("reach_") and name.endswith(("_method", "_estimated")):
            continue
        kind = "time" if variable.dtype.kind == "M" else ""
        kind = kind or _KINDS[str(stored[name].get("dtype", variable.dtype))]
        unit = str(variable.attrs.get("units", ""))
        meaning = str(variable.attrs.get("long_name", ""))
        lines.append([f"`{name}`", ", ".join(map(str, variable.dims)), kind, unit, meaning])
    return table(["variable", "dimensions", "type", "unit", "meaning"], lines)


_PARTS = ("_low", "_high", "_mean", "_standard_error", "_convergence", "_half_width",
          "_rank_correlation")  # fmt: skip
"""What the names of numbers begin or end with that belong to another."""


def example_ensemble() -> xr.Dataset:
    """Return the answers of a small ensemble with curves."""
    with tempfile.TemporaryDirectory() as folder:
        spillsim.scenario.write_template(folder)
        with Path(folder, "scenario.toml").open("a", encoding="utf-8") as file:
            file.write(
                '[[uncertain]]\nname = "mass"\nkey = "release.tank.mass"\n'
                'distribution = "uniform"\nlow = "1 t"\nhigh = "3 t"\n'
            )
        return spillsim.ensemble(folder, members=100, workers=1, curves=True).summary


def answers_block(dataset: xr.Dataset) -> str:
    """Return name, dimensions, unit and meaning of the variables that answers are made of."""
    lines = []
    for key, variable in dataset.variables.items():
        name = str(key)
        if any(name.endswith(part) or f"{part}_" in name for part in _PARTS):
            continue
        told = [str(variable.attrs.get(word, "")) for word in ("units", "long_name")]
        lines.append([f"`{name}`", ", ".join(map(str, variable.dims)), *told])
    return table(["variable", "dimensions", "unit", "meaning"], lines)


def output_blocks() -> dict[str, str]:
    """Return the generated parts of output.md."""
    dataset = example_run()
    view = results.map_dataset(dataset)
    plain = {str(name): {} for name in view.variables}
    attributes = ", ".join(f"`{name}`" for name in dataset.attrs)
    return {
        "variables": variables_block(dataset, encoding(dataset)),
        "attributes": f"Global attributes: {attributes}.",
        "map": variables_block(view, plain),
        "answers": answers_block(example_ensemble()),
    }


# --- theory.md -----------------------------------------------------------------------------------


def theory_blocks() -> dict[str, str]:
    """Return the generated parts of theory.md."""
    lines = []
    for formula in DISPERSION_FORMULAS.values():
        words = " ".join((formula.function.__doc__ or "").split()).replace("``", "`")
        told = [part for part in words.split(". ") if "broadcast" not in part]
        equation = ". ".join(told).rstrip(".").replace("*", "\\*")
        status = "recalled" if "recalled" in formula.reference else "read"
        lines.append([f"`{formula.name}`", equation, status])
    default = f"The default is `{DEFAULT_DISPERSION_FORMULA}`."
    listed = table(["name", "equation, source", "coefficients"], lines)
    return {
        "formulas": f"{listed}\n\n{default}",
        "distribution": distribution_block(),
        "radionuclides": radionuclides_block(),
    }


def distribution_block() -> str:
    """Return the library of distribution coefficients, one row for each substance."""
    per_litre = 1e3
    library = {entry.name: entry for entry in distribution_coefficients().values()}
    lines = [
        [f"`{one.name}`", f"{math.log10(per_litre * one.value):.1f}",
         f"{math.log10(per_litre * one.lowest):.1f} to {math.log10(per_litre * one.highest):.1f}",
         one.quality, one.source]
        for one in library.values()
    ]  # fmt: skip
    return table(["substance", "log₁₀ K_d [L/kg]", "range", "quality", "source"], lines)


def radionuclides_block() -> str:
    """Return the members of the uranium chain."""
    lines = [
        [one.symbol, f"{one.half_life / YEAR:.4g}", one.daughter,
         f"{one.specific_activity / 1e6:.3g}", one.source]
        for one in RADIONUCLIDES.values()
    ]  # fmt: skip
    return table(["nuclide", "half-life [years]", "becomes", "activity [Bq/mg]", "source"], lines)


# --- facility.md ---------------------------------------------------------------------------------


def facility_blocks() -> dict[str, str]:
    """Return the generated parts of facility.md."""
    models = [*facility_sections.FACILITY_SECTIONS.values(),
              facility_sections.SizeClassSection]  # fmt: skip
    modes = facility_sections.FAILURE_SECTIONS.values()
    _, schema = models_json_schema([(m, "validation") for m in (*models, *modes)], by_alias=True)
    defined = schema["$defs"]
    names = {"FacilityInfo": "facility", "Composition": "composition",
             "Uncertainty": "uncertainty", "SizeClassSection": "size_class"}  # fmt: skip
    found = {}
    for model in models:
        one = defined[model.__name__]
        found[names[model.__name__]] = f"{one['description']}\n\n{_keys(one)}"
    found["failure"] = "\n\n".join(_form(defined[model.__name__], "mode") for model in modes)
    found["materials"] = _materials_block()
    found["library"] = _library_block()
    found["template"] = f"```toml\n{facility_template.TEMPLATE}```"
    return found


def _materials_block() -> str:
    """Return the columns of a library."""
    lines = []
    for key, column in materials_file.MATERIALS.items():
        content = ", ".join(f"`{word}`" for word in column.words) or {
            "id": "name without spaces", "name": "text", "dimensionless": "number"
        }[column.content]  # fmt: skip
        needed = "**needed**" if column.required else "–"
        lines.append([f"`{key}`", content + _bounds(column), needed, column.help])
    return table(["column", "content", "when left out", "meaning"], lines)


def _library_block() -> str:
    """Return what the library that comes along holds, as it stands in its file."""
    text = materials.LIBRARY.read_text(encoding="utf-8")
    lines = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    shown = []
    for row in lines:
        ends = [row[key] for key in ("low", "typical", "high")]
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        share = f", {float(row['share']):.0%} of the mass" if row["share"] else ""
        value = f"{' – '.join(filter(None, ends))}{unit}{share}"
        told = "; ".join(filter(None, (row["source"], row["note"])))
        names = [f"`{row['material']}`", row["part"], f"`{row['name']}`"]
        shown.append([*names, value, row["quality"], told])
    return table(["material", "part", "name", "value", "quality", "source, note"], shown)


# --- pages ---------------------------------------------------------------------------------------

PAGES = {
    "scenario.md": scenario_blocks,
    "facility.md": facility_blocks,
    "output.md": output_blocks,
    "theory.md": theory_blocks,
}


def main(check: bool) -> int:
    """Write the pages, or tell which are not current."""
    stale = 0
    for name, made in PAGES.items():
        path: Path = FOLDER / name
        old = path.read_text(encoding="utf-8")
        new = with_blocks(old, made())
        changed = differences(old, new)
        stale += bool(changed)
        for before, after in changed:
            print(f"{name}\n- {before}\n+ {after}")
        if changed and not check:
            path.write_text(new, encoding="utf-8")
        print(f"{name}: {('not current' if check else 'written') if changed else 'current'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
