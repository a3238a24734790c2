"""A callee follows a member of a new object before the calling function sets it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.ordering.unready import Following, Unready
from kscan.analyses.releases.forgotten import Forgetting
from kscan.analyses.summaries.fields import Fields
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``zeroing``: the allocators whose memory is zero."""

    zeroing: tuple[str, ...]


HOLES = frozenset({"callee", "member", "line"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each member that is followed too early."""
    zeroing = frozenset(rule.options_as(Options).zeroing)
    fields = program.shared(Fields, model.apis, model.lifecycle)
    forgetting = program.shared(Forgetting, model.apis, fields)
    following = program.shared(Following, model.apis, forgetting)
    for func in dict.fromkeys(f for name in sorted(zeroing) for f in program.calling(name)):
        if func.path in program.scope and rule.covers(func.path) and not func.fact.partial:
            for found in following.found(func, zeroing):
                yield _finding(rule, found)


def _finding(rule: Rule, found: Unready) -> Finding:
    func, use, stored = found.func, found.use, found.stored
    return claim(
        rule,
        func,
        found.call,
        message=rule.text(callee=found.call.callee, member=found.member, line=str(stored.line)),
        steps=(
            Step(func.path, found.call.line, func.name, f"calls {call_text(found.call)}"),
            Step(use.func.path, use.line, use.func.name, f"follows the member that is {found.member}"),
            Step(func.path, stored.line, func.name, f"sets {found.member} only here"),
        ),
        conditions=(),
        subject=f"{call_text(found.call)} {found.member}",
    )
