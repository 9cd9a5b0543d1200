"""Spreads of many releases at many places are those of each way walked by itself."""

from __future__ import annotations

import numpy as np
import pytest
from river_cases import case, model_of, reach, slug

from spillsim.model import Model
from spillsim.network import Position
from spillsim.transport.along import nearest_face
from spillsim.transport.resolution import temporal_deviations, variance_per_length


@pytest.fixture(scope="module")
def model() -> Model:
    rows = [
        reach("a", "n0", "n2"), reach("b", "n1", "n2", **{"velocity [m/s]": 0.9}),
        reach("c", "n2", "n4", 4000.0), reach("d", "n3", "n4"), reach("e", "n4", "n5"),
    ]  # fmt: skip
    inflows = {"n0": 20.0, "n1": 10.0, "n3": 5.0}
    return model_of(case(rows, inflows, [slug({"node": "n0"})], {"end": {"node": "n5"}}))


def walked(model: Model, release: Position, place: Position) -> float | None:
    """Variance gained reach by reach from a release down to a place, None if it is not below."""
    per_length = variance_per_length(model.network, model.flow)
    variance, at, inside = 0.0, release.reach, release.distance
    while at != place.reach:
        variance += per_length[at] * (model.network.reach_length[at] - inside)
        at, inside = int(model.network.below[at]), 0.0
        if at < 0:
            return None
    gained = variance + per_length[at] * (place.distance - inside)
    return float(gained) if place.distance >= inside else None


def test_each_pair_is_found_once_with_its_own_variance(model: Model) -> None:
    spots = [Position(r, x) for r in range(5) for x in (0.0, 1500.0, 3900.0)]
    releases = [(spot, 600.0 * number) for number, spot in enumerate(spots)]
    found = temporal_deviations(model.network, model.flow, releases, spots)
    pairs = list(zip(found.release.tolist(), found.place.tolist(), strict=True))
    expected = {
        (r, p): walked(model, release, place)
        for r, release in enumerate(spots)
        for p, place in enumerate(spots)
    }
    assert pairs == [pair for pair, variance in expected.items() if variance is not None]
    for pair, edge, width in zip(pairs, found.edge, found.deviation, strict=True):
        dispersed, even = expected[pair], releases[pair[0]][1] ** 2 / 12.0
        assert dispersed is not None
        assert edge == pytest.approx(np.sqrt(dispersed), rel=1e-9, abs=1e-6)
        share = dispersed / (dispersed + even) if dispersed + even > 0.0 else 1.0
        assert width == pytest.approx(np.sqrt(dispersed + even) * share**0.2, rel=1e-9, abs=1e-6)


def test_the_nearest_face_is_the_nearest_of_all() -> None:
    rng = np.random.default_rng(1)
    faces = np.cumsum(rng.integers(1, 5, 40)).astype(float)
    for theta in np.concatenate([faces, faces + 0.5, [-3.0, 500.0], rng.uniform(0, 150, 50)]):
        assert nearest_face(faces, float(theta)) == int(np.argmin(np.abs(faces - theta)))
