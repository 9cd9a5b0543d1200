"""Every case that ships runs from end to end, and the scenarios keep their numbers.

The numbers of a scenario change only on purpose. To write them anew, look at the difference, say
in the commit why: ``PYTHONPATH=src:tests python -m test_cases_gallery``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from test_results_conventions import cf_findings, quick_checker  # noqa: F401

import spillsim

TESTS = Path(__file__).parent
GALLERY = sorted(path.parent for path in (TESTS / "gallery").glob("*/scenario.toml"))
SCENARIOS = sorted(path.parent for path in (TESTS.parent / "scenarios").glob("*/scenario.toml"))
CHECKED = {"single_reach", "several_substances", "two_layers", "natech_flood", "island"}
"""Cases whose files differ in what is in them; the CF checker takes seconds for each."""
SLOW = {"syrdarya_mailuu_suu", "ishim_2024_flood"}
KEPT = TESTS / "data" / "scenario_values.json"
WHERE_PARTS_ARE = ("on_bed", "volatilised", "transformed", "stranded")
"""Further rows of the ledger, where constituents consist of parts."""
TOLERANCE = 1e-4
"""Far below the error of a run, far above what another processor or library changes."""

Values = dict[str, dict[str, float]]


def ledger_closes(dataset: xr.Dataset) -> None:
    parts = ["in_river", "in_storage", "decayed", "abstracted", "past_outlet"]
    parts += [part for part in WHERE_PARTS_ARE if f"mass_{part}" in dataset]
    total = sum(dataset[f"mass_{part}"] for part in parts)
    released = dataset["mass_released"] + dataset.get("mass_gained", 0.0)
    assert float(np.abs(released - total).max()) <= 1e-12 * float(released.max())
    assert float(np.abs(dataset["mass_error"]).max()) <= 1e-12 * float(released.max())


def values_of(dataset: xr.Dataset) -> Values:
    """Arrival [h since the start], peak [mg/L] and mass passed [kg] at every place."""
    found: Values = {}
    start = dataset["time"].values[0]
    for station in dataset["station"].values:
        for substance in dataset["substance"].values:
            at = dataset.sel(station=station, substance=substance)
            # not the peak's time: on the plateau of a long release the last digit decides it
            arrival = float((at["arrival_time"].values - start) / np.timedelta64(1, "s")) / 3600.0
            amounts = {name: float(at[name]) for name in ("peak_concentration", "mass_passed")}
            found[f"{station} / {substance}"] = {"arrival_time_h": arrival} | amounts
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quick_checker")
@pytest.mark.parametrize("folder", GALLERY, ids=lambda path: path.name)
def test_gallery_runs_and_is_readable(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.nc"
    dataset = spillsim.run(folder, file)
    ledger_closes(dataset)
    if folder.name in CHECKED:
        assert cf_findings(file)["error"] == []
    with spillsim.open(file) as read:
        ledger_closes(read)
        assert float(read["concentration"].max()) > 0.0


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(path, marks=pytest.mark.slow if path.name in SLOW else (), id=path.name)
        for path in SCENARIOS
    ],
)
def test_scenarios_keep_their_numbers(folder: Path) -> None:
    dataset = spillsim.run(folder)
    ledger_closes(dataset)
    kept: Values = json.loads(KEPT.read_text("utf-8"))[folder.name]
    now = values_of(dataset)
    assert now.keys() == kept.keys()
    for place, values in now.items():
        assert values == pytest.approx(kept[place], rel=TOLERANCE, abs=1e-9, nan_ok=True), place


def write() -> None:
    """Write the numbers of all scenarios."""
    every = {folder.name: values_of(spillsim.run(folder)) for folder in SCENARIOS}
    KEPT.write_text(json.dumps(every, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    write()
