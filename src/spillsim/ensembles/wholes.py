"""Members as whole runs: every one is assembled and marched as a case of its own.

The way that always works: for flow that changes, parts of constituents that exchange, another
formula or network. Each member costs what a run costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .blocks import Blocks
from .factors import levels_of
from .runner import Block, alone
from .single import Array, metrics_of

if TYPE_CHECKING:
    from ..model import Model
    from ..simulation import Run


@dataclass(frozen=True)
class WholeRuns(Blocks):
    """Computes blocks of members by whole runs; may be sent to other processes."""

    interval: float
    """Between two outputs, the same for all members [s]."""

    told = "whole runs"
    separate = True
    """Most of a run is Python, of which only one thread goes on at a time."""

    def __call__(self, block: int) -> Block:
        """Compute a block; members that fail are noted."""
        return alone(self.members(block), self.one, self.shape.empty)

    def one(self, member: int) -> Mapping[str, Array]:
        """What one member brings, from a run of its own."""
        from .. import analysis, results
        from ..model import assemble
        from ..sampling import scenario_of
        from ..simulation import simulate

        scenario = with_interval(scenario_of(self.draws, member), self.interval)
        model = assemble(scenario).curves_only()
        run = simulate(model)
        if model.pools is None:
            return self._looked_at(model, run)
        # limits may be for a part of what is there
        dataset = analysis.add_metrics(results.to_dataset(model, run))
        return metrics_of(dataset, start_of(scenario), curves=self.shape.times > 0)

    def _looked_at(self, model: Model, run: Run) -> Mapping[str, Array]:
        """The metrics of a run's curves, without all the rest that a result holds."""
        from .passing import put_metrics

        values = self.shape.empty(1)
        for n in range(len(self.shape.substances)):
            curves = np.stack([run.concentration[n], run.cumulative_mass[n]])[:, None]
            row = np.zeros(1, dtype=np.int64)
            put_metrics(levels_of(model, n), model.output_time, curves, row, n, values)
        return {name: array[0] for name, array in values.items()}


def with_interval(scenario: Any, interval: float) -> Any:
    """A scenario with the output times that all members share."""
    return scenario.model_copy(
        update={"output": scenario.output.model_copy(update={"interval": interval})}
    )


def start_of(scenario: Any) -> np.datetime64:
    """Start of the case in UTC, as datasets count."""
    import datetime as dt

    return np.datetime64(scenario.case.start.astimezone(dt.UTC).replace(tzinfo=None), "ns")
