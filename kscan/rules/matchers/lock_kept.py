"""A lock that one way out of a function keeps while the others give it back."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.cfg import calls
from kscan.analyses.body.paths import shown
from kscan.analyses.owning.held import Exit, Outcome, Site
from kscan.analyses.owning.ownership import Ownership
from kscan.facts.model import Call
from kscan.findings.model import Finding, Step
from kscan.kernel.apis import Apis
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None."""


HOLES = frozenset({"acquire", "lock", "exit", "release", "line"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each lock and the nearest exit that keeps it."""
    apis = model.apis
    owner = program.shared(Ownership, apis)
    locks = frozenset(name for name in apis.resources if _is_lock(apis, name))
    names = program.called & apis.acquires.keys()
    names = {f for f in names if any(r.resource in locks for r in apis.acquires[f])}
    for func in owner.functions(names):
        # Keeping a lock takes a second way out.
        returns = [b for b in func.fact.body.blocks if b.kind == "return"] if rule.covers(func.path) else []
        for site in owner.sites(func) if len(returns) > 1 else ():
            if site.resource.name in locks and _is_sure(apis, site) and owner.may_keep(site):
                outcome = owner.outcome(site)
                kept = _kept(apis, outcome)
                if kept is not None:
                    yield _finding(rule, owner, outcome, *kept)


def _is_lock(apis: Apis, resource: str) -> bool:
    found = apis.resources[resource]
    return found.nature == "lock" and not found.advisory


def _is_sure(apis: Apis, site: Site) -> bool:
    """Whether the lock is taken whenever it is asked for."""
    return all(r.failure == "never" for r in apis.acquires.get(site.call.callee, ()))


def _kept(apis: Apis, outcome: Outcome) -> tuple[Exit, Exit] | None:
    """The exit that keeps the lock and one that gives it back; None where that may be meant."""
    site = outcome.site
    if not outcome.complete or outcome.of("escaped", "held perhaps", "lost perhaps"):
        return None
    undone = set(apis.releases_of[site.resource.name])
    released = outcome.of("released")
    held = outcome.of("held")
    if not released or not held or any(e.how not in undone for e in released):
        return None
    # A function that is entered with the lock held gives it back first, for a while.
    same = [
        call
        for _place, call in calls(site.func.fact.body)
        if call.args[:1] == site.call.args[:1] and (call.callee in undone or call.callee in apis.acquires)
    ]
    first = min(same, key=lambda call: call.line, default=site.call)
    for_the_caller = any(e.error is not True for e in held)  # handed on where it succeeds
    return None if first.callee in undone or for_the_caller else (held[0], released[0])


def _finding(rule: Rule, owner: Ownership, outcome: Outcome, kept: Exit, good: Exit) -> Finding:
    site = outcome.site
    func, call = site.func, site.call
    values = owner.holding(func).values
    decisions = shown(func.fact.body, list(kept.node.decisions()))
    taken, conditions = branches(func, decisions, values)
    lock = _lock(call) or site.resource.name
    return claim(
        rule,
        func,
        kept.line,
        message=rule.text(
            acquire=call.callee, lock=lock, exit=str(kept.line), release=good.how, line=str(good.line)
        ),
        steps=(
            Step(func.path, call.line, func.name, f"{call_text(call, values)} takes the lock"),
            *taken,
            Step(func.path, kept.line, func.name, f"leaves with {lock} held"),
            Step(func.path, good.line, func.name, f"this path does it right: {good.how}"),
        ),
        conditions=conditions,
        subject=call_text(call),
    )


def _lock(call: Call) -> str:
    return call.args[0].lstrip("&") if call.args else ""
