"""Levels: within which hooks a function runs, and how often those run per containing object.

Found backwards, from the function to the hooks: few functions are asked about, and a
hook leads to thousands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import parse
from kscan.analyses.summaries.declared import pointee
from kscan.analyses.summaries.fields import Fields, Release
from kscan.facts.model import Block
from kscan.kernel.lifecycle import Hook, Lifecycle
from kscan.link.edges import CALLBACK, Edge, Func
from kscan.link.program import Program

_DEPTH = 7
_NEAR = 3  # calls from a walk to a release
_BY_WAY_OF = 2  # fields from an inner object: its container, and the field of that


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

    def walked(self, fields: Fields, release: Release) -> Reach | None:
        """How a walk over the inner objects of a container leads to the release of a field of the container.

        The hook is what the walk calls for each.  None where the field is filled by way of an inner object,
        or where a test may single out one of them.
        """
        func = release.func
        held = fields.values(func).object(str(release.held))
        position = next(
            (i for i, p in enumerate(func.params) if held is not None and p.name == held.base), -1
        )
        if held is None or position < 0 or len(held.fields) != _BY_WAY_OF or "[]" in held.fields:
            return None
        inner = pointee(func.params[position].type)
        if not inner.startswith("struct ") or inner == release.struct:
            return None
        for setter, line in fields.setters(release.struct, release.field) or ((func, 0),):
            if not line or any(pointee(p.type) == inner for p in setter.params):
                return None
        queue: deque[tuple[Func, int, tuple[Edge, ...]]] = deque([(func, position, ())])
        seen = {func}
        while queue:
            here, place, path = queue.popleft()
            self._program.demand_callers(here)
            for edge in self._program.callers(here):
                if edge.kind == CALLBACK or edge.caller in seen:
                    continue
                for site, call in cfg.calls(edge.caller.fact.body):
                    if call.line != edge.line or place >= len(call.args) or call.loop:
                        continue
                    argument = call.args[place]
                    if self._walks(fields, edge.caller, site, argument, release.struct):
                        reach = Reach(_each(here, release.struct, inner, edge), here, path)
                        if not any(_selects(f, block, release) for f, block in _tests(reach, release)):
                            return reach
                    names = [p.name for p in edge.caller.params]
                    if argument in names and len(path) < _NEAR:
                        seen.add(edge.caller)
                        queue.append((edge.caller, names.index(argument), (edge, *path)))
        return None

    def _walks(self, fields: Fields, func: Func, site: cfg.Place, cursor: str, struct: str) -> bool:
        """Whether a call is made for each object of a list in a ``struct``, with nothing else deciding."""
        body = func.fact.body
        heads: dict[str, int] = {}
        for place, call in cfg.calls(body):
            if not call.loop or cursor not in call.args or not cfg.follows(body, site.block, place.block):
                continue
            lists = (parse(argument) for argument in call.args if argument[:1] == "&")
            if any(o is not None and (fields.field_of(func, o) or ("",))[0] == struct for o in lists):
                heads[call.result] = place.block
        return bool(heads) and all(
            condition.block in heads.values() or body.blocks[condition.block].left in heads
            for condition in cfg.conditions(body, site.block)
        )


def _each(func: Func, outer: str, inner: str, edge: Edge) -> Hook:
    """What a walk runs for each inner object, as a hook."""
    why = f"{edge.caller.name}() walks them all, {edge.caller.path}:{edge.line}"
    return Hook(func.name, f"{outer}.{inner}", 0, "teardown", frozenset({"per-object"}), why)


def repeated(fields: Fields, levels: Levels, release: Release) -> Reach | None:
    """How a release is reached from a hook that runs many times for one container of the field.

    None where the field may be filled again between two runs, or where a condition on the way
    may single out one run (silence on doubt).
    """
    if not levels.is_leveled(release.struct):
        return levels.walked(fields, release)
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
