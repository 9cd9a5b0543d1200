"""The section ``[[substance]]`` with what a substance sorbs to, and limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Section, TableSource
from .fields import (
    LIBRARY,
    Concentration,
    DecayRate,
    DistributionCoefficient,
    Duration,
    Name,
    OptionalName,
    PositiveRate,
    Temperature,
)
from .rows import ReachRates

BED = "bed"
SUSPENDED_MATTER = "suspended_matter"
OWN_GRAINS = (BED, SUSPENDED_MATTER)
"""What a substance may sorb to besides the size classes of a case: the river's own grains."""


class Limit(Section):
    """A concentration that should not be exceeded."""

    name: Name
    value: Concentration = Field(examples=["0.05 mg/L"])
    of: Literal["total", "dissolved"] = Field(
        default="total", description="the part of the substance in the water that it is for"
    )
    source: OptionalName = ""


class Sorption(Section):
    """Uptake of a substance by grains, a linear isotherm."""

    to: Name = Field(
        description="name of a [[solids]], `suspended_matter` (the river's own, [water]) or `bed` "
        "(the river's own bed)",
        examples=["suspended_matter"],
    )
    distribution_coefficient: DistributionCoefficient = Field(
        description="bound mass per mass of grains, over the dissolved concentration; `library` "
        "takes the value for a substance of that name"
    )
    rate: PositiveRate | None = Field(
        default=None, description="of desorption; at equilibrium at once when left out"
    )
    sediment: Concentration | None = Field(
        default=None,
        description='for `to = "bed"`: mass of bed grains within reach per volume of water',
        examples=["40 kg/m3"],
    )

    @property
    def from_library(self) -> bool:
        """True where the distribution coefficient is that of the library."""
        return self.distribution_coefficient == LIBRARY


class Volatilisation(Section):
    """Loss to the air of a compound that is partly in a volatile form."""

    compound: Literal["hydrogen_cyanide"] = Field(
        description="of which `[water] ph` sets the volatile share"
    )


class _Substance(Section):
    name: Name
    decay_rate: DecayRate = Field(default=0.0, description="first-order decay in the water")
    temperature_coefficient: float = Field(
        default=1.0,
        gt=0,
        le=2,
        description="theta of the temperature correction [-]",
        examples=[1.047],
    )
    reference_temperature: Temperature = Field(
        default=20.0, description="temperature of decay_rate"
    )
    storage_decay_rate: DecayRate | None = Field(
        default=None, description="decay in the storage zone; as decay_rate when left out"
    )
    half_life: Duration | None = Field(
        default=None,
        description="of radioactive decay, wherever the substance is, instead of decay_rate",
        examples=["1600 years"],
    )
    gas_exchange_rate: DecayRate = Field(
        default=0.0, description="first-order loss to the air from the channel, none under ice"
    )
    photolysis_rate: DecayRate = Field(
        default=0.0,
        description="first-order loss of the dissolved part in daylight; times `[water] daylight`, "
        "none under ice",
    )
    volatilisation: Volatilisation | None = Field(
        default=None,
        description="loss to the air that follows from pH, temperature, flow and wind",
    )
    form: Literal["dissolved", "floating"] = Field(
        default="dissolved",
        description="`floating` moves at the surface; gas_exchange_rate is its evaporation",
    )
    surface_velocity_ratio: float = Field(
        default=1.15,
        gt=0,
        le=2,
        description="`floating` only: velocity at the surface / mean velocity [-], recalled",
    )
    stranding_rate: DecayRate = Field(
        default=0.0, description="`floating` only: first-order loss to the banks"
    )
    sorption: Annotated[tuple[Sorption, ...], Field(strict=False)] = Field(
        default=(), description="what takes it up, see below"
    )
    arrival_threshold: Concentration | None = Field(
        default=None, description="concentration that counts as arrival"
    )
    limits: Annotated[tuple[Limit, ...], Field(strict=False)] = ()


class SubstanceSection(_Substance):
    """What is released and what becomes of it."""

    rates: TableSource | None = Field(
        default=None,
        examples=["rates.csv"],
        description="decay_rate, storage_decay_rate, sediment by reach, see below; the keys hold "
        "for the others",
    )


class Substance(_Substance):
    """A substance as the scenario holds it: rates by reach are rows."""

    rates: tuple[ReachRates, ...] = ()

    @property
    def kind(self) -> Literal["substance"]:
        """What kind of constituent it is."""
        return "substance"

    @property
    def decays(self) -> bool:
        """True where some of it decays by itself, somewhere."""
        rates = [self.decay_rate, self.storage_decay_rate or 0.0]
        for row in self.rates:
            rates += [row.decay_rate or 0.0, row.storage_decay_rate or 0.0]
        return self.half_life is not None or max(rates) > 0.0

    @property
    def needs_pools(self) -> bool:
        """True where it is in several forms, or is lost in ways that follow from the water."""
        by_light = self.photolysis_rate > 0.0
        several = bool(self.sorption) or self.form == "floating"
        return several or by_light or self.volatilisation is not None
