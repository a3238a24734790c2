"""Work that a guard leaves out and that is done after all: from a record, or by the later event itself.

``dev->wanted = on; if (!registered(dev)) return; apply(dev, on);`` leaves nothing out: whoever brings
the state about finds in the object what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kscan.analyses.body import cfg
from kscan.analyses.body.access import parse
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.order import Hop
from kscan.analyses.summaries.states import Guard, States, parameter_of
from kscan.facts.model import Block
from kscan.link.edges import DIRECT, Func
from kscan.link.program import Program

_MARKS = frozenset(("1", "true"))
_DEPTH = 4
_MOST_CALLERS = 20


class Redone:
    """Answers for one program."""

    def __init__(self, program: Program, states: States) -> None:
        self._program = program
        self._states = states

    def is_recorded(self, path: Sequence[Hop], guard: Guard) -> bool:
        """Whether what was asked for is surely in the object when control comes to a guard.

        Either a store keeps what the caller gave in another argument; or one marks the object, and
        another function that reads the mark does the guarded work.  ``path`` are the calls that lead
        from the hook to the guard; the stores may come before any of them.
        """
        at = cfg.Place(guard.block, len(guard.func.fact.body.blocks[guard.block].events))
        places = [*((hop.func, hop.place) for hop in path), (guard.func, at)]
        stores = [store for func, place in places for store in self._stores(func, place)]
        if any(asked for asked, _field in stores):
            return True
        marks = {field for asked, field in stores if not asked}
        return bool(marks) and self._is_done_by_readers(marks, guard)

    def _stores(self, func: Func, at: cfg.Place) -> Iterator[tuple[bool, str]]:
        """(whether it stores a parameter, the field) of the stores to the objects given before a place."""
        always = flow_of(func.fact.body).dominators[at.block]
        for place, event in cfg.events(func.fact.body):
            late = place.block == at.block and place >= at
            if late or not always >> place.block & 1:
                continue
            stored = self._states.stored(func, event)
            if stored is None or parameter_of(func, stored[0].base) < 0:
                continue
            held, value = stored
            if parameter_of(func, value) >= 0 and value != held.base:
                yield True, held.fields[-1]
            elif value in _MARKS:
                yield False, held.fields[-1]

    def _is_done_by_readers(self, marks: set[str], guard: Guard) -> bool:
        work = {call.callee for call in self._states.work(guard)}
        return bool(work) and any(
            work <= {call.callee for _place, call in cfg.calls(reader.fact.body)}
            and any(_tested(block) in marks for block in reader.fact.body.blocks)
            for reader in self._program.mentioning(marks)
            if reader is not guard.func
        )

    def doers(self, guard: Guard) -> tuple[frozenset[Func], ...]:
        """For each thing that a guard leaves out the functions that come to it by plain calls, without it.

        Empty where that is not known of one of them.
        """
        found = []
        for call in self._states.work(guard):
            self._program.demand(call.callee)
            callees = self._program.resolve(call.callee, guard.func.path)
            if not callees:
                return ()
            found.append(self._leading(callees, guard.func))
        return tuple(found)

    def _leading(self, start: Sequence[Func], past: Func) -> frozenset[Func]:
        found = set(start)
        ring = list(start)
        for _ in range(_DEPTH):
            fresh = []
            for here in ring:
                self._program.demand_callers(here)
                callers = {edge.caller for edge in self._program.callers(here) if edge.kind == DIRECT}
                fresh += [f for f in callers if f is not past and f not in found]
                if len(callers) > _MOST_CALLERS:
                    return frozenset(found)
            found.update(fresh)
            ring = fresh
        return frozenset(found)


def _tested(block: Block) -> str:
    """The field that a branch tests; empty where it tests something else."""
    held = parse(block.left) if block.kind == "branch" else None
    return held.fields[-1] if held is not None and held.fields else ""
