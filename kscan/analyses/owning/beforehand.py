"""What may be known when control is at a call, and asked for later: by the paths that lead there."""

from __future__ import annotations

from functools import cached_property

from kscan.analyses.body.cfg import Place, calls, conditions, follows
from kscan.analyses.body.cfg import events as all_events
from kscan.analyses.body.known import Facts, Known
from kscan.analyses.body.paths import SIDES, Node, Paths, names_in
from kscan.facts.model import Assign, Body, Call, Event
from kscan.kernel.apis import Apis


class Beforehand:
    """The calls of one body."""

    def __init__(self, body: Body, paths: Paths, apis: Apis) -> None:
        self._body = body
        self._paths = paths
        self._apis = apis

    def at(self, place: Place, call: Call | None = None) -> list[Facts]:
        """What may be known and asked for later when control is at a call that acquires something, or may
        give nothing, by the kernel model; at another one where ``call`` is it.
        """
        found, complete = self._about if call is None else self._reaching({place: call})
        return found.get(place, []) if complete else [self._surely(place)]

    def at_release(self, place: Place) -> list[Facts]:
        """The same when control is at a call that releases something."""
        found, complete = self._releases
        return found.get(place, []) if complete else [{}]

    @cached_property
    def _about(self) -> tuple[dict[Place, list[Facts]], bool]:
        return self._reaching({p: e for p, e in calls(self._body) if self._concerns(e)})

    @cached_property
    def _releases(self) -> tuple[dict[Place, list[Facts]], bool]:
        releases = self._apis.releases
        return self._reaching({p: e for p, e in calls(self._body) if e.callee in releases})

    def _reaching(self, wanted: dict[Place, Call]) -> tuple[dict[Place, list[Facts]], bool]:
        found: dict[Place, list[Facts]] = {}
        names = frozenset(e.result or e.callee for e in wanted.values())

        def visit(where: Place, _event: Event | None, facts: Known, _state: bool, _node: Node[bool]) -> bool:
            if where in wanted:
                known = found.setdefault(where, [])
                asked = self._paths.asked_from(where, facts)
                if asked not in known:
                    known.append(asked)
            return True

        complete = self._paths.explore(Place(0, 0), ({},), True, visit, concerns=names)
        return found, complete

    def _concerns(self, event: Call) -> bool:
        name, apis = event.callee, self._apis
        return (
            name in apis.acquires
            or name in apis.loops
            or name in apis.may_return_null
            or name in apis.may_return_err_ptr
        )

    def _surely(self, place: Place) -> Facts:
        """What the tests that control has surely come by tell of fields that the function does not set."""
        known: Facts = {}
        for number, holds in conditions(self._body, place.block):
            block = self._body.blocks[number]
            tested = "->" in block.left and block.right == "0" and block.op in SIDES
            if tested and not self._set_after(number, block.left):
                known[block.left] = SIDES[block.op][0 if holds else 1]
        return known

    def _set_after(self, number: int, operand: str) -> bool:
        """Whether something that an operand is read through may be set once a block has been left."""
        return any(
            follows(self._body, number, place.block)
            and not names_in(event.target).isdisjoint(names_in(operand))
            for place, event in all_events(self._body)
            if isinstance(event, Assign)
        )
