"""Functions that cannot fail: what a caller does for the case that they did never runs.

Only what a body shows for certain counts: it stands in a source file, where no other one is meant
by its name, and each of its returns tells 0.
"""

from __future__ import annotations

from kscan.analyses.paths import ZERO, constant
from kscan.analyses.status import returns_code
from kscan.analyses.values import values_of
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program

_DEPTH = 3


class Certain:
    """Answers for the functions of a program; remembers what it found."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self._program = program
        self._apis = apis
        self._found: dict[Func, bool] = {}

    def succeeds(self, callee: str, path: str, depth: int = _DEPTH) -> bool:
        """Whether a call of ``callee`` from file ``path`` gives 0, whatever happens."""
        if not depth or not callee.isidentifier() or callee in self._apis.acquires:
            return False
        found = self._program.resolve(callee, path)
        return bool(found) and all(self._always(func, depth) for func in found)

    def _always(self, func: Func, depth: int) -> bool:
        known = self._found.get(func)
        if known is None:
            self._found[func] = False  # a recursive call tells nothing
            known = self._found[func] = self._look(func, depth)
        return known

    def _look(self, func: Func, depth: int) -> bool:
        fact = func.fact
        if not func.path.endswith(".c") or fact.linkage == "weak" or fact.guards or fact.partial:
            return False  # what stands elsewhere, or with another configuration, may fail
        if not returns_code(func):
            return False
        values = [block.left for block in fact.body.blocks if block.kind == "return"]
        seen = set[str]()
        while values:
            value = values.pop()
            if value in seen or constant(value) == ZERO:
                seen.add(value)
                continue
            seen.add(value)
            call = values_of(fact.body).calls.get(value)
            if call is not None:
                if not self.succeeds(call.callee, func.path, depth - 1):
                    return False
                continue
            given = _given(func, value)
            if not given:
                return False
            values += given
        return bool(seen)


def _given(func: Func, name: str) -> tuple[str, ...]:
    """All that a local variable is ever given; empty where something else may change it."""
    body = func.fact.body
    values = values_of(body)
    local = any(v.name == name and not v.static for v in body.locals)
    if not local or name in values.handed or any(e.op != "=" for e in values.assigned.get(name, ())):
        return ()
    return values.given(name)
