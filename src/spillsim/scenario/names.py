"""The closed lists of words that a scenario may use."""

from __future__ import annotations

from collections.abc import Mapping

NODE_KINDS = ("headwater", "junction", "gauge", "town", "intake", "border", "outlet")

REACH_KINDS = ("channel", "tank")

HYDRAULIC_METHODS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "velocity": (("velocity",), ("cross_section_area",)),
    "travel_time": (("travel_time",),),
    "volume": (("volume",),),
    "manning": (("width", "slope", "manning_n"),),
    "at_a_station_geometry": (
        ("width_coefficient", "depth_coefficient"),
        ("bankfull_discharge", "width", "depth"),
    ),
    "downstream_geometry": ((),),
    "rating": (("rating",),),
    "jobson_most_probable": (("drainage_area",),),
    "jobson_fastest_probable": (("drainage_area",),),
}
"""Hydraulic method -> alternatives of columns, each of which is enough; the first is the usual."""

DISPERSION_FORMULAS = (
    "disley_2015",
    "elder_1959",
    "mcquivey_keefer_1974",
    "liu_1977",
    "fischer_1979",
    "iwasa_aya_1991",
    "koussis_rodriguez_mirasol_1998",
    "li_1998",
    "seo_cheong_1998",
    "deng_2001",
    "kashefipour_falconer_2002",
    "sahay_dutta_2009",
    "etemad_shahidi_taghipour_2012",
    "zeng_huai_2014",
    "wang_huai_2016",
    "wang_2017",
    "noori_2017",
)
"""Names of the dispersion formulas; the first is the default."""

LIMITERS = ("positive", "monotone", "none")
