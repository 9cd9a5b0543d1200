"""Closed and transform solutions of the transport equation, for verification and screening.

Independent of the marching kernels. Closed forms live in ``uniform``, transforms in Laplace space
(module ``laplace``, used qualified) with two inversions, and the mass through a first-type inlet.
"""

from __future__ import annotations

from . import laplace
from .averages import (
    finite_pulse,
    mean_by_quadrature,
    mean_from_integral,
)
from .inlet import (
    inlet_mass_from_series,
    inlet_mass_response,
    inlet_ramp_response,
)
from .inversion import (
    PassageWindow,
    invert_de_hoog,
    invert_on_window,
    passage_window,
)
from .laplace import (
    StreamZone,
    TransientStorage,
)
from .moments import (
    TemporalMoments,
    temporal_moments,
)
from .special import (
    erf,
    erfc,
    erfcx,
    ierfcx,
)
from .uniform import (
    UniformReach,
    first_type_slug,
    first_type_step,
    first_type_step_exposure,
    infinite_block,
    infinite_slug,
    infinite_slug_exposure,
    infinite_slug_mass_below,
    steady_profile,
    third_type_slug,
    third_type_step,
)

__all__ = [
    "PassageWindow",
    "StreamZone",
    "TemporalMoments",
    "TransientStorage",
    "UniformReach",
    "erf",
    "erfc",
    "erfcx",
    "finite_pulse",
    "first_type_slug",
    "first_type_step",
    "first_type_step_exposure",
    "ierfcx",
    "infinite_block",
    "infinite_slug",
    "infinite_slug_exposure",
    "infinite_slug_mass_below",
    "inlet_mass_from_series",
    "inlet_mass_response",
    "inlet_ramp_response",
    "invert_de_hoog",
    "invert_on_window",
    "laplace",
    "mean_by_quadrature",
    "mean_from_integral",
    "passage_window",
    "steady_profile",
    "temporal_moments",
    "third_type_slug",
    "third_type_step",
]
