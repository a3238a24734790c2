"""Callbacks that are installed before what they use is ready.

Seen in one function: a call hands over a callback and the object it will be given, and only after
it a lock, list, work or completion in that object is initialised which the callback names, or the
callback's data is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from kscan.analyses.body.access import Object
from kscan.analyses.body.cfg import Place, calls, comes_after, events
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.values import Values, values_of
from kscan.analyses.summaries.declared import pointed
from kscan.facts.model import Assign, Block, Call
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

_DEEPEST = 3

# The side that a branch takes where its left operand is 0: against 0, and against what may not be 0.
_AT_ZERO = {"!=": 1, "==": 0, "<": 1, ">": 1, "<=": 0, ">=": 0}
_AT_EQUAL = {"!=": 0, "==": 1}

Handover = tuple[int, int]
"""The arguments with the callback and with its object."""


class Use(NamedTuple):
    """A line (1-based) of a function that names what is not ready."""

    func: Func
    line: int


class Early(msgspec.Struct, frozen=True):
    """``publish`` installs ``callback`` before ``ready`` makes ``what`` usable."""

    func: Func
    publish: Call
    ready: Call
    what: str
    callback: Func | None
    use: Use | None = None


class Published:
    """Handovers in the functions of a program."""

    def __init__(
        self,
        program: Program,
        publishers: Mapping[str, Handover],
        initialisers: frozenset[str],
        partners: Mapping[str, Sequence[str]],
        disabling: frozenset[str],
    ) -> None:
        self._program = program
        self._publishers = publishers
        self._initialisers = initialisers
        self._partners = partners
        self._disabling = disabling

    def early(self, func: Func) -> Iterator[Early]:
        """The callbacks that a function installs too early."""
        names = {ref.root for ref in func.fact.calls if not ref.path}
        late = self._initialisers & names
        paired = {p for p in self._partners if p in names and not names.isdisjoint(self._partners[p])}
        if not paired and (not late or names.isdisjoint(self._publishers)):
            return
        body = func.fact.body
        placed = list(calls(body))
        values = values_of(body)
        for at, publish in placed:
            if publish.callee in paired:
                yield from self._unpaired(func, at, publish, placed)
            handover = self._publishers.get(publish.callee)
            if (
                handover is not None
                and late
                and max(handover) < len(publish.args)
                and not self._is_disabled(func, at, publish, placed)
            ):
                yield from self._unready(func, at, publish, handover, placed, values)

    def _is_disabled(self, func: Func, at: Place, publish: Call, placed: list[tuple[Place, Call]]) -> bool:
        """Whether the event stays off until somebody enables it: a flag of this call, or an earlier one's."""
        for place, call in placed:
            flags = {word for arg in call.args for word in regex(r"\w+").findall(arg)} & self._disabling
            if not flags:
                continue
            earlier = not set(publish.args).isdisjoint(call.args) and not _only_after(func, at, place)
            if place == at or earlier:
                return True
        return False

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
                    kind = pointed(self._program, func, publish.args[handover[1]])
                    use = self._use(callback, fields, kind, _made_before(func, at, given, values))
                    if use is not None:
                        yield Early(func, publish, found[0][1], what.replace(".[]", "[]"), callback, use)
                        return

    def _use(
        self, callback: Func, fields: tuple[str, ...], kind: str, made: frozenset[tuple[str, ...]]
    ) -> Use | None:
        """Where a callback, or what it calls in its file, names a member before a flag can keep it away.

        The member is one of the struct ``kind``, where that is known.

        Elements of an array are most often held in a variable: what follows the index is looked for then,
        and the names before it anywhere on the way.  ``made`` are the members that the installer has named.
        """
        last = len(fields) - fields[::-1].index("[]") if "[]" in fields else 0
        left = frozenset(fields[:last]) - {"[]"}
        seen = {callback}
        fresh = [(callback, frozenset(p.name for p in callback.params))]
        for _ in range(_DEEPEST):
            left = left.difference(*(f.fact.mentions(left) for f, _roots in fresh))
            called: list[tuple[Func, frozenset[str]]] = []
            for f, roots in fresh:
                values = values_of(f.fact.body)
                for place, event in events(f.fact.body):
                    texts = event.args if isinstance(event, Call) else ()
                    texts = (event.target, event.value) if isinstance(event, Assign) else texts
                    found = [values.object(text) for text in texts]
                    named = any(
                        o is not None
                        and (o.fields[: len(fields[last:])] == fields[last:] or _begins(o.fields, fields))
                        and (not kind or self._is_of(f, text, kind))
                        for text, o in zip(texts, found, strict=True)
                    )
                    here = named and not left
                    if not (here or isinstance(event, Call)) or self._kept_away(
                        f, place.block, values, roots, made
                    ):
                        continue
                    if here and isinstance(event, Call | Assign):
                        return Use(f, event.line)
                    if isinstance(event, Call):
                        for callee in self._program.resolve(event.callee, f.path):
                            if callee.path == callback.path and callee not in seen:
                                seen.add(callee)
                                given = zip(callee.params, found, strict=False)
                                whole = {
                                    p.name
                                    for p, o in given
                                    if o is not None and not o.fields and o.base in roots
                                }
                                called.append((callee, frozenset(whole)))
            fresh = called
        return None

    def _is_of(self, func: Func, text: str, kind: str) -> bool:
        """Whether what a path starts from may point to such a struct."""
        return pointed(self._program, func, text.lstrip("&").partition("->")[0]) in ("", kind)

    def _kept_away(
        self, func: Func, block: int, values: Values, roots: frozenset[str], made: frozenset[tuple[str, ...]]
    ) -> bool:
        """Whether a block is behind a test that fails while a member not named by the installer is 0."""
        body = func.fact.body
        flow = flow_of(body)
        for number, branch in enumerate(body.blocks):
            if branch.kind != "branch" or number == block or branch.succs[0] == branch.succs[1]:
                continue
            if any(
                flow.needs(block, number, side) and self._fails(func, branch, side, values, roots, made)
                for side in (0, 1)
            ):
                return True
        return False

    def _fails(
        self,
        func: Func,
        branch: Block,
        side: int,
        values: Values,
        roots: frozenset[str],
        made: frozenset[tuple[str, ...]],
    ) -> bool:
        """Whether a branch does not go to this side, as it looks at members that are still 0."""
        masks = [
            event.value
            for block in func.fact.body.blocks
            for event in block.events
            if isinstance(event, Assign) and event.op == "&=" and event.target == branch.left
        ]
        for text in (*branch.left.split("&"), *masks):
            tested = values.object(text)
            if tested is not None and self._unmade(func, tested, values, roots, made):
                against = _AT_ZERO if branch.right == "0" else _AT_EQUAL
                return side != against.get(branch.op, side)
        tested = values.object(branch.right)
        counts = (branch.op, side) in (("<", 0), (">=", 1))  # nothing that is counted is below 0
        return counts and tested is not None and self._unmade(func, tested, values, roots, made)

    def _unmade(
        self,
        func: Func,
        tested: Object,
        values: Values,
        roots: frozenset[str],
        made: frozenset[tuple[str, ...]],
    ) -> bool:
        """Whether a tested operand is, or is read by a function from, members that nobody has named yet."""
        if tested.base in roots:
            return bool(tested.fields) and not any(
                _begins(tested.fields, m) or _begins(m, tested.fields) for m in made
            )
        call = values.origin(tested)
        if call is None or tested.fields:
            return False
        given = [values.object(arg) for arg in call.args]
        if any(o is not None and o.fields and self._unmade(func, o, values, roots, made) for o in given):
            return True
        if len(given) != 1 or given[0] is None or given[0].base not in roots or given[0].fields:
            return False
        return any(self._tells(callee, made) for callee in self._program.resolve(call.callee, func.path))

    def _tells(self, callee: Func, made: frozenset[tuple[str, ...]]) -> bool:
        """Whether all that a function looks at in its argument are members that nobody has named yet."""
        body = callee.fact.body
        values = values_of(body)
        root = frozenset(p.name for p in callee.params)
        texts = [arg for _place, call in calls(body) for arg in call.args]
        texts += [text for block in body.blocks for text in (block.left, block.right)]
        read = [o for o in map(values.object, texts) if o is not None and o.base in root and o.fields]
        return bool(read) and all(self._unmade(callee, o, values, root, made) for o in read)


def _begins(longer: tuple[str, ...], shorter: tuple[str, ...]) -> bool:
    return longer[: len(shorter)] == shorter


def _made_before(func: Func, at: Place, given: Object, values: Values) -> frozenset[tuple[str, ...]]:
    """The members of an object that a function names, but for those it names only after a place."""
    found = set()
    for place, event in events(func.fact.body):
        texts = event.args if isinstance(event, Call) else ()
        texts = (event.target, event.value) if isinstance(event, Assign) else texts
        if texts and not _only_after(func, at, place):
            for member in map(values.object, texts):
                if member is not None and member != given and member.within(given):
                    found.add(member.fields[len(given.fields) :])
    return frozenset(found)


def _only_after(func: Func, first: Place, second: Place) -> bool:
    body = func.fact.body
    if first.block == second.block:  # in one turn of a loop, too
        return first.index < second.index
    return comes_after(body, first, second) and not comes_after(body, second, first)
