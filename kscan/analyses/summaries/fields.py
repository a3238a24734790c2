"""Lives of pointer fields: where one is released, and what becomes of it before the function ends.

A field ``x->f`` that was released is left dangling where control returns while nothing on
the way stored to it, wiped it, ended its container's life, or went where kscan cannot see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.outcome import Signs, signs_at, tested_at, walk
from kscan.analyses.body.values import Values, values_of
from kscan.analyses.summaries.declared import root_of
from kscan.facts.model import Assign, Body, Call, Event
from kscan.kernel.apis import Apis
from kscan.kernel.lifecycle import Lifecycle
from kscan.link.edges import Func
from kscan.link.program import Program

_DEPTH = 4
_NULL = frozenset(("NULL", "0"))

KEEPS, CLEARS, UNKNOWN = "keeps", "clears", "unknown"


class Release(msgspec.Struct, frozen=True, eq=False):
    """A release of what a field points to: ``struct``.``field`` of the object ``held`` (as written)."""

    func: Func
    place: cfg.Place
    call: Call
    held: Object
    struct: str
    field: str
    natures: frozenset[str]  # of what the function releases
    position: int  # the argument of the call that is the field


class Fate(msgspec.Struct, frozen=True):
    """What happens after a release.  ``left`` are the lines of returns that leave the pointer as it is."""

    left: tuple[tuple[int, int], ...]  # (block, line of the return)
    stored: tuple[int, ...]  # lines where another path gives the field a new value
    cleared: bool  # some path sets it to NULL, wipes it or ends the container
    doubtful: bool  # some path goes where it may be cleared unseen
    moved: tuple[tuple[int, int], ...] = ()  # (block, line) where a loop goes on to the next object


class Fields:
    """Answers about fields of one program; remembers what it found."""

    def __init__(self, program: Program, apis: Apis, lifecycle: Lifecycle) -> None:
        self._program = program
        self._apis = apis
        self._life = lifecycle
        self._values: dict[Func, Values] = {}
        self._effects: dict[tuple[Func, Object], str] = {}
        self._all: tuple[Release, ...] | None = None
        self._setters: dict[tuple[str, str], tuple[tuple[Func, int], ...]] = {}
        self._filling: dict[str, frozenset[str]] = {}
        self._contents = _contents(apis)

    @property
    def errors(self) -> Mapping[str, str]:
        """What makes, tests and takes apart pointers that carry an error number."""
        return self._apis.predicates

    def values(self, func: Func) -> Values:
        """The aliases of a function's body."""
        found = self._values.get(func)
        if found is None:
            found = self._values[func] = values_of(func.fact.body)
        return found

    # -- releases -------------------------------------------------------------

    def all_releases(self, natures: frozenset[str]) -> tuple[Release, ...]:
        """The releases of fields in every function that was understood as a whole."""
        if self._all is None:
            funcs = dict.fromkeys(
                f
                for name in sorted(self._program.called & self._apis.releases.keys())
                for f in self._program.calling(name)
            )
            roots = self._program.roots
            chosen = (f for f in funcs if not f.fact.partial and (roots is None or f.path in roots))
            self._all = tuple(release for func in chosen for release in self.releases(func))
        return tuple(r for r in self._all if r.natures & natures)

    def releases(self, func: Func) -> Iterator[Release]:
        """The releases of fields in a function."""
        for place, call in cfg.calls(func.fact.body):
            roles = [
                r
                for r in self._apis.releases.get(call.callee, ())
                if r.holder.kind == "arg" and not r.holder.member and r.resource not in self._contents
            ]
            if not roles or roles[0].holder.index >= len(call.args):
                continue
            operand = call.args[roles[0].holder.index]
            held = parse(operand)
            if held is None or not held.fields or operand.startswith("&"):
                continue
            owner = self.field_of(func, held)
            if owner is not None and not self._is_extra(func, place, operand):
                natures = frozenset(self._apis.resources[r.resource].nature for r in roles)
                yield Release(func, place, call, held, *owner, natures, roles[0].holder.index)

    def _is_extra(self, func: Func, place: cfg.Place, operand: str) -> bool:
        """Whether the function took a reference of its own before, which is what it gives back."""
        for before, call in cfg.calls(func.fact.body):
            for acquire in self._apis.acquires.get(call.callee, ()):
                taken = acquire.same_as if acquire.same_as >= 0 else acquire.holder.index
                by_argument = acquire.same_as >= 0 or acquire.holder.kind == "arg"
                if by_argument and call.args[taken : taken + 1] == (operand,):
                    return cfg.comes_after(func.fact.body, before, place)
        return False

    def is_filled(self, release: Release) -> bool:
        """Whether control can come to a release with something in the field: not known to be NULL."""
        held = release.call.args[release.position]
        found = False

        def visit(place: cfg.Place, _event: Event | None, signs: Signs) -> bool:
            nonlocal found
            found = found or (place == release.place and (held, False) not in signs)
            return not found and place != release.place

        complete = walk(release.func.fact.body, cfg.Place(0, 0), frozenset(), (held,), visit)
        return found or not complete

    def is_local(self, release: Release) -> bool:
        """Whether the field's container is a variable of the function, gone with it."""
        text = release.call.args[release.position].lstrip("(*&")
        kind = next((v.type for v in release.func.fact.body.locals if v.name == release.held.base), "*")
        return text[len(release.held.base) :].startswith(".") and "*" not in kind

    def is_flagged(self, release: Release) -> bool:
        """Whether the release depends on another field of the container that is cleared afterwards.

        Such a field tells whether the released one means anything.
        """
        body = release.func.fact.body
        values = self.values(release.func)
        owner = values.object(str(release.held.owner))
        flags = set()
        for condition in cfg.conditions(body, release.place.block):
            tested = values.object(body.blocks[condition.block].left)
            if tested is not None and owner is not None and tested.fields and tested.within(owner):
                flags.add(tested)
        flags.discard(values.object(str(release.held)) or release.held)
        return any(
            isinstance(event, Assign)
            and event.value in _NULL
            and values.object(event.target) in flags
            and cfg.comes_after(body, release.place, place)
            for place, event in cfg.events(body)
        )

    def field_of(self, func: Func, held: Object) -> tuple[str, str] | None:
        """The (struct, field) that an object's last field is; None where a type is unknown."""
        fields = tuple(name for name in held.fields if name != "[]")  # a type tells it without
        root = root_of(func, held.base)
        return self._program.field_of(root, fields, func.path) if root and fields else None

    # -- after a release ------------------------------------------------------

    def fate(self, release: Release) -> Fate:
        """Follow every path from a release to where it ends."""
        body = release.func.fact.body
        left: set[tuple[int, int]] = set()
        moved: set[tuple[int, int]] = set()
        stored: set[int] = set()
        seen: set[str] = set()

        def visit(place: cfg.Place, event: Event | None, _signs: Signs) -> bool:
            block = body.blocks[place.block]
            if event is None:
                if block.kind == "return":
                    left.add((place.block, block.line))
                return True
            verdict = self._verdict(release, event)
            if verdict == "moved":
                if cfg.follows(body, place.block, release.place.block):
                    moved.add((place.block, event.line))
                else:
                    verdict = UNKNOWN
            elif verdict == "stored" and not _comes_first(body, place, release.place):
                stored.add(event.line)
            seen.add(verdict)
            return verdict == KEEPS

        start = cfg.Place(release.place.block, release.place.index + 1)
        names = tested_at(body, release.place)
        complete = True
        for known in signs_at(body, release.place, names):
            complete &= walk(body, start, known, names, visit)
        doubtful = UNKNOWN in seen or not complete
        return Fate(
            tuple(sorted(left)), tuple(sorted(stored)), CLEARS in seen, doubtful, tuple(sorted(moved))
        )

    def _verdict(self, release: Release, event: Event) -> str:
        """What an event does to the released field: keeps, stored, clears, moved, unknown."""
        values = self.values(release.func)
        target = values.object(str_path(release.held)) or release.held
        if isinstance(event, Assign):
            verdict = _assigned(event, release.held, target, values)
            return "moved" if verdict == UNKNOWN else verdict
        if not isinstance(event, Call):
            return KEEPS
        if event.loop and release.held.base in event.args:
            return "moved"
        if self.ends_container(release, event):
            return CLEARS
        return self._called(release.func, event, target, values, 0)

    def _called(self, func: Func, call: Call, target: Object, values: Values, depth: int) -> str:
        """What a call does to ``target`` (in terms of ``func``, aliases resolved)."""
        wipe = self._apis.wipes.get(call.callee)
        if call.callee in self._apis.does_not_keep and wipe is None:
            return KEEPS
        given: dict[int, Object] = {}
        for position, argument in enumerate(call.args):
            named = values.object(argument)
            if named is None or named.base != target.base:
                continue
            if target.within(named):
                if len(named.fields) == len(target.fields) and not argument.startswith("&"):
                    continue  # the pointer itself is handed on: its field is not reached from it
                given[position] = named
        if call.loop:
            return UNKNOWN if any(v.base == target.base and not v.fields for v in given.values()) else KEEPS
        if not given:
            return UNKNOWN if self._finds_too(call, target, values) else KEEPS
        if self._ends(call, given):
            return CLEARS
        if wipe is not None:
            return KEEPS
        return self._callee_effect(func, call, target, given, depth)

    def _finds_too(self, call: Call, target: Object, values: Values) -> bool:
        """Whether a callee may find the container as this function did, and fill the field."""
        origin = values.calls.get(target.base)
        if origin is None or call.callee.rpartition(">")[2].rpartition(".")[2] not in self.filling(
            next((f for f in reversed(target.fields) if f != "[]"), "")
        ):
            return False
        sources = {named.base for named in map(values.object, origin.args) if named is not None}
        return any(named is not None and named.base in sources for named in map(values.object, call.args))

    def _ends(self, call: Call, given: Mapping[int, Object]) -> bool:
        for release in self._apis.releases.get(call.callee, ()):
            if (
                self._apis.resources[release.resource].nature in ("memory", "reference")
                and release.holder.index in given
            ):
                return True
        wipe = self._apis.wipes.get(call.callee)
        if wipe is not None and wipe.arg in given:
            return wipe.zero < 0 or call.args[wipe.zero : wipe.zero + 1] == ("0",)
        return any(arg in given for arg in self._life.ends_life.get(call.callee, {}).values())

    def ends_container(self, release: Release, call: Call) -> bool:
        """Whether a call ends what holds the field, by the name under which the release reads the field.

        Also where the field is another name for a variable (``x->f = made``), which tells nothing of ``x``.
        """
        values = self.values(release.func)
        held = values.path(str_path(release.held)) or release.held
        whole = ((position, values.path(argument)) for position, argument in enumerate(call.args))
        given = {
            position: found
            for position, found in whole
            if found is not None and held.within(found) and len(found.fields) < len(held.fields)
        }
        return bool(given) and self._ends(call, given)

    def _callee_effect(
        self, func: Func, call: Call, target: Object, given: Mapping[int, Object], depth: int
    ) -> str:
        if call.callee.isidentifier():
            self._program.demand(call.callee)
        edges = self._program.call_targets(func, call)
        if not edges or depth >= _DEPTH or any(edge.kind == "macro" for edge in edges):
            return UNKNOWN
        for edge in edges:
            for position, named in given.items():
                if position >= len(edge.callee.params) or not edge.callee.params[position].name:
                    return UNKNOWN
                inner = Object(edge.callee.params[position].name, target.fields[len(named.fields) :])
                effect = self.effect(edge.callee, inner, depth + 1)
                if effect != KEEPS:
                    return effect
        return KEEPS

    def effect(self, func: Func, target: Object, depth: int = 0) -> str:
        """What calling a function may do to a field reached from its parameter: keeps, clears or unknown."""
        key = (func, target)
        found = self._effects.get(key)
        if found is None:
            self._effects[key] = KEEPS  # a recursion adds nothing
            found = self._effects[key] = self._effect(func, target, depth)
        return found

    def _effect(self, func: Func, target: Object, depth: int) -> str:
        if func.fact.partial:
            return UNKNOWN
        values = self.values(func)
        result = KEEPS
        for _place, event in cfg.events(func.fact.body):
            if isinstance(event, Assign):
                verdict = _assigned(event, target, target, values)
                verdict = KEEPS if event.target == target.base else verdict
            elif isinstance(event, Call):
                verdict = self._called(func, event, target, values, depth)
            else:
                continue
            if verdict in (CLEARS, "stored"):
                return CLEARS
            if verdict == UNKNOWN:
                result = UNKNOWN
        return result

    # -- who fills a field ----------------------------------------------------

    def setters(self, struct: str, field: str) -> tuple[tuple[Func, int], ...]:
        """(function, line) of every store to a field, but for NULL and what is there anyway: static data."""
        key = (struct, field)
        found = self._setters.get(key)
        if found is None:
            found = self._setters[key] = tuple(self._find_setters(struct, field))
        return found

    def fillers(self, struct: str, field: str) -> tuple[tuple[Func, int], ...]:
        """(function, line) of stores to elements of what a field points to."""
        return tuple(self._find_fillers(struct, field))

    def filling(self, field: str) -> frozenset[str]:
        """Names of the functions that store to a field of that name, and of those that call them."""
        found = self._filling.get(field)
        if found is None:
            names = {func.name for func in self._program.storing(field)}
            ring = set(names)
            for _ in range(3):
                ring = {caller for name in ring for caller in self._program.callers_by_name(name)} - names
                names |= ring
            found = self._filling[field] = frozenset(names)
        return found

    def _find_fillers(self, struct: str, field: str) -> Iterator[tuple[Func, int]]:
        for func in self._program.storing(field):
            for _place, event in cfg.events(func.fact.body):
                if isinstance(event, Assign):
                    held = parse(event.target)
                    if (
                        held is not None
                        and held.fields[-2:] == (field, "[]")
                        and self.field_of(func, held) == (struct, field)
                    ):
                        yield func, event.line

    def _find_setters(self, struct: str, field: str) -> Iterator[tuple[Func, int]]:
        for func in self._program.storing(field):
            for _place, event in cfg.events(func.fact.body):
                if not isinstance(event, Assign) or event.value in _NULL or _is_static(func, event.value):
                    continue
                held = parse(event.target)
                if held is None or not held.fields or held.fields[-1] != field:
                    continue
                if self.field_of(func, held) == (struct, field):
                    yield func, event.line


def _comes_first(body: Body, store: cfg.Place, release: cfg.Place) -> bool:
    """Whether every way to a release goes through a store, which is then a loop's and its own."""
    found = False

    def visit(place: cfg.Place, _event: Event | None, _signs: Signs) -> bool:
        nonlocal found
        found = found or place == release
        return not found and place != store

    return walk(body, cfg.Place(0, 0), frozenset(), (), visit) and not found


def _is_static(func: Func, value: str) -> bool:
    """Whether a value is the name or the address of a variable outside the function."""
    named = parse(value)
    if named is None or named.fields or not named.base.isidentifier():
        return False
    own = {parameter.name for parameter in func.params}
    own |= {local.name for local in func.fact.body.locals if not local.static}
    return named.base not in own


def _contents(apis: Apis) -> frozenset[str]:
    """Resources that callers have acquired into an object of their own: what goes is not the object."""
    into = {a.resource for group in apis.acquires.values() for a in group if a.holder.kind == "arg"}
    out = {a.resource for group in apis.acquires.values() for a in group if a.holder.kind != "arg"}
    memory = {name for name, resource in apis.resources.items() if resource.nature == "memory"}
    return frozenset((into - out) & memory)


def str_path(held: Object) -> str:
    """An operand text that names ``held``."""
    return str(held)


def _assigned(event: Assign, held: Object, target: Object, values: Values) -> str:
    named = parse(event.target)
    if named is None:
        return KEEPS
    if not named.fields and named.base == held.base and not event.target.startswith("*"):
        return UNKNOWN  # the variable now names another object
    if not named.fields and not event.target.startswith("*"):
        return KEEPS  # a variable, whatever it stands for
    resolved = values.object(event.target) or named
    if named == held or resolved == target:
        return CLEARS if event.value in _NULL else "stored"
    if resolved.fields and target.within(resolved):
        return CLEARS  # a whole struct that holds it is overwritten
    if event.target.startswith("*") and target.within(resolved):
        return CLEARS
    return KEEPS
