"""The sections of what is not known exactly: uncertain inputs, how they hang together, sweeps.

The values of a distribution are written as those of the key it varies: with its unit, or as plain
numbers where it is a factor. ``read_uncertain`` gives the validators the content of that key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, WithJsonSchema

from .base import Section, TableSource
from .contents import Content, Value, read_spread, read_value
from .fields import Identifier, Name, OptionalName

NORMAL_95 = 1.6448536269514722
"""What 95 % of the draws of a standard normal variable lie below."""
FACTORS = (
    "discharge",
    "velocity",
    "dispersion_coefficient",
    "storage_area_ratio",
    "exchange_coefficient",
    "decay_rate",
    "manning_n",
    "mass",
    "lateral_inflow",
)
"""What a factor may multiply."""
FactorName = Literal[
    "discharge",
    "velocity",
    "dispersion_coefficient",
    "storage_area_ratio",
    "exchange_coefficient",
    "decay_rate",
    "manning_n",
    "mass",
    "lateral_inflow",
]

CHOICES = ("regime", "measure", "releases")
"""What a sweep may choose by name, instead of giving a key other values."""
_SCHEMA = WithJsonSchema(
    {
        "anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}],
        "x-value-of-key": True,
    }
)


def _content(info: ValidationInfo) -> Content | None:
    found: Content | None = (info.context or {}).get("content")
    return found


ValueOfKey = Annotated[
    Any,
    BeforeValidator(lambda value, info: read_value(value, _content(info), info.context or {})),
    _SCHEMA,
]
Spread = Annotated[
    Any, BeforeValidator(lambda value, info: read_spread(value, _content(info))), _SCHEMA
]
Rank = Annotated[float, Field(gt=-1, lt=1)]
Weights = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(strict=False)]


@dataclass(frozen=True, slots=True)
class Aim:
    """What an uncertain input or a sweep varies: a key, a cell of a table, or a factor."""

    content: Content
    """What may stand there."""
    key: str = ""
    """As it is written in the file; empty for a factor."""
    path: tuple[str | int, ...] = ()
    """Keys and positions in the raw data, empty for a cell or a factor."""
    table: str = ""
    """``reaches``, ``nodes``, ``inflows`` or ``gauges`` for a cell."""
    row: str = ""
    column: str = ""
    factor_of: str = ""
    """One of ``FACTORS``; empty for a key or a cell."""
    reaches: tuple[str, ...] = ()
    """Reaches that a factor is for, empty for the whole network."""
    river: str = ""
    """The river that they are all reaches of, where it was named."""
    substance: str = ""
    release: str = ""

    @property
    def told(self) -> str:
        """What is varied, for tables and messages."""
        if not self.factor_of:
            return self.key
        where = ", ".join(filter(None, (self.substance, self.release)))
        count = len(self.reaches)
        parts = "" if not count else self.reaches[0] if count == 1 else f"{count} reaches"
        where = ", ".join(filter(None, (where, self.river or parts)))
        return f"factor of {self.factor_of}" + (f" ({where})" if where else "")


class Ensemble(Section):
    """How many members are drawn, how, and what is kept of them."""

    members: int = Field(
        default=1000, ge=1, le=10_000_000, description="draws for each combination of the sweeps"
    )
    seed: int = Field(
        default=1, ge=0, lt=2**63, description="the same seed always gives the same draws"
    )
    sampling: Literal["latin_hypercube", "sobol", "random", "saltelli"] = Field(
        default="latin_hypercube",
        description="`latin_hypercube` has one draw of each input in every slice of equal "
        "probability; `sobol` fills the space evenly in several inputs at once (needs SciPy); "
        "`random` is plain chance; `saltelli` is the design from which Sobol indices are found "
        "(needs SciPy and SALib, takes no correlations): N · (inputs + 2) draws, N the largest "
        "power of two for which they are no more than `members`",
    )
    keep: Literal["statistics", "curves"] = Field(
        default="statistics", description="of the members: their statistics only, or every curve"
    )


class _Varied(Section):
    name: Name = Field(description="for tables, correlations and sensitivity")
    key: OptionalName = Field(
        default="",
        description="path of what is varied: section, name where there are several, key, as in "
        "`release.tank.mass`; a cell is `reaches.ID.COLUMN` (or `nodes`, `inflows`, `gauges`)",
        examples=["release.tank.mass", "reaches.main_2.manning_n"],
    )
    factor_of: FactorName | None = Field(
        default=None, description="in place of a key: what is multiplied, wherever it stands"
    )
    river: OptionalName = Field(
        default="", description="of a factor: the reaches of this river only"
    )
    reaches: Annotated[tuple[Identifier, ...], Field(strict=False)] = Field(
        default=(), description="of a factor: these reaches only"
    )
    substance: OptionalName = Field(
        default="", description="of a factor of `decay_rate` or `mass`: this one only"
    )
    release: OptionalName = Field(default="", description="of a factor of `mass`: this one only")
    source: str = Field(default="", description="where the range was read, or why it was assumed")
    _aim: Aim | None = PrivateAttr(default=None)
    _unit: str = PrivateAttr(default="")

    @property
    def aim(self) -> Aim:
        """What is varied, found in the data."""
        assert self._aim is not None
        return self._aim

    @property
    def unit(self) -> str:
        """The unit it was written in, empty for plain numbers, words and SI."""
        return self._unit


class Uncertain(_Varied):
    """An input that is not known exactly."""


class _Truncated(Uncertain):
    lowest: ValueOfKey | None = Field(
        default=None, description="no value below this: the distribution is cut and scaled"
    )
    highest: ValueOfKey | None = Field(default=None, description="no value above this")


class Uniform(_Truncated):
    """Every value of a range is as likely as any other."""

    distribution: Literal["uniform"]
    low: ValueOfKey
    high: ValueOfKey


class LogUniform(_Truncated):
    """Every ratio of a range is as likely as any other: the logarithm is uniform."""

    distribution: Literal["log_uniform"]
    low: ValueOfKey
    high: ValueOfKey


class Normal(_Truncated):
    """The normal distribution."""

    distribution: Literal["normal"]
    mean: ValueOfKey
    standard_deviation: Spread = Field(description="in the unit of the key")


class Lognormal(_Truncated):
    """A distribution whose logarithm is normal: `median` and `factor`, or `low` and `high`."""

    distribution: Literal["lognormal"]
    median: ValueOfKey | None = Field(default=None, description="half of the values lie below")
    factor: float | None = Field(
        default=None,
        gt=1,
        description="of one standard deviation: 68 % lie between median / factor and "
        "median · factor",
    )
    low: ValueOfKey | None = Field(default=None, description="5 % lie below")
    high: ValueOfKey | None = Field(default=None, description="5 % lie above")

    @property
    def of_logarithm(self) -> tuple[float, float]:
        """Mean and standard deviation of the natural logarithm."""
        if self.median is not None:
            assert self.factor is not None
            return math.log(self.median), math.log(self.factor)
        low, high = math.log(self.low), math.log(self.high)  # type: ignore[arg-type]
        return 0.5 * (low + high), 0.5 * (high - low) / NORMAL_95


class Triangular(_Truncated):
    """A triangle from `low` to `high` with its top at `mode`."""

    distribution: Literal["triangular"]
    low: ValueOfKey
    mode: ValueOfKey
    high: ValueOfKey


class Discrete(Uncertain):
    """One of several values: numbers, words, names, or true and false."""

    distribution: Literal["discrete"]
    values: Annotated[tuple[ValueOfKey, ...], Field(strict=False)]
    weights: Weights = Field(default=(), description="of each value; alike when left out")


class EmpiricalSection(Uncertain):
    """Values that were found, with their weights."""

    distribution: Literal["table"]
    table: TableSource = Field(
        examples=["found.csv"], description="columns `value`, with the unit, and `weight`"
    )


class Empirical(Uncertain):
    """Values that were found, with their weights, as read from the table."""

    distribution: Literal["table"]
    values: tuple[float, ...]
    weights: tuple[float, ...]


Distribution = Uniform | LogUniform | Normal | Lognormal | Triangular | Discrete | Empirical
UNCERTAIN_SECTIONS: dict[str, type[Section]] = {
    "uniform": Uniform,
    "log_uniform": LogUniform,
    "normal": Normal,
    "lognormal": Lognormal,
    "triangular": Triangular,
    "discrete": Discrete,
    "table": EmpiricalSection,
}


class Correlation(Section):
    """How far two uncertain inputs go together."""

    between: Annotated[tuple[Name, Name], Field(strict=False)] = Field(
        description="names of two `[[uncertain]]`", examples=[["flow", "mass"]]
    )
    rank: Rank = Field(description="rank correlation of Spearman, between -1 and 1 [-]")


class Sweep(_Varied):
    """Values that are tried one after the other, each with all draws: regimes, measures, releases
    of which one happens at a time, values of a key or a factor, or a range of them."""

    regime: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        default=(), description="regimes of the file; `none` is the file as written"
    )
    measure: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        default=(), description="measures of the file; `none` is the file as written"
    )
    releases: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        default=(),
        description='names of releases of which one happens at a time; `["all"]` for every one. '
        "Those that are not named happen each time",
        examples=[["north dam", "south dam"], ["all"]],
    )
    values: Annotated[tuple[ValueOfKey, ...], Field(strict=False)] = Field(
        default=(), description="of the key, or of the factor"
    )
    from_value: ValueOfKey | None = Field(
        default=None, alias="from", description="first value of a range, instead of `values`"
    )
    to: ValueOfKey | None = Field(default=None, description="last value of the range")
    count: int | None = Field(default=None, ge=2, le=100_000, description="values of the range")
    spacing: Literal["linear", "log"] = Field(
        default="linear", description="even steps, or even ratios"
    )

    @property
    def chooses(self) -> str:
        """What it sweeps by name: ``regime``, ``measure`` or ``releases``; empty for values."""
        return next((kind for kind in CHOICES if getattr(self, kind)), "")

    @property
    def points(self) -> tuple[Value, ...]:
        """The values, in SI; names where it sweeps regimes, measures or releases."""
        if self.chooses:
            return tuple(getattr(self, self.chooses))
        if self.values:
            return self.values
        assert self.count is not None
        first, last = float(self.from_value), float(self.to)  # type: ignore[arg-type]
        steps = [number / (self.count - 1) for number in range(1, self.count - 1)]
        if self.spacing == "log":
            inner = [first * (last / first) ** step for step in steps]
        else:
            inner = [first + (last - first) * step for step in steps]
        return (first, *inner, last)
