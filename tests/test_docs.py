"""The pages: links resolve, code blocks run, generated parts are what the code says."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import matplotlib as mpl
import pytest

import spillsim
import spillsim.sampling
from spillsim.cli import main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("benchmarks/*.md")]
    if "CODE_OF_CONDUCT" not in path.name
)
FENCE = re.compile(r"^```(?P<kind>\S*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = {"bash", "console", "python", "text", "toml"}
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[tuple[str, str]]:
    return [(m["kind"], m["text"]) for m in FENCE.finditer(path.read_text(encoding="utf-8"))]


def anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", head.strip().lower()) for head in heads)
    return {word.replace(" ", "-") for word in words}


# --- form ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_resolve(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_fences_are_closed_and_named(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^ *```", text, re.MULTILINE)) == 2 * len(blocks(page))
    assert {kind for kind, _ in blocks(page)} <= KINDS


def test_every_page_is_reached_from_the_index() -> None:
    seen, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        files = [(page.parent / t.partition("#")[0]).resolve() for t in targets if ":" not in t]
        waiting += [f for f in files if f.suffix == ".md" and f.exists() and f not in seen]
    assert set(DOCS.rglob("*.md")) <= seen


def test_pictures_are_used() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    unused = [path.name for path in (DOCS / "images").iterdir() if path.name not in text]
    assert unused == []


@pytest.mark.parametrize(
    ("text", "anchor"), [("## A `b` (c), d?\n", "a-b-c-d"), ("# One - two\n", "one---two")]
)
def test_anchors_are_those_of_github(tmp_path: Path, text: str, anchor: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    assert anchors(page) == {anchor}


# --- blocks run ----------------------------------------------------------------------------------


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder with the cases in it, where figures are drawn without a screen."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    with mpl.rc_context({"backend": "Agg"}):
        yield tmp_path
        from matplotlib import pyplot as plt

        plt.close("all")


def run_commands(text: str) -> None:
    """Run the lines of a bash block, which may only be calls of spillsim."""
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            assert words[0] == "spillsim", line
            assert main(words[1:]) == 0, line


def run_page(path: Path) -> int:
    """Run all bash and python blocks of a page in order; returns how many."""
    names: dict[str, object] = {"__name__": name(path)}
    count = 0
    for kind, text in blocks(path):
        if kind == "bash":
            run_commands(text)
        elif kind == "python":
            exec(compile(text, name(path), "exec"), names)
        else:
            continue
        count += 1
    for value in names.values():
        if hasattr(value, "close"):
            with contextlib.suppress(TypeError):
                value.close()
    return count


def test_first_case(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/first_case.md") == 4
    assert {path.name for path in workplace.glob("my_case*")} == {
        "my_case", "my_case.nc", "my_case_curves.png", "my_case_profile.png",
    }  # fmt: skip
    assert "Town intake" in capsys.readouterr().out


def test_from_python(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/from_python.md") == 6
    heard = capsys.readouterr().out
    assert (workplace / "town.png").stat().st_size > 10_000
    assert "Town intake: peak x 0." in heard
    assert "a mass is needed" in heard


def test_regimes(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/regimes.md") == 7
    heard = capsys.readouterr().out
    page = (DOCS / "tutorials/regimes.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"  (low|spring|ice) ", line)]
    assert len(rows) == 3
    assert all(" ".join(row.split()) in " ".join(heard.split()) for row in rows)
    assert "ice: 4.3 mg/L after 40 h" in heard
    assert (workplace / "my_case_low_closed.nc").exists()
    assert (workplace / "regimes.png").stat().st_size > 10_000


@pytest.mark.slow  # without compiled kernels
def test_countermeasures(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/countermeasures.md") == 5
    heard = capsys.readouterr().out
    assert "as written   peak" in heard
    assert "  0.0 kg taken in by the town" in heard
    assert (workplace / "gate.png").stat().st_size > 10_000


@pytest.mark.slow  # without compiled kernels
def test_upstream(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/upstream.md") == 4
    heard = capsys.readouterr().out
    assert "never" in heard
    assert "10 t exceed 0.1 mg/L from up to" in heard
    assert {path.name for path in workplace.glob("*upstream*")} == {"upstream.csv", "upstream.png"}
    assert (workplace / "baia_mare_2000_reach_map.nc").exists()


@pytest.mark.slow  # without compiled kernels
def test_real_river(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/real_river.md") == 4
    heard = capsys.readouterr().out
    assert "RO to HU" in heard
    assert "velocities are estimates" in heard


def test_natech(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/natech.md") == 9
    heard = capsys.readouterr().out
    assert "log_pearson3" in heard
    assert "is a confluence of 2 reaches" in heard
    assert "Mm3" in heard
    assert (workplace / "floods.png").stat().st_size > 10_000


def test_facility(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_page(DOCS / "tutorials/facility.md") == 5
    heard = capsys.readouterr().out
    assert "1A of CDA (2021)" in heard
    assert "is left out" in heard or "are left out" in heard
    assert "mg/L of zinc at the town" in heard
    assert (workplace / "facility_source.png").stat().st_size > 10_000


@pytest.mark.slow  # without compiled kernels
def test_uncertainty(
    workplace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # the members are the same by however many processes, each of which takes seconds to begin
    for room in ("ensembles.ensemble", "batches.batching"):
        monkeypatch.setattr(f"spillsim.{room}.usable_workers", lambda: 1)
    page = DOCS / "tutorials/uncertainty.md"
    assert run_page(page) == 10
    heard = capsys.readouterr().out
    rows = re.findall(
        r"^ .*(?:Town intake|Frontier) .*\(.*$", page.read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) == 2
    # narrow terminals leave the last columns out
    assert all(" ".join(row.split()[:-2]) in " ".join(heard.split()) for row in rows)
    assert "above the alarm: 51% of 200 members" in heard
    assert "the precision asked for is reached" in heard
    assert "share of variance" in heard
    assert len(list(workplace.glob("my_case_ensemble_*.png"))) == 5


def test_blocks_of_the_result_page(workplace: Path) -> None:
    spillsim.scenario.write_template("my_case")
    spillsim.run("my_case", output="my_case.nc")
    assert run_page(DOCS / "output.md") == 3
    assert (workplace / "my_case_map.nc").exists()


@pytest.mark.slow  # without compiled kernels
@pytest.mark.usefixtures("workplace")
def test_python_of_the_readme() -> None:
    spillsim.run("scenarios/baia_mare_2000", output="baia_mare_2000.nc")
    names: dict[str, object] = {}
    for kind, text in blocks(ROOT / "README.md"):
        if kind == "python":
            exec(compile(text, "README.md", "exec"), names)
    names["ds"].close()


def test_commands_of_the_readme_are_the_tested_ones() -> None:
    first = next(text for kind, text in blocks(ROOT / "README.md") if kind == "bash")
    commands = [shlex.split(line) for line in first.splitlines() if line.startswith("spillsim")]
    assert commands == [
        ["spillsim", "run", "scenarios/baia_mare_2000"],
        ["spillsim", "plot", "baia_mare_2000.nc"],
    ]


def test_examples_of_the_scenario_page_are_valid() -> None:
    (text,) = [text for kind, text in blocks(DOCS / "scenario.md") if kind == "toml"]
    data = tomllib.loads(text)
    dataset = spillsim.run(spillsim.scenario.parse(data))
    assert float(dataset["peak_concentration"][0, 0]) > 0.0


def test_example_of_uncertain_inputs_fits_the_case_that_new_writes(tmp_path: Path) -> None:
    page = blocks(DOCS / "scenario.md")
    (text,) = [text for kind, text in page if kind == "text" and "[[uncertain]]" in text]
    spillsim.scenario.write_template(tmp_path / "case")
    with (tmp_path / "case" / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    case = spillsim.load(tmp_path / "case")
    assert [one.name for one in case.uncertain] == ["mass", "flow", "roughness", "formula"]
    draws = spillsim.sampling.draw(case)
    assert draws.members == 3000
    assert spillsim.sampling.scenario_of(draws, 2999).releases[0].start == 12 * 3600.0


# --- generated parts -----------------------------------------------------------------------------


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))


@pytest.mark.usefixtures("on_path")
def test_reference_is_current() -> None:
    script = import_module("generate")
    assert script.main(check=True) == 0, "run: python docs/generate.py"


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("| 1.00 | a |", "| 1.01 | a |", True),
        ("| 1.00 | a |", "| 1.10 | a |", False),
        ("| 1.00 | a |", "| 1.00 | b |", False),
        ("late +50 h", "late -50 h", False),
        ("one line", "one line\nmore", False),
    ],
)
def test_differences_tell_numbers_from_words(old: str, new: str, same: bool) -> None:
    found = import_module("generated").differences(old, new, 0.03, 2e-3)
    assert (found == []) is same


@pytest.mark.usefixtures("on_path")
def test_every_generated_part_has_its_script() -> None:
    generated, reference = import_module("generated"), import_module("generate")
    validation = import_module("generate_validation")
    known = {*(DOCS / page for page in reference.PAGES), DOCS / "validation.md", ROOT / "README.md"}
    marked = {p for p in PAGES if generated.block_names(p.read_text(encoding="utf-8"))}
    assert marked == known
    assert validation.ROOT == ROOT


def test_theory_names_functions_that_exist() -> None:
    text = (DOCS / "theory.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)`((?:,\s+`\w+`)*)", text)
    missing = []
    for file, rest in named:
        path = ROOT / "src/spillsim" / file
        source = path.read_text(encoding="utf-8") if path.exists() else ""
        missing += [
            f"{file}: {function}"
            for function in re.findall(r"`(\w+)`", rest) or [""]
            if not source or not re.search(rf"^(def|class) {function}\b", source, re.MULTILINE)
        ]
    assert missing == []
    assert len(named) > 30
