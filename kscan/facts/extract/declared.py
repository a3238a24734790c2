"""Declarations that their text alone tells: no node is made for what is in them.

As in ``plain``: what a pattern refuses is read node by node, with the same result.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kscan.facts.extract.plain import CALL, VALUE
from kscan.facts.model import Param
from kscan.regex import regex

_SIZES = r"(?:unsigned|signed|long|short)\b"
_TYPE = (
    r"(?>(?:(?:const|volatile)\s++)*)"
    rf"((?:struct|union|enum)\s++\w++|{_SIZES}(?>(?:\s++{_SIZES})*)(?>(?:\s++(?:int|char|double)\b)?)|\w++)"
)
_STARS = r"(?:\s++|(?=\*))((?>(?:\*\s*+)*))"
_DIMENSIONS = r"((?>(?:\[[^\[\]]*+\]\s*+)*))"

_HEAD = regex(
    rf"((?>(?:(?:static|inline|__inline|__inline__|extern)\s++)*)){_TYPE}{_STARS}(\w++)\s*+\(([^()]*+)\)\s*+;?+"
).fullmatch
_PARAMETER = regex(rf"{_TYPE}(?>(?:{_STARS}(?>(\w++)?)\s*+{_DIMENSIONS})?)").fullmatch
_MEMBER = regex(rf"{_TYPE}{_STARS}(\w++)\s*+{_DIMENSIONS}(?>(?::[^;,]*+)?);").fullmatch
match_local = regex(
    rf"{_TYPE}{_STARS}(\w++)\s*+{_DIMENSIONS}(?>(?:=\s*+(?:{CALL}|({VALUE})))?)\s*+;"
).fullmatch
"""(type, stars, name, dimensions, callee, arguments, value) of a local variable."""

match_locals = regex(rf'{_TYPE}(?:\s++|(?=\*))([^(?"{{\1;#\\:]++);').fullmatch
"""(type, declarators) of local variables with plain values or none."""

_DECLARATOR = regex(rf"\s*+((?>(?:\*\s*+)*))(\w++)\s*+{_DIMENSIONS}(?>(?:=\s*+([^=]++))?)").fullmatch

_NOT_TYPES = frozenset(
    [
        "static",
        "register",
        "extern",
        "typedef",
        "auto",
        "inline",
        "return",
        "goto",
        "else",
        "typeof",
        "const",
        "volatile",
        "struct",
        "union",
        "enum",
        "__extension__",
        "__inline",
        "__inline__",
        "_Atomic",
        "_Noreturn",
        "_Alignas",
        "restrict",
    ]
)
"""What is no type."""


class Head(NamedTuple):
    """A function's head: storage words, what it returns, name and parameters."""

    words: str
    returns: str
    name: str
    params: tuple[Param, ...]


@lru_cache(maxsize=4096)
def type_text(base: str, stars: str, dimensions: str) -> str:
    """The text of a type as ``Declarator.type`` has it; empty where ``base`` may be none."""
    if not base.isidentifier():
        base = " ".join(base.split())
    elif base in _NOT_TYPES or "typeof" in base:
        return ""
    if stars:
        base += " " + "*" * stars.count("*")
    return base + "[]" * dimensions.count("[") if dimensions else base


def read_head(written: str) -> Head | None:
    """The head of a function, with or without a semicolon; None where it takes nodes to tell."""
    match = _HEAD(written)
    if match is None:
        return None
    words, base, stars, name, listed = match.groups()
    returns = type_text(base, stars, "")
    params = read_parameters(listed)
    return Head(words, returns, name, params) if returns and params is not None else None


@lru_cache(maxsize=4096)  # one in three is the list of an earlier function, most of all in drivers
def read_parameters(listed: str) -> tuple[Param, ...] | None:
    """The parameters of a list without parentheses; None where it takes nodes to tell."""
    found = []
    for part in listed.split(","):
        written = part.strip()
        if written == "...":
            continue
        match = _PARAMETER(written)
        if match is None:
            return None
        base, stars, name, dimensions = match.groups()
        kind = type_text(base, stars or "", dimensions or "")
        if not kind:
            return None
        found.append(Param(name or "", kind))
    return () if len(found) == 1 and found[0] == Param("", "void") else tuple(found)


def read_member(written: str) -> tuple[str, str] | None:
    """Name and type of a member declared alone; None where it takes nodes to tell."""
    match = _MEMBER(written)
    if match is None:
        return None
    base, stars, name, dimensions = match.groups()
    kind = type_text(base, stars, dimensions)
    return (name, kind) if kind else None


def read_declarators(written: str) -> list[tuple[re.Match[str], int]] | None:
    """Declarators, matched as (stars, name, dimensions, value), and their offsets; None as above."""
    found = []
    offset = 0
    for part in written.split(","):
        match = _DECLARATOR(part)
        if match is None:
            return None
        found.append((match, offset))
        offset += len(part) + 1
    return found
