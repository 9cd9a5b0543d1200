"""The cell length at which a peer reaches a target error, and the time it then takes."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from ..tasks import Task, exact_curves, worst_error
from .interface import Peer, PeerResult

LARGEST_COST = 1.2e9
BISECTIONS = 5
REFINEMENT = 0.75


@dataclass(frozen=True)
class Reached:
    """A peer at the coarsest cells found that meet the target; `seconds` is a median."""

    peer: str
    task: str
    target: float
    courant_number: float
    cell_length: float
    error: float
    seconds: float
    cell_steps: int

    @property
    def nanoseconds(self) -> float:
        """Time per cell-step [ns]."""
        return 1e9 * self.seconds / self.cell_steps


def error_of(task: Task, result: PeerResult) -> float:
    """Worst station's L1 error of one result on its own output times."""
    return worst_error(result.times, result.curves, exact_curves(task, result.times))


def find_cell_length(
    peer: Peer, task: Task, target: float, courant_number: float | None = None
) -> float | None:
    """Coarsest cell length [m] that meets `target`, by refinement and then bisection of its log.

    Returns None when the target is not met before the next run would cost more than
    `LARGEST_COST` cell-steps (explicit steps on fine cells grow with the third power).
    """
    length = task.length / 64.0
    failed = None
    while True:
        result = peer.run(task, length, courant_number)
        if error_of(task, result) <= target:
            break
        if result.cell_steps / REFINEMENT**3 > LARGEST_COST:
            return None
        failed, length = length, REFINEMENT * length
    if failed is None:
        return length
    for _ in range(BISECTIONS):
        middle = float((failed * length) ** 0.5)
        if error_of(task, peer.run(task, middle, courant_number)) <= target:
            length = middle
        else:
            failed = middle
    return length


def _reach_at(
    peer: Peer, task: Task, target: float, courant_number: float, repeats: int
) -> Reached | None:
    length = find_cell_length(peer, task, target, courant_number)
    if length is None:
        return None
    results = [peer.run(task, length, courant_number) for _ in range(repeats)]
    return Reached(
        peer=peer.name,
        task=task.name,
        target=target,
        courant_number=courant_number,
        cell_length=length,
        error=error_of(task, results[0]),
        seconds=median(result.seconds_in_solver for result in results),
        cell_steps=results[0].cell_steps,
    )


def reach(peer: Peer, task: Task, target: float, repeats: int = 7) -> Reached | None:
    """Fastest way found to `target` over the peer's Courant numbers; None when out of reach.

    The search warms the code up; `seconds` is the median of `repeats` runs.
    """
    found = [_reach_at(peer, task, target, c, repeats) for c in peer.courant_numbers]
    met = [result for result in found if result is not None]
    return min(met, key=lambda result: result.seconds) if met else None
