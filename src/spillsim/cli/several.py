"""Several runs of a case, told one after the other and then side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Notice
from ..hydraulics import estimated_quantities
from . import compare, describe
from .console import Console

if TYPE_CHECKING:
    import xarray as xr

    from ..analysis import ComparisonRow
    from ..model import Model


_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:e[-+]?\d+)?")
_MOST_NAMED = 4
"""Runs that are named where numbers differ; more are counted."""


class Several:
    """What several runs have in common is told once."""

    def __init__(self, console: Console, case: str, models: Sequence[Model]) -> None:
        self._console, self._case = console, case
        self._models = list(models)
        self._datasets: list[xr.Dataset] = []
        self._notices: dict[Notice, list[str]] = {}
        self._estimates: dict[str, list[str]] = {}

    def tell_case(self) -> None:
        """Print the title, and what is the same in all runs."""
        every = (model.scenario.case.title for model in self._models)
        title = " / ".join(dict.fromkeys(every))
        describe.title(self._console, title, describe.scenario_path(self._case))
        for label, said in (("network", describe.network), ("releases", describe.releases)):
            if len({said(model) for model in self._models}) == 1:
                self._console.labelled(label, said(self._models[0]))

    def tell_head(self, number: int) -> None:
        """Print what is being computed."""
        console, model = self._console, self._models[number]
        console.line()
        names = [model.scenario.variant(kind) for kind in ("regime", "measure")]
        titles = [variant.title for variant in names if variant is not None and variant.title]
        console.line(" · ".join([_label(model), *titles]), bold=True)
        for label, said in (("network", describe.network), ("releases", describe.releases)):
            if len({said(other) for other in self._models}) > 1:
                console.labelled(label, said(model))
        console.labelled("flow", describe.flow(model))
        console.labelled("grid", describe.grid(model))

    def keep(
        self, number: int, model: Model, dataset: xr.Dataset, notices: Sequence[Notice]
    ) -> None:
        """Remember what a run found: of curves and fields no more than a table needs."""
        dropped = [str(name) for name in dataset.variables if "mesh" in str(name)]
        self._datasets.append(dataset.drop_vars(dropped, errors="ignore"))
        label = _label(self._models[number])
        for notice in (*notices, *model.notices):
            self._notices.setdefault(notice, []).append(label)
        for text in estimated_quantities(model.flow):
            self._estimates.setdefault(text, []).append(label)

    def tell_comparison(self, *, stations: bool) -> list[ComparisonRow]:
        """Print the table of all runs, and estimates and notices once; return the rows."""
        from ..analysis import compare as rows_of

        console = self._console
        rows = rows_of(self._datasets, stations=stations)
        console.line()
        compare.tell_comparison(console, rows, self._datasets)
        found = [text + self._only(labels) for text, labels in self._estimates.items()]
        console.labelled("estimated", " · ".join(found) or "nothing; everything is given")
        self._tell_notices()
        return rows

    def _tell_notices(self) -> None:
        """Print notices once; of those that differ in their numbers alone, the first."""
        alike: dict[tuple[str, str], list[Notice]] = {}
        for notice in self._notices:
            words = _NUMBER.sub("#", notice.message)
            alike.setdefault((notice.subject, words), []).append(notice)
        for first, *others in alike.values():
            only = self._only(self._notices[first])
            more = [label for other in others for label in self._notices[other]]
            if more:
                rest = "; ".join(more) if len(more) <= _MOST_NAMED else f"{len(more)} other runs"
                only = f" ({'; '.join(self._notices[first])}; with other numbers: {rest})"
            self._console.labelled("note", f"{first.subject}{only}: {first.message}")

    def _only(self, labels: Sequence[str]) -> str:
        return "" if len(labels) == len(self._models) else f" ({'; '.join(labels)})"


def _label(model: Model) -> str:
    names = filter(None, (model.scenario.regime, model.scenario.measure))
    return ", ".join(names) or "as written"
