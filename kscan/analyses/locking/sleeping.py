"""What may sleep: calls of the kernel's sleeping functions, and functions that lead to one.

A function counts as sleeping only where nothing that its caller decides keeps it from it: what is
behind a test of a number or flag that it was given, and functions that ask for their context, are
left out.  Allocations sleep where their flags allow it; flags that are a parameter are followed
to the caller.
"""

from __future__ import annotations

from typing import NamedTuple

from kscan.analyses.body import cfg
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.paths import NEGATIVE, POSITIVE, SIDES, ZERO, constant, names_in
from kscan.analyses.body.values import Values, values_of
from kscan.facts.model import Block, Call
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program

_DEEPEST = 4
_OUTSIDE = 1  # how much deeper than into the first function that is not scanned


class Sleep(NamedTuple):
    """A chain of calls, each in the callee of the one before; the last one sleeps."""

    chain: tuple[tuple[Func, Call], ...]
    by_flags: bool = False  # it is an allocation, whose flags allow it

    @property
    def call(self) -> Call:
        """The call that sleeps."""
        return self.chain[-1][1]


class _Given(NamedTuple):
    """What a caller says of the parameters: which are flags that allow sleeping, and which are constant."""

    sleepy: frozenset[str] = frozenset()
    known: tuple[tuple[str, int], ...] = ()  # name and mask, see kscan.analyses.body.paths


NOTHING = _Given()


class Sleeping:
    """Which calls of a program's functions may sleep."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self._program = program
        self._apis = apis
        self._known: dict[tuple[Func, _Given, int], Sleep | None] = {}
        self._possible: dict[tuple[Func, int], bool] = {}
        self._macros: dict[tuple[str, str], frozenset[str]] = {}
        self._drops: dict[tuple[Func, str], bool] = {}
        self._values: dict[Func, Values] = {}

    def callees(self, func: Func, name: str) -> tuple[Func, ...]:
        """What a call of ``name`` in a function leads to; nothing where that is a variable of its own."""
        given = any(name == parameter.name for parameter in func.params)
        if given or any(name == local.name for local in func.fact.body.locals):
            return ()
        return self._program.near(name, func.path)

    # -- who sleeps -----------------------------------------------------------

    def sleep_of(
        self, func: Func, call: Call, given: _Given = NOTHING, depth: int = _DEEPEST
    ) -> Sleep | None:
        """How a call in a function may sleep; None where nothing shows that it does."""
        name, apis = call.callee, self._apis
        if name in apis.may_sleep:
            return Sleep(((func, call),))
        if name in apis.sleeps_unless_zero:
            position = apis.sleeps_unless_zero[name]
            sleeps = position < len(call.args) and constant(call.args[position]) == POSITIVE
            return Sleep(((func, call),)) if sleeps else None
        if name in apis.sleeps_by_gfp:
            position = apis.sleeps_by_gfp[name]
            flags = position < len(call.args) and self._allows(func, call.args[position], given)
            return Sleep(((func, call),), by_flags=True) if flags else None
        if depth <= 0 or self.is_known(name):
            return None
        callees = self.callees(func, name)
        if not callees:
            return self._in_macro(func, call, given, depth)
        if any(c.path != func.path and any(self._program.rivals(c)) for c in callees):
            return None  # a header has a macro of that name, and may be the one that the file sees
        below = [self._below(callee, depth) for callee in callees]
        if not all(map(self._may_sleep, callees, below)):
            return None
        found = [
            self.sleeps(c, self._handed(func, call, c, given), d) for c, d in zip(callees, below, strict=True)
        ]
        sure = found[0] if all(found) else None
        return Sleep(((func, call), *sure.chain), sure.by_flags) if sure is not None else None

    def sleeps(self, func: Func, given: _Given = NOTHING, depth: int = _DEEPEST) -> Sleep | None:
        """The first call in a function that may sleep whatever the caller decides."""
        key = (func, given, depth)
        if key not in self._known:
            self._known[key] = None  # a recursive call adds nothing
            self._known[key] = self._first(func, given, depth)
        return self._known[key]

    def _first(self, func: Func, given: _Given, depth: int) -> Sleep | None:
        if self._may_sleep(func, depth):
            for place, call in cfg.calls(func.fact.body):
                if not self.is_known(call.callee) and not self._spoilt(func, place.block, given):
                    found = self.sleep_of(func, call, given, depth)
                    if found is not None:
                        return found
        return None

    def _may_sleep(self, func: Func, depth: int) -> bool:
        """Whether a function may sleep for some caller: a quick test, for most do not."""
        key = (func, depth)
        if key not in self._possible:
            self._possible[key] = False
            names = dict.fromkeys(ref.root for ref in func.fact.calls if not ref.path)
            self._possible[key] = (
                not func.fact.partial
                and self._apis.asks_context.isdisjoint(names)
                and any(self._may_lead(name, func.path, depth) for name in names)
            )
        return self._possible[key]

    def _may_lead(self, name: str, path: str, depth: int) -> bool:
        if self._sleeps_itself(name):
            return True
        if depth <= 0 or self.is_known(name):
            return False
        callees = self._program.near(name, path)
        if callees:
            return all(self._may_sleep(callee, self._below(callee, depth)) for callee in callees)
        return any(self._may_lead(inner, path, depth - 1) for inner in self._made_of(name, path))

    def _below(self, callee: Func, depth: int) -> int:
        return depth - 1 if callee.path in self._program.scope else min(depth - 1, _OUTSIDE)

    def _sleeps_itself(self, name: str) -> bool:
        apis = self._apis
        return name in apis.may_sleep or name in apis.sleeps_by_gfp or name in apis.sleeps_unless_zero

    def asks(self, func: Func) -> bool:
        """Whether a function asks for its context, and so may know what it does."""
        return any(ref.root in self._apis.asks_context for ref in func.fact.calls if not ref.path)

    def is_known(self, name: str) -> bool:
        """Whether the kernel model knows a function, and not that it sleeps."""
        apis = self._apis
        return not self._sleeps_itself(name) and (
            not name.isidentifier()
            or apis.changes(name)
            or name in apis.does_not_keep
            or name in apis.predicates
            or name in apis.prints
            or name in apis.loops
        )

    def _made_of(self, name: str, path: str) -> frozenset[str]:
        """The functions that a macro calls."""
        key = (name, path)
        if key not in self._macros:
            self._macros[key] = frozenset()  # for one that calls itself
            expanded = self._program.expansion(name, (), path)
            self._macros[key] = frozenset(inner for inner, _args in expanded) - {name}
        return self._macros[key]

    def _in_macro(self, func: Func, call: Call, given: _Given, depth: int) -> Sleep | None:
        inner = self._made_of(call.callee, func.path)
        if not any(self._may_lead(name, func.path, depth - 1) for name in inner):
            return None
        for name, args in self._program.expansion(call.callee, call.args, func.path):
            if name in inner:
                found = self.sleep_of(func, Call(name, args, "", call.line, call.column), given, depth - 1)
                if found is not None:
                    return found
        return None

    # -- what the caller decides ----------------------------------------------

    def _handed(self, func: Func, call: Call, callee: Func, given: _Given) -> _Given:
        sleepy, known = set(), []
        for parameter, arg in zip(callee.params, call.args, strict=False):
            if self._allows(func, arg, given):
                sleepy.add(parameter.name)
            mask = constant(arg)
            if mask in (NEGATIVE, ZERO, POSITIVE):
                known.append((parameter.name, mask))
        return _Given(frozenset(sleepy), tuple(known))

    def _allows(self, func: Func, operand: str, given: _Given) -> bool:
        """Whether an operand is allocation flags that allow sleeping."""
        names = names_in(operand)
        if "~" in operand or "?" in operand:
            return False
        allowing = self._apis.sleeping_gfp | given.sleepy
        if not names.isdisjoint(allowing):
            return True
        values = self._values_of(func)
        for name in names:
            origin = values.object(name)
            if origin is not None and not origin.fields and origin.base in allowing:
                return True
        return False

    def _values_of(self, func: Func) -> Values:
        found = self._values.get(func)
        if found is None:
            found = self._values[func] = values_of(func.fact.body)
        return found

    def _spoilt(self, func: Func, block: int, given: _Given) -> bool:
        """Whether control may be kept from a block by what the caller decides, or by the configuration."""
        body = func.fact.body
        flow = flow_of(body)
        if not flow.live >> block & 1:
            return True
        known = dict(given.known)
        for number, test in enumerate(body.blocks):
            if test.kind == "branch" and number != block and test.succs[0] != test.succs[1]:
                side = next((side for side in (0, 1) if flow.needs(block, number, side)), None)
                if side is not None and not self._goes(func, test, side, known):
                    return True
        return False

    def _goes(self, func: Func, test: Block, side: int, known: dict[str, int]) -> bool:
        """Whether a test surely does not depend on the caller, or goes to this side for this one.

        What an object looks like that the function is given is the caller's doing, too.
        """
        if test.op == "config":
            return self._program.view.active([test.left[1:] if side == 0 else f"!({test.left[1:]})"])
        pointers = {p.name for p in func.params if p.type.rstrip().endswith("*")}
        if test.right == "0" and test.op in SIDES:
            mask = known.get(test.left, POSITIVE if test.left in pointers else 0)
            if mask:
                return not mask & ~SIDES[test.op][side]
        names = self._asked_of(func, test.left) | self._asked_of(func, test.right)
        return names.isdisjoint(p.name for p in func.params)

    def _asked_of(self, func: Func, operand: str) -> frozenset[str]:
        """The names in an operand, and the numbers given to the calls that it holds the results of."""
        names = names_in(operand)
        calls = self._values_of(func).calls
        asked = frozenset(arg for name in names if name in calls for arg in calls[name].args)
        return names | (asked - {p.name for p in func.params if p.type.rstrip().endswith("*")})

    # -- who gives the lock back ----------------------------------------------

    def drops(self, func: Func, call: Call, resource: str, depth: int = 3) -> bool:
        """Whether a callee may give back a lock that it did not take."""
        releases = self._apis.releases.get(call.callee)
        if releases is not None:
            return any(role.resource == resource for role in releases)
        if call.callee in self._apis.acquires or depth <= 0 or self.is_known(call.callee):
            return False
        callees = self.callees(func, call.callee)
        if not callees and call.callee.isidentifier():
            return any(
                role.resource == resource
                for name in self._made_of(call.callee, func.path)
                for role in self._apis.releases.get(name, ())
            )
        return any(self._dropped_in(callee, resource, depth) for callee in callees)

    def _dropped_in(self, func: Func, resource: str, depth: int) -> bool:
        key = (func, resource)
        if key not in self._drops:
            self._drops[key] = False
            self._drops[key] = self._released_first(func, resource, depth)
        return self._drops[key]

    def _released_first(self, func: Func, resource: str, depth: int) -> bool:
        """Whether some way through a function comes to a release before an acquisition."""
        blocks = func.fact.body.blocks
        pending, seen = [0] if blocks else [], {0}
        while pending:
            block = blocks[pending.pop()]
            for event in block.events:
                if isinstance(event, Call):
                    if any(role.resource == resource for role in self._apis.acquires.get(event.callee, ())):
                        break
                    if self.drops(func, event, resource, depth - 1):
                        return True
            else:
                fresh = [succ for succ in block.succs if succ not in seen]
                seen.update(fresh)
                pending += fresh
        return False
