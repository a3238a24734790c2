"""Notifier chains: which callbacks stand on which chain.

A chain is told by its head: a variable, or a field of a struct, of whatever instance.  Callbacks get
on it by the functions that the kernel model names, and by what hands its parameters to these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kscan.facts.model import Assign, Binding, Call
from kscan.kernel.entrypoints import ChainModel
from kscan.link.edges import Func
from kscan.link.operands import read_access, variables_of
from kscan.link.program import Program
from kscan.regex import regex

_BASE = regex(r"[&*(]*([A-Za-z_]\w*)")

Home = tuple[str, str]
"""A struct type and its field; or the file of a static variable (else nothing) and its name."""


class Notified(NamedTuple):
    """A callback that a call of a chain runs, and what the call gives as event."""

    func: Func
    chain: str
    event: str


class _Registrar(NamedTuple):
    """A function that puts its parameter ``block`` on a chain: ``head`` is the chain, or its parameter."""

    func: Func | None  # None: of the model
    name: str
    head: Home | int
    block: int


class Chains:
    """Answers for what is loaded when first asked, after ``load_wrappers``."""

    def __init__(self, program: Program, model: ChainModel) -> None:
        self._program = program
        self._model = model
        self._registered: dict[Home, dict[Func, None]] | None = None

    def is_call(self, name: str) -> bool:
        """Whether a function of that name calls a chain."""
        return name in self._model.calls

    def notified(self, func: Func, call: Call) -> tuple[Notified, ...]:
        """What a call in ``func`` of a function that calls a chain leads to."""
        head, event = self._model.calls[call.callee]
        if len(call.args) <= max(head, event):
            return ()
        home = self._home(func, call.args[head], variables_of(func.fact))
        if home is None:
            return ()
        given = call.args[event]
        return tuple(Notified(callback, _shown(home), given) for callback in self._on().get(home, ()))

    def callbacks(self) -> Iterator[Func]:
        """The functions that stand in blocks: on some chain, or on one that cannot be told."""
        found = {func: None for group in self._on().values() for func in group}
        bound = self._program.implementations(*self._model.callback)
        found.update((func, None) for func, _path, _binding in bound)
        yield from found

    def _on(self) -> Mapping[Home, Mapping[Func, None]]:
        """The callbacks of each chain."""
        if self._registered is None:
            self._registered = defaultdict(dict)
            for home, callback in self._registrations():
                self._registered[home][callback] = None
        return self._registered

    # -- registration ---------------------------------------------------------

    def load_wrappers(self) -> None:
        """Load the functions that are given a block of file scope: they register it, somewhere."""
        struct = self._model.callback[0]
        for facts in tuple(self._program.facts.values()):
            blocks = {f"&{v.name}" for v in facts.variables if v.type == struct}
            for binding in facts.bindings if blocks else ():
                if (
                    binding.how == "argument"
                    and binding.target in blocks
                    and binding.root not in self._model.registers
                ):
                    self._program.demand(binding.root)

    def _registrations(self) -> Iterator[tuple[Home, Func]]:
        """(chain, callback) of everything that is registered, through wrappers."""
        known = [_Registrar(None, name, *args) for name, args in self._model.registers.items()]
        seen = set(known)
        while known:
            registrar = known.pop()
            for caller in self._program.calling(registrar.name):
                found = registrar.func
                if found is not None and found not in self._program.resolve(registrar.name, caller.path):
                    continue
                for result in self._registered_by(caller, registrar):
                    if not isinstance(result, _Registrar):
                        yield result
                    elif result not in seen:
                        seen.add(result)
                        known.append(result)

    def _registered_by(self, caller: Func, registrar: _Registrar) -> Iterator[_Registrar | tuple[Home, Func]]:
        variables = variables_of(caller.fact)
        params = [param.name for param in caller.params]
        for call in _calls_of(caller, registrar.name):
            head: Home | int | None = registrar.head
            if isinstance(head, int):
                written = call.args[head] if head < len(call.args) else ""
                head = params.index(written) if written in params else self._home(caller, written, variables)
            if head is None or registrar.block >= len(call.args):
                continue
            block = call.args[registrar.block]
            if block in params:
                yield _Registrar(caller, caller.name, head, params.index(block))
            elif not isinstance(head, int):
                for callback in self._callbacks(caller, block, variables):
                    yield head, callback

    def _callbacks(self, func: Func, block: str, variables: Mapping[str, str]) -> Iterator[Func]:
        """The functions that stand in a block that ``func`` hands over."""
        match = _BASE.match(block)
        name = match[1] if match is not None else ""
        if name in variables and read_access(block, variables)[1] == ():
            yield from self._local(func, name)
            return
        home = self._home(func, block, variables)
        field = self._model.callback[1]
        for path, binding in self._program.filling(field) if home is not None else ():
            if self._owner(path, binding) == home:
                yield from self._program.resolve(binding.target.lstrip("&"), path)

    def _local(self, func: Func, name: str) -> Iterator[Func]:
        """The functions that ``func`` puts into a block that a local variable leads to."""
        for block in func.fact.body.blocks:
            for event in block.events:
                if isinstance(event, Assign) and event.target.endswith(self._model.callback[1]):
                    match = _BASE.match(event.target)
                    if match is not None and match[1] == name:
                        yield from self._program.resolve(event.value.lstrip("&"), func.path)

    # -- homes ----------------------------------------------------------------

    def _home(self, func: Func, operand: str, variables: Mapping[str, str]) -> Home | None:
        """What an operand is: a variable at file scope, or a field."""
        root, fields = read_access(operand, variables)
        if root[:1] == "=" and not fields:
            return self._variable(root[1:], func.path)
        return self._program.field_of(root, fields, func.path) if root and fields else None

    def _owner(self, path: str, binding: Binding) -> Home | None:
        """The block that a binding of the callback's field fills."""
        outer = binding.path[:-1]
        if outer:
            return self._program.field_of(binding.root, outer, path)
        if binding.root[:1] == "=":
            return self._variable(binding.root[1:], path)
        return self._variable(binding.instance, path) if binding.how == "initializer" else None

    def _variable(self, name: str, path: str) -> Home:
        facts = self._program.facts[path]
        static = any(v.name == name and v.linkage == "static" for v in facts.variables)
        return (path if static else "", name)


def _shown(home: Home) -> str:
    return f"{home[0]}.{home[1]}" if " " in home[0] else home[1]


def _calls_of(func: Func, name: str) -> Iterator[Call]:
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Call) and event.callee == name:
                yield event
