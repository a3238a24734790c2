"""What people ask of a graph, on graphs of which only names and edges are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import pytest

from kscan.link.edges import Edge, Func
from kscan.link.events import ANY, Events
from kscan.link.kept import KeptGraph, function_at, keep
from kscan.link.queries import KINDS, Entry, Graph, PathQuery

DIAMOND = "a>b a>c b>d c>d d>e a>x:ops x>y y>z z>e"


class Drawn(Graph):
    """A graph of which functions, edges and entries are given."""

    def __init__(self, edges: Sequence[Edge], entries: Sequence[Entry]) -> None:
        self._edges, self._entries = edges, entries

    def functions(self) -> Iterable[Func]:
        found = [*(f for e in self._edges for f in (e.caller, e.callee)), *(e.func for e in self._entries)]
        return tuple(dict.fromkeys(found))

    def find(self, text: str) -> tuple[Func, ...]:
        return tuple(f for f in self.functions() if f.name == text)

    def callees(self, func: Func) -> tuple[Edge, ...]:
        return tuple(e for e in self._edges if e.caller is func)

    def callers(self, func: Func) -> tuple[Edge, ...]:
        return tuple(e for e in self._edges if e.callee is func)

    def entries(self, func: Func) -> tuple[Entry, ...]:
        return tuple(e for e in self._entries if e.func is func)


def graph(text: str, entries: dict[str, str] | None = None) -> KeptGraph:
    """Functions and edges ``a>b`` or ``a>b:kind``, as they are kept; ``entries`` say how functions are
    entered."""
    known: dict[str, Func] = {}

    def named(name: str) -> Func:
        line = len(known) + 1
        return known.setdefault(name, Func("f.c", function_at(name, line, line, "global")))

    edges = []
    for line, word in enumerate(text.split(), 1):
        ends, _colon, kind = word.partition(":")
        caller, callee = map(named, ends.split(">"))
        edges.append(Edge(caller, callee, kind or "direct", line))
    rows = [Entry(named(name), "ops", "f.c", 1, "", how) for name, how in (entries or {}).items()]
    drawn = Drawn(edges, rows)
    return KeptGraph(keep(drawn, drawn.functions()))


def shown(path: tuple[Edge, ...]) -> str:
    return ">".join([path[0].caller.name, *(edge.callee.name for edge in path)])


def paths(
    text: str,
    start: str = "a",
    goal: str = "e",
    *,
    through: str = "",
    avoid: str = "",
    kinds: str = "",
    depth: int = 20,
    most: int = 10,
) -> list[str]:
    found = graph(text)
    query = PathQuery(
        found.find(start),
        found.find(goal),
        tuple(found.find(name) for name in through.split()),
        frozenset(func for name in avoid.split() for func in found.find(name)),
        frozenset(kinds.split()) or frozenset(KINDS),
        depth,
        most,
    )
    return [shown(path) for path in found.paths(query)]


def test_all_shortest_paths_and_no_longer_one() -> None:
    assert paths(DIAMOND) == ["a>b>d>e", "a>c>d>e"]
    assert paths(DIAMOND, most=1) == ["a>b>d>e"]
    assert paths(DIAMOND, "e", "a") == []


def test_a_path_does_not_pass_what_it_avoids() -> None:
    assert paths(DIAMOND, avoid="b") == ["a>c>d>e"]
    assert paths(DIAMOND, avoid="d") == ["a>x>y>z>e"]
    assert paths(DIAMOND, avoid="d z") == []


def test_a_path_goes_through_all_that_is_named_in_order() -> None:
    assert paths(DIAMOND, through="c") == ["a>c>d>e"]
    assert paths(DIAMOND, through="x z") == ["a>x>y>z>e"]
    assert paths(DIAMOND, through="z x") == []


def test_kinds_and_depth_bound_a_path() -> None:
    assert paths(DIAMOND, kinds="direct", avoid="d") == []
    assert paths(DIAMOND, kinds="direct ops", avoid="d") == ["a>x>y>z>e"]
    assert paths(DIAMOND, depth=2) == []
    assert len(paths(DIAMOND, depth=3)) == 2


def test_a_second_call_site_makes_no_second_path() -> None:
    assert paths("a>b a>b b>e") == ["a>b>e"]
    assert paths("a>b a>b:macro b>e") == ["a>b>e", "a>b>e"]


def test_circles_end() -> None:
    assert paths("a>b b>a b>c c>b c>e e>a") == ["a>b>c>e"]
    assert paths("a>b b>a", goal="a") == []


def test_a_component_of_20_000_functions() -> None:
    ring = [f"f{n}>f{(n + 1) % 20_000}" for n in range(20_000)]
    found = graph(" ".join(ring))
    assert len(list(found.callers(found.find("f0")[0]))) == 1
    query = PathQuery(found.find("f0"), found.find("f19999"), depth=20_000)
    (path,) = found.paths(query)
    assert len(path) == 19_999
    everybody_is_called = found.roots(found.find("f0")[0], PathQuery((), (), depth=20_000))
    assert everybody_is_called == ()


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({}, ["a", "u"]),
        ({"b": "user space"}, ["b", "u", "a"]),
        ({"b": ""}, ["a", "u"]),
        ({"e": "user space"}, ["e"]),
    ],
    ids=["what nobody calls", "what is entered on its own", "a table whose callers are linked", "itself"],
)
def test_roots(entries: dict[str, str], expected: list[str]) -> None:
    found = graph("a>b b>d a>c c>d u>d d>e", entries)
    roots = found.roots(found.find("e")[0], PathQuery((), ()))
    assert sorted(root.func.name for root in roots) == sorted(expected)
    assert [len(root.way) for root in roots] == sorted(len(root.way) for root in roots)
    assert all(shown(root.way).endswith(">e") for root in roots if root.way)


def test_around_goes_as_deep_as_asked() -> None:
    found = graph(DIAMOND)
    (a,) = found.find("a")

    def reached(depth: int) -> set[str]:
        return {edge.callee.name for edge in found.around(a, PathQuery((), (), depth=depth), down=True)}

    assert reached(1) == {"b", "c", "x"}
    assert reached(2) == {"b", "c", "x", "d", "y"}


def test_near_names() -> None:
    found = graph("pci_enable_device>pci_set_master pci_enable_devices>pci_set_master")
    assert found.near("pci_enable_devise")[:2] == ("pci_enable_device", "pci_enable_devices")
    assert found.near("something_else_altogether") == ()


def told(rows: Iterable[Edge | Entry]) -> list[tuple[str, object]]:
    """What can be compared: functions are equal by name, events whatever order their set has."""
    return [
        (repr(msgspec.structs.replace(row, when=ANY)), row.when)
        if isinstance(row, Edge)
        else (repr(row), None)
        for row in rows
    ]


def test_what_is_kept_of_a_graph_is_that_graph() -> None:
    strong, weak = function_at("b", 9, 12, "global"), function_at("b", 3, 4, "weak", "MAKE")
    first, second, third = (
        Func("a.c", function_at("a", 1, 8, "static")),
        Func("a.c", strong),
        Func("b.c", weak),
    )
    when = Events(frozenset(("UP", "DOWN")), but=True)
    edges = (
        Edge(first, second, "weak→strong", 2),
        Edge(first, third, "notifier", 5, "chain", 7, ("UP", "DOWN"), when, ("=",)),
        Edge(third, first, "macro", 3, "CALL"),
        Edge(
            third, second, "notifier", 4, "chain", 1, ("UP",), Events(frozenset(("UP",)), but=False), ("UP",)
        ),
    )
    drawn = Drawn(edges, (Entry(first, "ops", "c.c", 4, "struct s.f", "user space"),))
    kept = KeptGraph(keep(drawn, drawn.functions()))
    again = {(f.path, f.name): f for f in kept.functions()}
    for func in drawn.functions():
        same = again[func.path, func.name]
        assert same.fact == func.fact
        for ask in ("callees", "callers", "entries"):
            assert told(getattr(kept, ask)(same)) == told(getattr(drawn, ask)(func))
    assert kept.find("b") == (again["a.c", "b"],)
    assert kept.find("b.c:b") == (again["b.c", "b"],)
    assert (kept.callees(first), kept.callers(first), kept.entries(first)) == ((), (), ())  # of another graph
