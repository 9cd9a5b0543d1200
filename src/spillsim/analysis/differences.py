"""What differs between the scenarios of results, from the texts that the results carry."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

from ..scenario.faults import Faults
from ..scenario.variants import KINDS, merge, name_of, variants_of

_WORDS = ("case.title", "case.summary", "case.references", "spillsim")
"""Keys that no number hangs on."""
ABSENT = "not given"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """A key, or a file, in which scenarios differ."""

    key: str
    """Path of the key, as in ``release.tank.mass``; the name of a file with other contents."""
    values: tuple[str, ...]
    """What stands there, one text for each result; ``not given`` where nothing does. Of a file
    the first letters of its SHA-256."""


def differences(datasets: Sequence[xr.Dataset]) -> list[Difference] | None:
    """What differs between the scenarios of results, with their regimes and measures merged.

    None where a result carries no text of its scenario.
    """
    every = [_keys(dataset) for dataset in datasets]
    known = [one for one in every if one is not None]
    if len(known) < len(every):
        return None
    found = []
    for key in dict.fromkeys(key for keys in known for key in keys):
        values = tuple(keys.get(key, ABSENT) for keys in known)
        if len(set(values)) > 1:
            found.append(Difference(key, values))
    return found + _files(datasets)


def _keys(dataset: xr.Dataset) -> dict[str, str] | None:
    """Every key of a scenario and what stands there."""
    text = str(dataset.attrs.get("scenario_text", ""))
    if not text:
        return None
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError:
        return None
    faults = Faults("", {})
    named = {kind: str(dataset.attrs.get(kind, "")) for kind in KINDS}
    chosen = [one for one in variants_of(data, faults) if one.name == named[one.kind]]
    merged = merge(data, chosen, faults).data
    return {key: text for key, text in _leaves(merged, "") if key not in _WORDS}


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Paths of what is no table, with its text; items of lists of tables by their names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        names = [name_of(one) for one in value]
        for number, (item, name) in enumerate(zip(value, names, strict=True)):
            known = name and names.count(name) == 1
            yield from _leaves(item, f"{path}.{name}" if known else f"{path}[{number}]")
    else:
        yield path, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _files(datasets: Sequence[xr.Dataset]) -> list[Difference]:
    """Tables of the same name with other contents."""
    digests = [json.loads(str(one.attrs.get("input_sha256", "{}"))) for one in datasets]
    found = []
    for name in dict.fromkeys(name for own in digests for name in own):
        values = tuple(str(own.get(name, ABSENT))[:9] for own in digests)
        is_scenario = name.endswith((".toml", ".json"))
        if len({own[name] for own in digests if name in own}) > 1 and not is_scenario:
            found.append(Difference(name, values))
    return found
