"""The river network: faults in the user's ids, order, paths, places, and its speed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spillsim import network
from spillsim.errors import ScenarioError
from spillsim.network import Network, Position

#   a --r0(1 km)--> c --r2(3 km)--> d --r3(4 km)--> e        b --r1(2 km)--> c
NODES = ["a", "b", "c", "d", "e"]
REACHES = ["r0", "r1", "r2", "r3"]
FROM, TO = ["a", "b", "c", "d"], ["c", "c", "d", "e"]
LENGTH = [1000.0, 2000.0, 3000.0, 4000.0]


def tree() -> Network:
    return network.build(NODES, REACHES, FROM, TO, LENGTH)


def find(nodes: list[str], *edges: tuple[str, str], kinds: list[str] | None = None) -> list[str]:
    faults = network.find_faults(
        nodes,
        kinds or [""] * len(nodes),
        [f"r{i}" for i in range(len(edges))],
        [head for head, _ in edges],
        [foot for _, foot in edges],
    )
    return [fault.message for fault in faults]


def test_a_tree_has_no_faults() -> None:
    kinds = ["headwater", "headwater", "junction", "gauge", "outlet"]
    assert find(NODES, *zip(FROM, TO, strict=True), kinds=kinds) == []


def test_arrays() -> None:
    built = tree()
    assert built.node_id[built.outlet] == "e"
    assert built.reach_below.tolist() == [0, 1, 2, 3, -1]
    into_c = built.upstream_reach[built.upstream_pointer[2] : built.upstream_pointer[3]]
    assert sorted(into_c.tolist()) == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        built.reach_length[0] = 1.0


@pytest.mark.parametrize(
    ("edges", "says"),
    [
        ([("a", "b"), ("b", "c"), ("c", "a")], "in a circle: a -> b -> c -> a"),
        ([("a", "b"), ("b", "c"), ("c", "b")], "in a circle: b -> c -> b"),
        ([("a", "a"), ("a", "b"), ("b", "c")], 'flows from "a" to itself'),
        ([("a", "b"), ("b", "c"), ("a", "c")], '"r0" and "r2" both leave node "a"'),
        ([("a", "b")], 'no reach begins or ends at node "c"'),
        ([("a", "b"), ("b", "x")], 'there is no node "x"'),
        ([], "there is no reach"),
    ],
)
def test_faults(edges: list[tuple[str, str]], says: str) -> None:
    assert any(says in message for message in find(["a", "b", "c"], *edges)), says
    with pytest.raises(ScenarioError):
        network.build(
            ["a", "b", "c"],
            [f"r{i}" for i in range(len(edges))],
            [head for head, _ in edges],
            [foot for _, foot in edges],
            [1.0] * len(edges),
        )


def test_two_cycles_are_both_named() -> None:
    messages = find(list("abcd"), ("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"))
    assert [m for m in messages if "circle" in m] == [
        "the water flows in a circle: a -> b -> a",
        "the water flows in a circle: c -> d -> c",
    ]


def test_parts_and_duplicates() -> None:
    (message,) = find(list("abcd"), ("a", "b"), ("c", "d"))
    assert message == (
        'the network falls into 2 parts that are not connected; their outlets are "b" and "d"'
    )
    assert find(["a", "b", "b"], ("a", "b"))[0].startswith('node "b" is given twice')


def test_build_refuses_bad_lengths() -> None:
    for bad in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ScenarioError, match="must be above zero"):
            network.build(["a", "b"], ["r"], ["a"], ["b"], [bad])


def test_paths() -> None:
    built = tree()
    assert network.downstream_reaches(built, 1).tolist() == [1, 2, 3]
    assert sorted(network.upstream_closure(built, 2).tolist()) == [0, 1, 2]
    source = Position(0, 400.0)
    assert network.distance_between(built, source, Position(3, 1000.0)) == 600 + 3000 + 1000
    assert network.distance_between(built, source, Position(1, 1000.0)) is None
    assert network.distance_between(built, source, Position(0, 300.0)) is None
    assert network.is_downstream(built, source, source)
    assert not network.is_downstream(built, Position(1, 0.0), source)


def test_places() -> None:
    built = tree()
    assert network.locate_node(built, 2) == Position(2, 0.0)
    assert network.locate_node(built, 4) == Position(3, 4000.0)
    assert network.locate_reach(built, 1, 2000.0) == Position(1, 2000.0)
    with pytest.raises(LookupError, match=r"is 2 km long; 2\.5 km lies outside"):
        network.locate_reach(built, 1, 2500.0)
    two = network.build(list("abc"), ["p", "q"], ["a", "b"], ["c", "c"], [1.0, 1.0])
    with pytest.raises(LookupError, match="2 reaches end at the outlet"):
        network.locate_node(two, 2)


def test_river_km() -> None:
    built = tree()
    # c at km 14 and e at km 0: 7 km of river drawn as 14, so 2 km of river_km per km.
    km = [np.nan, np.nan, 14e3, np.nan, 0.0]
    rivers = ["M", "S", "M", "M"]

    def locate(river: str, river_km: float) -> Position:
        return network.locate_river_km(built, km, rivers, river, river_km)

    assert locate("M", 14e3) == Position(2, 0.0)
    assert locate("M", 12e3) == Position(2, 1000.0)
    assert locate("M", 8e3) == Position(3, 0.0)
    assert locate("M", 0.0) == Position(3, 4000.0)
    assert locate("M", 14.5e3) == Position(0, 500.0)  # above the first mark: true length
    for river, river_km, says in [
        ("M", 15.1e3, "lies outside"),
        ("M", -1.0, "lies outside"),
        ("Q", 1.0, 'no reach belongs to a river "Q"'),
        ("m", 1.0, 'Did you mean "M"?'),
    ]:
        with pytest.raises(LookupError) as caught:
            locate(river, river_km)
        assert says in str(caught.value)
    with pytest.raises(LookupError, match="no node of the river"):
        network.locate_river_km(built, km, rivers, "S", 1.0, ["M"] * 5)
    with pytest.raises(LookupError, match="is not one line"):
        network.locate_river_km(built, km, ["M"] * 4, "M", 1.0)


@st.composite
def random_trees(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Parent of each node but the outlet 0, and a shuffled order of the reaches."""
    count = draw(st.integers(2, 40))
    below = [draw(st.integers(0, node - 1)) for node in range(1, count)]
    return below, draw(st.permutations(range(count - 1)))


@given(random_trees())
def test_order_and_paths_of_any_tree(given_tree: tuple[list[int], list[int]]) -> None:
    below, order = given_tree
    heads = [order[i] + 1 for i in range(len(order))]
    feet = [below[order[i]] for i in range(len(order))]
    nodes = [f"n{i}" for i in range(len(below) + 1)]
    built = network.build(
        nodes,
        [f"r{i}" for i in order],
        [nodes[n] for n in heads],
        [nodes[n] for n in feet],
        [1.0] * len(order),
    )
    place = {int(reach): at for at, reach in enumerate(built.order)}
    assert sorted(place) == list(range(len(order)))
    for reach in range(len(order)):
        path = network.downstream_reaches(built, reach).tolist()
        assert [place[r] for r in path] == sorted(place[r] for r in path)
        assert built.reach_to[path[-1]] == built.outlet == 0
        for member in network.upstream_closure(built, reach).tolist():
            assert reach in network.downstream_reaches(built, member)


@pytest.mark.parametrize("shape", ["line", "comb"])
def test_ten_thousand_reaches(shape: str) -> None:
    count = 10_001
    nodes = [f"n{i}" for i in range(count + 1)]
    if shape == "line":
        heads, feet = nodes[:-1], nodes[1:]
    else:
        heads, feet = nodes[:-1], [nodes[-1]] * count
    reaches = [f"r{i}" for i in range(count)]
    assert network.find_faults(nodes, [""] * len(nodes), reaches, heads, feet) == []
    built = network.build(nodes, reaches, heads, feet, [1.0] * count)
    network.downstream_reaches(built, 0)
    network.upstream_closure(built, int(built.reach_below[built.reach_from[-1]]))
    assert any("circle" in f.message for f in
               network.find_faults(nodes, [""] * len(nodes), reaches, nodes[:-1],
                                   [*nodes[1:-1], nodes[0]]))  # fmt: skip
