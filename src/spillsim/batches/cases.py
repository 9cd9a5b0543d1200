"""Which cases a batch is made of: folders, scenario files and patterns of names."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import scenario
from ..errors import Fault, ScenarioError
from ..network.faults import nearest

SCENARIO_FILE = "scenario.toml"
_FIRST_KEY = re.compile(rb"^\s*spillsim\s*=", re.MULTILINE)
"""What makes a .toml file the scenario of a case."""
_ALL, _NONE = "all", "none"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A scenario file, and how the user would name it."""

    path: str
    """As given: the case folder for its ``scenario.toml``, else the file."""
    file: Path
    """The scenario file itself."""

    @property
    def name(self) -> str:
        """Name of the case folder; of another file than ``scenario.toml`` the name of the file."""
        return self.parts[-1]

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the folders that lead to the case, and its own name."""
        whole = Path(os.path.realpath(self.file))
        own = () if whole.name == SCENARIO_FILE else (whole.stem,)
        return (*whole.parent.parts[1:], *own)


@dataclass(frozen=True, slots=True)
class Variant:
    """A regime and a measure of a case, each empty for none."""

    regime: str = ""
    measure: str = ""

    @property
    def label(self) -> str:
        """``"low, dilution"``; empty for the file as written."""
        return ", ".join(filter(None, (self.regime, self.measure)))

    @property
    def suffix(self) -> str:
        """For names of files: ``"_low_dilution"``."""
        return "".join(f"_{name}" for name in (self.regime, self.measure) if name)


def find_cases(given: Sequence[str | os.PathLike[str]]) -> list[CaseFile]:
    """Find the cases that are meant, each once, in the order given and then of their names.

    Parameters
    ----------
    given : case folders, scenario files, folders that hold such at any depth, and patterns such
        as ``"cases/*"`` or ``"**/low.toml"``. A file in a folder that is searched is a scenario
        if it is called ``scenario.toml`` or is a .toml file with the key ``spillsim``; hidden
        folders are not searched.

    Raises
    ------
    ScenarioError
        With everything that leads to no case.
    """
    faults: list[Fault] = []
    found: dict[str, CaseFile] = {}
    for one in given:
        path = os.fspath(one)
        for case in _of(path, faults):
            found.setdefault(os.path.realpath(case.file), case)
    if not given:
        faults.append(Fault("", "", "no case is named."))
    if faults:
        raise ScenarioError(faults, "batch")
    return list(found.values())


def _of(path: str, faults: list[Fault]) -> list[CaseFile]:
    """The cases of one argument; a fault where there is none."""
    place = Path(path)
    try:
        if place.is_dir():
            cases = list(_within(path))
            wrong = "holds no case: no scenario.toml, and no .toml file with the key spillsim"
        elif place.exists():
            cases = [_case(path)] if place.suffix == ".toml" else []
            wrong = "is no scenario file: the name of one ends in .toml"
        elif glob.has_magic(path):
            cases = list(_matching(path))
            wrong = "no case matches this pattern"
        else:
            cases, wrong = [], "there is no such folder or file"
    except (OSError, ValueError) as error:
        cases, wrong = [], f"the path cannot be used: {error}"
    if not cases:
        faults.append(Fault(path, "", wrong, _near(place)))
    return cases


def _near(place: Path) -> str:
    """A neighbour of nearly the same name."""
    try:
        names = [one.name for one in place.parent.iterdir()] if not place.exists() else []
    except (OSError, ValueError):
        return ""
    return nearest(place.name, names)


def _within(path: str) -> Iterator[CaseFile]:
    """The cases in a folder and in the folders below."""
    for folder, below, files in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(files, key=lambda name: (name != SCENARIO_FILE, name)):
            file = os.path.join(folder, name)  # noqa: PTH118 - as the user wrote it
            if name == SCENARIO_FILE or (name.endswith(".toml") and _is_scenario(file)):
                yield _case(file)


def _matching(pattern: str) -> Iterator[CaseFile]:
    """The cases that a pattern leads to; what it matches besides is no case and left alone."""
    for path in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - may be absolute
        if Path(path).is_dir():
            yield from _within(path)
        elif Path(path).name == SCENARIO_FILE or (path.endswith(".toml") and _is_scenario(path)):
            yield _case(path)


def _case(path: str) -> CaseFile:
    file = Path(path)
    return CaseFile(str(file.parent) if file.name == SCENARIO_FILE else path, file)


def _is_scenario(path: str) -> bool:
    with Path(path).open("rb") as stream:
        return _FIRST_KEY.search(stream.read(1 << 20)) is not None


def variants_of(
    case: CaseFile, regimes: Sequence[str] | None, measures: Sequence[str] | None
) -> list[Variant]:
    """Every wanted regime of a case with every wanted measure, in the order asked for.

    regimes, measures : names; ``all`` stands for all that the case has, or for the file as
        written where it has none, and ``none`` for the file as written

    Raises ScenarioError for names that the case does not have.
    """
    if not regimes and not measures:
        return [Variant()]
    known = scenario.list_variants(case.file)
    faults: list[Fault] = []
    found: dict[str, list[str]] = {}
    for kind, wanted in (("regime", regimes), ("measure", measures)):
        names = [one.name for one in known if one.kind == kind]
        for word in wanted or [_NONE]:
            if word not in (_ALL, _NONE, *names):
                there = f"There are: {', '.join(names)}." if names else ""
                hint = nearest(word, names) or there or f"It has no [{kind}.NAME]."
                faults.append(Fault(case.file.name, kind, f'there is no {kind} "{word}"', hint))
        stands_for = {_ALL: names or [""], _NONE: [""]}
        chosen = [name for word in wanted or [_NONE] for name in stands_for.get(word, [word])]
        found[kind] = list(dict.fromkeys(chosen))
    if faults:
        raise ScenarioError(faults, case.name)
    return [Variant(regime, measure) for regime in found["regime"] for measure in found["measure"]]


def names_of(cases: Sequence[tuple[CaseFile, Variant]]) -> list[str]:
    """A name for each result, without ending: that of the case, with its regime and measure.

    Where several would have the same, so many of the folders that lead to them are put before
    as set them apart: ``north_mill`` and ``south_mill``. Upper and lower case make no difference,
    as on many disks.

    Raises ScenarioError where two cannot be set apart.
    """
    depth = [1] * len(cases)
    while True:
        names = ["_".join(case.parts[-deep:]) + variant.suffix
                 for (case, variant), deep in zip(cases, depth, strict=True)]  # fmt: skip
        alike: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            alike.setdefault(name.casefold(), []).append(number)
        clashing = [numbers for numbers in alike.values() if len(numbers) > 1]
        if not clashing:
            return names
        grown = False
        for number in (number for numbers in clashing for number in numbers):
            if depth[number] < len(cases[number][0].parts):
                depth[number] += 1
                grown = True
        if not grown:
            faults = [
                Fault(str(cases[number][0].file), "", f'the result would be "{names[number]}.nc", '
                      "as that of another case", "Give one of the folders another name.")
                for numbers in clashing for number in numbers
            ]  # fmt: skip
            raise ScenarioError(faults, "batch")
