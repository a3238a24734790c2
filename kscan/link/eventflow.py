"""Which events of a notifier chain a call is made for, and which it hands over; the same of callbacks.

A function has an *event parameter* where it is a callback of a notifier block, where it is handed one
by such a callback, or where it hands one to a chain.  One that calls a parameter, or hands it on to be
called, is told of a function as others are of an event.  Constants are told apart by their names; what
cannot be told is every event.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kscan.facts.model import Assign, Block, Call
from kscan.kernel.entrypoints import ChainModel
from kscan.link.edges import Edge, Func
from kscan.link.events import ANY, SAME, Events
from kscan.link.program import Program, last_name
from kscan.regex import regex

_CONSTANT = regex(r"[A-Z][A-Z0-9_]+\Z")
_OTHER = ""  # an event that nothing tells apart
_DEEPEST = 4  # names of constants that stand for one another


class EventFlow:
    """Answers for what is loaded when first asked."""

    def __init__(self, program: Program, model: ChainModel, callbacks: Callable[[], Iterable[Func]]) -> None:
        """``callbacks`` gives the functions that stand in notifier blocks."""
        self._program = program
        self._model = model
        self._callbacks = callbacks
        self._params: dict[Func, int] | None = None
        self._reached: dict[Func, Mapping[int, Events]] = {}
        self._calling: dict[Func, int] = {}
        self._meaning: dict[str, str] = {}

    # -- parameters -----------------------------------------------------------

    def parameter(self, func: Func) -> int:
        """The 0-based place of a function's event parameter; -1 where it has none."""
        if self._params is None:
            self._params = {}
            self._handing()
            self._told()
        return self._params.get(func, -1)

    def _handing(self) -> None:
        """The functions that hand a parameter of theirs to a chain, as its event."""
        assert self._params is not None
        known: list[tuple[Func | None, str, int]] = []
        known += [(None, name, event) for name, (_head, event) in self._model.calls.items()]
        while known:
            callee, name, event = known.pop()
            for caller in self._program.calling(name):
                if caller in self._params or (
                    callee is not None and callee not in self._program.resolve(name, caller.path)
                ):
                    continue
                names = [param.name for param in caller.params]
                given = (call.args[event] for call in _calls(caller, name) if event < len(call.args))
                place = next((names.index(operand) for operand in given if operand in names), -1)
                if place >= 0:
                    self._params[caller] = place
                    known.append((caller, caller.name, place))

    def _told(self) -> None:
        """The callbacks, and the functions that they hand the event to."""
        assert self._params is not None
        event = self._model.event
        known = [func for func in self._callbacks() if event < len(func.params)]
        self._params.update(dict.fromkeys(known, event))
        while known:
            caller = known.pop()
            name = caller.params[self._params[caller]].name
            for call in _calls(caller) if name else ():
                place = call.args.index(name) if name in call.args else -1
                for callee in self._program.resolve(call.callee, caller.path) if place >= 0 else ():
                    if callee not in self._params and place < len(callee.params):
                        self._params[callee] = place
                        known.append(callee)

    def function_parameter(self, func: Func) -> int:
        """The place of the parameter that a function calls, or hands on to be called; -1 if it has none."""
        found = self._calling.get(func)
        if found is None:
            called = {ref.root[1:] for ref in func.fact.calls if ref.root[:1] == "$" and not ref.path}
            names = [p.name for p in func.params if p.name in called]
            names += [p.name for p in func.params if p.type == "fn" and p.name]
            places = [n for n, p in enumerate(func.params) if names and p.name == names[0]]
            found = places[0] if places and all(a.target != names[0] for a in _assigned(func)) else -1
            self._calling[func] = found
        return found

    def called_parameter(self, func: Func) -> str | None:
        """The name of that parameter."""
        place = self.function_parameter(func)
        return func.params[place].name if place >= 0 else None

    # -- what is handed over --------------------------------------------------

    def functions_by(self, edge: Edge) -> tuple[str, ...]:
        """As ``handed_by``, of a call to a function with a function parameter."""
        place, own = self.function_parameter(edge.callee), self.called_parameter(edge.caller)
        local = {p.name for p in edge.caller.params} | {v.name for v in edge.caller.fact.body.locals}
        found: dict[str, None] = {}
        for call in _calls(edge.caller, edge.callee.name):
            if call.line == edge.line:
                given = call.args[place].lstrip("&") if place < len(call.args) else ""
                if given == own:
                    found[SAME[0]] = None
                elif not given.isidentifier() or given in local or given.isupper():
                    return ()
                else:
                    functions = self._program.resolve(given, edge.caller.path)
                    if not functions and not self._program.declares(given):
                        return ()  # a variable
                    found.update(dict.fromkeys(map(function_key, functions)) or {given: None})
        return tuple(found) if SAME[0] not in found or len(found) == 1 else ()

    def handed(self, func: Func, operand: str) -> tuple[str, ...]:
        """What an operand of ``func`` that is handed over as an event may be: constants by their names, or
        SAME; nothing where that cannot be told."""
        if _CONSTANT.match(operand):
            return (self._meant(operand),)
        if operand in self._names(func):
            return SAME
        values = [e.value for e in _assigned(func) if e.target == operand] if operand.isidentifier() else []
        known = operand not in {p.name for p in func.params} and all(map(_CONSTANT.match, values))
        return tuple(dict.fromkeys(map(self._meant, values))) if known else ()

    def handed_by(self, edge: Edge) -> tuple[str, ...]:
        """As ``handed``, of the call of an edge to a function with an event parameter."""
        place = self.parameter(edge.callee)
        name = last_name(edge.via) if "." in edge.via else edge.callee.name
        found: dict[str, None] = {}
        for call in _calls(edge.caller):
            if call.line == edge.line and last_name(call.callee) == name:
                handed = self.handed(edge.caller, call.args[place]) if place < len(call.args) else ()
                if not handed:
                    return ()
                found.update(dict.fromkeys(handed))
        return tuple(found) if SAME[0] not in found or len(found) == 1 else ()

    def _names(self, func: Func) -> frozenset[str]:
        """The names that a function knows the event by that it is told: nothing where it changes it."""
        place = self.parameter(func)
        name = func.params[place].name if place >= 0 else ""
        stores: dict[str, list[str]] = defaultdict(list)
        for event in _assigned(func) if name else ():
            stores[event.target].append(event.value if event.op == "=" else "")
        if not name or name in stores:
            return frozenset()
        return frozenset((name, *(v.name for v in func.fact.body.locals if stores[v.name] == [name])))

    def _meant(self, name: str) -> str:
        """The constant that a constant's name stands for."""
        found = self._meaning.get(name)
        if found is None:
            found = name
            for _step in range(_DEEPEST):
                bodies = {m.body.strip("() ") for _path, m in self._program.macros_named(found)}
                if len(bodies) != 1 or not _CONSTANT.match(min(bodies)):
                    break
                found = min(bodies)
            self._meaning[name] = found
        return found

    # -- what a call is made for ----------------------------------------------

    def when(self, func: Func, line: int) -> Events:
        """The events that a function may have been told of where it comes to a call in ``line``."""
        found = self._reached.get(func)
        if found is None:
            found = self._reached[func] = self._lines(func)
        return found.get(line, ANY)

    def tested(self, func: Func) -> tuple[str, ...]:
        """The events that a function tells apart, in the order of its text, as they are written."""
        place = self.parameter(func)
        name = func.params[place].name if place >= 0 else ""
        of_event = re.compile(rf"\b{re.escape(name)}\b").search if name else None
        found: dict[str, None] = {}
        for block in sorted(func.fact.body.blocks, key=lambda b: b.line):
            if of_event is not None and of_event(block.left):
                found.update(dict.fromkeys(label for label in _labels(block) if _CONSTANT.match(label)))
        return tuple(found)

    def _lines(self, func: Func) -> Mapping[int, Events]:
        names = self._names(func)
        blocks = func.fact.body.blocks
        labels = {label for block in blocks if block.left in names for label in _labels(block)}
        tested = {self._meant(label) for label in labels if _CONSTANT.match(label)}
        if not tested or func.fact.partial:
            return {}
        reached: dict[int, set[str]] = defaultdict(set)
        for event in (*tested, _OTHER):
            for block in self._walk(blocks, names, event):
                for line in {block.line, *(e.line for e in block.events)}:
                    reached[line].add(event)
        return {line: _set_of(tested, events) for line, events in reached.items()}

    def _walk(self, blocks: Sequence[Block], names: frozenset[str], event: str) -> Iterator[Block]:
        """The blocks that an event leads to."""
        known, seen = [0], {0}
        while known:
            block = blocks[known.pop()]
            yield block
            for succ in self._next(block, event) if block.left in names else block.succs:
                if succ not in seen:
                    seen.add(succ)
                    known.append(succ)

    def _next(self, block: Block, event: str) -> Iterable[int]:
        if block.kind == "branch" and _CONSTANT.match(block.right) and block.op in ("==", "!="):
            return (block.succs[(self._meant(block.right) == event) != (block.op == "==")],)
        if block.kind != "switch":
            return block.succs
        ways = tuple(zip(block.cases, block.succs, strict=True))
        same = [succ for label, succ in ways if _CONSTANT.match(label) and self._meant(label) == event]
        return same or [succ for label, succ in ways if not _CONSTANT.match(label)]


def function_key(func: Func) -> str:
    """What stands for a function in ``Events``."""
    return f"{func.path}:{func.name}"


def _labels(block: Block) -> Sequence[str]:
    """The constants that a block compares something with."""
    if block.kind == "switch":
        return block.cases
    return (block.right,) if block.op in ("==", "!=") else ()


def _set_of(tested: set[str], events: set[str]) -> Events:
    return Events(frozenset(tested - events)) if _OTHER in events else Events(frozenset(events), but=False)


def _calls(func: Func, name: str = "") -> Iterator[Call]:
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Call) and name in ("", event.callee):
                yield event


def _assigned(func: Func) -> Iterator[Assign]:
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Assign):
                yield event
