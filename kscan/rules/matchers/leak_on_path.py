"""A resource that a path leaves behind: neither given back nor handed on.

What shows that it should have been: another path of the function gives it back, or it is never
given back nor handed on at all, or the function fails there and hands it on only where it succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.cfg import follows
from kscan.analyses.body.paths import ANY, NEGATIVE, shown
from kscan.analyses.owning.held import PERHAPS, Exit, Outcome, Site
from kscan.analyses.owning.meant import asked_whether_held, failed_on_the_way, is_meant, shown_harmless
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.summaries.boot import Boot
from kscan.analyses.summaries.naming import sounds_ending
from kscan.findings.model import Edit, Finding, Step
from kscan.kernel.load import KernelModel
from kscan.kernel.phrase import Place
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim

_UNNAMED = "its result"
_MOST_EXITS = 3  # that a patch mends: where there are more, a developer would put it elsewhere


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``natures`` of the resources; ``advisory`` ones are often kept on purpose.

    ``failed``: resources that are held even where their acquisition fails, for the rule that reports that;
    ``static``: of objects in static memory, of which no more than a name is lost, instead of others.
    """

    natures: tuple[str, ...] = ("reference",)
    advisory: bool = False
    failed: tuple[str, ...] = ()
    static: bool = False


HOLES = frozenset({"acquire", "what", "held", "resource", "exit", "reason"})


def problems(options: Options, model: KernelModel) -> Iterator[str]:
    """What the options name that the model lacks."""
    known = {resource.kind for resource in model.apis.resources.values()}
    for nature in options.natures:
        if nature not in known:
            yield f"No resource of the model has the nature `{nature}`."
    for name in options.failed:
        if name not in model.apis.resources:
            yield f"The model has no resource `{name}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each acquisition and the nearest exit that leaves it held."""
    options = rule.options_as(Options)
    apis = model.apis
    owner = program.shared(Ownership, apis)
    boot = program.shared(Boot, model.entrypoints)
    wanted = frozenset(
        r.name
        for r in apis.resources.values()
        if r.name in options.failed or (r.kind in options.natures and r.advisory <= options.advisory)
    )
    names = {
        f
        for f in program.called & apis.acquires.keys()
        if any(a.resource in wanted and not a.managed for a in apis.acquires[f])
    }
    names |= {m for m in program.called & apis.loops.keys() if apis.loops[m].resource in wanted}
    names |= owner.wrappers.functions(wanted)
    for func in owner.functions(names):
        said: set[tuple[int, str]] = set()
        for site in owner.acquisitions(func, wanted, wrapped=True) if rule.covers(func.path) else ():
            if not _is_asked(options, owner, site) or _stays(boot, options, owner.outcome(site)):
                continue
            for found in _judged(rule, options, owner, owner.outcome(site)):
                finding = _at_boot(found) if boot.runs_only_then(func) else found
                # One exit lacks one put, whichever of several calls gave the variable its reference.
                leak = (finding.line, finding.message.replace(site.call.callee, "", 1))
                if leak not in said:
                    said.add(leak)
                    yield finding


def _is_asked(options: Options, owner: Ownership, site: Site) -> bool:
    """Whether there may be a finding: asked of all that is quickly told, the paths from the site last."""
    holding = owner.holding(site.func)
    if not site.named and holding.takes_back(site):
        return False
    if site.kept_on_failure and site.resource.name in options.failed:
        return True
    if site.resource.kind not in options.natures:
        return False
    fails = not site.named and site.resource.nature != "reference"  # else the state is left as it should be
    if fails and (not holding.telling.may_fail_after(site.place.block) or owner.undoing.may_fail(site.func)):
        return False
    glance = owner.glance(site)
    may_fail = holding.telling.may_fail
    if glance.complete and not any(
        may_fail(e.node.block) or not _by_failure(e, fails) for e in _left(glance)
    ):
        return False
    rough = owner.rough_outcome(site)
    asked = any(e.error or not _by_failure(e, fails) for e in _left(rough))
    return (asked or not rough.complete) and not _is_managed(owner, site)


def _left(outcome: Outcome) -> Iterator[Exit]:
    """The exits with the resource still held, or lost."""
    return (e for e in outcome.exits if "held" in e.kind or e.kind == "lost")


def _by_failure(leak: Exit, fails: bool) -> bool:
    """Whether an exit is a leak only where the function fails."""
    return fails or leak.kind.startswith("stored")


def _judged(rule: Rule, options: Options, owner: Ownership, outcome: Outcome) -> Iterator[Finding]:
    site = outcome.site
    reported = site.kept_on_failure and site.resource.name in options.failed
    if reported and _is_static(owner, site) == options.static:
        failed = owner.outcome(site, NEGATIVE)
        good = {(e.node.block, e.error) for e in outcome.of("held")}
        bad = [
            e for e in failed.of("held") if (e.node.block, e.error) not in good and not _passes_on(site, e)
        ]
        if bad and failed.complete and not failed.of("escaped") and not _tells_nobody(outcome):
            yield _finding(rule, owner, failed, bad[0], "it is held even where the call fails")
            return
    if not outcome.complete or site.resource.kind not in options.natures or _is_managed(owner, site):
        return  # the last two of what was asked for what is held on failure
    doubtful = [e for e in outcome.of("held perhaps") if e.error]
    if doubtful:
        harmless = frozenset[str]().union(*(shown_harmless(owner, site, e) for e in outcome.of("released")))
        doubtful = [e for e in doubtful if e.passed <= harmless]
    for leak in (*outcome.of("held", "lost"), *doubtful, *outcome.of("stored held", "stored held perhaps")):
        reason = "" if is_meant(owner, outcome, leak) else _reason(owner, outcome, leak)
        if reason:
            yield _finding(rule, owner, outcome, leak, reason)
            return


def _is_static(owner: Ownership, site: Site) -> bool:
    """Whether the object lies in static memory: no put could free more than its name."""
    func = site.func
    inner = func.fact.body.locals
    static = {v.name for v in owner.program.facts[func.path].variables if "*" not in v.type}
    static -= {p.name for p in func.params} | {v.name for v in inner}
    static |= {v.name for v in inner if v.static and "*" not in v.type}
    return any(h.base in static for h in site.holders)


def _stays(boot: Boot, options: Options, outcome: Outcome) -> bool:
    """Whether what is left behind does no harm, as that happens only once, while the kernel starts.

    What the function sets up and never undoes is there to stay; nobody misses memory or a reference.
    """
    resource = outcome.site.resource
    if resource.kind in ("state", "machinery"):
        harmless = not any(e.kind.endswith("released") for e in outcome.exits)
    else:
        harmless = resource.kind in options.natures and not resource.removable
    return harmless and boot.runs_only_then(outcome.site.func)


def _at_boot(finding: Finding) -> Finding:
    """What nobody but a careful reader will ever notice."""
    message = f"{finding.message} (runs once, at boot)"
    return msgspec.structs.replace(finding, message=message, confidence="low")


def _is_managed(owner: Ownership, site: Site) -> bool:
    """Whether the driver core releases the resource, for what the file calls, or one that leads to it."""
    managers = (f for f, names in owner.apis.manages.items() if site.resource.name in names)
    files = {caller.path for f in managers for caller in owner.program.calling(f)}
    return bool(files) and (site.func.path in files or not files.isdisjoint(owner.undoing.above(site.func)))


def _tells_nobody(outcome: Outcome) -> bool:
    """Whether a function that cannot tell its failure leaves all to its counterpart, which is called then."""
    return outcome.site.func.fact.returns == "void" and not outcome.of("released")


def _passes_on(site: Site, leak: Exit) -> bool:
    """Whether the function is to its caller what the acquisition is to it: the caller sees that it failed."""
    return site.func.fact.body.blocks[leak.node.block].left == site.call.result


def _reason(owner: Ownership, outcome: Outcome, leak: Exit) -> str:
    """Why the resource should have been given back at this exit; empty if nothing shows it."""
    site = outcome.site
    if leak.kind.startswith("stored "):
        return _left_behind(owner, outcome, leak)
    if leak.kind == "lost":
        return f"{leak.how} is overwritten while it holds the only reference" if site.named else ""
    if site.loop:
        return "the loop is left while its cursor is held"
    released = outcome.of("released")
    escaped = outcome.of("escaped", "held perhaps", "lost perhaps", PERHAPS)
    # What success leaves behind may be registered, or be one more reference to what is there anyway.
    kept = site.resource.nature == "memory" or bool(site.same)
    elements = released and any("[]" in h.fields for h in site.holders)  # a loop may seem to have no turn
    unnamed = site.wrapped and not site.named
    undone = not site.named and owner.undoing.may_fail(site.func)  # by the counterpart, even so
    if elements or undone or (unnamed and owner.undoing.left_to_caller(site.func, site.resource.name)):
        return ""
    if released and (leak.error or (site.named and not escaped and not kept)):
        return f"another path gives it back with {released[0].how} on line {released[0].line}"
    if not site.named:
        return _left_behind(owner, outcome, leak) or _unbalanced(owner, outcome, leak)
    if escaped and leak.error:
        told = f"{escaped[0].how}, line {escaped[0].line}" if escaped[0].how else f"line {escaped[0].line}"
        return f"only another path hands it on ({told})"
    if escaped or released:
        return _unbalanced(owner, outcome, leak) if site.same else ""
    return "nothing in the function gives it back or hands it on"


def _left_behind(owner: Ownership, outcome: Outcome, leak: Exit) -> str:
    """The reason for what others could find, or what has no holder, where the function fails."""
    if not leak.error:
        return ""
    site = outcome.site
    released = outcome.of("stored released")
    if released:
        return f"another path gives it back with {released[0].how} on line {released[0].line}"
    if site.wrapped:
        return ""
    if site.resource.nature == "reference" or owner.undoing.left_to_caller(site.func, site.resource.name):
        return ""
    return "the function fails there, and nobody else undoes what it did"


def _unbalanced(owner: Ownership, outcome: Outcome, leak: Exit) -> str:
    """The reason where the function succeeds with a reference that it elsewhere puts before it succeeds."""
    site, released = outcome.site, outcome.of("released")
    if site.resource.nature != "reference" or not released or outcome.of("escaped", "held perhaps"):
        return ""
    holding = owner.holding(site.func)
    if leak.error or not _leaves_early(site, leak) or asked_whether_held(outcome, leak):
        return ""
    if not all(map(holding.telling.may_succeed, released)):
        return ""
    if not any(e.how in owner.apis.releases or sounds_ending(e.how) for e in released):
        return ""  # some function that does so among other things
    given_up = all(failed_on_the_way(site, e) for e in released)
    if site.func.fact.returns == "void" and given_up and not failed_on_the_way(site, leak):
        return ""
    return f"another path that succeeds gives it back with {released[0].how} on line {released[0].line}"


def _leaves_early(site: Site, leak: Exit) -> bool:
    """Whether the path leaves from within an ``if``, with the rest of the function below that."""
    blocks = site.func.fact.body.blocks
    for number, side in leak.node.decisions():
        if blocks[number].kind == "branch":
            taken, other = blocks[number].succs[side], blocks[number].succs[1 - side]
            return blocks[taken].line < blocks[other].line
    return False


def _finding(rule: Rule, owner: Ownership, outcome: Outcome, leak: Exit, reason: str) -> Finding:
    site = outcome.site
    func, call = site.func, site.call
    holding = owner.holding(func)
    decisions = shown(func.fact.body, list(leak.node.decisions()))
    taken, conditions = branches(func, decisions, holding.values)
    what = min((str(h) for h in leak.node.state.holders if not str(h).startswith("%")), default=_UNNAMED)
    acquired = call_text(call, holding.values)
    held = "" if what == _UNNAMED else f" in {what}"
    steps = [
        Step(func.path, call.line, func.name, f"{acquired} acquires {site.resource.name}: {what}"),
        *taken,
        Step(
            func.path,
            leak.line,
            func.name,
            f"leaves with {what} still held" if leak.kind != "lost" else reason,
        ),
        *(
            Step(func.path, good.line, func.name, f"this path does it right: {good.how}")
            for good in sorted(outcome.of("released"), key=lambda e: e.line == site.call.line)[:1]
        ),
    ]
    return claim(
        rule,
        func,
        leak.line,
        message=rule.text(
            acquire=call.callee,
            what=what,
            held=held,
            resource=site.resource.name,
            exit=str(leak.line),
            reason=reason,
        ),
        steps=steps,
        conditions=conditions,
        subject=f"{call.callee}({', '.join(call.args)})",
        edit=_edit(owner, outcome, leak, what),
    )


def _edit(owner: Ownership, outcome: Outcome, leak: Exit, what: str) -> Edit | None:
    """The missing release before each exit that lacks it, or before the jump to one that others share."""
    site = outcome.site
    if leak.kind != "held" or what == _UNNAMED or "[]" in what or site.wrapped or site.kept_on_failure:
        return None
    used = [e.how for e in outcome.of("released") if e.how in owner.apis.releases]
    name = next(iter(used or owner.apis.releases_of[site.resource.name]), "")
    roles = [r for r in owner.apis.releases.get(name, ()) if r.resource == site.resource.name]
    if site.resource.nature != "reference" or not roles or roles[0].holder != Place("arg"):
        return None
    if site.call.result and what == site.same:
        return None  # the caller's
    lines = {_line(owner, outcome, e, null_ok=roles[0].null_ok) for e in outcome.of("held")}
    if (
        0 in lines
        or len(lines) > _MOST_EXITS
        or not all(_reason(owner, outcome, e) for e in outcome.of("held"))
    ):
        return None
    base, arrow, member = what.partition("->")
    if f"&{base}" in site.call.args and arrow:
        what = f"{base}.{member}"
    return Edit(tuple(sorted(lines, key=abs)), f"{name}({what});", uses=base)


def _line(owner: Ownership, outcome: Outcome, leak: Exit, *, null_ok: bool) -> int:
    """The line of an exit; negative, that of the condition before the jump to a shared one; else 0."""
    if _only_held(owner, outcome, leak, null_ok=null_ok):
        return leak.line
    blocks = outcome.site.func.fact.body.blocks
    number = next((block for block, _side in leak.node.decisions()), -1)
    return -blocks[number].line if number >= 0 else 0


def _only_held(owner: Ownership, outcome: Outcome, leak: Exit, *, null_ok: bool) -> bool:
    """Whether the exit is come to only with the resource held, or where giving it back does no harm."""
    site, body = outcome.site, outcome.site.func.fact.body
    last = leak.node.block
    done = [e.node.block for e in outcome.exits if "released" in e.kind or "escaped" in e.kind]
    if any(block == last or follows(body, block, last) for block in done):
        return False
    seen = {0, site.place.block}
    pending = [] if site.place.block == 0 else [0]
    while pending:
        number = pending.pop()
        if number == last != site.place.block:
            return False
        fresh = [succ for succ in body.blocks[number].succs if succ not in seen]
        seen.update(fresh)
        pending += fresh
    failures = {a.failure for a in owner.apis.acquires.get(site.call.callee, ()) if a.holder.kind == "result"}
    if null_ok and (site.loop or failures == {"null"}):
        return True
    failed = owner.outcome(site, ANY & ~site.held) if site.held != ANY else None
    return failed is None or (failed.complete and all(e.node.block != last for e in failed.exits))
