"""Byte-level steps shared by the parse layer: blank, look around, match brackets."""

from __future__ import annotations

import re

from kscan.regex import regex

BLANK = bytes(10 if byte == 10 else 32 for byte in range(256))
"""Translation table: everything but the newline becomes a space."""

_SOLID = regex(rb"\S")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SPLIT = regex(rb"[,()\[\]{}]")
_COMMENT = regex(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_PLAIN = regex(rb"[\w\s,.*&|+<>=!~-]*+").fullmatch
_LONGEST_ARGUMENTS = 1 << 16


def blank(code: bytearray, start: int, end: int) -> None:
    """Replace ``code[start:end]`` by blanks of the same shape."""
    code[start:end] = code[start:end].translate(BLANK)


def put(code: bytearray, start: int, text: bytes) -> None:
    """Overwrite ``code`` at ``start`` with ``text``."""
    code[start : start + len(text)] = text


def is_word(byte: int) -> bool:
    """Whether ``byte`` can be part of an identifier."""
    return byte in _WORD


def last_solid(code: bytes | bytearray, position: int) -> int:
    """Offset of the last non-blank byte before ``position``, -1 if there is none."""
    width = 64
    while True:
        start = max(0, position - width)
        found = code[start:position].rstrip()
        if found:
            return start + len(found) - 1
        if not start:
            return -1
        width *= 8


def next_solid(code: bytes | bytearray, position: int) -> int:
    """Offset of the first non-blank byte at or after ``position``, -1 if there is none."""
    found = _SOLID.search(code, position)
    return found.start() if found else -1


def word_start(code: bytes | bytearray, end: int) -> int:
    """Where the identifier that ends before ``end`` begins (``end`` if there is none)."""
    start = end
    while start and code[start - 1] in _WORD:
        start -= 1
    return start


def closing(code: bytes | bytearray, opening: int) -> int:
    """Offset of the ``)`` that closes the ``(`` at ``opening``, -1 if there is none near."""
    depth, position, limit = 1, opening + 1, opening + _LONGEST_ARGUMENTS
    while True:
        found = code.find(b")", position, limit)
        if found < 0:
            return -1
        depth += code.count(b"(", position, found) - 1
        if not depth:
            return found
        position = found + 1


def split_arguments(code: bytes | bytearray, start: int, end: int) -> list[tuple[int, int]]:
    """The spans between top-level commas of ``code[start:end]``."""
    spans, depth, first = [], 0, start
    for match in _SPLIT.finditer(code, start, end):
        byte = code[match.start()]
        if byte == 44:  # ,
            if depth <= 0:
                spans.append((first, match.start()))
                first = match.end()
        elif byte in b"([{":
            depth += 1
        else:
            depth -= 1
    spans.append((first, end))
    return spans


def tidy(text: str) -> str:
    """``text`` without comments, white space joined."""
    if "/" in text:
        text = _COMMENT.sub(" ", text)
    return " ".join(text.split())


def argument_texts(source: bytes, code: bytes | bytearray, start: int, end: int) -> tuple[str, ...]:
    """The argument texts in ``source[start:end]``; empty for an empty list."""
    if _PLAIN(source, start, end) is not None:
        texts = [" ".join(part.split()) for part in source[start:end].decode("latin-1").split(",")]
    else:
        texts = [tidy(source[a:b].decode("latin-1")) for a, b in split_arguments(code, start, end)]
    return () if texts == [""] else tuple(texts)


def room(code: bytes | bytearray, start: int, end: int, size: int) -> int:
    """First offset in ``code[start:end]`` where ``size`` bytes fit on one line, -1 if none."""
    position = start
    while position + size <= end:
        newline = code.find(b"\n", position, position + size)
        if newline < 0:
            return position
        position = newline + 1
    return -1
