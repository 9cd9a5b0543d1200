"""Members as sums of scaled runs: where the case is linear and only masses are uncertain.

Whatever the flow does, a release of twice the mass gives twice the curves. One run of the case is
then enough for all members, or one for each of the releases that vary on their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from .blocks import Blocks
from .factors import Levels, levels_of
from .passing import put_metrics
from .runner import Block
from .single import Array
from .wholes import WholeRuns

if TYPE_CHECKING:
    from ..model import Model
    from ..sampling import Draws
    from ..scenario import Scenario
    from ..scenario.uncertain import Aim

MOST, LEAST = 1024, 32
"""Members of a block."""
ENTRIES = 4_000_000
"""Values of curves that are in memory together for a block, about."""

Scale = tuple[int, float]
"""Number of an input, and what it is divided by to become a factor on masses."""


@dataclass(frozen=True)
class Curves:
    """What the groups of releases of a substance do, each as written: G groups."""

    levels: Levels
    scales: tuple[tuple[Scale, ...], ...]
    """(G,) inputs that each group goes with."""
    own: Array = field(repr=False)
    """(G, 2, S, T) concentration [kg/m3] and mass passed [kg]."""


@dataclass(frozen=True)
class Scaled(Blocks):
    """Computes blocks of members from runs that are done; may be sent to other processes."""

    time: Array = field(repr=False)
    """(T,) [s since the start of the case]"""
    curves: tuple[tuple[Curves, ...], ...]
    """(C, N) by combination of what is swept and substance."""
    runs: int

    separate = False
    """What takes time lets other threads run beside it."""

    @property
    def told(self) -> str:
        """The way in words."""
        return f"scaled from {self.runs} run{'s' if self.runs > 1 else ''}"

    def __call__(self, block: int) -> Block:
        """Compute a block."""
        members = self.members(block)
        values = self.shape.empty(len(members))
        combination = self.draws.combination[members.start : members.stop]
        for c in np.unique(combination).tolist():
            rows = np.flatnonzero(combination == c)
            drawn = self.draws.value[members.start + rows]
            for n, one in enumerate(self.curves[c]):
                found = np.zeros((2, rows.size, *one.own.shape[2:]))
                for own, scales in zip(one.own, one.scales, strict=True):
                    factor = np.ones(rows.size)
                    for number, divisor in scales:
                        factor *= drawn[:, number] / divisor
                    found += factor[:, None, None] * own[:, None]
                put_metrics(one.levels, self.time, found, rows, n, values)
        return Block(values)


def plan(draws: Draws, wholes: WholeRuns, bases: Sequence[Model]) -> Scaled | str:
    """Run what the members are to be scaled from, or tell why that is not possible.

    bases : (C,) the case of each combination of what is swept
    """
    if not draws.names:
        return "nothing but what is swept varies"
    groups = []
    for model in bases:
        found = _groups(draws, model)
        if isinstance(found, str):
            return found
        groups.append(found)
    runs = sum(max(len(one) for one in own) for own in groups)
    if runs >= draws.members:
        return f"scaling would take {runs} runs, no fewer than there are members"
    curves = tuple(_run(model, own) for model, own in zip(bases, groups, strict=True))
    time = bases[0].output_time
    each = 2 * max(len(bases[0].stations) * time.size, 1)
    block = min(max(ENTRIES // each, LEAST), MOST)
    return Scaled(draws, wholes.shape, block, time, curves, runs)


_Group = tuple[tuple[Scale, ...], tuple[str, ...]]
"""Inputs that a group of releases goes with, and names of the releases."""


def _groups(draws: Draws, model: Model) -> list[list[_Group]] | str:
    """(N,) groups of the releases of each substance, or why members are no scaled runs."""
    from ..afloat import something_floats

    scenario = model.scenario
    if model.pools is not None:
        return "parts of the constituents exchange"
    if something_floats(scenario):
        return "a substance floats"
    names = _names(scenario)
    if len(set(names)) < len(names):
        return "releases are not told apart by name"
    found: dict[str, list[Scale]] = {name: [] for name in names}
    for number, one in enumerate(scenario.uncertain):
        scaled = _releases_of(one.aim, model)
        if scaled is None:
            return f'input "{draws.names[number]}" changes more than masses'
        concerned, divisor = scaled
        for name in concerned:
            found[name].append((number, divisor))
    by_substance = []
    for substance in scenario.substances:
        alike: dict[tuple[Scale, ...], list[str]] = {}
        for name, release in zip(names, scenario.releases, strict=True):
            if release.substance == substance.name:
                alike.setdefault(tuple(found[name]), []).append(name)
        by_substance.append([(scales, tuple(own)) for scales, own in alike.items()])
    return by_substance


def _names(scenario: Scenario) -> list[str]:
    """Names of the releases, as those that are compiled bear them."""
    return [one.name or f"release[{index}]" for index, one in enumerate(scenario.releases)]


def _releases_of(aim: Aim, model: Model) -> tuple[list[str], float] | None:
    """Names of the releases whose mass an input multiplies, and what it is divided by before."""
    releases, names = model.scenario.releases, _names(model.scenario)
    if aim.factor_of == "mass":
        own = [
            name for name, release in zip(names, releases, strict=True)
            if aim.release in ("", release.name) and aim.substance in ("", release.substance)
        ]  # fmt: skip
        return own, 1.0
    at_release = len(aim.path) == 3 and aim.path[0] == "release" and isinstance(aim.path[1], int)
    if not at_release or aim.path[2] not in ("mass", "rate"):
        return None
    section = f"release[{aim.path[1]}]"
    concerned = [n for n, release in enumerate(releases) if release._where == section]
    if not concerned:  # it does not happen
        return [], 1.0
    before = getattr(releases[concerned[0]], str(aim.path[2]), None)
    return ([names[concerned[0]]], float(before)) if before and len(concerned) == 1 else None


def _run(model: Model, groups: Sequence[Sequence[_Group]]) -> tuple[Curves, ...]:
    """(N,) curves of every group; substances are run side by side."""
    from ..simulation import simulate

    found: list[list[Array]] = [[] for _ in groups]
    for turn in range(max(len(own) for own in groups)):
        # a substance that has no more groups goes along with its first
        chosen = [own[turn if turn < len(own) else 0][1] if own else () for own in groups]
        releases = tuple(r for r in model.releases if r.name in chosen[r.substance])
        run = simulate(replace(model, releases=releases).curves_only())
        for n, own in enumerate(groups):
            if turn < max(len(own), 1):
                found[n].append(np.stack([run.concentration[n], run.cumulative_mass[n]]))
    return tuple(
        Curves(levels_of(model, n), tuple(scales for scales, _ in groups[n]) or ((),),
               np.stack(found[n]))
        for n in range(len(groups))
    )  # fmt: skip
