"""Whatever stands in the files: a Scenario or a ScenarioError, soon, and printable."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spillsim import scenario
from spillsim.errors import ScenarioError
from spillsim.scenario.locate_lines import locate_lines

GALLERY = Path(__file__).parent / "gallery"
BASES = {
    name: {path.name: path.read_text("utf-8") for path in sorted((GALLERY / name).iterdir())}
    for name in (
        "confluence", "cyanide", "decay_chain", "floating", "rates_by_reach", "seepage", "solids",
        "sorption",
    )
}  # fmt: skip
"""A case without anything special, and those of every section about constituents."""
PIECES = st.sampled_from(
    ["", "\n", ",", "[", "]", "{", "}", '"', "'", "=", "#", "\0", "\x1b[2J", "\u202e", "\ud7ff",
     "é", "-1", "nan", "1e999", "1979-05-27", "true", "[[release]]", "[flow]", "\r", "\x85",
     "_" * 300, '"""', "km", "slug", "mouth", "0", "[[solids]]", "[[reaction]]", "[water]", "bed",
     "suspended_matter", "library", "fine", "L/kg", "Pa", "seepage", "floating", "yield = 2"]
)  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, str]:
    """A valid case with one to four pieces of text replaced."""
    texts = dict(BASES[draw(st.sampled_from(sorted(BASES)))])
    names = ["scenario.toml", "scenario.toml", *sorted(texts)]
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(names))
        text = texts[name]
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.integers(0, 12)))
        texts[name] = text[:start] + draw(PIECES | st.text(max_size=4)) + text[stop:]
    return texts


def check(faults: ScenarioError) -> None:
    text = str(faults)
    assert faults.faults
    assert all(c.isprintable() or c == "\n" for c in text), repr(text)


@settings(max_examples=160, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations())
def test_mutated_files(texts: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case"
        case.mkdir()
        for name, text in texts.items():
            (case / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            scenario.load(case)
        except ScenarioError as error:
            check(error)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.datetimes() | st.dates()
    | st.sampled_from(["5 km", "slug", "node", "1 d", "fine", "bed", "1 L/kg", "zinc", "weak"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["node", "kind", "at", "name", "id", "length [km]", "x",
                                      "to", "from", "reach", "decay_rate [1/d]"]),
                      inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=160, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_dicts(data: st.DataObject) -> None:
    base = data.draw(st.sampled_from(sorted(BASES)))
    given_dict: dict[str, Any] = tomllib.loads(BASES[base]["scenario.toml"])
    where: Any = given_dict
    key: Any = data.draw(st.sampled_from(sorted(where)))
    while isinstance(where[key], dict | list) and data.draw(st.booleans()):
        where = where[key]
        key = data.draw(
            st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where)))
        )
    where[key] = data.draw(values)
    try:
        scenario.parse(given_dict, GALLERY / base)
    except ScenarioError as error:
        check(error)


@settings(max_examples=100, deadline=2000)
@given(mutations(), st.text(max_size=200))
def test_locating_lines_always_ends(texts: dict[str, str], other: str) -> None:
    for text in (texts["scenario.toml"], other):
        lines = text.count("\n") + 1
        assert all(1 <= line <= lines for line in locate_lines(text).values())


def test_lines_of_every_shape_of_toml() -> None:
    text = '''# comment
a = 1
"b.c" = 2
[d.e]
f.g = [1,
  { h = 2 }, # comment with ] and "
  3]
i = """two
lines"""
j = 'k'
[[l]]
m = { n = { o = 1 } }
[[l]]
[l.p]
q = 2000-01-01T00:00:00Z
[[l.r]]
s = "\\""
'''
    tomllib.loads(text)
    lines = locate_lines(text)
    assert {key: lines[key] for key in (
        "a", "b.c", "d.e", "d.e.f.g", "d.e.f.g[1].h", "d.e.f.g[2]", "d.e.i", "d.e.j",
        "l", "l[0]", "l[0].m.n.o", "l[1]", "l[1].p", "l[1].p.q", "l[1].r[0]", "l[1].r[0].s",
    )} == {
        "a": 2, "b.c": 3, "d.e": 4, "d.e.f.g": 5, "d.e.f.g[1].h": 6, "d.e.f.g[2]": 7, "d.e.i": 8,
        "d.e.j": 10, "l": 11, "l[0]": 11, "l[0].m.n.o": 12, "l[1]": 13, "l[1].p": 14,
        "l[1].p.q": 15, "l[1].r[0]": 16, "l[1].r[0].s": 17,
    }  # fmt: skip
