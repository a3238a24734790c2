"""A failure after which a function returns the zero of an earlier success."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses import status
from kscan.analyses.status import Lost, lost_codes, returns_code
from kscan.analyses.values import values_of
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, claim, condition_text

_WHY = {
    status.NULL: "the allocation fails here",
    status.ERROR_POINTER: "this is an error pointer",
    status.ERROR_CODE: "this is an error code",
    status.SAID: "a failure is reported here",
    status.UNDONE: "what was set up is undone from here on",
}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None."""


HOLES = frozenset({"name", "condition"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each branch that loses its error code."""
    for func in program.functions():
        fact = func.fact
        # Two calls at least: one that succeeded before, and the one that fails.
        if func.path not in program.scope or len(fact.calls) < 2 or fact.partial or not returns_code(func):
            continue
        for lost in lost_codes(func, model.apis) if rule.covers(func.path) else ():
            yield _finding(rule, lost)


def _finding(rule: Rule, lost: Lost) -> Finding:
    func = lost.func
    blocks = func.fact.body.blocks
    values = values_of(func.fact.body)
    branch, last = blocks[lost.block], blocks[lost.returned]
    holds = lost.side == 0
    condition = condition_text(func, branch, holds, values)
    steps = [
        Step(func.path, branch.line, func.name, f"takes the branch {condition}: {_WHY[lost.evidence]}"),
        Step(func.path, last.line, func.name, f"returns {lost.name}, which an earlier success has left at 0"),
    ]
    if lost.call is not None and lost.call.line != branch.line:
        steps.insert(0, Step(func.path, lost.call.line, func.name, f"calls {call_text(lost.call, values)}"))
    return claim(
        rule,
        func,
        branch.line,
        message=rule.text(name=lost.name, condition=condition.removesuffix(f" in {func.name}()")),
        steps=steps,
        conditions=(condition,),
        subject=f"{lost.name} {condition}",
    )
