"""Who holds a resource at the end of each path: followed one acquisition at a time.

From each acquisition on, every path on which it succeeded is followed with the names that
hold the resource, until something gives it back (released), or makes it reachable for others
(escaped: stored, returned, handed to a function that may keep it), or the function returns
with it (held).  One acquisition at a time keeps the number of states small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

import msgspec

from kscan.analyses.access import Object, parse
from kscan.analyses.certain import Certain
from kscan.analyses.cfg import Place, calls, comes_after, conditions, follows
from kscan.analyses.cfg import events as all_events
from kscan.analyses.declared import type_of
from kscan.analyses.flow import flow_of
from kscan.analyses.naming import sounds_converting, sounds_ending
from kscan.analyses.parameters import FREES, RETURNS, STORES, UNKNOWN, Parameters
from kscan.analyses.paths import ANY, NEGATIVE, POSITIVE, SIDES, ZERO, Facts, Node, Paths, constant, names_in
from kscan.analyses.undoing import Undoing
from kscan.analyses.values import Values, values_of
from kscan.analyses.wrappers import Undone, Wrapped, Wrappers
from kscan.facts.model import Assign, Call, Event, ScopeEnd
from kscan.kernel.apis import Acquire, Apis, Release, Resource
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

_HELD = {
    "null": POSITIVE,
    "err_ptr": POSITIVE,
    "null_or_err_ptr": POSITIVE,
    "errno": ZERO | POSITIVE,
    "nonzero": ZERO,
    "zero": NEGATIVE | POSITIVE,
    "nonpositive": POSITIVE,
    "false": NEGATIVE | POSITIVE,
    "never": ANY,
}
_BARE = regex(r"(?<![\w.>])([A-Za-z_%]\w*)(?![\w.(\[]|->)")
_TEST = regex(r"^!|[=!<>]=|[^-]>|<")
_INDEXED = regex(r"\[[^\]]*[a-z]")
_UNSIGNED = regex(r"(?:const )?(?:unsigned\b|size_t\b|u(?:8|16|32|64)\b|uint)")
_MOST_REFERENCES = 3
PERHAPS = "perhaps released"  # an exit by a call that may give back this, or only something of the kind
_MOST_PASSED = 4
_MOST_CONVERTED = 3  # calls from an object to what leads back to it


class Site(msgspec.Struct, frozen=True, eq=False):
    """A call that acquires.  ``named``: a variable gets the resource; else an object's state changes."""

    func: Func
    place: Place
    call: Call
    resource: Resource
    holders: frozenset[Object]
    held: int  # mask of the result with which the resource is held
    named: bool
    loop: bool = False
    kept_on_failure: bool = False
    same: str = ""  # the argument that is given back with one more reference
    looked_in: str = ""  # the argument without which there is nothing to find
    given: str = ""  # the argument whose state changes; nothing would change if it were NULL
    on: Object | None = None  # what it was set up on, which takes it along when it goes
    failure: str = "never"  # one of kscan.kernel.apis.FAILURES
    wrapped: bool = False  # by a function whose body shows it, not by one that the kernel model knows


class Held(NamedTuple):
    """State of one path: who holds how many references."""

    holders: frozenset[Object]
    references: int = 1
    passed: frozenset[str] = frozenset()  # functions of unknown effect that were given it
    stored: bool = False  # others may find it, by a field or a global


class Exit(msgspec.Struct, frozen=True):
    """How one path ends.  ``error``: None where it is not known whether the function fails there.

    ``kind``: released, perhaps released, escaped, held or lost; "stored " before it once others may find it.
    """

    kind: str
    line: int
    node: Node[Held]
    error: bool | None = None
    how: str = ""
    passed: frozenset[str] = frozenset()


class Outcome(msgspec.Struct):
    """How the paths from one acquisition end, nearest first."""

    site: Site
    exits: list[Exit] = msgspec.field(default_factory=list)
    complete: bool = True

    def of(self, *kinds: str) -> list[Exit]:
        """The exits of these kinds."""
        return [e for e in self.exits if e.kind in kinds]


class Ownership:
    """Acquisitions of a program's functions and what becomes of them."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self.program = program
        self.apis = apis
        self.parameters = program.shared(Parameters, apis)
        self.undoing = program.shared(Undoing, apis)
        self.certain = program.shared(Certain, apis)
        self.wrappers = Wrappers(self, program, apis)
        self._bodies: dict[Func, Holding] = {}
        self._sites: dict[Func, tuple[Site, ...]] = {}
        self._outcomes: dict[Site, Outcome] = {}
        self._rough: dict[Site, Outcome] = {}

    def functions(self, names: Iterable[str]) -> list[Func]:
        """The scanned functions that call one of ``names``, by file and line."""
        called = self.program.called
        found = {func for name in names if name in called for func in self.program.calling(name)}
        return sorted(
            (func for func in found if func.path in self.program.scope), key=lambda f: (f.path, f.fact.line)
        )

    def holding(self, func: Func) -> Holding:
        """The analysis of one function."""
        found = self._bodies.get(func)
        if found is None:
            found = self._bodies[func] = Holding(self, func)
        return found

    def acquisitions(self, func: Func, resources: frozenset[str], *, wrapped: bool = False) -> Iterator[Site]:
        """The acquisitions of ``resources`` in a function.

        ``wrapped``: also those by functions whose bodies alone show that they acquire.
        """
        for site in (*self.sites(func), *(self._by_wrappers(func, resources) if wrapped else ())):
            if site.resource.name in resources:
                yield site

    def sites(self, func: Func) -> tuple[Site, ...]:
        """The acquisitions in a function of what nothing else gives back at the end of its scope."""
        sites = self._sites.get(func)
        if sites is None:
            holding = self.holding(func)
            sites = self._sites[func] = tuple(s for s in holding.sites() if not holding.cleaned(s))
        return sites

    def outcome(self, site: Site) -> Outcome:
        """What becomes of an acquisition."""
        found = self._outcomes.get(site)
        if found is None:
            found = self._outcomes[site] = self.holding(site.func).refined(
                self.rough_outcome(site), site.held
            )
        return found

    def rough_outcome(self, site: Site) -> Outcome:
        """As ``outcome``, with ways that what is known on the way to the acquisition rules out, too."""
        found = self._rough.get(site)
        if found is None:
            found = self._rough[site] = self.holding(site.func).rough(site, site.held)
        return found

    def _by_wrappers(self, func: Func, resources: frozenset[str]) -> tuple[Site, ...]:
        holding = self.holding(func)
        return tuple(s for s in holding.wrapped(resources) if not holding.cleaned(s))


class Holding:
    """One function."""

    def __init__(self, owner: Ownership, func: Func) -> None:
        self.func = func
        self._program = owner.program
        self.body = func.fact.body
        self._apis = owner.apis
        self._parameters = owner.parameters
        self.undoing = owner.undoing
        self._wrappers = owner.wrappers
        self._certain = owner.certain
        self.paths = Paths(self.body, owner.apis, lambda: owner.program.unfinished.setdefault(func))
        self._locals = {v.name for v in self.body.locals if not v.static} | {p.name for p in func.params}
        self._undoers: dict[str, frozenset[str]] = {}
        self._held: dict[tuple[str, frozenset[Object]], bool] = {}
        self._by_role: dict[tuple[Place, Wrapped], Site | None] = {}
        self.cleanups = {v.name: v.cleanup for v in self.body.locals if v.cleanup}

    @cached_property
    def values(self) -> Values:
        """What the locals of the function stand for."""
        return values_of(self.body)

    # -- acquisitions ---------------------------------------------------------

    def sites(self) -> Iterator[Site]:
        """The calls that acquire something that has to be given back by hand."""
        for place, event in calls(self.body):
            loop = self._apis.loops.get(event.callee)
            if loop is not None and event.loop and loop.cursor < len(event.args):
                cursor = parse(event.args[loop.cursor])
                own = not loop.member or event.args[loop.cursor][:1] == "&"  # else it may go on elsewhere
                if cursor is not None and not cursor.fields and own:
                    cursor = Object(cursor.base, (loop.member,)) if loop.member else cursor
                    resource = self._apis.resources[loop.resource]
                    yield Site(self.func, place, event, resource, frozenset({cursor}), POSITIVE, True, True)
            for role in () if self._is_own(event.callee) else self._apis.acquires.get(event.callee, ()):
                site = None if role.managed else self._site(place, event, role)
                if site is not None:
                    yield site

    def _is_own(self, callee: str) -> bool:
        """Whether the file has a function of its own by the name of one that the kernel model knows."""
        if callee not in self._apis.acquires:
            return False
        found = self._program.resolve(callee, self.func.path)
        return any(f.path == self.func.path and f.fact.linkage == "static" for f in found)

    def wrapped(self, resources: frozenset[str]) -> Iterator[Site]:
        """The calls of functions that acquire one of ``resources`` for their caller."""
        for place, event in calls(self.body):
            if not event.loop:
                for role in self._wrappers.acquires(event.callee, self.func.path, resources):
                    if (place, role) not in self._by_role:  # one site each, whose outcome is kept
                        self._by_role[place, role] = self._wrapped_site(place, event, role)
                    site = self._by_role[place, role]
                    if site is not None:
                        yield site

    def _wrapped_site(self, place: Place, event: Call, role: Wrapped) -> Site | None:
        resource, held, named = self._apis.resources[role.resource], _HELD[role.failure], role.kind != "arg"
        if role.kind == "result":
            holders = {Object(event.result)} if event.result else set()
            held = POSITIVE
        else:
            arg = event.args[role.argument] if role.argument < len(event.args) else ""
            found = parse(arg)
            if found is None or (
                named and (arg[:1] != "&" or found.fields or found.base not in self._locals)
            ):
                return None
            places = (found, None if named else self.values.object(arg))
            holders = {Object(o.base, o.fields + role.fields) for o in places if o is not None}
            held = ZERO if role.failure == "errno" else held
        return Site(
            self.func,
            place,
            event,
            resource,
            frozenset(holders),
            held,
            named,
            given=event.args[role.argument][1:] if role.kind == "out" else "",
            failure=role.failure,
            wrapped=True,
        )

    def _site(self, place: Place, event: Call, role: Acquire) -> Site | None:
        where, holders, named = role.holder, set(), True
        if where.kind == "result":
            if event.result:
                holders.add(Object(event.result))
            named = role.same_as < 0 or bool(event.result)
            if 0 <= role.same_as < len(event.args):
                holders |= {o for o in (parse(event.args[role.same_as]),) if o is not None}
        elif where.kind == "global":
            holders, named = {Object(f"<{role.resource}>")}, False
        elif where.index < len(event.args):
            arg = event.args[where.index]
            found = parse(arg)
            if found is None:
                return None
            named = where.kind == "out" or bool(where.member)
            if named and (found.base not in self._locals or arg[:1] != "&" or found.fields):
                return None
            holders = {Object(found.base, (where.member,)) if where.member else found}
            if not named:
                holders |= {o for o in (self.values.object(arg),) if o is not None}
                holders |= {Object(other) for other in self.paths.same(arg)}
        resource = self._apis.resources[role.resource]
        # Only where the result is the resource itself, such as an id, is it anything but zero on success.
        held = ZERO if role.failure == "errno" and where.kind != "result" else _HELD[role.failure]
        if role.failure == "never" and where.kind == "result" and resource.type:
            held = POSITIVE  # a pointer
        looked_in = event.args[0] if where.kind == "result" and event.args and role.puts != 0 else ""
        same = event.args[role.same_as] if 0 <= role.same_as < len(event.args) else ""
        given = event.args[where.index] if where.kind == "arg" and not named else ""
        on = self.values.object(event.args[0]) if where.kind == "arg" and where.index else None
        return Site(
            self.func,
            place,
            event,
            resource,
            frozenset(holders),
            held,
            named,
            kept_on_failure=role.kept_on_failure,
            same=same,
            looked_in=looked_in if self.is_local(looked_in) and role.failure == "null" else "",
            given=given,
            on=on,
            failure=role.failure,
        )

    @cached_property
    def _before(self) -> tuple[dict[Place, list[Facts]], bool]:
        return self._known({p: e for p, e in calls(self.body) if self._concerns(e)})

    @cached_property
    def _before_releases(self) -> tuple[dict[Place, list[Facts]], bool]:
        releases = self._apis.releases
        return self._known({p: e for p, e in calls(self.body) if e.callee in releases})

    def _known(self, calls: dict[Place, Call]) -> tuple[dict[Place, list[Facts]], bool]:
        found: dict[Place, list[Facts]] = {}
        names = frozenset(e.result or e.callee for e in calls.values())

        def visit(where: Place, _event: Event | None, facts: Facts, _state: bool, _node: Node[bool]) -> bool:
            if where in calls:
                known = found.setdefault(where, [])
                asked = self.paths.asked_from(where, facts)
                if asked not in known:
                    known.append(asked)
            return True

        complete = self.paths.explore(Place(0, 0), ({},), True, visit, concerns=names)
        return found, complete

    def _concerns(self, event: Call) -> bool:
        name, apis = event.callee, self._apis
        return (
            name in apis.acquires
            or name in apis.loops
            or name in apis.may_return_null
            or name in apis.may_return_err_ptr
        )

    def facts_at(self, place: Place) -> list[Facts]:
        """What may be known and asked for later when control is at a call that this analysis is about."""
        found, complete = self._before
        return found.get(place, []) if complete else [self._surely(place)]

    def _surely(self, place: Place) -> Facts:
        """What the tests that control has surely come by tell of fields that the function does not set."""
        known: Facts = {}
        for number, holds in conditions(self.body, place.block):
            block = self.body.blocks[number]
            tested = "->" in block.left and block.right == "0" and block.op in SIDES
            if tested and not self._set_after(number, block.left):
                known[block.left] = SIDES[block.op][0 if holds else 1]
        return known

    def _set_after(self, number: int, operand: str) -> bool:
        """Whether something that an operand is read through may be set once a block has been left."""
        return any(
            follows(self.body, number, place.block)
            and not names_in(event.target).isdisjoint(names_in(operand))
            for place, event in all_events(self.body)
            if isinstance(event, Assign)
        )

    def known_at(self, place: Place) -> list[Facts]:
        """The same when control is at a call that releases something."""
        found, complete = self._before_releases
        return found.get(place, []) if complete else [{}]

    # -- paths ----------------------------------------------------------------

    def cleaned(self, site: Site) -> bool:
        """Whether the result goes straight into a variable with a cleanup attribute."""
        return bool(self.cleanups) and any(
            isinstance(e, Assign) and e.target in self.cleanups and e.value == site.call.result
            for _place, e in all_events(self.body)
        )

    def outcome(self, site: Site, mask: int) -> Outcome:
        """How the paths end on which the call's result is in ``mask``."""
        return self.refined(self.rough(site, mask), mask)

    def rough(self, site: Site, mask: int) -> Outcome:
        """As ``outcome``, with nothing known of the way to the call."""
        return self._followed(site, mask, [{}])

    def refined(self, outcome: Outcome, mask: int) -> Outcome:
        """What becomes of a rough outcome where something is known on the way to the call.

        That is asked for only where a path leaves it held without: it never adds such a path.
        """
        site = outcome.site
        if outcome.complete and all(e.kind.endswith(("released", "escaped")) for e in outcome.exits):
            return outcome
        if site.wrapped:
            found, complete = self._known({site.place: site.call})
            before = found.get(site.place, []) if complete else [self._surely(site.place)]
        else:
            before = self.facts_at(site.place)
        if before == [{}] and not self._succeeding:
            return outcome
        return self._followed(site, mask, before, self._succeeding)

    @cached_property
    def _succeeding(self) -> frozenset[str]:
        """The results of the calls here that cannot fail."""
        return frozenset(
            e.result
            for _place, e in all_events(self.body)
            if isinstance(e, Call) and e.result and self._certain.succeeds(e.callee, self.func.path)
        )

    def _followed(
        self, site: Site, mask: int, before: list[Facts], succeeding: frozenset[str] = frozenset()
    ) -> Outcome:
        """``succeeding``: results that are known to be 0."""
        outcome = Outcome(site)
        start = Place(site.place.block, site.place.index + 1)
        known = {site.call.result: mask} if site.call.result else {}
        if site.same:
            known[site.same] = POSITIVE
            whole, arrow, _part = site.same.lstrip("&").rpartition("->")
            if arrow:  # what the counted object is a part of
                known[whole] = POSITIVE
        if site.given:
            known[site.given] = POSITIVE
        if site.named:  # a member of a variable that was filled
            known |= {f"{h.base}.{'.'.join(h.fields)}": POSITIVE for h in site.holders if h.fields}
        if site.looked_in:
            known[site.looked_in] = POSITIVE
        if site.wrapped:  # what it was given and what else it told do not say that there is nothing
            told = (arg.removeprefix("&") for arg in site.call.args)
            known |= {arg: POSITIVE for arg in told if arg.isidentifier() and not arg.isupper()}
        concerns = self._concerning(site)
        outcome.complete = self.paths.explore(
            start,
            [facts | known for facts in before],
            Held(site.holders),
            _Walk(self, site, outcome, succeeding).visit,
            concerns=concerns if concerns is None else concerns | succeeding,
        )
        return outcome

    def may_keep(self, site: Site) -> bool:
        """Whether the function may end with what it acquired: a quick superset, blind to what tests tell."""
        if not self._gets_away(site):
            return False
        outcome = Outcome(site)
        start = Place(site.place.block, site.place.index + 1)
        complete = self.paths.skim(start, Held(site.holders), _Walk(self, site, outcome).visit)
        return not complete or bool(outcome.of("held"))

    def _gets_away(self, site: Site) -> bool:
        """Whether control may come to an end without a release of the same operand, which stays the same."""
        names = names_in(site.given)
        seen, pending = {site.place.block}, [(site.place.block, site.place.index + 1)]
        while pending:
            number, first = pending.pop()
            block = self.body.blocks[number]
            for event in block.events[first:]:
                if isinstance(event, Assign):
                    if event.target in names:
                        return True
                elif isinstance(event, Call):
                    again = self._apis.acquires.get(event.callee, ())
                    if (event.loop and not names.isdisjoint(event.args)) or _concerns(again, event, site):
                        return True
                    if _concerns(self._apis.releases.get(event.callee, ()), event, site):
                        break
            else:
                if block.kind == "return" or site.place.block in block.succs:
                    return True
                pending += [(succ, 0) for succ in block.succs if succ not in seen]
                seen.update(block.succs)
        return False

    def _concerning(self, site: Site) -> frozenset[str] | None:
        if site.resource.nature == "lock" or any(h.base[:1] == "<" for h in site.holders):
            return None  # it may be given back without being named
        names = frozenset({site.call.result}).union(*(names_in(h.base) | {*h.fields} for h in site.holders))
        names |= self.wholes(site)
        if site.on is not None:
            names |= names_in(site.call.args[0]) | {site.on.base}
        return self.paths.concerning(names - {""}) | self._releasing(site.resource.name)

    def wholes(self, site: Site) -> frozenset[str]:
        """The variables from which what is counted was asked for as a part (``dev = to_dev(x)``), or that
        were asked of it as what it keeps of its own (``x = drvdata(dev)``): each leads back to it.
        """
        if site.resource.nature != "reference":
            return frozenset()
        counted = {h.base for h in site.holders if not h.fields} | {site.same}
        found: set[str] = set()
        for base in counted:
            for name in (base, *self._given.get(base, ())):
                asked = self.values.calls.get(name)
                if asked is not None and asked is not site.call and self._is_part(asked):
                    found.add(asked.args[0])
        counted |= {n for n, values in self._given.items() if self.is_local(n) and values & counted}
        parts = {h for h in site.holders if h.fields}
        own = {
            name
            for name, call in self.values.calls.items()
            if call.callee in self._apis.own_data
            and (not counted.isdisjoint(call.args) or any(parse(arg) in parts for arg in call.args))
        }
        return frozenset(found | {n for n, values in self._given.items() if values & own})

    def leads_back(self, operand: str, holders: frozenset[Object], depth: int = _MOST_CONVERTED) -> bool:
        """Whether an operand is what an object keeps of its own, or what it is converted to: who has that
        has the object.
        """
        made = self.values.calls.get(operand)
        if made is None or not depth:
            return False
        if made.callee not in self._apis.own_data and not self._gives_own_data(made.callee):
            return False
        return any(self._is_converted(arg, holders, depth) for arg in made.args)

    def _is_converted(self, operand: str, holders: frozenset[Object], depth: int) -> bool:
        if self.holds(operand, holders):
            return True
        made = self.values.calls.get(operand)
        converts = made is not None and self._apis.predicates.get(made.callee) == "converts"
        return (
            made is not None
            and converts
            and depth > 0
            and any(self._is_converted(arg, holders, depth - 1) for arg in made.args)
        )

    def gives_no_error(self, call: Call) -> bool:
        """Whether a function gives what its arguments lead to or NULL, and never an error pointer."""
        found = self._program.resolve(call.callee, self.func.path)
        for func in found:
            made = {c.result: c.callee for _p, c in calls(func.fact.body)}
            for block in func.fact.body.blocks:
                maker = made.get(block.left) if block.kind == "return" else None
                if maker is not None and self._apis.predicates.get(maker) not in ("converts", "same"):
                    return False
                if block.kind == "return" and any(
                    isinstance(e, Assign) and e.target == block.left for _p, e in all_events(func.fact.body)
                ):
                    return False
        return bool(found)

    def _gives_own_data(self, callee: str) -> bool:
        """Whether what a function gives is what its argument keeps of its own."""
        found = self._program.resolve(callee, self.func.path) if callee.isidentifier() else ()
        for func in found:
            asked = {c.result for _p, c in calls(func.fact.body) if c.callee in self._apis.own_data}
            kept = {
                e.target for _p, e in all_events(func.fact.body) if isinstance(e, Assign) and e.value in asked
            }
            if any(b.kind == "return" and b.left in asked | kept for b in func.fact.body.blocks):
                return True
        return False

    def _is_part(self, call: Call) -> bool:
        """Whether what a call gives may be a part of its one argument, a local."""
        if len(call.args) != 1 or not self.is_local(call.args[0]) or call.callee in self._apis.acquires:
            return False
        fate = self.fate(call, 0)
        return RETURNS in fate or fate == {UNKNOWN}

    def _releasing(self, resource: str) -> frozenset[str]:
        """What is named here of all that may release a resource, however deep."""
        found = self._undoers.get(resource)
        if found is None:
            found = self._undoers[resource] = self.undoing.releasing(resource).intersection(self.paths.named)
        return found

    def takes_back(self, site: Site) -> bool:
        """Whether the function gave up before what it now acquires: its caller's, who goes on holding it."""
        given, taken = [], []
        for place, event in calls(self.body):
            roles = self._apis.releases.get(event.callee, ())
            if self._concern(roles, event, site):
                given.append(place)
            elif self._concern(self._apis.acquires.get(event.callee, ()), event, site):
                taken.append(place)
        return any(
            comes_after(self.body, place, site.place)
            and not any(comes_after(self.body, other, place) for other in taken)
            for place in given
        )

    def _concern(self, roles: Iterable[Acquire | Release], event: Call, site: Site) -> bool:
        return any(
            role.resource == site.resource.name and self.holds(given, site.holders)
            for role in roles
            if (given := role.holder.operand(event.args)) is not None
        )

    def holds(self, operand: str, holders: frozenset[Object]) -> bool:
        """Whether an operand is the resource, or the address of a part of it."""
        key = (operand, holders)
        known = self._held.get(key)
        if known is None:
            known = self._held[key] = self._holds(operand, holders)
        return known

    def _holds(self, operand: str, holders: frozenset[Object]) -> bool:
        found = parse(operand)
        if found is None:
            return False
        # What a pointer in it leads to is no part of it.
        shallow = operand.count("->") < 2
        for candidate in (found, self.values.object(operand)):
            if candidate is None:
                continue
            for holder in holders:
                if candidate == holder:
                    return True
                if shallow and candidate.within(holder) and (operand[:1] == "&" or self._is_array(found)):
                    return True
        # What the same call gives of the same arguments is the same thing.
        return found.base[:1] == "%" and any(
            not found.fields
            and self._given.get(h.base, frozenset()).intersection(self.paths.same(found.base))
            for h in holders
            if not h.fields
        )

    def _is_array(self, found: Object) -> bool:
        """Whether a path is of an array, which stands for its address."""
        return bool(found.fields) and type_of(self._program, self.func, found).endswith("[]")

    @cached_property
    def _given(self) -> dict[str, frozenset[str]]:
        """The values that each variable is given, by name."""
        found: dict[str, set[str]] = defaultdict(set)
        for _place, event in all_events(self.body):
            if isinstance(event, Assign):
                found[event.target].add(event.value)
        return {name: frozenset(values) for name, values in found.items()}

    def is_local(self, target: str) -> bool:
        """Whether an assignment's target is an automatic variable, which nobody else sees."""
        return target in self._locals

    def fate(self, call: Call, position: int) -> frozenset[str]:
        """What a call does with an argument."""
        return self._parameters.fate(call.callee, position, self.func.path)

    def negates(self, call: Call) -> bool:
        """Whether a call is of a macro that looks whether its first argument is not so."""
        return self._parameters.negates(call.callee, self.func.path)

    def decides(self, call: Call) -> bool:
        """Whether a branch asks for the result of a call of which there is no body, and that is not known."""
        name, apis = call.callee, self._apis
        known = name in apis.acquires or name in apis.releases or name in apis.prints
        if not call.result or known or name in apis.predicates or name in apis.does_not_keep:
            return False
        return call.result in self._asked and not self._program.resolve(name, self.func.path)

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(b.left for b in self.body.blocks if b.kind == "branch")

    def acquired_here(self, resource: str, operand: str) -> bool:
        """Whether the function acquires what an operand leads to."""
        return any(
            role.resource == resource and self.values.object(given) == self.values.object(operand)
            for _place, event in calls(self.body)
            for role in self._apis.acquires.get(event.callee, ())
            if (given := role.holder.operand(event.args)) is not None
        )

    def given_back(self, call: Call) -> tuple[Undone, ...]:
        """What a call of a function of the program releases of its arguments."""
        found = self._wrappers.releases(call.callee, self.func.path)
        return tuple(undone for undone in found if undone.argument < len(call.args))

    def apis(self) -> Apis:
        """The kernel model's roles."""
        return self._apis

    def may_succeed(self, exit_: Exit | None = None) -> bool:
        """Whether the function may tell success, on a way through where a path was ended or on any."""
        succeeds = False

        def visit(where: Place, event: Event | None, facts: Facts, _state: bool, _node: Node[bool]) -> bool:
            nonlocal succeeds
            if event is None and self.body.blocks[where.block].kind == "return":
                succeeds = succeeds or self.fails(where.block, facts) is not True
            return not succeeds

        node = None if exit_ is None else exit_.node
        start = Place(0, 0) if node is None else Place(node.block, node.index)
        known = {} if node is None else self.paths.known(node)
        return self.paths.explore(start, [known], True, visit) and succeeds

    def _is_number(self, name: str) -> bool:
        """Whether a variable is never negative by its type, or is a parameter that nothing has set."""
        types = [v.type for v in self.body.locals if v.name == name]
        types += [p.type for p in self.func.params if p.name == name]
        if any(_UNSIGNED.match(kind) for kind in types):
            return True
        return name in {p.name for p in self.func.params} and name not in self._given

    def may_fail_after(self, block: int) -> bool:
        """Whether the function may tell failure on a way through a block, as far as constants show."""
        return bool((flow_of(self.body).after[block] | 1 << block) & self._failing)

    @cached_property
    def _failing(self) -> int:
        """The set of blocks, one bit each, with a return that may tell failure."""
        blocks = enumerate(self.body.blocks)
        return sum(1 << n for n, b in blocks if b.kind == "return" and self._tells_failure(b.left))

    def _tells_failure(self, value: str) -> bool:
        """Whether a returned value may be one of which ``fails`` tells that it is failure."""
        mask = constant(value) if value else ZERO
        if "*" in self.func.fact.returns:
            return mask != POSITIVE
        return mask != POSITIVE if self.func.fact.returns == "bool" else mask not in (ZERO, POSITIVE)

    def fails(self, block: int, facts: Facts) -> bool | None:
        """Whether the return at the end of a block tells failure."""
        value = self.body.blocks[block].left
        if not value:
            return None
        mask = self.paths.mask(value, facts)
        if "*" in self.func.fact.returns:
            return None if mask & POSITIVE else True
        if self.func.fact.returns == "bool":
            return True if mask == ZERO else None
        if mask == ZERO:
            return False
        if mask & POSITIVE and self._is_number(value):
            return None  # of things, or what the caller gave: not a status
        return None if mask & ZERO or mask == POSITIVE else True


class _Walk:
    """The transfer function of one acquisition."""

    def __init__(
        self, holding: Holding, site: Site, outcome: Outcome, succeeding: frozenset[str] = frozenset()
    ) -> None:
        self._holding = holding
        self._succeeding = succeeding
        self._site = site
        self._outcome = outcome
        self._apis = holding.apis()
        self._wholes = holding.wholes(site)
        self._member = _member(site.same)  # of what the caller hands on, it is this part that is counted
        self._said: set[tuple[str, int, bool | None, frozenset[str]]] = set()

    def _end(
        self, kind: str, line: int, node: Node[Held], state: Held, error: bool | None = None, how: str = ""
    ) -> None:
        if kind in ("held", "lost") and state.passed:
            kind = f"{kind} perhaps"
        if state.stored:
            kind = f"stored {kind}"
        key = (kind, line if "held" not in kind else node.block * 10000 + line, error)
        if (*key, state.passed) not in self._said:
            self._said.add((*key, state.passed))
            self._outcome.exits.append(Exit(kind, line, node, error, how, state.passed))

    def visit(
        self, where: Place, event: Event | None, facts: Facts, state: Held, node: Node[Held]
    ) -> Held | None:
        """Follow one event."""
        if event is None:
            self._leave(where, facts, state, node)
            return None
        if isinstance(event, Assign):
            return self._assigned(event, state, node)
        if isinstance(event, ScopeEnd):
            if any(Object(name) in state.holders for name in event.names):
                self._end("released", event.line, node, state, how="end of scope")
                return None
            return state
        if event.result in self._succeeding:
            facts[event.result] = ZERO
        if event.loop and not self._site.named:
            cursors = [parse(arg) for arg in event.args if arg.isidentifier()]
            for cursor in cursors:
                left = self._moved(cursor, event, state, node)
                if left is None:
                    return None
                state = left
        elif event.loop:
            state = self._turned(event, state)
        if where == self._site.place:
            return self._again(event, facts, state, node)
        return self._called(event, facts, state, node)

    def _again(self, event: Call, facts: Facts, state: Held, node: Node[Held]) -> Held | None:
        """The acquisition is reached once more, in a loop."""
        memory = self._site.resource.nature == "memory"  # most likely kept in a list of what was allocated
        if self._site.loop or memory or not self._site.named or not event.result:
            self._end("released" if self._site.loop else "escaped", event.line, node, state, how="next turn")
            return None
        if any(self._holding.holds(arg, state.holders) for arg in event.args):
            return self._called(event, facts, state, node)
        facts.pop(event.result, None)
        return state._replace(holders=frozenset(h for h in state.holders if h.base != event.result))

    def _turned(self, event: Call, state: Held) -> Held:
        """A loop macro gives its cursor a new value."""
        if self._site.loop and event is self._site.call:
            return state
        role = self._apis.loops.get(event.callee)
        cursor = event.args[role.cursor] if role is not None and role.cursor < len(event.args) else ""
        left = frozenset(h for h in state.holders if h.base != cursor)
        return state._replace(holders=left) if left else state

    def _leave(self, where: Place, facts: Facts, state: Held, node: Node[Held]) -> None:
        block = self._holding.body.blocks[where.block]
        if block.kind != "return":
            return
        found = parse(block.left)
        if (
            _computed(block.left, state.holders)
            or self._holding.leads_back(block.left, state.holders)
            or (
                found is not None
                and (any(found.within(h) for h in state.holders) or self._is_whole(block.left, state))
            )
        ):
            self._end("escaped", block.line, node, state, how="returned")
            return
        self._end("held", block.line, node, state, self._holding.fails(where.block, facts))

    def _assigned(self, event: Assign, state: Held, node: Node[Held]) -> Held | None:
        holding = self._holding
        if event.op != "=":
            if self._site.named and Object(event.target) in state.holders:
                self._end("escaped", event.line, node, state, how=f"{event.target} moves on")
                return None
            return state
        part = self._member if self._is_whole(event.value, state) else ()
        if not holding.is_local(event.target) and (
            event.value in self._wholes or _computed(event.value, state.holders)
        ):
            self._end("escaped", event.line, node, state, how=f"stored in {event.target}")
            return None
        if part or holding.holds(event.value, state.holders) or _computed(event.value, state.holders):
            if not holding.is_local(event.target):
                return self._stored(event, state, node)
            kept = frozenset(h for h in state.holders if h.base != event.target)
            return state._replace(holders=kept | {Object(event.target, part)})
        if not self._site.named:
            return self._moved(parse(event.target), event, state, node)
        left = frozenset(h for h in state.holders if h.base != event.target)
        if left == state.holders:
            return state
        if any(not h.base.startswith("%") for h in left):
            return state._replace(holders=left)
        self._end("lost", event.line, node, state, how=event.target)
        return None

    def _moved(self, target: Object | None, event: Event, state: Held, node: Node[Held]) -> Held | None:
        """A variable that leads to what was set up leads elsewhere, as in the next turn of a loop."""
        left = frozenset(h for h in state.holders if target is None or not h.within(target))
        if left:
            return state._replace(holders=left)
        self._end("escaped", event.line, node, state, how="the next turn")
        return None

    def _stored(self, event: Assign, state: Held, node: Node[Held]) -> Held | None:
        """Others may find it now; where the function fails all the same, is it left there?"""
        target = parse(event.target)
        if not state.stored:
            left = self._less(state, "escaped", event.line, node, f"stored in {event.target}")
            if left is not None:
                return left
        if target is None or not self._site.named or "[" in event.target or event.target[:1] == "*":
            return None
        if not self._holding.may_fail_after(node.block):
            return None  # it is left there as it should be
        if follows(self._holding.body, self._site.place.block, self._site.place.block):
            return None  # a loop that undoes what other turns stored may seem to have no turn
        return state._replace(holders=state.holders | {target}, stored=True)

    def _less(self, state: Held, kind: str, line: int, node: Node[Held], how: str) -> Held | None:
        if state.references > 1:
            return state._replace(references=state.references - 1)
        self._end(kind, line, node, state, how=how)
        return None

    # -- calls ----------------------------------------------------------------

    def _called(self, event: Call, facts: Facts, state: Held, node: Node[Held]) -> Held | None:
        if (self._site.named or self._site.resource.nature == "lock") and self._releases(event, -1):
            return self._less(state, "released", event.line, node, event.callee)
        holding = self._holding
        if not self._site.named and self._undone(event, state):
            return self._less(state, "released", event.line, node, event.callee)
        if self._site.named and (self._undone_as_part(event, state) or self._undone_in_row(event, state)):
            return self._less(state, "released", event.line, node, event.callee)
        if self._site.named and (self._ends_part(event, state) or self._left_to_callback(event, state)):
            self._end("escaped", event.line, node, state, how=event.callee)
            return None
        if (state.stored or not self._site.named) and self._undoes(event, state):
            # That a function frees some memory, deep below, does not show that it should be this.
            nature = self._site.resource.nature
            guessed = self._site.wrapped or nature in ("memory", "reference")
            sure = nature == "lock" or event.callee in self._apis.releases
            kind = "escaped" if guessed else "released" if sure else PERHAPS
            self._end(kind, event.line, node, state, how=event.callee)
            return None
        unseen = self._unseen(event, state) if self._site.named else "test" if self._is_asked(event) else ""
        if unseen:
            self._end("escaped", event.line, node, state, how=f"{event.callee}() may {unseen} it")
            return None
        for position, arg in enumerate(event.args):
            if holding.holds(arg, state.holders):
                after = self._passed(event, position, facts, state, node)
                if after is None:
                    return None
                state = after
            elif self._is_whole(arg, state) and STORES in holding.fate(event, position):
                return self._less(state, "escaped", event.line, node, event.callee)
        return state

    def _unseen(self, event: Call, state: Held) -> str:
        """What a call may do that nobody can see: change the variable, or leave where nothing is held."""
        if any(not h.fields and f"&{h.base}" in event.args for h in state.holders):
            return "change"
        return "test" if self._is_test(event, state) else ""

    def _is_test(self, event: Call, state: Held) -> bool:
        """Whether a call is told by an expression whether something is held: ``check(!x, "no x")``.

        What an unknown macro then does (leave, count a failed test) nobody can see.
        """
        name, holding = event.callee, self._holding
        if name in self._apis.does_not_keep or name in self._apis.predicates or not event.args:
            return False
        if self._is_asked(event):
            return True
        compared = {n for arg in event.args if parse(arg) is None for n in _tested(arg)}
        told = {self._site.call.result, *(str(o) for o in self._results)} if compared else set()
        if any(not h.fields and h.base in compared for h in state.holders) or not told.isdisjoint(compared):
            return True
        return bool(event.result) and holding.holds(event.args[0], state.holders) and holding.negates(event)

    def _is_asked(self, event: Call) -> bool:
        """Whether a macro or an unknown function is told the status, and what it gives decides where to go.

        ``if (check_failed(dev, ret))``: on which side the acquisition failed nobody can see.
        """
        if Object(self._site.call.result) in self._site.holders or not self._holding.decides(event):
            return False  # what is told is the object itself
        return not {self._site.call.result, *map(str, self._results)}.isdisjoint(event.args)

    def _is_whole(self, operand: str, state: Held) -> bool:
        """Whether an operand is the object of which a part is counted and held."""
        if operand in self._wholes:
            return True
        named = (parse(operand), self._holding.values.object(operand)) if self._member else ()
        return operand[:1] != "*" and any(
            o is not None and Object(o.base, o.fields + self._member) in state.holders for o in named
        )

    def _undoes(self, event: Call, state: Held) -> bool:
        """Whether a call may release the resource by way of an object that holds it, or of a callback."""
        if self._puts_user(event, state):
            return True
        if any(
            t.holder.index < len(event.args) and self._contains(event.args[t.holder.index], state)
            for t in self._apis.transfers.get(event.callee, ())
        ):
            return True
        if event.callee in self._apis.releases:
            whole = self._holding.values.object(event.args[0]) if event.args else None
            if self._site.on is not None and whole is not None and self._site.on.within(whole):
                ended = self._apis.resources[self._apis.releases[event.callee][0].resource]
                if whole == self._site.on or ended.nature != "memory":
                    return not (ended.atomic or ended.of_use)
            return any(
                self._undone_with(role, given, state)
                or self._undone_by_result(role, given)
                or self._undone_otherwise(role, given, state)
                for role in self._apis.releases[event.callee]
                if (given := role.holder.operand(event.args)) is not None
            )
        resource = self._site.resource.name
        names = (event.callee, *(a.lstrip("&") for a in event.args if a.lstrip("&").isidentifier()))
        if not self._holding.undoing.releasing(resource).isdisjoint(names):
            return True
        return sounds_ending(event.callee) and any(
            self._contains(arg, state) or self._is_on(arg) for arg in event.args
        )

    def _undone(self, event: Call, state: Held) -> bool:
        """Whether a call of a function of the program gives back just this, by its body."""
        for resource, index, fields in self._holding.given_back(event):
            if resource == self._site.resource.name:
                found = self._holding.values.object(event.args[index])
                if found is not None and Object(found.base, found.fields + fields) in state.holders:
                    return True
        return False

    def _left_to_callback(self, event: Call, state: Held) -> bool:
        """Whether a call is given an object that holds the resource, with a callback that may release it."""
        owners = {h.base for h in state.holders if h.fields}
        if owners.isdisjoint(event.args):
            return False
        return not self._holding.undoing.releasing(self._site.resource.name).isdisjoint(event.args)

    def _undone_as_part(self, event: Call, state: Held) -> bool:
        """Whether a call releases a part of what another one made of the resource, as ``to_x()`` does."""
        for role in self._apis.releases.get(event.callee, ()):
            given = role.holder.operand(event.args) or ""
            found = self._holding.values.object(given) if given[:1] == "&" else None
            made = self._holding.values.calls.get(found.base) if found is not None and found.fields else None
            if made is not None and role.resource == self._site.resource.name:
                return any(parse(arg) in state.holders for arg in made.args)
        return False

    def _ends_part(self, event: Call, state: Held) -> bool:
        """Whether a function of the driver ends what another one gave for the object: its private part."""
        if self._site.resource.lent or event.callee in self._apis.releases or not sounds_ending(event.callee):
            return False
        values = self._holding.values
        found = (values.object(arg) for arg in event.args)
        made = (values.calls.get(o.base) for o in found if o is not None and not o.fields)
        return any(
            call is not None
            and len(call.args) == 1
            and call.callee not in self._apis.acquires
            and parse(call.args[0]) in state.holders
            for call in made
        )

    def _undone_in_row(self, event: Call, state: Held) -> bool:
        """Whether a call undoes one of several in a row, told by the first and an offset (``irq + i``)."""
        return any(_computed(arg, state.holders) for arg in event.args) and (
            event.callee in self._holding.undoing.releasing(self._site.resource.name)
        )

    def _undone_with(self, role: Release, arg: str, state: Held) -> bool:
        """Whether a release ends an object that holds the resource, or the same field of another name."""
        found, whole = parse(arg), self._holding.values.object(arg)
        ended = self._apis.resources[role.resource]
        nature = ended.nature
        if nature == "reference" and not ended.of_use and self._contains(arg, state):
            return True
        if nature == "state" and whole is not None and any(_is_element(h, whole) for h in state.holders):
            return True
        fields = {h.fields[-1] for h in state.holders if h.fields}
        return state.stored and found is not None and bool(found.fields) and found.fields[-1] in fields

    def _puts_user(self, event: Call, state: Held) -> bool:
        """Whether what is put was made from the object and takes it along (a file its private data)."""
        roles = self._apis.releases.get(event.callee, ())
        made = [
            self._holding.values.calls.get(found.base)
            for role in roles
            if self._apis.resources[role.resource].nature == "reference"
            and not self._apis.resources[role.resource].of_use
            if (given := role.holder.operand(event.args)) is not None
            if (found := self._holding.values.object(given)) is not None
        ]
        bases = {h.base for h in state.holders if h.fields}
        return any(call is not None and not bases.isdisjoint(call.args) for call in made)

    def _undone_by_result(self, role: Release, arg: str) -> bool:
        """Whether a release of the same kind gets what the call gave that changed an object's state.

        A release of what another call tells may be of this one.
        """
        found = parse(arg)
        if self._site.named or found is None or role.resource != self._site.resource.name:
            return False
        return found.base[:1] == "%" or any(found.within(kept) for kept in self._results)

    def _undone_otherwise(self, role: Release, arg: str, state: Held) -> bool:
        """Whether a field of the same name is given back that nothing here acquired: most likely this.

        So ``drm->dev`` is ``dev``, for which the object was made.
        """
        found = parse(arg)
        if self._site.named or role.resource != self._site.resource.name or found is None or not found.fields:
            return False
        if found.fields[-1] not in {(h.base, *h.fields)[-1] for h in state.holders}:
            return False
        return not self._holding.acquired_here(role.resource, arg)

    @cached_property
    def _results(self) -> tuple[Object, ...]:
        result, body = self._site.call.result, self._holding.body
        given = (e.target for _p, e in all_events(body) if isinstance(e, Assign) and e.value == result)
        return tuple(o for o in map(parse, (result, *given)) if o is not None)

    def _contains(self, arg: str, state: Held) -> bool:
        """Whether an argument leads to the resource: it is what a field of holds it, or a part of that."""
        values = self._holding.values
        found, named, address = values.object(arg), parse(arg), values.address(arg)
        if found is None or named is None:
            return False
        base = address[1:].partition("->")[0]
        return any(
            h.fields and (h.within(found) or (h != named and h.within(named)) or h.base == base)
            for h in state.holders
        )

    def _is_on(self, arg: str) -> bool:
        """Whether an argument leads to what it was set up on, which takes it along when it goes."""
        found = self._holding.values.object(arg) if self._site.on is not None else None
        return found is not None and self._site.on is not None and self._site.on.within(found)

    def _releases(self, event: Call, position: int) -> bool:
        for role in self._apis.releases.get(event.callee, ()):
            if not self._ends(role.resource):
                continue
            if (role.holder.kind == "global" and role.resource == self._site.resource.name) or (
                role.holder.kind == "arg"
                and role.holder.index == position
                and (self._site.named or role.resource == self._site.resource.name)
            ):
                return True
        return False

    def _ends(self, resource: str) -> bool:
        """Whether a release of a kind of resource gives this one back, too, as freeing all of an object does.

        Unlocking a part of an object, or disabling it, does not.
        """
        return resource == self._site.resource.name or resource in self._apis.objects

    def _may_convert(self, callee: str) -> bool:
        """Whether a function that nobody loaded may give what its argument is a part of, for the caller."""
        return "*" in self._holding.func.fact.returns and sounds_converting(callee)

    def _passed(self, event: Call, position: int, facts: Facts, state: Held, node: Node[Held]) -> Held | None:
        if self._releases(event, position):
            return self._less(state, "released", event.line, node, event.callee)
        for acquire in self._apis.acquires.get(event.callee, ()):
            if acquire.resource == self._site.resource.name or self._site.named:
                if acquire.puts == position:
                    return self._put_by(event, acquire.puts_on_success, facts, state, node)
                if acquire.same_as == position or (
                    acquire.holder.kind == "arg"
                    and acquire.holder.index == position
                    and not acquire.holder.member
                    and acquire.resource == self._site.resource.name
                ):
                    if self._is_other(event.args[position], state):
                        return state
                    if event.result and acquire.same_as == position and self._site.resource.type:
                        facts[event.result] = POSITIVE
                    return self._more(event, state)
        for transfer in self._apis.transfers.get(event.callee, ()):
            if transfer.holder.index == position and self._site.named:
                if transfer.on_success_only and event.result:
                    facts[event.result] = NEGATIVE
                    return state
                return self._less(state, "escaped", event.line, node, event.callee)
        return self._used(event, position, facts, state, node)

    def _is_other(self, arg: str, state: Held) -> bool:
        """Whether an operand may be another element of the array: only a constant index stays the same."""
        same = self._site.given == arg and not _INDEXED.search(arg)
        return not same and any("[]" in h.fields for h in state.holders)

    def _put_by(
        self, event: Call, on_success: bool, facts: Facts, state: Held, node: Node[Held]
    ) -> Held | None:
        self._end("released", event.line, node, state, how=event.callee)
        if on_success and event.result:
            facts[event.result] = ZERO
            return state
        return None

    def _more(self, event: Call, state: Held) -> Held:
        holders = state.holders | ({Object(event.result)} if event.result and self._site.named else set())
        return state._replace(holders=holders, references=min(state.references + 1, _MOST_REFERENCES))

    def _used(self, event: Call, position: int, facts: Facts, state: Held, node: Node[Held]) -> Held | None:
        if self._apis.predicates.get(event.callee) in ("converts", "translates", "disarms"):
            if event.result and self._site.resource.type:
                facts[event.result] = POSITIVE
            return state._replace(holders=state.holders | {Object(event.result)}) if event.result else state
        resource = self._site.resource
        if event.callee.startswith(tuple(f"{name}_" for name in self._apis.releases_of[resource.name])):
            return self._less(state, "escaped", event.line, node, event.callee)  # a way to release it later
        fate = self._holding.fate(event, position)
        lent = resource.lent or not self._site.named
        if (
            fate == {UNKNOWN}
            and not lent
            and event.callee.isidentifier()
            and len(state.passed) < _MOST_PASSED
        ):
            return state._replace(passed=state.passed | {event.callee})
        kept = STORES in fate and (self._site.named or resource.nature == "reference")
        if FREES in fate or kept or (UNKNOWN in fate and not lent):
            # FREES by a known release of another kind, or by a function of the program.
            other = not self._site.named and event.callee in self._apis.releases
            freed = FREES in fate and not other and not sounds_unsure(event.callee, fate)
            kind = "released" if freed else "escaped"
            return self._less(state, kind, event.line, node, event.callee)
        unseen = fate == {UNKNOWN} and len(event.args) == 1 and self._may_convert(event.callee)
        if event.result and (RETURNS in fate or unseen):
            if RETURNS in fate and self._holding.gives_no_error(event):
                facts[event.result] = ZERO | POSITIVE
            return state._replace(holders=state.holders | {Object(event.result)})
        return state


def _concerns(roles: Iterable[Acquire | Release], event: Call, site: Site) -> bool:
    """Whether a call is about the very operand whose state a site changes, or about its global state."""
    return any(
        role.resource == site.resource.name and (role.holder.operand(event.args) or "") == site.given
        for role in roles
    )


def _is_element(holder: Object, whole: Object) -> bool:
    """Whether a holder is an element of an array, or a part of one."""
    return holder.within(whole) and holder.fields[len(whole.fields) :][:1] == ("[]",)


def _member(operand: str) -> tuple[str, ...]:
    """The fields that lead to a part of what the last pointer of an operand points to: of ``&x->dev`` dev."""
    whole, arrow, _part = operand.rpartition("->")
    inner, outer = parse(operand), parse(whole)
    if operand[:1] != "&" or not arrow or inner is None or outer is None:
        return ()
    return inner.fields[len(outer.fields) :]


def _tested(operand: str) -> frozenset[str]:
    """The names in an expression that is a test of its own: ``!x``, ``x == y``."""
    return names_in(operand) if _TEST.search(operand) else frozenset()


def _computed(value: str, holders: frozenset[Object]) -> bool:
    """Whether an expression is made of the pointer itself (an address with flags, a sum)."""
    bare = set(_BARE.findall(value))
    return parse(value) is None and any(not h.fields and h.base in bare for h in holders)


def sounds_unsure(name: str, fate: frozenset[str]) -> bool:
    """Whether a release is only guessed from the callee's name."""
    return fate == {FREES} and sounds_ending(name)
