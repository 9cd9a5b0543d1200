"""Broken triggers and moments that count from one: file, key path, line and what to do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from spillsim import scenario
from spillsim.errors import Fault, ScenarioError

GALLERY = Path(__file__).parents[1] / "gallery"
TOML = "scenario.toml"
PERIOD = 'return_period = "100 years"'
MAXIMA = 'annual_maxima = "annual_maxima.csv"'
GUMBEL = 'distribution = "gumbel"'
RISE = 'time_to_peak = "9 h"'
PEAK = 'peak = "150 m3/s"'
FILLING = 'filling_time = "12 h"'


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder)
    return caught.value.faults


def broken(base: str, edits: list[tuple[str, str, str]], tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    shutil.copytree(GALLERY / base, folder)
    for file, old, new in edits:
        text = (folder / file).read_text("utf-8")
        assert old in text, (file, old)
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    return folder


FLOOD, DAM = "natech_flood", "natech_landslide"
STATION = "[[station]]"


def dam_at(node: str) -> str:
    """A landslide dam before the stations."""
    return (
        '[trigger]\nkind = "landslide_dam"\ntime = "1 h"\n'
        f'at = {{ node = "{node}" }}\nfilling_time = "5 h"\n\n{STATION}'
    )


EARTHQUAKE = f'[trigger]\nkind = "earthquake"\ntime = "1 h"\n\n{STATION}'
RAIN = (
    '[trigger]\nkind = "rain_on_snow"\ntime = "1 h"\nat = { node = "head" }\n'
    'catchment_area = "90 km2"\nsnow_water_equivalent = "60 mm"\nrunoff_coefficient = 0.5\n'
    f'unit_time_to_peak = "5 h"\nrain = "40 mm"\ntemperature = "6 degC"\n\n{STATION}'
)
CASES = {
    # key path, piece of the line it points to, piece of the message or hint; base; edits
    "kind": ("trigger.kind", "flod", 'Did you mean "flood"?', FLOOD,
             [(TOML, 'kind = "flood"', 'kind = "flod"')]),
    "unknown key": ("trigger.time_to_peek", "peek", 'Did you mean "time_to_peak"?', FLOOD,
                    [(TOML, "time_to_peak", "time_to_peek")]),
    "unknown key of a place": ("trigger.at.nod", "nod =", 'Did you mean "node"?', FLOOD,
                               [(TOML, "{ node = \"head\" }", "{ nod = \"head\" }")]),
    "unknown node": ("trigger.at.node", "haed", 'Did you mean "head"?', FLOOD,
                     [(TOML, '"head" }', '"haed" }')]),
    "outlet": ("trigger.at.node", '"mouth"', "is the outlet", FLOOD,
               [(TOML, '"head" }', '"mouth" }')]),
    "time before the start": ("trigger.time", "03-31", "18 h before case.start", FLOOD,
                              [(TOML, "time = 2024-04-01T06", "time = 2024-03-31T06")]),
    "timed by itself": ("trigger.time", "trigger + 1 h", "cannot be timed by itself", FLOOD,
                        [(TOML, "time = 2024-04-01T06:00:00+00:00", 'time = "trigger + 1 h"')]),
    "no peak": ("trigger", "[trigger]", "needs peak, return_period or table", FLOOD,
                [(TOML, PERIOD, ""), (TOML, MAXIMA, ""), (TOML, GUMBEL, "")]),
    "no time to peak": ("trigger.time_to_peak", "[trigger]", "is missing", FLOOD,
                        [(TOML, RISE, "")]),
    "two peaks": ("trigger.return_period", "100 years", "peak is given too", FLOOD,
                  [(TOML, RISE, f'{RISE}\npeak = "200 m3/s"')]),
    "maxima without a period": ("trigger.return_period", "[trigger]", "is missing", FLOOD,
                                [(TOML, PERIOD, 'peak = "200 m3/s"'), (TOML, GUMBEL, "")]),
    "period without a unit": ("trigger.return_period", '"100"', "in years is needed", FLOOD,
                              [(TOML, '"100 years"', '"100"')]),
    "useless shape": ("trigger.recession", "recession", "does not have it", FLOOD,
                      [(TOML, RISE, f"{RISE}\nrecession = 2.0")]),
    "useless mode": ("trigger.mode", "mode", "is added to the base flow", FLOOD,
                     [(TOML, RISE, f'{RISE}\nmode = "add"')]),
    "anchor": ("release[0].time", "trigr", "neither with a number nor with trigger", FLOOD,
               [(TOML, '"peak + 2 h"', '"trigr + 2 h"')]),
    "span without a unit": ("release[0].time", "peak + 2", "has no unit", FLOOD,
                            [(TOML, '"peak + 2 h"', '"peak + 2"')]),
    "two signs": ("release[0].time", "- -2 h", "has two signs", FLOOD,
                  [(TOML, '"peak + 2 h"', '"peak - -2 h"')]),
    "before the start": ("release[0].time", "peak - 2 d", "before case.start", FLOOD,
                         [(TOML, '"peak + 2 h"', '"peak - 2 d"')]),
    "no trigger": ("release[0].time", "trigger + 6 h", "has no section [trigger]", "single_reach",
                   [(TOML, 'kind = "slug"', 'kind = "slug"\ntime = "trigger + 6 h"')]),
    "dam without a lake": ("trigger", "[trigger]", "either filling_time or lake_volume", DAM,
                           [(TOML, FILLING, "")]),
    "useless height": ("trigger.dam_height", "dam_height", "has no use", DAM,
                       [(TOML, PEAK, f'{PEAK}\ndam_height = "9 m"')]),
    "peak of a dam": ("release[0].start", "peak - 2 h", "Give filling_time", DAM,
                      [(TOML, FILLING, 'lake_volume = "1 Mm3"'),
                       (TOML, "trigger - 2", "peak - 2")]),
    "dam at a confluence": ("trigger.at.node", '"meeting"', "is a confluence", "confluence",
                            [(TOML, STATION, dam_at("meeting"))]),
    "flow from a table": ("trigger.kind", "landslide_dam", "already gives every", "flood_table",
                          [(TOML, STATION, dam_at("n1"))]),
    "peak of an earthquake": ("release[0].time", "peak", "brings no flood", "single_reach",
                              [(TOML, 'kind = "slug"', 'kind = "slug"\ntime = "peak"'),
                               (TOML, STATION, EARTHQUAKE)]),
    "rain on snow": ("trigger.duration", "[trigger]", "is missing", "single_reach",
                     [(TOML, STATION, RAIN)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_trigger_fault_points_to_its_place(name: str, tmp_path: Path) -> None:
    where, line, says, base, edits = CASES[name]
    folder = broken(base, edits, tmp_path)
    faults = faults_of(folder)
    at = [fault for fault in faults if fault.where == where and fault.file == TOML]
    assert at, "\n".join(map(str, faults))
    assert any(says in f"{fault.message} {fault.hint}" for fault in at), "\n".join(map(str, at))
    assert at[0].line is not None
    assert line in (folder / TOML).read_text("utf-8").splitlines()[at[0].line - 1]


def test_faults_of_a_trigger_bring_no_false_ones(tmp_path: Path) -> None:
    folder = broken(FLOOD, [(TOML, '"100 years"', '"many years"')], tmp_path)
    assert [fault.where for fault in faults_of(folder)] == ["trigger.return_period"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("1990,", "1989,", 12, "given twice"),
        ("1990,", "1990.5,", 12, "is not a year"),
        ("discharge [m3/s]", "discharge [m3]", 2, "discharge"),
    ],
)
def test_faults_in_annual_maxima(old: str, new: str, line: int, says: str, tmp_path: Path) -> None:
    faults = faults_of(broken(FLOOD, [("annual_maxima.csv", old, new)], tmp_path))
    assert [(fault.file, fault.line) for fault in faults] == [("annual_maxima.csv", line)]
    assert says in f"{faults[0].message} {faults[0].hint}"


def test_too_few_annual_maxima(tmp_path: Path) -> None:
    folder = broken(FLOOD, [], tmp_path)
    rows = (folder / "annual_maxima.csv").read_text("utf-8").splitlines()[:9]
    (folder / "annual_maxima.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (fault,) = faults_of(folder)
    assert fault.file == "annual_maxima.csv"
    assert "at least 10 years" in fault.message


def test_a_return_period_without_scipy_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("scipy")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    (fault,) = faults_of(GALLERY / FLOOD)
    assert fault.where == "trigger.annual_maxima"
    assert 'pip install "spillsim[floods]"' in fault.hint
