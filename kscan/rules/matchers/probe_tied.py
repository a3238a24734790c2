"""A callback at registration that leaves early on a state which only the probing of drivers sets."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.ordering.behind import Behind
from kscan.analyses.ordering.probetied import ProbeTied, ProbeTieds
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import States
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim, condition_text, edge_step, tests_at


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to choose."""


HOLES = frozenset({"event", "state", "guard", "setter", "hook", "field", "reader"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each callback at registration whose work is put off to the probing of drivers."""
    fields = program.shared(Fields, model.apis, model.lifecycle)
    states = program.shared(States, model.apis, fields)
    behind = program.shared(Behind, fields, states)
    for tied in program.shared(ProbeTieds, fields, states, behind, model.lifecycle).found():
        yield _finding(rule, fields, states.text(tied.guard), tied)


def _finding(rule: Rule, fields: Fields, state: str, tied: ProbeTied) -> Finding:
    guard, way, other = tied.guard, tied.way, tied.other
    conditions = [
        condition_text(hop.func, block, holds, fields.values(hop.func))
        for hop in tied.guarded.path
        for block, holds in tests_at(hop.func, hop.place.block)
    ]
    conditions.append(
        f"false if something sets {state} when the object is registered, in a way that was not seen"
    )
    return claim(
        rule,
        guard.func,
        guard.line,
        message=rule.text(
            event=tied.event.name,
            state=state,
            guard=guard.func.name,
            setter=way.start.name,
            hook=way.hook.name,
            field=".".join(tied.result),
            reader=other.func.name,
        ),
        steps=tuple(_steps(tied, state)),
        conditions=tuple(dict.fromkeys(conditions)),
        subject=f"{tied.event.func.name} {'.'.join(guard.state.path)}",
    )


def _steps(tied: ProbeTied, state: str) -> Iterator[Step]:
    guard, way, other = tied.guard, tied.way, tied.other
    func = tied.event.func
    yield Step(
        func.path, func.fact.line, func.name, f"runs at registration ({tied.event.name}), parents first"
    )
    yield from (edge_step(hop.edge) for hop in tied.guarded.path if hop.edge is not None)
    how = "".join(f", read by {g.name}(), {g.path}:{g.fact.line}" for g in guard.state.getters)
    gives = f"returns {guard.value}" if guard.value else "returns"
    yield Step(guard.func.path, guard.line, guard.func.name, f"{gives} early, as {state} is not set yet{how}")
    start = way.start
    when = "in no order, perhaps deferred, perhaps never"
    yield Step(
        start.path,
        start.fact.line,
        start.name,
        f"runs when a driver is probed ({way.hook.name}: {way.hook.why}), {when}",
    )
    yield from (edge_step(edge) for edge in way.path)
    setter, line = way.store
    yield Step(setter.path, line, setter.name, "sets the field")
    again = tied.replay
    yield Step(
        again.caller.path,
        again.line,
        again.caller.name,
        f"has {again.callee.name}() run again, now in the order of probing",
    )
    left = tied.left
    yield Step(
        left.func.path, left.line, left.func.name, f"this work stores {'.'.join(tied.result)} of its object"
    )
    yield from (edge_step(edge) for edge in other.path)
    taken = f" ({other.source})" if other.source != other.operand else ""
    by = f", by {other.getter.name}()" if other.getter is not None else ""
    yield Step(
        other.func.path,
        other.line,
        other.func.name,
        f"and looks at that of another one, {other.operand}{taken}{by}: whose turn may not have come yet",
    )
