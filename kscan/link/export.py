"""The call graph as plain rows: functions, edges and ops tables of given files."""

from __future__ import annotations

from collections.abc import Container, Iterator

from kscan.link.callgraph import CallGraph
from kscan.link.edges import Func

FunctionRow = tuple[str, str, int, int]
EdgeRow = tuple[str, str, str, str]
OpsRow = tuple[str, str, str, str]
_BOUND = ("initializer", "store")


def function_rows(functions: list[Func]) -> list[FunctionRow]:
    """[file, name, first line, last line], sorted."""
    return sorted({(f.path, f.name, f.fact.line, f.fact.end_line) for f in functions})


def edge_rows(graph: CallGraph, functions: list[Func]) -> list[EdgeRow]:
    """[file, caller, callee, direct or indirect], sorted; calls of functions without a body included."""
    return sorted({row for func in functions for row in _edges_of(graph, func)})


def _edges_of(graph: CallGraph, func: Func) -> Iterator[EdgeRow]:
    for _ref, name, _macro in graph.named_calls(func):
        yield func.path, func.name, name, "direct"
    for edge in graph.callees(func):
        if edge.kind not in ("direct", "macro", "weak→strong"):
            yield func.path, func.name, edge.callee.name, "indirect"


def _owner(instance: str, field: str) -> str:
    """The struct's own name, of a store ``phb->ops.start = f`` that of what holds the field."""
    for end in (f"->{field}", f".{field}"):
        instance = instance.removesuffix(end)
    return instance


def ops_rows(graph: CallGraph, files: Container[str]) -> list[OpsRow]:
    """[struct type, instance, field, function] of the bindings in ``files``, sorted."""
    program = graph.program
    rows: set[OpsRow] = set()
    made = {f.name for path in program.facts if path in files for f in graph.generated(path)}
    for path in sorted(program.facts):
        if path not in files:
            continue
        for binding in (*program.facts[path].bindings, *graph.made_bindings(path)):
            if binding.how not in _BOUND or not binding.path or binding.target[:1] == "&":
                continue
            target = binding.target
            if target not in made and not program.resolve(target, path) and not program.declares(target):
                continue
            place = program.field_of(binding.root, binding.path, path)
            if place is not None:
                rows.add((place[0], _owner(binding.instance, place[1]), place[1], binding.target))
    return sorted(rows)
