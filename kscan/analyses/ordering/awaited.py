"""States awaited in vain: a hook tests what the function that calls it sets only afterwards.

The calling function brings an object up: it makes it, registers it, or is the probe of its driver.
It calls a hook on the object, and later sets a field of it, directly or by a call.  Behind the hook a
guard leaves out work while that field is unset.  Where every store to the field comes later, and the
work is reached in no other way, it is never done.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object
from kscan.analyses.body.order import Hop
from kscan.analyses.ordering.behind import Behind, Guarded, Setter
from kscan.analyses.ordering.premature import Premature, Prematures
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import Path, States, told
from kscan.facts.model import Assign, Call
from kscan.kernel.lifecycle import Lifecycle
from kscan.link.edges import CALLBACK, Func
from kscan.link.program import Program

_DEPTH = 4
_MOST_CALLERS = 12
_NAMED_STEP = frozenset("&=")
_RINGS = 2  # of functions that register what they are given


class Later(msgspec.Struct, frozen=True):
    """Where the calling function sets a state: the store, and the call that leads to it."""

    place: cfg.Place
    setter: Setter


class Awaited:
    """States awaited in vain in one program."""

    def __init__(
        self,
        program: Program,
        fields: Fields,
        states: States,
        behind: Behind,
        prematures: Prematures,
        lifecycle: Lifecycle,
    ) -> None:
        self._program = program
        self._fields = fields
        self._states = states
        self._behind = behind
        self._prematures = prematures
        self._life = lifecycle
        self._probes = frozenset(
            hook.field for hook in lifecycle.hooks.values() if hook.phase == "probe" and hook.field
        )
        self._probe_names = frozenset(field for _struct, field in self._probes)

    def found(self) -> Iterator[Premature]:
        """Every hook that is called too early in the functions scanned."""
        scope = self._program.scope
        for func in self._bringing_up():
            if func.path in scope and not func.fact.partial and self._calls_hook(func):
                yield from self._in(func)

    def _bringing_up(self) -> Iterator[Func]:
        """The functions that register an object, or are the probe of a driver."""
        names = set(self._life.registers)
        funcs: dict[Func, None] = {}
        ring = names
        for _ in range(_RINGS):
            callers = [f for name in sorted(ring) for f in self._program.calling(name) if f not in funcs]
            funcs.update(dict.fromkeys(callers))
            ring = {f.name for f in callers if f.params}
        for field in sorted(self._probe_names):
            for _path, binding in self._program.filling(field):
                funcs.update(dict.fromkeys(self._program.named(binding.target)))
        yield from funcs

    def _calls_hook(self, func: Func) -> bool:
        return any(
            ref.path or any(map(self._program.is_override, self._program.resolve(ref.root, func.path)))
            for ref in func.fact.calls
        )

    def _in(self, func: Func) -> Iterator[Premature]:
        said: set[tuple[int, Func]] = set()
        values = self._fields.values(func)
        body = func.fact.body
        for place, call in cfg.calls(body):
            if call.loop or (call.callee.isidentifier() and not self._runs_hook(func, call)):
                continue
            bases = {o.base for o in map(values.object, call.args) if o is not None}
            for base in sorted(bases):
                for guarded in self._behind.guards(Hop(func, place, call, None), base):
                    key = (call.line, guarded.guard.func)
                    found = self._judged(func, guarded) if key not in said else None
                    if found is not None:
                        said.add(key)
                        yield found

    def _runs_hook(self, func: Func, call: Call) -> bool:
        return any(map(self._program.is_override, self._program.resolve(call.callee, func.path)))

    def _later(self, func: Func, early: cfg.Place, held: Object) -> Later | None:
        """Where a function sets a state of an object after a place; None where it sets it before, too."""
        body = func.fact.body
        found: Later | None = None
        for place, event in cfg.events(body):
            if place == early:
                continue
            first = cfg.comes_after(body, place, early)
            if not first and not cfg.comes_after(body, early, place):
                continue
            if first or found is None:
                setter = self._set_by(func, event, held)
                if setter is not None and first:
                    return None
                found = Later(place, setter) if setter is not None else None
        return found

    def _set_by(self, func: Func, event: object, held: Object) -> Setter | None:
        """How an event sets a state of an object."""
        if not isinstance(event, Assign | Call):
            return None
        stored = self._states.stored(func, event)
        if stored is not None:
            if stored[0].base == held.base and stored[0].fields and held.fields in told(*stored):
                return Setter(func, event.line, ())
        elif isinstance(event, Call) and not event.loop:
            for position, argument in enumerate(event.args):
                part = self._states.part(func, argument)
                if part is None or part.base != held.base or (part.fields and argument[:1] != "&"):
                    continue
                rest = held.fields[len(part.fields) :]
                if not rest or part.fields + rest != held.fields:
                    continue
                for edge in self._behind.targets(func, event):
                    setter = self._behind.sets_at(func, event, edge.callee, position).get(rest)
                    if setter is not None:
                        return Setter(setter.func, setter.line, (edge, *setter.chain))
        return None

    # -- judgement ------------------------------------------------------------

    def _judged(self, func: Func, guarded: Guarded) -> Premature | None:
        early, held = guarded.path[0], guarded.held
        if not self._prematures.is_lost(guarded.path, guarded.guard):
            return None
        levels = self._states.levels(func, held)
        later = self._later(func, early.place, held) if levels else None
        if later is None or not self._all_later(func, early.place, levels[-1], held.fields):
            return None
        if not self._prematures.only_here(func, guarded.path, guarded.guard):
            return None
        text = self._states.describe(func, held.base, held.fields)
        event = (
            f"{text} is set"
            if not later.setter.chain
            else f"{later.setter.chain[0].callee.name}() sets {text}"
        )
        return Premature(func, event, None, guarded.path, guarded.guard, later.setter, ())

    def _all_later(self, func: Func, early: cfg.Place, level: tuple[str, Path], path: Path) -> bool:
        """Whether whatever brings a state about comes after a place of a function."""
        mark = path[-1] if path[-1][0] in "&=" else ""
        found: list[tuple[Func, int]] = []
        others = False
        for setter, line, ways in self._states.setters(level[0], level[1][-1]):
            if (
                not mark
                or any(way[-1] == mark for way in ways)
                or not _NAMED_STEP.intersection(way[-1][0] for way in ways)
            ):
                found.append((setter, line))
            else:
                others = True
        if mark[:1] == "=" and not others:
            return False  # the value may be that of a new object
        return bool(found) and all(self._is_later(setter, line, func, early, ()) for setter, line in found)

    def _is_later(
        self, setter: Func, line: int, func: Func, early: cfg.Place, seen: tuple[Func, ...]
    ) -> bool:
        if setter is func:
            body = func.fact.body
            return all(
                cfg.comes_after(body, early, place) and not cfg.comes_after(body, place, early)
                for place, event in cfg.events(body)
                if event.line == line
            )
        if setter in seen or len(seen) >= _DEPTH:
            return False
        self._program.demand_callers(setter)
        callers = [edge for edge in self._program.callers(setter) if edge.kind != CALLBACK]
        return 0 < len(callers) <= _MOST_CALLERS and all(
            self._is_later(edge.caller, edge.line, func, early, (*seen, setter)) for edge in callers
        )
