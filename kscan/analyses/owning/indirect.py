"""Whether a call gives a resource back in a roundabout way: by what holds it, by a part or a callback."""

from __future__ import annotations

from functools import cached_property, lru_cache

from kscan.analyses.body.access import Object, parse
from kscan.analyses.owning.held import Held, Site
from kscan.analyses.owning.holding import Holding
from kscan.analyses.summaries.naming import sounds_ending
from kscan.facts.model import Call
from kscan.kernel.apis import Apis, Release
from kscan.regex import regex

_BARE = regex(r"(?<![\w.>])([A-Za-z_%]\w*)(?![\w.(\[]|->)")


class Indirect:
    """The calls of one function, asked about one acquisition."""

    def __init__(self, holding: Holding, site: Site, apis: Apis) -> None:
        self._holding = holding
        self._site = site
        self._apis = apis

    def undoes(self, event: Call, state: Held) -> bool:
        """Whether a call may release the resource by way of an object that holds it, or of a callback."""
        if self._puts_user(event, state):
            return True
        if any(
            t.holder.index < len(event.args) and self._contains(event.args[t.holder.index], state)
            for t in self._apis.transfers.get(event.callee, ())
        ):
            return True
        if event.callee in self._apis.releases:
            whole = self._holding.values.object(event.args[0]) if event.args else None
            if self._site.on is not None and whole is not None and self._site.on.within(whole):
                ended = self._apis.resources[self._apis.releases[event.callee][0].resource]
                if whole == self._site.on or ended.nature != "memory":
                    return not (ended.atomic or ended.of_use)
            return any(
                self._undone_with(role, given, state)
                or self._undone_by_result(role, given)
                or self._undone_otherwise(role, given, state)
                for role in self._apis.releases[event.callee]
                if (given := role.holder.operand(event.args)) is not None
            )
        resource = self._site.resource.name
        names = (event.callee, *(a.lstrip("&") for a in event.args if a.lstrip("&").isidentifier()))
        if not self._holding.undoing.releasing(resource).isdisjoint(names):
            return True
        return sounds_ending(event.callee) and any(
            self._contains(arg, state) or self._is_on(arg) for arg in event.args
        )

    def by_body(self, event: Call, state: Held) -> bool:
        """Whether a call of a function of the program gives back just this, by its body."""
        for resource, index, fields in self._holding.given_back(event):
            if resource == self._site.resource.name:
                found = self._holding.values.object(event.args[index])
                if found is not None and Object(found.base, found.fields + fields) in state.holders:
                    return True
        return False

    def left_to_callback(self, event: Call, state: Held) -> bool:
        """Whether a call is given an object that holds the resource, with a callback that may release it."""
        owners = {h.base for h in state.holders if h.fields}
        if owners.isdisjoint(event.args):
            return False
        return not self._holding.undoing.releasing(self._site.resource.name).isdisjoint(event.args)

    def as_part(self, event: Call, state: Held) -> bool:
        """Whether a call releases a part of what another one made of the resource, as ``to_x()`` does."""
        for role in self._apis.releases.get(event.callee, ()):
            given = role.holder.operand(event.args) or ""
            found = self._holding.values.object(given) if given[:1] == "&" else None
            made = self._holding.values.calls.get(found.base) if found is not None and found.fields else None
            if made is not None and role.resource == self._site.resource.name:
                return any(parse(arg) in state.holders for arg in made.args)
        return False

    def ends_part(self, event: Call, state: Held) -> bool:
        """Whether a function of the driver ends what another one gave for the object: its private part."""
        if self._site.resource.lent or event.callee in self._apis.releases or not sounds_ending(event.callee):
            return False
        values = self._holding.values
        found = (values.object(arg) for arg in event.args)
        made = (values.calls.get(o.base) for o in found if o is not None and not o.fields)
        return any(
            call is not None
            and len(call.args) == 1
            and call.callee not in self._apis.acquires
            and parse(call.args[0]) in state.holders
            for call in made
        )

    def in_row(self, event: Call, state: Held) -> bool:
        """Whether a call undoes one of several in a row, told by the first and an offset (``irq + i``)."""
        return any(computed(arg, state.holders) for arg in event.args) and (
            event.callee in self._holding.undoing.releasing(self._site.resource.name)
        )

    def _undone_with(self, role: Release, arg: str, state: Held) -> bool:
        """Whether a release ends an object that holds the resource, or the same field of another name."""
        found, whole = parse(arg), self._holding.values.object(arg)
        ended = self._apis.resources[role.resource]
        nature = ended.nature
        if nature == "reference" and not ended.of_use and self._contains(arg, state):
            return True
        if nature == "state" and whole is not None and any(_is_element(h, whole) for h in state.holders):
            return True
        fields = {h.fields[-1] for h in state.holders if h.fields}
        return state.stored and found is not None and bool(found.fields) and found.fields[-1] in fields

    def _puts_user(self, event: Call, state: Held) -> bool:
        """Whether what is put was made from the object and takes it along (a file its private data)."""
        roles = self._apis.releases.get(event.callee, ())
        made = [
            self._holding.values.calls.get(found.base)
            for role in roles
            if self._apis.resources[role.resource].nature == "reference"
            and not self._apis.resources[role.resource].of_use
            if (given := role.holder.operand(event.args)) is not None
            if (found := self._holding.values.object(given)) is not None
        ]
        bases = {h.base for h in state.holders if h.fields}
        return any(call is not None and not bases.isdisjoint(call.args) for call in made)

    def _undone_by_result(self, role: Release, arg: str) -> bool:
        """Whether a release of the same kind gets what the call gave that changed an object's state.

        A release of what another call tells may be of this one.
        """
        found = parse(arg)
        if self._site.named or found is None or role.resource != self._site.resource.name:
            return False
        return found.base[:1] == "%" or any(found.within(kept) for kept in self.results)

    def _undone_otherwise(self, role: Release, arg: str, state: Held) -> bool:
        """Whether a field of the same name is given back that nothing here acquired: most likely this.

        So ``drm->dev`` is ``dev``, for which the object was made.
        """
        found = parse(arg)
        if self._site.named or role.resource != self._site.resource.name or found is None or not found.fields:
            return False
        if found.fields[-1] not in {(h.base, *h.fields)[-1] for h in state.holders}:
            return False
        return not self._holding.acquired_here(role.resource, arg)

    @cached_property
    def results(self) -> tuple[Object, ...]:
        """What the call gave, and what is given that."""
        result = self._site.call.result
        named = (result, *sorted(self._holding.values.copies({result})))
        return tuple(o for o in map(parse, named) if o is not None)

    def _contains(self, arg: str, state: Held) -> bool:
        """Whether an argument leads to the resource: it is what a field of holds it, or a part of that."""
        values = self._holding.values
        found, named, address = values.object(arg), parse(arg), values.address(arg)
        if found is None or named is None:
            return False
        base = address[1:].partition("->")[0]
        return any(
            h.fields and (h.within(found) or (h != named and h.within(named)) or h.base == base)
            for h in state.holders
        )

    def _is_on(self, arg: str) -> bool:
        """Whether an argument leads to what it was set up on, which takes it along when it goes."""
        found = self._holding.values.object(arg) if self._site.on is not None else None
        return found is not None and self._site.on is not None and self._site.on.within(found)


def computed(value: str, holders: frozenset[Object]) -> bool:
    """Whether an expression is made of the pointer itself (an address with flags, a sum)."""
    bare = _bare(value)
    return bool(bare) and any(not h.fields and h.base in bare for h in holders)


@lru_cache(maxsize=65536)
def _bare(value: str) -> frozenset[str]:
    """The names whose values an expression is made of; none of what is no expression but an operand."""
    return frozenset(_BARE.findall(value)) if parse(value) is None else frozenset()


def _is_element(holder: Object, whole: Object) -> bool:
    """Whether a holder is an element of an array, or a part of one."""
    return holder.within(whole) and holder.fields[len(whole.fields) :][:1] == ("[]",)
