"""Lookups whose result is kept in a field untested, for others who go through that field untested.

The store and the use lie in two functions: neither alone shows anything.  What is said of a field holds
for all that lead to it, so nothing is claimed of one that anybody tests, or that is filled elsewhere, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.known import Known
from kscan.analyses.body.paths import ZERO, Node
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.lookups import Lookups, Source, Use, tested_at_once
from kscan.analyses.results.nullness import dereferenced, operands_of
from kscan.analyses.summaries.fields import Fields
from kscan.facts.model import Assign, Block, Body, Call, Event
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

_PATH = regex(r"[&*]*[A-Za-z_%]\w*(?:(?:->|\.)\w+|\[\w*\])*")
_TYPES = regex(r"\b(?:sizeof|typeof|__typeof__|offsetof|alignof)\b")
_LOGIC = regex(r"!|&&|\|\||==|\?")


class Reader(NamedTuple):
    """A function that goes through the field on ``line``, whatever is in it; ``use`` where a callee does."""

    func: Func
    line: int
    operand: str
    use: Use | None = None


class KeptNull(msgspec.Struct, frozen=True, eq=False):
    """A call's result, stored to ``field`` of ``struct`` on ``line`` untested, and who uses it untested."""

    func: Func
    place: cfg.Place
    call: Call
    source: Source
    line: int
    target: str
    struct: str
    field: str
    readers: tuple[Reader, ...]
    node: Node[_State]


class _State(NamedTuple):
    """What holds NULL, and the last store of it to a field: its line and target."""

    holders: frozenset[Object]
    line: int = 0
    target: str = ""


class KeptLookups:
    """The fields of one program that may hold the NULL of a lookup."""

    def __init__(self, program: Program, apis: Apis, lookups: Lookups, fields: Fields) -> None:
        self._program = program
        self._lookups = lookups
        self._owner = lookups.owner
        self._fields = fields
        self._allocators = apis.allocators
        self._readers: dict[tuple[str, str], tuple[Reader, ...]] = {}

    def all(self) -> Iterator[KeptNull]:
        """Those of the scanned files, by file and line."""
        chosen = (f for f in self._program.scanned() if f.fact.stores and not f.fact.partial)
        ordered = sorted(chosen, key=lambda f: (f.path, f.fact.line))
        kept = [store for func in ordered if self._lookups.asks(func) for store in self._stores(func)]
        names = dict.fromkeys(store.field for store in kept)
        mentioning = {name: self._program.mentioning((name,)) for name in names}
        for store in kept:
            readers = self._readers_of(store.struct, store.field, mentioning[store.field])
            readers = tuple(r for r in readers if r.func is not store.func)
            if readers:
                yield msgspec.structs.replace(store, readers=readers)

    def _stores(self, func: Func) -> Iterator[KeptNull]:
        """What a function keeps untested; who reads it is still to be found."""
        body = func.fact.body
        for place, call in cfg.calls(body):
            if not call.result or call.loop or not self._lookups.may_be(call.callee):
                continue
            if call.callee in self._allocators or tested_at_once(body, place, call):
                continue  # what is allocated is another rule's
            if not _may_be_kept(body.blocks, call.result):
                continue
            walk = _Walk(self._owner, func, call)
            holding = self._owner.holding(func)
            after, state = cfg.Place(place.block, place.index + 1), _State(frozenset({Object(call.result)}))
            if holding.paths.skim(after, state, walk.visit, walk.decide) and walk.kept is None:
                continue
            source = self._lookups.source(call.callee, func.path)
            if source is None:
                continue
            walk = _Walk(self._owner, func, call)
            complete = holding.paths.explore(
                after,
                [facts | {call.result: ZERO} for facts in holding.before.at(place) or [{}]],
                state,
                walk.visit,
                walk.decide,
            )
            if complete and walk.kept is not None:
                found = self._judged(func, place, call, source, walk.kept)
                if found is not None:
                    yield found

    def _judged(
        self, func: Func, place: cfg.Place, call: Call, source: Source, kept: tuple[_State, Node[_State]]
    ) -> KeptNull | None:
        state, node = kept
        held = parse(state.target)
        where = self._fields.field_of(func, held) if held is not None else None
        if where is None:
            return None
        return KeptNull(func, place, call, source, state.line, state.target, *where, (), node)

    def _readers_of(self, struct: str, field: str, among: Sequence[Func]) -> tuple[Reader, ...]:
        """Who goes through a field untested; nobody where anybody tests it."""
        key = (struct, field)
        found = self._readers.get(key)
        if found is None:
            found = self._readers[key] = tuple(self._find_readers(struct, field, among))
        return found

    def _find_readers(self, struct: str, field: str, among: Sequence[Func]) -> list[Reader]:
        found: list[Reader] = []
        for func in among:
            names = self._names(func, struct, field)
            if not names:
                continue
            if _is_tested(func.fact.body, names):
                return []
            use = self._use(func, names)
            if use is not None:
                found.append(use)
        return found

    def _names(self, func: Func, struct: str, field: str) -> frozenset[Object]:
        """The objects in a function's body that are the field, or a variable that gets its value."""
        found: set[Object] = set()
        seen: set[str] = set()
        copies: list[tuple[Object, Object]] = []
        for block in func.fact.body.blocks:
            operands = [block.left, block.right]
            for event in block.events:
                operands += operands_of(event)
                if isinstance(event, Assign) and event.op == "=" and event.target.isidentifier():
                    value = parse(event.value)
                    if value is not None and event.value[:1] not in "&*":
                        copies.append((Object(event.target), value))
            for operand in operands:
                if field not in operand or operand in seen:
                    continue
                seen.add(operand)
                for text in _paths(operand):
                    part = _until(text, field)
                    if part is None or part in found:
                        continue
                    if self._fields.field_of(func, part) == (struct, field):
                        found.add(part)
        found |= {target for target, value in copies if value in found}
        return frozenset(found)

    def _use(self, func: Func, names: frozenset[Object]) -> Reader | None:
        for block in func.fact.body.blocks:
            for event in block.events:
                for operand in operands_of(event):
                    if _goes_through(operand, names):
                        return Reader(func, event.line, operand)
                if isinstance(event, Call):
                    for position, arg in enumerate(event.args):
                        if parse(arg) in names and arg[:1] not in "&*":
                            use = self._lookups.use(event.callee, position, func.path)
                            if use is not None:
                                return Reader(func, event.line, f"{event.callee}({arg})", use)
            for operand in (block.left, block.right):
                if _goes_through(operand, names):
                    return Reader(func, block.line, operand)
        return None


def _paths(operand: str) -> list[str]:
    """The access paths in an operand, each with what stands before it to take an address or a value."""
    return [operand] if parse(operand) is not None else _PATH.findall(operand)


def _until(text: str, field: str) -> Object | None:
    """The object that an access path has come to where it first names a field."""
    held = parse(text)
    if held is None or field not in held.fields:
        return None
    return Object(held.base, held.fields[: held.fields.index(field) + 1])


def _goes_through(operand: str, names: frozenset[Object]) -> bool:
    """Whether evaluating an operand reads what one of ``names`` points to."""
    if _TYPES.search(operand):
        return False
    return any(dereferenced(text, names) for text in _paths(operand))


def _may_be_kept(blocks: tuple[Block, ...], result: str) -> bool:
    """Whether a result, or a variable that gets it, is stored to a field."""
    names = {result}
    for block in blocks:
        for event in block.events:
            if isinstance(event, Assign) and event.op == "=" and event.value in names:
                if not event.target.isidentifier():
                    return True
                names.add(event.target)
    return False


def _is_tested(body: Body, names: frozenset[Object]) -> bool:
    """Whether anything in a body looks at one of ``names``: a branch, a condition, a macro that may."""
    for block in body.blocks:
        if block.kind == "branch" and any(_asks(operand, names) for operand in (block.left, block.right)):
            return True
        for event in block.events:
            looked: tuple[str, ...] = ()
            if isinstance(event, Call) and (event.callee.isupper() or "ERR" in event.callee):
                looked = event.args
            elif isinstance(event, Assign) and _LOGIC.search(event.value):
                looked = (event.value,)
            if any(_asks(operand, names) for operand in looked):
                return True
    return False


def _asks(operand: str, names: frozenset[Object]) -> bool:
    """Whether an operand is one of ``names``, or a condition that holds it as a whole."""
    if parse(operand) in names:
        return True
    return any(re.search(rf"{re.escape(str(name))}(?!\w|->|\.|\[)", operand) for name in names)


class _Walk:
    """The transfer function of one lookup that found nothing."""

    def __init__(self, owner: Ownership, func: Func, call: Call) -> None:
        self._owner = owner
        self._func = func
        self._call = call
        self.kept: tuple[_State, Node[_State]] | None = None

    def visit(
        self, _where: cfg.Place, event: Event | None, _facts: Known, state: _State, _node: Node[_State]
    ) -> _State | None:
        """Follow one event."""
        if event is None or self.kept is not None:
            return None
        if isinstance(event, Call) and event.result == self._call.result:
            return None
        if any(dereferenced(operand, state.holders) for operand in operands_of(event)):
            return None  # the function shows it by itself
        if isinstance(event, Assign):
            return self._assigned(event, state)
        if isinstance(event, Call) and any(
            parse(arg) in state.holders and arg[:1] not in "&*" for arg in event.args
        ):
            return None  # it may look at what it is given
        return state

    def _assigned(self, event: Assign, state: _State) -> _State | None:
        target, value = parse(event.target), parse(event.value)
        if target is None:
            return state
        kept = frozenset(h for h in state.holders if not h.within(target))
        if state.target and target == parse(state.target):
            return None
        if event.op == "=" and value in state.holders and event.value[:1] not in "&*":
            if target.fields and event.target[:1] != "*" and not state.line:
                return _State(kept | {target}, event.line, event.target)
            kept |= {target}
        return state._replace(holders=kept) if kept else None

    def decide(self, block: Block, facts: Known, state: _State, node: Node[_State]) -> _State | None:
        """Look at what the end of a block evaluates."""
        for operand in (block.left, block.right):
            if dereferenced(operand, state.holders) or _asks(operand, state.holders):
                return None
        if block.kind == "return" and state.line:
            holding = self._owner.holding(self._func)
            number = next(n for n, b in enumerate(holding.body.blocks) if b is block)
            if not holding.telling.fails(number, facts):
                self.kept = (state, node)
        return state
