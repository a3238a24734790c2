"""Callbacks that are installed before what they use is ready.

Seen in one function: a call hands over a callback and the object it will be given, and only after
it a lock, list, work or completion in that object is initialised which the callback names, or the
callback's data is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kscan.analyses.access import Object
from kscan.analyses.cfg import Place, calls, comes_after
from kscan.analyses.values import Values
from kscan.facts.model import Call
from kscan.link.program import Func, Program

_DEEPEST = 3

Handover = tuple[int, int]
"""The arguments with the callback and with its object."""


@dataclass(frozen=True, slots=True)
class Early:
    """``publish`` installs ``callback`` before ``ready`` makes ``what`` usable."""

    func: Func
    publish: Call
    ready: Call
    what: str
    callback: Func | None


class Published:
    """Handovers in the functions of a program."""

    def __init__(
        self,
        program: Program,
        publishers: Mapping[str, Handover],
        initialisers: frozenset[str],
        partners: Mapping[str, Sequence[str]],
    ) -> None:
        self._program = program
        self._publishers = publishers
        self._initialisers = initialisers
        self._partners = partners

    def early(self, func: Func) -> Iterator[Early]:
        """The callbacks that a function installs too early."""
        names = {ref.root for ref in func.fact.calls if not ref.path}
        late = self._initialisers & names
        paired = {p for p in self._partners if p in names and not names.isdisjoint(self._partners[p])}
        if not paired and (not late or names.isdisjoint(self._publishers)):
            return
        body = func.fact.body
        placed = list(calls(body))
        values = Values(body)
        for at, publish in placed:
            if publish.callee in paired:
                yield from self._unpaired(func, at, publish, placed)
            handover = self._publishers.get(publish.callee)
            if handover is not None and late and max(handover) < len(publish.args):
                yield from self._unready(func, at, publish, handover, placed, values)

    def _unpaired(
        self, func: Func, at: Place, publish: Call, placed: list[tuple[Place, Call]]
    ) -> Iterator[Early]:
        """The data of a handler, set after the handler."""
        partners = [
            (place, call)
            for place, call in placed
            if call.callee in self._partners[publish.callee] and call.args[:1] == publish.args[:1]
        ]
        after = [call for place, call in partners if _only_after(func, at, place)]
        if after and len(after) == len(partners):
            yield Early(func, publish, after[0], f"the data of {publish.args[0]}", None)

    def _unready(
        self,
        func: Func,
        at: Place,
        publish: Call,
        handover: Handover,
        placed: list[tuple[Place, Call]],
        values: Values,
    ) -> Iterator[Early]:
        given = values.object(publish.args[handover[1]])
        if given is None:
            return
        ready: dict[Object, list[tuple[Place, Call]]] = {}
        for place, call in placed:
            if call.callee in self._initialisers and call.args:
                member = values.object(call.args[0])
                if member is not None and member != given and member.within(given):
                    ready.setdefault(member, []).append((place, call))
        for member, found in ready.items():
            if all(_only_after(func, at, place) for place, _call in found):
                fields = member.fields[len(given.fields) :]
                what = f"{publish.args[handover[1]]}->{'.'.join(fields)}"
                for callback in self._program.resolve(publish.args[handover[0]], func.path):
                    if self._uses(callback, fields):
                        yield Early(func, publish, found[0][1], what.replace(".[]", "[]"), callback)
                        return

    def _uses(self, callback: Func, fields: tuple[str, ...]) -> bool:
        """Whether a callback, or what it calls in its file, names all these fields.

        Elements of an array are most often held in a variable; other members are named whole.
        """
        whole = "" if "[]" in fields else ".".join(fields)
        seen = {callback}
        fresh = [callback]
        left = frozenset(fields) - {"[]"}
        for _ in range(_DEEPEST):
            left = left.difference(*(f.fact.mentions(left) for f in fresh if f.fact.holds(whole)))
            if not left:
                return True
            fresh = [
                callee
                for f in fresh
                for ref in f.fact.calls
                if not ref.path
                for callee in self._program.resolve(ref.root, f.path)
                if callee.path == callback.path and callee not in seen
            ]
            seen.update(fresh)
        return False


def _only_after(func: Func, first: Place, second: Place) -> bool:
    body = func.fact.body
    if first.block == second.block:  # in one turn of a loop, too
        return first.index < second.index
    return comes_after(body, first, second) and not comes_after(body, second, first)
