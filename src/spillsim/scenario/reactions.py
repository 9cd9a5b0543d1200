"""Substances that turn into others: the section ``[[reaction]]``."""

from __future__ import annotations

import math

from pydantic import Field

from .base import Section
from .fields import Duration, Name, OptionalName, PositiveRate


class Reaction(Section):
    """First-order change of the dissolved part of a substance into another."""

    name: OptionalName = Field(default="", description="for messages, and for regimes to change it")
    from_substance: Name = Field(alias="from", description="name of a [[substance]]")
    to: Name = Field(description="name of a [[substance]], or of a [[solids]] that it forms")
    rate: PositiveRate | None = Field(default=None, description="or give a half_life")
    half_life: Duration | None = Field(default=None, description="instead of a rate")
    radioactive: bool = Field(
        default=False, description="wherever and in whatever form the substance is, bed included"
    )
    light: bool = Field(
        default=False, description="in light only: times `[water] daylight`, none under ice"
    )
    yield_: float = Field(
        default=1.0, alias="yield", gt=0, description="mass of `to` per mass of `from` [-]"
    )
    temperature_coefficient: float = Field(
        default=1.0, gt=0, le=2, description="theta of the temperature correction, from 20 degC [-]"
    )

    @property
    def rate_constant(self) -> float:
        """First-order rate, given or of the half-life [1/s]."""
        if self.half_life is not None:
            return math.log(2.0) / self.half_life
        assert self.rate is not None
        return self.rate
