"""The page of the validation pack: sound HTML, readable on every screen, nothing from elsewhere.

Where a Chromium is found (``SPILLSIM_BROWSER``, which may be ``none``, or by its name) it lays the
page out and is asked what can be seen; the ids of the tests tell whether it was. Where there is
none, the same tests read what can be known without laying out.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import validation_cases as given

from spillsim.validation import Band, Curve, Panel, Report, Table, page, runner
from spillsim.validation.axes import Axis, axes_of
from spillsim.validation.figure import drawing, legend, looks_of
from spillsim.validation.outcome import Outcome, Result

ASKED = os.environ.get("SPILLSIM_BROWSER", "")
BROWSER = None if ASKED == "none" else ASKED or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)  # fmt: skip
EMPTY = {"meta", "path", "rect", "link", "img", "br", "hr"}
"""Elements that are never closed, or closed at once."""


class Reader(HTMLParser):
    """Elements of a page with their attributes and texts; refuses what does not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), tag
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1] if self._open else "", " ".join(data.split())))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    cases = (given.BELL, given.BROKEN, given.RAISING, given.EVIL)
    return page.page(runner.run(cases))


@pytest.fixture(scope="module")
def read(text: str) -> Reader:
    return Reader(text)


# --- what can be read ----------------------------------------------------------------------------


def test_nothing_is_run_and_nothing_comes_from_elsewhere(text: str, read: Reader) -> None:
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    for _, attributes in read.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []
    policy = next(m for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_hostile_text_is_shown_as_it_is(text: str, read: Reader) -> None:
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    shown = "<script>alert('x')</script> & \"quoted\" \\x1b[31m \\x202e"
    told = {tag for tag, words in read.texts if shown in words}
    assert {"h3", "p", "th", "li", "small", "figcaption", "title", "desc", "text"} <= told


def test_headings_tables_and_diagrams_have_names(read: Reader) -> None:
    (root,) = read.all("html")
    assert root["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all(cell.get("scope") for cell in read.all("th"))
    identifiers = [a["id"] for _, a in read.elements if "id" in a]
    assert len(set(identifiers)) == len(identifiers)
    known = set(identifiers)
    for _, attributes in read.elements:
        for name in (attributes.get("aria-labelledby") or "").split():
            assert name in known
        href = attributes.get("href")
        assert href is None or href[1:] in known
    drawn = [svg for svg in read.all("svg") if svg.get("class") == "panel"]
    assert len(drawn) == 4
    assert all(svg["role"] == "img" for svg in drawn)
    assert all(svg.get("aria-hidden") for svg in read.all("svg") if svg not in drawn)
    told = [words for tag, words in read.texts if tag == "desc"]
    assert "dye observed (points): 20 values, from 0.4 to 46.0, highest" in told[0]
    assert "no values" in told[2]


def test_verdicts_are_told_in_words(read: Reader) -> None:
    words = [words for _, words in read.texts]
    for told in ("kept", "BROKEN", "told only", "3 of 3 bounds kept", "BROKE OFF"):
        assert told in words
    assert "4 cases: 4 of 6 bounds kept, 2 BROKEN; 1 case BROKE OFF." in words
    assert any("ValueError: the table has no row <b>4</b>" in told for told in words)
    assert "The tail is too short: dead zones are not known beforehand." in words


def test_the_same_run_gives_the_same_page_but_for_the_times() -> None:
    cases = (given.BELL, given.RAISING)
    one, two = (page.page(runner.run(cases, jobs)) for jobs in (1, 2))
    mark = '<section aria-labelledby="times">'
    assert one.count(mark) == 1
    assert one.split(mark)[0] == two.split(mark)[0]


def test_what_no_case_has_is_not_there() -> None:
    found = page.page(runner.run((given.BELL,)))
    assert 'class="bad"' not in found
    assert '<th scope="col">broken</th>' not in found
    assert page.page(runner.run(())).count("<article") == 0


def test_long_tables_are_folded_up() -> None:
    rows = [(f"row {number}", float(number)) for number in range(40)]
    report = Report((), tables=(Table("Many", ("what", "how much"), rows),))
    found = page.page(Outcome((Result(given.BELL, report),)))
    Reader(found)
    assert found.count("<details><summary>Many: 40 rows</summary>") == 1
    assert "The case has no scores." in found


# --- diagrams ------------------------------------------------------------------------------------


def test_a_diagram_shows_every_value_in_its_frame() -> None:
    x = np.linspace(0.0, 10.0, 5000)
    y = np.sin(x) + 2.0
    panel = Panel("t", "x", "y", (Curve("a", x, y), Curve("b", x[::500], y[::500], "observed")),
                  (Band("c", x, y - 0.5, y + 0.5),))  # fmt: skip
    root = ET.fromstring(drawing(panel, "p"))
    band, line, points = root.find("g")
    corners = np.array(re.findall(r"[ML]([-\d.]+) ([-\d.]+)", line.get("d")), dtype=float)
    across, up = axes_of(panel, (66, 468), (278, 34))
    assert 20 < len(corners) < 200  # thinned, yet
    drawn = np.interp(across.place(x), corners[:, 0], corners[:, 1])
    assert np.abs(drawn - up.place(y)).max() < 0.5
    assert points.get("d").count("M") == 10
    assert band.get("d").endswith("Z")
    for found in (across, up):
        places = found.place(np.array(found.ticks()))
        assert len(places) >= 3
        assert np.all(
            (places >= min(found.begin, found.end)) & (places <= max(found.begin, found.end))
        )


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([], []), ([1.0], [2.0]), ([0.0, 1.0], [0.0, 0.0]), ([1.0, 2.0], [np.nan, np.nan]),
        ([0.0, 1.0, 2.0], [1.0, np.nan, 3.0]), ([1.0, 2.0], [-5.0, 1e-300]),
        ([1.0, 2.0], [1e30, 2e30]), ([1e9, 1e9], [np.inf, 3.0]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("log", [False, True])
def test_odd_values_are_drawn_or_left_out(x: list[float], y: list[float], log: bool) -> None:
    given_x, given_y = np.array(x), np.array(y)
    curves = [
        Curve(kind, given_x, given_y, kind) for kind in ("simulated", "observed", "reference")
    ]
    panel = Panel("t", "x", "y", curves, (Band("b", given_x, given_y, given_y),), log, log)
    found = drawing(panel, "p")
    ET.fromstring(found)
    assert "nan" not in found
    assert "inf" not in found


@pytest.mark.parametrize(("low", "high"), [(1.0, 1e6), (0.5, 0.9), (2.0, 30.0), (1e-12, 1e3)])
def test_a_logarithmic_axis_has_marks(low: float, high: float) -> None:
    ticks = Axis(low, high, 0.0, 100.0, log=True).ticks()
    assert 2 <= len(ticks) <= 12
    assert all(low <= value <= high for value in ticks)
    assert all(len(f"{value:.9g}") <= 7 for value in ticks)


def test_curves_are_told_apart_without_colour() -> None:
    x = np.array([0.0, 1.0])
    kinds = ("simulated", "observed", "reference")
    curves = [Curve(f"{kind} {n}", x, x + n, kind) for n in range(4) for kind in kinds]
    panel = Panel("t", "x", "y", curves)
    swatches = re.findall(r"<li><svg[^>]*>(.*?)</svg>", legend(panel))
    bare = [re.sub(r" c\d", "", swatch) for swatch in swatches]
    assert len(set(bare)) == len(curves)
    # an observed curve and the computed one of the same place share a colour
    looks = looks_of(panel)
    assert [look.colour for look in looks[::3]] == [look.colour for look in looks[1::3]]


# --- what can be seen ----------------------------------------------------------------------------

MEASURE = """<script>
addEventListener("load", () => {
  const box = e => e.getBoundingClientRect();
  const panels = [...document.querySelectorAll("svg.panel")];
  const visible = e => box(e).width > 0 && box(e).height > 0;
  const luminance = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
    .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
  const contrast = (e, back) => { const [a, b] = [luminance(getComputedStyle(e).color),
    luminance(back)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const paper = getComputedStyle(document.body).backgroundColor;
  const overlaps = panels.map(p => { const t = [...p.querySelectorAll("text")].map(box);
    return t.some((a, i) => t.some((b, j) => i < j && a.left < b.right - 1 && b.left < a.right - 1
      && a.top < b.bottom - 1 && b.top < a.bottom - 1)); });
  const found = {
    width: innerWidth, overflow: document.documentElement.scrollWidth - innerWidth,
    panels: panels.length, visible: panels.filter(visible).length,
    narrowest: Math.min(...panels.map(p => box(p).width)),
    text: Math.min(...panels.flatMap(p => [...p.querySelectorAll("text")].map(t =>
      parseFloat(getComputedStyle(t).fontSize) * box(p).width / 480))),
    overlapping: overlaps.filter(Boolean).length,
    outside: panels.filter(p => [...p.querySelectorAll("text")].some(t =>
      box(t).left < box(p).left - 1 || box(t).right > box(p).right + 1)).length,
    contrast: Math.min(...[...document.querySelectorAll("p,th,td,li,small,a,h1,h2,h3,code")]
      .filter(visible).map(e => contrast(e, paper))),
    scripts: document.querySelectorAll("article script").length,
  };
  parent.postMessage(JSON.stringify(found), "*");
});
</script>"""


def seen(text: str, width: int, folder: Path, dark: bool = False) -> dict[str, float]:
    """Lay a page out in the browser and return what it measures."""
    assert BROWSER is not None
    bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    if dark:
        assert bare.count("(prefers-color-scheme: dark)") == 1
        bare = bare.replace("(prefers-color-scheme: dark)", "all")
    (folder / "inner.html").write_text(bare.replace("</head>", MEASURE + "</head>"), "utf-8")
    # the window of a browser does not become as narrow as a phone: a frame does
    outer = (
        "<!DOCTYPE html><script>addEventListener('message', m => "
        "document.body.innerText = m.data)</script>"
        f'<iframe src="inner.html" width="{width}" height="2000" style="border:0"></iframe>'
    )
    (folder / "outer.html").write_text(outer, "utf-8")
    done = subprocess.run(
        [
            BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
            f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000",
            "--window-size=1600,2200", "--dump-dom", (folder / "outer.html").as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    body = re.search(r"<body>(\{.*\})</body>", done.stdout, re.DOTALL)
    assert body is not None, done.stdout[-2000:]
    measured: dict[str, float] = json.loads(html.unescape(body[1]))
    return measured


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("how", ["browser" if BROWSER else "parser"])
def test_the_page_can_be_read_on_a_screen(
    text: str, read: Reader, how: str, width: int, dark: bool, tmp_path: Path
) -> None:
    if how == "parser":
        style = text.partition("<style>")[2].partition("</style>")[0]
        assert "prefers-color-scheme: dark" in style
        assert "max-width: 40rem" in style
        meta = {m.get("name"): m.get("content") for m in read.all("meta")}
        assert "width=device-width" in (meta["viewport"] or "")
        # every table may scroll by itself, so that the page need not
        assert text.count("<table") == text.count('<div class="wide"')
        assert all(svg.get("viewbox") for svg in read.all("svg"))
        return
    found = seen(text, width, tmp_path, dark)
    assert found["width"] == width
    assert found["overflow"] <= 0
    assert found["panels"] == found["visible"] == 4
    assert found["narrowest"] > 0.8 * min(width, 400)
    assert found["text"] >= 10.0
    assert found["overlapping"] == 0
    assert found["outside"] <= 1  # the hostile label is longer than any diagram
    assert found["contrast"] >= 4.5
    assert found["scripts"] == 0
