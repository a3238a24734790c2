"""Levels: within which hooks a function runs, and how often those run per containing object.

Found backwards, from the function to the hooks: few functions are asked about, and a
hook leads to thousands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from kscan.analyses import cfg
from kscan.analyses.access import parse
from kscan.analyses.fields import Fields, Release
from kscan.facts.model import Block
from kscan.kernel.lifecycle import Hook, Lifecycle
from kscan.link.program import CALLBACK, Edge, Func, Program

_DEPTH = 7


class Reach(msgspec.Struct, frozen=True):
    """How a function is reached from a hook: the hook's implementation, then edge by edge."""

    hook: Hook
    start: Func
    path: tuple[Edge, ...]


class Levels:
    """Which hooks lead to a function."""

    def __init__(self, program: Program, lifecycle: Lifecycle) -> None:
        self._program = program
        self._life = lifecycle
        self._fields = {hook.field: hook for hook in lifecycle.hooks.values() if hook.field is not None}
        self._names = {field for _struct, field in self._fields}
        self._of: dict[Func, tuple[Reach, ...]] = {}
        self._hooks: dict[Func, tuple[Hook, ...]] = {}

    def hooks_of(self, func: Func) -> tuple[Hook, ...]:
        """The hooks that ``func`` itself implements under the program's view."""
        found = self._hooks.get(func)
        if found is None:
            found = self._hooks[func] = tuple(self._implemented(func))
        return found

    def _implemented(self, func: Func) -> Iterator[Hook]:
        hook = self._life.hooks.get(func.name)
        if (
            hook is not None
            and func.fact.linkage != "static"
            and func in self._program.resolve(func.name, func.path)
        ):
            yield hook
        for place in self._program.places(func, self._names):
            if place in self._fields:
                yield self._fields[place]

    def of(self, func: Func) -> tuple[Reach, ...]:
        """The hooks within which a function runs, each by its shortest path."""
        found = self._of.get(func)
        if found is None:
            found = self._of[func] = tuple(self._search(func))
        return found

    def _search(self, func: Func) -> Iterator[Reach]:
        seen = {func}
        queue: deque[tuple[Func, tuple[Edge, ...]]] = deque([(func, ())])
        while queue:
            here, path = queue.popleft()
            hooks = self.hooks_of(here)
            for hook in hooks:
                yield Reach(hook, here, path)
            if len(path) >= _DEPTH or hooks:
                continue  # what calls a hook is the core, which the hook's model stands for
            self._program.demand_callers(here)
            for edge in self._program.callers(here):
                if edge.caller not in seen and edge.kind != CALLBACK:
                    seen.add(edge.caller)
                    queue.append((edge.caller, (edge, *path)))

    def inner_hooks(self, func: Func, struct: str) -> tuple[Reach, ...]:
        """The hooks of levels below that of ``struct`` within which a function runs."""
        level = self._life.level_of_type.get(struct)
        if level is None:
            return ()
        return tuple(r for r in self.of(func) if self._life.is_outer(level, r.hook.level))

    def is_leveled(self, struct: str) -> bool:
        """Whether ``struct`` has a level with others below it."""
        level = self._life.level_of_type.get(struct)
        return level is not None and any(self._life.is_outer(level, other) for other in self._life.levels)


def repeated(fields: Fields, levels: Levels, release: Release) -> Reach | None:
    """How a release is reached from a hook that runs many times for one container of the field.

    None where the field may be filled again between two runs, or where a condition on the way
    may single out one run (silence on doubt).
    """
    if not levels.is_leveled(release.struct):
        return None
    reaches = levels.inner_hooks(release.func, release.struct)
    if not reaches:
        return None
    setters = fields.setters(release.struct, release.field)
    if not setters or any(levels.inner_hooks(func, release.struct) for func, _line in setters):
        return None
    for reach in reaches:
        if not any(_selects(func, block, release) for func, block in _tests(reach, release)):
            return reach
    return None


def _tests(reach: Reach, release: Release) -> Iterator[tuple[Func, Block]]:
    sites = [(edge.caller, edge.line) for edge in reach.path] + [(release.func, release.call.line)]
    for func, line in sites:
        body = func.fact.body
        blocks = {place.block for place, call in cfg.calls(body) if call.line == line}
        for number in blocks:
            for condition in cfg.conditions(body, number):
                if not _counts(func, condition.block):
                    yield func, body.blocks[condition.block]


def _counts(func: Func, number: int) -> bool:
    """Whether a branch is the head of a loop that counts: its body runs for all, not for one."""
    body = func.fact.body
    tested = parse(body.blocks[number].left)
    if tested is None or tested.fields or not cfg.follows(body, number, number):
        return False
    return any(local.name == tested.base for local in body.locals)


def _selects(func: Func, block: Block, release: Release) -> bool:
    """Whether a test may hold for one run only: anything but a pointer's own NULL check, or configuration."""
    if block.op == "config":
        return False
    if block.op != "!=" or block.right != "0":
        return True
    tested = parse(block.left)
    if tested is None or tested.base.startswith("%"):
        return True
    return bool(tested.fields) and not (func is release.func and tested == release.held)
