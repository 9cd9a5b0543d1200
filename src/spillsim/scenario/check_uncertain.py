"""What holds between the values of a distribution, and between those of a sweep."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

from .contents import Content
from .faults import Faults, any_of, nearest, quoted
from .names import DISPERSION_FORMULAS
from .uncertain import (
    Discrete,
    Empirical,
    Lognormal,
    LogUniform,
    Normal,
    Sweep,
    Triangular,
    Uniform,
)

_RARE = 1e-6
"""Share of the draws beyond what a key allows from which the distribution is refused."""


def nature(content: Content) -> str:
    """What is needed where no number is."""
    return {"truth": "true or false", "word": f"one of {any_of(content.words)}"}.get(
        content.kind, "one of several values" if content.kind == "given" else "a text"
    )


def check_values(faults: Faults, found: Any, content: Content, where: str) -> None:
    """What holds between the values of a distribution."""
    before = len(faults.found)
    if isinstance(found, Lognormal) and not _check_lognormal(faults, found, where):
        return
    if isinstance(found, LogUniform) and not found.low > 0:
        faults.add(f"{where}.low", "must be above zero for a log-uniform distribution")
    if isinstance(found, Uniform | LogUniform | Lognormal) and found.low is not None:
        _rises(faults, where, found, "low", "high")
    if isinstance(found, Triangular):
        if found.low < found.high and not found.low <= found.mode <= found.high:
            faults.add(f"{where}.mode", "does not lie between low and high")
        _rises(faults, where, found, "low", "high")
    if isinstance(found, Discrete):
        _check_discrete(faults, found, content, where)
        return
    if isinstance(found, Empirical) or len(faults.found) > before:
        return
    lowest, highest = found.lowest, found.highest
    if lowest is not None and highest is not None and not lowest < highest:
        faults.add(f"{where}.highest", "is not above lowest")
        return
    _check_cut(faults, found, where)
    _check_allowed(faults, found, content, where)


def _rises(faults: Faults, where: str, found: Any, low: str, high: str) -> None:
    if not getattr(found, low) < getattr(found, high):
        faults.add(f"{where}.{high}", f"is not above {low}")


def _check_lognormal(faults: Faults, found: Lognormal, where: str) -> bool:
    """A median with a factor, or two percentiles; all above zero."""
    given = {n for n in ("median", "factor", "low", "high") if getattr(found, n) is not None}
    if given not in ({"median", "factor"}, {"low", "high"}):
        faults.add(
            where,
            "a lognormal distribution has either median and factor, or low and high; "
            f"given: {any_of(sorted(given)) or 'none of them'}",
            'Write e.g. median = "100 t" with factor = 2, or low and high (5 % and 95 %).',
        )
        return False
    sound = True
    for name in sorted(given - {"factor"}):
        if not getattr(found, name) > 0:
            message = "must be above zero for a lognormal distribution"
            faults.add(f"{where}.{name}", message)
            sound = False
    return sound


def _check_discrete(faults: Faults, found: Discrete, content: Content, where: str) -> None:
    count = len(found.values)
    if not count:
        faults.add(f"{where}.values", "is empty; at least one value is needed")
    if found.weights and len(found.weights) != count:
        message = f"there are {len(found.weights)} weights, but {count} values"
        faults.add(f"{where}.weights", message)
    elif found.weights and not sum(found.weights) > 0:
        faults.add(f"{where}.weights", "all weights are zero")
    _check_words(faults, found, where)


def _check_words(faults: Faults, found: Any, where: str) -> None:
    """Values stand once; formulas are known."""
    for number, value in enumerate(found.values):
        at = f"{where}.values[{number}]"
        if value in found.values[:number]:
            faults.add(at, f"{quoted(value)} stands twice")
        if found.aim.path == ("dispersion", "formula") and value not in DISPERSION_FORMULAS:
            near = nearest(value, DISPERSION_FORMULAS)
            message = f"there is no dispersion formula {quoted(value)}"
            hint = near or f"Possible: {any_of(DISPERSION_FORMULAS, 40)}."
            faults.add(at, message, hint)


def share_below(found: Any, value: float) -> float:
    """Share of an uncut distribution that lies below a value, near its ends only."""
    if isinstance(found, Normal):
        return NormalDist(found.mean, found.standard_deviation).cdf(value)
    if isinstance(found, Uniform):
        return float(min(max((value - found.low) / (found.high - found.low), 0.0), 1.0))
    if isinstance(found, LogUniform):
        share = math.log(value / found.low) / math.log(found.high / found.low) if value > 0 else 0.0
        return float(min(max(share, 0.0), 1.0))
    if isinstance(found, Triangular):
        low, mode, high = found.low, found.mode, found.high
        if value <= low or value >= high:
            return float(value >= high)
        if value <= mode:
            return float((value - low) ** 2 / ((high - low) * (mode - low)))
        return float(1.0 - (high - value) ** 2 / ((high - low) * (high - mode)))
    assert isinstance(found, Lognormal)
    mean, spread = found.of_logarithm
    return NormalDist(mean, spread).cdf(math.log(value)) if value > 0 else 0.0


def _check_cut(faults: Faults, found: Any, where: str) -> None:
    """The range that is left has some of the distribution in it."""
    low = 0.0 if found.lowest is None else share_below(found, found.lowest)
    high = 1.0 if found.highest is None else share_below(found, found.highest)
    if high - low < _RARE:
        key = "lowest" if found.lowest is not None else "highest"
        message = "hardly anything of the distribution is left between lowest and highest"
        faults.add(f"{where}.{key}", message)


def _check_allowed(faults: Faults, found: Any, content: Content, where: str) -> None:
    """Hardly any draw of an unbounded distribution lies beyond what the key allows."""
    floor = content.minimum if content.above is None else content.above
    ceiling = content.maximum if content.below is None else content.below
    shares = []
    if floor is not None and found.lowest is None:
        shares.append((share_below(found, floor), "below", floor, "lowest"))
    if ceiling is not None and found.highest is None:
        shares.append((1.0 - share_below(found, ceiling), "above", ceiling, "highest"))
    what = "a factor" if content.is_factor else quoted(found.key)
    for share, word, bound, key in shares:
        if share > _RARE:
            faults.add(
                where,
                f"{share:.2g} of the draws would lie {word} {bound:g}, where {what} cannot be",
                f"Cut the distribution: {key} = ...",
            )


def check_range(faults: Faults, found: Sweep, content: Content, where: str) -> None:
    """Values, or a range of numbers."""
    given = [n for n in ("from_value", "to", "count") if getattr(found, n) is not None]
    if found.values and given:
        faults.add(f"{where}.values", "values and a range exclude each other")
    elif found.values:
        _check_words(faults, found, where)
    elif not content.is_number:
        faults.add(f"{where}.values", f"a list of values is needed, {nature(content)} each")
    elif len(given) < 3:
        hint = 'Write values = [...], or from, to and count, e.g. count = 5 with spacing = "log".'
        faults.add(where, "has neither values nor a whole range", hint)
    elif found.from_value == found.to:
        faults.add(f"{where}.to", "is the same as from")
    elif found.spacing == "log" and not all(end > 0 for end in (found.from_value, found.to)):  # type: ignore[operator]
        faults.add(f"{where}.spacing", "even ratios need a range above zero")
