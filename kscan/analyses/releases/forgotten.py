"""Members that are given a resource and that nothing gives back when their object ends.

The struct must be one file's own: then only that file can give back what its objects hold, and what it
does is known as a whole.  The object ends where the file frees it, or the driver core does (``devm_``).
Flow-insensitive: any way in which the member's value may reach a release, or become somebody
else's, silences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from posixpath import dirname

import msgspec

from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.cfg import Place, calls, events
from kscan.analyses.body.outcome import outcomes
from kscan.analyses.body.paths import names_in
from kscan.analyses.summaries.declared import pointed
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.naming import sounds_ending
from kscan.analyses.summaries.parameters import FREES, STORES, UNKNOWN, Parameters
from kscan.analyses.summaries.status import returns_code
from kscan.facts.model import Assign, Call, Function
from kscan.kernel.apis import Acquire, Apis
from kscan.link.edges import Func
from kscan.link.program import Program

_CALLERS = 3

Member = tuple[str, str]
"""A struct and its field."""


class Kept(msgspec.Struct, frozen=True):
    """A call that acquires, and the member that its result is put into."""

    func: Func
    call: Call
    role: Acquire
    what: str
    outer: str  # the struct of the object that the member is reached from


class Ending(msgspec.Struct, frozen=True):
    """A call that ends an object: frees it, or has made it memory of the driver core's."""

    func: Func
    call: Call
    managed: bool
    fails: bool = False  # no such call: ``call`` sets up what is lost where ``func`` fails afterwards


class Forgotten(msgspec.Struct, frozen=True):
    """What ``kept`` acquired is lost where ``ending`` ends its object; ``undo``: where its function fails."""

    member: Member
    kept: Kept
    ending: Ending
    undo: Call | None


class _Uses:
    """What a file does with one member, as far as it matters who gives its value back."""

    def __init__(self) -> None:
        self.released: list[tuple[Place, Call]] = []
        self.silenced = False


class Forgetting:
    """The forgotten members of a program's scanned files."""

    def __init__(self, program: Program, apis: Apis, fields: Fields) -> None:
        self._program = program
        self._apis = apis
        self._fields = fields
        self._parameters = program.shared(Parameters, apis)
        self._given = {  # what callers get as a result: other releases end a state of it
            role.resource
            for roles in apis.acquires.values()
            for role in roles
            if role.holder.kind == "result"
        }

    def found(self, path: str, setups: Collection[str], unloading: frozenset[str]) -> Iterator[Forgotten]:
        """The forgotten members of the structs of one file, by the line that acquires.

        ``setups``: fields of functions after whose failure the driver core drops what they were to set up;
        ``unloading``: macros of files whose drivers can go.
        """
        stays = unloading.isdisjoint(use.name for use in self._program.facts[path].uses)
        acquiring = [fact for fact in self._program.facts[path].functions if self._acquires(fact)]
        kept: dict[Member, list[Kept]] = defaultdict(list)
        for func in self.functions(path, acquiring):
            for member, site in self._kept(func):
                kept[member].append(site)
        structs = {
            struct for member, sites in kept.items() for struct in (member[0], *(s.outer for s in sites))
        }
        own = {struct for struct in structs if self._is_own(struct, path)}
        kept = {m: sites for m, sites in kept.items() if own.issuperset((m[0], *(s.outer for s in sites)))}
        if not kept:
            return
        endings = self._endings(path, {site.outer for sites in kept.values() for site in sites})
        for member, sites in kept.items():
            ends = (e for site in sites for e in endings.get(site.outer, ()))
            ending = next((e for e in ends if not (e.managed and stays)), None)
            undos = self._undos(path, member, sites) if ending is not None or len(sites) == 1 else None
            if ending is None and undos:
                ending = self._failing(sites[0].func, setups)
            if ending is not None and undos is not None:
                yield Forgotten(member, sites[0], ending, undos[-1] if undos else None)

    def _is_own(self, struct: str, path: str) -> bool:
        """Whether only one file knows a struct: its own, or that of a header that shares nothing else."""
        homes = self._program.homes(struct)
        if path in homes:
            return True
        facts, folder = self._program.facts, dirname(path)
        for home in homes if len(homes) == 1 else ():
            header, include = facts[home], f'"{home.rpartition("/")[2]}"'
            if dirname(home) != folder or include not in facts[path].includes:
                return False
            others = (p for p, f in facts.items() if p != path and dirname(p) == folder)
            shares = header.prototypes or any(v.linkage == "extern" for v in header.variables)
            return not shares and not any(
                include in facts[other].includes
                and any(_names(fact, struct) for fact in facts[other].functions)
                for other in others
            )
        return False

    def own_member(self, func: Func, operand: str) -> Member | None:
        """The member that an operand is, or the address of, if only the function's file knows its struct."""
        held = parse(operand)
        member = self._fields.field_of(func, held) if held is not None and held.fields else None
        return member if member is not None and self._is_own(member[0], func.path) else None

    def gives(self, fact: Function, path: str, names: Collection[str], member: Member | None) -> bool:
        """Whether a function of a file calls one of ``names``, on what may be a member (or on anything)."""
        for func in self._program.resolve(fact.name, path):
            for _place, call in calls(func.fact.body):
                if call.callee not in names:
                    if any(arg in names for arg in call.args):
                        return True
                    continue
                if member is None or not call.args or self._owner(func, call.args[0]) in (None, member):
                    return True
        return False

    def _owner(self, func: Func, operand: str) -> Member | None:
        """The member that an operand is, or the address of; None where that is not known."""
        for held in (parse(operand), self._fields.values(func).object(operand)):
            member = self._fields.field_of(func, held) if held is not None and held.fields else None
            if member is not None:
                return member
        return None

    def functions(self, path: str, facts: Iterable[Function] | None = None) -> list[Func]:
        """The functions of a file, or those of ``facts`` among them, that can be called."""
        return [
            func
            for fact in (self._program.facts[path].functions if facts is None else facts)
            for func in self._program.resolve(fact.name, path)
            if func.path == path and func.fact is fact
        ]

    def _acquires(self, fact: Function) -> bool:
        """Whether a function acquires something and stores to a field."""
        acquires = self._apis.acquires
        return bool(fact.stores) and any(ref.root in acquires for ref in fact.calls if not ref.path)

    # -- what is kept ---------------------------------------------------------

    def _kept(self, func: Func) -> Iterator[tuple[Member, Kept]]:
        """The members that a function puts acquired resources into."""
        body = func.fact.body
        results = {call.result: call for _place, call in calls(body) if call.callee in self._apis.acquires}
        for _place, event in events(body):
            if not isinstance(event, Assign) or event.op != "=" or event.value not in results:
                continue
            call, target = results[event.value], parse(event.target)
            if target is None or "[]" in target.fields or not target.fields:
                continue
            values = self._fields.values(func)
            role = next((r for r in self._apis.acquires[call.callee] if self._counts(r)), None)
            member = self._fields.field_of(func, target)
            whole = values.address(target.base) or event.target
            outer = pointed(self._program, func, (parse(whole) or target).base)
            if role is not None and member is not None and outer and whole.count("->") == 1:
                yield member, Kept(func, call, role, event.target, outer)

    def _counts(self, role: Acquire) -> bool:
        resource = self._apis.resources[role.resource]
        return (
            not role.managed
            and role.holder.kind == "result"
            and not role.holder.member
            and resource.nature in ("memory", "reference", "state")
        )

    # -- where objects end ----------------------------------------------------

    def _endings(self, path: str, structs: set[str]) -> dict[str, list[Ending]]:
        """For each struct where the file frees one that it has not just made, or has a managed one made."""
        found: dict[str, list[Ending]] = defaultdict(list)
        for func in self.functions(path):
            body = func.fact.body
            values = self._fields.values(func)
            for _place, event in events(body):
                if isinstance(event, Call) and event.callee in self._apis.releases:
                    for role in self._apis.releases[event.callee]:
                        held = parse(role.holder.operand(event.args) or "&")
                        if held is None or self._apis.resources[role.resource].nature != "memory":
                            continue
                        struct = pointed(self._program, func, str(held))
                        origin = values.calls.get((values.object(str(held)) or held).base)
                        made = origin is not None and origin.callee in self._apis.acquires
                        if struct in structs and not made and not self.makes(func, struct):
                            found[struct].insert(0, Ending(func, event, managed=False))
                            break
            for struct, call in self.made(func, structs).items():
                found[struct].append(Ending(func, call, managed=True))
        return found

    def _failing(self, func: Func, setups: Collection[str], depth: int = _CALLERS) -> Ending | None:
        """The setup of the same file that calls a function, and may fail after that succeeded."""
        for caller in self._program.calling(func.name) if depth and func.fact.linkage == "static" else ():
            if caller.path != func.path:
                continue
            body = caller.fact.body
            for place, call in calls(body):
                if call.callee != func.name or not call.result:
                    continue
                ends = outcomes(body, place, frozenset({(call.result, False)}), errors=self._fields.errors)
                bindings = self._program.facts[caller.path].bindings
                if any(b.target == caller.name and b.path and b.path[-1] in setups for b in bindings):
                    return Ending(caller, call, managed=False, fails=True) if True in ends else None
                found = self._failing(caller, setups, depth - 1)
                if found is not None:
                    return found
        return None

    def made(self, func: Func, structs: Collection[str]) -> dict[str, Call]:
        """The calls by which a function allocates objects of these structs that the driver core frees."""
        found: dict[str, Call] = {}
        results = {
            call.result: call
            for _place, call in calls(func.fact.body)
            for role in self._apis.acquires.get(call.callee, ())
            if role.managed and self._apis.resources[role.resource].nature == "memory"
        }
        for _place, event in events(func.fact.body) if results else ():
            if isinstance(event, Assign) and event.value in results:
                struct = pointed(self._program, func, event.target)
                if struct in structs:
                    found.setdefault(struct, results[event.value])
        return found

    def makes(self, func: Func, struct: str) -> bool:
        """Whether a function allocates an object of that struct."""
        for _place, event in events(func.fact.body):
            if isinstance(event, Assign):
                call = self._fields.values(func).calls.get(event.value)
                if call is None or call.callee not in self._apis.allocators:
                    continue
                if pointed(self._program, func, event.target) == struct:
                    return True
        return False

    # -- who gives back -------------------------------------------------------

    def _undos(self, path: str, member: Member, sites: list[Kept]) -> list[Call] | None:
        """The releases at the error exits of the functions that acquire; None where others may release."""
        name = frozenset({member[1]})
        resource = self._apis.resources[sites[0].role.resource]
        keepers = {site.func for site in sites}
        undos: list[Call] = []
        headers = [self._program.facts[home] for home in self._program.homes(member[0]) if home != path]
        for home in (self._program.facts[path], *headers):
            if any(member[1] in macro.body for macro in home.macros):
                return None
        if any(fact.mentions(name) for header in headers for fact in header.functions):
            return None
        for func in self.functions(path):
            if func.fact.mentions(name):
                uses = self._uses(func, member, resource.name)
                if func.fact.partial or uses.silenced:
                    return None
                for place, call in uses.released:
                    if func not in keepers or not self._fails(func, place):
                        return None
                    undos.append(call)
            if func not in keepers and self._releases_other(func, resource.name):
                return None
        return None if resource.advisory and not undos else undos

    def _releases_other(self, func: Func, resource: str) -> bool:
        """Whether a function gives back something of this kind that it was given or has asked for elsewhere.

        That may be what a member holds: whoever knows the owner's device needs not go by the member.
        """
        if self._apis.resources[resource].nature == "memory":
            return False  # which includes the object itself
        values = self._fields.values(func)
        params = {p.name for p in func.params}
        for _place, call in calls(func.fact.body):
            for role in self._apis.releases.get(call.callee, ()):
                operand = role.holder.operand(call.args) or ""
                held = values.object(operand) if operand.isidentifier() else None
                if role.resource != resource or held is None or self._owner(func, operand) is not None:
                    continue
                origin = values.origin(held)
                if origin.callee not in self._apis.acquires if origin is not None else held.base in params:
                    return True
        return False

    def _fails(self, func: Func, place: Place) -> bool:
        """Whether a function fails, as far as can be seen, whatever way it goes on from a place."""
        ends = outcomes(func.fact.body, place, errors=self._fields.errors)
        if "*" in func.fact.returns:
            return None not in ends  # NULL or an error pointer
        return returns_code(func) and False not in ends

    def _uses(self, func: Func, member: Member, resource: str) -> _Uses:
        """What a function does with a member."""
        uses = _Uses()
        body = func.fact.body
        carriers: set[str] = set()  # further variables that may hold its value
        for _place, event in events(body):
            if isinstance(event, Assign) and self._is(func, event.value, member):
                target = parse(event.target)
                if target is None or target.fields or event.target[:1] == "*":
                    uses.silenced = True
                elif not self._is(func, event.target, member):
                    carriers.add(event.target)
        for place, event in events(body):
            if isinstance(event, Assign):
                uses.silenced |= event.value in carriers
            elif isinstance(event, Call):
                for position, arg in enumerate(event.args):
                    fate = self._fate(func, event, position, member, resource, arg in carriers)
                    if fate == FREES and arg not in carriers:
                        uses.released.append((place, event))
                    uses.silenced |= fate == UNKNOWN or (fate == FREES and arg in carriers)
        returned = (block.left for block in body.blocks if block.kind == "return")
        uses.silenced |= any(left in carriers or self._is(func, left, member) for left in returned)
        return uses

    def _fate(
        self, func: Func, call: Call, position: int, member: Member, resource: str, carried: bool
    ) -> str:
        """Whether a call FREES a member's value, does no harm to it (empty), or what it does is UNKNOWN."""
        arg = call.args[position]
        if not carried and not self._is(func, arg, member):
            part = any(name != arg and self._is(func, name, member) for name in names_in(arg))
            part = part or self._is_within(func, arg, member)
            ends = sounds_ending(call.callee) or self._counts_within(call.callee, position)
            return UNKNOWN if part and ends else ""
        if arg[:1] == "&":
            return UNKNOWN
        memory = self._apis.resources[resource].nature == "memory"
        fate = self._parameters.fate(call.callee, position, func.path)
        ended = {r.resource for r in self._apis.releases.get(call.callee, ()) if r.holder.index == position}
        if not ended.isdisjoint(self._given) or (not ended and FREES in fate):
            return FREES
        if call.callee in self._apis.transfers or STORES in fate:
            return UNKNOWN
        doubtful = UNKNOWN in fate and (memory or sounds_ending(call.callee))
        return UNKNOWN if doubtful and not call.loop and call.callee not in self._apis.prints else ""

    def _counts_within(self, callee: str, position: int) -> bool:
        """Whether a function makes an argument an object with a life of its own, which ends what it is in."""
        roles = (r for r in self._apis.acquires.get(callee, ()) if r.holder.kind == "arg")
        natures = {self._apis.resources[r.resource].nature for r in roles if r.holder.index == position}
        return not natures.isdisjoint(("reference", "state"))

    def _is_within(self, func: Func, operand: str, member: Member) -> bool:
        """Whether an operand is the address of a part of what the member points to."""
        held = parse(operand) if operand[:1] == "&" else None
        if held is None or member[1] not in held.fields[:-1]:
            return False
        return self._is(func, str(Object(held.base, held.fields[: held.fields.index(member[1]) + 1])), member)

    def _is(self, func: Func, operand: str, member: Member) -> bool:
        """Whether an operand is the member, or may be, as far as types are known."""
        values = self._fields.values(func)
        for held in (parse(operand), values.object(operand)):
            if held is None or not held.fields:
                continue
            named = next((f for f in reversed(held.fields) if f != "[]"), "")
            if named == member[1]:
                owner = self._fields.field_of(func, held)
                if owner is None or owner == member:
                    return True
        return False


def _names(fact: Function, struct: str) -> bool:
    """Whether a function may have to do with a struct."""
    return fact.holds(struct) or struct in fact.returns or any(struct in p.type for p in fact.params)
