"""A result that is ignored, or looked at in a way that cannot see the failure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.results import misread as results
from kscan.analyses.results.misread import Misread, Results
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, claim

_WHY = {
    results.UNTESTED: "it may be an error code, and goes to {use}() untested",
    results.UNSIGNED: "{what} is unsigned, and never below 0",
    results.POSITIVE: "it fails with a positive code, which a test for < 0 does not see",
    results.FORGOTTEN: "the error that it prints and gives back is dropped",
    results.IGNORED: "it may fail, and what follows depends on it",
}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``kinds``: untested, unsigned, positive, forgotten, ignored."""

    kinds: tuple[str, ...]


HOLES = frozenset({"call", "reason"})


def problems(options: Options, _model: KernelModel) -> Iterator[str]:
    """What the options name that there is not."""
    for kind in options.kinds:
        if kind not in _WHY:
            yield f"There is no kind of misreading `{kind}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each function, called function and kind."""
    analysis = program.shared(Results, model.apis)
    kinds = rule.options_as(Options).kinds
    for func in program.own:
        if func.fact.partial or not rule.covers(func.path):
            continue
        said: set[tuple[str, str]] = set()
        for kind in kinds:
            for found in analysis.misread(func, kind):
                if (kind, found.call.callee) not in said:
                    said.add((kind, found.call.callee))
                    yield _finding(rule, found)


def _finding(rule: Rule, found: Misread) -> Finding:
    func, call = found.func, found.call
    reason = _WHY[found.kind].format(use=found.use, what=found.what)
    steps = [Step(func.path, call.line, func.name, f"calls {call_text(call)}")]
    if found.line != call.line:
        steps.append(Step(func.path, found.line, func.name, reason))
    return claim(
        rule,
        func,
        call,
        message=rule.text(call=call.callee, reason=reason),
        steps=steps,
        conditions=(),
        subject=f"{found.kind} {call_text(call)}",
    )
