"""A pointer that is read through although a test of it says that it may be NULL."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.nullness import Nullness
from kscan.analyses.nulltests import Contradiction, NullTests
from kscan.analyses.ownership import Ownership
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None."""


HOLES = frozenset({"name", "use", "reason"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each variable with a contradiction."""
    owner = program.shared(Ownership, model.apis)
    analysis = program.shared(NullTests, program.shared(Nullness, model.apis, owner))
    for func in program.functions():
        if func.path in program.scope and rule.covers(func.path) and not func.fact.partial:
            for found in analysis.contradictions(func):
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
