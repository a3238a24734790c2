"""Functions that macros make: a use at file scope is expanded, and the functions in it are read off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from kscan.facts.model import Binding, CallRef, Function, MacroUse
from kscan.link.expansion import Expansion, is_unique
from kscan.link.macros import split_arguments
from kscan.link.operands import read_access
from kscan.regex import regex

_TOKEN = regex(r"[A-Za-z_]\w*|[(){}=;\[\]]")
_TABLE = regex(r"\b(struct|union)\s+(\w+)\s+(\w+)[^={};()]*=\s*\{")
_USE = regex(r"(\w+)\s*\(")
_LITERAL = regex(r"&?\s*\(\s*(?:const\s+)?((?:struct|union)\s+\w+)\s*(?:\[\s*\]\s*)?\)\s*(?=\{)")
_DESIGNATED = regex(r"((?:\.\s*\w+\s*|\[[^\]]*\]\s*)+)=\s*(?!=)")
_STEP = regex(r"\.\s*(\w+)|\[")
_NAMED = regex(r"(?:\(\s*[\w\s*]*\*\s*\)|[(&\s])*([A-Za-z_]\w*)[)\s]*")
_CHOSEN = regex(r"\?([^?:]*):[^?:]*\Z")
_DECLARED = regex(r"\b((?:struct|union)\s+\w+|\w+_t)\s*(\*+)\s*(\w+)\s*(?=[,;=)\[])")
_ATTRIBUTES = frozenset(["__attribute__", "__section", "__aligned", "__printf", "asm", "__asm__"])
_NO_BODY = b"\x92\x90\x90"  # no locals, no blocks
_DEEPEST = 8


def generated_bindings(expansion: Expansion, path: str, use: MacroUse) -> Iterator[Binding]:
    """The fields of tables that ``use`` defines in file ``path``, with the names that stand in them."""
    if not expansion.makes_functions(use.name, path):
        return
    text = expansion.unfold(use.name, use.args, path)
    for match in _TABLE.finditer(text):
        end = split_arguments(text, match.end() - 1)[1]
        table = Binding(f"{match[1]} {match[2]}", (), "", "initializer", match[3], use.line)
        yield from _read_list(text[match.end() - 1 : end], table)


def macro_bindings(expansion: Expansion, path: str, binding: Binding) -> Iterator[Binding]:
    """What a macro that stands in an initialiser in file ``path`` binds."""
    match = _USE.match(binding.target)
    if match is None or expansion.macro(match[1], path) is None:
        return
    args = split_arguments(binding.target, match.end() - 1)[0]
    text = expansion.unfold(match[1], args, path)
    yield from _read_list(text, msgspec.structs.replace(binding, how="initializer"))


def _read_list(text: str, at: Binding, depth: int = 0) -> Iterator[Binding]:
    """The names in an initialiser's text; ``at`` is the place that it initialises."""
    text = text.strip()
    if depth > _DEEPEST:
        return
    literal = _LITERAL.match(text)
    if literal is not None:
        at = msgspec.structs.replace(at, root=" ".join(literal[1].split()), path=())
        text = text[literal.end() :]
    if text[:1] == "." and "=" in text:  # members without braces: of the list they stand in
        text = f"{{{text}}}"
        at = msgspec.structs.replace(at, path=at.path[:-1])
    if text[:1] == "{":
        for place, item in enumerate(split_arguments(text, 0)[0]):
            match = _DESIGNATED.match(item)
            steps: tuple[str, ...] = (f"#{place}",)
            if match is not None:
                steps = tuple(step[1] or "[]" for step in _STEP.finditer(match[1]))
                item = item[match.end() :]  # noqa: PLW2901 - without its designators
            yield from _read_list(item, msgspec.structs.replace(at, path=(*at.path, *steps)), depth + 1)
        return
    chosen = _CHOSEN.search(text.strip("() "))
    named = _NAMED.fullmatch(chosen[1] if chosen is not None else text)
    if named is not None and not named[1].isupper() and at.path:
        prefix = "&" if "&" in (chosen[1] if chosen is not None else text) else ""
        yield msgspec.structs.replace(at, target=prefix + named[1])


class Made(NamedTuple):
    """A function that a macro makes, without its calls, and the text these are found in."""

    function: Function
    params: str
    body: str


def generated_functions(expansion: Expansion, path: str, use: MacroUse) -> Iterator[Made]:
    """The functions that ``use`` makes in file ``path``."""
    if not expansion.makes_functions(use.name, path):
        return
    for name, linkage, params, body in _definitions(expansion.unfold(use.name, use.args, path)):
        function = Function(name, use.line, use.line, linkage, "", (), (), (), (), False, use.name, _NO_BODY)
        yield Made(function, params, body)


def calls_of(expansion: Expansion, path: str, made: Made) -> tuple[CallRef, ...]:
    """What a made function calls, behind all macros."""
    found = expansion.calls_in(made.body, path)
    line = made.function.line
    declared = _DECLARED.finditer(f"{made.params};{made.body}")
    variables = {m[3]: f"{' '.join(m[1].split())} {m[2]}" for m in declared}
    calls = [CallRef(callee, line) for callee in found.functions]
    for member in found.members:
        root, fields = read_access(member, variables)
        if root and fields:
            calls.append(CallRef(root, line, fields))
    return tuple(calls)


def _definitions(text: str) -> Iterator[tuple[str, str, str, str]]:
    """(name, linkage, parameters, body with its braces) of the functions a text without macros defines."""
    head = word = params = ""
    place = begins = 0
    valued = False  # behind a "=": braces hold an initialiser
    while (match := _TOKEN.search(text, place)) is not None:
        piece, place = match[0], match.end()
        if piece == "(":
            place = split_arguments(text, match.start())[1]
            if word.isidentifier() and word not in _ATTRIBUTES:
                head, params = word, text[match.start() : place]
        elif piece == "{":
            place = split_arguments(text, match.start())[1]
            if head and not valued and not is_unique(head):
                static = "static" in text[begins : match.start()].split()
                yield head, "static" if static else "global", params, text[match.start() : place]
            head, begins = "", place
        elif piece in "=;":
            head, valued = "", piece == "="
            begins = place if piece == ";" else begins
        word = piece
