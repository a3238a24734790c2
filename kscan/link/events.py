"""Sets of events of a notifier chain, which are part of the state of a chain of calls."""

from __future__ import annotations

import msgspec

SAME = ("=",)
"""Handed over as an event: what the caller itself was told."""


class Events(msgspec.Struct, frozen=True):
    """Events by the names of their constants: those in ``names``, or all ``but`` these."""

    names: frozenset[str] = frozenset()
    but: bool = True

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.but or bool(self.names)

    def both(self, other: Events) -> Events:
        """The events that are in both sets."""
        if self.but and other.but:
            return Events(self.names | other.names)
        if self.but or other.but:
            some, without = (other, self) if self.but else (self, other)
            return Events(some.names - without.names, but=False)
        return Events(self.names & other.names, but=False)

    def packed(self) -> str:
        """As text, for ``unpacked``; of all events it is empty."""
        return ("!" if self.but and self.names else "") + ",".join(sorted(self.names))


ANY = Events()


def unpacked(text: str) -> Events:
    """The set that ``Events.packed`` gave ``text`` for."""
    if not text:
        return ANY
    return Events(frozenset(text.removeprefix("!").split(",")), but=text[0] == "!")
