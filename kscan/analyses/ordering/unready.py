"""Members that a callee follows before the calling function sets them, in an object that it has just made.

The object is zeroed memory that a local variable points to, so a member that nothing has set is NULL.  The
callee is of the same file and follows the member without a test; the caller stores to it only later, which
tells that it is meant to be set by then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from kscan.analyses.body.access import parse
from kscan.analyses.body.cfg import Place, calls, comes_after, conditions, events
from kscan.analyses.releases.forgotten import Forgetting
from kscan.analyses.results.nullness import operands_of
from kscan.facts.model import Assign, Call
from kscan.kernel.apis import Apis
from kscan.link.edges import DIRECT, Func
from kscan.link.program import Program

_DEPTH = 2


class Use(msgspec.Struct, frozen=True):
    """Where a callee follows a member of an object it is given."""

    func: Func
    line: int


class Unready(msgspec.Struct, frozen=True):
    """``call`` of ``func`` leads to ``use`` of ``member``, a path that only ``stored`` sets, later."""

    func: Func
    call: Call
    member: str
    use: Use
    stored: Assign


class Following:
    """Which members callees follow, and whether their callers have set them."""

    def __init__(self, program: Program, apis: Apis, forgetting: Forgetting) -> None:
        self._program = program
        self._apis = apis
        self._forgetting = forgetting
        self._known: dict[tuple[Func, str], dict[str, Use]] = {}

    def found(self, func: Func, zeroing: Collection[str]) -> Iterator[Unready]:
        """The members that callees of a function follow too early; ``zeroing`` give memory that is 0."""
        body = func.fact.body
        made = {call.result for _place, call in calls(body) if call.callee in zeroing}
        targets = [event.target for _place, event in events(body) if isinstance(event, Assign)]
        for start, event in events(body) if made else ():
            if isinstance(event, Assign) and event.value in made and event.target.isidentifier():
                if targets.count(event.target) > 1:
                    continue
                yield from self._of(func, event.target, start)

    def _of(self, func: Func, name: str, start: Place) -> Iterator[Unready]:
        body = func.fact.body
        stores = [
            (place, event)
            for place, event in events(body)
            if isinstance(event, Assign) and event.target.startswith(f"{name}->") and event.value != "NULL"
        ]
        said: set[str] = set()
        for place, call in calls(body):
            if name not in call.args or not comes_after(body, start, place) or call.loop:
                continue
            for field, use in self._follows_through(func, call, name).items():
                member = f"{name}->{field}"
                own = [(p, e) for p, e in stores if e.target == member]
                late = [e for p, e in own if comes_after(body, place, p) and not comes_after(body, p, place)]
                if not late or len(late) < len(own) or member in said:
                    continue
                if not self._set_before(func, name, field, place):
                    said.add(member)
                    yield Unready(func, call, member, use, late[0])

    def _set_before(self, func: Func, name: str, field: str, place: Place) -> bool:
        """Whether an event before a place may set a member."""
        body = func.fact.body
        own = self._forgetting.own_member(func, f"{name}->{field}") is not None
        for before, event in events(body):
            if not comes_after(body, before, place):
                continue
            if isinstance(event, Assign):
                if event.target.startswith("*") or event.value == name or f"&{name}->{field}" in event.value:
                    return True
                continue
            for position, arg in enumerate(operands_of(event)):
                held = parse(arg)
                if held is None or held.base != name or (held.fields and arg[:1] != "&"):
                    continue
                if not isinstance(event, Call) or held.fields[:1] == (field,):
                    return True
                targets = self._program.resolve(event.callee, func.path)
                if any(field in target.fact.stores for target in targets if target.path == func.path):
                    return True
                if not own or position in self._apis.accesses.get(event.callee, ()):
                    return True
        return False

    # -- callees --------------------------------------------------------------

    def _follows_through(self, func: Func, call: Call, name: str, depth: int = _DEPTH) -> dict[str, Use]:
        """The fields of ``name`` that what a call runs follows."""
        found: dict[str, Use] = {}
        for edge in self._program.call_targets(func, call):
            callee = edge.callee
            if edge.kind == DIRECT and callee.path == func.path and not callee.fact.partial:
                for position, arg in enumerate(call.args[: len(callee.params)]):
                    if arg == name:
                        found.update(self._follows(callee, callee.params[position].name, depth))
        return found

    def _follows(self, func: Func, name: str, depth: int) -> dict[str, Use]:
        key = (func, name)
        if key in self._known:
            return self._known[key]
        found: dict[str, Use] = {}
        self._known[key] = found
        body = func.fact.body
        tested = {block.left for block in body.blocks} | {block.right for block in body.blocks}
        for place, event in events(body):
            if conditions(body, place.block):
                continue  # what it stands under may keep it away
            for operand in operands_of(event):
                held = parse(operand)
                if held is not None and held.base == name and len(held.fields) > 1:
                    member = f"{name}->{held.fields[0]}"
                    if f"{member}->" in operand and member not in tested:
                        found.setdefault(held.fields[0], Use(func, event.line))
            if isinstance(event, Call) and name in event.args and depth > 1:
                for field, use in self._follows_through(func, event, name, depth - 1).items():
                    found.setdefault(field, use)
        for field in func.fact.stores:
            found.pop(field, None)
        return found
