"""What is wrong, told so that the user can go straight to it."""

from __future__ import annotations

import re
import textwrap

from ..errors import Fault, ScenarioError, SpillsimError
from . import words
from .console import Console, display_width

_WHERE = 2
_WHAT = 6


def tell(console: Console, error: SpillsimError, code: int, case: str = "") -> None:
    """Print an error of the user's on the standard error, with what became of the work.

    case : the case as the user named it
    """
    left = what_is_left(console)
    if isinstance(error, ScenarioError):
        tell_scenario(console, error, case)
        left = "nothing was computed."
    else:
        for paragraph in str(error).splitlines():
            for line in _wrapped(console, paragraph, 0):
                console.complain(line)
    console.complain("")
    closing(console, left, code)


def what_is_left(console: Console) -> str:
    """Return which files are there although the command broke off."""
    if console.kept:
        return console.kept
    if not console.written:
        return "nothing was written."
    return f"written before: {words.listed(map(str, console.written))}."


def closing(console: Console, text: str, code: int) -> None:
    """Print the last line: what became of the work, and the exit code."""
    mark = f"(exit {code})"
    room = min(console.width, 88) - 1 - len(mark)
    console.complain(f"{text.ljust(room)}{mark}" if len(text) < room else f"{text}  {mark}")


def tell_scenario(console: Console, error: ScenarioError, case: str = "") -> None:
    """Print all faults, each with its place."""
    amount = len(error.faults)
    title = case or error.case or "scenario"
    console.complain(f"{title}: {amount} fault{'' if amount == 1 else 's'}", bold=True)
    console.complain("")
    places = [_place(fault) for fault in error.faults]
    column = min(max((display_width(place) for place in places), default=0), 32)
    for fault, place in zip(error.faults, places, strict=True):
        padding = " " * max(0, column - display_width(place))
        found, message = _found(fault)
        head = f"{place}{padding}  {found}" if place else found
        if head.strip():
            console.complain(" " * _WHERE + head.rstrip())
        for text in (message, fault.hint):
            for line in _wrapped(console, text, _WHAT):
                console.complain(line)


def _found(fault: Fault) -> tuple[str, str]:
    """Return ``key = "what stands there"`` and what is wrong with it.

    Messages of the reader begin with the value as it was written.
    """
    value = re.match(r'("[^"]*"|-?[\d.]+(?:e[-+]?\d+)?): (?=\S)', fault.message)
    if value is None or not fault.where:
        return fault.where, fault.message
    return f"{fault.where} = {value[1]}", fault.message[value.end() :]


def _place(fault: Fault) -> str:
    return f"{fault.file}:{fault.line}" if fault.line else fault.file


def _wrapped(console: Console, text: str, indent: int) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        text,
        console.width - 1,
        initial_indent=space,
        subsequent_indent=space,
        break_on_hyphens=False,
        break_long_words=False,
    )
