"""The calls of one function that acquire something which has to be given back by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.cfg import Place, calls
from kscan.analyses.body.paths import ANY, NEGATIVE, POSITIVE, ZERO
from kscan.analyses.owning.held import Site
from kscan.analyses.owning.wrappers import Wrapped
from kscan.facts.model import Call
from kscan.kernel.apis import Acquire

if TYPE_CHECKING:
    from kscan.analyses.owning.holding import Holding
    from kscan.analyses.owning.ownership import Ownership

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


class Acquiring:
    """One function."""

    def __init__(self, owner: Ownership, holding: Holding) -> None:
        self._program = owner.program
        self._apis = owner.apis
        self._wrappers = owner.wrappers
        self._holding = holding
        self._func = holding.func
        self._body = holding.body
        self._cleanups = {v.name for v in self._body.locals if v.cleanup}
        self._by_role: dict[tuple[Place, Wrapped], Site | None] = {}

    def sites(self) -> tuple[Site, ...]:
        """The acquisitions that the kernel model knows."""
        return tuple(site for site in self._sites() if not self._cleaned(site))

    def wrapped(self, resources: frozenset[str]) -> tuple[Site, ...]:
        """The calls of functions that acquire one of ``resources`` for their caller."""
        return tuple(site for site in self._wrapped(resources) if not self._cleaned(site))

    def _sites(self) -> Iterator[Site]:
        for place, event in calls(self._body):
            loop = self._apis.loops.get(event.callee)
            if loop is not None and event.loop and loop.cursor < len(event.args):
                cursor = parse(event.args[loop.cursor])
                own = not loop.member or event.args[loop.cursor][:1] == "&"  # else it may go on elsewhere
                if cursor is not None and not cursor.fields and own:
                    cursor = Object(cursor.base, (loop.member,)) if loop.member else cursor
                    resource = self._apis.resources[loop.resource]
                    yield Site(self._func, place, event, resource, frozenset({cursor}), POSITIVE, True, True)
            for role in () if self._is_own(event.callee) else self._apis.acquires.get(event.callee, ()):
                site = None if role.managed else self._site(place, event, role)
                if site is not None:
                    yield site

    def _is_own(self, callee: str) -> bool:
        """Whether the file has a function of its own by the name of one that the kernel model knows."""
        if callee not in self._apis.acquires:
            return False
        found = self._program.resolve(callee, self._func.path)
        return any(f.path == self._func.path and f.fact.linkage == "static" for f in found)

    def _wrapped(self, resources: frozenset[str]) -> Iterator[Site]:
        for place, event in calls(self._body):
            if not event.loop:
                for role in self._wrappers.acquires(event.callee, self._func.path, resources):
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
                named and (arg[:1] != "&" or found.fields or not self._holding.is_local(found.base))
            ):
                return None
            places = (found, None if named else self._holding.values.object(arg))
            holders = {Object(o.base, o.fields + role.fields) for o in places if o is not None}
            held = ZERO if role.failure == "errno" else held
        return Site(
            self._func,
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
            if named and (not self._holding.is_local(found.base) or arg[:1] != "&" or found.fields):
                return None
            holders = {Object(found.base, (where.member,)) if where.member else found}
            if not named:
                holders |= {o for o in (self._holding.values.object(arg),) if o is not None}
                holders |= {Object(other) for other in self._holding.paths.same(arg)}
        resource = self._apis.resources[role.resource]
        # Only where the result is the resource itself, such as an id, is it anything but zero on success.
        held = ZERO if role.failure == "errno" and where.kind != "result" else _HELD[role.failure]
        if role.failure == "never" and where.kind == "result" and resource.type:
            held = POSITIVE  # a pointer
        looked_in = event.args[0] if where.kind == "result" and event.args and role.puts != 0 else ""
        same = event.args[role.same_as] if 0 <= role.same_as < len(event.args) else ""
        given = event.args[where.index] if where.kind == "arg" and not named else ""
        on = self._holding.values.object(event.args[0]) if where.kind == "arg" and where.index else None
        return Site(
            self._func,
            place,
            event,
            resource,
            frozenset(holders),
            held,
            named,
            kept_on_failure=role.kept_on_failure,
            same=same,
            looked_in=looked_in if self._holding.is_local(looked_in) and role.failure == "null" else "",
            given=given,
            on=on,
            failure=role.failure,
        )

    def _cleaned(self, site: Site) -> bool:
        """Whether the result goes straight into a variable with a cleanup attribute."""
        if not self._cleanups:
            return False
        return not self._cleanups.isdisjoint(self._holding.values.copies({site.call.result}))
