"""What a function does with a pointer it is given: frees, stores, gives back, or only uses it.

Flow-insensitive and bottom-up on demand: whatever may happen on some path counts, since the
answer is used to silence a claim.
"""

from __future__ import annotations

from kscan.analyses.body.access import parse
from kscan.analyses.body.paths import names_in
from kscan.analyses.summaries.naming import sounds_ending
from kscan.facts.model import Assign, Call
from kscan.kernel.apis import Acquire, Apis
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

FREES, STORES, RETURNS, UNKNOWN, GETS = "frees", "stores", "returns", "unknown", "gets"
Fates = frozenset[str]
_DEPTH = 3
_GIVING_BACK = ("same", "converts", "translates")
_NEGATED = regex(r"!\s*\(?\s*(\w+)")


class Parameters:
    """Fates of parameters, remembered."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self._program = program
        self._apis = apis
        self._known: dict[tuple[Func, int], Fates] = {}

    def fate(self, callee: str, position: int, path: str, depth: int = _DEPTH) -> Fates:
        """What a call of ``callee`` from file ``path`` does with the argument at ``position``."""
        apis = self._apis
        if callee in apis.predicates or callee in apis.does_not_keep:
            return frozenset({RETURNS}) if apis.predicates.get(callee) in _GIVING_BACK else frozenset()
        if position in apis.stores_argument.get(callee, ()):
            return frozenset({STORES})
        if callee in apis.releases:
            roles = (r for r in apis.releases[callee] if r.resource in apis.objects)
            held = any(r.holder.kind == "arg" and r.holder.index == position for r in roles)
            return frozenset({FREES}) if held else frozenset()
        if not callee.isidentifier():
            return frozenset({UNKNOWN})
        if callee in apis.acquires:
            return _fate_in_acquirer(apis.acquires[callee], position)
        targets = [f for f in self._program.resolve(callee, path) if self._program.is_root(f)]
        if not targets or depth <= 0:
            return self._guess(callee, position, path)
        found: set[str] = set()
        for target in targets:
            found |= self._fate_in(target, position, depth)
        return frozenset(found)

    def negates(self, callee: str, path: str) -> bool:
        """Whether ``callee`` is a macro that looks whether its first argument is not so: it may tell that."""
        if not callee.isidentifier() or self._program.resolve(callee, path):
            return False
        return any(
            macro.params[0] in _NEGATED.findall(macro.body)
            for _path, macro in self._program.macros_named(callee)
            if macro.params
        )

    def _guess(self, callee: str, position: int, path: str) -> Fates:
        """The fate in a macro, or in a function that nobody loaded."""
        known = self._apis.predicates
        for name, _args in self._program.expansion(callee, ("pointer",) * (position + 1), path, known):
            if known.get(name) in ("converts", "translates"):
                return frozenset({RETURNS})
        return frozenset({FREES if sounds_ending(callee) else UNKNOWN})

    def _fate_in(self, func: Func, position: int, depth: int) -> Fates:
        key = (func, position)
        known = self._known.get(key)
        if known is not None:
            return known
        self._known[key] = frozenset()  # a recursive call adds nothing
        found = self._look(func, position, depth) if position < len(func.params) else frozenset({UNKNOWN})
        self._known[key] = found
        return found

    def _look(self, func: Func, position: int, depth: int) -> Fates:
        body = func.fact.body
        locals_ = {v.name for v in body.locals if not v.static} | {p.name for p in func.params}
        names = {func.params[position].name}
        found: set[str] = set()
        for _turn in range(2):  # the second sees what a copy further down was given before
            for block in body.blocks:
                for event in block.events:
                    if isinstance(event, Assign):
                        self._stored(event, names, locals_, found)
                    elif isinstance(event, Call):
                        self._passed(event, names, func, depth, found)
                if block.kind == "return" and (carries(block.left, names) or _computed(block.left, names)):
                    found.add(RETURNS)
        if GETS in found:  # what it puts is what it got itself
            found -= {GETS, FREES}
        return frozenset(found)

    def _stored(self, event: Assign, names: set[str], locals_: set[str], found: set[str]) -> None:
        if event.op == "=" and (carries(event.value, names) or _computed(event.value, names)):
            if event.target in locals_:
                names.add(event.target)
            else:
                found.add(STORES)

    def _passed(self, event: Call, names: set[str], func: Func, depth: int, found: set[str]) -> None:
        for place, arg in enumerate(event.args):
            if carries(arg, names):
                fate = self.fate(event.callee, place, func.path, depth - 1)
                found |= fate - {RETURNS}
                if any(a.same_as == place for a in self._apis.acquires.get(event.callee, ())):
                    found.add(GETS)
                if RETURNS in fate and event.result:
                    names.add(event.result)


def _fate_in_acquirer(roles: tuple[Acquire, ...], position: int) -> Fates:
    if any(role.same_as == position for role in roles):
        return frozenset({RETURNS})
    if any(role.puts == position and not role.puts_on_success for role in roles):
        return frozenset({FREES})
    held = any(role.holder.kind == "arg" and role.holder.index == position for role in roles)
    return frozenset() if held else frozenset({UNKNOWN})


def _computed(operand: str, names: set[str]) -> bool:
    """Whether an operand is a sum or so of a pointer held by one of ``names``."""
    return "->" not in operand and parse(operand) is None and not names.isdisjoint(names_in(operand))


def carries(operand: str, names: set[str] | frozenset[str]) -> bool:
    """Whether an operand is a pointer held by one of ``names``, or points into what it points to."""
    if operand in names:
        return True
    found = parse(operand)
    return (
        found is not None
        and found.base in names
        and (operand[:1] == "&" or not found.fields)
        and "*" not in operand
    )
