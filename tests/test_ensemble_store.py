"""The store of an ensemble: whole blocks, the same bits, faults in words."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from spillsim.ensembles.store import Layout, Quantity, Store
from spillsim.errors import OutputError

STATIONS = 3


def layout(members: int = 10, block: int = 4, key: str = "a") -> Layout:
    """Peaks at three stations, and a drawn mass."""
    return Layout(
        members, block, {"station": STATIONS},
        (Quantity("peak", ("station",), "float64", {"units": "kg m-3"}),
         Quantity("curve", ("station",), "float32")),
        {"mass": (("member",), np.linspace(1.0, 2.0, members), {"units": "kg"})},
        key, {"title": "Test"},
    )  # fmt: skip


def values(plan: Layout, block: int) -> dict[str, np.ndarray[Any, Any]]:
    """What the members of a block bring; decided by their numbers only."""
    span = plan.span(block)
    member = np.arange(span.start, span.stop, dtype=np.float64)
    peak = member[:, None] + 0.1 * np.arange(STATIONS)
    return {"peak": peak, "curve": peak.astype(np.float32)}


def fill(store: Store, blocks: list[int], failed: Mapping[int, str] | None = None) -> None:
    for block in blocks:
        span = store.layout.span(block)
        own = {m: why for m, why in (failed or {}).items() if span.start <= m < span.stop}
        store.put(block, values(store.layout, block), own)


def digest(path: Path) -> str:
    """Of every file and its name."""
    found = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        if file.is_file():
            found.update(str(file.relative_to(path)).encode() + file.read_bytes())
    return found.hexdigest()


def test_broken_off_and_gone_on_is_the_same_bits(tmp_path: Path) -> None:
    plan = layout()
    whole = Store.open(tmp_path / "whole.zarr", plan)
    fill(whole, [0, 1, 2], {5: "velocity = 0"})
    part = Store.open(tmp_path / "part.zarr", plan)
    fill(part, [2, 0])
    again = Store.open(tmp_path / "part.zarr", plan)
    assert again.remaining == [1]
    fill(again, [1], {5: "velocity = 0"})
    assert again.remaining == []
    assert digest(tmp_path / "whole.zarr") == digest(tmp_path / "part.zarr")


def test_xarray_reads_it(tmp_path: Path) -> None:
    plan = layout()
    fill(Store.open(tmp_path / "x.zarr", plan), [0, 2], {9: "why not"})
    with xr.open_zarr(tmp_path / "x.zarr", consolidated=False) as found:
        assert found["peak"].dims == ("member", "station")
        assert found["peak"].attrs["units"] == "kg m-3"
        assert found["mass"].values.tolist() == np.linspace(1.0, 2.0, 10).tolist()
        assert np.isnan(found["peak"].values[4:8]).all()  # not yet
        assert found["status"].values.tolist() == [1] * 4 + [0] * 4 + [1, 2]


def test_failures_keep_their_reason_in_whole_letters(tmp_path: Path) -> None:
    plan = layout()
    store = Store.open(tmp_path / "x.zarr", plan)
    fill(store, [0], {1: "é" * 200, 3: "Manning's n = −1"})
    assert store.failures() == {1: "é" * 120, 3: "Manning's n = −1"}
    assert store.usable().tolist() == [True, False, True, False] + [False] * 6


def test_size_is_known_before(tmp_path: Path) -> None:
    plan = layout(members=5000, block=500)
    store = Store.open(tmp_path / "x.zarr", plan)
    fill(store, list(range(plan.blocks)))
    found = sum(f.stat().st_size for f in (tmp_path / "x.zarr").rglob("*") if f.is_file())
    assert found == pytest.approx(plan.size, rel=0.05)


def test_another_ensemble_and_other_things_are_not_touched(tmp_path: Path) -> None:
    Store.open(tmp_path / "x.zarr", layout())
    with pytest.raises(OutputError, match="of another ensemble"):
        Store.open(tmp_path / "x.zarr", layout(key="b"))
    other = tmp_path / "mine.zarr"
    other.mkdir()
    (other / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(OutputError, match="no ensemble"):
        Store.open(other, layout())
    assert [file.name for file in other.iterdir()] == ["letter.txt"]


def test_too_little_room_is_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")(10**9, 10**9 - 100, 100)
    monkeypatch.setattr("spillsim.ensembles.store.shutil.disk_usage", lambda _: usage)
    with pytest.raises(OutputError, match=r"0\.0001 MB are free"):
        Store.open(tmp_path / "x.zarr", layout())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path / "x.zarr", layout())
    fill(store, [0])

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("zarr.storage._local._put", full)
        with pytest.raises(OutputError, match="disk is full"):
            fill(store, [1])
    again = Store.open(tmp_path / "x.zarr", layout())
    assert again.remaining == [1, 2]


def test_nothing_half_made_is_left(tmp_path: Path) -> None:
    class Broken:
        """Values during which Ctrl-C is pressed."""

        nbytes = 0

        @property
        def shape(self) -> tuple[int, ...]:
            raise KeyboardInterrupt

    plan = replace(layout(), coordinates={"mass": (("member",), Broken(), {})})  # type: ignore[dict-item]
    with pytest.raises(KeyboardInterrupt):
        Store.open(tmp_path / "x.zarr", plan)
    assert list(tmp_path.iterdir()) == []
