"""A small commented case to begin from."""

from __future__ import annotations

from pathlib import Path

from ..errors import OutputError
from .faults import clean

_SCENARIO = """\
# A small case that runs as it is: change it step by step.
# Every number with a dimension is text with its unit. What is left out has a default.
spillsim = 1

[case]
title = "My case"
start = 2024-05-01T06:00:00+00:00    # date, time and offset from UTC
duration = "3 days"
summary = "Invented numbers: a tank leaks into a tributary above a town."

[network]
nodes = "nodes.csv"                  # points: headwaters, confluences, towns, the outlet
reaches = "reaches.csv"              # stretches of river between them

[flow]
kind = "inflows"                     # or "gauges": discharge known at gauges
table = "inflows.csv"
temperature = "12 degC"

[hydraulics]
default = "manning"                  # needs width, slope and manning_n of every reach

[dispersion]
formula = "disley_2015"              # or kind = "value" with value = "50 m2/s"

[[substance]]
name = "phenol"
decay_rate = "0.2 1/d"
arrival_threshold = "0.01 mg/L"
limits = [{ name = "alarm", value = "0.1 mg/L", source = "invented" }]

[[release]]
name = "tank"
at = { node = "works" }              # or { river = "Side", river_km = "12 km" }
kind = "constant"                    # slug, constant, rate, hydrograph or concentration
substance = "phenol"
mass = "2 t"
start = "1 h"                        # after case.start; a date-time may stand here too
duration = "6 h"

[[station]]
name = "Town intake"
at = { river = "Main", river_km = "20 km" }

[[border]]
name = "Frontier"
at = { node = "frontier" }
from = "AA"
to = "BB"

[numerics]
error = 0.01                         # numerical error to aim at, as a share of the peak
"""

_NODES = """\
# river_km falls downstream; a confluence counts the km of the river that goes on.
id,name,kind,river,river_km [km],latitude,longitude,country,source
spring,Main spring,headwater,Main,70,47.10,20.00,AA,invented
works,Chemical works,headwater,Side,15,47.20,20.30,AA,invented
meeting,Confluence,junction,Main,40,47.05,20.25,AA,invented
town,Town,town,Main,20,46.95,20.35,AA,invented
frontier,Frontier bridge,border,Main,5,46.85,20.45,AA,invented
mouth,Mouth,outlet,Main,0,46.82,20.48,BB,invented
"""

_REACHES = """\
# Any unit of the right dimension may stand in a header; columns that begin with "note" are free.
id,river,from,to,length [km],width [m],slope,manning_n,source
main_1,Main,spring,meeting,30,35,0.0006,0.035,invented
side_1,Side,works,meeting,15,12,0.0015,0.040,invented
main_2,Main,meeting,town,20,45,0.0004,0.035,invented
main_3,Main,town,frontier,15,50,0.0004,0.033,invented
main_4,Main,frontier,mouth,5,50,0.0003,0.033,invented
"""

_INFLOWS = """\
# Every headwater needs an inflow.
node,inflow [m3/s],abstraction [m3/s],source
spring,30,,invented
works,4,,invented
town,,0.5,invented
"""

TEMPLATE = {
    "scenario.toml": _SCENARIO,
    "nodes.csv": _NODES,
    "reaches.csv": _REACHES,
    "inflows.csv": _INFLOWS,
}
"""File name -> contents."""


def write_template(folder: str | Path) -> tuple[Path, ...]:
    """Write a small case that runs as it is.

    Parameters
    ----------
    folder : new or empty

    Returns
    -------
    the files written

    Raises
    ------
    OutputError
        the folder has contents, is a file, or cannot be written.
    """
    place = Path(folder)
    shown = clean(str(folder), 200)
    try:
        if place.exists() and not place.is_dir():
            raise OutputError(f"{shown} is a file; a new folder is needed")
        if place.is_dir() and any(place.iterdir()):
            raise OutputError(f"the folder {shown} is not empty; nothing was written")
        place.mkdir(parents=True, exist_ok=True)
        files = []
        for name, text in TEMPLATE.items():
            # "x" refuses to overwrite what appeared in the meantime.
            with (place / name).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            files.append(place / name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or clean(str(error), 200)
        raise OutputError(f"the case cannot be written to {shown}: {reason}") from error
    return tuple(files)
