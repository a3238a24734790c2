"""The call graph as people ask for it: who calls whom, of what kind, by which paths.

Edges are those of ``Program``, and more: calls hidden in macros, calls of functions that have no
body in what is linked, and places from which the kernel enters a function (initcalls, ops tables
whose callers are elsewhere).
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kscan.facts.model import Assign, Binding, Call, CallRef, Function
from kscan.link.expansion import Calls, Expansion, is_shared
from kscan.link.generated import generated_bindings, generated_functions, macro_bindings
from kscan.link.operands import read_access
from kscan.link.program import CALLBACK, DIRECT, INITCALL, MACRO, NOTIFIER, OPS, OVERRIDE, Edge, Func, Program

KINDS = (DIRECT, MACRO, OVERRIDE, OPS, CALLBACK, NOTIFIER, INITCALL)
_NOTIFIER = "notifier_block"
_NEAR = 4
_WORD = re.compile(r"(?<![\w.>])[A-Za-z_]\w*(?!\w|\s*\()")


@dataclass(frozen=True, slots=True)
class Entry:
    """A place that makes a function an entry point: who enters it is not linked, or not C."""

    func: Func
    kind: str
    path: str
    line: int
    via: str  # the field, or the macro


class CallGraph:
    """Questions to a linked program; ``initcalls`` are file-scope macros and which argument is entered."""

    def __init__(self, program: Program, initcalls: Mapping[str, int] | None = None) -> None:
        self.program = program
        self._initcalls = dict(initcalls or {})
        self.macros = Expansion(program.view, program.macros_named, self._in_headers, self._includes)
        self._declared: dict[str, bool] = {}
        self._seen_files = 0
        self._bound = False
        self._generated: dict[str, tuple[Func, ...]] = {}
        self._wrapped: dict[tuple[str, str], Function] = {}
        self._external: dict[str, Func] = {}
        self._out: dict[Func, tuple[Edge, ...]] = {}
        self._in: dict[Func, list[Edge]] | None = None
        self._handed: dict[str, dict[str, list[Binding]]] = {}
        self._typed: dict[Func, dict[str, str]] = {}

    def _includes(self, path: str) -> Sequence[str]:
        facts = self.program.facts.get(path)
        return facts.includes if facts is not None else ()

    def _in_headers(self, name: str) -> bool:
        """Whether a header that all files may see defines or declares a function of that name."""
        self.program.declares(name)
        files = self.program.facts
        if len(files) != self._seen_files:
            for path in tuple(files)[self._seen_files :]:
                if is_shared(path):
                    active = (f.name for f in files[path].functions if self.program.view.active(f.guards))
                    self._declared.update(dict.fromkeys(active, True))
                    self._declared.update(dict.fromkeys((p.name for p in files[path].prototypes), True))
            self._seen_files = len(files)
        return name in self._declared

    # -- names ----------------------------------------------------------------

    def find(self, text: str) -> tuple[Func, ...]:
        """The functions that ``name`` or ``file.c:name`` means; functions without a body by name only."""
        path, _colon, name = text.rpartition(":")
        self.program.demand(name)
        found = [f for f in self.program.named(name) if not path or _is_at(f.path, path)]
        if path:
            return tuple(found)
        view = self.program.view
        active = [f for f in found if view.active(f.fact.guards)] or found
        strong = [f for f in active if f.fact.linkage == "global"]
        others = [f for f in active if f.fact.linkage != "weak" or not strong]
        if not others and self.program.calling(name):
            return (self.external(name),)
        return tuple(others)

    def near(self, text: str) -> tuple[str, ...]:
        """Names that look like ``text``, the nearest first."""
        name = text.rpartition(":")[2]
        names = sorted({f.name for f in self.program.functions()})
        return tuple(difflib.get_close_matches(name, names, n=_NEAR, cutoff=0.7))

    def external(self, name: str) -> Func:
        """The function ``name`` that has no body in what is linked: its path is empty."""
        found = self._external.get(name)
        if found is None:
            fact = Function(name, 0, 0, "global", "", (), (), (), (), False, "", msgspec.Raw(b"\x92\x90\x90"))
            found = self._external[name] = Func("", fact)
        return found

    def generated(self, path: str) -> tuple[Func, ...]:
        """The functions that macros make in a file, by name, each once."""
        found = self._generated.get(path)
        if found is None:
            written = {f.name for f in self.program.facts[path].functions}
            made: dict[str, Func] = {}
            for use in self.program.facts[path].uses:
                for fact in generated_functions(self.macros, path, use):
                    if fact.name in written:  # the macro is a head, and wraps what is written
                        self._wrapped[path, fact.name] = fact
                    else:
                        made.setdefault(fact.name, Func(path, fact))
            found = self._generated[path] = tuple(made[name] for name in sorted(made))
        return found

    # -- edges ----------------------------------------------------------------

    def callees(self, func: Func) -> tuple[Edge, ...]:
        """The edges from a function, in order of their lines, each once."""
        found = self._out.get(func)
        if found is None:
            edges = dict.fromkeys(self._edges(func)) if func.path else {}
            found = self._out[func] = tuple(sorted(edges, key=_order))
        return found

    def callers(self, func: Func) -> tuple[Edge, ...]:
        """The edges to a function, in order of their files and lines."""
        if self._in is None:
            self._in = defaultdict(list)
            made = [f for path in tuple(self.program.facts) for f in self.generated(path)]
            for caller in (*self.program.functions(), *made):
                for edge in self.callees(caller):
                    self._in[edge.callee].append(edge)
        return tuple(sorted(self._in.get(func, ()), key=_order))

    def named_calls(self, func: Func) -> Iterator[tuple[CallRef, str, str]]:
        """(call site, name of the function called, macro it is hidden in or empty) of direct calls."""
        variables = self._variables(func)
        for ref in func.fact.calls:
            if ref.path or not ref.root or ref.root[0] in "$@=":
                continue
            if self.macros.macro(ref.root, func.path) is None:
                if ref.root not in variables and not self._is_type(ref.root):
                    yield ref, ref.root, ""
                continue
            for name in self._expanded(func, ref).functions:
                if name not in variables and (name == ref.root or self._is_declared(name)):
                    yield ref, name, "" if name == ref.root else ref.root
        for ref, macro in self._around(func):
            yield ref, ref.root, macro
        for line, word in self._values(func):
            for name in self.macros.calls(word, (), func.path).functions:
                yield CallRef(word, line), name, word

    def hidden_calls(self, func: Func) -> Iterator[CallRef]:
        """The indirect call sites that macros hide."""
        variables: dict[str, str] | None = None
        for ref in func.fact.calls:
            if ref.path or not ref.root or ref.root[0] in "$@=":
                continue
            if self.macros.macro(ref.root, func.path) is None:
                continue
            for member in self._expanded(func, ref).members:
                if variables is None:
                    variables = self._variables(func)
                root, path = read_access(member, variables)
                if root and path:
                    yield CallRef(root, ref.line, path)

    def _expanded(self, func: Func, ref: CallRef) -> Calls:
        """What the macro at a direct call site calls."""
        if not self.macros.needs_arguments(ref.root, func.path):
            return self.macros.calls(ref.root, (), func.path)
        callee, args = _arguments(func, ref)
        if callee != ref.root:  # guard(mutex)(&lock)
            return self.macros.calls_in(f"{callee}({', '.join(args)})", func.path)
        return self.macros.calls(ref.root, args, func.path)

    def _is_declared(self, name: str) -> bool:
        return self.program.declares(name)

    def _is_type(self, name: str) -> bool:
        """Whether ``(name)(x)`` is a cast."""
        return self.program.is_typedef(name) and not self.program.named(name)

    def _variables(self, func: Func) -> dict[str, str]:
        """The types of a function's variables; of its temporaries, the call that gave them."""
        found = self._typed.get(func)
        if found is None:
            found = {p.name: p.type for p in func.params}
            body = func.fact.body
            found.update((local.name, local.type) for local in body.locals)
            for block in body.blocks:
                for event in block.events:
                    if isinstance(event, Call) and event.result and event.callee.isidentifier():
                        found[event.result] = "@" + event.callee
            self._typed = {func: found}  # of the last function asked for
        return found

    def _around(self, func: Func) -> Iterator[tuple[CallRef, str]]:
        """(call site, macro) of what the macro calls that stands for a function's head."""
        if not func.fact.generated and func.path:
            self.generated(func.path)
            fact = self._wrapped.get((func.path, func.name))
            for ref in fact.calls if fact is not None else ():
                if not ref.path and self._is_declared(ref.root):
                    yield ref, fact.generated if fact is not None else ""

    def _values(self, func: Func) -> Iterator[tuple[int, str]]:
        """(line, word) of macros without parameters that call something, as ``current`` does."""
        seen = set(self._variables(func))
        for line, text in _operands(func):
            for word in _WORD.findall(text):
                if word not in seen:
                    seen.add(word)
                    if self.macros.value(word, func.path):
                        yield line, word
        for local in func.fact.body.locals:
            if local.cleanup.startswith("__free"):
                yield local.line, local.cleanup

    def made_bindings(self, path: str) -> tuple[Binding, ...]:
        """The bindings that macros make in a file, each once."""
        facts = self.program.facts[path]
        found = dict.fromkeys(b for use in facts.uses for b in generated_bindings(self.macros, path, use))
        for binding in facts.bindings:
            if binding.how == "macro":
                found.update(dict.fromkeys(macro_bindings(self.macros, path, binding)))
        return tuple(found)

    def _bind_tables(self) -> None:
        """Once, before the first indirect call is followed."""
        if not self._bound:
            self._bound = True
            for path in tuple(self.program.facts):
                if path.endswith(".c"):
                    self.program.bind(path, self.made_bindings(path))

    def _edges(self, func: Func) -> Iterator[Edge]:
        for ref, name, macro in self.named_calls(func):
            found = self.program.resolve(name, func.path)
            for callee in found or (self.external(name),):
                kind = MACRO if macro else OVERRIDE if self.program.is_override(callee) else DIRECT
                yield Edge(func, callee, kind, ref.line, macro)
        self._bind_tables()
        for ref in (*func.fact.calls, *self.hidden_calls(func)):
            if ref.path or ref.root.startswith("$"):
                for edge in self.program.targets(func, ref):
                    kind = NOTIFIER if edge.kind == OPS and _NOTIFIER in edge.via else edge.kind
                    yield Edge(func, edge.callee, kind, edge.line, edge.via)
        for binding in self._handed_over(func):
            for callee in self.program.resolve(binding.target, func.path):
                yield Edge(func, callee, CALLBACK, binding.line, binding.root)

    def _handed_over(self, func: Func) -> Sequence[Binding]:
        """The functions that a function passes as arguments."""
        table = self._handed.get(func.path)
        if table is None:
            table = self._handed[func.path] = defaultdict(list)
            for binding in self.program.facts[func.path].bindings:
                if binding.how == "argument" and binding.target[:1] != "&":
                    table[binding.function].append(binding)
        return table.get(func.name, ())

    def entries(self, func: Func) -> tuple[Entry, ...]:
        """From where the kernel enters a function other than by a call that is linked."""
        return tuple(dict.fromkeys((*self._initcall_entries(func), *self._table_entries(func))))

    def _initcall_entries(self, func: Func) -> Iterator[Entry]:
        facts = self.program.facts.get(func.path)
        for use in facts.uses if facts is not None else ():
            position = self._initcalls.get(use.name)
            if position is not None and use.args[position : position + 1] == (func.name,):
                yield Entry(func, INITCALL, func.path, use.line, use.name)

    def _table_entries(self, func: Func) -> Iterator[Entry]:
        for path, binding in self.program.bound(func.name):
            if binding.how in ("initializer", "store") and binding.path:
                place = self.program.field_of(binding.root, binding.path, path)
                if place is not None and func in self.program.resolve(func.name, path):
                    kind = NOTIFIER if _NOTIFIER in place[0] else OPS
                    yield Entry(func, kind, path, binding.line, ".".join(place))

    # -- paths ----------------------------------------------------------------

    def paths(self, query: PathQuery) -> Iterator[tuple[Edge, ...]]:
        """The shortest paths that answer ``query``, in a stable order, at most ``query.most``."""
        stops = [*query.through, query.goals]
        found: list[tuple[Edge, ...]] = [()]
        starts = query.starts
        for stop in stops:
            legs = [leg for start in starts for leg in self._shortest((start,), stop, query)]
            shortest = min((len(leg) for leg in legs), default=0)
            legs = [leg for leg in legs if len(leg) == shortest]
            found = [
                (*before, *leg)
                for before in found
                for leg in legs
                if leg and (not before or before[-1].callee is leg[0].caller)
            ][: query.most]
            starts = tuple(dict.fromkeys(path[-1].callee for path in found))
        yield from (path for path in found if path and len(path) <= query.depth)

    def _shortest(
        self, starts: Sequence[Func], goals: Sequence[Func], query: PathQuery
    ) -> Iterator[tuple[Edge, ...]]:
        """All shortest paths from ``starts`` to one of ``goals``, by levels of a breadth-first search."""
        level = dict.fromkeys(starts, 0)
        into: dict[Func, list[Edge]] = defaultdict(list)
        queue = deque(starts)
        reached = 0
        while queue:
            func = queue.popleft()
            if level[func] >= query.depth or (reached and level[func] >= reached):
                break
            for edge in self.callees(func):
                if not query.admits(edge):
                    continue
                if edge.callee not in level:
                    level[edge.callee] = level[func] + 1
                    queue.append(edge.callee)
                if level[edge.callee] == level[func] + 1:
                    into[edge.callee].append(edge)
                    if edge.callee in goals:
                        reached = level[edge.callee]
        left = query.most
        for goal in goals:
            for path in self._back(goal, level, into):
                if left == 0:
                    return
                left -= 1
                yield path

    def _back(
        self, goal: Func, level: Mapping[Func, int], into: Mapping[Func, list[Edge]]
    ) -> Iterator[tuple[Edge, ...]]:
        stack: list[tuple[Func, tuple[Edge, ...]]] = [(goal, ())]
        while stack:
            func, tail = stack.pop()
            if level.get(func) == 0:
                if tail:
                    yield tail
                continue
            stack.extend((e.caller, (e, *tail)) for e in reversed(_distinct(into.get(func, ()))))


@dataclass(frozen=True, slots=True)
class PathQuery:
    """From ``starts`` to ``goals`` by way of one of each of ``through``, by edges of ``kinds`` only."""

    starts: tuple[Func, ...]
    goals: tuple[Func, ...]
    through: tuple[tuple[Func, ...], ...] = ()
    avoid: frozenset[Func] = frozenset()
    kinds: frozenset[str] = frozenset(KINDS)
    depth: int = 20
    most: int = 10

    def admits(self, edge: Edge) -> bool:
        """Whether a path may take ``edge``."""
        return edge.kind in self.kinds and edge.callee not in self.avoid


def _is_at(path: str, given: str) -> bool:
    return path == given or path.endswith("/" + given)


def _distinct(edges: Sequence[Edge]) -> list[Edge]:
    """One edge for each caller and kind: further call sites make no further path."""
    return list({(e.caller, e.kind): e for e in reversed(edges)}.values())[::-1]


def _arguments(func: Func, ref: CallRef) -> tuple[str, tuple[str, ...]]:
    """The callee and the arguments of a direct call site, where its body tells them."""
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Call) and event.line == ref.line and _begins(event.callee, ref.root):
                return event.callee, event.args
    return ref.root, ()


def _begins(callee: str, name: str) -> bool:
    return callee == name or callee.partition("(")[0] == name


def _operands(func: Func) -> Iterator[tuple[int, str]]:
    """(line, text) of the operands in a body that may mention file-scope names."""
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Call):
                yield from ((event.line, arg) for arg in (event.callee, *event.args))
            elif isinstance(event, Assign):
                yield event.line, event.target
                yield event.line, event.value
        yield block.line, block.left
        yield block.line, block.right


_order: Callable[[Edge], tuple[str, int, str, str, str]] = lambda e: (  # noqa: E731
    e.caller.path,
    e.line,
    e.callee.name,
    e.callee.path,
    e.kind,
)
