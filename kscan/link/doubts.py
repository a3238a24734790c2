"""What in a linked program cannot be told for sure, and what of its text is broken: notes for people."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

_N = TypeVar("_N", bound=Hashable)
_WORD = regex(r"\b[A-Za-z_]\w*")


class Doubt(NamedTuple):
    """A note at a place; lines count from 1, 0 is the whole file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


def doubts(program: Program) -> tuple[Doubt, ...]:
    """The notes on what is loaded by now, by file and line."""
    found = {
        *_broken(program),
        *_duplicates(program),
        *_macro_or_function(program),
        *_cyclic_macros(program),
        *_recursive_headers(program),
    }
    return tuple(sorted(found))


def _broken(program: Program) -> Iterator[Doubt]:
    for path, facts in program.facts.items():
        for first, last in facts.quality.errors:
            where = f"lines {first} to {last}" if last > first else "this line"
            yield Doubt(path, first, f"{where} could not be parsed: calls there may be missing")


def _duplicates(program: Program) -> Iterator[Doubt]:
    by_name: dict[str, list[Func]] = defaultdict(list)
    for func in program.functions():
        if func.fact.linkage == "global" and func.path.endswith(".c") and not program.leaves_out(func.path):
            by_name[func.name].append(func)
    for name, group in by_name.items():
        rivals = program.resolve(name, "") if len(group) > 1 else ()
        for func in rivals if len(rivals) > 1 else ():
            others = ", ".join(f"{f.path}:{f.fact.line}" for f in rivals if f is not func)
            yield Doubt(func.path, func.fact.line, f"{name} is also defined at {others}: calls lead to each")


def _macro_or_function(program: Program) -> Iterator[Doubt]:
    for func in program.functions():
        for path, macro in program.rivals(func):
            message = (
                f"{func.name} is a function and a macro ({path}:{macro.line}): which one is called is open"
            )
            yield Doubt(func.path, func.fact.line, message)


def _cyclic_macros(program: Program) -> Iterator[Doubt]:
    places: dict[str, tuple[str, int]] = {}
    leads: dict[str, set[str]] = defaultdict(set)
    for path, facts in program.facts.items():
        for macro in facts.macros:
            if program.view.active(macro.guards):
                places.setdefault(macro.name, (path, macro.line))
                leads[macro.name].update(_WORD.findall(macro.body))
    for circle in circles({name: words & leads.keys() for name, words in leads.items()}):
        first = min(circle)
        others = ", ".join(sorted(circle - {first}))
        path, line = places[first]
        yield Doubt(path, line, f"macro {first} leads back to itself through {others}: expanded once")


def _recursive_headers(program: Program) -> Iterator[Doubt]:
    leads = {
        path: {to for text in facts.includes if (to := _included(program.facts, path, text)) is not None}
        for path, facts in program.facts.items()
        if path.endswith(".h")
    }
    for circle in circles({path: {to for to in targets if to in leads} for path, targets in leads.items()}):
        first = min(circle)
        others = ", ".join(sorted(circle - {first}))
        yield Doubt(first, 1, f"is included by what it includes: {others}")


def _included(files: Mapping[str, object], path: str, text: str) -> str | None:
    """The file that an ``#include`` in ``path`` names, where it is loaded."""
    name = text.strip('<>"')
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    candidates = [beside, f"include/{name}", f"include/uapi/{name}"]
    if path.startswith("arch/"):
        candidates.append("/".join([*path.split("/")[:2], "include", name]))
    return next((candidate for candidate in candidates if candidate in files), None)


def circles(leads: Mapping[_N, Iterable[_N]]) -> Iterator[frozenset[_N]]:
    """The groups of two and more that lead to each other (Tarjan 1972), without recursion."""
    number: dict[_N, int] = {}
    low: dict[_N, int] = {}
    open_: dict[_N, None] = {}
    for start in leads:
        if start in number:
            continue
        stack = [(start, iter(leads[start]))]
        number[start] = low[start] = len(number)
        open_[start] = None
        while stack:
            node, rest = stack[-1]
            for other in rest:
                if other not in number:
                    number[other] = low[other] = len(number)
                    open_[other] = None
                    stack.append((other, iter(leads[other])))
                    break
                if other in open_:
                    low[node] = min(low[node], number[other])
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[node])
                if low[node] == number[node]:
                    group = {node}
                    while (last := open_.popitem()[0]) != node:
                        group.add(last)
                    if len(group) > 1:
                        yield frozenset(group)
