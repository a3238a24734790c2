"""Fields that a function frees and leaves as they are although it succeeds: who frees them next?

That a function succeeds after a release shows that the container lives on, in use.  That its pointer
still counts is shown by a second release elsewhere, about which nothing but the pointer decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from kscan.analyses.body import cfg
from kscan.analyses.body.access import parse
from kscan.analyses.body.outcome import outcomes
from kscan.analyses.summaries.fields import Fields, Release
from kscan.analyses.summaries.naming import sounds_ending
from kscan.analyses.summaries.status import returns_code
from kscan.facts.model import Assign, Block, Call, Event
from kscan.link.edges import Func
from kscan.link.program import Program, last_name

_DEPTH = 3  # calls between two releases


class Again:
    """Second releases of the fields of one program."""

    def __init__(self, program: Program, fields: Fields) -> None:
        self._program = program
        self._fields = fields
        self._releases: dict[tuple[str, str], list[Release]] | None = None

    def second(self, release: Release) -> Release | None:
        """A release that finds the pointer which ``release`` has freed, after its function's success."""
        if not self._is_left(release) or not self._succeeds(release):
            return None
        filling = {func for func, _line in self._fields.setters(release.struct, release.field)}
        fills = release.func in filling
        others = self._of(release.struct, release.field)
        for other in sorted(others, key=lambda other: other.held.fields != release.held.fields):
            if other.func is release.func or other.func in filling or self._calls(other.func, filling):
                continue
            if not self._concerns(release.func, other.func):
                continue
            tests = self._tests(other)
            own = other.call.args[other.position]
            asked = any(b.kind == "branch" and b.left == own for b in other.func.fact.body.blocks)
            if (fills or asked) and all(block.left == own or _is_there(block) for block in tests):
                return other
        return None

    def _is_left(self, release: Release) -> bool:
        """Whether the function leaves the pointer, and no callee can be what clears it."""
        fields, fate = self._fields, self._fields.fate(release)
        if (
            (fate.moved and release.held.fields[-1] != "[]")
            or fields.is_local(release)
            or fields.is_flagged(release)
        ):
            return False
        if fate.doubtful:
            return all(func is release.func for func in self._program.storing(release.field))
        return bool(fate.left or fate.moved)

    def _concerns(self, func: Func, other: Func) -> bool:
        """Whether two functions are of one file or one calls the other, and so may mean one object."""
        return func.path == other.path or self._reaches(func, other) or self._reaches(other, func)

    def _reaches(self, func: Func, other: Func) -> bool:
        seen, level = {func}, [func]
        for _ in range(_DEPTH):
            names = {(ref.root, f.path) for f in level for ref in f.fact.calls if not ref.path}
            level = [f for name, path in sorted(names) for f in self._program.resolve(name, path)]
            level = [f for f in dict.fromkeys(level) if f not in seen]
            seen.update(level)
        return other in seen

    def _calls(self, func: Func, others: Collection[Func]) -> bool:
        names = {other.name for other in others}
        return any(not ref.path and ref.root in names for ref in func.fact.calls)

    def _of(self, struct: str, field: str) -> list[Release]:
        if self._releases is None:
            self._releases = defaultdict(list)
            for release in self._fields.all_releases(frozenset({"memory"})):
                self._releases[release.struct, release.field].append(release)
        return self._releases[struct, field]

    def _succeeds(self, release: Release) -> bool:
        """Whether a function that is no teardown may return 0 after a release without a new value."""
        func = release.func
        if not returns_code(func) or sounds_ending(func.name):
            return False

        def fills(event: Event) -> bool:
            if isinstance(event, Assign):
                held = parse(event.target)
                return held is not None and bool(held.fields) and release.field in held.fields[-2:]
            if not isinstance(event, Call):
                return False
            if self._fields.ends_container(release, event):
                return True
            return last_name(event.callee) in self._fields.filling(release.field)

        return False in outcomes(func.fact.body, release.place, frozenset(), fills, self._fields.errors)

    def _tests(self, release: Release) -> list[Block]:
        """The branches that decide about a release, but for the heads of loops that count."""
        body = release.func.fact.body
        found = (condition.block for condition in cfg.conditions(body, release.place.block))
        return [body.blocks[n] for n in found if not (cfg.follows(body, n, n) and _is_plain(body.blocks[n]))]


def _is_there(block: Block) -> bool:
    """Whether a branch only asks whether a variable is NULL."""
    return block.op == "!=" and block.right == "0" and block.left.isidentifier()


def _is_plain(block: Block) -> bool:
    """Whether a branch looks at a variable, or what a loop macro gives."""
    tested = parse(block.left)
    return tested is not None and not tested.fields
