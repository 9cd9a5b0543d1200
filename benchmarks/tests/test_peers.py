"""The peers converge to the exact curves at their order and conserve mass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ..peers import PEERS
from ..peers.interface import divide, exchange_propagator, station_stencil
from ..peers.search import error_of, find_cell_length
from ..tasks import T1, W2, Task

# Short river with storage that matters: the same terms as W2 in a tenth of the time.
SHORT_STORAGE = Task(
    name="short storage",
    river=replace(
        W2.river,
        exchange_coefficient=1e-4,
        area_ratio=0.3,
        decay_rate=5e-6,
        storage_decay_rate=2e-6,
    ),
    length=80e3,
    duration=2.5 * 86400.0,
    stations=(10e3, 40e3),
)

# Peer, finer cell length [m], least slope of the error between twice that length and it.  The TVD
# kernel is first order in the cross term of advection and dispersion and flattens peaks; splitting
# the exchange off limits the third-order kernel to the second order where there is storage.
SLOPES = [
    (T1, "tvd", 125.0, 0.9),
    (T1, "tvd_window", 125.0, 0.9),
    (T1, "third_order", 350.0, 2.5),
    (T1, "third_order_window", 350.0, 2.5),
    (T1, "muscl", 125.0, 1.6),
    (T1, "superbee", 125.0, 0.8),
    (T1, "ultimate", 125.0, 2.0),
    (T1, "weno", 175.0, 2.8),
    (T1, "crank_nicolson", 100.0, 1.8),
    (SHORT_STORAGE, "tvd", 125.0, 0.9),
    (SHORT_STORAGE, "tvd_window", 125.0, 0.9),
    (SHORT_STORAGE, "third_order", 350.0, 1.9),
    (SHORT_STORAGE, "third_order_window", 350.0, 1.9),
    (SHORT_STORAGE, "muscl", 125.0, 1.6),
    (SHORT_STORAGE, "ultimate", 125.0, 1.8),
    (SHORT_STORAGE, "weno", 175.0, 2.8),
    (SHORT_STORAGE, "crank_nicolson", 100.0, 1.8),
]


@pytest.mark.parametrize(("task", "name", "cell_length", "slope"), SLOPES)
def test_error_falls_at_the_order(task: Task, name: str, cell_length: float, slope: float) -> None:
    peer = PEERS[name]
    coarse = error_of(task, peer.run(task, 2.0 * cell_length))
    fine = error_of(task, peer.run(task, cell_length))
    assert fine < 0.03
    assert np.log2(coarse / fine) > slope


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("area_ratio", [0.0, 0.2])
def test_mass_is_conserved(name: str, area_ratio: float) -> None:
    exchange = 1e-4 if area_ratio else 0.0
    river = replace(T1.river, exchange_coefficient=exchange, area_ratio=area_ratio)
    result = PEERS[name].run(replace(T1, river=river), 500.0)
    assert result.mass_past_outlet > 0.01 * river.mass
    total = result.mass_left + result.mass_past_outlet
    assert total == pytest.approx(river.mass, rel=1e-11)


def test_equal_decay_in_channel_and_storage_leaves_the_exponential() -> None:
    task = replace(W2, duration=5.0 * 86400.0)
    rate, pulse = task.river.decay_rate, task.river.pulse_duration
    share = np.exp(-rate * task.duration) * np.expm1(rate * pulse) / (rate * pulse)
    for name in PEERS:
        result = PEERS[name].run(task, 2000.0)
        assert result.mass_left == pytest.approx(share * task.river.mass, rel=2e-3), name


@pytest.mark.parametrize("scheme", ["tvd", "third_order"])
@pytest.mark.parametrize("task", [T1, SHORT_STORAGE], ids=lambda task: task.name)
def test_window_changes_nothing_but_the_work(scheme: str, task: Task) -> None:
    whole = PEERS[scheme].run(task, 250.0)
    window = PEERS[scheme + "_window"].run(task, 250.0)
    assert np.abs(window.curves - whole.curves).max() < 1e-8 * whole.curves.max()
    assert window.cell_steps < 0.8 * whole.cell_steps


def test_entering_pulse_sums_to_the_mass() -> None:
    steps = divide(T1, 500.0, 777.0)
    entered = steps.entering.sum() * T1.river.discharge * steps.time_step
    assert entered == pytest.approx(T1.river.mass, rel=1e-14)


def test_station_stencil_is_exact_for_cubics() -> None:
    steps = divide(T1, 512.0, 100.0)
    face = steps.cell_length * np.arange(steps.cells + 1) / 1e5
    mean = np.diff(face**4) / 4.0 / np.diff(face)
    first, weights = station_stencil(T1, steps.cells)
    for station, cell, weight in zip(T1.stations, first, weights, strict=True):
        assert weight @ mean[cell : cell + 4] == pytest.approx((station / 1e5) ** 3, rel=1e-9)


def test_exchange_propagator_composes_and_conserves() -> None:
    river = replace(W2.river, decay_rate=0.0, storage_decay_rate=0.0)
    task = replace(W2, river=river)
    whole, half = exchange_propagator(task, 5e3), exchange_propagator(task, 2.5e3)
    assert np.allclose(half @ half, whole, rtol=1e-13, atol=0.0)
    assert np.allclose(np.array([1.0, river.area_ratio]) @ whole, [1.0, river.area_ratio])
    assert whole[1, 0] > 0.1


def test_search_meets_the_target_and_no_finer() -> None:
    peer = PEERS["third_order_window"]
    length = find_cell_length(peer, T1, 0.01)
    assert length is not None
    assert error_of(T1, peer.run(T1, length)) <= 0.01
    assert error_of(T1, peer.run(T1, 1.3 * length)) > 0.01
