#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14"]
# ///
"""Shortcuts for `nox`: the whole check, the tests on several Pythons, the coverage."""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "venv"


@nox.session(venv_backend="none", default=True)
def ci(session: nox.Session) -> None:
    """Everything a change must pass."""
    session.run("bash", ".ci/run", external=True)


@nox.session(python=["3.11", "3.12", "3.13"], default=False)
def tests(session: nox.Session) -> None:
    """The test suite; arguments after -- go to pytest."""
    session.install("--editable", ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Line and branch coverage; compiled kernels run as plain Python so that their lines count."""
    session.install("--editable", ".[test]", "pytest-cov")
    session.run(
        *["python", "-m", "pytest", "--cov", "--cov-report=term", "-m", "not slow"],
        *session.posargs,
        env={"NUMBA_DISABLE_JIT": "1"},
    )


if __name__ == "__main__":
    nox.main()
