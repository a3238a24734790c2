"""Undone twice: a function fails and frees a field, and its caller's error path frees it again.

Two releases of one field are joined at a function that reaches both, one after the other,
for the same container, on a path that the first one's outcome allows and that does not go
through anything that fills the field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from posixpath import dirname

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import is_constant, parse
from kscan.analyses.body.outcome import Signs, failed, outcomes, signs_at, tested_at, walk
from kscan.analyses.body.paths import POSITIVE, ZERO, constant
from kscan.analyses.releases.lastput import LastPuts
from kscan.analyses.summaries.fields import Fields, Release
from kscan.analyses.summaries.states import States, joined
from kscan.analyses.summaries.status import returns_code
from kscan.facts.model import Assign, Block, Call, Event
from kscan.kernel.load import KernelModel
from kscan.link.edges import CALLBACK, MACRO, OPS, Edge, Func
from kscan.link.program import Program

_DEPTH = 4
_TERM_DEPTH = 3
_SEVERAL = 2  # callers
_FEW = 12  # implementations of an ops field that one caller may well all mean


Term = tuple[object, ...]
"""What an operand stands for: ("object", base, fields) or ("call", callee, terms of its arguments)."""


class Way(msgspec.Struct, frozen=True):
    """How a function reaches a release: the edges down to it, and the container in the function's terms."""

    top: Func
    path: tuple[Edge, ...]
    release: Release
    container: Term
    fails: bool | None  # whether ``top`` then returns failure; None where it may end either way
    call_fails: bool | None = None  # likewise for the first call of ``path``
    counted: bool = False  # it runs only with the last put of a reference

    @property
    def depth(self) -> int:
        """How many calls lie between."""
        return len(self.path)


class Twice(msgspec.Struct, frozen=True):
    """``first`` and then ``second`` release the same field of the same container, both below ``top``."""

    top: Func
    first: Way
    second: Way
    first_place: cfg.Place
    second_place: cfg.Place


class Undo:
    """Finds fields that are released twice; remembers what it found."""

    def __init__(self, program: Program, fields: Fields, states: States, model: KernelModel) -> None:
        self._program = program
        self._fields = fields
        self._states = states
        self._apis = model.apis
        self._callbacks = model.entrypoints.callbacks
        self._unregisters = model.lifecycle.unregisters
        self._last_puts = LastPuts(program, fields, model.apis, model.lifecycle)

    def twice(self, natures: frozenset[str]) -> Iterator[Twice]:
        """Every pair of releases of one field that one path goes through."""
        groups: dict[tuple[str, str], list[Release]] = defaultdict(list)
        for release in self._fields.all_releases(natures):
            groups[(release.struct, release.field)].append(release)
        for place, releases in groups.items():
            if len({r.func for r in releases}) > 1 or any(self._is_called_often(r) for r in releases):
                yield from self._pairs(place, releases)

    def _is_called_often(self, release: Release) -> bool:
        """Whether a function that may fail, and one that calls it, both come to a release."""
        if release.func.fact.linkage != "static":
            self._program.demand_callers(release.func)
        callers = dict.fromkeys(edge.caller for edge in self._program.callers(release.func))
        if len(callers) < _SEVERAL:
            return False
        failing = [func for func in callers if func is not release.func and returns_code(func)]
        return any(callers.keys() & self._above(func) for func in failing)

    def _above(self, func: Func) -> set[Func]:
        """The functions that call one, through another perhaps."""
        near = {edge.caller for edge in self._program.callers(func)}
        return near | {edge.caller for caller in near for edge in self._program.callers(caller)}

    def _pairs(self, place: tuple[str, str], releases: list[Release]) -> Iterator[Twice]:
        firsts: dict[Func, list[Way]] = defaultdict(list)
        for release in releases:
            fate = self._fields.fate(release)
            if fate.left and not fate.doubtful and not fate.moved and self._fields.is_filled(release):
                for fails in _likely(release.func, self._outcomes(release.func, release.place)):
                    for way in self._ways(release, fails, is_first=True):
                        firsts[way.top].append(way)
        seconds: dict[Func, list[Way]] = defaultdict(list)
        for release in releases:
            counted = self._is_counted(release)
            if counted or not self._is_selected(release):
                for way in self._ways(release, None, is_first=False, counted=counted):
                    if way.top in firsts:
                        seconds[way.top].append(way)
        nearest: dict[tuple[Release, Release], Twice] = {}
        for top, ways in seconds.items():
            for second in ways:
                for first in firsts[top]:
                    pair = (first.release, second.release)
                    known = nearest.get(pair)
                    if known is None or first.depth + second.depth < known.first.depth + known.second.depth:
                        found = self._joined(place, top, first, second)
                        if found is not None:
                            nearest[pair] = found
        yield from nearest.values()

    # -- upwards --------------------------------------------------------------

    def _ways(
        self, release: Release, fails: bool | None, *, is_first: bool, counted: bool = False
    ) -> Iterator[Way]:
        """The functions that reach a release with its container known in their terms, nearest first.

        Of a first release, only as far up as control may return without filling the field again;
        of a second one, only as far up as no test of other state decides about it.
        """
        start = self._term(release.func, str(release.held.owner), 0)
        queue: list[Way] = [Way(release.func, (), release, start, fails, None, counted)]
        seen: set[tuple[Func, Func | None]] = {(release.func, None)}
        several = is_first and self._is_called_often(release)
        while queue:
            way = queue.pop(0)
            yield way
            if way.depth >= _DEPTH:
                continue
            self._program.demand_callers(way.top)
            puts = () if is_first else tuple(self._last_puts.of(way.top))
            for edge in (*self._program.callers(way.top), *puts):
                step = (edge.caller, way.top if several else None)
                if step in seen or edge.caller is release.func or edge.kind == MACRO or self._is_common(edge):
                    continue
                call = _call_of(edge)
                handed = edge.kind == CALLBACK and edge not in puts
                if call is None or (handed and (is_first or not self._is_put(call))):
                    continue
                container = self._lift(way.container, way.top, edge.caller, call)
                last = not is_first and bool(way.path) and self._is_last_put(way.path[0])
                if container is None or _is_ruled_out(way, call):
                    continue
                if not is_first and way.path and not last and self._is_chosen(way.path[0]):
                    continue
                seen.add(step)
                path = (edge, *way.path)
                ends = self._passed_on(edge, call, way) if is_first else (None,)
                counts = way.counted or last or edge.kind == CALLBACK
                queue += (Way(edge.caller, path, release, container, end, way.fails, counts) for end in ends)
                if not ends:
                    yield Way(edge.caller, path, release, container, None, way.fails)

    def _is_put(self, call: Call) -> bool:
        """Whether a call puts a reference to what it hands to its callback with the last one."""
        roles = self._apis.releases.get(call.callee, ())
        return any(c.when == "now" and c.data >= 0 for c in self._callbacks.get(call.callee, ())) and any(
            self._apis.resources[role.resource].nature == "reference" for role in roles
        )

    def _is_last_put(self, edge: Edge) -> bool:
        """Whether nothing but a count that comes to zero decides about a call."""
        place = _place_of(edge)
        return place is not None and self._counts(edge.caller, place, ())

    def _is_counted(self, release: Release) -> bool:
        """Whether nothing but a count that comes to zero, and the field itself, decides about a release."""
        return self._counts(release.func, release.place, (str(release.held),))

    def _counts(self, func: Func, place: cfg.Place, needed: tuple[str, ...]) -> bool:
        calls = self._fields.values(func).calls
        tests = list(_tests(func, place))
        asked = [calls[b.left].callee if b.left in calls else "" for b in tests]
        last = [self._apis.predicates.get(name) == "is_last" for name in asked]
        return any(last) and not any(
            self._decides(func, block, needed)
            for block, is_last in zip(tests, last, strict=True)
            if not is_last
        )

    def _ends_use(self, way: Way) -> bool:
        """Whether the call that leads to a release ends the object's use, whatever put is the last."""
        call = _call_of(way.path[0]) if way.path else None
        return call is not None and call.callee in self._unregisters

    def _is_new(self, top: Func, container: Term) -> bool:
        """Whether the container was made in ``top`` and its first reference is the only one."""
        made = next(
            (
                name
                for name, call in self._fields.values(top).calls.items()
                if self._term(top, name, 0) == container and self._makes(call.callee)
            ),
            None,
        )
        if made is None:
            return False
        return sum(self._takes(top, call, made) for _place, call in cfg.calls(top.fact.body)) <= 1

    def _takes(self, func: Func, call: Call, made: str) -> bool:
        """Whether a call surely takes a reference to (a part of) what the temporary ``made`` stands for."""
        for role in self._apis.acquires.get(call.callee, ()):
            position = role.same_as if role.same_as >= 0 else role.holder.index
            by_argument = role.same_as >= 0 or role.holder.kind == "arg"
            if by_argument and role.failure == "never" and position < len(call.args):
                held = self._fields.values(func).object(call.args[position])
                if held is not None and held.base == made:
                    return True
        return False

    def _makes(self, name: str) -> bool:
        return any(
            self._apis.resources[role.resource].nature == "memory" and role.holder.kind != "arg"
            for role in self._apis.acquires.get(name, ())
        )

    def _is_common(self, edge: Edge) -> bool:
        """Whether an ops field has so many implementations that a caller most likely means another one."""
        if edge.kind != OPS:
            return False
        struct, _dot, field = edge.via.rpartition(".")
        return len(self._program.implementations(struct, field)) > _FEW

    def _passed_on(self, edge: Edge, call: Call, way: Way) -> tuple[bool | None, ...]:
        """How the caller may end, given how the call ended; empty where it fills the field again."""
        place = _place_of(edge)
        if place is None:
            return (None,)
        field = (way.release.struct, way.release.field)
        known = _told(edge.callee, call.result, way.fails)
        ends = self._outcomes(edge.caller, place, known, lambda event: self._fills(event, field))
        return _likely(edge.caller, ends) if ends else ()

    def _outcomes(
        self,
        func: Func,
        place: cfg.Place,
        known: Signs = frozenset(),
        stops: Callable[[Event], bool] | None = None,
    ) -> frozenset[bool | None]:
        return outcomes(func.fact.body, place, known, stops, self._fields.errors)

    def _term(self, func: Func, operand: str, depth: int) -> Term:
        values = self._fields.values(func)
        found = self._states.part(func, operand)
        if found is None:
            return ("object", operand if is_constant(operand) else "?" + operand, ())
        call = values.calls.get(found.base)
        if call is None or depth > _TERM_DEPTH or not call.callee.isidentifier():
            return ("object", found.base, found.fields)
        inner = ("call", call.callee, *(self._term(func, a, depth + 1) for a in call.args))
        return ("member", inner, found.fields) if found.fields else inner

    def _lift(self, term: Term, callee: Func, caller: Func, call: Call) -> Term | None:
        """``term`` of the callee in terms of the caller; None where it depends on the callee's locals."""
        kind = term[0]
        if kind == "object":
            base, fields = str(term[1]), term[2]
            handed = self._callbacks.get(call.callee, ())
            for position, parameter in enumerate(callee.params):
                for callback in handed:
                    if callback.received_as == position:
                        position = callback.data  # noqa: PLW2901 - which of the caller's it is
                if parameter.name == base and position < len(call.args):
                    actual = self._term(caller, call.args[position], 0)
                    return _member(actual, fields) if isinstance(fields, tuple) else None
            is_local = any(local.name == base for local in callee.fact.body.locals)
            return None if is_local or base.startswith("%") else term
        if kind == "member":
            inner, fields = term[1], term[2]
            lifted = self._lift(inner, callee, caller, call) if isinstance(inner, tuple) else None
            return _member(lifted, fields) if lifted is not None and isinstance(fields, tuple) else None
        parts = []
        for part in term[2:]:
            lifted = self._lift(part, callee, caller, call) if isinstance(part, tuple) else None
            if lifted is None:
                return None
            parts.append(lifted)
        return ("call", term[1], *parts)

    # -- what decides ---------------------------------------------------------

    def _is_selected(self, release: Release) -> bool:
        """Whether a test other than of the field itself decides about the release."""
        return any(
            self._decides(release.func, block, (str(release.held),))
            for block in _tests(release.func, release.place)
        )

    def _is_chosen(self, edge: Edge) -> bool:
        """Whether a test of some state decides about a call, other than whether there is one to make."""
        place, call = _place_of(edge), _call_of(edge)
        if place is None or call is None:
            return True
        needed = (call.callee, *call.args)
        return any(self._decides(edge.caller, block, needed) for block in _tests(edge.caller, place))

    def _decides(self, func: Func, block: Block, needed: Iterable[str]) -> bool:
        """Whether a branch asks for any state but that operands which are needed anyway are not NULL."""
        if block.op == "config":
            return False
        values = self._fields.values(func)
        tested = values.object(block.left)
        if block.op != "!=" or block.right != "0" or tested is None:
            return True
        if not tested.fields and _is_plain(func, tested.base):
            return True  # what a caller chose, which the callers seen here need not have
        objects = [found for found in map(values.object, needed) if found is not None]
        asked = [tested]
        if tested.base in values.calls and not tested.fields:
            # What a call returned is its status; what a test in place of one returns may be any state.
            arguments = values.calls[tested.base].args if block.left.startswith("%") else ()
            asked = [found for found in map(values.object, arguments) if found is not None]
        return any(part.fields and not any(found.within(part) for found in objects) for part in asked)

    # -- joining --------------------------------------------------------------

    def _joined(self, place: tuple[str, str], top: Func, first: Way, second: Way) -> Twice | None:
        if first.container != second.container or not _is_known(first.container):
            return None
        if first.release is second.release and not self._is_filled_before(first, place):
            return None
        if first.depth == 0 and second.depth == 0:
            return None
        if first.path and second.path and first.path[0].callee is second.path[0].callee:
            return None  # joined further down already
        if second.counted and not (self._is_new(top, first.container) or self._ends_use(second)):
            return None
        if not self._is_one_table(first, second) or not self._is_unfilled(second, place):
            return None
        start, end = _site(first), _site(second)
        if start is None or end is None or start == end:
            return None
        if not self._is_apart(top, start, end, first) and self._leads(top, start, end, first, place):
            return Twice(top, first, second, start, end)
        return None

    def _is_one_table(self, first: Way, second: Way) -> bool:
        """Whether fields of one ops struct that both ways go through may be of one instance.

        Functions of one instance stand in one folder; those of two folders are two platforms.  A table
        that fills both fields has its own function in each.
        """
        known: dict[str, list[Edge]] = defaultdict(list)
        for edge in (*first.path, *second.path):
            if edge.kind == OPS:
                others = known[edge.via.rpartition(".")[0]]
                if any(dirname(edge.callee.path) != dirname(other.callee.path) for other in others):
                    return False
                if any(self._is_of_another(edge, other) for other in others):
                    return False
                others.append(edge)
        return True

    def _is_of_another(self, edge: Edge, other: Edge) -> bool:
        """Whether the tables with the function of an edge have one of their own in the field of another."""
        field = edge.via.rpartition(".")[2]
        bound = [(path, b) for path, b in self._program.bound(edge.callee.name) if b.path[-1:] == (field,)]
        if not bound or any(binding.how != "initializer" for _path, binding in bound):
            return False
        tables = {(path, binding.instance) for path, binding in bound}
        filling = self._program.filling(other.via.rpartition(".")[2])
        there = {(path, b.instance): b.target for path, b in filling if b.how == "initializer"}
        return all(table in there and there[table] != other.callee.name for table in tables)

    def _is_filled_before(self, way: Way, place: tuple[str, str]) -> bool:
        """Whether a call on the way down to a release comes after the field was filled, in a known object.

        One function that releases whatever there is may well do so where there is nothing yet.
        """
        for edge in way.path:
            call, site = _call_of(edge), _place_of(edge)
            if site is None or call is None or "[" in call.callee or way.container[0] != "object":
                return False
            body = edge.caller.fact.body
            for at, event in cfg.events(body):
                if at != site and cfg.comes_after(body, at, site) and self._may_fill(edge, event, place):
                    return True
        return False

    def _may_fill(self, edge: Edge, event: Event, place: tuple[str, str]) -> bool:
        """Whether an event of the caller in an edge fills the field, by a table too."""
        if self._fills(event, place) or not isinstance(event, Call) or event.callee.isidentifier():
            return self._fills(event, place)
        names = self._fields.filling(place[1])
        return any(to.callee.name in names for to in self._program.call_targets(edge.caller, event))

    def _is_apart(self, top: Func, start: cfg.Place, end: cfg.Place, first: Way) -> bool:
        """Whether a test of state that the first call does not hang on decides about the second."""
        body = top.fact.body
        event, call = (body.blocks[place.block].events[place.index] for place in (start, end))
        if not isinstance(event, Call) or not isinstance(call, Call):
            return True
        shared = {(b.left, b.op, b.right) for b in _tests(top, start)}
        bases = _bases_of(first.container)
        for block in _tests(top, end):
            if (block.left, block.op, block.right) in shared or block.left == event.result:
                continue
            asked = self._fields.values(top).calls.get(block.left)
            if asked is not None:
                if self._is_question(top, asked, bases):
                    return True
            elif "->" in block.left and self._decides(top, block, (call.callee, *call.args)):
                return True
        return False

    def _is_question(self, func: Func, call: Call, bases: frozenset[str]) -> bool:
        """Whether a call only asks an object for its state: a macro, or a function that does nothing."""
        given = map(self._fields.values(func).object, call.args)
        if not call.callee.isidentifier() or all(part is None or part.base not in bases for part in given):
            return False
        edges = self._program.call_targets(func, call)
        if edges:
            return all(not edge.callee.fact.stores and not edge.callee.fact.calls for edge in edges)
        return not self._program.root_type("@" + call.callee, func.path)

    def _leads(
        self,
        top: Func,
        start: cfg.Place,
        end: cfg.Place,
        first: Way,
        place: tuple[str, str],
    ) -> bool:
        """Whether control can go from one call to the other, given how the first one ended."""
        body = top.fact.body
        event = body.blocks[start.block].events[start.index]
        result = event.result if isinstance(event, Call) else ""
        callee = first.path[0].callee if first.path else None
        known = _told(callee, result, first.call_fails) if callee is not None else frozenset()
        bases = _bases_of(first.container)
        found = False

        def visit(where: cfg.Place, event: Event | None, _signs: Signs) -> bool:
            nonlocal found
            found = found or where == end
            if found or event is None:
                return not found
            return not _moves_on(event, bases) and not self._fills(event, place)

        errors = self._fields.errors
        names = tested_at(body, end)  # a flag that tells how far the function came
        for signs in signs_at(body, start, names, errors):
            before = frozenset(s for s in signs if s[0] != result)
            walk(body, cfg.Place(start.block, start.index + 1), before | known, names, visit, errors)
        return found

    def _is_unfilled(self, way: Way, place: tuple[str, str]) -> bool:
        """Whether control can get to the release, below ``top``, the field not being filled."""
        sites = [(edge.caller, _place_of(edge)) for edge in way.path[1:]]
        if way.path:
            sites.append((way.release.func, way.release.place))
        for func, site in sites:
            found = False

            def visit(
                where: cfg.Place, event: Event | None, _signs: Signs, site: cfg.Place | None = site
            ) -> bool:
                nonlocal found
                found = found or where == site
                return not found and (event is None or not self._fills(event, place))

            walk(func.fact.body, cfg.Place(0, 0), frozenset(), (), visit)
            if not found:
                return False
        return True

    def _fills(self, event: Event, place: tuple[str, str]) -> bool:
        """Whether an event may give the field a new value."""
        if isinstance(event, Assign):
            held = parse(event.target)
            return held is not None and bool(held.fields) and held.fields[-1] == place[1]
        if not isinstance(event, Call):
            return False
        return event.callee.rpartition(">")[2].rpartition(".")[2] in self._fields.filling(place[1])


def _member(term: Term, fields: tuple[str, ...]) -> Term:
    if not fields:
        return term
    if term[0] == "object" and isinstance(term[2], tuple):
        return ("object", term[1], joined(term[2], fields))
    if term[0] == "member" and isinstance(term[2], tuple):
        steps = joined(term[2], fields)
        return ("member", term[1], steps) if steps else term[1]  # type: ignore[return-value]
    return ("member", term, fields)


def _bases_of(term: Term) -> frozenset[str]:
    """The variables a term is made of."""
    if term[0] == "object":
        return frozenset((str(term[1]),))
    inner = term[1:2] if term[0] == "member" else term[2:]
    return frozenset(base for part in inner if isinstance(part, tuple) for base in _bases_of(part))


def _moves_on(event: Event, bases: frozenset[str]) -> bool:
    """Whether one of the variables names another object from here on."""
    if isinstance(event, Assign):
        return event.target in bases
    return isinstance(event, Call) and event.loop and not bases.isdisjoint(event.args)


def _is_plain(func: Func, name: str) -> bool:
    """Whether a parameter is a value rather than an object."""
    return any(p.name == name and "*" not in p.type for p in func.params)


def _tests(func: Func, place: cfg.Place) -> Iterator[Block]:
    body = func.fact.body
    return (body.blocks[condition.block] for condition in cfg.conditions(body, place.block))


def _is_known(term: Term) -> bool:
    """Whether two equal terms surely mean one object: no element of an unknown index."""
    return "[]" not in repr(term) and "?" not in repr(term)


def _call_of(edge: Edge) -> Call | None:
    place = _place_of(edge)
    event = edge.caller.fact.body.blocks[place.block].events[place.index] if place is not None else None
    return event if isinstance(event, Call) else None


def _last(via: str) -> str:
    return via.rpartition(".")[2] or "\0"


def _site(way: Way) -> cfg.Place | None:
    return _place_of(way.path[0]) if way.path else way.release.place


def _is_ruled_out(way: Way, call: Call) -> bool:
    """Whether a constant that a call gives the top of ``way`` keeps control from going that way."""
    place, names = _site(way), [param.name for param in way.top.params]
    body = way.top.fact.body
    for condition in cfg.conditions(body, place.block) if place is not None else ():
        block = body.blocks[condition.block]
        if block.right != "0" or block.op not in ("!=", "==") or block.left not in names[: len(call.args)]:
            continue
        given = constant(call.args[names.index(block.left)])
        if given == (ZERO if (block.op == "!=") == condition.holds else POSITIVE):
            return True
    return False


def _place_of(edge: Edge) -> cfg.Place | None:
    for place, call in cfg.calls(edge.caller.fact.body):
        if call.line == edge.line and (
            call.callee == edge.callee.name or call.callee.endswith(_last(edge.via))
        ):
            return place
    return None


def _told(callee: Func, result: str, fails: bool | None) -> Signs:
    """What is known of a call's result where it is known how the callee ended."""
    if not result or fails is None:
        return frozenset()
    return failed(result, is_pointer="*" in callee.fact.returns) if fails else frozenset({(result, False)})


def _likely(func: Func, ends: frozenset[bool | None]) -> tuple[bool | None, ...]:
    """The ends to look at one by one.

    A function that releases something and does not surely succeed is taken to fail; of one
    whose result is no status, nothing is known.
    """
    if None in ends or not ends:
        return (True,) if returns_code(func) else (None,)
    return tuple(sorted(e for e in ends if e is not None))
