"""Functions that macros make: a use at file scope is expanded, and the functions in it are read off."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from kscan.facts.model import Binding, CallRef, Function, MacroUse
from kscan.link.expansion import Expansion, is_unique
from kscan.link.macros import split_arguments

_TOKEN = re.compile(r"[A-Za-z_]\w*|[(){}=;\[\]]")
_TABLE = re.compile(r"\b(struct|union)\s+(\w+)\s+(\w+)[^={};()]*=\s*\{")
_MEMBER = re.compile(r"\.(\w+)\s*=\s*\(*([A-Za-z_]\w*)\)*\s*(?=[,}])")
_INNER = re.compile(r"\{[^{}]*\}")  # a member's own list
_ATTRIBUTES = frozenset(["__attribute__", "__section", "__aligned", "__printf", "asm", "__asm__"])
_NO_BODY = msgspec.Raw(b"\x92\x90\x90")  # no locals, no blocks


def generated_bindings(expansion: Expansion, path: str, use: MacroUse) -> Iterator[Binding]:
    """The fields of tables that ``use`` defines in file ``path``, with the names that stand in them."""
    if not expansion.makes_functions(use.name, path):
        return
    text = expansion.unfold(use.name, use.args, path)
    for match in _TABLE.finditer(text):
        end = split_arguments(text, match.end() - 1)[1]
        for field, target in _MEMBER.findall(_INNER.sub(" ", text[match.end() : end])):
            root, instance = f"{match[1]} {match[2]}", match[3]
            yield Binding(root, (field,), target, "initializer", instance, use.line)


def generated_functions(expansion: Expansion, path: str, use: MacroUse) -> Iterator[Function]:
    """The functions that ``use`` makes in file ``path``; what they call is by name, behind all macros."""
    if not expansion.makes_functions(use.name, path):
        return
    for name, body in _definitions(expansion.unfold(use.name, use.args, path)):
        calls = tuple(CallRef(callee, use.line) for callee in expansion.calls_in(body, path))
        yield Function(name, use.line, use.line, "static", "", (), calls, (), (), False, use.name, _NO_BODY)


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """(name, body with its braces) of the functions defined in a text without macros around bodies."""
    head = word = ""
    place = 0
    valued = False  # behind a "=": braces hold an initialiser
    while (match := _TOKEN.search(text, place)) is not None:
        piece, place = match[0], match.end()
        if piece == "(":
            place = split_arguments(text, match.start())[1]
            if word.isidentifier() and word not in _ATTRIBUTES:
                head = word
        elif piece == "{":
            place = split_arguments(text, match.start())[1]
            if head and not valued and not is_unique(head):
                yield head, text[match.start() : place]
            head = ""
        elif piece in "=;":
            head, valued = "", piece == "="
        word = piece
