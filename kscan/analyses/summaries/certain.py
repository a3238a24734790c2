"""Functions that cannot fail: what a caller does for the case that they did never runs.

Only what a body shows for certain counts: it stands in a source file, where no other one is meant
by its name, and each of its returns tells 0.  A file that is not at hand is loaded where the text of the
function has no other return.  Through a field of a struct that only this file knows, all functions that
are put into it count.
"""

from __future__ import annotations

from kscan.analyses.body.paths import ZERO, constant
from kscan.analyses.body.values import values_of
from kscan.analyses.summaries.status import returns_code
from kscan.facts.model import Call
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

_DEPTH = 3
_OTHER_RETURN = regex(rb"\breturn\b(?!\s*\(?0\)?\s*;)")


class Certain:
    """Answers for the functions of a program; remembers what it found."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self._program = program
        self._apis = apis
        self._found: dict[Func, bool] = {}
        self._by_text: dict[str, bool] = {}

    def succeeds(self, call: Call, caller: Func) -> bool:
        """Whether a call in ``caller`` gives 0, whatever happens."""
        if call.callee.isidentifier():
            return self._named(call.callee, caller.path, _DEPTH)
        edges = self._program.call_targets(caller, call)
        own = (self._program.homes(edge.via.rpartition(".")[0]) == (caller.path,) for edge in edges)
        return bool(edges) and all(own) and all(self._always(edge.callee, _DEPTH) for edge in edges)

    def _named(self, callee: str, path: str, depth: int) -> bool:
        if not depth or not callee.isidentifier() or callee in self._apis.acquires:
            return False
        found = self._program.resolve(callee, path)
        stub = all(func.path.endswith(".h") and func.fact.guards for func in found)  # or none
        if stub and self._worth_loading(callee):
            self._program.demand(callee)
            found = self._program.resolve(callee, path)
        return bool(found) and all(self._always(func, depth) for func in found)

    def _worth_loading(self, callee: str) -> bool:
        known = self._by_text.get(callee)
        if known is None:
            texts = self._program.peek(callee)
            # Any: a header may have a stub that fails, which is not what is built.
            known = any(b"return" in text and not _OTHER_RETURN.search(text) for text in texts)
            self._by_text[callee] = known
        return known

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
                if not self._named(call.callee, func.path, depth - 1):
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
