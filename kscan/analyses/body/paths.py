"""Paths of one function with what their branches tell: signs of operands, kept while they matter.

A value is negative (an error code, an error pointer), zero (NULL, success) or positive (a
valid pointer, true): a *mask* says which of the three are possible.  Facts about an operand
are kept by its text until something stores to it, and only where a later test, copy or return
still asks for it, which is what keeps the number of states small.  Calls are taken not to
change fields: a field that is tested twice is most likely tested for the same reason.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec

from kscan.analyses.body.access import parse
from kscan.analyses.body.cfg import Place
from kscan.analyses.body.known import NO_OPERANDS, Facts, Known, Operands, Slices
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

_NAMES = regex(r"[A-Za-z_%]\w*")
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
    known: int  # the bits of what is known there
    state: S
    parent: Node[S] | None = None
    side: int = 0

    def decisions(self) -> Iterator[tuple[int, int]]:
        """The (block, successor's place) pairs that led here, latest first."""
        node = self
        while node.parent is not None:
            yield node.parent.block, node.side
            node = node.parent


Visit = Callable[[Place, "Event | None", Known, S, "Node[S]"], "S | None"]
"""Gets each event once what is known knows of it (and may add to that), and None at the end of a path.

Giving None ends the path."""

Decide = Callable[[Block, Known, S, "Node[S]"], "S | None"]
"""Gets each block at its end, before the branch or return; giving None ends the path."""


Sign = Callable[[str, S, "Node[S]"], int]
"""Tells the mask that an operand surely has at the end of the block where a node is; ANY for most."""


class _Step(NamedTuple):
    """One event: the bits it leaves known, whether it may tell more, and the operand that must be zero."""

    place: Place
    event: Event
    keeps: int
    works: bool = False
    stops: str = ""


_Effect = tuple[int, int] | None
"""What a block leaves known, and what it makes known, as bits; None where control stops in it."""

_Turns = tuple[tuple[int, int, int, int], ...]
"""Ways on from the end of a block: place among the successors, block, what is left known and made known."""


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
        self._ends: list[Slices[_Effect]] = [Slices() for _ in body.blocks]
        self._turns: list[Slices[_Turns]] = [Slices() for _ in body.blocks]
        self._wanted: dict[Place, int] = {}
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

    def asked_from(self, place: Place, known: Known) -> Facts:
        """What of ``known`` a later test, copy or return may ask for, from ``place`` on."""
        wanted = self._wanted.get(place)
        if wanted is None:
            block = self.body.blocks[place.block]
            live = 0
            for succ in block.succs:
                live |= self._live[succ]
            needed, given = self._effects(block, place.index)
            wanted = live & ~self._operands.bits(given) | self._operands.bits(needed)
            self._wanted[place] = wanted
        return self._operands.decoded(known.bits & wanted)

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
        queue = deque([Node(start.block, start.index, self._operands.encoded(f), state) for f in facts])
        looked = -1 if concerns is None else self._mentioning(concerns)
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
                effect = self._effect(node.block, node.known)
                if effect is None:
                    continue
                end, state = node.known & effect[0] | effect[1], node.state
            if decide is not None:
                decided = decide(block, self._operands.known(end), state, node)
                if decided is None:
                    continue
                state = decided
            if not block.succs:
                end_of = Place(node.block, len(block.events))
                visit(end_of, None, self._operands.known(end), state, node)
            for side, succ, keeps, given in self._onward(node.block, end):
                known = end & keeps | given
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
        sign: Sign[S] | None = None,
    ) -> bool:
        """As ``explore`` for a quick look: control goes every way, and ``visit`` is told no facts.

        So it sees all that it would see there, and more: where it finds nothing, nothing is to be found.
        ``sign`` tells the masks of operands that are surely known, so that tests of them go one way.
        """
        blocks = self.body.blocks
        queue = deque([Node(start.block, start.index, 0, state)])
        seen: set[tuple[int, S]] = set()
        while queue:
            node = queue.popleft()
            block, state = blocks[node.block], node.state
            nothing = NO_OPERANDS.known(0)
            for index in range(node.index, len(block.events)):
                after = visit(Place(node.block, index), block.events[index], nothing, state, node)
                if after is None:
                    break
                state = after
            else:
                if decide is not None:
                    decided = decide(block, nothing, state, node)
                    if decided is None:
                        continue
                    state = decided
                if not block.succs:
                    visit(Place(node.block, len(block.events)), None, nothing, state, node)
                mask = sign(block.left, state, node) if sign is not None and _is_sign_test(block) else ANY
                for side, succ in enumerate(block.succs):
                    if (succ, state) not in seen and (mask == ANY or mask & SIDES[block.op][side]):
                        if len(seen) >= MOST_STATES:
                            return False
                        seen.add((succ, state))
                        queue.append(Node(succ, 0, 0, state, node, side))
        return True

    def known(self, node: Node[S]) -> Facts:
        """What is known where a node starts."""
        return self._operands.decoded(node.known)

    def _mentioning(self, names: frozenset[str]) -> int:
        """The set of blocks, one bit each, with an event that mentions one of ``names``."""
        found = 0
        for name in names.intersection(self._mentions):
            found |= self._mentions[name]
        return found

    @cached_property
    def _mentions(self) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for number, mentioned in enumerate(self._names):
            for names in mentioned:
                for name in names:
                    found[name] |= 1 << number
        return found

    @cached_property
    def _names(self) -> list[list[frozenset[str]]]:
        """The names that each event mentions, by block."""
        return [[_mentioned(event) for event in block.events] for block in self.body.blocks]

    def _through(
        self, node: Node[S], visit: Visit[S], concerns: frozenset[str] | None
    ) -> tuple[int, S] | None:
        known, state, number = self._operands.known(node.known), node.state, node.block
        steps = self._steps[number]
        for index in range(node.index, len(steps)):
            step = steps[index]
            if step.works:
                if not self._survives(step, known):
                    return None
            else:
                known.bits &= step.keeps
            if concerns is None or not concerns.isdisjoint(self._names[number][index]):
                after = visit(step.place, step.event, known, state, node)
                if after is None:
                    return None
                state = after
        return known.bits, state

    def _effect(self, block: int, bits: int) -> _Effect:
        """What the events of a block do to ``bits`` at its start."""
        slices = self._ends[block]
        found = slices.of(bits)
        if found is not None:
            return found[0]
        known, keeps, effect = self._operands.known(bits), -1, None
        for step in self._steps[block]:
            keeps &= step.keeps
            if not step.works:
                known.bits &= step.keeps
            elif not self._survives(step, known):
                break
        else:
            effect = (keeps & ~known.written, known.bits & known.written)
        slices.note(known, bits, effect)
        return effect

    def _onward(self, number: int, bits: int) -> _Turns:
        """The ways on from the end of a block where ``bits`` are known, with what matters later of them."""
        slices = self._turns[number]
        found = slices.of(bits)
        if found is not None:
            return found[0]
        block, known = self.body.blocks[number], self._operands.known(bits)
        turns = []
        for side, refined in self._sides(block, known):
            succ = block.succs[side]
            live, written = self._live[succ], refined.written
            turns.append((side, succ, live & ~written, refined.bits & written & live))
        slices.note(known, bits, tuple(turns))
        return tuple(turns)

    @cached_property
    def _steps(self) -> list[tuple[_Step, ...]]:
        """What the events of each block do to facts."""
        return [
            tuple(self._step(Place(number, index), event) for index, event in enumerate(block.events))
            for number, block in enumerate(self.body.blocks)
        ]

    def _step(self, place: Place, event: Event) -> _Step:
        if isinstance(event, Assign):
            return _Step(place, event, ~self._operands.changed_by((_last_name(event.target),)), works=True)
        if not isinstance(event, Call):
            return _Step(place, event, -1)
        changed = [arg[1:] for arg in event.args if arg[:1] == "&" and arg[1:].isidentifier()]
        if event.loop:
            changed += [arg for arg in event.args if arg.isidentifier()]
        if event.result:
            changed.append(event.result)
        stops = event.args[0] if self._apis.predicates.get(event.callee) == "stops_if" and event.args else ""
        return _Step(place, event, ~self._operands.changed_by(changed), bool(stops), stops)

    # -- effects --------------------------------------------------------------

    def _survives(self, step: _Step, known: Known) -> bool:
        """Let an event take effect on what is known; False where control stops at it."""
        event = step.event
        if not isinstance(event, Assign):
            stays = self.narrow(known, step.stops, "!=", "0", holds=False)
            if stays is None:
                return False
            known.bits, known.written = stays.bits & step.keeps, stays.written
            return True
        mask = self.mask(event.value, known) if event.op == "=" else ANY
        if event.op == "++" and not self.mask(event.target, known) & NEGATIVE:
            mask = POSITIVE
        known.bits &= step.keeps
        if mask != ANY:
            known[event.target] = mask
        if event.op == "=" and event.value in self._named.get(event.target, ()):
            known.update(self._is_one(event.target, event.value))
        return True

    def mask(self, operand: str, facts: Known) -> int:
        """What the operand may be."""
        known = facts.get(operand)
        if known == ANY and operand in self._again:
            known = facts.get(self._again[operand])
        if known != ANY:
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

    def _sides(self, block: Block, facts: Known) -> Iterator[tuple[int, Known]]:
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

    def narrow(self, facts: Known, left: str, op: str, right: str, *, holds: bool) -> Known | None:
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
            refined.update(self._is_one(left, right))
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

    def _to_mask(self, facts: Known, operand: str, wanted: int) -> Known | None:
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

    def _through_predicate(self, facts: Known, call: Call, mask: int) -> Known | None:
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

    def _through_text(self, facts: Known, operand: str, mask: int) -> Known | None:
        """Facts of what a compared text such as ``ret<0`` holds inside."""
        match = _COMPARED.fullmatch(operand)
        if match is None or mask not in (ZERO, NEGATIVE | POSITIVE, POSITIVE) or not (match[1] or match[3]):
            return facts
        if match[1]:
            return self._to_mask(facts, match[2], ZERO if mask != ZERO else NEGATIVE | POSITIVE)
        return self.narrow(facts, match[2], match[3], match[4], holds=mask != ZERO)

    # -- what matters later ---------------------------------------------------

    @cached_property
    def _operands(self) -> Operands:
        """The operands that anything asks for."""
        operands = Operands()
        for block in self.body.blocks:
            operands.add(self._asked(block))
            for event in block.events:
                operands.add(self._asked_by(event))
        return operands

    @cached_property
    def _live(self) -> list[int]:
        """What may be asked for at the start of each block: needed there, or later and not set before.

        A set of operands has their bits.
        """
        blocks = self.body.blocks
        effects = [self._effects(block) for block in blocks]
        needed = [self._operands.bits(asked) for asked, _given in effects]
        kept = [~self._operands.bits(given) for _asked, given in effects]
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

    def _effects(self, block: Block, since: int = 0) -> tuple[set[str], set[str]]:
        """What a block asks for from an event on, and what it sets before it is asked for."""
        needed, given = set(self._asked(block)), set[str]()
        for event in reversed(block.events[since:]):
            if isinstance(event, Assign) and event.op == "=":
                needed.discard(event.target)
                given.add(event.target)
            elif isinstance(event, Call):
                needed.discard(event.result)
                given.add(event.result)
            needed.update(self._asked_by(event))
        return needed, given

    def _asked_by(self, event: Event) -> Iterable[str]:
        """What is asked for to tell what an event gives."""
        if isinstance(event, Assign):
            if constant(event.value) != ANY:
                return ()
            tested = _IS_NULL.fullmatch(event.value)
            return (event.value,) if tested is None else (event.value, tested[1])
        if not isinstance(event, Call):
            return ()
        asked = event.args if event.callee in self._apis.predicates else ()
        return (*asked, self._again[event.result]) if event.result in self._again else asked

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


def _is_sign_test(block: Block) -> bool:
    """Whether a block ends with a test of a sign."""
    return block.kind == "branch" and block.right == "0" and block.op in SIDES


def _mentioned(event: Event) -> frozenset[str]:
    """The names that an event mentions."""
    if isinstance(event, Assign):
        return names_in(event.target) | names_in(event.value)
    if not isinstance(event, Call):
        return frozenset(event.names)
    return names_in(event.callee).union((event.result,), *map(names_in, event.args))


def _last_name(target: str) -> str:
    """What an assignment changes: a variable, or with ``.`` before it a field, of whatever object."""
    found: list[str] = _NAMES.findall(target)
    if not found:
        return ""
    return f".{found[-1]}" if "->" in target or "." in target else found[-1]


def shown(body: Body, decisions: list[tuple[int, int]]) -> list[tuple[Block, bool]]:
    """The branches among ``decisions`` (latest first), earliest first, each block once (its last turn)."""
    found: dict[int, bool] = {}
    for number, side in decisions:
        if body.blocks[number].kind == "branch":
            found.setdefault(number, side == 0)
    return [(body.blocks[n], found[n]) for n in reversed(found)]
