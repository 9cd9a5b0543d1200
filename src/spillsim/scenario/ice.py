"""Ice on rivers: the section ``[ice]``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Section
from .fields import Identifier, Name, PositiveLength


class Ice(Section):
    """Ice cover: its rough underside slows the water, and nothing is lost to the air below it."""

    manning_n: float = Field(
        gt=0, le=1, description="Manning's roughness of the underside of the ice, s/m^(1/3)"
    )
    thickness: PositiveLength | None = Field(
        default=None, description="of the ice; told, changes nothing"
    )
    rivers: Annotated[tuple[Name, ...] | None, Field(strict=False)] = Field(
        default=None, description="rivers under ice; with neither these nor reaches, all are"
    )
    reaches: Annotated[tuple[Identifier, ...] | None, Field(strict=False)] = Field(
        default=None, description="ids of further reaches under ice"
    )
    backwater: Annotated[tuple[Identifier, ...], Field(strict=False)] = Field(
        default=(),
        description="ids of reaches whose level a dam holds, so that ice does not slow them",
    )

    def covers(self, reach: str, river: str) -> bool:
        """Tell whether a reach lies under the ice."""
        if self.rivers is None and self.reaches is None:
            return True
        return river in (self.rivers or ()) or reach in (self.reaches or ())
