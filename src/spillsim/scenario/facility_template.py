"""A small commented facility file to begin from."""

from __future__ import annotations

from pathlib import Path

from ..errors import OutputError
from .faults import clean

TEMPLATE = """\
# A tailings facility and how it fails; `spillsim source` tells what comes to the river.
# Numbers are invented. What is left out is assumed or comes from the library of materials: told.
spillsim_facility = 1

[facility]
name = "Upper pond"
country = "AA"
status = "active"
material = "lead_zinc"               # copper, gold_cyanide, uranium, chromium, phosphate, iron
dam_height = "30 m"
stored_volume = "5 Mm3"              # tailings with the water between their grains
pond_volume = "300000 m3"            # free water on top
distance_to_river = "800 m"
# dry_density = { low = "1300 kg/m3", high = "1500 kg/m3" }    # a range instead of the library's
# library = "my_materials.csv"       # rows that replace or add to the library

[failure]
mode = "tailings_breach"             # or without a breach: overtopping, decant_failure,
                                     # pipeline_rupture, process_water, seepage
cause = "overtopping"
liquefiable = true                   # false: only the pond and what it erodes flow out
erodibility = "medium"
hydrograph = "triangle"              # exponential, gamma, constant
# released_volume = "1.2 Mm3"        # instead of the estimate, as are
                                     # duration, peak_outflow, reaches_river

# What the water and the solids hold; goes before the library, substance by substance.
[composition.water]
zinc = "10 mg/L"

[composition.solids]
lead = { low = "1000 mg/kg", typical = "2000 mg/kg", high = "5000 mg/kg" }

# Size classes of the solids; give them the names of the scenario's [[solids]]. Shares add up to 1.
[[size_class]]
name = "sand"
diameter = "120 um"
share = 0.35

[[size_class]]
name = "fine"
diameter = "15 um"
share = 0.65
enrichment = 2.0                     # a kilogram of them holds twice as much

[uncertainty]
samples = 2000
seed = 1
"""


def write_facility_template(path: str | Path) -> Path:
    """Write a facility file that can be estimated as it is.

    path : a new file whose name ends in .toml

    Raises
    ------
    OutputError
        the name has another ending, the file exists, or it cannot be written.
    """
    place = Path(path)
    shown = clean(str(path), 200)
    if place.suffix.lower() != ".toml":
        raise OutputError(f"cannot write {shown}: the name of a facility file must end in .toml.")
    try:
        # "x" refuses to overwrite
        with place.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(TEMPLATE)
    except FileExistsError:
        raise OutputError(f"{shown} exists; nothing was written") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or clean(str(error), 200)
        raise OutputError(f"the facility cannot be written to {shown}: {reason}") from error
    return place
