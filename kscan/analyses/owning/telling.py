"""How the returns of one function tell failure: by what is known of the value at the end of a path."""

from __future__ import annotations

from functools import cached_property

from kscan.analyses.body.cfg import Place
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.known import Known
from kscan.analyses.body.paths import POSITIVE, ZERO, Node, Paths, constant
from kscan.analyses.body.values import values_of
from kscan.analyses.owning.held import Exit
from kscan.facts.model import Event
from kscan.link.edges import Func
from kscan.regex import regex

_UNSIGNED = regex(r"(?:const )?(?:unsigned\b|size_t\b|u(?:8|16|32|64)\b|uint)")


class Telling:
    """One function."""

    def __init__(self, func: Func, paths: Paths) -> None:
        self._func = func
        self._body = func.fact.body
        self._paths = paths

    def fails(self, block: int, facts: Known) -> bool | None:
        """Whether the return at the end of a block tells failure."""
        value = self._body.blocks[block].left
        if not value:
            return None
        mask = self._paths.mask(value, facts)
        if "*" in self._func.fact.returns:
            return None if mask & POSITIVE else True
        if self._func.fact.returns == "bool":
            return True if mask == ZERO else None
        if mask == ZERO:
            return False
        if mask & POSITIVE and self._is_number(value):
            return None  # of things, or what the caller gave: not a status
        return None if mask & ZERO or mask == POSITIVE else True

    def may_fail(self, block: int) -> bool:
        """Whether the return at the end of a block may tell failure, as far as a constant shows."""
        return self._tells_failure(self._body.blocks[block].left)

    def may_fail_after(self, block: int) -> bool:
        """Whether the function may tell failure on a way through a block, as far as constants show."""
        return bool((flow_of(self._body).after[block] | 1 << block) & self._failing)

    def may_succeed(self, exit_: Exit | None = None) -> bool:
        """Whether the function may tell success, on a way through where a path was ended or on any."""
        succeeds = False

        def visit(where: Place, event: Event | None, facts: Known, _state: bool, _node: Node[bool]) -> bool:
            nonlocal succeeds
            if event is None and self._body.blocks[where.block].kind == "return":
                succeeds = succeeds or self.fails(where.block, facts) is not True
            return not succeeds

        node = None if exit_ is None else exit_.node
        start = Place(0, 0) if node is None else Place(node.block, node.index)
        known = {} if node is None else self._paths.known(node)
        return self._paths.explore(start, [known], True, visit) and succeeds

    def _is_number(self, name: str) -> bool:
        """Whether a variable is never negative by its type, or is a parameter that nothing has set."""
        types = [v.type for v in self._body.locals if v.name == name]
        types += [p.type for p in self._func.params if p.name == name]
        if any(_UNSIGNED.match(kind) for kind in types):
            return True
        return name in {p.name for p in self._func.params} and name not in values_of(self._body).assigned

    @cached_property
    def _failing(self) -> int:
        """The set of blocks, one bit each, with a return that may tell failure."""
        blocks = enumerate(self._body.blocks)
        return sum(1 << n for n, b in blocks if b.kind == "return" and self._tells_failure(b.left))

    def _tells_failure(self, value: str) -> bool:
        """Whether a returned value may be one of which ``fails`` tells that it is failure."""
        mask = constant(value) if value else ZERO
        if "*" in self._func.fact.returns:
            return mask != POSITIVE
        return mask != POSITIVE if self._func.fact.returns == "bool" else mask not in (ZERO, POSITIVE)
