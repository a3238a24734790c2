"""A call that may sleep where sleeping is forbidden."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from kscan.analyses.body.paths import shown
from kscan.analyses.locking.atomic import Asleep, Atomic
from kscan.analyses.owning.ownership import Ownership
from kscan.facts.model import Call
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None."""


HOLES = frozenset({"call", "through", "why"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each lock and each callback, and the first call that sleeps there."""
    owner = program.shared(Ownership, model.apis)
    atomic = program.shared(Atomic, model.apis, model.entrypoints, owner)
    seen: set[tuple[str, int, int]] = set()
    for asleep in _asleep(rule, atomic):
        func, call = _place(asleep)
        if (func.path, call.line, call.column) not in seen:
            seen.add((func.path, call.line, call.column))
            yield _finding(rule, owner, asleep, func, call)


def _asleep(rule: Rule, atomic: Atomic) -> Iterator[Asleep]:
    for func in atomic.functions():
        if rule.covers(func.path):
            yield from atomic.under_locks(func)
    yield from atomic.in_callbacks()


def _place(asleep: Asleep) -> tuple[Func, Call]:
    """Where the remedy most likely is: at the flags of an allocation of the file, else at the call under
    the lock."""
    last = asleep.sleep.chain[-1]
    return last if asleep.sleep.by_flags and last[0].path == asleep.func.path else asleep.sleep.chain[0]


def _finding(rule: Rule, owner: Ownership, asleep: Asleep, func: Func, call: Call) -> Finding:
    chain = asleep.sleep.chain
    first, lock = asleep.func, asleep.lock
    steps: list[Step] = []
    conditions: tuple[str, ...] = ()
    if lock is not None:
        why = f"{first.name}() holds {lock.what.lstrip('&')} since line {lock.call.line} ({lock.function})"
        values = owner.holding(first).values
        decisions = shown(first.fact.body, list(asleep.node.decisions())) if asleep.node is not None else []
        taken, conditions = branches(first, decisions, values)
        held = f"{call_text(lock.call, values)}: no sleeping from here on"
        steps += (Step(first.path, lock.call.line, first.name, held), *taken)
    else:
        why = f"{first.name}() runs {asleep.where}"
        steps.append(Step(*asleep.bound, f"{first.name}() runs {asleep.where}: it must not sleep"))
    for (caller, made), (callee, _call) in pairwise(chain):
        place = f"{callee.path}:{callee.fact.line}" if callee is not caller else "a macro"
        steps.append(Step(caller.path, made.line, caller.name, f"calls {made.callee}(), {place}"))
    caller, made = chain[-1]
    last = f"{call_text(made, owner.holding(caller).values)} may sleep"
    steps.append(Step(caller.path, made.line, caller.name, last))
    through = f" (in {caller.name}())" if len(chain) > 1 and call is chain[0][1] else ""
    return claim(
        rule,
        func,
        call,
        message=rule.text(call=made.callee, through=through, why=why),
        steps=steps,
        conditions=conditions,
        subject=f"{call_text(call)} {why.partition(' since ')[0]}",
    )
