"""A small case with uncertain inputs, shared by tests; it stands in one file."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

CASE = """\
spillsim = 1

[case]
title = "Uncertain"
start = 2024-05-01T06:00:00+00:00
duration = "2 days"

[network]
nodes = "nodes.csv"
reaches = "reaches.csv"

[flow]
kind = "inflows"
table = "inflows.csv"
temperature = "12 degC"

[[substance]]
name = "salt"
decay_rate = "0.1 1/d"

[[substance]]
name = "zinc"
sorption = [{ to = "suspended_matter", distribution_coefficient = "50000 L/kg" }]

[[release]]
name = "tank"
kind = "constant"
at = { node = "works" }
substance = "salt"
mass = "2 t"
start = "1 h"
duration = "6 h"

[[release]]
name = "works"
kind = "slug"
at = { node = "works" }
substance = "zinc"
mass = "5 kg"

[water]
suspended_matter = "20 mg/L"

[[station]]
name = "bridge"
at = { river = "Main", river_km = "10 km" }

[regime.low]
flow = { scale = 0.5 }

[regime.own.ensemble]
members = 3
"""

UNCERTAIN = """
[ensemble]
members = 100
seed = 7

[[uncertain]]
name = "mass"
key = "release.tank.mass"
distribution = "lognormal"
median = "2 t"
factor = 2

[[uncertain]]
name = "flow"
factor_of = "discharge"
distribution = "uniform"
low = 0.7
high = 1.4

[[uncertain]]
name = "roughness"
key = "reaches.main_2.manning_n"
distribution = "triangular"
low = 0.02
mode = 0.03
high = 0.05

[[uncertain]]
name = "warm"
key = "flow.temperature"
distribution = "normal"
mean = "10 degC"
standard_deviation = "2 K"

[[uncertain]]
name = "formula"
key = "dispersion.formula"
distribution = "discrete"
values = ["disley_2015", "deng_2001"]

[[uncertain]]
name = "found"
factor_of = "decay_rate"
distribution = "table"
table = "found.csv"

[[correlation]]
between = ["mass", "flow"]
rank = 0.6

[[sweep]]
name = "season"
regime = ["none", "low"]
"""

TABLES = {
    "nodes.csv": """\
id,kind,river,river_km [km]
spring,headwater,Main,60
works,headwater,Side,15
meeting,junction,Main,30
mouth,outlet,Main,0
""",
    "reaches.csv": """\
id,river,from,to,length [km],width [m],slope,manning_n,hydraulics,velocity [m/s],\
lateral_inflow [m3/s/km],storage_area_ratio,exchange_coefficient [1/s]
main_1,Main,spring,meeting,30,35,0.0006,0.035,manning,,0.05,,
side_1,Side,works,meeting,15,12,0.0015,,velocity,0.6,,0.2,0.0001
main_2,Main,meeting,mouth,30,45,0.0004,0.035,manning,,,,
""",
    "inflows.csv": """\
node,inflow [m3/s],abstraction [m3/s]
spring,30,
works,4,
meeting,,0.5
""",
    "found.csv": "value,weight\n0.5,1\n1,2\n2,1\n",
}  # fmt: skip


def raw(text: str = CASE + UNCERTAIN) -> dict[str, Any]:
    """The case as data; its tables are read from files, see ``TABLES``."""
    return tomllib.loads(text)


def with_inputs(*inputs: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """The case with other uncertain inputs and sections."""
    data = copy.deepcopy(raw(CASE))
    for number, one in enumerate(inputs):
        one.setdefault("name", f"input {number}")
    data["uncertain"] = list(inputs)
    return data | sections
