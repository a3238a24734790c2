"""Text from code, names and mails, made safe to show: the one home of that for every output."""

from __future__ import annotations

import re

_HIGH, _LOW = 0xDC80, 0xDCFF  # what "surrogateescape" makes of bytes that are not UTF-8


def plain(text: str) -> str:
    """``text`` on one line, with all that could steer a terminal or mislead a reader spelt out.

    Control characters, escape sequences, line ends, text-direction marks and invisible
    characters become ``\\x1b``, ``\\n`` or ``\\u202e``; bytes that are not UTF-8 become ``\\xff``.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _spell(c) for c in text)


def plain_lines(text: str) -> str:
    """``text`` of several lines, each made ``plain``; tabs stay."""
    return re.sub(r"[^\n\t]+", lambda m: plain(m[0]), text)


def _spell(char: str) -> str:
    code = ord(char)
    if _HIGH <= code <= _LOW:
        return f"\\x{code & 0xFF:02x}"
    return char.encode("unicode_escape").decode("ascii")
