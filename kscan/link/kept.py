"""A call graph as plain data: what is kept of one that was linked, so that the next question is quick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from kscan.facts.model import Function
from kscan.link.events import unpacked
from kscan.link.program import Edge, Func
from kscan.link.queries import Entry, Graph, by_place, is_at

NO_BODY = msgspec.Raw(b"\x92\x90\x90")  # no locals, no blocks


class Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``nodes``: path, name, first and last line, linkage, macro that makes it.  Edges and entries
    begin with numbers of nodes; ``texts`` holds kinds and what is gone through, once each.
    """

    nodes: tuple[tuple[str, str, int, int, str, str], ...]
    texts: tuple[str, ...]
    edges: tuple[
        tuple[int, int, int, int, int, int, int, int, int], ...
    ]  # caller, callee, kind, line, via, among, events, when, hands
    entries: tuple[tuple[int, int, int, int, int, int], ...]  # function, kind, path, line, via, how


def keep(graph: Graph, functions: Iterable[Func]) -> Kept:
    """What a graph says of the calls of ``functions``."""
    nodes: dict[Func, int] = {}
    texts: dict[str, int] = {}
    edges, entries = [], []
    for func in functions:
        at = nodes.setdefault(func, len(nodes))
        for e in graph.callees(func):
            callee = nodes.setdefault(e.callee, len(nodes))
            written = e.kind, e.via, ",".join(e.events), e.when.packed(), ",".join(e.hands)
            kind, via, events, when, hands = (texts.setdefault(text, len(texts)) for text in written)
            edges.append((at, callee, kind, e.line, via, e.among, events, when, hands))
        for entry in graph.entries(func):
            kind, path, via, how = (
                texts.setdefault(text, len(texts)) for text in (entry.kind, entry.path, entry.via, entry.how)
            )
            entries.append((at, kind, path, entry.line, via, how))
    rows = tuple(
        (f.path, f.name, f.fact.line, f.fact.end_line, f.fact.linkage, f.fact.generated) for f in nodes
    )
    return Kept(rows, tuple(texts), tuple(edges), tuple(entries))


def function_at(name: str, line: int, end_line: int, linkage: str, generated: str = "") -> Function:
    """A function of which nothing more is known."""
    return Function(name, line, end_line, linkage, "", (), (), (), (), False, generated, NO_BODY)


class KeptGraph(Graph):
    """A graph made of what was kept of one."""

    def __init__(self, kept: Kept) -> None:
        self._nodes = [Func(node[0], function_at(*node[1:])) for node in kept.nodes]
        self._named: dict[str, list[Func]] = defaultdict(list)
        for func in self._nodes:
            self._named[func.name].append(func)
        self._kept = kept
        self._out: dict[Func, list[Edge]] | None = None
        self._in: dict[Func, list[Edge]] = defaultdict(list)
        self._entries: dict[Func, list[Entry]] = defaultdict(list)

    def _adjacency(self) -> dict[Func, list[Edge]]:
        if self._out is None:
            self._out = defaultdict(list)
            nodes, texts = self._nodes, self._kept.texts
            for caller, callee, kind, line, via, among, events, when, hands in self._kept.edges:
                told, tells = (tuple(texts[n].split(",")) if texts[n] else () for n in (events, hands))
                ends = nodes[caller], nodes[callee]
                edge = Edge(*ends, texts[kind], line, texts[via], among, told, unpacked(texts[when]), tells)
                self._out[edge.caller].append(edge)
                self._in[edge.callee].append(edge)
            for func, kind, path, line, via, how in self._kept.entries:
                entry = Entry(nodes[func], texts[kind], texts[path], line, texts[via], texts[how])
                self._entries[entry.func].append(entry)
        return self._out

    def functions(self) -> Iterable[Func]:
        """Every function, those without a body included."""
        return tuple(self._nodes)

    def find(self, text: str) -> tuple[Func, ...]:
        """See ``Graph``."""
        path, _colon, name = text.rpartition(":")
        found = self._named.get(name, [])
        if path:
            return tuple(f for f in found if is_at(f.path, path))
        bodies = [f for f in found if f.path] or found
        strong = [f for f in bodies if f.fact.linkage == "global"]
        return tuple(f for f in bodies if f.fact.linkage != "weak" or not strong)

    def callees(self, func: Func) -> tuple[Edge, ...]:
        """See ``Graph``."""
        return tuple(self._adjacency().get(func, ()))

    def callers(self, func: Func) -> tuple[Edge, ...]:
        """See ``Graph``."""
        self._adjacency()
        return tuple(sorted(self._in.get(func, ()), key=by_place))

    def entries(self, func: Func) -> tuple[Entry, ...]:
        """See ``Graph``."""
        self._adjacency()
        return tuple(self._entries.get(func, ()))
