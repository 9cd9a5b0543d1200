"""What cannot be with a floating substance: changing flow, layers, reactions, measured inlets."""

from __future__ import annotations

from typing import Any

from .draft import Draft
from .faults import quoted
from .releases import ConcentrationSeries


def check_floating(draft: Draft) -> None:
    """Add the faults of floating substances in cases that cannot have them.

    What floats is computed on its own, in the steady flow of the surface.
    """
    floating = {
        one.name: one for one in draft.substances if one is not None and one.form == "floating"
    }
    if not floating:
        return
    changes, layered = _what_changes_the_flow(draft), _layered(draft)
    for one in floating.values():
        where = f"{one._where}.form"
        if changes:
            draft.faults.add(
                where, f"{quoted(one.name)} floats, but the flow changes: {changes}",
                "Floating substances need steady flow. Compute them in a regime of their own.",
            )  # fmt: skip
        if layered:
            draft.faults.add(
                where, f"{quoted(one.name)} floats, but reservoir {quoted(layered)} is in two "
                "layers, which exchange", 'Write mixing = "mixed" there.',
            )  # fmt: skip
    for reaction in draft.reactions:
        for key, name in (("from", "from_substance"), ("to", "to")):
            if reaction is not None and getattr(reaction, name) in floating:
                draft.faults.add(
                    f"{reaction._where}.{key}", f"{quoted(getattr(reaction, name))} floats, at "
                    "another velocity than what is dissolved", "Give it a decay_rate instead.",
                )  # fmt: skip
    for release in draft.releases:
        if isinstance(release, ConcentrationSeries) and release.substance in floating:
            draft.faults.add(
                f"{release._where}.kind", f"{quoted(release.substance)} floats: a concentration of "
                "the water does not say what comes with the surface",
                'Give its mass_rate by kind = "hydrograph".',
            )  # fmt: skip


def _what_changes_the_flow(draft: Draft) -> str:
    """Key of what makes the flow change; empty where it is steady."""
    rules: list[tuple[str, Any]] = [
        ("[flow]", draft.discharges is not None or bool(draft.series)),
        ("[routing]", draft.routing),
        ("[[hydrograph]]", list(draft.hydrographs)),
        ("[[diversion]]", list(draft.diversions)),
        ("[[split]]", list(draft.splits)),
        ("[[reservoir]]", any(one is not None and one.outlets for one in draft.reservoirs)),
        ("[trigger]", draft.trigger is not None and draft.trigger.has_flow),
    ]
    return next((key for key, given in rules if given), "")


def _layered(draft: Draft) -> str:
    """A reservoir in two layers; empty where there is none."""
    named = (one.reach for one in draft.reservoirs if one is not None and one.mixing == "layered")
    return next(named, "")
