"""Where the mass is at the end: in the water, on the bed, lost, and in which country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import words
from .console import Console
from .table import Column, fits, print_table

if TYPE_CHECKING:
    import xarray as xr

LEDGER_BOUND = 1e-9
"""Share of the mass released that the ledger may lose; round-off is far below."""
WORTH_TELLING = 1e-6
"""Share of the mass released below which a part is left out of the lines."""

_PARTS = (
    ("mass_gained", "made of others"),
    ("mass_decayed", "decayed"),
    ("mass_volatilised", "to the air"),
    ("mass_transformed", "turned into others"),
    ("mass_stranded", "stranded on the banks"),
    ("mass_in_river", "in the water"),
    ("mass_in_storage", "in dead zones"),
    ("mass_on_bed", "on the bed"),
    ("mass_abstracted", "abstracted"),
    ("mass_past_outlet", "past the outlet"),
)
_COMPARTMENTS = {
    "dissolved": ("dissolved", "in the water"), "suspended": ("suspended", "in the water"),
    "storage": ("in dead", "zones"), "bed": ("on the", "bed"), "decayed": ("decayed", ""),
    "volatilised": ("to the", "air"), "transformed": ("turned", "into others"),
    "stranded": ("stranded", ""),
}  # fmt: skip
_CAME = {"released": ("released", ""), "gained": ("made of", "others"), "entered": ("came", "in")}
_WENT = {
    "left_or_lost": ("left", "or lost"), "abstracted": ("abstracted", ""),
    "past_outlet": ("past the", "outlet"), "passed_on": ("passed", "on"),
}  # fmt: skip
_UNITS = (("t", 1e-3, 1000.0), ("kg", 1.0, 1.0), ("g", 1e3, 0.0))


def tell_ledger(console: Console, dataset: xr.Dataset, *, only_errors: bool = False) -> bool:
    """Print where the mass is at the end; return whether the ledger closes for every constituent.

    The mass made of other constituents counts as put in, as that released does.
    """
    closed = True
    end = dataset.isel(ledger_time=-1)
    several = end.sizes["substance"] > 1
    for substance in end["substance"].values:
        here = end.sel(substance=substance)
        put_in = float(here["mass_released"])
        if "mass_gained" in here:
            put_in += float(here["mass_gained"])
        share = abs(float(here["mass_error"])) / put_in if put_in > 0.0 else 0.0
        closed = closed and share <= LEDGER_BOUND
        if only_errors:
            continue
        parts = [f"released {words.mass(float(here['mass_released']))}", *_parts(here, put_in)]
        parts.append(f"error {share:.0e} of it".replace("e-0", "e-").replace("0e+00", "0"))
        console.labelled("mass", (f"{substance}: " if several else "") + " · ".join(parts))
    if not closed:
        console.complain(f"the mass balance is open by more than {LEDGER_BOUND:.0e} of the release")
    return closed


def _parts(end: xr.Dataset, put_in: float) -> list[str]:
    """Return the parts of one constituent's ledger that are worth telling."""
    found = []
    plain = "mass_dissolved" not in end  # then decay is the one loss that can be
    for name, text in _PARTS:
        amount = float(end[name]) if name in end else 0.0
        if amount > WORTH_TELLING * put_in or (name == "mass_decayed" and plain):
            found.append(f"{text} {words.mass(amount)}{_of_which(end, name, amount)}")
    return found


def _of_which(end: xr.Dataset, name: str, amount: float) -> str:
    """Return how much of what is in the water is suspended, where there is any."""
    if name != "mass_in_river" or "mass_suspended" not in end:
        return ""
    suspended = float(end["mass_suspended"])
    if suspended <= WORTH_TELLING * amount:
        return ""
    dissolved = float(end["mass_dissolved"])
    if dissolved <= WORTH_TELLING * amount:
        return ", suspended"
    return f" ({words.mass(suspended)} of it suspended)"


def tell_countries(console: Console, dataset: xr.Dataset) -> None:
    """Print the account of every country, where borders part several; as lines if narrow."""
    if dataset.sizes.get("country", 0) < 2 or "country_mass_passed_on" not in dataset:
        return
    several = dataset.sizes["substance"] > 1
    for number, name in enumerate(dataset["substance"].values):
        own = dataset.isel(substance=number)
        came = sum(float(own[f"country_mass_{part}"].sum()) for part in ("released", "gained")
                   if f"country_mass_{part}" in own)  # fmt: skip
        if came <= 0.0:
            continue
        columns, unit = _columns(own, came)
        title = f"{name} by country, at the end of the run" if several else "by country, at the end"
        if not fits(console, columns):
            _tell_lines(console, title, columns, unit)
            continue
        console.line(f"{title} [{unit}]")
        print_table(console, columns)
    if "mass_left" not in dataset:
        text = (
            "what is left, lost or abstracted in a country is known together, by the curves at "
            "the borders"
        )
        console.labelled("", text)
    console.line()


def _columns(own: xr.Dataset, came: float) -> tuple[list[Column], str]:
    """Return country and every part of the account that any country has, in one unit."""
    amounts: list[tuple[tuple[str, str], Sequence[float]]] = [
        (heading, _account(own, part)) for part, heading in _CAME.items()
    ]
    if "mass_left" in own:
        for compartment, heading in _COMPARTMENTS.items():
            if compartment in own["compartment"].values:
                here = own["mass_left"].sel(compartment=compartment)
                amounts.append((heading, [float(v) for v in here.values]))
    else:
        amounts.append((_WENT["left_or_lost"], _account(own, "left_or_lost")))
    rest = ("abstracted", "past_outlet", "passed_on")
    amounts += [(_WENT[part], _account(own, part)) for part in rest]
    unit, scale, _ = next(row for row in _UNITS if came >= row[2])
    columns = [Column("country", "", tuple(str(name) for name in own["country"].values), left=True)]
    for (title, second), values in amounts:
        if max(map(abs, values)) > WORTH_TELLING * came:
            texts = tuple(
                words.number(value * scale) if abs(value) > WORTH_TELLING * came else words.DASH
                for value in values
            )
            columns.append(Column(title, second, texts))
    return columns, unit


def _account(own: xr.Dataset, part: str) -> list[float]:
    name = f"country_mass_{part}"
    if name not in own:
        return [0.0] * own.sizes["country"]
    return [float(value) for value in own[name].values]


def _tell_lines(console: Console, title: str, columns: Sequence[Column], unit: str) -> None:
    """Print what the table would, a paragraph for each country."""
    for line in console.wrapped(title, console.width - 1):
        console.line(line)
    for number, country in enumerate(columns[0].cells):
        told = [
            f"{' '.join(filter(None, (column.title, column.unit)))} {column.cells[number]} {unit}"
            for column in columns[1:]
            if column.cells[number] != words.DASH
        ]
        console.labelled(f"  {country}", " · ".join(told))


def tell_water(console: Console, dataset: xr.Dataset) -> None:
    """Print where the water went, where the flow varies."""
    if "water_entered" not in dataset:
        return
    end = dataset.isel(ledger_time=-1)
    entered, left = float(end["water_entered"]), float(end["water_left"])
    taken, stored = float(end["water_abstracted"]), float(end["water_stored"])
    there = stored + left + taken + float(end["water_error"])
    share = abs(float(end["water_error"])) / there if there > 0.0 else 0.0
    parts = [f"entered {words.volume(entered)}", f"past the outlet {words.volume(left)}"]
    if taken > WORTH_TELLING * there:
        parts.append(f"abstracted {words.volume(taken)}")
    before = there - entered
    parts.append(f"in the river {words.volume(stored)}, at first {words.volume(before)}")
    parts.append(f"error {share:.0e} of it".replace("e-0", "e-").replace("0e+00", "0"))
    console.labelled("water", " · ".join(parts))
