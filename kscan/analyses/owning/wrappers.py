"""Functions that acquire for their caller: what their bodies show, as a role of theirs.

A function that gives its caller what it acquired, as its result, through a pointer it is given, or
in the state of an object it is given, plays the same role to its caller as the API below plays to it.
Only what the body shows for certain becomes a role: each pointer that is given back is NULL, an error
pointer or one just acquired, and nothing else was told of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple

from kscan.analyses.body.cfg import calls, comes_after
from kscan.analyses.body.paths import NEGATIVE, ZERO, constant
from kscan.analyses.body.values import values_of
from kscan.analyses.summaries.status import returns_code
from kscan.facts.model import Call
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program

if TYPE_CHECKING:
    from kscan.analyses.owning.held import Site
    from kscan.analyses.owning.ownership import Ownership

_LEVELS = 3


class Wrapped(NamedTuple):
    """What a function acquires for its caller; ``fields`` lead to it from argument number ``argument``."""

    resource: str
    kind: str  # result, out, arg
    argument: int
    fields: tuple[str, ...]
    failure: str  # one of kscan.kernel.apis.FAILURES


class Undone(NamedTuple):
    """What a function releases of an argument: the object that ``fields`` lead to."""

    resource: str
    argument: int
    fields: tuple[str, ...]


class Wrappers:
    """Roles of the functions of a program, worked out where they are asked for."""

    def __init__(self, owner: Ownership, program: Program, apis: Apis) -> None:
        self._owner = owner
        self._program = program
        self._apis = apis
        self._acquired: dict[frozenset[str], dict[Func, tuple[Wrapped, ...]]] = {}
        self._playing: dict[frozenset[str], set[str]] = {}  # the names of those with roles
        self._undone: dict[Func, tuple[Undone, ...]] = {}

    def functions(self, resources: frozenset[str]) -> frozenset[str]:
        """The names of the functions that acquire one of ``resources`` for their caller."""
        return frozenset(func.name for func, roles in self._roles(resources).items() if roles)

    def acquires(self, callee: str, path: str, resources: frozenset[str]) -> tuple[Wrapped, ...]:
        """What a call of ``callee`` from file ``path`` acquires, where the kernel model does not say."""
        roles = self._roles(resources)
        if callee not in self._playing[resources]:
            return ()
        func = self._target(callee, path)
        return () if func is None else roles.get(func, ())

    def releases(self, callee: str, path: str) -> tuple[Undone, ...]:
        """What such a call gives back of its arguments."""
        func = self._target(callee, path)
        return () if func is None else self._releases(func)

    def _target(self, callee: str, path: str) -> Func | None:
        apis = self._apis
        if callee in apis.acquires or callee in apis.releases or callee in apis.does_not_keep:
            return None
        found = self._program.resolve(callee, path) if callee.isidentifier() else ()
        return found[0] if len(found) == 1 and self._program.is_root(found[0]) else None

    # -- acquisitions ---------------------------------------------------------

    def _roles(self, resources: frozenset[str]) -> Mapping[Func, tuple[Wrapped, ...]]:
        """The roles of all functions, level by level: each is judged by what the levels below have shown,
        so that it does not matter who asks first."""
        found = self._acquired.get(resources)
        if found is None:
            found = self._acquired[resources] = {}
            playing = self._playing[resources] = set()
            edge = self._apis.acquirers(resources)
            for _level in range(_LEVELS):
                looked = {f: tuple(dict.fromkeys(self._look(f, resources))) for f in self._callers(edge)}
                edge = {f.name for f, roles in looked.items() if roles != found.get(f, ())}
                found |= looked
                playing |= {f.name for f, roles in looked.items() if roles}
        return found

    def _callers(self, names: AbstractSet[str]) -> list[Func]:
        called = self._program.called & names
        callers = {f for name in called for f in self._program.calling(name) if self._program.is_root(f)}
        return sorted(callers, key=lambda f: (f.path, f.fact.line))

    def _look(self, func: Func, resources: frozenset[str]) -> Iterator[Wrapped]:
        """The roles that a function's body shows.  Paths are followed where all else speaks for one."""
        sites = [s for s in self._owner.acquisitions(func, resources, wrapped=True) if not s.loop]
        named = [site for site in sites if site.named and not site.same]
        if "*" in func.fact.returns:
            yield from self._returned(func, named)
        elif returns_code(func) or func.fact.returns in ("bool", "void"):
            yield from self._filled(func, named)
        if returns_code(func) or func.fact.returns == "void":
            yield from self._set_up(func, [site for site in sites if not site.named])

    def _returned(self, func: Func, sites: list[Site]) -> Iterator[Wrapped]:
        values = [b.left for b in func.fact.body.blocks if b.kind == "return"] if sites else []
        for resource, group in _by_resource(sites).items():
            if self._mask(func, values, group) is not None:
                given = [site for site in group if self._only(site, "returned")]
                mask = self._mask(func, values, given) if given else None
                if mask is not None:
                    yield Wrapped(resource, "result", 0, (), _failure(mask))

    def _filled(self, func: Func, sites: list[Site]) -> Iterator[Wrapped]:
        known = values_of(func.fact.body)
        targets = {f"*{param.name}": index for index, param in enumerate(func.params)} if sites else {}
        for target in (target for target in targets if target in known.assigned):
            if any(target in arg for _p, c in calls(func.fact.body) for arg in c.args if not c.loop):
                continue
            for resource, group in _by_resource(sites).items():
                given = [site for site in group if self._only(site, f"stored in {target}")]
                if given and self._mask(func, known.given(target), given) is not None:
                    failure = {"bool": "false", "void": "never"}.get(func.fact.returns, "errno")
                    yield Wrapped(resource, "out", targets[target], (), failure)

    def _mask(self, func: Func, values: Iterable[str], sites: list[Site]) -> int | None:
        """How what is given tells failure; None where it may be something that was not acquired."""
        filled = {h.base for site in sites for h in site.holders if f"&{h.base}" in site.call.args}
        held = {site.call.result for site in sites}
        mask, seen, pending = 0, set[str](), list(values)
        known = values_of(func.fact.body)
        while pending:
            value = pending.pop()
            if value in seen or value in held:
                continue
            seen.add(value)
            if constant(value) in (ZERO, NEGATIVE):
                mask |= constant(value)
            elif value in known.calls and self._makes_error(known.calls[value]):
                mask |= NEGATIVE
            elif value.isidentifier() and value not in {p.name for p in func.params}:
                given = known.given(value)
                if (value in known.handed or not given) and value not in filled:
                    return None
                pending += given
            else:
                return None
        for site in sites:
            mask |= {"null": ZERO, "err_ptr": NEGATIVE, "null_or_err_ptr": ZERO | NEGATIVE}.get(
                site.failure, 0
            )
        return mask

    def _set_up(self, func: Func, sites: list[Site]) -> Iterator[Wrapped]:
        params = {param.name: index for index, param in enumerate(func.params)}
        for site in sites:
            found = min(site.holders, key=lambda h: (h.base not in params, str(h)), default=None)
            if found is None or found.base not in params or "[]" in found.fields or self._undoes(func, site):
                continue
            glance = self._owner.glance(site)
            if glance.complete and not glance.of("held"):
                continue
            outcome = self._owner.outcome(site)
            kept = any(e.error is not True for e in outcome.of("held"))
            if kept and outcome.complete and not outcome.of("escaped"):
                failure = "never" if func.fact.returns == "void" else "errno"
                yield Wrapped(site.resource.name, "arg", params[found.base], found.fields, failure)

    def _only(self, site: Site, how: str) -> bool:
        """Whether the only way in which what was acquired leaves the function is this one."""
        glance = self._owner.glance(site)
        if glance.complete and not any(e.how == how for e in glance.of("escaped")):
            return False
        outcome = self._owner.outcome(site)
        escaped = outcome.of("escaped")
        return (
            outcome.complete
            and any(e.how == how for e in escaped)
            and all(e.how == how and not e.passed for e in escaped)
            and all(e.kind in ("escaped", "released", "perhaps released", "held") for e in outcome.exits)
        )

    def _makes_error(self, call: Call) -> bool:
        return self._apis.predicates.get(call.callee) in ("err_ptr", "err_cast")

    def _undoes(self, func: Func, site: Site) -> bool:
        """Whether a function also gives back what it sets up, and not because of what came later."""
        body = func.fact.body
        for place, call in calls(body):
            known = [role.resource for role in self._apis.releases.get(call.callee, ())]
            known += [role.resource for role in self.releases(call.callee, func.path)]
            if site.resource.name in known and not comes_after(body, site.place, place):
                return True
        return False

    # -- releases -------------------------------------------------------------

    def _releases(self, func: Func) -> tuple[Undone, ...]:
        found = self._undone.get(func)
        if found is None:
            self._undone[func] = ()
            found = self._undone[func] = tuple(dict.fromkeys(self._look_for_releases(func)))
        return found

    def _look_for_releases(self, func: Func) -> Iterator[Undone]:
        params = {param.name: index for index, param in enumerate(func.params)}
        values = self._owner.holding(func).values
        for _place, call in calls(func.fact.body):
            below = [
                (role.resource, role.holder.index, ())
                for role in self._apis.releases.get(call.callee, ())
                if role.holder.kind == "arg" and not role.holder.member
            ] or self.releases(call.callee, func.path)
            for resource, position, fields in below:
                whole = values.object(call.args[position]) if position < len(call.args) else None
                if whole is not None and whole.base in params:
                    yield Undone(resource, params[whole.base], whole.fields + tuple(fields))


def _by_resource(sites: list[Site]) -> dict[str, list[Site]]:
    """Sites by the names of their resources."""
    found: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        found[site.resource.name].append(site)
    return found


def _failure(mask: int) -> str:
    return {0: "never", ZERO: "null", NEGATIVE: "err_ptr"}.get(mask, "null_or_err_ptr")
