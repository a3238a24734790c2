"""Preprocessor lines: includes, macros, and the conditions that hold for each line."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

import msgspec

from kscan.parse.text import BLANK, tidy
from kscan.regex import regex

_OBJECT_BODY = 200  # longer object-like bodies are tables, which nobody asks for
_FUNCTION_BODY = 8000
_DEEPEST = 64  # conditions kept for one line
_KIND = regex(rb"#[ \t]*([a-z_]*)")
_DEFINE = regex(r"\s*(\w+)(?:\(([^)]*)\))?", re.ASCII)
_PLAIN_DEFINE = regex(rb"[ \t]*+(\w++)(?>(\([\w, \t.]*+\))?)[ \t]*+([^\"'\\]*+)").fullmatch
_DEFINED = regex(r"\b(?:defined|IS_ENABLED|IS_REACHABLE|IS_BUILTIN)\s*(?:\(\s*(\w+)\s*\)|(\w+))", re.ASCII)
_WRAPPED = regex(r"\(\s*(!?\w+)\s*\)", re.ASCII)
CONDITIONALS = frozenset({b"if", b"ifdef", b"ifndef", b"elif", b"elifdef", b"elifndef", b"else", b"endif"})


class Line(NamedTuple):
    """One directive: its offsets from ``#`` to before the newline, and its 1-based line."""

    kind: bytes
    start: int
    end: int
    argument: int
    line: int


class Define(NamedTuple):
    """A ``#define``; ``params`` is None for an object-like macro."""

    name: str
    params: tuple[str, ...] | None
    body: str
    line: int


class Include(NamedTuple):
    """An ``#include`` with its brackets or quotes."""

    target: str
    line: int


class Directives(msgspec.Struct, frozen=True):
    """What the preprocessor lines of one file say."""

    includes: tuple[Include, ...] = ()
    defines: tuple[Define, ...] = ()
    guard_lines: tuple[int, ...] = ()
    guard_stacks: tuple[tuple[str, ...], ...] = ()

    def guards_at(self, line: int) -> tuple[str, ...]:
        """The conditions that hold at a 1-based line, outermost first.

        ``CONFIG_PCI`` for ``#ifdef``, ``defined()`` and ``IS_ENABLED()``, ``!CONFIG_PCI``
        for their opposites; conjunctions are split; anything else is its own text.
        """
        index = bisect_right(self.guard_lines, line) - 1
        return self.guard_stacks[index] if index >= 0 else ()


def _starts_line(code: bytes | bytearray, position: int) -> bool:
    return not code[code.rfind(b"\n", 0, position) + 1 : position].strip()


def _end(code: bytes | bytearray, position: int) -> int:
    """Where the directive ends; finds are cheaper than a pattern that knows of backslashes."""
    end = code.find(b"\n", position)
    while end > 0 and code[end - 1] == 92:
        end = code.find(b"\n", end + 1)
    return end if end >= 0 else len(code)


def find_lines(code: bytes | bytearray) -> list[Line]:
    """The directives of ``code``, whose comments and strings are blank already."""
    lines: list[Line] = []
    number, counted, end = 1, 0, 0
    find, count, size = code.find, code.count, len(code)
    for match in _KIND.finditer(code):
        position, argument = match.span()
        if position < end or (position and code[position - 1] != 10 and not _starts_line(code, position)):
            continue
        end = find(b"\n", argument)
        if end < 0:
            end = size
        elif code[end - 1] == 92:
            end = _end(code, argument)
        number += count(b"\n", counted, position)
        counted = position
        lines.append(Line(match[1], position, end, argument, number))
    return lines


def _joined(data: bytes | bytearray) -> str:
    """The text of lines that a backslash continues, on one."""
    if b"\\" in data:
        data = data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")
    return data.decode("latin-1")


def _text(source: bytes, line: Line) -> str:
    return tidy(_joined(source[line.argument : line.end]))


def read_define(source: bytes, code: bytes | bytearray, line: Line) -> Define | None:
    """The macro that a ``#define`` line defines; None if it has no name."""
    start, end = line.argument, line.end
    plain = _PLAIN_DEFINE(code, start, end)
    if plain is not None:
        name, listed, body = plain.groups()
        params = None if listed is None else listed[1:-1].decode()
        return _define(name.decode(), params, body.decode(), line.line)
    data = code[start:end]
    if b'"' in data or b"'" in data:
        data = source[start:end]  # the code has no comments, but no texts either
    text = _joined(data)
    match = _DEFINE.match(text)
    return None if match is None else _define(match[1], match[2], tidy(text[match.end() :]), line.line)


def _define(name: str, listed: str | None, body: str, line: int) -> Define:
    longest = _OBJECT_BODY if listed is None else _FUNCTION_BODY
    params = None
    if listed is not None:
        params = tuple([param.strip() for param in listed.split(",") if param.strip()])
    body = " ".join(body.split()) if len(body) < 4 * longest else ""
    return Define(name, params, body if len(body) <= longest else "", line)


@lru_cache(maxsize=4096)
def normalise_condition(kind: bytes, text: str) -> str:
    """One spelling for a condition: ``X`` and ``!X`` for what asks whether X is defined."""
    if kind in (b"ifdef", b"elifdef"):
        return text.split(" ", maxsplit=1)[0]
    if kind in (b"ifndef", b"elifndef"):
        return "!" + text.split(" ", maxsplit=1)[0]
    text = _DEFINED.sub(lambda m: m[1] or m[2], text)
    text = _WRAPPED.sub(r"\1", text)
    return re.sub(r"!\s+", "!", text)


def condition(source: bytes, line: Line) -> str:
    """The normalised condition of an ``#if``, ``#ifdef``, ``#ifndef`` or ``#elif`` line."""
    return normalise_condition(line.kind, _text(source, line))


def condition_at(source: bytes, start: int) -> str:
    """The normalised condition of the directive whose ``#`` is at ``start``; ``?`` where there is none."""
    match = _KIND.match(source, start)
    if match is None:
        return "?"
    return condition(source, Line(match[1], start, _end(source, match.end()), match.end(), 0)) or "?"


def negate(text: str) -> str:
    """The opposite of a normalised condition."""
    if text.startswith("!") and text[1:].isidentifier():
        return text[1:]
    return "!" + text if text.isidentifier() else f"!({text})"


def _conjuncts(text: str) -> tuple[str, ...]:
    if "&&" not in text or "||" in text or "(" in text:
        return (text,) if text else ()
    return tuple(part.strip() for part in text.split("&&") if part.strip())


def _guards(source: bytes, lines: list[Line], guard: Line | None) -> list[tuple[int, tuple[str, ...]]]:
    changes: list[tuple[int, tuple[str, ...]]] = []
    stack: list[tuple[tuple[str, ...], tuple[str, ...]]] = []  # outer guards, earlier branches negated
    now: tuple[str, ...] = ()
    for line in lines:
        if line.kind not in CONDITIONALS:
            continue
        if line.kind.startswith(b"if"):
            text = "" if line is guard else condition(source, line)
            stack.append((now, (negate(text),) if text else ()))
            now = (now + _conjuncts(text))[:_DEEPEST]
        elif stack and line.kind == b"endif":
            now = stack.pop()[0]
        elif stack:
            outer, negated = stack[-1]
            now = (outer + negated)[:_DEEPEST]
            if line.kind != b"else":
                text = condition(source, line)
                stack[-1] = (outer, (*negated, negate(text))[:_DEEPEST])
                now = (now + _conjuncts(text))[:_DEEPEST]
        changes.append((line.line, now))
    return changes


def header_guard(source: bytes, code: bytes | bytearray, lines: list[Line]) -> Line | None:
    """The ``#ifndef`` of an include guard, if the file has one."""
    for first, second in itertools.pairwise(lines):
        if first.kind not in (b"ifndef", b"if") or code[: first.start].strip():
            return None
        text = condition(source, first)
        if second.kind != b"define" or not text.startswith("!"):
            return None
        return first if _text(source, second).split(" ")[0].split("(")[0] == text[1:] else None
    return None


def read_directives(
    source: bytes, code: bytes | bytearray, lines: list[Line], guard: Line | None
) -> Directives:
    """Collect what ``lines`` of ``code``, not blanked yet, say; ``guard`` is the include guard's line."""
    includes, defines = [], []
    for line in lines:
        if line.kind == b"define":
            define = read_define(source, code, line)
            if define:
                defines.append(define)
        elif line.kind in (b"include", b"include_next"):
            includes.append(Include(_text(source, line), line.line))
    changes = _guards(source, lines, guard)
    return Directives(
        tuple(includes), tuple(defines), tuple(c[0] for c in changes), tuple(c[1] for c in changes)
    )


def blank_line(code: bytearray, line: Line) -> None:
    """Remove a directive from ``code``."""
    code[line.start : line.end] = code[line.start : line.end].translate(BLANK)
