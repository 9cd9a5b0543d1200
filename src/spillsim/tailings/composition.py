"""What flows out, split into pond water, water between the grains, and solids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .facility import WATER_DENSITY, SizeClass
from .spread import Array


@dataclass(frozen=True)
class Parts:
    """What a volume consists of; (S,) each."""

    pond_water: Array
    """[m3]"""
    pore_water: Array
    """Water between the grains [m3]."""
    solids: Array
    """[kg]"""
    solids_density: Array
    """[kg/m3]"""

    @property
    def water(self) -> Array:
        """All water [m3]."""
        return self.pond_water + self.pore_water

    @property
    def volume(self) -> Array:
        """Water and grains, without the air between them [m3]."""
        return self.water + self.solids / self.solids_density

    @property
    def solids_fraction(self) -> Array:
        """Mass of solids in a mass of the mixture [-]."""
        total = self.solids + WATER_DENSITY * self.water
        return np.asarray(self.solids / np.where(total > 0.0, total, 1.0))


def split_tailings(
    tailings: Array, pond_water: Array, dry_density: Array, solids_density: Array, saturation: float
) -> Parts:
    """Split settled tailings into solids and the water between the grains.

    solids = dry_density V; the grains leave the porosity n = 1 - dry_density / solids_density, of
    which a share, the saturation, is filled with water.

    tailings : (S,) volume V of settled tailings [m3]
    pond_water : (S,) that flows out with them [m3]
    """
    porosity = 1.0 - dry_density / solids_density
    return Parts(
        np.asarray(pond_water),
        np.asarray(tailings * porosity * saturation),
        np.asarray(tailings * dry_density),
        np.asarray(solids_density),
    )


def split_slurry(volume: Array, solids_fraction: Array, solids_density: Array) -> Parts:
    """Split a slurry, all of whose water counts as free, by the mass share of its solids.

    The density is 1 / (C_w / rho_s + (1 - C_w) / rho_w), its solids take the share
    C_w rho / rho_s of the volume.

    volume : (S,) [m3]
    solids_fraction : (S,) C_w [-]
    """
    by_mass = solids_fraction / solids_density + (1.0 - solids_fraction) / WATER_DENSITY
    density = 1.0 / by_mass
    return Parts(
        np.asarray(volume * density * (1.0 - solids_fraction) / WATER_DENSITY),
        np.zeros_like(volume),
        np.asarray(volume * density * solids_fraction),
        np.asarray(solids_density),
    )


def tailings_share(
    solids_fraction: Array, dry_density: Array, solids_density: Array, saturation: float
) -> Array:
    """Share of settled tailings in a mixture with pond water that has a mass share of solids.

    Above one where the mixture asked for is denser than the settled tailings themselves.
    """
    pores = WATER_DENSITY * (1.0 - dry_density / solids_density) * saturation
    left = dry_density - solids_fraction * (dry_density + pores - WATER_DENSITY)
    return np.asarray(solids_fraction * WATER_DENSITY / left)


def class_shares(classes: tuple[SizeClass, ...]) -> tuple[Array, Array]:
    """(C,) share of the mass of solids in each size class, and of every bound substance."""
    share = np.array([one.share for one in classes], dtype=np.float64)
    rich = share * np.array([one.enrichment for one in classes], dtype=np.float64)
    return share / share.sum(), rich / rich.sum()
