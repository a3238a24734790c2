"""A set-up that needs a registered object, reachable from a call made before its registration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from kscan.analyses.body import cfg, order
from kscan.analyses.body.access import Object
from kscan.analyses.body.values import Values, values_of
from kscan.facts.model import Call
from kscan.findings.model import Finding, Step
from kscan.kernel.lifecycle import NeedsRegistered
from kscan.kernel.load import KernelModel
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``roles`` limits the set-ups looked at to these roles of the lifecycle model; empty means all."""

    roles: tuple[str, ...] = ()


HOLES = frozenset({"hook", "setup", "role", "register", "object"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each early call from which a set-up of the object is reached."""
    search = _Search(rule, program, model)
    if not search.load():
        return
    for name in sorted(model.lifecycle.registers):
        for func in program.calling(name):
            yield from search.of(func)


class _Search:
    def __init__(self, rule: Rule, program: Program, model: KernelModel) -> None:
        roles = rule.options_as(Options).roles
        self._rule, self._program, self._life = rule, program, model.lifecycle
        self._needs = {
            name: need
            for name, need in model.lifecycle.needs_registered.items()
            if not roles or need.role in roles
        }
        self._toward = program.leading_to(self._needs)
        self._values: dict[Func, Values] = {}
        self._done: set[Func] = set()

    def values(self, func: Func) -> Values:
        found = self._values.get(func)
        if found is None:
            found = self._values[func] = values_of(func.fact.body)
        return found

    def load(self) -> bool:
        """Load the functions outside from which a registration's order leads through what is scanned.

        False where no chain leads through that.
        """
        scanned = {f.name for f in self._program.own}
        if scanned.isdisjoint(self._toward):
            return False
        through = self._program.leading_to(scanned & self._toward)
        registers = self._life.registers
        early = sorted(through & self._toward - registers.keys())
        self._program.demand_calling(registers, through, early)
        return True

    def of(self, func: Func) -> Iterator[Finding]:
        if func in self._done or func.fact.partial or func.name in self._life.registers:
            return
        self._done.add(func)
        said: set[tuple[int, str]] = set()
        pairs = order.calls_before(func, self._life.registers, self.values(func))
        for register, target, early in pairs:
            if early.call.callee.isidentifier() and early.call.callee not in self._toward:
                continue
            path = order.paths_to(
                self._program,
                early,
                target,
                lambda call, given, t=target: self._wanted(call, given, t),  # type: ignore[misc]
                self._toward,
                self.values,
            )
            if path and (early.call.line, path[-1].call.callee) not in said:
                said.add((early.call.line, path[-1].call.callee))
                finding = self._finding(register, target, path)
                if finding is not None:
                    yield finding

    def _wanted(self, call: Call, given: Mapping[int, Object], target: Object) -> bool:
        need = self._needs.get(call.callee)
        if need is None or need.arg not in given:
            return False
        part = given[need.arg]
        if not part.within(target):
            return False
        # What a pointer of the object leads to (its parent) is another object.
        inner = part.fields[len(target.fields) :]
        return not inner or (len(inner) == 1 and inner[0] in self._life.registered_member.values())

    def _finding(self, register: order.Hop, target: Object, path: tuple[order.Hop, ...]) -> Finding | None:
        first, last = path[0], path[-1]
        need = self._needs[last.call.callee]
        skipped = self._registration_test(path)
        conditions = tuple(dict.fromkeys(self._conditions(path)))
        steps = [
            _step(register, f"{register.call.callee}() registers {target} only here, after the call"),
            *self._chain(path, need),
        ]
        if skipped is not None:
            steps.insert(-1, skipped)
        return claim(
            self._rule,
            first.func,
            first.call,
            message=self._rule.text(
                hook=first.call.callee,
                setup=last.call.callee,
                role=need.role,
                register=register.call.callee,
                object=target,
            ),
            steps=steps,
            conditions=conditions,
            subject=f"{first.call.callee} {last.call.callee}",
        )

    def _chain(self, path: tuple[order.Hop, ...], need: NeedsRegistered) -> Iterator[Step]:
        for hop in path[:-1]:
            edge = hop.edge
            assert edge is not None
            how = "" if edge.kind == "direct" else f" ({edge.kind}{' ' + edge.via if edge.via else ''})"
            yield _step(hop, f"calls {edge.callee.name}(){how}, {edge.callee.path}:{edge.callee.fact.line}")
        last = path[-1]
        yield _step(last, f"{last.call.callee}() does {need.role}, which needs the registered object")

    def _registration_test(self, path: tuple[order.Hop, ...]) -> Step | None:
        """Where a function on the path tests registration and leaves early without it."""
        for hop in reversed(path):
            body = hop.func.fact.body
            values = self.values(hop.func)
            for condition in cfg.conditions(body, hop.place.block):
                block = body.blocks[condition.block]
                call = values.calls.get(block.left)
                if call is not None and call.callee in self._life.registered_tests and condition.holds:
                    return Step(
                        hop.func.path,
                        block.line,
                        hop.func.name,
                        f"leaves early here, as {call.callee}() is not true yet",
                    )
        return None

    def _conditions(self, path: tuple[order.Hop, ...]) -> Iterator[str]:
        for hop in path:
            body = hop.func.fact.body
            values = self.values(hop.func)
            for condition in cfg.conditions(body, hop.place.block):
                block = body.blocks[condition.block]
                call = values.calls.get(block.left)
                if call is not None and call.callee in self._life.registered_tests:
                    continue
                text = cfg.describe(block, condition.holds)
                if call is not None:
                    text = text.replace(block.left, f"{call.callee}({', '.join(call.args)})")
                yield f"{text} in {hop.func.name}()"


def _step(hop: order.Hop, message: str) -> Step:
    return Step(hop.func.path, hop.call.line, hop.func.name, message)
