"""The strings in the code that findings show: facts know only that there is one, the source has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kscan.regex import regex

_BLANK = '""'
_CALL = regex(r"(\w+)\(")
_TOKEN = regex(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+|/\*.*?\*/|//[^\n]*|[()]', re.DOTALL)
_MOST_LINES = 10  # of a call
_WIDEST = 40  # of a string that is shown


def with_literals(text: str, lines: Sequence[str], line: int) -> str:
    """``text`` with the strings of the call it shows, which starts on a line (1-based) of the source.

    Where the source does not tell them for sure, ``"..."`` stands for each.
    """
    if _BLANK not in text:
        return text
    shown = text.partition(_BLANK)[0]
    calls = [match[1] for match in _CALL.finditer(shown)]
    code = "\n".join(lines[max(0, line - 1) : line - 1 + _MOST_LINES])
    for name in calls:
        found = list(_literals(code, name))
        if len(found) == text.count(_BLANK):
            parts = text.split(_BLANK)
            return "".join(part + string for part, string in zip(parts, (*found, ""), strict=True))
    return text.replace(_BLANK, '"..."')


def _literals(code: str, name: str) -> Iterator[str]:
    """The strings within the parentheses of the first call of ``name``."""
    start = re.search(rf"\b{name}\s*\(", code)
    depth = 0
    for token in _TOKEN.finditer(code, start.end() - 1) if start else ():
        if token[0][0] == '"':
            yield _shown(token[0])
        elif token[0] in "()":
            depth += 1 if token[0] == "(" else -1
            if not depth:
                return


def _shown(literal: str) -> str:
    """Adjacent strings as one, and not too long."""
    text = re.sub(r'"\s*"', "", literal.strip())
    return text if len(text) <= _WIDEST else f'{text[: _WIDEST - 4]}..."'
