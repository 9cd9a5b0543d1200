"""Species of a substance: shares of what is released, turned over by light, told apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import spillsim
from spillsim import scenario
from spillsim.constituents import build_kinetics, build_pools
from spillsim.errors import ScenarioError
from spillsim.model import assemble

CASE = Path(__file__).parent / "gallery" / "species"
DAY = 86400.0


def test_rates_between_species_and_sinks() -> None:
    model = assemble(scenario.load(CASE))
    pools = build_pools(model.scenario)
    assert pools is not None
    matrix = build_kinetics(pools, model.scenario, [model.flow]).linear[0, 0] * DAY
    weak, strong = pools.dissolved(0)
    decayed, volatilised = pools.fixed_state(0, "decayed"), pools.fixed_state(0, "volatilised")
    assert matrix[weak, strong] == pytest.approx(2.0 * 0.5)  # rate times daylight
    assert matrix[decayed, strong] == pytest.approx(0.1)
    assert matrix[decayed, weak] == 0.0
    assert 0.0 < matrix[volatilised, weak] < 1.0
    assert matrix[volatilised, strong] == 0.0
    np.testing.assert_allclose(matrix.sum(axis=0), 0.0, atol=1e-12)


def test_species_make_up_the_dissolved_part() -> None:
    result = spillsim.run(CASE)
    species = result["species_concentration"]
    assert list(result["species"].values) == ["cyanide: weak", "cyanide: strong"]
    whole = result["dissolved_concentration"].sel(substance="cyanide")
    np.testing.assert_allclose(species.sum("species").values, whole.values, rtol=1e-12, atol=1e-15)
    # light turns strong into weak on the way, and decay takes some of it
    passed = species.sel(station="below").sum("time")
    share = float(passed.sel(species="cyanide: strong") / passed.sum("species"))
    assert 0.2 < share < 0.3
    for row in ("mass_decayed", "mass_volatilised"):
        assert float(result[row].sel(substance="cyanide")[-1]) > 0.0
    assert float(np.abs(result["mass_error"]).max()) < 1e-12 * 10.0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("share = 0.3, photo", "share = 0.2, photo", "add up to 0.9"),
        ('becomes = "weak"', 'becomes = "week"', 'Did you mean "weak"'),
        ('becomes = "weak"', 'becomes = "strong"', "into itself"),
        ('name = "strong"', 'name = "weak"', "given twice"),
        ('photolysis_rate = "2 1/d", ', "", "nothing turns it over"),
        ('name = "cyanide"\nspecies', 'name = "cyanide"\nhalf_life = "1 d"\nspecies', "together"),
        ("free_share = 0.3", "free_share = 1.3", "1"),
    ],
)
def test_faults(tmp_path: Path, old: str, new: str, says: str) -> None:
    for file in CASE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (CASE / "scenario.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "scenario.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenario.load(tmp_path)
    assert any(
        "species" in fault.where or "half_life" in fault.where for fault in caught.value.faults
    )
    assert says in " ".join(f"{fault.message} {fault.hint}" for fault in caught.value.faults)
