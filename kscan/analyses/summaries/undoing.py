"""Which functions undo what, however deep: who else may give back what a failing function leaves behind.

By name and flow-insensitive, since the answer only silences: a callee that reaches a release of a
kind of resource is taken to give back whichever of that kind is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from kscan.analyses.body.cfg import calls, events
from kscan.analyses.body.paths import names_in
from kscan.analyses.summaries.naming import sounds_ending
from kscan.facts.model import Assign, Body, Call
from kscan.kernel.apis import Apis
from kscan.link.edges import OPS, Func
from kscan.link.program import Program

_DEEP = 4
_CALLERS = 4


class Undoing:
    """What the functions of a program release, themselves or through what they call."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self._program = program
        self._apis = apis
        self._releasing: dict[str, frozenset[str]] = {}
        self._undoers: dict[str, frozenset[Func]] = {}
        self._handed: dict[str, dict[str, set[str]]] = {}

    def releasing(self, resource: str) -> frozenset[str]:
        """The names of the functions that may release a resource, a few calls deep."""
        found = self._releasing.get(resource)
        if found is None:
            found = self._releasing[resource] = self._search(resource)
        return found

    def _search(self, resource: str) -> frozenset[str]:
        found = set(self._apis.releases_of.get(resource, ()))
        level = {func for name in found for func in self._calling(name)}
        undoers = set[Func]()
        for _level in range(_DEEP):
            undoers |= level
            found |= {func.name for func in level}
            level = {caller for func in level for caller in self._reaching(func) if caller.name not in found}
        self._undoers[resource] = frozenset(undoers)
        return frozenset(found)

    def ever(self, resource: str, path: str) -> bool:
        """Whether a function of a file may release ``resource`` by any function it calls."""
        names, apis = self.releasing(resource), self._apis.releases_of.get(resource, ())
        called = {ref.root for fact in self._program.facts[path].functions for ref in fact.calls}
        return not called.isdisjoint(apis) or any(
            func in self._undoers[resource]
            for name in called & names
            for func in self._program.resolve(name, path)
        )

    def left_to_caller(self, func: Func, resource: str, depth: int = _CALLERS) -> bool:
        """Whether a function that calls ``func`` may release ``resource`` where ``func`` fails.

        A function that only the kernel calls, through a table, must undo by itself what it did:
        the hook that is its counterpart is not called.  Some hooks may fail as they like: it is.
        """
        if func.fact.linkage != "static":
            self._program.demand_callers(func)
        if self.may_fail(func):
            return True
        for caller in self._callers(func):
            if self._gives_back(caller, func, resource):
                return True
            if func.fact.returns != "void" and _ignored(caller.fact.body, func.name):
                return True  # to this caller it did not fail
            if depth > 1 and self.left_to_caller(caller, resource, depth - 1):
                return True
        return any(self._gives_back(caller, func, resource) for caller in self._by_own_table(func))

    def _gives_back(self, caller: Func, func: Func, resource: str) -> bool:
        """Whether a caller of ``func`` may release ``resource``, also by another hook of its file."""
        for ref in caller.fact.calls:
            if not ref.path:
                if ref.root != func.name and self._may_release(ref.root, caller.path, resource):
                    return True
            elif any(
                edge.callee.path == func.path
                and edge.callee is not func
                and edge.callee.name in self.releasing(resource)
                for edge in self._program.targets(caller, ref)
            ):
                return True
        return False

    def above(self, func: Func, depth: int = _CALLERS) -> frozenset[str]:
        """The files of the functions that call ``func``, directly or by some others."""
        if func.fact.linkage != "static":
            self._program.demand_callers(func)
        callers = list(self._callers(func)) if depth else []
        return frozenset(c.path for c in callers).union(*(self.above(c, depth - 1) for c in callers))

    def _by_own_table(self, func: Func) -> Iterator[Func]:
        """The functions of the driver that call ``func`` by its own table, or may, by a variable."""
        for edge in self._program.callers(func):
            if edge.kind == OPS and (
                edge.caller.path == func.path
                or (
                    dirname(edge.caller.path) == dirname(func.path)
                    and self._is_own(edge.via.rpartition(".")[0], func.path)
                )
            ):
                yield edge.caller
        own = {
            binding.path[-1]
            for path, binding in self._program.bound(func.name)
            if binding.path and path == func.path and self._is_own(binding.root, path)
        }
        for fact in self._program.facts[func.path].functions if own else ():
            if fact.mentions(frozenset(own)):
                yield Func(func.path, fact)

    def _is_own(self, struct: str, path: str) -> bool:
        """Whether a struct is defined beside a file, or nowhere that is known."""
        homes = {dirname(home) for home in self._program.homes(struct)}
        return not homes or dirname(path) in homes

    def may_fail(self, func: Func) -> bool:
        """Whether the kernel calls the counterpart of a hook even where it fails."""
        places, macros = self._program.places(func), self._apis.failure_ignored_by
        return not self._apis.failure_ignored.isdisjoint(places) or any(
            func.name in (use.args[place] for place in macros[use.name] if place < len(use.args))
            for use in self._program.facts[func.path].uses
            if use.name in macros
        )

    def _may_release(self, name: str, path: str, resource: str) -> bool:
        if name in self._apis.releases or any(map(self._program.is_root, self._program.resolve(name, path))):
            return name in self.releasing(resource)
        return sounds_ending(name) and name not in self._apis.does_not_keep and name.islower()

    def _calling(self, name: str) -> Iterator[Func]:
        return filter(self._program.is_root, self._program.calling(name))

    def _reaching(self, func: Func) -> Iterator[Func]:
        """What calls a function, or hands it on as a callback in its file, as to kref_put()."""
        yield from self._calling(func.name)
        for name in self._handing(func.path).get(func.name, ()):
            yield from filter(self._program.is_root, self._program.resolve(name, func.path))

    def _handing(self, path: str) -> dict[str, set[str]]:
        """For each callback of a file the functions that hand it on."""
        found = self._handed.get(path)
        if found is None:
            found = self._handed[path] = {}
            for binding in self._program.facts[path].bindings:
                if binding.how == "argument" and binding.function:
                    found.setdefault(binding.target, set()).add(binding.function)
        return found

    def _callers(self, func: Func) -> Iterator[Func]:
        for caller in self._program.calling(func.name):
            if caller is not func and func in self._program.resolve(func.name, caller.path):
                yield caller


def _ignored(body: Body, name: str) -> bool:
    """Whether nothing looks at what a call of ``name`` returned."""
    results = {call.result for _place, call in calls(body) if call.callee == name}
    seen = {block.left for block in body.blocks} | {block.right for block in body.blocks}
    for _place, event in events(body):
        if isinstance(event, Assign):
            seen.add(event.value)
        elif isinstance(event, Call):
            seen.update(event.args)
    return not results <= frozenset[str]().union(*map(names_in, seen))
