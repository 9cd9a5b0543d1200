"""Several variants of a case at once: all of them, or every fault of any of them once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ..errors import Fault, ScenarioError
from .variants import KINDS

Made = TypeVar("Made")


def gather(makers: Mapping[str, Callable[[], Made]]) -> dict[str, Made]:
    """Make all things, or raise the faults of all of them, each once.

    A fault that only some of them have, and that does not say so by its key path, is given their
    labels.

    Parameters
    ----------
    makers : label, such as ``"regime low"`` or an empty text for the file as written -> function

    Raises
    ------
    ScenarioError
        With the faults of all.
    """
    made: dict[str, Made] = {}
    seen: dict[Fault, list[str]] = {}
    case = ""
    for label, make in makers.items():
        try:
            made[label] = make()
        except ScenarioError as error:
            case = case or error.case
            for fault in error.faults:
                seen.setdefault(fault, []).append(label)
    if seen:
        every = len(makers)
        raise ScenarioError([_told(fault, at, every) for fault, at in seen.items()], case)
    return made


def _told(fault: Fault, labels: Sequence[str], every: int) -> Fault:
    own = fault.where.startswith(tuple(f"{kind}." for kind in KINDS))
    if own or len(labels) == every or "" in labels:
        return fault
    return replace(fault, message=f"{fault.message} ({'; '.join(labels)})")
