"""Functions used in pairs, the second to undo the first: by their names, and by how the tree uses them.

As in Engler et al., "Bugs as Deviant Behavior" (SOSP 2001): what most of the code does with two functions
is the rule, and how many follow it tells how sure that is.  Two functions are a pair where the name of one
has the opposite word of the other's, and what the first gives or is given is given to the second.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from kscan.analyses.body.access import Object, is_constant
from kscan.analyses.body.cfg import Place, calls, comes_after
from kscan.analyses.body.outcome import outcomes
from kscan.analyses.owning.ownership import Ownership
from kscan.facts.model import Assign, Call
from kscan.kernel.learning import Naming
from kscan.link.edges import Func
from kscan.link.program import Program

RESULT = -1
"""Stands for the result where an argument's number is due."""


class Spot(NamedTuple):
    """A line of a file, as evidence."""

    path: str
    line: int
    function: str


class Pair(msgspec.Struct, frozen=True):
    """``first`` is undone by ``second``: what ``holder`` (RESULT or an argument) is of one is argument
    ``argument`` of the other.

    ``unwound``: where one function calls the first and then, where it fails, the second; ``apart``:
    where it does otherwise, or another function of the file does; ``alone``: files that call only the first.
    """

    first: str
    second: str
    words: tuple[str, str]
    holder: int
    argument: int
    unwound: tuple[Spot, ...]
    apart: tuple[Spot, ...]
    alone: tuple[Spot, ...]
    share: float  # of the uses together, those with this holder and argument

    @property
    def files(self) -> int:
        """In how many files the two are used together."""
        return len({spot.path for spot in (*self.unwound, *self.apart)})


class Pairs:
    """The pairs of one program."""

    def __init__(self, program: Program, owner: Ownership, naming: Naming) -> None:
        self._program = program
        self._owner = owner
        self._naming = naming

    def named(self, names: Sequence[str]) -> Iterator[tuple[str, str, tuple[str, str]]]:
        """Those of ``names`` of which one is the other's but for an opposite word, and the two words."""
        known = set(names)
        for name in names:
            for opposite, words in (
                () if name.startswith(self._naming.managed) else self._naming.opposed(name)
            ):
                if opposite in known:
                    yield name, opposite, words

    def pairs(self) -> Iterator[Pair]:
        """The pairs among the functions that scanned files call, by the first one's name."""
        scope = self._program.scope
        called = {
            ref.root
            for path in sorted(scope)
            for func in self._program.facts[path].functions
            for ref in func.calls
            if not ref.path and ref.root.isidentifier()
        }
        apis = self._owner.apis
        new = sorted(
            n
            for n in called
            if n not in apis.acquires and n not in apis.releases and n not in apis.predicates
        )
        for first, second, words in self.named(new):
            found = self._judged(first, second, words)
            if found is not None:
                yield found

    def _judged(self, first: str, second: str, words: tuple[str, str]) -> Pair | None:
        ones, others = self._uses(first), self._uses(second)
        local = any(f.fact.linkage == "static" for n in (first, second) for f in self._program.named(n))
        if not ones or not others or local:
            return None  # a name that several files use for functions of their own is no API
        together: dict[tuple[int, int], dict[str, list[Spot]]] = defaultdict(lambda: defaultdict(list))
        by_file: dict[str, list[tuple[Func, Place, Call]]] = defaultdict(list)
        for use in others:
            by_file[use[0].path].append(use)
        alone = []
        for func, place, call in ones:
            spot = Spot(func.path, call.line, func.name)
            there = by_file.get(func.path, [])
            if not there:
                alone.append(spot)
            for kind, holder, argument in self._met(func, place, call, there):
                together[holder, argument][kind].append(spot)
        if not together:
            return None
        counts = Counter({key: sum(map(len, kinds.values())) for key, kinds in together.items()})
        (best, most), *_rest = sorted(counts.items(), key=lambda c: (-c[1], c[0]))
        kinds = together[best]
        return Pair(
            first,
            second,
            words,
            *best,
            unwound=tuple(dict.fromkeys(kinds["unwound"])),
            apart=tuple(dict.fromkeys(kinds["apart"])),
            alone=tuple(alone),
            share=most / counts.total(),
        )

    def _uses(self, name: str) -> list[tuple[Func, Place, Call]]:
        return [
            (func, place, call)
            for func in self._program.calling(name)
            if func.path in self._program.scope
            for place, call in calls(func.fact.body)
            if call.callee == name
        ]

    def _met(
        self, func: Func, place: Place, call: Call, there: list[tuple[Func, Place, Call]]
    ) -> set[tuple[str, int, int]]:
        """How one call's result or argument is given to the calls ``there``."""
        found = set()
        mine = dict(self._objects(func, call, result=True))
        for other, where, undo in there:
            if not _agree(call, undo):
                continue
            its = dict(self._objects(other, undo, result=False))
            for holder, one in mine.items():
                for argument, two in its.items():
                    if other is func:
                        if one == two and comes_after(func.fact.body, place, where):
                            found.add(
                                ("unwound" if self._unwinds(func, where) else "apart", holder, argument)
                            )
                    elif one.fields and one.fields == two.fields:
                        found.add(("apart", holder, argument))
        return found

    def _unwinds(self, func: Func, where: Place) -> bool:
        """Whether the function fails wherever it comes to a place."""
        ends = outcomes(func.fact.body, where, errors=self._owner.apis.predicates)
        return True in ends and False not in ends

    def _objects(self, func: Func, call: Call, *, result: bool) -> Iterator[tuple[int, Object]]:
        holding = self._owner.holding(func)
        if result and call.result:
            events = (event for block in func.fact.body.blocks for event in block.events)
            kept = (e.target for e in events if isinstance(e, Assign) and e.value == call.result)
            whole = holding.values.object(next(kept, call.result))
            if whole is not None:
                yield RESULT, whole
        for position, arg in enumerate(call.args):
            found = holding.values.object(arg)
            if found is not None and (found.base[:1] != "%" or found.fields) and not arg[:1].isdigit():
                yield position, found


def _agree(one: Call, other: Call) -> bool:
    """Whether two calls with as many arguments have the same constants among them."""
    if len(one.args) != len(other.args):
        return True
    return all(
        a == b or not (is_constant(a) and is_constant(b)) for a, b in zip(one.args, other.args, strict=True)
    )
