"""Error codes that get lost: a failure after which a function returns the zero of an earlier success.

One variable is followed, the one that is returned, by what it may be at each edge of the CFG:
a data-flow analysis, so its cost is linear.  Zeroes are told apart by where they come from:
one that was written down may be meant, one that a test for success has left behind is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import cached_property

import msgspec

from kscan.analyses.body.access import parse
from kscan.analyses.body.cfg import equates
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.paths import NEGATIVE, POSITIVE, ZERO, constant
from kscan.facts.model import Assign, Block, Body, Call
from kscan.kernel.apis import Acquire, Apis, Release
from kscan.link.edges import Func
from kscan.link.program import Program

LEFT = 8
"""A zero that a test for success has left behind; ZERO is one that was written."""
_ANYTHING = NEGATIVE | ZERO | POSITIVE | LEFT
_RESULT = NEGATIVE | POSITIVE | LEFT
_ZEROES = ZERO | LEFT
_CODES = frozenset(
    {"int", "long", "long long", "signed", "signed int", "ssize_t", "s32", "s64", "int32_t", "int64_t"}
)
_SIDES = {
    "!=": (NEGATIVE | POSITIVE, _ZEROES),
    "==": (_ZEROES, NEGATIVE | POSITIVE),
    "<": (NEGATIVE, POSITIVE | _ZEROES),
    ">=": (POSITIVE | _ZEROES, NEGATIVE),
    ">": (POSITIVE, NEGATIVE | _ZEROES),
    "<=": (NEGATIVE | _ZEROES, POSITIVE),
}
_SHORT = 3  # blocks that are looked back for where a tested value comes from

NULL, ERROR_POINTER, ERROR_CODE, SAID, UNDONE = "null", "error pointer", "error code", "said", "undone"
"""What shows that a branch means failure."""


class Lost(msgspec.Struct, frozen=True):
    """A failing branch of ``func`` after which ``name``, still zero, is returned."""

    func: Func
    block: int
    side: int
    name: str
    evidence: str  # one of the names above
    call: Call | None  # what failed
    returned: int  # the block that returns


def returns_code(func: Func) -> bool:
    """Whether the type of a function's result can be an error number."""
    return is_code(func.fact.returns)


def is_code(kind: str) -> bool:
    """Whether a C type, with or without storage class, can be that of an error number."""
    return kind.removeprefix("static ").removeprefix("inline ").strip() in _CODES


class Status:
    """The variable that a body returns, and its exits."""

    def __init__(self, func: Func, name: str, apis: Apis) -> None:
        self._func = func
        self._body = func.fact.body
        self._name = name
        self._apis = apis
        self._exits: dict[int, set[int]] = {}
        self._calls = {e.result: e for b in self._body.blocks for e in b.events if isinstance(e, Call)}

    # -- what it may be -------------------------------------------------------

    @cached_property
    def _edges(self) -> dict[tuple[int, int], int]:
        """What the variable may be along each edge (block, successor's place) that control can take."""
        start = _ANYTHING if any(p.name == self._name for p in self._func.params) else 0
        return self._flow(0, start, {})

    def _flow(self, first: int, start: int, entry: dict[int, int]) -> dict[tuple[int, int], int]:
        """What it may be at each edge, from ``start`` at ``first`` on; ``entry`` is filled for the blocks."""
        entry[first] = start
        edges: dict[tuple[int, int], int] = {}
        pending = deque([first])
        while pending:
            number = pending.popleft()
            block = self._body.blocks[number]
            after = self._through(number, entry[number])
            for side, succ in enumerate(block.succs):
                mask = self._refined(block, side, after)
                if not mask and after:
                    continue
                edges[number, side] = mask
                if succ not in entry or entry[succ] | mask != entry[succ]:
                    entry[succ] = entry.get(succ, 0) | mask
                    pending.append(succ)
        return edges

    def may_succeed(self, number: int) -> bool:
        """Whether the return at block ``number`` may give 0: not where every way there failed."""
        return bool(self._through(number, self._at(number)) & _ZEROES)

    def fails_from(self, number: int) -> bool:
        """Whether every way from block ``number`` returns the variable with an error code in it."""
        start = self._at(number)
        if not start or start & _ZEROES:
            return False
        entry: dict[int, int] = {}
        self._flow(number, start, entry)
        blocks = self._body.blocks
        ends = [(blocks[n], self._through(n, mask)) for n, mask in entry.items()]
        returns = [(b, mask) for b, mask in ends if b.kind == "return"]
        return bool(returns) and all(b.left == self._name and not mask & _ZEROES for b, mask in returns)

    def _at(self, number: int) -> int:
        """What the variable may be at the start of a block."""
        blocks = self._body.blocks
        found = 0 if number else ZERO
        for (pred, side), mask in self._edges.items():
            if blocks[pred].succs[side] == number:
                found |= mask
        return found

    def _through(self, number: int, mask: int) -> int:
        """What it may be at the end of a block, by what it may be at its start."""
        given = self._given[number]
        return mask if given is None else given

    @cached_property
    def _given(self) -> list[int | None]:
        """What each block leaves it at; None for one that does not set it."""
        return [self._gives(block) for block in self._body.blocks]

    def _gives(self, block: Block) -> int | None:
        name, mask = self._name, None
        for event in block.events:
            if isinstance(event, Assign):
                if event.target == name:
                    mask = self._value(event.value) if event.op == "=" else _ANYTHING
            elif isinstance(event, Call) and (
                f"&{name}" in event.args or (event.loop and name in event.args)
            ):
                mask = _ANYTHING
        return mask

    def _value(self, value: str) -> int:
        call = self._calls.get(value)
        if call is not None:
            return NEGATIVE if self._apis.predicates.get(call.callee) == "err_of" else _RESULT
        mask = constant(value)
        if mask in (NEGATIVE, ZERO, POSITIVE):
            return mask
        if not value.isidentifier():
            return _ANYTHING
        return NEGATIVE | ZERO | POSITIVE if value.isupper() else _RESULT  # a constant that has a name

    def _refined(self, block: Block, side: int, mask: int) -> int:
        if block.kind != "branch" or block.left != self._name or not mask:
            return mask
        if block.right == "0" and block.op in _SIDES:
            return mask & _SIDES[block.op][side]
        if equates(block, side):
            right = constant(block.right)
            return mask & right if right in (NEGATIVE, POSITIVE) else mask
        return mask

    # -- exits ----------------------------------------------------------------

    def lost(self) -> Iterator[Lost]:
        """The failures whose code is lost; of an `a || b` the first."""
        told: set[tuple[int, int]] = set()
        for (number, side), mask in self._edges.items():
            block = self._body.blocks[number]
            if (
                block.kind == "branch"
                and block.left != self._name
                and block.op != "config"
                and mask & _ZEROES
            ):
                found = self._judged(number, side, mask)
                if found is not None and (block.line, block.succs[side]) not in told:
                    told.add((block.line, block.succs[side]))
                    yield found

    def _judged(self, number: int, side: int, mask: int) -> Lost | None:
        target = self._body.blocks[number].succs[side]
        evidence, call = self._failure(number, side)
        # After a failed allocation it does not matter that another way here may have left a code.
        returned = self._returned(target, LEFT if evidence == NULL and mask & LEFT else mask)
        if returned is None:
            return None
        if evidence == "" and call is None and self._is_callers(number):
            return None
        if number in self._ending_at(returned):
            skipped = self._skipped(number, side) if mask == LEFT else None
            if skipped is None:
                return None
            matters = any(self._given[n] is not None for n in skipped)  # or it is but a cache
            evidence = SAID if self._said(target) else evidence if evidence == NULL and matters else ""
        elif evidence not in (NULL, ERROR_CODE, ERROR_POINTER):
            said, undone = self._said(target), call is not None and self._undoes(target)
            evidence = SAID if said else UNDONE if undone else ""
            if mask & ZERO or not self._good(returned):
                return None
            if evidence == UNDONE and not self._succeeds_elsewhere(number, side):
                return None  # success may give back the same
        return Lost(self._func, number, side, self._name, evidence, call, returned) if evidence else None

    def _succeeds_elsewhere(self, number: int, side: int) -> bool:
        """Whether what comes after the other side of a branch may return a success of its own."""
        other = self._body.blocks[number].succs[1 - side]
        reached = {other} | _bits(flow_of(self._body).after[other])
        blocks = [self._body.blocks[n] for n in reached]
        return any(
            b.kind == "return" and b.left != self._name and constant(b.left) != NEGATIVE for b in blocks
        )

    def _is_callers(self, number: int) -> bool:
        """Whether a branch looks at something in what a caller gave: the caller may look there too."""
        found = parse(self._body.blocks[number].left)
        return (
            found is not None and bool(found.fields) and any(p.name == found.base for p in self._func.params)
        )

    @cached_property
    def _elsewhere(self) -> int:
        """The set of blocks that return something else."""
        blocks = enumerate(self._body.blocks)
        return sum(1 << n for n, b in blocks if b.kind == "return" and b.left != self._name)

    def _ending_at(self, returned: int) -> set[int]:
        """The blocks from which every way leads to the return at ``returned``."""
        found = self._exits.get(returned)
        if found is None:
            after = flow_of(self._body).after
            others = sum(
                1 << n for n, b in enumerate(self._body.blocks) if b.kind == "return" and n != returned
            )
            found = self._exits[returned] = {
                n
                for n, bits in enumerate(after)
                if n == returned or (bits >> returned & 1 and not bits & others)
            }
        return found

    def _good(self, returned: int) -> bool:
        """Whether other branches come to an exit with an error code."""
        exit_ = self._ending_at(returned)
        blocks = self._body.blocks
        return any(
            m and not m & _ZEROES
            for (n, s), m in self._edges.items()
            if n not in exit_ and blocks[n].succs[s] in exit_
        )

    def _skipped(self, number: int, side: int) -> set[int] | None:
        """The blocks that one side of a branch leaves out, as others do with an error code; else None."""
        block, after = self._body.blocks[number], flow_of(self._body).after
        target, other = block.succs[side], block.succs[1 - side]
        if after[other] >> number & 1:
            return None  # it only leaves a loop
        inside = {target} | _bits(after[target])
        beyond = ({other} | _bits(after[other])) - inside
        blocks = self._body.blocks
        good = any(
            m and not m & _ZEROES
            for (n, s), m in self._edges.items()
            if n not in inside and blocks[n].succs[s] in inside
        )
        return beyond if good and any(isinstance(e, Call) for n in beyond for e in blocks[n].events) else None

    def _returned(self, target: int, mask: int) -> int | None:
        """The block that returns the variable, still zero and not set to it, on every way from ``target``."""
        reached = flow_of(self._body).after[target] | 1 << target
        if reached & self._elsewhere:
            return None
        entry: dict[int, int] = {}
        self._flow(target, mask, entry)
        found = None
        for number, at_entry in entry.items():
            block = self._body.blocks[number]
            if block.kind == "return":
                left = self._through(number, at_entry)
                if block.left != self._name or not _is_zero(left) or left & ZERO & ~mask:
                    return None
                found = number
        return found

    # -- failures -------------------------------------------------------------

    def _failure(self, number: int, side: int) -> tuple[str, Call | None]:
        """What shows that this side of a branch means failure, and the call that failed."""
        block = self._body.blocks[number]
        call = self._origin(number, block.left)
        if call is None or call.loop or self._apis.predicates.get(call.callee) == "configured":
            return "", None
        if self._apis.predicates.get(call.callee) in ("is_err", "is_err_or_null"):
            inner = self._origin(number, call.args[0]) if call.args else None
            return (ERROR_POINTER, inner) if inner and (block.op == "!=") == (side == 0) else ("", None)
        if block.right != "0":
            return "", call
        if (block.op == "<") == (side == 0) and block.op in ("<", ">="):
            return ERROR_CODE, call
        none = equates(block, side)
        if any(
            role.failure in ("null", "null_or_err_ptr", "zero") and self._nature(role) == "memory"
            for role in self._apis.acquires.get(call.callee, ())
        ):
            return (NULL, call) if none else ("", None)
        return "", call

    def _origin(self, number: int, operand: str) -> Call | None:
        """The call whose result an operand holds at the end of a block."""
        call = self._calls.get(operand)
        for _ in range(_SHORT):
            if call is not None:
                return call
            for event in reversed(self._body.blocks[number].events):
                if isinstance(event, Assign) and event.target == operand:
                    return self._calls.get(event.value) if event.op == "=" else None
            before = self._before[number]
            if len(before) != 1:
                return None
            number = before[0]
        return None

    @cached_property
    def _before(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self._body.blocks]
        for number, block in enumerate(self._body.blocks):
            for succ in block.succs:
                found[succ].append(number)
        return found

    def _nature(self, role: Acquire | Release) -> str:
        return self._apis.resources[role.resource].nature

    def _undoes(self, target: int) -> bool:
        """Whether something other than a lock is given back from ``target`` on."""
        for number in {target} | _bits(flow_of(self._body).after[target]):
            for event in self._body.blocks[number].events:
                roles = self._apis.releases.get(event.callee, ()) if isinstance(event, Call) else ()
                if any(self._nature(role) != "lock" for role in roles):
                    return True
        return False

    def _said(self, target: int) -> bool:
        """Whether a failure is printed before the way joins others."""
        number = target
        while True:
            block = self._body.blocks[number]
            if any(isinstance(e, Call) and self._apis.prints.get(e.callee) for e in block.events):
                return True
            if len(block.succs) != 1 or len(self._before[block.succs[0]]) != 1:
                return False
            number = block.succs[0]


def _is_zero(mask: int) -> bool:
    """Whether it tells success: a code that was only tested for `< 0` may be positive as well."""
    return bool(mask & _ZEROES) and not mask & NEGATIVE


def _bits(mask: int) -> set[int]:
    found = set()
    while mask:
        low = mask & -mask
        found.add(low.bit_length() - 1)
        mask ^= low
    return found


class LostCodes:
    """The failures that the functions of a program report as success, remembered."""

    def __init__(self, _program: Program, apis: Apis) -> None:
        self._apis = apis
        self._found: dict[Func, tuple[Lost, ...]] = {}

    def of(self, func: Func) -> tuple[Lost, ...]:
        """Those of a function, by the variable that it returns."""
        found = self._found.get(func)
        if found is None:
            found = self._found[func] = tuple(lost_codes(func, self._apis))
        return found


def lost_codes(func: Func, apis: Apis) -> Iterator[Lost]:
    """The failures of a function that it reports as success."""
    body: Body = func.fact.body
    locals_ = {v.name for v in body.locals if not v.static} - {p.name for p in func.params}
    names = {b.left for b in body.blocks if b.kind == "return" and b.left in locals_}
    calls = {e.result for b in body.blocks for e in b.events if isinstance(e, Call)}
    names &= {
        e.target
        for b in body.blocks
        for e in b.events
        if isinstance(e, Assign) and (e.value in calls or constant(e.value) == NEGATIVE)
    }  # no counts
    for name in sorted(names):
        yield from Status(func, name, apis).lost()
