"""Premature callbacks: a callback that leaves early on a state which only a later event sets.

A function calls a hook on an object and registers the object afterwards.  Behind the hook a guard
leaves early while a field of the object is unset; the registration sets that field, and whatever
else sets it does so at a registration, or later, too.  The work comes to nothing unless something
does it again: a context of the calling function in which nothing does is what is claimed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from kscan.analyses.body import cfg, order
from kscan.analyses.body.access import Object, parse
from kscan.analyses.ordering.behind import Behind, Guarded, Setter
from kscan.analyses.ordering.redone import Redone
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import Guard, Path, States
from kscan.facts.model import Assign, Call
from kscan.kernel.lifecycle import Lifecycle
from kscan.link.edges import CALLBACK, OPS, Edge, Func
from kscan.link.program import Program

_DEPTH = 8
_RINGS = 2  # of wrappers of what registers
_MOST_CALLERS = 60
_FEW = 20  # files

Facts = frozenset[tuple[tuple[str, str], bool]]
"""What conditions say of fields: ((struct, field), whether it is set)."""


class Premature(msgspec.Struct, frozen=True, eq=False):
    """A guard that is reached before what sets its field."""

    func: Func  # calls the hook, and brings the later event about
    event: str  # that event, for messages
    register: order.Hop | None  # the call that registers the object, where that is the event
    path: tuple[order.Hop, ...]  # the last hop leads to the function of the guard
    guard: Guard
    setter: Setter
    context: tuple[Edge, ...]  # callers of the registering function; none of them does it again


class Prematures:
    """Premature callbacks of one program."""

    def __init__(
        self, program: Program, fields: Fields, states: States, behind: Behind, lifecycle: Lifecycle
    ) -> None:
        self._program = program
        self._fields = fields
        self._states = states
        self._behind = behind
        self._life = lifecycle
        self._redone = Redone(program, states)
        self._known: dict[tuple[Func, int], Facts] = {}
        self._toward: frozenset[str] = frozenset()
        self._registers: dict[str, int] = dict(lifecycle.registers)
        self._few = len(program.scope) <= _FEW

    def load(self) -> None:
        """Load the functions outside from which a registration's order leads through what is scanned."""
        if not self._few:
            return  # then what matters is among the files scanned, or behind their hooks
        self._toward = self._program.leading_to({func.name for func in self._program.own})
        registers = self._life.registers
        self._program.demand_calling(registers, self._toward, sorted(self._toward - registers.keys()))

    def found(self) -> Iterator[Premature]:
        """Every premature callback before a registration in the functions loaded."""
        self._find_wrappers()
        registers = self._registers
        funcs = dict.fromkeys(f for name in sorted(registers) for f in self._program.calling(name))
        for func in funcs:
            if not func.fact.partial and func.name not in self._life.registers:
                yield from self._in(func)

    def _find_wrappers(self) -> None:
        """Add the functions that register (a part of) what they are given."""
        fresh = dict(self._life.registers)
        for _ in range(_RINGS):
            found: dict[str, int] = {}
            for name, position in sorted(fresh.items()):
                for func in self._program.calling(name):
                    base = self._registered(func, name, position)
                    place = next((i for i, p in enumerate(func.params) if p.name and p.name == base), -1)
                    if place >= 0 and func.name not in self._registers:
                        found[func.name] = place
            self._registers.update(found)
            fresh = found

    def _registered(self, func: Func, name: str, position: int) -> str:
        """The variable whose object a function has registered by a call of ``name``."""
        for _place, call in cfg.calls(func.fact.body) if not func.fact.partial else ():
            if call.callee == name and position < len(call.args):
                held = self._fields.values(func).object(call.args[position])
                return held.base if held is not None else ""
        return ""

    def _in(self, func: Func) -> Iterator[Premature]:
        values = self._fields.values(func)
        said: set[tuple[int, Func]] = set()
        through = self._program.scope if self._few else None  # all else concerns nothing that is scanned
        for register, target, early in order.calls_before(func, self._registers, values):
            for guarded in self._behind.guards(early, target.base, self._toward, through=through):
                place = (early.call.line, guarded.guard.func)
                found = self._judged(func, register, target, guarded) if place not in said else None
                if found is not None:
                    said.add(place)
                    yield found

    # -- judgement ------------------------------------------------------------

    def _judged(
        self,
        func: Func,
        register: order.Hop,
        target: Object,
        guarded: Guarded,
    ) -> Premature | None:
        path, guard, held = guarded.path, guarded.guard, guarded.held
        if not held.within(target) or held == target:
            return None
        if any(hop.edge is not None and hop.edge.callee.name in self._life.unregisters for hop in path):
            return None  # it has been registered, and is to be registered anew
        setter = self._set_by(register, held.fields[len(target.fields) :])
        if setter is None or not self.is_lost(path, guard):
            return None
        levels = self._states.levels(func, held)
        if not levels or self._set_before(register, path[0], held) or not self._all_later(levels):
            return None
        context = self._context(func, register, path, guard)
        if context is None:
            return None
        event = f"{register.call.callee}() registers {target}"
        return Premature(func, event, register, path, guard, setter, context)

    def _set_by(self, register: order.Hop, path: Path) -> Setter | None:
        """How a registration sets a field of what it registers."""
        position = self._registers[register.call.callee]
        self._program.demand(register.call.callee)
        for edge in self._behind.targets(register.func, register.call):
            setter = self._behind.sets_at(register.func, register.call, edge.callee, position).get(path)
            if setter is not None:
                return Setter(setter.func, setter.line, (edge, *setter.chain))
        return None

    def is_lost(self, path: tuple[order.Hop, ...], guard: Guard) -> bool:
        """Whether nobody learns that the guard left work out, by a result or from what the object keeps."""
        return (guard.half or self._is_dropped(path, guard)) and not self._redone.is_recorded(path[1:], guard)

    def _is_dropped(self, path: tuple[order.Hop, ...], guard: Guard) -> bool:
        """Whether a call on the way has no result that is used."""
        returns = guard.func.fact.returns
        if returns == "void" or guard.value in ("", "0"):
            return True
        return any(not hop.call.result for hop in path)

    def _set_before(self, register: order.Hop, early: order.Hop, held: Object) -> bool:
        """Whether the calling function sets the field, or has it set, before the early call."""
        func = register.func
        values = self._fields.values(func)
        for place, event in cfg.events(func.fact.body):
            if not cfg.comes_after(func.fact.body, place, early.place):
                continue
            if isinstance(event, Assign):
                named = parse(event.target)
                target = values.object(event.target) if named is not None and named.fields else None
                if target is not None and held.within(target):
                    return True
            elif isinstance(event, Call) and event.callee.isidentifier():
                for position, argument in enumerate(event.args):
                    part = values.object(argument)
                    if part is not None and held.within(part):
                        for callee in self._program.resolve(event.callee, func.path):
                            rest = held.fields[len(part.fields) :]
                            if rest in self._behind.sets_at(func, event, callee, position):
                                return True
        return False

    def _all_later(self, levels: tuple[tuple[str, Path], ...]) -> bool:
        """Whether whatever sets the field, for an object of one of these types, is within a registration."""
        struct, path = levels[-1]
        setters = self._fields.setters(struct, path[-1])
        return bool(setters) and all(self._is_later(f, line, levels) for f, line in setters)

    def _is_later(self, func: Func, line: int, levels: tuple[tuple[str, Path], ...]) -> bool:
        for _place, event in cfg.events(func.fact.body):
            if isinstance(event, Assign) and event.line == line:
                named = parse(event.target)
                if named is None or not named.fields or named.fields[-1] != levels[-1][1][-1]:
                    continue
                held = self._fields.values(func).object(event.target)
                if held is None or not self._within_later(func, held, levels, ()):
                    return False
        return True

    def _within_later(
        self, func: Func, held: Object, levels: tuple[tuple[str, Path], ...], seen: tuple[Func, ...]
    ) -> bool:
        """Whether a function that sets ``held`` for such an object runs within registrations only."""
        position = next((i for i, p in enumerate(func.params) if p.name == held.base), -1)
        if func.name in self._life.registers:
            return self._life.registers[func.name] == position
        own = self._states.levels(func, held)
        if own and own[0] not in levels:
            return True  # an object of another kind
        if position < 0 or func in seen or len(seen) >= _DEPTH:
            return func in seen
        self._program.demand_callers(func)
        callers = [edge for edge in self._program.callers(func) if edge.kind != CALLBACK]
        if not callers or len(callers) > _MOST_CALLERS:
            return False
        for edge in callers:
            for _place, call in cfg.calls(edge.caller.fact.body):
                if call.line != edge.line or position >= len(call.args):
                    continue
                if not any(e.callee is func for e in self._behind.targets(edge.caller, call)):
                    continue
                part = self._fields.values(edge.caller).object(call.args[position])
                if part is None:
                    return False
                whole = Object(part.base, part.fields + held.fields)
                if not self._within_later(edge.caller, whole, levels, (*seen, func)):
                    return False
        return True

    # -- whether it is done again ---------------------------------------------

    def _context(
        self, func: Func, register: order.Hop, path: tuple[order.Hop, ...], guard: Guard
    ) -> tuple[Edge, ...] | None:
        """Callers of ``func`` up to a root, none of which does the work again; None where each does."""
        known = frozenset(fact for hop in path for fact in self._facts(hop.func, hop.place.block))
        ways: list[Sequence[frozenset[Func]]] = [(self._again(func, path, guard, known),)]
        if done := self._redone.doers(guard):
            ways.append(done)
            at = {edge.callee for edge in self._behind.targets(func, register.call)}
            if all(not at.isdisjoint(doers) for doers in done):
                return None
        if self._repeats(func, register.place, ways, known):
            return None
        queue: deque[tuple[Func, tuple[Edge, ...]]] = deque([(func, ())])
        seen = {func}
        while queue:
            here, above = queue.popleft()
            self._program.demand_callers(here)
            callers = [edge for edge in self._program.callers(here) if edge.kind != CALLBACK]
            if not callers or len(above) >= _DEPTH:
                return above
            for edge in callers:
                if edge.caller in seen:
                    continue
                seen.add(edge.caller)
                places = [p for p, call in cfg.calls(edge.caller.fact.body) if call.line == edge.line]
                if places and not any(self._repeats(edge.caller, p, ways, known) for p in places):
                    queue.append((edge.caller, (edge, *above)))
        return None

    def _repeats(
        self, func: Func, place: cfg.Place, ways: Sequence[Sequence[frozenset[Func]]], known: Facts
    ) -> bool:
        """Whether what comes after ``place`` in a function leads to the work again.

        ``ways`` to do it: for each part of the work the functions that come to it.
        """
        called = {
            edge.callee
            for later, call in cfg.calls(func.fact.body)
            if later != place and cfg.comes_after(func.fact.body, place, later)
            if not contradicts(self._facts(func, later.block), known)
            for edge in self._behind.targets(func, call)
        }
        return any(all(not called.isdisjoint(doers) for doers in way) for way in ways)

    def only_here(self, func: Func, path: tuple[order.Hop, ...], guard: Guard) -> bool:
        """Whether nothing but the first call of ``path`` leads to the guarded work."""
        known = frozenset(fact for hop in path for fact in self._facts(hop.func, hop.place.block))
        chain = frozenset(hop.edge.callee for hop in path if hop.edge is not None)
        for work in chain:
            self._program.demand_callers(work)
        if self._again(func, path, guard, known) != chain:
            return False
        return not any(
            later != path[0].place and edge.callee in chain
            for later, call in cfg.calls(func.fact.body)
            for edge in self._behind.targets(func, call)
        )

    def _again(self, func: Func, path: tuple[order.Hop, ...], guard: Guard, known: Facts) -> frozenset[Func]:
        """The functions that lead to the guarded work other than through ``func``.

        Behind an ops table the work is that of one implementation: others of its users count only
        where they are in its own file or in that of the guard.
        """
        last = next((i for i in range(len(path) - 1, -1, -1) if path[i].edge.kind == OPS), -1)  # type: ignore[union-attr]
        chain = [hop.edge.callee for hop in path[max(last, 0) :] if hop.edge is not None]
        files = {chain[0].path, guard.func.path} if last >= 0 else None
        found: set[Func] = set()
        queue = deque((work, 0) for work in chain)
        start = set(chain)
        while queue:
            here, depth = queue.popleft()
            for edge in self._program.callers(here) if depth < _DEPTH else ():
                caller = edge.caller
                if caller is func or caller in found or caller in start or edge.kind == CALLBACK:
                    continue
                if here in start and here is not chain[0] and files is not None and caller.path not in files:
                    continue
                if contradicts(self._facts_at_line(caller, edge.line), known):
                    continue
                found.add(caller)
                queue.append((caller, depth + 1))
        return frozenset(found | start)

    def _facts_at_line(self, func: Func, line: int) -> Facts:
        block = next((p.block for p, call in cfg.calls(func.fact.body) if call.line == line), -1)
        return self._facts(func, block) if block >= 0 else frozenset()

    def _facts(self, func: Func, block: int) -> Facts:
        """What the branches that lead to a block say of fields."""
        found = self._known.get((func, block))
        if found is None:
            found = self._known[func, block] = frozenset(self._find_facts(func, block))
        return found

    def _find_facts(self, func: Func, block: int) -> Iterator[tuple[tuple[str, str], bool]]:
        body = func.fact.body
        for condition in cfg.conditions(body, block):
            branch = body.blocks[condition.block]
            named = self._fields.values(func).path(branch.left)
            if branch.right == "0" and branch.op in ("!=", "==") and named is not None and named.fields:
                place = self._fields.field_of(func, named)
                if place is not None:
                    yield place, condition.holds is (branch.op == "!=")


def contradicts(one: Facts, other: Facts) -> bool:
    """Whether what is known here cannot hold together with what is known there."""
    return any((place, not holds) in other for place, holds in one)
