"""Compile the kernels before the cases are handed out, so that no two processes do the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from .case import Case, Report

_ENGINES = ("march", "network", "transfer")


def missing(*, members: bool = False) -> tuple[Case, ...]:
    """Return a case for each engine whose kernels are not in the cache yet; it compiles them.

    members : True for the kernels of many members as well, which take longest
    """
    from ..simulation import compiled

    answers = {"march": _march, "network": _network, "transfer": _transfer}
    found = tuple(
        Case(f"compile_{engine}", "verification", engine, "", answers[engine])
        for engine in _ENGINES
        if not compiled("transfer" if engine == "transfer" else "march", engine == "network")
    )
    if members and not _members_compiled():
        found = (Case("compile_members", "verification", "members", "", _members), *found)
    return found


def _members_compiled() -> bool:
    from ..transfer.member_kernel import solve_block

    stats = getattr(solve_block, "stats", None)
    place = getattr(stats, "cache_path", None)
    return stats is None or (
        place is not None and any(Path(place).glob("member_kernel.solve_block-*.nbi"))
    )


def _members() -> Report:
    """Solve one member as ensembles do."""
    from ..engine import substance_river
    from ..model import assemble
    from ..scenario import parse
    from ..transfer import Factors, MembersWanted, solve_members

    model = assemble(parse(_river("transfer", False)))
    river = substance_river(model.scenario, model.network, model.flow, 0)
    places = tuple(place.position for place in model.stations)
    wanted = MembersWanted(places, 7200.0, np.array([1e-3]), (0.01,), np.zeros(0), single=True)
    solve_members(river, [(r.position, r.schedule) for r in model.releases], Factors(1), wanted)
    return Report(())


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
