"""Library of distribution coefficients between suspended matter and water."""

from __future__ import annotations

import csv
import difflib
import functools
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

_LITRE_PER_KG = 1e-3  # m3/kg


class DistributionCoefficient(NamedTuple):
    """One value of the library."""

    value: float
    """K_d, ten to the mean of the logarithms [m3/kg]."""
    source: str
    """Where it is from."""
    quality: str
    """``"read"`` in a source, or ``"recalled"``: to be checked there before it is relied on."""
    name: str
    """Name in the library."""
    lowest: float
    """Smallest value found [m3/kg]."""
    highest: float
    """Largest value found [m3/kg]."""


@functools.cache
def distribution_coefficients() -> Mapping[str, DistributionCoefficient]:
    """Read the library: name -> value, in the order of the file."""
    text = resources.files(__package__).joinpath("distribution_coefficients.csv")
    lines = text.read_text(encoding="utf-8").splitlines()
    found = {}
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        mean, lowest, highest = (
            _LITRE_PER_KG * 10.0 ** float(row[column]) for column in ("mean", "lowest", "highest")
        )
        entry = DistributionCoefficient(
            mean, row["source"], row["quality"], row["name"], lowest, highest
        )
        found[row["name"]] = entry
        found.setdefault(_plain(row["symbol"]), entry)
    return MappingProxyType(found)


def distribution_coefficient(name: str) -> DistributionCoefficient:
    """Look up K_d of a substance by name or chemical symbol, e.g. ``"zinc"`` or ``"Zn"``.

    Case does not matter, and spaces and hyphens are read as underscores.

    Raises
    ------
    LookupError
        The library has no such substance; says which it has and which is nearest.
    """
    library = distribution_coefficients()
    entry = library.get(_plain(name))
    if entry is not None:
        return entry
    names = list(dict.fromkeys(known.name for known in library.values()))
    near = difflib.get_close_matches(_plain(name), [*names, *library], n=1)
    hint = f' Did you mean "{library[near[0]].name}"?' if near else ""
    raise LookupError(
        f'the library has no distribution coefficient of "{name}"; it has {", ".join(names)}.{hint}'
    )


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")
