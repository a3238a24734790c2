"""A call graph as plain data: what is kept of one that was linked, so that the next question is quick.

All but names are columns of numbers: they are read as they are, and functions and edges are made of those
alone that somebody asks for.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import TypeVar

import msgspec

from kscan.facts.model import Function
from kscan.link.doubts import Doubt
from kscan.link.edges import Edge, Func
from kscan.link.events import Events, unpacked
from kscan.link.queries import Entry, Graph, by_place, is_at

T = TypeVar("T", bound=Hashable)
_Told = tuple[str, str, str]

NO_BODY = b"\x92\x90\x90"  # no locals, no blocks
_NOTHING_TOLD: _Told = ("", "", "")
_NODE, _EDGE, _ENTRY = 6, 6, 5  # numbers in a row


class Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept: rows of 32-bit numbers, in which texts and functions are given by their places.

    Rows of one function begin where ``first_...`` says, and end where those of the next one begin.
    """

    texts: str  # a NUL between each two
    nodes: bytes  # path, name, first line, last line, linkage, macro that makes it
    by_name: bytes  # all functions, sorted by name
    edges: bytes  # callee, kind, line, via, among, place in ``told``; by caller
    first_edge: bytes
    told: tuple[_Told, ...]  # events, when, hands
    callers: bytes  # by callee
    first_caller: bytes
    entries: bytes  # kind, path, line, via, how; by function
    first_entry: bytes
    doubts: bytes  # packed


class _Places(dict[T, int]):
    """Values, with their places in the order in which they are first asked for."""

    def __missing__(self, value: T) -> int:
        self[value] = len(self)
        return self[value]


def keep(graph: Graph, functions: Iterable[Func]) -> Kept:
    """What a graph says of the calls of ``functions``, each of them once."""
    places, texts, told = _Places[Func](), _Places[str](), _Places[_Told]()
    told[_NOTHING_TOLD]  # is the first
    edges: dict[int, list[tuple[int, ...]]] = {}
    entries: dict[int, list[tuple[int, ...]]] = {}
    for func in functions:
        place = places[func]
        edges[place] = [
            (
                places[e.callee],
                texts[e.kind],
                e.line,
                texts[e.via],
                e.among,
                told[",".join(e.events), e.when.packed(), ",".join(e.hands)],
            )
            for e in graph.callees(func)
        ]
        entries[place] = [
            (texts[e.kind], texts[e.path], e.line, texts[e.via], texts[e.how]) for e in graph.entries(func)
        ]
    facts = ((func.path, func.fact) for func in places)
    nodes = [
        (texts[path], texts[f.name], f.line, f.end_line, texts[f.linkage], texts[f.generated])
        for path, f in facts
    ]
    callers: dict[int, dict[tuple[int], None]] = defaultdict(dict)
    for caller, rows in edges.items():
        for callee, *_rest in rows:
            callers[callee][caller,] = None
    names = [func.name for func in places]
    return Kept(
        "\0".join(texts),
        _packed(nodes),
        array("I", sorted(range(len(names)), key=names.__getitem__)).tobytes(),
        *_grouped(edges, len(places)),
        tuple(told),
        *_grouped({callee: sorted(found) for callee, found in callers.items()}, len(places)),
        *_grouped(entries, len(places)),
        msgspec.msgpack.encode(graph.doubts()),
    )


def _grouped(rows: Mapping[int, Collection[tuple[int, ...]]], count: int) -> tuple[bytes, bytes]:
    """Rows by the place of a function, and at which of them those of each function begin."""
    groups = [rows.get(place, ()) for place in range(count)]
    firsts = array("I", accumulate(map(len, groups), initial=0))
    return _packed(row for group in groups for row in group), firsts.tobytes()


def _packed(rows: Iterable[tuple[int, ...]]) -> bytes:
    return array("I", chain.from_iterable(rows)).tobytes()


def _numbers(data: bytes) -> array[int]:
    found = array("I")
    found.frombytes(data)
    return found


class _Rows:
    """Rows of ``width`` numbers by the place of a function."""

    def __init__(self, rows: bytes, firsts: bytes, width: int) -> None:
        self._numbers, self._firsts, self._width = _numbers(rows), _numbers(firsts), width

    def of(self, place: int) -> Iterator[tuple[int, ...]]:
        begin, end = self._firsts[place : place + 2]
        numbers = iter(self._numbers[begin * self._width : end * self._width])
        return zip(*[numbers] * self._width, strict=True)


def function_at(name: str, line: int, end_line: int, linkage: str, generated: str = "") -> Function:
    """A function of which nothing more is known."""
    return Function(name, line, end_line, linkage, "", (), (), (), (), False, generated, NO_BODY)


class KeptGraph(Graph):
    """A graph made of what was kept of one."""

    def __init__(self, kept: Kept) -> None:
        self._texts = kept.texts.split("\0")
        self._nodes = _numbers(kept.nodes)
        self._by_name = _numbers(kept.by_name)
        self._edges = _Rows(kept.edges, kept.first_edge, _EDGE)
        self._told = kept.told
        self._callers = _Rows(kept.callers, kept.first_caller, 1)
        self._entries = _Rows(kept.entries, kept.first_entry, _ENTRY)
        self._doubts = kept.doubts
        self._funcs: list[Func | None] = [None] * len(self._by_name)
        self._places: dict[Func, int] = {}
        self._out: dict[int, tuple[Edge, ...]] = {}

    def _func(self, place: int) -> Func:
        found = self._funcs[place]
        if found is None:
            texts = self._texts
            path, name, line, end_line, linkage, macro = self._nodes[place * _NODE : (place + 1) * _NODE]
            fact = function_at(texts[name], line, end_line, texts[linkage], texts[macro])
            found = self._funcs[place] = Func(texts[path], fact)
            self._places[found] = place
        return found

    def functions(self) -> Iterable[Func]:
        """Every function, those without a body included."""
        return tuple(map(self._func, range(len(self._funcs))))

    def find(self, text: str) -> tuple[Func, ...]:
        """See ``Graph``."""
        path, _colon, name = text.rpartition(":")
        found = [self._func(place) for place in self._called(name)]
        if path:
            return tuple(f for f in found if is_at(f.path, path))
        bodies = [f for f in found if f.path] or found
        strong = [f for f in bodies if f.fact.linkage == "global"]
        return tuple(f for f in bodies if f.fact.linkage != "weak" or not strong)

    def _called(self, name: str) -> Sequence[int]:
        """The places of the functions of a name, in order."""

        def name_of(place: int) -> str:
            return self._texts[self._nodes[place * _NODE + 1]]

        start = bisect_left(self._by_name, name, key=name_of)
        return self._by_name[start : bisect_right(self._by_name, name, start, key=name_of)]

    def callees(self, func: Func) -> tuple[Edge, ...]:
        """See ``Graph``."""
        place = self._places.get(func)
        return self._made(place) if place is not None else ()

    def _made(self, place: int) -> tuple[Edge, ...]:
        """The edges of one function, made when first asked for."""
        found = self._out.get(place)
        if found is None:
            found = self._out[place] = tuple(self._edges_of(place))
        return found

    def _edges_of(self, place: int) -> Iterator[Edge]:
        """The edges of one function, from the rows."""
        caller, texts, funcs = self._func(place), self._texts, self._funcs
        for callee, kind, line, via, among, told in self._edges.of(place):
            called = funcs[callee] or self._func(callee)
            if told:
                yield Edge(caller, called, texts[kind], line, texts[via], among, *self._tells(told))
            else:
                yield Edge(caller, called, texts[kind], line, texts[via], among)

    def _tells(self, place: int) -> tuple[tuple[str, ...], Events, tuple[str, ...]]:
        events, when, hands = self._told[place]
        return _parts(events), unpacked(when), _parts(hands)

    def callers(self, func: Func) -> tuple[Edge, ...]:
        """See ``Graph``."""
        place = self._places.get(func)
        if place is None:
            return ()
        callers = self._callers.of(place)
        found = (edge for (caller,) in callers for edge in self._made(caller) if edge.callee is func)
        return tuple(sorted(found, key=by_place))

    def entries(self, func: Func) -> tuple[Entry, ...]:
        """See ``Graph``."""
        place = self._places.get(func)
        if place is None:
            return ()
        texts = self._texts
        return tuple(
            Entry(func, texts[kind], texts[path], line, texts[via], texts[how])
            for kind, path, line, via, how in self._entries.of(place)
        )

    def doubts(self) -> tuple[Doubt, ...]:
        """See ``Graph``."""
        return msgspec.msgpack.decode(self._doubts, type=tuple[Doubt, ...])


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
