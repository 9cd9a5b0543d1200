"""How many members count when a precision is asked for: the same however they come in."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spillsim.ensembles.answers import share_of
from spillsim.ensembles.until import FIRST, Precision, beginnings, first_draw


def outcome(members: int, chance: float = 0.3, seed: int = 1) -> np.ndarray:
    """(M, 2, 1) whether a limit is exceeded; at the second station never."""
    found = np.zeros((members, 2, 1), dtype=np.bool_)
    found[:, 0, 0] = np.random.default_rng(seed).random(members) < chance
    return found


def count(over: np.ndarray, block: int, order: np.ndarray | None = None, combinations: int = 1,
          half_width: float = 0.1, usable: np.ndarray | None = None) -> int:  # fmt: skip
    """Draws that count when blocks come in an order."""
    precision = Precision(half_width, combinations, len(over) // combinations)
    usable = np.ones(len(over), dtype=np.bool_) if usable is None else usable
    blocks = np.arange(-(-len(over) // block)) if order is None else order
    for number in blocks.tolist():
        span = slice(number * block, (number + 1) * block)
        if precision.add(span.start, usable[span], over[span]):
            break
    return precision.draws


def test_beginnings_are_fixed_and_grow() -> None:
    found = beginnings(2000)
    assert found[0] == FIRST
    assert found[-1] == 2000
    assert (np.diff(found) > 0).all()
    assert (found[:-1] % 16 == 0).all()
    assert found.size < 40
    assert beginnings(20).tolist() == [20]


def test_it_is_the_first_beginning_that_is_narrow_enough() -> None:
    over = outcome(2000)
    wanted = next(int(n) for n in beginnings(2000) if share_of(over[:n]).half_width.max() <= 0.1)
    assert FIRST < wanted < 400
    assert count(over, 16) == wanted


@pytest.mark.parametrize("block", [7, 16, 100, 1024, 2000])
def test_blocks_and_their_order_change_nothing(block: int) -> None:
    over = outcome(2000)
    wanted = count(over, 1)
    blocks = -(-2000 // block)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(blocks)
        assert count(over, block, order) == wanted


def test_every_combination_of_a_sweep_must_be_narrow_enough() -> None:
    seldom, often = outcome(1000, 0.02, 2), outcome(1000, 0.5, 3)
    alone = [count(one, 16) for one in (seldom, often)]
    assert alone[0] < alone[1]
    both = np.concatenate([seldom, often])
    assert count(both, 16, combinations=2) == alone[1]
    order = np.random.default_rng(4).permutation(20)
    assert count(both, 100, order, combinations=2) == alone[1]


def test_failed_members_say_nothing() -> None:
    over = outcome(2000)
    usable = np.random.default_rng(5).random(2000) < 0.5
    wanted = next(
        int(n) for n in beginnings(2000)
        if usable[:n].sum() >= 30 and share_of(over[:n][usable[:n]]).half_width.max() <= 0.1
    )  # fmt: skip
    assert wanted > count(over, 16)
    assert count(over, 16, usable=usable) == wanted
    assert count(over, 16, usable=np.zeros(2000, dtype=np.bool_)) == 2000


def test_never_narrow_enough_is_all_members() -> None:
    precision = Precision(0.001, 1, 100)
    assert not precision.add(0, np.ones(100, dtype=np.bool_), outcome(100))
    assert precision.draws == 100
    assert precision.widest == pytest.approx(share_of(outcome(100)).half_width.max())


def test_the_first_draw_of_a_block() -> None:
    draws = 10
    for start, length in itertools.product(range(30), range(1, 15)):
        members = np.arange(start, min(start + length, 30))
        wanted = int((members % draws).min())
        assert first_draw(slice(start, start + members.size), draws) == wanted
