"""A pointer that is read through although a test of it says that it may be NULL."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.nullness import Nullness
from kscan.analyses.results.nulltests import (
    CALLER,
    ELSEWHERE,
    MIXED_UP,
    NOTHING,
    ORIGIN,
    SIDE,
    Contradiction,
    NullTests,
)
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``evidence`` that the pointer may be NULL: side, elsewhere, origin, mixed up, caller, nothing."""

    evidence: tuple[str, ...]


HOLES = frozenset({"name", "use", "reason"})


def problems(options: Options, _model: KernelModel) -> Iterator[str]:
    """What the options name that there is not."""
    for evidence in options.evidence:
        if evidence not in (SIDE, ELSEWHERE, ORIGIN, MIXED_UP, CALLER, NOTHING):
            yield f"There is no evidence `{evidence}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each variable with a contradiction."""
    wanted = rule.options_as(Options).evidence
    owner = program.shared(Ownership, model.apis)
    analysis = program.shared(NullTests, program.shared(Nullness, model.apis, owner))
    for func in program.own:
        if rule.covers(func.path) and not func.fact.partial:
            for found in analysis.contradictions(func):
                if found.evidence in wanted:
                    yield _finding(rule, found)


def _finding(rule: Rule, found: Contradiction) -> Finding:
    func, test = found.func, found.func.fact.body.blocks[found.test].line
    if found.known:
        reason = f"which is NULL here, as the test on line {test} has found"
    else:
        reason = f"which is tested for NULL only afterwards, on line {test}"
    used = Step(func.path, found.line, func.name, f"{found.use} reads through {found.name}")
    tested = Step(func.path, test, func.name, f"{found.name} is tested for NULL")
    return claim(
        rule,
        func,
        found.line,
        message=rule.text(name=found.name, use=found.use, reason=reason),
        steps=(tested, used) if found.known else (used, tested),
        conditions=(f"{found.name} is NULL in {func.name}()",),
        subject=f"{found.name} {found.known}",
    )
