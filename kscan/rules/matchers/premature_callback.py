"""A callback that leaves early on a state which only the later registration of its object sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kscan.analyses.body.order import Hop
from kscan.analyses.ordering.awaited import Awaited
from kscan.analyses.ordering.behind import Behind
from kscan.analyses.ordering.initorder import InitOrder, TooEarly
from kscan.analyses.ordering.phased import Phased, Phases
from kscan.analyses.ordering.premature import Premature, Prematures
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.levels import Levels
from kscan.analyses.summaries.states import Guard, States
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim, condition_text, edge_step, tests_at


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to choose."""


HOLES = frozenset({"hook", "event", "state", "guard", "omits"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each early call behind which something leaves early for good."""
    fields = program.shared(Fields, model.apis, model.lifecycle)
    states = program.shared(States, model.apis, fields)
    behind = program.shared(Behind, fields, states)
    prematures = program.shared(Prematures, fields, states, behind, model.lifecycle)
    prematures.load()
    awaited = program.shared(Awaited, fields, states, behind, prematures, model.lifecycle)
    said: set[tuple[str, int]] = set()
    known: set[Func] = set()
    for premature in (*prematures.found(), *awaited.found()):
        known.add(premature.guard.func)
        place = (premature.func.path, premature.path[0].call.line)
        if place not in said:
            said.add(place)
            yield _finding(rule, fields, states.text(premature.guard), premature)
    for early in program.shared(InitOrder, model.lifecycle).found():
        yield _init_finding(rule, early)
    phases = program.shared(Phases, states, behind, program.shared(Levels, model.lifecycle), model.lifecycle)
    for phased in phases.found():
        if phased.guard.func not in known:
            yield _phased_finding(rule, fields, states.text(phased.guard), phased)


def _finding(rule: Rule, fields: Fields, state: str, found: Premature) -> Finding:
    first, guard = found.path[0], found.guard
    steps = [
        *(edge_step(hop.edge) for hop in found.path if hop.edge is not None),
        _guard_step(guard, state),
        *_event_steps(found),
        Step(found.setter.func.path, found.setter.line, found.setter.func.name, "sets the field, too late"),
        *_context_steps(found),
    ]
    escape = f"false if something calls {guard.func.name}() for this object again, once it is registered"
    return claim(
        rule,
        first.func,
        first.call,
        message=rule.text(
            hook=first.call.callee,
            event=found.event,
            state=state,
            guard=guard.func.name,
            omits=_omits(guard),
        ),
        steps=steps,
        conditions=_conditions(fields, found.path, escape),
        subject=f"{first.call.callee} {guard.func.name} {state}",
    )


def _init_finding(rule: Rule, found: TooEarly) -> Finding:
    early, later, guard = found.early, found.later, found.guard
    steps = [
        Step(early.func.path, early.line, early.func.name, f"runs at the level of {early.macro}()"),
        *(edge_step(edge) for edge in early.chain),
        Step(
            guard.path,
            found.line,
            guard.name,
            f"returns without doing anything, as {found.name} is not set yet",
        ),
        Step(later.func.path, later.line, later.func.name, f"runs later, at the level of {later.macro}()"),
        *(edge_step(edge) for edge in later.chain),
        Step(found.setter.path, found.set_line, found.setter.name, f"sets {found.name}, too late"),
    ]
    return claim(
        rule,
        guard,
        found.line,
        message=rule.text(
            hook=early.func.name,
            event=f"{later.func.name}() sets {found.name}",
            state=found.name,
            guard=guard.name,
            omits="does nothing",
        ),
        steps=steps,
        conditions=(f"false if {guard.name}() is run again in a way that kscan does not see",),
        subject=f"{early.func.name} {guard.name} {found.name}",
    )


def _phased_finding(rule: Rule, fields: Fields, state: str, found: Phased) -> Finding:
    guard, setter = found.guard, found.setter
    hook, later = (h.name.removeprefix("struct ") for h in (found.hook, found.later))
    steps = [
        Step(found.func.path, found.func.fact.line, found.func.name, f"is {hook}: {found.hook.why}"),
        *(edge_step(hop.edge) for hop in found.path if hop.edge is not None),
        _guard_step(guard, state),
        Step(found.by.path, found.by.fact.line, found.by.name, f"is {later}: {found.later.why}"),
        *(edge_step(edge) for edge in setter.chain),
        Step(setter.func.path, setter.line, setter.func.name, "sets the field, too late"),
    ]
    escape = f"false if something else calls {guard.func.name}() for this object again"
    return claim(
        rule,
        guard.func,
        guard.line,
        message=rule.text(
            hook=hook,
            event=f"{later}() sets {state}",
            state=state,
            guard=guard.func.name,
            omits=_omits(guard),
        ),
        steps=steps,
        conditions=_conditions(fields, found.path, escape),
        subject=f"{hook} {guard.func.name} {state}",
    )


def _omits(guard: Guard) -> str:
    return "leaves out part of its work" if guard.half else "does nothing"


def _conditions(fields: Fields, path: Sequence[Hop], escape: str) -> tuple[str, ...]:
    """What holds on the way down a path of calls, and what would make the claim false."""
    tests = [
        condition_text(hop.func, block, holds, fields.values(hop.func))
        for hop in path
        for block, holds in tests_at(hop.func, hop.place.block)
    ]
    return tuple(dict.fromkeys((*tests, escape)))


def _event_steps(found: Premature) -> Iterator[Step]:
    register, chain = found.register, found.setter.chain
    if register is not None:
        text = f"{found.event} only here, after the call"
        yield Step(found.func.path, register.call.line, found.func.name, text)
        chain = chain[1:]
    yield from (edge_step(edge) for edge in chain)


def _guard_step(guard: Guard, state: str) -> Step:
    how = "".join(
        f", read by {getter.name}(), {getter.path}:{getter.fact.line}" for getter in guard.state.getters
    )
    gives = f"returns {guard.value}" if guard.value else "returns"
    if guard.half:
        text = f"leaves out part of its work, as {state} is not set yet{how}"
        return Step(guard.func.path, guard.line, guard.func.name, text)
    return Step(
        guard.func.path,
        guard.line,
        guard.func.name,
        f"{gives} without doing anything, as {state} is not set yet{how}",
    )


def _context_steps(found: Premature) -> Iterator[Step]:
    """The way from a root of the call graph on which nothing does the work again."""
    for edge in found.context:
        yield Step(
            edge.caller.path,
            edge.line,
            edge.caller.name,
            f"calls {edge.callee.name}(), and nothing that follows does again what was left out",
        )
