"""State that code tests: a field of an object whose being unset makes a function leave early.

A *guard* is a branch on such a field, read here or by a small function (``return dev->x;``), whose
unset side only returns, while the other side works on the object.  Objects are born zeroed, so that
"unset" is zero until something stores to the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from kscan.analyses.access import Object, dereferences, parse
from kscan.analyses.fields import Fields
from kscan.facts.model import Assign, Block, Call, Event
from kscan.kernel.apis import Apis
from kscan.link.program import Func, Program

_ZERO = frozenset(("0", "NULL", "false"))
_COMPARED = re.compile(r"(.+?)(==|!=)(?:0|NULL|false)\Z")
_LARGEST_GETTER = 6  # blocks
_LARGEST_EXIT = 6
_DEPTH = 3

Path = tuple[str, ...]
"""Fields that lead from an object to a part of it."""


class State(NamedTuple):
    """What an operand tells of a field: ``path`` from the parameter at ``position``.

    ``positive``: the operand is true when the field is set.  ``getters`` read it, the outermost
    first.  ``derived``: the operand is what a callee made of the field, which has a case for NULL.
    """

    position: int
    path: Path
    positive: bool = True
    getters: tuple[Func, ...] = ()
    derived: bool = False


class Guard(msgspec.Struct, frozen=True, eq=False):
    """A branch of ``func`` on ``state``, read on ``line``; ``unset`` is the block it leaves by."""

    func: Func
    state: State
    block: int
    line: int
    unset: int
    value: str  # what it then returns


class States:
    """Guards and getters of one program; remembers what it found."""

    def __init__(self, program: Program, apis: Apis, fields: Fields) -> None:
        self._program = program
        self._apis = apis
        self._fields = fields
        self._results: dict[Func, State | None] = {}
        self._guards: dict[Func, tuple[Guard, ...]] = {}

    def guards(self, func: Func) -> tuple[Guard, ...]:
        """The guards of a function on fields of what its parameters point to."""
        found = self._guards.get(func)
        if found is None:
            found = self._guards[func] = () if func.fact.partial else tuple(self._find_guards(func))
        return found

    def part(self, func: Func, operand: str) -> Object | None:
        """The object an operand names, also through calls that give back their argument."""
        values = self._fields.values(func)
        found = values.object(operand)
        for _ in range(_DEPTH):
            call = values.calls.get(found.base) if found is not None else None
            if found is None or call is None:
                break
            source = parse(call.args[place]) if (place := self._same(call)) >= 0 else None
            if source is None or source.base.startswith("%"):
                break
            found = found.rebase(source)
        return found

    def _same(self, call: Call) -> int:
        """The argument that a call gives back; -1 where it gives something else."""
        for role in self._apis.acquires.get(call.callee, ()):
            if 0 <= role.same_as < len(call.args):
                return role.same_as
        return 0 if call.args and self._apis.predicates.get(call.callee) == "same" else -1

    def levels(self, func: Func, held: Object) -> tuple[tuple[str, Path], ...]:
        """(struct, fields from it) of an access path, for each object on the way, the innermost last.

        Empty where a type is unknown.
        """
        found = []
        for place in range(len(held.fields)):
            owner = self._fields.field_of(func, Object(held.base, held.fields[: place + 1]))
            if owner is None:
                return ()
            found.append((owner[0], held.fields[place:]))
        return tuple(found)

    def text(self, guard: Guard) -> str:
        """The tested field as the guard's function may write it."""
        held = Object(guard.func.params[guard.state.position].name, guard.state.path)
        root = self._fields.root_of(guard.func, held)
        text = held.base
        for place, name in enumerate(held.fields):
            kind = self._program.type_of(root, held.fields[:place], guard.func.path)
            text += ("->" if "*" in kind or not place else ".") + name
        return text

    # -- what operands tell ---------------------------------------------------

    def result(self, func: Func) -> State | None:
        """The field that decides whether a small function returns zero; None for other functions."""
        if func not in self._results:
            self._results[func] = None  # a recursion tells nothing
            self._results[func] = self._result(func)
        return self._results[func]

    def _result(self, func: Func) -> State | None:
        blocks = func.fact.body.blocks
        found: State | None = None
        if func.fact.partial or len(blocks) > _LARGEST_GETTER:
            return None
        for block in blocks:
            if any(isinstance(e, Assign) and dereferences(e.target) for e in block.events):
                return None
            if block.kind != "return" or block.left in _ZERO:
                continue
            state = self.state(func, block.left)
            if state is None or (found is not None and state != found):
                return None
            found = state
        return found

    def state(self, func: Func, operand: str, depth: int = _DEPTH) -> State | None:
        """What an operand of ``func`` tells of a field of what a parameter points to."""
        positive, text = _plain(operand)
        values = self._fields.values(func)
        named = values.object(text)
        if named is None or "[]" in named.fields or text[:1] in "&*":
            return None
        for position, parameter in enumerate(func.params):
            if parameter.name and parameter.name == named.base:
                return State(position, named.fields, positive) if named.fields else None
        call = values.calls.get(named.base)
        if call is None or named.fields or depth <= 0:
            return None
        inner = self._called(func, call, depth)
        return None if inner is None else inner._replace(positive=inner.positive is positive)

    def _called(self, func: Func, call: Call, depth: int) -> State | None:
        if not call.callee.isidentifier() or call.loop:
            return None
        self._program.demand(call.callee)
        callees = self._program.resolve(call.callee, func.path)
        if len(callees) != 1:
            return None
        (callee,) = callees
        inner = self.result(callee)
        if inner is not None and inner.position < len(call.args):
            return self._through(func, call, callee, inner)
        for position, argument in enumerate(call.args[: len(callee.params)]):
            if argument.startswith("%") and self._expects_none(callee, position):
                outer = self.state(func, argument, depth - 1)
                if outer is not None and outer.positive:
                    return outer._replace(getters=(callee, *outer.getters), derived=True)
        return None

    def _through(self, func: Func, call: Call, callee: Func, inner: State) -> State | None:
        """A getter's state in terms of its caller's parameter."""
        held = self._fields.values(func).object(call.args[inner.position])
        if held is None or "[]" in held.fields:
            return None
        for position, parameter in enumerate(func.params):
            if parameter.name and parameter.name == held.base:
                path = held.fields + inner.path
                return inner._replace(position=position, path=path, getters=(callee, *inner.getters))
        return None

    def _expects_none(self, callee: Func, position: int) -> bool:
        """Whether a function tests its pointer parameter for NULL."""
        name = callee.params[position].name
        return bool(name) and any(
            b.kind == "branch" and b.left == name and b.op == "!=" and b.right == "0"
            for b in callee.fact.body.blocks
        )

    # -- guards ---------------------------------------------------------------

    def _find_guards(self, func: Func) -> Iterator[Guard]:
        body = func.fact.body
        for number, block in enumerate(body.blocks):
            if block.kind != "branch" or block.right != "0" or block.op not in ("!=", "=="):
                continue
            tested = _last_value(block)
            state = self.state(func, tested)
            if state is None:
                continue
            side = int((block.op == "!=") == state.positive)  # the successor of an unset field
            unset, set_ = block.succs[side], block.succs[1 - side]
            end = self._leaves(func, unset, state.position)
            if end >= 0 and self._works(func, set_, state.position):
                last = body.blocks[end]
                read = self._fields.values(func).calls.get(_plain(tested)[1])
                made = self._fields.values(func).calls.get(last.left)
                value = last.left if made is None else f"{made.callee}({', '.join(made.args)})"
                yield Guard(func, state, number, read.line if read else block.line, unset, value)

    def _leaves(self, func: Func, start: int, position: int) -> int:
        """The block that returns, where nothing is done to the object from ``start`` on; else -1."""
        blocks = func.fact.body.blocks
        seen: set[int] = set()
        stack = [start]
        end = -1
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            block = blocks[number]
            idle = not any(self._touches(func, event, position) for event in block.events)
            if not idle or len(seen) > _LARGEST_EXIT or block.kind == "stop":
                return -1
            if block.kind == "return":
                end = number
            stack.extend(block.succs)
        return end

    def _works(self, func: Func, start: int, position: int) -> bool:
        """Whether anything is done to the object from ``start`` on."""
        blocks = func.fact.body.blocks
        seen: set[int] = set()
        stack = [start]
        while stack:
            number = stack.pop()
            if number not in seen:
                seen.add(number)
                if any(self._touches(func, event, position) for event in blocks[number].events):
                    return True
                stack.extend(blocks[number].succs)
        return False

    def _touches(self, func: Func, event: Event, position: int) -> bool:
        """Whether an event stores to the object, or hands it to what does more than read or print."""
        name = func.params[position].name
        values = self._fields.values(func)
        if isinstance(event, Assign):
            named = parse(event.target)
            target = values.object(event.target)
            return target is None or (named is not None and bool(named.fields) and target.base == name)
        if not isinstance(event, Call) or any(argument.startswith('"') for argument in event.args):
            return False
        if not any(held is not None and held.base == name for held in map(values.object, event.args)):
            return False
        if event.callee.isidentifier():
            callees = self._program.resolve(event.callee, func.path)
            return not callees or any(self.result(callee) is None for callee in callees)
        return True


def _last_value(block: Block) -> str:
    """What a branch tests: the value that its block gave the variable tested, else that."""
    for event in reversed(block.events):
        if isinstance(event, Assign) and event.target == block.left and event.op == "=":
            return event.value
    return block.left


def _plain(operand: str) -> tuple[bool, str]:
    """(whether it is true when the rest is, the rest) of a truth test as text."""
    positive, text = True, operand
    while True:
        compared = _COMPARED.match(text)
        if text[:1] == "(" and text[-1:] == ")":
            text = text[1:-1]
        elif text[:1] == "!":
            positive, text = not positive, text[1:]
        elif compared is not None:
            positive = positive is (compared[2] == "!=")
            text = compared[1]
        else:
            return positive, text
