"""What tailings of a kind consist of: rows of a library, and the material they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .facility import SizeClass
from .spread import Spread

LIBRARY = Path(__file__).with_name("materials.csv")
"""The table that comes with the package."""
ANY = "any"
"""Material whose rows hold where another has none of its own."""
PARTS = ("water", "solids", "property", "grains")
PROPERTIES = ("dry_density", "solids_density", "slurry_solids", "erosion_ratio")


@dataclass(frozen=True)
class MaterialRow:
    """One number of a material, in SI."""

    material: str
    part: str
    name: str
    value: Spread
    share: float | None = None
    """Of the mass of the solids, for grains [-]."""


@dataclass(frozen=True)
class Material:
    """What tailings of a kind consist of."""

    name: str
    water: Mapping[str, Spread]
    """Substance -> concentration [kg/m3]."""
    solids: Mapping[str, Spread]
    """Substance -> content [kg/kg]."""
    properties: Mapping[str, Spread]
    size_classes: tuple[SizeClass, ...]


def names(rows: Iterable[MaterialRow]) -> list[str]:
    """Materials that rows are of, in their order."""
    return [name for name in dict.fromkeys(row.material for row in rows) if name != ANY]


def replaced(rows: Iterable[MaterialRow], by: Iterable[MaterialRow]) -> list[MaterialRow]:
    """Rows of a library, some replaced by another library's and its others added."""
    found = {(row.material, row.part, row.name): row for row in rows}
    return list((found | {(row.material, row.part, row.name): row for row in by}).values())


def material(rows: Iterable[MaterialRow], name: str) -> Material:
    """The material of a name; what it lacks comes from the rows of ``any``.

    Its grains are its own or all of ``any``, never a mixture.
    """
    every = list(rows)
    parts: dict[str, dict[str, Spread]] = {part: {} for part in PARTS}
    for row in [one for kind in (ANY, name) for one in every if one.material == kind]:
        parts[row.part][row.name] = row.value
    own = [row for row in every if row.part == "grains" and row.material == name]
    grains = own or [row for row in every if row.part == "grains" and row.material == ANY]
    classes = tuple(
        SizeClass(row.name, row.share or 0.0, row.value.median, quality=row.value.quality)
        for row in grains
    )
    return Material(name, parts["water"], parts["solids"], parts["property"], classes)
