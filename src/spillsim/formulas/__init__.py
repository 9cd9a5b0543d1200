"""Closed formulas of river hydraulics and mixing as plain functions of numbers and arrays.

Each says its source, equation, valid range and units; none knows of networks or files.
"""

from __future__ import annotations

from .channel import (
    SectionGeometry,
    manning_normal_depth,
    manning_slope,
    manning_velocity,
    shear_velocity,
    trapezoid_section,
)
from .constants import (
    GRAVITY,
)
from .dispersion import (
    DEFAULT_DISPERSION_FORMULA,
    DISPERSION_FORMULAS,
    DispersionFormula,
    deng_2001,
    disley_2015,
    dispersion_coefficient,
    elder_1959,
    etemad_shahidi_taghipour_2012,
    fischer_1979,
    iwasa_aya_1991,
    kashefipour_falconer_2002,
    koussis_rodriguez_mirasol_1998,
    li_1998,
    liu_1977,
    mcquivey_keefer_1974,
    noori_2017,
    sahay_dutta_2009,
    seo_cheong_1998,
    wang_2017,
    wang_huai_2016,
    zeng_huai_2014,
)
from .geometry import (
    ChannelGeometry,
    at_a_station_geometry,
    bankfull_geometry,
    downstream_geometry,
)
from .ice import composite_roughness, ice_depth_factor
from .jobson import (
    falling_limb_duration,
    leading_edge_time,
    peak_concentration,
    peak_velocity,
    peak_velocity_from_area,
    peak_velocity_with_slope,
    peak_velocity_without_slope,
    unit_peak_concentration,
)
from .mixing import (
    MIXING_BANK,
    MIXING_CENTRELINE,
    TRANSVERSE_NATURAL,
    TRANSVERSE_STRAIGHT,
    complete_mixing_length,
    transverse_mixing_coefficient,
)
from .reactions import (
    rate_at_temperature,
)
from .structures import (
    GATE_COEFFICIENT,
    WEIR_COEFFICIENT,
    gate_discharge,
    weir_discharge,
)

__all__ = [
    "DEFAULT_DISPERSION_FORMULA",
    "DISPERSION_FORMULAS",
    "GATE_COEFFICIENT",
    "GRAVITY",
    "MIXING_BANK",
    "MIXING_CENTRELINE",
    "TRANSVERSE_NATURAL",
    "TRANSVERSE_STRAIGHT",
    "WEIR_COEFFICIENT",
    "ChannelGeometry",
    "DispersionFormula",
    "SectionGeometry",
    "at_a_station_geometry",
    "bankfull_geometry",
    "complete_mixing_length",
    "composite_roughness",
    "deng_2001",
    "disley_2015",
    "dispersion_coefficient",
    "downstream_geometry",
    "elder_1959",
    "etemad_shahidi_taghipour_2012",
    "falling_limb_duration",
    "fischer_1979",
    "gate_discharge",
    "ice_depth_factor",
    "iwasa_aya_1991",
    "kashefipour_falconer_2002",
    "koussis_rodriguez_mirasol_1998",
    "leading_edge_time",
    "li_1998",
    "liu_1977",
    "manning_normal_depth",
    "manning_slope",
    "manning_velocity",
    "mcquivey_keefer_1974",
    "noori_2017",
    "peak_concentration",
    "peak_velocity",
    "peak_velocity_from_area",
    "peak_velocity_with_slope",
    "peak_velocity_without_slope",
    "rate_at_temperature",
    "sahay_dutta_2009",
    "seo_cheong_1998",
    "shear_velocity",
    "transverse_mixing_coefficient",
    "trapezoid_section",
    "unit_peak_concentration",
    "wang_2017",
    "wang_huai_2016",
    "weir_discharge",
    "zeng_huai_2014",
]
