"""A flood of two months down 2000 km, from tables on disk to a result on disk.

The case the march in changing flow is held to: a stem in reaches of 50 km that ten tributaries
join, an hourly hydrograph at each of the eleven headwaters, all routed; one substance.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

from .whole_process import OUTPUT_OPTION, Timing, time_process

STEM, TRIBUTARIES = 40, 10
REACH, SIDE = 50.0, 40.0
DAYS = 60
TARGET = 4.0
"""Wall time of the whole process once the kernels are compiled [s]."""

SCENARIO = """\
spillsim = 1
[case]
title = "Flood down 2000 km"
start = 2024-04-01T00:00:00+00:00
duration = "{days} days"
[network]
nodes = "nodes.csv"
reaches = "reaches.csv"
[flow]
kind = "inflows"
table = "inflows.csv"
[routing]
[[substance]]
name = "tracer"
decay_rate = "0.01 1/d"
[[release]]
at = {{ node = "n1" }}
kind = "constant"
substance = "tracer"
mass = "20 t"
start = "1 day"
duration = "6 h"
"""


def write_case(folder: Path) -> Path:
    """Write the tables and the scenario into a folder."""
    nodes, reaches, inflows = (
        ["id,name,kind,river,river_km [km],country,source"],
        ["id,river,from,to,length [km],hydraulics,width [m],slope,manning_n,source"],
        ["node,inflow [m3/s],source"],
    )
    every = STEM // TRIBUTARIES
    for k in range(STEM + 1):
        kind = "headwater" if k == 0 else "outlet" if k == STEM else "junction"
        nodes.append(f"n{k},Place {k},{kind},Stem,{(STEM - k) * REACH},AA,invented")
    for k in range(STEM):
        width = 60 + 4 * k
        reaches.append(f"r{k},Stem,n{k},n{k + 1},{REACH},manning,{width},0.0002,0.03,invented")
    heads = [("n0", 150.0)]
    for k in range(TRIBUTARIES):
        nodes.append(f"t{k},Side {k},headwater,Side{k},{SIDE},AA,invented")
        reaches.append(
            f"s{k},Side{k},t{k},n{every * k + 2},{SIDE},manning,40,0.0005,0.035,invented"
        )
        heads.append((f"t{k}", 40.0))
    text = SCENARIO.format(days=DAYS)
    hours = np.arange(24 * DAYS + 1)
    random = np.random.default_rng(0)
    for number, (node, low) in enumerate(heads):
        inflows.append(f"{node},{low},invented")
        peak, width = 24.0 * random.uniform(5.0, 30.0), 24.0 * random.uniform(2.0, 6.0)
        wave = low * (1.0 + 4.0 * np.exp(-(((hours - peak) / width) ** 2)))
        wave *= 1.0 + 0.05 * np.sin(hours * 2.0 * np.pi / 24.0)
        rows = "\n".join(f"{h},{q:.4f}" for h, q in zip(hours, wave, strict=True))
        name = f"hydrograph_{number}.csv"
        (folder / name).write_text(f"time [h],discharge [m3/s]\n{rows}\n", "utf-8")
        text += f'[[hydrograph]]\nat = {{ node = "{node}" }}\ntable = "{name}"\n'
    for k in (5, 12, 20, 28, 39):
        text += f'[[station]]\nname = "Place {k}"\nat = {{ node = "n{k}" }}\n'
    for name, table in (("nodes", nodes), ("reaches", reaches), ("inflows", inflows)):
        (folder / f"{name}.csv").write_text("\n".join(table) + "\n", "utf-8")
    (folder / "scenario.toml").write_text(text, "utf-8")
    return folder


def time_runs(turns: int) -> Timing:
    """Median of whole ``spillsim run`` processes, after one that compiles."""
    with tempfile.TemporaryDirectory() as place:
        folder = write_case(Path(place))
        target = str(folder / "run.nc")
        command = [sys.executable, "-m", "spillsim", "run", str(folder), OUTPUT_OPTION, target]
        # bytecode kept, as an installed package has it, but not among the sources
        environment = dict(os.environ) | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        found = [time_process(command, environment) for _ in range(turns + 1)][1:]
    return Timing(
        median(one.wall for one in found), median(one.processor for one in found),
        max(one.peak_memory for one in found),
    )  # fmt: skip
