"""Init functions that leave early on a variable which only a later init function sets.

While the kernel starts, init functions run level by level.  One of an early level that tests a static
variable of its file, which nothing but a function of a later level sets, always finds it unset.
Within a level the order is that of linking, of which nothing is claimed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.ordering.behind import ZERO
from kscan.facts.model import Assign, Call
from kscan.kernel.lifecycle import Lifecycle
from kscan.link.edges import DIRECT, Edge, Func
from kscan.link.program import Program

_DEPTH = 3
_LEVELS = 2  # at least, for one to be later


class Init(msgspec.Struct, frozen=True):
    """A function that runs once, at a level of init; ``chain`` leads from it to the function in question."""

    func: Func
    macro: str
    line: int
    rank: int
    chain: tuple[Edge, ...] = ()


class TooEarly(msgspec.Struct, frozen=True):
    """A test on ``line`` of ``guard`` of the variable ``name``, which ``setter`` sets on ``set_line``."""

    early: Init
    guard: Func
    line: int
    name: str
    later: Init
    setter: Func
    set_line: int


class InitOrder:
    """Tests that come too early in the files scanned of one program."""

    def __init__(self, program: Program, lifecycle: Lifecycle) -> None:
        self._program = program
        self._order = lifecycle.init_order
        self._own: dict[str, list[Func]] = defaultdict(list)
        for func in program.own:
            if not func.fact.partial:
                self._own[func.path].append(func)

    def found(self) -> Iterator[TooEarly]:
        """Every test of a static variable that comes before the only init functions that set it."""
        for path in sorted(self._program.scope):
            facts = self._program.facts.get(path)
            if facts is None:
                continue
            uses = [use for use in facts.uses if use.name in self._order and use.args]
            if len({self._order[use.name] for use in uses}) < _LEVELS:
                continue
            inits = {use.args[0]: (use.name, use.line) for use in uses}
            named = {arg for use in facts.uses for arg in use.args}  # parameters of a module, and the like
            for variable in facts.variables:
                if variable.linkage == "static" and variable.name not in named:
                    pointer = "*" in variable.type
                    yield from self._of(path, variable.name, inits, pointer=pointer)

    def _of(
        self, path: str, name: str, inits: Mapping[str, tuple[str, int]], *, pointer: bool
    ) -> Iterator[TooEarly]:
        funcs = [func for func in self._own[path] if func.fact.holds(name)]
        stores: list[tuple[Func, int]] = []
        for func in funcs:
            for _place, event in cfg.events(func.fact.body):
                if isinstance(event, Assign) and event.target == name:
                    constant = event.value in ("1", "true")
                    if event.op != "=" or event.value in ZERO or not (pointer or constant):
                        return  # it may have been set from the start
                    stores.append((func, event.line))
                elif isinstance(event, Assign):
                    if f"&{name}" in event.value:
                        return
                elif isinstance(event, Call) and any(f"&{name}" in arg for arg in event.args):
                    return
        setting = [(self._runs(func, inits), func, line) for func, line in stores]
        if not setting or any(not runs for runs, _func, _line in setting):
            return
        later, setter, set_line = min(
            ((init, func, line) for runs, func, line in setting for init in runs), key=lambda s: s[0].rank
        )
        for func in funcs:
            line = self._guards(func, name)
            early = self._runs(func, inits) if line else ()
            if early and all(init.rank < later.rank for init in early):
                yield TooEarly(early[0], func, line, name, later, setter, set_line)

    def _runs(
        self, func: Func, inits: Mapping[str, tuple[str, int]], depth: int = _DEPTH
    ) -> tuple[Init, ...]:
        """The init functions within which alone a function runs; empty where it runs otherwise, too."""
        if func.fact.linkage != "static" or self._program.bound(func.name):
            return ()
        callers = list(self._program.callers(func))
        if any(edge.kind != DIRECT or edge.caller.path != func.path for edge in callers):
            return ()
        if func.name in inits:
            macro, line = inits[func.name]
            return () if callers else (Init(func, macro, line, self._order[macro]),)
        found: list[Init] = []
        for edge in callers if depth > 0 else ():
            above = self._runs(edge.caller, inits, depth - 1)
            if not above:
                return ()
            found += (msgspec.structs.replace(init, chain=(*init.chain, edge)) for init in above)
        return tuple(found)

    def _guards(self, func: Func, name: str) -> int:
        """The line on which a function returns 0 where a variable is unset, and works where it is set."""
        body = func.fact.body
        if any(p.name == name for p in func.params) or any(v.name == name for v in body.locals):
            return 0
        for block in body.blocks:
            if block.kind != "branch" or block.left != name or block.right != "0":
                continue
            unset = body.blocks[block.succs[0 if block.op == "==" else 1]]
            set_ = block.succs[1 if block.op == "==" else 0]
            if block.op not in ("==", "!=") or unset.kind != "return" or unset.events:
                continue
            works = any(
                place.block == set_ or cfg.follows(body, set_, place.block) for place, _c in cfg.calls(body)
            )
            if unset.left in ("", "0") and works:
                return block.line
        return 0
