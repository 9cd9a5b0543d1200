"""The river's own water: the section ``[water]``."""

from __future__ import annotations

from pydantic import Field

from .base import Section
from .fields import Speed, SuspendedMatter


class Water(Section):
    """What the water of the river is like, as far as substances take notice of it.

    Every value has a default; one that a result depends on and that was left out is told.
    """

    ph: float = Field(default=7.5, ge=0, le=14, description="acidity of the water [-]")
    wind_speed: Speed = Field(default=2.0, description="10 m above the water; for volatilisation")
    suspended_matter: SuspendedMatter = Field(
        default=0.0,
        description="the river's own suspended matter, which takes up what sorbs to "
        "`suspended_matter`",
    )
    daylight: float = Field(
        default=0.5, ge=0, le=1, description="share of the time with light [-]; none under ice"
    )
