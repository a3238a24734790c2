"""Which tables of functions an object or a pointer may be, where all that it may be is known.

A table is a variable at file scope, or a local.  What cannot be told is None: a call through it may reach
what stands in the field of any instance.  Nothing is taken for known that code which is not linked may
change: pointers and objects that several files see, fields of structs that others define or share,
parameters of functions that others may call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kscan.facts.model import Assign, Binding, Call, CallRef
from kscan.link.edges import Func
from kscan.link.operands import read_access, variables_of
from kscan.link.program import Program, last_name
from kscan.regex import regex

_OBJECT = regex(r"([A-Za-z_]\w*)(?:\.\w+|\[[^\[\]]*\])*\Z")
_ADDRESS = regex(r"&([A-Za-z_]\w*)(?:\[[^\[\]]*\])?\Z")
_DEEPEST = 6  # assignments and calls that are followed back
_MOST = 40  # functions that store into one field, or call one function


class Table(NamedTuple):
    """A variable: of a file where it is static, of a function where it is a local."""

    path: str
    name: str
    function: str = ""


Tables = frozenset[Table] | None
_NONE: Tables = frozenset()


class Instances:
    """Answers for one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._fields: dict[tuple[str, str], Tables] = {}
        self._params: dict[tuple[Func, int], Tables] = {}
        self._static: dict[str, frozenset[str]] = {}

    def called(self, func: Func, ref: CallRef, variables: Mapping[str, str]) -> frozenset[Func] | None:
        """The functions that the call site ``ref`` of ``func`` may reach through a field; None where that is
        all that stand in it, of whatever instance.  ``variables`` are those of ``func``."""
        place = self._program.field_of(ref.root, ref.path, func.path)
        if place is None:
            return None
        size = len(ref.path[-1])
        tables = _union(self._holder(func, c.callee[:-size], variables) for c in _calls_at(func, ref))
        if not tables:
            return None
        standing = (
            callee
            for callee, path, binding in self._program.bound_in(*place)
            if (owner := self._owner(path, binding)) is None or owner in tables
        )
        return frozenset(standing) or None

    def _owner(self, path: str, binding: Binding) -> Table | None:
        """The table that a binding fills; None where that may be any."""
        if binding.root[:1] == "=":
            return self._variable(binding.root[1:], path)
        if binding.how != "initializer" or not binding.instance.isidentifier():
            return None
        if binding.function:
            return Table(path, binding.instance, binding.function)
        return self._variable(binding.instance, path)

    # -- objects and pointers -------------------------------------------------

    def _holder(self, func: Func, text: str, variables: Mapping[str, str]) -> Tables:
        """What ``text`` may be, ``ops->`` or ``table.``, of which a field is called."""
        if text.endswith("->"):
            return self._pointed(func, text[:-2], variables, 0)
        match = _OBJECT.match(text[:-1])
        return self._object(func, match[1], variables) if match is not None else None

    def _object(self, func: Func, name: str, variables: Mapping[str, str]) -> Tables:
        """The table that a variable is, unless something else is copied into it."""
        local = name in variables
        table = Table(func.path, name, func.name) if local else self._variable(name, func.path)
        if not table.path or "*" in variables.get(name, ""):
            return None
        users = (func,) if local else self._users(func.path, name)
        stores = (event for one in users for event in _events(one) if isinstance(event, Assign))
        copied = any(event.target == name and event.value != "{}" for event in stores)
        return None if copied else frozenset((table,))

    def _pointed(self, func: Func, operand: str, variables: Mapping[str, str], depth: int) -> Tables:
        """The tables that an operand may point at."""
        operand = operand.strip("() ")
        if operand in ("0", "NULL"):
            return _NONE
        if depth > _DEEPEST:
            return None
        match = _ADDRESS.match(operand)
        if match is not None:
            return None if match[1] in variables else frozenset((self._variable(match[1], func.path),))
        if operand in variables or operand[:1] == "%":
            return self._local(func, operand, variables, depth)
        if operand.isidentifier():
            return self._static_pointer(func.path, operand, depth)
        root, path = read_access(operand, variables)
        place = self._program.field_of(root, path, func.path) if root and path else None
        return self._field(place, depth) if place is not None else None

    def _local(self, func: Func, name: str, variables: Mapping[str, str], depth: int) -> Tables:
        """What a local, a temporary or a parameter may point at."""
        params = [param.name for param in func.params]
        found = [self._parameter(func, params.index(name), depth)] if name in params else []
        for event in _events(func):
            if isinstance(event, Assign) and event.target == name:
                found.append(self._pointed(func, event.value, variables, depth + 1))
            elif isinstance(event, Call) and f"&{name}" in event.args:
                return None
            elif isinstance(event, Call) and event.result == name:
                found.append(self._returned(func, event.callee, depth))
            if found and found[-1] is None:
                return None
        return _union(found) if found else None

    def _returned(self, func: Func, name: str, depth: int) -> Tables:
        """What a function that ``func`` calls returns."""
        callees = self._program.resolve(name, func.path)
        found = (
            self._pointed(callee, block.left, variables_of(callee.fact), depth + 1)
            for callee in callees
            for block in callee.fact.body.blocks
            if block.kind == "return"
        )
        return _union(found) if callees else None

    def _parameter(self, func: Func, place: int, depth: int) -> Tables:
        """What the callers of a function of one file, whose address nobody takes, give it."""
        key = func, place
        if key not in self._params:
            self._params[key] = None  # where the function calls itself
            private = func.fact.linkage == "static" and func.path.endswith(".c")
            if private and not self._program.bound(func.name):
                self._params[key] = _union(self._given(func, place, depth)) or None
        return self._params[key]

    def _given(self, func: Func, place: int, depth: int) -> Iterator[Tables]:
        callers = [one for one in self._program.calling(func.name) if one.path == func.path]
        for caller in callers:
            for event in _events(caller):
                if isinstance(event, Call) and event.callee == func.name:
                    given = event.args[place] if place < len(event.args) else "?"
                    yield self._pointed(caller, given, variables_of(caller.fact), depth + 1)
        if len(callers) > _MOST:
            yield None

    def _static_pointer(self, path: str, name: str, depth: int) -> Tables:
        """What a pointer of one file is ever set to; of an array, the array."""
        if not self._variable(name, path).path:
            return None
        if "*" not in self._program.root_type("=" + name, path):
            return frozenset((Table(path, name),))
        bindings = self._program.facts[path].bindings
        first = [b.target for b in bindings if b.root == "=" + name and not b.path and not b.function]
        if any(target[:1] != "&" for target in first):
            return None
        found: list[Tables] = [frozenset((self._variable(target[1:], path),)) for target in first]
        for func in self._users(path, name):
            for event in _events(func):
                if isinstance(event, Assign) and event.target == name:
                    found.append(self._pointed(func, event.value, variables_of(func.fact), depth + 1))
                elif isinstance(event, Call) and (
                    f"&{name}" in event.args or (name in event.args and self._may_set(event, name))
                ):
                    return None
        return _union(found)

    # -- fields ---------------------------------------------------------------

    def _field(self, place: tuple[str, str], depth: int) -> Tables:
        """What is ever put into a field of a struct of which all users are linked."""
        if place not in self._fields:
            self._fields[place] = None  # where it is copied from itself
            if self._program.is_own_struct(place[0]):
                self._fields[place] = _union(self._put(place, depth))
        return self._fields[place]

    def _put(self, place: tuple[str, str], depth: int) -> Iterator[Tables]:
        program, field = self._program, place[1]
        for path, binding in program.filling(field):
            if binding.how == "initializer" and program.field_of(binding.root, binding.path, path) == place:
                known = binding.target[:1] == "&"
                yield frozenset((self._variable(binding.target[1:], path),)) if known else None
        users = [func for func in program.functions() if func.fact.holds(field)]
        if len(program.storing(field)) > _MOST:
            yield None
        for func in users:
            variables = variables_of(func.fact)
            for event in _events(func):
                if isinstance(event, Assign):
                    if self._may_be(func, event.target, variables, place):
                        yield self._pointed(func, event.value, variables, depth + 1)
                elif any(
                    self._may_be(func, arg, variables, place) and self._may_set(event, arg)
                    for arg in event.args
                ):
                    yield None

    def _may_set(self, call: Call, operand: str) -> bool:
        """Whether a call may change what it is given: through its address, or as a macro does."""
        return operand[:1] == "&" or (operand[:1] != "!" and not self._program.declares(call.callee))

    def _may_be(self, func: Func, operand: str, variables: Mapping[str, str], place: tuple[str, str]) -> bool:
        """Whether an operand may be the field ``place``."""
        if last_name(operand) != place[1] or operand == place[1]:
            return False
        root, path = read_access(operand, variables)
        found = self._program.field_of(root, path, func.path) if root and path else None
        return found is None or found == place

    # -- variables ------------------------------------------------------------

    def _variable(self, name: str, path: str) -> Table:
        own = self._static.get(path)
        if own is None:
            found = (v.name for v in self._program.facts[path].variables if v.linkage == "static")
            own = self._static[path] = frozenset(found)
        return Table(path if name in own else "", name)

    def _users(self, path: str, name: str) -> Iterator[Func]:
        """The functions of a file that may name a variable."""
        for fact in self._program.facts[path].functions:
            if fact.holds(name):
                yield from (func for func in self._program.named(fact.name) if func.fact is fact)


def _union(found: Iterable[Tables]) -> Tables:
    """All tables; None where one of the sets is not known."""
    tables: set[Table] = set()
    for some in found:
        if some is None:
            return None
        tables |= some
    return frozenset(tables)


def _calls_at(func: Func, ref: CallRef) -> Iterator[Call]:
    """The calls at a call site through a field."""
    ends = f"->{ref.path[-1]}", f".{ref.path[-1]}"
    for event in _events(func):
        if isinstance(event, Call) and event.line == ref.line and event.callee.endswith(ends):
            yield event


def _events(func: Func) -> Iterator[Assign | Call]:
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, (Assign, Call)):
                yield event
