"""What one function's variables, arguments and calls have to do with a resource that somebody holds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.cfg import calls, comes_after
from kscan.analyses.body.paths import POSITIVE, Paths, constant, names_in
from kscan.analyses.body.values import values_of
from kscan.analyses.owning.beforehand import Beforehand
from kscan.analyses.owning.held import Site
from kscan.analyses.owning.telling import Telling
from kscan.analyses.owning.wrappers import Undone
from kscan.analyses.summaries.declared import type_of
from kscan.analyses.summaries.parameters import RETURNS, UNKNOWN
from kscan.facts.model import Call
from kscan.kernel.apis import Acquire, Release
from kscan.link.edges import Func

if TYPE_CHECKING:
    from kscan.analyses.owning.ownership import Ownership

_MOST_CONVERTED = 3  # calls from an object to what leads back to it


class Holding:
    """One function."""

    def __init__(self, owner: Ownership, func: Func) -> None:
        self.func = func
        self.body = func.fact.body
        self.values = values_of(self.body)
        self.paths = Paths(self.body, owner.apis, lambda: owner.program.unfinished.setdefault(func))
        self.before = Beforehand(self.body, self.paths, owner.apis)
        self.telling = Telling(func, self.paths)
        self.undoing = owner.undoing
        self._program = owner.program
        self._apis = owner.apis
        self._parameters = owner.parameters
        self._wrappers = owner.wrappers
        self._locals = {v.name for v in self.body.locals if not v.static} | {p.name for p in func.params}
        self._leads: dict[str, frozenset[str]] = {}
        self._held: dict[tuple[str, frozenset[Object]], bool] = {}

    def is_local(self, target: str) -> bool:
        """Whether an assignment's target is an automatic variable, which nobody else sees."""
        return target in self._locals

    def leads(self, operand: str) -> frozenset[str]:
        """The names in an operand, and of what it stands for, or is made of by a call."""
        found = self._leads.get(operand)
        if found is None:
            values, found = self.values, names_in(operand)
            whole = values.object(operand)
            if whole is not None:
                made = values.calls.get(whole.base)
                of = made.args if made is not None else ()
                found = found.union((whole.base,), names_in(values.address(operand)), *map(names_in, of))
            self._leads[operand] = found
        return found

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
            not found.fields and not set(self.paths.same(found.base)).isdisjoint(self.values.given(h.base))
            for h in holders
            if not h.fields
        )

    def _is_array(self, found: Object) -> bool:
        """Whether a path is of an array, which stands for its address."""
        return bool(found.fields) and type_of(self._program, self.func, found).endswith("[]")

    def wholes(self, site: Site) -> frozenset[str]:
        """The variables from which what is counted was asked for as a part (``dev = to_dev(x)``), or that
        were asked of it as what it keeps of its own (``x = drvdata(dev)``): each leads back to it.
        """
        if site.resource.nature != "reference":
            return frozenset()
        values = self.values
        counted = {h.base for h in site.holders if not h.fields} | {site.same}
        found: set[str] = set()
        for base in counted:
            for name in (base, *values.given(base)):
                asked = values.calls.get(name)
                if asked is not None and asked is not site.call and self._is_part(asked):
                    found.add(asked.args[0])
        counted |= set(filter(self.is_local, values.copies(counted)))
        parts = {h for h in site.holders if h.fields}
        own = {
            name
            for name, call in values.calls.items()
            if call.callee in self._apis.own_data
            and (not counted.isdisjoint(call.args) or any(parse(arg) in parts for arg in call.args))
        }
        return values.copies(own) | found

    def _is_part(self, call: Call) -> bool:
        """Whether what a call gives may be a part of its one argument, a local."""
        if len(call.args) != 1 or not self.is_local(call.args[0]) or call.callee in self._apis.acquires:
            return False
        fate = self.fate(call, 0)
        return RETURNS in fate or fate == {UNKNOWN}

    def leads_back(self, operand: str, holders: frozenset[Object], depth: int = _MOST_CONVERTED) -> bool:
        """Whether an operand is what an object keeps of its own, a part of that, or what it is converted to:
        who has that has the object.
        """
        whole = self.values.object(operand) if operand[:1] == "&" else None
        made = self.values.calls.get(whole.base if whole is not None else operand)
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

    def _gives_own_data(self, callee: str) -> bool:
        """Whether what a function gives is what its argument keeps of its own."""
        found = self._program.resolve(callee, self.func.path) if callee.isidentifier() else ()
        for func in found:
            asked = {c.result for _p, c in calls(func.fact.body) if c.callee in self._apis.own_data}
            kept = asked | values_of(func.fact.body).copies(asked)
            if any(b.kind == "return" and b.left in kept for b in func.fact.body.blocks):
                return True
        return False

    def gives_no_error(self, call: Call) -> bool:
        """Whether a function gives what its arguments lead to or NULL, and never an error pointer."""
        found = self._program.resolve(call.callee, self.func.path)
        for func in found:
            values = values_of(func.fact.body)
            for value in (block.left for block in func.fact.body.blocks if block.kind == "return"):
                made = values.calls.get(value)
                if made is not None and self._apis.predicates.get(made.callee) not in ("converts", "same"):
                    return False
                if value in values.assigned:
                    return False
        return bool(found)

    def converts(self, call: Call) -> bool:
        """Whether a macro gives what its argument is a part of, which is never NULL where that is not."""
        if self._program.resolve(call.callee, self.func.path):
            return False
        known = self._apis.predicates
        made = self._program.expansion(call.callee, call.args, self.func.path, known)
        return any(known.get(name) in ("converts", "translates") for name, _args in made)

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
    def surely_given(self) -> dict[str, int]:
        """The parameters that every call of a static function gives what is surely positive: no NULL."""
        func = self.func
        if func.fact.linkage != "static" or self._program.bound(func.name):
            return {}
        callers = (caller for caller in self._program.calling(func.name) if caller.path == func.path)
        sites = [c for caller in callers for _p, c in calls(caller.fact.body) if c.callee == func.name]
        return {
            param.name: POSITIVE
            for place, param in enumerate(func.params)
            if sites
            and param.name not in self.values.assigned
            and all(place < len(site.args) and constant(site.args[place]) == POSITIVE for site in sites)
        }

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(b.left for b in self.body.blocks if b.kind == "branch")
