"""Flow that changes: 2000 cells and 2400 steps, and the cost of a cell-step of the remap.

``python -m benchmarks.unsteady`` marches a spill down 1000 km of river while waves run down it, in
20 reaches of 100 cells and in 2000 reaches of one, and a river full of matter in steady flow.
Setting up state and record is part of the time; minima of many runs, in time of the processor.
Then whole processes ``spillsim run`` of a routed flood down 2000 km (see ``long_river``), medians.
"""

from __future__ import annotations

import argparse
from time import process_time

import numpy as np

from spillsim.hydraulics.flow import SteadyFlow
from spillsim.hydraulics.varying import VaryingFlow
from spillsim.network.network import Position
from spillsim.remap.build import Plan, build
from spillsim.remap.graph import Reaches
from spillsim.remap.march import Background, march
from spillsim.remap.medium import Substance
from spillsim.sources.schedule import RateSchedule
from spillsim.transport.arrays import LIMITER_POSITIVE

from . import long_river
from .table import table

LENGTH = 1.0e6
CELLS = 2000
STEPS = 2400
STEP = 600.0
AREA = 100.0
DISCHARGE = 75.0
DISPERSION = 50.0
SWING = 0.3
CELERITY = 1.2
PERIOD = 5.0 * 86400.0


def river(reaches: int, swing: float, step: float) -> Plan:
    """1000 km of river with waves of five days."""
    time = np.arange(0.0, STEPS * step + 3600.0, 3600.0)
    place = np.linspace(0.0, LENGTH, reaches + 1)
    phase = 2.0 * np.pi * (time[:, None] - place[None, :] / CELERITY) / PERIOD
    discharge = DISCHARGE * (1.0 + swing * np.sin(phase))
    each = np.ones(reaches)
    reference = SteadyFlow(
        discharge_head=DISCHARGE * each, discharge_foot=DISCHARGE * each,
        lateral_inflow=0.0 * each, node_inflow=np.zeros(1), node_abstraction=np.zeros(1),
        cross_section_area=AREA * each, velocity=DISCHARGE / AREA * each, travel_time=each,
        width=each, depth=each, hydraulic_radius=each, bed_slope=each, shear_velocity=each,
        dispersion_coefficient=DISPERSION * each, storage_area_ratio=0.0 * each,
        exchange_coefficient=0.0 * each, temperature=each, method={}, estimated={},
    )  # fmt: skip
    flow = VaryingFlow(
        time, discharge[:, :-1], discharge[:, 1:], np.zeros((time.size, reaches)), True,
        AREA * each, reference,
    )  # fmt: skip
    numbers = np.arange(reaches)
    graph = Reaches(numbers, numbers + 1, np.diff(place), np.zeros(reaches, dtype=np.bool_))
    outputs = (STEP * np.arange(STEPS + 1), np.array([STEPS]), np.zeros(0, dtype=np.int64))
    places = [Position(int(x * reaches), 0.5 * LENGTH / reaches) for x in (0.1, 0.5, 0.9)]
    cells = np.full(reaches, CELLS // reaches)
    return build(graph, flow, (0.0, step, STEPS), LIMITER_POSITIVE, places, outputs, cells)


def measure(plan: Plan, full: bool, repeats: int) -> tuple[float, int]:
    """Best time [s] and cell-steps of a march."""
    size = plan.reaches.length.size
    substance = Substance(np.zeros(size), np.zeros(size))
    release = (Position(0, 0.0), RateSchedule(np.array([0.0, 3600.0]), np.full(2, 1.0)))
    background = None
    if full:
        random = np.random.default_rng(0)
        background = Background(random.random((1, size)) + 0.5, np.ones((1, size + 1)))
    best, cell_steps = np.inf, 0
    for _ in range(repeats):
        begun = process_time()
        found = march(plan, [substance], [[release]], background=background)[0]
        best = min(best, process_time() - begun)
        cell_steps = found.cell_steps
    return best, cell_steps


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--processes", type=int, default=3, help="whole runs; 0: none")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    # 0.9 of a cell a step keeps the remap at work in steady flow
    steady = 0.9 * LENGTH / CELLS * AREA / DISCHARGE
    cases = [
        ("waves, 20 reaches, windowed", river(20, SWING, STEP), False),
        ("waves, 2000 reaches, windowed", river(2000, SWING, STEP), False),
        ("waves, 20 reaches, all cells", river(20, SWING, STEP), True),
        ("steady, 20 reaches, all cells", river(20, 0.0, steady), True),
    ]
    rows = []
    for name, plan, full in cases:
        measure(plan, full, 1)
        best, cell_steps = measure(plan, full, given.repeats)
        each = f"{1e9 * best / cell_steps:.2f}"
        rows.append([name, str(cell_steps), f"{1e3 * best:.2f}", each])
    print(table(["case", "cell-steps", "best ms", "ns/cell-step"], rows, given.markdown))
    if given.processes:
        whole = long_river.time_runs(given.processes)
        row = [f"{value:.2f}" for value in (whole.wall, whole.processor, long_river.TARGET)]
        heading = ["whole process", "wall s", "processor s", "target s", "memory MB"]
        memory = f"{whole.peak_memory / 1e6:.0f}"
        print()
        print(table(heading, [["2000 km, 60 days, routed", *row, memory]], given.markdown))


if __name__ == "__main__":
    main()
