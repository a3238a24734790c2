"""A resource that a path leaves behind: neither given back nor handed on.

What shows that it should have been: another path of the function gives it back, or it is never
given back nor handed on at all, or the function fails there and hands it on only where it succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.access import parse
from kscan.analyses.cfg import calls, comes_after, conditions, events, follows
from kscan.analyses.ownership import Exit, Outcome, Ownership, Site
from kscan.analyses.paths import ANY, NEGATIVE, POSITIVE, ZERO, constant, shown
from kscan.facts.model import Assign, Body, Call
from kscan.findings.model import Edit, Finding, Step
from kscan.kernel.apis import Resource
from kscan.kernel.load import KernelModel
from kscan.kernel.phrase import Place
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim

_UNNAMED = "its result"
_MOST_EXITS = 3  # that a patch mends: where there are more, a developer would put it elsewhere


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``natures`` of the resources; ``advisory`` ones are often kept on purpose.

    ``failed``: resources that are held even where their acquisition fails, for the rule that reports that.
    """

    natures: tuple[str, ...] = ("reference",)
    advisory: bool = False
    failed: tuple[str, ...] = ()


HOLES = frozenset({"acquire", "what", "held", "resource", "exit", "reason"})


def problems(options: Options, model: KernelModel) -> Iterator[str]:
    """What the options name that the model lacks."""
    known = {_nature(resource) for resource in model.apis.resources.values()}
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
    wanted = frozenset(
        r.name
        for r in apis.resources.values()
        if r.name in options.failed or (_nature(r) in options.natures and r.advisory <= options.advisory)
    )
    names = {
        f
        for f in program.called & apis.acquires.keys()
        if any(a.resource in wanted and not a.managed for a in apis.acquires[f])
    }
    names |= {m for m in program.called & apis.loops.keys() if apis.loops[m].resource in wanted}
    names |= owner.wrappers.functions(names, wanted)
    for func in owner.functions(names):
        said: set[tuple[int, str]] = set()
        for outcome in owner.outcomes(func, wanted, wrapped=True) if rule.covers(func.path) else ():
            for finding in _judged(rule, options, owner, outcome):
                # One exit lacks one put, whichever of several calls gave the variable its reference.
                leak = (finding.line, finding.message.replace(outcome.site.call.callee, "", 1))
                if leak not in said:
                    said.add(leak)
                    yield finding


def _judged(rule: Rule, options: Options, owner: Ownership, outcome: Outcome) -> Iterator[Finding]:
    site = outcome.site
    if not site.named and owner.holding(site.func).takes_back(site):
        return
    if site.kept_on_failure and site.resource.name in options.failed:
        failed = owner.holding(site.func).outcome(site, NEGATIVE)
        good = {(e.node.block, e.error) for e in outcome.of("held")}
        bad = [
            e for e in failed.of("held") if (e.node.block, e.error) not in good and not _passes_on(site, e)
        ]
        if bad and failed.complete and not failed.of("escaped"):
            yield _finding(rule, owner, failed, bad[0], "it is held even where the call fails")
            return
    if not outcome.complete or _nature(site.resource) not in options.natures or _is_managed(owner, site):
        return
    harmless = frozenset[str]().union(*(e.passed for e in outcome.of("released")))
    doubtful = [e for e in outcome.of("held perhaps") if e.error and e.passed <= harmless]
    for leak in (*outcome.of("held", "lost"), *doubtful, *outcome.of("stored held", "stored held perhaps")):
        kept = (
            _is_kept(owner, outcome, leak)
            or _is_another(outcome, leak)
            or _is_pinned(owner, outcome, leak)
            or _is_first_of_walk(owner, outcome, leak)
        )
        reason = "" if kept else _reason(owner, outcome, leak)
        if reason:
            yield _finding(rule, owner, outcome, leak, reason)
            return


def _is_managed(owner: Ownership, site: Site) -> bool:
    """Whether the driver core releases the resource, for something else that the file calls."""
    managers = (f for f, names in owner.apis.manages.items() if site.resource.name in names)
    return any(caller.path == site.func.path for f in managers for caller in owner.program.calling(f))


def _passes_on(site: Site, leak: Exit) -> bool:
    """Whether the function is to its caller what the acquisition is to it: the caller sees that it failed."""
    return site.func.fact.body.blocks[leak.node.block].left == site.call.result


def _nature(resource: Resource) -> str:
    return "machinery" if resource.machinery else resource.nature


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
    if released and any("[]" in h.fields for h in site.holders):
        return ""  # a loop that releases each element may seem to have no turn
    escaped = outcome.of("escaped", "held perhaps", "lost perhaps")
    kept = site.resource.nature == "memory"  # what success leaves behind may be registered somewhere
    if site.wrapped and not site.named and owner.undoing.left_to_caller(site.func, site.resource.name):
        return ""
    if released and (leak.error or (site.named and not escaped and not kept)):
        return f"another path gives it back with {released[0].how} on line {released[0].line}"
    if not site.named:
        return _left_behind(owner, outcome, leak) or _unbalanced(owner, outcome, leak)
    if escaped and leak.error:
        told = f"{escaped[0].how}, line {escaped[0].line}" if escaped[0].how else f"line {escaped[0].line}"
        return f"only another path hands it on ({told})"
    return "" if escaped or released else "nothing in the function gives it back or hands it on"


def _is_kept(owner: Ownership, outcome: Outcome, leak: Exit) -> bool:
    """Success keeps what was set up, and so do the turns of a loop before the one that fails."""
    site = outcome.site
    if _nature(site.resource) in ("memory", "reference"):
        return False
    return (
        not leak.error
        or _succeeds(owner, site, leak)
        or not owner.holding(site.func).may_succeed()
        or _turned(site, leak)
        or _failed_before(site, leak)
        or _restored(owner, site)
        or _made_once(owner, site, leak)
        or _noted(owner, site, leak)
        or _arranged(owner, site)
        or _asked_in_vain(owner, site, leak)
        or _asked_whether_held(outcome, leak)
    )


def _is_pinned(owner: Ownership, outcome: Outcome, leak: Exit) -> bool:
    """Whether success keeps a reference on purpose: to what the caller has, or to what is left running."""
    site, holding = outcome.site, owner.holding(outcome.site.func)
    if leak.error or site.resource.nature != "reference":
        return False
    given = holding.values.object(site.same) if site.same else None
    if given is not None and given.base in {p.name for p in site.func.fact.params}:
        return any(h.within(given) or given.within(h) for h in leak.node.state.holders)
    return any(
        owner.apis.resources[role.resource].nature == "state"
        and (argument := role.holder.operand(call.args)) is not None
        and holding.holds(argument, leak.node.state.holders)
        and not _failed(site, call, leak)
        for _place, call in calls(site.func.fact.body)
        for role in owner.apis.acquires.get(call.callee, ())
    )


def _is_first_of_walk(owner: Ownership, outcome: Outcome, leak: Exit) -> bool:
    """Whether the path leaves a walk, as from child to parent, that finds no next one on its first turn.

    ``while ((next = get(cur))) { put(cur); cur = next; }``: what is left held is what a turn of it got.
    """
    if outcome.site.resource.nature != "reference":
        return False  # a loop that makes memory larger keeps what it had where that fails
    body = outcome.site.func.fact.body
    way = [(leak.node.block, 0), *leak.node.decisions()]
    for place, call in calls(body):
        turn = next((n for n, (block, _side) in enumerate(way) if block == place.block), -1)
        if turn < 0 or not call.result or not follows(body, place.block, place.block):
            continue
        if follows(body, place.block, outcome.site.place.block) or not any(
            a.resource == outcome.site.resource.name and a.holder.kind == "result"
            for a in owner.apis.acquires.get(call.callee, ())
        ):
            continue
        found = {call.result, *(a.target for a in _assigns(body) if a.value == call.result)}
        moves = any(a.target in call.args and a.value in found for a in _assigns(body))
        stepped = any(
            follows(body, e.node.block, place.block)
            and place.block in {e.node.block, *(block for block, _side in e.node.decisions())}
            for e in outcome.of("released")
        )
        if moves and stepped and any(_is_null(body, found, *step) for step in way[: turn + 1]):
            return True
    return False


def _assigns(body: Body) -> Iterator[Assign]:
    return (event for _place, event in events(body) if isinstance(event, Assign))


def _is_null(body: Body, names: set[str], number: int, side: int) -> bool:
    """Whether a step of a path is one on which one of ``names`` is NULL."""
    block = body.blocks[number]
    return block.left in names and block.right == "0" and block.op == ("==" if side == 0 else "!=")


def _failed(site: Site, call: Call, leak: Exit) -> bool:
    """Whether the path is one on which a call gave an error code."""
    return any(
        (block := site.func.fact.body.blocks[number]).left == call.result
        and (block.op, side) in (("!=", 0), ("==", 1), ("<", 0))
        for number, side in leak.node.decisions()
    )


def _is_another(outcome: Outcome, leak: Exit) -> bool:
    """Whether the path finds that the resource is what another variable holds.

    New memory never is; a reference is taken not to be held then where it is put on the other side.
    """
    site, names = outcome.site, {str(h) for h in leak.node.state.holders}
    undone = {e.node.block for e in outcome.of("released")}
    for number, side in leak.node.decisions():
        block = site.func.fact.body.blocks[number]
        equal = block.op in ("==", "!=") and (block.op == "==") == (side == 0)
        if not equal or len(names & {block.left, block.right}) != 1 or constant(block.right) != ANY:
            continue
        other = block.succs[1 - side]
        if site.resource.nature == "memory" or (
            other in undone and not follows(site.func.fact.body, other, number)
        ):
            return True
    return False


def _succeeds(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether what is returned tells success: 1 for "yes", or NULL where failure is an error pointer."""
    body, predicates = site.func.fact.body, owner.apis.predicates
    told = constant(body.blocks[leak.node.block].left)
    if "*" not in site.func.fact.returns:
        return told == POSITIVE
    return told == ZERO and any(
        predicates.get(call.callee) in ("err_ptr", "err_cast") for _place, call in calls(body)
    )


def _restored(owner: Ownership, site: Site) -> bool:
    """Whether the function only sets up again what it undid before."""
    body, releases = site.func.fact.body, owner.apis.releases
    return bool(site.given) and any(
        comes_after(body, place, site.place)
        and not comes_after(body, site.place, place)
        and any(
            role.resource == site.resource.name and role.holder.operand(call.args) == site.given
            for role in releases.get(call.callee, ())
        )
        for place, call in calls(body)
    )


def _made_once(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether it was set up only because a field or global, which keeps it, did not hold it yet."""
    body, holding = site.func.fact.body, owner.holding(site.func)
    stored = leak.kind.startswith("stored ")
    kept = {str(h) for h in leak.node.state.holders if stored and h.fields}
    for _place, event in events(body):
        if isinstance(event, Assign) and event.value == site.call.result:
            kept.add(event.target)
    for number, holds in conditions(body, site.place.block):
        block = body.blocks[number]
        absent = block.right == "0" and block.op == ("==" if holds else "!=")
        if absent and block.left in kept and not holding.is_local(block.left):
            return True
    return False


def _arranged(owner: Ownership, site: Site) -> bool:
    """Whether a function that releases it was handed to somebody before, as an action of the device."""
    releasing = owner.undoing.releasing(site.resource.name)
    return any(
        not releasing.isdisjoint(arg.lstrip("&") for arg in call.args)
        and comes_after(site.func.fact.body, place, site.place)
        for place, call in calls(site.func.fact.body)
    )


def _asked_in_vain(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether the path asks if it is set up, and it is not: ``x_enabled()`` after ``x_enable()``."""
    body, called = site.func.fact.body, owner.holding(site.func).values.calls
    for number, side in leak.node.decisions():
        block = body.blocks[number]
        asked = called.get(block.left)
        absent = block.right == "0" and block.op == ("==" if side == 0 else "!=")
        if absent and asked is not None and asked.callee == f"{site.call.callee}d":
            return asked.args == site.call.args
    return False


def _noted(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether a flag of the caller's object, or a global one, says from now on that it is set up."""
    body, params = site.func.fact.body, {param.name for param in site.func.params}
    holding = owner.holding(site.func)
    way = {leak.node.block, *(block for block, _side in leak.node.decisions())}
    for place, event in events(body):
        if not isinstance(event, Assign) or place.block not in way:
            continue
        target = parse(event.target) if event.value in ("true", "1") or event.op == "++" else None
        if target is not None and (
            target.base in params if target.fields else not holding.is_local(target.base)
        ):
            return place.block != site.place.block or place > site.place
    return False


def _asked_whether_held(outcome: Outcome, leak: Exit) -> bool:
    """Whether the path skips a release for a condition other than the status.

    ``if (made) undo(); return ret;``: that the condition tells whether it is held is more likely than a leak.
    """
    site = outcome.site
    body, status = site.func.fact.body, site.func.fact.body.blocks[leak.node.block].left
    undone = {e.node.block for e in outcome.of("released", "stored released")}
    for number, side in leak.node.decisions():
        block = body.blocks[number]
        if block.kind != "branch" or block.left == status:
            continue
        other, onward = block.succs[1 - side], block.succs[side]
        straight = _straight(body, onward)
        for release in undone:
            skipped = release == other or follows(body, other, release)
            taken = release in straight or follows(body, onward, release)
            if skipped and not taken and any(follows(body, release, to) for to in straight):
                return True
    return False


def _straight(body: Body, block: int) -> list[int]:
    """The blocks that surely come one after the other from this one on."""
    found = [block]
    while body.blocks[found[-1]].kind == "jump" and body.blocks[found[-1]].succs[0] not in found:
        found.append(body.blocks[found[-1]].succs[0])
    return found


def _failed_before(site: Site, leak: Exit) -> bool:
    """Whether what failed did so before the acquisition, which the function made all the same."""
    body, status = site.func.fact.body, site.func.fact.body.blocks[leak.node.block].left
    way = {leak.node.block, *(block for block, _side in leak.node.decisions())}
    if all(body.blocks[block].kind not in ("branch", "switch") for block in way):
        return True  # nothing was decided since
    before = False
    for place, event in events(body):
        if isinstance(event, Assign) and event.target == status:
            if place.block in way and (place.block != site.place.block or place > site.place):
                return False
            if comes_after(body, place, site.place):
                if constant(event.value) == NEGATIVE:
                    return False
                before |= constant(event.value) == ANY
    return before


def _turned(site: Site, leak: Exit) -> bool:
    """Whether the path goes back to before the acquisition."""
    body = site.func.fact.body
    way = [leak.node.block, *(block for block, _side in leak.node.decisions())]
    return any(
        body.blocks[block].line <= site.call.line and follows(body, block, site.place.block)
        for block in way[:-1]
    )


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
    params = {param.name for param in site.func.params}
    if _nature(site.resource) == "memory" and any(h.base in params for h in leak.node.state.holders):
        return ""  # whoever made the object may free what is in it
    if site.resource.nature == "reference" or owner.undoing.left_to_caller(site.func, site.resource.name):
        return ""
    return "the function fails there, and nobody else undoes what it did"


def _unbalanced(owner: Ownership, outcome: Outcome, leak: Exit) -> str:
    """The reason where the function succeeds with a reference that it elsewhere puts before it succeeds."""
    site, released = outcome.site, outcome.of("released")
    if site.resource.nature != "reference" or not released or outcome.of("escaped", "held perhaps"):
        return ""
    holding = owner.holding(site.func)
    if leak.error or not _leaves_early(site, leak) or _asked_whether_held(outcome, leak):
        return ""
    if not all(map(holding.may_succeed, released)):
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
    failed = owner.holding(site.func).outcome(site, ANY & ~site.held) if site.held != ANY else None
    return failed is None or (failed.complete and all(e.node.block != last for e in failed.exits))
