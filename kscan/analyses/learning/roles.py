"""Roles of functions that the kernel model does not know, learnt from a program, with evidence.

Four sources: bodies that acquire or release for their caller (``Wrappers``), functions used in pairs
(``Pairs``), how bodies and callers tell failure (``Conventions``), and kernel-doc comments.  A proposal is
*certain* where the body shows it, or where most of several files agree and nothing contradicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

import msgspec

from kscan.analyses.body.cfg import calls, conditions
from kscan.analyses.body.paths import NEGATIVE, ZERO
from kscan.analyses.learning.pairs import RESULT, Pair, Pairs, Spot
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.owning.wrappers import Wrapped
from kscan.analyses.results.conventions import ERROR_POINTER, NULL, Conventions
from kscan.analyses.results.lookups import Lookups
from kscan.facts.model import Body
from kscan.kernel.apis import Apis
from kscan.kernel.learning import Naming
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.parse.kerneldoc import KernelDoc

WRAPPER, PAIR, FAILURE = "wrapper", "pair", "failure"
_MANY_FILES = 3  # that use a pair alike
_UNWINDING = 2  # of which so many functions undo the first where they fail
_MOST = 0.8  # of what uses a function
_NEARLY_ALL = 0.9  # of the callers that look at a result
_SPOTS = 3  # as evidence
_MOST_FIELDS = 2  # a role names one at most
_CODES = frozenset({"int", "long", "ssize_t"})

Docs = Callable[[str], "tuple[str, KernelDoc] | None"]
"""The file and the kernel-doc comment of a function."""


class Proposal(msgspec.Struct, frozen=True):
    """A line of apis.yaml for ``function``: below ``resource`` (its whole key), or in a table of names where
    that is empty; ``key`` is the phrase, or the table.  ``kind`` tells where it was learnt from."""

    kind: str
    resource: str
    key: str
    function: str
    certain: bool
    evidence: tuple[str, ...]


class Learning:
    """What one program teaches."""

    def __init__(self, program: Program, apis: Apis, naming: Naming, docs: Docs) -> None:
        self._program = program
        self._apis = apis
        self._naming = naming
        self._docs = docs
        self._owner = program.shared(Ownership, apis)
        self._conventions = program.shared(Conventions, apis, self._owner)
        self._lookups = program.shared(Lookups, apis, self._owner)
        self._wrapping: set[str] = set()

    def proposals(self) -> tuple[Proposal, ...]:
        """All proposals, in a stable order; none for what the kernel model knows."""
        wrapped = tuple(self._wrappers())
        self._wrapping = {p.function for p in wrapped if p.certain}
        return (*wrapped, *self._pairs(), *self._failures())

    # -- bodies that acquire and release --------------------------------------

    def _scanned(self) -> Iterator[Func]:
        """The functions of scanned files that others may call."""
        for path in sorted(self._program.scope):
            for fact in self._program.facts[path].functions:
                local = fact.linkage == "static" or (fact.linkage == "inline" and path.endswith(".c"))
                if not local and not fact.partial:
                    yield from (
                        f for f in self._program.named(fact.name) if f.path == path and f.fact is fact
                    )

    def _wrappers(self) -> Iterator[Proposal]:
        resources = frozenset(r.name for r in self._apis.resources.values() if not r.advisory)
        names = self._owner.wrappers.functions(resources)
        scanned = tuple(self._scanned())
        acquired = {}
        for func in scanned:
            if func.name in names:
                roles = self._owner.wrappers.acquires(func.name, func.path, resources)
                acquired[func] = [role for role in roles if len(role.fields) < _MOST_FIELDS]
        given = {role.resource for roles in acquired.values() for role in roles}
        for func in scanned:
            for role in acquired.get(func, ()):
                yield self._acquirer(func, role)
            yield from self._releaser(func, given)

    def _acquirer(self, func: Func, role: Wrapped) -> Proposal:
        place = "result" if role.kind == "result" else f"{role.kind} {role.argument}"
        at = f", at {role.fields[0]}" if role.fields else ""
        line, callee = self._acquired_on(func, role.resource)
        says = [f"{func.path}:{line}: {func.name}() gives its caller what {callee}() acquires"]
        certain = role.failure != "never" if role.kind == "result" else True
        if role.kind == "arg":
            undo = self._undone_by(func, role)
            certain = undo is not None
            says += [f"{undo.path}:{undo.fact.line}: {undo.name}() gives it back"] if undo else []
        return Proposal(
            WRAPPER,
            self._key(role.resource),
            f"acquire {place}, {role.failure}{at}",
            func.name,
            certain,
            (*says, *self._documented(func.name)),
        )

    def _undone_by(self, func: Func, role: Wrapped) -> Func | None:
        """The function of the opposite name, where it gives back what ``func`` leaves set up."""
        for name, _words in self._naming.opposed(func.name):
            for other in self._program.named(name):
                released = self._owner.wrappers.releases(name, other.path)
                if any(
                    (r.resource, r.argument, r.fields) == (role.resource, role.argument, role.fields)
                    for r in released
                ):
                    return other
        return None

    def _acquired_on(self, func: Func, resource: str) -> tuple[int, str]:
        for _place, call in calls(func.fact.body):
            roles = self._apis.acquires.get(call.callee, ())
            if any(role.resource == resource for role in roles):
                return call.line, call.callee
        for _place, call in calls(func.fact.body):
            below = self._owner.wrappers.acquires(call.callee, func.path, frozenset((resource,)))
            if below:
                return call.line, call.callee
        return func.fact.line, func.name

    def _releaser(self, func: Func, given: Collection[str]) -> Iterator[Proposal]:
        """The arguments that a function gives to something that releases them.

        Certain where every way through it does, and it has not acquired them itself.
        """
        if func.name in self._apis.releases or func.name in self._apis.acquires:
            return
        params = {param.name: index for index, param in enumerate(func.params) if "*" in param.type}
        body, values = func.fact.body, self._owner.holding(func).values
        taken = {
            (role.resource, values.object(arg))
            for _place, call in calls(body)
            for role in self._apis.acquires.get(call.callee, ())
            for arg in call.args
        }
        seen = set[tuple[str, int]]()
        for place, call in calls(body):
            roles = [r for r in self._apis.releases.get(call.callee, ()) if not r.holder.member]
            for role in [r for r in roles if r.resource in given] or roles[:1]:
                if role.holder.kind != "arg" or role.holder.index >= len(call.args):
                    continue
                if self._apis.resources[role.resource].advisory:
                    continue
                given_to = call.args[role.holder.index]
                found = values.object(given_to) if given_to[:1] not in "*&" else None
                if found is None or found.fields or found.base not in params:
                    continue
                argument = params[found.base]
                if (role.resource, argument) in seen or (role.resource, found) in taken:
                    continue
                seen.add((role.resource, argument))
                asked = [body.blocks[c.block].left for c in conditions(body, place.block)]
                always = set(asked) <= {found.base} and _always_comes(body, place.block, found.base)
                yield Proposal(
                    WRAPPER,
                    self._key(role.resource),
                    f"release arg {argument}{', null ok' if asked and always else ''}",
                    func.name,
                    always,
                    (
                        f"{func.path}:{call.line}: {func.name}() gives its argument to {call.callee}()"
                        + ("" if always else " on some paths"),
                    ),
                )

    def _key(self, resource: str) -> str:
        found = self._apis.resources[resource]
        return f"{found.name}, {found.nature}"

    # -- pairs ----------------------------------------------------------------

    def _pairs(self) -> Iterator[Proposal]:
        pairs = Pairs(self._program, self._owner, self._naming)
        found = [p for p in pairs.pairs() if p.first not in self._wrapping and p.second not in self._wrapping]
        for second, group in _grouped([p for p in found if p.unwound or p.files > 1]):
            groups = _first_ones(group)
            natures = {self._nature(pair) for pair in groups}
            if len(natures) > 1:
                groups = groups[:1]
            resource = f"{_stem(groups[0])}, {self._nature(groups[0])}"
            for pair in groups:
                yield from self._of_pair(resource, second, pair, groups[0])

    def _of_pair(self, resource: str, second: str, pair: Pair, best: Pair) -> Iterator[Proposal]:
        failure, shown = self._failure_of(pair)
        told = self._docs(pair.first)
        documented = told is not None and second in told[1].undone_by
        certain = failure != "" and _is_certain(pair, documented=documented)
        alone = len({spot.path for spot in pair.alone})
        says = (
            f"{pair.first}() is undone by {second}() in {pair.files} of {pair.files + alone} files, "
            f"and in {len(pair.unwound)} functions where they fail",
            *_shown(pair.unwound or pair.apart),
            *((f"{told[0]}:{told[1].line}: its comment names {second}()",) if documented and told else ()),
            *(shown if failure else ("how it fails is not known",)),
        )
        place = "result" if pair.holder == RESULT else f"arg {pair.holder}"
        key = f"acquire {place}, {failure or ('null' if pair.holder == RESULT else 'errno')}"
        yield Proposal(PAIR, resource, key, pair.first, certain, says)
        if pair is best:
            key = f"release arg {pair.argument}"
            yield Proposal(PAIR, resource, key, second, certain, (f"undoes {pair.first}()",))

    def _nature(self, pair: Pair) -> str:
        if self._naming.counting.issuperset(pair.words):
            return "reference"
        return "state"

    def _failure_of(self, pair: Pair) -> tuple[str, tuple[str, ...]]:
        """How the first of a pair fails, empty where that is not known, and what shows it."""
        if pair.holder == RESULT:
            return self._pointer_failure(pair.first)
        spots = (*pair.unwound, *pair.apart)
        returns = self._program.root_type("@" + pair.first, spots[0].path)
        kind = returns.replace("static ", "").replace("inline ", "").strip()
        if kind:
            return {"void": "never", "bool": "false"}.get(kind, "errno" if kind in _CODES else ""), ()
        return self._asked(pair.first)

    def _asked(self, name: str) -> tuple[str, tuple[str, ...]]:
        """How a function fails of which no declaration is seen, such as a macro: whether callers look."""
        found = [
            bool(call.result)
            for func in self._program.calling(name)
            for _place, call in calls(func.fact.body)
            if call.callee == name
        ]
        looking = sum(found)
        if looking and looking < len(found) * _NEARLY_ALL:
            return "", ()
        says = (f"{looking} of {len(found)} callers look at its result",)
        return ("errno" if looking else "never"), says

    def _pointer_failure(self, name: str) -> tuple[str, tuple[str, ...]]:
        """How a function's pointer fails: by its body, else by what its callers ask; with evidence."""
        self._program.demand(name)
        bodies = self._program.named(name)
        if len(bodies) == 1:
            convention = self._conventions.of(bodies[0])
            if convention.failure:
                line = convention.given[NEGATIVE if convention.failure == ERROR_POINTER else ZERO]
                what = "an error pointer" if convention.failure == ERROR_POINTER else "NULL"
                return convention.failure, (f"{bodies[0].path}:{line}: {name}() returns {what}",)
        null, error = self._tests(name)
        for how, asked, most, others in (
            (NULL, "NULL", null, error),
            (ERROR_POINTER, "an error pointer", error, null),
        ):
            if most >= _MANY_FILES and others <= most * (1 - _NEARLY_ALL):
                return how, (f"{most} callers of {name}() look for {asked}, {others} for the other",)
        return "", ()

    def _tests(self, name: str) -> tuple[int, int]:
        """How many callers look for NULL, and how many for an error pointer."""
        null = error = 0
        predicates = self._apis.predicates
        for func in self._program.calling(name):
            body = func.fact.body
            asks = {
                c.args[0] for _p, c in calls(body) if c.args and predicates.get(c.callee, "")[:6] == "is_err"
            }
            for _place, call in calls(body):
                if call.callee == name and call.result:
                    names = _names(body, call.result)
                    asked = not names.isdisjoint(asks)
                    error += asked
                    null += not asked and any(b.kind == "branch" and b.left in names for b in body.blocks)
        return null, error

    # -- failures -------------------------------------------------------------

    def _failures(self) -> Iterator[Proposal]:
        """How functions that return pointers fail, where they do not acquire what they return."""
        for func in self._scanned():
            known = self._apis.changes(func.name) or func.name in self._wrapping
            if known or "*" not in func.fact.returns or self._program.named(func.name) != (func,):
                continue
            convention = self._conventions.of(func)
            if not convention.failure:
                continue
            checked, unchecked = self._lookups.belief(func.name)
            if not checked + unchecked:
                continue
            told = self._docs(func.name)
            table = f"may_return_{convention.failure}"
            sign, what = (
                (NEGATIVE, "an error pointer") if convention.failure == ERROR_POINTER else (ZERO, "NULL")
            )
            says = (
                f"{func.path}:{convention.given[sign]}: {func.name}() returns {what}",
                f"{checked} callers test the result, {unchecked} use it untested",
                *self._documented(func.name),
            )
            agrees = told is None or (told[1].null, told[1].error_pointer) != (
                convention.failure == ERROR_POINTER,
                convention.failure == NULL,
            )
            asked = convention.failure == ERROR_POINTER or checked >= _MANY_FILES * max(1, unchecked)
            yield Proposal(FAILURE, "", table, func.name, agrees and asked, says)

    def _documented(self, name: str) -> tuple[str, ...]:
        told = self._docs(name)
        if told is None:
            return ()
        path, doc = told
        says = [f"that {n}() undoes it" for n in doc.undone_by]
        says += [what for what, told in (("NULL", doc.null), ("an error pointer", doc.error_pointer)) if told]
        return (f"{path}:{doc.line}: its comment says {', '.join(says)}",) if says else ()


def _is_certain(pair: Pair, *, documented: bool) -> bool:
    files, alone = pair.files, len({spot.path for spot in pair.alone})
    unwinding = len({(spot.path, spot.function) for spot in pair.unwound})
    if pair.share < _MOST or files < _MOST * (files + alone):
        return False
    return (files >= _MANY_FILES and unwinding >= _UNWINDING) or (documented and unwinding > 0)


def _grouped(pairs: Sequence[Pair]) -> Iterator[tuple[str, list[Pair]]]:
    """The pairs by what undoes and which argument; of a first one only the pair that is used most."""
    best: dict[str, Pair] = {}
    for pair in pairs:
        if pair.first not in best or best[pair.first].files < pair.files:
            best[pair.first] = pair
    groups: dict[tuple[str, int], list[Pair]] = defaultdict(list)
    for pair in best.values():
        groups[pair.second, pair.argument].append(pair)
    seen = set[str]()
    for (second, _argument), group in sorted(
        groups.items(), key=lambda g: (-max(p.files for p in g[1]), g[0])
    ):
        if second not in seen:
            seen.add(second)
            yield second, sorted(group, key=lambda p: (-p.files, p.first))


def _first_ones(group: list[Pair]) -> list[Pair]:
    """Of several functions that one undoes, those that are not called on what another has set up before."""
    kept: list[Pair] = []
    for pair in group:
        where = {(s.path, s.function) for s in (*pair.unwound, *pair.apart)}
        others = {(s.path, s.function) for k in kept for s in (*k.unwound, *k.apart)}
        if not where & others:
            kept.append(pair)
    return kept


def _stem(pair: Pair) -> str:
    words = f"_{pair.first}_".replace(f"_{pair.words[0]}_", "_", 1).strip("_")
    return " ".join((*words.split("_"), pair.words[0].replace("_", " "))).strip()


def _shown(spots: Sequence[Spot]) -> Iterator[str]:
    for spot in spots[:_SPOTS]:
        yield f"{spot.path}:{spot.line}: in {spot.function}()"


def _names(body: Body, result: str) -> frozenset[str]:
    names = {result}
    for block in body.blocks:
        for event in block.events:
            if getattr(event, "value", None) in names:
                names.add(getattr(event, "target", result))
    return frozenset(names)


def _always_comes(body: Body, block: int, name: str) -> bool:
    """Whether every way through a body comes to ``block``, but for those on which ``name`` is NULL."""
    pending, seen = [0], {block}
    while pending:
        number = pending.pop()
        if number in seen:
            continue
        seen.add(number)
        here = body.blocks[number]
        if here.kind == "return":
            return False
        succs = here.succs
        if here.kind == "branch" and here.left == name and here.right == "0" and here.op in ("!=", "=="):
            succs = here.succs[:1] if here.op == "!=" else here.succs[1:]
        pending += succs
    return True
