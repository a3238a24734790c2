"""What people ask a call graph: names, paths, roots.  Where the edges come from is left to its kinds."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from kscan.kernel.lifecycle import Hook
from kscan.link.doubts import Doubt
from kscan.link.edges import CALLBACK, DIRECT, INITCALL, MACRO, NOTIFIER, OPS, OVERRIDE, Edge, Func
from kscan.link.events import ANY, SAME, Events

KINDS = (DIRECT, MACRO, OVERRIDE, OPS, CALLBACK, NOTIFIER, INITCALL)
_NEAR = 4

State = tuple[Func, Events]
"""Of a chain of calls: the function it has come to, and the events that this may have been told of."""


class Entry(msgspec.Struct, frozen=True):
    """A place that makes a function an entry point: who enters it is not linked, or not C."""

    func: Func
    kind: str
    path: str
    line: int
    via: str  # the field, the macro, or the function that takes the callback
    how: str = ""  # "user space", "module-init", "later" ...; empty where the model does not say


class PathQuery(msgspec.Struct, frozen=True):
    """From ``starts`` to ``goals`` by way of one of each of ``through``, by edges of ``kinds`` only."""

    starts: tuple[Func, ...]
    goals: tuple[Func, ...]
    through: tuple[tuple[Func, ...], ...] = ()
    avoid: frozenset[Func] = frozenset()
    kinds: frozenset[str] = frozenset(KINDS)
    depth: int = 20
    most: int = 10

    def admits(self, edge: Edge) -> bool:
        """Whether a path may take ``edge``."""
        return edge.kind in self.kinds and edge.callee not in self.avoid and edge.caller not in self.avoid


class Root(msgspec.Struct, frozen=True):
    """A function that nothing linked calls, or that the kernel enters, and a shortest way down from it."""

    func: Func
    entries: tuple[Entry, ...]  # empty where nothing is known to call or enter it
    way: tuple[Edge, ...] = ()


class HookUse(msgspec.Struct, frozen=True):
    """A hook of the kernel model, who calls it, and what runs on this architecture.

    A place that may lead to several implementers has as many ``edges``.
    """

    hook: Hook
    edges: tuple[Edge, ...]
    implementers: tuple[Func, ...]


class ChainUse(msgspec.Struct, frozen=True):
    """A notifier chain, by its head, and the edges from who calls it to its callbacks."""

    name: str
    edges: tuple[Edge, ...]


class Graph(ABC):
    """Questions that need callees and callers only."""

    @abstractmethod
    def functions(self) -> Iterable[Func]:
        """Every function."""

    @abstractmethod
    def find(self, text: str) -> tuple[Func, ...]:
        """The functions that ``name`` or ``file.c:name`` means; functions without a body by name only."""

    @abstractmethod
    def callees(self, func: Func) -> tuple[Edge, ...]:
        """The edges from a function, in order of their lines, each once."""

    @abstractmethod
    def callers(self, func: Func) -> tuple[Edge, ...]:
        """The edges to a function, in order of their files and lines."""

    @abstractmethod
    def entries(self, func: Func) -> tuple[Entry, ...]:
        """From where the kernel enters a function other than by a call that is linked."""

    def doubts(self) -> tuple[Doubt, ...]:
        """Notes on what cannot be told for sure in what is linked; nothing where that was not kept."""
        return ()

    def near(self, text: str) -> tuple[str, ...]:
        """Names that look like ``text``, the nearest first."""
        name = text.rpartition(":")[2]
        names = {f.name for f in self.functions()}
        alike = [n for n in names if abs(len(n) - len(name)) <= max(2, len(name) // 3)]
        return tuple(difflib.get_close_matches(name, sorted(alike), n=_NEAR, cutoff=0.7))

    # -- around a function ----------------------------------------------------

    def around(self, func: Func, query: PathQuery, *, down: bool) -> tuple[Edge, ...]:
        """The edges within ``query.depth`` hops of a function, down to callees or up to callers."""
        found: dict[Edge, None] = {}
        level, seen = [func], {func}
        for _hop in range(query.depth):
            following: list[Func] = []
            for one in level:
                for edge in self.callees(one) if down else self.callers(one):
                    if query.admits(edge):
                        found[edge] = None
                        other = edge.callee if down else edge.caller
                        if other not in seen:
                            seen.add(other)
                            following.append(other)
            level = following
        return tuple(found)

    def roots(self, func: Func, query: PathQuery) -> tuple[Root, ...]:
        """The entry points that reach a function, the nearest first.

        The way up ends where the kernel enters a function on its own, or where no caller is linked.
        """
        ways: dict[Func, tuple[Edge, ...]] = {func: ()}
        queue = deque([func])
        found: list[Root] = []
        while queue:
            one = queue.popleft()
            way = ways[one]
            entries = self.entries(one)
            up = [e for e in self.callers(one) if query.admits(e) and e.caller is not one]
            if any(entry.how for entry in entries) or (entries and not up) or not up:
                found.append(Root(one, entries, way))
                up = [] if any(entry.how for entry in entries) else up
            if len(way) < query.depth:
                for edge in up:
                    if edge.caller not in ways:
                        ways[edge.caller] = (edge, *way)
                        queue.append(edge.caller)
        return tuple(found)

    def hooks(self, hooks: Iterable[Hook]) -> tuple[HookUse, ...]:
        """Each hook with its callers and implementers, those of which neither is linked left out."""
        fields = {hook.name: hook for hook in hooks if hook.field is not None}
        callers: dict[str, list[Edge]] = defaultdict(list)
        implementers: dict[str, dict[Func, None]] = defaultdict(dict)
        for func in self.functions():
            for edge in self.callees(func):
                if edge.via in fields:
                    callers[edge.via].append(edge)
                    implementers[edge.via][edge.callee] = None
            for entry in self.entries(func):
                if entry.via in fields:
                    implementers[entry.via][func] = None
        found = []
        for hook in hooks:
            if hook.field is None:
                functions = [f for f in self.find(hook.name) if f.path]
                use = HookUse(hook, tuple(e for f in functions for e in self.callers(f)), tuple(functions))
            else:
                use = HookUse(hook, tuple(callers[hook.name]), tuple(implementers[hook.name]))
            if use.edges or use.implementers:
                found.append(use)
        return tuple(found)

    def chains(self) -> tuple[ChainUse, ...]:
        """The notifier chains that anything linked calls and stands on, by name."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for func in self.functions():
            for edge in self.callees(func):
                if edge.kind == NOTIFIER:
                    found[edge.via].append(edge)
        return tuple(ChainUse(name, tuple(found[name])) for name in sorted(found))

    # -- paths ----------------------------------------------------------------

    def paths(self, query: PathQuery) -> Iterator[tuple[Edge, ...]]:
        """The shortest paths that answer ``query``, in a stable order, at most ``query.most``.

        Where a path enters a callback of a notifier chain with an event, it leaves it only by calls that
        are made for that event, which its edge names.
        """
        found: list[tuple[Edge, ...]] = [()]
        starts: tuple[State, ...] = tuple((func, ANY) for func in query.starts)
        for stop in (*query.through, query.goals):
            ways = {start: list(self._shortest(start, stop, query)) for start in starts}
            shortest = min((len(legs[0]) for legs in ways.values() if legs), default=0)
            found = [
                (*before, *leg)
                for before in found
                for start, legs in ways.items()
                for leg in legs
                if len(leg) == shortest and (not before or _end(before) == start)
            ][: query.most]
            starts = tuple(dict.fromkeys(map(_end, found))) if shortest else ()
        shown: dict[tuple[object, ...], tuple[Edge, ...]] = {}
        for path in found:
            if path and len(path) <= query.depth:
                shown.setdefault(tuple((e.caller, e.kind, e.callee) for e in path), _with_events(path))
        yield from shown.values()

    def _shortest(self, start: State, goals: Sequence[Func], query: PathQuery) -> Iterator[tuple[Edge, ...]]:
        """All shortest paths from ``start`` to one of ``goals``, by levels of a breadth-first search."""
        level: dict[State, int] = {start: 0}
        into: dict[State, list[tuple[State, Edge]]] = defaultdict(list)
        ends: dict[State, None] = {}
        queue = deque(level)
        last = query.depth
        while queue and level[queue[0]] < last:
            state = queue.popleft()
            for edge in self.callees(state[0]):
                told = _told(state[1], edge)
                if told is None or not query.admits(edge):
                    continue
                following = edge.callee, told
                if following not in level:
                    level[following] = level[state] + 1
                    queue.append(following)
                if level[following] == level[state] + 1:
                    into[following].append((state, edge))
                    if edge.callee in goals:
                        ends[following] = None
                        last = level[following]
        order = {goal: place for place, goal in enumerate(goals)}
        paths = (p for end in sorted(ends, key=lambda s: order[s[0]]) for p in _back(end, start, into))
        yield from islice(paths, query.most)


def _told(events: Events, edge: Edge) -> Events | None:
    """What a callee is told where its caller is told one of ``events``; None where that does not call it."""
    here = events.both(edge.when)
    if not here:
        return None
    if edge.hands == SAME:
        return here
    return Events(frozenset(edge.hands), but=False) if edge.hands else ANY


def _end(path: Iterable[Edge]) -> State:
    """Where a path ends."""
    events = ANY
    for edge in path:
        events = _told(events, edge) or ANY
    return edge.callee, events


def _with_events(path: Sequence[Edge]) -> tuple[Edge, ...]:
    """A path whose edges to callbacks name the events that it can be taken for, where these are few."""
    found = list(path)
    events, since = ANY, 0
    for place, edge in enumerate(path):
        here = events.both(edge.when)
        for back in range(since, place + (edge.hands == SAME)) if not here.but else ():
            if found[back].kind == NOTIFIER:
                found[back] = msgspec.structs.replace(found[back], events=tuple(sorted(here.names)))
        events = _told(events, edge) or ANY
        since = since if edge.hands == SAME else place
    return tuple(found)


def _back(
    end: State, start: State, into: Mapping[State, Sequence[tuple[State, Edge]]]
) -> Iterator[tuple[Edge, ...]]:
    stack: list[tuple[State, tuple[Edge, ...]]] = [(end, ())]
    while stack:
        state, tail = stack.pop()
        if state == start:
            if tail:
                yield tail
            continue
        # One edge for each caller and kind: further call sites make no further path.
        ways = {(before, edge.kind): (before, edge) for before, edge in reversed(into.get(state, ()))}
        stack.extend((before, (edge, *tail)) for before, edge in ways.values())


def is_at(path: str, given: str) -> bool:
    """Whether a user may have meant the file ``path`` by ``given``: it, or the end of it."""
    return path == given or path.endswith("/" + given)


by_place: Callable[[Edge], tuple[str, int, str, str, str]] = lambda e: (  # noqa: E731
    e.caller.path,
    e.line,
    e.callee.name,
    e.callee.path,
    e.kind,
)
