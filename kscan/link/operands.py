"""Access paths in the text of an expanded macro: what they start from and the fields that follow."""

from __future__ import annotations

from collections.abc import Mapping

from kscan.facts.model import Call, Function
from kscan.link.macros import split_arguments
from kscan.regex import regex

Access = tuple[str, tuple[str, ...]]
"""As in ``CallRef``: a type's text, ``@name``, ``=name`` or nothing; and fields."""

_NAME = regex(r"[A-Za-z_%]\w*")
_FIELD = regex(r"(?:->|\.)\s*([A-Za-z_]\w*)\s*")
_TYPE = regex(r"(?:const\s+)?(?:struct|union)\s+\w+\s*\**\Z")
_NOWHERE: Access = ("", ())


def variables_of(function: Function) -> dict[str, str]:
    """The types of a function's variables; of its temporaries, ``@f`` where f gave them."""
    body = function.body
    found = {p.name: p.type for p in function.params} | {v.name: v.type for v in body.locals}
    for block in body.blocks:
        for event in block.events:
            if isinstance(event, Call) and event.result and event.callee.isidentifier():
                found[event.result] = "@" + event.callee
    return found


def read_access(text: str, variables: Mapping[str, str]) -> Access:
    """What ``(x)->ops->f`` starts from and its fields; ``variables`` have types, or ``@f`` if f gave them."""
    text = text.strip()
    while text[:1] in ("*", "&") and text:
        text = text[1:].strip()
    if text[:1] == "(":
        inner, end = _inside(text, 0)
        rest = text[end:].strip()
        if rest and _TYPE.match(inner):
            return _type(inner), ()  # a cast
        start = read_access(inner, variables)
    else:
        match = _NAME.match(text)
        if match is None:
            return _NOWHERE
        end = match.end()
        rest = text[end:].strip()
        if rest[:1] == "(":
            args, length = split_arguments(rest, 0)
            function, rest = match[0], rest[length:].strip()
            if function == "_Generic" and rest[:1] == "(":
                function, rest = selected(args), rest[split_arguments(rest, 0)[1] :].strip()
            start = (_result(function, args), ())
        else:
            start = (variables.get(match[0], "=" + match[0]), ())
    return _fields(start, rest)


def _fields(start: Access, rest: str) -> Access:
    root, path = start
    while rest and root:
        field = _FIELD.match(rest)
        if field is not None:
            path, rest = (*path, field[1]), rest[field.end() :]
        elif rest[0] == "[":
            rest = rest[_inside(rest, 0)[1] :].strip()
        else:
            return _NOWHERE
    return root, path


def _inside(text: str, opening: int) -> tuple[str, int]:
    """What stands between the bracket at ``opening`` and its partner, and where that ends."""
    end = split_arguments(text, opening)[1]
    return text[opening + 1 : end - 1].strip(), end


def selected(args: tuple[str, ...]) -> str:
    """What ``_Generic`` selects for a type without ``const``."""
    plain = [arg for arg in args[1:] if not arg.startswith("const ")] or list(args[1:])
    return plain[0].rpartition(":")[2].strip() if plain else ""


def _result(function: str, args: tuple[str, ...]) -> str:
    """What a call gives: the type that is among its arguments (container_of), else by its name."""
    types = [_type(arg) for arg in args if _TYPE.match(arg)]
    return types[0] + " *" if len(types) == 1 else "@" + function


def _type(text: str) -> str:
    return " ".join(text.removeprefix("const ").replace("*", " *").split())
