"""Paths of one function with what their branches tell: signs of operands, kept while they matter.

A value is negative (an error code, an error pointer), zero (NULL, success) or positive (a
valid pointer, true): a *mask* says which of the three are possible.  Facts about an operand
are kept by its text until something stores to it, and only where a later test, copy or return
still asks for it, which is what keeps the number of states small.  Calls are taken not to
change fields: a field that is tested twice is most likely tested for the same reason.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec

from kscan.analyses.access import parse
from kscan.analyses.cfg import Place
from kscan.facts.model import Assign, Block, Body, Call, Event
from kscan.kernel.apis import Apis
from kscan.regex import regex

NEGATIVE, ZERO, POSITIVE = 1, 2, 4
ANY = NEGATIVE | ZERO | POSITIVE
MOST_STATES = 2000
"""More than these, from one place of a function, are not looked at."""
MOST_OF_BODY = 12000
"""More than these, from all places of a function together, are not looked at (under a second)."""
_NOTHING: frozenset[str] = frozenset()

Facts = dict[str, int]
"""Masks of operands, by text; an operand that is not there may be anything."""

_NAMES = regex(r"[A-Za-z_%]\w*")
_FIELDS = regex(r"(?:->|\.)(\w+)")
_ROOTS = regex(r"(?<!->)(?<![.\w%])[%A-Za-z_]\w*")  # variables and temporaries, but for fields
_COMPARED = regex(r"(!?)([^!=<>&|+*/?()-]+(?:->[^!=<>&|+*/?()-]+)*)(?:(==|!=|<=|>=|<|>)(-?\w+))?")
_IS_NULL = regex(r"\(?([A-Za-z_%][\w.>-]*?)(==|!=)(?:NULL|0)\)?")  # as a flag keeps it
_COUNTS = regex(r"(?:^|_)(?:MAX|NUM|NR|COUNT|SIZE|ENTRIES)(?:_|$)")
_CONSTANTS = {
    "0": ZERO,
    "NULL": ZERO,
    "false": ZERO,
    "true": POSITIVE,
    "0UL": ZERO,
    "0L": ZERO,
    '""': POSITIVE,
}
_UNDER_WAY = frozenset(("-EINPROGRESS", "-EIOCBQUEUED"))  # it goes on, and somebody is told when it ends
SIDES = {
    "!=": (NEGATIVE | POSITIVE, ZERO),
    "==": (ZERO, NEGATIVE | POSITIVE),
    "<": (NEGATIVE, ZERO | POSITIVE),
    ">=": (ZERO | POSITIVE, NEGATIVE),
    ">": (POSITIVE, NEGATIVE | ZERO),
    "<=": (NEGATIVE | ZERO, POSITIVE),
}
"""What compares with 0 so, and what does not."""
S = TypeVar("S")


@lru_cache(maxsize=65536)
def names_in(operand: str) -> frozenset[str]:
    """The identifiers and temporaries that an operand's text holds."""
    return frozenset(_NAMES.findall(operand))


@lru_cache(maxsize=65536)
def constant(operand: str) -> int:
    """The mask of a constant; ANY for what is none."""
    known = _CONSTANTS.get(operand)
    if known is not None:
        return known
    if operand in _UNDER_WAY:
        return ANY
    if operand[:1] == "-" and operand[1:2].isalnum():
        return NEGATIVE
    if operand[:1].isdigit():
        return POSITIVE
    return POSITIVE if operand[:1] == "&" else ANY


def _is_named(operand: str) -> bool:
    """Whether an operand is a constant that has a name: an enumerator or a macro."""
    return operand.isidentifier() and operand.isupper() and constant(operand) == ANY


def _bounds(operand: str) -> bool:
    """Whether an operand is a positive number, or a constant whose name says that it counts something."""
    if operand[:1].isdigit():
        return constant(operand) == POSITIVE
    return operand.isidentifier() and operand.isupper() and _COUNTS.search(operand) is not None


_ORDERS = {"<": (-1,), "<=": (-1, 0), "==": (0,), "!=": (-1, 1), ">=": (0, 1), ">": (1,)}


@cache
def _may_hold(op: str, left: int, right: int, *, holds: bool) -> bool:
    """Whether a comparison can come out as ``holds``, by the signs (masks) of its sides."""
    if op not in _ORDERS:
        return True
    wanted = {order for order in (-1, 0, 1) if (order in _ORDERS[op]) == holds}
    signs = ((-1, NEGATIVE), (0, ZERO), (1, POSITIVE))
    for one, mask in signs:
        for other, its in signs:
            orders = {0} if one == other == 0 else {-1, 0, 1} if one == other else {-1 if one < other else 1}
            if left & mask and right & its and orders & wanted:
                return True
    return False


def _count(mask: int) -> int:
    """The mask of what is compared with another variable: nothing is below none of something."""
    return mask if mask != ANY else ZERO | POSITIVE


class Node(msgspec.Struct, Generic[S], eq=False):
    """A state at the start of a block; ``parent`` and ``side`` say how control came there."""

    block: int
    index: int
    known: int  # the number that Paths gave to what is known there
    state: S
    parent: Node[S] | None = None
    side: int = 0

    def decisions(self) -> Iterator[tuple[int, int]]:
        """The (block, successor's place) pairs that led here, latest first."""
        node = self
        while node.parent is not None:
            yield node.parent.block, node.side
            node = node.parent


Visit = Callable[[Place, "Event | None", Facts, S, "Node[S]"], "S | None"]
"""Gets each event once ``facts`` knows of it (and may add to them), and None at the end of a path.

Giving None ends the path."""

Decide = Callable[[Block, Facts, S, "Node[S]"], "S | None"]
"""Gets each block at its end, before the branch or return; giving None ends the path."""


class _Step(NamedTuple):
    """One event: the names it mentions, those whose facts it ends, and the operand that must be zero."""

    place: Place
    event: Event
    names: frozenset[str]
    forgets: tuple[str, ...] = ()
    stops: str = ""
    sets: bool = False  # it gives something a value of which more may be known


_Turns = tuple[tuple[int, int, int], ...]
"""Ways on from the end of a block: place among the successors, block, number of what is known there."""


class Paths:
    """The paths of one body.

    What the events of a block and its branch do to what is known does not depend on who asks, so it
    is worked out once: many questions are asked about one body, and most blocks concern none of them.
    """

    def __init__(self, body: Body, apis: Apis, too_many: Callable[[], object] = lambda: None) -> None:
        """``too_many`` is called where a question about the body has too many states to be answered."""
        self.body = body
        self._too_many = too_many
        self._apis = apis
        self.calls = {e.result: e for b in body.blocks for e in b.events if isinstance(e, Call) and e.result}
        self._bits: dict[str, int] = {}
        self._facts: list[Facts] = []
        self._numbers: dict[frozenset[tuple[str, int]], int] = {}
        self._ends: dict[tuple[int, int], int] = {}
        self._turns: dict[tuple[int, int], _Turns] = {}
        self.states = 0
        """States looked at so far."""

    @cached_property
    def _again(self) -> dict[str, str]:
        """The results of calls that are made twice with the same arguments, with the text of the call.

        Whatever such a call asks about, it most likely answers the same each time.
        """
        texts: dict[str, list[str]] = defaultdict(list)
        for result, call in self.calls.items():
            text = any('""' in arg for arg in call.args)  # of which facts keep no more than that it is one
            if call.callee.isidentifier() and not (call.loop or text or self._apis.changes(call.callee)):
                texts[f"{call.callee}({','.join(call.args)})"].append(result)
        return {r: text for text, results in texts.items() if len(results) > 1 for r in results}

    @cached_property
    def _named(self) -> dict[str, frozenset[str]]:
        """What is compared with two named constants or more, or set to them, with these."""
        named: dict[str, set[str]] = defaultdict(set)
        for block in self.body.blocks:
            if block.kind == "branch" and block.op in ("==", "!=") and _is_named(block.right):
                named[block.left].add(block.right)
        for block in self.body.blocks if named else ():
            for event in block.events:
                if isinstance(event, Assign) and event.target in named and _is_named(event.value):
                    named[event.target].add(event.value)
        return {left: frozenset(names) for left, names in named.items() if len(names) > 1}

    def same(self, temporary: str) -> tuple[str, ...]:
        """The results of the calls that ask the same as the one that gave ``temporary``."""
        text = self._again.get(temporary)
        return tuple(r for r, t in self._again.items() if t == text) if text else ()

    @cached_property
    def _flows(self) -> dict[str, set[str]]:
        """Which names may hold something that a name was given, in one step."""
        flows: dict[str, set[str]] = defaultdict(set)
        for block in self.body.blocks:
            for event in block.events:
                if isinstance(event, Assign):
                    for name in names_in(event.value):
                        flows[name] |= names_in(event.target)
                elif isinstance(event, Call) and event.result:
                    for arg in event.args:
                        for name in names_in(arg):
                            flows[name].add(event.result)
        return flows

    def concerning(self, names: Iterable[str]) -> frozenset[str]:
        """The names that may come to hold what ``names`` hold, on any path."""
        found, pending = set(names), list(names)
        while pending:
            new = self._flows.get(pending.pop(), _NOTHING) - found
            found |= new
            pending.extend(new)
        return frozenset(found)

    def asked_from(self, place: Place, facts: Facts) -> Facts:
        """What of ``facts`` a later test, copy or return may ask for, from ``place`` on."""
        block = self.body.blocks[place.block]
        live, bits = 0, self._bits
        for succ in block.succs:
            live |= self._live[succ]
        needed, given = self._effects(block, place.index)
        return {k: v for k, v in facts.items() if k in needed or (bits.get(k, 0) & live and k not in given)}

    def explore(
        self,
        start: Place,
        facts: Iterable[Facts],
        state: S,
        visit: Visit[S],
        decide: Decide[S] | None = None,
        concerns: frozenset[str] | None = None,
    ) -> bool:
        """Follow every path from ``start``, nearest blocks first; False where there were too many states.

        ``facts`` are the alternatives of what is known there.  Events that mention none of
        the names in ``concerns`` are not visited.
        """
        queue = deque([Node(start.block, start.index, self._number(known), state) for known in facts])
        looked = self._mentioning(concerns)
        seen: set[tuple[int, int, S]] = set()
        while queue:
            node = queue.popleft()
            self.states += 1
            block = self.body.blocks[node.block]
            if looked >> node.block & 1 or node.index:
                after = self._through(node, visit, concerns)
                if after is None:
                    continue
                end, state = after
            else:
                end, state = self._end(node.block, node.known), node.state
                if end < 0:
                    continue
            if decide is not None:
                decided = decide(block, self._facts[end], state, node)
                if decided is None:
                    continue
                state = decided
            if not block.succs:
                visit(Place(node.block, len(block.events)), None, self._facts[end], state, node)
            for side, succ, known in self._onward(node.block, end):
                key = (succ, known, state)
                if key not in seen:
                    if len(seen) >= MOST_STATES or self.states >= MOST_OF_BODY:
                        self._too_many()
                        return False
                    seen.add(key)
                    queue.append(Node(succ, 0, known, state, node, side))
        return True

    def skim(
        self,
        start: Place,
        state: S,
        visit: Visit[S],
        decide: Decide[S] | None = None,
        zero: Callable[[str, S], bool] | None = None,
    ) -> bool:
        """As ``explore`` for a quick look: control goes every way, and ``visit`` is told no facts.

        So it sees all that it would see there, and more: where it finds nothing, nothing is to be found.
        ``zero`` says which operands surely are zero in a state, so that tests of them go one way.
        """
        blocks = self.body.blocks
        queue = deque([Node(start.block, start.index, 0, state)])
        seen: set[tuple[int, S]] = set()
        while queue:
            node = queue.popleft()
            block, state = blocks[node.block], node.state
            for index in range(node.index, len(block.events)):
                after = visit(Place(node.block, index), block.events[index], {}, state, node)
                if after is None:
                    break
                state = after
            else:
                if decide is not None:
                    decided = decide(block, {}, state, node)
                    if decided is None:
                        continue
                    state = decided
                if not block.succs:
                    visit(Place(node.block, len(block.events)), None, {}, state, node)
                equal = block.op == "==" if block.op in ("==", "!=") and block.right == "0" else None
                sure = zero is not None and equal is not None and zero(block.left, state)
                for side, succ in enumerate(block.succs):
                    if (succ, state) not in seen and not (sure and equal != (side == 0)):
                        if len(seen) >= MOST_STATES:
                            return False
                        seen.add((succ, state))
                        queue.append(Node(succ, 0, 0, state, node, side))
        return True

    def known(self, node: Node[S]) -> Facts:
        """What is known where a node starts."""
        return self._facts[node.known]

    def _number(self, facts: Facts) -> int:
        """The number that stands for ``facts``, which nobody changes from now on."""
        key = frozenset(facts.items())
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._facts)
            self._facts.append(facts)
        return number

    def _mentioning(self, concerns: frozenset[str] | None) -> int:
        """The set of blocks, one bit each, with an event that mentions one of ``concerns``."""
        if concerns is None:
            return -1
        found = 0
        for name in concerns.intersection(self._mentions):
            found |= self._mentions[name]
        return found

    @property
    def named(self) -> Collection[str]:
        """The names that events of the body mention."""
        return self._mentions

    @cached_property
    def _mentions(self) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for number, steps in enumerate(self._steps):
            for step in steps:
                for name in step.names:
                    found[name] |= 1 << number
        return found

    def _through(
        self, node: Node[S], visit: Visit[S], concerns: frozenset[str] | None
    ) -> tuple[int, S] | None:
        facts, state = dict(self._facts[node.known]), node.state
        steps = self._steps[node.block]
        for step in steps[node.index :] if node.index else steps:
            if step.sets or step.stops:
                if not self._survives(step, facts):
                    return None
            elif facts:
                _forget(step.forgets, facts)
            if concerns is None or not concerns.isdisjoint(step.names):
                after = visit(step.place, step.event, facts, state, node)
                if after is None:
                    return None
                state = after
        return self._number(facts), state

    def _end(self, block: int, known: int) -> int:
        """What is known at the end of a block with ``known`` at its start; -1 where control stops in it."""
        key = (block, known)
        end = self._ends.get(key)
        if end is None:
            facts = dict(self._facts[known])
            for step in self._steps[block]:
                if step.sets or step.stops:
                    if not self._survives(step, facts):
                        end = -1
                        break
                elif facts:
                    _forget(step.forgets, facts)
            else:
                end = self._number(facts)
            self._ends[key] = end
        return end

    def _onward(self, number: int, end: int) -> _Turns:
        """The ways on from the end of a block where ``end`` is known, with what matters later of it."""
        key = (number, end)
        turns = self._turns.get(key)
        if turns is None:
            block = self.body.blocks[number]
            found = []
            bits = self._bits
            for side, refined in self._sides(block, self._facts[end]):
                succ = block.succs[side]
                if refined:
                    live = self._live[succ]
                    refined = {k: v for k, v in refined.items() if bits.get(k, 0) & live}  # noqa: PLW2901
                found.append((side, succ, self._number(refined)))
            turns = self._turns[key] = tuple(found)
        return turns

    @cached_property
    def _steps(self) -> list[tuple[_Step, ...]]:
        """What the events of each block do to facts."""
        return [
            tuple(self._step(Place(number, index), event) for index, event in enumerate(block.events))
            for number, block in enumerate(self.body.blocks)
        ]

    def _step(self, place: Place, event: Event) -> _Step:
        if isinstance(event, Assign):
            return _Step(
                place,
                event,
                names_in(event.target) | names_in(event.value),
                (_last_name(event.target),),
                sets=True,
            )
        if not isinstance(event, Call):
            return _Step(place, event, frozenset(event.names))
        changed = [arg[1:] for arg in event.args if arg[:1] == "&" and arg[1:].isidentifier()]
        if event.loop:
            changed += [arg for arg in event.args if arg.isidentifier()]
        if event.result:
            changed.append(event.result)
        stops = event.args[0] if self._apis.predicates.get(event.callee) == "stops_if" and event.args else ""
        names = names_in(event.callee).union((event.result,), *(names_in(arg) for arg in event.args))
        return _Step(place, event, names, tuple(changed), stops)

    # -- effects --------------------------------------------------------------

    def _survives(self, step: _Step, facts: Facts) -> bool:
        """Let an event take effect on ``facts``; False where control stops at it."""
        event = step.event
        if isinstance(event, Assign):
            mask = self.mask(event.value, facts) if event.op == "=" else ANY
            if event.op == "++" and not self.mask(event.target, facts) & NEGATIVE:
                mask = POSITIVE
            _forget(step.forgets, facts)
            if mask != ANY:
                facts[event.target] = mask
            if event.op == "=" and event.value in self._named.get(event.target, ()):
                facts.update(self._is_one(event.target, event.value))
            return True
        if step.stops:
            stays = self.narrow(facts, step.stops, "!=", "0", holds=False)
            if stays is None:
                return False
            facts.update(stays)
        _forget(step.forgets, facts)
        return True

    def mask(self, operand: str, facts: Facts) -> int:
        """What the operand may be."""
        known = facts.get(operand)
        if known is None and operand in self._again:
            known = facts.get(self._again[operand])
        if known is not None:
            return known
        if operand[:1] == "!" and parse(operand[1:]) is not None:
            inner = self.mask(operand[1:], facts)
            return POSITIVE if inner == ZERO else ANY if inner & ZERO else ZERO
        call = self.calls.get(operand)
        role = self._apis.predicates.get(call.callee) if call is not None else None
        if call is None or role is None or not call.args:
            tested = _IS_NULL.fullmatch(operand)
            if tested is None:
                return constant(operand)
            inner = self.mask(tested[1], facts)
            if inner == ANY or (inner & ZERO and inner != ZERO):
                return ANY
            return POSITIVE if (inner == ZERO) == (tested[2] == "==") else ZERO
        if role in ("err_ptr", "err_cast", "err_of"):
            return NEGATIVE
        inner = self.mask(call.args[0], facts)
        if role == "err_or_zero":
            return NEGATIVE if inner == NEGATIVE else ZERO if not inner & NEGATIVE else NEGATIVE | ZERO
        return inner if role == "same" or (role == "translates" and inner == POSITIVE) else ANY

    # -- branches -------------------------------------------------------------

    def _sides(self, block: Block, facts: Facts) -> Iterator[tuple[int, Facts]]:
        if block.kind != "branch":
            for side in range(len(block.succs)):
                yield side, facts
            return
        turned = self._turned(block)
        for side in (0, 1):
            refined = self.narrow(facts, block.left, block.op, block.right, holds=side == 0)
            if refined is None or (turned and side == 1 and turned not in facts):
                continue
            yield side, refined | {turned: POSITIVE} if turned and side == 0 else refined

    def _turned(self, block: Block) -> str:
        """What stands for "the body has run" where a block tests a loop that always runs once; else empty."""
        call = self.calls.get(block.left)
        always = call is not None and call.loop and call.callee in self._apis.always_turns
        return f"turned {block.left}" if always and (block.op, block.right) == ("!=", "0") else ""

    def narrow(self, facts: Facts, left: str, op: str, right: str, *, holds: bool) -> Facts | None:
        """``facts`` where ``left op right`` holds (or does not); None where it cannot."""
        if right == "0" and op in SIDES:
            return self._to_mask(facts, left, SIDES[op][0 if holds else 1])
        if op in ("<", ">=") and holds != (op == "<") and _bounds(right) and self.mask(left, facts) == ZERO:
            return None  # a counter that has just been set to zero is below its bound
        one, other = self.mask(left, facts), self.mask(right, facts)
        if not _may_hold(op, _count(one), _count(other), holds=holds):
            return None
        key = f"{left} {op if op != '!=' else '=='} {right}"
        truth = POSITIVE if holds == (op != "!=") else ZERO
        if facts.get(key, truth) != truth:
            return None
        refined = facts | {key: truth}
        if op in ("==", "!=") and truth == POSITIVE and right in self._named.get(left, ()):
            refined |= self._is_one(left, right)
        if op in ("==", "!=") and truth == POSITIVE:
            return self._to_mask(refined, left, self.mask(right, facts))
        if op in ("==", "!=") and self.mask(right, facts) == ZERO:
            return self._to_mask(refined, left, NEGATIVE | POSITIVE)
        return refined

    def _is_one(self, left: str, constant_name: str) -> Facts:
        """That ``left`` is one named constant, and none of the others that it is compared with."""
        return {
            f"{left} == {name}": POSITIVE if name == constant_name else ZERO for name in self._named[left]
        }

    def _to_mask(self, facts: Facts, operand: str, wanted: int) -> Facts | None:
        mask = self.mask(operand, facts) & wanted
        if not mask:
            return None
        if mask == ANY:
            return facts
        refined = facts | {operand: mask}
        if operand in self._again:
            refined[self._again[operand]] = mask
        call = self.calls.get(operand)
        if call is not None and call.args:
            return self._through_predicate(refined, call, mask)
        return (
            refined
            if operand.isidentifier() or operand[:1] == "%"
            else self._through_text(refined, operand, mask)
        )

    def _through_predicate(self, facts: Facts, call: Call, mask: int) -> Facts | None:
        loop = self._apis.loops.get(call.callee) if call.loop else None
        if loop is not None and loop.cursor < len(call.args):
            return self._to_mask(facts, call.args[loop.cursor], ZERO if mask == ZERO else POSITIVE)
        role = self._apis.predicates.get(call.callee)
        if role == "err_of" and mask == NEGATIVE:
            return self._to_mask(facts, call.args[0], NEGATIVE)  # it is one code or other
        true = {
            "is_err": NEGATIVE,
            "is_err_or_null": NEGATIVE | ZERO,
            "is_null": ZERO,
            "err_or_zero": NEGATIVE,
        }
        if role in true:
            if mask == ZERO:
                return self._to_mask(facts, call.args[0], ANY & ~true[role])
            return facts if mask & ZERO else self._to_mask(facts, call.args[0], true[role])
        return self._to_mask(facts, call.args[0], mask) if role == "same" else facts

    def _through_text(self, facts: Facts, operand: str, mask: int) -> Facts | None:
        """Facts of what a compared text such as ``ret<0`` holds inside."""
        match = _COMPARED.fullmatch(operand)
        if match is None or mask not in (ZERO, NEGATIVE | POSITIVE, POSITIVE) or not (match[1] or match[3]):
            return facts
        if match[1]:
            return self._to_mask(facts, match[2], ZERO if mask != ZERO else NEGATIVE | POSITIVE)
        return self.narrow(facts, match[2], match[3], match[4], holds=mask != ZERO)

    # -- what matters later ---------------------------------------------------

    @cached_property
    def _live(self) -> list[int]:
        """What may be asked for at the start of each block: needed there, or later and not set before.

        A set of operands has one bit for each, as ``_bits`` says.
        """
        blocks = self.body.blocks
        needed, kept = [], []
        for block in blocks:
            asked, given = self._effects(block)
            needed.append(self._as_bits(asked))
            kept.append(~self._as_bits(given))
        live = list(needed)
        changed = True
        while changed:
            changed = False
            for number in range(len(blocks) - 1, -1, -1):
                after = 0
                for succ in blocks[number].succs:
                    after |= live[succ]
                after = (after & kept[number]) | needed[number]
                if after != live[number]:
                    live[number] = after
                    changed = True
        return live

    def _as_bits(self, operands: Iterable[str]) -> int:
        bits, found = self._bits, 0
        for operand in operands:
            bit = bits.get(operand)
            if bit is None:
                bit = bits[operand] = 1 << len(bits)
            found |= bit
        return found

    def _effects(self, block: Block, since: int = 0) -> tuple[set[str], set[str]]:
        """What a block asks for from an event on, and what it sets before it is asked for."""
        needed, given = set(self._asked(block)), set[str]()
        for event in reversed(block.events[since:]):
            if isinstance(event, Assign):
                if event.op == "=":
                    needed.discard(event.target)
                    given.add(event.target)
                if constant(event.value) == ANY:
                    needed.add(event.value)
                    tested = _IS_NULL.fullmatch(event.value)
                    if tested is not None:
                        needed.add(tested[1])
            elif isinstance(event, Call):
                needed.discard(event.result)
                given.add(event.result)
                if event.result in self._again:
                    needed.add(self._again[event.result])
                if event.callee in self._apis.predicates:
                    needed.update(event.args)
        return needed, given

    def _asked(self, block: Block) -> Iterator[str]:
        if block.kind == "return":
            yield block.left
        if block.kind == "branch":
            if self._turned(block):
                yield self._turned(block)
            yield block.left
            yield block.right
            if block.right != "0":
                yield f"{block.left} {block.op if block.op != '!=' else '=='} {block.right}"
            match = _COMPARED.fullmatch(block.left)
            if match is not None:
                yield match[2]
            if block.right[:1] == "!":
                yield block.right[1:]


def _last_name(target: str) -> str:
    """What an assignment changes: a variable, or with ``.`` before it a field, of whatever object."""
    found: list[str] = _NAMES.findall(target)
    if not found:
        return ""
    return f".{found[-1]}" if "->" in target or "." in target else found[-1]


@lru_cache(maxsize=65536)
def _changed_by(operand: str) -> frozenset[str]:
    """The names, as of _last_name(), on which the value of an operand depends."""
    return frozenset((*_ROOTS.findall(operand), *(f".{name}" for name in _FIELDS.findall(operand))))


def _forget(names: tuple[str, ...], facts: Facts) -> None:
    if facts:
        for key in [k for k in facts if not _changed_by(k).isdisjoint(names)]:
            del facts[key]


def shown(body: Body, decisions: list[tuple[int, int]]) -> list[tuple[Block, bool]]:
    """The branches among ``decisions`` (latest first), earliest first, each block once (its last turn)."""
    found: dict[int, bool] = {}
    for number, side in decisions:
        if body.blocks[number].kind == "branch":
            found.setdefault(number, side == 0)
    return [(body.blocks[n], found[n]) for n in reversed(found)]
