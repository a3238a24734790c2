"""Pointers that are tested for NULL too late, or read through where a test says that they are NULL.

A test says that its author holds NULL for possible, a dereference that he does not: one after the other with
no new value in between contradict each other (Engler et al., "Bugs as Deviant Behavior", SOSP 2001).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.access import Object
from kscan.analyses.body.cfg import Place, calls, comes_after, equates, events
from kscan.analyses.body.flow import Flow, flow_of
from kscan.analyses.results.nullness import Nullness, dereferenced, leads_on, operands_of
from kscan.analyses.summaries.parameters import RETURNS
from kscan.facts.model import Assign, Block, Body, Call, Event
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

SIDE, ELSEWHERE, ORIGIN, MIXED_UP, CALLER, NOTHING = (
    "side",  # it is read through where a test has found it to be NULL
    "elsewhere",  # another test of it, on a way that does not pass the use
    "origin",  # it is what a call gave that may give NULL
    "mixed up",  # what the use has just stored a result into is tested in the place of that
    "caller",  # a caller gives NULL
    "nothing",
)

_COMPOUND = regex(r"[(?]|&&|\|\|")  # of such an operand a part may not be evaluated


class Contradiction(msgspec.Struct, frozen=True):
    """``name`` is dereferenced by ``use`` on ``line`` (1-based); the branch of block ``test`` tests it.

    ``known``: the test comes first, and the use is on its NULL side.  ``evidence`` is what shows that it may
    be NULL there at all, one of the constants of this module.
    """

    func: Func
    name: str
    use: str
    line: int
    test: int
    known: bool
    evidence: str = ""


class _Use(msgspec.Struct, frozen=True):
    """A dereference of a name by an operand, or by what ``call`` is given it as argument ``position``."""

    place: Place
    line: int
    operand: str
    call: Call | None = None  # what it is an operand of
    position: int = -1


class NullTests:
    """Contradictions in the functions of a program."""

    def __init__(self, program: Program, nullness: Nullness) -> None:
        self._program = program
        self._nullness = nullness
        self._found: dict[Func, tuple[Contradiction, ...]] = {}

    def contradictions(self, func: Func) -> tuple[Contradiction, ...]:
        """For each name and order of use and test the first of a function."""
        found = self._found.get(func)
        if found is None:
            found = self._found[func] = tuple(self._look(func))
        return found

    def _look(self, func: Func) -> Iterator[Contradiction]:
        tests = _tests(func)
        if not tests:
            return
        body = func.fact.body
        flow = flow_of(body)
        near = {name: _contradicting(body, flow, some) for name, some in tests.items()}
        for name, uses in _uses(body, near).items():
            told = set[bool]()
            for test in tests[name]:
                for use in uses:
                    known = _is_null(body, flow, use, test)
                    if (
                        (known or _is_late(body, flow, use, test))
                        and known not in told
                        and not _is_guarded(body, flow, use, tests[name])
                        and not self._changes(body, use, test, name, known=known)
                        and self._is_read(func, use)
                        and not self._is_converted(func, name)
                    ):
                        told.add(known)
                        shown = SIDE if known else self._evidence(func, flow, use, test, tests[name], name)
                        yield Contradiction(func, name, _text(use), use.line, test, known, shown)

    def _evidence(self, func: Func, flow: Flow, use: _Use, test: int, tests: list[int], name: str) -> str:
        """What shows that a pointer may be NULL where it is tested too late."""
        body, apis = func.fact.body, self._nullness.apis
        given = [e.value for _place, e in events(body) if isinstance(e, Assign) and e.target == name]
        single = len(given) == (0 if any(p.name == name for p in func.params) else 1)
        if single and any(not flow.dominators[other] >> use.place.block & 1 for other in tests):
            return ELSEWHERE
        made = {e.result: e for _place, e in events(body) if isinstance(e, Call) and e.result}
        if any(v in made and made[v].callee in apis.may_return_null for v in given):
            return ORIGIN
        last = body.blocks[test].events[-1:]
        if use.place == Place(test, len(body.blocks[test].events) - 1) and any(
            isinstance(e, Assign) and e.target == use.operand and e.value in made for e in last
        ):
            return MIXED_UP
        position = next((n for n, p in enumerate(func.params) if p.name == name), -1)
        for caller in self._program.calling(func.name) if position >= 0 else ():
            for _place, call in calls(caller.fact.body):
                if call.callee == func.name and call.args[position : position + 1] in (("NULL",), ("0",)):
                    return CALLER
        return NOTHING

    def _changes(self, body: Body, use: _Use, test: int, name: str, *, known: bool) -> bool:
        """Whether the variable may get another value between the two: a macro may give it one."""
        end = Place(test, len(body.blocks[test].events))
        first, last = (end, use.place) if known else (use.place, end)
        return any(
            (place == first or comes_after(body, first, place))
            and comes_after(body, place, last)
            and (_sets(event, name) or (place != first and self._is_macro_of(event, name)))
            for place, event in events(body)
        )

    def _is_macro_of(self, event: Event, name: str) -> bool:
        return (
            isinstance(event, Call) and name in event.args and bool(self._program.macros_named(event.callee))
        )

    def _is_read(self, func: Func, use: _Use) -> bool:
        """Whether memory is surely read or written for it."""
        call = use.call
        if call is not None and use.position >= 0:
            return self._nullness.dereferences(call.callee, use.position, func.path)
        if call is not None and use.operand in call.args:
            first = call.args[: call.args.index(use.operand)]
            if any(a[:1] == "%" for a in first) and self._program.macros_named(call.callee):
                return False  # which may look at it only where what it is given first holds
        return self._nullness.reads_memory(func, use.operand)

    def _is_converted(self, func: Func, name: str) -> bool:
        """Whether a variable gets a pointer to what another one is part of, which is never NULL."""
        made = {e.result: e for _place, e in events(func.fact.body) if isinstance(e, Call) and e.result}
        given = [
            e.value for _place, e in events(func.fact.body) if isinstance(e, Assign) and e.target == name
        ]
        return bool(given) and all(v in made and self._converts(made[v].callee, func.path) for v in given)

    def _converts(self, callee: str, path: str) -> bool:
        given_back = RETURNS in self._nullness.owner.parameters.fate(callee, 0, path)
        return given_back and self._nullness.apis.predicates.get(callee) != "same"


def _tests(func: Func) -> dict[str, list[int]]:
    """The branches that test a pointer among the parameters and local variables for NULL."""
    fact = func.fact
    ops = [op for op in ("==", "!=") if fact.packs(op, "0")]
    if not ops:
        return {}
    pointers = {v.name for v in fact.locals() if "*" in v.type and not v.static}
    pointers |= {p.name for p in func.params if "*" in p.type}
    tested = {name for name in pointers if any(fact.packs(name, op, "0") for op in ops)}
    if not tested:
        return {}
    body = fact.body
    found: dict[str, list[int]] = {}
    for number, block in enumerate(body.blocks):
        if block.kind == "branch" and block.left in tested and block.right == "0" and block.op in ops:
            found.setdefault(block.left, []).append(number)
    if not any(fact.packs(f"&{name}") for name in tested):
        return found
    taken = {o[1:] for _place, event in events(body) for o in operands_of(event) if o[:1] == "&"}
    return {name: tests for name, tests in found.items() if name not in taken}


def _contradicting(body: Body, flow: Flow, tests: list[int]) -> int:
    """The set of blocks in which a use may contradict one of the tests, see _is_null() and _is_late()."""
    found = 0
    for test in tests:
        if not _only_guards(body, test):
            found |= flow.dominators[test]
        found |= flow.behind(test, _null_side(body.blocks[test])) & ~(1 << test)
    return found


def _uses(body: Body, near: dict[str, int]) -> dict[str, list[_Use]]:
    """What may read through each of the names of ``near`` in its set of blocks, in order of the blocks."""
    found: dict[str, list[_Use]] = {}
    objects = {name: frozenset({Object(name)}) for name in near}
    for number, block in enumerate(body.blocks):
        names = [name for name, blocks in near.items() if blocks >> number & 1]
        for index, event in enumerate(block.events if names else ()):
            operands = [o for o in operands_of(event) if leads_on(o)]
            call = event if isinstance(event, Call) else None
            for name in names if operands or call is not None else ():
                read = next((o for o in operands if _reads(o, name, objects[name])), "")
                if read:
                    use = _Use(Place(number, index), event.line, read, call)
                    found.setdefault(name, []).append(use)
                elif call is not None and name in call.args:
                    use = _Use(Place(number, index), event.line, name, call, call.args.index(name))
                    found.setdefault(name, []).append(use)
        operands = [o for o in (block.left, block.right) if leads_on(o)]
        for name in names if operands else ():
            read = next((o for o in operands if _reads(o, name, objects[name])), "")
            if read:
                found.setdefault(name, []).append(_Use(Place(number, len(block.events)), block.line, read))
    return found


def _reads(operand: str, name: str, objects: frozenset[Object]) -> bool:
    return name in operand and not _COMPOUND.search(operand) and dereferenced(operand, objects)


def _sets(event: Event, name: str) -> bool:
    if isinstance(event, Assign):
        return event.target == name
    return isinstance(event, Call) and (event.result == name or (event.loop and name in event.args))


def _text(use: _Use) -> str:
    called = use.call.callee if use.call is not None and use.position >= 0 else ""
    return f"{called}({use.operand})" if called else use.operand


def _is_late(body: Body, flow: Flow, use: _Use, test: int) -> bool:
    """Whether every way to a test passes the use, and the test is more than a guard of one value."""
    return bool(flow.dominators[test] >> use.place.block & 1) and not _only_guards(body, test)


def _is_guarded(body: Body, flow: Flow, use: _Use, tests: list[int]) -> bool:
    """Whether a test has found the pointer not to be NULL where it is used."""
    block = use.place.block
    return any(t != block and flow.needs(block, t, 1 - _null_side(body.blocks[t])) for t in tests)


def _only_guards(body: Body, test: int) -> bool:
    """Whether a test only keeps NULL from one call or value: ``if (p) free(p);``, ``p ? p->id : 0``."""
    block = body.blocks[test]
    side = _null_side(block)
    instead, guarded = body.blocks[block.succs[side]], body.blocks[block.succs[1 - side]]
    if guarded.succs == (block.succs[side],):
        return any(
            isinstance(e, Call) and any(a == block.left or a.startswith(f"{block.left}->") for a in e.args)
            for e in guarded.events
        )
    chosen = [e.target for b in (guarded, instead) for e in b.events if isinstance(e, Assign)]
    return guarded.succs == instead.succs and len(set(chosen)) == 1 and chosen[0][:1] == "%"


def _is_null(body: Body, flow: Flow, use: _Use, test: int) -> bool:
    """Whether control comes to a use only over the NULL side of a test."""
    return use.place.block != test and flow.needs(use.place.block, test, _null_side(body.blocks[test]))


def _null_side(block: Block) -> int:
    return 0 if equates(block, 0) else 1
