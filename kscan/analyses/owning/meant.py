"""Whether a resource that a path leaves held is meant to be: kept, another's, or not held after all."""

from __future__ import annotations

from collections.abc import Iterator

from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.cfg import calls, comes_after, conditions, equates, events, follows
from kscan.analyses.body.paths import ANY, NEGATIVE, POSITIVE, ZERO, constant
from kscan.analyses.owning.held import Exit, Outcome, Site
from kscan.analyses.owning.ownership import Ownership
from kscan.facts.model import Assign, Body


def is_meant(owner: Ownership, outcome: Outcome, leak: Exit) -> bool:
    """Whether something shows that an exit leaves the resource held on purpose, or not held at all."""
    return (
        _is_kept(owner, outcome, leak)
        or _is_another(outcome, leak)
        or _is_pinned(owner, outcome, leak)
        or _is_first_of_walk(owner, outcome, leak)
        or _is_configured_out(owner, outcome.site, leak)
        or _falls_short(outcome.site, leak)
    )


def shown_harmless(owner: Ownership, site: Site, released: Exit) -> frozenset[str]:
    """The unknown functions after which a path releases it all the same, though they succeeded."""
    body, path = site.func.fact.body, site.func.path
    given = {(a.value, a.target) for a in _assigns(body)}
    failing = {
        c.callee
        for _p, c in calls(body)
        for name in (c.result, *(target for value, target in given if value == c.result))
        if c.result and _failed(site, name, released)
    }
    asked = {name for name in failing if owner.program.root_type("@" + name, path) == "bool"}
    return released.passed - (failing - asked)


def _is_kept(owner: Ownership, outcome: Outcome, leak: Exit) -> bool:
    """Success keeps what was set up, and so do the turns of a loop before the one that fails."""
    site = outcome.site
    if site.resource.kind == "reference":
        return not site.named and not leak.error and _noted(owner, site, leak)
    if site.resource.kind == "memory":
        return (
            asked_whether_held(outcome, leak)
            or (leak.kind.startswith("stored ") and (_made_once(owner, site, leak) or _arranged(owner, site)))
            or _is_part_of_others(owner, site, leak)
        )
    return (
        not leak.error
        or _succeeds(owner, site, leak)
        or not owner.holding(site.func).telling.may_succeed()
        or _turned(site, leak)
        or _failed_before(site, leak)
        or _restored(owner, site)
        or _made_once(owner, site, leak)
        or _noted(owner, site, leak)
        or _arranged(owner, site)
        or _asked_in_vain(owner, site, leak)
        or asked_whether_held(outcome, leak)
        or _is_unequal(site, leak)
        or _is_for_good(owner, site, leak)
        or _is_by_another_name(owner, site, leak)
    )


def _is_configured_out(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether the path is one for kernels that have no such resource."""
    options = {o for o, names in owner.apis.needs_config.items() if site.resource.name in names}
    if not options:
        return False
    body, made = site.func.fact.body, owner.holding(site.func).values.calls
    for number, side in leak.node.decisions():
        block = body.blocks[number]
        asked = made.get(block.left) if block.right == "0" and equates(block, side) else None
        about = asked is not None and owner.apis.predicates.get(asked.callee) == "configured"
        if asked is not None and about and not options.isdisjoint(asked.args):
            return True
    return False


def _is_part_of_others(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether memory is held by an object that is there without this function: who ends that may free it."""
    holders = leak.node.state.holders if leak.kind.startswith("stored ") else ()
    return any(h.fields and _is_others(owner, site, h) for h in holders)


def _is_others(owner: Ownership, site: Site, holder: Object) -> bool:
    """Whether a local leads to an object that the function has not made itself."""
    holding, apis = owner.holding(site.func), owner.apis
    whole = holding.values.object(holder.base)
    if whole is None or not holding.is_local(holder.base):
        return False
    made = holding.values.calls.get(whole.base)
    roles = apis.acquires.get(made.callee, ()) if made is not None and not whole.fields else ()
    return not any(apis.resources[a.resource].nature == "memory" and not a.managed for a in roles)


def _is_another(outcome: Outcome, leak: Exit) -> bool:
    """Whether the path finds that the resource is what another variable holds.

    New memory never is; a reference is taken not to be held then where it is put on the other side.
    """
    site, names = outcome.site, {str(h) for h in leak.node.state.holders}
    undone = {e.node.block for e in outcome.of("released")}
    for number, side in leak.node.decisions():
        block = site.func.fact.body.blocks[number]
        if (
            not equates(block, side)
            or len(names & {block.left, block.right}) != 1
            or constant(block.right) != ANY
        ):
            continue
        other = block.succs[1 - side]
        if site.resource.nature == "memory" or (
            other in undone and not follows(site.func.fact.body, other, number)
        ):
            return True
    return False


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
        and not _failed(site, call.result, leak)
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


def _failed(site: Site, result: str, leak: Exit) -> bool:
    """Whether the path is one on which the result of a call was an error code."""
    return any(
        (block := site.func.fact.body.blocks[number]).left == result
        and (block.op, side) in (("!=", 0), ("==", 1), ("<", 0))
        for number, side in leak.node.decisions()
    )


def _falls_short(site: Site, leak: Exit) -> bool:
    """Whether the path is one on which the acquisition told another number than it was asked for."""
    body = site.func.fact.body
    told = {site.call.result, *(a.target for a in _assigns(body) if a.value == site.call.result)}
    return any(
        (block := body.blocks[number]).left in told
        and block.right in site.call.args
        and block.right != "0"
        and (block.op, side) in (("<", 0), (">=", 1), ("!=", 0), ("==", 1))
        for number, side in leak.node.decisions()
    )


def failed_on_the_way(site: Site, leak: Exit) -> bool:
    """Whether the path is one on which some call failed."""
    body = site.func.fact.body
    results = {call.result for _place, call in calls(body) if call.result}
    results |= {a.target for a in _assigns(body) if a.value in results}
    return any(_failed(site, result, leak) for result in results)


def _assigns(body: Body) -> Iterator[Assign]:
    return (event for _place, event in events(body) if isinstance(event, Assign))


def _is_null(body: Body, names: set[str], number: int, side: int) -> bool:
    """Whether a step of a path is one on which one of ``names`` is NULL."""
    block = body.blocks[number]
    return block.left in names and block.right == "0" and equates(block, side)


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
    """Whether it was set up only because a field or global that keeps it, or notes it, said it was not."""
    body, holding = site.func.fact.body, owner.holding(site.func)
    stored = leak.kind.startswith("stored ")
    kept = {str(h) for h in leak.node.state.holders if stored and h.fields}
    kept |= {a.target for a in _assigns(body) if a.value == site.call.result}
    way = {leak.node.block, *(block for block, _side in leak.node.decisions())}
    known = set(conditions(body, site.place.block))
    for number, holds in sorted(known):
        block = body.blocks[number]
        absent = block.right == "0" and block.op == ("==" if holds else "!=")
        asked = holding.values.calls.get(block.left)
        if (
            absent
            and asked is not None
            and asked.callee in owner.apis.asks_whether_set_up
            and asked.args[:1] == site.call.args[:1]
        ):
            return True
        if not absent or holding.is_local(block.left):
            continue
        notes = [
            constant(event.value)
            for place, event in events(body)
            if isinstance(event, Assign)
            and event.target == block.left
            and (place.block in way or known.issuperset(conditions(body, place.block)))
        ]
        if block.left in kept or (notes and ZERO not in notes):
            return True
    return False


def _arranged(owner: Ownership, site: Site) -> bool:
    """Whether a function that releases it was handed to somebody: an action of the device, a callback."""
    releasing = owner.undoing.releasing(site.resource.name)
    ending = owner.apis.ending_fields
    if any(
        a.value.lstrip("&") in releasing and a.target.replace("->", ".").rpartition(".")[2] in ending
        for a in _assigns(site.func.fact.body)
    ):
        return True
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
        absent = block.right == "0" and equates(block, side)
        if absent and asked is not None and asked.callee == f"{site.call.callee}d":
            return asked.args == site.call.args
    return False


def _is_unequal(site: Site, leak: Exit) -> bool:
    """Whether the path is one on which the number that the call gave is not the one wanted."""
    names = {
        site.call.result,
        *(a.target for a in _assigns(site.func.fact.body) if a.value == site.call.result),
    }
    return any(
        (block := site.func.fact.body.blocks[number]).left in names
        and (block.op, side) in (("!=", 0), ("==", 1))
        and constant(block.right) == ANY
        for number, side in leak.node.decisions()
    )


def _is_for_good(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether nothing in the file ever undoes what was done to a global object, or to the caller's."""
    holding, holders = owner.holding(site.func), leak.node.state.holders
    named = {h for h in holders if h.base[:1] not in "%<"}
    given = {param.name for param in site.func.params}
    return (
        bool(named)
        and all(not holding.is_local(h.base) or (h.base in given and not h.fields) for h in named)
        and site.resource.nature == "state"
        and site.on is None  # else it stays with what it was set up on
        and not owner.undoing.ever(site.resource.name, site.func.path)
    )


def _is_by_another_name(owner: Ownership, site: Site, leak: Exit) -> bool:
    """Whether a field of the same object is NULL that other paths get the same kind of thing into.

    Which of two members of a union is asked for does not matter.
    """
    body = site.func.fact.body
    way = {leak.node.block, *(block for block, _side in leak.node.decisions())}
    names = {h.base: h.fields for h in leak.node.state.holders if h.fields}
    results = {
        call.result
        for place, call in calls(body)
        if call.result and place.block not in way and owner.apis.acquires.get(call.callee)
    }
    others = {a.target for a in _assigns(body) if a.value in results}
    for number, side in leak.node.decisions():
        block = body.blocks[number]
        found = parse(block.left) if block.right == "0" and equates(block, side) else None
        if found is None or not found.fields or block.left not in others:
            continue
        if found.base in names and names[found.base][:-1] == found.fields[:-1]:
            return True
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
            target.base in params or _is_others(owner, site, target)
            if target.fields
            else not holding.is_local(target.base)
        ):
            return place.block != site.place.block or place > site.place
    return False


def asked_whether_held(outcome: Outcome, leak: Exit) -> bool:
    """Whether the path skips a release for a condition other than the status.

    ``if (made) undo(); return ret;``: that the condition tells whether it is held is more likely than a leak.
    """
    site = outcome.site
    body, status = site.func.fact.body, site.func.fact.body.blocks[leak.node.block].left
    undone = {e.node.block for e in outcome.exits if e.kind.endswith("released")}
    for number, side in leak.node.decisions():
        block = body.blocks[number]
        if block.kind != "branch" or block.left == status:
            continue
        other, onward = block.succs[1 - side], block.succs[side]
        straight = _straight(body, onward)
        for release in undone:
            skipped = release == other or follows(body, other, release)
            taken = release in straight or follows(body, onward, release)
            if (
                release != number
                and skipped
                and not taken
                and any(follows(body, release, to) for to in straight)
            ):
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
