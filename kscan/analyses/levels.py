"""Levels: which functions run for which kind of object, and how often per containing object."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from kscan.kernel.lifecycle import Hook, Lifecycle
from kscan.link.program import CALLBACK, Edge, Func, Program

_DEPTH = 7


@dataclass(frozen=True, slots=True)
class Reach:
    """How a function is reached from a hook: the hook's implementation, then edge by edge."""

    hook: Hook
    start: Func
    path: tuple[Edge, ...]


def implementations(program: Program, hook: Hook) -> tuple[Func, ...]:
    """The functions that a hook runs under the program's view (strong over weak, fields resolved)."""
    place = hook.field
    if place is not None:
        return tuple(func for func, _path, _binding in program.implementations(*place))
    found: dict[Func, None] = {}
    for func in program.named(hook.name):
        for chosen in program.resolve(hook.name, func.path) if func.fact.linkage != "static" else (func,):
            found[chosen] = None
    strong = [f for f in found if f.fact.linkage != "weak"]
    return tuple(strong or found)


def reached(program: Program, hook: Hook) -> Iterator[Reach]:
    """Every function that runs within a hook, by its shortest path."""
    for start in implementations(program, hook):
        seen = {start}
        queue: deque[tuple[Func, tuple[Edge, ...]]] = deque([(start, ())])
        while queue:
            func, path = queue.popleft()
            yield Reach(hook, start, path)
            if len(path) >= _DEPTH:
                continue
            for edge in program.callees(func):
                if edge.callee not in seen and edge.kind != CALLBACK:
                    seen.add(edge.callee)
                    queue.append((edge.callee, (*path, edge)))


class Levels:
    """Which hooks lead to a function, for the hooks of some levels."""

    def __init__(self, program: Program, lifecycle: Lifecycle) -> None:
        self._by_function: dict[Func, list[Reach]] = {}
        self._life = lifecycle
        for hook in lifecycle.hooks.values():
            for reach in reached(program, hook):
                func = reach.path[-1].callee if reach.path else reach.start
                self._by_function.setdefault(func, []).append(reach)

    def of(self, func: Func) -> tuple[Reach, ...]:
        """The hooks within which a function runs."""
        return tuple(self._by_function.get(func, ()))

    def inner_hooks(self, func: Func, struct: str) -> tuple[Reach, ...]:
        """The hooks of levels below that of ``struct`` within which a function runs."""
        level = self._life.level_of_type.get(struct)
        if level is None:
            return ()
        return tuple(r for r in self.of(func) if self._life.is_outer(level, r.hook.level))
