"""Attributes that parsing blanked and facts still need: weak symbols, cleanups."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from kscan.regex import regex

_ALIAS = regex(r'\b(?:__)?alias(?:__)?\s*\(\s*"?(\w+)"?\s*\)')

_SECTIONS = {"__init": "init", "__exit": "exit"}


class Attributes:
    """The recorded attributes of a file, by byte offset."""

    def __init__(self, recorded: Mapping[int, str]) -> None:
        self._offsets = sorted(recorded)
        self._texts = [recorded[o] for o in self._offsets]

    def __bool__(self) -> bool:
        return bool(self._offsets)

    def within(self, start: int, end: int) -> list[str]:
        """The attributes between two byte offsets, in order."""
        if not self._offsets:
            return []
        return self._texts[bisect_left(self._offsets, start) : bisect_left(self._offsets, end)]

    def weak(self, start: int, end: int) -> bool:
        """Whether one of them makes a symbol weak."""
        return any("weak" in text for text in self.within(start, end))

    def alias(self, start: int, end: int) -> str:
        """What ``__alias(x)`` or ``alias("x")`` between the offsets names; else empty."""
        for text in self.within(start, end):
            match = _ALIAS.search(text)
            if match is not None:
                return match[1]
        return ""

    def section(self, start: int, end: int) -> str:
        """``init`` or ``exit`` where one of them says that a function runs only then; else empty."""
        return next((_SECTIONS[text] for text in self.within(start, end) if text in _SECTIONS), "")

    def cleanup(self, start: int, end: int) -> str:
        """What ``__free(x)`` or ``__cleanup(x)`` between the offsets names; else empty."""
        for text in self.within(start, end):
            head, paren, rest = text.partition("(")
            if paren and ("free" in head or "cleanup" in head):
                return rest.rstrip(") ").strip("( ")
        return ""
