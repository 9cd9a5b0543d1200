"""Operations and memory traffic of a kernel, counted by running its own Python code.

A kernel is run once, not compiled, on numbers that count what is done with them and on columns
that note which of their elements are read and written.  An addition, subtraction, multiplication,
division, comparison or change of sign counts as one operation, so that a multiply-add counts as
two; taking the greater of two is the comparison in it.  Traffic is each element once when it is
read and once when it is written, whatever stays in registers in between: eight bytes each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import FunctionType
from typing import Any

BYTES = 8


class Tally:
    """What has been counted."""

    def __init__(self) -> None:
        self.operations = 0
        self.read: set[tuple[str, int]] = set()
        self.written: set[tuple[str, int]] = set()

    @property
    def traffic(self) -> int:
        """Bytes read and written."""
        return BYTES * (len(self.read) + len(self.written))

    def touched(self) -> Counter[str]:
        """Elements read and written, by column."""
        return Counter(name for name, _ in (*self.read, *self.written))


class Number:
    """A float that counts each operation on it."""

    def __init__(self, value: float, tally: Tally) -> None:
        self.value = value
        self.tally = tally

    def _made(self, value: float) -> Number:
        self.tally.operations += 1
        return Number(value, self.tally)

    def _seen(self, answer: bool) -> bool:
        self.tally.operations += 1
        return answer

    def __add__(self, other: object) -> Number:
        return self._made(self.value + _bare(other))

    __radd__ = __add__

    def __sub__(self, other: object) -> Number:
        return self._made(self.value - _bare(other))

    def __rsub__(self, other: object) -> Number:
        return self._made(_bare(other) - self.value)

    def __mul__(self, other: object) -> Number:
        return self._made(self.value * _bare(other))

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Number:
        return self._made(self.value / _bare(other))

    def __neg__(self) -> Number:
        return self._made(-self.value)

    def __abs__(self) -> Number:
        return self._made(abs(self.value))

    def __lt__(self, other: object) -> bool:
        return self._seen(self.value < _bare(other))

    def __le__(self, other: object) -> bool:
        return self._seen(self.value <= _bare(other))

    def __gt__(self, other: object) -> bool:
        return self._seen(self.value > _bare(other))

    def __ge__(self, other: object) -> bool:
        return self._seen(self.value >= _bare(other))


def _bare(value: object) -> float:
    return value.value if isinstance(value, Number) else float(value)  # type: ignore[arg-type]


class Column:
    """A one-dimensional array of counting numbers; slices are views, as numpy's are."""

    def __init__(
        self, name: str, values: list[Any], tally: Tally, start: int = 0, size: int | None = None
    ) -> None:
        self.name = name
        self.values = values
        self.tally = tally
        self.start = start
        self.shape = (len(values) if size is None else size,)

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            first, end, _ = place.indices(self.shape[0])
            size = max(0, end - first)
            return Column(self.name, self.values, self.tally, self.start + first, size)
        self.tally.read.add((self.name, self.start + place))
        return self.values[self.start + place]

    def __setitem__(self, place: int, value: object) -> None:
        self.tally.written.add((self.name, self.start + place))
        self.values[self.start + place] = Number(_bare(value), self.tally)


def uncompiled(kernel: Any, known: dict[int, Any] | None = None) -> Callable[..., Any]:
    """The Python code of a compiled kernel, with the kernels that it calls uncompiled as well."""
    known = {} if known is None else known
    code = kernel.py_func
    if id(code) not in known:
        names = dict(code.__globals__)
        made = FunctionType(code.__code__, names, code.__name__, code.__defaults__)
        known[id(code)] = made
        for name in code.__code__.co_names:
            if hasattr(names.get(name), "py_func"):
                names[name] = uncompiled(names[name], known)
    plain: Callable[..., Any] = known[id(code)]
    return plain
