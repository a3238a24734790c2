"""What function pointers in variables point at: what is assigned to them in a function, or anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kscan.facts.model import Assign, Binding, Call, CallRef
from kscan.link.edges import CALLBACK, OPS, Func
from kscan.link.operands import read_access
from kscan.link.program import Program

_DEREFERENCED = ("?",)  # the path of (*p)(x) and of p[i](x)
_BOUND = frozenset(("store", "initializer"))


class Pointee(NamedTuple):
    """A function that a pointer may point at, and how it came there: an edge's kind and via."""

    func: Func
    kind: str
    via: str


class Pointers:
    """Answers for one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._variables: dict[str, frozenset[str]] = {}
        self._bound: dict[str, list[tuple[str, Binding]]] = defaultdict(list)
        self._read: set[str] = set()

    def is_variable(self, name: str, path: str) -> bool:
        """Whether ``name`` called in file ``path`` is a variable at file scope, and no function."""
        own = self._variables.get(path)
        if own is None:
            found = (v.name for v in self._program.facts[path].variables)
            own = self._variables[path] = frozenset(found)
        if name in own:
            return True
        program = self._program
        if program.resolve(name, path) or program.declares(name):
            return False
        kind = program.root_type("=" + name, path)
        return kind.startswith("fn") or program.typedef(kind.rstrip("* ")).startswith("fn")

    def pointees(self, func: Func, ref: CallRef, variables: Mapping[str, str]) -> tuple[Pointee, ...]:
        """The functions that a call site may reach through a variable; nothing where it names a function."""
        name, found = ref.root[1:], dict[Pointee, None]()
        if ref.root[:1] == "$" and not ref.path:
            found.update(dict.fromkeys(self._assigned(func, name, ref.line, variables, {name})))
        elif ref.root[:1] == "=" and ref.path == _DEREFERENCED:
            found.update(dict.fromkeys(self._at_file_scope(name, func.path)))
        elif ref.path == _DEREFERENCED:
            for call in _calls_at(func, ref.line):
                if call.callee.startswith("%") or call.callee in variables:
                    made = self._assigned(func, call.callee, ref.line, variables, {call.callee})
                    found.update(dict.fromkeys(made))
                    handed = self._program.targets(func, CallRef(f"${call.callee}", ref.line))
                    found.update((Pointee(edge.callee, CALLBACK, edge.via), None) for edge in handed)
        elif ref.root and not ref.path and self.is_variable(ref.root, func.path):
            found.update(dict.fromkeys(self._at_file_scope(ref.root, func.path)))
        return tuple(found)

    def _assigned(
        self, func: Func, name: str, line: int, variables: Mapping[str, str], seen: set[str]
    ) -> Iterator[Pointee]:
        """What the body of ``func`` assigns to a local or a temporary, through others."""
        for block in func.fact.body.blocks:
            for event in block.events:
                if not isinstance(event, Assign) or event.target != name or event.op != "=":
                    continue
                value = event.value.strip("()& ")
                if value in seen:
                    continue
                seen.add(value)
                yield from self._value(func, value, line, variables, seen)

    def _value(
        self, func: Func, value: str, line: int, variables: Mapping[str, str], seen: set[str]
    ) -> Iterator[Pointee]:
        if value.startswith("%") or (value.isidentifier() and value in variables):
            yield from self._assigned(func, value, line, variables, seen)
        elif value.isidentifier():
            for callee in self._program.resolve(value, func.path):
                yield Pointee(callee, CALLBACK, value)
            if self.is_variable(value, func.path):
                yield from self._at_file_scope(value, func.path)
        else:
            root, path = read_access(value, variables)
            if root and path:
                for edge in self._program.targets(func, CallRef(root, line, path)):
                    yield Pointee(edge.callee, OPS, edge.via)
            elif root[:1] == "=":  # an element of a table of functions
                yield from self._at_file_scope(root[1:], func.path)

    def _at_file_scope(self, name: str, path: str) -> Iterator[Pointee]:
        """What a variable at file scope, or a table of functions, is initialised with or assigned."""
        self._read_bindings()
        static = {
            where
            for where, facts in self._program.facts.items()
            for v in facts.variables
            if v.name == name and v.linkage == "static"
        }
        for where, binding in self._bound.get(name, ()):
            if where == path or (path not in static and where not in static):
                for callee in self._program.resolve(binding.target.lstrip("&"), where):
                    yield Pointee(callee, CALLBACK, name)

    def _read_bindings(self) -> None:
        for path in tuple(self._program.facts):
            if path in self._read:
                continue
            self._read.add(path)
            for binding in self._program.facts[path].bindings:
                if binding.how not in _BOUND:
                    continue
                if binding.root[:1] == "=" and not binding.path:
                    self._bound[binding.root[1:]].append((path, binding))
                elif not binding.function and binding.root.endswith("]") and len(binding.path) == 1:
                    self._bound[binding.instance].append((path, binding))


def _calls_at(func: Func, line: int) -> Iterator[Call]:
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Call) and event.line == line:
                yield event
