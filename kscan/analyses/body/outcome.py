"""Whether a function fails or succeeds: signs of status variables along each path.

The kernel's convention: 0 is success, a negative number (or any other) is failure.  Only
the variables asked for are followed, path by path; more than a bounded number of states
means "not known".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from kscan.analyses.body.cfg import Place, conditions
from kscan.facts.model import Assign, Block, Body, Call, Event

Signs = frozenset[tuple[str, bool]]
"""What is known of status variables: (name, True for failure, False for success).

``name!`` stands for a pointer that carries an error number.
"""

Errors = Mapping[str, str]
"""What makes, tests and takes apart such pointers: the model's predicates (``PTR_ERR`` is ``err_of``)."""

_NONE: Errors = {}

_MOST_STATES = 4000
_NUMBER = frozenset("0123456789")

Visit = Callable[[Place, "Event | None", Signs], bool]


def sign_of(value: str, signs: Signs) -> bool | None:
    """Whether an operand tells failure (True) or success (False); None where unknown.

    Of a pointer, False tells that it is NULL.
    """
    if value in ("0", "NULL", "false"):
        return False
    if value == "true":
        return True
    if value[:1] == "-" or (value[:1] in _NUMBER and value):
        return True
    return dict(signs).get(value)


def walk(
    body: Body,
    start: Place,
    signs: Signs,
    names: Collection[str],
    visit: Visit,
    errors: Errors = _NONE,
) -> bool:
    """Follow every path from ``start`` that the signs allow.

    ``visit`` gets each event with the signs before it, and None at the end of a block that
    has no successor; where it gives False the path ends.  Values copied from a name join
    ``names``; an error number is asked for only where there is one.  Gives False where there
    were too many states to look at all.
    """
    stack = [(start.block, start.index, signs)]
    seen: set[tuple[int, Signs]] = set()
    while stack:
        number, index, signs = stack.pop()
        block = body.blocks[number]
        after = _through(block, Place(number, index), signs, names, visit, errors)
        if after is None:
            continue
        if not block.succs:
            visit(Place(number, len(block.events)), None, after)
        for succ, refined in _onward(block, after, names):
            if (succ, refined) not in seen:
                if len(seen) >= _MOST_STATES:
                    return False
                seen.add((succ, refined))
                stack.append((succ, 0, refined))
    return True


def _through(
    block: Block,
    start: Place,
    signs: Signs,
    names: Collection[str],
    visit: Visit,
    errors: Errors,
) -> Signs | None:
    for index in range(start.index, len(block.events)):
        event = block.events[index]
        if not visit(Place(start.block, index), event, signs):
            return None
        signs = _after(event, signs, names, errors)
    return signs


def _after(event: Event, signs: Signs, names: Collection[str], errors: Errors) -> Signs:
    if isinstance(event, Call):
        return _called(event, signs, errors)
    if not isinstance(event, Assign) or (
        event.target not in names and event.value not in {n.rstrip("!") for n, _ in signs}
    ):
        return signs
    kept = frozenset(s for s in signs if s[0].rstrip("!") != event.target)
    if event.op != "=" or not event.target.lstrip("*").isidentifier():
        return kept
    sign = sign_of(event.value, signs)
    carried = [(event.target + "!", True)] if (event.value + "!", True) in signs else []
    return kept.union(carried, [] if sign is None else [(event.target, sign)])


def _called(call: Call, signs: Signs, errors: Errors) -> Signs:
    changed = {a[1:] if a[:1] == "&" else "*" + a for a in call.args} | {call.result}
    if any(n.rstrip("!") in changed for n, _ in signs):
        signs = frozenset(s for s in signs if s[0].rstrip("!") not in changed)
    kind = errors.get(call.callee, "") if call.result else ""
    given = call.args[0] if call.args else ""
    if kind == "err_of":
        return signs | {(call.result, True)}
    if kind in ("err_ptr", "err_cast"):
        return signs | failed(call.result, is_pointer=True)
    if kind in ("is_err", "is_err_or_null") and (given + "!", True) in signs:
        return signs | {(call.result, True)}
    return signs


def failed(result: str, *, is_pointer: bool) -> Signs:
    """What is known of the result of a call that failed."""
    return frozenset({(result, True), (result + "!", True)} if is_pointer else {(result, True)})


def _onward(block: Block, signs: Signs, names: Collection[str]) -> list[tuple[int, Signs]]:
    known = dict(signs)
    if block.kind == "branch" and block.right != "0" and known.get(block.left) and block.op in ("==", "!="):
        # That it fails is known; that it fails with just this number is not.
        return [(block.succs[block.op == "=="], signs)]
    if block.kind != "branch" or block.right != "0" or (block.left not in known and block.left not in names):
        return [(succ, signs) for succ in block.succs]
    if block.left in known and block.op in (">", "<="):  # errors are negative
        return [(block.succs[block.op == ">"], signs)]
    sides = {"!=": (True, False), "<": (True, False), ">=": (False, True)}
    result = []
    for succ, sign in zip(block.succs, sides.get(block.op, (None, None)), strict=False):
        if sign is None:
            result.append((succ, signs))
        elif known.get(block.left, sign) == sign:
            result.append((succ, signs | {(block.left, sign)}))
    return result


def outcomes(
    body: Body,
    place: Place,
    known: Signs = frozenset(),
    stops: Callable[[Event], bool] | None = None,
    errors: Errors = _NONE,
) -> frozenset[bool | None]:
    """How a function may end once control was at ``place``: failing, succeeding, or not known (None).

    ``known`` is what the event there tells of its result.  Paths that
    come to an event that ``stops`` afterwards are left out; empty where no other is left.
    """
    names = {b.left for b in body.blocks if b.kind == "return" and b.left.isidentifier()}
    ends: set[bool | None] = set()
    complete = True

    def leave(where: Place, event: Event | None, signs: Signs) -> bool:
        if event is None and body.blocks[where.block].kind == "return":
            ends.add(sign_of(body.blocks[where.block].left, signs))
        return event is None or stops is None or not stops(event)

    first = body.blocks[place.block].events[place.index]
    for signs in signs_at(body, place, names, errors):
        after = _after(first, signs, names, errors) | known
        complete &= walk(body, Place(place.block, place.index + 1), after, names, leave, errors)
    return frozenset(ends) if complete else frozenset({None})


def signs_at(body: Body, place: Place, names: Collection[str], errors: Errors = _NONE) -> frozenset[Signs]:
    """What may be known of ``names`` when control comes to a place, for each way there."""
    found: set[Signs] = set()

    def visit(where: Place, _event: Event | None, signs: Signs) -> bool:
        if where == place:
            found.add(signs)
        return where != place

    complete = walk(body, Place(0, 0), frozenset(), names, visit, errors) if names else False
    return frozenset(found) if complete and found else frozenset({frozenset()})


def tested_at(body: Body, place: Place) -> tuple[str, ...]:
    """The variables whose tests against 0 decide about a place."""
    blocks = (body.blocks[condition.block] for condition in conditions(body, place.block))
    return tuple({b.left: None for b in blocks if b.right == "0" and b.left.isidentifier()})
