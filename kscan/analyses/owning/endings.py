"""How the paths of one function end after an acquisition: each is followed to where it is given back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from kscan.analyses.body.access import Object
from kscan.analyses.body.cfg import Place, follows
from kscan.analyses.body.cfg import events as all_events
from kscan.analyses.body.known import Facts
from kscan.analyses.body.paths import ANY, POSITIVE, ZERO, Node, Sign, constant, names_in
from kscan.analyses.owning.following import Following
from kscan.analyses.owning.held import Held, Outcome, Site
from kscan.analyses.owning.holding import Holding
from kscan.analyses.summaries.certain import Certain
from kscan.facts.model import Assign, Call
from kscan.kernel.apis import Acquire, Apis, Release

_IS_NONE = ("is_err", "is_err_or_null", "is_null")  # predicates that are false of a valid pointer


class Endings:
    """One function."""

    def __init__(self, holding: Holding, certain: Certain, apis: Apis) -> None:
        self._holding = holding
        self._body = holding.body
        self._certain = certain
        self._apis = apis
        self._followings: dict[Site, Following] = {}

    def rough(self, site: Site, mask: int) -> Outcome:
        """How the paths end on which the result is in ``mask``, with nothing known of the way to the call."""
        return self._followed(site, mask, [{}])

    def refined(self, outcome: Outcome, mask: int) -> Outcome:
        """What becomes of a rough outcome where something is known on the way to the call.

        That is asked for only where a path leaves it held without: it never adds such a path.
        """
        site = outcome.site
        if outcome.complete and all(e.kind.endswith(("released", "escaped")) for e in outcome.exits):
            return outcome
        before = self._holding.before.at(site.place, site.call if site.wrapped else None)
        if before == [{}] and not self._succeeding:
            return outcome
        return self._followed(site, mask, before, self._succeeding)

    @cached_property
    def _succeeding(self) -> frozenset[str]:
        """The results of the calls here that cannot fail."""
        return frozenset(
            e.result
            for _place, e in all_events(self._body)
            if isinstance(e, Call) and e.result and self._certain.succeeds(e, self._holding.func)
        )

    def _followed(
        self, site: Site, mask: int, before: list[Facts], succeeding: frozenset[str] = frozenset()
    ) -> Outcome:
        """``succeeding``: results that are known to be 0."""
        outcome = Outcome(site)
        start = Place(site.place.block, site.place.index + 1)
        known = self._holding.surely_given | ({site.call.result: mask} if site.call.result else {})
        if site.same:
            known[site.same] = POSITIVE
            whole, arrow, _part = site.same.lstrip("&").rpartition("->")
            if arrow:  # what the counted object is a part of
                known[whole] = POSITIVE
        if site.given:
            known[site.given] = POSITIVE
        if site.named:  # a member of a variable that was filled
            known |= {f"{h.base}.{'.'.join(h.fields)}": POSITIVE for h in site.holders if h.fields}
        if site.looked_in:
            known[site.looked_in] = POSITIVE
        if site.wrapped:  # what it was given and what else it told do not say that there is nothing
            told = (arg.removeprefix("&") for arg in site.call.args)
            known |= {arg: POSITIVE for arg in told if arg.isidentifier() and not arg.isupper()}
        outcome.complete = self._holding.paths.explore(
            start,
            [facts | known for facts in before],
            Held(site.holders),
            self._following(site).into(outcome, succeeding),
        )
        return outcome

    def glance(self, site: Site) -> Outcome:
        """How the paths may end: a quick superset of ``rough`` for all that leave it held."""
        outcome = Outcome(site)
        start = Place(site.place.block, site.place.index + 1)
        visit = self._following(site).into(outcome)
        outcome.complete = self._holding.paths.skim(start, Held(site.holders), visit, sign=self._sign(site))
        return outcome

    def may_keep(self, site: Site) -> bool:
        """Whether the function may end with what it acquired: a quick superset, blind to what tests tell."""
        if not self._gets_away(site):
            return False
        outcome = self.glance(site)
        return not outcome.complete or bool(outcome.of("held"))

    def _following(self, site: Site) -> Following:
        found = self._followings.get(site)
        if found is None:
            found = self._followings[site] = Following(self._holding, site, self._apis)
        return found

    def _sign(self, site: Site) -> Sign[Held]:
        """What a path surely knows of the result: after the call, and of a pointer as long as it is held."""
        values, result = self._holding.values, site.call.result
        block = site.place.block
        first = self._body.blocks[block].events[site.place.index + 1 :]
        # In a loop the next turn's result is another one, which may be NULL.
        lasts = site.held == POSITIVE and not site.loop and not follows(self._body, block, block)

        def is_result(name: str) -> bool:
            if name == result:
                return True
            given = values.given(name) if name not in values.handed else ()
            return bool(given) and all(value == result or constant(value) != ANY for value in given)

        def is_valid(operand: str, state: Held) -> bool:
            return lasts and Object(operand) in state.holders and is_result(operand)

        def sign(operand: str, state: Held, node: Node[Held]) -> int:
            if node.parent is None:
                named = operand
                for event in reversed(first):
                    if isinstance(event, Assign) and event.target == named:
                        named = event.value if event.op == "=" else ""
                if named == result:
                    return site.held
            asked = values.calls.get(operand)
            if asked is not None and asked.args and self._apis.predicates.get(asked.callee) in _IS_NONE:
                return ZERO if is_valid(asked.args[0], state) else ANY
            return POSITIVE if is_valid(operand, state) else ANY

        return sign if result else lambda *_: ANY

    def _gets_away(self, site: Site) -> bool:
        """Whether control may come to an end without a release of the same operand, which stays the same."""
        names = names_in(site.given)
        seen, pending = {site.place.block}, [(site.place.block, site.place.index + 1)]
        while pending:
            number, first = pending.pop()
            block = self._body.blocks[number]
            for event in block.events[first:]:
                if isinstance(event, Assign):
                    if event.target in names:
                        return True
                elif isinstance(event, Call):
                    again = self._apis.acquires.get(event.callee, ())
                    if (event.loop and not names.isdisjoint(event.args)) or _concern(again, event, site):
                        return True
                    if _concern(self._apis.releases.get(event.callee, ()), event, site):
                        break
            else:
                if block.kind == "return" or site.place.block in block.succs:
                    return True
                pending += [(succ, 0) for succ in block.succs if succ not in seen]
                seen.update(block.succs)
        return False


def _concern(roles: Iterable[Acquire | Release], event: Call, site: Site) -> bool:
    """Whether a call is about the very operand whose state a site changes, or about its global state."""
    return any(
        role.resource == site.resource.name and (role.holder.operand(event.args) or "") == site.given
        for role in roles
    )
