"""One architecture and configuration at a time: which code of a tree is looked at."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import msgspec

from kscan.regex import regex

_ARCH = regex(r"arch/([^/]+)/")
_TOKEN = regex(
    r"\s*(?:(defined\b)|(IS_ENABLED|IS_BUILTIN|IS_REACHABLE|IS_MODULE)|(\w+)|(&&|\|\||[=!<>]=|[!()<>]))"
)
_NUMBER = regex(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\Z")
_SET = regex(r"^(CONFIG_\w+)=(.*)$", re.MULTILINE)
_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
Truth = bool | None


class View(msgspec.Struct, frozen=True, dict=True):
    """``arch`` is a directory of arch/; ``symbols`` are the CONFIG_* (and other) symbols with a known value.

    ``values`` are the numbers that symbols stand for.  A condition over other symbols is unknown:
    both its sides are kept; but a ``complete`` view knows every CONFIG_ symbol that is set.
    """

    arch: str
    symbols: Mapping[str, bool] = msgspec.field(default_factory=dict)
    values: Mapping[str, int] = msgspec.field(default_factory=dict)
    complete: bool = False

    def covers(self, path: str) -> bool:
        """Whether a file belongs to this architecture or to all."""
        found = _ARCH.match(path)
        return found is None or found[1] == self.arch

    def known(self, symbol: str) -> Truth:
        """Whether a symbol is set."""
        absent = False if self.complete and symbol.startswith("CONFIG_") else None
        return self.symbols.get(symbol, absent)

    def enabled(self, symbol: str) -> Truth:
        """Whether a symbol is set, or its code is built as a module."""
        return self.symbols.get(symbol + "_MODULE") or self.known(symbol)

    def configured(self, text: str) -> View:
        """This view of an architecture under the configuration in the text of a kernel's .config."""
        symbols = {name: known for name, known in self.symbols.items() if not name.startswith("CONFIG_")}
        values = {name: value for name, value in self.values.items() if not name.startswith("CONFIG_")}
        for name, value in _SET.findall(text):
            number = _NUMBER.match(value)
            symbols[name + "_MODULE" if value == "m" else name] = True
            if number is not None:
                values[name] = int(number[1], 0) if not number[1].isdigit() else int(number[1])
        if "CONFIG_NR_CPUS" in values:
            values["NR_CPUS"] = values["CONFIG_NR_CPUS"]
        return View(self.arch, symbols, values, complete=True)

    def truth(self, condition: str) -> Truth:
        """The value of a ``#if`` condition (C text, ``CONFIG_X``, ``!CONFIG_X``), None where unknown."""
        if condition not in self._truths:
            tokens = _tokens(condition)
            value, rest = _either(tokens, 0, self) if tokens is not None else (None, 0)
            self._truths[condition] = value if tokens is not None and rest == len(tokens) else None
        return self._truths[condition]

    @cached_property
    def _truths(self) -> dict[str, Truth]:
        """Conditions and their values: a header's guards are asked for with each of its functions."""
        return {}

    def active(self, guards: Sequence[str]) -> bool:
        """Whether code under these conditions may be compiled."""
        return not guards or all(self.truth(g) is not False for g in guards)

    def certain(self, guards: Sequence[str]) -> bool:
        """Whether code under these conditions surely is compiled."""
        return all(self.truth(g) is True for g in guards)


_ASKED: Mapping[str, Callable[[View, str], Truth]] = {
    "IS_ENABLED": View.enabled,
    "IS_REACHABLE": View.enabled,
    "IS_BUILTIN": View.known,
    "IS_MODULE": lambda view, symbol: view.known(symbol + "_MODULE"),
}


def _tokens(text: str) -> list[str] | None:
    found: list[str] = []
    place = 0
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return None
        place = match.end()
        if match[1] is None:
            found.append(match[2] or match[3] or match[4])
    return found


def _either(tokens: list[str], at: int, view: View) -> tuple[Truth, int]:
    value, at = _both(tokens, at, view)
    while at < len(tokens) and tokens[at] == "||":
        other, at = _both(tokens, at + 1, view)
        value = True if value is True or other is True else None if value is None or other is None else False
    return value, at


def _both(tokens: list[str], at: int, view: View) -> tuple[Truth, int]:
    value, at = _unary(tokens, at, view)
    while at < len(tokens) and tokens[at] == "&&":
        other, at = _unary(tokens, at + 1, view)
        value = (
            False if value is False or other is False else None if value is None or other is None else True
        )
    return value, at


def _unary(tokens: list[str], at: int, view: View) -> tuple[Truth, int]:
    if at >= len(tokens):
        return None, len(tokens) + 1
    word = tokens[at]
    if word == "!":
        value, at = _unary(tokens, at + 1, view)
        return (None if value is None else not value), at
    if word == "(":
        value, at = _either(tokens, at + 1, view)
        return (value, at + 1) if at < len(tokens) and tokens[at] == ")" else (None, len(tokens) + 1)
    if word in _ASKED and tokens[at + 1 : at + 4 : 2] == ["(", ")"]:
        return _ASKED[word](view, tokens[at + 2]), at + 4
    if at + 2 < len(tokens) and tokens[at + 1] in _COMPARE:
        left, right = _number(word, view), _number(tokens[at + 2], view)
        known = left is not None and right is not None
        return (_COMPARE[tokens[at + 1]](left, right) if known else None), at + 3  # type: ignore[arg-type]
    number = _number(word, view)
    if number is not None and word not in view.symbols:
        return number != 0, at + 1
    return view.known(word), at + 1


def _number(word: str, view: View) -> int | None:
    """What a word stands for; a symbol that is not set is 0, as it is to the preprocessor."""
    match = _NUMBER.match(word)
    if match is not None:
        return int(match[1], 0) if not match[1].isdigit() else int(match[1])
    return view.values.get(word, 0 if view.known(word) is False else None)
