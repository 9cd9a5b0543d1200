"""The transfer engine: exact responses of steady, linear transport, by Laplace transform.

Every reach is a two-port for every s; curves come back by Fourier series on shifted windows. Shares
no algebra with the marching engine. Names are imported when first used: numba is slow to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .course import build_course
    from .member_factors import Factors, MembersWanted
    from .members import (
        MemberCurves,
        lay_out,
        solve_laid_out,
        solve_members,
        stream_members,
    )
    from .response import NotSmoothError, Passage, passages, transfer_function
    from .river import River, prepare
    from .series import Series
    from .source import Source, source_of
    from .zones import Course

__all__ = [
    "Course",
    "Factors",
    "MemberCurves",
    "MembersWanted",
    "NotSmoothError",
    "Passage",
    "River",
    "Series",
    "Source",
    "build_course",
    "lay_out",
    "passages",
    "prepare",
    "solve_laid_out",
    "solve_members",
    "source_of",
    "stream_members",
    "transfer_function",
]

_HOME = {
    "Factors": "member_factors",
    "MemberCurves": "members",
    "MembersWanted": "member_factors",
    "lay_out": "members",
    "solve_laid_out": "members",
    "solve_members": "members",
    "stream_members": "members",
    "NotSmoothError": "response",
    "Passage": "response",
    "passages": "response",
    "transfer_function": "response",
    "River": "river",
    "prepare": "river",
    "Series": "series",
    "Source": "source",
    "source_of": "source",
    "Course": "zones",
    "build_course": "course",
}


def __getattr__(name: str) -> object:
    """Import the module that owns a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
