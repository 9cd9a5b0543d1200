"""Small networks and stand-ins for scenarios, shared by the tests of the hydraulics.

The stand-in has the attributes of a Scenario that the hydraulics read, in SI; it saves the time
of parsing text where hundreds of random networks are tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from spillsim.errors import Fault
from spillsim.hydraulics.columns import NUMBERS
from spillsim.network import Network, build

Row = SimpleNamespace


class Case(SimpleNamespace):
    """Stand-in for a Scenario."""

    def fault(self, place: Any, message: str, hint: str = "", key: str = "") -> Fault:
        where = (
            place if isinstance(place, str) else getattr(place, "id", getattr(place, "node", ""))
        )
        return Fault("case", where, message, hint)

    @property
    def network(self) -> Network:
        return build(
            [row.id for row in self.nodes],
            [row.id for row in self.reaches],
            [row.from_node for row in self.reaches],
            [row.to_node for row in self.reaches],
            [row.length for row in self.reaches],
            [getattr(row, "share", None) for row in self.reaches],
        )


def reach(name: str, start: str, end: str, length: float = 10_000.0, **given: Any) -> Row:
    """A row of the reach table; what is not given is empty."""
    blank: dict[str, Any] = dict.fromkeys(NUMBERS)
    row = {**blank, "hydraulics": "", "rating": None, **given}
    return Row(id=name, from_node=start, to_node=end, length=length, **row)


def case(
    reaches: Sequence[Row],
    inflows: Mapping[str, float] | None = None,
    gauges: Mapping[str, float] | None = None,
    **more: Any,
) -> Case:
    """A case from its reaches; inflows below zero are abstractions."""
    names = dict.fromkeys(name for row in reaches for name in (row.from_node, row.to_node))
    flow = Row(
        kind="inflows" if gauges is None else "gauges",
        inflows=[
            Row(node=node, inflow=max(value, 0.0), abstraction=max(-value, 0.0))
            for node, value in (inflows or {}).items()
        ],
        temperature=10.0,
        model_fields_set=set(),
    )
    if gauges is not None:
        flow.gauges = [Row(node=node, discharge=value) for node, value in gauges.items()]
        flow.closure_warning = 0.2
    settings: dict[str, Any] = {
        "name": "case",
        "hydraulics": Row(default="downstream_geometry"),
        "dispersion": Row(kind="formula", formula="disley_2015"),
        "storage": None,
        "releases": (),
        "is_routed": False,
        **more,
    }
    return Case(
        nodes=[Row(id=name) for name in names], reaches=list(reaches), flow=flow, **settings
    )


def random_tree(seed: int, count: int) -> tuple[list[tuple[str, str, str, float]], list[str]]:
    """A random tree of ``count`` reaches: rows (id, from, to, length) and its headwaters.

    Node ``n0`` is the outlet; reach ``r<k>`` leaves node ``n<k>`` for a node of smaller number.
    """
    random = np.random.default_rng(seed)
    below = [int(random.integers(max(0, k - 6), k)) for k in range(1, count + 1)]
    below[0] = 0
    rows = [
        (f"r{k}", f"n{k}", f"n{to}", float(random.uniform(500.0, 30_000.0)))
        for k, to in enumerate(below, start=1)
    ]
    # The outlet must be entered by one tree only; every other node without inflow is a headwater.
    entered = {row[2] for row in rows}
    return rows, [row[1] for row in rows if row[1] not in entered]
