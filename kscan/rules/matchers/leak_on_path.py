"""A resource that a path leaves behind: neither given back nor handed on.

What shows that it should have been: another path of the function gives it back, or it is never
given back nor handed on at all, or the function fails there and hands it on only where it succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.ownership import Exit, Outcome, Ownership
from kscan.analyses.paths import NEGATIVE, shown
from kscan.findings.fingerprint import fingerprint
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, condition_text


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``natures`` of the resources; ``advisory`` ones are often kept on purpose."""

    natures: tuple[str, ...] = ("reference",)
    advisory: bool = False


HOLES = frozenset({"acquire", "what", "resource", "exit", "reason"})


def problems(options: Options, model: KernelModel) -> Iterator[str]:
    """What the options name that the model lacks."""
    known = {resource.nature for resource in model.apis.resources.values()}
    for nature in options.natures:
        if nature not in known:
            yield f"No resource of the model has the nature `{nature}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each acquisition and the nearest exit that leaves it held."""
    options = rule.options_as(Options)
    apis = model.apis
    owner = program.shared(Ownership, apis)
    wanted = {
        r.name
        for r in apis.resources.values()
        if r.nature in options.natures and r.advisory <= options.advisory
    }
    names = {
        f for f, roles in apis.acquires.items() if any(a.resource in wanted and not a.managed for a in roles)
    }
    names |= {m for m, loop in apis.loops.items() if loop.resource in wanted}
    for func in owner.functions(names.__contains__):
        said: set[tuple[int, str]] = set()
        for outcome in owner.outcomes(func) if rule.covers(func.path) else ():
            if outcome.site.resource.name in wanted:
                for finding in _judged(rule, owner, outcome):
                    if (finding.line, finding.message) not in said:
                        said.add((finding.line, finding.message))
                        yield finding


def _judged(rule: Rule, owner: Ownership, outcome: Outcome) -> Iterator[Finding]:
    site = outcome.site
    if site.kept_on_failure:
        failed = owner.holding(site.func).outcome(site, NEGATIVE)
        good = {(e.node.block, e.error) for e in outcome.of("held")}
        bad = [e for e in failed.of("held") if (e.node.block, e.error) not in good]
        if bad and failed.complete and not failed.of("escaped"):
            yield _finding(rule, owner, failed, bad[0], "it is held even where the call fails")
            return
    if not outcome.complete:
        return
    harmless = frozenset[str]().union(*(e.passed for e in outcome.of("released")))
    doubtful = [e for e in outcome.of("held perhaps") if e.error and e.passed <= harmless]
    for leak in (*outcome.of("held", "lost"), *doubtful):
        reason = _reason(outcome, leak)
        if reason:
            yield _finding(rule, owner, outcome, leak, reason)
            return


def _reason(outcome: Outcome, leak: Exit) -> str:
    """Why the resource should have been given back at this exit; empty if nothing shows it."""
    site = outcome.site
    released = outcome.of("released")
    escaped = outcome.of("escaped", "held perhaps", "lost perhaps")
    if leak.kind == "lost":
        return f"{leak.how} is overwritten while it holds the only reference" if site.named else ""
    if site.loop:
        return "the loop is left while its cursor is held"
    kept = site.resource.nature == "memory"  # what success leaves behind may be registered somewhere
    if released and (leak.error or (site.named and not escaped and not kept)):
        return f"another path gives it back with {released[0].how} on line {released[0].line}"
    if not site.named:
        return ""
    if escaped and leak.error:
        return f"only another path hands it on ({escaped[0].how}, line {escaped[0].line})"
    return "" if escaped or released else "nothing in the function gives it back or hands it on"


def _finding(rule: Rule, owner: Ownership, outcome: Outcome, leak: Exit, reason: str) -> Finding:
    site = outcome.site
    func, call = site.func, site.call
    holding = owner.holding(func)
    decisions = shown(func.fact.body, list(leak.node.decisions()))
    values = holding.values
    what = min((str(h) for h in leak.node.state.holders if not str(h).startswith("%")), default="its result")
    steps = [
        Step(func.path, call.line, func.name, f"{call_text(call)} acquires {site.resource.name}: {what}"),
        *(
            Step(
                func.path,
                block.line,
                func.name,
                f"takes the branch {condition_text(func, block, holds, values)}",
            )
            for block, holds in decisions[-4:]
        ),
        Step(
            func.path,
            leak.line,
            func.name,
            f"leaves with {what} still held" if leak.kind != "lost" else reason,
        ),
        *(
            Step(func.path, good.line, func.name, f"this path does it right: {good.how}")
            for good in outcome.of("released")[:1]
        ),
    ]
    return Finding(
        rule=rule.id,
        hazard=rule.hazard,
        severity=rule.severity,
        confidence=rule.confidence,
        file=func.path,
        line=leak.line,
        column=1,
        end_line=leak.line,
        end_column=1,
        function=func.name,
        message=rule.text(
            acquire=call.callee, what=what, resource=site.resource.name, exit=str(leak.line), reason=reason
        ),
        steps=tuple(steps),
        conditions=tuple(dict.fromkeys(condition_text(func, b, h, values) for b, h in decisions)),
        fingerprint=fingerprint(rule.id, func.path, func.name, f"{call.callee}({', '.join(call.args)})"),
    )
