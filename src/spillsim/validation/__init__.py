"""What spillsim is worth: closed forms, tracers and accidents, with scores and stated bounds.

A *case* asks one question of the program and answers it with *scores*, each beside the bound it
is held to (or none, where it is only told), and with the panels and tables that show it. The
*pack* is all cases; running it gives the *outcome* that the page, the text table, the JSON and
``docs/validation.md`` are written from.
"""

from __future__ import annotations

from .case import Band, Bound, Case, Curve, Panel, Report, Score, Source, Table

__all__ = ["Band", "Bound", "Case", "Curve", "Panel", "Report", "Score", "Source", "Table"]
