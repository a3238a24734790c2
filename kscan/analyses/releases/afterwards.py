"""What is done with an object once it was given back: used, or given back again.

From each release on, every path is followed with the names that still hold the pointer.  Memory is
gone whoever holds it; of a reference that is only known where the function itself had acquired it,
and no other.  What a release callback frees is gone with the last reference to the object within.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.cfg import Place, comes_after
from kscan.analyses.body.cfg import calls as all_calls
from kscan.analyses.body.cfg import events as all_events
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.known import Facts, Known
from kscan.analyses.body.loops import loops
from kscan.analyses.body.paths import POSITIVE, Node, names_in
from kscan.analyses.owning.holding import Holding
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.nullness import Nullness, dereferenced, operands_of
from kscan.analyses.summaries.declared import root_of
from kscan.analyses.summaries.parameters import FREES, Parameters
from kscan.facts.model import Assign, Block, Body, Call, Event
from kscan.kernel.apis import Apis, Release
from kscan.link.edges import Func
from kscan.link.program import Program

USED, TWICE = "used", "twice"
Holders = frozenset[Object]


class Gone(msgspec.Struct, frozen=True):
    """A call after which ``what`` may not be used.  ``why`` tells what makes that sure; ``loop`` is the loop
    macro that puts its cursor at the next turn, where it is that which was put."""

    call: Call
    place: Place
    role: Release
    what: Object
    why: str = ""
    loop: Call | None = None
    lasting: bool = False  # it may live on, for others: only who frees it is wrong


class Misstep(msgspec.Struct, frozen=True):
    """``kind``: used or twice; ``text`` is what is evaluated or called there."""

    kind: str
    func: Func
    gone: Gone
    line: int
    text: str
    node: Node[Holders]


class Afterwards:
    """Missteps of a program's functions."""

    def __init__(self, program: Program, apis: Apis, owner: Ownership, nullness: Nullness) -> None:
        self.program = program
        self.apis = apis
        self.owner = owner
        self.nullness = nullness
        self._parameters = program.shared(Parameters, apis)
        counted = {r.resource for roles in apis.acquires.values() for r in roles if r.same_as >= 0}
        self._memory = {
            r.name
            for r in apis.resources.values()
            if r.nature == "memory" and not r.machinery and r.name not in counted
        }
        self._missteps: dict[Func, tuple[Misstep, ...]] = {}

    def functions(self) -> list[Func]:
        """The scanned functions that give back memory or references, by file and line."""
        return self.owner.functions(
            name
            for name in self.program.called & self.apis.releases.keys()
            if any(
                self.apis.resources[role.resource].nature in ("memory", "reference")
                for role in self.apis.releases[name]
            )
        )

    def missteps(self, func: Func, callbacks: Collection[str]) -> tuple[Misstep, ...]:
        """The missteps after each release, the nearest of a kind; ``callbacks`` are fields for releases."""
        found = self._missteps.get(func)
        if found is None:
            found = self._missteps[func] = tuple(self._look(func, callbacks))
        return found

    def _look(self, func: Func, callbacks: Collection[str]) -> Iterator[Misstep]:
        for gone in self._released(func, callbacks):
            holding = self.owner.holding(func)
            walk = self._followed(holding, gone, [{}])
            if walk is not None and walk.found:  # what is known before only takes missteps away
                before = holding.before.at_release(gone.place)
                walk = walk if before == [{}] else self._followed(holding, gone, before)
            if walk is not None:
                yield from walk.found.values()

    def _followed(self, holding: Holding, gone: Gone, before: list[Facts]) -> _Walk | None:
        walk = _Walk(self, holding, gone)
        arg = gone.call.args[gone.role.holder.index]
        complete = holding.paths.explore(
            Place(gone.place.block, gone.place.index + 1),
            [known | {arg: POSITIVE} for known in before],
            frozenset({gone.what}),
            walk.visit,
            walk.decide,
            holding.paths.concerning(names_in(gone.what.base)) | {*gone.what.fields},
        )
        return walk if complete else None

    def _released(self, func: Func, callbacks: Collection[str]) -> Iterator[Gone]:
        """The releases after which the function still names what was released."""
        body = func.fact.body
        for place, event in all_events(body):
            if not isinstance(event, Call) or event.callee in self.apis.frees_later:
                continue
            for role in self.apis.releases.get(event.callee, ()):
                if role.holder.kind != "arg" or role.holder.index >= len(event.args):
                    continue
                arg = event.args[role.holder.index]
                what = parse(arg)
                if what is None or "%" in arg or "[" in arg or arg[:1] == "*":
                    continue
                if arg[:1] == "&":
                    what = Object(what.base, ())
                    if "->" not in arg or arg.count("->") > 1:
                        continue
                if not self._named_after(func, place, what):
                    continue
                gone = self._gone(func, callbacks, Gone(event, place, role, what), arg)
                if gone is not None:
                    yield gone
                    break

    def _named_after(self, func: Func, place: Place, what: Object) -> bool:
        """Whether the last name of an object comes up after a place: a quick superset."""
        body = func.fact.body
        name = what.fields[-1] if what.fields else what.base
        after = flow_of(body).after[place.block]
        for number, block in enumerate(body.blocks):
            since = place.index + 1 if number == place.block and not after >> number & 1 else 0
            if number == place.block or after >> number & 1:
                if name in block.left or name in block.right:
                    return True
                if any(name in o for event in block.events[since:] for o in operands_of(event)):
                    return True
        return False

    def _gone(self, func: Func, callbacks: Collection[str], gone: Gone, arg: str) -> Gone | None:
        resource = self.apis.resources[gone.role.resource]
        if arg[:1] == "&":
            if resource.nature != "reference":
                return None
            member = parse(arg)
            release = self._release_of(func, member, callbacks) if member is not None else ""
            if release and (self._held_by_callers(func, gone) or self._held_here(func, gone)):
                return None
            if release:
                return Gone(gone.call, gone.place, gone.role, gone.what, f"{release} frees it")
            if self.ends_registration(gone.call) and not self._has_callback(func, callbacks):
                text = "it lives on for whoever has a reference"
                return Gone(gone.call, gone.place, gone.role, gone.what, text, lasting=True)
            return None
        if gone.role.resource in self._memory:
            return gone
        if resource.nature != "reference" or resource.advisory or self._takes_more(func, resource.name):
            return None
        for site in self.owner.acquisitions(func, frozenset({resource.name})):
            outcome = self.owner.outcome(site) if site.named and not site.same else None
            if outcome is None or not outcome.complete:
                continue
            if any(e.kind == "released" and e.line == gone.call.line for e in outcome.exits):
                return msgspec.structs.replace(gone, loop=site.call) if site.loop else gone
        return None

    def ends_registration(self, call: Call) -> bool:
        """Whether a call undoes more than the taking of a reference."""
        roles = self.apis.releases.get(call.callee, ())
        return any(self.apis.resources[role.resource].nature == "state" for role in roles)

    def _has_callback(self, func: Func, callbacks: Collection[str]) -> bool:
        """Whether the file sets a release callback, which may leave the object to others."""
        bindings = self.program.facts[func.path].bindings
        return any(binding.path and binding.path[-1] in callbacks for binding in bindings)

    def _held_by_callers(self, func: Func, gone: Gone) -> bool:
        """Whether a caller puts what it gave as the object, once the function is back: it has a reference."""
        position = next((n for n, p in enumerate(func.params) if p.name == gone.what.base), -1)
        for caller in self.program.calling(func.name) if position >= 0 else ():
            calls = list(all_calls(caller.fact.body))
            for place, call in calls:
                given = parse(call.args[position]) if position < len(call.args) else None
                if call.callee == func.name and given is not None:
                    for later, other in calls:
                        if comes_after(caller.fact.body, place, later) and self._puts(other, given):
                            return True
        return False

    def _held_here(self, func: Func, gone: Gone) -> bool:
        """Whether the function puts the object once more by a function of its own: it has a reference."""
        return any(
            arg == gone.what.base
            and call.callee not in self.apis.releases
            and FREES in self._parameters.fate(call.callee, position, func.path)
            for place, call in all_calls(func.fact.body)
            if comes_after(func.fact.body, gone.place, place)
            for position, arg in enumerate(call.args)
        )

    def _puts(self, call: Call, given: Object) -> bool:
        """Whether a call puts a reference to an object, or to one that is part of it."""
        for role in self.apis.releases.get(call.callee, ()):
            found = parse(role.holder.operand(call.args) or "")
            if found is not None and found.within(given):
                return self.apis.resources[role.resource].nature == "reference"
        return False

    def _takes_more(self, func: Func, resource: str) -> bool:
        """Whether a function takes a further reference to what it has already."""
        roles = (r for _place, c in all_calls(func.fact.body) for r in self.apis.acquires.get(c.callee, ()))
        return any(role.same_as >= 0 and role.resource == resource for role in roles)

    def _release_of(self, func: Func, member: Object, callbacks: Collection[str]) -> str:
        """The callback of the same file that frees the object that ``member`` is the only such member of."""
        kind = root_of(func, member.base)
        types = self.program.members(kind.rstrip(" *"))
        given = types.get(member.fields[0], "")
        if not kind.endswith("*") or list(types.values()).count(given) != 1:
            return ""
        parts = {given, *self.program.members(given).values()}
        for binding in self.program.facts[func.path].bindings:
            if binding.path and binding.path[-1] in callbacks:
                for target in self.program.resolve(binding.target, func.path):
                    if not target.params or target.params[0].type.rstrip(" *") not in parts:
                        continue  # the callback of another member
                    if FREES in self._parameters.fate(target.name, 0, func.path) and self._is_about(
                        target, kind
                    ):
                        return f"{target.name}()"
        return ""

    def _is_about(self, func: Func, kind: str) -> bool:
        """Whether a callback frees an object of that type, which it converts what it is given to."""
        types = {local.name: local.type for local in func.fact.body.locals}
        callees = [event for _place, event in all_calls(func.fact.body)]
        for call in callees:
            if call.result:
                types[call.result] = self.program.root_type(f"@{call.callee}", func.path)
                if kind.rstrip(" *") in call.args:  # of container_of()
                    types[call.result] = kind
        return any(
            types.get(arg) == kind and FREES in self._parameters.fate(call.callee, position, func.path)
            for call in callees
            if call.callee in self.apis.releases or self.program.resolve(call.callee, func.path)
            for position, arg in enumerate(call.args)
        )


def _turning(body: Body, call: Call | None) -> Collection[int]:
    """The blocks that lie in the loop of a macro: once that is left, its cursor is another's.  All blocks,
    where there is no macro."""
    for loop in loops(body) if call is not None else ():
        if call in body.blocks[loop.header].events:
            return loop.blocks
    return range(len(body.blocks)) if call is None else ()


class _Walk:
    """The transfer function of one release: a state is the names that hold what is gone."""

    def __init__(self, owner: Afterwards, holding: Holding, gone: Gone) -> None:
        self._owner = owner
        self._holding = holding
        self._apis = owner.apis
        self._gone = gone
        self._whole = gone.call.args[gone.role.holder.index][:1] == "&"
        # A put may not be the last; who ends a registration puts what that had taken.
        self._sure = (
            gone.loop is None
            and not gone.lasting
            and (not self._whole or self._owner.ends_registration(gone.call))
        )
        self._inside = _turning(holding.body, gone.loop)
        self.found: dict[str, Misstep] = {}

    def _say(self, kind: str, line: int, text: str, node: Node[Holders]) -> None:
        if self._sure or kind == TWICE:
            self.found.setdefault(kind, Misstep(kind, self._holding.func, self._gone, line, text, node))

    def visit(
        self, where: Place, event: Event | None, _facts: Known, held: Holders, node: Node[Holders]
    ) -> Holders | None:
        """Follow one event; None once the object is used, or nothing holds it any more."""
        if where.block not in self._inside:
            return None
        if isinstance(event, Assign):
            return self._assigned(event, held, node)
        if isinstance(event, Call):
            if where == self._gone.place:
                self._say(TWICE, event.line, f"{event.callee}({', '.join(event.args)})", node)
                return None
            if event == self._gone.loop:
                self._say(TWICE, event.line, f"the next turn of {event.callee}()", node)
                return None
            return self._called(event, held, node)
        return held if event is not None else None

    def _assigned(self, event: Assign, held: Holders, node: Node[Holders]) -> Holders | None:
        for operand in (event.target, event.value):
            if self._sure and dereferenced(operand, held):
                self._say(USED, event.line, operand, node)
                return None
        target = parse(event.target)
        if target is None or event.op != "=":
            return None
        left = frozenset(h for h in held if not h.within(target))
        if (
            parse(event.value) in held
            and event.value[:1] not in "&*"
            and self._holding.is_local(event.target)
        ):
            left |= {target}
        return left or None

    def _called(self, event: Call, held: Holders, node: Node[Holders]) -> Holders | None:
        role = self._apis.predicates.get(event.callee)
        quiet = event.callee in self._apis.prints or role is not None
        for position, arg in enumerate(event.args):
            found = parse(arg)
            if event.loop and found is not None and any(h.within(found) for h in held):
                return None
            if arg[:1] == "&" and found in held:
                return None
            if (self._sure and dereferenced(arg, held)) or (
                arg[:1] == "&" and not quiet and self._is_part(found, held)
            ):
                if self._gone.lasting:
                    return None  # it may be waited for
                if self._whole and (not self._sure or event.callee in self._apis.releases):
                    continue  # it may be another reference that is put
                self._say(USED, event.line, f"{event.callee}({', '.join(event.args)})", node)
                return None
            if found in held and arg[:1] != "*" and not quiet:
                self._passed(event, position, node)
                if self._gone.loop is None or self.found:
                    return None
        known = quiet or event.callee in self._apis.does_not_keep or event.callee in self._apis.releases
        if not known:
            given = {found.base for arg in event.args if (found := parse(arg)) is not None}
            held = frozenset(h for h in held if not h.fields or self._stays(h, given))
        return held or None

    def _stays(self, holder: Object, given: Collection[str]) -> bool:
        """Whether a call that is given these objects leaves a field alone."""
        return self._holding.is_local(holder.base) and holder.base not in given

    def _is_part(self, found: Object | None, held: Holders) -> bool:
        return found is not None and any(found.within(h) and found != h for h in held)

    def _passed(self, event: Call, position: int, node: Node[Holders]) -> None:
        """A holder is an argument as it is."""
        text = f"{event.callee}({', '.join(event.args)})"
        ends = [r for r in self._apis.releases.get(event.callee, ()) if r.holder.index == position]
        memory = any(self._apis.resources[r.resource].nature == "memory" for r in ends)
        again = any(
            r.resource == self._gone.role.resource for r in ends
        ) and not self._owner.ends_registration(event)
        puts = any(
            a.puts == position and a.resource == self._gone.role.resource
            for a in self._apis.acquires.get(event.callee, ())
        )
        if again or puts or (self._whole and memory):
            self._say(TWICE, event.line, text, node)
        elif not ends and not self._whole:
            reads = event.callee in self._apis.does_not_keep
            if reads or self._owner.nullness.dereferences(event.callee, position, self._holding.func.path):
                self._say(USED, event.line, text, node)

    def decide(self, block: Block, _facts: Known, held: Holders, node: Node[Holders]) -> Holders | None:
        """Look at the test or return at the end of a block."""
        if node.block not in self._inside:
            return None
        for operand in (block.left, block.right):
            if self._sure and dereferenced(operand, held):
                self._say(USED, block.line, operand, node)
                return None
        return held
