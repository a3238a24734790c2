"""Locals that a path reads before anything set them.

The facts name the candidates (``Function.unset``); here each is followed path by path, with what
branches tell.  Silent on doubt: a loop that sets a variable is taken to run at least once, a
switch without a default to match, and a macro that is given a variable to set it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property, lru_cache
from typing import NamedTuple

import msgspec

from kscan.analyses.body.cfg import Place, equates
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.known import Known
from kscan.analyses.body.loops import loops
from kscan.analyses.body.paths import Node, Paths, names_in
from kscan.analyses.body.unavoidable import ENTRY, Edge, Unavoidable
from kscan.facts.model import Assign, Block, Call, Event, ScopeEnd
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.macros import callees_in
from kscan.link.program import Program
from kscan.regex import regex

_TYPES = regex(r"\b(?:typeof|sizeof|__typeof__)(?:\([^()]*\)|\*?\w+)|\b(?:struct|union|enum) ?\w+")
_LEAVES = regex(r"\b(?:return|goto)\b")
_SETS = regex(r"(?<![\w.>])([A-Za-z_]\w*)\s*=(?!=)|&\s*([A-Za-z_]\w*)\b(?!\s*->)")
_TYPE_ONLY = regex(r"\b(?:sizeof|_*typeof\w*|offsetof)\b|#\s*\w")
_STATEMENT = regex(r"[{;)]\s*(\w+)\s*(?=;)")
_PART = regex(r"&?([A-Za-z_]\w*)(?:\.[\w.]+)?")
_VARIABLES = regex(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")
_LONGEST_CALL = 10  # lines
_DEPTH = 4  # macros within macros


@lru_cache(maxsize=65536)
def _variables(operand: str) -> frozenset[str]:
    """The variables in an operand, but for those of which only the type is asked."""
    return frozenset(_VARIABLES.findall(_TYPES.sub("", operand)))


class _InMacro(NamedTuple):
    """What the text of a macro, and of those in it, may do besides evaluating what it is given."""

    leaves: bool  # the function
    asks_type: bool  # of what it is given, which may then not be evaluated
    sets: AbstractSet[str]  # variables that it is not given

    def __or__(self, other: _InMacro) -> _InMacro:
        return _InMacro(
            self.leaves or other.leaves, self.asks_type or other.asks_type, self.sets | other.sets
        )


_NO_MACRO = _InMacro(leaves=False, asks_type=False, sets=frozenset())


class Unset(msgspec.Struct, frozen=True):
    """A variable that is read where nothing has set it.

    ``filler`` is the call that should have set it and whose failure is not looked at, if there is one.
    """

    func: Func
    name: str
    line: int
    node: Node[bool]
    filler: Call | None = None


class UnsetReads:
    """Uninitialised reads in the functions of a program."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self._program = program
        self._apis = apis
        self.fillers = frozenset(apis.fills)
        self._macros: dict[str, _InMacro] = {}
        self._texts: dict[str, tuple[_InMacro, AbstractSet[str]]] = {}

    def reads(self, func: Func) -> Iterator[Unset]:
        """The first read of each local of ``func`` that may come before it is set."""
        body = func.fact.body
        declared = {v.name: v for v in body.locals}
        several = Counter(v.name for v in body.locals)  # of which an inner block has another
        paths: Paths | None = None
        params = {p.name for p in func.params}
        for name in (n for n in func.fact.unset if n not in params and several[n] == 1):
            walk = _Walk(self, func, name)
            if not walk.sure or not self.scalar(declared[name].type):
                continue
            paths = paths or Paths(body, self._apis)
            paths.explore(Place(0, 0), [{}], False, walk.visit, walk.decide, frozenset({name}))
            if walk.found is not None and declared[name].line <= walk.found.line:
                yield walk.found

    def outputs(self, func: Func) -> Iterator[Unset]:
        """Locals that a call leaves alone where it fails, used although nobody asked whether it did."""
        body = func.fact.body
        plain = {v.name for v in body.locals if not v.static and not v.type.endswith("[]")}
        paths: Paths | None = None
        for block in body.blocks:
            for event in block.events:
                if isinstance(event, Call) and not event.result and event.callee in self.fillers:
                    position = self._apis.fills[event.callee]
                    name = event.args[position][1:] if position < len(event.args) else ""
                    if name in plain and event.args[position][0] == "&":
                        paths = paths or Paths(body, self._apis)
                        walk = _Walk(self, func, name, event)
                        paths.explore(Place(0, 0), [{}], False, walk.visit, walk.decide, frozenset({name}))
                        if walk.found is not None:
                            yield walk.found

    def is_debugging(self, callee: str) -> bool:
        """Whether a call does no more than to print something while somebody debugs."""
        return callee in self._apis.debugs

    def in_macro(self, callee: str) -> _InMacro:
        """What a call does if it is the use of a macro."""
        found = self._macros.get(callee)
        if found is None:
            found = self._macros[callee] = self._expanded(callee, frozenset())
        return found

    def _expanded(self, name: str, seen: frozenset[str]) -> _InMacro:
        if name in seen or len(seen) >= _DEPTH or not name.isidentifier():
            return _NO_MACRO
        found, called = self._texts.get(name) or self._text(name)
        for callee in called:
            found |= self._expanded(callee, seen | {name})
        return found

    def _text(self, name: str) -> tuple[_InMacro, AbstractSet[str]]:
        """What the text of a macro may do, and which it uses itself."""
        found, called = _NO_MACRO, set[str]()
        for _path, macro in self._program.macros_named(name):
            body = macro.body
            sets = {a or b for a, b in _SETS.findall(body)} - set(macro.params or ())
            # A parameter that is a statement of its own may be a return.
            does = not set(_STATEMENT.findall(body)).isdisjoint(macro.params or ())
            leaves = does or _LEAVES.search(body) is not None
            found |= _InMacro(leaves, _TYPE_ONLY.search(body) is not None, sets)
            inner = body.strip()
            called |= {inner} if inner.isidentifier() else callees_in(body)
        self._texts[name] = found, called
        return found, called

    def names_member(self, callee: str, position: int) -> bool:
        """Whether a call is the use of a macro that takes an argument for the name of a member."""
        macros = [m for _path, m in self._program.macros_named(callee) if m.params is not None]
        return bool(macros) and all(
            position < len(m.params or ())
            and (uses := re.findall(rf"(\S?)\s*\b{(m.params or ())[position]}\b", m.body)) != []
            and set(uses) <= {">", "."}
            for m in macros
        )

    def predicate(self, callee: str) -> str:
        """What a call means in a condition; empty if nothing."""
        return self._apis.predicates.get(callee, "")

    def evaluates(self, callee: str, func: Func) -> bool:
        """Whether a call surely evaluates a variable it is given: it is no macro that might set it."""
        if callee in self._apis.prints or not callee.isidentifier():
            return True
        if any(ref.root == "$" + callee for ref in func.fact.calls):
            return True
        known = bool(self._program.resolve(callee, func.path)) or self._program.declares(callee)
        # Where a function exists too, the macro of an #else branch only stands in for it.
        macros = [m for _path, m in self._program.macros_named(callee)]
        return known and all(any(g.startswith("!") for g in m.guards) for m in macros)

    def scalar(self, kind: str) -> bool:
        """Whether a variable of that type is no array in disguise."""
        return not kind.isidentifier() or not self._program.typedef(kind).endswith("[]")


class _Walk:
    """One variable of one function.  With ``filler``, what follows that call counts only."""

    def __init__(self, owner: UnsetReads, func: Func, name: str, filler: Call | None = None) -> None:
        self._owner = owner
        self._func = func
        self._body = func.fact.body
        self._name = name
        self._filler = filler
        self._calls = {e.result: e for b in self._body.blocks for e in b.events if isinstance(e, Call)}
        self._known = {v.name for v in self._body.locals} | {p.name for p in func.params}
        self._closed = self._doubtful_edges()
        self._given = self._given_lines()
        self.found: Unset | None = None

    @cached_property
    def sure(self) -> frozenset[Edge]:
        """The edges after which the variable is surely read, with nothing that sets it before."""
        reads, sets = set[int](), set[int]()
        for number, block in enumerate(self._body.blocks):
            effects = (self._effect(event) for event in block.events)
            effect = next((e for e in effects if e is not True), True)
            if effect and self._is_set_by(block.left):
                effect = None
            elif effect and self._evaluates(block.left, block.right):
                effect = None if self._is_given(block.line) else False
            if effect is not True:
                (sets if effect is None else reads).add(number)
        return frozenset(Unavoidable(self._body, reads, sets, self._closed).edges()) if reads else frozenset()

    def visit(
        self, _where: Place, event: Event | None, _facts: Known, passed: bool, node: Node[bool]
    ) -> bool | None:
        """Follow one event; the path ends where the variable is set or read."""
        if self.found is not None or event is None or self._shut(node):
            return None
        if event is self._filler:
            return True
        after = self._effect(event)
        if after is False and not self._explained(event, node):
            self._say(event.line, passed or self._came_surely(node), node)
        return passed if after else None

    def _explained(self, event: Event, node: Node[bool]) -> bool:
        """Whether a call gets the variable together with something that may tell it not to look at it.

        That is what is set where the variable is, or what this path has found to be 0.
        """
        if not isinstance(event, Call) or self._filler is not None:
            return False
        told = {
            block.left for block, side in self._tests(node) if block.right == "0" and equates(block, side)
        }
        return not (told | self._partners()).isdisjoint(event.args)

    def _tests(self, node: Node[bool]) -> Iterator[tuple[Block, int]]:
        for number, side in node.decisions():
            if self._body.blocks[number].kind == "branch":
                yield self._body.blocks[number], side

    def decide(self, block: Block, _facts: Known, passed: bool, node: Node[bool]) -> bool | None:
        """Look at what a branch or return evaluates."""
        if self.found is not None or self._shut(node):
            return None
        passed = passed or self._came_surely(node)
        if self._is_set_by(block.left):
            return None
        if self._evaluates(block.left, block.right):
            if not self._is_given(block.line):
                self._say(block.line, passed, node)
            return None
        return passed

    def _came_surely(self, node: Node[bool]) -> bool:
        if self._filler is not None:
            return False
        return (ENTRY if node.parent is None else (node.parent.block, node.side)) in self.sure

    def _shut(self, node: Node[bool]) -> bool:
        return node.parent is not None and (node.parent.block, node.side) in self._closed

    def _say(self, line: int, passed: bool, node: Node[bool]) -> None:
        if passed and self._consistent(node):
            self.found = Unset(self._func, self._name, line, node, self._filler)

    def _effect(self, event: Event) -> bool | None:
        """True: still unset; False: read while unset; None: set, or not known any more."""
        effect = self._judged(event)
        return None if effect is False and self._is_given(event.line) else effect

    def _judged(self, event: Event) -> bool | None:
        if isinstance(event, Assign):
            return self._assigned(event)
        if isinstance(event, ScopeEnd):
            return self._name not in event.names
        return event is self._filler or self._called(event)

    def _assigned(self, event: Assign) -> bool | None:
        if self._mentions(event.value):
            return False if self._without_address(event.value) == event.value else None
        if event.target == self._name:
            return None if event.op == "=" else False
        if not self._mentions(event.target):
            return True
        return None if self._is_part(event.target) else False

    def _called(self, event: Call) -> bool | None:
        if event.callee == "asm" and not event.args:
            return None
        if self._owner.is_debugging(event.callee):
            return True
        macro = self._owner.in_macro(event.callee)
        if macro.leaves or self._name in macro.sets or any(map(self._is_set_by, event.args)):
            return None
        given = [
            arg
            for position, arg in enumerate(event.args)
            if self._mentions(arg) and not self._owner.names_member(event.callee, position)
        ]
        # A macro is free to set what it is given by name before it evaluates the rest.
        given.sort(key=lambda arg: not self._is_part(arg))
        return self._argument(event, given[0]) if given else True

    def _is_set_by(self, arg: str) -> bool:
        """Whether an argument is a macro that sets the variable."""
        named = arg.isidentifier() and arg != self._name and arg not in self._known
        return named and self._name in self._owner.in_macro(arg).sets

    def _argument(self, event: Call, arg: str) -> bool | None:
        if self._is_part(arg) and arg != self._name:
            if self._filler is None or event.callee in self._owner.fillers:
                return None
            return False  # handed on to be read, since it was just filled
        if not self._evaluates(arg):
            return None  # its address within an expression
        if event.loop:
            return None
        # A macro may set what it is given by name, and ask for no more than the type of what it points to.
        if arg in (self._name, "*" + self._name):
            return False if self._owner.evaluates(event.callee, self._func) else None
        return None if self._owner.in_macro(event.callee).asks_type else False

    def _given_lines(self) -> list[int]:
        """The first lines of calls to macros that are given the variable to set it.

        What is behind it among their arguments is evaluated by the macro, when and as often as it likes.
        """
        given = (self._name, "&" + self._name)
        return [
            e.line
            for b in self._body.blocks
            for e in b.events
            if isinstance(e, Call)
            and any(a in given for a in e.args)
            and (e.loop or not self._owner.evaluates(e.callee, self._func))
        ]

    def _is_given(self, line: int) -> bool:
        """Whether what is evaluated on a line may belong to such a call."""
        return any(first <= line <= first + _LONGEST_CALL for first in self._given)

    def _sets(self, event: Event) -> bool:
        """Whether an event gives the variable a value, or may."""
        if isinstance(event, Assign):
            return event.target == self._name
        given = (self._name, "&" + self._name)
        return isinstance(event, Call) and event is not self._filler and any(a in given for a in event.args)

    def _is_part(self, operand: str) -> bool:
        found = _PART.fullmatch(operand) if self._name in operand else None
        return found is not None and found[1] == self._name

    def _mentions(self, *operands: str) -> bool:
        return any(self._name in o and self._name in _variables(o) for o in operands)

    def _without_address(self, operand: str) -> str:
        """An operand without what only takes the variable's address."""
        if f"&{self._name}" not in operand:
            return operand
        return re.sub(rf"&{self._name}(?!\w|->|\[)", "", operand)

    def _evaluates(self, *operands: str) -> bool:
        """Whether one of ``operands`` needs the value, and not only the address."""
        return self._mentions(*map(self._without_address, operands))

    # -- doubt ----------------------------------------------------------------

    def _doubtful_edges(self) -> frozenset[tuple[int, int]]:
        """Edges (block, place among its successors) that are doubtful while the variable is unset.

        They leave a loop that sets it without a turn, or a switch that no case of matches, or
        belong to a configuration in which it may not exist.
        """
        body = self._body
        setting = {n for n, b in enumerate(body.blocks) if any(map(self._sets, b.events))}
        after = flow_of(body).after
        found: set[tuple[int, int]] = set()
        for loop in loops(body):
            if not setting.isdisjoint(loop.blocks):
                found |= loop.exits
        for number, block in enumerate(body.blocks):
            if block.kind == "switch" and "none" in block.cases:
                ways = [after[succ] | 1 << succ for succ in block.succs]
                place = block.cases.index("none")
                if any(not ways[place] >> n & 1 and any(w >> n & 1 for w in ways) for n in setting):
                    found.add((number, place))
            elif block.kind == "branch" and self._configured(block):
                found.update((number, 1 - side) for side in (0, 1) if block.succs[side] in setting)
        return frozenset(found)

    def _configured(self, block: Block) -> bool:
        call = self._calls.get(block.left)
        return block.op == "config" or (
            call is not None and self._owner.predicate(call.callee) == "configured"
        )

    def _consistent(self, node: Node[bool]) -> bool:
        """Whether the branches of a path can be taken together, as far as their texts tell."""
        partners = self._partners()
        known: dict[tuple[str, str], bool] = {}
        single: dict[str, str] = {}
        for number, side in node.decisions():
            block = self._body.blocks[number]
            call = self._calls.get(block.left)
            if call is not None and not partners.isdisjoint(call.args):
                return False  # it may well ask whether the variable was set
            left = block.left if call is None else f"{call.callee}({','.join(call.args)})"
            if not self._changing.isdisjoint(names_in(left)):
                continue
            left = left[1:-1] if left[:1] == "(" and left[-1:] == ")" else left
            if block.kind == "switch":
                key, holds = (left, block.cases[side]), block.cases[side] not in ("default", "none")
            elif block.op == "config":
                key, holds = (left, block.op), side == 0
            elif block.op in ("==", "!="):
                key, holds = (left, block.right), (side == 0) == (block.op == "==")
            else:
                continue
            if known.setdefault(key, holds) != holds:
                return False
            if holds and block.op != "config" and single.setdefault(*key) != key[1]:
                return False
        return True

    @cached_property
    def _changing(self) -> frozenset[str]:
        """Variables that are assigned more than once."""
        counts = Counter(
            e.target
            for b in self._body.blocks
            for e in b.events
            if isinstance(e, Assign) and e.target.isidentifier()
        )
        return frozenset(name for name, count in counts.items() if count > 1)

    def _partners(self) -> frozenset[str]:
        """Variables that are set where this one is: their tests may tell about it."""
        found = set[str]()
        for block in self._body.blocks:
            sets = f"&{self._name}"
            if any(
                e.target == self._name if isinstance(e, Assign) else isinstance(e, Call) and sets in e.args
                for e in block.events
            ):
                for event in block.events:
                    given = [event.target] if isinstance(event, Assign) else []
                    if isinstance(event, Call):
                        given = [arg[1:] for arg in event.args if arg[:1] == "&"]
                    found.update(name for name in given if name.isidentifier())
        return frozenset(found - {self._name})
