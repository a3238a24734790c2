"""One acquisition followed along a path, event by event: who holds the resource, and how the path ends."""

from __future__ import annotations

from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.cfg import Place, follows
from kscan.analyses.body.known import Known
from kscan.analyses.body.paths import NEGATIVE, POSITIVE, ZERO, Node, Visit, names_in
from kscan.analyses.owning.held import PERHAPS, Exit, Held, Outcome, Site
from kscan.analyses.owning.holding import Holding
from kscan.analyses.owning.indirect import Indirect, computed
from kscan.analyses.summaries.naming import sounds_converting, sounds_ending
from kscan.analyses.summaries.parameters import FREES, RETURNS, STORES, UNKNOWN
from kscan.facts.model import Assign, Call, Event, ScopeEnd
from kscan.kernel.apis import Apis
from kscan.regex import regex

_TEST = regex(r"^!|[=!<>]=|[^-]>|<")
_INDEXED = regex(r"\[[^\]]*[a-z]")
_MOST_REFERENCES = 3
_MOST_PASSED = 4


class Following:
    """The transfer function of one acquisition."""

    def __init__(self, holding: Holding, site: Site, apis: Apis) -> None:
        self._holding = holding
        self._site = site
        self._apis = apis
        self._indirect = Indirect(holding, site, apis)
        self._wholes = holding.wholes(site)
        self._member = _member(site.same)  # of what the caller hands on, it is this part that is counted
        self._releasing = holding.undoing.releasing(site.resource.name)
        self._names: dict[frozenset[Object], frozenset[str]] = {}
        self._idle: set[tuple[int, Held]] = set()  # events, by identity, that do nothing to a state
        self._tells = False  # whether the event told more than the state
        self._begin(Outcome(site), frozenset())

    def into(self, outcome: Outcome, succeeding: frozenset[str] = frozenset()) -> Visit[Held]:
        """What follows another walk from the site, one at a time.

        ``outcome`` gets the exits; ``succeeding``: results of calls that are known to be 0.
        """
        self._begin(outcome, succeeding)
        return self._visit

    def _begin(self, outcome: Outcome, succeeding: frozenset[str]) -> None:
        self._outcome = outcome
        self._succeeding = succeeding
        self._said: set[tuple[str, int, bool | None, frozenset[str]]] = set()

    def _tell(self, facts: Known, result: str, mask: int) -> None:
        """Let a call's result be known."""
        facts[result] = mask
        self._tells = True

    def _matters(self, event: Call, state: Held) -> bool:
        """Whether a call may do anything to a state: by its name, or by what its arguments lead to."""
        if event.callee in self._releasing:
            return True
        names, leads, releasing = self._names_of(state), self._holding.leads, self._releasing
        return any(not names.isdisjoint(leads(arg)) or arg.lstrip("&") in releasing for arg in event.args)

    def _names_of(self, state: Held) -> frozenset[str]:
        """The names that an operand leads to if it has to do with the holders in a state."""
        found = self._names.get(state.holders)
        if found is None:
            found = self._names[state.holders] = self._named(state.holders)
        return found

    def _named(self, holders: frozenset[Object]) -> frozenset[str]:
        site, values = self._site, self._holding.values
        names = {name for o in (*holders, *self._indirect.results) for name in (o.base, *o.fields)}
        if site.on is not None:
            names |= names_in(site.call.args[0]) | {site.on.base}
        given = (value for h in holders if not h.fields for value in values.given(h.base))
        return self._wholes.union(
            names, *map(self._holding.paths.same, given)
        )  # the same call gives the same

    def _visit(
        self, where: Place, event: Event | None, facts: Known, state: Held, node: Node[Held]
    ) -> Held | None:
        """Follow one event."""
        if event is None:
            self._leave(where, facts, state, node)
            return None
        if isinstance(event, Assign):
            names, leads = self._names_of(state), self._holding.leads
            if names.isdisjoint(leads(event.value)) and names.isdisjoint(leads(event.target)):
                return state
            return self._assigned(event, state, node)
        if isinstance(event, ScopeEnd):
            if any(Object(name) in state.holders for name in event.names):
                self._end("released", event.line, node, state, how="end of scope")
                return None
            return state
        if event.result in self._succeeding:
            facts[event.result] = ZERO
        key = (id(event), state)
        if key in self._idle:
            return state
        self._tells = False
        after = self._met(where, event, facts, state, node)
        if after is state and not self._tells:
            self._idle.add(key)
        return after

    def _met(self, where: Place, event: Call, facts: Known, state: Held, node: Node[Held]) -> Held | None:
        """Follow a call."""
        if event.loop and not self._site.named:
            cursors = [parse(arg) for arg in event.args if arg.isidentifier()]
            for cursor in cursors:
                left = self._moved(cursor, event, state, node)
                if left is None:
                    return None
                state = left
        elif event.loop:
            state = self._turned(event, state)
        if where == self._site.place:
            return self._again(event, facts, state, node)
        return self._called(event, facts, state, node) if self._matters(event, state) else state

    def _end(
        self, kind: str, line: int, node: Node[Held], state: Held, error: bool | None = None, how: str = ""
    ) -> None:
        if kind in ("held", "lost") and state.passed:
            kind = f"{kind} perhaps"
        if state.stored:
            kind = f"stored {kind}"
        key = (kind, line if "held" not in kind else node.block * 10000 + line, error)
        if (*key, state.passed) not in self._said:
            self._said.add((*key, state.passed))
            self._outcome.exits.append(Exit(kind, line, node, error, how, state.passed))

    def _again(self, event: Call, facts: Known, state: Held, node: Node[Held]) -> Held | None:
        """The acquisition is reached once more, in a loop."""
        memory = self._site.resource.nature == "memory"  # most likely kept in a list of what was allocated
        if self._site.loop or memory or not self._site.named or not event.result:
            self._end("released" if self._site.loop else "escaped", event.line, node, state, how="next turn")
            return None
        if any(self._holding.holds(arg, state.holders) for arg in event.args):
            return self._called(event, facts, state, node)
        return state._replace(holders=frozenset(h for h in state.holders if h.base != event.result))

    def _turned(self, event: Call, state: Held) -> Held:
        """A loop macro gives its cursor a new value."""
        if self._site.loop and event is self._site.call:
            return state
        role = self._apis.loops.get(event.callee)
        cursor = event.args[role.cursor] if role is not None and role.cursor < len(event.args) else ""
        left = frozenset(h for h in state.holders if h.base != cursor)
        return state._replace(holders=left) if left else state

    def _leave(self, where: Place, facts: Known, state: Held, node: Node[Held]) -> None:
        block = self._holding.body.blocks[where.block]
        if block.kind != "return":
            return
        found = parse(block.left)
        if (
            computed(block.left, state.holders)
            or self._holding.leads_back(block.left, state.holders)
            or (
                found is not None
                and (any(found.within(h) for h in state.holders) or self._is_whole(block.left, state))
            )
        ):
            self._end("escaped", block.line, node, state, how="returned")
            return
        self._end("held", block.line, node, state, self._holding.telling.fails(where.block, facts))

    def _assigned(self, event: Assign, state: Held, node: Node[Held]) -> Held | None:
        holding = self._holding
        if event.op != "=":
            if self._site.named and Object(event.target) in state.holders:
                self._end("escaped", event.line, node, state, how=f"{event.target} moves on")
                return None
            return state
        part = self._member if self._is_whole(event.value, state) else ()
        if not holding.is_local(event.target) and (
            event.value in self._wholes or computed(event.value, state.holders)
        ):
            self._end("escaped", event.line, node, state, how=f"stored in {event.target}")
            return None
        if part or holding.holds(event.value, state.holders) or computed(event.value, state.holders):
            if not holding.is_local(event.target):
                return self._stored(event, state, node)
            kept = frozenset(h for h in state.holders if h.base != event.target)
            return state._replace(holders=kept | {Object(event.target, part)})
        if not self._site.named:
            return self._moved(parse(event.target), event, state, node)
        left = frozenset(h for h in state.holders if h.base != event.target)
        if left == state.holders:
            return state
        if any(not h.base.startswith("%") for h in left):
            return state._replace(holders=left)
        self._end("lost", event.line, node, state, how=event.target)
        return None

    def _moved(self, target: Object | None, event: Event, state: Held, node: Node[Held]) -> Held | None:
        """A variable that leads to what was set up leads elsewhere, as in the next turn of a loop."""
        left = frozenset(h for h in state.holders if target is None or not h.within(target))
        if left:
            return state._replace(holders=left)
        self._end("escaped", event.line, node, state, how="the next turn")
        return None

    def _stored(self, event: Assign, state: Held, node: Node[Held]) -> Held | None:
        """Others may find it now; where the function fails all the same, is it left there?"""
        target = parse(event.target)
        if not state.stored:
            left = self._less(state, "escaped", event.line, node, f"stored in {event.target}")
            if left is not None:
                return left
        if target is None or not self._site.named or "[" in event.target or event.target[:1] == "*":
            return None
        if not self._holding.telling.may_fail_after(node.block):
            return None  # it is left there as it should be
        if follows(self._holding.body, self._site.place.block, self._site.place.block):
            return None  # a loop that undoes what other turns stored may seem to have no turn
        return state._replace(holders=state.holders | {target}, stored=True)

    def _less(self, state: Held, kind: str, line: int, node: Node[Held], how: str) -> Held | None:
        if state.references > 1:
            return state._replace(references=state.references - 1)
        self._end(kind, line, node, state, how=how)
        return None

    def _called(self, event: Call, facts: Known, state: Held, node: Node[Held]) -> Held | None:
        if (self._site.named or self._site.resource.nature == "lock") and self._releases(event, -1):
            return self._less(state, "released", event.line, node, event.callee)
        holding = self._holding
        if not self._site.named and self._indirect.by_body(event, state):
            return self._less(state, "released", event.line, node, event.callee)
        if self._site.named and (self._indirect.as_part(event, state) or self._indirect.in_row(event, state)):
            return self._less(state, "released", event.line, node, event.callee)
        if self._site.named and (
            self._indirect.ends_part(event, state) or self._indirect.left_to_callback(event, state)
        ):
            self._end("escaped", event.line, node, state, how=event.callee)
            return None
        if (state.stored or not self._site.named) and self._indirect.undoes(event, state):
            # That a function frees some memory, deep below, does not show that it should be this.
            nature = self._site.resource.nature
            guessed = self._site.wrapped or nature in ("memory", "reference")
            sure = nature == "lock" or event.callee in self._apis.releases
            kind = "escaped" if guessed else "released" if sure else PERHAPS
            self._end(kind, event.line, node, state, how=event.callee)
            return None
        unseen = self._unseen(event, state) if self._site.named else "test" if self._is_asked(event) else ""
        if unseen:
            self._end("escaped", event.line, node, state, how=f"{event.callee}() may {unseen} it")
            return None
        for position, arg in enumerate(event.args):
            if holding.holds(arg, state.holders):
                after = self._passed(event, position, facts, state, node)
                if after is None:
                    return None
                state = after
            elif self._is_whole(arg, state) and STORES in holding.fate(event, position):
                return self._less(state, "escaped", event.line, node, event.callee)
        return state

    def _unseen(self, event: Call, state: Held) -> str:
        """What a call may do that nobody can see: change the variable, or leave where nothing is held."""
        if any(not h.fields and f"&{h.base}" in event.args for h in state.holders):
            return "change"
        return "test" if self._is_test(event, state) else ""

    def _is_test(self, event: Call, state: Held) -> bool:
        """Whether a call is told by an expression whether something is held: ``check(!x, "no x")``.

        What an unknown macro then does (leave, count a failed test) nobody can see.
        """
        name, holding = event.callee, self._holding
        if name in self._apis.does_not_keep or name in self._apis.predicates or not event.args:
            return False
        if self._is_asked(event):
            return True
        compared = {n for arg in event.args if parse(arg) is None for n in _tested(arg)}
        told = {self._site.call.result, *(str(o) for o in self._indirect.results)} if compared else set()
        if any(not h.fields and h.base in compared for h in state.holders) or not told.isdisjoint(compared):
            return True
        return bool(event.result) and holding.holds(event.args[0], state.holders) and holding.negates(event)

    def _is_asked(self, event: Call) -> bool:
        """Whether a macro or an unknown function is told the status, and what it gives decides where to go.

        ``if (check_failed(dev, ret))``: on which side the acquisition failed nobody can see.
        """
        if Object(self._site.call.result) in self._site.holders or not self._holding.decides(event):
            return False  # what is told is the object itself
        return not {self._site.call.result, *map(str, self._indirect.results)}.isdisjoint(event.args)

    def _is_whole(self, operand: str, state: Held) -> bool:
        """Whether an operand is the object of which a part is counted and held."""
        if operand in self._wholes:
            return True
        named = (parse(operand), self._holding.values.object(operand)) if self._member else ()
        return operand[:1] != "*" and any(
            o is not None and Object(o.base, o.fields + self._member) in state.holders for o in named
        )

    def _releases(self, event: Call, position: int) -> bool:
        for role in self._apis.releases.get(event.callee, ()):
            if not self._ends(role.resource):
                continue
            if (role.holder.kind == "global" and role.resource == self._site.resource.name) or (
                role.holder.kind == "arg"
                and role.holder.index == position
                and (self._site.named or role.resource == self._site.resource.name)
            ):
                return True
        return False

    def _ends(self, resource: str) -> bool:
        """Whether a release of a kind of resource gives this one back, too, as freeing all of an object does.

        Unlocking a part of an object, or disabling it, does not.
        """
        return resource == self._site.resource.name or resource in self._apis.objects

    def _may_convert(self, callee: str) -> bool:
        """Whether a function that nobody loaded may give what its argument is a part of, for the caller."""
        return "*" in self._holding.func.fact.returns and sounds_converting(callee)

    def _passed(self, event: Call, position: int, facts: Known, state: Held, node: Node[Held]) -> Held | None:
        if self._releases(event, position):
            return self._less(state, "released", event.line, node, event.callee)
        for acquire in self._apis.acquires.get(event.callee, ()):
            if acquire.resource == self._site.resource.name or self._site.named:
                if acquire.puts == position:
                    return self._put_by(event, acquire.puts_on_success, facts, state, node)
                if acquire.same_as == position or (
                    acquire.holder.kind == "arg"
                    and acquire.holder.index == position
                    and not acquire.holder.member
                    and acquire.resource == self._site.resource.name
                ):
                    if self._is_other(event.args[position], state):
                        return state
                    if event.result and acquire.same_as == position and self._site.resource.type:
                        self._tell(facts, event.result, POSITIVE)
                    return self._more(event, state)
        for transfer in self._apis.transfers.get(event.callee, ()):
            if transfer.holder.index == position and self._site.named:
                if transfer.on_success_only and event.result:
                    self._tell(facts, event.result, NEGATIVE)
                    return state
                return self._less(state, "escaped", event.line, node, event.callee)
        return self._used(event, position, facts, state, node)

    def _is_other(self, arg: str, state: Held) -> bool:
        """Whether an operand may be another element of the array: only a constant index stays the same."""
        same = self._site.given == arg and not _INDEXED.search(arg)
        return not same and any("[]" in h.fields for h in state.holders)

    def _put_by(
        self, event: Call, on_success: bool, facts: Known, state: Held, node: Node[Held]
    ) -> Held | None:
        self._end("released", event.line, node, state, how=event.callee)
        if on_success and event.result:
            self._tell(facts, event.result, ZERO)
            return state
        return None

    def _more(self, event: Call, state: Held) -> Held:
        holders = state.holders | ({Object(event.result)} if event.result and self._site.named else set())
        return state._replace(holders=holders, references=min(state.references + 1, _MOST_REFERENCES))

    def _used(self, event: Call, position: int, facts: Known, state: Held, node: Node[Held]) -> Held | None:
        if self._apis.predicates.get(event.callee) in ("converts", "translates", "disarms"):
            if event.result and self._site.resource.type:
                self._tell(facts, event.result, POSITIVE)
            return state._replace(holders=state.holders | {Object(event.result)}) if event.result else state
        resource = self._site.resource
        fate = self._holding.fate(event, position)
        lent = resource.lent or not self._site.named
        if (
            fate == {UNKNOWN}
            and not lent
            and event.callee.isidentifier()
            and len(state.passed) < _MOST_PASSED
        ):
            return state._replace(passed=state.passed | {event.callee})
        kept = STORES in fate and (self._site.named or resource.nature == "reference")
        if FREES in fate or kept or (UNKNOWN in fate and not lent):
            # FREES by a known release of another kind, or by a function of the program.
            other = not self._site.named and event.callee in self._apis.releases
            freed = FREES in fate and not other and not sounds_unsure(event.callee, fate)
            kind = "released" if freed else "escaped"
            return self._less(state, kind, event.line, node, event.callee)
        unseen = fate == {UNKNOWN} and len(event.args) == 1 and self._may_convert(event.callee)
        if event.result and (RETURNS in fate or unseen):
            if RETURNS in fate and self._holding.converts(event):
                self._tell(facts, event.result, POSITIVE)
            elif RETURNS in fate and self._holding.gives_no_error(event):
                self._tell(facts, event.result, ZERO | POSITIVE)
            return state._replace(holders=state.holders | {Object(event.result)})
        return state


def _member(operand: str) -> tuple[str, ...]:
    """The fields that lead to a part of what the last pointer of an operand points to: of ``&x->dev`` dev."""
    whole, arrow, _part = operand.rpartition("->")
    inner, outer = parse(operand), parse(whole)
    if operand[:1] != "&" or not arrow or inner is None or outer is None:
        return ()
    return inner.fields[len(outer.fields) :]


def _tested(operand: str) -> frozenset[str]:
    """The names in an expression that is a test of its own: ``!x``, ``x == y``."""
    return names_in(operand) if _TEST.search(operand) else frozenset()


def sounds_unsure(name: str, fate: frozenset[str]) -> bool:
    """Whether a release is only guessed from the callee's name."""
    return fate == {FREES} and sounds_ending(name)
