"""The sections of scenario.toml that say what is written and how exactly it is computed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Section
from .fields import Duration, PositiveLength


class Output(Section):
    """What is written."""

    interval: Duration | None = Field(default=None, description="time between output values")
    field: bool = Field(
        default=False,
        description="write the concentration along the river too, and a map file for QGIS",
    )
    field_interval: Duration | None = Field(default=None, description="time between fields")


class Numerics(Section):
    """How exactly to compute."""

    engine: Literal["auto", "march", "transfer"] = Field(
        default="auto",
        description="`march` goes through time in steps; `transfer` is exact for steady flow, by "
        "Laplace transform; `auto` takes the latter where it applies and says which",
    )
    error: float = Field(
        default=0.01,
        gt=0,
        le=0.5,
        description="numerical error asked for, as a share of the area under each curve",
    )
    time_step: Duration | None = Field(default=None, description="chosen from error when left out")
    cell_length: PositiveLength | None = Field(
        default=None, description="upper bound of cell length"
    )
    limiter: Literal["positive", "monotone", "none"] = "positive"
    error_check: Literal["auto", "half_step", "none"] = Field(
        default="auto",
        description="how the error achieved is measured after a run: `auto` against the exact "
        "curves of the transfer engine where it can, and a step chosen from `error` that misses it "
        "is made finer; `half_step` by marching again; `none` saves the time",
    )
