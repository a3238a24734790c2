"""A call graph as plain data: what is kept of one that was linked, so that the next question is quick.

All but names are arrays of numbers: they are read as they are, and edges are made of those alone that
somebody asks for.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from kscan.facts.model import Function
from kscan.link.edges import Edge, Func
from kscan.link.events import unpacked
from kscan.link.queries import Entry, Graph, by_place, is_at

NO_BODY = b"\x92\x90\x90"  # no locals, no blocks
_NODE, _EDGE, _ENTRY = 6, 8, 6  # numbers in a row


class Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Rows of 32-bit numbers; texts and functions are given by their places.

    ``nodes``: path, name, first and last line, linkage, macro that makes it.  ``edges``, function by
    function: callee, kind, line, via, among, events, when, hands; those of a node begin where ``first``
    says and end where those of the next one begin.  ``entries``: function, kind, path, line, via, how.
    """

    texts: tuple[str, ...]
    nodes: bytes
    first: bytes
    edges: bytes
    entries: bytes


class _Numbers(dict[str, int]):
    """Texts, with their places in the order in which they are first asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]


def keep(graph: Graph, functions: Iterable[Func]) -> Kept:
    """What a graph says of the calls of ``functions``, each of them once."""
    places: dict[Func, int] = {}
    texts = _Numbers()
    entries = array("I")
    rows: dict[int, array[int]] = {}
    for func in functions:
        row = rows[places.setdefault(func, len(places))] = array("I")
        for e in graph.callees(func):
            callee = places.setdefault(e.callee, len(places))
            told = texts[",".join(e.events)], texts[e.when.packed()], texts[",".join(e.hands)]
            row.extend((callee, texts[e.kind], e.line, texts[e.via], e.among, *told))
        for entry in graph.entries(func):
            said = texts[entry.kind], texts[entry.path], entry.line, texts[entry.via], texts[entry.how]
            entries.extend((places[func], *said))
    nodes, first, edges = array("I"), array("I", (0,)), array("I")
    for func, place in places.items():
        fact = func.fact
        lines = fact.line, fact.end_line
        nodes.extend((texts[func.path], texts[func.name], *lines, texts[fact.linkage], texts[fact.generated]))
        edges.extend(rows.get(place, ()))
        first.append(len(edges))
    return Kept(tuple(texts), nodes.tobytes(), first.tobytes(), edges.tobytes(), entries.tobytes())


def function_at(name: str, line: int, end_line: int, linkage: str, generated: str = "") -> Function:
    """A function of which nothing more is known."""
    return Function(name, line, end_line, linkage, "", (), (), (), (), False, generated, NO_BODY)


class KeptGraph(Graph):
    """A graph made of what was kept of one."""

    def __init__(self, kept: Kept) -> None:
        self._texts = texts = kept.texts
        self._nothing = texts.index("") if "" in texts else -1
        self._rows = _numbers(kept.nodes)
        self._first, self._edges = _numbers(kept.first), _numbers(kept.edges)
        self._entered = _numbers(kept.entries)
        self._funcs: list[Func | None] = [None] * (len(self._rows) // _NODE)
        self._places: dict[Func, int] = {}
        self._named: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self._rows[1::_NODE]):
            self._named[texts[name]].append(place)
        self._out: dict[int, tuple[Edge, ...]] = {}
        self._callers: dict[int, list[int]] | None = None
        self._entries: dict[int, list[Entry]] | None = None

    def _func(self, place: int) -> Func:
        found = self._funcs[place]
        if found is None:
            texts = self._texts
            path, name, line, end_line, linkage, macro = self._rows[place * _NODE : (place + 1) * _NODE]
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
        found = [self._func(place) for place in self._named.get(name, ())]
        if path:
            return tuple(f for f in found if is_at(f.path, path))
        bodies = [f for f in found if f.path] or found
        strong = [f for f in bodies if f.fact.linkage == "global"]
        return tuple(f for f in bodies if f.fact.linkage != "weak" or not strong)

    def callees(self, func: Func) -> tuple[Edge, ...]:
        """See ``Graph``."""
        place = self._places.get(func)
        return self._made(place) if place is not None else ()

    def _made(self, place: int) -> tuple[Edge, ...]:
        """The edges of one function, made when first asked for."""
        found = self._out.get(place)
        if found is None:
            found = self._out[place] = self._edges_of(place)
        return found

    def _edges_of(self, place: int) -> tuple[Edge, ...]:
        """The edges of one function, from the rows."""
        begin, end = self._first[place : place + 2]
        if begin == end:
            return ()
        texts, funcs, caller, made = self._texts, self._funcs, self._func(place), list[Edge]()
        numbers = iter(self._edges[begin:end])
        for callee, kind, line, via, among, events, when, hands in zip(*[numbers] * _EDGE, strict=True):
            called = funcs[callee] or self._func(callee)
            if events == when == hands == self._nothing:  # as of most
                made.append(Edge(caller, called, texts[kind], line, texts[via], among))
            else:
                told, on, tells = _parts(texts[events]), unpacked(texts[when]), _parts(texts[hands])
                made.append(Edge(caller, called, texts[kind], line, texts[via], among, told, on, tells))
        return tuple(made)

    def callers(self, func: Func) -> tuple[Edge, ...]:
        """See ``Graph``."""
        if self._callers is None:
            self._callers = defaultdict(list)
            for caller, (begin, end) in enumerate(zip(self._first, self._first[1:], strict=False)):
                for callee in dict.fromkeys(self._edges[begin:end:_EDGE]):
                    self._callers[callee].append(caller)
        callers = self._callers.get(self._places.get(func, -1), ())
        found = (edge for caller in callers for edge in self._made(caller) if edge.callee is func)
        return tuple(sorted(found, key=by_place))

    def entries(self, func: Func) -> tuple[Entry, ...]:
        """See ``Graph``."""
        if self._entries is None:
            self._entries = defaultdict(list)
            texts = self._texts
            for at in range(0, len(self._entered), _ENTRY):
                place, kind, path, line, via, how = self._entered[at : at + _ENTRY]
                said = texts[kind], texts[path], line, texts[via], texts[how]
                self._entries[place].append(Entry(self._func(place), *said))
        return tuple(self._entries.get(self._places.get(func, -1), ()))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _numbers(data: bytes) -> array[int]:
    found = array("I")
    found.frombytes(data)
    return found
