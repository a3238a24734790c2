"""What a driver's setup does and its teardown does not undo, paired by the tables that hold both.

A table names both functions (``probe`` and ``remove`` of one driver), or two macros at file scope do
(``module_init``).  Only what the setup itself undoes on its error exits is asked for: it shows
what the author thinks has to be undone, and by which call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from kscan.analyses.body.access import is_constant, parse
from kscan.analyses.body.cfg import calls, events
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.paths import NEGATIVE, constant, names_in
from kscan.analyses.releases.forgotten import Forgetting
from kscan.analyses.summaries.declared import pointed
from kscan.analyses.summaries.naming import sounds_draining, sounds_ending, sounds_final, sounds_pausing
from kscan.analyses.summaries.status import Status
from kscan.facts.model import Assign, Call
from kscan.kernel.apis import Apis
from kscan.link.edges import DIRECT, Func
from kscan.link.program import Program

_DEEPEST = 5

Pairs = Mapping[str, Sequence[str]]
"""For a setup's field or macro those of its teardowns."""


class Pair(msgspec.Struct, frozen=True):
    """A setup function and the teardown function of the same object."""

    setup: Func
    teardown: Func
    field: str  # or macro, of the setup


class Gap(msgspec.Struct, frozen=True):
    """``made`` by the setup, undone by ``undo`` on its error exits, and by nothing in the teardown."""

    pair: Pair
    made: Call
    undo: Call | None
    way: str  # the function that undoes it
    what: str


class Pending(msgspec.Struct, frozen=True):
    """The object that ``free`` ends in ``func`` holds a work or timer that nothing in ``teardown`` stops."""

    teardown: Func
    func: Func
    free: Call
    struct: str
    field: str
    start: Call  # what makes the work or timer ready
    starter: Func
    managed: bool = False  # the driver core frees it: ``free`` is what allocated it


class Teardown:
    """Setups and teardowns of a program."""

    def __init__(self, program: Program, apis: Apis, forgetting: Forgetting) -> None:
        self._program = program
        self._forgetting = forgetting
        self._apis = apis
        self._reached: dict[tuple[Func, bool], frozenset[str]] = {}

    def pairs(self, fields: Pairs, macros: Pairs) -> Iterator[Pair]:
        """The pairs whose functions stand in these fields of one table, or in these macros of one file."""
        for path in sorted(self._program.scope):
            facts = self._program.facts[path]
            tables: dict[str, dict[str, str]] = defaultdict(dict)
            for binding in facts.bindings:
                if binding.how == "initializer" and binding.path and not binding.target.startswith("&"):
                    tables[binding.instance].setdefault(binding.path[-1], binding.target)
            for use in facts.uses:
                if use.args:
                    tables[""].setdefault(use.name, use.args[0])
            for names in tables.values():
                for first, seconds in (*fields.items(), *macros.items()):
                    for second in seconds:
                        if first in names and second in names:
                            yield from self._resolved(path, names[first], names[second], first)

    def _resolved(self, path: str, first: str, second: str, field: str) -> Iterator[Pair]:
        for setup in self._program.resolve(first, path):
            for teardown in self._program.resolve(second, path):
                if setup.path == teardown.path == path and not (setup.fact.partial or teardown.fact.partial):
                    yield Pair(setup, teardown, field)

    # -- gaps -----------------------------------------------------------------

    def gaps(
        self, pair: Pair, also: Mapping[str, Sequence[str]], partners: Mapping[str, Sequence[str]]
    ) -> Iterator[Gap]:
        """What the teardown leaves; ``also`` maps further undos to what they undo.

        ``partners`` maps set-ups to what must undo them, whether the setup's error exits show it or not.
        """
        called = {ref.root for ref in pair.setup.fact.calls}
        said: set[str] = set()
        for undo in self._undone(pair.setup, {n for n in called if n in also or self._resources(n)}):
            made = self._made(pair.setup, undo, also)
            ways = self._ways(undo.callee, also)
            if made is None or undo.callee in said or self._is_undone(pair, undo, undo.args, ways):
                continue
            said.update(ways)
            yield Gap(pair, made, undo, undo.callee, undo.args[0] if undo.args else "")
        for block in pair.setup.fact.body.blocks if called & partners.keys() else ():
            for event in block.events:
                if not isinstance(event, Call) or event.callee not in partners:
                    continue
                ways = frozenset(partners[event.callee])
                if said.isdisjoint(ways) and not self._is_undone(pair, None, event.args, ways):
                    said.update(ways)
                    yield Gap(pair, event, None, min(ways), event.args[0] if event.args else "")

    def unmatched(self, pair: Pair) -> Iterator[Gap]:
        """What the teardown leaves of several things of a kind, told apart by constants and static objects.

        The setup's error exits show which function undoes one of them: the call with the same arguments.
        """
        setup = pair.setup
        undoing: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for func in self._within(pair.teardown):
            for _place, call in calls(func.fact.body):
                undoing[call.callee].add(call.args if self._is_fixed(func, call) else ())
        both = {ref.root for ref in setup.fact.calls} & undoing.keys()
        for undo in self._undone(setup, {name for name in both if sounds_ending(name)}):
            given = undoing[undo.callee]
            made = [call for _place, call in calls(setup.fact.body) if call.callee != undo.callee]
            pairs = {call.callee for call in made if call.args == undo.args and len(undo.args) > 1}
            for call in made if () not in given and len(pairs) == 1 else ():
                if call.callee in pairs and call.args not in given and self._is_fixed(setup, call):
                    yield Gap(pair, call, None, undo.callee, ", ".join(call.args))

    def _is_fixed(self, func: Func, call: Call) -> bool:
        """Whether the arguments of a call are the same in every function: constants and static objects."""
        own = {p.name for p in func.params} | {v.name for v in func.fact.body.locals}
        return all(
            is_constant(arg) or (arg[:1] == "&" and (held := parse(arg)) is not None and held.base not in own)
            for arg in call.args
        )

    def _is_undone(self, pair: Pair, undo: Call | None, args: Sequence[str], ways: frozenset[str]) -> bool:
        """Whether the teardown, or another function of the file, undoes what the setup made."""
        setup = pair.setup
        member = self._forgetting.own_member(setup, args[0]) if undo is not None and args else None
        if member is not None and args[0][:1] != "&" and not self._gets(setup, args[0]):
            member = None  # others may know what it points to by another name
        if undo is not None and self._is_managed(setup.path, undo):
            return True
        if any(way in call.args for way in ways for _place, call in calls(setup.fact.body)):
            return True  # handed on, to be called later
        if any(
            self._forgetting.gives(fact, setup.path, ways, member)
            for fact in self._program.facts[setup.path].functions
            if fact is not setup.fact and any(map(fact.holds, ways))
        ):
            return True
        if member is not None:
            return False
        if not self.reached(pair.teardown).isdisjoint(ways):
            return True
        self._load(pair.teardown)
        return not self.reached(pair.teardown, loaded=True).isdisjoint(ways) or self._ends_unseen(pair, args)

    def _gets(self, setup: Func, path: str) -> bool:
        """Whether a setup stores the result of a call that acquires to a path."""
        body = setup.fact.body
        results = {call.result for _place, call in calls(body) if call.callee in self._apis.acquires}
        return any(
            isinstance(e, Assign) and e.target == path and e.value in results for _place, e in events(body)
        )

    def _is_managed(self, path: str, undo: Call) -> bool:
        """Whether a function of a file has the driver core undo what ``undo`` does."""
        resources = self._resources(undo.callee)
        called = {ref.root for fact in self._program.facts[path].functions for ref in fact.calls}
        managers = called & self._apis.manages.keys()
        return any(not resources.isdisjoint(self._apis.manages[name]) for name in managers)

    def _ends_unseen(self, pair: Pair, args: Sequence[str]) -> bool:
        """Whether the teardown has what may be ``args`` ended by a function whose body is not seen."""
        setup = pair.setup
        held = parse(args[0]) if args else None
        own = {p.name for p in setup.params} | {v.name for v in setup.fact.body.locals if not v.static}
        struct = pointed(self._program, setup, held.base) if held is not None else ""
        for func in self._within(pair.teardown):
            for _place, call in calls(func.fact.body):
                if not sounds_ending(call.callee) or call.callee in self._apis.releases or not call.args:
                    continue
                if self._program.demand(call.callee) or self._program.resolve(call.callee, func.path):
                    continue
                if held is not None and held.base not in own:
                    if any(arg.lstrip("&").startswith(held.base) for arg in call.args):
                        return True
                elif not struct or {"", struct} & {pointed(self._program, func, arg) for arg in call.args}:
                    return True
        return False

    def _load(self, func: Func) -> None:
        """Load what a function calls, and what that calls, wherever it is."""
        fresh = [func]
        for _ in range(2):
            for name in sorted({ref.root for f in fresh for ref in f.fact.calls if not ref.path}):
                self._program.demand(name)
            fresh = [e.callee for f in fresh for e in self._program.callees(f)]

    def _resources(self, callee: str) -> frozenset[str]:
        """The states that a call ends."""
        roles = self._apis.releases.get(callee, ())
        return frozenset(r.resource for r in roles if self._apis.resources[r.resource].nature == "state")

    def _ways(self, undo: str, also: Mapping[str, Sequence[str]]) -> frozenset[str]:
        """All calls that undo what ``undo`` does."""
        made = set(also.get(undo, ()))
        same = {name for name, names in also.items() if made & set(names)}
        for resource in self._resources(undo):
            same.update(self._apis.releases_of[resource])
        return frozenset(same | {undo})

    def _made(self, setup: Func, undo: Call, also: Mapping[str, Sequence[str]]) -> Call | None:
        """The call of the setup that the undo is for, if it is one that nobody undoes by itself."""
        resources = self._resources(undo.callee)
        for block in setup.fact.body.blocks:
            for event in block.events:
                if not isinstance(event, Call):
                    continue
                if event.callee in also.get(undo.callee, ()) and event.args[:1] == undo.args[:1]:
                    return event
                for role in self._apis.acquires.get(event.callee, ()):
                    if role.resource in resources and not role.managed:
                        return event
        return None

    def _undone(self, setup: Func, names: set[str]) -> list[Call]:
        """The calls of ``names`` from which every way fails, and that no successful way makes."""
        good = self._good_returns(setup) if names else 0
        if not good:
            return []
        body = setup.fact.body
        failing, passing = [], set()
        returned = {b.left for b in body.blocks if b.kind == "return"} & {v.name for v in body.locals}
        states = [Status(setup, name, self._apis) for name in sorted(returned)]

        def fails(number: int) -> bool:
            return any(state.fails_from(number) for state in states)

        after = flow_of(body).after
        for number, block in enumerate(body.blocks):
            reach = after[number] | 1 << number
            for event in block.events:
                if isinstance(event, Call) and event.callee in names:
                    if reach & good and not fails(number):
                        passing.add(event.callee)
                    elif any(body.blocks[n].kind == "return" for n in _numbers(reach)):
                        failing.append(event)
        return [c for c in failing if c.callee not in passing]

    def _good_returns(self, setup: Func) -> int:
        """The set of blocks that may return success."""
        body = setup.fact.body
        locals_ = {v.name for v in body.locals}
        found = 0
        states: dict[str, Status] = {}
        for number, block in enumerate(body.blocks):
            if block.kind != "return":
                continue
            name = block.left
            if name in locals_:
                states.setdefault(name, Status(setup, name, self._apis))
                if states[name].may_succeed(number):
                    found |= 1 << number
            elif constant(name) != NEGATIVE:
                call = next(
                    (e for e in reversed(block.events) if isinstance(e, Call) and e.result == name), None
                )
                role = self._apis.predicates.get(call.callee) if call is not None else ""
                if role not in ("err_of", "err_ptr", "err_cast") and (
                    call is None or call.callee not in self._apis.gives_back_error
                ):
                    found |= 1 << number
        return found

    def reached(self, func: Func, *, loaded: bool = False) -> frozenset[str]:
        """The names of all functions that a function calls, directly or through those it calls.

        Those called by what rules have ``loaded`` only where that is asked for: it would be chance.
        """
        found = self._reached.get((func, loaded))
        if found is None:
            names: set[str] = set()
            seen = {func}
            fresh = [func]
            for _ in range(_DEEPEST):
                names.update(ref.path[-1] if ref.path else ref.root for f in fresh for ref in f.fact.calls)
                called = dict.fromkeys(e.callee for f in fresh for e in self._program.callees(f))
                fresh = [f for f in called if f not in seen and (loaded or self._program.is_root(f))]
                seen.update(fresh)
            names.update(self._expanded(names, func.path))
            found = self._reached[func, loaded] = frozenset(names)
        return found

    def _expanded(self, names: set[str], path: str) -> set[str]:
        """The functions behind macros."""
        return {inner for n in names for inner, _ in self._program.expansion(n, (), path)}

    # -- works and timers ---------------------------------------------------------

    def pending(
        self,
        pairs: Iterable[Pair],
        managed: Sequence[str],
        starters: Sequence[str],
        queuers: Sequence[str],
        stoppers: Sequence[str],
    ) -> Iterator[Pending]:
        """The objects that a teardown frees while a work or timer in them may be pending.

        ``managed``: the fields of setups after whose teardown the driver core frees what is its own.
        """
        ready, queued = self._works(starters, queuers)
        files = {key[0] for key in ready}
        said: set[tuple[Func, str, str]] = set()
        for pair in pairs:
            teardown = pair.teardown
            if teardown.path not in files:
                continue
            freed = [f for func in self._within(teardown) for f in self._freed(teardown, func, ready, queued)]
            if pair.field in managed:
                freed += self._managed(teardown, ready, queued, stoppers)
            if not freed or not self.reached(teardown).isdisjoint(stoppers):
                continue
            for found in freed:
                key = (found.func, found.struct, found.field)
                if key in said or self._ends_itself(found) or self._is_stopped_by_hook(found, stoppers):
                    continue
                said.add(key)
                yield found

    def _works(
        self, starters: Sequence[str], queuers: Sequence[str]
    ) -> tuple[dict[tuple[str, str, str], tuple[Func, Call]], set[tuple[str, str]]]:
        """What makes works and timers ready, by file, struct and field, and those that are queued."""
        ready: dict[tuple[str, str, str], tuple[Func, Call]] = {}
        queued: set[tuple[str, str]] = set()
        wanted = {*starters, *queuers}
        calling = {func for name in wanted for func in self._program.calling(name)}
        for func in sorted(calling, key=lambda f: (f.path, f.fact.line)):
            if func.path not in self._program.scope:
                continue
            for block in func.fact.body.blocks:
                for event in block.events:
                    if isinstance(event, Call) and event.callee in wanted:
                        for arg in event.args:
                            owner = self._member(func, arg)
                            if owner is not None and event.callee in starters:
                                ready.setdefault((func.path, *owner), (func, event))
                            elif owner is not None:
                                queued.add(owner)
        return ready, queued

    def _managed(
        self,
        teardown: Func,
        ready: Mapping[tuple[str, str, str], tuple[Func, Call]],
        queued: set[tuple[str, str]],
        stoppers: Sequence[str],
    ) -> Iterator[Pending]:
        """The same of objects that the driver core frees after the teardown."""
        path = teardown.path
        structs = {owner for where, owner, field in ready if where == path and (owner, field) in queued}
        for func in self._forgetting.functions(path) if structs else ():
            for struct, made in self._forgetting.made(func, structs).items():
                if self._undone_later(path, frozenset(stoppers)):
                    return
                for (where, owner, field), (starter, start) in ready.items():
                    if where == path and owner == struct and (owner, field) in queued:
                        yield Pending(teardown, teardown, made, struct, field, start, starter, managed=True)

    def _undone_later(self, path: str, names: frozenset[str]) -> bool:
        """Whether a function of a file that the driver core is to call later calls one of ``names``."""
        for binding in self._program.facts[path].bindings:
            if binding.how == "argument" and binding.root in self._apis.transfers:
                for func in self._program.resolve(binding.target, path):
                    if not self.reached(func).isdisjoint(names):
                        return True
        return False

    def _is_stopped_by_hook(self, found: Pending, stoppers: Sequence[str]) -> bool:
        """Whether a hook of the file stops it where what the teardown takes down calls it: its child's
        driver, or the core that it was registered with, ends by such a hook, or by the one beside the hook
        that makes it ready.
        """
        teardown, path = found.teardown, found.teardown.path
        if not any(sounds_ending(ref.root) for ref in teardown.fact.calls if not ref.path):
            return False
        bindings = self._program.facts[path].bindings
        beside = {
            binding.instance
            for binding in bindings
            if binding.how == "initializer"
            and any(found.starter in self._within(f) for f in self._program.resolve(binding.target, path))
        }
        for binding in bindings:
            name = binding.path[-1] if binding.path and binding.how != "argument" else ""
            table = binding.instance if binding.how == "initializer" else ""
            final = sounds_final(name) or sounds_draining(name)
            if not (final or (name and table in beside)) or sounds_pausing(name):
                continue
            for func in self._program.resolve(binding.target.lstrip("&"), path):
                if func is not teardown and any(
                    call.callee in stoppers and any(found.field in names_in(arg) for arg in call.args)
                    for inner in self._within(func)
                    for _place, call in calls(inner.fact.body)
                ):
                    return True
        return False

    def _ends_itself(self, found: Pending) -> bool:
        """Whether the work gives up the object that it is a part of: it is freed when the work is done."""
        handlers = (name for name in found.start.args if name.isidentifier())
        return any(
            found.func is func or found.func.name in self.reached(func)
            for name in handlers
            for func in self._program.resolve(name, found.starter.path)
        )

    def _within(self, func: Func) -> list[Func]:
        """A function and those of its file that it calls, however deep."""
        found = [func]
        for caller in found:
            for edge in self._program.callees(caller):
                if edge.kind == DIRECT and edge.callee.path == func.path and edge.callee not in found:
                    found.append(edge.callee)
        return found

    def _freed(
        self,
        teardown: Func,
        func: Func,
        ready: Mapping[tuple[str, str, str], tuple[Func, Call]],
        queued: set[tuple[str, str]],
    ) -> Iterator[Pending]:
        for _place, call in calls(func.fact.body):
            if call.callee not in self._freeing or not call.args:
                continue
            struct = pointed(self._program, func, call.args[0])
            if not struct or self._forgetting.makes(func, struct):
                continue
            for (path, owner, field), (starter, start) in ready.items():
                if struct == owner and path == func.path and (owner, field) in queued:
                    yield Pending(teardown, func, call, struct, field, start, starter)

    @cached_property
    def _freeing(self) -> frozenset[str]:
        resources = self._apis.resources
        return frozenset(
            name
            for name, roles in self._apis.releases.items()
            if any(resources[r.resource].nature == "memory" and not resources[r.resource].type for r in roles)
        )

    def _member(self, func: Func, arg: str) -> tuple[str, str] | None:
        """The struct and field that an address such as ``&p->work.timer`` lies in."""
        found = parse(arg) if arg[:1] == "&" else None
        if found is None or not found.fields:
            return None
        struct = pointed(self._program, func, found.base)
        field = next((name for name in found.fields if name != "[]"), "")
        return (struct, field) if struct and field else None


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
