"""Last puts: which calls that put a reference run the release function of what they are given.

An object that is a part of another (its device) has its release function stored by the code that
makes the whole, directly or by a table (its type).  The hooks are those of the phase ``release`` in
the lifecycle model; a put of that part, where it is the last, runs the function.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from kscan.analyses.body import cfg
from kscan.analyses.body.access import parse
from kscan.analyses.summaries.fields import Fields
from kscan.kernel.apis import Apis
from kscan.kernel.lifecycle import Lifecycle
from kscan.link.edges import CALLBACK, Edge, Func
from kscan.link.program import Program

Place = tuple[str, str]
"""A field: struct type and name."""


class LastPuts:
    """The puts of one program that run release functions."""

    def __init__(self, program: Program, fields: Fields, apis: Apis, lifecycle: Lifecycle) -> None:
        self._program = program
        self._fields = fields
        self._hooks = {h.field for h in lifecycle.hooks.values() if h.phase == "release" and h.field}
        self._names = {field for _struct, field in self._hooks}
        self._puts = {
            name: role.holder.index
            for name, roles in apis.releases.items()
            for role in roles
            if role.holder.kind == "arg" and apis.resources[role.resource].nature == "reference"
        }

    def of(self, func: Func) -> Iterator[Edge]:
        """The puts, in the folder of a release function, of what it is the release function of."""
        parts = set(self._parts(func))
        if not parts:
            return
        for name in sorted(self._program.called & self._puts.keys()):
            for caller in self._program.calling(name):
                if dirname(caller.path) != dirname(func.path) or caller.fact.partial:
                    continue
                for _place, call in cfg.calls(caller.fact.body):
                    argument = call.args[self._puts[name]] if len(call.args) > self._puts[name] else ""
                    held = parse(argument) if call.callee == name and argument[:1] == "&" else None
                    if held is not None and held.fields and self._fields.field_of(caller, held) in parts:
                        yield Edge(caller, func, CALLBACK, call.line, name)

    def _parts(self, func: Func) -> Iterator[Place]:
        """The fields whose objects have ``func`` as their release function."""
        for path, binding in self._program.bound(func.name):
            if not binding.path or binding.path[-1] not in self._names:
                continue
            if self._program.field_of(binding.root, binding.path, path) not in self._hooks:
                continue
            if binding.how == "store":
                yield from self._holder(binding.root, binding.path, path)
            elif binding.how == "initializer":
                for where, table in self._program.bound("&" + binding.instance):
                    if table.how == "store" and dirname(where) == dirname(path):
                        yield from self._holder(table.root, table.path, where)

    def _holder(self, root: str, path: tuple[str, ...], file: str) -> Iterator[Place]:
        """What a field is a part of, where that is itself a part of something."""
        found = self._program.field_of(root, path[:-1], file) if len(path) > 1 else None
        if found is not None:
            yield found
