"""The edges that a change of some files gains and loses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from kscan.link.callgraph import CallGraph
from kscan.link.edges import Edge, Func
from kscan.link.program import Program
from kscan.regex import regex

_WORD = regex(r"[A-Za-z_]\w*")
_Identity = tuple[str, str, str, str, str, str]


class Difference(msgspec.Struct, frozen=True):
    """Edges are told apart by their ends, kind and what they go through: moved lines are no change."""

    gained: tuple[Edge, ...]
    lost: tuple[Edge, ...]


def compare(before: CallGraph, after: CallGraph, touched: Collection[str]) -> Difference:
    """What two states of a program differ in, of which only the files ``touched`` differ.

    Looked at are the functions of these files, and all that may call what they define: directly,
    through a macro, or through a field.  What a changed struct does to calls elsewhere is not.
    """
    names = frozenset().union(*(_defined(graph.program, touched) for graph in (before, after)))
    old, new = (_edges(graph, touched, names) for graph in (before, after))
    return Difference(
        tuple(edge for key, edge in new.items() if key not in old),
        tuple(edge for key, edge in old.items() if key not in new),
    )


def _defined(program: Program, touched: Iterable[str]) -> frozenset[str]:
    """The names and fields that files define, bind or store into."""
    found: set[str] = set()
    for path in touched:
        facts = program.facts.get(path)
        if facts is None:
            continue
        found.update(f.name for f in facts.functions)
        found.update(m.name for m in facts.macros)
        found.update(v.name for v in facts.variables)
        for use in facts.uses:
            found.update(use.args)
        for binding in facts.bindings:
            found.update(binding.path[-1:] if binding.how != "argument" else ())
            found.add(binding.target)
    return frozenset(found)


def _edges(graph: CallGraph, touched: Collection[str], names: frozenset[str]) -> dict[_Identity, Edge]:
    functions = tuple(graph.functions())
    words = _closed(graph.program, names)
    found: dict[_Identity, Edge] = {}
    for func in functions:
        if func.path in touched or any(word in words for word in _called(graph, func)):
            for edge in graph.callees(func):
                found.setdefault(_identity(edge), edge)
    return dict(sorted(found.items()))


def _closed(program: Program, names: frozenset[str]) -> frozenset[str]:
    """``names``, and the macros that lead to one of them."""
    bodies = [(macro.name, frozenset(_WORD.findall(macro.body))) for macro in program.macros()]
    found = set(names)
    while more := {name for name, words in bodies if name not in found and not found.isdisjoint(words)}:
        found |= more
    return frozenset(found)


def _called(graph: CallGraph, func: Func) -> Iterator[str]:
    for ref in graph.calls(func):
        yield ref.path[-1] if ref.path else ref.root.lstrip("$")


def _identity(edge: Edge) -> _Identity:
    caller, callee = edge.caller, edge.callee
    return caller.path, caller.name, callee.path, callee.name, edge.kind, edge.via
