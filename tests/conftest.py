"""The random rivers of the property tests are the same on every run of the same packages.

A check that a change must pass should not depend on luck. To look for rivers that nobody has
tried yet: ``python -m pytest --hypothesis-profile=search tests/test_properties_*.py``.
"""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.pop("COLUMNS", None)  # workers of a parallel run are told one; texts shall not differ

settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False, max_examples=400)
settings.load_profile("same")
