"""A failure after which a function returns the zero of an earlier success."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.values import values_of
from kscan.analyses.summaries import status
from kscan.analyses.summaries.status import Lost, LostCodes, returns_code
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
    """``evidence`` that a branch means failure: null, error pointer, error code, said, undone."""

    evidence: tuple[str, ...]


HOLES = frozenset({"name", "condition"})


def problems(options: Options, _model: KernelModel) -> Iterator[str]:
    """What the options name that there is not."""
    for evidence in options.evidence:
        if evidence not in _WHY:
            yield f"There is no evidence `{evidence}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each branch that loses its error code."""
    wanted = rule.options_as(Options).evidence
    analysis = program.shared(LostCodes, model.apis)
    for func in program.own:
        fact = func.fact
        # Two calls at least: one that succeeded before, and the one that fails.
        if len(fact.calls) < 2 or fact.partial or not returns_code(func):
            continue
        for lost in analysis.of(func) if rule.covers(func.path) else ():
            if lost.evidence in wanted:
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
