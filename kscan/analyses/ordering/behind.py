"""What lies behind a call that is given an object: guards on its state, and fields it gets set."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator, Mapping

import msgspec

from kscan.analyses.body import cfg, order
from kscan.analyses.body.access import Object
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import Guard, Path, States, joined, parameter_of, told
from kscan.facts.model import Call
from kscan.link.edges import CALLBACK, DIRECT, MACRO, NOTIFIER, OPS, OVERRIDE, Edge, Func
from kscan.link.program import Program, last_name

_DEPTH = 8
_MOST = 400  # functions looked at behind one call
_HOOKS = frozenset((OVERRIDE, OPS, NOTIFIER))
_GIVEN = "=$"
ZERO = frozenset(("0", "NULL", "false"))


class Guarded(msgspec.Struct, frozen=True, eq=False):
    """A guard behind a call: the last hop leads to its function."""

    path: tuple[order.Hop, ...]
    guard: Guard
    held: Object  # the tested field, in terms of the function of the first hop


class Setter(msgspec.Struct, frozen=True, eq=False):
    """A store that sets a field; ``chain`` leads there."""

    func: Func
    line: int
    chain: tuple[Edge, ...]


class Behind:
    """Answers for one program; remembers what it found."""

    def __init__(self, program: Program, fields: Fields, states: States) -> None:
        self._program = program
        self._fields = fields
        self._states = states
        self._sets: dict[tuple[Func, int], dict[Path, Setter]] = {}

    def targets(self, func: Func, call: Call) -> tuple[Edge, ...]:
        """The edges of a call, but for what macros call: nothing is handed on through these."""
        if call.callee.isidentifier():
            found = self._program.resolve(call.callee, func.path)
            if found or call.callee not in _variables(func):
                kinds = (OVERRIDE if self._program.is_override(callee) else DIRECT for callee in found)
                return tuple(Edge(func, c, kind, call.line) for c, kind in zip(found, kinds, strict=True))
        return self._program.call_targets(func, call)

    def guards(
        self,
        start: order.Hop,
        base: str,
        toward: Container[str] = frozenset(),
        *,
        hooked: bool = False,
        through: Container[str] | None = None,
    ) -> Iterator[Guarded]:
        """The guards behind a call on what the variable ``base`` of its function stands for, nearest first.

        Only behind a hook on the way, unless ``hooked`` says that the call is within one.  Functions
        named in ``toward``, and those that hooks call, are loaded where need be.  With ``through``, only
        what is in one of these files, or is come to through one: ``toward`` are the names that lead there.
        """
        given: Mapping[int, Object] = self._states.arguments(start.func, start.call, {base: Object(base)})
        apart = through is not None and start.func.path not in through
        queue: deque[tuple[tuple[order.Hop, ...], order.Hop, Mapping[int, Object], bool, bool]] = deque()
        queue.append(((), start, given, hooked, apart))
        seen: set[tuple[Func, tuple[tuple[int, Object], ...], bool]] = set()
        while queue and len(seen) < _MOST:
            path, here, given, within, apart = queue.popleft()
            if len(path) >= _DEPTH or not given or (apart and last_name(here.call.callee) not in toward):
                continue
            self._program.demand_targets(here.call, toward)
            if within and here.call.callee.isidentifier():
                self._program.demand(here.call.callee)
            for edge in self.targets(here.func, here.call):
                away = apart and through is not None and edge.callee.path not in through
                key = (edge.callee, tuple(sorted(given.items())), away)
                if key in seen or edge.kind in (MACRO, CALLBACK) or edge.callee.fact.partial:
                    continue
                seen.add(key)
                along = (*path, order.Hop(here.func, here.place, here.call, edge))
                inside = within or edge.kind in _HOOKS
                if inside and not away:
                    yield from self._guarding(along, edge.callee, given)
                if not away or edge.callee.name in toward:
                    for hop, passed in self._onward(edge.callee, given):
                        queue.append((along, hop, passed, inside, away))

    def _guarding(
        self, path: tuple[order.Hop, ...], func: Func, given: Mapping[int, Object]
    ) -> Iterator[Guarded]:
        for guard in self._states.guards(func):
            held = given.get(guard.state.position)
            if held is not None:
                yield Guarded(path, guard, Object(held.base, joined(held.fields, guard.state.path)))

    def _onward(
        self, func: Func, given: Mapping[int, Object]
    ) -> Iterator[tuple[order.Hop, Mapping[int, Object]]]:
        """The calls of a function that are given something of the object."""
        formal = {p.name: given[i] for i, p in enumerate(func.params) if i in given and p.name}
        for place, call in cfg.calls(func.fact.body):
            passed = self._states.arguments(func, call, formal)
            if passed:
                yield order.Hop(func, place, call, None), passed

    def sets(self, func: Func, position: int, depth: int = _DEPTH) -> Mapping[Path, Setter]:
        """The fields of what a parameter points to that a call of ``func`` sets to other than zero.

        A field that is set to what parameter N is ends in the step ``=$N``: see ``sets_at()``.
        """
        found = self._sets.get((func, position))
        if found is None:
            found = self._sets[func, position] = {}
            if position < len(func.params) and func.params[position].name and depth > 0:
                for path, setter in self._find_sets(func, func.params[position].name, depth):
                    found.setdefault(path, setter)
        return found

    def sets_at(
        self, func: Func, call: Call, callee: Func, position: int, depth: int = _DEPTH
    ) -> dict[Path, Setter]:
        """As ``sets``, of one call that ``func`` makes: with the values that its arguments give."""
        found: dict[Path, Setter] = {}
        for path, setter in self.sets(callee, position, depth).items():
            mark = path[-1]
            if mark[:2] != _GIVEN:
                found.setdefault(path, setter)
                continue
            place = int(mark[2:])
            value = call.args[place] if place < len(call.args) else "?"
            if value in ZERO:
                continue
            for known in self._told(func, Object("", path[:-1]), value):
                found.setdefault(known, setter)
        return found

    def _told(self, func: Func, target: Object, value: str) -> tuple[Path, ...]:
        """The states that a store brings about, one that depends on the caller's argument too."""
        place = parameter_of(func, value)
        return told(target, value) if place < 0 else ((*target.fields, f"{_GIVEN}{place}"),)

    def _find_sets(self, func: Func, name: str, depth: int) -> Iterator[tuple[Path, Setter]]:
        calls = []
        for _place, event in cfg.events(func.fact.body):
            stored = self._states.stored(func, event)
            if stored is not None:
                if stored[0].base == name:
                    yield from ((path, Setter(func, event.line, ())) for path in self._told(func, *stored))
            elif isinstance(event, Call) and event.callee.isidentifier() and not event.loop:
                calls.append(event)
        for call in calls:
            for position, argument in enumerate(call.args):
                part = self._states.part(func, argument)
                if part is None or part.base != name or (part.fields and argument[:1] != "&"):
                    continue  # what a field points to is another object
                self._program.demand(call.callee)
                for callee in self._program.resolve(call.callee, func.path):
                    edge = Edge(func, callee, DIRECT, call.line)
                    for path, setter in self.sets_at(func, call, callee, position, depth - 1).items():
                        yield (
                            joined(part.fields, path),
                            Setter(setter.func, setter.line, (edge, *setter.chain)),
                        )


def _variables(func: Func) -> Iterator[str]:
    yield from (parameter.name for parameter in func.params)
    yield from (local.name for local in func.fact.body.locals)
