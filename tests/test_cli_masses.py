"""Where the mass is, told on the terminal: by compartment, and by country as table or lines."""

from __future__ import annotations

import io

import pytest
import synthetic_run as synthetic
import xarray as xr

from spillsim import analysis, results
from spillsim.cli import words
from spillsim.cli.console import Console
from spillsim.cli.masses import tell_countries, tell_ledger
from spillsim.cli.passages import tell_passages


@pytest.fixture(scope="module")
def parted() -> xr.Dataset:
    """Return a run with grains, a bed and two countries."""
    made = results.to_dataset(synthetic.model(2, solids=True), synthetic.run(3, solids=True))
    return analysis.add_metrics(made)


def console(width: int, monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setenv("COLUMNS", str(width))
    return Console(io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO())


def told(one: Console) -> str:
    one.flush()
    one.out.seek(0)
    return one.out.read()


def test_ledger_tells_every_compartment_with_its_unit(
    parted: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = console(300, monkeypatch)
    assert tell_ledger(one, parted)
    first, _, grains = told(one).splitlines()
    end = parted.isel(ledger_time=-1).sel(substance="cyanide")
    for name, text in (("on_bed", "on the bed"), ("volatilised", "to the air"),
                       ("past_outlet", "past the outlet"), ("released", "released")):  # fmt: skip
        assert f"{text} {words.mass(float(end[f'mass_{name}']))}" in first
    assert f"({words.mass(float(end['mass_suspended']))} of it suspended)" in first
    assert "kg, suspended ·" in grains  # all of the grains


def test_ledger_that_is_open_is_complained_of(
    parted: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = console(80, monkeypatch)
    spoilt = parted.copy(deep=True)
    spoilt["mass_error"][2] = 1e-6 * spoilt["mass_released"][2]
    assert not tell_ledger(one, spoilt, only_errors=True)
    assert told(one) == ""
    assert "mass balance is open" in one.error.getvalue()


def test_countries_stand_in_a_table(parted: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    one = console(120, monkeypatch)
    tell_countries(one, parted)
    rows = told(one).splitlines()
    assert rows[0] == "cyanide by country, at the end of the run [t]"
    here = next(row for row in rows if row.startswith("  HU")).split()
    own = parted.isel(substance=0)
    assert here[2] == words.number(1e-3 * float(own["country_mass_entered"][1]))
    assert here[1] == words.DASH  # nothing was released in HU
    bed = own["mass_left"].sel(country="HU", compartment="bed")
    assert words.number(1e-3 * float(bed)) in here
    assert "fine by country, at the end of the run [kg]" in rows


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_countries_are_told_on_any_terminal(
    parted: xr.Dataset, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = console(width, monkeypatch)
    tell_countries(one, parted)
    tell_ledger(one, parted)
    text = told(one)
    assert all(len(row) < width for row in text.splitlines())
    whole = " ".join(text.split())
    assert "passed on 72.4 t" in whole or "72.4" in whole
    assert "…" not in text


def test_one_country_needs_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    model = synthetic.model(1)
    model.stations[1].kind = "station"
    one = console(80, monkeypatch)
    tell_countries(one, results.to_dataset(model, synthetic.run(1)))
    assert told(one) == ""


def test_curves_alone_are_labelled_so(monkeypatch: pytest.MonkeyPatch) -> None:
    one = console(100, monkeypatch)
    tell_countries(one, results.to_dataset(synthetic.model(1), synthetic.run(1)))
    text = told(one)
    assert "or lost" in text
    assert "is known together, by the curves at the" in text


def test_a_thick_mixture_is_told_in_grams_per_litre(
    parted: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    thick = parted.copy(deep=True)
    thick["peak_concentration"][:, 2] = [250_000.0, 12_000.0, 500.0]
    one = console(120, monkeypatch)
    tell_passages(one, thick)
    rows = told(one).splitlines()
    at = next(n for n, row in enumerate(rows) if row.startswith("fine"))
    assert " g/L " in rows[at + 2]
    assert " 250 " in rows[at + 3]
    assert " 0.500 " in rows[at + 5]


def test_a_limit_of_the_dissolved_part_is_held_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    model = synthetic.model(2, solids=True)
    total, dissolved = model.scenario.substances[0].limits
    dissolved.value, dissolved.of = total.value, "dissolved"
    found = analysis.add_metrics(results.to_dataset(model, synthetic.run(3, solids=True)))
    by_name = dict(zip(found["limit_name"].values, range(3), strict=True))
    over = found["time_above_limit"].values[:, [by_name["drinking"], by_name["fish"]]]
    assert (over[:, 1] < over[:, 0]).all()
    height = found["peak_over_limit"].values
    assert height[:, 1] == pytest.approx(0.6 * height[:, 0], rel=1e-9)
    arrival = found["arrival_time"].values[:, 0]
    first = found["first_exceedance"].values
    assert (arrival == first[:, 0]).all()  # the total arrives, though the dissolved part has not
    assert (arrival < first[:, 1]).all()
