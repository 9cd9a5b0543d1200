"""SWMM through pyswmm: a row of conduits under kinematic-wave routing, steady flow.

Water quality in SWMM has no dispersion: each conduit is one mixed tank. Conduits of length
2 D / U spread a pulse as the river does (tanks in series), so this is the length used. The
roughness is chosen so that the normal flow has the river's area, and every conduit starts full of
that flow. A conduit mixes what enters in a step with what it holds, and hands on what it held
before: this delays the water by the share (routing step) x U / length, so the routing step is
what is refined.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from ..peers.interface import station_stencil
from ..tasks import OUTPUT_INTERVAL, Task
from .interface import OutOfTimeError, Package, Solution

_WIDTH, _SLOPE = 50.0, 1e-4
_START = "01/01/2000"

_OPTIONS = """[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING KINWAVE
LINK_OFFSETS DEPTH
ALLOW_PONDING NO
SKIP_STEADY_STATE NO
START_DATE {start}
START_TIME 00:00:00
REPORT_START_DATE {start}
REPORT_START_TIME 00:00:00
END_DATE {end}
END_TIME {end_time}
WET_STEP 01:00:00
DRY_STEP 01:00:00
REPORT_STEP {report}
ROUTING_STEP {step:.6f}

[REPORT]
INPUT NO
CONTROLS NO
SUBCATCHMENTS NONE
NODES NONE
LINKS NONE

"""


def write_input(task: Task, cells: int, step: float) -> str:
    """The river as an input file of SWMM; node i is the upstream end of conduit i."""
    from datetime import datetime, timedelta

    river, length = task.river, task.length / cells
    end = datetime(2000, 1, 1) + timedelta(seconds=task.duration)  # noqa: DTZ001 - SWMM's own clock
    depth = river.cross_section_area / _WIDTH
    radius = river.cross_section_area / (_WIDTH + 2.0 * depth)
    roughness = radius ** (2.0 / 3.0) * _SLOPE**0.5 / river.velocity
    inlet = 1e3 * river.mass / (river.discharge * river.pulse_duration)  # mg/L
    fall = _SLOPE * length
    text = [
        _OPTIONS.format(
            start=_START,
            end=f"{end:%m/%d/%Y}",
            end_time=f"{end:%H:%M:%S}",
            report="01:00:00",
            step=step,
        ),
        "[JUNCTIONS]",
        *(f"N{i} {fall * (cells - i):.9f} 100 0 0 0" for i in range(cells)),
        "\n[OUTFALLS]",
        f"N{cells} 0 FREE NO",
        "\n[CONDUITS]",
        *(
            f"C{i} N{i} N{i + 1} {length:.6f} {roughness:.9f} 0 0 {river.discharge:.6f} 0"
            for i in range(cells)
        ),
        "\n[XSECTIONS]",
        *(f"C{i} RECT_OPEN 100 {_WIDTH} 0 0 1" for i in range(cells)),
        "\n[POLLUTANTS]",
        "tracer MG/L 0 0 0 0 NO * 0 0 0",
        "\n[INFLOWS]",
        f'N0 FLOW "" FLOW 1 1 {river.discharge:.6f}',
        "N0 tracer pulse CONCEN 1 1 0",
        "\n[TIMESERIES]",
        f"pulse 0 {inlet:.9f}",
        f"pulse {river.pulse_duration / 3600.0:.9f} {inlet:.9f}",
        f"pulse {(river.pulse_duration + 0.01) / 3600.0:.9f} 0",
        f"pulse {task.duration / 3600.0 + 1.0:.9f} 0",
    ]
    return "\n".join(text) + "\n"


def solve(task: Task, step: float, allowed: float) -> Solution:
    """One run with the given routing step [s]; results at the usual output interval."""
    import pyswmm

    river = task.river
    cells = round(task.length * river.velocity / (2.0 * river.dispersion_coefficient))
    first, weights = station_stencil(task, cells)
    times, values = [], []
    interval = OUTPUT_INTERVAL[task.name]
    with tempfile.TemporaryDirectory(prefix="benchmark-swmm-") as room:
        file = Path(room) / "river.inp"
        file.write_text(write_input(task, cells, step), encoding="ascii")
        with pyswmm.Simulation(str(file)) as simulation:
            links = pyswmm.Links(simulation)
            watched = [[links[f"C{i}"] for i in range(f, f + 4)] for f in first]
            simulation.step_advance(round(interval))
            begin = simulation.start_time
            started = perf_counter()
            for _ in simulation:
                times.append((simulation.current_time - begin).total_seconds())
                values.append([[1e-3 * w.pollut_quality["tracer"] for w in row] for row in watched])
                if perf_counter() - started > allowed:
                    raise OutOfTimeError
            seconds = perf_counter() - started
    curves = np.einsum("sj,tsj->st", weights, np.array(values))
    return Solution(np.array(times), curves, seconds, cells)


def _lacks(task: Task) -> str:
    return "storage zones" if task.river.exchange_coefficient else ""


SWMM = Package(
    name="SWMM (pyswmm)",
    distribution="pyswmm",
    setting="kinematic wave, conduits of 2 D/U",
    inlet_type=3,
    solve=solve,
    begin={"T1": 20.0, "W1": 60.0, "W2": 60.0},
    lacks=_lacks,
    cost_power=1.0,
    unit="s",
    shortfall="mixed tanks, delayed by the step",
)
