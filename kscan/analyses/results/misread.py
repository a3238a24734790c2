"""Results of calls that are lost, or looked at in a way that cannot see the failure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.access import parse
from kscan.analyses.body.cfg import Place
from kscan.analyses.body.paths import names_in
from kscan.analyses.summaries.declared import type_of
from kscan.analyses.summaries.naming import goes_on
from kscan.analyses.summaries.status import is_code, returns_code
from kscan.facts.model import Assign, Block, Body, Call
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program

UNTESTED, UNSIGNED, POSITIVE, FORGOTTEN, IGNORED = "untested", "unsigned", "positive", "forgotten", "ignored"

_MOST_BLOCKS = 60
_TYPEDEFS = 4


class Misread(msgspec.Struct, frozen=True):
    """A call whose failure is not seen: ``what`` holds the result, ``use`` is what it is given to."""

    func: Func
    call: Call
    kind: str
    what: str
    line: int
    use: str = ""


class Results:
    """What the functions of a program make of results."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self._program = program
        self._apis = apis
        enabled = {
            name
            for name, roles in apis.acquires.items()
            for role in roles
            if role.failure == "errno"
            and role.holder.kind != "result"
            and not role.managed
            and apis.resources[role.resource].nature == "state"
            and not apis.resources[role.resource].advisory
        }
        self.names = {
            UNTESTED: apis.value_or_errno,
            POSITIVE: apis.fails_positive,
            FORGOTTEN: apis.gives_back_error,
            IGNORED: (apis.must_check | enabled) - apis.may_ignore,
        }
        self._calling = {
            kind: frozenset(func for name in names for func in program.calling(name))
            for kind, names in self.names.items()
        }

    def misread(self, func: Func, kind: str) -> Iterator[Misread]:
        """The misread results of one kind in a function."""
        if kind == UNSIGNED:
            if func.fact.packs("<", "0") or func.fact.packs(">=", "0"):
                yield from self._unsigned(func)
            return
        names = self.names[kind]
        if func not in self._calling[kind]:
            return
        for number, block in enumerate(func.fact.body.blocks):
            for index, event in enumerate(block.events):
                if isinstance(event, Call) and event.callee in names:
                    found = self._judge(func, kind, event, Place(number, index))
                    if found is not None:
                        yield found

    def _judge(self, func: Func, kind: str, call: Call, place: Place) -> Misread | None:
        body = func.fact.body
        # What is undone or resumed goes on as far as it can, and looks up again what its setup tested.
        stops = not goes_on(func.name)
        if kind == UNTESTED:
            return self._untested(func, call, place) if call.result and stops else None
        if kind == POSITIVE:
            line, what = _compared(body, call, place) if call.result else (0, "")
            return Misread(func, call, kind, what, line) if line else None
        if call.result:
            return None
        if kind == FORGOTTEN:
            return self._forgotten(func, call, place)
        able = returns_code(func) or "*" in func.fact.returns
        return Misread(func, call, kind, "", call.line) if able and stops else None

    # -- results that are values --------------------------------------------------

    def _untested(self, func: Func, call: Call, place: Place) -> Misread | None:
        """The first use of a number that nobody has looked at."""
        body = func.fact.body
        pending = [(place.block, place.index + 1, frozenset({call.result}))]
        seen: set[tuple[int, frozenset[str]]] = set()
        while pending:
            number, index, holders = pending.pop()
            block = body.blocks[number]
            used, after = self._through(block, index, holders)
            if used is not None:
                holders = after or holders
                if _does_without(body, number, used, holders):
                    return None
                what = min((h for h in holders if h[:1] != "%"), default=call.callee)
                return Misread(func, call, UNTESTED, what, used.line, used.callee)
            if after is None or _mentions(block, after):
                continue
            for succ in block.succs:
                if (succ, after) not in seen and len(seen) < _MOST_BLOCKS:
                    seen.add((succ, after))
                    pending.append((succ, 0, after))
        return None

    def _through(
        self, block: Block, start: int, holders: frozenset[str]
    ) -> tuple[Call | None, frozenset[str] | None]:
        """The call that is given the number, if any; what holds it there or at the end (None: looked at)."""
        for event in block.events[start:]:
            if isinstance(event, Assign):
                if event.op == "=" and event.value in holders:
                    holders |= {event.target}
                elif event.target in holders:
                    holders -= {event.target}
                    if not holders - {h for h in holders if h[:1] == "%"}:
                        return None, None
                elif any(names_in(event.value) & {h} for h in holders):
                    return None, None
            elif isinstance(event, Call):
                apis = self._apis
                if event.callee in apis.prints or event.callee in apis.predicates:
                    if not holders.isdisjoint(event.args):
                        return None, None
                    continue
                if not holders.isdisjoint(event.args):
                    given = min(event.args.index(h) for h in holders if h in event.args)
                    text = '""' in event.args[:given]  # of which it only makes a part
                    ignored = text or event.callee in apis.releases
                    return (None, None) if ignored else (event, holders)
                if any(arg[:1] == "&" and arg[1:] in holders for arg in event.args):
                    return None, None
        return None, holders

    # -- comparisons that cannot hold ---------------------------------------------

    def _unsigned(self, func: Func) -> Iterator[Misread]:
        body = func.fact.body
        for number, block in enumerate(body.blocks):
            below = block.kind == "branch" and block.op in ("<", ">=") and block.right == "0"
            if not below or block.cases:
                continue
            call = _assigned(body, number, block.left)
            if (
                call is not None
                and self._is_signed(call, func)
                and (held := parse(block.left)) is not None
                and block.left[:1] not in "&*"
                and len({v.type for v in body.locals if v.name == held.base}) < 2  # an inner block's
                and self._is_unsigned(type_of(self._program, func, held))
            ):
                yield Misread(func, call, UNSIGNED, block.left, block.line)

    def _is_signed(self, call: Call, func: Func) -> bool:
        if call.callee in self._apis.value_or_errno or call.callee in self._apis.returns_errno:
            return True
        kind = self._program.root_type("@" + call.callee, func.path)
        return is_code(kind)

    def _is_unsigned(self, kind: str) -> bool:
        for _ in range(_TYPEDEFS):
            if kind.startswith("unsigned") or kind in ("u8", "u16", "u32", "u64", "size_t"):
                return "*" not in kind and "[" not in kind
            if not kind or " " in kind:
                return False
            kind = self._program.typedef(kind)
        return False

    # -- errors that are said and forgotten -----------------------------------------

    def _forgotten(self, func: Func, call: Call, place: Place) -> Misread | None:
        """An arm that only says what failed, after which the function goes on as if nothing had."""
        body = func.fact.body
        block = body.blocks[place.block]
        if block.kind != "jump" or len(block.events) > place.index + 1:
            return None
        for branch in body.blocks:
            if branch.kind == "branch" and place.block in branch.succs:
                other = branch.succs[1 - branch.succs.index(place.block)]
                goes_on = body.blocks[block.succs[0]]
                if other == block.succs[0] and (
                    goes_on.kind != "return" or goes_on.events or goes_on.left in ("0", "")
                ):
                    return Misread(func, call, FORGOTTEN, "", call.line)
        return None


def _mentions(block: Block, holders: frozenset[str]) -> bool:
    """Whether a block's end looks at one of ``holders``."""
    if block.kind not in ("branch", "switch", "return"):
        return False
    return any(
        h in names_in(text) if h.isidentifier() else h in text
        for h in holders
        for text in (block.left, block.right)
    )


def _does_without(body: Body, number: int, used: Call, holders: frozenset[str]) -> bool:
    """Whether a function goes on where ``used``, in block ``number``, fails, or asks for the number then."""
    if any(b.kind == "branch" and b.left in holders for b in body.blocks):
        return True
    block = body.blocks[number]
    if block.kind != "branch" or block.right != "0" or not used.result:
        return False
    results = {used.result} | {
        e.target for e in block.events if isinstance(e, Assign) and e.value == used.result
    }
    if block.left not in results:
        return False
    failed, good = block.succs if block.op in ("!=", "<") else reversed(block.succs)
    pending, seen = [good], {good, failed}
    while pending:
        blocks = [s for s in body.blocks[pending.pop()].succs if s not in seen]
        seen.update(blocks)
        pending += blocks
    return not any(body.blocks[n].kind == "return" for n in seen - {failed})


def _assigned(body: Body, number: int, operand: str) -> Call | None:
    """The call whose result was put into ``operand`` last, in the block itself."""
    for event in reversed(body.blocks[number].events):
        if isinstance(event, Assign) and event.target == operand:
            if event.op != "=":
                return None
            calls = (e for b in body.blocks for e in b.events if isinstance(e, Call))
            return next((c for c in calls if c.result == event.value), None)
    return None


def _compared(body: Body, call: Call, place: Place) -> tuple[int, str]:
    """Line and operand of a test for `< 0` of a call's result at the end of its block; 0 if there is none."""
    block = body.blocks[place.block]
    if block.kind == "branch" and block.right == "0" and block.op in ("<", ">="):
        holders = {call.result}
        for event in block.events[place.index + 1 :]:
            if isinstance(event, Assign):
                holders = holders | {event.target} if event.value in holders else holders - {event.target}
        if block.left in holders:
            return block.line, block.left
    return 0, ""
