"""Exchange between pools within a cell: propagators, the kernel, and what is not linear in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import FunctionType
from typing import Any

import mpmath
import numpy as np
import pytest
from engine_cases import slope
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from spillsim.transport import pools
from spillsim.transport.arrays import Reactions
from spillsim.transport.kinetics import Grains, Kinetics, Sorption
from spillsim.transport.propagators import propagators
from spillsim.transport.reactions import build_reactions

Array = NDArray[np.float64]
CELLS = 5


def plain(kernel: Any) -> Callable[..., Any]:
    """A kernel and all it calls as they are written, not compiled."""
    function = getattr(kernel, "py_func", kernel)
    called = {
        name: plain(value)
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names and hasattr(value, "py_func")
    }
    return FunctionType(function.__code__, {**function.__globals__, **called})


react, mix_values = plain(pools.react), plain(pools.mix_values)


def matrix(seed: int, size: int, low: int = -8, high: int = 0, fill: float = 0.6) -> Array:
    """Random rates between 10^low and 10^high that lose nothing."""
    rng = np.random.default_rng(seed)
    rates = rng.random((size, size)) * 10.0 ** rng.uniform(low, high, (size, size))
    rates *= rng.random((size, size)) < fill
    np.fill_diagonal(rates, 0.0)
    np.fill_diagonal(rates, -rates.sum(axis=0))
    return rates


def exact(rates: Array, time: float) -> Array:
    """The matrix exponential with 60 digits."""
    with mpmath.workdps(60):
        found = mpmath.expm(mpmath.matrix(rates.tolist()) * time, method="taylor")
        return np.array(found.tolist(), dtype=np.float64)


def kinetics(rates: Array, mobile: int, **more: Any) -> Kinetics:
    """One zone at one discharge; every mobile pool is a constituent of its own."""
    fixed = rates.shape[-1] - 2 * mobile
    given = {"groups": np.arange(mobile + 1), "discharge": np.ones((1, 1)), **more}
    return Kinetics(fixed=fixed, returns=np.ones(fixed, dtype=bool), linear=rates[None, None],
                    **given)  # fmt: skip


def ready(given: Kinetics, step: float, volume: float = 1.0) -> Reactions:
    """What the kernel takes, for some cells of one volume."""
    zone = np.zeros(CELLS, dtype=np.int64)
    found = build_reactions(given, zone, step, np.zeros(given.linear.shape[-1]))
    found.values[-1] = volume
    return found


def run(reactions: Reactions, state: Array, steps: int = 1) -> Array:
    """(n, K) all pools after some steps; checks what the kernel says of what left the water."""
    mobile = int(reactions.shape[0])
    mass, storage = state[:mobile].T.flatten(), state[mobile : 2 * mobile].T.flatten()
    lost = np.zeros(mass.size)
    reactions.fixed[:] = state[2 * mobile :]
    for _ in range(steps):
        react(0, state.shape[1], reactions, mass, storage, lost)
    back = [own.reshape(-1, mobile).T for own in (mass, storage, lost)]
    left = state[:mobile] + state[mobile : 2 * mobile] - back[0] - back[1]
    assert np.abs(left - back[2]).max() <= 1e-14 * steps * state.max()
    return np.concatenate([back[0], back[1], reactions.fixed])


@pytest.mark.parametrize("seed", range(4))
def test_propagators_are_the_matrix_exponential(seed: int) -> None:
    rates = np.stack([matrix(10 * seed + k, 6, -6, -3) for k in range(5)])
    found = propagators(rates, 900.0)
    assert found == pytest.approx(expm(rates * 900.0), abs=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_stiff_propagators_keep_small_entries(seed: int) -> None:
    # rates of 1 1/s over 1e4 s beside rates of 1e-12 1/s: every entry to ten digits of its own,
    # or to the last digit of one
    rates = matrix(seed, 4, -12, 0, fill=0.8)
    wanted = exact(rates, 1e4)
    assert propagators(rates, 1e4) == pytest.approx(wanted, rel=1e-11, abs=2e-16)


def test_matrices_that_are_no_exchange_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        propagators(np.array([[0.0, -1.0], [0.0, 1.0]]), 1.0)
    with pytest.raises(ValueError, match="finite"):
        propagators(np.array([[np.nan]]), 1.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 7), st.floats(-3.0, 8.0))
def test_columns_sum_to_one_and_nothing_is_negative(seed: int, size: int, power: float) -> None:
    found = propagators(matrix(seed, size, -9, 0), 10.0**power)
    assert found.min() >= 0.0
    assert np.abs(found.sum(axis=0) - 1.0).max() <= 3e-16


@pytest.mark.parametrize("stores", [True, False])
def test_the_kernel_multiplies_with_the_propagator(stores: bool) -> None:
    mobile, fixed = 3, 3
    rates = matrix(7, 2 * mobile + fixed, -5, -3)
    if not stores:
        rates[mobile : 2 * mobile] = rates[:, mobile : 2 * mobile] = 0.0
    rates[:, -1] = 0.0  # a sink
    np.fill_diagonal(rates, 0.0)
    np.fill_diagonal(rates, -rates.sum(axis=0))
    state = np.random.default_rng(1).random((2 * mobile + fixed, CELLS))
    found = run(ready(kinetics(rates, mobile), 900.0), state)
    assert found == pytest.approx(expm(rates * 900.0) @ state, abs=1e-14)


def test_values_are_mixed_between_discharges() -> None:
    tables = np.stack([matrix(k, 4, -5, -3) for k in range(3)])[None]
    given = replace(kinetics(tables[0, 0], 1), linear=tables, discharge=np.array([[1.0, 3.0, 4.0]]))
    reactions = ready(given, 900.0)
    state = np.random.default_rng(2).random((4, CELLS))
    three = propagators(tables[0], 900.0)
    for discharge, share in ((0.5, [1, 0, 0]), (2.5, [0.25, 0.75, 0]), (3.2, [0, 0.8, 0.2]),
                             (9.0, [0, 0, 1])):  # fmt: skip
        mix_values(0, CELLS, 0, discharge, 1.0, reactions)
        wanted = np.tensordot(share, three, 1) @ state
        assert run(reactions, state) == pytest.approx(wanted, abs=1e-14)


# --- what is not linear: one class (pool 0) with a metal dissolved (1) and bound to it (2), and
# --- their beds (fixed 0 and 1) -------------------------------------------------------------------

POOLS = 8
VOLUME, DEPTH = 500.0, 2.0
NO_FLOC = np.zeros((1, 4))


def grains(settling: float, erosion: float, **more: Any) -> Grains:
    one = np.ones((1, 1, 1))
    given = {"gelling": np.array([np.inf]), "exponent": np.array([4.65]), "floc": NO_FLOC, **more}
    return Grains(member=np.array([0]), bed=np.array([0]), velocity=np.array([settling * DEPTH]),
                  settling=settling * one, erosion=erosion * one, depth=np.full((1, 1), DEPTH),
                  follower=np.array([[0, 2, 1]]), **given)  # fmt: skip


def sorption(rate: float, coefficient: float = 2.0) -> Sorption:
    return Sorption(np.array([1]), np.array([2]), np.array([0]), np.array([coefficient]),
                    np.array([rate]))  # fmt: skip


def marched(given: Kinetics, start: Array, time: float, steps: int) -> Array:
    state = np.repeat(start[:, None], CELLS, axis=1)
    return run(ready(given, time / steps, VOLUME), state, steps)[:, 0]


def orders(given: Kinetics, start: Array, time: float, wanted: Array) -> tuple[float, Array]:
    """Order of convergence over 8, 16 and 32 steps, and the errors."""
    counts = [8, 16, 32]
    errors = [np.abs(marched(given, start, time, n) - wanted).max() for n in counts]
    return slope([time / n for n in counts], errors), np.array(errors)


START = np.array([900.0, 40.0, 10.0, 0.0, 0.0, 0.0, 300.0, 5.0])


def solved(change: Callable[[Array], Array], time: float) -> Array:
    found = solve_ivp(lambda _, x: change(x), (0.0, time), START, "DOP853", rtol=1e-12, atol=1e-12)
    return np.asarray(found.y[:, -1])


def test_hindered_settling_converges_with_the_square_of_the_step() -> None:
    own = grains(4e-4, 0.0, gelling=np.array([5.0]))

    def change(x: Array) -> Array:
        s = 4e-4 * (1.0 - x[0] / VOLUME / 5.0) ** 4.65
        return np.array([-s * x[0], 0, -s * x[2], 0, 0, 0, s * x[0], s * x[2]])

    given = kinetics(np.zeros((POOLS, POOLS)), 3, grains=own)
    order, errors = orders(given, START, 4000.0, solved(change, 4000.0))
    assert order >= 1.9
    assert errors[-1] <= 1e-2


def test_flocs_settle_faster_where_there_is_more() -> None:
    own = grains(4e-4, 0.0, floc=np.array([[6e-4, 1.3, 1e-4, 2e-3]]))

    def change(x: Array) -> Array:
        s = min(max(6e-4 * (x[0] / VOLUME) ** 1.3, 1e-4), 2e-3) / DEPTH
        return np.array([-s * x[0], 0, -s * x[2], 0, 0, 0, s * x[0], s * x[2]])

    given = kinetics(np.zeros((POOLS, POOLS)), 3, grains=own)
    order, errors = orders(given, START, 1500.0, solved(change, 1500.0))
    assert order >= 1.9
    assert errors[-1] <= 1e-2


def test_erosion_takes_as_long_as_something_lies_there() -> None:
    # 250 m2 of bed, 1e-3 kg/(m2 s): 300 kg are gone after 1200 s, whatever the step
    own = grains(0.0, 1e-3)
    given = kinetics(np.zeros((POOLS, POOLS)), 3, grains=own)
    found = marched(given, START, 600.0, 3)
    assert found[[0, 6]] == pytest.approx([1050.0, 150.0])
    assert found[[2, 7]] == pytest.approx([12.5, 2.5])
    gone = marched(given, START, 1300.0, 2)
    assert gone[[6, 7]] == pytest.approx(0.0, abs=1e-12)
    assert gone[0] == pytest.approx(1200.0)


def test_settling_against_erosion_is_exact_until_the_bed_is_bare() -> None:
    s, lifted = 1e-4, 2e-3 * VOLUME / DEPTH

    def change(x: Array) -> Array:
        net = lifted - s * x[0]
        return np.array([net, 0, 0, 0, 0, 0, -net, 0])

    given = kinetics(np.zeros((POOLS, POOLS)), 3, grains=grains(s, 2e-3))
    assert marched(given, START, 500.0, 4)[0] == pytest.approx(solved(change, 500.0)[0])
    # more is lifted than can settle: everything stays in the water
    assert marched(given, START, 9000.0, 7)[0] == pytest.approx(1200.0)


@pytest.mark.parametrize("linear", [False, True])
def test_sorption_to_grains_that_settle_converges_with_the_square(linear: bool) -> None:
    s, k = 5e-4, 3e-4
    rates = np.zeros((POOLS, POOLS))
    if linear:
        for bed, pool in ((6, 0), (7, 2)):
            rates[bed, pool], rates[pool, pool] = s, -s

    def change(x: Array) -> Array:
        taken = k * 2.0 * x[0] / VOLUME * x[1] - k * x[2]
        return np.array([-s * x[0], -taken, taken - s * x[2], 0, 0, 0, s * x[0], s * x[2]])

    more = {} if linear else {"grains": grains(s, 0.0)}
    given = kinetics(rates, 3, sorption=sorption(k), **more)
    order, errors = orders(given, START, 3000.0, solved(change, 3000.0))
    assert order >= 1.9
    assert errors[-1] <= 1e-2


def test_equilibrium_with_two_classes_is_joint() -> None:
    both = Sorption(np.array([2, 2]), np.array([3, 4]), np.array([0, 1]), np.array([2.0, 7.0]),
                    np.full(2, np.inf))  # fmt: skip
    state = np.zeros((10, CELLS))
    state[:5] = np.array([100.0, 300.0, 9.0, 0.0, 1.0])[:, None]
    found = run(ready(kinetics(np.zeros((10, 10)), 5, sorption=both), 60.0, VOLUME), state)
    shares = np.array([1.0, 2.0 * 100.0 / VOLUME, 7.0 * 300.0 / VOLUME])
    assert found[2:5, 0] == pytest.approx(10.0 * shares / shares.sum())


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.0, 1e6), min_size=POOLS, max_size=POOLS),
    st.floats(-8.0, 1.0), st.floats(-8.0, 1.0), st.floats(-8.0, 1.0), st.integers(0, 10**6),
)  # fmt: skip
def test_nothing_is_lost_and_nothing_negative(
    start: list[float], settling: float, erosion: float, rate: float, seed: int
) -> None:
    rates = matrix(seed, POOLS, -9, -1)
    own = grains(10.0**settling, 10.0**erosion, gelling=np.array([50.0]))
    given = kinetics(rates, 3, grains=own, sorption=sorption(10.0**rate, 50.0))
    state = np.array(start)
    found = marched(given, state, 2700.0, 3)
    assert found.min() >= 0.0
    assert abs(found.sum() - state.sum()) <= 1e-13 * state.sum()
