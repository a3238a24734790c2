"""An outline of a C file: which names each of its functions calls, from its bytes alone.

For code that is not parsed, to decide whether it is to be.  Calls in comments and strings are
among them, calls behind a macro's name are not: who asks gets a superset of what links, and has
what matters parsed.  A field that is given a name counts as a function that calls it.
"""

from __future__ import annotations

from collections.abc import Iterator

from kscan.regex import regex

GLOBAL, STATIC, FIELD = 0, 1, 2

Site = tuple[bytes, int, frozenset[bytes]]
"""A function, or a field: its name, one of the three kinds, and the names it calls or may hold."""

_WORD = frozenset(b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HEADS = bytes(byte if byte in _WORD or byte in b"(\n{};=" else 32 for byte in range(256))
_CALLS = bytes(byte if byte in _WORD or byte in b"(" else 32 for byte in range(256))
_HEAD_BYTES = 600  # what stands before a body's brace: longer ones begin with other code
# Type and name may stand on lines of their own.
_HEAD = regex(rb"\n([A-Za-z_][\w \t]*+(?:\n[\w \t]++)?)\(")
_INITIALISED = regex(rb"\.(\w+)[ \t]*+=[ \t]*+&?([A-Za-z_]\w*+)[,;\n]")
_STORED = regex(rb"->(\w+)[ \t]*+=[ \t]*+&?([A-Za-z_]\w*+);")


def outline_of(data: bytes) -> tuple[Site, ...]:
    """The functions and fields of a file, in no particular order."""
    return (*_functions(data), *_fields(data))


def _functions(data: bytes) -> Iterator[Site]:
    for part in (b"\n" + data).translate(_HEADS).split(b"\n}"):
        brace = part.rfind(b"\n{")
        heads = _HEAD.findall(part[max(0, brace - _HEAD_BYTES) : brace]) if brace >= 0 else ()
        if not heads:
            continue
        words = heads[-1].split()
        pieces = part[brace:].translate(_CALLS).split(b"(")
        calls = frozenset(piece[piece.rfind(b" ") + 1 :] for piece in pieces[:-1])
        yield words[-1], STATIC if b"static" in words else GLOBAL, calls


def _fields(data: bytes) -> Iterator[Site]:
    for field, name in {*_INITIALISED.findall(data), *_STORED.findall(data)}:
        yield field, FIELD, frozenset((name,))
