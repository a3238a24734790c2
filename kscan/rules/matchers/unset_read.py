"""A local variable that is read on a path on which nothing has set it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.paths import shown
from kscan.analyses.body.values import values_of
from kscan.analyses.results.unset import Unset, UnsetReads
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``outputs``: look at variables that a call fills on success, and nobody asks whether it did."""

    outputs: bool = False


HOLES = frozenset({"name", "reason"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each variable that is read unset."""
    analysis = program.shared(UnsetReads, model.apis)
    scanned = (func for func in program.own if rule.covers(func.path))
    if rule.options_as(Options).outputs:
        fills = model.apis.fills
        for func in scanned:
            if any(ref.root in fills for ref in func.fact.calls):
                for found in analysis.outputs(func):
                    yield _finding(rule, found)
        return
    for func in scanned:
        if func.fact.unset and not func.fact.partial:
            for found in analysis.reads(func):
                yield _finding(rule, found)


def _finding(rule: Rule, found: Unset) -> Finding:
    func, call = found.func, found.filler
    body = func.fact.body
    values = values_of(body)
    decisions = shown(body, list(found.node.decisions()))
    declared = next(v for v in body.locals if v.name == found.name)
    line = found.line if call is None else call.line
    if call is None:
        reason = "nothing has set it on this path"
    else:
        reason = f"{call.callee}() leaves it unset where it fails, and its result is ignored"
    taken, conditions = branches(func, decisions, values, most=6)
    return claim(
        rule,
        func,
        line,
        message=rule.text(name=found.name, reason=reason),
        steps=(
            Step(func.path, declared.line, func.name, f"{found.name} is declared without a value"),
            *taken,
            *(
                [Step(func.path, call.line, func.name, f"calls {call_text(call, values)}")]
                if call is not None
                else []
            ),
            Step(func.path, found.line, func.name, f"{found.name} is used here"),
        ),
        conditions=conditions,
        subject=found.name,
    )
