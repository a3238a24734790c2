"""How a function's pointer tells of failure, as its own body shows: NULL or an error pointer.

For functions that the kernel model does not know.  Every path of the body is followed to its return.  A
sign is *given* where some path surely returns it; what is returned is *known* where no path returns
something of which the body does not tell: only then can it be said what a function never returns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from kscan.analyses.body.cfg import Place
from kscan.analyses.body.known import Known
from kscan.analyses.body.paths import ANY, NEGATIVE, POSITIVE, ZERO, Node, constant
from kscan.analyses.body.values import values_of
from kscan.facts.model import Call, Event
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program

if TYPE_CHECKING:
    from kscan.analyses.owning.ownership import Ownership

NULL, ERROR_POINTER = "null", "err_ptr"
_DEPTH = 4
_FAILING = {
    "null": ZERO | POSITIVE,
    "err_ptr": NEGATIVE | POSITIVE,
    "never": POSITIVE,
}


_WAYS = 2  # to end: with an object, and without


class Convention(msgspec.Struct, frozen=True):
    """The signs that a function's result may have: ``given`` with the line of a return that gives each."""

    given: dict[int, int]
    known: bool

    @property
    def failure(self) -> str:
        """``null`` or ``err_ptr`` where every failure looks so; else empty, as of a stub that only fails."""
        if not self.known or POSITIVE not in self.given or len(self.given) != _WAYS:
            return ""
        return ERROR_POINTER if NEGATIVE in self.given else NULL


_UNKNOWN = Convention({}, False)


class Conventions:
    """The conventions of a program's functions, worked out where they are asked for."""

    def __init__(self, program: Program, apis: Apis, owner: Ownership) -> None:
        self._program = program
        self._apis = apis
        self._owner = owner
        self._found: dict[Func, Convention] = {}
        self._depth = 0
        makers = {name for name, role in apis.predicates.items() if role in ("err_ptr", "err_cast")}
        self._makers = makers | apis.may_return_err_ptr

    def failure(self, callee: str, path: str) -> str:
        """How a call of ``callee`` from file ``path`` fails, by the body that it leads to; empty where the
        kernel model knows the function, or the body does not tell."""
        return self.at(callee, path).failure

    def at(self, callee: str, path: str) -> Convention:
        """The convention of what a call leads to."""
        apis = self._apis
        if not callee.isidentifier() or callee in apis.predicates or apis.changes(callee):
            return _UNKNOWN
        found = [f for f in self._program.resolve(callee, path) if self._program.is_root(f)]
        return self.of(found[0]) if len(found) == 1 else _UNKNOWN

    def of(self, func: Func) -> Convention:
        """The convention of a function, by its body."""
        found = self._found.get(func)
        if found is None:
            if self._depth >= _DEPTH:
                return _UNKNOWN
            self._found[func] = _UNKNOWN  # a recursive call tells nothing
            self._depth += 1
            found = self._found[func] = self._look(func)
            self._depth -= 1
        return found

    @cached_property
    def giving_errors(self) -> frozenset[str]:
        """The names of the functions that give an error pointer, or hand on that of one that does."""
        found, edge = set[str](), set(self._makers)
        while edge:
            called = self._program.called & edge
            callers = {f for name in called for f in self._program.calling(name) if "*" in f.fact.returns}
            edge = {f.name for f in callers if self._program.is_root(f)} - found - self._makers
            found |= edge
        return frozenset(found)

    def _look(self, func: Func) -> Convention:
        if "*" not in func.fact.returns or func.fact.partial:
            return _UNKNOWN
        paths = self._owner.holding(func).paths
        blocks = func.fact.body.blocks
        given, unknown = dict[int, int](), False
        told = self._told(func)

        def visit(
            where: Place, event: Event | None, facts: Known, state: int, _node: Node[int]
        ) -> int | None:
            nonlocal unknown
            if isinstance(event, Call) and event.loop:
                if event.callee in self._apis.loops:
                    return state  # whose cursor is NULL where the loop ends
                facts.update(dict.fromkeys(filter(str.isidentifier, event.args), POSITIVE))
            elif isinstance(event, Call) and event.result:
                mask = self._result(event, func.path)
                if mask != ANY:
                    facts[event.result] = mask
            if event is None and blocks[where.block].kind == "return":
                mask = paths.mask(blocks[where.block].left, facts)
                # A test of what nobody knows leaves two signs, of which one may never be.
                unknown |= mask not in (NEGATIVE, ZERO, POSITIVE) and not told(blocks[where.block].left)
                for sign in (NEGATIVE, ZERO, POSITIVE) if mask != ANY else ():
                    if mask & sign:
                        given.setdefault(sign, blocks[where.block].line)
            return state

        complete = paths.explore(Place(0, 0), [{}], 0, visit)
        return Convention(given, complete and not unknown)

    def _told(self, func: Func) -> Callable[[str], bool]:
        """Tells whether an operand is a constant, an address, or of calls whose results are known."""
        values = values_of(func.fact.body)

        def told(operand: str, seen: frozenset[str] = frozenset()) -> bool:
            if operand in values.calls:
                return self._result(values.calls[operand], func.path) != ANY
            if operand in values.assigned and operand not in seen:
                return all(told(value, seen | {operand}) for value in values.given(operand))
            return operand in seen or operand[:1] == "&" or constant(operand) != ANY

        return told

    def _result(self, call: Call, path: str) -> int:
        if self._apis.never_fails(call.args):
            return POSITIVE
        roles = [r for r in self._apis.acquires.get(call.callee, ()) if r.holder.kind == "result"]
        if roles:
            return _FAILING.get(roles[0].failure, ANY)
        null, error = call.callee in self._apis.may_return_null, call.callee in self._apis.may_return_err_ptr
        if null != error:
            return ZERO | POSITIVE if null else NEGATIVE | POSITIVE
        found = self.at(call.callee, path)
        return sum(found.given) if found.known and found.given else ANY
