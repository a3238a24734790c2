"""Where sleeping is forbidden, and what sleeps there all the same.

From each acquisition of a lock that forbids sleeping every path is followed until the lock is given
back, by the function itself or by a callee.  Callbacks that the kernel runs in interrupts, timers or
under a lock of its own are looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kscan.analyses.body.access import parse
from kscan.analyses.body.cfg import Place, events
from kscan.analyses.body.known import Facts, Known
from kscan.analyses.body.paths import NEGATIVE, POSITIVE, ZERO, Node
from kscan.analyses.locking.sleeping import Sleep, Sleeping
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.summaries.naming import sounds_unlocking
from kscan.facts.model import Call, Event, ScopeEnd
from kscan.kernel.apis import Acquire, Apis
from kscan.kernel.entrypoints import EntryPoints
from kscan.link.edges import Func
from kscan.link.program import Program

_TAKEN = {"false": NEGATIVE | POSITIVE, "nonzero": ZERO, "errno": ZERO}
_GUARDS = ("guard(", "scoped_guard")


class Lock(NamedTuple):
    """An acquisition: ``what`` is the lock as text, or what else forbids sleeping."""

    func: Func
    place: Place
    call: Call
    resource: str
    what: str
    function: str  # that takes the lock
    held: int = 0  # mask of the result with which it is held; 0 where it cannot fail
    guard: bool = False


class Asleep(NamedTuple):
    """Something sleeps: with a lock held, or in a callback that must not (``where`` says why)."""

    func: Func
    sleep: Sleep
    lock: Lock | None = None
    node: Node[int] | None = None
    where: str = ""
    bound: tuple[str, int, str] = ("", 0, "")  # file, line and function that make the callback one


class Atomic:
    """Sleeping calls where they are forbidden."""

    def __init__(self, program: Program, apis: Apis, entrypoints: EntryPoints, owner: Ownership) -> None:
        self.program = program
        self.apis = apis
        self.owner = owner
        self._entrypoints = entrypoints
        self._sleeping = program.shared(Sleeping, apis)
        self._atomic = {name for name, r in apis.resources.items() if r.atomic}

    # -- with a lock held -----------------------------------------------------

    def functions(self) -> list[Func]:
        """The scanned functions that take a lock which forbids sleeping."""
        return self.owner.functions({*self.apis.acquirers(self._atomic), "guard", "scoped_guard"})

    def under_locks(self, func: Func) -> Iterator[Asleep]:
        """The first call that may sleep under each lock that a function takes."""
        if func.fact.partial or self._sleeping.asks(func):
            return
        for lock in self._locks(func):
            found = self._slept(lock, [{}])
            if found is not None and not lock.guard:
                found = self._slept(lock, self.owner.holding(func).before.at(lock.place))
            if found is not None:
                yield found

    def _slept(self, lock: Lock, before: list[Facts]) -> Asleep | None:
        """What sleeps on a path from a lock, where one of ``before`` is known; None where nothing does."""
        start = Place(lock.place.block, lock.place.index + 1)
        paths = self.owner.holding(lock.func).paths
        for drops in (False, True):  # what callees do to the lock is asked where something may sleep
            walk = _Walk(self, self._sleeping, lock, drops=drops)
            if paths.skim(start, 1, walk.visit) and walk.found is None:
                return None
        walk = _Walk(self, self._sleeping, lock)
        known = {lock.call.result: lock.held} if lock.held and lock.call.result else {}
        complete = paths.explore(start, [facts | known for facts in before], 1, walk.visit)
        return walk.found if complete else None

    def _locks(self, func: Func) -> Iterator[Lock]:
        for place, event in events(func.fact.body):
            if not isinstance(event, Call):
                continue
            if event.callee.startswith(_GUARDS):
                yield from self._guard(func, place, event)
                continue
            for role in self.apis.acquires.get(event.callee, ()):
                if role.resource in self._atomic and (role.failure == "never" or event.result):
                    what = _what(event.args, role)
                    held = _TAKEN.get(role.failure, 0)
                    yield Lock(func, place, event, role.resource, what, event.callee, held)

    def _guard(self, func: Func, place: Place, event: Call) -> Iterator[Lock]:
        scoped = event.callee == "scoped_guard"
        name = event.args[0] if scoped and event.args else event.callee[len("guard(") : -1]
        function = self.apis.guards.get(name, "")
        for role in self.apis.acquires.get(function, ()):
            if role.resource in self._atomic and role.failure == "never":
                what = _what(event.args[1:] if scoped else event.args, role)
                yield Lock(func, place, event, role.resource, what, function, guard=True)

    # -- in callbacks ---------------------------------------------------------

    def in_callbacks(self) -> Iterator[Asleep]:
        """The first call that may sleep in each function that the kernel runs where that is forbidden."""
        seen: set[Func] = set()
        for path in sorted(self.program.scope):
            for name, line, within, where in self._callbacks(path):
                for func in self.program.resolve(name, path):
                    if func.path in self.program.scope and func not in seen:
                        seen.add(func)
                        found = self._sleeping.sleeps(func)
                        if found is not None:
                            yield Asleep(func, found, where=where, bound=(path, line, within))

    def _callbacks(self, path: str) -> Iterator[tuple[str, int, str, str]]:
        """Name, line and function of the binding, and where the callback runs."""
        facts = self.program.facts[path]
        fields = {field.rpartition(".")[2] for field in self._entrypoints.atomic}
        for binding in facts.bindings:
            if binding.how == "argument":
                for callback in self._entrypoints.callbacks.get(binding.root, ()):
                    if callback.atomic and str(callback.callback) == binding.path[0]:
                        yield (
                            binding.target,
                            binding.line,
                            binding.function,
                            f"in atomic context, installed by {binding.root}()",
                        )
            elif binding.path and binding.path[-1] in fields:
                found = self.program.field_of(binding.root, binding.path, path)
                where = self._entrypoints.atomic.get(".".join(found)) if found is not None else None
                if where is not None:
                    yield binding.target, binding.line, binding.function, where
        for use in facts.uses:
            table = self._entrypoints.tables.get(use.name)
            for field, name in table.bound(use.args)[1] if table is not None else ():
                where = self._entrypoints.atomic.get(f"{table.type}.{field}") if table is not None else None
                if where is not None:
                    yield name, use.line, "", where


def _what(args: tuple[str, ...], role: Acquire) -> str:
    return role.holder.operand(args) or role.resource


class _Walk:
    """The paths from one acquisition; the state counts how often the same lock is held."""

    def __init__(self, owner: Atomic, sleeping: Sleeping, lock: Lock, *, drops: bool = True) -> None:
        """Unless ``drops``, no callee gives a lock back."""
        self._owner, self._drops = owner, drops
        self._sleeping = sleeping
        self._lock = lock
        self._values = owner.owner.holding(lock.func).values
        self.found: Asleep | None = None

    def visit(
        self, where: Place, event: Event | None, _facts: Known, held: int, node: Node[int]
    ) -> int | None:
        """Follow one event; None once the lock is given back, or something has slept."""
        if event is None or self.found is not None or where == self._lock.place:
            return None
        if isinstance(event, ScopeEnd):
            return None if self._lock.guard and self._lock.call.result in event.names else held
        if not isinstance(event, Call):
            return held
        left = self._left(event, held)
        if not left:
            return None
        func = self._lock.func
        sleep = None if self._sleeping.is_known(event.callee) else self._sleeping.sleep_of(func, event)
        if sleep is not None and not self._changed_on_the_way(sleep):
            self.found = Asleep(func, sleep, self._lock, node)
            return None
        return left

    def _changed_on_the_way(self, sleep: Sleep) -> bool:
        """Whether a function of the chain gives the lock back before it calls the next."""
        return self._drops and any(
            self._sleeping.drops(caller, call, self._lock.resource) for caller, call in sleep.chain
        )

    def _left(self, event: Call, held: int) -> int:
        """How often the lock is held after a call."""
        apis, lock = self._owner.apis, self._lock
        for taken in apis.acquires.get(event.callee, ()):
            if taken.resource == lock.resource and self._same(_what(event.args, taken)):
                return held + 1 if taken.holder.kind == "global" and held < 3 else held
        for role in apis.releases.get(event.callee, ()):
            if role.resource == lock.resource:
                at = role.holder.index if role.holder.kind == "arg" else -1
                given = event.args[at] if 0 <= at < len(event.args) else lock.what
                return held - 1 if self._same(given) else held
        if event.callee in apis.releases or not self._drops:
            return held
        if self._sleeping.drops(lock.func, event, lock.resource):
            return 0
        if sounds_unlocking(event.callee) and not self._sleeping.callees(lock.func, event.callee):
            return 0  # it may give the lock back
        return held

    def _same(self, given: str) -> bool:
        """Whether an operand may be the lock."""
        mine, other = parse(self._lock.what), parse(given)
        if self._lock.what == given or mine is None or other is None:
            return True
        if self._values.object(self._lock.what) == self._values.object(given):
            return True
        return mine.fields[-1:] == other.fields[-1:]
