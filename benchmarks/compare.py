"""spillsim's march against the peer kernels on the same task, in one run.

``python -m benchmarks.compare`` searches, for each task and target error, spillsim's longest time
step and the peer's cell length, then times the two in turn (one run of each, again and again) and
prints the ratio of the medians.  ``--peers`` times every peer and leaves spillsim out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import median

from . import machine, tasks
from .march import TARGETS, find_longest_step
from .peers import PEERS
from .peers.search import LARGEST_COST, Reached, reach
from .table import table
from .tasks import TASKS, Task

_OUT_OF_REACH = f"> {LARGEST_COST:.2g} cell-steps"


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.3f}"


def compare_one(task: Task, target: float, peer_name: str, repeats: int) -> list[str]:
    """One row: spillsim and one peer at the same error, timed in turn."""
    peer = PEERS[peer_name]
    longest, reached = find_longest_step(task, target), reach(peer, task, target, repeats=1)
    row = [task.name, f"{100 * target:g} %", peer_name]
    ours: list[float] = []
    theirs: list[float] = []
    cell_steps = 0
    for _ in range(repeats):
        if longest is not None:
            result = tasks.march(longest.prepared)
            ours.append(result.seconds_in_solver)
            cell_steps = result.cell_steps
        if reached is not None:
            run = peer.run(task, reached.cell_length, reached.courant_number)
            theirs.append(run.seconds_in_solver)
    if longest is None:
        row += ["not reached", "", ""]
    else:
        nanoseconds = 1e9 * median(ours) / cell_steps
        row += [_milliseconds(median(ours)), f"{100 * longest.error:.3f}", f"{nanoseconds:.2f}"]
    row.append(_OUT_OF_REACH if reached is None else _milliseconds(median(theirs)))
    row.append(f"{median(theirs) / median(ours):.1f}" if ours and theirs else "")
    return row


def compare(names: Sequence[str], peer_names: Sequence[str], repeats: int, markdown: bool) -> str:
    """The table of spillsim against the peers."""
    head = [
        "task",
        "target",
        "peer",
        "spillsim ms",
        "error %",
        "ns/cell-step",
        "peer ms",
        "peer/spillsim",
    ]
    rows = [
        compare_one(TASKS[name], target, peer, repeats)
        for name in names
        for target in TARGETS
        for peer in peer_names
    ]
    return table(head, rows, markdown)


def _peer_row(task: Task, target: float, name: str, found: Reached | None) -> list[str]:
    row = [task.name, f"{100 * target:g} %", name]
    if found is None:
        return [*row, _OUT_OF_REACH, "", "", "", ""]
    return [
        *row,
        _milliseconds(found.seconds),
        f"{found.cell_length:.0f}",
        f"{found.courant_number:g}",
        f"{100 * found.error:.3f}",
        f"{found.nanoseconds:.2f}",
    ]


def peers_table(
    names: Sequence[str], peer_names: Sequence[str], repeats: int, markdown: bool
) -> str:
    """The table of all peers alone."""
    head = ["task", "target", "peer", "ms", "cell m", "Courant", "error %", "ns/cell-step"]
    rows = [
        _peer_row(TASKS[name], target, peer, reach(PEERS[peer], TASKS[name], target, repeats))
        for name in names
        for target in TARGETS
        for peer in peer_names
    ]
    return table(head, rows, markdown)


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--peers", action="store_true", help="time every peer, without spillsim")
    parser.add_argument("--against", nargs="+", choices=list(PEERS), default=None)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(machine.describe(machine.measure()), end="\n\n")
    if options.peers:
        chosen = options.against or list(PEERS)
        print(peers_table(options.tasks, chosen, options.repeats, options.markdown))
    else:
        chosen = options.against or ["tvd_window", "third_order_window"]
        print(compare(options.tasks, chosen, options.repeats, options.markdown))


if __name__ == "__main__":
    main()
