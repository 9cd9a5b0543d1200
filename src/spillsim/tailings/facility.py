"""What is known of a tailings facility and of how it fails, in SI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .spread import Spread

WATER_DENSITY = 1000.0
MODES = (
    "tailings_breach", "overtopping", "decant_failure", "pipeline_rupture", "process_water",
    "seepage",
)  # fmt: skip


@dataclass(frozen=True)
class SizeClass:
    """Grains of about one size."""

    name: str
    share: float
    """Of the mass of the solids [-]."""
    diameter: float | None = None
    """[m]"""
    enrichment: float = 1.0
    """How much more of every bound substance a kilogram holds than one of the others [-]."""
    quality: str = "given"


@dataclass(frozen=True)
class Failure:
    """How a facility fails; what a mode does not use stays at its default."""

    mode: str
    cause: str = "unknown"
    liquefiable: bool = True
    released_volume: float | None = None
    """Instead of an estimate [m3]."""
    volume_methods: tuple[str, ...] = ()
    volume_deviation: float | None = None
    """Standard deviation of log10 of the released volume, instead of each method's own."""
    erosion_ratio: Spread = field(default_factory=lambda: Spread(1.0, quality="assumed"))
    """Volume of tailings eroded by a volume of pond water [-]."""
    peak_methods: tuple[str, ...] = ()
    time_methods: tuple[str, ...] = ()
    run_out_methods: tuple[str, ...] = ()
    peak_outflow: float | None = None
    """Instead of an estimate [m3/s]."""
    erodibility: str = "medium"
    breach_height: float | None = None
    dam_width: float | None = None
    """Crest and foot averaged [m]."""
    duration: float | None = None
    """How long it flows, instead of an estimate [s]."""
    hydrograph: str = "triangle"
    solids_fraction: Spread | None = None
    """Mass of solids in a mass of what flows out [-]."""
    reaches_river: float | None = None
    """Share of the solids that comes to the river, instead of an estimate [-]."""
    inflow_volume: float = 0.0
    """Flood that comes into the pond [m3]."""
    free_storage: float = 0.0
    """Room left in the pond below its crest [m3]."""
    pipe_diameter: float = 0.0
    head: float = 0.0
    """Water above the pipe [m]."""
    discharge_coefficient: float = 0.6
    pump_rate: float = 0.0
    """[m3/s]"""
    time_to_shut: float = 0.0
    """[s]"""
    drain_volume: float = 0.0
    """What runs back out of the pipe when the pump has stopped [m3]."""
    seepage_rate: float = 0.0
    """[m3/s]"""


@dataclass(frozen=True)
class Facility:
    """A facility, its material, and one failure of it."""

    name: str
    failure: Failure
    material: str = ""
    stored_volume: float = 0.0
    """Tailings with the water between their grains [m3]."""
    pond_volume: float = 0.0
    """Free water on top of them [m3]."""
    dam_height: float = 0.0
    dry_density: Spread = field(default_factory=lambda: Spread(1400.0, quality="assumed"))
    """Mass of solids in a volume of settled tailings [kg/m3]."""
    solids_density: Spread = field(default_factory=lambda: Spread(2700.0, quality="assumed"))
    """Of the grains themselves [kg/m3]."""
    saturation: float = 1.0
    """Share of the space between the grains that is filled with water [-]."""
    distance_to_river: float | None = None
    """[m]; None where nobody says."""
    size_classes: tuple[SizeClass, ...] = (SizeClass("tailings", 1.0),)
    water: Mapping[str, Spread] = field(default_factory=dict)
    """Substance -> concentration in the pond [kg/m3]."""
    pore_water: Mapping[str, Spread] = field(default_factory=dict)
    """Substance -> concentration between the grains; as in the pond where it is missing."""
    solids: Mapping[str, Spread] = field(default_factory=dict)
    """Substance -> content of the solids [kg/kg]."""
    samples: int = 2000
    seed: int = 1
    assumed: tuple[str, ...] = ()
    """What was assumed because nobody said it, in words."""

    @property
    def impounded(self) -> float:
        """Tailings and free water [m3]."""
        return self.stored_volume + self.pond_volume
