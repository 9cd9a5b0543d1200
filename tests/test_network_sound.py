"""A network is built without looking for faults exactly where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spillsim import network
from spillsim.network import Position
from spillsim.places import first_releases

KINDS = st.sampled_from(["", "", "headwater", "outlet"])


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[str], list[str], list[str], list[str]]:
    """Mostly rivers, some with a wrong end, a circle, a name given twice or a loose node."""
    count = draw(st.integers(2, 7))
    nodes = [f"n{n}" for n in range(count)]
    heads, feet = [], []
    for n in range(count - 1):
        heads.append(nodes[n])
        feet.append(nodes[draw(st.integers(n + 1, count - 1))])
    for _ in range(draw(st.integers(0, 1))):
        heads.append(draw(st.sampled_from([*nodes, "elsewhere"])))
        feet.append(draw(st.sampled_from(nodes)))
    keep = draw(st.integers(0, len(heads)))
    heads, feet = heads[: max(keep, 1)], feet[: max(keep, 1)]
    reaches = [f"r{draw(st.integers(0, 30))}" for _ in heads]
    kinds = [draw(KINDS) for _ in nodes]
    return nodes, kinds, reaches, heads, feet


@given(graphs(), st.lists(st.sampled_from([None, 0.25, 0.5, 0.75]), min_size=8, max_size=8))
def test_sound_is_what_has_no_faults(
    graph: tuple[list[str], list[str], list[str], list[str], list[str]],
    shares: list[float | None],
) -> None:
    nodes, kinds, reaches, heads, feet = graph
    own = shares[: len(reaches)]
    built = network.build_sound(nodes, reaches, heads, feet, np.ones(len(reaches)), own)
    sound = built is not None and network.kinds_agree(built, kinds)
    assert sound == (not network.find_faults(nodes, kinds, reaches, heads, feet, own))


@pytest.mark.parametrize("seed", range(5))
def test_passing_a_place_is_lying_above_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 12
    nodes = [f"n{n}" for n in range(count)]
    feet = [int(rng.integers(n + 1, count)) for n in range(count - 1)]
    heads = list(range(count - 1))
    shares: list[float | None] = [None] * len(heads)
    heads.append(3)  # a second arm, maybe to the same node
    feet.append(count - 1)
    shares.append(0.4)
    built = network.build(
        nodes, [f"r{r}" for r in range(count)], [nodes[n] for n in heads],
        [nodes[n] for n in feet], np.full(count, 10.0), shares,
    )  # fmt: skip
    places = [Position(int(r), float(x)) for r in range(count) for x in (0.0, 4.0)]
    for place in places:
        expected = [network.is_downstream(built, place, of) for of in places]
        assert network.passes(built, place, places) == expected


def random_river(seed: int, count: int = 30) -> network.Network:
    rng = np.random.default_rng(seed)
    feet = [int(rng.integers(n + 1, count)) for n in range(count - 1)]
    order = rng.permutation(count - 1)
    return network.build(
        [f"n{n}" for n in range(count)], [f"r{r}" for r in order],
        [f"n{r}" for r in order], [f"n{feet[r]}" for r in order],
        rng.uniform(10.0, 20.0, count - 1),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_numbers_and_sums_say_what_walks_down_the_river_say(seed: int) -> None:
    river = random_river(seed)
    number, end = river.descent
    assert sorted(number.tolist()) == list(range(len(river.reach_id)))
    to_outlet = network.sum_to_outlet(river, river.reach_length)
    for reach in range(len(river.reach_id)):
        way = network.downstream_reaches(river, reach)
        passed = np.flatnonzero((number <= number[reach]) & (number[reach] < end))
        assert sorted(way.tolist()) == passed.tolist()
        np.testing.assert_allclose(to_outlet[reach], river.reach_length[way].sum(), rtol=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_the_first_release_above_a_place(seed: int) -> None:
    river, rng = random_river(seed), np.random.default_rng(seed + 100)
    spots = [Position(int(r), float(rng.choice([0.0, 3.0, 6.0]))) for r in rng.integers(0, 29, 60)]
    releases, places = spots[:12], spots[12:]
    for place, found in zip(places, first_releases(river, releases, places), strict=True):
        above = [network.is_downstream(river, place, release) for release in releases]
        assert found == (above.index(True) if any(above) else -1)
