"""The random rivers of the property tests are the same on every run of the same packages.

A check that a change must pass should not depend on luck. To look for rivers that nobody has
tried yet: ``python -m pytest --hypothesis-profile=search tests/test_properties_*.py``.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

os.environ.pop("COLUMNS", None)  # workers of a parallel run are told one; texts shall not differ

settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False, max_examples=400)
settings.load_profile("same")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before the whole suite is handed to several workers: compile what all of them need, once."""
    config = session.config
    several = not hasattr(config, "workerinput") and getattr(config.option, "numprocesses", None)
    if several and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        from spillsim.validation import runner, warming

        found = runner.run(warming.missing(members=True), 2)
        failed = [result.failure for result in found.results if result.failure]
        if failed:
            raise pytest.UsageError(f"the kernels were not compiled: {failed[0]}")


FIRST = (
    "test_cases_gallery.py",
    "test_validation_mutations.py",
    "test_validation_pack.py",
    "test_validation_page.py",
    "test_docs.py",
)
"""Files that take longest. A parallel run hands out whole files in this order, so that no worker is
left with a long file when the others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the rest stays in its order."""
    rank = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(FIRST)))
