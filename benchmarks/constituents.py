"""What grains and what is bound to them cost, against one dissolved substance on the same river.

``python -m benchmarks.constituents`` runs a steady river of 1000 km with one dissolved substance
and with two size classes and two metals that sorb to both: eight pools that go with the water and
six on the bed, in place of one. The march alone (with its cells and deposits) and the whole of
``spillsim.run``, which measures its error besides, are timed in turn by processor time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import process_time
from typing import Any

import numpy as np

from . import machine
from .table import table

KM = 1000
AIM = 3.0
"""Times the cost of one dissolved substance."""


def scenario(constituents: str, engine: str = "march") -> Any:
    """Return the river with ``one`` dissolved substance, ``bound`` or ``slow`` metals.

    Metals sorb to both classes: at once (``bound``), or at a finite rate (``slow``). ``hindered``
    grains settle more slowly where there are many, and are eroded by area.
    """
    import spillsim

    release = {"at": {"node": "a"}, "kind": "constant", "duration": "6 h"}
    sections: dict[str, Any]
    if constituents == "one":
        sections = {
            "substance": [{"name": "zinc", "decay_rate": "0.05 1/d"}],
            "release": [release | {"substance": "zinc", "mass": "100 t"}],
        }
    else:
        rate = {"rate": "1 1/d"} if constituents == "slow" else {}
        sorbs = [{"to": name, "distribution_coefficient": "10000 L/kg"} | rate
                 for name in ("silt", "clay")]  # fmt: skip
        settles = {"critical_deposition_stress": "3 Pa", "critical_erosion_stress": "4 Pa"}
        if constituents == "hindered":
            settles |= {"erosion_rate": "1e-5 kg/m2/s", "hindered_settling": {
                "gelling_concentration": "200 kg/m3", "exponent": 4.65}}  # fmt: skip
        sections = {
            "solids": [settles | {"name": "silt", "diameter": "15 um"},
                       settles | {"name": "clay", "diameter": "3 um"}],
            "substance": [{"name": "zinc", "sorption": sorbs}, {"name": "lead", "sorption": sorbs}],
            "release": [release | {"substance": name, "mass": mass} for name, mass in
                        (("silt", "20000 t"), ("clay", "10000 t"), ("zinc", "50 t"),
                         ("lead", "50 t"))],
        }  # fmt: skip
    reaches = [
        {
            "id": f"r{i}", "from": f"n{i}" if i else "a", "to": f"n{i + 1}", "length [km]": 100,
            "hydraulics": "velocity", "velocity [m/s]": 0.8, "width [m]": 80, "depth [m]": 3,
            "slope": 1e-4, "dispersion_coefficient [m2/s]": 50,
        }
        for i in range(KM // 100)
    ]  # fmt: skip
    data = {
        "spillsim": 1,
        "case": {
            "title": "cost of constituents", "start": datetime(2000, 1, 1, tzinfo=UTC),
            "duration": "30 days",
        },
        "network": {
            "nodes": [{"id": "a"}, *({"id": f"n{i + 1}"} for i in range(KM // 100))],
            "reaches": reaches,
        },
        "flow": {"kind": "inflows", "table": [{"node": "a", "inflow [m3/s]": 192}]},
        "station": [{"name": f"{x} km", "at": {"reach": f"r{x // 100}", "distance": "50 km"}}
                    for x in (100, 500, 900)],
        "output": {"interval": "30 min"},
        "numerics": {"engine": engine, "error": 0.01},
    }  # fmt: skip
    return spillsim.scenario.parse(data | sections)


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time of an action [s] and what it returns."""
    begun = process_time()
    found = action()
    return process_time() - begun, found


CASES = {
    "one dissolved substance": "one",
    "2 classes, 2 metals bound at equilibrium": "bound",
    "2 classes, 2 metals bound at 1 1/d": "slow",
    "the first, hindered settling and erosion by area": "hindered",
}


def cost_table(options: argparse.Namespace) -> str:
    """Best and median of the march and of the whole run, in turn, and their ratio to the first."""
    import spillsim

    prepared = {words: scenario(name) for words, name in CASES.items()}
    marches: dict[str, list[float]] = {words: [] for words in CASES}
    whole: dict[str, list[float]] = {words: [] for words in CASES}
    size: dict[str, str] = {}
    for words, case in prepared.items():  # compiled, and the caches are warm
        model = spillsim.assemble(case)
        run = spillsim.simulate(model)
        size[words] = f"{model.cells} x {model.steps}"
        if run.mass_error > 1e-11:
            raise AssertionError(f"{words}: mass error {run.mass_error:.1e}")
    for _ in range(options.repeats):
        for words, case in prepared.items():
            model = spillsim.assemble(case)
            marches[words].append(timed(lambda m=model: spillsim.simulate(m))[0])  # type: ignore[misc]
            whole[words].append(timed(lambda c=case: spillsim.run(c))[0])  # type: ignore[misc]
    first = next(iter(CASES))
    rows: list[Sequence[str]] = []
    for words in CASES:
        own, run_time = min(marches[words]), min(whole[words])
        rows.append(
            [
                words, size[words], f"{own:.3f}", f"{float(np.median(marches[words])):.3f}",
                f"{own / min(marches[first]):.1f}", f"{run_time:.3f}",
                f"{float(np.median(whole[words])):.3f}", f"{run_time / min(whole[first]):.1f}",
            ]
        )  # fmt: skip
    head = ["constituents", "cells x steps", "simulate, best s", "median s", "times the first",
            "spillsim.run, best s", "median s", "times the first"]  # fmt: skip
    return table(head, [list(row) for row in rows], options.markdown)


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.constituents", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(machine.describe(machine.measure()), end="\n\n")
    print(cost_table(options))
    print(f"\naim: at most {AIM:.0f} times one dissolved substance")


if __name__ == "__main__":
    main()
