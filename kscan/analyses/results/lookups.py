"""Lookups that may find nothing, followed across functions: where NULL comes from, and who goes on with it.

Three questions about functions, answered bottom-up on demand and remembered:

* may its result be NULL?  The model says so, or its body does: a search that falls out of its loop,
  or a result of such a function handed on (``Lookups.source``);
* does it go through an argument, with nothing but its own business deciding (``Lookups.use``)?  A
  branch on the argument is a check, and one on what the caller chose may stand for one;
* what becomes of a caller's variable whose address it gets (``Lookups.through``)?

Every path on which a lookup found nothing is then followed in its caller.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object, is_constant, parse
from kscan.analyses.body.known import Facts, Known
from kscan.analyses.body.paths import NEGATIVE, POSITIVE, ZERO, Node, names_in
from kscan.analyses.body.values import values_of
from kscan.analyses.owning.holding import Holding
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.nullness import dereferenced
from kscan.analyses.results.nullness import operands_of as all_operands
from kscan.facts.model import Assign, Block, Body, Call, Event
from kscan.kernel.apis import Apis
from kscan.link.edges import Edge, Func
from kscan.link.program import Program
from kscan.regex import regex

MODEL, SEARCH = "model", "search"
_DEPTH = 4
_MOST_TARGETS = 2
_SEVERAL = 2  # arguments that make two calls be about the same thing, or callers whose habit counts
_MOST_TIMES = 2  # as many callers without a test as with one: it is no slip
_TYPES = regex(r"\b(?:sizeof|typeof|__typeof__|offsetof|alignof)\b")
_LOGIC = regex(r"!|&&|\|\||==|\?")
_LOOPS = regex(rb"\b(?:for|while|goto|do)\b|each")
_CALLED = regex(rb"\b([a-z_]\w*)\(")


class Hop(NamedTuple):
    """A wrapper: ``func`` returns what it got from ``callee`` on ``line``."""

    func: Func
    line: int
    callee: str


class Source(msgspec.Struct, frozen=True):
    """Why a result may be NULL: a role of the model, or a search; handed on along ``chain``."""

    kind: str
    func: Func | None  # whose body shows it; None for a role of the model
    line: int  # of the return there
    chain: tuple[Hop, ...] = ()


class Use(msgspec.Struct, frozen=True):
    """A dereference of an argument: in ``func``, reached along ``chain``."""

    func: Func
    line: int
    operand: str
    chain: tuple[Edge, ...] = ()


class Given(NamedTuple):
    """What a function leaves where its caller told it to: ``path`` from what the argument points to.

    ``told``: its result tells the caller whether that is NULL; ``sign`` is what it then is, 0 where that is
    not known.
    """

    position: int
    path: tuple[str, ...]
    source: Source
    told: bool
    sign: int = 0


class Unchecked(msgspec.Struct, frozen=True):
    """A lookup's result that a path takes to a dereference; ``use`` where that is in a callee."""

    func: Func
    place: cfg.Place  # of the call
    call: Call
    source: Source
    line: int  # of the use, in ``func``
    what: str
    use: Use | None
    node: Node[frozenset[Object]]


class _Effect(NamedTuple):
    """What a callee does to a variable by its address: ``sets`` it (``value``: to which argument), or not."""

    sets: bool
    value: int | None = None
    use: Use | None = None
    known: bool = True


class Lookups:
    """Unchecked lookups of one program."""

    def __init__(self, program: Program, apis: Apis, owner: Ownership) -> None:
        self.program = program
        self.apis = apis
        self.owner = owner
        self._sources: dict[Func, Source | None] = {}
        self._uses: dict[tuple[Func, int], Use | None] = {}
        self._through: dict[tuple[Func, int], _Effect] = {}
        self._giving: dict[Func, tuple[Given, ...]] = {}
        self._storing: dict[Func, tuple[Given, ...]] = {}
        self._all: tuple[Unchecked, ...] | None = None
        self._candidates: dict[str, bool] = {}
        self._worth: dict[str, bool] = {}
        self._givers: dict[str, tuple[int, bool]] = {}  # behind how many functions were looked at
        self._asking: dict[Func, bool] = {}
        self._beliefs: dict[str, tuple[int, int]] = {}

    def targets(self, callee: str, path: str) -> tuple[Func, ...]:
        """What a direct call from a file leads to; empty where that is unknown or too many."""
        if not callee.isidentifier():
            return ()
        found = self.program.resolve(callee, path)
        if not found and callee.islower() and self.program.demand(callee):
            found = self.program.resolve(callee, path)
        return found if len(found) <= _MOST_TARGETS else ()

    # -- where NULL comes from ------------------------------------------------

    def source(self, callee: str, path: str, depth: int = _DEPTH) -> Source | None:
        """Why a call of ``callee`` from file ``path`` may give NULL; None where nothing says so."""
        apis = self.apis
        if callee in apis.may_return_null:
            return None if callee in apis.may_return_err_ptr else Source(MODEL, None, 0)
        if callee in apis.may_return_err_ptr or callee in apis.seldom_null or callee in apis.predicates:
            return None
        if not self.program.named(callee) and not self._worth_loading(callee):
            return None
        found = [self._of(func, depth) for func in self.targets(callee, path)]
        return found[0] if found and all(found) else None

    def _worth_loading(self, callee: str) -> bool:
        """Whether a function that is not loaded may, by its text, be a search or hand on what one gives."""
        found = self._worth.get(callee)
        if found is None:
            self._worth[callee] = False  # a recursion adds nothing
            texts = self.program.peek(callee)
            found = self._worth[callee] = not texts or any(map(self._may_hand_out, texts))
        return found

    def _may_hand_out(self, text: bytes) -> bool:
        if (b"NULL" in text or b"return 0;" in text) and _LOOPS.search(text):
            return True
        called = {name.decode() for name in _CALLED.findall(text)}
        return any(
            self.may_be(n)
            and (n in self.apis.may_return_null or self.program.named(n) or self._worth_loading(n))
            for n in sorted(called)
        )

    def _of(self, func: Func, depth: int) -> Source | None:
        if func not in self._sources:
            self._sources[func] = None  # a recursion adds nothing
            if "*" in func.fact.returns and not func.fact.partial and depth > 0:
                self._sources[func] = self._look(func, depth)
        return self._sources[func]

    def _look(self, func: Func, depth: int) -> Source | None:
        body = func.fact.body
        line = _falls_out(body)
        if line:
            return Source(SEARCH, func, line)
        for call in self._handed_out(func):
            inner = self.source(call.callee, func.path, depth - 1)
            if inner is not None:
                hop = Hop(func, call.line, call.callee)
                return Source(inner.kind, inner.func, inner.line, (hop, *inner.chain))
        return None

    def _handed_out(self, func: Func) -> Iterator[Call]:
        """The calls whose results a function returns untested, if one of them may give NULL.

        What it reads through itself is told of there, if at all: it gives no NULL to others.
        """
        if not self.asks(func):
            return
        body = func.fact.body
        values, used = values_of(body), _Handled(body)
        for block in body.blocks:
            if block.kind == "return":
                returned = values.object(block.left)
                call = values.origin(returned) if returned is not None and not returned.fields else None
                if call is None or block.left[:1] in "&*" or self.apis.never_fails(call.args):
                    continue
                if not is_checked(body, call) and used.dereferenced.isdisjoint(used.names(call.result)):
                    yield call

    # -- who dereferences an argument -----------------------------------------

    def use(self, callee: str, position: int, path: str, depth: int = _DEPTH) -> Use | None:
        """Where a call from file ``path`` goes through an argument without a look at it."""
        if position in self.apis.null_tolerant.get(callee, ()) or callee in self.apis.predicates:
            return None
        found = [self._used(func, position, depth) for func in self.targets(callee, path)]
        return found[0] if found and all(found) else None

    def _used(self, func: Func, position: int, depth: int) -> Use | None:
        key = (func, position)
        if key not in self._uses:
            self._uses[key] = None
            if position < len(func.params) and func.params[position].name and depth > 0:
                self._uses[key] = _Descent(self, func, position, depth).use()
        return self._uses[key]

    # -- what becomes of a variable by its address ----------------------------

    def through(self, callee: str, position: int, path: str) -> _Effect:
        """What a call does to the variable whose address is its argument at ``position``."""
        targets = self.targets(callee, path)
        if len(targets) != 1 or position >= len(targets[0].params):
            return _Effect(False, known=False)
        func = targets[0]
        key = (func, position)
        if key not in self._through:
            self._through[key] = self._effect(func, position)
        return self._through[key]

    def _effect(self, func: Func, position: int) -> _Effect:
        name = func.params[position].name
        pointed = f"*{name}"
        own = {p.name: i for i, p in enumerate(func.params)}
        use: Use | None = None
        sets, value = False, None
        for block in func.fact.body.blocks:
            for event in block.events:
                if isinstance(event, Assign) and event.target == pointed:
                    sets, value = True, own.get(event.value)
                elif isinstance(event, Call) and name in event.args:
                    return _Effect(False, known=False)
                elif isinstance(event, Call) and pointed in event.args and not sets and use is None:
                    inner = self.use(event.callee, event.args.index(pointed), func.path)
                    if inner is not None and block is func.fact.body.blocks[0]:
                        edges = self.program.call_targets(func, event)
                        use = Use(inner.func, inner.line, inner.operand, (*edges[:1], *inner.chain))
                if use is None and not sets and block is func.fact.body.blocks[0]:
                    for operand in operands_of(event):
                        if f"(*{name})->" in operand and not _TYPES.search(operand):
                            use = Use(func, event.line, operand)
            if use is None and not sets and block is func.fact.body.blocks[0]:
                for operand in (block.left, block.right):
                    if f"(*{name})->" in operand and not _TYPES.search(operand):
                        use = Use(func, block.line, operand)
        return _Effect(sets, value, use)

    # -- what a function leaves where it was told to ---------------------------

    def given(self, callee: str, path: str) -> tuple[Given, ...]:
        """What a call from a file may leave as NULL in what its arguments point to."""
        targets = self.program.resolve(callee, path) if callee.isidentifier() else ()
        if len(targets) != 1:
            return ()
        (func,) = targets
        found = self._giving.get(func)
        if found is None:
            self._giving[func] = ()  # a recursion adds nothing
            found = self._giving[func] = (*self._stored(func), *self._handed_on(func))
        return found

    def _may_give(self, callee: str) -> bool:
        """Whether a function of that name stores to what it is given, as far as no body tells."""
        count = self.program.known(callee)
        found = self._givers.get(callee)
        if found is None or found[0] != count:
            may = count > 0 and any(map(_may_store, self.program.named(callee)))
            found = self._givers[callee] = count, may
        return found[1]

    def _stored(self, func: Func) -> tuple[Given, ...]:
        """What a function itself may store as NULL in what it is given."""
        found = self._storing.get(func)
        if found is None:
            self._storing[func] = ()  # a recursion adds nothing
            may = self._may_give(func.name) and not func.fact.partial
            found = self._storing[func] = tuple(self._find_given(func)) if may else ()
        return found

    def _find_given(self, func: Func) -> Iterator[Given]:
        own = {p.name: i for i, p in enumerate(func.params) if p.name and "*" in p.type}
        if not own or not self.asks(func):
            return
        body = func.fact.body
        stores: dict[Object, list[Assign]] = defaultdict(list)
        for _place, event in cfg.events(body):
            target = parse(event.target) if isinstance(event, Assign) else None
            if not isinstance(event, Assign) or target is None or target.base not in own:
                continue
            if event.target in {f"*{target.base}", f"{target.base}->{'.'.join(target.fields)}"}:
                stores[target].append(event)
        if not stores:
            return
        values = values_of(body)
        for target, group in stores.items():
            found = [e for e in group if e.value not in ("NULL", "0")]
            origin = values.object(found[0].value) if len(found) == 1 else None
            call = values.origin(origin) if origin is not None and not origin.fields else None
            if call is None or call.loop or found[0].value[:1] in "&*":
                continue
            source = self.source(call.callee, func.path)
            if source is None or self.apis.never_fails(call.args):
                continue
            told = is_checked(body, call) or _is_looked_at(body, call, found[0].target)
            hop = Hop(func, call.line, call.callee)
            handed_on = Source(source.kind, source.func, source.line, (hop, *source.chain))
            sign = self._sign(func, call, ZERO) if told else 0
            yield Given(own[target.base], target.fields, handed_on, told, sign)

    def _handed_on(self, func: Func) -> Iterator[Given]:
        """What callees leave in what a function was given itself."""
        own = {p.name: i for i, p in enumerate(func.params) if p.name and "*" in p.type}
        refs = func.fact.calls if own and not func.fact.partial else ()
        called = dict.fromkeys(ref.root for ref in refs if not ref.path and self._may_give(ref.root))
        callees = {name: self.program.resolve(name, func.path) for name in called}
        leaving = {
            n: left for n, found in callees.items() if len(found) == 1 and (left := self._stored(found[0]))
        }
        if not leaving:
            return
        body = func.fact.body
        stored = {event.target for _place, event in cfg.events(body) if isinstance(event, Assign)}
        for _place, call in cfg.calls(body):
            for given in leaving.get(call.callee, ()):
                arg = call.args[given.position] if given.position < len(call.args) else ""
                if arg not in own or arg in stored:
                    continue
                hop = Hop(func, call.line, call.callee)
                source = msgspec.structs.replace(given.source, chain=(hop, *given.source.chain))
                told = given.told and call.result != "" and not _goes_nowhere(body, call)
                sign = self._sign(func, call, given.sign) if told and given.sign else 0
                yield Given(own[arg], given.path, source, told, sign)

    def _sign(self, func: Func, call: Call, mask: int) -> int:
        """What a function surely returns where a call in it gave ``mask``; 0 if that differs."""
        holding = self.owner.holding(func)
        place = next((p for p, c in cfg.calls(func.fact.body) if c == call), None)
        signs: set[int] = set()

        def visit(where: cfg.Place, event: Event | None, facts: Known, state: int, _node: Node[int]) -> int:
            block = func.fact.body.blocks[where.block]
            if event is None and block.kind == "return":
                signs.add(holding.paths.mask(block.left, facts))
            return state

        if place is None or not call.result:
            return 0
        start = cfg.Place(place.block, place.index + 1)
        complete = holding.paths.explore(start, [{call.result: mask}], 0, visit)
        return signs.pop() if complete and signs in ({NEGATIVE}, {POSITIVE}) else 0

    def _left(self, func: Func) -> Iterator[Unchecked]:
        """What callees may leave as NULL in variables and fields of a function, and a path evaluates."""
        called = dict.fromkeys(ref.root for ref in func.fact.calls if not ref.path)
        giving = {name: left for name in called if (left := self.given(name, func.path))}
        for place, call in cfg.calls(func.fact.body) if giving else ():
            if call.loop or not call.args:
                continue
            for given in giving.get(call.callee, ()):
                arg = call.args[given.position] if given.position < len(call.args) else ""
                text = f"{arg}->{'.'.join(given.path)}" if given.path else arg[1:]
                named = arg if given.path else text
                if not named.isidentifier() or (not given.path and arg[:1] != "&"):
                    continue
                failed: Facts = {}
                if given.told and call.result and not _is_ignored(func.fact.body, call):
                    if not given.sign or not _is_only_compared(func.fact.body, call):
                        continue
                    failed = {call.result: given.sign}
                found = self._followed(self.owner.holding(func), place, call, given.source, text, failed)
                if found is not None:
                    yield found

    # -- callers --------------------------------------------------------------

    def all_unchecked(self) -> tuple[Unchecked, ...]:
        """Those of all functions that may concern a scanned file, in the order of their names."""
        if self._all is None:
            scanned = self.program.scanned()
            self._all = tuple(
                found for func in scanned for found in (*self.unchecked(func), *self._left(func))
            )
        return self._all

    def unchecked(self, func: Func) -> Iterator[Unchecked]:
        """The lookups of a function whose result a path takes to a dereference, the nearest of each."""
        if func.fact.partial or not self.asks(func):
            return
        body = func.fact.body
        asked = [
            (place, call)
            for place, call in cfg.calls(body)
            if call.result and not call.loop and self.may_be(call.callee)
        ]
        asked = [(place, call) for place, call in asked if not tested_at_once(body, place, call)]
        if not asked:
            return
        used = _Handled(body)
        for place, call in asked:
            names = used.names(call.result)
            if names.isdisjoint(used.touched) or self.apis.never_fails(call.args) or self._is_fixed(call):
                continue
            if not self._is_used(func, place, call):
                continue
            source = self.source(call.callee, func.path)
            if source is None or self._is_relied_on(call.callee, source):
                continue
            if self._may_find(func, used, names, source) and not self.is_asked_elsewhere(func, call):
                if source.chain and _is_told_by_state(body, place, call):
                    continue
                holding = self.owner.holding(func)
                found = self._followed(holding, place, call, source)
                if found is not None and not self._looked_before(holding, place, call):
                    yield found

    def _is_fixed(self, call: Call) -> bool:
        """Whether a call asks for a device at a fixed address: a part of the chip, most likely."""
        counted = any(
            self.apis.resources[r.resource].nature == "reference"
            for r in self.apis.acquires.get(call.callee, ())
        )
        return counted and len(call.args) > 1 and all(arg[:1].isdigit() for arg in call.args[1:])

    def asks(self, func: Func) -> bool:
        """Whether a function calls something whose result may be NULL, as far as that is told cheaply."""
        found = self._asking.get(func)
        if found is None:
            found = any(self.may_be(ref.root) for ref in func.fact.calls if not ref.path)
            self._asking[func] = found
        return found

    def may_be(self, callee: str) -> bool:
        """Whether ``source`` could find anything for a name, as far as that is told without loading more."""
        found = self._candidates.get(callee)
        if found is None:
            self._candidates[callee] = True  # of a recursion nothing is told
            found = self._candidates[callee] = self._could_be(callee)
        return found

    def _could_be(self, callee: str) -> bool:
        apis = self.apis
        if callee in apis.may_return_null:
            return True
        if callee in apis.may_return_err_ptr or callee in apis.does_not_keep:
            return False
        if not (callee.islower() and callee.isidentifier() and self.program.may_point(callee)):
            return False
        known = self.program.named(callee)
        return not known or any(map(self._may_give_none, known))

    def _may_give_none(self, func: Func) -> bool:
        """Whether ``source`` may find something for a function: nothing is loaded for it."""
        if "*" not in func.fact.returns or func.fact.partial:
            return False
        return _falls_out(func.fact.body) > 0 or any(
            self.may_be(call.callee) for call in self._handed_out(func)
        )

    def _may_find(self, func: Func, used: _Handled, names: frozenset[str], source: Source) -> bool:
        """Whether the function does anything with a result that could be a finding: no path is looked at."""
        if (source.kind != MODEL or source.chain) and names & used.dereferenced:
            return True
        for callee, position, name in used.handed:
            if name in names and (position < 0 or self.use(callee, position, func.path)):
                return True
        return False

    def _is_used(self, func: Func, place: cfg.Place, call: Call) -> bool:
        """Whether a way leads from a call to what may go through its result: a look that loads nothing."""
        known = self.source(call.callee, func.path) if call.callee in self.apis.may_return_null else None
        holding, start = self.owner.holding(func), parse(call.result) or Object(call.result)
        walk = _Walk(self, holding, place, call, known or Source(SEARCH, None, 0), start, loads=False)
        after = cfg.Place(place.block, place.index + 1)
        return (
            not holding.paths.skim(after, frozenset({start}), walk.visit, walk.decide)
            or walk.found is not None
        )

    def _followed(
        self,
        holding: Holding,
        place: cfg.Place,
        call: Call,
        source: Source,
        held: str = "",
        failed: Facts | None = None,
    ) -> Unchecked | None:
        """The use of what a call gives, or leaves in ``held``; ``failed`` is what is known if that is NULL.

        What is known before the call never adds a use: it is asked for where there is one without."""
        without: list[Facts] = [{}]
        none = held or call.result
        start = parse(none) or Object(none)
        walk = _Walk(self, holding, place, call, source, start)
        after = cfg.Place(place.block, place.index + 1)
        if holding.paths.skim(after, frozenset({start}), walk.visit, walk.decide) and walk.found is None:
            return None
        for before in (without, None):
            walk = _Walk(self, holding, place, call, source, start)
            complete = holding.paths.explore(
                after,
                [
                    facts | {none: ZERO, **(failed or {})}
                    for facts in before or holding.before.at(place) or [{}]
                ],
                frozenset({start}),
                walk.visit,
                walk.decide,
            )
            if not complete or walk.found is None:
                return None
        return walk.found

    def is_asked_elsewhere(self, func: Func, call: Call) -> bool:
        """Whether another function of the file asks the same of such an object, or what finds only that, and
        tests what it gets.

        A driver's probe does, and fails: where its other functions run there is something to find.
        """
        pointers = {p.name for p in func.params if "*" in p.type}
        pointers |= {v.name for v in func.fact.body.locals if "*" in v.type}
        fixed = {n: arg for n, arg in enumerate(call.args) if is_constant(arg)}
        if not fixed or any(n not in fixed and arg not in pointers for n, arg in enumerate(call.args)):
            return False
        others = self.apis.finds_as_well.get(call.callee, frozenset())
        for name in (call.callee, *sorted(others)):
            for other in self.program.calling(name):
                if other is func or other.path != func.path:
                    continue
                body = other.fact.body
                for _place, asked in cfg.calls(body):
                    same = [arg for arg in asked.args if is_constant(arg)]
                    if asked.callee != name or (name == call.callee and same != list(fixed.values())):
                        continue
                    if set(same) <= set(fixed.values()) and is_checked(body, asked):
                        return True
        return False

    def _is_relied_on(self, callee: str, source: Source) -> bool:
        """Whether most of a wrapper's callers go without a test: it finds what they ask for.

        As in Engler et al., "Bugs as Deviant Behavior" (SOSP 2001): who differs from most is wrong.
        """
        if source.kind != MODEL or not source.chain:
            return False
        checked, unchecked = self.belief(callee)
        return unchecked >= _SEVERAL and unchecked > _MOST_TIMES * checked

    def _looked_before(self, holding: Holding, place: cfg.Place, call: Call) -> bool:
        """Whether the function has seen to it that there is something to find.

        It has looked up the like before and tested what it found, or found nothing and made it since; it
        has tested the result of a call that was told the same; or it has asked whether there is anything.
        """
        body = holding.body
        for where, other in cfg.calls(body):
            if where == place or not cfg.comes_after(body, where, place):
                continue
            if other.callee in self.apis.asks_emptiness:
                if _is_decided(body, other, place) and self._same(holding, other.args[:1], call.args):
                    return True
            elif other.callee == call.callee:
                names = _names_of(body, other)
                missing = any(
                    body.blocks[number].left in names and not holds
                    for number, holds in cfg.conditions(body, place.block)
                )
                if self._is_told(holding, call, other) if missing else is_checked(body, other):
                    return True
            elif len(call.args) >= _SEVERAL and self._is_told(holding, call, other):
                made = _is_decided(body, other, place)
                if made:
                    return True
        return False

    def _is_told(self, holding: Holding, call: Call, other: Call) -> bool:
        """Whether another call gets the arguments of a call, in their order."""
        if not call.args or len(other.args) < len(call.args):
            return False
        pairs = zip(call.args, other.args, strict=False)
        return all(self._same(holding, (one,), (two,)) for one, two in pairs)

    def _same(self, holding: Holding, ones: Sequence[str], others: Sequence[str]) -> bool:
        """Whether each of ``ones`` is among ``others``, perhaps as the result of the same question."""
        return bool(ones) and all(
            one in others or any(same in others for same in holding.paths.same(one)) for one in ones
        )

    def belief(self, callee: str) -> tuple[int, int]:
        """How many callers test the result of a function, and how many use it untested."""
        if callee not in self._beliefs:
            checked = unchecked = 0
            for func in self.program.calling(callee):
                for _place, call in cfg.calls(func.fact.body):
                    if call.callee == callee and call.result:
                        if is_checked(func.fact.body, call):
                            checked += 1
                        else:
                            unchecked += not _is_returned(func.fact.body, call)
            self._beliefs[callee] = (checked, unchecked)
        return self._beliefs[callee]


class _Handled:
    """What a body does with its variables, wherever that is."""

    def __init__(self, body: Body) -> None:
        self._copies: dict[str, list[str]] = defaultdict(list)
        self.dereferenced: set[str] = set()
        self.handed: list[tuple[str, int, str]] = []  # callee, argument (-1: by its address), name
        for block in body.blocks:
            for event in block.events:
                if isinstance(event, Assign) and event.target.isidentifier():
                    self._copies[event.value].append(event.target)
                elif isinstance(event, Call):
                    for position, arg in enumerate(event.args):
                        if arg.isidentifier() or arg[:1] == "%":
                            self.handed.append((event.callee, position, arg))
                        elif arg[:1] == "&" and arg[1:].isidentifier():
                            self.handed.append((event.callee, -1, arg[1:]))
                for operand in operands_of(event):
                    self._look(operand)
            self._look(block.left)
            self._look(block.right)
        self.touched = self.dereferenced | {name for _callee, _position, name in self.handed}

    def _look(self, operand: str) -> None:
        if "->" in operand or "[" in operand or operand[:1] == "*":
            self.dereferenced |= names_in(operand)

    def names(self, result: str) -> frozenset[str]:
        """A temporary, and the variables that may get its value."""
        found, pending = {result}, [result]
        while pending:
            new = [n for n in self._copies.get(pending.pop(), ()) if n not in found]
            found.update(new)
            pending += new
        return frozenset(found)


class _Descent:
    """A search of one function for the first dereference of a parameter."""

    def __init__(self, lookups: Lookups, func: Func, position: int, depth: int) -> None:
        self._lookups = lookups
        self._func = func
        self._name = func.params[position].name
        self._depth = depth
        self._holders = frozenset({Object(self._name)})
        self._derived = _derived(func)

    def use(self) -> Use | None:
        """The dereference that is reached whatever the caller's arguments are."""
        blocks = self._func.fact.body.blocks
        queue, seen = [0], {0}
        while queue:
            number = queue.pop(0)
            block = blocks[number]
            found = self._within(block)
            if isinstance(found, Use):
                return found
            if found is False:
                continue
            for succ in self._onward(number, block):
                if succ not in seen:
                    seen.add(succ)
                    queue.append(succ)
        return None

    def _onward(self, number: int, block: Block) -> tuple[int, ...]:
        if block.kind == "jump":
            return block.succs
        if block.kind != "branch" or block.op == "config":
            return ()
        if cfg.follows(self._func.fact.body, number, number):  # a loop is taken to run once at least
            return block.succs[:1]
        names = names_in(block.left) | names_in(block.right)
        return () if names & self._derived else block.succs

    def _within(self, block: Block) -> Use | bool:
        """The use in a block; else whether control goes on from it."""
        for event in block.events:
            for operand in operands_of(event):
                if dereferenced(operand, self._holders) and not _TYPES.search(operand):
                    return Use(self._func, event.line, operand)
            if isinstance(event, Assign) and event.target == self._name:
                return False
            if isinstance(event, Call) and self._name in event.args:
                found = self._called(event)
                if found is not True:
                    return found
        for operand in (block.left, block.right):
            if dereferenced(operand, self._holders) and not _TYPES.search(operand):
                return Use(self._func, block.line, operand)
        return True

    def _called(self, event: Call) -> Use | bool:
        lookups = self._lookups
        if event.loop:
            return False
        position = event.args.index(self._name)
        inner = lookups.use(event.callee, position, self._func.path, self._depth - 1)
        if inner is not None:
            edges = lookups.program.call_targets(self._func, event)
            return Use(inner.func, inner.line, inner.operand, (*edges[:1], *inner.chain))
        return True


class _Walk:
    """The transfer function of one lookup that found nothing; the state are the variables that are NULL."""

    def __init__(
        self,
        lookups: Lookups,
        holding: Holding,
        place: cfg.Place,
        call: Call,
        source: Source,
        start: Object,
        *,
        loads: bool = True,
    ) -> None:
        """Unless it ``loads``, a function that is given the result is taken to go through it."""
        self._loads = loads
        self._lookups = lookups
        self._holding = holding
        self._place = place
        self._call = call
        self._source = source
        self._start = start
        self.found: Unchecked | None = None

    @property
    def _path(self) -> str:
        return self._holding.func.path

    def _say(self, line: int, what: str, node: Node[frozenset[Object]], use: Use | None = None) -> None:
        direct = use is None and self._source.kind == MODEL and not self._source.chain
        if self.found is None and not direct:  # what one function shows by itself is another rule's
            func = self._holding.func
            self.found = Unchecked(func, self._place, self._call, self._source, line, what, use, node)

    def visit(
        self,
        _where: cfg.Place,
        event: Event | None,
        _facts: Known,
        state: frozenset[Object],
        node: Node[frozenset[Object]],
    ) -> frozenset[Object] | None:
        """Follow one event."""
        if event is None or self.found is not None:
            return None
        if isinstance(event, Call):
            if event.result == self._call.result and event.result:
                return None
            if self._start.fields and any(arg.lstrip("&*") == self._start.base for arg in event.args):
                return None  # it may fill the field
        for operand in operands_of(event):
            if dereferenced(operand, state) and not _TYPES.search(operand):
                self._say(event.line, operand, node)
                return None
        if isinstance(event, Assign):
            return self._assigned(event, state)
        return self._called(event, state, node) if isinstance(event, Call) else state

    def _assigned(self, event: Assign, state: frozenset[Object]) -> frozenset[Object] | None:
        target, value = parse(event.target), parse(event.value)
        if target is None:
            return state
        kept = frozenset(h for h in state if not h.within(target))
        if event.op == "=" and value in state and event.value[:1] not in "&*" and event.target.isidentifier():
            kept |= {target}
        return kept or None

    def _called(
        self, event: Call, state: frozenset[Object], node: Node[frozenset[Object]]
    ) -> frozenset[Object] | None:
        if event.callee.isupper() and any(_holds(arg, state) for arg in event.args):
            return None  # a macro that asks, such as one that stops where it is NULL
        for position, arg in enumerate(event.args):
            if not self._loads and self._may_use(event, position, arg, state):
                self._say(
                    event.line, f"{event.callee}({arg})", node, Use(self._holding.func, event.line, arg)
                )
                return None
            if arg[:1] == "&" and Object(arg[1:]) in state:
                effect = self._lookups.through(event.callee, position, self._path)
                if effect.use is not None:
                    self._say(event.line, f"{event.callee}({arg})", node, effect.use)
                    return None
                if not effect.known:
                    return None
                given = event.args[effect.value] if effect.value is not None else ""
                if effect.sets and parse(given) not in state:
                    state = state - {Object(arg[1:])}
            elif parse(arg) in state and arg[:1] not in "&*":
                use = self._lookups.use(event.callee, position, self._path)
                if use is not None:
                    self._say(event.line, f"{event.callee}({arg})", node, use)
                    return None
                if event.result and event.callee not in self._lookups.apis.predicates:
                    return None  # it may look at what it is given, and tell by its result
        return state or None

    def _may_use(self, event: Call, position: int, arg: str, state: frozenset[Object]) -> bool:
        """Whether a callee may go through what it is given, as far as the model and its name tell."""
        if not event.callee.isidentifier():
            return False
        if arg[:1] == "&":
            return Object(arg[1:]) in state
        apis = self._lookups.apis
        tolerant = event.callee in apis.predicates or position in apis.null_tolerant.get(event.callee, ())
        return not tolerant and arg[:1] != "*" and parse(arg) in state

    def decide(
        self, block: Block, _facts: Known, state: frozenset[Object], node: Node[frozenset[Object]]
    ) -> frozenset[Object] | None:
        """Look at what the end of a block evaluates."""
        for operand in (block.left, block.right):
            if dereferenced(operand, state) and not _TYPES.search(operand):
                self._say(block.line, operand, node)
                return None
        tested = {parse(block.left), parse(block.right)} if block.kind == "branch" else set()
        asked = block.kind == "branch" and any(_holds(o, state) for o in (block.left, block.right))
        return None if asked or tested & state else state  # somebody looks: what follows is no oversight


def operands_of(event: Event) -> tuple[str, ...]:
    """The operands that an event evaluates; those of a macro that may not evaluate them are left out."""
    if isinstance(event, Assign):
        return (event.target, event.value)
    if not isinstance(event, Call) or event.callee.isupper():
        return ()
    return (*event.args, event.callee)


def _may_store(func: Func) -> bool:
    """Whether a function may assign to what a parameter points to."""
    if func.fact.partial:
        return False
    own = [p.name for p in func.params if p.name and "*" in p.type]
    return bool(own) and (bool(func.fact.stores) or any(func.fact.packs(f"*{name}") for name in own))


def _holds(operand: str, state: frozenset[Object]) -> bool:
    """Whether an operand is a condition in which one of the variables stands as it is."""
    return _LOGIC.search(operand) is not None and any(h.base in names_in(operand) for h in state)


def _falls_out(body: Body) -> int:
    """The line on which a search returns NULL after its loop; 0 where the body is no search.

    A search is a loop from which something is returned, or kept in the variable that is returned.
    """
    blocks = body.blocks
    loops = [n for n in range(len(blocks)) if cfg.follows(body, n, n)]
    if not loops:
        return 0
    returns = [(n, b) for n, b in enumerate(blocks) if b.kind == "return" and b.left]
    hits = [n for n, b in returns if b.left not in ("NULL", "0") and b.left[:1] != "%"]
    for number, block in returns:
        if block.left in ("NULL", "0"):
            fallen = any(number in blocks[loop].succs or _jumps_to(body, loop, number) for loop in loops)
            if fallen and any(cfg.follows(body, loop, hit) for loop in loops for hit in hits):
                return block.line
        elif block.left.isidentifier():
            stores = [(p, e) for p, e in cfg.events(body) if isinstance(e, Assign) and e.target == block.left]
            none = [p for p, e in stores if e.value == "NULL" and p.block not in loops]
            some = [
                p for p, e in stores if e.value not in ("NULL", "0") and cfg.follows(body, loops[0], p.block)
            ]
            if none and some and len(none) + len(some) == len(stores):
                return block.line
    return 0


def _jumps_to(body: Body, loop: int, number: int) -> bool:
    """Whether the way out of a loop's head leads to a block with nothing decided on the way."""
    if body.blocks[loop].kind != "branch":
        return False
    here = body.blocks[loop].succs[1]
    for _ in range(len(body.blocks)):
        if here == number:
            return True
        if body.blocks[here].kind != "jump":
            return False
        here = body.blocks[here].succs[0]
    return False


def tested_at_once(body: Body, place: cfg.Place, call: Call) -> bool:
    """Whether nothing is done with a result, but for giving it a name, before a branch looks at it."""
    block, names = body.blocks[place.block], [call.result]
    if block.kind != "branch":
        return False
    for event in block.events[place.index + 1 :]:
        if isinstance(event, Assign) and event.value in names and event.target.isidentifier():
            names.append(event.target)
        elif any(name in operand for operand in all_operands(event) for name in names):
            return False
    return block.left in names or block.right in names


def _is_told_by_state(body: Body, place: cfg.Place, call: Call) -> bool:
    """Whether a field of what a wrapper looks into decides that the function looks: its state tells."""
    tests = (body.blocks[number] for number, _holds in cfg.conditions(body, place.block))
    asked = [found for found in (parse(block.left) for block in tests) if found is not None]
    return any(found.fields and Object(found.base) in map(parse, call.args) for found in asked)


def _is_decided(body: Body, call: Call, place: cfg.Place) -> bool:
    """Whether control only comes to a place one way from a test of a call's result."""
    names = _names_of(body, call)
    tests = (body.blocks[number] for number, _holds in cfg.conditions(body, place.block))
    return any(names & {block.left, block.right} for block in tests)


def _derived(func: Func) -> frozenset[str]:
    """The names that hold what a function was given, or something that was made of it."""
    names = {p.name for p in func.params}
    for _ in range(2):
        for _place, event in cfg.events(func.fact.body):
            if isinstance(event, Assign) and names_in(event.value) & names:
                target = parse(event.target)
                if target is not None:
                    names.add(target.base)
            elif isinstance(event, Call) and any(names_in(arg) & names for arg in event.args):
                names.add(event.result)
    return frozenset(names - {""})


def is_checked(body: Body, call: Call) -> bool:
    """Whether a function tests the result of a call, in whatever way."""
    names = _names_of(body, call)
    for block in body.blocks:
        if block.kind == "branch" and names & {block.left, block.right}:
            return True
        for event in block.events:
            if not isinstance(event, Call) or not (event.callee.isupper() or "ERR" in event.callee):
                continue
            if any(operand in names or names & names_in(operand) for operand in event.args):
                return True
        if any(_LOGIC.search(o) and names & names_in(o) for o in (block.left, block.right)):
            return True
    return False


def _names_of(body: Body, call: Call) -> frozenset[str]:
    names = {call.result}
    for _place, event in cfg.events(body):
        if isinstance(event, Assign) and event.op == "=" and event.value in names:
            names.add(event.target)
    return frozenset(names - {""})


def _is_looked_at(body: Body, call: Call, target: str) -> bool:
    """Whether a branch looks at where a result is left, or a callee that tells by its own result may."""
    names = _names_of(body, call) | {target}
    for block in body.blocks:
        if block.kind in ("branch", "return") and any(target in o for o in (block.left, block.right)):
            return True
        if any(isinstance(e, Call) and e.result and names.intersection(e.args) for e in block.events):
            return True
    return False


def _is_ignored(body: Body, call: Call) -> bool:
    """Whether a status goes no further than into what the function returns."""
    names = _names_of(body, call)
    if is_checked(body, call) or any("->" in name for name in names):
        return False
    given = (e for _place, e in cfg.events(body) if isinstance(e, Call))
    tests = (b for b in body.blocks if b.kind != "return")
    return not any(names & names_in(o) for e in given for o in e.args) and not any(
        names & names_in(o) for b in tests for o in (b.left, b.right)
    )


def _is_only_compared(body: Body, call: Call) -> bool:
    """Whether a status is asked in branches alone, and by itself."""
    names = _names_of(body, call)
    if not all(name.isidentifier() or name == call.result for name in names):
        return False
    for block in body.blocks:
        if block.kind not in ("branch", "return") and names & names_in(block.left):
            return False
        operands = [block.left, block.right] if block.kind == "branch" else []
        operands += [e.value for e in block.events if isinstance(e, Assign)]
        if any(names & names_in(operand) and operand not in names for operand in operands):
            return False
    return True


def _goes_nowhere(body: Body, call: Call) -> bool:
    """Whether a status is neither looked at nor handed on."""
    return _is_ignored(body, call) and not _is_returned(body, call)


def _is_returned(body: Body, call: Call) -> bool:
    names = _names_of(body, call)
    return any(b.kind == "return" and b.left in names for b in body.blocks)
