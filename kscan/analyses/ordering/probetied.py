"""State that only the probing of drivers sets, and that a callback at registration would need.

At registration, when devices come in a fixed order (parents first), a callback leaves early as a field
of the device is unset.  What sets it runs when a driver is probed (in no order, perhaps deferred, perhaps
never), and has the callback run again from there.  That matters where the work then done looks at what
the same work left in *another* object, which may not have had its turn yet.

The path from probing alone shows nothing: where the callback itself has the field set before it tests
it, the path is still there and the order is that of registration again.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterator, Mapping, Sequence

import msgspec

from kscan.analyses.body import cfg, order
from kscan.analyses.body.access import Object, dereferences, parse
from kscan.analyses.ordering.behind import ZERO, Behind, Guarded, Setter
from kscan.analyses.summaries.declared import pointee, type_of
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import Guard, States, fields_of
from kscan.facts.model import Assign, Call
from kscan.kernel.lifecycle import Hook, Lifecycle
from kscan.link.edges import DIRECT, OPS, Edge, Func
from kscan.link.program import Program

_UP = 12  # calls from a hook to a setter
_MOST_ABOVE = 400
_MOST_CALLERS = 60
_DOWN = 6
_AT_END = 1 << 30  # an index behind all events of a block
_REGISTRATION = "add-notifier"
_PROBE = "probe"

Field = tuple[str, str]
"""Struct type and name."""

Read = tuple[int, str, str, Func | None]
"""Line, object read from, where that comes from, and the getter, if there is one."""


class Event(msgspec.Struct, frozen=True):
    """A notifier callback's branch for an event: the calls in ``blocks`` are made at that event."""

    func: Func
    name: str
    position: int  # the parameter that is the object
    blocks: frozenset[int]


class Way(msgspec.Struct, frozen=True, eq=False):
    """How a setter is reached from a hook of probing: ``hook`` runs ``start``, edge by edge to the store."""

    hook: Hook
    start: Func
    path: tuple[Edge, ...]
    store: tuple[Func, int]


class Elsewhere(msgspec.Struct, frozen=True):
    """A read of another object's field, perhaps by a ``getter``."""

    func: Func
    line: int
    operand: str
    source: str  # what the other object is taken from
    getter: Func | None
    path: tuple[Edge, ...]


class ProbeTied(msgspec.Struct, frozen=True, eq=False):
    """A guard at registration on a state that probing sets."""

    event: Event
    guarded: Guarded
    way: Way
    replay: Edge  # the call, on that way, that runs the work again
    result: Field  # what the work leaves in its object
    left: Setter
    other: Elsewhere

    @property
    def guard(self) -> Guard:
        """The test that makes it leave early."""
        return self.guarded.guard


class ProbeTieds:
    """Probe-tied states of one program."""

    def __init__(
        self, program: Program, fields: Fields, states: States, behind: Behind, lifecycle: Lifecycle
    ) -> None:
        self._program = program
        self._fields = fields
        self._states = states
        self._behind = behind
        self._life = lifecycle
        self._hook_fields = {h.field: h for h in lifecycle.hooks.values() if h.field is not None}
        self._hook_names = {field for _struct, field in self._hook_fields}
        self._works: dict[
            tuple[Func, int, str, Field, frozenset[str]], tuple[Field, Setter, Elsewhere] | None
        ] = {}
        self._toward: dict[Field, frozenset[str]] = {}
        self._reading: dict[Field, Mapping[Func, Sequence[Read]]] = {}

    def found(self) -> Iterator[ProbeTied]:
        """At most one for each callback: the first test that leaves it."""
        for event in self._events():
            found = self._at(event)
            if found is not None:
                yield found

    # -- events ---------------------------------------------------------------

    def _events(self) -> Iterator[Event]:
        """The notifier callbacks that have a branch for the event of registration."""
        names = {name for name, phase in self._life.events.items() if phase == _REGISTRATION}
        for struct, field in sorted(self._hook_fields):
            if self._life.levels[self._hook_fields[struct, field].level].family != "notifier":
                continue
            for func, _path, _binding in self._program.implementations(struct, field):
                if func.fact.partial or len(func.params) < 2 or not self._program.is_root(func):
                    continue
                blocks = self._branch(func, names)
                if blocks:
                    yield Event(func, sorted(names)[0], len(func.params) - 1, blocks)

    def _branch(self, func: Func, names: set[str]) -> frozenset[int]:
        """The blocks that run at one of the events."""
        body = func.fact.body
        found: set[int] = set()
        for block in body.blocks:
            if block.kind == "branch" and block.right in names and block.op in ("==", "!="):
                start, other = block.succs if block.op == "==" else block.succs[::-1]
                found |= _from(func, start) - _from(func, other) | {start}
            elif block.kind == "switch":
                for case, succ in zip(block.cases, block.succs, strict=False):
                    if case in names:
                        found |= _from(func, succ)
        return frozenset(found)

    def _at(self, event: Event) -> ProbeTied | None:
        func = event.func
        name = func.params[event.position].name
        for place, call in cfg.calls(func.fact.body):
            if place.block not in event.blocks:
                continue
            for guarded in self._behind.guards(order.Hop(func, place, call, None), name, hooked=True):
                found = self._judged(event, guarded) if not guarded.guard.half else None
                if found is not None:
                    return found
        return None

    # -- judgement ------------------------------------------------------------

    def _judged(self, event: Event, guarded: Guarded) -> ProbeTied | None:
        guard = guarded.guard
        path = guard.state.path
        tested = Object(guard.func.params[guard.state.position].name, fields_of(path))
        field = self._fields.field_of(guard.func, tested)
        if field is None:
            return None
        getters = frozenset(getter.name for getter in guard.state.getters)
        work = next(
            (
                w
                for func, i in self._around(guarded)
                if (w := self._looks_elsewhere(func, i, guard.func.path, field, getters))
            ),
            None,
        )
        if work is None:
            return None
        above = self._above(field, guarded, path[-1] if fields_of(path) != path else "")
        if above is None:
            return None
        chain = {hop.edge.callee: hop.edge.callee.name for hop in guarded.path if hop.edge is not None}
        for way in self._ways(above, self._kinds(work[2], guard)):
            along = (way.start, *(edge.callee for edge in way.path))
            for func in along:
                for again in self._calls(func, chain.values()):
                    if again.callee in chain and again.callee not in along:
                        return ProbeTied(event, guarded, way, again, *work)
        return None

    # -- what sets the field --------------------------------------------------

    def _above(self, field: Field, guarded: Guarded, mark: str) -> dict[Func, tuple[Edge | None, int]] | None:
        """The functions that lead to a store of the field: the next edge, or None and the store's line.

        None where the callback itself leads there before its test, or nothing is known of the stores.
        """
        kind = pointee(guarded.guard.func.params[guarded.guard.state.position].type)
        on_path = {hop.func: hop.place for hop in guarded.path}
        on_path[guarded.guard.func] = cfg.Place(guarded.guard.block, _AT_END)
        found: dict[Func, tuple[Edge | None, int]] = {}
        queue: deque[tuple[Func, int]] = deque()
        for func, line in self._stores(field, mark):
            for edge, setter in self._sites(func, line, field):
                if setter in on_path:
                    if _precedes(setter, edge.line if edge is not None else line, on_path[setter]):
                        return None
                elif setter not in found:
                    found[setter] = (edge, line)
                    queue.append((setter, 0))
        while queue:
            here, depth = queue.popleft()
            callers = self._callers(here) if depth < _UP else ()
            for edge in callers if len(callers) <= _MOST_CALLERS else ():
                place = on_path.get(edge.caller)
                if place is not None:
                    if _precedes(edge.caller, edge.line, place):
                        return None
                elif edge.caller in found or len(found) >= _MOST_ABOVE:
                    continue
                elif _takes(edge.caller, kind) or self._hooks(edge.caller, _PROBE):
                    found[edge.caller] = (edge, edge.line)
                    queue.append((edge.caller, depth + 1))
        return found

    def _stores(self, field: Field, mark: str) -> Iterator[tuple[Func, int]]:
        """(function, line) of every store that may set a field, or bring about a bit or value of it."""
        if not mark:
            yield from self._fields.setters(*field)
            return
        for func, line, ways in self._states.setters(*field):
            if any(way[-1] == mark or way == fields_of(way) for way in ways):
                yield func, line

    def _callers(self, func: Func) -> Sequence[Edge]:
        self._program.demand_callers(func)
        found = tuple(self._program.callers(func))
        if not found and self._program.demand_declaration(func):
            found = tuple(self._program.callers(func))  # inlines next to it
        return found

    def _sites(self, func: Func, line: int, field: Field) -> Iterator[tuple[Edge | None, Func]]:
        """Where a store gets a value to set: itself, or the calls of a small setter with one."""
        own = {p.name: i for i, p in enumerate(func.params) if p.name}
        values = {e.value for _p, e in cfg.events(func.fact.body) if isinstance(e, Assign) and e.line == line}
        positions = {own[value] for value in values if value in own}
        if not positions:
            if not self._is_again(func, line, field):
                yield None, func
            return
        self._program.demand_callers(func)
        for edge in self._program.callers(func):
            for _place, call in cfg.calls(edge.caller.fact.body):
                given = call.line == edge.line and any(
                    i < len(call.args) and call.args[i] not in ZERO for i in positions
                )
                if given and not self._is_again(edge.caller, edge.line, field):
                    yield edge, edge.caller

    def _is_again(self, func: Func, line: int, field: Field) -> bool:
        """Whether a function comes to a line only where the field is set already."""
        for guard in self._states.guards(func):
            path = guard.state.path
            if guard.half or path != fields_of(path):
                continue
            tested = Object(func.params[guard.state.position].name, path)
            if self._fields.field_of(func, tested) != field:
                continue
            for place, event in cfg.events(func.fact.body):
                if event.line == line and any(
                    c.block == guard.block for c in cfg.conditions(func.fact.body, place.block)
                ):
                    return True
        return False

    def _hooks(self, func: Func, phase: str) -> Hook | None:
        """The hook of at least this phase that a function implements."""
        rank = self._life.phase_rank(phase)
        for place in self._program.places(func, self._hook_names):
            hook = self._hook_fields.get(place)
            if hook is not None and self._life.phase_rank(hook.phase) == rank:
                return hook
        return None

    def _kinds(self, other: Elsewhere, guard: Guard) -> frozenset[str]:
        """The structs, other than that of the guard, that a reader and the functions up to it deal with."""
        common = pointee(guard.func.params[guard.state.position].type)
        funcs = [other.func, *(edge.callee for edge in other.path)]
        types = [p.type for f in funcs for p in f.params]
        types += (local.type for f in funcs for local in f.fact.body.locals)
        return frozenset(kind for kind in map(pointee, types) if kind.startswith("struct ")) - {common}

    def _deals_with(self, func: Func, kinds: frozenset[str]) -> bool:
        """Whether the file of a function has functions that are given objects of one of these kinds."""
        return any(
            pointee(p.type) in kinds for f in self._program.facts[func.path].functions for p in f.params
        )

    def _ways(self, above: Mapping[Func, tuple[Edge | None, int]], kinds: frozenset[str]) -> Iterator[Way]:
        """From each hook of probing that leads to a store: the reader's bus first, then the nearest."""
        ways = []
        for start in above:
            hook = self._hooks(start, _PROBE)
            if hook is None:
                continue
            path: list[Edge] = []
            here, line = start, 0
            while True:
                edge, line = above[here]
                if edge is None or edge in path:
                    break
                path.append(edge)
                here = edge.callee
                if here not in above:
                    break
            ways.append(Way(hook, start, tuple(path), (here, line)))
        yield from sorted(
            ways, key=lambda w: (not self._deals_with(w.start, kinds), len(w.path), str(w.start))
        )

    # -- what the work looks at -----------------------------------------------

    def _around(self, guarded: Guarded) -> Iterator[tuple[Func, int]]:
        """The function of a guard and those that lead to it, each with the parameter that is the object."""
        func, position = guarded.guard.func, guarded.guard.state.position
        yield func, position
        for hop in reversed(guarded.path):
            given = hop.call.args[position] if position < len(hop.call.args) else "?"
            part = self._states.part(hop.func, given)
            names = [parameter.name for parameter in hop.func.params]
            if part is None or part.fields or part.base not in names:
                return
            func, position = hop.func, names.index(part.base)
            if hop is not guarded.path[0]:  # what else the notifier does is another matter
                yield func, position

    def _looks_elsewhere(
        self, func: Func, position: int, near: str, state: Field, getters: frozenset[str]
    ) -> tuple[Field, Setter, Elsewhere] | None:
        """What the work of a function leaves in its object, and a read of the same in another object.

        Of several ways the one through file ``near``, that of the implementation in question; else one
        through an implementation that deals with the ``state`` at all.
        """
        key = (func, position, near, state, getters)
        if key not in self._works:
            self._works[key] = next(self._find_elsewhere(*key), None)
        return self._works[key]

    def _find_elsewhere(
        self, func: Func, position: int, near: str, state: Field, getters: frozenset[str]
    ) -> Iterator[tuple[Field, Setter, Elsewhere]]:
        own = func.params[position].name
        for stored, setter in self._behind.sets(func, position).items():
            path = fields_of(stored)
            field = self._fields.field_of(func, Object(own, path)) if len(path) == 1 else None
            if field is None:
                continue
            ways = sorted(
                self._below(func, field),
                key=lambda w: (
                    all(e.callee.path != near for e in w[1][1:]),
                    self._is_strange(w[1], state, getters),
                ),
            )
            for below, way in ways:
                for read in self._readers(field)[below]:
                    yield field, setter, Elsewhere(below, *read, way)

    def _is_strange(self, path: Sequence[Edge], state: Field, getters: frozenset[str]) -> bool:
        """Whether a way leads through an implementation whose file has nothing to do with a field."""
        return any(
            edge.kind == OPS
            and not any(
                self._deals(Func(edge.callee.path, fact), state, getters)
                for fact in self._program.facts[edge.callee.path].functions
            )
            for edge in path
        )

    def _deals(self, func: Func, state: Field, getters: frozenset[str]) -> bool:
        """Whether a function goes through a field, or asks a getter for it."""
        if any(ref.root in getters for ref in func.fact.calls):
            return True
        if func.fact.partial or not func.fact.mentions(frozenset((state[1],))):
            return False
        operands = (
            text
            for _place, event in cfg.events(func.fact.body)
            for text in ((event.value,) if isinstance(event, Assign) else getattr(event, "args", ()))
        )
        found = (held for held in map(parse, operands) if held is not None and state[1] in held.fields)
        return any(
            self._fields.field_of(func, Object(h.base, h.fields[: h.fields.index(state[1]) + 1])) == state
            for h in found
        )

    def _readers(self, field: Field) -> Mapping[Func, Sequence[Read]]:
        """The functions that read a field of another object, themselves or by a small function."""
        known = self._reading.get(field)
        if known is not None:
            return known
        found: dict[Func, list[Read]] = defaultdict(list)
        for getter in self._program.mentioning((field[1],)):
            state = self._states.result(getter) if not getter.fact.partial else None
            if state is None or state.path[-1] != field[1]:
                continue
            held = Object(getter.params[state.position].name, state.path)
            if self._fields.field_of(getter, held) == field:
                for func in self._program.calling(getter.name):
                    for line, operand, source in self._reads(func, getter, state.position):
                        found[func].append((line, operand, source, getter))
        for func in self._program.mentioning((field[1],)):
            if not func.fact.partial:
                found[func] += self._own_reads(func, field)
        found = defaultdict(list, {func: reads for func, reads in found.items() if reads})
        self._reading[field] = found
        return found

    def _below(self, func: Func, field: Field) -> Iterator[tuple[Func, tuple[Edge, ...]]]:
        """The readers of a field that a function leads to, the nearest first, with the way there."""
        ends = self._readers(field)
        toward = self._toward.get(field)
        if toward is None:
            names = {end.name for end in ends}
            toward = self._toward[field] = self._program.leading_to(names) if names else frozenset()
        seen = {func}
        queue: deque[tuple[Func, tuple[Edge, ...]]] = deque([(func, ())] if toward else ())
        while queue:
            here, path = queue.popleft()
            if here in ends:
                yield here, path
            for edge in self._calls(here, toward) if len(path) < _DOWN else ():
                if edge.callee not in seen and edge.callee.name in toward:
                    if edge.callee not in ends:  # which may be come to in several ways
                        seen.add(edge.callee)
                    queue.append((edge.callee, (*path, edge)))

    def _calls(self, func: Func, names: Container[str]) -> Iterator[Edge]:
        """The calls of a function by one of these names, or through a field of one."""
        for ref in func.fact.calls:
            if ref.path and ref.path[-1] in names:
                yield from self._program.targets(func, ref)
            elif not ref.path and ref.root in names:
                for callee in self._program.resolve(ref.root, func.path):
                    yield Edge(func, callee, DIRECT, ref.line)

    def _reads(self, func: Func, getter: Func, position: int) -> Iterator[tuple[int, str, str]]:
        """(line, object, where it comes from) of calls of a getter for another object."""
        if func.fact.partial or getter not in self._program.resolve(getter.name, func.path):
            return
        origins = self._others(func)
        for _place, call in cfg.calls(func.fact.body):
            if call.callee == getter.name and position < len(call.args):
                held, argument = parse(call.args[position]), call.args[position]
                if held is not None and held.base in origins:
                    yield call.line, argument, origins[held.base]
                elif held is not None and self._is_pointer(func, held, argument):
                    yield call.line, argument, argument

    def _own_reads(self, func: Func, field: Field) -> Iterator[Read]:
        """Reads of a field of other objects by a function's own expressions."""
        origins = self._others(func)
        for block in func.fact.body.blocks:
            operands = [(block.line, o) for o in (block.left, block.right)]
            for event in block.events:
                if isinstance(event, Assign):
                    operands.append((event.line, event.value))
                elif isinstance(event, Call):
                    operands += ((event.line, argument) for argument in event.args)
            for line, operand in operands:
                held = parse(operand) if operand[:1] not in "&*" and operand.endswith(field[1]) else None
                if held is None or held.fields[-1:] != (field[1],):
                    continue
                owner, text = held.owner, operand[: -len(field[1])].removesuffix("->")
                source = origins.get(held.base, "") if not owner.fields else text
                if owner.fields and (text == operand or not self._is_pointer(func, owner, text)):
                    continue
                if source and self._fields.field_of(func, held) == field:
                    yield line, text, source, None

    def _is_pointer(self, func: Func, held: Object, text: str) -> bool:
        """Whether an access path is of a field that points to an object rather than of a part of one."""
        if not held.fields or text[:1] in "&*" or "->" not in text:
            return False
        kind = type_of(self._program, func, held)
        return kind.rstrip().endswith("*")

    def _others(self, func: Func) -> Mapping[str, str]:
        """Local variables that come to stand for other objects: what a field, or a walk, leads to."""
        found: dict[str, str] = {}
        for _place, event in cfg.events(func.fact.body):
            if isinstance(event, Call) and event.loop:
                found.update((a, f"a walk by {event.callee}()") for a in event.args if a.isidentifier())
            elif isinstance(event, Assign) and event.target.isidentifier() and event.op == "=":
                source = parse(event.value)
                if source is not None and event.value[:1] != "&" and dereferences(event.value):
                    found[event.target] = event.value
        return found


def _takes(func: Func, kind: str) -> bool:
    """Whether a function is given an object of a kind, or what may be one."""
    return any(pointee(parameter.type) in (kind, "void") for parameter in func.params)


def _precedes(func: Func, line: int, place: cfg.Place) -> bool:
    """Whether what a function does on a line may come before ``place``."""
    body = func.fact.body
    return any(
        event_place != place and cfg.comes_after(body, event_place, place)
        for event_place, event in cfg.events(body)
        if isinstance(event, Assign | Call) and event.line == line
    )


def _from(func: Func, start: int) -> set[int]:
    """The blocks that control can come to from a block, itself included."""
    blocks = func.fact.body.blocks
    found: set[int] = set()
    stack = [start]
    while stack:
        number = stack.pop()
        if number not in found:
            found.add(number)
            stack.extend(blocks[number].succs)
    return found
