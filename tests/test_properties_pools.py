"""Whatever the river and whatever its constituents consist of: mass closes in every part."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from hypothesis import assume, given
from river_cases import Row, model_of
from river_strategies import few, pooled

import spillsim
from spillsim.errors import ScenarioError
from spillsim.model import Model
from spillsim.outcome import COMPARTMENTS
from spillsim.simulation import Run


def assembled(data: Row) -> Model:
    """The model, unless the case is one that is rightly refused."""
    try:
        model = model_of(data)
    except ScenarioError as error:
        texts = [fault.message for fault in error.faults]
        known = ("would need more than", "would not be released whole", "lies at the outlet",
                 "take more than the river brings")  # fmt: skip
        assert all(any(words in text for words in known) for text in texts), texts
        assume(False)
        raise
    # where exchange asks for short steps a river may be long to compute, which shows nothing more
    assume(model.steps * model.cells < 2e5)
    return model


def parts(run: Run) -> np.ndarray:
    """(N, L) all that the ledger knows of."""
    ledger = run.ledger
    inside = ledger.dissolved + ledger.suspended + ledger.in_storage + ledger.on_bed
    gone = ledger.decayed + ledger.volatilised + ledger.transformed + ledger.stranded
    return inside + gone + ledger.abstracted + ledger.past_outlet


@few(12)
@given(pooled())
def test_mass_closes_in_every_compartment(data: Row) -> None:
    run = spillsim.simulate(assembled(data))
    ledger = run.ledger
    put_in = (ledger.released + ledger.gained).max(axis=1)
    scale = np.where(put_in > 0.0, put_in, 1.0)
    miss = np.abs(ledger.released + ledger.gained - parts(run)).max(axis=1)
    assert (miss <= 1e-12 * scale).all(), miss / scale
    # what is in the cells at the end is what the ledger says, compartment by compartment
    held = {"storage": ledger.in_storage, "bed": ledger.on_bed}
    for name in COMPARTMENTS:
        there = held.get(name, getattr(ledger, name, None))
        assert there is not None
        apart = np.abs(run.left[name].sum(axis=1) - there[:, -1])
        assert (apart <= 1e-11 * scale).all(), name
    held_inlet = any(release["kind"] == "concentration" for release in data["release"])
    if not held_inlet:  # which draws mass back out when it falls
        for cells in run.left.values():
            assert cells.min(initial=0.0) >= -1e-300
        assert run.concentration.min(initial=0.0) >= -1e-300


@few(4)
@given(pooled(limiter="none", linear=True))
def test_linear_constituents_superpose(data: Row) -> None:
    """Curves of all releases are the sum of those of each, on one grid."""
    for release in data["release"]:
        if "mass" in release:
            release["mass"] = "3.0 kg"
    alone = []
    for number in range(len(data["release"])):
        one = deepcopy(data)
        for other, release in enumerate(one["release"]):
            if other != number:
                for key in ("mass", "rate"):
                    if key in release:
                        value, unit = release[key].split()
                        release[key] = f"{float(value) * 1e-14!r} {unit}"
                for row in release.get("table", []):
                    row.update({k: 1e-14 * v for k, v in row.items() if not k.startswith("time")})
        alone.append(spillsim.simulate(assembled(one)))
    together = spillsim.simulate(assembled(data))
    for name in ("concentration", "cumulative_mass"):
        whole = getattr(together, name)
        total = sum(getattr(run, name) for run in alone)
        scale = np.abs(whole).max(initial=1e-30)
        np.testing.assert_allclose(total, whole, rtol=0.0, atol=1e-9 * scale)
    bed = sum(run.ledger.on_bed for run in alone)
    scale = max(float(np.abs(together.ledger.released).max()), 1e-30)
    np.testing.assert_allclose(bed, together.ledger.on_bed, rtol=0.0, atol=1e-9 * scale)
