"""Hooks that test what only a later hook sets, where nothing but the lifecycle model orders the two.

Hook A of an object runs once, in an early phase of its life (``pcibios_device_add()``).  It leaves out
work while a field of the object is unset, and whatever sets that field runs within hooks of the same
object in later phases (``pcibios_bus_add_device()``).  The kernel code that calls the hooks is not
needed: the model stands for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from posixpath import dirname

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object
from kscan.analyses.body.order import Hop
from kscan.analyses.ordering.behind import Behind, Guarded, Setter
from kscan.analyses.ordering.redone import Redone
from kscan.analyses.summaries.declared import pointee
from kscan.analyses.summaries.levels import Levels
from kscan.analyses.summaries.states import Guard, Path, States
from kscan.kernel.lifecycle import Hook, Lifecycle
from kscan.link.edges import CALLBACK, DIRECT, Func
from kscan.link.program import Program

_DEPTH = 6
_MOST_CALLERS = 12
_FIRST, _BOUND = "before-registration", "probe"  # the phases in which an object is brought up
_LAST = "remove"  # of the later ones that are looked at
_LOOSE = frozenset(("setup", "use"))  # phases with no place of their own


class Phased(msgspec.Struct, frozen=True, eq=False):
    """A guard behind an early hook, and the later hook that sets its field."""

    hook: Hook
    func: Func  # that implements the hook
    path: tuple[Hop, ...]  # the calls from there to the guard
    guard: Guard
    later: Hook
    setter: Setter
    by: Func  # implements the later hook


class Phases:
    """Hooks of one program that the model alone orders."""

    def __init__(
        self, program: Program, states: States, behind: Behind, levels: Levels, lifecycle: Lifecycle
    ) -> None:
        self._program = program
        self._states = states
        self._behind = behind
        self._levels = levels
        self._life = lifecycle
        self._redone = Redone(program, states)
        first, last = lifecycle.phase_rank(_FIRST), lifecycle.phase_rank(_LAST)
        self._rank = {
            phase: rank
            for rank, phase in enumerate(lifecycle.phases)
            if first <= rank <= last and phase not in _LOOSE
        }

    def found(self) -> Iterator[Phased]:
        """Every guard that hides work for good in the hooks that scanned files implement."""
        hooks = [h for h in self._life.hooks.values() if h.phase in self._rank]
        bound, scope = self._rank[_BOUND], self._program.scope
        early = [h for h in hooks if "per-object" in h.runs and self._rank[h.phase] < bound]
        made = [(hook, func) for hook in early for func in self._implementing(hook) if func.path in scope]
        made = [(hook, func) for hook, func in made if self._is_only_hook(func)]
        if not made:
            return
        others = [(hook, func) for hook in hooks for func in self._implementing(hook)]
        for hook, func in made:
            later = [
                (other, by)
                for other, by in others
                if self._rank[other.phase] > self._rank[hook.phase]
                and dirname(by.path) == dirname(func.path)
                and _kind(by, other) == _kind(func, hook) != ""
            ]
            if later:
                yield from self._in(hook, func, later)

    def _implementing(self, hook: Hook) -> Iterator[Func]:
        if hook.field is not None:
            found = [func for func, _path, _binding in self._program.implementations(*hook.field)]
        else:
            found = [f for f in self._program.named(hook.name) if f.fact.linkage == "global"]
        for func in found:
            if not func.fact.partial and hook.arg < len(func.params) and func.params[hook.arg].name:
                yield func

    def _is_only_hook(self, func: Func) -> bool:
        """Whether nothing but the hook leads to a function."""
        return all(edge.kind != DIRECT for edge in self._program.callers(func))

    def _in(self, hook: Hook, func: Func, later: list[tuple[Hook, Func]]) -> Iterator[Phased]:
        for path, guard, fields in self._guards(func, hook.arg):
            if not guard.half and guard.func.fact.returns != "void" and guard.value not in ("", "0"):
                continue  # whoever calls the hook learns of it
            for other, by in later:
                setter = self._behind.sets(by, other.arg).get(fields)
                if setter is not None and not self._leads(by, path, guard):
                    if not self._redone.is_recorded(path, guard) and self._all_later(func, hook, fields):
                        yield Phased(hook, func, path, guard, other, setter, by)
                    break

    def _guards(self, func: Func, position: int) -> Iterator[tuple[tuple[Hop, ...], Guard, Path]]:
        """The guards of a hook on its object: (calls that lead there, the guard, the field)."""
        for guard in self._states.guards(func):
            if guard.state.position == position:
                yield (), guard, guard.state.path
        name = func.params[position].name
        for place, call in cfg.calls(func.fact.body):
            if call.loop or not call.callee.isidentifier():
                continue
            found: Guarded
            for found in self._behind.guards(Hop(func, place, call, None), name, hooked=True):
                if found.held.base == name and self._is_only_way(found.path):
                    yield found.path, found.guard, found.held.fields

    def _is_only_way(self, path: tuple[Hop, ...]) -> bool:
        """Whether nothing else makes the calls of a path, for an object that is further on."""
        return all(
            hop.edge is not None
            and hop.edge.kind == DIRECT
            and hop.edge.callee.fact.linkage == "static"
            and len(tuple(self._program.callers(hop.edge.callee))) == 1
            for hop in path
        )

    def _leads(self, by: Func, path: tuple[Hop, ...], guard: Guard) -> bool:
        """Whether the later hook does the work itself: it calls what the guarded side calls."""
        body = guard.func.fact.body
        kept = {call.callee for place, call in cfg.calls(body) if place.block != guard.unset}
        called = {call.callee for _place, call in cfg.calls(by.fact.body)}
        on_way = {hop.edge.callee.name for hop in path if hop.edge is not None}
        return not called.isdisjoint(kept | on_way)

    def _all_later(self, func: Func, hook: Hook, fields: Path) -> bool:
        """Whether whatever sets the field runs within hooks of later phases."""
        held = Object(func.params[hook.arg].name, fields)
        levels = self._states.levels(func, held)
        if not levels:
            return False
        struct, path = levels[-1]
        field = next((step for step in reversed(path) if step[0] not in "&="), "")
        setters = self._states.setters(struct, field)
        return bool(setters) and all(self._is_later(setter, hook) for setter, _line, _ways in setters)

    def _is_later(self, setter: Func, hook: Hook) -> bool:
        """Whether every way to a function comes from a hook of a later phase."""
        seen = {setter}
        queue = deque([(setter, 0)])
        while queue:
            here, depth = queue.popleft()
            hooks = self._levels.hooks_of(here)
            if hooks:
                if any(self._rank.get(h.phase, -1) <= self._rank[hook.phase] for h in hooks):
                    return False
                continue
            self._program.demand_callers(here)
            callers = tuple(self._program.callers(here))
            if not callers or len(callers) > _MOST_CALLERS or depth >= _DEPTH:
                return False
            for edge in callers:
                if edge.kind == CALLBACK:
                    return False
                if edge.caller not in seen:
                    seen.add(edge.caller)
                    queue.append((edge.caller, depth + 1))
        return True


def _kind(func: Func, hook: Hook) -> str:
    """The struct that a hook's object is."""
    return pointee(func.params[hook.arg].type) if "*" in func.params[hook.arg].type else ""
