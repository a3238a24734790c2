"""Copies of a pointer field: which other objects keep what a field pointed to when it is freed.

A copy ``d->f = s->g`` is an alias in the heap.  It is stale once ``s->g`` is freed, unless the
freeing function, or one it calls, stores to ``d->f`` as well, or ends the objects that keep it.
That the keepers live on is claimed only where something shows it: see ``Copies.stale``.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from posixpath import dirname
from typing import NamedTuple

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.outcome import Signs, walk
from kscan.analyses.summaries.declared import pointed, root_of, type_of
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.levels import Levels, Reach
from kscan.analyses.summaries.naming import sounds_ending, sounds_final
from kscan.facts.model import Assign, Block, Call, Event
from kscan.kernel.apis import Apis
from kscan.link.edges import CALLBACK, DIRECT, OPS, Edge, Func
from kscan.link.program import Program, last_name
from kscan.regex import regex

Place = tuple[str, str]
"""A field: struct type and name."""

_Source = tuple[Place, bool]
"""A field, and whether an element of it is meant."""

_ROUNDS = 3
_DEPTH = 5
_MOST_FUNCTIONS = 300
_SMALL = 4


class Freed(msgspec.Struct, frozen=True, eq=False):
    """A call that frees what the field ``source`` of ``held`` points to; ``chain`` leads to the free."""

    func: Func
    place: cfg.Place
    call: Call
    operand: str  # the argument that is freed, as written
    held: Object
    source: Place
    chain: tuple[Edge, ...]


class Copy(msgspec.Struct, frozen=True, eq=False):
    """A store of one field's pointer to a field of another object, perhaps by a ``setter``."""

    func: Func
    place: cfg.Place
    line: int
    held: Object
    source: Place
    dest: Place
    text: str  # the object that gets the copy, as written
    setter: Edge | None
    loop: bool  # within a walk: many objects keep it


class _Site(NamedTuple):
    """A store of ``held``, or a call that gets it at ``position``."""

    func: Func
    place: cfg.Place
    event: Assign | Call
    position: int
    held: Object


class _Free(NamedTuple):
    """A call that frees the field ``held``, written ``operand``; ``chain`` leads down to the free."""

    func: Func
    place: cfg.Place
    call: Call
    operand: str
    held: Object
    chain: tuple[Edge, ...]


class _Ending(NamedTuple):
    """A function that frees the argument at ``position``, or what that is the address of."""

    func: Func | None  # None for an API
    position: int
    chain: tuple[Edge, ...]
    address: bool = False


class _Kept(NamedTuple):
    """A small function that puts its argument ``value`` into a field of its argument ``owner``."""

    value: int
    owner: int
    func: Func  # the one that stores
    field: Object


class Reader(msgspec.Struct, frozen=True):
    """A function that uses the copy; ``getter`` hands it out, where there is one."""

    func: Func
    line: int
    getter: Func | None


class Alive(msgspec.Struct, frozen=True):
    """Why the keepers outlive it: a hook that repeats, a new value here, or another entry of the table."""

    kind: str  # repeats, replaced, again
    reach: Reach | None = None
    store: tuple[Func, int] | None = None
    table: str = ""


class Stale(msgspec.Struct, frozen=True):
    """A free after which copies go on pointing to freed memory."""

    freed: Freed
    dest: Place
    copies: tuple[Copy, ...]
    readers: tuple[Reader, ...]
    alive: Alive
    entry: tuple[Edge, ...]  # callers of the freeing function, outermost first
    between: tuple[Copy, ...] = ()  # what ``copies`` were copied from, where that is not the freed field


class Copies:
    """Stale copies of one program."""

    def __init__(self, program: Program, apis: Apis, fields: Fields, levels: Levels) -> None:
        self._program = program
        self._apis = apis
        self._fields = fields
        self._levels = levels
        self._setters: dict[Func, tuple[_Kept, ...]] = {}
        self._below: dict[Func, tuple[Func, ...] | None] = {}

    def stale(self) -> Iterator[Stale]:
        """Every free that leaves a copy behind in an object that is seen to live on, with a reader of it."""
        self._load_endings()
        # By names first: a type that has to be known may cost a header.
        releases = list(self._releases())
        sites = list(self._sites(frozenset(_name(free.held) for free in releases)))
        copied = {name for site in sites for name in site.held.fields[-2:]}
        freed: dict[_Source, list[Freed]] = defaultdict(list)
        homes: dict[_Source, set[Place]] = defaultdict(set)
        for func, place, call, operand, held, chain in releases:
            place_of = self._fields.field_of(func, held) if _name(held) in copied else None
            if place_of is not None:
                source = place_of, _is_element(held)
                freed[source].append(Freed(func, place, call, operand, held, place_of, chain))
                homes[source].update(self._home(func, held))
        copies: dict[tuple[_Source, Place], list[Copy]] = defaultdict(list)
        for site in sites:
            for copy in self._copies(site, freed.keys()):
                source = copy.source, _is_element(copy.held)
                copies[source, copy.dest].append(copy)
                homes[source].update(self._home(copy.func, copy.held))
        second: dict[Place, list[tuple[Freed, tuple[Copy, ...]]]] = defaultdict(list)
        for source, dest in sorted(copies):
            for release in freed[source]:
                # Another driver's copies of a field that all drivers of a kind have are of other objects.
                own = self._is_own(release)
                near = tuple(
                    copy
                    for copy in copies[source, dest]
                    if _is_near(copy.func, release.func, own=own)
                    and self._is_of(copy, release, homes[source])
                )
                found = self._judged(release, dest, near) if near else None
                if found is not None:
                    yield found
                elif near and not _is_element(release.held):
                    second[dest].append((release, near))
        yield from self._second(second)

    def _second(self, kept: Mapping[Place, Sequence[tuple[Freed, tuple[Copy, ...]]]]) -> Iterator[Stale]:
        """The copies of copies that a free leaves behind; ``kept``: frees, and copies that are seen to."""
        found: dict[tuple[Place, Place], list[Copy]] = defaultdict(list)
        sources = {(place, False) for place in kept}
        for site in self._sites(frozenset(name for _struct, name in kept)):
            for copy in self._copies(site, sources):
                if copy.source[0] != copy.dest[0]:
                    found[copy.source, copy.dest].append(copy)
        for source, dest in sorted(found):
            for release, between in kept[source]:
                own = self._is_own(release)
                near = tuple(c for c in found[source, dest] if _is_near(c.func, release.func, own=own))
                stale = self._judged(release, dest, near) if near and dest != release.source else None
                if stale is not None:
                    yield msgspec.structs.replace(stale, between=between)

    def _load_endings(self) -> None:
        """Load what functions of scanned files call to end what they are given, or what a field points to."""
        wanted: set[str] = set()
        ending = {n for n in self._program.called if n.isidentifier() and sounds_ending(n)}
        ending -= self._apis.releases.keys()
        for func in self._program.own:
            called = {ref.root for ref in func.fact.calls if ref.root in ending and not ref.path} - wanted
            unknown = {name for name in called if not self._program.resolve(name, func.path)}
            if not unknown:
                continue
            own = {p.name for p in func.params if p.name and "*" in p.type}
            for _place, call in cfg.calls(func.fact.body):
                if call.callee in unknown and call.callee not in wanted and not call.loop and call.args:
                    held = self._fields.values(func).path(call.args[0])
                    given = held is not None and (bool(held.fields) or held.base in own)
                    if given and call.args[0][:1] != "&":
                        wanted.add(call.callee)
        frees = {name for name, ends in self._destructors().items() if ends}
        for name in sorted(wanted):
            texts = self._program.peek(name)
            called = {word.decode() for text in texts for word in _CALLED.findall(text)}
            if not texts or called & frees or called & wanted:
                self._program.demand(name)

    def _home(self, func: Func, held: Object) -> tuple[Place, ...]:
        """The field, or the variable, that a struct is a part of by value, whose field is freed or copied."""
        owner = held.owner
        while owner.fields[-1:] == ("[]",):
            owner = owner.owner
        if not owner.fields:
            local = next((v for v in func.fact.body.locals if v.name == owner.base), None)
            return () if local is None or "*" in local.type else ((func.name, local.name),)
        kind = type_of(self._program, func, owner)
        place = self._fields.field_of(func, owner) if kind and "*" not in kind else None
        return () if place is None else (place,)

    def _is_of(self, copy: Copy, freed: Freed, homes: Collection[Place]) -> bool:
        """Whether a copy may be of what is freed: of one place, where the struct is a part of several."""
        return len(homes) <= 1 or (
            self._home(copy.func, copy.held) == self._home(freed.func, freed.held) != ()
        )

    def _is_own(self, freed: Freed) -> bool:
        """Whether a freed field is of a struct that only the folder of the free knows."""
        folder = dirname(freed.func.path)
        homes = self._program.homes(freed.source[0])
        return bool(homes) and all(dirname(home) == folder for home in homes)

    def _mention(self, names: frozenset[str], calling: frozenset[str] | None = None) -> list[Func]:
        """The functions, understood as a whole, that may name one of these fields.

        With ``calling`` those that store to a field, or call something that has one of these names.
        """
        found = [f for f in self._program.mentioning(names) if not f.fact.partial]
        if calling is None:
            return found
        return [f for f in found if f.fact.stores or not calling.isdisjoint(_called(f))]

    # -- frees ----------------------------------------------------------------

    def _releases(self) -> Iterator[_Free]:
        """Each call that frees what a field points to."""
        ends = self._destructors()
        roots = {name for name, by in ends.items() if by}
        for func in dict.fromkeys(f for name in sorted(roots) for f in self._program.calling(name)):
            if func.fact.partial:
                continue
            for place, call in cfg.calls(func.fact.body):
                for end in ends.get(call.callee, ()):
                    operand = call.args[end.position] if end.position < len(call.args) else "&"
                    if end.address:
                        if operand[:1] != "&":
                            continue
                        operand = operand[1:]
                    held = self._freed(func, place, operand) if operand[:1] not in "&*" else None
                    if held is None or not held.fields:
                        continue
                    if end.func is not None and end.func not in self._program.resolve(call.callee, func.path):
                        continue
                    first = () if end.func is None else (Edge(func, end.func, DIRECT, call.line),)
                    yield _Free(func, place, call, operand, held, (*first, *end.chain))

    def _freed(self, func: Func, place: cfg.Place, operand: str) -> Object | None:
        """The field that an operand is the value of; that of a variable is the one it was given last."""
        events = func.fact.body.blocks[place.block].events[: place.index]
        for event in reversed(events):
            if operand.isidentifier() and isinstance(event, Assign) and event.target == operand:
                if event.value[:1] != "%" and not event.value.isidentifier():
                    break
                operand = event.value
        return self._fields.values(func).path(operand)

    def _destructors(self) -> Mapping[str, Sequence[_Ending]]:
        """What frees an argument, by name."""
        found: dict[str, list[_Ending]] = defaultdict(list)
        for name, roles in self._apis.releases.items():
            for role in roles:
                plain = role.holder.kind == "arg" and not role.holder.member
                if plain and self._apis.resources[role.resource].nature == "memory":
                    found[name].append(_Ending(None, role.holder.index, ()))
                    break
        for name, gives in self._apis.acquires.items():
            for given in gives:
                if given.puts >= 0 and self._apis.resources[given.resource].nature == "memory":
                    found[name].append(_Ending(None, given.puts, ()))
                    break
        ring = set(found)
        seen: set[Func] = set()
        for _ in range(_ROUNDS):
            grown = set()
            for func in dict.fromkeys(f for name in sorted(ring) for f in self._program.calling(name)):
                if func in seen or not (func.fact.returns == "void" or sounds_ending(func.name)):
                    continue
                for ending in self._ended(func, found):
                    seen.add(func)
                    found[func.name].append(ending)
                    grown.add(func.name)
                    break
            ring = grown
        return found

    def _ended(self, func: Func, known: Mapping[str, Sequence[_Ending]]) -> Iterator[_Ending]:
        own = {p.name: i for i, p in enumerate(func.params) if p.name}
        body = func.fact.body
        own = {n: i for n, i in own.items() if not any(_stores_to(b, n) for b in body.blocks)}
        for _place, call in cfg.calls(body) if own else ():
            for end in tuple(known.get(call.callee, ())):
                name = call.args[end.position] if end.position < len(call.args) else ""
                address = name[:1] == "*"
                if address and not end.address:
                    name = name[1:]
                if name in own and func is not end.func:
                    first = () if end.func is None else (Edge(func, end.func, DIRECT, call.line),)
                    yield _Ending(func, own[name], (*first, *end.chain), address or end.address)

    # -- copies ---------------------------------------------------------------

    def _sites(self, names: frozenset[str]) -> Iterator[_Site]:
        """Where a field with one of the names is stored to another, or handed to what may do so."""
        setting = self._setting
        for func in self._mention(names, setting):
            shared = self._shared(func, names)
            for place, event in cfg.events(func.fact.body):
                if isinstance(event, Assign):
                    if event.op == "=" and self._may_keep(func, event.target):
                        held = self._named(func, event.value, names)
                        if held is not None and not self._moved(func, place, event.value):
                            yield _Site(func, place, event, -1, held)
                        target = parse(event.target)
                        for other in shared.get(event.value, ()) if held is None else ():
                            if other != target:
                                yield _Site(func, place, event, -1, other)
                elif isinstance(event, Call) and not event.loop and last_name(event.callee) in setting:
                    for position, operand in enumerate(event.args):
                        held = self._named(func, operand, names)
                        if held is None or self._is_no_setter(func, event, position):
                            continue
                        if not self._moved(func, place, operand):
                            yield _Site(func, place, event, position, held)

    def _shared(self, func: Func, names: frozenset[str]) -> Mapping[str, Sequence[Object]]:
        """The variables of a function that stand for one new object, and the fields that it is stored in."""
        found: dict[str, list[Object]] = defaultdict(list)
        given = [e for _place, e in cfg.events(func.fact.body) if isinstance(e, Assign)]
        for event in given:
            held = parse(event.target)
            if event.op != "=" or held is None or not held.fields or not event.value.isidentifier():
                continue
            sources = [e.value for e in given if e.target == event.value and e.op == "="]
            new = len(sources) == 1 and sources[0][:1] == "%"
            if new and held.fields[-1] in names and self._may_keep(func, event.target):
                found[event.value].append(held)
        return found

    def _copies(self, site: _Site, sources: Collection[_Source]) -> Iterator[Copy]:
        source = self._fields.field_of(site.func, site.held)
        if source is None or (source, _is_element(site.held)) not in sources:
            return
        if isinstance(site.event, Assign):
            yield from self._stored(site, site.event, source)
        else:
            yield from self._handed(site, site.event, source)

    @cached_property
    def _setting(self) -> frozenset[str]:
        """The names of functions that may put one argument into another, and of what may lead to them."""
        found = {f.name for f in self._program.functions() if f.fact.stores and len(f.params) > 1}
        small = [f for f in self._program.functions() if len(f.params) > 1 and _is_small(f)]
        found |= {f.name for f in small if not found.isdisjoint(_called(f))}
        through = {b.path[-1] for name in found for _path, b in self._program.bound(name) if b.path}
        through |= {
            m.name
            for m in self._program.macros()
            if m.params and not found.isdisjoint(_WORDS.findall(m.body))
        }
        return frozenset(found | through)

    def _named(self, func: Func, operand: str, names: frozenset[str]) -> Object | None:
        """The field that an operand is the value of, if that, or the array it is of, has one of the names."""
        named = parse(operand)
        if named is None or operand[:1] in "&*":
            return None
        found = named if named.fields else self._fields.values(func).path(operand)
        if found is None or not found.fields or names.isdisjoint(found.fields[-2:]):
            return None
        return None if self._in_variable(func, named, operand) else found

    def _may_keep(self, func: Func, text: str) -> bool:
        """Whether a store goes to a field of something that outlives the function's variables."""
        target = parse(text)
        if target is None or not target.fields or text[:1] == "*":
            return False
        return not self._in_variable(func, target, text)

    def _is_no_setter(self, func: Func, event: Call, position: int) -> bool:
        """Whether all that a direct call leads to is known, and none keeps the argument at ``position``."""
        found = self._program.resolve(event.callee, func.path) if event.callee.isidentifier() else ()
        return bool(found) and all(kept.value != position for f in found for kept in self._set(f))

    def _stored(self, site: _Site, event: Assign, source: Place) -> Iterator[Copy]:
        func, target = site.func, parse(event.target)
        dest = self._fields.field_of(func, target) if target is not None else None
        if dest is None or target is None or dest == source or not self._is_pointer(dest, target):
            return
        held = self._fields.values(func).path(event.value) or site.held
        same = self._fields.values(func).path(event.target) or target
        if held.base == same.base and self._is_one(func, held) and self._is_one(func, same):
            return  # two fields of one object, which end together
        if self._outlives(func, site.place, target.base):
            loop = _in_loop(func, site.place)
            yield Copy(func, site.place, event.line, site.held, source, dest, str(target), None, loop)

    def _handed(self, site: _Site, event: Call, source: Place) -> Iterator[Copy]:
        for edge in self._program.call_targets(site.func, event):
            for kept in self._set(edge.callee):
                if kept.value != site.position or kept.owner >= len(event.args):
                    continue
                dest = self._fields.field_of(kept.func, kept.field)
                if dest is not None and dest != source and self._is_pointer(dest, kept.field):
                    text, loop = event.args[kept.owner].lstrip("&"), _in_loop(site.func, site.place)
                    yield Copy(site.func, site.place, event.line, site.held, source, dest, text, edge, loop)

    def _is_one(self, func: Func, held: Object) -> bool:
        """Whether a field is of what a variable points to, or of a part of that."""
        root = root_of(func, held.base)
        steps = (held.fields[:end] for end in range(1, len(held.fields)))
        return "[]" not in held.fields[:-1] and not any(
            "*" in self._program.type_of(root, step, func.path) for step in steps
        )

    def _is_pointer(self, dest: Place, target: Object) -> bool:
        """Whether what is stored to a field, or to an element of it, is a pointer, as far as is known."""
        kind = self._program.members(dest[0]).get(dest[1], "*[]")
        return kind.count("*") + kind.count("[]") > (target.fields[-1] == "[]")

    def _outlives(self, func: Func, place: cfg.Place, base: str) -> bool:
        """Whether a function ends on some way without releasing what a variable stands for."""
        body = func.fact.body
        ends = {
            at for at, call in cfg.calls(body) if call.callee in self._apis.releases and base in call.args
        }
        if not ends:
            return True
        left = False

        def visit(at: cfg.Place, event: Event | None, _signs: Signs) -> bool:
            nonlocal left
            left = left or (event is None and body.blocks[at.block].kind == "return")
            return at not in ends

        return not walk(body, place, frozenset(), (), visit) or left

    def _set(self, func: Func, depth: int = 0) -> tuple[_Kept, ...]:
        """What a small function stores of its arguments, itself or by another small one."""
        found = self._setters.get(func)
        if found is None:
            self._setters[func] = ()  # where it comes to itself
            found = self._setters[func] = tuple(self._find_set(func, depth))
        return found

    def _find_set(self, func: Func, depth: int) -> Iterator[_Kept]:
        if not _is_small(func):
            return
        own = {p.name: i for i, p in enumerate(func.params) if p.name}
        values = self._fields.values(func)
        for _place, event in cfg.events(func.fact.body):
            if isinstance(event, Assign) and event.op == "=" and event.value in own:
                target = values.path(event.target)
                if target is not None and target.fields and target.base in own:
                    yield _Kept(own[event.value], own[target.base], func, target)
            elif (
                isinstance(event, Call) and not event.loop and depth < _ROUNDS and event.callee.isidentifier()
            ):
                if own.keys().isdisjoint(event.args):
                    continue
                for callee in self._program.resolve(event.callee, func.path):
                    for kept in self._set(callee, depth + 1):
                        value, owner = (event.args[i : i + 1] for i in (kept.value, kept.owner))
                        held = values.path(owner[0]) if owner else None
                        if held is not None and held.base in own and value and value[0] in own:
                            yield _Kept(own[value[0]], own[held.base], kept.func, kept.field)

    def _in_variable(self, func: Func, target: Object, text: str) -> bool:
        """Whether the target is a member of a variable of the function, gone with it."""
        kind = next((v.type for v in func.fact.body.locals if v.name == target.base), "*")
        return text.lstrip("(&")[len(target.base) :].startswith(".") and "*" not in kind

    def _moved(self, func: Func, place: cfg.Place, operand: str) -> bool:
        """Whether the function then clears or refills what it copied from: the pointer moves."""
        body = func.fact.body
        return any(
            isinstance(e, Assign) and e.target == operand and cfg.comes_after(body, place, p)
            for p, e in cfg.events(body)
        )

    # -- judgement ------------------------------------------------------------

    def _judged(self, freed: Freed, dest: Place, copies: tuple[Copy, ...]) -> Stale | None:
        if any(copy.func is freed.func for copy in copies) or not self._is_certain(freed):
            return None
        copies = tuple(copy for copy in copies if not self._alternatives(copy.func, freed.func))
        if not copies:
            return None
        below = self._reached(freed.func)
        if below is None or self._refreshes(below, dest) or self._ends(freed, below, dest):
            return None
        alive = None if sounds_final(freed.func.name) else self._alive(freed, copies)
        if alive is None:
            alive = self._refilled(freed, dest)
        elif any(self._mends(freed, func, dest) for func in self._direct_callers(freed.func)):
            return None
        if alive is None:
            return None
        readers = tuple(self._readers(dest, freed))
        if not readers:
            return None
        near = tuple(sorted(copies, key=lambda c: (not c.loop, c.func.path != freed.func.path)))
        return Stale(freed, dest, near, readers, alive, self._entry(freed.func))

    def _alternatives(self, copying: Func, freeing: Func) -> bool:
        """Whether a caller does either the one or the other, so that what was copied is never freed."""
        leading = {freeing: 0}
        queue = deque([freeing])
        while queue:
            here = queue.popleft()
            for edge in self._program.callers(here) if leading[here] < _ROUNDS else ():
                if edge.caller not in leading and edge.kind != CALLBACK:
                    leading[edge.caller] = leading[here] + 1
                    queue.append(edge.caller)
        for edge in self._program.callers(copying):
            body = edge.caller.fact.body
            if edge.caller not in leading or edge.caller is copying:
                continue
            ones = [p for p, call in cfg.calls(body) if call.line == edge.line]
            others = [
                p
                for p, call in cfg.calls(body)
                if call.line != edge.line
                and any(e.callee in leading for e in self._program.call_targets(edge.caller, call))
            ]
            pairs = [(a, b) for a in ones for b in others]
            if pairs and not any(
                cfg.comes_after(body, a, b) or cfg.comes_after(body, b, a) for a, b in pairs
            ):
                return True
        return False

    def _reached(self, func: Func) -> tuple[Func, ...] | None:
        """A function and all it calls, down to a depth; None where that is too much to look at."""
        if func not in self._below:
            self._below[func] = self._walk_down(func)
        return self._below[func]

    def _walk_down(self, func: Func) -> tuple[Func, ...] | None:
        seen = {func: 0}
        queue = deque([func])
        while queue:
            here = queue.popleft()
            if seen[here] >= _DEPTH:
                continue
            for edge in self._program.callees(here):
                if edge.callee not in seen:
                    if len(seen) >= _MOST_FUNCTIONS:
                        return None
                    seen[edge.callee] = seen[here] + 1
                    queue.append(edge.callee)
        return tuple(seen)

    def _direct_callers(self, func: Func) -> list[Func]:
        return [edge.caller for edge in self._program.callers(func) if edge.kind == DIRECT]

    def _mends(self, freed: Freed, caller: Func, dest: Place) -> bool:
        """Whether a caller of the freeing function sees to the copies, or may do so."""
        around = self._reached(caller)
        return around is None or self._refreshes(around, dest) or self._ends(freed, (caller,), dest)

    def _refreshes(self, below: Sequence[Func], dest: Place) -> bool:
        return any(self._stores(func, dest) for func in below if dest[1] in func.fact.stores)

    def _stores(self, func: Func, dest: Place) -> bool:
        for _place, event in cfg.events(func.fact.body):
            if isinstance(event, Assign):
                target = parse(event.target)
                if target is not None and dest[1] in target.fields[-2:]:
                    found = self._fields.field_of(func, target)
                    if found is None or found == dest:
                        return True
        return False

    def _ends(self, freed: Freed, below: Sequence[Func], dest: Place) -> bool:
        """Whether the container of the freed field, or an object that keeps a copy, ends with it."""
        kinds = {dest[0], freed.source[0], pointed(self._program, freed.func, freed.held.base)}
        for func in below:
            for _place, call in cfg.calls(func.fact.body):
                ending = call.callee in self._apis.releases or call.callee in self._apis.wipes
                ending = ending or (sounds_final(call.callee) and call.callee != freed.func.name)
                if ending and any(pointed(self._program, func, arg) in kinds for arg in call.args):
                    return True
        return False

    # -- evidence -------------------------------------------------------------

    def _alive(self, freed: Freed, copies: Sequence[Copy]) -> Alive | None:
        for func, line in self._fills(freed):
            if func is freed.func and self._replaces(freed, line):
                return Alive("replaced", store=(func, line))
        store = self._filled_below(freed)
        if store is not None:
            return Alive("replaced", store=store)
        reaches = self._levels.of(freed.func)
        if any(r.hook.phase != "use" or sounds_final(r.hook.name) for r in reaches):
            return None
        again = self._again(freed, copies)
        for reach in reaches:
            if "repeats" in reach.hook.runs:
                return Alive("repeats", reach, again.store if again else None)
        return again

    def _filled_below(self, freed: Freed) -> tuple[Func, int] | None:
        """The store of a function that is given the container after the free, and fills the field again."""
        body = freed.func.fact.body
        filling = dict(self._fields.setters(*freed.source))
        for place, call in cfg.calls(body) if filling and not _is_element(freed.held) else ():
            if not call.callee.isidentifier() or not cfg.comes_after(body, freed.place, place):
                continue
            objects = (self._fields.values(freed.func).path(arg) for arg in call.args)
            if any(o is not None and freed.held.within(o) and freed.held != o for o in objects):
                for callee in self._program.resolve(call.callee, freed.func.path):
                    if callee in filling:
                        return callee, filling[callee]
        return None

    def _refilled(self, freed: Freed, dest: Place) -> Alive | None:
        """A caller that gives the field another value, and does not see to the copies."""
        for edge in self._program.callers(freed.func):
            caller = edge.caller
            if edge.kind != DIRECT or sounds_final(caller.name):
                continue
            line = self._filled_after(freed, edge)
            if line and not any(
                self._mends(freed, func, dest) for func in (caller, *self._direct_callers(caller))
            ):
                return Alive("replaced", store=(caller, line))
        return None

    def _is_certain(self, freed: Freed) -> bool:
        """Whether no element is freed that something else says is not in use."""
        if not _is_element(freed.held):
            return True
        body, here = freed.func.fact.body, freed.place.block
        values = self._fields.values(freed.func)
        asked = (
            branch.left
            for number, branch in enumerate(body.blocks)
            if branch.kind == "branch" and branch.op in ("==", "!=") and not branch.left.isidentifier()
            if cfg.follows(body, number, here) and cfg.follows(body, here, number)
        )
        return all(values.path(left) == freed.held for left in asked)

    def _replaces(self, freed: Freed, line: int) -> bool:
        """Whether a store of the freeing function gives the field another value than what is freed."""
        body = freed.func.fact.body
        if freed.operand.isidentifier():
            return True  # the old pointer was taken out first
        places = (place for place, event in cfg.events(body) if event.line == line)
        return any(cfg.comes_after(body, freed.place, place) for place in places)

    def _filled_after(self, freed: Freed, edge: Edge) -> int:
        """The line on which a caller gives the field a new value after the call; 0 where it does not."""
        body = edge.caller.fact.body
        sites = [place for place, call in cfg.calls(body) if call.line == edge.line]
        lines = {line for func, line in self._fields.setters(*freed.source) if func is edge.caller}
        for place, event in cfg.events(body):
            if event.line in lines and any(cfg.comes_after(body, site, place) for site in sites):
                return event.line
        return 0

    def _fills(self, freed: Freed) -> tuple[tuple[Func, int], ...]:
        """(function, line) of every store of a new pointer to the freed field, or to an element of it."""
        elements = self._fields.fillers(*freed.source) if freed.held.fields[-1] == "[]" else ()
        return (*self._fields.setters(*freed.source), *elements)

    def _again(self, freed: Freed, copies: Sequence[Copy]) -> Alive | None:
        """Another entry of the table that leads to the free: one that fills the field and copies nothing."""
        setters = dict(self._fills(freed))
        copying = {copy.func for copy in copies}
        for entry in (freed.func, *(e.caller for e in self._program.callers(freed.func) if e.kind == DIRECT)):
            for path, binding in self._program.bound(entry.name):
                if binding.how != "initializer" or not binding.path or sounds_final(binding.path[-1]):
                    continue
                for other in self._siblings(path, binding.instance, entry.name):
                    below = self._reached(other)
                    if below is None or copying & set(below):
                        continue
                    for func in below:
                        if func in setters:
                            return Alive("again", None, (func, setters[func]), binding.instance)
        return None

    def _siblings(self, path: str, instance: str, name: str) -> Iterator[Func]:
        """The other functions in one table."""
        for binding in self._program.facts[path].bindings:
            if binding.instance == instance and binding.how == "initializer" and binding.target != name:
                yield from self._program.resolve(binding.target.lstrip("&"), path)

    def _readers(self, dest: Place, freed: Freed) -> Iterator[Reader]:
        near = self._near(dest, freed)
        for func in self._mention(frozenset({dest[1]})):
            if func is freed.func or sounds_final(func.name) or not near(func):
                continue
            line = self._read(func, dest)
            if line and self._is_getter(func, dest):
                for caller in self._program.calling(func.name):
                    used = next(c.line for _p, c in cfg.calls(caller.fact.body) if c.callee == func.name)
                    if not sounds_final(caller.name) and func in self._program.resolve(
                        func.name, caller.path
                    ):
                        yield Reader(caller, used, func)
            elif line:
                yield Reader(func, line, None)

    def _near(self, dest: Place, freed: Freed) -> Callable[[Func], bool]:
        """Which functions may read the copies: of a struct that many drivers have, those of the same."""
        folder = dirname(freed.func.path)
        homes = self._program.homes(dest[0])
        wide = self._program.is_arch_struct(dest[0]) or any(dirname(home) == folder for home in homes)
        return lambda func: wide or dirname(func.path) in {folder, *map(dirname, homes)}

    def _is_getter(self, func: Func, dest: Place) -> bool:
        blocks = func.fact.body.blocks
        return len(blocks) <= _SMALL and any(
            b.kind == "return" and b.left.endswith(dest[1]) and self._uses(func, b.left, dest) for b in blocks
        )

    def _read(self, func: Func, dest: Place) -> int:
        """The line on which a function uses what the field points to, or hands it on; 0 where it does not."""
        for block in func.fact.body.blocks:
            for event in block.events:
                operands = event.args if isinstance(event, Call) else ()
                operands = (event.value,) if isinstance(event, Assign) else operands
                if any(self._uses(func, o, dest) for o in operands):
                    return event.line
            if block.kind == "return" and self._uses(func, block.left, dest):
                return block.line
        return 0

    def _uses(self, func: Func, operand: str, dest: Place) -> bool:
        found = parse(operand)
        if found is None or dest[1] not in found.fields or operand[:1] == "&":
            return False
        end = found.fields.index(dest[1]) + 1
        return self._fields.field_of(func, Object(found.base, found.fields[:end])) == dest

    def _entry(self, func: Func) -> tuple[Edge, ...]:
        """The shortest way down to a function from a callback of another table, by its callers."""
        bound = bool(self._program.places(func))
        seen = {func}
        queue: deque[tuple[Func, tuple[Edge, ...]]] = deque([(func, ())])
        best: tuple[Edge, ...] = ()
        while queue:
            here, path = queue.popleft()
            if path and self._program.places(here):
                return path
            if len(path) > len(best):
                best = path
            for edge in self._program.callers(here) if len(path) < _DEPTH else ():
                first = here is func and bound and edge.kind != OPS
                if edge.caller not in seen and edge.kind != CALLBACK and not first:
                    seen.add(edge.caller)
                    queue.append((edge.caller, (edge, *path)))
        return best if any(edge.kind == OPS for edge in best) else ()


def _is_near(func: Func, freeing: Func, *, own: bool) -> bool:
    """Whether two functions deal with the same objects: of one file, or of a folder with its own struct."""
    return func.path == freeing.path or (own and dirname(func.path) == dirname(freeing.path))


def _is_small(func: Func) -> bool:
    return len(func.fact.body.blocks) <= _SMALL


def _is_element(held: Object) -> bool:
    return held.fields[-1:] == ("[]",)


_CALLED = regex(rb"\b([A-Za-z_]\w*)\(")
_WORDS = regex(r"\b[A-Za-z_]\w*")


def _name(held: Object) -> str:
    """The name of the field that an object ends at, or of the array it is an element of."""
    return next((name for name in reversed(held.fields) if name != "[]"), "")


def _called(func: Func) -> Iterator[str]:
    """The names of the functions, and of the fields, through which a function calls."""
    return (ref.path[-1] if ref.path else ref.root for ref in func.fact.calls)


def _stores_to(block: Block, name: str) -> bool:
    return any(isinstance(e, Assign) and e.target == name for e in block.events)


def _in_loop(func: Func, place: cfg.Place) -> bool:
    return cfg.follows(func.fact.body, place.block, place.block)
