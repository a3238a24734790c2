"""One architecture and configuration at a time: which code of a tree is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_ARCH = re.compile(r"arch/([^/]+)/")
_TOKEN = re.compile(r"\s*(?:(defined)|(IS_ENABLED|IS_BUILTIN|IS_REACHABLE|IS_MODULE)|(\w+)|(&&|\|\||[!()]))")
Truth = bool | None


@dataclass(frozen=True, slots=True)
class View:
    """``arch`` is a directory of arch/; ``symbols`` are the CONFIG_* (and other) symbols with a known value.

    A condition over other symbols is unknown: both its sides are kept.
    """

    arch: str
    symbols: Mapping[str, bool] = field(default_factory=dict)

    def covers(self, path: str) -> bool:
        """Whether a file belongs to this architecture or to all."""
        found = _ARCH.match(path)
        return found is None or found[1] == self.arch

    def truth(self, condition: str) -> Truth:
        """The value of a ``#if`` condition (C text, ``CONFIG_X``, ``!CONFIG_X``), None where unknown."""
        tokens = _tokens(condition)
        if tokens is None:
            return None
        value, rest = _either(tokens, 0, self.symbols)
        return value if rest == len(tokens) else None

    def active(self, guards: Sequence[str]) -> bool:
        """Whether code under these conditions may be compiled."""
        return all(self.truth(g) is not False for g in guards)

    def certain(self, guards: Sequence[str]) -> bool:
        """Whether code under these conditions surely is compiled."""
        return all(self.truth(g) is True for g in guards)


def _tokens(text: str) -> list[str] | None:
    found: list[str] = []
    place = 0
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return None
        place = match.end()
        if match[1] is None and match[2] is None:
            found.append(match[3] or match[4])
    return found


def _either(tokens: list[str], at: int, symbols: Mapping[str, bool]) -> tuple[Truth, int]:
    value, at = _both(tokens, at, symbols)
    while at < len(tokens) and tokens[at] == "||":
        other, at = _both(tokens, at + 1, symbols)
        value = True if value is True or other is True else None if value is None or other is None else False
    return value, at


def _both(tokens: list[str], at: int, symbols: Mapping[str, bool]) -> tuple[Truth, int]:
    value, at = _unary(tokens, at, symbols)
    while at < len(tokens) and tokens[at] == "&&":
        other, at = _unary(tokens, at + 1, symbols)
        value = (
            False if value is False or other is False else None if value is None or other is None else True
        )
    return value, at


def _unary(tokens: list[str], at: int, symbols: Mapping[str, bool]) -> tuple[Truth, int]:
    if at >= len(tokens):
        return None, len(tokens) + 1
    word = tokens[at]
    if word == "!":
        value, at = _unary(tokens, at + 1, symbols)
        return (None if value is None else not value), at
    if word == "(":
        value, at = _either(tokens, at + 1, symbols)
        return (value, at + 1) if at < len(tokens) and tokens[at] == ")" else (None, len(tokens) + 1)
    if word in ("0", "1"):
        return word == "1", at + 1
    return symbols.get(word), at + 1
