"""A reservoir in two layers, each well mixed: what a step makes of their masses.

The upper layer takes a share of the inflow and gives a share of the outflow; the lower one keeps
its volume, so that what it takes more than it gives wells up, or sinks from above. Besides, the
layers exchange an equal discharge both ways. Flow that passes through is moved at constant
volumes, by the matrix exponential; what only fills or only empties the upper layer, in closed
form. A step is half of the first, all of the second, half of the first: second order where
volumes change, exact where they do not. No term of either is negative, and water of one
concentration keeps it.
"""

from __future__ import annotations

import numpy as np

from ..transport.compiler import inner

TERMS = 18
"""Of the series of a matrix whose rates are at most a half."""
LEAST = 1e-12
"""Volume of a layer, as a share of both, below which it is one with the other [-]."""


@inner
def propagate(
    p: float, q: float, r: float, s: float
) -> tuple[float, float, float, float, float, float, float, float]:
    """Exponential of [[-p - q, q], [r, -r - s]] and its mean over the time from 0 to 1.

    p and s are rates at which the layers are flushed with inflow, q and r those at which they take
    water of each other; rows of the exponential sum to what inflow has not replaced. Powers of a
    matrix without negative entries, squared until they have gone all the way: nothing cancels.
    """
    most = max(p + q, r + s)
    halvings = 0
    while most > 0.5:
        most *= 0.5
        halvings += 1
    part = 0.5**halvings
    # the matrix plus ``most`` on its diagonal; the way of inflow is a third state that stays
    a, b = most - (p + q) * part, q * part
    c, d = r * part, most - (r + s) * part
    xx, xy, yx, yy = 1.0, 0.0, 0.0, 1.0
    mean = np.exp(-most)
    exx, exy, eyx, eyy = mean, 0.0, 0.0, mean
    # weights of the mean: share of the time in which at most n events of rate ``most`` happened
    weight, late = mean, -np.expm1(-most) / most if most > 0.0 else 1.0
    jxx, jxy, jyx, jyy = late, 0.0, 0.0, late
    for n in range(1, TERMS):
        xx, xy = xx * a + xy * c, xx * b + xy * d
        yx, yy = yx * a + yy * c, yx * b + yy * d
        factor = 1.0
        for k in range(2, n + 1):
            factor /= k
        exx, exy = exx + weight * factor * xx, exy + weight * factor * xy
        eyx, eyy = eyx + weight * factor * yx, eyy + weight * factor * yy
        # integral of t^n exp(-most t) / n! over 0 to 1, as a rising series
        integral, term = 0.0, factor / (n + 1.0)
        for k in range(TERMS):
            integral += term
            term *= most / (n + 2.0 + k)
        integral *= mean
        jxx, jxy = jxx + integral * xx, jxy + integral * xy
        jyx, jyy = jyx + integral * yx, jyy + integral * yy
    for _ in range(halvings):
        jxx, jxy, jyx, jyy = (
            0.5 * (jxx + exx * jxx + exy * jyx), 0.5 * (jxy + exx * jxy + exy * jyy),
            0.5 * (jyx + eyx * jxx + eyy * jyx), 0.5 * (jyy + eyx * jxy + eyy * jyy),
        )  # fmt: skip
        exx, exy, eyx, eyy = (
            exx * exx + exy * eyx, exx * exy + exy * eyy,
            eyx * exx + eyy * eyx, eyx * exy + eyy * eyy,
        )  # fmt: skip
    return exx, exy, eyx, eyy, jxx, jxy, jyx, jyy


@inner
def flush(
    upper: float, lower: float, volumes: tuple[float, float], into: tuple[float, float],
    out: tuple[float, float], vertical: tuple[float, float], entering: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Concentrations after, and mass gone, when as much leaves each layer as enters it.

    Parameters
    ----------
    into, out : volumes flowing into and out of the upper and the lower layer
    vertical : volumes that well up and that sink
    entering : concentration of what flows in
    """
    exx, exy, eyx, eyy, jxx, jxy, jyx, jyy = propagate(
        into[0] / volumes[0], vertical[0] / volumes[0], vertical[1] / volumes[1],
        into[1] / volumes[1],
    )  # fmt: skip
    mean_upper = jxx * upper + jxy * lower + max(1.0 - jxx - jxy, 0.0) * entering
    mean_lower = jyx * upper + jyy * lower + max(1.0 - jyx - jyy, 0.0) * entering
    new_upper = exx * upper + exy * lower + max(1.0 - exx - exy, 0.0) * entering
    new_lower = eyx * upper + eyy * lower + max(1.0 - eyx - eyy, 0.0) * entering
    return new_upper, new_lower, out[0] * mean_upper + out[1] * mean_lower


@inner
def fill_or_empty(
    upper: float, lower: float, volumes: tuple[float, float], direct: float, passing: float,
    fills: bool, entering: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Concentrations after, and mass gone, when the upper layer only gains or only loses.

    ``direct`` is what flows into it or out of it, ``passing`` what comes into it, or goes out of
    it, through the lower layer.
    """
    replaced = -np.expm1(-passing / volumes[1])
    # of what leaves the lower layer, so much has only passed through it
    new = max(passing - volumes[1] * replaced, 0.0)
    other = entering if fills else upper
    left = volumes[1] * replaced * lower + new * other
    new_lower = lower + replaced * (other - lower)
    if not fills:
        return upper, new_lower, direct * upper + left
    whole = volumes[0] + direct + passing
    return (volumes[0] * upper + direct * entering + left) / whole, new_lower, 0.0


@inner
def two_layers(
    phi: float, masses: tuple[float, float], volumes: tuple[float, float],
    flows: tuple[float, float], exchanged: float, shares: tuple[float, float], entered: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Masses of both layers after the share ``phi`` of a step, and the mass that has left by then.

    Parameters
    ----------
    masses, volumes : upper and lower layer before [kg, m3]
    flows : volumes flowing in and out per step [m3]
    exchanged : volume that the layers exchange per step [m3]
    shares : of the inflow that the upper layer takes, of the outflow that it gives
    entered : mass that flows in per step [kg]
    """
    entering = entered / flows[0] if flows[0] > 0.0 else 0.0
    into = (phi * flows[0] * shares[0], phi * flows[0] * (1.0 - shares[0]))
    out = (phi * flows[1] * shares[1], phi * flows[1] * (1.0 - shares[1]))
    welling, sinking = max(into[1] - out[1], 0.0), max(out[1] - into[1], 0.0)
    more = (into[0] + welling) - (out[0] + sinking)
    # the part of what the upper layer takes, or gives, that changes its volume
    fills = more > 0.0
    turnover = into[0] + welling if fills else out[0] + sinking
    part = min(abs(more) / turnover, 1.0) if turnover > 0.0 else 0.0
    least = LEAST * (volumes[0] + volumes[1])
    before = (max(volumes[0], least), max(volumes[1], least))
    after = (max(volumes[0] + more, least), before[1])
    gain, loss = (part, 0.0) if fills else (0.0, part)
    half_into = (0.5 * into[0] * (1.0 - gain), 0.5 * (into[1] - gain * welling))
    half_out = (0.5 * out[0] * (1.0 - loss), 0.5 * (out[1] - loss * sinking))
    both = 0.5 * phi * exchanged
    vertical = (0.5 * welling * (1.0 - gain) + both, 0.5 * sinking * (1.0 - loss) + both)
    direct, passing = (part * into[0], part * welling) if fills else (part * out[0], part * sinking)
    upper, lower = masses[0] / before[0], masses[1] / before[1]
    upper, lower, first = flush(upper, lower, before, half_into, half_out, vertical, entering)
    upper, lower, second = fill_or_empty(upper, lower, before, direct, passing, fills, entering)
    upper, lower, third = flush(upper, lower, after, half_into, half_out, vertical, entering)
    return after[0] * upper, after[1] * lower, first + second + third
