"""The table of output names."""

from __future__ import annotations

import pytest

from spillsim import units
from spillsim.variables import VARIABLES

# Looked up in the CF standard name table, version 86 or later.
CF_STANDARD_NAMES = {
    "time",
    "latitude",
    "longitude",
    "water_volume_transport_in_river_channel",
}


@pytest.mark.parametrize("name", VARIABLES)
def test_scale_leads_to_the_unit(name: str) -> None:
    variable = VARIABLES[name]
    if variable.unit in ("", "1", "degC", "degrees_north", "degrees_east"):
        assert variable.scale == 1.0
        return
    found = units._compose(variable.unit)
    assert variable.scale * found.numerator / found.denominator == pytest.approx(1.0, rel=1e-15)


def test_names_are_unique_and_standard_names_are_real() -> None:
    assert all(name == variable.name for name, variable in VARIABLES.items())
    used = {variable.standard_name for variable in VARIABLES.values()} - {""}
    assert used == CF_STANDARD_NAMES
    assert all(variable.long_name for variable in VARIABLES.values())


def test_axis_labels() -> None:
    assert VARIABLES["concentration"].axis_label == "Concentration [mg/L]"
    assert VARIABLES["discharge"].axis_label == "Discharge [m³/s]"
    assert VARIABLES["bed_slope"].axis_label == "Slope of the energy line"
