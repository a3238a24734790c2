"""Results that may be NULL or an error pointer, followed where they are: used, kept or tested wrongly.

From each call that may fail so, every path is followed on which it did fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import msgspec

from kscan.analyses.body.access import Object, is_constant, parse
from kscan.analyses.body.cfg import Place
from kscan.analyses.body.cfg import calls as all_calls
from kscan.analyses.body.known import Facts, Known
from kscan.analyses.body.paths import ANY, NEGATIVE, ZERO, Node, names_in
from kscan.analyses.owning.holding import Holding
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.conventions import ERROR_POINTER, NULL, Conventions
from kscan.analyses.summaries.declared import type_of
from kscan.facts.model import Assign, Block, Body, Call, Event
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

_VARIABLES = regex(r"(?<![\w.>])([A-Za-z_%]\w*)->")
_THROUGH = regex(r"(?<![\w.>&])\(?(\w+)\)?->(?=\w+(?!\w|\s*\[))")
_DECIDES = regex(r"[?{;&#]|\|\||\b(?:sizeof|typeof|__typeof__|offsetof)\b")
_WRAPPED = 2  # callees between a function and the one that tests for it
USED, NEW, KEPT = "used", "new memory used", "kept"
DOUBTED, FOUND, ERROR_USED = "used though tested", "found used", "error used"
IS_ERR, IS_NULL, OTHER = "is_err", "is_null", "other"


class Failed(NamedTuple):
    """State of one path: what holds the failed result, and what was done with it."""

    holders: frozenset[Object]
    kept: int = 0  # line on which it was stored where others see it
    tested: bool = False

    @property
    def certain(self) -> frozenset[Object]:
        """The holders that are one object: an element of an array is another one with each index."""
        if any("[]" in h.fields for h in self.holders):
            return frozenset(h for h in self.holders if "[]" not in h.fields)
        return self.holders


class Misuse(msgspec.Struct, frozen=True):
    """``kind``: used (dereferenced), the same of new memory, of what was searched for (found), or of what the
    function tests somewhere else; kept (stored untested); is_err or is_null (the wrong test), other (another
    variable tested in its place)."""

    kind: str
    func: Func
    call: Call
    line: int
    what: str
    node: Node[Failed]


class Nullness:
    """Misused results of a program's functions."""

    def __init__(self, program: Program, apis: Apis, owner: Ownership) -> None:
        self.program = program
        self.apis = apis
        self.owner = owner
        self.conventions = program.shared(Conventions, apis, owner)
        self._dereferencing: dict[tuple[str, int, str], bool] = {}
        self._misuses: dict[Func, tuple[Misuse, ...]] = {}

    def misuses(self, func: Func) -> tuple[Misuse, ...]:
        """The misuses of each result in a function, the nearest of a kind."""
        found = self._misuses.get(func)
        if found is None:
            found = self._misuses[func] = tuple(self._look(func))
        return found

    def _look(self, func: Func) -> Iterator[Misuse]:
        body = func.fact.body
        may_be_null, may_be_error = self.apis.may_return_null, self.apis.may_return_err_ptr
        for place, call in all_calls(body):
            if not call.result:
                continue
            null, error = call.callee in may_be_null, call.callee in may_be_error
            if null == error and (null or not self.program.may_point(call.callee)):
                continue
            if self.apis.never_fails(call.args):
                continue
            if null == error:
                yield from self._by_body(func, place, call)
            elif error:
                yield from self._followed(self.owner.holding(func), place, call, NEGATIVE)
            elif not left_alone(body, place, call):
                yield from self._followed(self.owner.holding(func), place, call, ZERO)

    def _by_body(self, func: Func, place: Place, call: Call) -> Iterator[Misuse]:
        """The wrong tests, or none, of what a function gives of which only its body tells how it fails."""
        if call.callee not in self.conventions.giving_errors and not self._is_asked(func, call):
            return
        mask = {ERROR_POINTER: NEGATIVE, NULL: ZERO}.get(self.conventions.failure(call.callee, func.path))
        if mask is not None:
            holding = self.owner.holding(func)
            found = self._followed(holding, place, call, mask, lambda: _known_before(holding, place))
            yield from (misuse for misuse in found if misuse.kind in (IS_ERR, IS_NULL, OTHER, ERROR_USED))

    def _is_asked(self, func: Func, call: Call) -> bool:
        """Whether the function tests anything for an error pointer, or what may be this result for NULL."""
        paths = self.owner.holding(func).paths
        if any(self.apis.predicates.get(c.callee) == "is_err" for c in paths.calls.values()):
            return True
        names = paths.concerning([call.result])
        return any(
            b.kind == "branch" and b.right == "0" and not names.isdisjoint(names_in(b.left))
            for b in func.fact.body.blocks
        )

    def _followed(
        self,
        holding: Holding,
        place: Place,
        call: Call,
        mask: int,
        known_before: Callable[[], list[Facts]] | None = None,
    ) -> Iterator[Misuse]:
        """What is known on the way to the call never adds a misuse: asked for where there is one without."""
        walk = _Walk(self, holding, place, call, mask)
        if not walk.may_find():
            return
        walk = _Walk(self, holding, place, call, mask)
        complete = self._explored(walk, place, [{}])
        if walk.found or not complete:
            before = known_before() if known_before is not None else holding.before.at(place)
            if before != [{}]:
                walk = _Walk(self, holding, place, call, mask)
                complete = self._explored(walk, place, before)
        if complete:
            yield from walk.found.values()

    def _explored(self, walk: _Walk, place: Place, before: list[Facts]) -> bool:
        return walk.holding.paths.explore(
            Place(place.block, place.index + 1),
            [facts | {walk.call.result: walk.mask} for facts in before],
            Failed(frozenset({Object(walk.call.result)})),
            walk.visit,
            walk.decide,
            walk.holding.paths.concerning([walk.call.result]),
        )

    def reads_memory(self, func: Func, operand: str) -> bool:
        """Whether an operand that leads through a pointer is surely no mere address of an array there."""
        named = parse(operand)
        if named is None or not named.fields:
            return True
        kind = type_of(self.program, func, named)
        return bool(kind) and not kind.endswith("[]")

    def dereferences(self, callee: str, position: int, path: str) -> bool:
        """Whether a function surely dereferences an argument, whatever its value."""
        key = (callee, position, path)
        if key not in self._dereferencing:
            if position in self.apis.accesses.get(callee, ()):
                return True
            if position in self.apis.null_tolerant.get(callee, ()) or not callee.isidentifier():
                return False
            if not self.program.resolve(callee, path) and callee.islower():
                self.program.demand(callee)
            targets = self.program.resolve(callee, path)
            self._dereferencing[key] = (
                all(self._uses_at_once(t, position) for t in targets)
                if targets
                else self._reads_in_macro(callee, position)
            )
        return self._dereferencing[key]

    def may_dereference(self, callee: str, position: int, path: str) -> bool:
        """The same as far as that is told without loading more."""
        loaded = not callee.isidentifier() or self.program.resolve(callee, path)
        return not loaded or self.dereferences(callee, position, path)

    def _reads_in_macro(self, callee: str, position: int) -> bool:
        """Whether each definition of a macro reads through an argument, with nothing deciding whether."""
        macros = [m for _path, m in self.program.macros_named(callee) if m.params is not None]
        return bool(macros) and all(
            position < len(m.params or ())
            and (m.params or ())[position] in _THROUGH.findall(m.body)
            and not _DECIDES.search(m.body)
            for m in macros
        )

    def asks(self, callee: str, position: int, path: str, depth: int = _WRAPPED) -> bool:
        """Whether a function that is linked already tests an argument for NULL, or returns what one tells
        that does."""
        return any(
            position < len(target.params) and self._asks(target, target.params[position].name, depth)
            for target in self.program.resolve(callee, path)
        )

    def _asks(self, func: Func, name: str, depth: int) -> bool:
        returned = set[str]()
        for block in func.fact.body.blocks:
            if block.kind == "branch" and block.left == name and block.right == "0":
                return True
            if block.kind == "return":
                returned.add(block.left)
        return any(
            event.result in returned
            and name in event.args
            and depth > 0
            and self.asks(event.callee, event.args.index(name), func.path, depth - 1)
            for _place, event in all_calls(func.fact.body)
        )

    def _uses_at_once(self, func: Func, position: int) -> bool:
        if position >= len(func.params):
            return False
        names = frozenset({Object(func.params[position].name)})
        blocks = func.fact.body.blocks
        number, seen = 0, set[int]()
        while number not in seen:
            seen.add(number)
            block = blocks[number]
            for event in block.events:
                if isinstance(event, Assign) and event.target == func.params[position].name:
                    return False
                if any(dereferenced(o, names) and self.reads_memory(func, o) for o in operands_of(event)):
                    return True
            ends = (block.left, block.right)
            if any(dereferenced(o, names) and self.reads_memory(func, o) for o in ends):
                return True
            if block.kind != "jump":
                return False
            number = block.succs[0]
        return False


def _sign_of_none(operand: str, state: Failed, _node: Node[Failed]) -> int:
    """The mask of an operand on a path that is followed with what is NULL."""
    return ZERO if Object(operand) in state.holders else ANY


def _known_before(holding: Holding, place: Place) -> list[Facts]:
    """What may be known when control is at a call, for each way there."""
    found: list[Facts] = []

    def visit(where: Place, _event: Event | None, facts: Known, state: int, _node: Node[int]) -> int | None:
        if where != place:
            return state
        found.append(facts.told())
        return None

    return found if holding.paths.explore(Place(0, 0), [{}], 0, visit) else [{}]


def dereferenced(operand: str, holders: frozenset[Object]) -> bool:
    """Whether evaluating an operand reads through one of ``holders``."""
    if operand[:1] == "&" or not leads_on(operand):
        return False
    found = parse(operand)
    if found is not None:
        if operand[:1] == "*":
            return any(found.within(h) for h in holders)
        return any(found.within(h) and found != h for h in holders)
    through = _VARIABLES.findall(operand) if "->" in operand else ()
    return any(not h.fields and h.base in through for h in holders)


def leads_on(operand: str) -> bool:
    """Whether an operand may lead through a pointer at all."""
    return "->" in operand or "." in operand or "[" in operand or operand[:1] == "*"


def left_alone(body: Body, place: Place, call: Call) -> bool:
    """Whether a result is tested for NULL at once and, where it is, not named again: a quick test."""
    block, name = body.blocks[place.block], call.result
    for event in block.events[place.index + 1 :]:
        if (
            isinstance(event, Assign)
            and event.op == "="
            and event.value == name
            and event.target.isidentifier()
        ):
            name = event.target
        elif any(name in operand for operand in operands_of(event)):
            return False
    if block.kind != "branch" or block.left != name or block.right != "0" or block.op not in ("!=", "=="):
        return False
    pending = [block.succs[block.op == "!="]]
    seen = set(pending)
    while pending:
        block = body.blocks[pending.pop()]
        if name in block.left or name in block.right:
            return False
        if any(name in operand for event in block.events for operand in operands_of(event)):
            return False
        fresh = [succ for succ in block.succs if succ not in seen]
        seen.update(fresh)
        pending += fresh
    return True


def operands_of(event: Event) -> tuple[str, ...]:
    """The operands that an event evaluates or sets."""
    if isinstance(event, Assign):
        return (event.target, event.value)
    return (*event.args, event.callee) if isinstance(event, Call) else ()


class _Walk:
    """The transfer function of one failed result."""

    def __init__(self, nullness: Nullness, holding: Holding, place: Place, call: Call, mask: int) -> None:
        self._nullness = nullness
        self._dereferences = nullness.dereferences
        self.holding = holding
        self._place = place
        self._apis = nullness.apis
        self.call = call
        self.mask = mask
        self._null = mask == ZERO
        self._used = self._kind_of_use()
        sizes = (size for arg in call.args for size in arg.split("*") if size.isidentifier())
        self._sizes = tuple(sizes) if self._used == NEW else ()
        self.found: dict[str, Misuse] = {}
        self._checked = self._has_error_test()
        self._told = self._null or not (self._checked or self._is_tested())  # whether a use is

    def may_find(self) -> bool:
        """Whether there may be a misuse: a quick look, which leaves this walk used up."""
        if not self._null and self._checked:
            return False  # an error pointer that is tested for is none that is taken for something else
        self._dereferences = self._nullness.may_dereference
        start = Place(self._place.block, self._place.index + 1)
        state = Failed(frozenset({Object(self.call.result)}))
        sign = _sign_of_none if self._null else None
        return not self.holding.paths.skim(start, state, self.visit, self.decide, sign) or bool(self.found)

    def _kind_of_use(self) -> str:
        """What is used: that there may be none is said the most surely of mappings, and of what a description
        of the hardware names by a constant."""
        apis, callee = self._apis, self.call.callee
        if not self._null:
            return ERROR_USED
        if callee in apis.allocators:
            return NEW
        if callee in apis.described:
            if not all(a[:1] == "&" or is_constant(a) for a in self.call.args[1:]):
                return FOUND  # made up from what there is, most likely
        elif all(apis.resources[r.resource].nature != "state" for r in apis.acquires.get(callee, ())):
            return FOUND
        return DOUBTED if self._is_tested() else USED

    def _is_passed_by(self, number: int, name: str) -> bool:
        """Whether control may come to the test of a block with NULL, which another line put into ``name``."""
        blocks = self.holding.body.blocks
        last = {}  # what each block leaves in it
        for at, block in enumerate(blocks):
            for event in block.events:
                if isinstance(event, Assign) and event.target == name:
                    last[at] = event.value
        pending = [at for at, value in last.items() if value in ("NULL", "0")]
        seen = set(pending)
        while pending:
            at = pending.pop()
            if at == number:
                return True
            fresh = [to for to in blocks[at].succs if to not in seen and to not in last]
            seen.update(fresh)
            pending.extend(fresh)
        return False

    def _is_tested(self) -> bool:
        """Whether the function looks at the result: in a branch, or in a macro such as one that warns."""
        names = self._names
        blocks = self.holding.body.blocks
        if any(b.kind == "branch" and names & {b.left, b.right} for b in blocks):
            return True
        asked = (e for b in blocks for e in b.events if isinstance(e, Call) and e.callee.isupper())
        return any(names & names_in(arg) for event in asked for arg in event.args)

    @cached_property
    def _names(self) -> set[str]:
        """The result's temporary, and what is assigned it."""
        events = (e for b in self.holding.body.blocks for e in b.events)
        found = {e.target for e in events if isinstance(e, Assign) and e.value == self.call.result}
        return {self.call.result} | found

    def _has_error_test(self) -> bool:
        """Whether the function tests for an error pointer something that may be this result."""
        names = self._names
        roles = ("is_err", "is_err_or_null", "err_or_zero")
        return any(
            self._apis.predicates.get(c.callee) in roles and c.args and c.args[0] in names
            for c in self.holding.paths.calls.values()
        )

    def _say(self, kind: str, line: int, what: str, node: Node[Failed]) -> None:
        self.found.setdefault(kind, Misuse(kind, self.holding.func, self.call, line, what, node))

    def visit(
        self, _where: Place, event: Event | None, facts: Known, state: Failed, node: Node[Failed]
    ) -> Failed | None:
        """Follow one event."""
        if event is None:
            return None
        if isinstance(event, Call) and event.result == self.call.result:
            return None
        if self._null and any(facts.get(size) == ZERO for size in self._sizes):
            return None  # nothing was asked for: there is no NULL then, and nothing to use
        certain = state.certain if self._told else frozenset[Object]()
        for operand in operands_of(event) if certain else ():
            if dereferenced(operand, certain):
                self._say(self._used, event.line, operand, node)
                return None
        if isinstance(event, Call):
            return self._called(event, facts, state, node)
        if isinstance(event, Assign):
            return self._assigned(event, state)
        return state

    def _assigned(self, event: Assign, state: Failed) -> Failed | None:
        target = parse(event.target)
        value = parse(event.value)
        if target is not None and event.op != "=" and target in state.holders:
            return None  # a pointer that is moved on is taken to be one
        if target is None or event.op != "=":
            return state
        if event.target[:1] == "*":
            return None  # what a pointer leads to has no name of its own here
        kept = frozenset(h for h in state.holders if not h.within(target) and h.base != event.target)
        if value is None or value not in state.holders or event.value[:1] in "&*":
            return state._replace(holders=kept) if kept else None
        seen = state.kept if self.holding.is_local(event.target) else event.line
        return state._replace(holders=kept | {target}, kept=seen)

    def _called(self, event: Call, facts: Known, state: Failed, node: Node[Failed]) -> Failed | None:
        role = self._apis.predicates.get(event.callee)
        if event.loop:  # its cursor, most likely a name, gets a value of its own at each turn
            kept = frozenset(h for h in state.holders if h.base not in event.args)
            return state._replace(holders=kept) if kept else None
        for position, arg in enumerate(event.args):
            if arg[:1] == "&" and Object(arg[1:]) in state.holders:
                return None
            if self._told and self._is_access(event, position, arg, state):
                self._say(self._used, event.line, f"{event.callee}({', '.join(event.args)})", node)
                return None
            if parse(arg) not in state.holders or arg[:1] in "&*":
                continue
            if (
                self._null
                and event.result
                and self._nullness.asks(event.callee, position, self.holding.func.path)
            ):
                return None  # its result tells
            if role == "is_err" and self._null and not state.tested:
                self._say(IS_ERR, event.line, arg, node)
            if (
                role is None
                and self._told
                and parse(arg) in state.certain
                and self._dereferences(event.callee, position, self.holding.func.path)
            ):
                self._say(self._used, event.line, f"{event.callee}({arg})", node)
                return None
            if role is None and not self._null and event.result:
                return None  # what is asked may look for an error pointer, and tell
            if role is not None:
                state = state._replace(tested=True)
            elif self._null and event.result and event.callee in self._apis.may_return_err_ptr:
                facts[event.result] = NEGATIVE  # it looks at what it is given, and fails
        if role == "is_err" and not self._null and not state.tested and not self._checked:
            if node.parent is None and self._takes_for_this(event, state):
                self._say(OTHER, event.line, event.args[0], node)
            return None
        return state

    def _is_access(self, event: Call, position: int, arg: str, state: Failed) -> bool:
        """Whether a call reads or writes what an argument points to, or what lies beyond that."""
        if position not in self._apis.accesses.get(event.callee, ()):
            return False
        named = parse(arg.partition("+")[0].lstrip("("))
        within = named is not None and arg[:1] == "&" and any(named.within(h) for h in state.certain)
        return within or named in state.certain

    def _takes_for_this(self, test: Call, state: Failed) -> bool:
        """Whether a test of another variable in the block of the call is most likely meant for its result.

        Not if that was given a value since, while others may still test this one.
        """
        values = self.holding.values
        tested = values.object(test.args[0])
        if tested is None or any(values.object(str(h)) == tested for h in state.holders):
            return False
        events = self.holding.body.blocks[self._place.block].events[self._place.index :]
        given = any(isinstance(e, Assign) and e.target == test.args[0] for e in events)
        return not (given and any(h.fields for h in state.holders))

    def decide(self, block: Block, facts: Known, state: Failed, node: Node[Failed]) -> Failed | None:
        """Look at the test or return at the end of a block."""
        if self._told and (block.left or block.right):
            certain = state.certain
            for operand in (block.left, block.right):
                if dereferenced(operand, certain):
                    self._say(self._used, block.line, operand, node)
                    return None
        if block.kind == "branch":
            return self._tested(block, state, node)
        if block.kind == "return" and self._null and state.kept and not state.tested:
            number = next(n for n, b in enumerate(self.holding.body.blocks) if b is block)
            allocates = self.call.callee in self._apis.allocators
            if (
                allocates
                and parse(block.left) not in state.holders
                and not self.holding.telling.fails(number, facts)
            ):
                self._say(KEPT, state.kept, "", node)
        return state

    def _tested(self, block: Block, state: Failed, node: Node[Failed]) -> Failed | None:
        tested = parse(block.left)
        if tested not in state.holders or block.left[:1] in "&*":
            return state
        if self._null and tested not in state.certain:
            return None  # of which elements it holds, and what else was copied from them, nobody can tell
        asked = block.right == "0" and block.op in ("==", "!=")  # `< 0` is asked of a number
        if not self._null and asked and not self._checked and not state.tested:
            if self._is_passed_by(node.block, block.left):
                return state._replace(tested=True)
            self._say(IS_NULL, block.line, block.left, node)
            return None
        return state._replace(tested=True)
