"""Error functions against scipy and, where scipy itself loses digits, against mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim.analytic import erf, erfc, erfcx, ierfcx
from spillsim.analytic.special import erfcx_drop

TINY = np.logspace(-300, 0, 301)
RANGE = np.concatenate([np.linspace(-26.0, 26.0, 5201), TINY, -TINY])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (erf, scipy.special.erf),
        (erfc, scipy.special.erfc),
        (erfcx, scipy.special.erfcx),
    ],
)
def test_against_scipy(ours, theirs) -> None:  # type: ignore[no-untyped-def]
    np.testing.assert_allclose(ours(RANGE), theirs(RANGE), rtol=1e-13)


@pytest.mark.parametrize("x", [-26.0, -20.1, -3.3, -0.46875, 0.3, 0.46875, 0.47, 4.0, 4.01, 25.7])
def test_against_mpmath(x: float) -> None:
    with mpmath.workdps(40):
        exact = mpmath.erfc(mpmath.mpf(x))
        scaled = mpmath.exp(mpmath.mpf(x) ** 2) * exact
        assert float(erfc(x) / exact - 1) == pytest.approx(0.0, abs=2e-15)
        assert float(erfcx(x) / scaled - 1) == pytest.approx(0.0, abs=5e-15)


def test_far_values_and_limits() -> None:
    far = np.logspace(1.0, 150.0, 300)
    np.testing.assert_allclose(erfcx(far), scipy.special.erfcx(far), rtol=1e-14)
    assert erfc(np.inf) == 0.0
    assert erfc(-np.inf) == 2.0
    assert erf(np.inf) == 1.0
    assert erf(-np.inf) == -1.0
    assert erfcx(-28.0) == np.inf
    assert np.all(np.isnan([erf(np.nan), erfc(np.nan), erfcx(np.nan)]))


@pytest.mark.parametrize("x", [-5.0, 0.0, 0.4, 2.0, 8.0, 11.99, 12.01, 30.0, 1e5])
def test_scaled_integral_against_mpmath(x: float) -> None:
    with mpmath.workdps(60):
        value = mpmath.mpf(x)
        scaled = mpmath.exp(value**2) * mpmath.erfc(value)
        exact = 1 / mpmath.sqrt(mpmath.pi) - value * scaled
        assert float(ierfcx(x) / exact - 1) == pytest.approx(0.0, abs=1e-13)


@settings(max_examples=60, deadline=None)
@given(log_x=st.floats(-6.0, 5.0), log_width=st.floats(-12.0, 4.0))
def test_mean_slope_of_erfcx_against_mpmath(log_x: float, log_width: float) -> None:
    x, width = 10.0**log_x, 10.0**log_width
    with mpmath.workdps(60):
        a, h = mpmath.mpf(x), mpmath.mpf(width)

        def scaled(v: mpmath.mpf) -> mpmath.mpf:
            if v < 1000:
                return mpmath.exp(v * v) * mpmath.erfc(v)
            term = total = mpmath.mpf(1)
            for n in range(1, 15):
                term = -term * (2 * n - 1) / (2 * v * v)
                total += term
            return total / (v * mpmath.sqrt(mpmath.pi))

        exact = (scaled(a) - scaled(a + h)) / h
        ours = erfcx_drop(np.array(x), np.array(width))
        assert float(ours / exact - 1) == pytest.approx(0.0, abs=1e-13)
