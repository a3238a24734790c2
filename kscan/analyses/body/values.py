"""Where the values of one body come from: locals that stand for one object throughout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from kscan.analyses.body.access import Object, parse
from kscan.facts.model import Assign, Body, Call, OfBody
from kscan.regex import regex

_DEPTH = 12
_PART = regex(r"&[A-Za-z_]\w*(?:->|\.)[\w.]+")


class Values:
    """Aliases of a body: a local that is assigned once is the object it was assigned."""

    def __init__(self, body: Body) -> None:
        self.calls: dict[str, Call] = {}
        assigned: dict[str, list[Assign]] = defaultdict(list)
        handed: set[str] = set()
        for block in body.blocks:
            for event in block.events:
                if isinstance(event, Call):
                    if event.result:
                        self.calls[event.result] = event
                    if event.loop:
                        handed.update(a for a in event.args if a.isidentifier())
                    handed.update(a[1:] for a in event.args if a[:1] == "&" and a[1:].isidentifier())
                elif isinstance(event, Assign):
                    assigned[event.target].append(event)
        self.assigned: Mapping[str, Sequence[Assign]] = dict(assigned)
        """The assignments to each variable, and to each other operand by its text."""
        self.handed: Set[str] = handed
        """What a loop macro or a callee may write to, too: it may have other values than those."""
        self._single = {
            name: events[0].value
            for name, events in assigned.items()
            if len(events) == 1 and events[0].op == "=" and name not in handed and not _is_field(name)
        }
        self._fields = dict(self._other_names())
        self._resolved: dict[str, Object | None] = {}

    def _other_names(self) -> Iterator[tuple[Object, Object]]:
        """The fields that are given one local or parameter only, or the address of a part of what that points
        to: each is another name for it, both before and after.
        """
        for path, events in self.assigned.items():
            if not _is_field(path) or path[:1] in "&*" or "[" in path:
                continue
            given = {event.value if event.op == "=" else "?" for event in events}
            value = min(given)
            if len(given) > 1 or not (value.isidentifier() or _PART.fullmatch(value)):
                continue
            target, origin = parse(path), parse(value)
            if target is None or origin is None or len(self.assigned.get(origin.base, ())) > 1:
                continue
            if origin.base not in self.handed and not origin.base.isupper():
                yield target, origin

    def given(self, name: str) -> tuple[str, ...]:
        """The values that a variable is given by assignments, each once."""
        return tuple(dict.fromkeys(event.value for event in self.assigned.get(name, ())))

    def copies(self, values: Set[str]) -> frozenset[str]:
        """The operands that are given one of these values."""
        return frozenset(t for t, given in self.assigned.items() if any(e.value in values for e in given))

    def object(self, operand: str) -> Object | None:
        """The object an operand names, through locals that stand for one object; None for anything else."""
        if operand in self._resolved:
            return self._resolved[operand]
        found = parse(operand)
        for _ in range(_DEPTH):
            if found is None:
                break
            whole = next((w for w in self._fields if found.within(w)), None) if found.fields else None
            if whole is not None and self._fields[whole].base != found.base:
                found = Object(found.base, found.fields[len(whole.fields) :]).rebase(self._fields[whole])
                continue
            source = self._single.get(found.base)
            origin = parse(source) if source else None
            if origin is None or origin.base == found.base:
                break
            found = found.rebase(origin)
        self._resolved[operand] = found
        return found

    def path(self, operand: str) -> Object | None:
        """As ``object``, but from a variable, whose type is known, rather than from a call's result."""
        found = parse(operand)
        for _ in range(_DEPTH):
            source = self._single.get(found.base) if found is not None else None
            origin = parse(source) if source else None
            if found is None or origin is None or origin.base == found.base or origin.base[:1] == "%":
                break
            found = found.rebase(origin)
        return found

    def address(self, operand: str) -> str:
        """The operand, or what a local that it names was assigned, as the address of a part; else empty."""
        text = self._single.get(operand, operand)
        return text if text[:1] == "&" else ""

    def origin(self, found: Object) -> Call | None:
        """The call whose result the object's base is, if it is one."""
        return self.calls.get(found.base)


def _is_field(operand: str) -> bool:
    return "->" in operand or "." in operand


values_of = OfBody(Values)
"""The aliases of a body, which several analyses ask for, of both sides of a patch: made once for all."""
