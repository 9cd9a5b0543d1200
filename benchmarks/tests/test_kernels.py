"""Operations and traffic are counted as stated, on the code that runs compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import njit

from .. import kernels, machine
from ..counting import Column, Number, Tally, uncompiled


def _scaled_code(x: float, factor: float) -> float:
    return x * factor


scaled: Any = njit(_scaled_code)


def _smooth_code(lo: int, hi: int, source: Any, target: Any) -> None:
    before, here, after = source[lo - 1 : hi - 1], source[lo:hi], source[lo + 1 : hi + 1]
    into = target[lo:hi]
    for i in range(into.shape[0]):
        into[i] = max(scaled(before[i] + after[i], 0.5) - here[i], 0.0)


smooth: Any = njit(_smooth_code)


def _columns(size: int, *names: str) -> tuple[Tally, list[Column]]:
    tally = Tally()
    values = np.linspace(1.0, 2.0, size) ** 2
    return tally, [Column(name, [Number(float(v), tally) for v in values], tally) for name in names]


def test_every_operation_and_every_element_counts_once() -> None:
    """Per cell a sum, a product, a difference, a comparison; two cells more are read."""
    tally, (source, target) = _columns(12, "source", "target")
    uncompiled(smooth)(2, 10, source, target)
    assert tally.operations == 4 * 8
    assert tally.touched() == {"source": 10, "target": 8}
    assert tally.traffic == 8 * 18


def test_counting_changes_no_result() -> None:
    values = np.linspace(1.0, 2.0, 12) ** 2
    expected = values.copy()
    smooth(2, 10, values.copy(), expected)
    _, (source, target) = _columns(12, "source", "target")
    uncompiled(smooth)(2, 10, source, target)
    assert [number.value for number in target.values] == expected.tolist()


@pytest.mark.parametrize("one", kernels.PASSES, ids=[one.name for one in kernels.PASSES])
def test_passes_can_be_counted(one: kernels.Pass) -> None:
    operations, traffic = kernels.count(one)
    assert 0.9 < operations < 60.0
    assert 15.0 < traffic < 200.0


def test_dispersion_is_counted_by_hand() -> None:
    """A difference, then h (a - b - 3 rise) - g rise: seven; c, g, h read, flux written."""
    one = next(one for one in kernels.PASSES if one.name == "disperse")
    operations, traffic = kernels.count(one)
    assert operations == pytest.approx(7.0)
    assert traffic == pytest.approx(32.0, rel=0.02)


def test_table_has_every_pass_and_every_task(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {part for parts in kernels.STEP_OF.values() for part in parts}
    monkeypatch.setattr(kernels, "PASSES", [one for one in kernels.PASSES if one.name in needed])
    limits = machine.Limits("a made-up processor", 10.0, {"L1": 100.0})
    found = kernels.rows(limits, 1, (64,))
    assert [row[0] for row in found[: len(needed)]] == [one.name for one in kernels.PASSES]
    assert len(found) == len(needed) + 3
    assert all(float(row[4]) > 0.0 for row in found)
