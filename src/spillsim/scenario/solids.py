"""Size classes of solids: the section ``[[solids]]``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Section
from .fields import (
    Concentration,
    DecayRate,
    Density,
    ErosionRate,
    Name,
    PositiveLength,
    PositiveSpeed,
    Speed,
    Stress,
)
from .substances import Limit

RECALLED_EROSION_RATE = 1e-4
"""Taken where neither a resuspension nor an erosion rate is given; recalled [kg/(m2 s)]."""


class HinderedSettling(Section):
    """Grains in each other's way settle slower, w (1 - c / c_gel)^n (Richardson & Zaki 1954)."""

    gelling_concentration: Concentration = Field(
        description="of all solids, at which nothing settles any more", examples=["200 kg/m3"]
    )
    exponent: float = Field(default=4.65, gt=0, le=20, description="n [-]")


class Flocculation(Section):
    """Flocs settle faster the more there is in the water, w = k c^m within bounds."""

    coefficient: float = Field(gt=0, description="k, for c in kg/m3 and w in m/s")
    exponent: float = Field(ge=0, le=10, description="m [-]")
    smallest: Speed = Field(description="least settling velocity", examples=["0.1 mm/s"])
    largest: PositiveSpeed = Field(description="greatest settling velocity", examples=["1 mm/s"])


class Solids(Section):
    """Grains of one size that are released, settle and are taken up again."""

    name: Name
    diameter: PositiveLength | None = Field(
        default=None,
        description="of the grains; their settling velocity follows (Ferguson & Church 2004)",
        examples=["20 um"],
    )
    settling_velocity: Speed | None = Field(
        default=None, description="in still water, instead of a diameter", examples=["0.3 mm/s"]
    )
    density: Density = Field(default=2650.0, description="of the grains, above that of water")
    shape: Literal["natural", "spheres", "angular"] = Field(
        default="natural", description="of the grains, for the settling velocity of a diameter"
    )
    deposition: Literal["krone", "always"] = Field(
        default="krone",
        description="`krone`: only below critical_deposition_stress, the more the calmer it is; "
        "`always`: however fast the water",
    )
    critical_deposition_stress: Stress = Field(
        default=0.08, description="on the bed, above which nothing stays there; recalled"
    )
    critical_erosion_stress: Stress = Field(
        default=0.2, description="on the bed, above which grains are taken up again; recalled"
    )
    resuspension_rate: DecayRate | None = Field(
        default=None,
        description="share of what lies on the bed taken up per time, at twice the critical stress",
    )
    erosion_rate: ErosionRate | None = Field(
        default=None,
        description="mass taken up per area of bed and time at twice the critical stress "
        "(Partheniades 1965); with neither of the two 1e-4 kg/m2/s, recalled",
    )
    hindered_settling: HinderedSettling | None = Field(
        default=None, description="grains in each other's way, see below"
    )
    flocculation: Flocculation | None = Field(
        default=None, description="settling velocity that rises with the concentration, see below"
    )
    arrival_threshold: Concentration | None = Field(
        default=None, description="concentration that counts as arrival"
    )
    limits: Annotated[tuple[Limit, ...], Field(strict=False)] = ()

    @property
    def kind(self) -> Literal["solids"]:
        """What kind of constituent it is."""
        return "solids"

    @property
    def erosion(self) -> float | None:
        """Erosion rate that holds, the recalled one where none is given; None where what lies on
        the bed is taken up at ``resuspension_rate`` [kg/(m2 s)]."""
        if self.erosion_rate is None and self.resuspension_rate is None:
            return RECALLED_EROSION_RATE
        return self.erosion_rate
