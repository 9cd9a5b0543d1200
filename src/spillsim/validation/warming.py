"""Compile the kernels before the cases are handed out, so that no two processes do the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .case import Case, Report

_ENGINES = ("march", "network", "transfer")


def missing() -> tuple[Case, ...]:
    """Return a case for each engine whose kernels are not in the cache yet; it compiles them."""
    from ..simulation import compiled

    answers = {"march": _march, "network": _network, "transfer": _transfer}
    return tuple(
        Case(f"compile_{engine}", "verification", engine, "", answers[engine])
        for engine in _ENGINES
        if not compiled("transfer" if engine == "transfer" else "march", engine == "network")
    )


def _march() -> Report:
    return _simulated("march", False)


def _network() -> Report:
    return _simulated("march", True)


def _transfer() -> Report:
    return _simulated("transfer", False)


def _simulated(engine: str, changing: bool) -> Report:
    """Run a river of one reach, in flow that changes or does not."""
    from ..model import assemble
    from ..scenario import parse
    from ..simulation import simulate

    simulate(assemble(parse(_river(engine, changing))))
    return Report(())


def _river(engine: str, changing: bool) -> dict[str, Any]:
    inflow = [{"node": "head", "inflow [m3/s]": 10.0}]
    series = [
        {"reach": "reach", "time [h]": time, "discharge [m3/s]": flow}
        for time, flow in ((0, 10), (2, 12))
    ]
    return {
        "spillsim": 1,
        "case": {
            "title": "to compile", "start": datetime(2000, 1, 1, tzinfo=UTC), "duration": "2 h",
        },
        "network": {
            "nodes": [{"id": "head", "kind": "headwater"}, {"id": "mouth", "kind": "outlet"}],
            "reaches": [{
                "id": "reach", "from": "head", "to": "mouth", "length [km]": 2,
                "hydraulics": "velocity", "velocity [m/s]": 1, "width [m]": 10,
                "dispersion_coefficient [m2/s]": 10,
            }],
        },
        "flow": {"kind": "table", "table": series} if changing else
                {"kind": "inflows", "table": inflow},
        "substance": [{"name": "dye"}],
        "release": [{"kind": "constant", "at": {"node": "head"}, "substance": "dye",
                     "mass": "1 kg", "duration": "10 min"}],
        "station": [{"name": "mouth", "at": {"reach": "reach", "distance": "1.5 km"}}],
        "numerics": {"engine": engine, "error_check": "none"},
    }  # fmt: skip
