"""A kernel broken on purpose is noticed by the validation pack.

Each mutation is a change of a few letters in a copy of the package, which then runs the quick
case of the pack in a process of its own, without compiled code.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import spillsim

PACKAGE = Path(spillsim.__file__).parent
CASES = ("exact_quick",)


@dataclass(frozen=True)
class Mutation:
    """One mistake: what stands in a file of the package, and what stands there instead."""

    name: str
    file: str
    right: str
    wrong: str
    noticed: str
    """Part of the name of a score whose bound must break, or of the reason why the case broke off:
    a run whose mass does not close raises by itself."""


MUTATIONS = (
    Mutation(
        "wrong sign in dispersion", "transport/passes.py",
        "- 3.0 * rise) - slope[i] * rise", "- 3.0 * rise) + slope[i] * rise",
        "mass does not close",
    ),
    Mutation(
        "dispersion a tenth too weak", "transport/passes.py",
        "- 3.0 * rise) - slope[i] * rise", "- 3.0 * rise) - 0.9 * slope[i] * rise", "error",
    ),
    Mutation(
        "a lag of one step at a junction", "transport/advect.py",
        "mass[cells[q] * members + j] += kept", "mass[(cells[q] - 1) * members + j] += kept",
        "tributary: late",
    ),
    Mutation(
        "clipped negatives", "transport/passes.py",
        "target[i] = source[i] + (into[i] - out[i])",
        "target[i] = max(source[i] + (into[i] - out[i]), 0.0)", "mass does not close",
    ),
    Mutation(
        "a forgotten decay", "transport/passes.py",
        "left = kept[i] * flowing[i]\n", "left = flowing[i]\n", "held inlet and decay: error",
    ),
    Mutation(
        "decay that no account knows", "transport/passes.py",
        "lost[i] += flowing[i] - left\n", "lost[i] += 0.0\n", "mass does not close",
    ),
    Mutation(
        "a limiter that adds mass", "transport/advect.py",
        "own[i] = (own[i] - out[i]) + into[i]",
        "own[i] = max((own[i] - out[i]) + into[i], 0.9 * own[i])", "mass does not close",
    ),
    Mutation(
        "a tenth more storage exchange", "transport/medium.py",
        "flow.exchange_coefficient, 0.0) * area", "flow.exchange_coefficient, 0.0) * 1.1 * area",
        "storage: error",
    ),
)  # fmt: skip


def scores_of(folder: Path, mutation: Mutation | None) -> dict[str, Any]:
    """Copy the package, break it, run the cases, and return their record."""
    shutil.copytree(
        PACKAGE, folder / "spillsim", ignore=shutil.ignore_patterns("__pycache__"), symlinks=True
    )
    if mutation is not None:
        file = folder / "spillsim" / mutation.file
        text = file.read_text(encoding="utf-8")
        assert text.count(mutation.right) == 1, f"{mutation.file} no longer holds what is broken"
        file.write_text(text.replace(mutation.right, mutation.wrong), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "spillsim", "validate", "--jobs", "1",
         "--json", "scores.json", "--only", *CASES],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        env=os.environ | {"PYTHONPATH": str(folder), "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert found["holds"] is (done.returncode == 0)
    return found


def broken_in(found: dict[str, Any]) -> list[str]:
    scores = [score for case in found["cases"] for score in case["scores"]]
    return [score["name"] for score in scores if score["holds"] is False]


@pytest.mark.slow
def test_the_package_as_it_is_passes(tmp_path: Path) -> None:
    found = scores_of(tmp_path, None)
    assert broken_in(found) == []
    assert found["failed"] == []
    assert found["bounds"] > 5


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_broken_kernel_is_noticed(mutation: Mutation, tmp_path: Path) -> None:
    found = scores_of(tmp_path, mutation)
    assert not found["holds"]
    told = [*broken_in(found), *(case["failure"] or "" for case in found["cases"])]
    assert [text for text in told if mutation.noticed in text], told
