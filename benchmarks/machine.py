"""Measured limits of the machine: multiply-adds per second and memory traffic by level.

Run as ``python -m benchmarks.machine``.  The numbers are printed beside timings because absolute
times mean little without them.  They are what compiled loops of the same kind as the kernels reach
on one core, with the vectors that numba chooses: a library written for the processor reaches more.
"""

from __future__ import annotations

import platform
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numba import njit

from .exact import Array

_REPEATS = 7
_TERMS = 16


@njit(cache=True, error_model="numpy", fastmath={"contract"}, nogil=True)
def _multiply_add(blocks: Array, m: float, rounds: int) -> None:
    """Eight independent chains at a time, so that no multiply-add waits for the one before."""
    a, b, c, d = blocks[0], blocks[1], blocks[2], blocks[3]
    e, f, g, h = blocks[4], blocks[5], blocks[6], blocks[7]
    for _ in range(rounds):
        for i in range(a.size):
            s, t, u, v = a[i], b[i], c[i], d[i]
            w, x, y, z = e[i], f[i], g[i], h[i]
            for _ in range(_TERMS):
                s, t, u, v = s * m + 1e-3, t * m + 1e-3, u * m + 1e-3, v * m + 1e-3
                w, x, y, z = w * m + 1e-3, x * m + 1e-3, y * m + 1e-3, z * m + 1e-3
            a[i], b[i], c[i], d[i] = s, t, u, v
            e[i], f[i], g[i], h[i] = w, x, y, z


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _triad(a: Array, b: Array, c: Array, factor: float, rounds: int) -> None:
    for turn in range(rounds):
        # The factor changes with the round, so that no round can be left out.
        scale = factor + turn
        for i in range(a.size):
            a[i] = b[i] + scale * c[i]


@dataclass(frozen=True)
class Limits:
    """One core of this machine: arithmetic [GFLOP/s] and triad traffic by level [GB/s]."""

    processor: str
    gigaflops: float
    triad: dict[str, float]


def _fastest(call: object, *arguments: object) -> float:
    assert callable(call)
    call(*arguments)
    best = np.inf
    for _ in range(_REPEATS):
        started = perf_counter()
        call(*arguments)
        best = min(best, perf_counter() - started)
    return float(best)


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def measure() -> Limits:
    """Measure the limits of one core; about a second."""
    blocks = np.ones((8, 128))
    rounds = 4000
    seconds = _fastest(_multiply_add, blocks, 0.999, rounds)
    gigaflops = 2e-9 * _TERMS * blocks.size * rounds / seconds
    triad = {}
    for level, size in (("L1", 512), ("L2", 10_000), ("DRAM", 6_000_000)):
        a, b, c = np.zeros(size), np.ones(size), np.ones(size)
        rounds = max(2, 40_000_000 // size)
        seconds = _fastest(_triad, a, b, c, 0.5, rounds)
        triad[level] = 24e-9 * size * rounds / seconds
    return Limits(_processor(), gigaflops, triad)


def two_threads() -> float:
    """How many times as much two threads multiply and add as one, at this moment [-]."""
    rounds = 4000

    def seconds(threads: int) -> float:
        blocks = [np.ones((8, 128)) for _ in range(threads)]
        with ThreadPoolExecutor(threads) as pool:
            return _fastest(
                lambda: list(pool.map(lambda own: _multiply_add(own, 0.999, rounds), blocks))
            )

    return 2.0 * seconds(1) / seconds(2)


def measure_well(times: int = 5) -> Limits:
    """The best of several measurements: other work on the machine only ever lowers them."""
    found = [measure() for _ in range(times)]
    triad = {level: max(limits.triad[level] for limits in found) for level in found[0].triad}
    return Limits(found[0].processor, max(limits.gigaflops for limits in found), triad)


def describe(limits: Limits) -> str:
    """One line for people."""
    traffic = ", ".join(f"{level} {rate:.0f} GB/s" for level, rate in limits.triad.items())
    return (
        f"{limits.processor}, one core: multiply-add {limits.gigaflops:.0f} GFLOP/s; "
        f"triad {traffic}"
    )


if __name__ == "__main__":
    print(describe(measure()))
